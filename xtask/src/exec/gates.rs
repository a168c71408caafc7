//! Gates between the objects and the refs: what is tested is what will be tagged.

use super::{Running, files, switch};
use crate::error::Refusal;
use crate::journal::Record;
use crate::plan::{At, Gates};

/// Asks them, once: what they said is in the journal.
///
/// # Errors
/// One of them says no, or somebody changed a planned file while they ran.
pub(super) fn forward(
    running: &mut Running<'_>,
    step: usize,
    gates: &Gates,
) -> Result<(), Refusal> {
    if running.operation.gated(step).is_some() {
        return Ok(());
    }
    let report = running.host.gates(gates, &running.interrupt);
    running.not_interrupted()?;
    let report = report?;
    untouched(running, step)?;
    running.operation.append(Record::Gates { step, report })
}

/// The planned files are still what was built; those of a branch that was left meanwhile cannot be
/// seen.
fn untouched(running: &Running<'_>, step: usize) -> Result<(), Refusal> {
    let steps = running.operation.plan().steps[..step].iter().enumerate();
    for (number, planned) in steps.filter(|(number, _)| !switch::is_elsewhere(running, *number)) {
        for (path, at) in files::probe(running, number, planned.action.files()) {
            if let At::Elsewhere { found } = at {
                return Err(Refusal::unsafe_to(format!("{path}: {found} while the gates ran"))
                    .why("What they said is not about what would be released."));
            }
        }
    }
    Ok(())
}
