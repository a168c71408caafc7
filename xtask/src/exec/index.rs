//! The user's index: read, copied, and locked as git locks it; never written in place.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Running, io_failed};
use crate::error::{Refusal, word};
use crate::journal::{Direction, IndexChange, IndexEntry};
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::repo::Repo;
use crate::sys::fs as write;

/// A copy of the index that holds the parent's tree plus the planned paths. A copy keeps stat data
/// (nothing is hashed again), sparse bits and whatever else the user's index has.
pub(super) fn private(
    running: &mut Running<'_>,
    parent: &Oid,
    paths: &[RepoPath],
) -> Result<PathBuf, Refusal> {
    let copy = copied(running, &running.repo.git_dir.join("index"), "index")?;
    let git = &running.repo.git;
    let args = ["diff-index", "--cached", "--quiet", parent.as_str(), "--"];
    let staged = git.call(args).index(&copy).output()?;
    running.copied = None;
    if staged.status.code() == Some(0) {
        running.copied = Content::of(&copy);
    } else {
        let args = ["-c", "core.fsmonitor=false", "read-tree", "-i", "-m", parent.as_str()];
        git.write_beside(args, &copy).read()?;
    }
    stage(running, paths, &copy)?;
    Ok(copy)
}

/// What tells one content of an index from another: its size, and the hash of it that stands at its
/// end (gitformat-index(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    size: u64,
    end: [u8; 20],
}

impl Content {
    /// That of an index; `None` where it cannot be told (`index.skipHash`).
    fn of(index: &Path) -> Option<Self> {
        let file = File::open(index).ok()?;
        let size = file.metadata().ok()?.len();
        let mut end = [0; 20];
        file.read_exact_at(&mut end, size.checked_sub(20)?).ok()?;
        (end != [0; 20]).then_some(Self { size, end })
    }
}

/// An index as a file of the operation's folder, without the lock that a killed git left beside it.
fn copied(running: &Running<'_>, from: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let copy = running.operation.file(name);
    write::remove(&running.operation.file(&format!("{name}.lock")))
        .and_then(|()| write::copy_private(from, &copy))
        .map_err(|error| io_failed("the index cannot be copied", &error))?;
    Ok(copy)
}

/// Takes the planned paths into the private index as they are in the work tree, with git's own
/// filters and line-end rules. Not `hash-object --path`: that flips whole CRLF files.
pub(super) fn stage(running: &Running<'_>, paths: &[RepoPath], copy: &Path) -> Result<(), Refusal> {
    let input: Vec<u8> =
        paths.iter().flat_map(|p| [p.as_str().as_bytes(), b"\0"].concat()).collect();
    let args = ["update-index", "--add", "-z", "--stdin"];
    running.repo.git.write_beside(args, copy).input(input).read().map(drop)
}

/// The entry that a planned path would get as it is in the work tree now.
pub(super) fn staged_as(
    running: &Running<'_>,
    path: &RepoPath,
) -> Result<Option<IndexEntry>, Refusal> {
    let trial = copied(running, &running.operation.index(), "landing")?;
    stage(running, std::slice::from_ref(path), &trial)?;
    Ok(listed(running.repo, Some(&trial), &[path.as_str()])?.remove(path.as_str()))
}

/// The index entries of some paths, in the real index or another one.
pub(super) fn listed(
    repo: &Repo,
    index: Option<&Path>,
    paths: &[&str],
) -> Result<BTreeMap<String, IndexEntry>, Refusal> {
    if paths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted: HashSet<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
    let call = repo.git.ls_files(&["-s"], paths);
    let out = match index {
        Some(index) => call.index(index),
        None => call,
    };
    let out = out.read()?;
    // MODE ID STAGE TAB PATH
    let entry = |line: &[u8]| {
        let path = line.splitn(2, |&b| b == b'\t').nth(1)?;
        let text = std::str::from_utf8(line).ok().filter(|_| wanted.contains(path))?;
        let (facts, path) = text.split_once('\t')?;
        let mut facts = facts.split(' ');
        let (mode, id) = (facts.next()?.to_owned(), Oid::new(facts.next()?)?);
        Some((path.to_owned(), IndexEntry { mode, id }))
    };
    Ok(out.split(|&b| b == 0).filter_map(entry).collect())
}

/// The index entries of these paths now.
pub(super) fn entries(
    repo: &Repo,
    index: &[IndexChange],
) -> Result<Vec<Option<IndexEntry>>, Refusal> {
    let paths: Vec<&str> = index.iter().map(|change| change.path.as_str()).collect();
    let listed = listed(repo, None, &paths)?;
    Ok(paths.iter().map(|&path| listed.get(path).cloned()).collect())
}

