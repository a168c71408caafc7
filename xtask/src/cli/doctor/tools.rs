//! Other tools that bump or publish here. Two that bump get in each other's way.

use std::fs;
use std::path::Path;

use serde_json::Value;
use toml_edit::Document;

use super::{Finding, text};

/// Files that configure a tool which sets versions.
const FILES: [(&str, &str); 14] = [
    (".bumpversion.cfg", "bumpversion"),
    (".bumpversion.toml", "bump-my-version"),
    ("tbump.toml", "tbump"),
    (".cz.toml", "commitizen"),
    ("cz.toml", "commitizen"),
    (".cz.json", "commitizen"),
    ("release-please-config.json", "release-please"),
    ("release-plz.toml", "release-plz"),
    ("release.toml", "cargo-release"),
    ("knope.toml", "knope"),
    (".release-it.json", "release-it"),
    (".releaserc", "semantic-release"),
    (".releaserc.json", "semantic-release"),
    (".changeset/config.json", "changesets"),
];

/// Tables below `[tool]` of pyproject.toml.
const TABLES: [(&str, &str); 5] = [
    ("bumpversion", "bump-my-version"),
    ("bumpver", "bumpver"),
    ("commitizen", "commitizen"),
    ("semantic_release", "python-semantic-release"),
    ("tbump", "tbump"),
];

/// What a workflow says that publishes.
const PUBLISHES: [&str; 10] = [
    "pypa/gh-action-pypi-publish",
    "twine upload",
    "uv publish",
    "poetry publish",
    "flit publish",
    "hatch publish",
    "maturin upload",
    "cargo publish",
    "npm publish",
    "softprops/action-gh-release",
];

pub(super) struct Facts {
    /// Where it is configured, and the tool.
    bumping: Vec<(String, &'static str)>,
    /// Workflows that publish when a tag or a release arrives, and with what.
    publishing: Vec<(String, &'static str)>,
}

impl Facts {
    pub fn read(top: &Path) -> Self {
        let files = FILES.iter().filter(|(file, _)| top.join(file).is_file());
        let mut bumping: Vec<(String, &str)> =
            files.map(|(file, tool)| ((*file).to_owned(), *tool)).collect();
        bumping.extend(text(top, "pyproject.toml").iter().flat_map(|text| tables(text)));
        let sections = text(top, "setup.cfg").is_some_and(|text| has_section(&text));
        bumping.extend(sections.then(|| ("setup.cfg".to_owned(), "bumpversion")));
        bumping.extend(text(top, "package.json").and_then(|text| release_it(&text)));
        Self { bumping, publishing: workflows(top) }
    }

    pub fn judge(&self) -> Vec<Finding> {
        let bumping = self.bumping.iter().map(|(place, tool)| {
            let what = format!("{tool} bumps here, too ({place})");
            Finding::warning("tools", what)
                .detail("Two tools that bump get in each other's way: let one of them do it.")
        });
        let publishing = self.publishing.iter().map(|(file, how)| {
            let what = format!("{file} publishes when a tag or release arrives");
            Finding::good("publishing", what).detail(format!("It says: {how}"))
        });
        bumping.chain(publishing).collect()
    }
}

fn tables(pyproject: &str) -> Vec<(String, &'static str)> {
    let Ok(document) = Document::parse(pyproject) else { return Vec::new() };
    let Some(tools) = document.get("tool").and_then(|tool| tool.as_table_like()) else {
        return Vec::new();
    };
    let named = TABLES.iter().filter(|(table, _)| tools.contains_key(table));
    named.map(|(table, tool)| (format!("pyproject.toml, [tool.{table}]"), *tool)).collect()
}

fn has_section(cfg: &str) -> bool {
    cfg.lines().any(|line| line == "[bumpversion]" || line.starts_with("[bumpversion:"))
}

fn release_it(package: &str) -> Option<(String, &'static str)> {
    let package: Value = serde_json::from_str(package).ok()?;
    let (key, tool) = [("release-it", "release-it"), ("release", "semantic-release")]
        .into_iter()
        .find(|(key, _)| package.get(key).is_some_and(Value::is_object))?;
    Some((format!("package.json, \"{key}\""), tool))
}

fn workflows(top: &Path) -> Vec<(String, &'static str)> {
    let folder = Path::new(".github/workflows");
    let entries = fs::read_dir(top.join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| {
        Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "yml" || extension == "yaml")
    });
    names.sort_unstable();
    let publishing = |name: String| {
        let how = publishes(&text(&top.join(folder), &name)?)?;
        Some((folder.join(name).display().to_string(), how))
    };
    names.into_iter().filter_map(publishing).collect()
}

/// What a workflow publishes with, when tags or releases start it. Read line by line: what stands
/// before `jobs:` says what starts it.
fn publishes(workflow: &str) -> Option<&'static str> {
    let lines = || workflow.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    let mut starts = lines().take_while(|line| !line.starts_with("jobs:"));
    let by_tag = |line: &str| {
        let on = line.strip_prefix("on:").unwrap_or_default();
        line.starts_with("tags:") || line.starts_with("release:") || on.contains("release")
    };
    starts.find(|line| by_tag(line))?;
    PUBLISHES.into_iter().find(|how| {
        let mut said = lines().filter(|line| !line.starts_with('#'));
        said.any(|line| line.contains(how))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_publishes_when_a_tag_starts_it() {
        let jobs = "jobs:\n  a:\n    steps:\n    - run: twine upload dist/*\n";
        for (start, expected) in [
            ("on:\n  push:\n    tags: [v*]\n", Some("twine upload")),
            ("on:\n  release:\n    types: [published]\n", Some("twine upload")),
            ("on: [release]\n", Some("twine upload")),
            ("on:\n  push:\n    branches: [main]\n", None),
            ("on: workflow_dispatch\n", None),
        ] {
            assert_eq!(publishes(&format!("{start}{jobs}")), expected, "{start}");
        }
        assert_eq!(publishes("on:\n  push:\n    tags: [v*]\njobs:\n  # twine upload\n"), None);
    }
}
