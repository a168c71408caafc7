//! A text line by line, as the rules look at it.

use std::ops::Range;

/// The line of a place, parted there, and what it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub before: &'a str,
    pub after: &'a str,
    /// The line above, empty for the first.
    pub above: &'a str,
    /// Inside a block of code of a Markdown file.
    pub fenced: bool,
}

/// The lines of a text and which of them are code in Markdown.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// Where each begins.
    starts: Vec<usize>,
    fenced: Vec<bool>,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut lines = Self { text, starts: Vec::new(), fenced: Vec::new() };
        let (mut at, mut fenced) = (0, false);
        for line in text.split_inclusive('\n') {
            let fence =
                line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
            lines.starts.push(at);
            lines.fenced.push(fenced || fence);
            fenced ^= fence;
            at += line.len();
        }
        lines
    }

    /// What stands around a place; `None` when it is not within one line.
    pub fn around(&self, range: &Range<usize>) -> Option<Around<'a>> {
        let number = self.number(range.start)?;
        let line = self.line(number);
        let start = self.starts[number];
        let (from, to) = (range.start - start, range.end.checked_sub(start)?);
        Some(Around {
            before: line.get(..from)?.trim_start_matches('\u{feff}'),
            after: line.get(to..)?,
            above: number.checked_sub(1).map_or("", |above| self.line(above)),
            fenced: self.fenced[number],
        })
    }

    /// The 1-based number of the line that a place is in, and its text.
    pub fn numbered(&self, at: usize) -> (usize, &'a str) {
        let number = self.number(at).unwrap_or_default();
        (number + 1, self.line(number).trim_start_matches('\u{feff}'))
    }

    fn number(&self, at: usize) -> Option<usize> {
        self.starts.partition_point(|start| *start <= at).checked_sub(1)
    }

    fn line(&self, number: usize) -> &'a str {
        let end = self.starts.get(number + 1).copied().unwrap_or(self.text.len());
        self.text.get(self.starts[number]..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }
}

/// Is it a whole version, not a part of a longer number or word? A `v` may precede.
pub(super) fn stands_alone(bytes: &[u8], range: &Range<usize>) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let before = byte(range.start.checked_sub(1));
    let marked = matches!(before, b'v' | b'V');
    let (first, second) = (
        byte(range.start.checked_sub(if marked { 2 } else { 1 })),
        byte(range.start.checked_sub(2)),
    );
    let begins =
        !first.is_ascii_alphanumeric() && !(first == b'.' && (marked || second.is_ascii_digit()));
    let after = byte(Some(range.end));
    let next = byte(Some(range.end + 1));
    let goes_on = after.is_ascii_alphanumeric()
        || after == b'+' && next.is_ascii_alphanumeric()
        || after == b'.' && (next.is_ascii_digit() || next == b'*' || next == b'x')
        || after == b'-' && bytes.get(range.end + 1..).is_some_and(is_phase);
    begins && !goes_on
}

/// `-rc.1`, also as badges double the hyphen; not `-blue` or `-py3`.
fn is_phase(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"-").unwrap_or(rest);
    ["alpha", "beta", "rc", "dev", "pre", "snapshot"].iter().any(|phase| {
        rest.get(..phase.len()).is_some_and(|head| head.eq_ignore_ascii_case(phase.as_bytes()))
    })
}
