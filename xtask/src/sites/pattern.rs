//! Declared patterns: literal text around `{version}`, found in the bytes of any file.

use std::ops::Range;

use memchr::memmem;

use super::event::Event;
use super::{Found, Source};
use crate::error::Refusal;
use crate::version::Version;

/// What stands for the version.
const PLACEHOLDER: &str = "{version}";

/// No version is longer: what bounds the search behind each place the text occurs at.
const LONGEST: usize = 128;

/// Literal text of one line with one `{version}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// Where the placeholder begins.
    at: usize,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// No `{version}`, more than one, more than one line; as a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut places = text.match_indices(PLACEHOLDER);
        let Some((at, _)) = places.next() else {
            return Err("A pattern is literal text with one {version} in it.");
        };
        if places.next().is_some() {
            return Err("A pattern has exactly one {version}.");
        }
        if text.contains(['\n', '\r']) {
            return Err("A pattern is one line of text.");
        }
        Ok(Self { text: text.to_owned(), at })
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Is it nothing but `{version}`? Then the whole file, trimmed, is the version.
    pub fn is_bare(&self) -> bool {
        self.text == PLACEHOLDER
    }

    /// Every place where the text before and after surrounds a version, whichever version it is:
    /// the longest one behind the text before that is followed by the text after. Bytes, so that
    /// the encoding of the file does not matter.
    ///
    /// Without text after, nothing that could go on as a version may follow (`1.2.0.` at the end
    /// of a sentence is 1.2.0, in `1.2.*` there is none); without text before, none may precede.
    pub fn find(&self, bytes: &[u8]) -> Vec<Found> {
        if self.is_bare() {
            return whole(bytes).into_iter().collect();
        }
        let (before, after) = (&self.text[..self.at], &self.text[self.at + PLACEHOLDER.len()..]);
        let mut found: Vec<Found> = Vec::new();
        let mut from = 0;
        while let Some(start) = next_start(bytes, from, before.as_bytes()) {
            from = start + 1;
            if let Some(version) = longest(bytes, start, after.as_bytes()) {
                from = version.range.end;
                found.push(version);
            }
        }
        found
    }
}

/// The file without blanks around it, if that is a version.
fn whole(bytes: &[u8]) -> Option<Found> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.len() - body.trim_ascii_start().len();
    version(bytes, start..start + body.trim_ascii().len())
}

/// Where a version can begin, at `from` or later: right behind the text before it.
fn next_start(bytes: &[u8], from: usize, before: &[u8]) -> Option<usize> {
    if before.is_empty() {
        let starts = |at: &usize| bytes[*at].is_ascii_digit() && may_begin(bytes, *at);
        return (from..bytes.len()).find(starts);
    }
    let back = from.saturating_sub(before.len());
    let place = memmem::find(bytes.get(back..)?, before)?;
    Some(back + place + before.len())
}

/// The longest version at `start` that `after` follows.
fn longest(bytes: &[u8], start: usize, after: &[u8]) -> Option<Found> {
    let rest = bytes.get(start..)?;
    if !rest.first()?.is_ascii_digit() {
        return None;
    }
    let limit = &rest[..rest.len().min(LONGEST)];
    let run = limit.iter().position(|b| !is_part(*b)).unwrap_or(limit.len());
    let follows = |length: &usize| {
        let (head, tail) = rest.split_at(*length);
        if head.last().is_some_and(|last| is_joint(*last)) {
            return false;
        }
        if after.is_empty() { may_end(tail) } else { tail.starts_with(after) }
    };
    (1..=run).rev().filter(follows).find_map(|length| version(bytes, start..start + length))
}

fn version(bytes: &[u8], range: Range<usize>) -> Option<Found> {
    let value = std::str::from_utf8(bytes.get(range.clone())?).ok()?;
    // One number alone may be anything: a port, a year, a line.
    Version::read(value).filter(|version| version.numbers().len() > 1)?;
    Some(Found { range, value: value.to_owned() })
}

/// Can this byte be part of a version?
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_joint(byte)
}

/// Does this byte hold parts of a version together?
fn is_joint(byte: u8) -> bool {
    b".-+_!".contains(&byte)
}

fn may_begin(bytes: &[u8], start: usize) -> bool {
    start.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|byte| !is_part(*byte))
}

/// Has a version that is followed by this come to its end?
fn may_end(tail: &[u8]) -> bool {
    match tail {
        [] => true,
        [joint, next, ..] if is_joint(*joint) => !(next.is_ascii_alphanumeric() || *next == b'*'),
        [first, ..] => !first.is_ascii_alphanumeric(),
    }
}

