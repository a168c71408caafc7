//! Which commits came after the last release, found from the newest one on: nothing before that
//! release is looked at.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::commit::{Commit, Said};
use super::record::Record;
use crate::version::{Version, normal};

/// A release: its tag and version, and the commit the tag points at.
#[derive(Debug, Clone)]
pub struct Tagged {
    pub tag: String,
    pub version: Version,
    /// The whole id.
    pub commit: String,
}

/// The positions of the releases by their commits. Of several on one commit the highest counts.
pub(super) fn by_commit(releases: &[Tagged]) -> HashMap<String, usize> {
    let mut found: HashMap<String, usize> = HashMap::new();
    for (at, release) in releases.iter().enumerate() {
        let known = found.entry(release.commit.clone()).or_insert(at);
        if releases[*known].version.precedes(&release.version) {
            *known = at;
        }
    }
    found
}

/// Which commits are of a package.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Its folder from the top; empty: everything.
    pub folder: String,
    /// Its name, as scopes of commits have it.
    pub name: Option<String>,
    /// The names of the other packages.
    pub others: Vec<String>,
}

impl Scope {
    /// Whether a commit belongs here. A scope that names a package decides; else the paths do.
    pub fn holds(&self, record: &Record<'_>, commit: &Commit) -> bool {
        if self.folder.is_empty() {
            return true;
        }
        let scope = match &commit.said {
            Said::Changes(changes) => changes.first().and_then(|change| change.scope.as_deref()),
            Said::Folded(_) => None,
        };
        let called = |name: &str| scope.is_some_and(|scope| normal(scope) == normal(name));
        if self.name.as_deref().is_some_and(called) {
            return true;
        }
        let below = |path: &[u8]| {
            let rest = path.strip_prefix(self.folder.as_bytes());
            rest.is_some_and(|rest| rest.first() == Some(&b'/'))
        };
        !self.others.iter().any(|name| called(name)) && record.paths().any(below)
    }
}

/// The walk from a commit back to the last release, commit by commit as git prints them: by date,
/// children before parents unless clocks were wrong.
///
/// Every commit that was seen or named as a parent is a node. What is below a release is behind.
/// When all that is still to come is behind, the walk is at its end: git-rev-list's own rule, with
/// its tolerance for dates that contradict the order.
pub struct Since {
    releases: HashMap<String, usize>,
    nodes: Vec<Node>,
    known: HashMap<Box<str>, usize>,
    /// Nodes to come that are not behind.
    open: usize,
    kept: Vec<(usize, Rc<Commit>)>,
    /// The releases that were met, with their nodes.
    met: Vec<(usize, usize)>,
    oldest: i64,
    /// Commits to look at beyond the end.
    tolerance: usize,
    scope: Scope,
    /// Commits whose parents a shallow clone has cut off.
    shallow: Rc<HashSet<String>>,
}

struct Node {
    parents: Vec<usize>,
    seen: bool,
    behind: bool,
    boundary: bool,
}

/// What a walk found.
pub struct Found {
    /// The releases that are not behind another one; empty: none is reachable.
    pub releases: Vec<usize>,
    /// The commits that are in none of them and of the package, the newest first.
    pub commits: Vec<Rc<Commit>>,
    /// Whether the history ends before it should: a shallow clone.
    pub cut: Cut,
}

/// Whether the commits of a range are all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// They are.
    Whole,
    /// The clone is shallow, and more commits may lie beyond its boundary.
    Beyond,
}

/// git's own number of commits that a wrong clock may be off by (revision.c, SLOP).
const TOLERANCE: usize = 5;

impl Since {
    /// A walk that ends at these releases.
    pub fn new(releases: &[Tagged], scope: Scope, shallow: Rc<HashSet<String>>) -> Self {
        let releases = by_commit(releases);
        let (nodes, known, kept, met) = Default::default();
        let (oldest, tolerance) = (i64::MAX, TOLERANCE);
        Self { releases, nodes, known, open: 0, kept, met, oldest, tolerance, scope, shallow }
    }

