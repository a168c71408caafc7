//! A release branch that is in main: the commit it landed in gets the tag.

use serde_json::Value;

use super::Finish;
use super::ended::Ending;
use crate::changelog::{Changelog, Dated};
use crate::cli::approvals::Approvals;
use crate::cli::release::execute;
use crate::cli::release::gates::{self, Asking, Chosen};
use crate::cli::release::landing::section;
use crate::error::Refusal;
use crate::gates::Profile;
use crate::merge::Side;
use crate::path::RepoPath;
use crate::plan::{Gates, Oid};
use crate::repo::{self, How as By, Repo, Stored, WorkTree};
use crate::sites::{File, Source, Tree};

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
        self.by_its_own_rules(&found.commit)?;
        let version = &self.opened.version;
        let profile = Profile::of(self.args.procedure, version);
        let there = self.repo.seen_from(found.commit.clone());
        let chosen = asking.chosen(self.repo, (profile, version), self.interrupt)?;
        let checked = match self.remote {
            Some(_) => asking.ci(&there, (profile, version), self.interrupt)?,
            None => Value::Null,
        };
        let seen = chosen.built_in.iter().filter_map(|id| self.seen_to(id));
        let checked = gates::with(checked, seen);
        let tree = stored(self.repo, &found.commit)?;
        let release = (profile, version, self.tag);
        let of = (&self.survey.settings, self.known.option.as_str());
        let approvals = asking.approvals(&there, of, release, (&checked, &tree))?;
        let agreed =
            approvals.iter().try_for_each(|approvals| asking.agreed_by_people(approvals, 0));
        agreed.map_err(|refusal| match self.repo.head.commit() == Some(&found.commit) {
            true => refusal,
            false => refusal
                .next_shell(format!("git switch --detach {short}"), "is where its gates are asked"),
        })?;
        let gates = Some(self.gates(asking, chosen)).filter(Gates::asks);
        let section = self.section(&tree)?;
        let tagging = Some(self.tagging(checked, approvals.as_ref(), section)?);
        let signed = approvals.as_ref().map(Approvals::told).unwrap_or_default();
        match self.ended(Ending { commit: found.commit.clone(), tagging, gates, signed })? {
            Some(release) => execute(self.args, self.context, self.repo, asking, release),
            None => Ok(()),
        }
    }

    /// Refuses where gonogo.toml is another one here: a release goes by the rules in its commit.
    fn by_its_own_rules(&self, commit: &Oid) -> Result<(), Refusal> {
        let Some(path) = RepoPath::new("gonogo.toml") else { return Ok(()) };
        let bytes = |file: Option<File>| file.map(|file| file.bytes);
        let theirs = bytes(stored(self.repo, commit)?.read(&path)?);
        if bytes(WorkTree::new(self.repo)?.read(&path)?) == theirs {
            return Ok(());
        }
        let short = commit.short();
        Err(Refusal::unsafe_to(format!("{path} is not the one of what landed, {short}"))
            .why("Which gates and sign-offs a release needs, its own commit says.")
            .next_shell(format!("git switch --detach {short}"), "then the same again"))
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

    /// What is asked on the tree that landed, also where it is what was tested: the record of the release
    /// says what was green on it. What was green on the same files in this clone is not repeated.
    fn gates(&self, asking: &Asking<'_>, chosen: Chosen) -> Gates {
        let version = &self.opened.version;
        let profile = Profile::of(self.args.procedure, version);
        let unseen = |id: &String| id != "ci" && self.seen_to(id).is_none();
        let mut names: Vec<String> = chosen.built_in.into_iter().filter(unseen).collect();
        names.extend(chosen.commands);
        asking.step((profile, version, self.tag), &self.survey.settings, names)
    }

    /// A built-in gate that is answered by what was found out on the way here, and how; `None` for one
    /// that has to be asked.
    fn seen_to<'g>(&self, id: &'g str) -> Option<(&'g str, &'static str, String)> {
        let (version, tag, main) = (&self.opened.version, self.tag, self.main.0);
        let (outcome, why) = match (id, self.remote) {
            ("fresh", Some(remote)) => ("green", format!("{} was fetched", remote.name())),
            ("fresh" | "ci", None) => ("skipped", "nothing leaves this machine".to_owned()),
            ("branch", _) => ("green", format!("it landed in {main}")),
            ("drift", _) => ("green", format!("every version file that landed says {version}")),
            ("changelog", _) if version.is_prerelease() => {
                ("skipped", "a pre-release needs no section".to_owned())
            }
            ("changelog", _) => ("green", "what landed tells of it".to_owned()),
            ("tag", _) => ("green", format!("there is no {tag} yet")),
            ("clean", _) => ("skipped", "what landed is a commit".to_owned()),
            ("hooks", _) => ("skipped", "it was merged elsewhere".to_owned()),
            _ => return None,
        };
        Some((id, outcome, why))
    }

    /// The section of the release in the changelog.
    fn section(&self, tree: &Stored<'_>) -> Result<Option<String>, Refusal> {
        let side = Side::read(tree)?;
        let held = side.same(&self.known.project);
        let Some(path) = held.and_then(|held| held.changelog.as_ref()) else { return Ok(None) };
        let file = tree.read(path)?;
        Ok(file.and_then(|file| section(Source::from(&file), &self.opened.version)))
    }

    /// What a commit lacks to be the release, in sentences: its version in every version file, its
    /// section in the changelog.
    pub(super) fn missing(&self, commit: &Oid) -> Result<Vec<String>, Refusal> {
        let version = &self.opened.version;
        let tree = stored(self.repo, commit)?;
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

/// The files of a commit.
fn stored<'r>(repo: &'r Repo, commit: &Oid) -> Result<Stored<'r>, Refusal> {
    let lost = || Refusal::external(format!("git lacks the tree of {}", commit.as_str()));
    Stored::in_commit(&repo.git, commit)?.ok_or_else(lost)
}

/// Whether what landed is, byte for byte, what was tested.
fn is_tested(found: &repo::Landing) -> bool {
    found.foreign.is_empty() && found.from_main.is_empty()
}
