//! `release start`

use serde_json::json;

use super::args::{self, Asked};
use super::ci::Ci;
use super::gates::Asking;
use super::landing::{main, newer};
use super::remote::Remote;
use super::{make, nothing_open};
use crate::cli::Context;
use crate::cli::project::Survey;
use crate::config::file::Start;
use crate::error::Refusal;
use crate::exec;
use crate::flows::landing;
use crate::plan::Oid;
use crate::repo::Repo;
use crate::sys::proc;
use crate::ui::Mark;

/// Make the branch of a release, with its version in the files
///
/// What is fixed before the release is committed there; `release finish` dates the changelog, asks
/// the gates, tags and merges. Nothing is locked meanwhile, and any clone sees the branch.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// major, minor, patch, alpha, beta, rc, final, auto, or a version
    #[arg(value_name = "LEVEL|VERSION")]
    to: Option<String>,
    /// The package to release, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
    /// Make it a pre-release of that level
    #[arg(long, alias = "prerelease", value_name = "PHASE")]
    pre: Option<String>,
    /// One further, also when the files hold a version that is not released yet
    #[arg(long)]
    next: bool,
    /// Keep the branch on this machine; the network is not used at all
    #[arg(long)]
    no_push: bool,
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    yes: bool,
    /// Show the whole plan and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl From<&Args> for args::Args {
    fn from(start: &Args) -> Self {
        Self {
            way: Asked::Start,
            to: start.to.clone(),
            package: start.package.clone(),
            pre: start.pre.clone(),
            next: start.next,
            no_push: start.no_push,
            yes: start.yes,
            dry_run: start.dry_run,
            ..Self::default()
        }
    }
}

pub fn run(start: &Args, context: &Context) -> Result<(), Refusal> {
    let repo = Repo::discover(&context.folder)?;
    nothing_open(&repo)?;
    let args = args::Args::from(start);
    let asking = Asking::new(&args, context)?;
    let Some(repo) = beginning(repo, &args, context)? else { return Ok(()) };
    make(&args, context, &repo, &asking)
}

/// The repository with the branch checked out that releases start from, as the remote has it.
fn beginning(repo: Repo, args: &args::Args, context: &Context) -> Result<Option<Repo>, Refusal> {
    let names: Vec<String> = args.package.iter().cloned().collect();
    let survey = Survey::chosen(&repo, &names, &context.command())?;
    let from = match survey.settings.landing(args.procedure).from.value {
        Start::Branch(name) => name,
        Start::Main | Start::Tag => main(&repo, &survey.settings)?,
    };
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let there = match args.no_push {
        true => None,
        false => Remote::fetch(&repo, &interrupt)?.at(&format!("refs/heads/{from}")),
    };
    let here = repo.ref_at(&format!("refs/heads/{from}"))?;
    let tip = newer(&repo, &from, here.as_ref(), there.as_ref())?;
    checked_out(repo, args, context, &from, here, &tip)
}

/// The repository with a branch (short name) checked out at `tip`; `None` after a dry run of what
/// leads there. Going there is an operation of its own: nothing but `git switch` and a fast-forward.
///
/// # Errors
/// Edits are in the way.
pub fn checked_out(
    repo: Repo,
    args: &args::Args,
    context: &Context,
    name: &str,
    here: Option<Oid>,
    tip: &Oid,
) -> Result<Option<Repo>, Refusal> {
    let full = format!("refs/heads/{name}");
    let base = repo.head.base();
    if base.branch.as_deref() == Some(&full) && here.as_ref() == Some(tip) {
        return Ok(Some(repo));
    }
    let ui = &context.ui;
    let plan = landing::forwarded(base, &full, here, tip);
    if args.dry_run {
        super::shown::steps(ui, &plan, &[], &Ci::default());
        ui.say(&format!("and then, on {name}, what the same command shows there."));
        ui.say("Nothing was changed (dry run).");
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
        ui.json(&json!({ "operation": null, "plan": plan }));
        return Ok(None);
    }
    let progress = |_: &str| ();
    exec::run(&repo, plan, &[], &context.asked(&progress))?;
    ui.mark(Mark::Good, &format!("{:<9} on {name} at {}", "switch", tip.short()));
    Repo::discover(&context.folder).map(Some)
}
