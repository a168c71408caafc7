//! Who has signed what is checked: the second half of the poll.

use serde_json::Value;

use super::Report;
use crate::cli::sign::{About, Standing, shown};
use crate::error::Refusal;
use crate::ui::Ui;
use crate::version::Version;
use crate::wording::plain;

/// The sign-offs of what would be released; nothing where nobody has to sign and nobody has.
pub struct Signoffs(Option<(Version, Standing)>);

impl Signoffs {
    /// Looks at those that are known here. A part of the gates is not asked about people.
    ///
    /// # Errors
    /// git fails.
    pub fn of(report: &Report<'_>) -> Result<Self, Refusal> {
        let (read, repo) = (report.read, report.repo);
        let (Some(version), Some(tag)) = (&read.aim.version, &read.aim.tag) else {
            return Ok(Self(None));
        };
        let Some(commit) = repo.head.commit().filter(|_| report.part_of.is_none()) else {
            return Ok(Self(None));
        };
        let (settings, profile) = (&read.settings, read.aim.profile);
        let standing = Standing::read(&About { repo, settings, profile, tag, commit })?;
        let nothing = standing.required.is_nothing() && standing.all.is_empty();
        Ok(Self((!nothing).then(|| (version.clone(), standing))))
    }

    /// Their table, below that of the gates.
    pub fn show(&self, ui: &Ui) {
        let Some((_, standing)) = &self.0 else { return };
        ui.say("Sign-offs");
        for line in shown::table(standing) {
            ui.say(&line);
        }
    }

    /// The same as a list in Markdown.
    pub fn markdown(&self, ui: &Ui) {
        let Some((_, standing)) = &self.0 else { return };
        ui.answer("\n**Sign-offs**\n");
        for line in shown::table(standing) {
            ui.answer(&format!("- {}", plain(line.trim())));
        }
    }

    /// Who is missing, as it stands behind NO-GO.
    pub fn missing(&self) -> Vec<String> {
        self.0.as_ref().map(|(_, standing)| shown::missing(&standing.judged())).unwrap_or_default()
    }

    /// The command with which the first who is missing signs.
    pub fn next(&self) -> Option<String> {
        let (version, standing) = self.0.as_ref()?;
        let judged = standing.judged();
        (!judged.is_go()).then(|| shown::next(&judged, version))
    }

    /// The report with them in it.
    pub fn added_to(&self, data: &Value) -> Value {
        let mut data = data.clone();
        if let Some((_, standing)) = &self.0 {
            data["signoffs"] = shown::json(standing);
            if !self.missing().is_empty() {
                data["verdict"] = "no-go".into();
            }
        }
        data
    }
}
