//! The user's commit hooks, run as `git commit` runs them, on the private index.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Running, index, io_failed, run};
use crate::error::{Exit, Refusal};
use crate::journal::{Foreign, Record};
use crate::path::RepoPath;
use crate::plan::{Commit, Digest};
use crate::repo::Repo;
use crate::sys::fs as write;
use crate::sys::proc::{self, Ended, Watch};

/// Hooks may run a test suite; longer than this is a hang.
pub(super) const LIMIT: Duration = Duration::from_mins(30);

/// The hooks that a commit is shown to before it is made.
pub(super) const COMMIT: [&str; 3] = ["pre-commit", "prepare-commit-msg", "commit-msg"];

/// Whether there is a hook to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Present {
    /// git knows whether it is one.
    Perhaps,
    No,
}

/// Looks for hooks of these names: files, or from git 2.54 on a setting (githooks(5)).
///
/// # Errors
/// git fails.
pub(super) fn present(repo: &Repo, names: &[&str]) -> Result<Present, Refusal> {
    let folder = repo.hooks_folder()?;
    let there = names.iter().any(|name| fs::symlink_metadata(folder.join(name)).is_ok())
        || repo.configuration()?.has("hook");
    Ok(if there { Present::Perhaps } else { Present::No })
}

/// Runs pre-commit, prepare-commit-msg and commit-msg; leaves the final message in the operation's
/// folder and whatever the hooks staged in the private index `copy`.
///
/// Hook frameworks take other tracked edits out of the work tree while they run. Those are in the
/// journal before the first hook starts, so a kill loses none.
///
/// # Errors
/// A hook says no, hangs, or empties the message.
pub(super) fn pre_commit(
    running: &mut Running<'_>,
    step: usize,
    commit: &Commit,
    copy: &Path,
    present: Present,
) -> Result<(), Refusal> {
    put_back_foreign(running)?;
    let Commit { message, author, paths, .. } = commit;
    let foreign = match present {
        Present::Perhaps => save_foreign(running, paths)?,
        Present::No => Vec::new(),
    };
    running.operation.append(Record::Hooks { step, foreign })?;
    let hooks = Hooks { copy, author, paths, present };
    let ended = hooks.run_all(running, message).map_err(|no| name_traces(running, paths, no));
    running.operation.append(Record::HooksEnded { step })?;
    let message = ended?;
    let saved = running.operation.file("message");
    write::write_private(&saved, &[&message]).map_err(|error| io_failed(saved.display(), &error))
}

/// What a hook that said no has changed besides is its own affair, but not a secret.
fn name_traces(running: &Running<'_>, paths: &[RepoPath], refusal: Refusal) -> Refusal {
    if refusal.exit == Exit::Interrupted {
        return refusal;
    }
    let before = running.operation.cut_short();
    let now = foreign_now(running, paths).unwrap_or_default().into_iter().map(|(file, _)| file);
    let traces: Vec<String> = now
        .filter(|file| !before.contains(file))
        .map(|file| file.path.display().to_string())
        .collect();
    match traces.is_empty() {
        true => refusal,
        false => refusal.why(format!("The hook also changed {}.", traces.join(", "))),
    }
}

struct Hooks<'a> {
    copy: &'a Path,
    author: &'a str,
    paths: &'a [RepoPath],
    present: Present,
}

