//! What mends a gate: its own command for that.

use std::path::Path;

use super::command::Unit;
use super::run::Package;
use super::slot::Slot;
use super::values::Values;
use super::{Gate, Kind, Outcome};
use crate::config::file::gates::Each;
use crate::error::Refusal;
use crate::repo::Contents;
use crate::sys::clock::Timestamp;
use crate::sys::proc::Interrupt;

/// A fix that ran.
pub struct Mended {
    pub command: String,
    pub package: Option<String>,
    /// How it ended: many fixers fail when something is left that they cannot mend.
    pub ended: String,
    pub log: String,
}

/// Runs the fix of a gate, once for each package where the gate runs so.
///
/// # Errors
/// It has none, it cannot be run, ctrl-C.
pub fn mend(
    gate: &Gate,
    values: &Values,
    packages: &[Package],
    top: &Path,
    logs: &Path,
    interrupt: &Interrupt,
) -> Result<Vec<Mended>, Refusal> {
    let Kind::Command(command) = &gate.kind else {
        return Err(Refusal::usage(format!("the gate {} has no fix", gate.id))
            .why("It is built in; it says itself what mends it.")
            .next(format!("check {}", gate.id), "asks it"));
    };
    let Some(line) = &command.fix else {
        return Err(Refusal::usage(format!("the gate {} has no fix", gate.id))
            .why("In gonogo.toml: fix = \"a command that mends what it finds\".")
            .next(format!("check {}", gate.id), "asks it"));
    };
    let whole = [Package { name: String::new(), folder: String::new() }];
    let each = if command.each == Each::Package { packages } else { &whole };
    let mut done = Vec::new();
    for (number, package) in each.iter().enumerate() {
        let (values, name) = match command.each {
            Each::Package => (values.clone().of(package), Some(package.name.clone())),
            Each::Once => (values.clone(), None),
        };
        let refused = |why: String| {
            Refusal::external(format!("the fix of {} could not run: {why}", gate.id))
                .next(format!("check {}", gate.id), "asks the gate as it is")
        };
        let unit = Unit::new(&gate.id, command, line, name.clone(), &values)
            .map_err(|judged| refused(judged.outcome.why()))?;
        let log = logs.join(format!("{}.fix+{}.log", gate.id, number + 1));
        let slot = Slot { top: top.to_owned(), log, interrupt: interrupt.clone() };
        let log = slot.shown_log();
        let judged = unit.run(&slot, &Contents::default(), Timestamp(0));
        if interrupt.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Refusal::interrupted());
        }
        let ended = match &judged.outcome {
            Outcome::Green => "exit 0".to_owned(),
            Outcome::Red { why } => why.clone(),
            other => return Err(refused(other.why())),
        };
        done.push(Mended { command: line.shown(), package: name, ended, log });
    }
    Ok(done)
}
