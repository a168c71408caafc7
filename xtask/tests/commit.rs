//! `bump --commit` makes the commit that `git commit` makes, and nothing else; what it cannot
//! commit it takes back; what it committed `undo` takes back.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "commit/framework.rs"]
mod framework;
#[path = "commit/hooks.rs"]
mod hooks;
#[path = "commit/interrupt.rs"]
mod interrupt;
#[path = "commit/like_git.rs"]
mod like_git;
#[path = "commit/meanwhile.rs"]
mod meanwhile;
#[path = "commit/outlives.rs"]
mod outlives;
#[path = "commit/refused.rs"]
mod refused;
mod support;
#[path = "commit/undo.rs"]
mod undo;

use support::{Place, Said};

/// What a bump of [`Place::python`] edits.
const VERSION_FILES: [&str; 2] = ["pyproject.toml", "src/demo/__init__.py"];

const MESSAGE: &str = "chore: version 1.3.0";

/// The bump that all of these tests are about.
const BUMP: [&str; 5] = ["bump", "minor", "--commit", "-m", "chore: version {version}"];

/// [`BUMP`] beside other tracked changes.
const BUMP_DIRTY: [&str; 6] =
    ["bump", "minor", "--commit", "-m", "chore: version {version}", "--allow-dirty"];

/// The same release by hand: the edits in place, then `git commit` of exactly those files.
fn by_hand(place: &Place) -> Said {
    for path in VERSION_FILES {
        place.edit(path, "1.2.0", "1.3.0");
    }
    commit_by_hand(place)
}

fn commit_by_hand(place: &Place) -> Said {
    let message = place.root.join("message");
    std::fs::write(&message, MESSAGE).expect("the message");
    let message = message.to_str().expect("UTF-8");
    place.run("git", &[&["commit", "-q", "-F", message, "--"], &VERSION_FILES[..]].concat())
}

fn head(place: &Place) -> String {
    place.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

/// The paths that the newest commit changes.
fn committed(place: &Place) -> Vec<String> {
    let out = place.git(&["diff-tree", "-r", "--no-commit-id", "--name-only", "HEAD"]);
    out.lines().map(str::to_owned).collect()
}
