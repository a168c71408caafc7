//! `[release]` and `[hotfix]`

use super::{Said, string};
use crate::sites::doc::Node;

/// What `[release]` and `[hotfix]` have in common.
#[derive(Debug, Default)]
pub struct LandingTable {
    /// The message of the release commit, with placeholders.
    pub commit_message: Option<Said<String>>,
}

pub(super) fn landing(node: Option<&Node>) -> LandingTable {
    LandingTable { commit_message: string(node.and_then(|node| node.get("commit_message"))) }
}
