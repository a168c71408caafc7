//! What a remote holds: asked over the network, or known from the last time.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::network::{Errand, QUESTION};
use super::{Configuration, Head, Repo, git};
use crate::error::Refusal;
use crate::plan::Oid;
use crate::sys::fs as write;
use crate::sys::proc::Interrupt;

/// The names of a main branch where nothing says one.
const USUAL: [&str; 2] = ["main", "master"];

/// The branch that releases land on, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Main {
    /// Its short name.
    pub name: String,
    /// What says so, as a sentence goes on after "as".
    pub because: String,
}

/// The refs that a remote named, with their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed(pub(super) BTreeMap<String, Oid>);

/// What git adds to the name of a tag for the object behind it (gitrevisions(7)).
pub(super) const PEELED: &str = "^{}";

impl Listed {
    /// Reads what `git ls-remote` printed; other lines (warnings of ssh) are none of its.
    pub fn read(text: &str) -> Self {
        let line = |line: &str| {
            let (id, name) = line.split_once('\t')?;
            Some((name.to_owned(), Oid::new(id)?))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// Where a ref of this full name is: a commit, or the object of an annotated tag.
    pub fn get(&self, name: &str) -> Option<&Oid> {
        self.0.get(name)
    }

    /// What it stands for in the end: of an annotated tag the commit.
    pub fn peeled(&self, name: &str) -> Option<&Oid> {
        self.0.get(&format!("{name}{PEELED}")).or_else(|| self.get(name))
    }

    /// The refs below a place (`refs/tags/`), by their full names, in order.
    pub fn below<'l>(&'l self, place: &'l str) -> impl Iterator<Item = (&'l str, &'l Oid)> {
        let from = self.0.range(place.to_owned()..).map(|(name, id)| (name.as_str(), id));
        from.take_while(move |(name, _)| name.starts_with(place))
            .filter(|(name, _)| !name.ends_with(PEELED))
    }
}

impl Repo {
    /// Asks a remote, in one connection, where the refs are that match (`refs/heads/main`,
    /// `refs/tags/*`; none: all). Fetched from is what is asked: `remote.NAME.url`.
    ///
    /// # Errors
    /// The remote does not answer, git cannot be started, ctrl-C.
    pub fn ask<P: AsRef<OsStr>>(
        &self,
        remote: &str,
        patterns: &[P],
        interrupt: &Interrupt,
    ) -> Result<Listed, Refusal> {
        let failure = "could not be asked";
        let errand = Errand { remote, failure, limit: QUESTION, interrupt };
        let args = ["ls-remote", "--", remote].map(OsStr::new).into_iter();
        let call = self.git.call(args.chain(patterns.iter().map(AsRef::as_ref)));
        let out = errand.succeeded(self.over_network(call, &errand)?)?;
        Ok(Listed::read(&String::from_utf8_lossy(&out)))
    }

    /// The branch that releases land on: as `said`, as the remote's HEAD is known here, or the only
    /// one with a usual name. `None` when nothing tells.
    ///
    /// # Errors
    /// git fails.
    pub fn main(
        &self,
        configuration: &Configuration,
        said: Option<&str>,
    ) -> Result<Option<Main>, Refusal> {
        if let Some(said) = said {
            let because = "[branches] main in gonogo.toml says".to_owned();
            return Ok(Some(Main { name: said.to_owned(), because }));
        }
        let remote = configuration.remote();
        if let Some(remote) = remote {
            let all = self.remotes(configuration)?;
            let main = all.iter().find(|known| known.name == remote).and_then(|r| r.main.clone());
            let name = main.and_then(|main| Some(main.strip_prefix(remote)?[1..].to_owned()));
            if let Some(name) = name {
                let because = format!("the HEAD of {remote} was when it was last asked");
                return Ok(Some(Main { name, because }));
            }
        }
        let places = remote.map(|remote| format!("refs/remotes/{remote}/"));
        for place in places.into_iter().chain(["refs/heads/".to_owned()]) {
            let refs = USUAL.map(|name| format!("{place}{name}"));
            let args = ["for-each-ref", "--format=%(refname)"].map(str::to_owned);
            let found = git::lines(&self.git.call(args.into_iter().chain(refs)).read()?);
            let unborn = matches!(&self.head, Head::Unborn { .. });
            if let [only] = found.as_slice()
                && let (Some(name), false) = (only.strip_prefix(&place), unborn)
            {
                let because = "its name says, and nothing else does".to_owned();
                return Ok(Some(Main { name: name.to_owned(), because }));
            }
        }
        Ok(None)
    }

