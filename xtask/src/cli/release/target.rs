//! Which version a release is.

use crate::cli::Context;
use crate::cli::project::{Known, Survey};
use crate::cli::unreleased::{self, Asks};
use crate::error::{Next, Refusal};
use crate::flows::bump::{self, Wish};
use crate::flows::release::{counted_from_release, is_taken};
use crate::repo::Repo;
use crate::version::{
    self, Downgrade, Level, Move, Outcome, Phase, Request, Step, Target, Version,
};

/// The version that is released, that in the files, and why it is this one.
pub struct Chosen {
    pub version: Version,
    /// `None` where tags alone say versions.
    pub files: Option<Version>,
    pub notes: Vec<String>,
}

/// What was asked for comes to.
pub enum Choice {
    Release(Chosen),
    /// There is nothing to release; the sentence says why.
    Nothing(String),
    /// This version has a tag. Whether another one was meant is not known.
    Released(Version),
}

/// What was asked for.
pub struct Wanted<'w> {
    /// A level or a version.
    pub to: Option<&'w str>,
    pub pre: Option<&'w str>,
    pub step: Step,
}

/// What is known when a version is chosen.
pub struct Choosing<'c> {
    repo: &'c Repo,
    survey: &'c Survey,
    known: &'c Known,
    context: &'c Context,
    /// In the files, as it is spelled here.
    files: Option<Version>,
}

impl<'c> Choosing<'c> {
    /// Reads what the files hold.
    ///
    /// # Errors
    /// They disagree, or hold what has no form here.
    pub fn new(
        repo: &'c Repo,
        survey: &'c Survey,
        known: &'c Known,
        context: &'c Context,
    ) -> Result<Self, Refusal> {
        let mut files = None;
        if !known.project.sites.is_empty() {
            let facts = survey.facts(known);
            // Only to refuse where they disagree.
            let target = Target::Level(Move::plain(Level::Patch));
            let (downgrade, command) = (Downgrade::Refuse, context.command());
            let wish = Wish { target: &target, downgrade, set_from: None, command: &command };
            let held =
                bump::current(&facts, &wish).map_err(|refusal| mended(refusal, survey, known))?;
            files = Some(held.spelled(&bump::style(&facts, &held))?);
        }
        Ok(Self { repo, survey, known, context, files })
    }

    /// The version of a release: of a level, counted from the last release (a version in the files
    /// that is not released yet counts as done); without one, that in the files.
    ///
    /// # Errors
    /// A level that leads nowhere, a version that does not come after the last one.
    pub fn choose(&self, wanted: &Wanted<'_>) -> Result<Choice, Refusal> {
        let request = match (wanted.to, wanted.pre) {
            (Some(to), pre) => Request::parse(to, pre, wanted.step).map_err(as_release)?,
            (None, Some(_)) => {
                return Err(Refusal::usage("--pre goes with a level")
                    .next("release minor --pre rc", "for the next minor"));
            }
            (None, None) if wanted.step == Step::Next => {
                return Err(Refusal::usage("--next goes with a level")
                    .next("release minor --next", "for the minor after that in the files"));
            }
            (None, None) => return self.in_the_files(),
        };
        match request {
            Request::Target(Target::Exact(version)) => self.exact(version),
            Request::Target(Target::Level(step)) => self.level(step, Vec::new()),
            Request::Auto(auto) => {
                let read =
                    unreleased::read(self.repo, self.survey, std::slice::from_ref(self.known))?;
                let asks = read.first().map(|one| one.asks_for(self.repo, self.known));
                match asks.unwrap_or(Ok(Asks::Unknown))? {
                    Asks::Nothing(why) => Ok(Choice::Nothing(why)),
                    Asks::Level(level, because) => match auto.at(level) {
                        Target::Level(step) => self.level(step, vec![because]),
                        Target::Exact(version) => self.exact(version),
                    },
                    Asks::Unknown => Err(self.no_version()),
                }
            }
        }
    }

