//! What is signed: the version, its tag, and the commit that stands for it; or the release, when it is
//! out.

use super::Args;
use crate::cli::Context;
use crate::cli::check::next_version;
use crate::cli::project::{Known, Survey};
use crate::cli::record;
use crate::config::file::Procedure;
use crate::error::{Refusal, word};
use crate::flows::bump;
use crate::flows::words::Branches;
use crate::gates::Profile;
use crate::plan::Oid;
use crate::repo::{Destination, Listed, Repo, Stored, Wanted, of_releases};
use crate::signoff::Phase;
use crate::sys::proc::Interrupt;
use crate::version::Version;

/// What is signed, by whatever was found out about it.
pub(super) struct Subject {
    /// What the project is called.
    pub name: String,
    pub version: Version,
    pub tag: String,
    pub profile: Profile,
    /// The commit that people sign, or the one that was released.
    pub commit: Oid,
    /// Where it is: `origin/main`, `main`, `v1.3.0`.
    pub place: String,
    /// Whether the tag is there.
    pub released: bool,
    /// What the files of that commit say.
    pub survey: Survey,
}

/// The remote, and what it has.
pub(super) struct Remote {
    pub to: Destination,
    pub there: Listed,
}

impl Remote {
    /// Fetches everything that is known of releases; `None` where there is no remote.
    ///
    /// # Errors
    /// Several remotes and nothing says which; it does not answer.
    pub fn fetch(
        repo: &Repo,
        context: &Context,
        interrupt: &Interrupt,
    ) -> Result<Option<Self>, Refusal> {
        let configuration = repo.configuration()?;
        let Some(to) = repo.remote_to_push(&configuration, repo.branch().unwrap_or_default())?
        else {
            return Ok(None);
        };
        let all = || vec!["*".to_owned()];
        let own = of_releases();
        context.ui.progress(&format!("asking {} ...", to.name));
        crate::exec::after_killed_fetch(repo);
        let wanted = Wanted { branches: all(), tags: all(), own };
        let there = repo.fetch(&to.name, &wanted, interrupt)?.there;
        Ok(Some(Self { to, there }))
    }
}

/// A branch and where it is.
struct Tip {
    /// Its short name.
    name: String,
    commit: Oid,
}

/// The commit in question.
enum At {
    /// It was released with this tag.
    Tag(String, Oid),
    /// The tip of a branch, and how people know that.
    Branch(Tip, String),
}

impl Subject {
    /// Finds it: the release that is asked for by its version, or the one that is open, or the next, or
    /// the last where nothing has come since. Without a remote the branches here count.
    ///
    /// # Errors
    /// Several are open; there is no main branch; no version can be found; git fails.
    pub fn find(
        repo: &Repo,
        args: &Args,
        context: &Context,
        remote: Option<&Remote>,
    ) -> Result<Self, Refusal> {
        let asked = args.version.as_deref().map(Version::parse).transpose()?;
        let main = main(repo, context, remote)?;
        let survey = survey(repo, args, context, &main.commit)?;
        let found = Found { repo, remote, survey: &survey, asked: asked.as_ref() };
        if let Some((tag, commit)) = found.tagged()? {
            let survey = self::survey(repo, args, context, &commit)?;
            return Self::new(repo, context, survey, asked, At::Tag(tag, commit));
        }
        let (tip, prepared) = match found.open()? {
            Some((tip, version)) => (tip, Some(version)),
            None => (main, None),
        };
        if let Some((tag, commit, version)) = found.last(&tip, prepared.as_ref())? {
            let survey = self::survey(repo, args, context, &commit)?;
            return Self::new(repo, context, survey, Some(version), At::Tag(tag, commit));
        }
        let survey = match prepared {
            Some(_) => self::survey(repo, args, context, &tip.commit)?,
            None => survey,
        };
        let shown = match remote {
            Some(remote) => format!("{}/{}", remote.to.name, tip.name),
            None => tip.name.clone(),
        };
        Self::new(repo, context, survey, asked.or(prepared), At::Branch(tip, shown))
    }

