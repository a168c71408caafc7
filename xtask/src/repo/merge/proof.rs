//! The proof that a merge differs from git's own in what the rules are about, and in nothing else.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Merged, Work, git};
use crate::error::Refusal;

impl Work<'_> {
    /// Proves that nothing but what was resolved differs from git's own merge, and that no conflict
    /// marker is left in that.
    pub(super) fn prove(&self, merged: &Merged) -> Result<(), Refusal> {
        let refuse = |path: &Path, why: &str| {
            Refusal::external("the merge is not what it should be")
                .why(format!("{}: {why}.", path.display()))
                .why("Nothing was changed.")
        };
        let named =
            |path: &Path| merged.resolved.iter().any(|one| Path::new(one.path.as_str()) == path);
        for path in git::differing(self.git, &self.by_git.tree, &merged.tree)? {
            if !named(&path) {
                return Err(refuse(&path, "it differs from git's own merge"));
            }
        }
        for path in self.by_git.conflicted.keys() {
            let own = crate::repo::git::path(path);
            let entry = git::entry(self.git, &merged.tree, own.as_os_str().as_bytes())?;
            let bytes = entry.map(|entry| git::blob(self.git, &entry.id)).transpose()?;
            let known = self.markers(path)?;
            if bytes.as_deref().map_or(0, markers) > known || !named(&own) {
                return Err(refuse(&own, "a conflict of git's is left in it"));
            }
        }
        Ok(())
    }

    /// How many lines of the two sides look like conflict markers already: an example in a text.
    fn markers(&self, path: &[u8]) -> Result<usize, Refusal> {
        let mut count = 0;
        for entry in self.by_git.conflicted[path][1..].iter().flatten() {
            count += markers(&git::blob(self.git, &entry.id)?);
        }
        Ok(count)
    }
}

fn markers(bytes: &[u8]) -> usize {
    let is = |line: &&[u8]| line.starts_with(b"<<<<<<< ") || line.starts_with(b">>>>>>> ");
    bytes.split(|&byte| byte == b'\n').filter(is).count()
}
