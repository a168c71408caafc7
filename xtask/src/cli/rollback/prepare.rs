//! A rollback from the arguments to its plan: everything is read, nothing is written.

use super::args::Args;
use super::branches::{self, Found};
use super::commands::{Told, loses};
use super::out::{self, Telling};
use super::shown::{self, Facts};
use super::subject::{self, Subject, records};
use super::texts::{Filling, Texts};
use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::cli::release::{Remote, main};
use crate::config::Projects;
use crate::config::changelog as configured;
use crate::config::file::{CommandLine, Fate, Settings};
use crate::config::publish::Publishes;
use crate::error::{Refusal, word};
use crate::flows::bump;
use crate::flows::landing::{self, Identity};
use crate::flows::rollback::{self, Deletes, Rollback, Withdrawn};
use crate::plan::{Command, Person, Plan, Run};
use crate::record::Record;
use crate::repo::{Repo, WorkTree};
use crate::sys::proc;
use crate::version::{self, Downgrade, Level, Move, Outcome, Target, Version};

/// A rollback that can be made.
pub struct Prepared {
    pub plan: Plan,
    pub facts: Facts,
    pub texts: Option<Texts>,
}

/// What becomes of the arguments.
pub enum Preparation {
    Ready(Box<Prepared>),
    /// There is nothing to do, why, and what may be meant.
    Nothing {
        why: String,
        next: String,
    },
}

/// Reads everything and plans.
///
/// # Errors
/// Whatever stands in the way.
pub fn prepared(args: &Args, context: &Context, repo: &Repo) -> Result<Preparation, Refusal> {
    if args.deploy_only {
        return deploy_only(args, context, repo);
    }
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = Remote::known(repo, &interrupt)?;
    let survey = survey(args, context, repo)?;
    let known = only(&survey)?;
    let records = records(repo)?;
    let main = main_tip(repo, &survey.settings, remote.as_ref())?;
    let looking = subject::Looking {
        repo,
        context,
        survey: &survey,
        known,
        remote: remote.as_ref(),
        main: main.as_ref().map(|(_, tip)| tip),
        records: &records,
    };
    let Some((version, tag)) = looking.find(args.version.as_deref())? else {
        return Err(Refusal::usage("there is no full release to withdraw")
            .why("None is known, neither here nor on the remote, that still stands.")
            .next("rollback --deploy-only", "only runs the commands of [rollback]")
            .next_shell("git tag", "lists the tags"));
    };
    if repo.ref_at(&rollback::burned(&tag))?.is_some() {
        let why = format!("{version} was rolled back already.");
        let next = next_version(&survey, known, &version);
        let next = next.map_or("status".to_owned(), |_| "release patch".to_owned());
        return Ok(Preparation::Nothing { why, next });
    }
    let subject = looking.read(version, tag, args.to.as_deref())?;
    let name = main.as_ref().map_or("main", |(name, _)| name.as_str());
    let published = out::published(repo, &subject, name)?;
    let whole = Whole {
        args,
        context,
        repo,
        survey: &survey,
        known,
        remote: remote.as_ref(),
        records: &records,
        subject: &subject,
        published: &published,
    };
    whole.has_left()?;
    whole.plan().map(Box::new).map(Preparation::Ready)
}

fn survey(args: &Args, context: &Context, repo: &Repo) -> Result<Survey, Refusal> {
    let names: Vec<String> = args.package.iter().cloned().collect();
    let mut survey = Survey::read(repo, &names, &context.command())?;
    let tree = WorkTree::new(repo)?;
    for known in &mut survey.projects {
        let place = configured::find(&tree, &survey.settings, &known.project, survey.among)?;
        known.withdraw(&place);
        known.count_on(repo, &survey.files)?;
    }
    Ok(survey)
}

/// The one project that is meant.
///
/// # Errors
/// There are several.
pub fn only(survey: &Survey) -> Result<&Known, Refusal> {
    match survey.projects.as_slice() {
        [known] => Ok(known),
        _ => Err(Refusal::usage("several packages are no one release; name one with -p")),
    }
}

/// The main branch and where it is; the remote's word counts.
fn main_tip(
    repo: &Repo,
    settings: &Settings,
    remote: Option<&Remote>,
) -> Result<Option<(String, crate::plan::Oid)>, Refusal> {
    let name = main(repo, settings)?;
    let full = format!("refs/heads/{name}");
    let there = remote.and_then(|remote| remote.at(&full));
    let tip = match there {
        Some(tip) => Some(tip),
        None => repo.ref_at(&full)?,
    };
    Ok(tip.map(|tip| (name, tip)))
}

