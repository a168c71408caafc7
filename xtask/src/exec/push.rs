//! Pushing: refs of a remote from their old ids to their new ones, all or none.
//!
//! A push whose connection breaks may have arrived. So the journal says when one begins, and from
//! then on nothing is believed but what the remote itself says it has.

use std::collections::HashMap;
use std::process::Output;

use super::Running;
use crate::error::{Exit, Refusal};
use crate::journal::{Record, Sent};
use crate::plan::{At, Id, Object, Oid, Push, short};
use crate::repo::{Errand, QUESTION, TRANSFER, Wanted};
use crate::sys::proc;

/// A ref of the remote; `None` is that it does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Move {
    name: String,
    before: Option<Oid>,
    after: Option<Oid>,
}

/// Why a remote does not take a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// A branch takes pull requests only.
    Protected,
    /// A branch is not where it was.
    Moved,
    /// Somebody else has made the tag.
    Taken,
    Other,
}

/// How many lines of the remote are shown.
const SHOWN: usize = 12;

/// Pushes, unless the remote has it already, and looks whether it has arrived.
///
/// # Errors
/// The remote refuses: the operation stays open, and the refusal names the ways on. Nobody knows
/// whether it arrived: the same.
pub(super) fn forward(running: &mut Running<'_>, step: usize, push: &Push) -> Result<(), Refusal> {
    let moves = moves(running, push)?;
    let mut missing = moves.clone();
    match running.operation.pushed(step) {
        Sent::Yes => return Ok(()),
        // A push that was killed or cut off may have arrived.
        Sent::Unknown => {
            let found = asked(running, push, &moves)?;
            match judged(&moves, &found) {
                Arrived::All => return arrived(running, step, push, &moves),
                Arrived::Elsewhere(cause, why) => {
                    return refused(running, step, push, cause, vec![why]);
                }
                Arrived::Nothing | Arrived::Some(_) => {}
            }
            missing.retain(|wanted| found.get(&wanted.name) != wanted.after.as_ref());
        }
        Sent::No if running.operation.by_hand(step).is_some() => {
            let shown = &push.shown;
            running.notes.push(format!("nothing was pushed to {shown}: that is left to you"));
            return Ok(());
        }
        Sent::No => {
            running.not_interrupted()?;
            if !running.host.go(running.operation.plan(), push)? {
                return Err(not_now(running, push));
            }
        }
    }
    no_commit_is_lost(running, &missing)?;
    running.not_interrupted()?;
    running.operation.append(Record::Pushing { step })?;
    let out = send(running, push, &missing)?;
    if !out.status.success() {
        running.not_interrupted()?;
    }
    let arrived_so_far = judged(&moves, &asked(running, push, &moves)?);
    match arrived_so_far {
        Arrived::All => arrived(running, step, push, &moves),
        Arrived::Some(why) => Err(partly(push, why, &out)),
        // It was taken; who answered now may be another server, or behind.
        Arrived::Elsewhere(..) | Arrived::Nothing if out.status.success() => Err(unknown(push)
            .why("git says that it arrived, and the remote does not show it.")
            .next("resume", "asks the remote again")),
        Arrived::Elsewhere(cause, why) => {
            let cause = if cause == Cause::Other { cause_of(&out, &moves) } else { cause };
            refused(running, step, push, cause, [vec![why], lines(&out)].concat())
        }
        Arrived::Nothing => refused(running, step, push, cause_of(&out, &moves), lines(&out)),
    }
}

/// [`ask`], where it matters that nobody knows without the answer.
fn asked(
    running: &Running<'_>,
    push: &Push,
    moves: &[Move],
) -> Result<HashMap<String, Oid>, Refusal> {
    ask(running, push, moves).map_err(|failure| {
        if failure.exit == Exit::Interrupted {
            return failure;
        }
        let said = failure.why.clone().into_iter();
        let unknown = said.fold(unknown(push).why(failure.what.clone()), Refusal::why);
        let unknown = unknown.next("resume", "asks the remote again, and pushes what is missing");
        running.or_undo(unknown, "asks the remote, and takes everything back if nothing arrived")
    })
}

