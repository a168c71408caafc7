//! Where a release is made: branches, detached heads, linked work trees.

use super::support::clones::Clones;
use super::support::{Place, refuses, undone, works};
use super::{changed, project, released};

#[test]
fn only_from_the_main_branch() {
    let (place, _) = project("branch");
    place.git(&["switch", "-q", "-c", "feature"]);
    refuses(&place, &["release", "minor", "--yes"], 3, &["on feature", "git switch main"]);
    place.git(&["checkout", "-q", "--detach"]);
    refuses(&place, &["release", "minor", "--yes"], 3, &["HEAD is detached", "git switch main"]);
}

#[test]
fn the_branch_that_is_checked_out_elsewhere_is_named() {
    let (place, _) = project("elsewhere");
    place.git(&["switch", "-q", "-c", "feature"]);
    let tree = place.root.join("tree");
    place.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "main"]);
    let there = tree.to_str().unwrap();
    refuses(&place, &["release", "minor", "--yes"], 3, &["checked out in", there]);
}

#[test]
fn a_linked_work_tree_releases() {
    let (place, remote) = project("linked");
    let tree = place.root.join("tree");
    place.git(&["switch", "-q", "-c", "other"]);
    place.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "main"]);
    released(&place.at(tree), &remote, &["minor"], "v1.3.0");
}

#[test]
fn without_a_commit_there_is_nothing_to_release() {
    let place = Place::repository("unborn");
    place.python_files();
    place.git(&["add", "-A"]);
    refuses(&place, &["release", "minor", "--no-push"], 3, &["there is no commit yet"]);
}

#[test]
fn nobodys_commits_are_lost() {
    let (place, remote) = project("behind");
    let other = Clones::of(remote.url(), "behind-other", 1).0.remove(0);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    other.git(&["push", "-q"]);
    let there = remote.state();
    let behind = ["main is behind origin/main", "git merge --ff-only origin/main"];
    let said = place.gonogo(&["release", "minor", "--yes"]).refused(3, &behind);
    remote.state().must_be(&there, &said.to_string());
    place.git(&["commit", "-q", "--allow-empty", "-m", "ours"]);
    let diverged = ["main and origin/main have diverged", "git rebase origin/main"];
    let said = refuses(&place, &["release", "minor", "--yes"], 3, &diverged);
    remote.state().must_be(&there, &said.to_string());
    place.git(&["rebase", "-q", "origin/main"]);
    released(&place, &remote, &["minor"], "v1.3.0");
    let theirs = place.git(&["log", "--format=%s", "v1.3.0"]);
    assert!(theirs.contains("theirs") && theirs.contains("ours"), "{theirs}");
}

#[test]
fn a_branch_that_follows_another_name_makes_no_second_one() {
    let (place, remote) = project("follows");
    place.git(&["push", "-q", "-u", "origin", "main:trunk"]);
    let there = remote.state();
    let way = ["main follows origin/trunk", "git branch -m main trunk"];
    refuses(&place, &["release", "minor", "--yes"], 3, &way);
    remote.state().must_be(&there, "another name");
}

#[test]
fn a_branch_named_like_the_tag_is_no_trouble() {
    let (place, remote) = project("like-tag");
    place.git(&["branch", "v1.3.0", "HEAD~1"]);
    place.git(&["push", "-q", "origin", "refs/heads/v1.3.0"]);
    let branch = remote.id("refs/heads/v1.3.0");
    released(&place, &remote, &["minor"], "v1.3.0");
    assert_eq!(remote.id("refs/heads/v1.3.0"), branch);
}

#[test]
fn a_merge_in_progress_is_finished_first() {
    let (place, _) = project("merging");
    place.git(&["switch", "-q", "-c", "side", "HEAD~1"]);
    place.git(&["commit", "-q", "--allow-empty", "-m", "side"]);
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    refuses(&place, &["release", "minor", "--yes"], 3, &["a merge is in progress"]);
}

#[test]
fn a_shallow_clone_is_deepened_first() {
    let (_, remote) = project("shallow");
    let other = Place::empty("shallow-clone");
    let url = format!("file://{}", remote.url());
    other.git(&["clone", "-q", "--depth", "1", &url, "."]);
    let way = ["this clone is shallow", "git fetch --unshallow"];
    other.gonogo(&["release", "minor", "--yes"]).refused(3, &way);
    other.git(&["fetch", "-q", "--unshallow", "--tags"]);
    works(&other, &["release", "minor", "--yes"]);
}

#[test]
fn a_release_that_stays_here_is_undone() {
    let place = changed("undone");
    let before = place.state();
    let said = works(&place, &["release", "minor", "--no-push"]);
    assert!(said.out.contains("nothing has left this machine"), "{said}");
    assert!(said.out.ends_with("undo: gonogo undo\n"), "{said}");
    undone(&place, &before);
}
