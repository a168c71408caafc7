//! What the records of an operation say about its steps.

use super::{Closed, Ended, Evidence, Foreign, IndexChange, Operation, Record, Said, Sent, State};
use crate::plan::{Action, Id, Object, Oid, Person, Run};
use crate::sys::clock::Timestamp;

/// What became of a command of the configuration, as far as the journal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It did not run, or could not be started.
    Never,
    /// It began, and nobody knows how far it came: we were killed meanwhile.
    Unknown,
    Failed,
    Done,
}

impl Operation {
    /// The objects and index entries of a step, once they were built.
    pub fn built(&self, step: usize) -> Option<(&[Oid], &[IndexChange])> {
        self.records.iter().rev().find_map(|record| match record {
            Record::Built { step: of, objects, index, .. } if *of == step => {
                Some((objects.as_slice(), index.as_slice()))
            }
            _ => None,
        })
    }

    /// An object that the plan names; `None` while it is not made.
    pub fn object(&self, id: &Id) -> Option<Oid> {
        let number = match id {
            Id::Known(oid) => return Some(oid.clone()),
            Id::Made(number) => *number,
        };
        let mut first = 0;
        for (step, planned) in self.plan().steps.iter().enumerate() {
            let here = planned.action.objects().len();
            if number < first + here {
                return self.built(step)?.0.get(number - first).cloned();
            }
            first += here;
        }
        None
    }

    /// The index entries of a commit that the plan makes.
    pub fn index_of(&self, id: &Id) -> Option<&[IndexChange]> {
        let Id::Made(number) = id else { return None };
        let mut first = 0;
        for (step, planned) in self.plan().steps.iter().enumerate() {
            let here = planned.action.objects().len();
            if *number < first + here {
                let is_commit =
                    matches!(planned.action.objects()[number - first], Object::Commit(_));
                return self.built(step).filter(|_| is_commit).map(|(_, index)| index);
            }
            first += here;
        }
        None
    }

    /// How many times hooks were started.
    pub fn hook_runs(&self) -> usize {
        self.records.iter().filter(|record| matches!(record, Record::Hooks { .. })).count()
    }

    /// Whether the objects of any step were built: a child of ours may have touched refs since.
    pub fn any_built(&self) -> bool {
        self.records.iter().any(|record| matches!(record, Record::Built { .. }))
    }

    /// Whether a commit of what this step edits was built.
    pub fn built_after(&self, step: usize) -> bool {
        let steps = self.plan().steps.iter().enumerate().skip(step);
        let mut builds = steps.filter(|(_, step)| !step.action.objects().is_empty());
        builds.next().is_some_and(|(step, _)| self.built(step).is_some())
    }

    /// The branch that is checked out when this step is reached.
    pub fn branch_at(&self, step: usize) -> Option<&str> {
        let switched = self.plan().steps[..step].iter().rev().find_map(|step| match &step.action {
            Action::Switch(switch) => Some(switch.to.branch.as_deref()),
            _ => None,
        });
        switched.unwrap_or(self.plan().base.branch.as_deref())
    }

    /// What the gates of a step said.
    pub fn gated(&self, step: usize) -> Option<&serde_json::Value> {
        self.records.iter().rev().find_map(|record| match record {
            Record::Gates { step: of, report } if *of == step => Some(report),
            _ => None,
        })
    }

    /// What the ref for the record of the release was, and the blob that holds the record.
    pub fn recorded(&self, step: usize) -> Option<(Option<&Oid>, &Oid)> {
        self.records.iter().rev().find_map(|found| match found {
            Record::Recorded { step: of, before, blob } if *of == step => {
                Some((before.as_ref(), blob))
            }
            _ => None,
        })
    }

    /// What became of a push, as far as the journal knows.
    pub fn pushed(&self, step: usize) -> Sent {
        let said = self.records.iter().rev().find_map(|record| match record {
            Record::Pushing { step: of } if *of == step => Some(Sent::Unknown),
            Record::Refused { step: of } if *of == step => Some(Sent::No),
            Record::Pushed { step: of } if *of == step => Some(Sent::Yes),
            _ => None,
        });
        said.unwrap_or(Sent::No)
    }

    /// The same of the first push of the plan.
    pub fn sent(&self) -> Sent {
        let steps = self.plan().steps.iter();
        let push = steps.into_iter().position(|step| matches!(step.action, Action::Push(_)));
        push.map_or(Sent::No, |step| self.pushed(step))
    }

    /// Whether its push was refused, and nothing arrived.
    pub fn was_refused(&self) -> bool {
        let refused = |record: &Record| matches!(record, Record::Refused { .. });
        self.sent() == Sent::No && self.records.iter().any(refused)
    }

