//! Paths inside the repository.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A path relative to the top of the work tree, `/`-separated, that cannot leave it.
///
/// Never empty, never absolute, without `.`, `..` or empty components, never inside `.git`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoPath(String);

impl RepoPath {
    /// Takes a `/`-separated path; `.` components and doubled slashes are dropped and `..` is
    /// resolved. `None` when it is absolute, leaves the repository, names its top, or lies in
    /// `.git`.
    pub fn new(path: &str) -> Option<Self> {
        if path.starts_with('/') || path.contains('\0') {
            return None;
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                name => parts.push(name),
            }
        }
        if parts.first()?.eq_ignore_ascii_case(".git") {
            return None;
        }
        Some(Self(parts.join("/")))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// What stands behind the last dot of the name, empty without one.
    pub fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The folder it lies in as text, empty at the top.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// `relative` as seen from the folder this path lies in; `None` under the rules of [`Self::new`].
    pub fn sibling(&self, relative: &str) -> Option<Self> {
        if relative.starts_with('/') {
            return None;
        }
        Self::new(format!("{}/{relative}", self.folder()).trim_start_matches('/'))
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RepoPath {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        Self::new(&path).ok_or_else(|| format!("{path:?} is not a path inside the repository"))
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_repository() {
        for (given, expected) in [
            ("a/b", Some("a/b")),
            ("./a//b/.", Some("a/b")),
            ("a/../b", Some("b")),
            ("..", None),
            ("a/../../b", None),
            ("/a", None),
            ("", None),
            (".", None),
            (".git/config", None),
            (".GIT/config", None),
            ("a/.git", Some("a/.git")),
            ("a\0b", None),
        ] {
            assert_eq!(RepoPath::new(given).as_ref().map(RepoPath::as_str), expected, "{given:?}");
        }
        let path = RepoPath::new("a/b.toml").unwrap();
        assert_eq!((path.extension(), RepoPath::new("a.b/c").unwrap().extension()), ("toml", ""));
        assert_eq!(path.sibling("../c").unwrap().as_str(), "c");
        assert_eq!(path.sibling("c/d").unwrap().as_str(), "a/c/d");
        assert_eq!(path.sibling("../../c"), None);
        assert_eq!(path.sibling("/c"), None);
        assert_eq!(RepoPath::new("x").unwrap().sibling("y").unwrap().as_str(), "y");
    }
}
