//! Facts about the repository. `git.rs` is the only code that runs git.

mod beside;
mod brought;
mod contents;
mod destination;
mod fetch;
mod git;
mod landing;
mod log;
pub mod merge;
mod moved;
mod network;
mod people;
mod ready;
mod records;
mod releases;
mod remote;
mod signoffs;
mod stand_in;
mod stored;
mod surroundings;
mod tags;
#[cfg(test)]
pub mod tests;
mod tree;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub use beside::Beside;
pub use brought::{Brought, Joint};
pub use contents::{Contents, Tracked};
pub use destination::Destination;
pub use fetch::{Fetched, Wanted, of_releases};
pub use git::{Git, LOCAL_ENV, in_hook, redirecting};
pub use landing::{How, Landing, Search};
pub use log::{Asked, Question, Range, Reading};
pub use network::{Errand, QUESTION, TRANSFER};
pub use ready::OtherChanges;
pub use records::{RECORDS, StoredRecord};
pub use releases::{Releases, made_tags};
pub use remote::{Listed, Main};
pub use signoffs::{SIGNOFFS, StoredSignoff, Vouched};
pub use stand_in::{Snapshot, StandIn};
pub use stored::Stored;
pub use surroundings::{Configuration, Landed, Remote};
pub use tags::{Room, Signature, Tag};
pub use tree::{FOREIGN_FOLDERS, SIZE_LIMIT, WorkTree};

use crate::error::Refusal;
use crate::plan::{Base, Oid, ROLLED_BACK};
use crate::sys::fs::real;

/// A repository with a work tree, and where its parts lie.
pub struct Repo {
    pub git: Git,
    /// The top of the work tree.
    pub top: PathBuf,
    /// The git folder of this work tree.
    pub git_dir: PathBuf,
    /// The git folder that all linked work trees share.
    pub common_dir: PathBuf,
    pub head: Head,
    begins: Begins,
    recent: log::Recent,
    settings: surroundings::Settings,
}

/// Where the history of a shallow clone begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// Further back than is here.
    Beyond,
    /// With the oldest commit that is here.
    Here,
}

/// What HEAD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// On a branch (full name), with its commit.
    Branch {
        name: String,
        commit: Oid,
    },
    /// On a branch that has no commit yet.
    Unborn {
        name: String,
    },
    Detached {
        commit: Oid,
    },
}

impl Head {
    /// The commit, `None` before the first one.
    pub fn commit(&self) -> Option<&Oid> {
        match self {
            Head::Branch { commit, .. } | Head::Detached { commit } => Some(commit),
            Head::Unborn { .. } => None,
        }
    }

    /// What a plan made here is based on.
    pub fn base(&self) -> Base {
        let branch = match self {
            Head::Branch { name, .. } | Head::Unborn { name } => Some(name.clone()),
            Head::Detached { .. } => None,
        };
        Base { branch, head: self.commit().cloned() }
    }
}

/// What `git status` says of the tracked files and the upstream branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Short name of the upstream branch.
    pub upstream: Option<String>,
    /// Commits that only HEAD has and that only the upstream has, as far as known here; `None`
    /// without an upstream or when it is gone.
    pub tracking: Option<(usize, usize)>,
    /// Tracked paths with staged or unstaged changes.
    pub changed: Vec<PathBuf>,
    /// Paths in conflict.
    pub unmerged: Vec<PathBuf>,
}

/// Commits, children first, with their parents and tags. What the user's configuration may add to a
/// log (colors, signatures, hidden tags) is switched off.
const DECORATED_LOG: [&str; 7] = [
    "log",
    "--topo-order",
    "--no-color",
    "--no-show-signature",
    "--decorate=full",
    "--decorate-refs=refs/tags/",
    "--format=%H %P%x00%D",
];

impl Repo {
    /// Finds the repository that `start` lies in.
    ///
    /// # Errors
    /// Not a repository, a bare one, one that git does not trust, git missing or too old to answer.
    pub fn discover(start: &Path) -> Result<Self, Refusal> {
        Self::found(start, Git::at(start)?)
    }

    /// Finds the repository of the git command that calls us as its hook, from `start`.
    ///
    /// # Errors
    /// As for [`Self::discover`].
    pub fn of_hook(start: &Path) -> Result<Self, Refusal> {
        Self::found(start, Git::called_by_git(start)?)
    }

