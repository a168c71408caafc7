//! `changelog notes`

use serde_json::{Value, json};

use super::super::Context;
use super::super::bump::inside;
use super::super::text::{RELEASE_NOTES, Release, Text};
use super::reading::{One, Reading};
use super::values::{About, Given, WORDS};
use crate::changelog::{Changelog, Kind, Markup, Section, text};
use crate::config::file::Prereleases;
use crate::error::{Refusal, word};
use crate::flows::changelog::with_section;
use crate::path::RepoPath;
use crate::plan::Oid;
use crate::repo::Repo;
use crate::sites::Source;
use crate::template::Value as Filled;
use crate::version::Version;

/// Print what the changelog says of one version, and nothing else
///
/// Without a version that of the version files; where it has no section yet, what stands under
/// Unreleased, and for a pre-release the commits since the last full release, too. A repository with
/// a templates/release-notes.md of its own has its notes rendered by it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version or its tag, or `unreleased` (the version in the files)
    #[arg(value_name = "VERSION")]
    version: Option<String>,
    /// The package whose changelog is meant, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
    /// Render the notes by a template (templates/release-notes.md, or the built-in one)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true,
          default_missing_value = "")]
    template: Option<String>,
    /// Print the section as it stands, also where the repository has a template
    #[arg(long, conflicts_with = "template")]
    verbatim: bool,
    /// What {codename} in a template stands for (what its record says)
    #[arg(long, value_name = "NAME")]
    codename: Option<String>,
}

/// What the notes are of, and what they are taken from.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Wanted {
    /// `None` for what is unreleased and has no version yet.
    pub version: Option<Version>,
    pub from: From,
}

/// A part of the changelog.
#[derive(Debug, Clone)]
pub(in crate::cli) enum From {
    /// The section of this version: their own, or for a pre-release that of the release to come.
    Section(Version),
    Unreleased,
    /// Unreleased and the commits since the last full release: a pre-release has no section.
    Coming,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<u8> {
    let notes = Notes {
        version: args.version.as_deref(),
        package: args.package.as_deref(),
        codename: args.codename.as_deref(),
        naming: &format!("{} --codename NAME", context.command()),
        template: match args.template.as_deref() {
            Some("") => Rendered::Usual,
            Some(file) => Rendered::By(file),
            None if args.verbatim => Rendered::Verbatim,
            None => Rendered::WhereConfigured,
        },
    };
    notes.print(context)?;
    Ok(0)
}

/// What is asked of notes.
struct Notes<'n> {
    version: Option<&'n str>,
    package: Option<&'n str>,
    codename: Option<&'n str>,
    /// The command as typed, with what would say the codename.
    naming: &'n str,
    template: Rendered<'n>,
}

/// Which template renders notes.
enum Rendered<'n> {
    /// The one of the repository, else the built-in one.
    Usual,
    /// This file.
    By(&'n str),
    /// The one of the repository, where it has one.
    WhereConfigured,
    /// None: they are printed as they stand.
    Verbatim,
}

/// Prints the notes of a version by their template; `naming` is the command as typed, with what would
/// say the codename.
///
/// # Errors
/// The version has no section, a placeholder has no value, something is claimed that is not proved.
pub(in crate::cli) fn rendered(
    context: &Context,
    version: Option<&str>,
    package: Option<&str>,
    codename: Option<&str>,
    naming: &str,
) -> Result<(), Refusal> {
    Notes { version, package, codename, naming, template: Rendered::Usual }.print(context)
}

