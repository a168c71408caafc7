//! What a heading is called: without numbers, symbols, emoji and characters that broke on the way.

/// The name of a heading for comparison: its words in lower case, letters only. Two headings with
/// the same name are told apart by their text alone. Empty where there is no letter.
pub fn name(text: &str) -> String {
    let mended = mended(text);
    // An apostrophe belongs to its word.
    let words = mended.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '\u{2019}'));
    let letters = |word: &str| {
        word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect::<String>()
    };
    let words: Vec<String> = words.map(letters).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// A heading as a person would write it into gonogo.toml: without what broke, and without emoji and
/// numbering around it.
pub fn spoken(text: &str) -> String {
    let mended = mended(text).replace(char::REPLACEMENT_CHARACTER, "");
    let word = |c: char| c.is_alphabetic();
    let numbers = |word: &str| {
        let inner = word.trim_end_matches(['.', ')', ':']);
        !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let words: Vec<&str> = mended.split_whitespace().collect();
    let said = |w: &str| w.contains(word);
    let first = words.iter().position(|w| said(w) && !numbers(w)).unwrap_or(words.len());
    let last = words.iter().rposition(|w| w.chars().any(char::is_alphanumeric));
    let kept = words.get(first..last.map_or(first, |last| last + 1)).unwrap_or_default();
    if kept.is_empty() { text.trim().to_owned() } else { kept.join(" ") }
}

/// Text in UTF-8 that was once read as Mac Roman or Windows-1252 (`‚úÖ` for a check mark), as it
/// was before.
fn mended(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest.find(|c: char| !c.is_ascii()).unwrap_or(rest.len());
        whole.push_str(&rest[..ascii]);
        rest = &rest[ascii..];
        let run = rest.find(|c: char| c.is_ascii()).unwrap_or(rest.len());
        let broken = &rest[..run];
        let once = [mac_roman, windows_1252].iter().find_map(|table| before(broken, *table));
        whole.push_str(once.as_deref().unwrap_or(broken));
        rest = &rest[run..];
    }
    whole
}

/// The text that these characters were, if each was a byte of one.
fn before(broken: &str, table: fn(char) -> Option<u8>) -> Option<String> {
    let bytes: Vec<u8> = broken.chars().map(table).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

/// The upper half of Mac Roman, from 0x80 (Unicode's mapping `APPLE/ROMAN.TXT`).
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ\
    –—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙı\u{2c6}\u{2dc}\u{af}\u{2d8}\u{2d9}\u{2da}\u{b8}\u{2dd}\u{2db}\u{2c7}";

/// Windows-1252 from 0x80 to 0x9f; above it is Latin-1 (WHATWG, "Encoding", windows-1252).
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡\u{2c6}‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—\u{2dc}™š›œ\u{9d}žŸ";

fn mac_roman(c: char) -> Option<u8> {
    u8::try_from(0x80 + MAC_ROMAN.chars().position(|other| other == c)?).ok()
}

fn windows_1252(c: char) -> Option<u8> {
    match WINDOWS_1252.chars().position(|other| other == c) {
        Some(at) => u8::try_from(0x80 + at).ok(),
        None => u8::try_from(u32::from(c)).ok().filter(|byte| *byte >= 0xa0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_words() {
        for (text, expected) in [
            ("1. Code Review", "code review"),
            ("Step 4: Smoke Tests (quick!)", "step smoke tests quick"),
            ("✅ Ready? 🚀", "ready"),
            ("CI/CD", "ci cd"),
            ("What's new", "whats new"),
            ("\u{201a}\u{fa}\u{d6} Before", "before"),
            ("\u{f8ff}\u{fc}\u{f6}\u{c4} Launch", "launch"),
            ("\u{f0}\u{178}\u{161}\u{20ac} Launch", "launch"),
            ("Prüfung der Qualität", "prüfung der qualität"),
            ("Qualit\u{fffd}t", "qualit t"),
            ("发布 2", "发布"),
            ("PyPI 2FA", "pypi fa"),
            ("2.", ""),
        ] {
            assert_eq!(name(text), expected, "{text}");
        }
    }

    #[test]
    fn a_heading_is_proposed_without_what_is_around_it() {
        for (text, expected) in [
            ("3. Database and Migrations", "Database and Migrations"),
            ("\u{201a}\u{fa}\u{d6} Before 2.0", "Before 2.0"),
            ("Code Quality ✅", "Code Quality"),
            ("2.1 Functional Testing", "Functional Testing"),
            ("Step 4: Smoke Tests (quick)", "Step 4: Smoke Tests (quick)"),
            ("2024", "2024"),
        ] {
            assert_eq!(spoken(text), expected, "{text}");
            assert_eq!(name(text), name(&spoken(text)), "{text}");
        }
    }

    #[test]
    fn each_byte_has_a_character() {
        assert_eq!((MAC_ROMAN.chars().count(), WINDOWS_1252.chars().count()), (128, 32));
    }
}
