//! What is asked for: the words after `bump` and `release`.

use std::fmt;

use super::{Version, diagnose};
use crate::error::Refusal;
use crate::wording::nearest;

/// The phases of a pre-release, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Dev,
    Alpha,
    Beta,
    Rc,
}

impl Phase {
    /// All of them, lowest first.
    pub const ALL: [Self; 4] = [Self::Dev, Self::Alpha, Self::Beta, Self::Rc];

    /// The word for it, on the command line and in SemVer.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Rc => "rc",
        }
    }
}

/// What `bump` counts up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Major,
    Minor,
    Patch,
    Alpha,
    Beta,
    Rc,
    /// The counter of the current phase, whichever that is.
    Prerelease,
    /// The full release of the pre-release in the files.
    Final,
}

impl Level {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Major,
        Self::Minor,
        Self::Patch,
        Self::Alpha,
        Self::Beta,
        Self::Rc,
        Self::Prerelease,
        Self::Final,
    ];

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Rc => "rc",
            Self::Prerelease => "prerelease",
            Self::Final => "final",
        }
    }

    /// The level that counts a phase up; a development version has none of its own.
    pub fn of(phase: Phase) -> Self {
        match phase {
            Phase::Dev => Self::Prerelease,
            Phase::Alpha => Self::Alpha,
            Phase::Beta => Self::Beta,
            Phase::Rc => Self::Rc,
        }
    }

    fn phase(self) -> Option<Phase> {
        match self {
            Self::Alpha => Some(Phase::Alpha),
            Self::Beta => Some(Phase::Beta),
            Self::Rc => Some(Phase::Rc),
            Self::Major | Self::Minor | Self::Patch | Self::Prerelease | Self::Final => None,
        }
    }
}

/// How far a level goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the nearest version that satisfies it: a pre-release is finished, and a version in the
    /// files that is not released yet is enough.
    Nearest,
    /// One further in any case (`--next`).
    Next,
}

/// A level with its options. Shown as on the command line: `minor --pre rc --next`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub level: Level,
    /// `--pre`: a pre-release of what the level leads to.
    pub pre: Option<Phase>,
    pub step: Step,
}

impl Move {
    /// The level as it is, without options.
    pub fn plain(level: Level) -> Self {
        Self { level, pre: None, step: Step::Nearest }
    }

    /// The phase that is asked for by name, as level or by `--pre`.
    pub fn phase(self) -> Option<Phase> {
        self.level.phase().or(self.pre)
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.level.word())?;
        if let Some(phase) = self.pre {
            write!(f, " --pre {}", phase.word())?;
        }
        match self.step {
            Step::Nearest => Ok(()),
            Step::Next => f.write_str(" --next"),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Target {
    Level(Move),
    Exact(Version),
}

/// What the word after `bump` asks for.
#[derive(Debug, Clone)]
pub enum Request {
    Target(Target),
    /// `auto`: the level that the commits since the last release ask for.
    Auto(Auto),
}

/// The options of `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auto {
    pre: Option<Phase>,
    step: Step,
}

impl Auto {
    /// The target once the level is known.
    pub fn at(self, level: Level) -> Target {
        Target::Level(Move { level, pre: self.pre, step: self.step })
    }
}

impl Request {
    /// Reads the words of the command line, as [`Target::parse`] does, and `auto`.
    ///
    /// # Errors
    /// Those of [`Target::parse`].
    pub fn parse(word: &str, pre: Option<&str>, step: Step) -> Result<Self, Refusal> {
        if word != AUTO {
            return Target::parse(word, pre, step).map(Self::Target);
        }
        let pre = pre.map(|phase| phase_named(phase, AUTO)).transpose()?;
        Ok(Self::Auto(Auto { pre, step }))
    }
}

/// The word for the level that the history decides.
const AUTO: &str = "auto";

impl Target {
    /// Reads the words of the command line: a level or a version, the value of `--pre`, and
    /// whether `--next` was given. `prerelease --pre alpha` is `alpha`.
    ///
    /// # Errors
    /// An unknown word (the nearest level is named), a text that is no version, options that
    /// contradict the level.
    pub fn parse(word: &str, pre: Option<&str>, step: Step) -> Result<Self, Refusal> {
        match Level::ALL.into_iter().find(|level| level.word() == word) {
            Some(level) => {
                let pre = pre.map(|phase| phase_named(phase, level.word())).transpose()?;
                combine(level, pre, step).map(Self::Level)
            }
            None if looks_like_a_version(word) => exact(word, pre, step).map(Self::Exact),
            None => Err(unknown_level(word)),
        }
    }
}

fn combine(level: Level, pre: Option<Phase>, step: Step) -> Result<Move, Refusal> {
    let (level, pre) = match (level, level.phase(), pre) {
        (Level::Prerelease, _, Some(Phase::Dev)) => (level, pre),
        (Level::Prerelease, _, Some(phase)) => (Level::of(phase), None),
        (_, Some(own), Some(asked)) if own == asked => (level, None),
        (_, Some(own), Some(asked)) => {
            let (own, asked) = (own.word(), asked.word());
            return Err(Refusal::usage(format!("{own} and --pre {asked} contradict each other."))
                .next(format!("bump {own}"), format!("the next {own}"))
                .next(format!("bump prerelease --pre {asked}"), format!("the next {asked}")));
        }
        (Level::Final, _, Some(phase)) => {
            let phase = phase.word();
            return Err(Refusal::usage(format!("final and --pre {phase} contradict each other."))
                .why("A final version is no pre-release.")
                .next("bump final", "the full release")
                .next(format!("bump prerelease --pre {phase}"), format!("the next {phase}")));
        }
        (level, _, pre) => (level, pre),
    };
    Ok(Move { level, pre, step })
}

fn exact(word: &str, pre: Option<&str>, step: Step) -> Result<Version, Refusal> {
    let version = Version::parse(word).map_err(|refusal| match diagnose::meant(word) {
        Some(meant) => refusal.next(format!("bump {meant}"), "what was probably meant"),
        None => refusal,
    })?;
    let option = match (pre, step) {
        (None, Step::Nearest) => return Ok(version),
        (Some(_), _) => "--pre",
        (None, Step::Next) => "--next",
    };
    Err(Refusal::usage(format!("{option} goes with a level, not with a version."))
        .why(format!("{version} already says which version is meant."))
        .next(format!("bump {version}"), "exactly this version"))
}

/// Levels are words, versions begin with a number, perhaps behind a `v` or blanks.
fn looks_like_a_version(word: &str) -> bool {
    word.trim().trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_numeric())
}

