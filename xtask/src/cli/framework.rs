//! The programs that manage git hooks, as they show in a repository.

use std::path::Path;

use crate::flows::hooks::Manager;

/// The configuration of the pre-commit framework.
pub(super) const PRE_COMMIT: &str = ".pre-commit-config.yaml";

/// A framework that writes hooks: its name, its configuration, what its hooks hold, what makes
/// them.
pub(super) struct Framework {
    pub manager: Manager,
    pub name: &'static str,
    files: &'static [&'static str],
    traces: &'static [&'static str],
    pub install: &'static str,
}

const FRAMEWORKS: [Framework; 3] = [
    Framework {
        manager: Manager::PreCommit,
        name: "pre-commit",
        files: &[PRE_COMMIT],
        traces: &["pre-commit", "pre_commit", "prek"],
        install: "pre-commit install",
    },
    Framework {
        manager: Manager::Husky,
        name: "husky",
        files: &[".husky/pre-commit", ".husky/commit-msg", ".husky/pre-push"],
        traces: &["husky"],
        install: "npx husky",
    },
    Framework {
        manager: Manager::Lefthook,
        name: "lefthook",
        files: &["lefthook.yml", ".lefthook.yml", "lefthook.yaml", "lefthook.toml"],
        traces: &["lefthook"],
        install: "lefthook install",
    },
];

impl Framework {
    /// Those with a configuration at the top of a repository.
    pub fn configured(top: &Path) -> Vec<&'static Self> {
        let here =
            |framework: &&Framework| framework.files.iter().any(|file| top.join(file).is_file());
        FRAMEWORKS.iter().filter(here).collect()
    }

    /// Does the text of a hook, or the path of its folder, tell that it made it?
    pub fn left(&self, text: &str) -> bool {
        self.traces.iter().any(|trace| text.contains(trace))
    }
}
