use super::*;
use crate::config::Projects;
use crate::config::tests::Memory;

/// What is proposed for one more file beside a project `studio` of this version.
fn proposed(version: &str, name: &str, text: &str) -> Vec<(Option<String>, Option<String>, usize)> {
    let manifest = format!("[project]\nname = \"studio\"\nversion = \"{version}\"\n");
    let tree = Memory::new(&[("pyproject.toml", manifest.as_str()), (name, text)]);
    let projects = Projects::new(&tree).unwrap();
    let project = projects.top().unwrap().unwrap();
    let scan = projects.scan(&project).unwrap();
    let entries = scan.entries.into_iter();
    entries
        .map(|entry| {
            assert_eq!(entry.path, name);
            (entry.key, entry.pattern, entry.count)
        })
        .collect()
}

/// Lines that are proposed, each alone in a file, with the pattern that stands for it.
const TOLD: &[(&str, &str, &str)] = &[
    (
        "README.md",
        "![v](https://img.shields.io/badge/version-1.4.2-blue.svg)",
        "version-{version}-blue",
    ),
    (
        "README.md",
        "![v](https://img.shields.io/badge/pypi-v1.4.2-informational)",
        "pypi-v{version}-informational",
    ),
    (
        "README.md",
        "![1.4.2](https://img.shields.io/badge/latest%20release-1.4.2-00ff00)",
        "latest%20release-{version}-00ff00",
    ),
    ("README.md", "    pip install studio==1.4.2", "studio=={version}"),
    ("docs/index.md", "`pip install 'studio[web]==1.4.2'`", "studio[web]=={version}"),
    ("Dockerfile", "RUN pip install studio==1.4.2", "studio=={version}"),
    ("README.md", "studio = \"1.4.2\"", "studio = \"{version}\""),
    ("README.md", "```toml\nstudio = \"^1.4.2\"\n```", "studio = \"^{version}\""),
    (
        "README.md",
        "studio = { version = \"1.4.2\", features = [] }",
        "studio = { version = \"{version}\"",
    ),
    ("README.md", "  \"studio\": \"^1.4.2\",", "\"studio\": \"^{version}\""),
    ("README.md", "npm install studio@1.4.2", "studio@{version}"),
    ("README.md", "https://unpkg.com/@acme/studio@1.4.2/dist/studio.js", "@acme/studio@{version}"),
    ("README.md", "uses: acme/studio@v1.4.2", "acme/studio@v{version}"),
    ("README.md", "docker pull ghcr.io/acme/studio:1.4.2", "acme/studio:{version}"),
    ("README.md", "docker run acme/studio-worker:1.4.2 --help", "acme/studio-worker:{version}"),
    ("README.md", "cargo install studio --version 1.4.2", "studio --version {version}"),
    ("README.md", "Version: 1.4.2", "Version: {version}"),
    ("docs/LANDING.md", "- **Version**: 1.4.2", "**Version**: {version}"),
    ("docs/LANDING.md", "**Current version:** `1.4.2`", "**Current version:** `{version}`"),
    ("README.rst", ":Version: 1.4.2", ":Version: {version}"),
    ("README.md", "| Version | 1.4.2 |", "Version | {version}"),
    (
        "README.md",
        "https://github.com/acme/studio/releases/download/v1.4.2/studio.tgz",
        "studio/releases/download/v{version}",
    ),
    ("README.md", "tar xf studio-1.4.2.tar.gz", "studio-{version}.tar"),
    ("README.md", "  - repo: https://github.com/acme/studio\n    rev: v1.4.2", "rev: v{version}"),
    (
        "src/lib.rs",
        "#![doc(html_root_url = \"https://docs.rs/studio/1.4.2\")]",
        "docs.rs/studio/{version}",
    ),
    ("src/lib.rs", "//! studio = \"1.4.2\"", "studio = \"{version}\""),
    ("web/version.js", "export const APP_VERSION = '1.4.2';", "APP_VERSION = '{version}'"),
    ("Makefile", "VERSION := 1.4.2", "VERSION := {version}"),
    (
        "Dockerfile",
        "LABEL org.opencontainers.image.version=\"1.4.2\"",
        "org.opencontainers.image.version=\"{version}\"",
    ),
    ("k8s/app.yaml", "      image: acme/studio:1.4.2", "acme/studio:{version}"),
    (
        "k8s/app.yaml",
        "    app.kubernetes.io/version: \"1.4.2\"",
        "app.kubernetes.io/version: \"{version}\"",
    ),
    (
        "CMakeLists.txt",
        "project(studio VERSION 1.4.2 LANGUAGES CXX)",
        "project(studio VERSION {version}",
    ),
    (
        "tests/test_core.py",
        "        self.assertEqual(__version__, \"1.4.2\")",
        "assertEqual(__version__, \"{version}\")",
    ),
    (
        "tests/test_core.py",
        "    assert studio.__version__ == '1.4.2'",
        "studio.__version__ == '{version}'",
    ),
    ("tests/cli.rs", "    assert!(out.contains(\"studio 1.4.2\"));", "studio {version}\""),
    ("web/core.test.js", "expect(VERSION).toBe('1.4.2')", "expect(VERSION).toBe('{version}')"),
];

