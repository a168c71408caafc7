//! `doctor`: each check finds what it is for, and nothing in a repository in order.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::fs;

use serde_json::Value;

mod support;

use support::Place;

/// A project in order: committed, tagged, level with its remote.
fn sound(name: &str) -> Place {
    let place = Place::python(name);
    place.git(&["clone", "-q", "--bare", ".", "../remote"]);
    place.git(&["remote", "add", "origin", "../remote"]);
    place.git(&["fetch", "-q", "--set-upstream", "origin", "main"]);
    place.git(&["fetch", "-q", "origin"]);
    place.git(&["remote", "set-head", "origin", "main"]);
    place
}

/// What doctor finds, with its exit code; it must have changed nothing.
#[track_caller]
fn checks(place: &Place) -> (i32, Vec<Value>) {
    let before = place.state();
    let said = place.gonogo(&["doctor", "--json"]);
    place.state().must_be(&before, &said.to_string());
    let json: Value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {said}"));
    assert_eq!(json["ready"], said.code == 0, "{said}");
    (said.code, json["checks"].as_array().unwrap().clone())
}

/// One that must be there: mark, area, part of what it says, part of its command.
type Expected = (&'static str, &'static str, &'static str, &'static str);

fn is(found: &Value, (mark, area, what, mend): &Expected) -> bool {
    let has = |key: &str, part: &str| found[key].as_str().unwrap_or_default().contains(part);
    found["mark"] == *mark && found["area"] == *area && has("what", what) && has("mend", mend)
}

/// A repository in order, then what `spoil` does to it: only then the finding is there.
#[track_caller]
fn finds(name: &str, expected: Expected, spoil: impl FnOnce(&Place) -> Option<Place>) {
    let place = sound(name);
    let (code, before) = checks(&place);
    assert!(code == 0 && !before.iter().any(|found| is(found, &expected)), "{before:#?}");
    let place = spoil(&place).unwrap_or(place);
    let (code, found) = checks(&place);
    assert!(found.iter().any(|found| is(found, &expected)), "{expected:?} not in {found:#?}");
    let failed = found.iter().any(|found| found["mark"] == "failed");
    assert_eq!(code, i32::from(failed), "{found:#?}");
    if expected.0 == "failed" {
        let said = place.gonogo(&["bump", "minor", "--commit"]);
        assert_ne!(said.code, 0, "bump was possible: {said}");
    }
}

/// Runs git calls, one a line, and stays in the same place.
fn git(place: &Place, calls: &str) -> Option<Place> {
    for call in calls.lines() {
        place.git(&call.split_whitespace().collect::<Vec<_>>());
    }
    None
}

#[test]
fn a_repository_in_order_has_only_good_marks() {
    let place = sound("sound");
    let (code, found) = checks(&place);
    assert_eq!(code, 0);
    let bad: Vec<&Value> = found.iter().filter(|found| found["mark"] != "good").collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let said = place.gonogo(&["doctor"]).ok();
    assert!(said.out.contains("✓ identity     Ada Example <ada@example.com>\n"), "{said}");
    assert!(said.out.contains("✓ version      demo 1.2.0 in 2 version files\n"), "{said}");
    assert!(!said.out.contains("pyproject.toml:3"), "{said}");
    assert!(said.out.ends_with("\nnext: gonogo status\n"), "{said}");
    let more = place.gonogo(&["doctor", "-v"]).ok();
    assert!(more.out.contains("               pyproject.toml:3 1.2.0\n"), "{more}");
    let quiet = place.gonogo(&["doctor", "-q"]).ok();
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let ascii = place.with("LC_ALL", "C").gonogo(&["doctor"]).ok();
    assert!(ascii.out.is_ascii() && ascii.out.contains("ok   identity     Ada"), "{ascii}");
}

#[test]
fn who_commits_may_be_missing() {
    let expected = ("failed", "identity", "does not know who you are", "git config user.name");
    finds("identity", expected, |place| {
        let config = "[user]\n\tuseConfigOnly = true\n";
        fs::write(place.root.join("home/.gitconfig"), config).unwrap();
        None
    });
}

