//! The parts of a section: `### Added`, `**Added**`, `Added:`, and the list below each.

use std::ops::Range;

use super::headings::Mark;
use super::lines::{Inside, Line, indentation};
use super::{Changelog, Section};

/// A part of a section.
#[derive(Debug, Clone)]
pub struct Group {
    /// The lines of its title; empty for what stands in front of the first title.
    pub title: Range<usize>,
    /// The name in the title; empty without one.
    pub name: Range<usize>,
    /// What is below the title.
    pub body: Range<usize>,
    pub mark: Option<Mark>,
}

/// The end of what a range says, and how it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// Behind the line end of the last line with content; the start of the range without any.
    pub at: usize,
    pub ends: Ends,
}

/// The last content of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Empty,
    /// In a list that another item may follow.
    List,
    Other,
}

/// The lines of a title, the name in it, and how it is set off.
type Title = (Range<usize>, Range<usize>, Option<Mark>);

impl Changelog<'_> {
    /// The parts of a section in order. The first one has no title and may be empty.
    pub(super) fn groups(&self, section: &Section) -> Vec<Group> {
        let body = section.body();
        let mut found = vec![Group {
            title: body.start..body.start,
            name: body.start..body.start,
            body: body.clone(),
            mark: None,
        }];
        for (title, name, mark) in self.titles(&body) {
            if let Some(before) = found.last_mut() {
                before.body.end = title.start;
            }
            found.push(Group { body: title.end..body.end, title, name, mark });
        }
        found
    }

    /// Has anybody written an entry into a section? Titles and comments of a template are none.
    pub(super) fn has_entries(&self, section: &Section) -> bool {
        let mut groups = self.groups(section).into_iter();
        groups.any(|group| self.tail(&group.body).ends != Ends::Empty)
    }

    /// How many entries a section has: the items of its lists, or one where it has text only.
    pub fn entries(&self, section: &Section) -> usize {
        let items = self.parts(section).iter().map(|part| part.entries.len()).sum();
        if items == 0 { usize::from(self.has_entries(section)) } else { items }
    }

    /// Headings, and bold lines or lines with a colon in front of a list.
    fn titles(&self, body: &Range<usize>) -> Vec<Title> {
        let bytes = self.bytes();
        let titles = self.headings_in(body).iter().map(|heading| {
            let text = &bytes[heading.text.clone()];
            let colon = usize::from(text.ends_with(b":"));
            let name = heading.text.start..heading.text.end - colon;
            (heading.lines.clone(), name, Some(heading.mark))
        });
        let mut titles: Vec<Title> = titles.chain(self.labels(body)).collect();
        titles.sort_by_key(|(range, ..)| range.start);
        titles
    }

    /// The lines that are titles by what follows: a list.
    fn labels(&self, body: &Range<usize>) -> Vec<Title> {
        let bytes = self.bytes();
        let ends_heading =
            |at| self.headings.binary_search_by_key(&at, |own| own.lines.end).is_ok();
        let (mut found, mut label_above, mut free) = (Vec::new(), None, true);
        for line in self.lines_in(body.clone()) {
            let text = line.of(bytes);
            if line.is_blank(bytes) {
                free = true;
                continue;
            }
            found.extend(label_above.take().filter(|_| is_item(text)));
            if line.inside == Inside::Text && (free || ends_heading(line.start)) {
                label_above = label(text).map(|name| {
                    (line.range(), line.start + name.start..line.start + name.end, None)
                });
            }
            free = false;
        }
        found
    }

    /// The name of a part.
    pub(super) fn name(&self, group: &Group) -> String {
        self.text(group.name.clone())
    }

    /// Where the content of a range ends, without definitions, rules and comments behind it.
    pub(super) fn tail(&self, range: &Range<usize>) -> Tail {
        let bytes = self.bytes();
        let lines = self.lines_in(range.clone());
        let counts = |line: &&Line| {
            let link = self.is_definition(line.start);
            !(line.is_blank(bytes) || link || is_rule(line.of(bytes)) || is_comment(line, bytes))
        };
        let Some(last) = lines.iter().rposition(|line| counts(&line)) else {
            return Tail { at: range.start, ends: Ends::Empty };
        };
        let ends = if in_list(&lines[..=last], bytes) { Ends::List } else { Ends::Other };
        Tail { at: lines[last].end, ends }
    }

    /// The first line of a range that is neither blank nor a comment.
    pub(super) fn first_content(&self, range: &Range<usize>) -> Option<&Line> {
        let bytes = self.bytes();
        let says = |line: &&Line| !(line.is_blank(bytes) || is_comment(line, bytes));
        self.lines_in(range.clone()).iter().find(says)
    }
}

/// Does the last of these lines belong to a list that goes on with the next line?
fn in_list(lines: &[Line], bytes: &[u8]) -> bool {
    let mut below: Option<&Line> = None;
    for line in lines.iter().rev() {
        let text = line.of(bytes);
        if below.is_none() && line.inside == Inside::Html {
            return false;
        }
        if line.inside == Inside::Text && indentation(text) <= 3 && is_item(text) {
            return true;
        }
        // Behind a blank line only what is indented still belongs to the item above.
        let apart = below.is_some_and(|below| {
            line.is_blank(bytes) && !below.is_blank(bytes) && indentation(below.of(bytes)) == 0
        });
        if apart {
            return false;
        }
        below = Some(line);
    }
    false
}

/// Does the line begin an item of a list?
pub fn is_item(line: &[u8]) -> bool {
    bullet(line).is_some()
}

/// The bullet of a line: the indentation, the sign and the blanks behind it.
pub fn bullet(line: &[u8]) -> Option<Range<usize>> {
    let indent = line.iter().take_while(|byte| b" \t".contains(byte)).count();
    let sign = line.get(indent).filter(|byte| b"-*+".contains(byte)).map(|_| indent + 1)?;
    let blanks = line[sign..].iter().take_while(|byte| b" \t".contains(byte)).count();
    (blanks > 0 && sign + blanks < line.len() && !is_rule(line)).then_some(0..sign + blanks)
}

/// A thematic break: three or more of `-`, `*` or `_` and nothing else.
pub fn is_rule(line: &[u8]) -> bool {
    let signs: Vec<u8> = line.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    signs.len() >= 3 && b"-*_".contains(&signs[0]) && signs.iter().all(|sign| *sign == signs[0])
}

fn is_comment(line: &Line, bytes: &[u8]) -> bool {
    let text = line.of(bytes).trim_ascii();
    let end = text.windows(3).position(|part| part == b"-->");
    line.inside == Inside::Comment && end.is_none_or(|end| end + 3 == text.len())
}

/// The name in `**Added**`, `**Added:**` or `Added:`.
fn label(line: &[u8]) -> Option<Range<usize>> {
    let text = line.trim_ascii_end();
    let colon = text.strip_suffix(b":");
    let bare = colon.unwrap_or(text);
    let bold = bare.strip_prefix(b"**").and_then(|rest| rest.strip_suffix(b"**"));
    let name = match (bold, colon) {
        (Some(name), _) => 2..2 + name.strip_suffix(b":").unwrap_or(name).len(),
        (None, Some(_)) => 0..bare.len(),
        (None, None) => return None,
    };
    let words = line[name.clone()].split(|byte| *byte == b' ').count();
    let letters = line.get(name.start)?.is_ascii_alphabetic();
    (letters && words <= 4 && !line[name.clone()].contains(&b'*')).then_some(name)
}
