//! What `bump` and `status` know before they plan: one read pass over the repository.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::config::file::Settings;
use crate::config::{Broken, Package, Project, Projects};
use crate::error::{Refusal, word};
use crate::flows::bump::Facts;
use crate::path::RepoPath;
use crate::repo::{Releases, Repo, WorkTree};
use crate::sites::Tree;
use crate::version::Version;

/// One project with its releases.
pub(super) struct Known {
    pub project: Project,
    pub releases: Releases,
    pub tagged: Vec<Version>,
    /// The option that chooses it, ` -p NAME`, for a command to copy; empty when none is needed.
    pub option: String,
}

/// What was read of a repository.
pub(super) struct Survey {
    /// At least one, unless every one of several is broken.
    pub projects: Vec<Known>,
    /// The bytes of every version file.
    pub files: BTreeMap<RepoPath, Rc<[u8]>>,
    /// Folders of packages that cannot be read, and why.
    pub broken: Vec<Broken>,
    /// What gonogo.toml says.
    pub settings: Settings,
    /// The names of all packages, where some of them are chosen: their commits are told apart.
    pub packages: Option<Vec<String>>,
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
        let tree = WorkTree::new(repo)?;
        let projects = Projects::new(&tree)?;
        if names.is_empty() {
            return match projects.top()? {
                Some(project) => Self::of(repo, &tree, projects, vec![project], Vec::new()),
                None => Self::sole(repo, &tree, projects, command),
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
        let survey = Self::of(repo, &tree, projects, chosen, Vec::new())?;
        Ok(Self { packages: Some(names), ..survey })
    }

    /// The project at the top, or every package when there is none or several are configured.
    ///
    /// # Errors
    /// No version anywhere, a root manifest that cannot be read, git fails.
    pub fn whole(repo: &Repo) -> Result<Self, Refusal> {
        let tree = WorkTree::new(repo)?;
        let projects = Projects::new(&tree)?;
        let (found, broken) = projects.whole()?;
        if found.is_empty() && broken.is_empty() {
            return Err(projects.nothing()?);
        }
        Self::of(repo, &tree, projects, found, broken)
    }

    /// The only package, where nothing lies at the top.
    fn sole(
        repo: &Repo,
        tree: &WorkTree<'_>,
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
        tree: &WorkTree<'_>,
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
        let known = found.into_iter().zip(releases).map(|(project, releases)| {
            let tagged = releases.versions();
            let option = projects.choice(&project);
            let option = option.map_or_else(String::new, |name| format!(" -p {}", word(name)));
            Known { project, releases, tagged, option }
        });
        let known = known.collect();
        let settings = projects.settings;
        Ok(Self { projects: known, files, broken, settings, packages: None })
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
