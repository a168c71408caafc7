//! Files that are wrong, as `refused.txt` has them: what is said, where, and the advice.

use super::*;

/// The file of a block and what is to be said of it.
fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = include_str!("refused.txt").split("\n\n");
    blocks.filter_map(|block| block.split_once("\n--> "))
}

/// What is said of a file, laid out as in the table.
fn said(text: &str) -> String {
    let refusal = read(text).map(drop).expect_err(text);
    let place = refusal.place.as_ref().expect(text);
    assert_eq!(place.path.as_str(), "gonogo.toml");
    assert_eq!(refusal.next.len(), 1, "{refusal:?}");
    assert!(refusal.why.iter().all(|line| line.chars().count() <= 98), "{refusal:?}");
    let what = refusal.what.replace(" in gonogo.toml", "").replace(" of gonogo.toml", "");
    let head = format!("{}:{} {what}", place.line, place.column);
    let why = refusal.why.iter().map(|line| format!("\n    {line}"));
    why.fold(head, |said, line| said + &line)
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let mut seen = 0;
    for (text, expected) in cases() {
        assert_eq!(said(text), expected.trim_end(), "\n{text}");
        seen += 1;
    }
    assert!(seen > 110, "only {seen} cases");
}

#[test]
fn the_file_is_named_in_every_refusal() {
    for (text, _) in cases() {
        let refusal = read(text).map(drop).expect_err(text);
        assert!(refusal.what.contains("gonogo.toml"), "{refusal}");
    }
}
