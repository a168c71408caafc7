//! The one spelling a repository writes its versions in.

use std::fmt;

use super::Version;
use super::parts::{Goal, Stage};
use crate::error::Refusal;

/// The two families of version texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    Semver,
    Pep440,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Semver => "SemVer",
            Self::Pep440 => "PEP 440",
        })
    }
}

/// How versions are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub scheme: Scheme,
    /// SemVer only: `-rc.1` (true) or `-rc1`.
    pub dotted: bool,
}

impl Style {
    /// `1.2.0-rc.1`: the default.
    pub const SEMVER: Self = Self { scheme: Scheme::Semver, dotted: true };
    /// `1.2.0rc1`, in normal form.
    pub const PEP440: Self = Self { scheme: Scheme::Pep440, dotted: true };

    /// Finds the repository's style: the newest evidence counts, tags before version files.
    ///
    /// A pre-release is evidence by its spelling. A version without a SemVer form (two or four
    /// parts, an epoch, a post-release) speaks for PEP 440, except a two-part one that is older
    /// than an `X.Y.0`: such a line has gone over to three parts. A plain `1.2.3` says nothing.
    /// No evidence: [`Style::SEMVER`].
    pub fn detect(tags_newest_first: &[Version], files: &[Version]) -> Self {
        Self::evidence(tags_newest_first, files).map_or(Self::SEMVER, |(style, _)| style)
    }

    /// The style that [`Self::detect`] finds and the version that speaks for it; `None` when
    /// nothing does.
    pub fn evidence<'v>(
        tags_newest_first: &'v [Version],
        files: &'v [Version],
    ) -> Option<(Self, &'v Version)> {
        let mut three_parts = false;
        for version in tags_newest_first.iter().chain(files) {
            let Some(semver) = &version.semver else {
                if three_parts && is_plain_pair(version) {
                    continue;
                }
                return Some((Self::PEP440, version));
            };
            if !semver.pre.is_empty() {
                let dotted = version.dotted() != Some(false);
                return Some((Self { dotted, ..Self::SEMVER }, version));
            }
            three_parts |= semver.patch == 0;
        }
        None
    }
}

impl Version {
    /// The same version in the given style, build metadata or local version included.
    ///
    /// A SemVer text stays as it is in SemVer style, whatever its pre-release says, unless only
    /// the dot before the counter differs. PEP 440 style is the normal form of PEP 440's reading.
    ///
    /// # Errors
    /// The style has no form for it: `-SNAPSHOT` or `-alpha.1.2` in PEP 440; an epoch, a
    /// post-release, four parts in SemVer; also fewer than three, where the full form is named.
    pub fn spelled(&self, style: &Style) -> Result<Self, Refusal> {
        match style.scheme {
            Scheme::Pep440 => match &self.pep440 {
                Some(version) => Self::parse(&version.to_string()),
                None => Err(without_pep440(self)),
            },
            Scheme::Semver => match (&self.semver, self.in_semver(style)) {
                (Some(_), Some(text)) if self.dotted().is_some_and(|dot| dot != style.dotted) => {
                    Self::parse(&text)
                }
                (Some(_), _) => Ok(self.clone()),
                (None, Some(text)) => Self::parse(&text),
                (None, None) => Err(self.without_semver(style)),
            },
        }
    }

    fn in_semver(&self, style: &Style) -> Option<String> {
        Some(self.with_build(self.goal()?.text(style)?))
    }

    /// A text with the build metadata or local version of this one.
    fn with_build(&self, text: String) -> String {
        match self.text.split_once('+') {
            Some((_, build)) => format!("{text}+{build}"),
            None => text,
        }
    }

    /// The version as a goal, where it is a full release or a plain pre-release.
    fn goal(&self) -> Option<Goal> {
        let pre = match self.stage {
            Stage::Final => None,
            Stage::Pre { phase, number } => Some((phase, number)),
            Stage::Post | Stage::DevOf { .. } | Stage::Foreign => return None,
        };
        Some(Goal { core: self.core.clone(), pre })
    }

    fn without_semver(&self, style: &Style) -> Refusal {
        let refusal = Refusal::usage(format!("{self} has no SemVer form."));
        if self.core.epoch > 0 {
            return refusal.why(format!("SemVer has no epochs ({}!).", self.core.epoch));
        }
        if self.goal().is_none() {
            return refusal.why(match self.stage {
                Stage::Post => "SemVer has no post-releases.",
                _ => "SemVer has no development versions of other versions.",
            });
        }
        let numbers = self.core.release.len();
        let refusal = refusal.why(format!("SemVer has three numbers, this has {numbers}."));
        match self.with_three_numbers(style) {
            Some(full) => refusal
                .why(format!("Did you mean {full}?"))
                .next(format!("bump {full}"), "the same with three numbers"),
            None => refusal,
        }
    }

    /// The SemVer form of a version of fewer numbers, zeros added.
    pub(super) fn with_three_numbers(&self, style: &Style) -> Option<Self> {
        let mut goal = self.goal()?;
        goal.core.release.resize(goal.core.release.len().max(3), 0);
        Self::read(&self.with_build(goal.text(style)?))
    }
}

fn without_pep440(version: &Version) -> Refusal {
    let tail = version.text.split_once(['-', '+']).map_or("", |(_, tail)| tail);
    Refusal::usage(format!("{version} has no PEP 440 form."))
        .why(format!("PEP 440 has no counterpart to {tail:?}."))
        .why("It has alphas, betas, release candidates and development versions: 1.2.0-rc.1.")
}

fn is_plain_pair(version: &Version) -> bool {
    let core = &version.core;
    core.epoch == 0 && core.release.len() == 2 && version.stage == Stage::Final
}
