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
        if !expected.is_empty() {
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
    let gates = readme.split("```toml\n").nth(2).unwrap().split("```").next().unwrap();
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
