//! Why a next version is refused, and which commands lead on.

use super::levels::satisfied;
use super::{Facts, Level, Move, Released, Step, Version, order};
use crate::error::Refusal;

/// What a new version has to come after, and does not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hurdle<'a> {
    Files(&'a Version),
    Release(Released<'a>),
}

impl Facts<'_> {
    /// What stands against `to`: it must come after the files and the newest release in every
    /// order that knows both.
    pub(super) fn hurdle(&self, to: &Version) -> Option<Hurdle<'_>> {
        if !self.current.precedes(to) {
            return Some(Hurdle::Files(self.current));
        }
        self.released.filter(|released| !released.version.precedes(to)).map(Hurdle::Release)
    }

    /// Whether an exact version could be the next one.
    pub(super) fn is_open(&self, version: &Version) -> bool {
        self.hurdle(version).is_none() && !self.is_taken(version)
    }

    /// What the unreleased version in the files is already, when that satisfies the move.
    pub(super) fn satisfied(&self, step: Move) -> Option<String> {
        let released = self.released_below()?;
        match step.step {
            Step::Nearest => satisfied(released.version, self.current, step),
            Step::Next => None,
        }
    }

    /// The refusal for a level that the version in the files satisfies. Where `--next` is closed
    /// too, the ways round that are named.
    pub(super) fn not_released_yet(&self, step: Move, kind: &str) -> Refusal {
        let current = self.current;
        let newest = self.released.map_or("none", |released| released.tag);
        let refusal = Refusal::unsafe_to(format!(
            "{current} is in the files and not released yet (newest release: {newest})."
        ))
        .why(format!("It is {kind} already."));
        let step = Move { step: Step::Next, ..step };
        let closed = match self.land(step) {
            Err(dead_end) => dead_end.refusal,
            Ok((to, _)) => match self.hurdle(&to) {
                Some(hurdle) => self.out_of_order(step, &to, hurdle),
                None => {
                    return refusal.next(format!("bump {step}"), format!("{to} all the same"));
                }
            },
        };
        refusal.leading_to(closed.next.clone())
    }

    /// Adds the moves that lead on from here, each with its result.
    pub(super) fn with_ways(&self, refusal: Refusal, moves: &[Move]) -> Refusal {
        moves.iter().fold(refusal, |refusal, step| {
            let blocked = self.satisfied(*step).is_some();
            let step = if blocked { Move { step: Step::Next, ..*step } } else { *step };
            match self.land(step) {
                Ok((to, _)) if self.hurdle(&to).is_none() => {
                    refusal.next(format!("bump {step}"), to.text())
                }
                _ => refusal,
            }
        })
    }

    /// A level's result that does not come after the files or the newest release.
    pub(super) fn out_of_order(&self, step: Move, to: &Version, hurdle: Hurdle) -> Refusal {
        match hurdle {
            Hurdle::Release(released) if self.current.precedes(released.version) => {
                self.behind(step, to, released)
            }
            _ => {
                let refusal = self.larger_number(not_after(to, hurdle), to);
                self.with_ways(refusal, &self.ways_round(step))
            }
        }
    }

    fn behind(&self, step: Move, to: &Version, released: Released) -> Refusal {
        let (current, tag) = (self.current, released.tag);
        let refusal = Refusal::unsafe_to(format!(
            "The files hold {current}, behind the newest release {tag}."
        ))
        .why(format!("bump {step} would lead to {to}, which is not above it."));
        let from_release = Facts { current: released.version, ..*self };
        [step, Move::plain(Level::Patch)]
            .into_iter()
            .filter_map(|step| from_release.land(step).ok())
            .find(|(better, _)| self.spelled(better).is_ok_and(|better| self.is_open(&better)))
            .map(|(better, _)| format!("bump {better}"))
            .into_iter()
            .fold(refusal, |refusal, bump| refusal.next(bump, format!("counted from {tag}")))
    }

    /// Without a dot SemVer sorts the counter as text. One more digit always comes after.
    fn larger_number(&self, refusal: Refusal, to: &Version) -> Refusal {
        let current = self.current;
        if current.dotted() != Some(false) || to.dotted() != Some(false) {
            return refusal;
        }
        let refusal = refusal.why(
            "Without a dot before the number SemVer sorts it as text; the next core gets the dot.",
        );
        match Version::parse(&format!("{current}0")) {
            Ok(larger) if self.is_open(&larger) => {
                refusal.next(format!("bump {larger}"), "the next that comes after it as text too")
            }
            _ => refusal,
        }
    }

    /// What else could be meant where `step` comes out of order.
    fn ways_round(&self, step: Move) -> Vec<Move> {
        let onward = Move { level: Level::Patch, pre: self.current.phase(), step: Step::Next };
        let mut ways = vec![Move::plain(Level::Final)];
        ways.extend(self.current.phase().map(|phase| Move::plain(Level::of(phase))));
        ways.extend([Move::plain(Level::Rc), onward]);
        ways.retain(|way| *way != step);
        ways.dedup();
        ways
    }

    pub(super) fn taken_by_a_tag(&self, to: &Version) -> Refusal {
        let refusal = Refusal::usage(format!("{to} is taken by a tag."))
            .why("A version is released once; its tag is never moved.");
        self.with_ways(refusal, &self.usual_moves())
    }

    /// An exact version that the repository's spelling has no form for.
    pub(super) fn no_form(&self, version: &Version, refusal: Refusal) -> Refusal {
        let refusal = match version.semver {
            Some(_) => refusal,
            None => refusal.why("The versions of this repository are spelled as SemVer."),
        };
        match refusal.next.as_slice() {
            [] => self.with_ways(refusal, &self.usual_moves()),
            [..] => refusal,
        }
    }

    fn usual_moves(&self) -> Vec<Move> {
        let counter = self.current.phase().map(Level::of);
        if self.current.is_prerelease() {
            counter.into_iter().chain([Level::Final]).map(Move::plain).collect()
        } else {
            [Level::Patch, Level::Minor, Level::Major].map(Move::plain).to_vec()
        }
    }
}

/// The refusal for an exact version that does not come after the files or the newest release.
pub(super) fn too_low(to: &Version, hurdle: Hurdle) -> Refusal {
    not_after(to, hurdle).next(format!("bump {to} --allow-downgrade"), "all the same")
}

fn not_after(to: &Version, hurdle: Hurdle) -> Refusal {
    let (old, place) = match hurdle {
        Hurdle::Files(current) => (current, format!("{current} in the files")),
        Hurdle::Release(Released { version, tag }) => {
            (version, format!("the newest release {tag}"))
        }
    };
    if to.same(old) {
        return Refusal::unsafe_to(format!("{to} is {place} already."));
    }
    if to.precedes(old) {
        return Refusal::unsafe_to(format!("{to} is lower than {place}."));
    }
    let refusal = Refusal::unsafe_to(format!("{to} does not come after {place}."));
    order::sentences(old, to).into_iter().fold(refusal, Refusal::why)
}
