//! What a person says with `--set WORD=TEXT`.

use std::collections::BTreeMap;

use super::words::is_said;
use crate::cli::Context;
use crate::error::{Refusal, word};
use crate::wording::nearest;

/// Texts by the words of placeholders.
pub(super) struct Said(BTreeMap<String, String>);

impl Said {
    /// Reads the options.
    ///
    /// # Errors
    /// One that is no word with a text; a word that is said twice, or that the release tells.
    pub fn new(options: &[String], context: &Context) -> Result<Self, Refusal> {
        let mut all = BTreeMap::new();
        for option in options {
            let letter = |c: char| c.is_ascii_lowercase() || c == '_';
            let said = option.split_once('=').filter(|(name, text)| {
                !name.is_empty() && name.chars().all(letter) && !text.trim().is_empty()
            });
            let Some((name, text)) = said else {
                return Err(Refusal::usage(format!("--set {option} says nothing"))
                    .why(
                        "It is a word of small letters, and what it stands for: when=\"Sat 08:00\"",
                    )
                    .next("text --help", "tells the words"));
            };
            if !is_said(name) {
                return Err(Refusal::usage(format!("--set cannot say {{{name}}}"))
                    .why("It is told by the release itself: by its record, its tag, the changelog.")
                    .next_typed(without(context, option), "leaves that to the release"));
            }
            if all.insert(name.to_owned(), text.trim_end().to_owned()).is_some() {
                return Err(Refusal::usage(format!("--set says {{{name}}} twice"))
                    .next_typed(without(context, option), "says it once"));
            }
        }
        Ok(Self(all))
    }

    /// What a word stands for.
    pub fn get(&self, word: &str) -> Option<&str> {
        self.0.get(word).map(String::as_str)
    }

    /// The words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The command as typed, with what nobody has said of these words.
    pub fn unsaid(&self, words: &[&str], context: &Context) -> String {
        let open = words.iter().filter(|word| self.get(word).is_none());
        let sets = open.map(|word| match *word {
            "codename" => " --set codename=NAME".to_owned(),
            word => format!(" --set {word}=TEXT"),
        });
        format!("{}{}", context.command(), sets.collect::<String>())
    }

    /// What the record tells of a word is not said otherwise.
    ///
    /// # Errors
    /// It is.
    pub fn not_otherwise(
        &self,
        word: &str,
        recorded: Option<&str>,
        context: &Context,
    ) -> Result<(), Refusal> {
        let (Some(said), Some(recorded)) = (self.get(word), recorded) else { return Ok(()) };
        if said == recorded {
            return Ok(());
        }
        Err(Refusal::usage(format!("its {word} is {recorded}"))
            .why("So says the record of the release.")
            .next_typed(without(context, &format!("{word}={said}")), "takes it from there"))
    }

    /// Every word that was said is one of these placeholders of a text.
    ///
    /// # Errors
    /// One is not; the one that was probably meant.
    pub fn only(&self, placeholders: &[&str], of: &str, context: &Context) -> Result<(), Refusal> {
        let Some(other) = self.words().find(|said| !placeholders.contains(said)) else {
            return Ok(());
        };
        let refusal = Refusal::usage(format!("{of} has no placeholder {{{other}}}"));
        let people = placeholders.iter().copied().filter(|word| is_said(word));
        let refusal = match (nearest(other, people.clone()), people.collect::<Vec<_>>().as_slice())
        {
            (Some(meant), _) => refusal.why(format!("Did you mean {{{meant}}}?")),
            (None, []) => refusal.why("It has none that a person fills in."),
            (None, all) => {
                let all: Vec<String> = all.iter().map(|word| format!("{{{word}}}")).collect();
                refusal.why(format!("A person fills in {}.", all.join(" ")))
            }
        };
        let option = format!("{other}={}", self.get(other).unwrap_or_default());
        Err(refusal.next_typed(without(context, &option), "leaves it out"))
    }
}

/// The command as typed, without one `--set` of it.
fn without(context: &Context, option: &str) -> String {
    let (option, joined) = (word(option), word(format!("--set={option}")));
    let mut kept: Vec<&str> = Vec::new();
    let mut words = context.words.iter().map(String::as_str).peekable();
    let mut gone = false;
    while let Some(one) = words.next() {
        let apart = one == "--set" && words.peek().is_some_and(|next| *next == option);
        if !gone && (apart || one == joined) {
            gone = true;
            if apart {
                words.next();
            }
            continue;
        }
        kept.push(one);
    }
    kept.join(" ")
}
