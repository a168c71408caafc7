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

const PLACE: &str = "refs/gonogo/keep/";

fn of(id: u64) -> String {
    format!("{PLACE}{id}")
}

/// Makes objects reachable, at once: under [`place`] the first, `place-2` and so on the others.
pub(super) fn keep(running: &Running<'_>, objects: &[Oid]) -> Result<(), Refusal> {
    let place = place(running);
    let kept = running.repo.refs_at([PLACE])?;
    let names = std::iter::once(place.clone()).chain((2..).map(|n| format!("{place}-{n}")));
    let mut free = names.filter(|name| !kept.contains_key(name));
    let own = |name: &String| is_of(name, &place);
    let is_kept = |object: &&Oid| kept.iter().any(|(name, id)| id == *object && own(name));
    let missing = objects.iter().filter(|object| !is_kept(object));
    let lines = missing.zip(&mut free).map(|(id, name)| format!("create {name} {}\n", id.as_str()));
    update(running.repo, &lines.collect::<String>())
}

/// Refs of our own are nothing to the user's reference-transaction hook.
fn update(repo: &Repo, lines: &str) -> Result<(), Refusal> {
    if lines.is_empty() {
        return Ok(());
    }
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref", "--stdin"];
    repo.git.write(without_hooks).input(lines).read().map(drop)
}

/// Whether a ref keeps an object of the operation with this place.
fn is_of(name: &str, place: &str) -> bool {
    name.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The full names of the refs that keep objects of an operation.
fn names_of(repo: &Repo, id: u64) -> Result<Vec<String>, Refusal> {
    let place = of(id);
    let all = repo.refs(&[PLACE])?;
    Ok(all.into_iter().filter(|name| is_of(name, &place)).collect())
}

/// Lets the objects go: they have landed, or never will.
pub(super) fn release(running: &Running<'_>) -> Result<(), Refusal> {
    release_of(running.repo, running.operation.id)
}

/// The same of another operation.
pub(super) fn release_of(repo: &Repo, id: u64) -> Result<(), Refusal> {
    let lines = names_of(repo, id)?.into_iter().map(|name| format!("delete {name}\n"));
    update(repo, &lines.collect::<String>())
}
