//! `sign --list` and `sign --verify`

use serde_json::{Value, json};

use super::Args;
use super::shown::{self, missing, next, table};
use super::standing::{About, Standing};
use super::subject::{Remote, Subject};
use crate::cli::Context;
use crate::error::{Refusal, word};
use crate::repo::Repo;
use crate::signoff::judge::Judgement;
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
    let view = View { subject: &subject, standing: &standing, judged: &judged };
    match args.verify {
        true => view.reasons(context),
        false => view.table(context),
    }
    context.ui.json(&view.json());
    Ok(u8::from(args.verify && !judged.is_go()))
}

struct View<'v> {
    subject: &'v Subject,
    standing: &'v Standing,
    judged: &'v Judgement<'v>,
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
        ui.say("");
        self.verdict(context);
    }

    fn verdict(&self, context: &Context) {
        let ui = &context.ui;
        let version = &self.subject.version;
        if self.judged.is_go() {
            ui.say(&format!("{} for {version}, as far as people sign", bold("GO")));
            ui.say(&format!("next: {}", ui.ours("check")));
            return;
        }
        let who = missing(self.judged).join(", ");
        ui.answer(&format!("{} for {version}: {who}", bold("NO-GO")));
        // What is out is signed no more.
        let next = match self.subject.released {
            true => format!("tag verify {}", word(&self.subject.tag)),
            false => next(self.judged, version),
        };
        ui.say(&format!("next: {}", ui.ours(&next)));
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
