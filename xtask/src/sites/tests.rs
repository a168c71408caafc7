//! What holds for every format: documents are generated around a version, which is found, spliced
//! and compared; bytes of any kind are answered, never with a panic.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::cfg::Cfg;
use super::python::Module;
use super::*;

pub(super) fn file(path: &str, bytes: impl AsRef<[u8]>) -> File {
    File { path: RepoPath::new(path).unwrap(), bytes: bytes.as_ref().into() }
}

pub(super) fn source(file: &File) -> Source<'_> {
    Source::from(file)
}

type Find = fn(Source<'_>) -> Result<Option<Found>, Refusal>;

fn toml_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    toml::parse(source)?.text(&["tool", "x", "version"])
}

fn json_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    json::parse(source)?.text(&["packages", "", "version"])
}

fn cfg_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    Cfg::parse(source)?.text("metadata", "version")
}

fn python_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    Module::parse(source)?.assigned("__version__")
}

fn plain_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    plain::find(source).map(Some)
}

fn yaml_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    yaml::parse(source)?.text(&["spec", "0", "version"])
}

#[expect(clippy::unnecessary_wraps, reason = "one of several")]
fn text_version(source: Source<'_>) -> Result<Option<Found>, Refusal> {
    let pattern = pattern::Pattern::parse("version-{version}-blue").unwrap();
    Ok(pattern.find(source.bytes).into_iter().next())
}

const FORMATS: [(Format, Find); 7] = [
    (Format::Yaml, yaml_version),
    (Format::Text, text_version),
    (Format::Toml, toml_version),
    (Format::Json, json_version),
    (Format::Cfg, cfg_version),
    (Format::Python, python_version),
    (Format::Plain, plain_version),
];

/// Finds the version, replaces it, and looks again.
fn round_trip(format: Format, find: Find, document: &[u8], old: &str, new: &str) {
    let file = file("x", document);
    let shown = String::from_utf8_lossy(document);
    let found = find(source(&file)).unwrap_or_else(|r| panic!("{shown:?}: {r:?}"));
    let found = found.unwrap_or_else(|| panic!("not found in {shown:?}"));
    assert_eq!(found.value, old, "{shown:?}");
    let edits = [(found.range.clone(), new)];
    let spliced = splice(document, &edits).unwrap();
    assert_eq!(&spliced[..found.range.start], &document[..found.range.start]);
    assert_eq!(&spliced[found.range.start + new.len()..], &document[found.range.end..]);
    check(&file.path, format, document, &spliced, &edits)
        .unwrap_or_else(|r| panic!("{shown:?}: {r:?}"));
    let after = File { path: file.path.clone(), bytes: spliced.into() };
    assert_eq!(find(source(&after)).unwrap().unwrap().value, new);
}

/// Lines with the given ends; the last one with or without.
fn assemble(bom: &str, lines: &[String], ends: &[&str], last: &str) -> Vec<u8> {
    let mut text = bom.to_owned();
    for (i, line) in lines.iter().enumerate() {
        text.push_str(line);
        text.push_str(if i + 1 == lines.len() { last } else { ends[i % ends.len()] });
    }
    text.into_bytes()
}

fn ends() -> impl Strategy<Value = Vec<&'static str>> {
    select(vec![vec!["\n"], vec!["\r\n"], vec!["\n", "\r\n"], vec!["\r\n", "\n", "\n"]])
}

fn bom() -> impl Strategy<Value = &'static str> {
    select(vec!["", "\u{feff}"])
}

fn last() -> impl Strategy<Value = &'static str> {
    select(vec!["", "\n", "\r\n"])
}

fn version() -> impl Strategy<Value = String> {
    let core = (0..99_u32, 0..99_u32, 0..99_u32).prop_map(|(a, b, c)| format!("{a}.{b}.{c}"));
    let tail = select(vec!["", "-rc.1", "rc1", ".post2", "-alpha.3", "+local.1", ".dev0"]);
    (core, tail).prop_map(|(core, tail)| format!("{core}{tail}"))
}

fn lines(of: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(select(of).prop_map(str::to_owned), 0..5)
}

/// The literal with every dot written as this escape.
fn escaped(version: &str, dot: &str) -> String {
    version.replace('.', dot)
}

fn toml_literal(version: &str, style: usize) -> String {
    match style {
        0 => format!("\"{version}\""),
        1 => format!("'{version}'"),
        2 => format!("\"\"\"{version}\"\"\""),
        3 => format!("'''{version}'''"),
        4 => format!("'''\n{version}'''"),
        _ => format!("\"{}\"", escaped(version, "\\u002E")),
    }
}

