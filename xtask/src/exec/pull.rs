//! A pull request: what the site that hosts the remote is asked for, once the branch is there.

use super::Running;
use crate::plan::Pull;

/// Offers the branch, best effort: whoever does it asks first whether that was done already, so it
/// can be repeated. A failure is told and stops nothing.
pub(super) fn forward(running: &mut Running<'_>, pull: &Pull) {
    if let Err(failure) = running.host.pull(pull, &running.interrupt) {
        running.notes.push(format!("no pull request was opened: {failure}"));
    }
}
