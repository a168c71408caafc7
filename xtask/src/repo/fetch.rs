//! What a remote holds, brought here in one connection.
//!
//! A fetch first makes a picture of the remote in refs of our own: its `refs/X` is
//! `refs/gonogo-remote/NAME/X` here. What is read from there is what the remote holds now:
//! `refs/remotes/` keeps branches that are gone there, and tags here may be others. It is not below
//! `refs/gonogo/`, which is what was recorded here and is pushed; and not below `refs/remotes/`,
//! where `git branch -r` would list it and `git fetch --prune` remove it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::network::{Errand, TRANSFER};
use super::remote::PEELED;
use super::{Listed, Repo, git};
use crate::error::Refusal;
use crate::plan::{Oid, ROLLED_BACK};
use crate::sys::proc::Interrupt;

/// What a release needs of a remote: names without `refs/heads/` and the like, or patterns with one
/// star in them (`release/*`). What is not there is no failure.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub branches: Vec<String>,
    pub tags: Vec<String>,
    /// Kinds of our own refs: `record` means `refs/gonogo/record/*`.
    pub own: Vec<String>,
}

/// The kinds of our own refs that tell of releases.
pub fn of_releases() -> Vec<String> {
    ["record", "rolledback", "signoff"].map(str::to_owned).to_vec()
}

/// What a remote holds of what was wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// By the names that the refs have there.
    pub there: Listed,
    /// The tags that were not here and are now (short names).
    pub new_tags: Vec<String>,
    /// The tags that are others here; they were left alone.
    pub differing: Vec<Differing>,
}

/// A tag that is not the same here and on a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// Its short name.
    pub tag: String,
    pub here: Oid,
    pub there: Oid,
}

impl Wanted {
    /// Full names or patterns, each with exactly one star. A star may stand for nothing, and a
    /// pattern that matches nothing is no failure where a missing name is one. In the middle of a
    /// name it matches next to nothing else, and the server is asked for few refs.
    fn patterns(&self) -> Vec<String> {
        let starred = |name: &String| {
            if name.contains('*') {
                return name.clone();
            }
            let middle = name.floor_char_boundary(name.len() / 2);
            format!("{}*{}", &name[..middle], &name[middle..])
        };
        let below = |place: &'static str, names: &[String]| -> Vec<String> {
            names.iter().map(|name| format!("refs/{place}/{}", starred(name))).collect()
        };
        let own = self.own.iter().map(|kind| format!("refs/gonogo/{kind}/*"));
        let named = [below("heads", &self.branches), below("tags", &self.tags)].concat();
        named.into_iter().chain(own).collect()
    }
}

/// Where the picture of a remote is.
fn picture(remote: &str) -> String {
    format!("refs/gonogo-remote/{remote}/")
}

impl Repo {
    /// Fetches, in one connection, what is wanted of a remote; the branches become known as
    /// `refs/remotes/NAME/` too, the tags that are not here are made. Nothing else is pruned,
    /// followed or configured to be fetched.
    ///
    /// # Errors
    /// The remote does not answer, a ref cannot be updated, git cannot be started, ctrl-C.
    pub fn fetch(
        &self,
        remote: &str,
        wanted: &Wanted,
        interrupt: &Interrupt,
    ) -> Result<Fetched, Refusal> {
        let place = picture(remote);
        let patterns = wanted.patterns();
        self.forget_others(&place, &patterns)?;
        // Instead of `remote.NAME.fetch`, which may map branches to branches.
        let known = format!("--refmap=+refs/heads/*:refs/remotes/{remote}/*");
        let options = ["fetch", "--prune", "--no-tags", "--no-recurse-submodules"];
        let quiet =
            ["--no-write-fetch-head", "--no-auto-maintenance", "--no-prune-tags", "--quiet"];
        let args = options.iter().chain(&quiet).map(|arg| (*arg).to_owned());
        let refspecs = patterns.iter().map(|name| format!("+{name}:{place}{}", &name[5..]));
        let args = args.chain([known, "--".to_owned(), remote.to_owned()]).chain(refspecs);
        let failure = "could not be fetched from";
        let errand = Errand { remote, failure, limit: TRANSFER, interrupt };
        let out = self.over_network(self.git.call(args), &errand)?;
        errand.succeeded(out)?;
        let there = self.pictured(remote)?;
        self.take_rolled_back(&there)?;
        let (new_tags, differing) = self.take_tags(&there)?;
        Ok(Fetched { there, new_tags, differing })
    }

