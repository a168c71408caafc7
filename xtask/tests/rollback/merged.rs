//! Releases that came to main by one merge.

use super::support::works;
use super::{commit, id, next_is, project, refuses, settled, show, tree};
use crate::support::{Place, remote::Remote};

const BRANCHES: &str =
    "[release]\nbranch = \"release/v{version}\"\n[branches]\ndevelop = \"develop\"\n";

/// main and develop at 1.2.0, and 1.3.0 released by a branch that was merged into both; later commits
/// on both.
fn released(name: &str) -> (Place, Remote) {
    let (place, remote) = project(name, BRANCHES);
    place.git(&["push", "-q", "origin", "main:develop"]);
    place.git(&["branch", "-q", "develop", "origin/develop"]);
    works(&place, &["release", "start", "minor", "--yes"]);
    commit(&place, "feature.txt", "feature\n", "feat: a feature");
    works(&place, &["release", "finish", "--yes"]);
    commit(&place, "later.txt", "later\n", "fix: a later thing");
    place.git(&["switch", "-q", "develop"]);
    commit(&place, "coming.txt", "coming\n", "feat: what comes");
    place.git(&["switch", "-q", "main"]);
    (place, remote)
}

/// The tree as it was, and one file more.
fn with(place: &Place, before: &[String], commit: &str, file: &str) -> Vec<String> {
    let mut all = before.to_vec();
    all.push(place.git(&["ls-tree", commit, file]).trim().to_owned());
    all.sort_by_key(|line| line.split('\t').next_back().map(str::to_owned));
    all
}

#[test]
fn the_merge_is_taken_out_of_every_branch_it_was_put_on() {
    let (place, remote) = released("both");
    let before = tree(&place, "v1.2.0");
    let said = works(&place, &["rollback", "1.3.0", "--yes"]);
    settled(&place, &remote, &["main", "develop", "mend/v1.3.0"]);
    assert!(said.out.contains("mend/v1.3.0"), "{said}");
    assert_eq!(tree(&place, "main"), with(&place, &before, "main", "later.txt"));
    // What main has besides comes along, or a merge of the two would take it away.
    let both = with(&place, &before, "main", "later.txt");
    assert_eq!(tree(&place, "develop"), with(&place, &both, "develop", "coming.txt"));
    for branch in ["main", "develop"] {
        let changelog = show(&place, &format!("{branch}:CHANGELOG.md"));
        assert!(changelog.contains("## [1.3.0] - 2026-01-02 [YANKED]"), "{branch}: {changelog}");
    }
    place.git(&["merge-base", "--is-ancestor", "main", "develop"]);
    // The mended branch brings the work back, everywhere, and takes nothing away.
    place.git(&["switch", "-q", "mend/v1.3.0"]);
    place.put("feature.txt", "mended\n");
    place.commit_all("fix: mend the feature");
    for (branch, own) in [("develop", "coming.txt"), ("main", "later.txt")] {
        place.git(&["switch", "-q", branch]);
        place.git(&["merge", "-q", "--no-edit", "mend/v1.3.0"]);
        assert_eq!(place.read("feature.txt"), "mended\n", "{branch}");
        assert!(place.read("pyproject.toml").contains("1.3.0"), "{branch}");
        assert!(place.exists(own), "{branch}");
        place.git(&["push", "-q"]);
    }
    next_is(&place, "1.3.1", &["a feature", "mend the feature", "a later thing"]);
}

#[test]
fn develop_brings_its_work_to_main_again() {
    let (place, _remote) = released("develop");
    works(&place, &["rollback", "1.3.0", "--yes"]);
    place.git(&["switch", "-q", "develop"]);
    place.git(&["merge", "-q", "--no-edit", "mend/v1.3.0"]);
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--no-edit", "develop"]);
    for file in ["feature.txt", "coming.txt", "later.txt"] {
        assert!(place.exists(file), "{file}");
    }
}

/// develop has the features itself, and what comes is built on them.
#[test]
fn what_develop_has_of_its_own_stays_there_and_comes_to_main_again() {
    let toml = format!("{BRANCHES}\n").replace("[branches]", "from = \"develop\"\n[branches]");
    let (place, remote) = project("own", &toml);
    place.git(&["push", "-q", "origin", "main:develop"]);
    place.git(&["switch", "-q", "-c", "develop", "origin/develop"]);
    commit(&place, "feature.txt", "one\ntwo\n", "feat: a feature");
    works(&place, &["release", "minor", "--yes"]);
    place.git(&["switch", "-q", "main"]);
    commit(&place, "later.txt", "later\n", "fix: a later thing");
    place.git(&["switch", "-q", "develop"]);
    commit(&place, "feature.txt", "one\ntwo\nthree\n", "feat: more of it");
    works(&place, &["rollback", "1.3.0", "--yes"]);
    settled(&place, &remote, &["main", "develop", "mend/v1.3.0"]);
    let main = place.git(&["ls-tree", "--name-only", "main"]);
    assert!(!main.contains("feature.txt") && main.contains("later.txt"), "{main}");
    assert_eq!(show(&place, "develop:feature.txt"), "one\ntwo\nthree\n");
    assert_eq!(place.git(&["branch", "--show-current"]), "develop\n");
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--no-edit", "develop"]);
    assert_eq!(place.read("feature.txt"), "one\ntwo\nthree\n");
    assert!(place.exists("later.txt"));
}

