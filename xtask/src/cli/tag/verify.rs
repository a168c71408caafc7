//! `tag verify`: whether a tag is what its name says.

use serde_json::{Value, json};

use super::super::Context;
use super::super::hook::version_files;
use super::go::{self, Fetch, Go};
use super::of_tag::released;
use crate::config::changelog::{self, Place};
use crate::config::{Project, Projects};
use crate::error::{Next, Refusal, word};
use crate::flows::bump;
use crate::flows::tag::{Section, Wrong, places, section};
use crate::plan::Oid;
use crate::repo::{Configuration, Destination, Repo, Signature, Stored, Tag};
use crate::sys::proc;
use crate::ui::{Mark, bold};
use crate::version::Version;

/// Check a tag: its kind and its name, the files of its commit, its signature
///
/// The version files have to agree with its name, and the changelog has to have its dated section.
/// For CI: only the tag's commit is needed, so a shallow clone will do, and without --remote and
/// --go there is no network. Ends with 1 when something is wrong.
///
/// --go asks for more: was this release a GO? Its required gates were green on this very tree, whoever
/// has to sign has signed, the boxes of the checklist are done, or each was waived with a reason. It
/// is judged by the record of the release, the sign-offs and the tag; no gate runs. Ends with GO, or
/// with NO-GO and exit code 1.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tag; without one, the release tag on HEAD
    #[arg(value_name = "TAG")]
    tag: Option<String>,
    /// Ask the remote, too, whether it has the same tag
    #[arg(long)]
    remote: bool,
    /// Judge the release, too: gates, sign-offs, waivers, checklist. Where there is a remote, its
    /// record and sign-offs are fetched
    #[arg(long)]
    go: bool,
    /// With --go: no network; judge what is known here
    #[arg(long, requires = "go", conflicts_with = "remote")]
    no_fetch: bool,
    /// With --go: so long the record of the release is waited for, which is pushed after its tag
    /// (30)
    #[arg(long, value_name = "SECONDS", requires = "go", default_value_t = 30)]
    #[arg(hide_default_value = true, value_parser = clap::value_parser!(u64).range(..=86_400))]
    wait: u64,
}

/// So many lines of what others say are shown.
const SAID: usize = 4;

/// What one check found.
struct Check {
    id: &'static str,
    mark: Mark,
    what: String,
    details: Vec<String>,
    next: Option<Next>,
}

impl Check {
    fn new(id: &'static str, mark: Mark, what: impl Into<String>) -> Self {
        Self { id, mark, what: what.into(), details: Vec::new(), next: None }
    }

    fn details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details.into_iter().take(SAID));
        self
    }

    fn next(mut self, next: Next) -> Self {
        self.next = Some(next);
        self
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<u8, Refusal> {
    let repo = Repo::discover(&context.folder)?;
    let name = match &args.tag {
        Some(tag) => tag.strip_prefix("refs/tags/").unwrap_or(tag).to_owned(),
        None => on_head(&repo)?,
    };
    let Some(tag) = repo.tag(&name)? else { return Err(missing(&name, &repo)?) };
    let Some(commit) = tag.commit.clone() else {
        return Err(Refusal::red(format!("{name} names no commit"))
            .why("A release tag names the commit that was released.")
            .next_shell(format!("git show --no-patch {}", word(&name)), "shows what it names"));
    };
    let tree = Stored::in_commit(&repo.git, &commit)?
        .ok_or_else(|| Refusal::external(format!("git cannot read {}", commit.short())))?;
    let projects = Projects::new(&tree)?;
    let configuration = repo.configuration()?;
    let asked = Asked { repo: &repo, name: &name, tag: &tag, configuration: &configuration };
    let sign = Sign::read(&projects, &repo)?;
    let remote = if args.remote { Some(asked.remote(&projects)?) } else { None };
    let there = remote.as_ref().map(|(_, there)| *there);
    let mut checks = vec![asked.annotated(sign, there)];
    checks.extend(asked.content(&tree, &projects)?);
    checks.push(asked.signature(sign)?);
    checks.extend(remote.map(|(check, _)| check));
    let go = match args.go {
        true => asked.judged(args, context, (&commit, &tree, &projects))?,
        false => None,
    };
    let report = Report { name: &name, commit: &commit, checks, go };
    report.show(context);
    context.ui.json(&report.json());
    Ok(u8::from(report.is_red()))
}

/// The only release tag on HEAD.
fn on_head(repo: &Repo) -> Result<String, Refusal> {
    let head = repo.head.commit().ok_or_else(|| Refusal::usage("there is no commit yet"))?;
    let all = repo.tags_at(head)?;
    let mut found = Vec::new();
    if let Some(tree) = Stored::in_commit(&repo.git, head)? {
        let projects = Projects::new(&tree)?;
        for tag in all {
            if released(&projects, &tag)?.is_some() {
                found.push(tag);
            }
        }
    }
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Refusal::usage("there is no release tag on HEAD, so say which one is meant")
            .next("tag verify TAG", "is about that one")),
        several => Err(several.iter().fold(
            Refusal::usage("there are several release tags on HEAD, so say which one is meant"),
            |refusal, tag| refusal.next(format!("tag verify {}", word(tag)), ""),
        )),
    }
}