#[test]
fn the_branch_and_its_remote() {
    let gone = ("warning", "branch", "which is gone", "--unset-upstream");
    finds("gone", gone, |p| git(p, "update-ref -d refs/remotes/origin/main"));
    let alone = ("warning", "branch", "follows no branch", "--set-upstream-to=origin/main");
    finds("alone", alone, |p| git(p, "branch -q --unset-upstream"));
    let detached = ("failed", "branch", "HEAD is detached", "git switch main");
    finds("detached", detached, |p| git(p, "checkout -q --detach"));
    let unborn = ("failed", "branch", "no commit yet", "git commit");
    finds("unborn", unborn, |p| git(p, "checkout -q --orphan fresh"));
    let none = ("unknown", "remote", "stays on this machine", "git remote add");
    finds("none", none, |p| git(p, "remote remove origin"));
    let main = ("unknown", "remote", "main one is not known", "set-head origin --auto");
    finds("main", main, |p| git(p, "remote set-head origin --delete"));
    let several = ("warning", "remote", "follows none of them", "=origin/main");
    finds("several", several, |p| git(p, "remote add fork ../x\nbranch -q --unset-upstream"));
    let behind =
        ("warning", "branch", "1 commit behind origin/main (as of 2", "git pull --ff-only");
    finds("behind", behind, |place| {
        place.put("new.txt", "new");
        place.commit_all("more");
        git(place, "push -q origin main\nreset -q --keep HEAD^")
    });
}

#[test]
fn history_that_is_not_here_and_how_changes_land() {
    let shallow = ("warning", "history", "shallow clone", "git fetch --unshallow --tags");
    finds("shallow", shallow, |place| {
        place.put("new.txt", "new");
        place.commit_all("more");
        let url = format!("file://{}", place.top.display());
        place.git(&["clone", "-q", "--depth", "1", &url, "../shallow"]);
        Some(place.at(place.root.join("shallow")))
    });
    let squashed = ("unknown", "landing", "a release branch will land as a new commit", "");
    finds("squashed", squashed, |place| {
        for number in 0..10 {
            place.put("a.txt", number.to_string());
            place.commit_all(&format!("feat: change (#{number})"));
        }
        None
    });
    let place = Place::python("merges");
    for number in 0..10 {
        place.put("a.txt", number.to_string());
        place.commit_all(&format!("change (#{number})"));
    }
    git(&place, "checkout -q -b side HEAD^\ncommit -q --allow-empty -m side\ncheckout -q main");
    place.git(&["merge", "-q", "--no-ff", "-m", "merge (#11)", "side"]);
    assert!(!checks(&place).1.iter().any(|found| is(found, &squashed)), "there is a merge");
}

#[test]
fn what_waits_for_its_end() {
    let index = ("failed", "unfinished", "index is locked", "rm ");
    finds("index", index, |place| {
        // Only doctor is asked: git's own commands would wait for the lock, too.
        place.put(".git/index.lock", "");
        None
    });
    let branch = ("failed", "unfinished", "main.lock is left", "rm ");
    finds("branch-lock", branch, |place| {
        place.put(".git/refs/heads/main.lock", "");
        None
    });
    let merge = ("failed", "unfinished", "a merge is in progress", "git merge --abort");
    finds("merge", merge, |place| {
        git(place, "checkout -q -b side HEAD\ncommit -q --allow-empty -m side\ncheckout -q main");
        place.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
        None
    });
    let dirty = ("failed", "work tree", "tracked files have changes", "git stash");
    finds("dirty", dirty, |place| {
        place.put("a.txt", "changed");
        None
    });
    let hook = ("failed", "git", "GIT_INDEX_FILE is set", "unset GIT_INDEX_FILE");
    finds("hook", hook, |place| Some(place.clone().with("GIT_INDEX_FILE", ".git/other")));
    let elsewhere = ("warning", "git", "GIT_WORK_TREE is set", "unset GIT_WORK_TREE");
    finds("elsewhere", elsewhere, |place| {
        let top = place.top.to_str().unwrap();
        Some(place.clone().with("GIT_WORK_TREE", top))
    });
}

#[test]
fn an_operation_that_is_half_done() {
    let expected = ("failed", "unfinished", "is half done", "gonogo resume");
    finds("half", expected, |place| {
        place.gonogo(&["bump", "minor"]).ok();
        // Without its last record it has not ended.
        let journal = place.read(".git/gonogo/ops/1/journal");
        let kept: Vec<&str> = journal.lines().collect();
        place.put(".git/gonogo/ops/1/journal", format!("{}\n", kept[..kept.len() - 1].join("\n")));
        None
    });
}

