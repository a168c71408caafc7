//! pre-commit and prek, where `GONOGO_TEST_PRE_COMMIT` and `GONOGO_TEST_PREK` name them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::support::{Place, Said, said, tool, works};
use super::{commit, copy, with_program};

/// All hooks of the frameworks that run some of ours.
const TYPES: [&str; 6] = ["-t", "pre-commit", "-t", "commit-msg", "-t", "pre-push"];

const TOOLS: [&str; 2] = ["GONOGO_TEST_PRE_COMMIT", "GONOGO_TEST_PREK"];

/// What the program is called, for a name of a place.
fn stem(program: &Path) -> &str {
    program.file_stem().and_then(|stem| stem.to_str()).expect("a name")
}

/// A place with main protected, and with the lines that `init --hooks` prints for the framework.
fn managed(program: &Path, name: &str) -> Place {
    let place = with_program(&Place::repository(&format!("{name}-{}", stem(program))));
    place.python_files();
    place.put("gonogo.toml", "[branches]\nprotected = [\"main\"]\n");
    place.put(".pre-commit-config.yaml", "repos:\n");
    let said = works(&place, &["init", "--hooks"]);
    let lines = said.out.lines().filter_map(|line| line.strip_prefix("    "));
    let config = lines.fold("repos:\n".to_owned(), |config, line| config + line + "\n");
    place.put(".pre-commit-config.yaml", config);
    place.git(&["add", "."]);
    place.run(program, &[&["install"], &TYPES[..]].concat()).ok();
    place
}

/// What the hooks of a framework must find, wherever git puts the index.
fn refuses_and_passes(place: &Place) {
    let refused = |place: &Place, options: &[&str]| -> Said {
        commit(place, options).refused(1, &["the staged version files disagree"])
    };
    // The first commit is allowed on main, later ones are not.
    commit(place, &["-m", "start"]).refused(1, &["does not begin with a type"]);
    commit(place, &["-m", "feat: start"]).ok();
    place.put("a.txt", "edited\n");
    commit(place, &["-a", "-m", "feat: x"]).refused(1, &["main takes no commits by hand"]);
    place.git(&["switch", "-q", "-c", "work"]);
    commit(place, &["-a", "-m", "feat: x"]).ok();
    // Staged in part, with other edits that the framework takes out of the work tree meanwhile.
    place.edit("pyproject.toml", "1.2.0", "1.3.0");
    place.git(&["add", "pyproject.toml"]);
    place.edit("src/demo/__init__.py", "1.2.0", "1.3.0");
    place.put("b.txt", "unstaged\n");
    refused(place, &["-m", "feat: x"]);
    assert_eq!(place.read("b.txt"), "unstaged\n");
    place.git(&["checkout", "-q", "--", "src/demo/__init__.py"]);
    refused(place, &["-a", "-m", "feat: x"]);
    refused(place, &["-m", "feat: x", "--", "pyproject.toml"]);
    let said = refused(place, &["-a", "--amend", "--no-edit"]);
    place.git(&["add", "-u"]);
    copy(place, &said);
    commit(place, &["-a", "--amend", "--no-edit"]).ok();
    place.git(&["worktree", "add", "-q", "../linked"]);
    let linked = place.at(place.root.join("linked"));
    linked.edit("pyproject.toml", "1.3.0", "1.4.0");
    refused(&linked, &["-a", "-m", "feat: x"]);
}

fn push(place: &Place, what: &str) -> Said {
    place.run("git", &["push", "-q", "origin", what])
}

/// What a hook before a push says comes on either stream.
#[track_caller]
fn wrong_tag(said: &Said, tag: &str) {
    let what = format!("{tag} is not the version of its commit");
    assert!(said.code == 1 && (said.out.contains(&what) || said.err.contains(&what)), "{said}");
}

#[test]
fn the_lines_for_frameworks_do_what_the_git_hooks_do() {
    for program in TOOLS.into_iter().filter_map(tool) {
        let place = managed(&program, "lines");
        refuses_and_passes(&place);
        // Our own commit, on the protected branch, with an edit that the framework puts aside.
        place.git(&["switch", "-q", "main"]);
        place.put("c.txt", "unstaged\n");
        works(&place, &["bump", "minor", "--commit", "--allow-dirty"]);
        assert_eq!(place.read("c.txt"), "unstaged\n");
        place.git(&["checkout", "-q", "--", "."]);
        // Tags are seen as long as the commit is new to the remote.
        place.git(&["init", "-q", "--bare", "../remote.git"]);
        place.git(&["remote", "add", "origin", "../remote.git"]);
        place.git(&["tag", "-a", "-m", "x", "v1.4.0"]);
        place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
        wrong_tag(&push(&place, "v1.4.0"), "v1.4.0");
        for what in ["v1.3.0", "main", ":v1.3.0"] {
            push(&place, what).ok();
        }
    }
}

