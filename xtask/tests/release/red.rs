//! Gates of a release: what is red is taken back, what is waived stands in the record.

use super::support::{Place, works};
use super::{json, project, released};

const PINNED: &str = "grep -q 'version = \"1.2.0\"' tests/pin.sh && \
    { echo \"tests/pin.sh:2: expected $(sed -n 3p pyproject.toml)\"; exit 1; }; exit 0";

fn pinned(name: &str) -> (Place, super::Remote) {
    let (place, remote) = project(name);
    place.script("check.sh", PINNED);
    place.put("tests/pin.sh", "#!/bin/sh\nversion = \"1.2.0\"\n");
    place.put("gonogo.toml", "[gates]\ntests = \"./check.sh\"\nlint = \"true\"\n");
    place.commit_all("test: gates");
    (place, remote)
}

#[test]
fn a_red_gate_takes_everything_back() {
    let (place, remote) = pinned("red");
    let (before, there) = (place.state(), remote.state());
    let said = place.gonogo(&["release", "minor", "--yes"]).refused(
        1,
        &[
            "1 of 2 green",
            "NO-GO for 1.3.0: tests",
            "tests/pin.sh:2  version = \"1.2.0\"",
            "{ path = \"tests/pin.sh\", pattern = 'version = \"{version}\"' }",
            "Everything was taken back: nothing has changed.",
            "next: gonogo release minor --yes",
            "release minor --yes --waive tests --reason \"...\"",
        ],
    );
    place.state().must_be(&before, &said.to_string());
    remote.state().must_be(&there, &said.to_string());
    assert_eq!(place.operations(), ["taken-back"]);
    // With the line that was proposed the test moves along.
    let entry = said.err.lines().find(|line| line.contains("{ path =")).unwrap().trim().to_owned();
    place.put(
        "gonogo.toml",
        format!("[version]\nfiles = [{entry}]\n[gates]\ntests = \"./check.sh\"\nlint = \"true\"\n"),
    );
    place.commit_all("chore: the pin moves");
    released(&place, &remote, &["minor"], "v1.3.0");
    assert!(place.read("tests/pin.sh").contains("1.3.0"));
}

#[test]
fn a_waiver_stands_in_the_record() {
    let (place, remote) = pinned("waived");
    let waive = ["minor", "--waive", "tests", "--reason", "the pin is mended tomorrow"];
    let said = released(&place, &remote, &waive, "v1.3.0");
    assert!(said.err.contains("1 of 2 green on tree"), "{said}");
    assert!(said.err.contains("1 waived"), "{said}");
    let record = place.git(&["cat-file", "-p", "refs/gonogo/record/v1.3.0"]);
    assert!(record.contains("the pin is mended tomorrow"), "{record}");
}

#[test]
fn gates_see_the_tree_that_gets_the_tag() {
    let (place, remote) = project("tree");
    place.script("check.sh", "git ls-files -s >/dev/null; cat pyproject.toml CHANGELOG.md > seen");
    place.put(".gitignore", "seen\n");
    place.put("gonogo.toml", "[gates]\ntests = \"./check.sh\"\n");
    place.commit_all("test: gates");
    let said = released(&place, &remote, &["minor"], "v1.3.0");
    let seen = place.read("seen");
    let tagged = place.git(&["show", "v1.3.0:pyproject.toml", "v1.3.0:CHANGELOG.md"]);
    assert_eq!(seen, tagged);
    let tree = place.git(&["rev-parse", "--short=7", "v1.3.0^{tree}"]);
    assert!(said.err.contains(&format!("green on tree {}", tree.trim())), "{said}");
}

#[test]
fn a_hook_that_says_no_leaves_nothing() {
    let (place, remote) = project("hook");
    place.hook("pre-commit", "echo not today >&2; exit 1");
    let (before, there) = (place.state(), remote.state());
    let said = place.gonogo(&["release", "minor", "--yes"]).refused(5, &["not today"]);
    place.state().must_be(&before, &said.to_string());
    remote.state().must_be(&there, &said.to_string());
}

#[test]
fn a_red_gate_leaves_what_an_earlier_bump_wrote() {
    let (place, _) = pinned("own-red");
    works(&place, &["bump", "minor"]);
    works(&place, &["changelog"]);
    let before = place.state();
    let said = place.gonogo(&["release", "--yes"]).refused(1, &["NO-GO for 1.3.0"]);
    place.state().must_be(&before, &said.to_string());
}

#[test]
fn own_earlier_edits_are_committed() {
    let (place, remote) = project("own");
    works(&place, &["bump", "minor"]);
    released(&place, &remote, &[], "v1.3.0");
    let changed = place.git(&["show", "--name-only", "--format=", "v1.3.0^{commit}"]);
    assert_eq!(changed, "CHANGELOG.md\npyproject.toml\nsrc/demo/__init__.py\n");
}

#[test]
fn the_answer_is_one_document_of_data() {
    let (place, _) = pinned("data");
    let plan = json(&works(&place, &["release", "minor", "--dry-run", "--json"]));
    assert_eq!((&plan["version"], &plan["tag"]), (&"1.3.0".into(), &"v1.3.0".into()));
    assert_eq!(plan["push"], "git push --atomic origin refs/heads/main refs/tags/v1.3.0");
    assert!(plan["plan"]["steps"].is_array(), "{plan}");
    let red = json(&place.gonogo(&["release", "minor", "--yes", "--json"]));
    assert_eq!(red["error"]["exit"], 1, "{red}");
    let waive = ["--waive", "tests", "--reason", "x"];
    let args = [&["release", "minor", "--yes", "--json"], &waive[..]].concat();
    let done = json(&works(&place, &args));
    assert_eq!(done["tag"], "v1.3.0");
    assert_eq!(done["gates"]["gates"].as_array().map(Vec::len), Some(2), "{done}");
    assert!(done["operation"].is_number() && done["pushed"].is_string(), "{done}");
    let nothing = json(&works(&place, &["release", "1.3.0", "--json"]));
    assert!(nothing["why"].as_str().unwrap().contains("released already"), "{nothing}");
}