/// The version that `release patch` makes next.
fn next_version(survey: &Survey, known: &Known, withdrawn: &Version) -> Option<Version> {
    let newest = known.releases.newest.as_ref();
    let newest = newest.filter(|(_, newest)| withdrawn.precedes(newest));
    let current = newest.map_or(withdrawn, |(_, newest)| newest);
    let style = bump::style(&survey.facts(known), current);
    let mut taken = known.tagged.clone();
    taken.push(withdrawn.clone());
    let level = if current.is_prerelease() { Level::Prerelease } else { Level::Patch };
    let facts = version::Facts { current, released: None, taken: &taken, withdrawn: &[], style };
    match version::next(&facts, &Target::Level(Move::plain(level)), Downgrade::Refuse).ok()? {
        Outcome::Bump { to, .. } => Some(to),
        Outcome::AlreadyThere => None,
    }
}

/// Everything that is known of a release that is withdrawn.
struct Whole<'w> {
    args: &'w Args,
    context: &'w Context,
    repo: &'w Repo,
    survey: &'w Survey,
    known: &'w Known,
    remote: Option<&'w Remote>,
    records: &'w [Record],
    subject: &'w Subject,
    published: &'w [Publishes],
}

impl Whole<'_> {
    /// What never left this machine is undone, exactly.
    fn has_left(&self) -> Result<(), Refusal> {
        let (Some(remote), Subject { tag, version, .. }) = (self.remote, self.subject) else {
            return Ok(());
        };
        let commit = &self.subject.commit;
        if self.subject.there || self.repo.known_on(remote.name(), commit)?.is_some() {
            return Ok(());
        }
        let refusal = Refusal::unsafe_to(format!("{version} has not left this machine"))
            .why(format!("{} has neither {tag} nor its commit.", remote.name()));
        Err(match &self.subject.record {
            Some(_) => refusal.next("undo", "takes it back exactly"),
            None => refusal.next_shell(format!("git tag -d {}", word(tag)), "deletes the tag"),
        })
    }

    fn plan(&self) -> Result<Prepared, Refusal> {
        let Self { args, context, repo, survey, known, remote, subject, .. } = self;
        let settings = &survey.settings;
        let told = Told::new(args, settings, Some(subject), self.records)?;
        let notice = self.notice();
        let looking = branches::Looking {
            repo,
            args,
            survey,
            known,
            remote: *remote,
            subject,
            notice: &notice,
        };
        let mut found = looking.find()?;
        let mut not = Vec::new();
        let runs = runs(args, settings, &told, Some(subject), &mut not)?;
        let deletes = self.deletes(&mut not)?;
        self.clean(&found)?;
        let telling = Telling {
            repo,
            known,
            settings,
            remote: *remote,
            subject,
            published: self.published,
            told: &told,
            notice: &notice,
            now: context.at,
        };
        let (out, people) = telling.tell(Some(&found))?;
        let name = format!("{} {}", known.name(), subject.version);
        if let Some(stays) = found.stays.take() {
            not.insert(0, ("code", stays));
        }
        let next = next_version(survey, known, &subject.version);
        self.tag_stays(deletes.as_ref(), next.as_ref(), &mut not);
        if remote.is_none() {
            found.notes.push("there is no remote: nothing is pushed".to_owned());
        }
        let plan = rollback::plan(Rollback {
            title: name.clone(),
            base: repo.head.base(),
            runs,
            git: Some(self.withdrawn(&found, deletes)?),
            people: people.clone(),
        });
        let since = subject.at.minute();
        let about = vec![
            format!("out since {since}, {}, by {}", telling.lasted(), subject.by),
            match &subject.previous {
                Some(previous) => format!("back to {}", previous.version),
                None => "there is no release before it".to_owned(),
            },
        ];
        let redeploys = subject
            .previous
            .as_ref()
            .map(|previous| format!("{} is {}", &previous.commit[..7], previous.tag));
        let mut facts = Facts { name, about, out, redeploys, not, notes: found.notes, texts: None };
        let texts = self.texts(&plan, &facts, &people, next.as_ref())?;
        facts.texts = Some(texts.place(repo));
        Ok(Prepared { plan, facts, texts: Some(texts) })
    }

    /// What the changelog says of it.
    fn notice(&self) -> String {
        let date = self.context.at.date();
        let instead = self.subject.previous.as_ref();
        let instead = instead.map(|previous| format!(" Use {}.", previous.version));
        let reason = self.args.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let reason = reason.map(|reason| {
            let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
            format!(": {reason}{end}")
        });
        let reason = reason.unwrap_or_else(|| ".".to_owned());
        format!("Rolled back on {date}{reason}{}", instead.unwrap_or_default())
    }

    /// Whether the tag goes, and where.
    fn deletes(&self, not: &mut Vec<(&'static str, String)>) -> Result<Option<Deletes>, Refusal> {
        let settings = &self.survey.settings.rollback;
        let configured = settings.tag.as_ref().is_some_and(|said| said.value == Fate::Delete);
        if !self.args.delete_tag && !configured {
            return Ok(None);
        }
        let Subject { tag, here, there, .. } = self.subject;
        let refers = out::referring(self.published);
        if refers.is_empty() {
            return Ok(Some(Deletes { here: *here, there: *there }));
        }
        let why = format!("CI published {} from it", refers.join(" and "));
        if !self.args.delete_tag {
            not.push(("tag", format!("{tag} stays: {why}")));
            return Ok(None);
        }
        Err(Refusal::unsafe_to(format!("{tag} is not deleted"))
            .why(format!("{why}; who has that, looks for the tag."))
            .next_typed(self.context.command_without("--delete-tag"), "leaves the tag where it is"))
    }

    fn tag_stays(
        &self,
        deletes: Option<&Deletes>,
        next: Option<&Version>,
        not: &mut Vec<(&'static str, String)>,
    ) {
        let version = &self.subject.version;
        let free = next.map(|next| format!("; the next free version is {next}"));
        let burned = format!("{version} is burned{}", free.unwrap_or_default());
        let stays = not.iter().any(|(word, _)| *word == "tag");
        match deletes {
            None if !stays => not.push(("tag", format!("{} stays. {burned}", self.subject.tag))),
            None | Some(_) => not.push(("version", burned)),
        }
    }

    /// The work tree follows a branch that moves: nothing may be in the way.
    fn clean(&self, found: &Found) -> Result<(), Refusal> {
        let own = self.repo.branch().map(|branch| format!("refs/heads/{branch}"));
        let moves = found.branches.iter().filter(|branch| branch.here.is_some());
        if !moves.into_iter().any(|branch| Some(&branch.name) == own.as_ref()) {
            return Ok(());
        }
        self.repo.nothing_in_progress()?;
        let changed = self.repo.status()?.changed;
        let Some(first) = changed.first() else { return Ok(()) };
        let what = format!("{} has changes that are not committed", first.display());
        Err(Refusal::unsafe_to(what)
            .why("The branch that is checked out gets a commit, and its files change.")
            .next_shell("git stash", "puts the changes away"))
    }

    fn withdrawn(&self, found: &Found, deletes: Option<Deletes>) -> Result<Withdrawn, Refusal> {
        let (repo, at) = (self.repo, self.context.at);
        let (author, committer) = (repo.ident("AUTHOR", at)?, repo.ident("COMMITTER", at)?);
        Ok(Withdrawn {
            version: self.subject.version.text().to_owned(),
            tag: self.subject.tag.clone(),
            object: self.subject.object.clone(),
            branches: found.branches.clone(),
            mend: found.mend.clone(),
            author: Identity { author, committer, sign: repo.signs_commits()? },
            remote: self.remote.map(|remote| landing::Remote {
                name: remote.name().to_owned(),
                shown: remote.shown().to_owned(),
            }),
            deletes,
        })
    }

    fn texts(
        &self,
        plan: &Plan,
        facts: &Facts,
        people: &[Person],
        next: Option<&Version>,
    ) -> Result<Texts, Refusal> {
        let now = self.context.at.minute();
        let (date, time) = now.split_once(' ').unwrap_or((&now, ""));
        let out = facts.out.iter().map(|out| match out.then.as_str() {
            "" => format!("{}: {}", out.place, out.what),
            then => format!("{}: {} ({then})", out.place, out.what),
        });
        let steps = shown::lines(plan, facts);
        let steps = steps.iter().filter(|line| line.word != "you");
        let previous = self.subject.previous.as_ref().map(|previous| previous.version.to_string());
        let committer = self.repo.ident("COMMITTER", self.context.at)?;
        Texts::new(
            self.repo,
            &Filling {
                name: self.known.name().to_owned(),
                version: self.subject.version.text().to_owned(),
                tag: self.subject.tag.clone(),
                previous: previous.unwrap_or_default(),
                next: next.map(ToString::to_string).unwrap_or_default(),
                released: self.subject.at.minute(),
                by: self.subject.by.clone(),
                date: date.to_owned(),
                time: time.to_owned(),
                who: committer.split(" <").next().unwrap_or_default().to_owned(),
                reason: self.args.reason.clone().unwrap_or_default(),
                out: out.collect(),
                steps: steps.map(|line| format!("{}: {}", line.word, line.text)).collect(),
                open: people.iter().map(shown::by_hand).collect(),
            },
        )
    }
}

/// The commands, and what is left out of them.
fn runs(
    args: &Args,
    settings: &Settings,
    told: &Told<'_>,
    subject: Option<&Subject>,
    not: &mut Vec<(&'static str, String)>,
) -> Result<Vec<Run>, Refusal> {
    let rollback = &settings.rollback;
    let since = subject.map(|subject| subject.at);
    let without = subject.is_some_and(|subject| subject.previous.is_none());
    let mut runs = Vec::new();
    if without && !rollback.redeploy.is_empty() {
        not.push(("redeploy", "impossible: there is no release to go back to".to_owned()));
    } else {
        runs.extend(told.run("redeploy", &rollback.redeploy)?);
    }
    if args.database {
        let run = told.run("database", &rollback.database)?.ok_or_else(|| {
            Refusal::usage("[rollback] database has no command")
                .why("Only what gonogo.toml says takes a database back.")
                .next("schema", "describes [rollback]")
        })?;
        runs.push(Run { loses: Some(loses(since)), ..run });
    } else if !rollback.database.is_empty() {
        let shown: Vec<String> = match told.run("database", &rollback.database) {
            Ok(run) => run.iter().flat_map(|run| &run.commands).map(Command::shown).collect(),
            Err(_) => rollback.database.iter().map(CommandLine::shown).collect(),
        };
        let text = format!(
            "{} loses {}; asked for separately: --database",
            proc::mask(&shown.join("; ")),
            loses(since)
        );
        not.push(("database", text));
    }
    if !without {
        runs.extend(told.run("verify", &rollback.verify)?);
    }
    Ok(runs)
}

/// The commands alone; git stays as it is, and the network is not used.
fn deploy_only(args: &Args, context: &Context, repo: &Repo) -> Result<Preparation, Refusal> {
    let tree = WorkTree::new(repo)?;
    let settings = Projects::new(&tree)?.settings;
    let records = records(repo)?;
    let survey = survey(args, context, repo);
    let subject = match &survey {
        Ok(survey) => known_here(args, context, repo, survey, &records)?,
        Err(refusal) if args.version.is_some() || args.to.is_some() => {
            return Err(refusal.clone());
        }
        Err(_) => None,
    };
    let told = Told::new(args, &settings, subject.as_ref(), &records)?;
    let mut not = Vec::new();
    let runs = runs(args, &settings, &told, subject.as_ref(), &mut not)?;
    if runs.is_empty() {
        return Err(Refusal::usage("gonogo.toml has no command for this")
            .why("[rollback] redeploy, database and verify say what brings the old state back.")
            .next("schema", "describes [rollback]"));
    }
    not.push(("git", "branches, tags and the changelog stay as they are".to_owned()));
    let folder = || repo.top.file_name().map(|name| name.to_string_lossy().into_owned());
    let project = survey.ok().and_then(|survey| survey.projects.first()?.project.name.clone());
    let said = settings.name.as_ref().map(|said| said.value.clone());
    let project = said.or(project).or_else(folder).unwrap_or_default();
    let (name, mut about) = match &subject {
        Some(subject) => (format!("{project} {}", subject.version), Vec::new()),
        None => (project, vec!["the deployment alone, no release is known".to_owned()]),
    };
    let previous = subject.as_ref().and_then(|subject| subject.previous.as_ref());
    about.extend(previous.map(|previous| format!("back to {}", previous.version)));
    let redeploys =
        previous.map(|previous| format!("{} is {}", &previous.commit[..7], previous.tag));
    let out = Vec::new();
    let facts = Facts { name, about, out, redeploys, not, notes: Vec::new(), texts: None };
    let plan = rollback::plan(Rollback {
        title: format!("{} in production", facts.name),
        base: repo.head.base(),
        runs,
        git: None,
        people: Vec::new(),
    });
    Ok(Preparation::Ready(Box::new(Prepared { plan, facts, texts: None })))
}

/// The release that is in production, as far as this clone knows.
fn known_here(
    args: &Args,
    context: &Context,
    repo: &Repo,
    survey: &Survey,
    records: &[Record],
) -> Result<Option<Subject>, Refusal> {
    let known = only(survey)?;
    let looking =
        subject::Looking { repo, context, survey, known, remote: None, main: None, records };
    match looking.find(args.version.as_deref())? {
        Some((version, tag)) => looking.read(version, tag, args.to.as_deref()).map(Some),
        None => Ok(None),
    }
}
