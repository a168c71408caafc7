//! What `check` knows before it asks: the configuration, the projects, what would be released.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::project::{Known, Survey};
use crate::cli::unreleased;
use crate::config::Projects;
use crate::config::changelog::{self, Place};
use crate::config::file::gates::Each;
use crate::config::file::{Procedure, Settings};
use crate::error::Refusal;
use crate::flows::bump;
use crate::gates::builtin::{Aim, Facts, Hooks, Subject};
use crate::gates::{Gate, Kind, Package, Profile, Values};
use crate::plan::Oid;
use crate::repo::{Configuration, Repo, Status, WorkTree};
use crate::sites::Tree;
use crate::sys::clock::Timestamp;
use crate::sys::fs as write;
use crate::version::{Downgrade, Move, Outcome, Target, Version};

/// The logs of so many checks are kept.
const KEPT: u64 = 20;

/// What was read.
pub struct Read {
    pub settings: Settings,
    /// `None` where no version is written.
    survey: Result<Option<Survey>, Refusal>,
    /// The changelog of each project of the survey, in its order.
    changelogs: Vec<Result<Place, Refusal>>,
    configuration: Configuration,
    pub aim: Aim,
    pub values: Values,
    /// What to call the project.
    pub name: String,
}

impl Read {
    /// Reads it; a version file that cannot be read is a matter for a gate.
    ///
    /// # Errors
    /// A gonogo.toml that is wrong, git fails.
    pub fn new(repo: &Repo, profile: Option<Profile>) -> Result<Self, Refusal> {
        Self::about(repo, profile, None)
    }

    /// The same for a version that is decided.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn about(
        repo: &Repo,
        profile: Option<Profile>,
        decided: Option<&Version>,
    ) -> Result<Self, Refusal> {
        let tree = WorkTree::new(repo)?;
        let settings = Projects::new(&tree)?.settings;
        let survey = Survey::any(repo);
        let sole = sole(&survey);
        let next = sole.map(|(survey, known)| next(repo, survey, known, decided)).transpose()?;
        let (version, previous) = next.unwrap_or_default();
        let tag = version.as_ref().zip(sole).map(|(version, (_, known))| {
            let newest = known.releases.newest.as_ref();
            known.format.tag(version, newest.map(|(tag, version)| (tag.as_str(), version)))
        });
        let hotfixes = settings.landing(Procedure::Hotfix).prepared().value;
        let likely = Profile::likely(repo.branch(), &hotfixes, version.as_ref());
        let aim = Aim { profile: profile.unwrap_or(likely), version, tag };
        Self::of(repo, &tree, (settings, survey), (aim, previous))
    }

    /// The same of a release that is out, from the files of its commit; `repo` is seen from there.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn released(repo: &Repo, tree: &dyn Tree, aim: Aim) -> Result<Self, Refusal> {
        let settings = Projects::new(tree)?.settings;
        Self::of(repo, tree, (settings, Survey::any_in(repo, tree)), (aim, None))
    }

    fn of(
        repo: &Repo,
        tree: &dyn Tree,
        (settings, survey): (Settings, Result<Option<Survey>, Refusal>),
        (aim, previous): (Aim, Option<(String, Version)>),
    ) -> Result<Self, Refusal> {
        let sole = sole(&survey);
        let values = values(repo, &aim, previous.as_ref(), sole.map(|(_, known)| known));
        let folder = || repo.top.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = settings.name.as_ref().map(|said| said.value.clone());
        let name = name.or_else(|| sole?.1.project.name.clone()).or_else(folder);
        let changelogs = match &survey {
            Ok(Some(survey)) => {
                let find = |known: &Known| {
                    changelog::find(tree, &survey.settings, &known.project, survey.among)
                };
                survey.projects.iter().map(find).collect()
            }
            Ok(None) | Err(_) => Vec::new(),
        };
        let configuration = repo.configuration()?;
        let name = name.unwrap_or_default();
        Ok(Self { settings, survey, changelogs, configuration, aim, values, name })
    }

    /// The project of the repository with its changelog; `None` where there are several, or none.
    pub fn sole(&self) -> Option<(&Survey, &Known, &Result<Place, Refusal>)> {
        let survey = self.survey.as_ref().ok()?.as_ref()?;
        match (survey.projects.as_slice(), self.changelogs.as_slice(), survey.broken.as_slice()) {
            ([known], [changelog], []) => Some((survey, known, changelog)),
            _ => None,
        }
    }

    /// The same for built-in gates.
    pub fn facts<'f>(
        &'f self,
        repo: &'f Repo,
        status: &'f Status,
        at: Timestamp,
        hooks: Hooks<'f>,
    ) -> Facts<'f> {
        let subject = |survey: &'f Survey, (known, changelog)| {
            let known: &'f Known = known;
            let (releases, format, option) = (&known.releases, &known.format, &*known.option);
            Subject { bump: survey.facts(known), releases, format, option, changelog }
        };
        let (projects, broken) = match &self.survey {
            Err(refusal) => (Err(refusal), &[][..]),
            Ok(None) => (Ok(Vec::new()), &[][..]),
            Ok(Some(survey)) => {
                let each = survey.projects.iter().zip(&self.changelogs);
                let known = each.map(|one| subject(survey, one)).collect();
                (Ok(known), &survey.broken[..])
            }
        };
        let (settings, configuration, aim) = (&self.settings, &self.configuration, &self.aim);
        Facts { repo, status, settings, configuration, projects, broken, aim, hooks, at }
    }

    /// The packages of the repository, if a gate runs once for each.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn packages(repo: &Repo, gates: &[Gate]) -> Result<Vec<Package>, Refusal> {
        Self::packages_in(&WorkTree::new(repo)?, gates)
    }

    /// The same of the files in `tree`.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn packages_in(tree: &dyn Tree, gates: &[Gate]) -> Result<Vec<Package>, Refusal> {
        let each = |gate: &Gate| matches!(&gate.kind, Kind::Command(c) if c.each == Each::Package);
        if !gates.iter().any(each) {
            return Ok(Vec::new());
        }
        let projects = Projects::new(tree)?;
        let found = projects.packages()?.found.iter().map(|package| Package {
            name: package.name.clone(),
            folder: match package.folder.as_str() {
                "" => ".".to_owned(),
                folder => folder.to_owned(),
            },
        });
        Ok(found.collect())
    }
}

