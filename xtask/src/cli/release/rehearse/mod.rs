//! `release --rehearse`: everything a release does, in a scratch clone with a remote of its own.

mod host;
mod scratch;
mod shown;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::prepare::{Preparation, Prepared, prepared};
use super::{Args, Asking, Consent, Host, gates::Elsewhere};
use crate::cli::Context;
use crate::error::{Exit, Refusal};
use crate::exec::{self, Finished};
use crate::gates::builtin::is_ours;
use crate::journal::Journal;
use crate::plan::{Action, Object, Oid, Plan};
use crate::repo::{Destination, Head, OtherChanges, Repo, Snapshot, StandIn, in_hook};
use crate::sys::proc::{self, Interrupt};
use host::Rehearsing;
use scratch::Scratch;

/// What a rehearsal has shown.
pub struct Rehearsed {
    pub plan: Plan,
    pub finished: Finished,
    /// Branches and tags that moved in the clone, and on its remote: name, old place, new place.
    pub here: Vec<Moved>,
    pub there: Vec<Moved>,
    /// Where the real release would push, as it is shown.
    pub destination: Option<Destination>,
    /// What could not be rehearsed, and why.
    pub open: Vec<String>,
}

/// A ref with its places before and after.
pub struct Moved {
    pub name: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Rehearses; nothing of it is left behind, also where it fails.
///
/// # Errors
/// Those of the release itself, with its exit codes; only an operation that would stay open is none
/// here, because nothing of it is left.
pub fn run(args: &Args, context: &Context, repo: Repo) -> Result<(), Refusal> {
    in_hook(&repo.git_dir)?;
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    // Nothing may change here meanwhile, and there is one scratch folder.
    let holder =
        format!("{} ({}, process {})\n", context.command(), proc::user(), std::process::id());
    let lock = Journal::of(&repo.common_dir).lock(&holder)?;
    lock.journal().nothing_open()?;
    let repo = repo.beginning_at_its_boundary();
    let scratch = Scratch::new(&repo)?;
    let rehearsed = rehearse(args, context, &repo, &scratch);
    let rehearsed = rehearsed.map_err(|failure| without_traces(failure, &scratch, &interrupt));
    scratch.remove()?;
    if let Some(rehearsed) = rehearsed? {
        shown::end(context, &rehearsed);
    }
    Ok(())
}

fn rehearse(
    args: &Args,
    context: &Context,
    repo: &Repo,
    scratch: &Scratch,
) -> Result<Option<Rehearsed>, Refusal> {
    let (_, commit) = on_a_branch(repo)?;
    let staged = Staged::new(args, context, repo, &commit)?;
    let clone = staged.clone_in(repo, scratch)?;
    let asking = Asking { elsewhere: Some(gates_in(repo)), ..Asking::new(args, context)? };
    let args = Args { no_push: staged.destination.is_none(), ..args.clone() };
    let mut release = match prepared(&args, context, &clone, &asking)? {
        Preparation::Ready(release) => release,
        Preparation::Nothing(why) => {
            context.ui.say(&why);
            return Ok(None);
        }
    };
    staged.name_the_real_remote(&mut release.plan, scratch);
    as_ready_as_here(repo, &release.plan)?;
    shown::beginning(context, &clone, &release);
    let Prepared { plan, before, .. } = *release;
    let start = (clone.snapshot()?, staged.there(&clone)?);
    let prove = || undone(context, scratch, &clone, &start.0);
    let inner = Host::new(&clone, context, &asking, Consent::Given);
    let host = Rehearsing { inner, before_push: &prove };
    let finished = exec::run(&clone, plan.clone(), &before, &context.asked(&host))?;
    if plan.point_of_no_return().is_none() {
        prove()?;
    }
    let end = (Repo::discover(&clone.top)?.snapshot()?, staged.there(&clone)?);
    let mut open = staged.open(repo, &plan)?;
    let left_out = asking.elsewhere.iter().flat_map(|all| all.left_out.take());
    open.extend(left_out.map(|(gate, why)| format!("The gate {gate} was not asked: {why}.")));
    let missing = asking.elsewhere.iter().flat_map(|all| all.missing.take());
    open.extend(missing.map(|reason| format!("It would be NO-GO now: {reason}.")));
    let here = moved(&start.0.refs, &end.0.refs);
    let there = moved(&start.1, &end.1);
    let destination = staged.destination;
    Ok(Some(Rehearsed { plan, finished, here, there, destination, open }))
}

/// How the stand-in differs from what is here, and where a release would go.
struct Staged {
    branch: String,
    commit: Oid,
    destination: Option<Destination>,
    no_push: bool,
    /// git knows who commits.
    known: bool,
}

impl Staged {
    fn new(args: &Args, context: &Context, repo: &Repo, commit: &Oid) -> Result<Self, Refusal> {
        let configuration = repo.configuration()?;
        let branch = match &repo.head {
            Head::Branch { name, .. } | Head::Unborn { name } => name.clone(),
            Head::Detached { .. } => format!("refs/heads/{}", main_of(repo)?),
        };
        let short = branch.trim_start_matches("refs/heads/");
        let destination = match args.no_push {
            true => None,
            false => repo.remote_to_push(&configuration, short)?,
        };
        let known = ["AUTHOR", "COMMITTER"].iter().all(|role| repo.ident(role, context.at).is_ok());
        let (commit, no_push) = (commit.clone(), args.no_push);
        Ok(Self { branch, commit, destination, no_push, known })
    }

