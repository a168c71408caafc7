//! The team's own checklist: a Markdown file with boxes, read, bound to what its boxes wait for, and
//! ticked in a copy. The file itself is never changed.
//!
//! `parse` finds headings and boxes by their bytes, `bind` says what each box waits for, `state`
//! what became of it, `tick` writes the copy. `import` proposes what gonogo.toml would say of a file
//! that it does not know yet.

mod bind;
mod import;
mod name;
mod parse;
mod state;
#[cfg(test)]
mod tests;
mod tick;
mod waive;

use std::ops::Range;

pub use bind::{Bound, Known, Problem, bind, of_comment};
pub use import::{Imported, LIKE_A_ROLE, Meaning, ProposedGate, Repository, Row, WORDS, import};
pub use name::name;
pub use parse::parse;
pub use state::{
    Evidence, Excused, Facts, Group, Released, Signed, State, Turn, Waits, groups, state,
};
pub use tick::tick;
pub use waive::{ALL, Waived};

/// A larger file is no checklist: bytes.
pub const MOST: usize = 256 << 10;

/// What a Markdown file holds of a checklist.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    pub headings: Vec<Heading>,
    pub items: Vec<Item>,
    /// Code blocks: never boxes, but their commands may become gates.
    pub code: Vec<Code>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: usize,
    /// Without Markdown.
    pub text: String,
    /// Where it begins in the file.
    pub at: usize,
    /// 1-based.
    pub line: usize,
    /// The heading it stands below.
    pub above: Option<usize>,
}

/// A box with the text behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The byte between the brackets.
    pub mark: Range<usize>,
    /// Where its own text ends; items below it come after.
    pub end: usize,
    /// 1-based.
    pub line: usize,
    /// How many items it stands in.
    pub depth: usize,
    /// The heading above it.
    pub under: Option<usize>,
    /// Without Markdown.
    pub text: String,
    /// The code spans in it.
    pub spans: Vec<String>,
    /// The comments on its line, and where they begin.
    pub comments: Vec<(String, usize)>,
    /// Ticked by hand.
    pub ticked: bool,
}

/// A code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The first word behind its fence, in lower case.
    pub language: String,
    pub text: String,
    /// 1-based.
    pub line: usize,
    /// The heading above it.
    pub under: Option<usize>,
}

impl Checklist {
    /// The headings above, from the innermost out.
    pub fn above(&self, under: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(under, |heading| self.headings[*heading].above)
    }

    /// The heading that an item stands under, as text for people; empty without one.
    pub fn title(&self, under: Option<usize>) -> String {
        under.map(|heading| name::spoken(&self.headings[heading].text)).unwrap_or_default()
    }
}

impl Item {
    /// Its text in one line, for people.
    pub fn said(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
