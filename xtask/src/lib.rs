//! gonogo: release automation as a transaction.
//!
//! A version changes byte for byte and nothing else does; what is done is planned as a value,
//! journaled, resumable after a kill at any point, and undoable. See `ARCHITECTURE.md` for the map
//! of the modules and the rules that hold them apart.
//!
//! Mounted in a crate of your own (`xtask/src/main.rs`):
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     gonogo::run(std::env::args_os())
//! }
//! ```

mod changelog;
mod checklist;
mod cli;
mod config;
mod error;
mod exec;
mod flows;
mod gates;
mod glob;
mod history;
mod journal;
mod merge;
mod path;
mod plan;
mod record;
mod repo;
mod signoff;
mod sites;
mod sys;
mod template;
mod ui;
mod version;
mod wording;

/// Runs with the arguments of a process, the program first (`std::env::args_os()`).
///
/// Returns the exit code: 0 done, 1 a check is red (`check`, `doctor`, `hook`), 2 wrong arguments or
/// files, 3 refused because unsafe, 4 an operation is open, 5 an external command failed, 130
/// interrupted.
pub fn run(args: impl IntoIterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    cli::main(args)
}

/// The command line as clap sees it, for mounting it below another program.
pub fn command() -> clap::Command {
    <cli::Cli as clap::CommandFactory>::command()
}