    fn found(start: &Path, git: Git) -> Result<Self, Refusal> {
        if !start.is_dir() {
            return Err(Refusal::usage(format!("{} is not a folder", start.display())));
        }
        let asked = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"];
        let head = ["HEAD", "--symbolic-full-name", "HEAD"];
        let out = git.call(asked.iter().chain(&head)).output()?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let lines: Vec<&[u8]> = out.stdout.split(|&b| b == b'\n').collect();
        let [top, git_dir, common_dir, rest @ ..] = lines.as_slice() else {
            return Err(git.why_no_repository(start, &out));
        };
        if common_dir.is_empty() {
            return Err(git.why_no_repository(start, &out));
        }
        let place = |bytes: &[u8]| start.join(git::path(bytes));
        let (top, git_dir) = (place(top), place(git_dir));
        if !top.is_dir() {
            return Err(Refusal::usage("the path of this repository has a line end in it")
                .why("git's answers cannot be read then; rename the folder."));
        }
        let git = git.moved_to(&top);
        let head = match (out.status.success(), rest) {
            (true, [commit, name, ..]) => head_of(commit, name),
            _ => unborn(&git)?,
        };
        let head =
            head.ok_or_else(|| Refusal::external("git did not say what HEAD is").why(text))?;
        let (begins, recent) = (Begins::Beyond, log::Recent::default());
        let settings = surroundings::Settings::default();
        Ok(Self {
            top,
            git_dir,
            common_dir: place(common_dir),
            head,
            git,
            begins,
            recent,
            settings,
        })
    }

    /// The same repository with its history as a commit has it.
    pub fn seen_from(&self, commit: Oid) -> Self {
        Self {
            git: self.git.clone(),
            top: self.top.clone(),
            git_dir: self.git_dir.clone(),
            common_dir: self.common_dir.clone(),
            head: Head::Detached { commit },
            begins: self.begins,
            recent: log::Recent::default(),
            settings: self.settings.clone(),
        }
    }

    /// The same repository with the boundary of a shallow clone taken as the beginning of history.
    #[must_use]
    pub fn beginning_at_its_boundary(self) -> Self {
        Self { begins: Begins::Here, ..self }
    }

    /// The name of this work tree among those that share the repository: empty for the main one,
    /// `worktrees/NAME` for a linked one. It stays when folders are moved or mounted elsewhere.
    pub fn work_tree_name(&self) -> PathBuf {
        let (own, common) = (real(&self.git_dir), real(&self.common_dir));
        own.strip_prefix(common).map_or_else(|_| own.clone(), Path::to_owned)
    }

    /// The folder of the work tree that has a branch checked out.
    ///
    /// # Errors
    /// git fails.
    pub fn work_tree_of(&self, branch: &str) -> Result<Option<String>, Refusal> {
        let name = format!("refs/heads/{branch}");
        let said = self.git.call(["for-each-ref", "--format=%(worktreepath)", &name]).read()?;
        Ok(git::lines(&said).into_iter().next().filter(|folder| !folder.is_empty()))
    }

    /// The branch `develop` or `devel`, here or on a remote, as far as known here.
    ///
    /// # Errors
    /// git fails.
    pub fn develop(&self) -> Result<Option<String>, Refusal> {
        let refs = ["refs/heads/", "refs/remotes/*/"];
        let names = ["develop", "devel"];
        let patterns = names.iter().flat_map(|name| refs.map(|place| format!("{place}{name}")));
        let args = ["for-each-ref", "--format=%(refname:lstrip=-1)"].map(str::to_owned);
        let found = git::lines(&self.git.call(args.into_iter().chain(patterns)).read()?);
        Ok(names
            .iter()
            .find(|name| found.iter().any(|found| found == *name))
            .map(|n| (*n).to_owned()))
    }

    /// Every tag name, sorted by git's idea of versions, highest first (git-for-each-ref,
    /// `version:refname`). Only names are read, so this is quick with thousands of tags.
    ///
    /// # Errors
    /// git fails.
    pub fn tags(&self) -> Result<Vec<String>, Refusal> {
        self.released().map(|(tags, _)| tags)
    }

