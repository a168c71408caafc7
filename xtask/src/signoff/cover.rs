//! Whether a sign-off for one commit holds for another one: whether the second differs from the first
//! by nothing but what its release writes, and by paths that survive.
//!
//! Two things are looked at. The trees: every path that differs is either what the release writes,
//! byte by byte, or survives. And the way there: commits that only one of them has must not change
//! anything else, not even to change it back, and a merge must bring something. So it holds for the
//! release commit itself, and for a merge, a squash or a rebase of it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::glob::Glob;
use crate::path::RepoPath;
use crate::plan::Oid;

/// What stands under a path: a mode as git writes it, and an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub mode: String,
    pub id: Oid,
}

/// A path that is not the same in two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: String,
    /// `None` where nothing is.
    pub before: Option<Entry>,
    pub after: Option<Entry>,
}

/// A commit that the release has and the candidate has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub commit: Oid,
    pub parents: usize,
    /// The paths that it changes: of a merge those that are as no parent has them, of a first commit
    /// all.
    pub paths: Vec<String>,
    /// Whether it is a merge and its files are those of its first parent.
    pub takes_nothing: bool,
}

/// What is known of the two commits.
#[derive(Debug)]
pub struct Facts<'f> {
    /// From the tree of the candidate to that of the release.
    pub changes: &'f [Change],
    pub passed: &'f [Passed],
    /// What the candidate has and the release has not in its history, where it was squashed or
    /// rebased: the paths that its commits change.
    pub own: BTreeSet<String>,
    /// What the release may write, by path; several texts where more than one is right.
    pub planned: &'f BTreeMap<RepoPath, Vec<Rc<[u8]>>>,
    /// What stands in the release under those of them that changed.
    pub found: BTreeMap<RepoPath, Vec<u8>>,
    pub survives: &'f [Glob],
}

/// A path that is no part of a release, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Empty where it is about a commit.
    pub path: String,
    pub why: String,
}

/// Whether a sign-off holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// It does; these paths were changed since and survive.
    Covered(Vec<String>),
    Void(Vec<Foreign>),
}

/// Judges the difference of two commits.
pub fn covers(facts: &Facts<'_>) -> Coverage {
    let mut foreign = Vec::new();
    let mut survived = Vec::new();
    for change in facts.changes {
        match facts.judged(change) {
            Ok(Part::Release) => {}
            Ok(Part::Survives) => survived.push(change.path.clone()),
            Err(why) => foreign.push(Foreign { path: change.path.clone(), why }),
        }
    }
    let told: BTreeSet<String> = foreign.iter().map(|foreign| foreign.path.clone()).collect();
    for passed in facts.passed {
        foreign.extend(facts.strange(passed).filter(|one| !told.contains(&one.path)));
    }
    match foreign.is_empty() {
        true => Coverage::Covered(survived),
        false => Coverage::Void(foreign),
    }
}

/// What a path that changed is a part of.
enum Part {
    Release,
    Survives,
}

