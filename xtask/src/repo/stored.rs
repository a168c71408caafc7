//! Files as git has them, in the index or in a commit: what a hook judges, whatever the work tree
//! holds meanwhile.

mod listing;
mod objects;
mod trees;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

use listing::Listing;
use objects::Object;
pub(super) use objects::Objects;
use trees::Trees;

use super::tree::{is_walked, reaches, too_large};
use super::{Git, Repo, SIZE_LIMIT};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::sites::{File, Tree};

/// The files of the index or of a commit.
pub struct Stored<'a> {
    objects: RefCell<Objects<'a>>,
    names: Names<'a>,
    known: RefCell<HashMap<RepoPath, Option<File>>>,
}

/// Which object stands under a path.
enum Names<'a> {
    /// Path by path; the whole listing, which takes several times as long, only where it is needed.
    Index(&'a Git, OnceCell<Listing>),
    /// Folder by folder, as far as they are asked for.
    Commit(Trees),
}

/// What git has under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    id: String,
    /// Its content, where looking it up has told that, too.
    bytes: Option<Rc<[u8]>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    Folder,
    /// A commit of another repository.
    Submodule,
    /// In the index, not resolved.
    Conflict,
}

/// What one question about a path of the index told.
enum LookedUp {
    Known(Option<Entry>),
    PerhapsALink,
}

/// The longest target of a link, as in Linux's limits.h.
const PATH_MAX: u64 = 4096;

/// So many links may follow on each other, as in Linux's path_resolution(7).
const LINKS: usize = 40;

impl Repo {
    /// The bytes that a commit has of a path, as they stand in a work tree; `None` where it has
    /// none.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn as_checked_out(&self, commit: &Oid, path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
        let mut name = format!("{}:", commit.as_str()).into_bytes();
        name.extend_from_slice(path.as_os_str().as_bytes());
        let args = [OsStr::new("cat-file"), OsStr::new("--filters"), OsStr::from_bytes(&name)];
        let out = self.git.call(args).output()?;
        Ok(out.status.success().then_some(out.stdout))
    }
}

impl<'a> Stored<'a> {
    /// Those of the index that `git` works on.
    pub fn in_index(git: &'a Git) -> Self {
        Self::new(git, Names::Index(git, OnceCell::new()))
    }

    /// Those of a commit; `None` when there is no such commit. `name` is an object id, perhaps of a
    /// tag.
    ///
    /// # Errors
    /// git fails.
    pub fn in_commit(git: &'a Git, name: &Oid) -> Result<Option<Self>, Refusal> {
        let mut objects = Objects::of(git);
        let Some(tree) = objects.read(&format!("{}^{{tree}}", name.as_str()), SIZE_LIMIT)? else {
            return Ok(None);
        };
        let names = Names::Commit(Trees::of(tree.id));
        Ok(Some(Self { objects: RefCell::new(objects), names, known: RefCell::default() }))
    }

    /// Whether an object is an annotated tag.
    ///
    /// # Errors
    /// git fails.
    pub fn is_tag(&self, id: &Oid) -> Result<bool, Refusal> {
        let object = self.objects.borrow_mut().read(id.as_str(), SIZE_LIMIT)?;
        Ok(object.is_some_and(|object| object.kind == "tag"))
    }

