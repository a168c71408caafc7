//! `status` of a repository with several packages: one line for each.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::project::{Known, Survey};
use super::super::waiting;
use super::place;
use crate::config::Broken;
use crate::error::Refusal;
use crate::flows::bump;
use crate::repo::Repo;
use crate::ui::{Mark, Ui, bold};
use crate::version::Version;

/// What one line says.
struct Line {
    name: String,
    /// The version, or what is wrong with it.
    version: Result<Option<Version>, String>,
    released: Option<String>,
    folder: String,
    option: String,
}

pub(super) fn show(repo: &Repo, ui: &Ui, survey: &Survey) -> Result<(), Refusal> {
    let lines: Vec<Line> = survey.projects.iter().map(|known| line(survey, known)).collect();
    let title = repo.top.file_name().map_or_else(String::new, |name| name.display().to_string());
    ui.answer(&format!("{}{}", bold(&title), place(repo, &repo.status()?)));
    ui.answer("");
    ui.answer(&format!("Packages    {}", lines.len()));
    let cells: Vec<[String; 4]> = lines.iter().map(Line::cells).collect();
    let width = |column: usize| {
        cells.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0).min(44)
    };
    let (name, version, released) = (width(0), width(1), width(2));
    for [package, current, tag, folder] in &cells {
        ui.answer(&format!(
            "  {package:<name$}   {current:<version$}   {tag:<released$}   {folder}"
        ));
    }
    for Broken { folder, refusal } in &survey.broken {
        // "a/pyproject.toml is not valid TOML" becomes "a/pyproject.toml:1:9 is not valid TOML".
        let said = match &refusal.place {
            Some(place) => match refusal.what.strip_prefix(place.path.as_str()) {
                Some(rest) => format!("{place}{rest}"),
                None => format!("{place} {}", refusal.what),
            },
            None => format!("{folder} {}", refusal.what),
        };
        ui.answer(&format!("  {} {said}", Mark::Warning.text()));
    }
    // Members of a workspace have the same notes on what they share.
    let notes = survey.projects.iter().flat_map(|known| &known.project.notes);
    let mut said = HashSet::new();
    for note in notes.filter(|note| said.insert(*note)) {
        ui.answer(&format!("  {} {note}", Mark::Warning.text()));
    }
    let sound = || lines.iter().filter(|line| matches!(line.version, Ok(Some(_))));
    if let Some(first) = sound().find(|line| line.released.is_some()).or(sound().next()) {
        ui.answer(&format!("next: {}", ui.ours(&format!("bump minor{}", first.option))));
    }
    let waiting = waiting::show(ui, repo)?;
    ui.json(&as_json(survey, &lines, &waiting));
    Ok(())
}

fn line(survey: &Survey, known: &Known) -> Line {
    let version = match bump::held(&known.project, &survey.files) {
        Err(refusal) => Err(refusal.what.clone()),
        Ok(held) => match held.first() {
            None => Ok(None),
            Some((_, first)) if held.iter().all(|(_, version)| version.same(first)) => {
                Ok(Some(first.clone()))
            }
            Some(_) => {
                let texts: Vec<&str> = held.iter().map(|(_, version)| version.text()).collect();
                Err(format!("DISAGREE: {}", texts.join(", ")))
            }
        },
    };
    Line {
        name: known.project.name.clone().unwrap_or_else(|| known.project.folder.clone()),
        version,
        released: known.releases.newest.as_ref().map(|(tag, _)| tag.clone()),
        folder: known.project.folder.clone(),
        option: known.option.clone(),
    }
}

impl Line {
    fn cells(&self) -> [String; 4] {
        let version = match &self.version {
            Ok(Some(version)) => version.to_string(),
            Ok(None) => "from git tags".to_owned(),
            // Without the mark's color, which would count as width.
            Err(why) => format!("! {why}"),
        };
        let released = self.released.clone().unwrap_or_else(|| "not released".to_owned());
        let folder = if self.folder.is_empty() { "." } else { &self.folder };
        [self.name.clone(), version, released, folder.to_owned()]
    }
}

fn as_json(survey: &Survey, lines: &[Line], waiting: &Value) -> Value {
    let package = |line: &Line| {
        json!({
            "name": line.name, "folder": line.folder, "released": line.released,
            "version": line.version.as_ref().ok().and_then(|v| v.as_ref()).map(Version::text),
            "agree": line.version.is_ok(),
        })
    };
    let broken =
        |Broken { folder, refusal }: &Broken| json!({ "folder": folder, "why": refusal.what });
    json!({
        "packages": lines.iter().map(package).collect::<Vec<_>>(),
        "broken": survey.broken.iter().map(broken).collect::<Vec<_>>(),
        "waiting": waiting,
    })
}
