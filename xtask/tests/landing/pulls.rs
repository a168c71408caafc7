//! Pull requests: the branch, the tag on what landed, whatever way it was merged.

use super::support::{Place, works};
use super::{bot, clone, id, project, refuses};

const PROTECTED: &str = "[branches]\nprotected = [\"main\"]\n[gates]\n\
    tests = \"grep -q 1.3.0 pyproject.toml\"\n";

#[test]
fn a_protected_main_stays_and_the_branch_waits() {
    let (place, remote) = project("waits", PROTECTED);
    remote.protect("refs/heads/main");
    let main = id(&place, "main");
    let before = place.git(&["status", "--porcelain"]);
    let said = works(&place, &["release", "minor", "--yes"]);
    assert!(said.out.ends_with("on any machine: gonogo release finish\n"), "{said}");
    assert_eq!((id(&place, "main"), id(&place, "HEAD")), (main.clone(), main));
    assert_eq!(place.git(&["status", "--porcelain"]), before);
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), Some(id(&place, "release/v1.3.0")));
    assert_eq!((remote.id("refs/tags/v1.3.0"), place.git(&["tag"])), (None, "v1.2.0\n".into()));
    assert_eq!(place.operations(), ["done"], "nothing is locked");
    let branch = place.at(&place.top);
    assert!(
        branch.git(&["show", "release/v1.3.0:CHANGELOG.md"]).contains("## [1.3.0] - 2026-01-02")
    );
    // What was pushed is not undone, and a second one is refused.
    place.gonogo(&["undo"]).refused(3, &["so it is not undone", "--delete release/v1.3.0"]);
    refuses(&place, &["release", "minor", "--yes"], 3, &["release/v1.3.0 exists already"]);
}

/// It is not forgotten without a word.
#[test]
fn the_version_after_a_release_on_a_branch_is_left_to_a_bump() {
    let note = "[release] next is not written by a release on a branch";
    let next = "[release]\nnext = \"{next_minor}-dev.0\"\n";
    for (name, toml, told) in [("next-pull", PROTECTED, true), ("next-straight", "", false)] {
        let (place, _remote) = project(name, &format!("{next}{toml}"));
        let said = works(&place, &["release", "minor", "--dry-run"]);
        assert_eq!(said.out.contains(note), told, "{said}");
        assert_eq!(said.out.contains("1.4.0-dev.0"), !told, "{said}");
    }
    let (place, _remote) = project("next-start", next);
    let said = works(&place, &["release", "start", "minor", "--dry-run"]);
    assert!(said.out.contains(note), "{said}");
}

#[test]
fn without_a_push_the_branch_can_be_undone() {
    let (place, _remote) = project("kept-here", PROTECTED);
    let before = place.state();
    works(&place, &["release", "minor", "--no-push"]);
    assert!(!place.git(&["branch", "--list", "release/v1.3.0"]).is_empty());
    super::support::undone(&place, &before);
    works(&place, &["undo"]);
}

#[test]
fn a_red_gate_leaves_nothing() {
    let (place, _remote) = project("red", &PROTECTED.replace("1.3.0", "9.9.9"));
    refuses(&place, &["release", "minor", "--yes"], 1, &["NO-GO", "nothing has changed"]);
    assert_eq!(place.operations()[0], "taken-back");
}

/// Merges the release branch in a clone, with other commits before and after; the commit in which
/// it landed.
fn merged_by_hand(other: &Place, how: &[&[&str]]) -> String {
    bot(other, "before.txt");
    for args in how {
        other.git(args);
    }
    let landed = id(other, "HEAD");
    other.git(&["push", "-q"]);
    bot(other, "after.txt");
    landed
}

