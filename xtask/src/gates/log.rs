//! The log of a gate: bounded in memory and on disk, secrets masked.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::plan::Digest;
use crate::sys::fs as write;
use crate::sys::proc::mask;

/// So much of the beginning and of the end of a log is kept.
const KEPT: usize = 1 << 20;

/// A line that is longer is masked and kept in parts.
const LINE: usize = 1 << 16;

/// Takes what a gate prints: the beginning goes to the file at once, the end is kept in memory
/// until the gate has ended.
pub struct Log {
    path: PathBuf,
    file: File,
    /// A line that has not ended yet.
    begun: Vec<u8>,
    written: usize,
    end: VecDeque<u8>,
    dropped: u64,
    failure: Option<io::Error>,
}

/// A log that has ended.
pub struct Ended {
    pub digest: Digest,
    /// How many bytes between beginning and end were not kept.
    pub dropped: u64,
    pub bytes: Vec<u8>,
}

impl Log {
    /// A new one, readable by its owner only.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn new(path: &Path) -> io::Result<Self> {
        let file = write::private_appender(path)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            begun: Vec::new(),
            written: 0,
            end: VecDeque::new(),
            dropped: 0,
            failure: None,
        })
    }

    /// Takes some bytes. A disk that is full is told at the end, not to the gate.
    pub fn take(&mut self, bytes: &[u8]) {
        self.begun.extend_from_slice(bytes);
        let end = match memchr::memrchr(b'\n', &self.begun) {
            Some(last) => last + 1,
            None if self.begun.len() > LINE => self.begun.len(),
            None => return,
        };
        let rest = self.begun.split_off(end);
        let whole = std::mem::replace(&mut self.begun, rest);
        self.keep(&masked(&whole));
    }

    /// Writes what is left and says what the whole is.
    ///
    /// # Errors
    /// Any I/O error, also an earlier one.
    pub fn end(mut self) -> io::Result<Ended> {
        let rest = std::mem::take(&mut self.begun);
        self.keep(&masked(&rest));
        if self.dropped > 0 {
            let gap = format!("\n... {} bytes are left out here ...\n", self.dropped);
            self.write(gap.as_bytes());
        }
        let end: Vec<u8> = std::mem::take(&mut self.end).into();
        self.write(&end);
        if let Some(error) = self.failure {
            return Err(error);
        }
        let bytes = std::fs::read(&self.path)?;
        Ok(Ended { digest: Digest::of(&bytes), dropped: self.dropped, bytes })
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.written).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.written += first.len();
        self.write(first);
        self.end.extend(rest);
        let over = self.end.len().saturating_sub(KEPT);
        self.dropped += over as u64;
        self.end.drain(..over);
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.failure.is_none() && !bytes.is_empty() {
            self.failure = self.file.write_all(bytes).err();
        }
    }
}

/// The same without secrets; what holds none is not looked at closely.
fn masked(bytes: &[u8]) -> Vec<u8> {
    match memmem::find(bytes, b"://") {
        Some(_) => mask(&String::from_utf8_lossy(bytes)).into_bytes(),
        None => bytes.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str, chunks: &[&[u8]]) -> (String, u64) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp/logs");
        write::private_folder(&folder).unwrap();
        let path = folder.join(format!("{name}-{}", std::process::id()));
        write::remove(&path).unwrap();
        let mut log = Log::new(&path).unwrap();
        for chunk in chunks {
            log.take(chunk);
        }
        let ended = log.end().unwrap();
        write::remove(&path).unwrap();
        (String::from_utf8(ended.bytes).unwrap(), ended.dropped)
    }

    #[test]
    fn secrets_are_masked_across_chunks() {
        let (text, dropped) = log("secrets", &[b"a https://us", b"er:tok@host/x\nb", b"c"]);
        assert_eq!((text.as_str(), dropped), ("a https://***@host/x\nbc", 0));
    }

    #[test]
    fn of_a_flood_the_beginning_and_the_end_are_kept() {
        let line = [b'x'; 99];
        let flood: Vec<u8> = (0..50_000).flat_map(|_| [&line[..], b"\n"].concat()).collect();
        let (text, dropped) = log("flood", &[b"first\n", &flood, b"last"]);
        assert!(text.starts_with("first\nxxx") && text.ends_with("xxx\nlast"));
        assert_eq!(dropped, (6 + 5_000_000 + 4 - 2 * KEPT) as u64);
        assert!(text.contains(&format!("\n... {dropped} bytes are left out here ...\n")));
        assert!(text.len() < 2 * KEPT + 100);
    }

    #[test]
    fn a_line_without_an_end_is_bounded() {
        let chunk = vec![b'y'; LINE];
        let chunks: Vec<&[u8]> = (0..64).map(|_| chunk.as_slice()).collect();
        let (text, dropped) = log("line", &chunks);
        assert!(dropped > 0 && text.len() < 2 * KEPT + 100);
    }
}
