//! What is wrong with the releases of a changelog, against what the tags and the history say.

use std::collections::HashMap;

use super::date::{Date, Says};
use super::findings::{Finding, Found, Problem, day, placed};
use super::{Changelog, Release, Section};
use crate::version::{Key, Version};
use crate::wording::counted;

/// A release tag.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub version: Version,
    /// When the tag was made.
    pub date: Date,
    /// When what it points at was committed.
    pub committed: Date,
    /// How many changes worth telling it brought; `None` when the branch does not have it.
    pub changes: Option<usize>,
}

/// Where the history worth looking at begins.
#[derive(Debug, Clone)]
pub struct Baseline {
    pub date: Date,
    /// `None` for a commit that is no release.
    pub version: Option<Version>,
}

/// What the changelog is compared with.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub tags: Vec<Tag>,
    /// Nothing that is older is looked at.
    pub baseline: Option<Baseline>,
    /// The version in the files.
    pub current: Option<Version>,
}

/// What an audit says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the file, then what is missing in it.
    pub findings: Vec<Finding>,
    /// What could not be compared, in sentences.
    pub notes: Vec<String>,
}

/// A day of tolerance: tags carry the time of another time zone than the file.
const DAYS: i64 = 1;

/// Compares a changelog with the tags.
pub fn audit(changelog: &Changelog<'_>, facts: &Facts) -> Report {
    let tags = by_version(facts.tags.iter().map(|tag| (&tag.version, tag)));
    let releases = by_version(changelog.releases().map(|one| (&one.1.version, one.0)));
    let newest = changelog.newest_first();
    let is_tagged = |(_, release): &(&Section, &Release)| tags.contains_key(&release.version.key());
    let first = newest.iter().rposition(is_tagged);
    let audit = Audit { changelog, facts, tags, releases, first };
    let mut found = Found::new();
    audit.headings(&mut found);
    audit.dates(&mut found);
    audit.content(&mut found);
    found.extend(changelog.wrong_links(&|version| !audit.is_old(version, None)));
    let mut report = Report { findings: placed(changelog, found), notes: Vec::new() };
    if facts.tags.is_empty() {
        let what = "there is no release tag to compare with (`git fetch --tags` gets the remote's)";
        report.notes.push(what.to_owned());
        return report;
    }
    audit.without_tag(&mut report);
    audit.without_section(&mut report);
    report
}

struct Audit<'a> {
    changelog: &'a Changelog<'a>,
    facts: &'a Facts,
    tags: HashMap<Key<'a>, &'a Tag>,
    releases: HashMap<Key<'a>, &'a Section>,
    /// The position, from the newest on, of the oldest section that has a tag.
    first: Option<usize>,
}

/// The first of each version.
fn by_version<'v, T>(all: impl Iterator<Item = (&'v Version, T)>) -> HashMap<Key<'v>, T> {
    let mut found = HashMap::new();
    for (version, one) in all {
        found.entry(version.key()).or_insert(one);
    }
    found
}

