//! Files of the work tree: from their old bytes to their new ones and back.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Running, io_failed};
use crate::error::Refusal;
use crate::journal::Direction;
use crate::path::RepoPath;
use crate::plan::{Action, At, Digest, FileChange};
use crate::repo::Repo;
use crate::sys::fs as write;

/// The digest of a regular file of the work tree; `None` when there is no such file, or a symlink
/// stands there or on the way to it now.
pub(super) fn holds(repo: &Repo, path: &RepoPath) -> Option<Digest> {
    let asked = repo.top.join(path.as_str());
    let real = fs::canonicalize(&asked).ok()?;
    let top = fs::canonicalize(&repo.top).ok()?;
    if real != top.join(path.as_str()) || !real.is_file() {
        return None;
    }
    fs::read(real).ok().map(|bytes| Digest::of(&bytes))
}

/// The permissions of a file of the work tree.
pub(super) fn mode(repo: &Repo, path: &RepoPath) -> u32 {
    let found = fs::symlink_metadata(repo.top.join(path.as_str()));
    found.map_or(0o644, |found| found.permissions().mode() & 0o7777)
}

/// Where each file is.
pub(super) fn probe(
    running: &Running<'_>,
    step: usize,
    changes: &[FileChange],
) -> Vec<(String, At)> {
    let first = first_number(running, step);
    let at = |(n, change): (usize, &FileChange)| {
        (change.path.to_string(), at(running, first + n, change))
    };
    changes.iter().enumerate().map(at).collect()
}

fn at(running: &Running<'_>, number: usize, change: &FileChange) -> At {
    let found = holds(running.repo, &change.path);
    let rewritten = running.operation.rewritten(number).map(|file| &file.digest);
    match found {
        Some(digest) if digest == change.before => At::Before,
        Some(digest) if rewritten == Some(&digest) => At::After,
        Some(digest) if digest == change.after => At::After,
        // Whatever hooks in flight left there is theirs, and what a power cut left is nobody's.
        _ if running.operation.hooks_began() => At::After,
        Some(_) if lost(running, &change.path) => At::After,
        Some(_) => At::Elsewhere { found: "it was edited".into() },
        None => At::Elsewhere { found: "it is not a regular file any more".into() },
    }
}

/// Whether the file is empty or all zeros: what a power cut leaves of a file that was renamed into
/// place before its bytes were on the disk.
fn lost(running: &Running<'_>, path: &RepoPath) -> bool {
    fs::read(running.path(path)).is_ok_and(|bytes| bytes.iter().all(|&b| b == 0))
}

/// The position of this step's first file in [`crate::plan::Plan::files`].
fn first_number(running: &Running<'_>, step: usize) -> usize {
    let steps = &running.operation.plan().steps[..step];
    let files = |action: &Action| match action {
        Action::Files(changes) => changes.len(),
        Action::Land(_) => 0,
    };
    steps.iter().map(|step| files(&step.action)).sum()
}

/// Brings every file to its new bytes.
pub(super) fn forward(
    running: &mut Running<'_>,
    step: usize,
    changes: &[FileChange],
) -> Result<(), Refusal> {
    drive(running, step, changes, Direction::Forward)
}

/// Brings every file back to its old bytes.
pub(super) fn back(
    running: &mut Running<'_>,
    step: usize,
    changes: &[FileChange],
) -> Result<(), Refusal> {
    drive(running, step, changes, Direction::Back)
}

/// What a file shall hold, and its digest.
fn goal(
    running: &Running<'_>,
    number: usize,
    change: &FileChange,
    direction: Direction,
) -> Result<(Vec<u8>, Digest), Refusal> {
    if direction == Direction::Back {
        return Ok((running.operation.before(number)?, change.before.clone()));
    }
    if let Some(file) = running.operation.rewritten(number) {
        let saved = running.operation.file(&format!("rewritten-{number}"));
        let bytes = fs::read(&saved).map_err(|error| io_failed(saved.display(), &error))?;
        return Ok((bytes, file.digest.clone()));
    }
    let old = running.operation.before(number)?;
    let new = change.apply(&old).ok_or_else(|| {
        Refusal::external(format!("the plan for {} does not fit its file", change.path))
    })?;
    Ok((new, change.after.clone()))
}

fn drive(
    running: &mut Running<'_>,
    step: usize,
    changes: &[FileChange],
    direction: Direction,
) -> Result<(), Refusal> {
    let first = first_number(running, step);
    let mut written = Vec::new();
    for (n, change) in changes.iter().enumerate() {
        let number = first + n;
        let (bytes, wanted) = goal(running, number, change, direction)?;
        let path = running.path(&change.path);
        let tag = format!("{}-{number}", running.operation.id);
        if let Err(error) = write::remove(&write::temp_beside(&path, &tag)) {
            return Err(io_failed(change.path.as_str(), &error));
        }
        let found = holds(running.repo, &change.path);
        // A mode that changed while hooks ran is theirs, like the bytes; otherwise it is a person's.
        let planned = running.operation.begin().modes.get(number).copied().unwrap_or(0o644);
        let wrong_mode =
            running.operation.hooks_began() && mode(running.repo, &change.path) != planned;
        if found.as_ref() == Some(&wanted) && !wrong_mode {
            continue;
        }
        if let At::Elsewhere { found } = at(running, number, change) {
            match direction {
                // The commit has its bytes; what somebody typed since stays an edit.
                Direction::Forward if running.operation.any_built() => {}
                Direction::Forward => {
                    return Err(Refusal::unsafe_to(format!("{}: {found} meanwhile", change.path)));
                }
                // An undo has looked before; here somebody typed while a failure is taken back.
                Direction::Back => running.left_alone.push(change.path.to_string()),
            }
            continue;
        }
        put_aside(running, number, change, found.as_ref())?;
        let replaced = match fs::symlink_metadata(&path) {
            Ok(now) if now.is_file() && !wrong_mode => write::replace(&path, &bytes, &tag),
            // Only hooks in flight get here: they removed it or put something else there.
            _ => write::put_back(&path, &bytes, planned, &tag),
        };
        replaced
            .map_err(|error| io_failed(format!("{} cannot be written", change.path), &error))?;
        written.push(path);
    }
    if written.is_empty() {
        return Ok(());
    }
    write::settle(&running.repo.top, &written)
        .map_err(|error| io_failed("the edits cannot be synced", &error))
}

/// Keeps bytes that are neither the old nor the new ones: hooks in flight were here, or perhaps a
/// person.
fn put_aside(
    running: &mut Running<'_>,
    number: usize,
    change: &FileChange,
    found: Option<&Digest>,
) -> Result<(), Refusal> {
    let known = [Some(&change.before), Some(&change.after)];
    let rewritten = running.operation.rewritten(number).map(|file| &file.digest);
    if found.is_none() || known.contains(&found) || rewritten == found {
        return Ok(());
    }
    let bytes = fs::read(running.path(&change.path)).unwrap_or_default();
    let aside = running.operation.aside(&format!("found-{number}"));
    write::write_private(&aside, &[&bytes]).map_err(|error| io_failed(aside.display(), &error))?;
    running.notes.push(format!("{} as it was found is kept in {}", change.path, aside.display()));
    Ok(())
}
