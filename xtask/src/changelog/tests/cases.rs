//! Files before and after a cut (`cases.txt`), and files that are refused.

use super::*;
use crate::changelog::check;
use crate::changelog::retract::retract;

/// One case of the list.
#[derive(Default)]
struct Case<'t> {
    name: &'t str,
    entries: Vec<Entry>,
    options: Vec<&'t str>,
    before: String,
    after: String,
}

fn cases() -> Vec<Case<'static>> {
    let cases = include_str!("cases.txt").split("######## ").skip(1);
    cases
        .map(|text| {
            let (head, rest) = text.split_once(">>>> before\n").expect("before");
            let (before, after) = rest.split_once(">>>> after\n").expect("after");
            let mut lines = head.lines();
            let mut case = Case { name: lines.next().expect("a name"), ..Case::default() };
            for line in lines {
                match line.strip_prefix(">>>> ") {
                    Some(option) => case.options.push(option),
                    None => case.entries.push(entry(line)),
                }
            }
            case.before = before.to_owned();
            case.after = after.to_owned();
            case
        })
        .collect()
}

impl Case<'_> {
    fn option(&self, name: &str) -> Option<&str> {
        let option = self.options.iter().find_map(|option| option.strip_prefix(name));
        option.map(str::trim_start)
    }

    fn run(&self, before: &[u8]) -> Vec<u8> {
        let sections: Vec<String> =
            self.option("sections").unwrap_or("").split(", ").map(str::to_owned).collect();
        let (own, previous) = (version("1.2.0"), self.option("previous").map(version));
        let what = Cut {
            heading: self.option("heading"),
            base: self.option("base"),
            sections: self.option("sections").is_some().then_some(&sections),
            previous: previous.as_ref(),
            existing: if self.option("merge").is_some() { Existing::Merge } else { Existing::Keep },
            ..plain(&own, &self.entries)
        };
        let path = path(self.option("file").unwrap_or("CHANGELOG.md"));
        let (new, outcome) = cut_twice(&path, before, &what).unwrap_or_else(|refusal| {
            panic!("{}: {refusal} {:?} {:?}", self.name, refusal.why, refusal.place)
        });
        let dated = outcome.done == Done::Dated;
        assert!(
            dated || is_insertion(&read(&path, before).unwrap(), &outcome.edits),
            "{}: {outcome:?}",
            self.name
        );
        new
    }
}

#[test]
fn a_cut_is_what_a_person_would_write() {
    let cases = cases();
    assert!(cases.len() > 20, "only {}", cases.len());
    for case in cases {
        let new = String::from_utf8(case.run(case.before.as_bytes())).unwrap();
        assert!(
            new == case.after,
            "{}\n--- found:\n{new}\n--- expected:\n{}",
            case.name,
            case.after
        );
    }
}

