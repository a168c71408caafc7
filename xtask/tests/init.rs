//! `init`: a gonogo.toml that says what is not detected, and every place it proposes moves.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use support::{Place, refuses, undone, works};

/// Files of a repository that are known to agree on 1.4.2.
type Files = &'static [(&'static str, &'static str)];

const STUDIO: Files = &[
    ("pyproject.toml", "[project]\nname = \"studio\"\nversion = \"1.4.2\"\n"),
    ("studio/__init__.py", "__version__ = \"1.4.2\"\n"),
    (
        "README.md",
        "# Studio\n\n[![1.4.2](https://img.shields.io/badge/version-1.4.2-blue)](x)\n\n\
         Needs Python 3.9, redis 1.4.2.\n\n    pip install studio==1.4.2\n\n •  Version: 1.4.2\n",
    ),
    ("docs/LANDING.md", "- **Version**: 1.4.2\r\n- since 1.4.2: colours\r\n"),
    (
        "tests/test_core.py",
        "def test():\n    self.assertEqual(__version__, \"1.4.2\")\n    f(\"1.4.2\")\n",
    ),
    ("deploy/helm/Chart.yaml", "name: studio\nversion: 0.3.0\nappVersion: 1.4.2\n"),
    (
        "docker-compose.yml",
        "services:\n  api:\n    image: 'acme/studio-api:1.4.2'\n  db:\n    image: postgres:1.4.2\n",
    ),
    ("CHANGELOG.md", "# Changelog\n\n## 1.4.2\n\n- pip install studio==1.4.2\n"),
    ("requirements.txt", "studio==1.4.2\nother==1.4.2\n"),
];

const LIBRARY: Files = &[
    ("pyproject.toml", "[project]\nname = \"acme-lib\"\nversion = \"1.4.2\"\n"),
    ("docs/conf.py", "project = 'acme'\nrelease = '1.4.2'\nversion = '1.4'\n"),
    (
        "docs/install.rst",
        "Get it::\n\n    pip install acme_lib==1.4.2\n\n.. versionadded:: 1.4.2\n",
    ),
    ("CITATION.cff", "cff-version: 1.2.0\nversion: 1.4.2\n"),
    ("HISTORY.md", "# History\n\n## 1.4.2 (2025-01-01)\n\n- new\n"),
];

const NPM: Files = &[
    ("package.json", "{\n  \"name\": \"@acme/kit\",\n  \"version\": \"1.4.2\"\n}\n"),
    (
        "package-lock.json",
        "{\"name\": \"@acme/kit\", \"version\": \"1.4.2\", \"lockfileVersion\": 3, \"packages\": \
         {\"\": {\"name\": \"@acme/kit\", \"version\": \"1.4.2\"}}}\n",
    ),
    ("README.md", "npm install @acme/kit@1.4.2 left-pad@1.4.2\n"),
    ("src/version.ts", "export const VERSION = \"1.4.2\";\nconst OTHER = \"1.4.2\";\n"),
];

const BUMPVERSION: Files = &[
    ("setup.cfg", "[metadata]\nname = tool\nversion = 1.4.2\n"),
    (
        ".bumpversion.cfg",
        "[bumpversion]\ncurrent_version = 1.4.2\n\n[bumpversion:file:setup.cfg]\n\n\
         [bumpversion:file:site/index.html]\nsearch = <b>{current_version}</b>\n\n\
         [bumpversion:file:about.txt]\n",
    ),
    ("site/index.html", "<b>1.4.2</b> <i>1.4.2</i>\n"),
    ("about.txt", "This is tool 1.4.2, released 2025-01-01.\n"),
];

const RUST: Files = &[
    (
        "Cargo.toml",
        "[package]\nname = \"tool\"\nversion = \"1.4.2\"\n\n[dependencies]\n\
         tool-core = { path = \"core\", version = \"=1.4.2\" }\nserde = \"=1.4.2\"\n",
    ),
    ("core/Cargo.toml", "[package]\nname = \"tool-core\"\nversion = \"1.4.2\"\n"),
    ("README.md", "```toml\ntool = \"1.4.2\"\nserde = \"1.4.2\"\n```\n"),
    ("src/lib.rs", "//! tool = { version = \"1.4.2\" }\n"),
    (".cargo/config.toml", "[build]\r\njobs = 2\r\n[alias] # ours\r\nb = \"build\""),
];

