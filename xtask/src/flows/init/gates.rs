//! The lines of `[gates]`: commands the repository asks for, and how they ended when they were
//! tried.

use crate::config::file::gates::Reuse;
use crate::config::presets::{Preset, Run};
use crate::sites::toml::quoted;

/// A line as long as this has its reason on a line of its own.
const COLUMNS: usize = 96;

/// A gate to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    pub preset: Preset,
    /// `None` where it was not tried.
    pub seen: Option<Seen>,
}

/// How a command ended that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Green,
    /// It found something; it is not required until that is mended.
    Red(String),
    /// Nothing is known; what it needs is missing on this machine, not in the repository.
    CouldNotRun(String),
}

impl Proposed {
    /// Does a release need it from the first day on?
    pub fn is_required(&self) -> bool {
        !matches!(self.seen, Some(Seen::Red(_)))
    }

    /// `lint = "ruff check ."  # [tool.ruff] in pyproject.toml`
    fn line(&self) -> String {
        let preset = &self.preset;
        let line = format!("{} = {}", preset.name, self.value());
        let why = match &self.seen {
            None | Some(Seen::Green) => preset.why.clone(),
            Some(Seen::Red(why)) => format!("{}; {why} when init tried it", preset.why),
            Some(Seen::CouldNotRun(why)) => format!("{}; not run: {why}", preset.why),
        };
        let why = why.replace(|c: char| c.is_control(), " ");
        match line.chars().count() + why.chars().count() + 4 {
            0..=COLUMNS => format!("{line}  # {why}\n"),
            _ => format!("# {why}\n{line}\n"),
        }
    }

    fn value(&self) -> String {
        let preset = &self.preset;
        let mut fields = vec![match &preset.run {
            Run::Argv(text) => format!("run = {}", quoted(text)),
            Run::Shell(text) => format!("shell = {}", quoted(text)),
        }];
        fields.extend(preset.fix.iter().map(|fix| format!("fix = {}", quoted(fix))));
        if !preset.after.is_empty() {
            let names: Vec<String> = preset.after.iter().map(|name| quoted(name)).collect();
            fields.push(format!("after = [{}]", names.join(", ")));
        }
        fields.extend(preset.timeout.map(|timeout| format!("timeout = {}", quoted(timeout))));
        fields.extend((preset.reuse == Reuse::Never).then(|| "cache = false".to_owned()));
        fields.extend((!self.is_required()).then(|| "required = false".to_owned()));
        match (&preset.run, fields.as_slice()) {
            (Run::Argv(text), [_]) => quoted(text),
            _ => format!("{{ {} }}", fields.join(", ")),
        }
    }
}

/// The table, each line with its end; nothing without gates.
pub(super) fn lines(gates: &[Proposed]) -> Vec<String> {
    if gates.is_empty() {
        return Vec::new();
    }
    let head = "\n[gates]\n".to_owned();
    std::iter::once(head).chain(gates.iter().map(Proposed::line)).collect()
}
