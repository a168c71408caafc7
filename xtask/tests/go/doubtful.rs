//! Tags that are no GO: made by hand, or with a record that was changed.

use serde_json::{Value, json};

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{GATES, PEOPLE, RECORD, WAIVED, clone, no_go, only, project, released};

/// Puts something else in the place of the record on the remote.
fn replaced(remote: &Remote, bytes: &str) {
    let file = remote.path().join("record");
    std::fs::write(&file, bytes).expect("a file");
    let blob = remote.place.git(&["hash-object", "-w", "record"]);
    remote.place.git(&["update-ref", RECORD, blob.trim()]);
}

fn record(remote: &Remote) -> Value {
    serde_json::from_str(&remote.place.git(&["cat-file", "blob", RECORD])).expect("a record")
}

/// The gate of this name.
fn gate<'r>(record: &'r mut Value, id: &str) -> &'r mut Value {
    let gates = record["gates"].as_array_mut().expect("gates");
    gates.iter_mut().find(|gate| gate["id"] == id).expect("the gate")
}

#[test]
fn a_tag_made_by_hand_is_none() {
    let (place, remote) = project("by-hand", &format!("{GATES}{PEOPLE}"));
    works(&place, &["bump", "minor"]);
    works(&place, &["changelog"]);
    place.commit_all("chore: 1.3.0");
    place.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    place.git(&["push", "-q", "origin", "main", "v1.3.0"]);
    let ci = clone(&place, &remote, "ci", &[]);
    let open = [
        "record: origin has none of v1.3.0: it was tagged by hand",
        "sign-off Release Manager: open (ada@example.com)",
        "sign-off QA Lead: open (bo@example.com)",
        "docs/RELEASE.md: 1 box open: gate tests",
        "docs/RELEASE.md: 1 box open: QA Lead",
    ];
    only(&no_go(&ci, &[]), &open);
    only(
        &no_go(&ci, &["--no-fetch"]),
        &[&["record: none of v1.3.0 is known"], &open[1..]].concat(),
    );
    let names = ["-c", "user.email=x@y", "tag", "-a", "-m", "x", "v1.4.0"];
    ci.git(&names);
    let said = ci.gonogo(&["tag", "verify", "v1.4.0", "--go", "--wait", "0"]);
    // The checks of the tag itself count, too.
    assert!(said.out.contains("✗ version") && said.out.contains("NO-GO for demo 1.4.0"), "{said}");
}

#[test]
fn a_waiver_of_people_is_told_and_one_that_is_missing_is_missed() {
    let (place, remote) = project("waived", &format!("{GATES}{PEOPLE}"));
    works(&place, &["sign", "--yes"]);
    let people = ["--waive", "signoff:QA Lead", "--reason", "Bo is ill"];
    works(&place, &[&["release", "minor", "--yes"], &WAIVED[..], &people].concat());
    let ci = clone(&place, &remote, "ci", &[]);
    let said = works(&ci, &["tag", "verify", "v1.3.0", "--go"]);
    assert!(said.out.contains("! signoff:QA Lead waived: Bo is ill\n"), "{said}");
    assert!(said.out.contains("2 waived, signed by Ada Example (Release Manager)\n"), "{said}");

    let name = remote.place.git(&["for-each-ref", "--format=%(refname)", "refs/gonogo/signoff"]);
    remote.place.git(&["update-ref", "-d", name.trim()]);
    only(
        &no_go(&ci, &[]),
        &["sign-off Release Manager: that of Ada Example is void: only the tag"],
    );

    let mut changed = record(&remote);
    let waivers = changed["waivers"].as_array_mut().expect("waivers");
    waivers.push(json!({ "gate": "signoff:Release Manager", "reason": "so", "needed": true }));
    replaced(&remote, &changed.to_string());
    let found = no_go(&ci, &[]);
    let more = "record: it has a waiver that the tag has not: signoff:Release Manager; so";
    assert!(found.contains(&more.to_owned()), "{found:#?}");
}

