//! The README's first screen, run as it stands: a clone, then every command, compared with what
//! the README says it prints.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::path::Path;
use std::process::Command;

mod support;

/// `$ command` lines of the first console block, each with the output shown below it.
fn first_block(readme: &str) -> Vec<(String, String)> {
    let block = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let mut steps: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push((command.to_owned(), String::new()));
        } else {
            let (_, output) = steps.last_mut().unwrap();
            output.push_str(line);
            output.push('\n');
        }
    }
    steps
}

/// What changes from day to day: versions, commit ids, where the branch stands, lines of lock files.
fn timeless(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.contains(" · ") && !line.starts_with("Next") {
            // `gonogo 0.1.0 · main 5a1b2c3 · level with origin/main`
            lines.push("(title)".to_owned());
        } else if line.starts_with("Released") {
            lines.push("(released)".to_owned());
        } else {
            let word = |word: &str| {
                let digits = word.chars().filter(char::is_ascii_digit).count();
                let version = word.matches('.').count() == 2 && digits >= 3;
                if version { "VERSION".to_owned() } else { word.replace(char::is_numeric, "") }
            };
            let words: Vec<String> = line.split_whitespace().map(word).collect();
            lines.push(words.join(" "));
        }
    }
    lines.join("\n")
}

/// What stands between lines of dots is there, in this order.
fn in_order(stdout: &str, expected: &str, command: &str) {
    let said = timeless(stdout);
    let mut rest = said.as_str();
    for part in timeless(expected).split("...").map(str::trim).filter(|part| !part.is_empty()) {
        let at = rest.find(part).unwrap_or_else(|| panic!("$ {command}\nno {part}\n{stdout}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn the_first_screen_of_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let steps = first_block(&readme);
    assert!(steps.len() >= 6, "the block has {} commands", steps.len());
    let mut folder = support::Place::empty("clone").root;
    for (command, expected) in steps {
        if let Some(name) = command.strip_prefix("cd ") {
            folder = folder.join(name);
            continue;
        }
        let typed = command.replace("URL-OF-THIS-REPOSITORY", root.to_str().unwrap());
        let out = Command::new("sh")
            .args(["-c", &typed])
            .current_dir(&folder)
            // A clone has a target folder of its own; the compiled dependencies are shared.
            .env("CARGO_TARGET_DIR", root.join("target/readme"))
            .env("CARGO_TERM_QUIET", "true")
            .output()
            .unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "$ {command}\n{stdout}{stderr}");
        if expected.lines().any(|line| line == "...") {
            in_order(&stdout, &expected, &command);
        } else if !expected.is_empty() {
            assert_eq!(timeless(&stdout), timeless(&expected), "$ {command}\n{stdout}");
        }
    }
}

/// The configuration it shows works as it stands: every declared place moves, nothing else.
#[test]
fn the_configuration_of_the_readme_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let config = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let place = support::Place::python("configured");
    let files = [
        ("README.md", "Install: pip install demo==1.2.0\nnot beta==1.2.0\n"),
        ("docs/one.md", "Version: 1.2.0\n"),
        ("docs/two.md", "Version: 1.2.0, not 1.2.0\n"),
        ("tests/test_version.py", "def test():\n    assert __version__ == \"1.2.0\"\n"),
        ("deploy/Chart.yaml", "version: 0.1.0\nappVersion: 1.2.0\n"),
        ("docker-compose.yml", "services:\n  api:\n    image: acme/api:1.2.0\n"),
    ];
    for (path, text) in files {
        place.put(path, text);
    }
    place.put("gonogo.toml", config);
    place.commit_all("configured");
    place.git(&["tag", "archive/9.0.0"]);
    let before = place.state();
    let said = support::works(&place, &["bump", "minor"]);
    assert_eq!(place.state().changed(&before).len(), files.len() + 3, "{said}");
    for (path, text) in files {
        assert_eq!(place.read(path), text.replacen("1.2.0", "1.3.0", 1), "{path}");
    }
    support::undone(&place, &before);
}

/// So do its gates: none of their tools has to be here for that.
#[test]
fn the_gates_of_the_readme_are_accepted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let gates = readme.split("### Gates").nth(1).unwrap().split("```toml\n").nth(1).unwrap();
    let gates = gates.split("```").next().unwrap();
    let place = support::Place::python("gates");
    place.put("gonogo.toml", gates);
    place.commit_all("gates");
    let said = place.gonogo(&["check", "--json", "--profile", "hotfix"]);
    let data: serde_json::Value = serde_json::from_str(&said.out).expect("a report");
    let ids = data["gates"].as_array().unwrap().iter().map(|gate| gate["id"].as_str().unwrap());
    let ids: Vec<&str> = ids.collect();
    assert!(ids.contains(&"tests") && ids.contains(&"lint"), "{said}");
    assert!(!ids.contains(&"coverage") && !ids.contains(&"audit"), "{said}");
}

