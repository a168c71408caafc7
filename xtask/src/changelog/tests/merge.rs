//! What becomes of two lines of one changelog.

use proptest::prelude::*;

use super::*;
use crate::changelog::merge::{Joined, Sides, Stop, merge};

/// Merges by the section only: two changes of one section are a clash.
fn joined(name: &str, base: &str, ours: &str, theirs: &str) -> Result<Joined, String> {
    let path = path(name);
    let [base, ours, theirs] =
        [base, ours, theirs].map(|text| read(&path, text.as_bytes()).unwrap());
    let sides = Sides { bases: std::slice::from_ref(&base), ours: &ours, theirs: &theirs };
    merge(&sides, &|_, _, _| Ok(None)).map_err(|stop| match stop {
        Stop::Clash { at, why } => format!("{}: {why}", ours.place(at).line),
        Stop::Failed(refusal) => panic!("{refusal:?}"),
    })
}

fn text(joined: &Joined) -> String {
    String::from_utf8(joined.bytes.clone()).unwrap()
}

const BASE: &str =
    "# Log\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n- a\n\n[1.2.0]: https://x/1.2.0\n";

const NEW: &str = "## [1.2.1] - 2026-03-04\n\n- b\n\n";

/// The base with a section for 1.2.1 and its link.
fn source() -> String {
    let text = BASE.replace("## [1.2.0]", &format!("{NEW}## [1.2.0]"));
    text.replace("[1.2.0]: h", "[1.2.1]: https://x/1.2.1\n[1.2.0]: h")
}

#[test]
fn a_section_goes_where_its_version_belongs() {
    let two = "## [2.0.0] - 2026-02-03\n\n- c\n\n## [1.3.0-rc.1] - 2026-02-02\n\n- d\n\n## [1.2.0]";
    for (ours, before, sections) in [
        (BASE.to_owned(), "## [1.2.0]", "Unreleased 1.2.1 1.2.0"),
        (BASE.replace("## [1.2.0]", two), "## [1.2.0]", "1.3.0-rc.1 1.2.1 1.2.0"),
        (BASE.replace("sed]\n", "sed]\n\n- e\n"), "## [1.2.0]", "Unreleased 1.2.1 1.2.0"),
        (BASE.replace("## [Unreleased]\n\n", ""), "## [1.2.0]", "1.2.1 1.2.0"),
    ] {
        let new = joined("a.md", BASE, &ours, &source()).unwrap();
        let expected = ours.replace(before, &format!("{NEW}{before}"));
        let expected = expected.replace("[1.2.0]: h", "[1.2.1]: https://x/1.2.1\n[1.2.0]: h");
        assert_eq!((text(&new), new.sections.join(" ").as_str()), (expected, sections));
        let crlf = joined("a.md", BASE, &ours.replace('\n', "\r\n"), &source()).unwrap();
        assert_eq!(text(&crlf), text(&new).replace('\n', "\r\n"));
        let crlf = joined("a.md", BASE, &ours, &source().replace('\n', "\r\n")).unwrap();
        assert_eq!(text(&crlf), text(&new));
        let again = joined("a.md", BASE, &text(&new), &source()).unwrap();
        assert_eq!((again.bytes, again.line, again.sections), (new.bytes, None, vec![]));
    }
}

