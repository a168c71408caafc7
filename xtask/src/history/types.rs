//! Types of commits, and the section of a changelog that each belongs to.

use std::collections::BTreeMap;
use std::rc::Rc;

/// The types that are known, under the one name that counts here, with the section of Keep a
/// Changelog their changes go to; `None`: nothing that users of the project notice.
const KNOWN: [(&str, Option<&str>); 15] = [
    ("feat", Some("Added")),
    ("fix", Some("Fixed")),
    ("perf", Some("Changed")),
    ("refactor", Some("Changed")),
    ("security", Some("Security")),
    ("deprecate", Some("Deprecated")),
    ("remove", Some("Removed")),
    ("revert", Some(OTHER)),
    ("docs", None),
    ("test", None),
    ("ci", None),
    ("build", None),
    ("chore", None),
    ("style", None),
    ("release", None),
];

/// The other words people write for them.
const ALIASES: [(&str, &str); 10] = [
    ("feature", "feat"),
    ("bugfix", "fix"),
    ("hotfix", "fix"),
    ("doc", "docs"),
    ("tests", "test"),
    ("deprecated", "deprecate"),
    ("removed", "remove"),
    ("sec", "security"),
    ("reverts", "revert"),
    ("performance", "perf"),
];

/// Where changes without a known type go, and breaking ones of a type that is left out.
const OTHER: &str = "Changed";

/// Which type goes to which section.
#[derive(Debug, Clone)]
pub struct Types {
    sections: BTreeMap<String, Option<Rc<str>>>,
    other: Rc<str>,
}

impl Default for Types {
    fn default() -> Self {
        let section = |section: &str| Rc::from(section);
        let known = KNOWN.iter().map(|(name, to)| ((*name).to_owned(), to.map(section)));
        Self { sections: known.collect(), other: OTHER.into() }
    }
}

impl Types {
    /// The usual ones and those of `[changelog] types`, which come before them. A type that is named
    /// there is known, whatever its name.
    pub fn with<'a>(configured: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut types = Self::default();
        for (name, section) in configured {
            types.sections.insert(name.to_lowercase(), Some(section.into()));
        }
        types
    }

    /// The name that counts for a type as it is written: `Feature` is `feat`. `None` when it is not
    /// known: a word and a colon begin many a subject (`mm: fix a leak`).
    pub fn known(&self, written: &str) -> Option<&str> {
        if let Some((name, _)) = self.sections.get_key_value(written) {
            return Some(name);
        }
        let written = written.to_lowercase();
        let own = |name: &str| self.sections.get_key_value(name).map(|(name, _)| name.as_str());
        let alias = || ALIASES.iter().find(|(alias, _)| *alias == written);
        own(&written).or_else(|| own(alias()?.1))
    }

    /// The names that count, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }

    /// The section of a known type; `None`: it is left out. Without a type it is "Changed".
    pub fn section(&self, kind: Option<&str>) -> Option<Rc<str>> {
        match kind {
            Some(kind) => self.sections.get(kind).cloned().flatten(),
            None => Some(self.other()),
        }
    }

    /// The section of what no other takes.
    pub fn other(&self) -> Rc<str> {
        Rc::clone(&self.other)
    }
}
