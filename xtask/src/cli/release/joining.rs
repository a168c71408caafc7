//! The branches that get a release, and what each merge comes to: tried before anything moves.

use serde_json::{Value, json};

use super::landing::{newer, not_elsewhere, pull};
use super::remote::Remote;
use crate::config::file::{Merge, Settings};
use crate::error::{Refusal, word};
use crate::flows::landing::{How, Target};
use crate::merge::{Conflict, Resolved, refused};
use crate::plan::{Oid, Parents};
use crate::repo::Repo;
use crate::repo::merge::{Merged, Outcome, Settled, merge};
use crate::wording::counted;

/// What merges of a release need to know.
pub struct Joining<'j> {
    pub repo: &'j Repo,
    pub settings: &'j Settings,
    pub remote: Option<&'j Remote>,
    /// What the project is called, where it says so.
    pub project: Option<&'j str>,
    pub tag: &'j str,
    /// The command that can be told to leave branches out, as typed.
    pub partly: Option<String>,
    /// The branch that has it, where it gets its tag only now.
    pub landed: Option<&'j str>,
}

/// What is merged.
pub struct Source<'s> {
    pub commit: &'s Oid,
    /// What a person would merge.
    pub name: &'s str,
}

/// The branches of a release, sorted.
#[derive(Default)]
pub struct Joined {
    pub targets: Vec<Target>,
    /// What becomes of each, in the same order.
    pub merges: Vec<Outlook>,
    /// About those that have it already, in sentences.
    pub notes: Vec<String>,
}

/// What a branch is before and after.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Its short name.
    pub branch: String,
    /// The version in it, before and after; `None` where no file says one.
    pub versions: Option<(String, String)>,
    /// `clean`, `solved by rule`, and where it goes instead.
    pub how: String,
    /// What is not as git alone would merge it.
    pub resolved: Vec<Resolved>,
}

impl Outlook {
    /// The same as data.
    pub fn data(&self) -> Value {
        let place =
            |one: &Resolved| json!({ "path": one.path, "line": one.line, "what": one.what });
        json!({
            "branch": self.branch,
            "before": self.versions.as_ref().map(|(before, _)| before),
            "after": self.versions.as_ref().map(|(_, after)| after),
            "how": self.how,
            "resolved": self.resolved.iter().map(place).collect::<Vec<_>>(),
        })
    }
}

