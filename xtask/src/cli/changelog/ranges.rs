//! The commits that a section tells of.

use super::facts::Facts;
use crate::changelog::cut::Commits;
use crate::config::file::{ChangelogTable, Prereleases};
use crate::error::{Refusal, word};
use crate::history::{Cut, Summary, Tagged};
use crate::repo::{Asked, Question, Range, Releases, Repo};
use crate::version::Version;

/// What one project changed, and since which release.
pub(super) struct Since {
    /// The project, by its name or its folder.
    pub name: String,
    /// The release that this one follows.
    pub previous: Option<Tagged>,
    pub changes: Summary,
    /// What `--since` said, or the tag of the release.
    pub from: Option<String>,
    pub cut: Cut,
}

/// Where the range of a version starts: only where pre-releases have sections of their own, those of
/// the one before have been told of.
pub(in super::super) fn question(version: &Version, table: &ChangelogTable) -> Question<'static> {
    match version.is_prerelease() && table.prereleases == Prereleases::Section {
        true => Question::Prerelease,
        false => Question::Full,
    }
}

/// Reads them for every project of the facts in one walk over the history, from a tag or commit on
/// where one is given.
///
/// # Errors
/// `since` is nothing that HEAD comes after; a shallow clone that does not have all of them, where
/// they are to be written; git fails.
pub(super) fn read(repo: &Repo, facts: &Facts, since: Option<&str>) -> Result<Vec<Since>, Refusal> {
    let survey = &facts.survey;
    let table = &survey.settings.changelog;
    let start = since.map(|given| start(repo, facts, given)).transpose()?;
    let projects = survey.projects.iter().zip(&facts.changelogs);
    let asked = projects.flat_map(|(known, own)| {
        let question = question(&own.version, table);
        let own = Asked { releases: &known.releases, question, scope: survey.scope(known) };
        let given = start.as_ref().map(|releases| Asked {
            releases,
            question: Question::Prerelease,
            scope: survey.scope(known),
        });
        [Some(own), given].into_iter().flatten()
    });
    let mut ranges = repo.ranges(asked.collect(), &survey.reading(repo)?)?.into_iter();
    let mut all = Vec::new();
    for known in &survey.projects {
        let Some(own) = ranges.next() else { break };
        let given = start.as_ref().and_then(|_| ranges.next());
        let counts = given.as_ref().unwrap_or(&own);
        if counts.cut == Cut::Beyond && table.commits != Commits::Never {
            return Err(repo.deepen("The commits since the last release are told of."));
        }
        all.push(one(known.called(), own, given, since));
    }
    Ok(all)
}

fn one(name: &str, own: Range, given: Option<Range>, since: Option<&str>) -> Since {
    let tag = own.from.as_ref().map(|from| from.tag.clone());
    let from = since.map(str::to_owned).or(tag);
    let Range { changes, cut, .. } = given.unwrap_or_else(|| own.clone());
    Since { name: name.to_owned(), previous: own.from, changes, from, cut }
}

/// The tag or commit that was given, as the only place where a range may start.
fn start(repo: &Repo, facts: &Facts, given: &str) -> Result<Releases, Refusal> {
    let found = repo.named(given)?;
    let merged = "git tag --merged HEAD --sort=-version:refname";
    let refusal = |what: String| Refusal::usage(what).next_shell(merged, "lists what can be said");
    let Some(commit) = found else {
        return Err(refusal(format!("--since {} is no tag and no commit", word(given))));
    };
    let Some(head) = repo.head.commit() else { return Err(refusal("there is no commit".into())) };
    if !repo.is_ancestor(&commit, head)? {
        let what = format!("--since {} is not in the history of this commit", word(given));
        return Err(refusal(what));
    }
    // Only its commit is asked for: it stands alone, so its version is compared with no other.
    let version = facts.changelogs.first().map(|own| own.version.clone());
    let tagged = version.map(|version| Tagged {
        tag: given.to_owned(),
        version,
        commit: commit.as_str().to_owned(),
    });
    let commits = tagged.into_iter().collect();
    Ok(Releases { newest: None, tagged: Vec::new(), commits, withdrawn: Vec::new() })
}