impl Hooks<'_> {
    fn run_all(&self, running: &mut Running<'_>, message: &str) -> Result<Vec<u8>, Refusal> {
        if let Err(refusal) = self.run(running, "pre-commit", &[]) {
            // The usual fixer changes files, fails, and passes the second time.
            if refusal.exit == Exit::Interrupted || !self.fixed(running)? {
                return Err(refusal);
            }
            index::stage(running, self.paths, self.copy)?;
            self.run(running, "pre-commit", &[])?;
        }
        // Not a private file: commitlint and others read this one.
        let file = running.repo.git_dir.join("COMMIT_EDITMSG");
        let clean = strip(running, message.as_bytes())?;
        write::write_message(&file, &clean).map_err(|error| io_failed(file.display(), &error))?;
        let message = match self.present {
            Present::No => clean,
            Present::Perhaps => self.shown(running, &file)?,
        };
        if message.is_empty() {
            return Err(Refusal::external("a commit hook left an empty message"));
        }
        Ok(message)
    }

    /// The message in this file as its hooks leave it.
    fn shown(&self, running: &mut Running<'_>, file: &Path) -> Result<Vec<u8>, Refusal> {
        let named = as_git_names_it(running, file);
        self.run(running, "prepare-commit-msg", &[named.as_os_str(), OsStr::new("message")])?;
        self.run(running, "commit-msg", &[named.as_os_str()])?;
        let message = fs::read(file).map_err(|error| io_failed(file.display(), &error))?;
        strip(running, &message)
    }

    /// Whether a failed hook changed planned files and nothing else that is tracked.
    fn fixed(&self, running: &Running<'_>) -> Result<bool, Refusal> {
        let changed = running.operation.plan().files().iter().any(|change| {
            super::files::holds(running.repo, &change.path).is_none_or(|now| now != change.after)
        });
        let before = running.operation.cut_short().to_vec();
        Ok(changed && foreign_now(running, self.paths)?.iter().map(|(f, _)| f).eq(before.iter()))
    }

    fn run(&self, running: &mut Running<'_>, hook: &str, args: &[&OsStr]) -> Result<(), Refusal> {
        if self.present == Present::No {
            return Ok(());
        }
        let mut call = running.repo.git.hook(hook, args).index(self.copy).env("GIT_EDITOR", ":");
        for (name, value) in ident_variables("AUTHOR", self.author) {
            call = call.env(&name, value);
        }
        let log = running.operation.file("hooks.log");
        let mut file = open_log(&log)?;
        let slow = || running.host.progress(hook);
        let watch = Watch { limit: LIMIT, interrupt: &running.interrupt, slow: &slow };
        let ended = proc::watched(&mut call.command(), &file, &watch)
            .map_err(|error| io_failed(format!("the {hook} hook cannot be run"), &error))?;
        let why = match ended {
            Ended::By(status) if status.success() => return Ok(()),
            Ended::By(status) => format!("the {hook} hook said no ({status})"),
            // Killed by us, so a hook framework had no chance to put back what it had taken out.
            Ended::TimedOut => {
                put_back_foreign(running)?;
                format!("the {hook} hook hung and was killed")
            }
            Ended::Stopped => {
                put_back_foreign(running)?;
                format!("the {hook} hook asks at the terminal, which it cannot have here")
            }
            Ended::Interrupted => {
                put_back_foreign(running)?;
                return Err(Refusal::interrupted());
            }
        };
        let said = proc::tail(&mut file, 20);
        Err(said.into_iter().fold(Refusal::external(why), Refusal::why))
    }
}

/// Runs post-commit on the real index; its exit code does not matter, as with `git commit`.
pub(super) fn post_commit(running: &Running<'_>) -> Result<(), Refusal> {
    let file = open_log(&running.operation.file("hooks.log"))?;
    let mut command = running.repo.git.hook("post-commit", &[]).command();
    let slow = || running.host.progress("post-commit");
    let watch = Watch { limit: LIMIT, interrupt: &running.interrupt, slow: &slow };
    proc::watched(&mut command, &file, &watch)
        .map(drop)
        .map_err(|error| io_failed("the post-commit hook cannot be run", &error))
}

/// git gives hooks `.git/COMMIT_EDITMSG`, and a whole path only where the git folder is elsewhere.
fn as_git_names_it(running: &Running<'_>, file: &Path) -> PathBuf {
    file.strip_prefix(&running.repo.top).unwrap_or(file).to_owned()
}

/// A new log of hooks and checks, locked: the hook and whatever it starts inherit the lock with their output, so it
/// tells [`still_running`] that one of them lives.
pub(super) fn open_log(path: &Path) -> Result<File, Refusal> {
    let open = || {
        write::remove(path)?;
        let file = write::private_appender(path)?;
        file.lock().map(|()| file)
    };
    open().map_err(|error| io_failed(path.display(), &error))
}

/// Refuses while a child of a killed process lives on: it would change files behind our back.
///
/// # Errors
/// It still runs after two seconds.
pub(super) fn still_running(running: &Running<'_>) -> Result<(), Refusal> {
    let operation = &running.operation;
    let (log, child) = match (operation.was_running(), operation.lands()) {
        (true, _) => (run::OUTPUT, "command"),
        (false, true) => ("hooks.log", "commit hook"),
        (false, false) => ("hooks.log", "check"),
    };
    let log = operation.file(log);
    for _ in 0..100 {
        let held = File::open(&log)
            .is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)));
        if !held {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let refusal = Refusal::open(format!("a {child} of operation {} still runs", operation.id))
        .why(format!("It was started by process {}, which is gone.", operation.begin().pid));
    let when = format!("when the {child} has ended");
    let refusal = refusal.next("resume", &when);
    Err(if operation.is_undoable() { refusal.next("undo", when) } else { refusal })
}

/// git's cleanup mode "whitespace": Markdown headings are no comments.
fn strip(running: &Running<'_>, message: &[u8]) -> Result<Vec<u8>, Refusal> {
    running.repo.git.call(["stripspace"]).input(message).read()
}

