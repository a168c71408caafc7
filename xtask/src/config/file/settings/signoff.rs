//! `[signoff]`

use super::{Said, flag, globs};
use crate::config::file::check::integer;
use crate::glob::Glob;
use crate::sites::doc::{Entry, Node};

/// `[signoff]`: who says GO.
#[derive(Debug, Default)]
pub struct SignoffTable {
    /// In the order of the file.
    pub roles: Vec<RoleTable>,
    /// How many different people must sign; `None` where it says nothing.
    pub distinct: Option<Said<usize>>,
    /// Files whose later changes do not void a sign-off.
    pub survives: Vec<Glob>,
    /// Whether sign-offs need a signature; `None` where it says nothing.
    pub signed: Option<Said<bool>>,
}

/// A role, and the addresses of those who can sign for it.
#[derive(Debug)]
pub struct RoleTable {
    pub name: Said<String>,
    pub addresses: Vec<Said<String>>,
}

pub(super) fn signoff(node: Option<&Node>, bytes: &[u8]) -> SignoffTable {
    let get = |key| node.and_then(|node| node.get(key));
    let roles = get("roles").map(Node::entries).unwrap_or_default();
    let count = |node: &Node| {
        let raw = std::str::from_utf8(bytes.get(node.span.clone())?).ok()?;
        Some(Said { value: usize::try_from(integer(raw)?).ok()?, at: node.span.start })
    };
    SignoffTable {
        roles: roles.iter().map(role).collect(),
        distinct: get("distinct").and_then(count),
        survives: globs(get("survives")),
        signed: flag(get("signed"), bytes),
    }
}

fn role(entry: &Entry) -> RoleTable {
    let address = |node: &Node| Some(Said { value: node.text()?.to_owned(), at: node.span.start });
    RoleTable {
        name: Said { value: entry.key.clone(), at: entry.at },
        addresses: entry.value.items().iter().filter_map(address).collect(),
    }
}
