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

mod cli;
pub mod config;
pub mod error;
pub mod exec;
pub mod flows;
pub mod journal;
pub mod path;
pub mod plan;
pub mod repo;
pub mod sites;
pub mod sys;
mod ui;
pub mod version;

/// Runs with the arguments of a process, the program first (`std::env::args_os()`).
///
/// Returns the exit code: 0 done, 2 wrong arguments or files, 3 refused because unsafe, 4 an
/// operation is open, 5 an external command failed, 130 interrupted.
pub fn run(args: impl IntoIterator<Item = std::ffi::OsString>) -> std::process::ExitCode {
    cli::main(args)
}

/// The command line as clap sees it, for mounting it below another program.
pub fn command() -> clap::Command {
    <cli::Cli as clap::CommandFactory>::command()
}
