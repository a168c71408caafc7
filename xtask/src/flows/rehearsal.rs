//! The commit of a release that hooks are shown before it is made, and what they make of it as a
//! commit of its own.

use super::bump::commit_of;
use crate::path::RepoPath;
use crate::plan::{Action, Base, Commit, Digest, Edit, FORMAT, FileChange, Plan, Ready, Step};
use crate::wording::counted;

/// The message of the commit with the changes of hooks.
pub const MENDED: &str = "style: what the commit hooks change";

/// The plan that shows hooks a commit of these changes.
pub fn plan(changes: Vec<FileChange>, base: Base, title: &str, commit: Commit) -> Plan {
    let edit = Step {
        why: format!("what the release edits, in {}", counted(changes.len(), "file")),
        action: Action::Files(changes),
    };
    let rehearse = Step {
        why: "the commit hooks, on a commit that is not made".to_owned(),
        action: Action::Rehearse(commit),
    };
    Plan { format: FORMAT, title: title.to_owned(), base, steps: vec![edit, rehearse] }
}

/// A file that is committed as it is: it was edited before.
pub fn as_it_is(path: RepoPath, bytes: &[u8]) -> FileChange {
    let (before, after) = (Digest::of(bytes), Digest::of(bytes));
    FileChange { path, edits: Vec::new(), before, after }
}

/// A file that becomes another, as one edit of what differs; `None` when that is no text.
pub fn rewritten(path: RepoPath, old: &[u8], new: &[u8]) -> Option<FileChange> {
    let (before, after) = (Digest::of(old), Digest::of(new));
    let (old, new) = (std::str::from_utf8(old).ok()?, std::str::from_utf8(new).ok()?);
    let same = |one: &mut dyn Iterator<Item = char>, other: &mut dyn Iterator<Item = char>| {
        one.zip(other).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>()
    };
    let start = same(&mut old.chars(), &mut new.chars());
    let end = same(&mut old[start..].chars().rev(), &mut new[start..].chars().rev());
    let range = start..old.len() - end;
    let edit = Edit {
        old: old[range.clone()].to_owned(),
        new: new[start..new.len() - end].to_owned(),
        range,
    };
    Some(FileChange { path, edits: vec![edit], before, after })
}

/// The plan that commits what hooks change.
pub fn mended(changes: Vec<FileChange>, base: Base, ready: Ready) -> Plan {
    let paths: Vec<RepoPath> = changes.iter().map(|change| change.path.clone()).collect();
    let edit = Step {
        why: format!("what the commit hooks change, in {}", counted(paths.len(), "file")),
        action: Action::Files(changes),
    };
    let commit = commit_of(ready, MENDED.to_owned(), paths);
    let steps = std::iter::once(edit).chain(commit).collect();
    Plan { format: FORMAT, title: "what the commit hooks change".to_owned(), base, steps }
}

/// What hooks made of an edited file, with the edits taken out again: where every edited line is
/// still as it was edited, it becomes what it was. `None` where that cannot be told line by line.
pub fn without_edits(found: &[u8], edited: &[u8], own: &[u8]) -> Option<Vec<u8>> {
    let lines = |bytes| <[u8]>::split_inclusive(bytes, |&byte| byte == b'\n');
    if lines(edited).count() != lines(own).count() {
        return None;
    }
    let mut edits = lines(edited).zip(lines(own)).filter(|(edited, own)| edited != own).peekable();
    let mut without = Vec::with_capacity(found.len());
    for line in lines(found) {
        match edits.next_if(|(edited, _)| *edited == line) {
            Some((_, own)) => without.extend_from_slice(own),
            None => without.extend_from_slice(line),
        }
    }
    edits.next().is_none().then_some(without)
}

