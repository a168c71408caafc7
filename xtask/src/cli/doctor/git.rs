//! git itself, who commits, the branch and where its releases go.

use std::fs;
use std::time::UNIX_EPOCH;

use super::Finding;
use crate::error::{Refusal, word};
use crate::plan::short;
use crate::repo::{Configuration, Head, Landed, Remote, Repo, Status, redirecting};
use crate::sys::clock::Timestamp;
use crate::ui::Mark;
use crate::wording::counted;

/// How many commits tell how changes land.
const LANDED: usize = 10;

pub(super) struct Facts {
    version: String,
    features: Vec<&'static str>,
    /// Objects are left out and fetched when they are asked for.
    partial: bool,
    shallow: bool,
    redirecting: Vec<&'static str>,
    identity: Result<String, Refusal>,
    /// The branch to commit on, short.
    branch: Result<String, Refusal>,
    status: Status,
    fetched: Option<Timestamp>,
    remotes: Vec<Remote>,
    landed: Vec<Landed>,
}

impl Facts {
    pub fn read(
        repo: &Repo,
        configuration: &Configuration,
        status: &Status,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        let branch = repo.branch_to_commit_on().map(|(name, _)| short(&name).to_owned());
        let promised = configuration.names("remote", "promisor").into_iter();
        let mut promised = promised.map(|name| format!("remote.{name}.promisor"));
        Ok(Self {
            version: repo.git_version()?,
            features: features(repo, configuration),
            partial: configuration.get("extensions.partialclone").is_some()
                || promised.any(|key| configuration.is_on(&key)),
            shallow: repo.is_shallow(),
            redirecting: redirecting(),
            identity: repo.ident("COMMITTER", at).and_then(|committer| {
                repo.ident("AUTHOR", at)?;
                Ok(committer)
            }),
            branch,
            status: status.clone(),
            fetched: fetched(repo),
            remotes: repo.remotes(configuration)?,
            landed: repo.landed(LANDED)?,
        })
    }

    pub fn judge(&self) -> Vec<Finding> {
        let mut found = vec![self.version()];
        found.extend(self.redirected());
        found.push(self.who());
        found.push(self.branch());
        found.push(self.remote());
        found.extend(self.history());
        found.extend(self.squashed());
        found
    }

    /// The main branch that a remote names, and the remote.
    pub fn main_branch(&self) -> Option<(&str, &str)> {
        self.remotes.iter().find_map(|remote| {
            let main = remote.main.as_deref()?.strip_prefix(&remote.name)?;
            Some((main.trim_start_matches('/'), remote.name.as_str()))
        })
    }

    fn version(&self) -> Finding {
        let version = number(&self.version);
        let features = self.features.iter().map(|feature| format!("uses {feature}"));
        let what = format!("git {}", self.version);
        match version {
            // `git hook run`, which runs the commit hooks, came with 2.36.
            (..=2, ..36) => {
                Finding::failed("git", format!("{what} cannot run commit hooks for us"))
                    .detail("`git hook run` came with 2.36; gonogo needs 2.38.")
            }
            (2, 36..38) => Finding::warning("git", format!("{what} is older than 2.38"))
                .detail("`git merge-tree --write-tree`, which works merges out, came with 2.38."),
            (2, ..45) if self.partial => {
                Finding::warning("git", format!("{what} may fetch in this partial clone"))
                    .detail("Since 2.45 it can be told not to.")
            }
            _ => Finding::good("git", what),
        }
        .details(features)
    }

    fn redirected(&self) -> Option<Finding> {
        let first = self.redirecting.first()?;
        let names = self.redirecting.join(", ");
        let what = format!("{names} is set: your own git calls follow it, gonogo does not");
        Some(Finding::warning("git", what).shell(format!("unset {first}")))
    }

    fn who(&self) -> Finding {
        match &self.identity {
            Err(refusal) => Finding::refused("identity", refusal),
            Ok(ident) => {
                let name = ident.rsplit_once("> ").map_or(ident.as_str(), |(name, _)| name);
                Finding::good("identity", format!("{name}{}", if name == ident { "" } else { ">" }))
            }
        }
    }

    fn branch(&self) -> Finding {
        let branch = match &self.branch {
            Ok(branch) => branch,
            Err(refusal) => {
                let main = self.main_branch().map(|(main, _)| main);
                let found = Finding::refused("branch", refusal);
                return match main.filter(|_| refusal.what.contains("detached")) {
                    Some(main) => found.shell(format!("git switch {}", word(main))),
                    None => found,
                };
            }
        };
        let as_of = match self.fetched {
            Some(at) => format!(" (as of {})", at.minute()),
            None => " (as of the clone or the last push)".to_owned(),
        };
        let first = self.remotes.first().map(|remote| remote.name.as_str());
        match (&self.status.upstream, self.status.tracking, first) {
            (Some(upstream), Some((0, 0)), _) => {
                Finding::good("branch", format!("{branch}, level with {upstream}{as_of}"))
            }
            (Some(upstream), Some((ahead, 0)), _) => {
                let what = format!("{branch}, {} ahead of {upstream}", counted(ahead, "commit"));
                Finding::good("branch", format!("{what}{as_of}"))
            }
            (Some(upstream), Some((ahead, behind)), _) => {
                let behind = counted(behind, "commit");
                let what = format!("{branch} is {behind} behind {upstream}{as_of}");
                let found = Finding::warning("branch", what);
                match ahead {
                    0 => found.shell("git pull --ff-only"),
                    _ => found.detail(format!("and {ahead} ahead")).shell("git pull --rebase"),
                }
            }
            (Some(upstream), None, _) => {
                Finding::warning("branch", format!("{branch} follows {upstream}, which is gone"))
                    .shell("git branch --unset-upstream")
            }
            (None, _, Some(remote)) => Finding::warning(
                "branch",
                format!("{branch} follows no branch of {remote}: nobody sees that it is behind"),
            )
            .shell(format!("git branch --set-upstream-to={}", word(format!("{remote}/{branch}")))),
            (None, _, None) => Finding::good("branch", branch),
        }
    }

