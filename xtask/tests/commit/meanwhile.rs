//! What others do while a bump is planned, while its hooks run, and while it lands.

use std::fs;

use super::support::{Place, refuses, undone, works};
use super::{BUMP, committed, head};

/// A signing program that does this when it is tried, after the plan was made.
fn signing(name: &str, body: &str) -> Place {
    let place = Place::python(name);
    place.script(
        ".git/gpg",
        &format!(
            "{body}\ncat > .git/signed\necho '[GNUPG:] SIG_CREATED D 1 8 00 1 X' >&2\n\
         echo '-----BEGIN PGP SIGNATURE-----'; echo; echo '-----END PGP SIGNATURE-----'"
        ),
    );
    place.git(&["config", "commit.gpgSign", "true"]);
    place.git(&["config", "gpg.program", ".git/gpg"]);
    place
}

#[test]
fn a_plan_that_is_out_of_date_is_not_executed() {
    for (name, body, words) in [
        ("edited", "echo '# mine' >> pyproject.toml", "pyproject.toml changed meanwhile"),
        ("removed", "rm -f pyproject.toml", "pyproject.toml changed meanwhile"),
        (
            "linked",
            "mv pyproject.toml x; ln -s x pyproject.toml",
            "pyproject.toml changed meanwhile",
        ),
        (
            "moved",
            "git update-ref refs/heads/main $(git commit-tree -p HEAD -m x HEAD^{tree})",
            "refs/heads/main moved meanwhile",
        ),
    ] {
        let place = signing(&format!("stale {name}"), body);
        place.gonogo(&BUMP).refused(3, &[words, "nothing was changed"]);
        assert!(place.operations().is_empty(), "{name}");
        assert!(place.read("src/demo/__init__.py").contains("1.2.0"), "{name}");
    }
}

/// A commit of somebody else, a switch of the branch, a lock: the objects are made by then, and no
/// ref has moved.
#[test]
fn what_happens_while_hooks_run_is_not_overwritten() {
    let other = "env -u GIT_INDEX_FILE git";
    for (name, body, code, words) in [
        (
            "commits",
            format!("{other} commit -q --no-verify --allow-empty -m other"),
            3,
            "refs/heads/main: it has moved on to",
        ),
        (
            "switches",
            format!("{other} switch -q -c other"),
            3,
            "HEAD: it is on refs/heads/other now",
        ),
        ("detaches", format!("{other} checkout -q --detach"), 3, "HEAD: it is on no branch now"),
        (
            "stages",
            format!("echo '#' >> pyproject.toml; {other} add pyproject.toml"),
            3,
            "index entry pyproject.toml: something else was staged",
        ),
        ("locks", ": > .git/index.lock".into(), 5, "git's index is locked"),
    ] {
        let place = Place::python(&format!("while {name}"));
        place.hook("commit-msg", &body);
        let said = place.gonogo(&BUMP).refused(code, &[words, "taken back"]);
        let typed = name == "stages";
        let manifest = place.read("pyproject.toml");
        assert!(manifest.contains(if typed { "1.3.0\"\n#" } else { "1.2.0" }), "{name}: {said}");
        assert_eq!(said.err.contains("pyproject.toml was edited meanwhile"), typed, "{said}");
        assert!(place.read("src/demo/__init__.py").contains("1.2.0"), "{name}: {said}");
        assert_eq!(place.operations(), ["taken-back"], "{name}: {said}");
        assert!(place.exists(".git/index.lock") == (name == "locks"), "{name}: not ours to remove");
        assert_eq!(place.run("git", &["log", "--all", "--grep=chore", "--format=%s"]).out, "");
    }
}

/// Killed before it landed, overtaken by a commit: `resume` cannot go on, `undo` still can.
#[test]
fn what_was_overtaken_can_be_undone() {
    let place = Place::python("overtaken");
    // This hook's parents are `git update-ref` and gonogo; the branch does not move.
    place.hook("reference-transaction", "kill -9 $(ps -o ppid= -p $PPID); exit 1");
    assert_eq!(place.gonogo(&BUMP).code, 137);
    std::thread::sleep(std::time::Duration::from_millis(300));
    fs::remove_file(place.top.join(".git/hooks/reference-transaction")).expect("hook");
    let _ = fs::remove_file(place.top.join(".git/index.lock"));
    place.edit("a.txt", "one", "mine");
    place.git(&["commit", "-q", "-m", "mine", "--", "a.txt"]);
    refuses(&place, &["resume"], 4, &["refs/heads/main: it has moved on to"]);
    works(&place, &["undo"]);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert!(place.read("pyproject.toml").contains("1.2.0"));
    assert_eq!(place.git(&["log", "-1", "--format=%s"]), "mine\n");
}

/// An edit of a planned file while the hooks run is not in the commit and is not lost.
#[test]
fn an_edit_while_hooks_run_stays_in_the_work_tree() {
    let place = Place::python("edit");
    place.hook("commit-msg", "echo '# mine' >> pyproject.toml");
    let before = place.state();
    works(&place, &BUMP);
    assert!(place.read("pyproject.toml").ends_with("# mine\n"));
    assert!(!place.git(&["show", "HEAD:pyproject.toml"]).contains("mine"));
    refuses(&place, &["undo"], 3, &["pyproject.toml: it was edited"]);
    place.edit("pyproject.toml", "# mine\n", "");
    undone(&place, &before);
    place.hook("post-commit", "exit 0");
    place.hook("commit-msg", "echo '# mine' >> pyproject.toml; exit 1");
    let said = place.gonogo(&BUMP).refused(5, &["said no", "as it was found is kept in"]);
    place.state().must_be(&before, &said.to_string());
    let kept = said.err.lines().find_map(|line| line.split_once("is kept in ")).expect("a path").1;
    assert!(fs::read_to_string(kept).expect("what was found").ends_with("# mine\n"));
}

/// A filter that fails is found when the file is taken into the index.
#[test]
fn a_filter_that_fails_changes_nothing() {
    let place = Place::python("filter");
    place.put(".gitattributes", "*.py filter=picky\n");
    place.git(&["config", "filter.picky.clean", "! grep 1.3.0 %f && cat"]);
    place.git(&["config", "filter.picky.required", "true"]);
    place.commit_all("filter");
    refuses(&place, &BUMP, 5, &["git update-index failed", "taken back"]);
    assert_eq!(place.operations(), ["taken-back", "taken-back"]);
}

/// Objects that nothing refers to yet survive a collection of garbage.
#[test]
fn garbage_collection_while_it_lands_does_no_harm() {
    let place = Place::python("garbage");
    place.hook("post-commit", "git gc -q --prune=now");
    place.hook("commit-msg", "git gc -q --prune=now");
    let before = place.state();
    works(&place, &BUMP);
    let commit = head(&place);
    assert_eq!(committed(&place).len(), 2);
    undone(&place, &before);
    place.git(&["reflog", "expire", "--expire=all", "--all"]);
    place.git(&["gc", "-q", "--prune=now"]);
    place.git(&["cat-file", "-e", &commit]);
}
