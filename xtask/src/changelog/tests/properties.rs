//! Generated changelogs, and commit texts that attack them.

use proptest::prelude::*;

use super::*;
use crate::changelog::{audit, check};

/// The style of a generated file.
#[derive(Debug, Clone)]
struct Style {
    file: &'static str,
    heading: &'static str,
    title: &'static str,
    bullet: &'static str,
    unreleased: Option<usize>,
    eol: &'static str,
    links: usize,
}

/// `{v}` is the version; the heading and the titles of its parts.
const HEADINGS: [(&str, &str, &str); 14] = [
    ("a.md", "## [{v}] - 2026-01-02", "### {}"),
    ("a.md", "## {v} (2026-01-02)", "### {}"),
    ("a.md", "## Version {v} - 2026-01-02", "### {}\n"),
    ("a.md", "## [v{v}]", "**{}**"),
    ("a.md", "# {v} – May 3rd, 2026", "### {}"),
    ("a.md", "### [{v}]\n", "{}:"),
    ("a.md", "{v} / 2026-01-02\n================", ""),
    ("a.md", "v{v} (2026-01-02)\n-----------------", "### {}"),
    ("a.md", "## [{v}](https://x/compare/v0...v{v}) (2026-01-02)", "#### {}\n"),
    ("a.md", "## {v} [YANKED]", ""),
    ("a.md", "## v{v} ##", "### {} ###"),
    ("a.rst", "{v} (2026-01-02)\n^^^^^^^^^^^^^^^^^^^^", "{}\n````````"),
    ("a.rst", "Version {v}\n---------------\n\nReleased 2026-01-02\n", ""),
    ("a.rst", "==============\n{v}\n==============", ""),
];

prop_compose! {
    fn style()(
        kind in 0..HEADINGS.len(),
        bullet in prop::sample::select(vec!["- ", "* ", "-   ", "  * "]),
        unreleased in prop::option::of(0_usize..5),
        eol in prop::sample::select(vec!["\n", "\r\n"]),
        links in 0_usize..3,
    ) -> Style {
        let (file, heading, title) = HEADINGS[kind];
        Style { file, heading, title, bullet, unreleased, eol, links }
    }
}

/// What a person writes below a heading.
fn body(style: &Style, which: usize) -> String {
    let Style { bullet, title, .. } = style;
    let item = |number: usize| format!("{bullet}entry {which}.{number}\n");
    let part = |name: &str, number| match *title {
        "" => item(number),
        title => format!("{}\n\n{}", title.replace("{}", name), item(number)),
    };
    let fence = if style.file == "a.md" { "\n```\n## [9.9.9] - 2026-01-02\n```\n" } else { "" };
    match which % 4 {
        0 => part("Added", 1),
        1 => format!("{}\n{}", part("Fixed", 1), part("Features", 2)),
        2 => format!("A paragraph.\n\n{}{fence}", part("Changed", 1)),
        _ => String::new(),
    }
}

/// The heading of Unreleased in a style.
fn unreleased(style: &Style) -> String {
    let Style { heading, file, .. } = style;
    if *file == "a.rst" {
        let with = ["^", "=", "-"].into_iter().find(|with| heading.contains(with)).unwrap();
        return format!("Unreleased\n{}", with.repeat(10));
    }
    let signs = heading.split(' ').next().filter(|signs| signs.starts_with('#')).unwrap_or("##");
    format!("{signs} {}", if heading.contains("[{v}") { "[Unreleased]" } else { "unreleased" })
}

