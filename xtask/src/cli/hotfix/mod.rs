//! `hotfix`

mod based;
pub(super) mod open;
mod start;
mod status;

use super::{Context, release};
use crate::config::file::Procedure;
use crate::error::Refusal;

/// Fix a release that is out, on a branch of its own from its tag
///
/// Makes the branch from the tag of the release that is fixed, with the next patch version in its
/// files and an open section in its changelog, in one commit, and goes there. The fix is committed
/// on it; `hotfix finish` asks the gates, tags and merges. Nothing is locked meanwhile, and any clone
/// sees the branch. A release of an older line is fixed like any other.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[group(skip)]
pub struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    start: start::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Part {
    /// Start a hotfix: the same as without this word
    Start(start::Args),
    Status(status::Args),
    /// End a hotfix: date the changelog, ask the gates, tag, merge
    ///
    /// In any clone, by anybody, also of a branch that was made by hand. It is merged into main,
    /// develop and every open release branch; conflicts in version lines and changelogs are resolved
    /// by rule, any other stops before a ref has moved. Then --into finishes some branches now, and
    /// the same command later does the rest. Where main is a minor or major further, it is tagged
    /// on its branch and merged nowhere unless --into asks for it.
    Finish(release::Finish),
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    match &args.part {
        None => start::run(&args.start, context),
        Some(Part::Start(start)) => start::run(start, context),
        Some(Part::Status(status)) => status::run(status, context),
        Some(Part::Finish(finish)) => release::finish(finish, Procedure::Hotfix, context),
    }
}
