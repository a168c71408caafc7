//! One operation or release, with all that is known of it.

use serde_json::{Value, json};

use super::find::{self, One};
use super::steps::{Became, became};
use super::{as_json, word};
use crate::error::{self, Refusal};
use crate::journal::{Closed, Ended, Evidence, Operation, State};
use crate::plan::{Action, Id, Object, Oid};
use crate::record::{Answer, Gate, Record, gates};
use crate::sys::clock::Timestamp;
use crate::sys::proc::mask;
use crate::ui::{Mark, Ui, Volume, clean};
use crate::wording::{clock, counted};

/// The columns of a line.
const WIDTH: usize = 100;

/// So many commits are listed unless more is asked for.
const COMMITS: usize = 10;

impl One<'_> {
    /// As a document.
    ///
    /// # Errors
    /// As for [`Self::released`].
    pub fn markdown(&self, ui: &Ui) -> Result<(), Refusal> {
        ui.answer(self.released()?.markdown().trim_end());
        self.warnings.iter().for_each(|warning| ui.remark(&format!("! {warning}")));
        Ok(())
    }

    /// The record of a release that is out.
    ///
    /// # Errors
    /// It is no release, not one yet, or one that was taken back.
    pub fn released(&self) -> Result<&Record, Refusal> {
        let state = self.operation.map(|operation| (operation, operation.state()));
        match (&self.record, state) {
            (Some(record), None | Some((_, State::Closed(Closed::Done)))) => Ok(record),
            (_, Some((operation, state))) => {
                let (title, id) = (&operation.plan().title, operation.id);
                let what = match find::tag(operation) {
                    Some(_) => format!("{title} is {} and not out", word(state)),
                    None => format!("{title} was no release"),
                };
                Err(Refusal::usage(what)
                    .why("A document is made of the record of a release.")
                    .next(format!("log {id}"), "shows the operation"))
            }
            (None, None) => Err(Refusal::usage("nothing is recorded of it")),
        }
    }

    pub fn json(&self) -> Value {
        let steps = self.operation.map(|operation| {
            let each = operation.plan().steps.iter().zip(became(operation)).enumerate();
            each.map(|(number, (step, became))| {
                let by =
                    operation.by_hand(number).map(|(_, who, at)| json!({ "who": who, "at": at }));
                let ran = ran(operation, number)
                    .into_iter()
                    .map(|(shown, evidence)| json!({ "command": shown, "evidence": evidence }));
                json!({
                    "why": step.why, "became": became.word(), "by_hand": by,
                    "ran": ran.collect::<Vec<_>>(),
                })
            })
            .collect::<Vec<_>>()
        });
        json!({
            "operation": self.operation.map(as_json),
            "steps": steps,
            "release": self.record,
            "gates": self.gates(),
            "remote": self.remote,
            "warnings": self.warnings,
        })
    }

    pub fn show(&self, ui: &Ui) {
        for line in lines(self, ui) {
            ui.answer(&line);
        }
    }

    /// What the gates said, also of a release that is not done.
    fn gates(&self) -> Vec<Gate> {
        match (&self.record, self.operation) {
            (Some(record), _) => record.gates.clone(),
            (None, Some(operation)) => report(operation).map(gates).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}

fn report(operation: &Operation) -> Option<&Value> {
    let steps = 0..operation.plan().steps.len();
    steps.rev().find_map(|step| operation.gated(step))
}

/// The commands of a step that ran, as they are typed, and how each ended last.
fn ran(operation: &Operation, step: usize) -> Vec<(String, &Evidence)> {
    let Action::Run(run) = &operation.plan().steps[step].action else { return Vec::new() };
    let all = run.commands.iter().enumerate();
    all.filter_map(|(number, command)| Some((mask(&command.shown()), operation.ran(step, number)?)))
        .collect()
}

fn ended(ended: &Ended) -> String {
    match ended {
        Ended::Exit(code) => format!("exit {code}"),
        Ended::Signal(signal) => format!("killed by signal {signal}"),
        Ended::NotStarted(why) => why.clone(),
        Ended::Asked => "it asked at a terminal that was not there".to_owned(),
        Ended::Interrupted => "interrupted".to_owned(),
    }
}

/// The commits that an operation has made.
fn commits(operation: &Operation) -> Vec<Oid> {
    let objects = operation.plan().objects().into_iter().enumerate();
    let is_commit = |object: &Object| matches!(object, Object::Commit(_) | Object::Withdrawal(_));
    let commits = objects.filter(|(_, object)| is_commit(object));
    commits.filter_map(|(number, _)| operation.object(&Id::Made(number))).collect()
}

struct Shown<'s> {
    one: &'s One<'s>,
    ui: &'s Ui,
    lines: Vec<String>,
}

