//! Git objects that do not exist yet, and the refs that will name them.

use serde::{Deserialize, Serialize};

use super::Oid;
use crate::path::RepoPath;

/// A git object that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A commit of exactly these paths of the work tree on top of its parent; the user's commit
    /// hooks see it before it exists.
    Commit(Commit),
    /// An annotated tag.
    Tag(Tag),
    /// One commit merged into another, by the rules of a release; a conflict that they are not about
    /// fails before any ref has moved.
    Merge(Merge),
    /// A commit that takes a release out of a branch; where later commits need what it takes out, it
    /// fails before any ref has moved.
    Withdrawal(Withdrawal),
}

/// The commit of some paths of the work tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub parent: Id,
    pub message: String,
    /// `Name <address> seconds zone`, as `git var GIT_AUTHOR_IDENT` prints it: a resumed run makes
    /// the same object.
    pub author: String,
    pub committer: String,
    pub sign: Sign,
    pub paths: Vec<RepoPath>,
    /// What the user's commit hooks may change in it.
    #[serde(default)]
    pub hooks: HookEdits,
}

/// What commit hooks may change in a commit of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookEdits {
    /// The lines that are edited here (a formatter's quotes), and no others.
    #[default]
    OwnLines,
    /// Anything in the files that are edited here.
    OwnFiles,
    /// Nothing.
    Refuse,
}

/// An annotated tag (git-mktag(1)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Without `refs/tags/`.
    pub name: String,
    pub target: Id,
    pub message: String,
    /// `Name <address> seconds zone`.
    pub tagger: String,
    pub sign: Sign,
}

/// A commit that brings what another one has into a branch. Where the branch has it already, it is
/// the commit that the branch is at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The short name of the branch, for people.
    pub into: String,
    /// Where it is: the first parent.
    pub target: Id,
    /// What is merged into it.
    pub source: Id,
    pub parents: Parents,
    pub message: String,
    /// `Name <address> seconds zone`.
    pub author: String,
    pub committer: String,
    pub sign: Sign,
}

/// What a merge is a child of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parents {
    /// Both sides.
    Both,
    /// The target alone, as `git merge --squash` makes it.
    Target,
}

/// A commit that takes changes out of a branch and keeps all that came later, or only marks the
/// release in the changelog. Where the branch is like that already and no parent is missing, it is
/// the commit that the branch is at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The short name of the branch, for people.
    pub into: String,
    /// Where it is: the first parent.
    pub target: Id,
    pub takes_out: Option<TakesOut>,
    /// The sections of changelogs that are marked.
    pub retract: Vec<Retract>,
    /// Its further parents: withdrawals from other branches, so that a later merge between the two
    /// loses nothing. What those branches had before is merged as a release is.
    pub also: Vec<Id>,
    /// The commits that it takes back. Its message names each as git-revert(1) does, so that changelogs
    /// tell of what is there.
    #[serde(default)]
    pub reverts: Vec<Id>,
    pub message: String,
    /// `Name <address> seconds zone`.
    pub author: String,
    pub committer: String,
    pub sign: Sign,
}

/// The changes from one commit to another one, which are taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakesOut {
    /// The state before them.
    pub from: Oid,
    pub to: Oid,
}

/// A section of a changelog that is marked as withdrawn, with a notice on top of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retract {
    /// The project, by its name; `None` is the only one.
    pub project: Option<String>,
    pub version: String,
    /// One line.
    pub notice: String,
}

/// An object, by its id, or one that the plan makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Id {
    Known(Oid),
    /// Its number among all objects of the plan, in the order of the plan.
    Made(usize),
}

/// Whether an object is signed, as git is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Yes,
    No,
}

/// Where refs go, in one transaction, and the index entries of the checked-out branch with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Land {
    pub moves: Vec<RefMove>,
}

/// A ref that moves; it is made or deleted where it is not there before or after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefMove {
    /// Its full name.
    pub name: String,
    pub old: Option<Id>,
    pub new: Option<Id>,
}

/// HEAD goes from one place to another, and the work tree with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    pub from: Place,
    pub to: Place,
}

/// A place for HEAD: a branch, or a commit without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The full name of the branch; `None` is a detached HEAD.
    pub branch: Option<String>,
    pub commit: Id,
}

