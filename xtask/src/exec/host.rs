//! What the executor asks of the command that called it.

use std::time::Duration;

use serde_json::Value;

use crate::error::Refusal;
use crate::journal::{Operation, Tried};
use crate::plan::{Command, Gates, Plan, Pull, Push, Run};
use crate::sys::clock::Timestamp;
use crate::sys::proc::Interrupt;

/// Who asks for an operation, when, and with which words.
pub struct Asked<'a> {
    pub who: String,
    pub at: Timestamp,
    pub command: String,
    pub host: &'a dyn Host,
}

/// What the executor leaves to the command that called it: words for people, questions to them, and
/// what needs the configuration.
pub trait Host {
    /// What is going on, where it may take long.
    fn progress(&self, what: &str);

    /// A step is done.
    fn done(&self, plan: &Plan, step: usize, took: Duration) {
        let _ = (plan, step, took);
    }

    /// Asks the gates; what they said comes back as data, for the record.
    ///
    /// # Errors
    /// One of them stops the release.
    fn gates(&self, gates: &Gates, interrupt: &Interrupt) -> Result<Value, Refusal> {
        let _ = (gates, interrupt);
        Err(Refusal::external("this command asks no gates"))
    }

    /// The objects of a release are made, and its tag is about to land: what they come to may still be
    /// refused.
    ///
    /// # Errors
    /// They are not what was agreed to.
    fn built(&self, operation: &Operation) -> Result<(), Refusal> {
        let _ = operation;
        Ok(())
    }

    /// Whether to go on with what cannot be taken back.
    ///
    /// # Errors
    /// Nobody can be asked.
    fn go(&self, plan: &Plan, push: &Push) -> Result<bool, Refusal> {
        let _ = (plan, push);
        Ok(true)
    }

    /// Opens a pull request, unless there is one for this branch; says where it is.
    ///
    /// # Errors
    /// It cannot be opened from here.
    fn pull(&self, pull: &Pull, interrupt: &Interrupt) -> Result<(), Refusal> {
        let _ = (pull, interrupt);
        Err(Refusal::external("this command opens none"))
    }

    /// Whether to begin with commands that destroy something ([`Run::loses`]); `tried` is what became
    /// of the first of them before. It is asked each time, also when an operation is resumed.
    ///
    /// # Errors
    /// Nobody can be asked.
    fn destroy(&self, run: &Run, tried: Tried) -> Result<bool, Refusal> {
        let _ = (run, tried);
        Ok(false)
    }

    /// A command is about to run; `tried` is what became of it before.
    fn runs(&self, run: &Run, command: &Command, tried: Tried) {
        let _ = tried;
        self.progress(&format!("{}: {}", run.name, command.shown()));
    }

    /// What the command prints, as it comes. Secrets are not masked.
    fn prints(&self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// The record of the release, as it is kept.
    ///
    /// # Errors
    /// It cannot be made.
    fn record(&self, operation: &Operation) -> Result<Vec<u8>, Refusal> {
        let _ = operation;
        Err(Refusal::external("this command keeps no record"))
    }
}

/// A command that has no more to say than what takes long.
impl<F: Fn(&str)> Host for F {
    fn progress(&self, what: &str) {
        self(what);
    }
}
