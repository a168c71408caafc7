//! `rollback --plan`: the way back from a release, as a document for people who are in a hurry.

use std::fmt::Write as _;

use super::ahead::{Ahead, Before};
use super::args::Args;
use super::prepare::{self, Preparation, Prepared};
use super::shown;
use crate::cli::Context;
use crate::cli::project::Survey;
use crate::cli::release::main;
use crate::error::{Refusal, word};
use crate::gates::Values;
use crate::repo::Repo;
use crate::wording::plain;

/// Prints it; nothing is changed.
///
/// # Errors
/// Those of a rollback, where the release is out.
pub fn print(args: &Args, context: &Context, repo: &Repo) -> Result<(), Refusal> {
    let text = match &args.version {
        Some(said) if !is_known(args, context, repo, said)? => {
            coming(args, context, repo, Some(said))?
        }
        None if !has_release(args, context, repo)? => coming(args, context, repo, None)?,
        _ => match prepare::prepared(args, context, repo)? {
            Preparation::Ready(ready) => made(&ready),
            Preparation::Nothing { why, .. } => format!("{why}\n"),
        },
    };
    context.ui.verbatim(text.as_bytes());
    context.ui.json(&serde_json::json!({ "operation": null, "text": text }));
    Ok(())
}

fn survey(args: &Args, context: &Context, repo: &Repo) -> Result<Survey, Refusal> {
    let names: Vec<String> = args.package.iter().cloned().collect();
    Survey::read(repo, &names, &context.command())
}

/// Whether a release has a tag here.
fn is_known(args: &Args, context: &Context, repo: &Repo, said: &str) -> Result<bool, Refusal> {
    let survey = survey(args, context, repo)?;
    let known = prepare::only(&survey)?;
    let version = known.format.version(said).or_else(|| crate::version::Version::read(said));
    Ok(known.releases.commits.iter().any(|tagged| {
        tagged.tag == said || version.as_ref().is_some_and(|own| own.same(&tagged.version))
    }))
}

fn has_release(args: &Args, context: &Context, repo: &Repo) -> Result<bool, Refusal> {
    let survey = survey(args, context, repo)?;
    let known = prepare::only(&survey)?;
    Ok(known.releases.standing().any(|tagged| !tagged.version.is_prerelease()))
}

/// Of a release that is out: the plan itself.
fn made(prepared: &Prepared) -> String {
    let Prepared { plan, facts, .. } = prepared;
    let mut text = format!("# The way back from {}\n\n", plain(&facts.name));
    for about in &facts.about {
        let _ = writeln!(text, "- {}", plain(about));
    }
    text.push_str("\n## What is out\n\n");
    for out in &facts.out {
        let (place, what, then) = (plain(&out.place), plain(&out.what), plain(&out.then));
        let _ = writeln!(text, "- {place}: {what} ({}; {then})", out.class);
    }
    text.push_str("\n## Steps\n\n");
    for (number, line) in shown::lines(plan, facts).iter().enumerate() {
        let _ = writeln!(text, "{}. {}: {}", number + 1, plain(&line.word), plain(&line.text));
    }
    text.push_str("\n## Not part of it\n\n");
    for (word, why) in &facts.not {
        let _ = writeln!(text, "- {}: {}", plain(word), plain(why));
    }
    text
}

/// Of a release that is still to be made: what is known of it now.
fn coming(
    args: &Args,
    context: &Context,
    repo: &Repo,
    version: Option<&str>,
) -> Result<String, Refusal> {
    let survey = survey(args, context, repo)?;
    let known = prepare::only(&survey)?;
    let mut standing = known.releases.standing().filter(|one| !one.version.is_prerelease());
    let previous = match &known.releases.newest {
        Some((tag, _)) => known.releases.standing().find(|one| one.tag == *tag),
        None => standing.next(),
    };
    let spelled = format!("rollback {}", word(version.unwrap_or("VERSION")));
    let ahead = Ahead {
        name: format!("{} {}", known.name(), version.unwrap_or("(the next release)")),
        previous: previous.map(|one| Before {
            version: Some(one.version.text()),
            tag: &one.tag,
            commit: &one.commit,
        }),
        command: context.ui.ours(spelled.trim()),
        settings: &survey.settings,
        main: &main(repo, &survey.settings)?,
        values: Values::default().with("VERSION", version),
        people: &[],
        quoted: plain,
    };
    Ok(ahead.text())
}
