//! What the texts of a release say: messages, titles, names of branches, and the version after it,
//! from templates and what their placeholders stand for.

#[cfg(test)]
mod tests;

use crate::config::file::{Effective, PLACEHOLDERS, broken_rule};
use crate::error::{Next, Place, Refusal};
use crate::path::RepoPath;
use crate::sites::Source;
use crate::template::{Template, Value, Values};
use crate::version::{
    Downgrade, Facts, Level, Move, Outcome, Released, Style, TagFormat, Target, Version,
    next as following,
};

/// What a release is about.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    pub version: &'a Version,
    pub tag: &'a str,
    /// The day, as in `2026-11-21`.
    pub date: &'a str,
    /// What the project is called.
    pub name: Option<&'a str>,
    /// The package, where one of several is released.
    pub package: Option<&'a str>,
    /// What `--codename` says.
    pub codename: Option<&'a str>,
    /// What `--summary` says.
    pub summary: Option<&'a str>,
    /// The release before this one.
    pub previous: Option<&'a Version>,
    /// Every version that has a tag.
    pub taken: &'a [Version],
    /// How versions are spelled here.
    pub style: Style,
    /// The command as typed, to be suggested with more options.
    pub command: &'a str,
}

/// The values of the placeholders for one release.
#[derive(Debug)]
pub struct Words<'a> {
    release: Release<'a>,
    values: Values<'static>,
}

impl<'a> Words<'a> {
    /// Looks at what there is.
    ///
    /// # Errors
    /// A codename or summary that is not one line of text: in a message it would begin lines of its
    /// own.
    pub fn new(release: Release<'a>) -> Result<Self, Refusal> {
        for (option, text) in [("--codename", release.codename), ("--summary", release.summary)] {
            one_line(option, text)?;
        }
        let values = PLACEHOLDERS.iter().map(|word| (*word, release.value(word))).collect();
        Ok(Self { release, values })
    }

    /// A message of a commit or a tag. It ends with one line end.
    ///
    /// # Errors
    /// A placeholder without a value, with its key, its place in gonogo.toml and what gives it one.
    pub fn message(&self, template: &Effective<String>) -> Result<String, Refusal> {
        Ok(format!("{}\n", self.filled(template)?))
    }

    /// A title: one line, without its end.
    ///
    /// # Errors
    /// Those of [`Self::message`].
    pub fn title(&self, template: &Effective<String>) -> Result<String, Refusal> {
        self.filled(template)
    }

    /// The short name of a branch.
    ///
    /// # Errors
    /// Those of [`Self::message`]; a name that git does not allow.
    pub fn branch(&self, template: &Effective<String>) -> Result<String, Refusal> {
        let name = self.filled(template)?;
        allowed("branch", &name).map_err(|refusal| match &template.place {
            Some(place) => refusal.at(place.clone()),
            None => refusal,
        })?;
        Ok(name)
    }

    /// The version that is written after a full release, from the template of `next`. `None` after
    /// a pre-release: its version stays in the files until the next one.
    ///
    /// # Errors
    /// No version, one that has no form here, has a tag, or does not come after this release in
    /// both SemVer's and PEP 440's order.
    pub fn following(&self, template: &Effective<String>) -> Result<Option<Version>, Refusal> {
        if self.release.version.is_prerelease() {
            return Ok(None);
        }
        let text = self.filled(template)?;
        let wrong = |refusal: Refusal| {
            let shown = format!("{} in gonogo.toml gives {text:?}", template.key);
            let why = refusal.why.clone();
            let what =
                Refusal::usage(format!("{shown}, which cannot come after {}", self.version()));
            let what = why.into_iter().fold(what.why(sentence(&refusal.what)), Refusal::why);
            let what = what.next("schema", "describes every table and key");
            match &template.place {
                Some(place) => what.at(place.clone()),
                None => what,
            }
        };
        let version = Version::parse(&text).map_err(wrong)?;
        let asked = self.release.asked();
        match following(&asked, &Target::Exact(version), Downgrade::Refuse).map_err(wrong)? {
            Outcome::Bump { to, .. } => Ok(Some(to)),
            Outcome::AlreadyThere => Err(wrong(Refusal::usage("It is the same version"))),
        }
    }

    /// The version that is released.
    pub fn version(&self) -> &Version {
        self.release.version
    }

    /// The template with all values in it, without line ends behind it.
    fn filled(&self, template: &Effective<String>) -> Result<String, Refusal> {
        // What stands in no file goes by the name of its option.
        let name = if template.place.is_some() { "gonogo.toml" } else { &template.key };
        let path = RepoPath::new(name)
            .ok_or_else(|| Refusal::usage(format!("{name} is no name for a template")))?;
        let source = Source { path: &path, bytes: template.value.as_bytes() };
        let text = Template::parse(source, PLACEHOLDERS)?;
        for word in text.words() {
            if let Some(Value::Unfilled { why, next }) = self.values.get(word) {
                return Err(without(word, template, why, next.clone()));
            }
        }
        let bytes = text.render(&self.values)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().replace("\r\n", "\n"))
    }
}

