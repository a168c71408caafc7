//! Two lines of one changelog, joined: what a branch brings goes into the file of the branch that it
//! is merged into, section by section.
//!
//! A release that only the source has is put where its version belongs. Whatever else the source
//! changed since the branches parted is taken where the target left it alone, and is a clash where
//! both changed it and no merge of the lines helps. Everything else stays as the target has it: its
//! Unreleased too, but for entries that the source has moved into a release.

mod links;
mod style;
mod unreleased;

use std::ops::Range;

use super::cut::put_section;
use super::house::House;
use super::{Changelog, Edit, Kind, Release, Section, apply};
use crate::error::Refusal;
use crate::sites::Source;
use crate::version::Version;

/// Merges three texts line by line, base, ours, theirs; `None` where they conflict.
///
/// # Errors
/// Whatever does the merge fails.
pub type Lines<'f> = dyn Fn(&[u8], &[u8], &[u8]) -> Result<Option<Vec<u8>>, Refusal> + 'f;

/// The three sides; more than one base where branches were merged crosswise.
#[derive(Clone, Copy)]
pub struct Sides<'s> {
    pub bases: &'s [Changelog<'s>],
    pub ours: &'s Changelog<'s>,
    pub theirs: &'s Changelog<'s>,
}

/// The changelog of the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub bytes: Vec<u8>,
    /// The line of the first section that came.
    pub line: Option<usize>,
    /// The sections that came, between their neighbours: `Unreleased`, `1.2.1`, `1.2.0`.
    pub sections: Vec<String>,
}

/// Why there is none.
#[derive(Debug)]
pub enum Stop {
    /// A person has to decide; `at` is a place in ours.
    Clash {
        at: usize,
        why: String,
    },
    Failed(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(refusal)
    }
}

fn clash(at: usize, why: impl Into<String>) -> Stop {
    Stop::Clash { at, why: why.into() }
}

/// Joins them. Bytes of ours that nothing of this concerns stay as they are.
///
/// # Errors
/// [`Stop`].
pub fn merge(sides: &Sides<'_>, lines: &Lines<'_>) -> Result<Joined, Stop> {
    let Sides { ours, theirs, .. } = *sides;
    if ours.markup != theirs.markup {
        return Err(clash(0, "the source writes it in another markup language"));
    }
    let work = Work { sides, lines, house: House::of(ours) };
    let mut edits = work.preamble()?;
    for section in below_title(theirs) {
        edits.extend(work.section(section)?);
    }
    edits.extend(work.removed()?);
    let added = work.added()?;
    edits.extend(work.inserted(&added)?);
    edits.extend(unreleased::edits(sides, &added, &work.house)?);
    edits.extend(links::edits(sides, &work.house)?);
    // Insertions at one place stay in the order in which they were made.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let bytes = apply(ours.bytes(), &edits)?;
    work.proved(bytes, &added)
}

/// Has a merged file every release of both sides once, those that came in the order of the others, and
/// each section as one of the sides has it?
pub fn is_sound(merged: &Changelog<'_>, ours: &Changelog<'_>, theirs: &Changelog<'_>) -> bool {
    // An old release may be there twice.
    let count = |side: &Changelog<'_>, version: &Version| {
        side.releases().filter(|(_, own)| own.version.same(version)).count()
    };
    let once = |version: &Version| {
        count(merged, version) == count(ours, version).max(count(theirs, version))
    };
    let is_of = |side: &Changelog<'_>, section: &Section| {
        counterpart(side, merged, section)
            .is_some_and(|own| said(side, &own.range) == said(merged, &section.range))
    };
    let came = |release: &Release| ours.section(&release.version).is_none();
    let all: Vec<_> = merged.releases().collect();
    let in_order = all.windows(2).all(|pair| {
        let (one, other) = (pair[0].1, pair[1].1);
        let down = other.version.precedes(&one.version);
        !(came(one) || came(other)) || down != ours.is_ascending()
    });
    let both = ours.releases().chain(theirs.releases());
    in_order
        && both.into_iter().all(|(_, release)| once(&release.version))
        && merged.sections.iter().all(|own| is_of(ours, own) || is_of(theirs, own))
}

