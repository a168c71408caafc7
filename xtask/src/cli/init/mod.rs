//! `init`

mod gates;
mod hooks;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::Context;
use super::project::Survey;
use crate::config::Projects;
use crate::config::presets::presets;
use crate::config::scan::{Entry, Left, Scan};
use crate::error::{Refusal, word};
use crate::exec;
use crate::flows::bump;
use crate::flows::init::{self, Proposal, Proposed};
use crate::journal::Journal;
use crate::path::RepoPath;
use crate::plan::{FileChange, Plan};
use crate::repo::{Releases, Repo, WorkTree};
use crate::sites::{File, Tree};
use crate::ui::{Mark, Ui, Volume, added, bold};
use crate::version::Version;
use crate::wording::counted;
use gates::Trial;

/// Write gonogo.toml with what is not detected
///
/// Looks through all tracked files for places that hold the current version and are meant to move
/// with it (badges, install lines, constants, charts, ...), and writes what cannot be detected. A
/// repository with a Cargo.toml at the top gets the alias `cargo xtask`, too. With --hooks it
/// writes the git hooks that run `hook` instead. Everything written is shown; `undo` takes it back.
///
/// The tools that the repository uses (pytest, ruff, mypy, cargo test, npm test, ...) become gates,
/// each with the place that gives it away. Their commands are run once: what is red is written as
/// `required = false`, and what may edit files is not run.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Args {
    /// Add the alias `cargo xtask` to .cargo/config.toml also without a Cargo.toml at the top
    #[arg(long)]
    alias: bool,
    /// Write the git hooks pre-commit, commit-msg and pre-push instead, where there are none
    #[arg(long, conflicts_with = "alias")]
    hooks: bool,
    /// Show what would be written and do nothing; with a gonogo.toml, what could be added to it
    #[arg(long)]
    dry_run: bool,
    /// Do not run the commands that become gates
    #[arg(long)]
    no_run: bool,
}

/// The configuration, at the top of a repository.
const FILE: &str = "gonogo.toml";

/// So many places that are not proposed are listed.
const LISTED: usize = 60;

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    if args.hooks {
        return Ok(hooks::run(&repo, args, context)?);
    }
    let tree = WorkTree::new(&repo)?;
    let present = tree.read(&path(FILE)?)?;
    if present.is_some() && !args.dry_run {
        return Err(Refusal::usage("gonogo.toml is there already")
            .why("It is yours: nothing is ever overwritten.")
            .next("init --dry-run", "shows what could be added to it")
            .into());
    }
    let mut found = Found::read(&repo, &tree)?;
    let trial = match args.dry_run || args.no_run {
        true => Trial::default(),
        false => Trial::run(&mut found.proposal, &repo, context)?,
    };
    let (alias, note) = alias(args, &tree)?;
    let (mut changes, mut before) = (Vec::new(), Vec::new());
    if present.is_none() {
        changes.push(FileChange::create(path(FILE)?, found.proposal.text()));
        before.push(Vec::new());
    }
    if let Some((change, bytes)) = alias {
        changes.push(change);
        before.push(bytes);
    }
    let plan = init::into_plan(changes, repo.head.base());
    let shown = Shown { found: &found, plan: &plan, trial: &trial, note };
    shown.head(&context.ui, present.is_some());
    if args.dry_run {
        shown.dry_run(context, present.is_some());
        return Ok(());
    }
    let finished = exec::run(&repo, plan.clone(), &before, &context.asked(&|_: &str| ()))?;
    context.ui.say(&format!("{} written, nothing committed.", counted(plan.files().len(), "file")));
    context.ui.say(&format!("undo: {}", context.ui.ours("undo")));
    if let Some(list) = super::checklist::candidate(&tree)? {
        let import = context.ui.ours(&format!("checklist import {}", word(&list)));
        context.ui.say(&format!("a checklist is there: {import}"));
    }
    let next = if found.proposal.gates.is_empty() { "status" } else { "check" };
    context.ui.say(&format!("next: {}", context.ui.ours(next)));
    context.ui.json(&shown.json(Some(finished.id)));
    Ok(())
}

fn path(text: &str) -> Result<RepoPath, Refusal> {
    RepoPath::new(text).ok_or_else(|| Refusal::usage(format!("{text} is not a path")))
}

