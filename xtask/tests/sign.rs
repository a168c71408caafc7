//! `sign`: people in clones of one remote say GO for a commit, and what voids that.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "sign/after.rs"]
mod after;
#[path = "sign/attacked.rs"]
mod attacked;
#[path = "sign/keys.rs"]
mod keys;
#[path = "sign/made.rs"]
mod made;
#[path = "sign/refused.rs"]
mod refused;
#[path = "sign/released.rs"]
mod released;
mod support;
#[path = "sign/survives.rs"]
mod survives;

use serde_json::Value;
use support::clones::Clones;
use support::remote::Remote;
use support::{Place, Said, works};

const ROLES: &str = "[signoff]\nsurvives = [\"docs/**\"]\n\n[signoff.roles]\n\
    \"Release Manager\" = [\"ana@example.com\"]\n\"QA Lead\" = [\"bo@example.com\"]\n\
    \"Security Lead\" = [\"cy@example.com\", \"dee@example.com\"]\n";

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- by hand\n\n\
    ## [1.2.0] - 2025-12-24\n\n- first\n";

/// Three people with one remote: `Ana`, `Bo`, `Cy`.
struct Team {
    ana: Place,
    bo: Place,
    cy: Place,
    remote: Remote,
}

/// A Python project at 1.2.0 with one change since, these settings, and three clones of its remote.
fn team(name: &str, settings: &str) -> Team {
    let place = Place::repository(name);
    place.python_files();
    place.put("CHANGELOG.md", CHANGELOG);
    place.put("docs/guide.md", "Guide\n");
    place.put("gonogo.toml", settings);
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place.put("new.txt", "new\n");
    place.commit_all("feat: a new thing");
    let remote = Remote::origin(&place);
    let clones = Clones::of(remote.url(), &format!("{name}-clones"), 3);
    let [ana, bo, cy] = <[Place; 3]>::try_from(clones.0).unwrap_or_else(|_| panic!("three"));
    for (clone, name) in [(&ana, "Ana"), (&bo, "Bo"), (&cy, "Cy")] {
        let address = format!("{}@example.com", name.to_lowercase());
        clone.git(&["config", "--global", "user.name", name]);
        clone.git(&["config", "--global", "user.email", &address]);
    }
    Team { ana, bo, cy, remote }
}

impl Team {
    /// All three sign.
    #[track_caller]
    fn sign(&self) {
        for clone in [&self.ana, &self.bo, &self.cy] {
            works(clone, &["sign", "--yes"]);
        }
    }
}

/// What `sign --list --json` says.
#[track_caller]
fn listed(place: &Place) -> Value {
    json(&works(place, &["sign", "--list", "--json"]))
}

#[track_caller]
fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// Each role with its state: `Release Manager signed, QA Lead open`.
#[track_caller]
fn states(place: &Place) -> String {
    let list = listed(place);
    let roles = list["roles"].as_array().expect("roles").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let state = |role: &Value| format!("{} {}", text(&role["role"]), text(&role["state"]));
    roles.map(state).collect::<Vec<_>>().join(", ")
}

const ALL_SIGNED: &str = "Release Manager signed, QA Lead signed, Security Lead signed";
const ALL_VOID: &str = "Release Manager void, QA Lead void, Security Lead void";

/// Pushes an object that somebody wrote who knows how sign-offs are named; its ref.
fn forged(place: &Place, candidate: &str, who: &str, message: &str) -> String {
    let digest = place.root.join("said");
    std::fs::write(&digest, format!("{who}\n1\n{message}")).expect("what it says");
    let digest = place.run("sha256sum", &[digest.to_str().expect("UTF-8")]).ok().out;
    let name = format!("gonogo/signoff/v1.3.0/qa-lead/{}", &digest[..16]);
    let head = format!("object {candidate}\ntype commit\ntag {name}\ntagger {who} 1 +0000");
    let path = place.root.join("object");
    std::fs::write(&path, format!("{head}\n\n{message}")).expect("object");
    let path = path.to_str().expect("UTF-8");
    let made = place.git(&["hash-object", "-t", "tag", "-w", path]);
    place.git(&["push", "-q", "origin", &format!("{}:refs/{name}", made.trim())]);
    format!("refs/{name}")
}

/// What Bo says as QA Lead; behind a release with the phase.
fn said(candidate: &str, tree: &str, phase: Option<&str>) -> String {
    let title = if phase.is_some() { "demo 1.3.0 checked" } else { "GO for demo 1.3.0" };
    let title = format!("{title}{}", phase.map(|phase| format!(" {phase}")).unwrap_or_default());
    let more = phase.map(|phase| format!("Phase: {phase}\n")).unwrap_or_default();
    format!(
        "QA Lead: {title}\n\nYes.\n\nSignoff-Format: 1\n{more}Role: QA Lead\nProject: demo\n\
         Version: 1.3.0\nTag: v1.3.0\nCandidate: {candidate}\nTree: {tree}\n"
    )
}

fn id(place: &Place, name: &str) -> String {
    place.git(&["rev-parse", "--verify", name]).trim().to_owned()
}

/// Commits and pushes, as somebody does who knows nothing of sign-offs.
fn push(place: &Place, message: &str) {
    place.commit_all(message);
    place.git(&["push", "-q", "origin", "HEAD"]);
}
