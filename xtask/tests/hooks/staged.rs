//! What is staged counts, in whichever index git works on; never the work tree.

use super::support::{Place, works};
use super::{commit, copy, hooked, with_program};

const OLD: &str = "version = \"1.2.0\"";
const NEW: &str = "version = \"1.3.0\"";
const INIT: &str = "src/demo/__init__.py";

fn bumped_in_one(place: &Place) {
    place.edit("pyproject.toml", OLD, NEW);
}

fn bumped_in_both(place: &Place) {
    bumped_in_one(place);
    place.edit(INIT, "1.2.0", "1.3.0");
}

#[test]
fn a_commit_that_bumps_one_of_two_files_is_refused_and_mended_by_what_is_offered() {
    let place = hooked(&Place::python("one-of-two"));
    bumped_in_one(&place);
    place.git(&["add", "pyproject.toml"]);
    let before = place.state();
    let said = commit(&place, &["-m", "feat: x"]).refused(
        1,
        &[
            "the staged version files disagree",
            "pyproject.toml:3  1.3.0   changed by this commit",
            "src/demo/__init__.py:3  1.2.0",
            "next: gonogo bump 1.3.0 --set-from pyproject.toml && git add -- src/demo/__init__.py",
            "or: gonogo bump 1.2.0 --set-from src/demo/__init__.py && git add -- pyproject.toml",
        ],
    );
    place.state().must_be(&before, &said.to_string());
    copy(&place, &said);
    commit(&place, &["-m", "feat: x"]).ok();
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert!(place.git(&["show", &format!("HEAD:{INIT}")]).contains("1.3.0"));
}

