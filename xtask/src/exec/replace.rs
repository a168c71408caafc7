//! An operation that takes the place of one that is open: a push was refused, and there is another
//! way to the same end.
//!
//! The first record of the new operation names the old one, so there is no moment between the two.
//! The old one is not touched: when the new one is taken back, it is the open one again.

use super::{Asked, Direction, Finished, Running, begun, holder, interrupts, keep};
use crate::error::{Exit, Refusal};
use crate::journal::{Closed, Journal, Operation, State};
use crate::plan::Plan;
use crate::repo::{Repo, in_hook};

/// The open operation, made ready to be replaced: nothing of it runs any more, and nothing of it has
/// arrived at a remote.
///
/// # Errors
/// No operation is open; it belongs to another work tree; it is on its way back; a push of it
/// arrived, or nobody knows.
pub fn replaceable(repo: &Repo, asked: &Asked<'_>) -> Result<Operation, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&holder(asked))?;
    let newest = locked.journal().newest()?;
    let Some(operation) = newest.filter(|it| matches!(it.state(), State::Open(_))) else {
        return Err(Refusal::usage("no operation is open").next("log", "lists them"));
    };
    if operation.state() == State::Open(Direction::Back) {
        return Err(
            Refusal::open("this operation is being taken back").next("undo", "completes that")
        );
    }
    let mut running = Running::new(repo, operation, asked, interrupts()?);
    running.turn(Direction::Forward)?;
    running.nothing_arrived()?;
    Ok(running.operation)
}

/// Executes a plan in place of the open operation `old`, which is over then.
///
/// # Errors
/// As for [`super::run`]; where the plan was taken back, the old operation is open as before.
pub fn replace(
    repo: &Repo,
    old: &Operation,
    plan: Plan,
    before: &[Vec<u8>],
    asked: &Asked<'_>,
) -> Result<Finished, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&holder(asked))?;
    let finished = begun(repo, &locked, plan, before, asked, Some(old.id))
        .and_then(|mut running| running.forward());
    locked.prune();
    finished.map_err(|mut failure| match locked.journal().newest() {
        Ok(Some(open)) if open.id == old.id && failure.exit != Exit::Interrupted => {
            failure.exit = Exit::Open;
            failure.why(format!("Operation {} is open as before.", old.id))
        }
        _ => failure,
    })
}

/// What this operation replaced is over.
pub(super) fn closed(running: &Running<'_>) -> Result<(), Refusal> {
    let Some(id) = running.operation.begin().replaces else { return Ok(()) };
    let Some(mut old) = Journal::of(&running.repo.common_dir).operation(id)? else { return Ok(()) };
    if matches!(old.state(), State::Open(_)) {
        keep::release_of(running.repo, id)?;
        old.close(Closed::Replaced, running.at)?;
    }
    Ok(())
}
