//! `ci`: the checks of exactly this commit on GitHub, asked through `gh`.

mod checks;

use std::process::Command;
use std::time::{Duration, Instant};

use super::{Answer, BuiltIn, Facts};
use crate::error::{Next, word};
use crate::gates::{Judged, Slot};
use crate::plan::Oid;
use crate::sys::proc::{self, Ended};
use crate::wording::counted;
use checks::{Checks, State};

/// Checks that have not ended after so long are given up.
const PATIENCE: Duration = Duration::from_mins(30);

/// One answer of GitHub takes no longer.
const LIMIT: Duration = Duration::from_mins(2);

/// The first pause between two questions, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];

/// So often in a row GitHub may be out of reach while checks are waited for.
const FAILURES: usize = 3;

/// So many checks are named.
const NAMED: usize = 8;

pub const GATE: BuiltIn = BuiltIn { name: "ci", usual: |_| false, ask };

fn ask(facts: &Facts<'_>) -> Answer {
    let Some(remote) = facts.configuration.remote() else {
        return Answer::Now(Judged::skipped("there is no remote"));
    };
    let Some(commit) = facts.repo.head.commit() else {
        return Answer::Now(Judged::red("there is no commit yet"));
    };
    let url = facts.configuration.remote_url().unwrap_or_default();
    let Some(place) = Place::of(&url) else {
        let why = format!("{remote} is no repository of GitHub");
        let detail = format!("It is {}; a command can ask another service.", proc::mask(&url));
        return Answer::Now(Judged::could_not_run(why).details([detail]));
    };
    let branch = facts.repo.branch().map_or("HEAD:refs/heads/NAME".to_owned(), word);
    let question = Question {
        place,
        commit: commit.clone(),
        push: format!("git push {} {branch}", word(remote)),
        own_run: std::env::var("GITHUB_RUN_ID").ok().filter(|run| !run.is_empty()),
    };
    Answer::Later(Box::new(move |slot| question.wait(slot)))
}

/// A repository of GitHub.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    owner: String,
    name: String,
}

impl Place {
    /// What a remote's address means: `https://host/owner/name.git`, `git@host:owner/name`,
    /// `ssh://git@host:22/owner/name`. `None` for a path of this machine.
    fn of(url: &str) -> Option<Self> {
        let (rest, path) = match url.split_once("://") {
            Some(("http" | "https" | "ssh" | "git", rest)) => rest.split_once('/')?,
            Some(_) => return None,
            None => url.split_once(':').filter(|(host, _)| !host.contains('/'))?,
        };
        let host = rest.rsplit('@').next()?.split(':').next()?;
        let path = path.trim_matches('/');
        let (owner, name) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
        let plain = |part: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !part.is_empty() && !part.starts_with(['-', '.']) && part.chars().all(known)
        };
        // The address of GitHub for networks that let no ssh out.
        let host = if host == "ssh.github.com" { "github.com" } else { host };
        let all = [host, owner, name];
        all.into_iter().all(plain).then(|| {
            let [host, owner, name] = all.map(str::to_owned);
            Self { host, owner, name }
        })
    }
}

/// What GitHub is asked.
struct Question {
    place: Place,
    commit: Oid,
    /// The command that shows it the commit.
    push: String,
    /// The run of GitHub Actions that asks: what still runs of it must not be waited for.
    own_run: Option<String>,
}

impl Question {
    /// Asks again until every check has ended.
    fn wait(&self, slot: &Slot) -> Judged {
        let start = Instant::now();
        let [mut pause, longest] = PAUSES;
        let (mut last, mut failures) = (None, 0);
        loop {
            match self.checks(slot) {
                Ok(checks) => {
                    if let Some(judged) = self.judge(&checks) {
                        return judged;
                    }
                    (last, failures) = (Some(checks), 0);
                }
                // Once it has answered, a moment without network says nothing.
                Err(judged) => {
                    failures += 1;
                    if last.is_none() || failures > FAILURES {
                        return judged;
                    }
                }
            }
            if start.elapsed() + pause > PATIENCE {
                return still_running(last.as_ref());
            }
            if !rest(pause, slot) {
                return Judged::could_not_run("interrupted");
            }
            pause = (pause * 2).min(longest);
        }
    }

    /// `None` while something runs and nothing is red.
    fn judge(&self, checks: &Checks) -> Option<Judged> {
        let short = self.commit.short();
        let red: Vec<String> = checks
            .of(State::Red)
            .take(NAMED)
            .map(|one| format!("{}  {}", one.name, one.url))
            .collect();
        if !red.is_empty() {
            let (number, of) = (checks.of(State::Red).count(), checks.all.len());
            let runs = format!("gh run list --commit {}", self.commit.as_str());
            let why = format!("{number} of {of} checks failed on {short}");
            return Some(Judged::red(why).details(red).next(Next::Shell(runs)));
        }
        if checks.of(State::Running).next().is_some() {
            return None;
        }
        let green = checks.of(State::Green).count();
        if green == 0 {
            return Some(self.unseen());
        }
        let own = match checks.of(State::Own).count() {
            0 => String::new(),
            own => format!(", {own} of this run not waited for"),
        };
        let all = checks.all.len() - checks.of(State::Own).count();
        Some(Judged::green(format!("{green} of {all} checks green on {short}{own}")))
    }

