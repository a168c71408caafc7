//! What parse, cut, notes, retract and audit make of whole files.

mod audit;
mod cases;
mod check;
mod merge;
mod parts;
mod properties;
mod releases;

use super::cut::{Commits, Cut, Done, Entry, Existing, Outcome, cut};
use super::date::Date;
use super::links::Names;
use super::{Changelog, Edit, Link, apply};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::sites::Source;
use crate::version::Version;

fn path(name: &str) -> RepoPath {
    RepoPath::new(name).unwrap()
}

fn date(text: &str) -> Date {
    Date::iso(text).unwrap()
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

/// An entry without a commit of its own: `Added: text (#12)`, a `!` behind the section is breaking.
fn entry(line: &str) -> Entry {
    let (section, text) = line.split_once(": ").expect("a section");
    let breaking = section.ends_with('!');
    let number = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (#"));
    let (text, reference) = match number {
        Some((text, number)) => (text, Some(format!("#{number}"))),
        None => (text, None),
    };
    Entry {
        section: section.trim_end_matches('!').to_owned(),
        text: text.to_owned(),
        subject: format!("feat: {text}"),
        breaking,
        reference,
        commits: Vec::new(),
    }
}

/// A cut of 1.2.0 on a day of November.
fn plain<'a>(version: &'a Version, entries: &'a [Entry]) -> Cut<'a> {
    Cut {
        version,
        date: date("2026-11-21"),
        entries,
        commits: Commits::Add,
        existing: Existing::Keep,
        previous: None,
        tag: "v1.2.0",
        previous_tag: Some("v1.1.0"),
        base: None,
        heading: None,
        sections: None,
    }
}

fn read<'a>(path: &'a RepoPath, bytes: &'a [u8]) -> Result<Changelog<'a>, Refusal> {
    Changelog::parse(Source { path, bytes })
}

/// Cuts, and cuts again, which must change nothing.
fn cut_twice(path: &RepoPath, old: &[u8], what: &Cut<'_>) -> Result<(Vec<u8>, Outcome), Refusal> {
    let outcome = cut(&read(path, old)?, what)?;
    let new = apply(old, &outcome.edits)?;
    let again = cut(&read(path, &new)?, what)?;
    let idle = again.edits.is_empty() && again.done == Done::Exists;
    assert!(idle, "{}\n{again:?}", String::from_utf8_lossy(&new));
    Ok((new, outcome))
}

/// Is every edit an insertion, but for lines that are inserted elsewhere, and a tag in the link of
/// Unreleased?
fn is_insertion(changelog: &Changelog<'_>, edits: &[Edit]) -> bool {
    edits.iter().all(|edit| {
        let gone = changelog.text(edit.range.clone());
        let moved =
            edits.iter().any(|other| other.range != edit.range && other.text.contains(&gone));
        let links = changelog.links.iter().filter(|link| matches!(link.names, Names::Unreleased));
        let inside =
            |link: &Link| link.url.start < edit.range.start && edit.range.end < link.url.end;
        edit.range.is_empty() || moved || links.into_iter().any(inside)
    })
}
