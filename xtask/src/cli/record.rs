//! The record of a release, made where the release is made.

use super::rollback;
use crate::checklist::{Bound, Facts, Released, Signed, State, Turn, parse, state, tick};
use crate::config::file::Binding;
use crate::error::Refusal;
use crate::journal::{Journal, Operation};
use crate::path::RepoPath;
use crate::plan::{About, SignedOff};
use crate::record::{self, Commit, MOST, Record, Subject, Ticked, too_large};
use crate::repo::{Repo, Stored};
use crate::sites::Tree;
use crate::sys::clock::Timestamp;

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
    let facts = record::Facts {
        tree: repo.tree_of(&subject.commit)?,
        before: files.map(|number| operation.before(number).ok()).collect(),
        commits: commits.into_iter().map(commit).collect(),
        more_commits,
    };
    let record = subject.record(facts);
    let ticked = ticked(repo, &subject.keep.about, &record)?;
    let way_back = rollback::recorded(repo, &record)?;
    Ok(Some(record.with_checklist(ticked).with_way_back(way_back)))
}

/// The checklist as it stands in the released commit, with its boxes ticked; `None` where it is not
/// there, or is another one by now.
fn ticked(repo: &Repo, about: &About, record: &Record) -> Result<Option<Ticked>, Refusal> {
    let Some(boxes) = &about.approvals.checklist else { return Ok(None) };
    let tree = Stored::in_commit(&repo.git, &record.commit)?;
    let Some((tree, path)) = tree.zip(RepoPath::new(&boxes.path)) else { return Ok(None) };
    let Some(file) = tree.read(&path)? else { return Ok(None) };
    let list = parse(&file.bytes);
    if list.items.len() != boxes.bindings.len() {
        return Ok(None);
    }
    let bindings =
        boxes.bindings.iter().map(|all| all.iter().filter_map(|one| Binding::parse(one)));
    let facts = Facts {
        gates: record.gates.clone(),
        waived: record.waivers.clone(),
        signed: signed(record),
        people: boxes.people,
        released: Some(Released { tag: record.tag.clone(), at: Some(record.at) }),
        profile: record.profile.clone(),
        ..Facts::default()
    };
    let bound = Bound::to(bindings.map(Iterator::collect));
    let copy = tick(&file.bytes, &list, &bound, &facts);
    let states = bound.items.iter().map(|one| state(&one.bindings, &facts));
    let done = |state: &State| matches!(state, State::Done(_) | State::Excused(_));
    Ok(Some(Ticked {
        path: boxes.path.clone(),
        boxes: list.items.len(),
        done: states.filter(done).count(),
        text: String::from_utf8_lossy(&copy).into_owned(),
    }))
}

/// Who has signed, as a record says.
pub fn signed(record: &Record) -> Vec<Signed> {
    let signed = |(person, one): (usize, &SignedOff)| {
        let (role, by, at) = (one.role.clone(), one.signer.clone(), Timestamp(one.at));
        Signed { role, by, person, at, turn: Turn::Before }
    };
    record.signoffs.iter().enumerate().map(signed).collect()
}

/// The record of a release that is known here, by its tag; `None` where there is none that can be read.
///
/// # Errors
/// git fails.
pub fn known(repo: &Repo, tag: &str) -> Result<Option<Record>, Refusal> {
    let stored = repo.records(MOST)?.into_iter().filter(|stored| stored.tag == tag);
    Ok(stored.into_iter().find_map(|one| Record::read(&one.bytes.ok()?, tag).ok()))
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
