//! A tree as it will be: some of its files with other bytes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{File, Tree};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;

/// A tree over which some files lie, by their real paths.
pub struct Overlay<'t> {
    pub tree: &'t dyn Tree,
    pub files: BTreeMap<RepoPath, Rc<[u8]>>,
}

impl Tree for Overlay<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        let found = self.tree.read(path)?;
        // Behind a symlink the real file is what changes.
        let real = found.as_ref().map_or(path, |file| &file.path);
        Ok(match self.files.get(real) {
            Some(bytes) => Some(File { path: real.clone(), bytes: Rc::clone(bytes) }),
            None => found,
        })
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        self.tree.folders(pattern)
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        self.tree.files(patterns)
    }

    fn seen(&self, real: &RepoPath) -> Option<RepoPath> {
        self.tree.seen(real)
    }
}
