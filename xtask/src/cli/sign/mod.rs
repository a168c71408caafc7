//! `sign`: a person says GO for a commit, or that a release works; and who has said so.

mod boxes;
mod evidence;
mod list;
mod make;
mod proof;
pub(super) mod shown;
mod signer;
mod standing;
mod subject;

use super::Context;
use crate::error::Refusal;
pub(super) use proof::covered;
pub(super) use standing::{About, Claims, Standing, required};

/// Sign a release: say for your role that it may go out, or that what is out works
///
/// The candidate is the tip of the release or hotfix branch that is open on the remote, else of main.
/// What you sign is that commit: the edits of the release itself do not void it, nor do files that
/// [signoff] survives names; anything else does. It is kept as a tag object below
/// refs/gonogo/signoff, signed with your key where git has one, and pushed at once.
///
/// Of a version that is released you sign what is out: that ticks the boxes of the checklist that wait
/// for your role after the release, and counts for nothing else.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// The role you sign for (git's gonogo.role; else the one that your address has)
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// What you say, in one line
    #[arg(long, value_name = "TEXT")]
    statement: Option<String>,
    /// The version (the unreleased one in the files, the next one, or the last where nothing is new)
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// The package, by name or folder
    #[arg(short, long, value_name = "PACKAGE")]
    package: Option<String>,
    /// Whose sign-off you witnessed: `Name` or `Name <address>`, with --evidence
    #[arg(long = "for", value_name = "NAME", requires = "evidence")]
    whose: Option<String>,
    /// Where it can be seen: a mail, a ticket, minutes
    #[arg(long, value_name = "URL", requires = "whose")]
    evidence: Option<String>,
    /// Keep it on this machine; the network is not used at all
    #[arg(long)]
    no_push: bool,
    /// Show who has signed this version, and what is void
    #[arg(long, conflicts_with_all = ["verify", "role", "statement", "whose", "yes"])]
    list: bool,
    /// The same for CI: exit code 1 where a sign-off that is required is missing or void
    #[arg(long, conflicts_with_all = ["role", "statement", "whose", "yes"])]
    verify: bool,
    /// Sign without asking
    #[arg(short, long)]
    yes: bool,
}

/// Runs it and returns the exit code of what it found.
pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    match args.list || args.verify {
        true => list::run(args, context),
        false => make::run(args, context),
    }
}
