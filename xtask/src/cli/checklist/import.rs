//! `checklist import`

use serde_json::{Value, json};

use super::super::Context;
use super::super::bump::inside;
use super::super::check::{Names, Read};
use super::facts::{boxes, file};
use crate::checklist::{Checklist, Imported, LIKE_A_ROLE, Meaning, Repository, Row, WORDS, import};
use crate::config::file::{Binding, Settings};
use crate::config::presets::Run;
use crate::error::Refusal;
use crate::exec;
use crate::flows::checklist::{change, into_plan};
use crate::glob::Glob;
use crate::journal::Journal;
use crate::path::RepoPath;
use crate::plan::FileChange;
use crate::repo::{Repo, WorkTree};
use crate::sites::{File, Tree};
use crate::ui::{Mark, Ui, Volume, bold, change_of, cut, folded, one_line};
use crate::wording::counted;

/// Propose [checklist] and gates for a Markdown file, and write them into gonogo.toml
///
/// Every heading with boxes below it is listed with what it is bound to and why. A heading that is
/// the name of a role binds itself; a heading whose boxes name commands is bound to their gates;
/// then its words decide (below); the rest is a person's. Commands of tools that are known to look
/// and change nothing become gates. Nothing is run, the Markdown file stays as it is, and `undo`
/// takes gonogo.toml back.
#[derive(Debug, clap::Args)]
#[command(after_long_help = table())]
pub struct Args {
    /// The Markdown file
    #[arg(value_name = "FILE")]
    file: String,
    /// Show what would be written and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// The width of headings.
const TITLES: usize = 36;

/// The configuration, at the top of a repository.
const FILE: &str = "gonogo.toml";

/// The words of headings, and what each means.
fn table() -> String {
    let line = |(meaning, words): &(Meaning, &[&str])| {
        let meant = match meaning {
            Meaning::Rollback => "rollback".to_owned(),
            Meaning::After => "after:ROLE".to_owned(),
            Meaning::Role => "role:ROLE".to_owned(),
            Meaning::Step => "step".to_owned(),
            Meaning::Gate(id) => format!("gate:{id}"),
        };
        let mut lines = folded(&words.join(", "), 78).into_iter();
        let first = format!("  {meant:<18}{}", lines.next().unwrap_or_default());
        let rest = lines.map(|line| format!("  {:<18}{line}", ""));
        std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
    };
    let lines: Vec<String> = WORDS.iter().map(line).collect();
    format!(
        "Words of headings, the first that fits (ROLE is the first of [signoff.roles], else any; a\n\
        gate has to be there):\n{}",
        lines.join("\n")
    )
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal);
    }
    let ui = &context.ui;
    let tree = WorkTree::new(&repo)?;
    let list = file(&tree, &inside(&repo, context, &args.file)?)?;
    let checklist = boxes(&list)?;
    let present = tree.read(&config()?)?;
    let read = Read::new(&repo, None)?;
    if let Some(said) = read.settings.checklist.file.as_ref().filter(|_| !args.dry_run) {
        let refusal = Refusal::usage("gonogo.toml has a checklist already")
            .why(format!("It is {}. What you said of it is never overwritten.", said.value));
        let refusal = read.settings.place(said.at).into_iter().fold(refusal, Refusal::at);
        return Err(refusal.next_typed(
            format!("{} --dry-run", context.command()),
            "shows what could be added to it",
        ));
    }
    let imported = proposed(&repo, context, &tree, &read, (&list, &checklist))?;
    let shown = Shown { list: &list.path, checklist: &checklist, imported: &imported };
    shown.show(ui);
    let before = present.as_ref().map(|file| file.bytes.to_vec()).unwrap_or_default();
    if read.settings.checklist.file.is_some() {
        shown.dry_run(ui, None, None);
        return Ok(0);
    }
    let change = made(present.as_ref(), &list.path, &imported)?;
    ui.say("");
    ui.say(&change_of(&change, &before));
    ui.say("");
    if args.dry_run {
        shown.dry_run(ui, Some(&change), Some(&context.command_without("--dry-run")));
        return Ok(0);
    }
    let plan = into_plan(change.clone(), &list.path, repo.head.base());
    let finished = exec::run(&repo, plan, &[before], &context.asked(&|_: &str| ()))?;
    ui.say("gonogo.toml written, nothing committed.");
    ui.say(&format!("undo: {}", ui.ours("undo")));
    ui.say(&format!("next: {}", ui.ours("checklist show")));
    ui.json(&shown.json(Some(&change), Some(finished.id)));
    Ok(0)
}

fn config() -> Result<RepoPath, Refusal> {
    RepoPath::new(FILE).ok_or_else(|| Refusal::usage(format!("{FILE} is not a path")))
}

fn proposed(
    repo: &Repo,
    context: &Context,
    tree: &WorkTree<'_>,
    read: &Read,
    (list, checklist): (&File, &Checklist),
) -> Result<Imported, Refusal> {
    let names = Names::of(read, repo, &repo.status()?, context)?;
    let roles: Vec<String> =
        read.settings.signoff.roles.iter().map(|(name, _)| name.clone()).collect();
    let workflows = [".github/workflows/*.yml", ".github/workflows/*.yaml"];
    let workflows: Vec<Glob> =
        workflows.iter().filter_map(|pattern| Glob::parse(pattern).ok()).collect();
    let exists = |path: &str| {
        RepoPath::new(path).is_some_and(|path| tree.read(&path).is_ok_and(|file| file.is_some()))
    };
    let repository = Repository {
        roles: &roles,
        configured: &read.settings.gates,
        asked: &names.asked,
        ci: !tree.files(&workflows)?.is_empty(),
        exists: &exists,
    };
    Ok(import(checklist, list.path.as_str(), &repository))
}

