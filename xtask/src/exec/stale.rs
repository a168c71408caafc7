//! Whether the world is still what a plan was made on.

use super::{files, install, switch};
use crate::error::Refusal;
use crate::path::RepoPath;
use crate::plan::{Id, Oid, Plan, RefMove, Step};
use crate::repo::Repo;

/// Everything the plan wants to change is still as it was when the plan was made.
pub(super) fn not_stale(repo: &Repo, plan: &Plan) -> Result<(), Refusal> {
    let mut seen: Vec<&RepoPath> = Vec::new();
    let (here, away) = before_leaving(plan);
    for change in here.iter().flat_map(|step| step.action.files()) {
        if seen.contains(&&change.path) {
            // It is edited again, later.
            continue;
        }
        seen.push(&change.path);
        let found = files::holds(repo, &change.path);
        if found.as_ref() != Some(&change.before) {
            return Err(Refusal::unsafe_to(format!("{} changed meanwhile", change.path))
                .why("It is not what it was when this was planned; nothing was changed."));
        }
    }
    if let (Some(commit), Some(head)) = (away, &plan.base.head) {
        switch::clean(repo, head, commit)?;
    }
    plan.hooks().try_for_each(install::none_there)?;
    not_moved(repo, &plan.moves())
}

/// The steps whose files are those of the commit that is checked out now; and the commit that the
/// plan goes to after them, where that is another one and exists.
fn before_leaving(plan: &Plan) -> (&[Step], Option<&Oid>) {
    let leaves =
        |step: &Step| step.action.goes_to().is_some_and(|to| plan.base.head.as_ref() != Some(to));
    match plan.steps.iter().position(leaves) {
        Some(at) => (&plan.steps[..at], plan.steps[at].action.goes_to()),
        None => (&plan.steps, None),
    }
}

fn not_moved(repo: &Repo, moves: &[&RefMove]) -> Result<(), Refusal> {
    let mut seen: Vec<&str> = Vec::new();
    let now = repo.refs_at(moves.iter().map(|wanted| wanted.name.as_str()))?;
    for wanted in moves {
        // What moves twice begins where the first move begins.
        if seen.contains(&wanted.name.as_str()) {
            continue;
        }
        seen.push(&wanted.name);
        let old = match &wanted.old {
            Some(Id::Known(oid)) => Some(oid.clone()),
            // Only a ref that moved before begins at an object of the plan.
            Some(Id::Made(_)) | None => None,
        };
        if now.get(&wanted.name) != old.as_ref() {
            return Err(Refusal::unsafe_to(format!("{} moved meanwhile", wanted.name))
                .why("It is not where it was when this was planned; nothing was changed."));
        }
    }
    Ok(())
}
