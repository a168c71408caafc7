//! `log`

mod find;
mod one;
mod steps;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::{Context, waiting};
use crate::error::Refusal;
use crate::journal::{Closed, Direction, Operation, State};
use crate::repo::{Repo, Wanted, in_hook};
use crate::sys::proc;
use crate::ui::clean;
use find::{Everything, Known};

/// List what was done here, the newest first, or show one release or operation
///
/// A release that was made in another clone is known by its record, as far as it was fetched.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A version, the tag of a release, or the number of an operation
    #[arg(value_name = "RELEASE")]
    release: Option<String>,
    /// How many are listed
    #[arg(short = 'n', long, default_value_t = 20, value_name = "NUMBER")]
    number: usize,
    /// Print the record of the release as a document in Markdown
    #[arg(long, requires = "release", conflicts_with = "json")]
    markdown: bool,
    /// Ask the remote first for the records of releases that others made
    #[arg(long)]
    remote: bool,
}

/// A line of the list.
enum Entry<'e> {
    Own(&'e Operation),
    Elsewhere(&'e Known),
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if args.remote {
        fetch(&repo)?;
    }
    let everything = Everything::read(&repo)?;
    let Some(release) = &args.release else {
        list(&everything, args.number, context);
        return Ok(());
    };
    let one = everything.choose(&repo, release)?;
    match args.markdown {
        true => one.markdown(&context.ui)?,
        false => one.show(&context.ui),
    }
    context.ui.json(&one.json());
    Ok(())
}

/// Brings the records here that the remote has.
fn fetch(repo: &Repo) -> Result<(), Refusal> {
    in_hook(&repo.git_dir)?;
    let configuration = repo.configuration()?;
    let Some(remote) = configuration.remote() else {
        return Err(Refusal::usage("there is no remote to ask")
            .next("log", "lists what is known here")
            .next_shell("git remote add origin URL", "makes one"));
    };
    let interrupt = proc::catch_interrupts().map_err(|error| {
        Refusal::external("ctrl-C cannot be watched for").why(error.to_string())
    })?;
    let wanted = Wanted { own: vec!["record".to_owned()], ..Wanted::default() };
    repo.fetch(remote, &wanted, &interrupt).map(drop)
}

fn list(everything: &Everything, number: usize, context: &Context) {
    let entries = everything.entries();
    if entries.is_empty() {
        context.ui.answer("no operation was made here");
    }
    let shown = || entries.iter().take(number);
    for entry in shown() {
        context.ui.answer(&entry.line());
    }
    context.ui.json(&shown().map(Entry::json).collect::<Vec<Value>>().into());
}

impl Everything {
    /// Operations and the releases of others, the newest first.
    fn entries(&self) -> Vec<Entry<'_>> {
        let mut others = self.elsewhere();
        others.sort_by_key(|known| known.record.as_ref().map_or(i64::MIN, |record| record.at.0));
        let mut entries = Vec::new();
        for own in self.operations.iter().rev() {
            let later = |known: &Known| {
                known.record.as_ref().is_ok_and(|record| record.at > own.begin().at)
            };
            while others.last().is_some_and(|known| later(known)) {
                entries.extend(others.pop().map(Entry::Elsewhere));
            }
            entries.push(Entry::Own(own));
        }
        entries.extend(others.into_iter().rev().map(Entry::Elsewhere));
        entries
    }
}

impl Entry<'_> {
    fn line(&self) -> String {
        match self {
            Self::Own(operation) => {
                let (begin, state) = (operation.begin(), word(operation.state()));
                format!(
                    "{:>4}  {}  {:<10}  {}  ({})",
                    operation.id,
                    begin.at.minute(),
                    if waiting::names(operation).is_empty() { state } else { "waits" },
                    begin.plan.title,
                    begin.who,
                )
            }
            Self::Elsewhere(known) => {
                let place = known.place();
                match &known.record {
                    Ok(record) => format!(
                        "   -  {}  elsewhere   release {}  ({}, record in {place})",
                        record.at.minute(),
                        clean(&record.title(), 40),
                        clean(&record.by.name, 30),
                    ),
                    Err(why) => format!(
                        "   -  {:<20}  elsewhere   release {}  (its record in {place} {why})",
                        "", known.tag
                    ),
                }
            }
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Own(operation) => as_json(operation),
            Self::Elsewhere(known) => json!({
                "id": null, "state": "elsewhere", "tag": known.tag, "remote": known.remote,
                "blob": known.id, "unreadable": known.record.as_ref().err(),
                "title": known.record.as_ref().ok().map(|record| format!("release {}", record.title())),
                "command": known.record.as_ref().ok().map(|record| &record.command),
                "at": known.record.as_ref().ok().map(|record| record.at),
                "who": known.record.as_ref().ok().map(|record| &record.by.name),
            }),
        }
    }
}

fn as_json(operation: &Operation) -> Value {
    let begin = operation.begin();
    json!({
        "id": operation.id, "state": word(operation.state()), "title": begin.plan.title,
        "command": begin.command, "at": begin.at, "who": begin.who, "plan": begin.plan,
        "tag": find::tag(operation), "waiting": waiting::names(operation),
    })
}

fn word(state: State) -> &'static str {
    match state {
        State::Open(Direction::Forward | Direction::Back) => "open",
        State::Closed(Closed::Done) => "done",
        State::Closed(Closed::Undone) => "undone",
        State::Closed(Closed::TakenBack) => "taken-back",
        State::Closed(Closed::Replaced) => "replaced",
    }
}
