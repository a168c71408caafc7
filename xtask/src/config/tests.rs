//! Repository layouts and the version files they have.

mod packages;
mod pieces;
mod scripts;
mod wording;
mod workspaces;

use std::collections::{BTreeMap, BTreeSet};

use super::detect::listed;
use super::*;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::sites::{File, Role, Spelling, Tree};

/// A repository in memory.
pub(super) struct Memory(BTreeMap<RepoPath, Vec<u8>>);

impl Memory {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let entry =
            |(path, text): &(&str, &str)| (RepoPath::new(path).unwrap(), text.as_bytes().to_vec());
        Self(files.iter().map(entry).collect())
    }
}

/// The project at the top.
fn detect(tree: &Memory) -> Result<Project, Refusal> {
    let projects = Projects::new(tree)?;
    match projects.top()? {
        Some(project) => Ok(project),
        None => Err(projects.nothing()?),
    }
}

impl Tree for Memory {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        let file = |bytes: &Vec<u8>| File { path: path.clone(), bytes: bytes.as_slice().into() };
        Ok(self.0.get(path).map(file))
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        let mut folders = BTreeSet::new();
        for path in self.0.keys() {
            let mut folder = path.folder();
            while !folder.is_empty() {
                folders.insert(folder);
                folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
        }
        let matching = folders.into_iter().filter(|folder| pattern.matches(folder));
        Ok(matching.filter_map(RepoPath::new).collect())
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        let wanted = |path: &&RepoPath| patterns.iter().any(|glob| glob.matches(path.as_str()));
        Ok(self.0.keys().filter(wanted).cloned().collect())
    }
}

/// `name (folder): version` of every package that says one, and `folder!` of what is broken.
fn packages(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Memory::new(files);
    let projects = Projects::new(&tree).unwrap();
    let listed = projects.packages().unwrap();
    let line = |package: &Package| match projects.of(package) {
        Ok(Some(project)) => {
            let version = project.sites.first().map_or("", |site| &site.value);
            Some(format!("{} ({}): {version}", package.name, package.folder))
        }
        Ok(None) => None,
        Err(_) => Some(format!("{}!", package.folder)),
    };
    let found = listed.found.iter().filter_map(line);
    found.chain(listed.broken.iter().map(|broken| format!("{}!", broken.folder))).collect()
}

fn project(files: &[(&str, &str)]) -> Project {
    let project = detect(&Memory::new(files)).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    for site in &project.sites {
        let bytes = &Memory::new(files).0[&site.path];
        let raw = std::str::from_utf8(&bytes[site.range.clone()]).unwrap();
        assert_eq!(raw, site.value, "{site:?}");
    }
    project
}

/// `path key value origin` of every site.
fn sites(files: &[(&str, &str)]) -> Vec<String> {
    let line = |s: &crate::sites::Site| format!("{} {} {} ({})", s.path, s.key, s.value, s.origin);
    project(files).sites.iter().map(line).collect()
}

fn refusal(files: &[(&str, &str)]) -> Refusal {
    detect(&Memory::new(files)).expect_err("it should be refused")
}

#[track_caller]
fn expect(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(sites(files), expected);
}

#[track_caller]
fn expect_refusal(files: &[(&str, &str)], what: &str, place: Option<&str>) {
    let refusal = refusal(files);
    assert_eq!(refusal.what, what);
    let found = refusal.place.as_ref().map(ToString::to_string);
    assert_eq!(found.as_deref(), place, "{:?}", refusal.why);
}

const PROJECT: (&str, &str) =
    ("pyproject.toml", "[project]\nname = \"My.Pkg\"\nversion = \"1.2.3\"\n");
const DYNAMIC: &str = "[project]\nname = \"pkg\"\ndynamic = [\"version\"]\n";

