//! What will be done, as a value: it can be printed, serialized, journaled, and taken back.
#![warn(clippy::wildcard_enum_match_arm)]

mod beyond;
mod digest;
mod object;
mod render;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use beyond::{Command, Person, Run, Share};
pub use digest::Digest;
pub use object::{
    About, Approvals, Boxes, Commit, Gates, HookEdits, Id, Keep, Land, Landing, Merge, Object,
    Page, Parents, Place, Previous, Pull, Push, RefMove, Retract, Sign, SignedOff, Switch, Tag,
    TakesOut, Withdrawal,
};
pub use render::{Change, changes};

use crate::path::RepoPath;
use crate::sites::splice;

/// The version of the serialized form; readers refuse any other.
pub const FORMAT: u32 = 2;

/// Where the tags of releases that were rolled back are kept: their versions are burned, also where
/// the tag itself was deleted.
pub const ROLLED_BACK: &str = "refs/gonogo/rolledback/";

/// A procedure, ready to be executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub format: u32,
    /// What `log` and messages call it: `bump 1.2.0 -> 1.3.0`.
    pub title: String,
    pub base: Base,
    pub steps: Vec<Step>,
}

/// What the plan was made on; where it does not hold any more, the plan is stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The full name of the checked-out branch, `None` when HEAD is detached.
    pub branch: Option<String>,
    /// The commit HEAD names, `None` before the first commit.
    pub head: Option<Oid>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Why it is done, for `--dry-run` and the log.
    pub why: String,
    pub action: Action,
}

/// What a step does to the world.
///
/// Local actions are pairs of observable states: what was before and what is after. The executor
/// derives probe, resume and inverse from the pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Edits files of the work tree, or makes new ones.
    Files(Vec<FileChange>),
    /// Runs a command that looks at what the steps before it did, and changes nothing itself. When
    /// it says no, they are taken back.
    Check(Check),
    /// Shows the user's commit hooks a commit that is never made. A plan with this step leaves
    /// everything as it was: it only goes forward to go back.
    Rehearse(Commit),
    /// Makes objects that no ref names yet; the user's commit hooks see a commit before.
    Build(Vec<Object>),
    /// Asks the gates about the tree that was built. When it says no, all is taken back.
    Gates(Gates),
    /// Moves refs in one transaction, and index entries of the checked-out branch with them.
    Land(Land),
    /// HEAD goes to another branch or commit, and the work tree with it.
    Switch(Switch),
    /// Moves refs of a remote, all or none. It cannot be undone.
    Push(Push),
    /// Offers a branch for a merge, on the site that hosts the remote; best effort.
    Pull(Pull),
    /// Keeps the record of a release, here and (best effort) on the remote.
    Keep(Keep),
    /// Hands refs of our own on to a remote, best effort.
    Share(Share),
    /// Makes git hooks that do not exist yet.
    Hooks(Hooks),
    /// Runs commands of the configuration. Once one has begun, nothing is undone any more.
    Run(Run),
    /// Tells what only a person can do. The operation ends without it, and it stays open until
    /// somebody says that it is done.
    Person(Person),
}

/// A command that says whether something is right: exit code 0 is yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What it is called in messages: `[changelog] guard`.
    pub name: String,
    /// The program and its arguments; it runs at the top of the work tree.
    pub argv: Vec<String>,
    /// What it is told, by name.
    pub env: BTreeMap<String, String>,
}

/// What a probe of the world finds, for each file and each ref on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    Before,
    After,
    /// Neither: somebody else was here, and `found` says what is there now.
    Elsewhere {
        found: String,
    },
}

/// The one edit primitive: these bytes of a file become others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub range: Range<usize>,
    pub old: String,
    pub new: String,
}

/// The edits of one file, with what it holds before and after them. A file that does not exist is
/// edited like an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub path: RepoPath,
    /// In file order, not overlapping.
    pub edits: Vec<Edit>,
    pub before: Digest,
    pub after: Digest,
}

impl FileChange {
    /// A file that does not exist yet.
    pub fn create(path: RepoPath, text: String) -> Self {
        let after = Digest::of(text.as_bytes());
        let edits = vec![Edit { range: 0..0, old: String::new(), new: text }];
        Self { path, edits, before: Digest::absent(), after }
    }

    /// Text that is put into a file that holds `bytes`; `None` beyond its end.
    pub fn insert(path: RepoPath, bytes: &[u8], at: usize, text: String) -> Option<Self> {
        Self::edited(path, bytes, vec![Edit { range: at..at, old: String::new(), new: text }])
    }

    /// Edits of a file that holds `bytes`; `None` when it does not hold what they replace.
    pub fn edited(path: RepoPath, bytes: &[u8], edits: Vec<Edit>) -> Option<Self> {
        let change = Self { path, edits, before: Digest::of(bytes), after: Digest::absent() };
        let after = Digest::of(&change.apply(bytes)?);
        Some(Self { after, ..change })
    }

