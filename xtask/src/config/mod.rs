//! What gonogo knows about a repository before it is told anything: which project it holds and
//! which files say its version.

pub mod changelog;
mod declared;
mod detect;
pub mod file;
mod packages;
pub mod presets;
mod projects;
pub mod publish;
pub mod runner;
pub mod scan;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use crate::path::RepoPath;
use crate::sites::{Role, Site};
use crate::version::{Scheme, Version};
pub use packages::{Broken, Package, Packages};
pub use projects::Projects;

/// The project of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The name its manifest gives it; `None` when it gives none (a virtual Cargo workspace).
    pub name: Option<String>,
    /// Its folder from the top of the repository; empty: the top.
    pub folder: String,
    /// The manifest that leads.
    pub manifest: RepoPath,
    /// The places of its version, each once. The first is the source: the one the others follow
    /// (with a version from git tags there may be none).
    pub sites: Sites,
    /// What was seen and deliberately left alone.
    pub notes: Vec<Note>,
    /// The tool that takes the version from git tags (`setuptools-scm`, `hatch-vcs`, ...), when the
    /// manifest says so: then no file holds it.
    pub vcs: Option<String>,
    /// How versions are spelled, where gonogo.toml says so.
    pub scheme: Option<Scheme>,
}

impl Project {
    /// The version of the place that leads; `None` when it is in pieces or is no version.
    fn version(&self) -> Option<Version> {
        let leading = self.sites.iter().find(|site| site.role == Role::Version)?;
        Version::read(&leading.value)
    }
}

/// Places of a version. A copy costs nothing until it is changed: all members of a workspace that
/// share a version have the same ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sites(Rc<Vec<Site>>);

impl Deref for Sites {
    type Target = Vec<Site>;

    fn deref(&self) -> &Vec<Site> {
        &self.0
    }
}

impl DerefMut for Sites {
    fn deref_mut(&mut self) -> &mut Vec<Site> {
        Rc::make_mut(&mut self.0)
    }
}

impl<'s> IntoIterator for &'s Sites {
    type Item = &'s Site;
    type IntoIter = std::slice::Iter<'s, Site>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A remark on a line of a file, worth a warning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Note {
    pub path: RepoPath,
    /// 1-based.
    pub line: usize,
    /// The rest of a sentence that begins with the place: `is for "old" 0.1.0, not this project`.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.path, self.line, self.text)
    }
}