fn missing(name: &str, repo: &Repo) -> Result<Refusal, Refusal> {
    let refusal = Refusal::red(format!("there is no tag {name} here"));
    let configuration = repo.configuration()?;
    Ok(match configuration.remote() {
        Some(remote) => refusal.next_shell(
            format!("git fetch {} tag {}", word(remote), word(name)),
            "gets it, where the remote has it",
        ),
        None => refusal.next_shell("git tag", "lists the tags"),
    })
}

/// Whether tags are to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// `[tag] sign` says so: to everybody.
    Always,
    /// git's `tag.gpgSign` says so: for who makes tags here.
    Here,
    No,
}

impl Sign {
    fn read(projects: &Projects<'_>, repo: &Repo) -> Result<Self, Refusal> {
        Ok(match projects.settings.tag.sign.as_ref().map(|said| said.value) {
            Some(true) => Self::Always,
            None if repo.config_bool("tag.gpgSign")? => Self::Here,
            Some(false) | None => Self::No,
        })
    }

    /// The mark of a tag that is not as signed as it should be.
    fn mark(self) -> Mark {
        if self == Self::Always { Mark::Failed } else { Mark::Warning }
    }
}

/// What a remote has of the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Same,
    /// An annotated tag, where a lightweight one on the same commit is here.
    Annotated,
    Other,
}

struct Asked<'a> {
    repo: &'a Repo,
    name: &'a str,
    tag: &'a Tag,
    configuration: &'a Configuration,
}