    /// Whether anything of the plan has left this machine, or nobody knows.
    pub fn may_have_arrived(&self) -> bool {
        let steps = 0..self.plan().steps.len();
        steps.into_iter().any(|step| self.pushed(step) != Sent::No)
    }

    /// Whether the post-commit hook of this step was started once.
    pub fn post_commit_began(&self, step: usize) -> bool {
        let began =
            |record: &Record| matches!(record, Record::PostCommit { step: of } if *of == step);
        self.records.iter().any(began)
    }

    /// Whether hooks began and nothing was built since: what the planned files hold now may be
    /// theirs.
    pub fn hooks_began(&self) -> bool {
        let last = self.records.iter().rev().find_map(|record| match record {
            Record::Hooks { .. } => Some(true),
            Record::Built { .. } => Some(false),
            _ => None,
        });
        last.unwrap_or(false)
    }

    /// The other changed files as they were before hooks that never ended.
    pub fn cut_short(&self) -> &[Foreign] {
        let found = self.records.iter().rev().find_map(|record| match record {
            Record::Hooks { foreign, .. } => Some(foreign.as_slice()),
            Record::HooksEnded { .. } | Record::Built { .. } => Some(&[][..]),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// Whether the plan has an action that git's refs know of.
    pub fn lands(&self) -> bool {
        !self.plan().objects().is_empty()
            || self.plan().steps.iter().any(|step| matches!(step.action, Action::Land(_)))
    }

    /// What became of a command of a step.
    pub fn tried(&self, step: usize, command: usize) -> Tried {
        let (mut now, mut before) = (Tried::Never, Tried::Never);
        for record in &self.records {
            match record {
                Record::Running { step: of, command: own, .. }
                    if (*of, *own) == (step, command) =>
                {
                    (now, before) = (Tried::Unknown, now);
                }
                Record::Ran { step: of, command: own, evidence }
                    if (*of, *own) == (step, command) =>
                {
                    now = match evidence.ended {
                        Ended::Exit(0) => Tried::Done,
                        Ended::NotStarted(_) => before,
                        Ended::Exit(_) | Ended::Signal(_) | Ended::Asked | Ended::Interrupted => {
                            Tried::Failed
                        }
                    };
                }
                _ => {}
            }
        }
        now
    }

    /// Whether a command was running when we were killed: it may live on.
    pub fn was_running(&self) -> bool {
        let last = self.records.iter().rev().find_map(|record| match record {
            Record::Running { .. } => Some(true),
            Record::Ran { .. } => Some(false),
            _ => None,
        });
        last.unwrap_or(false)
    }

    /// How a command of a step ended last.
    pub fn ran(&self, step: usize, command: usize) -> Option<&Evidence> {
        self.records.iter().rev().find_map(|record| match record {
            Record::Ran { step: of, command: own, evidence } if (*of, *own) == (step, command) => {
                Some(evidence)
            }
            _ => None,
        })
    }

    /// What a person said of a step, who, and when.
    pub fn by_hand(&self, step: usize) -> Option<(Said, &str, Timestamp)> {
        self.records.iter().rev().find_map(|record| match record {
            Record::ByHand { step: of, said, who, at } if *of == step => {
                Some((*said, who.as_str(), *at))
            }
            _ => None,
        })
    }

    /// The runs of which a command began: what they did cannot be taken back.
    pub fn begun_runs(&self) -> Vec<(usize, &Run)> {
        let steps = self.plan().steps.iter().enumerate();
        let runs = steps.filter_map(|(step, planned)| match &planned.action {
            Action::Run(run) => Some((step, run)),
            _ => None,
        });
        let began = |step: usize, run: &Run| {
            (0..run.commands.len()).any(|command| self.tried(step, command) != Tried::Never)
        };
        runs.filter(|(step, run)| began(*step, run)).collect()
    }

    /// Whether it can be taken back, as far as the journal knows: nothing of it was pushed, and no
    /// command began.
    pub fn is_undoable(&self) -> bool {
        let steps = 0..self.plan().steps.len();
        self.begun_runs().is_empty() && steps.into_iter().all(|step| self.pushed(step) != Sent::Yes)
    }

    /// What a person has still to do, of an operation that has ended.
    pub fn waiting(&self) -> Vec<(usize, &Person)> {
        if self.state() != State::Closed(Closed::Done) {
            return Vec::new();
        }
        let steps = self.plan().steps.iter().enumerate();
        let persons = steps.filter_map(|(step, planned)| match &planned.action {
            Action::Person(person) => Some((step, person)),
            _ => None,
        });
        persons.filter(|(step, _)| self.by_hand(*step).is_none()).collect()
    }
}
