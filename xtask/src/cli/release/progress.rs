//! What the user sees while a release is made: a line for each step, on stderr.

use std::time::Duration;

use serde_json::Value;

use super::shown::{subject, word};
use crate::cli::check::clock;
use crate::plan::{Action, FileChange, Id, Object, Plan, Push, RefMove, short};
use crate::repo::Repo;
use crate::ui::{Mark, Ui, apart, changed_bytes, one_line, width};
use crate::wording::counted;

/// A step that is done; `gates` is what they said, once they were asked.
pub fn done(ui: &Ui, repo: &Repo, plan: &Plan, step: usize, took: Duration, gates: Option<&Value>) {
    let action = &plan.steps[step].action;
    let lines = match action {
        Action::Files(changes) => vec![("edit", edited(changes))],
        Action::Build(objects) => built(repo, objects),
        Action::Gates(_) => gates.map(|gates| ("gates", score(gates))).into_iter().collect(),
        Action::Land(land) => land.moves.iter().map(|moved| landed(repo, plan, moved)).collect(),
        Action::Push(push) => vec![("push", pushed(repo, push))],
        // A pull request has said where it is.
        // What waits for a person is told in the end.
        Action::Keep(_) | Action::Pull(_) | Action::Person(_) => Vec::new(),
        Action::Check(_)
        | Action::Rehearse(_)
        | Action::Switch(_)
        | Action::Share(_)
        | Action::Hooks(_)
        | Action::Run(_) => vec![(word(action), plan.steps[step].why.clone())],
    };
    let aside = ui.aside();
    let last = lines.len().saturating_sub(1);
    for (at, (word, text)) in lines.into_iter().enumerate() {
        let took = if at == last && takes_time(action) { lasted(took) } else { String::new() };
        let room = width().saturating_sub(1 + Mark::width());
        let line = apart(&one_line(&format!("{word:<8} {text}")), &took, room);
        aside.say(&format!("{}{} {line}", Mark::Good.text(), Mark::Good.filling()));
    }
}

/// The same where no gates are asked.
pub fn told(ui: &Ui, repo: &Repo, plan: &Plan, step: usize, took: Duration) {
    done(ui, repo, plan, step, took, None);
}

/// A gate that stops the release.
pub fn stopped(ui: &Ui, gates: &Value, took: Duration) {
    let room = width().saturating_sub(1 + Mark::width());
    let line = apart(&format!("{:<8} {}", "gates", score(gates)), &lasted(took), room);
    ui.aside().say(&format!("{}{} {line}", Mark::Failed.text(), Mark::Failed.filling()));
}

/// Refs move at once.
fn takes_time(action: &Action) -> bool {
    !matches!(action, Action::Land(_))
}

/// `0.1 s`, `2:14`
fn lasted(took: Duration) -> String {
    match took {
        took if took >= Duration::from_mins(1) => clock(took),
        took => format!("{:.1} s", took.as_secs_f32()),
    }
}

/// `4 files, 4 bytes`, `CHANGELOG.md +10 lines`
fn edited(changes: &[FileChange]) -> String {
    let edits = || changes.iter().flat_map(|change| &change.edits);
    let lines: usize = edits().map(|edit| edit.new.matches('\n').count()).sum();
    let gone: usize = edits().map(|edit| edit.old.matches('\n').count()).sum();
    match changes {
        [only] if lines > gone => format!("{} +{}", only.path, counted(lines - gone, "line")),
        _ => {
            let bytes: usize = edits().map(changed_bytes).sum();
            format!("{}, {}", counted(changes.len(), "file"), counted(bytes, "byte"))
        }
    }
}

fn built(repo: &Repo, objects: &[Object]) -> Vec<(&'static str, String)> {
    let commits = objects.iter().any(|object| matches!(object, Object::Commit(_)));
    let hooks = crate::cli::check::installed(repo).unwrap_or_default();
    match (commits, hooks.as_slice()) {
        (true, [_, ..]) => vec![("hooks", format!("{} agree", hooks.join(", ")))],
        _ => Vec::new(),
    }
}

/// `5 of 5 green on tree 3f1c20a, 1 waived`
pub fn score(gates: &Value) -> String {
    let none = Vec::new();
    let all = gates["gates"].as_array().unwrap_or(&none);
    let green = all.iter().filter(|gate| gate["outcome"] == "green").count();
    let stopping = |gate: &&Value| gate["outcome"] != "green" && gate["outcome"] != "skipped";
    let excused = || all.iter().filter(stopping).filter(|gate| gate["stops"] == false);
    let waived = excused().filter(|gate| gate["waived"].is_string()).count();
    let tree = gates["tree"].as_str().map(|tree| format!(" on tree {}", &tree[..7]));
    let others = [(waived, "waived"), (excused().count() - waived, "not required and not green")];
    let others = others.iter().filter(|(number, _)| *number > 0);
    let others: Vec<String> = others.map(|(number, what)| format!(", {number} {what}")).collect();
    format!("{green} of {} green{}{}", all.len(), tree.unwrap_or_default(), others.concat())
}

/// `c4d5e6f chore: release 0.3.0`, `v0.3.0`
fn landed(repo: &Repo, plan: &Plan, moved: &RefMove) -> (&'static str, String) {
    let objects = plan.objects();
    let made = match &moved.new {
        Some(Id::Made(number)) => objects.get(*number).copied(),
        Some(Id::Known(_)) | None => None,
    };
    match made {
        Some(Object::Commit(commit)) => {
            let at = repo.ref_at(&moved.name).ok().flatten();
            let id = at.as_ref().map_or("", |id| id.short());
            ("commit", format!("{id} {}", subject(&commit.message)))
        }
        Some(Object::Tag(tag)) => ("tag", tag.name.clone()),
        Some(Object::Merge(merge)) => ("merge", format!("into {}", short(&merge.into))),
        Some(Object::Withdrawal(taken)) => ("withdraw", format!("from {}", short(&taken.into))),
        None if moved.new.is_none() => ("refs", format!("{} deleted", short(&moved.name))),
        None => ("refs", short(&moved.name).to_owned()),
    }
}

/// `main 5a1b2c3..c4d5e6f and v0.3.0`
fn pushed(repo: &Repo, push: &Push) -> String {
    let one = |planned: &RefMove| {
        let name = short(&planned.name);
        let now = repo.ref_at(&planned.name).ok().flatten();
        match (&planned.old, now) {
            (Some(Id::Known(old)), Some(now)) => {
                format!("{name} {}..{}", old.short(), now.short())
            }
            _ => name.to_owned(),
        }
    };
    let moving = push.moves.iter().filter(|planned| planned.old != planned.new);
    moving.map(one).collect::<Vec<_>>().join(" and ")
}
