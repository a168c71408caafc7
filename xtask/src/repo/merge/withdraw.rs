//! A release taken out of a branch, worked out in objects alone: the changes go, all that came later
//! stays, changelogs tell of it.
//!
//! It is a merge whose base is the state with the changes and whose source is the state before them.
//! git before 2.40 cannot be told a base, so it gets commits made for it, with the trees of the three.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::git::{self, Scratch};
use super::rule::Rule;
use super::{Found, Merged, Outcome as Joined, Settled, Sides, Work, merge, side};
use crate::changelog::retract::retract;
use crate::changelog::{Changelog, apply};
use crate::error::{Refusal, word};
use crate::merge::{Conflict, Files, Held, Resolved, Side, places};
use crate::path::RepoPath;
use crate::plan::{Oid, Retract, TakesOut};
use crate::repo::{Git, Repo};
use crate::sites::Source;
use crate::version::{Version, normal};

/// What is to become of a branch.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'w> {
    /// Where it is.
    pub target: &'w Oid,
    pub takes_out: Option<&'w TakesOut>,
    pub retract: &'w [Retract],
    /// Further parents: withdrawals from other branches, of which everything but what they take out is
    /// merged by the rules of a release. Of one that is not made yet [`Withdrawn::stand_in`] will do.
    pub also: &'w [Oid],
}

/// What a withdrawal comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Withdrawn(Withdrawn),
    /// Places where later commits need what is taken out; never empty.
    Conflicts(Vec<Conflict>),
}

/// A withdrawal without conflicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    pub tree: Oid,
    /// The branch is like that already.
    pub is_as_before: bool,
    /// A commit of it that nothing names, for a merge that has to be worked out before it is made.
    pub stand_in: Oid,
    /// Where it differs from what git alone would make of it.
    pub resolved: Vec<Resolved>,
    pub versions: Vec<Settled>,
    /// The changelogs that tell of it now.
    pub marked: Vec<RepoPath>,
    /// Why others do not, in words.
    pub unmarked: Vec<String>,
}

/// Works it out, by the configuration of the branch. `scratch` is an absolute folder inside the git
/// folder for files of the moment.
///
/// # Errors
/// A commit that is not there, a gonogo.toml of the branch that cannot be read; git fails, or is too
/// old to merge by the attributes of another branch than the one that is checked out.
pub fn withdraw(repo: &Repo, wish: &Wish<'_>, scratch: &Path) -> Result<Outcome, Refusal> {
    let before = tree_of(&repo.git, wish.target)?;
    let without = match wish.takes_out {
        None => Merged { tree: before.clone(), resolved: Vec::new(), versions: Vec::new() },
        Some(changes) => match taken_out(repo, wish.target, changes, scratch)? {
            Ok(merged) => merged,
            Err(conflicts) => return Ok(Outcome::Conflicts(conflicts)),
        },
    };
    let Merged { tree, resolved, versions } = without;
    let marks = Marks::of(&side(&repo.git, &tree)?, wish.retract);
    let Marks { files, unmarked } = marks;
    let marked: Vec<RepoPath> = files.keys().cloned().collect();
    let files: BTreeMap<Vec<u8>, Vec<u8>> = files
        .into_iter()
        .map(|(path, bytes)| (path.as_str().as_bytes().to_vec(), bytes.to_vec()))
        .collect();
    let tree = match files.is_empty() {
        true => tree,
        false => Scratch::below(&repo.git, scratch)?.tree(
            &tree,
            &files,
            &BTreeMap::new(),
            &BTreeSet::new(),
        )?,
    };
    let withdrawn = Withdrawn {
        is_as_before: tree == before,
        stand_in: stand_in(&repo.git, &tree, &[wish.target])?,
        tree,
        resolved,
        versions,
        marked,
        unmarked,
    };
    joined(repo, wish, withdrawn, scratch)
}

