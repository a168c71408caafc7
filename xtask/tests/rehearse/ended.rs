//! How it ends otherwise: a red gate, ctrl-C, a kill.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Place, said, works};
use super::{MINOR, no_trace, ready, rehearsed};

#[test]
fn gates_see_the_work_tree_and_stop_it_as_they_stop_the_release() {
    let (place, _remote) = ready("gates");
    // What git does not track is here: an environment.
    place.put(".gitignore", "env\n");
    place.put("env", "ready\n");
    let toml = "[gates]\ntests = { shell = 'pwd >> ../runs; grep -q ready env' }\nci = true\n";
    place.put("gonogo.toml", toml);
    place.commit_all("chore: gates");
    let said = rehearsed(&place, &MINOR, 0);
    assert_eq!(place.read("../runs"), format!("{}\n", place.top.display()));
    for words in ["without the edits of the release", "The gate ci was not asked"] {
        assert!(said.out.contains(words), "no {words} in {said}");
    }
    // It was green on these files.
    rehearsed(&place, &MINOR, 0);
    assert_eq!(place.read("../runs").lines().count(), 1);
    place.put("env", "broken\n");
    let fresh = [&MINOR[..], &["--fresh"]].concat();
    let said = rehearsed(&place, &fresh, 1);
    assert!(said.err.contains("NO-GO for 1.3.0: tests"), "{said}");
    rehearsed(&place, &[&fresh[..], &["--waive", "tests", "--reason", "x"]].concat(), 0);
    // Refused before anything is made.
    place.git(&["switch", "-q", "-c", "topic"]);
    let said = rehearsed(&place, &MINOR, 3);
    assert!(said.err.contains("releases start from main"), "{said}");
}

/// Starts a rehearsal whose hook says that it runs and waits for a word to end.
fn waiting(place: &Place) -> Child {
    let [runs, go] = ["runs", "go"].map(|name| place.root.join(name).display().to_string());
    place.hook(
        "pre-commit",
        &format!(
            "test -e '{go}' && exit 0\ntouch '{runs}'\nuntil test -e '{go}'; do sleep 0.1; done"
        ),
    );
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(MINOR).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("gonogo starts");
    let start = Instant::now();
    while !place.root.join("runs").exists() {
        assert!(start.elapsed() < Duration::from_mins(1), "the hook never ran");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
fn ctrl_c_leaves_nothing() {
    let (place, _remote) = ready("ctrl-c");
    let before = place.state();
    let child = waiting(&place);
    // Somebody who wants to change something meanwhile is told who is at it.
    place.gonogo(&["bump", "minor"]).refused(4, &["release minor --rehearse"]);
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().expect("kill").success());
    let said = said(&child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 130, "{said}");
    no_trace(&place, &said);
    place.state().must_be(&before, &said.to_string());
}

#[test]
fn what_a_kill_leaves_the_next_one_removes() {
    let (place, _remote) = ready("kill");
    let before = place.state();
    let mut child = waiting(&place);
    child.kill().expect("a kill");
    child.wait().expect("its end");
    assert!(place.exists(".git/gonogo/rehearsal"), "the test kills in the middle");
    place.state().must_be(&before, "after the kill");
    std::fs::write(place.root.join("go"), "").expect("the word");
    // Nothing here is in anybody's way, and nothing is to be resumed.
    assert_eq!(place.operations(), [""; 0]);
    works(&place, &["status"]);
    rehearsed(&place, &MINOR, 0);
}
