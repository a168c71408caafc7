//! The record of a release: who released what, when, from what, on which evidence.
//!
//! It is made from the journal when a release is out, kept as JSON in a blob under
//! `refs/gonogo/record/TAG`, and pushed where the remote takes it. So it is what other clones, a
//! rollback years later and an auditor read. One that comes from a remote is data: it is limited,
//! checked when it is read, and escaped where it is shown.

mod gates;
mod make;
mod markdown;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use gates::gates;
pub use make::{Facts, Subject};

pub use crate::plan::{Landing, Previous, SignedOff};

use crate::plan::Oid;
use crate::sys::clock::Timestamp;

/// The present form. Whatever only adds keys keeps the number.
pub const FORMAT: u32 = 1;

/// A larger record is none: bytes.
pub const MOST: usize = 1 << 20;

/// What is kept of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub format: u32,
    /// What was released: the project, or a package of it.
    #[serde(default)]
    pub name: String,
    pub version: String,
    pub tag: String,
    /// The object of the annotated tag.
    pub tag_object: Oid,
    #[serde(default)]
    pub signed: bool,
    pub commit: Oid,
    #[serde(default)]
    pub tree: Option<Oid>,
    /// The branch it was released on, without `refs/heads/`.
    #[serde(default)]
    pub branch: Option<String>,
    #[serde(default)]
    pub previous: Option<Previous>,
    #[serde(default)]
    pub profile: String,
    #[serde(default)]
    pub codename: Option<String>,
    pub by: Person,
    /// When the release began.
    pub at: Timestamp,
    /// What was typed, after the program.
    #[serde(default)]
    pub command: String,
    /// The program and its version.
    #[serde(default)]
    pub tool: String,
    #[serde(default)]
    pub landing: Landing,
    #[serde(default)]
    pub pushed: Vec<Pushed>,
    #[serde(default)]
    pub files: Vec<FileEdit>,
    /// Its section of the changelog.
    #[serde(default)]
    pub section: Option<String>,
    #[serde(default)]
    pub gates: Vec<Gate>,
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// Who has signed, as far as it counts.
    #[serde(default)]
    pub signoffs: Vec<SignedOff>,
    /// The checklist with its boxes ticked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<Ticked>,
    /// What else a reader should know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The newest commits since the release before, the newest first.
    #[serde(default)]
    pub commits: Vec<Commit>,
    /// How many older ones are not listed.
    #[serde(default)]
    pub more_commits: usize,
    /// What the commands of `[record]` said, by name.
    #[serde(default)]
    pub values: BTreeMap<String, Recorded>,
    /// How it is withdrawn, in Markdown, as it was known when it went out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<String>,
    /// What a newer version has added.
    #[serde(flatten)]
    pub rest: BTreeMap<String, serde_json::Value>,
}

/// Who released.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    pub name: String,
    /// The address of the committer.
    pub address: String,
    /// The name of the login.
    pub login: String,
}

/// What a remote was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Its address without secrets.
    pub remote: String,
    pub refs: Vec<PushedRef>,
}

/// A ref of a remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedRef {
    /// Its full name.
    pub name: String,
    /// Where it went; `None`: it was deleted.
    pub to: Option<Oid>,
}

/// A place of a file that the release edited.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FileEdit {
    pub path: String,
    /// 1-based; `None` where the old file is not known any more.
    pub line: Option<usize>,
    /// The (first) line before and after.
    pub old: String,
    pub new: String,
    /// How many more lines the edit put there.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

/// One run of a gate: that of a package, where it ran for each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Gate {
    pub id: String,
    pub package: Option<String>,
    /// `green`, `red`, `could-not-run`, `skipped`.
    pub outcome: String,
    pub why: Option<String>,
    pub required: bool,
    /// Whether it was green before on the same files, and not run again.
    pub reused: bool,
    /// `None` for one that is built in.
    pub command: Option<String>,
    pub exit: Option<i32>,
    /// When it was asked.
    pub at: Option<Timestamp>,
    pub millis: Option<u64>,
    /// The tree it ran on.
    pub tree: Option<Oid>,
    /// Its log in the clone that made the release.
    pub log: Option<String>,
    pub log_digest: Option<String>,
}

/// A checklist with what proves each box beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ticked {
    /// The file it is a copy of.
    pub path: String,
    /// How many boxes it has, and how many were done or not needed when the release was out.
    pub boxes: usize,
    pub done: usize,
    /// In Markdown.
    pub text: String,
}

/// A gate that was allowed to fail, or what people did not have to say: `signoff:ROLE`,
/// `checklist:HEADING`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Waiver {
    pub gate: String,
    pub reason: String,
    /// Whether the gate would have stopped the release.
    pub needed: bool,
}

/// What a waiver of something that people say begins with.
const OF_PEOPLE: [&str; 2] = ["signoff:", "checklist:"];

/// Whether a waiver is about what people say, and not about a gate.
pub fn is_of_people(waived: &str) -> bool {
    OF_PEOPLE.iter().any(|begin| waived.starts_with(begin))
}

impl Waiver {
    /// One of what people did not have to say.
    pub fn of_people((what, reason): &(String, String)) -> Self {
        Self { gate: what.clone(), reason: reason.clone(), needed: true }
    }
}

/// A commit of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub id: Oid,
    pub subject: String,
}

/// What a command of `[record]` said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    #[serde(default)]
    pub command: String,
    #[serde(flatten)]
    pub answer: Answer,
}

/// Its output without the line ends around it, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Output(String),
    Failed(String),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Record {
    /// As it is kept: JSON with its keys in alphabetical order, a line end at the end.
    pub fn bytes(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).unwrap_or_default();
        format!("{value:#}\n").into_bytes()
    }

    /// Reads the record of a tag.
    ///
    /// # Errors
    /// What is wrong with it, as the words after "the record of TAG": it is too large, no record, of
    /// another tag, or of a form that only a newer version understands.
    pub fn read(bytes: &[u8], tag: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        if bytes.len() > MOST {
            return Err(too_large(bytes.len()));
        }
        let form: Form =
            serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        if form.format > FORMAT {
            return Err(format!(
                "was written by a newer gonogo (format {}, this one reads {FORMAT})",
                form.format
            ));
        }
        let record: Self =
            serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        if record.tag != tag {
            return Err(format!("tells of another tag, {:?}", record.tag));
        }
        Ok(record)
    }

    /// What was released, for people: `demo 1.3.0 "Kestrel"`.
    pub fn title(&self) -> String {
        let codename = self.codename.as_ref().map(|name| format!(" \"{name}\""));
        let name = format!("{} {}", self.name, self.version);
        format!("{}{}", name.trim_start(), codename.unwrap_or_default())
    }
}

/// What is said of a record of so many bytes.
pub fn too_large(bytes: usize) -> String {
    format!("has {bytes} bytes, and no record is larger than {MOST}")
}
