//! Whether a changelog is fit for the next release, by what stands in it alone: no history is read.
//!
//! What is older than the newest release is the business of the audit.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::cut::{Commits, SECTIONS};
use super::date::{Date, Says};
use super::findings::{Finding, Found, Problem, day, placed};
use super::house::family;
use super::lines::Inside;
use super::{Changelog, Kind, Release, Section};
use crate::sites::Source;
use crate::version::Version;
use crate::wording::nearest;

/// What the changelog is held against.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub today: Date,
    /// The version in the files.
    pub current: Option<&'a Version>,
    /// Whether that version has a tag.
    pub is_released: bool,
    /// The configured sections; without any, names are only compared with those of Keep a Changelog.
    pub sections: Option<&'a [String]>,
    /// When a release gets entries from commits.
    pub commits: Commits,
}

/// A day of tolerance: somewhere it is tomorrow already.
const DAYS: i64 = 1;

/// Everything that is wrong, in the order of the file. A version that is not released may lack a
/// section where entries wait in Unreleased or come from commits; so may a pre-release.
pub fn check(source: Source<'_>, facts: &Facts<'_>) -> Vec<Finding> {
    let parsed = Changelog::parse(source);
    let conflicts = conflicts(source, parsed.as_ref().ok());
    if !conflicts.is_empty() {
        let finding = |at| Finding {
            kind: Problem::Conflict,
            what: "a merge conflict begins here".to_owned(),
            place: Some(source.place(at)),
        };
        return conflicts.into_iter().map(finding).collect();
    }
    match parsed {
        Ok(changelog) => {
            let newest = changelog.newest();
            let check = Check { changelog: &changelog, facts, newest, usual: OnceCell::new() };
            let mut found = Found::new();
            check.headings(&mut found);
            check.dates(&mut found);
            check.parts(&mut found);
            check.content(&mut found);
            found.extend(changelog.wrong_links(&|version| check.is_looked_at(version)));
            let mut findings = placed(&changelog, found);
            findings.extend(check.missing());
            findings
        }
        Err(refusal) => vec![Finding {
            kind: Problem::Unreadable,
            what: refusal.why.first().unwrap_or(&refusal.what).clone(),
            place: refusal.place.clone(),
        }],
    }
}

/// Where each conflict begins that git left behind, but for code that shows one.
pub(super) fn conflicts(source: Source<'_>, parsed: Option<&Changelog<'_>>) -> Vec<usize> {
    let is_code = |at: usize| {
        let lines = parsed.map(|changelog| changelog.lines_in(at..at + 1)).unwrap_or_default();
        lines.first().is_some_and(|line| line.inside == Inside::Fence)
    };
    let (mut at, mut open, mut found) = (0, None, Vec::new());
    for line in source.bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"<<<<<<< ") {
            open = Some(at);
        } else if line.starts_with(b">>>>>>> ") {
            found.extend(open.take());
        }
        at += line.len();
    }
    found.retain(|at| !is_code(*at));
    found
}

struct Check<'a> {
    changelog: &'a Changelog<'a>,
    facts: &'a Facts<'a>,
    /// The newest release of the file.
    newest: Option<&'a Version>,
    /// The headings inside of sections, each with the first and the last section that has it.
    usual: OnceCell<BTreeMap<String, (usize, usize)>>,
}