#[test]
fn line_ends_and_what_is_no_utf8_stay() {
    for case in cases() {
        for (name, change) in [
            ("CRLF", (|text: &str| text.replace('\n', "\r\n")) as fn(&str) -> String),
            ("BOM", |text| format!("\u{feff}{text}")),
            ("no final line end", |text| text.trim_end_matches('\n').to_owned()),
        ] {
            let (before, after) = (change(&case.before), change(&case.after));
            let new = String::from_utf8(case.run(before.as_bytes())).unwrap();
            let same = new == after || new.trim_end() == after.trim_end();
            assert!(same, "{}, {name}\n--- found:\n{new:?}\n--- expected:\n{after:?}", case.name);
        }
        if case.before.contains("- x") && !case.before.ends_with("on two lines\n") {
            let latin = |text: &str| -> Vec<u8> {
                let text = text.replacen("- x", "- caf\u{1}", 1);
                text.bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect()
            };
            assert!(case.run(&latin(&case.before)) == latin(&case.after), "{}", case.name);
        }
    }
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    let entries = [entry("Added: x")];
    let own = version("1.2.0");
    for (name, text, what, at) in [
        ("a.md", "x\0", "zero byte", (1, 2)),
        ("a.md", "# C\n\n```\n## 1.0.0\n", "does not end", (3, 1)),
        ("a.md", "# C\n<!-- \n## 1.0.0\n", "does not end", (2, 1)),
        ("a.md", "\nsome text\n", "no heading", (2, 1)),
        ("a.md", "1.0.0 (2024-01-02)\n\n* x\n", "not a heading", (1, 1)),
        ("a.md", "# C\n\n#1.0.0\n\n- x\n", "not a heading", (3, 1)),
        ("a.rst", "C\n===\n\n**0.43.0 (2024-03-11)**\n", "not a heading", (4, 1)),
        ("a.md", "# C\n## 1.1 and 1.0\n", "cannot be read", (2, 1)),
        ("a.md", "# C\n## 1.1.0 and 1.0.9\n- x\n## 1.0.0\n", "cannot be read", (2, 1)),
        ("a.md", "## Unreleased\n- x\n## Unreleased\n- y\n", "two sections of unreleased", (3, 1)),
        ("a.md", "## 1.2.0\n- x\n## 1.2.0\n- y\n", "two sections for 1.2.0", (3, 1)),
        ("a.md", "## 1.2.0-dev\n- x\n## 1.1.0\n- y\n", "Call it 1.2.0 or Unreleased", (1, 4)),
        ("a.md", "## 1.2.0.dev0 (TBD)\n- x\n## 1.1.0\n", "Call it 1.2.0 or", (1, 4)),
        ("a.md", "## 1.1.0 - 03/04/2024\n- x\n", "cannot be imitated", (1, 12)),
        ("a.md", "# C\n<!-- towncrier release notes start -->\n## 1.0.0\n", "by a tool", (2, 1)),
        ("a.md", "# C\n## 1.0.0\n### Patch Changes\n- x\n", "by a tool", (3, 1)),
        ("a.md", "## 1.0.0\n- x\n<!-- generated by git-cliff -->\n", "by a tool", (3, 1)),
        (
            "a.md",
            "# [1.0.0](https://x/compare/a...b) (2024-01-02)\n* x ([1](https://x/commit/1))\n",
            "by a tool",
            (1, 1),
        ),
    ] {
        let path = path(name);
        let refusal = read(&path, text.as_bytes()).and_then(|c| cut(&c, &plain(&own, &entries)));
        let refusal = refusal.expect_err(text);
        let place = refusal.place.clone().expect(text);
        let said = format!("{} {}", refusal.what, refusal.why.join(" "));
        assert!(said.contains(what), "{text:?}: {said}");
        assert_eq!((place.line, place.column), at, "{text:?}");
    }
}

#[test]
fn numbers_of_a_date_are_told_apart_by_the_others() {
    let text = "## 1.1.0 - 03/04/2024\n- x\n\n## 1.0.0 - 12/31/2023\n- y\n";
    let (path, own) = (path("a.md"), version("1.2.0"));
    let (new, _) = cut_twice(&path, text.as_bytes(), &plain(&own, &[])).unwrap();
    assert!(new.starts_with(b"## 1.2.0 - 11/21/2026\n"), "{}", String::from_utf8_lossy(&new));
}

#[test]
fn what_became_of_each_entry_is_said() {
    let text = "## Unreleased\n- The parser\n- b (#7)\n\n## 1.1.0\n- x\n";
    let entries = ["Added: the parser", "Added: c (#7)", "Added: d", "Fixed: d", "Added: \u{1}"];
    let entries = entries.map(entry);
    let (path, own) = (path("a.md"), version("1.2.0"));
    let (_, outcome) = cut_twice(&path, text.as_bytes(), &plain(&own, &entries)).unwrap();
    assert_eq!((outcome.added, outcome.duplicates), (vec![2], vec![0, 1, 3]));
    for commits in [Commits::IfEmpty, Commits::Never] {
        let what = Cut { commits, ..plain(&own, &entries) };
        let outcome = cut(&read(&path, text.as_bytes()).unwrap(), &what).unwrap();
        assert_eq!((outcome.added, outcome.missing), (vec![], vec![2]), "{commits:?}");
    }
    let text = "## 1.2.0\n- The parser\n";
    let kept = cut(&read(&path, text.as_bytes()).unwrap(), &plain(&own, &entries)).unwrap();
    assert_eq!((kept.done, kept.missing), (Done::Exists, vec![1, 2]));
}

