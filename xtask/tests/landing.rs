//! The ways of a release to main: pull requests and the tag after them, release branches that are
//! merged, and what becomes of a push that was refused.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "landing/branches.rs"]
mod branches;
#[path = "landing/pulls.rs"]
mod pulls;
#[path = "landing/refused.rs"]
mod refused;
mod support;

use support::remote::{self, Remote};
use support::{Place, Said};

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a thing\n\n\
    ## [1.2.0] - 2026-01-01\n\n- old\n";

/// A project at 1.2.0 with this gonogo.toml, and a remote that has all of it.
fn project(name: &str, toml: &str) -> (Place, Remote) {
    remote::python(name, toml, CHANGELOG)
}

/// Another clone of the same remote.
fn clone(place: &Place, remote: &Remote, name: &str) -> Place {
    let other = place.at(place.root.join(name));
    place.at(&place.root).git(&["clone", "-q", remote.url(), name]);
    other
}

/// A commit of one file, pushed.
fn bot(place: &Place, file: &str) {
    place.put(file, file);
    place.commit_all(&format!("chore: {file}"));
    place.git(&["push", "-q"]);
}

fn id(place: &Place, name: &str) -> String {
    place.git(&["rev-parse", "--verify", name]).trim().to_owned()
}

/// As [`support::refuses`], after a first time that has fetched.
#[track_caller]
fn refuses(place: &Place, args: &[&str], code: i32, fragments: &[&str]) -> Said {
    place.gonogo(args);
    support::refuses(place, args, code, fragments)
}
