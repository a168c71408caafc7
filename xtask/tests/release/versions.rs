//! Which version it is: tags and files, here and on the remote.

use super::support::{Place, refuses, works};
use super::{at, commit, project, released};

#[test]
fn a_level_counts_from_the_last_release() {
    let (place, remote) = project("level");
    released(&place, &remote, &["minor", "--codename", "Kestrel"], "v1.3.0");
    assert!(at(&place, "v1.3.0", "pyproject.toml").contains("1.3.0"));
    assert!(at(&place, "v1.3.0", "CHANGELOG.md").contains("## [1.3.0] - "));
    assert_eq!(commit(&place, "v1.3.0"), place.git(&["rev-parse", "HEAD"]).trim());
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: a slip"]);
    released(&place, &remote, &["patch"], "v1.3.1");
}

#[test]
fn what_the_files_hold_already_is_released() {
    let (place, remote) = project("files");
    place.edit("pyproject.toml", "1.2.0", "1.3.0");
    place.edit("src/demo/__init__.py", "1.2.0", "1.3.0");
    place.commit_all("chore: 1.3.0");
    let before = place.git(&["rev-parse", "HEAD"]);
    let said = released(&place, &remote, &["minor"], "v1.3.0");
    // Only the changelog was left to write.
    let changed = place.git(&["diff", "--name-only", before.trim(), "HEAD"]);
    assert_eq!(changed, "CHANGELOG.md\n", "{said}");
}

#[test]
fn where_nothing_is_left_to_write_the_commit_that_is_there_gets_the_tag() {
    let (place, remote) = project("nothing-left");
    works(&place, &["bump", "minor"]);
    works(&place, &["changelog"]);
    place.commit_all("chore: release 1.3.0");
    let before = place.git(&["rev-parse", "HEAD"]);
    released(&place, &remote, &[], "v1.3.0");
    assert_eq!(commit(&place, "v1.3.0"), before.trim());
}

#[test]
fn without_a_level_the_next_versions_are_named() {
    let (place, _) = project("without");
    let said =
        refuses(&place, &["release"], 2, &["1.2.0 is released already; which version is next?"]);
    for (level, version) in [("patch", "1.2.1"), ("minor", "1.3.0"), ("major", "2.0.0")] {
        let line = said.err.lines().find(|line| line.contains(&format!("gonogo release {level}")));
        assert!(line.is_some_and(|line| line.ends_with(&format!("releases {version}"))), "{said}");
    }
    refuses(&place, &["release", "--pre", "rc"], 2, &["--pre goes with a level"]);
    refuses(&place, &["release", "--next"], 2, &["--next goes with a level"]);
    refuses(&place, &["release", "mnior"], 2, &["did you mean \"minor\"", "gonogo release minor"]);
    refuses(&place, &["release", "final"], 2, &["already final", "gonogo release patch"]);
    refuses(&place, &["release", "1.1.0"], 3, &["1.1.0 is lower than 1.2.0"]);
}

#[test]
fn the_first_release_is_what_the_files_hold() {
    let place = Place::repository("first");
    place.python_files();
    place.commit_all("start");
    let remote = super::Remote::origin(&place);
    let said = released(&place, &remote, &[], "v1.2.0");
    assert!(said.err.contains("the first release"), "{said}");
}

#[test]
fn a_level_without_any_release_counts_from_the_files() {
    let place = Place::repository("first-level");
    place.python_files();
    place.commit_all("start");
    let remote = super::Remote::origin(&place);
    released(&place, &remote, &["minor"], "v1.3.0");
}

#[test]
fn a_version_that_is_taken_on_the_remote_is_left_out_and_that_is_said() {
    let (place, remote) = project("taken");
    // Another clone, another branch.
    let other = super::support::clones::Clones::of(remote.url(), "taken-other", 1).0.remove(0);
    other.git(&["switch", "-q", "-c", "side"]);
    other.git(&["commit", "-q", "--allow-empty", "-m", "side"]);
    other.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    other.git(&["push", "-q", "origin", "v1.3.0"]);
    let said = released(&place, &remote, &["minor"], "v1.3.1");
    assert!(said.err.contains("1.3.0 is taken by a tag"), "{said}");
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: x"]);
    refuses(&place, &["release", "1.3.0", "--yes"], 3, &["1.3.0 is released already"]);
}

