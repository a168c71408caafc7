//! Version files that gonogo.toml declares: found, edited, undone; and what is wrong is named with
//! its place before anything is written.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use std::fs;

use support::{Place, refuses, undone, works};

const COMPOSE: &str = "services:\r\n  api:\r\n    image: 'registry.example/api:1.2.0' # ours\r\n    \
                       other: \"1.2.0\"\r\n  db:\r\n    image: postgres:1.2.0\r\n";
const CHART: &str =
    "apiVersion: v2\nname: demo\nversion: 0.9.0 # of the chart\nappVersion: 1.2.0\n";

/// A Python project at 1.2.0 with this gonogo.toml, committed.
fn place(name: &str, config: &str) -> Place {
    let place = Place::python(name);
    place.put("README.md", "# Demo 1.2.0\n\nInstall: pip install demo==1.2.0\n\nbeta==1.2.0\n");
    place.put("docker-compose.yml", COMPOSE);
    place.put("deploy/Chart.yaml", CHART);
    place.put("app.json", "{\"build\": {\"version\": \"1.2.0\", \"n\": 3}}\n");
    place.put("config/api.py", "API_VERSION: str = '1.2.0'\nTITLE = 'API_VERSION = 1.2.0'\n");
    for page in ["one", "two"] {
        place.put(&format!("docs/{page}.md"), "Version: **1.2.0**\n\nfrom 1.2.0 on\n");
    }
    place.put("gonogo.toml", config);
    place.commit_all("more");
    place
}

fn declared(entries: &str) -> String {
    format!("[version]\nfiles = [\n{entries}\n]\n")
}

/// Declared like this, the version goes to 1.3.0 in these files and back.
#[track_caller]
fn bumps(name: &str, config: &str, expected: &[(&str, &str)]) -> Place {
    let place = place(name, config);
    let before = place.state();
    let dry = works(&place, &["bump", "minor", "--dry-run"]);
    place.state().must_be(&before, "a dry run");
    works(&place, &["bump", "minor"]);
    for (path, text) in expected {
        assert_eq!(place.read(path), *text, "{path} {dry}");
    }
    let changed = place.state().changed(&before);
    let mut names: Vec<&str> = expected.iter().map(|(path, _)| *path).collect();
    names.extend(["pyproject.toml", "src/demo/__init__.py", "status"]);
    names.sort_unstable();
    assert_eq!(changed, names, "{dry}");
    undone(&place, &before);
    place
}

#[test]
fn keys_patterns_and_globs() {
    let config = declared(
        r#"
  { path = "README.md",          pattern = "demo=={version}" },
  { path = "docker-compose.yml", key = "services.api.image", pattern = ":{version}" },
  { path = "deploy/Chart.yaml",  key = "appVersion" },
  { path = "app.json",           key = "build.version" },
  { path = "config/*.py",        key = "API_VERSION" },
  { path = "docs/*.md",          pattern = "Version: **{version}**" },
"#,
    );
    let page = "Version: **1.3.0**\n\nfrom 1.2.0 on\n";
    let place = bumps(
        "declared",
        &config,
        &[
            ("README.md", "# Demo 1.2.0\n\nInstall: pip install demo==1.3.0\n\nbeta==1.2.0\n"),
            ("docker-compose.yml", &COMPOSE.replace("api:1.2.0", "api:1.3.0")),
            ("deploy/Chart.yaml", &CHART.replace("appVersion: 1.2.0", "appVersion: 1.3.0")),
            ("app.json", "{\"build\": {\"version\": \"1.3.0\", \"n\": 3}}\n"),
            ("config/api.py", "API_VERSION: str = '1.3.0'\nTITLE = 'API_VERSION = 1.2.0'\n"),
            ("docs/one.md", page),
            ("docs/two.md", page),
        ],
    );
    let status = works(&place, &["status"]);
    assert!(status.out.contains("9 places agree"), "{status}");
    assert!(status.out.contains("README.md:3"), "{status}");
    works(&place, &["bump", "1.3.0-rc.1"]);
    assert!(place.read("README.md").contains("demo==1.3.0-rc.1"));
    assert!(place.read("deploy/Chart.yaml").contains("appVersion: 1.3.0-rc.1\n"));
}

