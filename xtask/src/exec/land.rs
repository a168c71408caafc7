//! Landing: refs move in one transaction and the checked-out branch's index entries with them,
//! under git's own index lock, which names us.
//!
//! The ref transaction is all-or-nothing against refusals, not against a kill: the objects and
//! index entries are in the journal before, every ref is compared on its own, and only what is
//! not at its goal is moved.

use std::collections::HashMap;
use std::fs;

use super::hooks::Present;
use super::{Running, hooks, index, io_failed, keep, switch};
use crate::error::Refusal;
use crate::journal::{Closed, Direction, IndexChange, IndexEntry, Record};
use crate::plan::{Action, At, Id, Land, Object, Oid, RefMove};
use crate::sys::fs as write;

/// Where a ref was and where it goes; `None` is that it does not exist.
struct Move {
    name: String,
    before: Option<Oid>,
    after: Option<Oid>,
}

/// The moves of a step, `None` while an object of theirs is not made.
fn moves(running: &Running<'_>, land: &Land) -> Option<Vec<Move>> {
    let id = |id: &Option<Id>| match id {
        Some(id) => running.operation.object(id).map(Some),
        None => Some(None),
    };
    let one = |planned: &RefMove| {
        let (before, after) = (id(&planned.old)?, id(&planned.new)?);
        Some(Move { name: planned.name.clone(), before, after })
    };
    land.moves.iter().map(one).collect()
}

/// The index entries that go with the checked-out branch, when it moves to a commit of the plan and
/// is still checked out.
fn entries<'r>(running: &'r Running<'_>, step: usize, land: &Land) -> &'r [IndexChange] {
    if switch::is_elsewhere(running, step) {
        return &[];
    }
    let branch = running.operation.branch_at(step);
    let own = land.moves.iter().find(|planned| Some(planned.name.as_str()) == branch);
    let commit = own.and_then(|planned| planned.new.as_ref());
    commit.and_then(|id| running.operation.index_of(id)).unwrap_or_default()
}

/// Where each ref and each index entry is.
pub(super) fn probe(
    running: &Running<'_>,
    step: usize,
    land: &Land,
) -> Result<Vec<(String, At)>, Refusal> {
    let staged = index::entries(running.repo, entries(running, step, land))?;
    probe_with(running, step, land, &Found { refs: refs(running, land)?, staged })
}

/// What there is of a step.
struct Found {
    /// Its refs.
    refs: HashMap<String, Oid>,
    /// Of each of [`entries`], what the index has.
    staged: Vec<Option<IndexEntry>>,
}

fn refs(running: &Running<'_>, land: &Land) -> Result<HashMap<String, Oid>, Refusal> {
    running.repo.refs_at(land.moves.iter().map(|wanted| wanted.name.as_str()))
}

/// The same where it is known what there is.
fn probe_with(
    running: &Running<'_>,
    step: usize,
    land: &Land,
    Found { refs: now, staged }: &Found,
) -> Result<Vec<(String, At)>, Refusal> {
    let Some(moves) = moves(running, land) else {
        return land
            .moves
            .iter()
            .map(|wanted| {
                let found = now.get(&wanted.name).cloned();
                // What an earlier step is still to make is not there to be compared.
                let old = wanted.old.as_ref().map(|id| running.operation.object(id));
                let at = match &old {
                    None if found.is_none() => At::Before,
                    Some(None) => At::Before,
                    Some(old) if *old == found => At::Before,
                    _ if not_yet(running, step, &wanted.name, found.as_ref()) => At::Before,
                    _ => moved_on(found),
                };
                Ok((wanted.name.clone(), at))
            })
            .collect();
    };
    let mut found = Vec::new();
    for wanted in &moves {
        let now = now.get(&wanted.name).cloned();
        let at = match &now {
            id if *id == wanted.after => At::After,
            id if *id == wanted.before => At::Before,
            _ if gone_on(running, step, &wanted.name, now.as_ref()) => At::After,
            _ if not_yet(running, step, &wanted.name, now.as_ref()) => At::Before,
            _ => moved_on(now),
        };
        found.push((wanted.name.clone(), at));
    }
    found.extend(head(running, step, &moves)?);
    for (change, now) in entries(running, step, land).iter().zip(staged) {
        let at = match now {
            now if *now == change.after => At::After,
            now if *now == change.before => At::Before,
            _ if later_entry(running, step, change, now.as_ref()) => At::After,
            _ => At::Elsewhere { found: "something else was staged".into() },
        };
        found.push((format!("index entry {}", change.path), at));
    }
    Ok(found)
}

