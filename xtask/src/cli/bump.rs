//! `bump`

use std::path::Path;

use serde_json::{Value, json};

use super::Context;
use super::project::{Known, Survey};
use super::unreleased;
use crate::error::{Refusal, word};
use crate::exec::{self, Finished};
use crate::flows::bump::{self, Bump, COMMIT_TEMPLATE, PACKAGES_TEMPLATE, Wish};
use crate::journal::Journal;
use crate::path::RepoPath;
use crate::plan::{FileChange, Object, Oid, Plan, Ready};
use crate::repo::{OtherChanges, Repo};
use crate::ui::{self, Mark, Row, Volume, bold};
use crate::version::{Downgrade, Request, Step, Target};
use crate::wording::counted;

/// Set the next version in every version file
///
/// The version files are found from the manifest; nothing has to be configured. Only the version's
/// bytes change. Without --commit nothing is committed. `undo` takes it back.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// major, minor, patch, alpha, beta, rc, prerelease, final, auto (what the commits since the
    /// last release ask for), or a version such as 1.4.0
    #[arg(value_name = "LEVEL|VERSION")]
    to: String,
    /// The package to bump, by name or folder (`lib-*` for all that match); may be repeated
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Make it a pre-release of that level: `bump minor --pre rc`
    #[arg(long, alias = "prerelease", value_name = "PHASE")]
    pre: Option<String>,
    /// One further, also when the files hold a version that is not released yet
    #[arg(long)]
    next: bool,
    /// Allow a version that is not higher than the current one
    #[arg(long)]
    allow_downgrade: bool,
    /// The version file that is right when they disagree
    #[arg(long, value_name = "FILE")]
    set_from: Option<String>,
    /// Commit the version files, and nothing else, on the current branch
    #[arg(long)]
    commit: bool,
    /// The commit message; knows {version}, {previous}, {name} and {packages}
    #[arg(short, long, value_name = "TEXT", requires = "commit")]
    message: Option<String>,
    /// Commit although other tracked files have changes; they are saved and left as they are
    #[arg(long, requires = "commit")]
    allow_dirty: bool,
    /// Show every change and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    let step = if args.next { Step::Next } else { Step::Nearest };
    let request = Request::parse(&args.to, args.pre.as_deref(), step).map_err(explained)?;
    let command = context.command();
    let survey = Survey::chosen(&repo, &args.packages, &command)?;
    let set_from = args.set_from.as_deref().map(|path| inside(&repo, context, path)).transpose()?;
    let downgrade = if args.allow_downgrade { Downgrade::Allow } else { Downgrade::Refuse };
    // Said for one of several packages, it is no matter to the others.
    let holds = |known: &&Known| {
        let mut places = known.project.sites.iter().filter(|site| site.role.says_version());
        places.any(|site| Some(&site.path) == set_from.as_ref())
    };
    let somebody = survey.projects.iter().any(|known| holds(&known));
    let plan = |known: &Known, target: &Target| {
        let set_from = set_from.as_ref().filter(|_| !somebody || holds(&known));
        let wish = Wish { target, downgrade, set_from, command: &command };
        let plan = bump::plan(&survey.facts(known), &wish);
        plan.map_err(|refusal| match survey.projects.as_slice() {
            [_] => refusal.about(&known.option),
            _ => refusal.about(&known.option).why(format!("It is about {}.", known.name())),
        })
    };
    let bumps = match request {
        Request::Target(target) => {
            survey.projects.iter().map(|known| plan(known, &target)).collect::<Result<_, _>>()?
        }
        Request::Auto(auto) => unreleased::bumps(&repo, &survey, &context.ui, auto, plan)?,
    };
    if bumps.is_empty() {
        // Which commits there are and why none of them counts was said.
        context.ui.json(&json(&[], &[], None, None, None));
        return Ok(());
    }
    let changes = bump::changes(&bumps, &survey.files)?;
    if changes.is_empty() {
        return nothing_to_do(args, context, &repo, &survey, &bumps);
    }
    let commit = match args.commit {
        true => Some(prepare_commit(args, context, &repo, &changes, &bumps)?),
        false => None,
    };
    let plan = bump::into_plan(&bumps, changes, repo.head.base(), commit);
    let shown =
        Shown { rows: all_rows(&survey, &plan), bumps: &bumps, survey: &survey, plan: &plan };
    if args.dry_run {
        shown.dry_run(context);
        return Ok(());
    }
    let before: Vec<Vec<u8>> =
        plan.files().iter().map(|change| survey.files[&change.path].to_vec()).collect();
    let progress = |hook: &str| context.ui.progress(&format!("running {hook} ..."));
    let finished = exec::run(&repo, plan.clone(), &before, &context.asked(&progress))?;
    shown.done(context, &finished);
    Ok(())
}