#[test]
fn a_spelling_of_its_own() {
    let config = declared(
        r#"{ path = "README.md", pattern = "demo=={version}", scheme = "pep440" },
           { path = "app.json", key = "build.version" }"#,
    );
    let place = place("spelling", &config);
    works(&place, &["bump", "minor", "--pre", "rc"]);
    assert!(place.read("README.md").contains("demo==1.3.0rc1"));
    assert!(place.read("pyproject.toml").contains("\"1.3.0-rc.1\""));
    assert!(place.read("app.json").contains("\"1.3.0-rc.1\""));
    let place = self::place("pep440", "[version]\nscheme = \"pep440\"\n");
    works(&place, &["bump", "minor", "--pre", "rc"]);
    assert!(place.read("pyproject.toml").contains("\"1.3.0rc1\""));
    works(&place, &["bump", "rc", "--next"]);
    assert!(place.read("pyproject.toml").contains("\"1.3.0rc2\""));
}

#[test]
fn a_count_and_a_detected_place_declared_again() {
    let config = declared(
        r#"{ path = "README.md", pattern = "=={version}", count = 2 },
           { path = "pyproject.toml", key = "project.version" }"#,
    );
    let readme = "# Demo 1.2.0\n\nInstall: pip install demo==1.3.0\n\nbeta==1.3.0\n";
    bumps("counted", &config, &[("README.md", readme)]);
}

#[test]
fn ignored_files_are_as_if_they_were_not_there() {
    let place = place("ignored", "[version]\nignore = [\"src/**\"]\n");
    let before = place.state();
    works(&place, &["bump", "minor"]);
    assert_eq!(place.state().changed(&before), ["pyproject.toml", "status"]);
    // Also one that no parser can read: then a pattern is the way.
    let config = "name = \"demo\"\n[version]\nignore = [\"pyproject.toml\"]\nfiles = [{ path = \
                  \"pyproject.toml\", pattern = 'version = \"{version}\"' }]\n";
    let place = self::place("broken", config);
    place.put("pyproject.toml", "[project\nname = demo\nversion = \"1.2.0\"\n");
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("pyproject.toml"), "[project\nname = demo\nversion = \"1.3.0\"\n");
}

#[test]
fn a_repository_without_a_manifest() {
    let place = Place::repository("bare");
    place.put("VERSION", "1.2.0\n");
    place.put("docs/index.html", "<b>v1.2.0</b>\n");
    let files =
        r#"{ path = "VERSION" }, { path = "docs/index.html", pattern = "<b>v{version}</b>" }"#;
    place.put("gonogo.toml", format!("name = \"site\"\n{}", declared(files)));
    place.commit_all("start");
    let status = works(&place, &["status"]);
    assert!(status.out.starts_with("site 1.2.0"), "{status}");
    works(&place, &["bump", "patch"]);
    assert_eq!(place.read("docs/index.html"), "<b>v1.2.1</b>\n");
    works(&place, &["undo"]);
    place.put("VERSION", "1.1.0\n");
    refuses(&place, &["bump", "minor"], 3, &["disagree", "VERSION:1  1.1.0"]);
}

