//! Where a hotfix begins, and which version it is.

use super::super::project::{Known, Survey};
use super::super::release::{Remote, main, newer};
use crate::config::file::{Landing, Start};
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::hotfix::{Fixed, below};
use crate::history::Tagged;
use crate::plan::Oid;
use crate::repo::{Releases, Repo};
use crate::version::Version;
use crate::wording::counted;

/// What is fixed, and from where.
pub struct Based {
    /// The release that is fixed.
    pub release: Tagged,
    /// Where the branch begins.
    pub commit: Oid,
    pub version: Version,
    /// Why it is this version.
    pub notes: Vec<String>,
}

/// What is known of the releases.
pub struct Search<'s> {
    pub repo: &'s Repo,
    pub survey: &'s Survey,
    pub known: &'s Known,
    pub landing: &'s Landing,
    pub remote: Option<&'s Remote>,
}

impl Search<'_> {
    /// The base and the version, as the arguments and `[hotfix] from` say.
    ///
    /// # Errors
    /// No release, no such base, a version that is not the next one.
    pub fn based(&self, wanted: Option<&str>, base: Option<&str>) -> Result<Based, Refusal> {
        let wanted = wanted.map(|text| self.version(text)).transpose()?;
        if self.releases().next().is_none() {
            return Err(self.no_release());
        }
        if let Some(name) = base {
            return match self.release(name) {
                Some(release) => self.fixing(release, None, wanted.as_ref(), base),
                None => self.on(name, wanted.as_ref(), base),
            };
        }
        match (&self.landing.from.value, &wanted) {
            (Start::Branch(name), _) => self.on(name, wanted.as_ref(), None),
            (Start::Main, _) => self.on(&self.main()?, wanted.as_ref(), None),
            (Start::Tag, Some(wanted)) => {
                // Of one that is released itself the next number is told.
                let is = |one: &&Tagged| one.version.same(wanted);
                let release = self.releases().find(is).or_else(|| self.below(wanted));
                let release = release.ok_or_else(|| self.nothing_below(wanted))?;
                self.fixing(release, None, Some(wanted), None)
            }
            (Start::Tag, None) => self.fixing(self.newest()?, None, None, None),
        }
    }

    /// A version, or the name of a tag that would release one.
    fn version(&self, text: &str) -> Result<Version, Refusal> {
        match Version::read(text).or_else(|| self.known.format.version(text)) {
            Some(version) => Ok(version),
            None => Version::parse(text),
        }
    }

    /// The full releases that stand.
    fn releases(&self) -> impl Iterator<Item = &Tagged> {
        self.known.releases.standing().filter(|one| !one.version.is_prerelease())
    }

    /// The one of this tag or version.
    fn release(&self, name: &str) -> Option<&Tagged> {
        let version = Version::read(name);
        let is = |one: &&Tagged| {
            one.tag == name || version.as_ref().is_some_and(|version| version.same(&one.version))
        };
        self.releases().find(is)
    }

    fn below(&self, wanted: &Version) -> Option<&Tagged> {
        below(self.releases(), |one| &one.version, wanted)
    }

    /// The newest one on main, or of HEAD where nothing says which branch that is.
    fn newest(&self) -> Result<&Tagged, Refusal> {
        let tip = match self.main().ok().map(|name| self.tip(&name)).transpose()?.flatten() {
            Some(tip) => Some(tip),
            None => self.repo.head.commit().cloned(),
        };
        let newest = tip.map(|tip| self.newest_of(&tip)).transpose()?.flatten();
        newest.ok_or_else(|| self.no_release())
    }

    /// The newest release that a commit comes after.
    fn newest_of(&self, tip: &Oid) -> Result<Option<&Tagged>, Refusal> {
        let seen = self.repo.seen_from(tip.clone());
        Releases::counting(&seen, &self.releases().collect::<Vec<_>>())
    }

    fn main(&self) -> Result<String, Refusal> {
        main(self.repo, &self.survey.settings)
    }

    /// Where a branch is, here or on the remote.
    fn tip(&self, name: &str) -> Result<Option<Oid>, Refusal> {
        let full = format!("refs/heads/{name}");
        let here = self.repo.ref_at(&full)?;
        let there = self.remote.and_then(|remote| remote.at(&full));
        match (&here, &there) {
            (None, None) => Ok(None),
            _ => newer(self.repo, name, here.as_ref(), there.as_ref()).map(Some),
        }
    }

    /// From a branch, or any commit: what came since the release goes out with the fix.
    fn on(
        &self,
        name: &str,
        wanted: Option<&Version>,
        said: Option<&str>,
    ) -> Result<Based, Refusal> {
        let tip = match self.tip(name)? {
            Some(tip) => Some(tip),
            None => self.repo.named(name)?,
        };
        let tip = tip.ok_or_else(|| self.unknown(name))?;
        let release = self.newest_of(&tip)?.ok_or_else(|| {
            Refusal::unsafe_to(format!("no release comes before {name}"))
                .why("A hotfix counts from the release that it fixes.")
                .next_shell("git tag --sort=-creatordate", "lists the tags")
        })?;
        self.fixing(release, Some(tip), wanted, said).map_err(|refusal| {
            let other = wanted.and_then(|wanted| Some((wanted, self.below(wanted)?)));
            match other.filter(|(_, other)| other.tag != release.tag) {
                Some((wanted, other)) => {
                    let option = &self.known.option;
                    let again = format!("hotfix {wanted}{option} --base {}", other.tag);
                    refusal.next(again, "fixes that older release")
                }
                None => refusal,
            }
        })
    }

    fn fixing(
        &self,
        release: &Tagged,
        tip: Option<Oid>,
        wanted: Option<&Version>,
        said: Option<&str>,
    ) -> Result<Based, Refusal> {
        let known = self.known;
        let base = said.map(|base| format!(" --base {}", crate::error::word(base)));
        let option = format!("{}{}", known.option, base.unwrap_or_default());
        let fixed = Fixed {
            tag: &release.tag,
            version: &release.version,
            taken: &known.tagged,
            withdrawn: &known.withdrawn,
            style: bump::style(&self.survey.facts(known), &release.version),
            option: &option,
        };
        let (version, mut notes) = match wanted {
            Some(wanted) => (fixed.exactly(wanted)?, Vec::new()),
            None => fixed.next()?,
        };
        let commit = match tip {
            Some(tip) => tip,
            None => Oid::new(&release.commit).ok_or_else(|| self.unknown(&release.tag))?,
        };
        if !self.repo.has(&commit)? {
            return Err(self.repo.deepen(&format!("{} is not in this clone.", release.tag)));
        }
        if let Some(newer) = self.below(&version).filter(|newer| newer.tag != release.tag) {
            notes.push(format!("what {} brought is not part of it", newer.tag));
        }
        if commit.as_str() != release.commit {
            let since = self.repo.count_between(&release.commit, commit.as_str())?;
            let since = counted(since, "commit");
            notes.push(format!("{since} since {} will be part of it", release.tag));
        }
        Ok(Based { release: release.clone(), commit, version, notes })
    }

    fn no_release(&self) -> Refusal {
        if self.repo.is_shallow() {
            return self.repo.deepen("A hotfix begins at the tag of a release.");
        }
        Refusal::usage("there is no release yet that could be fixed")
            .why("A hotfix begins at the tag of a release.")
            .next(format!("release{}", self.known.option), "makes the first one")
    }

    fn nothing_below(&self, wanted: &Version) -> Refusal {
        if self.repo.is_shallow() {
            return self.repo.deepen("A hotfix begins at the tag of a release.");
        }
        Refusal::usage(format!("no release comes before {wanted}"))
            .why("A hotfix begins at the tag of the release that it fixes.")
            .next_shell("git tag --sort=-creatordate", "lists the tags")
    }

    fn unknown(&self, name: &str) -> Refusal {
        if self.repo.is_shallow() {
            return self.repo.deepen(&format!("{name} is not in this clone."));
        }
        Refusal::usage(format!("there is no release, branch or commit {name}"))
            .next_shell("git tag --sort=-creatordate", "lists the tags")
            .next_shell("git branch --all", "lists the branches")
    }
}
