//! `hook` as git and the hook frameworks call it, and `init --hooks`.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

#[path = "hooks/framework.rs"]
mod framework;
#[path = "hooks/install.rs"]
mod install;
#[path = "hooks/messages.rs"]
mod messages;
#[path = "hooks/releases.rs"]
mod releases;
#[path = "hooks/staged.rs"]
mod staged;

use std::path::Path;

use support::{Place, Said, works};

/// The folder of the program under test.
fn programs() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_gonogo")).parent().expect("a folder")
}

/// The place with the program under test on its PATH.
fn with_program(place: &Place) -> Place {
    let path = std::env::var("PATH").expect("PATH");
    place.clone().with("PATH", &format!("{}:{path}", programs().display()))
}

/// The place with our git hooks.
fn hooked(place: &Place) -> Place {
    let place = with_program(place);
    works(&place, &["init", "--hooks"]);
    place
}

/// `git commit` of what is staged.
fn commit(place: &Place, options: &[&str]) -> Said {
    place.run("git", &[&["commit", "-q"], options].concat())
}

/// Runs the first command that was offered, as a person would copy it.
#[track_caller]
fn copy(place: &Place, said: &Said) {
    let line = said.err.lines().find_map(|line| line.trim().strip_prefix("next: "));
    // The words on what it is for stand after two blanks.
    let command = line.unwrap_or_else(|| panic!("no next: line in {said}")).split("  ").next();
    place.run("sh", &["-c", command.expect("a command")]).ok();
}
