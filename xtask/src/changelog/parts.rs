//! What a section lists: its parts with their entries, and which of these break something.

use std::ops::Range;

use super::bullets::Said;
use super::cut::Entry;
use super::groups::{bullet, is_item};
use super::lines::{Inside, indentation};
use super::{Changelog, Section, text};

/// A part of a section: what stands below one title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Empty for what stands in front of the first title.
    pub name: String,
    /// Each entry with its bullet, up to the end of its last line.
    pub entries: Vec<Range<usize>>,
}

impl Changelog<'_> {
    /// The parts of a section that have entries.
    pub fn parts(&self, section: &Section) -> Vec<Part> {
        let groups = self.groups(section).into_iter();
        let parts =
            groups.map(|group| Part { name: self.name(&group), entries: self.items(&group.body) });
        parts.filter(|part| !part.entries.is_empty()).collect()
    }

    /// An entry as text: without its bullet, its lines without their indentation.
    pub fn entry(&self, entry: &Range<usize>) -> String {
        let text = self.text(entry.clone());
        let bare = bullet(text.as_bytes()).map_or(0, |bullet| bullet.end);
        text[bare..].lines().map(str::trim).collect::<Vec<_>>().join("\n")
    }

    /// The items of the outermost lists in a range.
    pub(super) fn items(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let bytes = self.bytes();
        let mut found: Vec<Range<usize>> = Vec::new();
        // The column of the list, while one is open.
        let mut column: Option<usize> = None;
        let mut after_blank = true;
        for line in self.lines_in(range.clone()) {
            let text = line.of(bytes);
            if line.is_blank(bytes) {
                after_blank = true;
                continue;
            }
            let own = indentation(text);
            let begins = line.inside == Inside::Text && is_item(text);
            if begins && column.map_or(own <= 3, |column| own <= column) {
                column = Some(own);
                found.push(line.start..line.stop);
            } else if after_blank && own == 0 {
                // What is not indented ends the list.
                column = None;
            } else if let (Some(item), Some(_)) = (found.last_mut(), column) {
                item.end = line.stop;
            }
            after_blank = false;
        }
        found
    }

    /// The lines that tell what breaks: the entries of a section that say so, as they stand, and
    /// those made of commits that nobody wrote there.
    pub fn breaking(&self, section: Option<&Section>, commits: &[Entry]) -> Vec<u8> {
        let own = section.map(|section| self.marked(section)).unwrap_or_default();
        let mut lines: Vec<Vec<u8>> =
            own.iter().map(|entry| self.bytes()[entry.clone()].to_vec()).collect();
        let mut said = Said::default();
        for entry in &own {
            said.extend(Said::in_range(self, entry));
        }
        for entry in commits.iter().filter(|entry| entry.breaking) {
            let line = text::line(&entry.text, self.markup);
            if line.is_empty() || said.holds(entry, &line) {
                continue;
            }
            said.add(&line);
            let reference = entry.reference.as_ref();
            let reference = reference.map_or_else(String::new, |number| format!(" ({number})"));
            lines.push(format!("- {line}{reference}").into_bytes());
        }
        lines.join(&b'\n')
    }

    /// The entries below a title that speaks of breaking changes, and those that are marked so.
    fn marked(&self, section: &Section) -> Vec<Range<usize>> {
        let parts = self.parts(section);
        let entries = parts.iter().flat_map(|part| {
            let titled = part.name.to_lowercase().contains("breaking");
            part.entries.iter().filter(move |entry| titled || says_breaking(&self.entry(entry)))
        });
        entries.cloned().collect()
    }
}

/// `**Breaking:** x`, `[breaking] x`, `BREAKING CHANGE: x`.
fn says_breaking(entry: &str) -> bool {
    let bare = entry.trim_start_matches(|c: char| !c.is_alphanumeric());
    let head = bare.get(.."breaking".len());
    head.is_some_and(|head| head.eq_ignore_ascii_case("breaking"))
        || entry.contains("BREAKING CHANGE")
}