fn lands(name: &str, how: &[&[&str]]) {
    let (place, remote) = project(name, PROTECTED);
    works(&place, &["release", "minor", "--yes"]);
    let other = clone(&place, &remote, "other");
    refuses(&other, &["release", "finish", "--yes"], 3, &["has not landed in main"]);
    let landed = merged_by_hand(&other, how);
    // Somebody else's machine, which was last there before all that.
    let said = works(&place, &["release", "finish", "--yes"]);
    assert!(said.out.contains("main has 1 newer commit"), "{said}");
    // A commit of somebody else came before the merge, so what landed was not tested yet.
    assert!(said.out.contains("from main besides: before.txt"), "{said}");
    assert!(said.err.contains("tests: green") || said.out.contains("✓ tests"), "{said}");
    assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(landed));
    assert_eq!(remote.id("refs/heads/release/v1.3.0"), None);
    assert!(place.git(&["branch", "--list", "release/*"]).is_empty());
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    let again = works(&place, &["release", "finish", "1.3.0", "--yes"]);
    assert!(again.out.contains("released already"), "{again}");
}

#[test]
fn a_merge_is_found() {
    lands("merge", &[&["merge", "-q", "--no-ff", "-m", "Merge", "origin/release/v1.3.0"]]);
}

#[test]
fn a_squash_is_found() {
    let squash: [&[&str]; 2] = [
        &["merge", "-q", "--squash", "origin/release/v1.3.0"],
        &["commit", "-q", "-m", "Release 1.3.0 (#1)"],
    ];
    lands("squash", &squash);
}

#[test]
fn a_squash_is_found_when_its_branch_is_gone_everywhere() {
    let (place, remote) = project("gone", PROTECTED);
    works(&place, &["release", "minor", "--yes"]);
    let other = clone(&place, &remote, "other");
    other.git(&["merge", "-q", "--squash", "origin/release/v1.3.0"]);
    other.git(&["commit", "-q", "-m", "Release 1.3.0 (#1)"]);
    other.git(&["push", "-q", "origin", "main", ":release/v1.3.0"]);
    place.git(&["branch", "-q", "-D", "release/v1.3.0"]);
    place.git(&["fetch", "-q", "--prune"]);
    works(&place, &["release", "finish", "--yes"]);
    assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(id(&other, "HEAD")));
}

#[test]
fn a_rebase_is_found() {
    lands("rebase", &[&["cherry-pick", "origin/release/v1.3.0"]]);
}

#[test]
fn what_landed_is_tested_again_unless_it_is_the_same() {
    let (place, remote) = project("same", PROTECTED);
    works(&place, &["release", "minor", "--yes"]);
    let other = clone(&place, &remote, "other");
    other.git(&["merge", "-q", "--no-ff", "-m", "Merge", "origin/release/v1.3.0"]);
    other.git(&["push", "-q"]);
    // Nothing in this clone proves what was tested in the other one.
    let said = works(&other, &["release", "finish", "--yes"]);
    assert!(said.out.contains("it is what was tested"), "{said}");
    assert!(said.err.contains("tests: green after"), "{said}");
    let (place, remote) = project("same-here", PROTECTED);
    works(&place, &["release", "minor", "--yes"]);
    let other = clone(&place, &remote, "other");
    other.git(&["merge", "-q", "--no-ff", "-m", "Merge", "origin/release/v1.3.0"]);
    other.git(&["push", "-q"]);
    let said = works(&place, &["release", "finish", "--yes"]);
    assert!(!said.err.contains("tests: green after"), "not again: {said}");
    // The files are changed while it is merged: the version is another one.
    let (place, remote) = project("changed", PROTECTED);
    works(&place, &["release", "minor", "--yes"]);
    let other = clone(&place, &remote, "other");
    other.git(&["merge", "-q", "--no-ff", "--no-commit", "origin/release/v1.3.0"]);
    other.edit("CHANGELOG.md", "## [1.3.0] - 2026-01-02", "## [1.3.0] - TBD");
    other.edit("a.txt", "one", "1");
    other.commit_all("Merge, with a change");
    other.git(&["push", "-q"]);
    let said = refuses(&other, &["release", "finish", "--yes"], 3, &["gives 1.3.0 no date"]);
    assert!(said.err.contains("it was changed while it was merged"), "{said}");
}

