//! `resume`

use serde_json::json;

use super::Context;
use crate::exec::{self, Driven};
use crate::repo::Repo;
use crate::ui::Mark;

/// Complete an operation that was interrupted
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(super) fn run(_: &Args, context: &Context) -> anyhow::Result<()> {
    let ui = &context.ui;
    let repo = Repo::discover(&context.folder)?;
    let progress = |hook: &str| ui.progress(&format!("running {hook} ..."));
    match exec::resume(&repo, &context.asked(&progress))? {
        Driven::Nothing(why) => {
            ui.say(&why);
            ui.json(&json!({ "operation": null, "state": "nothing", "why": why }));
        }
        Driven::Finished(finished) => {
            ui.say(&format!("done: {} (operation {})", finished.title, finished.id));
            finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
            ui.say(&format!("undo: {}", ui.ours("undo")));
            ui.json(&json!({ "operation": finished.id, "state": "done", "notes": finished.notes }));
        }
    }
    Ok(())
}
