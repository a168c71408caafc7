//! What came since the last release: `status` and `bump auto`.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use support::{Place, refuses, undone, works};

/// Released as 1.2.0, and these commits after it; each changes a file of its own.
fn after(name: &str, messages: &[&str]) -> Place {
    let place = Place::python(name);
    commits(&place, messages);
    place
}

fn commits(place: &Place, messages: &[&str]) {
    for (number, message) in messages.iter().enumerate() {
        place.put(&format!("src/{number}.txt"), format!("{message}\n"));
        place.commit_all(message);
    }
}

fn id(place: &Place, commit: &str) -> String {
    place.git(&["rev-parse", "--short=7", commit]).trim().to_owned()
}

fn status(place: &Place, args: &[&str]) -> serde_json::Value {
    let said = works(place, &[&["status", "--json"], args].concat());
    serde_json::from_str(&said.out).expect("JSON")
}

#[test]
fn status_says_what_is_unreleased_and_which_level_it_asks_for() {
    let long = format!("fix: {}", "x".repeat(700));
    let place =
        after("status", &["feat(core): a thing (#12)", "docs: b", "red \u{1b}[31m text", &long]);
    place.git(&["checkout", "-q", "-b", "side", "v1.2.0"]);
    place.put("side.txt", "side");
    place.commit_all("perf: quicker");
    place.git(&["checkout", "-q", "main"]);
    place.git(&["merge", "-q", "--no-edit", "side"]);
    let said = works(&place, &["status"]).out;
    let feat = id(&place, "main~4");
    for line in [
        "Unreleased  4 changes in 6 commits (1 merge folded)".to_owned(),
        format!("  feat(core)  a thing (#12)  {feat}"),
        "  other       red [31m text".to_owned(),
        "  left out: 1 docs".to_owned(),
        format!("Next        minor 1.3.0 (suggested: {feat} is a feat) "),
        "next: gonogo bump minor".to_owned(),
    ] {
        let squeezed = said.lines().any(|found| squeeze(found).starts_with(&squeeze(&line)));
        assert!(squeezed, "no {line:?} in {said}");
    }
    assert!(said.lines().all(|line| line.chars().count() <= 100), "{said}");
    let unreleased = &status(&place, &[])["unreleased"];
    assert_eq!(unreleased["suggested"], "minor");
    assert_eq!(unreleased["changes"][0]["text"], "a thing");
    assert_eq!(unreleased["changes"].as_array().map(Vec::len), Some(4));
    assert_eq!(unreleased["left_out"]["docs"], 1);
}

