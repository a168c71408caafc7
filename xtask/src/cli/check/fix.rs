//! `check GATE --fix`: the gate's own command that mends what it finds.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::facts::{Read, new_logs};
use super::show::one_line;
use super::{Args, choice};
use crate::cli::Context;
use crate::error::{Refusal, word};
use crate::gates::{Mended, mend};
use crate::repo::Repo;
use crate::ui::{Mark, Ui};
use crate::wording::counted;

/// What the fixes did.
pub struct Fixed {
    mended: Vec<(String, Vec<Mended>)>,
    changed: Vec<String>,
    new: Vec<PathBuf>,
}

/// Runs the fix of each gate that is named.
///
/// # Errors
/// No gate is named, one has no fix, tracked files have changes already, a fix cannot be run.
pub fn run(args: &Args, context: &Context, repo: &Repo) -> Result<Fixed, Refusal> {
    let read = Read::new(repo, super::profile(args)?)?;
    let status = repo.status()?;
    let facts = read.facts(repo, &status, context.at);
    let gates = choice(&read, &facts)?.exactly(&args.gates)?;
    if gates.is_empty() {
        return Err(Refusal::usage("--fix mends what one gate finds, so say which")
            .next("check GATE --fix", "with the name of a gate"));
    }
    if !status.changed.is_empty() || !status.unmerged.is_empty() {
        let paths = status.changed.iter().chain(&status.unmerged);
        let paths: Vec<String> = paths.take(8).map(|path| path.display().to_string()).collect();
        return Err(Refusal::unsafe_to("tracked files have changes that are not committed")
            .why(format!("{}.", paths.join(", ")))
            .why("What a fix changes could not be told from them, nor taken back alone.")
            .next_shell("git stash", "or commit them first"));
    }
    let (before, files) = (repo.tracked()?, repo.untracked_files()?);
    let interrupt = super::interrupts()?;
    let (logs, packages) = (new_logs(repo)?, Read::packages(repo, &gates)?);
    let mut mended = Vec::new();
    for gate in &gates {
        let done = mend(gate, &read.values, &packages, &repo.top, &logs, &interrupt)?;
        mended.push((gate.id.clone(), done));
    }
    let changed = repo.tracked()?.changed_since(&before);
    let new = repo.untracked_files()?.into_iter().filter(|path| !files.contains(path));
    Ok(Fixed { mended, changed, new: new.collect() })
}

impl Fixed {
    /// What they changed, and how to take it back.
    pub fn show(&self, ui: &Ui) {
        for (gate, mended) in &self.mended {
            for one in mended {
                ui.say(&format!("fix of {gate}: {} ({})", one.command, one.ended));
            }
        }
        if self.changed.is_empty() && self.new.is_empty() {
            ui.say("Nothing was changed by it.");
        } else {
            let files = counted(self.changed.len(), "tracked file");
            ui.mark(Mark::Warning, &format!("it changed {files}; nothing is committed"));
            self.changed.iter().for_each(|path| ui.say(&format!("    {}", one_line(path))));
            let new = self.new.iter().map(|path| one_line(&path.display().to_string()));
            new.for_each(|path| ui.say(&format!("    {path}   (new, untracked)")));
        }
        if !self.changed.is_empty() {
            let paths: Vec<String> = self.changed.iter().map(|path| word(one_line(path))).collect();
            ui.say(&format!("to take it back: git restore -- {}", paths.join(" ")));
        }
        ui.say("");
    }

    /// The same as data.
    pub fn json(&self) -> Value {
        let one = |(gate, mended): &(String, Vec<Mended>)| {
            let runs = mended.iter().map(|one| {
                json!({ "command": one.command, "package": one.package, "ended": one.ended,
                        "log": one.log })
            });
            json!({ "gate": gate, "runs": runs.collect::<Vec<_>>() })
        };
        let new: Vec<String> = self.new.iter().map(|path| path.display().to_string()).collect();
        json!({ "fixes": self.mended.iter().map(one).collect::<Vec<_>>(),
                "changed": self.changed, "new": new })
    }
}
