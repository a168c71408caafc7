//! `[branches]`

use crate::sites::doc::Node;

/// `[branches]`
#[derive(Debug, Default)]
pub struct BranchesTable {
    /// Those that take pull requests only, by their short names.
    pub protected: Vec<String>,
}

pub(super) fn branches(node: Option<&Node>) -> BranchesTable {
    let protected = node.and_then(|node| node.get("protected")).map(Node::items);
    let names = protected.unwrap_or_default().iter().filter_map(Node::text);
    BranchesTable { protected: names.map(str::to_owned).collect() }
}
