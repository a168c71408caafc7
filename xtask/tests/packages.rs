//! Repositories with several packages.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use std::fs;

use support::{Place, refuses, undone, works};

fn python(place: &Place, folder: &str, name: &str, version: &str) {
    let toml = format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n");
    place.put(&format!("{folder}/pyproject.toml"), toml);
    let init = format!("src/{}/__init__.py", name.replace('-', "_"));
    place.put(&format!("{folder}/{init}"), format!("__version__ = \"{version}\"\n"));
}

/// Three packages without a root manifest, and one whose manifest is broken.
fn several(name: &str) -> Place {
    let place = Place::repository(name);
    python(&place, "libs/core", "acme-core", "1.2.0");
    python(&place, "libs/cli", "acme-cli", "0.3.1");
    place.put("web/package.json", "{\"name\": \"acme-web\", \"version\": \"2.0.0\"}\n");
    place.put("old/pyproject.toml", "[project\n");
    place.put("node_modules/x/package.json", "{\"name\": \"x\", \"version\": \"1.0.0\"}\n");
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "core", "acme-core-v1.2.0"]);
    place.git(&["tag", "-a", "-m", "bare", "v9.9.9"]);
    place
}

#[test]
fn status_has_a_line_for_each() {
    let place = several("status");
    let said = works(&place, &["status"]);
    let lines: Vec<String> = said
        .out
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        lines[2..],
        [
            "Packages 3",
            "acme-cli 0.3.1 not released libs/cli",
            "acme-core 1.2.0 acme-core-v1.2.0 libs/core",
            "acme-web 2.0.0 not released web",
            "! old/pyproject.toml:1:9 is not valid TOML",
            "next: gonogo bump minor -p acme-core",
        ],
        "{said}"
    );
    let one = works(&place, &["status", "-p", "acme_core"]);
    assert!(one.out.contains("libs/core/src/acme_core/__init__.py:1"), "{one}");
    assert!(one.out.ends_with("next: gonogo bump minor -p acme-core\n"), "{one}");
    let json = works(&place, &["status", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["packages"][1]["released"], "acme-core-v1.2.0");
    assert_eq!(json["broken"][0]["folder"], "old");
}

#[test]
fn one_is_bumped_whatever_is_broken_elsewhere() {
    let place = several("one");
    let before = place.state();
    works(&place, &["bump", "minor", "-p", "acme-core"]);
    let changed = place.state().changed(&before);
    let files = ["libs/core/pyproject.toml", "libs/core/src/acme_core/__init__.py", "status"];
    assert_eq!(changed, files);
    undone(&place, &before);
    works(&place, &["bump", "1.5.0", "-p", "libs/core"]);
    assert!(place.read("libs/core/pyproject.toml").contains("\"1.5.0\""));
    undone(&place, &before);
}

#[test]
fn several_are_bumped_in_one_operation() {
    let place = several("two");
    let before = place.state();
    let args = ["bump", "minor", "-p", "acme-web", "-p", "acme-core", "-p", "web", "--commit"];
    let dry = works(&place, &[&args[..], &["--dry-run"]].concat());
    assert!(dry.out.contains("acme-web 2.0.0 -> 2.1.0"), "{dry}");
    place.state().must_be(&before, "a dry run");
    works(&place, &args);
    assert_eq!(
        place.git(&["log", "-1", "--format=%s"]),
        "chore: bump acme-web to 2.1.0, acme-core to 1.3.0\n"
    );
    assert_eq!(place.git(&["show", "--format=", "--name-only"]).lines().count(), 3);
    assert_eq!(place.operations(), ["done"]);
    undone(&place, &before);
    let args = ["bump", "3.0.0", "-p", "acme-*", "--commit", "-m", "all at {version}"];
    works(&place, &args);
    assert_eq!(place.git(&["log", "-1", "--format=%s"]), "all at 3.0.0\n");
    undone(&place, &before);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let place = several("refused");
    let said = refuses(&place, &["bump", "minor"], 2, &["several packages", "acme-cli, acme-core"]);
    let next = said.err.lines().find_map(|line| line.strip_prefix("next: gonogo ")).unwrap();
    let next: Vec<&str> = next.split("  ").next().unwrap().split(' ').collect();
    assert_eq!(next, ["bump", "minor", "-p", "acme-cli"]);
    refuses(&place, &["bump", "minor", "-p", "acme"], 2, &["there is no package acme"]);
    refuses(&place, &["bump", "minor", "-p", "old"], 2, &["old", "not valid TOML"]);
    refuses(&place, &["bump", "minor", "-p", "x"], 2, &["there is no package x"]);
    let args = ["bump", "minor", "-p", "acme-*", "--commit", "-m", "{version}"];
    refuses(&place, &args, 2, &["{version} is different for each package", "{packages}"]);
    python(&place, "copy", "acme-core", "1.2.0");
    let said =
        refuses(&place, &["bump", "minor", "-p", "acme-core"], 2, &["2 packages are called"]);
    assert!(said.err.contains("say -p copy"), "{said}");
}