fn unknown(push: &Push) -> Refusal {
    Refusal::open(format!("nobody knows whether the push to {} arrived", push.shown))
}

/// What left is not taken back, so the only way is on.
fn partly(push: &Push, why: Option<String>, out: &Output) -> Refusal {
    let refusal = Refusal::open(format!("only a part of the push has arrived at {}", push.shown));
    let refusal = why.into_iter().chain(lines(out)).fold(refusal, Refusal::why);
    refusal.next("resume", "pushes what is missing, when the cause is mended")
}

/// Where the refs of the remote are, for an undo: nothing that arrived is taken back.
///
/// # Errors
/// The remote has one of them, or cannot be asked.
pub(super) fn nothing_arrived(
    running: &mut Running<'_>,
    step: usize,
    push: &Push,
) -> Result<(), Refusal> {
    match running.operation.pushed(step) {
        Sent::No => return Ok(()),
        Sent::Yes => return Err(running.was_pushed(push)),
        Sent::Unknown => {}
    }
    let moves = moves(running, push)?;
    let found = asked(running, push, &moves)?;
    let ours =
        |wanted: &Move| wanted.after.is_some() && found.get(&wanted.name) == wanted.after.as_ref();
    match moves.iter().any(ours) {
        true => Err(running.was_pushed(push)),
        false => running.operation.append(Record::Refused { step }),
    }
}

/// Whether the operation has commits of its own, which can land another way.
pub(super) fn makes_commits(running: &Running<'_>) -> bool {
    let objects = running.operation.plan().objects();
    objects.iter().any(|object| !matches!(object, Object::Tag(_)))
}

fn moves(running: &Running<'_>, push: &Push) -> Result<Vec<Move>, Refusal> {
    let id = |id: &Option<Id>| match id {
        Some(id) => running
            .operation
            .object(id)
            .map(Some)
            .ok_or_else(|| Refusal::external("the plan pushes an object that it has not made")),
        None => Ok(None),
    };
    let each = push.moves.iter().map(|planned| {
        let (before, after) = (id(&planned.old)?, id(&planned.new)?);
        Ok(Move { name: planned.name.clone(), before, after })
    });
    each.collect()
}

/// A lease switches git's own check off, so every branch must go forward here.
fn no_commit_is_lost(running: &Running<'_>, moves: &[Move]) -> Result<(), Refusal> {
    for wanted in moves.iter().filter(|wanted| wanted.name.starts_with("refs/heads/")) {
        let (Some(before), Some(after)) = (&wanted.before, &wanted.after) else { continue };
        if !running.repo.has(before)? || !running.repo.is_ancestor(before, after)? {
            return Err(Refusal::unsafe_to(format!(
                "{} on the remote has commits that are not in {}",
                wanted.name,
                after.short()
            ))
            .why("Pushing would take them away from everybody."));
        }
    }
    Ok(())
}

/// One push of everything. A server that cannot take refs together gets the branches before the
/// tags: the tag is what claims a version.
fn send(running: &Running<'_>, push: &Push, moves: &[Move]) -> Result<Output, Refusal> {
    let all: Vec<&Move> = moves.iter().collect();
    let out = send_some(running, push, &all, &["--atomic"])?;
    if out.status.success() || !says(&out, &["does not support --atomic"]) {
        return Ok(out);
    }
    // Then a tag that somebody else has made in the meantime must be found before the branch goes.
    if let Arrived::Elsewhere(..) = judged(moves, &ask(running, push, moves)?) {
        return Ok(out);
    }
    let (branches, others): (Vec<&Move>, Vec<&Move>) =
        moves.iter().partition(|wanted| wanted.name.starts_with("refs/heads/"));
    let mut out = out;
    for part in [branches, others].into_iter().filter(|part| !part.is_empty()) {
        out = send_some(running, push, &part, &[])?;
        if !out.status.success() {
            return Ok(out);
        }
    }
    Ok(out)
}

