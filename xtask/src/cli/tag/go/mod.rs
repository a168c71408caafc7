//! `tag verify --go`: whether a tag that is there was a GO, by what it says itself, by the record of
//! its release and by the sign-offs: nothing is asked again.

mod evidence;
mod known;
mod people;
mod told;

use serde_json::{Value, json};

use crate::cli::Context;
use crate::cli::approvals::Approvals;
use crate::cli::check::{Read, of_release};
use crate::cli::sign::shown;
use crate::config::Project;
use crate::config::file::Procedure;
use crate::error::{Next, Refusal, word};
use crate::gates::Profile;
use crate::gates::builtin::Aim;
use crate::plan::{Oid, ROLLED_BACK};
use crate::record::Record;
use crate::repo::{Destination, Repo, Stored, Tag};
use crate::ui::{Mark, Ui, bold, folded, one_line};
use crate::version::Version;
use crate::wording::counted;

/// So wide may a line be.
const COLUMNS: usize = 100;

/// A tag, and what is asked about it.
pub(super) struct Asked<'a, 't> {
    pub repo: &'a Repo,
    pub context: &'a Context,
    pub name: &'a str,
    pub tag: &'a Tag,
    pub commit: &'a Oid,
    /// The files of the commit.
    pub tree: &'a Stored<'t>,
    /// What it releases.
    pub project: &'a Project,
    pub version: &'a Version,
    /// The remote of releases; `None` where there is none.
    pub remote: Option<Destination>,
    pub fetch: Fetch,
}

/// Whether the remote is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetch {
    /// So many seconds it may take until the record arrives.
    Waiting(u64),
    /// What is known here is judged.
    No,
}

/// Something that speaks against the release.
pub(super) struct Reason {
    what: String,
    next: Option<Next>,
}

impl Reason {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), next: None }
    }

    fn next(self, next: Next) -> Self {
        Self { next: Some(next), ..self }
    }
}

/// What was found.
pub(super) struct Go {
    /// What was released: `studio 0.3.0`.
    title: String,
    tag: String,
    reasons: Vec<Reason>,
    /// What was let through, and why.
    waived: Vec<(String, String)>,
    /// How many required gates were green, and how many had nothing to say.
    green: usize,
    skipped: usize,
    people: Option<Approvals>,
    /// The blob of the record.
    record: Option<Oid>,
}

/// Judges it.
///
/// # Errors
/// The remote does not answer; the configuration of the commit is wrong; git fails; ctrl-C.
pub(super) fn judge(asked: &Asked<'_, '_>) -> Result<Go, Refusal> {
    let Asked { repo, name, version, project, .. } = asked;
    let known = known::read(asked)?;
    let mut reasons = known.reasons;
    let record = known.record.as_ref().map(|(_, record)| record);
    let tree = repo.tree_of(asked.commit)?;
    let message = repo.tag_message(&asked.tag.id)?;
    if repo.ref_at(&format!("{ROLLED_BACK}{name}"))?.is_some() {
        let next = Next::Ours(format!("log {}", word(name)));
        reasons.push(Reason::new(format!("rolled back: {name} was withdrawn")).next(next));
    }
    let own = record.map(|record| told::differences(asked, record, tree.as_ref(), &message));
    // What another tag's record says proves nothing about this one.
    let sound = record.filter(|_| own.as_ref().is_some_and(Vec::is_empty));
    reasons.extend(own.into_iter().flatten());
    let profile = profile(version, record, &mut reasons);
    let seen = repo.seen_from(asked.commit.clone());
    let aim = Aim { profile, version: Some((*version).clone()), tag: Some((*name).to_owned()) };
    let read = Read::released(&seen, asked.tree, aim)?;
    let mut go = Go {
        title: format!("{} {version}", project.name.as_deref().unwrap_or(&read.name)),
        tag: (*name).to_owned(),
        reasons,
        waived: Vec::new(),
        green: 0,
        skipped: 0,
        people: None,
        record: known.record.as_ref().map(|(id, _)| id.clone()),
    };
    if let (Some(record), Some(tree)) = (sound, &tree) {
        let gates = of_release(&read, &seen, asked.context.at)?;
        let packages = Read::packages_in(asked.tree, &gates)?;
        let found = evidence::judge(&gates, &packages, record, tree);
        (go.green, go.skipped) = (found.green, found.skipped);
        go.waived = found.waived;
        go.reasons.extend(found.reasons);
    }
    let people = people::judge(asked, &read, &message, sound)?;
    go.waived.extend(people.waived);
    go.reasons.extend(people.reasons);
    go.people = people.approvals;
    Ok(go)
}

