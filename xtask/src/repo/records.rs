//! The records of releases that are known here: those kept by this clone, and those that the last
//! fetch saw on a remote.

use super::stored::Objects;
use super::{Repo, git};
use crate::error::Refusal;
use crate::plan::Oid;

/// Where this clone keeps the records of its releases.
pub const RECORDS: &str = "refs/gonogo/record/";

/// Where the pictures of remotes are.
const PICTURES: &str = "refs/gonogo-remote/";

/// The same place within the picture of a remote.
const PICTURED: &str = "/gonogo/record/";

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    pub tag: String,
    /// The remote it was seen on; `None`: it is this clone's own.
    pub remote: Option<String>,
    pub id: Oid,
    /// Its bytes, or how many they are where they are too many.
    pub bytes: Result<Vec<u8>, u64>,
}

impl Repo {
    /// All records that are known here, own ones first; of each at most `limit` bytes are read.
    ///
    /// # Errors
    /// git fails.
    pub fn records(&self, limit: usize) -> Result<Vec<StoredRecord>, Refusal> {
        let format = "--format=%(objectname) %(refname)";
        let listed = self.git.call(["for-each-ref", format, RECORDS, PICTURES]).read()?;
        let mut objects = Objects::of(&self.git);
        let mut found = Vec::new();
        for line in git::lines(&listed) {
            let Some((id, name)) = line.split_once(' ') else { continue };
            let (Some(id), Some((remote, tag))) = (Oid::new(id), place(name)) else { continue };
            let limit = u64::try_from(limit).unwrap_or(u64::MAX);
            let Some(object) = objects.read(id.as_str(), limit)? else { continue };
            // Anybody may put anything there.
            if object.kind == "blob" {
                let bytes = object.bytes.ok_or(object.size);
                found.push(StoredRecord { tag, remote, id, bytes });
            }
        }
        found.sort_by(|one, other| one.remote.cmp(&other.remote));
        Ok(found)
    }

    /// The tree of a commit; `None` where the commit is not here.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn tree_of(&self, commit: &Oid) -> Result<Option<Oid>, Refusal> {
        self.git.object(&format!("{}^{{tree}}", commit.as_str()))
    }

    /// Ids and subjects of the commits that `commit` has and `since` does not, the newest first, at
    /// most `limit`; and how many more there are.
    ///
    /// # Errors
    /// git fails.
    pub fn subjects(
        &self,
        since: Option<&Oid>,
        commit: &Oid,
        limit: usize,
    ) -> Result<(Vec<(Oid, String)>, usize), Refusal> {
        // `since` may be a commit that is not here any more.
        let range: Vec<String> = std::iter::once(commit.as_str().to_owned())
            .chain(since.map(|since| format!("^{}", since.as_str())))
            .collect();
        let options = ["log", "--ignore-missing", "-z", "--no-color", "--no-show-signature"];
        let shape = ["--no-notes", "--encoding=UTF-8", "--topo-order", "--format=%H %s"];
        let most = format!("--max-count={limit}");
        let args = options.iter().chain(&shape).map(|arg| (*arg).to_owned());
        let out = self.git.call(args.chain([most]).chain(range.clone())).read()?;
        let text = String::from_utf8_lossy(&out);
        let commit = |line: &str| {
            let (id, subject) = line.split_once(' ')?;
            Some((Oid::new(id)?, subject.to_owned()))
        };
        let found: Vec<_> = text.split('\0').filter_map(commit).collect();
        if found.len() < limit {
            return Ok((found, 0));
        }
        let args = ["rev-list", "--ignore-missing", "--count"].map(str::to_owned);
        let count = self.git.call(args.into_iter().chain(range)).read()?;
        let count = String::from_utf8_lossy(&count).trim().parse().unwrap_or(found.len());
        let more = count - found.len().min(count);
        Ok((found, more))
    }
}

/// The remote and the tag that the full name of a ref tells.
fn place(name: &str) -> Option<(Option<String>, String)> {
    if let Some(tag) = name.strip_prefix(RECORDS) {
        return Some((None, tag.to_owned()));
    }
    let (remote, tag) = name.strip_prefix(PICTURES)?.split_once(PICTURED)?;
    Some((Some(remote.to_owned()), tag.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_tells_remote_and_tag() {
        let told = |name| place(name).map(|(remote, tag)| format!("{remote:?} {tag}"));
        for (name, expected) in [
            ("refs/gonogo/record/v1", Some("None v1")),
            ("refs/gonogo/record/a/v1", Some("None a/v1")),
            ("refs/gonogo-remote/o/n/gonogo/record/a/v1", Some("Some(\"o/n\") a/v1")),
            ("refs/gonogo-remote/origin/heads/main", None),
            ("refs/gonogo/keep/1", None),
        ] {
            assert_eq!(told(name).as_deref(), expected, "{name}");
        }
    }
}
