//! Makes a sign-off.

use serde_json::json;

use super::Args;
use super::boxes::{Boxes, Own};
use super::evidence::Gates;
use super::shown::command;
use super::signer::Signer;
use super::standing::{About, Standing};
use super::subject::{Remote, Subject};
use crate::cli::Context;
use crate::error::{Exit, Refusal, word};
use crate::exec::{self, Finished, Host};
use crate::journal::{Journal, Sent};
use crate::plan::{Action, FORMAT, Id, Land, Object, Oid, Plan, Push, RefMove, Sign, Step, Tag};
use crate::repo::{Repo, SIGNOFFS, in_hook};
use crate::signoff::judge::ANYBODY;
use crate::signoff::{Phase, Signoff};
use crate::sys::proc;
use crate::ui::{Mark, Volume, bold, cut, folded, one_line};

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    in_hook(&repo.git_dir)?;
    if let Some((_, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        return Err(refusal);
    }
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = match args.no_push {
        true => None,
        false => Remote::fetch(&repo, context, &interrupt)?,
    };
    let subject = Subject::find(&repo, args, context, remote.as_ref())?;
    withdrawn(&subject)?;
    let signer = Signer::new(&repo, args, context, &subject)?;
    let tree = repo.tree_of(&subject.commit)?;
    let tree = tree.ok_or_else(|| Refusal::external("git cannot read the candidate"))?;
    let signoff = Signoff {
        phase: subject.phase(),
        role: signer.role.clone(),
        by: signer.person.clone(),
        at: signer.at,
        statement: signer.statement.clone(),
        project: subject.name.clone(),
        version: subject.version.text().to_owned(),
        tag: subject.tag.clone(),
        candidate: subject.commit.clone(),
        tree,
        witnessed: signer.witnessed.clone(),
    };
    let boxes = Boxes::of(&repo, &subject)?;
    if args.version.is_none() && subject.released {
        waited_for(&subject, &signoff, boxes.as_ref())?;
    }
    let (sign, setting) = signing(&repo, &subject)?;
    let boxes = boxes.as_ref();
    let made = Making { repo: &repo, context, subject: &subject, signoff: &signoff, boxes, sign };
    let ours = made.already()?;
    let plan = match &ours {
        Some((_, there)) if *there || remote.is_none() => {
            made.nothing_to_do(remote.as_ref())?;
            return Ok(0);
        }
        Some((known, _)) => made.plan(Some(known), &signer, remote.as_ref())?,
        None => {
            if sign == Sign::Yes {
                repo.signing_works("sign-offs", setting)?;
            }
            made.plan(None, &signer, remote.as_ref())?
        }
    };
    if !args.yes {
        made.confirmed(remote.is_some())?;
    }
    let finished = made.execute(plan, remote.as_ref())?;
    made.end(&finished, remote.as_ref())?;
    Ok(0)
}

/// Refuses a release that was taken back: its version is burned, and nothing of it is checked any more.
fn withdrawn(subject: &Subject) -> Result<(), Refusal> {
    let Subject { version, tag, survey, .. } = subject;
    match survey.projects[0].releases.withdrawn.contains(tag) {
        true => Err(Refusal::unsafe_to(format!("{version} was rolled back: {tag}"))
            .why("The version is burned; nobody signs for it any more.")
            .next(
                format!("sign --list --version {version}{}", subject.option()),
                "shows who has signed it",
            )
            .next(format!("log {}", word(tag)), "tells what became of it")),
        false => Ok(()),
    }
}

/// Refuses to take a release that is out for the one that is meant, where nothing waits for this role.
fn waited_for(subject: &Subject, signoff: &Signoff, boxes: Option<&Boxes>) -> Result<(), Refusal> {
    if boxes.is_some_and(|boxes| !boxes.own(signoff).is_empty()) {
        return Ok(());
    }
    let Subject { version, tag, place, .. } = subject;
    let role = signoff.role.as_deref();
    let who = role.unwrap_or("you");
    Err(Refusal::usage("nothing says which version you sign")
        .why(format!(
            "No commit since {place} asks for a release, and no box waits for {who} after it."
        ))
        .next(
            command(role, version) + subject.option(),
            format!("signs {tag} all the same, as after the release"),
        )
        .next(format!("sign --version VERSION{}", subject.option()), "says which version is next"))
}

