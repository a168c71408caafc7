//! A release from the arguments to its plan: everything is read, nothing is written.

use super::args::{Args, Asked};
use super::gates::Asking;
use super::landing::Way;
use super::made::{self, Made};
use super::remote::Remote;
use super::target::{self, Chosen};
use crate::changelog::web;
use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::config::changelog as configured;
use crate::config::file::{Landing, Procedure};
use crate::error::Refusal;
use crate::flows::release::{Commitment, Next, Release};
use crate::flows::words::{self, Words};
use crate::gates::Profile;
use crate::plan::{self, FileChange, Gates, Oid, Plan, Previous, Sign};
use crate::repo::{OtherChanges, Repo, WorkTree};
use crate::sys::proc;
use crate::version::Step;

/// The plan, with the bytes of its files; `None` where there is nothing to release.
pub fn planned(
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
    let gates = match args.way {
        Asked::Whole => asking.before(repo, profile, version, &interrupt)?,
        // They are asked at its end.
        Asked::Start => Vec::new(),
    };
    let tree = WorkTree::new(repo)?;
    let place = configured::find(&tree, &survey.settings, &known.project, survey.among)?;
    let page = asking.repo(repo).configuration()?.remote_url().and_then(|url| web::page(&url));
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
        let there = remote;
        let remote = match &there {
            Some(remote) => Some(remote.for_branch(repo, &ready, &tag)?),
            None => None,
        };
        let title = format!("{} {}", self.known.name(), self.chosen.version);
        let way = Way {
            args: self.args,
            repo,
            settings: &survey.settings,
            landing: &landing,
            words: &words,
            made,
            remote: there.as_ref(),
        };
        let previous = made.previous.as_ref().and_then(|previous| {
            Some(Previous { tag: previous.tag.clone(), commit: Oid::new(&previous.commit)? })
        });
        let about = plan::About {
            name: self.known.name().to_owned(),
            version: self.chosen.version.text().to_owned(),
            codename: self.args.codename.clone(),
            profile: gates.profile.clone(),
            previous,
            section: None,
            landing: plan::Landing::Push,
        };
        way.plan(Release {
            about,
            title,
            base: repo.head.base(),
            from: &self.chosen.files,
            version: &self.chosen.version,
            tag_message: match self.args.way {
                Asked::Whole => words.message(&landing.tag_message)?,
                // It may want words that are said at the end.
                Asked::Start => String::new(),
            },
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
            tag: tag.clone(),
        })
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
