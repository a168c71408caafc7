//! What the user sees of a release before it is made: the plan, line by line.

use serde_json::{Value, json};

use super::ci::Ci;
use super::joining::Outlook;
use super::procedure;
use crate::config::file::Procedure;
use crate::error::word as shell;
use crate::merge::Resolved;
use crate::plan::{Action, Id, Object, Plan, Push, RefMove, Sign, short};
use crate::repo::Repo;
use crate::ui::{Mark, Ui, apart, bold, change_of, dot, folded, one_line, width};
use crate::version::Version;
use crate::wording::counted;

/// What is told besides the plan.
pub struct Facts {
    pub version: Version,
    pub tag: String,
    /// The tag of the release before this one.
    pub previous: Option<String>,
    /// The commit hooks that are installed.
    pub hooks: Vec<&'static str>,
    pub ci: Ci,
    /// Why it is this version.
    pub notes: Vec<String>,
    /// What becomes of the branches that get it.
    pub merges: Vec<Outlook>,
    /// What people have said, in sentences.
    pub signed: Vec<String>,
    pub warnings: Vec<String>,
}

/// One line of a plan: what a person calls a step, and what it does.
struct Line {
    word: &'static str,
    text: String,
    right: String,
}

impl Line {
    fn new(word: &'static str, text: impl Into<String>) -> Self {
        Self { word, text: text.into(), right: String::new() }
    }
}

/// The plan, as it is shown before anything is done.
pub fn plan(ui: &Ui, repo: &Repo, plan: &Plan, facts: &Facts) {
    ui.say(&title(repo, plan, facts));
    facts.notes.iter().for_each(|note| wrapped(ui, "  ", note));
    merges(ui, &facts.merges);
    steps(ui, plan, &facts.hooks, &facts.ci);
    if !facts.signed.is_empty() {
        ui.say("");
    }
    facts.signed.iter().for_each(|sentence| wrapped(ui, "", sentence));
    if !facts.warnings.is_empty() {
        ui.say("");
    }
    facts.warnings.iter().for_each(|warning| ui.mark(Mark::Warning, warning));
}

/// What becomes of the branches that get the release, worked out before anything moves.
fn merges(ui: &Ui, merges: &[Outlook]) {
    if merges.is_empty() {
        return;
    }
    ui.say("");
    ui.say("Merges worked out, nothing has moved yet");
    let widest = |of: &dyn Fn(&Outlook) -> usize| merges.iter().map(of).max().unwrap_or_default();
    let before = |one: &Outlook| one.versions.as_ref().map_or(0, |(before, _)| before.len());
    let after = |one: &Outlook| match &one.versions {
        Some((before, after)) if before != after => 5 + after.len(),
        Some(_) => 7,
        None => 0,
    };
    let (names, versions) = (widest(&|one| one.branch.chars().count()), widest(&before));
    let room = versions + widest(&after);
    for (at, one) in merges.iter().enumerate() {
        let became = match &one.versions {
            Some((before, after)) if before == after => format!("{before:versions$}  stays"),
            Some((before, after)) => format!("{before:versions$}  -> {after}"),
            None => String::new(),
        };
        ui.say(&one_line(&format!("  {:names$}  {became:room$}  {}", one.branch, one.how)));
        // Branches that are resolved alike are told once.
        if merges.get(at + 1).is_none_or(|next| next.resolved != one.resolved) {
            resolved(ui, &one.resolved);
        }
    }
    if merges.iter().any(|one| !one.resolved.is_empty()) {
        ui.say("  Only these lines; every other file is git's own clean merge.");
    }
}

fn resolved(ui: &Ui, resolved: &[Resolved]) {
    let place = |one: &Resolved| {
        format!("{}{}", one.path, one.line.map(|line| format!(":{line}")).unwrap_or_default())
    };
    let widest = resolved.iter().map(|one| place(one).chars().count()).max().unwrap_or_default();
    for one in resolved {
        hanging(ui, &one_line(&format!("    {:widest$}  ", place(one))), &one.what);
    }
}

