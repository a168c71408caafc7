//! Which way a release takes to main, and what that way needs to know.

use super::args::{Args, Asked};
use super::made::Made;
use super::remote::Remote;
use crate::changelog::{Changelog, web};
use crate::config::file::{Landing, Merge, Settings, Start};
use crate::error::Refusal;
use crate::flows::landing::{self, Branch, End, How, Identity, Keeps, State, Target};
use crate::flows::release::{self, Release};
use crate::flows::words::Words;
use crate::plan::{Oid, Page, Parents, Plan, Pull, Ready};
use crate::repo::Repo;
use crate::sites::Source;
use crate::version::Version;

/// What is known when the way is chosen.
pub struct Way<'w> {
    pub args: &'w Args,
    pub repo: &'w Repo,
    pub settings: &'w Settings,
    pub landing: &'w Landing,
    pub words: &'w Words<'w>,
    pub made: &'w Made,
    pub remote: Option<&'w Remote>,
}

impl Way<'_> {
    /// The plan of a release by the way that is configured or asked for.
    ///
    /// # Errors
    /// Its branch exists already; a target cannot take it.
    pub fn plan(&self, release: Release<'_>) -> Result<Plan, Refusal> {
        let ready = release.commit.ready.clone();
        let from = ready.branch.trim_start_matches("refs/heads/").to_owned();
        let name = self.words.branch(&self.landing.prepared())?;
        let is_here = from == name;
        let into = match (is_here, &self.landing.from.value) {
            (true, _) | (_, Start::Branch(_)) => main(self.repo, self.settings)?,
            (false, _) => from,
        };
        let by_request = self.args.pr || self.settings.branches.protects(&into).is_some();
        // Without a commit nothing has to get to main.
        let nothing = release.commit.paths.is_empty();
        let straight = match self.landing.branch {
            Some(_) => by_request && nothing,
            None => !by_request || nothing,
        };
        if self.args.way == Asked::Whole && !is_here && straight {
            return Ok(release::straight(release));
        }
        let branch = match is_here {
            true => {
                let name = ready.branch.clone();
                let there = self.remote.and_then(|remote| remote.at(&name));
                Branch { name, there, state: State::Here }
            }
            false => self.branch(&name, &ready)?,
        };
        if self.args.way == Asked::Start {
            return Ok(landing::started(self.begun(release), &branch));
        }
        if by_request {
            let body = body(&release, self.made);
            let title = self.words.title(&self.landing.title)?;
            let pull = self
                .remote
                .map(|remote| pull(self.repo, remote.name(), (&name, &into), title, body));
            return Ok(landing::offered(release, &branch, pull.transpose()?));
        }
        let joining = Joining { repo: self.repo, settings: self.settings, remote: self.remote };
        let tag = release.tag.clone();
        let names = match self.args.into.as_slice() {
            [] => targets(self.repo, self.settings, self.landing, &into)?,
            said => said.to_vec(),
        };
        let targets = joining.targets(&names, &ready.parent, &tag)?;
        let end = End {
            branch,
            targets,
            author: Identity {
                author: ready.author,
                committer: ready.committer,
                sign: self.repo.signs_commits()?,
            },
            then: format!("refs/heads/{into}"),
            keeps: keeps(self.landing),
        };
        Ok(landing::merged(release, end))
    }

    /// The same without what belongs to the end: its section is cut when everything is in.
    fn begun<'r>(&self, mut release: Release<'r>) -> Release<'r> {
        release.changelog = None;
        release.guards.clear();
        release.commit.paths = self.made.without_changelog();
        release.commit.message = format!("chore: start release {}\n", release.version);
        release
    }

    /// A new branch.
    fn branch(&self, name: &str, ready: &Ready) -> Result<Branch, Refusal> {
        let full = format!("refs/heads/{name}");
        let there = self.remote.and_then(|remote| remote.at(&full));
        let open = |place: &str| {
            Refusal::unsafe_to(format!("{name} exists already {place}"))
                .why("A release is being prepared there.")
                .next("release finish", "ends it")
        };
        if self.repo.ref_at(&full)?.is_some() {
            return Err(open("here").next_shell(
                format!("git branch -D -- {}", crate::error::word(name)),
                "when it is left over",
            ));
        }
        if let (Some(at), Some(remote)) = (&there, self.remote)
            && !(self.repo.has(at)? && self.repo.is_ancestor(at, &ready.parent)?)
        {
            return Err(open(&format!("on {}", remote.name())));
        }
        Ok(Branch { name: full, there, state: State::New })
    }
}

