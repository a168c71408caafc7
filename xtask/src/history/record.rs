//! One commit as `git log -z` prints it in [`FORMAT`].

/// The format of a log that [`split`] reads. Each field ends with a NUL, and each commit begins with
/// one: no field but the first can be told from a path otherwise, and paths are never empty.
/// Names and mail addresses are those of the commit (`%an`, not `%aN`: no mailmap).
pub const FORMAT: &str = "--format=%x00%H%x00%P%x00%an%x00%ae%x00%ct%x00%B";

/// The same format without what people wrote: enough for the shape of a history.
pub const GRAPH: &str = "--format=%x00%H%x00%P%x00%x00%x00%ct%x00";

/// One commit, as git said it.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// All digits of its id.
    pub id: &'a str,
    /// The ids of its parents with blanks between them.
    parents: &'a str,
    pub author: &'a [u8],
    pub mail: &'a [u8],
    /// When it was committed, in seconds since 1970.
    pub date: i64,
    /// The whole message.
    pub message: &'a [u8],
    /// A line end, then paths that end with a NUL.
    paths: &'a [u8],
}

impl<'a> Record<'a> {
    /// The ids of its parents.
    pub fn parents(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.parents.split(' ').filter(|id| !id.is_empty())
    }

    /// The paths it touches, where the log was asked for them (merges touch none).
    pub fn paths(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let paths = self.paths.strip_prefix(b"\n").unwrap_or(self.paths);
        paths.split(|&byte| byte == 0).filter(|path| !path.is_empty())
    }
}

/// Whether more bytes may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    More,
    Last,
}

/// The first commit in what git has printed so far, and how many bytes it takes; `None` while it is
/// not complete.
pub fn split(bytes: &[u8], end: End) -> Option<(Record<'_>, usize)> {
    let mut at = 1;
    let mut field = || {
        let start = at;
        let length = memchr::memchr(0, bytes.get(start..)?)?;
        at = start + length + 1;
        Some(&bytes[start..start + length])
    };
    let (id, parents) = (text(field()?)?, text(field()?)?);
    let (author, mail) = (field()?, field()?);
    let date = text(field()?)?.parse().unwrap_or(0);
    let message = field()?;
    let start = at;
    loop {
        match bytes.get(at) {
            None if end == End::Last => break,
            None => return None,
            Some(0) => break,
            Some(_) => at += memchr::memchr(0, &bytes[at..])? + 1,
        }
    }
    let paths = &bytes[start..at];
    Some((Record { id, parents, author, mail, date, message, paths }, at))
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
