//! `rollback --plan`: the way back from a release, as a document for people who are in a hurry.

use std::fmt::Write as _;

use super::args::Args;
use super::prepare::{self, Preparation, Prepared};
use super::shown;
use crate::cli::Context;
use crate::cli::project::Survey;
use crate::cli::release::main;
use crate::config::file::{Code, CommandLine, Procedure};
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
    let settings = &survey.settings;
    let mut standing = known.releases.standing().filter(|one| !one.version.is_prerelease());
    let previous = match &known.releases.newest {
        Some((tag, _)) => known.releases.standing().find(|one| one.tag == *tag),
        None => standing.next(),
    };
    let values = Values::default()
        .with("VERSION", version)
        .with("PREVIOUS_VERSION", previous.map(|one| one.version.text()))
        .with("PREVIOUS_TAG", previous.map(|one| &one.tag))
        .with("PREVIOUS_COMMIT", previous.map(|one| &one.commit));
    let shown = |line: &CommandLine| match line.argv(values.map()) {
        Ok(argv) => argv.iter().map(word).collect::<Vec<_>>().join(" "),
        Err(_) => line.shown(),
    };
    let name = format!("{} {}", known.name(), version.unwrap_or("(the next release)"));
    let mut text = format!("# The way back from {}\n\n", plain(&name));
    match previous {
        Some(previous) => {
            let (tag, commit) = (plain(&previous.tag), &previous.commit[..7]);
            let _ = writeln!(text, "Back to {}: {tag}, commit {commit}.\n", previous.version);
        }
        None => text.push_str("There is no release to go back to.\n\n"),
    }
    let spelled = format!("rollback {}", word(version.unwrap_or("VERSION")));
    let _ = writeln!(text, "    {}\n", context.ui.ours(spelled.trim()));
    text.push_str("## Steps\n\n");
    let mut steps = Vec::new();
    let rollback = &settings.rollback;
    if previous.is_some() {
        steps.extend(rollback.redeploy.iter().map(|line| format!("redeploy: `{}`", shown(line))));
    }
    let database = rollback
        .database
        .iter()
        .map(|line| format!("database, only with --database, loses data: `{}`", shown(line)));
    steps.extend(database);
    if previous.is_some() {
        steps.extend(rollback.verify.iter().map(|line| format!("verify: `{}`", shown(line))));
    }
    steps.push(format!("code: {}", code(repo, &survey)?));
    steps.push("changelog: [YANKED] and a notice".to_owned());
    steps.push("tag: it stays, and its version is not used again".to_owned());
    steps.push("texts for the incident and for users".to_owned());
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {step}", number + 1);
    }
    let records: Vec<&str> = settings.record.iter().map(|(name, _)| name.value.as_str()).collect();
    if !records.is_empty() {
        let _ = writeln!(text, "\nThe release records {}.", plain(&records.join(", ")));
    }
    Ok(text)
}

/// What becomes of the code.
fn code(repo: &Repo, survey: &Survey) -> Result<String, Refusal> {
    let settings = &survey.settings;
    let main = main(repo, settings)?;
    let merged = settings.landing(Procedure::Release).branch.is_some();
    let said = settings.rollback.code.as_ref().map(|said| said.value);
    Ok(match (said, merged) {
        (Some(Code::Keep), _) => format!("it stays on {main}"),
        (None, false) => format!("it stays on {main}; --revert takes it out"),
        (Some(Code::Revert), _) | (None, true) => {
            format!("it is taken out of {main}, and what came later stays")
        }
    })
}
