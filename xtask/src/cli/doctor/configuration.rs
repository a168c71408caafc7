//! The configuration in force, and where each value comes from: written, detected or by default.

use serde_json::json;

use super::super::project::{Known, Survey};
use crate::config::changelog::USUAL;
use crate::config::file::Written;
use crate::flows::bump;
use crate::ui::{Ui, bold};
use crate::version::{Scheme, Style};

/// So many packages are named.
const NAMED: usize = 6;

/// One value in force.
pub(super) struct Setting {
    key: String,
    value: String,
    /// `gonogo.toml:3`, what it was detected from, or `default`.
    from: String,
}

impl Setting {
    fn new(key: &str, value: impl Into<String>, from: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.into(), from: from.into() }
    }

    fn written(written: &Written) -> Self {
        let Written { key, value, line } = written;
        Self::new(key, value, format!("gonogo.toml:{line}"))
    }

    pub fn as_json(&self) -> serde_json::Value {
        json!({ "key": self.key, "value": self.value, "from": self.from })
    }
}

/// What is written, then what else is in force; `main` is a branch and the remote that names it.
pub(super) fn in_force(
    survey: &Survey,
    main: Option<(&str, &str)>,
    changelog: Option<&str>,
) -> Vec<Setting> {
    let mut values: Vec<Setting> = survey.settings.written().iter().map(Setting::written).collect();
    let mut others = match survey.projects.as_slice() {
        [only] => of_project(survey, only),
        several => vec![packages(several)],
    };
    others.extend(
        main.map(|(branch, remote)| {
            Setting::new("branches.main", branch, format!("{remote}/HEAD"))
        }),
    );
    others.extend(changelog.map(|file| {
        let from = if file == USUAL { "default, and it exists" } else { "the only one" };
        Setting::new("changelog.file", file, from)
    }));
    others.retain(|other| values.iter().all(|written| written.key != other.key));
    values.extend(others);
    values
}

fn packages(several: &[Known]) -> Setting {
    let names: Vec<&str> = several.iter().map(Known::name).take(NAMED).collect();
    let more = match several.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Setting::new("packages", format!("{}{more}", names.join(", ")), "their manifests")
}

fn of_project(survey: &Survey, known: &Known) -> Vec<Setting> {
    let project = &known.project;
    let mut values = Vec::new();
    let name = project.name.as_ref();
    values.extend(name.map(|name| Setting::new("name", name, project.manifest.as_str())));
    match (&project.vcs, project.sites.first()) {
        (Some(tool), _) => {
            values.push(Setting::new(
                "version.source",
                "git tags",
                format!("{tool} in {}", project.manifest),
            ));
        }
        (None, Some(site)) => {
            values.push(Setting::new(
                "version.source",
                site.path.as_str(),
                project.manifest.as_str(),
            ));
        }
        (None, None) => {}
    }
    values.extend(scheme(survey, known));
    let tag = known.releases.newest.as_ref();
    let format = tag.and_then(|(tag, version)| {
        let (before, after) = tag.rsplit_once(version.text())?;
        Some(Setting::new(
            "tag.format",
            format!("{before}{{version}}{after}"),
            format!("tag {tag}"),
        ))
    });
    values.push(format.unwrap_or_else(|| Setting::new("tag.format", "v{version}", "default")));
    values
}

/// The spelling of versions, with the one that speaks for it.
fn scheme(survey: &Survey, known: &Known) -> Option<Setting> {
    let (site, current) = bump::held(&known.project, &survey.files).ok()?.into_iter().next()?;
    let style = bump::style(&survey.facts(known), &current);
    let from = match Style::evidence(&known.tagged, std::slice::from_ref(&current)) {
        None => "default".to_owned(),
        Some((_, version)) if known.tagged.iter().any(|tagged| std::ptr::eq(tagged, version)) => {
            format!("the release {version}")
        }
        Some((_, version)) => format!("{version} in {}", site.path),
    };
    let word = match style.scheme {
        Scheme::Semver => "semver",
        Scheme::Pep440 => "pep440",
    };
    Some(Setting::new("version.scheme", word, from))
}

/// A section of its own, for those who ask for more.
pub(super) fn show(values: &[Setting], ui: &Ui) {
    if values.is_empty() {
        return;
    }
    let width = |part: fn(&Setting) -> &String| {
        values.iter().map(|value| part(value).chars().count()).max().unwrap_or(0).min(40)
    };
    let (key, value) = (width(|value| &value.key), width(|value| &value.value));
    ui.detail("");
    ui.detail(&bold("Configuration"));
    for one in values {
        ui.detail(&format!("  {:<key$}   {:<value$}   {}", one.key, one.value, one.from));
    }
}
