//! What a release may write on top of a candidate: worked out from the candidate alone, so that
//! anybody can prove it in any clone, before the release and after.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::changelog::cut::Existing;
use crate::changelog::date::{Date, Says};
use crate::changelog::{Changelog, web};
use crate::cli::changelog::question;
use crate::cli::project::{Known, Survey};
use crate::cli::tag::of_tag::released;
use crate::config::Projects;
use crate::config::changelog::{self as configured, Place};
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::changelog::{self as flow, Facts, Outcome};
use crate::history::{Summary, Tagged};
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::repo::{Asked, Repo, Stored};
use crate::signoff::cover::{self, Change, Coverage, Passed, covers};
use crate::sites::{File, Source};
use crate::version::{Style, Version};

/// Texts that a file may have, by its path.
type Texts = BTreeMap<RepoPath, Vec<Rc<[u8]>>>;

/// So many histories are read for the entries of a changelog.
const HEADS: usize = 8;

/// Whether a sign-off of `candidate` covers `commit`, the release with this tag or what it will be
/// made of. Which paths survive, the configuration of the candidate says: nobody who releases can
/// widen what was signed.
///
/// # Errors
/// A shallow clone that lacks what is between them; the files of the candidate cannot be read; git
/// fails.
pub(in crate::cli) fn covered(
    repo: &Repo,
    tag: &str,
    candidate: &Oid,
    commit: &Oid,
) -> Result<Coverage, Refusal> {
    if candidate == commit {
        return Ok(Coverage::Covered(Vec::new()));
    }
    let changes = repo.changes(candidate, commit)?;
    let passed = repo.passed(candidate, commit)?;
    let own: BTreeSet<String> = match repo.is_ancestor(candidate, commit)? {
        true => BTreeSet::new(),
        false => repo.own_changes(candidate, commit)?.into_iter().collect(),
    };
    let release = Release { repo, tag, candidate, commit, passed: &passed };
    let tree = stored(repo, candidate)?;
    let projects = Projects::new(&tree)?;
    let planned = match changes.is_empty() && passed.is_empty() {
        true => Texts::new(),
        false => release.texts(&tree, &projects)?,
    };
    let found = found(repo, commit, &changes, &planned)?;
    Ok(covers(&cover::Facts {
        changes: &changes,
        passed: &passed,
        own,
        planned: &planned,
        found,
        survives: &projects.settings.signoff.survives,
    }))
}

/// What stands in the release where it may write.
fn found(
    repo: &Repo,
    commit: &Oid,
    changes: &[Change],
    planned: &Texts,
) -> Result<BTreeMap<RepoPath, Vec<u8>>, Refusal> {
    let mut found = BTreeMap::new();
    for change in changes {
        let Some(path) = RepoPath::new(&change.path).filter(|path| planned.contains_key(path))
        else {
            continue;
        };
        if let Some(bytes) = repo.stored_bytes(commit, &change.path)? {
            found.insert(path, bytes);
        }
    }
    Ok(found)
}

/// A release and the candidate it comes from.
struct Release<'r> {
    repo: &'r Repo,
    tag: &'r str,
    candidate: &'r Oid,
    commit: &'r Oid,
    passed: &'r [Passed],
}

