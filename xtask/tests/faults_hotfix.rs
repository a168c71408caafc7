//! What goes wrong while `hotfix finish` and `rollback` move several branches at once: on the way to
//! the remote, in a gate or a redeploy command, by the user's own hand, by somebody else's. Afterwards
//! nothing has changed, or exactly one of `resume` and `undo` is needed; once a command of a rollback
//! has begun, only `resume`, which does not repeat it. `faults_release.rs` is the same for `release`.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "faults_hotfix/connection.rs"]
mod connection;
#[path = "faults_hotfix/local.rs"]
mod local;
#[path = "faults_hotfix/refused.rs"]
mod refused;
mod support;

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use support::clones::Clones;
use support::remote::Remote;
use support::{Place, Said, State};

/// What both have of the project: a gate and a redeploy command run `.git/does` where there is one.
const TOML: &str = "[branches]\ndevelop = \"develop\"\n\
    [gates]\ndoes = { shell = '[ ! -e .git/does ] || sh .git/does' }\n";

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n\n- old\n";
const RESUME: [&str; 2] = ["resume", "--yes"];
const VERSIONED: [&str; 2] = ["pyproject.toml", "src/demo/__init__.py"];

/// A command that moves several branches of a project, and what it leaves on the remote.
struct Flow {
    name: &'static str,
    args: &'static [&'static str],
    project: fn(&str) -> (Place, Remote),
    /// What undo says; `None`: it restores what was there.
    keeps: Option<&'static str>,
    /// The new ref that somebody else could have made.
    makes: &'static str,
}

const HOTFIX: Flow = Flow {
    name: "hotfix",
    args: &["hotfix", "finish", "--yes"],
    project: to_finish,
    keeps: None,
    makes: "refs/tags/v1.2.1",
};

const ROLLBACK: Flow = Flow {
    name: "rollback",
    args: &["rollback", "1.2.1", "--yes"],
    project: |name| released(name, ""),
    keeps: None,
    makes: "refs/heads/mend/v1.2.1",
};

/// The same with a command, which is over when git begins.
const REDEPLOY: Flow = Flow {
    name: "redeploy",
    project: |name| {
        released(name, "[rollback]\nredeploy = \"./deploy $GONOGO_PREVIOUS_VERSION\"\n")
    },
    keeps: Some("redeploy ran: ./deploy 1.2.0"),
    ..ROLLBACK
};

const FLOWS: [&Flow; 3] = [&HOTFIX, &ROLLBACK, &REDEPLOY];

/// A project at 1.2.0 whose develop is at 1.3.0-rc.1, and a hotfix of 1.2.0 that is checked out.
fn begun(name: &str, toml: &str) -> (Place, Remote) {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", "1767319445");
    place.python_files();
    place.put("CHANGELOG.md", CHANGELOG);
    place.put("gonogo.toml", format!("{TOML}{toml}"));
    place.script("deploy", "echo \"$*\" >> .git/deployed\n[ ! -e .git/does ] || sh .git/does");
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place.git(&["switch", "-q", "-c", "develop"]);
    for path in VERSIONED {
        place.edit(path, "1.2.0", "1.3.0-rc.1");
    }
    place.edit("CHANGELOG.md", "sed]\n", "sed]\n\n### Added\n\n- coming\n");
    place.commit_all("chore: begin 1.3.0");
    place.git(&["switch", "-q", "main"]);
    place.put("later.txt", "later\n");
    place.commit_all("docs: later");
    let remote = Remote::origin(&place);
    place.git(&["switch", "-q", "-c", "hotfix/v1.2.1", "v1.2.0"]);
    place.edit("b.txt", "three", "THREE");
    place.commit_all("fix: loud");
    (place, remote)
}

fn to_finish(name: &str) -> (Place, Remote) {
    let (place, remote) = begun(name, "");
    place.git(&["push", "-q", "-u", "origin", "hotfix/v1.2.1"]);
    (place, remote)
}

/// The hotfix is out, made by hand, and main has gone on.
fn released(name: &str, toml: &str) -> (Place, Remote) {
    let (place, remote) = begun(name, toml);
    place.git(&["push", "-q", "-u", "origin", "hotfix/v1.2.1"]);
    place.gonogo(HOTFIX.args).ok();
    place.put("more.txt", "more\n");
    place.commit_all("docs: more");
    place.git(&["push", "-q"]);
    (place, remote)
}

