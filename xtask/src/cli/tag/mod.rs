//! `tag`: makes a release tag; `tag verify` looks at one that is there.

mod candidate;
mod go;
mod make;
mod message;
pub(super) mod of_tag;
mod push;
mod shown;
mod verify;

use super::Context;
use crate::error::Refusal;

/// Tag a commit with its version: annotated, and only where every version file agrees
///
/// The files are those of the commit, not of the work tree. A full release needs its dated section
/// in the changelog, where there is one. A tag that is there already is never moved. `undo` takes
/// it back until it is pushed.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    make: make::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Verify(verify::Args),
}

/// Runs the subcommand and returns the exit code of what it found.
pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    match &args.command {
        None => make::run(&args.make, context).map(|()| 0),
        Some(Command::Verify(verify)) => match args.make.given() {
            None => verify::run(verify, context),
            Some(option) => Err(Refusal::usage(format!("{option} stands in front of verify"))
                .why("There it is meant for `tag` itself, which verify does not call.")
                .next("tag verify --help", "shows what it takes")),
        },
    }
}
