//! What a commit says of its projects.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Conflict;
use crate::config::changelog::Place;
use crate::config::{Project, Projects, changelog};
use crate::error::Refusal;
use crate::flows::bump;
use crate::path::RepoPath;
use crate::sites::{Site, Tree, place};
use crate::version::{Version, normal};

/// The bytes of files.
pub type Files = BTreeMap<RepoPath, Rc<[u8]>>;

/// The projects of a commit, with their version files and changelogs, by its own configuration.
#[derive(Default)]
pub struct Side {
    pub projects: Vec<Held>,
    /// Every version file.
    pub files: Files,
    pub changelogs: Files,
}

/// A project and the version that its files say.
pub struct Held {
    pub project: Project,
    /// `None` where no file says one, or not all of them the same.
    pub version: Option<Version>,
    /// Where they disagree.
    pub drift: Option<Conflict>,
    pub changelog: Option<RepoPath>,
}

impl Side {
    /// Reads them from a tree. What cannot be read of a package, or where its changelog is, is left
    /// out: nothing of it is resolved by rule.
    ///
    /// # Errors
    /// A gonogo.toml that cannot be read, a project at the top that cannot be read.
    pub fn read(tree: &dyn Tree) -> Result<Self, Refusal> {
        let all = Projects::new(tree)?;
        let (found, _) = all.whole()?;
        let mut side =
            Self { projects: Vec::new(), files: BTreeMap::new(), changelogs: BTreeMap::new() };
        for project in found {
            for site in &project.sites {
                if !side.files.contains_key(&site.path)
                    && let Some(file) = tree.read(&site.path)?
                {
                    side.files.insert(file.path, file.bytes);
                }
            }
            let place = changelog::find(tree, &all.settings, &project, all.among());
            let found = match place {
                Ok(Place::There(file)) => Some(file),
                _ => None,
            };
            let changelog = found.as_ref().map(|file| file.path.clone());
            side.changelogs.extend(found.map(|file| (file.path, file.bytes)));
            let (version, drift) = side.says(&project);
            side.projects.push(Held { project, version, drift, changelog });
        }
        Ok(side)
    }

    /// The version of a project, or where its files disagree.
    fn says(&self, project: &Project) -> (Option<Version>, Option<Conflict>) {
        // What is no version is none that could be compared.
        let said = bump::held(project, &self.files).unwrap_or_default();
        let Some((_, first)) = said.first() else { return (None, None) };
        match said.iter().find(|(_, version)| !version.same(first)) {
            None => (Some(first.clone()), None),
            Some((site, other)) => {
                let conflict = Conflict {
                    path: site.path.to_string(),
                    line: Some(self.line(site)),
                    why: format!("it says {other} where the others say {first}"),
                };
                (None, Some(conflict))
            }
        }
    }

    /// The line of a place, 1-based.
    pub fn line(&self, site: &Site) -> usize {
        let bytes = self.files.get(&site.path).map_or(&[][..], |bytes| bytes);
        place(&site.path, bytes, site.range.start).line
    }

    /// The version file with this text, which may have another name here.
    pub fn path_of(&self, path: &RepoPath, bytes: &[u8]) -> Option<&RepoPath> {
        found(&self.files, path, bytes)
    }

    /// Is this the text of a changelog?
    pub fn is_changelog(&self, path: &RepoPath, bytes: &[u8]) -> bool {
        found(&self.changelogs, path, bytes).is_some()
    }

    /// The changelog at this path, else every one: which of them it was before cannot be told.
    pub fn changelog_like(&self, path: &RepoPath) -> Vec<&Rc<[u8]>> {
        match self.changelogs.get(path) {
            Some(own) => vec![own],
            None => self.changelogs.values().collect(),
        }
    }

    /// The same project as seen from another commit, by its name, else by its folder.
    pub fn same(&self, other: &Project) -> Option<&Held> {
        let name = |project: &Project| project.name.as_deref().map(normal);
        let by_name = || {
            let named = self.projects.iter().filter(|own| name(&own.project) == name(other));
            let mut named: Vec<&Held> = named.filter(|own| own.project.name.is_some()).collect();
            // One name may be given twice.
            named.sort_by_key(|own| own.project.folder != other.folder);
            named.into_iter().next()
        };
        let by_folder = || self.projects.iter().find(|own| own.project.folder == other.folder);
        by_name().or_else(by_folder)
    }
}

fn found<'s>(files: &'s Files, path: &RepoPath, bytes: &[u8]) -> Option<&'s RepoPath> {
    let mut same = files.iter().filter(|(_, own)| ***own == *bytes).map(|(path, _)| path);
    let at = files.get_key_value(path).filter(|(_, own)| ***own == *bytes);
    at.map_or_else(|| same.next(), |(path, _)| Some(path))
}