fn toml_entry(literal: &str, layout: usize) -> Vec<String> {
    let lines: &[&str] = match layout {
        0 => &["[tool.x]", "name = 'v'", "version = @ # version = '9.9.9'"],
        1 => &["tool.x.version=@"],
        2 => &["tool = { y = [1, 2], x = { version = @, z = 1 } }"],
        3 => &["\t[ tool . \"x\" ]", "\t'version'\t=\t@\t"],
        4 => &["[tool]", "x.a = 1", "x.version = @"],
        _ => &["[[tool.y]]", "version = '9.9.9'", "[tool.x]", "\"vers\\u0069on\" = @"],
    };
    lines.iter().map(|line| line.replace('@', literal)).collect()
}

const TOML_BEFORE: &[&str] =
    &["# version = '1.2.3'", "", "a = 1", "b = \"tool.x.version = '1'\"", "\t"];
const TOML_AFTER: &[&str] = &[
    "[[z]]",
    "# [tool.x]",
    "[[z]]\nversion = '1.2.3'",
    "",
    "  # \u{e9}\u{2013}",
    "[[w.y]]\n a = 1.5",
];

fn json_document(version: &str, layout: usize, end: &str) -> String {
    let dot = escaped(version, "\\u002e");
    let text = match layout {
        0 => "{\"packages\":{\"\":{\"version\":\"@\"}}}".to_owned(),
        1 => "{\n  \"version\": \"9\",\n  \"packages\": {\n    \"\": {\n      \"version\": \"@\"\n    }\n  }\n}".to_owned(),
        2 => "\t{\t\"packages\"\t:\t{ \"a\": {\"version\": \"@\"}, \"\": { \"n\": [1, -2.5e3, null, true, \"\u{e9}\"], \"version\": \"@\" } } }".to_owned(),
        3 => return format!("{{\"packages\":{{\"\":{{{end}\"\\u0076ersion\":\"{dot}\"}}}}}}"),
        _ => "{\"a\":1,\"a\":2,\"packages\":{\"x\":{\"y\":1,\"y\":1},\"\":{\"version\":\"@\",\"v\":\"\\\"@\"}}}".to_owned(),
    };
    text.replace('@', version).replace('\n', end)
}

const PYTHON: &[&str] = &[
    "# __version__ = '9.9.9'",
    "",
    "'''",
    "'''\n__version__ = \"9.9.9\"\n'''",
    "import os; x = 1",
    "if x:\n    __version__ = '9.9.9'",
    "def f():\n\t__version__ = '9.9.9'\n\n\treturn __version__",
    "x = f'{a!r:>{w}} {b['c']} {{'",
    "x = [\n  '__version__', # (\n  \"\\\"\",\n]",
    "x = \\\n  1",
    "\x0c",
    "name = 'Fran\u{e7}ois'",
    "x == '__version__'; y += b'\\'' r'\\\\'",
    "class A: __version__ = '9.9.9'",
    "print(f\"\"\"\n__version__ = '9.9.9' {f'{1}'}\"\"\")",
];

fn python_statement(version: &str, style: usize) -> String {
    let text = match style {
        0 => "__version__ = \"@\"",
        1 => "__version__='@'  # '9.9.9'",
        2 => "__version__: Final[str] = u\"\"\"@\"\"\"",
        3 => "a = 1; __version__ = version = ('@'); b = '__version__'",
        4 => "__version__ = (\n    # why\n    R'''@'''\n)",
        5 => "__version__ = \\\n\t\"@\"",
        _ => return format!("__version__ = '{}'", escaped(version, "\\x2e")),
    };
    text.replace('@', version)
}

fn yaml_entry(version: &str, (style, layout): (usize, usize)) -> String {
    let literal = match style {
        0 => version.to_owned(),
        1 => format!("'{version}'"),
        2 => format!("\"{version}\""),
        3 => format!("!!str {version}"),
        4 => format!("&once {version}"),
        _ => format!("\"{}\"", escaped(version, "\\x2e")),
    };
    let text = match layout {
        0 => "spec:\n- version: @\n  é: [version, 9.9.9]",
        1 => "spec:\n  - name: version\n    'version' :  @   # version: 9.9.9\n  - version: 9.9.9",
        2 => "spec: [{version: @, x: {version: 9.9.9}}, 1.2]",
        3 => {
            "\"spec\":\n  -\n    ? version\n    :\n      @\n    # z\n    z: |\n      version: 9.9.9"
        }
        _ => "x: &a {k: é}\ny: *a\nspec:\n- <<: *a\n  version: @",
    };
    text.replace('@', &literal)
}

