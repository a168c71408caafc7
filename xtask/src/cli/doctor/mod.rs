//! `doctor`

mod configuration;
mod gates;
mod git;
mod hooks;
mod project;
mod signing;
mod tools;
mod work;

use std::path::Path;

use serde_json::{Value, json};

use super::Context;
use super::project::Survey;
use crate::config::Projects;
use crate::config::changelog;
use crate::error::{Next, Refusal};
use crate::repo::{Repo, WorkTree};
use crate::ui::{Mark, Ui};
use crate::wording::counted;

/// Look for everything that could make a release fail here
///
/// Each line is one check: good (✓), to be looked at (!), in the way (✗) or not to be known from
/// here (?), with the command that mends it. Reads only: no network, nothing is changed, nothing
/// is signed, nobody is asked. With -v each check tells its details, and each value of the
/// configuration in force where it comes from.
///
/// Exit code 1 when something (✗) will make `bump --commit` fail as it stands, else 0, also with
/// warnings.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// What one check found.
struct Finding {
    mark: Mark,
    area: &'static str,
    what: String,
    details: Vec<String>,
    mend: Option<Next>,
}

impl Finding {
    fn new(mark: Mark, area: &'static str, what: impl Into<String>) -> Self {
        Self { mark, area, what: what.into(), details: Vec::new(), mend: None }
    }

    fn good(area: &'static str, what: impl Into<String>) -> Self {
        Self::new(Mark::Good, area, what)
    }

    fn warning(area: &'static str, what: impl Into<String>) -> Self {
        Self::new(Mark::Warning, area, what)
    }

    fn failed(area: &'static str, what: impl Into<String>) -> Self {
        Self::new(Mark::Failed, area, what)
    }

    fn unknown(area: &'static str, what: impl Into<String>) -> Self {
        Self::new(Mark::Unknown, area, what)
    }

    /// What a command would refuse with.
    fn refused(area: &'static str, refusal: &Refusal) -> Self {
        let at = refusal.place.iter().map(ToString::to_string);
        let details = at.chain(refusal.why.iter().cloned()).collect();
        let mend = refusal.next.first().map(|(command, _)| command.clone());
        Self { details, mend, ..Self::failed(area, &refusal.what) }
    }

    /// Good with these words, or what a command would refuse with.
    fn of(area: &'static str, result: &Result<(), Refusal>, good: &str) -> Self {
        match result {
            Ok(()) => Self::good(area, good),
            Err(refusal) => Self::refused(area, refusal),
        }
    }

    fn marked(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }

    fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }

    fn shell(self, command: impl Into<String>) -> Self {
        Self { mend: Some(Next::Shell(command.into())), ..self }
    }

    fn ours(self, command: impl Into<String>) -> Self {
        Self { mend: Some(Next::Ours(command.into())), ..self }
    }
}

pub(super) fn run(_: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    let facts = Facts::read(&repo, context)?;
    let (findings, values) = (facts.judge(), facts.values());
    let blocked = findings.iter().any(|finding| finding.mark == Mark::Failed);
    show(&findings, &values, &context.ui);
    context.ui.json(&json!({
        "ready": !blocked,
        "checks": findings.iter().map(|one| as_json(one, &context.ui)).collect::<Vec<Value>>(),
        "configuration": values.iter().map(configuration::Setting::as_json).collect::<Vec<Value>>(),
    }));
    Ok(u8::from(blocked))
}

/// The facts of each area.
struct Facts {
    git: git::Facts,
    signing: signing::Facts,
    work: work::Facts,
    hooks: hooks::Facts,
    project: project::Facts,
    tools: tools::Facts,
    gates: Option<gates::Facts>,
    survey: Result<Survey, Refusal>,
    changelog: Option<String>,
}

