//! What the executor leaves to a release: the gates, the question before the push, the record.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::ci::Ci;
use super::gates::Asking;
use super::voided::still_signed;
use super::{progress, shown};
use crate::cli::{Context, record};
use crate::error::Refusal;
use crate::exec;
use crate::journal::Operation;
use crate::plan::{Gates, Plan, Pull, Push};
use crate::repo::Repo;
use crate::sys::proc::Interrupt;

/// Whether what cannot be taken back was agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// `--yes`
    Given,
    Asked,
}

/// The command behind a release that is executed.
pub struct Host<'a> {
    repo: &'a Repo,
    context: &'a Context,
    asking: &'a Asking<'a>,
    consent: Consent,
    /// What the gates said.
    said: RefCell<Option<Value>>,
    /// How long the step in execution has waited for an answer, which is nobody's work.
    waited: Cell<Duration>,
}

impl<'a> Host<'a> {
    /// One that was asked nothing yet.
    pub fn new(
        repo: &'a Repo,
        context: &'a Context,
        asking: &'a Asking<'a>,
        consent: Consent,
    ) -> Self {
        let (said, waited) = (RefCell::default(), Cell::default());
        Self { repo, context, asking, consent, said, waited }
    }
}

impl exec::Host for Host<'_> {
    fn progress(&self, what: &str) {
        self.context.ui.progress(&format!("running {what} ..."));
    }

    fn done(&self, plan: &Plan, step: usize, took: Duration) {
        let said = self.said.borrow();
        let took = took.saturating_sub(self.waited.take());
        progress::done(&self.context.ui, self.repo, plan, step, took, said.as_ref());
    }

    fn gates(&self, gates: &Gates, interrupt: &Interrupt) -> Result<Value, Refusal> {
        let said = self.asking.on_tree(self.repo, gates, interrupt)?;
        *self.said.borrow_mut() = Some(said.clone());
        Ok(said)
    }

    fn built(&self, operation: &Operation) -> Result<(), Refusal> {
        still_signed(self.repo, operation)
    }

    fn go(&self, _: &Plan, push: &Push) -> Result<bool, Refusal> {
        let ui = &self.context.ui;
        if self.consent == Consent::Given {
            return Ok(true);
        }
        if !ui.can_ask() {
            return Ok(false);
        }
        let aside = ui.aside();
        aside.say("");
        let warns = Ci::of(self.repo, push)?.warns();
        let undo = ui.ours("undo");
        shown::wrapped(
            &aside,
            "",
            &format!("Everything up to here can be taken back ({undo}). {warns}"),
        );
        let start = Instant::now();
        let answer = ui.confirm(&format!("Push to {} now?", push.shown));
        self.waited.set(start.elapsed());
        answer
    }

    fn pull(&self, pull: &Pull, interrupt: &Interrupt) -> Result<(), Refusal> {
        super::pull::open(self.repo, self.context, pull, interrupt)
    }

    fn record(&self, operation: &Operation) -> Result<Vec<u8>, Refusal> {
        record::bytes(self.repo, operation)
    }
}
