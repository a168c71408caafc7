//! `check`

mod data;
mod facts;
mod fix;
mod github;
mod markdown;
mod once;
mod past;
mod people;
mod poll;
mod rehearsal;
mod show;
mod waivers;

use std::time::Duration;

use super::Context;
use crate::error::Refusal;
use crate::gates::builtin::{ALL, Facts};
use crate::gates::{Checked, Choice, Event, Poll, Profile, Reused, Wanted};
use crate::journal::Journal;
use crate::repo::{Contents, Repo};
use crate::sys::proc::{self, Interrupt};
use crate::ui::Ui;
use people::People;

pub(super) use facts::{Read, next_version};

pub(super) use crate::gates::named;
pub(super) use once::once;
pub(super) use past::{Names, of_release, past};
pub(super) use poll::{Request, Select, poll};
pub(super) use rehearsal::installed;
pub(super) use show::clock;
pub(super) use waivers::Waivers;

/// Ask the gates: is this ready to be released?
///
/// Gates are commands of gonogo.toml, `[gates] tests = "pytest"`, and what is built in. They run in
/// parallel in your work tree, without standard input. Those that were green on the same files are
/// not repeated. Where people have to sign, it says who has, as known here since the last fetch. It
/// ends with GO or NO-GO; exit code 1 is NO-GO.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these gates, and those that must be green before them
    #[arg(value_name = "GATE")]
    gates: Vec<String>,
    /// The kind of release: alpha, beta, rc, release, hotfix (found from branch and version)
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// A gate that may fail this time, with --reason; may be repeated, each with its own reason
    #[arg(long, value_name = "GATE")]
    waive: Vec<String>,
    /// Why it may fail; it stands in the record
    #[arg(long, value_name = "TEXT")]
    reason: Vec<String>,
    /// How many run at a time (as many as processors, at least 4)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Repeat also what was green on the same files
    #[arg(long)]
    fresh: bool,
    /// Run the `fix` of these gates first: it edits files, and nothing is committed; that of hooks
    /// commits what the commit hooks change in the files of the release
    #[arg(long)]
    fix: bool,
    /// Print the result as a table in Markdown: `>> "$GITHUB_STEP_SUMMARY"`
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// Everything a poll has found.
pub(super) struct Report<'r> {
    pub checked: &'r [Checked],
    pub waivers: &'r Waivers,
    pub read: &'r Read,
    pub repo: &'r Repo,
    pub contents: &'r Contents,
    pub jobs: usize,
    pub took: Duration,
    /// Of how many gates these are a part; `None` when they are all.
    pub part_of: Option<usize>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal);
    }
    let waivers = Waivers::new(&args.waive, &args.reason)?;
    let fixed = match args.fix {
        true => Some(fix::run(args, context, &repo)?),
        false => None,
    };
    // A fix may have committed something.
    let repo = Repo::discover(&context.folder)?;
    let select = |choice: &Choice, profile| {
        let whole = choice.whole(profile);
        match args.gates.as_slice() {
            [] => Ok((whole?, None)),
            names => Ok((choice.only(names)?, Some(whole.map_or(0, |gates| gates.len())))),
        }
    };
    let request = Request {
        profile: profile(args)?,
        version: None,
        status: None,
        waivers: &waivers,
        reused: if args.fresh { Reused::No } else { Reused::Allowed },
        jobs: args.jobs,
        interrupt: &interrupts()?,
        fixed: fixed.as_ref(),
        select: &select,
    };
    poll(&repo, context, &request, |report, data| {
        let people = People::of(report, context, data)?;
        match args.markdown {
            true => report.markdown(&context.ui, context.at, &people),
            false => report.show(&context.ui, fixed.as_ref(), context.at, &people),
        }
        context.ui.json(&people.added_to(data));
        Ok(u8::from(!report.stopping().is_empty() || !people.missing().is_empty()))
    })
}

fn profile(args: &Args) -> Result<Option<Profile>, Refusal> {
    args.profile.as_deref().map(named).transpose()
}

pub(super) fn interrupts() -> Result<Interrupt, Refusal> {
    proc::catch_interrupts()
        .map_err(|error| Refusal::external("ctrl-C cannot be watched for").why(error.to_string()))
}

fn choice(read: &Read, facts: &Facts<'_>) -> Result<Choice, Refusal> {
    let built_in: Vec<_> = ALL.iter().map(|gate| (gate, (gate.usual)(facts))).collect();
    let known: Vec<&'static str> =
        crate::config::file::BUILT_IN.iter().map(|key| key.name).collect();
    Choice::new(&Wanted {
        profile: read.aim.profile,
        gates: &read.settings.gates,
        profiles: &read.settings.profiles,
        built_in: &built_in,
        known: &known,
    })
}

/// Runs it and shows meanwhile what is going on.
fn watched(poll: &Poll<'_>, ui: &Ui) -> Result<Vec<Checked>, Refusal> {
    let mut live = ui.live();
    poll.run(&mut |event| match event {
        Event::Running(running) => {
            let line =
                |(id, since): &(String, Duration)| format!("  {id}  {}", show::clock(*since));
            live.moving(&running.iter().map(line).collect::<Vec<_>>());
        }
        Event::Ended(checked) => {
            let (id, word) = (&checked.gate.id, checked.outcome.word());
            if let Some(took) = checked.took {
                live.staying(&format!("{id}: {word} after {}", show::clock(took)));
            }
        }
    })
}

/// How many run at a time.
fn most(wanted: Option<u16>) -> usize {
    let cores = std::thread::available_parallelism().map_or(4, std::num::NonZero::get);
    wanted.map_or(cores.max(4), usize::from)
}

impl Report<'_> {
    /// The gates that stop a release, in their order.
    pub fn stopping(&self) -> Vec<&Checked> {
        let stops = |checked: &&Checked| self.stops(checked);
        self.checked.iter().filter(stops).collect()
    }

    fn stops(&self, checked: &Checked) -> bool {
        use crate::config::file::gates::Need;
        checked.outcome.stops()
            && checked.gate.need() == Need::Required
            && self.waivers.reason(&checked.gate.id).is_none()
    }

    fn profile(&self) -> Profile {
        self.read.aim.profile
    }
}
