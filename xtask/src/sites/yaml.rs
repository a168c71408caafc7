//! YAML, read with granit-parser: Chart.yaml, compose files, CITATION.cff, what a user names.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::doc::{Doc, Entry, Kind, Node, Shared};
use super::{Found, Source, sentence};
use crate::error::Refusal;

/// The tag of strings (YAML 1.2, "Failsafe Schema").
const STRING: &str = "tag:yaml.org,2002:str";

/// Reads a YAML file with all its documents.
///
/// # Errors
/// Bytes that are not UTF-8, and text that is not YAML, with the place the parser names.
pub fn parse(source: Source<'_>) -> Result<Doc<'_>, Refusal> {
    let text = source.text()?;
    let options = granit_parser::options! { emit_anchor_events: true };
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            Refusal::usage(format!("{} is not valid YAML", source.path))
                .why(sentence(&error.info()))
                .why("Where it is a template for YAML, name the line with a pattern, not a key.")
                .at(source.place(error.marker().byte_offset().unwrap_or(0)))
        })?;
        builder.take(&event, &span);
    }
    let shared = builder.shared();
    let mut documents = builder.documents.into_iter();
    let root = documents.next().unwrap_or(Node { span: 0..0, kind: Kind::Other });
    Ok(Doc { source, root, more: documents.collect(), shared, no_string })
}

/// Puts the parser's events together; a stack of its own, so that depth costs no call stack.
struct Builder<'a> {
    text: &'a str,
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchor>,
    /// Anchor and place of every alias.
    aliases: Vec<(usize, usize)>,
}

/// A table or list that is not closed yet.
struct Open {
    start: usize,
    anchor: usize,
    content: Content,
}

enum Content {
    Table {
        entries: Vec<Entry>,
        /// A key that waits for its value, and where it stands.
        key: Option<(String, usize)>,
    },
    List(Vec<Node>),
}

#[derive(Default)]
struct Anchor {
    /// Where `&name` stands.
    at: usize,
    /// The value it names.
    span: Range<usize>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        let (documents, open, aliases) = (Vec::new(), Vec::new(), Vec::new());
        Self { text, documents, open, anchors: BTreeMap::new(), aliases }
    }

    fn take(&mut self, event: &Event<'_>, span: &Span) {
        let span = span.byte_range().unwrap_or_default();
        match event {
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Table { entries: Vec::new(), key: None };
                self.open.push(Open { start: span.start, anchor: *anchor, content });
            }
            Event::SequenceStart(_, anchor, _) => {
                let content = Content::List(Vec::new());
                self.open.push(Open { start: span.start, anchor: *anchor, content });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let Some(Open { start, anchor, content }) = self.open.pop() else { return };
                let kind = match content {
                    Content::Table { entries, .. } => Kind::Table(entries),
                    Content::List(nodes) => Kind::List(nodes),
                };
                self.add(Node { span: start..span.end, kind }, anchor);
            }
            Event::Scalar(value, style, anchor, tag) => {
                let node = scalar(self.text, span, value, *style, tag.as_deref());
                self.add(node, *anchor);
            }
            Event::Anchor(id, _) => self.anchors.entry(*id).or_default().at = span.start,
            Event::Alias(id) => {
                self.aliases.push((*id, span.start));
                let anchor = self.anchors.get(id).map_or(span.start, |anchor| anchor.at);
                self.add(Node { span, kind: Kind::Alias(anchor) }, 0);
            }
            _ => {}
        }
    }

    /// Puts a whole node where it belongs.
    fn add(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.entry(anchor).or_default().span = node.span.clone();
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Content::List(nodes)) => nodes.push(node),
            Some(Content::Table { entries, key }) => match key.take() {
                Some((key, at)) => entries.push(Entry { key, at, value: node }),
                None => *key = Some((key_text(self.text, &node), node.span.start)),
            },
        }
    }

    /// The anchored values that an alias repeats.
    fn shared(&self) -> Vec<Shared> {
        let repeated = |(id, alias): &(usize, usize)| {
            let span = self.anchors.get(id)?.span.clone();
            Some(Shared { span, alias: *alias })
        };
        self.aliases.iter().filter_map(repeated).collect()
    }
}

/// A key as it is named in a path: what a scalar says, anything else as it is written.
fn key_text(text: &str, node: &Node) -> String {
    match &node.kind {
        Kind::Text(value) => value.clone(),
        _ => text.get(node.span.clone()).unwrap_or_default().trim_end().to_owned(),
    }
}

