//! `[changelog]`

use super::{Said, said};
use crate::path::RepoPath;
use crate::sites::doc::Node;

/// `[changelog]`
#[derive(Debug, Default)]
pub struct ChangelogTable {
    /// The file, from the top of the repository.
    pub file: Option<Said<RepoPath>>,
    /// Types of commits with the section each goes to.
    pub types: Vec<(String, String)>,
}

pub(super) fn changelog(node: Option<&Node>) -> ChangelogTable {
    let get = |key| node.and_then(|node| node.get(key));
    let types = get("types").map(Node::entries).unwrap_or_default().iter();
    ChangelogTable {
        file: said(get("file"), RepoPath::new),
        types: types.filter_map(|t| Some((t.key.clone(), t.value.text()?.to_owned()))).collect(),
    }
}
