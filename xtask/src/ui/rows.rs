//! File changes on the screen.

use anstyle::AnsiColor;

use super::line::cut;
use super::paint;
use crate::plan::{Change, Edit, FileChange, changes};

/// What a line of a diff may take, without its sign and indentation.
const COLUMNS: usize = 96;

/// The longest first.
const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];

/// A changed line and its file.
pub struct Row {
    /// `path:line`, which terminals link.
    pub link: String,
    pub change: Change,
}

/// The changed lines of a file that holds `bytes` before.
pub fn rows(file: &FileChange, bytes: &[u8]) -> Vec<Row> {
    let row = |change: Change| Row { link: format!("{}:{}", file.path, change.line), change };
    changes(bytes, &file.edits).into_iter().map(row).collect()
}

/// New lines, as in a diff.
pub fn added(text: &str) -> String {
    let line = |line: &str| paint(&format!("  + {line}"), AnsiColor::Green.on_default());
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The edits of a file that holds `bytes` before, as in a diff: whole lines.
pub fn change_of(file: &FileChange, bytes: &[u8]) -> String {
    let parts = file.edits.iter().map(|edit| {
        if !edit.old.contains('\n') && !edit.new.contains('\n') {
            let lines = changes(bytes, std::slice::from_ref(edit)).into_iter();
            let link = |change: &Change| format!("{}:{}", file.path, change.line);
            return lines.map(|change| Row { link: link(&change), change }.diff()).collect();
        }
        let line = 1 + bytes[..edit.range.start].iter().filter(|&&b| b == b'\n').count();
        let gone =
            edit.old.lines().map(|line| paint(&format!("  - {line}"), AnsiColor::Red.on_default()));
        let mut lines = vec![format!("{}:{line}", file.path)];
        lines.extend(gone);
        lines.extend((!edit.new.is_empty()).then(|| added(&edit.new)));
        vec![lines.join("\n")]
    });
    parts.flat_map(|part: Vec<String>| part).collect::<Vec<_>>().join("\n")
}

impl Row {
    /// `version = "1.2.0" -> "1.3.0"`, the interesting part of a long line.
    pub fn short(&self) -> String {
        let Change { old, span, value, .. } = &self.change;
        let (before, after) = (shortened(old[..span.start].trim_start()), &old[span.end..]);
        // A value in quotes is shown with them, and with what else is between them.
        let mut quotes = QUOTES.into_iter().filter(|quotes| after.starts_with(quotes));
        match quotes.find_map(|quotes| Some((quotes, before.rfind(quotes)?))) {
            Some((quotes, open)) => {
                let new = format!("{}{value}{quotes}", &before[prefixed(&before, open)..]);
                format!("{before}{}{quotes} -> {new}", &old[span.clone()])
            }
            None => match tuple(&before, after) {
                Some((open, close)) => {
                    let (start, end) = (&before[open..], &after[..close]);
                    format!("{before}{}{end} -> {start}{value}{end}", &old[span.clone()])
                }
                None => format!("{before}{} -> {value}", &old[span.clone()]),
            },
        }
    }

    /// The line before and after, as in a diff; of a long one the part around the change.
    pub fn diff(&self) -> String {
        let (old, new) = self.lines();
        let removed = paint(&format!("  - {old}"), AnsiColor::Red.on_default());
        let added = paint(&format!("  + {new}"), AnsiColor::Green.on_default());
        format!("{}\n{removed}\n{added}", self.link)
    }

    /// The old and the new line; when one is too long, both lose the same.
    fn lines(&self) -> (String, String) {
        let Change { old, new, span, value, .. } = &self.change;
        let columns = |text: &str| text.chars().count();
        if columns(old).max(columns(new)) <= COLUMNS {
            return (old.clone(), new.clone());
        }
        let held = &old[span.clone()];
        let before = shortened(&old[..span.start]);
        let room = COLUMNS.saturating_sub(columns(&before) + columns(held).max(columns(value)));
        let after = cut(&old[span.end..], room);
        (format!("{before}{held}{after}"), format!("{before}{value}{after}"))
    }
}

/// Where the tuple around a value begins in the text before, and ends in the text after.
fn tuple(before: &str, after: &str) -> Option<(usize, usize)> {
    let open = before.rfind('(')?;
    let close = after.find(')')? + 1;
    let item = |c: char| c.is_alphanumeric() || " ,\"'".contains(c);
    let (start, end) = (&before[open + 1..], &after[..close - 1]);
    let plain = start.chars().chain(end.chars()).all(item);
    (plain && (start.contains(',') || end.contains(','))).then_some((open, close))
}

/// Where the quotes at `open` begin with what Python writes before them (`r"..."`).
fn prefixed(text: &str, open: usize) -> usize {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    let prefix = &text[text[..open].trim_end_matches(name).len()..open];
    let known = prefix.len() <= 2 && prefix.chars().all(|c| "rRuUbB".contains(c));
    if known { open - prefix.len() } else { open }
}

/// The end of a text, from the beginning of a word on, when it is long.
fn shortened(text: &str) -> String {
    let Some((start, _)) = text.char_indices().rev().nth(45) else { return text.to_owned() };
    let tail = &text[start..];
    let word = tail.find([' ', ',', '{']).map_or(tail, |at| &tail[at + 1..]);
    format!("... {}", word.trim_start())
}

/// How many bytes an edit changes: what is left between the common beginning and end.
pub fn changed_bytes(edit: &Edit) -> usize {
    let (old, new) = (edit.old.as_bytes(), edit.new.as_bytes());
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same..], &new[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    old.len().max(new.len()) - tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(old: &str, value: &str, new: &str) -> Row {
        let start = old.find(value).unwrap();
        let span = start..start + value.len();
        let new_line = old.replace(value, new);
        let change = Change { line: 3, old: old.into(), new: new_line, span, value: new.into() };
        Row { link: "a:3".into(), change }
    }

    #[test]
    fn a_row_shows_the_value_with_its_quotes() {
        for (old, expected) in [
            ("version = \"1.2.0\"  # c", "version = \"1.2.0\" -> \"1.3.0\""),
            ("    __version__ = '1.2.0'", "__version__ = '1.2.0' -> '1.3.0'"),
            ("version = 1.2.0", "version = 1.2.0 -> 1.3.0"),
            ("v = r\"\"\"1.2.0\"\"\"", "v = r\"\"\"1.2.0\"\"\" -> r\"\"\"1.3.0\"\"\""),
            (" \"demo 1.2.0\",", "\"demo 1.2.0\" -> \"demo 1.3.0\""),
            ("v = (9, 1.2.0, 'a')  # (", "v = (9, 1.2.0, 'a') -> (9, 1.3.0, 'a')"),
            ("see (1, 2), and 1.2.0 (x)", "see (1, 2), and 1.2.0 -> 1.3.0"),
            ("(a/b, 1.2.0)", "(a/b, 1.2.0 -> 1.3.0"),
        ] {
            assert_eq!(row(old, "1.2.0", "1.3.0").short(), expected);
        }
        let minified = format!("{{\"a\":\"{}\",\"version\":\"1.2.0\"}}", "é".repeat(200));
        let short = row(&minified, "1.2.0", "1.3.0").short();
        assert!(
            short.ends_with("\"version\":\"1.2.0\" -> \"1.3.0\"") && short.chars().count() < 70
        );
    }

    #[test]
    fn long_lines_lose_the_same_before_and_after() {
        let long = format!("{} 1.9.0 {}", "a ".repeat(200), "b".repeat(200));
        let (old, new) = row(&long, "1.9.0", "1.10.0").lines();
        assert_eq!(old.replace("1.9.0", "1.10.0"), new);
        assert_eq!(new.chars().count(), COLUMNS);
        assert!(new.starts_with("... a") && new.ends_with("b ..."), "{new}");
        let short = row("version = 1.9.0", "1.9.0", "1.10.0").lines();
        assert_eq!(short, ("version = 1.9.0".into(), "version = 1.10.0".into()));
    }

    #[test]
    fn bytes_are_counted_between_the_common_ends() {
        for (old, new, expected) in
            [("1.2.0", "1.3.0", 1), ("1.9.0", "1.10.0", 2), ("1", "1.1", 2), ("1.2", "1.2", 0)]
        {
            let edit = Edit { range: 0..old.len(), old: old.into(), new: new.into() };
            assert_eq!(changed_bytes(&edit), expected, "{old} {new}");
        }
    }
}
