//! What is said on the command line.

use crate::config::file::Code;

/// Withdraw a release that is out: what is there is shown first, then it is compensated
///
/// `undo` is for what has not left this machine. A rollback brings the previous release back with the
/// commands of [rollback] in gonogo.toml, marks the release in the changelog, takes the merge that
/// brought it out of its branches, and names what only a person can do. Nothing that others have seen
/// is rewritten: branches get a commit on top, the tag stays, its version is not used again.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// The release to withdraw, by its version or tag; without it, the newest full one
    #[arg(value_name = "VERSION")]
    pub(super) version: Option<String>,
    /// The release to go back to; without it, the one before
    #[arg(long, value_name = "VERSION")]
    pub(super) to: Option<String>,
    /// Why, in one line: the notice in the changelog and the texts for people say it
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// What becomes of the code, whatever gonogo.toml says
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["revert", "deploy_only"])]
    pub(super) code: Option<Code>,
    /// Take the code out of main, also where the release is no single merge: all that came since the
    /// release before, or this range of commits (A..B)
    #[arg(long, value_name = "RANGE", num_args = 0..=1, require_equals = true,
          default_missing_value = "", conflicts_with = "deploy_only")]
    pub(super) revert: Option<String>,
    /// Delete the tag, where nothing that was published refers to it
    #[arg(long, conflicts_with = "deploy_only")]
    pub(super) delete_tag: bool,
    /// Take the database back, too; what was written since is lost, and that is confirmed by itself
    #[arg(long)]
    pub(super) database: bool,
    /// The words with which that is confirmed, where nobody can be asked
    #[arg(long, value_name = "WORDS", requires = "database")]
    pub(super) database_confirm: Option<String>,
    /// Only the commands of [rollback]: git stays as it is, and no release is needed
    #[arg(long)]
    pub(super) deploy_only: bool,
    /// What a name of [record] was, where no record says it; may be repeated
    #[arg(long, value_name = "NAME=TEXT")]
    pub(super) value: Vec<String>,
    /// The package, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub(super) package: Option<String>,
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Print the way back from a release as a document, also of one that is still to be made
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub(super) plan: bool,
    /// Show the whole plan and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}
