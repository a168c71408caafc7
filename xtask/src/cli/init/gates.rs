//! The commands that become gates, run once: what is red today must not stop tomorrow's release.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::Context;
use crate::cli::check::{clock, once};
use crate::config::file::Settings;
use crate::config::file::gates::{CommandLine, GateIs};
use crate::config::presets::Effect;
use crate::config::runner;
use crate::error::Refusal;
use crate::flows::init::{Proposal, Proposed, Seen};
use crate::gates::{Checked, Gate, Kind, Outcome};
use crate::repo::Repo;
use crate::sites::File;
use crate::ui::{Mark, Ui, cut};
use crate::wording::counted;

/// Where the times end.
const COLUMNS: usize = 96;

/// So many files are named.
const NAMED: usize = 6;

/// What trying them gave, beside what stands in the proposal.
#[derive(Default)]
pub(super) struct Trial {
    took: Vec<(String, Option<Duration>)>,
    /// Tracked files that a command changed: its name and the file.
    changed: Vec<(String, String)>,
    /// What was not there before, at the top: `.mypy_cache/`.
    left: Vec<String>,
}

impl Trial {
    /// Runs those that only look, as gonogo.toml would have them, and puts how they ended into the
    /// proposal.
    ///
    /// # Errors
    /// Ctrl-C; nothing is written then.
    pub fn run(proposal: &mut Proposal, repo: &Repo, context: &Context) -> Result<Self, Refusal> {
        let gates = looking(proposal)?;
        if gates.is_empty() {
            return Ok(Self::default());
        }
        let number = counted(gates.len(), "command");
        let said =
            format!("{number} tried once, before anything is written; --no-run does without");
        context.ui.progress(&said);
        let before: BTreeSet<PathBuf> = repo.untracked_files()?.into_iter().collect();
        let checked = once(repo, &gates, context)?;
        let new = repo.untracked_files()?.into_iter().filter(|path| !before.contains(path));
        let left: BTreeSet<String> = new.map(|path| first(&path)).collect();
        let mut trial = Self { left: left.into_iter().collect(), ..Self::default() };
        for one in &checked {
            let seen = match &one.outcome {
                Outcome::Held { by } => held(by, &proposal.gates, one),
                _ => seen(one, repo),
            };
            let id = &one.gate.id;
            if let Some(gate) = proposal.gates.iter_mut().find(|gate| gate.preset.name == *id) {
                gate.seen = Some(seen);
            }
            trial.took.push((id.clone(), one.took));
            trial.changed.extend(one.changed.iter().map(|path| (id.clone(), path.clone())));
        }
        Ok(trial)
    }

    /// A line for each gate, when any was tried, and what the commands left behind.
    pub fn show(&self, gates: &[Proposed], ui: &Ui) {
        if self.took.is_empty() {
            return;
        }
        ui.say("Gates, tried once");
        let ids =
            gates.iter().map(|gate| gate.preset.name.chars().count()).max().unwrap_or(0).max(12);
        for gate in gates {
            let took = self.took.iter().find(|(id, _)| *id == gate.preset.name);
            let ran = !matches!(gate.seen, Some(Seen::CouldNotRun(_)));
            let time = took.and_then(|(_, took)| took.filter(|_| ran)).map(clock);
            let time = time.unwrap_or_default();
            let mark = mark(gate);
            let margin = 2 + Mark::width() + 1 + ids + 2;
            let room = COLUMNS - margin - 8;
            let (id, text) = (&gate.preset.name, cut(&text(gate), room));
            let row = format!("{id:<ids$}  {text:<room$}{time:>8}");
            ui.say(&format!("  {}{} {}", mark.text(), mark.filling(), row.trim_end()));
            if let (Some(Seen::CouldNotRun(_)), false) =
                (&gate.seen, gate.preset.install.is_empty())
            {
                ui.say(&format!("{}{}", " ".repeat(margin), gate.preset.install));
            }
        }
        ui.say("");
        let optional = gates.iter().filter(|gate| !gate.is_required()).count();
        if optional > 0 {
            let stands = if optional == 1 { "1 is red: it stands" } else { "The red ones stand" };
            ui.say(&format!("{stands} there with `required = false`. Take that out once mended."));
            ui.say("");
        }
        for (id, path) in self.changed.iter().take(NAMED) {
            let line = format!("{path} changed while {id} ran; `git diff` shows how");
            ui.mark(Mark::Warning, &line);
        }
        if !self.left.is_empty() {
            let (shown, more) = self.left.split_at(self.left.len().min(NAMED));
            let more = if more.is_empty() { "" } else { ", ..." };
            let shown = shown.join(", ");
            ui.mark(
                Mark::Warning,
                &format!("trying them left {shown}{more}; is that for .gitignore?"),
            );
        }
    }
}

/// The gates as data.
pub(super) fn json(gates: &[Proposed]) -> Value {
    let one = |gate: &Proposed| {
        let (outcome, why) = match &gate.seen {
            None => ("not-tried", ""),
            Some(Seen::Green) => ("green", ""),
            Some(Seen::Red(why)) => ("red", why.as_str()),
            Some(Seen::CouldNotRun(why)) => ("could-not-run", why.as_str()),
        };
        json!({ "gate": gate.preset.name, "command": gate.preset.command(),
                "evidence": gate.preset.why, "install": gate.preset.install,
                "outcome": outcome, "why": why, "required": gate.is_required() })
    };
    gates.iter().map(one).collect()
}