/// Whether an earlier step of the plan is still to move this ref from where it is.
fn not_yet(running: &Running<'_>, step: usize, name: &str, now: Option<&Oid>) -> bool {
    let earlier = running.operation.plan().steps[..step].iter();
    let mut moves =
        earlier.flat_map(|step| step.action.moves()).filter(|planned| planned.name == name);
    moves.any(|planned| {
        let old = planned.old.as_ref().and_then(|id| running.operation.object(id));
        old.as_ref() == now
    })
}

/// Whether a later step of the plan has moved this ref on to where it is.
fn gone_on(running: &Running<'_>, step: usize, name: &str, now: Option<&Oid>) -> bool {
    let here = running.operation.plan().steps[step].action.moves();
    let begins = here.iter().find(|planned| planned.name == name).map(|planned| &planned.old);
    // Where this step makes a branch that a later one deletes, it is nowhere before and after.
    if begins.is_some_and(|old| old.is_none() && now.is_none()) {
        return false;
    }
    let later = running.operation.plan().steps.iter().skip(step + 1);
    let mut moves =
        later.flat_map(|step| step.action.moves()).filter(|planned| planned.name == name);
    moves.any(|planned| {
        let after = planned.new.as_ref().map(|id| running.operation.object(id));
        match after {
            None => now.is_none(),
            Some(made) => made.is_some() && made.as_ref() == now,
        }
    })
}

/// Whether a later commit of the plan has set this index entry.
fn later_entry(
    running: &Running<'_>,
    step: usize,
    change: &IndexChange,
    now: Option<&IndexEntry>,
) -> bool {
    let steps = running.operation.plan().steps.len();
    let mut later = (step + 1..steps).filter_map(|step| running.operation.built(step));
    later.any(|(_, entries)| {
        entries.iter().any(|later| later.path == change.path && later.after.as_ref() == now)
    })
}

/// HEAD is where the plan has it; a branch that somebody has checked out meanwhile is not moved.
fn head(
    running: &Running<'_>,
    step: usize,
    moves: &[Move],
) -> Result<Option<(String, At)>, Refusal> {
    if switch::is_elsewhere(running, step) {
        return Ok(None);
    }
    let planned = running.operation.branch_at(step);
    let now = running.repo.current_branch()?;
    let moves = |branch: Option<&str>| moves.iter().any(|wanted| Some(&*wanted.name) == branch);
    if now.as_deref() == planned || !(moves(planned) || moves(now.as_deref())) {
        return Ok(None);
    }
    let now = now.unwrap_or_else(|| "no branch".into());
    Ok(Some(("HEAD".into(), At::Elsewhere { found: format!("it is on {now} now") })))
}

fn moved_on(found: Option<Oid>) -> At {
    At::Elsewhere {
        found: match found {
            Some(id) => format!("it has moved on to {}", id.short()),
            None => "it is gone".into(),
        },
    }
}

/// Whether any ref of the user names an object that the operation made: then nothing is taken back
/// without being asked. Where that cannot be found out, the answer is yes.
pub(super) fn any_moved(running: &Running<'_>) -> bool {
    let object = |id: &Option<Id>| id.as_ref().and_then(|id| running.operation.object(id));
    let made = |planned: &&RefMove| matches!(planned.new, Some(Id::Made(_)));
    running.operation.plan().moves().into_iter().filter(made).any(|planned| {
        let after = object(&planned.new);
        if after.is_none() || after == object(&planned.old) {
            return false;
        }
        running.repo.ref_at(&planned.name).map_or(true, |now| now == after)
    })
}

