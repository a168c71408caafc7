//! The one executor: it alone changes files, objects, refs and the index.
//!
//! Forward and back are the same function: every action is a pair of observable states, each file
//! and each ref is asked on its own where it is ([`At`]), and what is not at the goal yet is moved
//! there. So a killed operation can be driven to either end, any number of times.
#![warn(clippy::wildcard_enum_match_arm)]

mod by_hand;
mod check;
mod choose;
mod commit;
mod failed;
mod files;
mod gates;
mod hooks;
mod host;
mod index;
mod install;
mod keep;
mod land;
mod locks;
mod merge;
mod pull;
mod push;
mod record;
mod rehearse;
mod replace;
mod run;
mod share;
mod stale;
mod switch;
mod tag;
#[cfg(test)]
pub mod tests;
mod undoable;
mod withdraw;

use std::path::PathBuf;
use std::time::Instant;

pub use by_hand::{ByHand, by_hand};
pub use check::ask;
pub use choose::choose;
pub use host::{Asked, Host};
pub use locks::after_killed_fetch;
pub use record::record_ref;
pub use rehearse::{Rehearsed, rehearse};
pub use replace::{replace, replaceable};

use crate::error::{Refusal, word};
use crate::journal::{Begin, Closed, Direction, Journal, Locked, Operation, Record, State};
use crate::plan::{Action, At, Oid, Plan};
use crate::repo::{Repo, in_hook};
use crate::sys::clock::Timestamp;
use crate::sys::proc::{self, Interrupt};

/// A finished operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub id: u64,
    pub title: String,
    /// The objects that were made, in the order of the plan.
    pub objects: Vec<Oid>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

/// What `undo` and `resume` found to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Driven {
    Finished(Finished),
    /// There was nothing to do; the words say why.
    Nothing(String),
}

/// An operation in execution.
struct Running<'a> {
    repo: &'a Repo,
    operation: Operation,
    at: Timestamp,
    host: &'a dyn Host,
    interrupt: Interrupt,
    notes: Vec<String>,
    /// The user's index as the private copy of the last commit was taken, where it held nothing but
    /// HEAD's tree.
    copied: Option<index::Content>,
    /// Files that were edited while a failure was taken back: they stay as they are.
    left_alone: Vec<String>,
}

/// Executes a plan; `before` holds the bytes of its files as they were read, in plan order.
///
/// # Errors
/// Nothing has changed when the world is not what the plan was made on, when another operation is
/// open or running, or when a step fails before the first ref has moved (it is taken back at
/// once). After that the operation stays open and the refusal names `resume` and `undo`.
pub fn run(
    repo: &Repo,
    plan: Plan,
    before: &[Vec<u8>],
    asked: &Asked<'_>,
) -> Result<Finished, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&holder(asked))?;
    locked.journal().nothing_open()?;
    let finished = begun(repo, &locked, plan, before, asked, None)?.forward();
    locked.prune();
    finished
}

/// Begins the operation of a plan, under the lock; it may replace an open one.
fn begun<'a>(
    repo: &'a Repo,
    locked: &Locked,
    plan: Plan,
    before: &[Vec<u8>],
    asked: &Asked<'a>,
    replaces: Option<u64>,
) -> Result<Running<'a>, Refusal> {
    stale::not_stale(repo, &plan)?;
    let begin = Begin {
        at: asked.at,
        who: asked.who.clone(),
        pid: std::process::id(),
        command: asked.command.clone(),
        top: repo.top.clone(),
        work_tree: repo.work_tree_name(),
        sizes: before.iter().map(Vec::len).collect(),
        modes: plan.files().iter().map(|change| files::mode(repo, &change.path)).collect(),
        folders: files::missing_folders(repo, &plan),
        replaces,
        plan,
    };
    let interrupt = interrupts()?;
    let operation = locked.begin(begin, before)?;
    Ok(Running::new(repo, operation, asked, interrupt))
}

