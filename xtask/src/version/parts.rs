//! A version taken apart: what the levels act on.

use std::cmp::Ordering;

use pep440_rs::PrereleaseKind;

use super::{Phase, Scheme, Style};
use crate::error::Refusal;

/// Epoch and release numbers.
#[derive(Debug, Clone)]
pub(super) struct Core {
    pub epoch: u64,
    /// As many as are written: two for `26.4`, four for `1.2.3.4`.
    pub release: Vec<u64>,
}

/// How far a version is on its way to the full release, and beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Final,
    /// A post-release; the levels take it for final.
    Post,
    /// A pre-release that both schemes have.
    Pre {
        phase: Phase,
        number: u64,
    },
    /// A development version of a pre-release (PEP 440's `rc1.dev2`).
    DevOf {
        phase: Phase,
        number: u64,
    },
    /// A pre-release without a phase: `-SNAPSHOT`, `-alpha.1.2`, `-1`, `.post1.dev2`.
    Foreign,
}

/// A full release or a plain pre-release: what levels lead to. PEP 440 has a form for every goal,
/// SemVer for those with three numbers and no epoch. Without build metadata: a bump drops it.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    pub core: Core,
    pub pre: Option<(Phase, u64)>,
}

impl Core {
    /// The core with the number at `index` one higher and those after it zero; as many numbers as
    /// before, or as many as it takes.
    ///
    /// # Errors
    /// The number is the largest there is.
    pub fn raised(&self, index: usize) -> Result<Self, Refusal> {
        let mut release = self.release.clone();
        release.resize(release.len().max(index + 1), 0);
        release[index] = up(release[index])?;
        release[index + 1..].fill(0);
        Ok(Self { epoch: self.epoch, release })
    }

    /// Whether the core is what raising `index`, or one before it, leads to: its last number that
    /// is not zero lies at `index` or before. `1.3.0` is a minor and a patch, `1.2.4` only a patch,
    /// `0.0.0` nothing.
    pub fn reaches(&self, index: usize) -> bool {
        let significant = self.significant().len();
        (1..=index + 1).contains(&significant)
    }

    /// PEP 440's order: missing numbers are zero.
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.epoch, self.significant()).cmp(&(other.epoch, other.significant()))
    }

    fn significant(&self) -> &[u64] {
        let length = self.release.iter().rposition(|&number| number > 0).map_or(0, |last| last + 1);
        &self.release[..length]
    }

    fn numbers(&self) -> String {
        self.release.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
    }
}

impl Goal {
    /// The full release of the same core.
    pub fn finished(&self) -> Self {
        Self { core: self.core.clone(), pre: None }
    }

    /// The text in a style; `None` where SemVer has no form for it.
    pub fn text(&self, style: &Style) -> Option<String> {
        match style.scheme {
            Scheme::Semver => self.semver(style),
            Scheme::Pep440 => Some(self.pep440()),
        }
    }

    /// The text in PEP 440's normal form.
    pub fn pep440(&self) -> String {
        let numbers = self.core.numbers();
        let core = match self.core.epoch {
            0 => numbers,
            epoch => format!("{epoch}!{numbers}"),
        };
        match self.pre {
            None => core,
            Some((Phase::Dev, number)) => format!("{core}.dev{number}"),
            Some((Phase::Alpha, number)) => format!("{core}a{number}"),
            Some((Phase::Beta, number)) => format!("{core}b{number}"),
            Some((Phase::Rc, number)) => format!("{core}rc{number}"),
        }
    }

    fn semver(&self, style: &Style) -> Option<String> {
        if self.core.epoch > 0 || self.core.release.len() != 3 {
            return None;
        }
        let numbers = self.core.numbers();
        Some(match self.pre {
            None => numbers,
            Some((phase, number)) => {
                let dot = if style.dotted { "." } else { "" };
                format!("{numbers}-{}{dot}{number}", phase.word())
            }
        })
    }
}

/// Takes the readings of one text apart; `None` when there is none.
pub(super) fn take_apart(
    semver: Option<&semver::Version>,
    pep440: Option<&pep440_rs::Version>,
) -> Option<(Core, Stage)> {
    let before_final = semver.is_some_and(|version| !version.pre.is_empty());
    match (semver, pep440) {
        (_, Some(version)) => {
            let core = Core { epoch: version.epoch(), release: version.release().to_vec() };
            Some((core, stage(version, before_final)))
        }
        (Some(version), None) => {
            let release = vec![version.major, version.minor, version.patch];
            let stage = if before_final { Stage::Foreign } else { Stage::Final };
            Some((Core { epoch: 0, release }, stage))
        }
        (None, None) => None,
    }
}

fn stage(version: &pep440_rs::Version, before_final: bool) -> Stage {
    let phase = version.pre().map(|pre| {
        let phase = match pre.kind {
            PrereleaseKind::Alpha => Phase::Alpha,
            PrereleaseKind::Beta => Phase::Beta,
            PrereleaseKind::Rc => Phase::Rc,
        };
        (phase, pre.number)
    });
    match (phase, version.post(), version.dev()) {
        (None, None, None) => Stage::Final,
        (Some((phase, number)), None, None) => Stage::Pre { phase, number },
        (Some((phase, number)), None, Some(_)) => Stage::DevOf { phase, number },
        (None, None, Some(number)) => Stage::Pre { phase: Phase::Dev, number },
        // SemVer's `-1` and `-post.1` come before the final, whatever PEP 440 makes of them.
        (None, Some(_), None) if !before_final => Stage::Post,
        (_, Some(_), _) => Stage::Foreign,
    }
}

/// The next number.
///
/// # Errors
/// There is none.
pub(super) fn up(number: u64) -> Result<u64, Refusal> {
    number.checked_add(1).ok_or_else(|| {
        Refusal::usage(format!("{number} is the largest number a version can hold."))
            .why("There is no next one to count up to.")
    })
}
