//! The one owner of child processes.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Set by ctrl-C or a termination signal once [`catch_interrupts`] was called.
pub type Interrupt = Arc<AtomicBool>;

/// From now on SIGINT, SIGTERM and SIGHUP raise a flag instead of ending the process, so that the
/// executor can take its own steps back first.
///
/// # Errors
/// The handler cannot be installed.
pub fn catch_interrupts() -> io::Result<Interrupt> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let flag = Interrupt::default();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// Who runs this process: the login name, else the user's number.
pub fn user() -> String {
    let named = ["LOGNAME", "USER"].iter().find_map(|name| std::env::var(name).ok());
    let name = named.filter(|name| !name.is_empty());
    name.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}

/// Takes away what a wrapping cargo put into the environment: a child must not see our build.
pub fn without_cargo(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if matches!(text, "CARGO" | "RUSTUP_TOOLCHAIN")
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_PKG_")
        {
            command.env_remove(&name);
        }
    }
    if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
        let kept: Vec<_> = std::env::split_paths(&path).filter(|entry| !is_cargos(entry)).collect();
        match std::env::join_paths(&kept) {
            Ok(joined) if !kept.is_empty() => command.env("LD_LIBRARY_PATH", joined),
            _ => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
}

/// cargo adds its target folders and the toolchain's libraries.
fn is_cargos(entry: &std::path::Path) -> bool {
    let has = |name: &str| entry.components().any(|part| part.as_os_str() == OsStr::new(name));
    has("target") || has("rustlib") || has(".rustup") || has("toolchains")
}

/// Runs a child to its end, giving it `input` and collecting what it prints.
///
/// # Errors
/// The child cannot be started.
pub fn output(command: &mut Command, input: Option<&[u8]>) -> io::Result<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = spawn(command)?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        let input = input.to_vec();
        // A child that ends early closes the pipe; its exit code tells more than that error.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let status = child.wait()?;
    Ok(Output { status, stdout: stdout.collected(), stderr: stderr.collected() })
}

/// A child that is read while it runs. Dropped before its end, it is killed.
pub struct Reading {
    child: Child,
    stdout: Option<ChildStdout>,
    stderr: Drain,
}

/// Starts a child whose standard output is read as it comes, without standard input.
///
/// # Errors
/// The child cannot be started.
pub fn reading(command: &mut Command) -> io::Result<Reading> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command)?;
    let stderr = drain(child.stderr.take());
    let stdout = child.stdout.take();
    if let Some(pipe) = &stdout {
        // A wider pipe wakes both sides less often; the usual one does as well.
        let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 20);
    }
    Ok(Reading { child, stdout, stderr })
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stdout.as_mut().map_or(Ok(0), |stdout| stdout.read(buffer))
    }
}

