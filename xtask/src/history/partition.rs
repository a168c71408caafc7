//! Which release each commit of a whole history belongs to, in one pass.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::record::Record;
use super::since::{Tagged, by_commit};

/// Sorts the commits of a history into its releases, commit by commit as git prints them, children
/// before parents.
///
/// A commit belongs to the first release that has it: of all releases it is reachable from, the one
/// that comes last in the walk. So it is enough to hand the release on to the parents, and each
/// commit costs the same however many tags there are.
pub struct Partition {
    /// The release whose tag is on a commit.
    releases: HashMap<String, usize>,
    hasher: RandomState,
    /// By the hash of the id: 64 bits with a random key, so that nobody can make two ids meet.
    known: HashMap<u64, Node>,
    /// The groups in the order in which they were met; the first is what no release has.
    groups: Vec<Group>,
    /// The group that the last commit was handed to, before its own tag counted.
    before: usize,
}

#[derive(Clone, Copy)]
struct Node {
    group: u32,
    seen: bool,
}

#[derive(Default)]
struct Group {
    release: Option<usize>,
    /// Commits to come that belong here, as far as known.
    to_come: usize,
}

/// Where a commit belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// To the group of this number; 0: to no release.
    In(usize),
    /// A child came after its parent (a clock was wrong), and changes where the parent belongs: the
    /// walk has to be done again in topological order.
    TooLate,
}

impl Partition {
    /// For these releases. Of several on one commit the highest takes the commits.
    pub fn new(releases: &[Tagged]) -> Self {
        Self {
            releases: by_commit(releases),
            hasher: RandomState::new(),
            known: HashMap::new(),
            groups: vec![Group::default()],
            before: 0,
        }
    }

    /// Takes the next commit.
    pub fn place(&mut self, record: &Record<'_>) -> Placed {
        let key = self.hasher.hash_one(record.id);
        let handed = self.known.get(&key).copied();
        let mut group = handed.map_or(0, |node| node.group as usize);
        self.before = group;
        if handed.is_some() {
            self.groups[group].to_come -= 1;
        }
        if let Some(&release) = self.releases.get(record.id) {
            group = self.groups.len();
            self.groups.push(Group { release: Some(release), to_come: 0 });
        }
        self.known.insert(key, Node { group: number(group), seen: true });
        for parent in record.parents() {
            let parent = self.hasher.hash_one(parent);
            let Some(node) = self.known.get_mut(&parent) else {
                self.known.insert(parent, Node { group: number(group), seen: false });
                self.groups[group].to_come += 1;
                continue;
            };
            if node.group as usize >= group {
                continue;
            }
            if node.seen {
                return Placed::TooLate;
            }
            self.groups[node.group as usize].to_come -= 1;
            self.groups[group].to_come += 1;
            node.group = number(group);
        }
        Placed::In(group)
    }

    /// The release of a group; `None`: the commits that no release has.
    pub fn release(&self, group: usize) -> Option<usize> {
        self.groups.get(group).and_then(|group| group.release)
    }

    /// The group whose last commit may have been the one above the last release.
    pub fn before(&self) -> usize {
        self.before
    }

    /// Whether no commit of a group is to come any more.
    pub fn is_complete(&self, group: usize) -> bool {
        self.groups.get(group).is_none_or(|group| group.to_come == 0)
    }
}

/// There are not more groups than tags in memory.
fn number(group: usize) -> u32 {
    u32::try_from(group).unwrap_or(u32::MAX)
}