fn place(name: &str, files: Files) -> Place {
    let place = Place::repository(name);
    for (path, text) in files {
        place.put(path, text);
    }
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.4.2", "v1.4.2"]);
    place
}

/// `init` was the first operation; a bump after it is undone already.
#[track_caller]
fn init_undone(place: &Place, before: &support::State) {
    let said = works(place, &["undo", "1"]);
    place.state().must_be(before, &said.out);
}

/// The lines with 1.5.0 in them, as `path: line`.
fn moved(place: &Place) -> Vec<String> {
    let diff = place.git(&["diff", "-U0", "--no-color", "HEAD"]);
    let mut file = "";
    let mut lines = Vec::new();
    for line in diff.lines() {
        if let Some(path) = line.strip_prefix("+++ b/") {
            file = path;
        } else if let Some(line) = line.strip_prefix('+') {
            lines.push(format!("{file}: {}", line.trim()));
        }
    }
    lines
}

/// After `init` every place agrees, `bump minor` changes these lines, and two undos leave nothing.
#[track_caller]
fn moves(name: &str, files: Files, expected: &[&str]) -> String {
    let place = place(name, files);
    let before = place.state();
    let dry = works(&place, &["init", "--dry-run"]);
    place.state().must_be(&before, &dry.out);
    let said = works(&place, &["init"]);
    assert!(said.out.ends_with("undo: gonogo undo\nnext: gonogo status\n"), "{said}");
    let config = place.read("gonogo.toml");
    let status = works(&place, &["status"]);
    assert!(status.out.contains("agree") || config.contains("[package"), "{status}");
    let again = works(&place, &["init", "--dry-run"]);
    assert!(again.out.contains("Nothing is missing in gonogo.toml."), "{again}");
    place.git(&["add", "-N", "gonogo.toml"]);
    place.git(&["reset", "-q"]);
    let written = place.state();
    works(&place, &["bump", "minor"]);
    let lines = moved(&place);
    let lines: Vec<&str> =
        lines.iter().map(String::as_str).filter(|l| !l.contains("alias")).collect();
    assert_eq!(lines, expected, "{config}");
    undone(&place, &written);
    init_undone(&place, &before);
    config
}

#[test]
fn a_studio() {
    let config = moves(
        "studio",
        STUDIO,
        &[
            "README.md: [![1.4.2](https://img.shields.io/badge/version-1.5.0-blue)](x)",
            "README.md: pip install studio==1.5.0",
            "README.md: •  Version: 1.5.0",
            "deploy/helm/Chart.yaml: appVersion: 1.5.0",
            "docker-compose.yml: image: 'acme/studio-api:1.5.0'",
            "docs/LANDING.md: - **Version**: 1.5.0",
            "pyproject.toml: version = \"1.5.0\"",
            "studio/__init__.py: __version__ = \"1.5.0\"",
            "tests/test_core.py: self.assertEqual(__version__, \"1.5.0\")",
        ],
    );
    let line = "  { path = \"README.md\", pattern = \"version-{version}-blue\" },  # badge\n";
    assert!(config.contains(line) && !config.contains("[changelog]"), "{config}");
}

#[test]
fn a_library_with_documentation() {
    let config = moves(
        "library",
        LIBRARY,
        &[
            "CITATION.cff: version: 1.5.0",
            "docs/conf.py: release = '1.5.0'",
            "docs/install.rst: pip install acme_lib==1.5.0",
            "pyproject.toml: version = \"1.5.0\"",
        ],
    );
    assert!(!config.contains("[changelog]"), "the only one is detected: {config}");
}

#[test]
fn an_npm_package() {
    let lock = "package-lock.json: {\"name\": \"@acme/kit\", \"version\": \"1.5.0\", \"lockfileVersion\": 3, \
                \"packages\": {\"\": {\"name\": \"@acme/kit\", \"version\": \"1.5.0\"}}}";
    moves(
        "npm",
        NPM,
        &[
            "README.md: npm install @acme/kit@1.5.0 left-pad@1.4.2",
            lock,
            "package.json: \"version\": \"1.5.0\"",
            "src/version.ts: export const VERSION = \"1.5.0\";",
        ],
    );
}

