//! What TOML and JSON documents have in common: a tree of tables, lists and scalars with spans.

use std::ops::Range;

use super::event::Event;
use super::{Found, Source};
use crate::error::Refusal;

/// A parsed document.
#[derive(Debug)]
pub struct Doc<'a> {
    pub(super) source: Source<'a>,
    pub(super) root: Node,
}

/// A value with its place in the file.
#[derive(Debug)]
pub struct Node {
    /// The bytes it is written in; of a string those between its quotes.
    pub span: Range<usize>,
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug)]
pub enum Kind {
    Table(Vec<Entry>),
    List(Vec<Node>),
    /// A string, escapes resolved.
    Text(String),
    /// A number, a date, a boolean, `null`.
    Other,
}

/// One key of a table and its value.
#[derive(Debug)]
pub struct Entry {
    pub key: String,
    /// Where a person looks for it: at the key (JSON) or at the value (TOML).
    pub at: usize,
    pub value: Node,
}

impl Node {
    /// The value under `key`, the first one if a JSON object has it twice; `None` when this is no
    /// table or has no such key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The entries of a table, in the order of the file; none for any other value.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The values of a list; none for any other value.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(nodes) => nodes,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The strings of a list of strings, or the one string this is; anything else is left out.
    pub fn texts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Text(_) => vec![self],
            _ => self.items().iter().filter(|node| node.text().is_some()).collect(),
        }
    }
}

impl<'a> Doc<'a> {
    /// The file it was read from.
    pub fn source(&self) -> Source<'a> {
        self.source
    }

    /// The top-level table (for JSON: whatever the file holds).
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The same, for those who keep it longer than the bytes of the file.
    pub fn into_root(self) -> Node {
        self.root
    }

    /// The value at a path of keys, `None` when there is none.
    ///
    /// # Errors
    /// A key on the way that is there twice (JSON allows it, readers disagree which one counts).
    pub fn get(&self, keys: &[&str]) -> Result<Option<&Node>, Refusal> {
        let mut node = &self.root;
        for key in keys {
            let mut same = node.entries().iter().filter(|entry| entry.key == *key);
            let Some(first) = same.next() else { return Ok(None) };
            if let Some(second) = same.next() {
                let path = self.source.path;
                return Err(Refusal::usage(format!("{} is there twice in {path}", dotted(keys)))
                    .why(format!("The other one is at {}.", self.source.link(first.at)))
                    .at(self.source.place(second.at)));
            }
            node = &first.value;
        }
        Ok(Some(node))
    }

    /// The string at a path of keys, `None` when there is nothing.
    ///
    /// # Errors
    /// Those of [`Self::get`], and a value that is no string, with its place.
    pub fn text(&self, keys: &[&str]) -> Result<Option<Found>, Refusal> {
        self.get(keys)?.map(|node| self.found(node, &dotted(keys))).transpose()
    }

    /// The string `node`, which people know as `key`.
    ///
    /// # Errors
    /// A value that is no string, with its place.
    pub fn found(&self, node: &Node, key: &str) -> Result<Found, Refusal> {
        match &node.kind {
            Kind::Text(value) => Ok(Found { range: node.span.clone(), value: value.clone() }),
            _ => Err(Refusal::usage(format!("{key} in {} is not a string", self.source.path))
                .why("A version is written in quotes.")
                .at(self.source.place(node.span.start))),
        }
    }

    /// Is there a literal `true` at this path of keys?
    pub fn is_true(&self, keys: &[&str]) -> bool {
        matches!(self.get(keys), Ok(Some(node)) if self.is_true_node(node))
    }

    pub(crate) fn is_true_node(&self, node: &Node) -> bool {
        matches!(node.kind, Kind::Other)
            && self.source.bytes.get(node.span.clone()) == Some(b"true".as_slice())
    }

    pub(super) fn events(&self) -> Vec<Event<'_>> {
        let mut events = Vec::new();
        self.walk(&self.root, &mut events);
        events
    }

    fn walk<'d>(&'d self, node: &'d Node, events: &mut Vec<Event<'d>>) {
        match &node.kind {
            Kind::Table(entries) => {
                events.push(Event::Mark(b"{"));
                for entry in entries {
                    events.push(Event::Mark(entry.key.as_bytes()));
                    self.walk(&entry.value, events);
                }
                events.push(Event::Mark(b"}"));
            }
            Kind::List(nodes) => {
                events.push(Event::Mark(b"["));
                for node in nodes {
                    self.walk(node, events);
                }
                events.push(Event::Mark(b"]"));
            }
            Kind::Text(value) => events.push(Event::text(value.as_str(), node.span.clone())),
            Kind::Other => {
                let raw = self.source.bytes.get(node.span.clone());
                events.push(Event::Mark(raw.unwrap_or_default()));
            }
        }
    }
}

/// A path of keys the way a person writes it: `package."a.b".version`.
pub fn dotted(keys: &[&str]) -> String {
    let bare = |key: &str| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    let quoted = |key: &&str| if bare(key) { (*key).to_owned() } else { format!("{key:?}") };
    keys.iter().map(quoted).collect::<Vec<_>>().join(".")
}
