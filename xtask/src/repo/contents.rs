//! What the work tree holds: whether it changed meanwhile, and which tree git would make of it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Repo, Status, git};
use crate::error::Refusal;
use crate::plan::{Digest, Oid};
use crate::sys::fs as write;

/// HEAD, and every tracked path that is not as HEAD has it, with what the index and the work tree
/// hold instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracked(BTreeMap<PathBuf, String>);

/// What the files of a work tree are, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The tree of all tracked files as they are now: the tree a commit of them would have.
    /// `None` where git cannot make one (conflicts, changes inside a submodule).
    pub tree: Option<Oid>,
    /// What the untracked files hold that git does not ignore; `None` where it is too much to read.
    pub untracked: Option<Digest>,
}

/// More untracked files than these, or larger ones together, are not read.
const FILES: usize = 2_000;
const BYTES: u64 = 64 << 20;

/// The entry for HEAD: no path of a work tree is like it.
const HEAD: &str = ".git/HEAD";

impl Tracked {
    /// The paths that are different now, as a person reads them.
    pub fn changed_since(&self, before: &Self) -> Vec<String> {
        let differs = |path: &&PathBuf| self.0.get(*path) != before.0.get(*path);
        let mut paths: Vec<&PathBuf> =
            self.0.keys().chain(before.0.keys()).filter(differs).collect();
        paths.sort_unstable();
        paths.dedup();
        let shown = |path: &PathBuf| match path.as_os_str() == HEAD {
            true => "HEAD".to_owned(),
            false => path.display().to_string(),
        };
        paths.into_iter().map(shown).collect()
    }
}

impl Repo {
    /// The state of all tracked files; where it is the same as before, nothing of them changed.
    ///
    /// # Errors
    /// git fails.
    pub fn tracked(&self) -> Result<Tracked, Refusal> {
        let args = ["status", "--porcelain=v2", "-z", "--branch", "--untracked-files=no"];
        let out = self.git.call(args).read()?;
        let mut state = BTreeMap::new();
        let mut records = out.split(|&b| b == 0);
        while let Some(record) = records.next() {
            let fields = match record.first() {
                Some(b'1') => 9,
                Some(b'2') => 10,
                Some(b'u') => 11,
                _ => {
                    if let Some(commit) = record.strip_prefix(b"# branch.oid ") {
                        state.insert(HEAD.into(), String::from_utf8_lossy(commit).into_owned());
                    }
                    continue;
                }
            };
            let mut parts = record.splitn(fields, |&b| b == b' ');
            let Some(path) = parts.nth(fields - 1).map(git::path) else { continue };
            let told = String::from_utf8_lossy(&record[..record.len() - path.as_os_str().len()]);
            let held = held(&self.top.join(&path));
            state.insert(path, format!("{told}{held}"));
            if fields == 10 {
                // The path it was renamed from is a record of its own.
                state.extend(records.next().map(|from| (git::path(from), "renamed".to_owned())));
            }
        }
        Ok(Tracked(state))
    }

    /// What the work tree holds, by name, where git says this of it; `scratch` is a folder for files
    /// of the moment.
    ///
    /// # Errors
    /// git cannot list the untracked files.
    pub fn contents(&self, status: &Status, scratch: &Path) -> Result<Contents, Refusal> {
        let tree = match (&self.head.commit(), status.changed.as_slice()) {
            (Some(_), []) if status.unmerged.is_empty() => self.ref_at("HEAD^{tree}")?,
            (_, changed) if status.unmerged.is_empty() => {
                let tree = self.would_be(changed, scratch);
                let _ = write::remove_folder(&scratch.join("objects"));
                let _ = write::remove(&scratch.join("index"));
                tree
            }
            _ => None,
        };
        Ok(Contents { tree, untracked: self.untracked_digest()? })
    }

    /// The tree of the index with these paths as in the work tree. Its objects go to a folder of
    /// their own, so that nothing is left in the repository.
    fn would_be(&self, changed: &[PathBuf], scratch: &Path) -> Option<Oid> {
        let (index, objects) = (scratch.join("index"), scratch.join("objects"));
        write::copy_private(&self.git_dir.join("index"), &index).ok()?;
        write::private_folder(&objects).ok()?;
        let inside_submodule = |path: &PathBuf| self.top.join(path).join(".git").exists();
        if changed.iter().any(inside_submodule) {
            return None;
        }
        let paths: Vec<u8> =
            changed.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat()).collect();
        let apart = |args: &[&str]| {
            self.git.call(args).index(&index).objects_apart(&objects, &self.common_dir)
        };
        apart(&["update-index", "--add", "--remove", "-z", "--stdin"]).input(paths).read().ok()?;
        let out = apart(&["write-tree"]).read().ok()?;
        git::lines(&out).first().and_then(|line| Oid::new(line))
    }

    /// Everything in the untracked files that are not ignored, in one digest.
    fn untracked_digest(&self) -> Result<Option<Digest>, Refusal> {
        let paths = self.untracked_files()?;
        if paths.len() > FILES {
            return Ok(None);
        }
        let (mut all, mut size) = (Vec::new(), 0);
        for path in paths {
            let full = self.top.join(&path);
            let Ok(found) = fs::symlink_metadata(&full) else { continue };
            size += found.len();
            // Another repository, a pipe, a device.
            if size > BYTES || !(found.is_file() || found.is_symlink()) {
                return Ok(None);
            }
            all.extend(
                [path.as_os_str().as_bytes(), b"\0", held(&full).as_bytes(), b"\0"].concat(),
            );
        }
        Ok(Some(Digest::of(&all)))
    }

    /// The untracked files that git does not ignore.
    ///
    /// # Errors
    /// git fails.
    pub fn untracked_files(&self) -> Result<Vec<PathBuf>, Refusal> {
        let out = self.git.call(["ls-files", "--others", "--exclude-standard", "-z"]).read()?;
        Ok(out.split(|&b| b == 0).filter(|path| !path.is_empty()).map(git::path).collect())
    }

    /// What HEAD has under a path, as a checkout would write it; `None` when it has nothing there.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn committed(&self, path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
        let name = [b"HEAD:", path.as_os_str().as_bytes()].concat();
        let name = git::path(&name);
        let out = self.git.call(["cat-file".as_ref(), "--filters".as_ref(), name.as_os_str()]);
        let out = out.output()?;
        Ok(out.status.success().then_some(out.stdout))
    }
}

/// The mode and content of a path, in a few letters.
fn held(path: &Path) -> String {
    let Ok(found) = fs::symlink_metadata(path) else { return "nothing".to_owned() };
    let mode = found.mode();
    if found.is_symlink() {
        let target = fs::read_link(path).unwrap_or_default();
        return format!("{mode:o} {}", Digest::of(target.as_os_str().as_bytes()).as_str());
    }
    if found.len() > BYTES || !found.is_file() {
        return format!("{mode:o} {} {} {}", found.len(), found.mtime(), found.mtime_nsec());
    }
    match fs::read(path) {
        Ok(bytes) => format!("{mode:o} {}", Digest::of(&bytes).as_str()),
        Err(error) => format!("{mode:o} {error}"),
    }
}
