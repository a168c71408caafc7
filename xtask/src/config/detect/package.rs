//! Python modules: which file a dotted name means, and the version inside it.

use super::part::{Part, join, read, site};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::python::{Module, NAMES, Named, Pieces, generated_by};
use crate::sites::{File, Format, Found, Source, Tree};
use crate::version::Version;

/// Where the packages of a project lie.
#[derive(Debug, Default, Clone)]
pub(super) struct Layout {
    /// Folders that hold top-level packages, in the order they are looked at.
    pub roots: Vec<String>,
    /// Top-level packages with a folder of their own (setuptools' `package-dir`).
    pub moved: Vec<(String, String)>,
    /// Folders of packages that the manifest names.
    pub packages: Vec<String>,
}

/// What following a name led to.
pub(super) enum Outcome {
    Found {
        file: File,
        key: String,
        found: Found,
    },
    /// The file has no literal, but the one version in pieces that it is put together from.
    Pieces {
        file: File,
        pieces: Pieces,
    },
    /// The file is written by this tool.
    Generated(RepoPath, String),
    /// The file is there, the literal is not; where the name is given another value, if it is.
    NoLiteral(RepoPath, Option<String>),
    NoFile,
}

/// A chain of imports longer than this is a circle.
const HOPS: usize = 8;

impl Layout {
    /// Takes in one entry of setuptools' `package-dir`; the package "" is the root of all others.
    pub fn place(&mut self, package: &str, folder: &str) {
        match package {
            "" => self.roots.push(join(folder, "")),
            package => self.moved.push((package.to_owned(), folder.to_owned())),
        }
    }

    /// The same with another root before all others.
    pub fn starting(mut self, root: String) -> Self {
        self.roots.insert(0, root);
        self
    }

    /// Adds the places packages lie in by convention behind those the manifest names.
    pub fn complete(mut self) -> Self {
        for root in ["src", ""] {
            if !self.roots.iter().any(|known| known == root) {
                self.roots.push(root.to_owned());
            }
        }
        self
    }

    /// The files a dotted module name can mean, the likeliest first.
    pub fn files_of(&self, module: &str) -> Vec<String> {
        let (top, rest) = module.split_once('.').unwrap_or((module, ""));
        let moved = self.moved.iter().filter(|(package, _)| package == top);
        let starts = moved.map(|(_, folder)| join(folder, &rest.replace('.', "/")));
        let plain = self.roots.iter().map(|root| join(root, &module.replace('.', "/")));
        starts.chain(plain).flat_map(|stem| module_files(&stem)).collect()
    }

    /// The folders that can hold the package of a project with this name.
    fn folders_of(&self, name: &str) -> Vec<String> {
        let mut spellings = Vec::new();
        for name in [name.to_owned(), name.to_lowercase()] {
            let words = name.replace('-', "_");
            for spelling in [words.replace('.', "_"), words.replace('.', "/")] {
                if !spellings.contains(&spelling) {
                    spellings.push(spelling);
                }
            }
        }
        let below = |root: &String| spellings.iter().map(|s| join(root, s)).collect::<Vec<_>>();
        self.roots.iter().flat_map(below).collect()
    }

    /// The folders that can hold the package of a project whose name begins with that of a namespace:
    /// `src/poetry/core` for `poetry-core`. Where `poetry` is a package with code of its own, what is
    /// below belongs to that.
    fn namespaced(&self, tree: &dyn Tree, name: &str) -> Result<Vec<String>, Refusal> {
        let inner = name.to_lowercase().replace(['-', '.'], "/");
        let Some((outer, _)) = inner.split_once('/') else { return Ok(Vec::new()) };
        let mut folders = Vec::new();
        for root in &self.roots {
            if read(tree, &join(&join(root, outer), "__init__.py"))?.is_none() {
                folders.push(join(root, &inner));
            }
        }
        Ok(folders)
    }
}

/// Follows `name` in the module of that dotted name, through aliases and imports.
pub(super) fn follow_module(
    tree: &dyn Tree,
    layout: &Layout,
    module: &str,
    name: &str,
) -> Result<Outcome, Refusal> {
    match first_file(tree, &layout.files_of(module))? {
        Some(file) => follow(tree, layout, file, name),
        None => Ok(Outcome::NoFile),
    }
}

