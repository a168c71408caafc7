//! The style of a file: line ends, bullets, blank lines, and how headings are written.

use std::ops::Range;

use super::cut::Cut;
use super::date::{Date, Form, Says};
use super::groups::{Group, bullet};
use super::headings::Mark;
use super::release_links::retarget;
use super::{Changelog, Edit, Markup, Release, Section};
use crate::error::Refusal;

/// How the file is written where something is added.
#[derive(Debug, Clone)]
pub struct House {
    pub eol: &'static str,
    /// Indentation, sign and blanks in front of an entry.
    pub bullet: String,
    /// Blank lines between two sections.
    pub above: usize,
    /// Blank lines between the heading of a release and what follows.
    pub below: usize,
    /// How the parts of a release are titled; `None` when releases are plain lists.
    pub titles: Option<Titles>,
}

/// How the parts of a release are titled.
#[derive(Debug, Clone)]
pub struct Titles {
    before: String,
    after: String,
    line: Option<u8>,
    /// Blank lines between title and list.
    below: usize,
}

/// The names under which files list what the sections of Keep a Changelog name.
const FAMILIES: [(&str, &[&str]); 6] = [
    (
        "added",
        &[
            "features",
            "feature",
            "new features",
            "features added",
            "new",
            "additions",
            "enhancements",
        ],
    ),
    ("changed", &["changes", "change", "improvements", "other changes"]),
    ("deprecated", &["deprecations"]),
    ("removed", &["removals", "removal"]),
    ("fixed", &["fixes", "fix", "bug fixes", "bugfixes", "bugs fixed", "bug fix"]),
    ("security", &["security fixes"]),
];

/// The name by which two titles of parts are compared.
pub fn family(name: &str) -> String {
    let bare = name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let of = FAMILIES.iter().find(|(_, names)| names.contains(&bare.as_str()));
    of.map_or(bare.clone(), |(family, _)| (*family).to_owned())
}

impl House {
    /// The style of a changelog, from the newest sections that show it.
    pub fn of(changelog: &Changelog<'_>) -> Self {
        let newest: Vec<&Section> = newest_with_unreleased(changelog);
        let items = newest.iter().flat_map(|section| changelog.lines_in(section.body()));
        let shown = items.filter_map(|line| {
            bullet(line.of(changelog.bytes()))
                .map(|at| changelog.text(line.start + at.start..line.start + at.end))
        });
        let pairs = changelog.sections.windows(2);
        let between =
            pairs.filter(|pair| pair[0].release().is_some() && pair[1].release().is_some());
        let above = between.map(|pair| blank_before(changelog, pair[1].range.start)).next();
        let below = newest.iter().filter(|section| section.release().is_some());
        let below = below.map(|section| blank_after(changelog, section.heading.end)).next();
        Self {
            eol: eol(changelog),
            bullet: shown.into_iter().next().unwrap_or_else(|| "- ".to_owned()),
            above: above.unwrap_or(1).clamp(1, 3),
            below: below.unwrap_or(1).min(2),
            titles: titles(changelog, &newest),
        }
    }

    /// That many line ends.
    pub fn blank(&self, lines: usize) -> String {
        self.eol.repeat(lines)
    }

    /// The title of a part with the blank lines below it; nothing where releases are plain lists.
    pub fn title(&self, name: &str) -> String {
        let Some(titles) = &self.titles else { return String::new() };
        let line = titles.line.map_or(String::new(), |with| self.rule(with, name));
        let below = self.blank(titles.below);
        format!("{}{name}{}{}{line}{below}", titles.before, titles.after, self.eol)
    }

    /// The blank lines below the title of a part.
    pub fn below_title(&self) -> String {
        self.blank(self.titles.as_ref().map_or(0, |titles| titles.below))
    }

    fn rule(&self, with: u8, text: &str) -> String {
        format!("{}{}", char::from(with).to_string().repeat(text.chars().count().max(3)), self.eol)
    }
}

/// Unreleased and the newest five releases.
fn newest_with_unreleased<'c>(changelog: &'c Changelog<'_>) -> Vec<&'c Section> {
    let releases = changelog.newest_first().into_iter().map(|(section, _)| section);
    changelog.unreleased().into_iter().chain(releases.take(5)).collect()
}

