//! What is left of an operation that failed.

use super::{Running, land};
use crate::error::{Exit, Refusal};
use crate::journal::Closed;

impl Running<'_> {
    /// What a failure leaves: nothing when no ref has moved, and nothing when a gate said no before
    /// anything left this machine; else an open operation.
    pub(super) fn failed(&mut self, failure: Refusal) -> Refusal {
        let red = failure.exit == Exit::Red;
        let moved = land::any_moved(self) && !red
            || self.operation.may_have_arrived()
            || !self.operation.begun_runs().is_empty();
        // Whatever failed then, failed because of it (git's children get the ctrl-C, too).
        let interrupted = self.not_interrupted().is_err();
        // The disk may be full: what is taken back needs the space.
        self.operation.tidy();
        let back = if moved { None } else { Some(self.back(Closed::TakenBack)) };
        if let Some(Ok(())) = back {
            let failure = if interrupted { Refusal::interrupted() } else { self.closed(failure) };
            let notes = std::mem::take(&mut self.notes).into_iter();
            let failure = notes.fold(failure, Refusal::why);
            return match self.left_alone.as_slice() {
                [] => failure.why("Everything was taken back: nothing has changed."),
                files => failure
                    .why(format!("{} was edited meanwhile and is left as it is.", files.join(", ")))
                    .why("Everything else was taken back."),
            };
        }
        if failure.exit == Exit::Open && !interrupted {
            // It knows the ways on.
            return failure.why(format!("Operation {} is open.", self.operation.id));
        }
        let mut failure = if interrupted { failure } else { failure.leaves_open() };
        failure.next.clear();
        if let Some(Err(error)) = back {
            failure = failure.why(format!("Taking it back failed, too: {error}."));
        }
        let failure = failure
            .why(format!("Operation {} is open.", self.operation.id))
            .next("resume", "completes it when the cause is mended");
        self.or_undo(failure, "takes it back")
    }

    /// A failure that would leave the operation open, where there was nothing to leave: a push of
    /// what had been here before.
    fn closed(&self, mut failure: Refusal) -> Refusal {
        if failure.exit != Exit::Open {
            return failure;
        }
        failure.exit = Exit::External;
        failure.next.clear();
        let again = self.operation.begin().command.clone();
        failure.next_typed(again, "when the cause is mended")
    }
}
