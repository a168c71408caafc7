//! The commit hooks, tried on the commit of a release that is not made.

use std::time::Duration;

use super::support::{Place, tool, works};
use super::{asked, check, gate, lines, outside, why, with};

/// A fixer as the usual ones are: it takes blanks at the ends of lines away from what is staged,
/// and fails when it changed something.
const FIXER: &str = "git diff --cached --name-only > /dev/null\n\
    for f in $(git diff --cached --name-only); do\n\
      if grep -q ' $' \"$f\"; then sed -i 's/ *$//' \"$f\"; echo \"fixed $f\"; bad=1; fi\n\
    done\n\
    exit ${bad:-0}";

fn hooks(place: &Place, code: i32) -> serde_json::Value {
    gate(&asked(place, code, &["hooks"]), "hooks").clone()
}

fn next(gate: &serde_json::Value) -> &str {
    gate["runs"][0]["next"].as_str().unwrap_or_default()
}

#[test]
fn hooks_see_the_release_and_leave_no_trace() {
    let place = with("seen", "[release]\ncommit_message = \"Release {tag} of {name}\"\n");
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- New.\n\n## [1.2.0] - 2025-12-01\n\n- Old.\n");
    place.chmod("src/demo/__init__.py", 0o755);
    place.commit_all("docs: changelog");
    assert!(!asked(&place, 0, &[]).to_string().contains("\"id\":\"hooks\""), "none is installed");
    let seen = outside(&place, "seen");
    place.hook("pre-commit", &format!(
        "git diff --cached --name-only >> {seen}\ngit show :pyproject.toml | grep version >> {seen}\n\
         grep -c 1.3.0 src/demo/__init__.py CHANGELOG.md >> {seen}"
    ));
    place.hook("commit-msg", &format!("cat \"$1\" >> {seen}"));
    let modified =
        |path: &str| std::fs::metadata(place.top.join(path)).unwrap().modified().unwrap();
    let (before, time) = (place.state(), modified("pyproject.toml"));
    let data = asked(&place, 0, &[]);
    assert_eq!(gate(&data, "hooks")["runs"][0]["remark"], "2 run, nothing changed");
    place.state().must_be(&before, "a check changes nothing");
    assert_eq!(modified("pyproject.toml"), time, "nothing is built anew because of it");
    assert_eq!(
        lines(&seen),
        [
            "CHANGELOG.md",
            "pyproject.toml",
            "src/demo/__init__.py",
            "version = \"1.3.0\"",
            "src/demo/__init__.py:1",
            "CHANGELOG.md:1",
            "Release v1.3.0 of demo",
        ]
    );
    assert_eq!(place.operations(), Vec::<String>::new(), "it is no operation to undo");
    assert!(works(&place, &["undo"]).out.contains("nothing to undo"));
}

#[test]
fn what_hooks_would_change_becomes_a_commit_of_its_own() {
    let place = with("fixer", "");
    place.put("src/demo/__init__.py", "\"\"\"Demo.\"\"\"  \n\nx = 1 \n__version__ = \"1.2.0\"\n");
    place.commit_all("feat: with blanks");
    place.hook("pre-commit", FIXER);
    let before = place.state();
    let data = hooks(&place, 1);
    assert_eq!(data["why"], "would change 2 lines in 1 file of this release");
    assert_eq!(data["runs"][0]["details"][0], "src/demo/__init__.py  2 lines");
    assert_eq!(next(&data), "gonogo check hooks --fix");
    place.state().must_be(&before, "a check changes nothing");
    // A person may have typed something at that moment: what was found is kept.
    let kept = std::fs::read_dir(place.top.join(".git/gonogo/ops/tried")).expect("its folder");
    let kept = kept.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap_or_default());
    assert!(kept.into_iter().any(|text| text.starts_with("\"\"\"Demo.\"\"\"\n\nx = 1\n")));
    let said = check(&place, 0, &["hooks", "--fix"]);
    assert!(said.out.contains("style: what the commit hooks change"), "{said}");
    let init = "\"\"\"Demo.\"\"\"\n\nx = 1\n__version__ = \"1.2.0\"\n";
    assert_eq!(place.read("src/demo/__init__.py"), init);
    assert_eq!(
        place.git(&["log", "-1", "--format=%s"]).trim(),
        "style: what the commit hooks change"
    );
    assert_eq!(place.git(&["show", "--name-only", "--format="]).trim(), "src/demo/__init__.py");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(hooks(&place, 0)["outcome"], "green");
    works(&place, &["undo"]);
    place.state().must_be(&before, "undo takes the commit back");
    let again = check(&place, 2, &["hooks", "clean", "--fix"]);
    assert!(again.err.contains("mended alone"), "{again}");
}

