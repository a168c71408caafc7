//! The work tree as the planner sees it: files by path, symlinks resolved, nothing outside.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use walkdir::WalkDir;

use super::Repo;
use crate::error::{Refusal, word};
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::{File, Tree};

/// Version files are read whole and parsed; a larger one is refused.
pub const SIZE_LIMIT: u64 = 16 << 20;

/// Folders that hold other people's code or a virtual environment, also when git tracks them.
pub const FOREIGN_FOLDERS: [&str; 8] = [
    "node_modules",
    "vendor",
    "third_party",
    "venv",
    "env",
    "target",
    "site-packages",
    "__pycache__",
];

/// The files of a repository's work tree.
pub struct WorkTree<'a> {
    repo: &'a Repo,
    /// The real path of the top, symlinks resolved.
    real_top: PathBuf,
    /// What was read once is not read again: a plan is made on one state of each file.
    known: RefCell<HashMap<RepoPath, Option<File>>>,
    /// Paths that a sparse checkout leaves out, asked for when first needed.
    left_out: OnceCell<HashSet<Vec<u8>>>,
}

impl<'a> WorkTree<'a> {
    /// The work tree of `repo`.
    ///
    /// # Errors
    /// The top of the work tree cannot be resolved.
    pub fn new(repo: &'a Repo) -> Result<Self, Refusal> {
        let real_top =
            fs::canonicalize(&repo.top).map_err(|error| unreadable(&repo.top, &error))?;
        Ok(Self { repo, real_top, known: RefCell::default(), left_out: OnceCell::new() })
    }

    /// The real file behind a path, if there is one.
    fn resolve(&self, path: &RepoPath) -> Result<Option<PathBuf>, Refusal> {
        let asked = self.repo.top.join(path.as_str());
        match fs::canonicalize(&asked) {
            Ok(real) => Ok(Some(real)),
            Err(error) if missing(&error) => {
                if fs::symlink_metadata(&asked).is_ok_and(|found| found.is_symlink()) {
                    return Err(Refusal::usage(format!("{path} is a symlink to nothing"))
                        .next_shell(format!("ls -l -- {}", word(path)), "shows where it points"));
                }
                self.check_sparse(path).map(|()| None)
            }
            Err(error) => Err(unreadable(&asked, &error)),
        }
    }

    /// A file that is missing here only because of a sparse checkout must not be overlooked.
    fn check_sparse(&self, path: &RepoPath) -> Result<(), Refusal> {
        if !self.repo.git_dir.join("info/sparse-checkout").exists() {
            return Ok(());
        }
        if self.left_out.get().is_none() {
            let listing = self.repo.git.call(["ls-files", "-t", "-z"]).read()?;
            let skipped = listing.split(|&b| b == 0).filter_map(|line| line.strip_prefix(b"S "));
            let _ = self.left_out.set(skipped.map(<[u8]>::to_vec).collect());
        }
        if !self.left_out.get().is_some_and(|paths| paths.contains(path.as_str().as_bytes())) {
            return Ok(());
        }
        let folder = if path.folder().is_empty() { path.as_str() } else { path.folder() };
        Err(Refusal::unsafe_to(format!("{path} is left out of this sparse checkout"))
            .why(
                "It may hold the version; changing the other files alone would make them disagree.",
            )
            .next_shell(
                format!("git sparse-checkout add {}", word(folder)),
                "then the same command again",
            ))
    }

    fn read_anew(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        let Some(real) = self.resolve(path)? else { return Ok(None) };
        let inside = real
            .strip_prefix(&self.real_top)
            .ok()
            .and_then(Path::to_str)
            .and_then(|inside| RepoPath::new(inside).filter(|clean| clean.as_str() == inside));
        let Some(inside) = inside else {
            return Err(Refusal::usage(format!("{path} leads out of the repository")).why(
                format!("It is {} in reality, and that is not ours to edit.", real.display()),
            ));
        };
        let found = fs::metadata(&real).map_err(|error| unreadable(&real, &error))?;
        if found.is_dir() {
            return Ok(None);
        }
        if !found.is_file() {
            return Err(Refusal::usage(format!("{path} is not a regular file")));
        }
        if found.len() > SIZE_LIMIT {
            return Err(too_large(path, found.len()));
        }
        self.check_own(Path::new(inside.as_str()), path)?;
        let bytes = fs::read(&real).map_err(|error| unreadable(&real, &error))?;
        Ok(Some(File { path: inside, bytes: Rc::from(bytes) }))
    }

