//! Which version stays, and the texts of version files that say it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Conflict, Files, Held, Side, Winner, winner, withdrawn};
use crate::config::Project;
use crate::error::Refusal;
use crate::flows::bump::{self, Facts, Wish};
use crate::path::RepoPath;
use crate::plan::Edit;
use crate::sites::{Site, splice};
use crate::version::{Downgrade, Request, Step, Version};

/// For each project of both sides whose version stays.
pub struct Winners<'s> {
    pub target: &'s Side,
    pub source: &'s Side,
    /// The project as the target has it, and whose version stays.
    found: Vec<(&'s Project, Winner, &'s Version)>,
}

/// The texts that stay, by project, key and number of the place.
pub(super) struct Texts<'t>(BTreeMap<(usize, &'t str, usize), &'t [u8]>, &'t Winners<'t>);

impl<'s> Winners<'s> {
    /// Compares the versions of the projects that both sides have.
    ///
    /// # Errors
    /// Where no version can stay: version files of one side that disagree although the source
    /// changed the version, versions that the orders of SemVer and PEP 440 put differently.
    pub fn new(bases: &[Side], target: &'s Side, source: &'s Side) -> Result<Self, Vec<Conflict>> {
        let (mut found, mut conflicts) = (Vec::new(), Vec::new());
        for ours in &target.projects {
            let Some(theirs) = source.same(&ours.project) else { continue };
            let before = bases.iter().filter_map(|base| base.same(&ours.project)?.version.as_ref());
            let before: Vec<&Version> = before.collect();
            let changed = |version: &Version| !before.iter().any(|base| base.same(version));
            let drift = ours.drift.as_ref().or(theirs.drift.as_ref());
            if let Some(drift) = drift.filter(|_| theirs.version.as_ref().is_none_or(changed)) {
                let side = if ours.drift.is_some() { "target" } else { "source" };
                let why = format!("the version files of the {side} disagree: {}", drift.why);
                conflicts.push(Conflict { why, ..drift.clone() });
                continue;
            }
            let (Some(own), Some(other)) = (&ours.version, &theirs.version) else { continue };
            if let Some(side) = winner(&before, own, other) {
                let version = if side == Winner::Ours { own } else { other };
                found.push((&ours.project, side, version));
                continue;
            }
            let site = ours.project.sites.iter().find(|site| site.role.says_version());
            conflicts.push(Conflict {
                path: site.map_or(&ours.project.manifest, |site| &site.path).to_string(),
                line: site.map(|site| target.line(site)),
                why: format!("which of {own} and {other} is higher cannot be told"),
            });
        }
        if conflicts.is_empty() { Ok(Self { target, source, found }) } else { Err(conflicts) }
    }

    /// The same where changes are taken out of the target (the base is the state with them, the source
    /// the one before them), by [`super::withdrawn`]. A project whose version files disagree on one of
    /// the sides is none of them: git merges its lines.
    pub fn withdrawn(bases: &[Side], target: &'s Side, source: &'s Side) -> Self {
        let one = |ours: &'s Held| {
            let theirs = source.same(&ours.project)?;
            let before = bases.iter().filter_map(|base| base.same(&ours.project)?.version.as_ref());
            let before: Vec<&Version> = before.collect();
            let (own, other) = (ours.version.as_ref()?, theirs.version.as_ref()?);
            let side = withdrawn(&before, own);
            Some((&ours.project, side, if side == Winner::Ours { own } else { other }))
        };
        Self { target, source, found: target.projects.iter().filter_map(one).collect() }
    }

    /// The versions that stay, each with the project as the target knows it.
    pub fn versions(&self) -> impl Iterator<Item = (&'s Project, Winner, &'s Version)> {
        self.found.iter().copied()
    }

    /// The texts that stay in one file, by where each side has it.
    pub(super) fn texts<'t>(
        &'t self,
        base: Option<At<'t>>,
        ours: Option<At<'t>>,
        theirs: Option<At<'t>>,
    ) -> Texts<'t> {
        let mut texts = BTreeMap::new();
        for (number, (project, winner, _)) in self.found.iter().enumerate() {
            let stays = if *winner == Winner::Ours { ours } else { theirs };
            // What stays is put in last, over the text of the base.
            for at in [base, stays].into_iter().flatten() {
                let Some(bytes) = at.side.files.get(at.path) else { continue };
                for (nth, site) in at.places(project) {
                    texts.insert((number, site.key.as_str(), nth), &bytes[site.range.clone()]);
                }
            }
        }
        Texts(texts, self)
    }
}

