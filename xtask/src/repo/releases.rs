//! The releases that tags tell of.
//!
//! Which one counts: reachability first, then version order. A release whose commit is an ancestor
//! of another reachable release's commit is superseded by it, also by a lower one (a version
//! reset). Of those that are left (usually one commit, two after a hotfix branch was merged) the
//! highest version counts.

use std::collections::HashMap;

use super::{Git, Repo, git};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::history::Tagged;
use crate::plan::{Oid, ROLLED_BACK};
use crate::version::{TagFormat, Tags, Version};

/// A tag, by its name and how it was made.
pub struct Made {
    pub name: String,
    pub annotated: bool,
}

/// Every tag, in git's version order, the highest first.
///
/// # Errors
/// git fails.
pub fn made_tags(git: &Git) -> Result<Vec<Made>, Refusal> {
    let format = "--format=%(objecttype) %(refname:strip=2)";
    let args = ["for-each-ref", "--sort=-version:refname", format, "refs/tags"];
    let made = |line: &String| {
        let (kind, name) = line.split_once(' ')?;
        Some(Made { name: name.to_owned(), annotated: kind == "tag" })
    };
    Ok(git::lines(&git.call(args).read()?).iter().filter_map(made).collect())
}

/// The release tags of the project.
pub struct Releases {
    /// The release that counts for HEAD: tag and version.
    pub newest: Option<(String, Version)>,
    /// Every version that has a tag, reachable or not, in git's version order, highest first.
    pub tagged: Vec<(String, Version)>,
    /// The same with their commits, the other way round.
    pub commits: Vec<Tagged>,
    /// The tags of those that were rolled back: what they brought is told of again.
    pub withdrawn: Vec<String>,
}

impl Releases {
    /// Reads those of some projects; tags that match `ignore` are none.
    ///
    /// # Errors
    /// git fails.
    pub fn read_all(
        repo: &Repo,
        formats: &[TagFormat],
        ignore: &[Glob],
    ) -> Result<Vec<Self>, Refusal> {
        let commits = repo.tagged_commits()?;
        let (tags, withdrawn) = repo.released()?;
        let commits = commits.end()?;
        let gone = gone(repo, &tags, &withdrawn)?;
        let index = Tags::new(counted(&tags, ignore));
        let all: Vec<_> = formats.iter().map(|format| index.of(format)).collect();
        if let ([format], [tagged]) = (formats, all.as_slice()) {
            let known = with_commits(tagged, &commits);
            let left = repo.not_behind(&known)?;
            // Of equals git's first one stays.
            let left =
                left.into_iter().rev().map(|at| (known[at].tag.clone(), known[at].version.clone()));
            let only = Self::of(tagged.clone(), highest(left), format, &commits);
            return Ok(vec![Self { withdrawn, ..only }.with_those_gone(format, &gone)]);
        }
        let lines = match repo.head.commit() {
            Some(_) if !tags.is_empty() => git::lines(&repo.decorated()?),
            _ => Vec::new(),
        };
        let log = Log::read(&lines);
        let read = |(tagged, format): (Vec<(String, Version)>, &TagFormat)| {
            let newest = log.highest_left(&tagged);
            let one = Self::of(tagged, newest, format, &commits);
            Self { withdrawn: withdrawn.clone(), ..one }.with_those_gone(format, &gone)
        };
        Ok(all.into_iter().zip(formats).map(read).collect())
    }

    /// The releases that HEAD comes after, the newest first as the history has them.
    ///
    /// # Errors
    /// git fails.
    pub fn history(
        repo: &Repo,
        format: &TagFormat,
        ignore: &[Glob],
    ) -> Result<Vec<(String, Version)>, Refusal> {
        let tags = repo.tags()?;
        if repo.head.commit().is_none() || tags.is_empty() {
            return Ok(Vec::new());
        }
        let tagged = Tags::new(counted(&tags, ignore)).of(format);
        let log = git::lines(&repo.decorated()?);
        let log = Log::read(&log);
        let newest = log.highest_left(&tagged);
        let known = Self::of(tagged, newest, format, &HashMap::new()).tagged;
        let mut known: HashMap<&str, &(String, Version)> =
            known.iter().map(|one| (one.0.as_str(), one)).collect();
        Ok(log.tags.iter().filter_map(|(tag, _)| known.remove(tag).cloned()).collect())
    }