/// A changelog with two entries by hand and 15 commits since 1.2.0, the version in the files 1.3.0.
fn to_be_told(name: &str) -> support::Place {
    let place = support::Place::python(name).with("SOURCE_DATE_EPOCH", "1795269780");
    let head = "# Changelog\n\nEverything that\nusers notice.\n\n## [Unreleased]\n\n";
    place.put("CHANGELOG.md", format!("{head}### Added\n\n- a\n- b\n\n## [1.2.0] - 2026-01-02\n"));
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.3.0");
    }
    place.commit_all("docs: of the release");
    let docs = ["docs: one", "docs: two", "docs: three", "docs: four", "docs: five", "docs: six"];
    let ci = ["ci: one", "ci: two", "ci: three", "ci: four", "ci: five"];
    let told = ["feat: c", "fix: d", "refactor: e"];
    for message in docs.iter().chain(&ci).chain(&told) {
        place.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }
    place
}

#[test]
fn the_changelog_of_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let part = readme.split("### The changelog\n").nth(1).unwrap();
    let steps = first_block(part);
    let said = support::works(&to_be_told("told"), &["changelog"]);
    assert_eq!(steps[0].0, "cargo xtask changelog");
    assert_eq!(said.out.replace("gonogo", "cargo xtask"), steps[0].1);

    let config = part.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let place = to_be_told("told-configured");
    place.put("RELEASES.md", "# Releases\n\n## Version 1.2.0 - 2026-01-02\n\n### Added\n\n- x\n");
    place.script("bin/markdownlint", "grep -qF 1.3.0 RELEASES.md && test $1 = RELEASES.md");
    place.put("gonogo.toml", config);
    let path = format!("{}/bin:{}", place.top.display(), std::env::var("PATH").unwrap());
    let before = place.state();
    let said = support::works(&place.clone().with("PATH", &path), &["changelog"]);
    let text = place.read("RELEASES.md");
    let found: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    let expected =
        ["# Releases", "## Version 1.3.0 - 2026-11-21", "### Added", "### Changed", "### Fixed"];
    assert_eq!(found[..5], expected, "{said}");
    assert_eq!(found[5], "### Documentation", "{text}");
    support::undone(&place, &before);
}

#[test]
fn the_tags_of_the_readme_are_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let steps = first_block(readme.split("### Tags\n").nth(1).unwrap());
    let place = support::Place::python("tagged")
        .with("GIT_AUTHOR_DATE", "1795269780 +0000")
        .with("GIT_COMMITTER_DATE", "1795269780 +0000");
    place.put("CHANGELOG.md", "# Changelog\n\n## [1.3.0] - 2026-11-21\n\n- a\n");
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.3.0");
    }
    place.commit_all("chore: release 1.3.0");
    let remote = support::remote::Remote::origin(&place);
    let commit = place.git(&["rev-parse", "--short=7", "HEAD"]);
    assert_eq!(steps.len(), 3);
    for (command, expected) in steps {
        let args: Vec<&str> = command.split_whitespace().skip(2).collect();
        let said = support::works(&place, &args);
        let shown = said.out.replace("gonogo", "cargo xtask").replace(commit.trim(), "3b2a5ea");
        let shown = shown.replace(remote.url(), "git@example.com:acme/demo.git");
        // What follows a command stands in a column of its own.
        let words = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(words(&shown), words(&expected), "$ {command}");
    }
}