fn file(style: &Style, releases: usize, final_end: bool) -> Vec<u8> {
    let mut parts: Vec<String> = Vec::new();
    for number in (0..releases).rev() {
        let heading = style.heading.replace("{v}", &format!("1.{number}.0"));
        parts.push(format!("{heading}\n\n{}", body(style, number)));
    }
    if let Some(which) = style.unreleased {
        let heading = unreleased(style);
        let at = if which == 4 { parts.len() } else { 0 };
        parts.insert(at, format!("{heading}\n\n{}", body(style, which)));
    }
    let mut text = parts.join("\n");
    if style.file == "a.md" && style.links > 0 && releases > 0 {
        text.push_str("\n[unreleased]: https://github.com/a/b/compare/v1.0.0...HEAD\n");
        for number in (0..releases).rev().take(style.links - 1) {
            let line =
                format!("[1.{number}.0]: https://github.com/a/b/compare/v1...v1.{number}.0\n");
            text.push_str(&line);
        }
    }
    let text = text.replace('\n', style.eol);
    let text = if final_end { text.as_str() } else { text.trim_end() };
    text.as_bytes().to_vec()
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "# x",
        "\n## [9.9.9] - 2026-01-01\n",
        "<!-- ",
        "-->",
        "```",
        "~~~",
        "`",
        "``",
        "\\n",
        "\\",
        "[1.0.0]: https://x",
        "](",
        "![",
        "<details>",
        "<pre>",
        "---",
        "===",
        "\r",
        "\u{2028}",
        "* ",
        "- ",
        "1. ",
        "> ",
        "    ",
        "\t",
        "&lt;",
        "_x_",
        "**",
        "|",
        "::",
        ".. _a:",
        "é",
        "word",
        "\u{0}",
        "\u{202e}",
        " (#12)",
        "Unreleased",
        "[YANKED]",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The titles of all headings, sections or not.
fn titles(changelog: &Changelog<'_>) -> Vec<String> {
    changelog.headings.iter().map(|heading| changelog.text(heading.text.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn sections_cover_the_file(style in style(), releases in 0_usize..5, final_end: bool) {
        let (bytes, path) = (file(&style, releases, final_end), path(style.file));
        let changelog = read(&path, &bytes).unwrap();
        prop_assert_eq!(changelog.releases().count(), releases);
        prop_assert_eq!(changelog.unreleased().is_some(), style.unreleased.is_some());
        let mut at = changelog.sections.first().map_or(changelog.footer, |s| s.range.start);
        for section in &changelog.sections {
            prop_assert_eq!(section.range.start, at);
            prop_assert!(section.range.contains(&section.title.start));
            prop_assert!(section.title.end <= section.heading.end && section.heading.end <= section.range.end);
            at = section.range.end;
        }
        prop_assert_eq!(at, changelog.footer);
    }

    #[test]
    fn a_cut_inserts_and_commit_texts_are_harmless(
        style in style(),
        releases in 0_usize..5,
        final_end: bool,
        texts in prop::collection::vec((hostile(), 0_usize..4), 0..6),
    ) {
        let (bytes, path) = (file(&style, releases, final_end), path(style.file));
        let sections = ["Added", "Fixed", "Changed", "Other"];
        let entries: Vec<Entry> = texts.iter().map(|(text, section)| Entry {
            section: sections[*section].to_owned(),
            text: text.clone(),
            subject: text.clone(),
            breaking: text.len() % 2 == 0,
            reference: None,
            commits: Vec::new(),
        }).collect();
        let own = version("1.20.0");
        let what = Cut { tag: "v1.20.0", ..plain(&own, &entries) };
        let (new, outcome) = cut_twice(&path, &bytes, &what).unwrap();
        prop_assert!(is_insertion(&read(&path, &bytes).unwrap(), &outcome.edits), "{:?}", outcome);
        let (before, after) = (read(&path, &bytes).unwrap(), read(&path, &new).unwrap());
        let known: Vec<String> = ["Added", "Fixed", "Changed", "Features", "Other"].map(str::to_owned).to_vec();
        let outside = |changelog: &Changelog<'_>| -> Vec<String> {
            titles(changelog).into_iter().filter(|title| !known.contains(title)).collect()
        };
        let bracketed = style.heading.contains("[{v}]\n") || style.heading.contains("[{v}] ") || style.heading.contains("[v{v}]");
        let wants_link = bracketed && style.links > 0 && releases > 0;
        let (section, release) = after.section(&own).unwrap();
        prop_assert!(release.yanked.is_none());
        let own_title = after.text(section.title.clone());
        let mut left = outside(&after);
        let at = left.iter().position(|title| *title == own_title);
        left.remove(at.unwrap());
        let (mut old, mut new) = (outside(&before), left);
        old.sort();
        new.sort();
        prop_assert_eq!(old, new);
        prop_assert_eq!(after.links.len() - before.links.len(), usize::from(wants_link));
    }

    #[test]
    fn nothing_panics(text in hostile(), more in ".{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let text = [b"## 1.1.0\n", text.as_bytes(), more.as_bytes(), &bytes].concat();
        let own = version("1.2.0");
        for name in ["a.md", "a.rst"] {
            let path = path(name);
            let facts = check::Facts {
                today: date("2026-11-21"),
                current: Some(&own),
                is_released: false,
                sections: None,
                commits: Commits::Never,
            };
            let _ = check::check(Source { path: &path, bytes: &text }, &facts);
            if let Ok(changelog) = read(&path, &text) {
                let _ = cut(&changelog, &plain(&own, &[entry("Added: x")]));
                let _ = audit::audit(&changelog, &audit::Facts::default());
                for section in &changelog.sections {
                    let whole = changelog.whole_lines(section);
                    prop_assert!(section.range.start <= whole.start && whole.end <= section.range.end);
                    let entries = changelog.parts(section).into_iter().flat_map(|part| part.entries);
                    let inside = |at: usize| section.body().start <= at && at <= section.body().end;
                    prop_assert!(entries.into_iter().all(|own| inside(own.start) && inside(own.end)));
                    let _ = changelog.breaking(Some(section), &[entry("Added!: x")]);
                }
            }
        }
    }
}
