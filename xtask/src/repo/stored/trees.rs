//! The folders of a commit, as tree objects.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;

use memchr::memchr;

use super::objects::Objects;
use super::{Entry, Kind};
use crate::error::Refusal;

/// The tree of a commit, read as far as it is asked for.
pub(super) struct Trees {
    root: String,
    known: RefCell<HashMap<String, Folder>>,
}

/// The names in one folder that are text, and what each stands for.
type Folder = Rc<HashMap<String, Entry>>;

impl Trees {
    /// By the id of the tree.
    pub fn of(root: String) -> Self {
        Self { root, known: RefCell::default() }
    }

    /// What stands under a path.
    ///
    /// # Errors
    /// git fails.
    pub fn find(&self, path: &str, objects: &mut Objects<'_>) -> Result<Option<Entry>, Refusal> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let id = match folder {
            "" => Some(self.root.clone()),
            folder => {
                let found = self.find(folder, objects)?;
                found.filter(|entry| entry.kind == Kind::Folder).map(|entry| entry.id)
            }
        };
        let Some(id) = id else { return Ok(None) };
        Ok(self.folder(&id, objects)?.get(name).cloned())
    }

    /// The path of every file.
    ///
    /// # Errors
    /// git fails.
    pub fn paths(&self, objects: &mut Objects<'_>) -> Result<Vec<String>, Refusal> {
        let mut found = Vec::new();
        let mut left = vec![(String::new(), self.root.clone())];
        while let Some((folder, id)) = left.pop() {
            for (name, entry) in self.folder(&id, objects)?.iter() {
                let path = format!("{folder}{name}");
                match entry.kind {
                    Kind::Folder => left.push((path + "/", entry.id.clone())),
                    _ => found.push(path),
                }
            }
        }
        Ok(found)
    }

    fn folder(&self, id: &str, objects: &mut Objects<'_>) -> Result<Folder, Refusal> {
        if let Some(known) = self.known.borrow().get(id) {
            return Ok(Rc::clone(known));
        }
        let bytes = objects.read(id, u64::MAX)?.and_then(|object| object.bytes);
        let bytes = bytes.ok_or_else(|| {
            Refusal::external(format!("git lacks the tree {id}"))
                .next_shell("git fsck", "shows what is missing")
        })?;
        let folder = Folder::new(entries(&bytes, id.len() / 2));
        self.known.borrow_mut().insert(id.to_owned(), Rc::clone(&folder));
        Ok(folder)
    }
}

/// Reads a tree object: for each entry the mode, a blank, the name, a NUL and the bytes of the id.
fn entries(mut tree: &[u8], id_length: usize) -> HashMap<String, Entry> {
    let mut found = HashMap::new();
    while let Some((head, id)) = first(&mut tree, id_length) {
        let mut hex = String::new();
        for byte in id {
            let _ = write!(hex, "{byte:02x}");
        }
        let (mode, name) = head.split_at(memchr(b' ', head).unwrap_or(head.len()));
        if let Ok(name) = std::str::from_utf8(name.get(1..).unwrap_or_default()) {
            found.insert(name.to_owned(), Entry::new(mode, hex));
        }
    }
    found
}

/// Takes the first entry off: mode and name, and the id.
fn first<'t>(tree: &mut &'t [u8], id_length: usize) -> Option<(&'t [u8], &'t [u8])> {
    let (head, after) = tree.split_at(memchr(0, tree)?);
    let (id, rest) = after.get(1..)?.split_at_checked(id_length)?;
    *tree = rest;
    Some((head, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_as_git_writes_it() {
        let mut tree = Vec::new();
        for (head, id) in [("100644 a b", 1), ("40000 d", 0xab), ("120000 l", 3), ("160000 s", 4)] {
            tree.extend(head.bytes().chain([0]).chain([id; 20]));
        }
        let found = entries(&tree, 20);
        let kinds = ["a b", "d", "l", "s"].map(|name| found[name].kind);
        assert_eq!(kinds, [Kind::File, Kind::Folder, Kind::Link, Kind::Submodule]);
        assert_eq!(found["d"].id, "ab".repeat(20));
        assert_eq!(entries(&tree[..tree.len() - 1], 20).len(), 3, "a torn one");
    }
}
