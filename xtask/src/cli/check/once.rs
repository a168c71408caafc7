//! Commands that are no gates yet, tried by the runner of `check`.

use super::facts::{Read, new_logs};
use super::{interrupts, most, rehearsal, watched};
use crate::cli::Context;
use crate::error::Refusal;
use crate::gates::builtin::Hooks;
use crate::gates::{Checked, Gate, Poll, Reused, Store};
use crate::repo::Repo;

/// Runs each of these once, with what `check` would tell it, and shows meanwhile what goes on.
///
/// # Errors
/// Ctrl-C, and what is wrong with the repository.
pub fn once(repo: &Repo, gates: &[Gate], context: &Context) -> Result<Vec<Checked>, Refusal> {
    let read = Read::new(repo, None)?;
    let status = repo.status()?;
    let rehearse = || rehearsal::tried(&read, repo, context);
    let hooks = Hooks { installed: Vec::new(), rehearse: &rehearse };
    let facts = read.facts(repo, &status, context.at, hooks);
    let interrupt = interrupts()?;
    let logs = new_logs(repo)?;
    let contents = repo.contents(&status, &logs)?;
    let poll = Poll {
        gates,
        facts: &facts,
        values: &read.values,
        packages: &[],
        jobs: most(None),
        reused: Reused::No,
        waived: &[],
        logs: &logs,
        store: &Store::of(&repo.common_dir),
        contents: &contents,
        interrupt: &interrupt,
        at: context.at,
    };
    watched(&poll, &context.ui)
}
