//! Link reference definitions: `[label]: target` (CommonMark 0.31, section 4.7), one line each.

use std::ops::Range;

use super::Kind;
use super::headings::trimmed;
use super::lines::{Inside, Line, indentation};
use super::title::{self, Title};
use crate::version::Version;

/// A definition.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its line, the line end included.
    pub line: Range<usize>,
    /// The label without brackets.
    pub label: Range<usize>,
    pub url: Range<usize>,
    pub names: Names,
}

/// What the label names.
#[derive(Debug, Clone)]
pub enum Names {
    Release(Version),
    Unreleased,
    Other,
}

impl Link {
    /// The version it is for.
    pub fn version(&self) -> Option<&Version> {
        match &self.names {
            Names::Release(version) => Some(version),
            Names::Unreleased | Names::Other => None,
        }
    }
}

/// All definitions of a file.
pub fn find(bytes: &[u8], lines: &[Line]) -> Vec<Link> {
    lines.iter().filter(|line| line.inside == Inside::Text).filter_map(|l| link(bytes, l)).collect()
}

fn link(bytes: &[u8], line: &Line) -> Option<Link> {
    let text = trimmed(bytes, line.start..line.stop);
    if indentation(line.of(bytes)) > 3 || bytes.get(text.start) != Some(&b'[') {
        return None;
    }
    let inner = &bytes[text.start + 1..text.end];
    let length = inner.windows(2).position(|two| two == b"]:")?;
    let label = text.start + 1..text.start + 1 + length;
    let target = trimmed(bytes, label.end + 2..text.end);
    let stop = bytes[target.clone()].iter().position(u8::is_ascii_whitespace);
    let mut url = target.start..stop.map_or(target.end, |length| target.start + length);
    if bytes[url.clone()].starts_with(b"<") && bytes[url.clone()].ends_with(b">") {
        url = url.start + 1..url.end - 1;
    }
    if url.is_empty() || label.is_empty() {
        return None;
    }
    let names = match title::read(&bytes[label.clone()], label.start, None) {
        Title::Known(Kind::Release(release)) if release.date.is_none() => {
            Names::Release(release.version)
        }
        Title::Known(Kind::Unreleased) => Names::Unreleased,
        _ => Names::Other,
    };
    Some(Link { line: line.range(), label, url, names })
}
