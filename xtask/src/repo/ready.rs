//! Whether a commit of some paths can be made here, looked up before anything changes.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{Head, Repo, Status, git};
use crate::error::{Refusal, word};
use crate::path::RepoPath;
use crate::plan::{Oid, Ready, Sign};
use crate::sys::clock::Timestamp;

/// Whether tracked changes outside the plan are in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherChanges<'p> {
    /// None but these, which operations of ours made: they are committed with the rest.
    Only(&'p [RepoPath]),
    /// The default: hook frameworks stash them, and a kill there would lose them.
    Refuse,
    /// `--allow-dirty`: they are saved in the journal before the hooks run.
    Allow,
}

impl Repo {
    /// Checks that `paths` can be committed on the current branch and nothing else will be, as far
    /// as `status` knows.
    ///
    /// # Errors
    /// Detached or unborn HEAD, a merge or rebase in progress, a planned path that has other
    /// changes, is untracked or hidden from git, other tracked changes, no identity, signing that
    /// does not work.
    pub fn ready_to_commit(
        &self,
        status: &Status,
        paths: &[RepoPath],
        others: OtherChanges<'_>,
        at: Timestamp,
    ) -> Result<Ready, Refusal> {
        let (branch, parent) = self.branch_to_commit_on()?;
        self.nothing_in_progress()?;
        self.index_is_free()?;
        status.clean_enough(paths, others)?;
        self.all_tracked(paths)?;
        let sign = self.signs_commits()?;
        let (author, committer) = (self.ident("AUTHOR", at)?, self.ident("COMMITTER", at)?);
        Ok(Ready { branch, parent, author, committer, sign })
    }

    /// The same for a tag on the commit that is there.
    ///
    /// # Errors
    /// Those of [`Self::ready_to_commit`] that concern a tag.
    pub fn ready_to_tag(&self, at: Timestamp) -> Result<Ready, Refusal> {
        let (branch, parent) = self.branch_to_commit_on()?;
        self.nothing_in_progress()?;
        let (author, committer) = (self.ident("AUTHOR", at)?, self.ident("COMMITTER", at)?);
        Ok(Ready { branch, parent, author, committer, sign: Sign::No })
    }

    /// Whether commits are signed here.
    ///
    /// # Errors
    /// They should be, and signing does not work.
    pub fn signs_commits(&self) -> Result<Sign, Refusal> {
        match self.config_bool("commit.gpgSign")? {
            true => self.signing_works("commits", "commit.gpgSign").map(|()| Sign::Yes),
            false => Ok(Sign::No),
        }
    }

    /// The branch a commit would land on (full name), and the commit it is at.
    ///
    /// # Errors
    /// HEAD is detached or has no commit.
    pub fn branch_to_commit_on(&self) -> Result<(String, Oid), Refusal> {
        match &self.head {
            Head::Branch { name, commit } => Ok((name.clone(), commit.clone())),
            Head::Unborn { .. } => Err(Refusal::unsafe_to("there is no commit yet to build on")
                .next_shell("git commit", "makes the first one; or bump without --commit")),
            Head::Detached { .. } => {
                Err(Refusal::unsafe_to("HEAD is detached: a commit here would be on no branch")
                    .next_shell("git switch main", "or bump without --commit"))
            }
        }
    }

    /// No merge, rebase or the like waits for its end.
    ///
    /// # Errors
    /// One does.
    pub fn nothing_in_progress(&self) -> Result<(), Refusal> {
        let states = [
            ("MERGE_HEAD", "a merge", "git merge --abort"),
            ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"),
            ("REVERT_HEAD", "a revert", "git revert --abort"),
            ("rebase-merge", "a rebase", "git rebase --abort"),
            ("rebase-apply", "a rebase", "git rebase --abort"),
        ];
        match states.iter().find(|(file, ..)| self.git_dir.join(file).exists()) {
            None => Ok(()),
            Some((_, what, abort)) => Err(Refusal::unsafe_to(format!("{what} is in progress"))
                .why("A commit now would become part of it.")
                .next_shell(*abort, "or finish it first")),
        }
    }

