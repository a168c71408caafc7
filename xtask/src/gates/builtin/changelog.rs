//! `changelog`: it is fit for the next release, and its guard says so, too.

use std::time::Duration;

use super::{Answer, BuiltIn, Facts, Subject, unreadable};
use crate::changelog::check;
use crate::changelog::cut::Existing;
use crate::changelog::date::Date;
use crate::changelog::findings::Finding as Wrong;
use crate::config::changelog::Place;
use crate::error::{Next, Refusal};
use crate::flows::{bump, changelog};
use crate::gates::{Finding, Judged, Outcome, Slot};
use crate::plan::Check;
use crate::sys::proc::{self, Ended};

/// So many findings are named.
const NAMED: usize = 8;

/// So many lines of what a guard said are shown.
const SAID: usize = 8;

/// A guard that takes longer hangs.
const LIMIT: Duration = Duration::from_mins(10);

pub const GATE: BuiltIn = BuiltIn { name: "changelog", usual: is_there, ask };

/// On where there is one, also where it is not clear which.
fn is_there(facts: &Facts<'_>) -> bool {
    let there = |subject: &Subject<'_>| !matches!(subject.changelog, Ok(Place::Missing(_)));
    facts.projects.as_ref().is_ok_and(|projects| projects.iter().any(there))
}

fn ask(facts: &Facts<'_>) -> Answer {
    let Ok(projects) = &facts.projects else {
        return Answer::Now(Judged::skipped("the version files cannot be read"));
    };
    let Some(today) = Date::iso(&facts.at.date()) else {
        return Answer::Now(Judged::could_not_run("the date is beyond the year 9999"));
    };
    let mut found = Found::default();
    for subject in projects {
        if let Err(refusal) = found.look(facts, subject, today) {
            return Answer::Now(unreadable(&refusal));
        }
    }
    let judged = found.judged();
    let guards = found.guards;
    if guards.is_empty() || judged.outcome != Outcome::Green {
        return Answer::Now(judged);
    }
    Answer::Later(Box::new(move |slot| {
        let asked = guards.iter().map(|guard| ask_guard(guard, slot));
        asked.into_iter().find(|judged| judged.outcome != Outcome::Green).unwrap_or(judged)
    }))
}

/// What was seen in the changelogs of all projects.
#[derive(Default)]
struct Found {
    files: usize,
    wrong: Vec<Wrong>,
    guards: Vec<Check>,
    /// The option of the first project with something wrong.
    option: String,
}

impl Found {
    fn look(
        &mut self,
        facts: &Facts<'_>,
        subject: &Subject<'_>,
        today: Date,
    ) -> Result<(), Refusal> {
        let place = match subject.changelog {
            Ok(place) => place,
            Err(refusal) => return Err(refusal.clone()),
        };
        let Place::There(file) = place else { return Ok(()) };
        self.files += 1;
        // Version files that disagree are no fault of the changelog.
        let held = bump::held(subject.bump.project, subject.bump.files).unwrap_or_default();
        let first = held.first().map(|(_, version)| version);
        let current = first.filter(|first| held.iter().all(|(_, version)| version.same(first)));
        let tagged =
            |version| subject.releases.commits.iter().find(|tagged| tagged.version.same(version));
        let table = &facts.settings.changelog;
        let wrong = check::check(
            file.into(),
            &check::Facts {
                today,
                current,
                is_released: current.is_some_and(|current| tagged(current).is_some()),
                sections: table.sections.as_ref().map(|said| said.value.as_slice()),
                commits: table.commits,
            },
        );
        if self.wrong.is_empty() && !wrong.is_empty() {
            subject.option.clone_into(&mut self.option);
        }
        self.wrong.extend(wrong);
        let Some(version) = current else { return Ok(()) };
        let newest = subject.releases.newest.as_ref();
        let asked = changelog::Facts {
            name: subject.bump.project.name.as_deref(),
            folder: &subject.bump.project.folder,
            option: subject.option,
            place,
            version,
            tag: &subject.format.tag(version, newest.map(|(tag, version)| (tag.as_str(), version))),
            previous: newest.and_then(|(_, version)| tagged(version)),
            changes: Vec::new(),
            table,
            page: None,
            date: today,
            existing: Existing::Keep,
        };
        let guard = changelog::guard(&asked);
        let guard = guard.map_err(|(refusal, at)| facts.settings.pointed(refusal, at))?;
        self.guards.extend(guard);
        Ok(())
    }

    fn judged(&self) -> Judged {
        if self.files == 0 {
            return Judged::skipped("there is none");
        }
        let why = match self.wrong.as_slice() {
            [] => return Judged::green(""),
            [only] => only.what.clone(),
            several => format!("{} things are not in order", several.len()),
        };
        let line = |one: &Wrong| match &one.place {
            Some(place) => format!("{}:{}  {}", place.path, place.line, one.what),
            None => one.what.clone(),
        };
        let more = self.wrong.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("and {more} more"));
        let found = self.wrong.iter().filter_map(|one| {
            let place = one.place.as_ref()?;
            let (path, line) = (place.path.clone(), place.line);
            Some(Finding { path, line, text: one.what.clone() })
        });
        Judged::red(why)
            .details(self.wrong.iter().take(NAMED).map(line).chain(more))
            .findings(found)
            .next(Next::Ours(format!("changelog check{}", self.option)))
    }
}

fn ask_guard(guard: &Check, slot: &Slot) -> Judged {
    let variables = guard.env.iter().map(|(name, value)| (name.clone(), Some(value.as_str())));
    let git = crate::repo::LOCAL_ENV.iter().map(|name| ((*name).to_owned(), None));
    let command = proc::command(&guard.argv, &slot.top, git.chain(variables));
    let (ended, said) = match slot.capture(command, LIMIT) {
        Ok(ended) => ended,
        Err(error) => {
            return Judged::could_not_run(format!("{} cannot be run: {error}", guard.name));
        }
    };
    let why = match ended {
        Ended::By(status) if status.success() => return Judged::green(""),
        Ended::By(status) => format!("{} said no ({status})", guard.name),
        Ended::TimedOut => format!("{} hung and was ended", guard.name),
        Ended::Stopped => format!("{} asks at the terminal, which it cannot have", guard.name),
        Ended::Interrupted => return Judged::could_not_run("interrupted"),
    };
    let said = proc::mask(&String::from_utf8_lossy(&said));
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(SAID)..].iter();
    Judged::red(why).details(last.map(|line| (*line).to_owned()))
}
