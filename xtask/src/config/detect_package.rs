//! Python modules: which file a dotted name means, and the version inside it.

use super::detect::{Part, read, site};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::python::{Module, generated_by};
use crate::sites::{File, Format, Found, Source, Tree};

/// Where the packages of a project lie.
#[derive(Debug, Default)]
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
    /// The file is written by this tool.
    Generated(RepoPath, String),
    /// The file is there, the literal is not.
    NoLiteral(RepoPath),
    NoFile,
}

/// A chain of imports longer than this is a circle.
const HOPS: usize = 8;

/// The names under which `version.py` may hold the version.
const NAMES: [&str; 3] = ["__version__", "VERSION", "version"];

impl Layout {
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
        let Some(import) = module.import_of(&name) else { break };
        let candidates = match import.level {
            0 => layout.files_of(&import.module),
            level => relative(&file.path, level, &import.module),
        };
        let Some(next) = first_file(tree, &candidates)? else { break };
        (file, name) = (next, import.name);
    }
    Ok(Outcome::NoLiteral(file.path))
}

/// Adds the version literals of the project's own package: `__init__.py`, `__about__.py` and
/// `version.py` of its folder, the single-module `name.py`, and what they import.
pub(super) fn add_own(tree: &dyn Tree, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
    let named = part.names.clone();
    let mut folders = layout.packages.clone();
    folders.extend(named.iter().flat_map(|name| layout.folders_of(name)));
    for folder in folders {
        for (path, names) in [
            (join(&folder, "__init__.py"), &NAMES[..1]),
            (join(&folder, "__about__.py"), &NAMES[..1]),
            (join(&folder, "version.py"), &NAMES[..]),
            (format!("{folder}.py"), &NAMES[..1]),
        ] {
            if let Some(file) = read(tree, &path)? {
                add_file(tree, layout, &file, names, part)?;
            }
        }
    }
    Ok(())
}

fn add_file(
    tree: &dyn Tree,
    layout: &Layout,
    file: &File,
    names: &[&str],
    part: &mut Part,
) -> Result<(), Refusal> {
    let source = Source::from(file);
    let mentions = |word: &[u8]| file.bytes.windows(word.len()).any(|bytes| bytes == word);
    if !(mentions(b"ersion") || mentions(b"VERSION")) || generated_by(&file.bytes).is_some() {
        return Ok(());
    }
    for name in names {
        if let Outcome::Found { file, key, found } = follow(tree, layout, file.clone(), name)?
            && found.value.starts_with(|c: char| c.is_ascii_digit())
        {
            let source = Source::from(&file);
            part.add(source, site(source, Format::Python, &key, "package", found));
        }
    }
    for (name, at) in Module::parse(source)?.numeric_versions() {
        part.note(source, at, format!("{name} says the version in numbers: not edited yet"));
    }
    Ok(())
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

/// Two parts of a path, either of them possibly empty.
pub(super) fn join(folder: &str, name: &str) -> String {
    let folder = folder.trim_end_matches('/').trim_start_matches("./");
    match (folder, name) {
        ("" | ".", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}
