//! What the user sees of a rollback before anything is done.

use serde_json::{Value, json};

use crate::cli::release::{hanging, push_command};
use crate::flows::rollback::{Class, Out};
use crate::plan::{Action, Id, Object, Person, Plan, RefMove, Run, Withdrawal, short};
use crate::sys::proc::mask;
use crate::ui::{Mark, Ui, apart, bold, dot, folded, one_line, width};

/// Everything that is told besides the plan.
pub struct Facts {
    /// `studio 0.3.0`
    pub name: String,
    /// `out since 14:06 UTC, 41 minutes, by Ana Diaz`, `back to 0.2.0`
    pub about: Vec<String>,
    pub out: Vec<Out>,
    /// What the commands that take one's place lead to: `1f2e3d4 is v0.2.0`.
    pub redeploys: Option<String>,
    /// What is not done, and why: a word and a sentence.
    pub not: Vec<(&'static str, String)>,
    pub notes: Vec<String>,
    /// Where the texts will be.
    pub texts: Option<String>,
}

/// A step as people call it.
pub struct Line {
    pub word: String,
    pub text: String,
    pub right: String,
}

/// The plan, as it is shown before anything is done.
pub fn plan(ui: &Ui, plan: &Plan, facts: &Facts) {
    let dot = dot();
    let about = facts.about.iter().map(String::as_str);
    let all: Vec<&str> = std::iter::once(facts.name.as_str()).chain(about).collect();
    let title = all.join(&format!(" {dot} "));
    for (at, line) in folded(&one_line(&title), width().saturating_sub(9)).iter().enumerate() {
        match at {
            0 => ui.say(&format!("Withdraw {}", line.replacen(&facts.name, &bold(&facts.name), 1))),
            _ => ui.say(&format!("  {line}")),
        }
    }
    if !facts.out.is_empty() {
        ui.say("");
        ui.say("What is out");
    }
    for out in &facts.out {
        let right = match out.class {
            Class::Impossible if out.then.is_empty() => out.class.to_string(),
            Class::Impossible => out.then.clone(),
            Class::Destructive | Class::Repeatable | Class::Yankable => {
                format!("{}: {}", out.class, out.then)
            }
        };
        let left = one_line(&format!("  {:<12} {}", out.place, out.what));
        beside(ui, &left, &one_line(&right), 15);
    }
    ui.say("");
    ui.say("Plan");
    for (number, line) in lines(plan, facts).iter().enumerate() {
        let head = format!("  {:>2} {:<10} ", number + 1, one_line(&line.word));
        let room = width().saturating_sub(head.chars().count() + line.right.chars().count() + 2);
        if line.text.chars().count() <= room && !line.right.is_empty() {
            ui.say(&apart(&one_line(&format!("{head}{}", line.text)), &line.right, width()));
        } else {
            hanging(ui, &head, &line.text);
            if !line.right.is_empty() {
                hanging(ui, &" ".repeat(head.chars().count()), &line.right);
            }
        }
    }
    if !facts.not.is_empty() {
        ui.say("Not in the plan");
    }
    for (word, text) in &facts.not {
        hanging(ui, &format!("     {word:<10} "), text);
    }
    if !facts.notes.is_empty() {
        ui.say("");
    }
    facts.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
}

/// Two texts on one line, or on two where there is no room.
fn beside(ui: &Ui, left: &str, right: &str, margin: usize) {
    if left.chars().count() + right.chars().count() + 2 <= width() {
        return ui.say(&apart(left, right, width()));
    }
    let head: String = left.chars().take(margin).collect();
    let rest: String = left.chars().skip(margin).collect();
    hanging(ui, &head, &rest);
    hanging(ui, &" ".repeat(margin), right);
}

/// The steps, as people call them.
pub fn lines(plan: &Plan, facts: &Facts) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    for step in &plan.steps {
        let one = |word: &str, text: String| vec![line(word, text)];
        all.extend(match &step.action {
            Action::Run(run) => runs(run, facts),
            Action::Land(land) => land.moves.iter().filter_map(|it| moved(plan, it)).collect(),
            // What becomes of a branch that takes pull requests only is told where it is offered.
            Action::Push(_) => one("push", step.why.clone()),
            Action::Pull(_) => one("pull", step.why.clone()),
            Action::Person(person) => one("you", by_hand(person)),
            Action::Build(objects) => offered(plan, objects),
            Action::Files(_)
            | Action::Check(_)
            | Action::Rehearse(_)
            | Action::Gates(_)
            | Action::Switch(_)
            | Action::Keep(_)
            | Action::Share(_)
            | Action::Hooks(_) => Vec::new(),
        });
    }
    // Commits that are made first come where their branches are.
    all.sort_by_key(|line| order(&line.word));
    if let Some(place) = &facts.texts {
        all.push(line("texts", format!("incident and notice for the channel: {place}")));
    }
    all
}

