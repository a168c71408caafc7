//! The command line: one file per subcommand, arguments whose doc comments are the help, one
//! `run` function each.

mod approvals;
mod bump;
mod changelog;
mod check;
mod checklist;
mod completions;
mod doctor;
mod framework;
mod hook;
mod hotfix;
mod init;
mod log;
mod man;
mod project;
pub(crate) mod record;
mod release;
mod resume;
mod rollback;
mod schema;
mod sign;
mod status;
mod tag;
mod text;
mod undo;
mod unreleased;
mod waiting;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};

use crate::config::file::split;
use crate::error::{Exit, Refusal, word};
use crate::exec::{Asked, Host};
use crate::sys::clock::{self, Timestamp};
use crate::sys::proc;
use crate::ui::{Form, Program, Ui, Volume};

/// The help heading of what every subcommand takes.
const EVERYWHERE: &str = "Everywhere";

/// Releases that can be resumed and undone: version files are edited byte for byte.
#[derive(Debug, Parser)]
#[command(name = "gonogo", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// Work in this folder instead of the current one
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    folder: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    json: bool,
    /// Say less: only warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = EVERYWHERE)]
    quiet: bool,
    /// Say more: whole lines before and after
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = EVERYWHERE)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bump(bump::Args),
    Changelog(changelog::Args),
    Tag(tag::Args),
    #[command(visible_alias = "hotfix-branch")]
    Hotfix(hotfix::Args),
    Release(release::Args),
    Rollback(rollback::Args),
    Status(status::Args),
    Check(check::Args),
    Checklist(checklist::Args),
    Text(text::Args),
    Sign(sign::Args),
    Undo(undo::Args),
    Resume(resume::Args),
    Log(log::Args),
    Init(init::Args),
    Doctor(doctor::Args),
    Hook(hook::Args),
    Completions(completions::Args),
    Man(man::Args),
    Schema(schema::Args),
}

/// What every subcommand gets: where, how to talk, and the moment it all happens.
pub(crate) struct Context {
    pub folder: PathBuf,
    pub ui: Ui,
    pub at: Timestamp,
    /// The arguments after the program, each as one word of a shell command.
    pub words: Vec<String>,
}

/// Runs with the arguments of a process, the program first, and returns its exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (program, args) = spelled(args.into_iter().collect());
    let words: Vec<String> = args.iter().skip(1).map(|arg| word(arg.to_string_lossy())).collect();
    let parser = <Cli as clap::CommandFactory>::command().bin_name(&program);
    let cli = match parser
        .try_get_matches_from(args)
        .and_then(|m| <Cli as clap::FromArgMatches>::from_arg_matches(&m))
    {
        Ok(cli) => cli,
        Err(error) => {
            refuse_arguments(&error, program, &words);
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return ExitCode::from(if is_hook(&words) { code.min(1) } else { code });
        }
    };
    let ui = cli.ui(match &cli.command {
        Command::Hook(_) => hook::spelled(program),
        _ => program,
    });
    match cli.surroundings() {
        Ok((folder, at)) => run(&cli.command, &Context { folder, ui, at, words }),
        Err(refusal) => {
            ui.refuse(&refusal, 2);
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command, context: &Context) -> ExitCode {
    let ui = &context.ui;
    let code = match dispatch(command, context) {
        Ok(code) => code,
        Err(error) => {
            let refusal = leading_on(as_refusal(error), command, context);
            let code = match command {
                // git and the frameworks know two answers.
                Command::Hook(_) => 1,
                _ => exit_code(refusal.exit),
            };
            ui.refuse(&refusal, code);
            code
        }
    };
    let Some(refusal) = ui.unwritten() else { return ExitCode::from(code) };
    ui.complain(&refusal);
    ExitCode::from(if code == 0 { exit_code(refusal.exit) } else { code })
}

/// Is `hook` the subcommand of arguments that cannot be read?
fn is_hook(words: &[String]) -> bool {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-C" => drop(words.next()),
            word if word.starts_with('-') => {}
            word => return word == "hook",
        }
    }
    false
}

