//! What `bump` and `status` know before they plan: one read pass over the repository.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::changelog::Changelog;
use crate::config::changelog::{Among, Place};
use crate::config::file::Settings;
use crate::config::{Broken, Package, Project, Projects};
use crate::error::{Refusal, word};
use crate::flows::bump::{self, Facts};
use crate::history::{Judge, Scope, Types};
use crate::path::RepoPath;
use crate::plan::{Oid, Sign};
use crate::repo::{Reading, Releases, Repo, WorkTree};
use crate::sites::{Source, Tree};
use crate::version::{How, TagFormat, Version, Withdrawn};

/// One project with its releases.
pub(super) struct Known {
    pub project: Project,
    pub releases: Releases,
    pub tagged: Vec<Version>,
    /// Those among them that were taken back and have no tag, where somebody has looked for them.
    pub withdrawn: Vec<Withdrawn>,
    /// Which tags are its releases.
    pub format: TagFormat,
    /// The option that chooses it, ` -p NAME`, for a command to copy; empty when none is needed.
    pub option: String,
}

/// The bytes of version files.
type Files = BTreeMap<RepoPath, Rc<[u8]>>;

/// What was read of a repository.
pub(super) struct Survey {
    /// At least one, unless every one of several is broken.
    pub projects: Vec<Known>,
    /// The bytes of every version file.
    pub files: Files,
    /// Folders of packages that cannot be read, and why.
    pub broken: Vec<Broken>,
    /// What gonogo.toml says.
    pub settings: Settings,
    /// The names of all packages, where some of them are chosen: their commits are told apart.
    pub packages: Option<Vec<String>>,
    /// Whether there are packages beside a project, as far as they were looked for.
    pub among: Among,
}

/// Whether tags are signed, and the setting that says so.
pub(super) struct Signing {
    pub sign: Sign,
    pub setting: &'static str,
}

impl Signing {
    /// The same, once a signature was made where one is asked for: a missing key is found before
    /// anything changes.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn tried(&self, repo: &Repo) -> Result<Sign, Refusal> {
        if self.sign == Sign::Yes {
            repo.signing_works("tags", self.setting)?;
        }
        Ok(self.sign)
    }
}

/// So many packages are named in a refusal.
const NAMED: usize = 6;

impl Survey {
    /// The packages of these names, or the project of the repository when none is named; `command`
    /// is what was typed, to be suggested with a package.
    ///
    /// # Errors
    /// No such package; none is named and there are several; a manifest of theirs that cannot be
    /// read; git fails.
    pub fn chosen(repo: &Repo, names: &[String], command: &str) -> Result<Self, Refusal> {
        Self::chosen_in(repo, &WorkTree::new(repo)?, names, command)
    }

    /// The same of the files in `tree`.
    ///
    /// # Errors
    /// Those of [`Self::chosen`].
    pub fn chosen_in(
        repo: &Repo,
        tree: &dyn Tree,
        names: &[String],
        command: &str,
    ) -> Result<Self, Refusal> {
        let projects = Projects::new(tree)?;
        if names.is_empty() {
            return match projects.top()? {
                Some(project) => Self::of(repo, tree, projects, vec![project], Vec::new()),
                None => Self::sole(repo, tree, projects, command),
            };
        }
        let mut chosen = Vec::new();
        let meant = names.iter().any(|name| !name.contains(['*', '?']));
        let packages = projects.packages()?;
        for package in packages.choose(names)? {
            match projects.of(package)? {
                Some(project) => chosen.push(project),
                None if meant => return Err(without_version(package)),
                // What a pattern happens to match need not have a version.
                None => {}
            }
        }
        if chosen.is_empty() {
            return Err(Refusal::usage(format!("no package {} has a version", names.join(", "))));
        }
        let names = packages.found.iter().map(|package| package.name.clone()).collect();
        let survey = Self::of(repo, tree, projects, chosen, Vec::new())?;
        Ok(Self { packages: Some(names), ..survey })
    }

    /// The same for what only reads: a repository without any version file is one project, too, and
    /// its tags say its versions.
    ///
    /// # Errors
    /// Those of [`Self::chosen`], but for a repository without a version.
    pub fn read(repo: &Repo, names: &[String], command: &str) -> Result<Self, Refusal> {
        Self::read_in(repo, &WorkTree::new(repo)?, names, command)
    }

