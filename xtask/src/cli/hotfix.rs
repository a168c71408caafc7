//! `hotfix`

use super::{Context, release};
use crate::config::file::Procedure;
use crate::error::Refusal;

/// Fix a release that is out, on a branch of its own from its tag
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, clap::Subcommand)]
enum Part {
    /// End a hotfix: date the changelog, ask the gates, tag, merge
    ///
    /// In any clone, by anybody.
    Finish(release::Finish),
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    match &args.part {
        Part::Finish(finish) => release::finish(finish, Procedure::Hotfix, context),
    }
}
