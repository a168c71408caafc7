//! Gates that a repository as good as asks for: which commands to propose for `[gates]`, each with
//! the place that gives it away. What a repository does not use is not proposed.

mod ci;
mod environment;
mod evidence;
mod others;
mod python;
#[cfg(test)]
mod tests;

use super::file::gates::{CommandLine, GateEntry, GateIs, Reuse};
use super::runner;
use crate::error::Refusal;
use crate::sites::Tree;
use evidence::Evidence;

/// A proposed entry of `[gates]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    pub name: String,
    pub run: Run,
    /// What mends it.
    pub fix: Option<String>,
    /// Gates it needs.
    pub after: Vec<String>,
    /// Where ten minutes are not enough.
    pub timeout: Option<&'static str>,
    pub reuse: Reuse,
    /// What gives it away: `[tool.ruff] in pyproject.toml`.
    pub why: String,
    /// Whether it may change files when it runs.
    pub effect: Effect,
    /// What puts its program there.
    pub install: String,
    /// The words that name its tool: `ruff format`.
    tool: &'static str,
}

/// How it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// A program and its arguments.
    Argv(String),
    /// What only a shell understands.
    Shell(String),
}

/// What a command does to the files of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// It mends what it finds.
    Edits,
}

impl Preset {
    fn new(name: &str, tool: &'static str, run: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            run: Run::Argv(run.into()),
            fix: None,
            after: Vec::new(),
            timeout: None,
            reuse: Reuse::Allowed,
            why: why.into(),
            effect: Effect::Reads,
            install: String::new(),
            tool,
        }
    }

    fn installed_by(self, install: impl Into<String>) -> Self {
        Self { install: install.into(), ..self }
    }

    fn fixed_by(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    fn within(self, timeout: &'static str) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// What it says depends on more than the files.
    fn never_reused(self) -> Self {
        Self { reuse: Reuse::Never, ..self }
    }

    fn edits(self) -> Self {
        Self { effect: Effect::Edits, ..self }
    }

    /// The command as it is written.
    pub fn command(&self) -> &str {
        match &self.run {
            Run::Argv(text) | Run::Shell(text) => text,
        }
    }

    /// Does a configured gate do the same, under whatever name?
    fn is_said(&self, configured: &[GateEntry]) -> bool {
        configured.iter().any(|entry| {
            let GateIs::Command(command) = &entry.is else { return false };
            let same = match &command.line {
                CommandLine::Argv(argv) => {
                    let words = runner::called(argv).words;
                    let tool = self.tool.split(' ');
                    words.len() >= tool.clone().count()
                        && tool.zip(words).all(|(tool, word)| tool == word)
                }
                CommandLine::Shell(text) => text.contains(self.tool),
            };
            same || command.line.shown() == self.command() || entry.name.value == self.name
        })
    }
}

/// What a repository's files ask for, without what is configured already.
///
/// # Errors
/// git cannot list the files.
pub fn presets(tree: &dyn Tree, configured: &[GateEntry]) -> Result<Vec<Preset>, Refusal> {
    let evidence = Evidence::read(tree)?;
    let mut found = python::presets(&evidence);
    found.extend(others::presets(&evidence));
    let mut named: Vec<Preset> = Vec::new();
    for preset in found {
        let taken = |name: &str| named.iter().any(|one| one.name == name);
        let name = match taken(&preset.name) {
            true => {
                format!("{}-{}", preset.name, preset.tool.split(' ').next().unwrap_or_default())
            }
            false => preset.name.clone(),
        };
        if !taken(&name) {
            named.push(Preset { name, ..preset });
        }
    }
    named.retain(|preset| !preset.is_said(configured));
    let known: Vec<String> = named.iter().map(|preset| preset.name.clone()).collect();
    let is_known = |name: &String| {
        known.contains(name) || configured.iter().any(|entry| entry.name.value == *name)
    };
    named.retain(|preset| preset.after.iter().all(is_known));
    Ok(named)
}
