//! What each box waits for: a comment on its line, else the nearest heading above it that
//! gonogo.toml binds or that is the name of a role, else nothing.

use std::collections::BTreeMap;

use super::{Checklist, Heading, Item, name};
use crate::config::file::{Binding, Section, Who};
use crate::wording::nearest;

/// What there is to bind boxes to.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    pub sections: &'k [Section],
    /// The names of the roles.
    pub roles: &'k [String],
    /// The names of all gates.
    pub gates: &'k [String],
}

/// A checklist whose boxes are bound.
#[derive(Debug)]
pub struct Bound {
    /// One for each box, in their order.
    pub items: Vec<BoundItem>,
    pub problems: Vec<Problem>,
}

/// What a box waits for: all of it. Nothing where it is not bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundItem {
    pub bindings: Vec<Binding>,
    pub by: By,
}

impl Bound {
    /// Boxes that are bound to these, in their order.
    pub fn to(bindings: impl Iterator<Item = Vec<Binding>>) -> Self {
        let items = bindings.map(|bindings| BoundItem { bindings, by: By::Comment }).collect();
        Self { items, problems: Vec::new() }
    }
}

/// What has bound a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A comment on its line.
    Comment,
    /// This heading, by this section of gonogo.toml.
    Section {
        heading: usize,
        section: usize,
    },
    /// This heading, which is the name of a role.
    Role {
        heading: usize,
    },
    Nothing,
}

/// What is wrong with how boxes are bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Several sections of gonogo.toml mean one heading.
    Twice { heading: usize, sections: Vec<usize> },
    /// A section of gonogo.toml whose heading the file does not have.
    Missing { section: usize },
    /// A comment at this byte that means a binding and is none.
    Comment { at: usize, text: String, why: String },
}

/// Binds every box.
pub fn bind(checklist: &Checklist, known: Known<'_>) -> Bound {
    let mut problems = Vec::new();
    let mut met = vec![false; known.sections.len()];
    let mut own = Vec::new();
    let all = Meant::new(known.sections);
    for (number, heading) in checklist.headings.iter().enumerate() {
        let meant = all.by(heading);
        for section in &meant {
            met[*section] = true;
        }
        own.push(match (meant.first(), role(heading, known.roles)) {
            (Some(section), _) => {
                let by = By::Section { heading: number, section: *section };
                Some((known.sections[*section].bindings.clone(), by))
            }
            (None, Some(role)) => {
                let who = Who::Role(role.clone());
                Some((vec![Binding::Role(who)], By::Role { heading: number }))
            }
            (None, None) => None,
        });
        if meant.len() > 1 {
            problems.push(Problem::Twice { heading: number, sections: meant });
        }
    }
    let missing = met.iter().enumerate().filter(|(_, met)| !**met);
    problems.extend(missing.map(|(section, _)| Problem::Missing { section }));
    let items = checklist.items.iter().map(|item| {
        let said = comments(item, known, &mut problems);
        let heading = || checklist.above(item.under).find_map(|heading| own[heading].clone());
        let (bindings, by) = match said.is_empty() {
            false => (said, By::Comment),
            true => heading().unwrap_or((Vec::new(), By::Nothing)),
        };
        BoundItem { bindings, by }
    });
    let items = items.collect();
    Bound { items, problems }
}

/// Sections by the text of their headings, and by its words.
struct Meant {
    exactly: BTreeMap<String, Vec<usize>>,
    called: BTreeMap<String, Vec<usize>>,
}

impl Meant {
    fn new(sections: &[Section]) -> Self {
        let mut meant = Self { exactly: BTreeMap::new(), called: BTreeMap::new() };
        for (number, section) in sections.iter().enumerate() {
            let text = &section.heading.value;
            meant.exactly.entry(text.trim().to_lowercase()).or_default().push(number);
            meant.called.entry(name(text)).or_default().push(number);
        }
        meant
    }

    /// The sections that mean a heading: those with its very text, else those with its words.
    fn by(&self, heading: &Heading) -> Vec<usize> {
        let called = name(&heading.text);
        let exactly = self.exactly.get(&heading.text.trim().to_lowercase());
        let alike = || self.called.get(&called).filter(|_| !called.is_empty());
        exactly.or_else(alike).cloned().unwrap_or_default()
    }
}

/// The role whose name a heading is.
fn role<'r>(heading: &Heading, roles: &'r [String]) -> Option<&'r String> {
    let called = name(&heading.text);
    roles.iter().find(|role| !called.is_empty() && name(role) == called)
}

/// What the comments on the line of a box bind it to.
fn comments(item: &Item, known: Known<'_>, problems: &mut Vec<Problem>) -> Vec<Binding> {
    let mut found = Vec::new();
    for (text, at) in &item.comments {
        for binding in of_comment(text, known).unwrap_or_default() {
            match binding {
                Ok(binding) => found.push(binding),
                Err((text, why)) => problems.push(Problem::Comment { at: *at, text, why }),
            }
        }
    }
    found
}

/// What a comment binds its line to: each binding, or a text that is none and why. `None` for a
/// comment that means no binding.
pub fn of_comment(text: &str, known: Known<'_>) -> Option<Vec<Result<Binding, (String, String)>>> {
    // A reason may hold commas.
    let parts: Vec<&str> = match text.starts_with("skip:") {
        true => vec![text],
        false => text.split(',').map(str::trim).collect(),
    };
    let each =
        parts.iter().map(|part| checked(part, known).map_err(|why| ((*part).to_owned(), why)));
    parts.iter().any(|part| means_binding(part)).then(|| each.collect())
}

/// The words that bindings begin with.
const HEADS: [&str; 6] = ["gate", "role", "after", "step", "rollback", "skip"];

/// Does it say, or nearly say, a binding? Other comments are nobody's business.
fn means_binding(text: &str) -> bool {
    match text.split_once(':') {
        Some((head, _)) => nearest(head.trim(), HEADS).is_some_and(|meant| {
            head.trim() == meant || head.trim().len().abs_diff(meant.len()) <= 1
        }),
        None => matches!(text, "step" | "rollback"),
    }
}

fn checked(text: &str, known: Known<'_>) -> Result<Binding, String> {
    let binding = Binding::parse(text).ok_or_else(|| {
        "It is one of gate:ID, role:NAME, role:any, after:NAME, step, rollback, skip: REASON."
            .to_owned()
    })?;
    let (noun, name, all, extra) = match &binding {
        Binding::Gate(id) => ("gate", id.as_str(), known.gates, None),
        Binding::Role(who) | Binding::After(who) => ("role", who.name(), known.roles, Some("any")),
        Binding::Step | Binding::Rollback | Binding::Skip(_) => return Ok(binding),
    };
    let names = || all.iter().map(String::as_str).chain(extra);
    if names().any(|known| known == name) {
        return Ok(binding);
    }
    let all: Vec<&str> = names().collect();
    Err(match nearest(name, names()) {
        Some(meant) => format!("There is no {noun} \"{name}\"; did you mean \"{meant}\"?"),
        None => format!("There is no {noun} \"{name}\". There are {}.", all.join(", ")),
    })
}