/// Whether the release branch stays.
pub fn keeps(landing: &Landing) -> Keeps {
    if landing.keep_branch.value { Keeps::Branch } else { Keeps::Nothing }
}

/// The short name of the main branch.
///
/// # Errors
/// Nothing says it.
pub fn main(repo: &Repo, settings: &Settings) -> Result<String, Refusal> {
    let said = settings.branches.main.as_ref().map(|said| said.value.as_str());
    let main = repo.main(&repo.configuration()?, said)?;
    main.map(|main| main.name).ok_or_else(|| {
        Refusal::usage("nothing says which branch releases land on")
            .why("[branches] main in gonogo.toml can say it.")
            .next("doctor", "shows what is known")
    })
}

/// The branch of the development, where there is one besides main.
pub fn develop(repo: &Repo, settings: &Settings, main: &str) -> Result<Option<String>, Refusal> {
    let develop = match &settings.branches.develop {
        Some(said) => Some(said.value.clone()),
        None => repo.develop()?,
    };
    Ok(develop.filter(|name| name != main))
}

/// The short names of the branches that get a release, main first.
///
/// # Errors
/// git fails.
pub fn targets(
    repo: &Repo,
    settings: &Settings,
    landing: &Landing,
    main: &str,
) -> Result<Vec<String>, Refusal> {
    let mut names = if let Some(into) = &landing.into {
        into.value.clone()
    } else {
        let develop = develop(repo, settings, main)?;
        [Some(main.to_owned()), develop].into_iter().flatten().collect()
    };
    names.sort_by_key(|name| name != main);
    Ok(names)
}

/// What merges of a release need to know.
pub struct Joining<'j> {
    pub repo: &'j Repo,
    pub settings: &'j Settings,
    pub remote: Option<&'j Remote>,
}

impl Joining<'_> {
    /// Where these branches (short names) are, and how each gets `source`.
    ///
    /// # Errors
    /// One exists nowhere, has diverged from the remote, is checked out in another work tree, or
    /// conflicts for real.
    pub fn targets(
        &self,
        names: &[String],
        source: &Oid,
        tag: &str,
    ) -> Result<Vec<Target>, Refusal> {
        let each = names.iter().map(|name| {
            let target = self.target(name, source, tag)?;
            if matches!(target.how, How::Commit(_) | How::Offered { .. }) {
                self.tried(name, &target, source)?;
            }
            Ok(target)
        });
        each.collect()
    }

    fn target(&self, name: &str, source: &Oid, tag: &str) -> Result<Target, Refusal> {
        let repo = self.repo;
        let full = format!("refs/heads/{name}");
        let here = repo.ref_at(&full)?;
        let there = self.remote.and_then(|remote| remote.at(&full));
        let tip = newer(repo, name, here.as_ref(), there.as_ref())?;
        not_elsewhere(repo, name)?;
        let protected = self.settings.branches.protects(name).is_some();
        let forward = || repo.is_ancestor(&tip, source);
        let how = match self.settings.branches.merged() {
            _ if protected && self.remote.is_some() => self.offered(name, tag)?,
            Merge::Ff if forward()? => How::Forward,
            Merge::NoFf | Merge::Ff => How::Commit(Parents::Both),
            Merge::Squash => How::Commit(Parents::Target),
        };
        Ok(Target { name: full, here, there, tip, how })
    }

    /// By a branch of its own.
    fn offered(&self, name: &str, tag: &str) -> Result<How, Refusal> {
        let Some(remote) = self.remote else { return Ok(How::Commit(Parents::Both)) };
        let branch = format!("backmerge/{tag}-into-{}", name.replace('/', "-"));
        let title = format!("Merge {tag} into {name}");
        let body = "The version lines and changelogs are resolved.\n".to_owned();
        let pull = pull(self.repo, remote.name(), (&branch, name), title, body)?;
        let branch = format!("refs/heads/{branch}");
        let there = remote.at(&branch);
        Ok(How::Offered { branch, there, pull: Box::new(pull) })
    }

    /// The merge, tried: nothing is begun that cannot end.
    fn tried(&self, name: &str, target: &Target, source: &Oid) -> Result<(), Refusal> {
        use crate::repo::merge::{Outcome, merge};
        let scratch = self.repo.common_dir.join("gonogo/trial");
        match merge(self.repo, &target.tip, source, &scratch)? {
            Outcome::Conflicts(conflicts) => Err(crate::merge::refused(name, &conflicts)
                .why("Nothing has moved: no branch, no tag, no file.")
                .next_shell(
                    format!("git merge {}", source.short()),
                    format!("on {name}, resolve, commit, then the same again"),
                )),
            Outcome::UpToDate | Outcome::FastForward { .. } | Outcome::Merged(_) => Ok(()),
        }
    }
}

