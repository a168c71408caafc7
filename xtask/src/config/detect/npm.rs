//! package.json and npm's lock files.

use super::part::{Part, read, site};
use crate::error::Refusal;
use crate::sites::{Format, Role, Site, Source, Spelling, Tree, json};

/// What package.json says; `None` when there is none.
pub(super) fn part(tree: &dyn Tree) -> Result<Option<Part>, Refusal> {
    let Some(file) = read(tree, "package.json")? else { return Ok(None) };
    let source = Source::from(&file);
    let doc = json::parse(source)?;
    let name = doc.get(&["name"])?.and_then(|node| node.text()).map(str::to_owned);
    let mut part = Part::new(file.path.clone(), name);
    let Some(found) = doc.text(&["version"])? else { return Ok(Some(part)) };
    let own = site(source, Format::Json, "version", "manifest", found);
    part.add(source, Site { spelling: Spelling::Semver, ..own });
    for lock in ["package-lock.json", "npm-shrinkwrap.json"] {
        add_lock(tree, lock, &mut part)?;
    }
    Ok(Some(part))
}

/// The two places of the own version: at the top, and since lockfileVersion 2 under `packages`.
fn add_lock(tree: &dyn Tree, name: &str, part: &mut Part) -> Result<(), Refusal> {
    let Some(file) = read(tree, name)? else { return Ok(()) };
    let source = Source::from(&file);
    let doc = json::parse(source)?;
    for (owner, keys, key) in [
        (&["name"][..], &["version"][..], "version"),
        (&["packages", "", "name"], &["packages", "", "version"], "packages.\"\".version"),
    ] {
        let Some(found) = doc.text(keys)? else { continue };
        let owner = doc.get(owner)?.and_then(|node| node.text());
        if let (Some(owner), Some(own)) = (owner, &part.name)
            && owner != own
        {
            let text = format!("is for \"{owner}\" {}, not this project: left alone", found.value);
            part.note(source, found.range.start, text);
            continue;
        }
        let lock = site(source, Format::Json, key, "lock file", found);
        part.add(source, Site { role: Role::Lock, spelling: Spelling::Semver, ..lock });
    }
    Ok(())
}
