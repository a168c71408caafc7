//! What came after the release that is most likely the last one. Several questions are about just
//! these commits, so what git said of them is kept, and read again instead of asked again.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::{Commits, Repo};
use crate::error::Refusal;
use crate::history::{End, FORMAT, GRAPH, Record, Tagged, split};

/// So many bytes are kept.
const KEPT: usize = 16 << 20;

/// An answer of `git log` that was read to its end.
#[derive(Default)]
pub struct Recent(RefCell<Option<Answer>>);

struct Answer {
    not: Vec<String>,
    options: Vec<String>,
    bytes: Vec<u8>,
}

/// The full release of the highest version. Whether HEAD has it is found out on the way.
pub fn likely(releases: &[Tagged]) -> Option<&Tagged> {
    let full = releases.iter().filter(|release| !release.version.is_prerelease());
    // No maximum by a sort: `precedes` is no total order.
    full.reduce(|best, other| if best.version.precedes(&other.version) { other } else { best })
}

impl Repo {
    /// Hands on each commit of HEAD that this release has not, until no more are wanted.
    ///
    /// # Errors
    /// git fails.
    pub(super) fn since(
        &self,
        release: &Tagged,
        commits: &Commits<'_>,
        mut each: impl FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> Result<(), Refusal> {
        // The next question may be about what they say, and they are few.
        let format = |&option| if option == GRAPH { FORMAT } else { option };
        let options: Vec<&str> = commits.options.iter().map(format).collect();
        let hidden = format!("^{}", release.commit);
        let not: Vec<String> = commits.not.iter().cloned().chain([hidden]).collect();
        if let Some(answer) = &*self.recent.0.borrow()
            && answer.not == not
            && answer.options == options
        {
            replay(&answer.bytes, each);
            return Ok(());
        }
        let commits = Commits { not, options: &options };
        let mut bytes = Some(Vec::new());
        let flow = self.each(&commits, |record, said| {
            if let Some(kept) = &mut bytes {
                kept.extend_from_slice(said);
            }
            bytes.take_if(|bytes| bytes.len() > KEPT);
            each(record)
        })?;
        if let (Some(bytes), ControlFlow::Continue(())) = (bytes, flow) {
            let not = commits.not;
            let options = options.into_iter().map(str::to_owned).collect();
            *self.recent.0.borrow_mut() = Some(Answer { not, options, bytes });
        }
        Ok(())
    }
}

fn replay(bytes: &[u8], mut each: impl FnMut(&Record<'_>) -> ControlFlow<()>) {
    let mut rest = bytes;
    while let Some((record, length)) = split(rest, End::Last) {
        if each(&record).is_break() {
            return;
        }
        rest = &rest[length..];
    }
}
