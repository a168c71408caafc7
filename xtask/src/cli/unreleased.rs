//! What came since the last full release: for `status`, and for the level of `bump auto`.

use serde_json::{Value, json};

use super::project::{Known, Survey};
use crate::error::Refusal;
use crate::flows::bump::{self, Bump};
use crate::history::{Cut, Entry, Folded, Suggestion, Summary, Tagged, suggest};
use crate::repo::{Asked, Question, Range, Repo};
use crate::ui::{Mark, Ui, clean};
use crate::version::{Auto, Level, Target, Version};
use crate::wording::counted;

/// So many changes are shown, the newest first.
const SHOWN: usize = 6;

/// What one project has not released yet.
pub(super) struct Unreleased {
    range: Range,
    /// Where gonogo.toml says that history begins.
    baseline: Option<String>,
    suggestion: Option<Suggestion>,
}

/// Reads it for each of these projects, in one walk over the history.
///
/// # Errors
/// git fails.
pub(super) fn read(
    repo: &Repo,
    survey: &Survey,
    projects: &[Known],
) -> Result<Vec<Unreleased>, Refusal> {
    let asked = projects.iter().map(|known| Asked {
        releases: &known.releases,
        question: Question::Full,
        scope: survey.scope(known),
    });
    let ranges = repo.ranges(asked.collect(), &survey.reading(repo)?)?;
    let each = ranges.into_iter().zip(projects).map(|(range, known)| {
        let held = bump::held(&known.project, &survey.files).unwrap_or_default();
        // Where no file holds it, the tags say the version.
        let newest = || known.releases.newest.as_ref().map(|(_, version)| version);
        let none = known.project.sites.is_empty();
        let current = held.first().map(|(_, version)| version);
        let current = current.or_else(|| newest().filter(|_| none));
        let suggestion = current.map(|current| {
            suggest(&range.changes, current, survey.settings.version.feature_in_zero)
        });
        let baseline = survey.settings.baseline.as_ref().map(|said| said.value.clone());
        Unreleased { range, baseline, suggestion }
    });
    Ok(each.collect())
}

/// The bumps that the commits since the last full release ask for; a project where nothing is worth
/// a release has none, and that is said.
///
/// # Errors
/// A shallow clone that does not have all of those commits, git fails, the refusals of `plan`.
pub(super) fn bumps(
    repo: &Repo,
    survey: &Survey,
    ui: &Ui,
    auto: Auto,
    plan: impl Fn(&Known, &Target) -> Result<Bump, Refusal>,
) -> Result<Vec<Bump>, Refusal> {
    let mut bumps = Vec::new();
    for (unreleased, known) in read(repo, survey, &survey.projects)?.iter().zip(&survey.projects) {
        match unreleased.asks_for(repo, known)? {
            Asks::Level(level, because) => {
                let mut bump = plan(known, &auto.at(level))?;
                bump.notes.insert(0, because);
                bumps.push(bump);
            }
            Asks::Nothing(why) => ui.say(&why),
            // Without a version in a file there is nothing to count up, and the refusal says so.
            Asks::Unknown => bumps.push(plan(known, &auto.at(Level::Patch))?),
        }
    }
    Ok(bumps)
}

/// What the commits since the last full release ask for.
pub(super) enum Asks {
    /// A level, and why: `minor since v1.2.0: ...`.
    Level(Level, String),
    /// No release, in a sentence.
    Nothing(String),
    /// Nothing says which version it is now.
    Unknown,
}

impl Unreleased {
    /// What the commits ask for.
    ///
    /// # Errors
    /// A shallow clone that does not have all of them.
    pub fn asks_for(&self, repo: &Repo, known: &Known) -> Result<Asks, Refusal> {
        if self.range.cut == Cut::Beyond {
            return Err(repo.deepen("The commits since the last release decide the level."));
        }
        let since = self.since();
        Ok(match &self.suggestion {
            Some(suggestion @ Suggestion::Raise { level, .. }) => {
                Asks::Level(*level, format!("{}{since}: {}", level.word(), suggestion.because()))
            }
            Some(Suggestion::Nothing { why }) => {
                Asks::Nothing(format!("{}: nothing to release{since}, {why}.", known.name()))
            }
            None => Asks::Unknown,
        })
    }

    /// ` since v1.2.0`, or nothing where there was no release.
    fn since(&self) -> String {
        match (&self.range.from, &self.baseline) {
            (Some(from), _) => format!(" since {}", from.tag),
            (None, Some(baseline)) => format!(" since {baseline}, the baseline"),
            (None, None) => String::new(),
        }
    }

