//! How a commit came to a branch: on its own line, or by one merge.

use super::{Repo, git};
use crate::error::Refusal;
use crate::plan::Oid;

/// How a branch got a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// It does not have it.
    Not,
    /// The commit is on the branch's own line and no merge.
    Line,
    By(Joint),
}

/// A merge on the first-parent line of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    pub commit: Oid,
    /// Its first parent: the branch before.
    pub before: Oid,
    /// Its second parent: what was merged.
    pub side: Oid,
}

impl Repo {
    /// How the branch that is at `tip` got `commit`. A commit on its line that is a merge itself is
    /// what brought it.
    ///
    /// # Errors
    /// git fails.
    pub fn brought(&self, commit: &Oid, tip: &Oid) -> Result<Brought, Refusal> {
        if !self.is_ancestor(commit, tip)? {
            return Ok(Brought::Not);
        }
        let not = format!("^{}", commit.as_str());
        let args = ["rev-list", "--first-parent", tip.as_str(), &not];
        let line = git::lines(&self.git.call(args).read()?);
        let line: Vec<Oid> = line.iter().filter_map(|id| Oid::new(id)).collect();
        // Once the line has it, it has it; the newest commit comes first.
        let (mut has, mut lacks) = (0, line.len());
        while has < lacks {
            let middle = usize::midpoint(has, lacks);
            match self.is_ancestor(commit, &line[middle])? {
                true => has = middle + 1,
                false => lacks = middle,
            }
        }
        let first = has.checked_sub(1).and_then(|at| line.get(at));
        let first = match first {
            Some(first) => match self.parents(first)?.first() {
                Some(before) if self.is_ancestor(commit, before)? => commit,
                _ => first,
            },
            None => commit,
        };
        let parents = self.parents(first)?;
        let [before, side, ..] = parents.as_slice() else { return Ok(Brought::Line) };
        let (before, side) = (before.clone(), side.clone());
        Ok(Brought::By(Joint { commit: first.clone(), before, side }))
    }

    /// The parents of a commit.
    ///
    /// # Errors
    /// git fails.
    pub fn parents(&self, commit: &Oid) -> Result<Vec<Oid>, Refusal> {
        let args = ["rev-list", "--no-walk", "--parents", commit.as_str(), "--"];
        let out = git::lines(&self.git.call(args).read()?).concat();
        Ok(out.split(' ').skip(1).filter_map(Oid::new).collect())
    }

    /// The commit where two lines parted; `None` where they have nothing in common.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn parted(&self, one: &Oid, other: &Oid) -> Result<Option<Oid>, Refusal> {
        let out = self.git.call(["merge-base", one.as_str(), other.as_str()]).output()?;
        Ok(git::lines(&out.stdout).first().and_then(|id| Oid::new(id)))
    }

    /// How many commits `to` has and `from` has not; merges are not counted.
    ///
    /// # Errors
    /// git fails.
    pub fn commits_between(&self, from: &Oid, to: &Oid) -> Result<usize, Refusal> {
        let not = format!("^{}", from.as_str());
        let out =
            self.git.call(["rev-list", "--count", "--no-merges", to.as_str(), &not]).read()?;
        Ok(String::from_utf8_lossy(&out).trim().parse().unwrap_or(0))
    }

    /// The ids of these commits, the newest first.
    ///
    /// # Errors
    /// git fails.
    pub fn ids_between(&self, from: &Oid, to: &Oid) -> Result<Vec<Oid>, Refusal> {
        let not = format!("^{}", from.as_str());
        let out = self.git.call(["rev-list", "--no-merges", to.as_str(), &not]).read()?;
        Ok(git::lines(&out).iter().filter_map(|line| Oid::new(line)).collect())
    }

    /// When a commit was made, and who made it (`Ada Example`).
    ///
    /// # Errors
    /// git fails.
    pub fn made_by(&self, commit: &Oid) -> Result<(Option<i64>, String), Refusal> {
        let plain = ["log", "-1", "--no-show-signature", "--no-color", "--encoding=UTF-8"];
        let args = plain.into_iter().chain(["--format=%ct %cn", commit.as_str(), "--"]);
        let line = git::lines(&self.git.call(args).read()?).into_iter().next().unwrap_or_default();
        let (at, who) = line.split_once(' ').unwrap_or_default();
        Ok((at.parse().ok(), who.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::made;
    use super::*;

    #[test]
    fn the_merge_that_brought_a_commit_is_found() {
        let made = made();
        let here = made.repo();
        let tip = || here.oid("HEAD");
        let base = here.commit("base.txt", "base", "base");
        here.git(&["switch", "-q", "-c", "topic"]);
        let own = here.commit("topic.txt", "topic", "topic");
        here.git(&["switch", "-q", "-"]);
        let before = here.commit("main.txt", "main", "main");
        assert_eq!(here.open().brought(&own, &tip()).unwrap(), Brought::Not);
        here.git(&["merge", "-q", "--no-ff", "-m", "joined", "topic"]);
        let joined = tip();
        for number in 0..5 {
            here.commit("later.txt", &number.to_string(), "later");
        }
        let repo = here.open();
        let by = Brought::By(Joint { commit: joined.clone(), before, side: own.clone() });
        assert_eq!(repo.brought(&own, &tip()).unwrap(), by);
        assert_eq!(repo.brought(&joined, &tip()).unwrap(), by, "the merge itself");
        assert_eq!(repo.brought(&joined, &joined).unwrap(), by);
        assert_eq!(repo.brought(&base, &tip()).unwrap(), Brought::Line);
        assert_eq!(repo.brought(&tip(), &tip()).unwrap(), Brought::Line);
        assert_eq!(repo.parted(&own, &joined).unwrap(), Some(own.clone()));
        assert_eq!(repo.commits_between(&base, &joined).unwrap(), 2);
    }
}