fn nothing_to_do(
    args: &Args,
    context: &Context,
    repo: &Repo,
    survey: &Survey,
    bumps: &[Bump],
) -> anyhow::Result<()> {
    let reached: Vec<String> = bumps.iter().map(Bump::reached).collect();
    let reached = match bumps {
        [bump] => bump.to.to_string(),
        _ => reached.join(", "),
    };
    if args.commit {
        nothing_uncommitted(repo, context, survey, &reached)?;
    }
    context.ui.say(&format!("{reached} is in every version file already: nothing to do."));
    context.ui.json(&json(bumps, &[], None, None, None));
    Ok(())
}

/// A path as the user gave it, from where the user stands, or from the top of the repository.
pub(super) fn inside(repo: &Repo, context: &Context, given: &str) -> Result<RepoPath, Refusal> {
    let from_here = context.folder.join(given);
    let real = from_here.canonicalize().ok();
    let top = repo.top.canonicalize().ok();
    let path = real
        .zip(top)
        .and_then(|(real, top)| RepoPath::new(real.strip_prefix(top).ok().and_then(Path::to_str)?));
    path.or_else(|| RepoPath::new(given))
        .ok_or_else(|| Refusal::usage(format!("{given} is not a file of this repository")))
}

fn explained(refusal: Refusal) -> Refusal {
    refusal.or_next("bump --help", "shows what it takes")
}

/// A version that is in the files already can still lack the commit that was asked for.
fn nothing_uncommitted(
    repo: &Repo,
    context: &Context,
    survey: &Survey,
    reached: &str,
) -> Result<(), Refusal> {
    let changed = repo.status()?.changed;
    let own: Vec<String> = survey
        .files
        .keys()
        .filter(|path| changed.iter().any(|other| other == Path::new(path.as_str())))
        .map(word)
        .collect();
    if own.is_empty() {
        return Ok(());
    }
    let own = own.join(" ");
    let commit = match context.folder == repo.top {
        true => format!("git commit -- {own}"),
        false => format!("git -C {} commit -- {own}", word(repo.top.display())),
    };
    Err(Refusal::unsafe_to(format!("{reached} is in the version files already, but not committed"))
        .why("A bump commits only what it changed itself.")
        .next_shell(commit, "commits all changes of these files")
        .next("undo", "takes an uncommitted bump back"))
}

fn prepare_commit(
    args: &Args,
    context: &Context,
    repo: &Repo,
    changes: &[FileChange],
    bumps: &[Bump],
) -> Result<(Ready, String), Refusal> {
    let template = if args.packages.is_empty() { COMMIT_TEMPLATE } else { PACKAGES_TEMPLATE };
    let template = args.message.as_deref().unwrap_or(template);
    let message = bump::message(template, bumps).map_err(explained)?;
    if message.trim().is_empty() {
        return Err(explained(Refusal::usage("the commit message is empty")));
    }
    let paths: Vec<RepoPath> = changes.iter().map(|change| change.path.clone()).collect();
    let others = if args.allow_dirty { OtherChanges::Allow } else { OtherChanges::Refuse };
    Ok((repo.ready_to_commit(&repo.status()?, &paths, others, context.at)?, message))
}

fn all_rows(survey: &Survey, plan: &Plan) -> Vec<Row> {
    let rows = |change: &&FileChange| ui::rows(change, &survey.files[&change.path]);
    plan.files().iter().flat_map(rows).collect()
}

/// What the user sees of a bump.
struct Shown<'a> {
    bumps: &'a [Bump],
    survey: &'a Survey,
    rows: Vec<Row>,
    plan: &'a Plan,
}