#[test]
fn other_orders_ends_and_markups() {
    for (name, base, ours, theirs, expected) in [
        // The oldest release first.
        (
            "a.md",
            "## 1.0.0\n\n- a\n\n## 1.2.0\n\n- b\n",
            "## 1.0.0\n\n- a\n\n## 1.2.0\n\n- b\n\n## 1.3.0\n\n- d\n",
            "## 1.0.0\n\n- a\n\n## 1.2.0\n\n- b\n\n## 1.2.1\n\n- c\n",
            "## 1.0.0\n\n- a\n\n## 1.2.0\n\n- b\n\n## 1.2.1\n\n- c\n\n## 1.3.0\n\n- d\n",
        ),
        // Older than everything, and no line end at the end.
        (
            "a.md",
            "# L\n\n## 2.0.0\n\n- a",
            "# L\n\n## 2.0.0\n\n- a",
            "# L\n\n## 2.0.0\n\n- a\n\n## 1.9.0\n\n- b\n",
            "# L\n\n## 2.0.0\n\n- a\n\n## 1.9.0\n\n- b\n",
        ),
        // No release yet.
        (
            "a.md",
            "# L\n\n## Unreleased\n",
            "# L\n\n## Unreleased\n\n- x\n",
            "# L\n\n## Unreleased\n\n## 0.1.0\n\n- a\n",
            "# L\n\n## Unreleased\n\n- x\n\n## 0.1.0\n\n- a\n",
        ),
        (
            "a.rst",
            "1.2.0\n-----\n\n- a\n",
            "1.3.0\n-----\n\n- b\n\n1.2.0\n-----\n\n- a\n",
            "1.2.1\n-----\n\n- c\n\n1.2.0\n-----\n\n- a\n",
            "1.3.0\n-----\n\n- b\n\n1.2.1\n-----\n\n- c\n\n1.2.0\n-----\n\n- a\n",
        ),
        // What the target left alone is taken from the source.
        (
            "a.md",
            "# L\n\n## 1.1.0\n\n- a\n\n## 1.0.0\n\n- b\n",
            "# L\n\n## 1.2.0\n\n- d\n\n## 1.1.0\n\n- a\n\n## 1.0.0\n\n- b\n",
            "# Log\n\n## 1.1.0\n\n- A\n\n",
            "# Log\n\n## 1.2.0\n\n- d\n\n## 1.1.0\n\n- A\n\n",
        ),
        // Two releases, and one that was written on both sides.
        (
            "a.md",
            "# L\n\n## 1.0.0\n\n- a\n",
            "# L\n\n## 1.1.0\n\n- b\n\n## 1.0.0\n\n- a\n",
            "# L\n\n## 1.3.0\n\n- d\n\n## 1.2.0\n\n- c\n\n## 1.1.0\n\n- b\n\n## 1.0.0\n\n- a\n",
            "# L\n\n## 1.3.0\n\n- d\n\n## 1.2.0\n\n- c\n\n## 1.1.0\n\n- b\n\n## 1.0.0\n\n- a\n",
        ),
        // Links of other things come along; that of Unreleased follows where it was as before.
        (
            "a.md",
            "# L\n\n## [1.0.0]\n\n- a\n\n[unreleased]: https://x/1.0.0...HEAD\n[1.0.0]: https://x/1.0.0",
            "# L\n\n## [1.0.0]\n\n- a\n\n[unreleased]: https://x/1.0.0...HEAD\n[1.0.0]: https://x/1.0.0",
            "# L\n\n## [1.0.1]\n\n- b [#1]\n\n## [1.0.0]\n\n- a\n\n[unreleased]: https://x/1.0.1...HEAD\n\
             [1.0.1]: https://x/1.0.1\n[1.0.0]: https://x/1.0.0\n[#1]: https://x/i/1\n",
            "# L\n\n## [1.0.1]\n\n- b [#1]\n\n## [1.0.0]\n\n- a\n\n[unreleased]: https://x/1.0.1...HEAD\n\
             [1.0.1]: https://x/1.0.1\n[1.0.0]: https://x/1.0.0\n[#1]: https://x/i/1",
        ),
    ] {
        assert_eq!(joined(name, base, ours, theirs).map(|new| text(&new)), Ok(expected.to_owned()));
    }
}

