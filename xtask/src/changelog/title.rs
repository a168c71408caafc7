//! What the text of a heading says: a release, Unreleased, or something else.

use std::ops::Range;

use super::date::{self, Dated};
use super::{Kind, Release};
use crate::version::Version;

/// A heading as read.
pub enum Title {
    Known(Kind),
    /// It begins like a release and is none that can be read.
    Doubtful,
}

/// What may stand in front of a version.
const WORDS: [&str; 6] = ["version", "release", "revision", "ver.", "ver", "rel"];

/// What a section of unreleased work is called, alone or in front of a dash or bracket.
const UNRELEASED: [&str; 8] = [
    "unreleased",
    "unreleased changes",
    "not released",
    "next",
    "next release",
    "upcoming",
    "upcoming release",
    "upcoming changes",
];

/// What stands between a version and its date.
const BETWEEN: &[char] =
    &[' ', '\u{a0}', '\t', '-', '–', '—', '/', ',', ':', '(', '|', '~', '[', '_', '*'];

/// What closes a date.
const CLOSING: &[char] = &[')', ']', '*', '_', '`'];

/// Reads the text of a heading that begins at `offset` of the file, where a version may stand behind
/// `name`. Bytes that are not UTF-8 end it.
pub fn read(bytes: &[u8], offset: usize, name: Option<&str>) -> Title {
    let text = utf8(bytes);
    if is_unreleased(text) {
        return Title::Known(Kind::Unreleased);
    }
    let start = version_start(text, name);
    if !text[start..].starts_with(|first: char| first.is_ascii_digit()) {
        return Title::Known(Kind::Other);
    }
    match release(text, start, offset) {
        Some(release) => Title::Known(Kind::Release(Box::new(release))),
        None if looks_like_one(&text[start..]) => Title::Doubtful,
        None => Title::Known(Kind::Other),
    }
}

/// The word in front of the version of a release: `pytest` in `pytest 8.2.0 (2024-04-27)`.
pub fn name(bytes: &[u8]) -> Option<&str> {
    let text = utf8(bytes);
    let bare = text.trim_start_matches(is_mark);
    let (name, _) = bare.split_once(' ')?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let start = version_start(text, Some(name));
    let is = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_part)
        && start > version_start(text, None)
        && text[start..].starts_with(|first: char| first.is_ascii_digit());
    (is && release(text, start, 0).is_some()).then_some(name)
}

