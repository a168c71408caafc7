//! `hook`: what git and hook frameworks call.

mod changelog;
mod commit_msg;
mod release_branch;
mod release_tag;
mod version_sync;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::Context;
use crate::config::file::Settings;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::repo::{Repo, Stored};
use crate::sites::Tree;
pub(super) use version_sync::files as version_files;

/// Check what git is about to do: called by git hooks and by hook frameworks
///
/// Judges what is staged, never the work tree. Silent when all is well. Uses no network.
///
/// Exit code 1 when git should not go on, whatever the reason, else 0.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The check
    #[arg(value_enum, value_name = "ID")]
    id: Id,
    /// What git hands to its hooks; only check-commit-msg reads it, the file with the message
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Id {
    /// The staged version files say the same version
    CheckVersionSync,
    /// The staged changelog can be read, and its section of the current version is right
    CheckChangelog,
    /// The message is one of Conventional Commits, or as gonogo.toml words it
    CheckCommitMsg,
    /// A pushed release tag says the same as the version files of its commit (pre-push)
    CheckReleaseTag,
    /// The staged gonogo.toml has no mistakes
    CheckReleaseConfig,
    /// Nobody commits by hand on a branch that takes pull requests only
    NoReleaseBranchCommit,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    match args.id {
        Id::CheckVersionSync => version_sync::check(context),
        Id::CheckChangelog => changelog::check(context),
        Id::CheckCommitMsg => commit_msg::check(context, &args.files),
        Id::CheckReleaseTag => release_tag::check(context),
        Id::CheckReleaseConfig => {
            Repo::of_hook(&context.folder).and_then(|r| settings(&r)).map(drop)
        }
        Id::NoReleaseBranchCommit => release_branch::check(context),
    }?;
    context.ui.json(&json!({ "passed": true }));
    Ok(())
}

/// How our commands are to be spelled. A framework that installs the package `xtask` runs it by
/// this name where nobody else can: there, without the alias of cargo, people have `gonogo`.
pub(super) fn spelled(program: String) -> String {
    let by_cargo = || std::env::var_os("CARGO").is_some();
    let alias = || std::fs::read_to_string(".cargo/config.toml");
    match program.as_str() {
        "cargo xtask" if !by_cargo() && !alias().is_ok_and(|text| text.contains("xtask")) => {
            "gonogo".to_owned()
        }
        _ => program,
    }
}

/// The staged gonogo.toml.
fn settings(repo: &Repo) -> Result<Settings, Refusal> {
    let file = match RepoPath::new("gonogo.toml") {
        Some(path) => Stored::in_index(&repo.git).read(&path)?,
        None => None,
    };
    Settings::read(file.as_ref())
}
