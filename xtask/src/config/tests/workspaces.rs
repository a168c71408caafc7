//! Cargo workspaces, npm packages, and several manifests side by side.

use std::rc::Rc;

use super::*;

#[test]
fn npm_packages_and_their_locks() {
    let lock = r#"{"name":"x","version":"1.2.3","packages":{"":{"name":"x","version":"1.2.3"}}}"#;
    expect(
        &[("package.json", "{\"name\":\"x\",\"version\":\"1.2.3\"}"), ("package-lock.json", lock)],
        &[
            "package.json version 1.2.3 (manifest)",
            "package-lock.json version 1.2.3 (lock file)",
            "package-lock.json packages.\"\".version 1.2.3 (lock file)",
        ],
    );
    let files =
        [("package.json", "{\"name\":\"y\",\"version\":\"1.2.3\"}"), ("package-lock.json", lock)];
    assert_eq!(project(&files).notes.len(), 1);
}

#[test]
fn an_entry_of_a_lock_file_that_is_there_twice_is_refused() {
    let own = ("package.json", "{\"name\":\"x\",\"version\":\"1.2.3\"}");
    let x = r#"{"name":"x","version":"1.2.3"}"#;
    for (packages, key, twice) in [
        (format!(r#""": {x}, "": {x}"#), "packages.\"\"", "\"\""),
        (format!(r#""a": {x}, "b": {x}, "a": {x}"#), "packages.a", "\"a\""),
        (
            r#""": {"version": "1.2.3", "version": "1.2.3"}"#.to_owned(),
            "packages.\"\".version",
            "\"version\"",
        ),
    ] {
        let lock = format!("{{\"packages\": {{{packages}}}}}");
        let what = format!("{key} is there twice in package-lock.json");
        let at = lock.rfind(twice).unwrap() + 1;
        let place = format!("package-lock.json:1:{at}");
        expect_refusal(&[own, ("package-lock.json", &lock)], &what, Some(&place));
    }
    let many = (0..30_000).map(|n| format!("\"p/{n}\": {x}"));
    let lock = format!(r#"{{"packages": {{"": {x}, {}}}}}"#, many.collect::<Vec<_>>().join(", "));
    assert_eq!(sites(&[own, ("package-lock.json", &lock)]).len(), 2);
}

#[test]
fn members_that_share_a_version_share_its_places() {
    const MEMBERS: usize = 400;
    let root = "[workspace]\nmembers = [\"c/*\"]\n[workspace.package]\nversion = \"0.4.0\"\n";
    let mut files = vec![("Cargo.toml".to_owned(), root.to_owned())];
    let mut lock = vec!["version = 4\n".to_owned()];
    for n in 0..MEMBERS {
        let head =
            format!("[package]\nname = \"m{n}\"\nversion.workspace = true\n[dependencies]\n");
        let near = (0..10).map(|k| (n + k * 7 + 1) % MEMBERS);
        let near = near.map(|k| format!("m{k} = {{ path = \"../m{k}\", version = \"0.4\" }}\n"));
        files.push((format!("c/m{n}/Cargo.toml"), near.fold(head, |head, line| head + &line)));
        lock.push(format!("[[package]]\nname = \"m{n}\"\nversion = \"0.4.0\"\n"));
        lock.push("dependencies = [\n \"m1 0.4.0\",\n]\n".to_owned());
    }
    files.push(("Cargo.lock".to_owned(), lock.concat()));
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let tree = Memory::new(&files);
    let projects = Projects::new(&tree).unwrap();
    let (found, broken) = projects.all().unwrap();
    assert_eq!((found.len(), broken.len()), (MEMBERS, 0));
    for member in &found {
        assert!(Rc::ptr_eq(&member.sites.0, &found[0].sites.0), "{:?}", member.name);
        let notes: Vec<String> = member.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes, ["Cargo.toml:4 is the version of 400 members of this workspace"]);
    }
    assert_eq!(found[0].sites.len(), 1 + MEMBERS * 12);
    let top = projects.top().unwrap().unwrap();
    assert_eq!(top.sites.len(), 1 + MEMBERS * 12);
}

#[test]
fn a_cargo_workspace_that_inherits() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\".\", \"./crates/*\"]\nexclude = [\"crates/z\"]\n\
             [workspace.package]\nversion = \"0.4.0\"\n\
             [workspace.dependencies]\na = { path = \"crates/a\", version = \"^0.4\" }\nserde = \"1\"\n",
        ),
        ("crates/a/Cargo.toml", "[package]\nname = \"a\"\nversion.workspace = true\n"),
        (
            "crates/b/Cargo.toml",
            "[package]\nname = \"b\"\nversion = { workspace = true }\n\
             [target.'cfg(unix)'.dependencies]\nrenamed = { package = \"a\", path = \"../a\", version = \"=0.4.0\" }\n\
             [dev-dependencies]\nc.path = \"../../tools/c\"\nc.version = \"0.1\"\n",
        ),
        ("crates/z/Cargo.toml", "[package]\nname = \"z\"\nversion = \"9.0.0\"\n"),
        (
            "tools/c/Cargo.toml",
            "[package]\nname = \"c\"\nversion = \"0.1.0\"\n[dependencies]\nb = { path = \"../../crates/b\", version = \"0.4\" }\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n[[package]]\nname = \"a\"\nversion = \"0.4.0\"\n\n\
             [[package]]\nname = \"a\"\nversion = \"0.3.0\"\nsource = \"registry\"\n\n\
             [[package]]\nname = \"b\"\nversion = \"0.4.0\"\ndependencies = [\n \"a 0.4.0\",\n \"serde\",\n \"a 0.3.0\",\n]\n",
        ),
    ];
    expect(
        &files,
        &[
            "Cargo.toml workspace.package.version 0.4.0 (manifest)",
            "Cargo.toml workspace.dependencies.a.version ^0.4 (requirement of the root manifest)",
            "crates/b/Cargo.toml target.\"cfg(unix)\".dependencies.renamed.version =0.4.0 (requirement of crates/b)",
            "tools/c/Cargo.toml dependencies.b.version 0.4 (requirement of tools/c)",
            "Cargo.lock package.a.version 0.4.0 (lock file)",
            "Cargo.lock package.b.version 0.4.0 (lock file)",
            "Cargo.lock package.b.dependencies 0.4.0 (lock file)",
        ],
    );
    let project = project(&files);
    assert_eq!(project.name, None);
    let note = "tools/c/Cargo.toml:3 is for \"c\" 0.1.0, with a version of its own: left alone";
    assert_eq!(project.notes.iter().map(ToString::to_string).collect::<Vec<_>>(), [note]);
    assert!(project.sites.iter().all(|site| site.spelling == Spelling::Semver));
    assert_eq!(project.sites.iter().filter(|site| site.role == Role::Requirement).count(), 3);
}

#[test]
fn a_cargo_package_and_the_one_member_that_has_a_version() {
    let root = "[package]\nname = \"xtask\"\npublish = false\n[dependencies]\ngonogo = { path = \"xtask\", version = \"0.1.0\" }\n[workspace]\n";
    let member = "[package]\nname = \"gonogo\"\nversion = \"0.1.0\"\n";
    let files = [("Cargo.toml", root), ("xtask/Cargo.toml", member)];
    expect(
        &files,
        &[
            "xtask/Cargo.toml package.version 0.1.0 (workspace member)",
            "Cargo.toml dependencies.gonogo.version 0.1.0 (requirement of the root manifest)",
        ],
    );
    assert_eq!(project(&files).name.as_deref(), Some("gonogo"));
    expect(&[("Cargo.toml", member)], &["Cargo.toml package.version 0.1.0 (manifest)"]);

    let several = "[workspace]\nmembers = [\"a\", \"b\"]\n";
    let (a, b) = (member.replace("gonogo", "a"), member.replace("gonogo", "b"));
    let files =
        [("Cargo.toml", several), ("a/Cargo.toml", a.as_str()), ("b/Cargo.toml", b.as_str())];
    assert_eq!(packages(&files), ["a (a): 0.1.0", "b (b): 0.1.0"]);
    let mut python = vec![PROJECT];
    python.extend(files);
    let note = "Cargo.toml:1 is for several packages, not this project: left alone";
    assert_eq!(project(&python).notes[0].to_string(), note);

    let files = [("Cargo.toml", "[package]\nname='a'\nversion.workspace=true\n[workspace]\n")];
    let what = "Cargo.toml inherits its version, but the workspace has none";
    expect_refusal(&files, what, Some("Cargo.toml:3:1"));
    let files = [("Cargo.toml", "[package]\nname='a'\nversion = 1.2\n")];
    expect_refusal(
        &files,
        "package.version in Cargo.toml is not a string",
        Some("Cargo.toml:3:11"),
    );
}

#[test]
fn a_workspace_version_that_no_member_inherits_is_left_alone() {
    let root = "[workspace]\nmembers = [\"a\", \"b\"]\n[workspace.package]\nversion = \"0.4.0\"\n";
    let member = "[package]\nname = \"a\"\nversion = \"1.2.0\"\n";
    let unversioned = "[package]\nname = \"b\"\n";
    let note =
        "Cargo.toml:4 is workspace.package.version 0.4.0, which no member inherits: left alone";
    let notes = |files: &[(&str, &str)]| -> Vec<String> {
        project(files).notes.iter().map(ToString::to_string).collect()
    };

    let files = [("Cargo.toml", root), ("a/Cargo.toml", member), ("b/Cargo.toml", unversioned)];
    expect(&files, &["a/Cargo.toml package.version 1.2.0 (workspace member)"]);
    assert_eq!((project(&files).name.as_deref(), notes(&files)), (Some("a"), vec![note.into()]));

    let files = [("Cargo.toml", root), ("a/Cargo.toml", member), ("b/Cargo.toml", member)];
    assert_eq!(packages(&files), ["a (a): 1.2.0", "a (b): 1.2.0"]);

    let package = format!("{root}{}", member.replace("\"a\"", "\"r\""));
    let files = [("Cargo.toml", package.as_str()), ("a/Cargo.toml", member)];
    expect(&files, &["Cargo.toml package.version 1.2.0 (manifest)"]);
    assert_eq!(notes(&files), [note]);

    let files = [("Cargo.toml", root), ("b/Cargo.toml", unversioned)];
    expect(&files, &["Cargo.toml workspace.package.version 0.4.0 (manifest)"]);
    assert!(notes(&files).is_empty());
}

#[test]
fn notes_on_members_with_versions_of_their_own_are_capped() {
    let root = "[workspace]\nmembers = [\"*\"]\n[workspace.package]\nversion = \"0.4.0\"\n";
    let members: Vec<(String, String)> = (1..=8)
        .map(|n| {
            (format!("m{n}/Cargo.toml"), format!("[package]\nname = 'm{n}'\nversion = '{n}.0.0'\n"))
        })
        .collect();
    for (count, expected) in [(5, 5), (6, 6), (8, 6)] {
        let mut files = vec![
            ("Cargo.toml", root),
            ("a/Cargo.toml", "[package]\nname = 'a'\nversion.workspace = true\n"),
        ];
        files.extend(members[..count].iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let notes: Vec<String> = project(&files).notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), expected, "{notes:?}");
        let fifth = "m5/Cargo.toml:3 is for \"m5\" 5.0.0, with a version of its own: left alone";
        assert_eq!(notes[4], fifth);
        if count == 6 {
            assert!(notes[5].ends_with("has 1 more member with a version of its own: left alone"));
        }
        if count == 8 {
            let rest = "Cargo.toml:1 has 3 more members with versions of their own: left alone";
            assert_eq!(notes[5], rest);
        }
    }
}

