//! From bytes to sections.

use std::collections::BTreeMap;

use super::date::{Dated, Says};
use super::groups::is_item;
use super::headings::{self, Heading};
use super::lines::{self, Endless, Inside, Line};
use super::links::{self, Link, Names};
use super::title::{self, Title};
use super::{Changelog, Kind, Markup, Section, date, generated};
use crate::error::Refusal;
use crate::sites::Source;

impl<'a> Changelog<'a> {
    /// Reads a changelog. A file named `.rst` is reStructuredText, and so is one named neither
    /// `.rst` nor `.md` that holds a directive; any other is Markdown.
    ///
    /// An empty file, and one with headings but no release yet, is a changelog too.
    ///
    /// # Errors
    /// What cannot be understood, with its place: UTF-16, a code block or comment without an end,
    /// text without any heading, releases that are not headings.
    pub fn parse(source: Source<'a>) -> Result<Self, Refusal> {
        let bytes = source.bytes;
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return Err(refuse(source, at, "It holds a zero byte: UTF-16, or no text."));
        }
        let markup = markup(source);
        let lines = lines::read(bytes, markup).map_err(|Endless { what, at }| {
            refuse(source, at, &format!("{what} begins here and does not end."))
        })?;
        let headings = headings::find(bytes, &lines, markup);
        let links = match markup {
            Markup::Markdown => links::find(bytes, &lines),
            Markup::Rst => Vec::new(),
        };
        let footer = footer(bytes, &lines, &links);
        let (mut sections, doubtful) = sections(bytes, &lines, &headings, footer);
        settle_dates(bytes, &mut sections);
        let ascending = ascending(&sections);
        let mut changelog = Self {
            source,
            markup,
            lines,
            headings,
            sections,
            links,
            footer,
            doubtful,
            ascending,
            generated_by: None,
        };
        changelog.must_be_understood()?;
        changelog.doubtful.extend(changelog.bare_releases_above());
        changelog.generated_by = changelog.generator();
        Ok(changelog)
    }

    /// Releases are headings, or there are none.
    fn must_be_understood(&self) -> Result<(), Refusal> {
        if self.releases().next().is_some() || self.unreleased().is_some() {
            return Ok(());
        }
        if let Some(at) = self.doubtful.first() {
            let why = "This looks like the heading of a release, but its version cannot be read.";
            return Err(refuse(self.source, *at, why));
        }
        if let Some(line) = self.lines.iter().find(|line| self.is_bare_release(line)) {
            let why = "This line looks like a release, but it is not a heading.";
            return Err(refuse(self.source, line.start, why));
        }
        match self.lines.iter().find(|line| !line.is_blank(self.bytes())) {
            Some(line) if self.headings.is_empty() => {
                Err(refuse(self.source, line.start, "There is text but no heading."))
            }
            _ => Ok(()),
        }
    }

    /// Lines above all releases that stand alone and look like one.
    fn bare_releases_above(&self) -> Vec<usize> {
        let first = self.releases().next().map(|(section, _)| section.range.start);
        let lines = self.lines_in(0..first.unwrap_or(self.footer));
        let is_free = |at: usize| lines.get(at).is_none_or(|line| line.is_blank(self.bytes()));
        let alone = |at: &usize| is_free(at + 1) && (*at == 0 || is_free(at - 1));
        let alone = (0..lines.len()).filter(alone).map(|at| &lines[at]);
        alone.filter(|line| self.is_bare_release(line)).map(|line| line.start).collect()
    }

    /// Is this line the name of a release without the marks of a heading?
    fn is_bare_release(&self, line: &Line) -> bool {
        let text = line.of(self.bytes());
        let bare = text.strip_prefix(b"#").map_or(text, |rest| rest.trim_ascii_start());
        let bare = &bare[bare.iter().take_while(|byte| **byte == b'#').count()..];
        line.inside == Inside::Text
            && !bare.first().is_some_and(u8::is_ascii_whitespace)
            && matches!(
                title::read(bare.trim_ascii_end(), line.start, None),
                Title::Known(Kind::Release(_))
            )
    }

    fn generator(&self) -> Option<super::Generated> {
        let bytes = self.bytes();
        let is_entry = |section: &&Section| !matches!(section.kind, Kind::Other);
        let first = self.sections.iter().find(is_entry).map_or(bytes.len(), |s| s.range.start);
        generated::by_mark(bytes, &self.lines, first, self.footer).or_else(|| {
            let (section, release) = self.newest_first().into_iter().next()?;
            let parts = self.headings_in(&section.body()).iter().find_map(|heading| {
                generated::by_part(&self.text(heading.text.clone()), heading.lines.start)
            });
            parts.or_else(|| {
                let url = &bytes[release.url.clone()?];
                generated::by_form(url, &bytes[section.body()], section.heading.start)
            })
        })
    }
}