#[test]
fn signing_is_looked_at_and_nothing_signs() {
    let absent = ("failed", "signing", "no program /none/gpg", "gpg");
    finds("absent", absent, |p| git(p, "config commit.gpgSign true\nconfig gpg.program /none/gpg"));
    let format = ("failed", "signing", "which git does not know", "gpg.format");
    finds("format", format, |p| git(p, "config commit.gpgSign true\nconfig gpg.format pgp"));
    let keyless = ("failed", "signing", "no key is configured", "user.signingKey");
    finds("keyless", keyless, |p| git(p, "config commit.gpgSign true\nconfig gpg.format ssh"));
    let ssh = "config commit.gpgSign true\nconfig gpg.format ssh\nconfig user.signingKey";
    let unreadable = ("failed", "signing", "cannot be read", "ls -l");
    finds("unreadable", unreadable, |p| git(p, &format!("{ssh} ~/none")));
    let agent = ("failed", "signing", "no ssh agent runs", "ssh-add");
    finds("agent", agent, |p| git(p, &format!("{ssh} key::ssh-ed25519:AAAA")));
    let tags = ("warning", "signing", "tags by ssh: no key", "user.signingKey");
    finds("tags", tags, |p| git(p, "config tag.gpgSign true\nconfig gpg.format ssh"));
    finds("tag-sign", tags, |place| {
        place.put("gonogo.toml", "[tag]\nsign = true\n");
        place.commit_all("sign");
        git(place, "config gpg.format ssh")
    });
    let place = sound("tag-unsigned");
    place.put("gonogo.toml", "[tag]\nsign = false\n");
    git(&place, "config tag.gpgSign true\nconfig gpg.format ssh");
    let (_, found) = checks(&place);
    assert!(found.iter().all(|found| found["area"] != "signing"), "{found:#?}");
    let called = ("unknown", "signing", "commits by openpgp", "git commit-tree -S");
    finds("called", called, |place| {
        place.script(".git/sign", "touch called; exit 1");
        let program = place.top.join(".git/sign");
        place.git(&["config", "gpg.program", program.to_str().unwrap()]);
        git(place, "config commit.gpgSign true")
    });
    // A key file with and without a passphrase, made by ssh-keygen.
    for (name, passphrase, mark, words) in
        [("open", "", "good", "commits by ssh with"), ("closed", "secret", "unknown", "passphrase")]
    {
        finds(name, (mark, "signing", words, ""), |place| {
            let key = place.root.join("key");
            let key = key.to_str().unwrap();
            let args = ["-q", "-t", "ed25519", "-N", passphrase, "-f", key];
            let _ = fs::remove_file(key);
            place.run("ssh-keygen", &args).ok();
            git(place, &format!("{ssh} {key}.pub"))
        });
    }
}

#[test]
fn hooks_that_do_not_run_and_hooks_that_fight() {
    let ignored = ("warning", "hooks", "git ignores commit-msg", "chmod +x");
    finds("ignored", ignored, |place| {
        place.put(".git/hooks/commit-msg", "#!/bin/sh\n");
        None
    });
    let runs = ("good", "hooks", "pre-commit will run", "");
    finds("runs", runs, |place| {
        place.hook("pre-commit", "true");
        None
    });
    let nowhere = ("warning", "hooks", "nothing is there", "--show-origin core.hooksPath");
    finds("nowhere", nowhere, |p| git(p, "config core.hooksPath .husky/_"));
    let lacks = ("failed", "hooks", "/none/python is gone", "pre-commit install");
    finds("lacks", lacks, |place| {
        place.hook(
            "pre-commit",
            "INSTALL_PYTHON=/none/python\nexec \"$INSTALL_PYTHON\" -mpre_commit",
        );
        Some(place.clone().with("PATH", "/usr/bin:/bin"))
    });
    for (name, file, tool, install) in [
        ("framework", ".pre-commit-config.yaml", "pre-commit is configured", "pre-commit install"),
        ("husky", ".husky/pre-commit", "husky is configured", "npx husky"),
        ("lefthook", "lefthook.yml", "lefthook is configured", "lefthook install"),
    ] {
        finds(name, ("warning", "hooks", tool, install), |place| {
            place.put(file, "repos: []\n");
            place.commit_all("hooks");
            None
        });
    }
    let guard = "repos:\n- repo: x\n  hooks:\n  - id: no-commit-to-branch\n";
    let guarded = ("warning", "hooks", "lets no commit onto main", "git switch -c");
    finds("guarded", guarded, |place| {
        place.put(".pre-commit-config.yaml", guard);
        place.commit_all("hooks");
        None
    });
    let bumps = ("warning", "hooks", "a hook bumps by itself: .pre-commit-config.yaml:5", "");
    finds("bumps", bumps, |place| {
        place.put(".pre-commit-config.yaml", format!("{guard}    entry: cz bump --yes\n"));
        place.commit_all("hooks");
        None
    });
}

