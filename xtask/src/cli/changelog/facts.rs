//! What the changelog commands know before they do anything: which file is whose, the version it is
//! about, the tag of that version, the page of the remote, the day.

use super::super::Context;
use super::super::project::{Known, Survey};
use crate::changelog::date::Date;
use crate::changelog::web;
use crate::config::changelog::{self, Place};
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::changelog::released;
use crate::glob::Glob;
use crate::repo::{Repo, WorkTree};
use crate::sites::Tree;
use crate::version::Version;

/// What was read of a repository: one pass, no network.
pub(in super::super) struct Facts {
    pub survey: Survey,
    /// One for each project of the survey, in its order.
    pub changelogs: Vec<Own>,
    /// The page of the remote, without credentials: `https://github.com/acme/studio`.
    pub page: Option<String>,
    /// The day of this operation, in UTC.
    pub date: Date,
}

/// The changelog of one project.
pub(in super::super) struct Own {
    pub place: Place,
    /// The version in its files, as the repository spells it.
    pub version: Version,
    /// The tag that releases it, whether it exists or not.
    pub tag: String,
}

impl Facts {
    /// Reads those of the packages with these names, or of the project of the repository when none
    /// is named. Of packages that a pattern matches, those whose version has a tag already are left
    /// out, and named.
    ///
    /// # Errors
    /// Those of [`Survey::chosen`] and of [`changelog::find`]; version files that disagree or that
    /// there are none; a version that has a tag, where it was asked for by name or nothing else is
    /// left; git fails.
    pub fn to_write(
        repo: &Repo,
        context: &Context,
        names: &[String],
    ) -> Result<(Self, Vec<String>), Refusal> {
        let mut survey = Survey::chosen(repo, names, &context.command())?;
        let (mut kept, mut left, mut why) = (Vec::new(), Vec::new(), None);
        for known in std::mem::take(&mut survey.projects) {
            let version = version(&survey, &known)?;
            let mut tagged = known.releases.tagged.iter();
            let Some((tag, _)) = tagged.find(|(_, tagged)| tagged.same(&version)) else {
                kept.push(known);
                continue;
            };
            why = why.or_else(|| Some(released(&version, tag).about(&known.option)));
            left.push(format!("{} {version}", known.called()));
        }
        let by_name = !names.iter().any(|name| name.contains(['*', '?']));
        match why {
            Some(refusal) if by_name || kept.is_empty() => Err(refusal),
            _ => {
                survey.projects = kept;
                Ok((Self::of(repo, context, survey)?, left))
            }
        }
    }

    fn of(repo: &Repo, context: &Context, mut survey: Survey) -> Result<Self, Refusal> {
        let tree = WorkTree::new(repo)?;
        let own = |known: &Known| {
            let place = changelog::find(&tree, &survey.settings, &known.project, survey.among)?;
            if let Place::Missing(path) = &place
                && let Ok(literally) = Glob::parse(path.as_str())
                && !tree.folders(&literally)?.is_empty()
            {
                return Err(Refusal::usage(format!("{path} is a folder"))
                    .why("Which file the changelog is, gonogo.toml can say: [changelog] file"));
            }
            let version = version(&survey, known)?;
            let newest = known.releases.newest.as_ref();
            let newest = newest.map(|(tag, version)| (tag.as_str(), version));
            let tag = known.format.tag(&version, newest);
            Ok(Own { place, version, tag })
        };
        let changelogs: Vec<Own> =
            survey.projects.iter().map(own).collect::<Result<_, Refusal>>()?;
        for (known, own) in survey.projects.iter_mut().zip(&changelogs) {
            known.withdraw(&own.place);
        }
        let page = repo.configuration()?.remote_url().and_then(|url| web::page(&url));
        let date = today(context)?;
        Ok(Self { survey, changelogs, page, date })
    }
}

/// The day of this operation, in UTC.
///
/// # Errors
/// It cannot be written as a date.
pub(in super::super) fn today(context: &Context) -> Result<Date, Refusal> {
    let date = Date::iso(&context.at.date());
    date.ok_or_else(|| Refusal::usage("the date is beyond the year 9999"))
}

/// The version that all version files say.
pub(super) fn version(survey: &Survey, known: &Known) -> Result<Version, Refusal> {
    let facts = survey.facts(known);
    let held = bump::held(&known.project, &survey.files)?;
    let Some((_, first)) = held.first() else {
        let name = known.name();
        let refusal = Refusal::usage(format!("no file holds the version of {name}"));
        return Err(match &known.project.vcs {
            Some(tool) => refusal
                .why(format!("{} takes it from git tags with {tool}.", known.project.manifest))
                .why("Which version comes next, and so which section to write, no file says."),
            None => refusal,
        });
    };
    if held.iter().any(|(_, version)| !version.same(first)) {
        let refusal = Refusal::unsafe_to("the version files disagree, so nothing was changed");
        let held = held.iter().map(|(site, version)| format!("{}  {version}", site.path));
        let refusal = held.fold(refusal, Refusal::why);
        return Err(refusal.next("status", "shows every version file and how to mend it"));
    }
    first.spelled(&bump::style(&facts, first))
}
