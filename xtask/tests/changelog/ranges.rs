//! Which commits a section tells of.

use super::support::{Place, refuses, works};
use super::{LOG, NOW, commits, demo, json};

/// The texts of the entries that would be added.
fn added(place: &Place, args: &[&str]) -> Vec<String> {
    let told = json(place, &[&["changelog", "--dry-run"], args].concat());
    let added = told["changelogs"][0]["added"].as_array().expect("a section").iter();
    added.map(|entry| entry["text"].as_str().expect("a text").to_owned()).collect()
}

/// Files at 1.3.0, one commit, no tag.
fn untagged(name: &str) -> Place {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", NOW);
    place.put("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.3.0\"\n");
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n");
    place.commit_all("feat: the beginning");
    place
}

fn tag(place: &Place, tag: &str) {
    place.git(&["tag", "-a", "-m", tag, tag]);
}

#[test]
fn the_range_starts_at_the_nearest_full_release() {
    let place = untagged("no-tags");
    commits(&place, &["fix: later"]);
    assert_eq!(added(&place, &[]), ["the beginning", "later"]);

    let place = untagged("unrelated");
    for other in ["archive/1.2.0", "models-v1.2.0", "nightly", "20240115"] {
        tag(&place, other);
    }
    assert_eq!(added(&place, &[]), ["the beginning"]);

    let place = untagged("reset");
    tag(&place, "v9.0.0");
    commits(&place, &["feat: the new line"]);
    tag(&place, "v1.2.0");
    commits(&place, &["feat: after the reset"]);
    assert_eq!(added(&place, &[]), ["after the reset"]);

    let place = untagged("higher");
    tag(&place, "v9.0.0");
    commits(&place, &["feat: the new line"]);
    assert_eq!(added(&place, &[]), ["the new line"]);
    let said = works(&place, &["changelog", "--dry-run"]);
    assert!(said.out.contains("! 1.3.0 does not come after v9.0.0"), "{said}");

    let place = untagged("unreachable");
    tag(&place, "v1.2.0");
    place.git(&["checkout", "-q", "-b", "next"]);
    commits(&place, &["feat: elsewhere"]);
    tag(&place, "v2.0.0");
    place.git(&["checkout", "-q", "main"]);
    commits(&place, &["feat: here"]);
    assert_eq!(added(&place, &[]), ["here"]);
    // Wherever HEAD is.
    place.git(&["checkout", "-q", "--detach"]);
    assert_eq!(added(&place, &[]), ["here"]);

    let place = untagged("prereleases");
    tag(&place, "v1.2.0");
    commits(&place, &["feat: one"]);
    tag(&place, "v1.3.0-rc.1");
    commits(&place, &["feat: two"]);
    assert_eq!(added(&place, &[]), ["one", "two"], "the final tells of all");
}

#[test]
fn an_empty_range_makes_an_empty_section_and_says_so() {
    let place = untagged("empty");
    tag(&place, "v1.2.0");
    let said = works(&place, &["changelog"]);
    assert!(said.out.contains("2026-11-21    no entries\n"), "{said}");
    assert!(said.out.contains("! nothing was found to tell of"), "{said}");
}

#[test]
fn since_overrides_where_it_starts() {
    let place = demo("since", LOG, &["feat: one", "feat: two", "feat: three"]);
    place.git(&["tag", "milestone", "HEAD~2"]);
    assert_eq!(added(&place, &[]), ["one", "two", "three"]);
    assert_eq!(added(&place, &["--since", "milestone"]), ["three"]);
    let id = place.git(&["rev-parse", "HEAD~3"]);
    assert_eq!(added(&place, &["--since", id.trim()]), ["two", "three"]);
    let said = works(&place, &["changelog", "--since", "milestone"]);
    let link = "[1.3.0]: https://github.com/acme/demo/compare/v1.2.0...v1.3.0";
    assert!(place.read("CHANGELOG.md").contains(link), "{said}");
    works(&place, &["undo"]);
    refuses(&place, &["changelog", "--since", "nothing"], 2, &["is no tag and no commit"]);
    refuses(&place, &["changelog", "--since", "milestone..HEAD"], 2, &["no tag and no commit"]);
    refuses(&place, &["changelog", "--since=--all"], 2, &["is no tag and no commit"]);
    place.git(&["checkout", "-q", "-b", "side", "v1.2.0"]);
    commits(&place, &["feat: aside"]);
    place.git(&["tag", "aside"]);
    place.git(&["checkout", "-q", "main"]);
    refuses(&place, &["changelog", "--since", "aside"], 2, &["not in the history"]);
}

#[test]
fn a_prerelease_stays_in_unreleased_unless_it_has_a_section() {
    let place = demo("rc", LOG, &["feat: one"]);
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.3.0", "1.3.0-rc.2");
    }
    place.commit_all("chore: rc");
    let before = place.state();
    let said = works(&place, &["changelog"]);
    assert!(said.out.contains("1.3.0-rc.2 is a pre-release"), "{said}");
    assert!(said.out.ends_with("next: gonogo changelog notes\n"), "{said}");
    place.state().must_be(&before, &said.out);
    assert_eq!(place.operations(), [""; 0]);
    place.put("gonogo.toml", "[changelog]\nprereleases = \"section\"\n");
    assert_eq!(added(&place, &[]), ["one"]);
    place.git(&["tag", "v1.3.0-rc.1", "HEAD"]);
    commits(&place, &["feat: two"]);
    assert_eq!(added(&place, &[]), ["two"], "since the release before");
    works(&place, &["changelog"]);
    assert!(place.read("CHANGELOG.md").contains("## [1.3.0-rc.2] - 2026-11-21"));
}

#[test]
fn a_shallow_clone_is_deepened_first() {
    let whole = demo("deep", LOG, &["feat: one", "feat: two"]);
    let url = format!("file://{}", whole.top.display());
    whole.git(&["clone", "-q", "--depth", "2", "--no-tags", &url, "../shallow"]);
    let shallow = whole.at(whole.root.join("shallow"));
    refuses(&shallow, &["changelog"], 3, &["shallow", "git fetch --unshallow --tags origin"]);
    shallow.git(&["fetch", "-q", "--unshallow", "--tags", "origin"]);
    assert_eq!(added(&shallow, &[]), ["one", "two"]);
}
