//! From a checklist that gonogo.toml does not know to what it would say of it: what each heading is
//! bound to and why, and the gates that its commands make. What cannot be told is left to a person.

mod commands;
mod words;

use std::collections::BTreeSet;

use super::bind::{By, Known, Problem, bind};
use super::{Checklist, name};
use crate::config::file::gates::{GateEntry, GateIs};
use crate::config::file::{Binding, Said, Section, Who};
use crate::config::presets::Run;
use commands::{Verdict, judge, lines};
pub use words::{Meaning, WORDS};

/// What is known of the repository.
pub struct Repository<'r> {
    /// The names of the roles, in the order of gonogo.toml.
    pub roles: &'r [String],
    /// `[gates]`.
    pub configured: &'r [GateEntry],
    /// The built-in gates that are asked here.
    pub asked: &'r [String],
    /// Whether CI checks its commits.
    pub ci: bool,
    /// Whether it has this file.
    pub exists: &'r dyn Fn(&str) -> bool,
}

/// What gonogo.toml would say.
#[derive(Debug)]
pub struct Imported {
    /// Every heading with boxes below it, in the order of the file.
    pub rows: Vec<Row>,
    pub sections: Vec<Section>,
    pub gates: Vec<ProposedGate>,
    /// Whether `ci = true` has to be said.
    pub ci: bool,
    /// Commands of which no gate is made.
    pub left: Vec<Left>,
    /// The boxes that no heading binds: they stand above the first one.
    pub loose: usize,
}

/// A heading and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub heading: usize,
    /// Nothing where no box stands right below it and nothing is said of it.
    pub bindings: Vec<Binding>,
    pub why: String,
    /// The boxes right below it.
    pub items: usize,
    /// Whether gonogo.toml says so; else it follows from an outer heading or its own name.
    pub written: bool,
}

/// A gate that a command makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedGate {
    pub name: String,
    pub run: Run,
    pub why: String,
}

/// A command of which no gate is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub command: String,
    /// 1-based.
    pub line: usize,
    pub why: String,
}

/// Proposes what gonogo.toml would say of a checklist in this file.
pub fn import(checklist: &Checklist, file: &str, repository: &Repository<'_>) -> Imported {
    let mut found = Commands::default();
    found.read(checklist, file, repository);
    let mut importing = Importing::new(checklist, repository, &found);
    // A heading whose name means something else elsewhere cannot be bound by its name.
    loop {
        let resolved = importing.resolved();
        let sections = importing.sections(&resolved);
        match importing.mistaken(&resolved, &sections) {
            Some(name) if importing.silent.insert(name.clone()) => {}
            _ => return importing.imported(resolved, sections),
        }
    }
}

/// The commands of a checklist.
#[derive(Default)]
struct Commands {
    gates: Vec<ProposedGate>,
    left: Vec<Left>,
    /// Boxes and the gates that their commands are.
    of_items: Vec<(usize, String)>,
}

impl Commands {
    fn read(&mut self, checklist: &Checklist, file: &str, repository: &Repository<'_>) {
        for (number, item) in checklist.items.iter().enumerate() {
            let later = later(checklist, item.under);
            for text in &item.spans {
                let at = At { text, line: item.line, file, later, stands: Stands::InItem };
                let gate = self.meet(&at, repository);
                self.of_items.extend(gate.map(|gate| (number, gate)));
            }
        }
        for code in &checklist.code {
            let later = later(checklist, code.under);
            for (number, text) in lines(&code.language, &code.text) {
                let line = code.line + 1 + number;
                let at = At { text: &text, line, file, later, stands: Stands::InBlock };
                self.meet(&at, repository);
            }
        }
        self.left.sort_by_key(|left| left.line);
    }

    /// The gate that a command is or becomes.
    fn meet(&mut self, at: &At<'_>, repository: &Repository<'_>) -> Option<String> {
        let (name, run, changed) = match judge(at.text, repository.exists) {
            Verdict::Unknown => return None,
            Verdict::Left(why) => return self.leave(at, why.to_owned()),
            Verdict::Check { .. } if at.later => {
                return self.leave(at, "it stands below what comes after the release".to_owned());
            }
            Verdict::Check { name, run, changed } => (name, run, changed),
        };
        if let Some(there) = configured(&name, &run, repository.configured) {
            return Some(there);
        }
        if let Some(same) = self.gates.iter().find(|gate| gate.run == run) {
            return Some(same.name.clone());
        }
        let is_taken = |name: &String| self.gates.iter().any(|gate| gate.name == *name);
        if is_taken(&name) && at.stands == Stands::InBlock {
            return self.leave(at, format!("gate {name} does the like"));
        }
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let name = std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name))?;
        let changed = changed.map(|changed| format!(", {changed}")).unwrap_or_default();
        let why = format!("{}:{}{changed}", at.file, at.line);
        self.gates.push(ProposedGate { name: name.clone(), run, why });
        Some(name)
    }

    fn leave(&mut self, at: &At<'_>, why: String) -> Option<String> {
        self.left.push(Left { command: at.text.to_owned(), line: at.line, why });
        None
    }
}

