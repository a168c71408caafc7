//! Gates in parallel: each as soon as those it comes after are through, no more than so many at a
//! time.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use super::builtin::{Answer, Facts};
use super::command::Unit;
use super::evidence::{Evidence, Store};
use super::order::{Queue, Turn};
use super::slot::{Job, Slot};
use super::values::Values;
use super::{Checked, Gate, Judged, Kind, Outcome};
use crate::config::file::gates::{Commanded, Each};
use crate::error::Refusal;
use crate::repo::{Contents, Tracked};
use crate::sys::clock::Timestamp;
use crate::sys::proc::Interrupt;

/// How often a person who waits is shown how long it takes.
const TICK: Duration = Duration::from_millis(200);

/// Gates and what they need.
pub struct Poll<'p> {
    pub gates: &'p [Gate],
    pub facts: &'p Facts<'p>,
    pub values: &'p Values,
    /// Those that gates with `each = "package"` run for.
    pub packages: &'p [Package],
    /// So many run at a time.
    pub jobs: usize,
    pub reused: Reused,
    /// Gates that hold nobody up when they are not green.
    pub waived: &'p [&'p str],
    /// An empty folder for logs.
    pub logs: &'p Path,
    pub store: &'p Store,
    pub contents: &'p Contents,
    pub interrupt: &'p Interrupt,
    pub at: Timestamp,
}

/// A package, for gates that run once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    /// From the top of the repository; `.` for the top itself.
    pub folder: String,
}

/// Whether what was green on the same files counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reused {
    Allowed,
    No,
}

