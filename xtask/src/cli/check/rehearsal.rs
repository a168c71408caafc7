//! The commit of a release, shown to the commit hooks before it is made.

use std::fs;
use std::path::{Path, PathBuf};

use super::facts::Read;
use crate::changelog::cut::Existing;
use crate::changelog::date::Date;
use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::config::changelog::Place;
use crate::config::file::Procedure;
use crate::error::Refusal;
use crate::exec::{self, Finished, Rehearsed};
use crate::flows::bump::{self, Wish};
use crate::flows::{changelog, rehearsal};
use crate::gates::builtin::Tried;
use crate::gates::shown;
use crate::path::RepoPath;
use crate::plan::{Commit, FileChange, HookEdits, Id, Sign};
use crate::repo::{OtherChanges, Repo};
use crate::version::{Downgrade, Target, Version};

/// What a release would commit.
pub struct WouldBe<'r> {
    read: &'r Read,
    repo: &'r Repo,
    context: &'r Context,
    /// Each with the bytes that the file has now.
    changes: Vec<(FileChange, Vec<u8>)>,
    dirty: Vec<String>,
    version: &'r Version,
}

impl<'r> WouldBe<'r> {
    /// The edits of the release that is next, and what was edited for it already.
    ///
    /// # Errors
    /// Version files that cannot be brought to the version, git fails.
    pub fn new(
        read: &'r Read,
        repo: &'r Repo,
        context: &'r Context,
    ) -> Result<Result<Self, &'static str>, Refusal> {
        let Some((survey, known, place)) = read.sole() else {
            return Ok(Err("no single project is released here"));
        };
        let Some(version) = &read.aim.version else {
            return Ok(Err("nothing says which version is next"));
        };
        let mut changes = edits(survey, known, version)?;
        let date = Date::iso(&context.at.date());
        if let (Ok(place), Some(date)) = (place, date) {
            changes.extend(section(read, survey, known, place, (version, date)));
        }
        let mut dirty = Vec::new();
        for path in repo.status()?.changed {
            let own = path.to_str().and_then(RepoPath::new);
            let own = own.filter(|own| survey.files.contains_key(own) || is_at(place, own));
            match (own, fs::read(repo.top.join(&path))) {
                (Some(own), Ok(bytes)) => {
                    if !changes.iter().any(|(change, _)| change.path == own) {
                        changes.push((rehearsal::as_it_is(own, &bytes), bytes));
                    }
                }
                _ => dirty.push(path.display().to_string()),
            }
        }
        Ok(Ok(Self { read, repo, context, changes, dirty, version }))
    }

    /// Shows it to the hooks.
    ///
    /// # Errors
    /// It cannot be tried here.
    pub fn rehearse(&self) -> Result<Rehearsed, Refusal> {
        let repo = self.repo;
        let (_, parent) = repo.branch_to_commit_on()?;
        repo.nothing_in_progress()?;
        repo.index_is_free()?;
        let paths: Vec<RepoPath> =
            self.changes.iter().map(|(change, _)| change.path.clone()).collect();
        repo.all_tracked(&paths)?;
        let ident = |role: &str| repo.ident(role, self.context.at);
        let commit = Commit {
            parent: Id::Known(parent),
            message: self.message(),
            author: ident("AUTHOR")?,
            committer: ident("COMMITTER")?,
            sign: Sign::No,
            paths,
            hooks: HookEdits::default(),
        };
        let (changes, before): (Vec<_>, Vec<_>) = self.changes.iter().cloned().unzip();
        let title = format!("the commit hooks were tried on {}", self.version);
        let plan = rehearsal::plan(changes, repo.head.base(), &title, commit);
        let progress = |hook: &str| self.context.ui.progress(&format!("trying {hook} ..."));
        exec::rehearse(repo, plan, &before, &self.context.asked(&progress))
    }

    fn message(&self) -> String {
        let message = self.read.settings.landing(Procedure::Release).commit_message.value;
        let tag = self.read.aim.tag.as_deref().unwrap_or_default();
        let message = message.replace("{tag}", tag).replace("{name}", &self.read.name);
        message.replace("{version}", self.version.text())
    }

    fn planned(&self, path: &RepoPath) -> Option<(&FileChange, &[u8])> {
        let own = self.changes.iter().find(|(change, _)| change.path == *path);
        own.map(|(change, bytes)| (change, bytes.as_slice()))
    }
}

/// What the gate `hooks` is told.
///
/// # Errors
/// It cannot be tried here.
pub fn tried(read: &Read, repo: &Repo, context: &Context) -> Result<Tried, Refusal> {
    let would_be = match WouldBe::new(read, repo, context)? {
        Ok(would_be) => would_be,
        Err(why) => return Ok(Tried::Nothing { why }),
    };
    if !would_be.dirty.is_empty() {
        return Ok(Tried::Dirty(would_be.dirty));
    }
    if would_be.changes.is_empty() {
        return Ok(Tried::Nothing { why: "this release edits no file" });
    }
    let rehearsed = would_be.rehearse()?;
    let lines = |(path, bytes): &(RepoPath, Option<Vec<u8>>)| {
        let (change, before) = would_be.planned(path)?;
        let planned = change.apply(before)?;
        let now = bytes.as_deref().unwrap_or_default();
        Some((path.clone(), rehearsal::lines_changed(&planned, now)))
    };
    Ok(Tried::Ran {
        changed: rehearsed.changed.iter().filter_map(lines).collect(),
        refusal: rehearsed.refusal,
        beside: rehearsed.beside,
        log: shown(&rehearsed.log, &repo.top),
    })
}

