//! The whole history, sorted into its releases.

use std::ops::ControlFlow;

use super::super::Repo;
use crate::error::Refusal;
use crate::history::{Changes, FORMAT, Judge, Partition, Placed, Summary, Tagged};

/// The commits of one release, or those that none has.
#[derive(Debug)]
pub struct Group<'a> {
    pub release: Option<&'a Tagged>,
    pub changes: Summary,
}

impl Repo {
    /// Every commit of HEAD in the first of these releases that has it, in one walk; `each` gets a
    /// release when its last commit was read, so that not all have to be kept. The newest ones come
    /// first, what no release has before them.
    ///
    /// # Errors
    /// git fails, or the clone is shallow.
    pub fn groups<T>(
        &self,
        releases: &[Tagged],
        judge: &Judge,
        each: impl Fn(Group<'_>) -> T,
    ) -> Result<Vec<T>, Refusal> {
        if !self.shallow()?.is_empty() {
            return Err(self.deepen("The whole history is needed."));
        }
        if self.head.commit().is_none() {
            return Ok(Vec::new());
        }
        // The order by date needs no look ahead; a wrong clock is found out on the way.
        if let Some(groups) = self.groups_in(&[FORMAT], releases, judge, &each)? {
            return Ok(groups);
        }
        let groups = self.groups_in(&[FORMAT, "--date-order"], releases, judge, &each)?;
        groups.ok_or_else(|| Refusal::external("git log printed a parent before its child"))
    }

    fn groups_in<T>(
        &self,
        options: &[&str],
        releases: &[Tagged],
        judge: &Judge,
        each: impl Fn(Group<'_>) -> T,
    ) -> Result<Option<Vec<T>>, Refusal> {
        let mut partition = Partition::new(releases);
        let mut gathered: Vec<Option<Changes>> = Vec::new();
        let mut done: Vec<Option<T>> = Vec::new();
        let mut in_order = true;
        let group_of = |partition: &Partition, number: usize, changes: Changes| {
            let release = partition.release(number).map(|at| &releases[at]);
            each(Group { release, changes: changes.finish() })
        };
        self.each_commit(options, |record| {
            let Placed::In(number) = partition.place(record) else {
                in_order = false;
                return ControlFlow::Break(());
            };
            if gathered.len() <= number {
                gathered.resize_with(number + 1, || Some(Changes::default()));
                done.resize_with(number + 1, || None);
            }
            if let (Some(commit), Some(changes)) = (judge.judge(record), &mut gathered[number]) {
                changes.take(&commit, &judge.types);
            }
            for number in [partition.before(), number] {
                if partition.is_complete(number)
                    && let Some(changes) = gathered[number].take_if(|changes| !changes.is_empty())
                {
                    done[number] = Some(group_of(&partition, number, changes));
                }
            }
            ControlFlow::Continue(())
        })?;
        // What was handed to an older release at last has ended without a commit of its own.
        for (number, changes) in gathered.into_iter().enumerate() {
            if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
                done[number] = Some(group_of(&partition, number, changes));
            }
        }
        Ok(in_order.then(|| done.into_iter().flatten().collect()))
    }
}
