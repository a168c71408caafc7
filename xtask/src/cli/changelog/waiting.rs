//! What `status` says of a changelog.

use serde_json::{Value, json};

use super::super::project::{Known, Survey};
use crate::changelog::Changelog;
use crate::changelog::date::Says;
use crate::config::changelog::{self, Among, Place};
use crate::config::file::{ChangelogTable, Prereleases};
use crate::error::Refusal;
use crate::repo::{Repo, WorkTree};
use crate::sites::{File, Source};
use crate::ui::Mark;
use crate::version::Version;

/// What waits in a changelog for the next release.
pub(in super::super) struct Waiting {
    said: String,
    json: Value,
    next: Option<&'static str>,
}

impl Waiting {
    /// Looks into the changelog of a project whose files say `version`; `None` where there is none.
    /// One that cannot be read is told of, not refused.
    ///
    /// # Errors
    /// The work tree cannot be read.
    pub fn read(
        repo: &Repo,
        survey: &Survey,
        known: &Known,
        version: Option<&Version>,
    ) -> Result<Option<Self>, Refusal> {
        let tree = WorkTree::new(repo)?;
        // Of one of several the top is not ours; `-p` says whose it is.
        let among = if known.project.folder.is_empty() { Among::Alone } else { survey.among };
        let file = match changelog::find(&tree, &survey.settings, &known.project, among) {
            Ok(Place::There(file)) => file,
            Ok(Place::Missing(_)) => return Ok(None),
            Err(refusal) => return Ok(Some(Self::unreadable(&refusal, None))),
        };
        let table = &survey.settings.changelog;
        Ok(Some(match Changelog::parse(Source::from(&file)) {
            Ok(changelog) => Self::of(&file, &changelog, version, table),
            Err(refusal) => Self::unreadable(&refusal, Some(&file)),
        }))
    }

    fn unreadable(refusal: &Refusal, file: Option<&File>) -> Self {
        let place = refusal.place.as_ref().map(|place| format!("{place}: "));
        let why = refusal.why.first().filter(|_| place.is_some());
        let what = why.unwrap_or(&refusal.what).trim_end_matches('.');
        let said = format!("{} {}{what}", Mark::Warning.text(), place.unwrap_or_default());
        let path = file.map(|file| &file.path);
        let json = json!({ "file": path, "readable": false, "why": refusal.what });
        Self { said, json, next: file.map(|_| "changelog check") }
    }

    fn of(
        file: &File,
        changelog: &Changelog<'_>,
        version: Option<&Version>,
        table: &ChangelogTable,
    ) -> Self {
        let path = &file.path;
        let line = |at| changelog.place(at).line;
        let warning = |text: String| format!("{} {text}", Mark::Warning.text());
        let own = version.and_then(|version| changelog.section(version));
        let unreleased = changelog.unreleased();
        let waiting = unreleased.map_or(0, |section| changelog.entries(section));
        let newest = changelog.newest();
        let undated = newest.and_then(|newest| changelog.section(newest)).filter(|(_, release)| {
            release.date.as_ref().is_some_and(|date| date.says == Says::Placeholder)
        });
        let said = match (own, unreleased, changelog.generated_by) {
            (_, _, Some(tool)) if table.guard.is_none() => {
                warning(format!("{path} is written by {}, and no guard looks after it", tool.by))
            }
            (_, _, Some(tool)) => format!("{path} is written by {}, with a guard", tool.by),
            (Some((section, release)), _, _) if waiting == 0 => {
                let at = line(section.heading.start);
                format!("{path}:{at} tells of {}", release.version)
            }
            (_, Some(section), _) => {
                let at = line(section.heading.start);
                match waiting {
                    0 => format!("{path}:{at}, under Unreleased nothing yet"),
                    1 => format!("{path}:{at}, under Unreleased 1 entry written by hand"),
                    _ => format!("{path}:{at}, under Unreleased {waiting} entries written by hand"),
                }
            }
            (_, None, _) if let Some((section, release)) = undated => {
                let at = line(section.heading.start);
                format!("{path}:{at} tells of {}, which has no date yet", release.version)
            }
            (_, None, _) => {
                let above = newest.map_or_else(
                    || "nothing is released in it".to_owned(),
                    |newest| format!("a release is written above {newest}"),
                );
                warning(format!("{path} has no Unreleased section; {above}"))
            }
        };
        let json = json!({
            "file": path, "readable": true, "unreleased": unreleased.is_some(),
            "by_hand": waiting, "section": own.map(|(section, _)| line(section.heading.start)),
            "generated_by": changelog.generated_by.map(|tool| tool.by),
        });
        let writes = changelog.generated_by.is_none();
        let waits = table.prereleases == Prereleases::Unreleased;
        let cut = version.filter(|version| !(waits && version.is_prerelease()));
        let is_to_write = own.is_none() && writes;
        let next = cut.map(|_| if is_to_write { "changelog" } else { "changelog check" });
        Self { said, json, next }
    }

    /// What to do about it when the version in the files is to be released.
    pub fn next(&self) -> Option<&'static str> {
        self.next
    }

    /// In one line.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// The same as data.
    pub fn json(&self) -> &Value {
        &self.json
    }
}
