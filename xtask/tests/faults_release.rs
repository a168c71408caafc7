//! What goes wrong while `release` makes a release: on the way to the remote, in hooks and gates, by
//! the user's own hand, by somebody else's. Afterwards nothing has changed, or exactly one of `resume`
//! and `undo` is needed; what has reached the remote is never undone. `crash.rs` kills a release at
//! every call that changes a file; this is about everything that says no.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "faults_release/connection.rs"]
mod connection;
#[path = "faults_release/local.rs"]
mod local;
#[path = "faults_release/outlives.rs"]
mod outlives;
#[path = "faults_release/race.rs"]
mod race;
#[path = "faults_release/refused.rs"]
mod refused;
mod support;

use support::clones::Clones;
use support::remote::Remote;
use support::{Place, Said, State};

const RELEASE: [&str; 3] = ["release", "minor", "--yes"];
const RESUME: [&str; 2] = ["resume", "--yes"];
const MAIN: &str = "refs/heads/main";
const TAG: &str = "refs/tags/v1.3.0";

/// A project with a changelog and a commit that is not released yet, and its remote.
fn project(name: &str) -> (Place, Remote) {
    let place = Place::python(name);
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- By hand.\n");
    place.commit_all("feat: more");
    let remote = Remote::origin(&place);
    (place, remote)
}

/// The same with a gate; `COUNTER` in it is a file outside the repository, so that it can be told how
/// often it ran.
fn gated(name: &str, shell: &str) -> (Place, Remote) {
    let (place, remote) = project(name);
    place.put("gonogo.toml", format!("[gates]\ndoes = {{ shell = '''{shell}''' }}\n"));
    place.commit_all("chore: a gate");
    place.git(&["push", "-q", "origin", "main"]);
    (place, remote)
}

/// Another person's clone.
fn somebody(place: &Place, remote: &Remote) -> Place {
    let name = place.root.file_name().and_then(|name| name.to_str()).expect("a name");
    Clones::of(remote.url(), &format!("{name}-somebody"), 1).0.remove(0)
}

/// The branches and tags with their ids.
fn ids(place: &Place) -> String {
    place.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"])
}

/// The remote has what is here.
#[track_caller]
fn is_out(place: &Place, remote: &Remote, said: &Said) {
    assert_eq!(ids(&remote.place), ids(place), "{said}");
    assert!(remote.id(TAG).is_some(), "{said}");
    let known = place.git(&["rev-parse", "refs/remotes/origin/main", MAIN]);
    let known: Vec<&str> = known.lines().collect();
    assert_eq!(known[0], known[1], "what is known of the remote: {said}");
}

/// The operation is open: everything that could be called says so, and what leads on.
#[track_caller]
fn is_open(place: &Place) {
    assert_eq!(place.operations()[0], "open");
    assert!(place.gonogo(&["log"]).ok().out.contains("open"));
    let status = place.gonogo(&["status"]).ok();
    assert!((status.out.clone() + &status.err).contains("half done"), "{status}");
    for command in [&["bump", "patch"][..], &RELEASE] {
        place.gonogo(command).refused(4, &["half done", "resume"]);
    }
}

/// Undo restores this, and has nothing to do when it is called again.
#[track_caller]
fn undone(place: &Place, before: &State) {
    is_open(place);
    support::undone(place, before);
    let again = place.gonogo(&["undo"]).ok();
    assert!(again.out.contains("already undone"), "{again}");
    place.state().must_be(before, &again.to_string());
    let nothing = place.gonogo(&RESUME).ok();
    assert!(nothing.out.contains("nothing to resume"), "{nothing}");
}

/// Resume completes it, to the ids of a release that nothing disturbed; it has nothing to do when it
/// is called again, and undo refuses.
#[track_caller]
fn completed(place: &Place, remote: &Remote) {
    let said = place.gonogo(&RESUME).ok();
    is_out(place, remote, &said);
    let here = place.state();
    place.gonogo(&RESUME).ok();
    place.gonogo(&["undo"]).refused(3, &["was pushed"]);
    place.state().must_be(&here, &said.to_string());
    place.git(&["fsck", "--connectivity-only"]);
}
