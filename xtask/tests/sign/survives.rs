//! What a sign-off survives: the release itself, whichever way it takes, and paths that are named.

use super::support::works;
use super::{ALL_SIGNED, ALL_VOID, ROLES, id, json, listed, push, states, team};

/// What `sign --list` says of the release.
#[track_caller]
fn of_release(place: &super::Place) -> String {
    let list = json(&works(place, &["sign", "--list", "--version", "1.3.0", "--json"]));
    assert_eq!(list["released"], true, "{list}");
    let roles = list["roles"].as_array().expect("roles").iter();
    let state = |role: &super::Value| role["state"].as_str().expect("a state").to_owned();
    let states: Vec<String> = roles.map(state).collect();
    format!("{} {}", states.join(" "), list["go"])
}

#[test]
fn a_late_typo_survives_where_it_may_and_voids_elsewhere() {
    let team = team("typo", ROLES);
    team.sign();
    team.cy.put("docs/guide.md", "Guide.\n");
    push(&team.cy, "fix: a typo in the guide");
    assert_eq!(states(&team.ana), ALL_SIGNED);
    let list = works(&team.ana, &["sign", "--list"]);
    assert!(list.out.contains("since then only docs/guide.md changed (survives)"), "{list}");
    team.cy.edit("a.txt", "three", "tree");
    push(&team.cy, "fix: a typo");
    assert_eq!(states(&team.ana), ALL_VOID);
    let said = team.ana.gonogo(&["sign", "--verify"]);
    assert_eq!(said.code, 1, "{said}");
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("that of Bo is void: a.txt (it changed)"), "{said}");
    assert_eq!(all.matches(" is void: ").count(), 3, "{said}");
    // Taken back it is void as well: what was there meanwhile nobody looked at.
    team.cy.git(&["revert", "--no-edit", "HEAD"]);
    team.cy.git(&["push", "-q", "origin", "HEAD"]);
    assert_eq!(states(&team.ana), ALL_VOID);
    // Signed anew it counts.
    works(&team.bo, &["sign", "--yes"]);
    let expected = "Release Manager void, QA Lead signed, Security Lead void";
    assert_eq!(states(&team.ana), expected);
}

#[test]
fn a_release_straight_on_main_is_covered() {
    let team = team("straight", ROLES);
    team.sign();
    team.bo.put("docs/guide.md", "Guide.\n");
    push(&team.bo, "fix(docs): a typo in the guide");
    team.ana.git(&["pull", "-q"]);
    works(&team.ana, &["release", "minor", "--yes"]);
    // It edits two version files and a changelog, also with an entry that came after the sign-offs.
    let changed = team.ana.git(&["show", "--name-only", "--format=", "v1.3.0^{commit}"]);
    assert_eq!(changed, "CHANGELOG.md\npyproject.toml\nsrc/demo/__init__.py\n");
    assert!(team.ana.read("CHANGELOG.md").contains("a typo in the guide"));
    // Anybody can prove it, also in a clone that was not there.
    assert_eq!(of_release(&team.cy), "signed signed signed true");
    let fresh = super::Place::empty("straight-fresh");
    fresh.git(&["clone", "-q", team.remote.url(), "."]);
    assert_eq!(of_release(&fresh), "signed signed signed true");
    works(&fresh, &["sign", "--verify", "--version", "1.3.0"]);
    let list = works(&fresh, &["sign", "--list", "--version", "1.3.0"]);
    assert!(list.out.contains("since then only docs/guide.md changed (survives)"), "{list}");
}

/// The release as a pull request, merged by Bo in some way.
fn merged(name: &str, merge: &[&str]) {
    let settings = format!("{ROLES}\n[branches]\nprotected = [\"main\"]\n");
    let team = team(name, &settings);
    team.sign();
    works(&team.ana, &["release", "minor", "--yes"]);
    let (ana, bo) = (&team.ana, &team.bo);
    assert!(id(ana, "origin/release/v1.3.0") != id(ana, "origin/main"));
    // Meanwhile somebody mends the guide on main.
    bo.put("docs/guide.md", "Guide.\n");
    push(bo, "docs: a typo");
    bo.git(&["fetch", "-q"]);
    bo.git(&[&["merge", "-q"], merge, &["origin/release/v1.3.0"]].concat());
    if merge == ["--squash"] {
        bo.git(&["commit", "-q", "-m", "Release 1.3.0 (#1)"]);
    }
    bo.git(&["push", "-q", "origin", "HEAD"]);
    ana.git(&["fetch", "-q"]);
    works(ana, &["release", "finish", "--yes"]);
    assert_eq!(of_release(&team.cy), "signed signed signed true");
    // Somebody else's work beside it on main voids what is released with it.
    bo.git(&["fetch", "-q", "--tags"]);
    bo.git(&["switch", "-q", "-c", "foreign", "v1.3.0"]);
    bo.put("b.txt", "foreign\n");
    bo.commit_all("feat: foreign");
    bo.git(&["tag", "-f", "-a", "-m", "x", "v1.3.0"]);
    bo.git(&["push", "-q", "--force", "origin", "v1.3.0"]);
    let fresh = super::Place::empty(&format!("{name}-fresh"));
    fresh.git(&["clone", "-q", team.remote.url(), "."]);
    assert_eq!(of_release(&fresh), "void void void false");
    let list = works(&fresh, &["sign", "--list", "--version", "1.3.0"]);
    assert!(list.out.contains("void: b.txt (it changed)"), "{list}");
}

#[test]
fn a_merged_pull_request_is_covered() {
    merged("merged", &["--no-ff", "--no-edit"]);
}

#[test]
fn a_squashed_pull_request_is_covered() {
    merged("squashed", &["--squash"]);
}

#[test]
fn a_rebased_branch_is_covered() {
    let team = team("rebased", ROLES);
    let (ana, bo) = (&team.ana, &team.bo);
    ana.git(&["switch", "-q", "-c", "release/v1.3.0"]);
    ana.put("more.txt", "more\n");
    ana.commit_all("fix: more");
    ana.put("more.txt", "even more\n");
    ana.commit_all("fix: even more");
    ana.git(&["push", "-q", "-u", "origin", "release/v1.3.0"]);
    team.sign();
    bo.put("docs/guide.md", "Guide.\n");
    push(bo, "docs: a typo");
    ana.git(&["fetch", "-q"]);
    ana.git(&["rebase", "-q", "origin/main"]);
    ana.git(&["push", "-q", "--force", "origin", "release/v1.3.0"]);
    assert_eq!(states(&team.cy), ALL_SIGNED);
    ana.put("more.txt", "too much\n");
    push(ana, "fix: too much");
    assert_eq!(states(&team.cy), ALL_VOID);
}

#[test]
fn an_opened_section_that_is_dated_is_covered() {
    let settings = format!("{ROLES}\n[release]\nbranch = \"release/v{{version}}\"\n");
    let team = team("dated", &settings);
    let ana = &team.ana;
    works(ana, &["release", "start", "minor", "--yes"]);
    team.sign();
    let candidate = listed(&team.cy)["place"].clone();
    assert_eq!(candidate, "origin/release/v1.3.0");
    works(ana, &["release", "finish", "--yes"]);
    assert_eq!(of_release(&team.cy), "signed signed signed true");
}
