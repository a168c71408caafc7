//! Whether an operation can be taken back at all.

use super::{Running, land, push};
use crate::error::{Refusal, word};
use crate::journal::{Closed, Operation, Said, Sent, State, Tried};
use crate::plan::{Action, Id, Object, Oid, Push, RefMove, short};

impl Running<'_> {
    /// Refuses what cannot be taken back: commands that ran, what a person has done, what was pushed,
    /// what was committed by hand.
    ///
    /// # Errors
    /// The first of these that there is, and what can be done instead.
    pub(super) fn undoable(&mut self) -> Result<(), Refusal> {
        nothing_ran(&self.operation)?;
        self.nothing_arrived()?;
        self.not_pushed()?;
        self.not_committed_by_hand()
    }

    /// What has left this machine is not undone; where that is not known, the remote is asked.
    pub(super) fn nothing_arrived(&mut self) -> Result<(), Refusal> {
        let plan = self.operation.plan().clone();
        for (number, step) in plan.steps.iter().enumerate() {
            if let Action::Push(push) = &step.action {
                push::nothing_arrived(self, number, push)?;
            }
        }
        Ok(())
    }

    /// The same of what was pushed by hand, as far as this clone knows.
    fn not_pushed(&self) -> Result<(), Refusal> {
        let steps = 0..self.operation.plan().steps.len();
        steps.into_iter().try_for_each(|step| land::not_pushed(self, step))
    }

    /// Edits that were committed meanwhile are not taken out of the work tree behind that commit.
    fn not_committed_by_hand(&self) -> Result<(), Refusal> {
        let finished = self.operation.state() == State::Closed(Closed::Done);
        let plan = self.operation.plan();
        let base = plan.base.head.as_ref();
        if !finished || self.operation.lands() || self.repo.head.commit() == base {
            return Ok(());
        }
        let paths: Vec<&str> = plan.files().iter().map(|change| change.path.as_str()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        match self.repo.last_commit_of(base, &paths)? {
            None => Ok(()),
            Some(commit) => Err(Refusal::unsafe_to(format!("{} was committed since", plan.title))
                .why(format!("Commit {commit} has these files; undo knows only the work tree."))
                .next_shell(format!("git revert {commit}"), "makes a commit that takes it back")),
        }
    }

    /// The way back, where there is one.
    pub(super) fn or_undo(&self, refusal: Refusal, what_for: &str) -> Refusal {
        match self.operation.is_undoable() {
            true => refusal.next("undo", what_for),
            false => refusal,
        }
    }

    /// What is done instead of an undo of what others may have.
    pub(super) fn was_pushed(&self, push: &Push) -> Refusal {
        was_pushed(&self.operation, push)
    }
}

/// Whether an operation can be taken back, as far as its journal alone tells: for those who only want
/// to know.
///
/// # Errors
/// Commands of it ran, a person has done something of it, or it was pushed; what can be done instead.
pub fn undoable(operation: &Operation) -> Result<(), Refusal> {
    nothing_ran(operation)?;
    let steps = operation.plan().steps.iter().enumerate();
    let mut pushed = steps.filter_map(|(step, planned)| {
        let Action::Push(push) = &planned.action else { return None };
        (operation.pushed(step) == Sent::Yes).then_some(push)
    });
    pushed.next().map_or(Ok(()), |push| Err(was_pushed(operation, push)))
}

/// What a command of the configuration did is known to nobody here.
fn nothing_ran(operation: &Operation) -> Result<(), Refusal> {
    let title = &operation.plan().title;
    let began = operation.begun_runs();
    let steps = operation.plan().steps.iter().enumerate();
    let done =
        steps.filter_map(|(step, planned)| match (&planned.action, operation.by_hand(step)) {
            (Action::Person(person), Some((Said::Done, who, _))) => Some((&person.name, who)),
            _ => None,
        });
    let done: Vec<String> = done.map(|(name, who)| format!("{name} ({who})")).collect();
    if began.is_empty() && done.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::unsafe_to(format!("{title} is not undone: it reached beyond git"));
    let refusal = began.into_iter().fold(refusal, |refusal, (step, run)| {
        let all = run.commands.iter().enumerate();
        let ran = all.filter(|(number, _)| operation.tried(step, *number) != Tried::Never);
        let ran: Vec<String> = ran.map(|(_, command)| command.shown()).collect();
        refusal.why(format!("{} ran: {}", run.name, ran.join("; ")))
    });
    let refusal = match done.as_slice() {
        [] => refusal,
        done => refusal.why(format!("Done by hand: {}.", done.join(", "))),
    };
    Err(match operation.state() {
        State::Open(_) => refusal.leaves_open().next("resume", "completes it"),
        State::Closed(_) => refusal.next(format!("log {}", operation.id), "shows what it did"),
    })
}

fn was_pushed(operation: &Operation, push: &Push) -> Refusal {
    let title = &operation.plan().title;
    let refusal =
        Refusal::unsafe_to(format!("{title} was pushed to {}, so it is not undone", push.remote))
            .why("Others may have it; history that left this machine is not rewritten.");
    let reverted = |(commit, is_merge): (Oid, bool)| {
        let parent = if is_merge { "-m 1 " } else { "" };
        format!("git revert {parent}{}", commit.short())
    };
    if let Some(withdrawal) = withdrawal(operation) {
        return refusal.next_shell(reverted(withdrawal), "brings back what was taken out");
    }
    let mut made = push.moves.iter().filter(|planned| planned.new.is_some());
    let tag = made.find_map(|planned| planned.name.strip_prefix("refs/tags/"));
    if let Some(tag) = tag {
        let release = operation.plan().release();
        let release = release.map_or(tag, |keep| keep.about.version.as_str());
        let ours = format!("rollback {}", word(release));
        return refusal.next(ours, "withdraws it, and shows first what that takes");
    }
    let is_new = |planned: &&RefMove| planned.old.is_none() && planned.new.is_some();
    if let Some(new) = push.moves.iter().find(is_new) {
        let (remote, branch) = (word(&push.remote), word(short(&new.name)));
        let command = format!("git push {remote} --delete {branch}");
        return refusal.next_shell(command, "withdraws the branch");
    }
    match push.moves.iter().find_map(|planned| landed(operation, planned)) {
        Some(commit) => refusal.next_shell(reverted(commit), "takes it out with a commit on top"),
        None => refusal.next(format!("log {}", operation.id), "shows what it did"),
    }
}

/// The commit of ours that a branch went to, and whether it is a merge.
fn landed(operation: &Operation, planned: &RefMove) -> Option<(Oid, bool)> {
    let Some(Id::Made(number)) = &planned.new else { return None };
    let is_merge = match operation.plan().objects().get(*number)? {
        Object::Merge(_) => true,
        Object::Commit(_) | Object::Withdrawal(_) => false,
        Object::Tag(_) => return None,
    };
    Some((operation.object(&Id::Made(*number))?, is_merge))
}

/// The commit that took a release out of a branch, and whether it is a merge.
fn withdrawal(operation: &Operation) -> Option<(Oid, bool)> {
    let objects = operation.plan().objects();
    let (number, is_merge) = objects.iter().enumerate().find_map(|(number, it)| {
        if let Object::Withdrawal(it) = it { Some((number, !it.also.is_empty())) } else { None }
    })?;
    Some((operation.object(&Id::Made(number))?, is_merge))
}
