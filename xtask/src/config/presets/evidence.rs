//! What the files of a repository say about the tools it uses.

use std::cell::OnceCell;

use super::ci::{self, Line, Needs};
use crate::config::publish::is_workflow;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::sites::cfg::Cfg;
use crate::sites::doc::{Doc, Kind, Node};
use crate::sites::{File, Source, Tree, json, toml, yaml};
use crate::version::normal;

/// Larger files are not looked into.
const SIZE_LIMIT: usize = 512 << 10;

/// Reads a format.
type Parse = for<'a> fn(Source<'a>) -> Result<Doc<'a>, Refusal>;

/// A repository seen as evidence.
pub(super) struct Evidence<'t> {
    tree: &'t dyn Tree,
    pub paths: Vec<RepoPath>,
    pub pyproject: Option<Node>,
    pub cargo: Option<Node>,
    pub package: Option<Node>,
    pub wanted: Vec<Wanted>,
    lines: OnceCell<Vec<Line>>,
    hooks: OnceCell<Vec<String>>,
}

/// A Python distribution that the repository asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// In normal form.
    pub name: String,
    pub file: String,
    pub via: Via,
}

/// In which set of dependencies it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Via {
    /// One that is always there.
    Own,
    Extra(String),
    Group(String),
    /// Of an environment that another tool makes (hatch, tox).
    Environment(String),
}

/// What gives a Python tool away.
pub(super) struct Tool {
    /// Its words in a command: `ruff check`.
    pub words: &'static str,
    /// The name to install it by.
    pub distribution: &'static str,
    pub files: &'static [&'static str],
    /// Below `[tool]` of pyproject.toml.
    pub tables: &'static [&'static [&'static str]],
    pub sections: &'static [(&'static str, &'static str)],
    /// Its ids in .pre-commit-config.yaml.
    pub hooks: &'static [&'static str],
    pub installed: Installed,
}

/// Whether a tool is in use because its distribution is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Installed {
    Tells,
    /// It does other things, too.
    SaysNothing,
}

impl<'t> Evidence<'t> {
    /// Reads what lies at the top.
    ///
    /// # Errors
    /// git cannot list the files.
    pub fn read(tree: &'t dyn Tree) -> Result<Self, Refusal> {
        let everything: Vec<Glob> = Glob::parse("**").into_iter().collect();
        let mut found = Self {
            tree,
            paths: tree.files(&everything)?,
            pyproject: None,
            cargo: None,
            package: None,
            wanted: Vec::new(),
            lines: OnceCell::new(),
            hooks: OnceCell::new(),
        };
        let root = |name: &str, parse: Parse| {
            let file = found.file(name)?;
            parse(Source::from(&file)).ok().map(Doc::into_root)
        };
        let [pyproject, cargo] =
            ["pyproject.toml", "Cargo.toml"].map(|name| root(name, toml::parse));
        let package = root("package.json", json::parse);
        (found.pyproject, found.cargo, found.package) = (pyproject, cargo, package);
        found.wanted = found.requirements();
        Ok(found)
    }

