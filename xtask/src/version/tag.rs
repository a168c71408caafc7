//! Tag names: which tags are releases of this project.

use std::collections::HashMap;

use super::Version;

/// Which tags are releases of a project, and what version they name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagFormat {
    /// `v1.2.3`, `1.2.3`, and both behind the project's own name (`name-v1.2.3`, `name@1.2.3`,
    /// `name/v1.2.3`).
    Usual { name: Option<String> },
    /// Only behind the name: packages of one repository do not share bare tags.
    Named { name: String },
    /// As configured: this text, the version, this text.
    Given { before: String, after: String },
}

impl TagFormat {
    /// A configured format: literal text with one `{version}`, and `{package}` or `{name}` for the
    /// name. `None` without exactly one `{version}`, or without a name to fill in.
    pub fn given(format: &str, name: Option<&str>) -> Option<Self> {
        let named = ["{package}", "{name}"].into_iter().any(|word| format.contains(word));
        let format = match name {
            Some(name) => format.replace("{package}", name).replace("{name}", name),
            None if named => return None,
            None => format.to_owned(),
        };
        let (before, after) = format.split_once("{version}")?;
        let once = !after.contains("{version}");
        once.then(|| Self::Given { before: before.to_owned(), after: after.to_owned() })
    }

    /// The version that a tag releases; `None` when it is no release of this project. Tags that
    /// begin with another name (`archive/...`, `models-v...`) are not.
    pub fn version(&self, tag: &str) -> Option<Version> {
        match self {
            Self::Usual { name } => release(tag, name.as_deref()).map(|(_, version)| version),
            Self::Named { name } => {
                let (prefix, version) = release(tag, Some(name))?;
                (!is_bare(prefix)).then_some(version)
            }
            Self::Given { before, after } => {
                let text = tag.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                Version::read(text).filter(|version| version.core.release.len() >= 2)
            }
        }
    }

    /// The name of the tag that releases a version, in the form of the newest release: its tag and
    /// version. Without one `v1.2.3`, behind the name where tags are told apart by it.
    pub fn tag(&self, version: &Version, newest: Option<(&str, &Version)>) -> String {
        let known = newest.and_then(|(tag, newest)| tag.strip_suffix(newest.text()));
        match (self, known) {
            (Self::Given { before, after }, _) => format!("{before}{version}{after}"),
            (_, Some(prefix)) => format!("{prefix}{version}"),
            (Self::Named { name }, None) => format!("{name}-v{version}"),
            (Self::Usual { .. }, None) => format!("v{version}"),
        }
    }

    /// The same once the newest release is known: where its tag begins with the name, tags without
    /// it are another's. A project that went over from `1.2.0` to `v1.3.0` has released both.
    pub fn knowing(self, newest: &str) -> Self {
        match self {
            Self::Usual { name: Some(name) }
                if release(newest, Some(&name)).is_some_and(|(prefix, _)| !is_bare(prefix)) =>
            {
                Self::Named { name }
            }
            format => format,
        }
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
    name(prefix).zip(package).is_some_and(|(name, package)| normal(name) == normal(package))
}

/// The name in a prefix of one of the known forms.
fn name(prefix: &str) -> Option<&str> {
    let before_v = prefix.strip_suffix('v').unwrap_or(prefix);
    before_v.strip_suffix(['-', '/']).or_else(|| prefix.strip_suffix('@'))
}

/// Tags by what they begin with, so that of many projects each looks only at its own.
pub struct Tags<'t> {
    all: Vec<&'t str>,
    /// The numbers of those that may be a version without a name.
    bare: Vec<usize>,
    /// The same for each name that a digit may follow.
    named: HashMap<String, Vec<usize>>,
    /// All numbers, by the text of the tag.
    sorted: Vec<usize>,
}