    /// What the last [`Self::fetch`] saw of a remote.
    ///
    /// # Errors
    /// git fails.
    pub fn pictured(&self, remote: &str) -> Result<Listed, Refusal> {
        let place = picture(remote);
        let format = "--format=%(objectname) %(*objectname) %(refname)";
        let mut there = BTreeMap::new();
        for line in git::lines(&self.git.call(["for-each-ref", format, &place]).read()?) {
            let mut fields = line.splitn(3, ' ');
            let (id, behind) = (fields.next().and_then(Oid::new), fields.next().and_then(Oid::new));
            let name = fields.next().and_then(|name| name.strip_prefix(&place));
            let (Some(id), Some(name)) = (id, name) else { continue };
            let name = format!("refs/{name}");
            there.extend(behind.map(|behind| (format!("{name}{PEELED}"), behind)));
            there.insert(name, id);
        }
        Ok(Listed(there))
    }

    /// Removes from the picture what is not asked for now, and so would stay as it was.
    fn forget_others(&self, place: &str, patterns: &[String]) -> Result<(), Refusal> {
        let stays = |name: &str| {
            let name = name.strip_prefix(place).unwrap_or_default();
            patterns.iter().any(|pattern| {
                let (begin, end) = pattern[5..].split_once('*').unwrap_or((pattern, ""));
                name.len() >= begin.len() + end.len()
                    && name.starts_with(begin)
                    && name.ends_with(end)
            })
        };
        let gone = self.refs(&[place])?.into_iter().filter(|name| !stays(name));
        self.transaction(gone.fold(String::new(), |mut lines, name| {
            let _ = writeln!(lines, "delete {name}");
            lines
        }))
    }

    /// Remembers the releases that others have rolled back, so that their versions are burned here, too.
    fn take_rolled_back(&self, there: &Listed) -> Result<(), Refusal> {
        let mut lines = String::new();
        for (name, id) in there.below(ROLLED_BACK) {
            if self.ref_at(name)?.is_none() {
                let _ = writeln!(lines, "create {name} {}", id.as_str());
            }
        }
        self.transaction(lines)
    }

    /// Makes the tags that are only there; says which are new and which are others here.
    fn take_tags(&self, there: &Listed) -> Result<(Vec<String>, Vec<Differing>), Refusal> {
        let format = "--format=%(objectname) %(refname)";
        let here = git::lines(&self.git.call(["for-each-ref", format, "refs/tags"]).read()?);
        let here: BTreeMap<&str, &str> = here
            .iter()
            .filter_map(|line| line.split_once(' ').map(|(id, name)| (name, id)))
            .collect();
        let folders: BTreeSet<&str> = here.keys().flat_map(|name| above(name)).collect();
        let (mut new, mut differing, mut lines) = (Vec::new(), Vec::new(), String::new());
        for (name, id) in there.below("refs/tags/") {
            let tag = name["refs/tags/".len()..].to_owned();
            match here.get(name) {
                Some(own) if *own == id.as_str() => {}
                Some(own) => differing.extend(Oid::new(own).map(|own| Differing {
                    tag,
                    here: own,
                    there: id.clone(),
                })),
                // A tag is in its way: `v1` and `v1/x` cannot both be.
                None if folders.contains(name) || above(name).any(|up| here.contains_key(up)) => {}
                None => {
                    let _ = writeln!(lines, "create {name} {}", id.as_str());
                    new.push(tag);
                }
            }
        }
        self.transaction(lines)?;
        Ok((new, differing))
    }

    fn transaction(&self, lines: String) -> Result<(), Refusal> {
        if lines.is_empty() {
            return Ok(());
        }
        let args = ["update-ref", "-m", "gonogo: fetched", "--stdin"];
        self.git.write(args).input(lines).read().map(drop)
    }
}

/// The names that cannot be refs when this one is.
fn above(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').map(|(at, _)| &name[..at])
}
