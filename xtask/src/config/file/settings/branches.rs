//! `[branches]`

use super::{Said, said, string};
use crate::sites::doc::Node;

/// `[branches]`
#[derive(Debug, Default)]
pub struct BranchesTable {
    /// The branch that releases land on.
    pub main: Option<Said<String>>,
    /// The branch that work goes to first.
    pub develop: Option<Said<String>>,
    /// Those that take pull requests only, by their short names.
    pub protected: Vec<Said<String>>,
    /// How branches are merged.
    pub merge: Option<Said<Merge>>,
}

/// How a branch is merged into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Merge {
    /// By a merge commit, also where the other branch could just move on.
    #[default]
    NoFf,
    /// By moving the other branch on.
    Ff,
    /// By one commit with all that it changes.
    Squash,
}

impl BranchesTable {
    /// Whether a branch takes pull requests only, and where that is said.
    pub fn protects(&self, branch: &str) -> Option<&Said<String>> {
        self.protected.iter().find(|said| said.value == branch)
    }

    /// How branches are merged, also where nothing says it.
    pub fn merged(&self) -> Merge {
        self.merge.as_ref().map_or_else(Merge::default, |said| said.value)
    }
}

pub(super) fn branches(node: Option<&Node>) -> BranchesTable {
    let get = |key| node.and_then(|node| node.get(key));
    let protected = get("protected").map(Node::items).unwrap_or_default();
    BranchesTable {
        main: string(get("main")),
        develop: string(get("develop")),
        protected: protected.iter().filter_map(|item| string(Some(item))).collect(),
        merge: said(get("merge"), |word| match word {
            "no-ff" => Some(Merge::NoFf),
            "ff" => Some(Merge::Ff),
            "squash" => Some(Merge::Squash),
            _ => None,
        }),
    }
}
