//! Which branches have a release, how it came there, and what becomes of each.

use super::args::Args;
use super::subject::Subject;
use crate::cli::project::{Known, Survey};
use crate::cli::release::{Remote, develop, main, not_elsewhere, pull};
use crate::config::file::{Code, Procedure, Settings};
use crate::error::{Refusal, word};
use crate::flows::rollback::{Branch, Mend};
use crate::plan::{Oid, Retract, TakesOut};
use crate::repo::merge::withdraw::{Outcome, Wish, refused, withdraw};
use crate::repo::{Brought, Joint, Repo};
use crate::wording::counted;

/// What is looked at.
pub struct Looking<'l> {
    pub repo: &'l Repo,
    pub args: &'l Args,
    pub survey: &'l Survey,
    pub known: &'l Known,
    pub remote: Option<&'l Remote>,
    pub subject: &'l Subject,
    /// What is said of the release in changelogs, one line.
    pub notice: &'l str,
}

/// What becomes of the branches.
pub struct Found {
    /// Those that get a commit, main first.
    pub branches: Vec<Branch>,
    pub mend: Option<Mend>,
    /// The range that is taken out of main, and how many commits it has.
    pub taken: Option<(TakesOut, usize)>,
    /// Why code stays that a person might want to go.
    pub stays: Option<String>,
    pub notes: Vec<String>,
}

/// A branch, before it is decided what it gets.
struct Place {
    /// The short name.
    name: String,
    here: Option<Oid>,
    there: Option<Oid>,
    tip: Oid,
    brought: Brought,
}

