//! A merge of a release, worked out in objects alone: no ref, no index and no file of the work tree
//! is touched. git merges; what conflicts in version lines and changelogs is resolved by the rules of
//! `merge`; what comes out is proved to differ from git's own merge in those files only.

mod git;
mod proof;
mod rule;
#[cfg(test)]
mod tests;
pub mod withdraw;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use self::git::{Entry, Merged as GitMerge, Scratch, Stages};
use self::rule::Rule;
use super::{Git, Repo, Stored};
use crate::error::Refusal;
use crate::merge::{self, Conflict, Resolved, Side, Winners, aligned};
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::sites::Tree;

/// What a merge comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The target has the source already.
    UpToDate,
    /// The target is an ancestor of the source, whose tree this is.
    FastForward {
        tree: Oid,
        versions: Vec<Settled>,
    },
    Merged(Merged),
    /// Places that a person has to resolve; never empty.
    Conflicts(Vec<Conflict>),
}

/// A merge without conflicts. Its tree may be that of the target, where the source brings nothing
/// new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub tree: Oid,
    /// Where it differs from what git alone would make of it; empty for a clean merge of git's.
    pub resolved: Vec<Resolved>,
    pub versions: Vec<Settled>,
}

/// The version of a project that both sides have, in the target and in the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub name: Option<String>,
    pub target: String,
    pub merged: String,
}

/// Merges the commit `source` into the commit `target`, by the configuration that each of them has.
/// `scratch` is an absolute folder inside the git folder for files of the moment.
///
/// # Errors
/// A commit that is not there, one whose gonogo.toml or manifest cannot be read; git fails, or is
/// too old to merge by the attributes of another branch than the one that is checked out.
pub fn merge(repo: &Repo, target: &Oid, source: &Oid, scratch: &Path) -> Result<Outcome, Refusal> {
    let commit = |id: &Oid| {
        let found = repo.git.object(&format!("{}^{{commit}}", id.as_str()))?;
        found.ok_or_else(|| Refusal::usage(format!("there is no commit {}", id.as_str())))
    };
    let (target, source) = (commit(target)?, commit(source)?);
    if repo.is_ancestor(&source, &target)? {
        return Ok(Outcome::UpToDate);
    }
    if repo.is_ancestor(&target, &source)? {
        let tree = repo.git.object(&format!("{}^{{tree}}", source.as_str()))?;
        let lost = || Refusal::external(format!("git lacks the tree of {}", source.as_str()));
        let tree = tree.ok_or_else(lost)?;
        let (before, after) = (side(&repo.git, &target)?, side(&repo.git, &tree)?);
        let versions = settled(&before, &after);
        return Ok(Outcome::FastForward { tree, versions });
    }
    let by_git = git::merge_tree(repo, &target, &source)?;
    let git = &repo.git;
    let sides = Sides {
        target: side(git, &target)?,
        source: side(git, &source)?,
        // Of the bases only texts are wanted.
        bases: git::bases(git, &target, &source)?
            .iter()
            .filter_map(|base| side(git, base).ok())
            .collect(),
    };
    let scratch = Scratch::below(git, scratch)?;
    let work = Work { git, ours: &target, by_git, sides: &sides, scratch, rule: Rule::Merge };
    let outcome = work.outcome()?;
    if let Outcome::Merged(merged) = &outcome {
        work.prove(merged)?;
    }
    Ok(outcome)
}

/// The commit that these files of the work tree would make on top of `parent`, to be merged before
/// it exists; `parent` itself where there are none. No ref names it.
///
/// # Errors
/// git fails.
pub fn proposed(
    repo: &Repo,
    parent: &Oid,
    files: &BTreeMap<RepoPath, Vec<u8>>,
    scratch: &Path,
) -> Result<Oid, Refusal> {
    if files.is_empty() {
        return Ok(parent.clone());
    }
    let scratch = Scratch::below(&repo.git, scratch)?;
    let tree = scratch.added(parent, files)?;
    let mut call = repo.git.write(["commit-tree", "-p", parent.as_str(), "-F", "-", tree.as_str()]);
    for role in ["AUTHOR", "COMMITTER"] {
        for (name, value) in [("NAME", "gonogo"), ("EMAIL", "gonogo"), ("DATE", "@0 +0000")] {
            call = call.env(&format!("GIT_{role}_{name}"), value);
        }
    }
    let out = call.input("proposed\n").read()?;
    let id = super::git::lines(&out).first().and_then(|line| Oid::new(line));
    id.ok_or_else(|| Refusal::external("git commit-tree printed no id"))
}