    /// Found out now and not after minutes of hooks.
    ///
    /// # Errors
    /// git's lock file is there.
    pub fn index_is_free(&self) -> Result<(), Refusal> {
        let lock = self.git_dir.join("index.lock");
        match lock.exists() {
            false => Ok(()),
            true => Err(Refusal::external("git's index is locked")
                .why(format!(
                    "{} exists: a git command is running, or one was killed.",
                    lock.display()
                ))
                .next_shell(
                    format!("rm {}", word(lock.display())),
                    "when no git command runs here",
                )),
        }
    }

    /// Every path is in the index and git looks at it.
    ///
    /// # Errors
    /// One is not, or git fails.
    pub fn all_tracked(&self, paths: &[RepoPath]) -> Result<(), Refusal> {
        if paths.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = paths.iter().map(RepoPath::as_str).collect();
        let out = self.git.ls_files(&["-v"], &names).read()?;
        let wanted: HashSet<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        let entries = out.split(|&b| b == 0);
        let entries = entries.filter_map(|line| Some((line.get(2..)?, line.first()?)));
        let listed: HashMap<&[u8], &u8> =
            entries.filter(|(path, _)| wanted.contains(path)).collect();
        for path in paths {
            match listed.get(path.as_str().as_bytes()) {
                Some(b'H') => {}
                None => return Err(self.untracked(path)?),
                Some(b'S') => {
                    return Err(Refusal::unsafe_to(format!("{path} is marked skip-worktree"))
                        .why("git would leave it out of the commit without a word.")
                        .next_shell(
                            format!("git update-index --no-skip-worktree -- {}", word(path)),
                            "",
                        ));
                }
                Some(_) => {
                    return Err(Refusal::unsafe_to(format!("{path} is marked assume-unchanged"))
                        .why("git would leave it out of the commit without a word.")
                        .next_shell(
                            format!("git update-index --no-assume-unchanged -- {}", word(path)),
                            "",
                        ));
                }
            }
        }
        Ok(())
    }

    fn untracked(&self, path: &RepoPath) -> Result<Refusal, Refusal> {
        // Not check-ignore: that cannot do with literal pathspecs.
        let ignored = ["ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--"];
        let listed = self.git.call(ignored.iter().chain(&[path.as_str()])).read()?;
        let (state, add) = match listed.is_empty() {
            true => ("", "git add --"),
            false => (", which ignores it", "git add --force --"),
        };
        Ok(Refusal::unsafe_to(format!("{path} is not tracked by git{state}"))
            .why("It holds the version, and the commit would not have it.")
            .next_shell(format!("{add} {}", word(path)), "and commit it; or bump without --commit"))
    }

    /// Signs a throw-away object (never referenced), so that a missing key is found now. git signs
    /// tags and commits in the same way (git-config, "gpg.format"); `said` is what asks for it.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn signing_works(&self, what: &str, said: &str) -> Result<(), Refusal> {
        let out = self.git.call(["commit-tree", "-S", "-m", "probe", "HEAD^{tree}"]).output()?;
        if out.status.success() {
            return Ok(());
        }
        let failure = git::failed("signing", &out);
        let refusal =
            Refusal::external(format!("{what} are to be signed ({said}), and signing fails"));
        let show = "git config --show-origin --get-regexp '^(user.signingkey|gpg\\.|.*\\.gpgsign)'";
        let refusal = failure.why.iter().fold(refusal, |refusal, line| refusal.why(line.as_str()));
        Err(refusal.next_shell(show, "shows how it is configured"))
    }

    /// Who commits and when, as git itself resolves it. The caller's `GIT_*_DATE` comes first,
    /// then the operation's moment in the zone git uses.
    ///
    /// # Errors
    /// git names nobody, or the date is none.
    pub fn ident(&self, role: &str, at: Timestamp) -> Result<String, Refusal> {
        let date = format!("GIT_{role}_DATE");
        let mut call = self.git.call(["var", &format!("GIT_{role}_IDENT")]);
        if std::env::var_os(&date).is_none() {
            let zone = if std::env::var_os("SOURCE_DATE_EPOCH").is_some() { " +0000" } else { "" };
            call = call.env(&date, format!("@{}{zone}", at.0));
        }
        let out = call.output()?;
        match git::lines(&out.stdout).pop() {
            Some(line) if out.status.success() => Ok(line),
            _ => Err(no_ident(&git::failed("git var", &out).why, &date)),
        }
    }
}

