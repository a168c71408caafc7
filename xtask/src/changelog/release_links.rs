//! The link definitions of releases: where they point, and the two lines that a release changes.

use std::ops::Range;

use super::cut::Cut;
use super::house::House;
use super::links::{Link, Names};
use super::{Changelog, Edit, Markup, web};
use crate::version::Version;

/// The edits of the definitions, and what to warn of.
#[derive(Debug, Default)]
pub struct Lines {
    pub edits: Vec<Edit>,
    pub warnings: Vec<String>,
}

/// Where an address that compares two commits names them.
pub struct Comparison {
    pub older: Range<usize>,
    pub newer: Range<usize>,
}

/// Reads such an address.
pub fn comparison(url: &str) -> Option<Comparison> {
    let start = url.find("/compare/")? + "/compare/".len();
    let stop = url[start..].find(['?', '#']).map_or(url.len(), |length| start + length);
    let names = &url[start..stop];
    let signs = ["%0D", "%0d", "...", ".."].into_iter();
    let (at, sign) = signs.into_iter().find_map(|sign| Some((names.find(sign)?, sign)))?;
    let (one, other) = (start..start + at, start + at + sign.len()..stop);
    // Bitbucket names the newer one first.
    let swapped = sign.starts_with('%');
    let (older, newer) = if swapped { (other, one) } else { (one, other) };
    Some(Comparison { older, newer })
}

impl Comparison {
    /// The same address for two others.
    fn of(&self, url: &str, older: &str, newer: &str) -> String {
        let mut both = [(&self.older, older), (&self.newer, newer)];
        both.sort_by_key(|(range, _)| range.start);
        let [(first, one), (second, other)] = both;
        let (before, between) = (&url[..first.start], &url[first.end..second.start]);
        format!("{before}{one}{between}{other}{}", &url[second.end..])
    }
}

/// The address of an older release made to fit the new one; `None` when it names no version.
pub fn retarget(url: &str, old: &Version, cut: &Cut<'_>) -> Option<String> {
    if let Some(comparison) = comparison(url) {
        let from = cut.previous_tag.unwrap_or(&url[comparison.newer.clone()]);
        return Some(comparison.of(url, from, cut.tag));
    }
    let once = url.matches(old.text()).count() == 1;
    once.then(|| url.replacen(old.text(), cut.version.text(), 1))
}

/// The address of the first release of a file.
fn first(base: &str, cut: &Cut<'_>) -> String {
    match cut.previous_tag {
        Some(previous) => web::comparison(base, previous, cut.tag),
        None => web::tag(base, cut.tag),
    }
}

/// The definitions of a release: that of Unreleased starts at it, and its own is added.
pub fn lines(changelog: &Changelog<'_>, cut: &Cut<'_>, house: &House) -> Lines {
    if changelog.markup == Markup::Rst {
        return Lines::default();
    }
    let all = &changelog.links;
    let unreleased = all.iter().find(|link| matches!(link.names, Names::Unreleased));
    let newest = newest(changelog);
    let known = all.iter().any(|link| link.version().is_some_and(|v| v.same(cut.version)));
    let mut lines = Lines::default();
    lines.warnings.extend(other_base(changelog, unreleased.or(newest), cut));
    if let Some((link, url)) = unreleased.map(|link| (link, changelog.exact(&link.url))) {
        if let Some(Comparison { older, .. }) = url.and_then(comparison) {
            let range = link.url.start + older.start..link.url.start + older.end;
            lines.edits.push(Edit { range, text: cut.tag.to_owned() });
        } else {
            let place = changelog.source.link(link.line.start);
            lines.warnings.push(format!("{place} compares no commits and stays as it is"));
        }
    }
    if known || !is_bracketed(changelog, cut) {
        return lines;
    }
    match (unreleased, newest) {
        (None, None) => lines.edits.extend(first_lines(changelog, cut, house)),
        _ => lines.edits.extend(own_line(changelog, cut, house, unreleased, newest)),
    }
    lines
}

/// Will the heading of the new release be in brackets that want a definition?
fn is_bracketed(changelog: &Changelog<'_>, cut: &Cut<'_>) -> bool {
    match (cut.heading, changelog.model()) {
        (Some(heading), _) => heading.contains("[{version}]") || heading.contains("[v{version}]"),
        (None, Some((_, newest))) => newest.bracketed,
        (None, None) => true,
    }
}

/// The definition of the newest release that has one.
fn newest<'c>(changelog: &'c Changelog<'_>) -> Option<&'c Link> {
    changelog.newest_first().into_iter().find_map(|(_, release)| {
        let is = |link: &&Link| link.version().is_some_and(|v| v.same(&release.version));
        changelog.links.iter().find(is)
    })
}

