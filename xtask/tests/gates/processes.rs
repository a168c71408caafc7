//! Whatever happens, no process of a gate is left.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::support::{Place, Said, said};
use super::{asked, gate, outcomes, outside, with};

fn wait_for(what: &str, limit: Duration, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < limit, "{what} never came");
        sleep(Duration::from_millis(10));
    }
}

/// Whether a process runs; one that is dead and not waited for does not.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.chars().next());
    !matches!(state, None | Some(Some('Z' | 'X')))
}

/// A gate that writes the process ids of itself and a child, and does not listen.
fn deaf(folder: &str, name: &str) -> String {
    format!(
        "{name} = {{ shell = \"trap '' TERM INT HUP; sleep 1000 & echo $! $$ > {folder}/{name}.tmp; \
         mv {folder}/{name}.tmp {folder}/{name}; while :; do sleep 1000; done\" }}\n"
    )
}

fn interrupted(place: &Place, folder: &str, names: &[&str], signal: &str) -> (Said, Duration) {
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    command.args(["check"]).args(names).process_group(0);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gonogo");
    for name in names {
        wait_for(name, Duration::from_secs(30), || fs::exists(format!("{folder}/{name}")).unwrap());
    }
    let start = Instant::now();
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let ended = said(&child.wait_with_output().expect("gonogo ends"));
    (ended, start.elapsed())
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_leaves_nothing_alive() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let place = with(&format!("interrupted{signal}"), "");
        let folder = outside(&place, "pids");
        fs::create_dir(&folder).unwrap();
        let names = ["a", "b"];
        let gates = names.map(|name| deaf(&folder, name)).concat();
        place.put("gonogo.toml", format!("[gates]\n{gates}"));
        place.commit_all("gates");
        let before = place.state();
        let (ended, took) = interrupted(&place, &folder, &names, signal);
        assert_eq!(ended.code, 130, "{ended}");
        assert!(ended.err.contains("interrupted"), "{ended}");
        // The machine may be busy; by itself it takes half a second.
        assert!(took < Duration::from_secs(5), "{took:?}");
        for name in names {
            let pids = fs::read_to_string(format!("{folder}/{name}")).unwrap();
            assert_eq!(pids.split_whitespace().count(), 2);
            for pid in pids.split_whitespace() {
                wait_for("its end", Duration::from_secs(1), || !runs(pid));
            }
        }
        place.state().must_be(&before, &ended.to_string());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_gate_leaves_running_is_ended_and_not_waited_for() {
    let place = with("left", "");
    let folder = outside(&place, "pids");
    fs::create_dir(&folder).unwrap();
    place.put(
        "gonogo.toml",
        format!(
            "[gates]\nleaves = {{ shell = 'sleep 1000 & echo $! > {folder}/leaves', cache = false }}\n\
             holds = {{ shell = 'setsid sleep 30 & echo $! > {folder}/holds', cache = false }}\n\
             hangs = {{ shell = 'sleep 1000 & echo $! > {folder}/hangs; wait', timeout = '1s' }}\n"
        ),
    );
    place.commit_all("gates");
    let start = Instant::now();
    let data = asked(&place, 1, &["leaves", "holds", "hangs"]);
    assert!(start.elapsed() < Duration::from_secs(20), "a stranger was waited for");
    assert_eq!(outcomes(&data, &["leaves", "holds", "hangs"]), ["green", "green", "red"]);
    let remark = &gate(&data, "leaves")["runs"][0]["remark"];
    assert_eq!(remark, "what it left running was ended");
    for name in ["leaves", "hangs"] {
        let pid = fs::read_to_string(format!("{folder}/{name}")).unwrap();
        wait_for("its end", Duration::from_secs(1), || !runs(pid.trim()));
    }
    // A session of its own is out of reach, and known not to be ours any more.
    let pid = fs::read_to_string(format!("{folder}/holds")).unwrap();
    let _ = Command::new("kill").arg(pid.trim()).status();
}

/// The lines that move are gone when the result is shown, and nothing is left in an odd state.
#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_lines_move_and_go_away() {
    let place = with("terminal", "[gates]\nslow = 'sleep 1'\n");
    let program = env!("CARGO_BIN_EXE_gonogo");
    let said = place.run("script", &["-qec", &format!("{program} check slow"), "/dev/null"]).ok();
    let (moving, result) = said.out.rsplit_once("\u{1b}[1F\u{1b}[J").expect("lines that move");
    assert!(moving.contains("  slow  0:00"), "{said:?}");
    assert!(result.contains("demo, next 1.3.0") && !result.contains("\u{1b}[J"), "{said:?}");
    assert!(!said.out.contains("slow: green after"), "nothing is said twice: {said:?}");
}

#[test]
fn a_half_done_operation_comes_first() {
    let place = with("half done", "[gates]\nt = 'true'\n");
    place.hook("pre-commit", "kill -9 $(ps -o ppid= -p $PPID)");
    let killed = place.gonogo(&["bump", "minor", "--commit"]);
    assert_eq!(killed.code, 137, "{killed}");
    place.gonogo(&["check"]).refused(4, &["is half done", "resume", "undo"]);
}

/// A linked work tree shares what was seen with the main one.
#[test]
fn a_linked_work_tree_believes_the_same_evidence() {
    let place = with("linked", "[gates]\nt = { shell = 'pwd' }\n");
    asked(&place, 0, &["t"]);
    place.git(&["worktree", "add", "-q", "-b", "other", "../linked work tree"]);
    let linked = place.at(place.root.join("linked work tree"));
    assert_eq!(gate(&asked(&linked, 0, &["t"]), "t")["reused"], true);
    let data = asked(&linked, 0, &["t", "--fresh"]);
    let log = gate(&data, "t")["runs"][0]["evidence"]["log"].as_str().unwrap();
    assert_eq!(fs::read_to_string(log).unwrap().trim(), linked.top.to_str().unwrap());
}
