//! The entries of a section, and when two of them say the same.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Changelog;
use super::cut::Entry;
use super::groups::{bullet, is_item};
use super::lines::Inside;

/// What is known to be said already.
#[derive(Debug, Default)]
pub struct Said {
    texts: BTreeSet<String>,
    numbers: BTreeSet<String>,
    ids: BTreeSet<String>,
}

impl Said {
    /// What the entries in a range say.
    pub fn in_range(changelog: &Changelog<'_>, range: &Range<usize>) -> Self {
        let bytes = changelog.bytes();
        let mut items: Vec<String> = Vec::new();
        for line in changelog.lines_in(range.clone()) {
            let text = String::from_utf8_lossy(line.of(bytes));
            let says = line.inside == Inside::Text && !line.is_blank(bytes);
            if !says || changelog.is_definition(line.start) {
                items.push(String::new());
                continue;
            }
            match items.last_mut() {
                Some(item) if !is_item(line.of(bytes)) => {
                    item.push(' ');
                    item.push_str(&text);
                }
                _ => items.push(text.into_owned()),
            }
        }
        let texts = items.iter().map(|item| normal(item)).filter(|text| !text.is_empty()).collect();
        let numbers = items.iter().flat_map(|item| numbers(item)).collect();
        let ids = items.iter().flat_map(|item| ids(item)).collect();
        Self { texts, numbers, ids }
    }

    /// Remembers what others say.
    pub fn extend(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.numbers.extend(other.numbers);
        self.ids.extend(other.ids);
    }

    /// Is this entry among them, written as `line`: the same words, the same commit subject, the
    /// same number of an issue or pull request, or the id of one of its commits?
    pub fn holds(&self, entry: &Entry, line: &str) -> bool {
        let bare = entry.subject.split_once(": ").map_or("", |(_, text)| text);
        let same = [line, &entry.text, &entry.subject, bare].into_iter().any(|text| {
            let text = normal(text);
            !text.is_empty() && self.texts.contains(&text)
        });
        let reference = entry.reference.as_deref().map(numbers).unwrap_or_default();
        let named = |commit: &String| {
            self.ids.iter().any(|id| id.starts_with(commit) || commit.starts_with(id.as_str()))
        };
        same || reference.iter().any(|number| self.numbers.contains(number))
            || entry.commits.iter().any(named)
    }

    /// Remembers the words of an entry. Its number does not count: one pull request may bring
    /// several entries.
    pub fn add(&mut self, line: &str) {
        self.texts.insert(normal(line));
    }
}

/// A text as it is compared: letters and digits, without targets of links, numbers of issues and
/// the mark of a breaking change. The signs that make another word (`C++`, `!=`) count; all of them
/// do where there is nothing else.
pub fn normal(text: &str) -> String {
    let words = words(text);
    if !words.is_empty() {
        return words;
    }
    let text = text.trim_start();
    let bare = match is_item(text.as_bytes()) {
        true => text.split_once(char::is_whitespace).map_or("", |(_, rest)| rest),
        false => text,
    };
    bare.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
}

fn words(text: &str) -> String {
    let mut words = String::new();
    // Without a bracket that closes nothing is looked for, or a long line would take forever.
    let last = text.rfind(')').unwrap_or(0);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let closes = text.len() - rest.len() < last;
        let skipped = match next {
            '(' if closes
                && (rest.starts_with("(http")
                    || rest.starts_with("(#")
                    || words.ends_with(']')) =>
            {
                rest.find(')').map(|end| end + 1)
            }
            '#' => Some(1 + rest[1..].bytes().take_while(u8::is_ascii_digit).count()),
            _ => None,
        };
        let length = skipped.unwrap_or(next.len_utf8());
        // Not in front, where a sign is a bullet.
        let sign = "+=<>".contains(next) && !words.is_empty();
        if skipped.is_none() && (next.is_alphanumeric() || next == ']' || sign) {
            words.extend(next.to_lowercase());
        }
        rest = &rest[length..];
    }
    let words = words.replace(']', "");
    // A shortened entry has its text up to the ellipsis; the mark is ours.
    match words.strip_prefix("breaking").unwrap_or(&words) {
        "" => signs(text),
        said => said.to_owned(),
    }
}

/// What a text says that has no words: a picture, `???`, or `breaking`.
fn signs(text: &str) -> String {
    let bare = bullet(text.as_bytes()).map_or(text, |bullet| &text[bullet.end..]);
    let bare = bare.trim_start().trim_start_matches("**Breaking:** ");
    bare.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
}

/// The numbers of issues and pull requests in a text: `#12`, `!12`, `/pull/12`, `/issues/12`,
/// ``:pr:`12` ``.
pub fn numbers(text: &str) -> Vec<String> {
    const BEFORE: [&str; 10] = [
        "#",
        "/pull/",
        "/pulls/",
        "/issues/",
        "/merge_requests/",
        "gh-",
        "!",
        // Roles of Sphinx.
        ":pr:`",
        ":issue:`",
        ":gh:`",
    ];
    let lower = text.to_lowercase();
    let starts = BEFORE
        .iter()
        .flat_map(|before| lower.match_indices(before).map(|(at, before)| at + before.len()));
    let digits =
        starts.map(|at| lower[at..].chars().take_while(char::is_ascii_digit).collect::<String>());
    digits.filter(|digits| !digits.is_empty()).collect()
}

/// What may be the id of a commit: seven or more hexadecimal digits, a number among them.
fn ids(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is = |word: &&str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let hex = word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (7..=64).contains(&word.len()) && hex && digits > 0 && digits < word.len()
    };
    words.filter(is).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_word_and_no_number() {
        let text = "see 5a1b2c3, [x](https://h/commit/0123456789abcdef), effaced, 20240115, 5a1b2";
        assert_eq!(ids(text), ["5a1b2c3", "0123456789abcdef"]);
    }

    #[test]
    fn the_same_words_are_the_same_entry() {
        for (one, other) in [
            ("Fix the parser", "- fix the parser."),
            ("Fix `the` parser (#12)", "* Fix the *parser* ([#12](https://x/pull/12))"),
            ("**Breaking:** drop it", "drop it"),
            ("a [link](https://x)", "a link"),
            ("Fix \\_\\_init\\_\\_", "Fix __init__"),
            ("+ a", "- a"),
            ("- \\===", "==="),
            ("* \\<!--", "<!--"),
            ("- \\---", "---"),
        ] {
            assert_eq!(normal(one), normal(other));
        }
        for (one, other) in [("Fix a", "Fix b"), ("Support C", "Support C++"), ("===", "---")] {
            assert_ne!(normal(one), normal(other));
        }
        assert_eq!(numbers("a #12, https://x/pull/3 and GH-4 #x :pr:`5`"), ["12", "3", "4", "5"]);
    }
}
