//! `check` asks the gates of gonogo.toml: what it runs, what it believes, what it leaves behind.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "gates/choice.rs"]
mod choice;
#[path = "gates/ci.rs"]
mod ci;
#[path = "gates/ended.rs"]
mod ended;
#[path = "gates/env.rs"]
mod env;
#[path = "gates/files.rs"]
mod files;
#[path = "gates/hooks.rs"]
mod hooks;
#[path = "gates/processes.rs"]
mod processes;
#[path = "gates/ready.rs"]
mod ready;
#[path = "gates/reused.rs"]
mod reused;
#[path = "gates/shown.rs"]
mod shown;
mod support;

use serde_json::Value;
use support::{Place, Said};

/// A Python project at 1.2.0, released, with something new, and these gates.
fn with(name: &str, toml: &str) -> Place {
    let place = Place::python(name);
    place.put("gonogo.toml", toml);
    place.put("a.txt", "new\n");
    place.commit_all("feat: something new");
    place
}

/// A file outside the work tree, for marks that must not change what a gate looks at.
fn outside(place: &Place, name: &str) -> String {
    place.root.join(name).display().to_string()
}

/// `check --json` with more arguments; panics unless it ends with `code`.
#[track_caller]
fn asked(place: &Place, code: i32, args: &[&str]) -> Value {
    let said = place.gonogo(&[&["check", "--json"], args].concat());
    assert_eq!(said.code, code, "{said}");
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// What became of a gate.
#[track_caller]
fn gate<'v>(data: &'v Value, id: &str) -> &'v Value {
    let gates = data["gates"].as_array().expect("gates");
    gates.iter().find(|gate| gate["id"] == id).unwrap_or_else(|| panic!("no gate {id} in {data:#}"))
}

/// The outcomes of some gates, in that order.
#[track_caller]
fn outcomes(data: &Value, ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| gate(data, id)["outcome"].as_str().expect("a word").to_owned()).collect()
}

/// Why a gate is not green.
#[track_caller]
fn why(data: &Value, id: &str) -> String {
    gate(data, id)["why"].as_str().unwrap_or_default().to_owned()
}

/// The lines of a file outside the work tree; none when it is not there.
fn lines(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// `check` with more arguments; panics unless it ends with `code`.
#[track_caller]
fn check(place: &Place, code: i32, args: &[&str]) -> Said {
    let said = place.gonogo(&[&["check"], args].concat());
    assert_eq!(said.code, code, "{said}");
    said
}
