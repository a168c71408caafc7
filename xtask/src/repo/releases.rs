//! The releases that tags tell of.

use super::Repo;
use crate::error::Refusal;
use crate::version::{TagFormat, Version};

/// The release tags of the project.
pub struct Releases {
    pub format: TagFormat,
    /// The release nearest to HEAD among its ancestors: tag and version.
    pub nearest: Option<(String, Version)>,
    /// Every version that has a tag, reachable or not, in git's version order, highest first.
    pub tagged: Vec<(String, Version)>,
}

impl Releases {
    /// Reads them for the project of this name.
    ///
    /// # Errors
    /// git fails.
    pub fn read(repo: &Repo, name: Option<&str>) -> Result<Self, Refusal> {
        let tags = repo.tags()?;
        let any = TagFormat::detect(&[], name);
        let mut tagged: Vec<(String, Version)> =
            tags.iter().filter_map(|tag| Some((tag.clone(), any.version(tag)?))).collect();
        let nearest = match repo.head.commit() {
            Some(_) if !tagged.is_empty() => nearest(repo, &tags, &tagged)?,
            _ => None,
        };
        let newest_first: Vec<&str> =
            nearest.iter().chain(&tagged).map(|(tag, _)| tag.as_str()).collect();
        let format = TagFormat::detect(&newest_first, name);
        tagged.retain(|(tag, _)| format.version(tag).is_some());
        Ok(Self { format, nearest, tagged })
    }

    /// The versions of [`Self::tagged`], the nearest one first.
    pub fn versions(&self) -> Vec<Version> {
        self.nearest.iter().chain(&self.tagged).map(|(_, version)| version.clone()).collect()
    }
}

fn nearest(
    repo: &Repo,
    tags: &[String],
    tagged: &[(String, Version)],
) -> Result<Option<(String, Version)>, Refusal> {
    let mut prefixes: Vec<&str> =
        tagged.iter().filter_map(|(tag, version)| tag.strip_suffix(version.text())).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let is_release = |tag: &String| tagged.iter().any(|(release, _)| release == tag);
    let looks_like_one = |tag: &String| {
        let rest = prefixes.iter().filter_map(|prefix| tag.strip_prefix(prefix));
        rest.into_iter().any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let ignored: Vec<&str> = tags
        .iter()
        .filter(|&tag| looks_like_one(tag) && !is_release(tag))
        .map(String::as_str)
        .collect();
    let found = repo.nearest_tag(&prefixes, &ignored)?;
    Ok(found.and_then(|name| tagged.iter().find(|(tag, _)| *tag == name).cloned()))
}
