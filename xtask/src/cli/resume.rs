//! `resume`

use serde_json::json;

use super::Context;
use super::release::{self, Asking, Consent, Host, Way, anew, go_on};
use super::{rollback, waiting};
use crate::error::Refusal;
use crate::exec::{self, ByHand, Driven, Finished};
use crate::journal::{Journal, Said};
use crate::repo::Repo;
use crate::ui::Mark;

/// Complete an operation that was interrupted
///
/// Where none is open, it asks about what only a person can do, such as a yank after a rollback.
///
/// Where the push of a release was refused, alone it pushes again; there are three other ways on.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// The branch takes pull requests only: put the release on a branch of its own and offer that
    #[arg(long, group = "way")]
    pr: bool,
    /// The branch has moved: keep the tested commit and its tag, and merge it
    #[arg(long, group = "way")]
    merge: bool,
    /// The branch has moved: take the release back and make it anew on top of what is there
    #[arg(long, group = "way")]
    replan: bool,
    /// You have done this step yourself: go on with the next one
    #[arg(long, group = "way", value_name = "STEP")]
    done: Option<String>,
    /// This step will not be done: go on with the next one
    #[arg(long, group = "way", value_name = "STEP")]
    skip: Option<String>,
    /// The words that confirm the loss of data in a rollback, where nobody can be asked
    #[arg(long, value_name = "WORDS")]
    database_confirm: Option<String>,
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let ui = &context.ui;
    let repo = Repo::discover(&context.folder)?;
    let asking = Asking::again(&repo, context)?;
    let consent = if args.yes { Consent::Given } else { Consent::Asked };
    if args.replan {
        return anew(&repo, context, &asking, consent);
    }
    let way = match (args.pr, args.merge) {
        (true, _) => Some(Way::PullRequest),
        (_, true) => Some(Way::Merge),
        _ => None,
    };
    if let Some(way) = way {
        return Ok(go_on(way, &repo, context, &asking, consent)?);
    }
    let host = Host::new(&repo, context, &asking, consent);
    let withdrawing = rollback::Host::new(&repo, context, args.database_confirm.as_deref());
    let newest = Journal::of(&repo.common_dir).newest()?;
    let asked = match newest.is_some_and(|own| rollback::is_one(&own.plan().title)) {
        true => context.asked(&withdrawing),
        false => context.asked(&host),
    };
    let said = args.done.iter().map(|name| (name, Said::Done));
    let mut said = said.chain(args.skip.iter().map(|name| (name, Said::Skipped)));
    if let Some((name, said)) = said.next() {
        return match exec::by_hand(&repo, name, said, &asked)? {
            ByHand::Finished(finished) => Ok(ended(context, &repo, &finished)?),
            noted @ ByHand::Noted { .. } => {
                waiting::noted(ui, name, said, &noted);
                Ok(())
            }
        };
    }
    match exec::resume(&repo, &asked)? {
        Driven::Nothing(why) => waiting::ask(context, &repo, &asked, &why)?,
        Driven::Finished(finished) => ended(context, &repo, &finished)?,
    }
    Ok(())
}

fn ended(context: &Context, repo: &Repo, finished: &Finished) -> Result<(), Refusal> {
    let ui = &context.ui;
    if release::is_one(finished) {
        return release::end(context, repo, finished, None);
    }
    if rollback::is_one(&finished.title) {
        return rollback::end(context, repo, finished);
    }
    ui.say(&format!("done: {} (operation {})", finished.title, finished.id));
    finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
    ui.say(&format!("undo: {}", ui.ours("undo")));
    ui.json(&json!({ "operation": finished.id, "state": "done", "notes": finished.notes }));
    Ok(())
}
