//! The release procedures of five kinds of projects, as their maintainers would type them: release,
//! hotfix, rollback, each on real repositories with remotes. What a step must leave is asserted after
//! it: refs, parents, trees, messages, version files, changelogs, the remote.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "documents/application.rs"]
mod application;
#[path = "documents/deployment.rs"]
mod deployment;
#[path = "documents/hub.rs"]
mod hub;
#[path = "documents/library.rs"]
mod library;
#[path = "documents/services.rs"]
mod services;
mod support;

use support::Place;
use support::remote::Remote;

/// What a name means, in full.
fn id(place: &Place, name: &str) -> String {
    place.git(&["rev-parse", "--verify", "--end-of-options", name]).trim().to_owned()
}

/// The parents of a commit.
fn parents(place: &Place, name: &str) -> Vec<String> {
    let line = place.git(&["rev-list", "--parents", "-n", "1", name]);
    line.split_whitespace().skip(1).map(str::to_owned).collect()
}

/// The first line of what a tag or commit says.
fn says(place: &Place, name: &str) -> String {
    let format = "--format=%(contents:subject)";
    let tag = format!("refs/tags/{name}");
    let said = place.git(&["for-each-ref", format, &tag]);
    let said = if said.is_empty() { place.git(&["log", "-1", "--format=%s", name]) } else { said };
    said.trim_end().to_owned()
}

/// A file as a commit or tag has it.
fn at(place: &Place, name: &str, path: &str) -> String {
    place.git(&["show", &format!("{name}:{path}")])
}

/// The paths in which two commits differ.
fn differ(place: &Place, one: &str, other: &str) -> Vec<String> {
    let names = place.git(&["diff", "--name-only", "--no-renames", one, other]);
    names.lines().map(str::to_owned).collect()
}

/// Each of these refs is on the remote what it is here, and nothing is left in the work tree.
#[track_caller]
fn same_there(place: &Place, remote: &Remote, names: &[&str]) {
    for name in names {
        assert_eq!(remote.id(name), Some(id(place, name)), "{name}");
    }
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

/// Neither here nor there.
#[track_caller]
fn gone(place: &Place, remote: &Remote, name: &str) {
    let here = place.run("git", &["rev-parse", "-q", "--verify", name]);
    assert_eq!((here.code, remote.id(name)), (1, None), "{name}");
}

/// Every one of these texts, in this order.
#[track_caller]
fn in_order(text: &str, each: &[&str]) {
    let mut from = 0;
    for one in each {
        let found =
            text[from..].find(one).unwrap_or_else(|| panic!("{one:?} after {from}: {text}"));
        from += found + one.len();
    }
}