    /// The file after the edits; `None` when `bytes` does not hold what the edits replace.
    pub fn apply(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let holds = |edit: &Edit| bytes.get(edit.range.clone()) == Some(edit.old.as_bytes());
        let edits: Vec<_> =
            self.edits.iter().map(|edit| (edit.range.clone(), edit.new.as_str())).collect();
        self.edits.iter().all(holds).then(|| splice(bytes, &edits).ok()).flatten()
    }
}

/// Hooks for git, and where it looks for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    pub folder: PathBuf,
    pub files: Vec<HookFile>,
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookFile {
    /// `pre-commit`
    pub name: String,
    pub text: String,
}

/// Everything that is known about a commit before it is made: facts for a planner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// Full name of the branch.
    pub branch: String,
    pub parent: Oid,
    /// `Name <address> seconds zone`.
    pub author: String,
    pub committer: String,
    pub sign: Sign,
}

/// A ref as people call it: a branch or a tag by its short name, any other in full.
pub fn short(name: &str) -> &str {
    let branch = name.strip_prefix("refs/heads/");
    branch.or_else(|| name.strip_prefix("refs/tags/")).unwrap_or(name)
}

/// A git object id in hexadecimal, SHA-1 or SHA-256.
///
/// Read from data it is checked, too: journals are local, but records of releases come from remotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid(String);

impl Oid {
    /// `None` unless the text is 40 or 64 hexadecimal digits.
    pub fn new(text: &str) -> Option<Self> {
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (hex && matches!(text.len(), 40 | 64)).then(|| Self(text.to_owned()))
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

impl TryFrom<String> for Oid {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text).ok_or_else(|| format!("{text:?} is no object id"))
    }
}

impl From<Oid> for String {
    fn from(id: Oid) -> Self {
        id.0
    }
}

impl Action {
    /// The file changes of this step.
    pub fn files(&self) -> &[FileChange] {
        if let Action::Files(changes) = self { changes } else { &[] }
    }

    /// The objects that this step makes.
    pub fn objects(&self) -> &[Object] {
        if let Action::Build(objects) = self { objects } else { &[] }
    }

    /// The commit that the work tree goes to, where that exists before the plan.
    pub fn goes_to(&self) -> Option<&Oid> {
        let Self::Switch(switch) = self else { return None };
        if let Id::Known(commit) = &switch.to.commit { Some(commit) } else { None }
    }

    /// The refs of this repository that this step moves.
    pub fn moves(&self) -> &[RefMove] {
        if let Action::Land(land) = self { &land.moves } else { &[] }
    }
}

impl Plan {
    /// Whether it is only tried.
    pub fn is_rehearsal(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::Rehearse(_)))
    }

    /// Every file change of the plan, in order; the position in this list names the file's bytes
    /// in the journal.
    pub fn files(&self) -> Vec<&FileChange> {
        self.steps.iter().flat_map(|step| step.action.files()).collect()
    }

    /// Every object that the plan makes, in order: [`Id::Made`] counts in this list.
    pub fn objects(&self) -> Vec<&Object> {
        self.steps.iter().flat_map(|step| step.action.objects()).collect()
    }

    /// Every ref of this repository that the plan moves, in order.
    pub fn moves(&self) -> Vec<&RefMove> {
        self.steps.iter().flat_map(|step| step.action.moves()).collect()
    }

    /// The git hooks that the plan makes.
    pub fn hooks(&self) -> impl Iterator<Item = &Hooks> {
        self.steps.iter().filter_map(|step| {
            if let Action::Hooks(hooks) = &step.action { Some(hooks) } else { None }
        })
    }

    /// What is kept of the release that the plan makes; `None` where it makes none.
    pub fn release(&self) -> Option<&Keep> {
        self.steps
            .iter()
            .find_map(|step| if let Action::Keep(keep) = &step.action { Some(keep) } else { None })
    }

    /// Whether it is a release straight on the branch that is checked out: that branch and the tag
    /// are pushed, and the work tree goes nowhere.
    pub fn is_straight(&self) -> bool {
        let goes = self.steps.iter().any(|step| matches!(step.action, Action::Switch(_)));
        let pushes = |name: &str| {
            let push = self.point_of_no_return();
            push.is_some_and(|push| push.moves.iter().any(|it| it.name.starts_with(name)))
        };
        !goes && pushes("refs/tags/") && self.base.branch.as_deref().is_some_and(pushes)
    }

    /// The first step that cannot be taken back.
    pub fn point_of_no_return(&self) -> Option<&Push> {
        self.steps
            .iter()
            .find_map(|step| if let Action::Push(push) = &step.action { Some(push) } else { None })
    }
}
