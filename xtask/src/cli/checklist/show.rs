//! `checklist show`

use super::super::Context;
use super::super::check::{Read, named};
use super::super::sign::shown;
use super::facts::{About, Reading};
use super::groups::{Groups, boxes};
use crate::checklist::{Group, State, Turn, Waits, tick};
use crate::config::file::Who;
use crate::error::{Refusal, word};
use crate::repo::{Repo, WorkTree};
use crate::ui::{Mark, Ui, Volume, dot};

/// Show what is done, by whom, and what is open
///
/// What gates have said is taken from the last checks of these very files; nothing is run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is left for the days after the last release, box by box
    #[arg(long)]
    after: bool,
    /// Print the ticked copy, with the evidence beside each box
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// The kind of release: alpha, beta, rc, release, hotfix (found from branch and version)
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
}

impl Args {
    /// Is any option given?
    pub fn is_given(&self) -> bool {
        self.after || self.markdown || self.profile.is_some()
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    let ui = &context.ui;
    let read = Read::new(&repo, args.profile.as_deref().map(named).transpose()?)?;
    let reading = Reading::of(&repo, context, &read, &WorkTree::new(&repo)?)?;
    let facts = reading.facts(&repo, if args.after { About::Last } else { About::Next })?;
    if args.markdown {
        let Reading { file, checklist, bound, .. } = &reading;
        ui.verbatim(&tick(&file.bytes, checklist, bound, &facts));
        return Ok(0);
    }
    let groups = Groups::of(&reading, &facts);
    ui.json(&groups.json(None));
    title(&groups, &repo, ui);
    if args.after {
        after(&groups, ui);
        return Ok(0);
    }
    groups.table(ui);
    if ui.volume == Volume::Verbose {
        ui.say("");
        groups.open(ui, groups.all.iter().filter(|group| group.turn < Turn::Rollback));
    }
    ui.say(&format!("next: {}", lead_on(&groups, ui)));
    Ok(0)
}

/// `docs/CHECKLIST.md for 0.3.0 · candidate 5a1b2c3 · 126 boxes`, and what is odd about it.
pub(super) fn title(groups: &Groups<'_>, repo: &Repo, ui: &Ui) {
    let reading = groups.reading;
    let dot = dot();
    let boxes = boxes(reading.checklist.items.len());
    let about = match (&groups.facts.released, repo.head.commit()) {
        (Some(released), _) => format!(" {dot} released as {}", released.tag),
        (None, Some(commit)) => {
            format!("{} {dot} candidate {}", reading.version(), commit.short())
        }
        (None, None) => reading.version(),
    };
    ui.say(&format!("{}{about} {dot} {boxes}", reading.file.path));
    for missing in &reading.missing {
        ui.mark(Mark::Warning, &format!("the file has no heading for {missing}"));
    }
    if !reading.is_wanted() {
        let profile = reading.profile().name();
        ui.mark(Mark::Warning, &format!("[profile.{profile}] leaves the checklist out"));
    }
    for void in &groups.facts.void {
        ui.mark(Mark::Warning, void);
    }
    ui.say("");
}

/// What is left for the days after, box by box.
fn after(groups: &Groups<'_>, ui: &Ui) {
    let later = || groups.all.iter().filter(|group| group.turn == Turn::After);
    if groups.facts.released.is_none() {
        ui.say("Nothing is released yet; this is what will be left afterwards.");
    }
    groups.open(ui, later());
    if later().all(|group| !matches!(group.state, State::Open(_))) {
        ui.say("Nothing is left for the days after the release.");
    }
    ui.say(&format!("next: {}", ui.ours(&onwards(groups))));
}

/// The command with which the first signs who has something left of the release that is out.
fn onwards(groups: &Groups<'_>) -> String {
    let later = groups.all.iter().filter(|group| group.turn == Turn::After);
    let who = later.into_iter().find_map(|group| match &group.state {
        State::Open(waits) => waits.iter().find_map(|wait| match wait {
            Waits::Later(who) => who.as_ref(),
            _ => None,
        }),
        _ => None,
    });
    match (who, groups.reading.last()) {
        (Some(who), Some(version)) if groups.facts.released.is_some() => {
            shown::command(Some(who.name()).filter(|_| *who != Who::Any), version)
        }
        _ => "checklist show".to_owned(),
    }
}

/// The command that leads on: a gate first, since a person can do little while it is red; then who has
/// to sign.
pub(super) fn lead_on(groups: &Groups<'_>, ui: &Ui) -> String {
    if groups.facts.released.is_some() {
        return ui.ours("checklist show --after");
    }
    let holding: Vec<&Group> = groups.holding().collect();
    let waits = holding.iter().flat_map(|group| match &group.state {
        State::Open(waits) => waits.as_slice(),
        _ => &[],
    });
    let mut gates = waits.clone().filter_map(|wait| match wait {
        Waits::Gate { id, said } => Some((id, said.is_some())),
        _ => None,
    });
    if let Some((id, _)) = gates.clone().find(|(_, red)| *red) {
        return ui.ours(&format!("check {}", word(id)));
    }
    if gates.next().is_some() {
        return ui.ours("checklist run");
    }
    let role = waits.clone().find_map(|wait| match wait {
        Waits::Role(Who::Role(name)) => Some(Some(name.as_str())),
        Waits::Role(Who::Any) | Waits::People { .. } => Some(None),
        _ => None,
    });
    if let (Some(role), Some(version)) = (role, &groups.reading.read.aim.version) {
        return ui.ours(&shown::command(role, version));
    }
    ui.ours(match holding.is_empty() {
        false if ui.volume < Volume::Verbose => "checklist show -v",
        false => "checklist show --markdown",
        true => "check",
    })
}
