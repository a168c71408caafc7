//! `checklist run`

use super::super::Context;
use super::super::check::{Read, Request, Waivers, interrupts, named, poll};
use super::facts::Reading;
use super::groups::{Groups, boxes};
use super::show::{lead_on, title};
use crate::checklist::{Facts, tick};
use crate::config::file::Binding;
use crate::error::Refusal;
use crate::gates::{Choice, Profile, Reused};
use crate::journal::Journal;
use crate::plan::Oid;
use crate::repo::{Repo, WorkTree};
use crate::sys::fs::{self as write, real};
use crate::ui::{Ui, bold};
use crate::version::Version;

/// Run what is bound to gates, tick the boxes in a copy, and list what is open by who must act
///
/// Only gates that a box is bound to are asked; `check` asks all. The copy is kept below
/// .git/gonogo/checklist; the file stays as it is. Exit code 1 while anything is open that has to
/// be done before the release.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kind of release: alpha, beta, rc, release, hotfix (found from branch and version)
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// A gate that may fail this time, with --reason; may be repeated, each with its own reason
    #[arg(long, value_name = "GATE")]
    waive: Vec<String>,
    /// Why it may fail; it stands beside its boxes
    #[arg(long, value_name = "TEXT")]
    reason: Vec<String>,
    /// Repeat also what was green on the same files
    #[arg(long)]
    fresh: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal);
    }
    let profile = args.profile.as_deref().map(named).transpose()?;
    let waivers = Waivers::new(&args.waive, &args.reason)?;
    let read = Read::new(&repo, profile)?;
    let reading = Reading::of(&repo, context, &read, &WorkTree::new(&repo)?)?;
    let names = gates(&reading);
    if names.is_empty() || !reading.is_wanted() {
        return told(&reading, &reading.without_gates(&repo)?, &repo, context);
    }
    let all = reading.names.asked.len();
    let select = |choice: &Choice, _: Profile| Ok((choice.only(&names)?, Some(all)));
    let request = Request {
        profile: Some(reading.profile()),
        version: None,
        status: Some(&reading.status),
        waivers: &waivers,
        reused: if args.fresh { Reused::No } else { Reused::Allowed },
        jobs: None,
        interrupt: &interrupts()?,
        fixed: None,
        select: &select,
    };
    poll(&repo, context, &request, |report, data| {
        report.show_gates(&context.ui, context.at);
        context.ui.say("");
        told(&reading, &reading.facts_of(&repo, data)?, &repo, context)
    })
}

/// The gates that boxes are bound to, without those that this kind of release leaves out.
fn gates(reading: &Reading<'_>) -> Vec<String> {
    let bound = reading.bound.items.iter().flat_map(|item| &item.bindings);
    let mut names: Vec<String> = Vec::new();
    for binding in bound {
        if let Binding::Gate(id) = binding
            && reading.asks(id)
            && !names.contains(id)
        {
            names.push(id.clone());
        }
    }
    names
}

/// Keeps the ticked copy and says what is open.
fn told(
    reading: &Reading<'_>,
    facts: &Facts,
    repo: &Repo,
    context: &Context,
) -> Result<u8, Refusal> {
    let ui = &context.ui;
    let groups = Groups::of(reading, facts);
    let copy = keep(reading, facts, repo)?;
    ui.json(&groups.json(Some(&copy)));
    title(&groups, repo, ui);
    groups.table(ui);
    if !reading.is_wanted() {
        return Ok(ended(ui, "Nothing has to be gone through.", &copy, &ui.ours("check")));
    }
    let open: usize = groups.holding().map(|group| group.items.len()).sum();
    if open == 0 {
        let words = format!("{}: every box before the release is settled", bold("GO"));
        return Ok(ended(ui, &words, &copy, &lead_on(&groups, ui)));
    }
    ui.say("");
    groups.open(ui, groups.holding());
    ui.say("");
    let is = if open == 1 { "is" } else { "are" };
    ui.answer(&format!("{}{}: {} {is} open", bold("NO-GO"), reading.version(), boxes(open)));
    ended_below(ui, &copy, &lead_on(&groups, ui));
    Ok(1)
}

fn ended(ui: &Ui, words: &str, copy: &str, next: &str) -> u8 {
    ui.say("");
    ui.say(words);
    ended_below(ui, copy, next);
    0
}

fn ended_below(ui: &Ui, copy: &str, next: &str) {
    ui.say(&format!("copy: {copy}"));
    ui.say(&format!("next: {next}"));
}

/// Writes the ticked copy where it stays until a release takes it.
fn keep(reading: &Reading<'_>, facts: &Facts, repo: &Repo) -> Result<String, Refusal> {
    let folder = repo.common_dir.join("gonogo/checklist");
    let version = reading.read.aim.version.as_ref().map(Version::text);
    let commit = repo.head.commit().map(Oid::short);
    let name = version.or(commit).unwrap_or("first");
    let path = folder.join(format!("{}.md", name.replace(['/', '\\'], "-")));
    let Reading { file, checklist, bound, .. } = reading;
    let copy = tick(&file.bytes, checklist, bound, facts);
    write::private_folder(&folder).and_then(|()| write::write_private(&path, &[&copy])).map_err(
        |error| {
            Refusal::external(format!("{} cannot be written", path.display()))
                .why(error.to_string())
        },
    )?;
    let path = real(&path);
    Ok(path.strip_prefix(real(&repo.top)).unwrap_or(&path).display().to_string())
}
