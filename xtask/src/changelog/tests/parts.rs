//! Entries, and which of them break something.

use super::*;

const FILE: &str = "## 1.2.0\n\nIntro.\n\n- one\n  more\n\n  and\n\n  ```\n  - code\n  ```\n\
    - two\n  - inner\n\nA paragraph.\n\n### Breaking changes\n\n* gone\r\n* **x**\n\n\
    ### Fixed\n\n- **Breaking:** the answer\n- breaks nothing\n- ⚠ BREAKING: the (#7)\n";

#[test]
fn entries_are_the_items_of_the_outermost_lists() {
    let path = path("a.md");
    let changelog = read(&path, FILE.as_bytes()).unwrap();
    let (section, _) = changelog.section(&version("1.2.0")).unwrap();
    let parts = changelog.parts(section);
    let shown: Vec<(&str, Vec<String>)> = parts
        .iter()
        .map(|part| {
            let entries = part.entries.iter().map(|entry| changelog.entry(entry));
            (part.name.as_str(), entries.collect())
        })
        .collect();
    let own = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        shown,
        [
            ("", own(&["one\nmore\n\nand\n\n```\n- code\n```", "two\n- inner"])),
            ("Breaking changes", own(&["gone", "**x**"])),
            ("Fixed", own(&["**Breaking:** the answer", "breaks nothing", "⚠ BREAKING: the (#7)"])),
        ]
    );
}

#[test]
fn what_breaks_is_said_once() {
    let path = path("a.md");
    let changelog = read(&path, FILE.as_bytes()).unwrap();
    let (section, _) = changelog.section(&version("1.2.0")).unwrap();
    let commits = ["Changed!: the answer", "Added!: a # b", "Fixed: c", "Fixed!: d (#7)"];
    let lines = changelog.breaking(Some(section), &commits.map(entry));
    assert_eq!(
        String::from_utf8(lines).unwrap(),
        "* gone\n* **x**\n- **Breaking:** the answer\n- ⚠ BREAKING: the (#7)\n- a # b"
    );
    assert_eq!(changelog.breaking(None, &[entry("Fixed: c")]), b"");
}
