//! One operation or release, with all that is known of it.

use serde_json::{Value, json};

use super::find::One;
use super::steps::{Became, became};
use super::{Context, as_json, word};
use crate::error::{self, Refusal};
use crate::journal::{Operation, State};
use crate::record::{Answer, Gate, Record, gates};
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
    /// It is no release, or not one yet.
    pub fn markdown(&self, context: &Context) -> Result<(), Refusal> {
        match (&self.record, self.operation) {
            (Some(record), _) => context.ui.answer(record.markdown().trim_end()),
            (None, operation) => {
                let title = operation.map_or("it", |operation| &operation.plan().title);
                let id = operation.map_or(0, |operation| operation.id);
                return Err(Refusal::usage(format!("{title} released nothing"))
                    .why("A document is made of the record of a release.")
                    .next(format!("log {id}"), "shows the operation"));
            }
        }
        self.warnings.iter().for_each(|warning| context.ui.remark(warning));
        Ok(())
    }

    pub fn json(&self) -> Value {
        let steps = self.operation.map(|operation| {
            let each = operation.plan().steps.iter().zip(became(operation));
            each.map(|(step, became)| json!({ "why": step.why, "became": became.word() }))
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
        let shown = Shown { one: self, ui };
        shown.headline();
        for warning in &self.warnings {
            ui.mark(Mark::Warning, &shown.fit(warning, 2));
        }
        shown.facts();
        shown.steps();
        shown.gates();
        if let Some(record) = &self.record {
            shown.record(record);
        }
        shown.last_line();
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

struct Shown<'s> {
    one: &'s One<'s>,
    ui: &'s Ui,
}

impl Shown<'_> {
    /// One line of a text from anywhere, with so many columns before it.
    fn fit(&self, text: &str, before: usize) -> String {
        let room = if self.ui.volume > Volume::Normal { usize::MAX - 1 } else { WIDTH - before };
        clean(text, room)
    }

    fn headline(&self) {
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
        self.ui.answer(&line);
    }

    fn fact(&self, name: &str, text: &str) {
        if !text.is_empty() {
            self.ui.answer(&format!("  {name:<10}{}", self.fit(text, 12)));
        }
    }

    fn facts(&self) {
        match (&self.one.record, self.one.operation) {
            (Some(record), _) => self.release_facts(record),
            (None, Some(operation)) => {
                let begin = operation.begin();
                self.fact("when", &begin.at.minute());
                self.fact("by", &begin.who);
                self.fact("command", &begin.command);
            }
            (None, None) => {}
        }
    }

    fn release_facts(&self, record: &Record) {
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

    fn steps(&self) {
        let Some(operation) = self.one.operation else { return };
        self.ui.answer("Steps");
        for (step, became) in operation.plan().steps.iter().zip(became(operation)) {
            let said = match became {
                Became::Done => String::new(),
                other => format!("{}: ", other.word()),
            };
            self.marked(became.mark(), &format!("{said}{}", step.why));
        }
    }

    fn marked(&self, mark: Mark, text: &str) {
        let before = 3 + Mark::width();
        self.ui.answer(&format!("  {}{} {}", mark.text(), mark.filling(), self.fit(text, before)));
    }

    fn gates(&self) {
        let gates = self.one.gates();
        if gates.is_empty() {
            return;
        }
        self.ui.answer("Gates");
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
                self.ui.answer(&format!("{:1$}{2}", "", 16 + Mark::width(), self.fit(log, 20)));
            }
        }
    }

    fn record(&self, record: &Record) {
        self.part(
            "Waived",
            record.waivers.iter().map(|waiver| {
                let needed = if waiver.needed { "" } else { " (it was green all the same)" };
                format!("{}: {}{needed}", waiver.gate, waiver.reason)
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

    fn part(&self, title: &str, lines: impl Iterator<Item = String>) {
        let mut lines = lines.peekable();
        if lines.peek().is_some() {
            self.ui.answer(title);
        }
        for line in lines {
            self.ui.answer(&format!("  {}", self.fit(&line, 2)));
        }
    }

    fn last_line(&self) {
        let state = self.one.operation.map(|operation| (operation.id, operation.state()));
        let line = match (&self.one.record, state) {
            (_, Some((_, State::Open(_)))) => format!("next: {}", self.ui.ours("resume")),
            (Some(record), _) => {
                let ours = format!("log {} --markdown", error::word(&record.tag));
                format!("next: {}", self.ui.ours(&ours))
            }
            (None, Some((id, State::Closed(crate::journal::Closed::Done)))) => {
                format!("undo: {}", self.ui.ours(&format!("undo {id}")))
            }
            (None, _) => format!("next: {}", self.ui.ours("log")),
        };
        self.ui.answer(&line);
    }
}
