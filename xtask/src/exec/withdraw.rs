//! A commit that takes a release out of a branch.

use super::Running;
use super::commit::{self, Node};
use crate::error::Refusal;
use crate::plan::{Oid, Withdrawal};
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
    let also = planned.also.iter().map(|id| commit::known(running, step, id, made));
    let also = also.collect::<Result<Vec<Oid>, Refusal>>()?;
    let Withdrawal { takes_out, retract, .. } = planned;
    let wish = Wish { target: &target, takes_out: takes_out.as_ref(), retract, also: &also };
    let scratch = running.operation.file("merge");
    let withdrawn = match withdraw(running.repo, &wish, &scratch)? {
        Outcome::Withdrawn(withdrawn) => withdrawn,
        Outcome::Conflicts(conflicts) => return Err(refused(&planned.into, &wish, &conflicts)),
    };
    running.notes.extend(withdrawn.unmarked.iter().cloned());
    if withdrawn.is_as_before && also.is_empty() {
        return Ok(target);
    }
    let mut lines = vec![planned.message.clone()];
    for id in &planned.reverts {
        let id = commit::known(running, step, id, made)?;
        lines.push(format!("This reverts commit {}.", id.as_str()));
    }
    let message = running.repo.git.call(["stripspace"]).input(lines.join("\n")).read()?;
    let parents = [vec![target], also].concat();
    let Withdrawal { author, committer, sign, .. } = planned;
    Node { tree: &withdrawn.tree, parents: &parents, author, committer, sign: *sign }
        .made(running.repo, message)
}