    fn new(git: &'a Git, names: Names<'a>) -> Self {
        let objects = RefCell::new(Objects::of(git));
        Self { objects, names, known: RefCell::default() }
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>, Refusal> {
        match &self.names {
            Names::Index(git, listing) => {
                let alone = listing.get().is_none() && !path.contains('\n');
                let found = if alone { self.looked_up(path)? } else { LookedUp::PerhapsALink };
                match found {
                    LookedUp::Known(entry) => Ok(entry),
                    LookedUp::PerhapsALink => Ok(listed(git, listing)?.find(path)),
                }
            }
            Names::Commit(trees) => trees.find(path, &mut self.objects.borrow_mut()),
        }
    }

    /// What the index has under one path. The mode is not told, and the content of a link is a path:
    /// what could be one has to be found in the listing.
    fn looked_up(&self, path: &str) -> Result<LookedUp, Refusal> {
        // The stages of gitrevisions(7): 0 is resolved, the others are the sides of a conflict.
        let stage =
            |stage: u8, limit| self.objects.borrow_mut().read(&format!(":{stage}:{path}"), limit);
        if let Some(object) = stage(0, SIZE_LIMIT)? {
            let is_path = |bytes: &[u8]| !bytes.is_empty() && !bytes.contains(&b'\n');
            if object.size <= PATH_MAX && object.bytes.as_deref().is_some_and(is_path) {
                return Ok(LookedUp::PerhapsALink);
            }
            let bytes = object.bytes.map(Rc::from);
            return Ok(LookedUp::Known(Some(Entry { kind: Kind::File, id: object.id, bytes })));
        }
        for side in 1..=3 {
            if let Some(Object { id, .. }) = stage(side, 0)? {
                return Ok(LookedUp::Known(Some(Entry { kind: Kind::Conflict, id, bytes: None })));
            }
        }
        Ok(LookedUp::Known(None))
    }

    /// The path of every file.
    fn paths(&self) -> Result<Vec<String>, Refusal> {
        match &self.names {
            Names::Index(git, listing) => Ok(listed(git, listing)?.paths()),
            Names::Commit(trees) => trees.paths(&mut self.objects.borrow_mut()),
        }
    }

    /// The file behind a path, links followed.
    fn resolve(&self, path: &RepoPath, links: usize) -> Result<Option<(RepoPath, Entry)>, Refusal> {
        if let Some(entry) = self.entry(path.as_str())? {
            return match entry.kind {
                Kind::File => Ok(Some((path.clone(), entry))),
                Kind::Link => self.follow(path, path, entry, links),
                Kind::Folder | Kind::Submodule => Ok(None),
                Kind::Conflict => Err(Refusal::unsafe_to(format!("{path} is in conflict"))
                    .next_shell("git status", "shows what is to be resolved")),
            };
        }
        let folders = path.as_str().match_indices('/').map(|(end, _)| &path.as_str()[..end]);
        for folder in folders.filter_map(RepoPath::new) {
            match self.entry(folder.as_str())? {
                Some(entry) if entry.kind == Kind::Link => {
                    return self.follow(path, &folder, entry, links);
                }
                Some(entry) if entry.kind == Kind::Submodule => {
                    return Err(Refusal::usage(format!(
                        "{path} belongs to another repository, {folder}"
                    ))
                    .why("A submodule is released on its own."));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The file behind a path that is the link, or leads through it.
    fn follow(
        &self,
        path: &RepoPath,
        link: &RepoPath,
        entry: Entry,
        links: usize,
    ) -> Result<Option<(RepoPath, Entry)>, Refusal> {
        let target = self.bytes(link, entry)?;
        let below = &path.as_str()[link.as_str().len()..];
        let target = std::str::from_utf8(&target).ok();
        let Some(next) = target.and_then(|target| link.sibling(&format!("{target}{below}"))) else {
            return Err(Refusal::usage(format!("{path} leads out of the repository")));
        };
        let found = match links {
            0 => None,
            left => self.resolve(&next, left - 1)?,
        };
        match found {
            None if below.is_empty() => {
                Err(Refusal::usage(format!("{path} is a symlink to nothing")))
            }
            found => Ok(found),
        }
    }

    fn bytes(&self, path: &RepoPath, entry: Entry) -> Result<Rc<[u8]>, Refusal> {
        if let Some(bytes) = entry.bytes {
            return Ok(bytes);
        }
        let read = self.objects.borrow_mut().read(&entry.id, SIZE_LIMIT)?;
        let object = read.ok_or_else(|| {
            Refusal::external(format!("git lacks the content of {path}"))
                .next_shell("git fsck", "shows what is missing")
        })?;
        object.bytes.map(Rc::from).ok_or_else(|| too_large(path, object.size))
    }

    fn read_anew(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        let Some((real, entry)) = self.resolve(path, LINKS)? else { return Ok(None) };
        let bytes = self.bytes(&real, entry)?;
        Ok(Some(File { path: real, bytes }))
    }
}

fn listed<'l>(git: &Git, listing: &'l OnceCell<Listing>) -> Result<&'l Listing, Refusal> {
    if let Some(known) = listing.get() {
        return Ok(known);
    }
    let read = Listing::read(git)?;
    Ok(listing.get_or_init(|| read))
}

impl Tree for Stored<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        if let Some(file) = self.known.borrow().get(path) {
            return Ok(file.clone());
        }
        let read = self.read_anew(path)?;
        self.known.borrow_mut().insert(path.clone(), read.clone());
        Ok(read)
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        let mut found = BTreeSet::new();
        for path in self.paths()? {
            let ends = path.match_indices('/').map(|(end, _)| &path[..end]);
            let walked = ends.take_while(|folder| is_walked(folder, pattern));
            found.extend(walked.filter(|folder| pattern.matches(folder)).filter_map(RepoPath::new));
        }
        Ok(found.into_iter().collect())
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        let wanted = |path: &str| patterns.iter().any(|glob| reaches(glob, path));
        let literal: Option<Vec<&str>> = patterns.iter().map(Glob::literal).collect();
        let mut found: Vec<RepoPath> = match literal {
            Some(paths) => {
                let mut there = Vec::new();
                for path in paths.into_iter().filter(|path| wanted(path)) {
                    let entry = self.entry(path)?;
                    let file = entry.filter(|e| matches!(e.kind, Kind::File | Kind::Link));
                    there.extend(file.and_then(|_| RepoPath::new(path)));
                }
                there
            }
            None => match &self.names {
                // Of many paths few are wanted: only these are copied.
                Names::Index(git, listing) => {
                    let paths = listed(git, listing)?.texts();
                    paths.filter(|path| wanted(path)).filter_map(RepoPath::new).collect()
                }
                Names::Commit(_) => {
                    let paths = self.paths()?;
                    paths.iter().filter(|p| wanted(p)).filter_map(|p| RepoPath::new(p)).collect()
                }
            },
        };
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

impl Entry {
    /// By the mode as git writes it, in octal digits (git-update-index, "--cacheinfo").
    fn new(mode: &[u8], id: String) -> Self {
        let kind = match mode {
            b"120000" => Kind::Link,
            b"160000" => Kind::Submodule,
            b"40000" | b"040000" => Kind::Folder,
            _ => Kind::File,
        };
        Self { kind, id, bytes: None }
    }
}
