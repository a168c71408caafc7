//! Repositories with several packages.

use super::*;

const ROOT: &str = "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"0.4.0\"\n\
                    [workspace.dependencies]\ncore = { path = \"crates/core\", version = \"1.2\" }\n";
const CORE: &str = "[package]\nname = \"core\"\nversion = \"1.2.0\"\n";
const HEIR: &str = "[package]\nname = \"heir\"\nversion.workspace = true\n";
const CLI: &str = "[package]\nname = \"cli\"\nversion = \"0.3.1\"\n[dependencies]\n\
                   core = { path = \"../core\", version = \"1.2.0\" }\n";
const LOCK: &str = "[[package]]\nname = \"cli\"\nversion = \"0.3.1\"\ndependencies = [\n \"core 1.2.0\",\n]\n\
                    [[package]]\nname = \"core\"\nversion = \"1.2.0\"\n\
                    [[package]]\nname = \"core\"\nversion = \"9.0.0\"\nsource = \"elsewhere\"\n";

/// `path key value` of every place of one package.
fn places(files: &[(&str, &str)], name: &str) -> Vec<String> {
    let tree = Memory::new(files);
    let projects = Projects::new(&tree).unwrap();
    let chosen = projects.packages().unwrap().choose(&[name.to_owned()]).unwrap();
    let project = projects.of(chosen[0]).unwrap().unwrap();
    project.sites.iter().map(|s| format!("{} {} {}", s.path, s.key, s.value)).collect()
}

#[test]
fn a_member_of_a_cargo_workspace_brings_what_follows_it() {
    let files = [
        ("Cargo.toml", ROOT),
        ("Cargo.lock", LOCK),
        ("crates/core/Cargo.toml", CORE),
        ("crates/cli/Cargo.toml", CLI),
        ("crates/heir/Cargo.toml", HEIR),
    ];
    assert_eq!(
        packages(&files),
        ["cli (crates/cli): 0.3.1", "core (crates/core): 1.2.0", "heir (crates/heir): 0.4.0"]
    );
    assert_eq!(
        places(&files, "core"),
        [
            "crates/core/Cargo.toml package.version 1.2.0",
            "Cargo.toml workspace.dependencies.core.version 1.2",
            "crates/cli/Cargo.toml dependencies.core.version 1.2.0",
            "Cargo.lock package.core.version 1.2.0",
            "Cargo.lock package.cli.dependencies 1.2.0",
        ]
    );
    assert_eq!(places(&files, "crates/heir"), ["Cargo.toml workspace.package.version 0.4.0"]);
}

#[test]
fn a_member_of_a_uv_or_npm_workspace_has_its_entry_in_the_lock_file_above() {
    let files = [
        ("libs/a/pyproject.toml", "[project]\nname = \"lib-a\"\nversion = \"1.0.0\"\n"),
        ("libs/a/src/lib_a/__init__.py", "from ._v import __version__\n"),
        ("libs/a/src/lib_a/_v.py", "__version__ = '1.0.0'\n"),
        (
            "uv.lock",
            "[[package]]\nname = \"lib-a\"\nversion = \"1.0.0\"\nsource = { editable = \"libs/a\" }\n\
             [[package]]\nname = \"lib-b\"\nversion = \"1.0.0\"\nsource = { editable = \"libs/b\" }\n",
        ),
        ("web/ui/package.json", "{\"name\": \"@acme/ui\", \"version\": \"2.0.0\"}"),
        (
            "package-lock.json",
            "{\"name\": \"acme\", \"packages\": {\"\": {\"name\": \"acme\"}, \
             \"node_modules/@acme/ui\": {\"resolved\": \"web/ui\", \"link\": true}, \
             \"web/ui\": {\"name\": \"@acme/ui\", \"version\": \"2.0.0\"}}}",
        ),
    ];
    assert_eq!(
        places(&files, "lib_a"),
        [
            "libs/a/pyproject.toml project.version 1.0.0",
            "libs/a/src/lib_a/_v.py __version__ 1.0.0",
            "uv.lock package.lib-a.version 1.0.0",
        ]
    );
    assert_eq!(
        places(&files, "@acme/ui"),
        [
            "web/ui/package.json version 2.0.0",
            "package-lock.json packages.\"web/ui\".version 2.0.0"
        ]
    );
}

#[test]
fn a_broken_manifest_elsewhere_does_not_stop_a_package() {
    let files = [
        ("a/pyproject.toml", "[project]\nname = \"a\"\nversion = \"1.0.0\"\n"),
        ("b/pyproject.toml", "[project\n"),
        ("b/Cargo.toml", CORE),
        ("c/package.json", "{}"),
        ("d/setup.py", "setup(name='d', version=compute())\n"),
        ("e/pyproject.toml", "[tool.ruff]\n"),
    ];
    assert_eq!(packages(&files), ["a (a): 1.0.0", "d!", "b!"]);
    assert_eq!(places(&files, "a"), ["a/pyproject.toml project.version 1.0.0"]);
}

#[test]
fn packages_are_chosen_by_name_folder_or_pattern() {
    let toml = |name: &str| format!("[project]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
    let (a, b, c) = (toml("lib-a"), toml("lib.b"), toml("tool"));
    let files = [
        ("libs/a/pyproject.toml", a.as_str()),
        ("libs/b/pyproject.toml", b.as_str()),
        ("tool/pyproject.toml", c.as_str()),
        ("copy/tool/pyproject.toml", c.as_str()),
    ];
    let tree = Memory::new(&files);
    let projects = Projects::new(&tree).unwrap();
    let packages = projects.packages().unwrap();
    let chosen = |names: &[&str]| -> Result<Vec<String>, Refusal> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let chosen = packages.choose(&names)?;
        Ok(chosen.into_iter().map(|package| package.folder.clone()).collect())
    };
    assert_eq!(chosen(&["LIB_A", "./libs/b/"]).unwrap(), ["libs/a", "libs/b"]);
    assert_eq!(chosen(&["lib*", "lib-a"]).unwrap(), ["libs/a", "libs/b"]);
    let refused = chosen(&["tool-x"]).unwrap_err();
    assert_eq!(refused.what, "there is no package tool-x");
    assert_eq!(refused.why[0], "The packages are tool, lib-a, lib.b, tool.");
    let refused = chosen(&["Tool"]).unwrap_err();
    assert_eq!(refused.what, "2 packages are called Tool");
    assert_eq!(refused.why[0], "One lies in copy/tool: say -p copy/tool.");
    assert_eq!(chosen(&["tool"]).unwrap(), ["tool"], "a folder of that name at the top");
    assert!(chosen(&["none*"]).is_err());
}
