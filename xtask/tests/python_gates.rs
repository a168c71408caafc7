//! A project in Python with its real tools, from the first `init` to GO.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use serde_json::Value;

mod support;

use support::{Place, Said, tool, works};

const PYPROJECT: &str = r#"[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.2.0"
requires-python = ">=3.11"

[project.optional-dependencies]
dev = ["bandit", "mypy", "pytest", "ruff"]

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]

[tool.ruff.format]
quote-style = "double"

[tool.mypy]
strict = true
files = ["src"]

[tool.bandit]
skips = ["B404"]
"#;

const PRICE: &str = r#""""Prices."""


def total(prices: list[int]) -> int:
    """Add them up."""
    return sum(prices)
"#;

/// What a hurried commit made of it: an import that is not used, quotes that ruff would write
/// otherwise, a sum without its first item, an int that is said to be a str, a shell.
const HURRIED: &str = r#""""Prices."""

import os
import subprocess


def total(prices: list[int]) -> int:
    """Add them up."""
    return sum(prices[1:])


def show(program: str, path: str) -> str:
    """Open a list of prices."""
    return subprocess.call(program + ' ' + path, shell=True)
"#;

const TEST: &str = r#""""Tests of prices."""

from demo.price import total


def test_total() -> None:
    """All of them count."""
    assert total([1, 2, 3]) == 6
"#;

/// The project, in order, with its tools on the PATH; `None` where they are not installed.
fn project(name: &str) -> Option<Place> {
    let tools = tool("GONOGO_TEST_PYTEST")?;
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", tools.parent().unwrap().display());
    let place = Place::repository(name).with("PATH", &path);
    for (path, text) in [
        ("pyproject.toml", PYPROJECT),
        ("src/demo/__init__.py", "\"\"\"Demo.\"\"\"\n\n__version__ = \"1.2.0\"\n"),
        ("src/demo/price.py", PRICE),
        ("tests/test_price.py", TEST),
        (".gitignore", "__pycache__/\n.*_cache/\n"),
    ] {
        place.put(path, text);
    }
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    Some(place)
}

/// `check` with these words must be NO-GO for exactly these gates, and end with this command.
#[track_caller]
fn no_go(place: &Place, args: &[&str], gates: &[&str], next: &str) -> Said {
    let said = place.gonogo(&[&["check"], args].concat());
    assert_eq!(said.code, 1, "{said}");
    let verdict = said.out.lines().find(|line| line.starts_with("NO-GO")).unwrap_or_default();
    let gates: Vec<String> = gates.iter().map(|gate| format!("gate {gate}")).collect();
    let (_, named) = verdict.split_once(": ").unwrap_or_default();
    assert_eq!(named, gates.join(", "), "{said}");
    assert!(said.out.ends_with(&format!("\nnext: {next}\n")), "next: {next} in {said}");
    said
}

#[track_caller]
fn says(said: &Said, fragments: &[&str]) {
    for fragment in fragments {
        assert!(said.out.contains(fragment), "no {fragment:?} in {said}");
    }
}

