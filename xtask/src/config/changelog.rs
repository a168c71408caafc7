//! The changelog of a project: what gonogo.toml says, else the file that has the usual name, else the
//! only one that has another.

use super::Project;
use super::file::{Said, Settings};
use crate::changelog::Changelog;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::{File, Source, Tree, doc};

/// The name that a new changelog gets.
pub const USUAL: &str = "CHANGELOG.md";

/// The other names that projects give it, in the folder of the project.
const OTHERS: [&str; 33] = [
    "Changelog.md",
    "ChangeLog.md",
    "changelog.md",
    "CHANGELOG.rst",
    "changelog.rst",
    "CHANGELOG.txt",
    "CHANGELOG",
    "CHANGES.md",
    "Changes.md",
    "changes.md",
    "CHANGES.rst",
    "changes.rst",
    "CHANGES.txt",
    "CHANGES",
    "HISTORY.md",
    "History.md",
    "HISTORY.rst",
    "HISTORY.txt",
    "HISTORY",
    "NEWS.md",
    "NEWS.rst",
    "NEWS.txt",
    "NEWS",
    "RELEASES.md",
    "RELEASE_NOTES.md",
    "RELEASE-NOTES.md",
    "docs/CHANGELOG.md",
    "docs/changelog.md",
    "docs/CHANGELOG.rst",
    "docs/changelog.rst",
    "docs/CHANGES.md",
    "docs/changes.md",
    "docs/release-notes.md",
];

/// Whether a project has the repository for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    Alone,
    /// Other packages are beside it: what lies at the top may be theirs.
    Others,
}

/// A changelog that is there, or where one would be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The real file, symlinks resolved.
    There(File),
    Missing(RepoPath),
}

impl Place {
    /// Its path; behind a symlink that of the real file.
    pub fn path(&self) -> &RepoPath {
        match self {
            Self::There(file) => &file.path,
            Self::Missing(path) => path,
        }
    }
}

/// Finds the changelog of a project: `[package.X] changelog`, for the project at the top
/// `[changelog] file`, else CHANGELOG.md or the only file with another usual name, in the project's
/// folder; for a package that is alone in its repository at the top, too.
///
/// # Errors
/// A file that cannot be read, or a symlink that leaves the repository or leads nowhere; several
/// files that may be meant; a package without one beside a changelog at the top.
pub fn find(
    tree: &dyn Tree,
    settings: &Settings,
    project: &Project,
    among: Among,
) -> Result<Place, Refusal> {
    let table = settings.table_of(project.name.as_deref(), &project.folder);
    let own = table.and_then(|table| table.changelog.as_ref());
    let at_top = project.folder.is_empty() || among == Among::Alone;
    let shared = settings.changelog.file.as_ref().filter(|_| at_top);
    if let Some(said) = own.or(shared) {
        return configured(tree, settings, said);
    }
    let usual = usual(&project.folder);
    if let Some(file) = in_folder(tree, &project.folder)? {
        return Ok(Place::There(file));
    }
    if project.folder.is_empty() {
        return Ok(Place::Missing(usual));
    }
    if among == Among::Alone {
        let top = in_folder(tree, "")?;
        return Ok(top.map_or_else(|| Place::Missing(self::usual("")), Place::There));
    }
    let said = settings.changelog.file.as_ref().map(|said| said.value.clone());
    let top = match said {
        Some(path) => Some(path),
        None => candidates(tree, "")?.into_iter().next().map(|file| file.path),
    };
    top.map_or_else(|| Ok(Place::Missing(usual.clone())), |top| Err(whose(project, &usual, &top)))
}

fn configured(
    tree: &dyn Tree,
    settings: &Settings,
    said: &Said<RepoPath>,
) -> Result<Place, Refusal> {
    let read = tree.read(&said.value);
    let read = read.map_err(|refusal| match settings.place(said.at) {
        Some(place) if refusal.place.is_none() => refusal.at(place),
        _ => refusal,
    })?;
    Ok(read.map_or_else(|| Place::Missing(said.value.clone()), Place::There))
}

fn usual(folder: &str) -> RepoPath {
    below(folder, USUAL)
}

fn below(folder: &str, name: &str) -> RepoPath {
    let path = RepoPath::new(format!("{folder}/{name}").trim_start_matches('/'));
    path.expect("a file name below a folder is a path")
}

/// The changelog of a folder by its name.
///
/// # Errors
/// A file that cannot be read; several that may be meant.
pub fn in_folder(tree: &dyn Tree, folder: &str) -> Result<Option<File>, Refusal> {
    let mut found = candidates(tree, folder)?;
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => {
            let names: Vec<&str> = found.iter().map(|file| file.path.as_str()).collect();
            let key = match folder {
                "" => "[changelog] file".to_owned(),
                folder => format!("[{}] changelog", doc::dotted(&["package", folder])),
            };
            Err(Refusal::usage("several files may be the changelog")
                .why(format!("They are {}.", names.join(" and ")))
                .why(format!("Say which one in gonogo.toml: {key} = \"{}\"", names[0])))
        }
    }
}

/// The files of a folder that may be its changelog: that of the usual name, else those of others,
/// the likeliest first.
///
/// # Errors
/// A file that cannot be read.
pub fn candidates(tree: &dyn Tree, folder: &str) -> Result<Vec<File>, Refusal> {
    if let Some(file) = tree.read(&usual(folder))? {
        return Ok(vec![file]);
    }
    let mut found: Vec<File> = Vec::new();
    for name in OTHERS {
        let file = tree.read(&below(folder, name))?;
        // Several names may lead to one file.
        found.extend(file.filter(|file| !found.iter().any(|known| known.path == file.path)));
    }
    if found.iter().any(tells_of_releases) {
        found.retain(tells_of_releases);
    }
    Ok(found)
}

/// Has the file headings of releases, or one of what is not released?
fn tells_of_releases(file: &File) -> bool {
    Changelog::parse(Source::from(file)).is_ok_and(|changelog| {
        changelog.releases().next().is_some() || changelog.unreleased().is_some()
    })
}

fn whose(project: &Project, own: &RepoPath, top: &RepoPath) -> Refusal {
    let name = project.name.as_deref().unwrap_or(&project.folder);
    let table = doc::dotted(&["package", name]);
    Refusal::usage(format!("{name} has no changelog of its own, and {top} is that of the top"))
        .why("Whether it tells of this package, too, cannot be known.")
        .why(format!("Say it in gonogo.toml: [{table}] changelog = \"{top}\" or \"{own}\"."))
}