    fn short(&self) -> &str {
        self.branch.trim_start_matches("refs/heads/")
    }

    fn remote(&self) -> Option<&str> {
        self.destination.as_ref().map(|destination| destination.name.as_str())
    }

    /// The clone, with the edits that earlier operations of ours left here.
    fn clone_in(&self, repo: &Repo, scratch: &Scratch) -> Result<Repo, Refusal> {
        let (branch, commit, remote) = (self.branch.as_str(), &self.commit, self.remote());
        // A machine of CI need not know who releases.
        let settings = match self.known {
            true => Vec::new(),
            false => NOBODY.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec(),
        };
        let wanted = StandIn { branch, commit, remote, settings };
        let clone = repo.stand_in(&scratch.folder, &wanted)?;
        let operations = Journal::of(&repo.common_dir).operations()?;
        let mut own = Vec::new();
        for path in repo.status()?.changed {
            if is_ours(repo, &operations, &path)? {
                own.push(path);
            }
        }
        scratch::take_over(repo, &clone, &own)?;
        Ok(clone.beginning_at_its_boundary())
    }

    /// The plan as people read it: what is pushed to is not the folder of the stand-in.
    fn name_the_real_remote(&self, plan: &mut Plan, scratch: &Scratch) {
        let Some(destination) = &self.destination else { return };
        let folder = scratch.folder.join("remote.git").display().to_string();
        for step in &mut plan.steps {
            step.why = step.why.replace(&folder, &destination.shown);
            if let Action::Push(push) = &mut step.action {
                push.shown.clone_from(&destination.shown);
            }
        }
    }

    fn there(&self, clone: &Repo) -> Result<BTreeMap<String, String>, Refusal> {
        self.remote().map_or(Ok(BTreeMap::new()), |remote| clone.refs_there(remote))
    }

    /// What could not be rehearsed.
    fn open(&self, repo: &Repo, plan: &Plan) -> Result<Vec<String>, Refusal> {
        let mut open = Vec::new();
        let (short, commit) = (self.short(), self.commit.short());
        if is_detached(repo) {
            open.push(format!(
                "HEAD is detached: it was rehearsed as if {short} were at {commit}."
            ));
        }
        if repo.is_shallow() {
            let known = match repo.tags()?.as_slice() {
                [] => ", and no release is known here",
                _ => "",
            };
            open.push(format!(
                "This clone is shallow: its boundary was taken as the beginning{known}."
            ));
        }
        match (&self.destination, self.no_push) {
            (Some(Destination { name, .. }), _) => open.push(format!(
                "{name} was not asked: its refs are as last fetched, and it may refuse what a local one takes."
            )),
            (None, false) => open.push("No remote is known here, so nothing was pushed.".to_owned()),
            (None, true) => {}
        }
        if plan.steps.iter().any(|step| matches!(&step.action, Action::Pull(_))) {
            open.push("No pull request was opened.".to_owned());
        }
        if plan.steps.iter().any(|step| matches!(&step.action, Action::Gates(_))) {
            open.push(
                "The gates saw your work tree as it is, without the edits of the release.".into(),
            );
        }
        if !crate::cli::check::installed(repo)?.is_empty() {
            open.push(UNTRACKED.to_owned());
        }
        if !self.known {
            open.push("git does not know who commits here (user.name, user.email).".to_owned());
        }
        Ok(open)
    }
}

/// Who commits where git knows nobody.
const NOBODY: [(&str, &str); 2] =
    [("user.name", "gonogo rehearsal"), ("user.email", "rehearsal@invalid")];

/// What hooks may miss.
const UNTRACKED: &str = "The hooks ran in a fresh checkout: what git does not track (.venv, node_modules) was not there.";

/// The gates, asked in the work tree of the person.
fn gates_in(repo: &Repo) -> Elsewhere<'_> {
    let mut without = vec![("ci", "no server has the commit of a rehearsal".to_owned())];
    if is_detached(repo) {
        without.push(("branch", "HEAD is detached".to_owned()));
    }
    Elsewhere { repo, without, left_out: RefCell::default(), missing: RefCell::default() }
}