#[test]
fn the_project_itself() {
    let drift = ("failed", "version", "of demo disagree", "--set-from pyproject.toml");
    finds("drift", drift, |place| {
        place.edit("src/demo/__init__.py", "1.2.0", "1.1.0");
        place.commit_all("drift");
        None
    });
    let broken = ("failed", "version", "pyproject.toml is not valid TOML", "");
    finds("broken", broken, |place| {
        place.put("pyproject.toml", "[project\n");
        place.commit_all("broken");
        None
    });
    let untagged = ("unknown", "released", "no release tag", "");
    finds("untagged", untagged, |p| git(p, "tag -d v1.2.0"));
    let ends = ("warning", "line ends", "pyproject.toml has CRLF", "ls-files --eol");
    finds("ends", ends, |place| {
        place.put("pyproject.toml", "[project]\r\nname = \"demo\"\r\nversion = \"1.2.0\"\r\n");
        place.commit_all("crlf");
        git(place, "config core.autocrlf input")
    });
    let untracked = ("failed", "work tree", "pyproject.toml is not tracked", "git add");
    finds("untracked", untracked, |place| {
        place.git(&["rm", "-q", "--cached", "pyproject.toml"]);
        place.git(&["commit", "-q", "-m", "gone"]);
        None
    });
    let tags = ("unknown", "version", "from git tags (setuptools-scm)", "git tag");
    finds("tags", tags, |place| {
        let scm = "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n[tool.setuptools_scm]\n\
            [build-system]\nrequires = [\"setuptools-scm\"]\n";
        place.put("pyproject.toml", scm);
        place.git(&["rm", "-q", "-r", "src"]);
        place.commit_all("scm");
        None
    });
}

#[test]
fn other_tools_that_bump_or_publish() {
    let project = "[project]\nname = \"demo\"\nversion = \"1.2.0\"\n";
    for (name, file, text, said) in [
        ("file", ".bumpversion.cfg", "[bumpversion]\n", "bumpversion bumps here"),
        ("table", "pyproject.toml", "[tool.commitizen]\n", "commitizen bumps here"),
        ("section", "setup.cfg", "[bumpversion:file:a]\n", "bumpversion bumps here"),
        ("json", "package.json", "{\"release-it\": {}}\n", "release-it bumps here"),
        ("please", "release-please-config.json", "{}\n", "release-please bumps here"),
    ] {
        finds(name, ("warning", "tools", said, ""), |place| {
            let before = if file == "pyproject.toml" { project } else { "" };
            place.put(file, format!("{before}{text}"));
            place.commit_all("tool");
            None
        });
    }
    let publishes = ("good", "publishing", ".github/workflows/release.yml publishes", "");
    finds("publishes", publishes, |place| {
        let workflow = "on:\n  push:\n    tags: [v*]\njobs:\n  a:\n    run: uv publish\n";
        place.put(".github/workflows/release.yml", workflow);
        place.commit_all("workflow");
        None
    });
}

#[test]
fn one_broken_package_of_several_is_a_warning() {
    let place = Place::repository("packages");
    place.put("a/pyproject.toml", "[project]\nname = \"a\"\nversion = \"1.0.0\"\n");
    place.put("b/pyproject.toml", "[project]\nname = \"b\"\nversion = \"1.0.0\"\n");
    place.put("c/pyproject.toml", "[project\n");
    place.commit_all("start");
    let (code, found) = checks(&place);
    assert_eq!(code, 0, "{found:#?}");
    for expected in [
        ("good", "version", "2 packages whose version files agree", ""),
        ("warning", "version", "c/pyproject.toml is not valid TOML", ""),
    ] {
        assert!(found.iter().any(|found| is(found, &expected)), "{expected:?} not in {found:#?}");
    }
}

/// Key, value and origin of each value in force.
fn values(place: &Place) -> Vec<[String; 3]> {
    let json: Value = serde_json::from_str(&place.gonogo(&["doctor", "--json"]).out).unwrap();
    let each = json["configuration"].as_array().unwrap().iter();
    each.map(|one| ["key", "value", "from"].map(|part| one[part].as_str().unwrap().into()))
        .collect()
}