/// A text as what two of them are compared by: the versions at these ranges. What is between them
/// is equal by the way edits are spliced, or is another edit's.
///
/// # Errors
/// A range that holds no version.
pub(super) fn events(
    source: Source<'_>,
    ranges: impl Iterator<Item = Range<usize>>,
) -> Result<Vec<Event<'_>>, Refusal> {
    let event = |range: Range<usize>| match version(source.bytes, range.clone()) {
        Some(found) => Ok(Event::text(found.value, range)),
        None => Err(Refusal::usage(format!("{} holds no version here", source.path))
            .why("What a pattern finds, and what takes its place, is a whole version.")
            .at(source.place(range.start))),
    };
    ranges.map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: impl AsRef<[u8]>) -> Vec<String> {
        let bytes = text.as_ref();
        let found = Pattern::parse(pattern).unwrap().find(bytes);
        assert!(found.iter().all(|f| bytes[f.range.clone()] == *f.value.as_bytes()));
        found.into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn a_pattern_is_one_line_with_one_placeholder() {
        for text in
            ["", "Version: ", "{version} {version}", "a\n{version}", "{version}\r", "{vers}"]
        {
            assert!(Pattern::parse(text).is_err(), "{text:?}");
        }
        assert!(Pattern::parse("{version}").unwrap().is_bare());
        assert!(!Pattern::parse("v{version}").unwrap().is_bare());
        assert_eq!(Pattern::parse("{{version}}").unwrap().text(), "{{version}}");
    }

    #[test]
    fn the_text_around_it_decides() {
        for (pattern, text, expected) in [
            ("Version: {version}", "Version: 1.2.0\nVersion: 1.3.0", vec!["1.2.0", "1.3.0"]),
            ("Version: {version}", "This is Version: 1.2.0.\n", vec!["1.2.0"]),
            ("Version: {version}", "Version: 1.2.0", vec!["1.2.0"]),
            ("Version: {version}", "Version: 1.2.0, or", vec!["1.2.0"]),
            ("Version: {version}", "Version: 1.2.0- x", vec!["1.2.0"]),
            ("Version: {version}", "Version: 1.2.0.x", vec![]),
            ("Version: {version}", "Version: 1.2.0rc.1x", vec![]),
            ("Version: {version}", "Version: 1.2.0_a", vec![]),
            ("Version: {version}", "Version:  1.2.0 version: 1.2.0", vec![]),
            ("Version: {version}", "Version: 1.3.0-rc.1!", vec!["1.3.0-rc.1"]),
            ("Version: {version}", "Version: 1.3.0rc1\r\n", vec!["1.3.0rc1"]),
            ("**Version**: {version}", "- **Version**: 0.2.0 (beta)", vec!["0.2.0"]),
            ("=={version}", "pip install x==1.2.* y==1.2.3 z===1.2.4", vec!["1.2.3", "1.2.4"]),
            ("=={version}", "x==1.2.3.* y==1.2.3.", vec!["1.2.3"]),
            ("x:{version}", "x:1.2.3@sha256:00 x:latest xx:1 xx:1.0", vec!["1.2.3", "1.0"]),
            ("'{version}'", "a '1.2.3', '1.2', 'x', '1.2.3", vec!["1.2.3", "1.2"]),
            ("/{version}/", "/1.2.3/1.2.4/", vec!["1.2.3", "1.2.4"]),
            ("version-{version}-blue", "version-1.2.3-blue.svg", vec!["1.2.3"]),
            ("version-{version}-blue", "version-1.2.3-rc.1-blue-blue", vec!["1.2.3-rc.1-blue"]),
            ("version-{version}-blue", "version-1.2.3--rc.1-blue", vec!["1.2.3--rc.1"]),
            ("version-{version}-blue", "version-1.2.3-red", vec![]),
            ("{version} is out", "1.2.3 is out, v1.2.4 is out, 1.2.5 is", vec!["1.2.3"]),
            ("{version} is out", "x.1.2.3 is out, (1.2.4 is out)", vec!["1.2.4"]),
            ("{version}", " \n1.2.3\r\n", vec!["1.2.3"]),
            ("{version}", "\u{feff}1.2.3", vec!["1.2.3"]),
            ("{version}", "1.2.3 1.2.4", vec![]),
            ("版本{version}", "版本1.2.3。", vec!["1.2.3"]),
            ("--{version}", "---1.2.3", vec!["1.2.3"]),
            ("a{version}", "a01.2.3 av1.2.3 a", vec![]),
            ("a{version}", "a99999999999999999999.1.0", vec![]),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern:?} in {text:?}");
        }
        assert_eq!(found("Version {version}", b"caf\xe9 Version 1.2.3 \xff"), ["1.2.3"]);
    }

    #[test]
    fn the_time_it_takes_grows_with_the_text_only() {
        for (pattern, text, expected) in [
            ("v{version}", "v1.2.3 v", 2_500),
            ("{version} v", "v1.2.3 v", 0),
            ("-{version}", "--------", 0),
            ("-{version}-", "1.0-1.0-", 4_999),
            ("1{version}", "11111111", 0),
        ] {
            let found = Pattern::parse(pattern).unwrap().find(text.repeat(2_500).as_bytes());
            assert_eq!(found.len(), expected, "{pattern:?} in {text:?}...");
        }
    }
}
