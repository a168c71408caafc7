//! What a terminal would obey, in names and in the lines that are shown.

use super::INIT;
use super::support::{Place, refuses, works};

#[test]
fn a_name_is_one_line_of_text() {
    let evil = r"x\n\nSigned-off-by: Evil\u001b[2J";
    let cargo = format!("[package]\nname = \"{evil}\"\nversion = \"1.2.0\"\n");
    let setup = "from setuptools import setup\nsetup(name=\"x\\x1b[2J\", version=\"1.2.0\")\n";
    for (file, text, at) in [
        ("pyproject.toml", cargo.replace("package", "project"), "pyproject.toml:2:9"),
        ("Cargo.toml", cargo, "Cargo.toml:2:9"),
        (
            "package.json",
            format!("{{\"name\": \"{evil}\",\n\"version\": \"1.2.0\"}}\n"),
            "package.json:1:11",
        ),
        ("setup.py", setup.to_owned(), "setup.py:2:13"),
        ("setup.cfg", "[metadata]\nname = x\u{1b}[2J\nversion = 1.2.0\n".into(), "setup.cfg:2:8"),
    ] {
        let place = Place::repository(&format!("name in {file}"));
        place.put(file, text);
        place.commit_all("start");
        let what = format!("the name in {file} is not one line of text");
        let before = place.state();
        for args in [&["status"][..], &["bump", "minor", "--commit"]] {
            refuses(&place, args, 2, &[&what, at, r"\u{1b}[2J"]);
        }
        assert_eq!(place.state().changed(&before), [""; 0]);
    }
    let place = Place::python("name in gonogo.toml");
    place.put("gonogo.toml", "name = \"x\\u001b[2J\"\n");
    refuses(&place, &["status"], 2, &["name in gonogo.toml holds a control character"]);
}

#[test]
fn what_a_line_says_to_a_terminal_is_shown() {
    let place = Place::python("a line").with("CLICOLOR_FORCE", "1");
    place.put(INIT, "__version__ = \"1.2.0\"  # \u{1b}[2J\u{1b}]0;x\u{7}\u{9b}2J\u{1b}[8m\n");
    place.commit_all("line");
    let status = works(&place, &["status"]).out;
    assert!(status.contains(r#"__version__ = "1.2.0"  # \u{1b}[2J\u{1b}]0;x\u{7}"#), "{status}");
    let plan = works(&place, &["bump", "minor", "--dry-run"]).out;
    assert!(plan.contains(r"\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}2J"), "{plan}");
    for said in [status, plan] {
        let colours = said.matches('\u{1b}').count();
        let ours = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m"];
        let ours: usize = ours.iter().map(|sequence| said.matches(sequence).count()).sum();
        assert!(colours > 0 && colours == ours, "{said:?}");
        assert!(!said.contains(['\u{7}', '\u{9b}']), "{said:?}");
    }
}
