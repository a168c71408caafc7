//! gonogo is killed, or told to stop, and what it started goes on.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::support::remote::Remote;
use super::support::{Place, Said, said};
use super::{RELEASE, TAG, completed, gated, is_open, project, undone};

/// A hook of the remote that says it is there and waits until it is told what to answer.
const WAITS: &str = "cat >/dev/null; : > asked; until [ -e answer ]; do sleep 0.05; done; \
                     sh ./answer";

fn started(place: &Place) -> Child {
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(RELEASE).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("gonogo starts")
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_mins(1), "{what} never came");
        sleep(Duration::from_millis(10));
    }
}

/// A release whose push is on its way when gonogo, and only it, is killed.
fn killed(name: &str) -> (Place, Remote, super::State) {
    let (place, remote) = project(name);
    let before = place.state();
    remote.hook("pre-receive", WAITS);
    let mut child = started(&place);
    wait_for("the push", || remote.path().join("asked").exists());
    child.kill().expect("killed");
    child.wait().expect("dead");
    (place, remote, before)
}

#[test]
fn a_push_that_lives_on_is_waited_for() {
    let (place, remote, _) = killed("lives and arrives");
    let here = place.state();
    let tag = place.git(&["rev-parse", TAG]);
    for way in ["undo", "resume"] {
        place.gonogo(&[way]).refused(4, &["a push of operation 1 still runs"]);
        place.state().must_be(&here, way);
    }
    remote.place.put("answer", "exit 0");
    wait_for("the tag", || remote.id(TAG).as_deref() == Some(tag.trim()));
    place.gonogo(&["undo"]).refused(3, &["was pushed"]);
    completed(&place, &remote);

    let (place, remote, before) = killed("lives and is refused");
    // While undo waits for it, it ends.
    let answers = remote.place.clone();
    let later = std::thread::spawn(move || {
        sleep(Duration::from_millis(700));
        answers.put("answer", "exit 1");
    });
    undone(&place, &before);
    later.join().expect("no panic");
    assert_eq!(remote.id(TAG), None);
}

/// It arrives while undo waits for it: then it is no undo any more.
#[test]
fn an_undo_does_not_race_a_push() {
    let (place, remote, _) = killed("races");
    let answers = remote.place.clone();
    let later = std::thread::spawn(move || {
        sleep(Duration::from_millis(500));
        answers.put("answer", "exit 0");
    });
    place.gonogo(&["undo"]).refused(3, &["was pushed"]);
    later.join().expect("no panic");
    completed(&place, &remote);
}

/// Runs a release until the file is there, and presses ctrl-C so often.
fn interrupted(place: &Place, there: impl FnMut() -> bool, times: usize) -> Said {
    let child = started(place);
    wait_for("the moment", there);
    for _ in 0..times {
        let group = format!("-{}", child.id());
        let sent = Command::new("kill").args(["-INT", "--", &group]).status().expect("kill runs");
        assert!(sent.success());
        sleep(Duration::from_millis(20));
    }
    said(&child.wait_with_output().expect("it ends"))
}

#[test]
fn ctrl_c_in_a_push_leaves_it_to_be_asked_about() {
    for times in [1, 2] {
        let (place, remote) = project(&format!("ctrl-c in a push {times}"));
        let before = place.state();
        remote.hook("pre-receive", WAITS);
        let asked = remote.path().join("asked");
        let stopped = interrupted(&place, || asked.exists(), times);
        assert_eq!(stopped.code, 130, "{stopped}");
        for word in ["interrupted", "resume", "undo"] {
            assert!(stopped.err.contains(word), "{stopped}");
        }
        is_open(&place);
        remote.place.put("answer", "exit 1");
        sleep(Duration::from_millis(300));
        if times == 1 {
            undone(&place, &before);
        } else {
            remote.place.put("answer", "exit 0");
            completed(&place, &remote);
        }
    }
}

#[test]
fn ctrl_c_in_a_gate_or_a_hook_takes_everything_back() {
    for times in [1, 2] {
        let (place, remote) =
            gated(&format!("ctrl-c in a gate {times}"), ": > .git/there; sleep 60");
        let (before, there) = (place.state(), remote.state());
        let marker = place.top.join(".git/there");
        let stopped = interrupted(&place, || marker.exists(), times);
        assert_eq!(stopped.code, 130, "{stopped}");
        place.state().must_be(&before, &stopped.to_string());
        assert_eq!(place.operations(), ["taken-back"]);

        let (place, remote_of_hook) = project(&format!("ctrl-c in a hook {times}"));
        place.hook("commit-msg", ": > .git/there; sleep 60");
        let before = place.state();
        let marker = place.top.join(".git/there");
        let stopped = interrupted(&place, || marker.exists(), times);
        assert_eq!(stopped.code, 130, "{stopped}");
        place.state().must_be(&before, &stopped.to_string());
        assert_eq!((remote_of_hook.id(TAG), remote.state() == there), (None, true));
    }
}

/// Two at once: one runs, the other is told so.
#[test]
fn two_at_once_are_one_and_a_refusal() {
    let (place, remote) = gated("two at once", ": > .git/there; sleep 2");
    let first = started(&place);
    let marker = place.top.join(".git/there");
    wait_for("the gate", || marker.exists());
    for command in [&RELEASE[..], &["bump", "patch"], &["undo"], &["resume"]] {
        place.gonogo(command).refused(4, &["another operation is running", "release minor --yes"]);
    }
    let first = said(&first.wait_with_output().expect("it ends")).ok();
    super::is_out(&place, &remote, &first);
}
