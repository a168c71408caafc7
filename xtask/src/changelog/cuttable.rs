//! Which changelogs are not cut, because what a release of them is cannot be told.

use super::cut::Cut;
use super::date::Says;
use super::{Changelog, Kind, Release, check};
use crate::error::Refusal;
use crate::version::Version;

/// Can a release be cut from this changelog?
///
/// # Errors
/// What stands in the way, with its place.
pub fn must_be(changelog: &Changelog<'_>, cut: &Cut<'_>) -> Result<(), Refusal> {
    let refuse = |what: &str, at| Refusal::usage(what).at(changelog.place(at));
    if let Some(generated) = changelog.generated_by {
        return Err(refuse("the changelog is written by a tool", generated.at)
            .why(format!("{} writes it, and would lose what is added here.", generated.by))
            .why("In [changelog] of gonogo.toml, set `file` to another file, or `guard` to the")
            .why("command that checks this one.")
            .next_shell("${EDITOR:-vi} gonogo.toml", "opens the configuration"));
    }
    if let Some(at) = check::conflicts(changelog.source, Some(changelog)).first() {
        return Err(refuse("the changelog has a merge conflict", *at)
            .why("Keep both sides' entries and delete the three marker lines."));
    }
    let unreleased = changelog.sections.iter().filter(|s| matches!(s.kind, Kind::Unreleased));
    if let Some(second) = unreleased.skip(1).map(|section| section.heading.start).next() {
        return Err(refuse("the changelog has two sections of unreleased changes", second)
            .why("Which of them becomes the release cannot be told."));
    }
    let mut own = changelog.releases().filter(|(_, release)| release.version.same(cut.version));
    if let Some((second, _)) = own.nth(1) {
        let what = format!("the changelog has two sections for {}", cut.version);
        return Err(refuse(&what, second.heading.start).why("Which of them counts cannot be told."));
    }
    if let Some(open) = in_development(changelog, cut.version) {
        let (named, at) = (&open.version, open.at.start);
        return Err(refuse(&format!("the changelog has a section for {named}"), at)
            .why(format!("It is still being written, and it becomes that of {}.", cut.version))
            .why(format!("Call it {} or Unreleased, whichever it is.", cut.version)));
    }
    if let Some(at) = changelog.doubtful_newest().next() {
        return Err(refuse("the changelog has a heading that cannot be read", at)
            .why("It looks like a release, and stands where the newest release belongs."));
    }
    Ok(())
}

/// A section that collects what comes under a version that is never released: `1.2.0-dev`.
fn in_development<'c>(changelog: &'c Changelog<'_>, version: &Version) -> Option<&'c Release> {
    let (_, newest) = changelog.newest_first().into_iter().next()?;
    let own = &newest.version;
    let is_open = newest.date.as_ref().is_none_or(|date| date.says == Says::Placeholder);
    let is_dev = own.is_prerelease() && own.text().to_ascii_lowercase().contains("dev");
    let comes = own.numbers() == version.numbers() && own.precedes(version);
    (is_open && is_dev && comes).then_some(newest)
}
