//! `check-changelog`

use super::{Context, version_sync};
use crate::changelog::{Changelog, Kind};
use crate::config::{Project, Projects};
use crate::error::Refusal;
use crate::flows::bump;
use crate::path::RepoPath;
use crate::repo::{Repo, Stored};
use crate::sites::{Source, Tree};
use crate::version::Version;

/// The changelog of whoever does not say otherwise.
const USUAL: &str = "CHANGELOG.md";

pub(super) fn check(context: &Context) -> Result<(), Refusal> {
    let repo = Repo::of_hook(&context.folder)?;
    let tree = Stored::in_index(&repo.git);
    let projects = Projects::new(&tree)?;
    let (found, _) = projects.whole()?;
    for (path, project) in changelogs(&projects, &found) {
        let Some(file) = tree.read(&path)? else { continue };
        let version = project.map(|project| current(&tree, project)).transpose()?.flatten();
        judge(&Changelog::parse(Source::from(&file))?, version.as_ref())?;
    }
    Ok(())
}

/// Each changelog with the project it is about, where there is one.
fn changelogs<'p>(
    projects: &Projects<'_>,
    found: &'p [Project],
) -> Vec<(RepoPath, Option<&'p Project>)> {
    let usual = |folder: &str| RepoPath::new(format!("{folder}/{USUAL}").trim_start_matches('/'));
    let top = found.iter().find(|project| project.folder.is_empty());
    let said = projects.settings.changelog.file.as_ref().map(|said| said.value.clone());
    let mut all: Vec<(RepoPath, Option<&Project>)> = Vec::new();
    all.extend(said.or_else(|| usual("")).map(|path| (path, top)));
    for project in found.iter().filter(|project| !project.folder.is_empty()) {
        let own = projects.table_of(project).and_then(|table| table.changelog.as_ref());
        let own = own.map(|said| said.value.clone()).or_else(|| usual(&project.folder));
        all.extend(own.map(|path| (path, Some(project))));
    }
    all
}

/// The version in the files; `None` where they disagree, which is another hook's to say.
fn current(tree: &Stored<'_>, project: &Project) -> Result<Option<Version>, Refusal> {
    let held = bump::held(project, &version_sync::files(tree, project)?)?;
    let Some((_, first)) = held.first() else { return Ok(None) };
    Ok(held.iter().all(|(_, version)| version.same(first)).then(|| first.clone()))
}

/// What can be said of a changelog from itself and the version in the files.
fn judge(changelog: &Changelog<'_>, version: Option<&Version>) -> Result<(), Refusal> {
    let begins = |section: &crate::changelog::Section| section.heading.start;
    let unreleased: Vec<usize> = changelog
        .sections
        .iter()
        .filter(|section| matches!(section.kind, Kind::Unreleased))
        .map(begins)
        .collect();
    let own = |version: &Version| {
        let own = changelog.releases().filter(|(_, release)| release.version.same(version));
        own.map(|(section, _)| begins(section)).collect::<Vec<_>>()
    };
    let version = version.map(|version| (version.to_string(), own(version)));
    let both = [Some(("Unreleased".to_owned(), unreleased)), version];
    for (name, places) in both.into_iter().flatten() {
        if let [first, second, ..] = places[..] {
            let line = changelog.place(first).line;
            return Err(Refusal::usage(format!("the changelog has two sections {name}"))
                .why(format!("The other one begins in line {line}; put them together."))
                .at(changelog.place(second)));
        }
    }
    Ok(())
}
