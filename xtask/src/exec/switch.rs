//! HEAD goes elsewhere, and the work tree with it: `git switch`, made safe against a kill.
//!
//! A switch that is killed leaves some paths as they were and some as they will be. Which paths
//! differ is known, and that they were clean is checked before, so they can be put back to what HEAD
//! has and the switch be done again.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Running, io_failed};
use crate::error::{Refusal, word};
use crate::journal::{Direction, Record};
use crate::plan::{Action, At, Oid, Place, Switch};
use crate::repo::Repo;
use crate::sys::fs as write;

/// Where HEAD is.
pub(super) fn probe(running: &Running<'_>, switch: &Switch) -> Result<At, Refusal> {
    let branch = running.repo.current_branch()?;
    let commit = running.repo.ref_at("HEAD")?;
    let is = |place: &Place| {
        branch == place.branch
            && (place.branch.is_some() || running.operation.object(&place.commit) == commit)
    };
    Ok(match (is(&switch.from), is(&switch.to)) {
        (true, _) => At::Before,
        (_, true) => At::After,
        _ => {
            let now = branch.unwrap_or_else(|| "no branch".into());
            At::Elsewhere { found: format!("HEAD is on {now} now") }
        }
    })
}

/// Goes there.
pub(super) fn forward(
    running: &mut Running<'_>,
    step: usize,
    switch: &Switch,
) -> Result<(), Refusal> {
    go(running, step, switch, Direction::Forward)
}

/// Goes back.
pub(super) fn back(running: &mut Running<'_>, step: usize, switch: &Switch) -> Result<(), Refusal> {
    match seen(running, step) {
        Seen::Never | Seen::Back => Ok(()),
        Seen::InFlight(_) | Seen::There => go(running, step, switch, Direction::Back),
    }
}

/// What the journal knows of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    /// It began, in this direction, and nobody knows how it ended.
    InFlight(Direction),
    There,
    Back,
}

fn seen(running: &Running<'_>, step: usize) -> Seen {
    let way = |back: bool| if back { Direction::Back } else { Direction::Forward };
    let last = running.operation.records().iter().rev().find_map(|record| {
        if let Record::Switching { step: of, back } = record {
            (*of == step).then_some(Seen::InFlight(way(*back)))
        } else if let Record::Switched { step: of, back } = record {
            (*of == step).then_some(if *back { Seen::Back } else { Seen::There })
        } else {
            None
        }
    });
    last.unwrap_or(Seen::Never)
}

/// Whether this switch was reached, and has not gone back: the steps before it are done. One that
/// a kill cut short is mended where it is, from either end.
pub(super) fn is_reached(running: &Running<'_>, step: usize) -> bool {
    matches!(seen(running, step), Seen::There | Seen::InFlight(_))
}

/// Whether HEAD went back, and nobody began to go there again.
pub(super) fn is_back(running: &Running<'_>, step: usize) -> bool {
    seen(running, step) == Seen::Back
}

/// Whether the work tree is elsewhere than when this step is reached, or nobody knows: what the step
/// does to it cannot be seen now.
pub(super) fn is_elsewhere(running: &Running<'_>, step: usize) -> bool {
    let steps = running.operation.plan().steps.iter().enumerate();
    let mut switches = steps.filter(|(_, it)| matches!(it.action, Action::Switch(_)));
    switches.any(|(number, _)| match seen(running, number) {
        Seen::InFlight(_) => true,
        Seen::There => number > step,
        Seen::Never | Seen::Back => number < step,
    })
}

/// Whether a switch of any step began and nobody knows how it ended.
pub(super) fn any_in_flight(running: &Running<'_>) -> bool {
    let mut steps = 0..running.operation.plan().steps.len();
    steps.any(|step| matches!(seen(running, step), Seen::InFlight(_)))
}

/// The two ends of a switch in a direction.
fn ends(switch: &Switch, direction: Direction) -> (&Place, &Place) {
    match direction {
        Direction::Forward => (&switch.from, &switch.to),
        Direction::Back => (&switch.to, &switch.from),
    }
}

