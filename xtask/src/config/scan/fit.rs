//! From places to patterns: the shortest telling text that is in the file exactly where it should.

use std::ops::Range;

use super::lines::{Around, Lines};
use super::rules::Told;
use super::{Entry, Hit, is_free};
use crate::sites::Source;
use crate::sites::pattern::Pattern;

/// A pattern is literal text of at most so many characters around the version.
const LONGEST: usize = 40;

/// An entry with the places it stands for.
#[derive(Debug)]
pub(super) struct Fitted {
    pub entry: Entry,
    pub ranges: Vec<Range<usize>>,
}

/// Entries for the places that a pattern can tell from everything else in the file; none of
/// their patterns touches what is `covered`.
pub(super) fn fit(
    source: Source<'_>,
    lines: &Lines<'_>,
    told: &[(Hit, Told)],
    covered: &[Range<usize>],
) -> Vec<Fitted> {
    let mut covered = covered.to_vec();
    let mut fitted: Vec<Fitted> = Vec::new();
    for (hit, reason) in told {
        if !is_free(&covered, &hit.range) {
            continue;
        }
        let Some(around) = lines.around(&hit.range) else { continue };
        let wanted = |range: &Range<usize>| {
            let same =
                |(other, _): &(Hit, Told)| other.range == *range && other.scheme == hit.scheme;
            told.iter().any(same) && is_free(&covered, range)
        };
        let tries = widening(&around, reason);
        let fits = tries.into_iter().find_map(|text| {
            let pattern = Pattern::parse(&text).ok()?;
            let found = pattern.find(source.bytes);
            let all = !found.is_empty() && found.iter().all(|found| wanted(&found.range));
            all.then(|| (text, found.into_iter().map(|found| found.range).collect::<Vec<_>>()))
        });
        let Some((pattern, ranges)) = fits.filter(|(_, ranges)| ranges.contains(&hit.range)) else {
            continue;
        };
        covered.extend(ranges.iter().cloned());
        let entry = Entry {
            path: source.path.to_string(),
            key: None,
            pattern: Some(pattern),
            scheme: hit.scheme,
            count: ranges.len(),
            why: reason.why,
        };
        fitted.push(Fitted { entry, ranges });
    }
    fitted
}

/// Patterns with ever more of the line, as long as it is text that stays.
fn widening(around: &Around<'_>, told: &Told) -> Vec<String> {
    let mut tries = Vec::new();
    let (mut back, mut ahead) = (told.back, told.ahead);
    for turn in 0..8 {
        let head = around.before.len().checked_sub(back).and_then(|at| around.before.get(at..));
        let (Some(head), Some(tail)) = (head, around.after.get(..ahead)) else { break };
        if head.chars().count() + tail.chars().count() > LONGEST || !stays(head) || !stays(tail) {
            break;
        }
        tries.push(format!("{head}{{version}}{tail}"));
        if turn % 2 == 0 {
            ahead += word(&around.after[ahead..]);
        } else {
            back += word_back(&around.before[..around.before.len() - back]);
        }
    }
    tries
}

/// Is it text that a release leaves alone? Dates, other versions and hashes change.
fn stays(text: &str) -> bool {
    let bytes = text.as_bytes();
    let dotted =
        bytes.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b'.' && w[2].is_ascii_digit());
    let year = bytes.windows(4).any(|w| w.iter().all(u8::is_ascii_digit));
    !dotted && !year && !text.contains("{version}") && !text.chars().any(char::is_control)
}

/// The length of the next word, with the blanks before it.
fn word(text: &str) -> usize {
    let blanks = text.len() - text.trim_start().len();
    let rest = &text[blanks..];
    let letters = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    blanks + letters.max(first)
}

fn word_back(text: &str) -> usize {
    let rest = text.trim_end();
    let letters = rest.rfind(|c: char| !c.is_alphanumeric());
    let last = rest.chars().next_back().map_or(0, char::len_utf8);
    let start = letters.map_or(0, |at| at + rest[at..].chars().next().map_or(0, char::len_utf8));
    text.len() - rest.len() + (rest.len() - start).max(last)
}
