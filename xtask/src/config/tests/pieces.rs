//! Versions in pieces: beside a literal, and as the only place there is.

use super::*;
use crate::sites::pieces::Group;

/// What every place says, a group of pieces as one: `path name version (origin)`.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let project = project(files);
    let mut said = Vec::new();
    for site in &project.sites {
        let line = match (&site.role, Group::of(&project.sites, site)) {
            (Role::Piece { of, .. }, Some(group)) => {
                format!("{} {of} {} ({})", site.path, group.version(), site.origin)
            }
            _ => format!("{} {} {} ({})", site.path, site.key, site.value, site.origin),
        };
        if !said.contains(&line) {
            said.push(line);
        }
    }
    said
}

#[track_caller]
fn beside(init: &str, expected: &[&str], notes: &[&str]) {
    let files = [PROJECT, ("my_pkg/__init__.py", init)];
    let mut places = vec!["pyproject.toml project.version 1.2.3 (manifest)".to_owned()];
    places.extend(expected.iter().map(|place| format!("my_pkg/__init__.py {place} (package)")));
    assert_eq!(said(&files), places, "{init}");
    let found: Vec<String> = project(&files).notes.iter().map(ToString::to_string).collect();
    let notes: Vec<String> = notes.iter().map(|n| format!("my_pkg/__init__.py:{n}")).collect();
    assert_eq!(found, notes, "{init}");
}

#[test]
fn beside_a_literal_a_group_agrees_or_was_forgotten_or_is_another() {
    for (init, places, notes) in [
        ("__version_info__ = (1, 2, 3)\n", &["__version_info__ 1.2.3"][..], &[][..]),
        ("VERSION = (1, 2, 3, 'final', 0)\n", &["VERSION 1.2.3"], &[]),
        ("version_info = (1, 2)\n", &["version_info 1.2"], &[]),
        ("VERSION_MAJOR = 1\nVERSION_MINOR = 2\n", &["VERSION_MAJOR, VERSION_MINOR 1.2"], &[]),
        ("__version_info__ = (1, 2, 2)\n", &["__version_info__ 1.2.2"], &[]),
        (
            "__version__ = '1.2.3'\nMAJOR = 1\nMINOR = 1\nPATCH = 0\n",
            &["__version__ 1.2.3", "MAJOR, MINOR, PATCH 1.1.0"],
            &[],
        ),
        (
            "# version\nMAJOR = 1\nMINOR = 1\n",
            &[],
            &["2 MAJOR, MINOR is 1.1, not the project's 1.2.3: left alone"],
        ),
        ("VERSION = (3, 0)\n", &[], &["1 VERSION is 3.0, not the project's 1.2.3: left alone"]),
        (
            "x = 1\nversion_info = (1, 2, 'x')\n",
            &[],
            &["2 version_info looks like a version in numbers: not understood, left alone"],
        ),
    ] {
        beside(init, places, notes);
    }
}

const PYMYSQL: &str = "# PyMySQL version.\n# Used by setuptools and connection_attrs\n\
    VERSION = (1, 1, 1, \"final\")\nVERSION_STRING = \"1.1.1\"\n\n\
    ### for mysqlclient compatibility\nversion_info = (1, 4, 6, \"final\", 1)\n\
    __version__ = \"1.4.6\"\n";

#[test]
fn what_a_package_says_it_stands_in_for_is_left_alone() {
    let manifest = "[project]\nname = 'PyMySQL'\ndynamic = ['version']\n\
        [tool.setuptools.dynamic]\nversion = {attr = 'pymysql.VERSION_STRING'}\n";
    let files = [("pyproject.toml", manifest), ("pymysql/__init__.py", PYMYSQL)];
    assert_eq!(
        said(&files),
        [
            "pymysql/__init__.py VERSION_STRING 1.1.1 (setuptools attr)",
            "pymysql/__init__.py VERSION 1.1.1 (package)",
        ]
    );
    let notes: Vec<String> = project(&files).notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "pymysql/__init__.py:8 __version__ is 1.4.6, not the project's 1.1.1: left alone",
            "pymysql/__init__.py:7 version_info is 1.4.6, not the project's 1.1.1: left alone",
        ]
    );
}

#[test]
fn pieces_are_the_version_where_nothing_else_is() {
    let dynamic = "[project]\nname = 'pkg'\ndynamic = ['version']\n\
        [tool.setuptools.dynamic]\nversion = {attr = 'pkg.__version__'}\n";
    let django = "from django.utils.version import get_version\n\nVERSION = (5, 1, 0, \"rc\", 2)\n\n\
        __version__ = get_version(VERSION)\n";
    let crypto = "__all__ = ['Cipher']\n\nversion_info = (3, 20, '0')\n\n\
        __version__ = \".\".join([str(x) for x in version_info])\n";
    let parts = "MAJOR = 1\nMINOR = 2\nMICRO = 3\n__version__ = f\"{MAJOR}.{MINOR}.{MICRO}\"\n";
    for (init, expected) in [
        (django, "VERSION 5.1.0rc2"),
        (crypto, "version_info 3.20.0"),
        (parts, "MAJOR, MINOR, MICRO 1.2.3"),
        ("__version__ = VERSION = (1, 2)\n", "__version__ 1.2"),
    ] {
        let files = [("pyproject.toml", dynamic), ("pkg/__init__.py", init)];
        assert_eq!(said(&files), [format!("pkg/__init__.py {expected} (setuptools attr)")]);
        let script = "setup(name='pkg', version=read('pkg/__init__.py'))\n";
        let files = [("setup.py", script), ("pkg/__init__.py", init)];
        assert_eq!(said(&files), [format!("pkg/__init__.py {expected} (setup.py)")]);
    }
    let script =
        "MAJOR = 1\nMINOR = 2\nVERSION = '%d.%d' % (MAJOR, MINOR)\nsetup(version=VERSION)\n";
    assert_eq!(said(&[("setup.py", script)]), ["setup.py MAJOR, MINOR 1.2 (setup.py)"]);

    let script = "for line in open(os.path.join('lib', 'Crypto', '__init__.py')):\n  \
        if line.startswith('version_info'):\n    version_tuple = eval(line.split('=')[1])\n\
        version_string = '%d.%d' % version_tuple[:-1]\nsetup(name='x', version=version_string)\n";
    let files = [("setup.py", script), ("lib/Crypto/__init__.py", "version_info = (3, 4, 2)\n")];
    assert_eq!(said(&files), ["lib/Crypto/__init__.py version_info 3.4.2 (setup.py)"]);

    let two = "VERSION = (1, 2)\nversion_info = (1, 2)\n__version__ = f(VERSION)\n";
    let files = [("pyproject.toml", dynamic), ("pkg/__init__.py", two)];
    let what = "tool.setuptools.dynamic.version.attr in pyproject.toml points to pkg.__version__";
    expect_refusal(&files, what, Some("pyproject.toml:5:20"));
    let doctored = "VERSION = (0, 7, 3, None)\nversion_info = (1, 2, 6)\n__version__ = f()\n";
    let files = [("pyproject.toml", dynamic), ("pkg/__init__.py", doctored)];
    expect_refusal(&files, what, Some("pyproject.toml:5:20"));
    let none = "VERSION = (1, 2)\n";
    expect_refusal(
        &[("pyproject.toml", dynamic), ("pkg/__init__.py", none)],
        what,
        Some("pyproject.toml:5:20"),
    );
}
