//! The remote says no.

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{
    MAIN, RELEASE, RESUME, TAG, completed, gated, ids, is_open, is_out, project, somebody, undone,
};

/// What is wrong, how it is mended, what is said.
type Case = (&'static str, fn(&Place, &Remote), fn(&Place, &Remote), &'static [&'static str]);

const REFUSALS: [Case; 4] = [
    (
        "no",
        |_, remote| remote.hook("pre-receive", "echo 'not today' >&2; exit 1"),
        |_, remote| remote.hook("pre-receive", "exit 0"),
        &["was refused, nothing arrived", "not today", "resume", "undo"],
    ),
    (
        "protected",
        |_, remote| remote.protect(MAIN),
        |_, remote| remote.hook("pre-receive", "exit 0"),
        &["was refused, nothing arrived", "GH013", "pull requests only", "resume --pr", "undo"],
    ),
    (
        "one ref",
        |_, remote| remote.hook("update", "[ $1 != refs/tags/v1.3.0 ] || exit 1"),
        |_, remote| remote.hook("update", "exit 0"),
        &["was refused, nothing arrived", "resume", "undo"],
    ),
    (
        "own hook",
        |place, _| place.hook("pre-push", "echo 'my own no' >&2; exit 1"),
        |place, _| place.hook("pre-push", "exit 0"),
        &["was refused, nothing arrived", "my own no", "resume", "undo"],
    ),
];

#[test]
fn a_push_that_is_refused_is_undone_or_resumed() {
    let (usual, remote) = project("usual");
    is_out(&usual, &remote, &works(&usual, &RELEASE));
    for (name, spoil, mend, words) in REFUSALS {
        let (place, remote) = project(&format!("refused {name}"));
        let there = remote.state();
        spoil(&place, &remote);
        let before = place.state();
        let said = place.gonogo(&RELEASE).refused(4, words);
        remote.state().must_be(&there, &said.to_string());
        undone(&place, &before);
        remote.state().must_be(&there, &said.to_string());
        place.gonogo(&RELEASE).refused(4, words);
        // As long as the cause is there, it stays as it is.
        place.gonogo(&RESUME).refused(4, words);
        is_open(&place);
        mend(&place, &remote);
        completed(&place, &remote);
        assert_eq!(ids(&place), ids(&usual), "{name}: as if nothing had happened");
    }
}

/// The gate is the moment between fetch and push.
#[test]
fn what_somebody_pushed_in_between_is_not_overwritten() {
    for (name, refs, words) in [
        ("moved", "HEAD:main", &["On the remote, main is at", "undo"][..]),
        ("taken", "v1.3.0", &["On the remote, v1.3.0 is at", "Somebody else has released"][..]),
        ("both", "HEAD:main v1.3.0", &["was refused, nothing arrived", "undo"][..]),
    ] {
        let (place, remote) = gated(
            &format!("between {name}"),
            &format!("git -C \"$HOME/../somebody\" push -q --atomic origin {refs}"),
        );
        let other = somebody(&place, &remote);
        std::fs::rename(&other.top, place.root.join("somebody")).expect("a neighbour");
        let other = other.at(place.root.join("somebody"));
        other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
        other.git(&["tag", "-a", "-m", "theirs", "v1.3.0"]);
        let before = place.state();
        let said = place.gonogo(&RELEASE).refused(4, words);
        let there = remote.state();
        let theirs = other.git(&["rev-parse", MAIN, TAG]);
        let theirs: Vec<Option<String>> = theirs.lines().map(|id| Some(id.to_owned())).collect();
        assert_eq!(remote.id(MAIN) == theirs[0], refs.contains("main"), "{said}");
        assert_eq!(remote.id(TAG) == theirs[1], refs.contains("v1"), "{said}");
        place.gonogo(&RESUME).refused(4, words);
        // Who moved the branch was looked up, so what is known of the remote has moved along.
        let known = place.git(&["rev-parse", "HEAD~1"]);
        place.git(&["update-ref", "refs/remotes/origin/main", known.trim()]);
        undone(&place, &before);
        remote.state().must_be(&there, &said.to_string());
    }
}

/// Not every server takes refs together, and then a part may arrive.
#[test]
fn a_server_without_atomic_pushes_gets_the_branch_first() {
    let (place, remote) = project("not atomic");
    remote.config("receive.advertiseAtomic", "false");
    let said = works(&place, &RELEASE);
    is_out(&place, &remote, &said);

    let (place, remote) = project("a part");
    remote.config("receive.advertiseAtomic", "false");
    remote.hook("update", "[ $1 != refs/tags/v1.3.0 ] || exit 1");
    let words = ["only a part of the push has arrived", "resume"];
    let said = place.gonogo(&RELEASE).refused(4, &words);
    assert!(!said.err.contains("gonogo undo"), "what has left is not taken back: {said}");
    assert_eq!(remote.id(MAIN), Some(place.git(&["rev-parse", MAIN]).trim().to_owned()));
    assert_eq!(remote.id(TAG), None);
    let here = place.state();
    place.gonogo(&["undo"]).refused(3, &["was pushed"]);
    place.gonogo(&RESUME).refused(4, &words);
    place.state().must_be(&here, "undo and resume");
    is_open(&place);
    remote.hook("update", "exit 0");
    completed(&place, &remote);

    // Taken by somebody else: found before the branch goes.
    let (place, remote) = gated("taken apart", "git -C \"$HOME/../origin.git\" tag v1.3.0 v1.2.0");
    remote.config("receive.advertiseAtomic", "false");
    let (before, main) = (place.state(), remote.id(MAIN));
    place.gonogo(&RELEASE).refused(4, &["Somebody else has released"]);
    assert_eq!(remote.id(MAIN), main);
    undone(&place, &before);
}

/// A part has arrived, and others went on from there: it is theirs, too.
#[test]
fn what_others_build_on_is_not_undone() {
    let (place, remote) = project("built on");
    remote.config("receive.advertiseAtomic", "false");
    remote.hook("update", "[ $1 != refs/tags/v1.3.0 ] || exit 1");
    place.gonogo(&RELEASE).refused(4, &["only a part"]);
    let other = somebody(&place, &remote);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    other.git(&["push", "-q", "origin", "main"]);
    place.gonogo(&["undo"]).refused(3, &["was pushed"]);
    remote.hook("update", "exit 0");
    place.gonogo(&RESUME).ok();
    assert_eq!(remote.id(TAG), Some(place.git(&["rev-parse", TAG]).trim().to_owned()));
    assert_eq!(remote.id(MAIN), Some(other.git(&["rev-parse", MAIN]).trim().to_owned()));
}

#[test]
fn what_a_server_does_afterwards_is_its_own_affair() {
    let (place, remote) = project("post-receive");
    remote.hook("post-receive", "echo 'the mail is broken' >&2; exit 1");
    let said = works(&place, &RELEASE);
    is_out(&place, &remote, &said);

    let (place, remote) = project("no other refs");
    remote.only_branches_and_tags();
    let said = works(&place, &RELEASE);
    is_out(&place, &remote, &said);
    assert!((said.out.clone() + &said.err).contains("does not take the record"), "{said}");
    assert_eq!(place.operations(), ["done"]);
}

/// A lease lets a push over other people's commits pass; nothing here may make it look right.
#[test]
fn nobodys_commit_is_lost() {
    let (place, remote) = project("diverged");
    let other = somebody(&place, &remote);
    other.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    other.git(&["push", "-q", "origin", "main"]);
    place.git(&["commit", "-q", "--allow-empty", "-m", "mine"]);
    place.git(&["fetch", "-q"]);
    let there = remote.state();
    super::support::refuses(&place, &RELEASE, 3, &["have diverged"]);
    // As if theirs came before mine.
    place.git(&["replace", "--graft", "HEAD", "HEAD~1", "origin/main"]);
    super::support::refuses(&place, &RELEASE, 3, &["have diverged"]);
    place.git(&["replace", "-d", place.git(&["rev-parse", "HEAD"]).trim()]);
    let graft = place.git(&["rev-parse", "HEAD", "HEAD~1", "origin/main"]).replace('\n', " ");
    place.put(".git/info/grafts", format!("{}\n", graft.trim()));
    super::support::refuses(&place, &RELEASE, 3, &["have diverged"]);
    place.git(&["config", "push.default", "current"]);
    place.git(&["config", "remote.origin.push", "+refs/heads/*:refs/heads/*"]);
    super::support::refuses(&place, &RELEASE, 3, &["have diverged"]);
    remote.state().must_be(&there, "all of that");
    assert!(place.operations().is_empty());
}
