//! The text of a commit as one line of a changelog: data that cannot become markup.

use super::Markup;

/// No entry is longer, in characters.
const LONGEST: usize = 240;

/// The text as one line, safe behind a bullet; empty when nothing is left.
///
/// Line breaks (also the two characters `\n` that a shell left in) and control characters become
/// blanks, a long text ends with an ellipsis at a word. What would be a heading, a list, HTML, a
/// link, an image, emphasis or a definition is escaped; code between backticks is kept.
pub fn line(text: &str, markup: Markup) -> String {
    let text = shortened(&flat(text));
    match markup {
        Markup::Markdown => markdown(&text),
        Markup::Rst => rst(&text),
    }
}

/// One line without control characters and doubled blanks.
fn flat(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = escaped_break(rest).unwrap_or(next.len_utf8());
        let is_break = length > next.len_utf8();
        // U+2028 to U+202E and U+2066 to U+2069 break lines or turn the direction of text.
        let hidden = matches!(next, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}');
        plain.push(if is_break || hidden || next.is_control() { ' ' } else { next });
        rest = &rest[length..];
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The length of the line breaks written as `\n` or `\r` that a text begins with. `C:\new` has none.
fn escaped_break(text: &str) -> Option<usize> {
    let mut length = 0;
    while text[length..].starts_with("\\n") || text[length..].starts_with("\\r") {
        length += 2;
    }
    let goes_on = text[length..].starts_with(|next: char| next.is_ascii_lowercase() || next == '_');
    (length > 2 || (length == 2 && !goes_on)).then_some(length)
}

/// At most [`LONGEST`] characters, ending at a word where there is one.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let Some((room, _)) = text.char_indices().nth(LONGEST - 1) else { return text.to_owned() };
    let head = &text[..room];
    let word = head.rfind(' ').filter(|at| *at > room / 2 && !text[room..end].starts_with(' '));
    format!("{}…", head[..word.unwrap_or(room)].trim_end_matches([' ', ',', ';', ':', '.', '-']))
}

fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next == '`' {
            let (length, is_code) = code(&text[at..]);
            for each in text[at..at + length].chars() {
                if !is_code {
                    safe.push('\\');
                }
                safe.push(each);
            }
            at += length;
            continue;
        }
        if is_markup(text, at, next) {
            safe.push('\\');
        }
        safe.push(next);
        at += next.len_utf8();
    }
    begin(safe)
}

/// The length of the code span that a text begins with, or of its backticks where they open none.
fn code(text: &str) -> (usize, bool) {
    let length = text.bytes().take_while(|byte| *byte == b'`').count();
    let mut from = length;
    while let Some(at) = text[from..].find('`').map(|at| from + at) {
        let run = text[at..].bytes().take_while(|byte| *byte == b'`').count();
        if run == length {
            return (at + run, true);
        }
        from = at + run;
    }
    (length, false)
}

/// Would this character be markup in the middle of a line?
fn is_markup(text: &str, at: usize, next: char) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + next.len_utf8()..].chars().next();
    let in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match next {
        '<' | '*' | '[' => true,
        '\\' => after.is_none_or(|after| after.is_ascii_punctuation()),
        '_' => !(in_word(before) && in_word(after)),
        '~' => before == Some('~') || after == Some('~'),
        '&' => {
            after.is_some_and(|after| after == '#' || after.is_ascii_alphabetic())
                && text[at..].contains(';')
        }
        _ => false,
    }
}

/// Escapes what is markup at the start of a line only.
fn begin(text: String) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes() {
        [b'#' | b'>' | b'-' | b'+' | b'=' | b'~' | b'|' | b':', ..] => format!("\\{text}"),
        bytes if digits > 0 && matches!(bytes.get(digits), Some(b'.' | b')')) => {
            let ends = bytes.get(digits + 1).is_none_or(|byte| *byte == b' ');
            if ends { format!("{}\\{}", &text[..digits], &text[digits..]) } else { text }
        }
        _ => text,
    }
}

fn rst(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut all = text.chars().peekable();
    while let Some(next) = all.next() {
        let in_word = safe.ends_with(char::is_alphanumeric)
            && all.peek().is_some_and(|after| after.is_alphanumeric());
        if matches!(next, '\\' | '*' | '`' | '|') || (next == '_' && !in_word) {
            safe.push('\\');
        }
        safe.push(next);
    }
    // A colon doubled at the end begins a literal block.
    if safe.ends_with("::") {
        safe.insert(safe.len() - 1, '\\');
    }
    let word = safe.split(' ').next().unwrap_or_default();
    let enumerates = word.ends_with(['.', ')']) && word.len() <= 6;
    let punctuation = safe.starts_with(|first: char| first.is_ascii_punctuation() && first != '\\');
    if enumerates || punctuation { format!("\\{safe}") } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commit_text_is_no_markdown() {
        for (text, expected) in [
            ("add a parser", "add a parser"),
            ("# heading", "\\# heading"),
            ("a # b", "a # b"),
            ("a\n## b", "a ## b"),
            ("a\\n\\n## b", "a ## b"),
            ("a\\nB", "a B"),
            ("path C:\\new", "path C:\\new"),
            ("a\r\n\tb\u{2028}c\u{202e}d\0", "a b c d"),
            ("<script>x</script>", "\\<script>x\\</script>"),
            ("<!-- x", "\\<!-- x"),
            ("use `<b>` here", "use `<b>` here"),
            ("a ` b", "a \\` b"),
            ("``` code", "\\`\\`\\` code"),
            ("`` a ` b ``", "`` a ` b ``"),
            ("\\` <b> `", "\\\\` <b> `"),
            ("[1.0.0]: https://x", "\\[1.0.0]: https://x"),
            ("![x](y) [z](w)", "!\\[x](y) \\[z](w)"),
            ("- item", "\\- item"),
            ("* item", "\\* item"),
            ("12. item", "12\\. item"),
            ("1.2.0 is out", "1.2.0 is out"),
            ("> quote", "\\> quote"),
            ("---", "\\---"),
            ("~~~", "\\~\\~\\~"),
            ("__init__ and snake_case", "\\_\\_init\\_\\_ and snake_case"),
            ("a * b **c**", "a \\* b \\*\\*c\\*\\*"),
            ("&lt;b&gt; & c", "\\&lt;b\\&gt; & c"),
            (" \t ", ""),
        ] {
            assert_eq!(line(text, Markup::Markdown), expected, "{text:?}");
        }
    }

    #[test]
    fn commit_text_is_no_restructuredtext() {
        for (text, expected) in [
            ("use `x` and *y*", "use \\`x\\` and \\*y\\*"),
            ("snake_case and __init__ x_", "snake_case and \\_\\_init\\_\\_ x\\_"),
            (".. raw:: html", "\\.. raw:: html"),
            ("as follows::", "as follows:\\:"),
            ("1. x", "\\1. x"),
            ("- x", "\\- x"),
        ] {
            assert_eq!(line(text, Markup::Rst), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_ends_at_a_word() {
        let long = line(&"word ".repeat(140), Markup::Markdown);
        assert!(long.chars().count() <= LONGEST && long.ends_with("word…"), "{long}");
        let long = line(&"é".repeat(700), Markup::Markdown);
        assert_eq!(long.chars().count(), LONGEST);
        assert_eq!(line(&"a".repeat(LONGEST), Markup::Markdown).len(), LONGEST);
    }
}
