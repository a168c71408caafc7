//! Landing: refs move in one transaction and the checked-out branch's index entries with them,
//! under git's own index lock, which names us.
//!
//! The ref transaction is all-or-nothing against refusals, not against a kill: the objects and
//! index entries are in the journal before, every ref is compared on its own, and only what is
//! not at its goal is moved.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Running, commit, hooks, io_failed};
use crate::error::{Refusal, word};
use crate::journal::{Closed, Direction, IndexChange, IndexEntry, Record};
use crate::plan::{Action, At, Land, Object, Oid};
use crate::repo::Repo;
use crate::sys::fs as write;

/// Where a ref was and where it goes.
struct Move {
    name: String,
    before: Oid,
    after: Oid,
}

fn moves(land: &Land, objects: &[Oid]) -> Vec<Move> {
    let planned = land.moves.iter();
    planned
        .map(|wanted| Move {
            name: wanted.name.clone(),
            before: wanted.old.clone(),
            after: objects[wanted.to].clone(),
        })
        .collect()
}

/// Where each ref and each index entry is.
pub(super) fn probe(
    running: &Running<'_>,
    step: usize,
    land: &Land,
) -> Result<Vec<(String, At)>, Refusal> {
    let Some((objects, index)) = running.operation.built(step) else {
        return land
            .moves
            .iter()
            .map(|wanted| {
                let found = running.repo.ref_at(&wanted.name)?;
                let before = found.as_ref() == Some(&wanted.old);
                Ok((wanted.name.clone(), if before { At::Before } else { moved_on(found) }))
            })
            .collect();
    };
    let mut found = Vec::new();
    for wanted in moves(land, objects) {
        let now = running.repo.ref_at(&wanted.name)?;
        let at = match &now {
            Some(id) if *id == wanted.after => At::After,
            Some(id) if *id == wanted.before => At::Before,
            _ => moved_on(now),
        };
        found.push((wanted.name, at));
    }
    let branch = running.repo.current_branch()?;
    if branch != running.operation.plan().base.branch {
        let now = branch.unwrap_or_else(|| "no branch".into());
        found.push(("HEAD".into(), At::Elsewhere { found: format!("it is on {now} now") }));
    }
    for (change, now) in index.iter().zip(entries(running.repo, index)?) {
        let at = match now {
            now if now == change.after => At::After,
            now if now == change.before => At::Before,
            _ => At::Elsewhere { found: "something else was staged".into() },
        };
        found.push((format!("index entry {}", change.path), at));
    }
    Ok(found)
}

fn moved_on(found: Option<Oid>) -> At {
    At::Elsewhere {
        found: match found {
            Some(id) => format!("it has moved on to {}", id.short()),
            None => "it is gone".into(),
        },
    }
}

/// Whether any ref of the operation is where the operation wants it: then nothing is taken back
/// without being asked. Where that cannot be found out, the answer is yes.
pub(super) fn any_moved(running: &Running<'_>) -> bool {
    let steps = running.operation.plan().steps.iter().enumerate();
    let mut built = steps.filter_map(|(number, step)| match &step.action {
        Action::Land(land) => Some((land, running.operation.built(number)?)),
        Action::Files(_) => None,
    });
    built.any(|(land, (objects, _))| {
        moves(land, objects).iter().any(|wanted| {
            running
                .repo
                .ref_at(&wanted.name)
                .map_or(true, |now| now.as_ref() == Some(&wanted.after))
        })
    })
}

/// Whether there is anything of this step to take back: it was finished once, a ref has its
/// commit, or the index has its entries. If not, it does not matter where others moved them.
pub(super) fn landed(running: &Running<'_>, step: usize, land: &Land) -> Result<bool, Refusal> {
    let Some((objects, index)) = running.operation.built(step) else { return Ok(false) };
    let done = |record: &Record| matches!(record, Record::Closed { state: Closed::Done, .. });
    if running.operation.records().iter().any(done) {
        return Ok(true);
    }
    for wanted in moves(land, objects) {
        match running.repo.ref_at(&wanted.name)? {
            Some(now) if running.repo.is_ancestor(&wanted.after, &now)? => return Ok(true),
            _ => {}
        }
    }
    let ours = |(change, now): (&IndexChange, &Option<IndexEntry>)| {
        *now == change.after && *now != change.before
    };
    Ok(index.iter().zip(&entries(running.repo, index)?).any(ours))
}

