//! The gates that need no command. A new one is a file here, with a constant `GATE`, and a line in
//! [`ALL`]; its name is in the vocabulary of gonogo.toml already.
//!
//! What is quickly known is judged at once, before anything else starts. What takes time (git on
//! the network, many files) is handed back as a job, which runs beside the commands; it has what it
//! needs of the facts in its own hands.

mod branch;
mod changelog;
mod ci;
mod clean;
mod drift;
mod env;
mod fresh;
mod hooks;
mod tag;

use crate::config::Broken;
use crate::config::changelog::Place;
use crate::config::file::Settings;
use crate::error::Refusal;
use crate::flows::bump;
use crate::gates::{Finding, Job, Judged, Profile};
use crate::repo::{Configuration, Releases, Repo, Status};
use crate::sys::clock::Timestamp;
use crate::version::{TagFormat, Version};

pub use clean::ours as is_ours;
pub use hooks::{Hooks, Tried};

/// Every built-in gate, in the order in which they are shown.
pub static ALL: [BuiltIn; 9] = [
    clean::GATE,
    branch::GATE,
    fresh::GATE,
    drift::GATE,
    tag::GATE,
    changelog::GATE,
    hooks::GATE,
    ci::GATE,
    env::GATE,
];

/// A gate that needs no command.
#[derive(Debug)]
pub struct BuiltIn {
    pub name: &'static str,
    /// Whether it is on where gonogo.toml does not say.
    pub usual: fn(&Facts<'_>) -> bool,
    pub ask: fn(&Facts<'_>) -> Answer,
}

/// What a built-in gate says.
pub enum Answer {
    Now(Judged),
    Later(Job<'static>),
}

/// What built-in gates look at, read before any gate starts.
pub struct Facts<'f> {
    pub repo: &'f Repo,
    pub status: &'f Status,
    pub settings: &'f Settings,
    pub configuration: &'f Configuration,
    /// The projects of the repository, or why they cannot be read.
    pub projects: Result<Vec<Subject<'f>>, &'f Refusal>,
    /// Packages whose manifests cannot be read.
    pub broken: &'f [Broken],
    pub aim: &'f Aim,
    pub hooks: Hooks<'f>,
    /// When all of this happens.
    pub at: Timestamp,
}

/// One project with its version files and releases.
pub struct Subject<'f> {
    pub bump: bump::Facts<'f>,
    pub releases: &'f Releases,
    /// Which tags are its releases.
    pub format: &'f TagFormat,
    /// The option that chooses it, for a command to copy.
    pub option: &'f str,
    /// Its changelog, or why it is not known.
    pub changelog: &'f Result<Place, Refusal>,
}

/// What a release would be made of.
#[derive(Debug, Clone)]
pub struct Aim {
    pub profile: Profile,
    /// `None` where several projects, or none, have a version.
    pub version: Option<Version>,
    pub tag: Option<String>,
}

/// What cannot be read stops a release like what is wrong.
fn unreadable(refusal: &Refusal) -> Judged {
    let finding = refusal.place.as_ref().map(|place| Finding {
        path: place.path.clone(),
        line: place.line,
        text: refusal.what.clone(),
    });
    let place = refusal.place.as_ref().map(ToString::to_string);
    let judged = Judged::red(refusal.what.clone()).findings(finding);
    let judged = judged.details(place.into_iter().chain(refusal.why.iter().cloned()));
    match refusal.next.first() {
        Some((next, _)) => judged.next(next.clone()),
        None => judged,
    }
}

/// What git did not say keeps a gate from looking.
fn could_not(refusal: &Refusal) -> Judged {
    Judged::could_not_run(refusal.what.clone()).details(refusal.why.iter().cloned())
}

/// On where nothing is said.
fn always(_: &Facts<'_>) -> bool {
    true
}
