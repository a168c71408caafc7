//! What one manifest contributes to the project, and what all detectors share.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use super::super::{Note, Sites};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::pieces::Group;
use crate::sites::python::Pieces;
use crate::sites::{File, Format, Found, Role, Site, Source, Spelling, Tree};
use crate::version::normal;

/// Characters of a line that a person reads.
const WIDTH: usize = 90;

/// What the manifests of one language say.
#[derive(Clone)]
pub(super) struct Part {
    pub manifest: RepoPath,
    /// The line of its first version.
    line: usize,
    /// What the project is called, if it has one name.
    pub name: Option<String>,
    /// Every name it goes by (the members of a Cargo workspace that share its version).
    pub names: Rc<[String]>,
    pub sites: Sites,
    /// Where the places are.
    known: Rc<HashSet<(RepoPath, Range<usize>)>>,
    pub notes: Vec<Note>,
    pub vcs: Option<String>,
    /// Why nothing can be said, if this part should lead.
    pub blocked: Option<Blocked>,
}

/// Why a manifest does not lead to a version.
#[derive(Clone)]
pub(super) enum Blocked {
    /// It begins a workspace whose members have versions of their own.
    Several,
    Because(Refusal),
}

impl Part {
    pub fn new(manifest: RepoPath, name: Option<String>) -> Self {
        let names = name.iter().cloned().collect();
        Self {
            manifest,
            line: 1,
            name,
            names,
            sites: Sites::default(),
            known: Rc::default(),
            notes: Vec::new(),
            vcs: None,
            blocked: None,
        }
    }

    /// Adds a place unless it is there already (the same file can be reached in several ways).
    pub fn add(&mut self, source: Source<'_>, site: Site) {
        if self.sites.is_empty() {
            self.line = source.place(site.range.start).line;
        }
        self.insert(site);
    }

    fn insert(&mut self, site: Site) {
        let place = (site.path.clone(), site.range.clone());
        if Rc::make_mut(&mut self.known).insert(place) {
            self.sites.push(site);
        }
    }

    /// Adds a version in pieces, each as a place of its own.
    pub fn add_pieces(&mut self, source: Source<'_>, pieces: &Pieces, origin: &str) {
        for site in piece_sites(source, pieces, origin) {
            self.add(source, site);
        }
    }

    /// The version that it says first.
    pub fn version(&self) -> Option<String> {
        let first = self.sites.first()?;
        let group = Group::of(&self.sites, first);
        Some(group.map_or_else(|| first.value.clone(), |group| group.version()))
    }

    pub fn note(&mut self, source: Source<'_>, offset: usize, text: String) {
        let line = source.place(offset).line;
        let note = Note { path: source.path.clone(), line, text };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub fn says_something(&self) -> bool {
        !self.sites.is_empty() || self.vcs.is_some() || self.blocked.is_some()
    }

    pub fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| normal(own) == normal(name))
    }

    /// Takes in what another root manifest says, or notes that it is another package's.
    pub fn join(&mut self, other: Self) {
        let reached = other.sites.first().is_some_and(|site| self.sites.contains(site));
        if reached || other.names.iter().any(|name| self.is_called(name)) {
            self.absorb(other);
            return;
        }
        let version = other.version().map(|version| format!(" {version}")).unwrap_or_default();
        let whose = match (&other.name, &other.blocked) {
            (_, Some(Blocked::Several)) => "several packages".to_owned(),
            (Some(name), _) => format!("\"{name}\"{version}"),
            (None, _) => format!("a package without a name{version}"),
        };
        let text = format!("is for {whose}, not this project: left alone");
        let path = other.sites.first().map_or(other.manifest, |site| site.path.clone());
        self.notes.push(Note { path, line: other.line, text });
    }

    pub fn absorb(&mut self, other: Self) {
        other.sites.iter().cloned().for_each(|site| self.insert(site));
        self.notes.extend(other.notes);
    }
}

/// The repository as it is seen from the folder of a package: paths begin there, and what was
/// parsed for one package is not parsed again for the next.
pub(in crate::config) struct View<'a> {
    pub tree: &'a dyn Tree,
    /// From the top of the repository; empty: the top itself.
    pub folder: &'a str,
    pub memo: &'a Memo,
}

/// What several packages of a repository have in common.
#[derive(Default)]
pub(in crate::config) struct Memo {
    pub(super) workspaces: Remembered<[super::cargo::Crate]>,
    /// What the members of a workspace that inherit its version have in common.
    pub(super) inherited: Remembered<Part>,
    pub(super) cargo_locks: Remembered<super::cargo::Lock>,
    pub(super) uv_locks: Remembered<[Local]>,
    pub(super) npm_locks: Remembered<[Local]>,
}

