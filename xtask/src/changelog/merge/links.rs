//! The link definitions at the end: those of the releases that come, and what the source changed in
//! others.

use super::super::house::{House, blank_before};
use super::super::links::{Link, Names};
use super::super::release_links::after_line;
use super::super::{Changelog, Edit, Markup};
use super::{Sides, Stop, clash, with_eol};

/// The edits of the definitions in ours.
///
/// # Errors
/// Both sides changed a definition.
pub fn edits(sides: &Sides<'_>, house: &House) -> Result<Vec<Edit>, Stop> {
    let Sides { bases, ours, theirs } = *sides;
    if ours.markup == Markup::Rst {
        return Ok(Vec::new());
    }
    let mut edits = Vec::new();
    // Those inside of a section travel with it.
    for link in theirs.links.iter().filter(|link| link.line.start >= theirs.footer) {
        let label = label(theirs, link);
        let before: Vec<&[u8]> =
            bases.iter().filter_map(|base| find(base, &label).map(|own| url(base, own))).collect();
        let new = url(theirs, link);
        let own = find(ours, &label);
        match own {
            Some(own) if url(ours, own) == new || before.contains(&new) => {}
            Some(own) if before.contains(&url(ours, own)) => {
                let text = String::from_utf8_lossy(new).into_owned();
                edits.push(Edit { range: own.url.clone(), text });
            }
            // What is compared with the newest release is so on either side.
            Some(_) if matches!(link.names, Names::Unreleased) => {}
            Some(own) => {
                let why = format!("both sides have a link [{label}], and they differ");
                return Err(clash(own.line.start, why));
            }
            None if before.is_empty() && !matches!(link.names, Names::Unreleased) => {
                edits.push(added(ours, theirs, link, house));
            }
            None => {}
        }
    }
    Ok(edits)
}

fn label(changelog: &Changelog<'_>, link: &Link) -> String {
    changelog.text(link.label.clone()).to_lowercase()
}

fn find<'c>(changelog: &'c Changelog<'_>, wanted: &str) -> Option<&'c Link> {
    changelog.links.iter().find(|link| label(changelog, link) == *wanted)
}

fn url<'c>(changelog: &Changelog<'c>, link: &Link) -> &'c [u8] {
    &changelog.bytes()[link.url.clone()]
}

/// The definition among those of ours, by its version.
fn added(ours: &Changelog<'_>, theirs: &Changelog<'_>, link: &Link, house: &House) -> Edit {
    let line = with_eol(theirs.bytes()[link.line.clone()].trim_ascii_end(), house.eol);
    let line = String::from_utf8_lossy(&line).into_owned();
    let releases: Vec<&Link> = ours.links.iter().filter(|own| own.version().is_some()).collect();
    let precedes = |one: &Link, other: &Link| match (one.version(), other.version()) {
        (Some(one), Some(other)) => one.precedes(other),
        _ => false,
    };
    let below = |own: &&&Link| precedes(own, link);
    let ascending = releases.windows(2).filter(|pair| precedes(pair[0], pair[1])).count() * 2
        >= releases.len().max(2);
    let newer = match (link.version(), ascending) {
        (Some(_), false) => releases.iter().find(below),
        _ => None,
    };
    if let Some(next) = newer {
        return Edit::insert(next.line.start, line + house.eol);
    }
    let above = match (link.version(), ascending) {
        (Some(_), true) => releases.iter().rev().find(below).or(releases.last()),
        (Some(_), false) => releases.last(),
        (None, _) => None,
    };
    let last = ours.links.last().filter(|last| last.line.start >= ours.footer);
    if let Some(above) = above.copied().or(last) {
        return after_line(ours, above.line.end, &line, house);
    }
    let end = ours.bytes().len();
    let apart = if blank_before(ours, end) > 0 { "" } else { house.eol };
    let own = after_line(ours, end, &line, house);
    let ends = if ours.bytes().ends_with(b"\n") { "" } else { house.eol };
    Edit { text: format!("{apart}{}{ends}", own.text), ..own }
}