/// What a commit or tree says of its projects.
fn side(git: &Git, id: &Oid) -> Result<Side, Refusal> {
    let tree = Stored::in_commit(git, id)?
        .ok_or_else(|| Refusal::external(format!("git lacks the tree of {}", id.as_str())))?;
    let short = &id.as_str()[..7];
    Side::read(&tree).map_err(|refusal| refusal.why(format!("So it is in {short}.")))
}

/// The versions of the target's projects before and after.
fn settled(target: &Side, merged: &Side) -> Vec<Settled> {
    let both = target.projects.iter().filter_map(|held| {
        let after = merged.same(&held.project)?.version.as_ref()?;
        Some(Settled {
            name: held.project.name.clone(),
            target: held.version.as_ref()?.to_string(),
            merged: after.to_string(),
        })
    });
    both.collect()
}

struct Sides {
    target: Side,
    source: Side,
    bases: Vec<Side>,
}

/// One merge, from git's own to the outcome.
struct Work<'w> {
    git: &'w Git,
    /// The target.
    ours: &'w Oid,
    by_git: GitMerge,
    sides: &'w Sides,
    scratch: Scratch<'w>,
    rule: Rule,
}

/// What is to stand in a file instead of what git made of it.
#[derive(Default)]
struct Found {
    files: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Files that are not to be there.
    gone: BTreeSet<Vec<u8>>,
    /// Of the files in conflict.
    modes: BTreeMap<Vec<u8>, String>,
    resolved: Vec<Resolved>,
    conflicts: Vec<Conflict>,
    /// Version files and what became of them; their lines are told when all is settled.
    versions: BTreeMap<RepoPath, &'static str>,
}