fn is_detached(repo: &Repo) -> bool {
    matches!(repo.head, Head::Detached { .. })
}

/// The branch HEAD is on, or would be.
fn on_a_branch(repo: &Repo) -> Result<(String, Oid), Refusal> {
    match &repo.head {
        Head::Detached { commit } => Ok((String::new(), commit.clone())),
        Head::Branch { .. } | Head::Unborn { .. } => repo.branch_to_commit_on(),
    }
}

/// Where a detached HEAD would be released: the main branch.
fn main_of(repo: &Repo) -> Result<String, Refusal> {
    let tree = crate::repo::WorkTree::new(repo)?;
    let settings = crate::config::Projects::new(&tree)?.settings;
    let said = settings.branches.main.as_ref().map(|said| said.value.as_str());
    let main = repo.main(&repo.configuration()?, said)?;
    Ok(main.map_or_else(|| "main".to_owned(), |main| main.name))
}

/// What is in the way of a commit here is not there in a clone.
fn as_ready_as_here(repo: &Repo, plan: &Plan) -> Result<(), Refusal> {
    let committed = plan.objects().into_iter().flat_map(|object| match object {
        Object::Commit(commit) => commit.paths.clone(),
        Object::Tag(_) | Object::Merge(_) | Object::Withdrawal(_) => Vec::new(),
    });
    let paths: Vec<_> = committed.collect();
    repo.nothing_in_progress()?;
    repo.index_is_free()?;
    let operations = Journal::of(&repo.common_dir).operations()?;
    let (status, mut own) = (repo.status()?, Vec::new());
    for path in &status.changed {
        if is_ours(repo, &operations, path)? {
            own.extend(path.to_str().and_then(crate::path::RepoPath::new));
        }
    }
    status.clean_enough(&paths, OtherChanges::Only(&own))?;
    repo.all_tracked(&paths)
}

/// Undoes in a copy what was done, and compares.
fn undone(
    context: &Context,
    scratch: &Scratch,
    clone: &Repo,
    start: &Snapshot,
) -> Result<(), Refusal> {
    let copy = Repo::discover(&scratch.copy_of(clone)?)?;
    let quiet = |_: &str| ();
    match exec::undo(&copy, None, &context.asked(&quiet)) {
        // A hook changed files that are not committed: as after a release, that is a person's.
        Err(no) if no.exit == Exit::Unsafe => {
            shown::not_undone(&context.ui, &no);
            return Ok(());
        }
        ended => ended?,
    };
    let differences = Repo::discover(&copy.top)?.snapshot()?.differences(start);
    if differences.is_empty() {
        shown::undone(&context.ui);
        return Ok(());
    }
    let refusal = Refusal::external("an undo would not bring everything back");
    Err(refusal.why(format!("Other than before: {}.", differences.join(", "))))
}

/// The branches and tags that are not where they were.
fn moved(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Moved> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let counts = |name: &&String| ["refs/heads/", "refs/tags/"].iter().any(|p| name.starts_with(p));
    let moved = names.into_iter().filter(counts).map(|name| Moved {
        name: name.clone(),
        old: before.get(name).cloned(),
        new: after.get(name).cloned(),
    });
    moved.filter(|moved| moved.old != moved.new).collect()
}

/// A failure of the rehearsal: no operation is open, and no path of the scratch folder leads
/// anywhere.
fn without_traces(mut failure: Refusal, scratch: &Scratch, interrupt: &Interrupt) -> Refusal {
    if interrupt.load(Ordering::Relaxed) {
        return Refusal::interrupted()
            .why("Nothing was changed, and nothing of the rehearsal is left.");
    }
    let of_the_journal = |line: &String| {
        (line.starts_with("Operation ") && line.ends_with(" is open."))
            || line.starts_with("Everything was taken back")
            || line.starts_with("Everything up to here is done")
    };
    failure.why.retain(|line| !of_the_journal(line));
    for line in &mut failure.why {
        *line = scratch.as_here(line);
    }
    failure.what = scratch.as_here(&failure.what);
    failure.next.retain(|(next, _)| !scratch.names_an_operation(next));
    if failure.exit == Exit::Open {
        failure.exit = Exit::External;
    }
    failure.why("It was only a rehearsal: nothing was changed.")
}
