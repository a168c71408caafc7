//! `changelog notes`, `check` and `audit`: what only reads a changelog.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "changelog_read/audit.rs"]
mod audit;
#[path = "changelog_read/check.rs"]
mod check;
#[path = "changelog_read/notes.rs"]
mod notes;
mod support;

use support::{Place, works};

/// A changelog of a project at 1.2.0.
const FILE: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- By hand (#9)\n\n\
    ## [1.2.0] - 2026-01-02\n\n### Added\n\n- A parser\n\n```\n## [1.1.5] - 2026-01-01\n```\n\n\
    ### Changed\n\n- **Breaking:** the answer\n\n## [1.1.0] - 2025-12-01 [YANKED]\n\n- Old\n\n\
    [Unreleased]: https://example.com/a/b/compare/v1.2.0...HEAD\n\
    [1.2.0]: https://example.com/a/b/compare/v1.1.0...v1.2.0\n\
    [1.1.0]: https://example.com/a/b/releases/tag/v1.1.0\n";

/// The day of everything.
const DAY: (&str, &str) = ("SOURCE_DATE_EPOCH", "1767323045");

/// That project with this changelog, released as 1.1.0 (on another day) and as 1.2.0.
fn released(name: &str, changelog: impl AsRef<[u8]>) -> Place {
    let place = Place::repository(name).with(DAY.0, DAY.1);
    place.python_files();
    let before = place.clone().with("GIT_AUTHOR_DATE", "2025-12-01T10:00:00Z");
    let before = before.with("GIT_COMMITTER_DATE", "2025-12-01T10:00:00Z");
    before.commit_all("feat: start");
    before.git(&["tag", "-a", "-m", "1.1.0", "v1.1.0"]);
    place.put("CHANGELOG.md", changelog);
    place.commit_all("feat: the changelog (#3)");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place
}

fn json(place: &Place, args: &[&str]) -> serde_json::Value {
    let said = place.gonogo(&[args, &["--json"]].concat());
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// Prints exactly this, and nothing on stderr.
#[track_caller]
fn prints(place: &Place, args: &[&str], expected: &str) {
    let said = works(place, args);
    assert_eq!((said.out.as_str(), said.err.as_str()), (expected, ""), "{args:?}");
}

#[test]
fn there_need_be_no_changelog() {
    let place = Place::python("none");
    assert!(works(&place, &["changelog", "check"]).out.contains("there is no CHANGELOG.md"));
    for command in ["notes", "audit"] {
        support::refuses(&place, &["changelog", command], 2, &["there is no CHANGELOG.md"]);
    }
}

#[test]
fn no_file_needs_to_say_a_version() {
    let place = Place::repository("bare").with(DAY.0, DAY.1);
    place.put("CHANGELOG.md", "## 1.1.0 - 2026-01-02\n\n- new\n\n## 1.0.0\n\n- old\n");
    place.commit_all("feat: start");
    place.git(&["tag", "v1.0.0"]);
    place.put("a.txt", "1");
    place.commit_all("feat: more");
    support::refuses(&place, &["changelog", "notes", "2.0.0"], 2, &["no section for 2.0.0"]);
    place.git(&["tag", "v1.1.0"]);
    prints(&place, &["changelog", "notes"], "- new\n");
    works(&place, &["changelog", "check"]);
    let said = works(&place, &["changelog", "audit"]);
    assert!(said.out.contains("2 releases, 2 tags"), "{said}");
    let args = ["changelog", "notes", "--template"];
    support::refuses(&place, &args, 2, &["{name}", "The project has no name."]);
    place.put("gonogo.toml", "name = \"shell\"\n[branches]\nmain = \"main\"\n");
    support::refuses(&place, &args, 2, &["{compare}"]);
}

#[test]
fn one_that_cannot_be_read_is_named_with_its_place() {
    let place = released("unreadable", FILE.replace("```\n\n### Changed", "\n\n### Changed"));
    for command in ["notes", "audit"] {
        let place_of = "CHANGELOG.md:15:1";
        support::refuses(&place, &["changelog", command], 2, &[place_of, "does not end"]);
    }
    let said = place.gonogo(&["changelog", "check"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("CHANGELOG.md:15   A code block begins here"), "{said}");
}

#[test]
fn nothing_is_said_of_half_written_files() {
    let place = released("open", FILE);
    place.hook("pre-commit", "kill -9 $(ps -o ppid= -p $PPID); exit 1");
    assert_eq!(place.gonogo(&["bump", "minor", "--commit"]).code, 137);
    for command in ["notes", "check", "audit"] {
        support::refuses(&place, &["changelog", command], 4, &["half done", "resume"]);
    }
}
