//! `fresh`: the branch has everything that its remote has, and so has the tag that is wanted.

use std::io::IsTerminal;

use super::{Answer, BuiltIn, Facts, always, could_not};
use crate::error::{Next, Refusal, word};
use crate::gates::{Judged, Slot};
use crate::repo::{Listed, Repo};
use crate::sys::proc::Interrupt;

/// So many lines of what git said are shown.
const SAID: usize = 5;

pub const GATE: BuiltIn = BuiltIn { name: "fresh", usual: always, ask };

fn ask(facts: &Facts<'_>) -> Answer {
    let Some(remote) = facts.configuration.remote() else {
        return Answer::Now(Judged::skipped("there is no remote"));
    };
    let (Some(branch), Some(_)) = (facts.repo.branch(), facts.repo.head.commit()) else {
        return Answer::Now(Judged::skipped("HEAD is on no branch with a commit"));
    };
    let configured =
        |variable: &str| facts.configuration.get(&format!("branch.{branch}.{variable}"));
    let there = match configured("remote") {
        Some(own) if own == remote => configured("merge"),
        _ => None,
    };
    let question = Question {
        remote: remote.to_owned(),
        branch: there.map_or_else(|| format!("refs/heads/{branch}"), str::to_owned),
        tag: facts.aim.tag.as_ref().map(|tag| format!("refs/tags/{tag}")),
        diverged: facts.status.tracking.is_some_and(|(ahead, _)| ahead > 0),
    };
    // git and ssh may ask a person, who then must have the terminal for himself: before anything
    // else starts. Where there is nobody, it must end by itself.
    if std::io::stdin().is_terminal() {
        return Answer::Now(question.asked(facts.repo, &Interrupt::default()));
    }
    Answer::Later(Box::new(move |slot| question.alone(slot)))
}

/// What a remote is asked, in one connection.
struct Question {
    remote: String,
    /// Full names.
    branch: String,
    tag: Option<String>,
    /// The branch has commits that its upstream did not have when it was last asked.
    diverged: bool,
}

impl Question {
    fn refs(&self) -> Vec<&str> {
        [self.branch.as_str()].into_iter().chain(self.tag.as_deref()).collect()
    }

    fn alone(&self, slot: &Slot) -> Judged {
        match Repo::discover(&slot.top) {
            Ok(repo) => self.asked(&repo, &slot.interrupt),
            Err(refusal) => could_not(&refusal),
        }
    }

    fn asked(&self, repo: &Repo, interrupt: &Interrupt) -> Judged {
        match repo.ask(&self.remote, &self.refs(), interrupt) {
            Ok(listed) => self.judge(repo, &listed).unwrap_or_else(|refusal| could_not(&refusal)),
            // Nothing is known.
            Err(refusal) => {
                let lines = refusal.why.iter().take(SAID).cloned();
                let judged = Judged::could_not_run(refusal.what.clone()).details(lines);
                let next = refusal.next.first().cloned();
                next.into_iter().fold(judged, |judged, (next, _)| judged.next(next))
            }
        }
    }

    fn judge(&self, repo: &Repo, listed: &Listed) -> Result<Judged, Refusal> {
        let remote = &self.remote;
        let short = self.branch.strip_prefix("refs/heads/").unwrap_or(&self.branch);
        if let Some(tag) = &self.tag
            && listed.get(tag).is_some()
            && repo.ref_at(tag)?.is_none()
        {
            let name = tag.strip_prefix("refs/tags/").unwrap_or(tag);
            let fetch = format!("git fetch {} tag {}", word(remote), word(name));
            return Ok(Judged::red(format!("{remote} has the tag {name}, which is not here"))
                .details(["Somebody may have released this version already.".to_owned()])
                .next(Next::Shell(fetch)));
        }
        let (Some(theirs), Some(ours)) = (listed.get(&self.branch), repo.head.commit()) else {
            return Ok(Judged::green(format!("{remote} has no {short} yet")));
        };
        if theirs == ours {
            return Ok(Judged::green(""));
        }
        let known = repo.has(theirs)?;
        if known && repo.is_ancestor(theirs, ours)? {
            return Ok(Judged::green(""));
        }
        let behind = known && repo.is_ancestor(ours, theirs)?;
        let how = if behind || !(known || self.diverged) { "--ff-only" } else { "--rebase" };
        let pull = format!("git pull {how} {} {}", word(remote), word(short));
        let why = format!("{remote} has commits of {short} that are not here");
        let theirs =
            format!("{short} is at {} there and at {} here.", theirs.short(), ours.short());
        Ok(Judged::red(why).details([theirs]).next(Next::Shell(pull)))
    }
}
