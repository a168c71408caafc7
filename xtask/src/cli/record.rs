//! The record of a release, made where the release is made.

use super::rollback;
use crate::error::Refusal;
use crate::journal::{Journal, Operation};
use crate::record::{Commit, Facts, MOST, Record, Subject, too_large};
use crate::repo::Repo;

/// So many commits are listed in a record.
const COMMITS: usize = 500;

/// A longer subject is cut: characters.
const SUBJECT: usize = 200;

/// The record of the release that an operation makes; `None` where it makes none, or its tag is not
/// made yet. What it says is known from the journal and from git alone, so whoever completes the
/// operation makes the same record.
///
/// # Errors
/// git fails.
pub fn of(repo: &Repo, operation: &Operation) -> Result<Option<Record>, Refusal> {
    let Some(subject) = Subject::of(operation) else {
        // After a refused push the release that was made goes out by another operation.
        let replaced = operation.begin().replaces;
        let replaced =
            replaced.map(|id| Journal::of(&repo.common_dir).operation(id)).transpose()?;
        return replaced.flatten().map_or(Ok(None), |made| of(repo, &made));
    };
    let previous = subject.keep.about.previous.as_ref().map(|previous| &previous.commit);
    let (commits, more_commits) = repo.subjects(previous, &subject.commit, COMMITS)?;
    let commit = |(id, subject): (_, String)| Commit {
        id,
        subject: subject.chars().take(SUBJECT).collect(),
    };
    let files = 0..operation.plan().files().len();
    let facts = Facts {
        tree: repo.tree_of(&subject.commit)?,
        before: files.map(|number| operation.before(number).ok()).collect(),
        commits: commits.into_iter().map(commit).collect(),
        more_commits,
    };
    let record = subject.record(facts);
    let way_back = rollback::recorded(repo, &record)?;
    Ok(Some(record.with_way_back(way_back)))
}

/// The same as it is kept: what [`Host::record`](crate::exec::Host::record) answers.
///
/// # Errors
/// git fails; the operation makes no release; the record would be too large to be read again.
pub fn bytes(repo: &Repo, operation: &Operation) -> Result<Vec<u8>, Refusal> {
    let record = of(repo, operation)?;
    let record = record.ok_or_else(|| Refusal::external("no release was made"))?;
    let bytes = record.bytes();
    match bytes.len() > MOST {
        true => Err(Refusal::external(format!("it {}", too_large(bytes.len())))),
        false => Ok(bytes),
    }
}
