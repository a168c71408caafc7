//! Text from anywhere in one line of a terminal, and no longer than there is room.

/// A text without line ends: a file name may hold them, and would say what we did not.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => line.push(' '),
            '\n' | '\r' => line.extend(letter.escape_default()),
            letter => line.push(letter),
        }
    }
    line
}

/// A text of at most so many columns.
pub fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(4)).chain(" ...".chars()).collect()
}

/// A text, and another one that ends where the line ends; what does not fit is cut off the first.
pub fn apart(text: &str, right: &str, width: usize) -> String {
    let room = width.saturating_sub(right.chars().count() + 2);
    match right {
        "" => cut(text, width),
        right => format!("{:<room$}  {right}", cut(text, room)),
    }
}

/// Text of a commit or a changelog: what could steer a terminal is taken out, and what is too long
/// cut off within its last word.
pub fn clean(text: &str, room: usize) -> String {
    let printable = |c: &char| !c.is_control();
    let text = text.chars().map(|c| if c == '\t' { ' ' } else { c });
    let mut kept: String = text.filter(printable).take(room + 1).collect();
    if kept.chars().count() > room {
        kept = kept.chars().take(room.saturating_sub(3)).collect::<String>() + "...";
    }
    kept
}

/// A text in lines of at most so many columns, broken at blanks, else anywhere; at least one.
pub fn folded(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim_end();
    // One column more may hold the blank that ends a line.
    while let Some((end, _)) = rest.char_indices().nth(room) {
        let reach = rest[end..].chars().next().map_or(end, |next| end + next.len_utf8());
        let (line, more) = match rest[..reach].rsplit_once(' ') {
            Some((line, _)) if !line.trim().is_empty() => (line, &rest[line.len() + 1..]),
            _ => rest.split_at(end),
        };
        lines.push(line.to_owned());
        rest = more;
    }
    lines.push(rest.to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_folded_and_nothing_of_it_lost() {
        for (text, room, expected) in [
            ("", 10, &[""][..]),
            ("exit 1", 10, &["exit 1"]),
            ("exit 1 now", 10, &["exit 1 now"]),
            ("exit 1 now what", 10, &["exit 1 now", "what"]),
            ("a.txt changed while it ran", 10, &["a.txt", "changed", "while it", "ran"]),
            ("abcdefghijklm no", 10, &["abcdefghij", "klm no"]),
            ("äö üßé", 4, &["äö", "üßé"]),
        ] {
            assert_eq!(folded(text, room), expected, "{text}");
        }
    }

    #[test]
    fn what_is_apart_ends_at_the_edge() {
        assert_eq!(apart("left", "0.1 s", 20), "left           0.1 s");
        assert_eq!(apart("a long text to the left", "0.1 s", 20), "a long te ...  0.1 s");
        assert_eq!(apart("left", "", 20), "left");
    }
}