/// What is shown; the last line is a command to copy.
pub(super) fn lines(one: &One<'_>, ui: &Ui) -> Vec<String> {
    let mut shown = Shown { one, ui, lines: Vec::new() };
    shown.headline();
    for warning in &one.warnings {
        shown.marked(Mark::Warning, warning);
    }
    shown.facts();
    shown.steps();
    shown.gates();
    if let Some(record) = &one.record {
        shown.record(record);
    }
    shown.last_line();
    shown.lines
}

impl Shown<'_> {
    fn add(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// One line of a text from anywhere, with so many columns before it.
    fn fit(&self, text: &str, before: usize) -> String {
        let room = if self.ui.volume > Volume::Normal { usize::MAX - 1 } else { WIDTH - before };
        clean(text, room)
    }

    fn headline(&mut self) {
        let One { operation, record, remote, .. } = self.one;
        let title = record.as_ref().map(|record| format!("release {}", record.title()));
        let line = match (operation, title) {
            (Some(operation), title) => {
                let title = title.unwrap_or_else(|| operation.plan().title.clone());
                let (state, id) = (word(operation.state()), operation.id);
                format!("{}: {state} (operation {id})", self.fit(&title, 30))
            }
            (None, title) => {
                let place = remote.map_or("in this clone".to_owned(), |name| format!("on {name}"));
                let title = self.fit(&title.unwrap_or_default(), 40);
                format!("{title}: made elsewhere, as its record {place} says")
            }
        };
        self.add(line);
    }

    fn fact(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.add(format!("  {name:<10}{}", self.fit(text, 12)));
        }
    }

    fn facts(&mut self) {
        match (&self.one.record, self.one.operation) {
            (Some(record), _) => self.release_facts(record),
            (None, Some(operation)) => {
                let begin = operation.begin();
                self.fact("when", &begin.at.minute());
                self.fact("by", &begin.who);
                self.fact("command", &begin.command);
                let commits = commits(operation);
                let commits: Vec<&str> = commits.iter().map(Oid::short).collect();
                self.fact("commit", &commits.join(", "));
            }
            (None, None) => {}
        }
    }

    fn release_facts(&mut self, record: &Record) {
        let by = &record.by;
        let address = match by.address.as_str() {
            "" => String::new(),
            address => format!(" <{address}>"),
        };
        let login = match by.login.as_str() {
            "" => String::new(),
            login => format!(", login {login}"),
        };
        self.fact("when", &record.at.minute());
        self.fact("by", &format!("{}{address}{login}", by.name));
        self.fact("command", &record.command);
        let signed = if record.signed { ", signed" } else { "" };
        self.fact("tag", &format!("{} {}{signed}", record.tag, record.tag_object.short()));
        let branch = record.branch.as_ref().map(|name| format!(" on {name}")).unwrap_or_default();
        let tree = record.tree.as_ref().map(|tree| format!(", tree {}", tree.short()));
        let tree = tree.unwrap_or_default();
        self.fact("commit", &format!("{}{branch}{tree}", record.commit.short()));
        if let Some(previous) = &record.previous {
            self.fact("previous", &format!("{} {}", previous.tag, previous.commit.short()));
        }
        self.fact("profile", &record.profile);
        self.fact("pushed", &record.pushed_in_words());
    }

    fn steps(&mut self) {
        let Some(operation) = self.one.operation else { return };
        self.add("Steps");
        let all = operation.plan().steps.iter().zip(became(operation)).enumerate();
        for (number, (step, became)) in all {
            let said = match became {
                Became::Done => String::new(),
                other => format!("{}: ", other.word()),
            };
            let by =
                operation.by_hand(number).map(|(_, who, at)| format!(" ({who}, {})", at.minute()));
            self.marked(became.mark(), &format!("{said}{}{}", step.why, by.unwrap_or_default()));
            for (shown, evidence) in ran(operation, number) {
                let took = clock(evidence.millis.div_ceil(1000));
                self.add(
                    self.fit(&format!("      {shown}: {}, {took}", ended(&evidence.ended)), 0),
                );
                if let Some(log) = &evidence.log {
                    self.add(
                        self.fit(&format!("      {}", operation.file(&log.file).display()), 0),
                    );
                }
            }
        }
    }

    fn marked(&mut self, mark: Mark, text: &str) {
        let before = 3 + Mark::width();
        self.add(format!("  {}{} {}", mark.text(), mark.filling(), self.fit(text, before)));
    }

    fn gates(&mut self) {
        let gates = self.one.gates();
        if gates.is_empty() {
            return;
        }
        self.add("Gates");
        for gate in &gates {
            let mark = match gate.outcome.as_str() {
                "green" => Mark::Good,
                "red" if gate.required => Mark::Failed,
                "could-not-run" => Mark::Unknown,
                "skipped" => Mark::Skipped,
                _ => Mark::Warning,
            };
            let evidence = [
                gate.exit.map(|exit| format!("exit {exit}")),
                gate.seconds().map(clock),
                gate.tree.as_ref().map(|tree| format!("tree {}", tree.short())),
                gate.command.clone(),
            ];
            let evidence: Vec<String> = evidence.into_iter().flatten().collect();
            let evidence = match evidence.is_empty() {
                true => String::new(),
                false => format!("; {}", evidence.join(", ")),
            };
            self.marked(mark, &format!("{:<12} {}{evidence}", gate.name(), gate.result()));
            if let (Some(log), Some(_)) = (&gate.log, self.one.operation) {
                self.add(format!("{:1$}{2}", "", 16 + Mark::width(), self.fit(log, 20)));
            }
        }
    }

    fn record(&mut self, record: &Record) {
        self.part(
            "Waived",
            record.waivers.iter().map(|waiver| {
                let needed = if waiver.needed { "" } else { " (it was green all the same)" };
                format!("{}: {}{needed}", waiver.gate, waiver.reason)
            }),
        );
        self.part(
            "Signed",
            record.signoffs.iter().map(|one| {
                let role = one.role.as_ref().map(|role| format!(" ({role})")).unwrap_or_default();
                let (signer, commit) = (&one.signer, one.candidate.short());
                format!("{signer}{role} for {commit}, {}", Timestamp(one.at).minute())
            }),
        );
        self.part(
            "Checklist",
            record.checklist.iter().map(|ticked| {
                format!("{}: {} of {} done or not needed", ticked.path, ticked.done, ticked.boxes)
            }),
        );
        self.part(
            "Recorded",
            record.values.iter().map(|(name, value)| match &value.answer {
                Answer::Output(output) => {
                    format!("{name}: {}", output.lines().collect::<Vec<_>>().join(" / "))
                }
                Answer::Failed(why) => format!("{name}: no value, {why}"),
            }),
        );
        self.part("Notes", record.notes.iter().cloned());
        let listed = if self.ui.volume > Volume::Normal { usize::MAX } else { COMMITS };
        let commits = record.commits.iter().take(listed);
        let left = record.commits.len().saturating_sub(listed) + record.more_commits;
        let more = (left > 0).then(|| format!("and {} more", counted(left, "commit")));
        let commits = commits.map(|one| format!("{} {}", one.id.short(), one.subject));
        self.part("Commits", commits.chain(more));
    }

    fn part(&mut self, title: &str, lines: impl Iterator<Item = String>) {
        let mut lines = lines.peekable();
        if lines.peek().is_some() {
            self.add(title);
        }
        for line in lines {
            self.add(format!("  {}", self.fit(&line, 2)));
        }
    }

    fn last_line(&mut self) {
        let state = self.one.operation.map(|operation| (operation.id, operation.state()));
        let line = match (&self.one.record, state) {
            (_, Some((_, State::Open(_)))) => format!("next: {}", self.ui.ours("resume")),
            (Some(record), _) => {
                let ours = format!("log {} --markdown", error::word(&record.tag));
                format!("next: {}", self.ui.ours(&ours))
            }
            (None, Some((id, State::Closed(Closed::Done)))) => {
                format!("undo: {}", self.ui.ours(&format!("undo {id}")))
            }
            (None, _) => format!("next: {}", self.ui.ours("log")),
        };
        self.add(line);
    }
}
