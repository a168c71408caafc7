//! `init --hooks`

use super::support::{Place, undone, works};
use super::{commit, hooked, with_program};

const HOOKS: [&str; 3] = ["pre-commit", "commit-msg", "pre-push"];

#[test]
fn the_hooks_are_shown_written_and_taken_back() {
    let place = with_program(&Place::python("written"));
    let dry = works(&place, &["init", "--hooks", "--dry-run"]);
    assert!(
        dry.out.contains("Nothing was changed (dry run).\nnext: gonogo init --hooks\n"),
        "{dry}"
    );
    assert!(!place.exists(".git/hooks"));
    let said = works(&place, &["init", "--hooks"]);
    for hook in HOOKS {
        let path = format!(".git/hooks/{hook}");
        assert!(said.out.contains(&format!("{path} (new)\n")), "{said}");
        assert!(place.read(&path).starts_with("#!/bin/sh\n"), "{hook}");
        place.run("test", &["-x", &path]).ok();
    }
    assert!(said.out.ends_with("3 hooks written.\nundo: gonogo undo\n"), "{said}");
    let again = works(&place, &["init", "--hooks"]);
    assert_eq!(again.out, "The hooks are there already: nothing to do.\n");
    // Commits in between are no matter.
    place.put("a.txt", "edited\n");
    commit(&place, &["-a", "-m", "feat: x"]).ok();
    let before = place.state();
    undone(&place, &before);
    assert!(HOOKS.iter().all(|hook| !place.exists(&format!(".git/hooks/{hook}"))));
    works(&place, &["undo"]);
}

#[test]
fn what_somebody_wrote_is_kept() {
    let place = with_program(&Place::python("kept"));
    place.hook("pre-push", "exit 0");
    let said = place.gonogo(&["init", "--hooks"]);
    let said = said.refused(
        3,
        &[
            ".git/hooks/pre-push is there already",
            "to the hook commit-msg:\n      gonogo hook check-commit-msg \"$1\" || exit 1",
        ],
    );
    assert!(!place.exists(".git/hooks/pre-commit"), "{said}");
    std::fs::remove_file(place.top.join(".git/hooks/pre-push")).unwrap();
    works(&place, &["init", "--hooks"]);
    place.hook("pre-push", "exit 0");
    place.gonogo(&["undo"]).refused(3, &["pre-push", "Nothing was touched."]);
    assert!(place.exists(".git/hooks/pre-commit"));
}

#[test]
fn they_go_where_git_looks_for_them() {
    let place = with_program(&Place::python("moved"));
    place.git(&["config", "core.hooksPath", ".githooks"]);
    works(&place, &["init", "--hooks"]);
    place.run("test", &["-x", ".githooks/pre-commit"]).ok();
    commit(&place, &["--allow-empty", "-m", "x"]).refused(1, &["does not begin with a type"]);

    let linked = with_program(&Place::python("moved-linked"));
    linked.git(&["worktree", "add", "-q", "../linked"]);
    works(&linked.at(linked.root.join("linked")), &["init", "--hooks"]);
    assert!(linked.exists(".git/hooks/pre-commit"));

    let shared = with_program(&Place::python("shared"));
    shared.git(&["config", "core.hooksPath", "../hooks-of-all"]);
    let said = shared.gonogo(&["init", "--hooks"]);
    said.refused(
        3,
        &["is not in this repository", "next: git config --show-origin core.hooksPath"],
    );
    assert!(!shared.root.join("hooks-of-all").exists());
}

#[test]
fn a_framework_gets_lines_for_its_configuration() {
    for (name, file, lines) in [
        ("pre-commit", ".pre-commit-config.yaml", "    - id: check-commit-msg\n"),
        (
            "husky",
            ".husky/pre-commit",
            "to .husky/commit-msg:\n    gonogo hook check-commit-msg \"$1\"",
        ),
        ("lefthook", "lefthook.yml", "run: gonogo hook check-commit-msg {1}\n"),
    ] {
        let place = with_program(&Place::python(name));
        place.put(file, "repos: []\n");
        let said = works(&place, &["init", "--hooks"]);
        assert!(said.out.starts_with(&format!("{name} manages the hooks here.")), "{said}");
        assert!(said.out.contains(lines) && said.out.contains("Nothing was changed.\n"), "{said}");
        assert!(!place.exists(".git/hooks/pre-commit"));
    }
}

#[test]
fn without_the_program_a_hook_says_so() {
    let place = hooked(&Place::python("without"));
    let tools = place.root.join("tools");
    std::fs::create_dir(&tools).unwrap();
    for tool in ["git", "sh"] {
        let found = place.run("sh", &["-c", &format!("command -v {tool}")]).ok().out;
        std::os::unix::fs::symlink(found.trim(), tools.join(tool)).unwrap();
    }
    let alone = place.clone().with("PATH", tools.to_str().unwrap());
    commit(&alone, &["--allow-empty", "-m", "feat: x"]).refused(1, &["gonogo is not on the PATH"]);
    // cargo is asked next.
    std::fs::write(tools.join("cargo"), "#!/bin/sh\necho \"cargo $*\" >&2\nexit 101\n").unwrap();
    place.run("chmod", &["+x", tools.join("cargo").to_str().unwrap()]).ok();
    let said = commit(&alone, &["--allow-empty", "-m", "feat: x"]);
    said.refused(1, &["cargo xtask hook check-version-sync", "cargo xtask hook check-changelog"]);
}
