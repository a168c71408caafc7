//! Where it works: detached, shallow, without a remote, in a linked work tree, with edits of ours.

use super::support::{Place, works};
use super::{MINOR, as_the_release, ready, rehearsed};

#[test]
fn on_a_detached_head_as_ci_has_it() {
    let (place, remote) = ready("detached");
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.git(&["commit", "-q", "--allow-empty", "-m", "feat: of a pull request"]);
    place.git(&["checkout", "-q", "--detach", "main"]);
    place.git(&["merge", "-q", "--no-ff", "-m", "Merge topic", "topic"]);
    let said = rehearsed(&place, &MINOR, 0);
    let commit = place.git(&["rev-parse", "--short", "HEAD"]);
    let told = format!("it was rehearsed as if main were at {}", commit.trim());
    for words in [&told, "The gate branch was not asked", "main and v1.3.0", remote.url()] {
        assert!(said.out.contains(words), "no {words} in {said}");
    }
    // The release itself has no branch to be made on.
    place.gonogo(&["release", "minor", "--yes"]).refused(3, &["HEAD is detached"]);
    // An older commit than the remote has.
    place.git(&["checkout", "-q", "--detach", "v1.2.0"]);
    rehearsed(&place, &MINOR, 0);
}

#[test]
fn in_a_shallow_clone_without_tags() {
    let (place, _remote) = ready("deep");
    place.git(&["push", "-q", "origin", "main"]);
    let clone = Place::empty("shallow").with("SOURCE_DATE_EPOCH", "1795269780");
    let url = format!("file://{}", place.root.join("origin.git").display());
    clone.git(&["clone", "-q", "--depth", "1", "--no-tags", &url, "."]);
    let said = rehearsed(&clone, &MINOR, 0);
    assert!(said.out.contains("no release is known here"), "{said}");
    assert!(said.out.contains("release demo 1.3.0"), "{said}");
    // The release wants to know what it tells of.
    clone.git(&["checkout", "-q", "--detach"]);
    let said = rehearsed(&clone, &["release", "auto", "--rehearse"], 0);
    assert!(said.out.contains("release demo 1.3.0"), "{said}");
    clone.gonogo(&["release", "auto", "--yes"]).refused(3, &["shallow"]);
}

#[test]
fn a_pull_request_is_not_opened() {
    let (place, remote) = ready("protected");
    place.put("gonogo.toml", "[branches]\nprotected = [\"main\"]\n");
    place.commit_all("chore: main takes pull requests");
    place.git(&["push", "-q", "origin", "main"]);
    let called = place.root.join("called");
    let bin = place.at(&place.root);
    bin.script("bin/gh", &format!("echo \"$@\" >> '{}'; exit 1", called.display()));
    let path = std::env::var("PATH").expect("PATH");
    let place = place.with("PATH", &format!("{}:{path}", bin.top.join("bin").display()));
    let before = remote.state();
    let said = rehearsed(&place, &MINOR, 0);
    remote.state().must_be(&before, &said.to_string());
    for words in ["No pull request was opened.", "gh pr create --base main --head release/v1.3.0"] {
        assert!(said.out.contains(words), "no {words} in {said}");
    }
    assert!(!called.exists(), "gh was asked: {said}");
}

#[test]
fn where_git_knows_nobody() {
    let (place, _remote) = ready("nobody");
    for name in ["user.name", "user.email"] {
        place.git(&["config", "--global", "--unset", name]);
    }
    place.git(&["config", "--global", "user.useConfigOnly", "true"]);
    let said = rehearsed(&place, &MINOR, 0);
    assert!(said.out.contains("git does not know who commits here"), "{said}");
    place.gonogo(&["release", "minor", "--yes"]).refused(2, &["git does not know who you are"]);
}

#[test]
fn without_a_remote_and_in_a_linked_work_tree() {
    let place = Place::python("alone").with("SOURCE_DATE_EPOCH", "1795269780");
    place.git(&["commit", "-q", "--allow-empty", "-m", "feat: x"]);
    let said = rehearsed(&place, &MINOR, 0);
    assert!(said.out.contains("No remote is known here, so nothing was pushed."), "{said}");
    assert!(!said.out.contains("git push"), "{said}");
    let linked = place.at(place.root.join("linked"));
    place.git(&["worktree", "add", "-q", "-b", "other", linked.top.to_str().expect("UTF-8")]);
    let before = place.state();
    let said =
        rehearsed(&linked, &[&MINOR[..], &["--waive", "branch", "--reason", "x"]].concat(), 0);
    place.state().must_be(&before, &said.to_string());
    as_the_release(&place, &["release", "minor", "--no-push"]);
}

#[test]
fn what_we_edited_ourselves_comes_along_and_other_edits_are_refused() {
    let (place, _remote) = ready("edited");
    works(&place, &["bump", "minor"]);
    let operations = place.operations();
    let said = rehearsed(&place, &MINOR, 0);
    assert_eq!(place.operations(), operations, "{said}");
    place.edit("a.txt", "one", "1");
    let said = rehearsed(&place, &MINOR, 3);
    assert!(said.err.contains("a.txt"), "{said}");
    place.gonogo(&["release", "minor", "--yes"]).refused(3, &["a.txt"]);
    // Waived or not: the commit would have a clean tree only.
    let waived = [&MINOR[..], &["--waive", "clean", "--reason", "x"]].concat();
    rehearsed(&place, &waived, 3);
    place.git(&["checkout", "-q", "--", "a.txt"]);
    as_the_release(&place, &["release", "minor"]);
}
