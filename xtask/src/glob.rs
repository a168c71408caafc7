//! Patterns for paths and tag names: `*` and `?` within one component, `**` for any number of them.

use std::fmt;

/// One pattern. Everything but `*` and `?` stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    parts: Vec<String>,
    /// Where in the text the end begins that everything it matches has, too.
    tail: usize,
}

impl Glob {
    /// Reads a pattern of `/`-separated components; a leading `./` and a trailing `/` are dropped.
    ///
    /// # Errors
    /// Why it can match nothing inside a repository: it is empty, absolute, or has a `..`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.starts_with('/') {
            return Err("it is an absolute path");
        }
        let parts = text.split('/').filter(|part| !matches!(*part, "" | "."));
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        if parts.is_empty() {
            return Err("it is empty");
        }
        if parts.iter().any(|part| part == "..") {
            return Err("it leads out of its folder with `..`");
        }
        let text = parts.join("/");
        let tail = text.rfind(['*', '?', '/']).map_or(0, |at| at + 1);
        Ok(Self { text, parts, tail })
    }

    /// Does it match the whole of this path or name?
    pub fn matches(&self, path: &str) -> bool {
        // Most paths have the wrong name, which costs nothing to see.
        if !path.ends_with(&self.text[self.tail..]) {
            return false;
        }
        let (last, name) = (self.parts.last(), path.rsplit('/').next().unwrap_or(path));
        if last.is_some_and(|last| last != "**" && !component(last, name)) {
            return false;
        }
        let names: Vec<&str> = path.split('/').collect();
        matched(&self.parts, &names, |part| part == "**", |part, name| component(part, name))
    }

    /// Can something below this folder match?
    pub fn enters(&self, folder: &str) -> bool {
        let literal = self.parts.iter().take_while(|part| *part != "**");
        literal.zip(folder.split('/')).all(|(part, name)| component(part, name))
    }

    /// Is this component written out in the pattern?
    pub fn names(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part == name)
    }

    /// The number of components, `None` when `**` leaves it open.
    pub fn depth(&self) -> Option<usize> {
        (!self.names("**")).then_some(self.parts.len())
    }

    /// The path it stands for when there is nothing to expand.
    pub fn literal(&self) -> Option<&str> {
        (!self.text.contains(['*', '?'])).then_some(&self.text)
    }

    /// The folder that everything it matches lies in, possibly empty.
    pub fn folder(&self) -> String {
        let last = self.parts.len() - 1;
        let fixed = self.parts[..last].iter().take_while(|part| !part.contains(['*', '?']));
        fixed.cloned().collect::<Vec<_>>().join("/")
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn component(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    matched(pattern, name, |&c| c == b'*', |&c, &letter| c == b'?' || c == letter)
}

/// Whether a pattern matches all of the items, when some of its parts stand for any number of them
/// and each other part for one. No part but the last such one is ever tried again, so the time is
/// at most the product of the lengths (a pattern is data from a file).
fn matched<P, I>(
    pattern: &[P],
    items: &[I],
    any: impl Fn(&P) -> bool,
    one: impl Fn(&P, &I) -> bool,
) -> bool {
    let (mut p, mut n, mut last) = (0, 0, None);
    while let Some(item) = items.get(n) {
        match (pattern.get(p), last) {
            (Some(part), _) if any(part) => {
                last = Some((p, n));
                p += 1;
            }
            (Some(part), _) if one(part, item) => {
                p += 1;
                n += 1;
            }
            (_, Some((at, from))) => {
                last = Some((at, from + 1));
                (p, n) = (at + 1, from + 1);
            }
            (_, None) => return false,
        }
    }
    pattern[p..].iter().all(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_components() {
        for (pattern, path, expected) in [
            ("crates/*", "crates/a", true),
            ("./crates/*/", "crates/a", true),
            ("crates/*", "crates/a/b", false),
            ("crates/*", "other/a", false),
            ("a?c", "abc", true),
            ("a*c", "abbbc", true),
            ("a*c", "ac", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("*", "", true),
            ("**", "a/b/c", true),
            ("docs/**/*.md", "docs/a.md", true),
            ("docs/**/*.md", "docs/a/b.md", true),
            ("docs/**/*.md", "docs/a/b.txt", false),
            ("docs/**", "docs/a/b", true),
            ("libs/**/sdk", "libs/sdk", true),
            ("libs/**/sdk", "libs/a/b/sdk", true),
            ("libs/**/sdk", "libs/a/b", false),
            ("**/a/**/b/**", "x/a/y/a/z/b", true),
            ("**/a/**/b/*", "x/a/y/b/z/c", false),
            ("**/a/**/b/*", "x/a/b/z/b/c", true),
            ("a/**/**", "a", true),
            ("archive/*", "archive/v1.0.0", true),
            ("pre-cleanup*", "pre-cleanup-2024", true),
            ("v1.0.0-c004", "v1.0.0-c004", true),
            ("v1.0.0", "v1.0.0-c004", false),
        ] {
            assert_eq!(Glob::parse(pattern).unwrap().matches(path), expected, "{pattern} {path}");
        }
        let deep = Glob::parse(&"**/a/".repeat(14)).unwrap();
        assert!(deep.matches(&vec!["a"; 40].join("/")));
        assert!(!deep.matches(&(vec!["a"; 40].join("/") + "/b")));
        let slow = Glob::parse(&"*a".repeat(40)).unwrap();
        assert!(!slow.matches(&"a".repeat(4000).replace("aaaa", "aaab")));
    }

    #[test]
    fn what_it_says_of_itself() {
        for (pattern, literal, folder, depth) in [
            ("README.md", Some("README.md"), "", Some(1)),
            ("./a/b.md", Some("a/b.md"), "a", Some(2)),
            ("docs/*/b.md", None, "docs", Some(3)),
            ("docs/api/**", None, "docs/api", None),
            ("**/x", None, "", None),
        ] {
            let glob = Glob::parse(pattern).unwrap();
            let said = (glob.literal(), glob.folder(), glob.depth());
            assert_eq!(said, (literal, folder.to_owned(), depth), "{pattern}");
        }
        for wrong in ["", "/", "/etc/passwd", "../x", "a/../../x", "./"] {
            assert!(Glob::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