fn send_some(
    running: &Running<'_>,
    push: &Push,
    moves: &[&Move],
    options: &[&str],
) -> Result<Output, Refusal> {
    let fixed = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"];
    let mut args: Vec<String> =
        fixed.iter().chain(options).map(|option| (*option).to_owned()).collect();
    let id = |id: &Option<Oid>| id.as_ref().map_or_else(String::new, |id| id.as_str().to_owned());
    for wanted in moves {
        args.push(format!("--force-with-lease={}:{}", wanted.name, id(&wanted.before)));
    }
    args.extend(["--".to_owned(), push.remote.clone()]);
    for wanted in moves {
        args.push(format!("{}:{}", id(&wanted.after), wanted.name));
    }
    let failure = "could not be pushed to";
    let (remote, interrupt) = (push.remote.as_str(), &running.interrupt);
    let errand = Errand { remote, failure, limit: TRANSFER, interrupt };
    running.repo.over_network(running.repo.git.call(args), &errand)
}

/// What the remote has, of the refs of a push. A branch that others have moved on since it had ours
/// counts as having ours.
fn ask(
    running: &Running<'_>,
    push: &Push,
    moves: &[Move],
) -> Result<HashMap<String, Oid>, Refusal> {
    let names = moves.iter().map(|wanted| wanted.name.as_str());
    let repo = running.repo;
    let failure = "could not be asked";
    let (remote, interrupt) = (push.remote.as_str(), &running.interrupt);
    let errand = Errand { remote, failure, limit: QUESTION, interrupt };
    let call = repo.where_pushed(remote, &["ls-remote"], names)?;
    let out = repo.over_network(call, &errand)?;
    let text = String::from_utf8_lossy(&errand.succeeded(out)?).into_owned();
    let line = |line: &str| {
        let (id, name) = line.split_once('\t')?;
        Some((name.to_owned(), Oid::new(id)?))
    };
    let mut found: HashMap<String, Oid> = text.lines().filter_map(line).collect();
    for wanted in moves.iter().filter(|wanted| wanted.name.starts_with("refs/heads/")) {
        let (Some(now), Some(after)) = (found.get(&wanted.name), &wanted.after) else { continue };
        if Some(now) == wanted.before.as_ref() || now == after {
            continue;
        }
        if !repo.has(now)? {
            let quiet = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"];
            let only = ["--no-auto-maintenance", "--no-recurse-submodules", "--refmap="];
            let args: Vec<&str> = quiet.into_iter().chain(only).collect();
            let call = repo.where_pushed(remote, &args, [wanted.name.as_str()])?;
            errand.succeeded(repo.over_network(call, &errand)?)?;
        }
        if repo.has(now)? && repo.is_ancestor(after, now)? {
            found.insert(wanted.name.clone(), after.clone());
        }
    }
    Ok(found)
}

/// What the remote has of a push.
enum Arrived {
    All,
    /// Not all; why the rest has not, where that is known.
    Some(Option<String>),
    Nothing,
    /// Nothing has, and a ref is neither where it was nor where it goes.
    Elsewhere(Cause, String),
}

