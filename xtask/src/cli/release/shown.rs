//! What the user sees of a release.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::Context;
use crate::cli::check::clock;
use crate::error::Refusal;
use crate::exec::Finished;
use crate::journal::Operation;
use crate::plan::{Action, Object, Plan, Step};
use crate::ui::{Mark, Ui, bold, changed_bytes};
use crate::wording::counted;

/// The plan, as it is shown before anything is done.
pub fn plan(ui: &Ui, plan: &Plan) {
    let away = plan.steps.iter().position(|step| matches!(step.action, Action::Push(_)));
    ui.say(if away == Some(0) { "Leaves this machine" } else { "Here, undoable" });
    for (number, step) in plan.steps.iter().enumerate() {
        if away == Some(number) && number > 0 {
            ui.say("Leaves this machine");
        }
        ui.say(&format!("  {:>2} {:<9} {}", number + 1, word(&step.action), step.why));
    }
}

/// One word for what a step does.
pub fn word(action: &Action) -> &'static str {
    match action {
        Action::Files(_) => "edit",
        Action::Check(_) => "check",
        Action::Rehearse(_) => "try",
        Action::Build(_) => "commit",
        Action::Gates(_) => "gates",
        Action::Land(_) => "refs",
        Action::Switch(_) => "switch",
        Action::Push(_) => "push",
        Action::Pull(_) => "pull",
        Action::Keep(_) => "record",
        Action::Hooks(_) => "hooks",
    }
}

/// A step that is done.
pub fn done(ui: &Ui, plan: &Plan, step: usize, took: Duration) {
    let step = &plan.steps[step];
    if matches!(step.action, Action::Pull(_)) {
        // It has said where it is.
        return;
    }
    let took = match took {
        took if took >= Duration::from_secs(60) => clock(took),
        took => format!("{:.1} s", took.as_secs_f32()),
    };
    let size = match &step.action {
        Action::Files(changes) => {
            let bytes: usize =
                changes.iter().flat_map(|change| &change.edits).map(changed_bytes).sum();
            format!(", {} changed", counted(bytes, "byte"))
        }
        _ => String::new(),
    };
    ui.mark(Mark::Good, &format!("{:<9} {}{size}  {took}", word(&step.action), step.why));
}

/// The end of a release.
pub fn end(context: &Context, plan: &Plan, finished: &Finished) {
    let ui = &context.ui;
    finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
    let title = plan.title.trim_start_matches("release ");
    let tags = |step: &Step| step.action.objects().iter().any(|it| matches!(it, Object::Tag(_)));
    let offered = plan.steps.iter().any(|step| matches!(step.action, Action::Pull(_)));
    if offered && !plan.steps.iter().any(tags) {
        ui.say("No tag yet, and nothing is locked meanwhile.");
        ui.say(&format!("next, after the merge, on any machine: {}", ui.ours("release finish")));
        ui.json(&json(plan, Some(finished)));
        return;
    }
    if title.starts_with("start ") {
        ui.say(&format!("{} is done, and nothing is locked", bold(title)));
        ui.say(&format!("next, when it is ready: {}", ui.ours("release finish")));
        ui.json(&json(plan, Some(finished)));
        return;
    }
    match plan.point_of_no_return() {
        Some(_) => ui.say(&format!("{} is out", bold(title))),
        None => {
            ui.say(&format!("{} is made, and nothing has left this machine", bold(title)));
            ui.say(&format!("undo: {}", ui.ours("undo")));
        }
    }
    ui.json(&json(plan, Some(finished)));
}

/// The same as data.
pub fn json(plan: &Plan, finished: Option<&Finished>) -> Value {
    json!({
        "operation": finished.map(|finished| finished.id),
        "objects": finished.map(|finished| &finished.objects),
        "notes": finished.map(|finished| &finished.notes),
        "plan": plan,
    })
}
