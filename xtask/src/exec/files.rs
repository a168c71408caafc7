//! Files of the work tree: from their old bytes to their new ones and back. That a file does not
//! exist is a state like any other; folders that were made for a new file go with it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Running, io_failed};
use crate::error::Refusal;
use crate::journal::Direction;
use crate::path::RepoPath;
use crate::plan::{At, Digest, FileChange, Plan};
use crate::repo::Repo;
use crate::sys::fs as write;

/// The digest of a regular file of the work tree, or that there is nothing; `None` when something
/// else or a symlink stands there or on the way to it now.
pub(super) fn holds(repo: &Repo, path: &RepoPath) -> Option<Digest> {
    let asked = repo.top.join(path.as_str());
    let top = fs::canonicalize(&repo.top).ok()?;
    if is_missing(&asked) {
        let folder = RepoPath::new(path.folder());
        let reached = folder.is_none_or(|folder| can_hold(&top, &folder));
        return reached.then(Digest::absent);
    }
    let real = fs::canonicalize(&asked).ok()?;
    if real != top.join(path.as_str()) || !real.is_file() {
        return None;
    }
    fs::read(real).ok().map(|bytes| Digest::of(&bytes))
}

/// Is nothing at all there, not even a symlink to nothing?
fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Is a folder there without symlinks on the way, as far as its parts exist?
fn can_hold(top: &Path, folder: &RepoPath) -> bool {
    let there = top.join(folder.as_str());
    let there = there.ancestors().find(|folder| !is_missing(folder));
    there.is_some_and(|there| {
        fs::canonicalize(there).is_ok_and(|real| real == there && real.is_dir())
    })
}

/// The folders that have to be made for new files and for hooks in the work tree, outer ones first.
pub(super) fn missing_folders(repo: &Repo, plan: &Plan) -> Vec<RepoPath> {
    let files = plan.files();
    let new = files.iter().filter(|change| change.before.is_absent());
    let hooks =
        plan.hooks().filter_map(|hooks| hooks.folder.strip_prefix(&repo.top).ok()?.to_str());
    let mut folders: Vec<RepoPath> = Vec::new();
    for wanted in new.map(|change| change.path.folder()).chain(hooks) {
        let mut folder = RepoPath::new(wanted);
        while let Some(missing) = folder.filter(|f| is_missing(&repo.top.join(f.as_str()))) {
            folder = RepoPath::new(missing.folder());
            folders.push(missing);
        }
    }
    folders.sort_unstable();
    folders.dedup();
    folders
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
    if let Some(known) = found.as_ref().and_then(|digest| known(running, number, change, digest)) {
        return known;
    }
    match found {
        // Whatever hooks in flight left there is theirs, and what a power cut left is nobody's.
        _ if running.operation.hooks_began() => At::After,
        Some(_) if lost(running, &change.path) => At::After,
        Some(digest) if digest.is_absent() => At::Elsewhere { found: "it was removed".into() },
        Some(_) => At::Elsewhere { found: "it was edited".into() },
        None => At::Elsewhere { found: "it is no regular file, or a symlink leads there".into() },
    }
}

/// Where content that the operation knows puts a file: a plan may edit it more than once, so what
/// it holds before an earlier edit is before, and what it holds after a later one is after.
fn known(running: &Running<'_>, number: usize, change: &FileChange, digest: &Digest) -> Option<At> {
    let files = running.operation.plan().files();
    let same = |n: &usize| files[*n].path == change.path;
    if (0..=number).filter(same).any(|n| files[n].before == *digest) {
        return Some(At::Before);
    }
    let after = |n: usize| {
        let rewritten = running.operation.rewritten(n).map(|file| &file.digest);
        rewritten == Some(digest) || files[n].after == *digest
    };
    (number..files.len()).filter(same).any(after).then_some(At::After)
}

/// Whether the file is empty or all zeros: what a power cut leaves of a file that was renamed into
/// place before its bytes were on the disk.
fn lost(running: &Running<'_>, path: &RepoPath) -> bool {
    fs::read(running.path(path)).is_ok_and(|bytes| bytes.iter().all(|&b| b == 0))
}

/// The position of this step's first file in [`crate::plan::Plan::files`].
fn first_number(running: &Running<'_>, step: usize) -> usize {
    let steps = &running.operation.plan().steps[..step];
    steps.iter().map(|step| step.action.files().len()).sum()
}

