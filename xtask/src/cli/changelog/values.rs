//! What the placeholders of release notes stand for.

use std::cell::OnceCell;

use super::notes::{From, Wanted};
use super::reading::{One, Reading};
use crate::changelog::cut::Existing;
use crate::changelog::{Changelog, Markup, Section, text, web};
use crate::error::{Next, Refusal};
use crate::flows::changelog::Facts;
use crate::history::{Cut, Judge, Tagged};
use crate::plan::Oid;
use crate::repo::{Asked, Question, Range, Releases, Repo};
use crate::template::Value;
use crate::version::Version;

/// The placeholders that a template of release notes may have.
pub(in crate::cli) const WORDS: &[&str] = &[
    "name",
    "version",
    "tag",
    "previous",
    "codename",
    "date",
    "status",
    "sections",
    "contributors",
    "breaking",
    "compare",
];

/// What the user said.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Given<'a> {
    pub codename: Option<&'a str>,
    /// The command as typed, with what would say the codename.
    pub naming: &'a str,
}

/// What is known of the release that notes are of. The history is read when it is asked for.
pub(in crate::cli) struct About<'a> {
    repo: &'a Repo,
    pub one: &'a One<'a>,
    reading: &'a Reading,
    wanted: &'a Wanted,
    given: Given<'a>,
    tag: Option<String>,
    page: OnceCell<Option<String>>,
    history: OnceCell<Option<History>>,
}

/// The commits of the release.
struct History {
    /// The repository as the release has it.
    tip: Repo,
    range: Range,
}

impl<'a> About<'a> {
    pub fn new(
        repo: &'a Repo,
        one: &'a One<'a>,
        reading: &'a Reading,
        wanted: &'a Wanted,
        given: Given<'a>,
    ) -> Self {
        let (page, history) = (OnceCell::new(), OnceCell::new());
        let mut about = Self { repo, one, reading, wanted, given, tag: None, page, history };
        about.tag = about.version().map(|version| one.tag(version));
        about
    }

