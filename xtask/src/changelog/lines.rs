//! Lines, and which of them are text: not code in fences, not HTML (CommonMark 0.31, sections 4.5
//! and 4.6).

use std::ops::Range;

use super::Markup;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub start: usize,
    /// Where its line end begins.
    pub stop: usize,
    /// Where the next line starts.
    pub end: usize,
    pub inside: Inside,
}

/// What a line is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    Text,
    /// A fenced code block, its fences included.
    Fence,
    Comment,
    /// An element that Markdown does not look into.
    Html,
}

/// A block that never ends, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endless {
    pub what: &'static str,
    pub at: usize,
}

impl Line {
    /// The bytes without the line end.
    pub fn of<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.start..self.stop]
    }

    /// Nothing but blanks?
    pub fn is_blank(&self, bytes: &[u8]) -> bool {
        self.of(bytes).trim_ascii().is_empty()
    }

    /// The bytes of the line with its line end.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// The number of blanks in front, tabs up to the next multiple of four.
pub fn indentation(line: &[u8]) -> usize {
    let mut column = 0;
    for byte in line {
        match byte {
            b' ' => column += 1,
            b'\t' => column += 4 - column % 4,
            _ => break,
        }
    }
    column
}

/// The items of lists that are open: the columns where their content begins.
#[derive(Default)]
struct Items {
    columns: Vec<usize>,
    /// That of the item in which a fence or HTML block was opened; 0 outside of lists.
    opened_in: usize,
}

impl Items {
    /// Takes note of a line of text, which may begin or end items.
    fn meet(&mut self, line: &[u8], after_blank: bool) {
        let text = line.trim_ascii();
        let begins = marker(line);
        // Any other line goes on with the paragraph above.
        if !text.is_empty() && (after_blank || begins.is_some() || text.starts_with(b"#")) {
            let column = indentation(line);
            self.columns.retain(|item| *item <= column);
        }
        self.columns.extend(begins);
    }

    /// The item that text in this column belongs to.
    fn around(&self, column: usize) -> usize {
        self.columns.iter().copied().filter(|item| *item <= column).max().unwrap_or(0)
    }
}

/// The column where the content of an item begins that a line begins.
fn marker(line: &[u8]) -> Option<usize> {
    let (column, text) = (indentation(line), line.trim_ascii_start());
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = if digits > 0 { b".)".as_slice() } else { b"-*+".as_slice() };
    let is_sign = text.get(digits).is_some_and(|byte| sign.contains(byte)) && digits < 10;
    let rest = text.get(digits + 1..).filter(|_| is_sign)?;
    let blanks = indentation(rest);
    let content = if (1..=4).contains(&blanks) { blanks } else { 1 };
    (blanks > 0 || rest.is_empty()).then_some(column + digits + 1 + content)
}

/// What is open at the start of a line.
enum Open {
    Nothing,
    Fence {
        with: u8,
        length: usize,
        at: usize,
    },
    /// Up to the line that holds this, in any case.
    Until {
        end: &'static [u8],
        inside: Inside,
        at: usize,
    },
    /// Up to a blank line.
    Element,
}

/// All lines of a file; a byte order mark belongs to no line.
///
/// # Errors
/// A fence or comment without an end: everything below it would be code.
pub fn read(bytes: &[u8], markup: Markup) -> Result<Vec<Line>, Endless> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open = Open::Nothing;
    let mut items = Items::default();
    let mut start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while start < bytes.len() {
        let (stop, end) = line_end(bytes, start);
        let line = &bytes[start..stop];
        let inside = match markup {
            Markup::Markdown => {
                // With the item of a list ends what is open in it.
                if !line.trim_ascii().is_empty() && indentation(line) < items.opened_in {
                    open = Open::Nothing;
                    items.opened_in = 0;
                }
                if matches!(open, Open::Nothing) {
                    items.meet(line, lines.last().is_none_or(|above| above.is_blank(bytes)));
                }
                step(&mut open, line, start, &mut items)
            }
            Markup::Rst => Inside::Text,
        };
        lines.push(Line { start, stop, end, inside });
        start = end;
    }
    match open {
        Open::Nothing | Open::Element => Ok(lines),
        Open::Fence { at, .. } => Err(Endless { what: "A code block", at }),
        Open::Until { at, .. } => Err(Endless { what: "A comment or HTML block", at }),
    }
}

/// Where the line end after `start` begins and ends: LF, CR LF or CR.
fn line_end(bytes: &[u8], start: usize) -> (usize, usize) {
    match memchr::memchr2(b'\n', b'\r', &bytes[start..]).map(|length| start + length) {
        None => (bytes.len(), bytes.len()),
        Some(stop) if bytes[stop..].starts_with(b"\r\n") => (stop, stop + 2),
        Some(stop) => (stop, stop + 1),
    }
}

/// What the line is part of, and what is open after it.
fn step(open: &mut Open, line: &[u8], start: usize, items: &mut Items) -> Inside {
    let text = line.trim_ascii();
    let after = match open {
        Open::Nothing => {
            items.opened_in = items.around(indentation(line));
            opened(line, start, items.opened_in)
        }
        Open::Fence { with, length, .. } => {
            let closes = text.len() >= *length && text.iter().all(|byte| byte == with);
            (closes.then_some(Open::Nothing), Inside::Fence)
        }
        Open::Until { end, inside, .. } => (holds(line, end).then_some(Open::Nothing), *inside),
        Open::Element if text.is_empty() => (Some(Open::Nothing), Inside::Text),
        Open::Element => (None, Inside::Html),
    };
    if let Some(now) = after.0 {
        *open = now;
    }
    after.1
}