#[test]
fn the_checklist_of_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let part = readme.split("### The checklist\n").nth(1).unwrap();
    let block = |language: &str| {
        let after = part.split(&format!("```{language}\n")).nth(1).unwrap();
        after.split("```").next().unwrap().to_owned()
    };
    let place = support::Place::python("checklist");
    for tool in ["pytest", "ruff"] {
        place.script(&format!("../bin/{tool}"), "echo fine");
    }
    let path = std::env::var("PATH").unwrap();
    let place = place.clone().with("PATH", &format!("{}:{path}", place.root.join("bin").display()));
    place.put("gonogo.toml", block("toml"));
    place.put("docs/CHECKLIST.md", block("markdown"));
    place.commit_all("feat: something new");
    let said = place.gonogo(&["checklist", "run"]);
    let steps = first_block(part);
    assert_eq!((steps[0].0.as_str(), said.code), ("gonogo checklist run", 1), "{said}");
    assert_eq!(timeless(&said.out), timeless(&steps[0].1), "{said}");
    assert_eq!(place.read("docs/CHECKLIST.md"), block("markdown"));
}

#[test]
fn the_hotfix_of_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let steps = first_block(readme.split("### A hotfix\n").nth(1).unwrap());
    let place = support::Place::python("to-fix").with("SOURCE_DATE_EPOCH", "1795269780");
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n- a\n");
    place.commit_all("docs: a changelog");
    place.git(&["tag", "-f", "-a", "-m", "1.2.0", "v1.2.0"]);
    let commit = place.git(&["rev-parse", "--short=7", "HEAD"]);
    let _ = support::remote::Remote::origin(&place);
    assert_eq!(steps.len(), 3);
    for (command, expected) in steps {
        let args: Vec<&str> = command.split_whitespace().skip(2).collect();
        let said = support::works(&place, &args);
        let shown = said.out.replace("gonogo", "cargo xtask").replace(commit.trim(), "3b2a5ea");
        in_order(&shown, &expected, &command);
    }
}

/// A package at 1.2.0 that goes on at three places, and a hotfix of it that waits for its end.
fn to_be_finished() -> support::Place {
    let place = support::Place::repository("hotfix").with("SOURCE_DATE_EPOCH", "1795269780");
    place.put("pyproject.toml", "[project]\nname = \"outlier\"\nversion = \"1.2.0\"\n");
    place.put("src/outlier/__init__.py", "\"\"\"Outlier.\"\"\"\n\n__version__ = \"1.2.0\"\n");
    place.put("detect.py", "one\n");
    let log = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n- old\n";
    place.put("CHANGELOG.md", log);
    let toml = "[branches]\ndevelop = \"develop\"\n[release]\nbranch = \"release/v{version}\"\n\
        [hotfix]\ntag_message = \"Hotfix {version}: {summary}\"\n[gates]\ntests = \"true\"\n";
    place.put("gonogo.toml", toml);
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    let _ = support::remote::Remote::origin(&place);
    let versions = ["pyproject.toml", "src/outlier/__init__.py"];
    for (branch, version) in [("release/v1.3.0", "1.3.0-rc.2"), ("develop", "1.4.0-alpha.1")] {
        place.git(&["switch", "-q", "-c", branch, "v1.2.0"]);
        for path in versions {
            place.edit(path, "1.2.0", version);
        }
        place.edit("CHANGELOG.md", "sed]\n", "sed]\n\n- new\n");
        place.commit_all(&format!("chore: begin {version}"));
        place.git(&["push", "-q", "-u", "origin", branch]);
    }
    place.git(&["switch", "-q", "main"]);
    place.put("later.txt", "x");
    place.commit_all("docs: later");
    place.git(&["push", "-q"]);
    place.git(&["switch", "-q", "-c", "hotfix/v1.2.1", "v1.2.0"]);
    place.git(&["branch", "-f", "main", "v1.2.0^{}"]);
    for path in versions {
        place.edit(path, "1.2.0", "1.2.1");
    }
    let section = "## [1.2.1] - Unreleased\n\n### Fixed\n\n- a crash\n\n## [1.2.0]";
    place.edit("CHANGELOG.md", "## [1.2.0]", section);
    place.put("detect.py", "two\n");
    place.commit_all("fix: a crash");
    place.git(&["push", "-q", "-u", "origin", "hotfix/v1.2.1"]);
    place
}

