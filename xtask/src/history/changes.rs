//! The changes of one release: what is worth an entry in its changelog, and what was left out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::commit::{Change, Commit, Folded, Said};
use super::types::Types;

/// The commits of one release, gathered newest first.
#[derive(Debug, Default)]
pub struct Changes {
    commits: usize,
    folded: BTreeMap<Folded, usize>,
    left_out: BTreeMap<Box<str>, usize>,
    people: BTreeSet<Box<str>>,
    reverted: usize,
    /// Newest first, each with the number of its commit.
    entries: Vec<(usize, Entry)>,
    /// Reverts whose commits have not come by yet, by the seven digits these begin with.
    open: HashMap<Box<str>, Vec<Revert>>,
    /// Numbers of the reverts whose commits all came by.
    cancelled: HashSet<usize>,
}

#[derive(Debug)]
struct Revert {
    /// What it takes back, perhaps shortened.
    id: Box<str>,
    /// The number of the revert.
    by: usize,
}

/// One entry, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The heading it stands under.
    pub section: Rc<str>,
    /// The name that counts for the type of the commit; `None`: not conventional.
    pub kind: Option<Box<str>>,
    pub scope: Option<Box<str>>,
    pub text: Box<str>,
    /// The pull request.
    pub number: Option<u64>,
    /// What breaks, in words.
    pub breaking: Option<Box<str>>,
    /// The first twelve digits of its commits, the oldest first: several when they say the same.
    pub commits: Vec<Box<str>>,
}

/// What a release is made of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many commits there are, merges too.
    pub commits: usize,
    /// In the order of the history, the oldest first, each change once.
    pub entries: Vec<Entry>,
    /// Commits that say nothing of their own.
    pub folded: BTreeMap<Folded, usize>,
    /// Changes of a type that is left out, by type.
    pub left_out: BTreeMap<Box<str>, usize>,
    /// Commits that cancel out: reverts and what they take back.
    pub reverted: usize,
    /// Authors and co-authors, each once.
    pub people: Vec<Box<str>>,
}

/// So many digits of an id are kept.
const DIGITS: usize = 12;

/// The digits by which reverts are found again.
const KEY: usize = 7;

impl Changes {
    /// Takes the next older commit.
    ///
    /// A revert cancels out with the commit it takes back, when that is of this release too; a
    /// revert of a revert leaves the first commit standing. What takes back an older release's
    /// commit is a change.
    pub fn take(&mut self, commit: &Commit, types: &Types) {
        let number = self.commits;
        self.commits += 1;
        if self.is_taken_back(commit.id.as_str()) {
            self.reverted += 1;
            return;
        }
        for id in &commit.reverts {
            let revert = Revert { id: id.clone(), by: number };
            self.open.entry(id[..KEY].into()).or_default().push(revert);
        }
        self.people.extend(commit.people.iter().cloned());
        match &commit.said {
            Said::Folded(folded) => *self.folded.entry(*folded).or_default() += 1,
            Said::Changes(changes) => {
                // Newest first here too: the subject of a squash stands before its parts.
                for change in changes.iter().rev() {
                    self.add(change, commit, number, types);
                }
            }
        }
    }

    fn is_taken_back(&mut self, id: &str) -> bool {
        let Some(reverts) = self.open.get_mut(&id[..KEY]) else { return false };
        let found: Vec<Revert> =
            reverts.extract_if(.., |revert| id.starts_with(&*revert.id)).collect();
        if reverts.is_empty() {
            self.open.remove(&id[..KEY]);
        }
        self.cancelled.extend(found.iter().map(|revert| revert.by));
        !found.is_empty()
    }

    fn add(&mut self, change: &Change, commit: &Commit, number: usize, types: &Types) {
        let Change { kind, scope, breaking, text, number: pull } = change;
        let other = || breaking.is_some().then(|| types.other());
        let Some(section) = types.section(kind.as_deref()).or_else(other) else {
            let kind = kind.clone().unwrap_or_default();
            *self.left_out.entry(kind).or_default() += 1;
            return;
        };
        let entry = Entry {
            section,
            kind: kind.clone(),
            scope: scope.clone(),
            text: text.clone(),
            number: *pull,
            breaking: breaking.clone(),
            commits: vec![commit.id.as_str()[..DIGITS].into()],
        };
        self.entries.push((number, entry));
    }

    /// Whether no commit was taken.
    pub fn is_empty(&self) -> bool {
        self.commits == 0
    }

    /// The whole release, once every commit was taken.
    pub fn finish(mut self) -> Summary {
        // A revert of several commits cancels out only when none of them is older.
        for revert in self.open.values().flatten() {
            self.cancelled.remove(&revert.by);
        }
        let kept = self.entries.into_iter().rev();
        let kept = kept.filter(|(number, _)| !self.cancelled.contains(number));
        Summary {
            commits: self.commits,
            entries: each_once(kept.map(|(_, entry)| entry)),
            folded: self.folded,
            left_out: self.left_out,
            reverted: self.reverted + self.cancelled.len(),
            people: self.people.into_iter().collect(),
        }
    }
}

/// Entries that say the same under one heading are one (cherry-picks, a squash that repeats itself).
fn each_once(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut known = HashMap::new();
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        let key = (Rc::clone(&entry.section), entry.scope.clone(), entry.text.to_lowercase());
        let at = *known.entry(key).or_insert(kept.len());
        if let Some(first) = kept.get_mut(at) {
            first.breaking = first.breaking.take().or(entry.breaking);
            first.number = first.number.or(entry.number);
            first.commits.extend(entry.commits);
        } else {
            kept.push(entry);
        }
    }
    kept
}

impl Summary {
    /// How many merges were folded into what they merge.
    pub fn merges(&self) -> usize {
        self.folded.get(&Folded::Merge).copied().unwrap_or(0)
    }

    /// What was left out, in words, the most frequent first: `3 docs`, `2 merges`, `1 of a bot`.
    pub fn left_out(&self) -> Vec<String> {
        let kinds = self.left_out.iter().map(|(kind, &number)| (number, kind.to_string()));
        let folded = self.folded.iter().map(|(why, &number)| (number, why.noun(number)));
        let reverted = (self.reverted, "that cancel out (reverts)".to_owned());
        let mut all: Vec<(usize, String)> =
            kinds.chain(folded).chain([reverted]).filter(|(number, _)| *number > 0).collect();
        all.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        all.into_iter().map(|(number, what)| format!("{number} {what}")).collect()
    }
}

impl Folded {
    fn noun(self, number: usize) -> String {
        let (one, many) = match self {
            Self::Merge => ("merge", "merges"),
            Self::Fixup => ("fixup", "fixups"),
            Self::Bot => ("of a bot", "of bots"),
            Self::Silent => ("without a message", "without a message"),
            Self::Release => ("that sets a version", "that set a version"),
        };
        if number == 1 { one } else { many }.to_owned()
    }
}

impl Entry {
    /// The digits of its newest commit that people use.
    pub fn short(&self) -> &str {
        self.commits.last().map_or("", |id| &id[..KEY])
    }

    /// The change in one line: the description, with the pull request it came by.
    pub fn line(&self) -> String {
        match self.number {
            Some(number) => format!("{} (#{number})", self.text),
            None => self.text.to_string(),
        }
    }

    /// The type and the scope, as a commit writes them: `feat(core)`.
    pub fn label(&self) -> String {
        let kind = self.kind.as_deref().unwrap_or("other");
        match &self.scope {
            Some(scope) => format!("{kind}({scope})"),
            None => kind.to_owned(),
        }
    }
}