/// Completes the open operation.
///
/// # Errors
/// As for [`run`]; or somebody changed what the operation has to change: nothing is touched then.
pub fn resume(repo: &Repo, asked: &Asked<'_>) -> Result<Driven, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&holder(asked))?;
    let newest = locked.journal().newest()?;
    let Some(operation) = newest.filter(|op| matches!(op.state(), State::Open(_))) else {
        return Ok(Driven::Nothing("nothing to resume: no operation is open".into()));
    };
    let mut running = Running::new(repo, operation, asked, interrupts()?);
    if running.operation.plan().is_rehearsal() {
        running.turn(Direction::Back)?;
        let title = running.operation.plan().title.clone();
        rehearse::take_back(&mut running)?;
        return Ok(Driven::Nothing(format!("everything is as it was before: {title}")));
    }
    running.turn(Direction::Forward)?;
    running.forward().map(Driven::Finished)
}

/// Takes an operation back: the newest one, or the one with this id.
///
/// # Errors
/// Somebody changed what would have to be restored, the branch has moved on, or the commit was
/// pushed: nothing is touched then.
pub fn undo(repo: &Repo, id: Option<u64>, asked: &Asked<'_>) -> Result<Driven, Refusal> {
    in_hook(&repo.git_dir)?;
    let locked = Journal::of(&repo.common_dir).lock(&holder(asked))?;
    let Some(operation) = choose(&locked.journal(), id)? else {
        return Ok(Driven::Nothing("nothing to undo: no operation was made here".into()));
    };
    let replaced = operation.begin().replaces;
    let driven = taken_back(repo, operation, asked)?;
    let Some(replaced) = replaced else { return Ok(driven) };
    // What it replaced is the open one again.
    match locked.journal().operation(replaced)? {
        Some(old) if old.state() != State::Closed(Closed::Undone) => taken_back(repo, old, asked),
        _ => Ok(driven),
    }
}

fn taken_back(repo: &Repo, operation: Operation, asked: &Asked<'_>) -> Result<Driven, Refusal> {
    if let State::Closed(state @ (Closed::Undone | Closed::TakenBack)) = operation.state() {
        let how = if state == Closed::Undone { "already undone" } else { "it took itself back" };
        let title = &operation.plan().title;
        return Ok(Driven::Nothing(format!("{how}: {title} (operation {})", operation.id)));
    }
    let mut running = Running::new(repo, operation, asked, interrupts()?);
    running.settled(Direction::Back)?;
    running.undoable()?;
    running.turn(Direction::Back)?;
    running.back(Closed::Undone).map_err(|failure| {
        failure.leaves_open().next("undo", "goes on when the cause is mended")
    })?;
    Ok(Driven::Finished(running.finished()))
}

fn holder(asked: &Asked<'_>) -> String {
    format!("{} ({}, process {})\n", asked.command, asked.who, std::process::id())
}

fn interrupts() -> Result<Interrupt, Refusal> {
    proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))
}

impl<'a> Running<'a> {
    fn new(repo: &'a Repo, operation: Operation, asked: &Asked<'a>, interrupt: Interrupt) -> Self {
        let (at, host) = (asked.at, asked.host);
        let (notes, copied, left_alone) = (Vec::new(), None, Vec::new());
        Self { repo, operation, at, host, interrupt, notes, copied, left_alone }
    }

    /// Everything that an operation which was killed had started has ended.
    fn settled(&self, direction: Direction) -> Result<(), Refusal> {
        let Begin { top, work_tree, .. } = self.operation.begin();
        if *work_tree != self.repo.work_tree_name() {
            let way = if direction == Direction::Back { "undo" } else { "resume" };
            return Err(Refusal::usage(format!(
                "operation {} belongs to another work tree",
                self.operation.id
            ))
            .next(format!("-C {} {way}", word(top.display())), "to go on there"));
        }
        if matches!(self.operation.state(), State::Open(_)) {
            hooks::still_running(self)?;
            locks::clear(self)?;
        }
        Ok(())
    }

