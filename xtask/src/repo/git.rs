//! The only code that runs git.
//!
//! Every call: argv only, a scrubbed environment, `LC_ALL=C`, no optional locks, literal
//! pathspecs, the top of the work tree as current folder. Only what git itself calls keeps the
//! environment it got from there ([`Git::called_by_git`]).

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use xshell::{Cmd, Shell, cmd};

use super::Status;
use crate::error::{Refusal, word};
use crate::plan::Oid;
use crate::sys::proc;

/// What `git rev-parse --local-env-vars` lists: variables that bind git to one repository. The
/// configuration that a caller passes by environment (`GIT_CONFIG_COUNT`, `GIT_CONFIG_PARAMETERS`)
/// is not taken away: it is the user's.
pub const LOCAL_ENV: [&str; 14] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_SUPER_PREFIX",
];

/// Runs git in one folder.
#[derive(Clone)]
pub struct Git {
    shell: Shell,
    /// What is taken out of the environment of every call.
    scrubbed: &'static [&'static str],
}

/// One call of git, to be completed and run.
#[must_use]
pub struct Call<'a> {
    command: Cmd<'a>,
    name: String,
    input: Option<Vec<u8>>,
}

impl Git {
    /// git as called from `folder`.
    ///
    /// # Errors
    /// There is no current folder (it was removed).
    pub fn at(folder: &Path) -> Result<Self, Refusal> {
        let shell = Shell::new()
            .map_err(|error| Refusal::usage("the current folder is gone").why(error.to_string()))?;
        shell.change_dir(folder);
        Ok(Self { shell, scrubbed: &LOCAL_ENV })
    }

    /// git for one of its hooks: the repository, the work tree and the index are those that the
    /// git command at work names in the environment (githooks(5); `commit -a` and `commit -- PATH`
    /// have an index of their own). For reading only.
    ///
    /// # Errors
    /// As for [`Self::at`].
    pub fn called_by_git(folder: &Path) -> Result<Self, Refusal> {
        Ok(Self { scrubbed: &[], ..Self::at(folder)? })
    }

    /// The same, from another folder.
    #[must_use]
    pub fn moved_to(self, folder: &Path) -> Self {
        self.shell.change_dir(folder);
        self
    }

