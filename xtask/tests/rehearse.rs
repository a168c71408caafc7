//! `release --rehearse`: everything a release does, and nothing of it is left.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "rehearse/ended.rs"]
mod ended;
#[path = "rehearse/here.rs"]
mod here;
#[path = "rehearse/like.rs"]
mod like;
mod support;

use serde_json::Value;

use support::remote::Remote;
use support::{Place, Said, works};

const MINOR: [&str; 3] = ["release", "minor", "--rehearse"];

/// A project at 1.2.0 with a changelog and a feature since, and what it knows of its remote; the
/// clock stands still, so that the same release has the same ids.
fn ready(name: &str) -> (Place, Remote) {
    made_ready(Place::python(name))
}

fn made_ready(place: Place) -> (Place, Remote) {
    let place = place.with("SOURCE_DATE_EPOCH", "1795269780");
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n- x\n");
    place.commit_all("docs: a changelog");
    let remote = Remote::origin(&place);
    place.git(&["commit", "-q", "--allow-empty", "-m", "feat: something new"]);
    (place, remote)
}

/// Rehearses, which must end with this code and leave no trace, here and on the remote.
#[track_caller]
fn rehearsed(place: &Place, args: &[&str], code: i32) -> Said {
    let own = || place.git(&["for-each-ref", "refs/gonogo/", "refs/gonogo-remote/"]);
    let before = (place.state(), own());
    let said = place.gonogo(args);
    assert_eq!(said.code, code, "{said}");
    no_trace(place, &said);
    assert_eq!(own(), before.1, "{said}");
    place.state().must_be(&before.0, &said.to_string());
    said
}

/// Nothing of ours but what every poll of gates leaves.
#[track_caller]
fn no_trace(place: &Place, said: &Said) {
    let own = place.git(&["rev-parse", "--git-common-dir"]);
    let own = place.top.join(own.trim()).join("gonogo");
    for entry in std::fs::read_dir(own).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let known = ["lock", "log", "evidence", "ops"].iter().any(|known| name == *known);
        assert!(known, "{} is left: {said}", name.display());
    }
    // Paths of a test are longer than addresses.
    let ours = said.out.lines().filter(|line| !line.contains(['/', '"']));
    assert!(ours.into_iter().all(|line| line.chars().count() <= 100), "{said}");
}

/// Where a rehearsal left a ref, in its clone or (`remote`) on the stand-in of the remote.
fn at(data: &Value, remote: &str, name: &str) -> String {
    let refs = if remote.is_empty() { &data["refs"] } else { &data["remote"]["refs"] };
    let refs = refs.as_array().expect("a list").iter();
    let found = refs.clone().find(|moved| moved["name"] == name);
    found.unwrap_or_else(|| panic!("{name} in {data:#}"))["new"].as_str().expect("an id").to_owned()
}

/// The rehearsal as data; with the fixed clock the release that follows must have its ids.
#[track_caller]
fn as_the_release(place: &Place, args: &[&str]) -> Value {
    let data = rehearsed(place, &[args, &["--rehearse", "--json"]].concat(), 0);
    let data: Value = serde_json::from_str(&data.out).expect("a rehearsal");
    works(place, &[args, &["--yes"]].concat());
    for name in ["refs/heads/main", "refs/tags/v1.3.0"] {
        let real = place.git(&["rev-parse", name]);
        assert_eq!(at(&data, "", name), real.trim(), "{name} here");
    }
    data
}
