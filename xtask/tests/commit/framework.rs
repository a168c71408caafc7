//! The pre-commit framework itself, where `GONOGO_TEST_PRE_COMMIT` names its program.

use super::like_git::other_work;
use super::support::{Place, refuses, tool, undone, works};
use super::{BUMP, BUMP_DIRTY, VERSION_FILES, committed};

const CONFIG: &str = "repos:
- repo: local
  hooks:
  - id: quotes
    name: quotes
    language: system
    entry: ./quotes
    files: '\\.py$'
    pass_filenames: false
  - id: clean
    name: nothing of the user's other work is in the tree
    language: system
    entry: ./clean
    pass_filenames: false
    always_run: true
  - id: message
    name: message
    language: system
    entry: grep -q ^chore
    stages: [commit-msg]
";

/// A place with the hooks installed; `None` without the framework.
fn with_framework(name: &str, place: fn(&str) -> Place) -> Option<Place> {
    let program = tool("GONOGO_TEST_PRE_COMMIT")?;
    let place = place(name);
    let fix = "sed -i \"/__version__/s/\\\"/'/g\" src/demo/__init__.py";
    place.script("quotes", fix);
    place.script("clean", "! grep unstaged b.txt");
    place.put(".pre-commit-config.yaml", CONFIG);
    let files = ["quotes", "clean", ".pre-commit-config.yaml"];
    place.git(&[&["add"], &files[..]].concat());
    place.git(&[&["commit", "-q", "-m", "hooks", "--"], &files[..]].concat());
    place.run(&program, &["install", "-t", "pre-commit", "-t", "commit-msg"]).ok();
    Some(place)
}

#[test]
fn its_fixers_may_fix_the_version_line() {
    let Some(place) = with_framework("framework", Place::python) else { return };
    let before = place.state();
    works(&place, &BUMP);
    assert_eq!(committed(&place), VERSION_FILES);
    assert!(place.git(&["show", "HEAD:src/demo/__init__.py"]).contains("'1.3.0'"));
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    undone(&place, &before);
}

#[test]
fn it_stashes_other_work_and_brings_it_back() {
    let Some(place) = with_framework("framework-dirty", other_work) else { return };
    let before = place.state();
    works(&place, &BUMP_DIRTY);
    assert_eq!(committed(&place), VERSION_FILES);
    undone(&place, &before);
}

#[test]
fn its_refusals_are_shown() {
    let Some(place) = with_framework("framework-no", Place::python) else { return };
    let args = ["bump", "minor", "--commit", "-m", "no type"];
    refuses(&place, &args, 5, &["the commit-msg hook said no", "message", "Failed"]);
}
