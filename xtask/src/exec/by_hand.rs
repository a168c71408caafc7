//! What a person says of a step: that it was done by hand, or that it will not be done.

use super::{Asked, Finished, Running, holder, interrupts};
use crate::error::Refusal;
use crate::journal::{Direction, Journal, Operation, Record, Said, Sent, State, Tried};
use crate::plan::Action;
use crate::repo::{Repo, in_hook};

/// What became of an operation after a person has said something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByHand {
    /// It was open and is completed.
    Finished(Finished),
    /// It had ended; `left` are the names of the steps that still wait for a person.
    Noted { id: u64, title: String, left: Vec<String> },
}

/// Writes it down, and who said it. An operation that is open goes on then; else it is about what
/// [`Journal::waiting`] finds.
///
/// # Errors
/// No step of this name waits for anything; as for [`super::resume`].
pub fn by_hand(repo: &Repo, name: &str, said: Said, asked: &Asked<'_>) -> Result<ByHand, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&holder(asked))?;
    let newest = locked.journal().newest()?;
    let open = newest.filter(|operation| matches!(operation.state(), State::Open(_)));
    let (operation, is_open) = match open {
        Some(operation) => (Some(operation), true),
        None => (locked.journal().waiting()?, false),
    };
    let Some(mut operation) = operation else {
        return Err(Refusal::usage("nothing waits for a person").next("log", "lists what was done"));
    };
    let step = step(&operation, name)?;
    let record = Record::ByHand { step, said, who: asked.who.clone(), at: asked.at };
    if is_open {
        let mut running = Running::new(repo, operation, asked, interrupts()?);
        running.turn(Direction::Forward)?;
        running.operation.append(record)?;
        return running.forward().map(ByHand::Finished);
    }
    operation.append(record)?;
    let left = operation.waiting().into_iter().map(|(_, person)| person.name.clone()).collect();
    let title = operation.plan().title.clone();
    Ok(ByHand::Noted { id: operation.id, title, left })
}

/// The first step of this name that nobody has said anything of, and that has not succeeded.
fn step(operation: &Operation, name: &str) -> Result<usize, Refusal> {
    let waits = names(operation);
    if let Some((step, _)) = waits.iter().find(|(_, own)| *own == name) {
        return Ok(*step);
    }
    let title = &operation.plan().title;
    let refusal = Refusal::usage(format!("no step \"{name}\" of {title} waits for a person"));
    Err(match waits.as_slice() {
        [] => refusal.next(format!("log {}", operation.id), "shows its steps"),
        waits => waits.iter().fold(refusal, |refusal, (_, name)| {
            refusal.next(format!("resume --done {name}"), "says that it is done")
        }),
    })
}

/// The steps that a person can do instead, by their names.
fn names(operation: &Operation) -> Vec<(usize, &str)> {
    let steps = operation.plan().steps.iter().enumerate();
    let waits = steps.filter_map(|(step, planned)| match &planned.action {
        Action::Person(person) => Some((step, person.name.as_str())),
        Action::Run(run) => {
            let all = 0..run.commands.len();
            let open = all.into_iter().any(|number| operation.tried(step, number) != Tried::Done);
            open.then_some((step, run.name.as_str()))
        }
        // The only way out where neither the push nor undo is possible any more.
        Action::Push(_) => {
            let stuck = operation.pushed(step) == Sent::No && !operation.is_undoable();
            stuck.then_some((step, "push"))
        }
        Action::Files(_)
        | Action::Check(_)
        | Action::Rehearse(_)
        | Action::Build(_)
        | Action::Gates(_)
        | Action::Land(_)
        | Action::Switch(_)
        | Action::Pull(_)
        | Action::Keep(_)
        | Action::Share(_)
        | Action::Hooks(_) => None,
    });
    waits.filter(|(step, _)| operation.by_hand(*step).is_none()).collect()
}