/// Nobody's work tree is moved behind their back: a branch that moves is checked out here or nowhere.
///
/// # Errors
/// It is checked out in another work tree; git fails.
pub fn not_elsewhere(repo: &Repo, name: &str) -> Result<(), Refusal> {
    let Some(folder) = repo.work_tree_of(name)? else { return Ok(()) };
    let real = |path: &std::path::Path| {
        std::path::absolute(path).ok().map(|path| path.canonicalize().unwrap_or(path))
    };
    if real(folder.as_ref()) == real(&repo.top) {
        return Ok(());
    }
    Err(Refusal::unsafe_to(format!("{name} is checked out in {folder}"))
        .why("Moving it would leave that work tree behind without a word.")
        .next_shell(
            format!("git -C {} switch --detach", crate::error::word(&folder)),
            "lets it go, then the same again",
        ))
}

/// Where a branch is: the one of here and there that has the other.
///
/// # Errors
/// It exists nowhere; each has commits that the other has not.
pub fn newer(
    repo: &Repo,
    name: &str,
    here: Option<&Oid>,
    there: Option<&Oid>,
) -> Result<Oid, Refusal> {
    match (here, there) {
        (None, None) => Err(Refusal::usage(format!("there is no branch {name}"))
            .next_shell("git branch -a", "lists those that there are")),
        (Some(one), None) | (None, Some(one)) => Ok(one.clone()),
        (Some(here), Some(there)) => {
            if repo.is_ancestor(there, here)? {
                Ok(here.clone())
            } else if repo.is_ancestor(here, there)? {
                Ok(there.clone())
            } else {
                Err(Refusal::unsafe_to(format!("{name} has diverged from the remote"))
                    .why("Here and there are commits that the other side does not have.")
                    .next_shell(
                        format!(
                            "git log --oneline {here}...{there}",
                            here = here.short(),
                            there = there.short()
                        ),
                        "shows them",
                    ))
            }
        }
    }
}

/// A pull request of a branch into another (short names).
///
/// # Errors
/// git fails.
pub fn pull(
    repo: &Repo,
    remote: &str,
    (branch, into): (&str, &str),
    title: String,
    body: String,
) -> Result<Pull, Refusal> {
    let url = repo.configuration()?.remote_url();
    let page = url
        .and_then(|url| web::page(&url))
        .map(|site| Page { open: web::pull_request(&site, branch, into), site });
    let (branch, into) = (branch.to_owned(), into.to_owned());
    Ok(Pull { remote: remote.to_owned(), branch, into, title, body, page })
}

/// What a pull request says: the section of the release.
fn body(release: &Release<'_>, made: &Made) -> String {
    let section = made.changelog().and_then(|change| {
        let bytes = change.apply(made.before.get(&change.path)?)?;
        let source = Source { path: &change.path, bytes: &bytes };
        section(source, release.version)
    });
    let text = section.unwrap_or_default();
    let text = if text.is_empty() { text } else { format!("{text}\n\n") };
    format!("{text}After the merge, on any machine: `gonogo release finish`\n")
}

/// The section of a version in a changelog, without its heading.
pub fn section(source: Source<'_>, version: &Version) -> Option<String> {
    let changelog = Changelog::parse(source).ok()?;
    let (section, _) = changelog.section(version)?;
    let text = source.bytes.get(changelog.content(section))?;
    Some(String::from_utf8_lossy(text).trim().to_owned())
}
