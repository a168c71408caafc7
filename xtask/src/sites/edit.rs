//! Splicing new text into a file, and the proof that nothing else changed.

use std::borrow::Cow;
use std::ops::Range;

use super::event::Event;
use super::{Format, Source, cfg, json, pattern, plain, python, toml, yaml};
use crate::error::Refusal;
use crate::path::RepoPath;

/// New text for a range of bytes of the old file.
pub type Replacement<'a> = (Range<usize>, &'a str);

/// Puts the new texts in place of their ranges; every other byte stays.
///
/// # Errors
/// Ranges that overlap, are not in ascending order, or reach beyond the end.
pub fn splice(old: &[u8], edits: &[Replacement<'_>]) -> Result<Vec<u8>, Refusal> {
    let mut new = Vec::with_capacity(old.len() + 16 * edits.len());
    let mut done = 0;
    for (range, text) in edits {
        let kept = old.get(done..range.start).filter(|_| range.start <= range.end);
        let (Some(kept), true) = (kept, range.end <= old.len()) else {
            return Err(Refusal::unsafe_to("two edits of one file get in each other's way").why(
                format!("Bytes {}..{} after byte {done} of {}.", range.start, range.end, old.len()),
            ));
        };
        new.extend_from_slice(kept);
        new.extend_from_slice(text.as_bytes());
        done = range.end;
    }
    new.extend_from_slice(&old[done..]);
    Ok(new)
}

/// Proves that `new` is `old` with these edits and says the same except for them: for each format
/// that an edit was found by both are parsed, and everything but the edited strings is equal; each
/// of those has its new text as its value. An edit found by a pattern may also lie where a parser
/// sees nothing (in a comment).
///
/// # Errors
/// A document that no longer parses or says something else, with the place in the new text.
pub fn check(
    path: &RepoPath,
    old: &[u8],
    new: &[u8],
    edits: &[(Format, Replacement<'_>)],
) -> Result<(), Refusal> {
    let all: Vec<Replacement<'_>> = edits.iter().map(|(_, edit)| edit.clone()).collect();
    if splice(old, &all)? != new {
        return Err(refuse(Source { path, bytes: new }, 0, "Bytes outside the edits differ."));
    }
    let mut formats: Vec<Format> = Vec::new();
    for (format, _) in edits {
        if formats.contains(format) {
            continue;
        }
        formats.push(*format);
        let own = edits.iter().filter(|(other, _)| other == format).map(|(_, edit)| edit.clone());
        let proof = Proof {
            old: Source { path, bytes: old },
            new: Source { path, bytes: new },
            all: &all,
            own: own.collect(),
        };
        proof.hold(*format)?;
        if let (Format::Text, Some(natural)) = (format, natural(path)) {
            proof.hold_loosely(natural)?;
        }
    }
    Ok(())
}

/// The format that a file's name says.
fn natural(path: &RepoPath) -> Option<Format> {
    match path.name().rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "toml" => Some(Format::Toml),
        "json" => Some(Format::Json),
        "yaml" | "yml" | "cff" => Some(Format::Yaml),
        "cfg" => Some(Format::Cfg),
        "py" => Some(Format::Python),
        _ => None,
    }
}

/// What is to be proved of the edits of one format.
struct Proof<'a> {
    old: Source<'a>,
    new: Source<'a>,
    /// The edits of every format.
    all: &'a [Replacement<'a>],
    own: Vec<Replacement<'a>>,
}

