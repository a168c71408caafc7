//! A Python project: pyproject.toml, what its `dynamic` points to, setup.cfg and setup.py.

use super::package::{Layout, add_own, first_file, follow, follow_module};
use super::part::{Blocked, Part, View, join, read, site};
use super::setup::{Pointer, Setup, add_attribute, add_plain, without_v};
use super::{cargo, uv};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::doc::{Doc, Entry, Node};
use crate::sites::python::Module;
use crate::sites::{File, Format, Role, Site, Source, Spelling, json, toml};
use crate::version::normal;

/// Rewrites placeholders that look like versions, so nothing at all is a version file.
const POETRY_DYNAMIC: &str = "poetry-dynamic-versioning";

/// What the Python manifests of a folder say; `None` when none of them describes a package.
pub(super) fn part(view: &View<'_>) -> Result<Option<Part>, Refusal> {
    with_python(view, |python, manifest| python.part(manifest).map(Some))
}

/// The name the Python manifests of a folder give their package.
pub(super) fn name(view: &View<'_>) -> Result<Option<String>, Refusal> {
    with_python(view, |python, _| python.name())
}

fn with_python<T>(
    tree: &View<'_>,
    ask: impl FnOnce(&Python<'_>, RepoPath) -> Result<Option<T>, Refusal>,
) -> Result<Option<T>, Refusal> {
    let toml = read(tree, "pyproject.toml")?;
    let (cfg, script) = (read(tree, "setup.cfg")?, read(tree, "setup.py")?);
    let python = Python {
        tree,
        doc: toml.as_ref().map(|file| toml::parse(file.into())).transpose()?,
        setup: Setup::read(cfg.as_ref(), script.as_ref())?,
    };
    match python.manifest() {
        Some(manifest) => ask(&python, manifest),
        None => Ok(None),
    }
}

struct Python<'a> {
    tree: &'a View<'a>,
    doc: Option<Doc<'a>>,
    setup: Setup<'a>,
}