/// The same where hooks changed edited lines too (a formatter's quotes), but not what was put into
/// them: every text that was put in stands there as often as before, and nowhere else.
pub fn without_texts(found: &[u8], edited: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let found = std::str::from_utf8(found).ok()?;
    let edited = std::str::from_utf8(edited).ok()?;
    let mut without = found.to_owned();
    let mut done: Vec<&str> = Vec::new();
    for edit in edits.iter().filter(|edit| !edit.new.is_empty()) {
        if done.contains(&edit.new.as_str()) {
            continue;
        }
        let alike = edits.iter().filter(|other| other.new == edit.new);
        let number = alike.clone().count();
        let same = alike.clone().all(|other| other.old == edit.old);
        let count = |text: &str| text.matches(&edit.new).count();
        if !same || count(edited) != number || count(found) != number {
            return None;
        }
        without = without.replace(&edit.new, &edit.old);
        done.push(&edit.new);
    }
    edits.iter().all(|edit| !edit.new.is_empty()).then(|| without.into_bytes())
}

/// How many lines are other ones, wherever they stand.
pub fn lines_changed(old: &[u8], new: &[u8]) -> usize {
    let lines = |bytes: &'_ [u8]| {
        let mut lines: Vec<Vec<u8>> =
            bytes.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort_unstable();
        lines
    };
    let (old, new) = (lines(old), lines(new));
    let (mut one, mut other, mut same) = (0, 0, 0);
    while let (Some(a), Some(b)) = (old.get(one), new.get(other)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => one += 1,
            std::cmp::Ordering::Greater => other += 1,
            std::cmp::Ordering::Equal => (one, other, same) = (one + 1, other + 1, same + 1),
        }
    }
    old.len().max(new.len()) - same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_taken_out_line_by_line() {
        for (found, edited, own, expected) in [
            ("a\nv2\nb\n", "a \nv2\nb\n", "a \nv1\nb\n", Some("a\nv1\nb\n")),
            ("new\nv2\nw2\n", "v2\nw2\n", "v1\nw1\n", Some("new\nv1\nw1\n")),
            ("v2", "v2", "v1", Some("v1")),
            ("'v2'\n", "\"v2\"\n", "\"v1\"\n", None),
            ("a\nb\n", "a\nb\n", "a\n", None),
        ] {
            let without = without_edits(found.as_bytes(), edited.as_bytes(), own.as_bytes());
            assert_eq!(without.as_deref(), expected.map(str::as_bytes), "{found}");
        }
    }

    #[test]
    fn edits_are_taken_out_of_lines_that_were_changed_too() {
        let edit = |old: &str, new: &str| Edit { range: 0..0, old: old.into(), new: new.into() };
        let one = [edit("1.2.0", "1.3.0")];
        for (found, edited, edits, expected) in [
            ("v = '1.3.0'\n", "v = \"1.3.0\"\n", &one[..], Some("v = '1.2.0'\n")),
            ("'1.3.0' # 1.3.0\n", "\"1.3.0\"\n", &one, None),
            ("'1.3.0', 'a1.3.0'\n", "\"1.3.0\", 'a1.3.0'\n", &one, None),
            ("x\n", "1.3.0\n", &one, None),
            ("'1.3.0'\n", "1.3.0\n", &[edit("1.2.0", "1.3.0"), edit("9", "")], None),
        ] {
            let without = without_texts(found.as_bytes(), edited.as_bytes(), edits);
            assert_eq!(without.as_deref(), expected.map(str::as_bytes), "{found}");
        }
    }

    #[test]
    fn a_file_becomes_the_other_one() {
        for (old, new, lines) in [
            ("a\nb\nc\n", "a\nB\nc\n", 1),
            ("a\n", "a\n", 0),
            ("a  \nb", "a\nb\n", 2),
            ("", "x\n", 1),
            ("aé\n", "aè\n", 1),
            ("aaa\n", "aa\n", 1),
            ("a\nb\nc\n", "b\nc\n", 1),
        ] {
            let path = RepoPath::new("f").unwrap();
            let change = rewritten(path, old.as_bytes(), new.as_bytes()).unwrap();
            assert_eq!(change.apply(old.as_bytes()).unwrap(), new.as_bytes(), "{old:?} {new:?}");
            assert_eq!(lines_changed(old.as_bytes(), new.as_bytes()), lines, "{old:?} {new:?}");
        }
        assert_eq!(rewritten(RepoPath::new("f").unwrap(), b"\xff", b"x"), None);
    }
}
