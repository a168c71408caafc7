//! The start of a hotfix: where it begins, which version it is, what stands in its way.

use super::support::{Place, refuses, undone, works};
use super::{VERSIONED, ahead, bot, finishes, id, project, says, show};

/// What a hotfix of 1.2.0 is when it is started.
#[track_caller]
fn is_started(place: &Place) {
    assert_eq!(place.git(&["branch", "--show-current"]), "hotfix/v1.2.1\n");
    assert_eq!(id(place, "HEAD^"), id(place, "v1.2.0^{commit}"), "in one commit");
    says(place, "HEAD", "1.2.1");
    let lines = show(place, "HEAD", "CHANGELOG.md");
    let lines: Vec<&str> = lines.lines().filter(|line| line.starts_with("## ")).collect();
    let expected = ["## [Unreleased]", "## [1.2.1] - Unreleased", "## [1.2.0] - 2026-01-01"];
    assert_eq!(lines, expected);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    works(place, &["changelog", "check"]);
    assert_eq!(place.operations()[0], "done");
}

#[test]
fn the_branch_begins_at_the_tag_while_main_goes_on() {
    let (place, remote) = project("start-tag", "");
    bot(&place, "newer.txt");
    let said = works(&place, &["hotfix", "1.2.1", "--yes"]);
    assert!(said.out.contains("hotfix finish"), "{said}");
    is_started(&place);
    assert!(!place.exists("newer.txt"), "main's newer commit is no part of it");
    assert_eq!(remote.id("refs/heads/hotfix/v1.2.1"), Some(id(&place, "HEAD")));
    place.gonogo(&["undo"]).refused(3, &["was pushed to origin"]);
    // The fix is told of by its commit, and the end fills in the day.
    place.put("fix.txt", "fixed\n");
    place.commit_all("fix: an empty dataset");
    finishes(&place, &[]);
    let text = show(&place, "v1.2.1", "CHANGELOG.md");
    let section = "## [1.2.1] - 2026-01-02\n\n- an empty dataset\n\n## [1.2.0]";
    assert!(text.contains(section), "{text}");
}

#[test]
fn without_a_version_it_is_the_next_patch_of_the_newest_release() {
    let (place, _remote) = project("start-next", "");
    ahead(&place, "next", "1.3.0");
    place.git(&["tag", "v1.3.0-rc.1", "next"]);
    works(&place, &["hotfix-branch", "--no-push"]);
    is_started(&place);
}

#[test]
fn an_older_line_is_fixed_from_anywhere() {
    let (place, _remote) = project("start-old", "");
    ahead(&place, "next", "2.0.0");
    place.git(&["merge", "-q", "--ff-only", "next"]);
    place.git(&["tag", "-a", "-m", "2.0.0", "v2.0.0"]);
    place.git(&["switch", "-q", "--detach", "main"]);
    let before = place.state();
    works(&place, &["hotfix", "start", "v1.2.1", "--no-push"]);
    is_started(&place);
    undone(&place, &before);
    works(&place, &["hotfix", "--no-push"]);
    assert_eq!(place.git(&["branch", "--show-current"]), "hotfix/v2.0.1\n");
    // Several may be open.
    works(&place, &["hotfix", "1.2.1", "--no-push"]);
    is_started(&place);
}

#[test]
fn everything_can_be_taken_back() {
    let (place, _remote) = project("start-undo", "");
    bot(&place, "newer.txt");
    place.put("untracked.txt", "mine\n");
    place.hook("pre-commit", "test -f src/demo/__init__.py");
    let before = place.state();
    works(&place, &["hotfix", "--no-push"]);
    is_started_beside(&place, "untracked.txt");
    undone(&place, &before);
    // A hook that says no takes everything back, the branch too.
    place.hook("pre-commit", "echo no >&2; exit 1");
    refuses(&place, &["hotfix", "--no-push"], 5, &["pre-commit", "Everything was taken back"]);
}

