//! The remote says no, or somebody was there first.

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{FLOWS, HOTFIX, REDEPLOY, RESUME, ROLLBACK, does, ids, somebody};

/// What is wrong, how it is mended, what is said.
type Case = (&'static str, fn(&Place, &Remote), fn(&Place, &Remote), &'static str);

const REFUSALS: [Case; 3] = [
    (
        "one ref",
        |_, remote| remote.hook("update", "[ $1 != refs/heads/develop ] || exit 1"),
        |_, remote| remote.hook("update", "exit 0"),
        "develop",
    ),
    (
        "one of all",
        |_, remote| {
            let body = "grep -q refs/heads/develop || exit 0; echo 'not today' >&2; exit 1";
            remote.hook("pre-receive", body);
        },
        |_, remote| remote.hook("pre-receive", "exit 0"),
        "not today",
    ),
    (
        "own hook",
        |place, _| place.hook("pre-push", "echo 'my own no' >&2; exit 1"),
        |place, _| place.hook("pre-push", "exit 0"),
        "my own no",
    ),
];

#[test]
fn a_push_that_is_refused_is_undone_or_resumed() {
    for flow in FLOWS {
        let (usual, remote) = flow.project("usual");
        flow.is_out(&usual, &remote, &works(&usual, flow.args));
        // It is one mechanism: the first of the ways is enough for the others.
        let ways = if flow.name == "hotfix" { &REFUSALS[..] } else { &REFUSALS[..1] };
        for (name, spoil, mend, word) in ways {
            let (place, remote) = flow.project(name);
            let (before, there) = (place.state(), remote.state());
            spoil(&place, &remote);
            let words = ["was refused, nothing arrived", *word, "resume"];
            let said = place.gonogo(flow.args).refused(4, &words);
            remote.state().must_be(&there, &said.to_string());
            if flow.undone(&place, &before) {
                remote.state().must_be(&there, &said.to_string());
                place.gonogo(flow.args).refused(4, &words);
            }
            // As long as the cause is there, it stays as it is.
            place.gonogo(&RESUME).refused(4, &words);
            flow.is_open(&place);
            mend(&place, &remote);
            flow.completed(&place, &remote);
            assert_eq!(ids(&place), ids(&usual), "{name}: as if nothing had happened");
        }
    }
}

/// The hook runs between fetch and push.
#[test]
fn what_somebody_pushed_in_between_is_not_overwritten() {
    for (flow, branch, reference, words) in [
        (&HOTFIX, "main", "refs/heads/main", "On the remote, main is at"),
        (&HOTFIX, "develop", "refs/heads/develop", "On the remote, develop is at"),
        (&HOTFIX, "main", HOTFIX.makes, "Somebody else has released this version"),
        (&ROLLBACK, "develop", "refs/heads/develop", "On the remote, develop is at"),
        (&ROLLBACK, "main", ROLLBACK.makes, "On the remote, mend/v1.2.1 is at"),
    ] {
        let (place, remote) = flow.project(&format!("between {}", reference.replace('/', " ")));
        let other = somebody(&place, &remote);
        other.git(&["switch", "-q", branch]);
        other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
        let push = format!("git -C ../somebody push -q origin HEAD:{reference}");
        place.hook("pre-push", &format!("rm \"$0\"; unset GIT_DIR; {push}"));
        let (before, refs) = (place.state(), ids(&place));
        let said = place.gonogo(flow.args).refused(4, &["nothing arrived", words, "undo"]);
        let there = remote.state();
        let theirs = other.git(&["rev-parse", "HEAD"]);
        assert_eq!(remote.id(reference).as_deref(), Some(theirs.trim()), "{said}");
        let said = place.gonogo(&RESUME).refused(4, &["nothing arrived", words, "undo"]);
        flow.is_open(&place);
        works(&place, &["undo"]);
        remote.state().must_be(&there, &said.to_string());
        // Who moved the branch was looked up, so what is known of the remote has moved along.
        let changed = place.state().changed(&before);
        assert!(changed.iter().all(|part| part == "refs"), "{changed:?}");
        assert_eq!(ids(&place), refs);
        if reference != flow.makes {
            let said = works(&place, flow.args);
            flow.is_out(&place, &remote, &said);
            place.git(&["merge-base", "--is-ancestor", theirs.trim(), reference]);
        }
    }
}

/// Where a command has begun, nobody is sent to an undo that refuses.
#[test]
fn a_redeploy_that_was_overtaken_waits_for_the_remote() {
    let (place, remote) = REDEPLOY.project("overtaken");
    let other = somebody(&place, &remote);
    let main = other.git(&["rev-parse", "HEAD"]);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    does(&place, "git -C ../somebody push -q origin HEAD:main");
    let words = ["nothing arrived", "On the remote, main is at", "It reached beyond git", "resume"];
    let said = place.gonogo(REDEPLOY.args).refused(4, &words);
    let there = remote.state();
    let again = place.gonogo(&RESUME).refused(4, &words);
    let replan = place.gonogo(&["resume", "--replan", "--yes"]).refused(4, &["cannot go on"]);
    for said in [said, again, replan] {
        assert!(!said.err.contains("gonogo undo") && !said.err.contains("Taken back"), "{said}");
    }
    REDEPLOY.undone(&place, &place.state());
    remote.state().must_be(&there, "theirs stays");
    remote.place.git(&["update-ref", "refs/heads/main", main.trim()]);
    REDEPLOY.completed(&place, &remote);
}

/// Nor does it block everything else for good.
#[test]
fn a_redeploy_that_was_overtaken_can_leave_the_push_to_a_person() {
    let (place, remote) = REDEPLOY.project("left");
    let other = somebody(&place, &remote);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    does(&place, "git -C ../somebody push -q origin HEAD:main");
    place.gonogo(REDEPLOY.args).refused(4, &["resume --skip push"]);
    let there = remote.id("refs/heads/main");
    let said = works(&place, &["resume", "--skip", "push"]);
    assert!(format!("{said}").contains("that is left to you"), "{said}");
    assert_eq!(place.operations()[0], "done");
    assert_eq!(remote.id("refs/heads/main"), there);
    place.git(&["pull", "-q", "--no-rebase", "--no-edit", "origin", "main"]);
    place.git(&["push", "-q", "origin", "main"]);
}

/// Not every server takes refs together, and then a part may arrive.
#[test]
fn a_part_that_has_arrived_is_completed_and_not_undone() {
    for flow in [&HOTFIX, &REDEPLOY] {
        let (place, remote) = flow.project("not atomic");
        remote.config("receive.advertiseAtomic", "false");
        let said = works(&place, flow.args);
        flow.is_out(&place, &remote, &said);

        let (place, remote) = flow.project("a part");
        remote.config("receive.advertiseAtomic", "false");
        remote.hook("update", &format!("[ $1 != {} ] || exit 1", flow.makes));
        let words = ["only a part of the push has arrived", "resume"];
        let said = place.gonogo(flow.args).refused(4, &words);
        assert!(!said.err.contains("gonogo undo"), "what has left is not taken back: {said}");
        assert_eq!(remote.id(flow.makes), None);
        let (here, there) = (place.state(), remote.state());
        let code = if flow.keeps.is_some() { 4 } else { 3 };
        place.gonogo(&["undo"]).refused(code, &["not undone"]);
        place.gonogo(&RESUME).refused(4, &words);
        place.state().must_be(&here, "undo and resume");
        remote.state().must_be(&there, "undo and resume");
        flow.is_open(&place);
        remote.hook("update", "exit 0");
        flow.completed(&place, &remote);
    }
}
