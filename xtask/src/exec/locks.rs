//! Git's lock files that a killed child of ours left behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Running, index, io_failed, keep, record_ref, switch};
use crate::error::Refusal;
use crate::journal::{Record, Sent};
use crate::plan::{Action, Id, Object, Sign};
use crate::repo::Repo;
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
    if running.operation.sent() == Sent::Unknown && !ended && pushes(running) {
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
        if made.is_none() || made < since || in_use(running.repo, &lock) {
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

/// Removes the locks that a killed fetch left on what we know of a remote ([`Repo::fetch`]): refs of
/// our own, which no operation is about. Best effort; git says so where one is in its way.
pub fn after_killed_fetch(repo: &Repo) {
    let mut folders = vec![repo.common_dir.join("refs/gonogo-remote")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "lock") && !in_use(repo, &path) {
                let _ = write::remove(&path);
            }
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path).ok()?.modified().ok()
}

fn candidates(running: &Running<'_>) -> Vec<PathBuf> {
    if let Some(Record::Hooks { .. }) = running.operation.records().last() {
        // What was running were hooks, and these locks are theirs or the user's.
        return Vec::new();
    }
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
    if running.operation.sent() != Sent::No
        && let Some(push) = plan.point_of_no_return()
    {
        // git moves what is known of the remote's branches along.
        let branches = push.moves.iter().filter_map(|it| it.name.strip_prefix("refs/heads/"));
        let known = |branch| format!("refs/remotes/{}/{branch}.lock", push.remote);
        locks.extend(branches.map(|branch| common.join(known(branch))));
    }
    // `git tag` takes the ref for the moment in which it signs, before anything is built.
    let signed = plan.objects().into_iter().filter_map(|object| match object {
        Object::Tag(tag) if tag.sign == Sign::Yes => Some(&tag.name),
        Object::Tag(_) | Object::Commit(_) | Object::Merge(_) | Object::Withdrawal(_) => None,
    });
    locks.extend(signed.map(|name| common.join(format!("refs/tags/{name}.lock"))));
    for step in &plan.steps {
        if let Action::Keep(keep) = &step.action {
            locks.push(common.join(format!("{}.lock", record_ref(&keep.tag))));
        }
    }
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
        if !processes().iter().any(|process| is_git_here(running.repo, process)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Whether one of the git processes here pushes: a log that somebody reads does no harm.
fn pushes(running: &Running<'_>) -> bool {
    let push = |process: &PathBuf| {
        let said = fs::read(process.join("cmdline")).unwrap_or_default();
        said.split(|&b| b == 0).any(|word| matches!(word, b"push" | b"send-pack"))
    };
    processes().iter().any(|process| is_git_here(running.repo, process) && push(process))
}

/// Whether a process may still need the lock: it has it open, or it is a git at work in this
/// repository (git closes a lock before it renames it). A lock gets a moment to go away by itself.
fn in_use(repo: &Repo, lock: &Path) -> bool {
    for _ in 0..5 {
        if held(repo, lock) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
        if fs::symlink_metadata(lock).is_err() {
            return true;
        }
    }
    false
}

fn held(repo: &Repo, lock: &Path) -> bool {
    let Ok(lock) = fs::canonicalize(lock) else { return true };
    let has_it_open = |process: &PathBuf| {
        let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        open.into_iter().any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to == lock))
    };
    let all = processes();
    all.is_empty() || all.iter().any(|one| is_git_here(repo, one) || has_it_open(one))
}

/// The folders of all processes; none where the system does not tell (not Linux).
fn processes() -> Vec<PathBuf> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.map(|entry| entry.path()).filter(|path| path.join("comm").exists()).collect()
}

fn is_git_here(repo: &Repo, process: &Path) -> bool {
    if !fs::read(process.join("comm")).is_ok_and(|name| name.starts_with(b"git")) {
        return false;
    }
    let Ok(cwd) = fs::read_link(process.join("cwd")) else { return false };
    let own = [&repo.top, &repo.common_dir].map(fs::canonicalize);
    own.into_iter().flatten().any(|folder| cwd.starts_with(folder))
}
