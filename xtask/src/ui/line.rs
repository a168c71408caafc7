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
