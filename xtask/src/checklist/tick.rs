//! The copy of a checklist in which boxes are ticked, with what proves it beside them.

use std::fmt::Write as _;

use super::{Bound, Checklist, Evidence, Facts, Item, Signed, State, state};
use crate::config::file::Who;
use crate::record::Gate;
use crate::sys::clock::Timestamp;
use crate::wording::{clock, plain};

use super::state::Waits;

/// The file with every box that is proved ticked, and beside every box what proves it, what excuses
/// it, or who has to act. Everything else stays as it is, byte for byte.
pub fn tick(bytes: &[u8], checklist: &Checklist, bound: &Bound, facts: &Facts) -> Vec<u8> {
    let mut copy = Vec::with_capacity(bytes.len() * 2);
    let mut at = 0;
    for (item, one) in checklist.items.iter().zip(&bound.items) {
        let state = state(&one.bindings, facts);
        copy.extend_from_slice(&bytes[at..item.mark.start]);
        match state {
            State::Done(_) if !item.ticked => copy.push(b'x'),
            _ => copy.extend_from_slice(&bytes[item.mark.clone()]),
        }
        let end = end(bytes, item);
        copy.extend_from_slice(&bytes[item.mark.end..end]);
        let _ = write!(Text(&mut copy), " *({})*", beside(item, &state));
        at = end;
    }
    copy.extend_from_slice(&bytes[at..]);
    copy
}

/// Where the text of an item ends, without the blanks behind it.
pub(super) fn end(bytes: &[u8], item: &Item) -> usize {
    let text = &bytes[item.mark.end + 1..item.end];
    item.mark.end + 1 + text.trim_ascii_end().len()
}

struct Text<'b>(&'b mut Vec<u8>);

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn beside(item: &Item, state: &State) -> String {
    let said = match state {
        State::Done(proofs) => proofs.iter().map(Evidence::said).collect::<Vec<_>>().join("; "),
        State::Excused(why) => format!("not needed: {}", plain(why)),
        State::Open(waits) => {
            format!("open: {}", waits.iter().map(Waits::said).collect::<Vec<_>>().join("; "))
        }
        State::Unbound => "open: nothing stands behind it".to_owned(),
    };
    match (item.ticked, state) {
        (true, State::Open(_) | State::Unbound) => {
            format!("ticked by hand: claimed, no evidence; {said}")
        }
        _ => said,
    }
}

impl Evidence {
    /// As Markdown, to stand beside a box.
    fn said(&self) -> String {
        match self {
            Self::Gate(gate) => gate_said(gate),
            Self::Signed(Signed { role, by, at, .. }) => {
                let role = role.as_ref().map(|role| format!(", {}", plain(role)));
                format!("{}{}, {}", plain(by), role.unwrap_or_default(), plain(&at.minute()))
            }
            Self::Step(released) => {
                let at = released.at.map(|at| format!(", {}", plain(&at.minute())));
                format!("done by the release {}{}", plain(&released.tag), at.unwrap_or_default())
            }
        }
    }
}

/// `gate tests: green, exit 0, 2:10, 2026-11-21 14:03 UTC, tree 5a1b2c3, log 8f3a...`
fn gate_said(gate: &Gate) -> String {
    let package = gate.package.as_ref().map(|package| format!(" ({package})"));
    let mut said = format!("gate {}{}: green", gate.id, package.unwrap_or_default());
    let facts = [
        gate.exit.map(|exit| format!("exit {exit}")),
        gate.millis.map(|millis| clock(millis / 1000)),
        gate.at.map(Timestamp::minute),
        gate.tree.as_ref().map(|tree| format!("tree {}", tree.short())),
        gate.log_digest.as_ref().map(|digest| {
            format!(
                "log {}",
                digest.trim_start_matches("sha256:").chars().take(16).collect::<String>()
            )
        }),
    ];
    facts.into_iter().flatten().for_each(|fact| said = format!("{said}, {fact}"));
    plain(&said)
}

impl Waits {
    fn said(&self) -> String {
        match self {
            Self::Gate { id, said: None } => format!("gate {} was not asked", plain(id)),
            Self::Gate { id, said: Some(why) } => format!("gate {}: {}", plain(id), plain(why)),
            Self::Role(Who::Any) => "a sign-off".to_owned(),
            Self::People { have, need } => format!("{have} of {need} people have signed"),
            Self::Role(Who::Role(name)) => plain(name),
            Self::Release => "the release does it".to_owned(),
            Self::Later(Some(Who::Any)) => "after the release".to_owned(),
            Self::Later(Some(Who::Role(name))) => format!("{} after the release", plain(name)),
            Self::Later(None) => "for a rollback".to_owned(),
        }
    }
}