/// Whether it is signed with a key, and what says so: where git has one it is used.
fn signing(repo: &Repo, subject: &Subject) -> Result<(Sign, &'static str), Refusal> {
    let configuration = repo.configuration()?;
    let has_key = ["user.signingkey", "gpg.ssh.defaultkeycommand"]
        .into_iter()
        .any(|key| configuration.get(key).is_some_and(|value| !value.is_empty()));
    let needed = subject.survey.settings.signoff.signed;
    let setting = match (needed, has_key, repo.config_bool("tag.gpgSign")?) {
        (true, _, _) => "[signoff] signed",
        (_, true, _) => "user.signingKey",
        (_, _, true) => "tag.gpgSign",
        _ => return Ok((Sign::No, "")),
    };
    Ok((Sign::Yes, setting))
}

/// A sign-off that is about to be made.
struct Making<'m> {
    repo: &'m Repo,
    context: &'m Context,
    subject: &'m Subject,
    signoff: &'m Signoff,
    /// Those of the checklist.
    boxes: Option<&'m Boxes>,
    sign: Sign,
}

/// Progress is all there is to say; the question was asked before.
struct Quiet<'q>(&'q Context);

impl Host for Quiet<'_> {
    fn progress(&self, what: &str) {
        self.0.ui.progress(what);
    }
}

