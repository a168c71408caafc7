//! The rules by which a merge of a release is resolved: the higher version stays on the target, and
//! the sections of both changelogs are joined. Everything else that conflicts is for a person.
//!
//! Pure. [`Side`] is what one commit says of its projects; `repo::merge` asks git for the rest.

mod side;
#[cfg(test)]
mod tests;
mod versions;

use std::rc::Rc;

use crate::changelog::Changelog;
use crate::changelog::merge::{self as changelogs, Joined, Stop, with_eol};
use crate::error::{Place, Refusal};
use crate::path::RepoPath;
use crate::sites::{Source, place};
use crate::version::Version;
pub use changelogs::Lines;
pub use side::{Files, Held, Side};
use versions::At;
pub use versions::{Winners, aligned};

/// A place that was resolved by rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub path: RepoPath,
    /// 1-based, in the merged file.
    pub line: Option<usize>,
    /// `both sides changed the version: the higher one stays`
    pub what: String,
}

/// A place that a person has to resolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// As git has it, so perhaps no path of ours.
    pub path: String,
    /// 1-based, where it is known.
    pub line: Option<usize>,
    /// A sentence without its full stop: `both sides changed it`.
    pub why: String,
}

impl Conflict {
    /// At the place that a refusal names, else in this file.
    fn from_refusal(path: &RepoPath, refusal: &Refusal) -> Self {
        let place: Option<&Place> = refusal.place.as_ref();
        let why = match refusal.why.first() {
            Some(why) => format!("{}: {}", refusal.what, why.trim_end_matches('.')),
            None => refusal.what.clone(),
        };
        Self {
            path: place.map_or(path, |place| &place.path).to_string(),
            line: place.map(|place| place.line),
            why,
        }
    }
}

/// So many places of a conflict are named.
const NAMED: usize = 12;

/// A merge that a person has to make: nothing was changed. `into` is the short name of the branch.
pub fn refused(into: &str, conflicts: &[Conflict]) -> Refusal {
    places(Refusal::unsafe_to(format!("merging into {into} conflicts for real")), conflicts)
}

/// A refusal with the places of conflicts.
pub fn places(refusal: Refusal, conflicts: &[Conflict]) -> Refusal {
    let place = |conflict: &Conflict| {
        let line = conflict.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}: {}", conflict.path, conflict.why)
    };
    let refusal = conflicts.iter().take(NAMED).map(place).fold(refusal, Refusal::why);
    match conflicts.len().saturating_sub(NAMED) {
        0 => refusal,
        more => refusal.why(format!("and {more} more")),
    }
}

/// Joins a changelog: the bytes of the merged file and what to say about it.
///
/// # Errors
/// What does the merge of lines fails. The inner one: a person has to resolve it.
pub fn changelog(
    path: &RepoPath,
    bases: &[Rc<[u8]>],
    ours: &[u8],
    theirs: &[u8],
    lines: &Lines<'_>,
) -> Result<Result<Joined, Conflict>, Refusal> {
    let parse = |bytes| Changelog::parse(Source { path, bytes });
    // One that cannot be read tells of no release.
    let bases: Vec<Changelog<'_>> = bases.iter().filter_map(|base| parse(base).ok()).collect();
    let (ours, theirs) = match (parse(ours), parse(theirs)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(refusal), _) => return Ok(Err(Conflict::from_refusal(path, &refusal))),
        (_, Err(refusal)) => {
            let conflict = Conflict::from_refusal(path, &refusal);
            return Ok(Err(Conflict {
                why: format!("in the source {}", conflict.why),
                ..conflict
            }));
        }
    };
    let sides = changelogs::Sides { bases: &bases, ours: &ours, theirs: &theirs };
    match changelogs::merge(&sides, lines) {
        Ok(joined) => Ok(Ok(joined)),
        Err(Stop::Failed(refusal)) => Err(refusal),
        Err(Stop::Clash { at, why }) => {
            let line = (at > 0).then(|| place(path, ours.bytes(), at).line);
            Ok(Err(Conflict { path: path.to_string(), line, why }))
        }
    }
}

/// Is what git made of a changelog by itself a joined one: every release of both sides once and in
/// order, and each section as one of the sides has it?
pub fn is_sound(path: &RepoPath, merged: &[u8], ours: &[u8], theirs: &[u8]) -> bool {
    let parse = |bytes| Changelog::parse(Source { path, bytes });
    match (parse(merged), parse(ours), parse(theirs)) {
        (Ok(merged), Ok(ours), Ok(theirs)) => changelogs::is_sound(&merged, &ours, &theirs),
        _ => false,
    }
}

/// The texts of a version file on three sides, the version that stays put into each of them, and
/// with the line ends of ours: ready for a merge of lines, in which no version can conflict.
pub struct Leveled {
    pub base: Vec<u8>,
    pub ours: Vec<u8>,
    pub theirs: Vec<u8>,
}

/// Puts the versions that stay into the three texts of one file; a place that the side of such a
/// version does not have any more gets the text of the base, so that it is no change. `bases` are the sides that the
/// text of the base may be found in; where it is none of theirs (git made it of several bases) it
/// stays as it is.
///
/// `None` when the file is no version file of either side.
pub fn leveled(
    winners: &Winners<'_>,
    bases: &[Side],
    base: &[u8],
    ours: (&RepoPath, &[u8]),
    theirs: &[u8],
) -> Option<Leveled> {
    let (path, bytes) = ours;
    let own = At::of(winners.target, path, bytes);
    let other = At::of(winners.source, path, theirs);
    if own.is_none() && other.is_none() {
        return None;
    }
    let before = bases.iter().find_map(|side| At::of(side, path, base));
    let texts = winners.texts(before, own, other);
    let eol = if crlf(bytes) { "\r\n" } else { "\n" };
    let same = |text: Vec<u8>| if crlf(&text) == crlf(bytes) { text } else { with_eol(&text, eol) };
    Some(Leveled {
        base: same(texts.put_into(base, before)),
        ours: texts.put_into(bytes, own),
        theirs: same(texts.put_into(theirs, other)),
    })
}

/// Do lines end with CRLF, as the first one says?
fn crlf(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    end.is_some_and(|end| bytes[..end].ends_with(b"\r"))
}

/// Which side's version stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    Ours,
    Theirs,
}

/// The higher of two versions, by the precedence of SemVer and of PEP 440; that of the target where
/// the source did not change its own. `None` where the two orders contradict each other.
pub fn winner(bases: &[&Version], ours: &Version, theirs: &Version) -> Option<Winner> {
    let unchanged = bases.iter().any(|base| base.same(theirs));
    if unchanged || theirs.precedes(ours) || theirs.same(ours) {
        return Some(Winner::Ours);
    }
    ours.precedes(theirs).then_some(Winner::Theirs)
}

/// The rule by which a version stays where changes are taken out: that of the target, once it has
/// moved on to another one than the changes brought, else the one from before them.
pub fn withdrawn(bases: &[&Version], ours: &Version) -> Winner {
    let released = bases.iter().any(|base| base.same(ours));
    if released { Winner::Theirs } else { Winner::Ours }
}