/// The project of a repository that has exactly one.
fn sole(survey: &Result<Option<Survey>, Refusal>) -> Option<(&Survey, &Known)> {
    let survey = survey.as_ref().ok()?.as_ref()?;
    match (survey.projects.as_slice(), survey.broken.as_slice()) {
        ([known], []) => Some((survey, known)),
        _ => None,
    }
}

/// The version in question and the release before it: that in the files, unless it is released;
/// then what the commits since ask for.
type Next = (Option<Version>, Option<(String, Version)>);

fn next(
    repo: &Repo,
    survey: &Survey,
    known: &Known,
    decided: Option<&Version>,
) -> Result<Next, Refusal> {
    let unreleased = unreleased::read(repo, survey, std::slice::from_ref(known))?.pop();
    let facts = survey.facts(known);
    let held = bump::held(&known.project, &survey.files).unwrap_or_default();
    let current = held.first().map(|(_, version)| version.clone());
    let released = |version: &Version| known.tagged.iter().any(|tagged| tagged.same(version));
    let version = match current {
        _ if decided.is_some() => decided.cloned(),
        Some(current) if released(&current) => {
            let level = unreleased.as_ref().and_then(unreleased::Unreleased::level);
            level.and_then(|level| {
                let target = Target::Level(Move::plain(level));
                match crate::version::next(&facts.after(&current), &target, Downgrade::Refuse) {
                    Ok(Outcome::Bump { to, .. }) => Some(to),
                    _ => None,
                }
            })
        }
        current => current,
    };
    let full =
        || unreleased.as_ref().and_then(|u| u.from()).map(|t| (t.tag.clone(), t.version.clone()));
    let previous = match version.as_ref().is_some_and(Version::is_prerelease) {
        true => known.releases.newest.clone(),
        false => full(),
    };
    Ok((version, previous))
}

/// The version that is next: that in the files, unless it is released; then what the commits since
/// ask for.
///
/// # Errors
/// git fails.
pub fn next_version(
    repo: &Repo,
    survey: &Survey,
    known: &Known,
) -> Result<Option<Version>, Refusal> {
    next(repo, survey, known, None).map(|(version, _)| version)
}

fn values(
    repo: &Repo,
    aim: &Aim,
    previous: Option<&(String, Version)>,
    known: Option<&Known>,
) -> Values {
    let commit = previous.and_then(|(tag, _)| {
        let tagged = known?.releases.commits.iter().find(|tagged| tagged.tag == *tag)?;
        Some(tagged.commit.clone())
    });
    Values::default()
        .with("VERSION", aim.version.as_ref().map(Version::text))
        .with("TAG", aim.tag.as_ref())
        .with("COMMIT", repo.head.commit().map(Oid::as_str))
        .with("PROFILE", Some(aim.profile.name()))
        .with("PREVIOUS_VERSION", previous.map(|(_, version)| version.text()))
        .with("PREVIOUS_TAG", previous.map(|(tag, _)| tag))
        .with("PREVIOUS_COMMIT", commit)
}

/// A new folder for the logs of this check; those of the oldest are dropped.
///
/// # Errors
/// It cannot be made.
pub fn new_logs(repo: &Repo) -> Result<PathBuf, Refusal> {
    let all = repo.common_dir.join("gonogo/log");
    // From a folder below the top git names it by a way up.
    make(&all).and_then(fs::canonicalize).map_err(|error| {
        Refusal::external(format!("{} cannot be written", all.display())).why(error.to_string())
    })
}

fn make(all: &Path) -> io::Result<PathBuf> {
    write::private_folder(all)?;
    let numbers = || {
        fs::read_dir(all).map(|entries| {
            entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u64>().ok())
        })
    };
    let mut number = numbers()?.max().unwrap_or(0) + 1;
    for old in numbers()?.filter(|old| old + KEPT <= number) {
        let _ = write::remove_folder(&all.join(old.to_string()));
    }
    loop {
        let folder = all.join(number.to_string());
        match write::new_private_folder(&folder) {
            // Another check was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            made => return made.map(|()| folder),
        }
    }
}

/// Keeps what was found beside the logs.
///
/// # Errors
/// It cannot be written.
pub fn record(logs: &Path, data: &Value) -> Result<(), Refusal> {
    write::write_private(&logs.join("check.json"), &[data.to_string().as_bytes()]).map_err(
        |error| {
            Refusal::external("the record of this check cannot be written").why(error.to_string())
        },
    )
}