#[test]
fn the_other_version_may_be_the_right_one() {
    let place = hooked(&Place::python("other-right"));
    bumped_in_one(&place);
    place.git(&["add", "pyproject.toml"]);
    let said = commit(&place, &["-m", "feat: x"]);
    let line = said.err.lines().find_map(|line| line.trim().strip_prefix("or: ")).expect("or:");
    place.run("sh", &["-c", line.split("  ").next().expect("a command")]).ok();
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[test]
fn lock_files_are_mended_and_staged_too() {
    let place = hooked(&Place::python("locked"));
    let lock = "version = 1\n\n[[package]]\nname = \"demo\"\nversion = \"1.2.0\"\nsource = { editable = \".\" }\n";
    place.put("uv.lock", lock);
    place.git(&["add", "uv.lock"]);
    commit(&place, &["-m", "build: lock"]).ok();
    bumped_in_one(&place);
    place.git(&["add", "pyproject.toml"]);
    let said = commit(&place, &["-m", "feat: x"]).refused(1, &[INIT, "uv.lock"]);
    copy(&place, &said);
    commit(&place, &["-m", "feat: x"]).ok();
    assert!(place.git(&["show", "HEAD:uv.lock"]).contains("1.3.0"));
}

#[test]
fn of_several_packages_the_one_is_named() {
    let place = hooked(&Place::repository("packages"));
    place.put("gonogo.toml", "[packages]\ninclude = [\"libs/*\"]\n");
    for name in ["one", "two"] {
        let manifest = format!("[project]\nname = \"{name}\"\nversion = \"1.2.0\"\n");
        place.put(&format!("libs/{name}/pyproject.toml"), manifest);
        place.put(&format!("libs/{name}/{name}/__init__.py"), "__version__ = \"1.2.0\"\n");
    }
    place.git(&["add", "."]);
    commit(&place, &["-m", "feat: start"]).ok();
    place.edit("libs/two/pyproject.toml", "1.2.0", "1.3.0");
    let said = commit(&place, &["-a", "-m", "feat: x"]);
    let said = said.refused(1, &["libs/two/two/__init__.py:1  1.2.0", " -p two && git add "]);
    place.git(&["add", "-u"]);
    copy(&place, &said);
    commit(&place, &["-m", "feat: x"]).ok();
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let place = hooked(&Place::python("partial"));
    // In the index both are new, in the work tree one is old again.
    bumped_in_both(&place);
    place.git(&["add", "."]);
    place.edit(INIT, "1.3.0", "1.2.0");
    commit(&place, &["-m", "feat: both"]).ok();
    // The other way round: whole in the work tree, staged in part.
    place.git(&["checkout", "-q", "--", "."]);
    place.edit("pyproject.toml", NEW, "version = \"1.4.0\"");
    place.edit(INIT, "1.3.0", "1.4.0");
    place.git(&["add", INIT]);
    let said = commit(&place, &["-m", "feat: one"]).refused(1, &["pyproject.toml:3  1.3.0"]);
    copy(&place, &said);
    commit(&place, &["-m", "feat: one"]).ok();
}

#[test]
fn whatever_index_git_commits_from_is_judged() {
    let place = hooked(&Place::python("indexes"));
    let refused = |place: &Place, options: &[&str]| {
        commit(place, options).refused(1, &["the staged version files disagree"]);
    };
    bumped_in_both(&place);
    // next-index-PID.lock
    refused(&place, &["-m", "feat: x", "--", "pyproject.toml"]);
    place.git(&["checkout", "-q", "--", INIT]);
    // index.lock
    refused(&place, &["-a", "-m", "feat: x"]);
    place.edit(INIT, "1.2.0", "1.3.0");
    commit(&place, &["-m", "feat: x", "--", "pyproject.toml", INIT]).ok();
    place.edit("pyproject.toml", NEW, "version = \"1.4.0\"");
    place.edit(INIT, "1.3.0", "1.4.0");
    commit(&place, &["-a", "-m", "feat: x"]).ok();
    // One of the user's own, relative and absolute.
    let other = place.top.join("other-index");
    for name in ["other-index", other.to_str().expect("UTF-8")] {
        let own = place.clone().with("GIT_INDEX_FILE", name);
        own.git(&["read-tree", "HEAD"]);
        own.edit("pyproject.toml", "1.4.0", "1.5.0");
        own.git(&["add", "pyproject.toml"]);
        refused(&own, &["-m", "feat: x"]);
        works(&place, &["hook", "check-version-sync"]);
        own.edit("pyproject.toml", "1.5.0", "1.4.0");
    }
}

#[test]
fn amended_merged_rebased_first_and_linked() {
    let place = hooked(&Place::python("history"));
    place.put("a.txt", "amended\n");
    commit(&place, &["-a", "--amend", "-m", "feat: a"]).ok();
    bumped_in_one(&place);
    commit(&place, &["-a", "--amend", "--no-edit"]).refused(1, &["disagree"]);
    place.git(&["checkout", "-q", "--", "."]);
    // Both sides touch the version; resolved in one file only, then in both.
    place.git(&["switch", "-q", "-c", "side"]);
    bumped_in_both(&place);
    commit(&place, &["-a", "-m", "feat: side"]).ok();
    place.git(&["switch", "-q", "main"]);
    place.edit("pyproject.toml", OLD, "version = \"1.2.1\"");
    place.edit(INIT, "1.2.0", "1.2.1");
    commit(&place, &["-a", "-m", "fix: main"]).ok();
    assert_eq!(place.run("git", &["merge", "-q", "side"]).code, 1);
    place.gonogo(&["hook", "check-version-sync"]).refused(1, &["pyproject.toml is in conflict"]);
    place.git(&["checkout", "--theirs", "pyproject.toml"]);
    place.git(&["checkout", "--ours", INIT]);
    place.git(&["add", "."]);
    commit(&place, &["--no-edit"]).refused(1, &["disagree"]);
    place.git(&["checkout", "side", "--", INIT]);
    commit(&place, &["--no-edit"]).ok();
    // A rebase commits on a detached HEAD.
    place.git(&["switch", "-q", "-c", "other", "HEAD~1"]);
    place.put("b.txt", "other\n");
    commit(&place, &["-a", "-m", "feat: other"]).ok();
    place.git(&["rebase", "-q", "--force-rebase", "main"]);
    // The hooks are those of the main work tree.
    place.git(&["worktree", "add", "-q", "../linked", "-b", "linked"]);
    let linked = place.at(place.root.join("linked"));
    linked.edit("pyproject.toml", NEW, "version = \"1.4.0\"");
    let said = commit(&linked, &["-a", "-m", "feat: x"]).refused(1, &["disagree"]);
    linked.git(&["add", "-u"]);
    copy(&linked, &said);
    commit(&linked, &["-m", "feat: x"]).ok();

    let first = hooked(&Place::repository("first"));
    first.python_files();
    bumped_in_one(&first);
    first.git(&["add", "."]);
    commit(&first, &["-m", "feat: x"]).refused(1, &["src/demo/__init__.py:3  1.2.0"]);
    first.edit(INIT, "1.2.0", "1.3.0");
    first.git(&["add", "."]);
    commit(&first, &["-m", "feat: x"]).ok();
}

#[test]
fn links_are_followed_inside_the_repository() {
    let place = with_program(&Place::repository("links"));
    place.put("meta/pyproject.toml", "[project]\nname = \"demo\"\ndynamic = [\"version\"]\n[tool.setuptools.dynamic]\nversion = { file = \"meta/now/VERSION\" }\n");
    place.put("meta/there/VERSION", "1.2.0");
    place.put("demo/__init__.py", "__version__ = \"1.2.0\"\n");
    std::os::unix::fs::symlink("meta/pyproject.toml", place.top.join("pyproject.toml")).unwrap();
    std::os::unix::fs::symlink("there", place.top.join("meta/now")).unwrap();
    place.git(&["add", "."]);
    let said = works(&place, &["hook", "check-version-sync"]);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    place.put("meta/there/VERSION", "1.3.0");
    place.git(&["add", "."]);
    let said = place.gonogo(&["hook", "check-version-sync"]);
    said.refused(1, &["meta/there/VERSION:1  1.3.0", "demo/__init__.py:1  1.2.0"]);
    std::fs::remove_file(place.top.join("pyproject.toml")).unwrap();
    std::os::unix::fs::symlink("../pyproject.toml", place.top.join("pyproject.toml")).unwrap();
    place.git(&["add", "."]);
    place.gonogo(&["hook", "check-version-sync"]).refused(1, &["leads out of the repository"]);
}

#[test]
fn a_hook_says_one_or_nothing() {
    let place = Place::empty("nowhere");
    for id in ["check-version-sync", "check-changelog", "check-release-config"] {
        place.gonogo(&["hook", id]).refused(1, &["is not in a git repository"]);
    }
    place.gonogo(&["hook", "check-versions"]).refused(1, &["check-version-sync"]);
    assert_eq!(place.gonogo(&["-C", ".", "--json", "hook"]).code, 1);
    place.gonogo(&["hook", "check-changelog", "-C", "gone"]).refused(1, &["is not a folder"]);
    place.gonogo(&["-C", "hook", "bump"]).refused(2, &["<LEVEL|VERSION>"]);
    let bare = Place::repository("bare");
    bare.git(&["config", "core.bare", "true"]);
    bare.gonogo(&["hook", "check-version-sync"]).refused(1, &["is a bare repository"]);
    let broken = Place::python("broken");
    broken.put("pyproject.toml", "[project\n");
    broken.git(&["add", "."]);
    broken.gonogo(&["hook", "check-version-sync"]).refused(1, &["pyproject.toml:1:9"]);
    let json = broken.gonogo(&["hook", "check-version-sync", "--json"]);
    assert!(json.code == 1 && json.out.contains("\"line\": 1"), "{json}");
}

#[test]
fn the_staged_configuration_and_changelog_are_judged() {
    let place = hooked(&Place::python("others"));
    let refused = |path: &str, text: &str, fragments: &[&str]| {
        place.put(path, text);
        place.git(&["add", path]);
        // What is in the work tree does not count.
        place.put(path, "");
        commit(&place, &["-m", "feat: x"]).refused(1, fragments);
        place.git(&["rm", "-q", "-f", path]);
    };
    refused("gonogo.toml", "[tagg]\n", &["gonogo.toml:1:2", "tag"]);
    let twice = "# Changelog\n\n## [1.2.0] - 2026-01-02\n\n- a\n\n## [1.2.0] - 2026-01-01\n\n- b\n";
    refused("CHANGELOG.md", twice, &["1.2.0 has a section in line 3 already", "CHANGELOG.md:7:1"]);
    let unread = "# Changelog\n\n```\n## [1.2.0]\n";
    refused("CHANGELOG.md", unread, &["CHANGELOG.md:3"]);
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- a\n\n## [1.2.0]\n\n- b\n");
    place.put("gonogo.toml", "[branches]\nprotected = [\"release\"]\n");
    place.git(&["add", "."]);
    commit(&place, &["-m", "feat: x"]).ok();
}

#[test]
fn a_commit_answers_for_the_changelog_only_where_it_changes_it() {
    let place = hooked(&Place::python("old-sins"));
    let unrelated = |text: &str| {
        place.put("a.txt", text);
        commit(&place, &["-a", "-m", "feat: unrelated"]).ok();
    };
    place.put("CHANGELOG.md", "See the releases on our page.\n");
    place.git(&["add", "."]);
    commit(&place, &["-m", "feat: x"]).refused(1, &["There is text but no heading"]);
    commit(&place, &["--no-verify", "-m", "feat: x"]).ok();
    unrelated("one\n");
    // Nothing is staged: all that is there is judged, as in `run --all-files`.
    place.gonogo(&["hook", "check-changelog"]).refused(1, &["There is text but no heading"]);
    // What was released and taken back stays the version in the files for a while.
    let yanked = "## [1.2.0] - 2026-01-02 [YANKED]\n\n- a\n";
    place.put("CHANGELOG.md", format!("# Changelog\n\n{yanked}"));
    place.git(&["tag", "-d", "v1.2.0"]);
    let again = &["1.2.0 is marked as yanked, and is the version in the files"];
    commit(&place, &["-a", "-m", "feat: x"]).refused(1, again);
    place.git(&["tag", "-a", "-m", "x", "v1.2.0"]);
    commit(&place, &["-a", "-m", "feat: x"]).ok();
    place.put("CHANGELOG.md", format!("# Changelog\n\n## Unreleased\n\n- b\n\n{yanked}"));
    commit(&place, &["-a", "-m", "fix: x"]).ok();
    unrelated("two\n");
    // A version that changes is held against the file as it is.
    place.put("CHANGELOG.md", format!("# Changelog\n\n## 1.3.0\n\n{yanked}"));
    commit(&place, &["-a", "-m", "fix: x"]).ok();
    place.put("CHANGELOG.md", format!("# Changelog\n\n## 1.3.0 - 2026-01-02\n\n{yanked}"));
    commit(&place, &["-a", "-m", "fix: x"]).ok();
    bumped_in_both(&place);
    commit(&place, &["-a", "-m", "feat: x"]).refused(1, &["the section of 1.3.0 says nothing"]);
}

#[test]
fn a_protected_branch_takes_no_commits_by_hand() {
    let place = hooked(&Place::repository("protected"));
    place.python_files();
    place.put("gonogo.toml", "[branches]\nprotected = [\"main\"]\n");
    place.git(&["add", "."]);
    // The first commit has no other place to go.
    commit(&place, &["-m", "feat: start"]).ok();
    place.put("a.txt", "edited\n");
    place.git(&["add", "."]);
    let said = commit(&place, &["-m", "feat: x"]).refused(1, &["main takes no commits by hand"]);
    copy(&place, &said);
    commit(&place, &["-m", "feat: x"]).ok();
    place.git(&["switch", "-q", "main"]);
    // What we commit ourselves passes all of our own hooks.
    works(&place, &["bump", "minor", "--commit"]);
    let index = "1";
    let fake = place.clone().with("GIT_INDEX_FILE", &format!(".git/gonogo/ops/{index}/index"));
    place.run("cp", &[".git/index", &format!(".git/gonogo/ops/{index}/index")]).ok();
    fake.gonogo(&["hook", "no-release-branch-commit"]).refused(1, &["main takes no commits"]);
    // A merge that was looked at elsewhere.
    place.git(&["switch", "-q", "-c", "side", "HEAD~1"]);
    place.put("b.txt", "side\n");
    commit(&place, &["-a", "-m", "feat: side"]).ok();
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    commit(&place, &["--no-edit"]).ok();
    place.git(&["switch", "-q", "--detach"]);
    place.put("c.txt", "detached\n");
    commit(&place, &["-a", "-m", "feat: x"]).ok();
}