impl Asked<'_> {
    fn annotated(&self, sign: Sign, there: Option<There>) -> Check {
        let check = |mark, what: String| Check::new("annotated", mark, what);
        if let Some(own) = &self.tag.annotated {
            return match own.name == self.name {
                true => check(Mark::Good, format!("{}, {}", own.day, own.tagger)),
                false => check(Mark::Failed, format!("its object says that it is {}", own.name)),
            };
        }
        let full = word(format!("refs/tags/{0}:refs/tags/{0}", self.name));
        let fetch = |remote: &str| format!("git fetch --force {} {full}", word(remote));
        let fetch = self.configuration.remote().map(|remote| Next::Shell(fetch(remote)));
        let what = match there {
            Some(There::Annotated) => "lightweight here, annotated on the remote",
            _ => "a lightweight tag: it does not say who released when",
        };
        let why = "actions/checkout makes annotated tags lightweight; this gets the tag itself:";
        let check = check(sign.mark(), what.to_owned());
        match fetch.filter(|_| matches!(there, None | Some(There::Annotated))) {
            Some(next) => {
                let command = next_text(&next);
                check.details([why.to_owned(), format!("  {command}")]).next(next)
            }
            None => check,
        }
    }

    /// What its name and the files of its commit say.
    fn content(&self, tree: &Stored<'_>, projects: &Projects<'_>) -> Result<Vec<Check>, Refusal> {
        let Some((project, _, version)) = released(projects, self.name)? else {
            let what = format!("{} is the name of no release here", self.name);
            let detail = "[tag] format and ignore in gonogo.toml say which tags are.".to_owned();
            let name = Check::new("name", Mark::Failed, what).details([detail]);
            let unknown = "its version is not known";
            let skipped = |id| Check::new(id, Mark::Skipped, unknown);
            return Ok(vec![name, skipped("version"), skipped("changelog")]);
        };
        let of = project.name.as_ref().map_or_else(String::new, |name| format!("{name} "));
        let name = Check::new("name", Mark::Good, format!("releases {of}{version}"));
        let version_check = version_files_say(tree, &project, &version)?;
        Ok(vec![name, version_check, told(tree, projects, &project, &version)])
    }

    fn signature(&self, sign: Sign) -> Result<Check, Refusal> {
        let check = |mark, what: &str| Check::new("signature", mark, what);
        let signed = self.tag.annotated.as_ref().is_some_and(|own| own.signed);
        if !signed {
            return Ok(match sign {
                Sign::No => check(Mark::Skipped, "not signed, and nothing asks for it"),
                Sign::Always => check(Mark::Failed, "not signed, and [tag] sign asks for it"),
                Sign::Here => check(Mark::Warning, "not signed, and tag.gpgSign is set here"),
            });
        }
        Ok(match self.repo.verified(&self.tag.id)? {
            Signature::Good(who) => check(Mark::Good, &who),
            Signature::Bad(said) => check(Mark::Failed, "the signature is bad").details(said),
            Signature::Unknown(said) => {
                check(sign.mark(), "could not be verified here").details(said)
            }
        })
    }

    /// Whether it was a GO; `None` for the tag of no release.
    fn judged(
        &self,
        args: &Args,
        context: &Context,
        (commit, tree, projects): (&Oid, &Stored<'_>, &Projects<'_>),
    ) -> Result<Option<Go>, Refusal> {
        let Some((project, _, version)) = released(projects, self.name)? else { return Ok(None) };
        let (remote, fetch) = match args.no_fetch {
            // Where nothing says which one it is, there is none to believe.
            true => (self.destination(projects).ok().flatten(), Fetch::No),
            false => (self.destination(projects)?, Fetch::Waiting(args.wait)),
        };
        let (repo, name, tag) = (self.repo, self.name, self.tag);
        let (project, version) = (&project, &version);
        go::judge(&go::Asked {
            repo,
            context,
            name,
            tag,
            commit,
            tree,
            project,
            version,
            remote,
            fetch,
        })
        .map(Some)
    }

    /// The remote of releases.
    fn destination(&self, projects: &Projects<'_>) -> Result<Option<Destination>, Refusal> {
        let said = projects.settings.branches.main.as_ref().map(|said| said.value.as_str());
        let main = self.repo.main(self.configuration, said)?.map(|main| main.name);
        let from = self.repo.branch().or(main.as_deref()).unwrap_or_default();
        self.repo.remote_to_push(self.configuration, from)
    }

    /// Asks the remote of releases.
    fn remote(&self, projects: &Projects<'_>) -> Result<(Check, There), Refusal> {
        let Some(to) = self.destination(projects)? else {
            return Err(Refusal::usage("there is no remote to ask")
                .next_shell("git remote add origin URL", "gives an address a name"));
        };
        let interrupt = proc::catch_interrupts().map_err(|error| {
            Refusal::external("ctrl-C cannot be watched for").why(error.to_string())
        })?;
        let full = format!("refs/tags/{}", self.name);
        let peeled = format!("{full}^{{}}");
        let there = self.repo.ask(&to.name, &[&full, &peeled], &interrupt)?;
        let check = |mark, what: String| Check::new("remote", mark, what);
        let (id, remote) = (&self.tag.id, &to.name);
        Ok(match (there.get(&full), there.peeled(&full)) {
            (Some(same), _) if same == id => {
                (check(Mark::Good, format!("{remote} has the same tag")), There::Same)
            }
            (Some(_), Some(commit)) if commit == id => {
                let what = format!("{remote} has it annotated, on the same commit");
                (check(Mark::Good, what), There::Annotated)
            }
            (Some(other), _) => {
                let what = format!("{remote} has another one: {}", other.short());
                (check(Mark::Failed, what), There::Other)
            }
            (None, _) => {
                let next = Next::Ours("tag --push".to_owned());
                let check = check(Mark::Failed, format!("{remote} does not have it"));
                (check.next(next), There::Other)
            }
        })
    }
}

