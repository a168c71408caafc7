//! `text`: what people are told of a release, filled in from its record.

mod release;
mod said;
mod template;
mod words;

use serde_json::json;

use super::Context;
use super::changelog::{self, About, From, Given, One, Reading, WORDS, Wanted, parsed};
use super::check::next_version;
use super::rollback;
use crate::changelog::Changelog;
use crate::config::changelog::Place;
use crate::error::{Refusal, word};
use crate::flows::changelog::with_section;
use crate::repo::Repo;
use crate::sites::Source;
use crate::template::Claim;
use crate::version::Version;
pub(in crate::cli) use release::Release;
use said::Said;
use template::{ANNOUNCEMENT, BuiltIn, POST_DEPLOYMENT, PRE_DEPLOYMENT};
pub(in crate::cli) use template::{INCIDENT, NOTICE, RELEASE_NOTES, Text};
use words::{KNOWN, SAID, Words, is_said};

/// Print a text about a release, filled in from its record
///
/// Each has a template, which describes its placeholders: a file templates/KIND.md of the repository,
/// else the built-in one. What only a person can say is said with --set; a placeholder that nobody
/// fills in is an error.
///
/// A text claims nothing without evidence. A line of a template may end with it, as a box of a
/// checklist does: `All tests pass. <!-- gate:tests -->`, `<!-- role:QA Lead -->`. It is printed
/// without the comment where that is proved: by the record (the gate green and not waived, the role
/// signed), before the release by the last checks of these very files; else it is refused. A line that
/// claims success in words and names no evidence is refused: all tests, tests pass, tests are green,
/// all green, all checks, passed, passing, all systems, no errors, no failures, no issues, no problems,
/// successful, successfully, verified, validated, a figure in per cent. So is what nobody has filled in:
/// XX, TODO, TBD, TBA, FIXME, a line to write on, [DATE] or anything else in brackets that is no link
/// and no box. Only the words of the template are looked at, not what is filled in.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which text
    #[arg(value_enum, value_name = "KIND")]
    kind: Kind,
    /// The version or its tag (the newest release; for pre-deployment the next one)
    #[arg(value_name = "VERSION")]
    version: Option<String>,
    /// The package that is released, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
    /// What a placeholder stands for: --set contact="Ana Diaz" --set when="Sat 08:00 UTC"
    #[arg(long, value_name = "WORD=TEXT")]
    set: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// What is new, as `changelog notes --template` renders it
    ReleaseNotes,
    /// For users: it is out
    Announcement,
    /// A mail before it is deployed
    PreDeployment,
    /// A mail afterwards: what was checked, waived and signed
    PostDeployment,
    /// Of a release that was rolled back
    Incident,
    /// The same, for users
    Notice,
}

/// Whether the release that a mail is about has to be out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    Out,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    let said = Said::new(&args.set, context)?;
    match args.kind {
        Kind::ReleaseNotes => {
            said.only(&["codename"], RELEASE_NOTES.file(), context)?;
            let naming = format!("{} --set codename=NAME", context.command());
            let (version, package) = (args.version.as_deref(), args.package.as_deref());
            changelog::rendered(context, version, package, said.get("codename"), &naming)
        }
        Kind::Announcement => mail(args, &said, context, ANNOUNCEMENT, When::Out),
        Kind::PreDeployment => mail(args, &said, context, PRE_DEPLOYMENT, When::Before),
        Kind::PostDeployment => mail(args, &said, context, POST_DEPLOYMENT, When::Out),
        Kind::Incident => withdrawn(args, &said, context, INCIDENT),
        Kind::Notice => withdrawn(args, &said, context, NOTICE),
    }
}

