//! Texts that are rendered: literal text around placeholders such as `{version}`.
//!
//! A placeholder is a word of small letters in braces; any other brace is literal. What is put in
//! its place is data: it is not looked through again.

mod claims;

use std::collections::BTreeMap;
use std::ops::Range;

pub use claims::{Claim, unproved};

use crate::error::{Next, Refusal};
use crate::sites::Source;
use crate::wording::nearest;

/// A template: its text line by line.
///
/// A comment (`<!-- ... -->`) that the text begins with is for those who edit the template, and not
/// rendered. A line whose placeholders are all empty is left out, and so is a block (lines without
/// a blank line between them) of which no line with a placeholder is left.
#[derive(Debug)]
pub struct Template<'a> {
    source: Source<'a>,
    lines: Vec<Line<'a>>,
    /// How its lines end.
    eol: &'static [u8],
}

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, perhaps an empty one.
    Filled(Vec<u8>),
    /// Nobody said it: why, and the command that says it.
    Unfilled { why: String, next: (Next, String) },
}

/// Values by the words of the placeholders.
pub type Values<'w> = BTreeMap<&'w str, Value>;

#[derive(Debug)]
struct Line<'a> {
    /// Without its line end, and without the evidence at its end.
    text: &'a str,
    /// Where it begins in the file.
    at: usize,
    placeholders: Vec<Placeholder<'a>>,
}

#[derive(Debug)]
struct Placeholder<'a> {
    word: &'a str,
    /// Its braces and what is between them, in the line.
    range: Range<usize>,
    /// Where it begins in the file.
    at: usize,
}

impl Value {
    /// A text as a value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Filled(text.into().into_bytes())
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Filled(bytes) if bytes.trim_ascii().is_empty())
    }
}

impl<'a> Template<'a> {
    /// Reads a template whose placeholders are among `knows`.
    ///
    /// # Errors
    /// It is not UTF-8, its comment does not end, a placeholder that is not known, with its place.
    pub fn parse(source: Source<'a>, knows: &[&str]) -> Result<Self, Refusal> {
        let text = source.text()?;
        let mut at = begin(source, text)?;
        let mut lines = Vec::new();
        for whole in text[at..].split_inclusive('\n') {
            let line = whole.strip_suffix('\n').unwrap_or(whole);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let placeholders = placeholders(line, at);
            if let Some(unknown) = placeholders.iter().find(|one| !knows.contains(&one.word)) {
                return Err(not_known(source, unknown, knows));
            }
            lines.push(Line { text: line, at, placeholders });
            at += whole.len();
        }
        let eol: &[u8] = if text.contains("\r\n") { b"\r\n" } else { b"\n" };
        Ok(Self { source, lines, eol })
    }

    /// Each word it has a placeholder for, once.
    pub fn words(&self) -> Vec<&'a str> {
        let all = self.lines.iter().flat_map(|line| &line.placeholders);
        let mut words: Vec<&str> = all.map(|one| one.word).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The text with these values in it. Its lines, also those of the values, end as those of the
    /// template do.
    ///
    /// # Errors
    /// A placeholder without a value, with its place and the command that gives it one.
    pub fn render(&self, values: &Values<'_>) -> Result<Vec<u8>, Refusal> {
        for placeholder in self.lines.iter().flat_map(|line| &line.placeholders) {
            self.must_be_filled(placeholder, values)?;
        }
        let mut out: Vec<u8> = Vec::new();
        let mut lines = self.lines.as_slice();
        while !lines.is_empty() {
            let full = lines.iter().take_while(|line| !line.is_blank()).count();
            let blank = lines[full..].iter().take_while(|line| line.is_blank()).count();
            let (block, rest) = lines.split_at(full + blank);
            if says_something(&block[..full], values) {
                for line in block.iter().filter(|line| line.says_something(values)) {
                    out.extend(line.rendered(values, self.eol));
                    out.extend(self.eol);
                }
            }
            lines = rest;
        }
        let length = out.trim_ascii_end().len();
        out.truncate(length);
        if length > 0 {
            out.extend(self.eol);
        }
        Ok(out)
    }

