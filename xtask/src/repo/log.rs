//! The history, read by one `git log` at a time: as it is printed, with a bounded buffer, and no
//! further than it has to be.

mod groups;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::{Releases, Repo, git};
use crate::error::{Refusal, word};
use crate::history::{
    Changes, Commit, Cut, End, FORMAT, Found, GRAPH, Judge, Record, Scope, Since, Summary, Tagged,
    split,
};
use crate::sys::proc;
use crate::version::Version;

/// What the user's configuration may add to a log (colors, signatures, renames, other names for
/// people) is switched off.
const LOG: [&str; 9] = [
    "-c",
    "log.showRoot=true",
    "log",
    "-z",
    "--no-color",
    "--no-show-signature",
    "--no-mailmap",
    "--no-notes",
    "--encoding=UTF-8",
];

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// Which releases a range may start at.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(test), expect(dead_code, reason = "asked by the changelog and by hotfix"))]
pub enum Question<'a> {
    /// The range of a full release starts at a full release.
    Full,
    /// That of a pre-release at a release of any kind.
    Prerelease,
    /// That of a hotfix at a full release below it.
    Hotfix(&'a Version),
}

impl Question<'_> {
    fn counts(self, version: &Version) -> bool {
        match self {
            Self::Full => !version.is_prerelease(),
            Self::Prerelease => true,
            Self::Hotfix(hotfix) => !version.is_prerelease() && version.precedes(hotfix),
        }
    }
}

/// The range of one project.
pub struct Asked<'a> {
    pub releases: &'a Releases,
    pub question: Question<'a>,
    pub scope: Scope,
}

/// The commits since a release.
#[derive(Debug, Clone)]
pub struct Range {
    /// Where it starts; `None`: with the history itself.
    pub from: Option<Tagged>,
    /// What the commits after it changed.
    pub changes: Summary,
    pub cut: Cut,
}

/// The commits of all tags, being read.
pub struct TaggedCommits(proc::Reading);

impl TaggedCommits {
    /// Each tag with the whole id of what it is on.
    ///
    /// # Errors
    /// The answer cannot be read.
    pub fn end(mut self) -> Result<HashMap<String, String>, Refusal> {
        let mut out = Vec::new();
        self.0.read_to_end(&mut out).map_err(|error| broken(&error))?;
        let mut commits = HashMap::new();
        for line in git::lines(&out) {
            if let Some((id, name)) = line.split_once(" refs/tags/") {
                // The tag's own id, and after it that of what it points at.
                let name = name.strip_suffix("^{}").unwrap_or(name);
                commits.insert(name.to_owned(), id.to_owned());
            }
        }
        Ok(commits)
    }
}

fn broken(error: &std::io::Error) -> Refusal {
    Refusal::external("git's answer cannot be read").why(error.to_string())
}

