//! The places where a version is written ("version files" to users): text in, byte spans out.
//!
//! No file is ever printed back from a parsed document. A format's parser *finds* the value and
//! *checks* the result; what changes are bytes, spliced (toml_edit and every other serializer lose
//! line ends, a BOM, quotes or comments).

pub mod cfg;
pub mod declared;
pub mod doc;
mod edit;
mod event;
pub mod json;
mod overlay;
pub mod pattern;
pub mod pieces;
pub mod plain;
pub mod python;
#[cfg(test)]
mod tests;
pub mod toml;
pub mod yaml;

use std::ops::Range;
use std::rc::Rc;

use crate::error::{Place, Refusal};
use crate::glob::Glob;
use crate::path::RepoPath;
pub use edit::{check, splice};
pub use overlay::Overlay;
pub use pieces::Piece;

/// The byte order mark some editors put in front of UTF-8.
const BOM: char = '\u{feff}';

/// How the file is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Toml,
    Json,
    Yaml,
    Cfg,
    Python,
    /// The whole file, trimmed, is the version (`VERSION`, what setuptools' `file:` reads).
    Plain,
    /// Any file with the version at the places of a declared pattern.
    Text,
}

/// What the text at a site is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A version of the project; all of them must agree.
    Version,
    /// The project's own entry in a lock file: brought along whatever it says, never drift.
    Lock,
    /// A workspace member's requirement on another member (Cargo's requirement syntax).
    Requirement,
    /// A part of a version that is written in pieces; the pieces of one group say one version.
    Piece {
        /// The group as a person names it: `__version_info__` or `MAJOR, MINOR, PATCH`.
        of: String,
        piece: Piece,
    },
}

impl Role {
    /// Does the place say the project's version, alone or together with others?
    pub fn says_version(&self) -> bool {
        matches!(self, Self::Version | Self::Piece { .. })
    }
}

/// Which spelling a site can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// The repository's own.
    Repository,
    /// SemVer whatever the repository uses (Cargo.toml, package.json and their lock files).
    Semver,
    /// PEP 440 in normal form whatever the repository uses (uv.lock).
    Pep440,
}

/// One place where the version is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The real file, symlinks resolved.
    pub path: RepoPath,
    pub format: Format,
    /// The key as a person names it: `project.version`, `__version__`, `packages."".version`.
    pub key: String,
    /// Why this place belongs to the project: `manifest`, `setuptools attr`, `lock file`, ...
    pub origin: String,
    /// The bytes of the value in the file, without its quotes.
    pub range: Range<usize>,
    /// The value with escapes resolved.
    pub value: String,
    pub role: Role,
    pub spelling: Spelling,
}

/// A file of the repository as the planner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The real file, symlinks resolved.
    pub path: RepoPath,
    pub bytes: Rc<[u8]>,
}

/// The bytes of a file under the name they are reported with.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub path: &'a RepoPath,
    pub bytes: &'a [u8],
}

impl<'a> From<&'a File> for Source<'a> {
    fn from(file: &'a File) -> Self {
        Self { path: &file.path, bytes: &file.bytes }
    }
}

impl<'a> Source<'a> {
    /// Line, column and source line of a byte offset.
    pub fn place(self, offset: usize) -> Place {
        place(self.path, self.bytes, offset)
    }

    /// The same as `path:line:column`, for the middle of a sentence.
    pub fn link(self, offset: usize) -> String {
        self.place(offset).to_string()
    }

    /// The name that the value at this offset gives.
    ///
    /// # Errors
    /// A control character: a terminal would obey it, and in a commit message it can begin a line.
    pub fn name(self, value: &str, offset: usize) -> Result<String, Refusal> {
        match value.contains(char::is_control) {
            true => {
                Err(Refusal::usage(format!("the name in {} is not one line of text", self.path))
                    .why(format!("It holds a control character: {value:?}."))
                    .at(self.place(offset)))
            }
            false => Ok(value.to_owned()),
        }
    }

    /// The file as text, its byte order mark included.
    ///
    /// # Errors
    /// The first byte that is not UTF-8, with its place.
    pub fn text(self) -> Result<&'a str, Refusal> {
        std::str::from_utf8(self.bytes).map_err(|error| {
            Refusal::usage(format!("{} is not UTF-8", self.path))
                .why("Its format requires UTF-8; nothing else can be edited byte for byte.")
                .at(self.place(error.valid_up_to()))
        })
    }
}

/// A string value in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The bytes between the quotes.
    pub range: Range<usize>,
    /// What they mean, escapes resolved.
    pub value: String,
}

/// Where files come from: the work tree, the index or a commit.
pub trait Tree {
    /// The file at `path`, symlinks inside the repository followed; `None` when there is none.
    ///
    /// # Errors
    /// A symlink that leaves the repository, a file over the size limit, an I/O error.
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal>;

    /// The folders that match a pattern (Cargo's and uv's `members`), sorted; hidden, vendored and
    /// virtual-environment folders are left out unless named literally.
    ///
    /// # Errors
    /// An I/O error.
    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal>;

    /// The files that match one of the patterns, sorted: what git tracks, and what is new and not
    /// ignored. Vendored and virtual-environment folders are left out unless named literally.
    ///
    /// # Errors
    /// git fails.
    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal>;

    /// The path of a file as it is asked for here; `None` when it lies outside.
    fn seen(&self, real: &RepoPath) -> Option<RepoPath> {
        Some(real.clone())
    }
}

/// A parser's message as a sentence: `invalid key` is "Invalid key."
fn sentence(message: &str) -> String {
    let message = message.trim().trim_end_matches('.').replace('\n', ", ");
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// Line, column and source line of a byte offset.
pub fn place(path: &RepoPath, bytes: &[u8], offset: usize) -> Place {
    let offset = offset.min(bytes.len());
    let start = bytes[..offset].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let end = bytes[offset..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |i| offset + i);
    let line = bytes[..offset].iter().filter(|&&b| b == b'\n').count() + 1;
    let bom = if start == 0 && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let from = (start + bom).min(offset);
    Place {
        path: path.clone(),
        line,
        column: String::from_utf8_lossy(&bytes[from..offset]).chars().count() + 1,
        source: String::from_utf8_lossy(&bytes[(start + bom).min(end)..end])
            .trim_end_matches('\r')
            .to_owned(),
    }
}
