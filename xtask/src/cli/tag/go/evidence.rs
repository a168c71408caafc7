//! What a record says of the gates that the release had to pass.

use super::Reason;
use crate::config::file::gates::{Each, Need};
use crate::gates::{Gate, Kind, Package};
use crate::plan::Oid;
use crate::record::{self, Record};

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub green: usize,
    pub skipped: usize,
    /// The gates that were let through, each with the reason.
    pub waived: Vec<(String, String)>,
    pub reasons: Vec<Reason>,
}

/// What became of a gate.
enum Became {
    Green,
    /// It had nothing to say.
    Skipped,
    /// Why it does not count.
    Not(String),
}

/// Judges the required ones of `gates` by the record of a release of `tree`; and those that stopped the
/// clone it was made in, although nothing in the tree asks for them.
pub(super) fn judge(gates: &[Gate], packages: &[Package], record: &Record, tree: &Oid) -> Found {
    let mut found = Found::default();
    let waiver = |id: &str| record.waivers.iter().find(|waiver| waiver.gate == id);
    for gate in gates.iter().filter(|gate| gate.need() == Need::Required) {
        match became(gate, packages, record, tree) {
            Became::Green => found.green += 1,
            Became::Skipped => found.skipped += 1,
            Became::Not(why) => found.stops(&gate.id, &why, waiver(&gate.id)),
        }
    }
    let stopped = |run: &&record::Gate| {
        let known = gates.iter().any(|gate| gate.id == run.id);
        run.required && !known && !matches!(run.outcome.as_str(), "green" | "skipped")
    };
    for run in record.gates.iter().filter(stopped) {
        found.stops(&run.id, &why(run), waiver(&run.id));
    }
    found
}

impl Found {
    fn stops(&mut self, id: &str, why: &str, waiver: Option<&record::Waiver>) {
        match waiver {
            Some(waiver) => self.waived.push((format!("gate {id}"), waiver.reason.clone())),
            None => self.reasons.push(Reason::new(format!("gate {id}: {why}"))),
        }
    }
}

/// All runs of a gate together: that of each package, where it runs for each.
fn became(gate: &Gate, packages: &[Package], record: &Record, tree: &Oid) -> Became {
    let runs: Vec<&record::Gate> = record.gates.iter().filter(|run| run.id == gate.id).collect();
    if runs.is_empty() {
        return Became::Not("no result in the record".to_owned());
    }
    let command = match &gate.kind {
        Kind::BuiltIn(_) => None,
        Kind::Command(command) => Some(command),
    };
    if command.is_some_and(|command| command.each == Each::Package) {
        let has = |name: &str| runs.iter().any(|run| run.package.as_deref() == Some(name));
        if let Some(missing) = packages.iter().find(|package| !has(&package.name)) {
            return Became::Not(format!("no result of {} in the record", missing.name));
        }
    }
    let mut all = Became::Skipped;
    for run in runs {
        let of = run.package.as_ref().map_or_else(String::new, |package| format!("{package}: "));
        match (run.outcome.as_str(), command.is_some(), &run.tree) {
            ("green", false, _) => all = Became::Green,
            ("green", true, Some(own)) if own == tree => all = Became::Green,
            ("green", true, Some(other)) => {
                return Became::Not(format!("{of}it ran on another tree, {}", other.short()));
            }
            ("green", true, None) => {
                return Became::Not(format!("{of}the record does not say on which tree it ran"));
            }
            ("skipped", false, _) if run.why.is_some() => {}
            _ => return Became::Not(format!("{of}{}", why(run))),
        }
    }
    all
}

/// `red: 3 tests failed`
fn why(run: &record::Gate) -> String {
    let outcome = match run.outcome.as_str() {
        "could-not-run" => "could not run",
        "" => "no outcome",
        other => other,
    };
    match &run.why {
        Some(why) => format!("{outcome}: {why}"),
        None => outcome.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::Settings;
    use crate::config::file::gates::GateIs;
    use crate::path::RepoPath;
    use crate::sites::File;

    const GATES: &str = "[gates]\neach = { run = 'x', each = 'package' }\n\
        maybe = { run = 'x', required = false }\n";

    fn gates() -> Vec<Gate> {
        let path = RepoPath::new("gonogo.toml").unwrap();
        let settings = Settings::read(Some(&File { path, bytes: GATES.as_bytes().into() }));
        let gate = |entry: crate::config::file::gates::GateEntry| match entry.is {
            GateIs::Command(command) => Gate { id: entry.name.value, kind: Kind::Command(command) },
            GateIs::Switched(_) => panic!("a command"),
        };
        settings.unwrap().gates.into_iter().map(gate).collect()
    }

    /// The reasons, or how many are green.
    fn judged(runs: &[(&str, &str, char)]) -> String {
        let oid = |digit: char| Oid::new(&digit.to_string().repeat(40)).unwrap();
        let run = |(package, outcome, tree): &(&str, &str, char)| record::Gate {
            id: "each".to_owned(),
            package: (!package.is_empty()).then(|| (*package).to_owned()),
            outcome: (*outcome).to_owned(),
            tree: Some(oid(*tree)),
            required: true,
            ..record::Gate::default()
        };
        let record = format!(
            r#"{{"format": 1, "version": "1.0.0", "tag": "v1.0.0", "tag_object": "{0}",
                "commit": "{0}", "by": {{}}, "at": 0}}"#,
            "a".repeat(40)
        );
        let mut record = Record::read(record.as_bytes(), "v1.0.0").unwrap();
        record.gates = runs.iter().map(run).collect();
        let package = |name: &str| Package { name: name.to_owned(), folder: name.to_owned() };
        let found = judge(&gates(), &[package("a"), package("b")], &record, &oid('c'));
        match found.reasons.as_slice() {
            [] => format!("{} green", found.green),
            reasons => reasons.iter().map(|it| it.what.clone()).collect::<Vec<_>>().join("; "),
        }
    }

    #[test]
    fn a_gate_of_every_package_counts_when_each_was_green() {
        for (runs, expected) in [
            (&[("a", "green", 'c'), ("b", "green", 'c')][..], "1 green"),
            (&[("a", "green", 'c')], "gate each: no result of b in the record"),
            (&[("", "green", 'c')], "gate each: no result of a in the record"),
            (
                &[("a", "green", 'c'), ("b", "green", 'd')],
                "gate each: b: it ran on another tree, ddddddd",
            ),
            (&[("a", "red", 'c'), ("b", "green", 'c')], "gate each: a: red"),
            (&[], "gate each: no result in the record"),
        ] {
            assert_eq!(judged(runs), expected, "{runs:?}");
        }
    }
}
