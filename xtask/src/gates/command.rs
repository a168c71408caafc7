//! Gates that are commands of the configuration.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use super::evidence::{Evidence, Key};
use super::slot::{Failure, Ran, Slot};
use super::values::Values;
use super::{Finding, Judged, Outcome, network};
use crate::config::file::command;
use crate::config::file::gates::{CommandLine, Commanded, Reuse};
use crate::config::runner;
use crate::path::RepoPath;
use crate::repo::{Contents, LOCAL_ENV};
use crate::sys::clock::Timestamp;
use crate::sys::proc::{self, Ended, Left};

/// What else decides which programs a command finds.
const SEARCH: [&str; 2] = ["PATH", "VIRTUAL_ENV"];

/// So many places are taken from a log: more than ten annotations nobody sees.
const PLACES: usize = 10;

/// A command, ready to run.
pub(super) struct Unit {
    gate: String,
    pub package: Option<String>,
    argv: Vec<String>,
    shell: Shell,
    variables: Vec<(String, Option<String>)>,
    /// As a person reads it.
    shown: String,
    limit: Duration,
    /// What a green result depends on; `None` where it must not be used again.
    pub key: Option<Key>,
}

/// Whether a shell looks for the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    Yes,
    No,
}

impl Unit {
    /// A command of a gate with its variables filled in.
    ///
    /// # Errors
    /// A variable in it has no value here.
    pub fn new(
        gate: &str,
        commanded: &Commanded,
        line: &CommandLine,
        package: Option<String>,
        values: &Values,
    ) -> Result<Self, Judged> {
        let no_value = |name: String| {
            Judged::could_not_run(without_value(&name)).details([reason(&name).to_owned()])
        };
        let (argv, shell) = filled(line, values).map_err(no_value)?;
        let own = commanded.env.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
        Ok(Self {
            gate: gate.to_owned(),
            package,
            argv,
            shell,
            variables: variables(values).chain(own).collect(),
            shown: line.shown(),
            limit: Duration::from_secs(commanded.timeout),
            key: None,
        })
    }

    /// The same with the key of its result, where that may be used again.
    pub fn keyed(mut self, commanded: &Commanded, values: &Values, contents: &Contents) -> Self {
        let (Some(tree), Some(untracked)) = (&contents.tree, &contents.untracked) else {
            return self;
        };
        if commanded.reuse == Reuse::Never || network::asks(&commanded.line) {
            return self;
        }
        let named = match &commanded.line {
            CommandLine::Argv(_) => Vec::new(),
            CommandLine::Shell(text) => command::named_in(text, values.map()).unwrap_or_default(),
        };
        let named = named.into_iter().map(|(name, value)| format!("{name}={value}"));
        let own = commanded.env.iter().map(|(name, value)| format!("{name}={value}"));
        let search = SEARCH.map(|name| {
            let value = std::env::var_os(name).unwrap_or_default();
            format!("{name}={}", value.to_string_lossy())
        });
        let mut parts = vec![self.gate.clone(), format!("{:?} {:?}", self.shell, self.argv)];
        parts.extend([tree.as_str().to_owned(), untracked.as_str().to_owned()]);
        parts.push(self.package.clone().unwrap_or_default());
        parts.extend(named.chain(own).chain(search));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.key = Some(Key::of(&parts));
        self
    }

    /// Runs it and says what came of it; `contents` is what the evidence is about.
    pub fn run(self, slot: &Slot, contents: &Contents, at: Timestamp) -> Judged {
        let variables = self.variables.iter().map(|(name, value)| (name.clone(), value.as_deref()));
        let command = proc::command(&self.argv, &slot.top, variables);
        let ran = match slot.run(command, self.limit) {
            Ok(ran) => ran,
            Err(Failure::Start(error)) => return missing(&self.argv[0], &error, &slot.top),
            Err(Failure::Log(error)) => {
                return Judged::could_not_run(format!("its log cannot be written: {error}"));
            }
        };
        let judged = match self.judge(&ran) {
            judged if matches!(judged.outcome, Outcome::Red { .. }) => {
                self.not_there(&String::from_utf8_lossy(&ran.log.bytes)).unwrap_or(judged)
            }
            judged => judged,
        };
        let found = match judged.outcome.stops() {
            true => findings(&String::from_utf8_lossy(&ran.log.bytes), &slot.top),
            false => Vec::new(),
        };
        let evidence = Evidence {
            package: self.package,
            tree: contents.tree.clone(),
            key: self.key,
            ..slot.evidence(&self.gate, self.shown, ran, at)
        };
        judged.findings(found).proved(evidence)
    }