impl Reading {
    /// Waits for the end of a child that was read to its end; what it said on stderr comes along.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn end(mut self) -> io::Result<Output> {
        self.stdout = None;
        let status = self.child.wait()?;
        Ok(Output { status, stdout: Vec::new(), stderr: self.stderr.collected() })
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Both fail when it has ended already, and then nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A child that answers questions, one after the other. Dropped, it is told that there are no more,
/// and waited for.
pub struct Dialogue {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// Starts a child to ask; what it says on stderr is nobody's.
///
/// # Errors
/// The child cannot be started.
pub fn dialogue(command: &mut Command) -> io::Result<Dialogue> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = spawn(command)?;
    let questions = child.stdin.take();
    let answers = child.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
    Ok(Dialogue { child, questions, answers: BufReader::new(answers) })
}

impl Dialogue {
    /// Asks, and gives what the answer is to be read from.
    ///
    /// # Errors
    /// The child has ended.
    pub fn ask(&mut self, question: &[u8]) -> io::Result<&mut impl BufRead> {
        self.questions.as_mut().ok_or(ErrorKind::BrokenPipe)?.write_all(question)?;
        Ok(&mut self.answers)
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.questions = None;
        // It may be in the middle of an answer that nobody reads.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How long the pipes of a child that has ended may stay open. A grandchild may hold them (a hook
/// that left something running); what the child itself said has been read by then.
const LINGER: Duration = Duration::from_secs(1);

/// What a pipe has given so far, and word of its end.
struct Drain {
    bytes: Arc<Mutex<Vec<u8>>>,
    end: Receiver<()>,
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> Drain {
    let (sender, end) = mpsc::channel();
    let bytes = Arc::<Mutex<Vec<u8>>>::default();
    let filled = Arc::clone(&bytes);
    if let Some(mut pipe) = pipe {
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                filled.lock().unwrap_or_else(PoisonError::into_inner).extend(&chunk[..length]);
            }
            sender.send(())
        });
    }
    Drain { bytes, end }
}

impl Drain {
    fn collected(&self) -> Vec<u8> {
        let _ = self.end.recv_timeout(LINGER);
        std::mem::take(&mut self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How a watched child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    By(ExitStatus),
    TimedOut,
    Interrupted,
    /// It wanted the terminal, which a process group in the background does not get.
    Stopped,
}

/// How a child is watched.
pub struct Watch<'a> {
    /// It is killed when it runs longer.
    pub limit: Duration,
    /// It is killed when this rises.
    pub interrupt: &'a Interrupt,
    /// Called once when it takes so long that a person wonders.
    pub slow: &'a dyn Fn(),
}

/// When a person begins to wonder.
const SLOW: Duration = Duration::from_millis(700);

/// Runs a child in its own process group, without standard input, its output going to `log`;
/// the whole group is killed at the limit or when the interrupt flag rises.
///
/// # Errors
/// The child cannot be started.
pub fn watched(command: &mut Command, log: &File, watch: &Watch<'_>) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?).process_group(0);
    let start = Instant::now();
    let mut child = spawn(command)?;
    let mut pause = Duration::from_micros(200);
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::By(status));
        }
        if is_stopped(&child) {
            kill_group(&mut child)?;
            return Ok(Ended::Stopped);
        }
        if watch.interrupt.load(Ordering::Relaxed) {
            kill_group(&mut child)?;
            return Ok(Ended::Interrupted);
        }
        if start.elapsed() > watch.limit {
            kill_group(&mut child)?;
            return Ok(Ended::TimedOut);
        }
        if !told && start.elapsed() > SLOW {
            told = true;
            (watch.slow)();
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Whether a child is stopped (SIGTTIN, SIGTTOU), without taking its exit status away.
fn is_stopped(child: &Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return false };
    let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid), look).is_ok_and(|found| found.is_some_and(|now| now.stopped()))
}

fn kill_group(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::TERM);
        std::thread::sleep(Duration::from_millis(100));
        let _ = kill_process_group(group, Signal::KILL);
    }
    child.wait().map(drop)
}

#[expect(clippy::disallowed_methods, reason = "the one owner of processes")]
fn spawn(command: &mut Command) -> io::Result<Child> {
    command.spawn()
}

/// The last lines of a log, secrets masked.
pub fn tail(log: &mut File, lines: usize) -> Vec<String> {
    let mut bytes = Vec::new();
    if io::Seek::rewind(log).and_then(|()| log.read_to_end(&mut bytes)).is_err() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].iter().map(|line| mask(line)).collect()
}

/// Text with the credentials of URLs taken out: `https://user:token@host` becomes `https://***@host`.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '<' | '>'))
            .unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(sign) => {
                masked.push_str("***");
                &after[sign..]
            }
            None => after,
        };
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked() {
        for (given, expected) in [
            ("no url", "no url"),
            ("https://host/a@b", "https://host/a@b"),
            ("https://user:tok@host/x y", "https://***@host/x y"),
            ("a https://t@h b ssh://git@h/c", "a https://***@h b ssh://***@h/c"),
            ("://", "://"),
        ] {
            assert_eq!(mask(given), expected);
        }
    }

    #[test]
    fn a_grandchild_that_keeps_the_pipe_does_not_hang_us() {
        let mut command = Command::new("sh");
        let ended = output(command.args(["-c", "sleep 20 & echo said; exit 3"]), None).unwrap();
        assert_eq!((ended.stdout.as_slice(), ended.status.code()), (&b"said\n"[..], Some(3)));
    }

    #[test]
    fn a_child_gets_its_input_and_ends_early_unharmed() {
        let big = vec![b'x'; 1 << 20];
        let echoed = output(&mut Command::new("cat"), Some(&big)).unwrap();
        assert_eq!(echoed.stdout.len(), big.len());
        assert!(output(&mut Command::new("true"), Some(&big)).unwrap().status.success());
    }
}