#[test]
fn other_root_manifests_join_by_name() {
    let cargo = ("Cargo.toml", "[package]\nname = \"my-pkg\"\nversion = \"1.2.3\"\n");
    let json = ("package.json", "{\n\"name\": \"web\",\n\"version\": \"0.1.0\"}");
    let project = project(&[PROJECT, cargo, json]);
    assert_eq!(project.name.as_deref(), Some("My.Pkg"));
    assert_eq!(project.sites.len(), 2);
    let note = "package.json:3 is for \"web\" 0.1.0, not this project: left alone";
    assert_eq!(project.notes[0].to_string(), note);
    let script = ("setup.py", "setup(name='my-pkg', version=from_cargo())");
    expect(&[script, cargo], &["Cargo.toml package.version 1.2.3 (manifest)"]);
    expect_refusal(&[script, json], "setup.py computes its version", Some("setup.py:1:30"));
    let tools = ("pyproject.toml", "[tool.ruff]\n");
    expect(&[tools, json], &["package.json version 0.1.0 (manifest)"]);
}

#[test]
fn nothing_to_find_is_explained() {
    expect_refusal(&[("README.md", "")], "no version anywhere", None);
    let refused =
        refusal(&[("package.json", "{\"name\":\"x\"}"), ("pyproject.toml", "[tool.x]\n")]);
    assert_eq!(refused.why[0], "There is none in pyproject.toml, package.json.");
}

