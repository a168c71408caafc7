//! Which release is withdrawn, and which one takes its place: from the record, else from git alone.

use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::cli::release::Remote;
use crate::error::{Refusal, word};
use crate::history::Tagged;
use crate::plan::Oid;
use crate::record::{MOST, Record};
use crate::repo::{Asked, Question, Releases, Repo};
use crate::sys::clock::Timestamp;
use crate::version::Version;

/// A release that was made.
pub struct Subject {
    pub version: Version,
    pub tag: String,
    /// The tag itself, as it is or was.
    pub object: Oid,
    pub commit: Oid,
    /// Whether the tag is here, and on the remote.
    pub here: bool,
    pub there: bool,
    /// When it went out, and by whom.
    pub at: Timestamp,
    pub by: String,
    /// What this tool has kept of it.
    pub record: Option<Record>,
    /// The release that takes its place.
    pub previous: Option<Tagged>,
}

/// What is looked at.
pub struct Looking<'l> {
    pub repo: &'l Repo,
    pub context: &'l Context,
    pub survey: &'l Survey,
    pub known: &'l Known,
    pub remote: Option<&'l Remote>,
    /// Where main is, as far as that is known.
    pub main: Option<&'l Oid>,
    /// Every record that is known here, own ones first.
    pub records: &'l [Record],
}

/// Every record that can be read, own ones first.
///
/// # Errors
/// git fails.
pub fn records(repo: &Repo) -> Result<Vec<Record>, Refusal> {
    let stored = repo.records(MOST)?.into_iter();
    Ok(stored.filter_map(|one| Record::read(&one.bytes.ok()?, &one.tag).ok()).collect())
}

