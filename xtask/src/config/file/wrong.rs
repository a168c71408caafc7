//! What is wrong with a text, and which word was probably meant.

use crate::wording::{LONGEST, nearest};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_names_the_nearest_word_or_all() {
        let choose = |word| Wrong::new("x").choose(word, "There are", ["a1", "b1"].into_iter());
        assert_eq!(choose("a2").why, ["Did you mean \"a1\"?"]);
        assert_eq!(choose("x").all, Some(("There are", vec!["a1".to_owned(), "b1".to_owned()])));
    }
}
