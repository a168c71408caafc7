//! `changelog check`

use serde_json::{Value, json};

use super::super::Context;
use super::findings;
use super::reading::{One, Reading};
use crate::changelog::check::{Facts, check};
use crate::changelog::cut::Existing;
use crate::changelog::findings::{Finding, Problem};
use crate::config::changelog::Place;
use crate::error::Refusal;
use crate::exec;
use crate::flows::changelog;
use crate::path::RepoPath;
use crate::repo::Repo;
use crate::sites::Source;
use crate::ui::Mark;

/// Say whether the changelog is fit for the next release
///
/// It can be read; the newest release and Unreleased are in order, with a real date, known names of
/// sections and links that fit; then the guard of [changelog], where there is one. No history is
/// read, and what is older is left to `changelog audit`. Exit code 1 when something is wrong.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The package whose changelog is meant, by name or folder (`lib-*` for all that match); may be
    /// repeated
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<u8> {
    let repo = Repo::discover(&context.folder)?;
    let ui = &context.ui;
    let reading = Reading::of(&repo, context, &args.packages)?;
    let checked = reading.each().map(|one| Checked::of(&repo, &reading, &one));
    let checked = checked.collect::<Result<Vec<_>, Refusal>>()?;
    let changelogs: Vec<Value> = checked.iter().map(Checked::json).collect();
    ui.json(&json!({ "changelogs": changelogs }));
    for one in &checked {
        match (&one.findings, one.is_there) {
            (_, false) => ui.say(&format!("there is no {}: nothing to check", one.path)),
            (found, true) if found.is_empty() => {
                ui.say(&format!("{} {} is in order", Mark::Good.text(), one.path));
            }
            (found, true) => {
                findings::show(ui, found);
                one.said.iter().for_each(|line| ui.answer(&format!("    {line}")));
            }
        }
    }
    let all = checked.iter().flat_map(|one| one.findings.iter().map(|found| (&one.path, found)));
    let all: Vec<_> = all.collect();
    findings::end(ui, &all);
    Ok(u8::from(!all.is_empty()))
}

struct Checked {
    path: RepoPath,
    is_there: bool,
    findings: Vec<Finding>,
    /// What the guard said, where it said no.
    said: Vec<String>,
}

impl Checked {
    fn of(repo: &Repo, reading: &Reading, one: &One<'_>) -> Result<Self, Refusal> {
        let path = one.place.path().clone();
        let Place::There(file) = one.place else {
            return Ok(Self { path, is_there: false, findings: Vec::new(), said: Vec::new() });
        };
        // Version files that disagree are no fault of the changelog.
        let current = one.version().ok();
        let table = &reading.survey.settings.changelog;
        let facts = Facts {
            today: reading.today,
            current: current.as_ref(),
            is_released: current.as_ref().is_some_and(|own| one.tagged(own).is_some()),
            sections: table.sections.as_ref().map(|said| said.value.as_slice()),
            commits: table.commits,
        };
        let mut findings = check(Source::from(file), &facts);
        let no = guarded(repo, reading, one)?;
        findings.extend(no.iter().map(|no| Finding {
            kind: Problem::Guard,
            what: no.what.clone(),
            place: None,
        }));
        let said = no.map(|no| no.why.clone()).unwrap_or_default();
        Ok(Self { path, is_there: true, findings, said })
    }

    fn json(&self) -> Value {
        json!({
            "path": self.path.as_str(), "exists": self.is_there,
            "findings": findings::as_json(&self.findings), "said": self.said,
        })
    }
}

/// Why the guard of [changelog] says no; `None` where it does not, or there is none.
fn guarded(repo: &Repo, reading: &Reading, one: &One<'_>) -> Result<Option<Refusal>, Refusal> {
    let settings = &reading.survey.settings;
    if settings.changelog.guard.is_none() {
        return Ok(None);
    }
    let version = one.version()?;
    let newest = one.known.releases.newest.as_ref();
    let facts = changelog::Facts {
        name: one.known.project.name.as_deref(),
        folder: &one.known.project.folder,
        option: &one.known.option,
        place: one.place,
        version: &version,
        tag: &one.tag(&version),
        previous: newest.and_then(|(_, version)| one.tagged(version)),
        changes: Vec::new(),
        table: &settings.changelog,
        page: None,
        date: reading.today,
        existing: Existing::Keep,
    };
    let check = changelog::guard(&facts).map_err(|(refusal, at)| settings.pointed(refusal, at))?;
    Ok(check.and_then(|check| exec::ask(repo, &check).err()))
}
