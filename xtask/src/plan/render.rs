//! A file change as lines a person can read.

use super::Edit;

/// One changed line: where it is, what it said, what it will say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// 1-based.
    pub line: usize,
    pub old: String,
    pub new: String,
    /// The edited part of `old`, as a byte range of it.
    pub span: std::ops::Range<usize>,
    /// The text that stands there in `new`.
    pub value: String,
}

/// The changed lines of a file, one for each edit (two edits in one line give two changes).
///
/// `bytes` is the file before the edits; bytes that are not UTF-8 are shown as `U+FFFD`.
pub fn changes(bytes: &[u8], edits: &[Edit]) -> Vec<Change> {
    let mut line = 1;
    let mut counted = 0;
    edits
        .iter()
        .map(|edit| {
            line += bytes[counted..edit.range.start].iter().filter(|&&b| b == b'\n').count();
            counted = edit.range.start;
            change(bytes, edit, line)
        })
        .collect()
}

fn change(bytes: &[u8], edit: &Edit, line: usize) -> Change {
    let start = bytes[..edit.range.start].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let rest = &bytes[edit.range.end..];
    let end = edit.range.end + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&bytes[range]).into_owned();
    let before = text(start..edit.range.start).trim_start_matches('\u{feff}').to_owned();
    let after = text(edit.range.end..end).trim_end_matches('\r').to_owned();
    Change {
        line,
        span: before.len()..before.len() + edit.old.len(),
        old: format!("{before}{}{after}", edit.old),
        new: format!("{before}{}{after}", edit.new),
        value: edit.new.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_its_line_whatever_the_line_ends() {
        let bytes = b"\xef\xbb\xbfa = '1'\r\nb = '2'\nc = '3'";
        let edit = |at: usize, new: &str| Edit {
            range: at..at + 1,
            old: String::from_utf8_lossy(&bytes[at..=at]).into_owned(),
            new: new.into(),
        };
        let found = changes(bytes, &[edit(8, "10"), edit(17, "20"), edit(25, "30")]);
        let seen: Vec<_> = found
            .iter()
            .map(|c| (c.line, c.old.as_str(), c.new.as_str(), c.span.clone()))
            .collect();
        assert_eq!(
            seen,
            [
                (1, "a = '1'", "a = '10'", 5..6),
                (2, "b = '2'", "b = '20'", 5..6),
                (3, "c = '3'", "c = '30'", 5..6)
            ]
        );
    }
}
