//! `tag verify`: every check, green and red, also in the clones that CI makes.

use serde_json::Value;

use super::support::remote::Remote;
use super::support::{Place, refuses, works};
use super::{TAG, id, ready, told};

/// Each check with its outcome.
fn outcomes(place: &Place, args: &[&str]) -> (i32, Vec<String>) {
    let said = place.gonogo(&[&["tag", "verify", "--json"], args].concat());
    let data: Value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {said}"));
    let checks = data["checks"].as_array().unwrap_or_else(|| panic!("no checks: {said}"));
    let word = |check: &Value| {
        format!("{} {}", check["id"].as_str().unwrap(), check["outcome"].as_str().unwrap())
    };
    assert_eq!(data["red"], Value::Bool(said.code == 1), "{said}");
    (said.code, checks.iter().map(word).collect())
}

/// All checks, good or skipped but for these.
#[track_caller]
fn only(place: &Place, args: &[&str], code: i32, odd: &[&str]) {
    let (is, found) = outcomes(place, args);
    let found: Vec<&str> = found
        .iter()
        .filter(|one| !one.ends_with(" good") && !one.ends_with(" skipped"))
        .map(String::as_str)
        .collect();
    assert_eq!((is, found.as_slice()), (code, odd), "{args:?}");
}

#[test]
fn a_release_says_one_line_for_each_check() {
    let place = told("green", "## [1.3.0] - 2026-02-03");
    works(&place, &["tag"]);
    let said = works(&place, &["tag", "verify", "v1.3.0"]);
    let commit = &id(&place, "HEAD")[..7];
    let expected = format!(
        "v1.3.0 at {commit}\n✓ annotated  2026-01-02, Ada Example <ada@example.com>\n\
         ✓ name       releases demo 1.3.0\n✓ version    1.3.0 in 2 places\n\
         ✓ changelog  CHANGELOG.md:3  ## [1.3.0] - 2026-02-03\n\
         – signature  not signed, and nothing asks for it\n"
    );
    assert_eq!((said.out.as_str(), said.err.as_str()), (expected.as_str(), ""));
    assert_eq!(works(&place, &["tag", "verify", TAG]).out, expected);
    assert_eq!(works(&place, &["tag", "verify"]).out, expected);
    assert_eq!(works(&place, &["tag", "verify", "-q"]).out, "");
}

#[test]
fn what_is_wrong_is_red() {
    let by_hand = |place: &Place, tag: &str| place.git(&["tag", "-a", "-m", "x", tag]);
    let place = ready("red");
    by_hand(&place, "v9.9.9");
    only(&place, &["v9.9.9"], 1, &["version failed"]);
    let said = place.gonogo(&["tag", "verify", "v9.9.9"]);
    assert!(said.out.contains("    pyproject.toml:3  1.3.0\n"), "{said}");
    assert!(said.out.ends_with("next: git show --no-patch v9.9.9\n"), "{said}");
    by_hand(&place, "nightly");
    only(&place, &["nightly"], 1, &["name failed"]);
    place.git(&["tag", "v1.3.0"]);
    only(&place, &["v1.3.0"], 0, &["annotated warning"]);
    let other = id(&place, "v9.9.9");
    place.git(&["update-ref", TAG, &other]);
    only(&place, &["v1.3.0"], 1, &["annotated failed"]);
    place.git(&["tag", "-a", "-m", "x", "v2.0.0", "HEAD^{tree}"]);
    refuses(&place, &["tag", "verify", "v2.0.0"], 1, &["v2.0.0 names no commit"]);
    refuses(&place, &["tag", "verify", "v8.0.0"], 1, &["there is no tag v8.0.0 here"]);

    for (name, heading) in [
        ("none", "## [Unreleased]"),
        ("two", "## [1.3.0] - 2026-02-03\n\n- x\n\n## [1.3.0] - 2026-02-03"),
        ("undated", "## [1.3.0] - TBD"),
        ("conflict", "## [1.3.0] - 2026-02-03 [YANKED]"),
    ] {
        let place = told(&format!("red-{name}"), heading);
        by_hand(&place, "v1.3.0");
        only(&place, &[], 1, &["changelog failed"]);
    }
}

#[test]
fn without_a_name_it_is_the_one_on_head() {
    let place = ready("on-head");
    refuses(&place, &["tag", "verify"], 2, &["there is no release tag on HEAD"]);
    place.git(&["tag", "-a", "-m", "x", "nightly"]);
    place.git(&["tag", "-a", "-m", "x", "v1.3.0"]);
    only(&place, &[], 0, &[]);
    place.git(&["tag", "-a", "-m", "x", "1.3.0"]);
    refuses(&place, &["tag", "verify"], 2, &["several release tags on HEAD", "tag verify v1.3.0"]);
    place.put("gonogo.toml", "[tag]\nignore = [\"1.*\"]\n");
    place.commit_all("ignore");
    place.git(&["tag", "-f", "-a", "-m", "x", "v1.3.0"]);
    place.git(&["tag", "-f", "-a", "-m", "x", "1.3.0"]);
    only(&place, &[], 0, &[]);
    only(&place, &["1.3.0"], 1, &["name failed"]);
}

#[test]
fn the_remote_is_asked_only_when_it_is_said() {
    let place = ready("remote");
    refuses(&place, &["tag", "verify", "v1.2.0", "--remote"], 2, &["there is no remote to ask"]);
    let origin = Remote::origin(&place);
    works(&place, &["tag"]);
    only(&place, &["--remote"], 1, &["remote failed"]);
    works(&place, &["tag", "--push", "--yes"]);
    only(&place, &["--remote"], 0, &[]);
    place.git(&["tag", "-f", "-a", "-m", "another", "v1.3.0"]);
    only(&place, &["--remote"], 1, &["remote failed"]);
    place.git(&["remote", "set-url", "origin", "/no/such/place"]);
    only(&place, &[], 0, &[]);
    let said = place.gonogo(&["tag", "verify", "--remote"]).refused(5, &["could not be asked"]);
    assert!(said.err.contains("next: git ls-remote origin"), "{said}");
    assert!(origin.id(TAG).is_some());
}

#[test]
fn the_clones_of_ci_are_enough() {
    let place = told("ci", "## [1.3.0] - 2026-02-03");
    works(&place, &["tag"]);
    let origin = Remote::origin(&place);
    let url = format!("file://{}", origin.url());
    place.git(&["clone", "-q", "--depth", "1", "--branch", "v1.3.0", &url, "../depth"]);
    let depth = place.at(place.root.join("depth"));
    only(&depth, &[], 0, &[]);
    only(&depth, &["--remote"], 0, &[]);

    // As actions/checkout does it: the tag becomes a lightweight one (issue 290 there).
    place.at(&place.root).git(&["init", "-q", "checkout"]);
    let checkout = place.at(place.root.join("checkout"));
    checkout.git(&["remote", "add", "origin", &url]);
    let commit = id(&place, "v1.3.0^{commit}");
    let refspec = format!("+{commit}:{TAG}");
    checkout.git(&["fetch", "-q", "--no-tags", "--depth=1", "origin", &refspec]);
    checkout.git(&["checkout", "-q", "--force", TAG]);
    only(&checkout, &[], 0, &["annotated warning"]);
    let said = works(&checkout, &["tag", "verify", "--remote"]);
    assert!(said.out.contains("lightweight here, annotated on the remote"), "{said}");
    let fetch = said.out.lines().find(|line| line.contains("git fetch --force")).expect("it");
    let args: Vec<&str> = fetch.split_whitespace().skip(1).collect();
    checkout.git(&args);
    only(&checkout, &["--remote"], 0, &[]);
}
