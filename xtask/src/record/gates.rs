//! What the gates of a release said, from the report of a check.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Gate, Recorded, Waiver};
use crate::plan::Oid;
use crate::sys::clock::Timestamp;

/// A gate of the report.
#[derive(Deserialize)]
struct Reported {
    id: String,
    outcome: String,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    reused: bool,
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    seconds: Option<f64>,
    #[serde(default)]
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    #[serde(default)]
    package: Option<String>,
    outcome: String,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    evidence: Option<Evidence>,
}

#[derive(Deserialize)]
struct Evidence {
    command: String,
    exit: Option<i32>,
    at: Timestamp,
    millis: u64,
    log: String,
    log_digest: String,
    tree: Option<Oid>,
}

/// The gates of a report of `check --json`, one for each run, in its order.
pub fn gates(report: &Value) -> Vec<Gate> {
    let reported = report["gates"].as_array().into_iter().flatten();
    let reported = reported.filter_map(|gate| Reported::deserialize(gate).ok());
    reported.flat_map(Reported::each_run).collect()
}

/// The gates of a report that were allowed to fail.
pub(super) fn waivers(report: &Value) -> Vec<Waiver> {
    let all = report["waivers"].as_array().into_iter().flatten();
    all.filter_map(|waiver| Waiver::deserialize(waiver).ok()).collect()
}

/// What the commands of `[record]` said, from the report of a release, under `record`.
pub(super) fn values(report: &Value) -> BTreeMap<String, Recorded> {
    BTreeMap::deserialize(&report["record"]).unwrap_or_default()
}

impl Reported {
    fn each_run(self) -> Vec<Gate> {
        let whole = Gate {
            id: self.id,
            outcome: self.outcome,
            why: self.why,
            required: self.required,
            reused: self.reused,
            command: self.command,
            millis: self.seconds.map(millis),
            ..Gate::default()
        };
        if self.runs.is_empty() {
            return vec![whole];
        }
        self.runs.into_iter().map(|run| run.gate(&whole)).collect()
    }
}

impl Run {
    fn gate(self, whole: &Gate) -> Gate {
        let gate = Gate {
            package: self.package,
            outcome: self.outcome,
            why: self.why.or_else(|| whole.why.clone()),
            ..whole.clone()
        };
        match self.evidence {
            None => gate,
            Some(evidence) => Gate {
                command: Some(evidence.command),
                exit: evidence.exit,
                at: Some(evidence.at),
                millis: Some(evidence.millis),
                tree: evidence.tree,
                log: Some(inside(evidence.log)),
                log_digest: Some(evidence.log_digest),
                ..gate
            },
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// The path of a log without the folders of the machine it lies on.
fn inside(log: String) -> String {
    match log.find(".git/gonogo/log/").or_else(|| log.find("gonogo/log/")) {
        Some(at) if log.starts_with('/') => log[at..].to_owned(),
        _ => log,
    }
}
