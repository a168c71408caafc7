//! Words for what a person is told: numbers with their nouns, times, text for Markdown, and the word
//! that was probably meant.

/// Longer words are nobody's slip of the finger.
pub const LONGEST: usize = 40;

/// `1 file`, `2 files`.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The known word that was probably meant: the first that begins like this one, or else the nearest
/// one when at most a third of it is different. The case does not matter.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.to_lowercase().chars().take(LONGEST + 1).collect();
    if letters.is_empty() || letters.len() > LONGEST {
        return None;
    }
    let near = known.into_iter().filter_map(|candidate| {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if other.starts_with(&letters) {
            return Some((0, candidate));
        }
        let distance = distance(&letters, &other);
        let length = letters.len().max(other.len());
        (distance <= (length / 3).max(1) && distance < length).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Seconds as `2:10`, `1:02:10`.
pub fn clock(seconds: u64) -> String {
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// A text that means nothing to Markdown or HTML: whatever is neither a letter nor harmless becomes
/// a character reference (CommonMark 0.31.2, "Entity and numeric character references").
pub fn plain(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " -./,".contains(c) || !c.is_ascii();
    let mut written = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_control() => written.push(' '),
            letter if harmless(letter) => written.push(letter),
            letter => written.extend(format!("&#{};", u32::from(letter)).chars()),
        }
    }
    written
}

/// Letters to insert, delete, replace or swap with their neighbour ("optimal string alignment").
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = above[j] + usize::from(a != b);
            let mut least = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_named_when_it_is_near() {
        let words = ["tag", "tests", "protected", "commit_message", "main"];
        for (word, meant) in [
            ("test", Some("tests")),
            ("tetss", Some("tests")),
            ("Protected", Some("protected")),
            ("protectd", Some("protected")),
            ("prot", Some("protected")),
            ("t", Some("tag")),
            ("commit-message", Some("commit_message")),
            ("tga", Some("tag")),
            ("tags", Some("tag")),
            ("mian", Some("main")),
            ("lint", None),
            ("x", None),
            ("a", None),
            ("", None),
            (&"protected".repeat(9), None),
        ] {
            assert_eq!(nearest(word, words), meant, "{word}");
        }
    }

    #[test]
    fn one_thing_has_no_s() {
        let said = [0, 1, 2].map(|number| counted(number, "file"));
        assert_eq!(said, ["0 files", "1 file", "2 files"]);
    }

    #[test]
    fn nothing_in_a_text_is_markdown() {
        assert_eq!(plain("a | b_c"), "a &#124; b&#95;c");
        assert_eq!(plain("</pre>\n# `x`"), "&#60;/pre&#62; &#35; &#96;x&#96;");
        assert_eq!(plain("exit 1, é"), "exit 1, é");
    }
}
