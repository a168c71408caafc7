//! setup.cfg and setup.py, and the two ways setuptools points to a version: `attr` and `file`.

use super::package::{Layout, Outcome, follow_module, sole_root};
use super::part::{Part, join, listed, read, site};
use super::script;
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::cfg::Cfg;
use crate::sites::python::{Argument, Module};
use crate::sites::{File, Format, Found, Source, Tree, plain};

/// The two files of a setuptools project, as far as they are there.
pub(super) struct Setup<'a> {
    pub cfg: Option<Cfg<'a>>,
    pub script: Option<Module<'a>>,
}

/// The words of a manifest that send the reader to another file.
pub(super) struct Pointer<'a> {
    pub source: Source<'a>,
    pub at: usize,
    /// The key they stand under.
    pub key: String,
    /// What the place is called when it is reached this way.
    pub origin: &'static str,
}

impl<'a> Setup<'a> {
    pub fn read(cfg: Option<&'a File>, script: Option<&'a File>) -> Result<Self, Refusal> {
        Ok(Self {
            cfg: cfg.map(|file| Cfg::parse(file.into())).transpose()?,
            script: script.map(|file| Module::parse(file.into())).transpose()?,
        })
    }

    /// The file that makes this a Python project; a setup.cfg that only configures tools does not.
    pub fn manifest(&self) -> Option<&RepoPath> {
        let cfg = self.cfg.as_ref().filter(|cfg| cfg.has_section("metadata"));
        let script = self.script.as_ref().filter(|script| script.calls_setup());
        cfg.map(|cfg| cfg.source().path).or(script.map(|script| script.source().path))
    }

    pub fn name(&self) -> Result<Option<String>, Refusal> {
        if let Some(cfg) = &self.cfg
            && let Some(found) = cfg.text("metadata", "name")?
        {
            return cfg.source().name(&found.value, found.range.start).map(Some);
        }
        let Some(script) = &self.script else { return Ok(None) };
        let found = match script.setup_argument("name") {
            Some(Argument::Literal(found)) => Some(found),
            Some(Argument::Name(variable, _)) => script.assigned(&variable)?,
            _ => None,
        };
        found.map(|found| script.source().name(&found.value, found.range.start)).transpose()
    }

    /// The tool that takes the version from git, if one is set up here.
    pub fn vcs(&self) -> Option<String> {
        let argument = |key| self.script.as_ref().and_then(|s| s.setup_argument(key));
        if argument("use_scm_version").is_some() {
            return Some("setuptools-scm".to_owned());
        }
        if argument("pbr").is_some_and(|argument| argument.is_true()) {
            return Some("pbr".to_owned());
        }
        let versioneer = match argument("version") {
            Some(Argument::Expression(text, _)) => text.contains("versioneer."),
            _ => false,
        };
        let section = self.cfg.as_ref().is_some_and(|cfg| cfg.has_section("versioneer"));
        (versioneer || section).then(|| "versioneer".to_owned())
    }

    /// Where setup.cfg and setup.py say that packages lie.
    pub fn add_layout(&self, layout: &mut Layout) -> Result<(), Refusal> {
        if let Some(script) = &self.script {
            for (package, folder) in script.setup_pairs("package_dir") {
                layout.place(&package, &folder);
            }
        }
        let Some(cfg) = &self.cfg else { return Ok(()) };
        for line in cfg.lines("options", "package_dir")? {
            let (package, folder) = line.value.split_once('=').unwrap_or(("", &line.value));
            layout.place(package.trim(), folder.trim());
        }
        let roots = cfg.lines("options.packages.find", "where")?;
        layout.roots.extend(roots.into_iter().map(|root| join(&root.value, "")));
        Ok(())
    }

    /// The packages that setup.cfg and setup.py list by name.
    pub fn packages(&self) -> Result<Vec<String>, Refusal> {
        let script = self.script.as_ref().map(|script| script.setup_texts("packages"));
        let mut packages = script.unwrap_or_default();
        if let Some(cfg) = &self.cfg {
            let lines = cfg.lines("options", "packages")?.into_iter().map(|line| line.value);
            packages.extend(lines.filter(|line| !line.starts_with("find")));
        }
        Ok(packages)
    }

    /// Does setup.cfg hold the version itself?
    pub fn is_static(&self) -> Result<bool, Refusal> {
        let Some(cfg) = &self.cfg else { return Ok(false) };
        let found = cfg.text("metadata", "version")?;
        Ok(found.is_some_and(|found| {
            !found.value.starts_with("attr:") && !found.value.starts_with("file:")
        }))
    }

