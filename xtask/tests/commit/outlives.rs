//! What outlives a kill of gonogo alone: hooks that go on, locks that are not its own.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::support::{Place, refuses, undone, works};

const BUMP: [&str; 3] = ["bump", "minor", "--commit"];

/// Kills gonogo, and only it, from within its pre-commit hook; the hook then goes on with this.
fn killed(name: &str, then: &str) -> (Place, super::support::State) {
    let place = Place::python(name);
    let before = place.state();
    // This shell's parent is git, and git's parent is gonogo.
    place.hook("pre-commit", &format!("kill -9 $(ps -o ppid= -p $PPID)\n{then}"));
    assert_eq!(place.gonogo(&BUMP).code, 137);
    fs::remove_file(place.top.join(".git/hooks/pre-commit")).expect("hook");
    (place, before)
}

fn wait_for(place: &Place, path: &str) {
    let start = Instant::now();
    while !place.exists(path) {
        assert!(start.elapsed() < Duration::from_mins(1), "{path} never came");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_hook_that_lives_on_is_waited_for() {
    let (place, before) =
        killed("lives", "sleep 14; echo '# late' >> pyproject.toml; : > .git/ended");
    for way in ["undo", "resume"] {
        refuses(&place, &[way], 4, &["a commit hook of operation 1 still runs"]);
    }
    wait_for(&place, ".git/ended");
    sleep(Duration::from_millis(100));
    fs::remove_file(place.top.join(".git/ended")).expect("ended");
    let said = undone(&place, &before);
    assert!(said.out.contains("is kept in"), "{said}");
}

#[test]
fn locks_that_nobody_here_made_stay() {
    let (place, before) = killed("locks", ": > .git/ended");
    wait_for(&place, ".git/ended");
    fs::remove_file(place.top.join(".git/ended")).expect("ended");
    let locks = ["packed-refs.lock", "packed-refs.new", "HEAD.lock", "refs/heads/main.lock"];
    for lock in locks {
        place.put(&format!(".git/{lock}"), "");
    }
    works(&place, &["undo"]);
    for lock in locks {
        fs::remove_file(place.top.join(".git").join(lock)).expect(lock);
    }
    place.state().must_be(&before, "undo");
}

#[test]
fn a_hook_that_wants_the_terminal_is_no_hang() {
    let place = Place::python("terminal");
    let before = place.state();
    // What SIGTTIN does to a group in the background.
    place.hook("prepare-commit-msg", "kill -STOP 0");
    let said = place.gonogo(&BUMP).refused(5, &["asks at the terminal", "taken back"]);
    fs::remove_file(place.top.join(".git/hooks/prepare-commit-msg")).expect("hook");
    place.state().must_be(&before, &said.to_string());
}

#[test]
fn what_git_leaves_running_is_no_failure() {
    let place = Place::python("daemon");
    let before = place.state();
    place.hook("reference-transaction", "sleep 3 &");
    works(&place, &BUMP);
    fs::remove_file(place.top.join(".git/hooks/reference-transaction")).expect("hook");
    undone(&place, &before);
}

#[test]
fn a_resume_after_the_branch_has_moved_runs_post_commit() {
    let place = Place::python("post");
    place.hook("post-commit", "kill -9 $(ps -o ppid= -p $PPID); exit 0");
    assert_eq!(place.gonogo(&BUMP).code, 137);
    sleep(Duration::from_millis(200));
    place.hook("post-commit", ": > .git/ran");
    // It was started once: a hook that notifies people is not started twice.
    works(&place, &["resume"]);
    assert!(!place.exists(".git/ran"));
    place.hook(
        "reference-transaction",
        "[ $1 = committed ] && grep -q heads/main && kill -9 $(ps -o ppid= -p $PPID); exit 0",
    );
    place.git(&["tag", "-f", "v1.3.0"]);
    let _ = place.gonogo(&BUMP);
    sleep(Duration::from_millis(200));
    fs::remove_file(place.top.join(".git/hooks/reference-transaction")).expect("hook");
    works(&place, &["resume"]);
    assert!(place.exists(".git/ran"));
}

#[test]
fn what_took_itself_back_is_not_what_undo_is_about() {
    let place = Place::python("taken-back");
    let before = place.state();
    works(&place, &["bump", "minor"]);
    place.git(&["commit", "-q", "-a", "-m", "bumped"]);
    place.git(&["reset", "-q", "--soft", "HEAD~1"]);
    place.git(&["reset", "-q"]);
    place.hook("commit-msg", "exit 1");
    place.git(&["stash", "-q"]);
    place.gonogo(&BUMP).refused(5, &["said no"]);
    place.git(&["stash", "pop", "-q"]);
    fs::remove_file(place.top.join(".git/hooks/commit-msg")).expect("hook");
    assert_eq!(place.operations(), ["taken-back", "done"]);
    undone(&place, &before);
}
