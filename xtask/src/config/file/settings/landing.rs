//! `[release]` and `[hotfix]`

use super::{Said, string};
use crate::sites::doc::Node;

/// What `[release]` and `[hotfix]` have in common.
#[derive(Debug, Default)]
pub struct LandingTable {
    /// The message of the release commit, with placeholders.
    pub commit_message: Option<Said<String>>,
    /// The branch it is prepared on, with placeholders.
    pub branch: Option<Said<String>>,
    /// The branch it starts from; of hotfixes also `tag`.
    pub from: Option<Said<String>>,
}

pub(super) fn landing(node: Option<&Node>) -> LandingTable {
    let get = |key| string(node.and_then(|node| node.get(key)));
    LandingTable { commit_message: get("commit_message"), branch: get("branch"), from: get("from") }
}
