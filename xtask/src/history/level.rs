//! The level that the changes since the last release ask for, and the commits that decide it.

use super::changes::{Entry, Summary};
use crate::version::{Level, Version};

/// What a feature raises before 1.0.0.
///
/// SemVer 2.0 (section 4) leaves it open. The default is the minor number, as for breaking changes;
/// where the minor number means "breaking" (Cargo reads 0.x so), it is the patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InZero {
    #[default]
    Minor,
    Patch,
}

/// What to raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// The level, and the commits that ask for it, the newest first.
    Raise { level: Level, deciding: Vec<Deciding> },
    /// Nothing that users of the project notice; why, in words.
    Nothing { why: String },
}

/// A commit that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding {
    /// The digits of its id that people use.
    pub id: String,
    /// What it is, with its article: `a feat`, `breaking`.
    pub what: String,
    pub text: String,
}

/// What a change is for its users, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Small,
    Feature,
    Breaking,
}

/// The level for what came since the last release.
///
/// Breaking: major; before 1.0.0 minor (1.0.0 is never suggested, a person says it by name). A
/// feature: minor. A deprecation too (SemVer 2.0, section 7). Anything else that is noticed: patch.
pub fn suggest(changes: &Summary, current: &Version, in_zero: InZero) -> Suggestion {
    let Some(heaviest) = changes.entries.iter().map(weight).max() else {
        return Suggestion::Nothing { why: nothing(changes) };
    };
    let zero = current.numbers().first() == Some(&0);
    let level = match (heaviest, zero, in_zero) {
        (Weight::Breaking, false, _) => Level::Major,
        (Weight::Feature, true, InZero::Patch) | (Weight::Small, ..) => Level::Patch,
        (Weight::Breaking, true, _) | (Weight::Feature, ..) => Level::Minor,
    };
    let deciding = changes.entries.iter().rev().filter(|entry| weight(entry) == heaviest);
    let deciding = deciding.map(|entry| Deciding {
        id: entry.short().to_owned(),
        what: what(entry),
        text: entry.line(),
    });
    Suggestion::Raise { level, deciding: deciding.collect() }
}

fn weight(entry: &Entry) -> Weight {
    match (&entry.breaking, entry.kind.as_deref()) {
        (Some(_), _) => Weight::Breaking,
        (None, Some("feat" | "deprecate")) => Weight::Feature,
        (None, _) => Weight::Small,
    }
}

fn what(entry: &Entry) -> String {
    match (&entry.breaking, entry.kind.as_deref()) {
        (Some(_), _) => "breaking".to_owned(),
        (None, Some(kind)) => format!("a {kind}"),
        (None, None) => "a change".to_owned(),
    }
}

fn nothing(changes: &Summary) -> String {
    let left_out = changes.left_out();
    match (changes.commits, left_out.as_slice()) {
        (0, _) => "there are no commits".to_owned(),
        (1, []) => "the one commit says nothing".to_owned(),
        (number, []) => format!("the {number} commits say nothing"),
        (1, only) => format!("the one commit is left out: {}", only.join(", ")),
        (number, left_out) => {
            format!("all of the {number} commits are left out: {}", left_out.join(", "))
        }
    }
}

impl Suggestion {
    /// The sentence that names the commits which decide: `5a1b2c3 is a feat`, and how many more.
    pub fn because(&self) -> String {
        match self {
            Self::Nothing { why } => why.clone(),
            Self::Raise { deciding, .. } => match deciding.as_slice() {
                [] => String::new(),
                [only] => format!("{} is {}", only.id, only.what),
                [first, rest @ ..] => {
                    format!("{} is {}, and {} more", first.id, first.what, rest.len())
                }
            },
        }
    }
}