#[test]
fn drift_in_one_does_not_stop_another() {
    let place = several("drift");
    place.edit("libs/core/src/acme_core/__init__.py", "1.2.0", "1.1.0");
    works(&place, &["bump", "minor", "-p", "acme-cli"]);
    let said = works(&place, &["status"]);
    assert!(said.out.contains("DISAGREE"), "{said}");
    let words = ["disagree", "--set-from libs/core/pyproject.toml"];
    refuses(&place, &["bump", "minor", "-p", "acme-core"], 3, &words);
}

#[test]
fn the_only_package_below_needs_no_name() {
    let place = Place::repository("sole");
    python(&place, "python", "demo", "1.2.0");
    place.commit_all("start");
    place.git(&["tag", "v1.2.0"]);
    let said = works(&place, &["status"]);
    assert!(said.out.contains("python/pyproject.toml:3") && said.out.contains("v1.2.0"), "{said}");
    works(&place, &["bump", "minor"]);
    assert!(place.read("python/pyproject.toml").contains("\"1.3.0\""));
}

#[test]
fn the_file_that_is_right_is_said_for_one_of_several() {
    let place = several("set from");
    let init = "libs/core/src/acme_core/__init__.py";
    place.edit(init, "1.2.0", "1.1.0");
    let both = ["bump", "minor", "-p", "acme-core", "-p", "acme-cli", "--set-from"];
    works(&place, &[&both[..], &["libs/core/pyproject.toml"]].concat());
    assert!(place.read(init).contains("1.3.0"));
    assert!(place.read("libs/cli/pyproject.toml").contains("0.4.0"));
    works(&place, &["undo"]);
    let words = ["web/package.json is no version file"];
    refuses(&place, &[&both[..], &["web/package.json"]].concat(), 2, &words);
}

#[test]
fn a_sound_package_beside_a_broken_one() {
    let place = Place::repository("one of two");
    python(&place, "a", "acme", "1.2.0");
    place.put("b/pyproject.toml", "[project\n");
    place.commit_all("start");
    refuses(&place, &["bump", "minor"], 2, &["They are acme", "b (b/pyproject.toml is not valid"]);
}

/// A project that only gonogo.toml tells of has a line beside the packages.
#[test]
fn what_is_declared_at_the_top_has_a_line() {
    let place = several("declared");
    place.put("VERSION", "10.0.0\n");
    place.put(
        "gonogo.toml",
        "name = \"all\"\n[version]\nfiles = [{ path = \"VERSION\" }]\n[packages]\n",
    );
    let status = works(&place, &["status"]);
    assert!(status.out.lines().any(|line| line.trim_start().starts_with("all ")), "{status}");
    works(&place, &["bump", "minor", "--next"]);
    assert_eq!(place.read("VERSION"), "10.1.0\n");
}

/// What is suggested about a package is about that package.
#[test]
fn commands_to_copy_choose_the_package() {
    let place = several("copy");
    works(&place, &["bump", "minor", "-p", "acme-core"]);
    let said = refuses(&place, &["bump", "minor", "-p", "acme-core"], 3, &["not released yet"]);
    assert!(said.err.contains("next: gonogo bump minor --next -p acme-core"), "{said}");
    let said = refuses(&place, &["bump", "minor", "-p", "acme-*"], 3, &["It is about acme-core."]);
    assert!(said.err.contains(" -p acme-core"), "{said}");
    works(&place, &["undo"]);
    python(&place, "copy", "acme-core", "1.2.0");
    std::os::unix::fs::symlink("../web", place.top.join("libs/link")).unwrap();
    fs::create_dir(place.top.join("phantom")).unwrap();
    std::os::unix::fs::symlink("../web/package.json", place.top.join("phantom/package.json"))
        .unwrap();
    let status = works(&place, &["status"]);
    assert_eq!(status.out.matches("acme-web").count(), 1, "{status}");
    let next = status.out.lines().last().unwrap().trim_start_matches("next: gonogo ");
    assert!(next.ends_with(" -p copy") || next.ends_with(" -p libs/core"), "{status}");
    works(&place, &next.split(' ').collect::<Vec<_>>());
}

#[test]
fn a_pattern_takes_what_has_a_version() {
    let place = several("patterns");
    place.put("nover/package.json", "{\"name\": \"acme-none\"}\n");
    works(&place, &["bump", "minor", "-p", "acme-*"]);
    works(&place, &["undo"]);
    refuses(&place, &["bump", "minor", "-p", "acme-none"], 2, &["acme-none has no version"]);
}

#[test]
fn a_title_names_the_first_of_many() {
    let place = Place::repository("many");
    for number in 0..9 {
        python(&place, &format!("p{number}"), &format!("pkg{number}"), "1.0.0");
    }
    place.commit_all("start");
    works(&place, &["bump", "minor", "-p", "*", "--commit"]);
    let subject = place.git(&["log", "-1", "--format=%s"]);
    let named = "pkg0 to 1.1.0, pkg1 to 1.1.0, pkg2 to 1.1.0, pkg3 to 1.1.0, and 5 more\n";
    assert_eq!(subject, format!("chore: bump {named}"));
}