fn utf8(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Brackets, emphasis and pictures in front of a word.
fn is_mark(c: char) -> bool {
    "[*_`( ".contains(c) || !(c.is_ascii() || c.is_alphanumeric())
}

fn is_unreleased(text: &str) -> bool {
    let bare = text.trim_start_matches(is_mark);
    UNRELEASED.iter().any(|word| {
        let rest = bare.get(word.len()..).filter(|_| bare.is_char_boundary(word.len()));
        let ends = |rest: &str| {
            let rest = rest.trim_start_matches(['*', '_', '`']);
            let next = rest.trim_start().chars().next();
            next.is_none_or(|next| "]-–—(/:|<{[".contains(next))
        };
        rest.is_some_and(ends) && bare[..word.len()].eq_ignore_ascii_case(word)
    })
}

/// Where the version begins behind brackets, words, a name and a `v`.
fn version_start(text: &str, name: Option<&str>) -> usize {
    let mut rest = text;
    for _ in 0..3 {
        rest = rest.trim_start_matches(is_mark);
        let word = WORDS.into_iter().chain(name).find(|word| {
            let head = rest.get(..word.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(word))
                && rest[word.len()..].starts_with([' ', ':', '-'])
        });
        rest = word.map_or(rest, |word| rest[word.len()..].trim_start_matches([' ', ':', '-']));
    }
    let bare = rest.strip_prefix(['v', 'V']).unwrap_or(rest);
    let bare = bare.strip_prefix('.').unwrap_or(bare);
    let rest = if bare.starts_with(|c: char| c.is_ascii_digit()) { bare } else { rest };
    text.len() - rest.len()
}

fn looks_like_one(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    matches!(text.as_bytes()[digits..], [b'.', next, ..] if next.is_ascii_digit())
}

fn release(text: &str, start: usize, offset: usize) -> Option<Release> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".+!-_".contains(c);
    let run = text[start..].find(|c| !is_part(c)).map_or(text.len(), |length| start + length);
    let run = start + text[start..run].trim_end_matches(['.', '-', '_']).len();
    let version = Version::read(&text[start..run]).filter(|v| v.numbers().len() >= 2)?;
    let bracket = text[..start].contains('[');
    let (mut end, mut url) = (closed(text, run, bracket)?, None);
    if bracket && text[end..].starts_with('(') {
        let stop = end + text[end..].find(')')?;
        url = Some(offset + end + 1..offset + stop);
        end = stop + 1;
    } else if bracket && text[end..].starts_with('[') {
        end += text[end..].find(']')? + 1;
    }
    let bracketed = bracket && url.is_none();
    let rest = &text[end..];
    let yanked = yanked(rest).map(|at| offset + end + at.start..offset + end + at.end);
    let date = match dated(rest) {
        Some((range, says)) => {
            let date = Dated { range: offset + end + range.start..offset + end + range.end, says };
            let tail = &rest[range.end..];
            end += range.end + tail.len() - tail.trim_start_matches(CLOSING).len();
            Some(date)
        }
        None if may_follow(rest) => None,
        None => return None,
    };
    let at = offset + start..offset + run;
    Some(Release { version, at, url, bracketed, date, yanked, end: offset + end })
}

/// Where the brackets or emphasis around a version are closed.
fn closed(text: &str, from: usize, bracket: bool) -> Option<usize> {
    let rest = &text[from..];
    let closes = if bracket { rest.find(']')? + 1 } else { 0 };
    let after = &rest[closes..];
    let more = after.len() - after.trim_start_matches(['*', '`', '_']).len();
    Some(from + closes + more)
}

/// Where in the text behind a version its date stands.
fn dated(rest: &str) -> Option<(Range<usize>, date::Says)> {
    let mut from = rest.len() - rest.trim_start_matches(BETWEEN).len();
    for word in ["released on ", "released ", "release date: ", "date: "] {
        if rest.get(from..from + word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
            from += word.len();
            break;
        }
    }
    let (length, says) = date::read(&rest[from..]).filter(|_| from > 0)?;
    Some((from..from + length, says))
}

/// May this follow the version of a heading without a date?
fn may_follow(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty()
        || rest.starts_with(['-', '–', '—', '/', ',', ':', '(', '[', '|', '{', '<', '"', '“', '!'])
        || rest.to_ascii_lowercase().starts_with("yanked")
}

