//! The next version: what a level or an exact version leads to.

use super::levels::{DeadEnd, PATCH, aim};
use super::parts::{Core, Goal, up};
use super::refusals::{Hurdle, too_low};
use super::{Move, Scheme, Style, Target, Version};
use crate::error::Refusal;

/// What the next version depends on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The version in the files.
    pub current: &'a Version,
    /// The reachable release that counts; without one the version in the files counts as released.
    pub released: Option<Released<'a>>,
    /// Every version that has a tag anywhere, reachable or not.
    pub taken: &'a [Version],
    /// Those among them that have no tag (any more) and are not used again.
    pub withdrawn: &'a [Withdrawn],
    /// The repository's spelling. Whether a counter is dotted is decided core by core: a core with
    /// an undotted pre-release stays undotted, any other is dotted.
    pub style: Style,
}

/// A version that was taken back.
#[derive(Debug, Clone)]
pub struct Withdrawn {
    pub version: Version,
    pub how: How,
}

/// How a version was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    RolledBack,
    /// As the changelog says.
    Yanked,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::RolledBack => "was rolled back",
            Self::Yanked => "is yanked in the changelog",
        })
    }
}

/// A release and its tag.
#[derive(Debug, Clone, Copy)]
pub struct Released<'a> {
    pub version: &'a Version,
    pub tag: &'a str,
}

/// Whether an exact version may be lower than what there is (`--allow-downgrade`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downgrade {
    Refuse,
    Allow,
}

/// What a target comes to.
#[derive(Debug, Clone)]
pub enum Outcome {
    Bump {
        to: Version,
        /// Short sentences for the screen: why it is this version.
        notes: Vec<String>,
    },
    /// The files hold the exact version already: nothing to do.
    AlreadyThere,
}

/// The version that `target` leads to, in the repository's spelling.
///
/// # Errors
/// A step backwards, a version that is taken, one that does not come after the current one and the
/// newest release in both SemVer's and PEP 440's order, a level which an unreleased version in the
/// files satisfies already, a form the repository's spelling does not have.
pub fn next(facts: &Facts, target: &Target, downgrade: Downgrade) -> Result<Outcome, Refusal> {
    match target {
        Target::Level(step) => facts.level(*step),
        Target::Exact(version) => facts.exact(version, downgrade),
    }
}

