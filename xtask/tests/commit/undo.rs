//! What `undo` takes back and what it leaves alone.

use super::support::{Place, refuses, undone, works};
use super::{BUMP, head};

#[test]
fn an_undone_commit_is_kept_and_can_be_undone_once() {
    let place = Place::python("kept");
    let before = place.state();
    works(&place, &BUMP);
    let commit = head(&place);
    let said = undone(&place, &before);
    assert!(said.out.contains("refs/gonogo/keep/1"), "{said}");
    assert_eq!(place.git(&["rev-parse", "refs/gonogo/keep/1"]).trim(), commit);
    let again = works(&place, &["undo"]);
    assert!(again.out.contains("already undone"), "{again}");
    works(&place, &BUMP);
    assert_eq!(head(&place), commit, "the same dates make the same commit");
}

#[test]
fn what_was_pushed_is_not_undone() {
    let place = Place::python("pushed");
    place.git(&["init", "-q", "--bare", "../remote.git"]);
    place.git(&["remote", "add", "origin", "../remote.git"]);
    works(&place, &BUMP);
    place.git(&["push", "-q", "origin", "main"]);
    refuses(&place, &["undo"], 3, &["was pushed (origin/main)", "git revert"]);
}

#[test]
fn what_is_built_on_is_not_undone() {
    let place = Place::python("built on");
    works(&place, &BUMP);
    place.edit("a.txt", "one", "more");
    place.commit_all("on top");
    let on_top = head(&place);
    refuses(
        &place,
        &["undo"],
        3,
        &[&format!("refs/heads/main: it has moved on to {}", &on_top[..7])],
    );
}

#[test]
fn edits_since_are_named_and_kept() {
    let place = Place::python("edited");
    works(&place, &BUMP);
    place.edit("pyproject.toml", "demo", "demo # mine");
    refuses(&place, &["undo"], 3, &["pyproject.toml: it was edited", "Nothing was touched"]);
    place.git(&["checkout", "-q", "pyproject.toml"]);
    place.edit("pyproject.toml", "demo", "demo2");
    place.git(&["add", "pyproject.toml"]);
    place.git(&["checkout", "-q", "HEAD~0"]);
    refuses(
        &place,
        &["undo"],
        3,
        &["HEAD: it is on no branch", "pyproject.toml: something else was staged"],
    );
}

/// Work that has nothing to do with the operation is carried through an undo.
#[test]
fn other_work_since_is_carried() {
    let place = Place::python("carried");
    works(&place, &BUMP);
    place.edit("a.txt", "one", "staged");
    place.git(&["add", "a.txt"]);
    place.edit("b.txt", "one", "unstaged");
    let status = place.git(&["status", "--porcelain=v2"]);
    works(&place, &["undo"]);
    assert_eq!(place.git(&["status", "--porcelain=v2"]), status);
    assert!(place.read("pyproject.toml").contains("1.2.0"));
}

#[test]
fn an_undo_belongs_to_its_work_tree() {
    let place = Place::python("two trees");
    works(&place, &BUMP);
    place.git(&["worktree", "add", "-q", "-b", "other", "../linked"]);
    let linked = place.at(place.root.join("linked"));
    refuses(&linked, &["undo"], 2, &["belongs to another work tree", "-C '"]);
    works(&place, &["undo"]);
}
