//! `changelog`: one file per subcommand; without one, `write`.

mod facts;
mod ranges;
mod shown;
mod waiting;
mod write;

use super::Context;
pub(super) use waiting::Waiting;

/// Write the section of the current version into the changelog
///
/// What was written by hand under Unreleased comes first, as it is; then entries of the commits
/// since the last full release. Nothing else in the file changes. `undo` takes it back.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    write: write::Args,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    write::run(&args.write, context)
}
