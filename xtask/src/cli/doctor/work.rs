//! What waits for its end in this work tree, and whether a commit would be clean.

use super::super::project::Survey;
use super::Finding;
use crate::error::{Refusal, word};
use crate::journal::Journal;
use crate::path::RepoPath;
use crate::repo::{Head, OtherChanges, Repo, Status, in_hook};

pub(super) struct Facts {
    hook: Result<(), Refusal>,
    journal: Result<(), Refusal>,
    operation: Result<(), Refusal>,
    locks: Result<(), Refusal>,
    clean: Result<(), Refusal>,
    tracked: Result<(), Refusal>,
}

impl Facts {
    pub fn read(repo: &Repo, status: &Status, survey: Option<&Survey>) -> Self {
        let projects = survey.iter().flat_map(|survey| &survey.projects);
        let sites = projects.flat_map(|known| &known.project.sites);
        let mut paths: Vec<RepoPath> = sites.map(|site| site.path.clone()).collect();
        paths.sort_unstable();
        paths.dedup();
        let journal = Journal::of(&repo.common_dir).unfinished();
        Self {
            hook: in_hook(&repo.git_dir),
            journal: journal.and_then(|open| open.map_or(Ok(()), |(_, refusal)| Err(refusal))),
            operation: repo.nothing_in_progress(),
            locks: repo.index_is_free().and_then(|()| refs_are_free(repo)),
            clean: status.clean_enough(&paths, OtherChanges::Refuse),
            tracked: match paths.is_empty() {
                true => Ok(()),
                false => repo.all_tracked(&paths),
            },
        }
    }

    pub fn judge(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        if let Err(refusal) = &self.hook {
            found.push(Finding::refused("git", refusal));
        }
        let unfinished =
            self.journal.as_ref().and(self.operation.as_ref()).and(self.locks.as_ref());
        if unfinished.is_ok() {
            found.push(Finding::good("unfinished", "no operation, merge or rebase, no lock left"));
        }
        for result in [&self.journal, &self.operation, &self.locks] {
            found.extend(result.as_ref().err().map(|no| Finding::refused("unfinished", no)));
        }
        found.push(Finding::of("work tree", &self.clean, "no tracked file has changes"));
        if let Err(refusal) = &self.tracked {
            found.push(Finding::refused("work tree", refusal));
        }
        found
    }
}

/// No lock that a killed git left stops the branch from moving.
fn refs_are_free(repo: &Repo) -> Result<(), Refusal> {
    let branch = match &repo.head {
        Head::Branch { name, .. } => Some(repo.common_dir.join(format!("{name}.lock"))),
        Head::Unborn { .. } | Head::Detached { .. } => None,
    };
    let mut locks = branch.into_iter().chain([repo.git_dir.join("HEAD.lock")]);
    match locks.find(|lock| lock.exists()) {
        None => Ok(()),
        Some(lock) => Err(Refusal::external(format!("{} is left", lock.display()))
            .why("A git command is running, or one was killed.")
            .next_shell(format!("rm {}", word(lock.display())), "when no git command runs here")),
    }
}