    /// Of these releases the one that counts for HEAD: the highest that no other one comes after.
    ///
    /// # Errors
    /// git fails.
    pub fn counting<'t>(repo: &Repo, among: &[&'t Tagged]) -> Result<Option<&'t Tagged>, Refusal> {
        let known: Vec<Tagged> = among.iter().copied().cloned().collect();
        let left = repo.not_behind(&known)?.into_iter().map(|at| among[at]);
        Ok(left.reduce(|best, other| match best.version.precedes(&other.version) {
            true => other,
            false => best,
        }))
    }

    fn of(
        mut tagged: Vec<(String, Version)>,
        newest: Option<(String, Version)>,
        format: &TagFormat,
        commits: &HashMap<String, String>,
    ) -> Self {
        if let Some((tag, _)) = newest.as_ref().or(tagged.first()) {
            let format = format.clone().knowing(tag);
            tagged.retain(|(tag, _)| format.version(tag).is_some());
        }
        let commits = with_commits(&tagged, commits);
        Self { newest, tagged, commits, withdrawn: Vec::new() }
    }

    /// The same with releases whose tags a rollback has deleted: their versions stay taken.
    fn with_those_gone(mut self, format: &TagFormat, gone: &[(String, Oid)]) -> Self {
        for (tag, commit) in gone {
            let Some(version) = format.version(tag) else { continue };
            self.tagged.push((tag.clone(), version.clone()));
            let (tag, commit) = (tag.clone(), commit.as_str().to_owned());
            self.commits.push(Tagged { tag, version, commit });
        }
        self
    }

    /// Counts these versions as rolled back, too.
    pub fn withdraw<'v>(&mut self, versions: impl IntoIterator<Item = &'v Version>) {
        for version in versions {
            let own = self.commits.iter().filter(|tagged| tagged.version.same(version));
            self.withdrawn.extend(own.map(|tagged| tagged.tag.clone()));
        }
    }

    /// The releases that still stand, the lowest first.
    pub fn standing(&self) -> impl Iterator<Item = &Tagged> {
        self.commits.iter().filter(|tagged| !self.withdrawn.contains(&tagged.tag))
    }

    /// The versions of [`Self::tagged`], the newest one first.
    pub fn versions(&self) -> Vec<Version> {
        self.newest.iter().chain(&self.tagged).map(|(_, version)| version.clone()).collect()
    }
}

fn counted<'t>(tags: &'t [String], ignore: &[Glob]) -> Vec<&'t str> {
    let tags = tags.iter().map(String::as_str);
    tags.filter(|tag| !ignore.iter().any(|glob| glob.matches(tag))).collect()
}

/// The tags that a rollback has deleted, with their commits.
fn gone(repo: &Repo, tags: &[String], withdrawn: &[String]) -> Result<Vec<(String, Oid)>, Refusal> {
    let mut gone = Vec::new();
    for tag in withdrawn.iter().filter(|tag| !tags.contains(tag)) {
        let commit = repo.ref_at(&format!("{ROLLED_BACK}{tag}^{{commit}}"))?;
        gone.extend(commit.map(|commit| (tag.clone(), commit)));
    }
    Ok(gone)
}

/// Each with its commit, in git's version order, the lowest first.
fn with_commits(tagged: &[(String, Version)], commits: &HashMap<String, String>) -> Vec<Tagged> {
    let of = |(tag, version): &(String, Version)| {
        let commit = commits.get(tag)?.clone();
        Some(Tagged { tag: tag.clone(), version: version.clone(), commit })
    };
    tagged.iter().rev().filter_map(of).collect()
}