    /// A call with these arguments.
    pub fn call<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Call<'_> {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let name = format!("git {}", subcommand(&args).to_string_lossy());
        let mut command = self.scrubbed(&args).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        // Any other rule for pathspecs contradicts this one.
        for other in ["GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"] {
            command = command.env_remove(other);
        }
        command = command.env("GIT_LITERAL_PATHSPECS", "1");
        // A partial clone must not fetch what it lacks behind our back (git 2.45; before, it may).
        command = command.env("GIT_NO_LAZY_FETCH", "1");
        if !std::io::stdin().is_terminal() {
            command = command.env("GIT_TERMINAL_PROMPT", "0");
        }
        Call { command, name, input: None }
    }

    /// The id of the object that a name stands for.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn object(&self, name: &str) -> Result<Option<Oid>, Refusal> {
        let args = ["rev-parse", "--quiet", "--verify", "--end-of-options", name];
        let out = self.call(args).output()?;
        // Of a range git prints one end before it says that this is no single object.
        let named = lines(&out.stdout).into_iter().next().filter(|_| out.status.success());
        Ok(named.and_then(|line| Oid::new(&line)))
    }

    /// A call that changes something and is synced as far as git can.
    pub fn write<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Call<'_> {
        let durable = ["-c", "core.fsync=all"].map(OsString::from);
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.call(durable.into_iter().chain(args))
    }

    /// The same on an index file of our own, which nobody needs after a power cut: what is synced is
    /// the objects.
    pub fn write_beside<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        index: &Path,
    ) -> Call<'_> {
        let durable = ["-c", "core.fsync=objects"].map(OsString::from);
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.call(durable.into_iter().chain(args)).index(index)
    }

    /// `git ls-files` about these paths, at least one. Where they are many, all of the index is listed,
    /// and the caller takes what it wants: git compares every entry with every path.
    pub fn ls_files<'g>(&'g self, options: &[&str], paths: &[&str]) -> Call<'g> {
        const MANY: usize = 24;
        let paths = if paths.len() < MANY { paths } else { &[] };
        self.call(["ls-files"].iter().chain(options).chain(&["-z", "--"]).chain(paths))
    }

    /// `git hook run`: the environment a hook gets from `git commit`, so without our locale and
    /// without literal pathspecs (a hook's `git stash` dies of them).
    pub fn hook(&self, hook: &str, args: &[&OsStr]) -> Call<'_> {
        let mut argv = vec!["hook".into(), "run".into(), "--ignore-missing".into(), hook.into()];
        if !args.is_empty() {
            argv.push(OsString::from("--"));
            argv.extend(args.iter().map(|&arg| arg.to_owned()));
        }
        Call { command: self.scrubbed(&argv), name: format!("the {hook} hook"), input: None }
    }

    /// Any other program, in the same folder, with these variables (`None`: taken away) and without
    /// those that bind git to one repository.
    pub fn free<'e>(
        &self,
        argv: &[String],
        env: impl IntoIterator<Item = (&'e String, Option<&'e str>)>,
    ) -> Command {
        let git = LOCAL_ENV.iter().map(|name| ((*name).to_owned(), None));
        let own = env.into_iter().map(|(name, value)| (name.clone(), value));
        proc::command(argv, &self.shell.current_dir(), git.chain(own))
    }

    fn scrubbed(&self, args: &[OsString]) -> Cmd<'_> {
        let mut command = cmd!(self.shell, "git {args...}").quiet();
        for name in self.scrubbed {
            command = command.env_remove(name);
        }
        command
    }

    /// Why `rev-parse` found no work tree.
    pub(super) fn why_no_repository(&self, start: &Path, out: &Output) -> Refusal {
        let said = said(out);
        if said.contains("dubious ownership") {
            let trust = said.lines().find(|line| line.contains("--add safe.directory"));
            let refusal = Refusal::usage("git does not trust this repository").why(
                "It belongs to another user; git refuses to read its configuration.".to_owned(),
            );
            return match trust {
                Some(command) => refusal.next_shell(command.trim(), "when you do"),
                None => refusal,
            };
        }
        let bare = self.call(["rev-parse", "--is-bare-repository"]).output();
        if bare.is_ok_and(|bare| bare.stdout.starts_with(b"true")) {
            return Refusal::usage(format!("{} is a bare repository", start.display()))
                .why("Version files live in a work tree.")
                .next_shell(
                    format!("git clone {}", word(start.display())),
                    "and call us in the clone",
                );
        }
        if said.contains("must be run in a work tree") {
            return Refusal::usage(format!("{} is inside a git folder", start.display()))
                .why("Version files live in a work tree.")
                .next_shell(format!("cd {}", word(above_git_folder(start).display())), "");
        }
        if !said.contains("not a git repository") {
            let refusal = Refusal::usage(format!("git does not work in {}", start.display()));
            let told =
                said.lines().filter(|line| !line.trim().is_empty()).fold(refusal, Refusal::why);
            return told.next_shell("git status", "must work first");
        }
        Refusal::usage(format!("{} is not in a git repository", start.display()))
            .why(said.lines().next().unwrap_or_default())
            .next_shell("git init", "to make it one, or name another folder with -C DIR")
    }
}