impl Looking<'_> {
    /// # Errors
    /// Later commits depend on what would be taken out; a branch is checked out elsewhere; a shallow
    /// clone; git fails.
    pub fn find(&self) -> Result<Found, Refusal> {
        let main = self.main()?;
        let mut found =
            Found { branches: Vec::new(), mend: None, taken: None, stays: None, notes: Vec::new() };
        let work = self.work(&main)?;
        let places = self.places(&main, &work, &mut found.notes)?;
        let own = places.iter().find(|place| place.name == main);
        if let Some(own) = own {
            found.taken = self.taken(own, &mut found)?;
        }
        let mut also = Vec::new();
        for place in &places {
            let takes_out = match &found.taken {
                Some((taken, _)) if place.name == main => Some(taken.clone()),
                Some(_) => self.of_the_merge(place, &work, &mut found.notes),
                None => None,
            };
            let own = if place.brought == Brought::Not { &[] } else { also.as_slice() };
            let made = self.branch(place, takes_out, (&main, own), &mut found.notes)?;
            let Some((branch, stand_in)) = made else { continue };
            if branch.takes_out.is_some() && place.name == main {
                also.push(stand_in);
            }
            found.branches.push(branch);
        }
        if let (Some((taken, _)), Some(own)) = (&found.taken, own) {
            found.mend = Some(self.mend(own, taken)?);
        }
        Ok(found)
    }

    /// The branch the release is on: main, or the one that is checked out where main does not have it
    /// (a line of older releases).
    fn main(&self) -> Result<String, Refusal> {
        let main = main(self.repo, &self.survey.settings)?;
        let has = |name: &str| -> Result<bool, Refusal> {
            let place = self.place(name, &self.subject.commit)?;
            Ok(place.is_some_and(|place| place.brought != Brought::Not))
        };
        match self.repo.branch() {
            Some(branch) if !has(&main)? && has(branch)? => Ok(branch.to_owned()),
            _ => Ok(main),
        }
    }

    /// The commit that other branches than main were given: where the tag is on the merge into main,
    /// the branch that was merged.
    fn work(&self, main: &str) -> Result<Oid, Refusal> {
        let commit = &self.subject.commit;
        Ok(match self.place(main, commit)?.map(|place| place.brought) {
            Some(Brought::By(joint)) if joint.commit == *commit => joint.side,
            _ => commit.clone(),
        })
    }

    /// The branches that have the release, or a changelog that may tell of it; main first.
    fn places(
        &self,
        main: &str,
        work: &Oid,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Place>, Refusal> {
        let mut names = vec![main.to_owned()];
        names.extend(develop(self.repo, &self.survey.settings, main)?);
        for procedure in [Procedure::Release, Procedure::Hotfix] {
            let landing = self.survey.settings.landing(procedure);
            names.extend(landing.into.into_iter().flat_map(|into| into.value));
        }
        names.extend(self.prepared());
        let mut places: Vec<Place> = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            if places.iter().any(|place| place.name == name) {
                continue;
            }
            let commit = if name == main { &self.subject.commit } else { work };
            let Some(place) = self.place(&name, commit)? else { continue };
            let usual = at < 2;
            // A branch that the release itself was made on stays as it is.
            let has = matches!(place.brought, Brought::By(_)) || usual;
            if has && (usual || place.there.is_some() || self.remote.is_none()) {
                places.push(place);
            }
        }
        if !places.iter().any(|place| place.brought != Brought::Not) {
            let tag = &self.subject.tag;
            notes.push(format!("no branch has {tag} any more: there is no code to take out"));
        }
        Ok(places)
    }

    /// Branches on which other releases are prepared.
    fn prepared(&self) -> Vec<String> {
        let heads = |procedure| {
            let branch = self.survey.settings.landing(procedure).prepared().value;
            branch.split('{').next().unwrap_or_default().to_owned()
        };
        let heads = [heads(Procedure::Release), heads(Procedure::Hotfix)];
        let all = self.remote.into_iter().flat_map(Remote::branches);
        let is = |name: &&str| heads.iter().any(|head| !head.is_empty() && name.starts_with(head));
        all.filter(is).map(str::to_owned).collect()
    }

    /// Where a branch is, and how it got this commit; the remote's word counts. `None` where there is
    /// none.
    fn place(&self, name: &str, commit: &Oid) -> Result<Option<Place>, Refusal> {
        let full = format!("refs/heads/{name}");
        let here = self.repo.ref_at(&full)?;
        let there = self.remote.and_then(|remote| remote.at(&full));
        let Some(tip) = there.clone().or_else(|| here.clone()) else { return Ok(None) };
        let brought = self.repo.brought(commit, &tip)?;
        Ok(Some(Place { name: name.to_owned(), here, there, tip, brought }))
    }

    /// What is taken out of main.
    fn taken(&self, main: &Place, found: &mut Found) -> Result<Option<(TakesOut, usize)>, Refusal> {
        if let Some(said) = &self.args.revert {
            return self.range(said, main).map(Some);
        }
        let said = self.survey.settings.rollback.code.as_ref().map(|said| said.value);
        let said = self.args.code.or(said);
        let joint = match &main.brought {
            Brought::By(joint) if self.is_whole(joint)? => Some(joint.clone()),
            Brought::By(_) | Brought::Line | Brought::Not => None,
        };
        let taken = match (said, joint) {
            (Some(Code::Keep), _) => None,
            (Some(Code::Revert), None) if main.brought != Brought::Not => {
                return self.range("", main).map(Some);
            }
            (_, Some(Joint { before, commit, .. })) => Some(TakesOut { from: before, to: commit }),
            (_, None) => None,
        };
        let Some(taken) = taken else {
            found.stays = self.stays(main, said)?;
            return Ok(None);
        };
        if self.repo.is_shallow() {
            return Err(self.repo.deepen("What the release brought cannot be told here."));
        }
        let number = self.repo.commits_between(&taken.from, &taken.to)?;
        Ok(Some((taken, number)))
    }

    /// Whether a merge brought the release and not just the last part of it: a merge that has the tag
    /// itself may be that of any branch.
    fn is_whole(&self, joint: &Joint) -> Result<bool, Refusal> {
        if joint.commit != self.subject.commit {
            return Ok(true);
        }
        let previous = self.subject.previous.as_ref();
        match previous.and_then(|previous| Oid::new(&previous.commit)) {
            Some(previous) => Ok(self.repo.commits_between(&previous, &joint.before)? == 0),
            None => Ok(false),
        }
    }

    /// Why code stays, in words.
    fn stays(&self, main: &Place, said: Option<Code>) -> Result<Option<String>, Refusal> {
        if main.brought == Brought::Not {
            return Ok(None);
        }
        let number = match self.previous_commit() {
            Some(previous) => self.repo.commits_between(&previous, &self.subject.commit)?,
            None => return Ok(Some(format!("the code stays on {}", main.name))),
        };
        let commits = counted(number, "commit");
        let verb = if number == 1 { "stays" } else { "stay" };
        Ok(Some(match said {
            Some(Code::Keep) => format!("the {commits} {verb} on {}, as was asked", main.name),
            _ => format!(
                "the {commits} {verb} on {} (a trunk release); take them out with --revert",
                main.name
            ),
        }))
    }

    fn previous_commit(&self) -> Option<Oid> {
        Oid::new(&self.subject.previous.as_ref()?.commit)
    }

    /// What `--revert` says: nothing is everything since the release before.
    fn range(&self, said: &str, main: &Place) -> Result<(TakesOut, usize), Refusal> {
        let repo = self.repo;
        let shown = |refusal: Refusal| {
            refusal.next_shell("git log --oneline --first-parent", "shows what there is")
        };
        let (from, to) = match said.split_once("..") {
            _ if said.is_empty() => {
                let from = self.previous_commit().ok_or_else(|| {
                    Refusal::usage(format!("there is no release before {}", self.subject.version))
                        .why("So nothing says where what it brought begins.")
                        .next_typed(
                            self.typed_range(),
                            "takes out what came after one commit up to another",
                        )
                })?;
                (from, self.subject.commit.clone())
            }
            Some((from, to)) if !from.is_empty() && !to.starts_with('.') => {
                let to = if to.is_empty() { self.subject.tag.as_str() } else { to };
                let named = |name: &str| {
                    let unknown = || shown(Refusal::usage(format!("there is no commit {name}")));
                    repo.named(name)?.ok_or_else(unknown)
                };
                (named(from)?, named(to)?)
            }
            _ => {
                return Err(shown(
                    Refusal::usage(format!("--revert={said} is no range of commits"))
                        .why("It is A..B: what came after A, up to B."),
                ));
            }
        };
        for (one, other) in [(&from, &to), (&to, &main.tip)] {
            if !repo.is_ancestor(one, other)? {
                let (one, other) = (one.short(), other.short());
                return Err(shown(
                    Refusal::usage(format!("{one} is not in the history of {other}"))
                        .why(format!("--revert is about what is on {}.", main.name)),
                ));
            }
        }
        if repo.is_shallow() {
            return Err(repo.deepen("What the release brought cannot be told here."));
        }
        let number = repo.commits_between(&from, &to)?;
        Ok((TakesOut { from, to }, number))
    }

    fn typed_range(&self) -> String {
        format!("rollback {} --revert=COMMIT..{}", self.subject.version, word(&self.subject.tag))
    }

    /// What a merge into another branch than main brought, where that was the release alone.
    fn of_the_merge(&self, place: &Place, work: &Oid, notes: &mut Vec<String>) -> Option<TakesOut> {
        let Brought::By(joint) = &place.brought else { return None };
        let is_all = |released: &Oid| {
            joint.side == *released
                || self.repo.commits_between(released, &joint.side).ok() == Some(0)
        };
        let alone = self.args.revert.is_none() && (is_all(&self.subject.commit) || is_all(work));
        if alone {
            let (from, to) = (joint.before.clone(), joint.commit.clone());
            return Some(TakesOut { from, to });
        }
        notes.push(format!(
            "{} has the release by {}, which brought other work as well: its code stays there",
            place.name,
            joint.commit.short()
        ));
        None
    }

    /// What a branch gets; `None` where it stays as it is.
    fn branch(
        &self,
        place: &Place,
        takes_out: Option<TakesOut>,
        (main, also): (&str, &[Oid]),
        notes: &mut Vec<String>,
    ) -> Result<Option<(Branch, Oid)>, Refusal> {
        let repo = self.repo;
        let mut retract = self.retract();
        let wish =
            Wish { target: &place.tip, takes_out: takes_out.as_ref(), retract: &retract, also };
        let scratch = repo.common_dir.join("gonogo/trial");
        let withdrawn = match withdraw(repo, &wish, &scratch)? {
            Outcome::Withdrawn(withdrawn) => withdrawn,
            Outcome::Conflicts(conflicts) => {
                let refusal = refused(&place.name, &wish, &conflicts)
                    .why("Nothing has moved: no branch, no tag, no file, no command has run.");
                let version = &self.subject.version;
                return Err(refusal.next(
                    format!("rollback {version} --code keep"),
                    "withdraws it and leaves the code where it is",
                ));
            }
        };
        if withdrawn.marked.is_empty() && !withdrawn.unmarked.is_empty() {
            if place.name == main && !self.subject.version.is_prerelease() {
                notes.extend(withdrawn.unmarked.iter().map(|why| format!("not marked: {why}")));
            }
            retract.clear();
        }
        if withdrawn.is_as_before && also.is_empty() {
            return Ok(None);
        }
        let full = format!("refs/heads/{}", place.name);
        let offered = self.offered(&place.name, main)?;
        let here = match (&place.here, &offered) {
            (Some(here), None) if repo.is_ancestor(here, &place.tip)? => {
                not_elsewhere(repo, &place.name)?;
                Some(here.clone())
            }
            (Some(_), None) => {
                let name = &place.name;
                notes.push(format!("{name} here has commits of its own, and stays as it is"));
                None
            }
            _ => None,
        };
        let taken = match &takes_out {
            Some(out) => repo.ids_between(&out.from, &out.to)?,
            None => Vec::new(),
        };
        let branch = Branch {
            name: full,
            here,
            there: place.there.clone(),
            tip: place.tip.clone(),
            takes_out,
            taken,
            retract,
            follows: !also.is_empty(),
            offered,
        };
        Ok(Some((branch, withdrawn.stand_in)))
    }

    /// The mark in the changelog.
    fn retract(&self) -> Vec<Retract> {
        vec![Retract {
            project: self.known.project.name.clone(),
            version: self.subject.version.text().to_owned(),
            notice: self.notice.to_owned(),
        }]
    }

    /// By a branch of its own, where it takes pull requests only.
    fn offered(
        &self,
        name: &str,
        main: &str,
    ) -> Result<Option<(String, Option<Oid>, crate::plan::Pull)>, Refusal> {
        let settings: &Settings = &self.survey.settings;
        let Some(remote) = self.remote.filter(|_| settings.branches.protects(name).is_some())
        else {
            return Ok(None);
        };
        let tag = &self.subject.tag;
        let branch = match name == main {
            true => format!("rollback/{tag}"),
            false => format!("rollback/{tag}-into-{}", name.replace('/', "-")),
        };
        let title = format!("Withdraw {tag} from {name}");
        let body = format!("{}\n\nMerge it with a merge commit.\n", self.notice);
        let pull = pull(self.repo, remote.name(), (&branch, name), title, body)?;
        let branch = format!("refs/heads/{branch}");
        let there = remote.at(&branch);
        if let Some(there) = &there {
            let short = branch.trim_start_matches("refs/heads/");
            return Err(Refusal::unsafe_to(format!("{short} is on {} already", remote.name()))
                .why("Somebody is withdrawing this release.")
                .next_shell(format!("git show {}", there.as_str()), "shows it"));
        }
        Ok(Some((branch, there, pull)))
    }

    /// The branch with the work alone, from where it began.
    fn mend(&self, main: &Place, taken: &TakesOut) -> Result<Mend, Refusal> {
        let (from, to) = match &main.brought {
            Brought::By(joint) if joint.commit == taken.to && joint.before == taken.from => {
                let parted = self.repo.parted(&joint.before, &joint.side)?;
                (parted.unwrap_or_else(|| taken.from.clone()), joint.side.clone())
            }
            _ => (taken.from.clone(), taken.to.clone()),
        };
        let name = format!("mend/{}", self.subject.tag);
        let full = format!("refs/heads/{name}");
        let there = self.remote.and_then(|remote| remote.at(&full));
        if self.repo.ref_at(&full)?.is_some() || there.is_some() {
            return Err(Refusal::unsafe_to(format!("there is a branch {name} already"))
                .why("The work of the release would be put there, to be mended.")
                .next_shell(
                    format!("git branch -m {} {}", word(&name), word(format!("{name}-old"))),
                    "gives it another name",
                ));
        }
        let subjects = self.repo.between(&from, &to)?.into_iter().map(|commit| commit.subject);
        let subjects = subjects.filter(|subject| !subject.starts_with("Merge ")).collect();
        Ok(Mend { name: full, from, to, subjects })
    }
}
