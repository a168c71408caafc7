//! The typed part of `gonogo.toml`: what is written, without defaults. The bigger tables have a file
//! of their own.

mod branches;
mod changelog;
mod checklist;
pub mod gates;
mod landing;
mod rollback;
mod signoff;

pub use branches::{BranchesTable, Merge};
pub use changelog::{ChangelogTable, Prereleases};
pub use checklist::{Binding, ChecklistTable, Section, Who};
pub use landing::{Effective, Landing, LandingTable, Procedure, Start, TagOn};
pub use rollback::{Code, Fate, RollbackTable};
pub use signoff::SignoffTable;

use super::check::integer;
use super::text::key_path;
use super::{check, together};
use crate::error::{Place, Refusal};
use crate::glob::Glob;
use crate::history::InZero;
use crate::path::RepoPath;
use crate::sites::doc::{Entry, Node};
use crate::sites::{File, Source, toml};
use crate::version::{Scheme, normal};
use gates::{CommandLine, GateEntry, ProfileTable};

/// gonogo.toml as it is written: no defaults, nothing detected.
#[derive(Debug, Default)]
pub struct Settings {
    pub(super) written: Option<(File, Node)>,
    pub name: Option<Said<String>>,
    pub baseline: Option<Said<String>>,
    pub version: VersionTable,
    pub tag: TagTable,
    pub branches: BranchesTable,
    pub changelog: ChangelogTable,
    pub release: LandingTable,
    pub hotfix: LandingTable,
    pub packages: Option<PackagesTable>,
    pub package: Vec<PackageTable>,
    pub gates: Vec<GateEntry>,
    pub profiles: Vec<ProfileTable>,
    pub checklist: ChecklistTable,
    pub signoff: SignoffTable,
    /// `[record]`: commands whose output is kept with a release, by name.
    pub record: Vec<(Said<String>, CommandLine)>,
    pub rollback: RollbackTable,
}

/// `[version]`
#[derive(Debug, Default)]
pub struct VersionTable {
    pub source: Option<Said<RepoPath>>,
    pub files: Vec<Declared>,
    pub ignore: Vec<Glob>,
    pub scheme: Option<Said<Scheme>>,
    pub feature_in_zero: InZero,
}

/// `[tag]`
#[derive(Debug, Default)]
pub struct TagTable {
    pub format: Option<Said<String>>,
    /// Whether tags are signed; `None`: as git's own configuration says.
    pub sign: Option<Said<bool>>,
    pub ignore: Vec<Glob>,
}

/// `[packages]`
#[derive(Debug)]
pub struct PackagesTable {
    pub include: Vec<Glob>,
    pub exclude: Vec<Glob>,
    pub tag: Option<Said<String>>,
}

/// `[package.NAME]`
#[derive(Debug)]
pub struct PackageTable {
    pub name: Said<String>,
    pub files: Vec<Declared>,
    pub ignore: Vec<Glob>,
    /// Its own changelog, from the top of the repository.
    pub changelog: Option<Said<RepoPath>>,
    pub tag: Option<Said<String>>,
}

impl PackageTable {
    /// Is it about the package of this name, or in this folder?
    pub fn is_of(&self, name: Option<&str>, folder: &str) -> bool {
        let said = &self.name.value;
        name.is_some_and(|name| normal(said) == normal(name)) || said == folder
    }
}

/// A value and where it stands in gonogo.toml (byte offset), so that later refusals can point
/// there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    pub value: T,
    pub at: usize,
}

/// Where a declared path begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// At the folder of the package.
    Here,
    /// At the top of the repository: it was written with a slash in front.
    Top,
}

/// One entry of `files`.
#[derive(Debug)]
pub struct Declared {
    pub at: usize,
    pub path: Glob,
    /// Where the path begins.
    pub begins: Begins,
    pub key: Option<Said<Vec<String>>>,
    pub pattern: Option<Said<String>>,
    pub scheme: Option<Scheme>,
    pub count: usize,
}

impl Settings {
    /// Reads and checks the whole file; without one everything is empty.
    ///
    /// # Errors
    /// What is no TOML, not in the vocabulary, or not what it should be, with its place.
    pub fn read(file: Option<&File>) -> Result<Self, Refusal> {
        let Some(file) = file else { return Ok(Self::default()) };
        let doc = toml::parse(Source::from(file))
            .map_err(|refusal| refusal.or_next("schema", "describes every table and key"))?;
        check::check(&doc)?;
        together::check(&doc)?;
        let root = doc.root();
        let each = root.get("package").map(Node::entries).unwrap_or_default();
        Ok(Self {
            name: string(root.get("name")),
            baseline: string(root.get("baseline")),
            version: version(root.get("version"), &file.bytes),
            tag: tag(root.get("tag"), &file.bytes),
            branches: branches::branches(root.get("branches")),
            changelog: changelog::changelog(root.get("changelog")),
            release: landing::landing(root.get("release"), &file.bytes),
            hotfix: landing::landing(root.get("hotfix"), &file.bytes),
            packages: root.get("packages").map(packages),
            package: each.iter().map(|entry| package(entry, &file.bytes)).collect(),
            gates: gates::gates(root.get("gates"), &file.bytes),
            profiles: gates::profiles(root.get("profile"), &file.bytes),
            checklist: checklist::checklist(root.get("checklist")),
            signoff: signoff::signoff(root.get("signoff"), &file.bytes),
            record: gates::record(root.get("record")),
            rollback: rollback::rollback(root.get("rollback")),
            written: Some((file.clone(), doc.into_root())),
        })
    }