impl Release<'_> {
    fn value(&self, word: &str) -> Value {
        let typed = |option: &str| Next::Typed(format!("{} {option}", self.command));
        let said = |value: Option<&str>, why: &str, next: Next, what_for: &str| {
            let value = value.map(str::trim).filter(|text| !text.is_empty());
            value.map_or_else(|| unfilled(why, next, what_for), Value::text)
        };
        let schema = || Next::Ours("schema".to_owned());
        match word {
            "version" => Value::text(self.version.text()),
            "tag" => Value::text(self.tag),
            "date" => Value::text(self.date),
            "codename" => {
                said(self.codename, "Nobody said it.", typed("--codename NAME"), "says it")
            }
            "summary" => said(self.summary, "Nobody said it.", typed("--summary TEXT"), "says it"),
            "name" => {
                let what_for = "gonogo.toml can give it one: name = \"...\"";
                said(self.name, "The project has no name.", schema(), what_for)
            }
            "package" => {
                let why = "This is about no single package.";
                said(self.package.or(self.name), why, typed("-p PACKAGE"), "chooses one")
            }
            "previous" => {
                let why = "There is no release before this one.";
                let what_for = "describes every table and key";
                said(self.previous.map(Version::text), why, schema(), what_for)
            }
            "next_patch" => self.next(Level::Patch),
            _ => self.next(Level::Minor),
        }
    }

    /// The version that a level leads to from this release.
    fn next(&self, level: Level) -> Value {
        let target = Target::Level(Move::plain(level));
        match following(&self.asked(), &target, Downgrade::Refuse) {
            Ok(Outcome::Bump { to, .. }) => Value::text(to.text()),
            Ok(Outcome::AlreadyThere) => Value::text(self.version.text()),
            Err(refusal) => {
                let next = Next::Ours("schema".to_owned());
                unfilled(&sentence(&refusal.what), next, "describes every table and key")
            }
        }
    }

    /// The question what comes after this release.
    fn asked(&self) -> Facts<'_> {
        let released = Some(Released { version: self.version, tag: self.tag });
        let (current, taken, style) = (self.version, self.taken, self.style);
        Facts { current, released, taken, withdrawn: &[], style }
    }
}

/// Checks that the short name of a branch or a tag (`kind`) is one that git allows and no option.
///
/// # Errors
/// The rule that it breaks.
pub fn allowed(kind: &str, name: &str) -> Result<(), Refusal> {
    match broken_rule(name) {
        Some(rule) => {
            Err(Refusal::usage(format!("{name:?} is no name that git allows for a {kind}"))
                .why(rule)
                .next("schema", "describes every table and key"))
        }
        None => Ok(()),
    }
}

/// What tells which release a branch prepares.
#[derive(Debug, Clone, Copy)]
pub struct Branches<'a> {
    /// The template of their names: `release/v{version}`.
    pub template: &'a str,
    pub tags: &'a TagFormat,
    pub name: Option<&'a str>,
    pub package: Option<&'a str>,
    pub style: Style,
}

impl Branches<'_> {
    /// The version whose release a branch prepares, as it is spelled there; `None` for any other
    /// branch. What has no form in the spelling of the repository is no version of its: in a
    /// repository of SemVer `release/v1.2` is a line, no release.
    pub fn version(&self, branch: &str) -> Option<Version> {
        let version = self.read(self.template, branch, None)?;
        version.spelled(&self.style).is_ok().then_some(version)
    }

    /// The version in `rest`, where it fits the template from here on; every placeholder has to say
    /// the one that is known already.
    fn read(&self, template: &str, rest: &str, known: Option<&Version>) -> Option<Version> {
        let Some((literal, after)) = template.split_once('{') else {
            return (template == rest).then(|| known.cloned()).flatten();
        };
        let (word, after) = after.split_once('}')?;
        let rest = rest.strip_prefix(literal)?;
        match word {
            "name" => self.read(after, rest.strip_prefix(self.name?)?, known),
            "package" => self.read(after, rest.strip_prefix(self.package.or(self.name)?)?, known),
            _ => rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev().find_map(|end| {
                let (text, rest) = rest.split_at(end);
                let version = match word {
                    "tag" => self.tags.version(text),
                    _ => Version::read(text).filter(|version| version.numbers().len() > 1),
                }?;
                let same = known.is_none_or(|known| known.same(&version));
                same.then(|| self.read(after, rest, Some(&version))).flatten()
            }),
        }
    }
}

fn one_line(option: &str, text: Option<&str>) -> Result<(), Refusal> {
    match text.is_some_and(|text| text.contains(char::is_control)) {
        true => Err(Refusal::usage(format!("{option} is not one line of text"))
            .why("It goes into messages, where a line of its own could say something else.")
            .why("The messages themselves are templates: gonogo.toml can give them more lines.")),
        false => Ok(()),
    }
}

fn unfilled(why: &str, next: Next, what_for: &str) -> Value {
    Value::Unfilled { why: why.to_owned(), next: (next, what_for.to_owned()) }
}

fn without(word: &str, template: &Effective<String>, why: &str, next: (Next, String)) -> Refusal {
    let holder = match template.place {
        Some(_) => format!("{} in gonogo.toml", template.key),
        None => template.key.clone(),
    };
    let refusal = Refusal::usage(format!("{{{word}}} in {holder} has no value")).why(why);
    let refusal = refusal.leading_to(vec![next]);
    match &template.place {
        Some(place) => refusal.at(pointing(place.clone(), word)),
        None => refusal,
    }
}

/// The place of a value, at the placeholder where its line shows it.
fn pointing(place: Place, word: &str) -> Place {
    let from = place.source.char_indices().nth(place.column.saturating_sub(1));
    let from = from.map_or(place.source.len(), |(at, _)| at);
    match place.source[from..].find(&format!("{{{word}}}")) {
        Some(at) => {
            let column = place.source[..from + at].chars().count() + 1;
            Place { column, ..place }
        }
        None => place,
    }
}

/// A message of its own as the reason of another.
fn sentence(what: &str) -> String {
    format!("{}.", what.trim_end_matches('.'))
}
