//! What is said, what is meant, and what cannot be proved.

use super::support::works;
use super::{commit, id, project, refuses};
use crate::support::{Place, remote::Remote};

/// 1.3.0 and 1.4.0.
fn two(name: &str, toml: &str) -> (Place, Remote) {
    let (place, remote) = project(name, toml);
    commit(&place, "one.txt", "one\n", "feat: one");
    works(&place, &["release", "minor", "--yes"]);
    commit(&place, "two.txt", "two\n", "feat: two");
    works(&place, &["release", "minor", "--yes"]);
    (place, remote)
}

#[test]
fn the_newest_release_is_meant_and_the_one_before_it_comes_back() {
    let (place, _remote) = two("newest", "");
    let said = works(&place, &["rollback", "--dry-run"]);
    assert!(said.out.starts_with("Withdraw demo 1.4.0"), "{said}");
    assert!(said.out.contains("back to 1.3.0"), "{said}");
    assert!(said.out.ends_with("next: gonogo rollback\n"), "{said}");
    works(&place, &["rollback", "--yes"]);
    // What was rolled back is no place to go back to.
    let said = works(&place, &["rollback", "--dry-run"]);
    assert!(said.out.contains("1.3.0") && said.out.contains("back to 1.2.0"), "{said}");
}

#[test]
fn another_release_to_go_back_to() {
    let (place, _remote) = two("to", "[rollback]\nredeploy = \"echo $GONOGO_PREVIOUS_TAG\"\n");
    let said = works(&place, &["rollback", "1.4.0", "--to", "1.2.0", "--dry-run"]);
    assert!(said.out.contains("back to 1.2.0") && said.out.contains("echo v1.2.0"), "{said}");
    refuses(&place, &["rollback", "--to", "9.9.9"], 2, &["no release 9.9.9 is known"]);
    refuses(&place, &["rollback", "--to", "1.4.0"], 2, &["1.4.0 is the release"]);
    works(&place, &["rollback", "1.3.0", "--yes"]);
    let words = ["1.3.0 was rolled back itself", "gonogo rollback 1.4.0\n"];
    let said = place.gonogo(&["rollback", "1.4.0", "--to", "1.3.0"]).refused(3, &words[..1]);
    assert!(said.err.contains("gonogo rollback 1.4.0"), "{said}");
}

#[test]
fn ids_count_and_not_names() {
    let (place, remote) = two("ids", "");
    // Somebody has moved the tag on the remote.
    remote.place.git(&["tag", "-f", "v1.4.0", "main^"]);
    let words = ["v1.4.0 is another one on origin", "neither is touched"];
    refuses(&place, &["rollback", "1.4.0", "--yes"], 3, &words);
    // And here, too.
    place.git(&["tag", "-d", "v1.4.0"]);
    place.git(&["fetch", "-q", "origin", "tag", "v1.4.0"]);
    let words = ["v1.4.0 is not the tag that was released", "gonogo log v1.4.0"];
    refuses(&place, &["rollback", "1.4.0", "--yes"], 3, &words);
}

#[test]
fn a_tag_that_is_only_elsewhere() {
    let (place, remote) = two("elsewhere", "");
    let tag = id(&place, "v1.4.0");
    place.git(&["tag", "-d", "v1.4.0"]);
    let said = works(&place, &["rollback", "1.4.0", "--dry-run"]);
    assert!(said.out.contains("v1.4.0 at "), "{said}");
    // Deleted there in a hurry: what it brought is still out.
    remote.place.git(&["tag", "-d", "v1.4.0"]);
    place.git(&["tag", "-d", "v1.4.0"]);
    let said = works(&place, &["rollback", "1.4.0", "--yes"]);
    assert!(said.err.contains("v1.4.0 is not there any more"), "{said}");
    assert_eq!(id(&place, "refs/gonogo/rolledback/v1.4.0"), tag);
}

#[test]
fn what_has_not_left_this_machine_is_undone() {
    let (place, _remote) = project("local", "");
    commit(&place, "one.txt", "one\n", "feat: one");
    works(&place, &["release", "minor", "--no-push"]);
    let words = ["1.3.0 has not left this machine", "gonogo undo"];
    refuses(&place, &["rollback", "1.3.0", "--yes"], 3, &words);
    works(&place, &["release", "--help"]);
}

#[test]
fn what_is_out_is_not_undone_and_the_way_is_named() {
    let (place, _remote) = two("undo", "");
    place.gonogo(&["undo"]).refused(3, &["so it is not undone", "gonogo rollback 1.4.0"]);
}

#[test]
fn nonsense_is_refused() {
    let (place, _remote) = two("nonsense", "");
    refuses(&place, &["rollback", "7.7.7"], 2, &["no release 7.7.7 is known", "v1.4.0, v1.3.0"]);
    refuses(&place, &["rollback"], 2, &["nobody can be asked here", "gonogo rollback --yes"]);
    refuses(&place, &["rollback", "--revert=main"], 2, &["is no range of commits"]);
    refuses(&place, &["rollback", "--revert=nope..main"], 2, &["there is no commit nope"]);
    refuses(&place, &["rollback", "--database", "--yes"], 2, &["database has no command"]);
    refuses(&place, &["rollback", "--deploy-only"], 2, &["no command for this"]);
    place.put("templates/notice.md", "{wrong}\n");
    refuses(&place, &["rollback", "--yes"], 2, &["placeholder that is not known: {wrong}"]);
}

#[test]
fn without_a_remote_nothing_is_pushed() {
    let place = Place::python("alone").with("SOURCE_DATE_EPOCH", "1767319445");
    let said = works(&place, &["rollback", "--yes"]);
    assert!(said.err.contains("there is no remote: nothing is pushed"), "{said}");
    assert!(id(&place, "refs/gonogo/rolledback/v1.2.0") == id(&place, "v1.2.0"));
}

#[test]
fn the_result_is_data_too() {
    let (place, _remote) = two("json", "");
    let said = works(&place, &["rollback", "--dry-run", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(plan["title"], "demo 1.4.0");
    let said = works(&place, &["rollback", "--yes", "--json"]);
    let done: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(done["state"], "done");
}

#[test]
fn the_way_back_is_a_document() {
    let toml = "[record]\ndb = \"cat x\"\n[rollback]\nredeploy = \"deploy $GONOGO_PREVIOUS_TAG\"\n\
        database = \"downgrade $GONOGO_PREVIOUS_DB\"\n";
    let (place, _remote) = two("document", toml);
    works(&place, &["rollback", "--plan"]);
    let before = place.state();
    let out = works(&place, &["rollback", "--plan", "1.4.0"]).out;
    assert!(out.starts_with("# The way back from demo 1.4.0\n"), "{out}");
    assert!(out.contains("1. redeploy: deploy v1.3.0"), "{out}");
    let coming = works(&place, &["rollback", "--plan", "1.5.0"]).out;
    for line in [
        "# The way back from demo 1.5.0",
        "Back to 1.4.0: v1.4.0, commit ",
        "    gonogo rollback 1.5.0",
        "1. redeploy: `deploy v1.4.0`",
        "2. database, only with --database, loses data: `downgrade $GONOGO_PREVIOUS_DB`",
        "The release records db.",
    ] {
        assert!(coming.contains(line), "{line}: {coming}");
    }
    place.state().must_be(&before, "a document");
}
