//! package.json and npm's lock files.

use super::part::{Local, Part, View, join, read, site};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::doc::{Node, dotted};
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
    let mut locals = Vec::new();
    let packages = doc.get(&["packages"])?.map(Node::entries).unwrap_or_default();
    let inside = packages.iter().filter(|entry| !entry.key.contains("node_modules"));
    let keys = inside.map(|entry| vec!["packages", entry.key.as_str()]);
    for keys in std::iter::once(Vec::new()).chain(keys) {
        let version = [&keys[..], &["version"]].concat();
        let Some(found) = doc.text(&version)? else { continue };
        let name = doc.get(&[&keys[..], &["name"]].concat())?.and_then(Node::text);
        let folder = keys.last().filter(|folder| !folder.is_empty()).map_or(".", |folder| folder);
        let (folder, name) = (folder.to_owned(), name.map(str::to_owned));
        locals.push(Local { folder, name, key: dotted(&version), found });
    }
    Ok(locals)
}