fn scalar(
    text: &str,
    span: Range<usize>,
    value: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
) -> Node {
    let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
    let plain_string = match tag.as_deref() {
        None => {
            let raw = text.get(span.clone()).unwrap_or_default();
            kind_of(raw).is_none()
        }
        Some(tag) => tag == STRING || tag == "!",
    };
    let foreign = tag.is_some() && !plain_string;
    match style {
        _ if foreign => Node { span, kind: Kind::Other },
        ScalarStyle::Plain if plain_string => Node { span, kind: Kind::Text(value.to_owned()) },
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let inner = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
            Node { span: inner, kind: Kind::Text(value.to_owned()) }
        }
        ScalarStyle::Literal => {
            let kind = lines(text, &span, value).map_or(Kind::Other, Kind::Lines);
            Node { span, kind }
        }
        _ => Node { span, kind: Kind::Other },
    }
}

/// What a plain scalar is in YAML's core schema (YAML 1.2, "Tag Resolution"); `None` for a string.
fn kind_of(raw: &str) -> Option<&'static str> {
    match raw {
        "" | "~" | "null" | "Null" | "NULL" => return Some("nothing"),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Some("a boolean"),
        _ => {}
    }
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let octal = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let hex = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit());
    let unsigned = raw.strip_prefix(['-', '+']).unwrap_or(raw);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.strip_prefix(['-', '+']).unwrap_or(exponent))
        }
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let decimal = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let number = decimal && digits(exponent) && !exponent.is_empty()
        || raw.strip_prefix("0o").is_some_and(octal)
        || raw.strip_prefix("0x").is_some_and(hex)
        || matches!(unsigned, ".inf" | ".Inf" | ".INF")
        || matches!(raw, ".nan" | ".NaN" | ".NAN");
    number.then_some("a number")
}

/// The lines of a literal block with their places, indentation left out; `None` where the text
/// does not say what the parser made of it. The span begins behind the first indentation.
fn lines(text: &str, span: &Range<usize>, value: &str) -> Option<Vec<Found>> {
    let value = value.trim_start_matches('\n');
    let mut start = span.start;
    let mut lines = Vec::new();
    for line in value.split('\n') {
        let rest = text.get(start..span.end).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        let end = start + rest[..length].trim_end_matches('\r').len();
        if !line.is_empty() {
            let from = end.checked_sub(line.len()).filter(|from| *from >= start)?;
            let range = from..end;
            if text.get(range.clone()) != Some(line) {
                return None;
            }
            lines.push(Found { range, value: line.to_owned() });
        }
        start += length + 1;
    }
    Some(lines)
}

