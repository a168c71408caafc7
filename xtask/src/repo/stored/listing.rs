//! The index as `git ls-files` lists it.

use std::io::Read;
use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::{Entry, Kind};
use crate::error::Refusal;
use crate::repo::Git;
use crate::repo::git::failed;

/// Every entry of an index.
pub(super) struct Listing {
    out: Vec<u8>,
    /// `mode id stage`, a tab and the path, in the order of the paths.
    records: Vec<Range<usize>>,
}

impl Listing {
    /// Reads the index that `git` works on.
    ///
    /// # Errors
    /// git fails.
    pub fn read(git: &Git) -> Result<Self, Refusal> {
        let (name, mut listing) = git.call(["ls-files", "--stage", "-z"]).reading()?;
        let mut out = Vec::new();
        let read = listing.read_to_end(&mut out).and_then(|_| listing.end());
        let ended = read.map_err(|error| {
            Refusal::external(format!("{name} cannot be read")).why(error.to_string())
        })?;
        if ended.status.success() { Ok(Self::of(out)) } else { Err(failed(&name, &ended)) }
    }

    fn of(out: Vec<u8>) -> Self {
        let mut start = 0;
        let ends = memchr_iter(0, &out);
        let records = ends.map(|end| std::mem::replace(&mut start, end + 1)..end).collect();
        Self { out, records }
    }

    /// What stands under a path.
    pub fn find(&self, path: &str) -> Option<Entry> {
        let by_path = |record: &Range<usize>| self.parts(record).1.cmp(path.as_bytes());
        let at = self.records.binary_search_by(by_path).ok()?;
        let (head, _) = self.parts(&self.records[at]);
        let mut words = head.split(|&b| b == b' ');
        let (mode, id, stage) = (words.next()?, words.next()?, words.next()?);
        let entry = Entry::new(mode, String::from_utf8_lossy(id).into_owned());
        Some(if stage == b"0" { entry } else { Entry { kind: Kind::Conflict, ..entry } })
    }

    /// The paths that are text; one in conflict several times.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.records.iter().filter_map(|record| std::str::from_utf8(self.parts(record).1).ok())
    }

    /// The same, each once.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.texts().map(str::to_owned).collect();
        paths.dedup();
        paths
    }

    /// What stands before the tab, and the path.
    fn parts(&self, record: &Range<usize>) -> (&[u8], &[u8]) {
        let record = &self.out[record.clone()];
        let tab = memchr(b'\t', record).unwrap_or(record.len());
        (&record[..tab], record.get(tab + 1..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_path() {
        let out = [
            &b"100644 aa 0\ta"[..],
            b"120000 bb 0\ta-b",
            b"100755 cc 0\ta/b",
            b"100644 dd 1\tc\td",
            b"100644 ee 2\tc\td",
            b"160000 ff 0\tsub",
            b"100644 11 0\t\xff",
            b"",
        ];
        let listing = Listing::of(out.join(&0));
        for (path, expected) in [
            ("a", Some((Kind::File, "aa"))),
            ("a-b", Some((Kind::Link, "bb"))),
            ("a/b", Some((Kind::File, "cc"))),
            ("sub", Some((Kind::Submodule, "ff"))),
            ("b", None),
            ("", None),
        ] {
            let found = listing.find(path);
            let found = found.as_ref().map(|entry| (entry.kind, entry.id.as_str()));
            assert_eq!(found, expected, "{path}");
        }
        assert_eq!(listing.find("c\td").unwrap().kind, Kind::Conflict);
        assert_eq!(listing.paths(), ["a", "a-b", "a/b", "c\td", "sub"]);
        assert_eq!(Listing::of(Vec::new()).find("a"), None);
    }
}
