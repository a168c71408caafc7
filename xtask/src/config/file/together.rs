//! What the values of a document say together.

use std::collections::BTreeMap;

use super::command::variable;
use super::text::key_path;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::sites::doc::{Doc, Entry, Node, dotted};
use crate::sites::toml::{Step, key_at};
use crate::version::normal;

/// Checks a document whose values are right one by one.
///
/// # Errors
/// Gates that wait for each other, a place that is named twice, two names that mean the same.
pub fn check(doc: &Doc<'_>) -> Result<(), Refusal> {
    order_of_gates(doc)?;
    let places = |table: &[&str]| doc.get(table).ok().flatten().and_then(|node| node.get("files"));
    places(&["version"]).map_or(Ok(()), |files| same_place(doc, files, "version.files"))?;
    for package in entries(doc, "package") {
        if let Some(files) = package.value.get("files") {
            same_place(doc, files, &dotted(&["package", &package.key, "files"]))?;
        }
    }
    distinct(doc, "package", normal, |one, other| {
        format!("\"{one}\" and \"{other}\" are one name: case, `-`, `_` and dots do not count.")
    })?;
    distinct(doc, "record", variable, |one, _| {
        format!("Both would be $GONOGO_PREVIOUS_{}.", variable(one))
    })
}

fn entries<'d>(doc: &'d Doc<'_>, table: &str) -> &'d [Entry] {
    doc.root().get(table).map(Node::entries).unwrap_or_default()
}

/// Refuses gates that wait for each other: none of them could ever start.
fn order_of_gates(doc: &Doc<'_>) -> Result<(), Refusal> {
    let after =
        |entry: &'_ Entry| entry.value.get("after").map(Node::items).unwrap_or_default().len();
    let gates = entries(doc, "gates");
    if gates.iter().all(|gate| after(gate) == 0) {
        return Ok(());
    }
    let mut waiting: BTreeMap<&str, &[Node]> = gates
        .iter()
        .map(|gate| {
            (gate.key.as_str(), gate.value.get("after").map(Node::items).unwrap_or_default())
        })
        .collect();
    loop {
        let held = |items: &[Node]| items.iter().any(|item| next(item, &waiting).is_some());
        let free: Vec<&str> =
            waiting.iter().filter(|(_, items)| !held(items)).map(|(name, _)| *name).collect();
        if free.is_empty() {
            break;
        }
        for name in free {
            waiting.remove(name);
        }
    }
    // Whoever is left waits for somebody who is left: following them leads around the circle.
    let Some(first) =
        gates.iter().map(|gate| gate.key.as_str()).find(|name| waiting.contains_key(name))
    else {
        return Ok(());
    };
    let mut seen: Vec<(&str, usize)> = Vec::new();
    let mut here = first;
    while !seen.iter().any(|(name, _)| *name == here) {
        let Some((item, name)) =
            waiting[here].iter().find_map(|item| Some((item, next(item, &waiting)?)))
        else {
            return Ok(());
        };
        seen.push((here, item.span.start));
        here = name;
    }
    let circle: Vec<(&str, usize)> =
        seen.into_iter().skip_while(|(name, _)| *name != here).collect();
    let names: Vec<&str> = circle.iter().map(|(name, _)| *name).chain([here]).collect();
    let at = circle.last().map_or(0, |(_, at)| *at);
    Err(Refusal::usage(format!("gates in {} wait for each other", doc.source().path))
        .why(format!("None of them could start: {}.", names.join(" after ")))
        .at(doc.source().place(at))
        .next("schema", "describes every table and key"))
}

/// The gate that an entry of `after` names, while it waits.
fn next<'w>(item: &Node, waiting: &BTreeMap<&'w str, &[Node]>) -> Option<&'w str> {
    waiting.get_key_value(item.text()?).map(|(name, _)| *name)
}

/// Refuses two entries of `files` that name the same place.
fn same_place(doc: &Doc<'_>, files: &Node, list: &str) -> Result<(), Refusal> {
    let mut seen: BTreeMap<(String, Vec<String>, Option<&str>), &Node> = BTreeMap::new();
    for entry in files.items() {
        let text = |key: &str| entry.get(key).and_then(Node::text);
        // From the top of the repository or from a package's folder are two places.
        let path = text("path").and_then(|path| {
            let (slash, path) = path.strip_prefix('/').map_or(("", path), |path| ("/", path));
            Glob::parse(path).ok().map(|glob| format!("{slash}{glob}"))
        });
        let keys = text("key").and_then(|key| key_path(key).ok()).unwrap_or_default();
        let place = (path.unwrap_or_default(), keys, text("pattern"));
        if let Some(other) = seen.insert(place, entry) {
            let source = doc.source();
            return Err(Refusal::usage(format!(
                "{list} in {} has the same place twice",
                source.path
            ))
            .why(format!("It is also at {}.", source.link(other.span.start)))
            .why("Several matches in one place are said with count.")
            .at(source.place(entry.span.start))
            .next("schema", "describes every table and key"));
        }
    }
    Ok(())
}

/// Refuses two entries of a table whose names are the same as `seen`.
fn distinct(
    doc: &Doc<'_>,
    table: &str,
    seen: fn(&str) -> String,
    why: impl Fn(&str, &str) -> String,
) -> Result<(), Refusal> {
    let mut names: BTreeMap<String, &Entry> = BTreeMap::new();
    for entry in entries(doc, table) {
        if let Some(other) = names.insert(seen(&entry.key), entry) {
            let source = doc.source();
            let at = |entry: &Entry| {
                let way = [Step::Key(table), Step::Key(&entry.key)];
                key_at(source, &way).unwrap_or(entry.at)
            };
            let name = dotted(&[table, &entry.key]);
            return Err(Refusal::usage(format!("{name} in {} is named twice", source.path))
                .why(format!("The other one is at {}.", source.link(at(other))))
                .why(why(&other.key, &entry.key))
                .at(source.place(at(entry)))
                .next("schema", "describes every table and key"));
        }
    }
    Ok(())
}
