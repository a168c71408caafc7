//! The section of a release, as insertions: what a person wrote stays as it is and comes first.

use std::ops::Range;

use super::bullets::Said;
use super::date::{Date, Says};
use super::groups::{Ends, Group};
use super::house::{self, House, family};
use super::release_links::Lines;
use super::{Changelog, Edit, Release, Section, apply, cuttable, proof, release_links, text};
use crate::error::Refusal;
use crate::version::Version;

/// The sections of Keep a Changelog 1.1.0, in its order.
pub const SECTIONS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

/// An entry made from a commit. All texts are data: what would be markup is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The section it belongs to: `Added`.
    pub section: String,
    /// What is written.
    pub text: String,
    /// The subject of the commit, to recognise an entry that a person wrote for it.
    pub subject: String,
    pub breaking: bool,
    /// An issue or pull request: `#12`.
    pub reference: Option<String>,
    /// The ids of its commits, perhaps shortened, to recognise an entry that names one.
    pub commits: Vec<String>,
}

/// When entries from commits are added to what a person wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Commits {
    #[default]
    Add,
    IfEmpty,
    Never,
}

/// What happens to a section that the version has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays byte for byte, but for a placeholder where its date belongs.
    Keep,
    /// Missing entries are added to it.
    Merge,
    /// One that waits for its date gets entries as Unreleased does, by [`Commits`]; any other stays.
    Open,
}

/// What is to be cut.
#[derive(Debug, Clone)]
pub struct Cut<'a> {
    pub version: &'a Version,
    pub date: Date,
    pub entries: &'a [Entry],
    pub commits: Commits,
    pub existing: Existing,
    /// The release that this one follows; the newest one of the file without it.
    pub previous: Option<&'a Version>,
    pub tag: &'a str,
    pub previous_tag: Option<&'a str>,
    /// The page of the remote: `https://github.com/acme/studio`.
    pub base: Option<&'a str>,
    /// The configured heading: `## [{version}] - {date}`.
    pub heading: Option<&'a str>,
    /// The configured sections, in order.
    pub sections: Option<&'a [String]>,
}

/// What was done about the section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Written,
    Merged,
    /// The placeholder for its date was filled.
    Dated,
    /// It exists and stays as it is.
    Exists,
}

/// The edits, in ascending order, and what became of each entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub done: Done,
    pub edits: Vec<Edit>,
    /// The entries that are written, by their index.
    pub added: Vec<usize>,
    /// Those that a person wrote already, or that are given twice.
    pub duplicates: Vec<usize>,
    /// Those that nobody wrote and that are not added, because the section exists or by
    /// [`Commits`].
    pub missing: Vec<usize>,
    pub warnings: Vec<String>,
}

/// Cuts a release.
///
/// # Errors
/// A generated file; a merge conflict; a section of `1.2.0-dev` for 1.2.0; several sections of Unreleased or of the version; something above the newest
/// release that looks like one and cannot be read; a heading whose date or link cannot be
/// imitated; lines to be moved that are not UTF-8; an edit that would change another heading.
pub fn cut(changelog: &Changelog<'_>, cut: &Cut<'_>) -> Result<Outcome, Refusal> {
    cuttable::must_be(changelog, cut)?;
    let work = Work { changelog, cut, house: House::of(changelog) };
    let mut outcome = match changelog.section(cut.version) {
        Some((section, _)) => work.existing(section),
        None => work.written()?,
    };
    outcome.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    if !changelog.bytes().ends_with(b"\n") && !changelog.bytes().ends_with(b"\r") {
        end_last_line_once(&mut outcome.edits, work.house.eol);
    }
    proof::hold(changelog, cut, &outcome)?;
    Ok(outcome)
}

/// Two insertions behind a last line without line end would both end it.
fn end_last_line_once(edits: &mut [Edit], eol: &str) {
    for index in 1..edits.len() {
        let (before, after) = edits.split_at_mut(index);
        let same = before[index - 1].range.start == after[0].range.start;
        let twice = before[index - 1].text.starts_with(eol) && after[0].text.starts_with(eol);
        if same && twice {
            after[0].text.drain(..eol.len());
        }
    }
}

/// One run over a file.
struct Work<'c> {
    changelog: &'c Changelog<'c>,
    cut: &'c Cut<'c>,
    house: House,
}

/// A section at the start of another one or at the end, with blank lines around it.
pub(super) fn put_section(changelog: &Changelog<'_>, house: &House, at: usize, text: &str) -> Edit {
    let ended = at == 0 || b"\r\n".contains(&changelog.bytes()[at - 1]);
    let first = changelog.lines_in(0..at).is_empty();
    let apart = match (first, house::blank_before(changelog, at)) {
        (false, 0) => house.above + usize::from(!ended),
        _ => 0,
    };
    let after = if at < changelog.bytes().len() { house.above } else { 0 };
    Edit::insert(at, format!("{}{text}{}", house.blank(apart), house.blank(after)))
}