impl Joining<'_> {
    /// Where these branches (short names) are, and how each gets `source`.
    ///
    /// # Errors
    /// One exists nowhere, has diverged from the remote, is checked out in another work tree, or
    /// conflicts for real: all that conflict are named.
    pub fn targets(&self, names: &[String], source: &Source<'_>) -> Result<Joined, Refusal> {
        let mut joined = Joined::default();
        let mut conflicting: Vec<(&str, Vec<Conflict>)> = Vec::new();
        for name in names {
            let target = self.target(name, source.commit)?;
            if self.repo.is_ancestor(source.commit, &target.tip)? {
                if self.landed != Some(name) {
                    joined.notes.push(format!("{name} has it already"));
                }
                continue;
            }
            let scratch = self.repo.common_dir.join("gonogo/trial");
            let outcome = merge(self.repo, &target.tip, source.commit, &scratch)?;
            if let Some(note) = self.waits(&target, source, &outcome)? {
                joined.notes.push(note);
                continue;
            }
            match self.outlook(name, &target, &outcome)? {
                Ok(outlook) => {
                    joined.targets.push(target);
                    joined.merges.push(outlook);
                }
                Err(conflicts) => conflicting.push((name, conflicts)),
            }
        }
        match conflicting.is_empty() {
            true => Ok(joined),
            false => Err(self.conflict(&joined, &conflicting, source)),
        }
    }

    fn target(&self, name: &str, source: &Oid) -> Result<Target, Refusal> {
        let repo = self.repo;
        let full = format!("refs/heads/{name}");
        let here = repo.ref_at(&full)?;
        let there = self.remote.and_then(|remote| remote.at(&full));
        let tip = newer(repo, name, here.as_ref(), there.as_ref())?;
        let protected = self.settings.branches.protects(name).is_some();
        let forward = || repo.is_ancestor(&tip, source);
        let how = match self.settings.branches.merged() {
            _ if protected && self.remote.is_some() => self.offered(name)?,
            Merge::Ff if forward()? => How::Forward,
            Merge::NoFf | Merge::Ff => How::Commit(Parents::Both),
            Merge::Squash => How::Commit(Parents::Target),
        };
        if !matches!(how, How::Offered { .. }) {
            not_elsewhere(repo, name)?;
        }
        Ok(Target { name: full, here, there, tip, how })
    }

    /// By a branch of its own.
    fn offered(&self, name: &str) -> Result<How, Refusal> {
        let Some(remote) = self.remote else { return Ok(How::Commit(Parents::Both)) };
        let branch = format!("backmerge/{}-into-{}", self.tag, name.replace('/', "-"));
        let title = format!("Merge {} into {name}", self.tag);
        let body = "The version lines and changelogs are resolved.\n".to_owned();
        let pull = pull(self.repo, remote.name(), (&branch, name), title, body)?;
        let branch = format!("refs/heads/{branch}");
        let there = remote.at(&branch);
        Ok(How::Offered { branch, there, pull: Box::new(pull) })
    }

    /// A sentence where a branch that is never merged into as such has all of it, or is offered it
    /// already.
    fn waits(
        &self,
        target: &Target,
        source: &Source<'_>,
        outcome: &Outcome,
    ) -> Result<Option<String>, Refusal> {
        if matches!(target.how, How::Forward | How::Commit(Parents::Both)) {
            return Ok(None);
        }
        let name = target.name.trim_start_matches("refs/heads/");
        if let Outcome::Merged(Merged { tree, .. }) = outcome
            && self.repo.ref_at(&format!("{}^{{tree}}", target.tip.as_str()))?.as_ref()
                == Some(tree)
        {
            return Ok(Some(format!("{name} has all of it already")));
        }
        let How::Offered { branch, there: Some(there), .. } = &target.how else { return Ok(None) };
        let offered = self.repo.has(there)?
            && self.repo.is_ancestor(source.commit, there)?
            && self.repo.is_ancestor(&target.tip, there)?;
        let branch = branch.trim_start_matches("refs/heads/");
        Ok(offered.then(|| format!("{branch} waits for its merge into {name}")))
    }

    /// What becomes of a branch; the inner error are its conflicts.
    fn outlook(
        &self,
        name: &str,
        target: &Target,
        outcome: &Outcome,
    ) -> Result<Result<Outlook, Vec<Conflict>>, Refusal> {
        let (resolved, versions) = match outcome {
            Outcome::Conflicts(conflicts) => return Ok(Err(conflicts.clone())),
            Outcome::UpToDate => (Vec::new(), &[][..]),
            Outcome::FastForward { versions, .. } => (Vec::new(), versions.as_slice()),
            Outcome::Merged(merged) => (merged.resolved.clone(), merged.versions.as_slice()),
        };
        let own = |settled: &&Settled| settled.name.as_deref() == self.project;
        let settled = versions.iter().find(own).or(versions.first());
        let versions = settled.map(|one| (one.target.clone(), one.merged.clone()));
        let by = if let How::Offered { branch, .. } = &target.how {
            format!(", offered by {}", branch.trim_start_matches("refs/heads/"))
        } else if let Some(here) = target.here.as_ref().filter(|here| **here != target.tip) {
            let behind = counted(self.repo.came(here, &target.tip)?.count, "commit");
            format!(" (local {name} forwarded by {behind})")
        } else if let Some(there) = target.there.as_ref().filter(|there| **there != target.tip) {
            let own = counted(self.repo.came(there, &target.tip)?.count, "local commit");
            format!(" (with {own})")
        } else {
            String::new()
        };
        let how = match resolved.as_slice() {
            [] => format!("clean{by}"),
            _ => format!("solved by rule{by}"),
        };
        Ok(Ok(Outlook { branch: name.to_owned(), versions, how, resolved }))
    }

    fn conflict(
        &self,
        joined: &Joined,
        conflicting: &[(&str, Vec<Conflict>)],
        source: &Source<'_>,
    ) -> Refusal {
        let Some(((name, conflicts), others)) = conflicting.split_first() else {
            return Refusal::external("no merge conflicts");
        };
        let refusal = refused(name, conflicts);
        let refusal = others.iter().fold(refusal, |refusal, (name, conflicts)| {
            let into = refused(name, conflicts);
            into.why.iter().fold(refusal, |all, why| all.why(format!("into {name}: {why}")))
        });
        let mut refusal = refusal.why("Nothing has moved: no branch, no tag, no file.");
        let clean = joined.merges.iter().map(|one| one.branch.as_str());
        let clean = self.landed.into_iter().chain(clean);
        let clean: Vec<String> = clean.map(|name| format!(" --into {}", word(name))).collect();
        if let (Some(command), [_, ..]) = (&self.partly, clean.as_slice()) {
            let told = "now; the same command later does the rest";
            refusal = refusal.next_typed(format!("{command}{}", clean.concat()), told);
        }
        conflicting.iter().fold(refusal, |refusal, (name, _)| {
            refusal.next_shell(
                format!("git merge {}", word(source.name)),
                format!("on {name}, resolve, commit, then the same again"),
            )
        })
    }
}
