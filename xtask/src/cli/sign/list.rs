//! `sign --list` and `sign --verify`

use serde_json::{Value, json};

use super::Args;
use super::boxes::Boxes;
use super::shown::{self, command, missing, next, table};
use super::standing::{About, Standing};
use super::subject::{Remote, Subject};
use crate::cli::Context;
use crate::error::{Refusal, word};
use crate::repo::Repo;
use crate::signoff::judge::{ANYBODY, Judgement};
use crate::sys::proc;
use crate::ui::{Mark, bold, dot};

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = match args.no_push {
        true => None,
        false => Remote::fetch(&repo, context, &interrupt)?,
    };
    let subject = Subject::find(&repo, args, context, remote.as_ref())?;
    let standing = Standing::read(&About {
        repo: &repo,
        settings: &subject.survey.settings,
        profile: subject.profile,
        tag: &subject.tag,
        commit: &subject.commit,
    })?;
    let judged = standing.judged();
    let boxes = Boxes::of(&repo, &subject)?.filter(|_| subject.released);
    let left = boxes.as_ref().map(|boxes| boxes.left(&standing.after)).unwrap_or_default();
    let words =
        left.iter().zip(&boxes).map(|((role, number), boxes)| (*role, boxes.counted(*number)));
    let left = words.collect();
    let view = View { subject: &subject, standing: &standing, judged: &judged, left };
    unasked(args, &repo, context)?;
    match args.verify {
        true => view.reasons(context),
        false => view.table(context),
    }
    context.ui.json(&view.json());
    Ok(u8::from(args.verify && !judged.is_go()))
}

/// Without the network only what is known here counts.
fn unasked(args: &Args, repo: &Repo, context: &Context) -> Result<(), Refusal> {
    if !args.no_push {
        return Ok(());
    }
    let configuration = repo.configuration()?;
    let branch = repo.branch().unwrap_or_default();
    if let Ok(Some(remote)) = repo.remote_to_push(&configuration, branch) {
        let words = format!("{} was not asked: others may have signed", remote.name);
        context.ui.mark(Mark::Warning, &words);
    }
    Ok(())
}

struct View<'v> {
    subject: &'v Subject,
    standing: &'v Standing,
    judged: &'v Judgement<'v>,
    /// Roles with what is left for them of a release that is out, in words.
    left: Vec<(&'v str, String)>,
}

impl View<'_> {
    fn title(&self) -> String {
        let Subject { name, version, commit, place, profile, .. } = self.subject;
        let (dot, what) = (dot(), if self.subject.released { "released" } else { "candidate" });
        let name = bold(&format!("{name} {version}"));
        format!("{name} {dot} {what} {} {place} {dot} profile {}", commit.short(), profile.name())
    }

    fn table(&self, context: &Context) {
        let ui = &context.ui;
        ui.say(&self.title());
        ui.say("");
        for line in table(self.standing) {
            ui.say(&line);
        }
        if self.standing.required.is_nothing() {
            ui.say(&format!("Nobody has to sign for [profile.{}].", self.subject.profile.name()));
        }
        self.after(context);
        ui.say("");
        self.verdict(context);
    }

    /// What was said when the release was out: nobody has to, so it stands apart.
    fn after(&self, context: &Context) {
        let lines = shown::after(self.standing, &self.left);
        if lines.is_empty() {
            return;
        }
        context.ui.say("");
        context.ui.say("After the release");
        for line in lines {
            context.ui.say(&line);
        }
    }

    fn verdict(&self, context: &Context) {
        let ui = &context.ui;
        let version = &self.subject.version;
        if self.judged.is_go() {
            ui.say(&format!("{} for {version}, as far as people sign", bold("GO")));
            ui.say(&format!("next: {}", ui.ours(&self.onwards("check"))));
            return;
        }
        let who = missing(self.judged).join(", ");
        ui.answer(&format!("{} for {version}: {who}", bold("NO-GO")));
        let next = next(self.judged, version) + self.subject.option();
        ui.say(&format!("next: {}", ui.ours(&self.onwards(&next))));
    }

    /// The command that leads on: this one before the release. What is out is signed no more but for the
    /// boxes that are left.
    fn onwards(&self, before: &str) -> String {
        match (self.subject.released, self.left.first()) {
            (false, _) => before.to_owned(),
            (true, None) => format!("tag verify {}", word(&self.subject.tag)),
            (true, Some((role, _))) => {
                let role = Some(*role).filter(|role| *role != ANYBODY);
                command(role, &self.subject.version) + self.subject.option()
            }
        }
    }

    /// For a log: a line for each reason.
    fn reasons(&self, context: &Context) {
        let ui = &context.ui;
        ui.say(&self.title());
        for reason in self.standing.reasons() {
            ui.mark(Mark::Failed, &reason);
        }
        for (place, why) in &self.standing.unreadable {
            ui.mark(Mark::Warning, &format!("{place}: {why}"));
        }
        self.after(context);
        self.verdict(context);
    }

    fn json(&self) -> Value {
        let Subject { name, version, tag, commit, place, profile, released, .. } = self.subject;
        let mut value = json!({
            "name": name, "version": version.text(), "tag": tag, "commit": commit.as_str(),
            "place": place, "released": released, "profile": profile.name(),
        });
        if let (Value::Object(value), Value::Object(more)) =
            (&mut value, shown::json(self.standing))
        {
            value.extend(more);
        }
        value
    }
}