impl Shown<'_> {
    fn dry_run(&self, context: &Context) {
        let ui = &context.ui;
        self.head(context, Volume::Verbose);
        ui.say(&format!("{}. Nothing was changed (dry run).", self.size()));
        if let Some((message, branch)) = self.commit() {
            ui.say(&format!("It would be committed on {branch}: {message}"));
        }
        let again = context.command_without("--dry-run");
        ui.say(&format!("next: {}", ui.typed(&again)));
        ui.json(&self.json(None, None));
    }

    fn done(&self, context: &Context, finished: &Finished) {
        let ui = &context.ui;
        self.head(context, ui.volume);
        let commit = finished.objects.first();
        let size = match ui.volume {
            Volume::Verbose => self.size(),
            _ => format!("{} changed", counted(self.plan.files().len(), "file")),
        };
        match (commit, self.commit()) {
            (Some(id), Some((message, branch))) => {
                ui.say(&format!("{size}, committed on {branch}: {} {message}", id.short()));
            }
            _ => ui.say(&format!("{size}, nothing committed.")),
        }
        finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
        ui.say(&format!("undo: {}", ui.ours("undo")));
        ui.json(&self.json(Some(finished.id), commit.map(Oid::as_str)));
    }

    fn head(&self, context: &Context, volume: Volume) {
        let ui = &context.ui;
        for bump in self.bumps {
            let step = bold(&format!("{} -> {}", bump.from, bump.to));
            match &bump.name {
                Some(name) if volume == Volume::Verbose || self.bumps.len() > 1 => {
                    ui.say(&format!("{name} {step}"));
                }
                _ => ui.say(&step),
            }
            bump.notes.iter().for_each(|note| ui.say(&format!("  {note}")));
        }
        if volume == Volume::Verbose {
            ui.say("");
            self.rows.iter().for_each(|row| ui.say(&row.diff()));
            ui.say("");
            let notes = self.survey.projects.iter().flat_map(|known| &known.project.notes);
            notes.for_each(|note| ui.mark(Mark::Warning, &note.to_string()));
        } else {
            let width = self.rows.iter().map(|row| row.link.chars().count()).max().unwrap_or(0);
            let width = width.clamp(24, 48) + 3;
            self.rows
                .iter()
                .for_each(|row| ui.say(&format!("  {:<width$} {}", row.link, row.short())));
        }
    }

    fn size(&self) -> String {
        let files = self.plan.files();
        let edits = files.iter().flat_map(|change| &change.edits);
        let bytes: usize = edits.map(ui::changed_bytes).sum();
        let (files, bytes) = (counted(files.len(), "file"), counted(bytes, "byte"));
        format!("{files}, {bytes} changed, every other byte as it was")
    }

    /// Subject and branch of the planned commit.
    fn commit(&self) -> Option<(String, String)> {
        let objects = self.plan.objects();
        let Some(Object::Commit(commit)) = objects.first() else { return None };
        let branch = self.plan.moves().first()?.name.trim_start_matches("refs/heads/").to_owned();
        Some((commit.message.lines().next().unwrap_or_default().to_owned(), branch))
    }

    fn json(&self, operation: Option<u64>, commit: Option<&str>) -> Value {
        json(self.bumps, &self.rows, Some(self.plan), operation, commit)
    }
}

fn json(
    bumps: &[Bump],
    rows: &[Row],
    plan: Option<&Plan>,
    operation: Option<u64>,
    commit: Option<&str>,
) -> Value {
    let file = |row: &Row| {
        let (path, _) = row.link.rsplit_once(':').unwrap_or((&row.link, ""));
        json!({ "path": path, "line": row.change.line, "old": row.change.old,
                "new": row.change.new })
    };
    let package = |bump: &Bump| {
        json!({ "name": bump.name, "from": bump.from.text(), "to": bump.to.text(),
                "notes": bump.notes })
    };
    let mut all = json!({
        "packages": bumps.iter().map(package).collect::<Vec<_>>(),
        "files": rows.iter().map(file).collect::<Vec<_>>(),
        "operation": operation, "commit": commit, "plan": plan,
    });
    if let [bump] = bumps {
        all["from"] = bump.from.text().into();
        all["to"] = bump.to.text().into();
    }
    all
}
