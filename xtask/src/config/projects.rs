//! From a repository to its projects: what is detected and what gonogo.toml adds.

use std::cell::OnceCell;

use super::changelog::Among;
use super::declared;
use super::detect::{self, Memo, View};
use super::file::{Declared, PackageTable, Settings};
use super::scan::{Called, Scan, is_related, scan};
use super::{Broken, Package, Packages, Project, Sites};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::{File, Role, Site, Tree, doc};
use crate::version::{TagFormat, normal};

/// The configuration, at the top of a repository.
const FILE: &str = "gonogo.toml";

/// The projects of a repository, found when they are asked for.
pub struct Projects<'a> {
    tree: &'a dyn Tree,
    pub settings: Settings,
    memo: Memo,
    packages: OnceCell<Packages>,
}

impl<'a> Projects<'a> {
    /// Those of the files in `tree`, as its gonogo.toml says.
    ///
    /// # Errors
    /// A gonogo.toml that cannot be read or says something wrong.
    pub fn new(tree: &'a dyn Tree) -> Result<Self, Refusal> {
        let file = match RepoPath::new(FILE) {
            Some(path) => tree.read(&path)?,
            None => None,
        };
        let settings = Settings::read(file.as_ref())?;
        Ok(Self { tree, settings, memo: Memo::default(), packages: OnceCell::new() })
    }

    /// The project at the top, or in the folder of the manifest that is configured as the source;
    /// `None` when nothing there says a version.
    ///
    /// # Errors
    /// A manifest that cannot be read or names a file that is not there, a declared version file
    /// that is not as declared.
    pub fn top(&self) -> Result<Option<Project>, Refusal> {
        if !self.settings.package.is_empty() {
            self.packages()?;
        }
        let version = &self.settings.version;
        let source = version.source.as_ref().map(|said| &said.value);
        let elsewhere = source.filter(|path| detect::MANIFESTS.contains(&path.name()));
        let folder = elsewhere.map_or("", |path| path.folder());
        let table = self.table_of_top();
        let more = table.map_or(&[][..], |table| &table.files);
        let wish = Wish {
            folder,
            base: "",
            ignore: table.map_or(&[], |table| &table.ignore),
            lead: source,
            declared: version.files.iter().chain(more).collect(),
        };
        let Some(mut project) = self.assemble(&wish)? else { return Ok(None) };
        self.must_be_whose(&project)?;
        if let Some(name) = &self.settings.name {
            project.name = Some(name.value.clone());
        }
        self.put_first(&mut project)?;
        // Wherever its manifest lies, nothing has to be said to choose it.
        project.folder = String::new();
        Ok(Some(project))
    }

    /// Every package of the repository, that at the top included.
    ///
    /// # Errors
    /// The repository cannot be listed, a `[package.X]` for a package that is not there.
    pub fn packages(&self) -> Result<&Packages, Refusal> {
        if let Some(known) = self.packages.get() {
            return Ok(known);
        }
        let ignore = &self.settings.version.ignore;
        let tree = Unignored { tree: self.tree, ignore, own: &[], folder: "" };
        let mut packages = Packages::read(&tree, &self.memo, |folder| self.is_wanted(folder))?;
        if let Some(name) = &self.settings.name
            && let Some(top) = packages.found.iter_mut().find(|p| p.folder.is_empty())
        {
            top.name.clone_from(&name.value);
        }
        for table in &self.settings.package {
            let mut found = packages.found.iter();
            let found = found.any(|p| table.is_of(Some(&p.name), &p.folder));
            // What cannot be read may be the one that is meant.
            if !found && packages.broken.is_empty() {
                let refusal = packages.unknown(&table.name.value);
                return Err(self.settings.pointed(refusal, table.name.at));
            }
        }
        Ok(self.packages.get_or_init(|| packages))
    }

    /// The project of a package; `None` when nothing there says a version.
    ///
    /// # Errors
    /// As those of [`Self::top`].
    pub fn of(&self, package: &Package) -> Result<Option<Project>, Refusal> {
        if package.folder.is_empty() {
            return self.top();
        }
        let table = self.settings.table_of(Some(&package.name), &package.folder);
        let wish = Wish {
            folder: &package.folder,
            base: &package.folder,
            ignore: table.map_or(&[], |table| &table.ignore),
            lead: None,
            declared: table.map_or(&[][..], |table| &table.files).iter().collect(),
        };
        let project = self.assemble(&wish)?;
        Ok(project.map(|project| Project { name: Some(package.name.clone()), ..project }))
    }