/// Lines that say the same number and are left alone.
const LEFT: &[(&str, &str)] = &[
    ("README.md", "1.4.2"),
    ("README.md", "Python 1.4.2 or newer"),
    ("README.md", "Version 1.4.2 brought colours."),
    ("README.md", "Version: 1.4.2.7"),
    ("README.md", "Since version: 1.4.2"),
    ("README.md", "| added in version | 1.4.2 |"),
    ("README.md", "Requires django==1.4.2 and studio-plugin==1.4.2"),
    ("README.md", "mystudio==1.4.2"),
    ("README.md", "![v](https://img.shields.io/badge/python-1.4.2-blue)"),
    ("README.md", "docker pull redis:1.4.2"),
    ("README.md", "npm install left-pad@1.4.2"),
    ("README.md", "  - repo: https://github.com/psf/black\n    rev: v1.4.2"),
    ("README.md", "see https://github.com/acme/studio/releases/tag/v1.4.2"),
    ("README.md", "```\nVersion: 1.4.2\n```"),
    ("README.md", "Connect to 1.4.2.1 or 10.1.4.2"),
    ("README.md", "studio@1.4.2-rc.1"),
    ("docs/api.rst", ".. versionadded:: 1.4.2"),
    ("docs/api.rst", ".. deprecated:: 1.4.2\n   Version: old"),
    ("CHANGELOG.md", "## Version: 1.4.2"),
    ("docs/changelog/1.4.2.md", "Version: 1.4.2"),
    ("HISTORY.rst", "pip install studio==1.4.2"),
    ("requirements.txt", "studio==1.4.2"),
    ("poetry.lock", "version = \"1.4.2\""),
    ("app.py", "DJANGO_VERSION = \"1.4.2\"\nMIN_VERSION = \"1.4.2\""),
    ("app.py", "host = \"1.4.2\"\n# added in 1.4.2"),
    ("setup.cfg", "[options]\ninstall_requires =\n  botocore>=1.4.2,<2"),
    ("docker-compose.yml", "services:\n  db:\n    image: postgres:1.4.2\n"),
    ("tests/test_other.py", "assert requests.__version__ == '1.4.2'"),
    ("tests/test_other.py", "assert parse('1.4.2') == (1, 4, 2)"),
    ("tests/test_other.py", "VERSION = '1.4.2'"),
    ("tests/fixtures/README.md", "pip install studio==1.4.2"),
    ("examples/app/package.json", "{\"name\": \"studio-app\", \"version\": \"1.4.2\"}"),
    ("api/package.json", "{\"name\": \"other\", \"version\": \"1.4.2\"}"),
    (".github/ISSUE_TEMPLATE/bug.md", "Version: 1.4.2"),
    ("gen.py", "# Generated by protoc. DO NOT EDIT.\nVERSION = \"1.4.2\""),
];

