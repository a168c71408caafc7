//! The text of one section.

use std::ops::Range;

use super::{Changelog, Section};
use crate::version::Version;

impl Changelog<'_> {
    /// What the section of a version says below its heading, without blank lines around it; `None`
    /// without such a section. Empty when it says nothing.
    pub fn notes(&self, version: &Version) -> Option<Range<usize>> {
        self.section(version).map(|(section, _)| self.content(section))
    }

    /// What a section says below its heading, without blank lines around it.
    pub fn content(&self, section: &Section) -> Range<usize> {
        let body = section.body();
        let lines = self.lines_in(body.clone());
        let says = |line: &&super::Line| !line.is_blank(self.bytes());
        let first = lines.iter().find(says).map_or(body.end, |line| line.start);
        let last = lines.iter().rev().find(says).map_or(first, |line| line.stop);
        first..last
    }
}
