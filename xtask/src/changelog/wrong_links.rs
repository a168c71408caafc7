//! Links of releases that lead nowhere or somewhere else.

use std::collections::{HashMap, HashSet};

use super::findings::{Find, Found, Problem};
use super::links::{Link, Names};
use super::release_links::comparison;
use super::{Changelog, Kind, Release, Section};
use crate::version::{Key, Version};

impl Changelog<'_> {
    /// What is wrong with the links of those releases that count, and with that of Unreleased.
    pub(super) fn wrong_links(&self, counts: &dyn Fn(&Version) -> bool) -> Found {
        let mut found = Found::new();
        found.extend(self.undefined(counts));
        let newest = self.newest_first();
        let places = newest.iter().enumerate().rev();
        let places = places.map(|(at, (_, release))| (release.version.key(), at)).collect();
        for link in &self.links {
            let Some(version) = link.version().filter(|version| counts(version)) else { continue };
            found.extend(self.wrong_link(link, version, &newest, &places));
        }
        for (_, release) in self.releases().filter(|(_, release)| counts(&release.version)) {
            found.extend(self.wrong_inline(release));
        }
        found.extend(self.wrong_unreleased());
        found
    }

    /// Headings in brackets that no definition makes a link of, where others have one.
    fn undefined(&self, counts: &dyn Fn(&Version) -> bool) -> Found {
        let defined: HashSet<Key<'_>> =
            self.links.iter().filter_map(|link| Some(link.version()?.key())).collect();
        if defined.is_empty() {
            return Found::new();
        }
        let wants = |(_, Release { version, bracketed, .. }): &(&Section, &Release)| {
            *bracketed && counts(version) && !defined.contains(&version.key())
        };
        let what = |(section, release): (&Section, &Release)| {
            let what = format!("[{}] has no link definition", release.version);
            (section.title.start, Problem::Link, what)
        };
        self.releases().filter(wants).map(what).collect()
    }

    /// `newest` are all releases, the newest first, and `places` say where each stands among them.
    fn wrong_link(
        &self,
        link: &Link,
        version: &Version,
        newest: &[(&Section, &Release)],
        places: &HashMap<Key<'_>, usize>,
    ) -> Option<Find> {
        let url = self.text(link.url.clone());
        let Some(own) = places.get(&version.key()) else {
            let what = format!("[{version}] is defined but has no section");
            return Some((link.line.start, Problem::Link, what));
        };
        if !names(&url, version) {
            let what = format!("[{version}] does not link to {version}");
            return Some((link.url.start, Problem::Link, what));
        }
        let skipped = skipped(&url, version, &newest[own + 1..])?;
        let what = format!("[{version}] compares with an older release than {skipped}");
        Some((link.url.start, Problem::Link, what))
    }

    /// A heading that links to the comparison or the page of another release itself.
    fn wrong_inline(&self, release: &Release) -> Option<Find> {
        let (range, version) = (release.url.clone()?, &release.version);
        let url = self.text(range.clone());
        let of_release = comparison(&url).is_some() || url.contains("/releases/tag/");
        let what = || format!("the heading of {version} does not link to {version}");
        (of_release && !names(&url, version)).then(|| (range.start, Problem::Link, what()))
    }

    fn wrong_unreleased(&self) -> Option<Find> {
        let link = self.links.iter().find(|link| matches!(link.names, Names::Unreleased))?;
        // It may start at a release that is still to come already.
        let newest = self.newest_first();
        let settled = newest.iter().position(|(_, release)| !self.is_open(release))?;
        let may_start = newest[..=settled].iter().map(|(_, release)| &release.version);
        let newest = &newest[settled].1.version;
        let url = self.text(link.url.clone());
        let titled = self.sections.iter().any(|s| matches!(s.kind, Kind::Unreleased));
        let start = comparison(&url).map(|found| &url[found.older]).filter(|_| titled);
        let wrong = start.is_some_and(|start| !may_start.into_iter().any(|v| names(start, v)));
        let what = || format!("the link of Unreleased does not start at {newest}");
        wrong.then(|| (link.url.start, Problem::Link, what()))
    }
}

/// The release between the two that an address compares, if there is one that counts: a full one
/// that was not taken back, in the order of the file too. `older` are those below it.
fn skipped<'c>(
    url: &str,
    version: &Version,
    older: &[(&Section, &'c Release)],
) -> Option<&'c Version> {
    let from = &url[comparison(url)?.older];
    let mut between = Vec::new();
    for (_, release) in older {
        if names(from, &release.version) {
            return between.into_iter().next();
        }
        let counts = release.yanked.is_none()
            && !release.version.is_prerelease()
            && release.version.precedes(version);
        between.extend(counts.then_some(&release.version));
    }
    None
}

/// Does a text hold a version, not within a longer number? `1-2-3` and `1_2_3` are it too.
fn names(text: &str, version: &Version) -> bool {
    let text = text.to_lowercase();
    let spelled = version.text().to_lowercase();
    let spellings = ["-", "_"].map(|sign| spelled.replace('.', sign));
    spellings.iter().chain([&spelled]).any(|spelled| {
        text.match_indices(spelled.as_str()).any(|(at, _)| {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let (before, after) = (&text[..at], &text[at + spelled.len()..]);
            !digit(before.chars().next_back()) && !digit(after.chars().next())
        })
    })
}