#[test]
fn six_red_gates_are_mended_one_after_another() {
    let Some(place) = project("six") else { return };
    let said = works(&place, &["init"]);
    says(&said, &["\nGates, tried once\n", "1 file written, nothing committed.\n"]);
    assert_eq!(said.out.matches("  ✓ ").count(), 5, "{said}");
    assert!(!place.read("gonogo.toml").contains("required"), "{said}");
    place.commit_all("chore: gates");
    let said = works(&place, &["check"]);
    says(&said, &["\nGO: 9 gates green\n"]);

    place.put("src/demo/price.py", HURRIED);
    place.edit("src/demo/__init__.py", "1.2.0", "1.3.0");
    place.commit_all("feat: show prices");
    let all = ["drift", "tests", "lint", "format", "types", "security"];
    let said = no_go(&place, &[], &all, "gonogo status");
    says(&said, &["    FAILED tests/test_price.py::test_total - assert 5 == 6\n"]);

    works(&place, &["bump", "1.3.0", "--set-from", "src/demo/__init__.py"]);
    no_go(&place, &[], &all[1..], "gonogo check tests");
    place.commit_all("fix: 1.3.0 everywhere");

    let said = no_go(&place, &["lint"], &["lint"], "gonogo check lint --fix");
    says(&said, &["Remove unused import: `os`"]);
    let said = works(&place, &["check", "lint", "--fix"]);
    says(&said, &["fix of lint: ruff check --fix . (exit 0)\n", "    src/demo/price.py\n"]);
    assert!(!place.read("src/demo/price.py").contains("import os\n"), "{said}");
    place.commit_all("style: no import that is not used");

    works(&place, &["check", "format", "--fix"]);
    let said = no_go(&place, &[], &["clean", "tests", "types", "security"], "git status");
    // It was green a moment ago, on the same files.
    let again = said.out.lines().filter(|line| line.contains("green on this tree")).count();
    assert!(again == 1 && !said.err.contains("format:"), "{said}");
    place.commit_all("style: quotes");

    place.edit("src/demo/price.py", "path: str) -> str", "path: str) -> int");
    // mypy takes a file for the same one that has its size and its second.
    std::fs::remove_dir_all(place.top.join(".mypy_cache")).expect("a cache");
    place.commit_all("fix: what show returns");
    no_go(&place, &[], &["tests", "security"], "gonogo check tests");
    place.edit("src/demo/price.py", "prices[1:]", "prices");
    place.commit_all("fix: the first price counts");
    let said = no_go(&place, &[], &["security"], "gonogo check security");
    says(&said, &["  ✗ security      exit 1: bandit -q -c pyproject.toml -r src/demo "]);

    let reason = "both words come from our own configuration";
    let waive = ["check", "--waive", "security", "--reason", reason];
    let said = works(&place, &waive);
    says(&said, &["\nGO for 1.3.0: 8 gates green, 1 waived\n", "exit 1, waived: both words"]);
    for gate in ["tests", "lint", "format", "types"] {
        let row = said.out.lines().find(|line| line.contains(&format!("✓ {gate} ")));
        assert!(row.is_some_and(|row| row.contains("green on this tree")), "{gate}: {said}");
        assert!(!said.err.contains(&format!("{gate}:")), "{gate} ran again: {said}");
    }
    assert!(said.err.contains("security: red after"), "{said}");
}

