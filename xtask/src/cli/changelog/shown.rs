//! What the user sees of `changelog`.

use serde_json::{Value, json};

use super::super::Context;
use super::super::unreleased::left_out;
use super::ranges::Since;
use crate::changelog::cut::{Commits, Done};
use crate::config::changelog::Place;
use crate::exec::Finished;
use crate::flows::changelog::{Facts, Outcome, Section};
use crate::history::Cut;
use crate::plan::{Check, FileChange, Plan};
use crate::ui::{Mark, Ui, Volume, change_of, clean};
use crate::wording::counted;

/// So many changes that are missing are listed.
const LISTED: usize = 6;

/// What is known of a changelog and what becomes of it.
pub(super) struct Told<'f> {
    pub facts: Facts<'f>,
    pub outcome: Outcome,
    /// What is asked about it.
    pub guard: Option<Check>,
}

pub(super) struct Shown<'s> {
    pub told: &'s [Told<'s>],
    pub ranges: &'s [Since],
    /// Packages that are left out, because their version is released.
    pub released: &'s [String],
    pub plan: Option<&'s Plan>,
    pub dry_run: bool,
}

impl Told<'_> {
    /// The edit of its file, if there is one.
    pub fn change(&self) -> Option<&FileChange> {
        match &self.outcome {
            Outcome::Section(section) => section.change.as_ref(),
            Outcome::Waits | Outcome::Generated { .. } => None,
        }
    }

    fn show(&self, ui: &Ui, volume: Volume) {
        let (path, version) = (self.facts.place.path(), self.facts.version);
        match &self.outcome {
            Outcome::Section(section) => self.show_section(section, ui, volume),
            Outcome::Waits => {
                let since = self.facts.previous.map(|previous| format!(" since {}", previous.tag));
                let since = since.unwrap_or_default();
                ui.say(&format!("{version} is a pre-release: it gets no section."));
                ui.say(&format!(
                    "Its notes are what {path} has under Unreleased, and the commits{since}."
                ));
            }
            Outcome::Generated { by, section } => {
                match section {
                    Some(line) => ui.say(&format!("{path}:{line} tells of {version}.")),
                    None => ui.mark(Mark::Warning, &format!("{path} does not tell of {version}")),
                }
                ui.say(&format!("{by} writes the file, so it is left as it is."));
            }
        }
    }

    fn show_section(&self, section: &Section, ui: &Ui, volume: Volume) {
        let (path, version) = (self.facts.place.path(), self.facts.version);
        let Section { line, heading, .. } = section;
        if section.change.is_none() {
            ui.say(&format!(
                "{path}:{line} has a section for {version} already: it stays as it is."
            ));
        } else {
            let heading = clean(heading, 52);
            ui.say(&format!("{path}:{line}  {heading}    {}", self.what(section)));
        }
        if let (Volume::Verbose, Some(change)) = (volume, &section.change) {
            ui.say("");
            ui.say(&change_of(change, &self.bytes()));
            ui.say("");
        }
        for warning in &section.warnings {
            ui.mark(Mark::Warning, warning);
        }
        let empty = section.by_hand + section.added.len() == 0;
        if section.done == Done::Written && empty {
            ui.mark(Mark::Warning, "nothing was found to tell of: the section is empty");
        }
        self.show_missing(section, ui);
    }

    /// `2 written by hand, 3 from commits`
    fn what(&self, section: &Section) -> String {
        let (by_hand, added) = (section.by_hand, section.added.len());
        let entries = match (section.done, by_hand, added) {
            (Done::Dated, ..) => "dated".to_owned(),
            (Done::Merged, _, added) => format!("{added} from commits added"),
            (_, 0, 0) => "no entries".to_owned(),
            (_, by_hand, 0) => format!("{by_hand} written by hand"),
            (_, 0, added) => format!("{added} from commits"),
            (_, by_hand, added) => format!("{by_hand} written by hand, {added} from commits"),
        };
        match self.facts.place {
            Place::There(_) => entries,
            Place::Missing(_) => format!("{entries}, a new file"),
        }
    }

    fn show_missing(&self, section: &Section, ui: &Ui) {
        let entries: Vec<_> = self.facts.entries().collect();
        let missing: Vec<_> = section.missing.iter().map(|at| entries[*at]).collect();
        if missing.is_empty() {
            return;
        }
        let changes = counted(missing.len(), "change");
        ui.say(&match (section.done, self.facts.table.commits) {
            (Done::Written, Commits::IfEmpty) => {
                format!("not added: {changes} of commits, because entries were written by hand")
            }
            (Done::Written, _) => format!("not added: {changes} of commits (commits = \"never\")"),
            _ => format!("not in it: {changes} of commits"),
        });
        for entry in missing.iter().rev().take(LISTED) {
            ui.say(&format!("  {}  {}", entry.short(), clean(&entry.line(), 86)));
        }
        if let more @ 1.. = missing.len().saturating_sub(LISTED) {
            ui.say(&format!("  and {more} more"));
        }
    }

    /// The bytes of its file as they are.
    pub fn bytes(&self) -> Vec<u8> {
        match self.facts.place {
            Place::There(file) => file.bytes.to_vec(),
            Place::Missing(_) => Vec::new(),
        }
    }

    /// Is something of an existing section missing?
    fn could_merge(&self) -> bool {
        match &self.outcome {
            Outcome::Section(Section { done: Done::Exists | Done::Dated, missing, .. }) => {
                !missing.is_empty()
            }
            Outcome::Section(_) | Outcome::Waits | Outcome::Generated { .. } => false,
        }
    }

    fn waits(&self) -> bool {
        matches!(self.outcome, Outcome::Waits)
    }

    fn json(&self) -> Value {
        let facts = &self.facts;
        let mut all = json!({
            "name": facts.name, "version": facts.version.text(), "tag": facts.tag,
            "file": facts.place.path(), "previous": facts.previous.map(|previous| &previous.tag),
        });
        match &self.outcome {
            Outcome::Waits => all["done"] = "unreleased".into(),
            Outcome::Generated { by, section } => {
                all["done"] = "generated".into();
                all["by"] = (*by).into();
                all["line"] = json!(section);
            }
            Outcome::Section(section) => {
                let entries: Vec<_> = facts.entries().collect();
                let line = |at: &usize| {
                    let entry = entries[*at];
                    json!({ "section": &*entry.section, "text": entry.line(),
                            "commits": entry.commits })
                };
                let lines = |all: &[usize]| all.iter().map(line).collect::<Vec<_>>();
                all["done"] = done(section.done).into();
                all["line"] = section.line.into();
                all["heading"] = section.heading.as_str().into();
                all["by_hand"] = section.by_hand.into();
                all["added"] = lines(&section.added).into();
                all["missing"] = lines(&section.missing).into();
                all["duplicates"] = section.duplicates.into();
                all["warnings"] = json!(section.warnings);
            }
        }
        all
    }
}

