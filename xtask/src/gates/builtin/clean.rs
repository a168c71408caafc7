//! `clean`: tracked files are as committed, but for what our own operations wrote.

use std::path::Path;

use super::{Answer, BuiltIn, Facts, always, could_not};
use crate::error::{Next, Refusal};
use crate::gates::Judged;
use crate::journal::{Closed, Journal, Operation, State};
use crate::plan::Digest;
use crate::repo::Repo;
use crate::wording::counted;

/// So many files are named.
const NAMED: usize = 8;

pub const GATE: BuiltIn = BuiltIn { name: "clean", usual: always, ask };

fn ask(facts: &Facts<'_>) -> Answer {
    Answer::Now(judge(facts).unwrap_or_else(|refusal| could_not(&refusal)))
}

fn judge(facts: &Facts<'_>) -> Result<Judged, Refusal> {
    let status = facts.status;
    if !status.unmerged.is_empty() {
        let paths = status.unmerged.iter().map(|path| path.display().to_string());
        return Ok(Judged::red("there are unresolved conflicts").details(paths));
    }
    let operations = match status.changed.is_empty() {
        true => Vec::new(),
        false => Journal::of(&facts.repo.common_dir).operations()?,
    };
    let mut foreign = Vec::new();
    for path in &status.changed {
        if !ours(facts.repo, &operations, path)? {
            foreign.push(path.display().to_string());
        }
    }
    let own = status.changed.len() - foreign.len();
    if foreign.is_empty() {
        return Ok(Judged::green(match own {
            0 => String::new(),
            own => format!("{} changed by our own operations", counted(own, "file")),
        }));
    }
    let more = foreign.len().saturating_sub(NAMED);
    foreign.truncate(NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let number = counted(foreign.len(), "tracked file");
    let red = Judged::red(format!("{number} changed and not committed"));
    Ok(red.details(foreign.into_iter().chain(more)).next(Next::Shell("git status".to_owned())))
}

/// Whether a file holds byte for byte what an operation of ours wrote, and that operation, or the
/// first of several in a row, found it as committed.
///
/// # Errors
/// git fails.
pub fn ours(repo: &Repo, operations: &[Operation], path: &Path) -> Result<bool, Refusal> {
    let Ok(bytes) = std::fs::read(repo.top.join(path)) else { return Ok(false) };
    let Some(committed) = repo.committed(path)? else { return Ok(false) };
    let committed = Digest::of(&committed);
    let done = operations.iter().rev().filter(|one| one.state() == State::Closed(Closed::Done));
    let changes = done.flat_map(|one| one.plan().files());
    let mut wanted = Digest::of(&bytes);
    for change in changes.filter(|change| Path::new(change.path.as_str()) == path) {
        if change.after != wanted {
            return Ok(false);
        }
        if change.before == committed {
            return Ok(true);
        }
        wanted = change.before.clone();
    }
    Ok(false)
}
