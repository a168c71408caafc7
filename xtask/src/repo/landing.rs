//! Where a release branch came to be on main, whatever way it was merged.
//!
//! It landed in the first commit of main's first-parent line, the oldest first, into which merging
//! the branch changes nothing. That holds for a merge, a squash, a rebase and commits by hand, with
//! any other commits before and after. Each commit is looked at in turn: after a revert merging the
//! branch may change something again, so halving the line could miss the place.

use std::path::Path;

use super::git::{Call, lines};
use super::{Repo, git};
use crate::error::Refusal;
use crate::plan::Oid;
use crate::sys::fs as write;

/// What became of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    Landed(Landing),
    /// Not, or only a part of it.
    NotYet,
    /// The branch changes nothing, so no content tells where it landed, and it was not merged.
    Empty,
}

/// The commit of main that has a whole branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    pub commit: Oid,
    pub how: How,
    /// So many commits of main's first-parent line come after it.
    pub after: usize,
    /// The commit that takes it back, by what its message says, unless that was taken back too.
    pub reverted_by: Option<Oid>,
    /// Paths that are neither as the branch has them nor as main had them: what was changed while
    /// it was merged.
    pub foreign: Vec<String>,
    /// The other paths that differ from the tip of the branch: main's own work since the fork.
    pub from_main: Vec<String>,
}

/// How a branch landed, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    FastForward,
    Merge,
    /// Its commits again, one by one.
    Rebase,
    /// In one commit (also the rebase of a single one), or by hand.
    Squash,
}

/// A commit of main's first-parent line.
struct Stop {
    commit: Oid,
    tree: Oid,
    parents: Vec<Oid>,
}

/// A merge that was worked out.
struct Merged {
    tree: Oid,
    is_clean: bool,
}

/// So many merges are worked out at once: first a few, since most branches land soon.
const FIRST: usize = 8;
const THEN: usize = 64;

impl Repo {
    /// Looks for where the branch with this tip landed on main. `scratch` is a folder for objects
    /// of the moment.
    ///
    /// # Errors
    /// A shallow clone that does not have where the branch began; git fails.
    pub fn landing(&self, main: &Oid, tip: &Oid, scratch: &Path) -> Result<Search, Refusal> {
        let bases = self.git.call(["merge-base", main.as_str(), tip.as_str()]).output()?;
        if !bases.status.success() {
            return match self.is_shallow() {
                true => Err(self.deepen("Where the branch began is not known here.")),
                false => Ok(Search::NotYet),
            };
        }
        let line = self.line(main, tip)?;
        let fork = line.first().and_then(|stop| stop.parents.first()).unwrap_or(main);
        if fork == tip {
            return Ok(Search::Landed(Landing {
                commit: tip.clone(),
                how: How::FastForward,
                after: line.len(),
                reverted_by: self.reverted(tip, main)?,
                foreign: Vec::new(),
                from_main: Vec::new(),
            }));
        }
        let objects = scratch.join("landing");
        write::private_folder(&objects).map_err(|error| {
            Refusal::external(format!("{} cannot be made", objects.display()))
                .why(error.to_string())
        })?;
        let search = Merges { repo: self, objects: &objects, tip, main };
        let found = search.run(&line, fork);
        let _ = write::remove_folder(&objects);
        found
    }

    /// The commits of main's first-parent line that the branch does not have, the oldest first.
    fn line(&self, main: &Oid, tip: &Oid) -> Result<Vec<Stop>, Refusal> {
        let range = format!("{}..{}", tip.as_str(), main.as_str());
        let args = ["log", "--first-parent", "--reverse", "--no-color", "--no-show-signature"];
        let out = self.git.call(args.iter().chain(&["--format=%H %T %P", &range, "--"])).read()?;
        let stop = |line: String| {
            let mut ids = line.split(' ').filter_map(Oid::new);
            Some(Stop { commit: ids.next()?, tree: ids.next()?, parents: ids.collect() })
        };
        Ok(lines(&out).into_iter().filter_map(stop).collect())
    }

