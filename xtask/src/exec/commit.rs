//! A commit like git's own, made before any ref moves: a private copy of the index, the user's
//! hooks on it, then the objects.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Running, hooks, index, io_failed, keep};
use crate::error::Refusal;
use crate::journal::{IndexChange, IndexEntry, Record, Rewritten};
use crate::path::RepoPath;
use crate::plan::{Digest, FileChange, Land, Object, Oid, Sign};
use crate::repo::Repo;
use crate::sys::fs as write;

/// Makes the objects of a landing and journals their ids.
///
/// # Errors
/// A hook, the signing program or git says no, or a hook put something into the commit that was
/// not planned. No ref of the user has moved.
pub(super) fn build(running: &mut Running<'_>, step: usize, land: &Land) -> Result<(), Refusal> {
    let mut objects = Vec::new();
    let mut index = Vec::new();
    let mut committed = BTreeMap::new();
    for object in &land.objects {
        let Object::Commit { paths, .. } = object;
        index = before(running.repo, paths)?;
        let (tree, entries) = tree(running, step, object)?;
        for change in &mut index {
            change.after = entries.get(change.path.as_str()).cloned();
        }
        committed.extend(entries);
        objects.push(commit(running, object, &tree)?);
    }
    let files = rewritten(running, &committed)?;
    running.operation.append(Record::Built { step, objects, index, files })
}

fn before(repo: &Repo, paths: &[RepoPath]) -> Result<Vec<IndexChange>, Refusal> {
    let names: Vec<&str> = paths.iter().map(RepoPath::as_str).collect();
    let listed = index::listed(repo, None, &names)?;
    let change = |path: &RepoPath| IndexChange {
        path: path.clone(),
        before: listed.get(path.as_str()).cloned(),
        after: None,
    };
    Ok(paths.iter().map(change).collect())
}

/// The tree the commit will have: HEAD's with the planned paths as they are in the work tree, and
/// what the hooks made of them; with the index entries of those paths.
fn tree(
    running: &mut Running<'_>,
    step: usize,
    object: &Object,
) -> Result<(Oid, BTreeMap<String, IndexEntry>), Refusal> {
    let Object::Commit { parent, paths, .. } = object;
    let copy = index::private(running, paths)?;
    let names: Vec<&str> = paths.iter().map(RepoPath::as_str).collect();
    let planned = index::listed(running.repo, Some(&copy), &names)?;
    hooks::pre_commit(running, step, object, &copy)?;
    let tree = written(running.repo, &copy)?;
    only_planned(running.repo, parent, &tree, paths)?;
    let now = index::listed(running.repo, Some(&copy), &names)?;
    for path in paths {
        let (was, is) = (planned.get(path.as_str()), now.get(path.as_str()));
        if was != is {
            own_lines(running, path, was, is)?;
        }
    }
    Ok((tree, now))
}

/// The tree of an index.
pub(super) fn written(repo: &Repo, index: &Path) -> Result<Oid, Refusal> {
    let out = repo.git.write(["write-tree"]).index(index).read()?;
    oid(&out).ok_or_else(|| Refusal::external("git write-tree printed no id"))
}

