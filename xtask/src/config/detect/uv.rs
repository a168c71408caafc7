//! The project's own entry in uv.lock.

use super::part::{Part, read, site};
use crate::error::Refusal;
use crate::sites::doc::{Node, dotted};
use crate::sites::{Format, Role, Site, Source, Spelling, Tree, toml};

/// Adds the entry whose source is this folder; one under another name is noted. With a dynamic
/// version uv writes none, and there is nothing to add.
pub(super) fn add(tree: &dyn Tree, part: &mut Part) -> Result<(), Refusal> {
    let Some(file) = read(tree, "uv.lock")? else { return Ok(()) };
    let source = Source::from(&file);
    let doc = toml::parse(source)?;
    let Some(packages) = doc.get(&["package"])? else { return Ok(()) };
    for package in packages.items().iter().filter(|package| is_here(package)) {
        let name = package.get("name").and_then(Node::text).unwrap_or_default();
        let Some(version) = package.get("version") else { continue };
        let key = dotted(&["package", name, "version"]);
        let found = doc.found(version, &key)?;
        if part.is_called(name) {
            let lock = site(source, Format::Toml, &key, "lock file", found);
            part.add(source, Site { role: Role::Lock, spelling: Spelling::Pep440, ..lock });
        } else {
            let text = format!("is for \"{name}\" {}, not this project: left alone", found.value);
            part.note(source, found.range.start, text);
        }
    }
    Ok(())
}

fn is_here(package: &Node) -> bool {
    let from = package.get("source");
    ["editable", "virtual", "directory"]
        .iter()
        .any(|kind| from.and_then(|from| from.get(kind)).and_then(Node::text) == Some("."))
}
