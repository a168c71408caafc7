//! What git does for a merge: its own merge of two commits, a merge of lines, and trees with other
//! files. Only objects are written.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::Refusal;
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::repo::git::{failed, lines, path};
use crate::repo::{Git, Repo};
use crate::sys::fs as write;

/// git's own merge.
#[derive(Debug)]
pub(super) struct Merged {
    /// With conflict markers in the files that conflict.
    pub tree: Oid,
    pub is_clean: bool,
    /// The paths in conflict, with their stages.
    pub conflicted: BTreeMap<Vec<u8>, Stages>,
    pub messages: Vec<Message>,
}

/// The sides of a conflict: base, ours, theirs (git-read-tree(1), "3-way merge").
pub(super) type Stages = [Option<Entry>; 3];

/// A file as git has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub mode: String,
    pub id: Oid,
}

/// What git says of its merge.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub paths: Vec<Vec<u8>>,
    /// `CONFLICT (contents)`, `Auto-merging`: a stable name.
    pub kind: String,
    pub text: String,
}

/// The first git where the attributes of a commit can be named to a merge.
const ATTRIBUTES: (u32, u32) = (2, 43);

/// Merges two commits.
///
/// # Errors
/// git fails; it is too old to be told whose attributes count, and those of the work tree are
/// others.
pub(super) fn merge_tree(repo: &Repo, target: &Oid, source: &Oid) -> Result<Merged, Refusal> {
    let args = ["merge-tree", "--write-tree", "-z", "--messages", target.as_str(), source.as_str()];
    let mut call = repo.git.write(args);
    if version(&repo.git_version()?) >= ATTRIBUTES {
        call = call.env("GIT_ATTR_SOURCE", target.as_str());
    } else {
        attributes_of_work_tree(&repo.git, target)?;
    }
    let out = call.output()?;
    // An unknown commit gives 1, too, and says nothing.
    match (out.status.code(), read(&out.stdout)) {
        (Some(code @ (0 | 1)), Some(merged)) => Ok(Merged { is_clean: code == 0, ..merged }),
        _ => Err(failed("git merge-tree", &out)),
    }
}

/// The first two numbers of a version of git.
fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// git takes the attributes from the work tree: they have to be those of the target.
pub(super) fn attributes_of_work_tree(git: &Git, target: &Oid) -> Result<(), Refusal> {
    let out = git.call(["diff-index", "--name-only", "-z", target.as_str(), "--"]).read()?;
    let is = |path: &&[u8]| *path == b".gitattributes" || path.ends_with(b"/.gitattributes");
    let Some(other) = out.split(|&b| b == 0).find(is) else { return Ok(()) };
    Err(Refusal::unsafe_to("git would merge by the attributes of another branch")
        .why(format!(
            "Before git 2.43 it takes those of the work tree, and {} is another one there.",
            String::from_utf8_lossy(other)
        ))
        .next_shell(format!("git switch --detach {}", target.as_str()), "and the same again"))
}

/// Reads what `git merge-tree -z --messages` prints (git-merge-tree(1), "OUTPUT").
fn read(out: &[u8]) -> Option<Merged> {
    let mut fields = out.strip_suffix(b"\0")?.split(|&b| b == 0);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let tree = Oid::new(&text(fields.next()?))?;
    let mut conflicted: BTreeMap<Vec<u8>, Stages> = BTreeMap::new();
    for line in fields.by_ref().take_while(|line| !line.is_empty()) {
        let tab = line.iter().position(|&b| b == b'\t')?;
        let words = text(&line[..tab]);
        let [mode, id, stage] = words.split(' ').collect::<Vec<_>>()[..] else { return None };
        let at = stage.parse::<usize>().ok()?.checked_sub(1)?;
        let entry = Entry { mode: mode.to_owned(), id: Oid::new(id)? };
        *conflicted.entry(line[tab + 1..].to_vec()).or_default().get_mut(at)? = Some(entry);
    }
    let mut messages = Vec::new();
    while let Some(count) = fields.next() {
        let count = text(count).parse::<usize>().ok()?;
        let paths: Vec<Vec<u8>> = fields.by_ref().take(count).map(<[u8]>::to_vec).collect();
        let (kind, said) = (fields.next()?, fields.next()?);
        messages.push(Message { paths, kind: text(kind), text: text(said).trim().to_owned() });
    }
    Some(Merged { tree, is_clean: false, conflicted, messages })
}

/// The content of a file.
///
/// # Errors
/// git fails.
pub(super) fn blob(git: &Git, id: &Oid) -> Result<Vec<u8>, Refusal> {
    git.call(["cat-file", "blob", id.as_str()]).read()
}

