//! Repositories that are not a small Python package: workspaces, lock files, versions in pieces,
//! paths and settings that nobody expects.

use super::*;

/// Paths with their new contents.
type Changes<'c> = &'c [(&'c str, &'c str)];

/// One commit with `base`, two on it; merged.
fn three(base: &Files, ours: &Files, theirs: &Files) -> (Made, Oid, Oid) {
    let made = Made::new();
    let start = made.commit(&[], base);
    let (target, source) = (made.commit(&[&start], ours), made.commit(&[&start], theirs));
    (made, target, source)
}

fn workspace(version: &str, more: &str) -> Files {
    let lock = format!(
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"{version}\"\ndependencies = [\n \"core\",\n]\n\n\
         [[package]]\nname = \"core\"\nversion = \"{version}\"\n\n[[package]]\nname = \"zlib\"\nversion = \"0.1.0\"\n"
    );
    let top = format!(
        "[workspace]\nmembers = [\"app\", \"core\"]\n\n[workspace.package]\nversion = \"{version}\"\n\n\
         [workspace.dependencies]\ncore = {{ path = \"core\", version = \"{version}\" }}\n"
    );
    let member = |name: &str, rest: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2021\"\n{rest}"
        )
    };
    files(&[
        ("Cargo.toml", &top),
        ("Cargo.lock", &lock),
        ("app/Cargo.toml", &member("app", "\n[dependencies]\ncore.workspace = true\n")),
        ("core/Cargo.toml", &member("core", "")),
        ("core/src/lib.rs", &format!("{CODE}{more}")),
    ])
}

#[test]
fn a_workspace_with_its_lock_file_and_requirements() {
    for (ours, theirs, stays) in [
        ("1.3.0-rc.1", "1.2.1", "1.3.0-rc.1"),
        ("1.2.1", "1.3.0", "1.3.0"),
        ("1.2.0", "1.2.1", "1.2.1"),
    ] {
        let target = put(&workspace(ours, ""), "Cargo.lock", "0.1.0", "0.2.0");
        let (made, target, source) =
            three(&workspace("1.2.0", ""), &target, &workspace(theirs, "ten\n"));
        let (new, resolved) = made.merged(&target, &source);
        let expected = put(&workspace(stays, "ten\n"), "Cargo.lock", "0.1.0", "0.2.0");
        assert_eq!(new, expected, "{ours} {theirs}");
        assert_eq!(resolved.is_empty(), ours == "1.2.0", "{resolved:?}");
    }
}

#[test]
fn a_version_in_pieces() {
    let said = |version: &str, pieces: &str| {
        let files = at(&start(), "1.2.0", version);
        let tuple = format!("{version}\"\n__version_info__ = ({pieces})\n");
        put(&files, "src/demo/__init__.py", &format!("{version}\"\n"), &tuple)
    };
    let (made, target, source) = three(
        &said("1.2.0", "1, 2, 0"),
        &said("1.3.0", "1, 3, 0"),
        &fixed(&said("1.2.1", "1, 2, 1")),
    );
    let (new, _) = made.merged(&target, &source);
    assert_eq!(new, fixed(&said("1.3.0", "1, 3, 0")));
    let (made, target, source) = three(
        &said("1.2.0", "1, 2, 0"),
        &said("1.2.1", "1, 2, 1"),
        &fixed(&said("1.10.0", "1, 10, 0")),
    );
    assert_eq!(made.merged(&target, &source).0, fixed(&said("1.10.0", "1, 10, 0")));
}

#[test]
fn declared_places_of_both_configurations() {
    let config = "[version]\nfiles = [{ path = \"README.md\", pattern = \"demo=={version}\" }]\n";
    let readme = |version: &str| format!("# Demo\n\n    pip install demo=={version}\n\nEnd.\n");
    let with_readme = |files: &Files, version: &str| {
        with(files, &[("README.md", &readme(version)), ("gonogo.toml", config)])
    };
    // The target declares a place that the source does not know yet.
    let base = with(&start(), &[("README.md", &readme("1.2.0"))]);
    let target = with_readme(&went_on("1.3.0"), "1.3.0");
    let source = with(&hotfix(&start()), &[("README.md", &readme("1.2.0"))]);
    let (made, target, source) = three(&base, &target, &source);
    assert!(made.merged(&target, &source).0["README.md"].contains("demo==1.3.0"));
    let target = with_readme(&start(), "1.2.0");
    let source = with(&hotfix(&start()), &[("README.md", &readme("1.2.0"))]);
    let (made, target, source) = three(&base, &target, &source);
    assert!(made.merged(&target, &source).0["README.md"].contains("demo==1.2.1"));
    // Both do.
    let base = with_readme(&start(), "1.2.0");
    let (made, target, source) = three(
        &base,
        &with_readme(&went_on("1.3.0"), "1.3.0"),
        &with_readme(&hotfix(&start()), "1.2.1"),
    );
    assert!(made.merged(&target, &source).0["README.md"].contains("demo==1.3.0"));
}

#[test]
fn other_conflicts_are_named_as_they_are() {
    let start =
        with(&start(), &[("a/one.txt", CODE), ("a/two.txt", "2\n"), ("b.txt", "x\ny\nz\n")]);
    let target = at(&start, "1.2.0", "1.3.0");
    let source = hotfix(&start);
    let cases: [(Changes<'_>, Changes<'_>, &str); 4] = [
        (&[("new.txt", "a\n")], &[("new.txt", "b\n")], "new.txt:1 both sides added it"),
        (
            &[("a/one.txt", ""), ("a/eins.txt", CODE)],
            &[("a/one.txt", ""), ("a/un.txt", CODE)],
            "a/one.txt:0 both sides changed what it is or where it is",
        ),
        (&[("b.txt", "x\n1\nz\n")], &[("b.txt", "x\n2\nz\n")], "b.txt:2 both sides changed it"),
        (
            &[("CHANGELOG.md", "nothing here\n")],
            &[],
            "CHANGELOG.md:1 CHANGELOG.md is not a changelog",
        ),
    ];
    for (ours, theirs, expected) in cases {
        let (made, target, source) = three(&start, &with(&target, ours), &with(&source, theirs));
        let found = made.conflicts(&target, &source);
        assert!(found.iter().any(|line| line.starts_with(expected)), "{expected}: {found:#?}");
        assert!(!found.iter().any(|line| line.starts_with("pyproject")), "{found:#?}");
    }
}