/// No maximum by a sort: `precedes` is no total order. Of equals the first one stays.
fn highest(left: impl Iterator<Item = (String, Version)>) -> Option<(String, Version)> {
    left.reduce(|best, other| if best.1.precedes(&other.1) { other } else { best })
}

/// A log of [`Repo::decorated`]: children come first, so one pass can hand "there is a
/// release above" on to the parents.
struct Log<'l> {
    /// The parents of each commit, as far as they are in the log, by their numbers.
    parents: Vec<Vec<usize>>,
    /// Every tag, and the number of its commit.
    tags: Vec<(&'l str, usize)>,
    /// The same by name.
    commits: HashMap<&'l str, usize>,
}

impl<'l> Log<'l> {
    fn read(lines: &'l [String]) -> Self {
        let mut numbers = HashMap::new();
        let mut families = Vec::new();
        let mut tags = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let (ids, names) = line.split_once('\0').unwrap_or((line, ""));
            let (commit, parents) = ids.split_once(' ').unwrap_or((ids, ""));
            numbers.insert(commit, number);
            families.push(parents);
            // A ref's name may hold commas, but no blank.
            let here = names.split(", ").filter_map(|name| name.strip_prefix("tag: refs/tags/"));
            tags.extend(here.map(|tag| (tag, number)));
        }
        let known = |parents: &str| -> Vec<usize> {
            parents.split(' ').filter_map(|parent| numbers.get(parent).copied()).collect()
        };
        let parents = families.into_iter().map(known).collect();
        let commits = tags.iter().copied().collect();
        Self { parents, tags, commits }
    }

    /// The highest of these releases that have no other one after them.
    fn highest_left(&self, tagged: &[(String, Version)]) -> Option<(String, Version)> {
        let commits = tagged.iter().map(|(tag, _)| self.commits.get(tag.as_str()).copied());
        let commits: Vec<Option<usize>> = commits.collect();
        let mut here = vec![false; self.parents.len()];
        commits.iter().flatten().for_each(|commit| here[*commit] = true);
        let first = commits.iter().flatten().min()?;
        let mut superseded = vec![false; self.parents.len()];
        for commit in *first..self.parents.len() {
            if here[commit] || superseded[commit] {
                self.parents[commit].iter().for_each(|parent| superseded[*parent] = true);
            }
        }
        let left = tagged.iter().zip(commits);
        let left = left.filter(|(_, at)| at.is_some_and(|at| !superseded[at])).map(|(one, _)| one);
        // Of equals git's first one stays.
        highest(left.cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(lines: &[&str], tags: &[&str]) -> Option<String> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let tagged: Vec<(String, Version)> = tags
            .iter()
            .map(|tag| ((*tag).to_owned(), Version::parse(&tag[1..]).unwrap()))
            .collect();
        Log::read(&lines).highest_left(&tagged).map(|(tag, _)| tag)
    }

    #[test]
    fn a_release_below_another_is_superseded() {
        let log = [
            "d b c\0",
            "c a\0tag: refs/tags/v1.2.1",
            "b a\0tag: refs/tags/x, tag: refs/tags/v1.3.0",
            "a gone\0tag: refs/tags/v9.0.0, tag: refs/heads/v8.0.0",
        ];
        for (tags, expected) in [
            (&["v9.0.0", "v1.3.0", "v1.2.1"][..], Some("v1.3.0")),
            (&["v9.0.0", "v1.2.1"], Some("v1.2.1")),
            (&["v9.0.0"], Some("v9.0.0")),
            (&["v8.0.0"], None),
            (&[], None),
        ] {
            assert_eq!(left(&log, tags).as_deref(), expected, "{tags:?}");
        }
        assert_eq!(left(&[], &["v1.0.0"]), None);
    }
}
