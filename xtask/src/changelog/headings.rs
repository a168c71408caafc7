//! Headings: `## x`, underlined ones, and those of reStructuredText.

use std::ops::Range;

use super::Markup;
use super::groups::{is_item, is_rule};
use super::lines::{Inside, Line, indentation};

/// A heading of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its lines, line ends included.
    pub lines: Range<usize>,
    /// Its text without marks and blanks around it.
    pub text: Range<usize>,
    /// 1 is the highest.
    pub level: usize,
    pub mark: Mark,
}

/// How a heading is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Number signs in front.
    Signs,
    /// A line of this character below, and with `over` above too.
    Line { with: u8, over: bool },
}

/// All headings of a file in order.
pub fn find(bytes: &[u8], lines: &[Line], markup: Markup) -> Vec<Heading> {
    match markup {
        Markup::Markdown => markdown(bytes, lines),
        Markup::Rst => rst(bytes, lines),
    }
}

/// What an underline would belong to.
#[derive(Clone, Copy)]
enum Above {
    Nothing,
    /// A paragraph that began here.
    Paragraph(usize),
    /// A list or quote, which goes on up to a blank line.
    Container,
}

fn markdown(bytes: &[u8], lines: &[Line]) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut above = Above::Nothing;
    for line in lines {
        let text = line.of(bytes);
        if line.inside != Inside::Text || line.is_blank(bytes) {
            above = Above::Nothing;
            continue;
        }
        let heading = atx(bytes, line).or_else(|| {
            let (Above::Paragraph(start), Some(with)) = (above, underline(text, b"=-")) else {
                return None;
            };
            Some(Heading {
                lines: start..line.end,
                text: trimmed(bytes, start..line.start),
                level: if with == b'=' { 1 } else { 2 },
                mark: Mark::Line { with, over: false },
            })
        });
        above = match (heading, above) {
            (Some(heading), _) => {
                found.push(heading);
                Above::Nothing
            }
            (None, Above::Nothing) => begun(text, line.start),
            (None, above) => above,
        };
    }
    found
}

/// `## text ##`
fn atx(bytes: &[u8], line: &Line) -> Option<Heading> {
    let text = line.of(bytes);
    if indentation(text) > 3 {
        return None;
    }
    let signs = trimmed(bytes, line.start..line.stop).start;
    let level = bytes[signs..line.stop].iter().take_while(|byte| **byte == b'#').count();
    let behind = bytes[signs + level..line.stop].first();
    if !(1..=6).contains(&level) || behind.is_some_and(|byte| !b" \t".contains(byte)) {
        return None;
    }
    let whole = trimmed(bytes, signs + level..line.stop);
    let inner = &bytes[whole.clone()];
    let open = inner.iter().rposition(|byte| *byte != b'#').map_or(0, |last| last + 1);
    let closed = open < inner.len() && inner[..open].last().is_none_or(u8::is_ascii_whitespace);
    let stop = if closed { whole.start + open } else { whole.end };
    let text = trimmed(bytes, whole.start..stop);
    Some(Heading { lines: line.range(), text, level, mark: Mark::Signs })
}

/// The character of a line that consists of it, if it is one of these.
fn underline(line: &[u8], of: &[u8]) -> Option<u8> {
    let text = line.trim_ascii_end();
    let text = if indentation(text) > 3 { return None } else { text.trim_ascii_start() };
    let with = *text.first().filter(|byte| of.contains(byte))?;
    text.iter().all(|byte| *byte == with).then_some(with)
}

/// What a line begins that follows nothing.
fn begun(line: &[u8], start: usize) -> Above {
    let text = line.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = digits > 0 && matches!(text[digits..], [b'.' | b')', b' ', ..]);
    let definition = text.starts_with(b"[") && text.windows(2).any(|two| two == b"]:");
    if is_rule(text) || definition || indentation(line) > 3 {
        Above::Nothing
    } else if is_item(text) || number || text.starts_with(b">") {
        Above::Container
    } else {
        Above::Paragraph(start)
    }
}

/// What docutils recommends for the lines of section titles.
const ADORNMENTS: &[u8] = b"=-`:.'\"~^_*+#<>";

fn rst(bytes: &[u8], lines: &[Line]) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut styles: Vec<Mark> = Vec::new();
    let mut index = 0;
    while index + 1 < lines.len() {
        let (title, below) = (&lines[index], &lines[index + 1]);
        index += 1;
        let Some(with) = adornment(below.of(bytes)) else { continue };
        let text = title.of(bytes).trim_ascii();
        let over = index >= 2 && adornment(lines[index - 2].of(bytes)) == Some(with);
        let first = if over { index - 2 } else { index - 1 };
        let alone = first == 0 || lines[first - 1].is_blank(bytes);
        let indented = !over && indentation(title.of(bytes)) > 0;
        if text.is_empty() || !alone || indented || adornment(text).is_some() {
            continue;
        }
        let mark = Mark::Line { with, over };
        let level = styles.iter().position(|style| *style == mark).unwrap_or_else(|| {
            styles.push(mark);
            styles.len() - 1
        });
        found.push(Heading {
            lines: lines[first].start..below.end,
            text: trimmed(bytes, title.start..title.stop),
            level: level + 1,
            mark,
        });
        index += 1;
    }
    found
}

fn adornment(line: &[u8]) -> Option<u8> {
    underline(line, ADORNMENTS).filter(|_| line.len() >= 3 && !line[0].is_ascii_whitespace())
}

/// The range without blanks and line ends around it.
pub fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let start = range.end - text.trim_ascii_start().len();
    start..start + text.trim_ascii().len()
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn seen(text: &str, markup: Markup) -> Vec<(String, usize)> {
        let lines = lines::read(text.as_bytes(), markup).unwrap();
        let found = find(text.as_bytes(), &lines, markup);
        found.into_iter().map(|h| (text[h.text].to_owned(), h.level)).collect()
    }

    #[test]
    fn headings_are_those_of_commonmark() {
        for (text, expected) in [
            ("# a\n## b ##\n### c#\n", vec![("a", 1), ("b", 2), ("c#", 3)]),
            ("#a\n####### b\n    # c\n\t# d\n   # e", vec![("e", 1)]),
            ("#\n## ##\n", vec![("", 1), ("", 2)]),
            ("a\n===\nb\n---\n", vec![("a", 1), ("b", 2)]),
            ("- a\n---\n\n---\n> b\n===\n", vec![]),
            ("- a\n  b\n---\n\n> a\nb\n---\n", vec![]),
            ("a\nb\n---\n", vec![("a\nb", 2)]),
            ("\n---\na\n\n---\n[x]: y\n---\n", vec![]),
            ("```\n# a\n```\n<!--\n# b\n-->\n# c", vec![("c", 1)]),
            ("a\r\n===\r\n\r\n## b\r\n", vec![("a", 1), ("b", 2)]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(t, l)| (t.to_owned(), l)).collect();
            assert_eq!(seen(text, Markup::Markdown), expected, "{text:?}");
        }
    }

    #[test]
    fn restructuredtext_ranks_its_lines_by_first_use() {
        let text = "=====\n Top\n=====\n\n1.2.0\n~~~~~\n\nFixed\n-----\n\n- a\n\n1.1.0\n~~~~~\n";
        let expected = [("Top", 1), ("1.2.0", 2), ("Fixed", 3), ("1.1.0", 2)];
        assert_eq!(seen(text, Markup::Rst), expected.map(|(t, l)| (t.to_owned(), l)));
        assert_eq!(seen("a\nb\n---\n\n  c\n---\n\n====  ====\nx\n", Markup::Rst), []);
    }
}