    /// Begins to drive a recorded operation in this direction, after a look at everything that
    /// has to move: what somebody else changed stops it before anything is touched.
    fn turn(&mut self, direction: Direction) -> Result<(), Refusal> {
        self.settled(direction)?;
        let was_open = matches!(self.operation.state(), State::Open(_));
        let in_the_way = self.in_the_way(direction)?;
        if !in_the_way.is_empty() {
            let refusal = match direction {
                Direction::Back => {
                    Refusal::unsafe_to("undo would overwrite what was changed since")
                }
                Direction::Forward => {
                    Refusal::unsafe_to("resume would overwrite what was changed since")
                }
            };
            let refusal = in_the_way.into_iter().fold(refusal, Refusal::why);
            let refusal = refusal
                .why("Nothing was touched.")
                .next_shell("git status", "shows what is there; put it away, then the same again");
            return Err(if was_open { refusal.leaves_open() } else { refusal });
        }
        if self.operation.state() != State::Open(direction) {
            self.operation.append(Record::Turn { direction, at: self.at })?;
        }
        Ok(())
    }

    /// What is neither as before nor as after the operation, in words.
    fn in_the_way(&self, direction: Direction) -> Result<Vec<String>, Refusal> {
        let mut found = Vec::new();
        let steps = &self.operation.plan().steps;
        let open = match direction {
            Direction::Forward => self.start()..steps.len(),
            Direction::Back => 0..self.end(),
        };
        for step in open {
            let planned = &steps[step];
            let concerned = match &planned.action {
                // No ref has to go back, wherever it is now.
                Action::Land(land) => {
                    direction == Direction::Forward || land::landed(self, step, land)?
                }
                // Where another branch is checked out now, going there looks at the files; HEAD is
                // where the last switch went.
                Action::Files(_) | Action::Switch(_) if switch::is_elsewhere(self, step) => false,
                // The commit has its bytes; what somebody typed since stays an edit.
                Action::Files(_) => {
                    direction == Direction::Back || !self.operation.built_after(step)
                }
                Action::Check(_)
                | Action::Rehearse(_)
                | Action::Build(_)
                | Action::Gates(_)
                | Action::Switch(_)
                | Action::Push(_)
                | Action::Pull(_)
                | Action::Keep(_)
                | Action::Share(_)
                | Action::Hooks(_)
                | Action::Run(_)
                | Action::Person(_) => true,
            };
            if !concerned {
                continue;
            }
            for (name, at) in self.probe(step)? {
                if let At::Elsewhere { found: now } = at {
                    found.push(format!("{name}: {now}"));
                }
            }
        }
        Ok(found)
    }

    /// Where each file and each ref of a step is.
    fn probe(&self, step: usize) -> Result<Vec<(String, At)>, Refusal> {
        match &self.operation.plan().steps[step].action {
            Action::Files(changes) => Ok(files::probe(self, step, changes)),
            Action::Land(land) => land::probe(self, step, land),
            Action::Switch(switch) => Ok(vec![("HEAD".into(), switch::probe(self, switch)?)]),
            Action::Hooks(hooks) => Ok(install::probe(hooks)),
            // They leave nothing behind here, or ask the world themselves.
            Action::Check(_)
            | Action::Rehearse(_)
            | Action::Build(_)
            | Action::Gates(_)
            | Action::Push(_)
            | Action::Pull(_)
            | Action::Keep(_)
            | Action::Share(_)
            | Action::Run(_)
            | Action::Person(_) => Ok(Vec::new()),
        }
    }

    /// The first step that is still to be looked at: what was done before HEAD went elsewhere cannot
    /// be seen in the work tree any more.
    fn start(&self) -> usize {
        let steps = 0..self.operation.plan().steps.len();
        steps.into_iter().rev().find(|step| switch::is_reached(self, *step)).unwrap_or(0)
    }

    /// The end of the steps that are still to be taken back: those after a switch that went back
    /// were taken back before it, and cannot be seen in the work tree any more either.
    fn end(&self) -> usize {
        let steps = self.operation.plan().steps.len();
        (0..steps).find(|step| switch::is_back(self, *step)).unwrap_or(steps)
    }

