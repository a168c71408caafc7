//! The release branches that are open: on the remote and here, by the template of their names.

use std::collections::BTreeMap;

use super::landing::newer;
use super::remote::Remote;
use crate::cli::project::Known;
use crate::config::file::Procedure;
use crate::error::Refusal;
use crate::flows::words::Branches;
use crate::journal::{Closed, Journal, State};
use crate::plan::Oid;
use crate::repo::Repo;
use crate::version::Version;

/// A branch that prepares a release.
#[derive(Debug, Clone)]
pub struct Opened {
    pub version: Version,
    /// Its short name.
    pub name: String,
    /// Where it is here and on the remote, and the newer of both.
    pub here: Option<Oid>,
    pub there: Option<Oid>,
    pub tip: Oid,
}

/// All of them, the lowest version first. A branch that the remote does not have any more (it may
/// have been deleted with the merge) is known by where it was last; where none is left at all, by
/// what our own operations made.
///
/// # Errors
/// git fails.
pub fn all(
    repo: &Repo,
    branches: &Branches<'_>,
    remote: Option<&Remote>,
) -> Result<Vec<Result<Opened, Refusal>>, Refusal> {
    let mut names: BTreeMap<String, Version> = BTreeMap::new();
    let mut add = |name: &str| {
        if let Some(version) = branches.version(name) {
            names.insert(name.to_owned(), version);
        }
    };
    remote.into_iter().flat_map(Remote::branches).for_each(&mut add);
    let known = remote.map(|remote| format!("refs/remotes/{}/", remote.name()));
    for place in known.iter().map(String::as_str).chain(["refs/heads/"]) {
        repo.refs(&[place])?.iter().filter_map(|name| name.strip_prefix(place)).for_each(&mut add);
    }
    let made = if names.is_empty() { journaled(repo)? } else { BTreeMap::new() };
    for name in made.keys() {
        if let Some(version) = branches.version(name) {
            names.insert(name.clone(), version);
        }
    }
    let mut found: Vec<(String, Version)> = names.into_iter().collect();
    found.sort_by(|(_, one), (_, other)| match one.precedes(other) {
        true => std::cmp::Ordering::Less,
        false if other.precedes(one) => std::cmp::Ordering::Greater,
        false => std::cmp::Ordering::Equal,
    });
    let each = found.into_iter().map(|(name, version)| {
        let here = repo.ref_at(&format!("refs/heads/{name}"))?;
        let there = remote.and_then(|remote| remote.at(&format!("refs/heads/{name}")));
        let last = match (&here, &there, &known) {
            (None, None, Some(place)) => repo.ref_at(&format!("{place}{name}"))?,
            _ => None,
        };
        let tip = match last.or_else(|| made.get(&name).cloned()) {
            Some(last) => Ok(last),
            None => newer(repo, &name, here.as_ref(), there.as_ref()),
        };
        Ok(tip.map(|tip| Opened { version, name, here, there, tip }))
    });
    each.collect()
}

/// Where operations of ours that are done left the branches that they made, by their short names.
fn journaled(repo: &Repo) -> Result<BTreeMap<String, Oid>, Refusal> {
    let mut left = BTreeMap::new();
    let operations = Journal::of(&repo.common_dir).operations()?;
    let done = operations.iter().filter(|one| one.state() == State::Closed(Closed::Done));
    for operation in done {
        for moved in operation.plan().moves() {
            let Some(name) = moved.name.strip_prefix("refs/heads/") else { continue };
            match moved.new.as_ref().and_then(|id| operation.object(id)) {
                Some(at) if repo.has(&at)? => drop(left.insert(name.to_owned(), at)),
                _ => drop(left.remove(name)),
            }
        }
    }
    Ok(left)
}

/// The one that is meant: of this version, the one that is checked out, or the only one. Of a hotfix
/// that has its tag already branches may lack it: it is meant where no other one is open.
///
/// # Errors
/// There is none, or several; it has diverged from the remote.
pub fn choose(
    all: Vec<Result<Opened, Refusal>>,
    version: Option<&Version>,
    checked_out: Option<&str>,
    (known, procedure): (&Known, Procedure),
) -> Result<Option<Opened>, Refusal> {
    let tagged = |of: &Version| known.tagged.iter().any(|tagged| tagged.same(of));
    let (mut open, mut finished) = (Vec::new(), Vec::new());
    for one in all {
        match one {
            Ok(one) if version.is_some_and(|version| version.same(&one.version)) => {
                return Ok(Some(one));
            }
            Ok(one) if !tagged(&one.version) => open.push(one),
            Ok(one) => finished.push(one),
            Err(refusal) => return Err(refusal),
        }
    }
    if let Some(version) = version {
        if tagged(version) {
            return Ok(None);
        }
        return Err(Refusal::unsafe_to(format!("no branch prepares {version}"))
            .next_shell("git branch -a", "lists the branches"));
    }
    let here = |one: &&Opened| Some(one.name.as_str()) == checked_out;
    if let Some(here) = open.iter().chain(&finished).find(here) {
        return Ok(Some(here.clone()));
    }
    match (open.as_slice(), finished.as_slice()) {
        ([], []) => Err(Refusal::unsafe_to(format!("no {} branch is open", procedure.name()))
            .next("status", "shows what is released and what is not")),
        ([], [_]) => Ok(finished.pop()),
        ([], _) => Ok(None),
        ([_], _) => Ok(open.pop()),
        (several, _) => {
            let refusal =
                Refusal::usage(format!("several {} are open; say which one", procedure.plural()));
            let line = |one: &Opened| format!("{} at {}", one.name, one.tip.short());
            let refusal = several.iter().map(line).fold(refusal, Refusal::why);
            Err(several.iter().fold(refusal, |refusal, one| {
                refusal.next(format!("{} {}", procedure.finish(), one.version), "")
            }))
        }
    }
}
