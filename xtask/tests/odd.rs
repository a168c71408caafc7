//! Odd surroundings: the same result as anywhere, or a clear refusal before anything has changed.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "odd/arguments.rs"]
mod arguments;
#[path = "odd/files.rs"]
mod files;
#[path = "odd/inside.rs"]
mod inside;
#[path = "odd/operations.rs"]
mod operations;
#[path = "odd/places.rs"]
mod places;
#[path = "odd/releases.rs"]
mod releases;
mod support;
#[path = "odd/surroundings.rs"]
mod surroundings;
#[path = "odd/terminal.rs"]
mod terminal;

use support::{Place, undone, works};

const INIT: &str = "src/demo/__init__.py";

/// A bump changes the two version files by one byte each, what git calls changed, and nothing
/// else; `undo` brings it all back.
#[track_caller]
fn bumps(place: &Place) {
    let before = place.state();
    let said = works(place, &["bump", "minor"]);
    let config = place.run("git", &["config", "--global", "--list"]).out;
    let changed = place.state().changed(&before);
    let expected = ["pyproject.toml", INIT, "status"];
    assert_eq!(changed, expected, "{said}{config}");
    for path in ["pyproject.toml", INIT] {
        assert!(place.read(path).contains("1.3.0"), "{path} {said}");
    }
    undone(place, &before);
}
