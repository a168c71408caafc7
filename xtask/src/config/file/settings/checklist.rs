//! `[checklist]`

use std::fmt;

use super::{Said, said};
use crate::path::RepoPath;
use crate::sites::doc::{Entry, Node};

/// `[checklist]`: the team's own Markdown, and what stands behind its boxes.
#[derive(Debug, Default)]
pub struct ChecklistTable {
    pub file: Option<Said<RepoPath>>,
    /// In the order of the file.
    pub sections: Vec<Section>,
}

/// A heading of the checklist, and what the boxes below it wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub heading: Said<String>,
    /// All of them count.
    pub bindings: Vec<Binding>,
}

/// What a box waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// The gate of this name is green.
    Gate(String),
    /// Somebody signs.
    Role(Who),
    /// The release itself does it.
    Step,
    /// Somebody does it when the release is out.
    After(Who),
    /// It is for a rollback only.
    Rollback,
    /// Nothing, for this reason.
    Skip(String),
}

/// Who has to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Any,
    Role(String),
}

impl Who {
    /// Whether a sign-off of this role is theirs.
    pub fn is(&self, role: Option<&String>) -> bool {
        match self {
            Self::Any => true,
            Self::Role(name) => role == Some(name),
        }
    }
}

impl Binding {
    /// Reads a binding; `None` for what is none. Whether what it names is there is not looked at.
    pub fn parse(text: &str) -> Option<Self> {
        let (head, rest) = match text.split_once(':') {
            Some((head, rest)) => (head.trim(), rest.trim()),
            None => (text.trim(), ""),
        };
        match (head, rest) {
            ("step", "") => Some(Self::Step),
            ("rollback", "") => Some(Self::Rollback),
            (_, "") => None,
            ("gate", id) => Some(Self::Gate(id.to_owned())),
            ("role", name) => Some(Self::Role(Who::named(name))),
            ("after", name) => Some(Self::After(Who::named(name))),
            ("skip", reason) => Some(Self::Skip(reason.to_owned())),
            _ => None,
        }
    }
}

impl Who {
    /// `any`, or the role of this name.
    pub fn named(name: &str) -> Self {
        if name == "any" { Self::Any } else { Self::Role(name.to_owned()) }
    }

    /// The name as it is written in a binding.
    pub fn name(&self) -> &str {
        match self {
            Self::Any => "any",
            Self::Role(name) => name,
        }
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gate(id) => write!(f, "gate:{id}"),
            Self::Role(who) => write!(f, "role:{}", who.name()),
            Self::Step => f.write_str("step"),
            Self::After(who) => write!(f, "after:{}", who.name()),
            Self::Rollback => f.write_str("rollback"),
            Self::Skip(reason) => write!(f, "skip: {reason}"),
        }
    }
}

pub(super) fn checklist(node: Option<&Node>) -> ChecklistTable {
    let get = |key| node.and_then(|node| node.get(key));
    let sections = get("sections").map(Node::entries).unwrap_or_default();
    ChecklistTable {
        file: said(get("file"), RepoPath::new),
        sections: sections.iter().map(section).collect(),
    }
}

fn section(entry: &Entry) -> Section {
    let one = entry.value.text().into_iter();
    let list = entry.value.items().iter().filter_map(Node::text);
    Section {
        heading: Said { value: entry.key.clone(), at: entry.at },
        bindings: one.chain(list).filter_map(Binding::parse).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_read_and_written() {
        for text in
            ["gate:tests", "role:any", "role:QA Lead", "step", "after:any", "rollback", "skip: no"]
        {
            assert_eq!(Binding::parse(text).map(|b| b.to_string()).as_deref(), Some(text));
        }
        for none in ["", "gate:", "gate", "steps", "todo: x", "step: x", "skip: "] {
            assert_eq!(Binding::parse(none), None, "{none}");
        }
    }
}
