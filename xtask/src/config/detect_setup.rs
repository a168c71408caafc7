//! setup.cfg and setup.py, and the two ways setuptools points to a version: `attr` and `file`.

use super::detect::{Part, read, site};
use super::detect_package::{Layout, Outcome, follow, follow_module, join};
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
            return Ok(Some(found.value));
        }
        match self.script.as_ref().and_then(|script| script.setup_argument("name")) {
            Some(Argument::Literal(found)) => Ok(Some(found.value)),
            Some(Argument::Name(variable)) => {
                let script = self.script.as_ref();
                let found = script.map(|script| script.assigned(&variable)).transpose()?;
                Ok(found.flatten().map(|found| found.value))
            }
            _ => Ok(None),
        }
    }

    /// The tool that takes the version from git, if one is set up here.
    pub fn vcs(&self) -> Option<String> {
        let argument = |key| self.script.as_ref().and_then(|s| s.setup_argument(key));
        if argument("use_scm_version").is_some() {
            return Some("setuptools-scm".to_owned());
        }
        if argument("pbr") == Some(Argument::True) {
            return Some("pbr".to_owned());
        }
        let versioneer = matches!(argument("version"), Some(Argument::Expression(text, _)) if text.contains("versioneer."));
        let section = self.cfg.as_ref().is_some_and(|cfg| cfg.has_section("versioneer"));
        (versioneer || section).then(|| "versioneer".to_owned())
    }

    /// Where setup.cfg says that packages lie.
    pub fn add_layout(&self, layout: &mut Layout) -> Result<(), Refusal> {
        let Some(cfg) = &self.cfg else { return Ok(()) };
        for line in cfg.lines("options", "package_dir")? {
            let (package, folder) = line.value.split_once('=').unwrap_or(("", &line.value));
            match (package.trim(), folder.trim()) {
                ("", folder) => layout.roots.push(join(folder, "")),
                (package, folder) => layout.moved.push((package.to_owned(), folder.to_owned())),
            }
        }
        let roots = cfg.lines("options.packages.find", "where")?;
        layout.roots.extend(roots.into_iter().map(|root| join(&root.value, "")));
        Ok(())
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
            Some(script) => add_script(tree, layout, script, part),
            None => Ok(()),
        }
    }

    /// Why the version of setup.py is not known, when it is computed there.
    pub fn computed(&self) -> Option<Refusal> {
        let script = self.script.as_ref()?;
        let (text, at) = match script.setup_argument("version")? {
            Argument::Expression(text, at) => (text, at),
            Argument::Name(name) => (name, 0),
            _ => return None,
        };
        let source = script.source();
        let at = if at > 0 { at } else { find(source.bytes, text.as_bytes()) };
        Some(
            Refusal::usage(format!("{} computes its version", source.path))
                .why("Only a string literal can be edited")
                .why("Write it there, or as __version__ in the package's __init__.py")
                .at(source.place(at)),
        )
    }
}

fn find(bytes: &[u8], word: &[u8]) -> usize {
    bytes.windows(word.len().max(1)).position(|window| window == word).unwrap_or(0)
}

/// `version="1.2.3"` of the call, or the variable that stands there instead.
fn add_script(
    tree: &dyn Tree,
    layout: &Layout,
    script: &Module<'_>,
    part: &mut Part,
) -> Result<(), Refusal> {
    let source = script.source();
    match script.setup_argument("version") {
        Some(Argument::Literal(found)) => {
            part.add(source, site(source, Format::Python, "setup(version)", "manifest", found));
        }
        Some(Argument::Name(variable)) => {
            let file = File { path: source.path.clone(), bytes: source.bytes.into() };
            let outcome = follow(tree, layout, file, &variable)?;
            if let Outcome::Found { file, key, found } = outcome {
                let source = Source::from(&file);
                part.add(source, site(source, Format::Python, &key, "setup.py", found));
            }
        }
        _ => {}
    }
    Ok(())
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
        return Err(pointer.refuse(attribute, "It needs a module and a name: package.__version__"));
    };
    let outcome = follow_module(tree, layout, module, name)?;
    let looked = || format!("Looked at {}", layout.files_of(module).join(", "));
    pointer.add(attribute, name, outcome, looked, part)
}

/// `file = "VERSION"`: exactly one, because setuptools joins several with line ends.
pub(super) fn add_plain(
    tree: &dyn Tree,
    paths: &[&str],
    pointer: &Pointer<'_>,
    part: &mut Part,
) -> Result<(), Refusal> {
    let [path] = paths else {
        return Err(pointer.refuse(&paths.join(", "), "A version is read from exactly one file"));
    };
    let Some(file) = read(tree, path)? else {
        return Err(pointer.refuse(path, "There is no such file in the repository"));
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
        looked: impl Fn() -> String,
        part: &mut Part,
    ) -> Result<(), Refusal> {
        match outcome {
            Outcome::Found { file, key, found } => {
                let source = Source::from(&file);
                part.add(source, site(source, Format::Python, &key, self.origin, found));
                Ok(())
            }
            Outcome::Generated(path, tool) => Err(self
                .refuse(target, &format!("{path} is written by {tool} and must not be edited"))
                .why("Let the manifest name that tool as the source of the version")),
            Outcome::NoLiteral(path) => Err(self.refuse(
                target,
                &format!("{path} assigns no string literal to {name} at its top level"),
            )),
            Outcome::NoFile => {
                Err(self.refuse(target, "There is no such file in the repository").why(looked()))
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
