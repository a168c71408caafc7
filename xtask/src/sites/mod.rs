//! The places where a version is written ("version files" to users): text in, byte spans out.
//!
//! No file is ever printed back from a parsed document. A format's parser *finds* the value and
//! *checks* the result; what changes are bytes, spliced (toml_edit and every other serializer lose
//! line ends, a BOM, quotes or comments).

use std::ops::Range;
use std::rc::Rc;

use crate::error::{Place, Refusal};
use crate::path::RepoPath;

/// How the file is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Toml,
    Json,
    Cfg,
    Python,
    /// The whole file, trimmed, is the version (`VERSION`, what setuptools' `file:` reads).
    Plain,
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

/// Where files come from: the work tree, later also the index or a commit.
pub trait Tree {
    /// The file at `path`, symlinks inside the repository followed; `None` when there is none.
    ///
    /// # Errors
    /// A symlink that leaves the repository, a file over the size limit, an I/O error.
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal>;

    /// The folders that match a `/`-separated pattern in which `*` and `?` match within one
    /// component and `**` any number of them (Cargo's and uv's `members`), sorted; hidden,
    /// vendored and virtual-environment folders are left out unless named literally.
    ///
    /// # Errors
    /// An I/O error.
    fn folders(&self, pattern: &str) -> Result<Vec<RepoPath>, Refusal>;
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