    /// The `[package.X]` of a package, by its name or its folder.
    pub fn table_of(&self, name: Option<&str>, folder: &str) -> Option<&PackageTable> {
        self.package.iter().find(|table| table.is_of(name, folder))
    }

    /// Where a value stands; `None` without a file.
    pub fn place(&self, at: usize) -> Option<Place> {
        let (file, _) = self.written.as_ref()?;
        Some(Source::from(file).place(at))
    }
}

// Values of a document that was checked: what is not as it should be is not there.

fn said<T>(node: Option<&Node>, read: impl Fn(&str) -> Option<T>) -> Option<Said<T>> {
    let node = node?;
    Some(Said { value: read(node.text()?)?, at: node.span.start })
}

fn string(node: Option<&Node>) -> Option<Said<String>> {
    said(node, |text| Some(text.to_owned()))
}

/// The strings of a list.
fn texts(node: Option<&Node>) -> Option<Said<Vec<String>>> {
    let node = node?;
    let texts = node.items().iter().filter_map(|item| item.text().map(str::to_owned));
    Some(Said { value: texts.collect(), at: node.span.start })
}

/// `true` or `false`.
fn flag(node: Option<&Node>, bytes: &[u8]) -> Option<Said<bool>> {
    let node = node.filter(|node| node.text().is_none())?;
    let value = match bytes.get(node.span.clone())? {
        b"true" => true,
        b"false" => false,
        _ => return None,
    };
    Some(Said { value, at: node.span.start })
}

fn globs(node: Option<&Node>) -> Vec<Glob> {
    let items = node.map(Node::items).unwrap_or_default();
    items.iter().filter_map(|item| Glob::parse(item.text()?).ok()).collect()
}

fn version(node: Option<&Node>, bytes: &[u8]) -> VersionTable {
    let get = |key| node.and_then(|node| node.get(key));
    VersionTable {
        source: said(get("source"), RepoPath::new),
        files: files(get("files"), bytes),
        ignore: globs(get("ignore")),
        scheme: said(get("scheme"), scheme),
        feature_in_zero: match get("feature_in_zero").and_then(Node::text) {
            Some("patch") => InZero::Patch,
            _ => InZero::Minor,
        },
    }
}

fn tag(node: Option<&Node>, bytes: &[u8]) -> TagTable {
    let get = |key| node.and_then(|node| node.get(key));
    TagTable {
        format: string(get("format")),
        sign: flag(get("sign"), bytes),
        ignore: globs(get("ignore")),
    }
}

fn packages(node: &Node) -> PackagesTable {
    PackagesTable {
        include: globs(node.get("include")),
        exclude: globs(node.get("exclude")),
        tag: string(node.get("tag")),
    }
}

fn package(entry: &Entry, bytes: &[u8]) -> PackageTable {
    PackageTable {
        name: Said { value: entry.key.clone(), at: entry.at },
        files: files(entry.value.get("files"), bytes),
        ignore: globs(entry.value.get("ignore")),
        changelog: said(entry.value.get("changelog"), RepoPath::new),
        tag: string(entry.value.get("tag")),
    }
}

fn files(node: Option<&Node>, bytes: &[u8]) -> Vec<Declared> {
    let items = node.map(Node::items).unwrap_or_default();
    items.iter().filter_map(|item| declared(item, bytes)).collect()
}

fn declared(node: &Node, bytes: &[u8]) -> Option<Declared> {
    let count = |node: &Node| {
        let raw = std::str::from_utf8(bytes.get(node.span.clone())?).ok()?;
        usize::try_from(integer(raw)?).ok()
    };
    let path = node.get("path")?.text()?;
    Some(Declared {
        at: node.span.start,
        path: Glob::parse(path.strip_prefix('/').unwrap_or(path)).ok()?,
        begins: if path.starts_with('/') { Begins::Top } else { Begins::Here },
        key: said(node.get("key"), |text| key_path(text).ok()),
        pattern: string(node.get("pattern")),
        scheme: node.get("scheme").and_then(Node::text).and_then(scheme),
        count: node.get("count").and_then(count).unwrap_or(1),
    })
}

fn scheme(word: &str) -> Option<Scheme> {
    match word {
        "semver" => Some(Scheme::Semver),
        "pep440" => Some(Scheme::Pep440),
        _ => None,
    }
}