fn judged(moves: &[Move], found: &HashMap<String, Oid>) -> Arrived {
    let at = |wanted: &Move| {
        let now = found.get(&wanted.name);
        match now {
            now if now == wanted.after.as_ref() => At::After,
            now if now == wanted.before.as_ref() => At::Before,
            Some(now) => At::Elsewhere { found: now.short().to_owned() },
            None => At::Elsewhere { found: "nowhere: it was deleted".to_owned() },
        }
    };
    let all: Vec<(&Move, At)> = moves.iter().map(|wanted| (wanted, at(wanted))).collect();
    // What does not move is no sign of anything.
    let moving = || all.iter().filter(|(wanted, _)| wanted.before != wanted.after);
    if moving().all(|(_, at)| *at == At::After) {
        return Arrived::All;
    }
    let elsewhere = all.iter().find_map(|(wanted, at)| match at {
        At::Elsewhere { found } => {
            let cause = match wanted.name.starts_with("refs/tags/") {
                true => Cause::Taken,
                false => Cause::Moved,
            };
            Some((cause, format!("On the remote, {} is at {found}.", short(&wanted.name))))
        }
        At::Before | At::After => None,
    });
    match (moving().any(|(_, at)| *at == At::After), elsewhere) {
        (true, elsewhere) => Arrived::Some(elsewhere.map(|(_, why)| why)),
        (false, Some((cause, why))) => Arrived::Elsewhere(cause, why),
        (false, None) => Arrived::Nothing,
    }
}

/// The remote has it. What is known of its branches here moves along, as `git push` does it unless
/// the connection broke; where that fails, the next fetch does it.
fn arrived(
    running: &mut Running<'_>,
    step: usize,
    push: &Push,
    moves: &[Move],
) -> Result<(), Refusal> {
    let Push { remote, .. } = push;
    let usual = format!("refs/heads/*:refs/remotes/{remote}/*");
    let key = format!("remote.{remote}.fetch");
    let configured = running.repo.git.call(["config", "--get-all", &key]).output()?;
    let fetched = String::from_utf8_lossy(&configured.stdout).into_owned();
    if fetched.lines().any(|spec| spec.trim_start_matches('+') == usual) {
        for wanted in moves {
            let branch = wanted.name.strip_prefix("refs/heads/");
            let (Some(branch), Some(after)) = (branch, &wanted.after) else { continue };
            let known = format!("refs/remotes/{remote}/{branch}");
            let now = running.repo.ref_at(&known)?;
            if now != wanted.before || now.as_ref() == Some(after) {
                continue;
            }
            let none = "0".repeat(after.as_str().len());
            let old = now.as_ref().map_or(none.as_str(), Oid::as_str);
            let args = ["update-ref", "-m", "update by push", &known, after.as_str(), old];
            let _ = running.repo.git.write(args).output();
        }
    }
    running.operation.append(Record::Pushed { step })
}

fn says(out: &Output, words: &[&str]) -> bool {
    let text = [out.stdout.as_slice(), out.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&text).to_lowercase();
    words.iter().any(|word| text.contains(&word.to_lowercase()))
}

/// Why it was refused, from what git and the server say (git-push(1), "Output"; GitHub, GitLab and
/// Bitbucket word it their own way).
fn cause_of(out: &Output, moves: &[Move]) -> Cause {
    let tags = moves.iter().filter(|wanted| wanted.name.starts_with("refs/tags/"));
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let rejected = |name: &str| {
        text.lines()
            .any(|line| line.starts_with('!') && line.contains(name) && line.contains("stale info"))
    };
    if tags.clone().any(|tag| rejected(&tag.name)) {
        return Cause::Taken;
    }
    if says(
        out,
        &[
            "non-fast-forward",
            "fetch first",
            "stale info",
            "cannot lock ref",
            "failed to update ref",
        ],
    ) {
        return Cause::Moved;
    }
    let protected = [
        "protected branch",
        "GH006",
        "GH013",
        "through a pull request",
        "not allowed to push",
        "branch restrictions",
    ];
    if says(out, &protected) {
        return Cause::Protected;
    }
    Cause::Other
}

