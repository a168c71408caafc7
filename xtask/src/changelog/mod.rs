//! A changelog as text and byte ranges: what a person wrote is found and kept, never printed back.
//!
//! Pure. [`Changelog::parse`] finds the sections of a file; [`cut::cut`] and [`retract::retract`]
//! answer with edits, [`Changelog::content`] with a range, [`check::check`] and [`audit::audit`] with
//! findings.

pub mod audit;
mod bullets;
pub mod check;
pub mod cut;
mod cuttable;
pub mod date;
pub mod findings;
mod generated;
mod groups;
mod headings;
mod house;
mod lines;
mod links;
pub mod merge;
mod notes;
mod parse;
mod parts;
mod proof;
mod release_links;
pub mod retract;
#[cfg(test)]
mod tests;
pub mod text;
mod title;
pub mod web;
mod wrong_links;

use std::ops::Range;

use crate::error::{Place, Refusal};
use crate::sites::{Source, splice};
use crate::version::Version;
pub use date::Dated;
use date::Says;
pub use generated::Generated;
use headings::Heading;
use lines::Line;
pub use links::Link;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// CommonMark, as the hosting sites show it.
    Markdown,
    /// reStructuredText: only underlined headings and lists are understood.
    Rst,
}

/// A changelog: the bytes and what is where in them. The part before the first section, the
/// sections and the footer cover the file in this order without gaps.
#[derive(Debug, Clone)]
pub struct Changelog<'a> {
    source: Source<'a>,
    markup: Markup,
    lines: Vec<Line>,
    headings: Vec<Heading>,
    /// The releases, Unreleased, and every other section beside or above them, as they stand.
    pub sections: Vec<Section>,
    /// Every link reference definition (`[1.2.0]: https://...`).
    pub links: Vec<Link>,
    /// Where the definitions at the end begin that belong to no section; the length without any.
    pub footer: usize,
    /// The tool that writes this file, by what it leaves in it.
    pub generated_by: Option<Generated>,
    /// Where something looks like the heading of a release and cannot be read as one.
    doubtful: Vec<usize>,
    ascending: bool,
}

/// A section from its heading to the next one.
#[derive(Debug, Clone)]
pub struct Section {
    pub kind: Kind,
    /// From the anchors in front of the heading to the start of the next section.
    pub range: Range<usize>,
    /// The lines of the heading, their line ends included.
    pub heading: Range<usize>,
    /// The text of the heading without its marks.
    pub title: Range<usize>,
}

/// What a section is about.
#[derive(Debug, Clone)]
pub enum Kind {
    Release(Box<Release>),
    Unreleased,
    /// Anything else: the title, a year, a list of contributors.
    Other,
}

/// What the heading of a release says.
#[derive(Debug, Clone)]
pub struct Release {
    pub version: Version,
    /// Where the version stands.
    pub at: Range<usize>,
    /// The target of a link in the heading: `[1.2.0](https://...)`.
    pub url: Option<Range<usize>>,
    /// Is the version in brackets without a target, so that it wants a link definition?
    pub bracketed: bool,
    /// In the heading, or in the line below it that says when it was released.
    pub date: Option<Dated>,
    /// Where `[YANKED]` stands.
    pub yanked: Option<Range<usize>>,
    /// Where the part of the heading ends that every heading of the file has.
    end: usize,
}

/// New text for a range of the old file. An empty range is an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Edit {
    fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }
}

/// The file with these edits, which are in ascending order.
///
/// # Errors
/// They overlap or reach beyond the end.
pub fn apply(old: &[u8], edits: &[Edit]) -> Result<Vec<u8>, Refusal> {
    let edits: Vec<_> = edits.iter().map(|edit| (edit.range.clone(), edit.text.as_str())).collect();
    splice(old, &edits)
}

impl Section {
    /// What it says about a release, if it is one.
    pub fn release(&self) -> Option<&Release> {
        match &self.kind {
            Kind::Release(release) => Some(release),
            Kind::Unreleased | Kind::Other => None,
        }
    }

    /// The bytes below the heading.
    pub fn body(&self) -> Range<usize> {
        self.heading.end..self.range.end
    }
}

impl<'a> Changelog<'a> {
    /// The bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.source.bytes
    }

    /// Line, column and source line of an offset.
    pub fn place(&self, offset: usize) -> Place {
        self.source.place(offset)
    }

    /// The sections of releases, as they stand in the file.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = (&Section, &Release)> {
        self.sections.iter().filter_map(|section| Some((section, section.release()?)))
    }

    /// The section of a version in any spelling, the first one where there are several.
    pub fn section(&self, version: &Version) -> Option<(&Section, &Release)> {
        self.releases().find(|(_, release)| release.version.same(version))
    }

    /// The first section of what is not released.
    pub fn unreleased(&self) -> Option<&Section> {
        self.sections.iter().find(|section| matches!(section.kind, Kind::Unreleased))
    }

    /// Does the file begin with the oldest release? One with a single release does not.
    pub fn is_ascending(&self) -> bool {
        self.ascending
    }

    /// The newest release of the file.
    pub fn newest(&self) -> Option<&Version> {
        self.newest_first().first().map(|(_, release)| &release.version)
    }

    /// The release whose heading a new one imitates: the newest that is not still to come.
    fn model(&self) -> Option<(&Section, &Release)> {
        let all = self.newest_first();
        let to_come = |release: &Release| {
            release.date.as_ref().is_some_and(|date| date.says == Says::Placeholder)
        };
        all.iter().find(|(_, release)| !to_come(release)).or(all.first()).copied()
    }

    /// The releases, newest first as the file has them.
    fn newest_first(&self) -> Vec<(&Section, &Release)> {
        if self.is_ascending() {
            self.releases().rev().collect()
        } else {
            self.releases().collect()
        }
    }

    /// The day that a release says, as `2026-11-21` or as it stands; `None` while nobody knows it.
    pub fn written_day(&self, release: &Release) -> Option<String> {
        let date = release.date.as_ref().filter(|date| date.says != Says::Placeholder)?;
        Some(self.dated(date))
    }

    /// A date as `2026-11-21`, or as it stands where its day is not known.
    pub fn dated(&self, date: &Dated) -> String {
        match &date.says {
            Says::Day(day, _) => day.to_string(),
            Says::Vague(_) | Says::Placeholder => self.text(date.range.clone()),
        }
    }

    /// The bytes of a range as text, what is not UTF-8 replaced.
    fn text(&self, range: Range<usize>) -> String {
        String::from_utf8_lossy(&self.source.bytes[range]).into_owned()
    }

    /// The bytes of a range as text whose offsets are those of the file; `None` when they are no
    /// UTF-8.
    fn exact(&self, range: &Range<usize>) -> Option<&'a str> {
        std::str::from_utf8(&self.source.bytes[range.clone()]).ok()
    }

    /// Does a definition of a link begin here?
    fn is_definition(&self, at: usize) -> bool {
        self.links.binary_search_by_key(&at, |link| link.line.start).is_ok()
    }

    /// The headings that begin in a range.
    fn headings_in(&self, range: &Range<usize>) -> &[Heading] {
        let from = self.headings.partition_point(|heading| heading.lines.start < range.start);
        let to = self.headings.partition_point(|heading| heading.lines.start < range.end);
        &self.headings[from..to.max(from)]
    }

    /// The lines that begin in a range.
    fn lines_in(&self, range: Range<usize>) -> &[Line] {
        let from = self.lines.partition_point(|line| line.start < range.start);
        let to = self.lines.partition_point(|line| line.start < range.end);
        &self.lines[from..to.max(from)]
    }
}
