//! What a check finds.

use super::*;
use crate::changelog::check::{Facts, check};
use crate::changelog::findings::Problem;

/// `1.3.0` is the version in the files, and not released.
fn found(name: &str, text: &str, change: impl Fn(&mut Facts<'_>)) -> Vec<(Problem, usize)> {
    let (path, current) = (path(name), version("1.3.0"));
    let mut facts = Facts {
        today: date("2026-11-21"),
        current: Some(&current),
        is_released: false,
        sections: None,
        commits: Commits::Add,
    };
    change(&mut facts);
    let findings = check(Source { path: &path, bytes: text.as_bytes() }, &facts);
    findings.into_iter().map(|f| (f.kind, f.place.map_or(0, |place| place.line))).collect()
}

#[test]
fn every_kind_of_finding() {
    let file = "# C\n\n## [Unreleased]\n\n### Added\n\n- x\n\n## [1.2.0] - 2026-11-01\n\n- y\n\n\
        [Unreleased]: https://x/compare/v1.2.0...HEAD\n[1.2.0]: https://x/compare/v1.1.0...v1.2.0\n";
    for (old, new, expected) in [
        ("", "", vec![]),
        ("\n", "\r\n", vec![]),
        ("- y\n", "- y\n\n```\n<<<<<<< a\n=======\n>>>>>>> b\n```\n", vec![]),
        ("- x\n", "- x\n<<<<<<< HEAD\n- z\n=======\n>>>>>>> b\n", vec![(Problem::Conflict, 8)]),
        ("- x\n", "```\n- x\n", vec![(Problem::Unreadable, 7)]),
        ("## [1.2.0]", "## 1.x\n\n## [1.2.0]", vec![]),
        ("## [1.2.0]", "## 1.3.0RC1\n\n## [1.2.0]", vec![(Problem::Unreadable, 9)]),
        ("## [1.2.0]", "## Unreleased\n\n## [1.2.0]", vec![(Problem::Duplicate, 9)]),
        ("- y\n", "- y\n\n## [1.2.0]\n\n- z\n", vec![(Problem::Duplicate, 13)]),
        ("- y\n", "- y\n\n## 1.2.5\n\n- z\n\n## 1.1.0\n\n## 1.0.0\n", vec![(Problem::Order, 9)]),
        ("- y\n", "- y\n\n## 1.2.5 - 2026-01-01\n\n- z\n\n## 1.1.0\n\n## 1.0.0\n", vec![]),
        ("2026-11-01", "2026-11-22", vec![]),
        ("2026-11-01", "2026-11-23", vec![(Problem::Date, 9)]),
        ("2026-11-01", "2026-02-30", vec![(Problem::Date, 9)]),
        ("2026-11-01", "TBD", vec![]),
        ("### Added", "### Addded", vec![(Problem::Part, 5)]),
        ("### Added", "### Documentation", vec![]),
        ("### Added", "### Features", vec![]),
        ("- y\n", "### Addded\n\n- y\n\n## 1.1.0\n\n### Addded\n\n- z\n", vec![]),
        ("## [Un", "## 2.0.0 - TBD\n\n- a\n\n## [Un", vec![]),
        ("v1.2.0...HEAD", "v1.1.0...HEAD", vec![(Problem::Link, 13)]),
        ("...v1.2.0", "...v1.2.1", vec![(Problem::Link, 14)]),
        ("[1.2.0]: https://x/compare/v1.1.0...v1.2.0\n", "[1.1.0]: x\n", vec![(Problem::Link, 9)]),
        (
            "## [1.2.0]",
            "## [1.3.0] - 2026-11-20\n\n## 1.2.0",
            vec![(Problem::Empty, 9), (Problem::Link, 9), (Problem::Link, 15)],
        ),
        ("## [1.2.0]", "## 1.3.0\n\n## [1.2.0]", vec![]),
        ("## [1.2.0]", "## 1.3.0 - TBD\n\n## [1.2.0]", vec![]),
        (
            "## [1.2.0] - 2026-11-01\n\n- y\n\n[Unreleased]: https://x/compare/v1.2.0",
            "## 1.3.0\n\n## 1.2.0 - 2026-11-01\n\n- y\n\n[Unreleased]: https://x/compare/v1.3.0",
            vec![],
        ),
        ("## [1.2.0]", "## [1.4.0]\n\n- z\n\n## [1.2.0]", vec![(Problem::Link, 9)]),
    ] {
        let text = if old == "\n" { file.replace(old, new) } else { file.replacen(old, new, 1) };
        assert_eq!(found("CHANGELOG.md", &text, |_| ()), expected, "{new}");
    }
}

#[test]
fn an_old_mistake_is_no_business_of_the_next_release() {
    let text = "## 1.2.0\n- x\n## 1.1.0 - 2026-13-01\n## 1.1.0\n## 1.0.0 is out\n### Fxied\n- x\n";
    assert_eq!(found("CHANGELOG.md", text, |_| ()), []);
}

#[test]
fn a_section_may_lack_where_something_makes_it() {
    let (released, never) = ("## 1.2.0\n- x\n", Commits::Never);
    let both = "## Unreleased\n- y\n\n## 1.2.0\n- x\n";
    assert_eq!(found("a.md", released, |_| ()), []);
    assert_eq!(found("a.md", released, |facts| facts.commits = never), [(Problem::NoSection, 0)]);
    assert_eq!(found("a.md", both, |facts| facts.commits = never), []);
    let rc = version("1.3.0-rc.1");
    let mut facts = Facts {
        today: date("2026-11-21"),
        current: Some(&rc),
        is_released: false,
        sections: None,
        commits: never,
    };
    let path = path("a.md");
    let source = Source { path: &path, bytes: released.as_bytes() };
    assert_eq!(check(source, &facts), []);
    facts.current = None;
    assert_eq!(check(source, &facts), []);
}

#[test]
fn the_version_in_the_files_counts() {
    let open = "## 1.3.0 (TBD)\n- x\n";
    assert_eq!(found("a.md", open, |_| ()), []);
    assert_eq!(found("a.md", open, |facts| facts.is_released = true), [(Problem::Date, 1)]);
    let yanked = "## 1.3.0 [YANKED]\n- x\n";
    assert_eq!(found("a.md", yanked, |_| ()), [(Problem::Duplicate, 1)]);
    assert_eq!(found("a.md", yanked, |facts| facts.is_released = true), []);
}

#[test]
fn configured_sections_are_all_there_are() {
    let sections = ["New".to_owned(), "Mended".to_owned()];
    let text = "## Unreleased\n### new\n- x\n### Fixed\n- y\n## 1.2.0\n### Fixed\n- x\n## 1.1.0\n### Fixed\n- x\n";
    let (path, current) = (path("a.md"), version("1.3.0"));
    let facts = Facts {
        today: date("2026-11-21"),
        current: Some(&current),
        is_released: false,
        sections: Some(&sections),
        commits: Commits::Add,
    };
    let findings = check(Source { path: &path, bytes: text.as_bytes() }, &facts);
    let said: Vec<_> = findings.iter().map(|f| (f.kind, f.place.as_ref().unwrap().line)).collect();
    assert_eq!(said, [(Problem::Part, 4), (Problem::Part, 7)]);
    assert_eq!(findings[0].what, "\"Fixed\" is none of the configured sections: New, Mended");
}