/// Manifests with bytes cut out, doubled or replaced: an answer or a refusal, never a panic.
#[test]
fn damaged_manifests_do_not_panic() {
    let whole = [
        (
            "pyproject.toml",
            "[project]\nname='a'\ndynamic=['version']\n[tool.hatch.version]\npath='a/__init__.py'\n",
        ),
        (
            "setup.cfg",
            "[metadata]\nname = a\nversion = attr: a.v\n[options]\npackage_dir =\n  = src\n",
        ),
        ("setup.py", "V = '1'\nif __name__ == '__main__':\n    setup(name='a', version=V)\n"),
        ("a/__init__.py", "from .b import v as __version__\n"),
        ("a/b.py", "v = u = ('1.2.3')\n"),
        (
            "Cargo.toml",
            "[workspace]\nmembers=['c*']\n[workspace.package]\nversion='1'\n[dependencies]\nc={path='c',version='1'}\n",
        ),
        ("c/Cargo.toml", "[package]\nname='c'\nversion.workspace=true\n"),
        ("Cargo.lock", "[[package]]\nname='c'\nversion='1'\ndependencies=['c 1']\n"),
        ("package.json", "{\"name\":\"a\",\"version\":\"1\"}"),
        ("package-lock.json", "{\"version\":\"1\",\"packages\":{\"\":{\"version\":\"1\"}}}"),
        ("uv.lock", "[[package]]\nname='a'\nversion='1'\nsource={editable='.'}\n"),
    ];
    for (path, text) in whole {
        for at in 0..text.len() {
            for damage in [&b""[..], b"\xff", b"'", b"\"", b"[", b"=", b".", b"\n", b"1"] {
                let mut tree = Memory::new(&whole);
                let bytes = tree.0.get_mut(&RepoPath::new(path).unwrap()).unwrap();
                bytes.splice(at..=at, damage.iter().copied());
                let _ = detect(&tree);
            }
        }
    }
}