    /// Another repository's files (a submodule) are not ours to edit.
    fn check_own(&self, inside: &Path, asked: &RepoPath) -> Result<(), Refusal> {
        let folders = inside.ancestors().skip(1).take_while(|f| !f.as_os_str().is_empty());
        for folder in folders {
            if self.real_top.join(folder).join(".git").exists() {
                let name = folder.display();
                return Err(Refusal::usage(format!(
                    "{asked} belongs to another repository, {name}"
                ))
                .why("A submodule is released on its own.")
                .next(format!("-C {} status", word(name)), "to work there"));
            }
        }
        Ok(())
    }
}

impl Tree for WorkTree<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        if let Some(file) = self.known.borrow().get(path) {
            return Ok(file.clone());
        }
        let read = self.read_anew(path)?;
        let mut known = self.known.borrow_mut();
        // Behind several names (links) one file has one state.
        let file = read.map(|file| match known.get(&file.path) {
            Some(Some(earlier)) => earlier.clone(),
            _ => file,
        });
        if let Some(file) = &file {
            known.insert(file.path.clone(), Some(file.clone()));
        }
        known.insert(path.clone(), file.clone());
        Ok(file)
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        let walk = WalkDir::new(&self.real_top)
            .min_depth(1)
            .max_depth(pattern.depth().unwrap_or(usize::MAX))
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| {
                entry.file_type().is_dir() && enters(entry, &self.real_top, pattern)
            });
        let mut found = Vec::new();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.io_error().is_some_and(missing) => continue,
                Err(error) => {
                    return Err(Refusal::external(format!("{pattern} cannot be looked through"))
                        .why(error.to_string()));
                }
            };
            let Ok(inside) = entry.path().strip_prefix(&self.real_top) else { continue };
            let Some(inside) = inside.to_str() else { continue };
            if pattern.matches(inside) {
                found.extend(RepoPath::new(inside));
            }
        }
        Ok(found)
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        let mut args: Vec<String> =
            ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"]
                .map(str::to_owned)
                .to_vec();
        // git narrows down what it walks; what counts is our own reading of the pattern.
        let below = |glob: &Glob| glob.literal().map_or_else(|| glob.folder(), str::to_owned);
        let below: Vec<String> = patterns.iter().map(below).collect();
        if !below.iter().any(String::is_empty) {
            args.extend(below);
        }
        let listing = self.repo.git.call(args).read()?;
        let mut found: Vec<RepoPath> = listing
            .split(|&b| b == 0)
            .filter_map(|path| RepoPath::new(std::str::from_utf8(path).ok()?))
            .filter(|path| patterns.iter().any(|glob| reaches(glob, path.as_str())))
            .collect();
        found.sort_unstable();
        Ok(found)
    }
}

/// Whether a pattern matches a path, and names each folder on the way that is somebody else's.
pub(super) fn reaches(glob: &Glob, path: &str) -> bool {
    let own = |name: &str| !FOREIGN_FOLDERS.contains(&name) || glob.names(name);
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    glob.matches(path) && folders.split('/').all(own)
}

/// Whether the walk goes into a folder: it can still match, and it is not somebody else's.
fn enters(entry: &walkdir::DirEntry, top: &Path, pattern: &Glob) -> bool {
    let inside = entry.path().strip_prefix(top).ok().and_then(Path::to_str);
    inside.is_some_and(|inside| is_walked(inside, pattern))
}

/// The same by its path.
pub(super) fn is_walked(folder: &str, pattern: &Glob) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let foreign = name.starts_with('.') || FOREIGN_FOLDERS.contains(&name);
    (!foreign || pattern.names(name)) && pattern.enters(folder)
}

/// The refusal of a file with so many bytes.
pub(super) fn too_large(path: &RepoPath, bytes: u64) -> Refusal {
    let (size, limit) = (bytes >> 20, SIZE_LIMIT >> 20);
    Refusal::usage(format!("{path} is too large for a version file"))
        .why(format!("It has {size} MiB; version files are read up to {limit} MiB."))
}

/// Is there no such file? A name that is too long for the file system is none of a file.
fn missing(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

fn unreadable(path: &Path, error: &io::Error) -> Refusal {
    let shown = String::from_utf8_lossy(path.as_os_str().as_bytes());
    Refusal::external(format!("{shown} cannot be read")).why(error.to_string())
}
