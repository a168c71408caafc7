//! The releases that tags tell of.
//!
//! Which one counts: reachability first, then version order. A release whose commit is an ancestor
//! of another reachable release's commit is superseded by it, also by a lower one (a version
//! reset). Of those that are left (usually one commit, two after a hotfix branch was merged) the
//! highest version counts.

use std::collections::HashSet;

use super::{Repo, git};
use crate::error::Refusal;
use crate::glob::Glob;
use crate::version::{TagFormat, Version};

/// The release tags of the project.
pub struct Releases {
    /// The release that counts for HEAD: tag and version.
    pub newest: Option<(String, Version)>,
    /// Every version that has a tag, reachable or not, in git's version order, highest first.
    pub tagged: Vec<(String, Version)>,
}

impl Releases {
    /// Reads those of one project.
    ///
    /// # Errors
    /// git fails.
    fn read(
        repo: &Repo,
        tags: &[String],
        ignore: &[Glob],
        format: &TagFormat,
    ) -> Result<Self, Refusal> {
        let tagged = tagged(tags, ignore, format);
        let newest = match repo.head.commit() {
            Some(_) if !tagged.is_empty() => newest(repo, tags, &tagged)?,
            _ => None,
        };
        Ok(Self::of(tagged, newest, format))
    }

    /// Reads those of some projects, with one walk over the history for all of them; tags that
    /// match `ignore` are none.
    ///
    /// # Errors
    /// git fails.
    pub fn read_all(
        repo: &Repo,
        formats: &[TagFormat],
        ignore: &[Glob],
    ) -> Result<Vec<Self>, Refusal> {
        let tags = repo.tags()?;
        if let [format] = formats {
            return Ok(vec![Self::read(repo, &tags, ignore, format)?]);
        }
        let log = match repo.head.commit() {
            Some(_) if !tags.is_empty() => repo.decorated()?,
            _ => Vec::new(),
        };
        let log = git::lines(&log);
        let read = |format: &TagFormat| {
            let tagged = tagged(&tags, ignore, format);
            let newest = highest_left(&log, &tagged);
            Self::of(tagged, newest, format)
        };
        Ok(formats.iter().map(read).collect())
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
        let tagged = tagged(&tags, ignore, format);
        let log = git::lines(&repo.decorated()?);
        let newest = highest_left(&log, &tagged);
        let known = Self::of(tagged, newest, format).tagged;
        let names = log.iter().filter_map(|line| line.split_once('\0'));
        let names = names.flat_map(|(_, names)| names.split(", "));
        let names = names.filter_map(|name| name.strip_prefix("tag: refs/tags/"));
        Ok(names.filter_map(|name| known.iter().find(|(tag, _)| tag == name).cloned()).collect())
    }

    fn of(
        mut tagged: Vec<(String, Version)>,
        newest: Option<(String, Version)>,
        format: &TagFormat,
    ) -> Self {
        if let Some((tag, _)) = newest.as_ref().or(tagged.first()) {
            let format = format.clone().knowing(tag);
            tagged.retain(|(tag, _)| format.version(tag).is_some());
        }
        Self { newest, tagged }
    }

    /// The versions of [`Self::tagged`], the newest one first.
    pub fn versions(&self) -> Vec<Version> {
        self.newest.iter().chain(&self.tagged).map(|(_, version)| version.clone()).collect()
    }
}

fn tagged(tags: &[String], ignore: &[Glob], format: &TagFormat) -> Vec<(String, Version)> {
    let tags = tags.iter().filter(|tag| !ignore.iter().any(|glob| glob.matches(tag)));
    tags.filter_map(|tag| Some((tag.clone(), format.version(tag)?))).collect()
}

/// git-describe names the tag with the fewest commits after it. That is cheap and close, but it
/// asks for no version: every reachable release that is neither that one nor before it lies in the
/// few commits which describe left behind, so a second look at those decides.
fn newest(
    repo: &Repo,
    tags: &[String],
    tagged: &[(String, Version)],
) -> Result<Option<(String, Version)>, Refusal> {
    let Some(nearest) = nearest(repo, tags, tagged)? else { return Ok(None) };
    Ok(highest_left(&git::lines(&repo.decorated_since(&nearest)?), tagged))
}

/// The highest of the releases in a log that have no release after them.
fn highest_left(log: &[String], tagged: &[(String, Version)]) -> Option<(String, Version)> {
    let releases: HashSet<&str> = tagged.iter().map(|(tag, _)| tag.as_str()).collect();
    let left = not_superseded(log, &releases);
    let left = tagged.iter().filter(|(tag, _)| left.contains(tag));
    // No maximum by a sort: `precedes` is no total order. Of equals git's first one stays.
    left.reduce(|best, other| if best.1.precedes(&other.1) { other } else { best }).cloned()
}

fn nearest(
    repo: &Repo,
    tags: &[String],
    tagged: &[(String, Version)],
) -> Result<Option<String>, Refusal> {
    let mut prefixes: Vec<&str> = tagged
        .iter()
        .filter_map(|(tag, version)| tag.rsplit_once(version.text()))
        .map(|(prefix, _)| prefix)
        .collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let releases: HashSet<&str> = tagged.iter().map(|(tag, _)| tag.as_str()).collect();
    let looks_like_one = |tag: &str| {
        let rest = prefixes.iter().filter_map(|prefix| tag.strip_prefix(prefix));
        rest.into_iter().any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let ignored = tags.iter().map(String::as_str);
    let ignored: Vec<&str> =
        ignored.filter(|&tag| looks_like_one(tag) && !releases.contains(tag)).collect();
    repo.nearest_tag(&prefixes, &ignored)
}

/// The release tags on commits that have no release after them; `log` is
/// [`Repo::decorated_since`], so one pass can hand "there is a release above" on to the parents.
fn not_superseded(log: &[String], releases: &HashSet<&str>) -> HashSet<String> {
    let mut superseded: HashSet<&str> = HashSet::new();
    let mut left = HashSet::new();
    for line in log {
        let (ids, names) = line.split_once('\0').unwrap_or((line, ""));
        let (commit, parents) = ids.split_once(' ').unwrap_or((ids, ""));
        // A ref's name may hold commas, but no blank.
        let tags = names.split(", ").filter_map(|name| name.strip_prefix("tag: refs/tags/"));
        let here: Vec<&str> = tags.filter(|tag| releases.contains(tag)).collect();
        let is_superseded = superseded.contains(commit);
        if is_superseded || !here.is_empty() {
            superseded.extend(parents.split(' '));
        }
        if !is_superseded {
            left.extend(here.into_iter().map(str::to_owned));
        }
    }
    left
}