    /// The level that is suggested, and why, in words.
    pub fn suggested(&self) -> Option<(&'static str, String)> {
        match (&self.suggestion, self.range.cut) {
            (Some(suggestion @ Suggestion::Raise { level, .. }), Cut::Whole) => {
                Some((level.word(), suggestion.because()))
            }
            _ => None,
        }
    }

    /// The level that is suggested.
    pub fn level(&self) -> Option<Level> {
        match (&self.suggestion, self.range.cut) {
            (Some(Suggestion::Raise { level, .. }), Cut::Whole) => Some(*level),
            _ => None,
        }
    }

    /// The release that it is all since.
    pub fn from(&self) -> Option<&Tagged> {
        self.range.from.as_ref()
    }

    /// The lines of `status`; `newest` is the release shown above them.
    pub fn show(&self, ui: &Ui, repo: &Repo, newest: Option<&Version>) {
        let summary = &self.range.changes;
        if self.range.cut == Cut::Beyond {
            let refusal = repo.deepen("");
            ui.answer(&format!("Unreleased  {} {}", Mark::Warning.text(), refusal.what));
            for (next, what_for) in &refusal.next {
                ui.answer(&format!("            {}   {what_for}", ui.program.command(next)));
            }
            return;
        }
        let from = self.range.from.as_ref().map(|from| &from.version);
        let same = from.zip(newest).is_some_and(|(from, newest)| from.same(newest));
        let since = if same { String::new() } else { self.since() };
        ui.answer(&format!("Unreleased  {}{since}", headline(summary)));
        let entries = summary.entries.iter().rev().take(SHOWN);
        let labels: Vec<(String, &Entry)> =
            entries.map(|entry| (clean(&entry.label(), 22), entry)).collect();
        let width = |text: &str| text.chars().count();
        let label = labels.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        let room = 100 - 2 - label - 2 - 3 - 7;
        let texts: Vec<String> =
            labels.iter().map(|(_, entry)| clean(&entry.line(), room)).collect();
        let text = texts.iter().map(|text| width(text)).max().unwrap_or(0);
        for ((name, entry), line) in labels.iter().zip(&texts) {
            ui.answer(&format!("  {name:<label$}  {line:<text$}   {}", entry.short()));
        }
        if let more @ 1.. = summary.entries.len().saturating_sub(SHOWN) {
            ui.answer(&format!("  and {more} more"));
        }
        if let Some((_, left_out)) = left_out(summary) {
            ui.answer(&format!("  left out: {left_out}"));
        }
    }

    /// The same as data, with every change.
    pub fn json(&self) -> Value {
        let summary = &self.range.changes;
        let change = |entry: &Entry| {
            json!({ "section": &*entry.section, "type": entry.kind, "scope": entry.scope,
                    "text": entry.text, "number": entry.number, "breaking": entry.breaking,
                    "commits": entry.commits })
        };
        let suggested = self.suggested();
        json!({
            "since": self.range.from.as_ref().map(|from| &from.tag),
            "commits": summary.commits,
            "merges": summary.merges(),
            "changes": summary.entries.iter().map(change).collect::<Vec<_>>(),
            "left_out": summary.left_out,
            "complete": self.range.cut == Cut::Whole,
            "suggested": suggested.as_ref().map(|(level, _)| level),
            "because": suggested.map(|(_, because)| because),
        })
    }
}

/// `2 changes in 4 commits (2 merges folded)`
fn headline(summary: &Summary) -> String {
    let commits = counted(summary.commits, "commit");
    let merges = match summary.merges() {
        0 => String::new(),
        merges => format!(" ({} folded)", counted(merges, "merge")),
    };
    match (summary.commits, summary.entries.len()) {
        (0, _) => "nothing".to_owned(),
        (_, 0) => format!("nothing to tell of in {commits}{merges}"),
        (_, number) => format!("{} in {commits}{merges}", counted(number, "change")),
    }
}

/// Everything else that is no change, and how much it is: `3 docs, 1 of a bot`.
pub(super) fn left_out(summary: &Summary) -> Option<(usize, String)> {
    let mut others = summary.clone();
    others.folded.remove(&Folded::Merge);
    let number = others.left_out.values().chain(others.folded.values()).sum::<usize>();
    let words = others.left_out();
    (!words.is_empty()).then(|| (number + others.reverted, in_one_line(&words)))
}

/// So many characters of a list are shown.
const LISTED: usize = 68;

/// Words with commas between them, as many as fit into a line.
fn in_one_line(words: &[String]) -> String {
    let mut width = 0;
    let fits = |word: &&String| {
        width += word.chars().count() + 2;
        width <= LISTED
    };
    let shown: Vec<&str> = words.iter().take_while(fits).map(String::as_str).collect();
    match words.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{}, and {}", shown.join(", "), counted(more, "other kind")),
    }
}