impl Work<'_> {
    fn outcome(&self) -> Result<Outcome, Refusal> {
        let sides = self.sides;
        let mut found = Found::default();
        let winners = match self.rule.winners(sides) {
            Ok(winners) => Some(winners),
            Err(conflicts) => {
                found.conflicts.extend(conflicts);
                None
            }
        };
        if self.rule == Rule::Withdrawal {
            self.keep_changelogs(&mut found)?;
        }
        for (path, stages) in &self.by_git.conflicted {
            if found.files.contains_key(path) || found.gone.contains(path) {
                continue;
            }
            if let Some(conflict) = self.resolve(path, stages, winners.as_ref(), &mut found)? {
                found.conflicts.push(conflict);
            }
        }
        found.conflicts.extend(self.beside_files());
        let Some(winners) = winners.filter(|_| found.conflicts.is_empty()) else {
            return Ok(conflicts(found.conflicts));
        };
        if self.rule == Rule::Merge {
            self.changelogs(&mut found)?;
        }
        self.settle(found, &winners)
    }

    /// Resolves one path, or says why a person has to.
    fn resolve(
        &self,
        path: &[u8],
        stages: &Stages,
        winners: Option<&Winners<'_>>,
        found: &mut Found,
    ) -> Result<Option<Conflict>, Refusal> {
        let name = std::str::from_utf8(path).ok().and_then(RepoPath::new);
        let (Some(name), [Some(base), Some(ours), Some(theirs)]) = (name, stages) else {
            return Ok(Some(self.real(path, stages)?));
        };
        let plain = ["100644", "100755"].contains(&ours.mode.as_str());
        let alike = plain && base.mode == ours.mode && ours.mode == theirs.mode;
        if !alike || !self.is_about_contents(path) {
            return Ok(Some(self.real(path, stages)?));
        }
        let blob = |entry: &Entry| git::blob(self.git, &entry.id);
        let (base, own, other) = (blob(base)?, blob(ours)?, blob(theirs)?);
        let Sides { target, source, bases } = self.sides;
        let joins = self.rule == Rule::Merge;
        let changelogs = target.is_changelog(&name, &own) && source.is_changelog(&name, &other);
        let bytes = if joins && changelogs {
            match self.joined(&name, &own, &other)? {
                Ok((bytes, resolved)) => {
                    found.resolved.push(resolved);
                    bytes
                }
                Err(conflict) => return Ok(Some(conflict)),
            }
        } else {
            let leveled = winners
                .and_then(|winners| merge::leveled(winners, bases, &base, (&name, &own), &other));
            let Some(texts) = leveled else { return Ok(Some(self.real(path, stages)?)) };
            match self.scratch.lines(&texts.base, &texts.ours, &texts.theirs)? {
                Ok(bytes) => {
                    found.versions.insert(name, HIGHER);
                    bytes
                }
                Err(line) => return Ok(Some(conflict(path, Some(line), self.rule.why(stages)))),
            }
        };
        found.modes.insert(path.to_vec(), ours.mode.clone());
        found.files.insert(path.to_vec(), bytes);
        Ok(None)
    }

    /// Is it a conflict of lines, and of nothing else?
    fn is_about_contents(&self, path: &[u8]) -> bool {
        let of_path = |message: &&git::Message| message.paths.iter().any(|own| own == path);
        let mut told = self.by_git.messages.iter().filter(of_path);
        told.all(|own| !own.kind.starts_with("CONFLICT") || own.kind == "CONFLICT (contents)")
    }

    /// A conflict that no rule is about.
    fn real(&self, path: &[u8], stages: &Stages) -> Result<Conflict, Refusal> {
        let why = self.rule.why(stages);
        let at = self.by_git.conflicted.keys().position(|own| own == path);
        let merged = match at {
            Some(0..LINES) => git::entry(self.git, &self.by_git.tree, path)?,
            _ => None,
        };
        let content = merged.filter(|entry| entry.mode.starts_with("100"));
        let content = content.map(|entry| git::blob(self.git, &entry.id)).transpose()?;
        Ok(conflict(path, content.as_deref().and_then(git::marker), why))
    }

    /// The conflicts that are about no file (git-merge-tree(1), "MISTAKES TO AVOID").
    fn beside_files(&self) -> Vec<Conflict> {
        let GitMerge { conflicted, messages, is_clean, .. } = &self.by_git;
        let is_new = |message: &&git::Message| {
            message.kind.starts_with("CONFLICT")
                && !message.paths.iter().any(|path| conflicted.contains_key(path))
        };
        let told = |message: &git::Message| {
            let path = message.paths.first().map_or(&[][..], |path| path);
            let why = message.text.split_once("): ").map_or(&*message.text, |(_, why)| why);
            conflict(path, None, why.trim_end_matches('.'))
        };
        let mut found: Vec<Conflict> = messages.iter().filter(is_new).map(told).collect();
        if !is_clean && conflicted.is_empty() && found.is_empty() {
            found.push(conflict(b".", None, "git cannot merge it and names no file"));
        }
        found
    }

    fn joined(
        &self,
        path: &RepoPath,
        ours: &[u8],
        theirs: &[u8],
    ) -> Result<Result<(Vec<u8>, Resolved), Conflict>, Refusal> {
        let bases = self.sides.bases.iter();
        let bases: Vec<Rc<[u8]>> =
            bases.flat_map(|base| base.changelog_like(path)).map(Rc::clone).collect();
        let lines = |base: &[u8], ours: &[u8], theirs: &[u8]| {
            Ok(self.scratch.lines(base, ours, theirs)?.ok())
        };
        let joined = merge::changelog(path, &bases, ours, theirs, &lines)?;
        Ok(joined.map(|joined| {
            let what = match joined.sections.as_slice() {
                [] => "as it is here, but for what the source changed".to_owned(),
                sections => format!("sections joined: {}", sections.join(", ")),
            };
            (joined.bytes, Resolved { path: path.clone(), line: joined.line, what })
        }))
    }

    /// Changelogs that git merged by itself, where both sides changed them: lines that look alike may
    /// have brought a section to the wrong place.
    fn changelogs(&self, found: &mut Found) -> Result<(), Refusal> {
        let Sides { target, source, bases } = self.sides;
        let merged = Stored::in_commit(self.git, &self.by_git.tree)?;
        let Some(merged) = merged else { return Ok(()) };
        let mut seen = BTreeSet::new();
        for held in &target.projects {
            let other = source.same(&held.project).and_then(|other| other.changelog.as_ref());
            let (Some(own), Some(other)) = (&held.changelog, other) else { continue };
            let (ours, theirs) = (&target.changelogs[own], &source.changelogs[other]);
            let changed = |bytes: &Rc<[u8]>| {
                !bases.iter().any(|base| base.changelogs.values().any(|known| known == bytes))
            };
            let conflicted =
                |path: &RepoPath| self.by_git.conflicted.contains_key(path.as_str().as_bytes());
            let both = ours != theirs && changed(ours) && changed(theirs);
            if !both || conflicted(own) || conflicted(other) || !seen.insert(own) {
                continue;
            }
            let file = match merged.read(own) {
                Ok(Some(file)) => Some(file),
                _ => merged.read(other).ok().flatten(),
            };
            let Some(file) = file else { continue };
            match self.joined(&file.path, ours, theirs)? {
                Ok((bytes, _)) if *bytes == *file.bytes => {}
                Ok((bytes, resolved)) => {
                    found.files.insert(file.path.as_str().as_bytes().to_vec(), bytes);
                    found.resolved.push(resolved);
                }
                Err(_) if merge::is_sound(&file.path, &file.bytes, ours, theirs) => {}
                Err(conflict) => found.conflicts.push(conflict),
            }
        }
        Ok(())
    }

    /// Makes the tree, and brings every version file in it to the version that stays.
    fn settle(&self, mut found: Found, winners: &Winners<'_>) -> Result<Outcome, Refusal> {
        if !found.conflicts.is_empty() {
            return Ok(conflicts(found.conflicts));
        }
        let mut tree = self.tree(&found)?;
        let mut merged = match side(self.git, &tree) {
            Ok(merged) => merged,
            Err(refusal) => return Ok(conflicts(vec![unreadable(&refusal)])),
        };
        let left = match aligned(winners, &merged) {
            Ok(left) => left,
            Err(found) => return Ok(conflicts(found)),
        };
        if !left.is_empty() {
            for (path, bytes) in left {
                found.files.insert(path.as_str().as_bytes().to_vec(), bytes.to_vec());
                found.versions.entry(path).or_insert(BROUGHT);
            }
            tree = self.tree(&found)?;
            merged = side(self.git, &tree)?;
        }
        let wrong = wrong_versions(winners, &merged);
        if !wrong.is_empty() {
            return Ok(conflicts(wrong));
        }
        found.resolved.extend(version_lines(&merged, &found.versions));
        found.resolved.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        let versions = settled(&self.sides.target, &merged);
        Ok(Outcome::Merged(Merged { tree, resolved: found.resolved, versions }))
    }

    fn tree(&self, found: &Found) -> Result<Oid, Refusal> {
        let Found { files, modes, gone, .. } = found;
        match files.is_empty() && gone.is_empty() {
            true => Ok(self.by_git.tree.clone()),
            false => self.scratch.tree(&self.by_git.tree, files, modes, gone),
        }
    }
}