#[test]
fn what_is_red_today_does_not_stop_tomorrow() {
    let Some(place) = project("red") else { return };
    place.put("src/demo/price.py", HURRIED);
    let hooks = "repos:\n- repo: local\n  hooks:\n  - id: x\n    name: x\n    entry: touch no\n    \
                 language: system\n";
    place.put(".pre-commit-config.yaml", hooks);
    place.put(".gitignore", "");
    place.commit_all("feat: show prices");
    // Every tool but mypy.
    let tools = tool("GONOGO_TEST_PYTEST").unwrap();
    std::fs::create_dir(place.root.join("bin")).unwrap();
    for name in ["pytest", "ruff", "bandit"] {
        symlink(tools.with_file_name(name), place.root.join("bin").join(name)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", place.root.join("bin").display());
    let place = place.with("PATH", &path);

    let before = place.state();
    let dry = works(&place, &["init", "--dry-run"]);
    place.state().must_be(&before, &dry.to_string());
    assert!(!dry.out.contains("required") && !dry.out.contains("tried"), "{dry}");
    let said = works(&place, &["init", "--json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let gates = json["gates"].as_array().unwrap().iter();
    let gates: Vec<String> = gates
        .map(|gate| {
            let word = |key: &str| gate[key].as_str().unwrap().to_owned();
            [word("gate"), word("outcome"), gate["required"].to_string()].join(" ")
        })
        .collect();
    let expected = [
        "tests red false",
        "lint red false",
        "format red false",
        "types could-not-run true",
        "security red false",
        "pre-commit not-tried true",
    ];
    assert_eq!(gates, expected, "{said}");
    let text = place.read("gonogo.toml");
    let tests = "# [tool.pytest.ini_options] in pyproject.toml; exit 1 when init tried it\n\
                 tests = { run = \"pytest\", required = false }\n";
    assert!(text.contains(tests), "{text}");
    let types = "[tool.mypy] in pyproject.toml; not run: there is no program mypy\n";
    assert!(text.contains(types) && !place.exists("no"), "{text}");
    works(&place, &["undo"]);
    assert!(!place.exists("gonogo.toml"));
    place.git(&["clean", "-xdfq"]);

    let said = works(&place, &["init"]);
    says(
        &said,
        &[
            "  ! tests         exit 1, not required yet: pytest ",
            "  ? types         there is no program mypy: mypy\n                  pip install -e '.[dev]'\n",
            "  – pre-commit    not tried, it may edit files: pre-commit run --all-files\n",
            "The red ones stand there with `required = false`. Take that out once mended.\n",
        ],
    );
    assert!(
        said.err.contains("! trying them left .pytest_cache/; is that for")
            || said.out.contains("there is"),
        "{said}"
    );
    assert!(said.out.lines().chain(said.err.lines()).all(|line| line.chars().count() <= 100));
    place.put(".gitignore", "__pycache__/\n");
    place.commit_all("chore: gates");
    let doctor = place.gonogo(&["doctor"]);
    says(&doctor, &["there is no program mypy, which gate types would run\n"]);
    no_go(&place, &[], &["types", "pre-commit"], "gonogo check types");
}

/// A virtual environment that is not activated must not make tests optional.
#[test]
fn what_is_not_installed_stays_required() {
    let Some(place) = project("bare") else { return };
    place.edit("pyproject.toml", "pythonpath = [\"src\"]\n", "");
    place.commit_all("test: the installed package");
    let said = works(&place, &["init"]);
    let row =
        "  ? tests         there is no module demo here: pytest\n                  pip install";
    says(&said, &[row]);
    assert!(place.read("gonogo.toml").contains("here\ntests = \"pytest\"\n"), "{said}");
    place.commit_all("chore: gates");
    no_go(&place, &[], &["tests"], "gonogo check tests");
    place.git(&["rm", "-q", "-r", "tests"]);
    place.put("tests/README", "none yet");
    place.put("gonogo.toml", "");
    let dry = works(&place, &["init", "--dry-run"]);
    says(&dry, &["  + tests = \"pytest\"  # "]);
    std::fs::remove_file(place.top.join("gonogo.toml")).unwrap();
    let said = works(&place, &["init"]);
    says(&said, &["  ? tests         it found no tests: pytest\n"]);
}

#[test]
fn ctrl_c_while_commands_are_tried_writes_nothing() {
    let Some(place) = project("ctrl-c") else { return };
    place.put(
        "tests/test_price.py",
        "import pathlib\nimport time\n\n\ndef test_long():\n    pathlib.Path(\"../on\").touch()\n    \
         time.sleep(300)\n",
    );
    place.commit_all("test: a long one");
    let mut init = place.command(env!("CARGO_BIN_EXE_gonogo")).arg("init").spawn().unwrap();
    let start = Instant::now();
    while !place.exists("../on") {
        assert!(start.elapsed() < Duration::from_mins(1), "no test has started");
        std::thread::sleep(Duration::from_millis(20));
    }
    place.run("kill", &["-INT", &init.id().to_string()]).ok();
    assert_eq!(init.wait().unwrap().code(), Some(130));
    assert!(!place.exists("gonogo.toml") && place.operations().is_empty());
    assert_eq!(works(&place, &["init", "--no-run"]).err, "");
    assert!(place.read("gonogo.toml").contains("\ntests = \"pytest\"  # "));
}