/// Every refusal ends with a command to copy: where none fits better, one that shows more.
fn leading_on(refusal: Refusal, command: &Command, context: &Context) -> Refusal {
    if !refusal.next.is_empty() {
        return refusal;
    }
    if let Some(there) = context.folder.ancestors().find(|folder| folder.is_dir())
        && there != context.folder
    {
        let list = format!("ls {}", word(there.display()));
        return refusal.next_shell(list, "shows which folders there are");
    }
    // What is wrong in the configuration is wrong for every command but this one.
    if refusal.place.as_ref().is_some_and(|place| place.path.as_str() == "gonogo.toml") {
        return refusal.next("doctor", "shows what else is in the way");
    }
    let place = refusal.place.as_ref().map(|place| word(&place.path));
    match (command, place) {
        (Command::Status(_), Some(path)) => {
            refusal.next_shell(format!("git log -1 -- {path}"), "who changed it last")
        }
        (Command::Status(_), None) => refusal.next("log", "shows what was done here"),
        (Command::Changelog(_), Some(path)) => {
            let line = refusal.place.as_ref().map_or(1, |place| place.line);
            refusal.next_shell(format!("${{EDITOR:-vi}} +{line} {path}"), "opens the file there")
        }
        (_, Some(_)) => refusal.next("status", "shows every version file"),
        (_, None) => refusal.next("status", "shows where things stand"),
    }
}

impl Cli {
    fn ui(&self, name: String) -> Ui {
        let folder = self.folder.as_ref().map(|folder| word(folder.display()));
        let form = if self.json { Form::Json } else { Form::Text };
        let volume = match (self.quiet, self.verbose) {
            (true, _) => Volume::Quiet,
            (false, 0) => Volume::Normal,
            (false, _) => Volume::Verbose,
        };
        Ui::new(Program { name, folder }, form, volume)
    }

    /// Where and when it happens.
    fn surroundings(&self) -> Result<(PathBuf, Timestamp), Refusal> {
        let folder = self.folder.clone().unwrap_or_else(|| PathBuf::from("."));
        let folder = std::path::absolute(folder).map_err(|error| {
            Refusal::usage("there is no current folder")
                .why(error.to_string())
                .next_shell("cd", "or name another one with -C DIR")
        })?;
        if let Some(pinned) = std::env::var_os("SOURCE_DATE_EPOCH")
            && pinned.to_str().and_then(|text| text.parse::<i64>().ok()).is_none()
        {
            return Err(Refusal::usage("SOURCE_DATE_EPOCH is no number")
                .why(format!(
                    "It is {} and should be seconds since 1970.",
                    word(pinned.to_string_lossy())
                ))
                .next_shell("unset SOURCE_DATE_EPOCH", "or set it to a number"));
        }
        Ok((folder, clock::now()))
    }
}

/// What clap has to say: help on stdout, an error on stderr, or as JSON where that is asked for.
fn refuse_arguments(error: &clap::Error, name: String, words: &[String]) {
    let asked_for_json = words.iter().any(|word| word == "--json");
    if !(error.use_stderr() && asked_for_json) {
        let _ = error.print();
        return;
    }
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let what = lines.next().unwrap_or_default().trim_start_matches("error: ");
    let refusal = lines.fold(Refusal::usage(what), Refusal::why).next("--help", "");
    let program = Program { name, folder: None };
    Ui::new(program, Form::Json, Volume::Normal).refuse(&refusal, 2);
}

