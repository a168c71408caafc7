//! `check-changelog`

use std::path::Path;

use super::{Context, version_sync};
use crate::changelog::check::{self, Facts};
use crate::changelog::cut::Commits;
use crate::changelog::date::Date;
use crate::changelog::findings::Finding;
use crate::config::changelog::{self, Place};
use crate::config::{Project, Projects};
use crate::error::Refusal;
use crate::flows::bump;
use crate::path::RepoPath;
use crate::repo::{Repo, Stored, made_tags};
use crate::sites::File;
use crate::version::Version;

/// So many findings are named.
const NAMED: usize = 6;

pub(super) fn check(context: &Context) -> Result<(), Refusal> {
    let repo = Repo::of_hook(&context.folder)?;
    let tree = Stored::in_index(&repo.git);
    let projects = Projects::new(&tree)?;
    let Some(today) = Date::iso(&context.at.date()) else { return Ok(()) };
    let judge = Judge { repo: &repo, tree: &tree, projects: &projects, today };
    let (mut found, _) = projects.whole()?;
    if found.is_empty() {
        found.push(projects.without_files());
    }
    let mut known = Vec::new();
    for project in &found {
        let current = judge.current(project)?;
        if let Some(file) = judge.file_of(project).filter(|file| !known.contains(&file.path)) {
            judge.one(project, &file, current.as_ref())?;
            known.push(file.path);
        }
    }
    Ok(())
}

struct Judge<'a> {
    repo: &'a Repo,
    tree: &'a Stored<'a>,
    projects: &'a Projects<'a>,
    today: Date,
}

impl Judge<'_> {
    /// The changelog of a project. Which of several files is meant is asked when it is written.
    fn file_of(&self, project: &Project) -> Option<File> {
        let (settings, among) = (&self.projects.settings, self.projects.among());
        match changelog::find(self.tree, settings, project, among) {
            Ok(Place::There(file)) => Some(file),
            Ok(Place::Missing(_)) | Err(_) => None,
        }
    }

    /// The version in the files; `None` where they disagree, which is another hook's to say.
    fn current(&self, project: &Project) -> Result<Option<Version>, Refusal> {
        let held = bump::held(project, &version_sync::files(self.tree, project)?)?;
        let Some((_, first)) = held.first() else { return Ok(None) };
        Ok(held.iter().all(|(_, version)| version.same(first)).then(|| first.clone()))
    }

    /// What the file and the version say. A commit may come before the section of its release.
    fn one(
        &self,
        project: &Project,
        file: &File,
        current: Option<&Version>,
    ) -> Result<(), Refusal> {
        let settings = &self.projects.settings;
        let facts = Facts {
            today: self.today,
            current,
            is_released: false,
            sections: settings.changelog.sections.as_ref().map(|said| said.value.as_slice()),
            commits: Commits::Add,
        };
        // Most files have nothing to be asked about further.
        if check::check(file.into(), &facts).is_empty() || !self.is_concerned(project, file)? {
            return Ok(());
        }
        let is_released = self.is_released(project, current)?;
        refuse(&check::check(file.into(), &Facts { is_released, ..facts }))
    }

    /// May what is wrong come from this commit? It changes the file, the version or the
    /// configuration, or nothing: then all that is there is asked about (`run --all-files`).
    fn is_concerned(&self, project: &Project, file: &File) -> Result<bool, Refusal> {
        let staged = self.repo.staged()?;
        let sites = project.sites.iter().map(|site| &site.path);
        let mut paths = sites.chain([&file.path]).map(RepoPath::as_str).chain(["gonogo.toml"]);
        Ok(staged.is_empty() || paths.any(|path| staged.iter().any(|one| one == Path::new(path))))
    }

    /// Has the version a tag?
    fn is_released(&self, project: &Project, current: Option<&Version>) -> Result<bool, Refusal> {
        let Some(current) = current else { return Ok(false) };
        let format = self.projects.tag_format(project)?;
        let tags = made_tags(&self.repo.git)?;
        let ignored =
            |tag: &str| self.projects.settings.tag.ignore.iter().any(|glob| glob.matches(tag));
        let is_own = |tag: &str| format.version(tag).is_some_and(|version| version.same(current));
        Ok(tags.iter().any(|tag| is_own(&tag.name) && !ignored(&tag.name)))
    }
}

fn refuse(findings: &[Finding]) -> Result<(), Refusal> {
    let Some((first, others)) = findings.split_first() else { return Ok(()) };
    let refusal = Refusal::usage(first.what.clone()).why(capital(first.kind.mend()));
    let refusal = others.iter().take(NAMED).fold(refusal, |refusal, one| refusal.why(also(one)));
    Err(match &first.place {
        Some(place) => refusal.at(place.clone()),
        None => refusal,
    })
}

/// `CHANGELOG.md:12  1.2.0 is dated ...`
fn also(finding: &Finding) -> String {
    match &finding.place {
        Some(place) => format!("{}:{}  {}", place.path, place.line, finding.what),
        None => finding.what.clone(),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str() + "."
}
