//! Versions: one abstract version over its two spellings (SemVer 2.0 and PEP 440), what the bump
//! levels make of it, tag names, and Cargo's requirements. Pure: text in, text out.

mod bump;
mod diagnose;
mod levels;
mod order;
mod parts;
mod refusals;
mod requirement;
mod style;
mod tag;
mod target;

#[cfg(test)]
mod tests;

pub use bump::{Downgrade, Facts, How, Outcome, Released, Withdrawn, next};
pub use requirement::follow;
pub use style::{Scheme, Style};
pub use tag::{TagFormat, Tags, normal};
pub use target::{Auto, Level, Move, Phase, Request, Step, Target};

use std::fmt;
use std::str::FromStr;

use crate::error::Refusal;
use parts::{Core, Stage};

/// One version, with the text it was read from.
///
/// The text may be SemVer, PEP 440, or both at once (`1.2.0`, `1.2.0-rc.1`). Two spellings of one
/// version are compared with [`Version::same`]; there is no `==`, because equal texts and equal
/// versions are two questions.
#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    semver: Option<semver::Version>,
    pep440: Option<pep440_rs::Version>,
    core: Core,
    stage: Stage,
}

/// The meaning of a version without its spelling: see [`Version::same`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key<'v>(Option<&'v pep440_rs::Version>, Option<&'v semver::Version>);

impl Version {
    /// Reads a version as it is written in a file, behind a tag's prefix, or on the command line.
    ///
    /// Takes every SemVer 2.0 text and every PEP 440 text in normal form (`1.2.0.dev` for
    /// `1.2.0.dev0` too). A SemVer text has a
    /// PEP 440 reading too where PEP 440's leniency gives it one (`1.2.0-rc.1`, `1.2.0-1`).
    ///
    /// # Errors
    /// Anything else: blanks around it, a leading `v`, leading zeros, numbers beyond `u64`, other
    /// than ASCII, PEP 440 out of normal form (`1.2.0RC1`). What was probably meant is named.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::read(text).ok_or_else(|| diagnose::refuse(text))
    }

    /// The same without an explanation; `None` for what is no version.
    pub fn read(text: &str) -> Option<Self> {
        let semver = semver::Version::parse(text).ok().filter(within_u64);
        let pep440 = pep440_rs::Version::from_str(text)
            .ok()
            .filter(|read| semver.is_some() || is_normal(&read.to_string(), text));
        let (core, stage) = parts::take_apart(semver.as_ref(), pep440.as_ref())?;
        Some(Self { text: text.to_owned(), semver, pep440, core, stage })
    }

    /// The version as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether both texts mean the same version: `1.2.0rc1` and `1.2.0-rc.1`, also `1.2` and
    /// `1.2.0` (PEP 440 pads with zeros). Build metadata and local versions count.
    pub fn same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    /// What it is looked up by: equal where two versions are the same.
    pub fn key(&self) -> Key<'_> {
        let semver = self.semver.as_ref().filter(|_| self.pep440.is_none());
        Key(self.pep440.as_ref(), semver)
    }

    /// Whether this version is strictly lower in every order in which both texts can be read:
    /// SemVer's precedence and PEP 440's order. Without a common one their SemVer forms decide,
    /// and without those nothing precedes.
    ///
    /// The two orders contradict each other for some pairs (`-dev.3` and `-alpha.1`, `-1` and the
    /// final version): then neither precedes. So this is no total order and is not transitive.
    pub fn precedes(&self, other: &Self) -> bool {
        let orders = order::between(self, other);
        !orders.is_empty() && orders.iter().all(|(_, ordering)| ordering.is_lt())
    }

    /// Whether it comes before a full release in the reading of SemVer or of PEP 440. `1.2.0-1` is
    /// one (SemVer), a post-release like `1.2.0.post1` is not.
    pub fn is_prerelease(&self) -> bool {
        match self.stage {
            Stage::Final | Stage::Post => false,
            Stage::Pre { .. } | Stage::DevOf { .. } | Stage::Foreign => true,
        }
    }

    /// The phase of a pre-release; `None` for full releases and for forms without one
    /// (`-SNAPSHOT`, `-alpha.1.2`, `-1`).
    pub fn phase(&self) -> Option<Phase> {
        match self.stage {
            Stage::Pre { phase, .. } | Stage::DevOf { phase, .. } => Some(phase),
            Stage::Final | Stage::Post | Stage::Foreign => None,
        }
    }

    /// The release numbers, as many as are written: two for `26.4`.
    pub fn numbers(&self) -> &[u64] {
        &self.core.release
    }

    /// The counter of a pre-release that has a phase: 2 for `1.3.0-rc.2`.
    pub fn counter(&self) -> Option<u64> {
        match self.stage {
            Stage::Pre { number, .. } | Stage::DevOf { number, .. } => Some(number),
            Stage::Final | Stage::Post | Stage::Foreign => None,
        }
    }

    /// How the counter of a SemVer pre-release is set off: `-rc.1` (true) or `-rc1` (false).
    /// `None` where there is no phase or no counter, and for texts that are PEP 440 only.
    fn dotted(&self) -> Option<bool> {
        let pre = self.semver.as_ref()?.pre.as_str();
        self.phase()?;
        let dotted = pre.contains('.');
        (dotted || pre.ends_with(|c: char| c.is_ascii_digit())).then_some(dotted)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// PEP 440's normal form, also with the zero of its last counter left out ("Implicit development
/// release number"): projects do write `3.2.0.dev`.
fn is_normal(normal: &str, text: &str) -> bool {
    let implicit =
        |normal: &str| normal == text && text.ends_with(|c: char| c.is_ascii_lowercase());
    normal == text || normal.strip_suffix('0').is_some_and(implicit)
}

/// The semver crate takes numeric pre-release identifiers of any length; nothing could count them.
fn within_u64(version: &semver::Version) -> bool {
    version
        .pre
        .split('.')
        .filter(|identifier| identifier.bytes().all(|byte| byte.is_ascii_digit()))
        .all(|number| number.is_empty() || number.parse::<u64>().is_ok())
}