impl Facts<'_> {
    fn level(&self, step: Move) -> Result<Outcome, Refusal> {
        if let Some(kind) = self.satisfied(step) {
            return Err(self.not_released_yet(step, &kind));
        }
        let (to, notes) = self
            .land(step)
            .map_err(|dead_end| self.with_ways(dead_end.refusal, &dead_end.instead))?;
        match self.hurdle(&to) {
            None => Ok(Outcome::Bump { to, notes }),
            Some(hurdle) => Err(self.out_of_order(step, &to, hurdle)),
        }
    }

    fn exact(&self, version: &Version, downgrade: Downgrade) -> Result<Outcome, Refusal> {
        if version.same(self.current) {
            return Ok(Outcome::AlreadyThere);
        }
        let to = self.spelled(version).map_err(|refusal| self.no_form(version, refusal))?;
        if self.is_taken(&to) && !self.is_newest_release(&to) {
            return Err(self.taken_by_a_tag(&to));
        }
        let mut notes = Vec::new();
        if to.text() != version.text() {
            notes.push(format!("{version} is spelled {to} here"));
        }
        match (self.hurdle(&to), downgrade) {
            (None, _) => {}
            (Some(hurdle), Downgrade::Refuse) => return Err(too_low(&to, hurdle)),
            (Some(Hurdle::Files(current)), _) => notes.push(format!("goes back from {current}")),
            (Some(Hurdle::Release(Released { tag, .. })), _) => {
                notes.push(format!("does not go beyond the newest release {tag}"));
            }
        }
        Ok(Outcome::Bump { to, notes })
    }

    /// The version a move leads to, taken ones skipped, whether or not it comes in order.
    pub(super) fn land(&self, step: Move) -> Result<(Version, Vec<String>), DeadEnd> {
        let mut goal = aim(self.current, step)?;
        self.keep_two_numbers(&mut goal.core);
        let (goal, skipped) = self.free(goal)?;
        let to = self.spell(&goal)?;
        let mut notes = Vec::new();
        if self.current.is_prerelease()
            && goal.pre.is_none()
            && goal.core.compare(&self.current.core).is_eq()
        {
            notes.push(format!("finalises {}", self.current));
        }
        if let Some((phase, _)) = goal.pre
            && step.level.index().is_none()
            && !self.current.is_prerelease()
        {
            notes.push(format!("for the next minor: bump minor --pre {}", phase.word()));
        }
        notes.extend(skipped.map(|skipped| format!("{skipped}: {to}")));
        if self.released_below().is_some() && !self.current.is_prerelease() {
            notes.push(format!("{} in the files was never released", self.current));
        }
        Ok((to, notes))
    }

    /// Counts on past taken versions, a pre-release by its number, a full release by its patch; a
    /// pre-release of a version that is taken comes too late as well. Also says what was skipped.
    fn free(&self, mut goal: Goal) -> Result<(Goal, Option<String>), Refusal> {
        let mut skipped = Vec::new();
        loop {
            let full = self.spell(&goal.finished())?;
            let itself = self.spell(&goal)?;
            if self.is_taken(&full) {
                skipped.push(full);
                goal.core = goal.core.raised(PATCH)?;
                goal.pre = goal.pre.map(|(phase, _)| (phase, 1));
            } else if let Some((phase, number)) = goal.pre
                && self.is_taken(&itself)
            {
                skipped.push(itself);
                goal.pre = Some((phase, up(number)?));
            } else {
                break;
            }
        }
        let skipped = match skipped.as_slice() {
            [] => None,
            [only] => Some(match self.withdrawn(only) {
                Some(how) => format!("{only} {how}"),
                None => format!("{only} is taken by a tag"),
            }),
            [first, .., last] => {
                Some(match skipped.iter().any(|it| self.withdrawn(it).is_some()) {
                    true => format!("{first} to {last} are taken by tags or were withdrawn"),
                    false => format!("{first} to {last} are taken by tags"),
                })
            }
        };
        Ok((goal, skipped))
    }

    fn spell(&self, goal: &Goal) -> Result<Version, Refusal> {
        self.spelled(&Version::parse(&goal.pep440())?)
    }

    /// An exact version in the repository's spelling.
    pub(super) fn spelled(&self, version: &Version) -> Result<Version, Refusal> {
        let style = self.style_of(&version.core);
        version.spelled(&style).map_err(|refusal| match version.with_three_numbers(&style) {
            Some(full) if !self.is_open(&full) => refusal.leading_to(Vec::new()),
            _ => refusal,
        })
    }

    /// The repository's style, dotted or not as the pre-releases of this core are: SemVer sorts
    /// `rc1` and `rc.2` as text, so a core has to stay with one of them.
    fn style_of(&self, core: &Core) -> Style {
        let undotted = std::iter::once(self.current)
            .chain(self.taken)
            .filter(|version| version.core.compare(core).is_eq())
            .find_map(Version::dotted)
            .is_some_and(|dotted| !dotted);
        Style { dotted: !undotted, ..self.style }
    }

    /// A line of two-part releases has patches of three parts: 26.5 comes after 26.4.1 when there
    /// is a tag for 26.4, not 26.5.0.
    fn keep_two_numbers(&self, core: &mut Core) {
        let opened_by_two = self.taken.iter().any(|version| {
            version.core.release.len() == 2
                && self.current.core.release.starts_with(&version.core.release)
        });
        let goes_on = core.compare(&self.current.core).is_ne();
        let patched = core.release.iter().skip(2).any(|&number| number > 0);
        if self.style.scheme == Scheme::Pep440 && opened_by_two && goes_on && !patched {
            core.release.truncate(2);
        }
    }

    pub(super) fn is_taken(&self, version: &Version) -> bool {
        self.taken.iter().any(|taken| taken.same(version))
    }

    /// How a version was withdrawn, if it was.
    pub fn withdrawn(&self, version: &Version) -> Option<How> {
        self.withdrawn.iter().find(|one| one.version.same(version)).map(|one| one.how)
    }

    fn is_newest_release(&self, version: &Version) -> bool {
        self.released.is_some_and(|released| released.version.same(version))
    }

    /// The newest release, when the files hold a later version that is not released yet.
    pub(super) fn released_below(&self) -> Option<Released<'_>> {
        self.released.filter(|released| {
            released.version.precedes(self.current) && !self.is_taken(self.current)
        })
    }
}