#[test]
fn what_a_hook_refuses_is_known_before_the_release() {
    let place = with("refuses", "");
    place.hook("pre-commit", "echo E501 line too long >&2; exit 1");
    let before = place.state();
    let data = hooks(&place, 1);
    assert_eq!(
        (data["outcome"].as_str(), data["why"].as_str()),
        (Some("red"), Some("the pre-commit hook said no (exit status: 1)"))
    );
    assert_eq!(data["runs"][0]["details"][0], "E501 line too long");
    place.state().must_be(&before, "a check changes nothing");
    let said = check(&place, 5, &["hooks", "--fix"]);
    assert!(said.err.contains("E501"), "{said}");
    place.state().must_be(&before, "there is nothing to mend");
    place.hook("pre-commit", "exit 0");
    place.hook("commit-msg", "grep -q TICKET \"$1\" || { echo no ticket; exit 1; }");
    assert_eq!(hooks(&place, 1)["runs"][0]["details"][0], "no ticket");
    // It mends a part and refuses another.
    place.put("src/demo/__init__.py", "x = 1 \n__version__ = \"1.2.0\"\n");
    place.git(&["commit", "-q", "-a", "--no-verify", "-m", "feat: blanks"]);
    place.hook("commit-msg", "exit 0");
    place.hook("pre-commit", "sed -i 's/ *$//' src/demo/__init__.py; echo still bad; exit 1");
    let data = hooks(&place, 1);
    assert_eq!(
        data["why"],
        "would change 1 line in 1 file of this release; the pre-commit hook said no (exit status: 1) also then"
    );
}

#[test]
fn the_files_of_the_release_may_be_edited_and_no_others() {
    let place = with("edited", "");
    place.hook("pre-commit", FIXER);
    works(&place, &["bump", "minor"]);
    let before = place.state();
    let data = asked(&place, 0, &[]);
    assert_eq!(gate(&data, "hooks")["runs"][0]["remark"], "1 run, nothing changed");
    place.state().must_be(&before, "the bump stays as it was");
    place.put("b.txt", "mine\n");
    let before = place.state();
    let data = asked(&place, 1, &["hooks"]);
    assert_eq!(gate(&data, "hooks")["outcome"], "could-not-run");
    assert_eq!(why(&data, "hooks"), "other tracked files have changes");
    assert_eq!(gate(&data, "hooks")["runs"][0]["details"][0], "b.txt");
    place.state().must_be(&before, "nothing was tried");
}

#[test]
fn a_hook_that_reaches_further_is_named() {
    let place = with("further", "");
    place.hook("pre-commit", "echo more >> c.txt");
    let data = hooks(&place, 1);
    assert!(why(&serde_json::json!({ "gates": [data] }), "hooks").contains("c.txt"));
    let staged = with("staged", "");
    staged.hook("pre-commit", "echo new > generated.txt; git add generated.txt");
    let data = hooks(&staged, 1);
    assert!(
        data["why"].as_str().unwrap().contains("staged files that are not part of this commit"),
        "{data:#}"
    );
    assert_eq!(staged.git(&["diff", "--cached", "--name-only"]), "", "the index is as it was");
}

