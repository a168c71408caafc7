//! The history, read by one `git log` at a time: as it is printed, with a bounded buffer, and no
//! further than it has to be.

mod groups;
mod recent;

pub use recent::Recent;
use recent::likely;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::{Begins, Releases, Repo, git};
use crate::error::{Refusal, word};
use crate::history::{
    Changes, Commit, Cut, End, FORMAT, Found, GRAPH, Judge, Record, Scope, Since, Summary, Tagged,
    split,
};
use crate::plan::Oid;
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

/// How the commits of a range are read.
pub struct Reading {
    pub judge: Judge,
    /// The oldest commit to look at; `None`: there is no limit.
    pub oldest: Option<Oid>,
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

/// Which commits of HEAD are read, and how they are printed.
struct Commits<'a> {
    /// Without these and what they come after, as git-rev-list is told of them.
    not: Vec<String>,
    options: &'a [&'a str],
}

/// Hands a commit to each walk, judged once at most; breaks when none needs more.
fn take(
    walks: &mut [Since],
    record: &Record<'_>,
    judge: &dyn Fn(&Record<'_>) -> Option<Commit>,
) -> ControlFlow<()> {
    let mut judged: Option<Option<Rc<Commit>>> = None;
    let mut judge = || judged.get_or_insert_with(|| judge(record).map(Rc::new)).clone();
    let mut flow = ControlFlow::Break(());
    for walk in walks {
        if walk.take(record, &mut judge).is_continue() {
            flow = ControlFlow::Continue(());
        }
    }
    flow
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
        if releases.is_empty() {
            return Ok(Vec::new());
        }
        let walks = || vec![Since::new(releases, Scope::default(), Rc::default())];
        let commits = Commits { not: Vec::new(), options: &[GRAPH] };
        let found = self.walk(walks, likely(releases), &commits, &|_| None)?;
        Ok(found.into_iter().flat_map(|found| found.releases).collect())
    }

    /// The ranges of some projects from HEAD back, all in one walk that ends where they begin.
    ///
    /// # Errors
    /// git fails.
    pub fn ranges(&self, asked: Vec<Asked<'_>>, how: &Reading) -> Result<Vec<Range>, Refusal> {
        let shallow = Rc::new(self.shallow()?);
        let starts = |one: &Asked<'_>| {
            let counts = |release: &&Tagged| one.question.counts(&release.version);
            one.releases.standing().filter(counts).cloned().collect()
        };
        let tagged: Vec<Vec<Tagged>> = asked.iter().map(starts).collect();
        let walk = |releases: &[Tagged], scope: &Scope| {
            Since::new(releases, scope.clone(), Rc::clone(&shallow))
        };
        let scopes: Vec<Scope> = asked.into_iter().map(|one| one.scope).collect();
        let walks = || tagged.iter().zip(&scopes).map(|(releases, scope)| walk(releases, scope));
        // What one project does not need another one may.
        let likely = if let [releases] = tagged.as_slice() { likely(releases) } else { None };
        let paths = scopes.iter().any(|scope| !scope.folder.is_empty());
        let options = [FORMAT, "--name-only", "--no-renames", "--no-relative"];
        let options = if paths { &options[..] } else { &options[..1] };
        let below = |oldest: &Oid| format!("^{}^@", oldest.as_str());
        let not = how.oldest.iter().map(below).collect();
        let commits = Commits { not, options };
        let judge = |record: &Record<'_>| how.judge.judge(record);
        let found = self.walk(|| walks().collect(), likely, &commits, &judge)?;
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
                let only = || vec![walk(std::slice::from_ref(from), scope)];
                let again = self.walk(only, Some(from), &commits, &judge)?;
                found = again.into_iter().next().unwrap_or(found);
            }
            let mut changes = Changes::default();
            found.commits.iter().for_each(|commit| changes.take(commit, &how.judge.types));
            let (from, changes) = (from.cloned(), changes.finish());
            ranges.push(Range { from, changes, cut: found.cut });
        }
        Ok(ranges)
    }

    /// Walks from HEAD back until each walk is at its end. Few need what a `likely` release has; when
    /// one does, they walk again and are shown everything.
    fn walk(
        &self,
        walks: impl Fn() -> Vec<Since>,
        likely: Option<&Tagged>,
        commits: &Commits<'_>,
        judge: &dyn Fn(&Record<'_>) -> Option<Commit>,
    ) -> Result<Vec<Found>, Refusal> {
        let finish = |walks: Vec<Since>| Ok(walks.into_iter().map(Since::finish).collect());
        let mut tried = walks();
        let Some(head) = self.head.commit() else { return finish(tried) };
        if let Some(likely) = likely {
            self.since(likely, commits, |record| take(&mut tried, record, judge))?;
            if tried.iter_mut().all(|walk| walk.end_before(&likely.commit, head.as_str())) {
                return finish(tried);
            }
            tried = walks();
        }
        let _ended = self.each(commits, |record, _| take(&mut tried, record, judge))?;
        finish(tried)
    }

    /// Hands each commit of HEAD on as git prints it, until there are none or no more are wanted.
    fn each_commit(
        &self,
        options: &[&str],
        mut each: impl FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> Result<(), Refusal> {
        self.each(&Commits { not: Vec::new(), options }, |record, _| each(record)).map(|_| ())
    }

    /// The same with the bytes that git printed for it; answers whether git came to its end.
    fn each(
        &self,
        commits: &Commits<'_>,
        mut each: impl FnMut(&Record<'_>, &[u8]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Refusal> {
        let Some(head) = self.head.commit() else { return Ok(ControlFlow::Continue(())) };
        let not = commits.not.iter().map(String::as_str);
        let range = [head.as_str()].into_iter().chain(not).chain(["--"]);
        let call =
            self.git.call(LOG.into_iter().chain(commits.options.iter().copied()).chain(range));
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
                if each(&record, &buffer[at..at + length]).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                at += length;
            }
            buffer.copy_within(at..filled, 0);
            filled -= at;
        }
        let out = log.end().map_err(|error| broken(&error))?;
        if out.status.success() {
            return Ok(ControlFlow::Continue(()));
        }
        Err(git::failed(&name, &out))
    }

    /// The commits whose parents a shallow clone does not have.
    fn shallow(&self) -> Result<HashSet<String>, Refusal> {
        if self.begins == Begins::Here {
            return Ok(HashSet::new());
        }
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
