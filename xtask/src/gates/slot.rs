//! What a gate that runs has: a log, a limit, word of ctrl-C.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Judged;
use super::evidence::Evidence;
use super::log::{self, Log};
use crate::sys::clock::Timestamp;
use crate::sys::proc::{self, Ended, Grouped, Interrupt, Watch};

/// A gate that takes time: it runs beside others, on a thread of its own.
pub type Job<'j> = Box<dyn FnOnce(&Slot) -> Judged + Send + 'j>;

/// The surroundings of one job.
pub struct Slot {
    /// The top of the work tree.
    pub top: PathBuf,
    /// Where its log goes.
    pub log: PathBuf,
    pub interrupt: Interrupt,
}

/// A command that has ended.
pub struct Ran {
    pub grouped: Grouped,
    pub log: log::Ended,
}

/// Why a command did not run to its end.
pub enum Failure {
    /// It could not be started.
    Start(std::io::Error),
    /// Its log could not be written.
    Log(std::io::Error),
}

impl Slot {
    /// Runs a command in a process group of its own, without standard input, until it ends, the
    /// limit is reached or ctrl-C is pressed; what it prints goes to the log of this job.
    ///
    /// # Errors
    /// It cannot be started, or its log not be written.
    pub fn run(&self, command: Command, limit: Duration) -> Result<Ran, Failure> {
        let mut log = Log::new(&self.log).map_err(Failure::Log)?;
        let watch = Watch { limit, interrupt: &self.interrupt, slow: &|| () };
        let grouped = proc::grouped(command, &mut |bytes| log.take(bytes), &watch);
        let grouped = grouped.map_err(Failure::Start)?;
        let log = log.end().map_err(Failure::Log)?;
        Ok(Ran { grouped, log })
    }

    /// What proves how a command of this gate ended; that it may be used again is for others to say.
    pub fn evidence(&self, gate: &str, command: String, ran: Ran, at: Timestamp) -> Evidence {
        let Ran { grouped, log } = ran;
        Evidence {
            format: Evidence::FORMAT,
            gate: gate.to_owned(),
            package: None,
            command,
            exit: match grouped.ended {
                Ended::By(status) => status.code(),
                Ended::TimedOut | Ended::Interrupted | Ended::Stopped => None,
            },
            at,
            millis: u64::try_from(grouped.took.as_millis()).unwrap_or(u64::MAX),
            log: self.shown_log(),
            log_digest: log.digest,
            dropped: log.dropped,
            tree: None,
            key: None,
        }
    }

    /// The log as a person can open it from the top of the work tree.
    pub fn shown_log(&self) -> String {
        shown(&self.log, &self.top)
    }
}

/// A path from the top of the work tree where it lies below it.
pub fn shown(path: &Path, top: &Path) -> String {
    path.strip_prefix(top).unwrap_or(path).display().to_string()
}