impl Making<'_> {
    /// The same sign-off, made before and good: its ref and object, and whether the remote has it.
    fn already(&self) -> Result<Option<(RefMove, bool)>, Refusal> {
        let Signoff { phase, role, by, tag, candidate, witnessed, .. } = self.signoff;
        let stored = self.repo.signoffs()?;
        let standing = self.standing()?;
        let same = |other: &Signoff| {
            other.phase == *phase
                && other.role == *role
                && other.by.has(&by.address)
                && other.tag == *tag
                && other.candidate == *candidate
                && other.witnessed == *witnessed
        };
        let counts = |id: &Oid| {
            let mut own = standing.of(*phase).iter().filter(|one| one.id == *id);
            own.any(|one| one.standing.is_ok())
        };
        let own = stored.into_iter().find(|one| {
            let same = one.object.as_ref().is_ok_and(|object| same(&object.signoff));
            same && counts(&one.id)
        });
        Ok(own.map(|own| {
            let name = format!("{SIGNOFFS}{}", own.place);
            (RefMove::create(name, Id::Known(own.id)), !own.remotes.is_empty())
        }))
    }

    fn standing(&self) -> Result<Standing, Refusal> {
        Standing::read(&About {
            repo: self.repo,
            settings: &self.subject.survey.settings,
            profile: self.subject.profile,
            tag: &self.subject.tag,
            commit: &self.subject.commit,
        })
    }

    /// The object and its ref, here and on the remote; of one that is here already only the push.
    fn plan(
        &self,
        known: Option<&RefMove>,
        signer: &Signer,
        remote: Option<&Remote>,
    ) -> Result<Plan, Refusal> {
        let Signoff { tag, candidate, .. } = self.signoff;
        let name = self.signoff.name();
        let full = format!("refs/{name}");
        if !self.repo.may_be_ref(&full)? {
            return Err(Refusal::usage(format!("{tag} cannot be a part of the name of a ref")));
        }
        let title = self.title();
        let mut steps = Vec::new();
        let made = RefMove::create(full, Id::Made(0));
        if known.is_none() {
            let object = Object::Tag(Tag {
                name,
                target: Id::Known(candidate.clone()),
                message: self.signoff.message(),
                tagger: signer.ident.clone(),
                sign: self.sign,
            });
            let land = Land { moves: vec![made.clone()] };
            steps.push(Step { why: title.clone(), action: Action::Build(vec![object]) });
            steps.push(Step { why: "kept here".to_owned(), action: Action::Land(land) });
        }
        if let Some(Remote { to, .. }) = remote {
            let push = Push {
                remote: to.name.clone(),
                shown: to.shown.clone(),
                moves: vec![known.cloned().unwrap_or(made)],
            };
            let why = format!("to {}, where others see it", to.name);
            steps.push(Step { why, action: Action::Push(push) });
        }
        Ok(Plan { format: FORMAT, title, base: self.repo.head.base(), steps })
    }

    /// `sign demo 1.3.0 as QA Lead, after the release`
    fn title(&self) -> String {
        let Signoff { project, version, role, .. } = self.signoff;
        let role = role.as_ref().map(|role| format!(" as {role}")).unwrap_or_default();
        format!("sign {project} {version}{role}{}", self.later())
    }

    /// The command that lists the sign-offs, with more options.
    fn list(&self, more: &str) -> String {
        format!("sign --list{more}{}", self.subject.option())
    }

    /// What is said behind the version where that is out.
    fn later(&self) -> &'static str {
        match self.signoff.phase {
            Phase::Before => "",
            Phase::After => ", after the release",
        }
    }

    /// Shows what is signed and asks.
    fn confirmed(&self, pushes: bool) -> Result<(), Refusal> {
        let ui = &self.context.ui;
        if !ui.can_ask() {
            let yes = format!("{} --yes", self.context.command());
            return Err(Refusal::usage("nobody can be asked here whether this is to be signed")
                .why(format!(
                    "{} for {} at {}{}.",
                    self.signoff.by,
                    self.signoff.version,
                    self.signoff.candidate.short(),
                    self.later(),
                ))
                .next_typed(yes, "signs without asking"));
        }
        self.show();
        let mortal = proc::mortal().map_err(|error| {
            Refusal::external("ctrl-C cannot be watched for").why(error.to_string())
        })?;
        let agreed = ui.confirm(if pushes { "Sign and push?" } else { "Sign?" })?;
        drop(mortal);
        match agreed {
            true => Ok(()),
            false => Err(Refusal::unsafe_to("not signed: you did not say yes")
                .why("Nothing was made or pushed.")
                .next(self.list(""), "shows who has signed")),
        }
    }

    fn show(&self) {
        let ui = &self.context.ui;
        let Signoff { by, role, project, version, candidate, statement, tree, .. } = self.signoff;
        let as_role = role.as_ref().map(|role| format!(" as {role}")).unwrap_or_default();
        let what = format!("{}{}", bold(&format!("{project} {version}")), self.later());
        ui.say(&match &self.signoff.witnessed {
            None => format!("You, {by}, sign{as_role} for {what}"),
            Some(other) => {
                format!("You, {by}, sign{as_role} for {what} as a witness of {}", other.person)
            }
        });
        ui.say("");
        let here = match self.repo.head.commit() {
            Some(commit) if commit == candidate => "your checkout is the same commit".to_owned(),
            Some(commit) => format!("your checkout is at {}", commit.short()),
            None => "you have no checkout".to_owned(),
        };
        let place = &self.subject.place;
        let mut facts = match self.signoff.phase {
            Phase::Before => vec![
                ("candidate", format!("{} on {place}, {here}", candidate.short())),
                ("gates", Gates::of(self.repo, self.subject, tree).shown()),
            ],
            Phase::After => vec![("released", format!("{} as {place}, {here}", candidate.short()))],
        };
        let own = self.boxes.map(|boxes| boxes.own(self.signoff));
        facts.extend(own.as_ref().map(|own| ("your boxes", own.shown())));
        facts.push(("statement", format!("\"{statement}\"")));
        facts.extend(self.signoff.witnessed.iter().map(|it| ("evidence", it.evidence.clone())));
        for (mut name, text) in facts {
            for line in folded(&one_line(&text), 85) {
                ui.say(&format!("  {name:<13}{line}"));
                name = "";
            }
        }
        if ui.volume == Volume::Verbose {
            let lines = own.iter().flat_map(Own::lines);
            lines.for_each(|line| ui.say(&cut(&format!("  {line}"), 100)));
        }
        ui.say("");
    }

    /// Executes the plan. Where the remote refuses the ref, the sign-off stays here and the operation
    /// is over: nothing waits for a server that takes no refs of this kind.
    fn execute(&self, plan: Plan, remote: Option<&Remote>) -> Result<Finished, Refusal> {
        let host = Quiet(self.context);
        let asked = self.context.asked(&host);
        let failure = match exec::run(self.repo, plan, &[], &asked) {
            Ok(finished) => return Ok(finished),
            Err(failure) => failure,
        };
        let Some(remote) = remote.filter(|_| failure.exit == Exit::Open) else {
            return Err(failure);
        };
        let newest = Journal::of(&self.repo.common_dir).newest()?;
        let refused = newest.is_some_and(|open| {
            let last = open.plan().steps.len().saturating_sub(1);
            matches!(open.pushed(last), Sent::No) && !failure.what.starts_with("nobody knows")
        });
        if !refused {
            return Err(failure);
        }
        let old = exec::replaceable(self.repo, &asked)?;
        let title = format!("{}, kept here", self.title());
        let kept = Plan { format: FORMAT, title, base: self.repo.head.base(), steps: Vec::new() };
        exec::replace(self.repo, &old, kept, &[], &asked)?;
        let name = &remote.to.name;
        let refusal =
            Refusal::external(format!("{name} does not take the sign-off; it is kept here"));
        let refusal = failure.why.iter().map(String::as_str).fold(refusal, Refusal::why);
        Err(refusal
            .why("Others do not see it. A release that is made in this clone does.")
            .why("Its server has to take refs below refs/gonogo/; then the same command pushes it.")
            .next_typed(self.context.command(), "pushes it when the server takes it")
            .next(self.list(" --no-push"), "shows who has signed, as known here")
            .next_shell(
                format!("git push {} 'refs/gonogo/*:refs/gonogo/*'", word(name)),
                "shows what the server says",
            ))
    }

    fn nothing_to_do(&self, remote: Option<&Remote>) -> Result<(), Refusal> {
        let place = remote.map_or("here", |remote| remote.to.name.as_str());
        let commit = self.signoff.candidate.short();
        let whose = self.signoff.signer();
        let ui = &self.context.ui;
        ui.say(&format!("{whose} has signed {commit} already ({place}): nothing to do"));
        let standing = self.standing()?;
        self.open(&standing);
        ui.json(&self.json(None, &standing));
        Ok(())
    }

    /// What was done, and who is still to sign.
    fn end(&self, finished: &Finished, remote: Option<&Remote>) -> Result<(), Refusal> {
        let ui = &self.context.ui;
        let how = match self.sign {
            Sign::Yes => "with your key",
            Sign::No => "in your name, without a key",
        };
        let what = match self.signoff.phase {
            Phase::Before => "signed".to_owned(),
            Phase::After => format!("{} signed after the release", self.signoff.tag),
        };
        let pushed = match remote {
            Some(remote) => format!("pushed to {}", remote.to.name),
            None => "kept here: others do not see it".to_owned(),
        };
        ui.say(&format!("{} {what} {how}, {pushed}", Mark::Good.text()));
        finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
        let standing = self.standing()?;
        self.open(&standing);
        if remote.is_none() {
            ui.say(&format!("undo: {}", ui.ours("undo")));
        }
        ui.json(&self.json(Some(finished), &standing));
        Ok(())
    }

    fn open(&self, standing: &Standing) {
        if self.signoff.phase == Phase::After {
            return self.left(standing);
        }
        let ui = &self.context.ui;
        let judged = standing.judged();
        let Signoff { version, candidate, .. } = self.signoff;
        let open: Vec<String> = judged
            .missing()
            .map(|(role, _)| format!("{} ({})", role.name, role.addresses.join(", ")))
            .collect();
        let at = candidate.short();
        match (judged.is_go(), open.is_empty()) {
            (true, _) => ui.say(&format!("Open now: nobody. {version} is signed at {at}.")),
            (false, false) => ui.say(&format!("Open now: {}", open.join(", "))),
            (false, true) => {
                let (have, need) = judged.people;
                ui.say(&format!("Open now: {have} of {need} different people have signed."));
            }
        }
        let next = if judged.is_go() { "check".to_owned() } else { self.list("") };
        ui.say(&format!("next: {}", ui.ours(&next)));
    }

    /// What is left of a release that is out.
    fn left(&self, standing: &Standing) {
        let ui = &self.context.ui;
        if let Some(boxes) = self.boxes {
            let left = boxes.left(&standing.after);
            let who = |(role, number): &(&str, usize)| {
                let who = if *role == ANYBODY { "anybody" } else { role };
                format!("{who} {}", boxes.counted(*number))
            };
            let left: Vec<String> = left.iter().map(who).collect();
            ui.say(&match left.is_empty() {
                true => "Open now: nothing is left for the days after the release.".to_owned(),
                false => format!("Open now, after the release: {}", left.join(", ")),
            });
        }
        let list = self.list(&format!(" --version {}", word(&self.signoff.version)));
        ui.say(&format!("next: {}", ui.ours(&list)));
    }

    fn json(&self, finished: Option<&Finished>, standing: &Standing) -> serde_json::Value {
        let Signoff { role, by, candidate, tree, tag, version, .. } = self.signoff;
        let judged = standing.judged();
        let open: Vec<&str> = judged.missing().map(|(role, _)| role.name.as_str()).collect();
        json!({
            "operation": finished.map(|finished| finished.id),
            "state": if finished.is_some() { "done" } else { "nothing" },
            "role": role, "by": by.to_string(), "version": version, "tag": tag,
            "after": self.subject.released,
            "boxes": self.boxes.map(|boxes| boxes.own(self.signoff).json()),
            "candidate": candidate.as_str(), "tree": tree.as_str(),
            "gates": Gates::of(self.repo, self.subject, tree).json(),
            "open": open, "go": judged.is_go(),
        })
    }
}
