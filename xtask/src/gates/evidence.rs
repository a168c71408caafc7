//! What proves that a gate was green, kept in `.git/gonogo/evidence`: one file for each command on
//! one state of the files.
//!
//! A green gate is not repeated where all of this is the same: its name and command, the variables
//! it is given, the search path and virtual environment, the package, every tracked file (the tree
//! that a commit of them would have, so it holds also after that commit), and every untracked file
//! that git does not ignore. Ignored files are no part of it, nor those that git was told not to
//! look at (`assume-unchanged`, `skip-worktree`), nor the hour of the day: gates that depend on such
//! things say `cache = false`, and those known to ask the network never count.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::plan::{Digest, Oid};
use crate::sys::clock::Timestamp;
use crate::sys::fs as write;

/// So many are kept.
const KEPT: usize = 500;

/// The form of the file.
const FORMAT: u32 = 1;

/// Everything that a green result depends on, in one digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Digest);

/// What a command was, on which files, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub format: u32,
    pub gate: String,
    pub package: Option<String>,
    pub command: String,
    /// `None` where it was killed.
    pub exit: Option<i32>,
    /// When the check began.
    pub at: Timestamp,
    pub millis: u64,
    /// From the top of the work tree, or whole.
    pub log: String,
    pub log_digest: Digest,
    /// How many bytes of the log were not kept.
    pub dropped: u64,
    /// The tree of the tracked files it ran on.
    pub tree: Option<Oid>,
    /// What else than the tree it depended on; `None` for one that is never used again.
    pub key: Option<Key>,
}

/// The evidence of a repository.
pub struct Store {
    folder: PathBuf,
}

impl Evidence {
    /// The present form.
    pub const FORMAT: u32 = FORMAT;
}

impl Key {
    /// Of all parts, in their order.
    pub fn of(parts: &[&str]) -> Self {
        // As JSON no two lists are the same text.
        Self(Digest::of(serde_json::json!(parts).to_string().as_bytes()))
    }
}

impl Store {
    /// That of the repository with this common git folder; it need not exist yet.
    pub fn of(common_dir: &Path) -> Self {
        Self { folder: common_dir.join("gonogo/evidence") }
    }

    /// The evidence of a green run with this key. A file that cannot be read is as good as none.
    pub fn find(&self, key: &Key) -> Option<Evidence> {
        let bytes = fs::read(self.file(key)).ok()?;
        let found: Evidence = serde_json::from_slice(&bytes).ok()?;
        let sound = found.format == FORMAT && found.key.as_ref() == Some(key);
        (sound && found.exit == Some(0)).then_some(found)
    }

    /// The evidence of green runs on a tree. Files that cannot be read are as good as none.
    pub fn of_tree(&self, tree: &Oid) -> Vec<Evidence> {
        let Ok(files) = fs::read_dir(&self.folder) else { return Vec::new() };
        let read = |path: PathBuf| -> Option<Evidence> {
            serde_json::from_slice(&fs::read(path).ok()?).ok()
        };
        let all = files.flatten().filter_map(|file| read(file.path()));
        let green = |one: &Evidence| one.format == FORMAT && one.exit == Some(0);
        all.filter(|one| green(one) && one.tree.as_ref() == Some(tree)).collect()
    }

    /// Keeps the evidence of a green run, if it has a key.
    ///
    /// # Errors
    /// Any I/O error; what was kept before stays.
    pub fn keep(&self, evidence: &Evidence) -> io::Result<()> {
        let Some(key) = &evidence.key else { return Ok(()) };
        write::private_folder(&self.folder)?;
        let (file, temp) =
            (self.file(key), self.folder.join(format!("{}.new", std::process::id())));
        write::write_private(&temp, &[serde_json::to_string(evidence)?.as_bytes()])?;
        write::rename(&temp, &file)
    }

    /// Drops the oldest. Best effort.
    pub fn prune(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<_> = files
            .flatten()
            .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.path())))
            .collect();
        files.sort();
        let over = files.len().saturating_sub(KEPT);
        for (_, path) in files.into_iter().take(over) {
            let _ = write::remove(&path);
        }
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.json", key.0.as_str()))
    }
}
