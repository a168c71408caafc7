//! `hotfix VERSION`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::Context;
use super::super::check::installed;
use super::super::project::{Known, Survey};
use super::super::release::{self, Asking, Ci, Facts, Prepared, Remote, execute, nothing_open};
use super::based::{Based, Search};
use crate::changelog::cut::Existing;
use crate::changelog::web;
use crate::config::changelog::{self as configured};
use crate::config::file::Procedure;
use crate::error::{Refusal, word};
use crate::flows::bump::{self, Wish};
use crate::flows::changelog;
use crate::flows::landing::{self, Beginning};
use crate::flows::release::{Commitment, Written};
use crate::flows::words::{self, Words};
use crate::path::RepoPath;
use crate::plan::{Base, FileChange, Plan, Ready};
use crate::repo::{Beside, Repo, Stored, WorkTree};
use crate::sites::{Overlay, Tree};
use crate::sys::proc;
use crate::version::{Downgrade, Target};

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The version: the next patch of the release it fixes; without it, that of the newest release
    version: Option<String>,
    /// The package to fix, by name or folder
    #[arg(short, long = "package", value_name = "PACKAGE")]
    package: Option<String>,
    /// Where it begins: a release, or a branch, whose newer commits go out with the fix
    #[arg(long, value_name = "TAG|BRANCH")]
    base: Option<String>,
    /// Start it in a new work tree, beside this one: `../REPO-hotfix-VERSION`, or another folder
    ///
    /// This work tree and its branch stay as they are, however dirty. `undo` there takes the start
    /// back and removes the work tree, unless it has files of its own.
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true)]
    #[expect(clippy::option_option, reason = "an option whose value is one, as clap has it")]
    worktree: Option<Option<PathBuf>>,
    /// Keep the branch on this machine; the network is not used at all
    #[arg(long)]
    no_push: bool,
    /// Push the branch without asking
    #[arg(short, long)]
    yes: bool,
    /// Show the whole plan and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Refusal> {
    let repo = Repo::discover(&context.folder)?;
    nothing_open(&repo)?;
    let interrupt = proc::catch_interrupts()
        .map_err(|error| Refusal::external("signals cannot be handled").why(error.to_string()))?;
    let remote = match args.no_push {
        true => None,
        false => Some(Remote::fetch(&repo, &interrupt)?),
    };
    let names: Vec<String> = args.package.iter().cloned().collect();
    let mut survey = Survey::read(&repo, &names, &context.command())?;
    let tree = WorkTree::new(&repo)?;
    let [known] = survey.projects.as_mut_slice() else {
        return Err(Refusal::usage("several packages are no one hotfix; name one with -p"));
    };
    let place = configured::find(&tree, &survey.settings, &known.project, survey.among)?;
    known.withdraw(&place);
    let known = &survey.projects[0];
    let landing = &survey.settings.landing(Procedure::Hotfix);
    let remote = remote.as_ref();
    let search = Search { repo: &repo, survey: &survey, known, landing, remote };
    let based = search.based(args.version.as_deref(), args.base.as_deref())?;
    let start = Starting { args, context, repo: &repo, remote, based: &based };
    let beside = start.beside()?;
    let mut prepared = start.prepared(&tree, beside.as_deref())?;
    let release = release::Args::start(Procedure::Hotfix, args.yes, args.dry_run);
    let asking = Asking::new(&release, context)?;
    let Some(folder) = beside else {
        return execute(&release, context, &repo, &asking, prepared);
    };
    if !release::settled(&release, context, &repo, &mut prepared)? {
        return Ok(());
    }
    let made = repo.make_beside(&folder, &based.commit)?;
    let done = release::carry_out(&release, context, &made, &asking, prepared);
    done.map_err(|refusal| not_started(&made, refusal))
}