    /// Adds the version of setup.cfg and setup.py, and what they point to.
    pub fn add(&self, tree: &dyn Tree, layout: &Layout, part: &mut Part) -> Result<(), Refusal> {
        if let Some(cfg) = &self.cfg
            && let Some(found) = cfg.text("metadata", "version")?
        {
            let source = cfg.source();
            let pointer = |origin| Pointer {
                source,
                at: found.range.start,
                key: "metadata.version".to_owned(),
                origin,
            };
            if let Some(attribute) = found.value.strip_prefix("attr:") {
                let attribute = attribute.trim();
                add_attribute(tree, layout, attribute, &pointer("setuptools attr"), part)?;
            } else if let Some(path) = found.value.strip_prefix("file:") {
                let paths: Vec<&str> = path.split(',').map(str::trim).collect();
                add_plain(tree, &paths, &pointer("setuptools file"), part)?;
            } else {
                part.add(source, site(source, Format::Cfg, "metadata.version", "manifest", found));
            }
        }
        match &self.script {
            Some(script) => script::add(tree, layout, script, part),
            None => Ok(()),
        }
    }

    /// Why the version of setup.py is not known, when it is computed there.
    pub fn computed(&self) -> Option<Refusal> {
        script::computed(self.script.as_ref()?)
    }
}

/// `attr = "package.module.NAME"`.
pub(super) fn add_attribute(
    tree: &dyn Tree,
    layout: &Layout,
    attribute: &str,
    pointer: &Pointer<'_>,
    part: &mut Part,
) -> Result<(), Refusal> {
    let Some((module, name)) = attribute.rsplit_once('.') else {
        return Err(pointer.refuse(attribute, "It needs a module and a name: package.__version__."));
    };
    let outcome = match follow_module(tree, layout, module, name)? {
        Outcome::NoFile => match sole_root(tree, module)? {
            Some(root) => follow_module(tree, &layout.clone().starting(root), module, name)?,
            None => Outcome::NoFile,
        },
        outcome => outcome,
    };
    pointer.add(attribute, name, outcome, &layout.files_of(module), part)
}

/// `file = "VERSION"`: exactly one, because setuptools joins several with line ends.
pub(super) fn add_plain(
    tree: &dyn Tree,
    paths: &[&str],
    pointer: &Pointer<'_>,
    part: &mut Part,
) -> Result<(), Refusal> {
    let [path] = paths else {
        return Err(pointer.refuse(&paths.join(", "), "A version is read from exactly one file."));
    };
    let Some(file) = read(tree, path)? else {
        return Err(pointer.refuse(path, "There is no such file in the repository."));
    };
    let source = Source::from(&file);
    let found = plain::find(source)?;
    part.add(source, site(source, Format::Plain, "the whole file", pointer.origin, found));
    Ok(())
}

impl Pointer<'_> {
    /// The refusal for a pointer that leads nowhere.
    pub fn refuse(&self, target: &str, why: &str) -> Refusal {
        let what = format!("{} in {} points to {target}", self.key, self.source.path);
        Refusal::usage(what).why(why).at(self.source.place(self.at))
    }

    /// Adds what following the pointer to `target` led to.
    pub fn add(
        &self,
        target: &str,
        name: &str,
        outcome: Outcome,
        looked: &[String],
        part: &mut Part,
    ) -> Result<(), Refusal> {
        match outcome {
            Outcome::Found { file, key, found } => {
                let source = Source::from(&file);
                part.add(source, site(source, Format::Python, &key, self.origin, found));
                Ok(())
            }
            Outcome::Pieces { file, pieces } => {
                part.add_pieces(Source::from(&file), &pieces, self.origin);
                Ok(())
            }
            Outcome::Generated(path, tool) => Err(self
                .refuse(target, &format!("{path} is written by {tool} and must not be edited."))
                .why("Let the manifest name that tool as the source of the version.")),
            Outcome::NoLiteral(_, Some(link)) => Err(self
                .refuse(target, &format!("At {link} it is no plain string at the top level."))
                .why(format!("Only a string in quotes can be edited: {name} = \"1.2.3\"."))),
            Outcome::NoLiteral(path, None) => Err(self.refuse(
                target,
                &format!("{path} assigns no string in quotes to {name} at its top level."),
            )),
            Outcome::NoFile => {
                let refusal = self.refuse(target, "There is no such file in the repository.");
                Err(listed(refusal, "Looked at", looked))
            }
        }
    }
}

/// Takes a leading `v` off a literal, as hatch does ("v1.2.3" is the version 1.2.3).
pub(super) fn without_v(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Found { file, key, found } if file.bytes.get(found.range.start) == Some(&b'v') => {
            let range = found.range.start + 1..found.range.end;
            let value = found.value.strip_prefix('v').unwrap_or(&found.value).to_owned();
            Outcome::Found { file, key, found: Found { range, value } }
        }
        other => other,
    }
}