/// An entry of a lock file for something that lies in the repository.
pub(super) struct Local {
    /// Its folder, from that of the lock file.
    pub folder: String,
    pub name: Option<String>,
    pub key: String,
    pub found: Found,
}

/// What was read from a file, by its path.
pub(super) struct Remembered<T: ?Sized>(RefCell<HashMap<RepoPath, Rc<T>>>);

impl<T: ?Sized> Default for Remembered<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: ?Sized> Remembered<T> {
    /// What `make` found in this file, now or earlier.
    pub fn get<M: Into<Rc<T>>>(
        &self,
        file: &RepoPath,
        make: impl FnOnce() -> Result<M, Refusal>,
    ) -> Result<Rc<T>, Refusal> {
        if let Some(known) = self.0.borrow().get(file) {
            return Ok(Rc::clone(known));
        }
        let made: Rc<T> = make()?.into();
        self.0.borrow_mut().insert(file.clone(), Rc::clone(&made));
        Ok(made)
    }
}

impl View<'_> {
    /// A path from the top, for one that begins here.
    pub fn path(&self, path: &str) -> Option<RepoPath> {
        RepoPath::new(&join(self.folder, path))
    }

    /// The folders this one lies in, itself first and the top last, each with the way from there to
    /// here (`.` for itself).
    pub fn ancestors(&self) -> Vec<(&str, &str)> {
        let slashes = self.folder.rmatch_indices('/').map(|(at, _)| at);
        let inner = slashes.map(|at| (&self.folder[..at], &self.folder[at + 1..]));
        let top = (!self.folder.is_empty()).then_some(("", self.folder));
        std::iter::once((self.folder, ".")).chain(inner).chain(top).collect()
    }
}

impl Tree for View<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        match self.path(path.as_str()) {
            Some(path) => self.tree.read(&path),
            None => Ok(None),
        }
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        let Ok(pattern) = Glob::parse(&join(self.folder, &pattern.to_string())) else {
            return Ok(Vec::new());
        };
        Ok(self.tree.folders(&pattern)?.iter().filter_map(|folder| self.seen(folder)).collect())
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        let below = patterns.iter().map(|glob| Glob::parse(&join(self.folder, &glob.to_string())));
        let below: Vec<Glob> = below.filter_map(Result::ok).collect();
        Ok(self.tree.files(&below)?.iter().filter_map(|file| self.seen(file)).collect())
    }

    fn seen(&self, real: &RepoPath) -> Option<RepoPath> {
        match self.folder {
            "" => Some(real.clone()),
            folder => RepoPath::new(real.as_str().strip_prefix(folder)?.strip_prefix('/')?),
        }
    }
}

/// Two parts of a path, either of them possibly empty.
pub(super) fn join(folder: &str, name: &str) -> String {
    let folder = folder.trim_end_matches('/').trim_start_matches("./");
    match (folder, name) {
        ("" | ".", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// The file at a path from the folder of the package; `None` also for a path that leaves it.
pub(super) fn read(tree: &dyn Tree, path: &str) -> Result<Option<File>, Refusal> {
    match RepoPath::new(path) {
        Some(path) => tree.read(&path),
        None => Ok(None),
    }
}

/// A place of the project's version.
pub(super) fn site(
    source: Source<'_>,
    format: Format,
    key: &str,
    origin: &str,
    found: Found,
) -> Site {
    Site {
        path: source.path.clone(),
        format,
        key: key.to_owned(),
        origin: origin.to_owned(),
        range: found.range,
        value: found.value,
        role: Role::Version,
        spelling: Spelling::Repository,
    }
}

/// The places of a version in pieces.
pub(in crate::config) fn piece_sites(
    source: Source<'_>,
    pieces: &Pieces,
    origin: &str,
) -> Vec<Site> {
    let place = |(key, piece, found): &(String, _, Found)| {
        let role = Role::Piece { of: pieces.name.clone(), piece: *piece };
        Site { role, ..site(source, Format::Python, key, origin, found.clone()) }
    };
    pieces.items.iter().map(place).collect()
}

/// Adds a list as lines of a sentence, broken where they would grow too long for a terminal.
pub(in crate::config) fn listed(refusal: Refusal, lead: &str, items: &[String]) -> Refusal {
    let mut line = lead.to_owned();
    let mut refusal = refusal;
    for (number, item) in items.iter().enumerate() {
        let end = if number + 1 == items.len() { "." } else { "," };
        let piece = format!("{item}{end}");
        if !line.is_empty() && line.chars().count() + piece.chars().count() > WIDTH {
            refusal = refusal.why(std::mem::take(&mut line));
        }
        line = if line.is_empty() { piece } else { format!("{line} {piece}") };
    }
    if line.is_empty() { refusal } else { refusal.why(line) }
}