    fn unseen(&self) -> Judged {
        Judged::red(format!("CI has not seen {}: push it first", self.commit.short()))
            .details(["A check counts only for exactly this commit.".to_owned()])
            .next(Next::Shell(self.push.clone()))
    }

    fn checks(&self, slot: &Slot) -> Result<Checks, Judged> {
        let runs = self.ask(slot, "check-runs?per_page=100")?;
        let statuses = self.ask(slot, "status?per_page=100")?;
        Checks::read(&runs, &statuses, self.own_run.as_deref()).ok_or_else(|| {
            let first = runs.lines().next().unwrap_or_default().chars().take(200).collect();
            Judged::could_not_run("gh answered something else than checks").details([first])
        })
    }

    /// One question, with all pages of its answer.
    fn ask(&self, slot: &Slot, what: &str) -> Result<String, Judged> {
        let Place { host, owner, name } = &self.place;
        let path = format!("repos/{owner}/{name}/commits/{}/{what}", self.commit.as_str());
        let argv = ["gh", "api", "--hostname", host, "--paginate", &path].map(str::to_owned);
        let (ended, said) = match slot.capture(gh(&argv, slot), LIMIT) {
            Ok(ended) => ended,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Judged::could_not_run("there is no program gh")
                    .details(["It asks GitHub: https://cli.github.com".to_owned()]));
            }
            Err(error) => return Err(Judged::could_not_run(format!("gh cannot be run: {error}"))),
        };
        let said = String::from_utf8_lossy(&said).into_owned();
        match ended {
            Ended::By(status) if status.success() => Ok(said),
            Ended::By(status) => Err(self.refused(status.code(), &said)),
            Ended::TimedOut => Err(Judged::could_not_run("GitHub did not answer within 2 minutes")),
            Ended::Stopped => Err(Judged::could_not_run("gh asks at the terminal")),
            Ended::Interrupted => Err(Judged::could_not_run("interrupted")),
        }
    }

    /// What gh means by its failure (`gh help exit-codes`: 4 asks for a login).
    fn refused(&self, code: Option<i32>, said: &str) -> Judged {
        let host = &self.place.host;
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let line = match (last, code) {
            ("", Some(code)) => format!("gh ended with exit {code} and said nothing."),
            ("", None) => "gh was killed and said nothing.".to_owned(),
            (last, _) => proc::mask(last.trim().trim_start_matches("gh: ")),
        };
        if said.contains("HTTP 422") {
            return self.unseen();
        }
        let login = Next::Shell(format!("gh auth login --hostname {}", word(host)));
        if code == Some(4) || said.contains("HTTP 401") {
            return Judged::could_not_run(format!("gh is not logged in to {host}"))
                .details([line])
                .next(login);
        }
        if said.contains("HTTP 404") {
            let Place { owner, name, .. } = &self.place;
            return Judged::could_not_run(format!("{host} shows no {owner}/{name} to this login"))
                .details([line])
                .next(Next::Shell(format!("gh auth status --hostname {}", word(host))));
        }
        Judged::could_not_run("GitHub could not be asked").details([line])
    }
}

fn still_running(last: Option<&Checks>) -> Judged {
    let running: Vec<_> = last.into_iter().flat_map(|last| last.of(State::Running)).collect();
    let names = running.iter().take(NAMED).map(|one| format!("{}  {}", one.name, one.url));
    let minutes = PATIENCE.as_secs() / 60;
    let running = counted(running.len(), "check");
    Judged::could_not_run(format!("after {minutes} minutes {running} had not ended")).details(names)
}

fn gh(argv: &[String], slot: &Slot) -> Command {
    let quiet = [("GH_PROMPT_DISABLED", "1"), ("GH_NO_UPDATE_NOTIFIER", "1"), ("NO_COLOR", "1")];
    let quiet = quiet.map(|(name, value)| (name.to_owned(), Some(value)));
    let loud = ["GH_DEBUG", "DEBUG", "GH_FORCE_TTY", "CLICOLOR_FORCE"];
    let loud = loud.map(|name| (name.to_owned(), None));
    proc::command(argv, &slot.top, quiet.into_iter().chain(loud))
}

/// Waits; `false` when ctrl-C was pressed.
fn rest(pause: Duration, slot: &Slot) -> bool {
    let start = Instant::now();
    while start.elapsed() < pause {
        if slot.interrupted() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_is_a_place_on_a_host() {
        for (url, expected) in [
            ("https://github.com/acme/studio.git", Some("github.com acme studio")),
            ("https://token@github.com/acme/studio", Some("github.com acme studio")),
            ("git@github.com:acme/studio.git", Some("github.com acme studio")),
            ("ssh://git@ssh.github.com:443/acme/studio.git", Some("github.com acme studio")),
            ("ssh://git@ghe.example.com:2222/acme/a.b/", Some("ghe.example.com acme a.b")),
            ("work:acme/studio", Some("work acme studio")),
            ("/srv/git/studio.git", None),
            ("../studio", None),
            ("./a:b/c", None),
            ("file:///srv/acme/studio.git", None),
            ("https://gitlab.com/group/sub/studio.git", None),
            ("https://github.com/acme", None),
            ("git@github.com:-x/y", None),
            ("", None),
        ] {
            let place = Place::of(url).map(|p| format!("{} {} {}", p.host, p.owner, p.name));
            assert_eq!(place.as_deref(), expected, "{url}");
        }
    }
}
