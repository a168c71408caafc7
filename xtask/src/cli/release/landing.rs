//! Which way a release takes to main, and what that way needs to know.

use super::args::{Args, Asked};
use super::joining::{Joined, Joining, Outlook, Source as Merging};
use super::made::Made;
use super::remote::Remote;
use super::targets::{Choosing, Chosen};
use super::voided::voided;
use crate::changelog::{Changelog, web};
use crate::cli::project::{Known, Survey};
use crate::config::file::{Landing, Merge, Procedure, Settings, Start, TagOn};
use crate::error::{Refusal, word};
use crate::flows::landing::{self, Branch, End, How, Identity, Keeps, State, Target};
use crate::flows::release::{self, Release};
use crate::flows::words::Words;
use crate::path::RepoPath;
use crate::plan::{Oid, Page, Plan, Pull, Ready};
use crate::repo::merge::proposed;
use crate::repo::{Repo, Stored};
use crate::sites::{Source, Tree};
use crate::sys::fs::real;
use crate::version::Version;

/// What is known when the way is chosen.
pub struct Way<'w> {
    pub args: &'w Args,
    pub repo: &'w Repo,
    pub survey: &'w Survey,
    pub known: &'w Known,
    pub landing: &'w Landing,
    pub words: &'w Words<'w>,
    pub made: &'w Made,
    pub remote: Option<&'w Remote>,
    /// The command as typed.
    pub command: &'w str,
}

/// A plan, and what is told of it.
pub struct Planned {
    pub plan: Plan,
    /// What becomes of the branches that get it.
    pub merges: Vec<Outlook>,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
    /// How many commits get the tag, too, that are not on the branch of the release.
    pub ships: usize,
}

impl From<Plan> for Planned {
    fn from(plan: Plan) -> Self {
        Self { plan, merges: Vec::new(), notes: Vec::new(), warnings: Vec::new(), ships: 0 }
    }
}