    fn remote(&self) -> Finding {
        let names: Vec<&str> = self.remotes.iter().map(|remote| remote.name.as_str()).collect();
        let followed = self.status.upstream.as_deref().and_then(|upstream| {
            let of = |remote: &&Remote| upstream.starts_with(&format!("{}/", remote.name));
            self.remotes.iter().find(of)
        });
        let remote = match (self.remotes.as_slice(), followed) {
            ([], _) => {
                return Finding::unknown("remote", "none: a release stays on this machine")
                    .shell("git remote add origin URL");
            }
            ([only], _) | (_, Some(only)) => only,
            (several, None) => {
                let what = format!("{}, and the branch follows none of them", names.join(", "));
                let found = Finding::warning("remote", what);
                let known = several.iter().find_map(|remote| remote.main.as_deref());
                return match known {
                    Some(main) => {
                        found.shell(format!("git branch --set-upstream-to={}", word(main)))
                    }
                    None => found.shell("git remote --verbose"),
                };
            }
        };
        let others: Vec<&str> = names.into_iter().filter(|name| *name != remote.name).collect();
        let found = match &remote.main {
            Some(main) => Finding::good("remote", format!("{}, main branch {main}", remote.name)),
            None => Finding::unknown(
                "remote",
                format!("{}; which of its branches is the main one is not known", remote.name),
            )
            .shell(format!("git remote set-head {} --auto", word(&remote.name))),
        };
        match others.as_slice() {
            [] => found,
            others => found.detail(format!("other remotes: {}", others.join(", "))),
        }
    }

    fn history(&self) -> Option<Finding> {
        let shallow =
            Finding::warning("history", "shallow clone: older commits and tags are not here")
                .detail("The newest release and what is new since it may lie before its end.")
                .shell("git fetch --unshallow --tags");
        self.shallow.then_some(shallow)
    }

    /// What the remote allows is not to be known without asking it, but history has its habits.
    fn squashed(&self) -> Option<Finding> {
        let one_of = |landed: &Landed| landed.parents < 2 && has_number(&landed.subject);
        if self.landed.len() < LANDED || !self.landed.iter().all(one_of) {
            return None;
        }
        let what = "pull requests are squashed: a release branch will land as a new commit";
        Some(Finding::new(Mark::Unknown, "landing", what).detail(format!(
            "The last {LANDED} commits end in a number like (#123), and none is a merge."
        )))
    }
}

/// Whether a subject ends in `(#123)`.
fn has_number(subject: &str) -> bool {
    let number = subject.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once("(#"));
    number.is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The first two numbers of a version of git.
fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// What this repository uses that not every tool understands.
fn features(repo: &Repo, configuration: &Configuration) -> Vec<&'static str> {
    let is = |key: &str, value: &str| configuration.get(key) == Some(value);
    let all = [
        (is("extensions.objectformat", "sha256"), "SHA-256 object ids"),
        (is("extensions.refstorage", "reftable"), "reftable"),
        (configuration.is_on("core.sparsecheckout"), "a sparse checkout"),
        (configuration.is_on("core.splitindex"), "a split index"),
        (repo.git_dir != repo.common_dir, "a linked work tree"),
        (repo.top.join(".gitmodules").exists(), "submodules, which are released on their own"),
        (matches!(repo.head, Head::Detached { .. }), "a detached HEAD"),
    ];
    all.into_iter().filter(|(used, _)| *used).map(|(_, feature)| feature).collect()
}

/// When something was fetched last.
fn fetched(repo: &Repo) -> Option<Timestamp> {
    let made = fs::metadata(repo.git_dir.join("FETCH_HEAD")).ok()?.modified().ok()?;
    let since = made.duration_since(UNIX_EPOCH).ok()?.as_secs();
    i64::try_from(since).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(version: &str) -> Facts {
        Facts {
            version: version.into(),
            features: vec![],
            partial: false,
            shallow: false,
            redirecting: vec![],
            identity: Ok("Ada <a@b> 1 +0000".into()),
            branch: Ok("main".into()),
            status: Status::default(),
            fetched: None,
            remotes: vec![],
            landed: vec![],
        }
    }

    #[test]
    fn an_old_git_is_told_what_it_lacks() {
        for (version, partial, mark, word) in [
            ("2.47.3", false, Mark::Good, "2.47.3"),
            ("2.47.3", true, Mark::Good, "2.47.3"),
            ("3.0", false, Mark::Good, "3.0"),
            ("2.38.0", false, Mark::Good, "2.38.0"),
            ("2.39.5 (Apple Git-154)", true, Mark::Warning, "partial clone"),
            ("2.37.9", false, Mark::Warning, "older than 2.38"),
            ("2.30.2", false, Mark::Failed, "commit hooks"),
            ("1.9.1", false, Mark::Failed, "commit hooks"),
        ] {
            let found = Facts { partial, ..facts(version) }.version();
            assert!(found.mark == mark && found.what.contains(word), "{version}: {}", found.what);
        }
    }

    #[test]
    fn a_number_at_the_end_is_a_pull_request() {
        for (subject, expected) in [
            ("feat: x (#123)", true),
            ("feat: x (#)", false),
            ("feat: x (#12a)", false),
            ("(#1) x", false),
            ("Merge pull request #1", false),
        ] {
            assert_eq!(has_number(subject), expected, "{subject}");
        }
    }
}
