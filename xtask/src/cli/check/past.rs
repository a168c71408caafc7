//! What is known of gates without asking them: which there are, and what the last checks of these
//! files have found.

use std::fs;

use serde_json::Value;

use super::facts::Read;
use super::{choice, rehearsal};
use crate::cli::Context;
use crate::error::Refusal;
use crate::gates::Gate;
use crate::gates::builtin::{Hooks, Tried};
use crate::plan::Oid;
use crate::repo::{Repo, Status};
use crate::sys::clock::Timestamp;
use crate::sys::fs as write;

/// The names of gates.
pub struct Names {
    pub all: Vec<String>,
    /// Those that are asked for this kind of release.
    pub asked: Vec<String>,
}

impl Names {
    /// Of this repository.
    ///
    /// # Errors
    /// A profile that names what is not there; git fails.
    pub fn of(
        read: &Read,
        repo: &Repo,
        status: &Status,
        context: &Context,
    ) -> Result<Self, Refusal> {
        let rehearse = || rehearsal::tried(read, repo, context);
        let hooks = Hooks { installed: rehearsal::installed(repo)?, rehearse: &rehearse };
        let choice = choice(read, &read.facts(repo, status, context.at, hooks))?;
        Ok(Self { all: choice.names(), asked: choice.asked() })
    }
}

/// The gates that a release is asked, by the files of its commit alone: which hooks its maker had, nothing
/// there says.
///
/// # Errors
/// A profile that names what is not there, or that has no gate.
pub fn of_release(read: &Read, repo: &Repo, at: Timestamp) -> Result<Vec<Gate>, Refusal> {
    let rehearse = || Ok(Tried::Nothing { why: "the release is out" });
    let hooks = Hooks { installed: Vec::new(), rehearse: &rehearse };
    let status = Status::default();
    choice(read, &read.facts(repo, &status, at, hooks))?.whole(read.aim.profile)
}

/// The reports of the last checks of the same commit on the same tracked files, the newest first.
///
/// # Errors
/// git fails.
pub fn past(repo: &Repo, status: &Status) -> Result<Vec<Value>, Refusal> {
    let Ok(entries) = fs::read_dir(repo.common_dir.join("gonogo/log")) else {
        return Ok(Vec::new());
    };
    let number = |entry: fs::DirEntry| Some((name(&entry)?, entry.path()));
    let mut checks: Vec<_> = entries.flatten().filter_map(number).collect();
    checks.sort_by(|one, other| other.cmp(one));
    let read = |(_, folder): (u64, std::path::PathBuf)| {
        serde_json::from_slice::<Value>(&fs::read(folder.join("check.json")).ok()?).ok()
    };
    let commit = repo.head.commit().map(Oid::as_str);
    let mut reports: Vec<Value> = checks.into_iter().filter_map(read).collect();
    reports.retain(|report| report["commit"].as_str() == commit);
    if reports.is_empty() {
        return Ok(reports);
    }
    let scratch = repo.common_dir.join("gonogo/checklist");
    // Where nothing can be written the tree of changed files is not known.
    let _ = write::private_folder(&scratch);
    let tree = repo.contents(status, &scratch)?.tree;
    let clean = status.changed.is_empty() && status.unmerged.is_empty();
    reports.retain(|report| match report["tree"].as_str() {
        Some(seen) => tree.as_ref().map(Oid::as_str) == Some(seen),
        None => clean,
    });
    Ok(reports)
}

fn name(entry: &fs::DirEntry) -> Option<u64> {
    entry.file_name().to_str()?.parse().ok()
}