fn done(done: Done) -> &'static str {
    match done {
        Done::Written => "written",
        Done::Merged => "merged",
        Done::Dated => "dated",
        Done::Exists => "exists",
    }
}

impl Shown<'_> {
    /// A dry run, or nothing to do.
    pub fn without_effect(&self, context: &Context) {
        let ui = &context.ui;
        let volume = if self.plan.is_some() { Volume::Verbose } else { ui.volume };
        self.head(ui, volume);
        let again = context.command_without("--dry-run");
        for check in self.told.iter().filter_map(|told| told.guard.as_ref()) {
            match self.dry_run {
                true => ui.say(&format!("It would be asked: {}", check.argv.join(" "))),
                false => ui.say("The guard found it right."),
            }
        }
        if self.plan.is_some() {
            ui.say("Nothing was changed (dry run).");
            ui.say(&format!("next: {}", ui.typed(&again)));
        } else if self.told.iter().any(Told::could_merge) {
            ui.say(&format!("next: {}", ui.typed(&format!("{again} --merge"))));
        } else if let Some(waits) = self.told.iter().find(|told| told.waits()) {
            ui.say(&format!(
                "next: {}",
                ui.ours(&format!("changelog notes{}", waits.facts.option))
            ));
        }
        ui.json(&self.json(None));
    }

    pub fn done(&self, context: &Context, finished: &Finished) {
        let ui = &context.ui;
        self.head(ui, ui.volume);
        finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
        ui.say(&format!("undo: {}", ui.ours("undo")));
        ui.json(&self.json(Some(finished.id)));
    }

    fn head(&self, ui: &Ui, volume: Volume) {
        self.told.iter().for_each(|told| told.show(ui, volume));
        if !self.released.is_empty() {
            let named: Vec<&str> = self.released.iter().take(LISTED).map(String::as_str).collect();
            let more = match self.released.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            ui.say(&format!("released already: {}{more}", named.join(", ")));
        }
        for since in self.ranges {
            let tells = self.plan.is_some() || volume == Volume::Verbose;
            if let Some((number, words)) = left_out(&since.changes).filter(|_| tells) {
                let of = match self.ranges {
                    [_] => String::new(),
                    _ => format!(" of {}", since.name),
                };
                let words = words.replace(" (reverts)", "");
                ui.say(&format!("left out{of}: {} ({words})", counted(number, "commit")));
            }
            if since.cut == Cut::Beyond {
                ui.mark(Mark::Warning, "this clone is shallow: not all commits are known here");
            }
        }
    }

    fn json(&self, operation: Option<u64>) -> Value {
        let packages = self.told.iter().map(Told::json);
        let ranges = self.ranges.iter().map(|since| {
            json!({ "name": since.name, "since": since.from, "commits": since.changes.commits,
                    "merges": since.changes.merges(), "left_out": since.changes.left_out,
                    "complete": since.cut == Cut::Whole })
        });
        json!({ "changelogs": packages.collect::<Vec<_>>(), "released": self.released, "ranges": ranges.collect::<Vec<_>>(),
                "operation": operation, "plan": self.plan })
    }
}