/// A command and where it stands.
struct At<'a> {
    text: &'a str,
    line: usize,
    file: &'a str,
    /// Below what comes after a release, or instead of one.
    later: bool,
    stands: Stands,
}

/// What a command stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It is what a box asks for.
    InItem,
    /// It is one of many.
    InBlock,
}

/// The configured gate that has this command, or this name.
fn configured(name: &str, run: &Run, configured: &[GateEntry]) -> Option<String> {
    let (Run::Argv(text) | Run::Shell(text)) = run;
    let same = |entry: &&GateEntry| match &entry.is {
        GateIs::Command(command) => command.line.shown() == *text,
        GateIs::Switched(_) => false,
    };
    let named = |entry: &&GateEntry| entry.name.value == name;
    let found = configured.iter().find(same).or_else(|| configured.iter().find(named));
    found.map(|entry| entry.name.value.clone())
}

/// Does it stand below a heading for what comes after a release, or instead of one?
fn later(checklist: &Checklist, under: Option<usize>) -> bool {
    checklist.above(under).any(|heading| {
        let name = name(&checklist.headings[heading].text);
        let meaning = words::meaning(&name, &[]).map(|(meaning, _)| meaning);
        matches!(meaning, Some(Meaning::After | Meaning::Rollback))
            || name.split(' ').any(|word| ["hotfix", "template", "emergency"].contains(&word))
    })
}

struct Importing<'i> {
    checklist: &'i Checklist,
    repository: &'i Repository<'i>,
    found: &'i Commands,
    /// What the headings are called.
    names: Vec<String>,
    /// The boxes right below each heading.
    direct: Vec<Vec<usize>>,
    /// How many boxes are anywhere below each.
    below: Vec<usize>,
    /// Names of headings that are not bound by name.
    silent: BTreeSet<String>,
}

/// What a heading is bound to.
#[derive(Debug, Clone, Default)]
struct Resolved {
    bindings: Vec<Binding>,
    why: String,
    written: bool,
}

impl<'i> Importing<'i> {
    fn new(checklist: &'i Checklist, repository: &'i Repository<'i>, found: &'i Commands) -> Self {
        let names: Vec<String> =
            checklist.headings.iter().map(|heading| name(&heading.text)).collect();
        let mut direct = vec![Vec::new(); names.len()];
        let mut below = vec![0; names.len()];
        for (number, item) in checklist.items.iter().enumerate() {
            if let Some(under) = item.under {
                direct[under].push(number);
            }
            for heading in checklist.above(item.under) {
                below[heading] += 1;
            }
        }
        Self { checklist, repository, found, names, direct, below, silent: BTreeSet::new() }
    }

    /// What each heading is bound to, outer ones first.
    fn resolved(&self) -> Vec<Resolved> {
        let mut resolved: Vec<Resolved> = Vec::new();
        for (number, heading) in self.checklist.headings.iter().enumerate() {
            let outer = heading.above.map(|above| &resolved[above]);
            let inherited = outer.map(|outer| outer.bindings.clone()).unwrap_or_default();
            let own = self.own(number, &inherited);
            resolved.push(match own {
                Some((bindings, why)) if bindings == inherited => {
                    Resolved { bindings, why, written: false }
                }
                Some((bindings, why)) => {
                    let written = why != NAMED;
                    Resolved { bindings, why, written }
                }
                None => {
                    let why = match inherited.is_empty() {
                        true => String::new(),
                        false => "as the heading above it".to_owned(),
                    };
                    Resolved { bindings: inherited, why, written: false }
                }
            });
        }
        resolved
    }

    /// What a heading says by itself, with the reason; `None`: it goes with the one above it.
    fn own(&self, number: usize, inherited: &[Binding]) -> Option<(Vec<Binding>, String)> {
        let called = &self.names[number];
        let roles = self.repository.roles;
        if let Some(role) = roles.iter().find(|role| name(role) == *called) {
            let role = Binding::Role(Who::Role(role.clone()));
            return Some((vec![role], NAMED.to_owned()));
        }
        let (some, all) =
            (self.below[number] > 0, self.below[number] == self.checklist.items.len());
        let direct = self.direct[number].len();
        let title = all && direct == 0 && self.checklist.headings[number].above.is_none();
        if !some || title || self.silent.contains(called) {
            let bare = some && !title && inherited.is_empty();
            return bare.then(|| self.person("nothing else is known of it"));
        }
        let before = !matches!(inherited.first(), Some(Binding::After(_) | Binding::Rollback));
        if before && let Some(gates) = self.gates(number, direct) {
            return Some(gates);
        }
        if let Some((meaning, words)) = words::meaning(called, inherited)
            && let Some(bindings) = self.meant(meaning)
        {
            return Some((bindings, format!("\"{words}\"")));
        }
        if words::names_people(called) && before {
            return Some(self.person(LIKE_A_ROLE));
        }
        inherited.is_empty().then(|| self.person("nothing else is known of it"))
    }