/// The steps of a plan alone; `hooks` are those that see its commits.
pub fn steps(ui: &Ui, plan: &Plan, hooks: &[&str], ci: &Ci) {
    let mut number = 0;
    let mut part = None;
    for step in &plan.steps {
        let away = matches!(step.action, Action::Push(_));
        for Line { word, text, right } in lines(plan, &step.action, &step.why, hooks) {
            if part != Some(away) {
                part = Some(away);
                ui.say("");
                ui.say(if away { "Leaves this machine" } else { "Here, undoable" });
            }
            number += 1;
            let line = one_line(&format!("  {number:>2} {word:<8} {text}"));
            ui.say(&apart(&line, &right, width()));
        }
        if away {
            let says = ci.says.iter();
            says.for_each(|says| hanging(ui, "     then     ", says));
        }
    }
}

/// Only what is no part of the plan itself.
pub fn remarks(ui: &Ui, facts: &Facts) {
    facts.notes.iter().for_each(|note| wrapped(ui, "", note));
    facts.warnings.iter().for_each(|warning| ui.mark(Mark::Warning, warning));
}

/// `Release studio 0.3.0 "Kestrel" · from main 5a1b2c3 · previous v0.2.0`
fn title(repo: &Repo, plan: &Plan, facts: &Facts) -> String {
    let dot = dot();
    if let Some(name) = plan.title.strip_prefix("start hotfix ") {
        let from = plan.steps.iter().find_map(|step| step.action.goes_to());
        let from = from.or(repo.head.commit()).map_or("", |commit| commit.short());
        let fixes = facts.previous.as_deref().unwrap_or_default();
        let rest = format!(" {dot} fixes {fixes} {dot} from {from}");
        return format!("Hotfix {}{}", bold(&one_line(name)), one_line(&rest));
    }
    let (what, name) = match plan.title.split_once(' ') {
        Some(("prepare", rest)) => ("Prepare", rest),
        Some(("start", rest)) => ("Start", rest),
        Some(("merge", rest)) => ("Merge", rest),
        Some(("release", rest)) if procedure(plan) == Procedure::Hotfix => ("Hotfix", rest),
        Some(("release", rest)) => ("Release", rest),
        _ => ("Release", plan.title.as_str()),
    };
    let branch = plan.base.branch.as_deref().unwrap_or("HEAD").trim_start_matches("refs/heads/");
    let commit = repo.head.commit().map_or("", |commit| commit.short());
    let previous = match &facts.previous {
        Some(tag) => format!("previous {tag}"),
        None => "the first release".to_owned(),
    };
    let rest = format!(" {dot} from {branch} {commit} {dot} {previous}");
    let rest = if what == "Merge" { String::new() } else { rest };
    format!("{what} {}{}", bold(&one_line(name)), one_line(&rest))
}

/// The lines of a step.
fn lines(plan: &Plan, action: &Action, why: &str, hooks: &[&str]) -> Vec<Line> {
    match action {
        Action::Files(_) => vec![Line::new("edit", why)],
        Action::Build(objects) => {
            let commits = objects.iter().any(|object| matches!(object, Object::Commit(_)));
            match hooks {
                [] => Vec::new(),
                _ if !commits => Vec::new(),
                names => {
                    let text = format!("{} on the would-be commit", names.join(", "));
                    vec![Line::new("hooks", text)]
                }
            }
        }
        Action::Land(land) => land.moves.iter().map(|moved| moves(plan, moved)).collect(),
        // It is no part of what a person decides.
        Action::Keep(_) => Vec::new(),
        Action::Check(_)
        | Action::Rehearse(_)
        | Action::Gates(_)
        | Action::Switch(_)
        | Action::Push(_)
        | Action::Pull(_)
        | Action::Share(_)
        | Action::Hooks(_)
        | Action::Run(_)
        | Action::Person(_) => vec![Line::new(word(action), why)],
    }
}