/// The section of another file that is about the same: of several the one in the same place.
fn counterpart<'c>(
    other: &'c Changelog<'_>,
    own: &Changelog<'_>,
    section: &Section,
) -> Option<&'c Section> {
    let same = |of: &Changelog<'_>, one: &Section| match (&one.kind, &section.kind) {
        (Kind::Release(one), Kind::Release(release)) => one.version.same(&release.version),
        (Kind::Unreleased, Kind::Unreleased) => true,
        (Kind::Other, Kind::Other) => {
            of.bytes()[one.title.clone()] == own.bytes()[section.title.clone()]
        }
        _ => false,
    };
    let before = own.sections.iter().take_while(|one| one.range.start < section.range.start);
    let nth = before.filter(|one| same(own, one)).count();
    other.sections.iter().filter(|one| same(other, one)).nth(nth)
}

/// What stands above the first release and Unreleased: the title, perhaps with sections of its own.
fn above(changelog: &Changelog<'_>) -> Range<usize> {
    let first = changelog.sections.iter().find(|section| !matches!(section.kind, Kind::Other));
    0..first.map_or(changelog.footer, |first| first.range.start)
}

/// The sections below that.
fn below_title<'c>(changelog: &'c Changelog<'_>) -> impl Iterator<Item = &'c Section> {
    let start = above(changelog).end;
    changelog.sections.iter().filter(move |section| section.range.start >= start)
}

/// A text without its line ends' spelling and the blank lines around it.
fn said(changelog: &Changelog<'_>, range: &Range<usize>) -> Vec<u8> {
    with_eol(&changelog.bytes()[range.clone()], "\n").trim_ascii().to_vec()
}

/// The text with these line ends.
pub fn with_eol(text: &[u8], eol: &str) -> Vec<u8> {
    let mut new = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| b"\r\n".contains(byte)) {
        new.extend_from_slice(&rest[..at]);
        new.extend_from_slice(eol.as_bytes());
        rest = rest[at..].strip_prefix(b"\r\n").unwrap_or(&rest[at + 1..]);
    }
    new.extend_from_slice(rest);
    new
}

/// One run.
struct Work<'w> {
    sides: &'w Sides<'w>,
    lines: &'w Lines<'w>,
    house: House,
}

impl<'w> Work<'w> {
    /// What stands above all sections.
    fn preamble(&self) -> Result<Vec<Edit>, Stop> {
        let Sides { bases, ours, theirs } = *self.sides;
        let bases: Vec<_> = bases.iter().map(|base| (base, above(base))).collect();
        self.three_way(&bases, Some(above(ours)), &above(theirs), "what stands above the releases")
    }

    /// What the source did to a section that was there before.
    fn section(&self, section: &Section) -> Result<Vec<Edit>, Stop> {
        let Sides { bases, ours, theirs } = *self.sides;
        let of = |base: &'w Changelog<'w>| {
            Some((base, counterpart(base, theirs, section)?.range.clone()))
        };
        let known: Vec<_> = bases.iter().filter_map(of).collect();
        let own = counterpart(ours, theirs, section);
        let title = theirs.text(section.title.clone());
        match (&section.kind, own) {
            (Kind::Unreleased, _) => Ok(Vec::new()),
            (Kind::Release(_), None) if known.is_empty() => Ok(Vec::new()),
            (Kind::Release(release), Some(own)) if known.is_empty() => {
                self.must_be_equal(section, release, own)
            }
            (_, own) => {
                let what = format!("the section \"{title}\"");
                self.three_way(&known, own.map(|own| own.range.clone()), &section.range, &what)
            }
        }
    }

