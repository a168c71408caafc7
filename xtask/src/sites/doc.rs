//! What TOML, JSON and YAML documents have in common: a tree of tables, lists and scalars with
//! spans.

use std::ops::Range;

use super::event::Event;
use super::toml::quoted;
use super::{Found, Source};
use crate::error::Refusal;

/// A parsed document.
#[derive(Debug)]
pub struct Doc<'a> {
    pub(super) source: Source<'a>,
    pub(super) root: Node,
    /// The documents behind the first one (YAML).
    pub(super) more: Vec<Node>,
    pub(super) shared: Vec<Shared>,
    /// Why a value that is written like this is no string in this format.
    pub(super) no_string: fn(&str) -> String,
}

/// A value that stands in several places at once (YAML: an anchor that an alias repeats).
#[derive(Debug)]
pub struct Shared {
    /// The bytes of the value with all that is in it.
    pub span: Range<usize>,
    /// Where it is repeated.
    pub alias: usize,
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
    /// The lines of a block that is taken as it is written (YAML's `|`), without indentation.
    Lines(Vec<Found>),
    /// What stands at another place of the file, and which: YAML's `*name`.
    Alias(usize),
    /// A number, a date, a boolean, `null`.
    Other,
}

/// One key of a table and its value.
#[derive(Debug)]
pub struct Entry {
    pub key: String,
    /// Where a person looks for it: at the key (JSON, YAML) or at the value (TOML).
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

    /// The value under the key of a table, or at the index of a list.
    fn step(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::List(nodes) => nodes.get(key.parse::<usize>().ok()?),
            _ => self.get(key),
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

    /// A document that is written in quotes throughout, as TOML and JSON are.
    pub(super) fn of(source: Source<'a>, root: Node) -> Self {
        let no_string = |_: &str| "A version is written in quotes.".to_owned();
        Self { source, root, more: Vec::new(), shared: Vec::new(), no_string }
    }

    /// The top-level table (for JSON and YAML: whatever the file holds; of several documents the
    /// first).
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The same, for those who keep it longer than the bytes of the file.
    pub fn into_root(self) -> Node {
        self.root
    }

    /// Every document of the file.
    pub fn documents(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.root).chain(&self.more)
    }

    /// The value at a path of keys, `None` when there is none; in a list a number is an index.
    ///
    /// # Errors
    /// A key on the way that is there twice (JSON allows it, readers disagree which one counts), a
    /// path that is there in several documents, or that leads through an alias.
    pub fn get<S: AsRef<str>>(&self, keys: &[S]) -> Result<Option<&Node>, Refusal> {
        let mut found: Option<&Node> = None;
        for document in self.documents() {
            let Some(node) = self.resolve(document, keys)? else { continue };
            if let Some(first) = found {
                let what = format!("{} is in several documents of {}", dotted(keys), self.path());
                return Err(Refusal::usage(what)
                    .why(format!("The first one is at {}.", self.source.link(first.span.start)))
                    .why("A key cannot say which of them is meant; a pattern with a count can.")
                    .at(self.source.place(node.span.start)));
            }
            found = Some(node);
        }
        Ok(found)
    }

