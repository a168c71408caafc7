//! A release from the arguments to its plan: everything is read, nothing is written.

use serde_json::Value;

use super::already::already;
use super::args::{Args, Asked};
use super::ci::Ci;
use super::gates::Asking;
use super::landing::{Planned, Way, section};
use super::made::{self, Made};
use super::remote::Remote;
use super::shown::Facts;
use super::target::{self, Choice, Choosing, Chosen};
use crate::changelog::cut::Existing;
use crate::changelog::web;
use crate::cli::Context;
use crate::cli::approvals::Approvals;
use crate::cli::check::installed;
use crate::cli::project::{Known, Survey};
use crate::config::changelog::{self as configured, Place};
use crate::config::file::{Landing, Procedure, Settings};
use crate::error::Refusal;
use crate::flows::bump;
use crate::flows::release::{self, Commitment, Next, Release, Written};
use crate::flows::words::{self, Words};
use crate::gates::Profile;
use crate::history::Tagged;
use crate::plan::{self, Action, Gates, Object, Oid, Plan, Previous};
use crate::repo::{OtherChanges, Repo, Status, WorkTree};
use crate::sites::Source;
use crate::sys::proc::{self, Interrupt};
use crate::version::{Step, Version};

/// A release that can be made.
pub struct Prepared {
    pub plan: Plan,
    /// What its files hold before each change.
    pub before: Vec<Vec<u8>>,
    pub facts: Facts,
}

/// What becomes of the arguments.
pub enum Preparation {
    Ready(Box<Prepared>),
    /// There is nothing to release, and why.
    Nothing(String),
}

/// Reads everything and plans.
///
/// # Errors
/// Whatever stands in the way of the release.
pub fn prepared(
    args: &Args,
    context: &Context,
    repo: &Repo,
    asking: &Asking<'_>,
) -> Result<Preparation, Refusal> {
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = match args.no_push {
        true => None,
        false => Some(Remote::fetch(repo, &interrupt)?),
    };
    let mut survey = survey(args, context, repo)?;
    let tree = WorkTree::new(repo)?;
    let [known] = survey.projects.as_mut_slice() else {
        return Err(Refusal::usage("several packages are no one release; name one with -p"));
    };
    let place = configured::find(&tree, &survey.settings, &known.project, survey.among)?;
    known.withdraw(&place);
    known.count_on(repo, &survey.files)?;
    let known = &survey.projects[0];
    let chosen = match chosen(args, context, repo, (&survey, known), remote.as_ref())? {
        Choice::Release(chosen) => chosen,
        Choice::Nothing(why) => return Ok(Preparation::Nothing(why)),
        Choice::Released(version) => {
            return Err(Refusal::usage(format!("{version} is released already")));
        }
    };
    let (version, profile) = (&chosen.version, Profile::of(args.procedure, &chosen.version));
    let newest = known.releases.newest.as_ref();
    let tag = known.format.tag(version, newest.map(|(tag, version)| (tag.as_str(), version)));
    words::allowed("tag", &tag)?;
    let status = &repo.status()?;
    let release = (profile, version, tag.as_str());
    let fetched = remote.as_ref().map(Remote::name);
    let of = ((&survey.settings, known.option.as_str()), release);
    let said = match args.way {
        Asked::Whole => Said::before(repo, asking, of, (status, fetched, &interrupt))?,
        // It is asked at its end.
        Asked::Start => Said::default(),
    };
    let page = asking.repo(repo).configuration()?.remote_url().and_then(|url| web::page(&url));
    let existing = existing(args.procedure);
    let wanted =
        made::Wanted { version, tag: &tag, place: &place, page: page.as_deref(), existing, status };
    let made = &Made::new(repo, context, (&survey, known), &wanted)?;
    let mut gates = asking.step(release, &survey.settings, said.commands.clone());
    if args.way == Asked::Start {
        gates.values.clear();
    }
    if let Some(files) = &chosen.files {
        let _ = asking.old.set(files.text().to_owned());
    }
    let about = About {
        args,
        context,
        repo,
        survey: &survey,
        known,
        chosen: &chosen,
        made,
        status,
        place: &place,
        said: &said,
    };
    about.ready(asking, tag, gates, remote)
}

