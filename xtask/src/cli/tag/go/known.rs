//! What is known of the release of a tag: its record, from the remote where there is one.

use std::sync::atomic::Ordering::Relaxed;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Asked, Fetch, Reason};
use crate::error::{Next, Refusal, word};
use crate::exec::{after_killed_fetch, record_ref};
use crate::plan::Oid;
use crate::record::{MOST, Record, too_large};
use crate::repo::{Wanted, of_releases};
use crate::sys::proc::{self, Interrupt};

/// How long it takes from one question to the next.
const PAUSE: Duration = Duration::from_secs(2);

/// What is known.
pub(super) struct Known {
    /// The record and the blob that it is in.
    pub record: Option<(Oid, Record)>,
    pub reasons: Vec<Reason>,
}

/// Fetches what the remote knows, then reads it.
///
/// # Errors
/// The remote does not answer; git fails; ctrl-C.
pub(super) fn read(asked: &Asked<'_, '_>) -> Result<Known, Refusal> {
    let mut reasons = Vec::new();
    if let (Fetch::Waiting(seconds), Some(remote)) = (asked.fetch, &asked.remote) {
        let other = asked.fetched(&remote.name, Duration::from_secs(seconds));
        let other = other.map_err(|refusal| {
            let judge = format!("tag verify {} --go --no-fetch", word(asked.name));
            match refusal.exit {
                crate::error::Exit::External => refusal.next(judge, "judges what is known here"),
                _ => refusal,
            }
        })?;
        reasons.extend(other);
    }
    let record = asked.record()?.map_err(|wrong| reasons.push(wrong)).ok();
    Ok(Known { record, reasons })
}

impl Asked<'_, '_> {
    /// Brings along what the remote knows of the release; a reason where it has another tag. A record is
    /// pushed after its tag, so one that is not there yet is waited for.
    fn fetched(&self, remote: &str, most: Duration) -> Result<Option<Reason>, Refusal> {
        let interrupt = proc::catch_interrupts().map_err(|error| {
            Refusal::external("ctrl-C cannot be watched for").why(error.to_string())
        })?;
        let ui = &self.context.ui;
        ui.progress(&format!("asking {remote} ..."));
        let full = format!("refs/tags/{}", self.name);
        let peeled = format!("{full}^{{}}");
        let record = record_ref(self.name);
        let here = self.repo.ref_at(&record)?.is_some();
        let (start, mut told) = (Instant::now(), false);
        let other = loop {
            let there = self.repo.ask(remote, &[&full, &peeled, &record], &interrupt)?;
            let tag = there.get(&full).cloned();
            let other = tag.clone().filter(|id| *id != self.tag.id);
            if there.get(&record).is_some() || here || tag.is_none() || start.elapsed() >= most {
                break other.map(|id| (id, there.peeled(&full) == Some(self.commit)));
            }
            if !told {
                told = true;
                let seconds = most.as_secs();
                ui.remark(&format!(
                    "{remote} has no record of {} yet; it is asked again for {seconds} s",
                    self.name
                ));
            }
            pause(PAUSE.min(most.saturating_sub(start.elapsed())), &interrupt)?;
        };
        after_killed_fetch(self.repo);
        let own = of_releases();
        let wanted = Wanted { own, ..Wanted::default() };
        self.repo.fetch(remote, &wanted, &interrupt)?;
        Ok(other.map(|(id, lightweight_here)| self.another(remote, &id, lightweight_here)))
    }

    /// The remote has another tag.
    fn another(&self, remote: &str, id: &Oid, lightweight_here: bool) -> Reason {
        let name = self.name;
        let what = match lightweight_here {
            true => format!("tag: {name} is lightweight here, and annotated on {remote}"),
            false => format!("tag: {remote} has another {name}, {}", id.short()),
        };
        let full = word(format!("refs/tags/{name}:refs/tags/{name}"));
        let fetch = format!("git fetch --force {} {full}", word(remote));
        Reason::new(what).next(Next::Shell(fetch))
    }

    /// The record with its blob, or what is wrong with it or why there is none.
    fn record(&self) -> Result<Result<(Oid, Record), Reason>, Refusal> {
        let name = self.name;
        let remote = self.remote.as_ref().map(|remote| remote.name.as_str());
        let mut all = self.repo.records(MOST)?;
        all.retain(|stored| stored.tag == name);
        all.retain(|stored| stored.remote.is_none() || stored.remote.as_deref() == remote);
        // What others see counts, and comes last.
        let Some(stored) = all.pop() else { return Ok(Err(self.unrecorded(remote))) };
        if let Some(own) = all.iter().find(|own| own.id != stored.id) {
            let (here, there) = (own.id.short(), stored.id.short());
            let place = remote.unwrap_or("the remote");
            let what =
                format!("record: the one here ({here}) and that of {place} ({there}) differ");
            return Ok(Err(Reason::new(what)));
        }
        let read = match &stored.bytes {
            Ok(bytes) => Record::read(bytes, name),
            Err(bytes) => Err(too_large(usize::try_from(*bytes).unwrap_or(usize::MAX))),
        };
        let wrong = |why| Reason::new(format!("record: that of {name} {why}"));
        Ok(read.map(|record| (stored.id, record)).map_err(wrong))
    }

    fn unrecorded(&self, remote: Option<&str>) -> Reason {
        let name = self.name;
        let (place, next) = match (remote, self.fetch) {
            (Some(remote), Fetch::Waiting(_)) => {
                let longer = format!("tag verify {} --go --wait 300", word(name));
                (format!("{remote} has none of {name}"), Next::Ours(longer))
            }
            (Some(_), Fetch::No) => {
                let asking = format!("tag verify {} --go", word(name));
                (format!("none of {name} is known here"), Next::Ours(asking))
            }
            (None, _) => {
                (format!("there is none of {name}"), Next::Ours(format!("log {}", word(name))))
            }
        };
        let what = format!(
            "record: {place}: it was tagged by hand, or the remote takes only branches and tags"
        );
        Reason::new(what).next(next)
    }
}

/// Waits.
///
/// # Errors
/// ctrl-C.
fn pause(length: Duration, interrupt: &Interrupt) -> Result<(), Refusal> {
    let start = Instant::now();
    while start.elapsed() < length {
        if interrupt.load(Relaxed) {
            return Err(Refusal::interrupted());
        }
        sleep(Duration::from_millis(50).min(length));
    }
    Ok(())
}
