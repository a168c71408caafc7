//! What the user sees of a tag.

use serde_json::{Value, json};

use super::super::Context;
use super::candidate::Candidate;
use super::push::Remote;
use crate::error::{Refusal, word};
use crate::exec::Finished;
use crate::plan::{Id, Object, Oid, Plan, Push, RefMove, Sign};
use crate::repo::{Repo, Tag};
use crate::ui::{Mark, bold};

pub(super) struct Shown<'a> {
    candidate: &'a Candidate,
    here: Option<&'a Tag>,
    remote: Option<&'a Remote>,
    plan: &'a Plan,
    subject: String,
    warnings: Vec<String>,
    /// Whether there is somewhere to push it.
    has_remote: bool,
}

impl<'a> Shown<'a> {
    /// Looks up what has to be said besides.
    ///
    /// # Errors
    /// git fails.
    pub fn new(
        candidate: &'a Candidate,
        repo: &Repo,
        here: Option<&'a Tag>,
        remote: Option<&'a Remote>,
        plan: &'a Plan,
    ) -> Result<Self, Refusal> {
        let subject = repo.subject(&candidate.commit)?;
        let configuration = repo.configuration()?;
        let has_remote = !configuration.names("remote", "url").is_empty();
        let mut warnings = Vec::new();
        let name = &candidate.name;
        if repo.ref_at(&format!("refs/heads/{name}"))?.is_some() {
            warnings.push(format!("a branch is called {name}, too: say refs/tags/{name} to git"));
        }
        if let Some((tag, newest)) = &candidate.known().releases.newest
            && candidate.version.precedes(newest)
        {
            warnings.push(format!("{} comes after {tag}, a higher one", candidate.commit.short()));
        }
        warnings.extend(here.and_then(|tag| odd(name, tag)));
        // Beyond the boundary of a shallow clone nobody knows.
        if remote.is_none() && !repo.is_shallow() {
            warnings.extend(places(candidate, repo, &configuration)?);
        }
        Ok(Self { candidate, here, remote, plan, subject, warnings, has_remote })
    }

    /// The plan as it is asked about.
    pub fn planned(&self, context: &Context) {
        self.head(context);
        self.pushed(context);
    }

    pub fn nothing_to_do(&self, context: &Context) {
        let ui = &context.ui;
        let name = &self.candidate.name;
        let there = match self.remote {
            Some(Remote::Same(to)) => format!(", and on {}", to.name),
            Some(Remote::Lacking(_)) | None => String::new(),
        };
        ui.say(&format!("{name} is there already, at the same commit{there}: done."));
        self.warn(context);
        if self.remote.is_none() && self.has_remote {
            ui.say(&format!("next: {}", ui.typed(&format!("{} --push", context.command()))));
        } else {
            ui.say(&format!("next: {}", ui.ours(&format!("tag verify {}", word(name)))));
        }
        ui.json(&self.json(None));
    }

    pub fn dry_run(&self, context: &Context) {
        let ui = &context.ui;
        self.head(context);
        self.pushed(context);
        if let Some(push) = self.plan.point_of_no_return() {
            ui.say(&format!("  {}", command(push)));
        }
        ui.say("Nothing was tagged or pushed (dry run).");
        ui.say(&format!("next: {}", ui.typed(&context.command_without("--dry-run"))));
        ui.json(&self.json(None));
    }

    pub fn done(&self, context: &Context, finished: &Finished) {
        let ui = &context.ui;
        self.head(context);
        finished.notes.iter().for_each(|note| ui.mark(Mark::Warning, note));
        if let Some(push) = self.plan.point_of_no_return() {
            ui.say(&format!("Pushed to {} ({}):", push.remote, push.shown));
            push.moves.iter().for_each(|planned| ui.say(&format!("  {}", line(planned))));
            let verify = format!("tag verify {} --remote", word(&self.candidate.name));
            ui.say(&format!("next: {}", ui.ours(&verify)));
        } else {
            ui.say(&format!("undo: {}", ui.ours("undo")));
            if self.has_remote {
                ui.say(&format!("next: {}", ui.typed(&format!("{} --push", context.command()))));
            }
        }
        ui.json(&self.json(Some(finished)));
    }

    fn head(&self, context: &Context) {
        let Candidate { name, commit, branch, .. } = self.candidate;
        let ui = &context.ui;
        let branch = branch.as_ref().map_or_else(String::new, |branch| format!("{branch} "));
        ui.say(&format!("{} on {branch}{} {}", bold(name), commit.short(), self.subject));
        ui.say(&format!("  {}", self.kind()));
        self.warn(context);
    }

    fn warn(&self, context: &Context) {
        self.warnings.iter().for_each(|warning| context.ui.mark(Mark::Warning, warning));
    }

