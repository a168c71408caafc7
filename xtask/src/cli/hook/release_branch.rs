//! `no-release-branch-commit`

use super::{Context, settings};
use crate::error::Refusal;
use crate::journal::Journal;
use crate::repo::{Head, Repo};

pub(super) fn check(context: &Context) -> Result<(), Refusal> {
    let repo = Repo::of_hook(&context.folder)?;
    // The first commit of a repository has no other place to go, a rebase detaches HEAD.
    let Head::Branch { name, .. } = &repo.head else { return Ok(()) };
    let branch = name.trim_start_matches("refs/heads/");
    let branches = settings(&repo)?.branches;
    // A merge brings what was looked at elsewhere; git asks this hook only about those in conflict.
    if branches.protects(branch).is_none() || repo.is_merging() || is_ours(&repo)? {
        return Ok(());
    }
    Err(Refusal::unsafe_to(format!("{branch} takes no commits by hand"))
        .why("[branches] protected in gonogo.toml names it: changes come by pull request.")
        .next_shell("git switch -c my-change", "takes what is staged along; then commit there"))
}

/// Does an operation of ours make this commit? Then git's index is the private one of an operation
/// that is open, and whose process holds the journal's lock.
fn is_ours(repo: &Repo) -> Result<bool, Refusal> {
    match std::env::var_os("GIT_INDEX_FILE") {
        Some(index) => Journal::of(&repo.common_dir).commits_from(&repo.top.join(index)),
        None => Ok(false),
    }
}
