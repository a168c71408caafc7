//! Where a release branch landed, made with git in every way that people and forges merge.

use super::super::{How, Landing, Search};
use super::{Clone, Made, made};
use crate::plan::Oid;
use crate::sys::fs as write;

const CHANGELOG: &str =
    "# Changelog\n\n## Unreleased\n\n- x\n\n## 1.2.0\n\n- old\n\n## 1.1.0\n\n- older\n";

/// Main, and a release branch of two commits that begins there.
fn begun() -> (Made, Clone) {
    let made = made();
    let repo = made.repo();
    repo.commit("CHANGELOG", CHANGELOG, "docs: changelog");
    repo.commit("version", "1.2.0\n", "chore: version");
    repo.git(&["switch", "-q", "-c", "release"]);
    repo.commit("version", "1.3.0\n", "chore: 1.3.0");
    let cut = CHANGELOG.replace("## Unreleased\n", "## Unreleased\n\n## 1.3.0\n");
    repo.commit("CHANGELOG", &cut, "docs: cut 1.3.0");
    repo.git(&["switch", "-q", "main"]);
    (made, repo)
}

/// Two commits of a bot, one of them in a file that the release has, too.
fn bot(repo: &Clone, text: &str) {
    repo.commit("docs", text, "docs: by a bot");
    let changelog = repo.git(&["show", "HEAD:CHANGELOG"]);
    let changelog = changelog.replace("- older", &format!("- older\n- {text}"));
    repo.commit("CHANGELOG", &format!("{changelog}\n"), "docs: an old entry");
}

fn search(repo: &Clone) -> Search {
    let opened = repo.open();
    let scratch = repo.top.join(".git/scratch");
    let before = repo.git(&["count-objects"]);
    let found = opened.landing(&repo.oid("main"), &repo.oid("release"), &scratch).unwrap();
    assert_eq!(repo.git(&["count-objects"]), before, "no object is left");
    assert!(!scratch.join("landing").exists());
    found
}

#[track_caller]
fn landing(repo: &Clone) -> Landing {
    match search(repo) {
        Search::Landed(landing) => landing,
        other => panic!("{other:?}"),
    }
}

fn merge(repo: &Clone) {
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge release", "release"]);
}

fn squash(repo: &Clone) {
    repo.git(&["merge", "-q", "--squash", "release"]);
    repo.git(&["commit", "-q", "-m", "Release (#12)"]);
}

fn rebase(repo: &Clone) {
    repo.git(&["cherry-pick", "release~1", "release"]);
}

fn by_hand(repo: &Clone) {
    repo.commit("version", "1.3.0-almost\n", "1.3.0, nearly");
    write::write_unsynced(&repo.top.join("version"), b"1.3.0\n").unwrap();
    repo.git(&["add", "version"]);
    let changelog = repo.git(&["show", "HEAD:CHANGELOG"]);
    let cut = changelog.replace("## Unreleased\n", "## Unreleased\n\n## 1.3.0\n");
    repo.commit("CHANGELOG", &format!("{cut}\n"), "the rest by hand");
}

#[test]
fn every_way_to_land_is_found_among_commits_of_others() {
    type Land = fn(&Clone);
    let ways: [(How, Land); 4] =
        [(How::Merge, merge), (How::Squash, squash), (How::Rebase, rebase), (How::Squash, by_hand)];
    for (at, (how, land)) in ways.into_iter().enumerate() {
        let (_made, repo) = begun();
        bot(&repo, "before");
        assert_eq!(search(&repo), Search::NotYet, "{at}");
        land(&repo);
        let there = repo.oid("main");
        bot(&repo, "after");
        // The next version stands in the line that the release has changed.
        repo.commit("version", "1.4.0-dev\n", "chore: next");
        let found = landing(&repo);
        assert_eq!((found.commit, found.how, found.after), (there, how, 3), "{at}");
        assert_eq!((found.foreign.len(), found.reverted_by), (0, None), "{at}");
        assert_eq!(found.from_main, ["CHANGELOG", "docs"], "{at}");
    }
}

#[test]
fn the_branch_itself_may_be_main() {
    let (_made, repo) = begun();
    repo.git(&["merge", "-q", "--ff-only", "release"]);
    assert_eq!(landing(&repo).commit, repo.oid("release"));
    bot(&repo, "after");
    let found = landing(&repo);
    assert_eq!(found.commit, repo.oid("release"));
    assert_eq!((found.how, found.after, found.from_main.len()), (How::FastForward, 2, 0));
    // Before it is on main, main is behind it.
    repo.git(&["reset", "-q", "--soft", "release~1"]);
    assert_eq!(search(&repo), Search::NotYet);
}