    /// The same of other files than those of the work tree: of a commit, with `repo` seen from it.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn read_in(
        repo: &Repo,
        tree: &dyn Tree,
        names: &[String],
        command: &str,
    ) -> Result<Self, Refusal> {
        let projects = Projects::new(tree)?;
        if names.is_empty() && projects.top()?.is_none() {
            let (found, broken) = projects.all()?;
            if found.is_empty() && broken.is_empty() {
                let project = projects.without_files();
                return Self::of(repo, tree, projects, vec![project], Vec::new());
            }
        }
        Self::chosen_in(repo, tree, names, command)
    }

    /// The project at the top, or every package when there is none or several are configured.
    ///
    /// # Errors
    /// No version anywhere, a root manifest that cannot be read, git fails.
    pub fn whole(repo: &Repo) -> Result<Self, Refusal> {
        match Self::any(repo)? {
            Some(survey) => Ok(survey),
            None => Err(Projects::new(&WorkTree::new(repo)?)?.nothing()?),
        }
    }

    /// The same, `None` where no version is written.
    ///
    /// # Errors
    /// A root manifest that cannot be read, git fails.
    pub fn any(repo: &Repo) -> Result<Option<Self>, Refusal> {
        Self::any_in(repo, &WorkTree::new(repo)?)
    }

    /// The same of the files in `tree`.
    ///
    /// # Errors
    /// Those of [`Self::any`].
    pub fn any_in(repo: &Repo, tree: &dyn Tree) -> Result<Option<Self>, Refusal> {
        let projects = Projects::new(tree)?;
        let (found, broken) = projects.whole()?;
        if found.is_empty() && broken.is_empty() {
            return Ok(None);
        }
        Self::of(repo, tree, projects, found, broken).map(Some)
    }

    /// The only package, where nothing lies at the top.
    fn sole(
        repo: &Repo,
        tree: &dyn Tree,
        projects: Projects<'_>,
        command: &str,
    ) -> Result<Self, Refusal> {
        let (found, mut broken) = projects.all()?;
        match (found.as_slice(), broken.pop()) {
            ([], None) => Err(projects.nothing()?),
            ([], Some(first)) => Err(first.refusal),
            ([_], None) => Self::of(repo, tree, projects, found, Vec::new()),
            (several, broken) => Err(choose_one(&projects, several, broken, command)),
        }
    }

    fn of(
        repo: &Repo,
        tree: &dyn Tree,
        projects: Projects<'_>,
        found: Vec<Project>,
        broken: Vec<Broken>,
    ) -> Result<Self, Refusal> {
        let mut files = BTreeMap::new();
        let paths =
            found.iter().flat_map(|project| project.sites.chunk_by(|a, b| a.path == b.path));
        for path in paths.map(|sites| &sites[0].path) {
            if files.contains_key(path) {
                continue;
            }
            if let Some(file) = tree.read(path)? {
                files.insert(path.clone(), file.bytes);
            }
        }
        let formats = found.iter().map(|project| projects.tag_format(project));
        let formats = formats.collect::<Result<Vec<_>, Refusal>>()?;
        let releases = Releases::read_all(repo, &formats, &projects.settings.tag.ignore)?;
        let known = found.into_iter().zip(releases.into_iter().zip(formats));
        let known = known.map(|(project, (releases, format))| {
            let tagged = releases.versions();
            let option = projects.choice(&project);
            let option = option.map_or_else(String::new, |name| format!(" -p {}", word(name)));
            Known { project, releases, tagged, withdrawn: Vec::new(), format, option }
        });
        let (known, among) = (known.collect(), projects.among());
        let settings = projects.settings;
        Ok(Self { projects: known, files, broken, settings, packages: None, among })
    }

    /// Which commits are told of, and where.
    pub fn judge(&self) -> Judge {
        let changelog = &self.settings.changelog;
        let types = changelog.types.iter().map(|(name, section)| (name.as_str(), section.as_str()));
        Judge::new(Types::with(types), &changelog.bots)
    }

    /// How the commits of a range are read here.
    ///
    /// # Errors
    /// `baseline` is no tag and no commit; git fails.
    pub fn reading(&self, repo: &Repo) -> Result<Reading, Refusal> {
        Ok(Reading { judge: self.judge(), oldest: self.baseline(repo)? })
    }

    /// The commit that `baseline` of gonogo.toml means.
    ///
    /// # Errors
    /// There is no such tag or commit; git fails.
    pub fn baseline(&self, repo: &Repo) -> Result<Option<Oid>, Refusal> {
        let Some(said) = &self.settings.baseline else { return Ok(None) };
        let refusal = || {
            let refusal = Refusal::usage(format!("there is no tag or commit {}", said.value));
            self.settings.pointed(refusal, said.at).next_shell("git tag", "lists the tags")
        };
        repo.named(&said.value)?.map(Some).ok_or_else(refusal)
    }

    /// Whether tags are signed here.
    ///
    /// # Errors
    /// git fails.
    pub fn signing(&self, repo: &Repo) -> Result<Signing, Refusal> {
        let (sign, setting) = match &self.settings.tag.sign {
            Some(said) => (said.value, "[tag] sign"),
            None => (repo.config_bool("tag.gpgSign")?, "tag.gpgSign"),
        };
        Ok(Signing { sign: if sign { Sign::Yes } else { Sign::No }, setting })
    }

    /// Which commits are a project's: only where packages were chosen by name are those of others
    /// left out.
    pub fn scope(&self, known: &Known) -> Scope {
        let Some(packages) = &self.packages else { return Scope::default() };
        let name = known.project.name.clone();
        let others = packages.iter().filter(|other| name.as_ref() != Some(other)).cloned();
        Scope { folder: known.project.folder.clone(), others: others.collect(), name }
    }

    /// What the planner needs to know of one project.
    pub fn facts<'s>(&'s self, known: &'s Known) -> Facts<'s> {
        Facts {
            project: &known.project,
            files: &self.files,
            released: known.releases.newest.as_ref().map(|(tag, version)| (tag.as_str(), version)),
            tagged: &known.tagged,
        }
    }
}

