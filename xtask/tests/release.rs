//! `release`: from the version to the push, with real remotes; what it refuses, it refuses before
//! anything has changed.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "release/branches.rs"]
mod branches;
#[path = "release/existing.rs"]
mod existing;
#[path = "release/followed.rs"]
mod followed;
#[path = "release/notes.rs"]
mod notes;
#[path = "release/red.rs"]
mod red;
#[path = "release/refused.rs"]
mod refused;
#[path = "release/remotes.rs"]
mod remotes;
#[path = "release/screens.rs"]
mod screens;
mod support;
#[path = "release/unusual.rs"]
mod unusual;
#[path = "release/versions.rs"]
mod versions;

use support::remote::Remote;
use support::{Place, Said, works};

const MAIN: &str = "refs/heads/main";

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- by hand\n\n\
    ## [1.2.0] - 2025-12-24\n\n- first\n";

/// A Python project at 1.2.0 with a changelog, one change since its release, and a remote that has
/// all of it.
fn project(name: &str) -> (Place, Remote) {
    let place = changed(name);
    let remote = Remote::origin(&place);
    (place, remote)
}

/// The same without a remote.
fn changed(name: &str) -> Place {
    let place = Place::repository(name);
    place.python_files();
    place.put("CHANGELOG.md", CHANGELOG);
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place.put("new.txt", "new\n");
    place.commit_all("feat: a new thing");
    place
}

/// Releases, and looks whether remote and work tree have it.
#[track_caller]
fn released(place: &Place, remote: &Remote, args: &[&str], tag: &str) -> Said {
    let said = works(place, &[&["release"], args, &["--yes"]].concat());
    for name in [MAIN, &format!("refs/tags/{tag}")] {
        let here = place.git(&["rev-parse", name]).trim().to_owned();
        assert_eq!(remote.id(name), Some(here), "{name}: {said}");
    }
    assert_eq!(place.git(&["status", "--porcelain"]), "", "{said}");
    said
}

/// The commit behind a tag.
fn commit(place: &Place, tag: &str) -> String {
    place.git(&["rev-parse", &format!("refs/tags/{tag}^{{commit}}")]).trim().to_owned()
}

/// A file as a commit or tag has it.
fn at(place: &Place, tag: &str, path: &str) -> String {
    place.git(&["show", &format!("{tag}:{path}")])
}

/// The object of a JSON answer.
#[track_caller]
fn json(said: &Said) -> serde_json::Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}
