//! Signing, from clone to clone.

use super::support::{refuses, undone, works};
use super::{ALL_SIGNED, ROLES, id, json, listed, states, team};

#[test]
fn three_people_sign_in_three_clones() {
    let team = team("three", ROLES);
    let (ana, bo, cy) = (&team.ana, &team.bo, &team.cy);
    let open = "Release Manager open, QA Lead open, Security Lead open";
    assert_eq!(states(bo), open);
    let head = id(ana, "origin/main");
    let said = works(ana, &["sign", "--yes"]);
    assert!(said.out.contains("signed in your name, without a key, pushed to origin"), "{said}");
    let others =
        "Open now: QA Lead (bo@example.com), Security Lead (cy@example.com, dee@example.com)";
    assert!(said.out.contains(others), "{said}");
    assert!(said.out.ends_with("next: gonogo sign --list\n"), "{said}");
    // The role is found by the address, or said, also with a slip in its letters' size.
    let said = works(bo, &["sign", "--role", "qa lead", "--statement", "I tried it.", "--yes"]);
    assert!(said.out.contains("Open now: Security Lead"), "{said}");
    let signed = json(&works(cy, &["sign", "--yes", "--json"]));
    assert_eq!((&signed["go"], signed["candidate"].as_str()), (&true.into(), Some(head.as_str())));
    for place in [ana, bo, cy] {
        assert_eq!(states(place), ALL_SIGNED);
    }
    let list = works(ana, &["sign", "--list"]);
    assert!(list.out.contains("GO for 1.3.0"), "{list}");
    assert!(list.out.contains(&format!("✓ QA Lead          Bo  {}", &head[..7])), "{list}");
    works(ana, &["sign", "--verify"]);
    let list = listed(ana);
    let bo_said = list["signoffs"].as_array().unwrap().iter().find(|one| one["role"] == "QA Lead");
    assert_eq!(bo_said.unwrap()["statement"], "I tried it.");
    // Nothing else came to the remote or stays open.
    let refs = team.remote.place.git(&["for-each-ref", "--format=%(refname)", "refs/gonogo"]);
    let refs: Vec<&str> = refs.lines().collect();
    assert_eq!(refs.len(), 3, "{refs:?}");
    let begin = |role: &str| format!("refs/gonogo/signoff/v1.3.0/{role}/");
    assert!(refs.iter().any(|name| name.starts_with(&begin("release-manager"))), "{refs:?}");
    assert_eq!(ana.operations(), ["done"]);
}

#[test]
fn twice_is_once() {
    let team = team("twice", ROLES);
    works(&team.ana, &["sign", "--yes"]);
    let (before, remote) = (team.ana.state(), team.remote.state());
    // Also a moment later.
    let later = team.ana.clone().with("GIT_COMMITTER_DATE", "2026-02-02T02:02:02+0000");
    let said = works(&later, &["sign", "--yes"]);
    assert!(said.out.contains("Ana has signed") && said.out.contains("nothing to do"), "{said}");
    let _ = before;
    team.remote.state().must_be(&remote, "twice");
    assert_eq!(team.ana.operations(), ["done"]);
}

#[test]
fn kept_here_until_it_is_pushed() {
    let team = team("kept", ROLES);
    works(&team.ana, &["sign", "--list"]);
    let before = team.ana.state();
    let said = works(&team.ana, &["sign", "--no-push", "--yes"]);
    assert!(said.out.contains("kept here: others do not see it"), "{said}");
    assert!(said.out.contains("undo: gonogo undo"), "{said}");
    undone(&team.ana, &before);
    works(&team.ana, &["sign", "--no-push", "--yes"]);
    let remote = team.remote.state();
    assert_eq!(states(&team.bo), "Release Manager open, QA Lead open, Security Lead open");
    team.remote.state().must_be(&remote, "no push");
    // The same again pushes what is here.
    works(&team.ana, &["sign", "--yes"]);
    assert_eq!(states(&team.bo), "Release Manager signed, QA Lead open, Security Lead open");
    let ids = |place: &super::Place| place.git(&["for-each-ref", "refs/gonogo/signoff/"]);
    assert_eq!(ids(&team.ana), ids(&team.remote.place));
    refuses(&team.ana, &["undo"], 3, &["was pushed to origin"]);
}

#[test]
fn a_witness_signs_for_somebody() {
    let team = team("witness", ROLES);
    let url = "https://example.com/mail/1";
    let witness = |person: &'static str| {
        ["sign", "--role", "Security Lead", "--for", person, "--evidence", url, "--yes"]
    };
    refuses(&team.ana, &witness("Eve <eve@example.com>"), 3, &["eve@example.com cannot sign for"]);
    team.ana.gonogo(&["sign", "--for", "Cy"]).refused(2, &["--evidence <URL>"]);
    works(&team.ana, &["sign", "--yes"]);
    works(&team.bo, &["sign", "--yes"]);
    works(&team.ana, &witness("Cy Okafor <cy@example.com>"));
    assert_eq!(states(&team.cy), ALL_SIGNED);
    let list = works(&team.cy, &["sign", "--list"]);
    assert!(list.out.contains("Cy Okafor, witnessed by Ana"), "{list}");
    let trailer = listed(&team.cy)["signoffs"][2]["trailer"].as_str().unwrap().to_owned();
    assert!(trailer.starts_with("Sign-off: Security Lead; Ana <ana@example.com>; "), "{trailer}");
    assert!(trailer.ends_with("; for Cy Okafor <cy@example.com>; https://example.com/mail/1"));
    // Who has no role is nobody's witness.
    team.cy.git(&["config", "--global", "user.email", "eve@example.com"]);
    refuses(&team.cy, &witness("Cy Okafor"), 3, &["Cy <eve@example.com> cannot be a witness"]);
}

