//! What the executor asks in a rehearsal: as in a release, but before the push everything is
//! undone once, in a copy.

use std::cell::Cell;
use std::time::Duration;

use serde_json::Value;

use crate::cli::release::Host;
use crate::error::Refusal;
use crate::exec;
use crate::journal::Operation;
use crate::plan::{Gates, Plan, Push};
use crate::sys::proc::Interrupt;

/// The command behind a rehearsal.
pub struct Rehearsing<'a> {
    inner: Host<'a>,
    push: Cell<Before>,
    /// The first step that was not told of yet.
    told: Cell<usize>,
}

/// Where a rehearsal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nobody has asked for the push yet.
    Asking,
    /// It was asked for, and waits.
    Undo,
    Pushing,
}

impl<'a> Rehearsing<'a> {
    /// As a release would answer.
    pub fn new(inner: Host<'a>) -> Self {
        Self { inner, push: Cell::new(Before::Asking), told: Cell::new(0) }
    }

    /// Whether everything is done that can be undone, and the push waits.
    pub fn stopped_before_push(&self) -> bool {
        self.push.get() == Before::Undo
    }

    pub fn let_it_push(&self) {
        self.push.set(Before::Pushing);
    }
}

impl exec::Host for Rehearsing<'_> {
    fn progress(&self, what: &str) {
        self.inner.progress(what);
    }

    fn done(&self, plan: &Plan, step: usize, took: Duration) {
        if step >= self.told.get() {
            self.told.set(step + 1);
            self.inner.done(plan, step, took);
        }
    }

    fn gates(&self, gates: &Gates, interrupt: &Interrupt) -> Result<Value, Refusal> {
        self.inner.gates(gates, interrupt)
    }

    fn go(&self, _: &Plan, _: &Push) -> Result<bool, Refusal> {
        if self.push.get() == Before::Asking {
            self.push.set(Before::Undo);
        }
        Ok(self.push.get() == Before::Pushing)
    }

    fn record(&self, operation: &Operation) -> Result<Vec<u8>, Refusal> {
        self.inner.record(operation)
    }
}