/// What happens meanwhile.
pub enum Event<'e> {
    Ended(&'e Checked),
    /// The gates that run now, and for how long.
    Running(&'e [(String, Duration)]),
}

/// What there is to do for a gate.
enum Work<'p> {
    /// Nothing more.
    Known(Judged),
    Reused(Vec<Evidence>),
    Jobs(Vec<(Option<String>, Job<'p>)>),
}

/// A gate whose turn has come and that has not ended.
struct Active {
    /// When the first of its jobs started; `None` while all of them wait for a place.
    since: Option<Instant>,
    /// Jobs that have not ended.
    open: usize,
    runs: Vec<(Option<String>, Judged)>,
    changed: Vec<String>,
    beside: Vec<String>,
}

/// What a job that has ended says: its gate, its package, what it found.
type Ended = (usize, Option<String>, Judged);

impl Poll<'_> {
    /// Asks every gate and returns them in their order.
    ///
    /// # Errors
    /// Ctrl-C: every process of theirs is gone then. The state of the files cannot be read.
    pub fn run(&self, tell: &mut dyn FnMut(Event<'_>)) -> Result<Vec<Checked>, Refusal> {
        let gates = self.gates.iter().map(|gate| (gate.id.as_str(), gate.after()));
        let mut queue = Queue::new(gates);
        let work = self.work(&queue);
        // What has been answered already changes no file.
        let files = match work.iter().any(|work| matches!(work, Some(Work::Jobs(_)))) {
            true => self.facts.repo.tracked()?,
            false => Tracked::default(),
        };
        let round = Round {
            poll: self,
            active: self.gates.iter().map(|_| None).collect(),
            checked: self.gates.iter().map(|_| None).collect(),
            files,
            moved: false,
            tell,
        };
        let checked = thread::scope(|scope| round.drive(scope, &mut queue, work));
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(Refusal::interrupted());
        }
        Ok(checked)
    }

    /// What there is to do for each gate. Those that a gate comes after may leave something for it,
    /// so what runs again makes them run again.
    fn work(&self, queue: &Queue) -> Vec<Option<Work<'_>>> {
        let mut all: Vec<(Vec<Unit>, Option<Work<'_>>)> =
            self.gates.iter().map(|gate| self.prepare(gate)).collect();
        let known: Vec<Option<Vec<Evidence>>> =
            all.iter().map(|(units, _)| self.evidence(units)).collect();
        let anew = (0..all.len()).filter(|at| known[*at].is_none() && !all[*at].0.is_empty());
        let anew = queue.with_those_before(&anew.collect::<Vec<_>>());
        for (at, known) in known.into_iter().enumerate() {
            let (units, work) = &mut all[at];
            if work.is_none() {
                *work = Some(match known {
                    Some(evidence) if !anew.contains(&at) => Work::Reused(evidence),
                    _ => {
                        Work::Jobs(std::mem::take(units).into_iter().map(|u| self.job(u)).collect())
                    }
                });
            }
        }
        all.into_iter().map(|(_, work)| work).collect()
    }

    /// The commands of a gate, or what is known or to be done without one.
    fn prepare(&self, gate: &Gate) -> (Vec<Unit>, Option<Work<'_>>) {
        let command = match &gate.kind {
            Kind::BuiltIn(built_in) => {
                let work = match (built_in.ask)(self.facts) {
                    Answer::Now(judged) => Work::Known(judged),
                    Answer::Later(job) => Work::Jobs(vec![(None, job)]),
                };
                return (Vec::new(), Some(work));
            }
            Kind::Command(command) => command,
        };
        match self.units(&gate.id, command) {
            Ok(units) => (units, None),
            Err(judged) => (Vec::new(), Some(Work::Known(judged))),
        }
    }

    fn units(&self, id: &str, command: &Commanded) -> Result<Vec<Unit>, Judged> {
        let unit = |package: Option<&Package>| {
            let values = self.values.clone();
            let values = package.map_or(values.clone(), |package| values.of(package));
            let name = package.map(|package| package.name.clone());
            let unit = Unit::new(id, command, &command.line, name, &values)?;
            Ok(unit.keyed(command, &values, self.contents))
        };
        match command.each {
            Each::Once => Ok(vec![unit(None)?]),
            Each::Package if self.packages.is_empty() => {
                Err(Judged::could_not_run("no manifest here names a package"))
            }
            Each::Package => self.packages.iter().map(|package| unit(Some(package))).collect(),
        }
    }

    /// What proves that all commands of a gate were green on these files; `None` when one was not.
    fn evidence(&self, units: &[Unit]) -> Option<Vec<Evidence>> {
        if self.reused == Reused::No || units.is_empty() {
            return None;
        }
        units.iter().map(|unit| self.store.find(unit.key.as_ref()?)).collect()
    }

    fn job(&self, unit: Unit) -> (Option<String>, Job<'_>) {
        let (contents, at) = (self.contents, self.at);
        let package = unit.package.clone();
        (package, Box::new(move |slot| unit.run(slot, contents, at)))
    }

    /// The surroundings of a job; the logs of packages are told apart by number.
    fn slot(&self, number: usize, job: usize) -> Slot {
        let id = &self.gates[number].id;
        let name = if job == 0 { format!("{id}.log") } else { format!("{id}+{}.log", job + 1) };
        let top = self.facts.repo.top.clone();
        Slot { top, log: self.logs.join(name), interrupt: self.interrupt.clone() }
    }
}

/// One poll while it runs.
struct Round<'r, 'p> {
    poll: &'r Poll<'p>,
    active: Vec<Option<Active>>,
    checked: Vec<Option<Checked>>,
    /// The tracked files when a gate last ended.
    files: Tracked,
    /// They are not as they were in the beginning, so what is seen from now on proves nothing.
    moved: bool,
    tell: &'r mut dyn FnMut(Event<'_>),
}

