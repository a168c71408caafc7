//! What is refused, and a remote that takes no refs of this kind.

use super::support::{refuses, works};
use super::{ROLES, forged, id, json, said, states, team};

#[test]
fn who_may_not_sign_is_told_who_may() {
    let team = team("may", ROLES);
    let bo = &team.bo;
    works(bo, &["sign", "--list"]);
    refuses(
        bo,
        &["sign", "--role", "QA Laed"],
        2,
        &["there is no role QA Laed", "Did you mean QA Lead?"],
    );
    let why = ["Bo <bo@example.com> cannot sign for Release Manager", "ana@example.com"];
    refuses(bo, &["sign", "--role", "Release Manager"], 3, &why);
    refuses(bo, &["sign"], 2, &["nobody can be asked here", "sign --yes"]);
    refuses(bo, &["sign", "--statement", "one\ntwo", "--yes"], 2, &["--statement is not one line"]);
    // git's own configuration says the role of a person.
    bo.git(&["config", "gonogo.role", "Release Manager"]);
    refuses(bo, &["sign", "--yes"], 3, &["cannot sign for Release Manager"]);
    bo.git(&["config", "--unset", "gonogo.role"]);
    bo.git(&["config", "--global", "user.email", "eve@example.com"]);
    refuses(
        bo,
        &["sign", "--yes"],
        2,
        &["eve@example.com has no role here", "QA Lead: bo@example.com"],
    );
}

#[test]
fn a_remote_may_refuse_such_refs() {
    let team = team("refs", ROLES);
    team.remote.only_branches_and_tags();
    let said = team.ana.gonogo(&["sign", "--yes"]);
    let words = [
        "origin does not take the sign-off; it is kept here",
        "is not allowed here",
        "next: gonogo sign --yes",
    ];
    let said = said.refused(5, &words);
    // Nothing waits: other commands work, and this clone has it.
    assert_eq!(team.ana.operations(), ["done", "replaced"], "{said}");
    assert_eq!(states(&team.ana), "Release Manager signed, QA Lead open, Security Lead open");
    assert_eq!(states(&team.bo), "Release Manager open, QA Lead open, Security Lead open");
    works(&team.ana, &["bump", "minor"]);
    works(&team.ana, &["undo"]);
    std::fs::remove_file(team.remote.path().join("hooks/pre-receive")).expect("the hook");
    works(&team.ana, &["sign", "--yes"]);
    assert_eq!(states(&team.bo), "Release Manager signed, QA Lead open, Security Lead open");
}

#[test]
fn what_was_kept_after_a_refusal_can_be_undone() {
    let team = team("undo", ROLES);
    works(&team.ana, &["sign", "--list"]);
    let before = team.ana.state();
    team.remote.only_branches_and_tags();
    team.ana.gonogo(&["sign", "--yes"]).refused(5, &[]);
    super::support::undone(&team.ana, &before);
}

#[test]
fn what_others_put_there_is_data() {
    let team = team("data", ROLES);
    let (ana, bo) = (&team.ana, &team.bo);
    works(ana, &["sign", "--yes"]);
    let names = ana.git(&["for-each-ref", "--format=%(refname)", "refs/gonogo/signoff/"]);
    let name = names.trim();
    // Another commit in the head of the object than in its message, a name that is another one's, a
    // blob, and a text that a terminal would obey.
    let object = ana.git(&["cat-file", "tag", name]);
    let other = object.replace("Role: Release Manager", "Role: QA Lead");
    let evil = object.replace("Project: ", "Project: \u{1b}[2J");
    for (number, text) in [other, evil, "blob".to_owned()].iter().enumerate() {
        let path = bo.root.join("object");
        std::fs::write(&path, text).expect("object");
        let kind = if number == 2 { "blob" } else { "tag" };
        let path = path.to_str().expect("UTF-8");
        let made = bo.git(&["hash-object", "--literally", "-t", kind, "-w", path]);
        let place = format!("refs/gonogo/signoff/v1.3.0/qa-lead/{number:016}");
        bo.git(&["push", "-q", "origin", &format!("{}:{place}", made.trim())]);
    }
    let list = works(ana, &["sign", "--list"]);
    assert!(list.out.contains("what it says is not what its name says"), "{list}");
    assert!(list.out.contains("it is a blob"), "{list}");
    assert!(!list.out.contains('\u{1b}'), "{list}");
    assert_eq!(states(ana), "Release Manager signed, QA Lead open, Security Lead open");
}