    /// Takes the next commit; `judge` says what is in it. Breaks when it needs no more.
    pub fn take(
        &mut self,
        record: &Record<'_>,
        judge: &mut dyn FnMut() -> Option<Rc<Commit>>,
    ) -> ControlFlow<()> {
        if self.tolerance == 0 {
            return ControlFlow::Break(());
        }
        let at = self.node(record.id);
        let behind = self.nodes[at].behind;
        self.nodes[at].seen = true;
        self.nodes[at].boundary = self.shallow.contains(record.id);
        if !behind {
            self.open -= 1;
        }
        let release = self.releases.get(record.id).copied();
        let parents: Vec<usize> = record.parents().map(|id| self.node(id)).collect();
        if behind || release.is_some() {
            for &parent in &parents {
                self.put_behind(parent);
            }
        }
        self.nodes[at].parents = parents;
        match (behind, release) {
            (true, _) => {}
            (false, Some(release)) => self.met.push((at, release)),
            (false, None) => {
                self.oldest = self.oldest.min(record.date);
                let commit = judge().filter(|commit| self.scope.holds(record, commit));
                self.kept.extend(commit.map(|commit| (at, commit)));
            }
        }
        self.at_its_end(record.date)
    }

    /// Ends a walk from `head` that was shown neither this release nor anything below it. Answers
    /// whether it found what it would have found with them: everything else is behind a release, or
    /// the release was named as a parent, or no other commit was but one with a release.
    pub fn end_before(&mut self, hidden: &str, head: &str) -> bool {
        if self.nodes.is_empty() {
            self.node(head);
        }
        if self.open == 0 {
            return true;
        }
        let unseen = |id: &str| self.known.get(id).copied().filter(|&at| !self.nodes[at].seen);
        let release = |id: &str| Some((unseen(id)?, *self.releases.get(id)?));
        let only = || self.releases.keys().find_map(|id| release(id));
        let start = match self.nodes.iter().filter(|node| !node.seen).count() {
            1 => only(),
            _ => release(hidden),
        };
        let Some((at, release)) = start else { return false };
        self.nodes[at].seen = true;
        if !self.nodes[at].behind {
            self.met.push((at, release));
        }
        true
    }

    fn at_its_end(&mut self, date: i64) -> ControlFlow<()> {
        if self.open > 0 || (self.oldest < i64::MAX && date >= self.oldest) {
            self.tolerance = TOLERANCE;
            return ControlFlow::Continue(());
        }
        self.tolerance -= 1;
        match self.tolerance {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn node(&mut self, id: &str) -> usize {
        if let Some(&at) = self.known.get(id) {
            return at;
        }
        let at = self.nodes.len();
        self.known.insert(id.into(), at);
        self.nodes.push(Node { parents: Vec::new(), seen: false, behind: false, boundary: false });
        self.open += 1;
        at
    }

    fn put_behind(&mut self, first: usize) {
        let mut stack = vec![first];
        while let Some(at) = stack.pop() {
            let node = &mut self.nodes[at];
            if node.behind {
                continue;
            }
            node.behind = true;
            if !node.seen {
                self.open -= 1;
            }
            stack.extend(&node.parents);
        }
    }

    /// What was found, when the walk is at its end.
    pub fn finish(self) -> Found {
        let nodes = &self.nodes;
        let met = self.met.iter().filter(|(at, _)| !nodes[*at].behind);
        let releases: Vec<usize> = met.clone().map(|(_, release)| *release).collect();
        let at_release: Vec<usize> = met.map(|(at, _)| *at).collect();
        let open = |at: usize| !nodes[at].behind && !at_release.contains(&at);
        let beyond = (0..nodes.len()).any(|at| nodes[at].boundary && open(at));
        let cut = if beyond { Cut::Beyond } else { Cut::Whole };
        let kept = self.kept.into_iter().filter(|(at, _)| open(*at));
        Found { releases, commits: kept.map(|(_, commit)| commit).collect(), cut }
    }
}