/// Of so many files the line of the conflict is looked up.
const LINES: usize = 40;

const HIGHER: &str = "both sides changed the version: the higher one stays";

const BROUGHT: &str = "brought to the version that stays";

fn conflicts(mut found: Vec<Conflict>) -> Outcome {
    found.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    found.dedup();
    Outcome::Conflicts(found)
}

fn conflict(path: &[u8], line: Option<usize>, why: &str) -> Conflict {
    Conflict { path: String::from_utf8_lossy(path).into_owned(), line, why: why.to_owned() }
}

/// A merged tree whose projects cannot be read: each side can be.
fn unreadable(refusal: &Refusal) -> Conflict {
    let place = refusal.place.as_ref();
    let path = place.map_or_else(|| ".".to_owned(), |place| place.path.to_string());
    let why = format!("merged, it cannot be read: {}", refusal.what);
    Conflict { path, line: place.map(|place| place.line), why }
}

/// The projects that say another version than the one that stays.
fn wrong_versions(winners: &Winners<'_>, merged: &Side) -> Vec<Conflict> {
    let wrong = winners.versions().filter_map(|(project, _, version)| {
        let held = merged.same(project)?;
        let right = held.version.as_ref().is_some_and(|own| own.same(version));
        let said = held.version.as_ref().map(ToString::to_string).unwrap_or_default();
        (!right).then(|| {
            held.drift.clone().unwrap_or_else(|| Conflict {
                path: held.project.manifest.to_string(),
                line: None,
                why: format!("merged, it says \"{said}\" instead of {version}"),
            })
        })
    });
    wrong.collect()
}

/// The lines that say the version in the files that were resolved.
fn version_lines(merged: &Side, files: &BTreeMap<RepoPath, &str>) -> Vec<Resolved> {
    let mut found: Vec<Resolved> = Vec::new();
    for site in merged.projects.iter().flat_map(|held| &held.project.sites) {
        if let Some(what) = files.get(&site.path) {
            let (path, line) = (site.path.clone(), Some(merged.line(site)));
            let resolved = Resolved { path, line, what: (*what).to_owned() };
            if !found.contains(&resolved) {
                found.push(resolved);
            }
        }
    }
    // The target gave the place up that the source changed.
    let told = |path: &RepoPath| found.iter().any(|one| one.path == *path);
    let silent: Vec<&RepoPath> = files.keys().filter(|path| !told(path)).collect();
    let gone = "no version in it any more: that of the source is left out";
    found.extend(silent.into_iter().map(|path| Resolved {
        path: path.clone(),
        line: None,
        what: gone.to_owned(),
    }));
    found
}
