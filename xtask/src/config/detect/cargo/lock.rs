//! Cargo.lock: the entries of the project's own packages.

use std::collections::HashSet;
use std::rc::Rc;

use super::super::part::{Part, View, site};
use crate::error::Refusal;
use crate::sites::doc::{Node, dotted};
use crate::sites::{File, Format, Found, Role, Site, Source, Spelling, toml};

/// What a lock file says of packages without a `source`, and where others depend on a package by
/// name and version.
pub(in crate::config::detect) struct Lock {
    own: Vec<(String, Found)>,
    /// The package that depends, `name version` of the other one, and the version in it.
    links: Vec<(String, String, Found)>,
}

/// Adds the entries of the project's packages, and the version behind their name where another
/// package of that name makes Cargo write it into `dependencies`.
pub(super) fn add(view: &View<'_>, file: &File, part: &mut Part) -> Result<(), Refusal> {
    let source = Source::from(file);
    let lock = view.memo.cargo_locks.get(&file.path, || read(source))?;
    let names = Rc::clone(&part.names);
    let names: HashSet<&String> = names.iter().collect();
    let own: Vec<_> = lock.own.iter().filter(|(name, _)| names.contains(name)).collect();
    let mut add = |key: &str, found: &Found| {
        let lock = site(source, Format::Toml, key, "lock file", found.clone());
        part.add(source, Site { role: Role::Lock, spelling: Spelling::Semver, ..lock });
    };
    for (name, found) in &own {
        add(&dotted(&["package", name, "version"]), found);
    }
    let pairs: HashSet<String> =
        own.iter().map(|(name, own)| format!("{name} {}", own.value)).collect();
    for (dependent, pair, found) in &lock.links {
        if pairs.contains(pair) {
            add(&dotted(&["package", dependent, "dependencies"]), found);
        }
    }
    Ok(())
}

fn read(source: Source<'_>) -> Result<Lock, Refusal> {
    let doc = toml::parse(source)?;
    let packages = doc.get(&["package"])?.map(Node::items).unwrap_or_default();
    let mut lock = Lock { own: Vec::new(), links: Vec::new() };
    for package in packages {
        let name = package.get("name").and_then(Node::text).unwrap_or_default();
        if let (None, Some(version)) = (package.get("source"), package.get("version")) {
            let found = doc.found(version, &dotted(&["package", name, "version"]))?;
            lock.own.push((name.to_owned(), found));
        }
        let dependencies = package.get("dependencies").map(Node::texts).unwrap_or_default();
        for node in dependencies {
            let text = node.text().unwrap_or_default();
            let escaped = node.span.len() != text.len();
            if let (false, Some((_, version))) = (escaped, text.split_once(' ')) {
                let range = node.span.end - version.len()..node.span.end;
                let found = Found { range, value: version.to_owned() };
                lock.links.push((name.to_owned(), text.to_owned(), found));
            }
        }
    }
    Ok(lock)
}
