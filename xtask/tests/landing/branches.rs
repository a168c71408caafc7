//! Release branches that are started, finished and merged.

use super::support::{undone, works};
use super::{bot, clone, id, project, refuses};

const BRANCH: &str =
    "[release]\nbranch = \"release/v{version}\"\n[branches]\ndevelop = \"develop\"\n";

/// A project with develop, which is checked out nowhere.
fn with_develop(name: &str) -> (super::Place, super::Remote) {
    let (place, remote) = project(name, BRANCH);
    place.git(&["push", "-q", "origin", "main:develop"]);
    place.git(&["branch", "-q", "develop", "origin/develop"]);
    (place, remote)
}

/// develop goes on to 1.4.0-alpha.1 with an entry of its own.
fn moves_on(place: &super::Place) {
    place.git(&["switch", "-q", "develop"]);
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.4.0-alpha.1");
    }
    place.edit("CHANGELOG.md", "- a thing\n", "- a thing\n- a newer thing\n");
    place.commit_all("chore: begin 1.4.0");
    place.git(&["push", "-q", "origin", "develop"]);
    place.git(&["switch", "-q", "main"]);
}

#[test]
fn a_branch_is_started_and_finished_beside_a_newer_develop() {
    let (place, remote) = with_develop("both");
    let said = works(&place, &["release", "start", "minor", "--yes"]);
    assert!(said.out.contains("release finish"), "{said}");
    assert_eq!(place.git(&["branch", "--show-current"]), "release/v1.3.0\n");
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), Some(id(&place, "HEAD")));
    assert!(place.read("pyproject.toml").contains("1.3.0"));
    assert!(!place.read("CHANGELOG.md").contains("1.3.0"), "its section is cut at the end");
    assert_eq!(place.operations(), ["done"]);
    // Somebody mends something there, from another clone.
    let other = clone(&place, &remote, "other");
    other.git(&["switch", "-q", "release/v1.3.0"]);
    bot(&other, "mended.txt");
    let mended = id(&other, "HEAD");
    moves_on(&place);
    bot(&place, "bot.txt");
    works(&place, &["release", "finish", "--yes"]);
    let tag = remote.id("refs/tags/v1.3.0^{commit}").expect("the tag");
    assert_eq!(id(&place, "v1.3.0^{commit}^"), mended, "the tested commit gets it");
    for (branch, version) in [("main", "1.3.0"), ("develop", "1.4.0-alpha.1")] {
        assert_eq!(remote.id(&format!("refs/heads/{branch}")), Some(id(&place, branch)));
        place.git(&["merge-base", "--is-ancestor", &tag, branch]);
        for path in ["pyproject.toml", "src/demo/__init__.py"] {
            let text = place.git(&["show", &format!("{branch}:{path}")]);
            assert!(text.contains(&format!("\"{version}\"")), "{branch}: {text}");
        }
    }
    let changelog = place.git(&["show", "develop:CHANGELOG.md"]);
    let order = ["## [Unreleased]", "- a newer thing", "## [1.3.0]", "- a thing", "## [1.2.0]"];
    let at: Vec<_> = order.iter().map(|line| changelog.find(line).expect(line)).collect();
    assert!(at.is_sorted(), "{changelog}");
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), None);
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    place.gonogo(&["undo"]).refused(3, &["so it is not undone"]);
}

#[test]
fn one_command_makes_the_whole_and_undo_takes_it_back() {
    let (place, _remote) = with_develop("whole");
    moves_on(&place);
    let before = place.state();
    works(&place, &["release", "minor", "--no-push"]);
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    place.git(&["merge-base", "--is-ancestor", "v1.3.0", "develop"]);
    assert!(place.read("pyproject.toml").contains("1.3.0"));
    undone(&place, &before);
}

#[test]
fn a_start_can_be_undone() {
    let (place, _remote) = with_develop("start-undo");
    let before = place.state();
    works(&place, &["release", "start", "minor", "--no-push"]);
    undone(&place, &before);
}

#[test]
fn a_real_conflict_stops_before_anything_has_moved() {
    let (place, _remote) = with_develop("conflict");
    place.git(&["switch", "-q", "develop"]);
    place.edit("a.txt", "one", "eins");
    place.commit_all("feat: german");
    place.git(&["push", "-q", "origin", "develop"]);
    place.git(&["switch", "-q", "main"]);
    place.edit("a.txt", "one", "un");
    place.commit_all("feat: french");
    place.git(&["push", "-q"]);
    let words = ["merging into develop conflicts for real", "a.txt:2", "Nothing has moved"];
    refuses(&place, &["release", "minor", "--yes"], 3, &words);
}

#[test]
fn a_target_in_another_work_tree_is_named() {
    let (place, _remote) = with_develop("work-tree");
    place.git(&["worktree", "add", "-q", "../beside", "develop"]);
    let words = ["develop is checked out in", "beside", "switch --detach"];
    refuses(&place, &["release", "minor", "--yes"], 3, &words);
}

#[test]
fn develop_gets_what_a_pull_request_brought() {
    let toml = "[branches]\nprotected = [\"main\", \"develop\"]\ndevelop = \"develop\"\n";
    for (name, toml) in [("open", toml.replace(", \"develop\"]", "]")), ("shut", toml.to_owned())] {
        let (place, remote) = project(&format!("back-{name}"), &toml);
        place.git(&["push", "-q", "origin", "main:develop"]);
        place.git(&["branch", "-q", "develop", "origin/develop"]);
        moves_on(&place);
        works(&place, &["release", "minor", "--yes"]);
        let other = clone(&place, &remote, "other");
        other.git(&["merge", "-q", "--squash", "origin/release/v1.3.0"]);
        other.git(&["commit", "-q", "-m", "Release 1.3.0"]);
        other.git(&["push", "-q"]);
        // develop is checked out where it ends.
        place.git(&["switch", "-q", "develop"]);
        works(&place, &["release", "finish", "--yes"]);
        let landed = id(&other, "HEAD");
        assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(landed.clone()));
        let branch = match name {
            "open" => "refs/heads/develop",
            _ => "refs/heads/backmerge/v1.3.0-into-develop",
        };
        let merged = remote.id(branch).expect(branch);
        place.git(&["merge-base", "--is-ancestor", &landed, &merged]);
        let text = place.git(&["show", &format!("{merged}:pyproject.toml")]);
        assert!(text.contains("1.4.0-alpha.1"), "{text}");
        assert_eq!(place.git(&["branch", "--show-current"]), "develop\n");
        assert_eq!(place.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn what_into_leaves_out_gets_it_later() {
    let (place, remote) = with_develop("into");
    works(&place, &["release", "start", "minor", "--yes"]);
    moves_on(&place);
    works(&place, &["release", "finish", "--into", "main", "--yes"]);
    let tag = remote.id("refs/tags/v1.3.0^{commit}").expect("the tag");
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), Some(tag.clone()));
    works(&place, &["release", "finish", "1.3.0", "--yes"]);
    place.git(&["merge-base", "--is-ancestor", &tag, "develop"]);
    assert_eq!(remote.id("refs/heads/develop"), Some(id(&place, "develop")));
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), None);
}
