//! What goes wrong on this machine: in commands, by ctrl-C, by the user's own hand, by a key.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::support::{Place, Said, refuses, said};
use super::{Flow, HOTFIX, REDEPLOY, RESUME, ROLLBACK, deployed, does, ids};

/// Runs it until its command is there, and presses ctrl-C.
fn interrupted(flow: &Flow, place: &Place) -> Said {
    does(place, ": > .git/there; sleep 60");
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(flow.args).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("gonogo starts");
    let start = Instant::now();
    while !place.exists(".git/there") {
        assert!(start.elapsed() < Duration::from_mins(1), "the command never ran");
        sleep(Duration::from_millis(10));
    }
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().expect("kill").success());
    said(&child.wait_with_output().expect("it ends"))
}

#[test]
fn ctrl_c_in_a_gate_takes_everything_back() {
    let (place, remote) = HOTFIX.project("ctrl-c");
    let (before, there) = (place.state(), remote.state());
    let stopped = interrupted(&HOTFIX, &place);
    assert_eq!(stopped.code, 130, "{stopped}");
    place.state().must_be(&before, &stopped.to_string());
    remote.state().must_be(&there, &stopped.to_string());
    assert_ne!(place.operations().first().map(String::as_str), Some("open"), "{stopped}");
    HOTFIX.is_out(&place, &remote, &place.gonogo(HOTFIX.args).ok());
}

#[test]
fn ctrl_c_in_a_redeploy_leaves_it_to_be_resumed() {
    let (place, remote) = REDEPLOY.project("ctrl-c");
    let (before, there) = (place.state(), remote.state());
    let stopped = interrupted(&REDEPLOY, &place);
    assert_eq!(stopped.code, 130, "{stopped}");
    place.state().must_be(&before, &stopped.to_string());
    remote.state().must_be(&there, &stopped.to_string());
    assert!(!REDEPLOY.undone(&place, &before), "a command has begun");
    // What did not come to its end runs once more.
    let resumed = place.gonogo(&RESUME).ok();
    assert_eq!(deployed(&place), 2, "{resumed}");
    assert_eq!(ids(&remote.place), ids(&place), "{resumed}");
    assert_eq!(place.operations()[0], "done");
    place.gonogo(&RESUME).ok();
    assert_eq!(deployed(&place), 2);
}

/// What the user does while the gate runs.
#[test]
fn what_happens_in_a_gate_stops_a_hotfix_and_is_kept() {
    for (name, shell, code, theirs) in [
        ("edits", "echo mine >> b.txt", 1, &["b.txt", "status"][..]),
        ("commits", "git commit -q --no-verify --allow-empty -m mine", 1, &["HEAD is", "refs"]),
        ("switches", "git switch -q -c mine", 3, &["HEAD", "refs"]),
        ("moves", MOVES, 3, &["refs"]),
    ] {
        let (place, remote) = HOTFIX.project(&format!("while {name}"));
        let (before, there) = (place.state(), remote.state());
        does(&place, shell);
        let said = place.gonogo(HOTFIX.args).refused(code, &["Everything was taken back"]);
        assert_eq!(place.state().changed(&before), theirs, "{name}: {said}");
        remote.state().must_be(&there, &said.to_string());
        assert_eq!(place.operations(), ["taken-back"], "{said}");
    }
}

/// A commit on a branch that is not checked out.
const MOVES: &str =
    "git update-ref refs/heads/develop $(git commit-tree -p develop -m x develop^{tree})";

/// What the user does while a redeploy runs: it cannot be taken back any more, so it waits.
#[test]
fn what_happens_in_a_redeploy_is_kept_and_waited_for() {
    for (name, shell, words) in [
        ("edits", "echo mine >> b.txt", "b.txt has changes that are not committed"),
        ("moves", MOVES, "refs/heads/develop: it has moved on"),
    ] {
        let (place, remote) = REDEPLOY.project(&format!("while {name}"));
        let (before, there) = (place.state(), remote.state());
        let develop = place.git(&["rev-parse", "develop"]);
        does(&place, shell);
        let said = place.gonogo(REDEPLOY.args).refused(4, &[words, "resume"]);
        remote.state().must_be(&there, &said.to_string());
        assert!(!REDEPLOY.undone(&place, &before), "a command has begun");
        place.gonogo(&RESUME).refused(4, &[words, "resume"]);
        if name == "edits" {
            assert!(place.read("b.txt").contains("mine"));
            place.git(&["checkout", "-q", "--", "b.txt"]);
        } else {
            assert_eq!(place.git(&["rev-parse", "develop~1"]), develop);
            place.git(&["update-ref", "refs/heads/develop", develop.trim()]);
        }
        REDEPLOY.completed(&place, &remote);
    }
    // What is in nobody's way stays where it is.
    let (place, _remote) = REDEPLOY.project("while edits another");
    does(&place, "echo mine >> a.txt");
    place.gonogo(REDEPLOY.args).ok();
    assert!(place.read("a.txt").contains("mine"));
    assert_eq!(place.git(&["status", "--porcelain"]), " M a.txt\n");
}

#[test]
fn a_key_that_cannot_sign_is_found_before_anything_begins() {
    for (flow, setting) in [
        (&HOTFIX, "commit.gpgSign"),
        (&HOTFIX, "tag.gpgSign"),
        (&ROLLBACK, "commit.gpgSign"),
        (&REDEPLOY, "commit.gpgSign"),
    ] {
        let (place, remote) = flow.project(&format!("key {setting}"));
        for (key, value) in
            [("gpg.format", "ssh"), ("user.signingKey", "/nowhere/key"), (setting, "true")]
        {
            place.git(&["config", key, value]);
        }
        let there = remote.state();
        refuses(&place, flow.args, 5, &["signing fails"]);
        remote.state().must_be(&there, "no key");
        assert_eq!(deployed(&place), 0);
        assert!(!place.operations().contains(&"open".to_owned()));
    }
}