/// What is left of a work tree where the start failed: what is open goes on there.
fn not_started(made: &Repo, refusal: Refusal) -> Refusal {
    let folder = word(made.top.display());
    if nothing_open(made).is_err() {
        return refusal
            .leading_to(Vec::new())
            .next(format!("-C {folder} resume"), "completes it when the cause is mended")
            .next(format!("-C {folder} undo"), "takes it back and removes the work tree");
    }
    match made.leave_beside() {
        Ok(Beside::Removed) => refusal,
        Ok(Beside::NotOurs | Beside::InUse) | Err(_) => refusal
            .why(format!("The work tree {folder} stays: it has files that git does not have.")),
    }
}

/// What is known of a hotfix before it is planned.
struct Starting<'s> {
    args: &'s Args,
    context: &'s Context,
    repo: &'s Repo,
    remote: Option<&'s Remote>,
    based: &'s Based,
}

/// The commit that it begins at, as it will be checked out.
struct Theirs {
    survey: Survey,
    files: BTreeMap<RepoPath, Rc<[u8]>>,
    /// What the work tree has and the commit has not.
    warnings: Vec<String>,
}

impl Theirs {
    /// What each change of the plan finds.
    fn before(&self, plan: &Plan) -> Result<Vec<Vec<u8>>, Refusal> {
        let each = plan.files().into_iter().map(|change| {
            let bytes = self.survey.files.get(&change.path).or(self.files.get(&change.path));
            let lost = || Refusal::external(format!("{} was read and is not known", change.path));
            bytes.map(|bytes| bytes.to_vec()).ok_or_else(lost)
        });
        each.collect()
    }
}

