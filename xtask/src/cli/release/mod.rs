//! `release`

mod already;
mod args;
mod ci;
mod edited;
mod end;
mod finish;
mod gates;
mod hint;
mod host;
mod joining;
mod landing;
mod made;
mod opened;
mod prepare;
mod progress;
mod pull;
mod refused;
mod rehearse;
mod remote;
mod shown;
mod start;
mod target;
mod targets;
mod voided;

use serde_json::json;

use super::Context;
use crate::config::file::Procedure;
use crate::error::Refusal;
use crate::exec;
use crate::gates::Profile;
use crate::journal::Journal;
use crate::plan::{Action, Plan};
use crate::repo::Repo;
use crate::ui::Volume;
pub(super) use args::Args;
use args::Part;
pub(super) use ci::Ci;
pub(super) use end::{end, is_one};
pub(super) use finish::{Args as Finish, run as finish};
pub(super) use gates::Asking;
pub(super) use host::{Consent, Host};
pub(super) use landing::{develop, main, newer, not_elsewhere, pull};
pub(super) use prepare::Prepared;
use prepare::{Preparation, prepared};
pub(super) use progress::told;
pub(super) use pull::open as open_pull;
pub(super) use refused::{Way, anew, go_on};
pub(super) use remote::Remote;
pub(super) use shown::{Facts, hanging, push_command};
pub(super) use targets::Choosing;

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    match &args.part {
        Some(Part::Start(start)) => return Ok(start::run(start, context)?),
        Some(Part::Finish(args)) => return Ok(finish::run(args, Procedure::Release, context)?),
        None => {}
    }
    let repo = Repo::discover(&context.folder)?;
    nothing_open(&repo)?;
    if args.rehearse {
        return Ok(rehearse::run(args, context, repo)?);
    }
    let asking = Asking::new(args, context)?;
    Ok(make(args, context, &repo, &asking)?)
}

/// The procedure that a plan is a part of.
fn procedure(plan: &Plan) -> Procedure {
    let profile = plan.steps.iter().find_map(|step| match &step.action {
        Action::Gates(gates) => Profile::named(&gates.profile),
        Action::Keep(keep) => Profile::named(&keep.about.profile),
        _ => None,
    });
    // Where nothing is asked and nothing kept, only words tell.
    let told = ["start hotfix ", "prepare hotfix "].iter().any(|told| plan.title.starts_with(told));
    match profile {
        Some(profile) => profile.procedure(),
        None if told => Procedure::Hotfix,
        None => Procedure::Release,
    }
}

pub(super) fn nothing_open(repo: &Repo) -> Result<(), Refusal> {
    match Journal::of(&repo.common_dir).unfinished()? {
        Some((_, refusal)) => Err(refusal),
        None => Ok(()),
    }
}

/// Plans, shows, asks, and does it.
fn make(args: &Args, context: &Context, repo: &Repo, asking: &Asking<'_>) -> Result<(), Refusal> {
    let ui = &context.ui;
    match prepared(args, context, repo, asking)? {
        Preparation::Ready(release) => execute(args, context, repo, asking, *release),
        Preparation::Nothing(why) => {
            ui.say(&why);
            ui.say(&format!("next: {}", ui.ours("status")));
            ui.json(&json!({ "operation": null, "why": why }));
            Ok(())
        }
    }
}

/// Shows what is planned, asks, and does it.
pub(super) fn execute(
    args: &Args,
    context: &Context,
    repo: &Repo,
    asking: &Asking<'_>,
    mut release: Prepared,
) -> Result<(), Refusal> {
    match settled(args, context, repo, &mut release)? {
        true => carry_out(args, context, repo, asking, release),
        false => Ok(()),
    }
}

/// Shows what is planned and asks: whether it is to be done.
pub(super) fn settled(
    args: &Args,
    context: &Context,
    repo: &Repo,
    release: &mut Prepared,
) -> Result<bool, Refusal> {
    let ui = &context.ui;
    if args.dry_run {
        let Prepared { plan, before, facts } = &*release;
        shown::dry_run(ui, repo, plan, before, facts);
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
        ui.json(&shown::json(plan, facts));
        return Ok(false);
    }
    let irreversible = release.plan.point_of_no_return().is_some();
    if irreversible || ui.volume > Volume::Normal {
        shown::plan(&ui.aside(), repo, &release.plan, &release.facts);
    } else {
        shown::remarks(&ui.aside(), &release.facts);
    }
    if irreversible && !args.yes && !agreed(context, repo, release)? {
        ui.say("Nothing was done.");
        ui.say(&format!("next: {}", ui.typed(&format!("{} --dry-run", context.command()))));
        ui.json(&json!({ "operation": null, "why": "Nothing was done." }));
        return Ok(false);
    }
    if irreversible {
        ui.aside().say("");
    }
    Ok(true)
}

/// Does what was agreed to, in the work tree of this repository.
pub(super) fn carry_out(
    args: &Args,
    context: &Context,
    repo: &Repo,
    asking: &Asking<'_>,
    release: Prepared,
) -> Result<(), Refusal> {
    let consent = if args.yes { Consent::Given } else { Consent::Asked };
    let host = Host::new(repo, context, asking, consent);
    let Prepared { plan, before, facts } = release;
    let finished = exec::run(repo, plan, &before, &context.asked(&host))?;
    end(context, repo, &finished, facts.previous.as_deref())
}

/// The one question before anything is done.
fn agreed(context: &Context, repo: &Repo, release: &mut Prepared) -> Result<bool, Refusal> {
    let ui = &context.ui;
    if !ui.can_ask() {
        return Err(Refusal::usage("nobody can be asked here, and a push cannot be taken back")
            .next_typed(format!("{} --yes", context.command()), "answers yes beforehand")
            .next_typed(
                format!("{} --dry-run", context.command()),
                "only shows what would be done",
            ));
    }
    // What people have signed is not edited behind their backs.
    let editable = release.facts.signed.is_empty() && edited::section(release).is_some();
    let (edit, letters) = match editable {
        true => ("  [e]dit the changelog", &['y', 'n', 'd', 'e'][..]),
        false => ("", &['y', 'n', 'd'][..]),
    };
    loop {
        ui.aside().say("");
        match ui.ask(&format!("Start? [y]es  [n]o  [d]iff{edit}"), letters, 'n')? {
            'y' => return Ok(true),
            'd' => shown::diff(&ui.aside(), &release.plan, &release.before),
            'e' => {
                // A slip in the section is told, and the question comes again.
                match edited::edit(repo, release) {
                    Ok(()) => shown::plan(&ui.aside(), repo, &release.plan, &release.facts),
                    Err(refusal) => ui.complain(&refusal),
                }
            }
            _ => return Ok(false),
        }
    }
}
