//! What is to be tagged: a commit, the project as its files say it is, the version, the name.

use std::path::Path;

use super::super::Context;
use super::super::project::{Known, Survey};
use super::make::Args;
use crate::config::changelog::{self, Place};
use crate::error::{Refusal, word};
use crate::flows::bump;
use crate::flows::tag::{Section, places, section};
use crate::flows::words;
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::repo::{Repo, Room, Stored, Tag};
use crate::sites::File;
use crate::version::Version;

/// A commit and everything that its tag says.
pub(super) struct Candidate {
    pub commit: Oid,
    /// The repository with its history as the commit has it.
    pub seen: Repo,
    /// The branch (short name) that the commit is on here: the one that was named, or that of HEAD.
    pub branch: Option<String>,
    /// With exactly one project.
    pub survey: Survey,
    changelog: Option<File>,
    pub version: Version,
    /// What the tag is called.
    pub name: String,
}

impl Candidate {
    /// Reads it, and checks that its files hold the version.
    ///
    /// # Errors
    /// No such commit or package; version files that disagree with each other or with what was
    /// asked for; no version at all; a name that git does not take; git fails.
    pub fn read(repo: &Repo, args: &Args, context: &Context) -> Result<Self, Refusal> {
        let commit = commit(repo, args.at.as_deref())?;
        let branch = branch(repo, args.at.as_deref(), &commit)?;
        let seen = repo.seen_from(commit.clone());
        let tree = Stored::in_commit(&repo.git, &commit)?
            .ok_or_else(|| Refusal::external(format!("git cannot read {}", commit.short())))?;
        let packages: Vec<String> = args.package.iter().cloned().collect();
        let survey = Survey::read_in(&seen, &tree, &packages, &context.command())?;
        let [known] = survey.projects.as_slice() else {
            return Err(several(&survey));
        };
        let found = changelog::find(&tree, &survey.settings, &known.project, survey.among)?;
        let changelog = match found {
            Place::There(file) => Some(file),
            Place::Missing(_) => None,
        };
        let asked = Asked { repo, commit: &commit, survey: &survey, known };
        let version = asked.version(args.version.as_deref())?;
        let name = name(known, &version)?;
        Ok(Self { commit, seen, branch, survey, changelog, version, name })
    }

    /// The project that is tagged.
    pub fn known(&self) -> &Known {
        &self.survey.projects[0]
    }

    /// The tag of this name, if it is there and on this commit.
    ///
    /// # Errors
    /// It is on another one; a new tag has no room; git fails.
    pub fn standing(&self, repo: &Repo) -> Result<Option<Tag>, Refusal> {
        let name = &self.name;
        match repo.tag(name)? {
            Some(tag) if tag.commit.as_ref() == Some(&self.commit) => Ok(Some(tag)),
            Some(tag) => Err(self.elsewhere(repo, &tag)?),
            None => self.no_room(&repo.room_for_tag(name)?).map_or(Ok(None), Err),
        }
    }

    fn elsewhere(&self, repo: &Repo, tag: &Tag) -> Result<Refusal, Refusal> {
        let Self { name, commit, .. } = self;
        let refusal = Refusal::unsafe_to(format!("{name} is there already, on another commit"));
        let refusal = match &tag.commit {
            Some(other) => {
                refusal.why(format!("It is on {} ({}).", other.short(), repo.subject(other)?))
            }
            None => refusal.why("It names no commit at all."),
        };
        let here = format!("This is {} ({}).", commit.short(), repo.subject(commit)?);
        let refusal = refusal.why(here).why("A tag is never moved: somebody may have it.");
        let refusal = self.uncommitted(repo)?.into_iter().fold(refusal, Refusal::why);
        let what_for = "or minor, major: what comes next needs a version of its own";
        Ok(refusal
            .next(format!("bump patch{}", self.known().option), what_for)
            .next_shell(format!("git show --no-patch {}", word(name)), "shows what is there"))
    }

    fn no_room(&self, room: &Room) -> Option<Refusal> {
        let name = &self.name;
        let option = &self.known().option;
        Some(match room {
            Room::Free | Room::Taken => return None,
            Room::NoName => Refusal::usage(format!("git takes no tag of the name {name}"))
                .why("[tag] format in gonogo.toml says how tags are called.")
                .next("schema", "describes every table and key"),
            Room::RolledBack => Refusal::unsafe_to(format!("{name} was released and rolled back"))
                .why("The version is burned: somebody may have it.")
                .next(format!("bump patch --next{option}"), "takes the next number"),
            Room::Blocked(other) => {
                let other = other.trim_start_matches("refs/tags/");
                Refusal::unsafe_to(format!("the tag {other} leaves no room for {name}"))
                    .why("git keeps refs like files and folders.")
                    .next_shell(format!("git show --no-patch {}", word(other)), "shows it")
            }
        })
    }

    /// Its changelog has what a release needs.
    ///
    /// # Errors
    /// It has not, or cannot be read.
    pub fn told(&self, repo: &Repo) -> Result<(), Refusal> {
        let section = section(self.changelog.as_ref(), &self.version, &self.survey.settings)?;
        let Section::Wrong(wrong) = section else { return Ok(()) };
        let refusal = wrong.refusal(&self.known().option);
        Err(self.uncommitted(repo)?.into_iter().fold(refusal, Refusal::why))
    }

    /// That the work tree has more to say than the commit, where that is HEAD.
    fn uncommitted(&self, repo: &Repo) -> Result<Option<String>, Refusal> {
        let changelog = self.changelog.iter().map(|file| &file.path);
        let paths: Vec<&RepoPath> = self.survey.files.keys().chain(changelog).collect();
        uncommitted(repo, &self.commit, &paths)
    }
}