fn phase_named(word: &str, level: &str) -> Result<Phase, Refusal> {
    if let Some(phase) = Phase::ALL.into_iter().find(|phase| phase.word() == word) {
        return Ok(phase);
    }
    let words = Phase::ALL.map(Phase::word);
    let (what, phase) = match nearest(word, words) {
        Some(near) => (format!("{word:?} is not a phase: did you mean {near:?}?"), near),
        None => (format!("{word:?} is not a phase."), Phase::Rc.word()),
    };
    Err(Refusal::usage(what)
        .why(format!("--pre takes one of: {}.", words.join(", ")))
        .next(format!("bump {level} --pre {phase}"), format!("with the phase {phase}")))
}

fn unknown_level(word: &str) -> Refusal {
    let words = Level::ALL.map(Level::word);
    let words = [&words[..], &[AUTO]].concat();
    let levels = format!("Levels: {}. Or a version: 1.4.0.", words.join(", "));
    match nearest(word, words) {
        Some(near) => Refusal::usage(format!("{word:?} is not a level: did you mean {near:?}?"))
            .why(levels)
            .next(format!("bump {near}"), format!("the level {near}")),
        None => Refusal::usage(format!("{word:?} is neither a level nor a version."))
            .why(levels)
            .next("bump --help", "what there is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(word: &str, pre: Option<&str>, step: Step) -> String {
        match Target::parse(word, pre, step) {
            Ok(Target::Level(step)) => step.to_string(),
            Ok(Target::Exact(version)) => format!("exactly {version}"),
            Err(refusal) => refusal.what.clone(),
        }
    }

    #[test]
    fn levels_and_versions() {
        for level in Level::ALL {
            assert_eq!(parsed(level.word(), None, Step::Nearest), level.word());
        }
        for (word, pre, expected) in [
            ("minor", Some("rc"), "minor --pre rc"),
            ("patch", Some("dev"), "patch --pre dev"),
            ("prerelease", Some("alpha"), "alpha"),
            ("prerelease", Some("dev"), "prerelease --pre dev"),
            ("alpha", Some("alpha"), "alpha"),
            ("1.4.0", None, "exactly 1.4.0"),
            ("26.4", None, "exactly 26.4"),
            ("alpha", Some("beta"), "alpha and --pre beta contradict each other."),
            ("final", Some("rc"), "final and --pre rc contradict each other."),
            ("1.4.0", Some("rc"), "--pre goes with a level, not with a version."),
            ("minor", Some("rd"), "\"rd\" is not a phase: did you mean \"rc\"?"),
            ("minor", Some("a"), "\"a\" is not a phase: did you mean \"alpha\"?"),
            ("minor", Some("gamma"), "\"gamma\" is not a phase."),
        ] {
            assert_eq!(parsed(word, pre, Step::Nearest), expected, "{word} {pre:?}");
        }
        assert_eq!(parsed("minor", Some("rc"), Step::Next), "minor --pre rc --next");
        let next = "--next goes with a level, not with a version.";
        assert_eq!(parsed("1.4.0", None, Step::Next), next);
    }

    #[test]
    fn unknown_words_are_answered_with_the_nearest_level() {
        for (word, near) in [
            ("minro", "minor"),
            ("Minor", "minor"),
            ("MAJOR", "major"),
            ("ptch", "patch"),
            ("pathc", "patch"),
            ("pre", "prerelease"),
            ("pre-release", "prerelease"),
            ("a", "alpha"),
            ("bta", "beta"),
            ("rc1", "rc"),
            ("finale", "final"),
        ] {
            let refusal = Target::parse(word, None, Step::Nearest).unwrap_err();
            let what = format!("{word:?} is not a level: did you mean {near:?}?");
            assert_eq!(refusal.what, what);
            let next = crate::error::Next::Ours(format!("bump {near}"));
            assert_eq!(refusal.next[0].0, next);
        }
        for word in ["", "xx", "latest", "--", "é"] {
            let what = format!("{word:?} is neither a level nor a version.");
            assert_eq!(parsed(word, None, Step::Nearest), what);
        }
        let auto = Request::parse("auto", Some("rc"), Step::Next).unwrap();
        let Request::Auto(auto) = auto else { panic!("{auto:?}") };
        let Target::Level(minor) = auto.at(Level::Minor) else { panic!("no level") };
        assert_eq!(minor.to_string(), "minor --pre rc --next");
        let gamma = Request::parse("auto", Some("gamma"), Step::Nearest).unwrap_err();
        assert_eq!(gamma.next[0].0, crate::error::Next::Ours("bump auto --pre rc".to_owned()));
        assert!(parsed("aut", None, Step::Nearest).ends_with("did you mean \"auto\"?"));
        let v = Target::parse("v1.4.0", None, Step::Nearest).unwrap_err();
        assert_eq!(v.next[0].0, crate::error::Next::Ours("bump 1.4.0".to_owned()));
    }
}
