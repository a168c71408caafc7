//! `check-changelog`

use super::{Context, version_sync};
use crate::changelog::check::{self, Facts};
use crate::changelog::cut::Commits;
use crate::changelog::date::Date;
use crate::changelog::findings::Finding;
use crate::config::changelog::{self, Place};
use crate::config::file::Settings;
use crate::config::{Project, Projects};
use crate::error::Refusal;
use crate::flows::bump;
use crate::repo::{Repo, Stored};
use crate::version::Version;

/// So many findings are named.
const NAMED: usize = 6;

pub(super) fn check(context: &Context) -> Result<(), Refusal> {
    let repo = Repo::of_hook(&context.folder)?;
    let tree = Stored::in_index(&repo.git);
    let projects = Projects::new(&tree)?;
    let settings = &projects.settings;
    let Some(today) = Date::iso(&context.at.date()) else { return Ok(()) };
    let (found, _) = projects.whole()?;
    if found.is_empty() {
        let alone = projects.without_files();
        return judge(
            changelog::find(&tree, settings, &alone, projects.among()),
            settings,
            today,
            None,
        );
    }
    let mut known = Vec::new();
    for project in &found {
        let place = changelog::find(&tree, settings, project, projects.among());
        if let Ok(place) = &place {
            if known.contains(place.path()) {
                continue;
            }
            known.push(place.path().clone());
        }
        judge(place, settings, today, current(&tree, project)?.as_ref())?;
    }
    Ok(())
}

/// The version in the files; `None` where they disagree, which is another hook's to say.
fn current(tree: &Stored<'_>, project: &Project) -> Result<Option<Version>, Refusal> {
    let held = bump::held(project, &version_sync::files(tree, project)?)?;
    let Some((_, first)) = held.first() else { return Ok(None) };
    Ok(held.iter().all(|(_, version)| version.same(first)).then(|| first.clone()))
}

/// What the file and the version say. A commit may come before the section of its release, and which
/// of several files is meant is asked when it is written.
fn judge(
    place: Result<Place, Refusal>,
    settings: &Settings,
    today: Date,
    current: Option<&Version>,
) -> Result<(), Refusal> {
    let Ok(Place::There(file)) = place else { return Ok(()) };
    let facts = Facts {
        today,
        current,
        is_released: false,
        sections: settings.changelog.sections.as_ref().map(|said| said.value.as_slice()),
        commits: Commits::Add,
    };
    let findings = check::check((&file).into(), &facts);
    let Some((first, others)) = findings.split_first() else { return Ok(()) };
    let refusal = Refusal::usage(first.what.clone()).why(capital(first.kind.mend()));
    let refusal = others.iter().take(NAMED).fold(refusal, |refusal, one| refusal.why(also(one)));
    Err(match &first.place {
        Some(place) => refusal.at(place.clone()),
        None => refusal,
    })
}

/// `CHANGELOG.md:12  1.2.0 is dated ...`
fn also(finding: &Finding) -> String {
    match &finding.place {
        Some(place) => format!("{}:{}  {}", place.path, place.line, finding.what),
        None => finding.what.clone(),
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str() + "."
}
