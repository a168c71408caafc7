//! What a new tag says, and whether it is signed.

use super::super::Context;
use super::candidate::Candidate;
use super::make::Args;
use crate::config::file::{Effective, Procedure};
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::words::{Branches, Release, Words};
use crate::history::{Cut, Tagged};
use crate::repo::{Asked, Question, Releases};
use crate::version::Version;

/// The message, by `--message` or the template of the procedure whose branch it is on.
///
/// # Errors
/// A placeholder without a value; an empty message; git fails.
pub(super) fn message(
    candidate: &Candidate,
    args: &Args,
    context: &Context,
) -> Result<String, Refusal> {
    let Candidate { survey, version, name, .. } = candidate;
    let known = candidate.known();
    let given = args.message.as_ref().map(|text| Effective {
        value: text.clone(),
        key: "--message".to_owned(),
        place: None,
    });
    let template =
        given.unwrap_or_else(|| survey.settings.landing(procedure(candidate)).tag_message);
    let previous = match template.value.contains("{previous}") {
        true => previous(candidate)?,
        false => None,
    };
    let folder = known.project.folder.as_str();
    let (date, command) = (context.at.date(), context.command());
    let words = Words::new(Release {
        version,
        tag: name,
        date: &date,
        name: known.project.name.as_deref(),
        package: known.project.name.as_deref().filter(|_| !folder.is_empty()),
        codename: args.codename.as_deref(),
        summary: args.summary.as_deref(),
        previous: previous.as_ref(),
        taken: &known.tagged,
        style: bump::style(&survey.facts(known), version),
        command: &command,
    })?;
    let message = words
        .message(&template)
        .map_err(|refusal| refusal.or_next("tag --help", "shows what it takes"))?;
    match message.trim().is_empty() {
        true => Err(Refusal::usage("the message of the tag is empty")
            .next("tag --help", "shows what says it")),
        false => Ok(message),
    }
}

/// A hotfix is tagged on its own branch.
fn procedure(candidate: &Candidate) -> Procedure {
    let Candidate { survey, version, branch, .. } = candidate;
    let known = candidate.known();
    let template = survey.settings.landing(Procedure::Hotfix).branch;
    let is_hotfix = |branch: &str| {
        let template = template.as_ref()?;
        let names = Branches {
            template: &template.value,
            tags: &known.format,
            name: known.project.name.as_deref(),
            package: known.project.name.as_deref(),
            style: bump::style(&survey.facts(known), version),
        };
        names.version(branch).filter(|own| own.same(version))
    };
    match branch.as_deref().and_then(is_hotfix) {
        Some(_) => Procedure::Hotfix,
        None => Procedure::Release,
    }
}

/// The release before this one.
fn previous(candidate: &Candidate) -> Result<Option<Version>, Refusal> {
    let known = candidate.known();
    let question = match candidate.version.is_prerelease() {
        true => Question::Prerelease,
        false => Question::Full,
    };
    let own = |other: &&Tagged| !other.version.same(&candidate.version);
    let commits = known.releases.commits.iter().filter(own).cloned().collect();
    let withdrawn = known.releases.withdrawn.clone();
    let releases = Releases { newest: None, tagged: Vec::new(), commits, withdrawn };
    let scope = candidate.survey.scope(known);
    let how = candidate.survey.reading(&candidate.seen)?;
    let asked = Asked { releases: &releases, question, scope };
    let Some(range) = candidate.seen.ranges(vec![asked], &how)?.pop() else { return Ok(None) };
    if range.cut == Cut::Beyond {
        return Err(candidate.seen.deepen("The message names the release before this one."));
    }
    Ok(range.from.map(|from| from.version))
}
