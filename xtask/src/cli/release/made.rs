//! What a release edits and commits.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use crate::changelog::cut::Existing;
use crate::cli::Context;
use crate::cli::changelog::question;
use crate::cli::project::{Known, Survey};
use crate::config::changelog::Place;
use crate::error::Refusal;
use crate::flows::bump::{self, Bump, Wish};
use crate::flows::changelog::{self, Outcome, Section};
use crate::gates::builtin::is_ours;
use crate::history::{Cut, Tagged};
use crate::journal::Journal;
use crate::path::RepoPath;
use crate::plan::{Check, FileChange, Plan};
use crate::repo::{Asked, Range, Repo, Status, WorkTree};
use crate::sites::{Overlay, Tree};
use crate::version::{Downgrade, Target, Version};

/// The edits of a release.
pub struct Made {
    pub edits: Vec<FileChange>,
    pub section: Option<Section>,
    pub guards: Vec<Check>,
    /// The release before this one.
    pub previous: Option<Tagged>,
    /// The commits that its section tells of.
    pub range: Range,
    /// What earlier operations of ours edited and nobody has committed yet.
    pub earlier: Vec<RepoPath>,
    /// What the files hold before.
    pub before: BTreeMap<RepoPath, Rc<[u8]>>,
}

/// What is wanted.
pub struct Wanted<'w> {
    pub version: &'w Version,
    pub tag: &'w str,
    /// The changelog of the project.
    pub place: &'w Place,
    pub page: Option<&'w str>,
    /// What becomes of a section that is there already.
    pub existing: Existing,
    /// What git says of the work tree.
    pub status: &'w Status,
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
        // Where tags alone say versions there is nothing to edit.
        let edits = match known.project.sites.is_empty() {
            true => Vec::new(),
            false => bump::changes(&[to(context, survey, known, wanted.version)?], &survey.files)?,
        };
        let mut before = survey.files.clone();
        let range = range(repo, survey, known, wanted.version)?;
        let (section, guards) = section(context, (survey, known), wanted, &range)?;
        if let Place::There(file) = wanted.place {
            before.insert(file.path.clone(), Rc::clone(&file.bytes));
        }
        let previous = match wanted.version.is_prerelease() {
            true => known.releases.newest.as_ref().and_then(|(tag, _)| {
                known.releases.commits.iter().find(|tagged| tagged.tag == *tag).cloned()
            }),
            false => range.from.clone(),
        };
        Ok(Self {
            edits,
            section,
            guards,
            previous,
            range,
            earlier: earlier(repo, wanted.status)?,
            before,
        })
    }

    /// The change of the changelog.
    pub fn changelog(&self) -> Option<&FileChange> {
        self.section.as_ref()?.change.as_ref()
    }

    /// The changes of the release.
    fn changes(&self) -> impl Iterator<Item = &FileChange> {
        self.edits.iter().chain(self.changelog())
    }

    /// Every path that the release commits.
    pub fn paths(&self) -> Vec<RepoPath> {
        self.with_earlier(self.changes())
    }

    /// The same of a release that is only started.
    pub fn without_changelog(&self) -> Vec<RepoPath> {
        self.with_earlier(self.edits.iter())
    }

    fn with_earlier<'c>(&self, changes: impl Iterator<Item = &'c FileChange>) -> Vec<RepoPath> {
        let mut paths: Vec<RepoPath> = changes.map(|change| change.path.clone()).collect();
        for path in &self.earlier {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        paths
    }

    /// What the release commits, with the bytes.
    ///
    /// # Errors
    /// A file that an earlier operation edited cannot be read.
    pub fn after(&self, repo: &Repo) -> Result<BTreeMap<RepoPath, Vec<u8>>, Refusal> {
        let mut after = BTreeMap::new();
        let tree = WorkTree::new(repo)?;
        for path in &self.earlier {
            after.extend(tree.read(path)?.map(|file| (file.path, file.bytes.to_vec())));
        }
        for change in self.changes() {
            let bytes = change.apply(self.before.get(&change.path).map_or(&[][..], |bytes| bytes));
            after.extend(bytes.map(|bytes| (change.path.clone(), bytes)));
        }
        Ok(after)
    }

    /// What each file change of a plan finds: [`crate::exec::run`] wants it. A file that is changed
    /// twice holds, the second time, what the first change made of it.
    pub fn bytes(&self, plan: &Plan) -> Vec<Vec<u8>> {
        let mut now = self.before.clone();
        let each = plan.files().into_iter().map(|change| {
            let found = now.get(&change.path).map(|bytes| bytes.to_vec()).unwrap_or_default();
            if let Some(after) = change.apply(&found) {
                now.insert(change.path.clone(), after.into());
            }
            found
        });
        each.collect()
    }

    /// The edits from the files as the release leaves them to another version.
    ///
    /// # Errors
    /// Those of a bump.
    pub fn following(
        &self,
        repo: &Repo,
        context: &Context,
        packages: &[String],
        version: &Version,
    ) -> Result<(Bump, Vec<FileChange>), Refusal> {
        let mut files = BTreeMap::new();
        for change in self.changes() {
            let before = self.before.get(&change.path).map_or(&[][..], |bytes| bytes);
            files.extend(change.apply(before).map(|after| (change.path.clone(), after.into())));
        }
        let tree = WorkTree::new(repo)?;
        let overlay = Overlay { tree: &tree, files };
        let survey = Survey::chosen_in(repo, &overlay, packages, &context.command())?;
        let [known] = survey.projects.as_slice() else {
            return Err(Refusal::external("the project cannot be found again"));
        };
        let bump = to(context, &survey, known, version)?;
        let changes = bump::changes(std::slice::from_ref(&bump), &survey.files)?;
        Ok((bump, changes))
    }
}

/// The edits that bring the version files to a version.
fn to(
    context: &Context,
    survey: &Survey,
    known: &Known,
    version: &Version,
) -> Result<Bump, Refusal> {
    let (target, command) = (Target::Exact(version.clone()), context.command());
    let downgrade = Downgrade::Refuse;
    let wish = Wish { target: &target, downgrade, set_from: None, command: &command };
    bump::plan(&survey.facts(known), &wish)
}

/// The commits that the section of a version tells of: a full release tells of everything since the
/// last full one.
fn range(repo: &Repo, survey: &Survey, known: &Known, version: &Version) -> Result<Range, Refusal> {
    let question = question(version, &survey.settings.changelog);
    let asked = Asked { releases: &known.releases, question, scope: survey.scope(known) };
    let mut ranges = repo.ranges(vec![asked], &survey.reading(repo)?)?;
    match ranges.pop() {
        Some(range) if range.cut == Cut::Beyond => {
            Err(repo.deepen("What came since the last release is not known."))
        }
        Some(range) => Ok(range),
        None => Err(Refusal::external("the history cannot be read")),
    }
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
        existing: wanted.existing,
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
fn earlier(repo: &Repo, status: &Status) -> Result<Vec<RepoPath>, Refusal> {
    if status.changed.is_empty() {
        return Ok(Vec::new());
    }
    let operations = Journal::of(&repo.common_dir).operations()?;
    let mut own = Vec::new();
    for path in &status.changed {
        if is_ours(repo, &operations, path)? {
            own.extend(Path::to_str(path).and_then(RepoPath::new));
        }
    }
    Ok(own)
}
