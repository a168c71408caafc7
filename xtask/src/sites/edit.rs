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

/// Proves that `new` is `old` with these edits and says the same except for them: both are parsed,
/// and everything but the edited strings is equal; each of those has its new text as its value.
///
/// # Errors
/// A document that no longer parses or says something else, with the place in the new text.
pub fn check(
    path: &RepoPath,
    format: Format,
    old: &[u8],
    new: &[u8],
    edits: &[Replacement<'_>],
) -> Result<(), Refusal> {
    if splice(old, edits)? != new {
        return Err(refuse(Source { path, bytes: new }, 0, "Bytes outside the edits differ."));
    }
    let (old, new) = (Source { path, bytes: old }, Source { path, bytes: new });
    match format {
        Format::Toml => {
            let (before, after) = (toml::parse(old)?, toml::parse(new)?);
            compare(old, &before.events(), new, &after.events(), edits)
        }
        Format::Json => {
            let (before, after) = (json::parse(old)?, json::parse(new)?);
            compare(old, &before.events(), new, &after.events(), edits)
        }
        Format::Yaml => {
            let (before, after) = (yaml::parse(old)?, yaml::parse(new)?);
            compare(old, &before.events(), new, &after.events(), edits)
        }
        Format::Cfg => {
            let (before, after) = (cfg::Cfg::parse(old)?, cfg::Cfg::parse(new)?);
            compare(old, &before.events(), new, &after.events(), edits)
        }
        Format::Python => {
            let (before, after) = (python::Module::parse(old)?, python::Module::parse(new)?);
            compare(old, &before.events(), new, &after.events(), edits)
        }
        Format::Plain => compare(old, &plain::events(old)?, new, &plain::events(new)?, edits),
        Format::Text => {
            let before = pattern::events(old, edits.iter().map(|(range, _)| range.clone()))?;
            let after = pattern::events(new, edits.iter().map(|edit| moved(edit, edits)))?;
            compare(old, &before, new, &after, edits)
        }
    }
}

fn compare(
    old: Source<'_>,
    before: &[Event<'_>],
    new: Source<'_>,
    after: &[Event<'_>],
    edits: &[Replacement<'_>],
) -> Result<(), Refusal> {
    let mut edited = 0;
    for (was, is) in before.iter().zip(after) {
        match (was, is) {
            (Event::Mark(was), Event::Mark(is)) if was == is => {}
            (Event::Text(was, range), Event::Text(is, at)) => {
                let inside = within(edits, range);
                edited += inside.len();
                if expected(old, was, range, inside).as_deref() != Some(is) {
                    return Err(refuse(
                        new,
                        at.start,
                        "A string has another value than it should.",
                    ));
                }
            }
            // YAML: 1.3 is a number where 1.2.3 was a string.
            (Event::Text(_, range), Event::Mark(is)) if !within(edits, range).is_empty() => {
                let is = String::from_utf8_lossy(is);
                let at = moved(&(range.clone(), ""), edits).start;
                let why = format!("{is} is no string without quotes: write the value in quotes.");
                return Err(refuse(new, at, &why));
            }
            (_, Event::Text(_, at)) => return Err(refuse(new, at.start, "Its structure changed.")),
            _ => return Err(refuse(new, 0, "Its structure changed.")),
        }
    }
    if before.len() != after.len() {
        return Err(refuse(new, 0, "Its structure changed."));
    }
    if edited != edits.len() {
        return Err(refuse(new, 0, "An edit is not inside a string value."));
    }
    Ok(())
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
