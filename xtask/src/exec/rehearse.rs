//! A commit that is tried and not made: the user's hooks see it, then every byte goes back.
//!
//! It is an operation like any other, so that a kill leaves nothing that `undo` cannot put back;
//! `resume` puts it back, too. When it has ended it is on no list any
//! more; of the last one the folder is kept, with what was found in the files that were put back.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use super::{Asked, Running, begun, commit, hooks, index};
use crate::error::Refusal;
use crate::journal::{Closed, Journal};
use crate::path::RepoPath;
use crate::plan::{Commit, Plan};
use crate::repo::{Repo, in_hook};
use crate::sys::fs as write;

/// What hooks did to a commit that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// Why one of them said no.
    pub refusal: Option<Refusal>,
    /// The planned files that they changed, with what they made of them; `None` where one is gone.
    pub changed: Vec<(RepoPath, Option<Vec<u8>>)>,
    /// Tracked files beside the plan that have changes now, and `HEAD` where a hook moved it.
    pub beside: Vec<String>,
    /// All that the last hook printed.
    pub log: PathBuf,
}

/// Tries a plan whose last step is a rehearsal; `before` is as for [`super::run`].
///
/// # Errors
/// As those of [`super::run`]; ctrl-C. That a hook says no is none.
pub fn rehearse(
    repo: &Repo,
    plan: Plan,
    before: &[Vec<u8>],
    asked: &Asked<'_>,
) -> Result<Rehearsed, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&super::holder(asked))?;
    let times = times(repo, &plan);
    locked.journal().nothing_open()?;
    let mut running = begun(repo, &locked, plan, before, asked, None)?;
    let refusal = running.drive_forward().err();
    let interrupted = running.not_interrupted().is_err();
    let changed = changed(&running);
    let beside = repo.status().map(|status| status.changed).unwrap_or_default();
    let planned = |path: &std::path::PathBuf| {
        let mut files = running.operation.plan().files().into_iter();
        files.any(|change| path.as_path() == std::path::Path::new(change.path.as_str()))
    };
    let beside = beside.iter().filter(|path| !planned(path));
    let mut beside: Vec<String> = beside.map(|path| path.display().to_string()).collect();
    if Repo::discover(&repo.top).is_ok_and(|now| now.head.commit() != repo.head.commit()) {
        beside.insert(0, "HEAD".to_owned());
    }
    running.operation.tidy();
    take_back(&mut running)?;
    let log = match running.left_alone.is_empty() {
        true => running.operation.kept("hooks.log"),
        false => running.operation.file("hooks.log"),
    };
    for (path, time) in times {
        // What is as it was need not be built anew; where that fails nothing is lost.
        let _ = write::set_time(&repo.top.join(path.as_str()), time);
    }
    match interrupted {
        true => Err(Refusal::interrupted()),
        false => Ok(Rehearsed { refusal, changed, beside, log }),
    }
}

/// Puts everything back and forgets that it was.
pub(super) fn take_back(running: &mut Running<'_>) -> Result<(), Refusal> {
    let back = running.back(Closed::TakenBack);
    back.map_err(|failure| failure.leaves_open().next("undo", "goes on when the cause is mended"))?;
    // Where something was left alone, that somebody typed meanwhile, it stays on the list.
    if running.left_alone.is_empty() {
        running.operation.forget();
    }
    Ok(())
}

/// Runs the hooks on the would-be commit.
pub(super) fn forward(
    running: &mut Running<'_>,
    step: usize,
    commit: &Commit,
) -> Result<(), Refusal> {
    let Commit { parent, paths, .. } = commit;
    let parent = commit::known(running, step, parent, &[])?;
    let copy = index::private(running, &parent, paths)?;
    let present = hooks::present(running.repo, &hooks::COMMIT)?;
    hooks::pre_commit(running, step, commit, &copy, present)?;
    let tree = commit::written(running.repo, &copy)?;
    commit::only_planned(running, &parent, &tree, paths).map(drop)
}

/// The planned files that are not as planned.
fn changed(running: &Running<'_>) -> Vec<(RepoPath, Option<Vec<u8>>)> {
    let plan = running.operation.plan();
    let differs = |path: &&RepoPath| {
        let wanted = plan.files().into_iter().find(|change| change.path == **path);
        wanted.is_some_and(|change| {
            super::files::holds(running.repo, path).as_ref() != Some(&change.after)
        })
    };
    let files = plan.files();
    let paths = files.iter().map(|change| &change.path).filter(differs);
    paths.map(|path| (path.clone(), fs::read(running.path(path)).ok())).collect()
}

fn times(repo: &Repo, plan: &Plan) -> Vec<(RepoPath, SystemTime)> {
    let time = |path: &RepoPath| fs::metadata(repo.top.join(path.as_str())).ok()?.modified().ok();
    let paths = plan.files().into_iter().map(|change| &change.path);
    paths.filter_map(|path| Some((path.clone(), time(path)?))).collect()
}