/// The line end of the newest heading, or of the first line.
fn eol(changelog: &Changelog<'_>) -> &'static str {
    let heading = newest_with_unreleased(changelog).first().map(|section| section.heading.start);
    let bytes = changelog.bytes();
    let line = changelog.lines_in(heading.unwrap_or(0)..bytes.len()).first();
    match line.map(|line| &bytes[line.stop..line.end]) {
        Some(b"\r\n") => "\r\n",
        Some(b"\r") => "\r",
        _ => "\n",
    }
}

/// The number of blank lines in front of an offset.
pub fn blank_before(changelog: &Changelog<'_>, at: usize) -> usize {
    let bytes = changelog.bytes();
    changelog.lines_in(0..at).iter().rev().take_while(|line| line.is_blank(bytes)).count()
}

fn blank_after(changelog: &Changelog<'_>, at: usize) -> usize {
    let bytes = changelog.bytes();
    let lines = changelog.lines_in(at..bytes.len());
    lines.iter().take_while(|line| line.is_blank(bytes)).count()
}

fn titles(changelog: &Changelog<'_>, newest: &[&Section]) -> Option<Titles> {
    let titled = |section: &&Section| {
        let groups = changelog.groups(section);
        groups.get(1).map(|group| style(changelog, group))
    };
    let shown = newest.iter().find_map(titled);
    let plain = newest.iter().any(|section| changelog.first_content(&section.body()).is_some());
    let default = || {
        let unreleased = changelog.unreleased().map(|section| section.heading.start);
        let is = |heading: &&super::Heading| Some(heading.lines.start) == unreleased;
        let level = changelog.headings.iter().find(is).map_or(2, |heading| heading.level);
        let rst = changelog.markup == Markup::Rst;
        let before = if rst { String::new() } else { "#".repeat(level + 1) + " " };
        Titles { before, after: String::new(), line: rst.then_some(b'~'), below: 1 }
    };
    shown.or_else(|| (!plain).then(default))
}

fn style(changelog: &Changelog<'_>, group: &Group) -> Titles {
    let below = blank_after(changelog, group.title.end).min(2);
    if let Some(Mark::Line { with, .. }) = group.mark {
        return Titles { before: String::new(), after: String::new(), line: Some(with), below };
    }
    let before = changelog.text(group.title.start..group.name.start);
    let after = changelog.text(group.name.end..group.title.end).trim_end().to_owned();
    Titles { before, after, line: None, below }
}

/// The lines of the heading for a new release, and of the line below that says its date.
///
/// # Errors
/// The newest heading has a date that cannot be imitated.
pub fn heading(changelog: &Changelog<'_>, cut: &Cut<'_>, house: &House) -> Result<String, Refusal> {
    let eol = house.eol;
    if let Some(given) = cut.heading {
        let text = given.replace("{version}", cut.version.text());
        return Ok(text.replace("{date}", &cut.date.to_string()) + eol);
    }
    let Some((section, release)) = changelog.newest_first().into_iter().next() else {
        return Ok(first_heading(changelog, cut, house));
    };
    let at = &release.at;
    let mut text = changelog.text(section.title.start..at.start) + cut.version.text();
    let mut done = at.end;
    if let Some(url) = &release.url {
        let old = changelog.text(url.clone());
        let new = retarget(&old, &release.version, cut).ok_or_else(|| {
            not_imitated(
                changelog,
                url.start,
                "This heading links to something that cannot be \
                 made to fit another release.",
            )
        })?;
        text = text + &changelog.text(done..url.start) + &new;
        done = url.end;
    }
    let form = form(changelog, release)?;
    let inside = release.date.as_ref().filter(|date| date.range.start < section.heading.end);
    if let Some(date) = inside {
        text = text + &changelog.text(done..date.range.start) + &form.write(cut.date);
        done = date.range.end;
    }
    text.push_str(&changelog.text(done..release.end.max(done)));
    let lines = marked(changelog, section, &text, house);
    let below = release.date.as_ref().filter(|date| date.range.start >= section.heading.end);
    let dated = below.map(|_| house.blank(house.below) + &date_line(changelog, cut.date, house));
    Ok(lines + &dated.unwrap_or_default())
}

/// The text as a heading of the same kind as that of a section.
fn marked(changelog: &Changelog<'_>, section: &Section, text: &str, house: &House) -> String {
    let is = |heading: &&super::Heading| heading.lines == section.heading;
    match changelog.headings.iter().find(is).map(|heading| heading.mark) {
        Some(Mark::Line { with, over }) => {
            let rule = house.rule(with, text);
            let above = if over { rule.clone() } else { String::new() };
            format!("{above}{text}{}{rule}", house.eol)
        }
        Some(Mark::Signs) | None => {
            let signs = changelog.text(section.heading.start..section.title.start);
            format!("{signs}{text}{}", house.eol)
        }
    }
}

/// The heading of the first release of a file.
fn first_heading(changelog: &Changelog<'_>, cut: &Cut<'_>, house: &House) -> String {
    let (version, date) = (cut.version, cut.date);
    if let Some(section) = changelog.unreleased() {
        let title = changelog.text(section.title.clone());
        let version =
            if title.starts_with('[') { format!("[{version}]") } else { version.to_string() };
        return marked(changelog, section, &format!("{version} - {date}"), house);
    }
    let text = format!("{version} - {date}");
    match changelog.markup {
        Markup::Markdown => format!("## [{version}] - {date}{}", house.eol),
        Markup::Rst => format!("{text}{}{}", house.eol, house.rule(b'-', &text)),
    }
}

/// Longer lines below and above a heading, whose text gets that many more characters; none for a
/// heading of signs.
pub fn longer(changelog: &Changelog<'_>, heading: &Range<usize>, by: usize) -> Vec<Edit> {
    let is = |known: &&super::Heading| known.lines == *heading;
    let found = changelog.headings.iter().find(is).map(|known| known.mark);
    let Some(Mark::Line { with, over }) = found else { return Vec::new() };
    let lines = changelog.lines_in(heading.clone());
    let above = lines.first().filter(|_| over);
    let more = char::from(with).to_string().repeat(by);
    let both = above.into_iter().chain(lines.last());
    both.map(|line| Edit::insert(line.stop, more.clone())).collect()
}

/// How dates are written: as in this release, or as in the newest one with a date.
fn form(changelog: &Changelog<'_>, newest: &Release) -> Result<Form, Refusal> {
    match newest.date.as_ref().map(|date| (&date.says, date.range.start)) {
        Some((Says::Vague(form), at)) if form.has_day() => Err(not_imitated(
            changelog,
            at,
            "Whether the day or the month comes first cannot be told from the dates of the file.",
        )),
        Some((Says::Day(_, form) | Says::Vague(form), _)) => Ok(form.clone()),
        _ => Ok(newest_form(changelog)),
    }
}

/// The form of the newest date of the file.
pub fn newest_form(changelog: &Changelog<'_>) -> Form {
    let says = |release: &Release| release.date.as_ref().map(|date| date.says.clone());
    let form = changelog.newest_first().into_iter().find_map(|(_, release)| match says(release)? {
        Says::Day(_, form) => Some(form),
        Says::Vague(_) | Says::Placeholder => None,
    });
    form.unwrap_or_else(Form::iso)
}

/// The line below a heading that says the date, as the newest release that has one writes it.
pub fn date_line(changelog: &Changelog<'_>, date: Date, house: &House) -> String {
    let line = changelog.newest_first().into_iter().find_map(|(section, release)| {
        let dated = release.date.as_ref().filter(|date| date.range.start >= section.heading.end)?;
        let Says::Day(_, form) = &dated.says else { return None };
        let lines = changelog.lines_in(section.heading.end..dated.range.end);
        let line = lines.last()?;
        let before = changelog.text(line.start..dated.range.start);
        Some(before + &form.write(date) + &changelog.text(dated.range.end..line.stop))
    });
    line.unwrap_or_else(|| format!("Released {date}")) + house.eol
}

fn not_imitated(changelog: &Changelog<'_>, at: usize, why: &str) -> Refusal {
    Refusal::usage("the newest heading of the changelog cannot be imitated")
        .why(why)
        .why(
            "Set `heading` in [changelog] of gonogo.toml, for example \"## [{version}] - {date}\".",
        )
        .at(changelog.place(at))
}
