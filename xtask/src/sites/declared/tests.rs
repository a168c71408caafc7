//! What users may write under `files`, on files as they are found in repositories.

use super::*;
use crate::sites::splice;
use crate::sites::tests::check;
use crate::sites::tests::{file, source};

fn keys(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

/// Formats, keys and values of what is found; the value stands at the range, and a new version at
/// all of the ranges passes the proof and is found again.
fn all(path: &str, bytes: impl AsRef<[u8]>, place: &Where<'_>) -> Result<Vec<Declared>, Refusal> {
    let file = file(path, bytes);
    let found = places(source(&file), place)?;
    let Some((format, _, _)) = found.first() else { return Ok(found) };
    let edits: Vec<_> = found.iter().map(|(_, _, found)| (found.range.clone(), "4.5.6")).collect();
    let after = splice(&file.bytes, &edits).unwrap();
    check(&file.path, *format, &file.bytes, &after, &edits).unwrap_or_else(|r| panic!("{r:?}"));
    let again = places(source(&super::super::tests::file(path, after)), place).unwrap();
    assert_eq!(again.len(), found.len());
    assert!(again.iter().all(|(_, _, found)| found.value == "4.5.6"));
    Ok(found)
}

fn at(path: &str, text: &str, key: &str) -> Result<(Format, String), Refusal> {
    let mut found = all(path, text, &Where::Key(&keys(key)))?;
    assert_eq!(found.len(), 1);
    Ok(found.pop().map(|(format, _, found)| (format, found.value)).unwrap())
}

#[test]
fn a_key_finds_its_way_by_the_name_of_the_file() {
    for (path, text, key, format) in [
        ("x.toml", "[a.b]\nc = '1.2.3'\n", "a.b.c", Format::Toml),
        ("x.toml", "[[a]]\nc = '9'\n[[a]]\nc = '1.2.3'\n", "a.1.c", Format::Toml),
        ("f/package.json", "{\"a\":[{\"version\":\"1.2.3\"}]}", "a.0.version", Format::Json),
        ("x.YML", "a:\n- v: 1.2.3\n", "a.0.v", Format::Yaml),
        ("CITATION.cff", "version: 1.2.3\n", "version", Format::Yaml),
        ("api/config.py", "API_VERSION: str = \"1.2.3\"\n", "API_VERSION", Format::Python),
        (
            ".bumpversion.cfg",
            "[bumpversion]\ncurrent_version = 1.2.3\n",
            "bumpversion.current_version",
            Format::Cfg,
        ),
        ("x.ini", "[a.b]\nc: 1.2.3\n", "a.b.c", Format::Cfg),
    ] {
        let found = at(path, text, key).unwrap_or_else(|r| panic!("{path}: {r:?}"));
        assert_eq!(found, (format, "1.2.3".to_owned()), "{path}");
    }
}

#[test]
fn a_key_that_leads_nowhere_is_refused_with_the_nearest() {
    let deployment = "services:\n  api:\n    image: x:1.2.3\n  web: {<<: *x}\n".replace("*x", "{}");
    for (path, text, key, what, why, line) in [
        (
            "x.yaml",
            &*deployment,
            "services.app.image",
            "services.app.image is not in x.yaml",
            "Did you mean \"services.api\"?",
            2,
        ),
        (
            "x.yaml",
            &deployment,
            "services.api.imag",
            "services.api.imag is not",
            "Did you mean \"services.api.image\"?",
            3,
        ),
        (
            "x.yaml",
            &deployment,
            "services.web.image",
            "services.web.image is not",
            "Keys taken in by << at x.yaml:4:9",
            4,
        ),
        ("x.yaml", &deployment, "services.api.image.tag", "services.api.image.tag is not", "", 3),
        ("x.yaml", "a: [x, y]\n", "a.b", "a.b is not", "There is a list of 2 at x.yaml:1:4", 1),
        ("x.yaml", "", "a", "a is not", "", 1),
        ("x.yaml", "a: {b: 1}\n---\na: {c: x}\n", "a.d", "a.d is not in x.yaml", "", 1),
        (
            "x.yaml",
            "a: 1.10\n",
            "a",
            "a in x.yaml is not a string",
            "1.10 is a number in YAML: write it in quotes.",
            1,
        ),
        (
            "x.toml",
            "[a]\nversion = 1\n",
            "a.version",
            "a.version in x.toml is not a string",
            "A version is written in quotes.",
            2,
        ),
        (
            "x.json",
            "{\"verson\": \"1.2.3\"}",
            "version",
            "version is not in x.json",
            "Did you mean \"verson\"?",
            1,
        ),
        (
            "x.py",
            "__version = '1.2.3'\n",
            "__version__",
            "__version__ is not in x.py",
            "Did you mean \"__version\"?",
            1,
        ),
        (
            "x.py",
            "x = 1\nV = (1, 2)\n",
            "V",
            "V in x.py is no string",
            "Only a string in quotes",
            2,
        ),
        ("x.py", "V = '1.2.3'\n", "a.V", "a.V is not in x.py", "is one name at its top level", 1),
        ("x.py", "V = '1'\nV = '2'\n", "V", "V is assigned twice", "x.py:1:6", 2),
        (
            "x.cfg",
            "[metadata]\nversio = 1\n",
            "metadata.version",
            "metadata.version is not in x.cfg",
            "Did you mean \"metadata.versio\"?",
            2,
        ),
        (
            "x.cfg",
            "\n[metadat]\nversion = 1\n",
            "metadata.version",
            "metadata.version is not",
            "Did you mean \"metadat.version\"?",
            1,
        ),
        ("x.cfg", "[a]\nb = 1\n", "b", "b is not in x.cfg", "section.key", 1),
    ] {
        let refusal = at(path, text, key).unwrap_err();
        assert!(refusal.what.contains(what), "{refusal:?}");
        assert!(why.is_empty() || refusal.why.iter().any(|line| line.contains(why)), "{refusal:?}");
        assert_eq!(refusal.place.clone().map(|place| place.line), Some(line), "{refusal:?}");
    }
    let refusal = at("README.md", "Version: 1.2.3", "version").unwrap_err();
    assert_eq!(refusal.why, ["Keys are for TOML, JSON, YAML, Python and .cfg files; use pattern."]);
    let generated = "# file generated by setuptools-scm\n__version__ = '1.2.3'\n";
    let refusal = at("_version.py", generated, "__version__").unwrap_err();
    assert!(refusal.what.contains("is written by"), "{refusal:?}");
}

fn values(path: &str, bytes: impl AsRef<[u8]>, place: &Where<'_>) -> Vec<(Format, String, String)> {
    let found = all(path, bytes, place).unwrap_or_else(|r| panic!("{path}: {r:?}"));
    found.into_iter().map(|(format, key, found)| (format, key, found.value)).collect()
}

#[test]
fn a_pattern_reads_any_file() {
    let pattern = Pattern::parse("img.shields.io/badge/version-{version}-blue").unwrap();
    let readme = b"caf\xe9\r\n![](https://img.shields.io/badge/version-1.2.3-rc.1-blue)\r\n\
        <img src='https://img.shields.io/badge/version-1.2.2-blue.svg'>\r\n";
    let found = values("README.md", readme, &Where::Pattern(&pattern));
    assert_eq!(found.iter().map(|f| f.2.as_str()).collect::<Vec<_>>(), ["1.2.3-rc.1", "1.2.2"]);
    assert!(found.iter().all(|f| f.0 == Format::Text && f.1 == pattern.text()));
    assert_eq!(values("README.md", "nothing", &Where::Pattern(&pattern)), []);
    let bare = Pattern::parse("{version}").unwrap();
    let whole = (Format::Plain, "the whole file".to_owned(), "1.2.3".to_owned());
    assert_eq!(values("x/VERSION", "\u{feff}1.2.3\r\n", &Where::Pattern(&bare)), [whole]);
    assert!(all("x/VERSION", "1.2.3\n1.2.4\n", &Where::Pattern(&bare)).is_err());
}

#[test]
fn a_pattern_within_a_key_looks_nowhere_else() {
    let compose = "services:\n  api:\n    image: \"reg.example:5000/api:1.2.3@sha256:00\"\n    \
        environment: &env\n      NOTE: |\n        api:9.9.9\n        v:1.2.3 :1.2.4\n  \
        db: {image: 'postgres:16.1', v: \"x\\x3a1.2.3\"}\n  web: {image: web:1.2.3}\n";
    let tag = Pattern::parse(":{version}").unwrap();
    let bare = Pattern::parse("{version}").unwrap();
    let within = |path: &str, text: &str, key: &str, pattern: &Pattern| {
        let keys = keys(key);
        let found = all(path, text, &Where::Inside(&keys, pattern))?;
        Ok::<_, Refusal>(found.into_iter().map(|(_, _, found)| found.value).collect::<Vec<_>>())
    };
    for (key, expected) in [
        ("services.web.image", vec!["1.2.3"]),
        ("services.db.image", vec!["16.1"]),
        ("services.api.environment.NOTE", vec!["9.9.9", "1.2.3", "1.2.4"]),
    ] {
        assert_eq!(within("c.yml", compose, key, &tag).unwrap(), expected, "{key}");
    }
    let with_digest = Pattern::parse("/api:{version}@").unwrap();
    assert_eq!(within("c.yml", compose, "services.api.image", &with_digest).unwrap(), ["1.2.3"]);
    let refusal = within("c.yml", compose, "services.db.v", &tag).unwrap_err();
    assert_eq!(refusal.place.clone().unwrap().line, 8);
    assert!(within("c.yml", compose, "services.db", &tag).is_err());
    assert!(within("c.yml", "a: &x |\n  v:1\nb: *x\n", "a", &tag).is_err());
    let toml = "v = '''\nx:1.2.3\n'''\nw = '1.2.3'\n";
    assert_eq!(within("x.toml", toml, "v", &tag).unwrap(), ["1.2.3"]);
    assert_eq!(within("x.toml", toml, "w", &bare).unwrap(), ["1.2.3"]);
    assert_eq!(within("x.py", "V = 'x:1.2.3'\n", "V", &tag).unwrap(), ["1.2.3"]);
    assert_eq!(within("x.cfg", "[a]\nb = x:1.2.3\n", "a.b", &tag).unwrap(), ["1.2.3"]);
}

#[test]
fn a_path_alone_means_where_such_a_file_has_its_version() {
    let chart = "apiVersion: v2\nname: x\ndependencies:\n- name: y\n  version: 9.9.9\n\
        version: 1.2.3 # chart\nappVersion: \"1.16.0\"\n";
    let citation =
        "cff-version: 1.2.0\nmessage: \"Cite\"\nreferences:\n  - version: 0.1\nversion: 1.2.3\n";
    for (path, text, expected) in [
        (
            "p/pyproject.toml",
            "[project]\nversion='1.2.3'\n[tool.poetry]\nversion='1.2.4'\n",
            vec!["project.version", "tool.poetry.version"],
        ),
        (
            "Cargo.toml",
            "[workspace.package]\nversion='1.2.3'\n[package]\nversion.workspace=true\n",
            vec!["workspace.package.version"],
        ),
        ("x/package.json", "{\"version\":\"1.2.3\",\"x\":{\"version\":\"9\"}}", vec!["version"]),
        ("charts/x/Chart.yaml", chart, vec!["version"]),
        ("CITATION.cff", citation, vec!["version"]),
        ("setup.cfg", "[metadata]\nversion = 1.2.3\n", vec!["metadata.version"]),
        (
            "sdk/setup.py",
            "from setuptools import setup\nsetup(name='x', version='1.2.3')\n",
            vec!["setup(version)"],
        ),
        ("setup.py", "import setuptools\nV = '1.2.3'\nsetuptools.setup(version=V)\n", vec!["V"]),
        ("src/x/a.py", "version = 'x'\nVERSION = '1.2.3'\n", vec!["VERSION"]),
        ("VERSION", "1.2.3\n", vec!["the whole file"]),
        ("version.txt", "1.2.3", vec!["the whole file"]),
    ] {
        let found = values(path, text, &Where::Itself);
        assert_eq!(found.iter().map(|f| f.1.as_str()).collect::<Vec<_>>(), expected, "{path}");
        assert!(found[0].2 == "1.2.3", "{path}: {found:?}");
    }
    for (path, text, line) in [
        ("pyproject.toml", "[project]\ndynamic = ['version']\n", Some(1)),
        ("Chart.yaml", "version: 1.2\n", Some(1)),
        ("setup.cfg", "[metadata]\nversion = attr: x.y\n", Some(2)),
        ("setup.cfg", "[options]\nversion = 1\n", Some(1)),
        ("setup.py", "import setuptools\nsetuptools.setup(version=read())\n", Some(2)),
        ("setup.py", "import setuptools\nsetuptools.setup(version=V)\n", Some(2)),
        ("setup.py", "x = 1\n", Some(1)),
        ("x.py", "V = '1.2.3'\n", Some(1)),
        ("README.md", "# x\nVersion: 1.2.3\n", Some(2)),
        ("README.md", "", Some(1)),
    ] {
        let refusal = all(path, text, &Where::Itself).unwrap_err();
        assert_eq!(refusal.place.clone().map(|place| place.line), line, "{path}: {refusal:?}");
    }
}