/// By the name of the file; one of another name has directives or is Markdown.
fn markup(source: Source<'_>) -> Markup {
    let name = source.path.name().to_ascii_lowercase();
    let named = |end: &str| name.ends_with(end);
    let mut lines = source.bytes.split(|byte| *byte == b'\n');
    let is_rst = named(".rst") || (!named(".md") && lines.any(|line| line.starts_with(b".. ")));
    if is_rst { Markup::Rst } else { Markup::Markdown }
}

fn refuse(source: Source<'_>, at: usize, why: &str) -> Refusal {
    Refusal::usage(format!("{} is not a changelog that can be read", source.path))
        .why(why)
        .at(source.place(at))
}

/// Where the definitions at the end begin, if those of releases are among them.
fn footer(bytes: &[u8], lines: &[Line], links: &[Link]) -> usize {
    let belongs = |line: &&Line| {
        let is_link = links.binary_search_by_key(&line.start, |link| link.line.start).is_ok();
        let text = line.of(bytes).trim_ascii();
        is_link || text.is_empty() || line.inside == Inside::Comment
    };
    let tail = lines.iter().rev().take_while(belongs).last();
    let Some(start) = tail.map(|line| line.start) else { return bytes.len() };
    let mut last = links.iter().filter(|link| link.line.start >= start).peekable();
    let Some(first) = last.peek().map(|link| link.line.start) else { return bytes.len() };
    if last.all(|link| matches!(link.names, Names::Other)) { bytes.len() } else { first }
}

/// A heading that begins a section.
struct Begin<'h> {
    heading: &'h Heading,
    kind: Kind,
    doubtful: bool,
}

fn sections<'h>(
    bytes: &[u8],
    lines: &[Line],
    headings: &'h [Heading],
    footer: usize,
) -> (Vec<Section>, Vec<usize>) {
    let name = name(bytes, headings);
    let read = |heading: &'h Heading| match title::read(
        &bytes[heading.text.clone()],
        heading.text.start,
        name,
    ) {
        Title::Known(kind) => Begin { heading, kind, doubtful: false },
        Title::Doubtful => Begin { heading, kind: Kind::Other, doubtful: true },
    };
    let all: Vec<Begin<'_>> =
        headings.iter().filter(|heading| heading.lines.start < footer).map(read).collect();
    let highest = |kind: fn(&Kind) -> bool| {
        all.iter().filter(|begin| kind(&begin.kind)).map(|begin| begin.heading.level).min()
    };
    let level = highest(|kind| matches!(kind, Kind::Release(_)))
        .or_else(|| highest(|kind| matches!(kind, Kind::Unreleased)))
        .unwrap_or(usize::MAX);
    let begins: Vec<Begin<'_>> = all
        .into_iter()
        .filter(|begin| !matches!(begin.kind, Kind::Other) || begin.heading.level <= level)
        .collect();
    let doubtful = begins.iter().filter(|b| b.doubtful).map(|b| b.heading.lines.start).collect();
    let starts: Vec<usize> =
        begins.iter().map(|begin| anchored(bytes, lines, begin.heading.lines.start)).collect();
    let ends = starts.iter().copied().skip(1).chain([footer]);
    let sections = begins.into_iter().zip(starts.iter().zip(ends)).map(|(begin, (start, end))| {
        let Heading { lines: heading, text, .. } = begin.heading.clone();
        let kind = match begin.kind {
            Kind::Release(mut release) => {
                release.date = release.date.or_else(|| date_below(bytes, lines, heading.end, end));
                Kind::Release(release)
            }
            kind => kind,
        };
        Section { kind, range: *start..end, heading, title: text }
    });
    (sections.collect(), doubtful)
}

