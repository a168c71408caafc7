//! What people have said of what is checked: the second half of the poll.

use serde_json::Value;

use super::Report;
use crate::cli::Context;
use crate::cli::approvals::{Approvals, Asked, Gates};
use crate::cli::sign::shown;
use crate::error::Refusal;
use crate::repo::WorkTree;
use crate::ui::{Ui, one_line};
use crate::wording::plain;

/// The sign-offs and the open boxes of what would be released; nothing where nobody has to say
/// anything and nobody has.
pub struct People(Option<Approvals>);

impl People {
    /// Looks at what is known here; `data` is what the gates have said. A part of the gates is not
    /// asked about people.
    ///
    /// # Errors
    /// A waiver that means nothing; a checklist that cannot be read; git fails.
    pub fn of(report: &Report<'_>, context: &Context, data: &Value) -> Result<Self, Refusal> {
        let (read, repo) = (report.read, report.repo);
        let Some(commit) = repo.head.commit().filter(|_| report.part_of.is_none()) else {
            return Ok(Self(None));
        };
        let (waivers, gates, option) = (report.waivers, Gates::Asked, "");
        let asked = Asked { repo, context, read, commit, waivers, report: data, gates, option };
        Ok(Self(Approvals::read(&asked, &WorkTree::new(repo)?)?))
    }

    /// Their table, below that of the gates.
    pub fn show(&self, ui: &Ui) {
        let Some(approvals) = &self.0 else { return };
        let lines = shown::table(&approvals.standing);
        if !lines.is_empty() {
            ui.say("Sign-offs");
        }
        for line in lines {
            ui.say(&line);
        }
        approvals.open().for_each(|line| ui.say(&one_line(&line)));
    }

    /// The same as a list in Markdown.
    pub fn markdown(&self, ui: &Ui) {
        let Some(approvals) = &self.0 else { return };
        let lines = shown::table(&approvals.standing);
        if !lines.is_empty() {
            ui.answer("\n**Sign-offs**\n");
        }
        for line in lines {
            ui.answer(&format!("- {}", plain(line.trim())));
        }
        let open: Vec<String> = approvals.open().collect();
        if !open.is_empty() {
            ui.answer("\n**Checklist**\n");
        }
        for line in open {
            ui.answer(&format!("- {}", plain(&line)));
        }
    }

    /// What is missing, as it stands behind NO-GO.
    pub fn missing(&self) -> Vec<String> {
        self.0.as_ref().map(Approvals::missing).unwrap_or_default()
    }

    /// The command that leads on.
    pub fn next(&self) -> Option<String> {
        self.0.as_ref()?.next().into_iter().next()
    }

    /// The report with them in it.
    pub fn added_to(&self, data: &Value) -> Value {
        let mut data = data.clone();
        if let Some(approvals) = &self.0 {
            data["signoffs"] = shown::json(&approvals.standing);
            data["checklist"] = approvals.boxes();
            if !self.missing().is_empty() {
                data["verdict"] = "no-go".into();
            }
        }
        data
    }
}