fn order(word: &str) -> usize {
    let words = ["redeploy", "database", "verify", "revert", "changelog", "merge", "mend", "tag"];
    let known = words.iter().position(|known| *known == word);
    let last = ["push", "pull", "you"].iter().position(|known| *known == word);
    known.or(last.map(|at| words.len() + 1 + at)).unwrap_or(words.len())
}

fn line(word: &str, text: String) -> Line {
    Line { word: word.to_owned(), text, right: String::new() }
}

fn runs(run: &Run, facts: &Facts) -> Vec<Line> {
    let mut lines: Vec<Line> =
        run.commands.iter().map(|command| line(&run.name, mask(&command.shown()))).collect();
    if let Some(first) = lines.first_mut() {
        first.right = match &run.loses {
            Some(_) => "DESTRUCTIVE, confirmed by itself".to_owned(),
            None if run.name == "redeploy" => facts.redeploys.clone().unwrap_or_default(),
            None => String::new(),
        };
    }
    lines
}

/// A branch or tag that moves here.
fn moved(plan: &Plan, moved: &RefMove) -> Option<Line> {
    let objects = plan.objects();
    let made = match &moved.new {
        Some(Id::Made(number)) => objects.get(*number).copied(),
        Some(Id::Known(_)) => None,
        None => return Some(line("tag", format!("{} is deleted here", short(&moved.name)))),
    };
    match made {
        Some(Object::Withdrawal(_)) if moved.old.is_none() => {
            let name = short(&moved.name);
            Some(line("mend", format!("{name}: the work on its own, to be mended and merged")))
        }
        _ => None,
    }
}

/// What the commits on branches do.
fn offered(plan: &Plan, objects: &[Object]) -> Vec<Line> {
    let withdrawals = objects.iter().filter_map(|object| match object {
        Object::Withdrawal(withdrawal) => Some(withdrawal),
        Object::Commit(_) | Object::Tag(_) | Object::Merge(_) => None,
    });
    let created: Vec<&str> = plan
        .moves()
        .into_iter()
        .filter(|moved| moved.old.is_none())
        .map(|moved| short(&moved.name))
        .collect();
    let own = withdrawals.filter(|withdrawal| !created.contains(&withdrawal.into.as_str()));
    own.map(withdrawn).collect()
}

fn withdrawn(withdrawal: &Withdrawal) -> Line {
    let mut said = Vec::new();
    if let Some(out) = &withdrawal.takes_out {
        let (from, to) = (out.from.short(), out.to.short());
        said.push(format!("takes {from}..{to} out, keeps what came later"));
    }
    if let Some(retract) = withdrawal.retract.first() {
        said.push(format!("[YANKED] and a notice for {} in the changelog", retract.version));
    }
    if !withdrawal.also.is_empty() {
        said.push("gets what main has besides, so that merging the two loses nothing".to_owned());
    }
    let word = match (&withdrawal.takes_out, withdrawal.retract.is_empty()) {
        (Some(_), _) => "revert",
        (None, false) => "changelog",
        (None, true) => "merge",
    };
    let text = said.join("; ");
    Line { word: word.to_owned(), text, right: format!("1 commit on {}", withdrawal.into) }
}

/// What a person does, and where.
pub fn by_hand(person: &Person) -> String {
    let place = person.command.as_ref().or(person.page.as_ref());
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{}{place}", person.text)
}

/// The plan as data.
pub fn json(plan: &Plan, facts: &Facts) -> Value {
    let not = facts.not.iter().map(|(word, text)| json!({ "what": word, "why": text }));
    json!({
        "operation": null,
        "title": facts.name,
        "out": facts.out,
        "not": not.collect::<Vec<_>>(),
        "notes": facts.notes,
        "texts": facts.texts,
        "push": plan.point_of_no_return().map(push_command),
        "plan": plan,
    })
}