fn go(
    running: &mut Running<'_>,
    step: usize,
    switch: &Switch,
    direction: Direction,
) -> Result<(), Refusal> {
    if let Seen::InFlight(way) = seen(running, step) {
        let (from, to) = ends(switch, way);
        // HEAD is the last thing that git moves: what differs from it now was left by a kill.
        if at(running, from)? && !at(running, to)? {
            let (source, target) = (commit(running, from)?, commit(running, to)?);
            put_back(running, &source, &target)?;
        }
    }
    let (from, to) = ends(switch, direction);
    if !at(running, to)? {
        switched(running, step, (from, to), direction)?;
    }
    let back = direction == Direction::Back;
    running.operation.append(Record::Switched { step, back })
}

fn switched(
    running: &mut Running<'_>,
    step: usize,
    (from, to): (&Place, &Place),
    direction: Direction,
) -> Result<(), Refusal> {
    let (source, target) = (commit(running, from)?, commit(running, to)?);
    clean(running.repo, &source, &target)?;
    let back = direction == Direction::Back;
    running.operation.append(Record::Switching { step, back })?;
    let plain = ["switch", "--quiet", "--recurse-submodules=no"];
    let goal = match &to.branch {
        Some(branch) => ["--no-guess", branch.strip_prefix("refs/heads/").unwrap_or(branch)],
        None => ["--detach", target.as_str()],
    };
    let out = running.repo.git.write(plain.iter().chain(&goal)).output()?;
    if at(running, to)? {
        return all_there(running.repo, &source, &target);
    }
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    let refusal = Refusal::unsafe_to(format!("git does not switch to {}", shown(to, &target)));
    Err(said.lines().filter(|line| !line.trim().is_empty()).fold(refusal, Refusal::why))
}

fn shown(place: &Place, commit: &Oid) -> String {
    let branch = place.branch.as_deref().map(|name| name.trim_start_matches("refs/heads/"));
    branch.map_or_else(|| commit.short().to_owned(), str::to_owned)
}

/// Is HEAD here, with the commit that belongs to it?
fn at(running: &Running<'_>, place: &Place) -> Result<bool, Refusal> {
    let branch = running.repo.current_branch()?;
    let commit = || Ok(running.repo.ref_at("HEAD")? == running.operation.object(&place.commit));
    Ok(branch == place.branch && (branch.is_some() || commit()?))
}

fn commit(running: &Running<'_>, place: &Place) -> Result<Oid, Refusal> {
    // A branch is where it is: the refs have moved before HEAD does.
    if let Some(branch) = &place.branch
        && let Some(commit) = running.repo.ref_at(branch)?
    {
        return Ok(commit);
    }
    running
        .operation
        .object(&place.commit)
        .ok_or_else(|| Refusal::external("the plan switches to a commit that it has not made"))
}

/// The paths that are not the same in two commits: those that the first one has, and those that only
/// the second one has.
fn differing(repo: &Repo, from: &Oid, to: &Oid) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Refusal> {
    let names = |filter: &str| {
        let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", filter];
        let out = repo.git.call(args.iter().chain(&[from.as_str(), to.as_str()])).read()?;
        let paths = out.split(|&b| b == 0).filter(|path| !path.is_empty());
        Ok::<_, Refusal>(paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect())
    };
    Ok((names("--diff-filter=a")?, names("--diff-filter=A")?))
}

/// What a switch changes is as HEAD has it, and nothing stands where it makes files.
///
/// # Errors
/// Something does; git fails.
pub(super) fn clean(repo: &Repo, from: &Oid, to: &Oid) -> Result<(), Refusal> {
    let (there, new) = differing(repo, from, to)?;
    let changed = repo.status()?.changed;
    let tracked = changed.iter().filter(|path| there.contains(path) || new.contains(path));
    // git would overwrite what is ignored without a word.
    let exists = |path: &&PathBuf| fs::symlink_metadata(repo.top.join(path)).is_ok();
    let is_file = |path: &&PathBuf| exists(path) && !repo.top.join(path).is_dir();
    let untracked = new.iter().filter(is_file);
    let mut own: Vec<String> =
        tracked.chain(untracked).map(|path| path.display().to_string()).collect();
    own.dedup();
    if own.is_empty() {
        return Ok(());
    }
    Err(Refusal::unsafe_to(format!("{} has changes that are not committed", own.join(", ")))
        .why("The branch that is checked out next has it in another state.")
        .next_shell("git stash --include-untracked", "puts the changes away"))
}

