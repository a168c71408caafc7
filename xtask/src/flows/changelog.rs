//! `changelog`: from what is known of a release to its section in the changelog.

mod open;

use std::collections::BTreeMap;

use crate::changelog::cut::{self, Cut, Done, Existing};
use crate::changelog::date::Date;
use crate::changelog::{Changelog, apply};
use crate::config::changelog::Place;
use crate::config::file::{ChangelogTable, Prereleases, Said};
use crate::error::{self, Refusal};
use crate::history::{Entry, Summary, Tagged};
use crate::path::RepoPath;
use crate::plan::{Action, Base, Check, Digest, Edit, FORMAT, FileChange, Plan, Step};
use crate::sites::Source;
use crate::version::{Version, normal};
pub use open::open;

/// A new changelog; a copy lies in the repository's `templates/`.
pub const TEMPLATE: &str = include_str!("../../templates/changelog.md");

/// The same in reStructuredText.
pub const RST_TEMPLATE: &str = include_str!("../../templates/changelog.rst");

/// What is known of one release and the changelog that is to tell of it.
#[derive(Clone)]
pub struct Facts<'a> {
    /// The package, where it has a name, and its folder.
    pub name: Option<&'a str>,
    pub folder: &'a str,
    /// The option that chooses it, for a command to copy.
    pub option: &'a str,
    pub place: &'a Place,
    pub version: &'a Version,
    pub tag: &'a str,
    /// The release that this one follows.
    pub previous: Option<&'a Tagged>,
    /// What the commits since then change; one for each package that tells of itself here.
    pub changes: Vec<&'a Summary>,
    pub table: &'a ChangelogTable,
    /// The page of the remote.
    pub page: Option<&'a str>,
    pub date: Date,
    pub existing: Existing,
}

impl<'a> Facts<'a> {
    /// All changes, the oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        self.changes.iter().flat_map(|summary| &summary.entries)
    }

    /// The same as the changelog tells of them.
    pub fn cut_entries(&self) -> Vec<cut::Entry> {
        self.entries().map(|own| entry(own, self)).collect()
    }
}

/// What becomes of a changelog.
pub enum Outcome {
    Section(Section),
    /// The entries of a pre-release stay in Unreleased.
    Waits,
    /// A tool writes the file, and a guard says whether it is right. The place of the section, if
    /// there is one.
    Generated {
        by: &'static str,
        section: Option<usize>,
    },
}

/// The section of a release.
pub struct Section {
    pub done: Done,
    /// The line of its heading afterwards, and what it says.
    pub line: usize,
    pub heading: String,
    /// Entries that a person wrote.
    pub by_hand: usize,
    /// Entries of commits that are written, by their numbers among the facts.
    pub added: Vec<usize>,
    /// Those that nobody wrote and that are not added.
    pub missing: Vec<usize>,
    /// Those that a person wrote already.
    pub duplicates: usize,
    pub warnings: Vec<String>,
    /// `None` when the file stays as it is.
    pub change: Option<FileChange>,
}

/// What to do about the changelog of a release.
///
/// # Errors
/// The refusals of [`Changelog::parse`] and [`cut::cut`].
pub fn plan(facts: &Facts<'_>) -> Result<Outcome, Refusal> {
    let path = facts.place.path();
    let bytes = match facts.place {
        Place::There(file) => &*file.bytes,
        Place::Missing(path) => template(path).as_bytes(),
    };
    let changelog = Changelog::parse(Source { path, bytes })?;
    let section = changelog.section(facts.version);
    if let (Some(generated), Some(_)) = (changelog.generated_by, &facts.table.guard) {
        let line = |at| changelog.place(at).line;
        let section = section.map(|(section, _)| line(section.heading.start));
        return Ok(Outcome::Generated { by: generated.by, section });
    }
    let stays = facts.table.prereleases == Prereleases::Unreleased;
    if stays && facts.version.is_prerelease() && section.is_none() {
        return Ok(Outcome::Waits);
    }
    let outcome = cut::cut(&changelog, &wanted(facts, &facts.cut_entries()))?;
    let new = apply(bytes, &outcome.edits)?;
    let after = Changelog::parse(Source { path, bytes: &new })?;
    let (own, _) = after.section(facts.version).ok_or_else(|| {
        Refusal::unsafe_to(format!("{path} would have no section for {}", facts.version))
    })?;
    let place = after.place(own.title.start);
    Ok(Outcome::Section(Section {
        done: outcome.done,
        line: place.line,
        heading: place.source,
        by_hand: after.entries(own).saturating_sub(outcome.added.len()),
        added: outcome.added,
        missing: outcome.missing,
        duplicates: outcome.duplicates.len(),
        warnings: outcome.warnings.into_iter().chain(backwards(facts)).collect(),
        change: change(facts.place, bytes, &new, &outcome.edits)?,
    }))
}