fn moves(plan: &Plan, moved: &RefMove) -> Line {
    let objects = plan.objects();
    let made = match &moved.new {
        Some(Id::Made(number)) => objects.get(*number).copied(),
        Some(Id::Known(_)) | None => None,
    };
    match made {
        Some(Object::Commit(commit)) => {
            let right = counted(commit.paths.len(), "file");
            Line { right, ..Line::new("commit", subject(&commit.message)) }
        }
        Some(Object::Tag(tag)) => {
            let how = if tag.sign == Sign::Yes { "signed" } else { "annotated" };
            let said = subject(&tag.message);
            Line::new("tag", format!("{}, {how}, \"{said}\"", tag.name))
        }
        Some(Object::Merge(merge)) => Line::new("merge", format!("into {}", short(&merge.into))),
        Some(Object::Withdrawal(taken)) => {
            Line::new("withdraw", format!("from {}", short(&taken.into)))
        }
        None if moved.new.is_none() => Line::new("refs", format!("{} deleted", short(&moved.name))),
        None => Line::new("refs", short(&moved.name)),
    }
}

/// The first line of a message.
pub fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
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
        Action::Share(_) => "share",
        Action::Hooks(_) => "hooks",
        Action::Run(_) => "run",
        Action::Person(_) => "you",
    }
}

/// Every edit of a plan, as in a diff; `before` is what each change finds.
pub fn diff(ui: &Ui, plan: &Plan, before: &[Vec<u8>]) {
    for (change, bytes) in plan.files().into_iter().zip(before) {
        ui.say(&change_of(change, bytes));
    }
}

/// The push as a person would type it.
pub fn push_command(push: &Push) -> String {
    let names = push.moves.iter().filter(|planned| planned.old != planned.new);
    let names: Vec<String> = names.map(refspec).collect();
    let atomic = if names.len() > 1 { "--atomic " } else { "" };
    format!("git push {atomic}{} {}", shell(&push.remote), names.join(" "))
}

/// A ref as `git push` is told of it: where it goes, or that it goes away.
pub fn refspec(planned: &RefMove) -> String {
    match planned.new {
        Some(_) => shell(&planned.name),
        None => shell(format!(":{}", planned.name)),
    }
}

/// What `--dry-run` shows: the plan, every edit, and what would be pushed.
pub fn dry_run(ui: &Ui, repo: &Repo, planned: &Plan, before: &[Vec<u8>], facts: &Facts) {
    plan(ui, repo, planned, facts);
    ui.say("");
    diff(ui, planned, before);
    ui.say("");
    if let Some(push) = planned.point_of_no_return() {
        ui.say(&format!("would push: {}", push_command(push)));
    }
    ui.say("Nothing was changed (dry run).");
}

/// The same as data.
pub fn json(plan: &Plan, facts: &Facts) -> Value {
    json!({
        "operation": null,
        "version": facts.version.text(),
        "tag": facts.tag,
        "previous": facts.previous,
        "notes": facts.notes,
        "merges": facts.merges.iter().map(Outlook::data).collect::<Vec<_>>(),
        "warnings": facts.warnings,
        "ci": facts.ci.says,
        "push": plan.point_of_no_return().map(push_command),
        "plan": plan,
    })
}

/// A text that may be long, in lines that begin alike.
pub fn wrapped(ui: &Ui, margin: &str, text: &str) {
    let room = width().saturating_sub(margin.len());
    for line in folded(&one_line(text), room) {
        ui.say(&format!("{margin}{line}"));
    }
}

/// The same behind a word.
pub fn hanging(ui: &Ui, head: &str, text: &str) {
    let room = width().saturating_sub(head.len());
    for (at, line) in folded(&one_line(text), room).iter().enumerate() {
        let head = if at == 0 { head.to_owned() } else { " ".repeat(head.len()) };
        ui.say(&format!("{head}{line}"));
    }
}