impl Notes<'_> {
    fn print(&self, context: &Context) -> Result<(), Refusal> {
        let repo = Repo::discover(&context.folder)?;
        let names: Vec<String> = self.package.iter().map(|name| (*name).to_owned()).collect();
        let reading = Reading::of(&repo, context, &names)?;
        let one = reading.only(&context.command())?;
        let source = Source::from(one.file()?);
        let changelog = Changelog::parse(source)?;
        let wanted = wanted(self.version, &repo, &one, &changelog)?;
        remark(&wanted, &one, context);
        let given = Given { codename: self.codename, naming: self.naming };
        let about = About::new(&repo, &one, &reading, &wanted, given);
        let bytes = match &wanted.from {
            From::Coming => with_section(&about.facts()?)?,
            From::Section(_) | From::Unreleased => source.bytes.to_vec(),
        };
        let changelog = Changelog::parse(Source { bytes: &bytes, ..source })?;
        let section =
            section(&changelog, &wanted).ok_or_else(|| not_there(&one, &changelog, None))?;
        let template = self.template(&repo, context)?;
        let text = match &template {
            Some(template) => {
                let release = Release::of(&repo, &one, wanted.version.clone());
                let value = |word: &str| match (word, self.codename) {
                    ("codename", None) => recorded(&release, &about, &changelog, section),
                    _ => about.value(word, &changelog, Some(section)),
                };
                template.rendered(WORDS, &release, &value)?.0
            }
            None => bytes[changelog.whole_lines(section)].to_vec(),
        };
        context.ui.verbatim(&text);
        let path = template.as_ref().map(|template| &template.path);
        context.ui.json(&as_json(&about, &changelog, section, &text, path)?);
        Ok(())
    }

    /// The template that renders the notes; `None` when they are printed as they stand.
    fn template(&self, repo: &Repo, context: &Context) -> Result<Option<Text>, Refusal> {
        match self.template {
            Rendered::Usual => Text::of(repo, RELEASE_NOTES).map(Some),
            Rendered::WhereConfigured => Ok(Text::of(repo, RELEASE_NOTES)?.own()),
            Rendered::Verbatim => Ok(None),
            Rendered::By(given) => {
                let path = inside(repo, context, given)?;
                let refusal = || {
                    let command = context.command_without(&word(format!("--template={given}")));
                    Refusal::usage(format!("there is no {path}")).next_typed(command, "")
                };
                Text::at(repo, &path)?.ok_or_else(refusal).map(Some)
            }
        }
    }
}

/// The codename that was said when it was released.
fn recorded(
    release: &Release<'_>,
    about: &About<'_>,
    changelog: &Changelog<'_>,
    section: &Section,
) -> Result<Filled, Refusal> {
    let codename = release.record()?.and_then(|record| record.codename.as_deref());
    match codename {
        Some(codename) => Ok(Filled::text(text::line(codename, Markup::Markdown))),
        None => about.value("codename", changelog, Some(section)),
    }
}

/// What the notes of a version are taken from.
///
/// # Errors
/// The changelog tells nothing of it; it is no version.
pub(in crate::cli) fn wanted(
    version: Option<&str>,
    repo: &Repo,
    one: &One<'_>,
    changelog: &Changelog<'_>,
) -> Result<Wanted, Refusal> {
    let stays = one.survey.settings.changelog.prereleases == Prereleases::Unreleased;
    let asked = version;
    let (version, current) = match asked {
        Some(word) if word.eq_ignore_ascii_case("unreleased") => {
            return unreleased(one, changelog).ok_or_else(|| not_there(one, changelog, None));
        }
        Some(word) => (parsed(word, one)?, one.version().ok()),
        None => {
            let current = one.current()?;
            (current.clone(), Some(current))
        }
    };
    let of = |from: From| Wanted { version: Some(version.clone()), from };
    if changelog.section(&version).is_some() {
        return Ok(of(From::Section(version.clone())));
    }
    let is_current = current.is_some_and(|current| current.same(&version));
    let tagged = one.tagged(&version);
    let head = repo.head.commit().map(Oid::as_str);
    let is_here = tagged.map_or(is_current, |tagged| Some(tagged.commit.as_str()) == head);
    // What a tool will write is not known before it has written it.
    let ours = changelog.generated_by.is_none();
    if version.is_prerelease() && stays && is_here && ours {
        return Ok(of(match open_section(&version, one, changelog) {
            Some(open) => From::Section(open),
            None => From::Coming,
        }));
    }
    if asked.is_none()
        && let (None, Some(unreleased)) = (tagged, unreleased(one, changelog))
    {
        return Ok(unreleased);
    }
    Err(not_there(one, changelog, Some(&version)))
}

/// The section that is already there for the release to which a pre-release leads.
fn open_section(version: &Version, one: &One<'_>, changelog: &Changelog<'_>) -> Option<Version> {
    let mut releases = changelog.releases().map(|(_, release)| &release.version);
    let open = releases.find(|own| {
        let same = own.numbers() == version.numbers();
        same && !own.is_prerelease() && one.tagged(own).is_none()
    });
    open.cloned()
}

