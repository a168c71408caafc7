//! A commit like git's own, made before any ref moves: a private copy of the index, the user's
//! hooks on it, then the objects.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::hooks::Present;
use super::{Running, files, hooks, index, io_failed, keep, merge, tag, withdraw};
use crate::error::Refusal;
use crate::journal::{IndexChange, IndexEntry, Record, Rewritten};
use crate::path::RepoPath;
use crate::plan::{Commit, Digest, FileChange, HookEdits, Id, Object, Oid, Sign};
use crate::repo::Repo;
use crate::sys::fs as write;

/// Makes objects and journals their ids; nothing of the user's names them yet.
///
/// # Errors
/// A hook, the signing program or git says no, or a hook put something into the commit that was
/// not planned. No ref of the user has moved.
pub(super) fn build(
    running: &mut Running<'_>,
    step: usize,
    planned: &[Object],
) -> Result<(), Refusal> {
    if running.operation.built(step).is_some() {
        return Ok(());
    }
    let mut objects = Vec::new();
    let (mut index, mut files) = (Vec::new(), Vec::new());
    for object in planned {
        let made = match object {
            Object::Commit(commit) => {
                let tree;
                (tree, index) = self::tree(running, step, commit)?;
                files = rewritten(running, step, &index)?;
                committed(running, step, commit, &objects, &tree)?
            }
            Object::Tag(tag) => tag::make(running, step, tag, &objects)?,
            Object::Merge(merge) => merge::make(running, step, merge, &objects)?,
            Object::Withdrawal(planned) => withdraw::make(running, step, planned, &objects)?,
        };
        objects.push(made);
    }
    keep::keep(running, &objects)?;
    running.operation.append(Record::Built { step, objects, index, files })
}

/// An object that the plan names, also one that this step has just made.
pub(super) fn known(
    running: &Running<'_>,
    step: usize,
    id: &Id,
    made: &[Oid],
) -> Result<Oid, Refusal> {
    let steps = &running.operation.plan().steps[..step];
    let first: usize = steps.iter().map(|step| step.action.objects().len()).sum();
    let here = match id {
        Id::Made(number) => number.checked_sub(first).and_then(|n| made.get(n)).cloned(),
        Id::Known(_) => None,
    };
    here.or_else(|| running.operation.object(id))
        .ok_or_else(|| Refusal::external("the plan names an object that it has not made yet"))
}

/// The tree the commit will have: its parent's with the planned paths as they are in the work tree,
/// and what the hooks made of them; with the index entries of those paths.
fn tree(
    running: &mut Running<'_>,
    step: usize,
    commit: &Commit,
) -> Result<(Oid, Vec<IndexChange>), Refusal> {
    let Commit { parent, paths, .. } = commit;
    let parent = known(running, step, parent, &[])?;
    let copy = index::private(running, &parent, paths)?;
    let names: Vec<&str> = paths.iter().map(RepoPath::as_str).collect();
    // Where the user's index holds the parent's tree, the difference of the trees tells of it.
    let users = match running.copied {
        Some(_) => None,
        None => Some(index::listed(running.repo, None, &names)?),
    };
    let present = hooks::present(running.repo, &hooks::COMMIT)?;
    let planned = match present {
        Present::Perhaps => Some(index::listed(running.repo, Some(&copy), &names)?),
        Present::No => None,
    };
    hooks::pre_commit(running, step, commit, &copy, present)?;
    let tree = written(running.repo, &copy)?;
    let changed = only_planned(running, &parent, &tree, paths)?;
    let as_before: Vec<&str> =
        names.iter().copied().filter(|name| !changed.contains_key(*name)).collect();
    let as_before = index::listed(running.repo, Some(&copy), &as_before)?;
    let entry = |path: &RepoPath| {
        let name = path.as_str();
        let same = || as_before.get(name).cloned();
        let Changed { before, after } =
            changed.get(name).cloned().unwrap_or_else(|| Changed { before: same(), after: same() });
        let before = users.as_ref().map_or(before, |users| users.get(name).cloned());
        IndexChange { path: path.clone(), before, after }
    };
    let index: Vec<IndexChange> = paths.iter().map(entry).collect();
    let Some(planned) = planned else { return Ok((tree, index)) };
    for IndexChange { path, after, .. } in &index {
        let (was, is) = (planned.get(path.as_str()), after.as_ref());
        if was != is {
            match commit.hooks {
                HookEdits::OwnLines => own_lines(running, step, path, was, is)?,
                HookEdits::OwnFiles => own_file(path, was, is)?,
                HookEdits::Refuse => {
                    return Err(Refusal::external(format!("a commit hook changed {path}"))
                        .why("Hooks may change nothing in this commit ([release] hooks).")
                        .next("check hooks --fix", "commits what they change first"));
                }
            }
        }
    }
    Ok((tree, index))
}