/// git goes on past a file that it cannot write (unpack-trees.c, `check_updates`) and calls it a
/// success: what is not as HEAD has it now, and was clean before, is written once more.
fn all_there(repo: &Repo, from: &Oid, to: &Oid) -> Result<(), Refusal> {
    let (there, new) = differing(repo, from, to)?;
    let lacking = || -> Result<Vec<PathBuf>, Refusal> {
        let changed = repo.status()?.changed.into_iter();
        Ok(changed.filter(|path| there.contains(path) || new.contains(path)).collect())
    };
    let left = lacking()?;
    if left.is_empty() {
        return Ok(());
    }
    restored(repo, &left)?;
    match lacking()?.first() {
        None => Ok(()),
        Some(path) => Err(Refusal::external(format!("git did not write {}", path.display()))
            .why("The branch is checked out without it.")),
    }
}

/// Some paths as HEAD has them.
fn restored(repo: &Repo, paths: &[PathBuf]) -> Result<(), Refusal> {
    let args = ["restore", "--source=HEAD", "--staged", "--worktree"];
    let from_file = ["--pathspec-from-file=-", "--pathspec-file-nul"];
    repo.git.write(args.iter().chain(&from_file)).input(list(paths)).read().map(drop)
}

/// Paths as git reads them from its input.
fn list(paths: &[PathBuf]) -> Vec<u8> {
    paths.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat()).collect()
}

/// Brings the paths of a killed switch back to what HEAD has; what somebody typed is kept.
fn put_back(running: &mut Running<'_>, source: &Oid, target: &Oid) -> Result<(), Refusal> {
    let (there, new) = differing(running.repo, source, target)?;
    for path in there.iter().chain(&new) {
        let blob = |commit: &Oid| running.repo.as_checked_out(commit, path);
        let (before, after) = (blob(source)?, blob(target)?);
        set_aside(running, path, &[before.as_deref(), after.as_deref()])?;
    }
    // First what is in the way of a file that HEAD has.
    if !new.is_empty() {
        let args = ["update-index", "--force-remove", "-z", "--stdin"];
        running.repo.git.write(args).input(list(&new)).read()?;
        for path in &new {
            removed(running, path)?;
        }
    }
    if there.is_empty() { Ok(()) } else { restored(running.repo, &there) }
}

/// Removes a file and the folders that are empty then, as git does.
fn removed(running: &Running<'_>, path: &Path) -> Result<(), Refusal> {
    let failed = |error: std::io::Error| io_failed(path.display(), &error);
    let full = running.repo.top.join(path);
    if full.is_dir() && !full.is_symlink() {
        return Ok(());
    }
    write::remove(&full).map_err(failed)?;
    let above = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    above
        .into_iter()
        .try_for_each(|folder| write::remove_empty(&running.repo.top.join(folder)).map_err(failed))
}

/// Keeps a file that neither commit has like this: a person may have typed it, or git was killed
/// while it wrote it.
fn set_aside(
    running: &mut Running<'_>,
    path: &Path,
    known: &[Option<&[u8]>],
) -> Result<(), Refusal> {
    let Ok(bytes) = fs::read(running.repo.top.join(path)) else { return Ok(()) };
    if bytes.is_empty() || known.contains(&Some(bytes.as_slice())) {
        return Ok(());
    }
    let aside = running.operation.aside("found-switch");
    write::write_private(&aside, &[&bytes]).map_err(|error| io_failed(aside.display(), &error))?;
    let (path, aside) = (word(path.display()), word(aside.display()));
    running.notes.push(format!("{path} as it was found is kept in {aside}"));
    Ok(())
}
