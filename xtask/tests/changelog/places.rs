//! Which file is the changelog, and whose.

use std::os::unix::fs::symlink;

use super::support::{Place, refuses, undone, works};
use super::{LOG, NOW, commits, demo, json};

/// The file that `changelog` means.
fn file(place: &Place, args: &[&str]) -> String {
    let told = json(place, &[&["changelog", "--dry-run"], args].concat());
    told["changelogs"][0]["file"].as_str().expect("a file").to_owned()
}

#[test]
fn a_changelog_is_found_by_its_name() {
    for (name, files, expected) in [
        ("usual", &["CHANGELOG.md", "CHANGES.md"][..], Some("CHANGELOG.md")),
        ("changes", &["CHANGES.md"], Some("CHANGES.md")),
        ("docs", &["docs/changelog.md"], Some("docs/changelog.md")),
        ("releases", &["RELEASES.md"], Some("RELEASES.md")),
        ("bare", &["NEWS"], Some("NEWS")),
        ("txt", &["CHANGES.txt"], Some("CHANGES.txt")),
        ("none", &[], Some("CHANGELOG.md")),
        ("two", &["CHANGES.md", "HISTORY.md"], None),
    ] {
        let place = demo(&format!("found-{name}"), "", &["feat: x"]);
        for path in files {
            place.put(path, LOG);
        }
        match expected {
            Some(expected) => assert_eq!(file(&place, &[]), expected, "{name}"),
            None => drop(refuses(&place, &["changelog"], 2, &["CHANGES.md and HISTORY.md"])),
        }
    }
    // `init` says the first one, for a person to think it over.
    let place = demo("found-init", "", &["feat: x"]);
    for path in ["CHANGES.md", "HISTORY.md"] {
        place.put(path, LOG);
    }
    works(&place, &["init"]);
    assert!(place.read("gonogo.toml").contains("[changelog]\nfile = \"CHANGES.md\"  # several"));
    assert_eq!(file(&place, &[]), "CHANGES.md");
    // What is no changelog does not count beside one.
    let place = demo("found-news", "", &["feat: x"]);
    place.put("NEWS.md", "# News of the club\n\nAll is well.\n");
    place.put("HISTORY.md", LOG);
    assert_eq!(file(&place, &[]), "HISTORY.md");
}

#[test]
fn a_new_changelog_is_made_and_removed_again() {
    let place = demo("new", "", &["feat: x (#12)"]);
    place.git(&["remote", "add", "origin", "https://ada:secret@github.com/acme/demo.git"]);
    let before = place.state();
    let said = works(&place, &["changelog"]);
    assert!(said.out.contains("    1 from commits, a new file\n"), "{said}");
    let text = place.read("CHANGELOG.md");
    assert!(text.starts_with("# Changelog\n\n"), "{text}");
    assert!(
        text.ends_with(
            "## [Unreleased]\n\n## [1.3.0] - 2026-11-21\n\n### Added\n\n- x (#12)\n\n\
             [Unreleased]: https://github.com/acme/demo/compare/v1.3.0...HEAD\n\
             [1.3.0]: https://github.com/acme/demo/compare/v1.2.0...v1.3.0\n"
        ),
        "{text}"
    );
    let again = works(&place, &["changelog"]);
    assert!(again.out.contains("stays as it is"), "{again}");
    undone(&place, &before);
    // A folder that is not there, and the other markup.
    place.put("gonogo.toml", "[changelog]\nfile = \"docs/deep/changes.rst\"\n");
    let before = place.state();
    works(&place, &["changelog"]);
    let text = place.read("docs/deep/changes.rst");
    let end = "Unreleased\n----------\n\n1.3.0 - 2026-11-21\n------------------\n\nAdded\n~~~~~\n\n- x (#12)\n";
    assert!(text.ends_with(end), "{text}");
    undone(&place, &before);
}

#[test]
fn a_symlink_is_followed_inside_the_repository_only() {
    let place = demo("linked", "", &["feat: x"]);
    place.put("docs/log.md", LOG);
    symlink("docs/log.md", place.top.join("CHANGELOG.md")).unwrap();
    let before = place.state();
    let said = works(&place, &["changelog"]);
    assert!(said.out.starts_with("docs/log.md:5  ## [1.3.0]"), "{said}");
    assert!(place.read("docs/log.md").contains("[1.3.0]"));
    undone(&place, &before);
    for (name, target, what) in [
        ("outside", "../home/.gitconfig", "leads out of the repository"),
        ("dangling", "docs/gone.md", "is a symlink to nothing"),
    ] {
        let place = demo(&format!("linked-{name}"), "", &["feat: x"]);
        symlink(target, place.top.join("CHANGELOG.md")).unwrap();
        refuses(&place, &["changelog"], 2, &[what]);
    }
    let place = demo("folder", "", &["feat: x"]);
    place.put("CHANGELOG.md/1.2.0.md", "x\n");
    refuses(&place, &["changelog"], 2, &["CHANGELOG.md is a folder", "[changelog] file"]);
}

