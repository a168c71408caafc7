//! Process groups: a child and everything it started, ended together.

use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// How long a group may take to end after it was asked to.
const GRACE: Duration = Duration::from_millis(400);

pub(super) fn kill(child: &mut Child) -> io::Result<()> {
    let Some(group) = of(child) else { return child.wait().map(drop) };
    let _ = kill_process_group(group, Signal::TERM);
    // A group in which somebody is stopped would not see it.
    let _ = kill_process_group(group, Signal::CONT);
    let start = Instant::now();
    while start.elapsed() < GRACE {
        // Taken note of, it is no member of its group any more.
        if child.try_wait()?.is_some() && !lives(group) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = kill_process_group(group, Signal::KILL);
    child.wait().map(drop)
}

/// Ends a group whose first process is gone already.
pub(super) fn end(group: Pid) {
    let _ = kill_process_group(group, Signal::TERM);
    if still_there(group, GRACE) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The group of a child that leads one.
pub(super) fn of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

fn lives(group: Pid) -> bool {
    test_kill_process_group(group).is_ok()
}

/// Whether a group lives on for that long.
pub(super) fn still_there(group: Pid, patience: Duration) -> bool {
    let start = Instant::now();
    while lives(group) {
        if start.elapsed() > patience {
            return anybody_runs(group);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    false
}

/// Whether not all of a group are dead. Where the first process of a machine takes no note of the
/// dead (a container without an init), they stay in their group for good.
#[cfg(target_os = "linux")]
fn anybody_runs(group: Pid) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return true };
    let wanted = group.as_raw_nonzero().to_string();
    let stats =
        processes.flatten().map(|process| std::fs::read_to_string(process.path().join("stat")));
    // pid (name) state ppid pgrp ... (proc(5)); a name may hold anything.
    stats.flatten().any(|stat| {
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let mut fields = rest.split(' ');
        let (state, of) = (fields.next(), fields.nth(1));
        of == Some(wanted.as_str()) && !matches!(state, Some("Z" | "X"))
    })
}

#[cfg(not(target_os = "linux"))]
fn anybody_runs(_: Pid) -> bool {
    true
}