    /// The version, where it is known.
    pub fn version(&self) -> Option<&'a Version> {
        self.wanted.version.as_ref()
    }

    /// The version whose own section the notes are.
    fn section(&self) -> Option<&'a Version> {
        match &self.wanted.from {
            From::Section(own) => self.version().filter(|version| own.same(version)),
            From::Unreleased | From::Coming => None,
        }
    }

    /// The version that a tag is of, as the repository writes it; any other tag as it is.
    pub fn version_of(&self, tag: &str) -> String {
        self.one.known.format.version(tag).map_or(tag.to_owned(), |version| version.to_string())
    }

    /// The tag that it has or will have.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// `unreleased`, `pre-release`, `yanked`, `latest`, or nothing for an older release.
    pub fn status(&self, changelog: &Changelog<'_>) -> &'static str {
        let (Some(version), false) = (self.version(), self.is_unreleased()) else {
            return "unreleased";
        };
        let release = changelog.section(version).map(|(_, release)| release);
        if release.is_some_and(|release| release.yanked.is_some()) {
            return "yanked";
        }
        if version.is_prerelease() {
            return "pre-release";
        }
        let newer = |other: &Version| !other.is_prerelease() && version.precedes(other);
        let listed = changelog.releases().map(|(_, release)| &release.version);
        let superseded = listed.chain(&self.one.known.tagged).any(newer);
        if superseded { "" } else { "latest" }
    }

    fn is_unreleased(&self) -> bool {
        matches!(self.wanted.from, From::Unreleased)
    }

    /// The day in the heading, else that of the tag, else today.
    ///
    /// # Errors
    /// git fails.
    pub fn date(&self, changelog: &Changelog<'_>) -> Result<String, Refusal> {
        let release = self.section().and_then(|version| changelog.section(version));
        let release = release.map(|(_, release)| release);
        let written = release.and_then(|release| changelog.written_day(release));
        if let Some(day) = written {
            return Ok(day);
        }
        let tagged = self.version().and_then(|version| self.one.tagged(version));
        match tagged {
            Some(tagged) => Ok(self.repo.tag_facts(&tagged.tag)?.0),
            None => Ok(self.reading.today.to_string()),
        }
    }

    /// What a placeholder stands for; `section` is what the changelog says of the version.
    ///
    /// # Errors
    /// git fails; a shallow clone that does not have the commits that are asked for.
    pub fn value(
        &self,
        word: &str,
        changelog: &Changelog<'_>,
        section: Option<&Section>,
    ) -> Result<Value, Refusal> {
        Ok(match word {
            "name" => said(self.one.known.project.name.as_deref(), || {
                let what_for = "gonogo.toml can give it one: name = \"...\"";
                unfilled("The project has no name.", Next::Ours("schema".to_owned()), what_for)
            }),
            "version" => {
                Value::text(self.version().map_or("Unreleased".to_owned(), Version::to_string))
            }
            "tag" => said(self.tag(), || {
                let why = "What is unreleased has no tag, and the files say no version for it.";
                unfilled(why, Next::Ours("bump auto".to_owned()), "gives it a version")
            }),
            "codename" => said(self.given.codename, || {
                let typed = self.given.naming.to_owned();
                unfilled("Nobody said it.", Next::Typed(typed), "says it")
            }),
            "date" => Value::text(self.date(changelog)?),
            "status" => Value::text(self.status(changelog)),
            "sections" => Value::Filled(section.map_or_else(Vec::new, |section| {
                changelog.bytes()[changelog.content(section)].to_vec()
            })),
            "previous" => self.of_history(|history| {
                let from = history.range.from.as_ref();
                Ok(Value::text(from.map_or(String::new(), |from| from.version.to_string())))
            })?,
            "contributors" => self.of_history(|history| {
                let since = history.range.from.as_ref().map(|from| from.commit.as_str());
                let folder = &self.one.survey.scope(self.one.known).folder;
                let people = history.tip.people(since, folder, &self.judge())?;
                // A name is data, too.
                let names = people.iter().map(|name| text::line(name, Markup::Markdown));
                Ok(Value::text(names.collect::<Vec<_>>().join(", ")))
            })?,
            "breaking" => Value::Filled(self.breaking(changelog, section)?),
            _ => self.compare(changelog)?,
        })
    }

    /// The facts of a section that would be cut for it.
    ///
    /// # Errors
    /// Those of the history.
    pub fn facts(&self) -> Result<Facts<'_>, Refusal> {
        let (Some(version), Some(tag)) = (self.version(), self.tag()) else {
            return Err(Refusal::usage("what is unreleased has no version yet"));
        };
        let range = self.history()?.map(|history| &history.range);
        Ok(Facts {
            name: self.one.known.project.name.as_deref(),
            folder: &self.one.known.project.folder,
            option: &self.one.known.option,
            place: self.one.place,
            version,
            tag,
            previous: range.and_then(|range| range.from.as_ref()),
            changes: range.map(|range| &range.changes).into_iter().collect(),
            table: &self.one.survey.settings.changelog,
            page: self.page()?,
            date: self.reading.today,
            existing: Existing::Keep,
        })
    }

    fn judge(&self) -> Judge {
        self.one.survey.judge()
    }

    fn page(&self) -> Result<Option<&str>, Refusal> {
        if self.page.get().is_none() {
            let url = self.repo.configuration()?.remote_url();
            let _ = self.page.set(url.and_then(|url| web::page(&url)));
        }
        Ok(self.page.get().and_then(Option::as_deref))
    }

    /// A value that the history tells; without a tag nobody knows which commits are meant.
    fn of_history(
        &self,
        value: impl Fn(&History) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        match self.history()? {
            Some(history) => value(history),
            None => Ok(self.untagged()),
        }
    }

    fn untagged(&self) -> Value {
        let tag = self.tag().unwrap_or_default();
        unfilled(
            &format!("There is no tag {tag}, so nobody knows which commits it brought."),
            Next::Shell("git fetch --tags".to_owned()),
            "gets the tags, where they are not here yet",
        )
    }

    fn breaking(
        &self,
        changelog: &Changelog<'_>,
        section: Option<&Section>,
    ) -> Result<Vec<u8>, Refusal> {
        let entries = match self.history()? {
            Some(_) if self.version().is_some() => self.facts()?.cut_entries(),
            _ => Vec::new(),
        };
        Ok(changelog.breaking(section, &entries))
    }

    fn compare(&self, changelog: &Changelog<'_>) -> Result<Value, Refusal> {
        let link = match (self.section(), self.version()) {
            (Some(version), _) => changelog.link_of(Some(version)),
            (None, None) => changelog.link_of(None),
            (None, Some(_)) => None,
        };
        if let Some(link) = link {
            return Ok(Value::text(link));
        }
        let Some(history) = self.history()? else { return Ok(self.untagged()) };
        let Some(Tagged { tag: previous, .. }) = &history.range.from else {
            return Ok(Value::text(""));
        };
        let to = self.tag().unwrap_or("HEAD");
        Ok(match self.page()? {
            Some(page) => Value::text(web::comparison(page, previous, to)),
            None => unfilled(
                "There is no remote whose page is known, and no link in the changelog.",
                Next::Shell("git remote add origin URL".to_owned()),
                "tells where the repository lies",
            ),
        })
    }

    /// The commits of the release: up to its tag, or up to HEAD while it has none and is the next
    /// one. `None` for an older one without a tag.
    fn history(&self) -> Result<Option<&History>, Refusal> {
        if self.history.get().is_none() {
            let _ = self.history.set(self.read_history()?);
        }
        Ok(self.history.get().and_then(Option::as_ref))
    }

    fn read_history(&self) -> Result<Option<History>, Refusal> {
        let known = self.one.known;
        let tagged = self.version().and_then(|version| self.one.tagged(version));
        let is_next = || {
            let is_current = |own: &Version| self.one.version().is_ok_and(|v| v.same(own));
            self.section().is_none_or(is_current)
        };
        let here = || self.repo.head.commit().cloned().filter(|_| is_next());
        let Some(tip) = tagged.map_or_else(here, |tagged| Oid::new(&tagged.commit)) else {
            return Ok(None);
        };
        let tip = self.repo.seen_from(tip);
        let question = match self.section() {
            Some(version) if version.is_prerelease() => Question::Prerelease,
            _ => Question::Full,
        };
        let own = |other: &&Tagged| self.version().is_none_or(|own| !other.version.same(own));
        let commits = known.releases.commits.iter().filter(own).cloned().collect();
        let withdrawn = known.releases.withdrawn.clone();
        let releases = Releases { newest: None, tagged: Vec::new(), commits, withdrawn };
        let scope = self.one.survey.scope(known);
        let asked = Asked { releases: &releases, question, scope };
        let how = self.one.survey.reading(self.repo)?;
        let Some(range) = tip.ranges(vec![asked], &how)?.pop() else { return Ok(None) };
        if range.cut == Cut::Beyond {
            return Err(self.repo.deepen("The commits of the release are told of."));
        }
        Ok(Some(History { tip, range }))
    }
}

fn said(text: Option<&str>, or: impl FnOnce() -> Value) -> Value {
    text.map_or_else(or, Value::text)
}

/// A value that nobody said.
pub(in crate::cli) fn unfilled(why: &str, next: Next, what_for: &str) -> Value {
    Value::Unfilled { why: why.to_owned(), next: (next, what_for.to_owned()) }
}