/// What the version is asked of.
struct Asked<'a> {
    repo: &'a Repo,
    commit: &'a Oid,
    survey: &'a Survey,
    known: &'a Known,
}

impl Asked<'_> {
    /// The version, as the repository spells it: that in the files, which must agree with `given`.
    fn version(&self, given: Option<&str>) -> Result<Version, Refusal> {
        let Self { survey, known, .. } = self;
        let held = bump::held(&known.project, &survey.files)?;
        let version = match (given, held.first()) {
            (Some(text), _) => parsed(text, known)?,
            (None, Some((_, first))) => first.clone(),
            (None, None) => return Err(unknown(known)),
        };
        let differing: Vec<_> = held.iter().filter(|(_, said)| !said.same(&version)).collect();
        if differing.is_empty() {
            return version.spelled(&bump::style(&survey.facts(known), &version));
        }
        let commit = self.commit.short();
        let paths: Vec<&RepoPath> = survey.files.keys().collect();
        let uncommitted = uncommitted(self.repo, self.commit, &paths)?;
        let option = &known.option;
        let (what, told, next) = if given.is_some() {
            let what = format!("the version at {commit} is not {version}");
            let told = places(differing.into_iter(), &survey.files);
            (what, told, (format!("bump {version} --commit{option}"), "sets it and commits that"))
        } else {
            let what = format!("the version files at {commit} disagree");
            let told = places(held.iter(), &survey.files);
            (what, told, ("status".to_owned(), "shows every version file and how to mend it"))
        };
        let refusal = told.into_iter().take(8).fold(Refusal::unsafe_to(what), Refusal::why);
        let refusal = uncommitted.into_iter().fold(refusal, Refusal::why);
        Err(refusal.why("Nothing was tagged.").next(next.0, next.1))
    }
}

/// A version, or the name of a tag that releases one.
fn parsed(text: &str, known: &Known) -> Result<Version, Refusal> {
    match Version::read(text).or_else(|| known.format.version(text)) {
        Some(version) => Ok(version),
        None => Version::parse(text),
    }
}

fn unknown(known: &Known) -> Refusal {
    let refusal = Refusal::usage(format!("no file holds the version of {}", known.name()));
    let refusal = match &known.project.vcs {
        Some(tool) => {
            refusal.why(format!("{} takes it from git tags with {tool}.", known.project.manifest))
        }
        None => refusal,
    };
    let newest = known.releases.newest.as_ref();
    let refusal = match newest {
        Some((tag, _)) => refusal.why(format!("The newest release is {tag}.")),
        None => refusal,
    };
    refusal.next("tag VERSION", "says it")
}

/// What the tag is called: as it is, where the version has one, else as the format says.
fn name(known: &Known, version: &Version) -> Result<String, Refusal> {
    let newest = known.releases.newest.as_ref();
    let newest = newest.map(|(tag, version)| (tag.as_str(), version));
    let usual = known.format.tag(version, newest);
    let mut tagged = known.releases.tagged.iter();
    let other = tagged.find(|(_, tagged)| tagged.same(version)).map(|(tag, _)| tag);
    let is_there = known.releases.tagged.iter().any(|(tag, _)| *tag == usual);
    let name = other.filter(|_| !is_there).cloned().unwrap_or(usual);
    words::allowed("tag", &name)?;
    Ok(name)
}

fn commit(repo: &Repo, at: Option<&str>) -> Result<Oid, Refusal> {
    match at {
        Some(at) => repo.named(at)?.ok_or_else(|| {
            Refusal::usage(format!("there is no commit {at}"))
                .next_shell("git log --oneline", "lists those of this branch")
        }),
        None => repo.head.commit().cloned().ok_or_else(|| {
            Refusal::unsafe_to("there is no commit yet to tag")
                .next_shell("git commit", "makes the first one")
        }),
    }
}

/// The branch whose commit it is: the one that was named, else the current one if it has it.
fn branch(repo: &Repo, at: Option<&str>, commit: &Oid) -> Result<Option<String>, Refusal> {
    if let Some(at) = at
        && repo.ref_at(&format!("refs/heads/{at}"))?.is_some()
    {
        return Ok(Some(at.to_owned()));
    }
    let (Some(branch), Some(head)) = (repo.branch(), repo.head.commit()) else { return Ok(None) };
    let is_on = head == commit || repo.is_ancestor(commit, head)?;
    Ok(is_on.then(|| branch.to_owned()))
}

fn uncommitted(repo: &Repo, commit: &Oid, paths: &[&RepoPath]) -> Result<Option<String>, Refusal> {
    if repo.head.commit() != Some(commit) {
        return Ok(None);
    }
    let changed = repo.status()?.changed;
    let mut own = changed
        .iter()
        .filter(|changed| paths.iter().any(|path| Path::new(path.as_str()) == *changed));
    let Some(first) = own.next() else { return Ok(None) };
    let more = if own.next().is_some() { " (and others)" } else { "" };
    Ok(Some(format!(
        "{}{more} has changes that are not committed; a tag is of a commit.",
        first.display()
    )))
}

fn several(survey: &Survey) -> Refusal {
    let names: Vec<&str> = survey.projects.iter().map(Known::called).collect();
    Refusal::usage("a tag is about one package")
        .why(format!("These are {}.", names.join(", ")))
        .next("tag --help", "shows what it takes")
}
