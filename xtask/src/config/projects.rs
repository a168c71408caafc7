//! From a repository to its projects: what is detected and what gonogo.toml adds.

use std::cell::OnceCell;

use super::detect::{self, Memo, View};
use super::{Package, Packages, Project};
use crate::error::Refusal;
use crate::sites::Tree;
use crate::version::TagFormat;

/// The projects of a repository, found when they are asked for.
pub struct Projects<'a> {
    tree: &'a dyn Tree,
    memo: Memo,
    packages: OnceCell<Packages>,
}

impl<'a> Projects<'a> {
    /// Those of the files in `tree`.
    ///
    /// # Errors
    /// None yet.
    pub fn new(tree: &'a dyn Tree) -> Result<Self, Refusal> {
        Ok(Self { tree, memo: Memo::default(), packages: OnceCell::new() })
    }

    /// Are packages configured, so that the project at the top is not the only one?
    pub fn has_several(&self) -> bool {
        false
    }

    /// Which tags are releases of a project. Packages below the top do not share bare tags.
    pub fn tag_format(&self, project: &Project) -> TagFormat {
        let alone = self.packages.get().is_none_or(|packages| packages.found.len() == 1);
        match &project.name {
            Some(name) if !project.folder.is_empty() && !alone => {
                TagFormat::Named { name: name.clone() }
            }
            name => TagFormat::Usual { name: name.clone() },
        }
    }

    /// The project at the top; `None` when its manifests say no version.
    ///
    /// # Errors
    /// A manifest that cannot be read or names a file that is not there.
    pub fn top(&self) -> Result<Option<Project>, Refusal> {
        self.detect("")
    }

    /// Every package of the repository, that at the top included.
    ///
    /// # Errors
    /// The repository cannot be listed.
    pub fn packages(&self) -> Result<&Packages, Refusal> {
        if let Some(known) = self.packages.get() {
            return Ok(known);
        }
        let packages = Packages::read(self.tree, &self.memo, |_| true)?;
        Ok(self.packages.get_or_init(|| packages))
    }

    /// The project of a package; `None` when its manifests say no version.
    ///
    /// # Errors
    /// A manifest that cannot be read or names a file that is not there.
    pub fn of(&self, package: &Package) -> Result<Option<Project>, Refusal> {
        self.detect(&package.folder)
    }

    /// What to say when there is no version anywhere.
    ///
    /// # Errors
    /// The top cannot be read.
    pub fn nothing(&self) -> Result<Refusal, Refusal> {
        detect::nothing(self.tree)
    }

    fn detect(&self, folder: &str) -> Result<Option<Project>, Refusal> {
        detect::detect(&View { tree: self.tree, folder, memo: &self.memo })
    }
}
