//! The boundaries of ARCHITECTURE.md that no compiler lint holds.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file: its path below `src` and its text without the tests at its end.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|e| e == "rs") {
            let name = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(entry.path()).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            found.push((name, code));
        }
    }
    assert!(found.len() > 40, "only {} source files seen", found.len());
    found
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/")
}

fn in_module(name: &str, module: &str) -> bool {
    name.starts_with(&format!("{module}/")) || name == format!("{module}.rs")
}

/// Modules whose files must not mention any of these.
fn forbid(modules: &[&str], words: &[&str]) {
    let mut seen = 0;
    let mut found = Vec::new();
    for (name, code) in sources() {
        if is_test(&name) || !modules.iter().any(|module| in_module(&name, module)) {
            continue;
        }
        seen += 1;
        for (number, line) in code.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = words.iter().find(|word| code.contains(*word)) {
                found.push(format!("src/{name}:{}: {word}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(seen >= modules.len(), "the modules {modules:?} have {seen} files");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

const OUTSIDE: [&str; 7] =
    ["std::fs", "std::process", "std::env", "std::net", "std::thread", "std::time", "std::io"];

#[test]
fn planning_does_no_io() {
    let pure = [
        "changelog",
        "flows",
        "sites",
        "version",
        "plan",
        "config",
        "glob",
        "history",
        "merge",
        "template",
        "wording",
    ];
    forbid(&pure, &OUTSIDE);
    forbid(
        &pure,
        &["crate::sys", "crate::repo", "crate::exec", "crate::journal", "crate::ui", "crate::cli"],
    );
}

/// A record is data: it is made of what the journal and git have said. So are a checklist and a
/// sign-off.
#[test]
fn a_record_is_made_without_looking() {
    let data = ["record", "checklist", "signoff"];
    forbid(&data, &OUTSIDE);
    let looking = ["crate::sys::fs", "crate::sys::proc", "crate::repo", "crate::exec"];
    forbid(&data, &looking);
    forbid(&data, &["crate::ui", "crate::cli", "crate::gates"]);
}

#[test]
fn what_is_below_does_not_know_what_is_above() {
    forbid(&["sys"], &["crate::"]);
    forbid(
        &["repo"],
        &["crate::exec", "crate::journal", "crate::ui", "crate::cli", "crate::flows"],
    );
    forbid(
        &["journal"],
        &["crate::exec", "crate::repo", "crate::ui", "crate::cli", "crate::flows"],
    );
    forbid(&["exec"], &["crate::ui", "crate::cli", "crate::flows", "crate::config"]);
    forbid(&["gates"], &["crate::exec", "crate::ui", "crate::cli"]);
    forbid(&["ui"], &["crate::exec", "crate::repo", "crate::journal", "crate::cli", "crate::sys"]);
}

#[test]
fn a_dry_run_is_the_plan_printed() {
    let below = [
        "changelog",
        "checklist",
        "config",
        "exec",
        "flows",
        "gates",
        "history",
        "journal",
        "merge",
        "plan",
        "repo",
        "sites",
        "sys",
        "version",
    ];
    forbid(&below, &["dry_run"]);
}

#[test]
fn only_one_file_runs_git_and_only_proc_starts_children() {
    for (name, code) in sources() {
        let owner = name == "repo/git.rs";
        assert!(owner || !code.contains("cmd!("), "{name} builds a command of its own");
        let starts = name == "sys/proc.rs";
        assert!(starts || !code.contains("Command::new"), "{name} starts a child of its own");
        assert!(starts || !code.contains(".spawn("), "{name} starts a child of its own");
    }
}

/// The code without comments, and with one blank where there are several or line ends, so that
/// arguments stand side by side however they are laid out.
fn on_one_line(code: &str) -> String {
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

#[test]
fn nothing_is_reset_forced_or_swept_up() {
    let words = ["--hard", "\"--force\"", "--no-verify", "--mirror", "\"clean\"", "\"stash\""];
    let side_by_side = [["push", "--tags"], ["push", "--all"], ["push", "-f"], ["add", "."]];
    let sweeping = [["add", "-A"], ["add", "--all"], ["add", "-u"], ["commit", "-a"]];
    let pairs = side_by_side.iter().chain(&sweeping);
    let pairs: Vec<String> = pairs.map(|[one, two]| format!("\"{one}\", \"{two}\"")).collect();
    for (name, code) in sources().into_iter().filter(|(name, _)| !is_test(name)) {
        // The name of a gate in the vocabulary of gonogo.toml is no argument of git.
        let names = ["built_in(\"clean\",", "name: \"clean\"", "Gate(\"clean\")", "(\"clean\", _)"];
        let code = names.iter().fold(on_one_line(&code), |code, name| code.replace(name, ""));
        let mut banned = words.into_iter().chain(pairs.iter().map(String::as_str));
        let found = banned.find(|word| code.contains(word));
        assert_eq!(found, None, "src/{name}");
    }
    let laid_out = "[\n    \"push\", // why\n    \"--tags\",\n]";
    assert!(on_one_line(laid_out).contains(&pairs[0]), "the check itself");
}

/// Name and length of each function: up to the closing brace below its first word.
fn functions(code: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let begins = lines.iter().enumerate().filter(|(_, line)| begins_function(line));
    let length = |(number, line): (usize, &&str)| {
        let indentation = &line[..line.len() - line.trim_start().len()];
        let ends = |line: &&str| line.strip_prefix(indentation) == Some("}");
        // On one line, or without a body (in a trait).
        let short = line.ends_with(['}', ';']);
        if short { Some(1) } else { lines[number..].iter().position(ends).map(|last| last + 1) }
    };
    begins.filter_map(|begin| Some((begin.1.trim(), length(begin)?))).collect()
}

fn begins_function(line: &str) -> bool {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ").map_or("", |(_, rest)| rest),
        Some(rest) => rest.trim_start(),
        None => line,
    };
    line.strip_prefix("const ").unwrap_or(line).starts_with("fn ")
}

#[test]
fn files_and_functions_can_be_read() {
    let mut seen = 0;
    for (name, _) in sources() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&name);
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 500, "src/{name} has {lines} lines");
        for (function, lines) in functions(&text) {
            seen += 1;
            let limit = if is_test(&name) { 120 } else { 70 };
            assert!(lines <= limit, "src/{name}: {function} has {lines} lines");
        }
    }
    assert!(seen > 400, "only {seen} functions seen");
}

#[test]
fn the_templates_of_the_repository_are_the_built_in_ones() {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let shown = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("templates");
    let names = |folder: &Path| -> Vec<PathBuf> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&built_in), names(&shown));
    for name in names(&built_in) {
        assert_eq!(fs::read(built_in.join(&name)).unwrap(), fs::read(shown.join(&name)).unwrap());
    }
}

#[test]
fn the_project_stands_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for entry in walkdir::WalkDir::new(root).into_iter().filter_entry(|entry| {
        !matches!(entry.file_name().to_str(), Some("target" | ".git" | ".venv"))
    }) {
        let entry = entry.unwrap();
        let own = entry.path().ends_with("boundaries.rs");
        let Ok(text) = fs::read_to_string(entry.path()) else { continue };
        for word in ["../shared", "/work/", "SEMANTICS.md", "RECIPE.md", "DESIGN.md"] {
            assert!(own || !text.contains(word), "{} names {word}", entry.path().display());
        }
    }
}