impl<'r> Round<'r, '_> {
    fn drive<'s>(
        mut self,
        scope: &'s Scope<'s, '_>,
        queue: &mut Queue,
        mut work: Vec<Option<Work<'r>>>,
    ) -> Vec<Checked>
    where
        'r: 's,
    {
        let (sender, receiver) = mpsc::channel();
        let mut ready = VecDeque::new();
        let mut running = 0;
        loop {
            while let Some(turn) = queue.turn() {
                match turn {
                    Turn::Held(number, by) => {
                        let by = self.poll.gates[by].id.clone();
                        self.close(number, Self::new_active(0), Outcome::Held { by });
                    }
                    Turn::Starts(number) => match work[number].take() {
                        Some(Work::Jobs(jobs)) => {
                            self.active[number] = Some(Self::new_active(jobs.len()));
                            let jobs = jobs.into_iter().enumerate();
                            ready.extend(
                                jobs.map(|(at, (package, job))| (number, at, package, job)),
                            );
                        }
                        Some(Work::Known(judged)) => self.known(number, judged, queue),
                        Some(Work::Reused(evidence)) => self.reused(number, evidence, queue),
                        None => {}
                    },
                }
            }
            if self.poll.interrupt.load(Ordering::Relaxed) {
                ready.clear();
            }
            while running < self.poll.jobs
                && let Some((number, at, package, job)) = ready.pop_front()
            {
                running += 1;
                if let Some(active) = &mut self.active[number] {
                    active.since.get_or_insert_with(Instant::now);
                }
                let slot = self.poll.slot(number, at);
                start(scope, sender.clone(), slot, (number, package, job));
            }
            if running == 0 {
                break;
            }
            if let Some(ended) = self.wait(&receiver) {
                running -= 1;
                self.ended(ended, queue);
            }
        }
        self.checked.into_iter().flatten().collect()
    }

    fn new_active(open: usize) -> Active {
        let (runs, changed, beside) = (Vec::new(), Vec::new(), Vec::new());
        Active { since: None, open, runs, changed, beside }
    }

    /// The next job that ends; `None` when it is time to show how long it takes.
    fn wait(&mut self, receiver: &Receiver<Ended>) -> Option<Ended> {
        match receiver.recv_timeout(TICK) {
            Ok(ended) => Some(ended),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                let each = self.poll.gates.iter().zip(&self.active);
                let running: Vec<(String, Duration)> = each
                    .filter_map(|(gate, now)| {
                        Some((gate.id.clone(), now.as_ref()?.since?.elapsed()))
                    })
                    .collect();
                (self.tell)(Event::Running(&running));
                None
            }
        }
    }

    fn ended(&mut self, (number, package, mut judged): Ended, queue: &mut Queue) {
        self.look_at_files();
        if let (true, Some(evidence)) = (self.moved, &mut judged.evidence) {
            (evidence.tree, evidence.key) = (None, None);
        }
        let Some(active) = &mut self.active[number] else { return };
        active.runs.push((package, judged));
        active.open -= 1;
        if active.open > 0 {
            return;
        }
        let Some(mut active) = self.active[number].take() else { return };
        active.runs.sort_by(|one, other| one.0.cmp(&other.0));
        let outcome = match active.changed.as_slice() {
            [] => together(&active.runs),
            changed => Outcome::Red { why: edits(changed, &active.beside) },
        };
        let outcome = match outcome {
            Outcome::Green => self.kept(&active.runs),
            other => other,
        };
        self.through(number, &outcome, queue);
        self.close(number, active, outcome);
    }

    /// Whatever tracked file changed since a gate last ended, one of those that ran did it.
    fn look_at_files(&mut self) {
        let changed = match self.poll.facts.repo.tracked() {
            Ok(now) => {
                let changed = now.changed_since(&self.files);
                self.files = now;
                changed
            }
            Err(refusal) => vec![format!("the index ({})", refusal.what)],
        };
        if changed.is_empty() {
            return;
        }
        self.moved = true;
        let ran = |at: &usize| self.active[*at].as_ref().is_some_and(|now| now.since.is_some());
        let ran: Vec<usize> = (0..self.active.len()).filter(ran).collect();
        for &at in &ran {
            let beside = ran.iter().filter(|other| **other != at);
            let beside = beside.map(|other| self.poll.gates[*other].id.clone()).collect();
            let Some(active) = &mut self.active[at] else { continue };
            active.changed.extend(changed.iter().cloned());
            active.changed.sort_unstable();
            active.changed.dedup();
            active.beside = beside;
        }
    }

    /// Green, once what proves it is on disk.
    fn kept(&self, runs: &[(Option<String>, Judged)]) -> Outcome {
        for evidence in runs.iter().filter_map(|(_, judged)| judged.evidence.as_ref()) {
            if let Err(error) = self.poll.store.keep(evidence) {
                let why = format!("its evidence cannot be kept: {error}");
                return Outcome::CouldNotRun { why };
            }
        }
        Outcome::Green
    }

    fn known(&mut self, number: usize, judged: Judged, queue: &mut Queue) {
        let outcome = judged.outcome.clone();
        self.through(number, &outcome, queue);
        let active = Active { runs: vec![(None, judged)], ..Self::new_active(0) };
        self.close(number, active, outcome);
    }

    fn reused(&mut self, number: usize, evidence: Vec<Evidence>, queue: &mut Queue) {
        let runs = evidence.into_iter().map(|evidence| {
            let package = evidence.package.clone();
            (package, Judged::green("").proved(evidence))
        });
        let active = Active { runs: runs.collect(), ..Self::new_active(0) };
        queue.through(number);
        self.close(number, active, Outcome::Green);
    }

    fn through(&self, number: usize, outcome: &Outcome, queue: &mut Queue) {
        let waived = self.poll.waived.contains(&self.poll.gates[number].id.as_str());
        match outcome.stops() && !waived {
            true => queue.stuck(number),
            false => queue.through(number),
        }
    }

    fn close(&mut self, number: usize, active: Active, outcome: Outcome) {
        let Active { since, runs, changed, beside, .. } = active;
        let gate = self.poll.gates[number].clone();
        // What did not even start took no time worth telling.
        let ran = runs.iter().any(|(_, judged)| judged.evidence.is_some());
        let took = since.map(|since| since.elapsed());
        let took = took.filter(|took| ran || *took >= Duration::from_secs(1));
        let checked = Checked { gate, outcome, runs, took, changed, beside };
        (self.tell)(Event::Ended(&checked));
        self.checked[number] = Some(checked);
    }
}

