//! What one manifest contributes to the project, and what all detectors share.

use super::super::Note;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::pieces::Group;
use crate::sites::python::Pieces;
use crate::sites::{File, Format, Found, Role, Site, Source, Spelling, Tree};

/// Characters of a line that a person reads.
const WIDTH: usize = 90;

/// What the manifests of one language say.
pub(super) struct Part {
    pub manifest: RepoPath,
    /// The line of its first version.
    line: usize,
    /// What the project is called, if it has one name.
    pub name: Option<String>,
    /// Every name it goes by (the members of a Cargo workspace that share its version).
    pub names: Vec<String>,
    pub sites: Vec<Site>,
    pub notes: Vec<Note>,
    pub vcs: Option<String>,
    /// Why nothing can be said, if this part should lead.
    pub blocked: Option<Refusal>,
}

impl Part {
    pub fn new(manifest: RepoPath, name: Option<String>) -> Self {
        let names = name.iter().cloned().collect();
        let (sites, notes) = (Vec::new(), Vec::new());
        Self { manifest, line: 1, name, names, sites, notes, vcs: None, blocked: None }
    }

    /// Adds a place unless it is there already (the same file can be reached in several ways).
    pub fn add(&mut self, source: Source<'_>, site: Site) {
        if self.sites.is_empty() {
            self.line = source.place(site.range.start).line;
        }
        self.insert(site);
    }

    fn insert(&mut self, site: Site) {
        let same = |known: &Site| known.path == site.path && known.range == site.range;
        if !self.sites.iter().any(same) {
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
            (_, Some(_)) => "several packages".to_owned(),
            (Some(name), None) => format!("\"{name}\"{version}"),
            (None, None) => format!("a package without a name{version}"),
        };
        let text = format!("is for {whose}, not this project: left alone");
        let path = other.sites.first().map_or(other.manifest, |site| site.path.clone());
        self.notes.push(Note { path, line: other.line, text });
    }

    pub fn absorb(&mut self, other: Self) {
        other.sites.into_iter().for_each(|site| self.insert(site));
        self.notes.extend(other.notes);
    }
}

/// The file at a path from the top of the repository; `None` also for a path that leaves it.
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
pub(super) fn piece_sites(source: Source<'_>, pieces: &Pieces, origin: &str) -> Vec<Site> {
    let place = |(key, piece, found): &(String, _, Found)| {
        let role = Role::Piece { of: pieces.name.clone(), piece: *piece };
        Site { role, ..site(source, Format::Python, key, origin, found.clone()) }
    };
    pieces.items.iter().map(place).collect()
}

/// A package name as PEP 503 compares it: case and runs of `-`, `_`, `.` do not matter.
pub(super) fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
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
