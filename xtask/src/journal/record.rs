//! The records of an operation and how they are written down.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::path::RepoPath;
use crate::plan::{Digest, FORMAT, Oid, Plan};
use crate::sys::clock::Timestamp;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The plan, before any effect.
    Begin(Box<Begin>),
    /// The user's hooks are about to run for this step. Until `HooksEnded` or `Built` they may be
    /// in flight, and whatever the planned and the other changed files hold is theirs.
    Hooks { step: usize, foreign: Vec<Foreign> },
    /// The hooks of this step ended by themselves, well or not.
    HooksEnded { step: usize },
    /// The objects of this step exist; no ref of the user names them yet.
    Built { step: usize, objects: Vec<Oid>, index: Vec<IndexChange>, files: Vec<Rewritten> },
    /// The gates said yes; what they said, as `check --json` says it, with what the commands of
    /// `[record]` said under `record`.
    Gates { step: usize, report: serde_json::Value },
    /// The refs of this step have moved, and the post-commit hook is about to run.
    PostCommit { step: usize },
    /// The work tree is about to go elsewhere: `paths` differ there and are as HEAD has them.
    Switching { step: usize, back: bool },
    /// HEAD is where it was to go.
    Switched { step: usize, back: bool },
    /// The remote is about to be asked to move its refs; from here on they may have moved.
    Pushing { step: usize },
    /// The remote has refused: none of its refs has moved.
    Refused { step: usize },
    /// The remote was seen to have the refs of this step.
    Pushed { step: usize },
    /// The ref that keeps the record of the release is about to go from one blob to another.
    Recorded { step: usize, before: Option<Oid>, blob: Oid },
    /// A command of this step is about to run; from here on it may have done anything.
    Running { step: usize, command: usize, at: Timestamp },
    /// It has ended, or could not be started.
    Ran { step: usize, command: usize, evidence: Evidence },
    /// What a person says of this step; also after the operation has ended.
    ByHand { step: usize, said: Said, who: String, at: Timestamp },
    /// From here on the operation is driven in this direction.
    Turn { direction: Direction, at: Timestamp },
    /// The operation is over.
    Closed { state: Closed, at: Timestamp },
}

/// What is known when an operation begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    pub at: Timestamp,
    /// The committer's name, or the login name.
    pub who: String,
    pub pid: u32,
    /// The command line after the program: `bump minor --commit`.
    pub command: String,
    /// The top of the work tree it runs in.
    #[serde(with = "raw_path")]
    pub top: PathBuf,
    /// [`Repo::work_tree_name`](crate::repo::Repo::work_tree_name)
    #[serde(with = "raw_path")]
    pub work_tree: PathBuf,
    pub plan: Plan,
    /// The open operation that this one replaces: with this record that one is over, and when this
    /// one is taken back it is the open one again.
    #[serde(default)]
    pub replaces: Option<u64>,
    /// Sizes of the files in `before`.
    pub sizes: Vec<usize>,
    /// Permissions of the planned files, in plan order.
    pub modes: Vec<u32>,
    /// Folders that have to be made for planned files and hooks, outer ones first.
    #[serde(default)]
    pub folders: Vec<RepoPath>,
}

/// How a command of the configuration ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub ended: Ended,
    pub millis: u64,
    /// What it printed, without secrets; `None` where that could not be kept.
    pub log: Option<Log>,
}

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Exit(i32),
    /// By a signal, from wherever that came.
    Signal(i32),
    /// It never ran; why.
    NotStarted(String),
    /// It asked at a terminal that was not there, and was ended.
    Asked,
    /// Ctrl-C, or a signal that ends us.
    Interrupted,
}

/// The log of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Its name in the operation's folder.
    pub file: String,
    pub digest: Digest,
}

/// What a person says of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// I have done it.
    Done,
    /// It will not be done.
    Skipped,
}

/// The two ways an operation can be driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Forward,
    Back,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    Done,
    /// Taken back by `undo`.
    Undone,
    /// It failed before a ref moved and took its own steps back.
    TakenBack,
    /// Another operation led to the same end.
    Replaced,
}

/// A tracked file with changes that are not part of the plan, as it was before the hooks ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    #[serde(with = "raw_path")]
    pub path: PathBuf,
    /// `st_mode`; `None` when the file was not there.
    pub mode: Option<u32>,
    pub digest: Digest,
    pub size: usize,
}

/// An entry of the index of the checked-out branch, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexChange {
    pub path: RepoPath,
    pub before: Option<IndexEntry>,
    pub after: Option<IndexEntry>,
}

