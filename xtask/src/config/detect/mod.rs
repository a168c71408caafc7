//! Detection: from the root manifest by reference, never by scanning.

mod cargo;
mod npm;
mod package;
mod part;
mod pyproject;
mod script;
mod setup;
mod uv;

pub(super) use part::listed;
use part::{Part, read};

use super::Project;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::sites::{Source, Tree};

/// Manifests at the top of a repository, in the order in which one leads.
const MANIFESTS: [&str; 5] =
    ["pyproject.toml", "setup.cfg", "setup.py", "Cargo.toml", "package.json"];

/// So many folders of one level are looked into for the sake of a message.
const FOLDERS: usize = 200;

/// Finds the project and every place of its version, without configuration.
///
/// # Errors
/// No version anywhere, several packages to choose from, a manifest that cannot be read or names a
/// file that is not there, a `gonogo.toml` (not read yet, and never silently ignored).
pub fn detect(tree: &dyn Tree) -> Result<Project, Refusal> {
    refuse_configuration(tree)?;
    let parts = [pyproject::part(tree)?, cargo::part(tree, "Cargo.toml")?, npm::part(tree)?];
    let mut parts = parts.into_iter().flatten().filter(Part::says_something);
    let Some(mut lead) = parts.next() else { return Err(nothing(tree)?) };
    for other in parts {
        lead.join(other);
    }
    // setup.py may take the version from the Cargo.toml beside it: then that has joined by name.
    let versions = lead.sites.iter().any(|site| site.role.says_version());
    if let (false, Some(refusal)) = (versions, lead.blocked) {
        return Err(refusal);
    }
    Ok(Project {
        name: lead.name,
        manifest: lead.manifest,
        sites: lead.sites,
        notes: lead.notes,
        vcs: lead.vcs,
    })
}

fn refuse_configuration(tree: &dyn Tree) -> Result<(), Refusal> {
    match read(tree, "gonogo.toml")? {
        Some(file) => Err(Refusal::usage("gonogo.toml is not supported yet")
            .why("This version works without configuration and would ignore what the file says.")
            .next_shell("git mv gonogo.toml gonogo.toml.later", "to go on without it")
            .at(Source::from(&file).place(0))),
        None => Ok(()),
    }
}

/// What to say when the top of the repository holds no version.
fn nothing(tree: &dyn Tree) -> Result<Refusal, Refusal> {
    let refusal = Refusal::usage("no version anywhere");
    let mut present = Vec::new();
    for name in MANIFESTS {
        if read(tree, name)?.is_some() {
            present.push(name.to_owned());
        }
    }
    let refusal = if present.is_empty() {
        listed(refusal, "At the top there is none of", &MANIFESTS.map(str::to_owned))
    } else {
        listed(refusal, "There is none in", &present)
    };
    let packages = packages_below(tree)?;
    if !packages.is_empty() {
        return Ok(listed(refusal, "There are packages below:", &packages)
            .why("Choosing one of them is not available yet."));
    }
    let refusal = refusal
        .why("In pyproject.toml it is `version = \"0.1.0\"` under [project].")
        .why("In Cargo.toml it is the same under [package], in package.json `\"version\": \"0.1.0\"`.");
    Ok(if present == ["package.json"] {
        refusal.next_shell("npm pkg set version=0.1.0", "to begin with 0.1.0")
    } else {
        refusal
    })
}

/// Up to eight folders with a manifest, one level down or else two: for the message only.
fn packages_below(tree: &dyn Tree) -> Result<Vec<String>, Refusal> {
    let mut found = Vec::new();
    for pattern in ["*", "*/*"] {
        let Ok(pattern) = Glob::parse(pattern) else { continue };
        for folder in tree.folders(&pattern)?.iter().take(FOLDERS) {
            for name in MANIFESTS {
                if read(tree, &format!("{folder}/{name}"))?.is_some() {
                    found.push(folder.to_string());
                    break;
                }
            }
            if found.len() == 8 {
                return Ok(found);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}
