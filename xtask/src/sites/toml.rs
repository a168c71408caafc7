//! TOML, read with toml_edit: pyproject.toml, Cargo.toml, Cargo.lock, uv.lock.

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike, Value};

use super::doc::{Doc, Entry, Kind, Node};
use super::{Source, sentence};
use crate::error::Refusal;

/// Reads a TOML document.
///
/// # Errors
/// Bytes that are not UTF-8, and text that is not TOML, with the place the parser names.
pub fn parse(source: Source<'_>) -> Result<Doc<'_>, Refusal> {
    let text = source.text()?;
    let document = Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Refusal::usage(format!("{} is not valid TOML", source.path))
            .why(sentence(error.message()))
            .at(source.place(at))
    })?;
    Ok(Doc::of(source, table(text, document.as_table())))
}

/// A text as TOML writes it: `'...'` where it holds `"`, else `"..."`. Control characters are
/// escaped, also those that TOML takes as they are, because a terminal does not.
pub fn quoted(text: &str) -> String {
    if text.contains('"') && !text.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{text}'");
    }
    let letter = |letter: char| match letter {
        '"' | '\\' => format!("\\{letter}"),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        control if control.is_control() => format!("\\u{:04X}", u32::from(control)),
        letter => letter.to_string(),
    };
    format!("\"{}\"", text.chars().map(letter).collect::<String>())
}

/// One step on the way to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    Key(&'a str),
    /// In a list.
    Item(usize),
}

/// Where the key is written that ends this way, for a refusal: a [`Node`] does not keep it.
pub fn key_at(source: Source<'_>, way: &[Step<'_>]) -> Option<usize> {
    let document = Document::parse(source.text().ok()?).ok()?;
    let mut table: &dyn TableLike = document.as_table();
    let mut steps = way.iter().peekable();
    while let Some(Step::Key(name)) = steps.next() {
        let (key, item) = table.get_key_value(name)?;
        table = match steps.next_if(|step| matches!(step, Step::Item(_))) {
            Some(Step::Item(number)) => match item {
                Item::ArrayOfTables(tables) => tables.get(*number)?,
                _ => item.as_array()?.get(*number)?.as_inline_table()?,
            },
            _ if steps.peek().is_none() => return Some(key.span()?.start),
            _ => item.as_table_like()?,
        };
    }
    None
}

fn table(text: &str, table: &Table) -> Node {
    let entries = table.iter().map(|(key, item)| entry(key, self::item(text, item))).collect();
    container(table.span(), entries, Kind::Table)
}

fn item(text: &str, item: &Item) -> Node {
    match item {
        Item::None => Node { span: 0..0, kind: Kind::Other },
        Item::Value(found) => value(text, found),
        Item::Table(found) => table(text, found),
        Item::ArrayOfTables(tables) => Node {
            span: tables.span().unwrap_or_default(),
            kind: Kind::List(tables.iter().map(|t| table(text, t)).collect()),
        },
    }
}

fn value(text: &str, value: &Value) -> Node {
    let span = value.span().unwrap_or_default();
    match value {
        Value::String(string) => {
            Node { span: inner(text, span), kind: Kind::Text(string.value().clone()) }
        }
        Value::Array(array) => {
            let nodes = array.iter().map(|v| self::value(text, v)).collect();
            Node { span, kind: Kind::List(nodes) }
        }
        Value::InlineTable(found) => {
            let entries = found.iter().map(|(k, v)| entry(k, self::value(text, v))).collect();
            container(found.span(), entries, Kind::Table)
        }
        _ => Node { span, kind: Kind::Other },
    }
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { at: value.span.start, key: key.to_owned(), value }
}

/// A table that only dotted keys made has no span of its own: it is where its first entry is.
fn container(
    span: Option<Range<usize>>,
    entries: Vec<Entry>,
    kind: fn(Vec<Entry>) -> Kind,
) -> Node {
    let first = entries.first().map(|entry| entry.at..entry.at);
    Node { span: span.or(first).unwrap_or_default(), kind: kind(entries) }
}

