//! As much of an HTTP/1.1 server as git needs in front of `git http-backend`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::TcpStream;
use std::process::Stdio;

use super::listener::Open;
use crate::support::Place;

/// A folder of bare repositories.
pub struct Site {
    folder: Place,
    /// What the header of a push must say, and for whom.
    authorization: Option<(String, String)>,
}

struct Request {
    method: String,
    path: String,
    query: String,
    /// By name, in lower case.
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Site {
    pub fn new(folder: Place, credentials: Option<&str>) -> Self {
        let authorization = credentials.map(|credentials| {
            let user = credentials.split(':').next().unwrap_or_default();
            (format!("Basic {}", base64(credentials.as_bytes())), user.to_owned())
        });
        Self { folder, authorization }
    }

    /// One request and its answer; git opens another connection for the next.
    pub fn serve(&self, stream: &TcpStream, open: &Open) -> io::Result<()> {
        let request = Request::read(stream)?;
        let pushes = format!("{}?{}", request.path, request.query).contains("git-receive-pack");
        let user = match &self.authorization {
            Some((needed, _)) if pushes && request.header("authorization") != needed => {
                let challenge = "WWW-Authenticate: Basic realm=\"git\"\r\n";
                return answer(stream, "401 Unauthorized", challenge, b"");
            }
            Some((_, user)) => user,
            None => "anybody",
        };
        let said = self.backend(&request, user, open)?;
        let end = said.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.ok_or_else(|| io::Error::other("a CGI answer without headers"))?;
        let head = String::from_utf8_lossy(&said[..end + 2]).into_owned();
        let status = head.lines().find_map(|line| line.strip_prefix("Status: "));
        let headers = head.split_inclusive('\n').filter(|line| !line.starts_with("Status: "));
        let status = status.unwrap_or("200 OK");
        answer(stream, status, &headers.collect::<String>(), &said[end + 4..])
    }

    fn backend(&self, request: &Request, user: &str, open: &Open) -> io::Result<Vec<u8>> {
        let mut backend = self.folder.command("git");
        backend.args(["-c", "http.receivepack=true", "http-backend"]);
        backend.env("GIT_PROJECT_ROOT", &self.folder.top).env("GIT_HTTP_EXPORT_ALL", "1");
        backend.env("REQUEST_METHOD", &request.method).env("PATH_INFO", &request.path);
        backend.env("QUERY_STRING", &request.query).env("REMOTE_USER", user);
        backend.env("REMOTE_ADDR", "127.0.0.1").env("SERVER_PROTOCOL", "HTTP/1.1");
        backend.env("CONTENT_LENGTH", request.body.len().to_string());
        for (variable, header) in [
            ("CONTENT_TYPE", "content-type"),
            ("HTTP_CONTENT_ENCODING", "content-encoding"),
            ("GIT_PROTOCOL", "git-protocol"),
        ] {
            backend.env(variable, request.header(header));
        }
        let backend = backend.stdout(Stdio::piped()).stderr(Stdio::null());
        Ok(open.run(backend, &request.body)?.stdout)
    }
}

impl Request {
    /// Fails unless all of it arrives.
    fn read(stream: &TcpStream) -> io::Result<Self> {
        let mut from = BufReader::new(stream);
        let first = line(&mut from)?;
        let mut words = first.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let (path, query) =
            words.next().map_or(("", ""), |url| url.split_once('?').unwrap_or((url, "")));
        let (path, query) = (path.to_owned(), query.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let line = line(&mut from)?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let mut request = Self { method, path, query, headers, body: Vec::new() };
        if request.header("expect") == "100-continue" {
            (&mut &*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if request.header("transfer-encoding") == "chunked" {
            request.body = chunks(&mut from)?;
        } else if let Ok(length) = request.header("content-length").parse() {
            request.body = exactly(&mut from, length)?;
        }
        Ok(request)
    }

    /// Empty where it is not there.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Without its end; to be told from the end of the connection, which is an error.
fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let whole = line.strip_suffix('\n').ok_or(ErrorKind::UnexpectedEof)?;
    Ok(whole.trim_end_matches('\r').to_owned())
}

fn exactly(from: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn chunks(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(&line(from)?, 16).map_err(io::Error::other)?;
        body.extend(exactly(from, size)?);
        line(from)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn answer(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0, |all, i| all << 8 | usize::from(*three.get(i).unwrap_or(&0)));
        for i in 0..4 {
            let digit = char::from(DIGITS[number >> (18 - 6 * i) & 63]);
            text.push(if i <= three.len() { digit } else { '=' });
        }
    }
    text
}
