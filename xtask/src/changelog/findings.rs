//! What `check` and `audit` find, and what to do about each kind of it.

use super::{Changelog, Release, Section};
use crate::changelog::date::{Date, Says};
use crate::error::Place;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Problem,
    pub what: String,
    /// Where; `None` for what is missing.
    pub place: Option<Place>,
}

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The file, or a heading that looks like a release, cannot be read.
    Unreadable,
    /// Markers of a merge conflict.
    Conflict,
    Duplicate,
    Order,
    Date,
    Link,
    /// A part of a section under a name that is not known.
    Part,
    /// A section that says nothing.
    Empty,
    /// A tag without a section.
    NoSection,
    /// A section without a tag.
    NoTag,
    /// The configured guard says no.
    Guard,
}

impl Problem {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Conflict => "conflict",
            Self::Duplicate => "duplicate",
            Self::Order => "order",
            Self::Date => "date",
            Self::Link => "link",
            Self::Part => "part",
            Self::Empty => "empty",
            Self::NoSection => "no-section",
            Self::NoTag => "no-tag",
            Self::Guard => "guard",
        }
    }

    /// What several of them are called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Unreadable => "Not readable",
            Self::Conflict => "Merge conflicts",
            Self::Duplicate => "Duplicate sections",
            Self::Order => "Order",
            Self::Date => "Dates",
            Self::Link => "Links",
            Self::Part => "Names of sections",
            Self::Empty => "Nothing said",
            Self::NoSection => "Tags without a section",
            Self::NoTag => "Sections without a tag",
            Self::Guard => "Guard",
        }
    }

    /// What to do about it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::Unreadable => {
                "close what is open, or write the heading as the others: `## [1.2.0] - 2026-11-21`"
            }
            Self::Conflict => "keep both sides' entries and delete the three marker lines",
            Self::Duplicate => "join them, or give one its right version",
            Self::Order => {
                "move the section: the newest release comes first, or last in every case"
            }
            Self::Date => "write the day of the release, that of its tag where there is one",
            Self::Link => "correct the definition at the end of the file, or add it",
            Self::Part => "give it one of the names that are known",
            Self::Empty => "write down what changed for those who use it",
            Self::NoSection => "add the section, or leave the tag out: `ignore` in [tag]",
            Self::NoTag => {
                "tag that release, mark it `[YANKED]`, or set `baseline` where the holes begin"
            }
            Self::Guard => {
                "run it as `guard` in [changelog] of gonogo.toml says, and follow its words"
            }
        }
    }
}

/// Where, what kind, what.
pub(super) type Find = (usize, Problem, String);
pub(super) type Found = Vec<Find>;

/// Findings in the order of the file.
pub(super) fn placed(changelog: &Changelog<'_>, mut found: Found) -> Vec<Finding> {
    found.sort_by_key(|(at, ..)| *at);
    let placed = found.into_iter().map(|(at, kind, what)| Finding {
        kind,
        what,
        place: Some(changelog.place(at)),
    });
    placed.collect()
}

/// The day a release says it was made.
pub(super) fn day(release: &Release) -> Option<Date> {
    match &release.date.as_ref()?.says {
        Says::Day(date, _) => Some(*date),
        Says::Vague(_) | Says::Placeholder => None,
    }
}

impl Changelog<'_> {
    /// Where something that looks like a release and cannot be read stands where the newest release
    /// belongs.
    pub(super) fn doubtful_newest(&self) -> impl Iterator<Item = usize> {
        let newest = self.newest_first().first().map(|(section, _)| section.heading.start);
        let ascending = self.is_ascending();
        let hidden = move |at: &usize| newest.is_none_or(|newest| (*at < newest) != ascending);
        self.doubtful.iter().copied().filter(hidden)
    }

    /// Is the section still being written: without a day where others have one?
    pub(super) fn is_open(&self, release: &Release) -> bool {
        match &release.date {
            Some(date) => date.says == Says::Placeholder,
            None => self.releases().any(|(_, other)| day(other).is_some()),
        }
    }

    /// Something behind the version of a heading that has the form of a date and is none.
    pub(super) fn no_such_day(&self, section: &Section, release: &Release) -> Option<Find> {
        if release.date.is_some() {
            return None;
        }
        let from = release.at.end;
        let text = self.bytes().get(from..section.title.end)?;
        let is_day = |word: &[u8]| {
            let form = |byte: &u8| if byte.is_ascii_digit() { b'0' } else { *byte };
            let form: Vec<u8> = word.iter().map(form).collect();
            matches!(form.as_slice(), b"0000-00-00" | b"0000/00/00")
        };
        let at = from + text.windows(10).position(is_day)?;
        let what = format!("{} is dated with a day that does not exist", release.version);
        Some((at, Problem::Date, what))
    }

    /// Are two neighbours the wrong way round? Releases of several lines stand by their dates.
    pub(super) fn is_disorder(&self, one: &Release, next: &Release) -> bool {
        let (newer, older) = if self.is_ascending() { (next, one) } else { (one, next) };
        let by_date = day(newer).zip(day(older)).is_some_and(|(newer, older)| newer > older);
        newer.version.precedes(&older.version) && !by_date
    }
}