/// Where a side has a file.
#[derive(Clone, Copy)]
pub(super) struct At<'s> {
    side: &'s Side,
    path: &'s RepoPath,
}

impl<'s> At<'s> {
    /// The version file with this text, most likely at this path.
    pub fn of(side: &'s Side, path: &RepoPath, bytes: &[u8]) -> Option<Self> {
        Some(Self { side, path: side.path_of(path, bytes)? })
    }

    /// The places of a project in it.
    fn places(self, project: &Project) -> Vec<(usize, &'s Site)> {
        self.side.same(project).map_or(Vec::new(), |held| numbered(&held.project, self.path))
    }
}

/// The places of a project in a file, each with its number among those of the same key.
fn numbered<'p>(project: &'p Project, path: &RepoPath) -> Vec<(usize, &'p Site)> {
    let mut sites: Vec<&Site> = project.sites.iter().filter(|site| site.path == *path).collect();
    sites.sort_by_key(|site| site.range.start);
    let number = |(at, site): (usize, &&'p Site)| {
        (sites[..at].iter().filter(|other| other.key == site.key).count(), *site)
    };
    sites.iter().enumerate().map(number).collect()
}

impl Texts<'_> {
    /// The text of a side with the texts that stay; `at` is where it has it.
    pub fn put_into(&self, bytes: &[u8], at: Option<At<'_>>) -> Vec<u8> {
        let mut edits = BTreeMap::new();
        for (number, (project, ..)) in self.1.found.iter().enumerate() {
            for (nth, site) in at.map_or(Vec::new(), |at| at.places(project)) {
                if let Some(text) = self.0.get(&(number, site.key.as_str(), nth)) {
                    // Packages that share a version share its places.
                    edits.entry(site.range.start).or_insert((site.range.end, *text));
                }
            }
        }
        let (mut new, mut done) = (Vec::with_capacity(bytes.len() + 16), 0);
        for (start, (end, text)) in edits {
            new.extend_from_slice(&bytes[done..start.max(done)]);
            new.extend_from_slice(text);
            done = end;
        }
        new.extend_from_slice(&bytes[done..]);
        new
    }
}

/// What is left to be done in a merged tree so that every version file says the version that stays:
/// the new bytes of the files that do not.
///
/// # Errors
/// A file that cannot be brought to it.
pub fn aligned(winners: &Winners<'_>, merged: &Side) -> Result<Files, Vec<Conflict>> {
    let (mut changed, mut conflicts) = (Files::new(), Vec::new());
    for (project, winner, version) in winners.versions() {
        let Some(held) = merged.same(project).filter(|held| !held.project.sites.is_empty()) else {
            continue;
        };
        let untouched = |path: &RepoPath| {
            winner == Winner::Ours && winners.target.files.get(path) == merged.files.get(path)
        };
        match brought(&held.project, merged, version) {
            Ok(files) => changed.extend(files.into_iter().filter(|(path, _)| !untouched(path))),
            Err(refusal) => {
                conflicts.push(Conflict::from_refusal(&held.project.manifest, &refusal));
            }
        }
    }
    if conflicts.is_empty() { Ok(changed) } else { Err(conflicts) }
}

/// The version files of a project that say something else, brought to a version.
fn brought(project: &Project, side: &Side, version: &Version) -> Result<Files, Refusal> {
    let facts = Facts { project, files: &side.files, released: None, tagged: &[] };
    let held = bump::held(project, &side.files)?;
    let right = held.iter().find(|(_, own)| own.same(version)).or(held.first());
    // A group of pieces alone has no place that could be named.
    let Some(path) = right.map(|(site, _)| site.path.clone()) else { return Ok(Files::new()) };
    let Ok(Request::Target(target)) = Request::parse(version.text(), None, Step::Nearest) else {
        return Ok(Files::new());
    };
    let wish =
        Wish { target: &target, downgrade: Downgrade::Allow, set_from: Some(&path), command: "" };
    let bump = bump::plan(&facts, &wish)?;
    let changes = bump::changes(std::slice::from_ref(&bump), &side.files)?;
    // What says it in another spelling says it.
    let differs = |edit: &&Edit| !Version::read(&edit.old).is_some_and(|old| old.same(version));
    let mut new = Files::new();
    for change in &changes {
        let edits: Vec<Edit> = change.edits.iter().filter(differs).cloned().collect();
        if !edits.is_empty() {
            let texts: Vec<_> = edits.iter().map(|e| (e.range.clone(), e.new.as_str())).collect();
            let bytes = splice(&side.files[&change.path], &texts)?;
            new.insert(change.path.clone(), Rc::from(bytes));
        }
    }
    Ok(new)
}