    /// Is there such a file?
    pub fn has(&self, path: &str) -> bool {
        self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// Is there a file below this folder?
    pub fn has_folder(&self, folder: &str) -> bool {
        self.below(folder).next().is_some()
    }

    pub fn below(&self, folder: &str) -> impl Iterator<Item = &RepoPath> {
        let inside = move |path: &&RepoPath| {
            path.as_str().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        self.paths.iter().filter(inside)
    }

    fn file(&self, path: &str) -> Option<File> {
        let file = self.has(path).then(|| self.tree.read(&RepoPath::new(path)?).ok()?)??;
        (file.bytes.len() <= SIZE_LIMIT).then_some(file)
    }

    /// The text of a file at this path.
    pub fn text(&self, path: &str) -> Option<String> {
        self.file(path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
    }

    /// A value of pyproject.toml.
    pub fn said(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self.pyproject.as_ref()?, |node, key| node.get(key))
    }

    fn cfg<T>(&self, name: &str, ask: impl FnOnce(&Cfg<'_>) -> T) -> Option<T> {
        let file = self.file(name)?;
        Cfg::parse(Source::from(&file)).ok().map(|cfg| ask(&cfg))
    }

    /// Does a file of sections have this one?
    pub fn has_section(&self, name: &str, section: &str) -> bool {
        self.cfg(name, |cfg| cfg.has_section(section)).unwrap_or_default()
    }

    /// The lines of a key in a file of sections.
    pub fn key(&self, name: &str, section: &str, key: &str) -> Vec<String> {
        let lines = self.cfg(name, |cfg| cfg.lines(section, key).unwrap_or_default());
        lines.unwrap_or_default().into_iter().map(|found| found.value).collect()
    }

    /// What workflows run.
    pub fn lines(&self) -> &[Line] {
        self.lines.get_or_init(|| {
            let files = self.paths.iter().filter(|path| is_workflow(path));
            files.filter_map(|path| self.file(path.as_str())).flat_map(|f| ci::lines(&f)).collect()
        })
    }

    /// The ids of the hooks that pre-commit runs.
    pub fn hooks(&self) -> &[String] {
        self.hooks.get_or_init(|| {
            let Some(file) = self.file(".pre-commit-config.yaml") else { return Vec::new() };
            let Ok(doc) = yaml::parse(Source::from(&file)) else { return Vec::new() };
            let repos = doc.root().get("repos").map(Node::items).unwrap_or_default();
            let hooks = repos
                .iter()
                .flat_map(|repo| repo.get("hooks").map(Node::items).unwrap_or_default());
            let ids = hooks.filter_map(|hook| hook.get("id").and_then(Node::text));
            ids.map(str::to_owned).collect()
        })
    }

    /// What a repository wants by this name, best where it always is.
    pub fn wants(&self, name: &str) -> Option<&Wanted> {
        let mut same = self.wanted.iter().filter(|wanted| wanted.name == name);
        // A list of requirements may be that of some other tool.
        let listed = |wanted: &&Wanted| wanted.file.contains("requirements");
        let own = same.clone().find(|wanted| wanted.is_always() && !listed(wanted));
        own.or_else(|| same.clone().find(|wanted| !listed(wanted))).or_else(|| same.next())
    }

    /// Why a tool is taken to be in use; `None` when it is not. What only pre-commit runs is in an
    /// environment of pre-commit's own, and the gate for pre-commit runs it.
    pub fn uses(&self, tool: &Tool) -> Option<String> {
        let tells = tool.installed == Installed::Tells;
        let wanted = self.wants(tool.distribution).filter(|_| tells);
        let line = self.lines().iter().find(|line| line.runs(tool.words));
        let hooked = self.hooks().iter().any(|id| tool.hooks.contains(&id.as_str()));
        if hooked && wanted.is_none() && line.is_none() {
            return None;
        }
        let table =
            tool.tables.iter().find(|keys| self.said(&[&["tool"], **keys].concat()).is_some());
        let section = tool.sections.iter().find(|(file, section)| self.has_section(file, section));
        let name = |wanted: &Wanted| format!("{} in {}", tool.distribution, wanted.file);
        table
            .map(|keys| format!("[tool.{}] in pyproject.toml", keys.join(".")))
            .or_else(|| section.map(|(file, section)| format!("[{section}] in {file}")))
            .or_else(|| tool.files.iter().find(|f| self.has(f)).map(|f| (*f).to_owned()))
            .or_else(|| wanted.map(name))
            .or_else(|| line.map(|line| format!("{} runs it", line.file)))
    }

    /// The one command by which workflows run a tool, if there is one and it only looks.
    pub fn line(&self, tool: &str, looks: impl Fn(&[String]) -> bool) -> Option<&Line> {
        let mut lines = self.lines().iter().filter(|line| line.runs(tool));
        let first = lines.next()?;
        let fit = first.needs == Needs::Nothing && looks(first.words());
        (fit && lines.all(|other| other.argv == first.argv)).then_some(first)
    }

    /// Every Python distribution that is asked for at the top.
    fn requirements(&self) -> Vec<Wanted> {
        let mut found = Vec::new();
        let mut add = |texts: Vec<String>, file: &str, via: &Via| {
            let name = |text: String| {
                let end = |c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c));
                let name = normal(text.trim().split(end).next()?);
                (!name.is_empty()).then(|| Wanted { name, file: file.to_owned(), via: via.clone() })
            };
            found.extend(texts.into_iter().filter_map(name));
        };
        for (keys, via) in self.tables_of_requirements() {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let texts = self.said(&keys).map(texts).unwrap_or_default();
            add(texts, "pyproject.toml", &via);
        }
        add(self.key("setup.cfg", "options", "install_requires"), "setup.cfg", &Via::Own);
        let section = "options.extras_require";
        let extras = self.cfg("setup.cfg", |cfg| {
            cfg.keys(section).into_iter().map(str::to_owned).collect::<Vec<_>>()
        });
        for extra in extras.unwrap_or_default() {
            let lines = self.key("setup.cfg", section, &extra);
            add(lines, "setup.cfg", &Via::Extra(extra));
        }
        for path in self.paths.iter().filter(|path| is_requirements(path)) {
            let text = self.text(path.as_str()).unwrap_or_default();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with(['#', '-']));
            add(lines.map(str::to_owned).collect(), path.as_str(), &Via::Own);
        }
        for section in ["testenv", "testenv:test", "testenv:lint", "testenv:mypy", "testenv:style"]
        {
            let lines = self.key("tox.ini", section, "deps");
            add(lines, "tox.ini", &Via::Environment("tox".to_owned()));
        }
        found
    }