#[test]
fn what_names_another_commit_or_tree_does_not_count() {
    let team = team("another", ROLES);
    let (ana, bo) = (&team.ana, &team.bo);
    let (head, tree) = (id(bo, "HEAD"), id(bo, "HEAD^{tree}"));
    let (old, older) = (id(bo, "HEAD~1"), id(bo, "HEAD~1^{tree}"));
    let who = "Bo <bo@example.com>";
    // As somebody who knows how they are made: an old commit, and the tree of another one.
    let first = forged(bo, &old, who, &said(&old, &older, None));
    let list = works(ana, &["sign", "--list"]);
    assert!(list.out.contains("void: new.txt (it is new)"), "{list}");
    forged(bo, &head, who, &said(&head, &older, None));
    let list = works(ana, &["sign", "--list"]);
    assert!(list.out.contains("it names another tree than that of"), "{list}");
    assert_eq!(states(ana), "Release Manager open, QA Lead void, Security Lead open");
    // A good one counts; its ref moved to another object, or to a commit, is no sign-off any more.
    let good = forged(bo, &head, who, &said(&head, &tree, None));
    assert_eq!(states(ana), "Release Manager open, QA Lead signed, Security Lead open");
    bo.git(&["fetch", "-q", "origin", "+refs/gonogo/*:refs/other/*"]);
    let other = id(bo, &first.replace("refs/gonogo", "refs/other"));
    for (object, why) in [
        (other.as_str(), "what it says is not what its name says"),
        (head.as_str(), "it is a commit"),
    ] {
        bo.git(&["push", "-q", "--force", "origin", &format!("{object}:{good}")]);
        let list = works(ana, &["sign", "--list"]);
        assert!(list.out.contains(why), "{list}");
        assert_eq!(states(ana), "Release Manager open, QA Lead void, Security Lead open");
    }
    // A commit that is nowhere here.
    let gone = "1".repeat(40);
    let message = said(&gone, &tree, None);
    let path = bo.root.join("object");
    let head = format!("object {gone}\ntype commit\ntag x\ntagger {who} 1 +0000\n\n{message}");
    std::fs::write(&path, head).expect("object");
    let path = path.to_str().expect("UTF-8");
    let made = bo.git(&["hash-object", "--literally", "-t", "tag", "-w", path]);
    bo.git(&["update-ref", "refs/gonogo/signoff/v1.3.0/qa-lead/x", made.trim()]);
    let list = works(bo, &["sign", "--list"]);
    assert!(list.out.contains("qa-lead/x: what it says is not what its name says"), "{list}");
}

#[test]
fn nobody_is_two_people_by_writing_an_address_otherwise() {
    let team = team("case", "[signoff]\ndistinct = 2\n");
    works(&team.ana, &["sign", "--yes"]);
    team.bo.git(&["config", "--global", "user.email", "ANA@Example.COM"]);
    let signed = works(&team.bo, &["sign", "--yes"]);
    assert!(signed.out.contains("1 of 2 different people have signed"), "{signed}");
    assert_eq!(team.cy.gonogo(&["sign", "--verify"]).code, 1);
}

#[test]
fn a_clone_that_asked_nobody_knows_nothing_and_says_so() {
    let team = team("offline", ROLES);
    team.sign();
    let fresh = super::Place::empty("offline-fresh");
    fresh.git(&["clone", "-q", team.remote.url(), "."]);
    let open = "Release Manager open, QA Lead open, Security Lead open";
    let list = json(&works(&fresh, &["sign", "--list", "--no-push", "--json"]));
    assert!(list["roles"].as_array().expect("roles").iter().all(|role| role["state"] == "open"));
    for option in ["--list", "--verify"] {
        let said = fresh.gonogo(&["sign", option, "--no-push"]);
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains("origin was not asked: others may have signed"), "{said}");
    }
    let check = fresh.gonogo(&["check"]);
    assert!(check.out.contains("? QA Lead          open: bo@example.com"), "{check}");
    // One fetch, and all is known, also without the network.
    assert_eq!(states(&fresh), super::ALL_SIGNED, "not {open}");
    std::fs::rename(team.remote.path(), team.remote.path().with_extension("away")).expect("away");
    let list = works(&fresh, &["sign", "--list", "--no-push"]);
    assert!(list.out.contains("GO for 1.3.0"), "{list}");
    let said = fresh.gonogo(&["sign", "--list"]);
    assert_eq!(said.code, 5, "{said}");
}
