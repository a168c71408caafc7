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
use crate::plan::{At, Oid, Place, Switch};
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
    go(running, step, &switch.from, &switch.to, Direction::Forward)?;
    running.operation.append(Record::Switched { step })
}

/// Goes back.
pub(super) fn back(running: &mut Running<'_>, step: usize, switch: &Switch) -> Result<(), Refusal> {
    if probe(running, switch)? == At::Before && !began(running, step) {
        return Ok(());
    }
    go(running, step, &switch.to, &switch.from, Direction::Back)
}

/// Whether a switch of this step was begun.
fn began(running: &Running<'_>, step: usize) -> bool {
    let records = running.operation.records().iter();
    records
        .into_iter()
        .any(|record| matches!(record, Record::Switching { step: of, .. } if *of == step))
}

/// Whether HEAD went there, and nobody began to go back.
pub(super) fn is_done(running: &Running<'_>, step: usize) -> bool {
    matches!(last(running, step), Some(Record::Switched { .. }))
}

/// Whether the last thing that is known of this step is that a switch of it began.
fn in_flight(running: &Running<'_>, step: usize) -> bool {
    matches!(last(running, step), Some(Record::Switching { .. }))
}

/// Whether a switch of any step is.
pub(super) fn any_in_flight(running: &Running<'_>) -> bool {
    (0..running.operation.plan().steps.len()).any(|step| in_flight(running, step))
}

fn last<'r>(running: &'r Running<'_>, step: usize) -> Option<&'r Record> {
    let about = |record: &&Record| match record {
        Record::Switching { step: of, .. } | Record::Switched { step: of } => *of == step,
        _ => false,
    };
    running.operation.records().iter().rev().find(about)
}

fn go(
    running: &mut Running<'_>,
    step: usize,
    from: &Place,
    to: &Place,
    direction: Direction,
) -> Result<(), Refusal> {
    let (source, target) = (commit(running, from)?, commit(running, to)?);
    let paths = differing(running, &source, &target)?;
    let here = at(running, from)?;
    if in_flight(running, step) {
        if here {
            put_back(running, &source, &target, &paths)?;
        } else if at(running, to)? {
            // HEAD is the last thing that git moves.
            return Ok(());
        }
    } else if at(running, to)? && !here {
        return Ok(());
    }
    clean(running, &paths)?;
    let back = direction == Direction::Back;
    running.operation.append(Record::Switching { step, back })?;
    let args = match &to.branch {
        Some(branch) => {
            let name = branch.strip_prefix("refs/heads/").unwrap_or(branch);
            vec!["switch", "--quiet", "--no-guess", "--recurse-submodules=no", name]
        }
        None => vec!["switch", "--quiet", "--recurse-submodules=no", "--detach", target.as_str()],
    };
    let out = running.repo.git.write(args).output()?;
    if at(running, to)? {
        return Ok(());
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

/// The paths that are not the same in two commits.
fn differing(running: &Running<'_>, from: &Oid, to: &Oid) -> Result<Vec<PathBuf>, Refusal> {
    let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", from.as_str(), to.as_str()];
    let out = running.repo.git.call(args).read()?;
    let paths = out.split(|&b| b == 0).filter(|path| !path.is_empty());
    Ok(paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect())
}

/// What the switch changes is as HEAD has it.
fn clean(running: &Running<'_>, paths: &[PathBuf]) -> Result<(), Refusal> {
    let changed = running.repo.status()?.changed;
    let own: Vec<String> = changed
        .iter()
        .filter(|path| paths.contains(path))
        .map(|path| path.display().to_string())
        .collect();
    if own.is_empty() {
        return Ok(());
    }
    Err(Refusal::unsafe_to(format!("{} has changes that are not committed", own.join(", ")))
        .why("The branch that is checked out next has it in another state.")
        .next_shell("git stash", "puts the changes away"))
}

/// Brings the paths of a killed switch back to what HEAD has; what somebody typed is kept.
fn put_back(
    running: &mut Running<'_>,
    source: &Oid,
    target: &Oid,
    paths: &[PathBuf],
) -> Result<(), Refusal> {
    let (mut there, mut new) = (Vec::new(), Vec::new());
    for path in paths {
        let blob = |commit: &Oid| in_commit(running, commit, path);
        let (before, after) = (blob(source)?, blob(target)?);
        set_aside(running, path, &[before.as_deref(), after.as_deref()])?;
        match before {
            Some(_) => there.push(path.as_path()),
            None => new.push(path.as_path()),
        }
    }
    let list = |paths: &[&Path]| -> Vec<u8> {
        paths.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat()).collect()
    };
    let from_file = ["--pathspec-from-file=-", "--pathspec-file-nul"];
    if !there.is_empty() {
        let args = ["restore", "--source=HEAD", "--staged", "--worktree"];
        let args = args.iter().chain(&from_file);
        running.repo.git.write(args).input(list(&there)).read()?;
    }
    if !new.is_empty() {
        let args = ["update-index", "--force-remove", "-z", "--stdin"];
        running.repo.git.write(args).input(list(&new)).read()?;
        for path in new {
            let full = running.repo.top.join(path);
            write::remove(&full).map_err(|error| io_failed(path.display(), &error))?;
        }
    }
    Ok(())
}

/// The bytes that a commit has of a path, as they stand in a work tree.
fn in_commit(running: &Running<'_>, commit: &Oid, path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
    let mut name = format!("{}:", commit.as_str()).into_bytes();
    name.extend_from_slice(path.as_os_str().as_bytes());
    let args = [OsStr::new("cat-file"), OsStr::new("--filters"), OsStr::from_bytes(&name)];
    let out = running.repo.git.call(args).output()?;
    Ok(out.status.success().then_some(out.stdout))
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
