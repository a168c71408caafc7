//! What an audit finds.

use super::*;
use crate::changelog::audit::{Facts, Problem, Tag, audit};

fn tag(line: &str) -> Tag {
    let (own, day) = line.split_once(' ').unwrap();
    Tag { name: format!("v{own}"), version: version(own), date: date(day) }
}

fn found(text: &str, tags: &[&str], baseline: Option<&str>) -> Vec<(Problem, usize)> {
    let path = path("CHANGELOG.md");
    let facts =
        Facts { tags: tags.iter().map(|line| tag(line)).collect(), baseline: baseline.map(tag) };
    let findings = audit(&read(&path, text.as_bytes()).unwrap(), &facts);
    findings.into_iter().map(|f| (f.kind, f.place.map_or(0, |place| place.line))).collect()
}

#[test]
fn every_kind_of_finding() {
    let tags = ["1.1.0 2026-02-02", "1.0.0 2026-01-02"];
    for (text, tags, expected) in [
        ("## 1.1.0 - 2026-02-02\n## 1.0.0 - 2026-01-03\n", &tags[..], vec![]),
        (
            "## 1.0.0 - 2026-01-02\n## 1.1.0 - 2026-02-02\n## 0.9.0\n",
            &tags,
            vec![(Problem::Order, 1), (Problem::NoTag, 3)],
        ),
        (
            "## 1.1.0\n## 1.0.0\n## 1.1.0\n",
            &tags,
            vec![(Problem::Order, 2), (Problem::Duplicate, 3)],
        ),
        (
            "## 1.1.0 - 2026-03-02\n## 1.0.0 (TBD)\n",
            &tags,
            vec![(Problem::Date, 1), (Problem::Date, 2)],
        ),
        ("## 1.1.0\n", &tags, vec![(Problem::NoSection, 0)]),
        ("## 1.2.0 (unreleased)\n## 1.1.0\n## 1.0.0\n", &tags, vec![]),
        ("## 1.1.0\n## 1.0.0 is out\n## 1.0.0\n", &tags, vec![(Problem::Unreadable, 2)]),
        (
            "## [Unreleased]\n## [1.1.0]\n## [1.0.0]\n\n\
             [Unreleased]: https://x/compare/v1.0.0...HEAD\n\
             [1.0.0]: https://x/releases/v0.9.0\n[0.8.0]: https://x/releases/v0.8.0\n",
            &tags,
            vec![(Problem::Link, 2), (Problem::Link, 5), (Problem::Link, 6), (Problem::Link, 7)],
        ),
    ] {
        assert_eq!(found(text, tags, None), expected, "{text}");
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
    let text = "## 1.1.0 - 2026-02-02\n## 1.0.0 - 2026-01-02\n## 0.1.0\n## 0.2.0\n";
    let tags = ["1.1.0 2026-02-02", "0.5.0 2025-01-02"];
    assert_eq!(found(text, &tags, Some("1.0.0 2026-01-02")), [(Problem::NoTag, 2)]);
    assert_eq!(found(text, &tags, Some("1.1.0 2026-02-02")), []);
}