/// The entries that are left to write, each with its index, by section in order.
type Sorted = Vec<(String, Vec<usize>)>;

impl Work<'_> {
    fn existing(&self, section: &Section) -> Outcome {
        let said = Said::in_range(self.changelog, &section.body());
        let (fresh, duplicates) = self.fresh(said);
        let date = section.release().and_then(|release| release.date.as_ref());
        let placeholder = date.filter(|date| date.says == Says::Placeholder);
        let mut edits: Vec<Edit> = Vec::new();
        if let Some(date) = placeholder {
            let filled = self.filled(section, &date.range);
            let more = filled.text.chars().count().saturating_sub(filled.range.len());
            if more > 0 && date.range.start < section.heading.end {
                edits.extend(house::longer(self.changelog, &section.heading, more));
            }
            edits.push(filled);
        }
        let may_add = match (self.cut.existing, self.cut.commits) {
            (Existing::Merge, _) => true,
            (Existing::Keep, _) | (Existing::Open, Commits::Never) => false,
            (Existing::Open, Commits::Add) => placeholder.is_some(),
            (Existing::Open, Commits::IfEmpty) => {
                placeholder.is_some() && !self.has_entries(section)
            }
        };
        let merges = may_add && !fresh.is_empty();
        let done = match (merges, placeholder) {
            (true, _) => Done::Merged,
            (false, Some(_)) => Done::Dated,
            (false, None) => Done::Exists,
        };
        if merges {
            edits.extend(self.additions(section, &self.sorted(&fresh)));
        }
        let (added, missing) = if merges { (fresh, Vec::new()) } else { (Vec::new(), fresh) };
        let links = if done == Done::Exists { Lines::default() } else { self.links(section) };
        edits.extend(links.edits);
        Outcome { done, edits, added, duplicates, missing, warnings: links.warnings }
    }

    /// The definitions that a section lacks which was opened by hand; those of an older line stay.
    fn links(&self, section: &Section) -> Lines {
        let newest = self.changelog.newest_first().into_iter().next();
        if newest.is_none_or(|(newest, _)| newest.range != section.range) {
            return Lines::default();
        }
        let mut links = release_links::lines(self.changelog, self.cut, &self.house);
        let is_said = |edit: &Edit| self.changelog.text(edit.range.clone()) == edit.text;
        links.edits.retain(|edit| !is_said(edit));
        links
    }

    /// The date in place of its placeholder, in the heading or on the line below it.
    fn filled(&self, section: &Section, range: &Range<usize>) -> Edit {
        let form = house::newest_form(self.changelog);
        if range.start < section.heading.end {
            return Edit { range: range.clone(), text: form.write(self.cut.date) };
        }
        let line = house::date_line(self.changelog, self.cut.date, &self.house);
        let lines = self.changelog.lines_in(section.heading.end..range.end);
        let whole = lines.last().map_or(range.clone(), |line| line.start..line.stop);
        Edit { range: whole, text: line.trim_end().to_owned() }
    }

    fn written(&self) -> Result<Outcome, Refusal> {
        let unreleased = self.changelog.unreleased().filter(|section| self.has_entries(section));
        let may_add = match self.cut.commits {
            Commits::Add => true,
            Commits::IfEmpty => unreleased.is_none(),
            Commits::Never => false,
        };
        let said = unreleased
            .map(|section| Said::in_range(self.changelog, &section.body()))
            .unwrap_or_default();
        let (fresh, duplicates) = self.fresh(said);
        let (added, missing) = if may_add { (fresh, Vec::new()) } else { (Vec::new(), fresh) };
        let sorted = self.sorted(&added);
        let heading = house::heading(self.changelog, self.cut, &self.house)?;
        let target = self.target();
        let mut edits = match unreleased {
            None => vec![self.section(target, &heading, &self.listed(&sorted))],
            Some(section) if self.stands_above(section, target) => {
                self.in_place(section, &heading, &sorted)
            }
            Some(section) => self.moved(section, target, &heading, &sorted)?,
        };
        let links = release_links::lines(self.changelog, self.cut, &self.house);
        edits.extend(links.edits);
        let done = Done::Written;
        Ok(Outcome { done, edits, added, duplicates, missing, warnings: links.warnings })
    }

    /// The entries that are not said yet, and those that are.
    fn fresh(&self, mut said: Said) -> (Vec<usize>, Vec<usize>) {
        let mut parts = (Vec::new(), Vec::new());
        for (index, entry) in self.cut.entries.iter().enumerate() {
            if self.line(entry).is_empty() {
                continue;
            }
            if said.holds(entry, &self.line(entry)) {
                parts.1.push(index);
            } else {
                said.add(&self.line(entry));
                parts.0.push(index);
            }
        }
        parts
    }

    /// The entries by section: those of the configuration in order, then the others.
    fn sorted(&self, entries: &[usize]) -> Sorted {
        let known: Vec<String> = match self.cut.sections {
            Some(sections) => sections.to_vec(),
            None => SECTIONS.map(str::to_owned).to_vec(),
        };
        let mut sorted: Sorted = known.into_iter().map(|name| (name, Vec::new())).collect();
        for index in entries {
            let name = &self.cut.entries[*index].section;
            let same = sorted.iter().position(|(known, _)| known == name);
            // "Features" is the configured word for what goes to "Added".
            let alike = |(known, _): &(String, _)| family(known) == family(name);
            let configured = self.cut.sections.and_then(|_| sorted.iter().position(alike));
            match same.or(configured) {
                Some(at) => sorted[at].1.push(*index),
                None => sorted.push((name.clone(), vec![*index])),
            }
        }
        sorted.retain(|(_, entries)| !entries.is_empty());
        sorted
    }

    /// An entry as it is written, without its bullet; empty when it says nothing.
    fn line(&self, entry: &Entry) -> String {
        let line = text::line(&entry.text, self.changelog.markup);
        let reference = entry.reference.as_deref().unwrap_or_default();
        let plain = reference.chars().all(|c| c.is_ascii_alphanumeric() || "#!-".contains(c));
        let more = !reference.is_empty() && plain && !line.contains(reference);
        let mark = if entry.breaking { "**Breaking:** " } else { "" };
        match (line.is_empty(), more) {
            (true, _) => line,
            (false, true) => format!("{mark}{line} ({reference})"),
            (false, false) => format!("{mark}{line}"),
        }
    }

    fn items(&self, entries: &[usize]) -> String {
        let House { bullet, eol, .. } = &self.house;
        let line = |index: &usize| self.line(&self.cut.entries[*index]);
        let items = entries.iter().map(|index| bullet.clone() + &line(index) + eol);
        items.collect()
    }

    /// The whole list with titles, as it stands in a section without anything else.
    fn listed(&self, sorted: &Sorted) -> String {
        let apart = if self.house.titles.is_some() { self.house.eol } else { "" };
        let part = |(name, entries): &(String, Vec<usize>)| {
            self.house.title(&self.title(name)) + &self.items(entries)
        };
        sorted.iter().map(part).collect::<Vec<_>>().join(apart)
    }

    /// How the file titles a section: as in its newest releases, unless it is configured.
    fn title(&self, name: &str) -> String {
        if self.cut.sections.is_some() {
            return name.to_owned();
        }
        let newest = self.changelog.newest_first();
        let groups = newest.iter().take(10).flat_map(|(section, _)| self.changelog.groups(section));
        let names = groups.map(|group| self.changelog.name(&group));
        let wanted = family(name);
        names.into_iter().find(|known| family(known) == wanted).unwrap_or_else(|| name.to_owned())
    }

    /// The section above which the new one goes, by its index.
    fn target(&self) -> usize {
        let sections = &self.changelog.sections;
        let index = |at: usize| sections.iter().position(|section| section.range.start == at);
        let releases: Vec<_> = self.changelog.releases().collect();
        if releases.is_empty() {
            let unreleased = self.changelog.unreleased().and_then(|own| index(own.range.start));
            return unreleased.unwrap_or(0).saturating_add(1).min(sections.len());
        }
        if self.changelog.is_ascending() {
            let newest = releases.last().and_then(|(section, _)| index(section.range.start));
            return newest.map_or(sections.len(), |newest| newest + 1);
        }
        let previous = self.cut.previous.and_then(|previous| {
            releases.iter().position(|(_, release)| release.version.same(previous))
        });
        let below =
            |(_, release): &(&Section, &Release)| release.version.precedes(self.cut.version);
        let previous = previous.or_else(|| releases.iter().position(below));
        let mut above = previous.unwrap_or(0);
        while above > 0 && releases[above - 1].1.version.precedes(self.cut.version) {
            above -= 1;
        }
        index(releases[above].0.range.start).unwrap_or(sections.len())
    }

    fn stands_above(&self, section: &Section, target: usize) -> bool {
        let next = self.changelog.sections.get(target);
        let start = next.map_or(self.changelog.footer, |next| next.range.start);
        section.range.end == start && !self.changelog.is_ascending()
    }

    /// Has anybody written an entry into it? Titles and comments of a template are none.
    fn has_entries(&self, section: &Section) -> bool {
        self.changelog.has_entries(section)
    }

    /// A section of its own above another one, or at the end.
    fn section(&self, target: usize, heading: &str, content: &str) -> Edit {
        let (changelog, house) = (self.changelog, &self.house);
        let next = changelog.sections.get(target);
        let at = next.map_or(changelog.footer, |next| next.range.start);
        let gap = if content.is_empty() { 0 } else { house.below };
        put_section(changelog, house, at, &format!("{heading}{}{content}", house.blank(gap)))
    }

    /// The new heading between that of Unreleased and its entries, which thereby become its own.
    fn in_place(&self, section: &Section, heading: &str, sorted: &Sorted) -> Vec<Edit> {
        let body = section.body();
        let first = self.changelog.first_content(&body).map_or(body.start, |line| line.start);
        let apart = 1_usize.saturating_sub(house::blank_before(self.changelog, first));
        let (apart, below) = (self.house.blank(apart), self.house.blank(self.house.below));
        let mut edits = vec![Edit::insert(first, format!("{apart}{heading}{below}"))];
        edits.extend(self.additions(section, sorted));
        edits
    }

    /// The entries of Unreleased go to where the section belongs.
    fn moved(
        &self,
        section: &Section,
        target: usize,
        heading: &str,
        sorted: &Sorted,
    ) -> Result<Vec<Edit>, Refusal> {
        let body = section.body();
        let first = self.changelog.first_content(&body).map_or(body.start, |line| line.start);
        let last = self.changelog.tail(&body).at.max(first);
        let lines = &self.changelog.bytes()[first..last];
        let mut additions = self.additions(section, sorted);
        for edit in &mut additions {
            edit.range = edit.range.start.clamp(first, last) - first
                ..edit.range.end.clamp(first, last) - first;
        }
        additions.sort_by_key(|edit| edit.range.start);
        let content = String::from_utf8(apply(lines, &additions)?).map_err(|error| {
            let at = first + error.utf8_error().valid_up_to();
            Refusal::usage("entries that have to be moved are not UTF-8")
                .why("The section of the release is above another one, not above Unreleased.")
                .at(self.changelog.place(at.min(last)))
        })?;
        let ended = content.ends_with(['\n', '\r']);
        let content = if ended { content } else { content + self.house.eol };
        let gone = Edit { range: first..last, text: String::new() };
        Ok(vec![self.section(target, heading, &content), gone])
    }

    /// The entries as additions to a section that has some.
    fn additions(&self, section: &Section, sorted: &Sorted) -> Vec<Edit> {
        let groups = self.changelog.groups(section);
        let mut edits: Vec<Edit> = Vec::new();
        let mut others: Sorted = Vec::new();
        for (name, entries) in sorted {
            match self.group(&groups, name) {
                Some(group) => edits.push(self.appended(group, &self.items(entries))),
                None => others.push((name.clone(), entries.clone())),
            }
        }
        if others.is_empty() {
            return edits;
        }
        let content = self.listed(&others);
        let tail = self.changelog.tail(&section.body());
        if self.house.titles.is_none() {
            let whole = Group { body: section.body(), ..groups[0].clone() };
            edits.push(match tail.ends {
                // Below the heading itself, as in other releases.
                Ends::Empty => {
                    let apart = self.line_ended(tail.at) + &self.house.blank(self.house.below);
                    Edit::insert(tail.at, apart + &content + self.apart_below(tail.at))
                }
                Ends::List | Ends::Other => self.appended(&whole, &content),
            });
            return edits;
        }
        // The last title may be empty; what comes new goes below it.
        let title = groups.last().map_or(tail.at, |group| group.title.end);
        let at = tail.at.max(title);
        let below = self.apart_below(at);
        edits.push(Edit::insert(at, self.line_ended(at) + self.house.eol + &content + below));
        edits
    }

    /// The part of a section that a name means.
    fn group<'g>(&self, groups: &'g [Group], name: &str) -> Option<&'g Group> {
        let means = |group: &&Group| {
            let own = self.changelog.name(group);
            match self.cut.sections {
                Some(_) => own.eq_ignore_ascii_case(name),
                None => family(&own) == family(name),
            }
        };
        groups.iter().skip(1).find(means)
    }

    /// More entries behind those of a part.
    fn appended(&self, group: &Group, items: &str) -> Edit {
        let tail = self.changelog.tail(&group.body);
        let apart = match tail.ends {
            Ends::List => String::new(),
            Ends::Other => self.house.eol.to_owned(),
            Ends::Empty => self.house.below_title(),
        };
        let below = self.apart_below(tail.at);
        Edit::insert(tail.at, self.line_ended(tail.at) + &apart + items + below)
    }

    /// A blank line in front of a definition, which right below an entry would belong to it.
    fn apart_below(&self, at: usize) -> &'static str {
        if self.changelog.is_definition(at) { self.house.eol } else { "" }
    }

    /// A line end, where the last line of the file lacks one.
    fn line_ended(&self, at: usize) -> String {
        let ended = at == 0 || b"\r\n".contains(&self.changelog.bytes()[at - 1]);
        if ended { String::new() } else { self.house.eol.to_owned() }
    }
}
