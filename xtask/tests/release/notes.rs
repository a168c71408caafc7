//! The changelog of a release: what it tells of, and since when.

use super::support::{refuses, works};
use super::{at, project, released};

/// The section of a version, up to the next one.
fn section(text: &str, version: &str) -> String {
    let (_, rest) = text.split_once(&format!("## [{version}]")).unwrap_or_else(|| panic!("{text}"));
    rest.split("\n## [").next().unwrap().to_owned()
}

#[test]
fn a_final_tells_of_everything_since_the_last_full_release() {
    let (place, remote) = project("final");
    let said = released(&place, &remote, &["minor", "--pre", "rc"], "v1.3.0-rc.1");
    assert!(said.err.contains("what changed stays under Unreleased in CHANGELOG.md"), "{said}");
    assert!(!at(&place, "v1.3.0-rc.1", "CHANGELOG.md").contains("1.3.0"), "no section of its own");
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: found in the first candidate"]);
    released(&place, &remote, &["rc"], "v1.3.0-rc.2");
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: found in the second candidate"]);
    let said = released(&place, &remote, &["final"], "v1.3.0");
    assert!(said.err.contains("previous v1.2.0"), "{said}");
    let told = section(&place.read("CHANGELOG.md"), "1.3.0");
    for entry in ["by hand", "a new thing", "the first candidate", "the second candidate"] {
        assert!(told.contains(entry), "{entry}: {told}");
    }
}

#[test]
fn a_prerelease_may_have_a_section() {
    let (place, remote) = project("sections");
    place.put("gonogo.toml", "[changelog]\nprereleases = \"section\"\n");
    place.commit_all("chore: sections");
    released(&place, &remote, &["minor", "--pre", "rc"], "v1.3.0-rc.1");
    assert!(section(&place.read("CHANGELOG.md"), "1.3.0-rc.1").contains("a new thing"));
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: found in the first candidate"]);
    let said = released(&place, &remote, &["rc"], "v1.3.0-rc.2");
    let second = section(&place.read("CHANGELOG.md"), "1.3.0-rc.2");
    assert!(
        second.contains("first candidate") && !second.contains("a new thing"),
        "{said}{second}"
    );
}

#[test]
fn a_section_that_is_there_is_the_maintainers() {
    let (place, remote) = project("theirs");
    place.edit(
        "CHANGELOG.md",
        "## [1.2.0]",
        "## [1.3.0] - 2026-01-01\n\n- all of it\n\n## [1.2.0]",
    );
    place.commit_all("docs: what is new");
    let before = place.read("CHANGELOG.md");
    released(&place, &remote, &["minor"], "v1.3.0");
    assert_eq!(place.read("CHANGELOG.md"), before);
}

#[test]
fn no_changelog_is_no_obstacle() {
    let place = super::support::Place::python("none");
    let remote = super::Remote::origin(&place);
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: x"]);
    released(&place, &remote, &["patch"], "v1.2.1");
    assert!(!place.exists("CHANGELOG.md"));
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    let (place, _) = project("clock");
    let place = place.with("SOURCE_DATE_EPOCH", "1704067200");
    let to_come = ["1.2.0 is dated 2025-12-24, which is still to come"];
    refuses(&place, &["release", "minor", "--yes"], 3, &to_come);
    let place = super::support::Place::python("clock-alone");
    super::Remote::origin(&place);
    let place = place.with("SOURCE_DATE_EPOCH", "1704067200");
    let said = works(&place, &["release", "minor", "--dry-run"]);
    let why = "! it is 2024-01-01 here, and the last commit is of 2026-01-02";
    assert!(said.out.lines().any(|line| line == why), "{said}");
}