/// What begins in a line of text.
fn opened(line: &[u8], at: usize, from: usize) -> (Option<Open>, Inside) {
    let text = line.trim_ascii();
    if indentation(line) > from + 3 {
        return (None, Inside::Text);
    }
    if let Some((with, length)) = fence(text) {
        return (Some(Open::Fence { with, length, at }), Inside::Fence);
    }
    if !text.starts_with(b"<") {
        return (None, Inside::Text);
    }
    if let Some((start, end)) = UNTIL.iter().find(|(start, _)| begins_with(text, start)) {
        let inside = if *start == b"<!--" { Inside::Comment } else { Inside::Html };
        let until = Open::Until { end, inside, at };
        return ((!holds(text, end)).then_some(until), inside);
    }
    if is_block_element(text) { (Some(Open::Element), Inside::Html) } else { (None, Inside::Text) }
}

/// The character and length of an opening fence.
fn fence(text: &[u8]) -> Option<(u8, usize)> {
    let with = *text.first().filter(|byte| b"`~".contains(byte))?;
    let length = text.iter().take_while(|byte| **byte == with).count();
    let is_span = with == b'`' && text[length..].contains(&b'`');
    (length >= 3 && !is_span).then_some((with, length))
}

/// CommonMark's HTML blocks that end with a text of their own.
const UNTIL: [(&[u8], &[u8]); 6] = [
    (b"<!--", b"-->"),
    (b"<pre", b"</pre>"),
    (b"<script", b"</script>"),
    (b"<style", b"</style>"),
    (b"<textarea", b"</textarea>"),
    (b"<?", b"?>"),
];

/// The elements of CommonMark's sixth kind of HTML block that people write.
const BLOCKS: [&[u8]; 20] = [
    b"details",
    b"summary",
    b"div",
    b"p",
    b"table",
    b"tr",
    b"td",
    b"th",
    b"tbody",
    b"thead",
    b"ul",
    b"ol",
    b"li",
    b"center",
    b"section",
    b"blockquote",
    b"h1",
    b"h2",
    b"h3",
    b"hr",
];

fn is_block_element(text: &[u8]) -> bool {
    let name = text.strip_prefix(b"</").or(text.strip_prefix(b"<")).unwrap_or_default();
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    BLOCKS.iter().any(|block| name[..length].eq_ignore_ascii_case(block))
}

fn begins_with(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn holds(line: &[u8], end: &[u8]) -> bool {
    line.windows(end.len()).any(|part| part.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter for each line: text, fence, HTML.
    fn seen(text: &str) -> String {
        let letter = |line: &Line| match line.inside {
            Inside::Text => 't',
            Inside::Fence => 'f',
            Inside::Comment => 'c',
            Inside::Html => 'h',
        };
        read(text.as_bytes(), Markup::Markdown).unwrap().iter().map(letter).collect()
    }

    #[test]
    fn code_and_html_are_no_text() {
        for (text, expected) in [
            ("a\nb", "tt"),
            ("```\n# x\n```\n# y", "ffft"),
            ("````md\n```\n````\ny", "ffft"),
            ("~~~\n```\n~~~\ny", "ffft"),
            ("- a\n\n     ```\n  # x\n     ```\nc", "ttffft"),
            ("- a\n  ```\n  b\n  ``` (c)\n- d\n\n# e", "tfffttt"),
            ("1. a\n   - b\n     ```\n     # c\n# d", "ttfft"),
            ("- a\n  <!-- b\n# c", "tct"),
            ("      ```\n# x", "tt"),
            ("``` a ``` b\nc", "tt"),
            ("<!-- a -->\nb", "ct"),
            ("<!-- a\n# b\n-->\nc", "ccct"),
            ("<!-->\n# b", "ct"),
            ("a <!-- b\n# c", "tt"),
            ("<details>\n# b\n\n# c", "hhtt"),
            ("<PRE>\n\n# b\n</pre> x\nc", "hhhht"),
            ("<a name=\"x\"></a>\n# b", "tt"),
            ("<parse>\n# b", "tt"),
            ("    <!-- a\n# b", "tt"),
        ] {
            assert_eq!(seen(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lines_cover_the_file_whatever_ends_them() {
        for text in ["", "a", "a\n", "a\r\nb\rc\n\r\n", "\u{feff}a\n", "\r", "\n\r"] {
            let lines = read(text.as_bytes(), Markup::Markdown).unwrap();
            let first = if text.starts_with('\u{feff}') { 3 } else { 0 };
            let starts = lines.iter().map(|line| line.start);
            let ends = std::iter::once(first).chain(lines.iter().map(|line| line.end));
            assert!(starts.chain([text.len()]).eq(ends), "{text:?}");
        }
        assert_eq!(read(b"a\n```\nb", Markup::Markdown).unwrap_err().at, 2);
        assert_eq!(read(b"<!-- a\nb", Markup::Markdown).unwrap_err().at, 0);
    }
}
