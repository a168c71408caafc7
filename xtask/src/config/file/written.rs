//! What is written in gonogo.toml, line by line, for people who ask where a value comes from.

use super::settings::Settings;
use crate::sites::doc::{Kind, Node, dotted};
use crate::sites::toml::quoted;

/// One value of gonogo.toml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `release.tag_message`
    pub key: String,
    /// As a person would write it.
    pub value: String,
    /// 1-based.
    pub line: usize,
}

impl Settings {
    /// Every value in the order of the file. A list is one value; a list with tables in it is one
    /// for each entry, under the name of the list.
    pub fn written(&self) -> Vec<Written> {
        let Some((file, root)) = &self.written else { return Vec::new() };
        let mut found = Vec::new();
        collect(root, &mut Vec::new(), &file.bytes, &mut found);
        found.sort_by_key(|(at, _, _)| *at);
        let (mut line, mut counted) = (1, 0);
        let written = found.into_iter().map(|(at, key, value)| {
            let between = file.bytes.get(counted..at).unwrap_or_default();
            line += between.iter().filter(|byte| **byte == b'\n').count();
            counted = at;
            Written { key, value, line }
        });
        written.collect()
    }
}

/// Goes as deep as the vocabulary does.
fn collect<'d>(
    node: &'d Node,
    keys: &mut Vec<&'d str>,
    bytes: &[u8],
    found: &mut Vec<(usize, String, String)>,
) {
    let tables = node.items().iter().any(|item| matches!(item.kind, Kind::Table(_)));
    match &node.kind {
        Kind::Table(entries) => {
            for entry in entries {
                keys.push(&entry.key);
                collect(&entry.value, keys, bytes, found);
                keys.pop();
            }
        }
        Kind::List(items) if tables => found
            .extend(items.iter().map(|item| (item.span.start, dotted(keys), shown(item, bytes)))),
        _ => found.push((node.span.start, dotted(keys), shown(node, bytes))),
    }
}

fn shown(node: &Node, bytes: &[u8]) -> String {
    match &node.kind {
        Kind::Text(text) => quoted(text),
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, bytes)).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Table(entries) => {
            let entry =
                |key: &str, node: &Node| format!("{} = {}", dotted(&[key]), shown(node, bytes));
            let entries: Vec<String> = entries.iter().map(|e| entry(&e.key, &e.value)).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Kind::Lines(_) | Kind::Alias(_) | Kind::Other => {
            String::from_utf8_lossy(bytes.get(node.span.clone()).unwrap_or_default()).into_owned()
        }
    }
}