impl Call<'_> {
    /// Sets a variable for this call.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command = self.command.env(name, value);
        self
    }

    /// Works on this index file instead of the real one.
    pub fn index(self, path: &Path) -> Self {
        self.env("GIT_INDEX_FILE", path)
    }

    /// Writes new objects to a folder of their own, which is there; those of the repository (with
    /// this common folder) are still read.
    pub fn objects_apart(self, folder: &Path, common: &Path) -> Self {
        let own = common.join("objects").into_os_string().into_encoded_bytes();
        // A list with colons between, unless an entry is quoted (git, "GIT_ALTERNATE_OBJECT_...").
        let escaped = own.iter().flat_map(|&b| match b {
            b'"' | b'\\' => vec![b'\\', b],
            _ => vec![b],
        });
        let quoted: Vec<u8> = [b'"'].into_iter().chain(escaped).chain([b'"']).collect();
        self.env("GIT_OBJECT_DIRECTORY", folder)
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", OsStr::from_bytes(&quoted))
    }

    /// Gives it these bytes as standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// The command itself, for the watched runner of hooks.
    pub fn command(self) -> Command {
        let mut command = Command::from(self.command);
        proc::without_cargo(&mut command);
        command
    }

    /// Runs it and returns everything it said, whatever its exit code.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn output(mut self) -> Result<Output, Refusal> {
        let (name, input) = (self.name.clone(), self.input.take());
        proc::output(&mut self.command(), input.as_deref()).map_err(|error| {
            if error.kind() == std::io::ErrorKind::TimedOut {
                return Refusal::external(format!("{name} did not end")).why(error.to_string());
            }
            cannot_run(&error)
        })
    }

    /// Starts it, to be read while it runs; its name comes along for [`failed`].
    ///
    /// # Errors
    /// git cannot be started.
    pub fn reading(self) -> Result<(String, proc::Reading), Refusal> {
        let name = self.name.clone();
        // git would flush its output after each commit into a pipe (git, "GIT_FLUSH").
        let mut command = self.env("GIT_FLUSH", "0").command();
        let reading = proc::reading(&mut command).map_err(|error| cannot_run(&error))?;
        Ok((name, reading))
    }

    /// Starts it, to be asked and answer as often as wanted.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn dialogue(self) -> Result<proc::Dialogue, Refusal> {
        proc::dialogue(&mut self.command()).map_err(|error| cannot_run(&error))
    }

    /// Runs it and returns its standard output.
    ///
    /// # Errors
    /// git cannot be started or ends with another code than 0.
    pub fn read(self) -> Result<Vec<u8>, Refusal> {
        let name = self.name.clone();
        let out = self.output()?;
        if out.status.success() { Ok(out.stdout) } else { Err(failed(&name, &out)) }
    }
}

fn cannot_run(error: &std::io::Error) -> Refusal {
    Refusal::external("git cannot be run")
        .why(error.to_string())
        .next_shell("git --version", "must work; gonogo needs git 2.38 or newer")
}

/// The folder that most likely is the work tree of this git folder.
fn above_git_folder(start: &Path) -> &Path {
    let named = start.ancestors().find(|folder| folder.file_name() == Some(OsStr::new(".git")));
    named.unwrap_or(start).parent().unwrap_or(start)
}

/// The first argument that is neither an option nor the setting after a `-c`.
fn subcommand(args: &[OsString]) -> &OsStr {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_bytes() {
            b"-c" => drop(args.next()),
            [b'-', ..] => {}
            _ => return arg,
        }
    }
    OsStr::new("")
}

/// The refusal for a git call that failed.
pub(super) fn failed(name: &str, out: &Output) -> Refusal {
    let said = said(out);
    let refusal = Refusal::external(format!("{name} failed ({})", out.status));
    said.lines().filter(|line| !line.trim().is_empty()).fold(refusal, Refusal::why)
}

fn said(out: &Output) -> String {
    proc::mask(&String::from_utf8_lossy(&out.stderr))
}