/// Refs of a remote that move together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub remote: String,
    /// What people are told: the remote's address without secrets.
    pub shown: String,
    pub moves: Vec<RefMove>,
}

/// A branch of the remote that is offered for a merge into another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub remote: String,
    /// Short names.
    pub branch: String,
    pub into: String,
    pub title: String,
    pub body: String,
    /// Where the site is; `None` where nobody knows one.
    pub page: Option<Page>,
}

/// A repository on the site that hosts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub site: String,
    /// The page on which a person opens the pull request.
    pub open: String,
}

/// What must be green on exactly the tree that the steps before made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gates {
    /// The kind of release: `rc`, `release`, `hotfix`.
    pub profile: String,
    pub version: String,
    pub tag: String,
    /// The gates, by their names, in order.
    #[serde(rename = "gates")]
    pub names: Vec<String>,
    /// Those that may fail this time, with the reason.
    pub waived: Vec<(String, String)>,
    /// What `[record]` keeps with the release, by name: asked with them, before anything leaves.
    #[serde(default)]
    pub values: Vec<String>,
}

impl Gates {
    /// Whether anything is asked.
    pub fn asks(&self) -> bool {
        !(self.names.is_empty() && self.values.is_empty())
    }
}

/// What is kept with a release, and where its record goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// The tag of the release.
    pub tag: String,
    /// The remote that gets a copy, best effort; `None` where nothing is pushed.
    pub remote: Option<String>,
    /// What the record says that no other step knows.
    #[serde(default)]
    pub about: About,
}

/// What a release is, for its record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// What is released: the project, or a package of it.
    pub name: String,
    pub version: String,
    pub codename: Option<String>,
    /// The kind of release: `rc`, `release`, `hotfix`.
    pub profile: String,
    /// The release before it.
    pub previous: Option<Previous>,
    /// Its section of the changelog, as it stands there.
    pub section: Option<String>,
    pub landing: Landing,
    /// What the built-in gates have said before anything was edited: the report of the check.
    pub checked: serde_json::Value,
    pub approvals: Box<Approvals>,
}

/// What people have said of a release before it was made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Approvals {
    /// The sign-offs that count.
    pub signoffs: Vec<SignedOff>,
    /// The roles that had to sign; `any` where it is people that count.
    pub required: Vec<String>,
    /// What was let through without them, and why: `signoff:ROLE`, `checklist:HEADING`.
    pub waived: Vec<(String, String)>,
    pub checklist: Option<Boxes>,
}

/// A sign-off that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOff {
    /// `None` where there are no roles.
    pub role: Option<String>,
    /// Whose it is, for people: `Bo Chen, witnessed by Ana Diaz`.
    pub signer: String,
    /// Who made it: `Name <address>`.
    pub by: String,
    /// Whose it is, where somebody else made it as a witness, and where that can be seen.
    #[serde(default)]
    pub witnessed: Option<(String, String)>,
    /// When: seconds since 1970.
    pub at: i64,
    pub statement: String,
    pub candidate: Oid,
    /// Its tag object.
    pub object: Oid,
    /// What its signature is worth, for people; `None` where it has none.
    #[serde(default)]
    pub signature: Option<String>,
}

/// The boxes of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Boxes {
    /// The file, in the commit of the release.
    pub path: String,
    /// What each waits for, as gonogo.toml spells it; what it does without is `skip: REASON`.
    pub bindings: Vec<Vec<String>>,
    /// So many people have to sign where anybody can.
    pub people: usize,
}

/// The release before another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    pub tag: String,
    pub commit: Oid,
}

/// How a release gets to its branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Landing {
    /// By a push of branch and tag.
    #[default]
    Push,
    /// Somebody merged it; what landed was tagged.
    PullRequest,
}

impl RefMove {
    /// A ref that is made, at an object of the plan.
    pub fn create(name: impl Into<String>, new: Id) -> Self {
        Self { name: name.into(), old: None, new: Some(new) }
    }

    /// A ref that moves on.
    pub fn update(name: impl Into<String>, old: Id, new: Id) -> Self {
        Self { name: name.into(), old: Some(old), new: Some(new) }
    }

    /// A ref that is deleted.
    pub fn delete(name: impl Into<String>, old: Id) -> Self {
        Self { name: name.into(), old: Some(old), new: None }
    }
}