/// Refuses when a commit of this step is on a remote, as far as this clone knows.
pub(super) fn not_pushed(running: &Running<'_>, step: usize) -> Result<(), Refusal> {
    let Some((objects, _)) = running.operation.built(step) else { return Ok(()) };
    for object in objects {
        let contains = format!("--contains={}", object.as_str());
        let args =
            ["for-each-ref", "--count=1", "--format=%(refname:short)", &contains, "refs/remotes"];
        let out = running.repo.git.call(args).read()?;
        let found = String::from_utf8_lossy(&out);
        if !found.trim().is_empty() {
            return Err(Refusal::unsafe_to(format!(
                "commit {} was pushed ({}), so it is not undone",
                object.short(),
                found.trim()
            ))
            .why("Others may have it; history that left this machine is not rewritten.")
            .next_shell(
                format!("git revert {}", object.short()),
                "makes a commit that takes it back",
            ));
        }
    }
    Ok(())
}

/// Builds what is not built yet and lands it.
pub(super) fn forward(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    if running.operation.built(step).is_none() {
        commit::build(running, step, land)?;
    }
    running.not_interrupted()?;
    let moved = drive(running, step, land, Direction::Forward)?;
    if moved {
        hooks::post_commit(running)?;
        stayed(running, step, land)?;
    }
    drop_keep_ref(running)
}

/// Moves the refs and index entries back; what was built stays reachable through a keep ref.
pub(super) fn back(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    if running.operation.built(step).is_none() {
        hooks::put_back_foreign(running)?;
        return drop_keep_ref(running);
    }
    if !landed(running, step, land)? {
        return Ok(());
    }
    if any_moved(running) {
        keep(running, step)?;
    }
    drive(running, step, land, Direction::Back).map(drop)
}

/// Returns whether a ref was moved.
fn drive(
    running: &Running<'_>,
    step: usize,
    land: &Land,
    direction: Direction,
) -> Result<bool, Refusal> {
    let Some((objects, index)) = running.operation.built(step) else { return Ok(false) };
    let lock = lock_index(running)?;
    let driven = (|| {
        let mut elsewhere = probe(running, step, land)?.into_iter();
        if let Some((name, At::Elsewhere { found })) =
            elsewhere.find(|(_, at)| matches!(at, At::Elsewhere { .. }))
        {
            return Err(Refusal::unsafe_to(format!("{name}: {found}")));
        }
        let prepared = prepare_index(running, index, direction)?;
        let moved = move_refs(running, land, objects, direction)?;
        if let Some(prepared) = prepared {
            let real = running.repo.git_dir.join("index");
            write::rename(&prepared, &real).map_err(|error| io_failed("the index", &error))?;
        }
        Ok(moved)
    })();
    let unlocked = write::remove(&lock).map_err(|error| io_failed(lock.display(), &error));
    driven.and_then(|moved| unlocked.map(|()| moved))
}

fn move_refs(
    running: &Running<'_>,
    land: &Land,
    objects: &[Oid],
    direction: Direction,
) -> Result<bool, Refusal> {
    let mut input = b"start\0".to_vec();
    let mut any = false;
    for wanted in moves(land, objects) {
        let (from, to) = match direction {
            Direction::Forward => (&wanted.before, &wanted.after),
            Direction::Back => (&wanted.after, &wanted.before),
        };
        if running.repo.ref_at(&wanted.name)?.as_ref() == Some(to) {
            continue;
        }
        any = true;
        let line = format!("update {}\0{}\0{}\0", wanted.name, to.as_str(), from.as_str());
        input.extend_from_slice(line.as_bytes());
    }
    if !any {
        return Ok(false);
    }
    input.extend_from_slice(b"prepare\0commit\0");
    let entry = match direction {
        Direction::Forward => reflog(running, land),
        Direction::Back => format!("gonogo: undo operation {}", running.operation.id),
    };
    let call = running.repo.git.write(["update-ref", "-m", &entry, "-z", "--stdin"]).input(input);
    call.read().map(|_| true)
}

