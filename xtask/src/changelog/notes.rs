//! The text of one section.

use std::ops::Range;

use super::links::Names;
use super::{Changelog, Line, Section};
use crate::version::Version;

impl Changelog<'_> {
    /// What a section says below its heading, without blank lines around it, up to the end of its
    /// last line. Empty when it says nothing.
    pub fn content(&self, section: &Section) -> Range<usize> {
        let (first, last) = self.said(section);
        first..last.map_or(first, |line| line.stop)
    }

    /// The same with the line end of its last line.
    pub fn whole_lines(&self, section: &Section) -> Range<usize> {
        let (first, last) = self.said(section);
        first..last.map_or(first, |line| line.end)
    }

    /// Where the first line that says something begins, and the last one.
    fn said(&self, section: &Section) -> (usize, Option<&Line>) {
        let body = section.body();
        let lines = self.lines_in(body.clone());
        let says = |line: &&Line| !line.is_blank(self.bytes());
        let first = lines.iter().find(says).map_or(body.end, |line| line.start);
        (first, lines.iter().rev().find(says))
    }

    /// The address that the heading of a version links to, or that of Unreleased without a version.
    pub fn link_of(&self, version: Option<&Version>) -> Option<String> {
        let defined = self.links.iter().find(|link| match (&link.names, version) {
            (Names::Release(own), Some(version)) => own.same(version),
            (Names::Unreleased, None) => true,
            _ => false,
        });
        let inline = || self.section(version?)?.1.url.clone();
        let url = defined.map(|link| link.url.clone()).or_else(inline)?;
        Some(self.text(url)).filter(|url| url.starts_with("http"))
    }

    /// The newest releases below and above a version that has no section, in this order.
    pub fn beside(&self, version: &Version) -> Vec<&Version> {
        let all = || self.releases().map(|(_, release)| &release.version);
        // No maximum by a sort: `precedes` is no total order.
        let below = all().filter(|own| own.precedes(version));
        let below = below.reduce(|best, own| if best.precedes(own) { own } else { best });
        let above = all().filter(|own| version.precedes(own));
        let above = above.reduce(|best, own| if own.precedes(best) { own } else { best });
        below.into_iter().chain(above).collect()
    }
}
