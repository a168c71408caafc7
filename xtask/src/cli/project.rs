//! What `bump` and `status` know before they plan: one read pass over the repository.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::config::{self, Project};
use crate::error::Refusal;
use crate::flows::bump::Facts;
use crate::path::RepoPath;
use crate::repo::{Releases, Repo, WorkTree};
use crate::sites::Tree;
use crate::version::Version;

/// The project of a repository with its version files and its releases.
pub(super) struct Known {
    pub project: Project,
    pub files: BTreeMap<RepoPath, Rc<[u8]>>,
    pub releases: Releases,
    pub tagged: Vec<Version>,
}

impl Known {
    /// Reads it.
    ///
    /// # Errors
    /// No project, a manifest that cannot be read, git fails.
    pub fn read(repo: &Repo) -> Result<Self, Refusal> {
        let tree = WorkTree::new(repo)?;
        let project = config::detect(&tree)?;
        let mut files = BTreeMap::new();
        for site in &project.sites {
            if let Some(file) = tree.read(&site.path)? {
                files.insert(site.path.clone(), file.bytes);
            }
        }
        let releases = Releases::read(repo, project.name.as_deref())?;
        let tagged = releases.versions();
        Ok(Self { project, files, releases, tagged })
    }

    /// The same, for the planner.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            project: &self.project,
            files: &self.files,
            released: self.releases.newest.as_ref().map(|(tag, version)| (tag.as_str(), version)),
            tagged: &self.tagged,
        }
    }
}