#[test]
fn settings_of_the_user_do_not_matter() {
    let (made, target, source) = three(&start(), &went_on("1.3.0-rc.2"), &hotfix(&start()));
    let (plain, told) = made.merged(&target, &source);
    let settings = [
        ("merge.conflictStyle", "zdiff3"),
        ("core.splitIndex", "true"),
        ("core.autocrlf", "true"),
        ("index.sparse", "true"),
        ("diff.noprefix", "true"),
        ("core.quotePath", "false"),
        ("merge.log", "true"),
        ("merge.ff", "only"),
    ];
    for (key, value) in settings {
        made.repo.git.call(["config", key, value]).read().unwrap();
    }
    assert_eq!(made.merged(&target, &source), (plain, told));
}

#[test]
fn odd_names_and_texts_that_look_like_conflicts() {
    let example =
        "## [1.1.0] - 2025-01-02\n\n```\n<<<<<<< ours\n=======\n>>>>>>> theirs\n```\n\n[unr";
    let start = put(&start(), "CHANGELOG.md", "[unr", example);
    let start = with(&start, &[("d \u{e9}/x y.txt", "1\n")]);
    let target = with(&at(&start, "1.2.0", "1.3.0"), &[("d \u{e9}/x y.txt", "2\n")]);
    let target = put(&target, "CHANGELOG.md", "sed]\n", "sed]\n\n- b\n");
    let source = hotfix(&start);
    let (made, target_id, source_id) = three(&start, &target, &source);
    let (new, _) = made.merged(&target_id, &source_id);
    assert!(new["CHANGELOG.md"].contains("<<<<<<< ours\n=======\n"));
    // The same name in conflict.
    let source = with(&source, &[("d \u{e9}/x y.txt", "3\n")]);
    let (made, target, source) = three(&start, &target, &source);
    assert_eq!(made.conflicts(&target, &source), ["d \u{e9}/x y.txt:1 both sides changed it"]);
}

#[test]
fn what_cannot_be_read_is_refused_and_says_where() {
    let broken = with(&went_on("1.3.0"), &[("gonogo.toml", "[version]\nfiles = 1\n")]);
    let (made, target, source) = three(&start(), &broken, &hotfix(&start()));
    let scratch = made.repo.git_dir.join("gonogo");
    let refusal = merge(&made.repo, &target, &source, &scratch).unwrap_err();
    assert!(refusal.why.iter().any(|line| line.contains(&target.as_str()[..7])), "{refusal:?}");
    // Histories that have nothing in common are git's to refuse.
    let other = made.commit(&[], &start());
    let other = made.commit(&[&other], &with(&start(), &[("x", "y\n")]));
    let alone = made.commit(&[], &with(&start(), &[("z", "y\n")]));
    let refusal = merge(&made.repo, &other, &alone, &scratch).unwrap_err();
    assert!(refusal.why.iter().any(|line| line.contains("unrelated")), "{refusal:?}");
}

#[test]
fn a_package_that_the_source_did_not_release_is_left_alone() {
    let package = |name: &str, version: &str| {
        format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n")
    };
    let two = |a: &str, b: &str| {
        files(&[
            ("gonogo.toml", "[packages]\n"),
            ("a/pyproject.toml", &package("a", a)),
            ("a/CHANGELOG.md", LOG),
            ("b/pyproject.toml", &package("b", b)),
            ("b/b.py", "__version__ = \"3.0.0\"\n"),
            ("code.py", CODE),
        ])
    };
    let source = put(&two("1.2.1", "3.0.0"), "code.py", "two", "2");
    let source = put(&source, "a/CHANGELOG.md", "## [1.2.0]", &format!("{SECTION}## [1.2.0]"));
    let target = put(&two("1.3.0", "2.9.0"), "a/CHANGELOG.md", "sed]\n", "sed]\n\n- b\n");
    let (made, target, source) = three(&two("1.2.0", "3.0.0"), &target, &source);
    let (new, _) = made.merged(&target, &source);
    assert!(new["a/pyproject.toml"].contains("1.3.0") && new["b/pyproject.toml"].contains("2.9.0"));
    assert!(new["a/CHANGELOG.md"].contains(&format!("- b\n\n{SECTION}## [1.2.0]")));
}

#[test]
fn a_place_that_the_target_gave_up_does_not_come_back() {
    let target = put(
        &went_on("1.3.0"),
        "pyproject.toml",
        "version = \"1.3.0\"\ndependencies = []\n",
        "dynamic = [\"version\"]\ndependencies = []\n\n\
         [tool.setuptools.dynamic]\nversion = { attr = \"demo.__version__\" }\n",
    );
    let (made, target_id, source) = three(&start(), &target, &hotfix(&start()));
    let (new, resolved) = made.merged(&target_id, &source);
    assert_eq!(new["pyproject.toml"], target["pyproject.toml"]);
    assert!(new["src/demo/__init__.py"].contains("\"1.3.0\""));
    assert!(
        resolved.iter().any(|line| line.starts_with("pyproject.toml:0 no version")),
        "{resolved:?}"
    );
}
