//! Groups of boxes on the screen and as data.

use serde_json::{Value, json};

use super::facts::Reading;
use crate::checklist::{Evidence, Facts, Group, State, Turn, Waits, state};
use crate::config::file::{Binding, Who};
use crate::ui::{Mark, Ui, Volume, bold, cut, one_line};

/// Where the names end, the numbers end, and everything ends.
const NAMES: usize = 36;
const COLUMNS: usize = 100;

/// So many boxes are listed by name.
const LISTED: usize = 40;

/// The parts, in the order of time.
const PARTS: [(Turn, &str); 4] = [
    (Turn::Before, "Before the release"),
    (Turn::Release, "Done by the release itself"),
    (Turn::After, "After the release"),
    (Turn::Rollback, "Only for a rollback"),
];

/// The groups of a checklist, as they are shown.
pub struct Groups<'r> {
    pub reading: &'r Reading<'r>,
    pub facts: &'r Facts,
    pub all: Vec<Group>,
}

impl<'r> Groups<'r> {
    /// Of a checklist that was read.
    pub fn of(reading: &'r Reading<'r>, facts: &'r Facts) -> Self {
        Self { reading, facts, all: reading.groups(facts) }
    }

    /// Those that hold a release up.
    pub fn holding(&self) -> impl Iterator<Item = &Group> {
        self.all.iter().filter(|group| group.holds())
    }

    /// The table: a row for each group before the release, a line for each part after it.
    pub fn table(&self, ui: &Ui) {
        ui.say(&format!("{:<NAMES$}{:>10}   by", "", "done"));
        for (turn, title) in PARTS {
            let part = || self.all.iter().filter(move |group| group.turn == turn);
            let all: usize = part().map(|group| group.items.len()).sum();
            if all == 0 {
                continue;
            }
            let settled: usize = part().map(settled).sum();
            if turn == Turn::Before {
                let numbers = format!("{settled} of {all}");
                ui.say(&bold(&format!("{title:<NAMES$}{numbers:>10}")));
                part().for_each(|group| self.row(ui, group));
            } else {
                let who = one_line(&summary(&part().collect::<Vec<_>>()));
                let numbers = format!("{settled}/{all}");
                let line = format!("{title:<NAMES$}{numbers:>10}   {who}");
                ui.say(&cut(line.trim_end(), COLUMNS));
            }
        }
    }

    fn row(&self, ui: &Ui, group: &Group) {
        let mark = mark(group);
        let room = NAMES - 3 - Mark::width();
        let names = one_line(&names(group, room));
        let numbers = format!("{}/{}", settled(group), group.items.len());
        let by = one_line(&self.by(group));
        let line = format!("{names:<room$}{numbers:>10}   {by}");
        let line = cut(line.trim_end(), COLUMNS - 3 - Mark::width());
        ui.say(&format!("  {}{} {line}", mark.text(), mark.filling()));
    }

    /// Who did it, or who has to act.
    fn by(&self, group: &Group) -> String {
        let open = match self.claimed(group) {
            0 => "open".to_owned(),
            number => format!("open, {number} ticked by hand"),
        };
        match &group.state {
            State::Done(proofs) => proved(proofs),
            State::Excused(why) if matches!(group.bindings[..], [Binding::Skip(_)]) => {
                format!("skipped: {why}")
            }
            State::Excused(why) => why.clone(),
            State::Open(waits) => format!("{open}: {}", self.waited(waits)),
            State::Unbound => format!("{open}: bound to nothing"),
        }
    }

    /// The boxes of a group that were ticked by hand and are not proved.
    fn claimed(&self, group: &Group) -> usize {
        let items = &self.reading.checklist.items;
        let open = matches!(group.state, State::Open(_) | State::Unbound);
        group.items.iter().filter(|number| open && items[**number].ticked).count()
    }