/// What a tree has under a path.
///
/// # Errors
/// git fails.
pub(super) fn entry(git: &Git, tree: &Oid, path: &[u8]) -> Result<Option<Entry>, Refusal> {
    let args = ["ls-tree", "-z", "--full-tree", tree.as_str(), "--"].map(OsStr::new);
    let out = git.call(args.into_iter().chain([OsStr::from_bytes(path)])).read()?;
    let line = String::from_utf8_lossy(&out).into_owned();
    let mut words = line.split([' ', '\t']);
    let (Some(mode), _, Some(id)) = (words.next(), words.next(), words.next()) else {
        return Ok(None);
    };
    Ok(Oid::new(id).map(|id| Entry { mode: mode.to_owned(), id }))
}

/// The paths that differ between two trees, with the side of a rename each.
///
/// # Errors
/// git fails.
pub(super) fn differing(git: &Git, one: &Oid, other: &Oid) -> Result<Vec<PathBuf>, Refusal> {
    let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", one.as_str()];
    let out = git.call(args.into_iter().chain([other.as_str()])).read()?;
    Ok(out.split(|&b| b == 0).filter(|path| !path.is_empty()).map(path).collect())
}

/// The merge bases, none where the histories have nothing in common.
///
/// # Errors
/// git fails.
pub(super) fn bases(git: &Git, one: &Oid, other: &Oid) -> Result<Vec<Oid>, Refusal> {
    let out = git.call(["merge-base", "--all", one.as_str(), other.as_str()]).output()?;
    match out.status.code() {
        Some(0 | 1) => Ok(lines(&out.stdout).iter().filter_map(|id| Oid::new(id)).collect()),
        _ => Err(failed("git merge-base", &out)),
    }
}

/// A folder of ours for the files of the moment, empty again when it is dropped.
pub(super) struct Scratch<'r> {
    git: &'r Git,
    folder: PathBuf,
}

impl<'r> Scratch<'r> {
    /// Below this folder, which is made where it is missing.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn below(git: &'r Git, folder: &Path) -> Result<Self, Refusal> {
        let folder = folder.join("merge");
        write::private_folder(&folder).map_err(|error| cannot(&folder, &error))?;
        Ok(Self { git, folder })
    }

    /// Merges three texts line by line, base, ours, theirs; `Err` is the line of the first conflict.
    ///
    /// # Errors
    /// git fails; the files cannot be written.
    pub fn lines(
        &self,
        base: &[u8],
        ours: &[u8],
        theirs: &[u8],
    ) -> Result<Result<Vec<u8>, usize>, Refusal> {
        let mut args: Vec<PathBuf> = ["merge-file", "-p", "--"].map(PathBuf::from).to_vec();
        for (name, bytes) in [("ours", ours), ("base", base), ("theirs", theirs)] {
            let file = self.folder.join(name);
            write::write_unsynced(&file, bytes).map_err(|error| cannot(&file, &error))?;
            args.push(file);
        }
        let out = self.git.call(args).output()?;
        match out.status.code() {
            Some(0) => Ok(Ok(out.stdout)),
            // So many conflicts.
            Some(1..=127) => Ok(Err(marker(&out.stdout).unwrap_or(1))),
            _ => Err(failed("git merge-file", &out)),
        }
    }

    /// The tree with these contents in place of the files that it has there, and without others.
    ///
    /// # Errors
    /// git fails, or a path is none of the tree.
    pub fn tree(
        &self,
        tree: &Oid,
        files: &BTreeMap<Vec<u8>, Vec<u8>>,
        modes: &BTreeMap<Vec<u8>, String>,
        gone: &BTreeSet<Vec<u8>>,
    ) -> Result<Oid, Refusal> {
        let mut entries = Vec::new();
        for (path, bytes) in files {
            let mode = match modes.get(path) {
                Some(mode) => mode.clone(),
                None => entry(self.git, tree, path)?.ok_or_else(|| lost(path))?.mode,
            };
            entries.push((path.as_slice(), mode, bytes.as_slice()));
        }
        self.with_entries(tree, &entries, gone, |_| OsStr::new("--no-filters").to_owned())
    }

    /// The tree with these files of the work tree as `git add` takes them in; those that it does not
    /// have are new.
    ///
    /// # Errors
    /// git fails.
    pub fn added(&self, tree: &Oid, files: &BTreeMap<RepoPath, Vec<u8>>) -> Result<Oid, Refusal> {
        let mut entries = Vec::new();
        for (path, bytes) in files {
            let path = path.as_str().as_bytes();
            let mode = entry(self.git, tree, path)?.map(|entry| entry.mode);
            entries.push((path, mode.unwrap_or_else(|| "100644".to_owned()), bytes.as_slice()));
        }
        self.with_entries(tree, &entries, &BTreeSet::new(), |path| {
            [OsStr::new("--path="), OsStr::from_bytes(path)].into_iter().collect()
        })
    }

    /// The tree with these entries (path, mode, bytes) and without those that are gone. `filter` says how git reads the bytes.
    fn with_entries(
        &self,
        tree: &Oid,
        files: &[(&[u8], String, &[u8])],
        gone: &BTreeSet<Vec<u8>>,
        filter: impl Fn(&[u8]) -> OsString,
    ) -> Result<Oid, Refusal> {
        let index = self.folder.join("index");
        // A git that was killed here leaves its lock, too.
        for left in [&index, &self.folder.join("index.lock")] {
            write::remove(left).map_err(|error| cannot(left, &error))?;
        }
        let git = |args: &[&str]| self.git.write([&SIMPLE_INDEX[..], args].concat()).index(&index);
        git(&["read-tree", tree.as_str()]).read()?;
        let mut entries = Vec::new();
        for (path, mode, bytes) in files {
            let hash = ["hash-object", "-w", "--stdin"].map(OsString::from);
            let id = self.git.write(hash.into_iter().chain([filter(path)]));
            let id = id.input(bytes.to_vec()).read()?;
            let id = String::from_utf8_lossy(&id).trim().to_owned();
            let line = format!("{mode} {id} 0\t");
            entries.extend([line.as_bytes(), path, &[0]].concat());
        }
        // Mode 0 takes an entry away (git-update-index(1), "Using --index-info").
        let none = "0".repeat(tree.as_str().len());
        for path in gone {
            entries.extend(format!("0 {none}\t").bytes().chain(path.iter().copied()).chain([0]));
        }
        git(&["update-index", "--add", "-z", "--index-info"]).input(entries).read()?;
        let out = git(&["write-tree"]).read()?;
        let id = lines(&out).first().and_then(|line| Oid::new(line));
        id.ok_or_else(|| Refusal::external("git write-tree named no tree"))
    }
}

