//! The poll as Markdown: for `$GITHUB_STEP_SUMMARY`, a comment, a release record.

use std::fs;

use super::Report;
use super::people::People;
use super::show::clock;
use crate::sys::clock::Timestamp;
use crate::ui::{Mark, Ui};
use crate::version::Version;
use crate::wording::plain;

/// So many lines of a log are shown.
const LINES: usize = 40;

impl Report<'_> {
    /// A headline, a table, the ends of the logs of what is not green.
    pub fn markdown(&self, ui: &Ui, at: Timestamp, people: &People) {
        let about = self.read.aim.version.as_ref().map(Version::text).unwrap_or_default();
        let is_go = self.stopping().is_empty() && people.missing().is_empty();
        let verdict = if is_go { "GO" } else { "NO-GO" };
        let of = if about.is_empty() { String::new() } else { format!(" for {}", plain(about)) };
        ui.answer(&format!("## {verdict}{of}\n"));
        ui.answer(&format!("{}\n", plain(&self.facts_line())));
        ui.answer("| | gate | result | time |\n|---|---|---|---:|");
        for checked in self.checked {
            let mark = match self.mark(checked) {
                Mark::Good => "✓",
                Mark::Failed => "✗",
                Mark::Warning => "!",
                Mark::Unknown => "?",
                Mark::Skipped => "–",
            };
            let time = checked.took.map(clock).unwrap_or_default();
            let (id, text) = (plain(&checked.gate.id), plain(&self.text(checked, at)));
            ui.answer(&format!("| {mark} | {id} | {text} | {time} |"));
        }
        people.markdown(ui);
        for checked in self.checked.iter().filter(|checked| checked.outcome.stops()) {
            for (_, judged) in &checked.runs {
                let Some(evidence) = &judged.evidence else { continue };
                let text = fs::read(self.repo.top.join(&evidence.log)).unwrap_or_default();
                let text = String::from_utf8_lossy(&text);
                let lines: Vec<&str> =
                    text.lines().filter(|line| !line.trim().is_empty()).collect();
                let lines = &lines[lines.len().saturating_sub(LINES)..];
                let (id, why) = (plain(&checked.gate.id), plain(&judged.outcome.why()));
                let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
                ui.answer(&format!(
                    "\n<details><summary>{id}: {why}</summary><pre>\n{}\n</pre></details>",
                    lines.join("\n")
                ));
            }
        }
    }
}
