//! `rollback`

mod ahead;
mod args;
mod branches;
mod commands;
mod document;
mod end;
mod host;
mod out;
mod prepare;
mod shown;
mod subject;
mod texts;

use serde_json::json;

use super::Context;
use crate::error::{Refusal, word};
use crate::exec;
use crate::journal::Journal;
use crate::plan::{Action, Plan, Run};
use crate::repo::Repo;
pub(super) use ahead::recorded;
pub(super) use args::Args;
pub(super) use end::{end, is_one};
pub(super) use host::Host;
use prepare::{Preparation, Prepared, prepared};
pub(super) use texts::kept;

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    if args.plan {
        return Ok(document::print(args, context, &repo)?);
    }
    match prepared(args, context, &repo)? {
        Preparation::Ready(ready) => Ok(execute(args, context, &repo, *ready)?),
        Preparation::Nothing { why, next } => {
            let ui = &context.ui;
            ui.say(&why);
            ui.say(&format!("next: {}", ui.ours(&next)));
            ui.json(&json!({ "operation": null, "why": why }));
            Ok(())
        }
    }
}

/// Shows what is planned, asks, and does it.
fn execute(args: &Args, context: &Context, repo: &Repo, prepared: Prepared) -> Result<(), Refusal> {
    let ui = &context.ui;
    let Prepared { plan, facts, texts } = prepared;
    if args.dry_run {
        shown::plan(ui, &plan, &facts);
        ui.say("");
        ui.say("Nothing was changed (dry run).");
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
        ui.json(&shown::json(&plan, &facts));
        return Ok(());
    }
    shown::plan(&ui.aside(), &plan, &facts);
    confirmable(args, context, &plan)?;
    if !args.yes {
        ui.aside().say("");
        if !agreed(context)? {
            ui.say("Nothing was done.");
            ui.say(&format!("next: {}", ui.typed(&format!("{} --dry-run", context.command()))));
            ui.json(&json!({ "operation": null, "why": "Nothing was done." }));
            return Ok(());
        }
    }
    ui.aside().say("");
    if let Some(texts) = &texts {
        texts.write()?;
    }
    let host = Host::new(repo, context, args.database_confirm.as_deref());
    let finished = exec::run(repo, plan, &[], &context.asked(&host))?;
    end(context, repo, &finished)
}

/// The one question before anything is done; what destroys something has its own.
fn agreed(context: &Context) -> Result<bool, Refusal> {
    let ui = &context.ui;
    if !ui.can_ask() {
        return Err(Refusal::usage("nobody can be asked here, and users notice a rollback")
            .next_typed(format!("{} --yes", context.command()), "answers yes beforehand")
            .next_typed(
                format!("{} --dry-run", context.command()),
                "only shows what would be done",
            ));
    }
    ui.confirm("Start?")
}

/// What is destroyed can be confirmed: somebody is there, or has said the words.
fn confirmable(args: &Args, context: &Context, plan: &Plan) -> Result<(), Refusal> {
    let runs = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Run(run) => Some(run),
        _ => None,
    });
    let mut destroying = runs.filter_map(|run: &Run| Some((run, run.loses.as_deref()?)));
    let Some((run, loses)) = destroying.next() else { return Ok(()) };
    let words = commands::words(loses);
    let typed = |context: &Context| {
        let mut kept = Vec::new();
        let mut said = context.words.iter();
        while let Some(one) = said.next() {
            match one.as_str() {
                "--database-confirm" => drop(said.next()),
                one if one.starts_with("--database-confirm=") => {}
                one => kept.push(one),
            }
        }
        format!("{} --database-confirm {}", kept.join(" "), word(&words))
    };
    match &args.database_confirm {
        Some(said) if said.trim() == words => Ok(()),
        Some(_) => Err(Refusal::unsafe_to("those are not the words")
            .why(format!("{} loses {loses}, for good.", run.name))
            .next_typed(typed(context), "says that this is meant")),
        None if context.ui.can_ask() => Ok(()),
        None => Err(Refusal::unsafe_to("nobody can be asked here, and data would be lost")
            .why(format!("{} loses {loses}, for good. --yes does not say that.", run.name))
            .next_typed(typed(context), "says that this is meant")),
    }
}