impl Facts<'_> {
    fn judged(&self, change: &Change) -> Result<Part, String> {
        let kinds = [&change.before, &change.after].into_iter().flatten();
        if let Some(odd) = kinds.map(|entry| entry.mode.as_str()).find(|mode| !is_file(mode)) {
            return Err(format!("it is {}", kind(odd)));
        }
        if let (Some(before), Some(after)) = (&change.before, &change.after)
            && before.mode != after.mode
        {
            return Err(format!("its mode went from {} to {}", before.mode, after.mode));
        }
        if self.survive(&change.path) {
            return Ok(Part::Survives);
        }
        match (&change.before, &change.after) {
            (None, _) => return Err("it is new".to_owned()),
            (_, None) => return Err("it is gone".to_owned()),
            _ => {}
        }
        let path = RepoPath::new(&change.path).filter(|path| path.as_str() == change.path);
        let planned = path.as_ref().and_then(|path| Some((path, self.planned.get(path)?)));
        let Some((path, planned)) = planned else { return Err("it changed".to_owned()) };
        let found = self.found.get(path).map_or(&[][..], |bytes| bytes);
        if planned.iter().any(|bytes| **bytes == *found) {
            return Ok(Part::Release);
        }
        let line = planned.iter().map(|bytes| first_other_line(bytes, found)).max();
        Err(format!("line {} is not what the release writes", line.unwrap_or(1)))
    }

    /// What a commit on the way changes that is no part of a release.
    fn strange<'s>(&'s self, passed: &'s Passed) -> impl Iterator<Item = Foreign> + 's {
        let short = passed.commit.short();
        let empty = passed.takes_nothing.then(|| Foreign {
            path: String::new(),
            why: format!("the merge {short} takes nothing of what it merges"),
        });
        let may = |path: &str| {
            let planned = || RepoPath::new(path).is_some_and(|it| self.planned.contains_key(&it));
            self.survive(path) || self.own.contains(path) || planned()
        };
        let others = passed.paths.iter().filter(move |path| !may(path)).map(move |path| {
            let why = format!("{short} changed it, and what it has now is from elsewhere");
            Foreign { path: path.clone(), why }
        });
        empty.into_iter().chain(others)
    }

    fn survive(&self, path: &str) -> bool {
        self.survives.iter().any(|glob| glob.matches(path))
    }
}

/// A mode of a plain file (git-fast-import(1), "filemodify").
fn is_file(mode: &str) -> bool {
    matches!(mode, "100644" | "100755")
}

fn kind(mode: &str) -> &'static str {
    match mode {
        "120000" => "a symlink",
        "160000" => "a submodule",
        _ => "no plain file",
    }
}