#[test]
fn another_remote_is_a_warning() {
    let text = "## [1.1.0]\n\n[1.1.0]: https://github.com/a/b/compare/v1.0.0...v1.1.0\n";
    let (path, own) = (path("a.md"), version("1.2.0"));
    for (base, warnings) in [("https://github.com/A/b.git", 0), ("https://github.com/x/y", 1)] {
        let what = Cut { base: Some(base), ..plain(&own, &[]) };
        let outcome = cut(&read(&path, text.as_bytes()).unwrap(), &what).unwrap();
        assert_eq!(outcome.warnings.len(), warnings, "{:?}", outcome.warnings);
    }
}

#[test]
fn only_text_can_be_moved() {
    let (path, own) = (path("a.md"), version("1.2.0"));
    let text = b"## 1.1.0\n- x\n\n## 1.0.0\n- y\n\n## Unreleased\n- caf\xe9\n";
    let refusal = cut(&read(&path, text).unwrap(), &plain(&own, &[])).unwrap_err();
    let place = refusal.place.clone().unwrap();
    assert_eq!((place.line, place.column), (8, 6), "{refusal}");
    let kept = b"## Unreleased\n- caf\xe9\n\n## 1.1.0\n- x\n";
    assert!(cut_twice(&path, kept, &plain(&own, &[])).is_ok());
}

#[test]
fn notes_are_exactly_one_section() {
    let text = "## [1.1.0]\n\n### Added\n\n- a\n\n```\n## [1.0.5]\n```\n\n## [1.0.0]\n- b\n\n\n[1.0.0]: x\n";
    let path = path("a.md");
    let changelog = read(&path, text.as_bytes()).unwrap();
    for (of, expected) in [
        ("1.1.0", Some("### Added\n\n- a\n\n```\n## [1.0.5]\n```")),
        ("1.0.0", Some("- b")),
        ("1.0.5", None),
    ] {
        let section = changelog.section(&version(of)).map(|(section, _)| section);
        assert_eq!(section.map(|section| &text[changelog.content(section)]), expected);
        let whole = section.map(|section| &text[changelog.whole_lines(section)]);
        assert_eq!(whole, expected.map(|text| format!("{text}\n")).as_deref());
    }
}

#[test]
fn a_retracted_release_is_marked_once() {
    for (name, before, after) in [
        (
            "a.md",
            "## [1.2.0] - 2026-01-02\n\n- x\n",
            "## [1.2.0] - 2026-01-02 [YANKED]\n\n> Broken \\<b>.\n\n- x\n",
        ),
        ("a.md", "## 1.2.0 ##\n- x\n", "## 1.2.0 [YANKED] ##\n\n> Broken \\<b>.\n\n- x\n"),
        ("a.md", "1.2.0\n-----", "1.2.0 [YANKED]\n--------------\n\n> Broken \\<b>.\n"),
        (
            "a.rst",
            "=====\n1.2.0\n=====\n\n- x\n",
            "==============\n1.2.0 [YANKED]\n==============\n\n**Broken <b>.**\n\n- x\n",
        ),
    ] {
        let (path, own) = (path(name), version("1.2.0"));
        let edits = retract(&read(&path, before.as_bytes()).unwrap(), &own, "Broken <b>.").unwrap();
        let new = apply(before.as_bytes(), &edits).unwrap();
        assert_eq!(String::from_utf8_lossy(&new), after);
        let again = retract(&read(&path, &new).unwrap(), &own, "Broken <b>.").unwrap();
        assert_eq!(again, []);
        assert!(retract(&read(&path, &new).unwrap(), &version("9.9.9"), "x").is_err());
    }
}

#[test]
fn an_address_that_is_no_utf8_stays_as_it_is() {
    let path = path("CHANGELOG.md");
    let old = b"## [Unreleased]\n\n- a\n\n## [1.1.0] - 2024-01-02\n\n\
        [Unreleased]: https://ex\xffmple.com/a/b/compare/v1.1.0...HEAD\n";
    let own = version("1.2.0");
    let (new, outcome) = cut_twice(&path, old, &plain(&own, &[])).unwrap();
    assert!(outcome.edits.iter().all(|edit| edit.range.is_empty()), "{outcome:?}");
    assert!(new.ends_with(&old[old.len() - 60..]), "{}", String::from_utf8_lossy(&new));
}

