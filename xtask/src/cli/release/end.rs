//! The end of a release: what is out, where to see it, and what to do if it is wrong.

use serde_json::{Value, json};

use super::ci::Ci;
use super::procedure;
use super::progress::score;
use super::shown::push_command;
use crate::changelog::web;
use crate::cli::Context;
use crate::cli::checklist::boxes;
use crate::error::{Refusal, word};
use crate::exec::Finished;
use crate::journal::Journal;
use crate::plan::{Action, Plan, Push};
use crate::repo::Repo;
use crate::sys::fs::real;
use crate::ui::{Mark, apart, bold, one_line, width};

/// Whether what was finished is a release.
pub fn is_one(finished: &Finished) -> bool {
    finished.title.starts_with("release ")
}

/// Tells of a release that is made; `previous` is the tag of the one before it.
///
/// # Errors
/// The journal cannot be read.
pub fn end(
    context: &Context,
    repo: &Repo,
    finished: &Finished,
    previous: Option<&str>,
) -> Result<(), Refusal> {
    let ui = &context.ui;
    let operations = Journal::of(&repo.common_dir).operations()?;
    let operation = operations.into_iter().find(|operation| operation.id == finished.id);
    let Some(operation) = operation else { return Ok(()) };
    let plan = operation.plan();
    let gates = (0..plan.steps.len()).find_map(|step| operation.gated(step));
    finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
    let title = one_line(plan.title.trim_start_matches("release "));
    let offered = plan.steps.iter().any(|step| matches!(step.action, Action::Pull(_)));
    let finish = ui.ours(procedure(plan).finish());
    let told = if title.starts_with("merge ") {
        let next = format!("next: {}", ui.ours("status"));
        Some((format!("{} is done", bold(&title)), next))
    } else if offered && tag(plan).is_none() {
        let next = format!("next, after the merge, on any machine: {finish}");
        Some(("No tag yet, and nothing is locked meanwhile.".to_owned(), next))
    } else if title.starts_with("start ") {
        let done = format!("{} is done, and nothing is locked", bold(&title));
        Some((done, format!("next, when it is ready: {finish}")))
    } else {
        None
    };
    if let Some((done, next)) = told {
        ui.say(&done);
        next_there(context, repo, &next);
        ui.json(&data(repo, plan, finished, gates));
        return Ok(());
    }
    let Some(push) = plan.point_of_no_return() else {
        ui.say(&format!("{} is made, and nothing has left this machine", bold(&title)));
        if let Some(go) = go(plan, gates) {
            ui.say(&format!("  go        {go}"));
        }
        ui.say(&format!("undo: {}", ui.ours("undo")));
        ui.json(&data(repo, plan, finished, gates));
        return Ok(());
    };
    ui.aside().say("");
    let at = format!("{} UTC", context.at.minute().trim_end_matches(" UTC"));
    let line = apart(&format!("{title} is out"), &at, width());
    ui.say(&line.replacen(&title, &bold(&title), 1));
    shown(context, repo, plan, (push, gates, previous))?;
    let version = plan.release().map(|keep| word(&keep.about.version));
    let back = format!("rollback {}", version.unwrap_or_default());
    ui.say(&format!("  if wrong  {}", ui.ours(back.trim_end())));
    ui.json(&data(repo, plan, finished, gates));
    Ok(())
}

/// What is out, line by line.
fn shown(
    context: &Context,
    repo: &Repo,
    plan: &Plan,
    (push, gates, previous): (&Push, Option<&Value>, Option<&str>),
) -> Result<(), Refusal> {
    let ui = &context.ui;
    let ci = Ci::of(repo, push)?;
    let page = repo.configuration()?.remote_url().and_then(|url| web::page(&url));
    if let (Some(page), Some(tag)) = (&page, tag(plan)) {
        let seen = match previous {
            Some(previous) => web::comparison(page, previous, tag),
            None => web::tag(page, tag),
        };
        ui.say(&format!("  changes   {seen}"));
    }
    if let Some(go) = go(plan, gates) {
        ui.say(&format!("  go        {go}"));
    }
    match (&ci.page, ci.says.as_slice()) {
        (Some(page), []) => ui.say(&format!("  CI        {page}")),
        (Some(page), _) => ui.say(&format!("  CI        publishes: {page}")),
        (None, _) => {}
    }
    let later = after(plan);
    if later > 0 {
        let show = ui.ours("checklist show --after");
        ui.say(&format!("  open      {} for the days after: {show}", boxes(later)));
    }
    Ok(())
}

/// `5 of 5 green on tree 3f1c20a; signed by Ana, Bo; without signoff:QA Lead`
fn go(plan: &Plan, gates: Option<&Value>) -> Option<String> {
    let approvals = plan.release().map(|keep| &keep.about.approvals);
    let signers: Vec<&str> = approvals
        .iter()
        .flat_map(|said| &said.signoffs)
        .map(|signoff| signoff.signer.as_str())
        .collect();
    let waived: Vec<&str> =
        approvals.iter().flat_map(|said| &said.waived).map(|(what, _)| what.as_str()).collect();
    let signed = (!signers.is_empty()).then(|| format!("signed by {}", signers.join(", ")));
    let waived = (!waived.is_empty()).then(|| format!("without {}", waived.join(", ")));
    let all: Vec<String> = gates.map(score).into_iter().chain(signed).chain(waived).collect();
    (!all.is_empty()).then(|| one_line(&all.join("; ")))
}

/// How many boxes of the checklist are for the days after.
fn after(plan: &Plan) -> usize {
    let checklist = plan.release().and_then(|keep| keep.about.approvals.checklist.as_ref());
    let all = checklist.iter().flat_map(|checklist| &checklist.bindings);
    all.filter(|bindings| bindings.iter().any(|binding| binding.starts_with("after:"))).count()
}

/// What is next, and the way to the work tree of the operation, where that is elsewhere.
fn next_there(context: &Context, repo: &Repo, next: &str) {
    context.ui.say(next);
    if !real(&context.folder).starts_with(real(&repo.top)) {
        context.ui.say(&format!("next: cd {}", word(repo.top.display())));
    }
}

/// The tag that a plan makes.
fn tag(plan: &Plan) -> Option<&str> {
    let made = plan.moves().into_iter().filter(|moved| moved.new.is_some());
    made.into_iter().find_map(|moved| moved.name.strip_prefix("refs/tags/"))
}

fn data(repo: &Repo, plan: &Plan, finished: &Finished, gates: Option<&Value>) -> Value {
    let push = plan.point_of_no_return();
    json!({
        "operation": finished.id,
        "folder": repo.top.display().to_string(),
        "title": plan.title.trim_start_matches("release "),
        "tag": tag(plan),
        "objects": finished.objects,
        "notes": finished.notes,
        "gates": gates,
        "pushed": push.map(|push| &push.shown),
        "push": push.map(push_command),
        "plan": plan,
    })
}
