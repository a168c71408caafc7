//! The remote of a release: what it has, fetched in one connection before anything is planned.

use crate::error::{Refusal, word};
use crate::flows::release;
use crate::plan::{Oid, Ready};
use crate::repo::{Destination, Fetched, Repo, Wanted, of_releases};
use crate::sys::proc::Interrupt;

/// A remote, and what it had a moment ago.
pub struct Remote {
    destination: Destination,
    fetched: Fetched,
}

impl Remote {
    /// Fetches the branch that is checked out, the main branches, the tags, and our own refs.
    ///
    /// # Errors
    /// There is no remote, or several and nothing says which; it does not answer.
    pub fn fetch(repo: &Repo, interrupt: &Interrupt) -> Result<Self, Refusal> {
        Self::known(repo, interrupt)?.ok_or_else(|| {
            Refusal::usage("there is no remote to push a release to")
                .next_shell("git remote add origin URL", "gives an address a name")
                .next("release --no-push", "makes the release on this machine only")
        })
    }

    /// The same, `None` where there is no remote.
    ///
    /// # Errors
    /// There are several and nothing says which; it does not answer.
    pub fn known(repo: &Repo, interrupt: &Interrupt) -> Result<Option<Self>, Refusal> {
        let configuration = repo.configuration()?;
        let branch = repo.branch().unwrap_or_default();
        let Some(destination) = repo.remote_to_push(&configuration, branch)? else {
            return Ok(None);
        };
        let wanted = Wanted {
            branches: vec!["*".to_owned()],
            tags: vec!["*".to_owned()],
            own: of_releases(),
        };
        crate::exec::after_killed_fetch(repo);
        let fetched = repo.fetch(&destination.name, &wanted, interrupt)?;
        Ok(Some(Self { destination, fetched }))
    }

    /// Where a ref (full name) was a moment ago.
    pub fn at(&self, name: &str) -> Option<Oid> {
        self.fetched.there.get(name).cloned()
    }

    /// The short names of its branches.
    pub fn branches(&self) -> impl Iterator<Item = &str> {
        let all = self.fetched.there.below("refs/heads/");
        all.filter_map(|(name, _)| name.strip_prefix("refs/heads/"))
    }

    /// Its name here.
    pub fn name(&self) -> &str {
        &self.destination.name
    }

    /// Its address, without secrets.
    pub fn shown(&self) -> &str {
        &self.destination.shown
    }

    /// The same for the push of a branch.
    ///
    /// # Errors
    /// The branch has commits there that are not here; the tag is there.
    pub fn for_branch(
        &self,
        repo: &Repo,
        ready: &Ready,
        tag: &str,
    ) -> Result<release::Remote, Refusal> {
        let Self { destination, fetched } = self;
        let (name, shown) = (destination.name.clone(), destination.shown.clone());
        same_name(repo, &ready.branch, &name)?;
        let tip = fetched.there.get(&ready.branch).cloned();
        if fetched.there.get(&format!("refs/tags/{tag}")).is_some() {
            return Err(Refusal::unsafe_to(format!("{tag} is on {name} already"))
                .why("Somebody has released this version."));
        }
        if let Some(tip) = &tip {
            not_behind(repo, ready, tip, &name)?;
        }
        Ok(release::Remote { name, shown, tip })
    }
}

/// A branch that follows one of another name is not what others know by its name.
fn same_name(repo: &Repo, branch: &str, remote: &str) -> Result<(), Refusal> {
    let short = branch.trim_start_matches("refs/heads/");
    let configuration = repo.configuration()?;
    let said = |key: &str| configuration.get(&format!("branch.{short}.{key}"));
    match (said("remote"), said("merge")) {
        (Some(of), Some(merge)) if of == remote && merge != branch => {
            let theirs = merge.trim_start_matches("refs/heads/");
            Err(Refusal::unsafe_to(format!("{short} follows {remote}/{theirs}, another name"))
                .why(format!("A release would make a branch {short} there, and leave {theirs}."))
                .next_shell(
                    format!("git branch -m {} {}", word(short), word(theirs)),
                    "calls it here as it is called there",
                ))
        }
        _ => Ok(()),
    }
}

/// Everything that the remote has is here.
fn not_behind(repo: &Repo, ready: &Ready, tip: &Oid, remote: &str) -> Result<(), Refusal> {
    if repo.is_ancestor(tip, &ready.parent)? {
        return Ok(());
    }
    let branch = ready.branch.trim_start_matches("refs/heads/");
    let (refusal, way) = match repo.is_ancestor(&ready.parent, tip)? {
        true => (
            Refusal::unsafe_to(format!("{branch} is behind {remote}/{branch}")),
            format!("git merge --ff-only {}", word(format!("{remote}/{branch}"))),
        ),
        false => (
            Refusal::unsafe_to(format!("{branch} and {remote}/{branch} have diverged")),
            format!("git rebase {}", word(format!("{remote}/{branch}"))),
        ),
    };
    Err(refusal
        .why("Nobody's commits are pushed away, so a release needs all of them.")
        .next_shell(way, "brings what is there, then the same again"))
}