#[test]
fn a_version_that_was_withdrawn_is_burned() {
    let (place, remote) = project("burned");
    place.git(&["update-ref", "refs/gonogo/rolledback/v1.3.0", "HEAD"]);
    place.edit(
        "CHANGELOG.md",
        "## [1.2.0]",
        "## [1.2.1] - 2025-12-30 [YANKED]\n\n- bad\n\n## [1.2.0]",
    );
    place.commit_all("docs: yanked");
    let said = works(&place, &["release", "patch", "--dry-run", "--json"]);
    assert_eq!(super::json(&said)["version"], "1.2.2", "{said}");
    let said = works(&place, &["release", "patch", "--dry-run"]);
    assert!(said.out.contains("1.2.1 is yanked in the changelog: 1.2.2"), "{said}");
    let said = released(&place, &remote, &["minor"], "v1.3.1");
    assert!(said.err.contains("1.3.0 was rolled back: 1.3.1"), "{said}");
}

#[test]
fn auto_asks_the_commits() {
    let (place, remote) = project("auto");
    let said = released(&place, &remote, &["auto"], "v1.3.0");
    assert!(said.err.contains("minor since v1.2.0"), "{said}");
    place.git(&["commit", "-q", "--allow-empty", "-m", "docs: nothing new"]);
    let before = place.state();
    let said = works(&place, &["release", "auto", "--yes"]);
    assert!(said.out.contains("nothing to release since v1.3.0"), "{said}");
    place.state().must_be(&before, &said.to_string());
}

#[test]
fn repositories_of_pep440_stay_that() {
    let place = Place::repository("pep440");
    place.python_files();
    place.edit("pyproject.toml", "1.2.0", "1.2.0rc1");
    place.edit("src/demo/__init__.py", "1.2.0", "1.2.0rc1");
    place.put("gonogo.toml", "[version]\nscheme = \"pep440\"\n");
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "rc", "v1.2.0rc1"]);
    let remote = super::Remote::origin(&place);
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: x"]);
    released(&place, &remote, &["rc"], "v1.2.0rc2");
    released(&place, &remote, &["final"], "v1.2.0");
    released(&place, &remote, &["minor", "--pre", "rc"], "v1.3.0rc1");
    released(&place, &remote, &["minor"], "v1.3.0");
}

#[test]
fn what_is_being_developed_is_released_as_final() {
    let (place, remote) = project("dev");
    place.edit("pyproject.toml", "1.2.0", "1.3.0.dev0");
    place.edit("src/demo/__init__.py", "1.2.0", "1.3.0.dev0");
    place.commit_all("chore: develop");
    let ways = ["1.2.1 would go back from", "gonogo release final", "--allow-downgrade"];
    refuses(&place, &["release", "patch"], 3, &ways);
    released(&place, &remote, &[], "v1.3.0");
}

#[test]
fn tags_alone_may_say_the_version() {
    let place = Place::repository("tags-only");
    place.put(
        "pyproject.toml",
        "[build-system]\nrequires = [\"setuptools-scm\"]\n\n[project]\nname = \"demo\"\n\
         dynamic = [\"version\"]\n\n[tool.setuptools_scm]\n",
    );
    place.commit_all("start");
    let remote = super::Remote::origin(&place);
    let counts = ["no file and no tag says a version", "gonogo release 0.1.0"];
    refuses(&place, &["release", "minor"], 2, &counts);
    released(&place, &remote, &["0.1.0"], "v0.1.0");
    place.git(&["commit", "-q", "--allow-empty", "-m", "feat: more"]);
    let before = place.git(&["rev-parse", "HEAD"]);
    released(&place, &remote, &["auto"], "v0.2.0");
    assert_eq!(commit(&place, "v0.2.0"), before.trim());
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: more"]);
    refuses(&place, &["release"], 2, &["0.2.0 is released already", "gonogo release patch"]);
    released(&place, &remote, &["patch"], "v0.2.1");
}

#[test]
fn one_of_several_packages_is_released() {
    let place = Place::repository("packages");
    for name in ["core", "cli"] {
        let text = format!("[project]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
        place.put(&format!("libs/{name}/pyproject.toml"), text);
        place.put(&format!("libs/{name}/CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n");
    }
    place.commit_all("start");
    let remote = super::Remote::origin(&place);
    refuses(&place, &["release", "minor"], 2, &["several packages", "-p cli"]);
    released(&place, &remote, &["minor", "-p", "core"], "core-v1.1.0");
    assert!(place.read("libs/cli/pyproject.toml").contains("1.0.0"));
}
