//! `check GATE --fix`: the gate's own command that mends what it finds.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::facts::{Read, new_logs};
use super::{Args, choice, rehearsal};
use crate::cli::Context;
use crate::error::{Refusal, word};
use crate::flows::rehearsal::MENDED;
use crate::gates::builtin::Hooks;
use crate::gates::{Gate, Kind, Mended, mend};
use crate::plan::Oid;
use crate::repo::Repo;
use crate::ui::{Mark, Ui, one_line};
use crate::wording::counted;

/// The gate whose fix commits.
const HOOKS: &str = "hooks";

/// What the fixes did.
pub struct Fixed {
    mended: Vec<(String, Vec<Mended>)>,
    changed: Vec<String>,
    new: Vec<PathBuf>,
    /// What was committed, with the id of the commit.
    committed: Option<String>,
}

/// Runs the fix of each gate that is named.
///
/// # Errors
/// No gate is named, one has no fix, tracked files have changes already, a fix cannot be run.
pub fn run(args: &Args, context: &Context, repo: &Repo) -> Result<Fixed, Refusal> {
    let read = Read::new(repo, super::profile(args)?)?;
    let status = repo.status()?;
    let rehearse = || rehearsal::tried(&read, repo, context);
    let hooks = Hooks { installed: rehearsal::installed(repo)?, rehearse: &rehearse };
    let facts = read.facts(repo, &status, context.at, hooks);
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
    if let Some(Kind::BuiltIn(_)) =
        gates.iter().find(|gate| gate.id == HOOKS).map(|gate| &gate.kind)
    {
        return hooks_alone(&gates, &read, repo, context);
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
    Ok(Fixed { mended, changed, new: new.collect(), committed: None })
}

/// What the commit hooks change becomes a commit, which nothing else may get into.
fn hooks_alone(
    gates: &[Gate],
    read: &Read,
    repo: &Repo,
    context: &Context,
) -> Result<Fixed, Refusal> {
    if gates.len() > 1 {
        return Err(Refusal::usage("what the hooks change is committed, so they are mended alone")
            .next("check hooks --fix", "and then the others"));
    }
    let finished = rehearsal::mend(read, repo, context, &new_logs(repo)?)?;
    let id = finished.objects.first().map(Oid::short).unwrap_or_default();
    let committed = Some(format!("{id} {MENDED}"));
    Ok(Fixed { mended: Vec::new(), changed: Vec::new(), new: Vec::new(), committed })
}

impl Fixed {
    /// Whether the fix of this gate has run: what is red now, it does not mend.
    pub fn has_tried(&self, gate: &str) -> bool {
        self.mended.iter().any(|(mended, _)| mended == gate)
    }

    /// What they changed, and how to take it back.
    pub fn show(&self, ui: &Ui) {
        for (gate, mended) in &self.mended {
            for one in mended {
                ui.say(&format!("fix of {gate}: {} ({})", one.command, one.ended));
            }
        }
        if let Some(committed) = &self.committed {
            ui.say(&format!("committed: {committed}"));
            ui.say(&format!("undo: {}", ui.ours("undo")));
        } else if self.changed.is_empty() && self.new.is_empty() {
            ui.say("Nothing was changed by it.");
        } else {
            let files = match (self.changed.len(), self.new.len()) {
                (0, new) => format!("made {}", counted(new, "new file")),
                (changed, _) => format!("changed {}", counted(changed, "tracked file")),
            };
            ui.mark(Mark::Warning, &format!("it {files}; nothing is committed"));
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
                "changed": self.changed, "new": new, "committed": self.committed })
    }
}