#[test]
fn an_address_that_differs_from_the_remote_is_kept_and_told() {
    let place = demo("base", LOG, &["feat: x"]);
    place.git(&["remote", "add", "origin", "git@gitlab.com:acme/fork.git"]);
    let said = works(&place, &["changelog"]);
    let warning =
        "linking to https://github.com/acme/demo; the remote is https://gitlab.com/acme/fork\n";
    assert!(said.out.contains(warning), "{said}");
    assert!(place.read("CHANGELOG.md").contains("github.com/acme/demo/compare/v1.2.0...v1.3.0"));
}

fn package(place: &Place, name: &str, version: &str) {
    let toml = format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n");
    place.put(&format!("libs/{name}/pyproject.toml"), toml);
}

/// Two packages below the top, released as 1.0.0 and 2.0.0, and a commit for each.
fn several(name: &str) -> Place {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", NOW);
    package(&place, "core", "1.0.0");
    package(&place, "web", "2.0.0");
    place.commit_all("start");
    for tag in ["core-v1.0.0", "web-v2.0.0"] {
        place.git(&["tag", "-a", "-m", tag, tag]);
    }
    for name in ["core", "web"] {
        place.put(&format!("libs/{name}/x.py"), name);
        place.commit_all(&format!("feat: of {name}"));
    }
    commits(&place, &["fix(web): by its scope"]);
    package(&place, "core", "1.1.0");
    package(&place, "web", "2.1.0");
    place.commit_all("chore: next versions");
    place
}

#[test]
fn several_packages_are_one_operation() {
    let place = several("several");
    refuses(&place, &["changelog"], 2, &["say which one with -p"]);
    let before = place.state();
    let said = works(&place, &["changelog", "-p", "*"]);
    assert_eq!(place.operations().len(), 1, "{said}");
    let (core, web) = (place.read("libs/core/CHANGELOG.md"), place.read("libs/web/CHANGELOG.md"));
    assert!(core.ends_with("## [1.1.0] - 2026-11-21\n\n### Added\n\n- of core\n"), "{core}");
    let end = "## [2.1.0] - 2026-11-21\n\n### Added\n\n- of web\n\n### Fixed\n\n- by its scope\n";
    assert!(web.ends_with(end), "{web}");
    undone(&place, &before);
}

#[test]
fn of_a_pattern_what_is_released_is_left_out() {
    let place = several("pattern");
    package(&place, "core", "1.0.0");
    let said = works(&place, &["changelog", "-p", "*"]);
    assert!(said.out.contains("released already: core 1.0.0\n"), "{said}");
    assert!(place.exists("libs/web/CHANGELOG.md") && !place.exists("libs/core/CHANGELOG.md"));
    works(&place, &["undo"]);
    let what = ["1.0.0 is released; run bump first", "next: gonogo bump auto -p core"];
    refuses(&place, &["changelog", "-p", "core", "-p", "web"], 3, &what);
    package(&place, "web", "2.0.0");
    refuses(&place, &["changelog", "-p", "*"], 3, &["is released; run bump first"]);
}

#[test]
fn whose_a_changelog_at_the_top_is_has_to_be_said() {
    let place = several("whose");
    place.put("CHANGELOG.md", LOG);
    refuses(
        &place,
        &["changelog", "-p", "core"],
        2,
        &["[package.core] changelog = \"CHANGELOG.md\""],
    );
    let shared = "[package.core]\nchangelog = \"CHANGELOG.md\"\n[package.web]\nchangelog = \"CHANGELOG.md\"\n";
    place.put("gonogo.toml", shared);
    let what = ["core and web share CHANGELOG.md", "1.1.0 and 2.1.0"];
    refuses(&place, &["changelog", "-p", "core", "-p", "web"], 2, &what);
    assert_eq!(file(&place, &["-p", "core"]), "CHANGELOG.md");
    package(&place, "web", "1.1.0");
    let both = works(&place, &["changelog", "-p", "core", "-p", "web"]);
    let text = place.read("CHANGELOG.md");
    assert_eq!(text.matches("## [1.1.0]").count(), 1, "{both}{text}");
    assert!(text.contains("- of core\n- of web\n"), "{text}");
    assert!(text.contains("- web: by its scope\n"), "{text}");
    // Told of alone, it has the same entries, its scope or not.
    let web = works(&place, &["changelog", "-p", "web", "--merge"]);
    assert!(web.out.contains("stays as it is") && !web.out.contains("not in it"), "{web}");
    place.put("gonogo.toml", "[changelog]\nfile = \"docs/all.md\"\n");
    refuses(&place, &["changelog", "-p", "core"], 2, &["docs/all.md is that of the top"]);
    place.put("gonogo.toml", "[package.core]\nchangelog = \"docs/core.md\"\n");
    assert_eq!(file(&place, &["-p", "core"]), "docs/core.md");
}
