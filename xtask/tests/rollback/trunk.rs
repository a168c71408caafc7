//! Releases straight on main.

use super::support::works;
use super::{commit, id, next_is, project, refuses, settled, show, tree};
use crate::support::{Place, remote::Remote};

/// 1.3.0 with a feature, and a later commit; the ids of the release and of the tip.
fn released(name: &str, toml: &str) -> (Place, Remote, String) {
    let (place, remote) = project(name, toml);
    commit(&place, "feature.txt", "feature\n", "feat: a feature");
    works(&place, &["release", "minor", "--yes"]);
    let tip = commit(&place, "later.txt", "later\n", "fix: a later thing");
    (place, remote, tip)
}

#[test]
fn code_and_tag_stay_and_the_next_release_tells_of_the_work_again() {
    let (place, remote, tip) = released("keep", "");
    let tag = id(&place, "v1.3.0");
    let said = works(&place, &["rollback", "1.3.0", "--yes", "--reason", "saving fails"]);
    assert!(said.out.contains("demo 1.3.0 is rolled back"), "{said}");
    assert!(said.out.ends_with("next: gonogo release patch\n"), "{said}");
    assert!(said.err.contains("the next free version is 1.3.1"), "{said}");
    assert!(said.err.lines().all(|line| line.chars().count() <= 100), "{said}");
    settled(&place, &remote, &["main"]);
    assert_eq!(id(&place, "main^"), tip, "one commit on top");
    assert_eq!(tree(&place, "main"), tree(&place, &tip), "no code is touched");
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    let changelog = place.read("CHANGELOG.md");
    let notice = "[YANKED]\n\n> Rolled back on 2026-01-02: saving fails. Use 1.2.0.\n\n- a feature";
    assert!(changelog.contains(notice), "{changelog}");
    assert_eq!((id(&place, "v1.3.0"), remote.id("refs/tags/v1.3.0")), (tag.clone(), Some(tag)));
    let burned = "refs/gonogo/rolledback/v1.3.0";
    assert_eq!(remote.id(burned), Some(id(&place, burned)), "other clones learn of it");
    let incident = place.read(".git/gonogo/out/1.3.0/incident.md");
    assert!(incident.contains("- Reason: saving fails"), "{incident}");
    let notice = place.read(".git/gonogo/out/1.3.0/notice.md");
    assert!(notice.contains("Use 1.2.0 until 1.3.1 is out."), "{notice}");
    let again = works(&place, &["rollback", "1.3.0"]);
    assert!(again.out.starts_with("1.3.0 was rolled back already."), "{again}");
    next_is(&place, "1.3.1", &["a feature", "a later thing"]);
}

#[test]
fn another_clone_knows_that_the_version_is_burned() {
    let (place, remote, _) = released("clone", "");
    works(&place, &["rollback", "--yes"]);
    let other = place.at(place.root.join("other"));
    place.at(&place.root).git(&["clone", "-q", remote.url(), "other"]);
    other.gonogo(&["release", "1.3.0", "--yes"]).refused(3, &["1.3.0 was withdrawn"]);
    assert!(works(&other, &["rollback", "1.3.0"]).out.contains("already"));
    next_is(&other, "1.3.1", &["a feature", "a later thing"]);
}

#[test]
fn what_it_brought_is_taken_out_where_that_is_asked_for() {
    let (place, remote, tip) = released("revert", "");
    let before = tree(&place, "v1.2.0");
    works(&place, &["rollback", "--yes", "--revert"]);
    settled(&place, &remote, &["main", "mend/v1.3.0"]);
    let mut expected = before.clone();
    expected.push(place.git(&["ls-tree", &tip, "later.txt"]).trim().to_owned());
    expected.sort_by(|one, other| one[53..].cmp(&other[53..]));
    assert_eq!(tree(&place, "main"), expected, "as before, plus what came later");
    assert!(!place.exists("feature.txt") && place.exists("later.txt"), "the work tree follows");
    assert!(show(&place, "main:CHANGELOG.md").contains("[YANKED]"));
    // The mended branch brings the work back, and takes nothing else away.
    place.git(&["switch", "-q", "mend/v1.3.0"]);
    place.put("feature.txt", "mended\n");
    place.commit_all("fix: mend the feature");
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--no-edit", "mend/v1.3.0"]);
    assert_eq!(place.read("feature.txt"), "mended\n");
    assert!(place.exists("later.txt"));
    place.git(&["push", "-q"]);
    next_is(&place, "1.3.1", &["a feature", "mend the feature"]);
}