const YAML: &[&str] = &[
    "# version: 9.9.9",
    "",
    "a1: {version: 9.9.9}",
    "a2:\n  spec:\n  - version: 'x'",
    "a3: |\n  spec:\n  - version: 9.9.9\n",
    "a4: >-\n   spec: é\n",
    "a5: \"spec:\n  - version: 9.9.9\"",
    "a6: [1.10, 0x1F, ~, true, 'it''s', !x y]",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn toml_keeps_every_other_byte(
        (bom, ends, last) in (bom(), ends(), last()),
        (before, after) in (lines(TOML_BEFORE), lines(TOML_AFTER)),
        (style, layout) in (0..6_usize, 0..6_usize),
        (old, new) in (version(), version()),
    ) {
        let mut document: Vec<String> = Vec::new();
        for line in before {
            if line.trim().is_empty() || line.starts_with('#') || !document.contains(&line) {
                document.push(line);
            }
        }
        document.extend(toml_entry(&toml_literal(&old, style), layout));
        document.extend(after);
        // An inline table is one line; the newline of style 4 inside it is legal in the string.
        let document = assemble(bom, &document, &ends, last);
        round_trip(Format::Toml, toml_version, &document, &old, &new);
    }

    #[test]
    fn json_keeps_every_other_byte(
        (bom, last, end) in (bom(), last(), select(vec!["\n", "\r\n", "\t", ""])),
        layout in 0..5_usize,
        (old, new) in (version(), version()),
    ) {
        let document = assemble(bom, &[json_document(&old, layout, end)], &[""], last);
        round_trip(Format::Json, json_version, &document, &old, &new);
    }

    #[test]
    fn cfg_keeps_every_other_byte(
        (bom, ends, last) in (bom(), ends(), last()),
        before in lines(&["# c", "[a]\nversion = 9\n b", "", "; d"]),
        style in select(vec!["version = @", "version:@", "\tversion\t=\t@ ", "version =\n\t@", "version=\n# c\n\n  @"]),
        after in lines(&["[z]\nk = v", "", "; @", "  # c"]),
        (old, new) in (version(), version()),
    ) {
        let mut document = Vec::new();
        for line in before {
            if !document.contains(&line) {
                document.push(line);
            }
        }
        document.push("[metadata]".to_owned());
        document.push(style.replace('@', &old));
        document.extend(after);
        let document = assemble(bom, &document, &ends, last);
        round_trip(Format::Cfg, cfg_version, &document, &old, &new);
    }

    #[test]
    fn python_keeps_every_other_byte(
        (bom, last) in (bom(), last()),
        end in select(vec!["\n", "\r\n", "\r"]),
        (before, after) in (lines(&PYTHON[3..]), lines(&PYTHON[3..])),
        style in 0..7_usize,
        (old, new) in (version(), version()),
    ) {
        let mut document = before;
        document.push(python_statement(&old, style));
        document.extend(after);
        let document: Vec<String> = document.iter().map(|line| line.replace('\n', end)).collect();
        let document = assemble(bom, &document, &[end], last);
        round_trip(Format::Python, python_version, &document, &old, &new);
    }

    #[test]
    fn yaml_keeps_every_other_byte(
        (bom, last) in (bom(), last()),
        end in select(vec!["\n", "\r\n"]),
        (before, after) in (subsequence(YAML[..4].to_vec(), 0..4), subsequence(YAML[4..].to_vec(), 0..4)),
        form in (0..6_usize, 0..5_usize),
        (old, new) in (version(), version()),
    ) {
        let entry = yaml_entry(&old, form);
        let lines = before.into_iter().chain([entry.as_str()]).chain(after);
        let lines: Vec<String> = lines.map(|line| line.replace('\n', end)).collect();
        let document = assemble(bom, &lines, &[end], last);
        round_trip(Format::Yaml, yaml_version, &document, &old, &new);
    }

    #[test]
    fn text_keeps_every_other_byte(
        (before, after) in (prop::collection::vec(any::<u8>(), 0..40), prop::collection::vec(any::<u8>(), 0..40)),
        (old, new) in (version(), version()),
    ) {
        let document = [&before, format!("version-{old}-blue").as_bytes(), &after].concat();
        round_trip(Format::Text, text_version, &document, &old, &new);
    }

    #[test]
    fn plain_keeps_every_other_byte(
        (bom, last) in (bom(), last()),
        blanks in select(vec!["", " ", "\n\n", "\r\n\t"]),
        (old, new) in (version(), version()),
    ) {
        let document = format!("{bom}{blanks}{old}{blanks}{last}").into_bytes();
        round_trip(Format::Plain, plain_version, &document, &old, &new);
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survive(&bytes);
    }

    #[test]
    fn no_punctuation_makes_a_parser_panic(
        parts in prop::collection::vec(select(vec![
            "\"", "'", "'''", "\"\"\"", "{", "}", "[", "]", "(", ")", "\\", "\n", "\r", "\t", "#",
            "f", "rb", "\\N", "=", ":", ",", ".", "-", "1", "a", "\u{e9}", "\u{feff}", "e+", "coding:",
            "__version__", "setup", "version", "if __name__ == '__main__':", "from", "import", " ", "- ", "? ",
            "&a ", "*a", "!!str ", "|", ">", "---\n", "spec: ", "version-", "1.2.3", "-blue", "  ",
            ";", "[metadata]", "\\u00", "\\ud83d", "/*", "//", "null", "packages", "tool.x",
        ]), 0..60),
    ) {
        survive(parts.concat().as_bytes());
    }
}

