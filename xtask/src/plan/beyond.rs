//! What happens beyond git: commands of the configuration, and what only a person can do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::word;

/// Commands of the configuration, one after the other. What they did cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What people call it: `redeploy`, `database`, `verify`.
    pub name: String,
    pub commands: Vec<Command>,
    /// What is lost by it for good, since when: then it begins only after a confirmation of its
    /// own. `what was written to the database since 14:21`
    pub loses: Option<String>,
}

/// A command with everything filled in; it runs at the top of the work tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// What it is told, by name; `None` is taken away from it.
    pub env: BTreeMap<String, Option<String>>,
}

/// What only a person can do. Nothing waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What people call it: `yank`.
    pub name: String,
    /// What is to be done, as a sentence.
    pub text: String,
    /// The page on which it is done.
    pub page: Option<String>,
    /// The command with which it is done, as it is typed.
    pub command: Option<String>,
}

/// Refs of our own as they are here, for other clones. Each is pushed apart from everything else: a
/// server may refuse what is neither a branch nor a tag. What is another one there stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub remote: String,
    /// Full names, below `refs/gonogo/`.
    pub refs: Vec<String>,
}

impl Command {
    /// As a person writes it.
    pub fn shown(&self) -> String {
        match self.argv.as_slice() {
            [shell, option, text] if shell == "sh" && option == "-c" => text.trim().to_owned(),
            words => words.iter().map(word).collect::<Vec<_>>().join(" "),
        }
    }
}