/// What becomes of a section of the changelog that is there already.
fn existing(procedure: Procedure) -> Existing {
    match procedure {
        Procedure::Release => Existing::Keep,
        Procedure::Hotfix => Existing::Open,
    }
}

/// Which version it is; one that has a tag already is complete, or another one is meant.
fn chosen(
    args: &Args,
    context: &Context,
    repo: &Repo,
    (survey, known): (&Survey, &Known),
    remote: Option<&Remote>,
) -> Result<Choice, Refusal> {
    let choosing = Choosing::new(repo, survey, known, context)?;
    let step = if args.next { Step::Next } else { Step::Nearest };
    let wanted = target::Wanted { to: args.to.as_deref(), pre: args.pre.as_deref(), step };
    match choosing.choose(&wanted)? {
        Choice::Released(version) => {
            match already(repo, known, &version, remote, args.to.is_some())? {
                Some(done) => Ok(Choice::Nothing(done)),
                None => choosing.which(&version),
            }
        }
        choice => Ok(choice),
    }
}

/// The project that is released; without any version file one whose tags say its versions.
fn survey(args: &Args, context: &Context, repo: &Repo) -> Result<Survey, Refusal> {
    let names: Vec<String> = args.package.iter().cloned().collect();
    Survey::read(repo, &names, &context.command())
}

/// What the record of a release says that no step of it knows; `previous` is the one before it.
pub fn kept(
    args: &Args,
    known: &Known,
    version: &Version,
    previous: Option<&Tagged>,
) -> plan::About {
    let previous = previous.and_then(|previous| {
        Some(Previous { tag: previous.tag.clone(), commit: Oid::new(&previous.commit)? })
    });
    plan::About {
        name: known.name().to_owned(),
        version: version.text().to_owned(),
        codename: args.codename.clone(),
        profile: Profile::of(args.procedure, version).name().to_owned(),
        previous,
        ..plan::About::default()
    }
}

/// Whether a plan makes the release on the branch that is checked out, and nowhere else.
fn goes_straight(plan: &Plan) -> bool {
    let tags = plan.moves().iter().any(|wanted| wanted.name.starts_with("refs/tags/"));
    let merges = plan.objects().iter().any(|object| matches!(object, Object::Merge(_)));
    tags && !merges && !plan.steps.iter().any(|step| matches!(step.action, Action::Switch(_)))
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
    status: &'a Status,
    /// The changelog.
    place: &'a Place,
    said: &'a Said,
}

/// What was said of a release before anything is edited.
#[derive(Default)]
struct Said {
    /// The gates that are asked later.
    commands: Vec<String>,
    /// The report of the built-in ones.
    checked: Value,
    /// What people have said; `None` where nobody has to say anything and nobody has.
    approvals: Option<Approvals>,
}

impl Said {
    /// Asks the built-in gates and looks at what people have said; `fetched` is the remote that was
    /// asked.
    fn before(
        repo: &Repo,
        asking: &Asking<'_>,
        (of, (profile, version, tag)): ((&Settings, &str), (Profile, &Version, &str)),
        (status, fetched, interrupt): (&Status, Option<&str>, &Interrupt),
    ) -> Result<Self, Refusal> {
        let before = asking.before(repo, status, (profile, version), interrupt)?;
        let checked = before.report(fetched);
        let tree = WorkTree::new(repo)?;
        let approvals = asking.approvals(repo, of, (profile, version, tag), (&checked, &tree))?;
        Ok(Self { commands: before.commands, checked, approvals })
    }
}