#[test]
fn a_range_is_taken_out() {
    let (place, _remote) = project("range", "");
    let from = commit(&place, "one.txt", "one\n", "feat: one");
    commit(&place, "two.txt", "two\n", "feat: two");
    works(&place, &["release", "minor", "--yes"]);
    works(&place, &["rollback", "--yes", &format!("--revert={from}..")]);
    assert!(place.exists("one.txt") && !place.exists("two.txt"));
    assert!(place.read("pyproject.toml").contains("1.2.0"));
}

#[test]
fn what_later_commits_need_is_not_taken_out() {
    let (place, _remote) = project("conflict", "");
    commit(&place, "a.txt", "a.txt\nONE\ntwo\nthree\n", "feat: loud");
    works(&place, &["release", "minor", "--yes"]);
    commit(&place, "a.txt", "a.txt\nONE!\ntwo\nthree\n", "fix: louder");
    let words = ["later commits on main depend", "a.txt:2", "Nothing has moved", "--code keep"];
    refuses(&place, &["rollback", "--yes", "--revert"], 3, &words);
    works(&place, &["rollback", "--yes", "--code", "keep"]);
}

#[test]
fn a_tag_goes_only_where_nothing_refers_to_it() {
    let (place, remote, _) = released("delete", "");
    let tag = id(&place, "v1.3.0");
    works(&place, &["rollback", "--yes", "--delete-tag"]);
    assert_eq!(remote.id("refs/tags/v1.3.0"), None);
    assert_eq!(place.git(&["tag", "--list"]), "v1.2.0\n");
    assert_eq!(id(&place, "refs/gonogo/rolledback/v1.3.0"), tag, "its object is kept");
    let said = place.gonogo(&["tag", "1.3.0"]);
    assert!(said.code != 0, "a burned version is not tagged again: {said}");
    next_is(&place, "1.3.1", &["a feature", "a later thing"]);

    let (place, remote) = project("published", "");
    let publish = "on:\n  push:\n    tags: [\"v*\"]\njobs:\n  publish:\n    \
        runs-on: ubuntu-latest\n    steps:\n      - run: twine upload dist/*\n";
    commit(&place, ".github/workflows/release.yml", publish, "feat: publish");
    works(&place, &["release", "minor", "--yes"]);
    let words = ["v1.3.0 is not deleted", "PyPI"];
    refuses(&place, &["rollback", "--yes", "--delete-tag"], 3, &words);
    let said = works(&place, &["rollback", "--yes"]);
    assert!(said.out.contains("pypi.org/manage/project/demo/release/1.3.0/"), "{said}");
    assert!(said.out.ends_with("next: gonogo resume --done pypi\n"), "{said}");
    works(&place, &["resume", "--done", "pypi"]);
    assert!(remote.id("refs/tags/v1.3.0").is_some());
}

#[test]
fn a_release_that_was_made_by_hand() {
    let (place, remote) = project("by-hand", "");
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.3.0");
    }
    place.edit("CHANGELOG.md", "## [1.2.0]", "## [1.3.0] - 2026-01-02\n\n- by hand\n\n## [1.2.0]");
    commit(&place, "feature.txt", "x", "feat: by hand");
    place.git(&["tag", "v1.3.0"]);
    place.git(&["push", "-q", "origin", "v1.3.0"]);
    let said = works(&place, &["rollback", "v1.3.0", "--yes"]);
    assert!(said.err.contains("by Ada Example") && said.err.contains("back to 1.2.0"), "{said}");
    settled(&place, &remote, &["main"]);
    assert!(place.read("CHANGELOG.md").contains("## [1.3.0] - 2026-01-02 [YANKED]"));
    next_is(&place, "1.3.1", &["by hand"]);
}

#[test]
fn a_protected_main_is_offered_a_branch() {
    let (place, remote, tip) = released("protected", "[branches]\nprotected = [\"other\"]\n");
    commit(&place, "gonogo.toml", "[branches]\nprotected = [\"main\"]\n", "ci: protect");
    remote.protect("refs/heads/main");
    let said = works(&place, &["rollback", "--yes"]);
    let offered = remote.id("refs/heads/rollback/v1.3.0").expect("the branch");
    assert!(place.git(&["rev-parse", &format!("{offered}^^")]).trim() == tip, "{said}");
    assert!(show(&place, &format!("{offered}:CHANGELOG.md")).contains("[YANKED]"));
    assert_ne!(remote.id("refs/heads/main"), Some(offered));
}