/// What git itself would write: `commit: SUBJECT`.
fn reflog(running: &Running<'_>, land: &Land) -> String {
    let Some(Object::Commit { message, .. }) = land.objects.first() else { return String::new() };
    // Message hooks may have changed the subject.
    let last = fs::read(running.operation.file("message")).ok();
    let last =
        last.map_or_else(|| message.into(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
    format!("commit: {}", last.lines().next().unwrap_or_default())
}

/// A copy of the index with this step's entries set; `None` when they are all set already.
fn prepare_index(
    running: &Running<'_>,
    index: &[IndexChange],
    direction: Direction,
) -> Result<Option<PathBuf>, Refusal> {
    let goal = |change: &IndexChange| match direction {
        Direction::Forward => change.after.clone(),
        Direction::Back => change.before.clone(),
    };
    let now = entries(running.repo, index)?;
    if index.iter().zip(&now).all(|(change, now)| goal(change) == *now) {
        return Ok(None);
    }
    let copy = running.operation.file("landing");
    let real = running.repo.git_dir.join("index");
    write::remove(&running.operation.file("landing.lock"))
        .and_then(|()| write::copy_private(&real, &copy))
        .and_then(|()| write::like(&copy, &real))
        .map_err(|error| io_failed("the index cannot be copied", &error))?;
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

/// The index entries of these paths now.
pub(super) fn entries(
    repo: &Repo,
    index: &[IndexChange],
) -> Result<Vec<Option<IndexEntry>>, Refusal> {
    let paths: Vec<&str> = index.iter().map(|change| change.path.as_str()).collect();
    let listed = commit::listed(repo, None, &paths)?;
    Ok(paths.iter().map(|&path| listed.get(path).cloned()).collect())
}

/// After the post-commit hook the branch must still be at our commit.
fn stayed(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    let Some((objects, _)) = running.operation.built(step) else { return Ok(()) };
    for wanted in moves(land, objects) {
        if running.repo.ref_at(&wanted.name)?.as_ref() != Some(&wanted.after) {
            running.notes.push(format!("a post-commit hook moved {} on", wanted.name));
        }
    }
    Ok(())
}

/// The lock git takes for its index.
pub(super) fn index_lock(running: &Running<'_>) -> PathBuf {
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
fn lock_index(running: &Running<'_>) -> Result<PathBuf, Refusal> {
    let lock = index_lock(running);
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

/// The ref that keeps this operation's objects from being collected.
pub(super) fn keep_ref(running: &Running<'_>) -> String {
    format!("refs/gonogo/keep/{}", running.operation.id)
}

fn keep(running: &Running<'_>, step: usize) -> Result<(), Refusal> {
    let Some((objects, _)) = running.operation.built(step) else { return Ok(()) };
    objects.last().map_or(Ok(()), |object| keep_object(running, object))
}

/// Makes an object reachable under [`keep_ref`].
pub(super) fn keep_object(running: &Running<'_>, object: &Oid) -> Result<(), Refusal> {
    update_keep_ref(running, &[&keep_ref(running), object.as_str()])
}

/// A ref of our own is nothing to the user's reference-transaction hook.
fn update_keep_ref(running: &Running<'_>, args: &[&str]) -> Result<(), Refusal> {
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref"];
    running.repo.git.write(without_hooks.iter().chain(args)).read().map(drop)
}

/// Lets the objects go: they have landed, or never will.
pub(super) fn drop_keep_ref(running: &Running<'_>) -> Result<(), Refusal> {
    let name = keep_ref(running);
    if running.repo.ref_at(&name)?.is_none() {
        return Ok(());
    }
    update_keep_ref(running, &["-d", &name])
}