#[test]
fn what_bumpversion_edits() {
    moves(
        "bumpversion",
        BUMPVERSION,
        &[
            ".bumpversion.cfg: current_version = 1.5.0",
            "about.txt: This is tool 1.5.0, released 2025-01-01.",
            "setup.cfg: version = 1.5.0",
            "site/index.html: <b>1.5.0</b> <i>1.4.2</i>",
        ],
    );
}

#[test]
fn a_rust_workspace_and_the_alias() {
    let place = place("alias", RUST);
    works(&place, &["init"]);
    let config = "[build]\r\njobs = 2\r\n[alias] # ours\r\nxtask = \"gonogo\"\r\nb = \"build\"";
    assert_eq!(place.read(".cargo/config.toml"), config);
    moves(
        "rust",
        RUST,
        &[
            ".cargo/config.toml: xtask = \"gonogo\"",
            "Cargo.toml: version = \"1.5.0\"",
            "Cargo.toml: tool-core = { path = \"core\", version = \"=1.5.0\" }",
            "README.md: tool = \"1.5.0\"",
            "core/Cargo.toml: version = \"1.5.0\"",
            "src/lib.rs: //! tool = { version = \"1.5.0\" }",
        ],
    );
}

/// Packages with versions of their own below a top without a manifest.
fn several(name: &str) -> Place {
    let place = Place::repository(name);
    for (folder, version) in
        [("libs/core", "1.4.2"), ("libs/cli", "0.3.1"), ("libs/templates/x", "0.1.0")]
    {
        let name = folder.rsplit('/').next().unwrap();
        let text = format!("[project]\nname = \"acme-{name}\"\nversion = \"{version}\"\n");
        place.put(&format!("{folder}/pyproject.toml"), text);
        place.put(&format!("{folder}/README.md"), format!("pip install acme-{name}=={version}\n"));
    }
    place.commit_all("start");
    place.git(&["branch", "develop"]);
    place
}

#[test]
fn a_monorepo_without_a_root_manifest() {
    let place = several("monorepo");
    let before = place.state();
    works(&place, &["init"]);
    let config = place.read("gonogo.toml");
    for line in [
        "[branches]\ndevelop = \"develop\"",
        "[packages]\ninclude = [\"libs/*\"]",
        "[package.\"acme-core\"]\nfiles = [  # in addition to what is detected\n  \
         { path = \"README.md\", pattern = \"acme-core=={version}\" },",
    ] {
        assert!(config.contains(line), "no {line} in {config}");
    }
    let status = works(&place, &["status"]);
    assert!(status.out.contains("Packages    2"), "{status}");
    let written = place.state();
    works(&place, &["bump", "minor", "-p", "acme-cli"]);
    let expected = [
        "libs/cli/README.md: pip install acme-cli==0.4.0",
        "libs/cli/pyproject.toml: version = \"0.4.0\"",
    ];
    assert_eq!(moved(&place), expected);
    undone(&place, &written);
    init_undone(&place, &before);
}

#[test]
fn a_package_below_the_top() {
    let place = Place::repository("below");
    place.put("lib/pyproject.toml", "[project]\nname = \"acme-lib\"\nversion = \"1.4.2\"\n");
    place.put("lib/docs/conf.py", "release = '1.4.2'\n");
    place.commit_all("start");
    let before = place.state();
    works(&place, &["init"]);
    let config = place.read("gonogo.toml");
    assert!(
        config.contains("[package.\"acme-lib\"]") && !config.contains("[packages]"),
        "{config}"
    );
    works(&place, &["status"]);
    let written = place.state();
    works(&place, &["bump", "minor"]);
    let expected =
        ["lib/docs/conf.py: release = '1.5.0'", "lib/pyproject.toml: version = \"1.5.0\""];
    assert_eq!(moved(&place), expected);
    undone(&place, &written);
    init_undone(&place, &before);
}

#[test]
fn where_everything_is_detected() {
    let place = Place::python("plain");
    let before = place.state();
    let said = works(&place, &["init"]);
    assert_eq!(place.read("gonogo.toml").lines().count(), 1, "{said}");
    assert!(place.read("gonogo.toml").starts_with("# Everything is detected"), "{said}");
    assert!(!place.exists(".cargo"), "no Rust, no alias");
    works(&place, &["status"]);
    undone(&place, &before);
    works(&place, &["init", "--alias"]);
    assert_eq!(place.read(".cargo/config.toml"), "[alias]\nxtask = \"gonogo\"\n");
    let dry = works(&place, &["undo", "--dry-run"]);
    assert!(dry.out.contains("gonogo.toml  is removed"), "{dry}");
    undone(&place, &before);
    assert!(!place.exists(".cargo"), "its folder goes with the file");
}

