//! Real releases from the registries (`manifests.tsv`, fetched by `scripts/manifests`): a bump
//! changes the version and not one byte more, or it says why there is none to change, and `undo`
//! brings everything back. What it finds in each of them is pinned in the list.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

mod support;

use support::{Place, State, undone};

/// A line of the list.
struct Release {
    registry: &'static str,
    name: &'static str,
    version: &'static str,
    /// `edited` and every `FILE:LINE`, or `no-literal` and words of the refusal.
    expected: &'static str,
}

/// The releases of one registry.
fn releases(registry: &str) -> Vec<Release> {
    let lines = include_str!("manifests.tsv").lines().filter(|line| !line.starts_with('#'));
    let releases = lines.map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        [registry, name, version, _checksum, expected] => {
            Release { registry, name, version, expected }
        }
        _ => panic!("not five columns: {line}"),
    });
    releases.filter(|release| release.registry == registry).collect()
}

/// The release as a repository with one commit.
fn unpacked(release: &Release) -> Place {
    let Release { registry, name, version, .. } = release;
    let name = format!("{registry}-{}-{version}", name.replace('/', "+"));
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/manifests");
    let archive = cache.join(format!("{name}.tgz"));
    assert!(archive.exists(), "{name} is not in target/manifests: run scripts/manifests");
    let place = Place::repository(&name);
    let archive = archive.to_str().expect("UTF-8");
    place.run("tar", &["-xzf", archive, "--strip-components=1", "--no-same-owner"]).ok();
    // In a crate, Cargo.toml is generated; the one that somebody wrote lies beside it.
    if place.exists("Cargo.toml.orig") {
        fs::rename(place.top.join("Cargo.toml.orig"), place.top.join("Cargo.toml")).expect("moved");
    }
    place.git(&["add", "--all", "--force"]);
    place.git(&["commit", "-q", "-m", "the release"]);
    place
}

/// The edits of one file in a plan: start, end, old text, new text.
fn edits(file: &Value) -> Vec<(usize, usize, &str, &str)> {
    let place = |edit: &Value, end: &str| {
        usize::try_from(edit["range"][end].as_u64().expect("a place")).expect("in memory")
    };
    let edits = file["edits"].as_array().expect("edits").iter();
    let text = |edit| Value::as_str(edit).expect("text");
    edits.map(|e| (place(e, "start"), place(e, "end"), text(&e["old"]), text(&e["new"]))).collect()
}

/// The bytes with each edit made, which must find the old version there.
fn spliced(before: &[u8], file: &Value, from: &str, to: &str) -> Vec<u8> {
    let (mut after, mut done) = (Vec::new(), 0);
    for (start, end, old, new) in edits(file) {
        assert_eq!((old, new), (from, to), "{file}");
        assert_eq!(&before[start..end], old.as_bytes(), "{file}");
        after.extend_from_slice(&before[done..start]);
        after.extend_from_slice(new.as_bytes());
        done = end;
    }
    after.extend_from_slice(&before[done..]);
    after
}

/// The next minor version begins with these numbers.
fn next_minor(version: &str) -> String {
    let mut numbers = version.split('.');
    let major = numbers.next().unwrap_or_default();
    let minor: u32 = numbers.next().and_then(|minor| minor.parse().ok()).expect("a minor version");
    format!("{major}.{}", minor + 1)
}

/// Bumps it and takes that back. Returns what a line of the list says of it.
fn bumped(release: &Release, place: &Place, before: &State) -> String {
    let said = place.gonogo(&["bump", "minor", "--dry-run", "--json"]);
    place.state().must_be(before, &said.to_string());
    let planned: Value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {said}"));
    if said.code != 0 {
        return refused(place, before, &planned);
    }
    let (from, to) = (planned["from"].as_str().expect("old"), planned["to"].as_str().expect("new"));
    assert_eq!(from, release.version);
    assert!(to.starts_with(&next_minor(from)), "{from} -> {to}");
    let files = planned["plan"]["steps"][0]["action"]["files"].as_array().expect("files");
    let path = |file: &Value| file["path"].as_str().expect("a path").to_owned();
    let read = |file: &Value| fs::read(place.top.join(path(file))).expect("a version file");
    let goals: Vec<_> = files.iter().map(|file| spliced(&read(file), file, from, to)).collect();

    let done = place.gonogo(&["bump", "minor", "--json"]).ok();
    let done: Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(done["plan"]["steps"], planned["plan"]["steps"]);
    for (file, goal) in files.iter().zip(&goals) {
        assert!(read(file) == *goal, "{} is not as planned", path(file));
    }
    let changed: BTreeSet<_> = place.state().changed(before).into_iter().collect();
    let status = "status".to_owned();
    assert_eq!(changed, files.iter().map(path).chain([status]).collect(), "what changed");
    assert_eq!(place.git(&["diff", "--summary"]), "", "modes");
    undone(place, before);

    let places = done["files"].as_array().expect("files").iter();
    let places = places.map(|one| format!(" {}:{}", path(one), one["line"]));
    format!("edited{}", places.collect::<String>())
}

/// What the refusal of a dry run says; the bump itself must say the same and touch nothing.
fn refused(place: &Place, before: &State, planned: &Value) -> String {
    let said = place.gonogo(&["bump", "minor", "--json"]);
    assert_eq!(said.code, 2, "{said}");
    place.state().must_be(before, &said.to_string());
    let done: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(done["error"]["what"], planned["error"]["what"]);
    let why = done["error"]["why"].as_array().expect("reasons").iter();
    let words = [&done["error"]["what"]].into_iter().chain(why);
    let words: Vec<&str> = words.map(|words| words.as_str().expect("text")).collect();
    format!("no-literal {}", words.join(" "))
}

/// Is this what the list says?
fn as_expected(expected: &str, found: &str) -> bool {
    match (expected.split_once(' '), found.split_once(' ')) {
        (Some(("no-literal", words)), Some(("no-literal", text))) => text.contains(words),
        _ => expected == found,
    }
}

fn check(registry: &str, at_least: usize) {
    let releases = releases(registry);
    assert!(releases.len() >= at_least, "only {} of {registry}", releases.len());
    let mut wrong = Vec::new();
    for release in releases {
        println!("{} {}", release.name, release.version);
        let place = unpacked(&release);
        let found = bumped(&release, &place, &place.state());
        if !as_expected(release.expected, &found) {
            wrong.push(format!("{} {}\t{found}", release.name, release.version));
        }
        fs::remove_dir_all(&place.root).expect("removed");
    }
    assert!(wrong.is_empty(), "the list says otherwise of:\n{}", wrong.join("\n"));
}

#[test]
fn python_releases() {
    check("pypi", 40);
}

#[test]
fn rust_releases() {
    check("crate", 20);
}

#[test]
fn javascript_releases() {
    check("npm", 16);
}