    /// Which of the three next versions it is: a person is asked.
    ///
    /// # Errors
    /// Nobody can be asked: the three are named.
    pub fn which(&self, said: &Version) -> Result<Choice, Refusal> {
        let ui = &self.context.ui;
        let how = self.facts().and_then(|facts| facts.withdrawn(said));
        let state = how.map_or("is released".to_owned(), |how| how.to_string());
        let levels = [Level::Patch, Level::Minor, Level::Major];
        let made = |level: Level| {
            let made = counted_from_release(&self.facts()?, Move::plain(level)).ok()?;
            Some((level, made.0))
        };
        let each: Vec<(Level, Version)> = levels.into_iter().filter_map(made).collect();
        if !ui.can_ask() || each.len() < levels.len() {
            let refusal = Refusal::usage(format!("{said} {state} already; which version is next?"));
            let command = self.context.command();
            return Err(each.iter().fold(refusal, |refusal, (level, version)| {
                let typed = format!("{command} {}", level.word());
                refusal.next_typed(typed, format!("releases {version}"))
            }));
        }
        let named = each.iter().enumerate();
        let named = named.map(|(at, (level, to))| format!("[{}] {} {to}", at + 1, level.word()));
        let question =
            format!("{said} {state}. Next:  {}  [n]one", named.collect::<Vec<_>>().join("  "));
        let answer = ui.ask(&question, &['1', '2', '3', 'n'], 'n')?;
        let number = answer.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
        match number.and_then(|number| each.into_iter().nth(number - 1)) {
            Some((level, _)) => self.level(Move::plain(level), Vec::new()),
            None => Ok(Choice::Nothing("Nothing was done.".to_owned())),
        }
    }

    /// That in the files; of what is being developed, its final version.
    fn in_the_files(&self) -> Result<Choice, Refusal> {
        let (Some(facts), Some(current)) = (self.facts(), self.current()) else {
            return Err(self.no_version());
        };
        if is_taken(&facts, current) {
            return Ok(Choice::Released(current.clone()));
        }
        match current.phase() {
            Some(Phase::Dev) => self.level(Move::plain(Level::Final), Vec::new()),
            _ => Ok(self.chosen(current.clone(), Vec::new())),
        }
    }

    fn level(&self, step: Move, mut notes: Vec<String>) -> Result<Choice, Refusal> {
        let facts = self.facts().ok_or_else(|| self.no_version())?;
        let (version, more) = counted_from_release(&facts, step).map_err(as_release)?;
        notes.extend(more);
        Ok(self.chosen(version, notes))
    }

    fn exact(&self, version: Version) -> Result<Choice, Refusal> {
        let Some(facts) = self.facts() else {
            let style = bump::style(&self.survey.facts(self.known), &version);
            return Ok(self.chosen(version.spelled(&style)?, Vec::new()));
        };
        let target = Target::Exact(version.clone());
        if is_taken(&facts, &version) {
            return Ok(Choice::Released(version));
        }
        match version::next(&facts, &target, Downgrade::Refuse).map_err(as_release)? {
            Outcome::Bump { to, notes } => Ok(self.chosen(to, notes)),
            Outcome::AlreadyThere => Ok(self.chosen(facts.current.clone(), Vec::new())),
        }
    }

    /// The version that is counted from: in the files, else that of the newest release.
    fn current(&self) -> Option<&Version> {
        let newest = self.known.releases.newest.as_ref().map(|(_, version)| version);
        self.files.as_ref().or(newest)
    }

    fn facts(&self) -> Option<version::Facts<'_>> {
        let current = self.current()?;
        let known = self.known;
        let newest = known.releases.newest.as_ref();
        let released = newest.map(|(tag, version)| version::Released { version, tag });
        let style = bump::style(&self.survey.facts(known), current);
        Some(version::Facts {
            current,
            released,
            taken: &known.tagged,
            withdrawn: &known.withdrawn,
            style,
        })
    }

    fn chosen(&self, version: Version, notes: Vec<String>) -> Choice {
        Choice::Release(Chosen { version, files: self.files.clone(), notes })
    }

    fn no_version(&self) -> Refusal {
        let project = &self.known.project;
        let refusal = Refusal::usage("no file and no tag says a version to count from");
        let refusal = match &project.vcs {
            Some(tool) => {
                refusal.why(format!("{} takes it from git tags with {tool}.", project.manifest))
            }
            None => refusal,
        };
        refusal.next("release 0.1.0", "releases exactly this version")
    }
}

/// Drift is mended by a bump, which can be told which file is right.
fn mended(mut refusal: Refusal, survey: &Survey, known: &Known) -> Refusal {
    let held = bump::held(&known.project, &survey.files).unwrap_or_default();
    for (next, _) in &mut refusal.next {
        if let Next::Typed(command) = next
            && let Some((_, file)) = command.split_once("--set-from ")
            && let Some((_, version)) = held.first()
        {
            *next = Next::Ours(format!("bump {version} --set-from {file}{}", known.option));
        }
    }
    refusal
}

/// A refusal about levels with the ways on of a release.
fn as_release(mut refusal: Refusal) -> Refusal {
    for (next, _) in &mut refusal.next {
        if let Next::Ours(command) = next
            && let Some(rest) = command.strip_prefix("bump ")
            && !command.contains("--allow-downgrade")
        {
            *next = Next::Ours(format!("release {rest}"));
        }
    }
    refusal
}