/// The kind of release: by its version, or a hotfix, if its record says so and the version can be one: the
/// last number counted up. So no record can make less of a release than it is.
fn profile(version: &Version, record: Option<&Record>, reasons: &mut Vec<Reason>) -> Profile {
    let usual = Profile::of(Procedure::Release, version);
    let Some(record) = record else { return usual };
    let counted_up = version.numbers().last().is_some_and(|last| *last > 0);
    match Profile::named(&record.profile) {
        Some(said) if said == usual => said,
        Some(Profile::Hotfix) if counted_up && !version.is_prerelease() => Profile::Hotfix,
        _ => {
            let (said, is) = (&record.profile, usual.name());
            let what = format!("record: it says {said:?}, and by its version this is {is}");
            reasons.push(Reason::new(what));
            usual
        }
    }
}

impl Go {
    /// Whether it is a GO, as far as it goes.
    pub fn is_go(&self) -> bool {
        self.reasons.is_empty()
    }

    /// What was let through, each reason, and the verdict; `failed` checks of the tag speak against it,
    /// too. Says which command leads on.
    pub fn show(&self, ui: &Ui, failed: usize) -> Next {
        for (what, reason) in &self.waived {
            say(ui, Mark::Warning, &format!("{what} waived: {reason}"));
        }
        for reason in &self.reasons {
            say(ui, Mark::Failed, &reason.what);
        }
        let log = || Next::Ours(format!("log {}", word(&self.tag)));
        let against = self.reasons.len() + failed;
        if against > 0 {
            let number = counted(against, "reason");
            ui.answer(&format!("{} for {}: {number}", bold("NO-GO"), self.title));
            return self.reasons.iter().find_map(|one| one.next.clone()).unwrap_or_else(log);
        }
        let said = format!("GO for {}: {}", self.title, self.score());
        let lines = folded(&one_line(&said), COLUMNS);
        for (number, line) in lines.iter().enumerate() {
            match (number, line.strip_prefix("GO ")) {
                (0, Some(rest)) => ui.say(&format!("{} {rest}", bold("GO"))),
                _ => ui.say(&format!("  {line}")),
            }
        }
        log()
    }

    /// `5 gates green, 1 skipped, 1 waived, signed by Ana Diaz (Release Manager)`
    fn score(&self) -> String {
        let signers = self.people.as_ref().map(Approvals::signers).unwrap_or_default();
        let mut parts = vec![format!("{} green", counted(self.green, "gate"))];
        parts.extend((self.skipped > 0).then(|| format!("{} skipped", self.skipped)));
        parts.extend((!self.waived.is_empty()).then(|| format!("{} waived", self.waived.len())));
        parts.extend((!signers.is_empty()).then(|| format!("signed by {}", signers.join(", "))));
        parts.join(", ")
    }

    /// The same for programs, added to what the checks found.
    pub fn add_to(&self, data: &mut Value) {
        let waived = self.waived.iter();
        let waived: Vec<Value> =
            waived.map(|(what, reason)| json!({ "what": what, "reason": reason })).collect();
        let reasons: Vec<&str> = self.reasons.iter().map(|reason| reason.what.as_str()).collect();
        let red = data["red"].as_bool().unwrap_or_default() || !self.is_go();
        data["red"] = red.into();
        data["verdict"] = if red { "no-go" } else { "go" }.into();
        data["title"] = self.title.as_str().into();
        data["reasons"] = reasons.into();
        data["waivers"] = waived.into();
        data["gates"] = json!({ "green": self.green, "skipped": self.skipped });
        data["record"] = self.record.as_ref().map(Oid::as_str).into();
        data["signoffs"] = self.people.as_ref().map(|it| shown::json(&it.standing)).into();
        data["checklist"] = self.people.as_ref().map(Approvals::boxes).into();
    }
}

/// A line with a mark, folded where it is too long.
fn say(ui: &Ui, mark: Mark, text: &str) {
    let margin = Mark::width() + 1;
    let lines = folded(&one_line(text), COLUMNS - margin);
    let line = lines.join(&format!("\n{:margin$}", ""));
    ui.mark(mark, &format!("{}{line}", mark.filling()));
}