    /// The same, and the names of the tags of releases that were rolled back, whether they are still
    /// there or not.
    ///
    /// # Errors
    /// git fails.
    pub fn released(&self) -> Result<(Vec<String>, Vec<String>), Refusal> {
        let fixed = ["for-each-ref", "--sort=-version:refname", "--format=%(refname)"];
        let out = self.git.call(fixed.into_iter().chain(["refs/tags", ROLLED_BACK])).read()?;
        let (mut tags, mut rolled_back) = (Vec::new(), Vec::new());
        for name in git::lines(&out) {
            if let Some(tag) = name.strip_prefix("refs/tags/") {
                tags.push(tag.to_owned());
            } else if let Some(tag) = name.strip_prefix(ROLLED_BACK) {
                rolled_back.push(tag.to_owned());
            }
        }
        Ok((tags, rolled_back))
    }

    /// Every commit of HEAD that has a tag, or joins lines that have, children first: its id and
    /// those of its parents (the next such commits) with blanks between them, a NUL, and the full
    /// names of the tags on it (`tag: refs/tags/v1.2.0, tag: ...`).
    ///
    /// # Errors
    /// git fails.
    pub fn decorated(&self) -> Result<Vec<u8>, Refusal> {
        // Of a repository that is seen from a commit this is not git's HEAD.
        let head = self.head.commit().map_or("HEAD", Oid::as_str);
        let simplified = ["--simplify-by-decoration", head];
        self.git.call(DECORATED_LOG.into_iter().chain(simplified)).read()
    }

    /// The tracked changes and the upstream branch; no network, no untracked files.
    ///
    /// # Errors
    /// git fails.
    pub fn status(&self) -> Result<Status, Refusal> {
        let args = [
            "status",
            "--porcelain=v2",
            "-z",
            "--branch",
            "--ahead-behind",
            "--untracked-files=no",
        ];
        Ok(git::status(&self.git.call(args).read()?))
    }

    /// How many commits HEAD has that `from` does not have.
    ///
    /// # Errors
    /// git fails.
    pub fn count_since(&self, from: &str) -> Result<usize, Refusal> {
        self.count_between(from, "HEAD")
    }

    /// How many commits one name of git's has that another does not have.
    ///
    /// # Errors
    /// git fails.
    pub fn count_between(&self, from: &str, to: &str) -> Result<usize, Refusal> {
        let range = format!("{from}..{to}");
        let out = self.git.call(["rev-list", "--count", "--end-of-options", &range]).read()?;
        Ok(git::lines(&out).first().and_then(|line| line.parse().ok()).unwrap_or(0))
    }

    /// When and how a tag was made: its date as `2026-05-15` and `annotated` or `lightweight`.
    ///
    /// # Errors
    /// git fails.
    pub fn tag_facts(&self, tag: &str) -> Result<(String, &'static str), Refusal> {
        let name = format!("refs/tags/{tag}");
        let format = "--format=%(objecttype) %(creatordate:format:%Y-%m-%d)";
        let out = self.git.call(["for-each-ref", format, &name]).read()?;
        let line = git::lines(&out).into_iter().next().unwrap_or_default();
        let (kind, date) = line.split_once(' ').unwrap_or_default();
        Ok((date.to_owned(), if kind == "tag" { "annotated" } else { "lightweight" }))
    }

    /// The days of every tag: when it was made, and when what it points at was committed, each as
    /// `2026-05-15`.
    ///
    /// # Errors
    /// git fails.
    pub fn tag_days(&self) -> Result<HashMap<String, (String, String)>, Refusal> {
        let day = |field: &str| format!("%({field}:format:%Y-%m-%d)");
        let [made, own, inner] = ["creatordate", "committerdate", "*committerdate"].map(day);
        let format = format!("--format=%(refname:strip=2) {made} {own}{inner}");
        let out = self.git.call(["for-each-ref", &format, "refs/tags"]).read()?;
        let days = |line: String| {
            let mut fields = line.split(' ').map(str::to_owned);
            let (name, made) = (fields.next()?, fields.next()?);
            let committed = fields.next().filter(|day| !day.is_empty());
            Some((name, (made.clone(), committed.unwrap_or(made))))
        };
        Ok(git::lines(&out).into_iter().filter_map(days).collect())
    }

