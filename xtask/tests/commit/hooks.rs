//! Hooks that change the commit, hooks that say no, hooks that do too much.

use super::support::{Place, refuses, undone, works};
use super::{BUMP, VERSION_FILES, by_hand, commit_by_hand, committed, head};

const INIT: &str = "src/demo/__init__.py";

/// Shell that ends 0 only when the version is written with single quotes.
const QUOTES_ARE_SINGLE: &str = "grep -q \"__version__ = '\" src/demo/__init__.py && exit 0";

/// Shell that writes them with single quotes, in that line alone.
const FIX_QUOTES: &str = "sed -i \"/__version__/s/\\\"/'/g\" src/demo/__init__.py";

/// Both, as fixers do: it changes the file, and fails for it.
fn fixer() -> String {
    format!("{QUOTES_ARE_SINGLE}\n{FIX_QUOTES}\necho fixed; exit 1")
}

#[test]
fn a_hook_may_stage_a_fix_of_the_version_line() {
    let [ours, theirs] = ["stages", "stages-by-hand"].map(|name| {
        let place = Place::python(name);
        place.hook("pre-commit", &format!("{FIX_QUOTES}\ngit add {INIT}"));
        place
    });
    let before = ours.state();
    let said = works(&ours, &BUMP);
    by_hand(&theirs).ok();
    assert_eq!(head(&ours), head(&theirs));
    assert_eq!(ours.read(INIT), "\"\"\"Demo.\"\"\"\n\n__version__ = '1.3.0'\n");
    // `git commit -- paths` leaves the unfixed blob in the index here.
    assert_eq!(ours.git(&["status", "--porcelain"]), "");
    assert!(said.out.contains("a commit hook changed src/demo/__init__.py"), "{said}");
    undone(&ours, &before);
}

#[test]
fn a_fixer_may_fail_once() {
    let [ours, theirs] = ["fixer", "fixer-by-hand"].map(|name| {
        let place = Place::python(name);
        place.hook("pre-commit", &fixer());
        place
    });
    let before = ours.state();
    works(&ours, &BUMP);
    assert_eq!(by_hand(&theirs).code, 1);
    commit_by_hand(&theirs).ok();
    assert_eq!(head(&ours), head(&theirs));
    assert_eq!(ours.git(&["status", "--porcelain"]), "");
    undone(&ours, &before);
    assert_eq!(ours.operations(), ["undone"]);
}

#[test]
fn a_fix_that_is_not_staged_stays_in_the_work_tree() {
    let place = Place::python("unstaged");
    place.hook("pre-commit", FIX_QUOTES);
    let before = place.state();
    works(&place, &BUMP);
    assert!(place.git(&["show", &format!("HEAD:{INIT}")]).contains("\"1.3.0\""));
    assert!(place.read(INIT).contains("'1.3.0'"));
    // Nobody can tell it from an edit that a person typed meanwhile.
    refuses(&place, &["undo"], 3, &["src/demo/__init__.py: it was edited"]);
    place.git(&["checkout", "-q", "--", INIT]);
    undone(&place, &before);
}

