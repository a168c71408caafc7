//! What came between two commits.

use std::collections::BTreeSet;

use super::{Repo, git};
use crate::error::Refusal;
use crate::plan::Oid;
use crate::wording::counted;

/// Commits that came from elsewhere.
#[derive(Debug)]
pub struct Came {
    pub count: usize,
    /// Who wrote them, each once, those of the newest first.
    pub authors: Vec<String>,
    /// What they change together.
    pub paths: Vec<String>,
}

/// A commit in one line.
#[derive(Debug)]
pub struct Brief {
    /// The short id.
    pub id: String,
    pub author: String,
    pub subject: String,
}

/// So many names and paths are told in a line.
const NAMED: usize = 3;

impl Came {
    /// In one line: `2 commits by github-actions[bot]: docs/CHECKLIST.md`.
    pub fn summary(&self) -> String {
        let named = |all: &[String]| match all.len() > NAMED {
            true => format!("{} and {} more", all[..NAMED].join(", "), all.len() - NAMED),
            false => all.join(", "),
        };
        let commits = counted(self.count, "commit");
        let by = format!("{commits} by {}", named(&self.authors));
        if self.paths.is_empty() { by } else { format!("{by}: {}", named(&self.paths)) }
    }
}

impl Repo {
    /// What `new` has that `old` does not have.
    ///
    /// # Errors
    /// git fails.
    pub fn came(&self, old: &Oid, new: &Oid) -> Result<Came, Refusal> {
        let all = self.between(old, new)?;
        let mut seen = BTreeSet::new();
        let authors = all.iter().map(|commit| commit.author.clone());
        let authors = authors.filter(|author| seen.insert(author.clone())).collect();
        let out = self.git.call(["merge-base", old.as_str(), new.as_str()]).output()?;
        let base = git::lines(&out.stdout).first().and_then(|line| Oid::new(line));
        let paths = self.paths_between(base.as_ref().unwrap_or(old), new)?;
        Ok(Came { count: all.len(), authors, paths })
    }

    /// The commits that `new` has and `old` does not have, the newest first.
    ///
    /// # Errors
    /// git fails.
    pub fn between(&self, old: &Oid, new: &Oid) -> Result<Vec<Brief>, Refusal> {
        let range = format!("{}..{}", old.as_str(), new.as_str());
        let plain = ["log", "-z", "--no-color", "--no-show-signature", "--encoding=UTF-8"];
        let told = ["--no-mailmap", "--format=%h%x1f%an%x1f%s", "--end-of-options", &range, "--"];
        let out = self.git.call(plain.iter().chain(&told)).read()?;
        let brief = |record: &[u8]| {
            let text = String::from_utf8_lossy(record);
            let mut fields = text.splitn(3, '\x1f').map(str::to_owned);
            Some(Brief { id: fields.next()?, author: fields.next()?, subject: fields.next()? })
        };
        Ok(out.split(|&b| b == 0).filter_map(brief).collect())
    }

    /// The paths that differ between two commits or trees.
    ///
    /// # Errors
    /// git fails.
    pub fn paths_between(&self, one: &Oid, other: &Oid) -> Result<Vec<String>, Refusal> {
        let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only"];
        let out = self.git.call(args.iter().chain(&[one.as_str(), other.as_str()])).read()?;
        Ok(git::names(&out))
    }
}