    /// The commit up to `main` that says it reverts this one, unless another one reverts that.
    fn reverted(&self, commit: &Oid, main: &Oid) -> Result<Option<Oid>, Refusal> {
        let (mut of, mut reverted) = (commit.clone(), None);
        loop {
            let says = format!("--grep=This reverts commit {}", of.as_str());
            let range = format!("{}..{}", of.as_str(), main.as_str());
            let args = ["log", "--fixed-strings", "--no-show-signature", "--format=%H"];
            let out = self.git.call(args.iter().chain(&[says.as_str(), &range, "--"])).read()?;
            let Some(by) = lines(&out).iter().rev().find_map(|line| Oid::new(line)) else {
                return Ok(reverted);
            };
            reverted = match reverted {
                None => Some(by.clone()),
                Some(_) => None,
            };
            of = by;
        }
    }
}

/// The merges of a branch into commits of main.
struct Merges<'m> {
    repo: &'m Repo,
    objects: &'m Path,
    tip: &'m Oid,
    main: &'m Oid,
}

impl Merges<'_> {
    fn run(&self, line: &[Stop], fork: &Oid) -> Result<Search, Refusal> {
        let tree = |commit: &Oid| self.repo.ref_at(&format!("{}^{{tree}}", commit.as_str()));
        let at = match tree(fork)? == tree(self.tip)? {
            true => self.first_with_tip(line)?,
            false => self.first_unchanged(line)?,
        };
        let Some(at) = at else {
            let changes = tree(fork)? != tree(self.tip)?;
            return Ok(if changes { Search::NotYet } else { Search::Empty });
        };
        let (stop, before) = (&line[at], at.checked_sub(1).map_or(fork, |at| &line[at].commit));
        let mut foreign = match self.merged(&[before])?.pop() {
            Some(merged) if merged.tree != stop.tree => self.differ(&merged.tree, &stop.tree)?,
            _ => Vec::new(),
        };
        let mut from_main = self.differ(self.tip, &stop.commit)?;
        // What is as the branch has it was tested there, however a conflict came out.
        foreign.retain(|path| from_main.contains(path));
        from_main.retain(|path| !foreign.contains(path));
        Ok(Search::Landed(Landing {
            commit: stop.commit.clone(),
            how: self.how(stop)?,
            after: line.len() - 1 - at,
            reverted_by: self.repo.reverted(&stop.commit, self.main)?,
            foreign,
            from_main,
        }))
    }

    /// The first commit into which merging the branch changes nothing.
    fn first_unchanged(&self, line: &[Stop]) -> Result<Option<usize>, Refusal> {
        let mut begin = 0;
        while begin < line.len() {
            let length = if begin == 0 { FIRST } else { THEN };
            let part = &line[begin..line.len().min(begin + length)];
            let commits: Vec<&Oid> = part.iter().map(|stop| &stop.commit).collect();
            let all = self.merged(&commits)?;
            let unchanged =
                |(stop, merged): (&Stop, &Merged)| merged.is_clean && merged.tree == stop.tree;
            if let Some(at) = part.iter().zip(&all).position(unchanged) {
                return Ok(Some(begin + at));
            }
            begin += part.len();
        }
        Ok(None)
    }

    /// The first commit that has the tip of the branch behind it.
    fn first_with_tip(&self, line: &[Stop]) -> Result<Option<usize>, Refusal> {
        let mut first = None;
        // Once it is there it stays, so the newest without it ends the search.
        for (at, stop) in line.iter().enumerate().rev() {
            if !self.repo.is_ancestor(self.tip, &stop.commit)? {
                break;
            }
            first = Some(at);
        }
        Ok(first)
    }

    fn how(&self, stop: &Stop) -> Result<How, Refusal> {
        if stop.parents.len() > 1 {
            return Ok(How::Merge);
        }
        let range = format!("{}...{}", stop.commit.as_str(), self.tip.as_str());
        let count = |option: &[&str]| {
            let args = ["rev-list", "--count", "--no-merges", "--right-only"];
            let out = self.repo.git.call(args.iter().chain(option).chain(&[range.as_str()]));
            Ok::<_, Refusal>(
                lines(&out.read()?).first().and_then(|line| line.parse::<usize>().ok()),
            )
        };
        let (own, missing) = (count(&[])?, count(&["--cherry-pick"])?);
        Ok(if own > Some(1) && missing == Some(0) { How::Rebase } else { How::Squash })
    }

    /// The paths that differ, one of the trees being a merge of ours.
    fn differ(&self, one: &Oid, other: &Oid) -> Result<Vec<String>, Refusal> {
        let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only"];
        let call = self.apart(&[&args[..], &[one.as_str(), other.as_str()]].concat());
        Ok(git::names(&call.read()?))
    }

    /// The branch merged into each of these commits.
    fn merged(&self, into: &[&Oid]) -> Result<Vec<Merged>, Refusal> {
        let pairs =
            into.iter().map(|commit| format!("{} {}\n", commit.as_str(), self.tip.as_str()));
        let args = ["merge-tree", "--write-tree", "-z", "--no-messages"];
        let call = self.attributed(self.apart(&[&args[..], &["--stdin"]].concat()))?;
        let out = call.input(pairs.collect::<String>()).output()?;
        let all = match out.status.code() {
            Some(0) => many(&out.stdout),
            // git 2.38 has no --stdin.
            Some(129) => {
                let one = |commit: &&Oid| {
                    let pair = [commit.as_str(), self.tip.as_str()];
                    let call = self.attributed(self.apart(&[&args[..], &pair].concat()))?;
                    let out = call.output()?;
                    single(&out.stdout, out.status.success())
                        .ok_or_else(|| git::failed("git merge-tree", &out))
                };
                return into.iter().map(one).collect();
            }
            _ => return Err(git::failed("git merge-tree", &out)),
        };
        match all.len() == into.len() {
            true => Ok(all),
            false => Err(Refusal::external("git merge-tree did not answer for every merge")),
        }
    }

    fn apart(&self, args: &[&str]) -> Call<'_> {
        self.repo.git.call(args).objects_apart(self.objects, &self.repo.common_dir)
    }

    /// merge-tree takes attributes from the work tree, whatever branch is there; git 2.43 can be
    /// told better (2.41 and 2.42 crash of it).
    fn attributed<'c>(&self, call: Call<'c>) -> Result<Call<'c>, Refusal> {
        let version = self.repo.git_version()?;
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        Ok(match version >= (2, 43) {
            true => call.env("GIT_ATTR_SOURCE", self.main.as_str()),
            false => call,
        })
    }
}

