//! The ref that keeps an operation's objects from being collected: until they have landed, and
//! after an undo.

use super::Running;
use crate::error::Refusal;
use crate::plan::Oid;
use crate::repo::Repo;

/// The place of the refs that keep this operation's objects.
pub(super) fn place(running: &Running<'_>) -> String {
    of(running.operation.id)
}

fn of(id: u64) -> String {
    format!("refs/gonogo/keep/{id}")
}

/// Makes an object reachable: under [`place`] the first, `place-2` and so on the others.
pub(super) fn keep(running: &Running<'_>, object: &Oid) -> Result<(), Refusal> {
    let place = place(running);
    let names = std::iter::once(place.clone()).chain((2..).map(|n| format!("{place}-{n}")));
    for name in names {
        match running.repo.ref_at(&name)? {
            Some(kept) if kept == *object => return Ok(()),
            Some(_) => {}
            None => return update(running.repo, &[&name, object.as_str()]),
        }
    }
    Ok(())
}

/// A ref of our own is nothing to the user's reference-transaction hook.
fn update(repo: &Repo, args: &[&str]) -> Result<(), Refusal> {
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref"];
    repo.git.write(without_hooks.iter().chain(args)).read().map(drop)
}

/// The full names of the refs that keep objects of an operation.
fn names_of(repo: &Repo, id: u64) -> Result<Vec<String>, Refusal> {
    let place = of(id);
    let own = |name: &String| {
        name.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let all = repo.refs(&["refs/gonogo/keep/"])?;
    Ok(all.into_iter().filter(own).collect())
}

/// Lets the objects go: they have landed, or never will.
pub(super) fn release(running: &Running<'_>) -> Result<(), Refusal> {
    release_of(running.repo, running.operation.id)
}

/// The same of another operation.
pub(super) fn release_of(repo: &Repo, id: u64) -> Result<(), Refusal> {
    let names = names_of(repo, id)?;
    if names.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = names.iter().map(|name| format!("delete {name}\n")).collect();
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref", "--stdin"];
    repo.git.write(without_hooks).input(lines.concat()).read().map(drop)
}
