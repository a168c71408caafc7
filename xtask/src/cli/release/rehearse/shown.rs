//! What the user sees of a rehearsal.

use serde_json::{Value, json};

use super::{Moved, Rehearsed};
use crate::cli::Context;
use crate::cli::release::prepare::Prepared;
use crate::cli::release::shown;
use crate::error::{Refusal, word};
use crate::plan::{Action, Command, Id, Oid, Plan, Push, short};
use crate::repo::Repo;
use crate::ui::{Mark, Ui, bold};

/// The plan and what it edits, before anything is done.
pub fn beginning(context: &Context, clone: &Repo, release: &Prepared) {
    let ui = &context.ui;
    let Prepared { plan, before, facts } = release;
    ui.say(&format!("{}, rehearsed in a scratch clone", bold(&plan.title)));
    ui.say("");
    shown::plan(ui, clone, plan, facts);
    ui.say("");
    shown::diff(ui, plan, before);
    ui.say("");
}

/// The proof of the undo.
pub fn undone(ui: &Ui) {
    let what = "branches, tags, index and files are as before";
    ui.mark(Mark::Good, &format!("{:<9} {what} (in a copy)", "undo"));
}

/// Why there is none.
pub fn not_undone(ui: &Ui, no: &Refusal) {
    let mut why = no.why.iter().filter(|line| !line.starts_with("Nothing was touched"));
    let why = why.next().map_or_else(String::new, |why| format!(" ({why})"));
    ui.mark(Mark::Warning, &format!("{:<9} {no}{why}", "undo"));
}

/// What came out.
pub fn end(context: &Context, rehearsed: &Rehearsed) {
    let ui = &context.ui;
    let Rehearsed { plan, finished, .. } = rehearsed;
    finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
    ui.say("");
    ui.say("Refs");
    rehearsed.here.iter().for_each(|moved| ui.say(&line("here", moved)));
    if let Some(destination) = &rehearsed.destination {
        rehearsed.there.iter().for_each(|moved| ui.say(&line(&destination.name, moved)));
    }
    let commands = commands(plan);
    if !commands.is_empty() {
        ui.say("The release would run");
        for command in &commands {
            ui.say(&wrapped(command));
        }
    }
    if !rehearsed.open.is_empty() {
        ui.say("Not rehearsed");
        rehearsed.open.iter().for_each(|open| ui.say(&format!("  {open}")));
    }
    let title = plan.title.trim_start_matches("release ");
    ui.say("");
    ui.say(&format!(
        "{} can be released as far as a rehearsal shows; nothing was changed.",
        bold(title)
    ));
    ui.say(&format!("next: {}", ui.typed(&context.command_without("--rehearse"))));
    ui.json(&as_json(rehearsed, &commands));
}

/// A long command in lines that a shell puts together again.
fn wrapped(command: &str) -> String {
    const COLUMNS: usize = 96;
    let mut lines = vec![String::new()];
    for word in command.split(' ') {
        let last = lines.last_mut().filter(|last| last.len() + word.len() < COLUMNS);
        match last {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) => *last = format!("{last} {word}"),
            None => lines.push(format!("  {word}")),
        }
    }
    format!("  {}", lines.join(" \\\n  "))
}

fn line(place: &str, moved: &Moved) -> String {
    let id = |id: &Option<String>| {
        let id = id.as_deref().and_then(Oid::new);
        id.map_or_else(|| "none".to_owned(), |id| id.short().to_owned())
    };
    let short = short(&moved.name);
    format!("  {place:<8} {short}  {} -> {}", id(&moved.old), id(&moved.new))
}

/// What a release runs that somebody else notices, as a person would type it.
pub fn commands(plan: &Plan) -> Vec<String> {
    let each = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Push(push) => Some(leased(push)),
        Action::Keep(keep) => {
            let name = word(crate::exec::record_ref(&keep.tag));
            Some(format!("git push {} {name}", word(keep.remote.as_ref()?)))
        }
        Action::Pull(pull) => {
            let (into, branch) = (word(&pull.into), word(&pull.branch));
            Some(format!("gh pr create --base {into} --head {branch}"))
        }
        Action::Share(share) => {
            let names: Vec<String> = share.refs.iter().map(word).collect();
            Some(format!("git push {} {}", word(&share.remote), names.join(" ")))
        }
        Action::Run(run) => {
            let commands: Vec<String> = run.commands.iter().map(Command::shown).collect();
            Some(commands.join("; "))
        }
        Action::Files(_)
        | Action::Check(_)
        | Action::Rehearse(_)
        | Action::Build(_)
        | Action::Gates(_)
        | Action::Land(_)
        | Action::Switch(_)
        | Action::Hooks(_)
        | Action::Person(_) => None,
    });
    each.collect()
}

/// The push with its leases: a ref that is elsewhere by then stops it, and an empty one stands for
/// a ref that must not be there.
fn leased(push: &Push) -> String {
    let mut words = vec!["git push --atomic".to_owned()];
    for wanted in &push.moves {
        let old = match &wanted.old {
            Some(Id::Known(old)) => old.short(),
            Some(Id::Made(_)) | None => "",
        };
        words.push(word(format!("--force-with-lease={}:{old}", wanted.name)));
    }
    words.push(word(&push.remote));
    words.extend(push.moves.iter().map(shown::refspec));
    words.join(" ")
}

fn as_json(rehearsed: &Rehearsed, commands: &[String]) -> Value {
    let refs = |moved: &[Moved]| -> Vec<Value> {
        let one = |m: &Moved| json!({ "name": m.name, "old": m.old, "new": m.new });
        moved.iter().map(one).collect()
    };
    json!({
        "rehearsed": true,
        "plan": rehearsed.plan,
        "refs": refs(&rehearsed.here),
        "remote": rehearsed.destination.as_ref().map(|to| json!({
            "name": to.name, "url": to.shown, "refs": refs(&rehearsed.there),
        })),
        "commands": commands,
        "notes": rehearsed.finished.notes,
        "not_rehearsed": rehearsed.open,
    })
}
