//! Checks: commands that look at what the steps before them did.

use std::process::Command;

use super::hooks::{LIMIT, open_log};
use super::{Running, files, io_failed};
use crate::error::Refusal;
use crate::plan::Check;
use crate::repo::Repo;
use crate::sys::proc::{self, Ended, Watch};

/// So many lines of what it said are shown.
const SHOWN: usize = 20;

/// Runs a check, which is asked again when the operation is resumed.
///
/// # Errors
/// It says no, hangs, or changed a file of the plan: that is put back.
pub(super) fn forward(running: &mut Running<'_>, check: &Check) -> Result<(), Refusal> {
    let log = running.operation.file("hooks.log");
    let mut file = open_log(&log)?;
    let mut command = command(running.repo, check);
    let slow = || running.host.progress(&check.name);
    let watch = Watch { limit: LIMIT, interrupt: &running.interrupt, slow: &slow };
    let ended = proc::watched(&mut command, &file, &watch).map_err(|e| unstarted(check, &e))?;
    let changed = files::rewrite(running)?;
    let why = match ended {
        Ended::By(status) if status.success() && changed.is_empty() => return Ok(()),
        Ended::By(status) if status.success() => {
            return Err(Refusal::unsafe_to(format!(
                "{} changed {}",
                check.name,
                changed.join(", ")
            ))
            .why("It is there to look, and its changes could not be undone."));
        }
        Ended::By(status) => format!("{} said no ({status})", check.name),
        Ended::TimedOut => format!("{} hung and was killed", check.name),
        Ended::Stopped => format!("{} asks at the terminal, which it cannot have", check.name),
        Ended::Interrupted => return Err(Refusal::interrupted()),
    };
    Err(proc::tail(&mut file, SHOWN).into_iter().fold(Refusal::external(why), Refusal::why))
}

/// Runs a check on the work tree as it is, outside of any operation.
///
/// # Errors
/// It says no or cannot be started.
pub fn ask(repo: &Repo, check: &Check) -> Result<(), Refusal> {
    let mut command = command(repo, check);
    let out = proc::output(&mut command, None).map_err(|error| unstarted(check, &error))?;
    if out.status.success() {
        return Ok(());
    }
    let said = [out.stdout, out.stderr].concat();
    let said = proc::mask(&String::from_utf8_lossy(&said));
    let lines: Vec<&str> = said.lines().collect();
    let refusal = Refusal::external(format!("{} said no ({})", check.name, out.status));
    let last = &lines[lines.len().saturating_sub(SHOWN)..];
    Err(last.iter().copied().fold(refusal, Refusal::why))
}

fn command(repo: &Repo, check: &Check) -> Command {
    repo.git.free(&check.argv, check.env.iter().map(|(name, value)| (name, Some(value.as_str()))))
}

fn unstarted(check: &Check, error: &std::io::Error) -> Refusal {
    let program = check.argv.first().map_or("", String::as_str);
    io_failed(format!("{} cannot be run: {program}", check.name), error)
}