impl Known {
    /// What to call it.
    pub fn name(&self) -> &str {
        self.project.name.as_deref().unwrap_or("this project")
    }

    /// Takes into account what the changelog marks as withdrawn: those versions are taken, and what they
    /// brought is told of again.
    pub fn withdraw(&mut self, place: &Place) {
        let rolled_back = self.releases.withdrawn.iter().filter_map(|tag| self.format.version(tag));
        self.withdrawn =
            rolled_back.map(|version| Withdrawn { version, how: How::RolledBack }).collect();
        let Place::There(file) = place else { return };
        let Ok(changelog) = Changelog::parse(Source::from(file)) else { return };
        let yanked = changelog.releases().filter(|(_, release)| release.yanked.is_some());
        let yanked: Vec<&Version> = yanked.map(|(_, release)| &release.version).collect();
        self.releases.withdraw(yanked.iter().copied());
        let known = self.withdrawn.len();
        for version in &yanked {
            if !self.withdrawn[..known].iter().any(|one| one.version.same(version)) {
                let version = Version::clone(version);
                self.withdrawn.push(Withdrawn { version, how: How::Yanked });
            }
        }
        let new = |version: &&Version| !self.tagged.iter().any(|tagged| tagged.same(version));
        let new: Vec<Version> = yanked.into_iter().filter(new).cloned().collect();
        self.tagged.extend(new);
    }

    /// Counts on from a release that was rolled back and whose tag is gone, where the files still hold
    /// it: the next version is above it.
    ///
    /// # Errors
    /// git fails.
    pub fn count_on(&mut self, repo: &Repo, files: &Files) -> Result<(), Refusal> {
        let Some(head) = repo.head.commit() else { return Ok(()) };
        let held = bump::held(&self.project, files).unwrap_or_default();
        let is_held = |version: &Version| held.first().is_none_or(|(_, own)| own.same(version));
        for tagged in self.releases.commits.iter().filter(|tagged| is_held(&tagged.version)) {
            let newest = self.releases.newest.as_ref();
            let above = newest.is_none_or(|(_, newest)| newest.precedes(&tagged.version));
            let Some(commit) = Oid::new(&tagged.commit).filter(|_| above) else { continue };
            if self.releases.withdrawn.contains(&tagged.tag) && repo.is_ancestor(&commit, head)? {
                self.releases.newest = Some((tagged.tag.clone(), tagged.version.clone()));
            }
        }
        Ok(())
    }

    /// Its name, or its folder where it has none: what tells it from the others.
    pub fn called(&self) -> &str {
        self.project.name.as_deref().unwrap_or(&self.project.folder)
    }
}

fn without_version(package: &Package) -> Refusal {
    Refusal::usage(format!("the package {} has no version", package.name))
        .why(format!("The manifest in {}/ says none.", package.folder))
}

fn choose_one(
    projects: &Projects<'_>,
    found: &[Project],
    broken: Option<Broken>,
    command: &str,
) -> Refusal {
    let refusal = Refusal::usage("there are several packages, so say which one with -p");
    let name = |project: &Project| project.name.clone().unwrap_or_else(|| project.folder.clone());
    let names: Vec<String> = found.iter().take(NAMED).map(name).collect();
    let more = match found.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = found.first().and_then(|first| projects.choice(first));
    let first = first.map(|name| format!("{command} -p {}", word(name)));
    let refusal = match broken {
        Some(Broken { folder, refusal: why }) => refusal
            .why(format!("They are {}{more}, and those that cannot be read:", names.join(", ")))
            .why(format!("{folder} ({}).", why.what)),
        None => refusal.why(format!("They are {}{more}.", names.join(", "))),
    };
    first.into_iter().fold(refusal, |refusal, first| refusal.next_typed(first, "for one of them"))
}
