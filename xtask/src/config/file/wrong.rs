//! What is wrong with a text, and which word was probably meant.

/// Longer words are nobody's slip of the finger.
const LONGEST: usize = 40;

/// What is wrong with a text: the rest of a sentence that begins with the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where in the text.
    pub at: usize,
    pub what: String,
    pub why: Vec<String>,
    /// What there is to choose from, after a few words that lead to it.
    pub all: Option<(&'static str, Vec<String>)>,
    /// A command that a shell could run.
    pub for_a_shell: bool,
}

impl Wrong {
    pub fn new(what: impl Into<String>) -> Self {
        Self { at: 0, what: what.into(), why: Vec::new(), all: None, for_a_shell: false }
    }

    #[must_use]
    pub fn at(mut self, at: usize) -> Self {
        self.at = at;
        self
    }

    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    /// Names the word that was meant; where none is near, all there is: `The gates are clean, ci.`
    #[must_use]
    pub fn choose<'a>(
        self,
        word: &str,
        lead: &'static str,
        words: impl Iterator<Item = &'a str>,
    ) -> Self {
        let words: Vec<&str> = words.collect();
        if let Some(meant) = nearest(word, words.iter().copied()) {
            return self.why(format!("Did you mean \"{meant}\"?"));
        }
        let words = words.into_iter().map(str::to_owned).collect();
        Self { all: Some((lead, words)), ..self }
    }
}

/// A text from the file for the middle of a sentence: not long, and nothing a terminal obeys.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The word that was probably meant: the nearest one, when at most a third of it is different.
pub fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.to_lowercase().chars().take(LONGEST + 1).collect();
    if letters.len() > LONGEST {
        return None;
    }
    let near = words.filter_map(|candidate| {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        let distance = distance(&letters, &other);
        let length = letters.len().max(other.len());
        (distance <= (length / 3).max(1) && distance < length).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
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
            assert_eq!(nearest(word, words.into_iter()), meant, "{word}");
        }
        let choose = |word| Wrong::new("x").choose(word, "There are", ["a1", "b1"].into_iter());
        assert_eq!(choose("a2").why, ["Did you mean \"a1\"?"]);
        assert_eq!(choose("x").all, Some(("There are", vec!["a1".to_owned(), "b1".to_owned()])));
    }
}
