//! What is wrong with the releases of a changelog, against what the tags say.

use super::date::{Date, Says};
use super::{Changelog, Kind, Release, Section};
use crate::error::Place;
use crate::version::Version;

/// A release tag.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub version: Version,
    pub date: Date,
}

/// What the changelog is compared with.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub tags: Vec<Tag>,
    /// Nothing that is older is looked at.
    pub baseline: Option<Tag>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Problem,
    pub what: String,
    /// Where; `None` for what is missing.
    pub place: Option<Place>,
}

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    Duplicate,
    Order,
    Date,
    Link,
    /// A tag without a section.
    NoSection,
    /// A section without a tag.
    NoTag,
    /// A heading that looks like a release and cannot be read.
    Unreadable,
}

/// A day of tolerance: tags carry the time of another time zone than the file.
const DAYS: i64 = 1;

/// All findings, in the order of the file, then what is missing in it.
pub fn audit(changelog: &Changelog<'_>, facts: &Facts) -> Vec<Finding> {
    let audit = Audit { changelog, facts };
    let mut found: Vec<(usize, Problem, String)> = Vec::new();
    audit.headings(&mut found);
    audit.dates(&mut found);
    audit.links(&mut found);
    found.sort_by_key(|(at, ..)| *at);
    let placed = found.into_iter().map(|(at, kind, what)| Finding {
        kind,
        what,
        place: Some(changelog.place(at)),
    });
    placed.chain(audit.without_section()).collect()
}

struct Audit<'a> {
    changelog: &'a Changelog<'a>,
    facts: &'a Facts,
}

type Found = Vec<(usize, Problem, String)>;

impl Audit<'_> {
    /// The releases from the baseline on, in the order of the file.
    fn releases(&self) -> Vec<(&Section, &Release)> {
        let counts =
            |(_, release): &(&Section, &Release)| !self.is_old(&release.version, day(release));
        self.changelog.releases().filter(counts).collect()
    }

    /// Is it older than the baseline: lower, or, where the numbers began anew, earlier?
    fn is_old(&self, version: &Version, date: Option<Date>) -> bool {
        let Some(baseline) = &self.facts.baseline else { return false };
        match date {
            Some(date) => date < baseline.date && !version.same(&baseline.version),
            None => version.precedes(&baseline.version),
        }
    }

    fn headings(&self, found: &mut Found) {
        let releases = self.releases();
        for (index, (section, release)) in releases.iter().enumerate() {
            let at = section.heading.start;
            let same = |(_, other): &&(&Section, &Release)| other.version.same(&release.version);
            if let Some((first, _)) = releases[..index].iter().find(same) {
                let line = self.changelog.place(first.heading.start).line;
                let what = format!("{} has a section in line {line} already", release.version);
                found.push((at, Problem::Duplicate, what));
            }
            let next = releases.get(index + 1).map(|(_, next)| *next);
            if let Some(next) = next.filter(|next| self.is_disorder(release, next)) {
                let below = if self.changelog.is_ascending() { "above" } else { "below" };
                let what = format!("{} belongs {below} {}", release.version, next.version);
                found.push((at, Problem::Order, what));
            }
            let tagged = |tag: &Tag| tag.version.same(&release.version);
            let open = release.date.as_ref().is_some_and(|date| date.says == Says::Placeholder);
            if !self.facts.tags.iter().any(tagged) && !open {
                let what = format!("{} has a section but no tag", release.version);
                found.push((at, Problem::NoTag, what));
            }
        }
        for at in &self.changelog.doubtful {
            let what = "this looks like a release, but its version cannot be read".to_owned();
            found.push((*at, Problem::Unreadable, what));
        }
    }

    /// Two neighbours the wrong way round. Releases of several lines stand by their dates.
    fn is_disorder(&self, one: &Release, next: &Release) -> bool {
        let (newer, older) = if self.changelog.is_ascending() { (next, one) } else { (one, next) };
        let by_date = day(newer).zip(day(older)).is_some_and(|(newer, older)| newer > older);
        newer.version.precedes(&older.version) && !by_date
    }

    fn dates(&self, found: &mut Found) {
        for (section, release) in self.releases() {
            let tag = self.facts.tags.iter().find(|tag| tag.version.same(&release.version));
            let Some((tag, dated)) = tag.zip(release.date.as_ref()) else { continue };
            let what = match &dated.says {
                Says::Day(date, _) if (date.days() - tag.date.days()).abs() > DAYS => {
                    format!(
                        "{} is dated {date}, its tag {} {}",
                        release.version, tag.name, tag.date
                    )
                }
                Says::Placeholder => {
                    format!("{} was released on {} and has no date", release.version, tag.date)
                }
                Says::Day(..) | Says::Vague(_) => continue,
            };
            found.push((dated.range.start.max(section.heading.start), Problem::Date, what));
        }
    }

    fn links(&self, found: &mut Found) {
        let links = &self.changelog.links;
        let defined = |version: &Version| {
            links.iter().any(|link| link.version().is_some_and(|own| own.same(version)))
        };
        if links.iter().any(|link| link.version().is_some()) {
            for (section, release) in self.releases() {
                if release.bracketed && !defined(&release.version) {
                    let what = format!("[{}] has no link definition", release.version);
                    found.push((section.title.start, Problem::Link, what));
                }
            }
        }
        for link in links {
            let Some(version) = link.version().filter(|version| !self.is_old(version, None)) else {
                continue;
            };
            let url = self.changelog.text(link.url.clone());
            if self.changelog.section(version).is_none() {
                let what = format!("[{version}] is defined but has no section");
                found.push((link.line.start, Problem::Link, what));
            } else if !url.contains(version.text()) {
                let what = format!("[{version}] does not link to {version}");
                found.push((link.url.start, Problem::Link, what));
            }
        }
        let unreleased =
            links.iter().find(|link| matches!(link.names, super::links::Names::Unreleased));
        let newest = self.changelog.newest_first().first().map(|(_, release)| &release.version);
        if let Some((link, newest)) = unreleased.zip(newest) {
            let url = self.changelog.text(link.url.clone());
            let titled = self.changelog.sections.iter().any(|s| matches!(s.kind, Kind::Unreleased));
            if titled && url.contains("/compare/") && !url.contains(newest.text()) {
                let what = format!("the link of Unreleased does not start at {newest}");
                found.push((link.url.start, Problem::Link, what));
            }
        }
    }

    fn without_section(&self) -> impl Iterator<Item = Finding> {
        let counts = |tag: &&Tag| {
            !(tag.version.is_prerelease()
                || self.is_old(&tag.version, Some(tag.date))
                || self.changelog.section(&tag.version).is_some())
        };
        self.facts.tags.iter().filter(counts).map(|tag| Finding {
            kind: Problem::NoSection,
            what: format!("{} was tagged on {} and has no section", tag.name, tag.date),
            place: None,
        })
    }
}

fn day(release: &Release) -> Option<Date> {
    match &release.date.as_ref()?.says {
        Says::Day(date, _) => Some(*date),
        Says::Vague(_) | Says::Placeholder => None,
    }
}
