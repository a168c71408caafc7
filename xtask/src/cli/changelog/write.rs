//! `changelog` without a subcommand: writes the section of the current version.

use super::super::Context;
use super::facts::Facts;
use crate::journal::Journal;
use crate::repo::Repo;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The package whose changelog is meant, by name or folder (`lib-*` for all that match); may be
    /// repeated
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    let facts = Facts::chosen(&repo, context, &args.packages)?;
    for own in &facts.changelogs {
        own.read()?;
        context.ui.say(&format!(
            "{} {} {} {:?}",
            own.place.path(),
            own.version,
            own.tag,
            facts.page
        ));
    }
    Ok(())
}