    /// Who has to act before a box that is as far as this is done; empty where nobody has.
    pub fn waits_for(&self, state: &State) -> String {
        match state {
            State::Open(waits) => self.waited(waits),
            State::Unbound => "bound to nothing".to_owned(),
            State::Done(_) | State::Excused(_) => String::new(),
        }
    }

    fn waited(&self, waits: &[Waits]) -> String {
        let unasked: Vec<&str> = waits.iter().filter_map(Waits::unasked).collect();
        let noun = if unasked.len() == 1 { "gate" } else { "gates" };
        let unasked = match unasked.is_empty() {
            true => None,
            false => Some(format!("{noun} {}, not asked on these files", unasked.join(", "))),
        };
        let others = waits.iter().filter_map(|wait| match wait {
            Waits::Gate { said: None, .. } => None,
            Waits::Gate { id, said: Some(why) } => Some(format!("gate {id}: {why}")),
            Waits::Role(who) | Waits::Later(Some(who)) => Some(self.person(who)),
            Waits::People { have, need } => Some(format!("{have} of {need} people have signed")),
            Waits::Release => Some("the release".to_owned()),
            Waits::Later(None) => Some("whoever takes it back".to_owned()),
        });
        others.chain(unasked).collect::<Vec<_>>().join("; ")
    }

    fn person(&self, who: &Who) -> String {
        let Who::Role(role) = who else { return "anybody".to_owned() };
        match self.reading.addresses(role).as_slice() {
            [] => role.clone(),
            addresses => format!("{role} ({})", addresses.join(", ")),
        }
    }

    /// Each open box of these groups, below who has to act.
    pub fn open<'g>(&self, ui: &Ui, groups: impl Iterator<Item = &'g Group>) {
        let mut by: Vec<(String, Vec<usize>)> = Vec::new();
        for group in groups {
            let who = match &group.state {
                State::Open(waits) => self.waited(waits),
                State::Unbound => "nobody: bound to nothing".to_owned(),
                State::Done(_) | State::Excused(_) => continue,
            };
            match by.iter_mut().find(|(known, _)| *known == who) {
                Some((_, items)) => items.extend(&group.items),
                None => by.push((who, group.items.clone())),
            }
        }
        let most = if ui.volume == Volume::Verbose { usize::MAX } else { LISTED };
        for (who, items) in by {
            let head = format!("{}: {}", one_line(&who), boxes(items.len()));
            ui.say(&bold(&cut(&head, COLUMNS)));
            for number in items.iter().take(most) {
                let item = &self.reading.checklist.items[*number];
                let claimed = if item.ticked { " (ticked by hand, no evidence)" } else { "" };
                let link = format!("{}:{}", self.reading.file.path, item.line);
                let line = format!("  {link}  {}{claimed}", one_line(&item.said()));
                ui.say(&cut(&line, COLUMNS));
            }
            if let Some(more) = items.len().checked_sub(most.saturating_add(1)) {
                ui.say(&format!("  and {} more: -v shows them all", more + 1));
            }
        }
    }

    /// Everything, as data.
    pub fn json(&self, copy: Option<&str>) -> Value {
        let Reading { checklist, bound, file, read, .. } = self.reading;
        let items = checklist.items.iter().zip(&bound.items).map(|(item, one)| {
            let state = state(&one.bindings, self.facts);
            json!({
                "line": item.line,
                "text": item.said(),
                "heading": checklist.title(item.under),
                "bindings": one.bindings.iter().map(Binding::to_string).collect::<Vec<_>>(),
                "state": word(&state),
                "by": self.said(&state),
                "ticked_by_hand": item.ticked,
            })
        });
        let open: usize = self.holding().map(|group| group.items.len()).sum();
        json!({
            "file": file.path,
            "version": read.aim.version.as_ref().map(crate::version::Version::text),
            "released": self.facts.released.as_ref().map(|released| &released.tag),
            "profile": self.reading.profile().name(),
            "wanted": self.reading.is_wanted(),
            "open": open,
            "missing": self.reading.missing,
            "copy": copy,
            "boxes": items.collect::<Vec<_>>(),
        })
    }

    fn said(&self, state: &State) -> String {
        match state {
            State::Done(proofs) => proved(proofs),
            State::Excused(why) => why.clone(),
            State::Open(waits) => self.waited(waits),
            State::Unbound => String::new(),
        }
    }
}

