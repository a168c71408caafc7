//! The record of a release: kept here under a ref of our own, and on the remote where that takes it.

use super::{Running, commit};
use crate::error::Refusal;
use crate::plan::{Keep, Oid};

/// The ref that holds the record of a release.
pub fn record_ref(tag: &str) -> String {
    format!("refs/gonogo/record/{tag}")
}

/// Writes it down and pushes it, best effort: a server may refuse refs that are neither branches nor
/// tags, and then only other clones miss it.
pub(super) fn forward(running: &mut Running<'_>, keep: &Keep) -> Result<(), Refusal> {
    if let Err(failure) = kept(running, keep) {
        running.notes.push(format!("the record of the release is not kept: {failure}"));
    }
    Ok(())
}

fn kept(running: &mut Running<'_>, keep: &Keep) -> Result<(), Refusal> {
    let name = record_ref(&keep.tag);
    let record = running.host.record(&running.operation)?;
    let git = &running.repo.git;
    let out = git.write(["hash-object", "-w", "--no-filters", "--stdin"]).input(record).read()?;
    let blob = commit::oid(&out).ok_or_else(|| Refusal::external("git printed no id"))?;
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref"];
    git.write(without_hooks.iter().chain(&[name.as_str(), blob.as_str()])).read()?;
    let Some(remote) = &keep.remote else { return Ok(()) };
    if let Err(why) = send(running, remote, &name, &blob)? {
        running.notes.push(format!(
            "{remote} does not take the record of the release ({why}): other clones do not see it"
        ));
    }
    Ok(())
}

/// A push of its own, so that a refusal harms nothing; our own ref is nothing to the user's hooks.
fn send(
    running: &Running<'_>,
    remote: &str,
    name: &str,
    blob: &Oid,
) -> Result<Result<(), String>, Refusal> {
    let place = format!("{}:{name}", blob.as_str());
    let lease = format!("--force-with-lease={name}:");
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "push", "--quiet"];
    let fixed = ["--no-follow-tags", "--recurse-submodules=no", &lease, "--", remote, &place];
    let args = without_hooks.iter().chain(&fixed);
    let out = running.repo.git.call(args).output()?;
    if out.status.success() {
        return Ok(Ok(()));
    }
    let said = crate::sys::proc::mask(&String::from_utf8_lossy(&out.stderr));
    let line = said.lines().find(|line| line.contains("remote:") || line.contains("fatal:"));
    Ok(Err(line.unwrap_or("it says no").trim().to_owned()))
}

/// Forgets the record again.
pub(super) fn back(running: &Running<'_>, keep: &Keep) -> Result<(), Refusal> {
    let name = record_ref(&keep.tag);
    if running.repo.ref_at(&name)?.is_none() {
        return Ok(());
    }
    let without_hooks = ["-c", "core.hooksPath=/dev/null", "update-ref", "-d"];
    running.repo.git.write(without_hooks.iter().chain(&[name.as_str()])).read().map(drop)
}
