//! The branches of releases and hotfixes that are open, as far as is known here: no network.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;

use super::super::project::{Known, Survey};
use crate::config::file::Procedure;
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::words::Branches;
use crate::history::Tagged;
use crate::plan::Oid;
use crate::repo::{Releases, Repo};
use crate::sys::clock::Timestamp;
use crate::version::Version;
use crate::wording::counted;

/// A branch that waits for its end.
pub struct Open {
    pub version: Version,
    /// Its short name.
    pub branch: String,
    /// Where it is here, and where it was on the remote when that was last seen.
    pub here: Option<Oid>,
    pub there: Option<Oid>,
    /// The full release that it comes after, and how many commits it has since.
    pub base: Option<Tagged>,
    pub commits: usize,
}

/// What is known of a remote without asking it.
pub struct Seen {
    pub remote: Option<String>,
    /// When something of it was last seen.
    pub at: Option<Timestamp>,
}

impl Seen {
    /// The remote that a release would be pushed to.
    ///
    /// # Errors
    /// git fails.
    pub fn of(repo: &Repo) -> Result<Self, Refusal> {
        let configuration = repo.configuration()?;
        // Several of which nothing chooses one are told where one is needed.
        let destination = repo.remote_to_push(&configuration, repo.branch().unwrap_or_default());
        let remote = destination.ok().flatten().map(|destination| destination.name);
        let at = remote.as_ref().and_then(|remote| {
            let ours = format!("refs/gonogo-remote/{remote}/heads");
            let marks = ["FETCH_HEAD", ours.as_str()].map(|mark| repo.common_dir.join(mark));
            let times = marks.iter().filter_map(|mark| std::fs::metadata(mark).ok());
            times.map(|mark| Timestamp(mark.mtime())).max_by_key(|at| at.0)
        });
        Ok(Self { remote, at })
    }

    /// Where a branch (short name) was there.
    ///
    /// # Errors
    /// git fails.
    pub fn there(&self, repo: &Repo, branch: &str) -> Result<Option<Oid>, Refusal> {
        let Some(remote) = &self.remote else { return Ok(None) };
        repo.ref_at(&format!("refs/remotes/{remote}/{branch}"))
    }
}

/// Those of some procedures whose version has no tag yet, by their names.
///
/// # Errors
/// git fails.
pub fn all(
    repo: &Repo,
    seen: &Seen,
    (survey, known): (&Survey, &Known),
    procedures: &[Procedure],
) -> Result<Vec<Open>, Refusal> {
    let newest = known.releases.newest.as_ref().map(|(_, version)| version.clone());
    let some = newest.map_or_else(|| Version::parse("0.1.0"), Ok)?;
    let templates = procedures.iter().map(|one| survey.settings.landing(*one).prepared().value);
    let templates: Vec<String> = templates.collect();
    let branches = templates.iter().map(|template| Branches {
        template,
        tags: &known.format,
        name: known.project.name.as_deref(),
        package: known.project.name.as_deref(),
        style: bump::style(&survey.facts(known), &some),
    });
    let branches: Vec<Branches<'_>> = branches.collect();
    let theirs = seen.remote.as_ref().map(|remote| format!("refs/remotes/{remote}/"));
    let places: Vec<&str> = theirs.iter().map(String::as_str).chain(["refs/heads/"]).collect();
    let mut found: BTreeMap<String, Version> = BTreeMap::new();
    for name in repo.refs(&places)? {
        let short = places.iter().find_map(|place| name.strip_prefix(place)).unwrap_or_default();
        let version = branches.iter().find_map(|branches| branches.version(short));
        let is_open = |version: &Version| !known.tagged.iter().any(|it| it.same(version));
        found.extend(version.filter(is_open).map(|version| (short.to_owned(), version)));
    }
    let each = found.into_iter().map(|(branch, version)| {
        let here = repo.ref_at(&format!("refs/heads/{branch}"))?;
        let there = seen.there(repo, &branch)?;
        let tip = newest_of(repo, here.as_ref(), there.as_ref())?;
        let base = tip.as_ref().map(|tip| fixes(repo, known, tip)).transpose()?.flatten();
        let commits = match (&base, &tip) {
            (Some(base), Some(tip)) => repo.count_between(&base.commit, tip.as_str())?,
            _ => 0,
        };
        Ok(Open { version, branch, here, there, base, commits })
    });
    each.collect()
}

impl Open {
    /// `hotfix/v1.2.1, 2 commits since v1.2.0`
    pub fn brief(&self) -> String {
        match &self.base {
            Some(base) => {
                format!("{}, {} since {}", self.branch, counted(self.commits, "commit"), base.tag)
            }
            None => self.branch.clone(),
        }
    }
}

/// The one that has the other; where each has commits of its own, that of here.
fn newest_of(repo: &Repo, here: Option<&Oid>, there: Option<&Oid>) -> Result<Option<Oid>, Refusal> {
    Ok(match (here, there) {
        (Some(here), Some(there)) if repo.is_ancestor(here, there)? => Some(there.clone()),
        (here, there) => here.or(there).cloned(),
    })
}

/// The newest full release that a commit comes after.
fn fixes(repo: &Repo, known: &Known, tip: &Oid) -> Result<Option<Tagged>, Refusal> {
    let seen = repo.seen_from(tip.clone());
    let full = known.releases.commits.iter().filter(|one| !one.version.is_prerelease());
    Ok(Releases::counting(&seen, &full.collect::<Vec<_>>())?.cloned())
}
