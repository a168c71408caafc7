//! Case folders: each is a repository, a command, and what must come of it.
//!
//!     cases/NAME/before/   the files of the repository
//!     cases/NAME/args      the arguments of gonogo
//!     cases/NAME/tags      tags on the first commit, one a line (may be missing)
//!     cases/NAME/commits   messages of empty commits after it, one a line (may be missing)
//!     cases/NAME/plan      golden: the plan, as `--dry-run --json` prints it
//!     cases/NAME/said      golden: what the command prints
//!     cases/NAME/diff      golden: what git says changed, byte for byte
//!
//! Each case is run with `--dry-run` (nothing changes), for real, and undone (everything is as
//! before). `UPDATE_CASES=1 cargo test --test cases` writes the goldens anew, to be read in review.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

use std::fs;
use std::path::Path;

mod support;

use support::Place;

/// Seconds of 2026-11-21.
const NOW: &str = "1795269780";

fn golden(folder: &Path, name: &str, is: &str) -> Option<String> {
    let path = folder.join(name);
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::write(&path, is).unwrap();
        return None;
    }
    let should = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
    let differs = || format!("{} should be\n{should}\nand is\n{is}", path.display());
    (is != should).then(differs)
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn run(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", NOW);
    copy(&folder.join("before"), &place.top);
    place.commit_all("start");
    for tag in text(&folder.join("tags")).lines() {
        place.git(&["tag", "-a", "-m", tag, tag]);
    }
    for message in text(&folder.join("commits")).lines() {
        place.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }
    let args = text(&folder.join("args"));
    let args: Vec<&str> = args.split_whitespace().collect();
    let before = place.state();
    let mut wrong = Vec::new();

    let dry = place.gonogo(&[args.as_slice(), &["--dry-run", "--json"]].concat()).ok();
    place.state().must_be(&before, &dry.out);
    let plan: serde_json::Value = serde_json::from_str(&dry.out).unwrap();
    wrong.extend(golden(folder, "plan", &format!("{:#}\n", plan["plan"])));

    let said = place.gonogo(&args).ok();
    wrong.extend(golden(folder, "said", &said.out));
    let diff = place.git(&["-c", "core.quotePath=true", "diff", "-U0", "--no-color", "HEAD"]);
    wrong.extend(golden(folder, "diff", &diff));

    let undone = place.gonogo(&["undo"]).ok();
    place.state().must_be(&before, &undone.out);
    wrong
}

#[test]
fn every_case_comes_out_as_recorded() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<_> =
        fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 10, "only {} cases", folders.len());
    let wrong: Vec<String> = folders.iter().flat_map(|folder| run(folder)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
