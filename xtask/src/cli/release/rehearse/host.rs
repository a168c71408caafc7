//! What the executor asks in a rehearsal: as in a release, and before the push everything is undone
//! once, in a copy.

use std::time::Duration;

use serde_json::Value;

use crate::cli::release::Host;
use crate::error::Refusal;
use crate::exec;
use crate::journal::Operation;
use crate::plan::{Gates, Plan, Pull, Push};
use crate::sys::proc::Interrupt;

/// The command behind a rehearsal.
pub struct Rehearsing<'a> {
    pub inner: Host<'a>,
    /// Proves the undo.
    pub before_push: &'a dyn Fn() -> Result<(), Refusal>,
}

impl exec::Host for Rehearsing<'_> {
    fn progress(&self, what: &str) {
        self.inner.progress(what);
    }

    fn done(&self, plan: &Plan, step: usize, took: Duration) {
        self.inner.done(plan, step, took);
    }

    fn gates(&self, gates: &Gates, interrupt: &Interrupt) -> Result<Value, Refusal> {
        self.inner.gates(gates, interrupt)
    }

    fn built(&self, operation: &Operation) -> Result<(), Refusal> {
        self.inner.built(operation)
    }

    fn go(&self, _: &Plan, _: &Push) -> Result<bool, Refusal> {
        (self.before_push)().map(|()| true)
    }

    /// None is opened, and the end says so.
    fn pull(&self, _: &Pull, _: &Interrupt) -> Result<(), Refusal> {
        Ok(())
    }

    fn record(&self, operation: &Operation) -> Result<Vec<u8>, Refusal> {
        self.inner.record(operation)
    }
}