/// What the gate or the redeploy command does, once.
fn does(place: &Place, shell: &str) {
    place.put(".git/does", format!("rm .git/does\n{shell}\n"));
}

/// Another person's clone, beside the work tree.
fn somebody(place: &Place, remote: &Remote) -> Place {
    let name = place.root.file_name().and_then(|name| name.to_str()).expect("a name");
    let other = Clones::of(remote.url(), &format!("{name}-somebody"), 1).0.remove(0);
    std::fs::rename(&other.top, place.root.join("somebody")).expect("a neighbour");
    other.at(place.root.join("somebody"))
}

/// The branches and tags with their ids.
fn ids(place: &Place) -> String {
    place.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"])
}

/// Commands of the rollback that ran.
fn deployed(place: &Place) -> usize {
    if place.exists(".git/deployed") { place.read(".git/deployed").lines().count() } else { 0 }
}

impl Flow {
    fn project(&self, name: &str) -> (Place, Remote) {
        let first = self.first();
        let place = Place::empty(&format!("{} {name}", self.name));
        let place = place.with("SOURCE_DATE_EPOCH", "1767319445");
        let mut copies = Command::new("cp");
        let copied = copies.arg("-a").arg(first.join(".")).arg(&place.root).status();
        assert!(copied.expect("cp runs").success());
        let remote = Remote::empty(&place, "origin");
        place.git(&["remote", "set-url", "origin", remote.url()]);
        (place, remote)
    }

    /// The one that all others are copies of: it takes some seconds to make.
    fn first(&self) -> std::path::PathBuf {
        static MADE: Mutex<Vec<&str>> = Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{} first", self.name);
        if !made.contains(&self.name) {
            (self.project)(&name);
            made.push(self.name);
        }
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME")).join(name)
    }

    /// The remote has what is here; nothing waits, nothing ran twice.
    #[track_caller]
    fn is_out(&self, place: &Place, remote: &Remote, said: &Said) {
        assert_eq!(ids(&remote.place), ids(place), "{said}");
        assert!(remote.id(self.makes).is_some(), "{said}");
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{said}");
        assert_eq!(place.operations()[0], "done", "{said}");
        assert_eq!(deployed(place), usize::from(self.keeps.is_some()), "{said}");
    }

    /// It is open, and stops everything else.
    #[track_caller]
    fn is_open(&self, place: &Place) {
        assert_eq!(place.operations()[0], "open");
        let here = place.state();
        for command in [self.args, &["bump", "patch"]] {
            place.gonogo(command).refused(4, &["half done", "resume"]);
        }
        place.state().must_be(&here, "other commands");
    }

    /// Undo restores this, any number of times; where a command ran it refuses, and says which.
    /// Returns whether it is undone.
    #[track_caller]
    fn undone(&self, place: &Place, before: &State) -> bool {
        self.is_open(place);
        let Some(ran) = self.keeps else {
            support::undone(place, before);
            let again = place.gonogo(&["undo"]).ok();
            assert!(again.out.contains("already undone"), "{again}");
            place.state().must_be(before, &again.to_string());
            return true;
        };
        let here = place.state();
        let said = place.gonogo(&["undo"]).refused(4, &["not undone", ran]);
        place.state().must_be(&here, &said.to_string());
        self.is_open(place);
        false
    }

    /// Resume completes it, and has nothing to do when it is called again; undo refuses.
    #[track_caller]
    fn completed(&self, place: &Place, remote: &Remote) {
        let said = place.gonogo(&RESUME).ok();
        self.is_out(place, remote, &said);
        let (here, there) = (place.state(), remote.state());
        place.gonogo(&RESUME).ok();
        place.gonogo(&["undo"]).refused(3, &["not undone"]);
        place.state().must_be(&here, &said.to_string());
        remote.state().must_be(&there, &said.to_string());
        assert_eq!(deployed(place), usize::from(self.keeps.is_some()), "{said}");
        place.git(&["fsck", "--connectivity-only"]);
    }
}