/// The changelog as it would be with a section for a pre-release, whose entries stay in Unreleased:
/// what stands there, and what the commits add to it.
///
/// # Errors
/// There is no file; the refusals of [`Changelog::parse`] and [`cut::cut`].
pub fn with_section(facts: &Facts<'_>) -> Result<Vec<u8>, Refusal> {
    let Place::There(file) = facts.place else {
        return Err(Refusal::usage(format!("there is no {}", facts.place.path())));
    };
    let changelog = Changelog::parse(Source::from(file))?;
    let outcome = cut::cut(&changelog, &wanted(facts, &facts.cut_entries()))?;
    apply(&file.bytes, &outcome.edits)
}

/// A warning where the version does not come after the release before it: the numbers began anew, or
/// somebody forgot to bump.
fn backwards(facts: &Facts<'_>) -> Option<String> {
    let previous = facts.previous?;
    let version = facts.version;
    let lower = !previous.version.precedes(version);
    lower.then(|| format!("{version} does not come after {}, the release before it", previous.tag))
}

fn template(path: &RepoPath) -> &'static str {
    if path.extension().eq_ignore_ascii_case("rst") { RST_TEMPLATE } else { TEMPLATE }
}

fn wanted<'a>(facts: &'a Facts<'_>, entries: &'a [cut::Entry]) -> Cut<'a> {
    let table = facts.table;
    Cut {
        version: facts.version,
        date: facts.date,
        entries,
        commits: table.commits,
        existing: facts.existing,
        previous: facts.previous.map(|previous| &previous.version),
        tag: facts.tag,
        previous_tag: facts.previous.map(|previous| previous.tag.as_str()),
        base: facts.page,
        heading: table.heading.as_ref().map(|said| said.value.as_str()),
        sections: table.sections.as_ref().map(|said| said.value.as_slice()),
    }
}

/// A change as the changelog tells of it: behind its scope, unless that is the package itself, and
/// before what breaks by it.
fn entry(entry: &Entry, facts: &Facts<'_>) -> cut::Entry {
    let own = |scope: &&str| facts.name.is_none_or(|name| normal(name) != normal(scope));
    let scope = entry.scope.as_deref().filter(own);
    let mut text = scope.map_or_else(String::new, |scope| format!("{scope}: ")) + &entry.text;
    if let Some(words) = entry.breaking.as_deref().filter(|words| *words != &*entry.text) {
        text = format!("{text}: {words}");
    }
    // GitLab counts merge requests with another sign than issues.
    let gitlab = facts.page.is_some_and(|page| page.contains("://gitlab."));
    let sign = if gitlab { '!' } else { '#' };
    cut::Entry {
        section: entry.section.to_string(),
        text,
        subject: match entry.scope.as_deref() {
            // Where packages share a file, the scope was perhaps written.
            Some(scope) => format!("{scope}: {}", entry.text),
            None => entry.text.to_string(),
        },
        breaking: entry.breaking.is_some(),
        reference: entry.number.map(|number| format!("{sign}{number}")),
        commits: entry.commits.iter().map(ToString::to_string).collect(),
    }
}

/// The refusal to write about a version that `tag` has released.
pub fn released(version: &Version, tag: &str) -> Refusal {
    Refusal::unsafe_to(format!("{version} is released; run bump first"))
        .why(format!("Its tag is {tag}, and what a release says of itself is not written again."))
        .next("bump auto", "or patch, minor, major")
}

