//! What a release edits and commits.

use std::collections::BTreeMap;
use std::path::Path;

use crate::changelog::cut::Existing;
use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::config::changelog::Place;
use crate::error::Refusal;
use crate::flows::bump::{self, Wish};
use crate::flows::changelog::{self, Outcome, Section};
use crate::gates::builtin::is_ours;
use crate::history::Tagged;
use crate::journal::Journal;
use crate::path::RepoPath;
use crate::plan::{Check, FileChange};
use crate::repo::{Asked, Question, Range, Repo};
use crate::version::{Downgrade, Target, Version};

/// The edits of a release.
pub struct Made {
    pub edits: Vec<FileChange>,
    pub section: Option<Section>,
    pub guards: Vec<Check>,
    /// The release before this one, in the range that its section tells of.
    pub previous: Option<Tagged>,
    /// The commits since then.
    pub range: Range,
    /// What earlier operations of ours edited and nobody has committed yet.
    pub earlier: Vec<RepoPath>,
    /// What the files hold before: [`crate::exec::run`] wants it.
    pub before: BTreeMap<RepoPath, Vec<u8>>,
}

/// What is wanted.
pub struct Wanted<'w> {
    pub version: &'w Version,
    pub tag: &'w str,
    /// The changelog of the project.
    pub place: &'w Place,
    pub page: Option<&'w str>,
}

impl Made {
    /// Works it out; nothing is written.
    ///
    /// # Errors
    /// A version file that cannot hold the version, a changelog that is not understood, a shallow
    /// clone that does not have all commits since the last release.
    pub fn new(
        repo: &Repo,
        context: &Context,
        (survey, known): (&Survey, &Known),
        wanted: &Wanted<'_>,
    ) -> Result<Self, Refusal> {
        let target = Target::Exact(wanted.version.clone());
        let command = context.command();
        let wish = Wish {
            target: &target,
            downgrade: Downgrade::Refuse,
            set_from: None,
            command: &command,
        };
        let bump = bump::plan(&survey.facts(known), &wish)?;
        let edits = bump::changes(&[bump], &survey.files)?;
        let mut before: BTreeMap<RepoPath, Vec<u8>> =
            survey.files.iter().map(|(path, bytes)| (path.clone(), bytes.to_vec())).collect();
        let range = range(repo, survey, known, wanted.version)?;
        let (section, guards) = section(context, (survey, known), wanted, &range)?;
        if let (Place::There(file), Some(_)) = (wanted.place, &section) {
            before.insert(file.path.clone(), file.bytes.to_vec());
        }
        let earlier = earlier(repo)?;
        Ok(Self { edits, section, guards, previous: range.from.clone(), range, earlier, before })
    }

    /// The change of the changelog.
    pub fn changelog(&self) -> Option<&FileChange> {
        self.section.as_ref()?.change.as_ref()
    }

    /// Every path that the release commits.
    pub fn paths(&self) -> Vec<RepoPath> {
        self.with_earlier(self.edits.iter().chain(self.changelog()))
    }

    /// The same of a release that is only started.
    pub fn without_changelog(&self) -> Vec<RepoPath> {
        self.with_earlier(self.edits.iter())
    }

    fn with_earlier<'c>(&self, changes: impl Iterator<Item = &'c FileChange>) -> Vec<RepoPath> {
        let edited = changes.map(|change| change.path.clone());
        let mut paths: Vec<RepoPath> = edited.collect();
        for path in &self.earlier {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        paths
    }

    /// The bytes of these changes' files.
    pub fn bytes<'c>(&self, changes: impl Iterator<Item = &'c FileChange>) -> Vec<Vec<u8>> {
        changes.map(|change| self.before.get(&change.path).cloned().unwrap_or_default()).collect()
    }
}

/// The commits that the section of a version tells of: a full release tells of everything since the
/// last full one.
fn range(repo: &Repo, survey: &Survey, known: &Known, version: &Version) -> Result<Range, Refusal> {
    let question = match version.is_prerelease() {
        true => Question::Prerelease,
        false => Question::Full,
    };
    let asked = Asked { releases: &known.releases, question, scope: survey.scope(known) };
    let mut ranges = repo.ranges(vec![asked], &survey.reading(repo)?)?;
    ranges.pop().ok_or_else(|| Refusal::external("the history cannot be read"))
}

fn section(
    context: &Context,
    (survey, known): (&Survey, &Known),
    wanted: &Wanted<'_>,
    range: &Range,
) -> Result<(Option<Section>, Vec<Check>), Refusal> {
    // Nobody insists on a changelog where there is none.
    let Place::There(_) = wanted.place else { return Ok((None, Vec::new())) };
    let date = crate::cli::changelog::today(context)?;
    let facts = changelog::Facts {
        name: known.project.name.as_deref(),
        folder: &known.project.folder,
        option: &known.option,
        place: wanted.place,
        version: wanted.version,
        tag: wanted.tag,
        previous: range.from.as_ref(),
        changes: vec![&range.changes],
        table: &survey.settings.changelog,
        page: wanted.page,
        date,
        existing: Existing::Keep,
    };
    let guard = || {
        let guard = changelog::guard(&facts);
        guard.map_err(|(refusal, at)| survey.settings.pointed(refusal, at))
    };
    Ok(match changelog::plan(&facts)? {
        Outcome::Section(section) if section.change.is_none() => (Some(section), Vec::new()),
        Outcome::Section(section) => (Some(section), guard()?.into_iter().collect()),
        Outcome::Generated { .. } => (None, guard()?.into_iter().collect()),
        Outcome::Waits => (None, Vec::new()),
    })
}

/// The files that are as earlier operations of ours left them, and not as committed.
fn earlier(repo: &Repo) -> Result<Vec<RepoPath>, Refusal> {
    let changed = repo.status()?.changed;
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let operations = Journal::of(&repo.common_dir).operations()?;
    let mut own = Vec::new();
    for path in changed {
        if is_ours(repo, &operations, &path)? {
            own.extend(Path::to_str(&path).and_then(RepoPath::new));
        }
    }
    Ok(own)
}
