//! Commands of the configuration, in the work tree as it is. What they do is theirs: it is not taken
//! back, and what became of each is in the journal, so that none is repeated without need.

use std::fs;
use std::time::Instant;

use super::hooks::open_log;
use super::{Running, io_failed};
use crate::error::Refusal;
use crate::gates::Log;
use crate::journal::{Ended, Evidence, Record, Tried};
use crate::plan::{Command, Run};
use crate::sys::fs as write;
use crate::sys::proc;

/// So many lines of what a command said are shown.
const SHOWN: usize = 20;

/// What the command prints while it runs, as it is: the file is locked by it and all it starts.
pub(super) const OUTPUT: &str = "run.out";

/// Runs those that did not succeed yet.
///
/// # Errors
/// One fails or cannot be started: the operation stays open where anything of it began. Nobody
/// confirmed what is lost by it.
pub(super) fn forward(running: &mut Running<'_>, step: usize, run: &Run) -> Result<(), Refusal> {
    let all = 0..run.commands.len();
    let tried = |running: &Running<'_>, number| running.operation.tried(step, number);
    let open = all.clone().find(|number| tried(running, *number) != Tried::Done);
    let Some(first) = open.filter(|_| running.operation.by_hand(step).is_none()) else {
        return Ok(());
    };
    keep_output(running, step, first);
    if run.loses.is_some() && !running.host.destroy(run, tried(running, first))? {
        return Err(not_confirmed(run));
    }
    for number in all.skip(first) {
        running.not_interrupted()?;
        one(running, step, run, number)?;
    }
    Ok(())
}

fn one(running: &mut Running<'_>, step: usize, run: &Run, number: usize) -> Result<(), Refusal> {
    let command = &run.commands[number];
    running.host.runs(run, command, running.operation.tried(step, number));
    running.operation.append(Record::Running { step, command: number, at: running.at })?;
    let (ended, millis) = ended(running, command);
    let log = kept(running, step, number);
    let (log, said) = log.map_or((None, Vec::new()), |(log, said)| (Some(log), said));
    let evidence = Evidence { ended: ended.clone(), millis, log };
    let place = evidence.log.as_ref().map(|log| running.operation.file(&log.file));
    running.operation.append(Record::Ran { step, command: number, evidence })?;
    let why = match ended {
        Ended::Exit(0) => return Ok(()),
        Ended::Interrupted => return Err(Refusal::interrupted()),
        Ended::Exit(code) => format!("exit {code}"),
        Ended::Signal(signal) => format!("killed by signal {signal}"),
        Ended::Asked => "it asks at the terminal, and there is none".to_owned(),
        Ended::NotStarted(why) => why,
    };
    running.not_interrupted()?;
    let refusal = Refusal::open(format!("{} failed: {why}", run.name));
    let refusal = said.into_iter().fold(refusal.why(command.shown()), Refusal::why);
    let refusal = match place {
        Some(place) => refusal.why(format!("All it said is in {}.", place.display())),
        None => refusal,
    };
    let name = &run.name;
    Err(refusal
        .next("resume", "runs it again; what succeeded is not repeated")
        .next(format!("resume --done {name}"), "goes on when you have done it yourself")
        .next(format!("resume --skip {name}"), "goes on without it"))
}

/// Runs it and says how it ended, and how long that took.
fn ended(running: &Running<'_>, command: &Command) -> (Ended, u64) {
    let start = Instant::now();
    let log = match open_log(&running.operation.file(OUTPUT)) {
        Ok(log) => log,
        Err(failure) => return (Ended::NotStarted(failure.what.clone()), 0),
    };
    let env = command.env.iter().map(|(name, value)| (name, value.as_deref()));
    let mut child = running.repo.git.free(&command.argv, env);
    let mut print = |bytes: &[u8]| running.host.prints(bytes);
    let ended = proc::followed(&mut child, &log, &mut print, &running.interrupt);
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let ended = match ended {
        Ok(proc::Ended::By(status)) => by(status),
        Ok(proc::Ended::Interrupted | proc::Ended::TimedOut) => Ended::Interrupted,
        Ok(proc::Ended::Stopped) => Ended::Asked,
        Err(error) => {
            let program = command.argv.first().map_or("", String::as_str);
            Ended::NotStarted(io_failed(format!("{program} cannot be run"), &error).what.clone())
        }
    };
    (ended, millis)
}

fn by(status: std::process::ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, signal) => Ended::Signal(signal.unwrap_or_default()),
    }
}

/// Keeps what a command said that a kill left behind; it may tell how far that came.
fn keep_output(running: &mut Running<'_>, step: usize, command: usize) {
    if running.operation.tried(step, command) != Tried::Unknown {
        return;
    }
    if let Some((log, _)) = kept(running, step, command) {
        let place = running.operation.file(&log.file);
        running.notes.push(format!("what it said until it was killed is in {}", place.display()));
    }
}

/// Its output without secrets, under a name of its own, and the last lines of it. Best effort: a
/// full disk does not make a success a failure.
fn kept(
    running: &Running<'_>,
    step: usize,
    command: usize,
) -> Option<(crate::journal::Log, Vec<String>)> {
    let output = running.operation.file(OUTPUT);
    let bytes = fs::read(&output).ok()?;
    let place = running.operation.aside(&format!("run-{step}-{command}.log"));
    let mut log = Log::new(&place).ok()?;
    log.take(&bytes);
    let ended = log.end().ok()?;
    let _ = write::remove(&output);
    let text = String::from_utf8_lossy(&ended.bytes).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(SHOWN)..];
    let file = place.file_name()?.to_str()?.to_owned();
    let log = crate::journal::Log { file, digest: ended.digest };
    Some((log, last.iter().map(|line| (*line).to_owned()).collect()))
}

fn not_confirmed(run: &Run) -> Refusal {
    let name = &run.name;
    let loses = run.loses.iter();
    loses
        .fold(Refusal::open(format!("{name} was not confirmed")), |refusal, loses| {
            refusal.why(format!("It loses {loses}."))
        })
        .next("resume", "asks again")
        .next(format!("resume --skip {name}"), "goes on without it")
}