#[track_caller]
fn is_started_beside(place: &Place, untracked: &str) {
    assert_eq!(place.git(&["branch", "--show-current"]), "hotfix/v1.2.1\n");
    assert_eq!(place.git(&["status", "--porcelain"]), format!("?? {untracked}\n"));
}

#[test]
fn a_base_is_named_or_configured() {
    let main = "[hotfix]\nfrom = \"main\"\nbranch = \"fix/{version}\"\n";
    for (name, toml, args) in [
        ("said", "[hotfix]\nbranch = \"fix/{version}\"\n", &["--base", "main"][..]),
        ("configured", main, &[]),
    ] {
        let (place, _remote) = project(&format!("start-base-{name}"), toml);
        bot(&place, "newer.txt");
        let tip = id(&place, "main");
        let said = works(&place, &[&["hotfix", "--no-push"][..], args].concat());
        assert!(said.err.contains("1 commit since v1.2.0 will be part of it"), "{said}");
        assert_eq!(place.git(&["branch", "--show-current"]), "fix/1.2.1\n");
        assert_eq!(id(&place, "HEAD^"), tip);
    }
    let (place, _remote) = project("start-base-tag", main);
    bot(&place, "newer.txt");
    works(&place, &["hotfix", "1.2.1", "--base", "v1.2.0", "--no-push"]);
    assert_eq!(id(&place, "HEAD^"), id(&place, "v1.2.0^{commit}"));
}

#[test]
fn what_is_no_hotfix_is_refused_with_the_version_to_type() {
    let (place, _remote) = project("start-refused", "");
    place.git(&["update-ref", "refs/gonogo/rolledback/v1.2.1", "HEAD"]);
    for (args, code, words) in [
        (&["1.2.0"][..], 3, &["1.2.0 is released already", "hotfix 1.2.2"][..]),
        (&["1.2.1"], 3, &["1.2.1 was rolled back", "hotfix 1.2.2"]),
        (&["1.2.5"], 2, &["1.2.5 skips 1.2.2", "hotfix 1.2.2"]),
        (&["1.3.0"], 2, &["1.3.0 is no hotfix of 1.2.0", "hotfix 1.2.2", "release 1.3.0"]),
        (&["1.2.2-rc.1"], 2, &["is a pre-release", "hotfix 1.2.2"]),
        (&["1.0.1"], 2, &["no release comes before 1.0.1", "git tag"]),
        (&["one"], 2, &["is not a version"]),
        (&["--base", "nowhere"], 2, &["there is no release, branch or commit nowhere"]),
    ] {
        let said = [&["hotfix", "--no-push"], args].concat();
        refuses(&place, &said, code, words);
    }
}

#[test]
fn a_dirty_tree_and_an_open_hotfix_are_in_the_way() {
    let (place, remote) = project("start-dirty", "");
    place.edit("a.txt", "one", "mine");
    let words = ["a.txt has changes", "git stash", "git worktree add --detach"];
    refuses(&place, &["hotfix", "--no-push"], 3, &words);
    place.git(&["checkout", "-q", "--", "a.txt"]);
    // What git does not know would be overwritten by the branch.
    place.git(&["rm", "-q", "src/demo/__init__.py"]);
    place.edit("pyproject.toml", "1.2.0", "1.2.0.dev1");
    place.commit_all("refactor: without it");
    place.git(&["push", "-q"]);
    std::fs::create_dir_all(place.top.join("src/demo")).expect("a folder");
    place.put("src/demo/__init__.py", "mine\n");
    let words = ["src/demo/__init__.py has changes that are not committed"];
    refuses(&place, &["hotfix", "--no-push"], 3, &words);
    std::fs::remove_file(place.top.join("src/demo/__init__.py")).expect("it is there");
    works(&place, &["hotfix", "--yes"]);
    let words = ["hotfix/v1.2.1 exists already", "hotfix finish 1.2.1"];
    refuses(&place, &["hotfix", "--no-push"], 3, &words);
    place.git(&["switch", "-q", "main"]);
    refuses(&place, &["hotfix", "--no-push"], 3, &["git switch hotfix/v1.2.1"]);
    let other = super::clone(&place, &remote, "other");
    let words = ["hotfix/v1.2.1 exists already on origin", "git switch hotfix/v1.2.1"];
    other.gonogo(&["hotfix", "--yes"]).refused(3, &words);
}