/// What a step's entries are set in.
pub(super) enum Source {
    /// The index of the commit that was made has them, and becomes the user's.
    Private,
    /// The user's, whose entries these are now.
    Users(Vec<Option<IndexEntry>>),
}

/// Looks at the user's index, under the lock.
///
/// # Errors
/// git fails.
pub(super) fn source(
    running: &Running<'_>,
    index: &[IndexChange],
    direction: Direction,
) -> Result<Source, Refusal> {
    if direction == Direction::Forward && is_private_ready(running, index) {
        return Ok(Source::Private);
    }
    entries(running.repo, index).map(Source::Users)
}

impl Source {
    /// The entries as they are now: the user's index is as it was before where it will be replaced.
    pub(super) fn now(&self, index: &[IndexChange]) -> Vec<Option<IndexEntry>> {
        match self {
            Self::Private => index.iter().map(|change| change.before.clone()).collect(),
            Self::Users(now) => now.clone(),
        }
    }
}

/// A copy of the index with this step's entries set; `None` when they are all set already.
pub(super) fn prepared(
    running: &Running<'_>,
    index: &[IndexChange],
    source: &Source,
    direction: Direction,
) -> Result<Option<PathBuf>, Refusal> {
    let goal = |change: &IndexChange| match direction {
        Direction::Forward => change.after.clone(),
        Direction::Back => change.before.clone(),
    };
    if index.iter().zip(source.now(index)).all(|(change, now)| goal(change) == now) {
        return Ok(None);
    }
    let real = running.repo.git_dir.join("index");
    let from = match source {
        Source::Private => running.operation.index(),
        Source::Users(_) => real.clone(),
    };
    let copy = copied(running, &from, "landing")?;
    write::like(&copy, &real).map_err(|error| io_failed("the index cannot be copied", &error))?;
    if matches!(source, Source::Private) {
        return Ok(Some(copy));
    }
    let mut input = Vec::new();
    let gone =
        "0".repeat(running.operation.plan().base.head.as_ref().map_or(40, |id| id.as_str().len()));
    for change in index {
        let line = match goal(change) {
            Some(IndexEntry { mode, id }) => format!("{mode} {}\t{}\0", id.as_str(), change.path),
            None => format!("0 {gone}\t{}\0", change.path),
        };
        input.extend_from_slice(line.as_bytes());
    }
    let git = &running.repo.git;
    git.write(["update-index", "-z", "--index-info"]).index(&copy).input(input).read()?;
    if direction == Direction::Forward {
        // Only stat data, so that plumbing does not take the files for modified.
        let refresh = ["add", "--refresh", "--"].map(str::to_owned);
        let paths = index.iter().map(|change| change.path.to_string());
        git.write(refresh.into_iter().chain(paths)).index(&copy).output()?;
    }
    Ok(Some(copy))
}

/// Whether the private index is what the user's becomes: it is that of the commit with these
/// entries, and the user's holds what it was copied from, and that was the tree of its parent.
/// `git commit` lands its index in the same way.
fn is_private_ready(running: &Running<'_>, index: &[IndexChange]) -> bool {
    let real = running.repo.git_dir.join("index");
    let steps = 0..running.operation.plan().steps.len();
    let last = steps.rev().find_map(|step| running.operation.built(step));
    last.is_some_and(|(_, entries)| entries == index)
        && running.copied.is_some()
        && Content::of(&real) == running.copied
}

/// The lock git takes for its index.
pub(super) fn lock_path(running: &Running<'_>) -> PathBuf {
    running.repo.git_dir.join("index.lock")
}

fn lock_text(running: &Running<'_>) -> String {
    format!("gonogo operation {}\n", running.operation.id)
}

/// Whether an index lock is the one this operation made.
pub(super) fn is_ours(running: &Running<'_>, lock: &Path) -> bool {
    fs::read(lock).is_ok_and(|content| content == lock_text(running).as_bytes())
}

/// Takes git's index lock; it appears with its content, so nobody's lock is mistaken for ours.
pub(super) fn lock(running: &Running<'_>) -> Result<PathBuf, Refusal> {
    let lock = lock_path(running);
    let text = running.operation.file("lock-text");
    write::write_private(&text, &[lock_text(running).as_bytes()])
        .map_err(|error| io_failed(text.display(), &error))?;
    for _ in 0..40 {
        match write::link(&text, &lock) {
            Ok(()) => return Ok(lock),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(io_failed(lock.display(), &error));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    Err(Refusal::external("git's index is locked by another process")
        .why(format!("{} exists for more than two seconds.", lock.display()))
        .next_shell(
            format!("ls -l {}", word(lock.display())),
            "remove it when no git command runs",
        ))
}
