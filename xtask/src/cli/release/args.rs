//! What is said on the command line.

use super::{finish, start};
use crate::config::file::Procedure;

/// Make a release: version, changelog, gates, commit, tag, push, as one transaction
///
/// Everything is checked first. The commit hooks and the gates see exactly the tree that will be
/// tagged, and where one says no every file is put back. What leaves this machine leaves last, all
/// or nothing. After a kill, `resume` completes it and `undo` takes it back.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    #[command(subcommand)]
    pub(super) part: Option<Part>,
    /// Whether it is a hotfix.
    #[arg(skip)]
    pub(super) procedure: Procedure,
    /// Which part of a release is asked for.
    #[arg(skip)]
    pub(super) way: Asked,
    /// major, minor, patch, alpha, beta, rc, final, auto, or a version; without it, the version in
    /// the files
    #[arg(value_name = "LEVEL|VERSION")]
    pub(super) to: Option<String>,
    /// The package to release, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub(super) package: Option<String>,
    /// Make it a pre-release of that level: `release minor --pre rc`
    #[arg(long, alias = "prerelease", value_name = "PHASE")]
    pub(super) pre: Option<String>,
    /// One further, also when the files hold a version that is not released yet
    #[arg(long)]
    pub(super) next: bool,
    /// What the release is called besides its version
    #[arg(long, value_name = "NAME")]
    pub(super) codename: Option<String>,
    /// What it is about, in one line
    #[arg(long, value_name = "TEXT")]
    pub(super) summary: Option<String>,
    /// Keep everything on this machine; the network is not used at all
    #[arg(long)]
    pub(super) no_push: bool,
    /// By a pull request, also where the branch is not protected
    #[arg(long, conflicts_with = "no_push")]
    pub(super) pr: bool,
    /// The branches that get it, of `release finish`.
    #[arg(skip)]
    pub(super) into: Vec<String>,
    /// A gate that may fail this time, with --reason; may be repeated, each with its own reason
    #[arg(long, value_name = "GATE")]
    pub(super) waive: Vec<String>,
    /// Why it may fail; it stands in the record
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Vec<String>,
    /// How many gates run at a time
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Repeat also gates that were green on the same files
    #[arg(long)]
    pub(super) fresh: bool,
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Do all of it in a scratch clone with a remote of its own, and undo it there, too: hooks,
    /// signing and push are real, nothing here changes, the network is not used
    ///
    /// Gates are asked in your work tree, as it is, because that is where their tools are. Works
    /// on a detached HEAD, in a shallow clone and without a remote: what could not be rehearsed is
    /// said.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) rehearse: bool,
    /// Show the whole plan and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl Args {
    /// Those of a branch that is started.
    pub fn start(procedure: Procedure, yes: bool, dry_run: bool) -> Self {
        Self { procedure, way: Asked::Start, yes, dry_run, ..Self::default() }
    }
}

/// What of a release is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    #[default]
    Whole,
    /// Its branch with the new version, and no more.
    Start,
}

#[derive(Debug, Clone, clap::Subcommand)]
pub enum Part {
    Start(start::Args),
    Finish(finish::Args),
}
