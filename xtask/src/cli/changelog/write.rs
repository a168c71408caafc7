//! `changelog` without a subcommand: writes the section of the current version.

use super::super::Context;
use super::facts::Facts;
use super::ranges::{self, Since};
use super::shown::{Shown, Told};
use crate::changelog::cut::Existing;
use crate::error::Refusal;
use crate::exec;
use crate::flows::changelog::{self, Outcome, Section};
use crate::journal::Journal;
use crate::plan::Plan;
use crate::repo::Repo;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// The package whose changelog is written, by name or folder (`lib-*` for all that match); may
    /// be repeated
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Tell of the commits after this one instead of those after the last full release
    #[arg(long, value_name = "TAG|COMMIT")]
    since: Option<String>,
    /// Add what is missing to a section that is there already
    #[arg(long)]
    merge: bool,
    /// Show every change and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [
            ("--package", !self.packages.is_empty()),
            ("--since", self.since.is_some()),
            ("--merge", self.merge),
            ("--dry-run", self.dry_run),
        ];
        given.into_iter().find_map(|(option, is)| is.then_some(option))
    }
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    let (facts, released) = Facts::to_write(&repo, context, &args.packages)?;
    let existing = if args.merge { Existing::Merge } else { Existing::Keep };
    let ranges = ranges::read(&repo, &facts, args.since.as_deref())?;
    let told = told(&facts, &ranges, existing)?;
    let generated = told.iter().filter(|told| matches!(told.outcome, Outcome::Generated { .. }));
    for check in generated.filter(|_| !args.dry_run).filter_map(|told| told.guard.as_ref()) {
        exec::ask(&repo, check)?;
    }
    let plan = plan(&repo, &told);
    let shown = Shown {
        told: &told,
        ranges: &ranges,
        released: &released,
        plan: plan.as_ref(),
        dry_run: args.dry_run,
    };
    let Some(plan) = plan.as_ref().filter(|_| !args.dry_run) else {
        shown.without_effect(context);
        return Ok(());
    };
    let changed = told.iter().filter(|told| told.change().is_some());
    let before: Vec<Vec<u8>> = changed.map(Told::bytes).collect();
    let progress = |what: &str| context.ui.progress(&format!("running {what} ..."));
    let finished = exec::run(&repo, plan.clone(), &before, &context.asked(&progress))?;
    shown.done(context, &finished);
    Ok(())
}

fn told<'f>(
    facts: &'f Facts,
    ranges: &'f [Since],
    existing: Existing,
) -> Result<Vec<Told<'f>>, Refusal> {
    let each = facts.survey.projects.iter().zip(&facts.changelogs).zip(ranges);
    let each = each.map(|((known, own), since)| changelog::Facts {
        name: known.project.name.as_deref(),
        folder: &known.project.folder,
        option: &known.option,
        place: &own.place,
        version: &own.version,
        tag: &own.tag,
        previous: since.previous.as_ref(),
        changes: vec![&since.changes],
        table: &facts.survey.settings.changelog,
        page: facts.page.as_deref(),
        date: facts.date,
        existing,
    });
    let each = changelog::by_file(each.collect())?.into_iter();
    let settings = &facts.survey.settings;
    let each = each.map(|facts| {
        let outcome = changelog::plan(&facts).map_err(|refusal| refusal.about(facts.option))?;
        let guard = match &outcome {
            Outcome::Section(Section { change: None, .. }) | Outcome::Waits => None,
            Outcome::Section(_) | Outcome::Generated { .. } => {
                changelog::guard(&facts).map_err(|(refusal, at)| match settings.place(at) {
                    Some(place) => refusal.at(place),
                    None => refusal,
                })?
            }
        };
        Ok(Told { facts, outcome, guard })
    });
    each.collect()
}

/// `None` when every file stays as it is.
fn plan(repo: &Repo, told: &[Told<'_>]) -> Option<Plan> {
    let (mut written, mut guards) = (Vec::new(), Vec::new());
    for told in told {
        if let Some(change) = told.change() {
            written.push((&told.facts, change.clone()));
            guards.extend(told.guard.clone());
        }
    }
    let base = repo.head.base();
    (!written.is_empty()).then(|| changelog::into_plan(written, guards, base))
}