    /// Every package that says a version, and those that cannot be read.
    ///
    /// # Errors
    /// Those of [`Self::packages`].
    pub fn all(&self) -> Result<(Vec<Project>, Vec<Broken>), Refusal> {
        let packages = self.packages()?;
        let mut broken = packages.broken.clone();
        let mut found = Vec::new();
        let declared_only = !packages.found.iter().any(|package| package.folder.is_empty());
        if declared_only && !self.settings.version.files.is_empty() {
            found.extend(self.top()?);
        }
        for package in &packages.found {
            match self.of(package) {
                Ok(project) => found.extend(project),
                Err(refusal) => broken.push(Broken { folder: package.folder.clone(), refusal }),
            }
        }
        Ok((found, broken))
    }

    /// The project at the top, or every package when there is none or several are configured.
    ///
    /// # Errors
    /// Those of [`Self::top`] and [`Self::packages`].
    pub fn whole(&self) -> Result<(Vec<Project>, Vec<Broken>), Refusal> {
        match (self.has_several(), self.top()?) {
            (false, Some(project)) => Ok((vec![project], Vec::new())),
            _ => self.all(),
        }
    }

    /// Are packages configured, so that the project at the top is not the only one?
    pub fn has_several(&self) -> bool {
        self.settings.packages.is_some() || !self.settings.package.is_empty()
    }

    /// What `-p` has to say to choose this project: its name, its folder where several go by that
    /// name; `None` when nothing has to be said.
    pub fn choice(&self, project: &Project) -> Option<String> {
        if project.folder.is_empty() {
            return None;
        }
        let found = self.packages.get().map_or(&[][..], |packages| &packages.found);
        let name = project.name.clone().unwrap_or_else(|| project.folder.clone());
        let same = found.iter().filter(|other| normal(&other.name) == normal(&name)).count();
        Some(if same > 1 { project.folder.clone() } else { name })
    }

    /// The `[package.X]` of a project.
    pub fn table_of(&self, project: &Project) -> Option<&PackageTable> {
        self.settings.table_of(project.name.as_deref(), &project.folder)
    }

    /// Which tags are releases of a project. Packages below the top do not share bare tags.
    ///
    /// # Errors
    /// A configured format with a name in it, for a project that has none.
    pub fn tag_format(&self, project: &Project) -> Result<TagFormat, Refusal> {
        let name = project.name.as_deref();
        let below = !project.folder.is_empty();
        let own = self.table_of(project).and_then(|table| table.tag.as_ref());
        let shared = self.settings.packages.as_ref().and_then(|table| table.tag.as_ref());
        let configured = match below {
            true => own.or(shared),
            false => own.or(self.settings.tag.format.as_ref()),
        };
        if let Some(said) = configured {
            return TagFormat::given(&said.value, name).ok_or_else(|| {
                let refusal = Refusal::usage(format!("{} has no value here", said.value))
                    .why("The project has no name; gonogo.toml can give it one: name = \"...\".");
                self.settings.pointed(refusal, said.at)
            });
        }
        Ok(match name {
            Some(name) if below && self.among() == Among::Others => {
                TagFormat::Named { name: name.to_owned() }
            }
            name => TagFormat::Usual { name: name.map(str::to_owned) },
        })
    }

    /// Whether a project of this repository is its only one, as far as packages were looked for.
    pub fn among(&self) -> Among {
        match self.packages.get() {
            Some(packages) if packages.found.len() != 1 => Among::Others,
            _ => Among::Alone,
        }
    }