#[test]
fn a_part_has_not_landed() {
    let (_made, repo) = begun();
    bot(&repo, "before");
    repo.git(&["cherry-pick", "release~1"]);
    bot(&repo, "after");
    assert_eq!(search(&repo), Search::NotYet);
    repo.git(&["cherry-pick", "release"]);
    let there = repo.oid("main");
    bot(&repo, "later");
    let found = landing(&repo);
    assert_eq!((found.commit, found.how), (there, How::Rebase));
    repo.git(&["switch", "-q", "--orphan", "elsewhere"]);
    repo.commit("z", "z\n", "another root");
    repo.git(&["branch", "-f", "main"]);
    assert_eq!(search(&repo), Search::NotYet, "no common history");
}

#[test]
fn a_revert_hides_no_landing_and_is_told() {
    for (land, revert) in [
        (squash as fn(&Clone), &["revert", "--no-edit", "HEAD"][..]),
        (merge, &["revert", "--no-edit", "-m", "1", "HEAD"]),
    ] {
        let (_made, repo) = begun();
        bot(&repo, "before");
        land(&repo);
        let there = repo.oid("main");
        repo.git(revert);
        let by = repo.oid("main");
        bot(&repo, "after");
        let found = landing(&repo);
        assert_eq!((&found.commit, &found.reverted_by), (&there, &Some(by.clone())));
        repo.git(&["revert", "--no-edit", by.as_str()]);
        let found = landing(&repo);
        assert_eq!((found.commit, found.reverted_by), (there, None), "taken back, too");
    }
}

#[test]
fn what_was_changed_while_merging_is_named() {
    let (_made, repo) = begun();
    bot(&repo, "before");
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "release"]);
    repo.commit("extra", "smuggled\n", "Merge release");
    bot(&repo, "after");
    let found = landing(&repo);
    assert_eq!((found.how, found.after, found.foreign), (How::Merge, 2, vec!["extra".to_owned()]));
    assert_eq!(found.from_main, ["CHANGELOG", "docs"]);
}

/// Runs git where it ends with a conflict.
fn in_conflict(repo: &Clone, args: &[&str]) {
    assert!(!repo.open().git.call(args).output().unwrap().status.success());
}

#[test]
fn a_conflict_is_resolved_by_the_one_who_merges() {
    for (args, how, text) in [
        (&["merge", "--no-ff", "release"][..], How::Merge, "1.3.0\n"),
        (&["merge", "--squash", "release"], How::Squash, "1.3.0\n"),
        (&["merge", "--no-ff", "release"], How::Merge, "1.3.0 or so\n"),
    ] {
        let (_made, repo) = begun();
        repo.commit("version", "1.2.1\n", "chore: 1.2.1");
        in_conflict(&repo, args);
        let there = repo.commit("version", text, "Release");
        let found = landing(&repo);
        assert_eq!((found.commit, found.how), (there, how));
        // As the branch has it, it was tested there.
        let foreign: &[&str] = if text == "1.3.0\n" { &[] } else { &["version"] };
        assert_eq!(found.foreign, foreign);
    }
}

#[test]
fn a_branch_that_changes_nothing_is_found_by_its_merge_alone() {
    let (_made, repo) = begun();
    repo.git(&["branch", "-f", "release", "main"]);
    repo.git(&["switch", "-q", "release"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "chore: nothing"]);
    repo.git(&["switch", "-q", "main"]);
    bot(&repo, "before");
    assert_eq!(search(&repo), Search::Empty);
    merge(&repo);
    let there = repo.oid("main");
    bot(&repo, "after");
    let found = landing(&repo);
    assert_eq!((found.commit, found.how, found.after), (there, How::Merge, 2));
}

#[test]
fn a_branch_that_took_main_in_and_a_long_way() {
    let (_made, repo) = begun();
    bot(&repo, "before");
    repo.git(&["switch", "-q", "release"]);
    repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
    repo.git(&["switch", "-q", "main"]);
    for number in 0..75 {
        repo.git(&["commit", "-q", "--allow-empty", "-m", &format!("chore: {number}")]);
    }
    assert_eq!(search(&repo), Search::NotYet);
    // By way of another branch.
    repo.git(&["switch", "-q", "-c", "develop"]);
    merge(&repo);
    repo.git(&["switch", "-q", "main"]);
    repo.commit("docs", "again\n", "docs: by a bot");
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge develop", "develop"]);
    let there: Oid = repo.oid("main");
    let found = landing(&repo);
    assert_eq!((found.commit, found.how, found.after), (there, How::Merge, 0));
    assert_eq!((found.foreign.len(), found.from_main), (0, vec!["docs".to_owned()]));
}
