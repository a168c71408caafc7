//! A push that was refused, and the ways on.

use super::support::remote::Remote;
use super::support::{Place, undone, works};
use super::{clone, id, project, refuses};

/// A release whose push was refused, because main takes pull requests only.
fn protected(name: &str) -> (Place, Remote) {
    let (place, remote) = project(name, "");
    remote.protect("refs/heads/main");
    let said = place.gonogo(&["release", "minor", "--yes"]);
    said.refused(4, &["takes pull requests only", "resume --pr", "undo"]);
    // Whoever comes later is told the same ways.
    let ways = ["resume", "resume --pr", "resume --merge", "resume --replan", "undo"];
    place.gonogo(&["release", "minor", "--yes"]).refused(4, &ways);
    let said = works(&place, &["status"]);
    for way in ways {
        assert!(said.out.lines().any(|line| line.ends_with(&format!(" gonogo {way}"))), "{said}");
    }
    (place, remote)
}

#[test]
fn a_refused_push_becomes_a_pull_request() {
    let (place, remote) = protected("convert");
    let (commit, parent) = (id(&place, "main"), id(&place, "main~"));
    place.gonogo(&["resume", "--pr"]).refused(4, &["nobody can be asked", "resume --pr --yes"]);
    let said = works(&place, &["resume", "--pr", "--yes"]);
    assert!(said.out.contains("after the merge") && !said.out.contains("is out"), "{said}");
    assert_eq!((id(&place, "main"), id(&place, "release/v1.3.0")), (parent, commit.clone()));
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), Some(commit));
    assert_eq!(place.git(&["tag"]), "v1.2.0\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.operations(), ["done", "replaced"]);
    // The merge and its tag, as for any other.
    std::fs::remove_file(remote.path().join("hooks/pre-receive")).expect("the hook");
    let other = clone(&place, &remote, "other");
    other.git(&["merge", "-q", "--squash", "origin/release/v1.3.0"]);
    other.git(&["commit", "-q", "-m", "Release"]);
    other.git(&["push", "-q"]);
    works(&other, &["release", "finish", "--yes"]);
    assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(id(&other, "HEAD")));
}

#[test]
fn a_conversion_that_is_refused_leaves_the_release_open() {
    let (place, remote) = protected("twice");
    let before = place.state();
    remote.hook("pre-receive", "echo no >&2; exit 1");
    let said = place.gonogo(&["resume", "--pr", "--yes"]).refused(4, &["refused"]);
    assert!(said.err.contains("open as before"), "{said}");
    place.state().must_be(&before, &said.to_string());
    // Everything goes back with one undo.
    works(&place, &["undo"]);
    assert_eq!(id(&place, "main"), remote.id("refs/heads/main").expect("main"));
    assert_eq!(place.git(&["tag"]), "v1.2.0\n");
}

/// A release whose push was refused, because somebody pushed meanwhile.
fn raced(name: &str, edit: &str) -> (Place, Remote, Place) {
    let gate = "[gates]\nrace = \"sh ../race.sh\"\n";
    let (place, remote) = project(name, gate);
    let other = clone(&place, &remote, "other");
    let body = format!(
        "[ -e {root}/raced ] && exit 0\ntouch {root}/raced\ncd {other} && {edit} && \
         git add . && git -c user.name=bot commit -qm 'chore: a bot' && git push -q",
        root = place.root.display(),
        other = other.top.display()
    );
    place.script("../race.sh", &body);
    let said = place.gonogo(&["release", "minor", "--yes"]);
    let words = ["resume --merge", "resume --replan", "undo", "main: 1 commit by"];
    said.refused(4, &words);
    (place, remote, other)
}

#[test]
fn a_race_is_merged() {
    let (place, remote, other) = raced("merge-race", "echo theirs >> bot.txt");
    let tested = id(&place, "v1.3.0^{commit}");
    works(&place, &["resume", "--merge", "--yes"]);
    assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(tested.clone()));
    let parents = place.git(&["log", "-1", "--format=%P", "main"]);
    assert_eq!(parents.trim(), format!("{} {tested}", id(&other, "HEAD")));
    assert_eq!(remote.id("refs/heads/main"), Some(id(&place, "main")));
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert!(place.exists("bot.txt"));
}

/// Both sides changed the lines beside the version: that is solved by rule.
#[test]
fn a_race_beside_the_version_is_merged() {
    let (place, remote, _) = raced("beside-race", "echo theirs >> src/demo/__init__.py");
    works(&place, &["resume", "--merge", "--yes"]);
    assert_eq!(remote.id("refs/heads/main"), Some(id(&place, "main")));
    let merged = place.read("src/demo/__init__.py");
    assert!(merged.ends_with("__version__ = \"1.3.0\"\ntheirs\n"), "{merged}");
    let record = place.git(&["cat-file", "-p", "refs/gonogo/record/v1.3.0"]);
    assert!(record.contains("\"race\""), "the gates of the release: {record}");
}

#[test]
fn a_race_with_a_conflict_stays_open() {
    let (place, _remote, _) = raced("conflict-race", "git rm -q src/demo/__init__.py");
    let before = place.state();
    let said = place.gonogo(&["resume", "--merge", "--yes"]);
    let said = said.refused(4, &["src/demo/__init__.py", "open as before"]);
    place.state().must_be(&before, &said.to_string());
}

#[test]
fn a_race_is_released_anew() {
    let (place, remote, other) = raced("replan-race", "echo theirs >> bot.txt");
    let said = works(&place, &["resume", "--replan", "--yes"]);
    assert_eq!(id(&place, "main~"), id(&other, "HEAD"), "{said}");
    assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(id(&place, "main")));
    assert_eq!(place.operations(), ["done", "done", "undone"]);
}

#[test]
fn a_race_can_be_undone() {
    let (place, _, _) = raced("undo-race", "echo theirs >> bot.txt");
    works(&place, &["undo"]);
    assert_eq!(place.git(&["tag"]), "v1.2.0\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[test]
fn other_ways_are_for_refused_pushes_only() {
    let (place, _remote) = project("nothing-open", "");
    refuses(&place, &["resume", "--pr", "--yes"], 2, &["no operation is open"]);
    let before = place.state();
    works(&place, &["bump", "minor"]);
    undone(&place, &before);
    place.gonogo(&["resume", "--merge", "--replan"]).refused(2, &["cannot be used with"]);
}
