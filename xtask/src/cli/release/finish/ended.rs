//! What is left to be done once the commit is known that has the tag or gets it.

use serde_json::Value;

use super::Finish;
use crate::cli::approvals::Approvals;
use crate::cli::release::ci::Ci;
use crate::cli::release::execute;
use crate::cli::release::gates::Asking;
use crate::cli::release::prepare::{Prepared, kept};
use crate::cli::release::shown::Facts;
use crate::cli::release::voided::voided;
use crate::error::{Refusal, word};
use crate::flows::landing::{self, How, Identity, Landed, Left, Remote, Tagging, Target};
use crate::flows::words::{self, Words};
use crate::plan::{self, Gates, Oid};
use crate::repo::Search;

/// A commit that is released.
pub struct Ending {
    pub commit: Oid,
    /// `None` where it has its tag.
    pub tagging: Option<Tagging>,
    /// What has to be green on it.
    pub gates: Option<Gates>,
    /// What people have said of it, in sentences.
    pub signed: Vec<String>,
}

impl Finish<'_> {
    /// Merges what has its tag into the branches that lack it.
    pub(super) fn rest(&self, asking: &Asking<'_>, commit: &Oid) -> Result<(), Refusal> {
        let tag = format!("refs/tags/{}", self.tag);
        if let Some(remote) = self.remote.filter(|remote| remote.at(&tag).is_none()) {
            let name = remote.name();
            return Err(Refusal::unsafe_to(format!("{} is here and not on {name}", self.tag))
                .why("What is released is there before branches are told of it.")
                .next_shell(
                    format!("git push {} {}", word(name), word(&tag)),
                    "brings it there, then the same again",
                ));
        }
        let commit = commit.clone();
        let ending = Ending { commit, tagging: None, gates: None, signed: Vec::new() };
        let Some(rest) = self.ended(ending)? else {
            super::done(self.context, Some(&self.opened.version));
            return Ok(());
        };
        execute(self.args, self.context, self.repo, asking, rest)
    }

    /// The tag that is made; `checked` is what gates have said of it, `approvals` what people have,
    /// `section` what the changelog has.
    pub(super) fn tagging(
        &self,
        checked: Value,
        approvals: Option<&Approvals>,
        section: Option<String>,
    ) -> Result<Tagging, Refusal> {
        let Self { repo, survey, known, context, opened, tag, .. } = self;
        let (date, command) = (context.at.date(), context.command());
        let newest = known.releases.newest.as_ref();
        let words = Words::new(words::Release {
            version: &opened.version,
            tag,
            date: &date,
            name: known.project.name.as_deref(),
            package: self.args.package.as_deref(),
            codename: self.args.codename.as_deref(),
            summary: self.args.summary.as_deref(),
            previous: newest.map(|(_, version)| version),
            taken: &known.tagged,
            style: crate::flows::bump::style(&survey.facts(known), &opened.version),
            command: &command,
        })?;
        let message = words.message(&self.landing.tag_message)?;
        let about = plan::About {
            checked: match approvals {
                Some(approvals) => approvals.with_proofs(checked),
                None => checked,
            },
            section,
            approvals: Box::new(approvals.map(Approvals::kept).unwrap_or_default()),
            ..self.about(newest.map(|(tag, _)| tag.as_str()))
        };
        Ok(Tagging {
            message: approvals.map_or(message.clone(), |approvals| approvals.told_in(&message)),
            tagger: repo.ident("COMMITTER", context.at)?,
            sign: survey.signing(repo)?.tried(repo)?,
            about,
        })
    }

    /// What its record says.
    fn about(&self, newest: Option<&str>) -> plan::About {
        let commits = &self.known.releases.commits;
        let previous = commits.iter().find(|tagged| Some(tagged.tag.as_str()) == newest);
        let about = kept(self.args, self.known, &self.opened.version, previous);
        plan::About { landing: plan::Landing::PullRequest, ..about }
    }

    /// The plan of what is left; `None` where nothing is.
    pub(super) fn ended(&self, ending: Ending) -> Result<Option<Prepared>, Refusal> {
        let Self { repo, known, context, opened, tag, .. } = self;
        let Ending { commit, tagging, gates, signed } = ending;
        let landed = tagging.as_ref().map(|_| self.main.0);
        let (joined, chosen) = self.joined(&commit, tag, landed)?;
        let goes = self.goes(&commit, &chosen.left_out)?;
        let elsewhere = repo
            .work_tree_of(&opened.name)?
            .is_some_and(|_| repo.branch() != Some(opened.name.as_str()));
        let here = opened.here.clone().filter(|_| goes && !elsewhere);
        let there = opened.there.clone().filter(|_| goes);
        if tagging.is_none() && joined.targets.is_empty() && here.is_none() && there.is_none() {
            return Ok(None);
        }
        let void = (*tag, joined.targets.as_slice());
        let warnings = voided(repo, &self.survey.settings, known, void)?;
        let left = self.left(gates.as_ref(), &joined.targets, here.as_ref(), &commit)?;
        let (author, committer) =
            (repo.ident("AUTHOR", context.at)?, repo.ident("COMMITTER", context.at)?);
        let plan = landing::landed(Landed {
            title: format!("{} {}", known.name(), opened.version),
            base: repo.head.base(),
            tag: (*tag).to_owned(),
            tagging,
            commit,
            gates,
            targets: joined.targets,
            author: Identity { author, committer, sign: repo.signs_commits()? },
            branch: format!("refs/heads/{}", opened.name),
            here,
            there,
            left,
            remote: self.remote.map(|remote| Remote {
                name: remote.name().to_owned(),
                shown: remote.shown().to_owned(),
            }),
        });
        let ci = plan.point_of_no_return().map(|push| Ci::of(repo, push)).transpose()?;
        let newest = known.releases.newest.as_ref();
        let mut notes = [chosen.notes, joined.notes].concat();
        if !chosen.left_out.is_empty() {
            notes.push(format!("left out: {}", chosen.left_out.join(", ")));
        }
        let facts = Facts {
            version: opened.version.clone(),
            tag: (*tag).to_owned(),
            previous: newest.map(|(tag, _)| tag.clone()),
            hooks: Vec::new(),
            ci: ci.unwrap_or_default(),
            notes,
            merges: joined.merges,
            signed,
            warnings,
        };
        Ok(Some(Prepared { plan, before: Vec::new(), facts }))
    }

    /// Whether its branch goes: nothing on it is lost, and no branch waits for it.
    fn goes(&self, commit: &Oid, left_out: &[String]) -> Result<bool, Refusal> {
        if self.landing.keep_branch.value || !left_out.is_empty() {
            return Ok(false);
        }
        let scratch = self.repo.common_dir.join("gonogo");
        Ok(matches!(self.repo.landing(commit, &self.opened.tip, &scratch)?, Search::Landed(_)))
    }

    /// Where the work tree has to be meanwhile.
    fn left(
        &self,
        gates: Option<&Gates>,
        targets: &[Target],
        deleted: Option<&Oid>,
        commit: &Oid,
    ) -> Result<Left, Refusal> {
        let repo = self.repo;
        let tree = |id: &Oid| repo.ref_at(&format!("{}^{{tree}}", id.as_str()));
        let head = repo.head.commit();
        let asks = gates.is_some_and(Gates::asks);
        let same = head.map(tree).transpose()? == Some(tree(commit)?);
        let branch = repo.branch().unwrap_or_default();
        let gone = deleted.is_some() && branch == self.opened.name;
        let own = format!("refs/heads/{branch}");
        let moves = targets
            .iter()
            .any(|target| target.name == own && !matches!(target.how, How::Offered { .. }));
        if asks || gone || moves {
            repo.nothing_in_progress()?;
        }
        if asks {
            let changed = repo.status()?.changed;
            if let Some(first) = changed.first() {
                let what = format!("{} has changes that are not committed", first.display());
                return Err(Refusal::unsafe_to(what)
                    .why("The gates have to see exactly the commit that gets the tag.")
                    .next_shell("git stash", "puts the changes away"));
            }
        }
        if !gone && !moves && (!asks || same) {
            return Ok(Left::Stays);
        }
        let main = format!("refs/heads/{}", self.main.0);
        let back = match gone {
            true => repo.ref_at(&main)?.map(|at| (main.clone(), at)),
            false => None,
        };
        if gone && back.is_none() {
            return Err(Refusal::unsafe_to(format!(
                "{branch} goes, and there is no {} here",
                self.main.0
            ))
            .next_shell(
                format!("git switch {}", word(self.main.0)),
                "makes it, then the same again",
            ));
        }
        Ok(Left::Goes { back })
    }
}