/// Those that only look, read back from the text that is going to be written.
fn looking(proposal: &Proposal) -> Result<Vec<Gate>, Refusal> {
    let text = proposal.text();
    let file = File { path: super::path(super::FILE)?, bytes: text.as_bytes().into() };
    let edits = |id: &str| {
        proposal.gates.iter().any(|g| g.preset.name == id && g.preset.effect == Effect::Edits)
    };
    let entries = Settings::read(Some(&file))?.gates.into_iter();
    let gates = entries.filter_map(|entry| match entry.is {
        GateIs::Command(command) if !edits(&entry.name.value) => {
            Some(Gate { id: entry.name.value, kind: Kind::Command(command) })
        }
        _ => None,
    });
    Ok(gates.collect())
}

/// What to write of how it ended.
fn seen(checked: &Checked, repo: &Repo) -> Seen {
    match &checked.outcome {
        Outcome::Green => Seen::Green,
        Outcome::Red { why } => match behind(checked, repo) {
            Some(why) => Seen::CouldNotRun(why),
            None => Seen::Red(why.clone()),
        },
        Outcome::CouldNotRun { .. } | Outcome::Skipped { .. } | Outcome::Held { .. } => {
            Seen::CouldNotRun(checked.outcome.why())
        }
    }
}

/// What waits for a gate is as required as that; gates stand behind those they wait for.
fn held(by: &str, gates: &[Proposed], checked: &Checked) -> Seen {
    let before = gates.iter().find(|gate| gate.preset.name == by);
    match before.is_some_and(Proposed::is_required) {
        true => Seen::CouldNotRun(checked.outcome.why()),
        false => Seen::Red(checked.outcome.why()),
    }
}

/// Why a command that failed has seen nothing: what it needs is not installed here. Taken for red it
/// would be written as not required, and nobody would miss it.
fn behind(checked: &Checked, repo: &Repo) -> Option<String> {
    let Kind::Command(command) = &checked.gate.kind else { return None };
    let CommandLine::Argv(argv) = &command.line else { return None };
    let called = runner::called(argv);
    let program = called.words.first()?;
    let evidence = checked.runs.iter().find_map(|(_, judged)| judged.evidence.as_ref())?;
    // pytest's own exit codes ("Exit codes"), and what POSIX has a shell say.
    match (program.as_str(), evidence.exit) {
        ("pytest", Some(5)) => return Some("it found no tests".to_owned()),
        // It was killed, or not done in time.
        (_, None) => return Some(checked.outcome.why()),
        (_, Some(127)) => return Some("a command in it is not there".to_owned()),
        _ => {}
    }
    let log = std::fs::read(repo.top.join(&evidence.log)).ok()?;
    let log = String::from_utf8_lossy(&log);
    let usage = (program == "pytest" && evidence.exit == Some(4))
        .then(|| "pytest could not start".to_owned());
    lacking(&log).or(usage)
}

/// What tools say of modules that are not installed: Python, mypy, node, and pytest of the fixtures
/// of its plugins.
fn lacking(log: &str) -> Option<String> {
    let said = [
        ("No module named '", "'", "module"),
        ("library stub for module named \"", "\"", "module"),
        ("Cannot find module '", "'", "module"),
        ("fixture '", "' not found", "fixture"),
    ];
    log.lines().find_map(|line| {
        said.iter().find_map(|(head, tail, noun)| {
            let (name, _) = line.split_once(head)?.1.split_once(tail)?;
            let plain = !name.is_empty() && name.len() < 60 && !name.contains(char::is_whitespace);
            plain.then(|| format!("there is no {noun} {name} here"))
        })
    })
}

fn mark(gate: &Proposed) -> Mark {
    match &gate.seen {
        Some(Seen::Green) => Mark::Good,
        Some(Seen::Red(_)) => Mark::Warning,
        Some(Seen::CouldNotRun(_)) => Mark::Unknown,
        None => Mark::Skipped,
    }
}

fn text(gate: &Proposed) -> String {
    let command = gate.preset.command();
    match &gate.seen {
        Some(Seen::Green) => command.to_owned(),
        Some(Seen::Red(why)) => format!("{why}, not required yet: {command}"),
        Some(Seen::CouldNotRun(why)) => format!("{why}: {command}"),
        None => format!("not tried, it may edit files: {command}"),
    }
}

/// The first part of a path, with a slash where it is a folder; Python's caches lie everywhere.
fn first(path: &std::path::Path) -> String {
    let shown = path.display().to_string();
    if shown.contains("__pycache__/") {
        return "__pycache__/".to_owned();
    }
    shown.split_once('/').map_or(shown.clone(), |(folder, _)| format!("{folder}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_told_from_what_is_wrong() {
        for (log, expected) in [
            ("E   ModuleNotFoundError: No module named 'demo'", Some("module demo")),
            (
                "a.py:1: error: Cannot find implementation or library stub for module named \"x.y\"  [im",
                Some("module x.y"),
            ),
            ("Error: Cannot find module 'vitest'", Some("module vitest")),
            ("E       fixture 'benchmark' not found", Some("fixture benchmark")),
            ("E   assert 'fixture' == 'not found'", None),
            ("a.py:1: F401 `os` imported but unused", None),
        ] {
            let expected = expected.map(|what| format!("there is no {what} here"));
            assert_eq!(lacking(log), expected, "{log}");
        }
    }
}