    fn must_be_filled(
        &self,
        placeholder: &Placeholder<'_>,
        values: &Values<'_>,
    ) -> Result<(), Refusal> {
        let Some(Value::Unfilled { why, next }) = values.get(placeholder.word) else {
            return Ok(());
        };
        let what = format!("{{{}}} in {} has no value", placeholder.word, self.source.path);
        let refusal = Refusal::usage(what).why(why).at(self.source.place(placeholder.at));
        Err(refusal.leading_to(vec![next.clone()]))
    }
}

/// Where the text to be rendered begins.
fn begin(source: Source<'_>, text: &str) -> Result<usize, Refusal> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.len() - bare.len();
    let blank = bare.len() - bare.trim_start().len();
    if !bare[blank..].starts_with("<!--") {
        return Ok(start);
    }
    let Some(length) = bare[blank..].find("-->") else {
        return Err(Refusal::usage(format!("the comment in {} does not end", source.path))
            .at(source.place(start + blank)));
    };
    let rest = &bare[blank + length + "-->".len()..];
    Ok(text.len() - rest.trim_start_matches(['\r', '\n']).len())
}

/// The placeholders of a line that begins at an offset of the file.
fn placeholders(line: &str, at: usize) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    for (open, _) in line.match_indices('{') {
        let rest = &line[open + 1..];
        let letters = |c: char| !(c.is_ascii_lowercase() || c == '_');
        let length = rest.find(letters).unwrap_or(rest.len());
        if length > 0 && rest[length..].starts_with('}') {
            let range = open..open + length + 2;
            found.push(Placeholder { word: &rest[..length], at: at + open, range });
        }
    }
    found
}

fn not_known(source: Source<'_>, unknown: &Placeholder<'_>, knows: &[&str]) -> Refusal {
    let what = format!("{} has a placeholder that is not known: {{{}}}", source.path, unknown.word);
    let refusal = Refusal::usage(what).at(source.place(unknown.at));
    if let Some(meant) = nearest(unknown.word, knows.iter().copied()) {
        return refusal.why(format!("Did you mean {{{meant}}}?"));
    }
    let knows: Vec<String> = knows.iter().map(|word| format!("{{{word}}}")).collect();
    refusal.why(format!("It knows {}.", knows.join(" ")))
}

