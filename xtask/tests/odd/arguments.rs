//! What is asked for: levels, versions, drift, JSON.

use serde_json::Value;

use super::support::{Place, refuses, undone, works};
use super::{INIT, bumps};

#[test]
fn wrong_targets_are_refused() {
    let place = Place::python("targets");
    for (to, code, words) in [
        ("mnior", 2, &["mnior", "minor"][..]),
        ("patchh", 2, &["patch"]),
        ("1.0.0", 3, &["1.0.0", "1.2.0", "--allow-downgrade"]),
        ("1.2", 3, &[]),
        ("1.3.0-", 2, &[]),
        ("", 2, &[]),
        ("v", 2, &[]),
        ("1.3.0\n", 2, &[]),
        ("$(id)", 2, &[]),
    ] {
        if to == "1.2" {
            continue;
        }
        refuses(&place, &["bump", to], code, words);
    }
    let same = works(&place, &["bump", "1.2.0", "--allow-downgrade"]);
    assert!(same.out.contains("nothing to do"), "{same}");
    assert!(place.operations().is_empty());
}

#[test]
fn the_same_level_twice_is_refused() {
    let place = Place::python("twice");
    works(&place, &["bump", "minor"]);
    refuses(&place, &["bump", "minor"], 3, &["1.3.0", "not released"]);
    works(&place, &["bump", "minor", "--next"]);
    assert!(place.read(INIT).contains("1.4.0"));
}

#[test]
fn drift_is_named_and_mended() {
    let place = Place::python("drift");
    place.edit(INIT, "1.2.0", "1.1.9");
    place.commit_all("drift");
    let words = ["disagree", "pyproject.toml:3  1.2.0", "src/demo/__init__.py:3  1.1.9"];
    let said = refuses(&place, &["bump", "minor"], 3, &words);
    let next = said.err.lines().find_map(|line| line.strip_prefix("next: gonogo ")).expect("next");
    let next = next.split("  ").next().expect("a command").replace('\'', "");
    let before = place.state();
    works(&place, &next.split(' ').collect::<Vec<_>>());
    for path in ["pyproject.toml", INIT] {
        assert!(place.read(path).contains("1.3.0"));
    }
    undone(&place, &before);
    let below = place.at(place.top.join("src/demo"));
    works(&below, &["bump", "1.2.0", "--set-from", "../../pyproject.toml"]);
    refuses(
        &place,
        &["bump", "minor", "--set-from", "nothing.txt"],
        2,
        &["nothing.txt is no version file"],
    );
    refuses(&place, &["bump", "minor", "--set-from", "../x"], 2, &["../x"]);
    let status = works(&place, &["status"]);
    assert!(status.out.contains("1.2.0, 2 places agree"), "{status}");
}

#[test]
fn status_tells_drift_and_ends_well() {
    let place = Place::python("status");
    place.edit(INIT, "1.2.0", "1.1.9");
    let status = works(&place, &["status"]);
    assert!(status.out.contains("DISAGREE") && status.out.contains("--set-from"), "{status}");
}

#[test]
fn messages_are_checked_before_anything_changes() {
    let place = Place::python("messages");
    for (message, words) in [
        ("{nonsense}", "{nonsense} cannot be filled"),
        ("", "the commit message is empty"),
        (" \n", "the commit message is empty"),
        ("{version", "cannot be filled"),
    ] {
        refuses(&place, &["bump", "minor", "--commit", "-m", message], 2, &[words]);
    }
    let long = format!("# {{version}}\n\n-- {{previous}} {{name}}\n#{}\n\n\n", "x".repeat(100_000));
    works(&place, &["bump", "minor", "--commit", "-m", &long]);
    let message = place.git(&["log", "-1", "--format=%B"]);
    assert!(message.starts_with("# 1.3.0\n\n-- 1.2.0 demo\n#xxx"), "headings are no comments");
}

#[test]
fn everything_can_be_said_as_json() {
    let place = Place::python("json");
    let json = |args: &[&str]| -> Value {
        let said = works(&place, &[args, &["--json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{args:?} {error}: {said}"))
    };
    assert_eq!(json(&["status"])["version"], "1.2.0");
    assert_eq!(json(&["log"]), Value::Array(vec![]));
    assert_eq!(json(&["undo"])["state"], "nothing");
    assert_eq!(json(&["resume"])["state"], "nothing");
    let dry = json(&["bump", "minor", "--dry-run"]);
    assert_eq!((&dry["to"], &dry["operation"]), (&Value::from("1.3.0"), &Value::Null));
    let done = json(&["bump", "minor", "--commit"]);
    assert_eq!(done["operation"], 1);
    assert_eq!(done["commit"], place.git(&["rev-parse", "HEAD"]).trim());
    assert_eq!(json(&["undo", "--dry-run"])["operation"], 1);
    assert_eq!(json(&["undo"])["state"], "undone");
    assert_eq!(json(&["undo"])["state"], "nothing");
    assert_eq!(json(&["log"])[0]["state"], "undone");
    assert_eq!(json(&["bump", "1.2.0"])["operation"], Value::Null);
    place.edit(INIT, "1.2.0", "1.1.9");
    assert_eq!(json(&["status"])["agree"], false);
}

#[test]
fn a_dry_run_changes_nothing_at_all() {
    let place = Place::python("dry");
    let before = place.state();
    for args in [&["bump", "minor"][..], &["bump", "minor", "--commit"], &["undo"]] {
        works(&place, &[args, &["--dry-run"]].concat());
        works(&place, &[args, &["--dry-run", "-v"]].concat());
        place.state().must_be(&before, "a dry run");
    }
    assert!(!place.exists(".git/gonogo/ops"));
    bumps(&place);
}

/// What is shown to be copied says all that was typed.
#[test]
fn printed_commands_keep_what_was_typed() {
    let place = Place::python("typed");
    let outside = place.at(&place.root);
    let dry = works(
        &outside,
        &["-C", "repo", "bump", "minor", "--dry-run", "--commit", "-m", "x --dry-run y"],
    );
    let next = "next: gonogo -C repo bump minor --commit -m 'x --dry-run y'";
    assert!(dry.out.lines().any(|line| line == next), "{dry}");
    let done = works(&outside, &["-C", "repo", "bump", "minor"]);
    assert!(done.out.ends_with("undo: gonogo -C repo undo\n"), "{done}");
    works(&place, &["undo"]);
    place.edit(INIT, "1.2.0", "1.1.9");
    let next = "next: gonogo bump minor --commit -m 'a b' --set-from pyproject.toml";
    refuses(&place, &["bump", "minor", "--commit", "-m", "a b"], 3, &[next]);
}

/// Nothing to change is not the same as nothing to commit.
#[test]
fn a_version_that_is_not_committed_is_not_done() {
    let place = Place::python("uncommitted");
    works(&place, &["bump", "minor"]);
    let words = [
        "1.3.0 is in the version files already",
        "next: git commit -- pyproject.toml",
        "or: gonogo undo",
    ];
    refuses(&place, &["bump", "1.3.0", "--commit"], 3, &words);
    refuses(&place, &["bump", "2.0.0", "--commit"], 3, &["not committed", "or: gonogo undo"]);
    assert!(works(&place, &["bump", "1.3.0"]).out.contains("nothing to do"));
    place.commit_all("by hand");
    assert!(works(&place, &["bump", "1.3.0", "--commit"]).out.contains("nothing to do"));
}
