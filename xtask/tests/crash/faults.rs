//! Builds `faults/faults.c` and runs commands under it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// One file-changing call, as the log has it.
#[derive(Debug, Clone)]
pub struct Call {
    pub program: String,
    pub name: String,
    pub path: String,
}

impl Call {
    /// Does it write bytes, so that it can be torn in the middle?
    pub fn writes(&self) -> bool {
        ["write", "send", "copy"].iter().any(|part| self.name.contains(part))
    }

    /// Can it fail for want of space?
    pub fn needs_space(&self) -> bool {
        self.writes() || ["open", "creat", "mk", "link"].iter().any(|it| self.name.starts_with(it))
    }

    /// Does it only wait for the disk?
    pub fn syncs(&self) -> bool {
        self.name.contains("sync")
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.program, self.name, self.path)
    }
}

/// A command that ran under `faults`.
pub struct Run {
    /// 137 when the fault was a kill.
    pub code: i32,
    pub calls: Vec<Call>,
    /// The first call that was struck; `None` when the command made too few of them.
    pub struck: Option<Call>,
    /// What it printed, for failure messages.
    pub output: String,
}

/// What goes wrong, and at which call. `("count", 0)` is a run without any fault.
pub type Fault<'a> = (&'a str, usize);

/// Runs `command` with what it changes under `root` counted, and `fault` at one call.
pub fn run(command: &Command, root: &Path, (kind, at): Fault<'_>) -> Run {
    let log = root.with_extension("log");
    let mut faults = Command::new(program());
    faults.arg(root).arg(&log).arg(kind).arg(at.to_string());
    faults.arg(command.get_program()).args(command.get_args());
    // The caller's variables only: `get_envs` has them all after `env_clear`.
    faults.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    faults.current_dir(root).stdin(Stdio::null());
    let out = faults.output().expect("faults runs");
    let output =
        format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    let code = out.status.code().expect("faults ends by itself");
    assert!(code != 125, "the kernel (or a sandbox) refuses fault injection: {output}");
    let mut run = Run { code, calls: Vec::new(), struck: None, output };
    for line in String::from_utf8_lossy(&fs::read(&log).expect("the log")).lines() {
        let (line, struck) =
            line.split_once(" <- ").map_or((line, false), |(line, _)| (line, true));
        let mut words = line.splitn(4, ' ').skip(1).map(str::to_owned);
        let mut next = || words.next().expect("four words");
        let call = Call { program: next(), name: next(), path: next() };
        if struck && run.struck.is_none() {
            run.struck = Some(call.clone());
        }
        run.calls.push(call);
    }
    run
}

/// The compiled `faults`.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/faults.c");
        let cc =
            Command::new("cc").args(["-std=c11", "-O1", "-o"]).args([&program, &source]).status();
        assert!(cc.expect("a C compiler, `cc`").success(), "faults.c compiles");
        program
    })
}