#[test]
fn nothing_of_the_users_is_overwritten_or_removed() {
    let place = place("kept", STUDIO);
    place.put(".cargo/keep", "mine\n");
    let before = place.state();
    works(&place, &["init", "--alias"]);
    undone(&place, &before);
    works(&place, &["init", "--alias"]);
    place.put(".cargo/later", "mine\n");
    works(&place, &["undo"]);
    assert!(place.exists(".cargo/later") && !place.exists(".cargo/config.toml"));
    works(&place, &["init"]);
    place.edit("gonogo.toml", "# badge", "# the badge");
    refuses(&place, &["undo"], 3, &["gonogo.toml: it was edited"]);
    refuses(&place, &["init"], 2, &["gonogo.toml is there already", "init --dry-run"]);
}

#[test]
fn what_is_missing_in_a_gonogo_toml_is_shown() {
    let place = place("more", STUDIO);
    place.put(
        "gonogo.toml",
        "[version]\nfiles = [{ path = \"README.md\", pattern = \"Version: {version}\" }]\n",
    );
    let before = place.state();
    let said = works(&place, &["init", "--dry-run"]);
    assert!(said.out.contains("could be added to gonogo.toml:"), "{said}");
    assert!(
        said.out.contains("version-{version}-blue") && !said.out.contains("\"Version: "),
        "{said}"
    );
    place.state().must_be(&before, &said.out);
}

#[test]
fn what_is_not_proposed_is_listed_on_demand() {
    let place = place("listed", STUDIO);
    let said = works(&place, &["init", "--dry-run", "-v"]);
    for line in [
        "not proposed: README.md:5  Needs Python 3.9, redis 1.4.2.",
        "not proposed: docs/LANDING.md:2  - since 1.4.2: colours",
        "not proposed: tests/test_core.py:3  f(\"1.4.2\")",
        "not proposed: docker-compose.yml:5  image: postgres:1.4.2",
    ] {
        assert!(said.out.contains(line), "no {line} in {said}");
    }
    assert!(!works(&place, &["init", "--dry-run"]).out.contains("not proposed"));
    let json = works(&place, &["init", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["operation"], json["proposed"].as_array().unwrap().len()), (&1.into(), 7));
    assert_eq!(json["text"], place.read("gonogo.toml"));
}

#[test]
fn version_files_that_disagree_stop_it() {
    let place = place("disagree", STUDIO);
    place.edit("studio/__init__.py", "1.4.2", "1.4.1");
    refuses(&place, &["init"], 3, &["the version files disagree", "studio/__init__.py  1.4.1"]);
    let place = Place::repository("nothing");
    place.put("a.txt", "1.2.3\n");
    refuses(&place, &["init"], 2, &["no version anywhere"]);
}

#[test]
fn a_configuration_of_cargo_that_is_not_ours_stays() {
    let place = place("linked", RUST);
    place.git(&["rm", "-q", ".cargo/config.toml"]);
    place.at(&place.root).put("elsewhere/config.toml", "[build]\n");
    std::os::unix::fs::symlink("../elsewhere", place.top.join(".cargo")).unwrap();
    let before = place.state();
    let said = works(&place, &["init"]);
    assert!(said.out.contains("! no alias was added: .cargo/config.toml leads out"), "{said}");
    undone(&place, &before);
}

#[test]
fn an_alias_that_is_there_stays() {
    for (path, text) in [
        (".cargo/config.toml", "[alias]\nxtask = \"run -p xtask --\"\n"),
        (".cargo/config", "alias.xtask = \"run -p xtask --\"\n"),
        ("xtask/Cargo.toml", "[package]\nname = \"xtask\"\nversion = \"0.0.0\"\n"),
    ] {
        let place = place("there", RUST);
        place.git(&["rm", "-q", ".cargo/config.toml"]);
        place.put(path, text);
        works(&place, &["init"]);
        assert_eq!(place.read(path), text);
        assert_eq!(place.exists(".cargo/config.toml"), path == ".cargo/config.toml");
    }
}