#[test]
fn a_static_version_and_the_own_package() {
    expect(&[PROJECT], &["pyproject.toml project.version 1.2.3 (manifest)"]);
    expect(
        &[
            PROJECT,
            ("src/My/Pkg/__init__.py", "__version__ = '1.2.3'\n"),
            ("my_pkg/__about__.py", "__version__ = '1.2.3'\n"),
            ("my_pkg/version.py", "VERSION = '1.2.3'\nversion = 'x'\n"),
            ("other/__init__.py", "__version__ = '1.2.3'\n"),
        ],
        &[
            "pyproject.toml project.version 1.2.3 (manifest)",
            "src/My/Pkg/__init__.py __version__ 1.2.3 (package)",
            "my_pkg/__about__.py __version__ 1.2.3 (package)",
            "my_pkg/version.py VERSION 1.2.3 (package)",
        ],
    );
    let init = "from ._v import V as __version__\n__version_info__ = (1, 2, 3)\n";
    let files = [PROJECT, ("my_pkg/__init__.py", init), ("my_pkg/_v.py", "V = '1.2.3'\n")];
    expect(
        &files,
        &[
            "pyproject.toml project.version 1.2.3 (manifest)",
            "my_pkg/_v.py V 1.2.3 (package)",
            "my_pkg/__init__.py __version_info__ 1 (package)",
            "my_pkg/__init__.py __version_info__ 2 (package)",
            "my_pkg/__init__.py __version_info__ 3 (package)",
        ],
    );
    expect(
        &[
            PROJECT,
            ("my_pkg/__init__.py", "from .version import __version__\n"),
            ("my_pkg/version.py", "# file generated by setuptools-scm\nversion = '1.2.3'\n"),
            ("src/my_pkg/__init__.py", "__version__ = 'unknown'\n"),
        ],
        &["pyproject.toml project.version 1.2.3 (manifest)"],
    );
}

#[test]
fn a_package_inside_a_namespace_has_the_name_of_both() {
    let manifest = ("pyproject.toml", "[project]\nname = \"Poetry-core\"\nversion = \"1.2.3\"\n");
    let inner = ("src/poetry/core/__init__.py", "__version__ = '1.2.3'\n");
    let own = "pyproject.toml project.version 1.2.3 (manifest)";
    expect(&[manifest, inner], &[own, "src/poetry/core/__init__.py __version__ 1.2.3 (package)"]);
    expect(&[manifest, inner, ("src/poetry/__init__.py", "")], &[own]);
}

#[test]
fn poetry_tables_and_named_packages() {
    expect(
        &[
            (
                "pyproject.toml",
                "[project]\nname='x'\nversion='1.2.3'\n[tool.poetry]\nversion='1.2.4'\n\
                 packages=[{include='app', from='lib'}]\n",
            ),
            ("lib/app/__init__.py", "__version__ = '1.2.3'"),
        ],
        &[
            "pyproject.toml project.version 1.2.3 (manifest)",
            "pyproject.toml tool.poetry.version 1.2.4 (manifest)",
            "lib/app/__init__.py __version__ 1.2.3 (package)",
        ],
    );
    let hatch =
        "[project]\nname='x'\nversion='1'\n[tool.hatch.build.targets.wheel]\npackages=['src/a']";
    let files = [("pyproject.toml", hatch), ("src/a/__init__.py", "__version__ = '1'")];
    assert_eq!(sites(&files).len(), 2);
    let setuptools =
        "[project]\nname='x'\nversion='1'\n[tool.setuptools]\npackages=['a', 'a.b', 'c']";
    let files = [
        ("pyproject.toml", setuptools),
        ("a/__init__.py", "__version__ = '1'"),
        ("a/b/__init__.py", "__version__ = '9'"),
        ("src/c/__init__.py", "__version__ = '1'"),
    ];
    assert_eq!(sites(&files).len(), 3);
}

