//! What the placeholders of texts about a release stand for: facts of its record, of the changelog and
//! the history, and what only a person can say.

use super::release::Release;
use super::said::Said;
use crate::changelog::{Changelog, Markup, Section, text};
use crate::checklist::Facts;
use crate::cli::changelog::{About, unfilled};
use crate::error::{Next, Refusal, word};
use crate::record::Gate;
use crate::template::Value;
use crate::wording::clock;

/// What is known of a release, besides the words of its notes.
pub(super) const KNOWN: &[&str] =
    &["time", "by", "commit", "gates", "waivers", "signoffs", "rollback"];

/// What only a person can say.
pub(super) const SAID: &[&str] = &["when", "duration", "downtime", "contact", "highlights"];

/// What may be left unsaid.
pub(super) const OPTIONAL: &str = "highlights";

/// The values of placeholders for one release.
pub(super) struct Words<'w> {
    pub release: &'w Release<'w>,
    pub about: &'w About<'w>,
    pub changelog: &'w Changelog<'w>,
    /// What the changelog says of it.
    pub section: Option<&'w Section>,
    pub said: &'w Said,
    /// The words that the template has and nobody has said, with the command that would say them.
    pub unsaid: String,
}

impl Words<'_> {
    /// What a placeholder stands for.
    ///
    /// # Errors
    /// git fails; the record cannot be used.
    pub fn value(&self, word: &str) -> Result<Value, Refusal> {
        let (release, record) = (self.release, self.release.record()?);
        if let Some(said) = self.said.get(word) {
            return Ok(Value::text(said));
        }
        let codename = record.and_then(|record| record.codename.as_deref());
        match (word, codename) {
            (OPTIONAL, _) => Ok(Value::text("")),
            ("codename", Some(codename)) => Ok(Value::text(line(codename))),
            (word, _) if is_said(word) => Ok(unfilled(
                "Only a person can say it.",
                Next::Typed(self.unsaid.clone()),
                "says it",
            )),
            ("time" | "by" | "date" | "commit", _) => self.made(word),
            ("gates" | "waivers", _) => self.checked(word),
            ("signoffs", _) => Ok(Value::text(signoffs(release.facts()?))),
            ("rollback", _) => match record.and_then(|record| record.rollback.clone()) {
                Some(text) => Ok(Value::text(text)),
                None => Ok(self.plan()),
            },
            ("previous", _) => match record.and_then(|record| record.previous.as_ref()) {
                Some(previous) => Ok(Value::text(self.about.version_of(&previous.tag))),
                None => self.of_notes(word),
            },
            ("sections", _) => self.sections(),
            ("status", _) if release.commit()?.is_none() => Ok(Value::text("unreleased")),
            // Without a remote there is no such page.
            ("compare", _) => Ok(match self.of_notes(word)? {
                Value::Unfilled { .. } => Value::text(""),
                filled @ Value::Filled(_) => filled,
            }),
            (word, _) => self.of_notes(word),
        }
    }

    fn of_notes(&self, word: &str) -> Result<Value, Refusal> {
        self.about.value(word, self.changelog, self.section)
    }

    /// What the changelog says of it now, else what it said when it was released.
    fn sections(&self) -> Result<Value, Refusal> {
        let recorded = || self.release.record().map(|record| record?.section.clone());
        match (self.section, recorded()?) {
            (None, Some(section)) => Ok(Value::text(section)),
            (None, None) if !self.changelog.bytes().is_empty() => {
                let one = self.about.one;
                let (path, called) = (one.place.path(), self.release.called());
                let next = Next::Ours(format!("changelog audit{}", one.known.option));
                let why = format!("{path} has no section for {called}.");
                Ok(unfilled(&why, next, "compares it with the releases"))
            }
            _ => self.of_notes("sections"),
        }
    }

    /// When it was made, by whom, and from what.
    fn made(&self, word: &str) -> Result<Value, Refusal> {
        let (Some(commit), Some(made)) = (self.release.commit()?, self.release.made()?) else {
            return match word {
                "date" => self.of_notes(word),
                _ => Ok(self.unreleased()),
            };
        };
        let minute = made.at.minute();
        let (day, time) = minute.split_once(' ').unwrap_or((&minute, ""));
        Ok(match word {
            "by" => Value::text(line(&made.by)),
            "date" => Value::text(day),
            "time" => Value::text(time),
            _ => Value::text(commit.short()),
        })
    }

    /// What gates have said.
    fn checked(&self, word: &str) -> Result<Value, Refusal> {
        if self.release.commit()?.is_some() && self.release.record()?.is_none() {
            let (why, (next, what_for)) = self.release.unrecorded()?;
            return Ok(unfilled(&why, Next::Ours(next), what_for));
        }
        let facts = self.release.facts()?;
        Ok(match (word, told(facts).next()) {
            ("waivers", _) => Value::text(waivers(facts)),
            (_, None) if facts.released.is_none() => {
                let why = "No gate was asked on these very files.";
                unfilled(why, Next::Ours("check".to_owned()), "asks the gates")
            }
            (_, None) => Value::text("- none was asked"),
            (_, Some(_)) => Value::text(gates(facts)),
        })
    }

    fn unreleased(&self) -> Value {
        let why = format!("{} is not released.", self.release.called());
        unfilled(&why, Next::Ours("release --dry-run".to_owned()), "shows how it would be")
    }

    fn plan(&self) -> Value {
        let tag = self.release.tag.as_deref().unwrap_or_default();
        let why = "The record tells no way back.";
        unfilled(why, Next::Ours(format!("rollback {} --plan", word(tag))), "tells it as of now")
    }
}

/// Whether a word is a person's to say.
pub(super) fn is_said(word: &str) -> bool {
    word == "codename" || !(KNOWN.contains(&word) || super::super::changelog::WORDS.contains(&word))
}

/// A text of somebody in one line that means nothing to Markdown.
fn line(said: &str) -> String {
    text::line(said, Markup::Markdown)
}

fn list(lines: impl Iterator<Item = String>) -> String {
    lines.map(|one| format!("- {one}")).collect::<Vec<_>>().join("\n")
}

/// The gates that others want to hear of: commands, and CI. Whether the work tree was clean is nobody's
/// business.
fn told(facts: &Facts) -> impl Iterator<Item = &Gate> {
    facts.gates.iter().filter(|gate| gate.command.is_some() || gate.id == "ci")
}

/// `- tests: green, 2:10`
fn gates(facts: &Facts) -> String {
    let waived = |gate: &Gate| {
        let mut waivers = facts.waived.iter();
        let waiver = waivers.find(|waiver| waiver.gate == gate.id && gate.outcome != "green");
        waiver.map(|waiver| format!(", waived: {}", waiver.reason)).unwrap_or_default()
    };
    list(told(facts).map(|gate| {
        let took = gate.seconds().map(|seconds| format!(", {}", clock(seconds)));
        let said = format!("{}: {}{}", gate.name(), gate.result(), took.unwrap_or_default());
        line(&format!("{said}{}", waived(gate)))
    }))
}

fn waivers(facts: &Facts) -> String {
    list(facts.waived.iter().map(|waiver| line(&format!("{}: {}", waiver.gate, waiver.reason))))
}

/// `- QA Lead: Bo Chen, 2026-11-21 14:03 UTC`; those that hold, as they are known here.
fn signoffs(facts: &Facts) -> String {
    list(facts.signed.iter().map(|signed| {
        let role = signed.role.as_ref().map(|role| format!("{role}: ")).unwrap_or_default();
        line(&format!("{role}{}, {}", signed.by, signed.at.minute()))
    }))
}
