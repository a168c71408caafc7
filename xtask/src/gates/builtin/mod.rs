//! The gates that need no command. A new one is a file here, with a constant `GATE`, and a line in
//! [`ALL`]; its name is in the vocabulary of gonogo.toml already.
//!
//! What is quickly known is judged at once, before anything else starts. What takes time (git on
//! the network, hooks) is handed back as a job, which runs beside the commands; it has what it
//! needs of the facts in its own hands.

mod clean;
mod drift;

use crate::config::Broken;
use crate::config::file::Settings;
use crate::error::Refusal;
use crate::flows::bump;
use crate::gates::{Job, Judged, Profile};
use crate::repo::{Releases, Repo, Status};
use crate::sys::clock::Timestamp;
use crate::version::Version;

/// Every built-in gate, in the order in which they are shown.
pub static ALL: [BuiltIn; 2] = [clean::GATE, drift::GATE];

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
    #[expect(dead_code, reason = "for gates that ask the network")]
    Later(Job<'static>),
}

/// What built-in gates look at, read before any gate starts.
#[expect(dead_code, reason = "what the gates that come next look at")]
pub struct Facts<'f> {
    pub repo: &'f Repo,
    pub status: &'f Status,
    pub settings: &'f Settings,
    /// The projects of the repository, or why they cannot be read.
    pub projects: Result<Vec<Subject<'f>>, &'f Refusal>,
    /// Packages whose manifests cannot be read.
    pub broken: &'f [Broken],
    pub aim: &'f Aim,
    /// When all of this happens.
    pub at: Timestamp,
}

/// One project with its version files and releases.
#[expect(dead_code, reason = "what the gates that come next look at")]
pub struct Subject<'f> {
    pub bump: bump::Facts<'f>,
    pub releases: &'f Releases,
}

/// What a release would be made of.
#[derive(Debug, Clone)]
pub struct Aim {
    pub profile: Profile,
    /// `None` where several projects, or none, have a version.
    pub version: Option<Version>,
    pub tag: Option<String>,
}

/// On where nothing is said.
fn always(_: &Facts<'_>) -> bool {
    true
}