/// The tree of an index.
pub(super) fn written(repo: &Repo, index: &Path) -> Result<Oid, Refusal> {
    let out = repo.git.write_beside(["write-tree"], index).read()?;
    oid(&out).ok_or_else(|| Refusal::external("git write-tree printed no id"))
}

/// The entries of a path in two trees.
#[derive(Clone)]
pub(super) struct Changed {
    before: Option<IndexEntry>,
    after: Option<IndexEntry>,
}

/// What a tree changes in that of its parent.
fn changed(
    running: &Running<'_>,
    parent: &Oid,
    tree: &Oid,
) -> Result<BTreeMap<String, Changed>, Refusal> {
    let args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames"];
    let call = running.repo.git.call(args.iter().chain(&[parent.as_str(), tree.as_str()]));
    // git reads an index here, too, and needs nothing of it: one that is not there costs nothing.
    let out = call.index(&running.operation.file("no-index")).read()?;
    // :MODE MODE ID ID STATUS, and the path as a record of its own
    let mut records = out.split(|&b| b == 0).map(String::from_utf8_lossy);
    let mut changed = BTreeMap::new();
    while let (Some(facts), Some(path)) = (records.next(), records.next()) {
        let mut facts = facts.trim_start_matches(':').split(' ');
        let mut field = || facts.next().unwrap_or_default().to_owned();
        let [old, new, before, after] = [field(), field(), field(), field()];
        let entry = |mode: String, id: &str| {
            Oid::new(id).filter(|_| mode != "000000").map(|id| IndexEntry { mode, id })
        };
        let (before, after) = (entry(old, &before), entry(new, &after));
        changed.insert(path.into_owned(), Changed { before, after });
    }
    Ok(changed)
}

/// The commit must change exactly the planned paths, whatever hooks staged. Returns what it changes.
pub(super) fn only_planned(
    running: &Running<'_>,
    parent: &Oid,
    tree: &Oid,
    paths: &[RepoPath],
) -> Result<BTreeMap<String, Changed>, Refusal> {
    let changed = changed(running, parent, tree)?;
    let foreign = changed.keys().filter(|name| paths.iter().all(|path| path.as_str() != *name));
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
    Ok(changed)
}

/// A hook may change what stands in a file, but not take it away.
fn own_file(
    path: &RepoPath,
    was: Option<&IndexEntry>,
    is: Option<&IndexEntry>,
) -> Result<(), Refusal> {
    match (was, is) {
        (Some(was), Some(is)) if was.mode == is.mode => Ok(()),
        _ => Err(Refusal::external(format!(
            "a commit hook removed {path}, added it, or changed its mode"
        ))),
    }
}

/// A hook may change the lines this operation wrote (a formatter's quotes), and no others.
fn own_lines(
    running: &Running<'_>,
    step: usize,
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
    let own = own_line_numbers(running, step, path);
    let differs = (0..was.len()).filter(|&n| was[n] != is[n]);
    match differs.into_iter().find(|n| !own.contains(&(n + 1))) {
        None => Ok(()),
        Some(n) => {
            let text = String::from_utf8_lossy(is[n]).trim().to_owned();
            Err(refusal(format!("{path}:{}: {text}", n + 1)))
        }
    }
}