/// Commits what the hooks change in the files of the release, without what the release edits.
///
/// # Errors
/// They change nothing, or the very lines that the release edits; whatever keeps a commit from being
/// made.
pub fn mend(
    read: &Read,
    repo: &Repo,
    context: &Context,
    scratch: &Path,
) -> Result<Finished, Refusal> {
    let nothing = |why: &str| {
        Refusal::usage(format!("the commit hooks have nothing to mend: {why}"))
            .next("check hooks", "tries them")
    };
    let would_be = WouldBe::new(read, repo, context)?.map_err(nothing)?;
    if would_be.changes.is_empty() {
        return Err(nothing("this release edits no file"));
    }
    let rehearsed = would_be.rehearse()?;
    let (mut changes, mut before) = (Vec::new(), Vec::new());
    for (path, bytes) in &rehearsed.changed {
        let (Some((change, own)), Some(bytes)) = (would_be.planned(path), bytes) else { continue };
        let planned = change.apply(own).unwrap_or_default();
        // What they made of the edited file, with the edits of the release taken out again.
        let without = rehearsal::without_edits(bytes, &planned, own)
            .or_else(|| rehearsal::without_texts(bytes, &planned, &change.edits));
        let merged = match without {
            Some(without) => Some(without),
            None => repo.merged(scratch, [bytes, &planned, own])?,
        };
        let merged = merged.ok_or_else(|| beyond(path))?;
        if merged != own {
            let change = rehearsal::rewritten(path.clone(), own, &merged);
            changes.push(change.ok_or_else(|| beyond(path))?);
            before.push(own.to_vec());
        }
    }
    if changes.is_empty() {
        return Err(match rehearsed.refusal {
            Some(no) => no.or_next("check hooks", "tries them again"),
            None => nothing("they change nothing"),
        });
    }
    let paths: Vec<RepoPath> = changes.iter().map(|change| change.path.clone()).collect();
    let ready = repo.ready_to_commit(&repo.status()?, &paths, OtherChanges::Refuse, context.at)?;
    let plan = rehearsal::mended(changes, repo.head.base(), ready);
    let progress = |hook: &str| context.ui.progress(&format!("running {hook} ..."));
    exec::run(repo, plan, &before, &context.asked(&progress))
}

fn beyond(path: &RepoPath) -> Refusal {
    Refusal::unsafe_to(format!("the hooks change lines of {path} that the release edits"))
        .why("What they make of them cannot be told from the edits of the release.")
        .next("check hooks", "shows what they say; mend it by hand")
}

fn edits(
    survey: &Survey,
    known: &Known,
    version: &Version,
) -> Result<Vec<(FileChange, Vec<u8>)>, Refusal> {
    let facts = survey.facts(known);
    let target = Target::Exact(version.clone());
    let wish =
        Wish { target: &target, downgrade: Downgrade::Refuse, set_from: None, command: "bump" };
    let bump = bump::plan(&facts, &wish)?;
    let changes = bump::changes(&[bump], &survey.files)?;
    let with = |change: FileChange| {
        let bytes = survey.files.get(&change.path)?.to_vec();
        Some((change, bytes))
    };
    Ok(changes.into_iter().filter_map(with).collect())
}

/// The section of the release in the changelog. What stands in the way of it, the gate `changelog`
/// tells.
fn section(
    read: &Read,
    survey: &Survey,
    known: &Known,
    place: &Place,
    (version, date): (&Version, Date),
) -> Option<(FileChange, Vec<u8>)> {
    let Place::There(file) = place else { return None };
    let newest = known.releases.newest.as_ref().map(|(_, version)| version);
    let previous = newest.and_then(|newest| {
        known.releases.commits.iter().find(|tagged| tagged.version.same(newest))
    });
    let facts = changelog::Facts {
        name: known.project.name.as_deref(),
        folder: &known.project.folder,
        option: &known.option,
        place,
        version,
        tag: read.aim.tag.as_deref()?,
        previous,
        changes: Vec::new(),
        table: &survey.settings.changelog,
        page: None,
        date,
        existing: Existing::Keep,
    };
    match changelog::plan(&facts).ok()? {
        changelog::Outcome::Section(section) => Some((section.change?, file.bytes.to_vec())),
        changelog::Outcome::Waits | changelog::Outcome::Generated { .. } => None,
    }
}

fn is_at(place: &Result<Place, Refusal>, path: &RepoPath) -> bool {
    matches!(place, Ok(Place::There(file)) if file.path == *path)
}

/// The hooks of this clone that see a commit before it is made.
///
/// # Errors
/// git fails.
pub fn installed(repo: &Repo) -> Result<Vec<&'static str>, Refusal> {
    let folder = repo.hooks_folder()?;
    let runs = |path: PathBuf| {
        use std::os::unix::fs::PermissionsExt;
        let found = fs::metadata(path);
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    let all = ["pre-commit", "prepare-commit-msg", "commit-msg"];
    Ok(all.into_iter().filter(|name| runs(folder.join(name))).collect())
}
