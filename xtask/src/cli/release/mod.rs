//! `release`

mod gates;
mod host;
mod made;
mod remote;
mod shown;
mod target;

use super::Context;
use super::project::{Known, Survey};
use crate::changelog::web;
use crate::config::changelog as configured;
use crate::config::file::{Landing, Procedure};
use crate::error::Refusal;
use crate::exec;
use crate::flows::release::{self, Commitment, Next, Release};
use crate::flows::words::{self, Words};
use crate::gates::Profile;
use crate::journal::Journal;
use crate::plan::{FileChange, Gates, Plan, Sign};
use crate::repo::{OtherChanges, Repo, WorkTree};
use crate::sys::proc;
use crate::version::Step;
pub(super) use gates::Asking;
pub(super) use host::{Consent, Host};
use made::Made;
use remote::Remote;
use target::Chosen;

/// Make a release: version, changelog, gates, commit, tag, push, as one transaction
///
/// Everything is checked first. The commit hooks and the gates see exactly the tree that will be
/// tagged, and where one says no every file is put back. What leaves this machine leaves last, all
/// or nothing. After a kill, `resume` completes it and `undo` takes it back.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// major, minor, patch, alpha, beta, rc, final, auto, or a version; without it, the version in
    /// the files
    #[arg(value_name = "LEVEL|VERSION")]
    to: Option<String>,
    /// The package to release, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
    /// Make it a pre-release of that level: `release minor --pre rc`
    #[arg(long, alias = "prerelease", value_name = "PHASE")]
    pre: Option<String>,
    /// One further, also when the files hold a version that is not released yet
    #[arg(long)]
    next: bool,
    /// What the release is called besides its version
    #[arg(long, value_name = "NAME")]
    codename: Option<String>,
    /// What it is about, in one line
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    /// Keep everything on this machine; the network is not used at all
    #[arg(long)]
    no_push: bool,
    /// A gate that may fail this time, with --reason; may be repeated, each with its own reason
    #[arg(long, value_name = "GATE")]
    pub(super) waive: Vec<String>,
    /// Why it may fail; it stands in the record
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Vec<String>,
    /// How many gates run at a time
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// Repeat also gates that were green on the same files
    #[arg(long)]
    pub(super) fresh: bool,
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    yes: bool,
    /// Show the whole plan and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal.into());
    }
    let asking = Asking::new(args, context)?;
    let Some((plan, before)) = planned(args, context, &repo, &asking)? else { return Ok(()) };
    let ui = &context.ui;
    if args.dry_run {
        shown::plan(ui, &plan);
        ui.say("Nothing was changed (dry run).");
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
        ui.json(&shown::json(&plan, None));
        return Ok(());
    }
    let consent = if args.yes { Consent::Given } else { Consent::Asked };
    if plan.point_of_no_return().is_some() && !agreed(args, context, &plan)? {
        ui.say("Nothing was done.");
        return Ok(());
    }
    let host = Host { repo: &repo, context, asking: &asking, consent };
    let finished = exec::run(&repo, plan.clone(), &before, &context.asked(&host))?;
    shown::end(context, &plan, &finished);
    Ok(())
}

/// The one question before anything is done.
fn agreed(args: &Args, context: &Context, plan: &Plan) -> Result<bool, Refusal> {
    let ui = &context.ui;
    if args.yes {
        return Ok(true);
    }
    if !ui.can_ask() {
        return Err(Refusal::usage("nobody can be asked here, and a push cannot be taken back")
            .next_typed(format!("{} --yes", context.command()), "answers yes beforehand")
            .next_typed(
                format!("{} --dry-run", context.command()),
                "only shows what would be done",
            ));
    }
    shown::plan(ui, plan);
    ui.say("");
    Ok(ui.ask("Start? [y]es  [n]o", &['y', 'n'], 'n')? == 'y')
}