    fn judge(&self, ran: &Ran) -> Judged {
        let judged = match ran.grouped.ended {
            Ended::By(status) if status.success() => Judged::green(""),
            Ended::By(status) => match (self.shell, status.code()) {
                // What POSIX has a shell say ("Exit Status for Commands").
                (Shell::Yes, Some(127)) => Judged::could_not_run("the shell found no such command"),
                (Shell::Yes, Some(126)) => Judged::could_not_run("the shell may not run it"),
                _ => Judged::red(ended(status)),
            },
            Ended::TimedOut => Judged::red(format!("not done after {}", limit(self.limit))),
            Ended::Stopped => {
                Judged::could_not_run("it asks at the terminal, which a gate does not have")
            }
            Ended::Interrupted => Judged::could_not_run("interrupted"),
        };
        match ran.grouped.left {
            Left::Nobody => judged,
            Left::Others => judged.remark("what it left running was ended"),
        }
    }

    /// A runner found nothing to run, or Python no such module: that is no finding of a gate.
    fn not_there(&self, log: &str) -> Option<Judged> {
        let called = runner::called(&self.argv);
        let program = called.words.first()?;
        let found = (called.runner.is_some() || called.module) && is_missing(log, program);
        found.then(|| {
            Judged::could_not_run(format!("there is no program {program}"))
                .details([format!("{} looked for it.", self.argv[0])])
        })
    }
}

/// What is run for a line of the configuration, with its variables filled in.
///
/// # Errors
/// The name of a variable that has no value here.
pub(super) fn filled(line: &CommandLine, values: &Values) -> Result<(Vec<String>, Shell), String> {
    let shell = match line {
        CommandLine::Argv(_) => Shell::No,
        CommandLine::Shell(_) => Shell::Yes,
    };
    Ok((line.argv(values.map())?, shell))
}

/// The variables that a command gets, and those that are taken away from it.
pub(super) fn variables(values: &Values) -> impl Iterator<Item = (String, Option<String>)> {
    let ours = values.all().map(|(name, value)| (name, value.map(str::to_owned)));
    LOCAL_ENV.iter().map(|name| ((*name).to_owned(), None)).chain(ours)
}

/// What is said of a variable without a value.
pub(super) fn without_value(name: &str) -> String {
    format!("${name} has no value here")
}

/// What runners say of a program that is not there.
fn is_missing(log: &str, program: &str) -> bool {
    let module = format!("No module named {program}");
    let said = [
        format!("Failed to spawn: `{program}`"),
        format!("Command not found: {program}"),
        format!("the command {program} could not be found"),
        format!("Command '{program}' is not found"),
    ];
    log.lines().any(|line| {
        line.trim_end().ends_with(&module) || said.iter().any(|said| line.contains(said))
    })
}

