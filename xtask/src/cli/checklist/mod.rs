//! `checklist`: one file per subcommand; without one, `show`.

mod facts;
mod groups;
mod import;
mod proceed;
mod show;

pub(super) use facts::{Reading, is_wanted, of_people, seen_before};
pub(super) use groups::{Groups, boxes};

use super::Context;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::repo::WorkTree;
use crate::sites::Tree;

/// The team's own checklist in Markdown: what is done, and who has to act
///
/// [checklist] in gonogo.toml names the file and binds its headings to gates, roles and steps;
/// `import` proposes that. The file itself is never changed: boxes are ticked in a copy, with the
/// evidence beside them.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    show: show::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Run(proceed::Args),
    Import(import::Args),
}

/// Runs the subcommand and returns the exit code of what it found.
pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    if args.command.is_some() && args.show.is_given() {
        return Err(Refusal::usage("options stand behind the subcommand")
            .next("checklist --help", "shows what each takes"));
    }
    match &args.command {
        None => show::run(&args.show, context),
        Some(Command::Show(args)) => show::run(args, context),
        Some(Command::Run(args)) => proceed::run(args, context),
        Some(Command::Import(args)) => import::run(args, context),
    }
}

/// The file that is called a checklist and is one; `None` where there are none or several.
///
/// # Errors
/// git cannot list the files.
pub(super) fn candidate(tree: &WorkTree<'_>) -> Result<Option<RepoPath>, Refusal> {
    let called = ["checklist", "Checklist", "CHECKLIST"];
    let patterns = called.map(|name| Glob::parse(&format!("**/*{name}*.md")));
    let patterns: Vec<Glob> = patterns.into_iter().filter_map(Result::ok).collect();
    let mut found = tree.files(&patterns)?;
    found.retain(|path| facts::file(tree, path).and_then(|file| facts::boxes(&file)).is_ok());
    Ok(if found.len() == 1 { found.pop() } else { None })
}
