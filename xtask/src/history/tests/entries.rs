//! From commits to entries and to the level they ask for.

use super::messages::judged;
use crate::history::commit::Folded;
use crate::history::{Changes, InZero, Suggestion, Summary, Types, suggest};
use crate::version::{Level, Version};

/// The id of the commit of this number.
fn id(number: usize) -> String {
    format!("{number:07x}{number:033x}")
}

/// Commits given oldest first, as numbers count from 1.
fn release(messages: &[&str], types: &Types) -> Summary {
    let mut changes = Changes::default();
    for (number, message) in messages.iter().enumerate().rev() {
        let commit = judged(&id(number + 1), &id(number), "Ada", message.as_bytes());
        changes.take(&commit, types);
    }
    changes.finish()
}

fn shown(summary: &Summary) -> Vec<String> {
    let entries = summary.entries.iter();
    entries.map(|entry| format!("{}: {}", entry.section, entry.line())).collect()
}

#[test]
fn every_type_has_its_section() {
    let types = Types::with([("docs", "Documentation"), ("Mm", "Memory")]);
    let usual = Types::default();
    for (types, message, expected) in [
        (&usual, "feat: x (#2)", Some("Added: x (#2)")),
        (&usual, "fix: x", Some("Fixed: x")),
        (&usual, "perf: x", Some("Changed: x")),
        (&usual, "refactor: x", Some("Changed: x")),
        (&usual, "security: x", Some("Security: x")),
        (&usual, "deprecate: x", Some("Deprecated: x")),
        (&usual, "remove: x", Some("Removed: x")),
        (&usual, "x", Some("Changed: x")),
        (&usual, "mm: x", Some("Changed: mm: x")),
        (&usual, "chore!: x", Some("Changed: x")),
        (&usual, "docs: x", None),
        (&usual, "test: x", None),
        (&usual, "ci: x", None),
        (&usual, "build: x", None),
        (&usual, "chore: x", None),
        (&usual, "style: x", None),
        (&types, "docs: x", Some("Documentation: x")),
        (&types, "feat: x", Some("Added: x")),
    ] {
        let summary = release(&[message], types);
        assert_eq!(shown(&summary).first().map(String::as_str), expected, "{message}");
        assert_eq!(summary.left_out.values().sum::<usize>(), usize::from(expected.is_none()));
    }
    assert_eq!(types.section(types.known("MM")).as_deref(), Some("Memory"));
}

#[test]
fn entries_are_told_once_the_oldest_first() {
    let messages =
        ["fix: A", "docs: b", "feat: c\n\n* fix: d\n* fix: a", "fix: a (#9)", "fixup! fix: a", "x"];
    let summary = release(&messages, &Types::default());
    assert_eq!(shown(&summary), ["Fixed: A (#9)", "Added: c", "Fixed: d", "Changed: x"]);
    let short = |number: usize| Box::<str>::from(&id(number)[..12]);
    assert_eq!(summary.entries[0].commits, [short(1), short(3), short(4)]);
    assert_eq!(summary.commits, 6);
    assert_eq!(summary.left_out(), ["1 docs", "1 fixup"]);
    assert_eq!(summary.folded.get(&Folded::Fixup), Some(&1));
}

#[test]
fn reverts_cancel_out_inside_the_range() {
    let revert = |number: usize| format!("Revert it\n\nThis reverts commit {}.\n", id(number));
    let short = |number: usize| format!("Revert it\n\nThis reverts commit {}.\n", &id(number)[..9]);
    let both = format!("Revert\n\nThis reverts commits {} and {}.", id(1), id(2));
    let older = format!("Revert\n\nThis reverts commits {} and {}.", id(1), id(99));
    let (one, two) = ("feat: one", "fix: two");
    for (messages, expected, reverted) in [
        (vec![one, two, &revert(1)], vec!["Fixed: two"], 2),
        (vec![one, two, &short(1)], vec!["Fixed: two"], 2),
        (vec![one, &revert(1), &revert(2)], vec!["Added: one"], 2),
        (vec![one, &revert(1), &revert(2), &revert(3)], vec![], 4),
        (vec![one, two, &both], vec![], 3),
        (vec![two, &revert(99)], vec!["Fixed: two", "Changed: Revert it"], 0),
        (vec![one, &older], vec!["Changed: Revert"], 1),
    ] {
        let summary = release(&messages, &Types::default());
        assert_eq!(
            (shown(&summary).as_slice(), summary.reverted),
            (&*expected.iter().map(ToString::to_string).collect::<Vec<_>>(), reverted),
            "{messages:?}"
        );
    }
}

#[test]
fn the_heaviest_change_decides() {
    use Level::{Major, Minor, Patch};
    for (current, in_zero, messages, level, because) in [
        ("1.2.3", InZero::Minor, &["fix: x", "feat: y", "fix: z"][..], Minor, "0000002 is a feat"),
        ("1.2.3", InZero::Patch, &["feat: y"], Minor, "0000001 is a feat"),
        ("1.2.3", InZero::Minor, &["x", "perf: z"], Patch, "0000002 is a perf, and 1 more"),
        ("1.2.3", InZero::Minor, &["x"], Patch, "0000001 is a change"),
        ("1.2.3", InZero::Minor, &["chore!: x", "feat: y"], Major, "0000001 is breaking"),
        ("1.2.3", InZero::Minor, &["deprecate: x"], Minor, "0000001 is a deprecate"),
        ("0.2.3", InZero::Minor, &["fix!: x"], Minor, "0000001 is breaking"),
        ("0.2.3", InZero::Minor, &["feat: x"], Minor, "0000001 is a feat"),
        ("0.2.3", InZero::Patch, &["feat: x"], Patch, "0000001 is a feat"),
        ("0.2.3", InZero::Patch, &["feat!: x"], Minor, "0000001 is breaking"),
    ] {
        let summary = release(messages, &Types::default());
        let found = suggest(&summary, &Version::parse(current).unwrap(), in_zero);
        assert_eq!(found.because(), because, "{messages:?}");
        assert!(matches!(found, Suggestion::Raise { level: l, .. } if l == level), "{messages:?}");
    }
}

#[test]
fn where_nothing_is_notable_the_reason_is_said() {
    let version = Version::parse("1.2.3").unwrap();
    for (messages, why) in [
        (&[][..], "there are no commits"),
        (&["docs: x"], "the one commit is left out: 1 docs"),
        (&["docs: x", "docs: y", "ci: z"], "all of the 3 commits are left out: 2 docs, 1 ci"),
    ] {
        let found = suggest(&release(messages, &Types::default()), &version, InZero::default());
        assert_eq!(found, Suggestion::Nothing { why: why.to_owned() });
    }
}
