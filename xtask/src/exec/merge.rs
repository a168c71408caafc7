//! A merge as an object, before any ref moves.

use super::commit::Node;
use super::{Running, commit};
use crate::error::Refusal;
use crate::merge::refused;
use crate::plan::{Merge, Oid, Parents};
use crate::repo::merge::{Merged, Outcome, merge};

/// Works the merge out and makes its commit; `made` are the objects that this step has made before
/// it. Where the target has the source already, that is the target itself.
///
/// # Errors
/// A conflict that no rule is about, with its lines; git or the signing program says no. No ref has
/// moved.
pub(super) fn make(
    running: &Running<'_>,
    step: usize,
    planned: &Merge,
    made: &[Oid],
) -> Result<Oid, Refusal> {
    let target = commit::known(running, step, &planned.target, made)?;
    let source = commit::known(running, step, &planned.source, made)?;
    let scratch = running.operation.file("merge");
    let tree = match merge(running.repo, &target, &source, &scratch)? {
        Outcome::UpToDate => return Ok(target),
        Outcome::FastForward { tree, .. } | Outcome::Merged(Merged { tree, .. }) => tree,
        Outcome::Conflicts(conflicts) => return Err(refused(&planned.into, &conflicts)),
    };
    let message = running.repo.git.call(["stripspace"]).input(planned.message.as_bytes()).read()?;
    let parents = match planned.parents {
        Parents::Both => vec![target, source],
        Parents::Target => vec![target],
    };
    let Merge { author, committer, sign, .. } = planned;
    Node { tree: &tree, parents: &parents, author, committer, sign: *sign }
        .made(running.repo, message)
}
