//! What `--commit` refuses before anything has changed.

use super::support::{Place, refuses, works};
use super::{BUMP, BUMP_DIRTY};

/// A name, a state of the repository, what is said about it.
type Case = (&'static str, fn(&Place), &'static [&'static str]);

const CASES: [Case; 15] = [
    ("detached", |p| drop(p.git(&["checkout", "-q", "--detach"])), &["HEAD is detached"]),
    (
        "staged",
        |p| {
            p.edit("a.txt", "one", "1");
            p.git(&["add", "a.txt"]);
        },
        &["tracked files have changes", "a.txt", "--allow-dirty"],
    ),
    ("unstaged", |p| p.edit("a.txt", "one", "1"), &["tracked files have changes", "a.txt"]),
    ("deleted", |p| std::fs::remove_file(p.top.join("b.txt")).expect("b.txt"), &["b.txt"]),
    ("renamed", |p| drop(p.git(&["mv", "a.txt", "z z.txt"])), &["z z.txt, a.txt"]),
    ("mode", |p| p.chmod("a.txt", 0o755), &["a.txt"]),
    (
        "intended",
        |p| {
            p.put("new.txt", "new\n");
            p.git(&["add", "-N", "new.txt"]);
        },
        &["new.txt"],
    ),
    (
        "planned",
        |p| p.edit("pyproject.toml", "demo", "demo2"),
        &["version files have changes", "pyproject.toml"],
    ),
    (
        "merge",
        |p| {
            fork(p, "c.txt");
            p.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
        },
        &["a merge is in progress", "git merge --abort"],
    ),
    (
        "conflict",
        |p| {
            fork(p, "a.txt");
            assert_eq!(p.run("git", &["merge", "-q", "side"]).code, 1);
        },
        &["in progress"],
    ),
    (
        "cherry-pick",
        |p| {
            fork(p, "a.txt");
            assert_eq!(p.run("git", &["cherry-pick", "side"]).code, 1);
        },
        &["a cherry-pick is in progress"],
    ),
    (
        "revert",
        |p| {
            fork(p, "a.txt");
            p.edit("a.txt", "main", "later");
            p.commit_all("later");
            assert_eq!(p.run("git", &["revert", "HEAD~1"]).code, 1);
        },
        &["a revert is in progress"],
    ),
    (
        "rebase",
        |p| {
            fork(p, "a.txt");
            assert_eq!(p.run("git", &["rebase", "-q", "side"]).code, 1);
        },
        &["HEAD is detached"],
    ),
    (
        "assumed",
        |p| drop(p.git(&["update-index", "--assume-unchanged", "pyproject.toml"])),
        &["marked assume-unchanged", "git update-index --no-assume-unchanged"],
    ),
    (
        "skipped",
        |p| drop(p.git(&["update-index", "--skip-worktree", "pyproject.toml"])),
        &["marked skip-worktree", "git update-index --no-skip-worktree"],
    ),
];

/// A branch `side` that changes `path` otherwise than a new commit here does in a.txt.
fn fork(place: &Place, path: &str) {
    place.git(&["switch", "-q", "-c", "side"]);
    place.edit(path, "one", "side");
    place.commit_all("side");
    place.git(&["switch", "-q", "main"]);
    place.edit("a.txt", "one", "main");
    place.commit_all("main");
}

#[test]
fn an_unsafe_state_is_refused_and_a_plain_bump_works() {
    for (name, make, fragments) in CASES {
        let place = Place::python(&format!("refused {name}"));
        make(&place);
        refuses(&place, &BUMP, 3, fragments);
        assert!(place.operations().is_empty(), "{name}: a refusal is no operation");
        let before = place.state();
        works(&place, &["bump", "minor"]);
        works(&place, &["undo"]);
        place.state().must_be(&before, name);
    }
}

/// `--allow-dirty` is about other files and about nothing else.
#[test]
fn allow_dirty_allows_only_other_changes() {
    for (name, make, fragments) in CASES {
        if ["staged", "unstaged", "deleted", "renamed", "mode", "intended"].contains(&name) {
            continue;
        }
        let place = Place::python(&format!("dirty {name}"));
        make(&place);
        refuses(&place, &BUMP_DIRTY, 3, &fragments[..1]);
    }
}

#[test]
fn a_version_file_must_be_in_git() {
    for (name, ignored) in [("untracked", false), ("ignored", true)] {
        let place = Place::repository(name);
        place.python_files();
        place.put(".gitignore", if ignored { "__init__.py\n" } else { "" });
        place.git(&["add", "pyproject.toml", ".gitignore"]);
        place.git(&["commit", "-q", "-m", "start"]);
        let said = refuses(&place, &BUMP, 3, &["src/demo/__init__.py is not tracked"]);
        works(&place, &["bump", "minor"]);
        works(&place, &["undo"]);
        // The command that is named must work.
        let next = said.err.lines().find_map(|line| line.strip_prefix("next: ")).expect("next:");
        let command = next.split("  ").next().expect("a command");
        place.run("sh", &["-c", command]).ok();
        place.git(&["commit", "-q", "-m", "all of them"]);
        works(&place, &BUMP);
    }
}

#[test]
fn without_a_commit_there_is_nothing_to_build_on() {
    let place = Place::repository("unborn");
    place.python_files();
    refuses(&place, &BUMP, 3, &["there is no commit yet"]);
    works(&place, &["bump", "minor"]);
}

#[test]
fn a_key_that_cannot_sign_is_found_before_anything_changes() {
    for (name, settings) in [
        ("no file", &["gpg.format=ssh", "user.signingKey=/nowhere/key"][..]),
        ("no key", &["gpg.format=ssh"]),
        ("no program", &["gpg.program=/nowhere/gpg"]),
        ("no openpgp key", &["user.signingKey=0123456789ABCDEF"]),
    ] {
        let place = Place::python(&format!("key {name}"));
        place.git(&["config", "commit.gpgSign", "true"]);
        for setting in settings {
            let (key, value) = setting.split_once('=').expect("key=value");
            place.git(&["config", key, value]);
        }
        refuses(&place, &BUMP, 5, &["commit.gpgSign", "signing fails"]);
        assert!(place.operations().is_empty(), "{name}");
        works(&place, &["bump", "minor"]);
    }
}

#[test]
fn without_a_name_there_is_no_commit() {
    let place = Place::python("nobody").with("EMAIL", "");
    place.git(&["config", "--global", "--unset", "user.name"]);
    place.git(&["config", "--global", "user.useConfigOnly", "true"]);
    refuses(&place, &BUMP, 2, &["git does not know who you are", "git config user.name"]);
    works(&place, &["bump", "minor"]);
}

/// pre-commit refuses to run with an unsaved configuration.
#[test]
fn the_hook_configuration_must_be_committed() {
    let place = Place::python("configuration");
    place.put(".pre-commit-config.yaml", "repos: []\n");
    place.commit_all("hooks");
    place.put(".pre-commit-config.yaml", "repos: []  # mine\n");
    refuses(&place, &BUMP_DIRTY, 3, &[".pre-commit-config.yaml has changes"]);
}
