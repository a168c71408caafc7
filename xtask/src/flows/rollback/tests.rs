//! What becomes of what CI published, and the order of a plan.

use super::*;
use crate::config::publish::{Certainty, Target};
use crate::plan::{Command, Sign};

#[test]
fn what_was_published_has_a_class_and_a_way() {
    let page = Some("https://github.com/acme/studio");
    for (target, class, way) in [
        (Target::PyPi, Class::Yankable, "https://pypi.org/manage/project/my-pkg/release/1.3.0/"),
        (
            Target::TestPyPi,
            Class::Yankable,
            "https://test.pypi.org/manage/project/my-pkg/release/1.3.0/",
        ),
        (Target::CratesIo, Class::Yankable, "cargo yank --version 1.3.0 My_Pkg"),
        (Target::Npm, Class::Yankable, "npm deprecate My_Pkg@1.3.0 'it'\\''s bad'"),
        (
            Target::GitHubRelease,
            Class::Repeatable,
            "https://github.com/acme/studio/releases/edit/v1.3.0",
        ),
        (Target::Index, Class::Yankable, ""),
        (Target::Image, Class::Repeatable, ""),
        (Target::Docs, Class::Repeatable, ""),
    ] {
        let names = ("My_Pkg", "1.3.0", "v1.3.0");
        let (out, person) = of_registry(target, Certainty::Sure, names, page, "it's bad");
        assert_eq!(out.class, class, "{target}");
        let found = person.and_then(|person| person.command.or(person.page));
        assert_eq!(found.unwrap_or_default(), way, "{target}");
    }
}

fn oid(digit: char) -> Oid {
    Oid::new(&digit.to_string().repeat(40)).unwrap()
}

fn branch(name: &str, tip: char, follows: bool) -> Branch {
    Branch {
        name: format!("refs/heads/{name}"),
        here: Some(oid(tip)),
        there: Some(oid(tip)),
        tip: oid(tip),
        takes_out: Some(TakesOut { from: oid('1'), to: oid('2') }),
        taken: vec![oid('2')],
        retract: Vec::new(),
        follows,
        offered: None,
    }
}

fn rollback() -> Rollback {
    let command = Command { argv: vec!["deploy".into()], env: [].into() };
    Rollback {
        title: "studio 0.3.0".into(),
        base: Base { branch: Some("refs/heads/main".into()), head: Some(oid('a')) },
        runs: vec![Run { name: "redeploy".into(), commands: vec![command], loses: None }],
        git: Some(Withdrawn {
            version: "0.3.0".into(),
            tag: "v0.3.0".into(),
            object: oid('e'),
            branches: vec![branch("main", 'a', false), branch("develop", 'd', true)],
            mend: Some(Mend {
                name: "refs/heads/mend/v0.3.0".into(),
                from: oid('1'),
                to: oid('c'),
                subjects: vec!["fix: a leak".into()],
            }),
            author: Identity { author: "A".into(), committer: "A".into(), sign: Sign::No },
            remote: Some(Remote { name: "origin".into(), shown: "host/x".into() }),
            deletes: Some(Deletes { here: true, there: true }),
        }),
        people: vec![Person {
            name: "pypi".into(),
            text: "yank".into(),
            page: None,
            command: None,
        }],
    }
}

fn words(plan: &Plan) -> Vec<String> {
    let word = |step: &Step| {
        let value = serde_json::to_value(&step.action).unwrap();
        value.as_object().unwrap().keys().next().unwrap().clone()
    };
    plan.steps.iter().map(word).collect()
}

#[test]
fn objects_come_first_and_people_last() {
    let made = plan(rollback());
    let order =
        ["build", "run", "switch", "land", "switch", "push", "share", "person"].map(str::to_owned);
    assert_eq!(words(&made), order);
    let objects = made.objects();
    let Object::Withdrawal(develop) = objects[1] else { panic!("{objects:?}") };
    assert_eq!(develop.also, [Id::Made(0)]);
    let Object::Withdrawal(mend) = objects[2] else { panic!("{objects:?}") };
    assert_eq!(mend.takes_out, Some(TakesOut { from: oid('c'), to: oid('1') }));
    assert_eq!((mend.target.clone(), mend.also.len()), (Id::Known(oid('1')), 0));
    // Changelogs tell of the work where it is, and nowhere else.
    assert_eq!(develop.reverts, [Id::Known(oid('2'))]);
    assert_eq!(mend.reverts, [Id::Made(0), Id::Made(1)]);
    assert!(mend.message.ends_with("\n\n* fix: a leak\n"), "{}", mend.message);
    let push = made.point_of_no_return().unwrap();
    let names: Vec<_> = push.moves.iter().map(|it| (it.name.as_str(), it.old.is_some())).collect();
    let expected = [
        ("refs/heads/main", true),
        ("refs/heads/develop", true),
        ("refs/heads/mend/v0.3.0", false),
        ("refs/tags/v0.3.0", true),
    ];
    assert_eq!(names, expected);
    let kept = made.moves().into_iter().find(|it| it.name == "refs/gonogo/rolledback/v0.3.0");
    assert_eq!(kept.unwrap().new, Some(Id::Known(oid('e'))));
}

#[test]
fn another_branch_that_is_checked_out_stays_there() {
    let mut other = rollback();
    other.base.branch = Some("refs/heads/topic".into());
    let order = ["build", "run", "land", "push", "share", "person"].map(str::to_owned);
    assert_eq!(words(&plan(other)), order);
}

#[test]
fn a_deployment_alone_touches_nothing_of_git() {
    let alone = Rollback { git: None, people: Vec::new(), ..rollback() };
    assert_eq!(words(&plan(alone)), ["run"]);
}