/// The change of gonogo.toml, which has been read again.
fn made(
    present: Option<&File>,
    list: &RepoPath,
    imported: &Imported,
) -> Result<FileChange, Refusal> {
    let by_hand = |why: String| {
        Refusal::usage(format!("{FILE} cannot be added to"))
            .why(why)
            .next("checklist import --help", "describes what would be said")
    };
    let change = change(config()?, present, list, imported).map_err(by_hand)?;
    let before = present.map(|file| file.bytes.to_vec()).unwrap_or_default();
    let after = change.apply(&before).unwrap_or_default();
    let after = File { path: config()?, bytes: after.into() };
    match Settings::read(Some(&after)) {
        Ok(settings) if settings.checklist.sections.len() == imported.sections.len() => Ok(change),
        Ok(_) => Err(by_hand("Its tables are written in a way that takes no more lines.".into())),
        Err(refusal) => Err(by_hand(refusal.to_string())),
    }
}

/// What the user sees.
struct Shown<'s> {
    list: &'s RepoPath,
    checklist: &'s Checklist,
    imported: &'s Imported,
}

impl Shown<'_> {
    fn show(&self, ui: &Ui) {
        let number = self.checklist.items.len();
        ui.say(&bold(&format!("{}: {}", self.list, super::groups::boxes(number))));
        ui.say("");
        self.imported.rows.iter().for_each(|row| self.row(ui, row));
        if self.imported.loose > 0 {
            let words = "boxes stand above the first heading: a comment on their line binds them,";
            let number = self.imported.loose;
            ui.mark(Mark::Warning, &format!("{number} {words} <!-- role:any -->"));
        }
        let rows = self.imported.rows.iter().filter(|row| row.why == LIKE_A_ROLE);
        let people: Vec<String> =
            rows.map(|row| format!("\"{}\"", self.checklist.title(Some(row.heading)))).collect();
        if !people.is_empty() {
            let roles = cut(&one_line(&people.join(", ")), 50);
            ui.mark(
                Mark::Warning,
                &format!("{roles}: named in [signoff.roles] they bind themselves"),
            );
        }
        let left = &self.imported.left;
        if ui.volume == Volume::Verbose {
            for one in left {
                let command = one_line(&one.command);
                let line = format!("no gate: {}:{}  {command}: {}", self.list, one.line, one.why);
                ui.say(&cut(&line, 100));
            }
        } else if !left.is_empty() {
            let number = counted(left.len(), "command");
            ui.say("");
            ui.say(&format!("No gate is made of {number} in it; -v says why of each."));
        }
    }

    fn row(&self, ui: &Ui, row: &Row) {
        let heading = &self.checklist.headings[row.heading];
        let indent = "  ".repeat(self.checklist.above(heading.above).count());
        let title = cut(&one_line(&format!("{indent}{}", heading.text.trim())), TITLES);
        let bound = bound(row);
        let sign = if row.written { "+" } else { " " };
        let items = if row.items == 0 { String::new() } else { row.items.to_string() };
        let said = one_line(&format!("{bound}  ({})", row.why));
        let said = if row.why.is_empty() { String::new() } else { said };
        let head = format!("{sign} {title:<TITLES$} {items:>3}  ");
        let margin = " ".repeat(head.chars().count());
        for (number, line) in folded(&said, 100 - margin.len()).iter().enumerate() {
            let before = if number == 0 { &head } else { &margin };
            ui.say(format!("{before}{line}").trim_end());
        }
    }

    fn dry_run(&self, ui: &Ui, change: Option<&FileChange>, typed: Option<&str>) {
        ui.say("Nothing was changed (dry run).");
        let next = typed.map_or_else(|| ui.ours("checklist show"), |typed| ui.typed(typed));
        ui.say(&format!("next: {next}"));
        ui.json(&self.json(change, None));
    }

    fn json(&self, change: Option<&FileChange>, operation: Option<u64>) -> Value {
        let row = |row: &Row| {
            let heading = &self.checklist.headings[row.heading];
            json!({ "heading": heading.text, "line": heading.line, "boxes": row.items,
                    "bindings": strings(&row.bindings), "why": row.why, "written": row.written })
        };
        let gates = self.imported.gates.iter().map(|gate| {
            let (key, text) = match &gate.run {
                Run::Argv(text) => ("run", text),
                Run::Shell(text) => ("shell", text),
            };
            json!({ "name": gate.name, key: text, "why": gate.why })
        });
        let left = self.imported.left.iter();
        let left =
            left.map(|one| json!({ "command": one.command, "line": one.line, "why": one.why }));
        json!({
            "file": self.list,
            "boxes": self.checklist.items.len(),
            "unbound": self.imported.loose,
            "headings": self.imported.rows.iter().map(row).collect::<Vec<_>>(),
            "gates": gates.collect::<Vec<_>>(),
            "no_gates": left.collect::<Vec<_>>(),
            "change": change,
            "operation": operation,
        })
    }
}

fn strings(bindings: &[Binding]) -> Vec<String> {
    bindings.iter().map(Binding::to_string).collect()
}

fn bound(row: &Row) -> String {
    strings(&row.bindings).join(", ")
}