impl About<'_> {
    /// The release with its plan, if people let it go.
    fn ready(
        &self,
        asking: &Asking<'_>,
        tag: String,
        gates: Gates,
        remote: Option<Remote>,
    ) -> Result<Preparation, Refusal> {
        if let Some(why) = self.only_begun()? {
            return Ok(Preparation::Nothing(why));
        }
        let mut planned = self.plan(&tag, gates, remote)?;
        if let Some(approvals) = &self.said.approvals {
            // Whoever only opens a pull request asks for the word of others.
            match planned.plan.release() {
                Some(_) => asking.agreed_by_people(approvals, planned.ships)?,
                None => planned.notes.extend(approvals.awaited(self.args.procedure)),
            }
        }
        let facts = self.facts(tag, &planned)?;
        let (before, plan) = (self.made.bytes(&planned.plan), planned.plan);
        Ok(Preparation::Ready(Box::new(Prepared { plan, before, facts })))
    }

    fn plan(&self, tag: &str, gates: Gates, remote: Option<Remote>) -> Result<Planned, Refusal> {
        let Self { repo, made, context, survey, .. } = self;
        let landing = survey.settings.landing(self.args.procedure);
        let style = bump::style(&survey.facts(self.known), &self.chosen.version);
        let (date, command) = (context.at.date(), context.command());
        let words = Words::new(words::Release {
            version: &self.chosen.version,
            tag,
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
        let sign_tag = survey.signing(repo)?.tried(repo)?;
        let others = OtherChanges::Only(&made.earlier);
        let paths = made.paths();
        let ready = match paths.is_empty() {
            true => repo.ready_to_tag(context.at)?,
            false => repo.ready_to_commit(self.status, &paths, others, context.at)?,
        };
        let tagger = ready.committer.clone();
        let there = remote;
        let push = |remote: &Remote| remote.for_branch(repo, &ready, tag);
        let remote = there.as_ref().map(push).transpose()?;
        let way = Way {
            args: self.args,
            repo,
            survey,
            known: self.known,
            landing: &landing,
            words: &words,
            made,
            remote: there.as_ref(),
            command: &command,
        };
        way.plan(Release {
            about: self.kept(),
            title: self.title(),
            base: repo.head.base(),
            from: self.chosen.files.as_ref(),
            version: &self.chosen.version,
            tag_message: match self.args.way {
                Asked::Whole => self.told_in(words.message(&landing.tag_message)?),
                // It may want words that are said at the end.
                Asked::Start => String::new(),
            },
            sign_tag,
            edits: made.edits.clone(),
            changelog: self.written(),
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
            tag: tag.to_owned(),
        })
    }

    /// What the record says that no step knows.
    fn kept(&self) -> plan::About {
        let Said { checked, approvals, .. } = self.said;
        plan::About {
            checked: match approvals {
                Some(approvals) => approvals.with_proofs(checked.clone()),
                None => checked.clone(),
            },
            approvals: Box::new(approvals.as_ref().map(Approvals::kept).unwrap_or_default()),
            section: self.section(),
            ..kept(self.args, self.known, &self.chosen.version, self.made.previous.as_ref())
        }
    }

    /// The section of the release as it will stand in the changelog, without its heading.
    fn section(&self) -> Option<String> {
        let version = &self.chosen.version;
        let Some(change) = self.made.changelog() else {
            let Place::There(file) = self.place else { return None };
            return section(Source::from(file), version);
        };
        let bytes = change.apply(self.made.before.get(&change.path)?)?;
        section(Source { path: &change.path, bytes: &bytes }, version)
    }

    /// The message of the tag with who has signed.
    fn told_in(&self, message: String) -> String {
        match &self.said.approvals {
            Some(approvals) => approvals.told_in(&message),
            None => message,
        }
    }

    /// A sentence where no version was named and the last release itself made the only commit since,
    /// the one that writes the next version: whoever asks twice gets one release.
    fn only_begun(&self) -> Result<Option<String>, Refusal> {
        let (None, Some(previous), Some(head), Some(files)) =
            (&self.args.to, &self.made.range.from, self.repo.head.commit(), &self.chosen.files)
        else {
            return Ok(None);
        };
        let begun = bump::NEXT_TEMPLATE.replace("{version}", files.text());
        let own = self.made.range.changes.commits == 1
            && self.made.earlier.is_empty()
            && self.repo.subject(head)? == begun.trim_end();
        let tag = &previous.tag;
        Ok(own.then(|| format!("{files} was begun, and nothing was committed since {tag}.")))
    }

    /// `studio 0.3.0 "Kestrel"`
    fn title(&self) -> String {
        let codename = self.args.codename.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let codename = codename.map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let package = self.known.project.name.as_deref().map(|name| format!("{name} "));
        format!("{}{}{codename}", package.unwrap_or_default(), self.chosen.version)
    }

    /// The change of the changelog.
    fn written(&self) -> Option<Written> {
        if self.args.way == Asked::Start {
            return None;
        }
        let change = self.made.changelog()?.clone();
        let section = self.made.section.as_ref()?;
        let entries = section.by_hand + section.added.len();
        let why = release::section(&change.path, section.line, &section.heading, entries);
        Some(Written { change, why })
    }

    fn facts(&self, tag: String, planned: &Planned) -> Result<Facts, Refusal> {
        let ci =
            planned.plan.point_of_no_return().map(|push| Ci::of(self.repo, push)).transpose()?;
        let mut notes = self.chosen.notes.clone();
        let summary = &self.made.range.changes;
        let waits = self.made.section.is_none() && matches!(self.place, Place::There(_));
        if waits && self.chosen.version.is_prerelease() {
            notes.push(format!("what changed stays under Unreleased in {}", self.place.path()));
        }
        let next = &self.survey.settings.landing(self.args.procedure).next;
        if next.is_some() && !self.known.project.sites.is_empty() && !goes_straight(&planned.plan) {
            let not = "[release] next is not written by a release on a branch";
            notes.push(format!("{not}; when that has landed, bump writes it"));
        }
        let mut warnings: Vec<String> =
            self.made.section.iter().flat_map(|section| section.warnings.clone()).collect();
        if let (Some(previous), 0, []) =
            (&self.made.previous, summary.commits, self.made.earlier.as_slice())
            && self.repo.head.commit().is_some_and(|head| head.as_str() == previous.commit)
        {
            warnings.push(format!("nothing was committed since {}", previous.tag));
        }
        warnings.extend(self.clock()?);
        notes.extend(planned.notes.iter().cloned());
        warnings.extend(planned.warnings.iter().cloned());
        Ok(Facts {
            version: self.chosen.version.clone(),
            tag,
            previous: self.made.previous.as_ref().map(|previous| previous.tag.clone()),
            hooks: installed(self.repo)?,
            ci: ci.unwrap_or_default(),
            notes,
            merges: planned.merges.clone(),
            signed: self.said.approvals.as_ref().map(Approvals::told).unwrap_or_default(),
            warnings,
        })
    }

    /// A warning where this clock is behind the last commit.
    fn clock(&self) -> Result<Option<String>, Refusal> {
        let today = self.context.at.date();
        let Some(head) = self.repo.head.commit() else { return Ok(None) };
        let last = self.repo.day_of(head)?.filter(|last| *last > today);
        Ok(last.map(|last| format!("it is {today} here, and the last commit is of {last}")))
    }

    /// The version that is written after the release.
    fn next(&self, landing: &Landing, words: &Words<'_>) -> Result<Option<Next>, Refusal> {
        let Some(template) = &landing.next else { return Ok(None) };
        let Some(version) = words.following(template)? else { return Ok(None) };
        if self.known.project.sites.is_empty() {
            return Ok(None);
        }
        let packages: Vec<String> = self.args.package.iter().cloned().collect();
        let (bump, edits) = self.made.following(self.repo, self.context, &packages, &version)?;
        let message = bump::message(bump::NEXT_TEMPLATE, &[bump])?;
        Ok((!edits.is_empty()).then_some(Next { version, edits, message }))
    }
}