/// Refuses to write from inside a git hook or with git pointed at another repository.
///
/// # Errors
/// `GIT_INDEX_FILE` is set, or `GIT_DIR` is not `git_dir`.
pub fn in_hook(git_dir: &Path) -> Result<(), Refusal> {
    let refusal = |variable: &str| {
        Refusal::unsafe_to(format!("{variable} is set: this runs inside a git hook or git command"))
            .why("Changing files and refs under a running git command would corrupt its work.")
            .next_shell(format!("unset {variable}"), "when you are not inside a hook")
    };
    if std::env::var_os("GIT_INDEX_FILE").is_some() {
        return Err(refusal("GIT_INDEX_FILE"));
    }
    let Some(named) = std::env::var_os("GIT_DIR") else { return Ok(()) };
    match (std::fs::canonicalize(named), std::fs::canonicalize(git_dir)) {
        (Ok(named), Ok(own)) if named == own => Ok(()),
        _ => Err(refusal("GIT_DIR")),
    }
}

/// The variables besides those of [`in_hook`] that are set and bind git to another repository or
/// configuration; our calls do without them.
pub fn redirecting() -> Vec<&'static str> {
    let judged = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"];
    let others = LOCAL_ENV.into_iter().filter(|name| !judged.contains(name));
    others.filter(|name| std::env::var_os(name).is_some()).collect()
}

/// Bytes that git printed, as a path.
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Output of `-z` as names, for people.
pub(super) fn names(out: &[u8]) -> Vec<String> {
    let names = out.split(|&b| b == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// Output as its lines.
pub(super) fn lines(out: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(out).lines().map(str::to_owned).collect()
}

/// Reads `git status --porcelain=v2 -z --branch` (git-status, "Porcelain Format Version 2").
pub(super) fn status(out: &[u8]) -> Status {
    let mut status = Status::default();
    let mut records = out.split(|&b| b == 0);
    while let Some(record) = records.next() {
        // The path is the last of `n` fields; it may hold blanks itself.
        let path_after =
            |n: usize| path(record.splitn(n, |&b| b == b' ').nth(n - 1).unwrap_or(&[]));
        match record.first() {
            Some(b'#') => header(&mut status, &String::from_utf8_lossy(record)),
            Some(b'1') => status.changed.push(path_after(9)),
            Some(b'2') => {
                status.changed.push(path_after(10));
                // The path it was renamed from is a record of its own.
                status.changed.extend(records.next().map(path));
            }
            Some(b'u') => status.unmerged.push(path_after(11)),
            _ => {}
        }
    }
    status
}

fn header(status: &mut Status, line: &str) {
    if let Some(name) = line.strip_prefix("# branch.upstream ") {
        status.upstream = Some(name.to_owned());
    } else if let Some(counts) = line.strip_prefix("# branch.ab ") {
        let mut counts = counts.split(' ').map(|n| n.trim_start_matches(['+', '-']).parse());
        status.tracking = match (counts.next(), counts.next()) {
            (Some(Ok(ahead)), Some(Ok(behind))) => Some((ahead, behind)),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_local_variables_is_gits() {
        let git = Git::at(Path::new("/")).unwrap();
        let out = git.call(["rev-parse", "--local-env-vars"]).read().unwrap();
        for name in lines(&out) {
            let kept = name.starts_with("GIT_CONFIG_");
            assert!(kept || LOCAL_ENV.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn status_is_read_with_odd_names() {
        let out = b"# branch.oid abc\0# branch.head main\0# branch.upstream origin/main\0\
            # branch.ab +2 -1\0\
            1 .M N... 100644 100644 100644 a b with space.txt\0\
            2 R. N... 100644 100644 100644 a b R100 new name\0old name\0\
            u UU N... 100644 100644 100644 100644 a b c in conflict\0";
        let read = status(out);
        assert_eq!((read.upstream.as_deref(), read.tracking), (Some("origin/main"), Some((2, 1))));
        assert_eq!(read.changed, ["with space.txt", "new name", "old name"].map(PathBuf::from));
        assert_eq!(read.unmerged, [PathBuf::from("in conflict")]);
    }
}
