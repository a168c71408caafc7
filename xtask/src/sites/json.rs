//! JSON, read with jsonc-parser in its strict form: package.json and npm's lock files.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::doc::{Doc, Entry, Kind, Node};
use super::{BOM, Source, sentence};
use crate::error::Refusal;

/// RFC 8259 and nothing else: npm reads its files with `JSON.parse`.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a JSON document; a byte order mark is skipped, as npm does.
///
/// # Errors
/// Bytes that are not UTF-8, and text that is not JSON, with the place the parser names.
pub fn parse(source: Source<'_>) -> Result<Doc<'_>, Refusal> {
    let whole = source.text()?;
    let text = whole.strip_prefix(BOM).unwrap_or(whole);
    let shift = whole.len() - text.len();
    let options = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let refuse = |why: String, at: usize| {
        Refusal::usage(format!("{} is not valid JSON", source.path))
            .why(why)
            .at(source.place(at + shift))
    };
    let parsed = parse_to_ast(text, &options, &STRICT)
        .map_err(|error| refuse(sentence(&error.kind().to_string()), error.range().start))?;
    let value = parsed.value.ok_or_else(|| refuse("The file is empty.".to_owned(), 0))?;
    Ok(Doc::of(source, node(&value, shift)))
}

fn node(value: &Value<'_>, shift: usize) -> Node {
    let (range, kind) = match value {
        Value::StringLit(found) => {
            let span = found.range.start + shift + 1..found.range.end + shift - 1;
            return Node { span, kind: Kind::Text(found.value.clone().into_owned()) };
        }
        Value::Object(object) => {
            let entries = object.properties.iter().map(|property| Entry {
                at: name_start(&property.name) + shift,
                key: property.name.as_str().to_owned(),
                value: node(&property.value, shift),
            });
            (object.range, Kind::Table(entries.collect()))
        }
        Value::Array(array) => {
            let nodes = array.elements.iter().map(|element| node(element, shift)).collect();
            (array.range, Kind::List(nodes))
        }
        Value::NumberLit(found) => (found.range, Kind::Other),
        Value::BooleanLit(found) => (found.range, Kind::Other),
        Value::NullKeyword(found) => (found.range, Kind::Other),
    };
    Node { span: range.start + shift..range.end + shift, kind }
}

fn name_start(name: &ObjectPropName<'_>) -> usize {
    match name {
        ObjectPropName::String(name) => name.range.start,
        ObjectPropName::Word(name) => name.range.start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sites::tests::{file, source};

    fn find(text: &str, keys: &[&str]) -> Result<Option<(String, String)>, Refusal> {
        let file = file("package.json", text);
        let found = parse(source(&file))?.text(keys)?;
        Ok(found.map(|f| (String::from_utf8_lossy(&file.bytes[f.range]).into_owned(), f.value)))
    }

    #[test]
    fn the_version_is_found_however_the_file_is_laid_out() {
        for (text, raw) in [
            ("{\n  \"version\": \"1.2.3\"\n}\n", "1.2.3"),
            ("{\"a\":{\"version\":\"9\"},\"version\":\"1.2.3\"}", "1.2.3"),
            ("\u{feff}{\r\n\t\"version\"\t:\t\"1.2.3\"\r\n}", "1.2.3"),
            ("{\"n\u{e9}\": [1, 2.5e3, null, true, \"x\"], \"version\": \"1.2.3\"}", "1.2.3"),
            ("{\"vers\\u0069on\": \"1.2\\u002e3\"}", "1.2\\u002e3"),
        ] {
            let found = find(text, &["version"]).unwrap().unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!(found, (raw.to_owned(), "1.2.3".to_owned()), "{text:?}");
        }
        let lock = "{\"version\":\"1\",\"packages\":{\"\":{\"version\":\"1.2.3\"}}}";
        assert_eq!(find(lock, &["packages", "", "version"]).unwrap().unwrap().0, "1.2.3");
        assert_eq!(find("{}", &["version"]).unwrap(), None);
        assert_eq!(find("[]", &["version"]).unwrap(), None);
    }

    #[test]
    fn a_key_given_twice_is_refused_with_both_places() {
        let text = "{\n  \"version\": \"1.2.3\",\n  \"version\": \"1.2.4\"\n}\n";
        let refusal = find(text, &["version"]).unwrap_err();
        let place = refusal.place.clone().unwrap();
        assert_eq!((place.line, place.column), (3, 3));
        assert!(refusal.why[0].contains("package.json:2:3"), "{:?}", refusal.why);
        assert!(find("{\"a\":1,\"a\":2,\"version\":\"1.2.3\"}", &["version"]).is_ok());
    }

    #[test]
    fn what_npm_cannot_read_is_refused() {
        for text in [
            "",
            "{",
            "{\"version\": \"1.2.3\",}",
            "{'version': '1.2.3'}",
            "// hello\n{\"version\": \"1.2.3\"}",
            "{version: \"1.2.3\"}",
            "{\"version\": \"1.2.3\"} {}",
        ] {
            let refusal = find(text, &["version"]).unwrap_err();
            assert_eq!(refusal.what, "package.json is not valid JSON", "{text:?}");
            assert!(refusal.place.is_some());
        }
        let refusal = find("{\n\"version\": 1.2}", &["version"]).unwrap_err();
        assert_eq!(refusal.place.clone().map(|p| (p.line, p.column)), Some((2, 12)));
    }
}
