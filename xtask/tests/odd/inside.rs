//! Inside of a git command: reading works, writing is refused.

use super::support::{Place, refuses, works};

#[test]
fn git_variables_are_refused_for_writing() {
    for (name, value, refused) in [
        ("GIT_INDEX_FILE", ".git/index", true),
        ("GIT_INDEX_FILE", "/tmp/other", true),
        ("GIT_DIR", "/nowhere", true),
        ("GIT_DIR", "../other/.git", true),
        ("GIT_DIR", ".git", false),
    ] {
        let place = Place::python("variables");
        place.git(&["init", "-q", "../other"]);
        let inside = place.clone().with(name, value);
        // The state is read without the variable; it would lead git astray.
        let before = place.state();
        for args in [&["bump", "minor"][..], &["bump", "minor", "--commit"], &["undo"], &["resume"]]
        {
            let said = inside.gonogo(args);
            if refused {
                let said = said.refused(3, &[name, "inside a git hook"]);
                assert!(said.err.contains("next: "), "{said}");
                place.state().must_be(&before, &said.to_string());
            } else if args[0] != "bump" || args.len() == 2 {
                said.ok();
            }
        }
        let status = inside.gonogo(&["status"]).ok();
        assert!(status.out.contains("demo 1."), "{status}");
        inside.gonogo(&["log"]).ok();
    }
}

#[test]
fn in_a_real_hook() {
    for (hook, command) in [
        ("pre-commit", &["commit", "-q", "--allow-empty", "-m", "x"][..]),
        ("commit-msg", &["commit", "-q", "--allow-empty", "-m", "x"]),
    ] {
        let place = Place::python(&format!("in {hook}"));
        let program = env!("CARGO_BIN_EXE_gonogo");
        place.hook(hook, &format!(
            "'{program}' bump minor 2> .git/said; echo $? >> .git/said; '{program}' status > .git/status"));
        place.git(command);
        let said = place.read(".git/said");
        assert!(said.contains("inside a git hook") && said.ends_with("\n3\n"), "{said}");
        assert!(place.read(".git/status").contains("demo 1.2.0"));
        assert_eq!(place.git(&["status", "--porcelain"]), "");
    }
}

/// In a linked work tree git sets `GIT_DIR`, too.
#[test]
fn in_a_hook_of_a_linked_work_tree() {
    let place = Place::python("linked hook");
    place.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    let program = env!("CARGO_BIN_EXE_gonogo");
    place.hook("pre-commit", &format!("'{program}' bump minor; test $? = 3"));
    let linked = place.at(place.root.join("linked"));
    linked.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    works(&linked, &["bump", "minor"]);
}

/// From a hook of another repository, git's variables name that one.
#[test]
fn in_a_hook_of_another_repository() {
    let place = Place::python("other hook");
    place.git(&["init", "-q", "../other"]);
    let other = place.at(place.root.join("other"));
    let program = env!("CARGO_BIN_EXE_gonogo");
    other.hook("pre-commit", &format!("'{program}' -C ../repo bump minor; test $? = 3"));
    other.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    refuses(&place.with("GIT_INDEX_FILE", "x"), &["undo"], 3, &["GIT_INDEX_FILE"]);
}

/// The commit hooks of a bump may ask for the status, and must not bump again.
#[test]
fn a_bump_within_a_bump_is_refused() {
    let place = Place::python("nested");
    let program = env!("CARGO_BIN_EXE_gonogo");
    place.hook("pre-commit", &format!("'{program}' bump patch 2> .git/said; test $? != 0"));
    works(&place, &["bump", "minor", "--commit"]);
    assert!(!place.read(".git/said").is_empty());
    assert_eq!(place.operations(), ["done"]);
}