/// Whether there is anything of this step to take back: it was finished once, a ref has its
/// commit, or the index has its entries. If not, it does not matter where others moved them.
pub(super) fn landed(running: &Running<'_>, step: usize, land: &Land) -> Result<bool, Refusal> {
    let Some(moves) = moves(running, land) else { return Ok(false) };
    let done = |record: &Record| matches!(record, Record::Closed { state: Closed::Done, .. });
    if running.operation.records().iter().any(done) {
        return Ok(true);
    }
    for wanted in moves {
        match (running.repo.ref_at(&wanted.name)?, &wanted.after) {
            (None, None) => return Ok(true),
            (Some(now), Some(after)) if now == *after => return Ok(true),
            (Some(now), Some(after)) if is_commit(running, after)? => {
                let is_new = wanted.before.as_ref() != Some(after);
                if is_new && running.repo.is_ancestor(after, &now)? {
                    return Ok(true);
                }
            }
            _ => {}
        }
    }
    let ours = |(change, now): (&IndexChange, &Option<IndexEntry>)| {
        *now == change.after && *now != change.before
    };
    let entries = entries(running, step, land);
    Ok(entries.iter().zip(&index::entries(running.repo, entries)?).any(ours))
}

fn is_commit(running: &Running<'_>, id: &Oid) -> Result<bool, Refusal> {
    let out = running.repo.git.call(["cat-file", "-t", id.as_str()]).output()?;
    Ok(out.stdout.starts_with(b"commit"))
}