impl Way<'_> {
    /// The plan of a release by the way that is configured or asked for.
    ///
    /// # Errors
    /// Its branch exists already; a target cannot take it.
    pub fn plan(&self, release: Release<'_>) -> Result<Planned, Refusal> {
        let ready = release.commit.ready.clone();
        let from = ready.branch.trim_start_matches("refs/heads/").to_owned();
        let name = self.words.branch(&self.landing.prepared())?;
        let is_here = from == name;
        let into = match (is_here, &self.landing.from.value) {
            (true, _) | (_, Start::Branch(_)) => main(self.repo, &self.survey.settings)?,
            (false, _) => from,
        };
        let protected = self.survey.settings.branches.protects(&into).is_some();
        // Without a commit nothing has to get to main.
        let nothing = release.commit.paths.is_empty();
        let straight = match self.landing.branch {
            Some(_) => (self.args.pr || protected) && nothing,
            None => !(self.args.pr || protected) || nothing,
        };
        if self.args.way == Asked::Whole && !is_here && straight {
            return Ok(release::straight(release).into());
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
            return Ok(landing::started(self.begun(release), &branch).into());
        }
        if self.args.pr || protected && self.landing.procedure == Procedure::Release {
            return self.offered(release, &branch, &into);
        }
        let chosen = self.choosing(&into).chosen()?;
        match self.tag_on(&into, &chosen)? {
            TagOn::Merge if protected => self.offered(release, &branch, &into),
            tag_on => self.merged(release, branch, (&into, chosen), tag_on),
        }
    }

    /// Main gets it by a pull request, and the tag comes after the merge.
    fn offered(
        &self,
        mut release: Release<'_>,
        branch: &Branch,
        into: &str,
    ) -> Result<Planned, Refusal> {
        let body = self.body(&release);
        if self.landing.procedure == Procedure::Hotfix {
            release.title = format!("hotfix {}", release.title);
        }
        let title = self.words.title(&self.landing.title)?;
        let name = branch.name.trim_start_matches("refs/heads/");
        let pull =
            self.remote.map(|remote| pull(self.repo, remote.name(), (name, into), title, body));
        Ok(landing::offered(release, branch, pull.transpose()?).into())
    }

    /// The commit that gets the tag: that of the branch where main does not get it.
    ///
    /// # Errors
    /// It is the merge into main, which is left out.
    fn tag_on(&self, main: &str, chosen: &Chosen) -> Result<TagOn, Refusal> {
        let said = &self.landing.tag_on;
        let tag_on = match self.survey.settings.branches.merged() {
            // What a squash leaves behind is on no branch.
            Merge::Squash => TagOn::Merge,
            Merge::NoFf | Merge::Ff => said.value,
        };
        let has = |names: &[String]| names.iter().any(|name| name == main);
        if tag_on == TagOn::Branch || has(&chosen.names) {
            return Ok(tag_on);
        }
        if !has(&chosen.left_out) {
            return Ok(TagOn::Branch);
        }
        let refusal = Refusal::usage(format!("the merge into {main} gets the tag"))
            .why(format!("--into leaves {main} out, and there is no tag yet."))
            .next_typed(format!("{} --into {}", self.command, word(main)), "has it first");
        Err(match &said.place {
            Some(place) => refusal.at(place.clone()),
            None => refusal,
        })
    }

    fn choosing<'c>(&'c self, main: &'c str) -> Choosing<'c> {
        let Self { args, repo, survey, known, landing, remote, .. } = *self;
        let version = self.words.version();
        Choosing { args, repo, survey, known, landing, remote, version, main }
    }

    fn merged(
        &self,
        release: Release<'_>,
        branch: Branch,
        (into, chosen): (&str, Chosen),
        tag_on: TagOn,
    ) -> Result<Planned, Refusal> {
        let repo = self.repo;
        let ready = release.commit.ready.clone();
        let joining = Joining {
            repo,
            settings: &self.survey.settings,
            remote: self.remote,
            project: self.known.project.name.as_deref(),
            tag: &release.tag,
            partly: self.partly(),
            landed: None,
        };
        let scratch = repo.common_dir.join("gonogo/trial");
        let proposed = proposed(repo, &ready.parent, &self.made.after(repo)?, &scratch)?;
        let name = branch.name.trim_start_matches("refs/heads/").to_owned();
        let joined = joining.targets(&chosen.names, &Merging { commit: &proposed, name: &name })?;
        let mut notes = chosen.notes;
        notes.extend(joined.notes.iter().cloned());
        let on_merge = tag_on == TagOn::Merge
            && joined.targets.first().is_some_and(|first| is(&first.name, into));
        let shipped = match on_merge {
            true => self.ships(&joined, &ready.parent, &release.tag)?,
            false => Vec::new(),
        };
        // The first sentence tells how many.
        let ships = shipped.len().saturating_sub(1);
        notes.extend(shipped);
        let keep = match chosen.left_out.is_empty() {
            true => keeps(self.landing),
            // The same command goes on there.
            false => Keeps::Branch,
        };
        if !chosen.left_out.is_empty() {
            let (names, finish) = (chosen.left_out.join(", "), self.landing.procedure.finish());
            let version = self.words.version();
            notes.push(format!("left out: {names}; {finish} {version} does the rest, until then"));
            notes.push(format!("{name} stays"));
        }
        let void = (release.tag.as_str(), joined.targets.as_slice());
        let void = voided(repo, &self.survey.settings, self.known, void)?;
        let full = format!("refs/heads/{into}");
        let gets = joined.targets.iter().any(|target| target.name == full && moves(target));
        // git goes to no branch that another work tree has.
        let free = repo.ref_at(&full)?.is_some() && repo.work_tree_of(into)?.is_none();
        let then = (gets || free).then_some(full);
        let end = End {
            branch,
            targets: joined.targets,
            author: Identity {
                author: ready.author,
                committer: ready.committer,
                sign: repo.signs_commits()?,
            },
            then,
            keeps: keep,
            tag_on: if on_merge { TagOn::Merge } else { TagOn::Branch },
        };
        let plan = landing::merged(release, end);
        let warnings = self.unconfigured(&proposed, into)?.into_iter().chain(void).collect();
        Ok(Planned { plan, merges: joined.merges, notes, warnings, ships })
    }

    /// A warning where main is configured and what is released from an older state is not.
    fn unconfigured(&self, released: &Oid, main: &str) -> Result<Option<String>, Refusal> {
        let full = format!("refs/heads/{main}");
        let there = self.remote.and_then(|remote| remote.at(&full));
        let Some(at) = there.map_or_else(|| self.repo.ref_at(&full), |at| Ok(Some(at)))? else {
            return Ok(None);
        };
        let has = |commit: &Oid| {
            let path = RepoPath::new("gonogo.toml");
            let tree = Stored::in_commit(&self.repo.git, commit)?;
            let file = tree.zip(path).map(|(tree, path)| tree.read(&path)).transpose()?;
            Ok::<_, Refusal>(file.flatten().is_some())
        };
        Ok((!has(released)? && has(&at)?).then(|| {
            format!(
                "gonogo.toml of {main} is not here: gates and branches are as they usually are \
                 (git checkout {main} -- gonogo.toml, and a commit, bring it along)"
            )
        }))
    }

    /// The command that finishes a part, where there is one.
    fn partly(&self) -> Option<String> {
        let hotfix = self.landing.procedure == Procedure::Hotfix;
        (hotfix && self.args.into.is_empty()).then(|| self.command.to_owned())
    }

    /// What a tag on the merge ships besides what was fixed, in sentences.
    ///
    /// # Errors
    /// The merge is another version.
    fn ships(&self, joined: &Joined, source: &Oid, tag: &str) -> Result<Vec<String>, Refusal> {
        let (Some(target), Some(outlook)) = (joined.targets.first(), joined.merges.first()) else {
            return Ok(Vec::new());
        };
        let version = self.words.version();
        let said = outlook.versions.as_ref().map(|(_, after)| after);
        if let Some(said) =
            said.filter(|said| !Version::read(said).is_some_and(|it| it.same(version)))
        {
            let name = &outlook.branch;
            return Err(Refusal::unsafe_to(format!("merged, {name} is {said} and not {version}"))
                .why(format!("The merge into {name} gets the tag ({}).", self.landing.tag_on.key))
                .why("With tag_on = \"branch\" the hotfix itself gets it.")
                .next("schema", "describes every table and key"));
        }
        let commits = self.repo.between(source, &target.tip)?;
        let head = match commits.len() {
            0 => return Ok(Vec::new()),
            1 => format!("{tag} is on the merge and ships 1 more commit of {}:", outlook.branch),
            more => format!(
                "{tag} is on the merge and ships {more} more commits of {}:",
                outlook.branch
            ),
        };
        let each = commits.iter().map(|one| format!("  {} {}", one.id, one.subject));
        Ok([head].into_iter().chain(each).collect())
    }

    fn body(&self, release: &Release<'_>) -> String {
        let section = self.made.changelog().and_then(|change| {
            let bytes = change.apply(self.made.before.get(&change.path)?)?;
            section(Source { path: &change.path, bytes: &bytes }, release.version)
        });
        body(section, self.args.procedure)
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
                .why(format!("A {} is being prepared there.", self.args.procedure.name()))
                .next(self.args.procedure.finish(), "ends it")
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

/// Whether a full name is that of this branch.
fn is(full: &str, short: &str) -> bool {
    full.strip_prefix("refs/heads/") == Some(short)
}

/// Whether the branch itself moves.
fn moves(target: &Target) -> bool {
    !matches!(target.how, How::Offered { .. })
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

/// Nobody's work tree is moved behind their back: a branch that moves is checked out here or nowhere.
///
/// # Errors
/// It is checked out in another work tree; git fails.
pub fn not_elsewhere(repo: &Repo, name: &str) -> Result<(), Refusal> {
    let Some(folder) = repo.work_tree_of(name)? else { return Ok(()) };
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

/// What a pull request says: the section of the release, where there is one, and what comes next.
pub fn body(section: Option<String>, procedure: Procedure) -> String {
    let section = section.filter(|text| !text.is_empty());
    let text = section.map(|text| format!("{text}\n\n")).unwrap_or_default();
    format!("{text}After the merge, on any machine: `gonogo {}`\n", procedure.finish())
}

/// The section of a version in a changelog, without its heading.
pub fn section(source: Source<'_>, version: &Version) -> Option<String> {
    let changelog = Changelog::parse(source).ok()?;
    let (section, _) = changelog.section(version)?;
    let text = source.bytes.get(changelog.content(section))?;
    Some(String::from_utf8_lossy(text).trim().to_owned())
}