#[test]
fn ci_is_asked_about_what_landed() {
    let (place, remote) = project("ci", "[branches]\nprotected = [\"main\"]\n[gates]\nci = true\n");
    let waived = ["--waive", "ci", "--reason", "not asked here"];
    works(&place, &[&["release", "minor", "--yes"][..], &waived].concat());
    let other = clone(&place, &remote, "other");
    other.git(&["merge", "-q", "--no-ff", "-m", "Merge", "origin/release/v1.3.0"]);
    other.git(&["push", "-q"]);
    let landed = id(&other, "HEAD");
    let runs = |conclusion: &str| {
        format!(
            "case \"$*\" in\n*{landed}/check-runs*) echo '{{\"total_count\":1,\"check_runs\":[{{\"id\":4,\
             \"name\":\"test\",\"status\":\"completed\",\"conclusion\":\"{conclusion}\"}}]}}' ;;\n\
             *{landed}/status*) echo '{{\"state\":\"success\",\"statuses\":[],\"total_count\":0}}' ;;\n\
             *) exit 1 ;;\nesac"
        )
    };
    let place = with_gh(place, "true", "true");
    place.script("../bin/gh", &runs("failure"));
    refuses(&place, &["release", "finish", "--yes"], 3, &["1.3.0 cannot be released"]);
    place.script("../bin/gh", &runs("success"));
    works(&place, &["release", "finish", "--yes"]);
    assert_eq!(remote.id("refs/tags/v1.3.0^{commit}"), Some(landed));
}

#[test]
fn several_releases_are_named() {
    let (place, _remote) = project("several", PROTECTED);
    works(&place, &["release", "minor", "--yes"]);
    place.git(&["branch", "release/v1.2.1", "release/v1.3.0"]);
    let words = ["several releases are open", "release finish 1.2.1", "release finish 1.3.0"];
    refuses(&place, &["release", "finish", "--yes"], 2, &words);
}

/// A `gh` that writes down what it was asked, and answers this to `pr list`.
fn with_gh(place: Place, listed: &str, created: &str) -> Place {
    let log = place.root.join("asked");
    let body = format!(
        "printf '%s|' \"$@\" >> {log}\necho >> {log}\ncase $2 in list) {listed} ;; \
         create) {created} ;; esac",
        log = log.display()
    );
    place.script("../bin/gh", &body);
    // The site is reached by ssh, which is a program here that asks the bare repository.
    let bare = place.root.join("origin.git");
    let serves = format!("for last; do :; done\nexec ${{last%% *}} {}", bare.display());
    place.script("../bin/ssh", &serves);
    place.git(&["remote", "set-url", "origin", "git@github.com:acme/studio.git"]);
    let path = std::env::var("PATH").expect("PATH");
    let bin = place.root.join("bin").display().to_string();
    place.with("PATH", &format!("{bin}:{path}"))
}

#[test]
fn gh_opens_one_pull_request_and_no_second_one() {
    for (name, listed, created, code, says) in [
        ("gh-new", "true", "echo https://github.com/acme/studio/pull/242", 2, "pull/242"),
        ("gh-there", "echo https://github.com/acme/studio/pull/7", "false", 1, "pull/7"),
        ("gh-broken", "echo no login >&2; exit 4", "false", 1, "/compare/main...release/v1.3.0"),
    ] {
        let (place, _remote) = project(name, PROTECTED);
        let place = with_gh(place, listed, created);
        let said = works(&place, &["release", "minor", "--yes"]);
        let shown = format!("{}{}", said.out, said.err);
        assert!(shown.contains(says), "{said}");
        let asked = std::fs::read_to_string(place.root.join("asked")).expect("asked");
        let asked: Vec<&str> = asked.lines().collect();
        assert_eq!(asked.len(), code, "{asked:?}");
        assert!(
            asked[0].starts_with("pr|list|--repo|https://github.com/acme/studio|"),
            "{asked:?}"
        );
        if let Some(create) = asked.get(1) {
            for part in ["|--base|main|", "|--head|release/v1.3.0|", "|--title|demo 1.3.0|"] {
                assert!(create.contains(part), "{create}");
            }
        }
    }
}