#[test]
fn the_source_leads() {
    let place = place("source", "[version]\nsource = \"web/package.json\"\n");
    place.put("web/package.json", "{\"name\": \"web\", \"version\": \"3.0.0\"}\n");
    let status = works(&place, &["status"]);
    assert!(status.out.starts_with("web 3.0.0"), "{status}");
    works(&place, &["bump", "minor", "--next"]);
    assert!(place.read("web/package.json").contains("3.1.0"));
    assert!(place.read("pyproject.toml").contains("1.2.0"));
    let place = self::place("source file", "[version]\nsource = \"src/demo/__init__.py\"\n");
    let status = works(&place, &["status"]);
    let first = status.out.lines().nth(3).unwrap();
    assert!(first.trim_start().starts_with("src/demo/__init__.py:3"), "{status}");
    let place = self::place("no source", "[version]\nsource = \"README.md\"\n");
    let words = ["source is README.md, which is no version file", "gonogo.toml:2:11"];
    refuses(&place, &["bump", "minor"], 2, &words);
}

#[test]
fn a_declared_manifest_brings_its_lock_file() {
    let place = place("frontend", &declared(r#"{ path = "web/package.json", key = "version" }"#));
    place.put("web/package.json", "{\"name\": \"web\", \"version\": \"1.2.0\"}\n");
    let lock = "{\"name\": \"web\", \"version\": \"1.2.0\", \"packages\": {\"\": {\"version\": \"1.2.0\"}}}\n";
    place.put("web/package-lock.json", lock);
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("web/package-lock.json"), lock.replace("1.2.0", "1.3.0"));
}

#[test]
fn a_key_and_a_pattern_in_one_file() {
    let config = declared(
        r##"{ path = "pyproject.toml", pattern = "# now {version}" },
            { path = "deploy/Chart.yaml", key = "appVersion" },
            { path = "deploy/Chart.yaml", pattern = "app v{version}" }"##,
    );
    let place = place("mixed", &config);
    place.put("pyproject.toml", "[project] # now 1.2.0\nname = 'demo'\nversion = '1.2.0'\n");
    place.put("deploy/Chart.yaml", "appVersion: 1.2.0 # app v1.2.0\n");
    let before = place.state();
    works(&place, &["bump", "minor"]);
    let toml = "[project] # now 1.3.0\nname = 'demo'\nversion = '1.3.0'\n";
    assert_eq!(place.read("pyproject.toml"), toml);
    assert_eq!(place.read("deploy/Chart.yaml"), "appVersion: 1.3.0 # app v1.3.0\n");
    undone(&place, &before);
}

#[test]
fn versions_in_pieces() {
    let config = declared(
        r#"{ path = "a/version.py", key = "__version__" },
           { path = "b/version.py", key = "VERSION" },
           { path = "b/version.py", key = "TEXT" }"#,
    );
    let place = place("pieces", &config);
    place.put(
        "a/version.py",
        "__version__ = '1.2.0'\n__version_info__ = (1, 2, 0)\nOTHER = (1, 2)\n",
    );
    place.put("b/version.py", "VERSION = (1, 2, 0, 'final', 0)\nTEXT = '1.2.0'\n");
    let before = place.state();
    works(&place, &["bump", "minor", "--pre", "rc"]);
    let a = "__version__ = '1.3.0-rc.1'\n__version_info__ = (1, 3, 0)\nOTHER = (1, 2)\n";
    assert_eq!(place.read("a/version.py"), a);
    let b = "VERSION = (1, 3, 0, 'rc', 1)\nTEXT = '1.3.0-rc.1'\n";
    assert_eq!(place.read("b/version.py"), b);
    undone(&place, &before);
}

/// Only the version of another folder's manifest takes its lock entry along, only that of the same
/// package, and none that is ignored.
#[test]
fn lock_files_follow_only_their_own_manifest() {
    let json = "{\"name\": \"web\", \"version\": \"0.0.7\", \"config\": {\"api\": \"1.2.0\"}}\n";
    let lock = "{\"name\": \"web\", \"version\": \"0.0.7\", \"packages\": {}}\n";
    let place = place("lock", &declared(r#"{ path = "web/package.json", key = "config.api" }"#));
    place.put("web/package.json", json);
    place.put("web/package-lock.json", lock);
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("web/package.json"), json.replace("1.2.0", "1.3.0"));
    assert_eq!(place.read("web/package-lock.json"), lock);

    let entry = declared(r#"{ path = "web/package.json", key = "version" }"#);
    let place = self::place("two in a folder", &entry);
    place.put("web/package.json", json.replace("0.0.7", "1.2.0"));
    place.put("web/package-lock.json", lock.replace("0.0.7", "1.1.0"));
    place.put("web/pyproject.toml", "[project]\nname = \"tool\"\nversion = \"5.0.0\"\n");
    let uv = "[[package]]\nname = \"tool\"\nversion = \"5.0.0\"\nsource = { editable = \".\" }\n";
    place.put("web/uv.lock", uv);
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("web/uv.lock"), uv);
    assert_eq!(place.read("web/package-lock.json"), lock.replace("0.0.7", "1.3.0"));
    works(&place, &["undo"]);
    let config = entry.replace("[version]", "[version]\nignore = [\"web/package-lock.json\"]");
    place.put("gonogo.toml", config);
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("web/package-lock.json"), lock.replace("0.0.7", "1.1.0"));
}

#[test]
fn what_tools_write_is_not_edited_in_pieces_either() {
    let entry = |key| format!(r#"{{ path = "v.py", key = "{key}" }}"#);
    for key in ["__version__", "__version_info__"] {
        let place = place(&format!("generated {key}"), &declared(&entry(key)));
        let text = "# file generated by setuptools-scm\n__version__ = '1.2.0'\n\
                    __version_info__ = (1, 2, 0)\n";
        place.put("v.py", text);
        refuses(&place, &["bump", "minor"], 2, &["v.py is written by"]);
    }
}

#[test]
fn a_pattern_may_not_change_what_a_document_means() {
    let config = format!(
        "[version]\nscheme = \"pep440\"\n{}",
        &declared(r#"{ path = "x.yaml", pattern = "version: {version}" }"#)["[version]\n".len()..]
    );
    let place = place("meaning", &config);
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.9.1");
    }
    place.put("x.yaml", "version: 1.9.1\n");
    let words = ["x.yaml would say something else", "2.0 is no string without quotes"];
    refuses(&place, &["bump", "2.0"], 3, &words);
    place.put("x.yaml", "version: 1.9.1-x: y: {\n# version: 1.9.1\n");
    place.edit("gonogo.toml", "\"version: ", "\"# version: ");
    works(&place, &["bump", "2.0"]);
}

/// A link and what it leads to are one file, in one state.
#[test]
fn links_are_what_they_lead_to() {
    let config = format!(
        "{}source = \"pyproject.toml\"\n",
        declared(r#"{ path = "docs/*.md", pattern = "Version: **{version}**" }"#)
    );
    let place = place("links", &config);
    std::os::unix::fs::symlink("one.md", place.top.join("docs/link.md")).unwrap();
    fs::rename(place.top.join("pyproject.toml"), place.top.join("real.toml")).unwrap();
    std::os::unix::fs::symlink("real.toml", place.top.join("pyproject.toml")).unwrap();
    let before = place.state();
    works(&place, &["bump", "minor"]);
    assert!(place.read("docs/one.md").contains("**1.3.0**"));
    assert!(place.read("real.toml").contains("1.3.0"));
    undone(&place, &before);
}

#[test]
fn a_place_in_the_way_of_a_detected_one_is_named() {
    let place = place("crossing", &declared(r#"{ path = "v.py", pattern = "'1.{version}" }"#));
    place.put("src/demo/__init__.py", "from v import __version__\n");
    place.put("v.py", "__version__ = '1.2.0'\n");
    place.put("setup.py", "");
    place.put(
        "pyproject.toml",
        "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n\
        [tool.hatch.version]\npath = \"v.py\"\n",
    );
    let words = ["v.py:1:18 is found twice", "__version__", "gonogo.toml:3:"];
    refuses(&place, &["bump", "minor"], 2, &words);
}

#[test]
fn a_tag_format_needs_its_name() {
    let place = Place::repository("nameless");
    place.put("VERSION", "1.2.0\n");
    let tag = "[tag]\nformat = \"{name}-v{version}\"\n";
    place.put("gonogo.toml", format!("{tag}{}", declared(r#"{ path = "VERSION" }"#)));
    place.commit_all("start");
    refuses(&place, &["status"], 2, &["{name}-v{version} has no value here", "gonogo.toml:2:"]);
}

#[test]
fn tables_of_packages_by_name_by_folder_and_at_the_top() {
    let place = Place::repository("tables");
    let toml = |name: &str| format!("[project]\nname = \"{name}\"\nversion = \"1.2.0\"\n");
    place.put("pyproject.toml", toml("top"));
    place.put("libs/a/pyproject.toml", toml("a"));
    place.put("libs/b/pyproject.toml", "[project\n");
    for name in ["NOTE", "OTHER"] {
        place.put(name, "v1.2.0\n");
    }
    place.put(
        "gonogo.toml",
        "name = \"Foo\"\n[packages]\n[package.foo]\nfiles = [{ path = \"NOTE\", pattern = \"v{version}\" }]\n\
         [package.\"libs/a\"]\ntag = \"A{version}\"\n[package.b]\ntag = \"B{version}\"\n",
    );
    place.commit_all("start");
    place.git(&["tag", "A1.2.0"]);
    let status = works(&place, &["status"]);
    let lines: Vec<&str> = status.out.lines().map(str::trim).collect();
    assert!(lines.iter().any(|l| l.starts_with("Foo ")), "{status}");
    assert!(lines.iter().any(|l| l.starts_with("a ") && l.contains("A1.2.0")), "{status}");
    assert!(status.out.contains("libs/b/pyproject.toml:1:9"), "{status}");
    let next = status.out.lines().last().unwrap();
    let next: Vec<&str> = next.trim_start_matches("next: gonogo ").split(' ').collect();
    works(&place, &next);
    works(&place, &["undo"]);
    works(&place, &["bump", "minor", "-p", "foo"]);
    assert_eq!(
        (place.read("NOTE").as_str(), place.read("OTHER").as_str()),
        ("v1.3.0\n", "v1.2.0\n")
    );
    works(&place, &["undo"]);
    works(&place, &["bump", "minor", "-p", "a"]);
}

/// A port looks like a version, a registry like a tag; more text is needed only where it is doubtful.
#[test]
fn a_match_that_is_the_version_counts_before_others() {
    let entry = declared(r#"{ path = "c.yaml", key = "image", pattern = ":{version}" }"#);
    let place = place("port", &entry);
    place.put("c.yaml", "image: r.io:5000/demo:1.2.0\n");
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("c.yaml"), "image: r.io:5000/demo:1.3.0\n");
    works(&place, &["undo"]);
    place.put("c.yaml", "image: r.io:10.1/demo:1.2.0\n");
    works(&place, &["bump", "minor"]);
    assert_eq!(place.read("c.yaml"), "image: r.io:10.1/demo:1.3.0\n");
    works(&place, &["undo"]);
    place.put("c.yaml", "image: r.io:10.1/demo:1.1.0\n");
    let said = refuses(&place, &["bump", "minor"], 2, &["1:13 (10.1), 1:23 (1.1.0)"]);
    assert!(!said.err.contains("count ="), "{said}");
}

#[test]
fn ignoring_a_manifest_leaves_out_its_version_only() {
    let place = place("name stays", "[version]\nignore = [\"pyproject.toml\"]\n");
    let status = works(&place, &["status"]);
    assert!(status.out.starts_with("demo 1.2.0"), "{status}");
    works(&place, &["bump", "minor"]);
    assert!(place.read("src/demo/__init__.py").contains("1.3.0"));
    assert!(place.read("pyproject.toml").contains("1.2.0"));
    works(&place, &["undo"]);
    place.put("gonogo.toml", "[version]\nignore = [\"**\"]\n");
    refuses(&place, &["bump", "minor"], 2, &["every version file is ignored", "gonogo.toml"]);
}

#[test]
fn files_of_the_top_and_of_packages() {
    let place = Place::repository("whose");
    for name in ["a", "b"] {
        let toml = format!("[project]\nname = \"{name}\"\nversion = \"1.2.0\"\n");
        place.put(&format!("libs/{name}/pyproject.toml"), toml);
    }
    place.put("README.md", "a 1.2.0\n");
    place.put("libs/a/README.md", "a 1.2.0\n");
    let entry = r#"{ path = "README.md", pattern = "a {version}" }"#;
    place.put("gonogo.toml", declared(entry));
    place.commit_all("start");
    let words = ["[version] files are those of the top", "[package.a]", "gonogo.toml:3:"];
    refuses(&place, &["bump", "minor"], 2, &words);
    refuses(&place, &["status"], 2, &words);
    let both = format!("[package.a]\nfiles = [{entry}, {}]\n", entry.replace("README", "/README"));
    place.put("gonogo.toml", both);
    works(&place, &["bump", "minor", "-p", "a"]);
    assert_eq!(
        (place.read("README.md"), place.read("libs/a/README.md")),
        ("a 1.3.0\n".into(), "a 1.3.0\n".into())
    );
    place.put("gonogo.toml", "[package.nobody]\n");
    refuses(&place, &["bump", "minor", "-p", "a"], 2, &["there is no package nobody"]);
}

#[test]
fn tags_as_configured() {
    let place = place("tags", "[tag]\nformat = \"release-{version}\"\nignore = [\"*-bad\"]\n");
    place.git(&["tag", "release-1.1.0"]);
    place.git(&["tag", "release-1.9.0-bad"]);
    let status = works(&place, &["status"]);
    assert!(status.out.contains("Released    release-1.1.0,"), "{status}");
}

#[test]
fn packages_as_configured() {
    let place = Place::repository("packages");
    for (folder, name) in [("src/a", "alpha"), ("src/b", "beta"), ("attic/c", "gamma")] {
        let toml = format!("[project]\nname = \"{name}\"\nversion = \"1.2.0\"\n");
        place.put(&format!("{folder}/pyproject.toml"), toml);
    }
    place.put("src/a/sdk/setup.py", "setup(name='alpha-sdk', version='1.2.0')\n");
    place.put(
        "gonogo.toml",
        "[packages]\ninclude = [\"src/*\"]\ntag = \"{package}/{version}\"\n\
         [package.alpha]\nfiles = [{ path = \"sdk/setup.py\" }]\n[package.beta]\ntag = \"b{version}\"\n",
    );
    place.commit_all("start");
    for tag in ["alpha/1.1.0", "alpha-v1.2.0", "b1.0.0", "beta/1.2.0"] {
        place.git(&["tag", tag]);
    }
    let status = works(&place, &["status"]);
    let words: Vec<&str> = status.out.split_whitespace().collect();
    let line = |name| {
        let at = words.iter().position(|word| *word == name).unwrap();
        &words[at..at + 4]
    };
    assert_eq!(line("alpha"), ["alpha", "1.2.0", "alpha/1.1.0", "src/a"]);
    assert_eq!(line("beta"), ["beta", "1.2.0", "b1.0.0", "src/b"]);
    assert!(!words.contains(&"gamma"), "{status}");
    works(&place, &["bump", "minor", "-p", "alpha", "--next"]);
    assert!(place.read("src/a/sdk/setup.py").contains("'1.3.0'"));
    place.edit("gonogo.toml", "package.beta", "package.bet");
    let words = ["there is no package bet", "The packages are alpha, beta.", "gonogo.toml:6:"];
    refuses(&place, &["bump", "minor", "-p", "alpha"], 2, &words);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (number, (entry, words)) in [
        (
            r#"{ path = "README.md", pattern = "install x=={version}" }"#,
            &["README.md does not hold \"install x=={version}\"", "gonogo.toml:3:"][..],
        ),
        (
            r#"{ path = "README.md", pattern = "=={version}" }"#,
            &["README.md holds \"=={version}\" twice, not once", "README.md:5:7", "count = 2"],
        ),
        (r#"{ path = "app.json", key = "build.n" }"#, &["build.n in app.json", "app.json:1:"]),
        (r#"{ path = "app.json", key = "build.versoin" }"#, &["app.json", "version"]),
        (r#"{ path = "alias.yaml", key = "b" }"#, &["alias.yaml:2:"]),
        (r#"{ path = "twice.json", key = "v" }"#, &["v is there twice", "twice.json:1:12"]),
        (
            r#"{ path = "README.md", pattern = "demo=={version}" },
  { path = "*.md", pattern = "install demo=={version}" }"#,
            &["the same place is declared twice: README.md:3:", "gonogo.toml:3", "gonogo.toml:4:"],
        ),
        (r#"{ path = "missing.md", pattern = "v{version}" }"#, &["missing.md", "gonogo.toml:3:"]),
        (r#"{ path = "docs/*.rst", pattern = "v{version}" }"#, &["docs/*.rst", "no file"]),
        (r#"{ path = "../out.md", pattern = "v{version}" }"#, &["../out.md", "gonogo.toml:3:"]),
        (r#"{ path = "link.txt", pattern = "v{version}" }"#, &["link.txt leads out"]),
        (r#"{ path = "README.md", key = "x" }"#, &["README.md", "use pattern"]),
        (r#"{ path = "README.md", patern = "v{version}" }"#, &["patern", "pattern", ":3:"]),
    ]
    .into_iter()
    .enumerate()
    {
        let place = place(&format!("wrong {number}"), &declared(entry));
        place.put("alias.yaml", "a: &v '1.2.0'\nb: *v\n");
        place.put("twice.json", "{\"v\": \"1\", \"v\": \"2\"}");
        fs::write(place.root.join("out.md"), "v1.2.0").unwrap();
        std::os::unix::fs::symlink("../out.md", place.top.join("link.txt")).unwrap();
        refuses(&place, &["bump", "minor"], 2, words);
        refuses(&place, &["status"], 2, words);
    }
}

#[test]
fn a_configuration_that_does_not_parse_is_named_with_its_line() {
    let place = place("syntax", "[version]\nfiles = [\n  { path = }\n]\n");
    refuses(&place, &["bump", "minor"], 2, &["gonogo.toml is not valid TOML", "gonogo.toml:3:"]);
    place.put("gonogo.toml", "[deploy.staging]\nsteps = []\n");
    refuses(&place, &["status"], 2, &["not available yet", "gonogo.toml:1:"]);
    place.put("gonogo.toml", "[verison]\n");
    refuses(&place, &["status"], 2, &["version", "gonogo.toml:1:"]);
}

/// The plan was made with the configuration of its time; what became of the file since is no
/// matter to its end.
#[test]
fn a_configuration_changed_while_an_operation_is_open() {
    let config = declared(r#"{ path = "README.md", pattern = "demo=={version}" }"#);
    let place = place("meanwhile", &config);
    let before = place.state();
    place.hook("pre-commit", "kill -9 $(ps -o ppid= -p $PPID); exit 1");
    place.gonogo(&["bump", "minor", "--commit"]);
    assert_eq!(place.operations(), ["open"]);
    for config in ["[version]\nfiles = []\n", "[version\n"] {
        place.put("gonogo.toml", config);
        refuses(&place, &["bump", "minor"], 4, &["half done", "resume"]);
        works(&place, &["status"]);
    }
    works(&place, &["undo"]);
    place.put("gonogo.toml", declared(r#"{ path = "README.md", pattern = "demo=={version}" }"#));
    place.state().must_be(&before, "undone");
}