    /// Drives to the end and closes; a failure before the first ref has moved takes all back.
    fn forward(&mut self) -> Result<Finished, Refusal> {
        let driven = self.drive_forward().and_then(|()| keep::release(self));
        let driven = driven.and_then(|()| replace::closed(self));
        match driven.and_then(|()| self.operation.close(Closed::Done, self.at)) {
            Ok(()) => Ok(self.finished()),
            Err(failure) => Err(self.failed(failure)),
        }
    }

    fn drive_forward(&mut self) -> Result<(), Refusal> {
        let plan = self.operation.plan().clone();
        for (number, step) in plan.steps.iter().enumerate().skip(self.start()) {
            self.not_interrupted()?;
            let start = Instant::now();
            match &step.action {
                Action::Files(changes) => files::forward(self, number, changes)?,
                Action::Check(check) => check::forward(self, check)?,
                Action::Rehearse(commit) => rehearse::forward(self, number, commit)?,
                Action::Build(objects) => commit::build(self, number, objects)?,
                Action::Gates(gates) => gates::forward(self, number, gates)?,
                Action::Land(land) => land::forward(self, number, land)?,
                Action::Switch(switch) => switch::forward(self, number, switch)?,
                Action::Push(push) => push::forward(self, number, push)?,
                Action::Pull(pull) => pull::forward(self, pull),
                Action::Keep(keep) => record::forward(self, number, keep),
                Action::Share(refs) => share::forward(self, refs),
                Action::Hooks(hooks) => install::forward(self, hooks)?,
                Action::Run(run) => run::forward(self, number, run)?,
                // It is told when all is done, and stays open.
                Action::Person(_) => {}
            }
            self.host.done(&plan, number, start.elapsed());
        }
        Ok(())
    }

    fn back(&mut self, state: Closed) -> Result<(), Refusal> {
        let plan = self.operation.plan().clone();
        for (number, step) in plan.steps.iter().enumerate().take(self.end()).rev() {
            match &step.action {
                // It was never begun: the files are those of another branch.
                Action::Files(_) if switch::is_elsewhere(self, number) => {}
                Action::Files(changes) => files::back(self, number, changes)?,
                // What left this machine, or happened beside git, was looked at before.
                Action::Check(_)
                | Action::Gates(_)
                | Action::Push(_)
                | Action::Pull(_)
                | Action::Share(_)
                | Action::Run(_)
                | Action::Person(_) => {}
                Action::Rehearse(_) => hooks::put_back_foreign(self)?,
                Action::Build(_) => land::build_back(self, number)?,
                Action::Land(land) => land::back(self, number, land)?,
                Action::Switch(switch) => switch::back(self, number, switch)?,
                Action::Keep(keep) => record::back(self, number, keep)?,
                Action::Hooks(hooks) => install::back(self, hooks)?,
            }
        }
        if state == Closed::TakenBack {
            // What never landed need not be kept; that it still is does no harm.
            let _ = keep::release(self);
        }
        self.operation.close(state, self.at)
    }

    fn finished(&mut self) -> Finished {
        self.operation.tidy();
        let steps = 0..self.operation.plan().steps.len();
        let objects =
            steps.filter_map(|n| self.operation.built(n)).flat_map(|(ids, _)| ids.to_vec());
        Finished {
            id: self.operation.id,
            title: self.operation.plan().title.clone(),
            objects: objects.collect(),
            notes: std::mem::take(&mut self.notes),
        }
    }

    fn not_interrupted(&self) -> Result<(), Refusal> {
        if self.interrupt.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Refusal::interrupted());
        }
        Ok(())
    }

    /// A file of the work tree.
    fn path(&self, inside: &crate::path::RepoPath) -> PathBuf {
        self.repo.top.join(inside.as_str())
    }
}

/// A failure of the operating system in words.
fn io_failed(what: impl std::fmt::Display, error: &std::io::Error) -> Refusal {
    Refusal::external(format!("{what}: {error}"))
}