/// Reads `git merge-tree --stdin`: for each merge whether it is clean, the tree, the conflicts, and
/// an empty field (git-merge-tree, "OUTPUT").
fn many(out: &[u8]) -> Vec<Merged> {
    let mut fields = out.split(|&b| b == 0);
    let mut all = Vec::new();
    while let (Some(clean), Some(tree)) = (fields.next(), fields.next()) {
        let Some(tree) = std::str::from_utf8(tree).ok().and_then(Oid::new) else { break };
        all.push(Merged { tree, is_clean: clean == b"1" });
        fields.by_ref().find(|field| field.is_empty());
    }
    all
}

fn single(out: &[u8], is_clean: bool) -> Option<Merged> {
    let tree = std::str::from_utf8(out.split(|&b| b == 0).next()?).ok()?;
    Some(Merged { tree: Oid::new(tree)?, is_clean })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_are_read_clean_or_not() {
        let [one, two] = ["1", "2"].map(|digit| digit.repeat(40));
        let out = format!("0\0{one}\x00100644 {two} 2\tf\x00100644 {two} 3\tf\0\x001\0{two}\0\0");
        let read = many(out.as_bytes());
        let read: Vec<_> = read.iter().map(|m| (m.tree.as_str(), m.is_clean)).collect();
        assert_eq!(read, [(one.as_str(), false), (two.as_str(), true)]);
        assert_eq!(single(format!("{one}\0").as_bytes(), true).unwrap().tree.as_str(), one);
        assert!(single(b"", false).is_none());
    }
}
