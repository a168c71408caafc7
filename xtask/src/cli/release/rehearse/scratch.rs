//! The folder in which a release is rehearsed.
//!
//! It lies in the git folder, not in a temporary one: on the same disk, under the same
//! `includeIf`, and its name is known, so that what a kill leaves the next rehearsal removes.

use std::path::{Path, PathBuf};

use crate::error::{Next, Refusal};
use crate::repo::Repo;
use crate::sys::fs as write;

/// It is removed with the value, whatever happens before.
pub struct Scratch {
    pub folder: PathBuf,
    top: PathBuf,
}

/// Our commands that go on with an operation, or take it back.
const OF_OPERATIONS: [&str; 3] = ["undo", "resume", "log"];

impl Scratch {
    /// An empty one; the lock of the journal must be held. What an earlier rehearsal left that was
    /// killed is removed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(repo: &Repo) -> Result<Self, Refusal> {
        let folder = repo.common_dir.join("gonogo/rehearsal");
        write::remove_folder(&folder)
            .and_then(|()| write::private_folder(&folder))
            .map_err(|error| cannot(&folder, &error))?;
        let folder = std::fs::canonicalize(&folder).map_err(|error| cannot(&folder, &error))?;
        Ok(Self { folder, top: repo.top.clone() })
    }

    /// A copy of the clone as it is now, with its journal.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn copy_of(&self, clone: &Repo) -> Result<PathBuf, Refusal> {
        let copy = self.folder.join("undone").join(clone.top.file_name().unwrap_or_default());
        write::copy_folder(&clone.top, &copy).map_err(|error| cannot(&copy, &error))?;
        Ok(copy)
    }

    /// A text that names files of the clone, with those that are here.
    pub fn as_here(&self, text: &str) -> String {
        let name = self.top.file_name().unwrap_or_default();
        let clone = self.folder.join("clone").join(name);
        let text = text.replace(&*clone.to_string_lossy(), &self.top.to_string_lossy());
        text.replace(&*self.folder.to_string_lossy(), "(scratch)")
    }

    /// Whether a way on is about an operation, or about a file of the clone: there is neither here.
    pub fn names_an_operation(&self, next: &Next) -> bool {
        let (Next::Ours(command) | Next::Typed(command) | Next::Shell(command)) = next;
        let first = command.split(' ').next().unwrap_or_default();
        let ours = matches!(next, Next::Ours(_)) && OF_OPERATIONS.contains(&first);
        ours || command.contains(&*self.folder.to_string_lossy())
    }

    /// Removes it.
    ///
    /// # Errors
    /// Something of it cannot be removed.
    pub fn remove(self) -> Result<(), Refusal> {
        write::remove_folder(&self.folder).map_err(|error| {
            cannot(&self.folder, &error).why("It is a scratch folder and can be removed by hand.")
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Only after a failure: there was one to tell of already.
        let _ = write::remove_folder(&self.folder);
    }
}

/// Puts files of the work tree here into the clone, and the journal that says whose they are.
///
/// # Errors
/// One cannot be copied.
pub fn take_over(repo: &Repo, clone: &Repo, own: &[PathBuf]) -> Result<(), Refusal> {
    if own.is_empty() {
        return Ok(());
    }
    let journal = |repo: &Repo| repo.common_dir.join("gonogo/ops");
    write::copy_folder(&journal(repo), &journal(clone))
        .map_err(|error| cannot(&journal(clone), &error))?;
    for path in own {
        let (from, to) = (repo.top.join(path), clone.top.join(path));
        let bytes = std::fs::read(&from).map_err(|error| cannot(&from, &error))?;
        write::replace(&to, &bytes, "rehearsal").map_err(|error| cannot(&to, &error))?;
    }
    Ok(())
}

fn cannot(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::external(format!("{}: {error}", path.display()))
}
