//! The commands in a checklist, and which of them may become gates: those of tools that are known
//! to look and change nothing. Nothing here is ever run.

use crate::config::file::split;
use crate::config::presets::Run;
use crate::config::runner::called;
use crate::error::word;

/// What a command is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It checks something: the name of its gate, how it is run, and what was changed about it.
    Check { name: String, run: Run, changed: Option<&'static str> },
    /// It is a command, and no gate is made of it, for this reason.
    Left(&'static str),
    /// It is no command that is known.
    Unknown,
}

/// A tool that checks: its words, its gate, and what makes it only look, where it would edit.
type Tool = (&'static [&'static str], &'static str, &'static [&'static str]);

const TOOLS: &[Tool] = &[
    (&["pytest"], "tests", &[]),
    (&["unittest"], "tests", &[]),
    (&["tox"], "tests", &[]),
    (&["nox"], "tests", &[]),
    (&["coverage", "report"], "coverage", &[]),
    (&["ruff", "check"], "lint", &[]),
    (&["ruff", "format"], "format", &["--check", "--diff"]),
    (&["flake8"], "lint", &[]),
    (&["pylint"], "lint", &[]),
    (&["black"], "format", &["--check", "--diff"]),
    (&["isort"], "imports", &["--check-only", "--check", "-c"]),
    (&["mypy"], "types", &[]),
    (&["pyright"], "types", &[]),
    (&["bandit"], "security", &[]),
    (&["safety", "check"], "dependencies", &[]),
    (&["safety", "scan"], "dependencies", &[]),
    (&["pip-audit"], "dependencies", &[]),
    (&["pip", "check"], "dependencies", &[]),
    (&["compileall"], "compile", &[]),
    (&["pre-commit", "run"], "pre-commit", &[]),
    (&["cargo", "test"], "tests", &[]),
    (&["cargo", "nextest", "run"], "tests", &[]),
    (&["cargo", "clippy"], "lint", &[]),
    (&["cargo", "fmt"], "format", &["--check"]),
    (&["cargo", "check"], "build", &[]),
    (&["cargo", "audit"], "dependencies", &[]),
    (&["cargo", "deny", "check"], "dependencies", &[]),
    (&["go", "test"], "tests", &[]),
    (&["go", "vet"], "lint", &[]),
    (&["npm", "test"], "tests", &[]),
    (&["npm", "audit"], "dependencies", &[]),
    (&["npm", "outdated"], "outdated", &[]),
    (&["pnpm", "test"], "tests", &[]),
    (&["yarn", "test"], "tests", &[]),
    (&["eslint"], "lint", &[]),
    (&["prettier"], "format", &["--check", "-c"]),
    (&["tsc", "--noEmit"], "types", &[]),
    (&["shellcheck"], "shellcheck", &[]),
    (&["docker", "compose", "config"], "compose", &[]),
];

/// Programs that run a target of the repository by its name.
const TARGETS: &[&[&str]] =
    &[&["make"], &["just"], &["npm", "run"], &["pnpm", "run"], &["yarn", "run"], &["yarn"]];

/// What a target or a script is called that checks.
const CHECKS: [&str; 12] = [
    "test",
    "tests",
    "check",
    "checks",
    "lint",
    "verify",
    "validate",
    "typecheck",
    "audit",
    "coverage",
    "quality",
    "gates",
];

/// What a target or a script is called that does more than check.
const DOES: [&str; 16] = [
    "deploy", "publish", "upload", "push", "release", "teardown", "destroy", "delete", "drop",
    "restore", "rollback", "migrate", "install", "fix", "purge", "down",
];

/// Programs that change something, here or elsewhere.
const CHANGES: &[&str] = &[
    "rm",
    "mv",
    "cp",
    "dd",
    "sudo",
    "git",
    "gh",
    "glab",
    "docker",
    "docker-compose",
    "podman",
    "kubectl",
    "helm",
    "terraform",
    "ssh",
    "scp",
    "rsync",
    "systemctl",
    "service",
    "psql",
    "mysql",
    "sqlite3",
    "pg_dump",
    "flask",
    "alembic",
    "curl",
    "wget",
    "twine",
    "export",
    "source",
    "cd",
    "pip",
    "uv",
    "npm",
    "cargo",
    "poetry",
    "mkdocs",
    "find",
    "sed",
    "tar",
    "kill",
    "nano",
    "vim",
];

/// Filters that may stand behind a check in a pipe.
const FILTERS: [&str; 6] = ["grep", "head", "tail", "wc", "sort", "cat"];

/// Judges a command; `exists` says whether the repository has a file.
pub fn judge(text: &str, exists: &dyn Fn(&str) -> bool) -> Verdict {
    let text = text.trim();
    if text.contains(['\n', '`']) || text.contains("X.Y") || text.contains(['$', '…']) {
        return placeholder(text);
    }
    match split(text) {
        Ok(argv) => plain(text, &argv, exists),
        Err(wrong) if wrong.for_a_shell => shell(text, exists),
        Err(_) => Verdict::Unknown,
    }
}

/// Something is to be filled in first.
fn placeholder(text: &str) -> Verdict {
    let first = text.split_whitespace().next().unwrap_or_default().trim_end_matches(';');
    let program = is_program(first) || first.starts_with("./");
    if program { Verdict::Left("something has to be filled in") } else { Verdict::Unknown }
}

fn is_program(first: &str) -> bool {
    let checks = TOOLS.iter().any(|(words, ..)| words[0] == first);
    checks || CHANGES.contains(&first) || crate::config::runner::is_python(first)
}

fn plain(text: &str, argv: &[String], exists: &dyn Fn(&str) -> bool) -> Verdict {
    let called = called(argv);
    let words: Vec<&str> = called.words.iter().map(String::as_str).collect();
    let Some(first) = words.first().copied() else { return Verdict::Unknown };
    // Older versions of ruff took paths without a subcommand.
    if first == "ruff" && !matches!(words.get(1), Some(&("check" | "format")) | None) {
        let at = argv.len() - words.len() + 1;
        return check("lint".into(), with(argv, at, "check"), Some("`ruff check` only looks"));
    }
    if let Some((tool, name, looks)) = TOOLS.iter().find(|(tool, ..)| words.starts_with(tool)) {
        let rest = &words[tool.len()..];
        if let Some(why) = unfit(rest) {
            return Verdict::Left(why);
        }
        let name = if *name == "tests" { tests(rest) } else { (*name).to_owned() };
        return match looks.first() {
            Some(option) if !rest.iter().any(|arg| looks.contains(arg)) => {
                let at = argv.len() - rest.len();
                check(name, with(argv, at, option), Some("so that it only looks"))
            }
            _ => check(name, Run::Argv(text.to_owned()), None),
        };
    }
    if let Some(target) = TARGETS.iter().find(|program| words.starts_with(program)) {
        return match words[target.len()..] {
            [name] if checks(name) => {
                check(name.replace(':', "-"), Run::Argv(text.to_owned()), None)
            }
            _ => Verdict::Left("it is not known to only look"),
        };
    }
    script(text, &words, exists)
}

/// A script of the repository whose name says that it checks.
fn script(text: &str, words: &[&str], exists: &dyn Fn(&str) -> bool) -> Verdict {
    let (path, arguments) = match words {
        [shell, path, rest @ ..] if ["bash", "sh"].contains(shell) => (*path, rest),
        [python, path, rest @ ..] if crate::config::runner::is_python(python) => (*path, rest),
        [first, rest @ ..] => (*first, rest),
        [] => return Verdict::Unknown,
    };
    if !path.contains('/') {
        return match CHANGES.contains(&path) || is_program(words[0]) {
            true => Verdict::Left("it is not known to only look"),
            false => Verdict::Unknown,
        };
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    // The name of a file is no command yet.
    let runs = matches!(file.rsplit_once('.'), None | Some((_, "sh" | "py")));
    if !(path.starts_with("./") || path != words[0] || runs && exists(path)) {
        return Verdict::Unknown;
    }
    match (checks(stem), exists(path.trim_start_matches("./"))) {
        (false, _) => Verdict::Left("it is not known to only look"),
        (true, false) => Verdict::Left("the repository has no such file"),
        (true, true) => match unfit(arguments) {
            Some(why) => Verdict::Left(why),
            None => check(stem.replace('_', "-"), Run::Argv(text.to_owned()), None),
        },
    }
}

/// A command that only a shell understands: a check, and filters behind it.
fn shell(text: &str, exists: &dyn Fn(&str) -> bool) -> Verdict {
    if text.contains(['>', '<', ';']) || text.contains("& ") && !text.contains("&& ") {
        return match placeholder(text) {
            Verdict::Left(_) => Verdict::Left("only a shell understands it"),
            other => other,
        };
    }
    let mut parts = text.split(['|', '&']).map(str::trim).filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default().replace('*', "x");
    let filter = |part: &str| {
        let program = part.split_whitespace().next().unwrap_or_default();
        FILTERS.contains(&program) || matches!(judge(part, exists), Verdict::Check { .. })
    };
    match judge(&first, exists) {
        Verdict::Check { name, changed: None, .. } if parts.all(filter) => {
            check(name, Run::Shell(text.to_owned()), Some("only a shell understands it"))
        }
        Verdict::Unknown => Verdict::Unknown,
        _ => Verdict::Left("it is not known to only look"),
    }
}

fn check(name: String, run: Run, changed: Option<&'static str>) -> Verdict {
    Verdict::Check { name, run, changed }
}

/// The command with one more argument.
fn with(argv: &[String], at: usize, option: &str) -> Run {
    let (before, after) = argv.split_at(at);
    let words = before.iter().map(String::as_str).chain([option]);
    let words = words.chain(after.iter().map(String::as_str)).map(word);
    Run::Argv(words.collect::<Vec<_>>().join(" "))
}

/// Why arguments make no gate of a tool.
fn unfit(arguments: &[&str]) -> Option<&'static str> {
    let any = |wanted: &dyn Fn(&str) -> bool| arguments.iter().any(|argument| wanted(argument));
    let report = |argument: &str| {
        argument == "-o"
            || ["--output", "--benchmark-json", "--junitxml"]
                .iter()
                .any(|o| argument.starts_with(o))
    };
    if any(&report) {
        Some("it writes a report into the work tree")
    } else if any(&|argument| argument == "--exit-zero") {
        Some("with --exit-zero it never fails")
    } else if any(&|argument| ["--fix", "--write", "-i"].contains(&argument)) {
        Some("it edits files")
    } else {
        None
    }
}

/// Tests in a folder of their own are a gate of their own: `pytest tests/e2e` is `e2e`.
fn tests(arguments: &[&str]) -> String {
    let mut folders = arguments.iter().filter(|argument| !argument.starts_with('-'));
    let own = folders.find_map(|folder| {
        let (above, below) = folder.trim_end_matches('/').rsplit_once('/')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let tests = above.split('/').any(|part| ["tests", "test"].contains(&part));
        (tests && !below.is_empty() && below.chars().all(plain)).then(|| below.to_owned())
    });
    own.unwrap_or_else(|| "tests".to_owned())
}

/// Does the name of a script or target say that it checks, and nothing else?
fn checks(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric());
    words().any(|word| CHECKS.contains(&word)) && !words().any(|word| DOES.contains(&word))
}

/// The commands of a code block, if its language is that of a shell, each with the number of its
/// line in the block, from 0.
pub fn lines(language: &str, text: &str) -> Vec<(usize, String)> {
    if !["bash", "sh", "shell", "console", "zsh", "shell-session"].contains(&language) {
        return Vec::new();
    }
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in text.lines().enumerate() {
        // A comment behind a command is none of its arguments.
        let line = line.trim().trim_start_matches("$ ").split(" #").next().unwrap_or_default();
        let bare = line.trim_end().trim_end_matches('\\').trim();
        match found.last_mut().filter(|_| goes_on) {
            Some((_, command)) => *command = format!("{command} {bare}"),
            None => found.push((number, bare.to_owned())),
        }
        goes_on = line.ends_with('\\');
    }
    found.retain(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        let exists =
            |path: &str| path == "scripts/check-wheels.sh" || path == "tools/deploy-check.sh";
        match judge(text, &exists) {
            Verdict::Check { name, run: Run::Argv(text), .. } => format!("{name} = {text}"),
            Verdict::Check { name, run: Run::Shell(text), .. } => format!("{name} = sh {text}"),
            Verdict::Left(why) => format!("left: {why}"),
            Verdict::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn only_what_looks_becomes_a_gate() {
        for (text, expected) in [
            ("pytest", "tests = pytest"),
            ("uv run pytest tests/e2e -q", "e2e = uv run pytest tests/e2e -q"),
            ("pytest tests/ --ignore=tests/slow/", "tests = pytest tests/ --ignore=tests/slow/"),
            ("python -m unittest discover", "tests = python -m unittest discover"),
            ("black src", "format = black --check src"),
            ("black --check src", "format = black --check src"),
            ("ruff src 'a b'", "lint = ruff check src 'a b'"),
            ("ruff check . --fix", "left: it edits files"),
            ("bandit -r . -o out.json", "left: it writes a report into the work tree"),
            ("flake8 --exit-zero", "left: with --exit-zero it never fails"),
            ("mypy a | tail -3", "types = sh mypy a | tail -3"),
            ("pytest && ruff check *.py", "tests = sh pytest && ruff check *.py"),
            ("pytest && git push", "left: it is not known to only look"),
            ("pytest | sh", "left: it is not known to only look"),
            ("pytest > log.txt", "left: only a shell understands it"),
            ("pytest; rm -rf x", "left: only a shell understands it"),
            ("make lint", "lint = make lint"),
            ("make deploy", "left: it is not known to only look"),
            ("npm run test:unit", "test-unit = npm run test:unit"),
            ("./scripts/check-wheels.sh 3", "check-wheels = ./scripts/check-wheels.sh 3"),
            ("./scripts/check-other.sh", "left: the repository has no such file"),
            ("tools/deploy-check.sh", "left: it is not known to only look"),
            ("rm -rf build", "left: it is not known to only look"),
            ("git push origin vX.Y.Z", "left: something has to be filled in"),
            ("docker compose down -v", "left: it is not known to only look"),
            ("docker compose config -q", "compose = docker compose config -q"),
            ("twine upload dist/*", "left: it is not known to only look"),
            ("psql $URL", "left: something has to be filled in"),
            ("CHANGELOG.md", "unknown"),
            (".github/workflows/ci.yml", "unknown"),
            ("docs/a.md", "unknown"),
            ("it's", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(seen(text), expected, "{text}");
        }
    }

    #[test]
    fn a_block_of_a_shell_is_commands() {
        let text = "# all\n$ pytest  # quick\n\nmypy \\\n  src\n";
        assert_eq!(lines("bash", text), [(1, "pytest".into()), (3, "mypy src".into())]);
        assert_eq!(lines("python", text), []);
    }
}
