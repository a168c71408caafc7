//! What one commit says.

use crate::history::commit::{Commit, Folded, Said};
use crate::history::{End, Judge, Types, split};

pub(super) const ID: &str = "0123456789abcdef0123456789abcdef01234567";
const PARENT: &str = "89abcdef0123456789abcdef0123456789abcdef";

/// A commit as git prints it.
pub(super) fn printed(id: &str, parents: &str, author: &str, message: &[u8]) -> Vec<u8> {
    let head = format!("\0{id}\0{parents}\0{author}\0{author}@example.com\x0017\0");
    [head.as_bytes(), message, b"\0"].concat()
}

pub(super) fn judged(id: &str, parents: &str, author: &str, message: &[u8]) -> Commit {
    let bytes = printed(id, parents, author, message);
    let (record, length) = split(&bytes, End::Last).expect("a record");
    assert_eq!(length, bytes.len());
    Judge::new(Types::default()).judge(&record).expect("a commit")
}

fn message(text: &str) -> Commit {
    judged(ID, PARENT, "Ada", text.as_bytes())
}

/// Each change as `kind(scope)!: text #number [what breaks]`.
fn shown(commit: &Commit) -> Vec<String> {
    let Said::Changes(changes) = &commit.said else { return vec![format!("{:?}", commit.said)] };
    let each = changes.iter().map(|change| {
        let kind = change.kind.as_deref().unwrap_or("-");
        let scope = change.scope.as_ref().map_or(String::new(), |scope| format!("({scope})"));
        let number = change.number.map_or(String::new(), |number| format!(" #{number}"));
        let breaking = change.breaking.as_ref().map_or(String::new(), |text| format!(" [{text}]"));
        format!("{kind}{scope}: {}{number}{breaking}", change.text)
    });
    each.collect()
}

#[test]
fn subjects() {
    for (subject, expected) in [
        ("feat: add x", "feat: add x"),
        ("Feat: add x", "feat: add x"),
        ("FIX(Core): y (#12)", "fix(Core): y #12"),
        ("fix: y (!7)", "fix: y #7"),
        ("fix (core) : y", "fix(core): y"),
        ("feature:add x", "feat: add x"),
        ("feat(): x", "feat: x"),
        ("feat!: drop y", "feat: drop y [drop y]"),
        ("feat(api)!: drop y", "feat(api): drop y [drop y]"),
        ("refactor(größe): ü", "refactor(größe): ü"),
        ("✨ feat: x", "feat: x"),
        (":sparkles: feat: x", "feat: x"),
        ("mm: fix a leak", "-: mm: fix a leak"),
        ("Update README", "-: Update README"),
        ("http://example.com/x", "-: http://example.com/x"),
        ("feat:", "-: feat:"),
        ("feat(x: y", "-: feat(x: y"),
        ("fix: a (b) (#1) (#2)", "fix: a (b) (#1) #2"),
        ("(#12)", "-: (#12)"),
        ("fix: x (#99999999999999999999999)", "fix: x (#99999999999999999999999)"),
        ("fix: # heading <b> `code`", "fix: # heading <b> `code`"),
        ("revert: feat: x", "revert: feat: x"),
        ("first line\nsecond line\n\nbody", "-: first line second line"),
        ("fix: x\r\n\r\nbody\r\n", "fix: x"),
        ("fix: one\\n\\nbody", "fix: one"),
        ("fix: a \\n in a path", "fix: a \\n in a path"),
    ] {
        assert_eq!(shown(&message(subject)), [expected], "{subject:?}");
    }
    let long = format!("fix: {}", "x".repeat(700));
    assert_eq!(shown(&message(&long)), [long]);
}

#[test]
fn what_breaks_is_in_the_footer_or_in_the_subject() {
    for (text, expected) in [
        ("fix: x\n\nBREAKING CHANGE: y is gone", "fix: x [y is gone]"),
        ("fix: x\n\nbody\n\nBREAKING-CHANGE: y\n  is gone\n\nRefs: #1", "fix: x [y is gone]"),
        ("chore!: x\n\nBREAKING CHANGE: y", "chore: x [y]"),
        ("chore!: x\n\nBREAKING CHANGE:", "chore: x [x]"),
        ("x\n\nBREAKING CHANGES: y", "-: x [y]"),
        ("fix: x\nBREAKING CHANGE: y", "fix: x [y]"),
        ("fix: x\n\nbreaking change: y", "fix: x"),
        ("fix: x\n\nBREAKING news", "fix: x"),
        ("fix: x\n\nBREAKING CHANGE: y\nRefs: #1\nnot this", "fix: x [y]"),
    ] {
        assert_eq!(shown(&message(text)), [expected], "{text:?}");
    }
}

