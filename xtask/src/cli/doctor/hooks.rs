//! The user's git hooks: which ones run, which ones git ignores, which ones fight a release.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::signing::is_program;
use super::{Finding, text};
use crate::cli::framework::{Framework, PRE_COMMIT};
use crate::error::{Refusal, word};
use crate::repo::{Configuration, Head, Repo};

const AREA: &str = "hooks";

/// Those that see a release: its commit and its push.
const SEEN: [&str; 5] =
    ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-push"];

/// What a hook's command line holds when it bumps versions by itself.
const BUMPS: [&str; 6] =
    ["cz bump", "bump-my-version bump", "bump2version", "bumpversion ", "bumpver update", "tbump "];

pub(super) struct Facts {
    folder: PathBuf,
    /// `core.hooksPath`.
    moved: Option<String>,
    folder_exists: bool,
    hooks: Vec<Hook>,
    /// Frameworks with a configuration here.
    configured: Vec<&'static Framework>,
    pre_commit: Option<String>,
    branch: Option<String>,
}

struct Hook {
    name: &'static str,
    path: PathBuf,
    runs: bool,
    text: String,
    /// The program that a hook of the pre-commit framework needs, when it is gone.
    lacks: Option<String>,
}

impl Facts {
    pub fn read(repo: &Repo, configuration: &Configuration) -> Result<Self, Refusal> {
        let folder = repo.hooks_folder()?;
        Ok(Self {
            moved: configuration.get("core.hookspath").map(str::to_owned),
            folder_exists: folder.is_dir(),
            hooks: SEEN.iter().filter_map(|name| Hook::read(&folder, name)).collect(),
            folder,
            configured: Framework::configured(&repo.top),
            pre_commit: text(&repo.top, PRE_COMMIT),
            branch: match &repo.head {
                Head::Branch { name, .. } => {
                    Some(name.trim_start_matches("refs/heads/").to_owned())
                }
                Head::Unborn { .. } | Head::Detached { .. } => None,
            },
        })
    }

    pub fn judge(&self) -> Vec<Finding> {
        let mut found = vec![self.running()];
        found.extend(self.hooks.iter().filter(|hook| !hook.runs).map(Hook::ignored));
        found.extend(self.hooks.iter().filter(|hook| hook.runs).filter_map(Hook::lacking));
        found.extend(self.not_installed());
        found.extend(self.bumping());
        found.extend(self.guarded());
        found
    }

    fn running(&self) -> Finding {
        if let (Some(moved), false) = (&self.moved, self.folder_exists) {
            return Finding::warning(
                AREA,
                format!("core.hooksPath is {moved}, and nothing is there"),
            )
            .detail("So git runs no hook at all.")
            .shell("git config --show-origin core.hooksPath");
        }
        let runs: Vec<&str> =
            self.hooks.iter().filter(|hook| hook.runs).map(|hook| hook.name).collect();
        match runs.is_empty() {
            true => Finding::good(AREA, "none that a release would run"),
            false => Finding::good(AREA, format!("{} will run", runs.join(", "))),
        }
        .detail(format!("in {}", self.folder.display()))
    }

    fn installed(&self, framework: &Framework) -> bool {
        let moved = self.moved.as_deref().is_some_and(|path| framework.left(path));
        moved || self.hooks.iter().any(|hook| framework.left(&hook.text))
    }

    fn not_installed(&self) -> Vec<Finding> {
        let absent = self.configured.iter().filter(|framework| !self.installed(framework));
        let told = |framework: &&Framework| {
            let what = format!("{} is configured and not installed in this clone", framework.name);
            Finding::warning(AREA, what)
                .detail("What its hooks check is found out after the push.")
                .shell(framework.install)
        };
        absent.map(told).collect()
    }

    /// Hooks that bump would change the version files of a release under its hands.
    fn bumping(&self) -> Option<Finding> {
        let hooks = self.hooks.iter().filter(|hook| hook.runs);
        let texts = hooks.map(|hook| (hook.path.display().to_string(), hook.text.as_str()));
        let framework = self.pre_commit.iter().map(|text| (PRE_COMMIT.to_owned(), text.as_str()));
        let mut lines = texts.chain(framework).flat_map(|(path, text)| {
            let numbered = text.lines().enumerate();
            numbered.map(move |(number, line)| (format!("{path}:{}", number + 1), line))
        });
        let (place, line) = lines.find(|(_, line)| {
            let code = line.split('#').next().unwrap_or_default();
            BUMPS.iter().any(|bump| code.contains(bump))
        })?;
        let what = format!("a hook bumps by itself: {place}");
        Some(
            Finding::warning(AREA, what)
                .detail(line.trim())
                .detail("It changes version files while they are being committed."),
        )
    }

