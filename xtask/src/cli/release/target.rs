//! Which version a release is.

use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::cli::unreleased;
use crate::error::Refusal;
use crate::flows::bump::{self, Wish};
use crate::repo::Repo;
use crate::version::{
    self, Downgrade, Level, Move, Outcome, Phase, Request, Step, Target, Version,
};

/// The version that is released, that in the files, and why it is this one.
pub struct Chosen {
    pub version: Version,
    pub files: Version,
    pub notes: Vec<String>,
}

/// What was asked for.
pub struct Wanted<'w> {
    /// A level or a version.
    pub to: Option<&'w str>,
    pub pre: Option<&'w str>,
    pub step: Step,
}

/// The version of a release: of a level, counted from the last release (a version in the files that
/// is not released yet counts as done); without one, that in the files.
///
/// # Errors
/// Version files that disagree, a level that leads nowhere, a version that has a tag already or does
/// not come after the last one; nothing was said and the version in the files is released.
pub fn choose(
    repo: &Repo,
    survey: &Survey,
    known: &Known,
    context: &Context,
    wanted: &Wanted<'_>,
) -> Result<Option<Chosen>, Refusal> {
    let facts = survey.facts(known);
    let command = context.command();
    // Only to read what the files hold, and to refuse where they disagree.
    let unchanged = Target::Level(Move::plain(Level::Patch));
    let wish = Wish {
        target: &unchanged,
        downgrade: Downgrade::Refuse,
        set_from: None,
        command: &command,
    };
    let files = bump::current(&facts, &wish)?;
    let files = files.spelled(&bump::style(&facts, &files))?;
    let request = match (wanted.to, wanted.pre) {
        (Some(to), pre) => Request::parse(to, pre, wanted.step)?,
        (None, Some(_)) => {
            return Err(Refusal::usage("--pre goes with a level")
                .next("release minor --pre rc", "for the next minor"));
        }
        (None, None) if is_taken(known, &files) => {
            return Err(said_nothing(context, known, survey, &files));
        }
        (None, None) => match files.phase() {
            // What is being developed is not released; its final version is.
            Some(Phase::Dev) => Request::Target(Target::Level(Move::plain(Level::Final))),
            _ => return Ok(Some(chosen(files.clone(), files, Vec::new()))),
        },
    };
    let target = match request {
        Request::Target(target) => target,
        Request::Auto(auto) => {
            let plan = |_: &Known, target: &Target| {
                let wish = Wish { target, ..wish };
                bump::plan(&facts, &wish)
            };
            let bumps = unreleased::bumps(repo, survey, &context.ui, auto, plan)?;
            let Some(bump) = bumps.into_iter().next() else { return Ok(None) };
            return Ok(Some(chosen(bump.to, files, bump.notes)));
        }
    };
    let released = known.releases.newest.as_ref().map(|(_, version)| version);
    let from = match (&target, released) {
        (Target::Level(_), Some(released)) if !files.precedes(released) => released,
        _ => &files,
    };
    match version::next(&facts.after(from), &target, Downgrade::Refuse)? {
        Outcome::Bump { to, notes } => Ok(Some(chosen(to, files, notes))),
        Outcome::AlreadyThere if is_taken(known, &files) => {
            Err(Refusal::unsafe_to(format!("{files} is released already"))
                .next("status", "shows the next versions"))
        }
        Outcome::AlreadyThere => Ok(Some(chosen(files.clone(), files, Vec::new()))),
    }
}

fn chosen(version: Version, files: Version, notes: Vec<String>) -> Chosen {
    Chosen { version, files, notes }
}

/// Whether a version has a tag.
fn is_taken(known: &Known, version: &Version) -> bool {
    known.tagged.iter().any(|tagged| tagged.same(version))
}

/// The three versions that could be next.
fn said_nothing(context: &Context, known: &Known, survey: &Survey, files: &Version) -> Refusal {
    let refusal = Refusal::usage(format!("{files} is released already; which version is next?"));
    let facts = survey.facts(known);
    let command = context.command();
    let levels = [Level::Patch, Level::Minor, Level::Major];
    levels.into_iter().fold(refusal, |refusal, level| {
        let target = Target::Level(Move::plain(level));
        match version::next(&facts.after(files), &target, Downgrade::Refuse) {
            Ok(Outcome::Bump { to, .. }) => {
                refusal.next_typed(format!("{command} {}", level.word()), format!("releases {to}"))
            }
            _ => refusal,
        }
    })
}