/// The same with the further parents. They take something out of their own branch, which is not to go
/// from this one; what that branch has besides is merged, or the next merge into it would take it away.
fn joined(
    repo: &Repo,
    wish: &Wish<'_>,
    withdrawn: Withdrawn,
    scratch: &Path,
) -> Result<Outcome, Refusal> {
    let mut all = withdrawn;
    for also in wish.also {
        let parents = repo.parents(also)?;
        let before = parents.first().unwrap_or(also);
        let Merged { tree, resolved, versions } = match merge(repo, &all.stand_in, before, scratch)?
        {
            Joined::Merged(merged) => merged,
            Joined::UpToDate | Joined::FastForward { .. } => continue,
            Joined::Conflicts(conflicts) => {
                let told = |conflict: Conflict| {
                    let why = format!("merged with {}: {}", before.short(), conflict.why);
                    Conflict { why, ..conflict }
                };
                return Ok(Outcome::Conflicts(conflicts.into_iter().map(told).collect()));
            }
        };
        all.is_as_before &= tree == all.tree;
        all.stand_in = stand_in(&repo.git, &tree, &[&all.stand_in, also])?;
        all.tree = tree;
        all.resolved.extend(resolved);
        all.versions = versions;
    }
    Ok(Outcome::Withdrawn(all))
}

/// A withdrawal that a person has to make: nothing was changed. `into` is the short name of the
/// branch.
pub fn refused(into: &str, wish: &Wish<'_>, conflicts: &[Conflict]) -> Refusal {
    let what = format!("later commits on {into} depend on what would be taken out");
    let refusal = places(Refusal::unsafe_to(what), conflicts);
    let Some(TakesOut { to, .. }) = wish.takes_out else { return refusal };
    let range = format!("{}..{}", to.short(), wish.target.short());
    let mut paths: Vec<String> = conflicts.iter().map(|conflict| word(&conflict.path)).collect();
    paths.dedup();
    paths.truncate(SHOWN);
    refusal.next_shell(
        format!("git log --oneline {range} -- {}", paths.join(" ")),
        "shows the commits that changed these files since",
    )
}

/// So many paths are named in a command.
const SHOWN: usize = 4;

fn tree_of(git: &Git, commit: &Oid) -> Result<Oid, Refusal> {
    let tree = git.object(&format!("{}^{{tree}}", commit.as_str()))?;
    tree.ok_or_else(|| Refusal::usage(format!("there is no commit {}", commit.as_str())))
}

/// The target without the changes; the inner error are the conflicts.
fn taken_out(
    repo: &Repo,
    target: &Oid,
    changes: &TakesOut,
    scratch: &Path,
) -> Result<Result<Merged, Vec<Conflict>>, Refusal> {
    let git = &repo.git;
    let base = stand_in(git, &tree_of(git, &changes.to)?, &[])?;
    let ours = stand_in(git, &tree_of(git, target)?, &[&base])?;
    let theirs = stand_in(git, &tree_of(git, &changes.from)?, &[&base])?;
    let by_git = git::merge_tree(repo, &ours, &theirs)?;
    // What can no longer be read of the past has no version and no changelog.
    let past = |commit: &Oid| side(git, commit).unwrap_or_default();
    let sides = Sides {
        target: side(git, target)?,
        source: past(&changes.from),
        bases: vec![past(&changes.to)],
    };
    let scratch = Scratch::below(git, scratch)?;
    let work = Work { git, ours: target, by_git, sides: &sides, scratch, rule: Rule::Withdrawal };
    match work.outcome()? {
        Joined::Merged(merged) => {
            work.prove(&merged)?;
            Ok(Ok(merged))
        }
        Joined::Conflicts(conflicts) => Ok(Err(conflicts)),
        Joined::UpToDate | Joined::FastForward { .. } => {
            Err(Refusal::external("a withdrawal was taken for a merge"))
        }
    }
}

/// A commit that only a merge needs: the same content gives the same one.
fn stand_in(git: &Git, tree: &Oid, parents: &[&Oid]) -> Result<Oid, Refusal> {
    let mut args = vec!["commit-tree"];
    args.extend(parents.iter().flat_map(|parent| ["-p", parent.as_str()]));
    args.extend(["-m", "gonogo", tree.as_str()]);
    let mut call = git.write(args);
    for role in ["AUTHOR", "COMMITTER"] {
        let variables = [("NAME", "gonogo"), ("EMAIL", "gonogo"), ("DATE", "@0 +0000")];
        for (what, value) in variables {
            call = call.env(&format!("GIT_{role}_{what}"), value);
        }
    }
    let id = String::from_utf8_lossy(&call.read()?).trim_end().to_owned();
    Oid::new(&id).ok_or_else(|| Refusal::external("git commit-tree printed no id"))
}

