//! Refs of our own on a remote, for other clones.

use super::Running;
use crate::error::Refusal;
use crate::plan::{Oid, Share};

/// Hands them on as they are here, best effort: a server may refuse refs that are neither branches nor
/// tags, and then only other clones miss them.
pub(super) fn forward(running: &mut Running<'_>, share: &Share) {
    for name in &share.refs {
        let sent = match running.repo.ref_at(name) {
            Ok(Some(object)) => send(running, &share.remote, name, &object),
            Ok(None) => continue,
            Err(failure) => Err(failure),
        };
        let why = match sent {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(failure) => failure.what.clone(),
        };
        let remote = &share.remote;
        running.notes.push(format!("{remote} does not take {name} ({why}): other clones miss it"));
    }
}

/// A push of its own, so that a refusal harms nothing; our own ref is nothing to the user's hooks.
pub(super) fn send(
    running: &Running<'_>,
    remote: &str,
    name: &str,
    object: &Oid,
) -> Result<Result<(), String>, Refusal> {
    let place = format!("{}:{name}", object.as_str());
    let lease = format!("--force-with-lease={name}:");
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "push", "--quiet"];
    let fixed = ["--no-follow-tags", "--recurse-submodules=no", &lease, "--", remote, &place];
    let args = without_hooks.iter().chain(&fixed);
    let out = running.repo.git.call(args).output()?;
    if out.status.success() {
        return Ok(Ok(()));
    }
    let said = crate::sys::proc::mask(&String::from_utf8_lossy(&out.stderr));
    let telling = ["remote:", "fatal:", "rejected]"];
    let line = said.lines().find(|line| telling.iter().any(|word| line.contains(word)));
    let line = line.map(|line| match line.contains("(stale info)") {
        true => "it has another one",
        false => line.trim(),
    });
    Ok(Err(line.unwrap_or("it says no").to_owned()))
}
