//! `rollback`: a release that is out is withdrawn, from whatever it was made on and by whom.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "rollback/arguments.rs"]
mod arguments;
#[path = "rollback/commands.rs"]
mod commands;
#[path = "rollback/merged.rs"]
mod merged;
mod support;
#[path = "rollback/trunk.rs"]
mod trunk;

use support::remote::{self, Remote};
use support::{Place, Said, works};

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n\n- old\n";

/// A project at 1.2.0 with this gonogo.toml, and a remote that has all of it.
fn project(name: &str, toml: &str) -> (Place, Remote) {
    remote::python(name, toml, CHANGELOG)
}

/// A commit of one file, pushed.
fn commit(place: &Place, file: &str, text: &str, subject: &str) -> String {
    place.put(file, text);
    place.commit_all(subject);
    place.git(&["push", "-q", "origin", "HEAD"]);
    id(place, "HEAD")
}

fn id(place: &Place, name: &str) -> String {
    place.git(&["rev-parse", "--verify", name]).trim().to_owned()
}

/// The tree of a commit but for the changelog, as git lists it.
fn tree(place: &Place, commit: &str) -> Vec<String> {
    let listed = place.git(&["ls-tree", "-r", commit]);
    listed.lines().filter(|line| !line.ends_with("CHANGELOG.md")).map(str::to_owned).collect()
}

fn show(place: &Place, name: &str) -> String {
    place.git(&["show", name])
}

/// The remote has what is here, the work tree is that of the branch.
#[track_caller]
fn settled(place: &Place, remote: &Remote, branches: &[&str]) {
    for branch in branches {
        let name = format!("refs/heads/{branch}");
        assert_eq!(remote.id(&name), Some(id(place, &name)), "{branch}");
    }
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

/// A refusal changes nothing; the first time it may fetch.
#[track_caller]
fn refuses(place: &Place, args: &[&str], code: i32, fragments: &[&str]) -> Said {
    place.gonogo(args);
    support::refuses(place, args, code, fragments)
}

/// The next release is this one, and tells of all of these.
#[track_caller]
fn next_is(place: &Place, version: &str, entries: &[&str]) {
    let said = works(place, &["release", "patch", "--yes"]);
    let changelog = place.read("CHANGELOG.md");
    let section = changelog.split("\n## ").find(|part| part.starts_with(&format!("[{version}]")));
    let section = section.unwrap_or_else(|| panic!("no {version}: {changelog}\n{said}"));
    for entry in entries {
        assert!(section.contains(entry), "{entry}: {section}");
    }
}
