//! Findings on the screen and as JSON.

use serde_json::{Value, json};

use crate::changelog::findings::{Finding, Problem};
use crate::error::word;
use crate::path::RepoPath;
use crate::ui::{Mark, Ui, Volume, clean};
use crate::wording::counted;

/// So many findings of one kind are shown.
const SHOWN: usize = 10;

/// The columns of a line.
const COLUMNS: usize = 100;

/// Shows findings by their kind, each kind with what to do about it.
pub(super) fn show(ui: &Ui, findings: &[Finding]) {
    let mut kinds: Vec<Problem> = findings.iter().map(|finding| finding.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.kind == kind).collect();
        ui.answer(&format!("{} ({})", kind.title(), own.len()));
        let place = |finding: &Finding| match &finding.place {
            Some(place) => format!("{}:{}", place.path, place.line),
            None => String::new(),
        };
        let width = own.iter().map(|finding| place(finding).chars().count()).max().unwrap_or(0);
        let shown = if ui.volume == Volume::Verbose { own.len() } else { SHOWN };
        for finding in own.iter().take(shown) {
            let place = place(finding);
            let gap = if width > 0 { "   " } else { "" };
            let lead =
                format!("{}{} {place:<width$}{gap}", Mark::Failed.text(), Mark::Failed.filling());
            let room = COLUMNS.saturating_sub(3 + Mark::width() + width + gap.len()).max(20);
            ui.answer(&format!("  {lead}{}", clean(&finding.what, room)));
        }
        if let more @ 1.. = own.len().saturating_sub(shown) {
            ui.answer(&format!("    and {more} more, with -v"));
        }
        ui.answer(&format!("    {}", kind.mend()));
    }
}

/// The last lines: how many there are, and the command that opens the file of the first one there.
pub(super) fn end(ui: &Ui, all: &[(&RepoPath, &Finding)]) {
    if all.is_empty() {
        return;
    }
    let placed = all.iter().find_map(|(_, finding)| finding.place.as_ref());
    ui.say(&counted(all.len(), "finding"));
    let open = match (placed, all) {
        (Some(place), _) => format!("+{} {}", place.line, word(&place.path)),
        (None, all) => word(all[0].0),
    };
    ui.say(&format!("next: ${{EDITOR:-vi}} {open}"));
}

/// The same as data.
pub(super) fn as_json(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| {
        let place = finding.place.as_ref();
        json!({
            "kind": finding.kind.word(), "what": finding.what, "mend": finding.kind.mend(),
            "path": place.map(|place| place.path.as_str()),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
        })
    };
    findings.iter().map(one).collect()
}
