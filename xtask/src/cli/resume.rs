//! `resume`

use serde_json::json;

use super::Context;
use super::release::{self, Asking, Consent, Host};
use crate::exec::{self, Driven};
use crate::repo::Repo;
use crate::ui::Mark;

/// Complete an operation that was interrupted
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let ui = &context.ui;
    let repo = Repo::discover(&context.folder)?;
    let asking = Asking::again(&repo, context)?;
    let consent = if args.yes { Consent::Given } else { Consent::Asked };
    let host = Host::new(&repo, context, &asking, consent);
    match exec::resume(&repo, &context.asked(&host))? {
        Driven::Nothing(why) => {
            ui.say(&why);
            ui.json(&json!({ "operation": null, "state": "nothing", "why": why }));
        }
        Driven::Finished(finished) if release::is_one(&finished) => {
            release::end(context, &repo, &finished, None)?;
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