impl Repo {
    /// Starts to ask which commit each tag is on: git answers while other things are read.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn tagged_commits(&self) -> Result<TaggedCommits, Refusal> {
        // What tags point at stands in git's packed refs, so no tag has to be looked at.
        let (_, reading) = self.git.call(["show-ref", "--tags", "--dereference"]).reading()?;
        Ok(TaggedCommits(reading))
    }

    /// Which of these releases HEAD has and no other of them is after, by their position.
    ///
    /// # Errors
    /// git fails.
    pub fn not_behind(&self, releases: &[Tagged]) -> Result<Vec<usize>, Refusal> {
        if self.head.commit().is_none() || releases.is_empty() {
            return Ok(Vec::new());
        }
        let mut walk = Since::new(releases, Scope::default(), Rc::default());
        self.each_commit(&[GRAPH], |record| walk.take(record, &mut || None))?;
        Ok(walk.finish().releases)
    }

    /// The ranges of some projects from HEAD back, all in one walk that ends where they begin.
    ///
    /// # Errors
    /// git fails.
    pub fn ranges(&self, asked: Vec<Asked<'_>>, judge: &Judge) -> Result<Vec<Range>, Refusal> {
        let shallow = Rc::new(self.shallow()?);
        let starts = |one: &Asked<'_>| {
            let counts = |release: &&Tagged| one.question.counts(&release.version);
            one.releases.commits.iter().filter(counts).cloned().collect()
        };
        let tagged: Vec<Vec<Tagged>> = asked.iter().map(starts).collect();
        let walk = |releases: &[Tagged], scope: &Scope| {
            Since::new(releases, scope.clone(), Rc::clone(&shallow))
        };
        let scopes: Vec<Scope> = asked.into_iter().map(|one| one.scope).collect();
        let walks = tagged.iter().zip(&scopes).map(|(releases, scope)| walk(releases, scope));
        let found = self.walk(walks.collect(), &scopes, judge)?;
        let mut ranges = Vec::new();
        for ((mut found, releases), scope) in found.into_iter().zip(&tagged).zip(&scopes) {
            let met = found.releases.iter().map(|&at| &releases[at]);
            // No maximum by a sort: `precedes` is no total order.
            let from = met.reduce(
                |best, other| {
                    if best.version.precedes(&other.version) { other } else { best }
                },
            );
            if let (Some(from), true) = (from, found.releases.len() > 1) {
                // Another line that was released apart and merged: what it has and `from` has not.
                let only = walk(std::slice::from_ref(from), scope);
                let again = self.walk(vec![only], std::slice::from_ref(scope), judge)?;
                found = again.into_iter().next().unwrap_or(found);
            }
            let mut changes = Changes::default();
            found.commits.iter().for_each(|commit| changes.take(commit, &judge.types));
            let (from, changes) = (from.cloned(), changes.finish());
            ranges.push(Range { from, changes, cut: found.cut });
        }
        Ok(ranges)
    }

    fn walk(
        &self,
        mut walks: Vec<Since>,
        scopes: &[Scope],
        judge: &Judge,
    ) -> Result<Vec<Found>, Refusal> {
        if self.head.commit().is_none() {
            return Ok(walks.into_iter().map(Since::finish).collect());
        }
        let paths = scopes.iter().any(|scope| !scope.folder.is_empty());
        let options = [FORMAT, "--name-only", "--no-renames", "--no-relative"];
        let options = if paths { &options[..] } else { &options[..1] };
        let mut ended = vec![false; walks.len()];
        self.each_commit(options, |record| {
            let mut judged: Option<Option<Rc<Commit>>> = None;
            let mut judge =
                || judged.get_or_insert_with(|| judge.judge(record).map(Rc::new)).clone();
            for (walk, ended) in walks.iter_mut().zip(&mut ended) {
                if !*ended {
                    *ended = walk.take(record, &mut judge).is_break();
                }
            }
            if ended.iter().all(|ended| *ended) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(walks.into_iter().map(Since::finish).collect())
    }

    /// Hands each commit on as git prints it, until there are none or no more are wanted.
    fn each_commit(
        &self,
        options: &[&str],
        mut each: impl FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> Result<(), Refusal> {
        let Some(head) = self.head.commit() else { return Ok(()) };
        let call = self.git.call(LOG.iter().chain(options).chain(&[head.as_str(), "--"]));
        let (name, mut log) = call.reading()?;
        let (mut buffer, mut filled) = (vec![0; CHUNK], 0);
        let mut end = End::More;
        while end == End::More {
            if filled == buffer.len() {
                buffer.resize(2 * filled, 0);
            }
            let length = log.read(&mut buffer[filled..]).map_err(|error| broken(&error))?;
            filled += length;
            if length == 0 {
                end = End::Last;
            }
            let mut at = 0;
            while let Some((record, length)) = split(&buffer[at..filled], end) {
                at += length;
                if each(&record).is_break() {
                    return Ok(());
                }
            }
            buffer.copy_within(at..filled, 0);
            filled -= at;
        }
        let out = log.end().map_err(|error| broken(&error))?;
        if out.status.success() { Ok(()) } else { Err(git::failed(&name, &out)) }
    }

    /// The commits whose parents a shallow clone does not have.
    fn shallow(&self) -> Result<HashSet<String>, Refusal> {
        match std::fs::read_to_string(self.common_dir.join("shallow")) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => {
                Err(Refusal::external("the boundary of this shallow clone cannot be read")
                    .why(error.to_string()))
            }
        }
    }

    /// A shallow clone that does not have what is needed, and how to get it.
    pub fn deepen(&self, why: &str) -> Refusal {
        let remotes = self.configuration().and_then(|all| self.remotes(&all)).unwrap_or_default();
        let remote = remotes.iter().find(|remote| remote.name == "origin").or(remotes.first());
        let fetch = match remote {
            Some(remote) => format!("git fetch --unshallow --tags {}", word(&remote.name)),
            None => "git fetch --unshallow --tags".to_owned(),
        };
        Refusal::unsafe_to("this clone is shallow: the last release may lie beyond its boundary")
            .why(why)
            .next_shell(fetch, "gets the whole history and its tags")
    }
}

#[cfg(test)]
mod tests;
