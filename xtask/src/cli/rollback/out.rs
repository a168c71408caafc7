//! What is out of a release: on the remote, in registries, in production, in the database.

use super::branches::Found;
use super::commands::Told;
use super::subject::Subject;
use crate::changelog::web;
use crate::cli::project::Known;
use crate::cli::release::Remote;
use crate::config::file::Settings;
use crate::config::publish::{Event, Publishes, Target, is_workflow, publishes};
use crate::error::Refusal;
use crate::flows::rollback::{Class, Out, of_registry};
use crate::glob::Glob;
use crate::plan::Person;
use crate::repo::{Repo, Stored};
use crate::sites::Tree;
use crate::sys::clock::Timestamp;
use crate::wording::counted;

/// What CI did when the release came, by the workflows of its own commit.
///
/// # Errors
/// git fails.
pub fn published(repo: &Repo, subject: &Subject, main: &str) -> Result<Vec<Publishes>, Refusal> {
    let Some(tree) = Stored::in_commit(&repo.git, &subject.commit)? else { return Ok(Vec::new()) };
    let patterns = [".github/workflows/*", ".gitlab-ci.yml"].map(Glob::parse);
    let patterns: Vec<Glob> = patterns.into_iter().flatten().collect();
    let mut files = tree.files(&patterns)?;
    files.retain(|path| is_workflow(path) || path.as_str() == ".gitlab-ci.yml");
    let page = page(repo)?;
    let repository = page.as_deref().and_then(|page| page.splitn(4, '/').nth(3));
    let tag = subject.tag.as_str();
    let mut all = Vec::new();
    for event in [Event::Tag(tag), Event::Release(tag), Event::Branch(main)] {
        for found in publishes(&tree, &files, event, repository) {
            let seen = all.iter().position(|one: &Publishes| one.target == found.target);
            match seen {
                Some(at) if all[at].certainty >= found.certainty => {}
                Some(at) => all[at] = found,
                None => all.push(found),
            }
        }
    }
    Ok(all)
}

/// The page of the repository.
///
/// # Errors
/// git fails.
pub fn page(repo: &Repo) -> Result<Option<String>, Refusal> {
    Ok(repo.configuration()?.remote_url().and_then(|url| web::page(&url)))
}

/// The registries that keep what refers to the tag.
pub fn referring(published: &[Publishes]) -> Vec<String> {
    let refers = |target: Target| !matches!(target, Target::Docs);
    let all = published.iter().filter(|one| refers(one.target));
    all.map(|one| one.target.to_string()).collect()
}

/// What is needed to tell of it.
pub struct Telling<'t> {
    pub repo: &'t Repo,
    pub known: &'t Known,
    pub settings: &'t Settings,
    pub remote: Option<&'t Remote>,
    pub subject: &'t Subject,
    pub published: &'t [Publishes],
    pub told: &'t Told<'t>,
    pub notice: &'t str,
    pub now: Timestamp,
}

impl Telling<'_> {
    /// All of it, and what a person does about it.
    ///
    /// # Errors
    /// git fails.
    pub fn tell(&self, found: Option<&Found>) -> Result<(Vec<Out>, Vec<Person>), Refusal> {
        let mut all = Vec::new();
        let mut people = Vec::new();
        all.extend(self.origin(found)?);
        let name = self.known.project.name.as_deref().unwrap_or("NAME");
        let (version, tag) = (self.subject.version.text(), self.subject.tag.as_str());
        let page = page(self.repo)?;
        for one in self.published {
            let names = (name, version, tag);
            let (out, person) =
                of_registry(one.target, one.certainty, names, page.as_deref(), self.notice);
            all.push(out);
            people.extend(person);
        }
        let rollback = &self.settings.rollback;
        let since = self.subject.at.minute();
        if !rollback.redeploy.is_empty() {
            let (class, then) = match &self.subject.previous {
                Some(previous) => {
                    let then = format!("{} can be deployed again", previous.version);
                    (Class::Repeatable, then)
                }
                None => (Class::Impossible, "there is no release before it".to_owned()),
            };
            let what = format!("{version}, released {since}");
            all.push(Out { place: "production".to_owned(), what, class, then });
        }
        if !rollback.database.is_empty() {
            let was: Vec<String> = self
                .settings
                .record
                .iter()
                .filter_map(|(name, _)| {
                    let was = self.told.was(&name.value)?.lines().next().unwrap_or_default();
                    let given = self.told.given().contains_key(&name.value);
                    let by = if given { ", as said here" } else { "" };
                    Some(format!("{} was {was}{by}", name.value))
                })
                .collect();
            let what = match was.as_slice() {
                [] => "nothing was recorded of it".to_owned(),
                was => format!("before {version}: {}", was.join(", ")),
            };
            let then = "going back loses data".to_owned();
            let (place, class) = ("database".to_owned(), Class::Destructive);
            all.push(Out { place, what, class, then });
        }
        Ok((all, people))
    }

    /// Tag and branches on the remote.
    fn origin(&self, found: Option<&Found>) -> Result<Option<Out>, Refusal> {
        let (Some(remote), Some(found)) = (self.remote, found) else { return Ok(None) };
        let subject = self.subject;
        let tag = match (subject.there, subject.here) {
            (true, true) => format!("{} at {}", subject.tag, subject.commit.short()),
            (true, false) => format!("{} at {}, not here", subject.tag, subject.commit.short()),
            (false, _) => format!("{} is not there any more", subject.tag),
        };
        let main = found.branches.first();
        let newer = match main {
            Some(main) => {
                let base = match &found.taken {
                    Some((taken, _)) => &taken.to,
                    None => &subject.commit,
                };
                let name = main.name.trim_start_matches("refs/heads/");
                match self.repo.is_ancestor(base, &main.tip)? {
                    true => match self.repo.commits_between(base, &main.tip)? {
                        0 => String::new(),
                        newer => format!(", {name} has {}", counted(newer, "newer commit")),
                    },
                    false => String::new(),
                }
            }
            None => String::new(),
        };
        Ok(Some(Out {
            place: remote.name().to_owned(),
            what: format!("{tag}{newer}"),
            class: Class::Impossible,
            then: "history is not rewritten".to_owned(),
        }))
    }

    /// How long it has been out: `41 minutes`.
    pub fn lasted(&self) -> String {
        let minutes = self.now.0.saturating_sub(self.subject.at.0).max(0) / 60;
        let minutes = usize::try_from(minutes).unwrap_or_default();
        match minutes {
            0..=119 => counted(minutes, "minute"),
            120..=2879 => counted(minutes / 60, "hour"),
            _ => counted(minutes / 1440, "day"),
        }
    }
}
