//! `[rollback]`

use super::gates::CommandLine;
use super::{Said, said};
use crate::sites::doc::Node;

/// `[rollback]`
#[derive(Debug, Default)]
pub struct RollbackTable {
    /// What becomes of the commits; `None`: it depends on how the release landed.
    pub code: Option<Said<Code>>,
    /// What becomes of the tag.
    pub tag: Option<Said<Fate>>,
    /// Put the previous release back in place.
    pub redeploy: Vec<CommandLine>,
    /// Take the database back.
    pub database: Vec<CommandLine>,
    /// Say whether the previous release works.
    pub verify: Vec<CommandLine>,
}

/// What a rollback does to the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Code {
    /// It stays on its branches
    Keep,
    /// It is taken out of them again, and what came later stays
    Revert,
}

/// What a rollback does to the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Keep,
    Delete,
}

pub(super) fn rollback(node: Option<&Node>) -> RollbackTable {
    let get = |key| node.and_then(|node| node.get(key));
    RollbackTable {
        code: said(get("code"), |word| match word {
            "keep" => Some(Code::Keep),
            "revert" => Some(Code::Revert),
            _ => None,
        }),
        tag: said(get("tag"), |word| match word {
            "keep" => Some(Fate::Keep),
            "delete" => Some(Fate::Delete),
            _ => None,
        }),
        redeploy: commands(get("redeploy")),
        database: commands(get("database")),
        verify: commands(get("verify")),
    }
}

/// One command, or a list of them.
fn commands(node: Option<&Node>) -> Vec<CommandLine> {
    let Some(node) = node else { return Vec::new() };
    match CommandLine::of(node) {
        Some(only) => vec![only],
        None => node.items().iter().filter_map(CommandLine::of).collect(),
    }
}