    /// The name of the branch here, without `refs/heads/`; `None` when HEAD is detached.
    pub fn branch(&self) -> Option<&str> {
        match &self.head {
            Head::Branch { name, .. } | Head::Unborn { name } => name.strip_prefix("refs/heads/"),
            Head::Detached { .. } => None,
        }
    }

    /// Whether the object is here.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn has(&self, id: &Oid) -> Result<bool, Refusal> {
        let out = self.git.call(["cat-file", "-e", id.as_str()]).output()?;
        Ok(out.status.success())
    }

    /// The full names of the refs below some places (`refs/tags/v1/`) and of those refs themselves.
    ///
    /// # Errors
    /// git fails.
    pub fn refs(&self, places: &[&str]) -> Result<Vec<String>, Refusal> {
        let args = ["for-each-ref", "--format=%(refname)"];
        Ok(git::lines(&self.git.call(args.iter().chain(places)).read()?))
    }

    /// Whether a full name is one that a ref may have (git-check-ref-format).
    ///
    /// # Errors
    /// git cannot be started.
    pub fn may_be_ref(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.git.call(["check-ref-format", name]).output()?.status.success())
    }

    /// Three texts merged, as `git merge-file` does it: the first with what leads from the second to
    /// the third; `scratch` is a folder for files of the moment. `None` when both change the same
    /// lines.
    ///
    /// # Errors
    /// git cannot be started, the folder not be written.
    pub fn merged(&self, scratch: &Path, texts: [&[u8]; 3]) -> Result<Option<Vec<u8>>, Refusal> {
        let paths = ["ours", "base", "theirs"].map(|name| scratch.join(format!("merge-{name}")));
        for (path, text) in paths.iter().zip(texts) {
            write::write_unsynced(path, text).map_err(|error| {
                Refusal::external(format!("{} cannot be written", path.display()))
                    .why(error.to_string())
            })?;
        }
        let args = ["merge-file", "-p", "--"].map(OsStr::new);
        let out = self.git.call(args.into_iter().chain(paths.iter().map(|p| p.as_os_str())));
        let out = out.output()?;
        for path in &paths {
            let _ = write::remove(path);
        }
        Ok(out.status.success().then_some(out.stdout))
    }

    /// The tracked files, as the index has them.
    ///
    /// # Errors
    /// git fails.
    pub fn tracked_files(&self) -> Result<Vec<PathBuf>, Refusal> {
        let out = self.git.call(["ls-files", "-z", "--cached", "--deduplicate"]).read()?;
        Ok(out.split(|&b| b == 0).filter(|path| !path.is_empty()).map(git::path).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refs_are_read() {
        let id = "1234567890123456789012345678901234567890";
        let text = format!("Warning: added 'x'\t to hosts\n{id}\trefs/heads/main\nlast words\n");
        let listed = Listed::read(&text);
        assert_eq!(listed.get("refs/heads/main").map(Oid::as_str), Some(id));
        assert_eq!(listed.get("refs/heads/ma"), None);
        assert_eq!(
            listed.below("refs/heads/").map(|(name, _)| name).collect::<Vec<_>>(),
            ["refs/heads/main"]
        );
        assert_eq!(listed.0.len(), 1);
    }
}
