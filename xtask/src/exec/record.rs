//! The record of a release: kept here under a ref of our own, and on the remote where that takes it.

use super::{Running, commit, share};
use crate::error::Refusal;
use crate::journal::Record;
use crate::plan::{Keep, Oid};
use crate::repo::RECORDS;

/// The ref that holds the record of a release.
pub fn record_ref(tag: &str) -> String {
    format!("{RECORDS}{tag}")
}

/// Writes it down and pushes it, best effort: a server may refuse refs that are neither branches nor
/// tags, and then only other clones miss it.
pub(super) fn forward(running: &mut Running<'_>, step: usize, keep: &Keep) {
    if let Err(failure) = kept(running, step, keep) {
        let said = [vec![failure.what.clone()], failure.why.clone()].concat().join(": ");
        running.notes.push(format!("the record of the release is not kept: {said}"));
    }
}

fn kept(running: &mut Running<'_>, step: usize, keep: &Keep) -> Result<(), Refusal> {
    let name = record_ref(&keep.tag);
    let now = running.repo.ref_at(&name)?;
    let (before, record) = written(running, step, now.as_ref())?;
    if now.as_ref() != Some(&record) {
        // Nothing is there but what the journal says: an empty id means that there must be no ref.
        let before = before.as_ref().map_or("", Oid::as_str);
        update(running, &[&name, record.as_str(), before])?;
    }
    let Some(remote) = &keep.remote else { return Ok(()) };
    if let Err(why) = share::send(running, remote, &name, &record)? {
        running.notes.push(format!(
            "{remote} does not take the record of the release ({why}): other clones do not see it"
        ));
    }
    Ok(())
}

/// The blob of the record, and what its ref held before; both are in the journal before the ref moves.
fn written(
    running: &mut Running<'_>,
    step: usize,
    now: Option<&Oid>,
) -> Result<(Option<Oid>, Oid), Refusal> {
    if let Some((before, record)) = running.operation.recorded(step)
        && running.repo.has(record)?
    {
        return Ok((before.cloned(), record.clone()));
    }
    let bytes = running.host.record(&running.operation)?;
    let git = &running.repo.git;
    let out = git.write(["hash-object", "-w", "--no-filters", "--stdin"]).input(bytes).read()?;
    let record = commit::oid(&out).ok_or_else(|| Refusal::external("git printed no id"))?;
    let entry = Record::Recorded { step, before: now.cloned(), blob: record.clone() };
    running.operation.append(entry)?;
    Ok((now.cloned(), record))
}

/// A ref of our own is nothing to the user's hooks.
fn update(running: &Running<'_>, args: &[&str]) -> Result<(), Refusal> {
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref"];
    running.repo.git.write(without_hooks.iter().chain(args)).read().map(drop)
}

/// Forgets the record again: the ref holds what it held before. What this operation did not write
/// there is another release's.
pub(super) fn back(running: &Running<'_>, step: usize, keep: &Keep) -> Result<(), Refusal> {
    let name = record_ref(&keep.tag);
    let Some((before, record)) = running.operation.recorded(step) else { return Ok(()) };
    if running.repo.ref_at(&name)?.as_ref() != Some(record) {
        return Ok(());
    }
    match before {
        Some(before) => update(running, &[&name, before.as_str(), record.as_str()]),
        None => update(running, &["-d", &name, record.as_str()]),
    }
}
