//! The project's own entry in uv.lock.

use super::part::{Local, Part, View, join, site};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::doc::{Node, dotted};
use crate::sites::{Format, Role, Site, Source, Spelling, toml};

/// Adds the entry whose source is this folder, in the lock file beside it or of a workspace above;
/// one under another name is noted. With a dynamic version uv writes none, and there is nothing to
/// add.
pub(super) fn add(view: &View<'_>, part: &mut Part) -> Result<(), Refusal> {
    for (folder, way) in view.ancestors() {
        let Some(path) = RepoPath::new(&join(folder, "uv.lock")) else { continue };
        let Some(file) = view.tree.read(&path)? else { continue };
        let source = Source::from(&file);
        let entries = view.memo.uv_locks.get(&file.path, || locals(source))?;
        for Local { name, key, found, .. } in entries.iter().filter(|entry| entry.folder == way) {
            let name = name.as_deref().unwrap_or_default();
            if part.is_called(name) {
                let lock = site(source, Format::Toml, key, "lock file", found.clone());
                part.add(source, Site { role: Role::Lock, spelling: Spelling::Pep440, ..lock });
            } else {
                let text =
                    format!("is for \"{name}\" {}, not this project: left alone", found.value);
                part.note(source, found.range.start, text);
            }
        }
    }
    Ok(())
}

fn locals(source: Source<'_>) -> Result<Vec<Local>, Refusal> {
    let doc = toml::parse(source)?;
    let packages = doc.get(&["package"])?.map(Node::items).unwrap_or_default();
    let mut locals = Vec::new();
    for package in packages {
        let (Some(folder), Some(version)) = (folder(package), package.get("version")) else {
            continue;
        };
        let name = package.get("name").and_then(Node::text).unwrap_or_default();
        let key = dotted(&["package", name, "version"]);
        let found = doc.found(version, &key)?;
        locals.push(Local { folder, name: Some(name.to_owned()), key, found });
    }
    Ok(locals)
}

/// The folder a package comes from, when it lies in the repository.
fn folder(package: &Node) -> Option<String> {
    let from = package.get("source")?;
    let mut kinds = ["editable", "virtual", "directory"].into_iter();
    kinds.find_map(|kind| from.get(kind)).and_then(Node::text).map(str::to_owned)
}
