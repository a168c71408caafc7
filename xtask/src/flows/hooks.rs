//! `init --hooks`: the checks as git hooks, or as lines for what manages the hooks here.

use std::path::PathBuf;

use crate::plan::{Action, Base, FORMAT, HookFile, Hooks, Plan, Step};

/// A hook that runs some checks; a copy lies in the repository's `templates/`.
const TEMPLATE: &str = include_str!("../../templates/git-hook.sh");

/// The checks of each git hook, as its commands.
pub const CHECKS: [(&str, &[&str]); 3] = [
    (
        "pre-commit",
        &[
            "check-version-sync",
            "check-changelog",
            "check-release-config",
            "no-release-branch-commit",
        ],
    ),
    ("commit-msg", &["check-commit-msg \"$1\""]),
    ("pre-push", &["check-release-tag"]),
];

/// A program that writes the hooks of a repository by its own configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    PreCommit,
    Husky,
    Lefthook,
}

/// The text of one of the hooks.
pub fn script(checks: &[&str]) -> String {
    let lines: Vec<String> =
        checks.iter().map(|check| format!("check {check} || status=1")).collect();
    TEMPLATE.replace("{checks}", &lines.join("\n"))
}

/// The plan that makes these hooks, by name, in the folder where git looks for them.
pub fn into_plan(folder: PathBuf, names: &[&str], base: Base) -> Plan {
    let wanted = CHECKS.iter().filter(|(name, _)| names.contains(name));
    let file =
        |(name, checks): &(&str, &[&str])| HookFile { name: (*name).into(), text: script(checks) };
    let files = wanted.map(file).collect();
    let what = format!("git hooks {}", names.join(", "));
    let step =
        Step { why: format!("write {what}"), action: Action::Hooks(Hooks { folder, files }) };
    Plan { format: FORMAT, title: format!("init: {what}"), base, steps: vec![step] }
}

/// What is to be added by hand to a hook that exists, or to the configuration of what manages the
/// hooks: where, and the lines. `program` is how we are called.
pub fn by_hand(manager: Option<Manager>, program: &str) -> Vec<(String, Vec<String>)> {
    match manager {
        Some(Manager::PreCommit) => {
            vec![(".pre-commit-config.yaml, below `repos:`".into(), pre_commit(program))]
        }
        Some(Manager::Lefthook) => vec![("lefthook.yml".into(), lefthook(program))],
        Some(Manager::Husky) => each(program, ".husky/"),
        None => each(program, "the hook "),
    }
}

fn each(program: &str, place: &str) -> Vec<(String, Vec<String>)> {
    let lines = |checks: &[&str]| {
        checks.iter().map(|check| format!("{program} hook {check} || exit 1")).collect()
    };
    CHECKS.iter().map(|(name, checks)| (format!("{place}{name}"), lines(checks))).collect()
}

fn pre_commit(program: &str) -> Vec<String> {
    let mut lines = vec!["- repo: local".to_owned(), "  hooks:".to_owned()];
    for (stage, checks) in CHECKS {
        for id in checks.iter().filter_map(|check| check.split(' ').next()) {
            lines.push(format!("  - id: {id}"));
            lines.push(format!("    name: {id}"));
            lines.push(format!("    entry: {program} hook {id}"));
            lines.push("    language: system".to_owned());
            lines.push(format!("    stages: [{stage}]"));
            lines.push("    always_run: true".to_owned());
            // The message comes as a file name.
            let passes = stage == "commit-msg";
            lines.push(format!("    pass_filenames: {passes}"));
        }
    }
    lines
}

fn lefthook(program: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (stage, checks) in CHECKS {
        lines.push(format!("{stage}:"));
        lines.push("  commands:".to_owned());
        for check in checks {
            let id = check.split(' ').next().unwrap_or_default();
            lines.push(format!("    {id}:"));
            // lefthook's word for the first argument of the hook.
            lines.push(format!("      run: {program} hook {}", check.replace("\"$1\"", "{1}")));
            if stage == "pre-push" {
                lines.push("      use_stdin: true".to_owned());
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_runs_each_check_and_the_lines_by_hand_do_too() {
        for (_, checks) in CHECKS {
            let text = script(checks);
            assert!(text.starts_with("#!/bin/sh\n") && text.ends_with("exit $status\n"), "{text}");
            for check in checks {
                assert!(text.contains(&format!("\ncheck {check} || status=1\n")), "{text}");
            }
        }
        let managers = [Manager::PreCommit, Manager::Husky, Manager::Lefthook].map(Some);
        for manager in managers.into_iter().chain([None]) {
            let lines: Vec<String> =
                by_hand(manager, "cargo xtask").into_iter().flat_map(|(_, lines)| lines).collect();
            for check in CHECKS.iter().flat_map(|(_, checks)| *checks) {
                let id = check.split(' ').next().unwrap();
                let command = format!("cargo xtask hook {id}");
                assert!(lines.iter().any(|line| line.contains(&command)), "{manager:?} {id}");
            }
        }
    }
}