impl Check<'_> {
    /// The section of the version in the files.
    fn own(&self) -> Option<(&Section, &Release)> {
        self.changelog.section(self.facts.current?)
    }

    /// Is it the newest release of the file or the version in the files?
    fn is_looked_at(&self, version: &Version) -> bool {
        self.newest.is_some_and(|newest| newest.same(version))
            || self.facts.current.is_some_and(|current| current.same(version))
    }

    /// The newest release, and that of the version in the files.
    fn releases(&self) -> Vec<(&Section, &Release)> {
        let looked_at = |(_, release): &(&Section, &Release)| self.is_looked_at(&release.version);
        self.changelog.releases().filter(looked_at).collect()
    }

    fn headings(&self, found: &mut Found) {
        let unreleased = self.changelog.sections.iter();
        let unreleased = unreleased.filter(|section| matches!(section.kind, Kind::Unreleased));
        for second in unreleased.skip(1) {
            let what = "there is a section of unreleased changes already".to_owned();
            found.push((second.heading.start, Problem::Duplicate, what));
        }
        let mut seen: Vec<(&Version, &Section)> = Vec::new();
        for (section, Release { version, .. }) in self.releases() {
            if let Some((_, first)) = seen.iter().find(|(other, _)| other.same(version)) {
                let line = self.changelog.place(first.heading.start).line;
                let what = format!("{version} has a section in line {line} already");
                found.push((section.heading.start, Problem::Duplicate, what));
            }
            seen.push((version, section));
        }
        let newest = self.changelog.newest_first();
        if let [(section, newest), (_, next), ..] = newest.as_slice()
            && newest.version.precedes(&next.version)
            && day(newest).zip(day(next)).is_none_or(|(newer, older)| newer <= older)
        {
            let what = format!("{} stands where the newest release belongs", newest.version);
            let what = format!("{what}, and {} is newer", next.version);
            found.push((section.heading.start, Problem::Order, what));
        }
        let what = "this looks like a release, but its version cannot be read";
        let hidden = self.changelog.doubtful_newest();
        found.extend(hidden.map(|at| (at, Problem::Unreadable, what.to_owned())));
    }

    fn dates(&self, found: &mut Found) {
        for (section, release) in self.releases() {
            let version = &release.version;
            let latest = self.facts.today.days() + DAYS;
            if let Some(date) = day(release).filter(|date| date.days() > latest) {
                let what = format!("{version} is dated {date}, which is still to come");
                let at = release.date.as_ref().map_or(section.heading.start, |d| d.range.start);
                found.push((at, Problem::Date, what));
            }
            let open = release.date.as_ref().filter(|date| date.says == Says::Placeholder);
            let is_own = self.facts.current.is_some_and(|current| current.same(version));
            if let Some(open) = open.filter(|_| is_own && self.facts.is_released) {
                let what = format!("{version} is released and has no date");
                found.push((open.range.start, Problem::Date, what));
            }
            found.extend(self.changelog.no_such_day(section, release));
        }
    }

    /// Unreleased and the releases that are looked at.
    fn open(&self) -> impl Iterator<Item = &Section> {
        self.changelog.sections.iter().filter(|section| match &section.kind {
            Kind::Release(release) => self.is_looked_at(&release.version),
            Kind::Unreleased => true,
            Kind::Other => false,
        })
    }

    fn parts(&self, found: &mut Found) {
        for section in self.open() {
            for (name, at) in self.titles(section) {
                let Some(meant) = self.not_known(&name, section) else { continue };
                found.push((at.start, Problem::Part, format!("{name:?} {meant}")));
            }
        }
    }

    /// The headings inside a section: name and place.
    fn titles(&self, section: &Section) -> Vec<(String, Range<usize>)> {
        let groups = self.changelog.groups(section).into_iter();
        let groups = groups.filter(|group| group.mark.is_some());
        groups.map(|group| (self.changelog.name(&group), group.title)).collect()
    }

    /// What is wrong with the name of a part, as the rest of a sentence.
    fn not_known(&self, name: &str, section: &Section) -> Option<String> {
        if let Some(sections) = self.facts.sections {
            let known = sections.iter().any(|known| known.eq_ignore_ascii_case(name));
            let all = || format!("is none of the configured sections: {}", sections.join(", "));
            let meant = nearest(name, sections.iter().map(String::as_str));
            let meant = meant.map(|meant| format!("is no configured section: {meant:?} is near"));
            return (!known).then(|| meant.unwrap_or_else(all));
        }
        let known = SECTIONS.iter().any(|known| family(known) == family(name));
        let meant = nearest(name, SECTIONS).filter(|_| !known)?;
        let in_sections = self.usual().get(&name.to_ascii_lowercase());
        let own = section.range.start;
        let elsewhere = in_sections.is_some_and(|(first, last)| *first != own || *last != own);
        (!elsewhere)
            .then(|| format!("is in no other section of this file: probably {meant:?} is meant"))
    }

    fn usual(&self) -> &BTreeMap<String, (usize, usize)> {
        self.usual.get_or_init(|| {
            let mut usual = BTreeMap::new();
            for section in &self.changelog.sections {
                let at = section.range.start;
                for (name, _) in self.titles(section) {
                    usual.entry(name.to_ascii_lowercase()).or_insert((at, at)).1 = at;
                }
            }
            usual
        })
    }

    /// The section of the version that is to be released next says something.
    fn content(&self, found: &mut Found) {
        let Some((section, release)) = self.own().filter(|_| !self.facts.is_released) else {
            return;
        };
        let version = &release.version;
        let is_empty = self.changelog.first_content(&self.changelog.content(section)).is_none();
        if is_empty && !self.changelog.is_open(release) {
            let what = format!("the section of {version} says nothing");
            found.push((section.heading.start, Problem::Empty, what));
        }
        if let Some(yanked) = &release.yanked {
            let what = format!("{version} is marked as yanked, and is the version in the files");
            found.push((yanked.start, Problem::Duplicate, what));
        }
    }

    /// No section and nothing that it could be made of.
    fn missing(&self) -> Option<Finding> {
        let current = self.facts.current.filter(|version| !version.is_prerelease())?;
        let entries = self.changelog.unreleased().is_some_and(|section| {
            self.changelog.first_content(&self.changelog.content(section)).is_some()
        });
        let may_lack = self.facts.is_released || entries || self.facts.commits != Commits::Never;
        (!may_lack && self.own().is_none()).then(|| Finding {
            kind: Problem::NoSection,
            what: format!("{current} has no section, and nothing is unreleased"),
            place: None,
        })
    }
}
