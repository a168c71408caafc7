//! What a level makes of one version, whatever else exists.

use super::parts::{Core, Goal, Stage, up};
use super::{Level, Move, Phase, Step, Version};
use crate::error::Refusal;

/// A level that leads nowhere from here, and the moves that do.
pub(super) struct DeadEnd {
    pub refusal: Refusal,
    pub instead: Vec<Move>,
}

impl From<Refusal> for DeadEnd {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, instead: Vec::new() }
    }
}

/// The place of the patch among the release numbers.
pub(super) const PATCH: usize = 2;

impl Level {
    /// Which of the release numbers it raises.
    pub(super) fn index(self) -> Option<usize> {
        match self {
            Self::Major => Some(0),
            Self::Minor => Some(1),
            Self::Patch => Some(PATCH),
            Self::Alpha | Self::Beta | Self::Rc | Self::Prerelease | Self::Final => None,
        }
    }
}

/// Where a move leads from a version.
///
/// # Errors
/// `final` from a full release, `prerelease` without a phase to count, a phase lower than the
/// current one, a number beyond `u64`.
pub(super) fn aim(from: &Version, step: Move) -> Result<Goal, DeadEnd> {
    let phase = match step.level {
        Level::Final if from.is_prerelease() => None,
        Level::Final => return Err(already_final(from)),
        Level::Prerelease => Some(step.pre.or(from.phase()).ok_or_else(|| nothing_to_count(from))?),
        _ => step.phase(),
    };
    let core = match step.level.index() {
        Some(index) => raise(from, index, step.step)?,
        None if from.is_prerelease() => from.core.clone(),
        None => from.core.raised(PATCH)?,
    };
    let pre =
        phase.map(|phase| Ok::<_, DeadEnd>((phase, count(from, &core, phase)?))).transpose()?;
    Ok(Goal { core, pre })
}

/// The core that raising the number at `index` leads to. A pre-release whose core is one already
/// is on its way there.
///
/// # Errors
/// A number beyond `u64`.
pub(super) fn raise(from: &Version, index: usize, step: Step) -> Result<Core, Refusal> {
    let on_its_way = from.is_prerelease() && from.core.reaches(index);
    match step {
        Step::Nearest if on_its_way => Ok(from.core.clone()),
        Step::Nearest | Step::Next => from.core.raised(index),
    }
}

/// What `current` is already, seen from the release before it, when that satisfies the move: "a
/// minor", "an rc". A pre-release satisfies only moves to its own phase, a full release only moves
/// to full releases.
pub(super) fn satisfied(released: &Version, current: &Version, step: Move) -> Option<String> {
    let raised = |level: &Level| {
        let core = raise(released, level.index()?, Step::Nearest).ok()?;
        core.compare(&current.core).is_le().then_some(*level)
    };
    let wanted = match step.level {
        Level::Prerelease => step.pre.or(current.phase()),
        _ => step.phase(),
    };
    if wanted != current.phase() || (wanted.is_none() && current.is_prerelease()) {
        return None;
    }
    if step.level.index().is_some() {
        raised(&step.level)?;
    }
    match wanted {
        Some(Phase::Dev) => Some("a development version".to_owned()),
        Some(phase @ (Phase::Alpha | Phase::Rc)) => Some(format!("an {}", phase.word())),
        Some(phase @ Phase::Beta) => Some(format!("a {}", phase.word())),
        None => [Level::Major, Level::Minor, Level::Patch]
            .iter()
            .find_map(raised)
            .map(|level| format!("a {}", level.word())),
    }
}

/// The number of the next pre-release of `core` in `phase`.
fn count(from: &Version, core: &Core, phase: Phase) -> Result<u64, DeadEnd> {
    if core.compare(&from.core).is_ne() {
        return Ok(1);
    }
    match from.stage {
        Stage::Pre { phase: current, .. } | Stage::DevOf { phase: current, .. }
            if current > phase =>
        {
            Err(backwards(from, current, phase))
        }
        Stage::Pre { phase: current, number } if current == phase => Ok(up(number)?),
        Stage::DevOf { phase: current, number } if current == phase => Ok(number),
        _ => Ok(1),
    }
}

fn backwards(from: &Version, current: Phase, asked: Phase) -> DeadEnd {
    let (current_word, asked_word) = (current.word(), asked.word());
    DeadEnd {
        refusal: Refusal::usage(format!("From {from} to {asked_word} is a step backwards."))
            .why(format!("{current_word} comes after {asked_word}.")),
        instead: vec![Move::plain(Level::of(current)), Move::plain(Level::Final)],
    }
}

fn already_final(from: &Version) -> DeadEnd {
    DeadEnd {
        refusal: Refusal::usage(format!("{from} is already final.")),
        instead: [Level::Patch, Level::Minor, Level::Major].map(Move::plain).to_vec(),
    }
}

fn nothing_to_count(from: &Version) -> DeadEnd {
    let phases = [Level::Alpha, Level::Beta, Level::Rc].map(Move::plain);
    let finish = from.is_prerelease().then_some(Move::plain(Level::Final));
    DeadEnd {
        refusal: Refusal::usage(format!("{from} has no pre-release counter to count up.")),
        instead: phases.into_iter().chain(finish).collect(),
    }
}