    /// The day of the commit that a tag, branch or id means, as `2026-05-15`; `None` when there is no
    /// such commit.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn commit_day(&self, name: &str) -> Result<Option<String>, Refusal> {
        let commit = self.ref_at(&format!("{name}^{{commit}}"))?;
        commit.map_or(Ok(None), |commit| self.day_of(&commit))
    }

    /// The day of a commit that is here.
    ///
    /// # Errors
    /// git fails.
    pub fn day_of(&self, commit: &Oid) -> Result<Option<String>, Refusal> {
        let args = ["log", "-1", "--no-show-signature", "--format=%cs", commit.as_str(), "--"];
        Ok(git::lines(&self.git.call(args).read()?).pop())
    }

    /// The short id of the newest commit after `base` (without one: of all) that changed one of
    /// these paths.
    ///
    /// # Errors
    /// git fails.
    pub fn last_commit_of(
        &self,
        base: Option<&Oid>,
        paths: &[&str],
    ) -> Result<Option<String>, Refusal> {
        let range = base.map_or("HEAD".to_owned(), |base| format!("{}..HEAD", base.as_str()));
        let args = ["log", "-1", "--format=%h", "--end-of-options", &range, "--"];
        let out = self.git.call(args.iter().chain(paths)).read()?;
        Ok(git::lines(&out).pop())
    }

    /// Whether a merge waits to be committed.
    pub fn is_merging(&self) -> bool {
        self.git_dir.join("MERGE_HEAD").exists()
    }

    /// The paths that the index changes; before the first commit, none is told.
    ///
    /// # Errors
    /// git fails.
    pub fn staged(&self) -> Result<Vec<PathBuf>, Refusal> {
        if self.head.commit().is_none() {
            return Ok(Vec::new());
        }
        let args = ["diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD"];
        let out = self.git.call(args).read()?;
        Ok(out.split(|&b| b == 0).filter(|path| !path.is_empty()).map(git::path).collect())
    }

    /// Whether a commit is another one or comes before it, for everybody: what replace refs and grafts
    /// say here is not so elsewhere.
    ///
    /// # Errors
    /// git fails.
    pub fn is_ancestor(&self, commit: &Oid, of: &Oid) -> Result<bool, Refusal> {
        let args = ["merge-base", "--is-ancestor", commit.as_str(), of.as_str()];
        let out = self.as_pushed(args.iter()).output()?;
        match out.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(git::failed("git merge-base", &out)),
        }
    }

    /// The commit that a tag (first) or any other name of git's means; `None` when there is none.
    ///
    /// # Errors
    /// git fails.
    pub fn named(&self, name: &str) -> Result<Option<Oid>, Refusal> {
        match self.ref_at(&format!("refs/tags/{name}^{{commit}}"))? {
            Some(commit) => Ok(Some(commit)),
            None => self.ref_at(&format!("{name}^{{commit}}")),
        }
    }

    /// Where a ref points, `None` when it does not exist.
    ///
    /// # Errors
    /// git fails.
    pub fn ref_at(&self, name: &str) -> Result<Option<Oid>, Refusal> {
        self.git.object(name)
    }

    /// Where these refs (full names) point, asked at once; those that do not exist are left out.
    ///
    /// # Errors
    /// git fails.
    pub fn refs_at<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<HashMap<String, Oid>, Refusal> {
        let names: Vec<&str> = names.into_iter().collect();
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let args = ["for-each-ref", "--format=%(objectname) %(refname)"];
        let out = self.git.call(args.iter().chain(&names)).read()?;
        let at = |line: &str| {
            let (id, name) = line.split_once(' ')?;
            Some((name.to_owned(), Oid::new(id)?))
        };
        Ok(String::from_utf8_lossy(&out).lines().filter_map(at).collect())
    }

    /// The branch HEAD is on now (full name), `None` when detached.
    ///
    /// # Errors
    /// git fails.
    pub fn current_branch(&self) -> Result<Option<String>, Refusal> {
        let out = self.git.call(["symbolic-ref", "--quiet", "HEAD"]).output()?;
        Ok(git::lines(&out.stdout).pop())
    }
}

fn head_of(commit: &[u8], name: &[u8]) -> Option<Head> {
    let commit = Oid::new(std::str::from_utf8(commit).ok()?)?;
    Some(match name {
        b"HEAD" | b"" => Head::Detached { commit },
        name => Head::Branch { name: String::from_utf8_lossy(name).into_owned(), commit },
    })
}

fn unborn(git: &Git) -> Result<Option<Head>, Refusal> {
    let out = git.call(["symbolic-ref", "--quiet", "HEAD"]).output()?;
    Ok(git::lines(&out.stdout).pop().map(|name| Head::Unborn { name }))
}