/// A text about a release that is out, or that comes.
fn mail(
    args: &Args,
    said: &Said,
    context: &Context,
    built_in: BuiltIn,
    when: When,
) -> Result<(), Refusal> {
    let repo = Repo::discover(&context.folder)?;
    let names: Vec<String> = args.package.iter().cloned().collect();
    let reading = Reading::of(&repo, context, &names)?;
    let one = reading.only(&context.command())?;
    let version = meant(args, &repo, &one, context, when)?;
    let release = Release::of(&repo, &one, Some(version.clone()));
    may_be_told(&release, args, &one, when)?;
    let text = Text::of(&repo, built_in)?;
    let wanted = Wanted { from: from(&release, &one, &version)?, version: Some(version) };
    let naming = format!("{} --set codename=NAME", context.command());
    let given = Given { codename: said.get("codename"), naming: &naming };
    let about = About::new(&repo, &one, &reading, &wanted, given);
    let bytes = bytes(&about, &wanted, &one, &release)?;
    let changelog = Changelog::parse(Source { path: one.place.path(), bytes: &bytes })?;
    let section = changelog::section(&changelog, &wanted);
    let knows: Vec<&str> = [WORDS, KNOWN, SAID].concat().into_iter().chain(said.words()).collect();
    let template = text.parsed(&knows).map_err(unknown)?;
    let placeholders = template.words();
    said.only(&placeholders, text.path.as_str(), context)?;
    let codename = release.record()?.and_then(|record| record.codename.as_deref());
    said.not_otherwise("codename", codename, context)?;
    let open = |word: &&str| match *word {
        "codename" => codename.is_none(),
        word => is_said(word) && word != words::OPTIONAL,
    };
    let open: Vec<&str> = placeholders.iter().copied().filter(open).collect();
    let unsaid = said.unsaid(&open, context);
    let (release, about, changelog) = (&release, &about, &changelog);
    let words = Words { release, about, changelog, section, said, unsaid };
    let (bytes, claims) = text.rendered(&knows, release, &|word| words.value(word))?;
    print(context, &text, &bytes, release, &claims)
}

/// The version that is meant: the one that is said; else the newest release, or before a release the
/// next one, as long as there is something to release.
fn meant(
    args: &Args,
    repo: &Repo,
    one: &One<'_>,
    context: &Context,
    when: When,
) -> Result<Version, Refusal> {
    if let Some(said) = args.version.as_deref() {
        return parsed(said, one);
    }
    let next = match when {
        When::Before => next_version(repo, one.survey, one.known)?,
        When::Out => None,
    };
    let newest = || one.known.releases.newest.as_ref().map(|(_, version)| version.clone());
    match (next, newest(), when) {
        (Some(next), _, _) => Ok(next),
        (None, Some(newest), When::Out) => Ok(newest),
        (None, Some(newest), When::Before) => {
            context
                .ui
                .remark(&format!("nothing to release has come since {newest}: this is about it"));
            Ok(newest)
        }
        (None, None, _) => Err(Refusal::usage(format!("{} has no release", one.known.name()))
            .next(format!("release{} --dry-run", one.known.option), "shows how one is made")),
    }
}

/// Nobody is told of what is not out that it is, nor of what was rolled back that it comes.
fn may_be_told(
    release: &Release<'_>,
    args: &Args,
    one: &One<'_>,
    when: When,
) -> Result<(), Refusal> {
    let (called, option) = (release.called(), &one.known.option);
    let named = args.version.as_deref().map_or(called.clone(), str::to_owned);
    let named = word(named);
    if release.is_withdrawn() {
        return Err(Refusal::unsafe_to(format!("{called} was rolled back"))
            .next(format!("text notice {named}{option}"), "is what users are told of it"));
    }
    if when == When::Before || release.commit()?.is_some() {
        return Ok(());
    }
    let refusal = Refusal::unsafe_to(format!("{called} is not released"))
        .why("This text says that it is out, and neither a tag nor a record of it is here.")
        .next(format!("text pre-deployment {named}{option}"), "tells of what is to come");
    Err(match release.repo.configuration()?.remote() {
        Some(_) => refusal.next_shell("git fetch --tags", "gets releases of others"),
        None => refusal,
    })
}