    fn resolve<'n, S: AsRef<str>>(
        &self,
        document: &'n Node,
        keys: &[S],
    ) -> Result<Option<&'n Node>, Refusal> {
        let mut node = document;
        for (depth, key) in keys.iter().enumerate() {
            let key = key.as_ref();
            if let Kind::Alias(anchor) = node.kind {
                return Err(self.aliased(node, anchor, &dotted(&keys[..depth])));
            }
            self.once(node, key, keys)?;
            let Some(next) = node.step(key) else { return Ok(None) };
            node = next;
        }
        Ok(Some(node))
    }

    /// The value under a key of a table that was found already; `keys` lead to it and on to this
    /// key.
    ///
    /// # Errors
    /// The key is there twice.
    pub fn inside<'n, S: AsRef<str>>(
        &self,
        table: &'n Node,
        keys: &[S],
    ) -> Result<Option<&'n Node>, Refusal> {
        let key = keys.last().map_or("", AsRef::as_ref);
        self.once(table, key, keys)?;
        Ok(table.get(key))
    }

    fn once<S: AsRef<str>>(&self, table: &Node, key: &str, keys: &[S]) -> Result<(), Refusal> {
        let mut same = table.entries().iter().filter(|entry| entry.key == key);
        let (Some(first), Some(second)) = (same.next(), same.next()) else { return Ok(()) };
        Err(Refusal::usage(format!("{} is there twice in {}", dotted(keys), self.path()))
            .why(format!("The other one is at {}.", self.source.link(first.at)))
            .at(self.source.place(second.at)))
    }

    /// How many keys of a path lead on, in the document where they lead furthest, and the value
    /// they lead to.
    pub fn furthest<S: AsRef<str>>(&self, keys: &[S]) -> (usize, &Node) {
        let mut furthest = (0, &self.root);
        for document in self.documents() {
            let mut node = document;
            for (depth, key) in keys.iter().enumerate() {
                let Some(next) = node.step(key.as_ref()) else { break };
                node = next;
                if depth >= furthest.0 {
                    furthest = (depth + 1, node);
                }
            }
        }
        furthest
    }

    /// The string at a path of keys, `None` when there is nothing.
    ///
    /// # Errors
    /// Those of [`Self::get`] and [`Self::found`].
    pub fn text<S: AsRef<str>>(&self, keys: &[S]) -> Result<Option<Found>, Refusal> {
        self.get(keys)?.map(|node| self.found(node, &dotted(keys))).transpose()
    }

    /// The name at a path of keys, `None` when there is no string.
    ///
    /// # Errors
    /// Those of [`Self::get`] and [`Source::name`].
    pub fn name<S: AsRef<str>>(&self, keys: &[S]) -> Result<Option<String>, Refusal> {
        let Some(node) = self.get(keys)? else { return Ok(None) };
        node.text().map(|name| self.source.name(name, node.span.start)).transpose()
    }

    /// The string `node`, which people know as `key`.
    ///
    /// # Errors
    /// A value that is no string, an alias, a value that an alias repeats; with the places.
    pub fn found(&self, node: &Node, key: &str) -> Result<Found, Refusal> {
        self.own(node, key)?;
        match &node.kind {
            Kind::Text(value) => Ok(Found { range: node.span.clone(), value: value.clone() }),
            _ => Err(self.not_a_string(node, key)),
        }
    }

    /// Does this value stand in one place only?
    ///
    /// # Errors
    /// An alias, and a value that is repeated by one: its bytes are the value of two places, and an
    /// edit would change both.
    pub fn own(&self, node: &Node, key: &str) -> Result<(), Refusal> {
        if let Kind::Alias(anchor) = node.kind {
            return Err(self.aliased(node, anchor, key));
        }
        let around = |shared: &&Shared| {
            shared.span.start <= node.span.start && node.span.end <= shared.span.end
        };
        let Some(shared) = self.shared.iter().find(around) else { return Ok(()) };
        let what = format!("{key} in {} is the value of other keys too", self.path());
        Err(Refusal::usage(what)
            .why(format!("An alias repeats it at {}.", self.source.link(shared.alias)))
            .why("If both are meant, name the line with a pattern instead of the key.")
            .at(self.source.place(node.span.start)))
    }

    fn aliased(&self, node: &Node, anchor: usize, key: &str) -> Refusal {
        Refusal::usage(format!("{key} in {} is an alias", self.path()))
            .why(format!("What it repeats is written at {}.", self.source.link(anchor)))
            .why("Name that line with a pattern instead of the key.")
            .at(self.source.place(node.span.start))
    }

    /// The refusal for a value that is no string.
    pub fn not_a_string(&self, node: &Node, key: &str) -> Refusal {
        let raw = self.source.bytes.get(node.span.clone()).unwrap_or_default();
        let why = match &node.kind {
            Kind::Lines(_) => "It is a block of lines: name one of them with a pattern.".to_owned(),
            _ => (self.no_string)(&String::from_utf8_lossy(raw)),
        };
        Refusal::usage(format!("{key} in {} is not a string", self.path()))
            .why(why)
            .at(self.source.place(node.span.start))
    }

    fn path(&self) -> &crate::path::RepoPath {
        self.source.path
    }

    /// Is there a literal `true` at this path of keys?
    pub fn is_true<S: AsRef<str>>(&self, keys: &[S]) -> bool {
        matches!(self.get(keys), Ok(Some(node)) if self.is_true_node(node))
    }

    pub(crate) fn is_true_node(&self, node: &Node) -> bool {
        matches!(node.kind, Kind::Other)
            && self.source.bytes.get(node.span.clone()) == Some(b"true".as_slice())
    }

    pub(super) fn events(&self) -> Vec<Event<'_>> {
        let mut events = Vec::new();
        for document in self.documents() {
            events.push(Event::Mark(b"---"));
            self.walk(document, &mut events);
        }
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
            Kind::Lines(lines) => {
                events.push(Event::Mark(b"|"));
                for line in lines {
                    events.push(Event::text(line.value.as_str(), line.range.clone()));
                }
            }
            Kind::Alias(_) | Kind::Other => {
                let raw = self.source.bytes.get(node.span.clone());
                events.push(Event::Mark(raw.unwrap_or_default()));
            }
        }
    }
}

/// A path of keys the way a person writes it: `package."a.b".version`.
pub fn dotted<S: AsRef<str>>(keys: &[S]) -> String {
    let bare = |key: &str| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    let written = |key: &str| if bare(key) { key.to_owned() } else { quoted(key) };
    keys.iter().map(|key| written(key.as_ref())).collect::<Vec<_>>().join(".")
}
