//! The ref that keeps an operation's objects from being collected: until they have landed, and
//! after an undo.

use super::Running;
use crate::error::Refusal;
use crate::plan::Oid;

/// The ref that keeps this operation's objects from being collected.
pub(super) fn name(running: &Running<'_>) -> String {
    format!("refs/gonogo/keep/{}", running.operation.id)
}

/// Makes an object reachable under [`name`].
pub(super) fn keep(running: &Running<'_>, object: &Oid) -> Result<(), Refusal> {
    update(running, &[&name(running), object.as_str()])
}

/// A ref of our own is nothing to the user's reference-transaction hook.
fn update(running: &Running<'_>, args: &[&str]) -> Result<(), Refusal> {
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref"];
    running.repo.git.write(without_hooks.iter().chain(args)).read().map(drop)
}

/// Lets the objects go: they have landed, or never will.
pub(super) fn release(running: &Running<'_>) -> Result<(), Refusal> {
    let name = name(running);
    if running.repo.ref_at(&name)?.is_none() {
        return Ok(());
    }
    update(running, &["-d", &name])
}
