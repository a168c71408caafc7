//! `release finish`

mod ended;
mod landed;

use super::args;
use super::gates::Asking;
use super::joining::{Joined, Joining, Source};
use super::landing::{main, newer, pull};
use super::opened::{self, Opened};
use super::remote::Remote;
use super::start::checked_out;
use super::targets::{Choosing, Chosen};
use super::{make, nothing_open};
use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::config::file::{Landing, Merge, Procedure, TagOn};
use crate::error::Refusal;
use crate::flows::words::Branches;
use crate::plan::Oid;
use crate::repo::{Repo, Search};
use crate::sys::proc::{self, Interrupt};
use crate::version::Version;

/// End a release that is open: tag what was merged, or merge its branch
///
/// In any clone, by anybody. Where main takes pull requests only, it finds the commit in which the
/// release branch landed, however it was merged, and tags that commit and not the tip. Otherwise it
/// dates the changelog, asks the gates, tags, and merges the branch into main and develop; conflicts
/// in version lines and changelogs are resolved by rule.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Args {
    /// Which one, where several are open
    version: Option<String>,
    /// The package, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
    /// Only into this branch; may be repeated
    #[arg(long, value_name = "BRANCH")]
    into: Vec<String>,
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
    waive: Vec<String>,
    /// Why it may fail; it stands in the record
    #[arg(long, value_name = "TEXT")]
    reason: Vec<String>,
    /// How many gates run at a time
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Repeat also gates that were green on the same files
    #[arg(long)]
    fresh: bool,
    /// Answer yes to every question but destructive ones
    #[arg(short, long)]
    yes: bool,
    /// Show the whole plan and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    /// The same as the arguments of a release of `version`.
    fn of(&self, procedure: Procedure, version: &Version) -> args::Args {
        args::Args {
            procedure,
            to: Some(version.text().to_owned()),
            package: self.package.clone(),
            into: self.into.clone(),
            codename: self.codename.clone(),
            summary: self.summary.clone(),
            no_push: self.no_push,
            waive: self.waive.clone(),
            reason: self.reason.clone(),
            jobs: self.jobs,
            fresh: self.fresh,
            yes: self.yes,
            dry_run: self.dry_run,
            ..args::Args::default()
        }
    }
}

/// What is known of an open release.
struct Finish<'f> {
    args: &'f args::Args,
    context: &'f Context,
    repo: &'f Repo,
    survey: &'f Survey,
    known: &'f Known,
    landing: &'f Landing,
    remote: Option<&'f Remote>,
    interrupt: &'f Interrupt,
    opened: &'f Opened,
    tag: &'f str,
    /// The short name of main, and its newest commit.
    main: (&'f str, &'f Oid),
}

/// Ends a release or a hotfix.
///
/// # Errors
/// None is open, or several and nothing says which; whatever stands in the way of the release.
pub fn run(finish: &Args, procedure: Procedure, context: &Context) -> Result<(), Refusal> {
    let repo = Repo::discover(&context.folder)?;
    nothing_open(&repo)?;
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = match finish.no_push {
        true => None,
        false => Some(Remote::fetch(&repo, &interrupt)?),
    };
    let names: Vec<String> = finish.package.iter().cloned().collect();
    let survey = Survey::chosen(&repo, &names, &context.command())?;
    let [known] = survey.projects.as_slice() else {
        return Err(Refusal::usage("several packages are no one release; name one with -p"));
    };
    let landing = survey.settings.landing(procedure);
    let version = finish.version.as_deref().map(Version::parse).transpose()?;
    let search =
        Meant { repo: &repo, survey: &survey, known, remote: remote.as_ref(), landing: &landing };
    let (opened, tag, released) = match search.find(finish, version)? {
        Found::Open { opened, tag, released } => (opened, tag, released),
        Found::Over(version) => {
            done(context, version.as_ref());
            return Ok(());
        }
    };
    let name = main(&repo, &survey.settings)?;
    let full = format!("refs/heads/{name}");
    let there = remote.as_ref().and_then(|remote| remote.at(&full));
    // What others see counts, where there are others.
    let at = match there {
        Some(there) => there,
        None => newer(&repo, &name, repo.ref_at(&full)?.as_ref(), None)?,
    };
    let args = finish.of(procedure, &opened.version);
    Finish {
        args: &args,
        context,
        repo: &repo,
        survey: &survey,
        known,
        landing: &landing,
        remote: remote.as_ref(),
        interrupt: &interrupt,
        opened: &opened,
        tag: &tag,
        main: (&name, &at),
    }
    .run(released.as_ref())
}

/// What tells which release is meant.
struct Meant<'m> {
    repo: &'m Repo,
    survey: &'m Survey,
    known: &'m Known,
    remote: Option<&'m Remote>,
    landing: &'m Landing,
}

/// What is meant.
enum Found {
    /// There is something to do; `released` is the commit that has the tag already.
    Open { opened: Opened, tag: String, released: Option<Oid> },
    /// This version is released, and nothing is left to do.
    Over(Option<Version>),
}

