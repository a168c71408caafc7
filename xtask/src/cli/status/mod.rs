//! `status`

mod packages;

use serde_json::{Value, json};

use super::Context;
use super::changelog::Waiting;
use super::hotfix::open::{self, Open, Seen};
use super::project::{Known, Survey};
use super::unreleased::{self, Unreleased};
use super::waiting;
use crate::config::file::Procedure;
use crate::error::{Next, Refusal, word};
use crate::flows::bump;
use crate::journal::Journal;
use crate::repo::{Head, Repo, Status};
use crate::sites::{self, Site};
use crate::ui::{Mark, Ui, bold, dot, one_line};
use crate::version::{Downgrade, Level, Move, Outcome, Target, Version};
use crate::wording::counted;

/// Show the version, every version file, the newest release and the next versions
///
/// Reads only, and never uses the network. Exit code 0 also when version files disagree.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The package to show, by name or folder (`lib-*` for all that match); may be repeated
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> anyhow::Result<()> {
    let repo = Repo::discover(&context.folder)?;
    let ui = &context.ui;
    if let Some((operation, refusal)) = Journal::of(&repo.common_dir).unfinished()? {
        // Half-written files say nothing reliable; what to do about them comes first.
        ui.mark(Mark::Warning, &refusal.to_string());
        for (number, (command, _)) in refusal.next.iter().enumerate() {
            let Next::Ours(command) = command else { continue };
            let word = if number == 0 { "next:" } else { "  or:" };
            ui.say(&format!("{word} {}", ui.ours(command)));
        }
        ui.json(&json!({ "open": { "operation": operation.id, "title": operation.plan().title } }));
        return Ok(());
    }
    let survey = match args.packages.is_empty() {
        true => Survey::whole(&repo)?,
        false => Survey::chosen(&repo, &args.packages, &context.command())?,
    };
    match (survey.projects.as_slice(), survey.broken.as_slice()) {
        ([known], []) => {
            let report = Report::read(&repo, &survey, known)?;
            report.show(ui, &repo, known);
            let waiting = waiting::show(ui, &repo)?;
            ui.json(&report.json(&survey, known, &waiting));
        }
        _ => packages::show(&repo, ui, &survey)?,
    }
    Ok(())
}

struct Report {
    title: String,
    held: Vec<(String, String, String)>,
    /// Files with lock entries and requirements that are brought along.
    followers: Option<String>,
    /// The version, when all places agree.
    agreed: Option<Version>,
    released: Option<String>,
    /// What came after the last full release, where there is a release.
    unreleased: Option<Unreleased>,
    changelog: Option<Waiting>,
    /// The branches of hotfixes and releases that wait for their end.
    open: Vec<Open>,
    next: Vec<(&'static str, String)>,
    /// Why no level leads anywhere.
    stuck: Option<Refusal>,
}

impl Report {
    fn read(repo: &Repo, survey: &Survey, known: &Known) -> Result<Self, Refusal> {
        let facts = survey.facts(known);
        let held = bump::held(&known.project, &survey.files)?;
        let agreed = held
            .first()
            .map(|(_, first)| first.clone())
            .filter(|first| held.iter().all(|(_, version)| version.same(first)));
        let released = match &known.releases.newest {
            Some((tag, _)) => Some(released(repo, tag)?),
            None => None,
        };
        // Without a release everything is unreleased, and nothing new is said by that.
        let unreleased = match released {
            Some(_) => unreleased::read(repo, survey, std::slice::from_ref(known))?.pop(),
            None => None,
        };
        let changelog = Waiting::read(repo, survey, known, agreed.as_ref())?;
        let both = [Procedure::Hotfix, Procedure::Release];
        let open = open::all(repo, &Seen::of(repo)?, (survey, known), &both)?;
        let next = agreed.as_ref().map(|version| next(&facts, version)).unwrap_or_default();
        let stuck = match &agreed {
            Some(version) if next.is_empty() => stuck(&facts, version),
            _ => None,
        };
        let stuck = stuck.map(|refusal| refusal.about(&known.option));
        let version = held.first().map_or_else(String::new, |(_, version)| format!(" {version}"));
        let title = format!(
            "{}{}",
            bold(&format!("{}{version}", known.name())),
            place(repo, &repo.status()?)
        );
        let held = held.iter().map(|(site, _)| row(survey, site)).collect();
        let followers = followers(known);
        Ok(Self {
            title,
            held,
            followers,
            agreed,
            released,
            unreleased,
            changelog,
            open,
            next,
            stuck,
        })
    }