/// The only folder at the top that holds a module of that dotted name.
pub(super) fn sole_root(tree: &dyn Tree, module: &str) -> Result<Option<String>, Refusal> {
    let mut roots = Vec::new();
    for folder in Glob::parse("*").map_or(Ok(Vec::new()), |all| tree.folders(&all))? {
        let stem = join(folder.as_str(), &module.replace('.', "/"));
        if first_file(tree, &module_files(&stem))?.is_some() {
            roots.push(folder.to_string());
        }
    }
    Ok(if roots.len() == 1 { roots.pop() } else { None })
}

/// Does a literal begin like a version? `unknown` and an empty string do not.
pub(super) fn is_version(found: &Found) -> bool {
    let value = found.value.strip_prefix('v').unwrap_or(&found.value);
    value.starts_with(|c: char| c.is_ascii_digit())
}

/// Follows `name` in `file`: to its literal, to the variable or the module it is taken from.
pub(super) fn follow(
    tree: &dyn Tree,
    layout: &Layout,
    file: File,
    name: &str,
) -> Result<Outcome, Refusal> {
    let (mut file, mut name) = (file, name.to_owned());
    for _ in 0..HOPS {
        if let Some(tool) = generated_by(&file.bytes) {
            return Ok(Outcome::Generated(file.path, tool));
        }
        let module = Module::parse(Source::from(&file))?;
        if let Some(found) = module.assigned(&name)? {
            return Ok(Outcome::Found { file, key: name, found });
        }
        if let Some(other) = module.alias_of(&name) {
            name = other;
            continue;
        }
        let Some(import) = module.import_of(&name) else {
            let at = module.first_value(&name);
            if let Some(pieces) = at.and_then(|_| in_pieces(&module, &name)) {
                return Ok(Outcome::Pieces { file, pieces });
            }
            let link = at.map(|at| Source::from(&file).link(at));
            return Ok(Outcome::NoLiteral(file.path, link));
        };
        let candidates = match import.level {
            0 => layout.files_of(&import.module),
            level => match tree.seen(&file.path) {
                Some(path) => relative(&path, level, &import.module),
                None => Vec::new(),
            },
        };
        let Some(next) = first_file(tree, &candidates)? else { break };
        (file, name) = (next, import.name);
    }
    Ok(Outcome::NoLiteral(file.path, None))
}

/// The version in pieces that `name` is, or the only one of the file.
fn in_pieces(module: &Module<'_>, name: &str) -> Option<Pieces> {
    let (groups, _) = module.pieces();
    let own = groups.into_iter().find(|group| group.name == name);
    own.or_else(|| sole_pieces(module))
}

/// The only version in pieces of a file; none either where there is another that is not understood
/// (the one that is may stand for something else).
pub(super) fn sole_pieces(module: &Module<'_>) -> Option<Pieces> {
    let (mut groups, others) = module.pieces();
    groups.pop().filter(|_| groups.is_empty() && others.is_empty())
}

/// Adds the version literals of the project's own package: `__init__.py`, `__about__.py` and
/// `version.py` of its folder, the single-module `name.py`, and what they import.
pub(super) fn add_own(tree: &dyn Tree, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
    let named = part.names.clone();
    let mut folders = layout.packages.clone();
    let mut files = Vec::new();
    for name in named.iter() {
        folders.extend(layout.folders_of(name));
        folders.extend(layout.namespaced(tree, name)?);
    }
    for folder in folders {
        for (path, names) in [
            (join(&folder, "__init__.py"), &NAMES[..1]),
            (join(&folder, "__about__.py"), &NAMES[..1]),
            (join(&folder, "version.py"), &NAMES[..]),
            (format!("{folder}.py"), &NAMES[..1]),
        ] {
            if let Some(file) = read(tree, &path)?.filter(says_version) {
                add_file(tree, layout, &file, names, part)?;
                files.push(file);
            }
        }
    }
    add_all_pieces(tree, files, part)
}

/// Does the file have the word in it, and no tool that writes it?
fn says_version(file: &File) -> bool {
    let mentions = |word: &[u8]| file.bytes.windows(word.len()).any(|bytes| bytes == word);
    let words: [&[u8]; 4] = [b"ersion", b"VERSION", b"MAJOR", b"major"];
    words.into_iter().any(mentions) && generated_by(&file.bytes).is_none()
}

fn add_file(
    tree: &dyn Tree,
    layout: &Layout,
    file: &File,
    names: &[&str],
    part: &mut Part,
) -> Result<(), Refusal> {
    for name in names {
        if let Outcome::Found { file, key, found } = follow(tree, layout, file.clone(), name)?
            && found.value.starts_with(|c: char| c.is_ascii_digit())
        {
            add_found(&file, &key, found, part);
        }
    }
    Ok(())
}

