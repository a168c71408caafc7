//! What an audit finds.

use super::*;
use crate::changelog::audit::{Baseline, Facts, Report, Tag, audit};
use crate::changelog::findings::Problem;

/// `1.2.0 2026-11-21`, with ` 3` for so many changes; without, the branch does not have it.
fn tag(line: &str) -> Tag {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let (own, day) = (word().unwrap(), date(word().unwrap()));
    let changes = word().map(|changes| changes.parse().unwrap());
    Tag { name: format!("v{own}"), version: version(own), date: day, committed: day, changes }
}

fn report(text: &str, facts: &Facts) -> Report {
    let path = path("CHANGELOG.md");
    audit(&read(&path, text.as_bytes()).unwrap(), facts)
}

fn found(text: &str, tags: &[&str], baseline: Option<&str>) -> Vec<(Problem, usize)> {
    let baseline = baseline.map(tag);
    let baseline = baseline.map(|tag| Baseline { date: tag.date, version: Some(tag.version) });
    let tags = tags.iter().map(|line| tag(line)).collect();
    let findings = report(text, &Facts { tags, baseline, current: None }).findings;
    findings.into_iter().map(|f| (f.kind, f.place.map_or(0, |place| place.line))).collect()
}

#[test]
fn every_kind_of_finding() {
    let tags = ["1.1.0 2026-02-02 3", "1.0.0 2026-01-02 3"];
    for (text, tags, expected) in [
        ("## 1.1.0 - 2026-02-02\n- x\n## 1.0.0 - 2026-01-03\n- x\n", &tags[..], vec![]),
        (
            "## 1.0.0 - 2026-01-02\n- x\n## 1.1.0 - 2026-02-02\n- x\n## 0.9.0\n- x\n",
            &tags,
            vec![(Problem::Order, 1)],
        ),
        (
            "## 1.1.0\n- x\n## 1.0.5\n- x\n## 1.0.4 [YANKED]\n## 1.0.0\n- x\n## 0.9.0\n",
            &tags,
            vec![(Problem::NoTag, 3)],
        ),
        (
            "## 1.1.0\n- x\n## 1.0.0\n- x\n## 1.1.0\n- x\n",
            &tags,
            vec![(Problem::Order, 3), (Problem::Duplicate, 5)],
        ),
        (
            "## 1.1.0 - 2026-03-02\n- x\n## 1.0.0 (TBD)\n- x\n",
            &tags,
            vec![(Problem::Date, 1), (Problem::Date, 3)],
        ),
        ("## 1.1.0\n\n## 1.0.0\n- x\n", &tags, vec![(Problem::Empty, 1)]),
        ("## 1.0.0\n- x\n", &tags, vec![(Problem::NoSection, 0)]),
        ("## 1.1.0 - 2026-02-30\n- x\n## 1.0.0\n- x\n", &tags, vec![(Problem::Date, 1)]),
        (
            "## [1.1.0](https://x/compare/v1.0.0...v1.1.0)\n- x\n\
             ## [1.0.0](https://x/releases/tag/v1.0.1)\n- x\n",
            &tags,
            vec![(Problem::Link, 3)],
        ),
        ("## [1.1.0](https://x/milestone/3)\n- x\n## 1.0.0\n- x\n", &tags, vec![]),
        ("## 1.2.0 (unreleased)\n## 1.1.0\n- x\n## 1.0.0\n- x\n", &tags, vec![]),
        ("## 1.1.0\n- x\n## 1.0.0 is out\n## 1.0.0\n- x\n", &tags, vec![(Problem::Unreadable, 3)]),
        (
            "## [Unreleased]\n## [1.1.0]\n- x\n## [1.0.0]\n- x\n\n\
             [Unreleased]: https://x/compare/v1.0.0...HEAD\n\
             [1.0.0]: https://x/releases/v0.9.0\n[0.8.0]: https://x/releases/v0.8.0\n",
            &tags,
            vec![(Problem::Link, 2), (Problem::Link, 7), (Problem::Link, 8), (Problem::Link, 9)],
        ),
    ] {
        assert_eq!(found(text, tags, None), expected, "{text}");
    }
}