#[test]
fn a_squash_says_several_things() {
    let squashed =
        message("Topic (#3)\n\n* feat: one\n\nbody\n\n* fix(core)!: two\n* wip\n- docs: z\n");
    let expected = ["-: Topic #3", "feat: one", "fix(core): two [two]", "docs: z"];
    assert_eq!(shown(&squashed), expected);
    let repeated = message("feat: one\n\n* feat: one\n* fix: two");
    assert_eq!(shown(&repeated), ["feat: one", "fix: two"]);
    let written_out = message("feat: one\\n\\n* fix: two\\n* perf: three");
    assert_eq!(shown(&written_out), ["feat: one", "fix: two", "perf: three"]);
    let merged = message("Merge pull request #1 from a/b\n\n* fix: two\n");
    assert_eq!(shown(&merged), ["fix: two"], "one parent: nothing else says it");
}

#[test]
fn commits_that_say_nothing_of_their_own() {
    let two = format!("{PARENT} {ID}");
    for (author, parents, text, expected) in [
        ("Ada", two.as_str(), "Merge branch 'x'", Folded::Merge),
        ("Ada", &two, "whatever\n\n* feat: x", Folded::Merge),
        ("Ada", PARENT, "Merge pull request #1 from a/b", Folded::Merge),
        ("Ada", PARENT, "fixup! feat: x", Folded::Fixup),
        ("Ada", PARENT, "squash! feat: x", Folded::Fixup),
        ("Ada", PARENT, "Release 1.2.0", Folded::Release),
        ("Ada", PARENT, "Prepare release v1.2.0-rc.1 (#12)", Folded::Release),
        ("Ada", PARENT, "Bump version: 1.2.0 → 1.3.0", Folded::Release),
        ("Ada", PARENT, "v1.2.0", Folded::Release),
        ("Ada", PARENT, "", Folded::Silent),
        ("dependabot[bot]", PARENT, "build(deps): x", Folded::Bot),
        ("Renovate Bot", PARENT, "fix(deps): x", Folded::Bot),
        ("own[bot]", PARENT, "feat: x", Folded::Bot),
    ] {
        let commit = judged(ID, parents, author, text.as_bytes());
        assert_eq!(commit.said, Said::Folded(expected), "{text:?}");
    }
    let titled = judged(ID, &two, "Ada", b"feat: x (#4)\n\n* fix: y");
    assert_eq!(shown(&titled), ["feat: x #4"]);
    for text in ["Bump lodash to 1.2.3", "Release the lock", "Merge sort: faster", "1.2.0 broke it"]
    {
        assert!(matches!(message(text).said, Said::Changes(_)), "{text}");
    }
}

#[test]
fn people_and_reverts() {
    let text = "Revert \"feat: x\"\n\nThis reverts commit 89abcdef0123456789abcdef0123456789abcdef.\n\n\
        Co-authored-by: Bo Chen <bo@example.com>\nco-authored-by: Cy\n";
    let commit = message(text);
    assert_eq!(commit.people, ["Ada", "Bo Chen", "Cy"].map(Box::from));
    assert_eq!(*commit.reverts, [Box::from(PARENT)]);
    let several = message("revert: x\n\nThis reverts commits 1234567, 89abcde and abcdef0123.\n");
    assert_eq!(*several.reverts, ["1234567", "89abcde", "abcdef0123"].map(Box::from));
    assert!(message("x\n\nThis reverts commit of yesterday").reverts.is_empty());
    assert!(judged(ID, "", "x[bot]", b"x").people.is_empty());
}

#[test]
fn bytes_that_are_no_text_are_read_all_the_same() {
    let commit = judged(ID, PARENT, "Ada", b"fix: caf\xe9 \xff");
    assert_eq!(shown(&commit), ["fix: caf\u{fffd} \u{fffd}"]);
}

#[test]
fn a_log_is_split_into_commits_and_paths() {
    let mut bytes = printed(ID, "", "", b"");
    bytes.extend(b"\na b\0\nodd\0");
    let first = bytes.len();
    bytes.extend(printed(PARENT, ID, "Ada", b"two\n"));
    let (record, length) = split(&bytes, End::More).expect("the first");
    assert_eq!((record.id, length, record.parents().count()), (ID, first, 0));
    assert_eq!(record.paths().collect::<Vec<_>>(), [&b"a b"[..], b"\nodd"]);
    assert_eq!(split(&bytes[first..], End::More).map(|(record, _)| record.id), None);
    let (record, length) = split(&bytes[first..], End::Last).expect("the second");
    assert_eq!((record.id, length + first), (PARENT, bytes.len()));
    assert_eq!(record.parents().collect::<Vec<_>>(), [ID]);
    for cut in 0..first {
        assert!(split(&bytes[..cut], End::More).is_none(), "{cut}");
    }
}

proptest::proptest! {
    #[test]
    fn no_message_is_too_odd(message in "(feat|fix|\\PC{0,9})[(!):\\\\n\n* #0-9a-f]{0,40}\\PC{0,40}") {
        let commit = judged(ID, PARENT, "Ada", message.as_bytes());
        if let Said::Changes(changes) = commit.said {
            proptest::prop_assert!(changes.iter().all(|change| !change.text.trim().is_empty()));
            proptest::prop_assert!(changes.iter().all(|change| !change.text.contains('\n')));
        }
    }
}