    fn show(&self, ui: &Ui, repo: &Repo, known: &Known) {
        ui.answer(&self.title);
        ui.answer("");
        match (&self.agreed, &known.project.vcs) {
            (Some(version), _) => ui.answer(&match self.held.len() {
                1 => format!("Version     {version}"),
                number => format!("Version     {version}, {number} places agree"),
            }),
            (None, Some(tool)) => ui.answer(&format!("Version     from git tags ({tool})")),
            (None, None) => ui.answer(&format!("Version     {} DISAGREE", Mark::Warning.text())),
        }
        let width = |part: fn(&(String, String, String)) -> &String| {
            self.held.iter().map(|row| part(row).chars().count()).max().unwrap_or(0).min(46)
        };
        let (link, text) = (width(|row| &row.0), width(|row| &row.1));
        for (place, line, origin) in &self.held {
            ui.answer(&format!("  {place:<link$}   {line:<text$}   {origin}"));
        }
        if let Some(followers) = &self.followers {
            ui.answer(&format!("  and what follows it: {followers}"));
        }
        for note in &known.project.notes {
            ui.answer(&format!("  {} {note}", Mark::Warning.text()));
        }
        let none = "none: no release tag is reachable from here".to_owned();
        ui.answer(&format!("Released    {}", self.released.clone().unwrap_or(none)));
        if let Some(unreleased) = &self.unreleased {
            unreleased.show(ui, repo, known.releases.newest.as_ref().map(|(_, version)| version));
        }
        if let Some(changelog) = &self.changelog {
            ui.answer(&format!("Changelog   {}", changelog.said()));
        }
        for (number, open) in self.open.iter().enumerate() {
            let word = if number == 0 { "Open" } else { "" };
            ui.answer(&one_line(&format!("{word:<12}{}", open.brief())));
        }
        self.show_next(ui, known);
    }

    fn show_next(&self, ui: &Ui, known: &Known) {
        if let Some(refusal) = &self.stuck {
            ui.answer(&format!("Next        {} {}", Mark::Warning.text(), refusal.what));
            let ours = refusal.next.iter().find_map(|(next, _)| match next {
                Next::Ours(command) => Some(command),
                Next::Typed(_) | Next::Shell(_) => None,
            });
            if let Some(command) = ours {
                ui.answer(&format!("next: {}", ui.ours(command)));
            }
            return;
        }
        if self.next.is_empty() {
            if let (None, Some((place, ..))) = (&self.agreed, self.held.first()) {
                let file = place.rsplit_once(':').map_or(place.as_str(), |(file, _)| file);
                let mend = format!("bump minor{} --set-from {}", known.option, word(file));
                ui.answer(&format!("next: {}", ui.ours(&mend)));
            }
            return;
        }
        let suggested = self.unreleased.as_ref().and_then(Unreleased::suggested);
        let why = |level: &str| match &suggested {
            Some((suggested, why)) if *suggested == level => format!(" (suggested: {why})"),
            _ => String::new(),
        };
        let next: Vec<String> =
            self.next.iter().map(|(level, to)| format!("{level} {to}{}", why(level))).collect();
        ui.answer(&format!("Next        {}", next.join(&format!(" {} ", dot()))));
        if let Some(command) = self.to_release(known) {
            ui.answer(&format!("next: {}", ui.ours(&format!("{command}{}", known.option))));
            return;
        }
        let of_commits = self.next.iter().find(|(level, _)| !why(level).is_empty());
        let level = of_commits.unwrap_or(&self.next[0]).0;
        ui.answer(&format!("next: {}", ui.ours(&format!("bump {level}{}", known.option))));
    }

    /// What comes next for a version that the files hold and no tag has: the changelog.
    fn to_release(&self, known: &Known) -> Option<&'static str> {
        let (version, (_, newest)) = (self.agreed.as_ref()?, known.releases.newest.as_ref()?);
        let comes = newest.precedes(version) && !newest.same(version);
        self.changelog.as_ref().filter(|_| comes)?.next()
    }