    /// Places of a project's version beyond those that are known, for `init`.
    ///
    /// # Errors
    /// git cannot list the files.
    pub fn scan(&self, project: &Project) -> Result<Scan, Refusal> {
        let packages = self.packages()?;
        let holds = |folder: &str| {
            project.sites.iter().any(|site| site.path.folder() == folder && !folder.is_empty())
        };
        let mut names: Vec<&str> = project.name.as_deref().into_iter().collect();
        if names.is_empty() {
            // A virtual workspace goes by the names of its members.
            names.extend(packages.found.iter().map(|package| package.name.as_str()));
        }
        let own = |package: &&Package| {
            let related = names.iter().any(|name| is_related(&package.name, name));
            package.folder == project.folder
                || holds(&package.folder)
                || project.folder.is_empty() && related
        };
        let mut members = Vec::new();
        for package in packages.found.iter().filter(|p| p.folder != project.folder) {
            let related = names.iter().any(|name| is_related(&package.name, name));
            if related && self.has_version_of(package, project) {
                members.push(package.name.as_str());
            }
        }
        let others = packages.found.iter().filter(|package| !own(package));
        let view = self.view(&project.folder);
        let below = |package: &Package| match RepoPath::new(&package.folder) {
            Some(folder) => view.seen(&folder).map(|folder| folder.to_string()),
            None => None,
        };
        let apart: Vec<String> = others.filter_map(below).collect();
        scan(&view, project, Called { names, members }, &apart)
    }

    fn has_version_of(&self, package: &Package, project: &Project) -> bool {
        // One that cannot be read is none of ours.
        let other = self.of(package).ok().flatten();
        let both = other.and_then(|other| Some((other.version()?, project.version()?)));
        both.is_some_and(|(one, other)| one.same(&other))
    }

    /// The project of a repository where no file says a version.
    pub fn without_files(&self) -> Project {
        Project {
            name: self.settings.name.as_ref().map(|said| said.value.clone()),
            folder: String::new(),
            manifest: RepoPath::new("gonogo.toml").expect("a path inside the repository"),
            sites: Sites::default(),
            notes: Vec::new(),
            vcs: None,
            scheme: None,
        }
    }

    /// What to say when there is no version anywhere.
    ///
    /// # Errors
    /// The top cannot be read.
    pub fn nothing(&self) -> Result<Refusal, Refusal> {
        detect::nothing(self.tree)
    }

    /// What is detected in a folder, and what is declared for it.
    fn assemble(&self, wish: &Wish<'_>) -> Result<Option<Project>, Refusal> {
        let Wish { folder, base, ignore: own, lead, ref declared } = *wish;
        let ignore = &self.settings.version.ignore;
        let unignored = Unignored { tree: self.tree, ignore, own, folder: base };
        let view = self.view(folder);
        let detected = match detect::detect(&view, lead) {
            // A file that cannot be read and is ignored is as if it were not there.
            Err(refusal)
                if refusal
                    .place
                    .as_ref()
                    .is_some_and(|place| unignored.is_ignored(&place.path)) =>
            {
                let apart = Memo::default();
                detect::detect(&View { tree: &unignored, folder, memo: &apart }, lead)?
            }
            detected => detected?,
        };
        let mut project = match detected {
            Some(project) => project,
            None if declared.is_empty() => return Ok(None),
            None => Project { folder: base.to_owned(), ..nameless() },
        };
        let ignored = |path: &RepoPath| unignored.is_ignored(path);
        let found = !project.sites.is_empty();
        // Sites are shared until they are changed.
        if project.sites.iter().any(|site| ignored(&site.path)) {
            project.sites.retain(|site| !ignored(&site.path));
        }
        project.notes.retain(|note| !ignored(&note.path));
        if project.sites.is_empty() && found && declared.is_empty() {
            return Err(Refusal::usage("every version file is ignored").why(
                "`ignore` in gonogo.toml leaves out all that were found, and it declares none.",
            ));
        }
        if !declared.is_empty() {
            declared::add(&self.view(base), &self.settings, declared, &mut project)?;
            project.sites.retain(|site| site.role != Role::Lock || !ignored(&site.path));
        }
        project.scheme = self.settings.version.scheme.as_ref().map(|said| said.value);
        Ok(Some(project))
    }