#[test]
fn each_value_of_the_configuration_says_where_it_comes_from() {
    let place = sound("configuration");
    let detected = [
        ["name", "demo", "pyproject.toml"],
        ["version.source", "pyproject.toml", "pyproject.toml"],
        ["version.scheme", "semver", "default"],
        ["tag.format", "v{version}", "tag v1.2.0"],
        ["branches.main", "main", "origin/HEAD"],
    ];
    assert_eq!(values(&place), detected);
    place.put("gonogo.toml", "# ours\nname = \"other\"\n\n[version]\nscheme = \"pep440\"\n");
    place.put("CHANGELOG.md", "# Changelog\n");
    place.commit_all("configure");
    let found = values(&place);
    let written = [
        ["name", "\"other\"", "gonogo.toml:2"],
        ["version.scheme", "\"pep440\"", "gonogo.toml:5"],
        ["version.source", "pyproject.toml", "pyproject.toml"],
    ];
    assert_eq!(found[..3], written, "{found:#?}");
    assert_eq!(
        found.last().unwrap(),
        &["changelog.file", "CHANGELOG.md", "default, and it exists"]
    );
    let said = place.gonogo(&["doctor", "-v"]).ok();
    let line = "  version.scheme   \"pep440\"         gonogo.toml:5\n";
    assert!(said.out.contains("\nConfiguration\n") && said.out.contains(line), "{said}");
    assert!(!place.gonogo(&["doctor"]).out.contains("Configuration"));
    git(&place, "rm -q gonogo.toml\ncommit -q -m off\ntag v1.3.0rc1");
    let scheme = values(&place).into_iter().find(|[key, ..]| key == "version.scheme").unwrap();
    assert_eq!(scheme[1..], ["pep440", "the release 1.3.0rc1"]);
    git(&place, "tag -d v1.3.0rc1 v1.2.0");
    let format = values(&place).into_iter().find(|[key, ..]| key == "tag.format").unwrap();
    assert_eq!(format[1..], ["v{version}", "default"]);
}

/// A command in gonogo.toml that names something that is not there.
#[track_caller]
fn finds_in_gate(name: &str, command: &str, what: &'static str, mend: &'static str) {
    finds(name, ("warning", "gates", what, mend), |place| {
        place.put("gonogo.toml", format!("[gates]\na = {command}\nb = \"git --version\"\n"));
        place.put("scripts/plain.sh", "exit 0\n");
        place.put(".gitignore", ".venv\n");
        place.put(".venv/bin/uv", "");
        place.script(".venv/bin/demo-lint", "exit 0");
        place.commit_all("gates");
        None
    });
}

#[test]
fn gates_name_programs_and_files_that_are_there() {
    let name = |number: usize| format!("gates-{number}");
    for (number, (command, what, mend)) in [
        ("\"no-such-tool -q\"", "there is no program no-such-tool, which gate a would run", ""),
        (
            "{ run = \"git --version\", fix = \"no-such-fix\" }",
            "there is no program no-such-fix, which gate a would run",
            "",
        ),
        (
            "\"demo-lint src\"",
            "demo-lint is not on the PATH (gate a); it lies in .venv/bin",
            "export PATH=",
        ),
        ("\"scripts/none.sh\"", "there is no scripts/none.sh, which gate a would run", ""),
        (
            "\"scripts/plain.sh\"",
            "scripts/plain.sh is not executable (gate a)",
            "chmod +x scripts/plain.sh",
        ),
        ("\"sh scripts/other.sh\"", "there is no scripts/other.sh, which gate a names", ""),
        ("\"cat tests/none.py::test_a\"", "there is no tests/none.py, which gate a names", ""),
        ("{ shell = \"no-such-tool | cat\" }", "there is no program no-such-tool", ""),
    ]
    .into_iter()
    .enumerate()
    {
        finds_in_gate(&name(number), command, what, mend);
    }
    // What a runner would run, where it keeps its programs.
    let uv =
        ("warning", "gates", "demo-test is not installed where uv runs it (gate a)", "uv sync");
    finds("gates-uv", uv, |place| {
        place.put("gonogo.toml", "[gates]\na = \"uv run demo-test\"\nb = \"uv run demo-lint\"\n");
        place.put(".gitignore", ".venv\n");
        place.script("../bin/uv", "exit 1");
        place.script(".venv/bin/demo-lint", "exit 0");
        place.commit_all("gates");
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", place.root.join("bin").display());
        Some(place.clone().with("PATH", &path))
    });
    let place = sound("gates-good");
    place.script("scripts/x.sh", "exit 0");
    place.put(
        "gonogo.toml",
        "[gates]\na = \"scripts/x.sh --exclude none/at/all\"\nb = { shell = \"cd scripts && ls\" }\n",
    );
    place.commit_all("gates");
    let (_, found) = checks(&place);
    let good = ("good", "gates", "2 commands; what they name is there", "");
    assert!(found.iter().any(|found| is(found, &good)), "{found:#?}");
}