    fn json(&self, survey: &Survey, known: &Known, waiting: &Value) -> Value {
        let places = known.project.sites.iter().map(|site| {
            let line = survey
                .files
                .get(&site.path)
                .map(|bytes| sites::place(&site.path, bytes, site.range.start).line);
            json!({ "path": site.path, "line": line, "key": site.key, "value": site.value,
                    "origin": site.origin, "drift_counts": site.role.says_version() })
        });
        let next: serde_json::Map<_, _> = self
            .next
            .iter()
            .map(|(level, version)| ((*level).to_owned(), json!(version)))
            .collect();
        json!({
            "name": known.project.name,
            "version": self.agreed.as_ref().map(Version::text),
            "agree": self.agreed.is_some(),
            "places": places.collect::<Vec<_>>(),
            "notes": known.project.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "vcs": known.project.vcs,
            "released": known.releases.newest.as_ref().map(|(tag, _)| tag),
            "unreleased": self.unreleased.as_ref().map(Unreleased::json),
            "changelog": self.changelog.as_ref().map(Waiting::json),
            "branches": self.open.iter().map(|open| &open.branch).collect::<Vec<_>>(),
            "next": next,
            "waiting": waiting,
        })
    }
}

/// ` · main 5a1b2c3 · level with origin/main`
fn place(repo: &Repo, status: &Status) -> String {
    let dot = dot();
    let at = match &repo.head {
        Head::Branch { name, commit } => {
            format!("{} {}", name.trim_start_matches("refs/heads/"), commit.short())
        }
        Head::Unborn { name } => {
            format!("{}, no commit yet", name.trim_start_matches("refs/heads/"))
        }
        Head::Detached { commit } => format!("detached at {}", commit.short()),
    };
    let upstream = match (&status.upstream, status.tracking) {
        (Some(name), Some((0, 0))) => format!(" {dot} level with {name}"),
        (Some(name), Some((ahead, 0))) => format!(" {dot} {ahead} ahead of {name}"),
        (Some(name), Some((0, behind))) => format!(" {dot} {behind} behind {name}"),
        (Some(name), Some((ahead, behind))) => {
            format!(" {dot} {ahead} ahead, {behind} behind {name}")
        }
        _ => String::new(),
    };
    let dirty = match status.changed.len() + status.unmerged.len() {
        0 => String::new(),
        number => format!(" {dot} {} changed", counted(number, "tracked file")),
    };
    format!(" {dot} {at}{upstream}{dirty}")
}

fn released(repo: &Repo, tag: &str) -> Result<String, Refusal> {
    let (date, kind) = repo.tag_facts(tag)?;
    let since = match repo.count_since(&format!("refs/tags/{tag}"))? {
        0 => "this commit".to_owned(),
        number => format!("{} ago", counted(number, "commit")),
    };
    Ok(format!("{tag}, {date}, {since}, {kind} tag"))
}

fn row(survey: &Survey, site: &Site) -> (String, String, String) {
    let Some(bytes) = survey.files.get(&site.path) else { return Default::default() };
    let place = sites::place(&site.path, bytes, site.range.start);
    let line: String = place.source.trim().chars().take(46).collect();
    (format!("{}:{}", site.path, place.line), line, site.origin.clone())
}

fn followers(known: &Known) -> Option<String> {
    let following = known.project.sites.iter().filter(|site| !site.role.says_version());
    let mut files: Vec<&str> = following.map(|site| site.path.as_str()).collect();
    files.dedup();
    match files.len() {
        0 => None,
        1..=4 => Some(files.join(", ")),
        number => Some(format!("{}, and {} more files", files[..3].join(", "), number - 3)),
    }
}

/// Why a version leads nowhere: it is behind the newest release, or its tags are taken.
fn stuck(facts: &bump::Facts<'_>, current: &Version) -> Option<Refusal> {
    let target = Target::Level(Move::plain(Level::Minor));
    crate::version::next(&facts.after(current), &target, Downgrade::Refuse).err()
}

/// What each level would lead to now; levels that lead nowhere are left out.
fn next(facts: &bump::Facts<'_>, current: &Version) -> Vec<(&'static str, String)> {
    let facts = facts.after(current);
    let levels = match current.is_prerelease() {
        true => vec![Level::Final, Level::Prerelease, Level::Major],
        false => vec![Level::Minor, Level::Patch, Level::Major],
    };
    let lead = |level: Level| {
        let target = Target::Level(Move::plain(level));
        match crate::version::next(&facts, &target, Downgrade::Refuse) {
            Ok(Outcome::Bump { to, .. }) => Some((level.word(), to.to_string())),
            _ => None,
        }
    };
    levels.into_iter().filter_map(lead).collect()
}
