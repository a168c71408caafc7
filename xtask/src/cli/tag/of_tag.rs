//! Which project a tag is a release of, by its name and the files of its commit.

use crate::config::{Project, Projects};
use crate::error::Refusal;
use crate::version::{TagFormat, Version};

/// The project that a tag is a release of, by the names of its tags, and the version; `None` for any
/// other tag.
///
/// # Errors
/// A manifest that cannot be read.
pub fn released(
    projects: &Projects<'_>,
    tag: &str,
) -> Result<Option<(Project, TagFormat, Version)>, Refusal> {
    let ignored = projects.settings.tag.ignore.iter().any(|glob| glob.matches(tag));
    if ignored || !tag.contains(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let of = |found: Vec<Project>| -> Result<_, Refusal> {
        for project in found {
            let format = projects.tag_format(&project)?;
            if let Some(version) = format.version(tag) {
                return Ok(Some((project, format, version)));
            }
        }
        Ok(None)
    };
    match of(projects.whole()?.0)? {
        Some(found) => Ok(Some(found)),
        // A package below a project at the top has tags of its own.
        None => of(projects.all()?.0),
    }
}