/// The first line, from 1, in which two texts differ.
fn first_other_line(one: &[u8], other: &[u8]) -> usize {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    one[..same].iter().filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::super::tests::oid;
    use super::*;
    use proptest::prelude::*;

    fn entry(mode: &str, id: char) -> Option<Entry> {
        (mode != "-").then(|| Entry { mode: mode.to_owned(), id: oid(id) })
    }

    /// A release that writes `version.txt` and in which `docs/` survives.
    fn judge(changes: &[(&str, &str, &str)], found: &str, passed: &[(usize, &[&str])]) -> Coverage {
        let changes: Vec<Change> = changes
            .iter()
            .map(|(path, before, after)| Change {
                path: (*path).to_owned(),
                before: entry(before, 'a'),
                after: entry(after, 'b'),
            })
            .collect();
        let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        let passed: Vec<Passed> = passed
            .iter()
            .map(|(parents, paths)| Passed {
                commit: oid('c'),
                parents: *parents,
                paths: owned(paths),
                takes_nothing: *parents > 1 && paths.is_empty(),
            })
            .collect();
        let version = RepoPath::new("version.txt").unwrap();
        let planned = [b"one\n1.3.0\n".as_slice(), b"one\n1.3.0rc1\n"].map(Rc::from).to_vec();
        covers(&Facts {
            changes: &changes,
            passed: &passed,
            own: ["src/own.rs".to_owned()].into(),
            planned: &[(version.clone(), planned)].into(),
            found: [(version, found.as_bytes().to_vec())].into(),
            survives: &[Glob::parse("docs/**").unwrap()],
        })
    }

    fn why(coverage: &Coverage) -> String {
        match coverage {
            Coverage::Covered(survived) => format!("covered {survived:?}"),
            Coverage::Void(foreign) => {
                let one = |one: &Foreign| format!("{}: {}", one.path, one.why);
                foreign.iter().map(one).collect::<Vec<_>>().join("; ")
            }
        }
    }

    const FILE: &str = "100644";
    const VERSION: (&str, &str, &str) = ("version.txt", FILE, FILE);
    const GOOD: &str = "one\n1.3.0\n";

    #[test]
    fn a_release_is_what_it_writes_and_what_survives() {
        for (changes, found, passed, expected) in [
            (vec![], GOOD, vec![], "covered []"),
            (vec![VERSION], GOOD, vec![(1, &["version.txt"][..])], "covered []"),
            (vec![VERSION], "one\n1.3.0rc1\n", vec![], "covered []"),
            (vec![("docs/a", FILE, FILE)], "", vec![(1, &["docs/a"])], "covered [\"docs/a\"]"),
            (vec![("docs/a", "-", "100755")], "", vec![], "covered [\"docs/a\"]"),
            (vec![("docs/a", FILE, "-")], "", vec![], "covered [\"docs/a\"]"),
            // A squash or rebase has the commits of the candidate again.
            (vec![], "", vec![(1, &["src/own.rs"]), (2, &["src/own.rs"])], "covered []"),
            // A commit without any change is nobody's.
            (vec![], "", vec![(1, &[])], "covered []"),
        ] {
            assert_eq!(why(&judge(&changes, found, &passed)), expected, "{changes:?} {passed:?}");
        }
    }

    #[test]
    fn anything_else_voids_and_is_named() {
        let line = "version.txt: line 3 is not what the release writes";
        let back = "src/a.rs: ccccccc changed it, and what it has now is from elsewhere";
        for (change, found, passed, expected) in [
            (("src/a.rs", FILE, FILE), "", vec![], "src/a.rs: it changed"),
            (("src/a.rs", "-", FILE), "", vec![], "src/a.rs: it is new"),
            (("src/a.rs", FILE, "-"), "", vec![], "src/a.rs: it is gone"),
            (("version.txt", FILE, "-"), "", vec![], "version.txt: it is gone"),
            (VERSION, "one\n1.3.0\nx", vec![], line),
            (VERSION, "one\n1.3.0\n\n", vec![], line),
            (VERSION, "one\n1.3.1\n", vec![], "version.txt: line 2 is not what the release writes"),
            (VERSION, "", vec![], "version.txt: line 1 is not what the release writes"),
            (
                ("version.txt", FILE, "100755"),
                GOOD,
                vec![],
                "version.txt: its mode went from 100644 to 100755",
            ),
            (("version.txt", FILE, "120000"), GOOD, vec![], "version.txt: it is a symlink"),
            (("docs/a", FILE, "120000"), "", vec![], "docs/a: it is a symlink"),
            (("docs/a", "-", "160000"), "", vec![], "docs/a: it is a submodule"),
            (("docs/a", FILE, "100755"), "", vec![], "docs/a: its mode went from 100644 to 100755"),
            (("./version.txt", FILE, FILE), GOOD, vec![], "./version.txt: it changed"),
            (VERSION, GOOD, vec![(1, &["src/a.rs"][..])], back),
            (VERSION, GOOD, vec![(2, &[])], ": the merge ccccccc takes nothing of what it merges"),
            // What the trees tell is not told twice.
            (("src/a.rs", FILE, FILE), "", vec![(1, &["src/a.rs"])], "src/a.rs: it changed"),
        ] {
            assert_eq!(why(&judge(&[change], found, &passed)), expected, "{change:?} {found:?}");
        }
    }

    proptest! {
        /// However a planned file is changed by a byte, it is not what the release writes.
        #[test]
        fn one_byte_more_is_void(at in 0usize..=10, byte in any::<u8>()) {
            let mut found = GOOD.as_bytes().to_vec();
            found.insert(at.min(found.len()), byte);
            let text = String::from_utf8_lossy(&found).into_owned();
            prop_assert!(matches!(judge(&[VERSION], &text, &[]), Coverage::Void(_)));
        }

        /// Only the planned path and the surviving folder may ever differ.
        #[test]
        fn any_other_path_is_void(path in "[a-z./]{1,12}") {
            prop_assume!(!path.starts_with("docs/") && path != "version.txt" && path != "docs");
            let judged = judge(&[(&path, FILE, FILE)], GOOD, &[]);
            prop_assert!(matches!(judged, Coverage::Void(_)), "{path}");
        }
    }
}