/// Why what is written like this is no string.
fn no_string(raw: &str) -> String {
    let raw = raw.trim_end();
    match kind_of(raw) {
        Some("nothing") => "It has no value.".to_owned(),
        Some(kind) => format!("{raw} is {kind} in YAML: write it in quotes."),
        None => "A version is a string, plain or in quotes, without a tag of its own.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sites::tests::{file, source};
    use crate::sites::{check, splice};

    fn find(text: &str, keys: &[&str]) -> Result<Option<(String, String)>, Refusal> {
        let file = file("x.yaml", text);
        let found = parse(source(&file))?.text(keys)?;
        Ok(found.map(|f| (String::from_utf8_lossy(&file.bytes[f.range]).into_owned(), f.value)))
    }

    #[test]
    fn every_spelling_of_a_string_is_found_exactly() {
        for (text, raw, value) in [
            ("a: {v: 1.2.3}", "1.2.3", "1.2.3"),
            ("a:\n  v: 1.2.3   # 9.9.9\n", "1.2.3", "1.2.3"),
            ("\u{feff}a:\r\n  v:\t1.2.3\r\n", "1.2.3", "1.2.3"),
            ("# é–\n\"a\":\n  'v' :  '1.2.3' # x\n", "1.2.3", "1.2.3"),
            ("a: {x: \"é\", v: \"1.2.3\", y: [v, {v: 9}]}", "1.2.3", "1.2.3"),
            ("{\"a\":{\"v\":\"1.2.3\"}}", "1.2.3", "1.2.3"),
            ("a:\n  v: \"1.2\\x2e3\"\n", "1.2\\x2e3", "1.2.3"),
            ("a:\n  v: \"1.2\\\n    .3\"\n", "1.2\\\n    .3", "1.2.3"),
            ("a:\n  v: 'it''s\n    1.2.3'\n", "it''s\n    1.2.3", "it's 1.2.3"),
            ("a:\n  v:\n    nginx:1.2.3\n  w: 1\n", "nginx:1.2.3", "nginx:1.2.3"),
            ("a:\n  v: one\n    two # c\n", "one\n    two", "one two"),
            ("? a\n: ? v\n  : 1.2.3\n", "1.2.3", "1.2.3"),
            ("a:\n  v: !!str 1.10\n", "1.10", "1.10"),
            ("a:\n  v: ! 1.10\n", "1.10", "1.10"),
            ("a:\n  v: !<tag:yaml.org,2002:str> 12\n", "12", "12"),
            ("a:\n  v: &once 1.2.3\n", "1.2.3", "1.2.3"),
            ("a:\n  v: ''\n", "", ""),
            ("v: 9.9.9\nb:\n  v: 8.8.8\na:\n  u:\n    v: 7\n  v: 1.2.3\n", "1.2.3", "1.2.3"),
            ("%YAML 1.1\n---\nb: 1\n---\na:\n  v: 1.2.3\n...\n", "1.2.3", "1.2.3"),
        ] {
            let found = find(text, &["a", "v"]).unwrap_or_else(|r| panic!("{text:?}: {r:?}"));
            assert_eq!(found, Some((raw.to_owned(), value.to_owned())), "{text:?}");
        }
        for text in ["", "# v: 1.2.3\n", "a: 1\n", "a:\n  w: 1.2.3\n", "- a\n", "a: [v]\n"] {
            assert_eq!(find(text, &["a", "v"]).unwrap(), None, "{text:?}");
        }
        let list = "a:\n- v: 1.2.3\n  w: x\n- v: 1.2.4\n";
        assert_eq!(find(list, &["a", "1", "v"]).unwrap().unwrap().1, "1.2.4");
        assert_eq!(find(list, &["a", "2", "v"]).unwrap(), None);
        assert_eq!(find("- [1.2.3]\n", &["0", "0"]).unwrap().unwrap().1, "1.2.3");
        assert_eq!(find("a:\n  0: 1.2.3\n", &["a", "0"]).unwrap().unwrap().1, "1.2.3");
    }

    #[test]
    fn a_plain_scalar_is_a_string_as_the_core_schema_says() {
        let number = "is a number in YAML: write it in quotes.";
        for (raw, why) in [
            ("1.10", number),
            ("12", number),
            ("-1.", number),
            ("+.5e-3", number),
            ("1e3", number),
            ("0x1F", number),
            ("0o17", number),
            ("-.inf", number),
            (".NaN", number),
            ("true", "is a boolean in YAML: write it in quotes."),
            ("False", "is a boolean in YAML: write it in quotes."),
            ("~", "It has no value."),
            ("null", "It has no value."),
            ("", "It has no value."),
            ("!Sub 1.2.3", "without a tag of its own"),
            ("!Sub '1.2.3'", "without a tag of its own"),
            ("!!float 1.2", "is a number"),
            (">-\n  1.2.3", "A version is a string"),
            ("|\n  1.2.3", "a block of lines"),
            ("[1.2.3]", "A version is a string"),
            ("\n  v: 1.2.3", "A version is a string"),
        ] {
            let refusal = find(&format!("v: {raw}\n"), &["v"]).unwrap_err();
            assert_eq!(refusal.what, "v in x.yaml is not a string");
            assert!(refusal.why[0].contains(why), "{raw:?}: {:?}", refusal.why);
        }
        for raw in ["1.2.3", "v1.2", "1.2.x", "1.2rc1", "1_0", "e3", ".", "+", "0x", "1.2e", "yes"]
        {
            let found = find(&format!("v: {raw}\n"), &["v"]).unwrap().unwrap();
            assert_eq!(found, (raw.to_owned(), raw.to_owned()));
        }
    }

    #[test]
    fn what_is_not_in_one_place_is_refused_with_the_places() {
        for (text, keys, place, other) in [
            ("a: &v 1.2.3\nb: *v\n", &["b"][..], (2, 4), "x.yaml:1:4"),
            ("a: &v 1.2.3\nb: *v\n", &["a"], (1, 7), "x.yaml:2:4"),
            ("a: &v\n  i: 1.2.3\nb:\n  <<: *v\n", &["a", "i"], (2, 6), "x.yaml:4:7"),
            ("a: &v\n  i: 1.2.3\nb: *v\n", &["b", "i"], (3, 4), "x.yaml:1:4"),
            ("a: 1.2.3\na: 1.2.4\n", &["a"], (2, 1), "x.yaml:1:1"),
            ("a: {b: 1.2.3}\n'a': {b: 1.2.4}\n", &["a", "b"], (2, 2), "x.yaml:1:1"),
            ("a: 1.2.3\n---\na: 1.2.4\n", &["a"], (3, 4), "x.yaml:1:4"),
        ] {
            let refusal = find(text, keys).unwrap_err();
            let at = refusal.place.clone().unwrap();
            assert_eq!((at.line, at.column), place, "{text:?}: {refusal:?}");
            assert!(refusal.why[0].contains(other), "{text:?}: {:?}", refusal.why);
        }
        let again = "a: &v 1.2.3\nb: &v 1.2.4\nc: *v\nd: {x: 1, x: 2}\n";
        assert_eq!(find(again, &["a"]).unwrap().unwrap().1, "1.2.3");
        assert!(find(again, &["b"]).is_err());
    }

    #[test]
    fn what_is_no_yaml_is_refused_with_its_place() {
        for (text, line) in [
            ("a: 1\nb: [1\n", 2),
            ("a: b: c\n", 1),
            ("a: 1\nb: *nobody\n", 2),
            ("version: {{ .Values.x }}-{{ .Values.y }}\n", 1),
            ("a: 'x\n", 2),
        ] {
            let refusal = find(text, &["a"]).unwrap_err();
            assert_eq!(refusal.what, "x.yaml is not valid YAML", "{text:?}");
            assert_eq!(refusal.place.clone().unwrap().line, line, "{text:?}");
        }
        let deep = "[".repeat(100_000);
        assert!(find(&deep, &["a"]).is_err());
        let deep = format!("{}1", "- ".repeat(100_000));
        assert!(find(&deep, &["a"]).is_err());
    }

    #[test]
    fn the_lines_of_a_literal_block_are_found_without_indentation() {
        for (text, expected) in [
            ("a: |\n  x=1.2.3\n   y\n\n  z\nb: 1\n", vec!["x=1.2.3", " y", "z"]),
            ("a: |-\r\n\r\n  é\r\n  y\r\n", vec!["é", "y"]),
            ("a: |2\n    x\n   y\n", vec!["  x", " y"]),
            ("a: |+\n\n\n", vec![]),
            ("- |\n 1\n # c\n", vec!["1", "# c"]),
            ("a: |\n  x\n # c\n", vec!["x"]),
        ] {
            let file = file("x.yaml", text);
            let doc = parse(source(&file)).unwrap();
            let value = doc.root().entries().first().map(|entry| &entry.value);
            let node = value.unwrap_or_else(|| &doc.root().items()[0]);
            let Kind::Lines(lines) = &node.kind else { panic!("{text:?}: {node:?}") };
            let values: Vec<&str> = lines.iter().map(|line| line.value.as_str()).collect();
            assert_eq!(values, expected, "{text:?}");
            assert!(lines.iter().all(|line| text[line.range.clone()] == line.value), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_string_afterwards_is_refused() {
        let verdict = |old: &str, word: &str, new: &str| {
            let file = file("x.yaml", old);
            let at = old.find(word).unwrap();
            let edits = [(at..at + word.len(), new)];
            let after = splice(old.as_bytes(), &edits).unwrap();
            check(&file.path, crate::sites::Format::Yaml, old.as_bytes(), &after, &edits)
        };
        let refusal = verdict("# x\nv: 1.2.3\n", "1.2.3", "1.3").unwrap_err();
        assert_eq!(refusal.why[0], "1.3 is no string without quotes: write the value in quotes.");
        assert_eq!(refusal.place.clone().map(|p| (p.line, p.column)), Some((2, 4)));
        for new in ["1", "true", "null", "~", "", "*x", "&x 1", "!x 1", "1 # c", "a: b", "'1.3'"] {
            assert!(verdict("v: 1.2.3\n", "1.2.3", new).is_err(), "{new:?}");
        }
        for (old, new) in [
            ("v: '1.2.3'\n", "1.3"),
            ("v: \"1.2.3\"\n", "1.3"),
            ("v: 1.2.3\n", "1.3.0-rc.1"),
            ("v: nginx:1.2.3\n", "1.3"),
            ("v: [1.2.3, x]\n", "1.3.0+a.b"),
            ("v: |\n  x 1.2.3 y\n", "1.3"),
            ("v: a 1.2.3\n   b\nw: c\n", "a 1.2.3\n   b"),
        ] {
            let word = if new.contains('\n') { new } else { "1.2.3" };
            let new = if new.contains('\n') { "2.0.0" } else { new };
            verdict(old, word, new).unwrap_or_else(|r| panic!("{old:?}: {r:?}"));
        }
        for (old, word, new) in [
            ("v: |\n  1.2.3\n", "1.2.3", " 1.3"),
            ("v: |\n  1.2.3\n", "1.2.3", "1.3\n  x"),
            ("v: 1.2.3 # old\n", "old", "new"),
            ("v: 1.2\n", "1.2", "1.3.0"),
            ("v: &x 1.2.3\nw: *x\n", "x", "y"),
        ] {
            assert!(verdict(old, word, new).is_err(), "{old:?}");
        }
    }
}