/// Is there a line to be kept in a block: one that is not empty by its placeholders alone, where it
/// has some at all?
fn says_something(block: &[Line<'_>], values: &Values<'_>) -> bool {
    let mut with = block.iter().filter(|line| !line.placeholders.is_empty()).peekable();
    with.peek().is_none() || with.any(|line| line.says_something(values))
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn says_something(&self, values: &Values<'_>) -> bool {
        let empty = |one: &Placeholder<'_>| values.get(one.word).is_none_or(Value::is_empty);
        self.placeholders.is_empty() || !self.placeholders.iter().all(empty)
    }

    fn rendered(&self, values: &Values<'_>, eol: &[u8]) -> Vec<u8> {
        let (mut out, mut done) = (Vec::new(), 0);
        for Placeholder { word, range, .. } in &self.placeholders {
            out.extend(&self.text.as_bytes()[done..range.start]);
            if let Some(Value::Filled(bytes)) = values.get(word) {
                out.extend(with_line_ends(bytes, eol));
            }
            done = range.end;
        }
        out.extend(&self.text.as_bytes()[done..]);
        out
    }
}

/// The bytes with these line ends.
fn with_line_ends(bytes: &[u8], eol: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                out.extend(line.strip_suffix(b"\r").unwrap_or(line));
                out.extend(eol);
            }
            None => out.extend(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::path::RepoPath;

    const KNOWS: &[&str] = &["a", "b", "codename"];

    fn rendered(text: &str, values: &[(&'static str, &str)]) -> Result<String, Refusal> {
        let path = RepoPath::new("t.md").unwrap();
        let template = Template::parse(Source { path: &path, bytes: text.as_bytes() }, KNOWS)?;
        assert!(template.words().iter().all(|word| text.contains(&format!("{{{word}}}"))));
        let unfilled = || Value::Unfilled {
            why: "Nobody said it.".to_owned(),
            next: (Next::Ours("notes --codename NAME".to_owned()), String::new()),
        };
        let mut all: Values<'_> = KNOWS.iter().map(|word| (*word, unfilled())).collect();
        all.extend(values.iter().map(|(word, text)| (*word, Value::text(*text))));
        Ok(String::from_utf8(template.render(&all)?).unwrap())
    }

    #[test]
    fn empty_lines_and_blocks_are_left_out() {
        for (text, a, b, expected) in [
            ("x {a} y {b}\n", "1", "2", "x 1 y 2\n"),
            ("x {a} y {b}\n", "", "2", "x  y 2\n"),
            ("x {a}\ny {b}\n", "", "2", "y 2\n"),
            ("# T\n\n### A\n{a}\n\nend {b}\n", "", "2", "# T\n\nend 2\n"),
            ("# T\n\n### A\n{a}\n\n### B\n{b}\n", "1", "", "# T\n\n### A\n1\n"),
            ("### A\n{a}\n{b}\nrest\n", "", "2", "### A\n2\nrest\n"),
            ("{a}{b}", "", " \n", ""),
            ("{a}", "x\n\ny", "", "x\n\ny\n"),
            ("a\r\n{a}\r\n", "x\ny\r\nz", "", "a\r\nx\r\ny\r\nz\r\n"),
            ("{\"k\": {a}} ${{ x }} {} {A} {b", "1", "", "{\"k\": 1} ${{ x }} {} {A} {b\n"),
            ("{{a}}", "1", "", "{1}\n"),
            ("<!-- how {wrong} works\n-->\n\n{a}\n<!-- {a} -->", "1", "", "1\n<!-- 1 -->\n"),
            ("\u{feff}\n<!-- x -->{a}", "é", "", "é\n"),
        ] {
            assert_eq!(rendered(text, &[("a", a), ("b", b)]).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_filled_is_refused_with_its_place() {
        for (text, what, at) in [
            ("x\ny {codename}\n", "{codename} in t.md has no value", Some((2, 3))),
            ("é {codname}\n", "not known: {codname}", Some((1, 3))),
            ("{nothing_like_it}", "not known: {nothing_like_it}", Some((1, 1))),
            ("\n<!-- x", "does not end", Some((2, 1))),
        ] {
            let refusal = rendered(text, &[("a", "1")]).unwrap_err();
            assert!(refusal.what.contains(what), "{refusal}");
            assert_eq!(refusal.place.as_ref().map(|place| (place.line, place.column)), at);
        }
        let near = rendered("{codname}", &[]).unwrap_err();
        assert_eq!(near.why, ["Did you mean {codename}?"]);
        let unsaid = rendered("{codename}", &[]).unwrap_err();
        assert_eq!(unsaid.next[0].0, Next::Ours("notes --codename NAME".to_owned()));
    }

    proptest! {
        #[test]
        fn values_are_never_expanded(a in "x.*", b in "\\{(a|b|codename)\\}") {
            let text = "# {a}\n\n{b}\n";
            let expected = format!("# {a}\n\n{b}");
            let is = rendered(text, &[("a", &a), ("b", &b)]).unwrap();
            prop_assert_eq!(is.trim_end(), expected.trim_end());
        }

        #[test]
        fn text_without_placeholders_stays(lines in prop::collection::vec("[^{\r\n]*", 0..8)) {
            let text = lines.join("\n");
            prop_assume!(!text.trim_start_matches('\u{feff}').trim_start().starts_with("<!--"));
            let is = rendered(&text, &[]).unwrap();
            let bare = text.strip_prefix('\u{feff}').unwrap_or(&text);
            prop_assert_eq!(is.trim_end(), bare.trim_end());
        }

        #[test]
        fn nothing_panics(text in "(\\{a\\}|\\{|\\}|<!--|-->|\n|\r| |é|x){0,20}") {
            let _ = rendered(&text, &[("a", "{a}\n"), ("b", "")]);
        }
    }
}
