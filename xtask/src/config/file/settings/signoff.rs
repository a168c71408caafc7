//! `[signoff]`

use super::{flag, globs, integer, texts};
use crate::glob::Glob;
use crate::sites::doc::Node;

/// `[signoff]`
#[derive(Debug, Default)]
pub struct SignoffTable {
    /// The roles, with the addresses of those who can sign for them.
    pub roles: Vec<(String, Vec<String>)>,
    /// How many different people must sign; `None`: as many as there are roles.
    pub distinct: Option<usize>,
    /// Files whose later changes do not void a sign-off.
    pub survives: Vec<Glob>,
    /// Whether they need a signature.
    pub signed: bool,
}

impl SignoffTable {
    /// The addresses of a role; `None` where there is no such role.
    pub fn addresses(&self, role: &str) -> Option<&[String]> {
        let (_, addresses) = self.roles.iter().find(|(name, _)| name == role)?;
        Some(addresses)
    }

    /// The roles that somebody with this address can sign for.
    pub fn roles_of<'t>(&'t self, address: &'t str) -> impl Iterator<Item = &'t str> {
        let has = |addresses: &[String]| addresses.iter().any(|a| a.eq_ignore_ascii_case(address));
        let own = self.roles.iter().filter(move |(_, addresses)| has(addresses));
        own.map(|(name, _)| name.as_str())
    }
}

pub(super) fn signoff(node: Option<&Node>, bytes: &[u8]) -> SignoffTable {
    let get = |key| node.and_then(|node| node.get(key));
    let roles = get("roles").map(Node::entries).unwrap_or_default().iter();
    let addresses = |node: &Node| texts(Some(node)).map(|said| said.value).unwrap_or_default();
    let number = |node: &Node| {
        let raw = std::str::from_utf8(bytes.get(node.span.clone())?).ok()?;
        usize::try_from(integer(raw)?).ok()
    };
    SignoffTable {
        roles: roles.map(|role| (role.key.clone(), addresses(&role.value))).collect(),
        distinct: get("distinct").and_then(number),
        survives: globs(get("survives")),
        signed: flag(get("signed"), bytes).is_some_and(|said| said.value),
    }
}
