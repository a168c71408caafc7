//! Commits that take a release out of a branch, and that let it be merged again.

use super::Running;
use super::commit::{self, Node};
use crate::error::Refusal;
use crate::plan::{Id, Mend, Oid, Withdrawal};
use crate::repo::merge::withdraw::{Outcome, Wish, refused, withdraw};

/// Works the withdrawal out and makes its commit; `made` are the objects that this step has made
/// before it. Where the target is like that already, that is the target itself.
///
/// # Errors
/// Later commits need what is taken out, with their lines; git or the signing program says no. No
/// ref has moved.
pub(super) fn make(
    running: &mut Running<'_>,
    step: usize,
    planned: &Withdrawal,
    made: &[Oid],
) -> Result<Oid, Refusal> {
    let target = commit::known(running, step, &planned.target, made)?;
    let mut parents = vec![target.clone()];
    parents.extend(commit::all_known(running, step, &planned.also, made)?);
    let wish =
        Wish { target: &target, takes_out: planned.takes_out.as_ref(), retract: &planned.retract };
    let scratch = running.operation.file("merge");
    let withdrawn = match withdraw(running.repo, &wish, &scratch)? {
        Outcome::Withdrawn(withdrawn) => withdrawn,
        Outcome::Conflicts(conflicts) => return Err(refused(&planned.into, &wish, &conflicts)),
    };
    running.notes.extend(withdrawn.unmarked.iter().cloned());
    if withdrawn.is_as_before && parents.len() == 1 {
        return Ok(target);
    }
    let message = running.repo.git.call(["stripspace"]).input(planned.message.as_bytes()).read()?;
    let Withdrawal { author, committer, sign, .. } = planned;
    Node { tree: &withdrawn.tree, parents: &parents, author, committer, sign: *sign }
        .made(running.repo, message)
}

/// Makes a commit with the content of its first parent.
///
/// # Errors
/// git or the signing program says no.
pub(super) fn mend(
    running: &Running<'_>,
    step: usize,
    planned: &Mend,
    made: &[Oid],
) -> Result<Oid, Refusal> {
    let all: Vec<Id> = [std::slice::from_ref(&planned.of), &planned.also].concat();
    let parents = commit::all_known(running, step, &all, made)?;
    let tree = running.repo.git.object(&format!("{}^{{tree}}", parents[0].as_str()))?;
    let lost = || Refusal::external(format!("git lacks the tree of {}", parents[0].as_str()));
    let tree = tree.ok_or_else(lost)?;
    let message = running.repo.git.call(["stripspace"]).input(planned.message.as_bytes()).read()?;
    let Mend { author, committer, sign, .. } = planned;
    Node { tree: &tree, parents: &parents, author, committer, sign: *sign }
        .made(running.repo, message)
}
