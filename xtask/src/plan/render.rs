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

/// Edits of one line that are not further apart than the items of a tuple are shown as one.
const BESIDE: usize = 16;

/// The changed lines of a file, one for each edit (two edits in one line give two changes, unless
/// they stand side by side).
///
/// `bytes` is the file before the edits; bytes that are not UTF-8 are shown as `U+FFFD`.
pub fn changes(bytes: &[u8], edits: &[Edit]) -> Vec<Change> {
    let mut line = 1;
    let mut counted = 0;
    side_by_side(bytes, edits)
        .iter()
        .map(|edit| {
            line += bytes[counted..edit.range.start].iter().filter(|&&b| b == b'\n').count();
            counted = edit.range.start;
            change(bytes, edit, line)
        })
        .collect()
}

/// The edits, neighbours put together.
fn side_by_side(bytes: &[u8], edits: &[Edit]) -> Vec<Edit> {
    let mut joined: Vec<Edit> = Vec::new();
    for edit in edits {
        let beside = |last: &&mut Edit| {
            let between = bytes.get(last.range.end..edit.range.start).unwrap_or_default();
            between.len() <= BESIDE && between.is_ascii() && !between.contains(&b'\n')
        };
        match joined.last_mut().filter(beside) {
            Some(last) => {
                let between = String::from_utf8_lossy(&bytes[last.range.end..edit.range.start]);
                last.old = format!("{}{between}{}", last.old, edit.old);
                last.new = format!("{}{between}{}", last.new, edit.new);
                last.range.end = edit.range.end;
            }
            None => joined.push(edit.clone()),
        }
    }
    joined
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

    #[test]
    fn the_items_of_a_tuple_are_one_change() {
        let bytes = b"V = (1, 2, 'final', 0); x = 'far away from it', 1\n2";
        let edit = |at: std::ops::Range<usize>, new: &str| Edit {
            old: String::from_utf8_lossy(&bytes[at.clone()]).into_owned(),
            range: at,
            new: new.into(),
        };
        let edits = [edit(8..9, "3"), edit(12..17, "rc"), edit(48..49, "4"), edit(50..51, "5")];
        let found = changes(bytes, &edits);
        let lines: Vec<_> = found.iter().map(|c| (c.line, c.span.clone(), &*c.value)).collect();
        assert_eq!(lines, [(1, 8..17, "3, 'rc"), (1, 48..49, "4"), (2, 0..1, "5")]);
        assert_eq!(found[0].new, "V = (1, 3, 'rc', 0); x = 'far away from it', 1");
    }
}
