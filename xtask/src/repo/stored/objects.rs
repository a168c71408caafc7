//! git's objects, one `git cat-file` for all of them.

use std::io::{self, BufRead, Read};

use crate::error::Refusal;
use crate::repo::Git;
use crate::sys::proc::Dialogue;

/// Reads objects; git is started with the first one.
pub struct Objects<'a> {
    git: &'a Git,
    dialogue: Option<Dialogue>,
}

/// An object of the database.
pub struct Object {
    pub id: String,
    /// `blob`, `tree`, `commit` or `tag`.
    pub kind: String,
    pub size: u64,
    /// `None` when there are more of them than were wanted.
    pub bytes: Option<Vec<u8>>,
}

impl<'a> Objects<'a> {
    pub fn of(git: &'a Git) -> Self {
        Self { git, dialogue: None }
    }

    /// The object of this name, an id or `ID^{tree}`, with at most `limit` bytes; `None` when there
    /// is none.
    ///
    /// # Errors
    /// git fails.
    pub fn read(&mut self, name: &str, limit: u64) -> Result<Option<Object>, Refusal> {
        let dialogue = match self.dialogue.take() {
            Some(running) => running,
            None => self.git.call(["cat-file", "--batch"]).dialogue()?,
        };
        let dialogue = self.dialogue.insert(dialogue);
        let read = dialogue.ask(format!("{name}\n").as_bytes()).and_then(|out| answer(out, limit));
        read.map_err(|error| {
            Refusal::external("git cat-file failed")
                .why(error.to_string())
                .next_shell("git fsck", "shows whether the repository is whole")
        })
    }
}

/// Reads `ID TYPE SIZE`, the bytes and a line end, or `NAME missing` (git-cat-file, "BATCH OUTPUT").
fn answer(mut out: &mut impl BufRead, limit: u64) -> io::Result<Option<Object>> {
    let mut line = String::new();
    if out.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let [id, kind, size] = words[..] else { return Ok(None) };
    let Ok(size) = size.parse::<u64>() else { return Ok(None) };
    let (id, kind) = (id.to_owned(), kind.to_owned());
    let rest = size + 1;
    if size > limit {
        io::copy(&mut out.take(rest), &mut io::sink())?;
        return Ok(Some(Object { id, kind, size, bytes: None }));
    }
    let mut bytes = Vec::new();
    if Read::take(&mut out, rest).read_to_end(&mut bytes)? as u64 != rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.pop();
    Ok(Some(Object { id, kind, size, bytes: Some(bytes) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end_and_no_further() {
        let mut out =
            &b"aa blob 3\na\nb\nx^{tree} missing\nbb blob 9\n123456789\ncc tree 0\n\n"[..];
        let mut next = |limit| answer(&mut out, limit);
        let first = next(3).unwrap().unwrap();
        assert_eq!((first.id.as_str(), first.bytes.as_deref()), ("aa", Some(&b"a\nb"[..])));
        assert!(next(3).unwrap().is_none());
        let large = next(3).unwrap().unwrap();
        assert_eq!((large.size, large.bytes), (9, None));
        assert_eq!(next(3).unwrap().unwrap().bytes.as_deref(), Some(&[][..]));
        assert!(next(3).is_err());
    }
}