fn yanked(rest: &str) -> Option<Range<usize>> {
    let at = rest.to_ascii_lowercase().find("yanked")?;
    let bracketed = rest[..at].ends_with('[') && rest[at + 6..].starts_with(']');
    Some(if bracketed { at - 1..at + 7 } else { at..at + 6 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The version, date text and yanked mark, or `Unreleased`, `?` for a doubtful one, or nothing.
    fn seen(text: &str) -> String {
        match read(text.as_bytes(), 0, name(text.as_bytes())) {
            Title::Known(Kind::Release(release)) => {
                assert_eq!(&text[release.at.clone()], release.version.text());
                let date = release.date.map_or("", |date| &text[date.range]);
                let yanked = release.yanked.map_or("", |at| &text[at]);
                format!("{}|{date}|{yanked}", release.version)
            }
            Title::Known(Kind::Unreleased) => "Unreleased".to_owned(),
            Title::Known(Kind::Other) => String::new(),
            Title::Doubtful => "?".to_owned(),
        }
    }

    #[test]
    fn headings_of_releases() {
        for (text, expected) in [
            ("[1.2.0] - 2024-01-02", "1.2.0|2024-01-02|"),
            ("1.2.0 (2024-01-02)", "1.2.0|2024-01-02|"),
            ("Version 1.2.0 - 2024-01-02", "1.2.0|2024-01-02|"),
            ("[v1.2.0]", "1.2.0||"),
            ("v1.2.0", "1.2.0||"),
            ("1.2.0 – 2024-01-02", "1.2.0|2024-01-02|"),
            ("1.2.0 — 2024-01-02", "1.2.0|2024-01-02|"),
            ("[3.6] -- 2024-03-14", "3.6|2024-03-14|"),
            ("4.19.2 / 2024-03-25", "4.19.2|2024-03-25|"),
            ("[1.7.2](https://x/compare/v1...v2) (2024-05-21)", "1.7.2|2024-05-21|"),
            ("Release v2.15.4 (2024-05-30)", "2.15.4|2024-05-30|"),
            ("Release 7.3.7 (released Apr 19, 2024)", "7.3.7|Apr 19, 2024|"),
            ("Revision 0.6.0, released 26-03-2024", "0.6.0|26-03-2024|"),
            ("Version 3.1.2 - March, 2024", "3.1.2|March, 2024|"),
            ("5.11.5 January 30 2023 [hotfix]", "5.11.5|January 30 2023|"),
            ("[0.0.5] - 2014-08-09 [YANKED]", "0.0.5|2014-08-09|[YANKED]"),
            ("[0.0.5] [Yanked]", "0.0.5||[Yanked]"),
            ("14.1.0 (TBD)", "14.1.0|TBD|"),
            ("[1.3.0] - Unreleased", "1.3.0|Unreleased|"),
            ("6.4.post2 (unreleased)", "6.4.post2|unreleased|"),
            ("1.2.0-rc.1 - 2024-01-02", "1.2.0-rc.1|2024-01-02|"),
            ("**1.2.0** (2024-01-02)", "1.2.0|2024-01-02|"),
            ("`1.2.0`", "1.2.0||"),
            ("1.2.0 - Codename", "1.2.0||"),
            ("1.2.0: 2024-01-02", "1.2.0|2024-01-02|"),
            ("[Version 1.2.0] - 2024-01-02", "1.2.0|2024-01-02|"),
            ("Unreleased", "Unreleased"),
            ("[Unreleased]", "Unreleased"),
            ("[UNRELEASED] - ReleaseDate", "Unreleased"),
            ("[unreleased](https://x) (2024-01-01)", "Unreleased"),
            ("Upcoming release", "Unreleased"),
            ("Release 4.12.0a1 and 4.12.0a2 (May 16, 2024)", "?"),
            ("1.2.0 is out", "?"),
            ("1.2.0RC1", "?"),
            ("v01.2.3", "?"),
            ("99999999999999999999.1.0", "?"),
            ("Changelog", ""),
            ("1.x", ""),
            ("2024", ""),
            ("2024-01-02", ""),
            ("Upgrading to 2.0", ""),
            ("Next steps", ""),
            ("Unreleased things of 2019", ""),
            ("", ""),
            ("é 1.2.0", ""),
            ("🚀 1.2.0 (2024-01-02)", "1.2.0|2024-01-02|"),
            ("🚧 Unreleased", "Unreleased"),
            ("1.2.0\u{a0}(2024-01-02)", "1.2.0|2024-01-02|"),
            ("pytest 8.2.0 (2024-04-27)", "8.2.0|2024-04-27|"),
            ("demo v1.2.0 - 2024-01-02 - \"Codename\"", "1.2.0|2024-01-02|"),
            ("Python 3.8 support", ""),
            ("Python 3", ""),
        ] {
            assert_eq!(seen(text), expected, "{text:?}");
        }
        assert!(matches!(read(b"1.2.0 - caf\xe9", 0, None), Title::Known(Kind::Release(_))));
    }
}
