//! What is known here of the gates on a candidate. Nothing is run: who signs sees what there is.

use super::subject::Subject;
use crate::config::file::gates::{GateChoice, GateEntry, GateIs, Need};
use crate::gates::{Evidence, Store};
use crate::plan::Oid;
use crate::repo::Repo;
use crate::sys::clock::Timestamp;

/// The gates that are commands and required, and when each was last green on a tree.
pub(super) struct Gates {
    green: Vec<(String, Timestamp)>,
    unknown: Vec<String>,
}

impl Gates {
    /// Looks for the evidence that this clone keeps.
    pub fn of(repo: &Repo, subject: &Subject, tree: &Oid) -> Self {
        let kept = Store::of(&repo.common_dir).of_tree(tree);
        let mut gates = Self { green: Vec::new(), unknown: Vec::new() };
        for entry in asked(subject) {
            let (GateIs::Command(command), id) = (&entry.is, &entry.name.value) else { continue };
            if command.need != Need::Required {
                continue;
            }
            let shown = command.line.shown();
            let own = |one: &&Evidence| one.gate == *id && one.command == shown;
            match kept.iter().filter(own).map(|one| one.at).max() {
                Some(at) => gates.green.push((id.clone(), at)),
                None => gates.unknown.push(id.clone()),
            }
        }
        gates
    }

    /// In one line.
    pub fn shown(&self) -> String {
        let names = |of: &mut dyn Iterator<Item = &str>| of.collect::<Vec<_>>().join(", ");
        let unknown = names(&mut self.unknown.iter().map(String::as_str));
        let green = names(&mut self.green.iter().map(|(id, _)| id.as_str()));
        let oldest = self.green.iter().map(|(_, at)| at.minute()).min().unwrap_or_default();
        match (self.green.is_empty(), self.unknown.is_empty()) {
            (true, true) => "none is a command".to_owned(),
            (false, true) => {
                format!("every required one is green on this tree ({green}; here, {oldest})")
            }
            (true, false) => format!("none was green on this tree here: {unknown}"),
            (false, false) => format!("green on this tree: {green}; not known here: {unknown}"),
        }
    }

    /// The names, for programs.
    pub fn json(&self) -> serde_json::Value {
        let green: Vec<&str> = self.green.iter().map(|(id, _)| id.as_str()).collect();
        serde_json::json!({ "green": green, "unknown": self.unknown })
    }
}

/// The commands that the profile asks for.
fn asked(subject: &Subject) -> impl Iterator<Item = &GateEntry> {
    let settings = &subject.survey.settings;
    let table = settings.profiles.iter().find(|table| table.name == subject.profile.name());
    let choice = table.map_or(&GateChoice::All, |table| &table.choice);
    let has = |names: &[String], id: &str| names.iter().any(|name| name == id);
    settings.gates.iter().filter(move |entry| match choice {
        GateChoice::All => true,
        GateChoice::These(names) => has(names, &entry.name.value),
        GateChoice::Without(names) => !has(names, &entry.name.value),
    })
}