impl Release<'_> {
    /// What it may write.
    fn texts(&self, tree: &Stored<'_>, projects: &Projects<'_>) -> Result<Texts, Refusal> {
        let Some((project, _, version)) = released(projects, self.tag)? else {
            return Ok(Texts::new());
        };
        let names: Vec<String> = projects.choice(&project).into_iter().collect();
        let seen = self.repo.seen_from(self.candidate.clone());
        let survey = Survey::read_in(&seen, tree, &names, "sign")?;
        let [known] = survey.projects.as_slice() else { return Ok(Texts::new()) };
        let mut texts = versions(&survey, known, &version)?;
        let place = configured::find(tree, &survey.settings, &known.project, survey.among)?;
        if let Place::There(file) = place {
            let told = self.changelogs((&survey, known), &version, &file, &texts)?;
            texts.entry(file.path).or_default().extend(told);
        }
        Ok(texts)
    }

    /// The changelog with the section of the release, as any of the histories tells of it that the
    /// release may have been made in.
    fn changelogs(
        &self,
        (survey, known): (&Survey, &Known),
        version: &Version,
        file: &File,
        edited: &Texts,
    ) -> Result<Vec<Rc<[u8]>>, Refusal> {
        let Some(date) = self.date(&file.path, version)? else { return Ok(Vec::new()) };
        let url = self.repo.configuration()?.remote_url();
        let page = url.and_then(|url| web::page(&url));
        let pages: &[Option<&str>] = &[page.as_deref(), None];
        let before =
            edited.get(&file.path).cloned().unwrap_or_else(|| vec![Rc::clone(&file.bytes)]);
        let histories = self.histories(survey, known, version)?;
        let mut all: Vec<Rc<[u8]>> = Vec::new();
        for bytes in before {
            let place = Place::There(File { path: file.path.clone(), bytes });
            for (previous, summary) in &histories {
                for (page, existing) in
                    pages.iter().flat_map(|page| [(page, Existing::Keep), (page, Existing::Merge)])
                {
                    let facts = Facts {
                        name: known.project.name.as_deref(),
                        folder: &known.project.folder,
                        option: &known.option,
                        place: &place,
                        version,
                        tag: self.tag,
                        previous: previous.as_ref(),
                        changes: vec![summary],
                        table: &survey.settings.changelog,
                        page: *page,
                        date,
                        existing,
                    };
                    all.extend(cut(&facts));
                }
            }
        }
        Ok(all)
    }

    /// The day that the changelog of the release says.
    fn date(&self, path: &RepoPath, version: &Version) -> Result<Option<Date>, Refusal> {
        let Some(bytes) = self.repo.stored_bytes(self.commit, path.as_str())? else {
            return Ok(None);
        };
        let Ok(changelog) = Changelog::parse(Source { path, bytes: &bytes }) else {
            return Ok(None);
        };
        let dated = changelog.section(version).and_then(|(_, release)| release.date.as_ref());
        Ok(dated.and_then(|dated| match &dated.says {
            Says::Day(day, _) => Some(*day),
            Says::Vague(_) | Says::Placeholder => None,
        }))
    }

    /// What the commits since the release before it say: those of the candidate, and those before
    /// each commit on the way, which may be the one that the release was made on.
    fn histories(
        &self,
        survey: &Survey,
        known: &Known,
        version: &Version,
    ) -> Result<Vec<(Option<Tagged>, Summary)>, Refusal> {
        let first_parents = self.passed.iter().filter(|passed| passed.parents > 0);
        let parent = |passed: &Passed| self.repo.ref_at(&format!("{}^1", passed.commit.as_str()));
        let mut heads = vec![self.candidate.clone()];
        for passed in first_parents.take(HEADS) {
            heads.extend(parent(passed)?.filter(|parent| !heads.contains(parent)));
        }
        let mut all: Vec<(Option<Tagged>, Summary)> = Vec::new();
        for head in heads {
            let seen = self.repo.seen_from(head);
            let asked = Asked {
                releases: &known.releases,
                question: question(version, &survey.settings.changelog),
                scope: survey.scope(known),
            };
            let ranges = seen.ranges(vec![asked], &survey.reading(&seen)?)?;
            all.extend(ranges.into_iter().map(|range| (range.from, range.changes)));
        }
        Ok(all)
    }
}

/// The version files at the version of the release, in each spelling that fits.
fn versions(survey: &Survey, known: &Known, version: &Version) -> Result<Texts, Refusal> {
    let facts = survey.facts(known);
    let mut texts = Texts::new();
    let own = Style::detect(std::slice::from_ref(version), &[]);
    for style in [bump::style(&facts, version), own] {
        for change in bump::written(&facts, version, &style)? {
            let Some(bytes) = survey.files.get(&change.path).and_then(|old| change.apply(old))
            else {
                continue;
            };
            let known = texts.entry(change.path).or_default();
            if !known.iter().any(|text| **text == *bytes) {
                known.push(bytes.into());
            }
        }
    }
    Ok(texts)
}

/// What a changelog becomes; a file that cannot be cut is written by nobody.
fn cut(facts: &Facts<'_>) -> Option<Rc<[u8]>> {
    let Place::There(file) = facts.place else { return None };
    match flow::plan(facts) {
        Ok(Outcome::Section(section)) => section.change?.apply(&file.bytes).map(Rc::from),
        Ok(Outcome::Generated { .. } | Outcome::Waits) | Err(_) => None,
    }
}

fn stored<'r>(repo: &'r Repo, commit: &Oid) -> Result<Stored<'r>, Refusal> {
    Stored::in_commit(&repo.git, commit)?
        .ok_or_else(|| Refusal::external(format!("git cannot read {}", commit.short())))
}
