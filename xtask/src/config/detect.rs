//! Detection: from the root manifest by reference, never by scanning.

use super::{Note, Project, detect_cargo, detect_npm, detect_pyproject};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::{File, Format, Found, Role, Site, Source, Spelling, Tree};

/// Manifests at the top of a repository, in the order in which one leads.
const MANIFESTS: [&str; 5] =
    ["pyproject.toml", "setup.cfg", "setup.py", "Cargo.toml", "package.json"];

/// So many folders of one level are looked into for the sake of a message.
const FOLDERS: usize = 200;

/// Characters of a line that a person reads.
const WIDTH: usize = 90;

/// Finds the project and every place of its version, without configuration.
///
/// # Errors
/// No version anywhere, several packages to choose from, a manifest that cannot be read or names a
/// file that is not there, a `gonogo.toml` (not read yet, and never silently ignored).
pub fn detect(tree: &dyn Tree) -> Result<Project, Refusal> {
    refuse_configuration(tree)?;
    let parts = [
        detect_pyproject::part(tree)?,
        detect_cargo::part(tree, "Cargo.toml")?,
        detect_npm::part(tree)?,
    ];
    let mut parts = parts.into_iter().flatten().filter(Part::says_something);
    let Some(mut lead) = parts.next() else { return Err(nothing(tree)?) };
    for other in parts {
        lead.join(other);
    }
    // setup.py may take the version from the Cargo.toml beside it: then that has joined by name.
    let versions = lead.sites.iter().any(|site| site.role == Role::Version);
    if let (false, Some(refusal)) = (versions, lead.blocked) {
        return Err(refusal);
    }
    Ok(Project {
        name: lead.name,
        manifest: lead.manifest,
        sites: lead.sites,
        notes: lead.notes,
        vcs: lead.vcs,
    })
}

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

    pub fn note(&mut self, source: Source<'_>, offset: usize, text: String) {
        let line = source.place(offset).line;
        let note = Note { path: source.path.clone(), line, text };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn says_something(&self) -> bool {
        !self.sites.is_empty() || self.vcs.is_some() || self.blocked.is_some()
    }

    pub fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| normal(own) == normal(name))
    }

    /// Takes in what another root manifest says, or notes that it is another package's.
    fn join(&mut self, other: Self) {
        let reached = other.sites.first().is_some_and(|site| self.sites.contains(site));
        if reached || other.names.iter().any(|name| self.is_called(name)) {
            self.absorb(other);
            return;
        }
        let version =
            other.sites.first().map(|site| format!(" {}", site.value)).unwrap_or_default();
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

/// A package name as PEP 503 compares it: case and runs of `-`, `_`, `.` do not matter.
pub(super) fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

fn refuse_configuration(tree: &dyn Tree) -> Result<(), Refusal> {
    match read(tree, "gonogo.toml")? {
        Some(file) => Err(Refusal::usage("gonogo.toml is not supported yet")
            .why("This version works without configuration and would ignore what the file says.")
            .next_shell("git mv gonogo.toml gonogo.toml.later", "to go on without it")
            .at(Source::from(&file).place(0))),
        None => Ok(()),
    }
}

/// What to say when the top of the repository holds no version.
fn nothing(tree: &dyn Tree) -> Result<Refusal, Refusal> {
    let refusal = Refusal::usage("no version anywhere");
    let mut present = Vec::new();
    for name in MANIFESTS {
        if read(tree, name)?.is_some() {
            present.push(name.to_owned());
        }
    }
    let refusal = if present.is_empty() {
        listed(refusal, "At the top there is none of", &MANIFESTS.map(str::to_owned))
    } else {
        listed(refusal, "There is none in", &present)
    };
    let packages = packages_below(tree)?;
    if !packages.is_empty() {
        return Ok(listed(refusal, "There are packages below:", &packages)
            .why("Choosing one of them is not available yet."));
    }
    let refusal = refusal
        .why("In pyproject.toml it is `version = \"0.1.0\"` under [project].")
        .why("In Cargo.toml it is the same under [package], in package.json `\"version\": \"0.1.0\"`.");
    Ok(if present == ["package.json"] {
        refusal.next_shell("npm pkg set version=0.1.0", "to begin with 0.1.0")
    } else {
        refusal
    })
}

/// Up to eight folders with a manifest, one level down or else two: for the message only.
fn packages_below(tree: &dyn Tree) -> Result<Vec<String>, Refusal> {
    let mut found = Vec::new();
    for pattern in ["*", "*/*"] {
        for folder in tree.folders(pattern)?.iter().take(FOLDERS) {
            for name in MANIFESTS {
                if read(tree, &format!("{folder}/{name}"))?.is_some() {
                    found.push(folder.to_string());
                    break;
                }
            }
            if found.len() == 8 {
                return Ok(found);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// Adds a list as lines of a sentence, broken where they would grow too long for a terminal.
pub(super) fn listed(refusal: Refusal, lead: &str, items: &[String]) -> Refusal {
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
