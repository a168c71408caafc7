//! Versions in pieces, `(4, 2, 0, "final", 0)`: what a group of them says, and what each has to say.
//!
//! The words are those of Python's `sys.version_info` and of Django: "final", "alpha", "beta",
//! "candidate" or "rc", and a serial number. Django has "alpha", 0 for development versions.

use super::{Role, Site};
use crate::version::{Phase, Version};

/// Which part of a version a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// The release number at this index.
    Number(usize),
    /// The word for the phase.
    Phase,
    /// The counter of the phase.
    Serial,
}

/// The pieces of one version with their texts, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a>(Vec<(Piece, &'a str)>);

impl<'a> Group<'a> {
    /// The group that `first` belongs to; `None` for a place that is no piece.
    pub fn of(sites: &'a [Site], first: &Site) -> Option<Self> {
        let Role::Piece { of, .. } = &first.role else { return None };
        let piece = |site: &'a Site| match &site.role {
            Role::Piece { of: own, piece } if own == of && site.path == first.path => {
                Some((*piece, site.value.as_str()))
            }
            _ => None,
        };
        Some(Self(sites.iter().filter_map(piece).collect()))
    }

    /// A group of these pieces.
    pub fn new(pieces: impl IntoIterator<Item = (Piece, &'a str)>) -> Self {
        Self(pieces.into_iter().collect())
    }

    fn text(&self, wanted: Piece) -> Option<&'a str> {
        self.0.iter().find(|(piece, _)| *piece == wanted).map(|(_, text)| *text)
    }

    /// The version it says, as text.
    pub fn version(&self) -> String {
        let count = self.0.iter().filter(|(piece, _)| matches!(piece, Piece::Number(_))).count();
        let numbers: Vec<&str> =
            (0..count).filter_map(|index| self.text(Piece::Number(index))).collect();
        let serial = self.text(Piece::Serial).unwrap_or("0");
        let tail = match (self.text(Piece::Phase).unwrap_or("final"), serial) {
            ("alpha", "0") => ".dev0".to_owned(),
            ("alpha", serial) => format!("a{serial}"),
            ("beta", serial) => format!("b{serial}"),
            ("rc" | "candidate", serial) => format!("rc{serial}"),
            _ => String::new(),
        };
        format!("{}{tail}", numbers.join("."))
    }

    /// Does every piece say its part of this version? Without a place for the phase the release
    /// numbers are enough, and as many of them as there are.
    pub fn agrees(&self, version: &Version) -> bool {
        self.0.iter().all(|(piece, text)| match (piece, text) {
            (Piece::Serial, _) if !version.is_prerelease() => true,
            (Piece::Phase, &"candidate") => version.phase() == Some(Phase::Rc),
            _ => written(*piece, text, version) == *text,
        })
    }

    /// Does the group, brought to this version, say all of it?
    pub fn holds(&self, version: &Version) -> bool {
        let texts: Vec<(Piece, String)> =
            self.0.iter().map(|(piece, text)| (*piece, written(*piece, text, version))).collect();
        let after = Group(texts.iter().map(|(piece, text)| (*piece, text.as_str())).collect());
        Version::read(&after.version()).is_some_and(|after| after.same(version))
    }
}

/// What a piece that says `old` says in this version.
pub fn written(piece: Piece, old: &str, version: &Version) -> String {
    match piece {
        Piece::Number(index) => version.numbers().get(index).unwrap_or(&0).to_string(),
        Piece::Phase => match version.phase() {
            None => "final",
            Some(Phase::Dev | Phase::Alpha) => "alpha",
            Some(Phase::Beta) => "beta",
            Some(Phase::Rc) if old == "candidate" => "candidate",
            Some(Phase::Rc) => "rc",
        }
        .to_owned(),
        Piece::Serial => match version.phase() {
            None | Some(Phase::Dev) => "0".to_owned(),
            Some(_) => version.counter().unwrap_or(0).to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group<'a>(texts: &[&'a str]) -> Group<'a> {
        let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let numbers = texts.iter().take_while(|text| number(text)).count();
        let piece = |(index, text): (usize, &&'a str)| match index.checked_sub(numbers) {
            None => (Piece::Number(index), *text),
            Some(0) => (Piece::Phase, *text),
            Some(_) => (Piece::Serial, *text),
        };
        Group::new(texts.iter().enumerate().map(piece))
    }

    #[test]
    fn a_group_says_a_version_and_agrees_with_it() {
        for (pieces, says, with, agrees, holds) in [
            (&["1", "2", "3"][..], "1.2.3", "1.2.3", true, true),
            (&["1", "2", "3"], "1.2.3", "1.2.3-rc.1", true, false),
            (&["1", "2", "3"], "1.2.3", "1.2.4", false, true),
            (&["1", "2"], "1.2", "1.2.9", true, false),
            (&["1", "2"], "1.2", "1.2.0", true, true),
            (&["1", "2", "0"], "1.2.0", "1.2", true, true),
            (&["4", "2", "0", "final", "0"], "4.2.0", "4.2.0", true, true),
            (&["4", "2", "0", "final", "1"], "4.2.0", "4.2.0", true, true),
            (&["4", "2", "0", "final", "0"], "4.2.0", "4.2.0-rc.1", false, true),
            (&["4", "2", "0", "rc", "1"], "4.2.0rc1", "4.2.0-rc.1", true, true),
            (&["4", "2", "0", "candidate", "1"], "4.2.0rc1", "4.2.0rc1", true, true),
            (&["4", "2", "0", "candidate", "1"], "4.2.0rc1", "4.2.0", false, true),
            (&["4", "2", "0", "rc", "1"], "4.2.0rc1", "4.2.0-rc.2", false, true),
            (&["4", "2", "0", "alpha", "0"], "4.2.0.dev0", "4.2.0.dev0", true, true),
            (&["4", "2", "0", "alpha", "2"], "4.2.0a2", "4.2.0-alpha.2", true, true),
            (&["4", "2", "0", "beta"], "4.2.0b0", "4.2.0-beta.2", true, false),
            (&["4", "2", "0", "final", "0"], "4.2.0", "4.2.0-SNAPSHOT", true, false),
        ] {
            let (group, version) = (group(pieces), Version::parse(with).unwrap());
            assert_eq!(group.version(), says, "{pieces:?}");
            assert_eq!(group.agrees(&version), agrees, "{pieces:?} {with}");
            assert_eq!(group.holds(&version), holds, "{pieces:?} {with}");
        }
    }

    #[test]
    fn a_piece_keeps_the_words_of_its_file() {
        for (piece, old, version, new) in [
            (Piece::Number(1), "2", "1.3.0", "3"),
            (Piece::Number(3), "7", "1.3.0", "0"),
            (Piece::Phase, "final", "1.3.0-rc.1", "rc"),
            (Piece::Phase, "candidate", "1.3.0-rc.1", "candidate"),
            (Piece::Phase, "candidate", "1.3.0", "final"),
            (Piece::Phase, "final", "1.3.0.dev4", "alpha"),
            (Piece::Serial, "0", "1.3.0-rc.4", "4"),
            (Piece::Serial, "4", "1.3.0", "0"),
            (Piece::Serial, "4", "1.3.0.dev4", "0"),
        ] {
            assert_eq!(written(piece, old, &Version::parse(version).unwrap()), new);
        }
    }
}