impl Work<'_> {
    /// The changelogs of the target stay as they are there: what they say of later releases and of
    /// this one is history.
    pub(super) fn keep_changelogs(&self, found: &mut Found) -> Result<(), Refusal> {
        let Sides { target, source, .. } = self.sides;
        for (path, bytes) in &target.changelogs {
            let name = path.as_str().as_bytes();
            let Some(own) = git::entry(self.git, self.ours, name)? else { continue };
            let merged = git::entry(self.git, &self.by_git.tree, name)?;
            if merged.as_ref() == Some(&own) && !self.by_git.conflicted.contains_key(name) {
                continue;
            }
            found.files.insert(name.to_vec(), bytes.to_vec());
            found.modes.insert(name.to_vec(), own.mode);
            let what = "the changelog stays as it is here".to_owned();
            found.resolved.push(Resolved { path: path.clone(), line: None, what });
        }
        for path in source.changelogs.keys() {
            let name = path.as_str().as_bytes();
            // It had another place before, or there was one.
            let comes_back = !target.changelogs.contains_key(path)
                && git::entry(self.git, self.ours, name)?.is_none()
                && git::entry(self.git, &self.by_git.tree, name)?.is_some();
            if comes_back {
                found.gone.insert(name.to_vec());
                let what = "no changelog is put here again".to_owned();
                found.resolved.push(Resolved { path: path.clone(), line: None, what });
            }
        }
        Ok(())
    }
}

/// What changelogs are to say.
struct Marks {
    files: Files,
    unmarked: Vec<String>,
}

impl Marks {
    fn of(side: &Side, wishes: &[Retract]) -> Self {
        let mut marks = Self { files: Files::new(), unmarked: Vec::new() };
        for wish in wishes {
            let name = wish.project.as_deref().map(normal);
            let named = |held: &&Held| held.project.name.as_deref().map(normal) == name;
            let held = match side.projects.as_slice() {
                [only] => Some(only),
                all => all.iter().find(named),
            };
            let Some(path) = held.and_then(|held| held.changelog.as_ref()) else {
                marks.unmarked.push(format!("no changelog tells of {}", wish.version));
                continue;
            };
            // Several packages may share one.
            let now = marks.files.get(path).or_else(|| side.changelogs.get(path)).cloned();
            match now.map(|bytes| marked(path, &bytes, wish)) {
                Some(Ok(Some(bytes))) => {
                    marks.files.insert(path.clone(), bytes.into());
                }
                Some(Ok(None)) | None => {}
                Some(Err(refusal)) => marks.unmarked.push(format!("{path}: {refusal}")),
            }
        }
        marks
    }
}

/// The changelog with the mark; `None` where it has it.
fn marked(path: &RepoPath, bytes: &[u8], wish: &Retract) -> Result<Option<Vec<u8>>, Refusal> {
    let changelog = Changelog::parse(Source { path, bytes })?;
    let version = Version::read(&wish.version)
        .ok_or_else(|| Refusal::usage(format!("{} is no version", wish.version)))?;
    let edits = retract(&changelog, &version, &wish.notice)?;
    if edits.is_empty() {
        return Ok(None);
    }
    let new = apply(bytes, &edits)?;
    let after = Changelog::parse(Source { path, bytes: &new })?;
    let versions = |changelog: &Changelog<'_>| -> Vec<String> {
        changelog.releases().map(|(_, release)| release.version.to_string()).collect()
    };
    let is_marked = |(_, release): (_, &crate::changelog::Release)| release.yanked.is_some();
    match versions(&after) == versions(&changelog) && after.section(&version).is_some_and(is_marked)
    {
        true => Ok(Some(new)),
        false => Err(Refusal::external("the mark would change other sections")),
    }
}
