//! Tag names: which tags are releases of this project.

use super::Version;

/// The text before the version in a release tag: `v`, nothing, `name-v`, `name@`, `name/v`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFormat {
    prefix: String,
    name: Option<String>,
}

impl TagFormat {
    /// The format of the newest release tag; without one `v`.
    ///
    /// `package` is the project's own name; tags that begin with another name (`archive/…`,
    /// `models-v…`) are not its releases.
    pub fn detect(names_newest_first: &[&str], package: Option<&str>) -> Self {
        let prefix = names_newest_first
            .iter()
            .find_map(|tag| release(tag, package))
            .map_or("v", |(prefix, _)| prefix);
        Self { prefix: prefix.to_owned(), name: package.map(str::to_owned) }
    }

    /// The version that a tag releases; `None` when it is no release of this project.
    ///
    /// Not only the newest format counts: a project that went over from `1.2.0` to `v1.3.0` has
    /// released both. Where the newest tag begins with the name, tags without it are another's.
    pub fn version(&self, tag: &str) -> Option<Version> {
        let (prefix, version) = release(tag, self.name.as_deref())?;
        (is_bare(&self.prefix) || !is_bare(prefix)).then_some(version)
    }
}

/// Splits a tag into prefix and version, when the prefix is one of the known forms and the version
/// has at least two numbers.
fn release<'a>(tag: &'a str, package: Option<&str>) -> Option<(&'a str, Version)> {
    tag.char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .map(|(start, _)| tag.split_at(start))
        .filter(|(prefix, _)| is_bare(prefix) || is_named(prefix, package))
        .find_map(|(prefix, text)| Some((prefix, Version::read(text)?)))
        .filter(|(_, version)| version.core.release.len() >= 2)
}

fn is_bare(prefix: &str) -> bool {
    matches!(prefix, "" | "v")
}

fn is_named(prefix: &str, package: Option<&str>) -> bool {
    let before_v = prefix.strip_suffix('v').unwrap_or(prefix);
    let name = match (prefix, before_v.strip_suffix(['-', '/'])) {
        (_, Some(name)) => Some(name),
        (_, None) => prefix.strip_suffix('@'),
    };
    name.zip(package).is_some_and(|(name, package)| fold(name) == fold(package))
}

/// PEP 503's comparison: case and the choice among `-`, `_` and `.` do not matter.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
        .split(['-', '_', '.'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_release_tag_gives_the_format() {
        for (tags, package, prefix) in [
            (&[][..], None, "v"),
            (&["v1.2.3"], None, "v"),
            (&["1.2.3", "v1.2.2"], None, ""),
            (&["latest", "nightly-2024", "1.2.3"], None, ""),
            (&["models-v3.0.0", "archive/1.0.0", "v1.2.3"], Some("studio"), "v"),
            (&["studio-v1.2.3"], Some("studio"), "studio-v"),
            (&["studio-1.2.3"], Some("studio"), "studio-"),
            (&["studio/v1.2.3"], Some("studio"), "studio/v"),
            (&["studio@1.2.3"], Some("studio"), "studio@"),
            (&["@acme/studio@1.2.3"], Some("@acme/studio"), "@acme/studio@"),
            (&["My.Studio-v1.2.3"], Some("my_studio"), "My.Studio-v"),
            (&["studio-v1.2.3"], None, "v"),
            (&["studio-v1.2.3"], Some("other"), "v"),
            (&["py2-1.2.3"], Some("py2"), "py2-"),
        ] {
            let format = TagFormat::detect(tags, package);
            assert_eq!(format.prefix, prefix, "{tags:?} {package:?}");
        }
    }

    #[test]
    fn only_releases_of_the_project_have_a_version() {
        for (newest, tag, expected) in [
            ("v1.0.0", "v1.2.3", Some("1.2.3")),
            ("v1.0.0", "1.2.3", Some("1.2.3")),
            ("v1.0.0", "studio-v1.2.3", Some("1.2.3")),
            ("v1.0.0", "v1.2.3-rc.1", Some("1.2.3-rc.1")),
            ("v1.0.0", "v1.2.3rc1", Some("1.2.3rc1")),
            ("v1.0.0", "v26.4", Some("26.4")),
            ("v1.0.0", "v1!2.0", Some("1!2.0")),
            ("studio-v1.0.0", "studio-v1.2.3", Some("1.2.3")),
            ("studio-v1.0.0", "Studio@1.2.3", Some("1.2.3")),
            ("studio-v1.0.0", "studio-1.2.3-1", Some("1.2.3-1")),
            ("studio-v1.0.0", "v1.2.3", None),
            ("v1.0.0", "v1", None),
            ("v1.0.0", "20240115", None),
            ("v1.0.0", "2024.01.15", None),
            ("v1.0.0", "2024-01-15", None),
            ("v1.0.0", "archive/1.2.3", None),
            ("v1.0.0", "archive/v1.2.3", None),
            ("v1.0.0", "models-v1.2.3", None),
            ("v1.0.0", "v1.2.3-", None),
            ("v1.0.0", "release", None),
            ("v1.0.0", "", None),
        ] {
            let format = TagFormat::detect(&[newest], Some("studio"));
            let version = format.version(tag);
            assert_eq!(version.as_ref().map(Version::text), expected, "{newest}: {tag:?}");
        }
    }
}
