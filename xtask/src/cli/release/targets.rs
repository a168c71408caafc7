//! Which branches get a release.

use super::args::Args;
use super::landing::{develop, newer};
use super::opened;
use super::remote::Remote;
use crate::cli::project::{Known, Survey};
use crate::config::file::{Landing, Procedure};
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::words::Branches;
use crate::plan::Oid;
use crate::repo::Repo;
use crate::version::Version;

/// What is known when the branches are chosen.
pub struct Choosing<'c> {
    pub args: &'c Args,
    pub repo: &'c Repo,
    pub survey: &'c Survey,
    pub known: &'c Known,
    pub landing: &'c Landing,
    pub remote: Option<&'c Remote>,
    pub version: &'c Version,
    /// The short name of main.
    pub main: &'c str,
}

/// The branches that get it, by their short names, main first.
pub struct Chosen {
    pub names: Vec<String>,
    /// Those that would get it, and were not named this time.
    pub left_out: Vec<String>,
    /// Why it is these, in sentences.
    pub notes: Vec<String>,
}

impl Choosing<'_> {
    /// Those that are named, else those that are configured: of a hotfix every open release branch
    /// too, and none where main is on a later line.
    ///
    /// # Errors
    /// git fails; an open release branch has diverged from the
    /// remote.
    pub fn chosen(&self) -> Result<Chosen, Refusal> {
        let mut chosen = self.usual()?;
        let said = &self.args.into;
        if !said.is_empty() {
            chosen.left_out = std::mem::replace(&mut chosen.names, said.clone());
            chosen.left_out.retain(|name| !said.contains(name));
            chosen.notes.clear();
        }
        let mut seen = std::collections::BTreeSet::new();
        chosen.names.retain(|name| seen.insert(name.clone()));
        chosen.names.sort_by_key(|name| name != self.main);
        Ok(chosen)
    }

    fn usual(&self) -> Result<Chosen, Refusal> {
        let main = self.main;
        let hotfix = self.landing.procedure == Procedure::Hotfix;
        let own = hotfix.then_some("hotfix.into");
        let said = self.landing.into.as_ref();
        let asked = said.filter(|said| own.is_none_or(|own| said.key == own));
        let (mut names, mut notes) = (Vec::new(), Vec::new());
        if let Some(asked) = asked {
            names.clone_from(&asked.value);
        } else if let Some(newer) = hotfix.then(|| self.newer_line(main)).transpose()?.flatten() {
            notes.push(format!("{main} has {newer}: this is an older line, tagged on its branch"));
            notes.push("and merged nowhere (--into BRANCH asks for it)".to_owned());
        } else if let Some(said) = said {
            names.clone_from(&said.value);
            self.with_open(&mut names, &mut notes)?;
        } else {
            names.push(main.to_owned());
            if hotfix {
                self.with_open(&mut names, &mut notes)?;
            }
            names.extend(develop(self.repo, &self.survey.settings, main)?);
        }
        Ok(Chosen { names, left_out: Vec::new(), notes })
    }

    /// The tag of a full release of a later line than this version's that main has.
    fn newer_line(&self, main: &str) -> Result<Option<String>, Refusal> {
        let full = format!("refs/heads/{main}");
        let there = self.remote.and_then(|remote| remote.at(&full));
        let here = self.repo.ref_at(&full)?;
        let tip = match there {
            Some(there) => there,
            None => newer(self.repo, main, here.as_ref(), None)?,
        };
        let line =
            |version: &Version| version.numbers().iter().copied().take(2).collect::<Vec<_>>();
        let own = line(self.version);
        for tagged in self.known.releases.commits.iter().rev() {
            let later = !tagged.version.is_prerelease() && line(&tagged.version) > own;
            let commit = Oid::new(&tagged.commit).filter(|_| later);
            if let Some(commit) = commit
                && self.repo.is_ancestor(&commit, &tip)?
            {
                return Ok(Some(tagged.tag.clone()));
            }
        }
        Ok(None)
    }

    /// Adds the release branches that are open, of releases that come after this one.
    fn with_open(&self, names: &mut Vec<String>, notes: &mut Vec<String>) -> Result<(), Refusal> {
        let release = self.survey.settings.landing(Procedure::Release).prepared();
        let branches = Branches {
            template: &release.value,
            tags: &self.known.format,
            name: self.known.project.name.as_deref(),
            package: self.args.package.as_deref(),
            style: bump::style(&self.survey.facts(self.known), self.version),
        };
        for one in opened::all(self.repo, &branches, self.remote)? {
            let one = match one {
                Ok(one) => one,
                Err(_) if !self.args.into.is_empty() => continue,
                Err(refusal) => return Err(refusal),
            };
            let gone = one.here.is_none() && one.there.is_none();
            if gone || self.known.tagged.iter().any(|tagged| tagged.same(&one.version)) {
                continue;
            }
            match self.version.precedes(&one.version) {
                true => names.push(one.name),
                false => notes.push(format!("{} is for an older version: left alone", one.name)),
            }
        }
        Ok(())
    }
}
