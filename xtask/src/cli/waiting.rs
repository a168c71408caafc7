//! What a person has still to do of an operation that has ended.

use serde_json::{Value, json};

use super::Context;
use crate::error::{Refusal, word};
use crate::exec::{self, Asked, ByHand};
use crate::journal::{Journal, Operation, Said};
use crate::plan::Person;
use crate::repo::Repo;
use crate::sys::proc::mask;
use crate::ui::{Mark, Ui};

/// The names of the steps that wait.
pub fn names(operation: &Operation) -> Vec<&str> {
    operation.waiting().into_iter().map(|(_, person)| person.name.as_str()).collect()
}

/// Tells of the newest operation that waits for somebody, and how to say that it is done; as data it
/// comes back, `null` where nothing waits.
///
/// # Errors
/// The journal cannot be read.
pub fn show(ui: &Ui, repo: &Repo) -> Result<Value, Refusal> {
    let Some(operation) = Journal::of(&repo.common_dir).waiting()? else { return Ok(Value::Null) };
    let (id, title) = (operation.id, &operation.plan().title);
    ui.answer("");
    ui.mark(Mark::Warning, &format!("{title} waits for somebody (operation {id})"));
    for (_, person) in operation.waiting() {
        told(ui, person);
    }
    ui.answer(&format!("next: {}", ui.ours("resume")));
    let waiting = operation.waiting().into_iter().map(|(_, person)| json!(person));
    Ok(json!({ "operation": id, "title": title, "steps": waiting.collect::<Vec<_>>() }))
}

/// What is to be done, and where.
fn told(ui: &Ui, person: &Person) {
    ui.answer(&format!("  {:<9} {}", person.name, person.text));
    let places = [&person.page, &person.command];
    for place in places.into_iter().flatten() {
        ui.answer(&format!("  {:<9} {}", "", mask(place)));
    }
}

/// Asks about each step that waits, where nothing is open; `nothing` is why there is nothing else to
/// resume.
///
/// # Errors
/// The journal cannot be read or written; ctrl-C.
pub fn ask(
    context: &Context,
    repo: &Repo,
    asked: &Asked<'_>,
    nothing: &str,
) -> Result<(), Refusal> {
    let ui = &context.ui;
    let Some(operation) = Journal::of(&repo.common_dir).waiting()? else {
        ui.say(nothing);
        ui.json(&json!({ "operation": null, "state": "nothing", "why": nothing }));
        return Ok(());
    };
    let title = &operation.plan().title;
    ui.say(&format!("{title} (operation {}) is done but for what only you can do:", operation.id));
    let mut left = names(&operation);
    for (_, person) in operation.waiting() {
        if ui.can_ask() {
            told(&ui.aside(), person);
            if ui.confirm(&format!("{}: done?", person.name))? {
                exec::by_hand(repo, &person.name, Said::Done, asked)?;
                left.retain(|name| *name != person.name);
            }
        } else {
            told(ui, person);
        }
    }
    say_left(ui, &left);
    ui.json(&json!({ "operation": operation.id, "state": "waits", "left": left }));
    Ok(())
}

/// A person has said something of one step.
pub fn noted(ui: &Ui, name: &str, said: Said, told: &ByHand) {
    let ByHand::Noted { id, title, left } = told else { return };
    let what = match said {
        Said::Done => "is done",
        Said::Skipped => "is left out",
    };
    ui.say(&format!("{name} {what}: {title} (operation {id})"));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    say_left(ui, &left);
    ui.json(&json!({ "operation": id, "state": "noted", "step": name, "left": left }));
}

/// How the next one is said to be done.
fn say_left(ui: &Ui, left: &[&str]) {
    match left.first() {
        Some(name) => {
            ui.say(&format!("next: {}", ui.ours(&format!("resume --done {}", word(name)))));
        }
        None => ui.say("Nothing waits any more."),
    }
}
