//! What became of each box: from gates, sign-offs and the release itself.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Bound, Checklist};
use crate::config::file::{Binding, Who};
use crate::record::{Gate, Waiver};
use crate::sys::clock::Timestamp;

/// What is known when boxes are judged.
#[derive(Debug, Default)]
pub struct Facts {
    /// What gates said of these files, one for each run.
    pub gates: Vec<Gate>,
    pub waived: Vec<Waiver>,
    /// Gates that are not asked for this kind of release.
    pub left_out: Vec<String>,
    /// Who has signed; only what holds for this candidate.
    pub signed: Vec<Signed>,
    /// So many different people have to sign where anybody can; at least one.
    pub people: usize,
    /// Why sign-offs do not hold for it, a line each.
    pub void: Vec<String>,
    /// Roles that do not have to sign for this kind of release.
    pub excused: Excused,
    /// The release, when it is out.
    pub released: Option<Released>,
    /// The kind of release, for reasons.
    pub profile: String,
}

/// Which sign-offs a kind of release does without.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Excused {
    #[default]
    None,
    /// All but those of these roles.
    AllBut(Vec<String>),
    All,
}

/// A sign-off that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `None` where there are no roles.
    pub role: Option<String>,
    /// The name of the person.
    pub by: String,
    /// A number for each person: sign-offs with the same one are by the same.
    pub person: usize,
    pub at: Timestamp,
    /// Before the release, or when it was out.
    pub turn: Turn,
}

/// When something has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    Before,
    /// The release itself does it.
    Release,
    After,
    /// Only when the release is taken back.
    Rollback,
}

/// The release that did its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    pub tag: String,
    /// `None` where nothing tells.
    pub at: Option<Timestamp>,
}

/// What became of a box, or of one of the things it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Proved by all of this.
    Done(Vec<Evidence>),
    /// It does not have to be done, for this reason.
    Excused(String),
    /// It has to be done by these: roles, gates, the release.
    Open(Vec<Waits>),
    /// Nothing stands behind it.
    Unbound,
}

/// What proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    Gate(Box<Gate>),
    Signed(Signed),
    Step(Released),
}

/// What an open box waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// A gate, and what it said; `None` where it was not asked on these files.
    Gate { id: String, said: Option<String> },
    /// Somebody's word.
    Role(Who),
    /// The word of several people, of whom some have given it.
    People { have: usize, need: usize },
    /// The release.
    Release,
    /// Somebody who does it when the release is out, or is taken back.
    Later(Option<Who>),
}

impl Waits {
    /// The gate, where it was not asked.
    pub fn unasked(&self) -> Option<&str> {
        match self {
            Self::Gate { id, said: None } => Some(id),
            _ => None,
        }
    }
}

/// When a box can be done: the latest of what it waits for.
fn turn(bindings: &[Binding]) -> Turn {
    let turn = |binding: &Binding| match binding {
        Binding::Gate(_) | Binding::Role(_) | Binding::Skip(_) => Turn::Before,
        Binding::Step => Turn::Release,
        Binding::After(_) => Turn::After,
        Binding::Rollback => Turn::Rollback,
    };
    bindings.iter().map(turn).max().unwrap_or(Turn::Before)
}