fn change(
    place: &Place,
    old: &[u8],
    new: &[u8],
    edits: &[crate::changelog::Edit],
) -> Result<Option<FileChange>, Refusal> {
    let path = place.path().clone();
    let text = |bytes: &[u8], at: usize| {
        String::from_utf8(bytes.to_vec()).map_err(|_| {
            Refusal::usage(format!("{path} holds bytes that are no UTF-8 where it is edited"))
                .at(Source { path: &path, bytes: old }.place(at))
        })
    };
    if let Place::Missing(_) = place {
        return Ok(Some(FileChange::create(path.clone(), text(new, 0)?)));
    }
    if old == new {
        return Ok(None);
    }
    let edit = |edit: &crate::changelog::Edit| {
        let old = text(&old[edit.range.clone()], edit.range.start)?;
        Ok(Edit { range: edit.range.clone(), old, new: edit.text.clone() })
    };
    let edits = edits.iter().map(edit).collect::<Result<_, Refusal>>()?;
    let (before, after) = (Digest::of(old), Digest::of(new));
    Ok(Some(FileChange { path, edits, before, after }))
}

/// The facts of several packages, one for each file: packages of one version may share a changelog.
///
/// # Errors
/// A file that is to tell of two versions at once.
pub fn by_file<'a>(all: Vec<Facts<'a>>) -> Result<Vec<Facts<'a>>, Refusal> {
    let mut each: Vec<Facts<'a>> = Vec::new();
    for facts in all {
        let path = facts.place.path();
        let Some(first) = each.iter_mut().find(|other| other.place.path() == path) else {
            each.push(facts);
            continue;
        };
        if !first.version.same(facts.version) {
            let called = |facts: &Facts<'_>| facts.name.unwrap_or(facts.folder).to_owned();
            let (one, other) = (called(first), called(&facts));
            return Err(Refusal::usage(format!("{one} and {other} share {path}"))
                .why(format!("Their versions are {} and {}.", first.version, facts.version))
                .why(format!("Give one its own: [package.{}] changelog", error::word(other))));
        }
        first.changes.extend(facts.changes);
        first.name = None;
    }
    Ok(each)
}

/// The guard of `[changelog]` as a check of this changelog; `None` where none is configured.
///
/// # Errors
/// It asks for a variable that has no value here.
pub fn guard(facts: &Facts<'_>) -> Result<Option<Check>, (Refusal, usize)> {
    let Some(Said { value: command, at }) = &facts.table.guard else { return Ok(None) };
    let previous = facts.previous;
    let values = [
        ("VERSION", Some(facts.version.text())),
        ("TAG", Some(facts.tag)),
        ("PREVIOUS_VERSION", previous.map(|previous| previous.version.text())),
        ("PREVIOUS_TAG", previous.map(|previous| previous.tag.as_str())),
        ("PREVIOUS_COMMIT", previous.map(|previous| previous.commit.as_str())),
        ("PACKAGE", facts.name),
        ("PACKAGE_DIR", Some(if facts.folder.is_empty() { "." } else { facts.folder })),
    ];
    let values = values.into_iter();
    let values = values.filter_map(|(name, v)| Some((format!("GONOGO_{name}"), v?.to_owned())));
    let env: BTreeMap<String, String> = values.collect();
    let argv = command.argv(&env).map_err(|name| {
        let refusal = Refusal::usage(format!("${name} has no value for the guard of a changelog"));
        let why = match previous {
            None if name.contains("_PREVIOUS_") => "There is no release before this one.",
            _ => "It is known only when a release is made.",
        };
        (refusal.why(why), *at)
    })?;
    Ok(Some(Check { name: "the guard of [changelog]".to_owned(), argv, env }))
}

/// The plan that writes these sections and then asks the guard.
pub fn into_plan(written: Vec<(&Facts<'_>, FileChange)>, guards: Vec<Check>, base: Base) -> Plan {
    let named = |facts: &Facts<'_>| match facts.name {
        Some(name) if written.len() > 1 => format!("{name} {}", facts.version),
        _ => facts.version.to_string(),
    };
    let versions: Vec<String> = written.iter().map(|(facts, _)| named(facts)).collect();
    let paths: Vec<&str> = written.iter().map(|(facts, _)| facts.place.path().as_str()).collect();
    let title = match versions.as_slice() {
        [first, second, third, more @ ..] if !more.is_empty() => {
            format!("changelog {first}, {second}, {third}, and {} more", more.len())
        }
        _ => format!("changelog {}", versions.join(", ")),
    };
    let why = format!("the section in {}", paths.join(", "));
    let changes = written.into_iter().map(|(_, change)| change).collect();
    let mut steps = vec![Step { why, action: Action::Files(changes) }];
    steps.extend(guards.into_iter().map(|check| Step {
        why: format!("{} says whether it is right", check.name),
        action: Action::Check(check),
    }));
    Plan { format: FORMAT, title, base, steps }
}