#[test]
fn an_entry_without_words_is_written_once() {
    let (path, own) = (path("CHANGELOG.md"), version("1.2.0"));
    let entries = ["Added: \u{1f389}", "Changed: ???", "Fixed!: breaking"].map(entry);
    let what = Cut { existing: Existing::Merge, ..plain(&own, &entries) };
    let (new, outcome) = cut_twice(&path, b"## 1.1.0\n\n- a\n", &what).unwrap();
    assert_eq!(outcome.added, [0, 1, 2], "{}", String::from_utf8_lossy(&new));
}

#[test]
fn entries_are_counted_wherever_their_list_begins() {
    for (text, expected) in [
        ("  * a\n  * b\n", 2),
        ("- a\n  - b\n- c\n", 2),
        ("a\n", 1),
        ("### Added\n\n   - a\n\n### Fixed\n", 1),
        ("<!-- a -->\n### Added\n", 0),
    ] {
        let (path, bytes) = (path("CHANGELOG.md"), format!("## 1.1.0\n\n{text}"));
        let changelog = read(&path, bytes.as_bytes()).unwrap();
        assert_eq!(changelog.entries(&changelog.sections[0]), expected, "{text:?}");
    }
}

/// Where the time grew with the square of the length, this would take minutes.
#[test]
fn long_files_are_read_line_by_line() {
    let (path, own) = (path("CHANGELOG.md"), version("1.200000.0"));
    let releases = |number: usize| {
        let release = |n| format!("## [1.{n}.0] - 2024-01-02\n\n### Part {n}\n\n- e\n\n");
        (0..number).rev().map(release).collect::<String>()
    };
    let definitions = |number: usize| {
        let definition = |n| format!("[#{n}]: https://x/{n}\n");
        (0..number).map(definition).collect::<String>()
    };
    for long in [
        "\n".repeat(400_000),
        format!("- {}\n", "a](".repeat(200_000)),
        definitions(20_000),
        "Label:\n\n- e\n\n".repeat(20_000),
        releases(5_000),
    ] {
        let text = format!("## [Unreleased]\n\n- a\n\n{long}\n## [0.1.0] - 2024-01-01\n\n- b\n");
        let changelog = read(&path, text.as_bytes()).unwrap();
        let entries = [entry("Added: x"), entry("Fixed: y")];
        let facts = check::Facts {
            today: date("2026-11-21"),
            current: Some(&own),
            is_released: false,
            sections: None,
            commits: Commits::Never,
        };
        let found = check::check(Source { path: &path, bytes: text.as_bytes() }, &facts);
        assert!(found.is_empty(), "{found:?}");
        let outcome = cut(&changelog, &plain(&own, &entries)).unwrap();
        assert_eq!(outcome.added, [0, 1]);
    }
}

/// A definition right below an entry would be a part of it.
#[test]
fn a_definition_stays_one_and_entries_are_written_once() {
    let (path, own) = (path("CHANGELOG.md"), version("1.2.0"));
    let entries = [entry("Fixed: a")];
    let merge = Cut { existing: Existing::Merge, ..plain(&own, &entries) };
    for (old, expected) in [
        ("## 1.2.0\n[x]: y\n", "## 1.2.0\n\n### Fixed\n\n- a\n\n[x]: y\n"),
        ("## 1.2.0\n\n### Fixed\n\n- b\n[x]: y\n", "## 1.2.0\n\n### Fixed\n\n- b\n- a\n\n[x]: y\n"),
    ] {
        let older = "\n## 1.1.0\n\n### Fixed\n\n- c\n";
        let (new, _) = cut_twice(&path, format!("{old}{older}").as_bytes(), &merge).unwrap();
        assert_eq!(String::from_utf8(new).unwrap(), format!("{expected}{older}"));
    }
}

/// What is no heading before the first release is cut would hide from the next one.
#[test]
fn releases_without_marks_below_unreleased_are_refused() {
    let (path, own) = (path("CHANGES"), version("1.2.0"));
    let old = b"Version 1.1.0 released 2024-01-02\n\n- a\n\n## Unreleased\n\n- b\n";
    let refusal = cut(&read(&path, old).unwrap(), &plain(&own, &[])).unwrap_err();
    assert_eq!(refusal.place.as_ref().map(|place| place.line), Some(1), "{refusal:?}");
}