    /// Beside packages, places that nothing at the top leads to are a project of their own only when
    /// they get a name; more likely they are one package's.
    fn must_be_whose(&self, project: &Project) -> Result<(), Refusal> {
        let version = &self.settings.version;
        let declared_only = project.manifest.as_str() == FILE;
        let (Some(first), None, None, true) =
            (version.files.first(), &self.settings.name, &version.source, declared_only)
        else {
            return Ok(());
        };
        let packages = &self.packages()?.found;
        let Some(package) = packages.first() else { return Ok(()) };
        let refusal = Refusal::usage("[version] files are those of the top, where no version is")
            .why(format!(
                "Of {} packages none lies there. For one of them write: [package.{}]",
                packages.len(),
                doc::dotted(&[package.name.as_str()])
            ))
            .why("files = [{ path = \"/README.md\", ... }], from the top with a slash in front.")
            .why("For a version of its own beside them, write at the top: name = \"...\".");
        Err(self.settings.pointed(refusal, first.at))
    }

    /// The `[package.X]` of the package at the top.
    fn table_of_top(&self) -> Option<&PackageTable> {
        if self.settings.package.is_empty() {
            return None;
        }
        let configured = self.settings.name.as_ref().map(|said| said.value.clone());
        // Manifests that cannot be read are refused where the version is looked for.
        let name = configured.or_else(|| detect::name(&self.view("")).ok().flatten())?;
        self.settings.table_of(Some(&name), "")
    }

    fn view<'v>(&'v self, folder: &'v str) -> View<'v> {
        View { tree: self.tree, folder, memo: &self.memo }
    }

    fn is_wanted(&self, folder: &str) -> bool {
        let Some(table) = &self.settings.packages else { return true };
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(folder));
        folder.is_empty()
            || ((table.include.is_empty() || any(&table.include)) && !any(&table.exclude))
    }

    /// Puts the place that `[version] source` names before the others.
    fn put_first(&self, project: &mut Project) -> Result<(), Refusal> {
        let Some(source) = &self.settings.version.source else { return Ok(()) };
        // A link is as good as what it leads to.
        let real = self.tree.read(&source.value)?.map_or(source.value.clone(), |file| file.path);
        let leads = |site: &Site| site.path == real && site.role.says_version();
        if project.sites.iter().any(leads) {
            project.sites.sort_by_key(|site| !leads(site));
            return Ok(());
        }
        if project.manifest == real {
            return Ok(());
        }
        let what = format!("[version] source is {}, which is no version file", source.value);
        let says = project.sites.iter().filter(|site| site.role.says_version());
        let mut names: Vec<&str> = says.map(|site| site.path.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let refusal =
            Refusal::usage(what).why(format!("The version files are {}.", names.join(", ")));
        Err(self.settings.pointed(refusal, source.at))
    }
}

/// Where a project is looked for, and what gonogo.toml says of it.
struct Wish<'w> {
    folder: &'w str,
    /// Where the paths of the configuration begin.
    base: &'w str,
    /// Its own, beside those of the repository.
    ignore: &'w [Glob],
    /// The manifest that leads, where several lie there.
    lead: Option<&'w RepoPath>,
    declared: Vec<&'w Declared>,
}

/// A project that only gonogo.toml tells of.
fn nameless() -> Project {
    let manifest = RepoPath::new(FILE).expect("a file name is a path");
    Project {
        name: None,
        folder: String::new(),
        manifest,
        sites: Sites::default(),
        notes: Vec::new(),
        vcs: None,
        scheme: None,
    }
}

/// A tree without the files that `[version] ignore` names: as if they were not there.
struct Unignored<'a> {
    tree: &'a dyn Tree,
    ignore: &'a [Glob],
    /// A package's own patterns, which begin at its folder.
    own: &'a [Glob],
    folder: &'a str,
}

impl Unignored<'_> {
    fn is_ignored(&self, path: &RepoPath) -> bool {
        let below = match self.folder {
            "" => Some(path.as_str()),
            folder => path.as_str().strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
        };
        let own = below.is_some_and(|path| self.own.iter().any(|glob| glob.matches(path)));
        own || self.ignore.iter().any(|glob| glob.matches(path.as_str()))
    }
}

impl Tree for Unignored<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        if self.is_ignored(path) {
            return Ok(None);
        }
        Ok(self.tree.read(path)?.filter(|file| !self.is_ignored(&file.path)))
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        self.tree.folders(pattern)
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        let mut files = self.tree.files(patterns)?;
        files.retain(|file| !self.is_ignored(file));
        Ok(files)
    }
}
