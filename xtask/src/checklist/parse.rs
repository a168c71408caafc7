//! From the bytes of a Markdown file to its headings and boxes, each with the bytes it stands in.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Checklist, Heading, Item};

/// What stands in for a byte that is no UTF-8: of the same length, and nothing to Markdown.
const BROKEN: char = '\u{7f}';

/// Reads a checklist. Nothing is refused: what is no box is text.
pub fn parse(bytes: &[u8]) -> Checklist {
    let text = readable(bytes);
    // A parser of Markdown does not know the mark that some editors put in front.
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let options =
        Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut reading = Reading::new(&text, start);
    for (event, range) in Parser::new_ext(&text[start..], options).into_offset_iter() {
        reading.meet(&event, range.start + start, range.end + start);
    }
    reading.found
}

/// The bytes as text in which everything stands where it stood.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| BROKEN));
    }
    text
}

/// The same for people.
fn shown(text: &str) -> String {
    text.replace(BROKEN, "\u{fffd}")
}

struct Reading<'t> {
    text: &'t str,
    /// Where the lines begin.
    lines: Vec<usize>,
    found: Checklist,
    /// The headings above, from the outermost in.
    path: Vec<usize>,
    into: Into,
    /// How many lists are open.
    depth: usize,
}

/// Where text belongs that comes now.
enum Into {
    Nothing,
    Heading,
    Item,
    Code(usize),
}

impl<'t> Reading<'t> {
    fn new(text: &'t str, start: usize) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(start).chain(ends.map(|(at, _)| at + 1)).collect();
        let found = Checklist::default();
        Self { text, lines, found, path: Vec::new(), into: Into::Nothing, depth: 0 }
    }

    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    fn meet(&mut self, event: &Event<'_>, start: usize, end: usize) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(*level as usize, start),
            Event::Start(Tag::CodeBlock(kind)) => self.code(kind, start),
            Event::Start(Tag::List(_)) => {
                self.depth += 1;
                self.into = Into::Nothing;
            }
            Event::End(TagEnd::List(_)) => {
                self.depth -= 1;
                self.into = Into::Nothing;
            }
            Event::Start(
                Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::Paragraph,
            ) => {}
            Event::End(
                TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Link
                | TagEnd::Image,
            ) => {
                self.reach(end);
            }
            Event::Start(_) | Event::End(_) => self.into = Into::Nothing,
            Event::TaskListMarker(ticked) => self.item(*ticked, start, end),
            Event::Text(text) => self.add(text, end),
            Event::Code(code) => self.span(code, end),
            Event::InlineHtml(html) => self.comment(html, start, end),
            Event::SoftBreak | Event::HardBreak => self.add(" ", 0),
            _ => {}
        }
    }

    fn heading(&mut self, level: usize, at: usize) {
        let headings = &self.found.headings;
        self.path.retain(|above| headings[*above].level < level);
        let heading = Heading {
            level,
            text: String::new(),
            at,
            line: self.line(at),
            above: self.path.last().copied(),
        };
        self.path.push(self.found.headings.len());
        self.found.headings.push(heading);
        self.into = Into::Heading;
    }

    fn code(&mut self, kind: &pulldown_cmark::CodeBlockKind<'_>, at: usize) {
        let language = match kind {
            pulldown_cmark::CodeBlockKind::Fenced(info) => {
                info.split_whitespace().next().unwrap_or_default().to_lowercase()
            }
            pulldown_cmark::CodeBlockKind::Indented => String::new(),
        };
        let (line, under) = (self.line(at), self.path.last().copied());
        self.into = Into::Code(self.found.code.len());
        self.found.code.push(super::Code { language, text: String::new(), line, under });
    }

    /// A box: `[ ]` with the text behind it.
    fn item(&mut self, ticked: bool, start: usize, end: usize) {
        // The parser may count the blank behind it.
        let mark = start + self.text[start..end].find('[').unwrap_or_default();
        self.found.items.push(Item {
            mark: mark + 1..mark + 2,
            end: mark + 3,
            line: self.line(mark),
            depth: self.depth.saturating_sub(1),
            under: self.path.last().copied(),
            text: String::new(),
            spans: Vec::new(),
            comments: Vec::new(),
            ticked,
        });
        self.into = Into::Item;
    }

    fn add(&mut self, text: &str, end: usize) {
        let into = match self.into {
            Into::Nothing => return,
            Into::Heading => self.found.headings.last_mut().map(|heading| &mut heading.text),
            Into::Code(number) => self.found.code.get_mut(number).map(|code| &mut code.text),
            Into::Item => self.found.items.last_mut().map(|item| &mut item.text),
        };
        if let Some(into) = into {
            into.push_str(&shown(text));
        }
        self.reach(end);
    }

    fn span(&mut self, code: &str, end: usize) {
        self.add(code, end);
        if let (Into::Item, Some(item)) = (&self.into, self.found.items.last_mut()) {
            item.spans.push(shown(code));
        }
    }

    fn comment(&mut self, html: &str, start: usize, end: usize) {
        self.reach(end);
        let inside = html.strip_prefix("<!--").and_then(|html| html.strip_suffix("-->"));
        if let (Into::Item, Some(item), Some(inside)) =
            (&self.into, self.found.items.last_mut(), inside)
        {
            item.comments.push((inside.trim().to_owned(), start));
        }
    }

    /// The text of the item goes at least so far.
    fn reach(&mut self, end: usize) {
        if let (Into::Item, Some(item)) = (&self.into, self.found.items.last_mut()) {
            item.end = item.end.max(end);
        }
    }
}
