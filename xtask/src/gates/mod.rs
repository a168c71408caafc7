//! Gates: what must be green before a release. Which there are is chosen from the configuration,
//! a profile and names (`choice`, pure), in which order they start is worked out from `after`
//! (`order`, pure), `run` drives them. A gate is a command of the configuration (`command`) or
//! built in (`builtin`, one file for each). What was seen is kept as evidence.

pub mod builtin;
mod choice;
mod command;
mod evidence;
mod log;
mod mend;
mod network;
mod order;
mod recorded;
mod run;
mod slot;
mod values;

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use builtin::BuiltIn;
pub use choice::{Choice, Wanted, named};
pub use evidence::{Evidence, Store};
pub use log::Log;
pub use mend::{Mended, mend};
pub use recorded::{recorded, remarks};
pub use run::{Event, Package, Poll, Reused};
pub use slot::{Job, Slot, shown};
pub use values::Values;

use crate::config::file::Procedure;
use crate::config::file::gates::{Commanded, Need};
use crate::error::Next;
use crate::path::RepoPath;
use crate::version::{Phase, Version};

/// One gate that is asked.
#[derive(Debug, Clone)]
pub struct Gate {
    pub id: String,
    pub kind: Kind,
}

/// What a gate is.
#[derive(Debug, Clone)]
pub enum Kind {
    BuiltIn(&'static BuiltIn),
    Command(Box<Commanded>),
}

impl Gate {
    /// Gates that must be green before it starts.
    pub fn after(&self) -> &[String] {
        match &self.kind {
            Kind::BuiltIn(_) => &[],
            Kind::Command(command) => &command.after,
        }
    }

    /// Whether its failure is a NO-GO.
    pub fn need(&self) -> Need {
        match &self.kind {
            Kind::BuiltIn(_) => Need::Required,
            Kind::Command(command) => command.need,
        }
    }

    /// Its command as a person writes it; `None` for a gate that is built in.
    pub fn command(&self) -> Option<String> {
        match &self.kind {
            Kind::BuiltIn(_) => None,
            Kind::Command(command) => Some(command.line.shown()),
        }
    }
}

/// What became of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    Green,
    /// It looked, and what it saw is not good.
    Red {
        why: String,
    },
    /// It could not look; nothing is known.
    CouldNotRun {
        why: String,
    },
    /// A gate it comes after is not green.
    Held {
        by: String,
    },
    /// It has nothing to say here.
    Skipped {
        why: String,
    },
}

impl Outcome {
    /// Whether a required gate with this outcome stops a release.
    pub fn stops(&self) -> bool {
        match self {
            Self::Green | Self::Skipped { .. } => false,
            Self::Red { .. } | Self::CouldNotRun { .. } | Self::Held { .. } => true,
        }
    }

    /// Why it is not green; empty when it is.
    pub fn why(&self) -> String {
        match self {
            Self::Green => String::new(),
            Self::Red { why } | Self::CouldNotRun { why } | Self::Skipped { why } => why.clone(),
            Self::Held { by } => format!("not started: {by} is not green"),
        }
    }

    /// The word for it in data.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Red { .. } => "red",
            Self::CouldNotRun { .. } => "could-not-run",
            Self::Held { .. } | Self::Skipped { .. } => "skipped",
        }
    }
}

/// Something with a place in a file that a gate found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub path: RepoPath,
    /// 1-based.
    pub line: usize,
    pub text: String,
}

/// What one run of a gate gave: the whole of most gates, one package of those with
/// `each = "package"`.
#[derive(Debug, Clone)]
pub struct Judged(Box<Parts>);

/// What a [`Judged`] says.
#[derive(Debug, Clone)]
pub struct Parts {
    pub outcome: Outcome,
    /// What a person may want to know of it also when it is green, in a few words.
    pub remark: String,
    /// More lines, shown below it when it is not green.
    pub details: Vec<String>,
    pub findings: Vec<Finding>,
    /// What mends it.
    pub next: Option<Next>,
    /// What proves it, where a command ran.
    pub evidence: Option<Evidence>,
}

impl Deref for Judged {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Judged {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl Judged {
    fn of(outcome: Outcome) -> Self {
        let (remark, details, findings) = (String::new(), Vec::new(), Vec::new());
        Self(Box::new(Parts { outcome, remark, details, findings, next: None, evidence: None }))
    }

