//! Landing: refs move in one transaction and the checked-out branch's index entries with them,
//! under git's own index lock, which names us.
//!
//! The ref transaction is all-or-nothing against refusals, not against a kill: the objects and
//! index entries are in the journal before, every ref is compared on its own, and only what is
//! not at its goal is moved.

use std::fs;

use super::{Running, commit, hooks, index, io_failed, keep};
use crate::error::Refusal;
use crate::journal::{Closed, Direction, IndexChange, IndexEntry, Record};
use crate::plan::{Action, At, Land, Object, Oid};
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
    let Some((objects, entries)) = running.operation.built(step) else {
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
    for (change, now) in entries.iter().zip(index::entries(running.repo, entries)?) {
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
        Action::Files(_) | Action::Check(_) | Action::Rehearse(_) | Action::Hooks(_) => None,
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
    let Some((objects, entries)) = running.operation.built(step) else { return Ok(false) };
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
    Ok(entries.iter().zip(&index::entries(running.repo, entries)?).any(ours))
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
    drive(running, step, land, Direction::Forward)?;
    if !running.operation.post_commit_began(step) {
        running.operation.append(Record::PostCommit { step })?;
        hooks::post_commit(running)?;
        stayed(running, step, land)?;
    }
    keep::release(running)
}

/// Moves the refs and index entries back; what was built stays reachable through a keep ref.
pub(super) fn back(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    if running.operation.built(step).is_none() {
        hooks::put_back_foreign(running)?;
        return keep::release(running);
    }
    if !landed(running, step, land)? {
        return Ok(());
    }
    if any_moved(running) {
        keep_objects(running, step)?;
    }
    drive(running, step, land, Direction::Back)
}

fn drive(
    running: &Running<'_>,
    step: usize,
    land: &Land,
    direction: Direction,
) -> Result<(), Refusal> {
    let Some((objects, entries)) = running.operation.built(step) else { return Ok(()) };
    let lock = index::lock(running)?;
    let driven = (|| {
        let mut elsewhere = probe(running, step, land)?.into_iter();
        if let Some((name, At::Elsewhere { found })) =
            elsewhere.find(|(_, at)| matches!(at, At::Elsewhere { .. }))
        {
            return Err(Refusal::unsafe_to(format!("{name}: {found}")));
        }
        let prepared = index::prepared(running, entries, direction)?;
        move_refs(running, land, objects, direction)?;
        if let Some(prepared) = prepared {
            let real = running.repo.git_dir.join("index");
            write::rename(&prepared, &real).map_err(|error| io_failed("the index", &error))?;
        }
        Ok(())
    })();
    let unlocked = write::remove(&lock).map_err(|error| io_failed(lock.display(), &error));
    driven.and(unlocked)
}

fn move_refs(
    running: &Running<'_>,
    land: &Land,
    objects: &[Oid],
    direction: Direction,
) -> Result<(), Refusal> {
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
        return Ok(());
    }
    input.extend_from_slice(b"prepare\0commit\0");
    let entry = match direction {
        Direction::Forward => reflog(running, land),
        Direction::Back => format!("gonogo: undo operation {}", running.operation.id),
    };
    let call = running.repo.git.write(["update-ref", "-m", &entry, "-z", "--stdin"]).input(input);
    call.read().map(drop)
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

fn keep_objects(running: &Running<'_>, step: usize) -> Result<(), Refusal> {
    let Some((objects, _)) = running.operation.built(step) else { return Ok(()) };
    objects.last().map_or(Ok(()), |object| keep::keep(running, object))
}