impl Audit<'_> {
    fn tag(&self, version: &Version) -> Option<&Tag> {
        self.tags.get(&version.key()).copied()
    }

    /// The releases from the baseline on, in the order of the file.
    fn releases(&self) -> Vec<(&Section, &Release)> {
        let counts =
            |(_, release): &(&Section, &Release)| !self.is_old(&release.version, day(release));
        self.changelog.releases().filter(counts).collect()
    }

    /// Is it older than the baseline: earlier, because the numbers may have begun anew, or, where
    /// nobody knows when it was, lower?
    fn is_old(&self, version: &Version, date: Option<Date>) -> bool {
        let Some(baseline) = &self.facts.baseline else { return false };
        if baseline.version.as_ref().is_some_and(|first| first.same(version)) {
            return false;
        }
        match date.or_else(|| self.tag(version).map(|tag| tag.date)) {
            Some(date) => date < baseline.date,
            None => baseline.version.as_ref().is_some_and(|first| version.precedes(first)),
        }
    }

    fn headings(&self, found: &mut Found) {
        let releases = self.releases();
        let first_of = by_version(releases.iter().map(|one| (&one.1.version, one.0)));
        for (index, (section, release)) in releases.iter().enumerate() {
            let at = section.heading.start;
            let first = first_of.get(&release.version.key());
            if let Some(first) = first.filter(|first| first.heading != section.heading) {
                let line = self.changelog.place(first.heading.start).line;
                let what = format!("{} has a section in line {line} already", release.version);
                found.push((at, Problem::Duplicate, what));
            }
            let next = releases.get(index + 1).map(|(_, next)| *next);
            if let Some(next) = next.filter(|next| self.changelog.is_disorder(release, next)) {
                let below = if self.changelog.is_ascending() { "above" } else { "below" };
                let what = format!("{} belongs {below} {}", release.version, next.version);
                found.push((at, Problem::Order, what));
            }
        }
        let (first, last) = (releases.first(), releases.last());
        let ascending = self.changelog.is_ascending();
        let counts = |at: &usize| match (&self.facts.baseline, first, last) {
            (Some(_), Some((first, _)), _) if ascending => first.range.start < *at,
            (Some(_), _, Some((last, _))) => *at < last.range.start,
            _ => true,
        };
        for at in self.changelog.doubtful.iter().filter(|at| counts(at)) {
            let what = "this looks like a release, but its version cannot be read".to_owned();
            found.push((*at, Problem::Unreadable, what));
        }
    }

    fn dates(&self, found: &mut Found) {
        for (section, release) in self.releases() {
            found.extend(self.changelog.no_such_day(section, release));
            let Some((tag, dated)) = self.tag(&release.version).zip(release.date.as_ref()) else {
                continue;
            };
            let Release { version, .. } = release;
            // A project that renamed its tags may have several of one version.
            let mut same = self.facts.tags.iter().filter(|tag| tag.version.same(version));
            let what = match &dated.says {
                Says::Day(date, _)
                    if !tag.agrees_with(*date) && !same.any(|tag| tag.agrees_with(*date)) =>
                {
                    format!("{version} is dated {date}, its tag {} {}", tag.name, tag.date)
                }
                Says::Placeholder => {
                    format!("{version} was released on {} and has no date", tag.date)
                }
                Says::Day(..) | Says::Vague(_) => continue,
            };
            found.push((dated.range.start.max(section.heading.start), Problem::Date, what));
        }
    }

    /// Releases that changed something and say nothing.
    fn content(&self, found: &mut Found) {
        for (section, release) in self.releases() {
            let changes = self.tag(&release.version).and_then(|tag| tag.changes).unwrap_or(0);
            let content = self.changelog.content(section);
            if changes > 0 && self.changelog.first_content(&content).is_none() {
                let changes = counted(changes, "change");
                let what = format!("{} brought {changes} and says nothing", release.version);
                found.push((section.heading.start, Problem::Empty, what));
            }
        }
    }

    /// Sections that no tag belongs to. Those older than all that have one are from before there
    /// were tags; the newest one may be about to be released.
    fn without_tag(&self, report: &mut Report) {
        let newest = self.changelog.newest_first();
        let mut before = Vec::new();
        for (index, (section, release)) in newest.iter().enumerate() {
            let Release { version, date, .. } = release;
            let open = date.as_ref().is_some_and(|date| date.says == Says::Placeholder)
                || self.facts.current.as_ref().is_some_and(|current| current.same(version));
            let settled = open || release.yanked.is_some() || self.is_old(version, day(release));
            if settled || self.tag(version).is_some() {
                continue;
            }
            match self.first {
                Some(first) if index > first => before.push(version),
                None => before.push(version),
                _ if index == 0 => {
                    report.notes.push(format!("{version} has a section and no tag yet"));
                }
                _ => report.findings.push(Finding {
                    kind: Problem::NoTag,
                    what: format!("{version} has a section but no tag"),
                    place: Some(self.changelog.place(section.heading.start)),
                }),
            }
        }
        if let [newest, ..] = before.as_slice() {
            let number = counted(before.len(), "section");
            let what = format!("not compared: {number} up to {newest}, older than the first tag");
            report.notes.push(what);
        }
    }

    /// Tags of full releases that no section belongs to. Those from before the oldest section that
    /// has a tag, and those the branch does not have, are counted only.
    fn without_section(&self, report: &mut Report) {
        let newest = self.changelog.newest_first();
        let first = self.first.and_then(|first| self.tag(&newest[first].1.version));
        let (mut before, mut apart) = (Vec::new(), Vec::new());
        for tag in &self.facts.tags {
            let Tag { name, version, date, .. } = tag;
            if version.is_prerelease()
                || self.is_old(version, Some(*date))
                || self.releases.contains_key(&version.key())
            {
                continue;
            }
            if first.is_none_or(|first| tag.date < first.date) {
                before.push(tag);
            } else if tag.changes.is_none() {
                apart.push(tag);
            } else {
                report.findings.push(Finding {
                    kind: Problem::NoSection,
                    what: format!("{name} was tagged on {date} and has no section"),
                    place: None,
                });
            }
        }
        for (tags, why) in [
            (before, "older than the first section that has a tag"),
            (apart, "not on this branch and without a section"),
        ] {
            let newest = tags.iter().max_by_key(|tag| tag.date);
            if let Some(newest) = newest {
                let number = counted(tags.len(), "tag");
                report.notes.push(format!("not compared: {number} up to {}, {why}", newest.name));
            }
        }
    }
}

impl Tag {
    /// May a release of this tag be dated so? From the day of its commit to that of its tag.
    fn agrees_with(&self, date: Date) -> bool {
        let (first, last) = (self.committed.min(self.date), self.committed.max(self.date));
        (first.days() - DAYS..=last.days() + DAYS).contains(&date.days())
    }
}