    pub fn green(remark: impl Into<String>) -> Self {
        Self::of(Outcome::Green).remark(remark)
    }

    pub fn red(why: impl Into<String>) -> Self {
        Self::of(Outcome::Red { why: why.into() })
    }

    pub fn could_not_run(why: impl Into<String>) -> Self {
        Self::of(Outcome::CouldNotRun { why: why.into() })
    }

    pub fn skipped(why: impl Into<String>) -> Self {
        Self::of(Outcome::Skipped { why: why.into() })
    }

    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = remark.into();
        self
    }

    #[must_use]
    pub fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }

    #[must_use]
    pub fn findings(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// Names the command that mends it.
    #[must_use]
    pub fn next(mut self, next: Next) -> Self {
        self.next = Some(next);
        self
    }

    /// With what proves it.
    #[must_use]
    fn proved(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }
}

/// A gate and what became of it.
#[derive(Debug, Clone)]
pub struct Checked {
    pub gate: Gate,
    pub outcome: Outcome,
    /// One, or one for each package; none when it did not start.
    pub runs: Vec<(Option<String>, Judged)>,
    /// From the start of its first run to the end of its last; `None` when nothing ran now.
    pub took: Option<Duration>,
    /// Tracked files that changed while it ran.
    pub changed: Vec<String>,
    /// The gates that ran beside it when they changed.
    pub beside: Vec<String>,
}

impl Checked {
    /// Whether it was green on these files before and was not repeated.
    pub fn reused(&self) -> bool {
        self.took.is_none() && self.runs.iter().any(|(_, judged)| judged.evidence.is_some())
    }
}

/// The kinds of release that ask for different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Alpha,
    Beta,
    Rc,
    Release,
    Hotfix,
}

impl Profile {
    pub const ALL: [Self; 5] = [Self::Alpha, Self::Beta, Self::Rc, Self::Release, Self::Hotfix];

    /// Its name, as in `[profile.rc]`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Rc => "rc",
            Self::Release => "release",
            Self::Hotfix => "hotfix",
        }
    }

    /// The profile of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// What is most likely being prepared: on a branch for hotfixes a hotfix, else what the version
    /// in question is.
    pub fn likely(branch: Option<&str>, hotfixes: &str, version: Option<&Version>) -> Self {
        let prefix = hotfixes.split('{').next().unwrap_or_default();
        if !prefix.is_empty() && branch.is_some_and(|branch| branch.starts_with(prefix)) {
            return Self::Hotfix;
        }
        version.map_or(Self::Release, |version| Self::of(Procedure::Release, version))
    }

    /// The procedure that makes what it is for.
    pub fn procedure(self) -> Procedure {
        match self {
            Self::Hotfix => Procedure::Hotfix,
            Self::Alpha | Self::Beta | Self::Rc | Self::Release => Procedure::Release,
        }
    }

    /// That of a version made by a procedure.
    pub fn of(procedure: Procedure, version: &Version) -> Self {
        if procedure == Procedure::Hotfix {
            return Self::Hotfix;
        }
        match version.phase() {
            Some(Phase::Alpha | Phase::Dev) => Self::Alpha,
            Some(Phase::Beta) => Self::Beta,
            Some(Phase::Rc) => Self::Rc,
            None => Self::Release,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_follows_from_the_branch_and_the_version() {
        for (branch, version, expected) in [
            (Some("main"), Some("1.3.0"), Profile::Release),
            (Some("main"), Some("1.3.0-rc.1"), Profile::Rc),
            (Some("main"), Some("1.3.0b2"), Profile::Beta),
            (Some("main"), Some("1.3.0.dev0"), Profile::Alpha),
            (Some("hotfix/v1.2.1"), Some("1.2.1"), Profile::Hotfix),
            (Some("hot"), None, Profile::Release),
            (None, None, Profile::Release),
        ] {
            let version = version.map(|text| Version::parse(text).unwrap());
            let found = Profile::likely(branch, "hotfix/v{version}", version.as_ref());
            assert_eq!(found, expected, "{branch:?}");
        }
        assert_eq!(Profile::likely(Some("x"), "{version}", None), Profile::Release);
    }
}
