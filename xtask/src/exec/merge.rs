//! A merge as an object, before any ref moves.

use super::{Running, commit, hooks};
use crate::error::Refusal;
use crate::merge::refused;
use crate::plan::{Merge, Oid, Parents, Sign};
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
    let mut args = vec!["-c", "i18n.commitEncoding=UTF-8", "commit-tree"];
    args.extend(match planned.sign {
        Sign::Yes => Some("-S"),
        Sign::No => None,
    });
    args.extend(["-p", target.as_str()]);
    args.extend(match planned.parents {
        Parents::Both => vec!["-p", source.as_str()],
        Parents::Target => vec![],
    });
    args.extend(["-F", "-", tree.as_str()]);
    let mut call = running.repo.git.write(args).input(message);
    for (role, ident) in [("AUTHOR", &planned.author), ("COMMITTER", &planned.committer)] {
        for (name, value) in hooks::ident_variables(role, ident) {
            call = call.env(&name, value);
        }
    }
    let out = call.read()?;
    commit::oid(&out).ok_or_else(|| Refusal::external("git commit-tree printed no id"))
}