/// `Name <address> seconds zone` as the three variables git reads.
pub(super) fn ident_variables(role: &str, ident: &str) -> [(String, String); 3] {
    let (name, rest) = ident.split_once(" <").unwrap_or((ident, ""));
    let (address, date) = rest.rsplit_once("> ").unwrap_or((rest, ""));
    [("NAME", name.to_owned()), ("EMAIL", address.to_owned()), ("DATE", format!("@{date}"))]
        .map(|(what, value)| (format!("GIT_{role}_{what}"), value))
}

/// The tracked files outside the plan that have changes now, with their bytes.
fn foreign_now(
    running: &Running<'_>,
    paths: &[RepoPath],
) -> Result<Vec<(Foreign, Vec<u8>)>, Refusal> {
    let status = running.repo.status()?;
    let planned = |path: &Path| paths.iter().any(|own| Path::new(own.as_str()) == path);
    let mut found = Vec::new();
    for path in status.changed.into_iter().filter(|path| !planned(path)) {
        let full = running.repo.top.join(&path);
        let (mode, bytes) = match fs::symlink_metadata(&full) {
            Ok(file) if file.is_symlink() => {
                let target = fs::read_link(&full).unwrap_or_default();
                (Some(file.mode()), target.as_os_str().as_bytes().to_vec())
            }
            Ok(file) if file.is_file() => {
                let bytes = fs::read(&full).map_err(|error| io_failed(path.display(), &error))?;
                (Some(file.mode()), bytes)
            }
            // A submodule: hooks do not stash inside it.
            Ok(_) => continue,
            Err(_) => (None, Vec::new()),
        };
        let (digest, size) = (Digest::of(&bytes), bytes.len());
        found.push((Foreign { path, mode, digest, size }, bytes));
    }
    found.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    Ok(found)
}

fn foreign_name(attempt: usize) -> String {
    format!("foreign-{attempt}")
}

fn save_foreign(running: &Running<'_>, paths: &[RepoPath]) -> Result<Vec<Foreign>, Refusal> {
    let now = foreign_now(running, paths)?;
    let chunks: Vec<&[u8]> = now.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    // A new name for each attempt: an earlier record still needs its own file until this one's
    // record is written.
    let file = running.operation.file(&foreign_name(running.operation.hook_runs()));
    write::write_private(&file, &chunks).map_err(|error| io_failed(file.display(), &error))?;
    Ok(now.into_iter().map(|(foreign, _)| foreign).collect())
}

/// Puts other people's edits back that a hook framework had taken out when it was killed. What
/// stands there now is kept beside the journal.
pub(super) fn put_back_foreign(running: &mut Running<'_>) -> Result<(), Refusal> {
    let foreign = running.operation.cut_short().to_vec();
    if foreign.is_empty() {
        return Ok(());
    }
    let saved = running.operation.file(&foreign_name(running.operation.hook_runs() - 1));
    let all = fs::read(&saved).map_err(|error| io_failed(saved.display(), &error))?;
    let mut start = 0;
    for (number, file) in foreign.iter().enumerate() {
        let bytes = all.get(start..start + file.size).unwrap_or_default().to_vec();
        start += file.size;
        if Digest::of(&bytes) != file.digest {
            return Err(Refusal::external(format!("{} is damaged", saved.display())));
        }
        restore(running, number, file, &bytes)
            .map_err(|error| io_failed(file.path.display(), &error))?;
    }
    Ok(())
}

fn restore(
    running: &mut Running<'_>,
    number: usize,
    file: &Foreign,
    bytes: &[u8],
) -> std::io::Result<()> {
    let full = running.repo.top.join(&file.path);
    let tag = format!("{}-f{number}", running.operation.id);
    let found = fs::symlink_metadata(&full).ok();
    let now = found.as_ref().map(|now| match now.is_symlink() {
        true => fs::read_link(&full).unwrap_or_default().as_os_str().as_bytes().to_vec(),
        false => fs::read(&full).unwrap_or_default(),
    });
    write::remove(&write::temp_beside(&full, &tag))?;
    if found.as_ref().map(MetadataExt::mode) == file.mode
        && now.as_deref().unwrap_or_default() == bytes
    {
        return Ok(());
    }
    if let Some(now) = now {
        let aside = running.operation.aside(&format!("found-f{number}"));
        write::write_private(&aside, &[&now])?;
        running.notes.push(format!(
            "{} was put back; as found it is kept in {}",
            file.path.display(),
            aside.display()
        ));
    }
    match file.mode {
        Some(mode) => write::put_back(&full, bytes, mode, &tag),
        None => write::remove(&full),
    }
}