/// The numbers of the file changes that a build step commits: those since the build before it.
pub(super) fn of_build(running: &Running<'_>, step: usize) -> std::ops::Range<usize> {
    let steps = &running.operation.plan().steps[..step];
    let last = steps.iter().rposition(|step| !step.action.objects().is_empty());
    first_number(running, last.unwrap_or(0))..first_number(running, step)
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

/// What a file shall hold, and its digest; `None` when it shall not be there.
fn goal(
    running: &Running<'_>,
    number: usize,
    change: &FileChange,
    direction: Direction,
) -> Result<(Option<Vec<u8>>, Digest), Refusal> {
    if direction == Direction::Back {
        let bytes = match change.before.is_absent() {
            true => None,
            false => Some(running.operation.before(number)?),
        };
        return Ok((bytes, change.before.clone()));
    }
    if let Some(file) = running.operation.rewritten(number) {
        let saved = running.operation.file(&format!("rewritten-{number}"));
        let bytes = fs::read(&saved).map_err(|error| io_failed(saved.display(), &error))?;
        return Ok((Some(bytes), file.digest.clone()));
    }
    let old = running.operation.before(number)?;
    let new = change.apply(&old).ok_or_else(|| {
        Refusal::external(format!("the plan for {} does not fit its file", change.path))
    })?;
    Ok((Some(new), change.after.clone()))
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
        let known = found.as_ref().and_then(|digest| known(running, number, change, digest));
        if known == Some(goal_at(direction)) && found.as_ref() != Some(&change.after) && !wrong_mode
        {
            // A later edit of the plan is there already, or an earlier one is taken back.
            continue;
        }
        if let At::Elsewhere { found } = at(running, number, change) {
            match direction {
                // The commit has its bytes; what somebody typed since stays an edit.
                Direction::Forward if running.operation.built_after(step) => {}
                Direction::Forward => {
                    return Err(Refusal::unsafe_to(format!("{}: {found} meanwhile", change.path)));
                }
                // An undo has looked before; here somebody typed while a failure is taken back.
                Direction::Back => running.left_alone.push(change.path.to_string()),
            }
            continue;
        }
        put_aside(running, number, change, found.as_ref())?;
        let replaced = match (&bytes, fs::symlink_metadata(&path)) {
            (None, _) => write::remove(&path),
            (Some(bytes), Ok(now)) if now.is_file() && !wrong_mode => {
                write::replace(&path, bytes, &tag)
            }
            // A new file; of others hooks in flight removed it or put something else there.
            (Some(bytes), _) => write::put_back(&path, bytes, planned, &tag),
        };
        replaced
            .map_err(|error| io_failed(format!("{} cannot be written", change.path), &error))?;
        written.push(path);
    }
    written.extend(folders(running, direction)?);
    if written.is_empty() {
        return Ok(());
    }
    write::settle(&running.repo.top, &written)
        .map_err(|error| io_failed("the edits cannot be synced", &error))
}

/// Where a file is when a step is done, or taken back.
fn goal_at(direction: Direction) -> At {
    match direction {
        Direction::Forward => At::After,
        Direction::Back => At::Before,
    }
}

/// Puts the planned files that somebody changed since they were written back to their new bytes;
/// what was found is kept. Returns their paths.
pub(super) fn rewrite(running: &mut Running<'_>) -> Result<Vec<String>, Refusal> {
    let plan = running.operation.plan().clone();
    let mut found = Vec::new();
    for (number, change) in plan.files().into_iter().enumerate() {
        let (bytes, wanted) = goal(running, number, change, Direction::Forward)?;
        let now = holds(running.repo, &change.path);
        let (Some(bytes), true) = (bytes, now.as_ref() != Some(&wanted)) else { continue };
        put_aside(running, number, change, now.as_ref())?;
        let mode = running.operation.begin().modes.get(number).copied().unwrap_or(0o644);
        let path = running.path(&change.path);
        let tag = format!("{}-{number}", running.operation.id);
        write::put_back(&path, &bytes, mode, &tag)
            .map_err(|error| io_failed(format!("{} cannot be written", change.path), &error))?;
        found.push(change.path.to_string());
    }
    Ok(found)
}

/// The folders that an operation makes, to be synced; on the way back they are removed unless
/// somebody else put something there.
pub(super) fn folders(
    running: &Running<'_>,
    direction: Direction,
) -> Result<Vec<PathBuf>, Refusal> {
    let mut made: Vec<PathBuf> =
        running.operation.begin().folders.iter().map(|folder| running.path(folder)).collect();
    made.reverse();
    if direction == Direction::Back {
        for folder in &made {
            write::remove_empty(folder).map_err(|error| io_failed(folder.display(), &error))?;
        }
    }
    Ok(made)
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
    let nothing = found.is_none_or(Digest::is_absent);
    if nothing || known.contains(&found) || rewritten == found {
        return Ok(());
    }
    let bytes = fs::read(running.path(&change.path)).unwrap_or_default();
    let aside = running.operation.aside(&format!("found-{number}"));
    write::write_private(&aside, &[&bytes]).map_err(|error| io_failed(aside.display(), &error))?;
    running.notes.push(format!("{} as it was found is kept in {}", change.path, aside.display()));
    Ok(())
}
