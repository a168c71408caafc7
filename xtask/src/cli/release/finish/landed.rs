//! A release branch that is in main: the commit it landed in gets the tag.

use super::Finish;
use crate::changelog::{Changelog, Dated};
use crate::cli::release::ci::Ci;
use crate::cli::release::execute;
use crate::cli::release::gates::Asking;
use crate::cli::release::landing::{Joining, targets};
use crate::cli::release::prepare::{Prepared, kept};
use crate::cli::release::shown::Facts;
use crate::error::{Refusal, word};
use crate::flows::landing::{self, How, Identity, Landed, Left, Remote, Target};
use crate::flows::words::{self, Words};
use crate::gates::Profile;
use crate::merge::Side;
use crate::plan::{self, Gates, Oid};
use crate::repo::{self, How as By, Stored};
use crate::sites::{Source, Tree};

/// So many paths are named.
const NAMED: usize = 6;

impl Finish<'_> {
    pub(super) fn landed(
        &self,
        asking: &Asking<'_>,
        found: &repo::Landing,
        missing: Vec<String>,
    ) -> Result<(), Refusal> {
        let (name, main) = (&self.opened.name, self.main.0);
        let short = found.commit.short();
        let ui = &self.context.ui;
        let how = match found.how {
            By::FastForward => "by fast-forward",
            By::Merge => "merged",
            By::Rebase => "rebased",
            By::Squash => "squashed",
        };
        let newer = match found.after {
            0 => String::new(),
            1 => format!("; {main} has 1 newer commit"),
            more => format!("; {main} has {more} newer commits"),
        };
        ui.say(&format!("{name} landed in {main} as {short} ({how}){newer}"));
        if let Some(by) = &found.reverted_by {
            return Err(Refusal::unsafe_to(format!("{short} was reverted by {}", by.short()))
                .why("What is tagged should be what is there.")
                .next_shell(format!("git show {}", by.short()), "shows why"));
        }
        if !missing.is_empty() {
            let refusal = Refusal::unsafe_to(format!(
                "{short} is not {}: it was changed while it was merged",
                self.opened.version
            ));
            let refusal = missing.into_iter().fold(refusal, Refusal::why);
            return Err(refusal.next_shell(format!("git show {short}"), "shows what it has"));
        }
        self.told(found);
        let plan = self.plan(asking, found)?;
        let ci = plan.point_of_no_return().map(|push| Ci::of(self.repo, push)).transpose()?;
        let newest = self.known.releases.newest.as_ref();
        let facts = Facts {
            version: self.opened.version.clone(),
            tag: self.tag.to_string(),
            previous: newest.map(|(tag, _)| tag.clone()),
            hooks: Vec::new(),
            ci: ci.unwrap_or_default(),
            notes: Vec::new(),
            warnings: Vec::new(),
        };
        let release = Prepared { plan, before: Vec::new(), facts };
        execute(self.args, self.context, self.repo, asking, release)
    }

    /// What landed and was not tested like this.
    fn told(&self, found: &repo::Landing) {
        let ui = &self.context.ui;
        let named = |paths: &[String]| match paths.len().saturating_sub(NAMED) {
            0 => paths.join(", "),
            more => format!("{} and {more} more", paths[..NAMED].join(", ")),
        };
        if !found.foreign.is_empty() {
            ui.say(&format!("  changed while it was merged: {}", named(&found.foreign)));
        }
        if !found.from_main.is_empty() {
            ui.say(&format!("  from {} besides: {}", self.main.0, named(&found.from_main)));
        }
        if is_tested(found) {
            ui.say("  it is what was tested");
        }
    }

    fn plan(
        &self,
        asking: &Asking<'_>,
        found: &repo::Landing,
    ) -> Result<crate::plan::Plan, Refusal> {
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
        let gates = match (is_tested(found), self.survey.settings.record.is_empty()) {
            (true, true) => None,
            // What is kept with a release is asked when it is made.
            (true, false) => Some(Gates { names: Vec::new(), ..self.gates(asking)? }),
            (false, _) => Some(self.gates(asking)?),
        };
        let targets = self.targets(&found.commit)?;
        let goes = !self.landing.keep_branch.value;
        let elsewhere = repo
            .work_tree_of(&opened.name)?
            .is_some_and(|_| repo.branch() != Some(opened.name.as_str()));
        let here = opened.here.clone().filter(|_| goes && !elsewhere);
        let left = self.left(gates.as_ref(), &targets, here.as_ref(), &found.commit)?;
        let sign_tag = survey.signing(repo)?.tried(repo)?;
        let (author, committer) =
            (repo.ident("AUTHOR", context.at)?, repo.ident("COMMITTER", context.at)?);
        Ok(landing::landed(Landed {
            title: format!("{} {}", known.name(), opened.version),
            base: repo.head.base(),
            tag: (*tag).to_owned(),
            tag_message: words.message(&self.landing.tag_message)?,
            tagger: committer.clone(),
            sign_tag,
            commit: found.commit.clone(),
            gates,
            targets,
            author: Identity { author, committer, sign: repo.signs_commits()? },
            branch: format!("refs/heads/{}", opened.name),
            here,
            there: opened.there.clone().filter(|_| goes),
            left,
            remote: self.remote.map(|remote| Remote {
                name: remote.name().to_owned(),
                shown: remote.shown().to_owned(),
            }),
            about: self.about(newest.map(|(tag, _)| tag.as_str())),
        }))
    }

    /// What its record says.
    fn about(&self, newest: Option<&str>) -> plan::About {
        let commits = &self.known.releases.commits;
        let previous = commits.iter().find(|tagged| Some(tagged.tag.as_str()) == newest);
        let about = kept(self.args, self.known, &self.opened.version, previous);
        plan::About { landing: plan::Landing::PullRequest, ..about }
    }

    fn gates(&self, asking: &Asking<'_>) -> Result<Gates, Refusal> {
        let version = &self.opened.version;
        let profile = Profile::of(self.args.procedure, version);
        let names = asking.commands(self.repo, profile, version, self.interrupt)?;
        Ok(asking.step((profile, version, self.tag), &self.survey.settings, names))
    }

    /// The branches besides main that do not have it yet.
    fn targets(&self, commit: &Oid) -> Result<Vec<Target>, Refusal> {
        let names = match self.args.into.as_slice() {
            [] => targets(self.repo, &self.survey.settings, self.landing, self.main.0)?,
            said => said.to_vec(),
        };
        let names: Vec<String> = names.into_iter().filter(|name| name != self.main.0).collect();
        let settings = &self.survey.settings;
        let joining = Joining { repo: self.repo, settings, remote: self.remote };
        let mut found = joining.targets(&names, commit, self.tag).map_err(|refusal| {
            refusal.or_next(
                format!("{} --into {}", self.args.procedure.finish(), word(self.main.0)),
                "tags it, and leaves the other branches to you",
            )
        })?;
        let mut missing = Vec::new();
        for target in found.drain(..) {
            if !self.repo.is_ancestor(commit, &target.tip)? {
                missing.push(target);
            }
        }
        Ok(missing)
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

    /// What a commit lacks to be the release, in sentences: its version in every version file, its
    /// section in the changelog.
    pub(super) fn missing(&self, commit: &Oid) -> Result<Vec<String>, Refusal> {
        let version = &self.opened.version;
        let lost = || Refusal::external(format!("git lacks the tree of {}", commit.as_str()));
        let tree = Stored::in_commit(&self.repo.git, commit)?.ok_or_else(lost)?;
        let side = Side::read(&tree)?;
        let Some(held) = side.same(&self.known.project) else {
            return Ok(vec![format!("It does not have {}.", self.known.name())]);
        };
        let mut missing = Vec::new();
        if let Some(drift) = &held.drift {
            let line = drift.line.map(|line| format!(":{line}")).unwrap_or_default();
            missing.push(format!("{}{line}: {}.", drift.path, drift.why));
        } else if !held.version.as_ref().is_some_and(|said| said.same(version)) {
            let said = held.version.as_ref().map_or_else(|| "none".into(), ToString::to_string);
            missing.push(format!("Its version files say {said}."));
        }
        if let Some(path) = held.changelog.as_ref().filter(|_| !version.is_prerelease())
            && let Some(file) = tree.read(path)?
        {
            let source = Source { path: &file.path, bytes: &file.bytes };
            let changelog = Changelog::parse(source)?;
            match changelog.section(version) {
                None => missing.push(format!("{path} has no section for {version}.")),
                Some((_, release)) if !release.date.as_ref().is_some_and(Dated::is_known) => {
                    missing.push(format!("{path} gives {version} no date."));
                }
                Some(_) => {}
            }
        }
        Ok(missing)
    }
}

/// Whether what landed is, byte for byte, what was tested.
fn is_tested(found: &repo::Landing) -> bool {
    found.foreign.is_empty() && found.from_main.is_empty()
}