fn own_line_numbers(running: &Running<'_>, step: usize, path: &RepoPath) -> Vec<usize> {
    let files = running.operation.plan().files();
    let here = files::of_build(running, step);
    let own = here.into_iter().filter(|number| files[*number].path == *path);
    own.flat_map(|number| {
        let bytes = running.operation.before(number).unwrap_or_default();
        crate::plan::changes(&bytes, &files[number].edits)
    })
    .map(|change| change.line)
    .collect()
}

fn committed(
    running: &Running<'_>,
    step: usize,
    commit: &Commit,
    made: &[Oid],
    tree: &Oid,
) -> Result<Oid, Refusal> {
    let parent = known(running, step, &commit.parent, made)?;
    let message = fs::read(running.operation.file("message"))
        .map_err(|error| io_failed("the commit message", &error))?;
    let Commit { author, committer, sign, .. } = commit;
    Node { tree, parents: &[parent], author, committer, sign: *sign }.made(running.repo, message)
}

/// A commit whose tree is there already.
pub(super) struct Node<'n> {
    pub tree: &'n Oid,
    pub parents: &'n [Oid],
    /// `Name <address> seconds zone`.
    pub author: &'n str,
    pub committer: &'n str,
    pub sign: Sign,
}

impl Node<'_> {
    /// Makes it, with a message that is cleaned up already.
    ///
    /// # Errors
    /// git or the signing program says no.
    pub fn made(&self, repo: &Repo, message: Vec<u8>) -> Result<Oid, Refusal> {
        let mut args = vec!["-c", "i18n.commitEncoding=UTF-8", "commit-tree"];
        args.extend(match self.sign {
            Sign::Yes => Some("-S"),
            Sign::No => None,
        });
        args.extend(self.parents.iter().flat_map(|parent| ["-p", parent.as_str()]));
        args.extend(["-F", "-", self.tree.as_str()]);
        let mut call = repo.git.write(args).input(message);
        for (role, ident) in [("AUTHOR", self.author), ("COMMITTER", self.committer)] {
            for (name, value) in hooks::ident_variables(role, ident) {
                call = call.env(&name, value);
            }
        }
        let out = call.read()?;
        oid(&out).ok_or_else(|| Refusal::external("git commit-tree printed no id"))
    }
}

/// The planned files that hooks changed in the work tree; their bytes are kept for a resume.
///
/// A hook's are those whose content is what the commit has. Any other content was typed by a
/// person meanwhile (or left unstaged by a hook, which nobody can tell apart): it is not part of
/// the operation, and an undo will stop at it.
fn rewritten(
    running: &mut Running<'_>,
    step: usize,
    committed: &[IndexChange],
) -> Result<Vec<Rewritten>, Refusal> {
    let files: Vec<FileChange> = running.operation.plan().files().into_iter().cloned().collect();
    let mut found = Vec::new();
    for number in files::of_build(running, step) {
        let change = &files[number];
        let path = running.path(&change.path);
        let bytes = fs::read(&path).map_err(|error| io_failed(path.display(), &error))?;
        let digest = Digest::of(&bytes);
        if digest == change.after {
            continue;
        }
        let entry = committed.iter().find(|entry| entry.path == change.path);
        if index::staged_as(running, &change.path)? != entry.and_then(|entry| entry.after.clone()) {
            running.notes.push(format!("{} has changes that are not in the commit", change.path));
            continue;
        }
        let saved = running.operation.file(&format!("rewritten-{number}"));
        write::write_private(&saved, &[&bytes])
            .map_err(|error| io_failed(saved.display(), &error))?;
        if files[number + 1..].iter().any(|later| later.path == change.path) {
            return Err(Refusal::external(format!("a commit hook changed {}", change.path))
                .why("It is edited again after this commit, for the next version.")
                .next("check hooks --fix", "commits what the hooks change first"));
        }
        running.notes.push(format!("a commit hook changed {}", change.path));
        found.push(Rewritten { number, digest });
    }
    Ok(found)
}

pub(super) fn oid(out: &[u8]) -> Option<Oid> {
    Oid::new(std::str::from_utf8(out).ok()?.trim_end())
}
