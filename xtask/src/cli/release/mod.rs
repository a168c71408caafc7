//! `release`

mod args;
mod gates;
mod host;
mod landing;
mod made;
mod prepare;
mod pull;
mod rehearse;
mod remote;
mod shown;
mod target;

use super::Context;
use crate::error::Refusal;
use crate::exec;
use crate::journal::Journal;
use crate::plan::Plan;
use crate::repo::Repo;
pub(super) use args::Args;
pub(super) use gates::Asking;
pub(super) use host::{Consent, Host};
use prepare::planned;

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    if args.rehearse {
        return Ok(rehearse::run(args, context, repo)?);
    }
    let asking = Asking::new(args, context)?;
    let Some((plan, before)) = planned(args, context, &repo, &asking)? else { return Ok(()) };
    let ui = &context.ui;
    if args.dry_run {
        shown::plan(ui, &plan);
        ui.say("Nothing was changed (dry run).");
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
        ui.json(&shown::json(&plan, None));
        return Ok(());
    }
    let consent = if args.yes { Consent::Given } else { Consent::Asked };
    if plan.point_of_no_return().is_some() && !agreed(args, context, &plan)? {
        ui.say("Nothing was done.");
        return Ok(());
    }
    let host = Host { repo: &repo, context, asking: &asking, consent };
    let finished = exec::run(&repo, plan.clone(), &before, &context.asked(&host))?;
    shown::end(context, &plan, &finished);
    Ok(())
}

/// The one question before anything is done.
fn agreed(args: &Args, context: &Context, plan: &Plan) -> Result<bool, Refusal> {
    let ui = &context.ui;
    if args.yes {
        return Ok(true);
    }
    if !ui.can_ask() {
        return Err(Refusal::usage("nobody can be asked here, and a push cannot be taken back")
            .next_typed(format!("{} --yes", context.command()), "answers yes beforehand")
            .next_typed(
                format!("{} --dry-run", context.command()),
                "only shows what would be done",
            ));
    }
    shown::plan(ui, plan);
    ui.say("");
    Ok(ui.ask("Start? [y]es  [n]o", &['y', 'n'], 'n')? == 'y')
}