impl Meant<'_> {
    fn find(&self, finish: &Args, wanted: Option<Version>) -> Result<Found, Refusal> {
        let Self { repo, survey, known, remote, landing } = *self;
        let newest = known.releases.newest.as_ref();
        let some = match newest.map(|(_, version)| version.clone()).or_else(|| wanted.clone()) {
            Some(some) => some,
            None => Version::parse("0.1.0")?,
        };
        let branches = Branches {
            template: &landing.prepared().value,
            tags: &known.format,
            name: known.project.name.as_deref(),
            package: finish.package.as_deref(),
            style: crate::flows::bump::style(&survey.facts(known), &some),
        };
        let (all, named) = (opened::all(repo, &branches, remote)?, wanted.is_some());
        let about = (known, landing.procedure);
        let opened = opened::choose(all, wanted.as_ref(), repo.branch(), about)?;
        let version = opened.as_ref().map(|opened| opened.version.clone()).or(wanted);
        let mut tagged = known.releases.commits.iter();
        let tagged = version.as_ref().and_then(|of| tagged.find(|tagged| tagged.version.same(of)));
        Ok(match (opened, tagged, landing.procedure) {
            (Some(opened), None, _) => {
                let newest = newest.map(|(tag, version)| (tag.as_str(), version));
                let tag = known.format.tag(&opened.version, newest);
                Found::Open { opened, tag, released: None }
            }
            // Some of its branches may lack it.
            (opened, Some(tagged), procedure)
                if procedure == Procedure::Hotfix || named && opened.is_some() =>
            {
                let lost = || Refusal::external(format!("git does not know {}", tagged.tag));
                let commit = Oid::new(&tagged.commit).ok_or_else(lost)?;
                let opened = opened.unwrap_or_else(|| Opened {
                    version: tagged.version.clone(),
                    name: tagged.tag.clone(),
                    here: None,
                    there: None,
                    tip: commit.clone(),
                });
                Found::Open { opened, tag: tagged.tag.clone(), released: Some(commit) }
            }
            _ => Found::Over(version),
        })
    }
}

/// It was finished before.
fn done(context: &Context, version: Option<&Version>) {
    let ui = &context.ui;
    let version = version.map_or_else(String::new, |version| format!("{version} "));
    ui.say(&format!("{version}is released already: nothing to do"));
    ui.say(&format!("next: {}", ui.ours("status")));
    ui.json(&serde_json::json!({ "operation": null, "state": "nothing" }));
}

impl Finish<'_> {
    /// `released` is the commit that has its tag.
    fn run(&self, released: Option<&Oid>) -> Result<(), Refusal> {
        let Self { args, context, repo, opened, .. } = self;
        let scratch = repo.common_dir.join("gonogo");
        let asking = Asking::new(args, context)?;
        if let Some(released) = released {
            return self.rest(&asking, released);
        }
        if self.lands()? {
            if let Search::Landed(found) = repo.landing(self.main.1, &opened.tip, &scratch)? {
                let missing = self.missing(&found.commit)?;
                if missing.is_empty() || self.by_request() {
                    return self.landed(&asking, &found, missing);
                }
            } else if self.by_request() && self.missing(&opened.tip)?.is_empty() {
                return Err(self.not_yet()?);
            }
        }
        let (name, here) = (&opened.name, opened.here.clone());
        if repo.branch() != Some(name) || here.as_ref() != Some(&opened.tip) {
            // A conflict stops before anything moves, the work tree included.
            self.joined(&opened.tip, name, None)?;
        }
        let again = Repo::discover(&context.folder)?;
        let Some(repo) = checked_out(again, args, context, name, here, &opened.tip)? else {
            return Ok(());
        };
        make(args, context, &repo, &asking)
    }

    /// Whether what lands on main gets the tag.
    fn lands(&self) -> Result<bool, Refusal> {
        let on_merge = self.landing.tag_on.value == TagOn::Merge
            || self.survey.settings.branches.merged() == Merge::Squash;
        Ok(match self.landing.procedure {
            Procedure::Release => true,
            Procedure::Hotfix => {
                on_merge && self.choosing().chosen()?.names.iter().any(|name| name == self.main.0)
            }
        })
    }

    fn choosing(&self) -> Choosing<'_> {
        let Self { args, repo, survey, known, landing, remote, .. } = *self;
        let (version, main) = (&self.opened.version, self.main.0);
        Choosing { args, repo, survey, known, landing, remote, version, main }
    }

    /// The branches that get `commit`, which is known as `name`; `landed` has it and gets its tag.
    fn joined(
        &self,
        commit: &Oid,
        name: &str,
        landed: Option<&str>,
    ) -> Result<(Joined, Chosen), Refusal> {
        let chosen = self.choosing().chosen()?;
        let joining = Joining {
            repo: self.repo,
            settings: &self.survey.settings,
            remote: self.remote,
            project: self.known.project.name.as_deref(),
            tag: self.tag,
            partly: self.args.into.is_empty().then(|| self.context.command()),
            landed,
        };
        Ok((joining.targets(&chosen.names, &Source { commit, name })?, chosen))
    }

    /// Whether main gets it from somebody else.
    fn by_request(&self) -> bool {
        let protected = self.survey.settings.branches.protects(self.main.0).is_some();
        protected || self.landing.branch.is_none()
    }

    fn not_yet(&self) -> Result<Refusal, Refusal> {
        let (name, main) = (&self.opened.name, self.main.0);
        let refusal = Refusal::unsafe_to(format!("{name} has not landed in {main}"))
            .why(format!("Merged, squashed or rebased, {main} would have all of it."));
        let page = match self.remote {
            Some(remote) => {
                let (title, body) = (String::new(), String::new());
                pull(self.repo, remote.name(), (name, main), title, body)?.page
            }
            None => None,
        };
        let refusal = match page {
            Some(page) => refusal.why(format!("Its pull request: {}", page.open)),
            None => refusal,
        };
        Ok(refusal.next_typed(self.context.command(), "after the merge"))
    }
}