    /// Bound to a person.
    fn person(&self, why: &str) -> (Vec<Binding>, String) {
        (vec![Binding::Role(self.who())], why.to_owned())
    }

    /// Who acts where nobody is named.
    fn who(&self) -> Who {
        self.repository.roles.first().map_or(Who::Any, |role| Who::Role(role.clone()))
    }

    /// Bound to the gates that at least half of its boxes name, and to a person for the others.
    fn gates(&self, heading: usize, direct: usize) -> Option<(Vec<Binding>, String)> {
        let boxes = &self.direct[heading];
        let of = self.found.of_items.iter().filter(|(item, _)| boxes.contains(item));
        let mut names: Vec<&String> = Vec::new();
        let mut with = BTreeSet::new();
        for (item, gate) in of {
            with.insert(*item);
            if !names.contains(&gate) {
                names.push(gate);
            }
        }
        if names.is_empty() || with.len() * 2 < direct {
            return None;
        }
        let mut bindings: Vec<Binding> =
            names.into_iter().map(|name| Binding::Gate(name.clone())).collect();
        let why = format!("{} of its {direct} boxes name a command", with.len());
        if with.len() < direct {
            bindings.push(Binding::Role(self.who()));
        }
        Some((bindings, why))
    }

    /// What a meaning is here; `None` where there is no such gate.
    fn meant(&self, meaning: Meaning) -> Option<Vec<Binding>> {
        let binding = match meaning {
            Meaning::Rollback => Binding::Rollback,
            Meaning::After => Binding::After(self.who()),
            Meaning::Role => Binding::Role(self.who()),
            Meaning::Step => Binding::Step,
            Meaning::Gate(id) => {
                let asked = self.repository.asked.iter().any(|asked| asked == id);
                let own =
                    self.repository.configured.iter().any(|entry| {
                        entry.name.value == id && matches!(entry.is, GateIs::Command(_))
                    });
                let proposed = self.found.gates.iter().any(|gate| gate.name == id);
                let ci = id == "ci" && self.repository.ci;
                (asked || own || proposed || ci).then(|| Binding::Gate(id.to_owned()))?
            }
        };
        Some(vec![binding])
    }

    /// What gonogo.toml says of them.
    fn sections(&self, resolved: &[Resolved]) -> Vec<Section> {
        let headings = &self.checklist.headings;
        let written = resolved.iter().enumerate().filter(|(_, one)| one.written);
        let mut sections: Vec<Section> = Vec::new();
        for (number, one) in written {
            let text = &headings[number].text;
            let mut twins = headings.iter().zip(&self.names);
            let alone =
                twins.all(|(other, name)| *name != self.names[number] || other.text == *text);
            let whole = text.trim().to_owned();
            let value = if alone { super::name::spoken(text) } else { whole };
            if !sections.iter().any(|section| section.heading.value == value) {
                let (heading, bindings) = (Said { value, at: 0 }, one.bindings.clone());
                sections.push(Section { heading, bindings });
            }
        }
        sections
    }

    /// The name of a heading that these sections bind to something else than was meant.
    fn mistaken(&self, resolved: &[Resolved], sections: &[Section]) -> Option<String> {
        let known = Known { sections, roles: self.repository.roles, gates: &[] };
        let bound = bind(self.checklist, known);
        let called = |heading: usize| self.names[heading].clone();
        let twice = bound.problems.iter().find_map(|problem| match problem {
            Problem::Twice { heading, .. } => Some(called(*heading)),
            _ => None,
        });
        twice.or_else(|| {
            let each = self.checklist.items.iter().zip(&bound.items);
            let mut each = each.filter_map(|(item, one)| Some((item.under?, one)));
            each.find_map(|(under, one)| match one.by {
                By::Comment => None,
                _ if one.bindings == resolved[under].bindings => None,
                By::Section { heading, .. } => Some(called(heading)),
                By::Role { .. } | By::Nothing => None,
            })
        })
    }

    fn imported(&self, resolved: Vec<Resolved>, sections: Vec<Section>) -> Imported {
        let row = |(heading, one): (usize, Resolved)| {
            let items = self.direct[heading].len();
            let Resolved { bindings, why, written } = one;
            (self.below[heading] > 0).then_some(Row { heading, bindings, why, items, written })
        };
        let rows: Vec<Row> = resolved.into_iter().enumerate().filter_map(row).collect();
        let ci = Binding::Gate("ci".to_owned());
        let asked = self.repository.asked.iter().any(|asked| asked == "ci");
        Imported {
            ci: !asked && sections.iter().any(|section| section.bindings.contains(&ci)),
            rows,
            sections,
            gates: self.found.gates.clone(),
            left: self.found.left.clone(),
            loose: self.checklist.items.iter().filter(|item| item.under.is_none()).count(),
        }
    }
}

/// Why a heading is bound to a person whose role is not known.
pub const LIKE_A_ROLE: &str = "called like a role";

/// Why a heading is bound that gonogo.toml does not have to name.
const NAMED: &str = "it is the name of a role";
