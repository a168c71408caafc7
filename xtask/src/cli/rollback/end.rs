//! The end of a rollback: what was done, what is open, and how to go on.

use serde_json::json;

use crate::cli::Context;
use crate::error::{Refusal, word};
use crate::exec::Finished;
use crate::journal::Journal;
use crate::plan::{Action, Object, Plan, Pull, short};
use crate::repo::Repo;
use crate::ui::{Mark, apart, bold, folded, one_line, width};

/// How the titles of these plans begin.
const TITLE: &str = "roll back ";

/// Whether what was finished is a rollback.
pub fn is_one(title: &str) -> bool {
    title.starts_with(TITLE)
}

/// Tells of a rollback that is made.
///
/// # Errors
/// The journal cannot be read.
pub fn end(context: &Context, repo: &Repo, finished: &Finished) -> Result<(), Refusal> {
    let ui = &context.ui;
    let operation = Journal::of(&repo.common_dir).operation(finished.id)?;
    let Some(operation) = operation else { return Ok(()) };
    let plan = operation.plan();
    let title = one_line(plan.title.trim_start_matches(TITLE));
    finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
    ui.aside().say("");
    let at = context.at.minute();
    let pulls = pulls(plan);
    let into: Vec<&str> = pulls.iter().map(|pull| pull.into.as_str()).collect();
    let said = match into.as_slice() {
        [] => format!("{title} is rolled back"),
        into => format!("{title} is not yet rolled back on {}", one_line(&into.join(", "))),
    };
    ui.say(&apart(&said, &at, width()).replacen(&title, &bold(&title), 1));
    if let Some(mend) = mend(plan) {
        ui.say(&format!("  mend      {mend} has its work; mend it there and merge it"));
    }
    for pull in &pulls {
        let (branch, into) = (one_line(&pull.branch), one_line(&pull.into));
        ui.say(&format!("  waits     {into}: {branch} waits for its merge"));
        if let Some(page) = &pull.page {
            ui.say(&format!("            {}", one_line(&page.open)));
        }
    }
    let waiting = operation.waiting();
    for (_, person) in &waiting {
        let head = format!("{}{} you     ", Mark::Unknown.text(), Mark::Unknown.filling());
        let margin = " ".repeat(Mark::width() + 9);
        let place = person.command.as_ref().or(person.page.as_ref());
        for (at, line) in folded(&person.text, width() - margin.len()).iter().enumerate() {
            ui.say(&format!("{}{line}", if at == 0 { &head } else { &margin }));
        }
        if let Some(place) = place {
            ui.say(&format!("{margin}{place}"));
        }
    }
    match waiting.as_slice() {
        [] if !pulls.is_empty() => {
            ui.say(&format!("next, after the merge: {}", ui.ours("release patch")));
        }
        [] if git(plan) => ui.say(&format!("next: {}", ui.ours("release patch"))),
        [] => ui.say(&format!("next: {}", ui.ours("status"))),
        [(_, first), ..] => {
            let done = format!("resume --done {}", word(&first.name));
            ui.say(&format!("next: {}", ui.ours(&done)));
        }
    }
    let open = waiting.iter().map(|(_, person)| {
        json!({ "name": person.name, "text": person.text, "page": person.page,
                "command": person.command })
    });
    ui.json(&json!({
        "operation": finished.id,
        "state": if pulls.is_empty() { "done" } else { "waits for a merge" },
        "title": title,
        "mend": mend(plan),
        "waits": pulls.iter().map(|pull| json!({
            "branch": pull.branch, "into": pull.into,
            "page": pull.page.as_ref().map(|page| &page.open),
        })).collect::<Vec<_>>(),
        "open": open.collect::<Vec<_>>(),
        "notes": finished.notes,
        "plan": plan,
    }));
    Ok(())
}

/// What is only done when somebody has merged it.
fn pulls(plan: &Plan) -> Vec<&Pull> {
    let pulls = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Pull(pull) => Some(pull),
        _ => None,
    });
    pulls.collect()
}

/// The branch on which the work goes on.
fn mend(plan: &Plan) -> Option<&str> {
    let made: Vec<&str> = plan
        .objects()
        .into_iter()
        .filter_map(|object| match object {
            Object::Withdrawal(withdrawal) => Some(withdrawal.into.as_str()),
            Object::Commit(_) | Object::Tag(_) | Object::Merge(_) => None,
        })
        .collect();
    let new = plan.moves().into_iter().filter(|moved| moved.old.is_none());
    new.map(|moved| short(&moved.name)).find(|name| made.contains(name))
}

/// Whether it is about more than commands.
fn git(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step.action, Action::Land(_)))
}
