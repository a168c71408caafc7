//! A place where commands run that knows nothing of the machine: its own HOME and git
//! configuration, fixed dates, a scratch folder below cargo's target folder.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod clones;
pub mod proxy;
pub mod remote;
pub mod state;
pub mod terminal;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use state::State;

/// When everything happens, unless a test says otherwise.
pub const DATE: &str = "2026-01-02T03:04:05+0100";

const CONFIG: &str = "[user]\n\tname = Ada Example\n\temail = ada@example.com\n\
    [init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n\
    [protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n";

/// The program that a variable names; `None`, and a word about it, where it names none. Under
/// `GONOGO_TEST_ALL`, which `scripts/test` sets, that is a failure.
///
/// # Panics
/// A program is asked for and not named.
pub fn tool(variable: &str) -> Option<PathBuf> {
    let tool = std::env::var_os(variable).map(PathBuf::from);
    if tool.is_none() {
        let why = format!("{variable} names no program");
        assert!(std::env::var_os("GONOGO_TEST_ALL").is_none(), "{why}");
        skipped(&why);
    }
    tool
}

/// Says aloud, past what cargo captures, that a part of the tests does not run, and why.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// A scratch folder with a HOME in it, and the work tree that commands run in.
#[derive(Clone)]
pub struct Place {
    pub root: PathBuf,
    pub top: PathBuf,
    env: Vec<(String, Option<String>)>,
}

/// What a command said and how it ended.
#[derive(Debug, Clone)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// An empty one; what an earlier run left there is removed.
    pub fn empty(name: &str) -> Self {
        let program = env!("CARGO_CRATE_NAME");
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(program).join(name);
        if root.exists() {
            fs::remove_dir_all(&root).expect("the folder of an earlier run");
        }
        let top = root.join("repo");
        fs::create_dir_all(root.join("home")).expect("home");
        fs::create_dir(&top).expect("top");
        fs::write(root.join("home/.gitconfig"), CONFIG).expect("config");
        Self { root, top, env: Vec::new() }
    }

    /// An empty repository.
    pub fn repository(name: &str) -> Self {
        let place = Self::empty(name);
        place.git(&["init", "-q", "--template="]);
        place
    }

    /// A small Python project at 1.2.0, committed and tagged.
    pub fn python(name: &str) -> Self {
        let place = Self::repository(name);
        place.python_files();
        place.commit_all("start");
        place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
        place
    }

    /// The files of [`Self::python`] and some that have nothing to do with the version.
    pub fn python_files(&self) {
        self.put("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.2.0\"\n");
        self.put("src/demo/__init__.py", "\"\"\"Demo.\"\"\"\n\n__version__ = \"1.2.0\"\n");
        for name in ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"] {
            self.put(name, format!("{name}\none\ntwo\nthree\nfour\nfive\nsix\nseven\n"));
        }
    }

    /// The same home and variables, another current folder.
    pub fn at(&self, top: impl Into<PathBuf>) -> Self {
        Self { top: top.into(), ..self.clone() }
    }

    /// The same place with a variable set for every command.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), Some(value.into())));
        self
    }

    /// The same place with a variable that no command gets.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.env.push((name.into(), None));
        self
    }

    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.top).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").expect("PATH"));
        command.env("HOME", self.root.join("home")).env("LC_ALL", "C.UTF-8");
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        // The target folder may lie in a repository.
        command.env("GIT_CEILING_DIRECTORIES", &self.root);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_DATE"), DATE);
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Runs a program to its end.
    pub fn run(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Said {
        let out = self.command(&program).args(args).output();
        said(&out.unwrap_or_else(|error| panic!("{}: {error}", program.as_ref().display())))
    }

    /// The program under test.
    pub fn gonogo(&self, args: &[&str]) -> Said {
        self.run(env!("CARGO_BIN_EXE_gonogo"), args)
    }

    /// What git prints; panics when it fails.
    pub fn git(&self, args: &[&str]) -> String {
        let said = self.run("git", args);
        assert_eq!(said.code, 0, "git {args:?} in {}: {}", self.top.display(), said.err);
        said.out
    }

    pub fn commit_all(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// Writes a file and the folders above it.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let full = self.top.join(path);
        fs::create_dir_all(full.parent().expect("a folder")).expect("folders");
        fs::write(full, bytes).expect(path);
    }

    pub fn chmod(&self, path: &str, mode: u32) {
        fs::set_permissions(self.top.join(path), fs::Permissions::from_mode(mode)).expect(path);
    }

    /// Writes an executable script; `path` is as for [`Self::put`].
    pub fn script(&self, path: &str, body: &str) {
        self.put(path, format!("#!/bin/sh\n{body}\n"));
        self.chmod(path, 0o755);
    }

    /// Writes a hook of this repository.
    pub fn hook(&self, name: &str, body: &str) {
        self.script(&format!(".git/hooks/{name}"), body);
    }

    pub fn read(&self, path: &str) -> String {
        let bytes = fs::read(self.top.join(path));
        String::from_utf8_lossy(&bytes.unwrap_or_else(|e| panic!("{path}: {e}"))).into_owned()
    }

    pub fn exists(&self, path: &str) -> bool {
        fs::symlink_metadata(self.top.join(path)).is_ok()
    }

    /// Edits a file as a person would: in place, the same mode.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} holds {old}: {text}");
        self.put(path, text.replace(old, new));
    }

    pub fn state(&self) -> State {
        State::of(self)
    }

    /// What became of the operations, the newest first: `done`, `taken-back`, ...
    pub fn operations(&self) -> Vec<String> {
        let log = self.gonogo(&["log", "--json"]);
        let log: serde_json::Value = serde_json::from_str(&log.out).expect("a log in JSON");
        let each = log.as_array().expect("a list").iter();
        each.map(|one| one["state"].as_str().expect("a state").to_owned()).collect()
    }
}

