//! The one owner of child processes.

mod followed;
mod group;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use super::mask::{mask, tail};
pub use followed::followed;

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

/// While it lives, ctrl-C ends the process, whoever catches it otherwise: at a question, with nothing
/// done yet, nobody else looks.
#[must_use]
pub struct Mortal(Arc<AtomicBool>);

/// Makes the process mortal again.
///
/// # Errors
/// The handler cannot be installed.
pub fn mortal() -> io::Result<Mortal> {
    let flag = Arc::new(AtomicBool::new(true));
    let interrupt = signal_hook::consts::SIGINT;
    signal_hook::flag::register_conditional_default(interrupt, Arc::clone(&flag))?;
    Ok(Mortal(flag))
}

impl Drop for Mortal {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
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

/// Runs a child that has the terminal, such as an editor, to its end.
///
/// # Errors
/// The child cannot be started.
pub fn with_terminal(command: &mut Command) -> io::Result<ExitStatus> {
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    spawn(command)?.wait()
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
        widen(pipe);
    }
    Ok(Reading { child, stdout, stderr })
}

/// A wider pipe wakes both sides less often; where there is none, the usual one does as well.
fn widen(pipe: &impl std::os::fd::AsFd) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 20);
    let _ = pipe;
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
    let mut child = spawn(command)?;
    let mut pause = Pause::default();
    watch_over(&mut child, watch, &mut || pause.take())
}

/// What a child of [`alone`] printed, and how it ended.
pub struct Alone {
    pub ended: Ended,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Runs a child in its own process group, without standard input, both streams collected apart; the
/// whole group is killed as for [`watched`].
///
/// # Errors
/// The child cannot be started.
pub fn alone(command: &mut Command, watch: &Watch<'_>) -> io::Result<Alone> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = spawn(command)?;
    let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let mut pause = Pause::default();
    let ended = watch_over(&mut child, watch, &mut || pause.take())?;
    Ok(Alone { ended, stdout: stdout.collected(), stderr: stderr.collected() })
}

/// How a child of [`grouped`] ended.
#[derive(Debug, Clone, Copy)]
pub struct Grouped {
    pub ended: Ended,
    pub took: Duration,
    pub left: Left,
}

/// Whether a child that ended by itself left others of its process group running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    Nobody,
    /// They were ended.
    Others,
}

/// A command with its arguments in a folder, with these variables set (`None`: taken away).
pub fn command<'v>(
    argv: &[String],
    folder: &Path,
    variables: impl IntoIterator<Item = (String, Option<&'v str>)>,
) -> Command {
    let program = argv.first().map_or("", String::as_str);
    // Which folder a relative path begins at would depend on the platform.
    let program = match program.contains('/') {
        true => folder.join(program),
        false => PathBuf::from(program),
    };
    let mut command = Command::new(program);
    command.args(argv.iter().skip(1)).current_dir(folder);
    without_cargo(&mut command);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// Runs a child in its own process group, without standard input, and hands on what it and its
/// children print (both streams, in their order) as it comes.
///
/// The whole group is ended (TERM, after a moment KILL) at the limit or when the interrupt flag
/// rises, and when the child has ended and left others of it behind. A descendant that made a
/// session of its own is not in the group and stays; its hold on the output is not waited for.
///
/// # Errors
/// The child cannot be started.
pub fn grouped(
    mut command: Command,
    print: &mut dyn FnMut(&[u8]),
    watch: &Watch<'_>,
) -> io::Result<Grouped> {
    let (mut pipe, writer) = io::pipe()?;
    rustix::fs::fcntl_setfl(&pipe, rustix::fs::OFlags::NONBLOCK)?;
    widen(&pipe);
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
    let start = Instant::now();
    let mut child = spawn(&mut command)?;
    // The command holds the writing ends.
    drop(command);
    let mut chunk = vec![0; 1 << 16];
    let mut pause = Pause::default();
    let ended =
        watch_over(&mut child, watch, &mut || match forward(&mut pipe, &mut chunk, print) {
            0 => pause.take(),
            _ => pause = Pause::default(),
        })?;
    let took = start.elapsed();
    let left = match (ended, group::of(&child)) {
        (Ended::By(_), Some(leader)) if group::still_there(leader, SETTLE) => {
            group::end(leader);
            Left::Others
        }
        _ => Left::Nobody,
    };
    // What is in the pipe now was said in time; a stranger who goes on printing is not waited for.
    for _ in 0..64 {
        if forward(&mut pipe, &mut chunk, print) == 0 {
            break;
        }
    }
    Ok(Grouped { ended, took, left })
}

/// Hands on what a pipe holds now, up to a limit; returns how much that was.
fn forward(pipe: &mut impl Read, chunk: &mut [u8], print: &mut dyn FnMut(&[u8])) -> usize {
    let mut total = 0;
    while total < 16 * chunk.len() {
        match pipe.read(chunk) {
            Ok(length @ 1..) => {
                print(&chunk[..length]);
                total += length;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Its end, or nothing there at the moment.
            Ok(_) | Err(_) => break,
        }
    }
    total
}

/// Waits a little longer each time nothing happens.
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_micros(200))
    }
}

impl Pause {
    fn take(&mut self) {
        std::thread::sleep(self.0);
        self.0 = (self.0 * 2).min(Duration::from_millis(20));
    }
}

/// Waits for the end of a child, or makes one; `meanwhile` is called again and again and sleeps.
fn watch_over(
    child: &mut Child,
    watch: &Watch<'_>,
    meanwhile: &mut dyn FnMut(),
) -> io::Result<Ended> {
    let start = Instant::now();
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::By(status));
        }
        if is_stopped(child) {
            group::kill(child)?;
            return Ok(Ended::Stopped);
        }
        if watch.interrupt.load(Ordering::Relaxed) {
            group::kill(child)?;
            return Ok(Ended::Interrupted);
        }
        if start.elapsed() > watch.limit {
            group::kill(child)?;
            return Ok(Ended::TimedOut);
        }
        if !told && start.elapsed() > SLOW {
            told = true;
            (watch.slow)();
        }
        meanwhile();
    }
}

/// Whether a child is stopped (SIGTTIN, SIGTTOU), without taking its exit status away.
fn is_stopped(child: &Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return false };
    let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(pid), look).is_ok_and(|found| found.is_some_and(|now| now.stopped()))
}

/// How long those that a child leaves behind may take to end by themselves: the end of a pipeline.
const SETTLE: Duration = Duration::from_millis(100);

#[expect(clippy::disallowed_methods, reason = "the one owner of processes")]
fn spawn(command: &mut Command) -> io::Result<Child> {
    command.spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

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