/// The plan, with the bytes of its files; `None` where there is nothing to release.
fn planned(
    args: &Args,
    context: &Context,
    repo: &Repo,
    asking: &Asking<'_>,
) -> Result<Option<(Plan, Vec<Vec<u8>>)>, Refusal> {
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = match args.no_push {
        true => None,
        false => Some(Remote::fetch(repo, &interrupt)?),
    };
    let names: Vec<String> = args.package.iter().cloned().collect();
    let survey = Survey::chosen(repo, &names, &context.command())?;
    let [known] = survey.projects.as_slice() else {
        return Err(Refusal::usage("several packages are no one release; name one with -p"));
    };
    let step = if args.next { Step::Next } else { Step::Nearest };
    let wanted = target::Wanted { to: args.to.as_deref(), pre: args.pre.as_deref(), step };
    let Some(chosen) = target::choose(repo, &survey, known, context, &wanted)? else {
        return Ok(None);
    };
    let (version, profile) = (&chosen.version, Profile::likely(None, "", Some(&chosen.version)));
    let newest = known.releases.newest.as_ref();
    let tag = known.format.tag(version, newest.map(|(tag, version)| (tag.as_str(), version)));
    words::allowed("tag", &tag)?;
    let gates = asking.before(repo, profile, version, &interrupt)?;
    let tree = WorkTree::new(repo)?;
    let place = configured::find(&tree, &survey.settings, &known.project, survey.among)?;
    let page = repo.configuration()?.remote_url().and_then(|url| web::page(&url));
    let wanted = made::Wanted { version, tag: &tag, place: &place, page: page.as_deref() };
    let made = Made::new(repo, context, (&survey, known), &wanted)?;
    let waived = asking.waivers.iter().map(|(gate, why)| (gate.to_owned(), why.to_owned()));
    let gates = Gates {
        profile: profile.name().to_owned(),
        version: version.text().to_owned(),
        tag: tag.clone(),
        gates,
        waived: waived.collect(),
    };
    let about = About { args, context, repo, survey: &survey, known, chosen: &chosen, made: &made };
    let plan = about.plan(tag, gates, remote)?;
    let files = plan.files();
    let before = about.bytes(&files)?;
    Ok(Some((plan, before)))
}

/// What is known of a release before it is planned.
struct About<'a> {
    args: &'a Args,
    context: &'a Context,
    repo: &'a Repo,
    survey: &'a Survey,
    known: &'a Known,
    chosen: &'a Chosen,
    made: &'a Made,
}

impl About<'_> {
    fn plan(&self, tag: String, gates: Gates, remote: Option<Remote>) -> Result<Plan, Refusal> {
        let Self { repo, made, context, survey, .. } = self;
        let landing = survey.settings.landing(Procedure::Release);
        let style = crate::flows::bump::style(&survey.facts(self.known), &self.chosen.version);
        let (date, command) = (context.at.date(), context.command());
        let words = Words::new(words::Release {
            version: &self.chosen.version,
            tag: &tag,
            date: &date,
            name: self.known.project.name.as_deref(),
            package: self.args.package.as_deref(),
            codename: self.args.codename.as_deref(),
            summary: self.args.summary.as_deref(),
            previous: made.previous.as_ref().map(|previous| &previous.version),
            taken: &self.known.tagged,
            style,
            command: &command,
        })?;
        let others = OtherChanges::Only(&made.earlier);
        let paths = made.paths();
        let ready = match paths.is_empty() {
            true => repo.ready_to_tag(context.at)?,
            false => repo.ready_to_commit(&paths, others, context.at)?,
        };
        let tagger = repo.ident("COMMITTER", context.at)?;
        let remote = match remote {
            Some(remote) => Some(remote.for_branch(repo, &ready, &tag)?),
            None => None,
        };
        let title = format!("{} {}", self.known.name(), self.chosen.version);
        Ok(release::straight(Release {
            title,
            base: repo.head.base(),
            from: &self.chosen.files,
            version: &self.chosen.version,
            tag_message: words.message(&landing.tag_message)?,
            sign_tag: self.sign_tag()?,
            edits: made.edits.clone(),
            changelog: made.changelog().cloned().into_iter().collect(),
            guards: made.guards.clone(),
            commit: Commitment {
                message: words.message(&landing.commit_message)?,
                hooks: landing.hooks.value,
                ready,
                paths,
            },
            tagger,
            gates,
            next: self.next(&landing, &words)?,
            remote,
            tag,
        }))
    }

    fn sign_tag(&self) -> Result<Sign, Refusal> {
        let said = self.survey.settings.tag.sign.as_ref().map(|said| said.value);
        let sign = match said {
            Some(said) => said,
            None => self.repo.config_bool("tag.gpgSign")?,
        };
        Ok(if sign { Sign::Yes } else { Sign::No })
    }

    /// The version that is written after the release.
    fn next(&self, landing: &Landing, words: &Words<'_>) -> Result<Option<Next>, Refusal> {
        let Some(template) = &landing.next else { return Ok(None) };
        let Some(version) = words.following(template)? else { return Ok(None) };
        let edits = self.edits_to(&version)?;
        let message = format!("chore: begin {version}\n");
        Ok(Some(Next { version, edits, message }))
    }

    /// The edits from the released version to another one.
    fn edits_to(&self, version: &crate::version::Version) -> Result<Vec<FileChange>, Refusal> {
        let _ = version;
        Ok(Vec::new())
    }

    /// What the files hold before each change.
    fn bytes(&self, changes: &[&FileChange]) -> Result<Vec<Vec<u8>>, Refusal> {
        Ok(self.made.bytes(changes.iter().copied()))
    }
}
