//! A work tree of its own, made beside the others: they and their branches stay as they are.
//!
//! It is made on a detached HEAD, so that no branch belongs to it before an operation makes one. A
//! mark in its git folder says that it was made here, and at which commit; it goes with the work
//! tree.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Git, Head, Repo, git};
use crate::error::{Refusal, word};
use crate::plan::Oid;
use crate::sys::fs::{self as write, real};

/// In the git folder of a work tree that was made here: the commit that it was made at.
const MARK: &str = "gonogo-made-at";

/// What became of a work tree that an operation was taken back in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// It was not made here, or something else is checked out.
    NotOurs,
    Removed,
    /// It has files of its own, and stays.
    InUse,
}

impl Repo {
    /// Whether a work tree can be made at this place.
    ///
    /// # Errors
    /// Something is there, or it lies inside this repository.
    pub fn can_be_beside(&self, folder: &Path) -> Result<(), Refusal> {
        if fs::symlink_metadata(folder).is_ok() {
            let refusal = Refusal::unsafe_to(format!("{} exists already", folder.display()))
                .why("A work tree is made in a new folder only.");
            return Err(match self.has_work_tree(folder)? {
                true => refusal.next_shell(
                    format!("git worktree remove -- {}", word(folder.display())),
                    "removes that work tree, unless it has changes",
                ),
                false => refusal,
            });
        }
        // What is not there yet cannot be a link.
        let above = folder.ancestors().skip(1).find(|above| above.exists());
        let above = above.map(real).unwrap_or_default();
        if [&self.top, &self.common_dir].iter().any(|own| above.starts_with(real(own))) {
            return Err(Refusal::usage(format!(
                "{} lies inside this repository",
                folder.display()
            ))
            .why("A work tree beside this one is a folder outside of it."));
        }
        Ok(())
    }

    fn has_work_tree(&self, folder: &Path) -> Result<bool, Refusal> {
        let out = self.git.call(["worktree", "list", "--porcelain", "-z"]).read()?;
        let mut trees = out.split(|&b| b == 0).filter_map(|line| line.strip_prefix(b"worktree "));
        Ok(trees.any(|tree| real(&git::path(tree)) == real(folder)))
    }

    /// Makes a work tree in a new folder, with the files of a commit; HEAD is detached there.
    ///
    /// # Errors
    /// git fails; the refusal tells how to remove what was begun.
    pub fn make_beside(&self, folder: &Path, commit: &Oid) -> Result<Self, Refusal> {
        // Its hook post-checkout runs at the switch to the branch, when that exists.
        let add = ["worktree", "add", "--quiet", "--detach", "--no-checkout", "--"];
        let args = add.iter().map(AsRef::as_ref);
        let to = [folder.as_os_str(), commit.as_str().as_ref()];
        self.git.write(args.chain(to)).read()?;
        Self::filled(folder, commit).map_err(|refusal| {
            let remove = format!("git worktree remove --force -- {}", word(folder.display()));
            refusal.next_shell(remove, "removes the work tree that was begun")
        })
    }

    fn filled(folder: &Path, commit: &Oid) -> Result<Self, Refusal> {
        let made = Self::discover(folder)?;
        let mark = made.git_dir.join(MARK);
        write::write_private(&mark, &[commit.as_str().as_bytes()])
            .map_err(|error| Refusal::external(format!("{}: {error}", mark.display())))?;
        made.git.write(["read-tree", "-m", "-u", "HEAD"]).read()?;
        Ok(made)
    }

    /// Removes this work tree if it was made here and is as it was made: at the same commit, with no
    /// branch, and with no file that git does not have.
    ///
    /// # Errors
    /// git fails.
    pub fn leave_beside(&self) -> Result<Beside, Refusal> {
        let mark = fs::read_to_string(self.git_dir.join(MARK)).ok();
        let now = Self::discover(&self.top)?;
        let is_same = match &now.head {
            Head::Detached { commit } => mark.as_deref() == Some(commit.as_str()),
            Head::Branch { .. } | Head::Unborn { .. } => false,
        };
        if !is_same {
            return Ok(Beside::NotOurs);
        }
        let args = ["status", "--porcelain", "--ignored", "--untracked-files=all"];
        if !self.git.call(args).read()?.is_empty() {
            return Ok(Beside::InUse);
        }
        // git does not remove the folder that it is called in.
        let elsewhere: PathBuf = fs::canonicalize(&self.common_dir)
            .map_err(|error| Refusal::external(error.to_string()))?;
        let args = ["worktree", "remove", "--"].map(AsRef::as_ref);
        let git = Git::at(&elsewhere)?;
        git.write(args.into_iter().chain([self.top.as_os_str()])).read()?;
        Ok(Beside::Removed)
    }
}