#[test]
fn the_end_of_a_hotfix_of_the_readme_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let steps = first_block(readme.split("### The end of a hotfix\n").nth(1).unwrap());
    let [(command, expected)] = steps.as_slice() else { panic!("{} commands", steps.len()) };
    let typed = "cargo xtask hotfix finish --summary \"crash on an empty dataset\" --dry-run";
    assert_eq!(command, typed);
    let summary = "crash on an empty dataset";
    let args = ["hotfix", "finish", "--summary", summary, "--dry-run"];
    let said = support::works(&to_be_finished(), &args);
    in_order(&said.out, expected, command);
}

#[test]
fn the_sign_offs_of_the_readme_are_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let part = readme.split("### Sign-offs: who says GO\n").nth(1).unwrap();
    let steps = first_block(part);
    let config = part.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let place = support::Place::python("signed")
        .with("GIT_AUTHOR_DATE", "1795269780 +0000")
        .with("GIT_COMMITTER_DATE", "1795269780 +0000");
    place.git(&["config", "--global", "user.name", "Bo"]);
    place.git(&["config", "--global", "user.email", "bo@example.com"]);
    place.put("gonogo.toml", config);
    place.commit_all("feat: something new");
    let _remote = support::remote::Remote::origin(&place);
    let commit = place.git(&["rev-parse", "--short=7", "HEAD"]);
    assert_eq!(steps.len(), 2);
    for (command, expected) in steps {
        // What stands in quotes is one word.
        let parts = command.split('"').enumerate();
        let words = parts.flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        let args: Vec<&str> = words.skip(2).collect();
        let said = support::works(&place, &args);
        let shown = said.out.replace("gonogo", "cargo xtask").replace(commit.trim(), "3b2a5ea");
        // What follows a command stands in a column of its own.
        let words = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(words(&shown), words(&expected), "$ {command}");
    }
}

#[test]
fn the_texts_of_the_readme_are_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let part = readme.split("### Texts\n").nth(1).unwrap();
    let place = support::Place::python("texts").with("SOURCE_DATE_EPOCH", "1795269780");
    place.put(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n### Added\n\n- a\n",
    );
    place.put("gonogo.toml", "[gates]\ntests = \"true\"\nlint = \"false\"\n");
    place.commit_all("feat: a new thing");
    let waive = ["--waive", "lint", "--reason", "known, #12"];
    support::works(&place, &[&["release", "minor", "--no-push", "--yes"][..], &waive].concat());
    place.git(&["remote", "add", "origin", "git@github.com:acme/demo.git"]);
    let claim = part.split('`').find(|text| text.starts_with("All green.")).unwrap();
    place.put("templates/announcement.md", format!("# {{name}}\n\n{claim}\n"));
    let steps = first_block(part);
    assert_eq!(steps.len(), 2);
    for (command, expected) in steps {
        let args: Vec<&str> = command.split_whitespace().skip(2).collect();
        let said = place.gonogo(&args);
        let shown = format!("{}{}", said.out, said.err).replace("gonogo", "cargo xtask");
        // What follows a command stands in a column of its own.
        let words = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(words(&shown), words(&expected), "$ {command}");
    }
}