/// Do more releases follow an older one than a newer one?
fn ascending(sections: &[Section]) -> bool {
    let versions: Vec<_> = sections.iter().filter_map(|s| Some(&s.release()?.version)).collect();
    let up = versions.windows(2).filter(|pair| pair[0].precedes(pair[1])).count();
    let down = versions.windows(2).filter(|pair| pair[1].precedes(pair[0])).count();
    up > down
}

/// The name in front of the versions, where more headings have it than have none.
fn name<'b>(bytes: &'b [u8], headings: &[Heading]) -> Option<&'b str> {
    let (mut plain, mut level, mut names) = (0, usize::MAX, Vec::new());
    for heading in headings {
        let text = &bytes[heading.text.clone()];
        match title::read(text, 0, None) {
            Title::Known(Kind::Release(_)) => plain += 1,
            Title::Known(Kind::Unreleased) => level = level.min(heading.level),
            _ => names.extend(title::name(text).map(|name| (name, heading.level))),
        }
    }
    // What is listed below Unreleased is none of its neighbours.
    let mut counts = BTreeMap::new();
    for (name, _) in names.into_iter().filter(|(_, own)| *own <= level) {
        *counts.entry(name).or_insert(0) += 1;
    }
    let (name, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count > plain).then_some(name)
}

/// Where the anchors begin that stand right in front of a heading.
fn anchored(bytes: &[u8], lines: &[Line], heading: usize) -> usize {
    let before = lines.partition_point(|line| line.start < heading);
    let mut start = heading;
    for line in lines[..before].iter().rev() {
        let text = line.of(bytes).trim_ascii();
        let html = text.starts_with(b"<a ") && (text.ends_with(b"</a>") || text.ends_with(b"/>"));
        let label = text.starts_with(b".. _") && text.ends_with(b":");
        let myst = text.starts_with(b"(") && text.ends_with(b")=");
        if html || label || myst {
            start = line.start;
        } else if !text.is_empty() {
            break;
        }
    }
    start
}

/// The date in the first line of a section that says nothing else: `Released 2024-05-05`.
fn date_below(bytes: &[u8], lines: &[Line], from: usize, to: usize) -> Option<Dated> {
    let first = lines.partition_point(|line| line.start < from);
    let line = lines[first..].iter().take_while(|line| line.start < to);
    let line = line.into_iter().find(|line| !line.is_blank(bytes))?;
    let text = std::str::from_utf8(line.of(bytes)).ok().filter(|text| !is_item(text.as_bytes()))?;
    let bare = text.trim_start_matches(['*', '_', ' ']);
    let words = ["release date:", "released on", "released:", "released", "date:"];
    let said = words
        .iter()
        .find(|word| bare.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    let rest = &bare[said.map_or(0, |word| word.len())..];
    let rest = rest.trim_start_matches(['*', '_', ':', ' ']);
    let (length, says) = date::read(rest)?;
    let alone = rest[length..].trim_matches(['*', '_', '.', ' ']).is_empty();
    let named = said.is_some() || says == Says::Placeholder;
    let start = line.start + text.len() - rest.len();
    (alone && named).then_some(Dated { range: start..start + length, says })
}

/// Dates of numbers with the year last: where any of the file says which one is the day, all
/// others of that form are read the same way.
fn settle_dates(bytes: &[u8], sections: &mut [Section]) {
    let known = sections.iter().find_map(|section| match &section.release()?.date.as_ref()?.says {
        Says::Day(_, form) if form.is_numbers_year_last() => Some(form.clone()),
        _ => None,
    });
    let Some(known) = known else { return };
    for section in sections {
        let Kind::Release(release) = &mut section.kind else { continue };
        let Some(Dated { range, says: says @ Says::Vague(_) }) = &mut release.date else {
            continue;
        };
        if let Some(date) = known.read(&String::from_utf8_lossy(&bytes[range.clone()])) {
            *says = Says::Day(date, known.clone());
        }
    }
}