/// What each hook does, and a part of what is said about it; all of it is taken back, and the same
/// command works without the hook.
#[test]
fn a_hook_that_does_more_or_says_no_changes_nothing() {
    let restyle = "sed -i 's/Demo/DEMO/' src/demo/__init__.py\n";
    let beyond = format!("{QUOTES_ARE_SINGLE}\n{FIX_QUOTES}\n{restyle}exit 1");
    let stages_beyond = format!("{restyle}git add {INIT}");
    for (name, hook, body, fragments) in [
        (
            "no",
            "pre-commit",
            "echo to stdout; echo to stderr >&2; exit 3",
            &["the pre-commit hook said no", "to stdout", "to stderr"][..],
        ),
        (
            "prepare",
            "prepare-commit-msg",
            "echo nope; exit 1",
            &["the prepare-commit-msg hook said no", "nope"],
        ),
        (
            "msg",
            "commit-msg",
            "cat \"$1\"; exit 1",
            &["the commit-msg hook said no", "chore: version 1.3.0"],
        ),
        ("empty", "commit-msg", ": > \"$1\"", &["empty message"]),
        (
            "beyond",
            "pre-commit",
            &beyond,
            &[
                "a commit hook changed src/demo/__init__.py beyond the version",
                "src/demo/__init__.py:1: \"\"\"DEMO.\"\"\"",
            ],
        ),
        (
            "staged beyond",
            "pre-commit",
            &stages_beyond,
            &["beyond the version", "src/demo/__init__.py:1: \"\"\"DEMO.\"\"\""],
        ),
        (
            "longer",
            "pre-commit",
            &format!("echo '# end' >> {INIT}; git add {INIT}"),
            &["beyond the version", "It had 4 lines and has 5 now."],
        ),
        (
            "mode",
            "pre-commit",
            &format!("chmod +x {INIT}; git add {INIT}"),
            &["beyond the version", "Its mode became 100755."],
        ),
        (
            "removes",
            "pre-commit",
            &format!("git rm -q --cached {INIT}"),
            &["beyond the version", "removed"],
        ),
        ("unstages", "pre-commit", "git reset -q HEAD -- .", &["there is nothing to commit"]),
        (
            "never content",
            "pre-commit",
            &format!("echo '#' >> {INIT}; exit 1"),
            &["the pre-commit hook said no"],
        ),
        (
            "veto",
            "reference-transaction",
            "[ \"$1\" = prepared ] || exit 0\nwhile read -r old new ref; do case $ref in \
             refs/heads/*) echo \"not $ref\" >&2; exit 1;; esac; done",
            &["update-ref failed", "not refs/heads/main"],
        ),
        ("full veto", "reference-transaction", "[ \"$1\" != prepared ]", &["update-ref failed"]),
    ] {
        let place = Place::python(&format!("hook {name}"));
        place.hook(hook, body);
        let said = refuses(&place, &BUMP, 5, fragments);
        assert!(said.err.contains("Everything was taken back"), "{name}: {said}");
        assert_eq!(place.operations(), ["taken-back", "taken-back"], "{name}");
        let kept = place.git(&["for-each-ref", "refs/gonogo"]);
        assert_eq!(kept, "", "{name}: no ref of ours is left for what never was");
        std::fs::remove_file(place.top.join(".git/hooks").join(hook)).expect("the hook");
        works(&place, &BUMP);
        assert_eq!(committed(&place), VERSION_FILES, "{name}");
    }
}

#[test]
fn a_hook_may_not_add_other_files() {
    for (name, body, named) in [
        ("generated", "echo new > generated.txt; git add generated.txt", "generated.txt"),
        ("everything", "git add -A", "untracked.txt"),
        ("tracked", "echo more >> a.txt; git add a.txt; git checkout-index -f a.txt", "a.txt"),
    ] {
        let place = Place::python(&format!("adds {name}"));
        place.put("untracked.txt", "mine\n");
        place.hook("pre-commit", body);
        let before = place.state();
        let said = place.gonogo(&BUMP).refused(5, &["not part of this commit", named]);
        // What a hook writes into files of its own stays, as with git commit.
        let allowed = ["generated.txt", "a.txt", "status"];
        let changed = place.state().changed(&before);
        assert!(changed.iter().all(|part| allowed.contains(&part.as_str())), "{changed:?} {said}");
        assert!(place.git(&["diff", "--cached", "--name-only"]).is_empty());
        assert_eq!(place.operations(), ["taken-back"]);
    }
}

/// A fixer that also reformats other tracked files: as with `git commit`, its edits stay there.
#[test]
fn edits_of_a_hook_elsewhere_are_named() {
    let place = Place::python("elsewhere");
    place.hook("pre-commit", "echo more >> a.txt; exit 1");
    let said = place.gonogo(&BUMP).refused(5, &["said no", "a.txt"]);
    assert!(place.read("a.txt").ends_with("more\n"), "{said}");
    assert_eq!(place.git(&["status", "--porcelain"]), " M a.txt\n");
}

#[test]
fn no_hook_sees_the_refs_that_are_only_ours() {
    let place = Place::python("own refs");
    place.hook("reference-transaction", "cat >> .git/seen");
    works(&place, &BUMP);
    works(&place, &["undo"]);
    let seen = place.read(".git/seen");
    assert!(seen.contains("refs/heads/main") && !seen.contains("refs/gonogo"), "{seen}");
}

/// post-commit sees the finished commit; what it says or returns changes nothing.
#[test]
fn post_commit_runs_after_the_commit() {
    let place = Place::python("post");
    place.hook(
        "post-commit",
        "git log -1 --format=%s > posted; git status --porcelain >> posted; exit 1",
    );
    works(&place, &BUMP);
    assert_eq!(place.read("posted"), "chore: version 1.3.0\n?? posted\n");
}

#[test]
fn a_post_commit_hook_that_goes_on_is_told() {
    let place = Place::python("amends");
    place.hook(
        "post-commit",
        "[ -e .git/once ] || { : > .git/once; git commit -q --amend --no-edit \
        --trailer 'Amended: yes'; }",
    );
    let said = works(&place, &BUMP);
    assert!(said.out.contains("a post-commit hook moved refs/heads/main on"), "{said}");
    refuses(&place, &["undo"], 3, &["refs/heads/main: it has moved on to"]);
}