    /// A release that came on both sides must say the same.
    fn must_be_equal(
        &self,
        section: &Section,
        release: &Release,
        own: &Section,
    ) -> Result<Vec<Edit>, Stop> {
        let Sides { ours, theirs, .. } = *self.sides;
        let day = own.release().and_then(|own| ours.written_day(own));
        let equal = said(ours, &own.body()) == said(theirs, &section.body())
            && day == theirs.written_day(release);
        match equal {
            true => Ok(Vec::new()),
            false => Err(clash(
                own.heading.start,
                format!("both sides have a section for {}, and they differ", release.version),
            )),
        }
    }

    fn three_way(
        &self,
        bases: &[(&Changelog<'_>, Range<usize>)],
        own: Option<Range<usize>>,
        other: &Range<usize>,
        what: &str,
    ) -> Result<Vec<Edit>, Stop> {
        let Sides { ours, theirs, .. } = *self.sides;
        let new = said(theirs, other);
        let old: Vec<Vec<u8>> = bases.iter().map(|(base, range)| said(base, range)).collect();
        let is_as_before = |text: &Vec<u8>| old.contains(text);
        let Some(own) = own else {
            let why = if old.is_empty() { "came in the source" } else { "is gone here" };
            let changed = !is_as_before(&new);
            let stop = || clash(0, format!("{what} {why}, and where it belongs cannot be told"));
            return if changed { Err(stop()) } else { Ok(Vec::new()) };
        };
        let current = said(ours, &own);
        if new == current || is_as_before(&new) {
            return Ok(Vec::new());
        }
        let merged = match old.as_slice() {
            _ if is_as_before(&current) => Some(new),
            [base] => (self.lines)(&ended(base), &ended(&current), &ended(&new))?,
            _ => None,
        };
        let Some(merged) = merged else {
            return Err(clash(own.start, format!("both sides changed {what}")));
        };
        let text = self.ours_text(merged.trim_ascii_end(), own.start)?;
        Ok(vec![Edit { range: self.inner(&own), text }])
    }

    /// A range without the blank lines around it.
    fn inner(&self, range: &Range<usize>) -> Range<usize> {
        let bytes = &self.sides.ours.bytes()[range.clone()];
        let start = range.start + (bytes.len() - bytes.trim_ascii_start().len());
        start..start + bytes.trim_ascii().len()
    }

    /// A text of the source in the line ends of ours.
    fn ours_text(&self, text: &[u8], at: usize) -> Result<String, Stop> {
        String::from_utf8(with_eol(text, self.house.eol))
            .map_err(|_| clash(at, "what comes from the source is not UTF-8"))
    }

    /// The sections that the source took out.
    fn removed(&self) -> Result<Vec<Edit>, Stop> {
        let Sides { bases, ours, theirs } = *self.sides;
        let mut edits: Vec<Edit> = Vec::new();
        for base in bases {
            for section in below_title(base) {
                let gone = counterpart(theirs, base, section).is_none();
                let own = counterpart(ours, base, section);
                let Some(own) = own.filter(|_| gone && !matches!(section.kind, Kind::Unreleased))
                else {
                    continue;
                };
                if said(ours, &own.range) != said(base, &section.range) {
                    let title = ours.text(own.title.clone());
                    let why = format!("the source has no section \"{title}\" any more");
                    return Err(clash(own.heading.start, why));
                }
                let edit = Edit { range: own.range.clone(), text: String::new() };
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
        }
        Ok(edits)
    }

    /// The releases that only the source has.
    fn added(&self) -> Result<Vec<(&'w Section, &'w Release)>, Stop> {
        let Sides { bases, ours, theirs } = *self.sides;
        let known = |version: &Version| {
            bases.iter().chain([ours]).any(|changelog| changelog.section(version).is_some())
        };
        let mut added: Vec<(&Section, &Release)> = Vec::new();
        for (section, release) in theirs.releases().filter(|(_, own)| !known(&own.version)) {
            if added.iter().any(|(_, other)| other.version.same(&release.version)) {
                let why = format!("the source has two sections for {}", release.version);
                return Err(clash(0, why));
            }
            added.push((section, release));
        }
        Ok(added)
    }

    fn inserted(&self, added: &[(&Section, &Release)]) -> Result<Vec<Edit>, Stop> {
        let Sides { ours, theirs, .. } = *self.sides;
        let mut edits = Vec::new();
        for (section, release) in added {
            let at = self.place(&release.version);
            let content = style::section(ours, theirs, section, &self.house)
                .map_err(|why| clash(at.min(ours.bytes().len()), why))?;
            edits.push(put_section(ours, &self.house, at, &content));
        }
        let several = |changelog: &Changelog<'_>| changelog.releases().nth(1).is_some();
        if several(theirs) && theirs.is_ascending() != ours.is_ascending() {
            edits.reverse();
        }
        Ok(edits)
    }

    /// Where in ours the section of a version belongs.
    fn place(&self, version: &Version) -> usize {
        let ours = self.sides.ours;
        let below = |(_, release): &(&Section, &Release)| release.version.precedes(version);
        let releases: Vec<_> = ours.releases().collect();
        let (first, last) = (releases.first(), releases.last());
        let found = match ours.is_ascending() {
            false => releases.iter().find(|one| below(one)).map(|(section, _)| section.range.start),
            true => releases.iter().rev().find(|one| below(one)).map(|(own, _)| own.range.end),
        };
        let end = match ours.is_ascending() {
            false => last.map(|(section, _)| section.range.end),
            true => first.map(|(section, _)| section.range.start),
        };
        let unreleased = || ours.unreleased().map(|section| section.range.end);
        found.or(end).or_else(unreleased).unwrap_or(ours.footer)
    }

    /// The result, when it reads as it should: the sections of ours in their order and those that
    /// came, each once.
    fn proved(&self, bytes: Vec<u8>, added: &[(&Section, &Release)]) -> Result<Joined, Stop> {
        let ours = self.sides.ours;
        let after = Changelog::parse(Source { path: ours.source.path, bytes: &bytes })?;
        let came = |version: &Version| added.iter().any(|(_, own)| own.version.same(version));
        let known: Vec<&Version> = ours.releases().map(|(_, own)| &own.version).collect();
        let kept: Vec<&Version> = after.releases().map(|(_, own)| &own.version).collect();
        let (new, old): (Vec<&Version>, Vec<&Version>) = kept.into_iter().partition(|v| came(v));
        let mut left = known.iter();
        let in_order = old.iter().all(|version| left.any(|own| own.same(version)));
        if !in_order || new.len() != added.len() {
            return Err(clash(0, "joined it would have other headings"));
        }
        let is_new = |section: &Section| section.release().is_some_and(|own| came(&own.version));
        let first = after.sections.iter().position(is_new);
        let line = first.map(|at| after.place(after.sections[at].heading.start).line);
        let sections = first.map_or(Vec::new(), |at| {
            let last = after.sections.iter().rposition(is_new).unwrap_or(at);
            let near = after.sections[at.saturating_sub(1)..].iter().take(last + 3 - at);
            near.filter_map(|section| called(&after, section)).collect()
        });
        Ok(Joined { bytes, line, sections })
    }
}

/// What a section is called in a list; a title of the file is no neighbour.
fn called(changelog: &Changelog<'_>, section: &Section) -> Option<String> {
    match &section.kind {
        Kind::Release(release) => Some(release.version.to_string()),
        Kind::Unreleased => {
            Some(changelog.text(section.title.clone()).trim_matches(['[', ']']).to_owned())
        }
        Kind::Other => None,
    }
}

fn ended(text: &[u8]) -> Vec<u8> {
    [text, b"\n"].concat()
}