#[test]
fn without_a_release_there_is_nothing_to_fix() {
    let (place, remote) = project("start-none", "");
    let shallow = super::shallow(&place, &remote, "shallow");
    shallow.gonogo(&["hotfix", "1.2.1", "--no-push"]).refused(3, &["shallow", "--unshallow"]);
    place.git(&["tag", "-d", "v1.2.0"]);
    refuses(&place, &["hotfix", "--no-push"], 2, &["there is no release yet", "gonogo release"]);
}

#[test]
fn a_dry_run_and_a_refused_question_change_nothing() {
    let (place, _remote) = project("start-dry", "");
    works(&place, &["hotfix", "--dry-run"]);
    let before = place.state();
    let said = works(&place, &["hotfix", "--dry-run"]);
    for words in ["fixes v1.2.0", "1.2.0 -> 1.2.1 in 2 files", "## [1.2.1] - Unreleased"] {
        assert!(said.out.contains(words), "{said}");
    }
    let said = works(&place, &["hotfix", "--dry-run", "--json"]);
    let data: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(data["version"], "1.2.1");
    place.gonogo(&["hotfix"]).refused(2, &["nobody can be asked here", "hotfix --yes"]);
    assert!(place.state() == before, "something changed");
}

#[test]
fn line_ends_are_those_of_the_work_tree() {
    let (place, _remote) = project("start-crlf", "");
    bot(&place, "newer.txt");
    place.git(&["config", "core.autocrlf", "true"]);
    place.git(&["rm", "-q", "--cached", "-r", "."]);
    place.git(&["reset", "-q", "--hard"]);
    assert!(place.read("pyproject.toml").contains("\r\n"));
    works(&place, &["hotfix", "--no-push"]);
    is_started(&place);
    assert!(place.read("CHANGELOG.md").contains("## [1.2.1] - Unreleased\r\n"));
    for path in VERSIONED {
        assert!(!show(&place, "HEAD", path).contains('\r'), "{path}");
    }
}

#[test]
fn what_is_open_is_shown_without_the_network() {
    let (place, _remote) = project("start-status", "[branches]\ndevelop = \"next\"\n");
    ahead(&place, "next", "1.3.0-alpha.1");
    let said = works(&place, &["hotfix", "status"]);
    assert!(said.out.contains("No hotfix is open"), "{said}");
    works(&place, &["hotfix", "--yes"]);
    place.put("fix.txt", "fixed\n");
    place.commit_all("fix: it");
    place.git(&["switch", "-q", "main"]);
    place.git(&["remote", "set-url", "origin", "/nowhere/at/all"]);
    let said = works(&place, &["hotfix", "status"]);
    let line = "hotfix/v1.2.1  fixes v1.2.0 · 2 commits since · not the same here and on origin";
    for words in [line, "  into main 1.2.0, next 1.3.0-alpha.1", "hotfix finish 1.2.1"] {
        assert!(said.out.contains(words), "{said}");
    }
    let said = works(&place, &["status"]);
    assert!(said.out.contains("Open        hotfix/v1.2.1, 2 commits since v1.2.0"), "{said}");
    let said = works(&place, &["hotfix", "status", "--json"]);
    let data: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(data["open"][0]["into"][1]["version"], "1.3.0-alpha.1");
    // A branch made by hand is one too.
    place.git(&["branch", "-q", "-m", "hotfix/v1.2.1", "elsewhere"]);
    place.git(&["branch", "-q", "hotfix/v1.2.2", "v1.2.0"]);
    let said = works(&place, &["hotfix", "status"]);
    assert!(
        said.out.contains("hotfix/v1.2.1  fixes v1.2.0 · 1 commit since · on origin, not here")
    );
    assert!(said.out.contains("hotfix/v1.2.2  fixes v1.2.0 · 0 commits since · here, not pushed"));
}