#[test]
fn telling_lines_are_proposed() {
    let wrong = TOLD.iter().filter_map(|(name, text, expected)| {
        let found = proposed("1.4.2", name, &format!("{text}\n"));
        let right = [(None, Some((*expected).to_owned()), 1)];
        (found != right).then(|| format!("{name}: {text}\n  {found:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_lines_are_left_alone() {
    let wrong = LEFT.iter().filter_map(|(name, text)| {
        let found = proposed("1.4.2", name, &format!("{text}\n"));
        (!found.is_empty()).then(|| format!("{name}: {text}\n  {found:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn keys_are_proposed_where_a_format_has_them() {
    let key = |key: &str| (Some(key.to_owned()), None, 1);
    let inside = |key: &str, pattern: &str| (Some(key.to_owned()), Some(pattern.to_owned()), 1);
    for (name, text, expected) in [
        ("CITATION.cff", "cff-version: 1.2.0\nversion: 1.4.2\n", vec![key("version")]),
        ("CITATION.cff", "version: v1.4.2\n", vec![inside("version", "v{version}")]),
        ("docs/conf.py", "release = '1.4.2'\nversion = '1.4'\n", vec![key("release")]),
        ("codemeta.json", "{\"version\": \"1.4.2\", \"a\": \"1.4.2\"}\n", vec![key("version")]),
        (
            "helm/Chart.yaml",
            "name: x\nversion: 0.3.0\nappVersion: 1.4.2\n",
            vec![key("appVersion")],
        ),
        (
            "helm/Chart.yaml",
            "version: 1.4.2\nappVersion: 1.4.2\n",
            vec![key("appVersion"), key("version")],
        ),
        ("helm/Chart.yaml", "version: 1.4.2\nappVersion: \"1.16.0\"\n", vec![]),
        (
            "docker-compose.yml",
            "services:\n  api:\n    image: acme/studio-api:1.4.2\n  db:\n    image: db:1.4.2\n",
            vec![inside("services.api.image", ":{version}")],
        ),
        (
            "helm/values.yaml",
            "image:\n  repository: acme/studio\n  tag: 1.4.2\n",
            vec![key("image.tag")],
        ),
        (
            "web/package.json",
            "{\"name\": \"@studio/web\", \"version\": \"1.4.2\"}\n",
            vec![key("version")],
        ),
        (
            "web/package.json",
            "{\"name\": \"web\", \"private\": true, \"version\": \"1.4.2\"}\n",
            vec![key("version")],
        ),
        ("api/config.py", "API_VERSION = \"1.4.2\"\n", vec![key("API_VERSION")]),
    ] {
        assert_eq!(proposed("1.4.2", name, text), expected, "{name}: {text}");
    }
}

#[test]
fn a_pre_release_is_found_in_both_spellings() {
    let tree = Memory::new(&[
        ("pyproject.toml", "[project]\nname = \"studio\"\nversion = \"1.5.0rc1\"\n"),
        ("web/package.json", "{\"name\": \"@studio/web\", \"version\": \"1.5.0-rc.1\"}\n"),
        ("README.md", "pip install studio==1.5.0rc1 # not studio==1.5.0\n"),
        ("docs/a.md", "npm install studio@1.5.0-rc.1\n"),
    ]);
    let projects = Projects::new(&tree).unwrap();
    let scan = projects.scan(&projects.top().unwrap().unwrap()).unwrap();
    let found = scan.entries.iter().map(|entry| (entry.path.as_str(), entry.scheme));
    let semver = Some(Scheme::Semver);
    // In the README the same text stands before another version, too.
    let expected = [("README.md", None), ("docs/a.md", semver), ("web/package.json", semver)];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(scan.entries[0].pattern.as_deref(), Some("studio=={version} #"));
}

#[test]
fn what_another_tool_edits_is_taken_over() {
    let told = |name: &str, text: &str, config: &str, expected: &str| {
        let tree = Memory::new(&[
            ("pyproject.toml", "[project]\nname = \"studio\"\nversion = \"1.4.2\"\n"),
            (name, text),
            (".bumpversion.cfg", config),
        ]);
        let projects = Projects::new(&tree).unwrap();
        let scan = projects.scan(&projects.top().unwrap().unwrap()).unwrap();
        let found = scan.entries.iter().find(|entry| entry.path == name);
        assert_eq!(found.and_then(|entry| entry.pattern.as_deref()), Some(expected), "{config}");
        let own = scan.entries.iter().find(|entry| entry.path == ".bumpversion.cfg").unwrap();
        assert_eq!(own.key.as_deref(), Some("bumpversion.current_version"));
    };
    let head = "[bumpversion]\ncurrent_version = 1.4.2\n";
    told(
        "a.txt",
        "Now at 1.4.2!\n",
        &format!("{head}[bumpversion:file:a.txt]\n"),
        "Now at {version}",
    );
    // The text is there for another version, too: one word more tells them apart.
    let text = "[\"core >=1.4.2\", \"core >=1.0,<2\"]\n";
    let search = "[bumpversion:file:b.in]\nsearch = core >={current_version}\n";
    told("b.in", text, &format!("{head}{search}"), "core >={version}\"");
}

#[test]
fn a_pattern_stands_for_its_places_and_no_others() {
    for (text, expected) in [
        ("studio==1.4.2\nstudio==1.4.2\n", vec![("studio=={version}", 2)]),
        // Another version by the same text cannot be told apart at the end of the line.
        ("studio==1.4.2\nstudio==1.3.0\n", vec![]),
        ("pip install studio==1.4.2\nold: studio==1.3.0\n", vec![("install studio=={version}", 1)]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(pattern, count)| (None, Some(pattern.to_owned()), count))
            .collect();
        assert_eq!(proposed("1.4.2", "README.md", text), expected, "{text}");
    }
}

#[test]
fn a_version_that_templates_begin_with_needs_a_name_beside_it() {
    for (name, text) in [
        ("docs/a.md", "Version: 0.1.0"),
        ("web/a.js", "const VERSION = '0.1.0'"),
        ("web/package.json", "{\"name\": \"web\", \"private\": true, \"version\": \"0.1.0\"}"),
    ] {
        assert_eq!(proposed("0.1.0", name, &format!("{text}\n")), [], "{name}: {text}");
    }
    assert_eq!(proposed("0.1.0", "README.md", "Version: 0.1.0\n").len(), 1);
    assert_eq!(proposed("0.1.0", "docs/a.md", "pip install studio==0.1.0\n").len(), 1);
}

#[test]
fn many_files_of_a_folder_are_one_entry() {
    let line = "pip install studio==1.4.2\n";
    let manifest = "[project]\nname = \"studio\"\nversion = \"1.4.2\"\n";
    let mut files = vec![("pyproject.toml", manifest)];
    let names = ["docs/a.md", "docs/b.md", "docs/c.md", "docs/d.md"];
    files.extend(names.map(|name| (name, line)));
    let paths = |files: &[(&str, &str)]| {
        let tree = Memory::new(files);
        let projects = Projects::new(&tree).unwrap();
        let scan = projects.scan(&projects.top().unwrap().unwrap()).unwrap();
        scan.entries.into_iter().map(|entry| entry.path).collect::<Vec<_>>()
    };
    assert_eq!(paths(&files), ["docs/*.md"]);
    files.push(("docs/e.md", "without\n"));
    assert_eq!(paths(&files), names);
}

#[test]
fn the_time_it_takes_grows_with_the_text_only() {
    assert_eq!(proposed("1.4.2", "README.md", &"studio==1.4.2 ".repeat(20_000)), []);
    let long = format!("{}studio==1.4.2{}\n", "a ".repeat(100_000), " b".repeat(100_000));
    assert_eq!(proposed("1.4.2", "README.md", &long).len(), 1);
}

#[test]
fn packages_of_a_project_are_recognized_by_name() {
    for (name, own, expected) in [
        ("studio", "studio", true),
        ("Studio_Web", "studio", true),
        ("@studio/web", "studio", true),
        ("@acme-studio/web", "studio", true),
        ("@acme/studio", "studio", true),
        ("mystudio", "studio", false),
        ("web", "studio", false),
        ("@acme/web", "studio", false),
        ("x", "", false),
    ] {
        assert_eq!(is_related(name, own), expected, "{name} of {own}");
    }
}

#[test]
fn files_of_a_folder_become_one_entry_where_it_stands_for_exactly_these() {
    let paths = |folder: &str, number: usize| -> Vec<RepoPath> {
        (0..number).map(|n| RepoPath::new(&format!("{folder}/{n}.md")).unwrap()).collect()
    };
    let entry = |path: &RepoPath| Entry {
        path: path.to_string(),
        key: None,
        pattern: Some("demo=={version}".to_owned()),
        scheme: None,
        count: 1,
        why: "install line",
    };
    let (all, some, odd) = (paths("all", 9), paths("some", 9), paths("o*d", 9));
    let many: Vec<RepoPath> = (0..3000).flat_map(|n| paths(&format!("m/{n}"), 4)).collect();
    let said = all.iter().chain(&some[..8]).chain(&odd).chain(&many);
    let entries: Vec<Entry> = said.map(entry).collect();
    let files = [all, some, odd, many].concat();
    let found: Vec<String> = in_globs(&entries, &files).into_iter().map(|e| e.path).collect();
    assert_eq!((found[0].as_str(), found.len()), ("all/*.md", 1 + 8 + 9 + 3000));
    assert_eq!(found[1..9], (0..8).map(|n| format!("some/{n}.md")).collect::<Vec<_>>());
    assert_eq!(found[9..18], (0..9).map(|n| format!("o*d/{n}.md")).collect::<Vec<_>>());
    assert_eq!(found[18], "m/0/*.md");
}
