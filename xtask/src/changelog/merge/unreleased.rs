//! What is not released yet: it stays as the target has it, but for entries that the source moved
//! from there into a release.

use std::ops::Range;

use super::super::house::House;
use super::super::{Changelog, Edit, Release, Section};
use super::{Sides, Stop, clash, said, with_eol};

/// The edits of the target's section.
///
/// # Errors
/// The source has lines there that nobody else has.
pub fn edits(
    sides: &Sides<'_>,
    added: &[(&Section, &Release)],
    house: &House,
) -> Result<Vec<Edit>, Stop> {
    let Sides { bases, ours, theirs } = *sides;
    let own = ours.unreleased();
    let new = lines(theirs);
    let known: Vec<Vec<u8>> = bases.iter().chain([ours]).flat_map(lines).collect();
    if let Some(line) = new.iter().find(|line| !known.contains(line)) {
        let line = String::from_utf8_lossy(line);
        let why = format!("the source has unreleased changes of its own: {}", line.trim());
        return Err(clash(own.map_or(0, |own| own.heading.start), why));
    }
    let Some(own) = own else { return Ok(Vec::new()) };
    let text = |of: &Changelog<'_>| {
        of.unreleased().map_or(Vec::new(), |section| said(of, &section.body()))
    };
    let (current, wanted) = (text(ours), text(theirs));
    let was = bases.iter().any(|base| text(base) == current && base.unreleased().is_some());
    if current == wanted || bases.iter().any(|base| text(base) == wanted) {
        return Ok(Vec::new());
    }
    if was {
        return Ok(vec![as_theirs(ours, own, &wanted, house)]);
    }
    Ok(without_released(sides, own, added))
}

/// The lines that say something, titles left out.
fn lines(changelog: &Changelog<'_>) -> Vec<Vec<u8>> {
    let Some(section) = changelog.unreleased() else { return Vec::new() };
    let titles = changelog.groups(section);
    let is_title = |at: usize| titles.iter().any(|group| group.title.contains(&at));
    let lines = changelog.lines_in(section.body());
    let says =
        lines.iter().filter(|line| !line.is_blank(changelog.bytes()) && !is_title(line.start));
    says.map(|line| line.of(changelog.bytes()).trim_ascii_end().to_vec()).collect()
}

/// Only the source changed it: it is taken from there.
fn as_theirs(ours: &Changelog<'_>, own: &Section, wanted: &[u8], house: &House) -> Edit {
    let content = ours.content(own);
    if wanted.is_empty() {
        return removal(cleared(ours, own, content.start..own.range.end));
    }
    let range = content;
    let text = String::from_utf8_lossy(&with_eol(wanted, house.eol)).into_owned();
    Edit { range, text }
}

/// Takes the entries out that stood there when the branches parted and that the source has released.
fn without_released(sides: &Sides<'_>, own: &Section, added: &[(&Section, &Release)]) -> Vec<Edit> {
    let Sides { bases, ours, theirs } = *sides;
    let entries = |of: &Changelog<'_>, section: &Section| -> Vec<String> {
        let parts = of.parts(section).into_iter().flat_map(|part| part.entries);
        parts.map(|entry| of.entry(&entry)).collect()
    };
    let unreleased = |of: &Changelog<'_>| of.unreleased().map(|section| entries(of, section));
    let before: Vec<String> = bases.iter().filter_map(unreleased).flatten().collect();
    let left = unreleased(theirs).unwrap_or_default();
    let released: Vec<String> =
        added.iter().flat_map(|(section, _)| entries(theirs, section)).collect();
    let goes = |entry: &String| {
        before.contains(entry) && released.contains(entry) && !left.contains(entry)
    };
    let mut edits = Vec::new();
    for group in ours.groups(own) {
        let items = ours.items(&group.body);
        let gone: Vec<usize> =
            (0..items.len()).filter(|at| goes(&ours.entry(&items[*at]))).collect();
        let nothing_else = ours.lines_in(group.body.clone()).iter().all(|line| {
            line.is_blank(ours.bytes()) || items.iter().any(|item| item.contains(&line.start))
        });
        let all = gone.len() == items.len() && nothing_else;
        match items.first().filter(|_| all) {
            Some(first) if group.title.is_empty() => {
                edits.push(removal(cleared(ours, own, first.start..group.body.end)));
            }
            Some(_) => {
                let range = group.title.start..group.body.end;
                edits.push(removal(cleared(ours, own, range)));
            }
            None => edits.extend(gone.into_iter().map(|at| removal(lines_of(ours, &items, at)))),
        }
    }
    edits
}

/// The range without the blank lines at its end, where it stands right below the heading: they keep
/// the next one apart.
fn cleared(ours: &Changelog<'_>, own: &Section, range: Range<usize>) -> Range<usize> {
    if range.start > own.heading.end {
        return range;
    }
    let lines = ours.lines_in(range.clone()).iter().rev();
    let last = lines.into_iter().find(|line| !line.is_blank(ours.bytes()));
    range.start..last.map_or(range.end, |line| line.end)
}

fn removal(range: Range<usize>) -> Edit {
    Edit { range, text: String::new() }
}

/// The lines of an entry, up to the next one.
fn lines_of(ours: &Changelog<'_>, items: &[Range<usize>], at: usize) -> Range<usize> {
    let own = items[at].clone();
    let last = ours.lines_in(own.clone()).last().map_or(own.end, |line| line.end);
    own.start..items.get(at + 1).map_or(last, |next| next.start)
}