impl Python<'_> {
    /// pyproject.toml describes a package when it names one; tool settings alone do not.
    fn manifest(&self) -> Option<RepoPath> {
        let named = self.text(&["project", "name"]).is_some()
            || self.text(&["tool", "poetry", "name"]).is_some()
            || self.node(&["tool", "poetry", "version"]).is_some()
            || self.text(&["tool", "flit", "metadata", "module"]).is_some();
        let doc = self.doc.as_ref().filter(|_| named);
        doc.map(|doc| doc.source().path).or(self.setup.manifest()).cloned()
    }

    fn part(&self, manifest: RepoPath) -> Result<Part, Refusal> {
        let mut part = Part::new(manifest, self.name()?);
        let layout = self.layout()?;
        part.vcs = self.vcs()?;
        match part.vcs.clone().as_deref() {
            Some(POETRY_DYNAMIC) => {}
            Some(tool) => self.note_leftovers(tool, &layout, &mut part)?,
            None => {
                self.add_static(&mut part)?;
                self.add_dynamic(&layout, &mut part)?;
                self.setup.add(self.tree, &layout, &mut part)?;
                add_own(self.tree, &layout, &mut part)?;
                if part.sites.is_empty() {
                    part.blocked = self.why_nothing().map(Blocked::Because);
                }
            }
        }
        uv::add(self.tree, &mut part)?;
        Ok(part)
    }

    fn name(&self) -> Result<Option<String>, Refusal> {
        let names = [
            &["project", "name"][..],
            &["tool", "poetry", "name"],
            &["tool", "flit", "metadata", "module"],
        ];
        let first = names.into_iter().find(|keys| self.text(keys).is_some());
        match self.doc.as_ref().zip(first) {
            Some((doc, keys)) => doc.name(keys),
            None => self.setup.name(),
        }
    }

    fn node(&self, keys: &[&str]) -> Option<&Node> {
        self.doc.as_ref()?.get(keys).ok().flatten()
    }

    fn text(&self, keys: &[&str]) -> Option<&str> {
        self.node(keys)?.text()
    }

    fn is_dynamic(&self) -> bool {
        let dynamic = self.node(&["project", "dynamic"]).map(Node::texts).unwrap_or_default();
        dynamic.iter().any(|node| node.text() == Some("version"))
    }

    fn backend(&self) -> &str {
        self.text(&["build-system", "build-backend"]).unwrap_or("setuptools.build_meta")
    }

    /// The tool that takes the version from git tags. A static version outranks all of them but
    /// poetry-dynamic-versioning, which replaces it.
    fn vcs(&self) -> Result<Option<String>, Refusal> {
        let enabled = self
            .doc
            .as_ref()
            .is_some_and(|doc| doc.is_true(&["tool", "poetry-dynamic-versioning", "enable"]));
        if enabled {
            return Ok(Some(POETRY_DYNAMIC.to_owned()));
        }
        let has = |keys: &[&str]| self.node(keys).is_some();
        if has(&["project", "version"]) || has(&["tool", "poetry", "version"]) {
            return Ok(None);
        }
        let hatch = self.text(&["tool", "hatch", "version", "source"]).unwrap_or_default();
        let pdm = self.text(&["tool", "pdm", "version", "source"]).unwrap_or_default();
        let scikit = ["tool", "scikit-build", "metadata", "version", "provider"];
        let scikit = self.text(&scikit).unwrap_or_default();
        let scm =
            !self.setup.is_static()? && (has(&["tool", "setuptools_scm"]) || self.infers_scm());
        let tables = [
            (hatch == "vcs", "hatch-vcs"),
            (hatch == "uv-dynamic-versioning", "uv-dynamic-versioning"),
            (hatch == "versioningit" || has(&["tool", "versioningit"]), "versioningit"),
            (pdm == "scm" || has(&["tool", "pdm", "version", "use_scm"]), "pdm"),
            (scm, "setuptools-scm"),
            (scikit.ends_with("setuptools_scm"), "setuptools-scm"),
            (has(&["tool", "setuptools-git-versioning"]), "setuptools-git-versioning"),
            (has(&["tool", "versioneer"]), "versioneer"),
            (self.backend().starts_with("pbr."), "pbr"),
        ];
        let named = tables.into_iter().find(|(used, _)| *used).map(|(_, tool)| tool.to_owned());
        Ok(named.or_else(|| self.setup.vcs()))
    }

    /// setuptools-scm without a table of its own: it is required for the build, the version is
    /// dynamic, and setuptools is told of no other place.
    fn infers_scm(&self) -> bool {
        let required = self.texts(&["build-system", "requires"]);
        self.is_dynamic()
            && self.node(&["tool", "setuptools", "dynamic", "version"]).is_none()
            && required.iter().any(|name| normal(name).starts_with("setuptools-scm"))
    }

    /// Literals beside a version from tags: no version files, but worth a word.
    fn note_leftovers(&self, tool: &str, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        let mut leftovers = Part::new(part.manifest.clone(), part.name.clone());
        add_own(self.tree, layout, &mut leftovers)?;
        for found in leftovers.sites.iter().filter(|site| site.role == Role::Version) {
            if let Some(file) = self.tree.tree.read(&found.path)? {
                let text = format!(
                    "says {}, but {tool} takes the version from tags: left alone",
                    found.value
                );
                part.note(Source::from(&file), found.range.start, text);
            }
        }
        Ok(())
    }

    fn layout(&self) -> Result<Layout, Refusal> {
        let mut layout = Layout::default();
        for entry in self.entries(&["tool", "setuptools", "package-dir"]) {
            if let Some(folder) = entry.value.text() {
                layout.place(&entry.key, folder);
            }
        }
        let roots = self.texts(&["tool", "setuptools", "packages", "find", "where"]);
        layout.roots.extend(roots.into_iter().map(|root| join(root, "")));
        self.setup.add_layout(&mut layout)?;
        let mut layout = layout.complete();

        let listed = self.setup.packages()?;
        let mut packages = self.texts(&["tool", "setuptools", "packages"]);
        packages.extend(listed.iter().map(String::as_str));
        for package in packages.iter().filter(|package| !is_below(package, &packages)) {
            let folders = layout.roots.iter().map(|root| join(root, &package.replace('.', "/")));
            layout.packages.extend(folders.collect::<Vec<_>>());
            let moved = layout.moved.iter().filter(|(moved, _)| moved == package);
            layout.packages.extend(moved.map(|(_, folder)| folder.clone()));
        }
        let wheel = self.texts(&["tool", "hatch", "build", "targets", "wheel", "packages"]);
        layout.packages.extend(wheel.into_iter().map(|folder| join(folder, "")));
        for package in
            self.node(&["tool", "poetry", "packages"]).map(Node::items).unwrap_or_default()
        {
            let from = package.get("from").and_then(Node::text).unwrap_or_default();
            let include = package.get("include").and_then(Node::text).unwrap_or_default();
            if !include.is_empty() && !include.contains('*') {
                layout.packages.push(join(from, include.trim_end_matches('/')));
            }
        }
        Ok(layout)
    }

    fn entries(&self, keys: &[&str]) -> &[Entry] {
        self.node(keys).map(Node::entries).unwrap_or_default()
    }

    fn texts(&self, keys: &[&str]) -> Vec<&str> {
        let nodes = self.node(keys).map(Node::texts).unwrap_or_default();
        nodes.into_iter().filter_map(Node::text).collect()
    }

    fn add_static(&self, part: &mut Part) -> Result<(), Refusal> {
        let Some(doc) = &self.doc else { return Ok(()) };
        for keys in [&["project", "version"][..], &["tool", "poetry", "version"]] {
            if let Some(found) = doc.text(keys)? {
                let own = site(doc.source(), Format::Toml, &keys.join("."), "manifest", found);
                part.add(doc.source(), own);
            }
        }
        Ok(())
    }

    /// What the build backend reads the version from. Followed beside a static version too: the
    /// literal is there, and it should agree.
    fn add_dynamic(&self, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        self.add_hatch(layout, part)?;
        self.add_setuptools(layout, part)?;
        self.add_pdm(layout, part)?;
        if self.backend().starts_with("flit") && self.doc.is_some() {
            self.add_flit(layout, part)?;
        }
        if self.backend() == "maturin" && self.is_dynamic() {
            let set = self.text(&["tool", "maturin", "manifest-path"]);
            for path in set.map_or(vec!["Cargo.toml", "rust/Cargo.toml"], |path| vec![path]) {
                if let Some(cargo) = cargo::part(self.tree, path)? {
                    part.absorb(cargo);
                    break;
                }
            }
        }
        Ok(())
    }

    fn add_hatch(&self, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        let key = |name| ["tool", "hatch", "version", name];
        let source = self.text(&key("source")).unwrap_or("regex");
        if source == "nodejs" {
            return self.add_nodejs(part);
        }
        let special = ["pattern", "expression"].into_iter().find(|k| self.node(&key(k)).is_some());
        let special = special.or((!["regex", "code"].contains(&source)).then_some("source"));
        if let Some(special) = special {
            return self.unsupported(&key(special));
        }
        self.add_python_file(&key("path"), "hatch path", layout, part)
    }

    /// hatch-nodejs-version: the version of package.json.
    fn add_nodejs(&self, part: &mut Part) -> Result<(), Refusal> {
        let path = self.text(&["tool", "hatch", "version", "path"]).unwrap_or("package.json");
        if let Some(file) = read(self.tree, path)? {
            let doc = json::parse(Source::from(&file))?;
            if let Some(found) = doc.text(&["version"])? {
                let own = site(doc.source(), Format::Json, "version", "hatch path", found);
                part.add(doc.source(), Site { spelling: Spelling::Semver, ..own });
            }
        }
        Ok(())
    }

    fn add_setuptools(&self, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        let attr = ["tool", "setuptools", "dynamic", "version", "attr"];
        if let (Some(attribute), Some(pointer)) =
            (self.text(&attr), self.pointer(&attr, "setuptools attr"))
        {
            add_attribute(self.tree, layout, attribute, &pointer, part)?;
        }
        let file = ["tool", "setuptools", "dynamic", "version", "file"];
        if let Some(pointer) = self.pointer(&file, "setuptools file") {
            add_plain(self.tree, &self.texts(&file), &pointer, part)?;
        }
        Ok(())
    }

    fn add_pdm(&self, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        let key = |name| ["tool", "pdm", "version", name];
        match self.text(&key("source")) {
            Some("file") => self.add_python_file(&key("path"), "pdm path", layout, part),
            Some(_) => self.unsupported(&key("source")),
            None => self.add_python_file(&key("from"), "pdm path", layout, part),
        }
    }

    /// flit reads `__version__` of the module, which is called like the project.
    fn add_flit(&self, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        if !self.is_dynamic() && self.node(&["project"]).is_some() {
            return Ok(());
        }
        let named = [
            &["tool", "flit", "module", "name"][..],
            &["tool", "flit", "metadata", "module"],
            &["project", "name"],
        ];
        let Some(keys) = named.into_iter().find(|keys| self.text(keys).is_some()) else {
            return Ok(());
        };
        let (Some(name), Some(pointer)) = (self.text(keys), self.pointer(keys, "flit module"))
        else {
            return Ok(());
        };
        let module = name.replace('-', "_");
        let outcome = follow_module(self.tree, layout, &module, "__version__")?;
        pointer.add(&module, "__version__", outcome, &layout.files_of(&module), part)
    }

    /// A path under `keys` to a file that assigns the version; the names are those of hatch's
    /// default expression, the first in the file counts.
    fn add_python_file(
        &self,
        keys: &[&str],
        origin: &'static str,
        layout: &Layout,
        part: &mut Part,
    ) -> Result<(), Refusal> {
        let (Some(path), Some(pointer)) = (self.text(keys), self.pointer(keys, origin)) else {
            return Ok(());
        };
        let Some(file) = first_file(self.tree, &[path.to_owned()])? else {
            return Err(pointer.refuse(path, "There is no such file in the repository."));
        };
        let name = version_name(&file)?;
        let outcome = without_v(follow(self.tree, layout, file, &name)?);
        pointer.add(path, &name, outcome, &[], part)
    }

    fn pointer<'p>(&'p self, keys: &[&str], origin: &'static str) -> Option<Pointer<'p>> {
        let (doc, node) = (self.doc.as_ref()?, self.node(keys)?);
        Some(Pointer { source: doc.source(), at: node.span.start, key: keys.join("."), origin })
    }

    /// Refuses a way of finding the version that gonogo has not learned; beside a static version
    /// the build backend does not use it either.
    fn unsupported(&self, keys: &[&str]) -> Result<(), Refusal> {
        let (Some(doc), Some(node), true) = (&self.doc, self.node(keys), self.is_dynamic()) else {
            return Ok(());
        };
        let what = format!("{} in {} is not supported yet", keys.join("."), doc.source().path);
        Err(Refusal::usage(what)
            .why("What it would take for the version cannot be told.")
            .why("Supported are a static version, a path to a file with __version__, and git tags.")
            .at(doc.source().place(node.span.start)))
    }

    /// Why a project that has to have a version seems to have none.
    fn why_nothing(&self) -> Option<Refusal> {
        let computed = self.setup.computed();
        if computed.is_some() || !self.is_dynamic() {
            return computed;
        }
        let (doc, node) = (self.doc.as_ref()?, self.node(&["project", "dynamic"])?);
        let word = node.texts().into_iter().find(|node| node.text() == Some("version"))?;
        let what = format!("{} leaves the version to its build backend", doc.source().path);
        let refusal = Refusal::usage(what)
            .why(format!("Nothing says where {} takes it from.", self.backend()))
            .why("A static `version = \"...\"` under [project] works with every backend.")
            .at(doc.source().place(word.span.start));
        Some(refusal)
    }
}

fn version_name(file: &File) -> Result<String, Refusal> {
    let module = Module::parse(Source::from(file))?;
    let known = |name: &String| {
        let lower = name.to_ascii_lowercase();
        lower == "__version__" || lower == "version"
    };
    let name = module.assigned_names().into_iter().find(known);
    Ok(name.unwrap_or_else(|| "__version__".to_owned()))
}

/// Is `package` a sub-package of one that is listed too?
fn is_below(package: &str, packages: &[&str]) -> bool {
    packages
        .iter()
        .any(|other| package.strip_prefix(other).is_some_and(|rest| rest.starts_with('.')))
}
