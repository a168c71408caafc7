//! The section of a version whose day is not known yet.

use std::ops::Range;

use super::{Facts, change, wanted};
use crate::changelog::cut::{self, Commits};
use crate::changelog::date::Says;
use crate::changelog::{Changelog, Edit, apply};
use crate::config::changelog::Place;
use crate::error::Refusal;
use crate::flows::release::{Written, section};
use crate::sites::Source;

/// What stands where the date will be.
const OPEN: &str = "Unreleased";

/// Opens the section of a version: what is written in it until its release comes out in it, and the
/// cut of the release fills in the date. What stood under Unreleased goes out with it. `None` where
/// nothing is to be opened: it is there, the file is generated, or its headings have no dates.
///
/// # Errors
/// The refusals of [`Changelog::parse`] and [`cut::cut`].
pub fn open(facts: &Facts<'_>) -> Result<Option<Written>, Refusal> {
    let Place::There(file) = facts.place else { return Ok(None) };
    let (path, bytes) = (&file.path, &*file.bytes);
    let changelog = Changelog::parse(Source { path, bytes })?;
    let is_guarded = changelog.generated_by.is_some() && facts.table.guard.is_some();
    if is_guarded || changelog.section(facts.version).is_some() {
        return Ok(None);
    }
    let by_hand = cut::Cut { commits: Commits::Never, ..wanted(facts, &[]) };
    let mut edits = cut::cut(&changelog, &by_hand)?.edits;
    let dated = apply(bytes, &edits)?;
    let range = date(Source { path, bytes: &dated }, facts)?;
    if range.and_then(|range| opened(&mut edits, &range)).is_none() {
        return Ok(None);
    }
    let open = apply(bytes, &edits)?;
    let after = Changelog::parse(Source { path, bytes: &open })?;
    let Some((own, release)) = after.section(facts.version) else { return Ok(None) };
    // A form of heading in which no word can stand for the date.
    if release.date.as_ref().is_none_or(|date| date.says != Says::Placeholder) {
        return Ok(None);
    }
    let place = after.place(own.title.start);
    let why = section(path, place.line, &place.source, after.entries(own));
    Ok(change(facts.place, bytes, &open, &edits)?.map(|change| Written { change, why }))
}

/// Where the date of the version stands.
fn date(source: Source<'_>, facts: &Facts<'_>) -> Result<Option<Range<usize>>, Refusal> {
    let changelog = Changelog::parse(source)?;
    let release = changelog.section(facts.version).map(|(_, release)| release);
    Ok(release.and_then(|release| release.date.as_ref()).map(|date| date.range.clone()))
}

/// Puts the word for an unknown day where a date stands in the text that edits (in ascending order)
/// insert; `None` where none of them inserts it.
fn opened(edits: &mut [Edit], date: &Range<usize>) -> Option<()> {
    let mut before = 0;
    let mut taken = 0;
    for edit in edits {
        let start = edit.range.start - taken + before;
        if (start..=start + edit.text.len()).contains(&date.end) && date.start >= start {
            edit.text.replace_range(date.start - start..date.end - start, OPEN);
            return Some(());
        }
        before += edit.text.len();
        taken += edit.range.len();
    }
    None
}