impl Proof<'_> {
    fn hold(&self, format: Format) -> Result<(), Refusal> {
        if format == Format::Text {
            let before = self.own.iter().map(|(range, _)| range.clone());
            let after = self.own.iter().map(|edit| moved(edit, self.all));
            let before = pattern::events(self.old, before)?;
            return self.compare(&before, &pattern::events(self.new, after)?);
        }
        with_events(format, self.old, |before| {
            with_events(format, self.new, |after| self.compare(before, after))
        })
    }

    /// A pattern finds its place without a parser, also where one would see nothing or cannot read
    /// the file. But what a parser read before, it must read after: as many strings and other
    /// values as before, and each a string or none as it was.
    fn hold_loosely(&self, format: Format) -> Result<(), Refusal> {
        let mut readable = false;
        let read = with_events(format, self.old, |before| {
            readable = true;
            with_events(format, self.new, |after| self.compare_kinds(before, after))
        });
        if readable { read } else { Ok(()) }
    }

    fn compare_kinds(&self, before: &[Event<'_>], after: &[Event<'_>]) -> Result<(), Refusal> {
        for (was, is) in before.iter().zip(after) {
            match (was, is) {
                (Event::Text(_, range), Event::Mark(is)) => {
                    return Err(self.no_string(range, is));
                }
                (Event::Mark(_), Event::Text(_, at)) => {
                    return Err(refuse(self.new, at.start, "Its structure changed."));
                }
                (Event::Mark(_), Event::Mark(_)) | (Event::Text(..), Event::Text(..)) => {}
            }
        }
        match before.len() == after.len() {
            true => Ok(()),
            false => Err(refuse(self.new, 0, "Its structure changed.")),
        }
    }

    /// YAML: 1.3 is a number where 1.2.3 was a string.
    fn no_string(&self, was: &Range<usize>, is: &[u8]) -> Refusal {
        let is = String::from_utf8_lossy(is);
        let at = moved(&(was.clone(), ""), self.all).start;
        let why = format!("{is} is no string without quotes: write the value in quotes.");
        refuse(self.new, at, &why)
    }

    fn compare(&self, before: &[Event<'_>], after: &[Event<'_>]) -> Result<(), Refusal> {
        let mut edited = 0;
        for (was, is) in before.iter().zip(after) {
            match (was, is) {
                (Event::Mark(was), Event::Mark(is)) if was == is => {}
                (Event::Text(was, range), Event::Text(is, at)) => {
                    edited += within(&self.own, range).len();
                    let inside = within(self.all, range);
                    if expected(self.old, was, range, inside).as_deref() != Some(is) {
                        let why = "A string has another value than it should.";
                        return Err(refuse(self.new, at.start, why));
                    }
                }
                (Event::Text(_, range), Event::Mark(is)) if !within(self.all, range).is_empty() => {
                    return Err(self.no_string(range, is));
                }
                (_, Event::Text(_, at)) => {
                    return Err(refuse(self.new, at.start, "Its structure changed."));
                }
                _ => return Err(refuse(self.new, 0, "Its structure changed.")),
            }
        }
        if before.len() != after.len() {
            return Err(refuse(self.new, 0, "Its structure changed."));
        }
        if edited != self.own.len() {
            return Err(refuse(self.new, 0, "An edit is not inside a string value."));
        }
        Ok(())
    }
}

/// Reads a file as this format and hands on what two of them are compared by. A text has nothing to
/// read but the whole of it.
fn with_events(
    format: Format,
    source: Source<'_>,
    ask: impl FnOnce(&[Event<'_>]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match format {
        Format::Toml => ask(&toml::parse(source)?.events()),
        Format::Json => ask(&json::parse(source)?.events()),
        Format::Yaml => ask(&yaml::parse(source)?.events()),
        Format::Cfg => ask(&cfg::Cfg::parse(source)?.events()),
        Format::Python => ask(&python::Module::parse(source)?.events()),
        Format::Plain | Format::Text => ask(&plain::events(source)?),
    }
}

/// Where the new text of an edit lies among the others.
fn moved(edit: &Replacement<'_>, edits: &[Replacement<'_>]) -> Range<usize> {
    let (range, text) = edit;
    let before = edits.iter().take_while(|(other, _)| other.start < range.start);
    let (gone, come) =
        before.fold((0, 0), |(gone, come), (other, text)| (gone + other.len(), come + text.len()));
    let start = (range.start + come).saturating_sub(gone);
    start..start + text.len()
}

/// The edits that lie inside `range`.
fn within<'e, 't>(edits: &'e [Replacement<'t>], range: &Range<usize>) -> &'e [Replacement<'t>] {
    let from = edits.partition_point(|(edit, _)| edit.start < range.start);
    let inside = edits[from..].iter().take_while(|(edit, _)| edit.end <= range.end).count();
    &edits[from..from + inside]
}

/// What a string should say afterwards; `None` when a part of a string with escapes is edited.
fn expected<'a>(
    old: Source<'_>,
    was: &'a str,
    range: &Range<usize>,
    edits: &[Replacement<'a>],
) -> Option<Cow<'a, str>> {
    match edits {
        [] => Some(Cow::Borrowed(was)),
        [(whole, text)] if whole == range => Some(Cow::Borrowed(text)),
        parts => {
            let raw = old.bytes.get(range.clone())?;
            let shifted: Vec<Replacement<'_>> = parts
                .iter()
                .map(|(part, text)| (part.start - range.start..part.end - range.start, *text))
                .collect();
            let spliced = splice(raw, &shifted).ok().filter(|_| raw == was.as_bytes())?;
            String::from_utf8(spliced).ok().map(Cow::Owned)
        }
    }
}

fn refuse(new: Source<'_>, at: usize, why: &str) -> Refusal {
    Refusal::unsafe_to(format!("{} would say something else afterwards", new.path))
        .why(why)
        .why("Nothing was written.")
        .at(new.place(at))
}