#[test]
fn a_release_can_follow_at_once_without_the_work() {
    let (place, _remote) = released("at-once");
    works(&place, &["rollback", "1.3.0", "--yes"]);
    place.put("gonogo.toml", "[branches]\ndevelop = \"develop\"\n");
    place.commit_all("ci: straight on main");
    place.git(&["push", "-q"]);
    next_is(&place, "1.3.1", &["a later thing"]);
    assert!(!place.exists("feature.txt"));
}

/// A hotfix by hand, merged into main and develop, which have moved on since the release.
fn hotfix(name: &str) -> (Place, Remote) {
    let (place, remote) = project(name, "[branches]\ndevelop = \"develop\"\n");
    place.git(&["push", "-q", "origin", "main:develop"]);
    place.git(&["branch", "-q", "develop", "origin/develop"]);
    commit(&place, "unreleased.txt", "x\n", "feat: not released");
    place.git(&["switch", "-q", "-c", "hotfix/v1.2.1", "v1.2.0"]);
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.2.1");
    }
    place.edit("b.txt", "three", "THREE");
    place.edit("CHANGELOG.md", "## [1.2.0]", "## [1.2.1] - 2026-01-02\n\n- loud\n\n## [1.2.0]");
    place.commit_all("fix: loud");
    place.git(&["tag", "-a", "-m", "1.2.1", "v1.2.1"]);
    for branch in ["main", "develop"] {
        place.git(&["switch", "-q", branch]);
        place.git(&["merge", "-q", "--no-ff", "--no-edit", "hotfix/v1.2.1"]);
    }
    place.git(&["push", "-q", "origin", "main", "develop", "v1.2.1", "hotfix/v1.2.1"]);
    place.git(&["switch", "-q", "main"]);
    (place, remote)
}

#[test]
fn a_hotfix_made_by_hand_goes_and_what_was_not_released_stays() {
    let (place, remote) = hotfix("hotfix");
    let before = tree(&place, "v1.2.0");
    let branch = id(&place, "hotfix/v1.2.1");
    let said = works(&place, &["rollback", "1.2.1", "--yes"]);
    assert!(said.err.contains("back to 1.2.0"), "{said}");
    settled(&place, &remote, &["main", "develop", "mend/v1.2.1"]);
    assert_eq!(tree(&place, "main"), with(&place, &before, "main", "unreleased.txt"));
    assert_eq!(tree(&place, "develop"), tree(&place, "main"));
    assert_eq!(id(&place, "hotfix/v1.2.1"), branch, "it is what it was");
    // The branch to mend on is the hotfix alone, as it was tested.
    assert_eq!(tree(&place, "mend/v1.2.1"), tree(&place, "v1.2.1"));
    place.git(&["merge", "-q", "--no-edit", "mend/v1.2.1"]);
    assert!(place.read("b.txt").contains("THREE") && place.exists("unreleased.txt"));
    place.git(&["switch", "-q", "develop"]);
    place.git(&["merge", "-q", "--no-edit", "mend/v1.2.1"]);
    assert!(place.read("b.txt").contains("THREE"));
}

#[test]
fn code_stays_where_that_is_said() {
    let (place, remote) = hotfix("kept");
    let before = tree(&place, "main");
    let said = works(&place, &["rollback", "1.2.1", "--yes", "--code", "keep"]);
    settled(&place, &remote, &["main", "develop"]);
    assert_eq!(tree(&place, "main"), before, "{said}");
    assert!(place.read("CHANGELOG.md").contains("[YANKED]"));
    assert_eq!(remote.id("refs/heads/mend/v1.2.1"), None);
}

#[test]
fn a_branch_in_another_work_tree_is_named() {
    let (place, _remote) = hotfix("work-tree");
    place.git(&["worktree", "add", "-q", "../beside", "develop"]);
    let words = ["develop is checked out in", "beside", "switch --detach"];
    refuses(&place, &["rollback", "1.2.1", "--yes"], 3, &words);
}

#[test]
fn edits_in_the_way_stop_it() {
    let (place, _remote) = hotfix("dirty");
    place.edit("a.txt", "one", "eins");
    refuses(&place, &["rollback", "1.2.1", "--yes"], 3, &["a.txt has changes", "git stash"]);
    // Elsewhere they are in nobody's way.
    place.git(&["switch", "-q", "-c", "topic"]);
    works(&place, &["rollback", "1.2.1", "--yes"]);
    assert!(place.read("a.txt").contains("eins"));
}

#[test]
fn a_squashed_release_is_one_of_a_trunk() {
    let (place, _remote) = project("squash", "");
    place.git(&["switch", "-q", "-c", "work"]);
    place.put("feature.txt", "x\n");
    place.commit_all("feat: a feature");
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--squash", "work"]);
    place.git(&["commit", "-q", "-m", "feat: a feature"]);
    place.git(&["push", "-q"]);
    works(&place, &["release", "minor", "--yes"]);
    let said = works(&place, &["rollback", "--dry-run"]);
    assert!(said.out.contains("(a trunk release); take them out with --revert"), "{said}");
}

#[test]
fn the_merge_of_a_last_branch_is_not_the_release() {
    let (place, remote) = project("last", "");
    commit(&place, "one.txt", "one\n", "feat: one");
    place.git(&["switch", "-q", "-c", "work"]);
    place.put("two.txt", "two\n");
    place.commit_all("feat: two");
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--no-ff", "--no-edit", "work"]);
    place.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    place.git(&["push", "-q", "origin", "main", "v1.3.0"]);
    works(&place, &["rollback", "v1.3.0", "--yes"]);
    assert!(place.exists("one.txt") && place.exists("two.txt"));
    assert_eq!(remote.id("refs/heads/mend/v1.3.0"), None);
}
