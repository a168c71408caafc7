//! Which packages a repository holds: folders with a manifest that names one.

use std::collections::BTreeSet;

use super::detect::{MANIFESTS, Memo, View, name};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::Tree;
use crate::version::normal;

/// A package, before its version is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    /// From the top of the repository; empty: the top.
    pub folder: String,
}

/// All packages of a repository.
#[derive(Default)]
pub struct Packages {
    /// In the order of their folders.
    pub found: Vec<Package>,
    pub broken: Vec<Broken>,
}

/// A folder whose manifests cannot be read, and why.
#[derive(Debug, Clone)]
pub struct Broken {
    pub folder: String,
    pub refusal: Refusal,
}

/// So many names are listed in a message.
const NAMED: usize = 8;

impl Packages {
    /// Finds the packages of the folders that `wanted` lets pass, by their manifests. One that
    /// cannot be read does not stop the others.
    ///
    /// # Errors
    /// The repository cannot be listed.
    pub(super) fn read(
        tree: &dyn Tree,
        memo: &Memo,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let anywhere = MANIFESTS.iter().filter_map(|name| Glob::parse(&format!("**/{name}")).ok());
        let manifests = tree.files(&anywhere.collect::<Vec<_>>())?;
        // A link to a manifest makes no second package; one that cannot be read is told below.
        let own = |path: &&RepoPath| {
            tree.read(path).map_or(true, |file| file.is_some_and(|file| file.path == **path))
        };
        let folders: BTreeSet<&str> = manifests.iter().filter(own).map(RepoPath::folder).collect();
        let mut packages = Self::default();
        for folder in folders.into_iter().filter(|folder| wanted(folder)) {
            match name(&View { tree, folder, memo }) {
                Ok(Some(name)) => {
                    packages.found.push(Package { name, folder: folder.to_owned() });
                }
                Ok(None) => {}
                Err(refusal) => {
                    packages.broken.push(Broken { folder: folder.to_owned(), refusal });
                }
            }
        }
        Ok(packages)
    }

    /// The packages of these names, each once, in the order asked for. A name is compared as
    /// PEP 503 says; a folder and a pattern (`lib-*`) are understood too.
    ///
    /// # Errors
    /// Nothing goes by that name, or several packages in different folders do.
    pub fn choose(&self, names: &[String]) -> Result<Vec<&Package>, Refusal> {
        let mut chosen: Vec<&Package> = Vec::new();
        for name in names {
            let matching = match name.contains(['*', '?']) {
                true => self.matching(name),
                false => vec![self.called(name)?],
            };
            if matching.is_empty() {
                return Err(self.unknown(name));
            }
            let new = matching.into_iter().filter(|package| !chosen.contains(package));
            chosen.extend(new.collect::<Vec<_>>());
        }
        Ok(chosen)
    }

    fn matching(&self, pattern: &str) -> Vec<&Package> {
        let Ok(glob) = Glob::parse(pattern) else { return Vec::new() };
        self.found
            .iter()
            .filter(|package| glob.matches(&package.name) || glob.matches(&package.folder))
            .collect()
    }

    fn called(&self, name: &str) -> Result<&Package, Refusal> {
        let folder = name.trim_start_matches("./").trim_end_matches('/');
        if let Some(package) = self.found.iter().find(|p| !folder.is_empty() && p.folder == folder)
        {
            return Ok(package);
        }
        let wanted = normal(name);
        let same: Vec<&Package> =
            self.found.iter().filter(|package| normal(&package.name) == wanted).collect();
        match same.as_slice() {
            [] => Err(self.unknown(name)),
            [only] => Ok(only),
            several => Err(ambiguous(name, several)),
        }
    }

    pub(super) fn unknown(&self, name: &str) -> Refusal {
        let mut refusal = Refusal::usage(format!("there is no package {name}"));
        let names: Vec<&str> = self.found.iter().map(|package| package.name.as_str()).collect();
        refusal = match names.len() {
            0 => refusal.why("No manifest in this repository names a package."),
            1..=NAMED => refusal.why(format!("The packages are {}.", names.join(", "))),
            number => {
                refusal.why(format!("There are {number}: {}, ...", nearest(name, names).join(", ")))
            }
        };
        if let Some(Broken { folder, refusal: broken }) =
            self.broken.iter().find(|broken| broken.folder.ends_with(name))
        {
            refusal = refusal.why(format!("{folder} cannot be read: {}.", broken.what));
        }
        refusal
    }
}

/// The names that begin most like the one asked for.
fn nearest<'n>(name: &str, mut names: Vec<&'n str>) -> Vec<&'n str> {
    let common = |other: &str| name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    names.sort_by_key(|other| std::cmp::Reverse(common(other)));
    names.truncate(NAMED);
    names
}

fn ambiguous(name: &str, several: &[&Package]) -> Refusal {
    let refusal = Refusal::usage(format!("{} packages are called {name}", several.len()));
    several.iter().fold(refusal, |refusal, package| match package.folder.as_str() {
        "" => refusal.why("One lies at the top of the repository."),
        folder => refusal.why(format!("One lies in {folder}: say -p {folder}.")),
    })
}