/// Output as text.
pub fn said(out: &Output) -> Said {
    use std::os::unix::process::ExitStatusExt;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // As a shell says it.
    let code = out.status.code().or(out.status.signal().map(|signal| 128 + signal));
    Said { code: code.expect("it ended"), out: text(&out.stdout), err: text(&out.stderr) }
}

impl Said {
    /// Panics unless it ended with 0.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// Panics unless it ended with `code` and said each of these on stderr.
    #[track_caller]
    pub fn refused(self, code: i32, fragments: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self}");
        for fragment in fragments {
            assert!(self.err.contains(fragment), "no {fragment:?} in: {self}");
        }
        self
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n{}{}", self.code, self.out, self.err)
    }
}

/// Runs gonogo, which must refuse with this code and these words, and must have changed nothing.
/// It ends with a command to copy. Once more with `--json`, the same refusal must be data.
#[track_caller]
pub fn refuses(place: &Place, args: &[&str], code: i32, fragments: &[&str]) -> Said {
    let before = place.state();
    let said = place.gonogo(args).refused(code, fragments);
    assert!(said.err.lines().any(|line| line.starts_with("next: ")), "no next: line in {said}");
    place.state().must_be(&before, &said.to_string());
    let json = place.gonogo(&[args, &["--json"]].concat());
    let error: serde_json::Value =
        serde_json::from_str(&json.out).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!((json.code, &error["error"]["exit"]), (code, &serde_json::json!(code)), "{json}");
    place.state().must_be(&before, &json.to_string());
    said
}

/// Runs gonogo, which must succeed.
#[track_caller]
pub fn works(place: &Place, args: &[&str]) -> Said {
    place.gonogo(args).ok()
}

/// `undo` must bring back exactly this.
#[track_caller]
pub fn undone(place: &Place, before: &State) -> Said {
    let said = works(place, &["undo"]);
    place.state().must_be(before, &said.to_string());
    said
}