    fn new(
        repo: &Repo,
        context: &Context,
        survey: Survey,
        version: Option<Version>,
        at: At,
    ) -> Result<Self, Refusal> {
        let (commit, place, branch) = match at {
            At::Tag(tag, commit) => (commit, tag, None),
            At::Branch(tip, shown) => (tip.commit, shown, Some(tip.name)),
        };
        let known = &survey.projects[0];
        let version = match version {
            Some(version) => Some(version),
            None => next_version(&repo.seen_from(commit.clone()), &survey, known)?,
        };
        let Some(version) = version else {
            return Err(Refusal::usage("nothing says which version is next")
                .why("No commit since the last release asks for one, and no file holds one.")
                .next_typed(format!("{} --version VERSION", context.command()), "says it"));
        };
        let style = bump::style(&survey.facts(known), &version);
        let version = version.spelled(&style).unwrap_or(version);
        let tag = tag(known, &version);
        let hotfixes = survey.settings.landing(Procedure::Hotfix).prepared().value;
        let likely = Profile::likely(branch.as_deref(), &hotfixes, Some(&version));
        let profile = match branch {
            None => released_as(repo, &tag)?.unwrap_or(likely),
            Some(_) => likely,
        };
        let folder = || repo.top.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = known.project.name.clone().or_else(folder).unwrap_or_default();
        let released = branch.is_none();
        Ok(Self { name, version, tag, profile, commit, place, released, survey })
    }

    /// The option that names the package, for a command to copy; empty where none is needed.
    pub fn option(&self) -> &str {
        &self.survey.projects[0].option
    }

    /// What a sign-off for it is about.
    pub fn phase(&self) -> Phase {
        if self.released { Phase::After } else { Phase::Before }
    }
}

/// What is known when a release is looked for.
struct Found<'f> {
    repo: &'f Repo,
    remote: Option<&'f Remote>,
    survey: &'f Survey,
    asked: Option<&'f Version>,
}

impl Found<'_> {
    /// The tag of the version that is asked for, and its commit, where it was released.
    fn tagged(&self) -> Result<Option<(String, Oid)>, Refusal> {
        let known = &self.survey.projects[0];
        let Some(version) = self.asked else { return Ok(None) };
        let own = known.releases.tagged.iter().find(|(_, tagged)| tagged.same(version));
        let Some((tag, _)) = own else { return Ok(None) };
        Ok(self.repo.named(tag)?.map(|commit| (tag.clone(), commit)))
    }

    /// The release that is out, where nobody names another one and main has nothing that would be one.
    fn last(
        &self,
        main: &Tip,
        prepared: Option<&Version>,
    ) -> Result<Option<(String, Oid, Version)>, Refusal> {
        let known = &self.survey.projects[0];
        let Some((tag, version)) = &known.releases.newest else { return Ok(None) };
        let seen = self.repo.seen_from(main.commit.clone());
        if self.asked.or(prepared).is_some() || next_version(&seen, self.survey, known)?.is_some() {
            return Ok(None);
        }
        let commit = known.releases.commits.iter().find(|tagged| tagged.tag == *tag);
        let commit = commit.and_then(|tagged| Oid::new(&tagged.commit));
        // Without a version in the files nothing says what the commits since would be.
        let held = bump::held(&known.project, &self.survey.files).unwrap_or_default();
        let commit = commit.filter(|commit| *commit == main.commit || !held.is_empty());
        Ok(commit.map(|commit| (tag.clone(), commit, version.clone())))
    }

    /// The release or hotfix branch that is open: on the remote where there is one, else here.
    fn open(&self) -> Result<Option<(Tip, Version)>, Refusal> {
        let known = &self.survey.projects[0];
        let tagged = |version: &Version| known.tagged.iter().any(|tagged| tagged.same(version));
        let mut open: Vec<(Tip, Version)> = Vec::new();
        for tip in self.branches()? {
            let Some(version) = self.prepares(&tip.name) else { continue };
            let wanted = self.asked.is_none_or(|asked| asked.same(&version));
            if wanted && !tagged(&version) {
                open.push((tip, version));
            }
        }
        if open.len() < 2 {
            return Ok(open.pop());
        }
        let refusal = Refusal::usage("several releases are open; say which one you sign");
        let line = |(tip, _): &(Tip, Version)| format!("{} at {}", tip.name, tip.commit.short());
        let refusal = open.iter().map(line).fold(refusal, Refusal::why);
        Err(open.iter().fold(refusal, |refusal, (_, version)| {
            refusal.next(format!("sign --version {version}"), "")
        }))
    }

    /// The version that a branch prepares.
    fn prepares(&self, branch: &str) -> Option<Version> {
        let known = &self.survey.projects[0];
        let newest = known.releases.newest.as_ref().map(|(_, version)| version.clone());
        let some = newest.or_else(|| Version::read("0.1.0"))?;
        let style = bump::style(&self.survey.facts(known), &some);
        let name = known.project.name.as_deref();
        [Procedure::Release, Procedure::Hotfix].iter().find_map(|procedure| {
            let template = self.survey.settings.landing(*procedure).prepared().value;
            let (tags, package) = (&known.format, name);
            Branches { template: &template, tags, name, package, style }.version(branch)
        })
    }

    fn branches(&self) -> Result<Vec<Tip>, Refusal> {
        const HEADS: &str = "refs/heads/";
        if let Some(remote) = self.remote {
            let all = remote.there.below(HEADS);
            let tip = |(name, commit): (&str, &Oid)| {
                Some(Tip { name: name.strip_prefix(HEADS)?.to_owned(), commit: commit.clone() })
            };
            return Ok(all.filter_map(tip).collect());
        }
        let names = self.repo.refs(&[HEADS])?;
        let at = self.repo.refs_at(names.iter().map(String::as_str))?;
        let tip = |name: &String| {
            let commit = at.get(name)?.clone();
            Some(Tip { name: name.strip_prefix(HEADS)?.to_owned(), commit })
        };
        Ok(names.iter().filter_map(tip).collect())
    }
}

