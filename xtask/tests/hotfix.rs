//! Hotfixes: a branch from a release that is out, and its end.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "hotfix/finish.rs"]
mod finish;
#[path = "hotfix/protected.rs"]
mod protected;
#[path = "hotfix/start.rs"]
mod start;
mod support;

use support::remote::{self, Remote};
use support::{Place, Said, works};

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n\n- old\n";

/// The files of a version.
const VERSIONED: [&str; 2] = ["pyproject.toml", "src/demo/__init__.py"];

/// A project at 1.2.0 with this gonogo.toml, and a remote that has all of it.
fn project(name: &str, toml: &str) -> (Place, Remote) {
    remote::python(name, toml, CHANGELOG)
}

/// A branch that goes on from 1.2.0 to another version, with an entry that waits; pushed.
fn ahead(place: &Place, branch: &str, version: &str) {
    place.git(&["switch", "-q", "-c", branch, "v1.2.0"]);
    for path in VERSIONED {
        place.edit(path, "1.2.0", version);
    }
    place.edit("CHANGELOG.md", "sed]\n", &format!("sed]\n\n### Added\n\n- for {version}\n"));
    place.commit_all(&format!("chore: begin {version}"));
    place.git(&["push", "-q", "-u", "origin", branch]);
    place.git(&["switch", "-q", "main"]);
}

/// Another clone of the same remote.
fn clone(place: &Place, remote: &Remote, name: &str) -> Place {
    place.at(&place.root).git(&["clone", "-q", remote.url(), name]);
    place.at(place.root.join(name))
}

/// The same without the commit of the release, and without its tag.
fn shallow(place: &Place, remote: &Remote, name: &str) -> Place {
    bot(place, "later.txt");
    let url = format!("file://{}", remote.path().display());
    let args = ["clone", "-q", "--depth", "1", "--no-tags", &url, name];
    place.at(&place.root).git(&args);
    place.at(place.root.join(name))
}

/// A commit of one file on the branch that is checked out, pushed.
fn bot(place: &Place, file: &str) {
    place.put(file, file);
    place.commit_all(&format!("docs: {file}"));
    place.git(&["push", "-q"]);
}

/// A fix on a branch made by hand from a release: without a bump.
fn fixed(place: &Place, version: &str, base: &str, (file, old, new): (&str, &str, &str)) {
    place.git(&["switch", "-q", "-c", &format!("hotfix/v{version}"), base]);
    place.edit(file, old, new);
    place.commit_all(&format!("fix: {old} is {new}"));
}

/// A fix of its own file.
const FIX: (&str, &str, &str) = ("a.txt", "two", "zwei");

fn id(place: &Place, name: &str) -> String {
    place.git(&["rev-parse", "--verify", name]).trim().to_owned()
}

fn show(place: &Place, name: &str, path: &str) -> String {
    place.git(&["show", &format!("{name}:{path}")])
}

/// Every version file of a commit says this.
#[track_caller]
fn says(place: &Place, name: &str, version: &str) {
    for path in VERSIONED {
        let text = show(place, name, path);
        assert!(text.contains(&format!("\"{version}\"")), "{name}:{path}: {text}");
    }
}

/// The lines of the changelog of a commit that stand in this order, and no release twice.
#[track_caller]
fn in_order(place: &Place, name: &str, lines: &[&str]) {
    let text = show(place, name, "CHANGELOG.md");
    let at = |line: &&str| text.find(*line).unwrap_or_else(|| panic!("no {line:?} in {text}"));
    let at: Vec<usize> = lines.iter().map(at).collect();
    assert!(at.is_sorted(), "{name}: {text}");
    let mut headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    headings.sort_unstable();
    assert!(headings.windows(2).all(|two| two[0] != two[1]), "{name}: {text}");
}

/// A merge of these parents that is git's own but for version files and changelog, with this
/// message.
#[track_caller]
fn is_merge(place: &Place, name: &str, parents: [&str; 2], message: &str) {
    let said = place.git(&["log", "-1", "--format=%P%n%B", name]);
    assert_eq!(said.trim_end(), format!("{} {}\n{message}", parents[0], parents[1]), "{name}");
    let own = place.run("git", &["merge-tree", "--write-tree", parents[0], parents[1]]).out;
    let own = own.lines().next().expect("a tree");
    let differs = place.git(&["diff", "--name-only", own, name]);
    for path in differs.lines() {
        assert!(VERSIONED.contains(&path) || path == "CHANGELOG.md", "{name}: {path}");
    }
    let markers = place.run("git", &["grep", "-E", "^(<<<<<<<|>>>>>>>) ", name]);
    assert_eq!(markers.out, "");
}

/// The remote has a branch where it is here.
#[track_caller]
fn there(place: &Place, remote: &Remote, branch: &str) {
    assert_eq!(remote.id(&format!("refs/heads/{branch}")), Some(id(place, branch)), "{branch}");
}

/// Where the remote has a branch; it must have it.
#[track_caller]
fn tip(remote: &Remote, branch: &str) -> String {
    let full = format!("refs/heads/{branch}");
    remote.id(&full).unwrap_or_else(|| panic!("{branch} is not there"))
}

/// The end of a hotfix, which must succeed.
#[track_caller]
fn finishes(place: &Place, more: &[&str]) -> Said {
    works(place, &[&["hotfix", "finish", "--yes"][..], more].concat())
}
