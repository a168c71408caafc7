//! What lies between us and a server, and sometimes fails.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::remote::Served;
use super::remote::listener::Listener;

/// Hands everything on between git and a server, but for the connections it is told to cut.
pub struct Proxy {
    listener: Listener,
    url: String,
    log: Arc<Mutex<Log>>,
}

/// How a connection ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server gets so many bytes. A push of which the last byte is missing is not applied.
    Sent(usize),
    /// Git gets so many bytes.
    Received(usize),
    /// The server gets all and does what it was asked, to the end; of its answer git gets nothing.
    Answer,
}

/// A connection, by its place in all since the proxy was there, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Of all. Over HTTP, git opens several for one command.
    Connection(usize),
    /// Of those that push: over git:// what the server announces first goes through the same
    /// connection, over HTTP through one before it.
    Push(usize),
}

/// What a connection was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Read,
    Push,
}

#[derive(Default)]
struct Log {
    cuts: Vec<(Which, Cut)>,
    seen: Vec<Asks>,
}

impl Proxy {
    pub fn before(server: &Served) -> Self {
        let log = Arc::new(Mutex::new(Log::default()));
        let (shared, to) = (log.clone(), server.address());
        let listener = Listener::new(move |client, open| {
            let request = request(&client)?;
            let cut = shared.lock().expect("the log").connected(&request);
            let server = open.watched(TcpStream::connect(to)?);
            between(&client, &server, &request, cut)
        });
        let url = server.url_at(listener.address);
        Self { listener, url, log }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The connection that is cut, and how; all others pass, later ones too.
    pub fn cut(&self, which: Which, cut: Cut) {
        self.log.lock().expect("the log").cuts.push((which, cut));
    }

    /// What all connections were for, in order.
    pub fn seen(&self) -> Vec<Asks> {
        self.log.lock().expect("the log").seen.clone()
    }
}

impl Log {
    fn connected(&mut self, request: &[u8]) -> Option<Cut> {
        let pushes = if is_http(request) { "/git-receive-pack " } else { "git-receive-pack " };
        let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let pushes = String::from_utf8_lossy(line).contains(pushes);
        let asks = if pushes { Asks::Push } else { Asks::Read };
        self.seen.push(asks);
        let all = self.seen.len();
        let pushed = self.seen.iter().filter(|it| **it == Asks::Push).count();
        let meant = |which: &Which| match *which {
            Which::Connection(number) => number == all,
            Which::Push(number) => asks == Asks::Push && number == pushed,
        };
        self.cuts.iter().find(|(which, _)| meant(which)).map(|(_, cut)| *cut)
    }
}

fn is_http(request: &[u8]) -> bool {
    git_length(request).is_none()
}

/// How long the packet is with which a client of git:// begins.
fn git_length(request: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(request.get(..4)?).ok()?;
    usize::from_str_radix(digits, 16).ok()
}

/// What the client wants, as far as that tells it: the first packet, or the first line and more.
fn request(mut client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let whole = git_length(&request)
            .map_or_else(|| request.contains(&b'\n'), |length| request.len() >= length);
        if whole {
            return Ok(request);
        }
        match client.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
}

/// Hands on both ways until one of them has ended or is cut.
fn between(
    client: &TcpStream,
    server: &TcpStream,
    request: &[u8],
    cut: Option<Cut>,
) -> io::Result<()> {
    let sent = if let Some(Cut::Sent(limit)) = cut { limit } else { usize::MAX };
    let received = if let Some(Cut::Received(limit)) = cut { limit } else { usize::MAX };
    // What the server announces on its own is no answer yet.
    let answers = AtomicBool::new(is_http(request));
    let swallow = || cut == Some(Cut::Answer) && answers.load(Ordering::SeqCst);
    let end = || {
        for stream in [client, server] {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = pass(server, received, |bytes| {
                if swallow() { Ok(()) } else { (&mut &*client).write_all(bytes) }
            });
            end();
        });
        let first = request.len().min(sent);
        (&mut &*server).write_all(&request[..first])?;
        let ended = pass(client, sent - first, |bytes| {
            answers.store(true, Ordering::SeqCst);
            (&mut &*server).write_all(bytes)
        });
        match ended {
            Ok(Ended::Closed) => drop(server.shutdown(Shutdown::Write)),
            Ok(Ended::Cut) | Err(_) => end(),
        }
        Ok(())
    })
}

enum Ended {
    Closed,
    Cut,
}

/// Reads at most so many bytes, handing each on before the next is read.
fn pass(
    mut from: &TcpStream,
    limit: usize,
    mut to: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Ended> {
    let (mut left, mut buffer) = (limit, [0; 4096]);
    while left > 0 {
        match from.read(&mut buffer[..left.min(4096)])? {
            0 => return Ok(Ended::Closed),
            read => {
                to(&buffer[..read])?;
                left -= read;
            }
        }
    }
    Ok(Ended::Cut)
}
