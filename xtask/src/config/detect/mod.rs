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
use part::{Blocked, Part, read};
pub(super) use part::{Memo, View, piece_sites};

use super::Project;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::Tree;

/// Files that can describe a package, in the order in which one leads.
pub(super) const MANIFESTS: [&str; 5] =
    ["pyproject.toml", "setup.cfg", "setup.py", "Cargo.toml", "package.json"];

/// Finds the project of a folder and every place of its version; `None` when its manifests, if
/// there are any, say no version (also: when they begin a workspace of several packages).
///
/// Where several manifests lie there, the first of Python's, Cargo's and npm's leads, or the one at
/// `lead`; the others join it when they describe the same package.
///
/// # Errors
/// A manifest that cannot be read or names a file that is not there.
pub(super) fn detect(view: &View<'_>, lead: Option<&RepoPath>) -> Result<Option<Project>, Refusal> {
    let parts = [pyproject::part(view)?, cargo::part(view, "Cargo.toml")?, npm::part(view)?];
    let mut parts: Vec<Part> = parts.into_iter().flatten().filter(Part::says_something).collect();
    parts.sort_by_key(|part| Some(&part.manifest) != lead);
    let mut parts = parts.into_iter();
    let Some(mut lead) = parts.next() else { return Ok(None) };
    for other in parts {
        lead.join(other);
    }
    // setup.py may take the version from the Cargo.toml beside it: then that has joined by name.
    let versions = lead.sites.iter().any(|site| site.role.says_version());
    match lead.blocked {
        Some(Blocked::Because(refusal)) if !versions => Err(refusal),
        Some(Blocked::Several) if !versions => Ok(None),
        _ => Ok(Some(Project {
            name: lead.name,
            folder: view.folder.to_owned(),
            manifest: lead.manifest,
            sites: lead.sites,
            notes: lead.notes,
            vcs: lead.vcs,
            scheme: None,
        })),
    }
}

/// The name that the manifests of a folder give its package, and the manifest that leads; `None`
/// when none of them names one.
///
/// # Errors
/// A manifest that cannot be read.
pub(super) fn name(view: &View<'_>) -> Result<Option<String>, Refusal> {
    for name in [pyproject::name, cargo::name, npm::name] {
        if let Some(name) = name(view)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// What to say when there is no version in the whole repository.
///
/// # Errors
/// The top cannot be read.
pub(super) fn nothing(tree: &dyn Tree) -> Result<Refusal, Refusal> {
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
    let refusal = refusal
        .why("In pyproject.toml it is `version = \"0.1.0\"` under [project].")
        .why("In Cargo.toml it is the same under [package], in package.json `\"version\": \"0.1.0\"`.");
    Ok(if present == ["package.json"] {
        refusal.next_shell("npm pkg set version=0.1.0", "to begin with 0.1.0")
    } else {
        refusal
    })
}
