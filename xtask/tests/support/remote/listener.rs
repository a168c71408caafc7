//! A port on loopback with one thread for each connection, which all end when it is dropped.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process_group};

pub struct Listener {
    pub address: SocketAddr,
    open: Arc<Open>,
    accepts: Option<JoinHandle<()>>,
}

/// What has to be ended: the connections, and the processes that serve them.
#[derive(Default)]
pub struct Open {
    dropped: AtomicBool,
    streams: Mutex<Vec<Weak<TcpStream>>>,
    children: Mutex<Vec<Pid>>,
}

impl Listener {
    /// On a free port; each connection is closed when `serve` returns, whatever it returns.
    pub fn new(
        serve: impl Fn(Arc<TcpStream>, &Open) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let open = Arc::new(Open::default());
        let shared = open.clone();
        let accepts = std::thread::spawn(move || {
            std::thread::scope(|scope| {
                for stream in listener.incoming().flatten() {
                    if shared.dropped.load(Ordering::SeqCst) {
                        break;
                    }
                    let stream = shared.watched(stream);
                    scope.spawn(|| serve(stream, &shared));
                }
            });
        });
        Self { address, open, accepts: Some(accepts) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.open.dropped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address));
        for stream in self.open.streams.lock().expect("streams").iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for child in self.open.children.lock().expect("children").iter() {
            let _ = kill_process_group(*child, Signal::KILL);
        }
        let _ = self.accepts.take().map(JoinHandle::join);
    }
}

impl Open {
    /// This stream is shut down, too, when the listener is dropped.
    pub fn watched(&self, stream: TcpStream) -> Arc<TcpStream> {
        let stream = Arc::new(stream);
        let mut streams = self.streams.lock().expect("streams");
        streams.push(Arc::downgrade(&stream));
        if self.dropped.load(Ordering::SeqCst) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        stream
    }

    /// Runs a process to its end, in a process group that does not outlive the listener.
    pub fn run(&self, command: &mut Command, input: &[u8]) -> io::Result<Output> {
        if !input.is_empty() {
            command.stdin(Stdio::piped());
        }
        let (mut child, id) = self.start(command.process_group(0))?;
        let stdin = child.stdin.take();
        let out = std::thread::scope(|scope| {
            // What it does not want to read is its own affair.
            scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        });
        self.children.lock().expect("children").retain(|child| *child != id);
        out
    }

    /// Under one lock, so that a listener that is dropped meanwhile finds every child.
    fn start(&self, command: &mut Command) -> io::Result<(Child, Pid)> {
        let mut children = self.children.lock().expect("children");
        if self.dropped.load(Ordering::SeqCst) {
            return Err(io::Error::other("the listener is gone"));
        }
        let child = command.spawn()?;
        let id = Pid::from_child(&child);
        children.push(id);
        Ok((child, id))
    }
}

/// A connection as a child's standard input or output.
pub fn socket(stream: &TcpStream) -> io::Result<Stdio> {
    Ok(Stdio::from(OwnedFd::from(stream.try_clone()?)))
}
