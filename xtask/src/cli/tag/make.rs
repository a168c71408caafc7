//! Makes a tag, and pushes it.

use super::super::Context;
use super::candidate::Candidate;
use super::message::message;
use super::push::Remote;
use super::shown::Shown;
use crate::cli::project::Signing;
use crate::error::{Refusal, word};
use crate::exec;
use crate::flows::tag::{New, Which, Wish, plan};
use crate::journal::Journal;
use crate::plan::Sign;
use crate::repo::{Repo, Tag, in_hook};
use crate::sys::proc;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version, which must be that of the files; it has to be said where no file holds one
    pub version: Option<String>,
    /// Push it after one look at the remote, with the branch where the commit is not there yet
    #[arg(long)]
    pub push: bool,
    /// The message; knows the placeholders of `[release] tag_message`
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// What {codename} stands for
    #[arg(long, value_name = "NAME")]
    pub codename: Option<String>,
    /// What {summary} stands for
    #[arg(long, value_name = "TEXT")]
    pub summary: Option<String>,
    /// The package to tag, by name or folder
    #[arg(short, long, value_name = "PACKAGE")]
    pub package: Option<String>,
    /// The branch or commit to tag instead of HEAD
    #[arg(long, value_name = "REV")]
    pub at: Option<String>,
    /// Show what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Push without asking
    #[arg(long)]
    pub yes: bool,
}

impl Args {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&str> {
        let given = [
            ("--push", self.push),
            ("--message", self.message.is_some()),
            ("--codename", self.codename.is_some()),
            ("--summary", self.summary.is_some()),
            ("--package", self.package.is_some()),
            ("--at", self.at.is_some()),
            ("--dry-run", self.dry_run),
            ("--yes", self.yes),
        ];
        let option = given.into_iter().find_map(|(option, is)| is.then_some(option));
        option.or(self.version.as_deref())
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal);
    }
    let candidate = Candidate::read(&repo, args, context)?;
    let here = candidate.standing(&repo)?;
    candidate.told(&repo)?;
    let signing = candidate.survey.signing(&repo)?;
    let sign = signing.sign;
    let text = match &here {
        Some(_) => None,
        None => Some(message(&candidate, args, context)?),
    };
    let remote = match args.push {
        true => {
            in_hook(&repo.git_dir)?;
            Some(Remote::look(&candidate, &repo, context)?)
        }
        false => None,
    };
    // The fetch may have brought it.
    let here = if args.push { candidate.standing(&repo)? } else { here };
    let push = match &remote {
        Some(Remote::Lacking(pushed)) => Some(pushed.clone()),
        Some(Remote::Same(_)) | None => None,
    };
    if let (Some(tag), Some(_)) = (&here, &push) {
        fit_to_push(&candidate, tag, &signing)?;
    }
    let tagger = match here {
        Some(_) => String::new(),
        None => repo.ident("COMMITTER", context.at)?,
    };
    if here.is_none() {
        signing.tried(&repo)?;
    }
    let tag = match (&here, text.as_deref()) {
        (Some(tag), _) => Which::Here(&tag.id),
        (None, text) => {
            Which::New(New { message: text.unwrap_or_default(), tagger: &tagger, sign })
        }
    };
    let (name, commit) = (candidate.name.as_str(), &candidate.commit);
    let plan = plan(repo.head.base(), &Wish { name, commit, tag, push });
    let shown = Shown::new(&candidate, &repo, here.as_ref(), remote.as_ref(), &plan)?;
    if plan.steps.is_empty() {
        shown.nothing_to_do(context);
        return Ok(());
    }
    if args.dry_run {
        shown.dry_run(context);
        return Ok(());
    }
    if plan.point_of_no_return().is_some() && !args.yes {
        confirmed(&shown, context)?;
    }
    let progress = |what: &str| context.ui.progress(what);
    let finished = exec::run(&repo, plan.clone(), &[], &context.asked(&progress))?;
    shown.done(context, &finished);
    Ok(())
}

/// What is pushed is what the configuration asks for, also where somebody else made it.
fn fit_to_push(candidate: &Candidate, tag: &Tag, signing: &Signing) -> Result<(), Refusal> {
    let signed = tag.annotated.as_ref().is_some_and(|annotated| annotated.signed);
    if signed || signing.sign == Sign::No {
        return Ok(());
    }
    let name = &candidate.name;
    Err(Refusal::unsafe_to(format!("{name} is there already, and not signed"))
        .why(format!("{} asks for a signature.", signing.setting))
        .next_shell(format!("git tag -d {}", word(name)), "removes it here; then the same again"))
}

/// Asks before anything is done: what is pushed cannot be taken back.
fn confirmed(shown: &Shown<'_>, context: &Context) -> Result<(), Refusal> {
    let yes = format!("{} --yes", context.command());
    if !context.ui.can_ask() {
        return Err(Refusal::usage("a push cannot be taken back, and nobody can be asked here")
            .why("Nothing was tagged or pushed.")
            .next_typed(yes, "pushes without asking"));
    }
    shown.planned(context);
    let mortal = proc::mortal().map_err(|error| {
        Refusal::external("ctrl-C cannot be watched for").why(error.to_string())
    })?;
    let agreed = context.ui.confirm("Push this? It cannot be taken back.")?;
    drop(mortal);
    match agreed {
        true => Ok(()),
        false => Err(Refusal::unsafe_to("not pushed: you did not say yes")
            .why("Nothing was tagged or pushed.")
            .next_typed(context.command_without("--push"), "tags it here only")),
    }
}
