//! `[branches]`

use super::{Said, string};
use crate::sites::doc::Node;

/// `[branches]`
#[derive(Debug, Default)]
pub struct BranchesTable {
    /// The branch that releases land on.
    pub main: Option<Said<String>>,
    /// Those that take pull requests only, by their short names.
    pub protected: Vec<String>,
}

pub(super) fn branches(node: Option<&Node>) -> BranchesTable {
    let protected = node.and_then(|node| node.get("protected")).map(Node::items);
    let names = protected.unwrap_or_default().iter().filter_map(Node::text);
    BranchesTable {
        main: string(node.and_then(|node| node.get("main"))),
        protected: names.map(str::to_owned).collect(),
    }
}
