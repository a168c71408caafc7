//! The gates of a release: what is cheap before anything is edited, the commands on the tree that
//! will be tagged.

use std::cell::{OnceCell, RefCell};
use std::time::Instant;

use serde_json::{Value, json};

use super::args::Args;
use super::hint::{self, Pinned};
use super::progress;
use crate::cli::Context;
use crate::cli::approvals::{self, Approvals};
use crate::cli::check::{Read, Report, Request, Select, Waivers, poll};
use crate::config::file::Settings;
use crate::error::{Next, Refusal, word};
use crate::gates::{Choice, Gate, Kind, Profile, Reused, recorded, remarks};
use crate::journal::Journal;
use crate::plan;
use crate::repo::{Repo, Status};
use crate::sites::Tree;
use crate::sys::proc::Interrupt;
use crate::ui::{Mark, Volume};
use crate::version::Version;

/// What a release does itself: it has just fetched, and its hooks see the commit.
const ITS_OWN: [&str; 2] = ["fresh", "hooks"];

/// What is known of gates before anything is edited.
#[derive(Debug, Default)]
pub struct Before {
    /// The commands that are asked later, on the tree of the release.
    pub commands: Vec<String>,
    /// What the release sees to itself.
    pub own: Vec<String>,
    /// The report of the built-in ones.
    pub checked: Value,
}

impl Before {
    /// The report of the built-in ones with those that the release sees to itself; `fetched` is the
    /// remote that it has asked.
    pub fn report(&self, fetched: Option<&str>) -> Value {
        let own = self.own.iter().map(|id| {
            let (outcome, why) = match (id.as_str(), fetched) {
                ("fresh", Some(remote)) => ("green", format!("{remote} was fetched")),
                ("fresh", None) => ("skipped", "nothing leaves this machine".to_owned()),
                _ => ("green", "on the commit of the release".to_owned()),
            };
            (id.as_str(), outcome, why)
        });
        with(self.checked.clone(), own)
    }
}

/// A report with built-in gates that the release saw to itself: name, outcome and reason.
pub fn with<'g>(
    mut report: Value,
    seen: impl Iterator<Item = (&'g str, &'static str, String)>,
) -> Value {
    let own =
        |(id, outcome, why)| json!({ "id": id, "outcome": outcome, "why": why, "required": true });
    let own: Vec<Value> = seen.map(own).collect();
    match report["gates"].as_array_mut() {
        Some(gates) => gates.extend(own),
        None => report["gates"] = own.into(),
    }
    report
}

/// The gates of a release, by their names.
#[derive(Debug, Default)]
pub struct Chosen {
    pub built_in: Vec<String>,
    pub commands: Vec<String>,
}

/// How gates are asked in a release.
pub struct Asking<'a> {
    pub context: &'a Context,
    pub waivers: Waivers,
    pub jobs: Option<u16>,
    pub fresh: bool,
    /// The version in the files before, once that is known.
    pub old: OnceCell<String>,
    /// Where they are asked, when that is not what is released.
    pub elsewhere: Option<Elsewhere<'a>>,
}

