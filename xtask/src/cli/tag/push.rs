//! What a remote has of a tag and its commit, asked in one connection, and what has to be pushed.

use super::super::Context;
use super::candidate::Candidate;
use crate::config::file::Procedure;
use crate::error::{Refusal, word};
use crate::flows::tag::Pushed;
use crate::plan::{Id, RefMove};
use crate::repo::{Configuration, Destination, Listed, Repo, Wanted};
use crate::sys::proc;

/// What a remote has.
pub(super) enum Remote {
    /// The same tag.
    Same(Destination),
    /// No such tag.
    Lacking(Pushed),
}

impl Remote {
    /// Fetches the tag and the branches that releases are on, and looks.
    ///
    /// # Errors
    /// No remote, or not clear which; it does not answer; it has another tag of this name; the commit
    /// is not there and no branch can bring it; git fails.
    pub fn look(candidate: &Candidate, repo: &Repo, context: &Context) -> Result<Self, Refusal> {
        let configuration = repo.configuration()?;
        let settings = &candidate.survey.settings;
        let said = settings.branches.main.as_ref().map(|said| said.value.as_str());
        let main = repo.main(&configuration, said)?.map(|main| main.name);
        let from = candidate.branch.as_deref().or(main.as_deref()).unwrap_or_default();
        let Some(to) = repo.remote_to_push(&configuration, from)? else {
            return Err(Refusal::usage("there is no remote to push to")
                .next_shell("git remote add origin URL", "gives an address a name"));
        };
        let develop = match &settings.branches.develop {
            Some(said) => Some(said.value.clone()),
            None => repo.develop()?,
        };
        let mut branches: Vec<String> =
            main.into_iter().chain(develop).chain(candidate.branch.clone()).collect();
        branches.extend([Procedure::Release, Procedure::Hotfix].iter().filter_map(|procedure| {
            let template = settings.landing(*procedure).branch?.value;
            let (before, _) = template.split_once('{')?;
            (!before.is_empty()).then(|| format!("{before}*"))
        }));
        branches.sort_unstable();
        branches.dedup();
        let wanted = Wanted { branches, tags: vec![candidate.name.clone()], own: Vec::new() };
        context.ui.progress(&format!("asking {} ...", to.name));
        let interrupt = proc::catch_interrupts().map_err(|error| {
            Refusal::external("ctrl-C cannot be watched for").why(error.to_string())
        })?;
        let there = repo.fetch(&to.name, &wanted, &interrupt)?.there;
        let look = Look { candidate, repo, configuration: &configuration, to: &to, there: &there };
        if look.has_tag()? {
            return Ok(Self::Same(to));
        }
        let branch = if look.has_commit()? { None } else { Some(look.branch()?) };
        Ok(Self::Lacking(Pushed { remote: to.name, shown: to.shown, branch }))
    }
}

struct Look<'a> {
    candidate: &'a Candidate,
    repo: &'a Repo,
    configuration: &'a Configuration,
    to: &'a Destination,
    there: &'a Listed,
}

impl Look<'_> {
    /// Whether the tag is there, as it is here (where it was not, the fetch has made it).
    fn has_tag(&self) -> Result<bool, Refusal> {
        let Candidate { name, commit, .. } = self.candidate;
        let full = format!("refs/tags/{name}");
        let Some(there) = self.there.get(&full) else { return Ok(false) };
        if self.repo.ref_at(&full)?.as_ref() == Some(there) {
            return Ok(true);
        }
        let remote = &self.to.name;
        let refusal = Refusal::unsafe_to(format!("{remote} has another tag {name}"));
        let refusal = match self.there.peeled(&full) {
            Some(other) if other == commit => refusal
                .why(format!("It is on the same commit, {}, but another object.", commit.short())),
            Some(other) => {
                refusal.why(format!("It is on {}, and this is {}.", other.short(), commit.short()))
            }
            None => refusal,
        };
        Err(refusal
            .why("Somebody else has released this version; a tag is never moved.")
            .next_shell(
                format!("git tag -d {0} && git fetch {1} tag {0}", word(name), word(remote)),
                "takes theirs; then release the next version",
            ))
    }

    /// Whether a branch that releases are on has the commit there.
    fn has_commit(&self) -> Result<bool, Refusal> {
        for (_, tip) in self.there.below("refs/heads/") {
            if self.repo.is_ancestor(&self.candidate.commit, tip)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The branch that can bring the commit there without taking anything away.
    fn branch(&self) -> Result<RefMove, Refusal> {
        let Candidate { commit, name, survey, .. } = self.candidate;
        let remote = &self.to.name;
        let Some(branch) = &self.candidate.branch else {
            let what = format!("{} is not on {remote}, and no branch here has it", commit.short());
            return Err(Refusal::unsafe_to(what)
                .why("A tag alone would bring commits there that no branch has.")
                .next_shell(format!("git switch -c NAME {}", commit.short()), "makes a branch"));
        };
        if let Some(said) = survey.settings.branches.protects(branch) {
            let refusal = Refusal::unsafe_to(format!("{branch} takes pull requests only"));
            let refusal = survey.settings.pointed(refusal, said.at);
            return Err(refusal
                .why(format!("{} has to be there before its tag.", commit.short()))
                .next_shell("gh pr create", "brings it there; then tag what has landed"));
        }
        self.follows_its_own_name(branch)?;
        let full = format!("refs/heads/{branch}");
        let to = Id::Known(commit.clone());
        match self.there.get(&full) {
            None => Ok(RefMove::create(full, to)),
            Some(old) if self.repo.is_ancestor(old, commit)? => {
                Ok(RefMove::update(full, Id::Known(old.clone()), to))
            }
            Some(old) => {
                let what = format!("{branch} and {branch} of {remote} have gone apart");
                Err(Refusal::unsafe_to(what)
                    .why(format!("There it is at {}, which is not in {name}.", old.short()))
                    .next_shell(
                        format!("git pull --rebase {} {}", word(remote), word(branch)),
                        "brings them together; what is tagged then is another commit",
                    ))
            }
        }
    }

    /// `git push` would ask, too, where a branch follows one of another name.
    fn follows_its_own_name(&self, branch: &str) -> Result<(), Refusal> {
        let remote = &self.to.name;
        let get = |key: &str| self.configuration.get(&format!("branch.{branch}.{key}"));
        let other = get("merge").and_then(|merge| merge.strip_prefix("refs/heads/"));
        match other.filter(|other| *other != branch && get("remote") == Some(remote)) {
            None => Ok(()),
            Some(other) => {
                let what = format!("{branch} follows {other} of {remote}: where should it go?");
                let [branch, other] = [branch, other].map(|name| format!("refs/heads/{name}"));
                let push =
                    format!("git push {} {}", word(remote), word(format!("{branch}:{other}")));
                Err(Refusal::usage(what).next_shell(push, "pushes it there; then the same again"))
            }
        }
    }
}
