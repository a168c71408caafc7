//! What a command says that meets an open operation: what is half done, and the ways on.

use super::{Operation, Sent};
use crate::error::Refusal;
use crate::plan::Object;

impl Operation {
    /// The refusal of a command that meets this open operation.
    pub fn is_open(&self) -> Refusal {
        let begin = self.begin();
        let when = begin.at.minute();
        let refusal = Refusal::open(format!(
            "{} is half done (operation {}, {}, {when})",
            begin.plan.title, self.id, begin.who
        ));
        if let Some((_, run)) = self.begun_runs().first() {
            return refusal
                .why(format!("{} has begun, which is not taken back.", run.name))
                .next("resume", "completes it");
        }
        match self.sent() {
            Sent::No if self.was_refused() => self.ways_on(refusal),
            Sent::No => refusal
                .why("Nothing has left this machine.")
                .next("resume", "completes it")
                .next("undo", "takes it back"),
            Sent::Unknown => refusal
                .why("It was killed while it pushed; the remote knows whether that arrived.")
                .next("resume", "asks the remote and completes it")
                .next("undo", "asks the remote, and takes it back if nothing arrived"),
            Sent::Yes => {
                refusal.why("It was pushed: others may have it.").next("resume", "completes it")
            }
        }
    }

    /// The same where its push was refused: why is not known any more, so the ways on are those of
    /// every cause.
    fn ways_on(&self, refusal: Refusal) -> Refusal {
        let refusal = refusal
            .why("Its push was refused; nothing has left this machine.")
            .next("resume", "pushes again");
        let plan = self.plan();
        let makes = |object: &&Object| matches!(object, Object::Commit(_));
        let refusal = match plan.is_straight() {
            true if plan.objects().iter().any(makes) => refusal
                .next("resume --pr", "where the branch takes pull requests only")
                .next(
                    "resume --merge",
                    "where it has moved: keeps the tested commit, and merges it",
                )
                .next(
                    "resume --replan",
                    "where it has moved: releases on top of what is there now",
                ),
            // A tag alone waits for its commit to land.
            true => refusal.next("resume --replan", "where the branch has moved: releases anew"),
            false => refusal,
        };
        refusal.next("undo", "takes everything back")
    }
}