/// The work tree in which the gates of a rehearsal are asked.
pub struct Elsewhere<'a> {
    pub repo: &'a Repo,
    /// Built-in gates that have no answer there, each with the reason.
    pub without: Vec<(&'static str, String)>,
    /// Those of them that a release asks.
    pub left_out: RefCell<Vec<(&'static str, String)>>,
    /// What people have not said yet.
    pub missing: RefCell<Vec<String>>,
}

impl<'a> Asking<'a> {
    /// As the arguments say.
    ///
    /// # Errors
    /// A waiver without a reason.
    pub fn new(args: &Args, context: &'a Context) -> Result<Self, Refusal> {
        let waivers = Waivers::new(&args.waive, &args.reason)?;
        let (old, elsewhere) = (OnceCell::new(), None);
        Ok(Self { context, waivers, jobs: args.jobs, fresh: args.fresh, old, elsewhere })
    }

    /// As the operation that is open was asked.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn again(repo: &Repo, context: &'a Context) -> Result<Self, Refusal> {
        let newest = Journal::of(&repo.common_dir).newest()?;
        let steps = newest.iter().flat_map(|operation| &operation.plan().steps);
        let gates = steps.into_iter().find_map(|step| match &step.action {
            plan::Action::Gates(gates) => Some(&gates.waived),
            _ => None,
        });
        let (waive, reason): (Vec<String>, Vec<String>) =
            gates.into_iter().flatten().cloned().unzip();
        let waivers = Waivers::new(&waive, &reason)?;
        let (old, elsewhere) = (OnceCell::new(), None);
        Ok(Self { context, waivers, jobs: None, fresh: false, old, elsewhere })
    }

    /// The built-in gates, all at once, before anything is edited. `status` is what git says of the
    /// repository.
    ///
    /// # Errors
    /// One of them stops the release: all are told.
    pub fn before(
        &self,
        repo: &Repo,
        status: &Status,
        (profile, version): (Profile, &Version),
        interrupt: &Interrupt,
    ) -> Result<Before, Refusal> {
        let commands = RefCell::new(Vec::new());
        let own_ones = RefCell::new(Vec::new());
        let select = |choice: &Choice, profile| {
            let all = choice.whole(profile)?;
            let (built_in, later): (Vec<Gate>, Vec<Gate>) =
                all.into_iter().partition(|gate| matches!(gate.kind, Kind::BuiltIn(_)));
            *commands.borrow_mut() = later.into_iter().map(|gate| gate.id).collect();
            let is_own = |gate: &Gate| ITS_OWN.contains(&gate.id.as_str());
            let (own, asked): (Vec<Gate>, Vec<Gate>) = built_in.into_iter().partition(is_own);
            own_ones.borrow_mut().extend(own.into_iter().map(|gate| gate.id));
            Ok((asked.into_iter().filter(|gate| !self.is_left_out(&gate.id)).collect(), None))
        };
        let status = self.elsewhere.is_none().then_some(status);
        let request = self.request(Some(profile), Some(version), interrupt, &select);
        let request = Request { status, ..request };
        let checked = poll(self.repo(repo), self.context, &request, |report, data| {
            self.agreed(report, version).map(|()| data.clone())
        })?;
        let own = own_ones.into_inner();
        Ok(Before { commands: commands.into_inner(), own, checked })
    }

    /// The gate `ci` alone, where it is on, about the commit that `repo` is seen from; the report.
    ///
    /// # Errors
    /// It stops the release.
    pub fn ci(
        &self,
        repo: &Repo,
        (profile, version): (Profile, &Version),
        interrupt: &Interrupt,
    ) -> Result<Value, Refusal> {
        let select = |choice: &Choice, profile| {
            let mut all = choice.whole(profile)?;
            all.retain(|gate| gate.id == "ci" && matches!(gate.kind, Kind::BuiltIn(_)));
            Ok((all, None))
        };
        let request = self.request(Some(profile), Some(version), interrupt, &select);
        poll(repo, self.context, &request, |report, data| {
            self.agreed(report, version).map(|()| data.clone())
        })
    }

    /// What people have said of the release that is made on a commit; `report` is what gates have
    /// said already, and the others are still to come. `None` where nobody has to say anything and
    /// nobody has.
    ///
    /// # Errors
    /// Those of [`Approvals::read`].
    pub fn approvals(
        &self,
        repo: &Repo,
        (settings, option): (&Settings, &str),
        (profile, version, tag): (Profile, &Version, &str),
        (report, tree): (&Value, &impl Tree),
    ) -> Result<Option<Approvals>, Refusal> {
        let Some(commit) = repo.head.commit() else { return Ok(None) };
        let people = self.repo(repo);
        if !Approvals::are_wanted(people, settings, profile, &self.waivers)? {
            return Ok(None);
        }
        let mut read = Read::about(people, Some(profile), Some(version))?;
        read.aim.version = Some(version.clone());
        read.aim.tag = Some(tag.to_owned());
        let (context, waivers) = (self.context, &self.waivers);
        let gates = approvals::Gates::Later;
        let asked = approvals::Asked {
            repo: people,
            context,
            read: &read,
            commit,
            waivers,
            report,
            gates,
            option,
        };
        Approvals::read(&asked, tree)
    }

    /// Stops the release where people have not said what they have to; a rehearsal only tells it.
    /// `ships` is how many commits nobody was asked about.
    ///
    /// # Errors
    /// NO-GO, with each reason.
    pub fn agreed_by_people(&self, approvals: &Approvals, ships: usize) -> Result<(), Refusal> {
        match &self.elsewhere {
            None => {
                approvals.go(&self.context.command())?;
                approvals.all_of_it(ships)
            }
            Some(elsewhere) => {
                elsewhere.missing.borrow_mut().extend(approvals.reasons());
                Ok(())
            }
        }
    }

    /// # Errors
    /// A gate stops the release: all are told.
    fn agreed(&self, report: &Report<'_>, version: &Version) -> Result<(), Refusal> {
        let stopping = report.stopping();
        let [first, ..] = stopping.as_slice() else { return Ok(()) };
        let refusal = match stopping.as_slice() {
            [one] => {
                Refusal::unsafe_to(format!("{version} cannot be released: {}", one.outcome.why()))
            }
            all => Refusal::unsafe_to(format!(
                "{version} cannot be released, for {} reasons",
                all.len()
            )),
        };
        let several = stopping.len() > 1;
        let refusal = stopping.iter().fold(refusal, |refusal, checked| {
            let details = checked.runs.iter().flat_map(|(_, judged)| &judged.details);
            let why = match several {
                true => refusal.why(format!("{}: {}", checked.gate.id, checked.outcome.why())),
                false => refusal,
            };
            details.fold(why, |refusal, line| refusal.why(line.as_str()))
        });
        let ways = stopping.iter().flat_map(|checked| &checked.runs);
        let mut ways: Vec<(Next, String)> =
            ways.filter_map(|(_, judged)| Some((judged.next.clone()?, String::new()))).collect();
        ways.dedup();
        ways.push((
            Next::Typed(format!(
                "{} --waive {} --reason \"...\"",
                self.context.command(),
                word(&first.gate.id)
            )),
            "stands in the record".to_owned(),
        ));
        Err(refusal.leading_to(ways))
    }

    /// Which gates there are, the built-in ones apart; nothing is asked.
    ///
    /// # Errors
    /// gonogo.toml chooses gates that there are not.
    pub fn chosen(
        &self,
        repo: &Repo,
        (profile, version): (Profile, &Version),
        interrupt: &Interrupt,
    ) -> Result<Chosen, Refusal> {
        let chosen = RefCell::new(Chosen::default());
        let select = |choice: &Choice, profile| {
            let all = choice.whole(profile)?.into_iter();
            let (built_in, commands): (Vec<Gate>, Vec<Gate>) =
                all.partition(|gate| matches!(gate.kind, Kind::BuiltIn(_)));
            let ids = |gates: Vec<Gate>| gates.into_iter().map(|gate| gate.id).collect();
            *chosen.borrow_mut() = Chosen { built_in: ids(built_in), commands: ids(commands) };
            Ok((Vec::new(), None))
        };
        let request = self.request(Some(profile), Some(version), interrupt, &select);
        poll(repo, self.context, &request, |_, _| Ok(()))?;
        Ok(chosen.into_inner())
    }

    /// The step that asks gates of these names, on the tree that gets the tag.
    pub fn step(
        &self,
        (profile, version, tag): (Profile, &Version, &str),
        settings: &Settings,
        names: Vec<String>,
    ) -> plan::Gates {
        let waived = self.waivers.iter().map(|(gate, why)| (gate.to_owned(), why.to_owned()));
        plan::Gates {
            profile: profile.name().to_owned(),
            version: version.text().to_owned(),
            tag: tag.to_owned(),
            names,
            waived: waived.collect(),
            values: settings.record.iter().map(|(name, _)| name.value.clone()).collect(),
        }
    }

    /// The commands, on the tree as it is now.
    ///
    /// # Errors
    /// One of them stops the release.
    pub fn on_tree(
        &self,
        repo: &Repo,
        gates: &plan::Gates,
        interrupt: &Interrupt,
    ) -> Result<Value, Refusal> {
        let select = |choice: &Choice, _| Ok((choice.exactly(&gates.names)?, None));
        let profile = Profile::named(&gates.profile);
        let version = Version::parse(&gates.version)?;
        let request = self.request(profile, Some(&version), interrupt, &select);
        let ui = &self.context.ui;
        let start = Instant::now();
        poll(self.repo(repo), self.context, &request, |report, data| {
            let stopping = report.stopping();
            if stopping.is_empty() {
                let excused = report.checked.iter().any(|checked| checked.outcome.stops());
                if excused || ui.volume > Volume::Normal {
                    report.show_gates(&ui.aside(), self.context.at);
                }
                return Ok(self.with_values(report, gates, data, interrupt));
            }
            progress::stopped(ui, data, start.elapsed());
            report.show_gates(&ui.aside(), self.context.at);
            let hint = self.hint(self.repo(repo), report)?;
            let names: Vec<&str> =
                stopping.iter().map(|checked| checked.gate.id.as_str()).collect();
            Err(self.no_go(&gates.version, &names, hint))
        })
    }

    /// What is red because a line still holds the version in the files before.
    fn hint(&self, repo: &Repo, report: &Report<'_>) -> Result<Option<Pinned>, Refusal> {
        let Some(old) = self.old.get() else { return Ok(None) };
        for checked in report.stopping() {
            for evidence in checked.runs.iter().filter_map(|(_, run)| run.evidence.as_ref()) {
                if let Some(pinned) = hint::pinned(repo, evidence, old)? {
                    return Ok(Some(pinned));
                }
            }
        }
        Ok(None)
    }

    fn no_go(&self, version: &str, names: &[&str], hint: Option<Pinned>) -> Refusal {
        let refusal = Refusal::red(format!("NO-GO for {version}: {}", names.join(", ")));
        let refusal = match hint {
            Some(Pinned { path, line, text, entry }) => refusal
                .why(format!("{path}:{line}  {text}"))
                .why("This line holds the old version. If it shall move with it, [version] files:")
                .why(format!("  {entry}")),
            None => refusal,
        };
        let again = self.context.command();
        let waive: Vec<String> =
            names.iter().map(|id| format!("--waive {} --reason \"...\"", word(id))).collect();
        refusal
            .next_typed(again.clone(), "when it is mended; green gates are not repeated")
            .next_typed(format!("{again} {}", waive.join(" ")), "stands in the record")
    }

    /// The repository that people work in, for a release of this one.
    pub fn repo<'r>(&'r self, released: &'r Repo) -> &'r Repo {
        self.elsewhere.as_ref().map_or(released, |elsewhere| elsewhere.repo)
    }

    fn is_left_out(&self, gate: &str) -> bool {
        let Some(elsewhere) = &self.elsewhere else { return false };
        let found = elsewhere.without.iter().find(|(id, _)| *id == gate);
        elsewhere.left_out.borrow_mut().extend(found.cloned());
        found.is_some()
    }

    /// What the gates said, with the values that are kept with the release.
    fn with_values(
        &self,
        report: &Report<'_>,
        gates: &plan::Gates,
        data: &Value,
        interrupt: &Interrupt,
    ) -> Value {
        let mut data = data.clone();
        if gates.values.is_empty() {
            return data;
        }
        let read = report.read;
        let values = recorded(&read.settings.record, &read.values, &report.repo.top, interrupt);
        let ui = self.context.ui.aside();
        for remark in remarks(&values) {
            ui.mark(Mark::Warning, &remark);
        }
        data["record"] = serde_json::to_value(values).unwrap_or_default();
        data
    }

    fn request<'r>(
        &'r self,
        profile: Option<Profile>,
        version: Option<&'r Version>,
        interrupt: &'r Interrupt,
        select: &'r Select<'r>,
    ) -> Request<'r> {
        let reused = if self.fresh { Reused::No } else { Reused::Allowed };
        let (waivers, jobs) = (&self.waivers, self.jobs);
        let (status, fixed) = (None, None);
        Request { profile, version, status, waivers, reused, jobs, interrupt, fixed, select }
    }
}