/// What the remote said, without what git adds for people.
fn lines(out: &Output) -> Vec<String> {
    let text = proc::mask(&String::from_utf8_lossy(&out.stderr));
    let kept = |line: &&str| {
        !line.trim().is_empty() && !line.starts_with("hint:") && !line.starts_with("To ")
    };
    let mut found: Vec<String> =
        text.lines().filter(kept).map(|l| l.trim_end().to_owned()).collect();
    let refused = String::from_utf8_lossy(&out.stdout).into_owned();
    let refused = refused.lines().filter(|line| line.starts_with('!'));
    found.extend(refused.filter_map(|line| line.split('\t').nth(2).map(str::to_owned)));
    found.dedup();
    found.truncate(SHOWN);
    found
}

fn refused(
    running: &mut Running<'_>,
    step: usize,
    push: &Push,
    cause: Cause,
    why: Vec<String>,
) -> Result<(), Refusal> {
    if running.operation.pushed(step) == Sent::Unknown {
        running.operation.append(Record::Refused { step })?;
    }
    let refusal = Refusal::open(format!("the push to {} was refused, nothing arrived", push.shown));
    let refusal = why.into_iter().fold(refusal, Refusal::why);
    let straight = running.operation.plan().is_straight();
    let refusal = match (cause, straight) {
        // A tag alone waits for its commit to land.
        (Cause::Protected, _) if !makes_commits(running) => {
            refusal.why("The branch takes pull requests only: its commits have to be there first.")
        }
        (Cause::Moved, _) if !makes_commits(running) => {
            refusal.why("Somebody has pushed meanwhile. What is there has to be in it first.")
        }
        (Cause::Protected, true) => refusal
            .why("The branch takes pull requests only. Here everything is done.")
            .next("resume --pr", "turns this into a pull request, tagged after the merge"),
        (Cause::Protected, false) => refusal
            .why("A branch takes pull requests only: [branches] protected can name it.")
            .next("resume", "pushes again when it takes this"),
        (Cause::Moved, true) => came(running, push, refusal)
            .next("resume --merge", "keeps the tested commit and its tag, and merges it")
            .next("resume --replan", "releases on top of what is there now"),
        (Cause::Moved, false) if running.operation.is_undoable() => came(running, push, refusal)
            .why("Taken back, the same command begins with what is there."),
        (Cause::Moved, false) => came(running, push, refusal)
            .why("It reached beyond git already, so it is not taken back.")
            .next("resume --skip push", "ends it here; then merge what came, and push by hand")
            .next("resume", "pushes again when the remote is as it was"),
        (Cause::Taken, true) => refusal
            .why("Somebody else has released this version.")
            .next("resume --replan", "releases the next one on top of what is there now"),
        (Cause::Taken, false) => refusal.why("Somebody else has released this version."),
        (Cause::Other, _) => refusal.next("resume", "pushes again when the cause is mended"),
    };
    Err(running.or_undo(refusal, "takes everything back"))
}

/// Who moved the branches, as far as that can be found out.
fn came(running: &Running<'_>, push: &Push, refusal: Refusal) -> Refusal {
    let names = push.moves.iter().filter_map(|it| it.name.strip_prefix("refs/heads/"));
    let branches: Vec<String> = names.map(str::to_owned).collect();
    let wanted = Wanted { branches, ..Wanted::default() };
    let Ok(fetched) = running.repo.fetch(&push.remote, &wanted, &running.interrupt) else {
        return refusal;
    };
    let Ok(moves) = moves(running, push) else { return refusal };
    moves.iter().fold(refusal, |refusal, wanted| {
        let there = fetched.there.get(&wanted.name);
        let (Some(before), Some(there)) = (&wanted.before, there) else { return refusal };
        match running.repo.came(before, there) {
            Ok(came) if came.count > 0 => {
                refusal.why(format!("{}: {}", short(&wanted.name), came.summary()))
            }
            _ => refusal,
        }
    })
}

fn not_now(running: &Running<'_>, push: &Push) -> Refusal {
    let refusal = Refusal::open(format!("not pushed to {}", push.shown))
        .why("Everything up to here is done, and nothing was pushed.")
        .next("resume", "pushes it");
    running.or_undo(refusal, "takes everything back")
}