/// What became of a box with these bindings: all of them count.
pub fn state(bindings: &[Binding], facts: &Facts) -> State {
    if bindings.is_empty() {
        return State::Unbound;
    }
    let (mut proofs, mut open, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for binding in bindings {
        match facts.of(binding) {
            State::Done(mut more) => {
                more.retain(|proof| !proofs.contains(proof));
                proofs.extend(more);
            }
            State::Open(waits) => open.extend(waits),
            State::Excused(why) => reasons.push(why),
            State::Unbound => {}
        }
    }
    match (open.is_empty(), reasons.first()) {
        (false, _) => State::Open(open),
        (true, Some(_)) => State::Excused(reasons.join("; ")),
        (true, None) => State::Done(proofs),
    }
}

impl Facts {
    fn of(&self, binding: &Binding) -> State {
        match binding {
            Binding::Gate(id) => self.gate(id),
            Binding::Role(who) => self.role(who),
            Binding::Step => match &self.released {
                Some(released) => State::Done(vec![Evidence::Step(released.clone())]),
                None => State::Open(vec![Waits::Release]),
            },
            Binding::After(who) => self
                .signed(who, Turn::After, 1)
                .unwrap_or_else(|_| State::Open(vec![Waits::Later(Some(who.clone()))])),
            Binding::Rollback => State::Open(vec![Waits::Later(None)]),
            Binding::Skip(reason) => State::Excused(reason.clone()),
        }
    }

    /// A gate that ran for each package is green when all of them are.
    fn gate(&self, id: &str) -> State {
        if self.left_out.iter().any(|other| other == id) {
            return State::Excused(format!("a {} does without gate {id}", self.profile));
        }
        let runs: Vec<&Gate> = self.gates.iter().filter(|gate| gate.id == id).collect();
        let bad = runs.iter().find(|gate| gate.outcome != "green");
        let Some(bad) = bad else {
            return match runs.is_empty() {
                true => State::Open(vec![Waits::Gate { id: id.to_owned(), said: None }]),
                false => State::Done(
                    runs.into_iter().map(|gate| Evidence::Gate(Box::new(gate.clone()))).collect(),
                ),
            };
        };
        let why = bad.why.clone().unwrap_or_else(|| bad.outcome.clone());
        let waiver = self.waived.iter().find(|waiver| waiver.gate == id);
        // A gate that waits for another one counts as skipped, too.
        let held = why.starts_with("not started: ");
        match waiver {
            Some(waiver) => State::Excused(format!("gate {id} is waived: {}", waiver.reason)),
            None if bad.outcome == "skipped" && !held => {
                State::Excused(format!("gate {id}: {why}"))
            }
            None if !bad.required => State::Excused(format!("gate {id}: {why}, not required")),
            None => State::Open(vec![Waits::Gate { id: id.to_owned(), said: Some(why) }]),
        }
    }

    fn role(&self, who: &Who) -> State {
        let waived = format!("signoff:{}", who.name());
        if let Some(waiver) = self.waived.iter().find(|waiver| waiver.gate == waived) {
            let what = match who {
                Who::Any => "the sign-off".to_owned(),
                Who::Role(name) => format!("the sign-off of {name}"),
            };
            return State::Excused(format!("{what} is waived: {}", waiver.reason));
        }
        let need = if *who == Who::Any { self.people.max(1) } else { 1 };
        let have = match self.signed(who, Turn::Before, need) {
            Ok(done) => return done,
            Err(have) => have,
        };
        let excused = match (&self.excused, who) {
            (Excused::None, _) => false,
            (Excused::All, _) => true,
            (Excused::AllBut(roles), Who::Any) => roles.is_empty(),
            (Excused::AllBut(roles), Who::Role(name)) => !roles.contains(name),
        };
        match (excused, who) {
            (false, _) if need > 1 => State::Open(vec![Waits::People { have, need }]),
            (false, _) => State::Open(vec![Waits::Role(who.clone())]),
            (true, Who::Any) => State::Excused(format!("a {} needs no sign-off", self.profile)),
            (true, Who::Role(name)) => {
                State::Excused(format!("a {} needs no sign-off by {name}", self.profile))
            }
        }
    }

    /// Done, by the last sign-offs of so many people; else how many have signed.
    fn signed(&self, who: &Who, turn: Turn, need: usize) -> Result<State, usize> {
        let theirs = |signed: &&Signed| who.is(signed.role.as_ref()) && signed.turn == turn;
        let mut last: Vec<&Signed> = self.signed.iter().filter(theirs).collect();
        last.sort_by_key(|signed| Reverse(signed.at));
        let mut people = BTreeSet::new();
        last.retain(|signed| people.insert(signed.person));
        if last.len() < need {
            return Err(last.len());
        }
        // Where one is enough the others are no matter; where several are needed all are named.
        last.truncate(if need > 1 { last.len() } else { 1 });
        last.reverse();
        Ok(State::Done(last.into_iter().cloned().map(Evidence::Signed).collect()))
    }
}

/// Neighbouring boxes that wait for the same and are as far.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The headings they stand under, without those that were named already.
    pub titles: Vec<String>,
    pub turn: Turn,
    pub state: State,
    pub bindings: Vec<Binding>,
    /// The numbers of the boxes.
    pub items: Vec<usize>,
}

impl Group {
    /// Does it hold a release up?
    pub fn holds(&self) -> bool {
        self.state.holds(&[])
    }
}

/// All boxes in groups, in the order of when they have to be done.
pub fn groups(checklist: &Checklist, bound: &Bound, facts: &Facts) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (number, item) in bound.items.iter().enumerate() {
        let title = checklist.title(checklist.items[number].under);
        let state = state(&item.bindings, facts);
        match groups.last_mut() {
            Some(last) if last.bindings == item.bindings && last.state == state => {
                last.items.push(number);
                if !last.titles.contains(&title) {
                    last.titles.push(title);
                }
            }
            _ => groups.push(Group {
                titles: vec![title],
                turn: turn(&item.bindings),
                state,
                bindings: item.bindings.clone(),
                items: vec![number],
            }),
        }
    }
    groups.sort_by_key(|group| group.turn);
    groups
}