#[test]
fn a_record_that_was_changed_proves_nothing() {
    let (place, remote) = released("changed");
    let ci = clone(&place, &remote, "ci", &[]);
    let good = record(&remote);
    let other = "f".repeat(40);
    let open = "docs/RELEASE.md: 1 box open: gate tests";
    let boxes = |reason: &str| vec![reason.to_owned(), open.to_owned()];
    let at = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        changed
    };
    let of_gate = |id: &str, key: &str, value: Value| {
        let mut changed = good.clone();
        gate(&mut changed, id)[key] = value;
        changed
    };
    let mut without = good.clone();
    without["gates"].as_array_mut().expect("gates").retain(|gate| gate["id"] != "lint");
    let mut alone = good.clone();
    alone["signoffs"].as_array_mut().expect("sign-offs").pop();
    let mut kind = boxes("record: it says \"alpha\", and by its version this is release");
    kind.pop();
    for (what, changed, expected) in [
        ("object", at("tag_object", json!(other)), boxes("record: it is about the tag object fff")),
        ("commit", at("commit", json!(other)), boxes("record: it is about the commit fffffff")),
        ("tree", at("tree", json!(other)), boxes("record: it is about the tree fffffff")),
        ("no tree", at("tree", Value::Null), boxes("record: it is about the tree none")),
        ("version", at("version", json!("1.9.9")), boxes("record: it is about version 1.9.9")),
        ("name", at("tag", json!("v1.2.1")), boxes("record: that of v1.3.0 tells of another tag")),
        ("newer", at("format", json!(9)), boxes("record: that of v1.3.0 was written by a newer")),
        ("nobody", alone, boxes("record: the tag has a sign-off that it has not: QA Lead; Bo")),
        ("red", of_gate("tests", "outcome", json!("red")), boxes("gate tests: red")),
        ("odd", of_gate("tests", "outcome", json!("fine")), boxes("gate tests: fine")),
        ("drift", of_gate("drift", "outcome", json!("red")), vec!["gate drift: red".to_owned()]),
        (
            "elsewhere",
            of_gate("lint", "tree", json!(other)),
            vec!["gate lint: it ran on another tree, fffffff".to_owned()],
        ),
        (
            "nowhere",
            of_gate("lint", "tree", Value::Null),
            vec!["gate lint: the record does not say on which tree it ran".to_owned()],
        ),
        ("held", of_gate("lint", "outcome", json!("skipped")), vec!["gate lint: skipped".into()]),
        ("missing", without, vec!["gate lint: no result in the record".to_owned()]),
        ("nothing waived", at("waivers", json!([])), vec!["gate audit: red: exit 1".to_owned()]),
        ("profile", at("profile", json!("alpha")), kind.clone()),
        ("hotfix", at("profile", json!("hotfix")), vec![kind[0].replace("alpha", "hotfix")]),
    ] {
        replaced(&remote, &changed.to_string());
        let found = no_go(&ci, &[]);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let same = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(found, begin)| found.starts_with(begin));
        assert!(same, "{what}: {found:#?} are not {expected:#?}");
    }
    replaced(&remote, "no record at all");
    only(&no_go(&ci, &[]), &["record: that of v1.3.0 cannot be read", open]);
    // Whoever made the release has the true one.
    only(&no_go(&place, &[]), &["record: the one here (", open]);
}

/// Sets a tag of the remote's to another object.
fn moved(ci: &Place, remote: &Remote) {
    let other = ci.git(&["rev-parse", "v1.2.0"]);
    remote.place.git(&["update-ref", "refs/tags/v1.3.0", other.trim()]);
}

#[test]
fn a_tag_that_was_moved_or_rolled_back_is_none() {
    let (place, remote) = released("moved");
    let ci = clone(&place, &remote, "ci", &[]);
    let before = remote.id("refs/tags/v1.3.0").expect("the tag");
    moved(&ci, &remote);
    only(&no_go(&ci, &[]), &["tag: origin has another v1.3.0, "]);
    remote.place.git(&["update-ref", "refs/tags/v1.3.0", &before]);
    works(&place, &["rollback", "--yes"]);
    only(&no_go(&ci, &[]), &["rolled back: v1.3.0 was withdrawn"]);
}