/// Starts a check whose hook hangs, waits until the hook is at it, and sends a signal.
fn stopped(place: &Place, signal: rustix::process::Signal) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let mark = outside(place, "mark");
    place.hook(
        "pre-commit",
        &format!("sed -i 's/demo/DEMO/' pyproject.toml; echo $$ > {mark}; sleep 30"),
    );
    let mut child = place
        .command(env!("CARGO_BIN_EXE_gonogo"))
        .args(["check", "hooks"])
        .spawn()
        .expect("gonogo");
    for _ in 0..400 {
        if !lines(&mark).is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let hook = lines(&mark).first().and_then(|line| line.parse().ok()).expect("the hook runs");
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal)
        .expect("a signal");
    let ended = child.wait().expect("its end");
    // With us killed nobody ends the hook, which holds the way back up.
    if let Some(group) = rustix::process::Pid::from_raw(hook) {
        let group = rustix::process::getpgid(Some(group)).unwrap_or(group);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    ended.code().or(ended.signal().map(|signal| 128 + signal)).expect("an end")
}

#[test]
fn a_kill_while_hooks_run_leaves_a_way_back() {
    for way in ["undo", "resume"] {
        let place = with(&format!("killed-{way}"), "");
        let before = place.state();
        assert_eq!(stopped(&place, rustix::process::Signal::KILL), 137);
        assert!(place.read("pyproject.toml").contains("1.3.0"), "it was in the middle");
        let said = place.gonogo(&["check"]);
        assert_eq!(said.code, 4, "{said}");
        std::fs::remove_file(place.top.join(".git/hooks/pre-commit")).expect("the hook");
        let said = works(&place, &[way]);
        place.state().must_be(&before, &said.to_string());
        assert_eq!(
            place.git(&["log", "-1", "--format=%s"]).trim(),
            "feat: something new",
            "no commit"
        );
        assert_eq!(place.gonogo(&["check"]).code, 0);
    }
}

#[test]
fn ctrl_c_takes_everything_back() {
    let place = with("interrupted", "");
    let before = place.state();
    assert_eq!(stopped(&place, rustix::process::Signal::INT), 130);
    place.state().must_be(&before, "as before");
    assert_eq!(place.operations(), Vec::<String>::new());
}

#[test]
fn the_framework_is_tried_like_any_hook() {
    let Some(program) = tool("GONOGO_TEST_PRE_COMMIT") else { return };
    let place = with("framework", "");
    let fix = "sed -i \"/__version__/s/\\\"/'/g\" src/demo/__init__.py";
    place.script("quotes", fix);
    place.put(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: quotes\n    name: quotes\n    language: system\n    \
         entry: ./quotes\n    files: '\\.py$'\n    pass_filenames: false\n",
    );
    place.commit_all("chore: hooks");
    place.run(&program, &["install"]).ok();
    let before = place.state();
    let data = hooks(&place, 1);
    assert_eq!(data["why"], "would change 1 line in 1 file of this release");
    place.state().must_be(&before, "a check changes nothing");
    check(&place, 0, &["hooks", "--fix"]);
    assert!(place.read("src/demo/__init__.py").ends_with("__version__ = '1.2.0'\n"));
    assert_eq!(hooks(&place, 0)["runs"][0]["remark"], "1 run, nothing changed");
    works(&place, &["undo"]);
    place.state().must_be(&before, "undo takes the commit back");
}

#[test]
fn a_hook_that_fixes_and_refuses_is_mended_by_hand_first() {
    let place = with("both", "");
    place.hook(
        "pre-commit",
        "sed -i 's/demo/DEMO/' pyproject.toml; for i in $(seq 30); do echo said $i; done; exit 1",
    );
    let data = hooks(&place, 1);
    assert_eq!(next(&data), "gonogo check hooks");
    let details = data["runs"][0]["details"].to_string();
    assert!(details.contains("said 30") && !details.contains("said 3\""), "{details}");
    let log = ".git/gonogo/ops/tried/hooks.log";
    assert!(details.contains(&format!("all of it: {log}")), "{details}");
    assert!(place.read(log).contains("said 3\n"));
}

#[test]
fn a_hook_that_commits_is_noticed() {
    let place = with("commits", "");
    place.hook("pre-commit", "git commit -q --no-verify --allow-empty -m 'chore: of a hook'");
    let data = hooks(&place, 1);
    assert!(data["why"].to_string().contains("also changed HEAD"), "{data:#}");
    assert_eq!(next(&data), "git log");
}
