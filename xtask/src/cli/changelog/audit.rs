//! `changelog audit`

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::Context;
use super::findings;
use super::reading::{One, Reading};
use crate::changelog::audit::{Baseline, Facts, Report, Tag, audit};
use crate::changelog::date::Date;
use crate::changelog::{Changelog, Release, Section};
use crate::error::Refusal;
use crate::history::Judge;
use crate::repo::Repo;
use crate::sites::Source;
use crate::ui::Mark;
use crate::wording::counted;

/// Compare the whole changelog with the tags and the history
///
/// Sections that are there twice or in the wrong place, dates against those of the tags and commits
/// (a day of tolerance: time zones), links, tags without a section and sections without a tag.
/// `baseline` in gonogo.toml says where the history worth looking at begins. Exit code 1 when
/// something is wrong.
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
    let days = repo.tag_days()?;
    let mut audits = Vec::new();
    for one in reading.each() {
        let changelog = Changelog::parse(Source::from(one.file()?))?;
        let facts = facts(&repo, &one, &days)?;
        let report = audit(&changelog, &facts);
        let json = as_json(&one, &changelog, &facts, &report);
        let (releases, tags) = (changelog.releases().count(), facts.tags.len());
        audits.push((one, releases, tags, report, json));
    }
    let json: Vec<&Value> = audits.iter().map(|(.., json)| json).collect();
    ui.json(&json!({ "changelogs": json }));
    for (one, releases, tags, report, _) in &audits {
        let (releases, tags) = (counted(*releases, "release"), counted(*tags, "tag"));
        let name = if audits.len() > 1 { format!("{}, ", one.known.name()) } else { String::new() };
        ui.say(&format!("{name}{}: {releases}, {tags}", one.place.path()));
        findings::show(ui, &report.findings);
        for note in &report.notes {
            ui.say(&format!("{} {note}", Mark::Warning.text()));
        }
        if report.findings.is_empty() {
            ui.say(&format!("{} {} is in order", Mark::Good.text(), one.place.path()));
        }
    }
    let all = audits.iter().flat_map(|(one, _, _, report, _)| {
        report.findings.iter().map(|found| (one.place.path(), found))
    });
    let all: Vec<_> = all.collect();
    findings::end(ui, &all);
    Ok(u8::from(!all.is_empty()))
}

/// What the tags of a project say, and in one walk over the history what each release brought.
fn facts(
    repo: &Repo,
    one: &One<'_>,
    days: &HashMap<String, (String, String)>,
) -> Result<Facts, Refusal> {
    let releases = &one.known.releases.commits;
    let mut changes: HashMap<String, (String, usize)> = HashMap::new();
    if !releases.is_empty() {
        let judge = Judge::new(one.survey.types());
        let told = repo.groups(releases, &judge, |group| {
            let release = group.release?;
            let own = (release.tag.clone(), group.changes.entries.len());
            Some((release.commit.clone(), own))
        })?;
        changes.extend(told.into_iter().flatten());
    }
    // Which changes are those of one package among several is not asked of the whole history.
    let whole = one.known.project.folder.is_empty();
    let tags = releases.iter().filter_map(|release| {
        let (date, committed) = days.get(&release.tag)?;
        let brought = changes.get(&release.commit);
        Some(Tag {
            name: release.tag.clone(),
            version: release.version.clone(),
            date: Date::iso(date)?,
            committed: Date::iso(committed)?,
            changes: brought.map(|(tag, n)| if whole && *tag == release.tag { *n } else { 0 }),
        })
    });
    let tags = tags.collect();
    Ok(Facts { tags, baseline: baseline(repo, one, days)?, current: one.version().ok() })
}

/// `baseline` of gonogo.toml, a tag or a commit.
fn baseline(
    repo: &Repo,
    one: &One<'_>,
    days: &HashMap<String, (String, String)>,
) -> Result<Option<Baseline>, Refusal> {
    let settings = &one.survey.settings;
    let Some(said) = &settings.baseline else { return Ok(None) };
    if let Some(date) = days.get(&said.value).and_then(|(_, committed)| Date::iso(committed)) {
        let version = one.known.format.version(&said.value);
        return Ok(Some(Baseline { date, version }));
    }
    let day = repo.commit_day(&said.value)?.as_deref().and_then(Date::iso);
    let date = day.ok_or_else(|| {
        let refusal = Refusal::usage(format!("there is no tag or commit {}", said.value));
        settings.pointed(refusal, said.at).next_shell("git tag", "lists the tags")
    })?;
    Ok(Some(Baseline { date, version: None }))
}

fn as_json(one: &One<'_>, changelog: &Changelog<'_>, facts: &Facts, report: &Report) -> Value {
    let release = |(section, release): (&Section, &Release)| {
        let tag = facts.tags.iter().find(|tag| tag.version.same(&release.version));
        let parts = changelog.parts(section);
        json!({
            "version": release.version.text(),
            "line": changelog.place(section.heading.start).line,
            "date": release.date.as_ref().map(|date| changelog.dated(date)),
            "yanked": release.yanked.is_some(),
            "entries": parts.iter().map(|part| part.entries.len()).sum::<usize>(),
            "tag": tag.map(|tag| &tag.name),
            "tagged": tag.map(|tag| tag.date.to_string()),
            "committed": tag.map(|tag| tag.committed.to_string()),
            "changes": tag.and_then(|tag| tag.changes),
        })
    };
    json!({
        "package": one.known.project.name,
        "path": one.place.path().as_str(),
        "releases": changelog.releases().map(release).collect::<Vec<_>>(),
        "findings": findings::as_json(&report.findings),
        "notes": report.notes,
    })
}
