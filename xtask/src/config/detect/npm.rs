//! package.json and npm's lock files.

use std::collections::HashSet;

use super::part::{Local, Part, View, join, read, site};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::doc::{Doc, Entry, Node, dotted};
use crate::sites::{Format, Role, Site, Source, Spelling, json};

/// What package.json says; `None` when there is none.
pub(super) fn part(view: &View<'_>) -> Result<Option<Part>, Refusal> {
    let Some(file) = read(view, "package.json")? else { return Ok(None) };
    let source = Source::from(&file);
    let doc = json::parse(source)?;
    let name = doc.name(&["name"])?;
    let mut part = Part::new(file.path.clone(), name);
    let Some(found) = doc.text(&["version"])? else { return Ok(Some(part)) };
    let own = site(source, Format::Json, "version", "manifest", found);
    part.add(source, Site { spelling: Spelling::Semver, ..own });
    for lock in ["package-lock.json", "npm-shrinkwrap.json"] {
        add_lock(view, lock, &mut part)?;
    }
    Ok(Some(part))
}

/// The name package.json gives its package.
pub(super) fn name(view: &View<'_>) -> Result<Option<String>, Refusal> {
    let Some(file) = read(view, "package.json")? else { return Ok(None) };
    let doc = json::parse(Source::from(&file))?;
    doc.name(&["name"])
}

/// The entries of this folder in the lock file beside it or of a workspace above.
fn add_lock(view: &View<'_>, lock: &str, part: &mut Part) -> Result<(), Refusal> {
    for (folder, way) in view.ancestors() {
        let Some(path) = RepoPath::new(&join(folder, lock)) else { continue };
        let Some(file) = view.tree.read(&path)? else { continue };
        let source = Source::from(&file);
        let entries = view.memo.npm_locks.get(&file.path, || locals(source))?;
        for Local { name, key, found, .. } in entries.iter().filter(|entry| entry.folder == way) {
            if let (Some(owner), Some(own)) = (name, &part.name)
                && owner != own
            {
                let text =
                    format!("is for \"{owner}\" {}, not this project: left alone", found.value);
                part.note(source, found.range.start, text);
                continue;
            }
            let lock = site(source, Format::Json, key, "lock file", found.clone());
            part.add(source, Site { role: Role::Lock, spelling: Spelling::Semver, ..lock });
        }
    }
    Ok(())
}

/// The versions of what lies in the repository: that of the lock file's own folder at the top, and
/// since lockfileVersion 2 under `packages`, with the members of a workspace beside it.
fn locals(source: Source<'_>) -> Result<Vec<Local>, Refusal> {
    let doc = json::parse(source)?;
    let packages = doc.get(&["packages"])?.map(Node::entries).unwrap_or_default();
    let mut seen = HashSet::new();
    let mut locals = Vec::new();
    locals.extend(local(&doc, doc.root(), &[])?);
    for Entry { key, value, .. } in packages.iter().filter(|e| !e.key.contains("node_modules")) {
        let keys = ["packages", key.as_str()];
        if !seen.insert(key) {
            // It is there twice: that is refused with both places.
            doc.get(&keys)?;
        }
        locals.extend(local(&doc, value, &keys)?);
    }
    Ok(locals)
}

/// What the entry says that these keys lead to.
fn local(doc: &Doc<'_>, entry: &Node, keys: &[&str]) -> Result<Option<Local>, Refusal> {
    let way = [keys, &["version"]].concat();
    let Some(version) = doc.inside(entry, &way)? else { return Ok(None) };
    let key = dotted(&way);
    let found = doc.found(version, &key)?;
    let name = doc.inside(entry, &[keys, &["name"]].concat())?.and_then(Node::text);
    let folder = keys.last().filter(|folder| !folder.is_empty()).map_or(".", |folder| folder);
    Ok(Some(Local { folder: folder.to_owned(), name: name.map(str::to_owned), key, found }))
}