impl Status {
    /// Nothing but what is planned would get into a commit of `paths`.
    ///
    /// # Errors
    /// Conflicts, changes of `paths` themselves, other tracked changes that are not allowed.
    pub fn clean_enough(
        &self,
        paths: &[RepoPath],
        others: OtherChanges<'_>,
    ) -> Result<(), Refusal> {
        let planned = |path: &Path| paths.iter().any(|own| Path::new(own.as_str()) == path);
        let named = |paths: Vec<&std::path::PathBuf>| {
            let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            match shown.as_slice() {
                [first @ .., _, _] if shown.len() > 8 => {
                    format!("{} and {} more", first[..7].join(", "), shown.len() - 7)
                }
                all => all.join(", "),
            }
        };
        if !self.unmerged.is_empty() {
            let names = named(self.unmerged.iter().collect());
            return Err(Refusal::unsafe_to("there are unresolved conflicts")
                .why(names)
                .next_shell("git status", "shows them"));
        }
        let (own, other): (Vec<_>, Vec<_>) =
            self.changed.iter().partition(|path| planned(path.as_path()));
        let ours = |path: &&std::path::PathBuf| match others {
            OtherChanges::Only(ours) => {
                ours.iter().any(|o| Path::new(o.as_str()) == path.as_path())
            }
            OtherChanges::Refuse | OtherChanges::Allow => false,
        };
        let own: Vec<_> = own.into_iter().filter(|path| !ours(path)).collect();
        if !own.is_empty() {
            let refusal = Refusal::unsafe_to("version files have changes that are not committed")
                .why(named(own))
                .why("They would get into the commit.");
            return Err(match others {
                OtherChanges::Only(_) => refusal.next_shell("git stash", "or commit them first"),
                OtherChanges::Refuse | OtherChanges::Allow => refusal
                    .next_shell("git stash", "or commit them first, or bump without --commit")
                    .next("undo", "takes an uncommitted bump back"),
            });
        }
        if other.is_empty() {
            return Ok(());
        }
        match others {
            OtherChanges::Refuse | OtherChanges::Only(_) => {
                let put_away = match others {
                    OtherChanges::Only(_) => "or commit them: no waiver lets a release pass them",
                    _ => "or the same command with --allow-dirty, which saves them first",
                };
                Err(Refusal::unsafe_to("tracked files have changes that are not committed")
                    .why(named(other))
                    .why("Commit hooks may stash them, and a crash there would lose them.")
                    .next_shell("git stash", put_away))
            }
            OtherChanges::Allow => match other.iter().find(|path| is_hook_configuration(path)) {
                Some(path) => Err(Refusal::unsafe_to(format!("{} has changes", path.display()))
                    .why("pre-commit refuses to run while its own configuration is not committed.")
                    .next_shell(
                        format!("git commit -- {}", word(path.display())),
                        "or take the changes back",
                    )),
                None => Ok(()),
            },
        }
    }
}

/// Why git names nobody, in git's own lines.
fn no_ident(said: &[String], date: &str) -> Refusal {
    let says = |words: &[&str]| {
        let lines = said.iter().map(|line| line.to_lowercase());
        lines.into_iter().any(|line| words.iter().any(|word| line.contains(word)))
    };
    let told = |refusal: Refusal| said.iter().fold(refusal, |all, line| all.why(line.as_str()));
    if says(&["tell me who you are", "empty ident", "no email was given", "no name was given"]) {
        return told(Refusal::usage("git does not know who you are"))
            .next_shell("git config user.name \"Your Name\"", "")
            .next_shell("git config user.email you@example.com", "");
    }
    if says(&["invalid date"]) {
        return told(Refusal::usage(format!("{date} is no date that git can read")))
            .next_shell(format!("unset {date}"), "or set it to a date");
    }
    told(Refusal::external("git does not say who commits"))
        .next_shell("git var GIT_COMMITTER_IDENT", "must work")
}

fn is_hook_configuration(path: &Path) -> bool {
    path == Path::new(".pre-commit-config.yaml")
}
