//! `man`

use clap_mangen::Man;
use serde_json::json;

use super::Context;
use crate::error::Refusal;

/// Print the manual page of gonogo or of one of its commands
///
/// The page is in the man format (roff): `gonogo man | man -l -` shows it, and
/// `gonogo man bump > gonogo-bump.1` keeps it. Needs no repository.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command whose page is wanted; without it the main page
    command: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let mut program = crate::command();
    // What every subcommand takes is only known to it once the whole is built.
    program.build();
    let wanted = match &args.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| unknown(name))?,
    };
    let mut page = Vec::new();
    Man::new(wanted).source(concat!("gonogo ", env!("CARGO_PKG_VERSION"))).render(&mut page)?;
    let page = String::from_utf8(page)?;
    context.ui.answer(page.trim_end());
    context.ui.json(&json!({ "command": args.command, "page": page }));
    Ok(())
}

fn unknown(name: &str) -> Refusal {
    Refusal::usage(format!("there is no command {name}")).next("--help", "lists the commands")
}
