//! The boxes of the checklist that wait for people, as the commit that is signed has them.

use serde_json::{Value, json};

use super::subject::Subject;
use crate::checklist::{Checklist, Known, MOST, bind, parse};
use crate::cli::checklist::boxes;
use crate::config::file::{Binding, Who};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::repo::{Repo, Stored};
use crate::signoff::judge::Assessed;
use crate::signoff::{Phase, Signoff};
use crate::sites::Tree;
use crate::ui::one_line;

/// All of them.
pub(super) struct Boxes {
    file: RepoPath,
    all: Vec<Waiting>,
}

/// A box that waits for somebody's word, perhaps for that of several.
struct Waiting {
    people: Vec<(Phase, Who)>,
    /// The heading above it.
    title: String,
    text: String,
    line: usize,
}

impl Boxes {
    /// Reads the checklist; `None` where the commit has none. What is bound wrongly in it is for
    /// `checklist` to say.
    ///
    /// # Errors
    /// git fails.
    pub fn of(repo: &Repo, subject: &Subject) -> Result<Option<Self>, Refusal> {
        let settings = &subject.survey.settings;
        let Some(said) = &settings.checklist.file else { return Ok(None) };
        let Some(tree) = Stored::in_commit(&repo.git, &subject.commit)? else { return Ok(None) };
        let Ok(Some(file)) = tree.read(&said.value) else { return Ok(None) };
        if file.bytes.len() > MOST {
            return Ok(None);
        }
        let checklist = parse(&file.bytes);
        let roles: Vec<String> =
            settings.signoff.roles.iter().map(|(name, _)| name.clone()).collect();
        let gates = gates(&checklist);
        let known = Known { sections: &settings.checklist.sections, roles: &roles, gates: &gates };
        let bound = bind(&checklist, known);
        let each = checklist.items.iter().zip(&bound.items).map(|(item, one)| Waiting {
            people: one.bindings.iter().filter_map(person).collect(),
            title: checklist.title(item.under),
            text: item.said(),
            line: item.line,
        });
        let all = each.filter(|one| !one.people.is_empty()).collect();
        Ok(Some(Self { file: file.path, all }))
    }

    /// Those that a sign-off speaks for.
    pub fn own<'b>(&'b self, signoff: &'b Signoff) -> Own<'b> {
        let speaks = |one: &&Waiting| {
            one.people
                .iter()
                .any(|(phase, who)| *phase == signoff.phase && who.is(signoff.role.as_ref()))
        };
        Own { file: &self.file, all: self.all.iter().filter(speaks).collect() }
    }

    /// Who has boxes left of a release that is out, and how many: roles by their names.
    pub fn left(&self, after: &[Assessed]) -> Vec<(&str, usize)> {
        let good = || after.iter().filter(|signed| signed.standing.is_ok());
        let mut left: Vec<(&str, usize)> = Vec::new();
        for (phase, who) in self.all.iter().flat_map(|one| &one.people) {
            if *phase == Phase::Before || good().any(|signed| who.is(signed.signoff.role.as_ref()))
            {
                continue;
            }
            match left.iter_mut().find(|(name, _)| *name == who.name()) {
                Some((_, number)) => *number += 1,
                None => left.push((who.name(), 1)),
            }
        }
        left
    }

    /// `2 boxes of docs/CHECKLIST.md`
    pub fn counted(&self, number: usize) -> String {
        format!("{} of {}", boxes(number), self.file)
    }
}

/// The boxes of one sign-off.
pub(super) struct Own<'b> {
    file: &'b RepoPath,
    all: Vec<&'b Waiting>,
}

impl Own<'_> {
    /// `3: Manual Testing 2, Performance 1`
    pub fn shown(&self) -> String {
        if self.all.is_empty() {
            return format!("none in {}", self.file);
        }
        let mut titles: Vec<(&str, usize)> = Vec::new();
        for one in &self.all {
            match titles.iter_mut().find(|(title, _)| *title == one.title) {
                Some((_, number)) => *number += 1,
                None => titles.push((&one.title, 1)),
            }
        }
        let title = |(title, number): &(&str, usize)| match title.is_empty() {
            true => format!("(no heading) {number}"),
            false => format!("{title} {number}"),
        };
        let titles: Vec<String> = titles.iter().map(title).collect();
        format!("{}: {}", self.all.len(), titles.join(", "))
    }

    /// A line for each, with its place.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.all.iter().map(|one| format!("{}:{}  {}", self.file, one.line, one_line(&one.text)))
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let one =
            |one: &&Waiting| json!({ "heading": one.title, "text": one.text, "line": one.line });
        self.all.iter().map(one).collect()
    }
}

/// Who has to act, and when.
fn person(binding: &Binding) -> Option<(Phase, Who)> {
    match binding {
        Binding::Role(who) => Some((Phase::Before, who.clone())),
        Binding::After(who) => Some((Phase::After, who.clone())),
        Binding::Gate(_) | Binding::Step | Binding::Rollback | Binding::Skip(_) => None,
    }
}

/// The gates that comments name, so that each of their boxes waits for what it says.
fn gates(checklist: &Checklist) -> Vec<String> {
    let comments = checklist.items.iter().flat_map(|item| &item.comments);
    let bindings = comments.flat_map(|(text, _)| text.split(',')).filter_map(Binding::parse);
    let gate = |binding| if let Binding::Gate(id) = binding { Some(id) } else { None };
    bindings.filter_map(gate).collect()
}