/// Refuses when a commit of this step is on a remote, as far as this clone knows.
pub(super) fn not_pushed(running: &Running<'_>, step: usize) -> Result<(), Refusal> {
    let Some((objects, _)) = running.operation.built(step) else { return Ok(()) };
    let planned = running.operation.plan().steps[step].action.objects();
    // Where nothing was to be done, an object is the commit that the branch was at.
    let ours = |(made, planned): &(&Oid, &Object)| match planned {
        Object::Commit(_) => true,
        Object::Withdrawal(it) => running.operation.object(&it.target).as_ref() != Some(*made),
        Object::Tag(_) | Object::Merge(_) => false,
    };
    let commits = objects.iter().zip(planned).filter(ours);
    for (object, _) in commits {
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

/// Moves the refs, and the index entries with them.
pub(super) fn forward(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    running.not_interrupted()?;
    if land.moves.iter().any(|planned| planned.name.starts_with("refs/tags/")) {
        running.host.built(&running.operation)?;
    }
    drive(running, step, land, Direction::Forward)?;
    let commits = !entries(running, step, land).is_empty();
    if commits && !running.operation.post_commit_began(step) {
        running.operation.append(Record::PostCommit { step })?;
        if hooks::present(running.repo, &["post-commit"])? == Present::Perhaps {
            hooks::post_commit(running)?;
            stayed(running, step, land)?;
        }
    }
    Ok(())
}

/// What was built and has not landed need not be kept.
pub(super) fn build_back(running: &mut Running<'_>, step: usize) -> Result<(), Refusal> {
    if running.operation.built(step).is_none() {
        hooks::put_back_foreign(running)?;
        if running.operation.any_built() {
            return Ok(());
        }
        return keep::release(running);
    }
    Ok(())
}

/// Moves the refs and index entries back; what was built stays reachable through keep refs.
pub(super) fn back(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    if !landed(running, step, land)? {
        return Ok(());
    }
    if any_moved(running) {
        keep_objects(running)?;
    }
    drive(running, step, land, Direction::Back)
}

fn drive(
    running: &Running<'_>,
    step: usize,
    land: &Land,
    direction: Direction,
) -> Result<(), Refusal> {
    let Some(moves) = moves(running, land) else { return Ok(()) };
    let entries = entries(running, step, land).to_vec();
    let lock = index::lock(running)?;
    let driven = (|| {
        let source = index::source(running, &entries, direction)?;
        let found = Found { refs: refs(running, land)?, staged: source.now(&entries) };
        let mut elsewhere = probe_with(running, step, land, &found)?.into_iter();
        if let Some((name, At::Elsewhere { found })) =
            elsewhere.find(|(_, at)| matches!(at, At::Elsewhere { .. }))
        {
            return Err(Refusal::unsafe_to(format!("{name}: {found}")));
        }
        let behind = direction == Direction::Forward && overtaken(running, step, land, &found);
        let prepared = match behind {
            true => None,
            false => index::prepared(running, &entries, &source, direction)?,
        };
        move_refs(running, step, land, (&moves, &found.refs), direction)?;
        if let Some(prepared) = prepared {
            let real = running.repo.git_dir.join("index");
            write::rename(&prepared, &real).map_err(|error| io_failed("the index", &error))?;
        }
        Ok(())
    })();
    let unlocked = write::remove(&lock).map_err(|error| io_failed(lock.display(), &error));
    driven.and(unlocked)
}

/// Whether a later step of the plan has moved every ref of this one on.
fn overtaken(running: &Running<'_>, step: usize, land: &Land, found: &Found) -> bool {
    let gone =
        |planned: &RefMove| gone_on(running, step, &planned.name, found.refs.get(&planned.name));
    !land.moves.is_empty() && land.moves.iter().all(gone)
}

/// Moves those refs that are not there yet; where they are was looked up under the lock, and git
/// compares it.
fn move_refs(
    running: &Running<'_>,
    step: usize,
    land: &Land,
    (moves, all): (&[Move], &HashMap<String, Oid>),
    direction: Direction,
) -> Result<(), Refusal> {
    let mut input = b"start\0".to_vec();
    let mut any = false;
    for wanted in moves {
        let (from, to) = match direction {
            Direction::Forward => (&wanted.before, &wanted.after),
            Direction::Back => (&wanted.after, &wanted.before),
        };
        let now = all.get(&wanted.name).cloned();
        let forward = direction == Direction::Forward;
        if now == *to || forward && gone_on(running, step, &wanted.name, now.as_ref()) {
            continue;
        }
        any = true;
        let name = &wanted.name;
        let line = match (from, to) {
            (Some(from), Some(to)) => {
                format!("update {name}\0{}\0{}\0", to.as_str(), from.as_str())
            }
            (None, Some(to)) => format!("create {name}\0{}\0", to.as_str()),
            (Some(from), None) => format!("delete {name}\0{}\0", from.as_str()),
            (None, None) => continue,
        };
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
    let plan = running.operation.plan();
    let objects = plan.objects();
    let made = land.moves.iter().find_map(|planned| match &planned.new {
        Some(Id::Made(number)) => match objects.get(*number)? {
            Object::Commit(commit) => Some(commit),
            Object::Tag(_) | Object::Merge(_) | Object::Withdrawal(_) => None,
        },
        _ => None,
    });
    let Some(commit) = made else { return format!("gonogo: {}", plan.title) };
    // Message hooks may have changed the subject.
    let last = fs::read(running.operation.file("message")).ok();
    let last = last.map_or_else(
        || commit.message.clone(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    );
    format!("commit: {}", last.lines().next().unwrap_or_default())
}

/// After the post-commit hook the branch must still be at our commit: what it made of it is not what
/// was tested, and is not pushed.
fn stayed(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    let mut later = running.operation.plan().steps.iter().skip(step);
    let pushes = later.any(|step| matches!(step.action, Action::Push(_)));
    let moves = moves(running, land).unwrap_or_default();
    let now = running.repo.refs_at(moves.iter().map(|wanted| wanted.name.as_str()))?;
    for wanted in moves {
        if now.get(&wanted.name) == wanted.after.as_ref() {
            continue;
        }
        let moved = format!("a post-commit hook moved {} on", wanted.name);
        if pushes {
            return Err(Refusal::external(moved).why("So nothing was pushed."));
        }
        running.notes.push(moved);
    }
    Ok(())
}

fn keep_objects(running: &Running<'_>) -> Result<(), Refusal> {
    let steps = running.operation.plan().steps.len();
    let built = (0..steps).filter_map(|step| running.operation.built(step));
    let objects: Vec<Oid> = built.flat_map(|(objects, _)| objects.to_vec()).collect();
    keep::keep(running, &objects)
}
