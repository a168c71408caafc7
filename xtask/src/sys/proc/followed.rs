//! A child that a person watches: its output goes to a file and is handed on from there.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Ended, Interrupt, Pause, Watch, spawn, watch_over};

/// Runs a child for as long as it takes, both its streams going to the file `log` (open for reading,
/// too), and hands on what is there as it comes. So whoever kills us does not cut its output off.
///
/// At a terminal it has that to read from and stays in our process group: ctrl-C reaches it and all
/// it started, and how it ends then is its own affair. Elsewhere it has a group of its own, which is
/// ended when the flag rises.
///
/// # Errors
/// The child cannot be started.
pub fn followed(
    command: &mut Command,
    log: &File,
    print: &mut dyn FnMut(&[u8]),
    interrupt: &Interrupt,
) -> io::Result<Ended> {
    command.stdout(log.try_clone()?).stderr(log.try_clone()?);
    let mut told = Told { log, at: 0, chunk: vec![0; 1 << 16] };
    let mut pause = Pause::default();
    let mut meanwhile = || match told.hand_on(print) {
        0 => pause.take(),
        _ => pause = Pause::default(),
    };
    let ended = if io::stdin().is_terminal() {
        let mut child = spawn(command.stdin(Stdio::inherit()))?;
        loop {
            if let Some(status) = child.try_wait()? {
                break Ended::By(status);
            }
            meanwhile();
        }
    } else {
        let mut child = spawn(command.stdin(Stdio::null()).process_group(0))?;
        let watch = Watch { limit: Duration::MAX, interrupt, slow: &|| () };
        watch_over(&mut child, &watch, &mut meanwhile)?
    };
    told.hand_on(print);
    Ok(ended)
}

/// How far a log was handed on.
struct Told<'l> {
    log: &'l File,
    at: u64,
    chunk: Vec<u8>,
}

impl Told<'_> {
    /// Hands on what is new, and says how much that was.
    fn hand_on(&mut self, print: &mut dyn FnMut(&[u8])) -> u64 {
        let before = self.at;
        while let Ok(length @ 1..) = self.log.read_at(&mut self.chunk, self.at) {
            print(&self.chunk[..length]);
            self.at += length as u64;
        }
        self.at - before
    }
}