fn version_files_say(
    tree: &Stored<'_>,
    project: &Project,
    version: &Version,
) -> Result<Check, Refusal> {
    let files = version_files(tree, project)?;
    let held = bump::held(project, &files)?;
    let differing: Vec<_> = held.iter().filter(|(_, said)| !said.same(version)).collect();
    if !differing.is_empty() {
        let what = format!("the version files of its commit do not say {version}");
        let places = places(differing.into_iter(), &files);
        return Ok(Check::new("version", Mark::Failed, what).details(places));
    }
    Ok(match held.len() {
        0 => Check::new("version", Mark::Skipped, "no file holds one"),
        1 => Check::new("version", Mark::Good, format!("{version} in {}", held[0].0.path)),
        places => Check::new("version", Mark::Good, format!("{version} in {places} places")),
    })
}

fn told(tree: &Stored<'_>, projects: &Projects<'_>, project: &Project, version: &Version) -> Check {
    let check = |mark, what: String| Check::new("changelog", mark, what);
    let place = |place: &crate::error::Place| {
        format!("{}:{}  {}", place.path, place.line, place.source.trim())
    };
    let found = changelog::find(tree, &projects.settings, project, projects.among());
    let section = found.and_then(|found| {
        let file = match &found {
            Place::There(file) => Some(file),
            Place::Missing(_) => None,
        };
        section(file, version, &projects.settings)
    });
    match section {
        Ok(Section::NotAsked(why)) => check(Mark::Skipped, why.to_owned()),
        Ok(Section::There(at)) => check(Mark::Good, place(&at)),
        Ok(Section::Wrong(Wrong { what, place: at, others, .. })) => {
            check(Mark::Failed, what).details(at.iter().chain(&others).map(place))
        }
        Err(refusal) => {
            let at = refusal.place.iter().map(place);
            check(Mark::Failed, refusal.what.clone()).details(at.chain(refusal.why.clone()))
        }
    }
}

fn next_text(next: &Next) -> String {
    match next {
        Next::Ours(text) | Next::Typed(text) | Next::Shell(text) => text.clone(),
    }
}

struct Report<'a> {
    name: &'a str,
    commit: &'a Oid,
    checks: Vec<Check>,
    /// `None` where only the tag is looked at.
    go: Option<Go>,
}

impl Report<'_> {
    fn is_red(&self) -> bool {
        self.failed() > 0 || self.go.as_ref().is_some_and(|go| !go.is_go())
    }

    fn failed(&self) -> usize {
        self.checks.iter().filter(|check| check.mark == Mark::Failed).count()
    }

    fn show(&self, context: &Context) {
        let ui = &context.ui;
        ui.say(&format!("{} at {}", bold(self.name), self.commit.short()));
        for Check { id, mark, what, details, .. } in &self.checks {
            let line = format!("{}{id:<10} {what}", mark.filling());
            match *mark {
                Mark::Good | Mark::Skipped | Mark::Unknown => {
                    ui.say(&format!("{} {line}", mark.text()));
                }
                Mark::Failed | Mark::Warning => ui.mark(*mark, &line),
            }
            for detail in details {
                ui.say(&format!("    {detail}"));
            }
        }
        let judged = self.go.as_ref().map(|go| go.show(ui, self.failed()));
        if !self.is_red() && judged.is_none() {
            return;
        }
        let mut own = self.checks.iter().filter(|check| check.mark == Mark::Failed);
        let next = own.find_map(|check| check.next.clone());
        let show = || Next::Shell(format!("git show --no-patch {}", word(self.name)));
        let next = next.or(judged).unwrap_or_else(show);
        ui.say(&format!("next: {}", ui.program.command(&next)));
    }

    fn json(&self) -> Value {
        let one = |check: &Check| {
            let outcome = match check.mark {
                Mark::Good => "good",
                Mark::Failed => "failed",
                Mark::Warning => "warning",
                Mark::Unknown => "unknown",
                Mark::Skipped => "skipped",
            };
            json!({ "id": check.id, "outcome": outcome, "what": check.what,
                    "details": check.details })
        };
        let mut data = json!({
            "tag": self.name, "commit": self.commit.as_str(), "red": self.is_red(),
            "checks": self.checks.iter().map(one).collect::<Vec<_>>(),
        });
        self.go.iter().for_each(|go| go.add_to(&mut data));
        data
    }
}