impl Looking<'_> {
    /// The release that was named, else the newest full one of main; `None` where there is none and
    /// none was named.
    ///
    /// # Errors
    /// It is not known; its tag is not the one that was released; git fails.
    pub fn find(&self, said: Option<&str>) -> Result<Option<(Version, String)>, Refusal> {
        let Some(said) = said else { return self.newest() };
        let meant = self.known.format.version(said).or_else(|| Version::read(said));
        let same = |version: &Version| meant.as_ref().is_some_and(|meant| meant.same(version));
        let tags = &self.known.releases.commits;
        let tagged = tags.iter().map(|one| (one.version.clone(), one.tag.clone()));
        let recorded = self.records.iter().filter_map(|record| {
            let version = self.known.format.version(&record.tag)?;
            Some((version, record.tag.clone()))
        });
        let burned = self.known.releases.withdrawn.iter();
        let burned =
            burned.filter_map(|tag| Some((self.known.format.version(tag)?, tag.to_owned())));
        let mut all = tagged.chain(recorded).chain(burned);
        let found = all.find(|(version, tag)| tag == said || same(version));
        found.map(Some).ok_or_else(|| self.unknown(said))
    }

    /// The newest full release that main has and that still stands.
    fn newest(&self) -> Result<Option<(Version, String)>, Refusal> {
        let Some(at) = self.main.or(self.repo.head.commit()) else { return Ok(None) };
        let found = self.before(at, Question::Full, &|_| true)?;
        Ok(found.map(|tagged| (tagged.version, tagged.tag)))
    }

    /// The release that takes the place of a version: the one that is named, else the nearest full one
    /// below it that still stands.
    ///
    /// # Errors
    /// The one that is named is not known or was rolled back; git fails.
    pub fn previous(
        &self,
        version: &Version,
        commit: &Oid,
        said: Option<&str>,
    ) -> Result<Option<Tagged>, Refusal> {
        let other = |tagged: &Tagged| !tagged.version.same(version);
        let Some(said) = said else {
            return self.before(commit, Question::Hotfix(version), &other);
        };
        let meant = self.known.format.version(said).or_else(|| Version::read(said));
        let same = |tagged: &&Tagged| {
            tagged.tag == said || meant.as_ref().is_some_and(|meant| meant.same(&tagged.version))
        };
        let Some(found) = self.known.releases.commits.iter().find(same) else {
            return Err(self.unknown(said));
        };
        if self.known.releases.withdrawn.contains(&found.tag) {
            return Err(Refusal::unsafe_to(format!("{} was rolled back itself", found.version))
                .next_typed(self.without_to(), "goes back to the release before"));
        }
        if found.version.same(version) {
            return Err(Refusal::usage(format!("{version} is the release that is withdrawn")));
        }
        Ok(Some(found.clone()))
    }

    fn without_to(&self) -> String {
        let mut words = self.context.words.iter();
        let mut kept = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--to" => drop(words.next()),
                word if word.starts_with("--to=") => {}
                word => kept.push(word),
            }
        }
        kept.join(" ")
    }

    /// The nearest release that still stands, from a commit back.
    fn before(
        &self,
        commit: &Oid,
        question: Question<'_>,
        counts: &dyn Fn(&Tagged) -> bool,
    ) -> Result<Option<Tagged>, Refusal> {
        let commits = self.known.releases.standing().filter(|one| counts(one)).cloned().collect();
        let (tagged, withdrawn) = (Vec::new(), Vec::new());
        let releases = Releases { newest: None, tagged, commits, withdrawn };
        let scope = self.survey.scope(self.known);
        let asked = Asked { releases: &releases, question, scope };
        let seen = self.repo.seen_from(commit.clone());
        let range = seen.ranges(vec![asked], &self.survey.reading(self.repo)?)?.pop();
        Ok(range.and_then(|range| range.from))
    }

    /// Everything that is known of a release.
    ///
    /// # Errors
    /// Its tag is another one elsewhere, or another one than was released; it is nowhere; it has not
    /// left this machine; git fails.
    pub fn read(
        &self,
        version: Version,
        tag: String,
        to: Option<&str>,
    ) -> Result<Subject, Refusal> {
        let repo = self.repo;
        let name = format!("refs/tags/{tag}");
        let (here, there) = (repo.ref_at(&name)?, self.remote.and_then(|remote| remote.at(&name)));
        let record = self.records.iter().find(|record| record.tag == tag);
        let burned = repo.ref_at(&crate::flows::rollback::burned(&tag))?;
        self.one_tag(&tag, here.as_ref(), there.as_ref(), record)?;
        let recorded = record.map(|record| record.tag_object.clone());
        let object = here.clone().or_else(|| there.clone()).or(burned).or(recorded);
        let object = object.ok_or_else(|| self.unknown(&tag))?;
        let peeled = format!("{}^{{commit}}", object.as_str());
        let known = record.map(|record| record.commit.clone());
        let commit =
            repo.ref_at(&peeled)?.or(known).filter(|commit| repo.has(commit).unwrap_or_default());
        let Some(commit) = commit else {
            return Err(Refusal::usage(format!("the commit of {tag} is not here"))
                .why("Its tag is gone, and only its record tells of it.")
                .next("log --remote", "asks the remote for what it knows"));
        };
        let object = if repo.has(&object)? { object } else { commit.clone() };
        let (at, by) = match record {
            Some(record) => (record.at, record.by.name.clone()),
            None => self.made(&tag, &commit)?,
        };
        let previous = self.previous(&version, &commit, to)?;
        let (here, there) = (here.is_some(), there.is_some());
        let record = record.cloned();
        Ok(Subject { version, tag, object, commit, here, there, at, by, record, previous })
    }

    /// When a release was made, and by whom, as git alone tells it.
    fn made(&self, tag: &str, commit: &Oid) -> Result<(Timestamp, String), Refusal> {
        let (at, by) = self.repo.made_by(commit)?;
        let tagger = self.repo.tag(tag)?.and_then(|tag| tag.annotated).map(|made| made.tagger);
        let tagger = tagger.and_then(|who| Some(who.split_once(" <")?.0.to_owned()));
        Ok((Timestamp(at.unwrap_or_default()), tagger.unwrap_or(by)))
    }

    /// The tag is the same wherever it is, and the one that was released: names prove nothing.
    fn one_tag(
        &self,
        tag: &str,
        here: Option<&Oid>,
        there: Option<&Oid>,
        record: Option<&Record>,
    ) -> Result<(), Refusal> {
        let show = |id: &Oid| format!("git show --stat {}", id.as_str());
        if let (Some(here), Some(there), Some(remote)) = (here, there, self.remote)
            && here != there
        {
            return Err(Refusal::unsafe_to(format!("{tag} is another one on {}", remote.name()))
                .why(format!("It is {} here and {} there.", here.short(), there.short()))
                .why("Which of them was released cannot be proved, so neither is touched.")
                .next_shell(show(here), "shows the one that is here")
                .next_shell(show(there), "shows the other one"));
        }
        if let (Some(found), Some(record)) = (here.or(there), record)
            && *found != record.tag_object
        {
            let recorded = &record.tag_object;
            return Err(Refusal::unsafe_to(format!("{tag} is not the tag that was released"))
                .why(format!(
                    "It is {}, and the record of the release tells of {}.",
                    found.short(),
                    recorded.short()
                ))
                .next_shell(show(found), "shows the one that is there")
                .next(format!("log {}", word(tag)), "shows what was released"));
        }
        Ok(())
    }

    fn unknown(&self, said: &str) -> Refusal {
        const NAMED: usize = 6;
        let refusal = Refusal::usage(format!("no release {said} is known"));
        let tags = self.known.releases.commits.iter().rev().map(|one| one.tag.as_str());
        let tags: Vec<&str> = tags.take(NAMED).collect();
        let refusal = match tags.as_slice() {
            [] => refusal.why(match self.known.project.sites.is_empty() {
                true => "No tag is a release, neither here nor on the remote.".to_owned(),
                false => format!("{} has no release.", self.known.name()),
            }),
            tags => refusal.why(format!("The newest are {}.", tags.join(", "))),
        };
        refusal.next_shell("git tag --sort=-creatordate", "lists the tags")
    }
}
