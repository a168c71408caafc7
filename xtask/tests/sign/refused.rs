//! What is refused, and a remote that takes no refs of this kind.

use super::support::{refuses, works};
use super::{ROLES, states, team};

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
    refuses(
        bo,
        &["sign", "--version", "1.2.0", "--yes"],
        3,
        &["1.2.0 is released already: v1.2.0"],
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