/// `1 box`, `2 boxes`.
pub fn boxes(number: usize) -> String {
    format!("{number} box{}", if number == 1 { "" } else { "es" })
}

/// `Ana Diaz 18, QA Lead 5`; of steps the headings.
fn summary(groups: &[&Group]) -> String {
    if groups.iter().all(|group| group.turn == Turn::Release) {
        let titles = groups.iter().flat_map(|group| group.titles.iter().cloned());
        return titles.collect::<Vec<_>>().join(", ");
    }
    let mut people: Vec<(String, usize)> = Vec::new();
    for group in groups {
        for binding in &group.bindings {
            let Binding::After(who) = binding else { continue };
            let name = if *who == Who::Any { "anybody" } else { who.name() };
            match people.iter_mut().find(|(known, _)| known == name) {
                Some((_, number)) => *number += group.items.len(),
                None => people.push((name.to_owned(), group.items.len())),
            }
        }
    }
    people.iter().map(|(name, number)| format!("{name} {number}")).collect::<Vec<_>>().join(", ")
}

/// How many boxes of a group nobody has to look at any more.
fn settled(group: &Group) -> usize {
    match group.state {
        State::Done(_) | State::Excused(_) => group.items.len(),
        State::Open(_) | State::Unbound => 0,
    }
}

fn mark(group: &Group) -> Mark {
    match &group.state {
        State::Done(_) => Mark::Good,
        State::Excused(_) => Mark::Skipped,
        State::Unbound => Mark::Unknown,
        State::Open(waits) => {
            let red = |wait: &Waits| matches!(wait, Waits::Gate { said: Some(_), .. });
            if waits.iter().any(red) { Mark::Failed } else { Mark::Unknown }
        }
    }
}

fn word(state: &State) -> &'static str {
    match state {
        State::Done(_) => "done",
        State::Excused(_) => "excused",
        State::Open(_) => "open",
        State::Unbound => "unbound",
    }
}

/// The headings of a group, as many as there is room for.
fn names(group: &Group, room: usize) -> String {
    let titles: Vec<&str> = group
        .titles
        .iter()
        .map(|title| if title.is_empty() { "(no heading)" } else { title.as_str() })
        .collect();
    let all = titles.join(", ");
    if all.chars().count() < room {
        return all;
    }
    let more = match titles.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", cut(titles[0], room - 1 - more.chars().count()))
}

/// `gates lint, complexity; Ana Diaz, Release Manager, 2026-11-21 08:40 UTC`
fn proved(proofs: &[Evidence]) -> String {
    let mut gates: Vec<&str> = Vec::new();
    let mut others = Vec::new();
    for proof in proofs {
        match proof {
            Evidence::Gate(gate) if gates.contains(&gate.id.as_str()) => {}
            Evidence::Gate(gate) => gates.push(&gate.id),
            Evidence::Signed(signed) => {
                let role = signed.role.as_ref().map(|role| format!(", {role}"));
                let (by, role, at) = (&signed.by, role.unwrap_or_default(), signed.at.minute());
                others.push(format!("{by}{role}, {at}"));
            }
            Evidence::Step(released) => others.push(format!("release {}", released.tag)),
        }
    }
    let noun = if gates.len() == 1 { "gate" } else { "gates" };
    let gates = (!gates.is_empty()).then(|| format!("{noun} {}", gates.join(", ")));
    gates.into_iter().chain(others).collect::<Vec<_>>().join("; ")
}