fn squeeze(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn status_has_no_such_lines_without_a_release() {
    let place = Place::repository("no-release");
    place.python_files();
    place.commit_all("feat: start");
    assert!(!works(&place, &["status"]).out.contains("Unreleased"));
    assert!(status(&place, &[])["unreleased"].is_null());
}

#[test]
fn auto_takes_the_level_from_the_commits() {
    for (name, messages, to, because) in [
        ("fix", &["docs: a", "fix: b"][..], "1.2.1", "patch since v1.2.0: {} is a fix"),
        ("feat", &["fix: a", "Feat: b"], "1.3.0", "minor since v1.2.0: {} is a feat"),
        ("breaking", &["feat: a", "chore!: b"], "2.0.0", "major since v1.2.0: {} is breaking"),
    ] {
        let place = after(name, messages);
        let before = place.state();
        let said = works(&place, &["bump", "auto"]);
        assert!(
            said.err.contains(&because.replace("{}", &id(&place, "HEAD")))
                || said.out.contains(&because.replace("{}", &id(&place, "HEAD"))),
            "{said}"
        );
        assert!(place.read("pyproject.toml").contains(to), "{said}");
        undone(&place, &before);
    }
    let place = after("zero", &["feat: a"]);
    place.put("gonogo.toml", "[version]\nfeature_in_zero = \"patch\"\n");
    place.edit("pyproject.toml", "1.2.0", "0.2.0");
    place.edit("src/demo/__init__.py", "1.2.0", "0.2.0");
    place.commit_all("chore: begin anew");
    place.git(&["tag", "-d", "v1.2.0"]);
    place.git(&["tag", "v0.2.0"]);
    commits(&place, &["feat: something else"]);
    works(&place, &["bump", "auto"]);
    assert!(place.read("pyproject.toml").contains("0.2.1"));
    let place = after("pre", &["feat: a"]);
    works(&place, &["bump", "auto", "--pre", "rc", "--commit"]);
    assert!(place.read("pyproject.toml").contains("1.3.0-rc.1"));
    place.git(&["tag", "-a", "-m", "rc", "v1.3.0-rc.1"]);
    commits(&place, &["fix: c"]);
    // The range of a full release starts at the last full release, where the feature is new.
    works(&place, &["bump", "auto", "--pre", "rc"]);
    assert!(place.read("pyproject.toml").contains("1.3.0-rc.2"));
}

#[test]
fn auto_changes_nothing_where_nothing_is_worth_a_release() {
    let place = after("nothing", &["docs: a", "ci: b"]);
    let before = place.state();
    let said = works(&place, &["bump", "auto"]);
    let why = "nothing to release since v1.2.0, all of the 2 commits are left out: 1 ci, 1 docs.";
    assert!(said.to_string().contains(why), "{said}");
    place.state().must_be(&before, "");
    place.git(&["commit", "-q", "--allow-empty", "-m", "feat: x"]);
    let revert =
        format!("Revert it\n\nThis reverts commit {}.", place.git(&["rev-parse", "HEAD"]).trim());
    place.git(&["commit", "-q", "--allow-empty", "-m", &revert]);
    assert!(works(&place, &["bump", "auto"]).to_string().contains("2 that cancel out"));
}

#[test]
fn auto_refuses_in_a_clone_that_is_too_shallow() {
    let place = after("shallow", &["feat: a", "fix: b"]);
    let url = format!("file://{}", place.top.display());
    place.git(&["clone", "-q", "--depth", "1", &url, "../clone"]);
    let clone = place.at(place.root.join("clone"));
    refuses(
        &clone,
        &["bump", "auto"],
        3,
        &["this clone is shallow", "git fetch --unshallow --tags origin"],
    );
    clone.git(&["fetch", "-q", "--unshallow", "--tags", "origin"]);
    works(&clone, &["bump", "auto"]);
    assert!(clone.read("pyproject.toml").contains("1.3.0"));
    let deep = place.at(place.root.join("deep"));
    place.git(&["clone", "-q", "--depth", "3", &url, "../deep"]);
    works(&deep, &["bump", "auto"]);
}

#[test]
fn packages_have_levels_of_their_own() {
    let place = Place::repository("packages");
    for name in ["core", "cli", "docs"] {
        let manifest = format!("[project]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
        place.put(&format!("packages/{name}/pyproject.toml"), manifest);
    }
    place.commit_all("start");
    for name in ["core", "cli", "docs"] {
        place.git(&["tag", &format!("{name}-v1.0.0")]);
    }
    place.put("packages/core/a.txt", "a");
    place.commit_all("feat: by path");
    place.put("packages/core/b.txt", "b");
    place.commit_all("fix(cli): by scope");
    place.put("packages/docs/c.txt", "c");
    place.commit_all("docs: nothing");
    let said = works(&place, &["bump", "auto", "-p", "core", "-p", "cli", "-p", "docs"]);
    let version = |name: &str| place.read(&format!("packages/{name}/pyproject.toml"));
    assert!(version("core").contains("1.1.0"), "{said}");
    assert!(version("cli").contains("1.0.1"), "{said}");
    assert!(version("docs").contains("1.0.0"), "{said}");
    assert!(said.to_string().contains("docs: nothing to release since docs-v1.0.0"), "{said}");
    let unreleased = &status(&place, &["-p", "core"])["unreleased"];
    assert_eq!(unreleased["changes"].as_array().map(Vec::len), Some(1), "{unreleased}");
}