/// Adds the versions in pieces of the package's own files, and of those that hold the version.
fn add_all_pieces(tree: &dyn Tree, files: Vec<File>, part: &mut Part) -> Result<(), Refusal> {
    let mut files = files;
    for site in part.sites.iter().filter(|site| site.format == Format::Python) {
        if !files.iter().any(|file| file.path == site.path)
            && let Some(path) = tree.seen(&site.path)
            && let Some(file) = tree.read(&path)?
        {
            files.push(file);
        }
    }
    for file in &files {
        add_pieces(file, part)?;
    }
    Ok(())
}

fn add_pieces(file: &File, part: &mut Part) -> Result<(), Refusal> {
    let source = Source::from(file);
    let module = Module::parse(source)?;
    let (groups, others) = module.pieces();
    for odd in others {
        let text =
            format!("{} looks like a version in numbers: not understood, left alone", odd.name);
        part.note(source, odd.at, text);
    }
    for pieces in groups {
        let said = pieces.group().version();
        match part.version() {
            None => {
                let text =
                    format!("{} says {said}, and nothing leads here: left alone", pieces.name);
                part.note(source, pieces.at, text);
            }
            Some(project) if is_another(&module, &pieces, &project, part)? => {
                let text =
                    format!("{} is {said}, not the project's {project}: left alone", pieces.name);
                part.note(source, pieces.at, text);
            }
            Some(_) => part.add_pieces(source, &pieces, "package"),
        }
    }
    Ok(())
}

/// Is a version in pieces, which disagrees with the project's, one of something else? `VERSION`
/// alone may be that of a protocol, a set of parts elsewhere that of anything, and what agrees
/// with a literal that was left alone is left alone like it (`PyMySQL` says there which
/// mysqlclient it stands in for). Otherwise it was forgotten, and is drift.
fn is_another(
    module: &Module<'_>,
    pieces: &Pieces,
    project: &str,
    part: &Part,
) -> Result<bool, Refusal> {
    let Ok(project) = Version::parse(project) else { return Ok(false) };
    let group = pieces.group();
    let path = module.source().path;
    let here = || part.sites.iter().filter(|site| site.path == *path);
    let known = here().any(|site| Some(&site.range) == pieces.items.first().map(|p| &p.2.range));
    if known || group.agrees(&project) {
        return Ok(false);
    }
    for name in NAMES {
        if let Some(found) = module.assigned(name)?
            && !here().any(|site| site.range == found.range)
            && Version::parse(&found.value).is_ok_and(|other| group.agrees(&other))
        {
            return Ok(true);
        }
    }
    Ok(match pieces.kind {
        Named::Info => false,
        Named::Version => true,
        Named::Parts => here().next().is_none(),
    })
}

/// Where the manifest names one variable of a file, another one there that disagrees is something
/// else (`PyMySQL` says there which mysqlclient it stands in for).
fn add_found(file: &File, key: &str, found: Found, part: &mut Part) {
    let source = Source::from(file);
    let named = part.sites.iter().any(|site| site.path == file.path && site.origin != "package");
    let project = part.version();
    match project.filter(|project| named && !same(project, &found.value)) {
        Some(project) => {
            let text = format!("{key} is {}, not the project's {project}: left alone", found.value);
            part.note(source, found.range.start, text);
        }
        None => part.add(source, site(source, Format::Python, key, "package", found)),
    }
}

/// Are these two spellings of one version?
fn same(one: &str, other: &str) -> bool {
    match (Version::parse(one), Version::parse(other)) {
        (Ok(one), Ok(other)) => one.same(&other),
        _ => one == other,
    }
}

pub(super) fn first_file(tree: &dyn Tree, paths: &[String]) -> Result<Option<File>, Refusal> {
    for path in paths {
        if let Some(file) = read(tree, path)? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// The files `from ..module import` can mean, seen from `path`.
fn relative(path: &RepoPath, level: usize, module: &str) -> Vec<String> {
    let mut folder = path.folder();
    for _ in 1..level {
        folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    module_files(&join(folder, &module.replace('.', "/")))
}

fn module_files(stem: &str) -> Vec<String> {
    vec![format!("{stem}.py"), join(stem, "__init__.py")]
}