/// The range between the quotes of the string literal at `span`. The line end right after an
/// opening `"""` or `'''` is not part of the value (TOML 1.0, "String").
fn inner(text: &str, span: Range<usize>) -> Range<usize> {
    let Some(raw) = text.get(span.clone()) else { return span };
    let long = raw.len() >= 6 && (raw.starts_with("\"\"\"") || raw.starts_with("'''"));
    let quotes = if long { 3 } else { 1 };
    let mut start = span.start + quotes;
    let end = span.end.saturating_sub(quotes).max(start);
    if long {
        let body = &text[start..end];
        start += body.len()
            - body.strip_prefix("\r\n").or(body.strip_prefix('\n')).unwrap_or(body).len();
    }
    start..end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sites::doc::dotted;
    use crate::sites::tests::{file, source};

    fn find(text: &str, keys: &[&str]) -> Result<Option<(String, String)>, Refusal> {
        let file = file("x.toml", text);
        let found = parse(source(&file))?.text(keys)?;
        Ok(found.map(|f| (String::from_utf8_lossy(&file.bytes[f.range]).into_owned(), f.value)))
    }

    #[test]
    fn every_spelling_of_a_string_is_found_inside_its_quotes() {
        let keys = &["project", "version"];
        for (text, raw) in [
            ("[project]\nversion = \"1.2.3\"\n", "1.2.3"),
            ("[project]\r\nversion = '1.2.3'\r\n", "1.2.3"),
            ("\u{feff}[project]\nversion='1.2.3'", "1.2.3"),
            ("\u{feff}project.version=\t'1.2.3' # '9.9.9'", "1.2.3"),
            ("project = { name = \"x\", version = \"1.2.3\" }", "1.2.3"),
            ("\"project\".'version' = \"\"\"1.2.3\"\"\"", "1.2.3"),
            ("[project]\nversion = '''\n1.2.3'''", "1.2.3"),
            ("[project]\r\nversion = \"\"\"\r\n1.2.3\"\"\"", "1.2.3"),
            ("[project]\nversion = \"1.2\\u002E3\"", "1.2\\u002E3"),
            ("[[a]]\nversion = '9'\n[project]\n# version = '8'\nversion = '1.2.3'", "1.2.3"),
        ] {
            let found = find(text, keys).unwrap().unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!(found, (raw.to_owned(), "1.2.3".to_owned()), "{text:?}");
        }
        assert_eq!(find("[project]\nname = 'x'", keys).unwrap(), None);
        assert_eq!(find("", keys).unwrap(), None);
        assert_eq!(find("[project]\nversion = ''", keys).unwrap().unwrap().0, "");
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        let refusal = find("[project]\nversion = 1.2\n", &["project", "version"]).unwrap_err();
        let place = refusal.place.clone().unwrap();
        assert_eq!((place.line, place.column), (2, 11));
        assert_eq!(refusal.what, "project.version in x.toml is not a string");

        let refusal = find("[project]\nversion = \n", &["project"]).unwrap_err();
        assert_eq!(refusal.place.clone().unwrap().line, 2);
        assert_eq!(refusal.what, "x.toml is not valid TOML");
        assert!(!refusal.why.is_empty());

        let file = file("x.toml", b"a = 1\nb = '\xff'\n");
        let refusal = parse(source(&file)).unwrap_err();
        let place = refusal.place.clone().unwrap();
        assert_eq!((place.line, place.column), (2, 6));
    }

    #[test]
    fn a_text_in_quotes_is_one_line_without_control_characters() {
        for (text, expected) in [
            ("a b", r#""a b""#),
            ("a \"b\" \\", r#"'a "b" \'"#),
            ("it's \"b\"", r#""it's \"b\"""#),
            ("\\d", r#""\\d""#),
            ("a\n\r\t\u{1b}\u{7f}\u{9b}", r#""a\n\r\t\u001B\u007F\u009B""#),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_as_the_same(text in r"(\PC|[\x00-\x1f\x7f-\x9f'\x22\\]){0,12}") {
            let written = quoted(&text);
            prop_assert!(!written.contains(char::is_control), "{}", written);
            let value: toml_edit::Value = written.parse().unwrap();
            prop_assert_eq!(value.as_str(), Some(text.as_str()));
            let keys = toml_edit::Key::parse(&dotted(&[text.as_str(), "b"])).unwrap();
            prop_assert_eq!(keys[0].get(), text.as_str());
        }
    }
}
