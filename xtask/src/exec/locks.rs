//! Git's lock files that a killed child of ours left behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Running, index, io_failed, keep, switch};
use crate::error::Refusal;
use crate::journal::Sent;
use crate::plan::Id;
use crate::sys::fs as write;

/// Waits for git children of ours that outlived us, then removes the locks that they can have left
/// on the refs of this operation, and our own lock on the index.
///
/// Ours are those on refs that a child of ours was about to move, made since the last record of the
/// journal (each is written right before such a child starts). A lock that is older, or that a
/// process may still hold, is left alone; where that cannot be found out, it counts as held.
///
/// Called for an operation that is open and whose process is gone (we hold the journal's lock).
///
/// # Errors
/// A push of a killed process still runs: it may arrive at any moment.
pub(super) fn clear(running: &Running<'_>) -> Result<(), Refusal> {
    if !running.operation.lands() {
        return Ok(());
    }
    let ended = wait_for_git(running);
    if running.operation.sent() == Sent::Unknown && !ended {
        let begin = running.operation.begin();
        return Err(Refusal::open(format!(
            "a push of operation {} still runs",
            running.operation.id
        ))
        .why(format!("It was started by process {}, which is gone.", begin.pid))
        .next("resume", "when the push has ended")
        .next("undo", "when the push has ended, if it did not arrive"));
    }
    let since = modified(&running.operation.file("journal"));
    for lock in candidates(running) {
        let made = modified(&lock);
        if made.is_none() || made < since || in_use(running, &lock) {
            continue;
        }
        write::remove(&lock).map_err(|error| io_failed(lock.display(), &error))?;
    }
    let index = index::lock_path(running);
    if index::is_ours(running, &index) {
        write::remove(&index).map_err(|error| io_failed(index.display(), &error))?;
    }
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path).ok()?.modified().ok()
}

fn candidates(running: &Running<'_>) -> Vec<PathBuf> {
    let common = &running.repo.common_dir;
    let place = keep::place(running);
    let objects = running.operation.plan().objects().len();
    let numbered = (2..=objects).map(|number| format!("{place}-{number}"));
    let names = std::iter::once(place.clone()).chain(numbered);
    let mut locks: Vec<PathBuf> = names.map(|name| common.join(format!("{name}.lock"))).collect();
    // Deleting a ref, of our own too, rewrites packed-refs; its half-written copy blocks every later
    // deletion.
    locks.extend(["packed-refs.lock", "packed-refs.new"].map(|name| common.join(name)));
    locks.push(common.join("reftable/tables.list.lock"));
    if switch::any_in_flight(running) {
        locks.extend(
            ["index.lock", "HEAD.lock", "AUTO_MERGE.lock"]
                .map(|name| running.repo.git_dir.join(name)),
        );
    }
    let plan = running.operation.plan();
    let of_made = |id: &Option<Id>| matches!(id, Some(Id::Made(_)));
    if !running.operation.any_built() && plan.moves().iter().all(|wanted| of_made(&wanted.new)) {
        // No child of ours has come near the user's refs.
        return locks;
    }
    locks.extend(plan.moves().iter().map(|wanted| common.join(format!("{}.lock", wanted.name))));
    locks.push(running.repo.git_dir.join("HEAD.lock"));
    locks
}

/// Waits for git processes at work in this repository, two seconds at most: a child of ours may
/// have outlived us and is about to finish what it was told.
fn wait_for_git(running: &Running<'_>) -> bool {
    for _ in 0..100 {
        if !processes().iter().any(|process| is_git_here(running, process)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Whether a process may still need the lock: it has it open, or it is a git at work in this
/// repository (git closes a lock before it renames it). A lock gets a moment to go away by itself.
fn in_use(running: &Running<'_>, lock: &Path) -> bool {
    for _ in 0..5 {
        if held(running, lock) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
        if fs::symlink_metadata(lock).is_err() {
            return true;
        }
    }
    false
}

fn held(running: &Running<'_>, lock: &Path) -> bool {
    let Ok(lock) = fs::canonicalize(lock) else { return true };
    let has_it_open = |process: &PathBuf| {
        let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        open.into_iter().any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to == lock))
    };
    let all = processes();
    all.is_empty() || all.iter().any(|one| is_git_here(running, one) || has_it_open(one))
}

/// The folders of all processes; none where the system does not tell (not Linux).
fn processes() -> Vec<PathBuf> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.map(|entry| entry.path()).filter(|path| path.join("comm").exists()).collect()
}

fn is_git_here(running: &Running<'_>, process: &Path) -> bool {
    if !fs::read(process.join("comm")).is_ok_and(|name| name.starts_with(b"git")) {
        return false;
    }
    let Ok(cwd) = fs::read_link(process.join("cwd")) else { return false };
    let own = [&running.repo.top, &running.repo.common_dir].map(fs::canonicalize);
    own.into_iter().flatten().any(|folder| cwd.starts_with(folder))
}