#[test]
fn without_roles_people_count() {
    let team = team("people", "[signoff]\ndistinct = 2\n");
    let said = works(&team.ana, &["sign", "--yes"]);
    assert!(said.out.contains("Open now: 1 of 2 different people have signed."), "{said}");
    // The same person under another address is the same person.
    team.ana.git(&["config", "--global", "user.email", "ana@work.example.com"]);
    works(&team.ana, &["sign", "--yes"]);
    let said = team.ana.gonogo(&["sign", "--verify"]);
    assert_eq!(said.code, 1, "{said}");
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("2 different people must sign, and 1 have"), "{said}");
    let said = works(&team.bo, &["sign", "--yes"]);
    assert!(said.out.contains("Open now: nobody. 1.3.0 is signed at"), "{said}");
    works(&team.cy, &["sign", "--verify"]);
    refuses(&team.cy, &["sign", "--role", "QA"], 2, &["there is no role QA"]);
}

#[test]
fn the_candidate_is_the_branch_that_is_open() {
    let team = team("open", ROLES);
    let ana = &team.ana;
    ana.git(&["switch", "-q", "-c", "release/v1.3.0"]);
    ana.put("more.txt", "more\n");
    ana.commit_all("fix: more");
    ana.git(&["push", "-q", "origin", "release/v1.3.0"]);
    let signed = json(&works(&team.bo, &["sign", "--yes", "--json"]));
    assert_eq!(signed["candidate"].as_str(), Some(id(ana, "release/v1.3.0").as_str()));
    assert_eq!(signed["version"], "1.3.0");
    let list = listed(&team.cy);
    assert_eq!(
        (&list["place"], &list["profile"]),
        (&"origin/release/v1.3.0".into(), &"release".into())
    );
    // A second one: which is meant has to be said, and a hotfix has its own profile.
    ana.git(&["switch", "-q", "-c", "hotfix/v1.2.1", "v1.2.0"]);
    ana.git(&["push", "-q", "origin", "hotfix/v1.2.1"]);
    works(&team.bo, &["sign", "--list", "--version", "1.2.1"]);
    refuses(&team.bo, &["sign", "--yes"], 2, &["several releases are open", "--version 1.2.1"]);
    let list = json(&works(&team.cy, &["sign", "--list", "--version", "1.2.1", "--json"]));
    assert_eq!(
        (&list["place"], &list["profile"]),
        (&"origin/hotfix/v1.2.1".into(), &"hotfix".into())
    );
}

#[test]
fn check_says_who_has_to_act() {
    let team = team("poll", ROLES);
    let (ana, bo) = (&team.ana, &team.bo);
    let missing = |said: &super::Said| {
        assert_eq!(said.code, 1, "{said}");
        let text = format!("{}{}", said.out, said.err);
        let line = text.lines().find(|line| line.starts_with("NO-GO")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{said}"))
    };
    let said = ana.gonogo(&["check"]);
    let all = "NO-GO for 1.3.0: sign-off Release Manager, sign-off QA Lead, sign-off Security Lead";
    assert_eq!(missing(&said), all);
    assert!(said.out.contains("? QA Lead          open: bo@example.com"), "{said}");
    let next = "next: gonogo sign --role 'Release Manager' --version 1.3.0\n";
    assert!(said.out.ends_with(next), "{said}");
    works(ana, &["sign", "--yes"]);
    works(bo, &["sign", "--yes"]);
    // Only what a fetch brought is known.
    let said = bo.gonogo(&["check"]);
    assert_eq!(missing(&said), "NO-GO for 1.3.0: sign-off Security Lead");
    assert!(said.out.contains("✓ Release Manager  Ana"), "{said}");
    let said = bo.gonogo(&["check", "--json"]);
    let data = json(&said);
    assert_eq!((said.code, &data["verdict"]), (1, &"no-go".into()), "{said}");
    assert_eq!(data["signoffs"]["roles"][1]["state"], "signed");
    works(&team.cy, &["sign", "--yes"]);
    let said = works(&team.cy, &["check"]);
    assert!(said.out.contains("GO for 1.3.0"), "{said}");
    // A pre-release asks nobody, and a part of the gates asks no people.
    works(bo, &["check", "clean"]);
    let said = works(bo, &["check", "--profile", "alpha"]);
    assert!(said.out.contains("GO for 1.3.0"), "{said}");
    let said = bo.gonogo(&["check", "--markdown"]);
    assert!(said.out.contains("## NO-GO") && said.out.contains("**Sign-offs**"), "{said}");
}
