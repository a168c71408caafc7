//! The commands of `[rollback]`, with everything filled in: nothing begins that lacks a value.

use std::collections::BTreeMap;

use super::args::Args;
use super::subject::Subject;
use crate::config::file::command::variable;
use crate::config::file::{CommandLine, Settings};
use crate::error::{Refusal, word};
use crate::gates::Values;
use crate::plan::{Command, Run};
use crate::record::{Answer, Record};
use crate::sys::clock::Timestamp;

/// What commands are told, and where it comes from.
pub struct Told<'t> {
    settings: &'t Settings,
    subject: Option<&'t Subject>,
    /// The record that says how things were.
    record: Option<&'t Record>,
    given: BTreeMap<String, String>,
    values: Values,
}

/// How things were while the release that takes its place was out: that is what the release after it
/// found and recorded.
fn recorded<'r>(subject: &'r Subject, records: &'r [Record]) -> Option<&'r Record> {
    let own = subject.record.as_ref();
    let Some(previous) = &subject.previous else { return own };
    let follows = |record: &&Record| {
        record.previous.as_ref().is_some_and(|before| before.tag == previous.tag)
    };
    own.filter(follows).or_else(|| records.iter().find(follows)).or(own)
}

impl<'t> Told<'t> {
    /// # Errors
    /// A `--value` that is none, or of a name that nothing records.
    pub fn new(
        args: &Args,
        settings: &'t Settings,
        subject: Option<&'t Subject>,
        records: &'t [Record],
    ) -> Result<Self, Refusal> {
        let given = given(args, settings)?;
        let record = match subject {
            Some(subject) => recorded(subject, records),
            None => records.iter().max_by_key(|record| record.at),
        };
        let mut values = Values::default();
        if let Some(subject) = subject {
            let previous = subject.previous.as_ref();
            values = values
                .with("VERSION", Some(subject.version.text()))
                .with("TAG", Some(&subject.tag))
                .with("COMMIT", Some(subject.commit.as_str()))
                .with("PREVIOUS_VERSION", previous.map(|previous| previous.version.text()))
                .with("PREVIOUS_TAG", previous.map(|previous| &previous.tag))
                .with("PREVIOUS_COMMIT", previous.map(|previous| &previous.commit));
        }
        for (name, _) in &settings.record {
            let name = &name.value;
            let said = record.and_then(|record| match &record.values.get(name)?.answer {
                Answer::Output(output) => Some(output.clone()),
                Answer::Failed(_) => None,
            });
            let value = given.get(name).cloned().or(said);
            values = values.with(&format!("PREVIOUS_{}", variable(name)), value);
        }
        Ok(Self { settings, subject, record, given, values })
    }

    /// What a name of `[record]` was.
    pub fn was(&self, name: &str) -> Option<&str> {
        let name = format!("GONOGO_PREVIOUS_{}", variable(name));
        self.values.map().get(&name).map(String::as_str)
    }

    /// The commands of one step.
    ///
    /// # Errors
    /// A variable in one of them has no value; which record lacks it.
    pub fn run(&self, name: &str, lines: &[CommandLine]) -> Result<Option<Run>, Refusal> {
        if lines.is_empty() {
            return Ok(None);
        }
        let env: BTreeMap<String, Option<String>> =
            self.values.all().map(|(name, value)| (name, value.map(str::to_owned))).collect();
        let commands = lines.iter().map(|line| {
            let argv = line.argv(self.values.map()).map_err(|lacks| self.lacks(name, &lacks))?;
            Ok(Command { argv, env: env.clone() })
        });
        let commands = commands.collect::<Result<Vec<_>, Refusal>>()?;
        Ok(Some(Run { name: name.to_owned(), commands, loses: None }))
    }

    fn lacks(&self, step: &str, variable_name: &str) -> Refusal {
        let refusal = Refusal::usage(format!("${variable_name} in [rollback] {step} has no value"));
        let names = self.settings.record.iter().map(|(name, _)| &name.value);
        let mut named = names.filter(|name| {
            variable_name.strip_prefix("GONOGO_PREVIOUS_") == Some(variable(name).as_str())
        });
        let Some(name) = named.next() else {
            let why = match (self.subject, variable_name.starts_with("GONOGO_PREVIOUS_")) {
                (None, _) => "No release is known, neither here nor on the remote.".to_owned(),
                (Some(subject), true) => format!("There is no release before {}.", subject.version),
                (Some(_), false) => "It is not known in a rollback.".to_owned(),
            };
            return refusal.why(why).next("log", "lists the releases that are known");
        };
        let why = match (self.record, self.subject) {
            (Some(record), _) => match record.values.get(name) {
                Some(recorded) => match &recorded.answer {
                    Answer::Failed(why) => {
                        format!("The record of {} has no {name}: {why}.", record.tag)
                    }
                    Answer::Output(_) => format!("The record of {} says nothing.", record.tag),
                },
                None => format!("The record of {} does not have {name}.", record.tag),
            },
            (None, Some(subject)) => format!("{} has no record.", subject.tag),
            (None, None) => "No release was recorded.".to_owned(),
        };
        let given = format!("--value {}", word(format!("{name}=TEXT")));
        let version = self.subject.map(|subject| format!("{} ", subject.version));
        let only = if self.subject.is_none() { "--deploy-only " } else { "" };
        refusal
            .why(why)
            .next(format!("rollback {}{only}{given}", version.unwrap_or_default()), "says it")
    }

    /// Names and values that were said on the command line.
    pub fn given(&self) -> &BTreeMap<String, String> {
        &self.given
    }
}

fn given(args: &Args, settings: &Settings) -> Result<BTreeMap<String, String>, Refusal> {
    let mut given = BTreeMap::new();
    let names: Vec<&str> = settings.record.iter().map(|(name, _)| name.value.as_str()).collect();
    for said in &args.value {
        let Some((name, text)) = said.split_once('=') else {
            return Err(Refusal::usage(format!("--value {said} is no NAME=TEXT")));
        };
        let own = names.iter().find(|own| variable(own) == variable(name));
        let Some(own) = own else {
            let refusal = Refusal::usage(format!("[record] has no {name}"));
            return Err(match names.as_slice() {
                [] => refusal.why("It has no names at all."),
                names => refusal.why(format!("It has {}.", names.join(", "))),
            }
            .next("schema", "describes [record] and [rollback]"));
        };
        given.insert((*own).to_owned(), text.to_owned());
    }
    Ok(given)
}

/// What is lost, as the rest of a sentence.
pub fn loses(since: Option<Timestamp>) -> String {
    match since {
        Some(at) => format!("what was written to the database since {}", at.minute()),
        None => "what was written to the database since then".to_owned(),
    }
}

/// The words with which that is confirmed.
pub fn words(loses: &str) -> String {
    match loses.rsplit_once(" since ") {
        Some((_, since)) => format!("lose data since {}", since.trim_end_matches(" UTC")),
        None => "lose data".to_owned(),
    }
}
