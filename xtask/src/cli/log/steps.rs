//! What became of each step of an operation, as far as its journal tells.

use std::cmp::Ordering::{Equal, Greater, Less};

use crate::journal::{Closed, Operation, Record, Said, Sent, State, Tried};
use crate::plan::Action;
use crate::ui::Mark;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Done,
    /// The operation goes on here: this step may have begun.
    Open,
    /// It failed here.
    Stopped,
    TakenBack,
    /// It never began.
    NotReached,
    /// A person has still to do it.
    Waiting,
    /// A person said that it will not be done.
    LeftOut,
}

impl Became {
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "open",
            Self::Stopped => "stopped",
            Self::TakenBack => "taken back",
            Self::NotReached => "not reached",
            Self::Waiting => "waits for you",
            Self::LeftOut => "left out",
        }
    }

    pub fn mark(self) -> Mark {
        match self {
            Self::Done => Mark::Good,
            Self::Open | Self::Waiting => Mark::Unknown,
            Self::Stopped => Mark::Failed,
            Self::TakenBack | Self::NotReached | Self::LeftOut => Mark::Skipped,
        }
    }
}

/// What became of each step, in their order.
pub(super) fn became(operation: &Operation) -> Vec<Became> {
    let steps = operation.plan().steps.len();
    let was_done = operation
        .records()
        .iter()
        .any(|record| matches!(record, Record::Closed { state: Closed::Done, .. }));
    let frontier = if was_done { steps } else { frontier(operation) };
    let by_git = |step: usize| match (operation.state(), step.cmp(&frontier)) {
        (State::Closed(Closed::Done), _)
        | (State::Open(_) | State::Closed(Closed::Replaced), Less) => Became::Done,
        (State::Open(_), Equal) => Became::Open,
        (State::Closed(Closed::TakenBack | Closed::Replaced), Equal) => Became::Stopped,
        (State::Closed(_), Less) | (State::Closed(Closed::Undone), Equal) => Became::TakenBack,
        (_, Greater) => Became::NotReached,
    };
    let each = |step: usize| {
        let is_for_a_person = matches!(operation.plan().steps[step].action, Action::Person(_));
        match (operation.by_hand(step), by_git(step)) {
            (Some((Said::Done, ..)), _) => Became::Done,
            (Some((Said::Skipped, ..)), _) => Became::LeftOut,
            (None, Became::Done) if is_for_a_person => Became::Waiting,
            (None, became) => became,
        }
    };
    (0..steps).map(each).collect()
}

/// The first step that is not known to have ended well. Steps that leave no record count as done
/// when a later one has left one; edits rarely fail, so what comes after them is named instead.
fn frontier(operation: &Operation) -> usize {
    let plan = operation.plan();
    let last = operation.records().iter().filter_map(step_of).max();
    let first = match last {
        Some(step) if is_done(operation, step) => step + 1,
        Some(step) => step,
        None => 0,
    };
    let edits = |step: &usize| matches!(plan.steps[*step].action, Action::Files(_));
    let failed = operation.state() == State::Closed(Closed::TakenBack);
    let after = (first..plan.steps.len()).find(|step| !failed || !edits(step));
    after.unwrap_or(first)
}

fn step_of(record: &Record) -> Option<usize> {
    match record {
        Record::Hooks { step, .. }
        | Record::HooksEnded { step }
        | Record::Built { step, .. }
        | Record::Gates { step, .. }
        | Record::PostCommit { step }
        | Record::Switching { step, .. }
        | Record::Switched { step, .. }
        | Record::Pushing { step }
        | Record::Refused { step }
        | Record::Pushed { step }
        | Record::Recorded { step, .. }
        | Record::Running { step, .. }
        | Record::Ran { step, .. }
        | Record::ByHand { step, .. } => Some(*step),
        Record::Begin(_) | Record::Turn { .. } | Record::Closed { .. } => None,
    }
}

fn is_done(operation: &Operation, step: usize) -> bool {
    match &operation.plan().steps[step].action {
        Action::Build(_) => operation.built(step).is_some(),
        Action::Gates(_) => operation.gated(step).is_some(),
        Action::Push(_) => operation.pushed(step) == Sent::Yes,
        Action::Switch(_) => {
            let switched = |record: &Record| matches!(record, Record::Switched { step: of, back: false } if *of == step);
            operation.records().iter().any(switched)
        }
        Action::Land(_) => operation.post_commit_began(step),
        Action::Keep(_) => operation.recorded(step).is_some(),
        Action::Run(run) => {
            let done = |command| operation.tried(step, command) == Tried::Done;
            operation.by_hand(step).is_some() || (0..run.commands.len()).all(done)
        }
        Action::Files(_)
        | Action::Check(_)
        | Action::Rehearse(_)
        | Action::Pull(_)
        | Action::Share(_)
        | Action::Hooks(_)
        | Action::Person(_) => false,
    }
}