#[test]
fn a_heading_of_another_style_is_written_as_the_target_does() {
    let ours = "# L\n\n## [1.2.0] - 2026-01-02\n\n- a\n";
    for (theirs, expected) in [
        ("## 1.2.1 (2026-03-04)\n\n- b\n\n", Ok("## [1.2.1] - 2026-03-04\n\n- b\n\n")),
        ("## v1.2.1 - May 3rd, 2026\n- b\n\n", Ok("## [1.2.1] - 2026-05-03\n\n- b\n\n")),
        ("## 1.2.1\n\n- b\n\n", Ok("## 1.2.1\n\n- b\n\n")),
        (
            "## [1.2.1] - 2026-03-04 Kestrel\n\n- b\n\n",
            Ok("## [1.2.1] - 2026-03-04 Kestrel\n\n- b\n\n"),
        ),
        ("## 1.2.1 (2026-03-04) Kestrel\n\n- b\n\n", Err("says more than version and date")),
        ("## 1.2.1 (3/4/2026)\n\n- b\n\n", Err("its date is vague")),
    ] {
        let old = ours.replace("## [1.2.0] - 2026-01-02", "## 1.2.0 (2026-01-02)");
        let theirs = old.replace("## 1.2.0", &format!("{theirs}## 1.2.0"));
        let new = joined("a.md", &old, ours, &theirs).map(|new| text(&new));
        match (new, expected) {
            (Ok(new), Ok(section)) => {
                assert_eq!(new, ours.replace("## [", &format!("{section}## [")));
            }
            (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
            (new, _) => panic!("{new:?} for {theirs}"),
        }
    }
    let deeper = ours.replace("## ", "### ").replace("# L", "# L\n\n## Releases");
    let theirs = format!("# L\n\n## 1.2.1 (2026-03-04)\n\n### Fixed\n\n- b\n\n{}", &ours[5..]);
    let clash = joined("a.md", ours, &deeper, &theirs).unwrap_err();
    assert!(clash.contains("another level"), "{clash}");
}

#[test]
fn what_is_not_released_stays_but_for_what_the_source_released() {
    let base = "# L\n\n## Unreleased\n\n### Added\n\n- a\n  more\n- b\n\n### Fixed\n\n- c\n\n## 1.0.0\n\n- x\n";
    let cut = base.replace("sed\n\n###", "sed\n\n## 1.1.0\n\n###");
    let released = "## 1.1.0\n\n### Added\n\n- a\n  more\n- b\n\n### Fixed\n\n- c\n\n## 1.0.0";
    for (unreleased, left) in [
        // As it was: all of it is released.
        ("### Added\n\n- a\n  more\n- b\n\n### Fixed\n\n- c\n\n", ""),
        ("### Added\n\n- a\n  more\n- b\n- d\n\n### Fixed\n\n- c\n\n", "### Added\n\n- d\n\n"),
        ("### Added\n\n- d\n- a\n  more\n- e\n- b\n\n", "### Added\n\n- d\n- e\n\n"),
        ("### Added\n\n- a\n  much more\n\n", "### Added\n\n- a\n  much more\n\n"),
        ("### Added\n\nText.\n\n- b\n\n", "### Added\n\nText.\n\n\n"),
        ("", ""),
    ] {
        let own = |own: &str| format!("# L\n\n## Unreleased\n\n{own}");
        let ours = own(unreleased) + "## 1.0.0\n\n- x\n";
        let expected = own(left) + released + "\n\n- x\n";
        assert_eq!(joined("a.md", base, &ours, &cut).map(|new| text(&new)), Ok(expected), "{ours}");
    }
    // An entry that was not there when the branches parted is another one.
    let ours = base.replace("- a\n  more\n- b\n", "- hot\n");
    let hot = "# L\n\n## 1.0.1\n\n- hot\n\n## 1.0.0\n\n- x\n";
    let new = joined("a.md", "# L\n\n## 1.0.0\n\n- x\n", &ours, hot).unwrap();
    assert_eq!(text(&new), ours.replace("## 1.0.0", "## 1.0.1\n\n- hot\n\n## 1.0.0"));
}

#[test]
fn what_both_changed_is_a_clash() {
    let changed = |old: &str, new: &str| BASE.replace(old, new);
    for (ours, theirs, why) in [
        (changed("- a", "- one"), changed("- a", "- two"), "5: both sides changed the section"),
        (
            changed("# Log", "# One"),
            changed("# Log", "# Two"),
            "1: both sides changed what stands above",
        ),
        (changed("## [1.2.0] - 2026-01-02\n\n- a\n", ""), changed("- a", "- two"), "is gone here"),
        (
            changed("- a", "- one"),
            changed("## [1.2.0] - 2026-01-02\n\n- a\n", ""),
            "5: the source has no section",
        ),
        (
            changed("https://x/1", "https://y/1"),
            changed("https://x/1", "https://z/1"),
            "9: both sides have a link",
        ),
        (
            changed("## [1", "## [1.2.1] - 2026-03-05\n\n- z\n\n## [1"),
            source(),
            "5: both sides have a section for 1.2.1",
        ),
        (
            BASE.to_owned(),
            changed("sed]\n", "sed]\n\n- mine\n"),
            "3: the source has unreleased changes of its own: - mine",
        ),
        (BASE.to_owned(), changed("## [1", "## Notes\n\nx\n\n## [1"), "came in the source"),
        (
            BASE.to_owned(),
            source().replace("## [1.2.0]", &format!("{NEW}## [1.2.0]")),
            "two sections for 1.2.1",
        ),
    ] {
        let found = joined("a.md", BASE, &ours, &theirs).unwrap_err();
        assert!(found.contains(why), "{found:?} for {why:?}");
    }
}

/// Releases as a cut of ours writes them, the newest first: 0 to 3 entries each.
fn file(minors: &[(u8, usize)], waiting: usize) -> String {
    let entries = |mark: &str, count: usize| -> String {
        let items: Vec<String> = (0..count).map(|n| format!("- {mark}.{n}\n")).collect();
        if items.is_empty() { String::new() } else { format!("### Added\n\n{}\n", items.concat()) }
    };
    let head = "# Changelog\n\n## [Unreleased]\n\n".to_owned() + &entries("new", waiting);
    let sections = minors.iter().map(|(minor, count)| {
        format!("## [1.{minor}.0] - 2026-01-02\n\n{}", entries(&minor.to_string(), *count))
    });
    let link = |(minor, _): &(u8, usize)| format!("[1.{minor}.0]: https://x/v1.{minor}.0\n");
    let links: Vec<String> = minors.iter().map(link).collect();
    sections.fold(head, |text, section| text + &section) + &links.concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The section and its link taken out again leave what was there.
    #[test]
    fn a_section_comes_and_goes(
        minors in prop::collection::btree_map(1_u8..30, 0_usize..4, 1..8),
        new in 1_u8..30,
        entries in 0_usize..4,
        waiting in 0_usize..3,
        forked in 0_usize..8,
        eol in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        prop_assume!(!minors.contains_key(&new) && *minors.keys().next().unwrap() < new);
        let all: Vec<(u8, usize)> = minors.into_iter().rev().collect();
        let base = &all[forked.min(all.len() - 1)..];
        let mut with = base.to_vec();
        with.push((new, entries));
        with.sort_by(|a, b| b.cmp(a));
        let ours = file(&all, waiting).replace('\n', eol);
        let joined = joined("a.md", &file(base, 0), &ours, &file(&with, 0)).unwrap();
        let path = path("a.md");
        let changelog = read(&path, &joined.bytes).unwrap();
        let own = version(&format!("1.{new}.0"));
        let order: Vec<u64> =
            changelog.releases().map(|(_, release)| release.version.numbers()[1]).collect();
        prop_assert!(order.is_sorted_by(|a, b| a > b), "{:?}", order);
        let (section, _) = changelog.section(&own).unwrap();
        let link = changelog.links.iter().find(|l| l.version().is_some_and(|v| v.same(&own)));
        let gone = |range: std::ops::Range<usize>| Edit { range, text: String::new() };
        let edits = [gone(section.range.clone()), gone(link.unwrap().line.clone())];
        prop_assert_eq!(apply(&joined.bytes, &edits).unwrap(), ours.into_bytes());
    }
}
