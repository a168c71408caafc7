//! Ctrl-C while a hook runs.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::like_git::other_work;
use super::support::{Place, Said, State, said};
use super::{BUMP, BUMP_DIRTY};

/// Says its process group and then takes long, with a child and a deaf ear.
const SLEEPS: &str = "trap '' TERM INT\nsleep 1000 &\nps -o pgid= -p $$ | tr -d ' ' > .git/tmp\n\
    mv .git/tmp .git/group\nsleep 1000\n";

/// The same, and dies of a signal.
const DIES: &str = "ps -o pgid= -p $$ | tr -d ' ' > .git/tmp\nmv .git/tmp .git/group\nsleep 1000\n";

/// Runs gonogo in a process group of its own, waits for the hook, presses ctrl-C.
fn interrupted(place: &Place, args: &[&str], signal: &str) -> Said {
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(args).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("gonogo starts");
    wait_for("the hook", || place.exists(".git/group"));
    let group = format!("-{}", child.id());
    let sent = Command::new("kill").args([signal, "--", &group]).status().expect("kill runs");
    assert!(sent.success());
    said(&child.wait_with_output().expect("gonogo ends"))
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_mins(1), "{what} never came");
        sleep(Duration::from_millis(10));
    }
}

/// The processes of a group, without those that are dead and only not waited for.
fn alive(group: &str) -> Vec<String> {
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").expect("/proc").flatten() {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // pid (name) state ppid pgrp ...
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        let fields: Vec<&str> = rest.split(' ').collect();
        if fields.get(2) == Some(&group) && fields[0] != "Z" && fields[0] != "X" {
            found.push(stat);
        }
    }
    found
}

fn all_taken_back(place: &Place, before: &State, ended: &Said) {
    assert_eq!(ended.code, 130, "{ended}");
    assert!(ended.err.contains("interrupted") && ended.err.contains("taken back"), "{ended}");
    let group = place.read(".git/group").trim().to_owned();
    fs::remove_file(place.top.join(".git/group")).expect("group");
    wait_for("the end of the hook's group", || alive(&group).is_empty());
    place.state().must_be(before, &ended.to_string());
    assert_eq!(place.operations()[0], "taken-back");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_in_a_hook_takes_everything_back() {
    for (hook, signal) in
        [("pre-commit", "-INT"), ("prepare-commit-msg", "-TERM"), ("commit-msg", "-HUP")]
    {
        let place = Place::python(&format!("interrupted {hook}"));
        place.hook(hook, SLEEPS);
        let before = place.state();
        let ended = interrupted(&place, &BUMP, signal);
        all_taken_back(&place, &before, &ended);
    }
}

/// git itself is in the foreground and gets the ctrl-C, too.
#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_while_git_moves_the_refs_takes_everything_back() {
    let place = Place::python("interrupted refs");
    place.hook("reference-transaction", &format!("[ \"$1\" = prepared ] || exit 0\n{DIES}"));
    let before = place.state();
    let ended = interrupted(&place, &BUMP, "-INT");
    all_taken_back(&place, &before, &ended);
}

/// A framework had taken the user's other edits away and cannot put them back any more.
#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_in_a_hook_that_stashed_loses_nothing() {
    let place = other_work("interrupted-stash");
    place.hook("pre-commit", &format!("git checkout -q -- .\ngit rm -q --cached a.txt\n{SLEEPS}"));
    let before = place.state();
    let ended = interrupted(&place, &BUMP_DIRTY, "-INT");
    all_taken_back(&place, &before, &ended);
}
