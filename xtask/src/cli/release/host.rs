//! What the executor leaves to a release: the gates, the question before the push, the record.

use std::time::Duration;

use serde_json::Value;

use super::gates::Asking;
use super::shown;
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
    pub repo: &'a Repo,
    pub context: &'a Context,
    pub asking: &'a Asking<'a>,
    pub consent: Consent,
}

impl exec::Host for Host<'_> {
    fn progress(&self, what: &str) {
        self.context.ui.progress(&format!("running {what} ..."));
    }

    fn done(&self, plan: &Plan, step: usize, took: Duration) {
        shown::done(&self.context.ui, plan, step, took);
    }

    fn gates(&self, gates: &Gates, interrupt: &Interrupt) -> Result<Value, Refusal> {
        self.asking.on_tree(self.repo, gates, interrupt)
    }

    fn go(&self, _: &Plan, push: &Push) -> Result<bool, Refusal> {
        let ui = &self.context.ui;
        if self.consent == Consent::Given {
            return Ok(true);
        }
        if !ui.can_ask() {
            return Ok(false);
        }
        ui.remark("");
        ui.remark("Everything up to here can be taken back (undo). The push cannot.");
        ui.confirm(&format!("Push to {} now?", push.shown))
    }

    fn pull(&self, pull: &Pull, interrupt: &Interrupt) -> Result<(), Refusal> {
        super::pull::open(self.repo, self.context, pull, interrupt)
    }

    fn record(&self, operation: &Operation) -> Result<Vec<u8>, Refusal> {
        record::bytes(self.repo, operation)
    }
}
