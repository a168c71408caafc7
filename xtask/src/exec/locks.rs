//! Git's lock files that a killed child of ours left behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Running, index, io_failed, keep};
use crate::error::Refusal;
use crate::plan::Action;
use crate::sys::fs as write;

/// Removes the locks that our own git children can have left on the refs of this operation, and
/// our own lock on the index. A lock that another process still holds is left alone.
///
/// Called for an operation that is open and whose process is gone (we hold the journal's lock).
pub(super) fn clear(running: &Running<'_>) -> Result<(), Refusal> {
    if !running.operation.lands() {
        return Ok(());
    }
    for lock in candidates(running) {
        if fs::symlink_metadata(&lock).is_err() || in_use(&lock) {
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

fn candidates(running: &Running<'_>) -> Vec<PathBuf> {
    let common = &running.repo.common_dir;
    let moves = running.operation.plan().steps.iter().flat_map(|step| match &step.action {
        Action::Land(land) => land.moves.as_slice(),
        Action::Files(_) => &[],
    });
    let refs = moves.map(|wanted| wanted.name.clone()).chain([keep::name(running)]);
    let mut locks: Vec<PathBuf> = refs.map(|name| common.join(format!("{name}.lock"))).collect();
    locks.push(running.repo.git_dir.join("HEAD.lock"));
    // Deleting a ref rewrites packed-refs; its half-written copy blocks every later deletion.
    locks.extend(["packed-refs.lock", "packed-refs.new"].map(|name| common.join(name)));
    locks.push(common.join("reftable/tables.list.lock"));
    locks
}

/// Whether a process has the file open. git may be about to rename a lock it has already closed,
/// so a lock gets a moment to go away by itself first.
fn in_use(lock: &Path) -> bool {
    for _ in 0..5 {
        if held(lock).unwrap_or(false) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
        if fs::symlink_metadata(lock).is_err() {
            return true;
        }
    }
    false
}

fn held(lock: &Path) -> io::Result<bool> {
    let lock = fs::canonicalize(lock)?;
    for process in fs::read_dir("/proc")?.flatten() {
        let Ok(open) = fs::read_dir(process.path().join("fd")) else { continue };
        if open.flatten().any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to == lock)) {
            return Ok(true);
        }
    }
    Ok(false)
}
