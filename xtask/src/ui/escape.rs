//! What a terminal would obey is shown to the reader instead.

/// What `paint` writes for the styles in use.
const OURS: [&str; 6] =
    ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"];

/// A text from anywhere with control characters escaped (`\u{1b}`), but for line ends, tabs and our
/// own colours. Other colours are taken off: the output of hooks has them.
///
/// A name, a path or a line of a file may hold any of them, so this is done where all is written.
/// Our own colours in such a text can hide nothing.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n' && c != '\t') {
        let (before, from) = rest.split_at(at);
        shown.push_str(before);
        rest = if let Some(ours) = OURS.iter().find(|ours| from.starts_with(**ours)) {
            shown.push_str(ours);
            &from[ours.len()..]
        } else if let Some(after) = behind_a_colour(from) {
            after
        } else {
            let mut letters = from.chars();
            shown.extend(letters.next().into_iter().flat_map(char::escape_default));
            letters.as_str()
        };
    }
    shown.push_str(rest);
    shown
}

/// The same for JSON, where only strings can still hold such characters: JSON itself asks for the
/// escapes of those below U+0020 alone.
pub fn escaped_json(json: &str) -> String {
    let letter = |letter: char| match letter {
        control if control.is_control() && control != '\n' => {
            format!("\\u{:04x}", u32::from(control))
        }
        letter => letter.to_string(),
    };
    json.chars().map(letter).collect()
}

fn behind_a_colour(text: &str) -> Option<&str> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    numbers.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m')
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::super::{Mark, bold, paint};
    use super::*;

    #[test]
    fn our_own_colours_stay() {
        let marks = [Mark::Good, Mark::Failed, Mark::Warning, Mark::Unknown].map(Mark::text);
        let lines = [AnsiColor::Red, AnsiColor::Green].map(|c| paint("x", c.on_default()));
        for painted in marks.iter().chain(&lines).chain([&bold("a\tb\nc")]) {
            assert!(painted.contains('\u{1b}'), "{painted:?}");
            assert_eq!(escaped(painted), *painted);
        }
    }

    #[test]
    fn nothing_else_reaches_the_terminal() {
        for (text, expected) in [
            ("é\u{1b}[2Jx", "é\\u{1b}[2Jx"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("a\rb\u{8}\u{7f}\u{9b}2J", "a\\rb\\u{8}\\u{7f}\\u{9b}2J"),
            ("\u{1b}[8mhidden\u{1b}[0m", "hidden\u{1b}[0m"),
            ("\u{1b}[38;5;1mred", "red"),
            ("\u{1b}[1", "\\u{1b}[1"),
            ("\u{1b}", "\\u{1b}"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({ "a\u{7f}": ["\u{1b}[2J\n\t\u{9b}", "é\u{1f680}"] });
        let shown = escaped_json(&format!("{value:#}"));
        assert!(!shown.replace('\n', "").contains(char::is_control), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