/// Everything that reads bytes answers; where it finds something, the range lies inside.
fn survive(bytes: &[u8]) {
    let file = file("x", bytes);
    for (format, find) in FORMATS {
        if let Ok(Some(found)) = find(source(&file)) {
            assert!(bytes.get(found.range.clone()).is_some());
            let edits = [(found.range, "1.2.3")];
            let new = splice(bytes, &edits).unwrap();
            let _ = check(&file.path, format, bytes, &new, &edits);
        }
    }
    if let Ok(module) = Module::parse(source(&file)) {
        let _ = (module.setup_argument("version"), module.import_of("version"));
        let _ = (module.numeric_versions(), module.alias_of("version"), module.assigned_names());
        let _ = (module.strings_behind("version"), module.strings(), module.first_value("version"));
        let _ = module.setup_pairs("version");
    }
    let _ = python::generated_by(bytes);
    for offset in 0..=bytes.len() + 1 {
        let _ = place(&file.path, bytes, offset);
    }
}

#[test]
fn edits_that_get_in_each_others_way_are_refused() {
    assert_eq!(splice(b"abc", &[]).unwrap(), b"abc");
    assert_eq!(splice(b"abc", &[(0..1, "x"), (1..1, "y"), (2..3, "")]).unwrap(), b"xyb");
    #[expect(clippy::reversed_empty_ranges, reason = "a caller's mistake")]
    for edits in [
        vec![(0..2, "x"), (1..3, "y")],
        vec![(2..3, "x"), (0..1, "y")],
        vec![(3..4, "x")],
        vec![(2..1, "x")],
        vec![(5..5, "x")],
    ] {
        assert!(splice(b"abc", &edits).is_err(), "{edits:?}");
    }
}

#[test]
fn a_result_that_says_something_else_is_refused() {
    let verdict = |format, old: &str, edits: &[(&str, &str)]| {
        let edits: Vec<crate::sites::edit::Replacement<'_>> = edits
            .iter()
            .map(|(word, new)| {
                let at = old.find(word).unwrap();
                (at..at + word.len(), *new)
            })
            .collect();
        let new = splice(old.as_bytes(), &edits).unwrap();
        check(&RepoPath::new("x").unwrap(), format, old.as_bytes(), &new, &edits)
    };
    let python = "__version__ = '1.2.3'\nx = f'1.9.9'\n";
    for (format, old, word, new) in [
        (Format::Toml, "v = '1.2.3'\n", "1.2.3", "1'\nw = '2"),
        (Format::Toml, "v = '1.2.3'\n", "v", "w"),
        (Format::Toml, "v = '1.2.3' # old\n", "old", "new"),
        (Format::Toml, "v = 12\n", "12", "13"),
        (Format::Toml, "v = \"1.2\\u002e3\"\n", "1.2", "1.3"),
        (Format::Toml, "v = \"1.2.3\"\n", "1.2.3", "1.2\\u002e4"),
        (Format::Toml, "v = \"1.2.3\"\n", "1.2.3", "\\"),
        (Format::Json, "{\"v\":\"1.2.3\"}", "1.2.3", "1\",\"w\":\"2"),
        (Format::Json, "{\"v\":\"1.2.3\"}", "v", "w"),
        (Format::Cfg, "[m]\nv = 1.2.3\n", "1.2.3", "1\nw = 2"),
        (Format::Cfg, "[m]\nv = 1.2.3\n", "1.2.3", "1 "),
        (Format::Python, python, "1.2.3", "1'; x = '2"),
        (Format::Python, python, "1.9.9", "2.0.0"),
        (Format::Plain, "1.2.3\n", "1.2.3", "1\n2"),
        (Format::Plain, "1.2.3\n", "1.2.3", " 1"),
    ] {
        let refusal = verdict(format, old, &[(word, new)]).expect_err(old);
        assert!(refusal.place.is_some(), "{refusal:?}");
    }
    let both = "a = '1.2.3'\nb = 'a 1.3.0-x'\n";
    verdict(Format::Toml, both, &[("1.2.3", "2.0.0"), ("1.3.0", "2.0.0")]).unwrap();
    let path = RepoPath::new("x").unwrap();
    assert!(check(&path, Format::Toml, b"a = '1'\n", b"a = '2' \n", &[(5..6, "2")]).is_err());
}