/// What the index says of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    /// `100644`, `100755`, `120000`.
    pub mode: String,
    pub id: Oid,
}

/// A planned file that a hook changed; its bytes are the file `rewritten-NUMBER`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewritten {
    pub number: usize,
    pub digest: Digest,
}

/// A path as text where it is UTF-8, else as its bytes: no path is lost or changed.
mod raw_path {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Raw {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => Raw::Text(text.to_owned()),
            None => Raw::Bytes(path.as_os_str().as_bytes().to_vec()),
        }
        .serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Text(text) => PathBuf::from(text),
            Raw::Bytes(bytes) => PathBuf::from(OsString::from_vec(bytes)),
        })
    }
}

/// A record as a line: 16 digits of the SHA-256 of the JSON text, a blank, the text.
pub(super) fn line(record: &Record) -> Vec<u8> {
    let json = serde_json::to_string(record).unwrap_or_default();
    let sum = Digest::of(json.as_bytes());
    format!("{} {json}\n", &sum.as_str()[..16]).into_bytes()
}

/// What a journal file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The records, and the length of what could be read: what a kill tore off is dropped.
    Records(Vec<Record>, u64),
    /// Whole records of another version of this program, which this one does not understand; the
    /// last one closes the operation, or not.
    OtherVersion { closed: bool },
    /// Record number N is broken and not the last one: the file was damaged, not torn.
    Damaged(usize),
}

/// Reads a journal file.
pub(super) fn read(bytes: &[u8]) -> Content {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    let whole: Vec<&[u8]> = lines.iter().map_while(|line| checked(line)).collect();
    if whole.len() + 1 < lines.len() {
        return Content::Damaged(whole.len() + 1);
    }
    let records: Option<Vec<Record>> =
        whole.iter().map(|json| serde_json::from_slice(json).ok()).collect();
    let own = |records: &Vec<Record>| match records.first() {
        Some(Record::Begin(begin)) => begin.plan.format == FORMAT,
        _ => true,
    };
    match records.filter(own) {
        Some(records) => {
            let length = lines[..whole.len()].iter().map(|line| line.len() as u64).sum();
            Content::Records(records, length)
        }
        None => Content::OtherVersion { closed: whole.last().is_some_and(|json| closes(json)) },
    }
}

/// The JSON text of a line whose checksum is right.
fn checked(line: &[u8]) -> Option<&[u8]> {
    let (sum, json) = line.strip_suffix(b"\n")?.split_at_checked(16)?;
    let json = json.strip_prefix(b" ")?;
    Digest::of(json).as_str().as_bytes().starts_with(sum).then_some(json)
}

fn closes(json: &[u8]) -> bool {
    let record: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
    record["record"] == "closed"
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_torn_tail_is_dropped_and_damage_is_not() {
        let at = Timestamp(0);
        let records =
            [Record::HooksEnded { step: 1 }, Record::Closed { state: Closed::TakenBack, at }];
        let bytes: Vec<u8> = records.iter().flat_map(line).collect();
        let first = line(&records[0]).len();
        assert_eq!(read(&bytes), Content::Records(records.to_vec(), bytes.len() as u64));
        for cut in first..bytes.len() {
            let expected = Content::Records(records[..1].to_vec(), first as u64);
            assert_eq!(read(&bytes[..cut]), expected, "{cut}");
        }
        let path = std::ffi::OsString::from_vec(b"odd\xff".to_vec()).into();
        let foreign = Foreign { path, mode: None, digest: Digest::of(b""), size: 0 };
        let odd = Record::Hooks { step: 0, foreign: vec![foreign] };
        let length = line(&odd).len() as u64;
        assert_eq!(read(&line(&odd)), Content::Records(vec![odd], length));
        let mut damaged = bytes;
        damaged[20] ^= 1;
        assert_eq!(read(&damaged), Content::Damaged(1));
    }

    #[test]
    fn records_of_another_version_are_recognized() {
        let unknown = |json: &str| {
            format!("{} {json}\n", &Digest::of(json.as_bytes()).as_str()[..16]).into_bytes()
        };
        let begun = unknown(r#"{"record":"begin","later":1}"#);
        let closed = unknown(r#"{"record":"closed","state":"sold","at":0}"#);
        assert_eq!(read(&begun), Content::OtherVersion { closed: false });
        assert_eq!(read(&[begun, closed].concat()), Content::OtherVersion { closed: true });
    }
}
