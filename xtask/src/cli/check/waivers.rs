//! `--waive WHAT --reason TEXT`: a gate, `signoff:ROLE`, `checklist:HEADING`.

use crate::error::{Refusal, word};
use crate::record::is_of_people;

/// What may be missing this time, each with the reason.
pub struct Waivers {
    gates: Vec<(String, String)>,
    /// `signoff:ROLE`, `checklist:HEADING`.
    people: Vec<(String, String)>,
}

impl Waivers {
    /// The first gate with the first reason, and so on.
    ///
    /// # Errors
    /// A gate without a reason, a reason without a gate, a gate that is named twice.
    pub fn new(gates: &[String], reasons: &[String]) -> Result<Self, Refusal> {
        for (number, gate) in gates.iter().enumerate() {
            let reason = reasons.get(number).map_or("", |reason| reason.trim());
            let typed = format!("check --waive {} --reason \"...\"", word(gate));
            if reason.is_empty() {
                return Err(Refusal::usage(format!("--waive {gate} has no reason"))
                    .why("It stands in the record of the release: say why it may fail.")
                    .next(typed, ""));
            }
            if reason.chars().any(char::is_control) {
                return Err(Refusal::usage(format!(
                    "the reason for {gate} has more than one line"
                ))
                .next(typed, ""));
            }
            if gates[..number].contains(gate) {
                return Err(Refusal::usage(format!("{gate} is waived twice")).next(typed, ""));
            }
        }
        if let Some(reason) = reasons.get(gates.len()) {
            return Err(Refusal::usage("--reason without --waive")
                .why(format!("What may be missing: {reason}?"))
                .next(format!("check --waive GATE --reason {}", word(reason)), ""));
        }
        let reasons = reasons.iter().map(|reason| reason.trim().to_owned());
        let of_people = |(name, _): &(String, String)| is_of_people(name);
        let (people, gates) = gates.iter().cloned().zip(reasons).partition(of_people);
        Ok(Self { gates, people })
    }

    /// What people do not have to say, each with its reason: `signoff:ROLE`, `checklist:HEADING`.
    pub fn of_people(&self) -> &[(String, String)] {
        &self.people
    }

    /// Each gate with its reason.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.gates.iter().map(|(gate, reason)| (gate.as_str(), reason.as_str()))
    }

    /// The names of the gates.
    pub fn gates(&self) -> Vec<&str> {
        self.iter().map(|(gate, _)| gate).collect()
    }

    /// Why a gate may fail.
    pub fn reason(&self, gate: &str) -> Option<&str> {
        self.iter().find(|(name, _)| *name == gate).map(|(_, reason)| reason)
    }
}
