//! The mark and the notice of a release that was taken back, as insertions.

use super::house::{self, House};
use super::{Changelog, Edit, text};
use crate::error::Refusal;
use crate::version::Version;

/// What Keep a Changelog writes behind the heading of a release that was taken back.
const MARK: &str = " [YANKED]";

/// Marks the section of a version and puts a notice on top of it. What is there already is not
/// written twice; no edits when both are.
///
/// # Errors
/// There is no section of that version, or the file is generated.
pub fn retract(
    changelog: &Changelog<'_>,
    version: &Version,
    notice: &str,
) -> Result<Vec<Edit>, Refusal> {
    let Some((section, release)) = changelog.section(version) else {
        let newest = changelog.newest_first().first().map_or(0, |(s, _)| s.heading.start);
        return Err(Refusal::usage(format!("the changelog has no section for {version}"))
            .at(changelog.place(newest)));
    };
    if let Some(generated) = changelog.generated_by {
        return Err(Refusal::usage("the changelog is written by a tool")
            .why(format!("{} writes it, and would lose the mark.", generated.by))
            .at(changelog.place(generated.at)));
    }
    let house = House::of(changelog);
    let mut edits = Vec::new();
    // Where the title is no UTF-8, not all of it is read.
    let title = changelog.text(section.title.clone()).to_ascii_lowercase();
    if release.yanked.is_none() && !title.contains("yanked") {
        edits.push(Edit::insert(section.title.end, MARK));
        edits.extend(house::longer(changelog, &section.heading, MARK.len()));
    }
    let notice = text::line(notice, changelog.markup);
    let said = changelog.text(changelog.content(section));
    if !notice.is_empty() && !said.contains(&notice) {
        let eol = house.eol;
        let ended = b"\r\n".contains(&changelog.bytes()[section.heading.end - 1]);
        let first = if ended { eol.to_owned() } else { eol.repeat(2) };
        let text = match changelog.markup {
            super::Markup::Markdown => format!("{first}> {notice}{eol}"),
            super::Markup::Rst => format!("{first}**{notice}**{eol}"),
        };
        let follows = apart(changelog, section.heading.end, eol);
        edits.push(Edit::insert(section.heading.end, text + &follows));
    }
    edits.sort_by_key(|edit| edit.range.start);
    Ok(edits)
}

/// A blank line below the notice where the text follows the heading at once.
fn apart(changelog: &Changelog<'_>, at: usize, eol: &str) -> String {
    let next = changelog.lines_in(at..changelog.bytes().len()).first();
    let free = next.is_none_or(|line| line.is_blank(changelog.bytes()));
    if free { String::new() } else { eol.to_owned() }
}