/// The tag that a version will have.
fn tag(known: &Known, version: &Version) -> String {
    let own = known.releases.tagged.iter().find(|(_, tagged)| tagged.same(version));
    let newest = known.releases.newest.as_ref();
    let newest = newest.map(|(tag, version)| (tag.as_str(), version));
    own.map_or_else(|| known.format.tag(version, newest), |(tag, _)| tag.clone())
}

/// The kind of release that a tag is, as its record says.
fn released_as(repo: &Repo, tag: &str) -> Result<Option<Profile>, Refusal> {
    Ok(record::known(repo, tag)?.and_then(|record| Profile::named(&record.profile)))
}

/// What the files of a commit say of the project that is meant.
fn survey(repo: &Repo, args: &Args, context: &Context, commit: &Oid) -> Result<Survey, Refusal> {
    let tree = Stored::in_commit(&repo.git, commit)?
        .ok_or_else(|| Refusal::external(format!("git cannot read {}", commit.short())))?;
    let names: Vec<String> = args.package.iter().cloned().collect();
    let seen = repo.seen_from(commit.clone());
    let survey = Survey::read_in(&seen, &tree, &names, &context.command())?;
    match survey.projects.len() {
        1 => Ok(survey),
        _ => Err(Refusal::usage("several packages are no one release; name one with -p")),
    }
}

/// The main branch on the remote, where there is one, else here.
fn main(repo: &Repo, context: &Context, remote: Option<&Remote>) -> Result<Tip, Refusal> {
    let configuration = repo.configuration()?;
    let at = |branch: &str| {
        let full = format!("refs/heads/{branch}");
        match remote {
            Some(remote) => Ok(remote.there.get(&full).cloned()),
            None => repo.ref_at(&full),
        }
    };
    let found = crate::config::Projects::new(&crate::repo::WorkTree::new(repo)?)?.settings;
    let said = found.branches.main.as_ref().map(|said| said.value.as_str());
    let name = repo.main(&configuration, said)?.map(|main| main.name);
    let here = || repo.branch().map(str::to_owned);
    let Some(name) = name.or_else(here) else {
        return Err(Refusal::usage("nothing says which branch is main")
            .why("[branches] main in gonogo.toml can say it.")
            .next_shell("git remote set-head origin --auto", "asks the remote"));
    };
    if let Some(commit) = at(&name)? {
        return Ok(Tip { name, commit });
    }
    let refusal = Refusal::usage(format!(
        "{} does not have {name}",
        match remote {
            Some(remote) => remote.to.name.as_str(),
            None => "this clone",
        }
    ));
    let refusal = refusal.why("What nobody else can see cannot be signed for others.");
    Err(match remote {
        Some(remote) => refusal
            .next_shell(format!("git push {} {}", word(&remote.to.name), word(&name)), "")
            .next_typed(format!("{} --no-push", context.command()), "keeps it here"),
        None => refusal.next_shell("git branch -a", "lists the branches"),
    })
}
