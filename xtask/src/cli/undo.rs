//! `undo`

use serde_json::json;

use super::Context;
use crate::error::word;
use crate::exec::{self, Driven};
use crate::journal::{Closed, Journal, Operation, State};
use crate::plan::Id;
use crate::repo::{Beside, Repo};
use crate::ui::{Mark, Ui};
use crate::wording::counted;

/// Take the newest operation back, exactly: files, index and refs
///
/// Nothing of what you did since is lost: an undo that meets other changes stops and names them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The operation to take back instead of the newest one (see `log`)
    #[arg(value_name = "OPERATION")]
    operation: Option<u64>,
    /// Show what would be taken back and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let ui = &context.ui;
    let repo = Repo::discover(&context.folder)?;
    if args.dry_run {
        let chosen = exec::choose(&Journal::of(&repo.common_dir), args.operation)?;
        let standing = chosen.as_ref().filter(|operation| !is_undone(operation));
        standing.map_or(Ok(()), exec::undoable)?;
        dry_run(ui, chosen.as_ref());
        return Ok(());
    }
    let progress = |_: &str| ();
    match exec::undo(&repo, args.operation, &context.asked(&progress))? {
        Driven::Nothing(why) => {
            ui.say(&why);
            ui.json(&json!({ "operation": null, "state": "nothing", "why": why }));
        }
        Driven::Finished(finished) => {
            ui.say(&format!("undone: {} (operation {})", finished.title, finished.id));
            finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
            if let Some(made) = finished.objects.first() {
                let kept = format!("What it made is kept as refs/gonogo/keep/{}", finished.id);
                ui.say(&format!("{kept} ({}).", made.short()));
            }
            let left = repo.leave_beside()?;
            ui.json(&json!({
                "operation": finished.id, "state": "undone", "notes": finished.notes,
                "work_tree_removed": left == Beside::Removed,
            }));
            told(ui, &repo, left);
        }
    }
    Ok(())
}

fn is_undone(operation: &Operation) -> bool {
    matches!(operation.state(), State::Closed(Closed::Undone | Closed::TakenBack))
}

/// What became of the work tree, where it was made for the operation.
fn told(ui: &Ui, repo: &Repo, left: Beside) {
    let folder = word(repo.top.display());
    match left {
        Beside::NotOurs => {}
        Beside::Removed => {
            ui.say(&format!("The work tree {folder} is removed."));
            if let Some(main) = repo.common_dir.parent().filter(|main| main.join(".git").exists()) {
                ui.say(&format!("next: cd {}", word(main.display())));
            }
        }
        Beside::InUse => {
            ui.say(
                "The work tree that was made for it stays: it has files that git does not have.",
            );
            ui.say(&format!("next: git worktree remove --force -- {folder}"));
        }
    }
}

fn dry_run(ui: &Ui, chosen: Option<&Operation>) {
    let Some(operation) = chosen else {
        ui.say("nothing to undo: no operation was made here");
        ui.json(&json!({ "operation": null }));
        return;
    };
    let plan = operation.plan();
    let paths: Vec<&str> = plan.files().iter().map(|change| change.path.as_str()).collect();
    if is_undone(operation) {
        ui.say(&format!("already undone: {} (operation {})", plan.title, operation.id));
    } else {
        ui.say(&format!("would undo: {} (operation {})", plan.title, operation.id));
        for (change, edit) in plan.files().iter().flat_map(|c| c.edits.iter().map(move |e| (c, e)))
        {
            ui.say(&match (change.before.is_absent(), edit.old.as_str()) {
                (true, _) => format!("  {}  is removed", change.path),
                (false, "") => format!("  {}  loses {}", change.path, edit.new.trim()),
                (false, old) => format!("  {}  {} -> {old}", change.path, edit.new),
            });
        }
        for planned in plan.moves() {
            let name = planned.name.trim_start_matches("refs/heads/");
            ui.say(&match &planned.old {
                Some(Id::Known(old)) => format!("  {name}  goes back to {}", old.short()),
                Some(Id::Made(_)) => format!("  {name}  goes back"),
                None => format!("  {name}  is removed"),
            });
        }
        if !plan.objects().is_empty() {
            ui.say("  What was made stays reachable under refs/gonogo/keep.");
        }
        let size = match paths.len() {
            0 => String::new(),
            files => format!("{}. ", counted(files, "file")),
        };
        ui.say(&format!("{size}Nothing was changed (dry run)."));
        ui.say(&format!("next: {}", ui.ours(&format!("undo {}", operation.id))));
    }
    ui.json(&json!({ "operation": operation.id, "title": plan.title, "files": paths }));
}
