//! What the commands that only read a changelog know: version files may be missing or disagree.

use super::super::Context;
use super::super::project::{Known, Survey};
use super::facts;
use crate::changelog::date::Date;
use crate::config::changelog::{self, Place};
use crate::error::Refusal;
use crate::history::Tagged;
use crate::journal::Journal;
use crate::repo::{Repo, WorkTree};
use crate::sites::File;
use crate::version::Version;

/// What was read of a repository: one pass, no network.
pub(in crate::cli) struct Reading {
    pub survey: Survey,
    /// The changelog of each project, in the order of the survey.
    places: Vec<Place>,
    pub today: Date,
}

/// One project and its changelog.
pub(in crate::cli) struct One<'r> {
    pub known: &'r Known,
    pub place: &'r Place,
    pub survey: &'r Survey,
}

impl Reading {
    /// Reads the packages with these names, or the project of the repository when none is named.
    ///
    /// # Errors
    /// Those of [`Survey::read`] and of [`changelog::find`]; an operation is open.
    pub fn of(repo: &Repo, context: &Context, names: &[String]) -> Result<Self, Refusal> {
        if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
            return Err(refusal);
        }
        let survey = Survey::read(repo, names, &context.command())?;
        let tree = WorkTree::new(repo)?;
        let find =
            |known: &Known| changelog::find(&tree, &survey.settings, &known.project, survey.among);
        let places = survey.projects.iter().map(find).collect::<Result<_, Refusal>>()?;
        let today = facts::today(context)?;
        Ok(Self { survey, places, today })
    }

    /// The one project, where only one may be meant.
    ///
    /// # Errors
    /// A pattern chose several.
    pub fn only(&self, command: &str) -> Result<One<'_>, Refusal> {
        let mut each = self.each();
        match (each.next(), each.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(Refusal::usage("several packages are chosen, and one is printed at a time")
                .next_typed(format!("{command} --help"), "shows how one is chosen")),
        }
    }

    /// Each project with its changelog.
    pub fn each(&self) -> impl Iterator<Item = One<'_>> {
        let all = self.survey.projects.iter().zip(&self.places);
        all.map(|(known, place)| One { known, place, survey: &self.survey })
    }
}

impl<'r> One<'r> {
    /// The version that all version files say.
    ///
    /// # Errors
    /// They disagree, or there are none.
    pub fn version(&self) -> Result<Version, Refusal> {
        facts::version(self.survey, self.known)
    }

    /// The version that the files say; where none does, that of the newest release.
    ///
    /// # Errors
    /// The files disagree; there is no version anywhere.
    pub fn current(&self) -> Result<Version, Refusal> {
        let newest = self.known.releases.newest.as_ref().map(|(_, version)| version.clone());
        match (self.known.project.sites.is_empty(), newest) {
            (true, Some(newest)) => Ok(newest),
            _ => self.version(),
        }
    }

    /// The tag of a version, as it is or will be called.
    pub fn tag(&self, version: &Version) -> String {
        if let Some(tagged) = self.tagged(version) {
            return tagged.tag.clone();
        }
        let newest = self.known.releases.newest.as_ref();
        let newest = newest.map(|(tag, version)| (tag.as_str(), version));
        self.known.format.tag(version, newest)
    }

    /// The release that a version is, where it has a tag.
    pub fn tagged(&self, version: &Version) -> Option<&'r Tagged> {
        self.known.releases.commits.iter().find(|tagged| tagged.version.same(version))
    }

    /// The changelog.
    ///
    /// # Errors
    /// There is none.
    pub fn file(&self) -> Result<&'r File, Refusal> {
        match self.place {
            Place::There(file) => Ok(file),
            Place::Missing(path) => Err(Refusal::usage(format!("there is no {path}"))
                .why("Another file is named in gonogo.toml: [changelog] file = \"...\"")
                .next(format!("changelog{}", self.known.option), "writes one")),
        }
    }
}
