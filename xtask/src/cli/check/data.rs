//! What was found, as data.

use serde_json::{Value, json};

use super::Report;
use super::fix::Fixed;
use crate::config::file::gates::Need;
use crate::gates::{Checked, Judged, Kind};
use crate::plan::Oid;
use crate::ui::Ui;

impl Report<'_> {
    /// Everything, in a form that stays.
    pub fn json(&self, ui: &Ui, fixed: Option<&Fixed>) -> Value {
        let stopping: Vec<&str> =
            self.stopping().iter().map(|checked| checked.gate.id.as_str()).collect();
        let verdict = if stopping.is_empty() { "go" } else { "no-go" };
        let waivers = self.waivers.iter().map(|(gate, reason)| {
            let needed = self.checked.iter().any(|c| c.gate.id == gate && c.outcome.stops());
            json!({ "gate": gate, "reason": reason, "needed": needed })
        });
        json!({
            "verdict": verdict,
            "whole": self.part_of.is_none(),
            "name": self.read.name,
            "version": self.read.aim.version.as_ref().map(crate::version::Version::text),
            "tag": self.read.aim.tag,
            "profile": self.profile().name(),
            "commit": self.repo.head.commit().map(Oid::as_str),
            "tree": self.contents.tree.as_ref().map(Oid::as_str),
            "jobs": self.jobs,
            "seconds": self.took.as_secs_f64(),
            "stopping": stopping,
            "fixed": fixed.map(Fixed::json),
            "waivers": waivers.collect::<Vec<_>>(),
            "gates": self.checked.iter().map(|one| self.gate(one, ui)).collect::<Vec<_>>(),
        })
    }

    fn gate(&self, checked: &Checked, ui: &Ui) -> Value {
        let kind = match checked.gate.kind {
            Kind::BuiltIn(_) => "built-in",
            Kind::Command(_) => "command",
        };
        let why = checked.outcome.why();
        json!({
            "id": checked.gate.id,
            "kind": kind,
            "command": checked.gate.command(),
            "outcome": checked.outcome.word(),
            "why": (!why.is_empty()).then_some(why),
            "required": checked.gate.need() == Need::Required,
            "waived": self.waivers.reason(&checked.gate.id),
            "stops": self.stops(checked),
            "reused": checked.reused(),
            "seconds": checked.took.map(|took| took.as_secs_f64()),
            "changed": checked.changed,
            "beside": checked.beside,
            "runs": checked.runs.iter().map(|(package, judged)| run(package.as_deref(), judged, ui))
                .collect::<Vec<_>>(),
        })
    }
}

fn run(package: Option<&str>, judged: &Judged, ui: &Ui) -> Value {
    let why = judged.outcome.why();
    json!({
        "package": package,
        "outcome": judged.outcome.word(),
        "why": (!why.is_empty()).then_some(why),
        "remark": (!judged.remark.is_empty()).then_some(&judged.remark),
        "details": judged.details,
        "findings": judged.findings,
        "next": judged.next.as_ref().map(|next| ui.program.command(next)),
        "evidence": judged.evidence,
    })
}