/// A version as it is written, or by its tag.
///
/// # Errors
/// It is none.
pub(in crate::cli) fn parsed(text: &str, one: &One<'_>) -> Result<Version, Refusal> {
    if let Some(version) = one.known.format.version(text) {
        return Ok(version);
    }
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let next = format!("changelog notes{}", one.known.option);
    Version::parse(bare).map_err(|refusal| refusal.or_next(next, "prints the current version's"))
}

/// Unreleased, where it stands; of the version in the files while that has no tag.
fn unreleased(one: &One<'_>, changelog: &Changelog<'_>) -> Option<Wanted> {
    changelog.unreleased()?;
    let next = one.version().ok().filter(|version| one.tagged(version).is_none());
    let version = next.filter(|version| changelog.section(version).is_none());
    Some(Wanted { version, from: From::Unreleased })
}

/// The section that notes are.
pub(in crate::cli) fn section<'c>(
    changelog: &'c Changelog<'_>,
    wanted: &Wanted,
) -> Option<&'c Section> {
    let of = |version: &Version| changelog.section(version).map(|(section, _)| section);
    match &wanted.from {
        From::Section(version) => of(version),
        From::Unreleased => changelog.unreleased(),
        From::Coming => wanted.version.as_ref().and_then(of),
    }
}

/// Says what is printed where that is not the section of the version.
fn remark(wanted: &Wanted, one: &One<'_>, context: &Context) {
    let Some(version) = &wanted.version else { return };
    let instead = match &wanted.from {
        From::Section(own) if own.same(version) => return,
        From::Section(own) => format!("the section of {own}, which is not released"),
        From::Unreleased => "what stands under Unreleased".to_owned(),
        From::Coming => "Unreleased and the commits since the last full release".to_owned(),
    };
    let path = one.place.path();
    context.ui.remark(&format!("{version} has no section in {path} yet: this is {instead}"));
}

fn not_there(one: &One<'_>, changelog: &Changelog<'_>, version: Option<&Version>) -> Refusal {
    let (path, option) = (one.place.path(), &one.known.option);
    let what = version.map_or("Unreleased".to_owned(), |version| format!("section for {version}"));
    let mut refusal = Refusal::usage(format!("{path} has no {what}"));
    let newest = changelog.newest();
    let near: Vec<&Version> = match version {
        Some(version) => changelog.beside(version),
        None => newest.into_iter().collect(),
    };
    refusal = match near.as_slice() {
        [] => refusal.why("It has no release at all."),
        [near] if version.is_none() => refusal.why(format!("Its newest release is {near}.")),
        [near] => refusal.why(format!("The nearest release is {near}.")),
        [below, above, ..] => refusal.why(format!("The nearest ones are {below} and {above}.")),
    };
    let tagged = version.and_then(|version| one.tagged(version));
    if let (Some(tagged), Some(true)) = (tagged, version.map(Version::is_prerelease)) {
        let there = word(format!("{}:{path}", tagged.tag));
        refusal = refusal.why("What it brought stood under Unreleased when it was tagged.");
        refusal = refusal.next_shell(format!("git show {there}"), "shows the file of that time");
    }
    for near in near.into_iter().rev() {
        refusal = refusal.next(format!("changelog notes {near}{option}"), "");
    }
    let has_entries = changelog.unreleased().is_some();
    if version.is_some() && has_entries {
        refusal = refusal.next(format!("changelog notes unreleased{option}"), "what comes next");
    }
    refusal.or_next(format!("changelog{option}"), "writes the section of the current version")
}

fn as_json(
    about: &About<'_>,
    changelog: &Changelog<'_>,
    section: &Section,
    text: &[u8],
    template: Option<&RepoPath>,
) -> Result<Value, Refusal> {
    let release = match &section.kind {
        Kind::Release(release) => Some(release),
        Kind::Unreleased | Kind::Other => None,
    };
    let parts = changelog.parts(section);
    let parts = parts.iter().map(|part| {
        let entries = part.entries.iter().map(|entry| changelog.entry(entry));
        json!({ "name": part.name, "entries": entries.collect::<Vec<_>>() })
    });
    Ok(json!({
        "package": about.one.known.project.name,
        "path": about.one.place.path().as_str(),
        "version": about.version().map(Version::text),
        "tag": about.tag(),
        "date": about.date(changelog)?,
        "status": about.status(changelog),
        "yanked": release.is_some_and(|release| release.yanked.is_some()),
        "text": String::from_utf8_lossy(text),
        "template": template.map(RepoPath::as_str),
        "sections": parts.collect::<Vec<_>>(),
    }))
}