#[test]
fn a_comparison_leaves_no_release_out() {
    let sections = "## [1.3.0]\n- x\n## [1.2.0] YANK\n- x\n## [1.2.0-rc.1]\n- x\n## [1.1.0]\n- x\n";
    for (yank, from, expected) in [
        ("", "v1.2.0", vec![]),
        ("", "v1.1.0", vec![(Problem::Link, 9)]),
        ("[YANKED]", "v1.1.0", vec![]),
        ("", "4f0c", vec![]),
    ] {
        let link = |version: &str, from: &str| {
            format!("[{version}]: https://x/compare/{from}...v{version}\n")
        };
        let text = sections.replace("YANK", yank)
            + &link("1.3.0", from)
            + &link("1.2.0", "v1.1.0")
            + &link("1.2.0-rc.1", "v1.1.0")
            + "[1.1.0]: https://x/tag/1.1.0\n";
        let tags =
            ["1.3.0 2026-02-02", "1.2.0 2026-02-02", "1.2.0-rc.1 2026-02-02", "1.1.0 2026-02-02"];
        assert_eq!(found(&text, &tags, None), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_compared_is_noted() {
    let facts = |tags: &[&str]| Facts {
        tags: tags.iter().map(|line| tag(line)).collect(),
        current: Some(version("1.3.0")),
        ..Facts::default()
    };
    let text = "## 1.3.0\n- x\n## 1.1.0\n- x\n## 0.9.0\n- x\n## 0.8.0\n- x\n";
    let tags =
        ["1.2.1 2026-03-02", "1.1.0 2026-02-02 3", "0.7.1 2025-01-01 2", "0.7.0 2025-01-01 1"];
    let of = report(text, &facts(&tags));
    assert_eq!(of.findings, []);
    assert_eq!(
        of.notes,
        [
            "not compared: 2 sections up to 0.9.0, older than the first tag",
            "not compared: 2 tags up to v0.7.0, older than the first section that has a tag",
            "not compared: 1 tag up to v1.2.1, not on this branch and without a section",
        ]
    );
    let none = report(text, &facts(&[]));
    assert_eq!((none.findings.len(), none.notes.len()), (0, 1));
    let untagged = Facts { current: None, ..facts(&tags) };
    assert_eq!(report(text, &untagged).notes[0], "1.3.0 has a section and no tag yet");
}

#[test]
fn a_tag_made_later_agrees_with_the_day_of_its_commit() {
    let late = |day: &str| Tag { committed: date("2026-01-01"), ..tag(&format!("1.0.0 {day} 1")) };
    for (day, tagged, expected) in [
        ("2026-01-01", "2026-03-01", 0),
        ("2026-02-11", "2026-03-01", 0),
        ("2025-12-31", "2026-03-01", 0),
        ("2025-12-30", "2026-03-01", 1),
        ("2026-03-03", "2026-03-01", 1),
    ] {
        let facts = Facts { tags: vec![late(tagged)], ..Facts::default() };
        let of = report(&format!("## 1.0.0 - {day}\n- x\n"), &facts);
        assert_eq!(of.findings.len(), expected, "{day}");
    }
}

#[test]
fn several_lines_stand_by_their_dates() {
    let text = "## 1.0.1 - 2026-03-02\n## 1.1.0 - 2026-02-02\n## 1.0.0 - 2026-01-02\n";
    let tags = ["1.0.1 2026-03-02", "1.1.0 2026-02-02", "1.0.0 2026-01-02"];
    assert_eq!(found(text, &tags, None), []);
}

#[test]
fn nothing_older_than_the_baseline_counts() {
    let text =
        "## 1.1.0 - 2026-02-02\n- x\n## 1.0.0 - 2026-01-02\n## 0.1.0\n## 0.2.0\n## 0.0.1 is out\n";
    let tags = ["1.1.0 2026-02-02 3", "1.0.0 2026-01-02 2", "0.5.0 2025-01-02 3"];
    assert_eq!(found(text, &tags, Some("1.0.0 2026-01-02")), [(Problem::Empty, 3)]);
    assert_eq!(found(text, &tags, Some("1.1.0 2026-02-02")), []);
    let all = [(Problem::Empty, 3), (Problem::Order, 4), (Problem::Unreadable, 6)];
    assert_eq!(found(text, &tags, None), all);
}
