//! `log`: what was done here, and what records of other clones tell.
#![allow(clippy::disallowed_methods, reason = "tests set the scene themselves")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{Place, refuses, works};

const ID: &str = "1234567890123456789012345678901234567890";

/// A record as another clone would have kept it.
fn record(version: &str) -> Value {
    json!({
        "format": 1, "name": "demo", "version": version, "tag": format!("v{version}"),
        "tag_object": ID, "commit": ID, "by": { "name": "Bo Chen", "address": "bo@example.com" },
        "at": 1_795_269_780, "command": "release minor", "profile": "release",
        "gates": [{ "id": "tests", "outcome": "green", "required": true, "command": "pytest",
            "exit": 0, "millis": 130_000, "log": ".git/gonogo/log/1/tests.log" }],
        "waivers": [{ "gate": "lint", "reason": "a \u{1b}[2Jbug", "needed": true }],
        "commits": [{ "id": ID, "subject": "feat: x\nnext: rm -rf ." }],
        "later": { "x": 1 },
    })
}

/// Puts something where a record is kept.
fn put(place: &Place, name: &str, text: &str) {
    fs::write(place.root.join("blob"), text).unwrap();
    let blob = place.git(&["hash-object", "-w", "--no-filters", "../blob"]);
    place.git(&["update-ref", name, blob.trim()]);
}

fn data(place: &Place, args: &[&str]) -> Value {
    let said = works(place, &[args, &["--json"]].concat());
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[test]
fn an_operation_shows_its_steps() {
    let place = Place::python("steps").with("SOURCE_DATE_EPOCH", "1795269780");
    works(&place, &["bump", "minor", "--commit"]);
    let said = works(&place, &["log", "1"]);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].ends_with(": done (operation 1)"), "{said}");
    assert!(lines.contains(&"  command   bump minor --commit"), "{said}");
    assert_eq!(*lines.last().unwrap(), "undo: gonogo undo 1");
    let steps = lines.iter().filter(|line| line.starts_with("  ✓ ")).count();
    let all = data(&place, &["log", "1"]);
    assert_eq!(all["steps"].as_array().unwrap().len(), steps, "{said}");
    assert_eq!((&all["operation"]["id"], &all["release"]), (&json!(1), &Value::Null));
    refuses(&place, &["log", "1", "--markdown"], 2, &["was no release", "gonogo log 1"]);
    works(&place, &["undo"]);
    let said = works(&place, &["log", "1"]);
    assert!(
        said.out.contains("taken back: ") && said.out.ends_with("next: gonogo log\n"),
        "{said}"
    );
    works(&place, &["-q", "log"]);
}

#[test]
fn what_is_not_known_leads_to_what_is() {
    let place = Place::python("unknown");
    refuses(&place, &["log", "9"], 2, &["no operation or release 9", "No release was made"]);
    refuses(&place, &["log", "1.2.0"], 2, &["v1.2.0 is a tag without a record", "git show"]);
    refuses(&place, &["log", "--remote"], 2, &["no remote to ask"]);
    for name in ["..", "a b", "--x", "$(true)", "\u{1b}[2J", "refs/heads/main"] {
        let said = place.gonogo(&["log", "--", name]);
        assert_eq!(said.code, 2, "{said}");
        assert!(!said.err.contains('\u{1b}'), "{said}");
    }
    put(&place, "refs/gonogo/record/v1.3.0", &record("1.3.0").to_string());
    put(&place, "refs/gonogo/record/a-v2.0.0", &record("2.0.0").to_string());
    refuses(&place, &["log", "1.4.0"], 2, &["Known are a-v2.0.0, v1.3.0."]);
}

#[test]
fn records_of_others_come_with_remote_and_tell_the_same_everywhere() {
    let place = Place::python("others");
    place.git(&["init", "-q", "--bare", "../remote.git"]);
    place.git(&["remote", "add", "origin", "../remote.git"]);
    put(&place, "refs/x/record", &record("1.3.0").to_string());
    place.git(&["push", "-q", "origin", "main", "refs/x/record:refs/gonogo/record/v1.3.0"]);
    refuses(&place, &["log", "1.3.0"], 2, &["no release 1.3.0", "gonogo log 1.3.0 --remote"]);
    let said = works(&place, &["log", "1.3.0", "--remote"]);
    for line in [
        "release demo 1.3.0: made elsewhere, as its record on origin says",
        "  by        Bo Chen <bo@example.com>",
        "  lint: a [2Jbug",
        "  1234567 feat: xnext: rm -rf .",
        "next: gonogo log v1.3.0 --markdown",
    ] {
        assert!(said.out.lines().any(|found| found == line), "no {line:?} in {said}");
    }
    assert!(!said.out.contains('\u{1b}'), "{said}");
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
    assert!(!said.out.contains("tests.log"), "the log is not here: {said}");
    works(&place, &["bump", "minor"]);
    let list = works(&place, &["log"]);
    assert!(
        list.out.contains("elsewhere   release demo 1.3.0  (Bo Chen, record in origin)"),
        "{list}"
    );
    assert_eq!(data(&place, &["log"]).as_array().unwrap().len(), 2);
    let all = data(&place, &["log", "v1.3.0"]);
    assert_eq!(all["release"]["later"]["x"], 1, "what a newer version says is handed on");
    assert_eq!((&all["remote"], &all["operation"]), (&json!("origin"), &Value::Null));
    let one = works(&place, &["log", "1.3.0", "--markdown"]);
    assert!(one.out.starts_with("# demo 1.3.0\n") && one.out.contains("## How to verify"), "{one}");
    let own = Place::python("others-own");
    put(&own, "refs/gonogo/record/v1.3.0", &record("1.3.0").to_string());
    assert_eq!(works(&own, &["log", "v1.3.0", "--markdown"]).out, one.out);
}

#[test]
fn a_record_that_cannot_be_used_is_named_and_stops_nothing() {
    let place = Place::python("broken");
    let other = |key: &str, value: Value| {
        let mut data = record("1.3.0");
        data[key] = value;
        data.to_string()
    };
    let large = "x".repeat(1 << 20) + "y";
    for (text, expected) in [
        ("no record".to_owned(), "cannot be read"),
        (other("format", json!(2)), "written by a newer gonogo"),
        (other("tag", json!("v9")), "tells of another tag"),
        (other("commit", json!("--all")), "is no object id"),
        (large, "has 1048577 bytes"),
    ] {
        put(&place, "refs/gonogo-remote/origin/gonogo/record/v1.3.0", &text);
        let tag = ["log", "v1.3.0"];
        refuses(
            &place,
            &tag,
            2,
            &["the record of v1.3.0 in origin", expected, "git cat-file blob"],
        );
        assert!(works(&place, &["log"]).out.contains("release v1.3.0"), "{expected}");
        assert_eq!(data(&place, &["log"])[0]["state"], "elsewhere");
    }
    // A ref that is no blob is no record.
    place.git(&["update-ref", "refs/gonogo/record/v2", "HEAD"]);
    assert!(!works(&place, &["log"]).out.contains("v2"));
}

#[test]
fn several_packages_may_have_the_same_version() {
    let place = Place::python("packages");
    for tag in ["a-v1.0.0", "b-v1.0.0"] {
        let mut data = record("1.0.0");
        data["tag"] = json!(tag);
        put(&place, &format!("refs/gonogo/record/{tag}"), &data.to_string());
    }
    refuses(&place, &["log", "1.0.0"], 2, &["more than once", "a-v1.0.0, b-v1.0.0"]);
    works(&place, &["log", "b-v1.0.0"]);
}
