//! The ways on when a push was refused: a pull request, a merge, or the whole release anew.

use super::args::Args;
use super::gates::Asking;
use super::landing::{body, pull, section};
use super::remote::Remote;
use super::start::checked_out;
use super::{Consent, Host, end};
use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::config::changelog::{self as configured, Place};
use crate::error::{Refusal, word};
use crate::exec::{self, Driven};
use crate::flows::landing::{self, Identity, Refused};
use crate::flows::words::{self, Words};
use crate::gates::Profile;
use crate::journal::Operation;
use crate::plan::{Id, Plan};
use crate::repo::{Repo, WorkTree};
use crate::sites::Source;
use crate::sys::proc;
use crate::version::Version;

/// A way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    PullRequest,
    Merge,
}

/// Goes on by that way: the open operation is replaced by another one.
///
/// # Errors
/// No release is open whose push was refused; the other way is not open either; what the executor
/// refuses.
pub fn go_on(
    way: Way,
    repo: &Repo,
    context: &Context,
    asking: &Asking<'_>,
    consent: Consent,
) -> Result<(), Refusal> {
    let host = Host::new(repo, context, asking, consent);
    let asked = context.asked(&host);
    if consent == Consent::Asked && !context.ui.can_ask() {
        return Err(Refusal::usage("nobody can be asked here, and a push cannot be taken back")
            .next_typed(format!("{} --yes", context.command()), "answers yes beforehand")
            .leaves_open());
    }
    let old = exec::replaceable(repo, &asked)?;
    let refused = refused(repo, &old).map_err(Refusal::leaves_open)?;
    let plan = match way {
        Way::PullRequest => by_request(repo, context, refused),
        Way::Merge => merged(repo, context, refused),
    };
    let plan = plan.map_err(Refusal::leaves_open)?;
    let finished = exec::replace(repo, &old, plan.clone(), &[], &asked)?;
    end(context, repo, &finished, None)
}

/// What the open operation has made and did not get rid of.
fn refused(repo: &Repo, old: &Operation) -> Result<Refused, Refusal> {
    let plan = old.plan();
    let other = |why: &str| {
        let refusal = Refusal::unsafe_to(format!("{} cannot go on that way", plan.title))
            .why(why)
            .next("resume", "pushes again");
        match old.is_undoable() {
            true => refusal.next("undo", "takes everything back"),
            false => refusal,
        }
    };
    let (Some(push), true) = (plan.point_of_no_return(), plan.is_straight()) else {
        return Err(other("It is no release straight on the branch that is checked out."));
    };
    let lost = || other("It has not made its commit and its tag yet.");
    let object = |id: Option<&Id>| id.and_then(|id| old.object(id)).ok_or_else(lost);
    let base = plan.base.clone();
    let (Some(branch), Some(before)) = (base.branch.clone(), base.head.clone()) else {
        return Err(lost());
    };
    let moves = plan.moves();
    let own = || moves.iter().filter(|wanted| wanted.name == branch);
    let tag = moves.iter().find(|wanted| wanted.name.starts_with("refs/tags/")).ok_or_else(lost)?;
    let (released, tip) = match (own().next(), own().next_back()) {
        (Some(first), Some(last)) => (object(first.new.as_ref())?, object(last.new.as_ref())?),
        _ => (before.clone(), before.clone()),
    };
    if repo.ref_at(&branch)?.as_ref() != Some(&tip) {
        return Err(lost());
    }
    Ok(Refused {
        title: plan.title.trim_start_matches("release ").to_owned(),
        base: repo.head.base(),
        branch,
        before,
        tip,
        released,
        tag: tag.name["refs/tags/".len()..].to_owned(),
        tagged: object(tag.new.as_ref())?,
        remote: landing::Remote { name: push.remote.clone(), shown: push.shown.clone() },
        about: plan.release().map(|keep| keep.about.clone()).unwrap_or_default(),
    })
}