    /// `annotated, signed: Release 1.3.0`
    fn kind(&self) -> String {
        let signed = |signed: bool| if signed { "signed" } else { "not signed" };
        if let Some(tag) = self.here {
            return match &tag.annotated {
                Some(own) => {
                    format!("there already, annotated, {}: {}", signed(own.signed), own.subject)
                }
                None => "there already, lightweight".to_owned(),
            };
        }
        match self.tag() {
            Some(tag) => {
                let subject = tag.message.lines().next().unwrap_or_default();
                format!("annotated, {}: {subject}", signed(tag.sign == Sign::Yes))
            }
            None => String::new(),
        }
    }

    /// The tag that is made.
    fn tag(&self) -> Option<&crate::plan::Tag> {
        self.plan.objects().into_iter().find_map(|object| match object {
            Object::Tag(tag) => Some(tag),
            Object::Commit(_) | Object::Merge(_) | Object::Withdrawal(_) => None,
        })
    }

    fn pushed(&self, context: &Context) {
        let Some(push) = self.plan.point_of_no_return() else { return };
        let ui = &context.ui;
        ui.say(&format!("To {} ({}), all or nothing:", push.remote, push.shown));
        push.moves.iter().for_each(|planned| ui.say(&format!("  {}", line(planned))));
    }

    fn json(&self, finished: Option<&Finished>) -> Value {
        let Candidate { name, version, commit, .. } = self.candidate;
        let made = finished.and_then(|finished| finished.objects.first());
        let id = self.here.map(|tag| &tag.id).or(made).map(Oid::as_str);
        let signed = match self.here {
            Some(tag) => tag.annotated.as_ref().is_some_and(|own| own.signed),
            None => self.tag().is_some_and(|tag| tag.sign == Sign::Yes),
        };
        let message = self.tag().map(|tag| tag.message.as_str());
        json!({
            "tag": name, "version": version.text(), "commit": commit.as_str(), "id": id,
            "existed": self.here.is_some(), "signed": signed, "message": message,
            "warnings": self.warnings, "operation": finished.map(|finished| finished.id),
            "pushed": finished.is_some() && self.plan.point_of_no_return().is_some(),
            "plan": self.plan,
        })
    }
}

/// What is unusual about a tag that is there.
fn odd(name: &str, tag: &Tag) -> Option<String> {
    match &tag.annotated {
        None => Some("it is a lightweight tag: it does not say who released when".to_owned()),
        Some(own) if own.name != name => Some(format!("its object says that it is {}", own.name)),
        Some(_) => None,
    }
}

/// Where the commit is not, as far as is known here.
fn places(
    candidate: &Candidate,
    repo: &Repo,
    configuration: &crate::repo::Configuration,
) -> Result<Vec<String>, Refusal> {
    let commit = &candidate.commit;
    let mut found = Vec::new();
    let remote = configuration.remote();
    let branches = &candidate.survey.settings.branches;
    let said = branches.main.as_ref().map(|said| said.value.as_str());
    if let Some(main) = repo.main(configuration, said)?.map(|main| main.name) {
        let remote = remote.map(|remote| format!("refs/remotes/{remote}/{main}"));
        let mut tips = Vec::new();
        for name in remote.into_iter().chain([format!("refs/heads/{main}")]) {
            tips.extend(repo.ref_at(&name)?);
        }
        let mut is_on = tips.is_empty();
        for tip in &tips {
            is_on = is_on || repo.is_ancestor(commit, tip)?;
        }
        if !is_on {
            found.push(format!("{} is not on {main}", commit.short()));
        }
    }
    if let Some(remote) = remote
        && repo.known_on(remote, commit)?.is_none()
    {
        found.push(format!("{} is not on {remote}, as far as is known here", commit.short()));
    }
    Ok(found)
}

/// `main  1234567 -> 89abcde`
fn line(planned: &RefMove) -> String {
    let tag = planned.name.strip_prefix("refs/tags/");
    let name = tag.or(planned.name.strip_prefix("refs/heads/")).unwrap_or(&planned.name);
    let at = |id: &Option<Id>| match id {
        Some(Id::Known(id)) => id.short().to_owned(),
        Some(Id::Made(_)) | None => String::new(),
    };
    match tag {
        Some(_) => format!("{name}  a new tag"),
        None if planned.old.is_some() => {
            format!("{name}  {} -> {}", at(&planned.old), at(&planned.new))
        }
        None => format!("{name}  a new branch at {}", at(&planned.new)),
    }
}

/// The push as git is told it.
fn command(push: &Push) -> String {
    let to = |planned: &RefMove| match &planned.new {
        Some(Id::Known(id)) => format!("{}:{}", id.short(), planned.name),
        Some(Id::Made(_)) | None => planned.name.clone(),
    };
    let refs: Vec<String> = push.moves.iter().map(|planned| word(to(planned))).collect();
    format!("git push --atomic {} {}", word(&push.remote), refs.join(" "))
}
