//! What is proved of a cut before anybody writes it.

use super::cut::{Cut, Outcome};
use super::{Changelog, Section, apply};
use crate::error::Refusal;
use crate::sites::Source;

/// Proves that every heading is still there, and at most the one of the release came.
///
/// # Errors
/// The file would have other headings, or the new one cannot be read again.
pub fn hold(changelog: &Changelog<'_>, cut: &Cut<'_>, outcome: &Outcome) -> Result<(), Refusal> {
    let version = cut.version;
    let new = apply(changelog.bytes(), &outcome.edits)?;
    let source = Source { path: changelog.source.path, bytes: &new };
    let after = Changelog::parse(source)?;
    let titles = |changelog: &Changelog<'_>| -> Vec<String> {
        let own = |section: &&Section| {
            section.release().is_none_or(|release| !release.version.same(version))
        };
        let sections = changelog.sections.iter().filter(own);
        sections.map(|section| changelog.text(section.title.clone())).collect()
    };
    let written = after.section(version);
    if titles(changelog) == titles(&after) && written.is_some() {
        return Ok(());
    }
    if let (Some(heading), None) = (cut.heading, written) {
        let heading = heading.replace("{version}", version.text());
        return Err(Refusal::usage("`heading` in [changelog] makes none that can be read again")
            .why(format!("\"{heading}\" is no heading of a release in {}.", source.path))
            .why("Write the version first, or behind `Version`: \"## [{version}] - {date}\"."));
    }
    let at = outcome.edits.first().map_or(0, |edit| edit.range.start);
    Err(Refusal::unsafe_to("the changelog would have other headings afterwards")
        .why("Nothing was written.")
        .at(changelog.place(at)))
}
