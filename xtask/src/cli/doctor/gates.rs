//! The programs and files that the gates of gonogo.toml name: missing ones are found before a
//! release waits for them.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Finding;
use crate::config::file::Settings;
use crate::config::file::gates::{CommandLine, GateEntry, GateIs};
use crate::config::runner;
use crate::error::word;
use crate::wording::counted;

/// Programs whose arguments are no files of the repository.
const ELSEWHERE: [&str; 12] = [
    "docker", "podman", "kubectl", "curl", "wget", "gh", "git", "ssh", "npm", "pnpm", "yarn", "go",
];

/// Options whose value need not be there: it is left out, or written.
const ABSENT: [&str; 10] =
    ["-x", "--exclude", "--ignore", "--deselect", "-o", "--output", "--out", "-k", "-m", "--skip"];

/// What files end in that are named without a folder.
const ENDINGS: [&str; 9] = ["py", "toml", "cfg", "ini", "txt", "yml", "yaml", "json", "sh"];

/// Where environments keep their programs.
const ENVIRONMENTS: [&str; 4] = [".venv/bin", "venv/bin", "env/bin", "node_modules/.bin"];

pub(super) struct Facts {
    commands: usize,
    /// Each with the gates that have it.
    wrong: BTreeMap<Wrong, Vec<String>>,
}

/// What is wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// There is no such program; where it lies instead.
    Missing {
        program: String,
        lies: Option<&'static str>,
    },
    /// It is in no environment that this runner would use.
    Behind {
        runner: String,
        program: String,
    },
    /// A script of the repository that is not there.
    NoScript(String),
    NotExecutable(String),
    NoPath(String),
}

impl Facts {
    /// Looks for what each command names, in the repository and on the PATH.
    pub fn read(top: &Path, settings: &Settings) -> Self {
        let looked = Looked { top, folders: path() };
        let mut facts = Self { commands: 0, wrong: BTreeMap::new() };
        for GateEntry { name, is } in &settings.gates {
            let GateIs::Command(command) = is else { continue };
            facts.commands += 1;
            for line in [Some(&command.line), command.fix.as_ref()].into_iter().flatten() {
                for wrong in looked.wrong(line) {
                    let gates = facts.wrong.entry(wrong).or_default();
                    if !gates.contains(&name.value) {
                        gates.push(name.value.clone());
                    }
                }
            }
        }
        facts
    }

    pub fn judge(&self) -> Vec<Finding> {
        if self.commands == 0 {
            return Vec::new();
        }
        if self.wrong.is_empty() {
            let number = counted(self.commands, "command");
            return vec![Finding::good("gates", format!("{number}; what they name is there"))];
        }
        self.wrong.iter().map(|(wrong, gates)| wrong.finding(gates)).collect()
    }
}

impl Wrong {
    fn finding(&self, gates: &[String]) -> Finding {
        let plural = if gates.len() == 1 { "gate" } else { "gates" };
        let who = format!("{plural} {}", gates.join(", "));
        let warning = |what: String| Finding::warning("gates", what);
        match self {
            Self::Missing { program, lies: None } => {
                warning(format!("there is no program {program}, which {who} would run"))
                    .detail("It was looked for on the PATH.")
            }
            Self::Missing { program, lies: Some(folder) } => {
                warning(format!("{program} is not on the PATH ({who}); it lies in {folder}"))
                    .shell(format!("export PATH=\"$PWD/{folder}:$PATH\""))
            }
            Self::Behind { runner, program } => {
                let what = format!("{program} is not installed where {runner} runs it ({who})");
                warning(what).shell(match runner.as_str() {
                    "uv" => "uv sync --all-extras --all-groups",
                    "poetry" => "poetry install",
                    "pdm" => "pdm install",
                    _ => "pipenv sync --dev",
                })
            }
            Self::NoScript(path) => warning(format!("there is no {path}, which {who} would run")),
            Self::NotExecutable(path) => warning(format!("{path} is not executable ({who})"))
                .shell(format!("chmod +x {}", word(path))),
            Self::NoPath(path) => warning(format!("there is no {path}, which {who} names")),
        }
    }
}

/// Where programs and files are looked for.
struct Looked<'t> {
    top: &'t Path,
    /// The folders of PATH.
    folders: Vec<PathBuf>,
}

