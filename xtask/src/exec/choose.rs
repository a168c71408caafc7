//! Which operation an undo is about.

use crate::error::Refusal;
use crate::journal::{Closed, Journal, Operation, State};

/// The operation that `undo` is about.
///
/// # Errors
/// There is none with this id, or another one is open.
pub fn choose(journal: &Journal, id: Option<u64>) -> Result<Option<Operation>, Refusal> {
    let newest = journal.newest()?;
    let Some(id) = id else {
        // What took itself back is as if it had not been.
        let taken_back = State::Closed(Closed::TakenBack);
        return match newest {
            Some(newest) if newest.state() == taken_back => {
                let all = journal.operations()?;
                Ok(all.into_iter().rev().find(|operation| operation.state() != taken_back))
            }
            newest => Ok(newest),
        };
    };
    let found = journal.operations()?.into_iter().find(|op| op.id == id);
    let Some(found) = found else {
        return Err(Refusal::usage(format!("there is no operation {id}")).next("log", "lists them"));
    };
    match newest {
        Some(open) if open.id != id && matches!(open.state(), State::Open(_)) => {
            Err(open.is_open())
        }
        _ => Ok(Some(found)),
    }
}
