//! One poll of gates: everything that is read for it, and what came out.

use std::time::Instant;

use serde_json::Value;

use super::facts::{self, Read};
use super::fix::Fixed;
use super::waivers::Waivers;
use super::{Report, choice, most, rehearsal, watched};
use crate::cli::Context;
use crate::error::Refusal;
use crate::gates::builtin::Hooks;
use crate::gates::{Choice, Gate, Kind, Poll, Profile, Reused, Store};
use crate::repo::{Contents, Repo, Status};
use crate::sys::proc::Interrupt;
use crate::version::Version;

/// Chooses gates out of all there are; with how many those are where these are a part.
pub type Select<'s> = dyn Fn(&Choice, Profile) -> Result<(Vec<Gate>, Option<usize>), Refusal> + 's;

/// What is asked.
pub struct Request<'r> {
    pub profile: Option<Profile>,
    /// The version that is to be released, where that is decided.
    pub version: Option<&'r Version>,
    /// What git says of the work tree, where that was asked already.
    pub status: Option<&'r Status>,
    pub waivers: &'r Waivers,
    pub reused: Reused,
    pub jobs: Option<u16>,
    pub interrupt: &'r Interrupt,
    /// What `check --fix` did before.
    pub fixed: Option<&'r Fixed>,
    /// The gates of it.
    pub select: &'r Select<'r>,
}

/// Asks, keeps what was said beside the logs, and hands the report on, with the same as data.
///
/// # Errors
/// What is wrong with the repository, its configuration, or a waiver; ctrl-C.
pub fn poll<T>(
    repo: &Repo,
    context: &Context,
    request: &Request<'_>,
    told: impl FnOnce(&Report<'_>, &Value) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let read = Read::about(repo, request.profile, request.version)?;
    let status = request.status.cloned().map_or_else(|| repo.status(), Ok)?;
    let rehearse = || rehearsal::tried(&read, repo, context);
    let hooks = Hooks { installed: rehearsal::installed(repo)?, rehearse: &rehearse };
    let facts = read.facts(repo, &status, context.at, hooks);
    let choice = choice(&read, &facts)?;
    request.waivers.iter().try_for_each(|(gate, _)| choice.must_be(gate, "check --waive"))?;
    let (gates, part_of) = (request.select)(&choice, read.aim.profile)?;
    let logs = facts::new_logs(repo)?;
    // Only what a command says depends on more than is asked here.
    let commands = gates.iter().any(|gate| matches!(gate.kind, Kind::Command(_)));
    let contents = match commands {
        true => repo.contents(&status, &logs)?,
        false => Contents::default(),
    };
    let (store, jobs) = (Store::of(&repo.common_dir), most(request.jobs));
    let packages = Read::packages(repo, &gates)?;
    let poll = Poll {
        gates: &gates,
        facts: &facts,
        values: &read.values,
        packages: &packages,
        jobs,
        reused: request.reused,
        waived: &request.waivers.gates(),
        logs: &logs,
        store: &store,
        contents: &contents,
        interrupt: request.interrupt,
        at: context.at,
    };
    let start = Instant::now();
    let checked = watched(&poll, &context.ui)?;
    let took = start.elapsed();
    store.prune();
    let report = Report {
        checked: &checked,
        waivers: request.waivers,
        read: &read,
        repo,
        contents: &contents,
        jobs,
        took,
        part_of,
    };
    let data = report.json(&context.ui, request.fixed);
    facts::record(&logs, &data)?;
    told(&report, &data)
}
