//! Whatever stands in gonogo.toml: settings or a refusal with a place in the file.

use proptest::prelude::*;

use super::*;

/// What real files are made of, and what they are not.
fn piece() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "[version]",
        "[[version.files]]",
        "[gates]",
        "[gates.x]",
        "[package.\"a_b\"]",
        "[profile.rc]",
        "[signoff.roles]",
        "[checklist.sections]",
        "[record]",
        "[rollback]",
        "[deploy.x]",
        "[packages]",
        "[release]",
        "name",
        "files",
        "path",
        "key",
        "pattern",
        "count",
        "run",
        "after",
        "gates",
        "tag",
        "a-b",
        "\"\"",
        " = ",
        "=",
        "{",
        "}",
        "[",
        "]",
        ",",
        ".",
        "\n",
        "'",
        "\"",
        "\"\"\"",
        "'''",
        "\\",
        "\\u00e9",
        "true",
        "1",
        "-0x1",
        "9223372036854775808",
        "1979-05-27",
        "inf",
        "'{version}'",
        "\"gate:x\"",
        "'role:any'",
        "'$GONOGO_'",
        "'${GONOGO_é'",
        "'a | b'",
        "\"é*\"",
        "'v{version'",
        "'a..b'",
        "\u{feff}",
        "\0",
        "\r\n",
        "#",
    ]);
    prop_oneof![4 => words.prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~é\u{1f680}]{0,12}".prop_map(|text| crate::sites::toml::quoted(&text)),
        Just("true".to_owned()),
        (-2..3i64).prop_map(|number| number.to_string()),
        prop::collection::vec("'[a-z:{}$* ]{0,9}'", 0..3)
            .prop_map(|items| format!("[{}]", items.join(", "))),
        "\\{ (path|run|shell|after|x) = '[a-z{}$|* ]{0,9}' \\}",
    ]
}

fn names(text: &str) {
    if let Err(refusal) = read(text) {
        let place = refusal.place.clone().unwrap_or_else(|| panic!("no place: {refusal:?}"));
        assert!(place.line <= text.lines().count().max(1) + 1, "{refusal:?}");
        assert!(!refusal.what.is_empty());
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(pieces in prop::collection::vec(piece(), 0..40)) {
        names(&pieces.concat());
    }

    #[test]
    fn no_value_makes_it_panic(
        table in prop::sample::select(vec![
            "version", "tag", "branches", "changelog", "release", "hotfix", "gates", "gates.x", "profile.rc",
            "signoff", "signoff.roles", "checklist", "checklist.sections", "record", "rollback", "packages", "package.x",
        ]),
        key in prop::sample::select(vec![
            "files", "format", "main", "into", "heading", "types", "branch", "next", "x", "run", "shell", "timeout",
            "after", "env", "gates", "signoffs", "file", "redeploy", "include", "tag", "\"\"",
        ]),
        value in value(),
    ) {
        names(&format!("[{table}]\n{key} = {value}\n"));
    }
}

#[test]
fn depth_has_a_bound() {
    for text in [
        format!("{}1", "a.".repeat(100_000)),
        format!("[{}a]\n", "a.".repeat(100_000)),
        format!("gates = {}", "[".repeat(100_000)),
        format!("gates = {}", "{ a = ".repeat(100_000)),
        format!("version.files = [{{ path = 'a', key = '{}a' }}]", "a.".repeat(100_000)),
    ] {
        names(&text);
    }
    let chain = (0..3000).map(|n| format!("g{n} = {{ run = 'x', after = ['g{}'] }}\n", n + 1));
    let gates: String = chain.collect();
    read(&format!("[gates]\n{gates}g3000 = 'x'\n")).unwrap();
    let refusal = read(&format!("[gates]\n{gates}g3000 = {{ run = 'x', after = ['g0'] }}\n"));
    assert!(refusal.unwrap_err().what.contains("wait for each other"));
}
