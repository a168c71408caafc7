//! Workflow commands of GitHub Actions: logs in groups, annotations at places in files.
//!
//! The runner obeys whatever line looks like a command, also one that a gate printed. So commands
//! are stopped for everything that is shown, and resumed around our own by a token that is made when
//! all gates have ended: none of them can know it.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::Report;
use crate::gates::{Checked, Finding, Judged};
use crate::ui::Ui;

/// So many lines of a log are shown.
const LINES: usize = 1_000;

/// Output that a runner of GitHub Actions reads.
pub struct Actions {
    token: String,
}

impl Actions {
    /// `None` where no such runner reads.
    pub fn here() -> Option<Self> {
        let asked = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        // Each state has keys of its own, which come from the operating system.
        let noise = || RandomState::new().build_hasher().finish();
        asked.then(|| Self { token: format!("{:016x}{:016x}", noise(), noise()) })
    }

    /// From here on the runner obeys nothing.
    pub fn stop(&self, ui: &Ui) {
        ui.say(&format!("::stop-commands::{}", self.token));
    }

    /// From here on it obeys.
    pub fn resume(&self, ui: &Ui) {
        ui.say(&format!("::{}::", self.token));
    }

    fn command(&self, ui: &Ui, command: &str) {
        self.resume(ui);
        ui.say(command);
        self.stop(ui);
    }

    /// The logs of a gate in groups, and what it found at the places.
    pub fn show(&self, ui: &Ui, report: &Report<'_>, checked: &Checked) {
        let level = if report.stops(checked) { "error" } else { "warning" };
        let id = &checked.gate.id;
        for (package, judged) in checked.runs.iter().filter(|(_, judged)| judged.outcome.stops()) {
            let of = package.as_ref().map(|package| format!(" ({package})")).unwrap_or_default();
            let title = format!("{id}{of}: {}", judged.outcome.why());
            self.log(ui, report, &title, judged);
            for finding in &judged.findings {
                self.command(ui, &annotation(level, id, finding));
            }
        }
        if checked.runs.iter().all(|(_, judged)| judged.findings.is_empty()) {
            let why = data(&checked.outcome.why());
            self.command(ui, &format!("::{level} title={}::{why}", property(id)));
        }
    }

    fn log(&self, ui: &Ui, report: &Report<'_>, title: &str, judged: &Judged) {
        let Some(evidence) = &judged.evidence else { return };
        let text = fs::read(report.repo.top.join(&evidence.log)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let above = lines.len().saturating_sub(LINES);
        self.command(ui, &format!("::group::{}", data(title)));
        lines[above..].iter().for_each(|line| ui.say(line));
        self.command(ui, "::endgroup::");
    }
}

fn annotation(level: &str, gate: &str, finding: &Finding) -> String {
    let Finding { path, line, text } = finding;
    let (path, title) = (property(path.as_str()), property(gate));
    format!("::{level} file={path},line={line},title={title}::{}", data(text))
}

/// As the runner reads the text of a command (actions/toolkit, `escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As it reads one of its properties (actions/toolkit, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RepoPath;

    #[test]
    fn an_annotation_is_one_command() {
        let path = RepoPath::new("a,b:c%.py").unwrap();
        let finding = Finding { path, line: 3, text: "50%\r\n::error::x".into() };
        assert_eq!(
            annotation("error", "lint", &finding),
            "::error file=a%2Cb%3Ac%25.py,line=3,title=lint::50%25%0D%0A::error::x"
        );
    }
}
