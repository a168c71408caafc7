//! `changelog`: one file per subcommand; without one, `write`.

mod audit;
mod check;
mod facts;
mod findings;
mod notes;
mod ranges;
mod reading;
mod shown;
mod values;
mod waiting;
mod write;

pub(super) use facts::today;
pub(super) use notes::{From, Wanted, parsed, rendered, section, wanted};
pub(super) use ranges::question;
pub(super) use reading::{One, Reading};
pub(super) use values::{About, Given, WORDS, unfilled};

use super::Context;
use crate::error::Refusal;
pub(super) use waiting::Waiting;

/// Write the section of the current version into the changelog
///
/// What was written by hand under Unreleased comes first, as it is; then entries of the commits
/// since the last full release. Nothing else in the file changes. `undo` takes it back.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    write: write::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Notes(notes::Args),
    Check(check::Args),
    Audit(audit::Args),
}

impl Command {
    fn word(&self) -> &'static str {
        match self {
            Self::Notes(_) => "notes",
            Self::Check(_) => "check",
            Self::Audit(_) => "audit",
        }
    }
}

/// Runs the subcommand and returns the exit code of what it found.
pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<u8> {
    // clap would refuse what is meant for every command, too: `changelog --json check`.
    if let (Some(command), Some(option)) = (&args.command, args.write.given()) {
        let word = command.word();
        return Err(Refusal::usage(format!("{option} stands in front of {word}"))
            .why(format!("There it is meant for `changelog` itself, which {word} does not call."))
            .next(format!("changelog {word} --help"), "shows what it takes")
            .into());
    }
    match &args.command {
        None => write::run(&args.write, context).map(|()| 0),
        Some(Command::Notes(args)) => notes::run(args, context),
        Some(Command::Check(args)) => check::run(args, context),
        Some(Command::Audit(args)) => audit::run(args, context),
    }
}
