//! `hotfix status`

use serde_json::{Value, json};

use super::super::Context;
use super::super::project::{Known, Survey};
use super::super::release::{self, Choosing, main};
use super::open::{self, Open, Seen};
use crate::config::file::Procedure;
use crate::error::Refusal;
use crate::merge::Side;
use crate::repo::{Repo, Stored};
use crate::sys::clock::Timestamp;
use crate::ui::{bold, dot, one_line};
use crate::version::Version;
use crate::wording::counted;

/// Show the hotfixes that are open, and where each would be merged
///
/// Reads only, and never uses the network: what others have is as it was last seen.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The package, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    let repo = &Repo::discover(&context.folder)?;
    let names: Vec<String> = args.package.iter().cloned().collect();
    let survey = Survey::read(repo, &names, &context.command())?;
    let [known] = survey.projects.as_slice() else {
        return Err(Refusal::usage(
            "several packages have hotfixes of their own; name one with -p",
        ));
    };
    let seen = Seen::of(repo)?;
    let all = open::all(repo, &seen, (&survey, known), &[Procedure::Hotfix])?;
    let looking = Looking { repo, survey: &survey, known, seen: &seen };
    let into = all.iter().map(|one| looking.goal(one)).collect::<Result<Vec<_>, Refusal>>()?;
    let ui = &context.ui;
    let known_as = seen.remote.as_ref().map(|remote| match seen.at {
        Some(at) => format!("as {remote} was seen {}", at.minute()),
        None => format!("{remote} was never asked"),
    });
    let title = match all.len() {
        0 => "No hotfix is open".to_owned(),
        1 => "1 hotfix is open".to_owned(),
        more => format!("{more} hotfixes are open"),
    };
    let known_as = known_as.map(|said| format!(" {} {said}", dot())).unwrap_or_default();
    ui.answer(&format!("{}{}", bold(&title), one_line(&known_as)));
    for (one, into) in all.iter().zip(&into) {
        ui.answer("");
        ui.answer(&one_line(&looking.line(one)));
        into.said().iter().for_each(|line| ui.answer(&format!("  {}", one_line(line))));
    }
    let command = match all.as_slice() {
        [] => format!("hotfix{}", known.option),
        [first, ..] => format!("{} {}{}", Procedure::Hotfix.finish(), first.version, known.option),
    };
    ui.answer(&format!("next: {}", ui.ours(&command)));
    let each: Vec<Value> = all.iter().zip(&into).map(|(one, into)| data(one, into)).collect();
    ui.json(&json!({
        "open": each, "remote": seen.remote, "seen": seen.at.map(Timestamp::minute),
    }));
    Ok(())
}

fn data(one: &Open, into: &Goal) -> Value {
    let branches: Vec<Value> = into
        .branches
        .iter()
        .map(|(name, version)| json!({ "branch": name, "version": version.as_ref().map(Version::text) }))
        .collect();
    json!({
        "version": one.version.text(), "branch": one.branch, "here": one.here,
        "there": one.there, "base": one.base.as_ref().map(|base| &base.tag),
        "commits": one.commits, "into": branches, "notes": into.notes,
    })
}

/// Where a hotfix would be merged.
struct Goal {
    /// The branches, each with the version that it has.
    branches: Vec<(String, Option<Version>)>,
    notes: Vec<String>,
}

impl Goal {
    fn said(&self) -> Vec<String> {
        let mut lines = self.notes.clone();
        let name = |(name, version): &(String, Option<Version>)| match version {
            Some(version) => format!("{name} {version}"),
            None => name.clone(),
        };
        if !self.branches.is_empty() {
            let names: Vec<String> = self.branches.iter().map(name).collect();
            lines.insert(0, format!("into {}", names.join(", ")));
        }
        lines
    }
}

struct Looking<'l> {
    repo: &'l Repo,
    survey: &'l Survey,
    known: &'l Known,
    seen: &'l Seen,
}

impl Looking<'_> {
    /// `hotfix/v1.2.1  fixes v1.2.0 · 3 commits since · here and on origin`
    fn line(&self, one: &Open) -> String {
        let remote = self.seen.remote.as_deref().unwrap_or_default();
        let place = match (&one.here, &one.there) {
            (Some(here), Some(there)) if here == there => format!("here and on {remote}"),
            (Some(_), Some(_)) => format!("not the same here and on {remote}"),
            (None, _) => format!("on {remote}, not here"),
            (Some(_), None) => "here, not pushed".to_owned(),
        };
        let dot = dot();
        let fixes = match &one.base {
            Some(base) => {
                let since = counted(one.commits, "commit");
                format!("fixes {} {dot} {since} since {dot} ", base.tag)
            }
            None => String::new(),
        };
        format!("{}  {fixes}{place}", one.branch)
    }

    fn goal(&self, one: &Open) -> Result<Goal, Refusal> {
        let settings = &self.survey.settings;
        let Ok(main) = main(self.repo, settings) else {
            return Ok(Goal { branches: Vec::new(), notes: Vec::new() });
        };
        let choosing = Choosing {
            args: &release::Args::start(Procedure::Hotfix, false, false),
            repo: self.repo,
            survey: self.survey,
            known: self.known,
            landing: &settings.landing(Procedure::Hotfix),
            remote: None,
            version: &one.version,
            main: &main,
        };
        let chosen = choosing.chosen()?;
        let each = chosen.names.into_iter().map(|name| Ok((name.clone(), self.version(&name)?)));
        let branches = each.collect::<Result<_, Refusal>>()?;
        Ok(Goal { branches, notes: chosen.notes })
    }

    /// The version that a branch has, as far as it is known here.
    fn version(&self, branch: &str) -> Result<Option<Version>, Refusal> {
        let tip = match self.seen.there(self.repo, branch)? {
            Some(there) => Some(there),
            None => self.repo.ref_at(&format!("refs/heads/{branch}"))?,
        };
        let Some(tip) = tip else { return Ok(None) };
        let Some(tree) = Stored::in_commit(&self.repo.git, &tip)? else { return Ok(None) };
        // What cannot be read there is not this command's business.
        let Ok(side) = Side::read(&tree) else { return Ok(None) };
        Ok(side.same(&self.known.project).and_then(|held| held.version.clone()))
    }
}