    /// Where pyproject.toml has requirements.
    fn tables_of_requirements(&self) -> Vec<(Vec<String>, Via)> {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let mut tables = vec![
            (keys(&["project", "dependencies"]), Via::Own),
            (keys(&["tool", "poetry", "dependencies"]), Via::Own),
            (keys(&["tool", "poetry", "dev-dependencies"]), Via::Own),
            (keys(&["tool", "uv", "dev-dependencies"]), Via::Own),
        ];
        let names = |at: &[&str]| -> Vec<String> {
            let entries = self.said(at).map(Node::entries).unwrap_or_default();
            entries.iter().map(|entry| entry.key.clone()).collect()
        };
        let mut each = |above: &[&str], below: &[&str], via: &dyn Fn(String) -> Via| {
            for name in names(above) {
                let all = [above, &[name.as_str()], below].concat();
                tables.push((keys(&all), via(name)));
            }
        };
        each(&["project", "optional-dependencies"], &[], &Via::Extra);
        each(&["dependency-groups"], &[], &Via::Group);
        each(&["tool", "poetry", "group"], &["dependencies"], &|_| Via::Own);
        each(&["tool", "pdm", "dev-dependencies"], &[], &|_| Via::Own);
        each(&["tool", "hatch", "envs"], &["dependencies"], &Via::Environment);
        each(&["tool", "hatch", "envs"], &["extra-dependencies"], &Via::Environment);
        tables
    }
}

impl Wanted {
    /// Is it there without being asked for?
    pub fn is_always(&self) -> bool {
        match &self.via {
            Via::Own => true,
            Via::Group(name) => name == "dev",
            Via::Extra(_) | Via::Environment(_) => false,
        }
    }
}

/// Requirements in a list, or the names in a table.
fn texts(node: &Node) -> Vec<String> {
    match &node.kind {
        Kind::Table(entries) => entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => node.texts().into_iter().filter_map(|n| n.text().map(str::to_owned)).collect(),
    }
}

/// `requirements.txt`, `requirements-dev.in`, `requirements/test.txt`, `dev-requirements.txt`
fn is_requirements(path: &RepoPath) -> bool {
    let listed = matches!(path.extension(), "txt" | "in");
    let named = path.folder().is_empty() && path.name().contains("requirements");
    listed && (named || path.folder() == "requirements")
}