/// Starts a job on a thread of its own.
fn start<'s>(
    scope: &'s Scope<'s, '_>,
    sender: Sender<Ended>,
    slot: Slot,
    (number, package, job): (usize, Option<String>, Job<'s>),
) {
    let (spare, name) = (sender.clone(), package.clone());
    // Whoever asked is waiting for an answer.
    let run = move || drop(sender.send((number, package, job(&slot))));
    if let Err(error) = thread::Builder::new().spawn_scoped(scope, run) {
        let why = format!("no thread can be started for it: {error}");
        let _ = spare.send((number, name, Judged::could_not_run(why)));
    }
}

/// What the runs of a gate are together: green when all are, else the worst.
fn together(runs: &[(Option<String>, Judged)]) -> Outcome {
    let of = |wanted: fn(&Outcome) -> bool| runs.iter().find(|(_, j)| wanted(&j.outcome));
    let red = of(|outcome| matches!(outcome, Outcome::Red { .. }));
    let worst = red.or_else(|| of(Outcome::stops)).or_else(|| of(|o| *o != Outcome::Green));
    let Some((package, judged)) = worst else { return Outcome::Green };
    let Some(package) = package else { return judged.outcome.clone() };
    let stopped = runs.iter().filter(|(_, judged)| judged.outcome.stops()).count();
    let why = match stopped {
        0 | 1 => format!("{package}: {}", judged.outcome.why()),
        number => {
            format!(
                "{package} and {} more of {} packages: {}",
                number - 1,
                runs.len(),
                judged.outcome.why()
            )
        }
    };
    match &judged.outcome {
        Outcome::Red { .. } => Outcome::Red { why },
        Outcome::Skipped { .. } => Outcome::Skipped { why },
        _ => Outcome::CouldNotRun { why },
    }
}

/// What is said of a gate during which tracked files changed: what it saw proves nothing of them.
fn edits(changed: &[String], beside: &[String]) -> String {
    let (shown, more) = changed.split_at(changed.len().min(3));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let names = format!("{}{more}", shown.join(", "));
    match beside {
        [] => format!("{names} changed while it ran"),
        others => format!("{names} changed while it ran beside {}", others.join(", ")),
    }
}
