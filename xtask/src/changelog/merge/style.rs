//! The section of the source as it is put into the target: as it stands where both write their
//! headings alike, else with a heading in the style of the target.

use super::super::cut::{Commits, Cut, Existing};
use super::super::date::Says;
use super::super::headings::Heading;
use super::super::house::{self, House};
use super::super::{Changelog, Release, Section};
use super::with_eol;

/// The lines of the section in the line ends of ours.
///
/// # Errors
/// Why its heading cannot be written in the style of ours.
pub fn section(
    ours: &Changelog<'_>,
    theirs: &Changelog<'_>,
    section: &Section,
    house: &House,
) -> Result<String, String> {
    let whole = theirs.bytes()[section.range.clone()].trim_ascii_end();
    let text = |bytes: &[u8]| {
        String::from_utf8(with_eol(bytes, house.eol))
            .map_err(|_| "the section of the source is not UTF-8".to_owned())
    };
    let verbatim = || text(whole).map(|text| text + house.eol);
    let (Some(release), Some((model_section, model))) = (section.release(), ours.model()) else {
        return verbatim();
    };
    let dated = release.date.as_ref().filter(|date| date.says != Says::Placeholder);
    let alike = shape(ours, model_section, model) == shape(theirs, section, release);
    let Some(date) = dated.filter(|_| !alike) else { return verbatim() };
    let refuse = |why: &str| {
        Err(format!("the section of {} is written in another style: {why}", release.version))
    };
    let Says::Day(day, _) = date.says else { return refuse("its date is vague") };
    let tail = &theirs.bytes()[release.end.min(section.title.end)..section.title.end];
    let levels = [(ours, model_section), (theirs, section)]
        .map(|(of, one)| heading(of, one).map(|heading| heading.level));
    let headings = theirs.headings_in(&section.body());
    if levels[0] != levels[1] && !headings.is_empty() {
        return refuse("its headings are of another level");
    }
    if model.url.is_some() || date.range.start >= section.heading.end {
        return refuse("its heading cannot be made like the others");
    }
    if !tail.trim_ascii().is_empty() {
        return refuse("its heading says more than version and date");
    }
    let cut = Cut {
        version: &release.version,
        date: day,
        entries: &[],
        commits: Commits::Never,
        existing: Existing::Keep,
        previous: None,
        tag: release.version.text(),
        previous_tag: None,
        base: None,
        heading: None,
        sections: None,
    };
    let heading = house::heading(ours, &cut, house).map_err(|refusal| refusal.what.clone())?;
    let content = text(&theirs.bytes()[theirs.content(section)])?;
    let end = if content.is_empty() { "" } else { house.eol };
    let gap = if content.is_empty() { 0 } else { house.below };
    Ok(format!("{heading}{}{content}{end}", house.blank(gap)))
}

fn heading<'c>(changelog: &'c Changelog<'_>, section: &Section) -> Option<&'c Heading> {
    changelog.headings.iter().find(|heading| heading.lines == section.heading)
}

/// How the heading of a release is written: the same for two that differ in version and date only.
fn shape(changelog: &Changelog<'_>, section: &Section, release: &Release) -> String {
    let mut parts = vec![(release.at.clone(), "{version}".to_owned())];
    parts.extend(release.url.clone().map(|url| (url, "{url}".to_owned())));
    if let Some(date) = &release.date {
        let form = match &date.says {
            Says::Day(_, form) | Says::Vague(form) => format!("{form:?}"),
            Says::Placeholder => "{date}".to_owned(),
        };
        parts.push((date.range.clone(), form));
    }
    let below = parts.iter().any(|(range, _)| range.start >= section.heading.end);
    parts.retain(|(range, _)| range.start < section.heading.end);
    parts.sort_by_key(|(range, _)| range.start);
    let (mut text, mut done) = (String::new(), section.title.start);
    for (range, what) in parts {
        text = text + &changelog.text(done..range.start.max(done)) + &what;
        done = range.end;
    }
    text.push_str(&changelog.text(done..release.end.clamp(done, section.title.end.max(done))));
    let mark = heading(changelog, section).map(|heading| (heading.level, heading.mark));
    format!("{mark:?} {text} {below}")
}