/// What was found, and what is left alone.
struct Found {
    title: String,
    proposal: Proposal,
    left: Vec<Left>,
}

impl Found {
    fn read(repo: &Repo, tree: &WorkTree<'_>) -> Result<Self, Refusal> {
        let projects = Projects::new(tree)?;
        let said: Vec<String> = projects.settings.written().into_iter().map(|w| w.key).collect();
        let unsaid = |key: &str| !said.iter().any(|said| said == key);
        let mut found = match projects.top()? {
            Some(project) if !projects.has_several() => {
                Self::of_one(repo, tree, &projects, &project)?
            }
            _ => Self::of_several(repo, &projects)?,
        };
        let proposal = &mut found.proposal;
        let settings = &projects.settings;
        proposal.baseline = proposal.baseline.take().filter(|_| settings.baseline.is_none());
        proposal.scheme = proposal.scheme.filter(|_| settings.version.scheme.is_none());
        if unsaid("branches.develop") {
            proposal.develop = repo.develop()?;
        }
        if unsaid("changelog.file") {
            proposal.changelog = changelog(tree)?;
        }
        let presets = presets(tree, &settings.gates)?.into_iter();
        proposal.gates = presets.map(|preset| Proposed { preset, seen: None }).collect();
        Ok(found)
    }

    fn of_one(
        repo: &Repo,
        tree: &WorkTree<'_>,
        projects: &Projects<'_>,
        project: &crate::config::Project,
    ) -> Result<Self, Refusal> {
        let mut files: BTreeMap<RepoPath, Rc<[u8]>> = BTreeMap::new();
        for site in &project.sites {
            files.extend(tree.read(&site.path)?.map(|file| (site.path.clone(), file.bytes)));
        }
        let held = bump::held(project, &files)?;
        agreed(&held)?;
        let format = projects.tag_format(project)?;
        let ignore = &projects.settings.tag.ignore;
        let history = Releases::history(repo, &format, ignore)?;
        let tagged: Vec<Version> = history.iter().map(|(_, version)| version.clone()).collect();
        let scheme = held.first().and_then(|(_, current)| init::scheme(&tagged, current));
        let Scan { entries, left } = projects.scan(project)?;
        let name = project.name.as_deref().unwrap_or("this project");
        let title = match held.first() {
            Some((_, version)) => format!("{name} {version}"),
            None => name.to_owned(),
        };
        let proposal = Proposal {
            baseline: init::baseline(&history),
            scheme,
            files: entries,
            ..Proposal::default()
        };
        Ok(Self { title, proposal, left })
    }

    fn of_several(repo: &Repo, projects: &Projects<'_>) -> Result<Self, Refusal> {
        let survey = Survey::whole(repo)?;
        let all: Vec<&str> =
            projects.packages()?.found.iter().map(|package| package.folder.as_str()).collect();
        let folders = init::folders(&all);
        let mut proposal = Proposal::default();
        let mut left = Vec::new();
        for known in &survey.projects {
            let project = &known.project;
            let wanted = |glob: &String| {
                crate::glob::Glob::parse(glob).is_ok_and(|glob| glob.matches(&project.folder))
            };
            let kept = folders.include.iter().any(wanted) && !folders.exclude.iter().any(wanted);
            if !kept || project.folder.is_empty() {
                continue;
            }
            let scan = projects.scan(project)?;
            left.extend(scan.left);
            if !scan.entries.is_empty() {
                let twins = survey.projects.iter().filter(|k| k.name() == known.name()).count();
                let name = if twins == 1 { known.name() } else { &project.folder };
                proposal.package.push((name.to_owned(), scan.entries));
            }
        }
        if projects.settings.packages.is_none() && all.len() > 1 {
            proposal.packages = Some(folders);
        }
        let title = counted(survey.projects.len(), "package");
        Ok(Self { title, proposal, left })
    }
}

/// There is one version to look for.
fn agreed(held: &[(&crate::sites::Site, Version)]) -> Result<(), Refusal> {
    let Some((_, first)) = held.first() else { return Ok(()) };
    if held.iter().all(|(_, version)| version.same(first)) {
        return Ok(());
    }
    let refusal =
        Refusal::unsafe_to("the version files disagree, so there is no version to look for");
    let refusal = held
        .iter()
        .fold(refusal, |refusal, (site, version)| refusal.why(format!("{}  {version}", site.path)));
    Err(refusal.next("status", "shows every version file and how to mend it"))
}