impl<'t> Tags<'t> {
    /// Takes tags in any order.
    pub fn new(tags: Vec<&'t str>) -> Self {
        let mut bare = Vec::new();
        let mut named: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, tag) in tags.iter().enumerate() {
            let digits = tag.char_indices().filter(|(_, c)| c.is_ascii_digit());
            for prefix in digits.map(|(start, _)| &tag[..start]) {
                if is_bare(prefix) {
                    bare.push(number);
                } else if let Some(name) = name(prefix) {
                    named.entry(normal(name)).or_default().push(number);
                }
            }
        }
        let mut sorted: Vec<usize> = (0..tags.len()).collect();
        sorted.sort_unstable_by_key(|number| tags[*number]);
        Self { all: tags, bare, named, sorted }
    }

    /// The releases of a project in the order of the tags: tag and version.
    pub fn of(&self, format: &TagFormat) -> Vec<(String, Version)> {
        let own = self.candidates(format).into_iter().map(|number| self.all[number]);
        own.filter_map(|tag| Some((tag.to_owned(), format.version(tag)?))).collect()
    }

    /// The tags that begin as the format says, in their order.
    fn candidates(&self, format: &TagFormat) -> Vec<usize> {
        let named = |name: &String| self.named.get(&normal(name)).cloned().unwrap_or_default();
        let mut found = match format {
            TagFormat::Usual { name } => {
                let named = name.as_ref().map(named).unwrap_or_default();
                [self.bare.clone(), named].concat()
            }
            TagFormat::Named { name } => named(name),
            TagFormat::Given { before, .. } => {
                let start = self.sorted.partition_point(|n| self.all[*n] < before.as_str());
                let rest = self.sorted[start..].iter().copied();
                rest.take_while(|number| self.all[*number].starts_with(before)).collect()
            }
        };
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A package name as PEP 503 compares it: case and runs of `-`, `_`, `.` do not matter.
pub fn normal(name: &str) -> String {
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
    fn a_tag_is_named_as_the_newest_one() {
        let version = |text| Version::parse(text).unwrap();
        let named = || TagFormat::Named { name: "core".to_owned() };
        let usual = || TagFormat::Usual { name: None };
        let given = || TagFormat::given("r/{package}/{version}x", Some("core")).unwrap();
        for (format, newest, expected) in [
            (usual(), None, "v1.3.0"),
            (usual(), Some(("1.2.0", "1.2.0")), "1.3.0"),
            (usual(), Some(("v1.2.0-rc.1", "1.2.0-rc.1")), "v1.3.0"),
            (usual(), Some(("studio-1.2.0", "1.2.0")), "studio-1.3.0"),
            (named(), None, "core-v1.3.0"),
            (named(), Some(("core@1.2.0", "1.2.0")), "core@1.3.0"),
            (given(), Some(("r/core/1.2.0x", "1.2.0")), "r/core/1.3.0x"),
        ] {
            let newest = newest.map(|(tag, text)| (tag, version(text)));
            let newest = newest.as_ref().map(|(tag, version)| (*tag, version));
            assert_eq!(format.tag(&version("1.3.0"), newest), expected);
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
            let format = TagFormat::Usual { name: Some("studio".to_owned()) }.knowing(newest);
            let version = format.version(tag);
            assert_eq!(version.as_ref().map(Version::text), expected, "{newest}: {tag:?}");
        }
    }
    #[test]
    fn a_project_recognizes_tags_behind_its_own_name() {
        for (tag, name, expected) in [
            ("studio-1.2.3", Some("studio"), true),
            ("studio/v1.2.3", Some("studio"), true),
            ("@acme/studio@1.2.3", Some("@acme/studio"), true),
            ("My.Studio-v1.2.3", Some("my_studio"), true),
            ("py2-1.2.3", Some("py2"), true),
            ("studio-v1.2.3", None, false),
            ("studio-v1.2.3", Some("other"), false),
            ("v1.2.3", Some("studio"), true),
        ] {
            let usual = TagFormat::Usual { name: name.map(str::to_owned) };
            assert_eq!(usual.version(tag).is_some(), expected, "{tag} {name:?}");
        }
        let named = TagFormat::Named { name: "studio".to_owned() };
        assert!(named.version("v1.2.3").is_none() && named.version("studio-v1.2.3").is_some());
    }

    #[test]
    fn of_many_projects_each_looks_at_its_own_tags() {
        let tags: Vec<String> = (0..30)
            .flat_map(|n| [format!("p{n}-v1.{n}.0"), format!("P{n}@2.0.0"), format!("v3.{n}.0")])
            .chain(["p1-1-1.0.0", "p1/1.2.3", "r-1.0.0-ga", "2.0.0", "p-1.0-1.0.0"].map(Into::into))
            .collect();
        let index = Tags::new(tags.iter().map(String::as_str).collect());
        let name = |n: usize| format!("p{n}");
        let given = |text| TagFormat::given(text, Some("p1")).unwrap();
        let mut formats = vec![
            TagFormat::Usual { name: None },
            TagFormat::Usual { name: Some("p_1".to_owned()) },
            TagFormat::Usual { name: Some("p".to_owned()) },
            given("r-{version}-ga"),
            given("{version}"),
            given("{name}-v{version}"),
        ];
        for n in 0..31 {
            formats.push(TagFormat::Named { name: name(n) });
            formats.push(TagFormat::Usual { name: Some(name(n)) });
            assert!(index.candidates(&TagFormat::Named { name: name(n) }).len() < 5, "{n}");
        }
        for format in formats {
            let all = tags.iter().filter(|tag| format.version(tag).is_some());
            let found: Vec<String> = index.of(&format).into_iter().map(|(tag, _)| tag).collect();
            assert!(all.eq(&found), "{format:?}: {found:?}");
        }
    }

    #[test]
    fn a_configured_format_counts_alone() {
        for (format, name, tag, expected) in [
            ("v{version}", None, "v1.2.3", Some("1.2.3")),
            ("v{version}", None, "1.2.3", None),
            ("release-{version}-ga", None, "release-1.2.3-ga", Some("1.2.3")),
            ("release-{version}-ga", None, "release-1.2.3", None),
            ("{package}-v{version}", Some("core"), "core-v1.2.3", Some("1.2.3")),
            ("{package}-v{version}", Some("core"), "core-extra-v1.2.3", None),
            ("{name}/{version}", Some("core"), "core/1.2.3", Some("1.2.3")),
            ("{version}", None, "20240115", None),
        ] {
            let format = TagFormat::given(format, name).unwrap();
            assert_eq!(format.version(tag).as_ref().map(Version::text), expected, "{tag}");
        }
        assert_eq!(TagFormat::given("v", None), None);
        assert_eq!(TagFormat::given("{version}{version}", None), None);
        assert_eq!(TagFormat::given("{package}-v{version}", None), None);
    }
}
