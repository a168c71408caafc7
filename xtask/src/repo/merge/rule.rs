//! What is different between a merge of a release and one that takes changes out.

use super::Sides;
use super::git::Stages;
use crate::merge::{Conflict, Winners};

/// Whose version and whose changelog stay, and how conflicts are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// The higher version stays, changelogs are joined.
    Merge,
    /// The base has the changes, the source is the state before them. The version goes back where the
    /// target has not moved on, its changelogs stay.
    Withdrawal,
}

impl Rule {
    /// The versions that stay.
    ///
    /// # Errors
    /// Where none can stay.
    pub fn winners(self, sides: &Sides) -> Result<Winners<'_>, Vec<Conflict>> {
        let Sides { target, source, bases } = sides;
        match self {
            Self::Merge => Winners::new(bases, target, source),
            Self::Withdrawal => Ok(Winners::withdrawn(bases, target, source)),
        }
    }

    /// Why a person has to resolve a path.
    pub fn why(self, stages: &Stages) -> &'static str {
        let is = |mode: &str| stages.iter().flatten().any(|entry| entry.mode == mode);
        let (merge, withdrawal) = match stages {
            _ if is("160000") => {
                ("both sides moved the submodule", "the submodule has moved since")
            }
            _ if is("120000") => {
                ("both sides changed the symlink", "the symlink was changed since")
            }
            [Some(_), None, Some(_)] => (
                "it is gone here, and the source changed it",
                "what is taken out changed it, and it is gone since",
            ),
            [Some(_), Some(_), None] => (
                "the source took it away, and it changed here",
                "what is taken out added it, and it was changed since",
            ),
            [None, Some(_), Some(_)] => {
                ("both sides added it", "what is taken out removed it, and it is there again")
            }
            [Some(_), Some(ours), Some(theirs)] if ours.mode == theirs.mode => {
                ("both sides changed it", "these lines were changed since")
            }
            _ => (
                "both sides changed what it is or where it is",
                "what it is or where it is was changed since",
            ),
        };
        match self {
            Self::Merge => merge,
            Self::Withdrawal => withdrawal,
        }
    }
}