/// The changelog, where several files may be it.
fn changelog(tree: &WorkTree<'_>) -> Result<Option<String>, Refusal> {
    let found = crate::config::changelog::candidates(tree, "")?;
    let several = found.len() > 1;
    Ok(found.first().filter(|_| several).map(|file| file.path.to_string()))
}

/// The change that adds the alias, with the bytes before it, or why there is none.
type Aliased = (Option<(FileChange, Vec<u8>)>, Option<String>);

fn alias(args: &Args, tree: &WorkTree<'_>) -> Result<Aliased, Refusal> {
    let rust = tree.read(&path("Cargo.toml")?)?.is_some();
    let projects = Projects::new(tree)?;
    let mounted = |package: &crate::config::Package| package.name == "xtask";
    if !(rust || args.alias) || projects.packages()?.found.iter().any(mounted) {
        return Ok((None, None));
    }
    // Cargo prefers the file of the old name where there are both.
    let names = [".cargo/config", ".cargo/config.toml"].map(path);
    let mut file: Option<File> = None;
    for name in names {
        match tree.read(&name?) {
            Ok(found) => file = file.or(found),
            Err(refusal) => return Ok((None, Some(format!("no alias was added: {refusal}")))),
        }
    }
    match init::alias(path(".cargo/config.toml")?, file.as_ref()) {
        Ok(change) => {
            let bytes = file.map(|file| file.bytes.to_vec()).unwrap_or_default();
            Ok((change.map(|change| (change, bytes)), None))
        }
        Err(note) => Ok((None, Some(note))),
    }
}

/// What the user sees.
struct Shown<'a> {
    found: &'a Found,
    plan: &'a Plan,
    trial: &'a Trial,
    note: Option<String>,
}

impl Shown<'_> {
    fn head(&self, ui: &Ui, present: bool) {
        ui.say(&bold(&self.found.title));
        ui.say("");
        if present && !self.found.proposal.is_empty() {
            ui.say("could be added to gonogo.toml:");
            ui.say(&added(&self.found.proposal.text()));
            ui.say("");
        }
        for change in self.plan.files() {
            let new = if change.before.is_absent() { " (new)" } else { "" };
            ui.say(&format!("{}{new}", change.path));
            change.edits.iter().for_each(|edit| ui.say(&added(&edit.new)));
            ui.say("");
        }
        self.trial.show(&self.found.proposal.gates, ui);
        if let Some(note) = &self.note {
            ui.mark(Mark::Warning, note);
        }
        if ui.volume == Volume::Verbose {
            for Left { path, line, text } in self.found.left.iter().take(LISTED) {
                ui.say(&format!("not proposed: {path}:{line}  {text}"));
            }
            if let Some(more) = self.found.left.len().checked_sub(LISTED + 1) {
                ui.say(&format!("and {} like these", counted(more + 1, "more line")));
            }
        }
    }

    fn dry_run(&self, context: &Context, present: bool) {
        let ui = &context.ui;
        if present && self.found.proposal.is_empty() {
            ui.say("Nothing is missing in gonogo.toml.");
        }
        ui.say("Nothing was changed (dry run).");
        let next = match present {
            true => ui.ours("status"),
            false => ui.typed(&context.command_without("--dry-run")),
        };
        ui.say(&format!("next: {next}"));
        ui.json(&self.json(None));
    }

    fn json(&self, operation: Option<u64>) -> Value {
        let entry = |entry: &Entry| {
            json!({ "path": entry.path, "key": entry.key, "pattern": entry.pattern,
                    "count": entry.count, "why": entry.why })
        };
        let Proposal { files, package, .. } = &self.found.proposal;
        let each = package.iter().flat_map(|(_, entries)| entries);
        let entries: Vec<Value> = files.iter().chain(each).map(entry).collect();
        let left = self.found.left.iter();
        let left: Vec<Value> = left
            .map(|Left { path, line, text }| json!({ "path": path, "line": line, "text": text }))
            .collect();
        json!({ "proposed": entries, "not_proposed": left, "text": self.found.proposal.text(),
                "gates": gates::json(&self.found.proposal.gates),
                "operation": operation, "plan": self.plan })
    }
}