#[test]
fn dynamic_versions_are_followed() {
    let with = |tail: &str| format!("{DYNAMIC}{tail}");
    let about = ("src/pkg/__about__.py", "__version__ = 'v1.2.3'\n");
    let hatch = with("[tool.hatch.version]\npath = \"src/pkg/__about__.py\"\n");
    expect(
        &[("pyproject.toml", &hatch), about],
        &["src/pkg/__about__.py __version__ 1.2.3 (hatch path)"],
    );

    let attr = with("[tool.setuptools.dynamic]\nversion = {attr = \"pkg.__version__\"}\n");
    let init = "src/pkg/__init__.py __version__ 1.2.3 (setuptools attr)";
    let own = ("src/pkg/__init__.py", "__version__ = '1.2.3'\n");
    expect(&[("pyproject.toml", &attr), own], &[init]);
    expect(
        &[
            ("pyproject.toml", &attr),
            ("pkg/__init__.py", "from pkg.core import version as __version__"),
            ("pkg/core.py", "_v = version = '1.2.3'"),
        ],
        &["pkg/core.py version 1.2.3 (setuptools attr)"],
    );
    let moved = format!("{attr}[tool.setuptools.package-dir]\npkg = 'lib/here'\n");
    expect(
        &[("pyproject.toml", &moved), ("lib/here/__init__.py", "__version__ = '1.2.3'")],
        &["lib/here/__init__.py __version__ 1.2.3 (setuptools attr)"],
    );
    let file = with("[tool.setuptools.dynamic]\nversion = {file = [\"VERSION\"]}\n");
    expect(
        &[("pyproject.toml", &file), ("VERSION", "1.2.3\r\n")],
        &["VERSION the whole file 1.2.3 (setuptools file)"],
    );
    let pdm = with("[tool.pdm]\nversion = { source = 'file', path = 'pkg/v.py' }\n");
    expect(
        &[("pyproject.toml", &pdm), ("pkg/v.py", "__version__ = '1.2.3'")],
        &["pkg/v.py __version__ 1.2.3 (pdm path)"],
    );
    let flit = with("[build-system]\nbuild-backend = 'flit_core.buildapi'\n");
    expect(
        &[("pyproject.toml", &flit), ("pkg.py", "__version__ = '1.2.3'")],
        &["pkg.py __version__ 1.2.3 (flit module)"],
    );
    let maturin = with("[build-system]\nbuild-backend = 'maturin'\n");
    expect(
        &[
            ("pyproject.toml", &maturin),
            ("Cargo.toml", "[package]\nname='pkg-rs'\nversion='1.2.3'"),
        ],
        &["Cargo.toml package.version 1.2.3 (manifest)"],
    );
    let node = with("[tool.hatch.version]\nsource = 'nodejs'\n");
    expect(
        &[("pyproject.toml", &node), ("package.json", "{\"version\":\"1.2.3\"}")],
        &["package.json version 1.2.3 (hatch path)"],
    );
    let own_only = with("[build-system]\nbuild-backend = 'mine'\n");
    expect(
        &[("pyproject.toml", &own_only), own],
        &["src/pkg/__init__.py __version__ 1.2.3 (package)"],
    );
}

#[test]
fn a_static_version_wins_over_what_dynamic_tables_say() {
    let both =
        "[project]\nname='pkg'\nversion='1.2.3'\n[tool.hatch.version]\npath='pkg/__init__.py'\n";
    let init = ("pkg/__init__.py", "__version__ = '1.2.4'\n");
    expect(
        &[("pyproject.toml", both), init],
        &[
            "pyproject.toml project.version 1.2.3 (manifest)",
            "pkg/__init__.py __version__ 1.2.4 (hatch path)",
        ],
    );
    let odd = "[project]\nname='pkg'\nversion='1.2.3'\n[tool.hatch.version]\nsource='vcs'\n";
    expect(&[("pyproject.toml", odd)], &["pyproject.toml project.version 1.2.3 (manifest)"]);
    assert_eq!(project(&[("pyproject.toml", odd)]).vcs, None);
}

#[test]
fn what_dynamic_points_to_has_to_be_there() {
    let with = |tail: &str| format!("{DYNAMIC}{tail}");
    let hatch = with("[tool.hatch.version]\npath = \"src/x.py\"\n");
    let what = "tool.hatch.version.path in pyproject.toml points to src/x.py";
    expect_refusal(&[("pyproject.toml", &hatch)], what, Some("pyproject.toml:5:9"));
    expect_refusal(
        &[("pyproject.toml", &hatch), ("src/x.py", "# file generated by hatch-vcs\n")],
        what,
        Some("pyproject.toml:5:9"),
    );
    expect_refusal(
        &[("pyproject.toml", &hatch), ("src/x.py", "__version__ = get()")],
        what,
        Some("pyproject.toml:5:9"),
    );
    let attr = with("[tool.setuptools.dynamic]\nversion.attr = \"pkg.__version__\"\n");
    let what = "tool.setuptools.dynamic.version.attr in pyproject.toml points to pkg.__version__";
    expect_refusal(&[("pyproject.toml", &attr)], what, Some("pyproject.toml:5:17"));
    let outside = with("[tool.setuptools.dynamic]\nversion.file = '../VERSION'\n");
    let what = "tool.setuptools.dynamic.version.file in pyproject.toml points to ../VERSION";
    expect_refusal(&[("pyproject.toml", &outside)], what, Some("pyproject.toml:5:17"));
    let pattern = with("[tool.hatch.version]\npath='x.py'\npattern='v=(?P<version>.*)'\n");
    let what = "tool.hatch.version.pattern in pyproject.toml is not supported yet";
    expect_refusal(&[("pyproject.toml", &pattern)], what, Some("pyproject.toml:6:10"));
    let what = "pyproject.toml leaves the version to its build backend";
    expect_refusal(&[("pyproject.toml", DYNAMIC)], what, Some("pyproject.toml:3:13"));
}

