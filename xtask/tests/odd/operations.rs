//! Operations that run at the same time and operations that were killed.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::support::{Place, refuses, undone, works};

const BUMP: [&str; 3] = ["bump", "minor", "--commit"];

const WRITING: [&[&str]; 4] =
    [&["bump", "minor"], &["bump", "minor", "--commit"], &["undo"], &["resume"]];

#[test]
fn only_one_at_a_time() {
    let place = Place::python("locked");
    works(&place, &["bump", "minor"]);
    works(&place, &["undo"]);
    let lock = File::options().append(true).open(place.top.join(".git/gonogo/lock")).expect("lock");
    lock.lock().expect("flock");
    for args in WRITING {
        refuses(&place, args, 4, &["another operation is running in this repository"]);
    }
    works(&place, &["status"]);
    works(&place, &["bump", "minor", "--dry-run"]);
    drop(lock);
    works(&place, &BUMP);
}

/// An operation that waits for a hook is running, not half done: nobody is sent to `resume`.
#[test]
fn a_running_operation_is_not_an_open_one() {
    let place = Place::python("running");
    place.hook("pre-commit", ": > .git/there\nwhile [ -e .git/there ]; do sleep 0.05; done");
    let before = place.state();
    let child = start(&place);
    wait_for(|| place.exists(".git/there"));
    for args in WRITING {
        let said =
            place.gonogo(args).refused(4, &["another operation is running", "bump minor --commit"]);
        assert!(!said.err.contains("half done"), "{said}");
    }
    let status = works(&place, &["status"]);
    assert!(status.out.contains("is running") && !status.out.contains("half done"), "{status}");
    fs::remove_file(place.top.join(".git/there")).expect("there");
    let ended = child.wait_with_output().expect("it ends");
    assert!(ended.status.success());
    undone(&place, &before);
}

fn start(place: &Place) -> Child {
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(BUMP).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("gonogo starts")
}

fn wait_for(mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_mins(1), "it never came");
        sleep(Duration::from_millis(10));
    }
}

/// A place where gonogo was killed while this hook ran, and what was there before.
fn killed(name: &str) -> (Place, super::support::State) {
    let place = Place::python(name);
    // This shell's parent is git, and git's parent is gonogo.
    place.hook("pre-commit", "kill -9 $(ps -o ppid= -p $PPID)\nsleep 0.2\n: > .git/ended");
    let before = place.state();
    assert_eq!(place.gonogo(&BUMP).code, 137);
    wait_for(|| place.exists(".git/ended"));
    fs::remove_file(place.top.join(".git/hooks/pre-commit")).expect("hook");
    (place, before)
}

#[test]
fn an_open_operation_is_met_by_every_command() {
    let (place, before) = killed("killed");
    for args in [&["bump", "minor"][..], &BUMP, &["bump", "9.9.9", "--dry-run"]] {
        let words = [
            "bump 1.2.0 -> 1.3.0 is half done (operation 1",
            "next: gonogo resume",
            "  or: gonogo undo",
        ];
        refuses(&place, args, 4, &words);
    }
    let status = works(&place, &["status"]);
    for words in ["half done", "next: gonogo resume", "or: gonogo undo"] {
        assert!(status.out.contains(words), "{status}");
    }
    let quiet = works(&place, &["status", "-q"]);
    assert!(quiet.out.is_empty() && quiet.err.contains("half done"), "{quiet}");
    let json: serde_json::Value =
        serde_json::from_str(&works(&place, &["status", "--json"]).out).expect("JSON");
    assert_eq!(json["open"]["operation"], 1);
    assert_eq!(place.operations(), ["open"]);
    let linked = place.root.join("linked");
    place.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    let linked = place.at(linked);
    linked.gonogo(&["bump", "minor"]).refused(4, &["half done"]);
    linked.gonogo(&["undo"]).refused(2, &["belongs to another work tree", "next: gonogo -C "]);
    place.git(&["worktree", "remove", "../linked"]);
    place.git(&["branch", "-q", "-D", "side"]);
    undone(&place, &before);
    assert_eq!(place.operations(), ["undone"]);
}

#[test]
fn an_open_operation_is_resumed() {
    let (place, before) = killed("resumed");
    let said = works(&place, &["resume"]);
    assert!(said.out.contains("done: bump 1.2.0 -> 1.3.0"), "{said}");
    assert_eq!(place.git(&["log", "-1", "--format=%s"]), "chore: bump version to 1.3.0\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    undone(&place, &before);
}

/// The work tree may be moved, and the operation with it.
#[test]
fn a_moved_repository_keeps_its_operations() {
    let place = Place::python("moved");
    works(&place, &["bump", "minor"]);
    let moved = place.root.join("moved");
    fs::rename(&place.top, &moved).expect("rename");
    works(&place.at(moved), &["undo"]);
}

#[test]
fn operations_have_numbers() {
    let place = Place::python("numbers");
    works(&place, &["bump", "minor"]);
    refuses(&place, &["undo", "7"], 2, &["there is no operation 7"]);
    works(&place, &["bump", "2.0.0"]);
    refuses(&place, &["undo", "1"], 3, &["pyproject.toml: it was edited"]);
    works(&place, &["undo", "2"]);
    works(&place, &["undo", "1"]);
    assert!(works(&place, &["undo", "1"]).out.contains("already undone"));
}