/// Runs the subcommand and returns the exit code of what it found.
fn dispatch(command: &Command, context: &Context) -> anyhow::Result<u8> {
    match command {
        Command::Bump(args) => bump::run(args, context)?,
        Command::Changelog(args) => return changelog::run(args, context),
        Command::Tag(args) => return Ok(tag::run(args, context)?),
        Command::Hotfix(args) => hotfix::run(args, context)?,
        Command::Release(args) => release::run(args, context)?,
        Command::Rollback(args) => rollback::run(args, context)?,
        Command::Status(args) => status::run(args, context)?,
        Command::Check(args) => return Ok(check::run(args, context)?),
        Command::Checklist(args) => return Ok(checklist::run(args, context)?),
        Command::Text(args) => text::run(args, context)?,
        Command::Sign(args) => return Ok(sign::run(args, context)?),
        Command::Undo(args) => undo::run(args, context)?,
        Command::Resume(args) => resume::run(args, context)?,
        Command::Log(args) => log::run(args, context)?,
        Command::Init(args) => init::run(args, context)?,
        Command::Doctor(args) => return Ok(doctor::run(args, context)?),
        Command::Hook(args) => hook::run(args, context)?,
        Command::Completions(args) => completions::run(args, context)?,
        Command::Man(args) => man::run(args, context)?,
        Command::Schema(args) => schema::run(args, context),
    }
    Ok(0)
}

/// Runs a command of the journal again, in the same place and with the same form of output.
///
/// # Errors
/// It cannot be read any more; those of the command.
fn again(command: &str, context: &Context) -> anyhow::Result<()> {
    let unknown = || Refusal::usage(format!("this command is not understood any more: {command}"));
    let words = split(command).map_err(|_| unknown())?;
    let Program { name, folder } = context.ui.program.clone();
    let args = std::iter::once(name.clone()).chain(words.iter().cloned());
    let cli = <Cli as Parser>::try_parse_from(args).map_err(|_| unknown())?;
    let ui = Ui::new(Program { name, folder }, context.ui.form, context.ui.volume);
    let words = words.iter().map(word).collect();
    let again = Context { folder: context.folder.clone(), ui, at: context.at, words };
    dispatch(&cli.command, &again).map(drop)
}

/// What is not a refusal was not foreseen; it is told with all its causes.
fn as_refusal(error: anyhow::Error) -> Refusal {
    error.downcast().unwrap_or_else(|error: anyhow::Error| {
        let refusal = Refusal::external(error.to_string());
        error.chain().skip(1).fold(refusal, |refusal, cause| refusal.why(cause.to_string()))
    })
}

fn exit_code(exit: Exit) -> u8 {
    match exit {
        Exit::Red => 1,
        Exit::Usage => 2,
        Exit::Unsafe => 3,
        Exit::Open => 4,
        Exit::External => 5,
        Exit::Interrupted => 130,
    }
}

/// How the user called us, and the arguments without what cargo adds.
///
/// `cargo gonogo bump` runs `cargo-gonogo gonogo bump`; `cargo xtask bump` runs a program `xtask`.
fn spelled(mut args: Vec<OsString>) -> (String, Vec<OsString>) {
    let stem = args.first().map(Path::new).and_then(Path::file_stem).and_then(OsStr::to_str);
    let program = match stem {
        Some("cargo-gonogo") => {
            if args.get(1).is_some_and(|arg| arg == "gonogo") {
                args.remove(1);
            }
            "cargo gonogo"
        }
        Some("xtask") => "cargo xtask",
        _ => "gonogo",
    };
    (program.to_owned(), args)
}

impl Context {
    /// Who asks the executor, and how it may talk meanwhile.
    pub fn asked<'a>(&'a self, host: &'a dyn Host) -> Asked<'a> {
        Asked { who: proc::user(), at: self.at, command: self.command(), host }
    }

    /// The arguments after the program, as they can be typed again.
    pub fn command(&self) -> String {
        self.words.join(" ")
    }

    /// The same without one of them.
    pub fn command_without(&self, left_out: &str) -> String {
        let kept: Vec<&str> =
            self.words.iter().map(String::as_str).filter(|word| *word != left_out).collect();
        kept.join(" ")
    }
}