impl Starting<'_> {
    /// Reads the commit that it begins at, and plans.
    fn prepared(&self, here: &dyn Tree, beside: Option<&Path>) -> Result<Prepared, Refusal> {
        let base = if let Some(folder) = beside {
            self.repo.can_be_beside(folder)?;
            Base { branch: None, head: Some(self.based.commit.clone()) }
        } else {
            self.ready_to_leave()?;
            self.repo.head.base()
        };
        let Based { commit, version, release, .. } = self.based;
        let stored = Stored::in_commit(&self.repo.git, commit)?
            .ok_or_else(|| Refusal::external(format!("git cannot read {}", commit.short())))?;
        let mut theirs = self.theirs(&stored, here)?;
        let overlay = Overlay { tree: &stored, files: theirs.files.clone() };
        let survey = &theirs.survey;
        let [known] = survey.projects.as_slice() else {
            return Err(Refusal::usage("several packages are no one hotfix; name one with -p"));
        };
        let tag = known.format.tag(version, Some((release.tag.as_str(), &release.version)));
        words::allowed("tag", &tag)?;
        let branch = self.branch(survey, known, &tag)?;
        self.not_open_yet(&branch)?;
        let (from, edits) = self.edits(survey, known)?;
        let written = self.section(&overlay, survey, known, &tag)?;
        let changed = edits.iter().chain(written.iter().map(|written| &written.change));
        let paths: Vec<RepoPath> = changed.map(|change| change.path.clone()).collect();
        let name = known.project.name.as_deref().map(|name| format!("{name} "));
        let plan = landing::beginning(Beginning {
            title: format!("{}{version}", name.unwrap_or_default()),
            base,
            from: from.as_ref(),
            version,
            edits,
            changelog: written,
            commit: Commitment {
                message: format!("chore: start hotfix {version}\n"),
                hooks: survey.settings.landing(Procedure::Hotfix).hooks.value,
                ready: self.ready(&branch)?,
                paths,
            },
            remote: self.remote.map(|remote| landing::Remote {
                name: remote.name().to_owned(),
                shown: remote.shown().to_owned(),
            }),
        });
        let warnings = std::mem::take(&mut theirs.warnings);
        let before = theirs.before(&plan)?;
        Ok(Prepared { before, facts: self.facts(tag, &plan, warnings)?, plan })
    }

    /// The work tree can go to another branch.
    fn ready_to_leave(&self) -> Result<(), Refusal> {
        let repo = self.repo;
        repo.nothing_in_progress()?;
        repo.index_is_free()?;
        if repo.head.commit().is_none() {
            return Err(Refusal::unsafe_to("there is no commit yet on this branch")
                .next_shell("git switch main", "goes to one that has some"));
        }
        let changed = repo.status()?.changed;
        let Some(first) = changed.first() else { return Ok(()) };
        let more = match changed.len() {
            1 => String::new(),
            all => format!(" (and {} more)", all - 1),
        };
        let what = format!("{}{more} has changes that are not committed", first.display());
        Err(Refusal::unsafe_to(what)
            .why("A hotfix goes to a branch of its own, and they would come along.")
            .next_shell("git stash", "puts the changes away, then the same again")
            .next_typed(self.again_beside(), "starts it in a work tree beside this one"))
    }

    /// The same command, with a work tree of its own.
    fn again_beside(&self) -> String {
        format!("{} --worktree", self.context.command_without("--dry-run"))
    }

    /// The folder of the work tree that was asked for.
    fn beside(&self) -> Result<Option<PathBuf>, Refusal> {
        let Some(wanted) = &self.args.worktree else { return Ok(None) };
        let top = &self.repo.top;
        if let Some(wanted) = wanted {
            return Ok(Some(self.context.folder.join(wanted)));
        }
        let (Some(above), Some(name)) = (top.parent(), top.file_name()) else {
            return Err(Refusal::usage("nothing is beside the root folder").why("Name a folder."));
        };
        let name = name.to_string_lossy();
        Ok(Some(above.join(format!("{name}-hotfix-{}", self.based.version))))
    }

    fn theirs(&self, stored: &Stored<'_>, here: &dyn Tree) -> Result<Theirs, Refusal> {
        let commit = &self.based.commit;
        let seen = self.repo.seen_from(commit.clone());
        let names: Vec<String> = self.args.package.iter().cloned().collect();
        let command = self.context.command();
        let survey = Survey::read_in(&seen, stored, &names, &command)?;
        let mut paths: Vec<RepoPath> = survey.files.keys().cloned().collect();
        for known in &survey.projects {
            let place = configured::find(stored, &survey.settings, &known.project, survey.among)?;
            paths.push(place.path().clone());
        }
        // A work tree may have other line ends than the objects.
        let mut files = BTreeMap::new();
        for path in paths {
            let bytes = self.repo.as_checked_out(commit, path.as_str().as_ref())?;
            files.extend(bytes.map(|bytes| (path, bytes.into())));
        }
        let overlay = Overlay { tree: stored, files: files.clone() };
        let survey = Survey::read_in(&seen, &overlay, &names, &command)?;
        let mut warnings = Vec::new();
        if let Some(path) = RepoPath::new("gonogo.toml")
            && here.read(&path)?.is_some()
            && stored.read(&path)?.is_none()
        {
            let tag = &self.based.release.tag;
            warnings.push(format!("{tag} has no {path} yet: what it says now does not hold there"));
        }
        Ok(Theirs { survey, files, warnings })
    }

    /// The name of its branch.
    fn branch(&self, survey: &Survey, known: &Known, tag: &str) -> Result<String, Refusal> {
        let Based { version, release, .. } = self.based;
        let (date, command) = (self.context.at.date(), self.context.command());
        let words = Words::new(words::Release {
            version,
            tag,
            date: &date,
            name: known.project.name.as_deref(),
            package: self.args.package.as_deref(),
            codename: None,
            summary: None,
            previous: Some(&release.version),
            taken: &known.tagged,
            style: bump::style(&survey.facts(known), version),
            command: &command,
        })?;
        words.branch(&survey.settings.landing(Procedure::Hotfix).prepared())
    }

    /// Nobody has started it.
    fn not_open_yet(&self, name: &str) -> Result<(), Refusal> {
        let full = format!("refs/heads/{name}");
        let finish = format!("{} {}", Procedure::Hotfix.finish(), self.based.version);
        let open = |place: &str, way: String, why: &str| {
            Refusal::unsafe_to(format!("{name} exists already {place}"))
                .why("The hotfix is open there.")
                .next_shell(way, why)
                .next(finish.as_str(), "ends it")
        };
        if self.repo.ref_at(&full)?.is_some() {
            if self.repo.branch() == Some(name) {
                let log = format!("git log --oneline {}..HEAD", word(&self.based.release.tag));
                return Err(open("and is checked out", log, "shows what is fixed on it"));
            }
            if let Some(folder) = self.repo.work_tree_of(name)? {
                let way = format!("cd {}", word(&folder));
                return Err(open(&format!("and is checked out in {folder}"), way, "goes there"));
            }
            let way = format!("git switch {}", word(name));
            return Err(open("here", way, "goes on with it"));
        }
        if let Some(remote) = self.remote
            && remote.at(&full).is_some()
        {
            let way = format!("git switch {}", word(name));
            return Err(open(&format!("on {}", remote.name()), way, "goes on with it"));
        }
        Ok(())
    }

    /// The version that its files hold, and their edits.
    fn edits(
        &self,
        survey: &Survey,
        known: &Known,
    ) -> Result<(Option<crate::version::Version>, Vec<FileChange>), Refusal> {
        if known.project.sites.is_empty() {
            return Ok((None, Vec::new()));
        }
        let (target, command) = (Target::Exact(self.based.version.clone()), self.context.command());
        let downgrade = Downgrade::Refuse;
        let wish = Wish { target: &target, downgrade, set_from: None, command: &command };
        let bump = bump::plan(&survey.facts(known), &wish).map_err(|refusal| {
            let Based { version, release, commit, .. } = self.based;
            let refusal = refusal.why(format!("These are the files of {}.", commit.short()));
            let again = format!("hotfix {version}{} --base {}", known.option, release.tag);
            match self.based.commit.as_str() == release.commit {
                true => refusal,
                false => refusal.leading_to(Vec::new()).next(again, "begins at the release itself"),
            }
        })?;
        let from = bump.from.clone();
        Ok((Some(from), bump::changes(&[bump], &survey.files)?))
    }

    /// Its open section.
    fn section(
        &self,
        tree: &dyn Tree,
        survey: &Survey,
        known: &Known,
        tag: &str,
    ) -> Result<Option<Written>, Refusal> {
        let place = configured::find(tree, &survey.settings, &known.project, survey.among)?;
        let page = self.repo.configuration()?.remote_url().and_then(|url| web::page(&url));
        changelog::open(&changelog::Facts {
            name: known.project.name.as_deref(),
            folder: &known.project.folder,
            option: &known.option,
            place: &place,
            version: &self.based.version,
            tag,
            previous: Some(&self.based.release),
            changes: Vec::new(),
            table: &survey.settings.changelog,
            page: page.as_deref(),
            date: super::super::changelog::today(self.context)?,
            existing: Existing::Keep,
        })
    }

    fn ready(&self, branch: &str) -> Result<Ready, Refusal> {
        let (repo, at) = (self.repo, self.context.at);
        Ok(Ready {
            branch: format!("refs/heads/{branch}"),
            parent: self.based.commit.clone(),
            author: repo.ident("AUTHOR", at)?,
            committer: repo.ident("COMMITTER", at)?,
            sign: repo.signs_commits()?,
        })
    }

    fn facts(&self, tag: String, plan: &Plan, warnings: Vec<String>) -> Result<Facts, Refusal> {
        let Based { version, release, notes, .. } = self.based;
        let ci = plan.point_of_no_return().map(|push| Ci::of(self.repo, push)).transpose()?;
        Ok(Facts {
            version: version.clone(),
            tag,
            previous: Some(release.tag.clone()),
            hooks: installed(self.repo)?,
            ci: ci.unwrap_or_default(),
            notes: notes.clone(),
            signed: Vec::new(),
            merges: Vec::new(),
            warnings,
        })
    }
}
