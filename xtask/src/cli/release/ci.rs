//! What CI does when a release arrives.

use crate::changelog::web;
use crate::config::publish::{Event, is_workflow, publishes};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::plan::Push;
use crate::repo::{Repo, WorkTree};
use crate::sites::Tree;

/// What a push sets going.
#[derive(Debug, Default)]
pub struct Ci {
    /// `CI publishes to PyPI when v0.3.0 arrives (.github/workflows/release.yml)`
    pub says: Vec<String>,
    /// The registries among them that take a version once.
    pub never_twice: Vec<&'static str>,
    /// The page that shows what it does; `None` where there is no CI.
    pub page: Option<String>,
}

impl Ci {
    /// Of what a push brings.
    ///
    /// # Errors
    /// git cannot list the files.
    pub fn of(repo: &Repo, push: &Push) -> Result<Self, Refusal> {
        let tree = WorkTree::new(repo)?;
        let patterns = [".github/workflows/*", ".gitlab-ci.yml"].map(Glob::parse);
        let patterns: Vec<Glob> = patterns.into_iter().flatten().collect();
        let mut files = tree.files(&patterns)?;
        files.retain(|path| is_workflow(path) || path.as_str() == ".gitlab-ci.yml");
        let page = repo.configuration()?.remote_url().and_then(|url| web::page(&url));
        // `owner/name`, as it stands behind the host.
        let repository = page.as_deref().and_then(|page| page.splitn(4, '/').nth(3));
        let mut ci = Self::default();
        for planned in push.moves.iter().filter(|planned| planned.old != planned.new) {
            let event = match planned.name.strip_prefix("refs/tags/") {
                Some(tag) => Event::Tag(tag),
                None => Event::Branch(planned.name.trim_start_matches("refs/heads/")),
            };
            for found in publishes(&tree, &files, event, repository) {
                ci.says.push(found.says(event));
                ci.never_twice.extend(found.target.never_twice());
            }
        }
        ci.never_twice.sort_unstable();
        ci.never_twice.dedup();
        ci.page = page.filter(|_| !files.is_empty()).map(|page| web::ci(&page));
        Ok(ci)
    }

    /// What cannot be taken back once it is pushed, in sentences.
    pub fn warns(&self) -> String {
        let says = match self.says.as_slice() {
            [] => return "The push cannot.".to_owned(),
            says => says.join("; "),
        };
        match self.never_twice.as_slice() {
            [] => format!("The push cannot: {says}."),
            names => {
                format!("The push cannot: {says}, and {} never takes a version twice.", and(names))
            }
        }
    }
}

/// `PyPI`, `PyPI and npm`
fn and(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}
