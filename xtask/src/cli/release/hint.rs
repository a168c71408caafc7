//! A test that pins the old version fails on the new one: which line it is, and what makes it move.

use std::fs;

use crate::error::Refusal;
use crate::gates::Evidence;
use crate::path::RepoPath;
use crate::repo::Repo;

/// So many lines at the end of a log are looked at.
const TAIL: usize = 400;

/// A place that holds the old version and that a log names.
#[derive(Debug, PartialEq, Eq)]
pub struct Pinned {
    pub path: RepoPath,
    pub line: usize,
    pub text: String,
    /// `{ path = "tests/test_x.py", pattern = '...' }`
    pub entry: String,
}

/// The first tracked line with the old version that the log of a gate points at.
///
/// # Errors
/// git fails.
pub fn pinned(repo: &Repo, evidence: &Evidence, old: &str) -> Result<Option<Pinned>, Refusal> {
    let log = fs::read(repo.top.join(&evidence.log)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    let tail = &lines[lines.len().saturating_sub(TAIL)..];
    let top = format!("{}/", repo.top.display());
    let mut tracked = None;
    for (path, line) in tail.iter().flat_map(|text| places(text)) {
        let inside = path.strip_prefix(&top).unwrap_or(path);
        let Some(path) = RepoPath::new(inside.trim_start_matches("./")) else { continue };
        let Ok(bytes) = fs::read(repo.top.join(path.as_str())) else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some(source) = text.lines().nth(line.saturating_sub(1)) else { continue };
        let Some(entry) = entry(&path, &text, source, old) else { continue };
        if tracked.is_none() {
            tracked = Some(repo.tracked_files()?);
        }
        let known = |files: &Vec<std::path::PathBuf>| {
            files.iter().any(|file| file.as_os_str() == path.as_str())
        };
        if tracked.as_ref().is_some_and(known) {
            let text = source.trim().to_owned();
            return Ok(Some(Pinned { path, line, text, entry }));
        }
    }
    Ok(None)
}

/// The places that a line of a log names: `tests/test_a.py:23`, `File "tests/test_a.py", line 23`.
fn places(text: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    if let Some((_, rest)) = text.split_once("File \"")
        && let Some((path, rest)) = rest.split_once("\", line ")
    {
        found.extend(number(rest).map(|line| (path, line)));
    }
    for word in text.split([' ', '\t', '(', ')', '"', '\'', ',']) {
        if let Some((path, rest)) = word.split_once(':')
            && path.contains('.')
        {
            found.extend(number(rest).map(|line| (path, line)));
        }
    }
    found
}

/// The number that a text begins with.
fn number(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok().filter(|line| *line > 0)
}

/// The entry of `[version] files` that finds exactly this line; `None` where the version stands
/// there as a part of something else, or more than once.
fn entry(path: &RepoPath, text: &str, source: &str, old: &str) -> Option<String> {
    let line = source.trim();
    let (before, after) = line.split_once(old)?;
    let joined = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let whole = !before.ends_with(joined) && !after.starts_with(joined);
    let plain = !line.contains(['{', '}', '\'']);
    let alone = !after.contains(old) && text.matches(line).count() == 1;
    (whole && alone && !line.contains(['{', '}'])).then(|| {
        let pattern = format!("{before}{{version}}{after}");
        let pattern = match plain {
            true => format!("'{pattern}'"),
            false => toml_string(&pattern),
        };
        format!("{{ path = {}, pattern = {pattern} }}", toml_string(path.as_str()))
    })
}

/// A basic string of TOML (1.0, "String").
fn toml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_name_places() {
        for (text, expected) in [
            ("  File \"/r/tests/test_a.py\", line 23, in test", &[("/r/tests/test_a.py", 23)][..]),
            ("tests/test_a.py:23: AssertionError", &[("tests/test_a.py", 23)]),
            ("  --> src/a.rs:4:9", &[("src/a.rs", 4)]),
            ("at Object.<anonymous> (/r/a.test.js:12:5)", &[("/r/a.test.js", 12)]),
            ("at 12:30:05, nothing: 7", &[]),
        ] {
            assert_eq!(places(text), expected, "{text}");
        }
    }

    #[test]
    fn a_line_becomes_an_entry_only_where_it_is_clear() {
        let path = RepoPath::new("tests/test_a.py").unwrap();
        let of = |line: &str| entry(&path, &format!("a\n  {line}\nb\n"), line, "1.2.0");
        assert_eq!(
            of("assert v == \"1.2.0\"").as_deref(),
            Some("{ path = \"tests/test_a.py\", pattern = 'assert v == \"{version}\"' }")
        );
        assert_eq!(
            of("assert v == '1.2.0'").as_deref(),
            Some("{ path = \"tests/test_a.py\", pattern = \"assert v == '{version}'\" }")
        );
        for line in
            ["x = \"11.2.0\"", "x = \"1.2.0.1\"", "x = {\"1.2.0\"}", "\"1.2.0\", \"1.2.0\"", "none"]
        {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