/// The commit must change exactly the planned paths, whatever hooks staged.
pub(super) fn only_planned(
    repo: &Repo,
    parent: &Oid,
    tree: &Oid,
    paths: &[RepoPath],
) -> Result<(), Refusal> {
    let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only"];
    let out = repo.git.call(args.iter().chain(&[parent.as_str(), tree.as_str()])).read()?;
    let changed: Vec<String> = out
        .split(|&b| b == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    let foreign = changed.iter().filter(|name| paths.iter().all(|path| path.as_str() != *name));
    let foreign: Vec<&str> = foreign.map(String::as_str).collect();
    if !foreign.is_empty() {
        return Err(Refusal::external(
            "a commit hook staged files that are not part of this commit",
        )
        .why(foreign.join(", "))
        .why("Only the planned paths are committed."));
    }
    if changed.is_empty() {
        return Err(Refusal::external("there is nothing to commit")
            .why("The planned files are the same as in HEAD; a hook may have put them back."));
    }
    Ok(())
}

/// A hook may change the lines this operation wrote (a formatter's quotes), and no others.
fn own_lines(
    running: &Running<'_>,
    path: &RepoPath,
    was: Option<&IndexEntry>,
    is: Option<&IndexEntry>,
) -> Result<(), Refusal> {
    let refusal = |line: String| {
        Refusal::external(format!("a commit hook changed {path} beyond the version"))
            .why(line)
            .why("Only the lines written here may differ; run the hook on this file first and commit that.")
    };
    let (Some(was), Some(is)) = (was, is) else {
        return Err(refusal("It was removed or added.".into()));
    };
    if was.mode != is.mode {
        return Err(refusal(format!("Its mode became {}.", is.mode)));
    }
    let blob =
        |entry: &IndexEntry| running.repo.git.call(["cat-file", "blob", entry.id.as_str()]).read();
    let (was, is) = (blob(was)?, blob(is)?);
    let (was, is): (Vec<_>, Vec<_>) =
        (was.split(|&b| b == b'\n').collect(), is.split(|&b| b == b'\n').collect());
    if was.len() != is.len() {
        return Err(refusal(format!("It had {} lines and has {} now.", was.len(), is.len())));
    }
    let own = own_line_numbers(running, path);
    let differs = (0..was.len()).filter(|&n| was[n] != is[n]);
    match differs.into_iter().find(|n| !own.contains(&(n + 1))) {
        None => Ok(()),
        Some(n) => {
            let text = String::from_utf8_lossy(is[n]).trim().to_owned();
            Err(refusal(format!("{path}:{}: {text}", n + 1)))
        }
    }
}

fn own_line_numbers(running: &Running<'_>, path: &RepoPath) -> Vec<usize> {
    let files = running.operation.plan().files();
    let Some(number) = files.iter().position(|change| change.path == *path) else { return vec![] };
    let Ok(bytes) = running.operation.before(number) else { return vec![] };
    crate::plan::changes(&bytes, &files[number].edits).iter().map(|change| change.line).collect()
}

fn commit(running: &Running<'_>, object: &Object, tree: &Oid) -> Result<Oid, Refusal> {
    let Object::Commit { parent, author, committer, sign, .. } = object;
    let message = fs::read(running.operation.file("message"))
        .map_err(|error| io_failed("the commit message", &error))?;
    let mut args = vec!["-c", "i18n.commitEncoding=UTF-8", "commit-tree"];
    args.extend(match sign {
        Sign::Yes => Some("-S"),
        Sign::No => None,
    });
    args.extend(["-p", parent.as_str(), "-F", "-", tree.as_str()]);
    let mut call = running.repo.git.write(args).input(message);
    for (role, ident) in [("AUTHOR", author), ("COMMITTER", committer)] {
        for (name, value) in hooks::ident_variables(role, ident) {
            call = call.env(&name, value);
        }
    }
    let out = call.read()?;
    let id = oid(&out).ok_or_else(|| Refusal::external("git commit-tree printed no id"))?;
    keep::keep(running, &id)?;
    Ok(id)
}

/// The planned files that hooks changed in the work tree; their bytes are kept for a resume.
///
/// A hook's are those whose content is what the commit has. Any other content was typed by a
/// person meanwhile (or left unstaged by a hook, which nobody can tell apart): it is not part of
/// the operation, and an undo will stop at it.
fn rewritten(
    running: &mut Running<'_>,
    committed: &BTreeMap<String, IndexEntry>,
) -> Result<Vec<Rewritten>, Refusal> {
    let files: Vec<FileChange> = running.operation.plan().files().into_iter().cloned().collect();
    let mut found = Vec::new();
    for (number, change) in files.iter().enumerate() {
        let path = running.path(&change.path);
        let bytes = fs::read(&path).map_err(|error| io_failed(path.display(), &error))?;
        let digest = Digest::of(&bytes);
        if digest == change.after {
            continue;
        }
        if index::staged_as(running, &change.path)?.as_ref() != committed.get(change.path.as_str())
        {
            running.notes.push(format!("{} has changes that are not in the commit", change.path));
            continue;
        }
        let saved = running.operation.file(&format!("rewritten-{number}"));
        write::write_private(&saved, &[&bytes])
            .map_err(|error| io_failed(saved.display(), &error))?;
        running.notes.push(format!("a commit hook changed {}", change.path));
        found.push(Rewritten { number, digest });
    }
    Ok(found)
}

fn oid(out: &[u8]) -> Option<Oid> {
    Oid::new(std::str::from_utf8(out).ok()?.trim_end())
}