    /// `no-commit-to-branch` of pre-commit-hooks, on this branch.
    fn guarded(&self) -> Option<Finding> {
        let (text, branch) = (self.pre_commit.as_ref()?, self.branch.as_ref()?);
        let guarded = guarded(text)?;
        if !guarded.iter().any(|name| name == branch) {
            return None;
        }
        let what = format!("no-commit-to-branch lets no commit onto {branch}");
        Some(
            Finding::warning(AREA, what)
                .detail(format!("It is configured in {PRE_COMMIT}."))
                .shell("git switch -c release/next"),
        )
    }
}

/// The branches that `no-commit-to-branch` guards: those named in its arguments, else main and
/// master (pre-commit-hooks, README). `None` when the hook is not configured.
fn guarded(configuration: &str) -> Option<Vec<String>> {
    let lines = configuration.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut rest = lines.skip_while(|line| !line.contains("no-commit-to-branch"));
    rest.next()?;
    let own = rest.take_while(|line| !line.contains("id:") && !line.contains("repo:"));
    let own: Vec<&str> = own.collect();
    let own = own.join(" ");
    let separates = |c: char| c.is_whitespace() || "[],\"'=".contains(c);
    let mut words = own.split(separates).filter(|word| !word.is_empty() && *word != "-");
    let mut named = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "--branch" | "-b") {
            named.extend(words.next().map(str::to_owned));
        }
    }
    Some(if named.is_empty() { vec!["main".into(), "master".into()] } else { named })
}

impl Hook {
    fn read(folder: &Path, name: &'static str) -> Option<Self> {
        let path = folder.join(name);
        let found = fs::metadata(&path).ok()?;
        let text = text(folder, name).unwrap_or_default();
        let lacks = lacks(&text);
        Some(Self { name, path, runs: found.permissions().mode() & 0o111 != 0, text, lacks })
    }

    fn ignored(&self) -> Finding {
        let what = format!("git ignores {}: it is not executable", self.name);
        Finding::warning(AREA, what).shell(format!("chmod +x -- {}", word(self.path.display())))
    }

    fn lacking(&self) -> Option<Finding> {
        let lacks = self.lacks.as_ref()?;
        let what =
            format!("{} cannot run: {lacks} is gone, and pre-commit is not in PATH", self.name);
        let mend = format!("pre-commit install --overwrite --hook-type {}", self.name);
        let reinstall = "Install the framework first, then its hooks again.";
        let found = match self.name {
            "pre-push" | "post-commit" => Finding::warning(AREA, what),
            _ => Finding::failed(AREA, what),
        };
        Some(found.detail(reinstall).shell(mend))
    }
}

/// A hook written by the pre-commit framework starts the Python it was installed with, or else
/// `pre-commit`; neither may be there any more.
fn lacks(hook: &str) -> Option<String> {
    let line = hook.lines().find_map(|line| line.strip_prefix("INSTALL_PYTHON="))?;
    let python = line.trim_matches(['\'', '"']);
    (!is_program(python) && !is_program("pre-commit")).then(|| python.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guarded_branches_are_those_of_its_arguments() {
        let on = |args: &str| {
            guarded(&format!(
                "repos:\n- repo: x\n  hooks:\n  - id: a\n  - id: no-commit-to-branch{args}\n  - id: b\n    args: [--branch, other]\n"
            ))
        };
        for (args, expected) in [
            ("", &["main", "master"][..]),
            ("  # --branch x", &["main", "master"]),
            ("\n    args: [--branch, trunk]", &["trunk"]),
            ("\n    args: ['--branch=trunk', -b, \"dev\"]", &["trunk", "dev"]),
            ("\n    args:\n    - --branch\n    - trunk", &["trunk"]),
        ] {
            assert_eq!(on(args).unwrap(), expected, "{args}");
        }
        assert_eq!(guarded("repos:\n- repo: x\n# no-commit-to-branch\n"), None);
    }
}