#[test]
fn versions_from_tags_have_no_files() {
    let poetry = "[tool.poetry]\nname='pkg'\nversion='0.0.0'\n[tool.poetry-dynamic-versioning]\nenable=true\n";
    for (text, tool) in [
        (format!("{DYNAMIC}[tool.hatch.version]\nsource='vcs'\n"), "hatch-vcs"),
        (format!("{DYNAMIC}[tool.setuptools_scm]\n"), "setuptools-scm"),
        (format!("{DYNAMIC}[build-system]\nrequires=['setuptools_scm>=8']"), "setuptools-scm"),
        (format!("{DYNAMIC}[tool.pdm.version]\nsource='scm'\n"), "pdm"),
        (format!("{DYNAMIC}[tool.versioneer]\nVCS='git'\n"), "versioneer"),
        (poetry.to_owned(), "poetry-dynamic-versioning"),
    ] {
        let files = [
            ("pyproject.toml", text.as_str()),
            ("pkg/_version.py", "# file generated by x\n__version__ = '1'"),
        ];
        let project = project(&files);
        assert_eq!(project.vcs.as_deref(), Some(tool));
        assert_eq!((project.sites.len(), project.notes), (0, vec![]));
    }
    let scm = [("setup.py", "setup(name='pkg', use_scm_version=True)")];
    assert_eq!(project(&scm).vcs.as_deref(), Some("setuptools-scm"));
    let text = format!("{DYNAMIC}[tool.setuptools_scm]\n");
    let files = [("pyproject.toml", text.as_str()), ("pkg/__init__.py", "\n__version__ = '1.0'")];
    let note = project(&files).notes[0].to_string();
    assert_eq!(
        note,
        "pkg/__init__.py:2 says 1.0, but setuptools-scm takes the version from tags: left alone"
    );
}

#[test]
fn setup_cfg_and_setup_py() {
    let cfg = "[metadata]\nname = pkg\nversion = 1.2.3\n";
    expect(&[("setup.cfg", cfg)], &["setup.cfg metadata.version 1.2.3 (manifest)"]);
    let attr = "[metadata]\nname = pkg\nversion = attr: pkg.__version__\n[options]\npackage_dir =\n    = lib\n";
    expect(
        &[
            ("setup.cfg", attr),
            ("setup.py", "setup()"),
            ("lib/pkg/__init__.py", "__version__ = '1.2.3'"),
        ],
        &["lib/pkg/__init__.py __version__ 1.2.3 (setuptools attr)"],
    );
    let file = "[metadata]\nversion = file: VERSION\n";
    expect(
        &[("setup.cfg", file), ("VERSION", "1.2.3")],
        &["VERSION the whole file 1.2.3 (setuptools file)"],
    );
    expect(
        &[("setup.cfg", "[flake8]\nmax = 1\n"), ("setup.py", "setup(name='a', version='1.2.3')")],
        &["setup.py setup(version) 1.2.3 (manifest)"],
    );
    expect(
        &[("setup.py", "V = '1.2.3'\nNAME = 'a'\nsetup(name=NAME, version=V)")],
        &["setup.py V 1.2.3 (setup.py)"],
    );
    let what = "setup.py computes its version";
    expect_refusal(&[("setup.py", "setup(name='a',\nversion=f())")], what, Some("setup.py:2:9"));
    expect_refusal(
        &[("setup.cfg", "[metadata]\nversion = attr: a.v\n")],
        "metadata.version in setup.cfg points to a.v",
        Some("setup.cfg:2:11"),
    );
}

#[test]
fn lock_entries_of_uv_are_the_projects_own() {
    let lock = "[[package]]\nname = \"my-pkg\"\nversion = \"1.2.3\"\nsource = { editable = \".\" }\n\n\
                [[package]]\nname = \"my-pkg\"\nversion = \"9\"\nsource = { registry = \"u\" }\n";
    let project = project(&[PROJECT, ("uv.lock", lock)]);
    let entry = &project.sites[1];
    assert_eq!((entry.key.as_str(), entry.value.as_str()), ("package.my-pkg.version", "1.2.3"));
    assert_eq!((&entry.role, entry.spelling), (&Role::Lock, Spelling::Pep440));
    assert_eq!(project.sites.len(), 2);

    let other = lock.replace("\"my-pkg\"", "\"old-name\"");
    let files = [PROJECT, ("uv.lock", other.as_str())];
    let project = self::project(&files);
    assert_eq!(project.sites.len(), 1);
    let note = "uv.lock:3 is for \"old-name\" 1.2.3, not this project: left alone";
    assert_eq!(project.notes[0].to_string(), note);
}