impl Looked<'_> {
    fn wrong(&self, line: &CommandLine) -> Vec<Wrong> {
        match line {
            CommandLine::Argv(argv) => {
                let mut found: Vec<Wrong> = self.programs(argv).into_iter().collect();
                found.extend(self.paths(argv));
                found
            }
            // The rest of what a shell does is not guessed at.
            CommandLine::Shell(text) => {
                let first = text.split_whitespace().next().unwrap_or_default();
                let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
                let known = first.chars().all(plain) && !BUILT_IN.contains(&first);
                known.then(|| self.program(first)).flatten().into_iter().collect()
            }
        }
    }

    /// The program, the one behind a runner, the script behind an interpreter.
    fn programs(&self, argv: &[String]) -> Option<Wrong> {
        let first = argv.first()?;
        if let wrong @ Some(_) = self.program(first) {
            return wrong;
        }
        let called = runner::called(argv);
        let program = called.words.first()?;
        let (Some(runner), false, false) =
            (called.runner, called.module, program.contains(['/', '$']))
        else {
            return None;
        };
        // The others make an environment when they are run, or keep it where only they know.
        let environment = self.top.join(".venv/bin");
        let ours = matches!(runner, "uv" | "poetry" | "pdm" | "pipenv") && environment.is_dir();
        let there = executable(&environment.join(program)) || self.on_path(program);
        (ours && !there)
            .then(|| Wrong::Behind { runner: runner.to_owned(), program: program.clone() })
    }

    fn program(&self, program: &str) -> Option<Wrong> {
        if program.contains('$') {
            return None;
        }
        if program.contains('/') {
            let path = self.top.join(program);
            return match (path.is_file(), executable(&path)) {
                (false, _) => Some(Wrong::NoScript(program.to_owned())),
                (true, false) => Some(Wrong::NotExecutable(program.to_owned())),
                (true, true) => None,
            };
        }
        if self.on_path(program) {
            return None;
        }
        let lies = |folder: &&&str| executable(&self.top.join(folder).join(program));
        let lies = ENVIRONMENTS.iter().find(lies).copied();
        Some(Wrong::Missing { program: program.to_owned(), lies })
    }

    fn on_path(&self, program: &str) -> bool {
        self.folders.iter().any(|folder| executable(&self.top.join(folder).join(program)))
    }

    /// Arguments that are meant to be files or folders and are not there.
    fn paths(&self, argv: &[String]) -> Vec<Wrong> {
        let words = runner::called(argv).words;
        if words.first().is_none_or(|program| ELSEWHERE.contains(&program.as_str())) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut before = "";
        for argument in words.iter().skip(1) {
            let meant = !ABSENT.contains(&before) && names_a_path(argument);
            let path = argument.split("::").next().unwrap_or_default();
            if meant && !self.top.join(path).exists() {
                found.push(Wrong::NoPath(path.to_owned()));
            }
            before = argument;
        }
        found
    }
}

/// What a shell knows without a program.
const BUILT_IN: [&str; 12] =
    ["cd", "set", "export", "if", "for", "while", "case", "test", "exec", "eval", "trap", "."];

/// An argument with a slash, or with the ending of a file: nothing else of a command can be told
/// from a word.
fn names_a_path(argument: &str) -> bool {
    let odd = |c: char| "$=*?[]{}<>@~,|\"' \\".contains(c);
    let single = argument.replace("::", "");
    if argument.starts_with('-')
        || argument.starts_with('/')
        || argument.starts_with("..")
        || argument.contains(odd)
        || single.contains(':')
    {
        return false;
    }
    let path = argument.split("::").next().unwrap_or_default();
    let ending = path.rsplit_once('.').map(|(name, ending)| (!name.is_empty(), ending));
    let ends = ending.is_some_and(|(named, ending)| named && ENDINGS.contains(&ending));
    ends || path.trim_start_matches("./").contains('/')
}

fn executable(path: &Path) -> bool {
    let found = std::fs::metadata(path);
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_are_meant_to_be_files() {
        for (argument, expected) in [
            ("tests/unit", true),
            ("tests/", true),
            ("requirements.txt", true),
            ("tests/a.py::test_x", true),
            ("./setup.py", true),
            ("tests", false),
            ("check", false),
            ("-r", false),
            ("--cov=src/demo", false),
            ("src/**/*.py", false),
            ("$GONOGO_PACKAGE_DIR/tests", false),
            ("https://example.org/x", false),
            ("acme/image:1.2", false),
            ("mean:10%", false),
            ("1.2.3", false),
            (".", false),
            ("@scope/name", false),
            ("../other", false),
            ("not slow and x/y", false),
        ] {
            assert_eq!(names_a_path(argument), expected, "{argument}");
        }
    }
}
