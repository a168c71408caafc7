//! Git hooks: from no file to ours and back. What somebody else put there is never touched.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{Running, files, io_failed};
use crate::error::{Refusal, word};
use crate::journal::Direction;
use crate::plan::{At, HookFile, Hooks};
use crate::sys::fs as write;

/// Where each hook is.
pub(super) fn probe(hooks: &Hooks) -> Vec<(String, At)> {
    let each = |file: &HookFile| {
        let path = hooks.folder.join(&file.name);
        (path.display().to_string(), at(&path, file))
    };
    hooks.files.iter().map(each).collect()
}

fn at(path: &Path, file: &HookFile) -> At {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => At::Before,
        Ok(found) if found.is_file() && holds(path, file) => At::After,
        _ => At::Elsewhere { found: "there is another hook".into() },
    }
}

fn holds(path: &Path, file: &HookFile) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes == file.text.as_bytes())
}

/// Refuses when one of them exists already.
///
/// # Errors
/// It does.
pub(super) fn none_there(hooks: &Hooks) -> Result<(), Refusal> {
    let there = probe(hooks).into_iter().find(|(_, at)| *at != At::Before);
    there.map_or(Ok(()), |(path, _)| Err(in_the_way(&path)))
}

fn in_the_way(path: &str) -> Refusal {
    Refusal::unsafe_to(format!("{path} is there already"))
        .why("Hooks are never replaced.")
        .next_shell(format!("cat -- {}", word(path)), "shows it")
}

/// What tells our temporary file from others'.
fn tag(running: &Running<'_>) -> String {
    running.operation.id.to_string()
}

/// Removes the temporary file that a kill may have left.
fn tidy(running: &Running<'_>, hooks: &Hooks) -> Result<(), Refusal> {
    let temp = write::temp_beside(&hooks.folder.join("hook"), &tag(running));
    write::remove(&temp).map_err(|error| io_failed(temp.display(), &error))
}

/// Makes the hooks that are not there.
pub(super) fn forward(running: &Running<'_>, hooks: &Hooks) -> Result<(), Refusal> {
    tidy(running, hooks)?;
    for file in &hooks.files {
        let path = hooks.folder.join(&file.name);
        match at(&path, file) {
            At::After => {}
            At::Elsewhere { .. } => return Err(in_the_way(&path.display().to_string())),
            At::Before => {
                write::create_program(&path, file.text.as_bytes(), &tag(running))
                    .map_err(|error| io_failed(path.display(), &error))?;
            }
        }
    }
    Ok(())
}

/// Removes those that are as they were made, and the folders that were made for them.
pub(super) fn back(running: &mut Running<'_>, hooks: &Hooks) -> Result<(), Refusal> {
    tidy(running, hooks)?;
    for file in &hooks.files {
        let path = hooks.folder.join(&file.name);
        match at(&path, file) {
            At::Before => {}
            At::Elsewhere { .. } => running.left_alone.push(path.display().to_string()),
            At::After => {
                write::remove(&path).map_err(|error| io_failed(path.display(), &error))?;
            }
        }
    }
    files::folders(running, Direction::Back).map(drop)
}
