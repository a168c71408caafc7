//! What CI publishes when something is pushed, as the workflows of a repository say it.
//!
//! Only what is seen there is told: a workflow that cannot be read is left out, and a condition that
//! depends on what nobody knows here makes it a "may".

mod condition;
mod filter;
mod gitlab;
mod on;
mod steps;
mod target;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::path::RepoPath;
use crate::sites::{Source, Tree, yaml};
pub use target::Target;

/// What happens to the repository on its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'e> {
    /// A tag is pushed, by its short name.
    Tag(&'e str),
    /// A branch is pushed, by its short name.
    Branch(&'e str),
    /// A person, or `gh`, publishes a release of this tag on GitHub.
    Release(&'e str),
}

/// Whether it is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It depends on what cannot be known from the files.
    Perhaps,
    Sure,
}

/// Something that CI publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Publishes {
    /// The workflow.
    pub file: RepoPath,
    pub target: Target,
    pub certainty: Certainty,
}

impl Publishes {
    /// A sentence for people: `CI publishes to PyPI when v0.3.0 arrives (.github/workflows/ci.yml)`
    pub fn says(&self, event: Event<'_>) -> String {
        let publishes = match self.certainty {
            Certainty::Sure => "publishes",
            Certainty::Perhaps => "may publish",
        };
        format!("CI {publishes} {} when {event} ({})", self.target, self.file)
    }
}

impl fmt::Display for Event<'_> {
    /// The rest of a sentence after `when`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(name) | Self::Branch(name) => write!(f, "{name} arrives"),
            Self::Release(tag) => write!(f, "the release {tag} is published on GitHub"),
        }
    }
}

/// Whether this is a workflow of GitHub.
pub fn is_workflow(path: &RepoPath) -> bool {
    path.folder() == ".github/workflows" && matches!(path.extension(), "yml" | "yaml")
}

/// The pipeline of GitLab.
const GITLAB: &str = ".gitlab-ci.yml";

/// What CI publishes on an event: once for each workflow and target, in the order of the files.
/// `files` may be all files of the repository; `repository` is `owner/name` on its host.
pub fn publishes(
    tree: &dyn Tree,
    files: &[RepoPath],
    event: Event<'_>,
    repository: Option<&str>,
) -> Vec<Publishes> {
    let mut all: Vec<Publishes> = Vec::new();
    for path in files.iter().filter(|path| is_workflow(path) || path.as_str() == GITLAB) {
        let Some(file) = tree.read(path).ok().flatten() else { continue };
        let Ok(doc) = yaml::parse(Source::from(&file)) else { continue };
        let found = match path.as_str() {
            GITLAB => gitlab::published(&doc, event),
            _ => steps::Reader { tree, event, repository }.workflow(&doc),
        };
        let mut found: Vec<Publishes> = found
            .into_iter()
            // Where a release is published it is there: files that are added to it are no news.
            .filter(|(target, _)| {
                !(matches!(event, Event::Release(_)) && *target == Target::GitHubRelease)
            })
            .map(|(target, certainty)| Publishes { file: path.clone(), target, certainty })
            .collect();
        // The surest one of each target is the last.
        found.sort();
        found.reverse();
        found.dedup_by_key(|one| one.target);
        found.reverse();
        all.extend(found);
    }
    all
}