/// Whatever the user's index is like, this one is a single file.
const SIMPLE_INDEX: [&str; 4] = ["-c", "core.splitIndex=false", "-c", "core.fsmonitor=false"];

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        for name in ["ours", "base", "theirs", "index", "index.lock"] {
            let _ = write::remove(&self.folder.join(name));
        }
        let _ = write::remove_empty(&self.folder);
    }
}

fn lost(path: &[u8]) -> Refusal {
    let path = String::from_utf8_lossy(path);
    Refusal::external(format!("git lost {path} in a merge"))
        .next_shell("git fsck", "shows whether the repository is whole")
}

fn cannot(path: &Path, error: &io::Error) -> Refusal {
    Refusal::external(format!("{} cannot be written", path.display())).why(error.to_string())
}

/// The line of the first conflict marker.
pub(super) fn marker(bytes: &[u8]) -> Option<usize> {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    lines.position(|line| line.starts_with(b"<<<<<<< ")).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_merge_tree_is_read() {
        let (tree, id) = ("a".repeat(40), "b".repeat(40));
        let merged = read(format!("{tree}\0").as_bytes()).unwrap();
        assert!(merged.conflicted.is_empty() && merged.messages.is_empty());
        let out = format!(
            "{tree}\0100644 {id} 1\ta b\0100644 {id} 3\ta b\0\0\
             2\0a b\0c\0CONFLICT (modify/delete)\0gone\n\0"
        );
        let merged = read(out.as_bytes()).unwrap();
        let entry = Some(Entry { mode: "100644".into(), id: Oid::new(&id).unwrap() });
        assert_eq!(merged.conflicted[&b"a b"[..]], [entry.clone(), None, entry]);
        let kind = "CONFLICT (modify/delete)".to_owned();
        let paths = vec![b"a b".to_vec(), b"c".to_vec()];
        assert_eq!(merged.messages, [Message { paths, kind, text: "gone".into() }]);
        for torn in ["", "x\0", &format!("{tree}\0100644 {id}\0"), &tree] {
            assert!(read(torn.as_bytes()).is_none(), "{torn:?}");
        }
    }

    #[test]
    fn which_git_takes_attributes_from_a_tree() {
        for (text, may) in
            [("2.43.0", true), ("2.42.9", false), ("2.39.5 (Apple)", false), ("3.0", true)]
        {
            assert_eq!(version(text) >= ATTRIBUTES, may, "{text}");
        }
    }
}