/// How a command ended that failed.
pub(super) fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// As gonogo.toml has it: `10m`.
fn limit(limit: Duration) -> String {
    match limit.as_secs() {
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Why a variable has no value.
fn reason(name: &str) -> &'static str {
    match name {
        "GONOGO_VERSION" | "GONOGO_TAG" => {
            "Nothing says what is released next: bump first, or commit something worth a release."
        }
        "GONOGO_COMMIT" => "There is no commit yet.",
        "GONOGO_PACKAGE" | "GONOGO_PACKAGE_DIR" => {
            "It is for gates with each = \"package\" in gonogo.toml."
        }
        "GONOGO_PREVIOUS_VERSION" | "GONOGO_PREVIOUS_TAG" | "GONOGO_PREVIOUS_COMMIT" => {
            "There is no release before this one."
        }
        _ => "It is recorded with a release and known when that is rolled back.",
    }
}

/// A program that cannot be started: which, and where it was expected.
pub(super) fn missing(program: &str, error: &std::io::Error, top: &Path) -> Judged {
    let here = top.join(program);
    let why = match (error.kind(), program.contains('/')) {
        (ErrorKind::NotFound, true) if here.exists() => {
            let why = format!("{program} cannot be run");
            return Judged::could_not_run(why)
                .details(["The interpreter in its first line is not there.".to_owned()]);
        }
        (ErrorKind::NotFound, true) => format!("there is no {program}"),
        (ErrorKind::NotFound, false) => format!("there is no program {program}"),
        (ErrorKind::PermissionDenied, _) => format!("{program} may not be run"),
        _ => format!("{program} cannot be run: {error}"),
    };
    let folders = [".venv/bin", "venv/bin", "env/bin", "node_modules/.bin", "vendor/bin"];
    let elsewhere = folders.iter().find(|folder| top.join(folder).join(program).exists());
    let detail = match (elsewhere, error.kind(), program.contains('/')) {
        (Some(folder), ErrorKind::NotFound, false) => {
            format!("It lies in {folder}, which is not on the PATH: activate that environment.")
        }
        (None, ErrorKind::NotFound, false) => "It was looked for on the PATH.".to_owned(),
        (_, ErrorKind::PermissionDenied, true) => "chmod +x makes it executable.".to_owned(),
        _ => return Judged::could_not_run(why),
    };
    Judged::could_not_run(why).details([detail])
}

/// The places of files in the repository that a log names, each once.
fn findings(log: &str, top: &Path) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for line in log.lines().filter(|line| line.len() < 1000) {
        let Some((path, number, text)) = place(line) else { continue };
        let Some(path) = RepoPath::new(path).filter(|path| top.join(path.as_str()).is_file())
        else {
            continue;
        };
        let known = found.iter().any(|one| one.path == path && one.line == number);
        if !known && found.len() < PLACES {
            found.push(Finding { path, line: number, text: text.to_owned() });
        }
    }
    found
}

/// `path:line: text` as compilers and linters print it, Python's `File "path", line 3`, rustc's
/// `--> path:3:5`.
fn place(line: &str) -> Option<(&str, usize, &str)> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("File \"") {
        let (path, rest) = rest.split_once("\", line ")?;
        let number = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        return Some((path, number, line));
    }
    let (path, rest) = line.strip_prefix("--> ").unwrap_or(line).split_once(':')?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let number = digits.parse().ok().filter(|number| *number > 0)?;
    let after = &rest[digits.len()..];
    let ends = after.is_empty() || after.starts_with([':', ' ', ',', ')']);
    let path = path.strip_prefix("./").unwrap_or(path);
    (ends && !path.is_empty()).then_some((path, number, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_what_tools_print() {
        for (line, expected) in [
            ("src/a.py:3:5: E999 bad", Some(("src/a.py", 3))),
            ("./src/a.py:12: in test", Some(("src/a.py", 12))),
            ("  --> src/main.rs:7:9", Some(("src/main.rs", 7))),
            ("  File \"tests/t.py\", line 23, in x", Some(("tests/t.py", 23))),
            ("a b.py:4", Some(("a b.py", 4))),
            ("12:30:01 started", Some(("12", 30))),
            ("see x:y", None),
            ("a.py:0: x", None),
            ("a.py:5x", None),
            (":5:", None),
            ("no place", None),
        ] {
            let found = place(line).map(|(path, number, _)| (path, number));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn a_missing_program_behind_a_runner_is_told_from_a_failure() {
        for (log, program, expected) in [
            ("error: Failed to spawn: `ruff`\n  Caused by: No such file", "ruff", true),
            ("Command not found: mypy", "mypy", true),
            ("/usr/bin/python3: No module named pytest", "pytest", true),
            ("/usr/bin/python3: No module named pytest_cov", "pytest", false),
            ("ModuleNotFoundError: No module named 'demo'", "pytest", false),
            ("E   ModuleNotFoundError: No module named 'pytest_cov'", "pytest", false),
        ] {
            assert_eq!(is_missing(log, program), expected, "{log}");
        }
    }

    #[test]
    fn limits_are_said_as_they_are_written() {
        for (seconds, expected) in [(30, "30s"), (600, "10m"), (7200, "2h"), (90, "90s")] {
            assert_eq!(limit(Duration::from_secs(seconds)), expected);
        }
    }
}