/// Runs a framework with the machine's own environment, which its builds need.
fn with_machine(place: &Place, home: &Path, program: &Path, args: &[&str]) -> Said {
    let mut command = Command::new(program);
    command.current_dir(&place.top).args(args).stdin(Stdio::null());
    for (name, value) in [("PRE_COMMIT_HOME", home), ("PREK_HOME", home)] {
        command.env(name, value);
    }
    // A quick stand-in for the release profile, and dependencies that are compiled once.
    for (name, value) in [("OPT_LEVEL", "0"), ("LTO", "off"), ("CODEGEN_UNITS", "16")] {
        command.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
    }
    for (name, value) in [("PANIC", "unwind"), ("STRIP", "none")] {
        command.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
    }
    command.env("CARGO_TARGET_DIR", root().join("target/install"));
    said(&command.output().expect("the framework starts"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

#[test]
fn the_hooks_of_this_repository_are_built_and_run() {
    let Some(program) = tool("GONOGO_TEST_PRE_COMMIT") else { return };
    let place = Place::repository("built");
    let (clone, home) = (place.root.join("clone"), place.root.join("framework"));
    let (from, to) = (root(), clone.clone());
    place.git(&["clone", "-q", from.to_str().unwrap(), to.to_str().unwrap()]);
    place.python_files();
    place.put("gonogo.toml", "[branches]\nprotected = [\"release\"]\n");
    let hooks = std::fs::read_to_string(clone.join(".pre-commit-hooks.yaml")).unwrap();
    let ids: Vec<&str> = hooks.lines().filter_map(|line| line.strip_prefix("- id: ")).collect();
    assert_eq!(ids.len(), 6);
    let rev = place.at(&clone).git(&["rev-parse", "HEAD"]);
    let repo = format!("repos:\n- repo: {}\n  rev: {rev}  hooks:\n", clone.display());
    let config = ids.iter().fold(repo, |config, id| config + "  - id: " + id + "\n");
    place.put(".pre-commit-config.yaml", config);
    place.git(&["add", "."]);
    let tried = ["try-repo", clone.to_str().unwrap(), "--ref", rev.trim(), "--all-files"];
    for program in TOOLS.into_iter().filter_map(tool) {
        let said = with_machine(&place, &home, &program, &tried).ok();
        assert_eq!(said.out.matches("Passed").count(), 4, "{said}");
    }
    let run = |args: &[&str]| with_machine(&place, &home, &program, args);
    let said = run(&["run", "--all-files"]).ok();
    assert_eq!(said.out.matches("Passed").count(), 4, "{said}");
    run(&[&["install"], &TYPES[..]].concat()).ok();
    // Now as git calls it. The framework asks for cargo also where nothing is to be built.
    let mut place = place.clone().with("PRE_COMMIT_HOME", home.to_str().unwrap());
    for (name, usual) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let usual = || Path::new(&std::env::var_os("HOME").expect("HOME")).join(usual).into();
        let value = std::env::var_os(name).unwrap_or_else(usual);
        place = place.with(name, value.to_str().expect("UTF-8"));
    }
    commit(&place, &["-m", "start"]).refused(1, &["does not begin with a type"]);
    commit(&place, &["-m", "feat: start"]).ok();
    place.edit("pyproject.toml", "1.2.0", "1.3.0");
    // Nobody here has `cargo xtask`.
    let next = "next: gonogo bump 1.3.0 --set-from pyproject.toml && git add ";
    commit(&place, &["-a", "-m", "feat: x"]).refused(1, &[next]);
    place.git(&["checkout", "-q", "--", "."]);
    place.put("gonogo.toml", "[branchs]\n");
    commit(&place, &["-a", "-m", "feat: x"]).refused(1, &["gonogo.toml:1:2"]);
    place.git(&["checkout", "-q", "--", "."]);
    place.git(&["init", "-q", "--bare", "../remote.git"]);
    place.git(&["remote", "add", "origin", "../remote.git"]);
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    wrong_tag(&push(&place, "v1.3.0"), "v1.3.0");
}