/// Where the changelog tells of it.
fn from(release: &Release<'_>, one: &One<'_>, version: &Version) -> Result<From, Refusal> {
    let of_its_own = || From::Section(version.clone());
    let out = release.commit()?;
    let Place::There(file) = one.place else {
        return Ok(if out.is_some() { of_its_own() } else { From::Coming });
    };
    let changelog = Changelog::parse(Source::from(file))?;
    Ok(match (changelog.section(version), out) {
        (Some(_), _) => of_its_own(),
        // A pre-release may have none, and its entries stand elsewhere as long as it is the newest.
        (None, Some(_)) => {
            let told = changelog::wanted(Some(version.text()), release.repo, one, &changelog);
            told.map_or_else(|_| of_its_own(), |told| told.from)
        }
        // What a tool will write is not known before it has written it.
        (None, None) if changelog.generated_by.is_some() => From::Unreleased,
        (None, None) => From::Coming,
    })
}

/// The changelog as it is, or as it would be with the release that comes; where it tells nothing of
/// one that is out, as that release has it (a hotfix need not be merged here). Empty where there is none.
fn bytes(
    about: &About<'_>,
    wanted: &Wanted,
    one: &One<'_>,
    release: &Release<'_>,
) -> Result<Vec<u8>, Refusal> {
    let here = match (&wanted.from, one.place) {
        (_, Place::Missing(_)) => Vec::new(),
        (From::Coming, Place::There(_)) => return with_section(&about.facts()?),
        (From::Section(_) | From::Unreleased, Place::There(file)) => file.bytes.to_vec(),
    };
    let source = Source { path: one.place.path(), bytes: &here };
    let is_told = changelog::section(&Changelog::parse(source)?, wanted).is_some();
    let own = if is_told { None } else { release.changelog()? };
    Ok(own.unwrap_or(here))
}

/// What a placeholder that is not known can still be.
fn unknown(refusal: Refusal) -> Refusal {
    match refusal.what.contains("not known") {
        true => refusal.why("--set WORD=TEXT says what a word of your own stands for."),
        false => refusal,
    }
}

fn print(
    context: &Context,
    text: &Text,
    bytes: &[u8],
    release: &Release<'_>,
    claims: &[Claim],
) -> Result<(), Refusal> {
    let claims = claims.iter().map(|claim| {
        let evidence: Vec<String> = claim.bindings.iter().map(ToString::to_string).collect();
        json!({ "line": claim.place.line, "evidence": evidence })
    });
    let claims: Vec<_> = claims.collect();
    context.ui.verbatim(bytes);
    context.ui.json(&json!({
        "version": release.version.as_ref().map(Version::text),
        "tag": release.tag,
        "released": release.commit()?.is_some(),
        "recorded": release.record()?.is_some(),
        "template": text.path.as_str(),
        "claims": claims,
        "text": String::from_utf8_lossy(bytes),
    }));
    Ok(())
}

/// A text about a release that was rolled back, as the rollback knew it.
fn withdrawn(
    args: &Args,
    said: &Said,
    context: &Context,
    built_in: BuiltIn,
) -> Result<(), Refusal> {
    said.only(&[], built_in.file(), context)?;
    let repo = Repo::discover(&context.folder)?;
    let names: Vec<String> = args.package.iter().cloned().collect();
    let reading = Reading::of(&repo, context, &names)?;
    let one = reading.only(&context.command())?;
    let known = one.known;
    let burned = known.releases.withdrawn.iter().filter_map(|tag| known.format.version(tag));
    let version = match args.version.as_deref() {
        Some(said) => parsed(said, &one)?,
        None => burned
            .reduce(|best, own| if best.precedes(&own) { own } else { best })
            .ok_or_else(|| {
                Refusal::usage("no release was rolled back")
                    .next(format!("rollback{} --plan", known.option), "shows how one would be")
            })?,
    };
    let release = Release::of(&repo, &one, Some(version.clone()));
    let option = &known.option;
    if !release.is_withdrawn() {
        return Err(Refusal::usage(format!("{version} was not rolled back"))
            .why("A rollback writes this text, with what it knows.")
            .next(format!("rollback {version}{option} --dry-run"), "shows what it would do"));
    }
    let Some(filling) = rollback::kept(&repo, &version)? else {
        return Err(Refusal::usage(format!("{version} was rolled back elsewhere"))
            .why("What is known of that is in the clone that did it.")
            .next("log", "lists what was done here"));
    };
    let text = Text::of(&repo, built_in)?;
    let bytes = filling.rendered(&text)?;
    print(context, &text, &bytes, &release, &[])
}
