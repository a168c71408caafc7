//! `release`

mod args;
mod finish;
mod gates;
mod host;
mod landing;
mod made;
mod opened;
mod prepare;
mod pull;
mod refused;
mod rehearse;
mod remote;
mod shown;
mod start;
mod target;

use super::Context;
use crate::error::Refusal;
use crate::exec;
use crate::journal::Journal;
use crate::plan::Plan;
use crate::repo::Repo;
pub(super) use args::Args;
use args::Part;
pub(super) use gates::Asking;
pub(super) use host::{Consent, Host};
use prepare::planned;
pub(super) use refused::{Way, anew, go_on};

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    match &args.part {
        Some(Part::Start(start)) => return Ok(start::run(start, context)?),
        Some(Part::Finish(finish)) => return Ok(finish::run(finish, context)?),
        None => {}
    }
    let repo = Repo::discover(&context.folder)?;
    nothing_open(&repo)?;
    if args.rehearse {
        return Ok(rehearse::run(args, context, repo)?);
    }
    let asking = Asking::new(args, context)?;
    let Some((plan, before)) = planned(args, context, &repo, &asking)? else { return Ok(()) };
    Ok(execute(args, context, &repo, &asking, plan, &before)?)
}

fn nothing_open(repo: &Repo) -> Result<(), Refusal> {
    match Journal::of(&repo.common_dir).unfinished()? {
        Some((_, refusal)) => Err(refusal),
        None => Ok(()),
    }
}

/// Shows a plan, asks, and does it.
fn execute(
    args: &Args,
    context: &Context,
    repo: &Repo,
    asking: &Asking<'_>,
    plan: Plan,
    before: &[Vec<u8>],
) -> Result<(), Refusal> {
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
    let host = Host { repo, context, asking, consent };
    let finished = exec::run(repo, plan.clone(), before, &context.asked(&host))?;
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