/// The definition of the new release in the style of the newest one.
fn own_line(
    changelog: &Changelog<'_>,
    cut: &Cut<'_>,
    house: &House,
    unreleased: Option<&Link>,
    newest: Option<&Link>,
) -> Option<Edit> {
    let model = newest.or(unreleased)?;
    let (label, url) = (changelog.exact(&model.label)?, changelog.exact(&model.url)?);
    let (label, url) = match model.version() {
        Some(old) => {
            let label = label.replacen(old.text(), cut.version.text(), 1);
            let second = second(changelog, unreleased, url, cut);
            (label, second.or_else(|| retarget(url, old, cut))?)
        }
        None => (cut.version.to_string(), first(base(url)?, cut)),
    };
    let line = format!(
        "{}{label}{}{url}{}",
        changelog.text(model.line.start..model.label.start),
        changelog.text(model.label.end..model.url.start),
        changelog.text(model.url.end..model.line.end).trim_end(),
    );
    let before = match (unreleased, newest) {
        (Some(unreleased), Some(newest)) if newest.line.start < unreleased.line.start => {
            Some(unreleased)
        }
        (None, Some(newest)) => (!is_last_of_several(changelog, newest)).then_some(newest),
        _ => None,
    };
    if let Some(link) = before {
        return Some(Edit::insert(link.line.start, line + house.eol));
    }
    let at = unreleased.unwrap_or(model).line.end;
    Some(after_line(changelog, at, &line, house))
}

/// The address of the second release of a file: the only other one has nothing to be compared with,
/// and Unreleased shows how that is written.
fn second(
    changelog: &Changelog<'_>,
    unreleased: Option<&Link>,
    only: &str,
    cut: &Cut<'_>,
) -> Option<String> {
    let releases = changelog.links.iter().filter(|link| link.version().is_some()).count();
    let url = changelog.text(unreleased?.url.clone());
    let (model, previous) = (comparison(&url)?, cut.previous_tag?);
    let is = releases == 1 && comparison(only).is_none();
    is.then(|| model.of(&url, previous, cut.tag))
}

/// A line behind another one, which may be the last of the file and lack its line end.
pub(super) fn after_line(changelog: &Changelog<'_>, at: usize, line: &str, house: &House) -> Edit {
    let ended = at == 0 || b"\r\n".contains(&changelog.bytes()[at - 1]);
    let text = if ended { format!("{line}{}", house.eol) } else { format!("{}{line}", house.eol) };
    Edit::insert(at, text)
}

/// Do the definitions go from the oldest to the newest?
fn is_last_of_several(changelog: &Changelog<'_>, newest: &Link) -> bool {
    let releases: Vec<&Link> =
        changelog.links.iter().filter(|link| link.version().is_some()).collect();
    releases.len() > 1 && releases.last().is_some_and(|last| last.line == newest.line)
}

/// Both definitions, for a file without releases whose Unreleased is in brackets.
fn first_lines(changelog: &Changelog<'_>, cut: &Cut<'_>, house: &House) -> Option<Edit> {
    let base = cut.base.filter(|_| changelog.releases().next().is_none())?;
    let label = changelog.unreleased().map(|section| changelog.text(section.title.clone()));
    let label = label.filter(|label| label.starts_with('[') && label.ends_with(']'))?;
    let eol = house.eol;
    let bytes = changelog.bytes();
    let ended = bytes.last().is_none_or(|last| b"\r\n".contains(last));
    let blank = super::house::blank_before(changelog, bytes.len());
    let apart = if ended { "" } else { eol }.to_owned() + if blank > 0 { "" } else { eol };
    let text = format!(
        "{apart}{label}: {}{eol}[{}]: {}{eol}",
        web::comparison(base, cut.tag, "HEAD"),
        cut.version,
        first(base, cut)
    );
    Some(Edit::insert(bytes.len(), text))
}

/// The part of an address that names the repository.
pub fn base(url: &str) -> Option<&str> {
    let ways =
        ["/-/compare/", "/compare/", "/branches/compare/", "/releases/", "/tree/", "/-/tags/"];
    let end = ways.iter().filter_map(|way| url.find(way)).min()?;
    Some(&url[..end])
}

/// A warning where the definitions point to another repository than the remote.
fn other_base(changelog: &Changelog<'_>, link: Option<&Link>, cut: &Cut<'_>) -> Option<String> {
    let (link, remote) = (link?, cut.base?);
    let url = changelog.text(link.url.clone());
    let folded = |base: &str| {
        let base = base.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
        base.trim_start_matches("https://").trim_start_matches("http://").to_owned()
    };
    let own = base(&url).filter(|own| folded(own) != folded(remote))?;
    let place = changelog.source.link(link.line.start);
    Some(format!("{place} goes on linking to {own}; the remote is {remote}"))
}