fn by_request(repo: &Repo, context: &Context, refused: Refused) -> Result<Plan, Refusal> {
    let short = refused.branch.trim_start_matches("refs/heads/").to_owned();
    if refused.released == refused.before {
        return Err(Refusal::unsafe_to(format!("the release has no commit that {short} lacks"))
            .why(format!(
                "What {} does not have of {short} are commits of others.",
                refused.remote.name
            ))
            .next("undo", "takes the tag back"));
    }
    let survey = Survey::chosen(repo, &[], &context.command())?;
    let known =
        survey
            .projects
            .iter()
            .find(|known| known.format.version(&refused.tag).is_some())
            .ok_or_else(|| Refusal::unsafe_to(format!("{} is no tag of a release", refused.tag)))?;
    let version = known.format.version(&refused.tag).unwrap_or(Version::parse("0.1.0")?);
    let profile = Profile::named(&refused.about.profile);
    let procedure = profile.map(Profile::procedure).unwrap_or_default();
    let landing = survey.settings.landing(procedure);
    let (date, command) = (context.at.date(), context.command());
    let newest = known.releases.newest.as_ref().map(|(_, version)| version);
    let words = Words::new(words::Release {
        version: &version,
        tag: &refused.tag,
        date: &date,
        name: known.project.name.as_deref(),
        package: None,
        codename: None,
        summary: None,
        previous: newest.filter(|newest| !newest.same(&version)),
        taken: &known.tagged,
        style: crate::flows::bump::style(&survey.facts(known), &version),
        command: &command,
    })?;
    let on = words.branch(&landing.prepared())?;
    let full = format!("refs/heads/{on}");
    if repo.ref_at(&full)?.is_some() {
        return Err(Refusal::unsafe_to(format!("there is a branch {on} already"))
            .next_shell(format!("git branch -m {} old", word(&on)), "gives it another name"));
    }
    // A title that asks for a codename is no reason to stop here.
    let title = words.title(&landing.title).unwrap_or_else(|_| refused.title.clone());
    let body = body(written(repo, &survey, known, &version)?, procedure);
    let pull = pull(repo, &refused.remote.name, (&on, &short), title, body)?;
    Ok(landing::pull_request(refused, &full, pull))
}

/// The section of the release, as it is in the work tree.
fn written(
    repo: &Repo,
    survey: &Survey,
    known: &Known,
    version: &Version,
) -> Result<Option<String>, Refusal> {
    let tree = WorkTree::new(repo)?;
    let place = configured::find(&tree, &survey.settings, &known.project, survey.among)?;
    let Place::There(file) = &place else { return Ok(None) };
    Ok(section(Source { path: &file.path, bytes: &file.bytes }, version))
}

fn merged(repo: &Repo, context: &Context, refused: Refused) -> Result<Plan, Refusal> {
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = Remote::fetch(repo, &interrupt)?;
    let short = refused.branch.trim_start_matches("refs/heads/");
    if remote.at(&format!("refs/tags/{}", refused.tag)).is_some() {
        return Err(Refusal::unsafe_to(format!("{} is on {} already", refused.tag, remote.name()))
            .why("Somebody else has released this version.")
            .next("resume --replan", "releases the next one on top of it"));
    }
    let onto = remote.at(&refused.branch).ok_or_else(|| {
        Refusal::unsafe_to(format!("{} has no {short} any more", remote.name()))
            .next("undo", "takes everything back")
    })?;
    let (author, committer) =
        (repo.ident("AUTHOR", context.at)?, repo.ident("COMMITTER", context.at)?);
    let author = Identity { author, committer, sign: repo.signs_commits()? };
    Ok(landing::merged_later(refused, &onto, author))
}

/// Takes the open release back, brings its branch up to what the remote has, and types the same
/// command again. Each of these is an operation of its own.
///
/// # Errors
/// No release is open, or its push arrived; what the executor or the release refuses.
pub fn anew(
    repo: &Repo,
    context: &Context,
    asking: &Asking<'_>,
    yes: Consent,
) -> anyhow::Result<()> {
    let host = Host::new(repo, context, asking, yes);
    let old = exec::replaceable(repo, &context.asked(&host))?;
    let refused = refused(repo, &old).map_err(Refusal::leaves_open)?;
    let command = old.begin().command.clone();
    let ui = &context.ui;
    if let Driven::Finished(finished) = exec::undo(repo, None, &context.asked(&host))? {
        ui.say(&format!("undone: {} (operation {})", finished.title, finished.id));
    }
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let there = Remote::fetch(repo, &interrupt)?.at(&refused.branch);
    if let Some(there) = there
        && repo.is_ancestor(&refused.before, &there)?
    {
        let short = refused.branch.trim_start_matches("refs/heads/");
        let again = Repo::discover(&context.folder)?;
        checked_out(again, &Args::default(), context, short, Some(refused.before), &there)?;
    }
    let command = match yes {
        Consent::Given if !command.split(' ').any(|word| matches!(word, "--yes" | "-y")) => {
            format!("{command} --yes")
        }
        _ => command,
    };
    ui.say(&format!("again: {}", ui.typed(&command)));
    crate::cli::again(&command, context)
}