impl Facts {
    fn read(repo: &Repo, context: &Context) -> Result<Self, Refusal> {
        let configuration = repo.configuration()?;
        let status = repo.status()?;
        let survey = Survey::whole(repo);
        // What is wrong in it, `project` says.
        let settings = Projects::new(&WorkTree::new(repo)?).ok().map(|found| found.settings);
        Ok(Self {
            git: git::Facts::read(repo, &configuration, &status, context.at)?,
            signing: signing::Facts::read(&configuration, settings.as_ref()),
            work: work::Facts::read(repo, &status, survey.as_ref().ok()),
            hooks: hooks::Facts::read(repo, &configuration)?,
            project: project::Facts::read(repo, &configuration),
            tools: tools::Facts::read(&repo.top),
            changelog: detected(repo),
            gates: settings.map(|settings| gates::Facts::read(&repo.top, &settings)),
            survey,
        })
    }

    fn judge(&self) -> Vec<Finding> {
        let mut found = self.git.judge();
        found.extend(self.signing.judge());
        found.extend(self.work.judge());
        found.extend(self.hooks.judge());
        found.extend(self.project.judge(&self.survey));
        found.extend(self.tools.judge());
        found.extend(self.gates.iter().flat_map(gates::Facts::judge));
        found
    }

    fn values(&self) -> Vec<configuration::Setting> {
        let Ok(survey) = &self.survey else { return Vec::new() };
        configuration::in_force(survey, self.git.main_branch(), self.changelog.as_deref())
    }
}

/// The changelog at the top, as far as it can be told.
fn detected(repo: &Repo) -> Option<String> {
    let tree = WorkTree::new(repo).ok()?;
    let found = changelog::in_folder(&tree, "").ok()??;
    Some(found.path.to_string())
}

fn show(findings: &[Finding], values: &[configuration::Setting], ui: &Ui) {
    let width = findings.iter().map(|finding| finding.area.len()).max().unwrap_or(0);
    // Where the words begin: after the mark, the area and the blanks between them.
    let margin = " ".repeat(Mark::width() + width + 4);
    for finding in findings {
        let line = format!("{}{:<width$}   {}", finding.mark.filling(), finding.area, finding.what);
        match finding.mark {
            Mark::Failed | Mark::Warning => ui.mark(finding.mark, &line),
            Mark::Good | Mark::Unknown | Mark::Skipped => {
                ui.say(&format!("{} {line}", finding.mark.text()));
            }
        }
        finding.details.iter().for_each(|detail| ui.detail(&format!("{margin}{detail}")));
        if let Some(mend) = &finding.mend {
            ui.say(&format!("{margin}{}", ui.program.command(mend)));
        }
    }
    configuration::show(values, ui);
    let number = |mark: Mark| findings.iter().filter(|finding| finding.mark == mark).count();
    let warnings = match number(Mark::Warning) {
        0 => String::new(),
        number => format!(", {}", counted(number, "warning")),
    };
    ui.say("");
    ui.say(&match number(Mark::Failed) {
        0 => format!("Nothing is in the way of a release{warnings}."),
        failed => format!("{} in the way of a release{warnings}.", counted(failed, "thing")),
    });
    let mut worst = findings.iter().filter(|finding| finding.mark == Mark::Failed);
    let mend = worst.find_map(|finding| finding.mend.as_ref());
    match mend {
        Some(mend) => ui.say(&format!("next: {}", ui.program.command(mend))),
        None => ui.say(&format!("next: {}", ui.ours("status"))),
    }
}

fn as_json(finding: &Finding, ui: &Ui) -> Value {
    let mark = match finding.mark {
        Mark::Good => "good",
        Mark::Warning => "warning",
        Mark::Failed => "failed",
        Mark::Unknown => "unknown",
        Mark::Skipped => "skipped",
    };
    json!({
        "mark": mark, "area": finding.area, "what": finding.what, "details": finding.details,
        "mend": finding.mend.as_ref().map(|mend| ui.program.command(mend)),
    })
}

/// The text of a file at the top of the repository; `None` when there is none to read.
fn text(top: &Path, name: &str) -> Option<String> {
    let path = top.join(name);
    let size = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?.len();
    if size > crate::repo::SIZE_LIMIT {
        return None;
    }
    Some(String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned())
}
