//! What is built in and looks at where a release would start: branch, fresh, tag, changelog.

use serde_json::Value;

use super::support::Place;
use super::{asked, check, gate, outcomes, outside, why, with};

/// A project with a bare remote that has everything, and another clone of it.
fn with_remote(name: &str) -> (Place, Place) {
    let place = with(name, "");
    place.at(&place.root).git(&["init", "-q", "--bare", "remote.git"]);
    let url = format!("file://{}", place.root.join("remote.git").display());
    place.git(&["remote", "add", "origin", &url]);
    place.git(&["push", "-q", "-u", "origin", "main", "v1.2.0"]);
    place.at(&place.root).git(&["clone", "-q", &url, "other"]);
    let other = place.at(place.root.join("other"));
    (place, other)
}

fn next(data: &Value, id: &str) -> String {
    gate(data, id)["runs"][0]["next"].as_str().unwrap_or_default().to_owned()
}

fn details(data: &Value, id: &str) -> String {
    let details = gate(data, id)["runs"][0]["details"].as_array().expect("details");
    details.iter().map(|line| line.as_str().expect("text")).collect::<Vec<_>>().join("\n")
}

fn remark(data: &Value, id: &str) -> String {
    gate(data, id)["runs"][0]["remark"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_is_on_without_a_word() {
    let place = with("usual", "");
    let data = asked(&place, 0, &[]);
    let ids: Vec<&str> =
        data["gates"].as_array().unwrap().iter().map(|gate| gate["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["clean", "branch", "fresh", "drift", "tag"]);
    assert_eq!(outcomes(&data, &["branch", "fresh"]), ["green", "skipped"]);
    assert_eq!(why(&data, "fresh"), "there is no remote");
    place.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Things.\n");
    place.commit_all("docs: changelog");
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["changelog"]), ["green"]);
}

#[test]
fn releases_start_from_main() {
    let place = with("branch", "");
    place.git(&["switch", "-q", "-c", "feature/x y".replace(' ', "-").as_str()]);
    let data = asked(&place, 1, &[]);
    assert_eq!(why(&data, "branch"), "on feature/x-y, and releases start from main");
    assert_eq!(next(&data, "branch"), "git switch main");
    place.git(&["checkout", "-q", "--detach", "main"]);
    assert!(why(&asked(&place, 1, &[]), "branch").starts_with("HEAD is detached"));
    place.git(&["switch", "-q", "-c", "hotfix/v1.2.1"]);
    let data = asked(&place, 0, &[]);
    assert_eq!(
        (&data["profile"], gate(&data, "branch")["outcome"].as_str()),
        (&"hotfix".into(), Some("green"))
    );
    assert_eq!(outcomes(&asked(&place, 1, &["--profile", "release"]), &["branch"]), ["red"]);
    place.git(&["switch", "-q", "-c", "trunk"]);
    place.put("gonogo.toml", "[branches]\nmain = \"trunk\"\n");
    place.commit_all("chore: trunk");
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["branch"]), ["green"]);
    place.git(&["switch", "-q", "main"]);
    place.git(&["merge", "-q", "trunk"]);
    let data = asked(&place, 1, &["branch"]);
    assert_eq!(details(&data, "branch"), "It is trunk, as [branches] main in gonogo.toml says.");
}

#[test]
fn the_main_branch_is_that_of_the_remote() {
    let (place, other) = with_remote("remote-head");
    other.git(&["switch", "-q", "-c", "stable"]);
    other.git(&["push", "-q", "origin", "stable"]);
    place.at(place.root.join("remote.git")).git(&["symbolic-ref", "HEAD", "refs/heads/stable"]);
    place.git(&["fetch", "-q"]);
    place.git(&["remote", "set-head", "origin", "--auto"]);
    let data = asked(&place, 1, &["branch"]);
    assert_eq!(why(&data, "branch"), "on main, and releases start from stable");
    assert!(details(&data, "branch").contains("as the HEAD of origin was"), "{data:#}");
    // A branch by another name, and nothing that says what it is.
    let lonely = Place::python("lonely");
    lonely.git(&["branch", "-m", "work"]);
    assert_eq!(outcomes(&asked(&lonely, 0, &["branch"]), &["branch"]), ["skipped"]);
}

#[test]
fn what_the_remote_has_must_be_here() {
    let (place, other) = with_remote("fresh");
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["fresh"]), ["green"]);
    place.put("b.txt", "mine\n");
    place.commit_all("feat: mine");
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["fresh"]), ["green"], "ahead");
    place.git(&["push", "-q"]);
    other.git(&["pull", "-q"]);
    other.put("c.txt", "theirs\n");
    other.commit_all("feat: theirs");
    other.git(&["push", "-q"]);
    // Nobody has fetched: only the remote itself can tell.
    let before = place.git(&["for-each-ref"]);
    let data = asked(&place, 1, &[]);
    assert_eq!(why(&data, "fresh"), "origin has commits of main that are not here");
    assert_eq!(next(&data, "fresh"), "git pull --ff-only origin main");
    assert_eq!(place.git(&["for-each-ref"]), before, "it only looks");
    place.git(&["fetch", "-q"]);
    assert_eq!(outcomes(&asked(&place, 1, &[]), &["fresh"]), ["red"]);
    place.put("d.txt", "mine too\n");
    place.commit_all("feat: mine too");
    assert_eq!(next(&asked(&place, 1, &[]), "fresh"), "git pull --rebase origin main");
    place.git(&["pull", "-q", "--rebase", "origin", "main"]);
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["fresh"]), ["green"]);
    place.git(&["switch", "-q", "-c", "hotfix/v1.2.1"]);
    assert_eq!(remark(&asked(&place, 0, &[]), "fresh"), "origin has no hotfix/v1.2.1 yet");
}

#[test]
fn a_tag_that_only_the_remote_has_is_seen() {
    let (place, other) = with_remote("remote-tag");
    other.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    other.git(&["push", "-q", "origin", "v1.3.0"]);
    let data = asked(&place, 1, &[]);
    assert_eq!(data["tag"], "v1.3.0");
    assert_eq!(why(&data, "fresh"), "origin has the tag v1.3.0, which is not here");
    let fetch = next(&data, "fresh");
    assert_eq!(fetch, "git fetch origin tag v1.3.0");
    place.git(&fetch.split(' ').skip(1).collect::<Vec<_>>());
    // Now HEAD is what was released as 1.3.0, and its files hold less.
    let data = asked(&place, 1, &[]);
    assert_eq!(outcomes(&data, &["fresh", "tag"]), ["green", "red"]);
    assert_eq!(why(&data, "tag"), "the files hold 1.2.0, and v1.3.0 is released");
}

#[test]
fn a_remote_that_cannot_be_asked_is_no_green_light() {
    let (place, _) = with_remote("unreachable");
    place.git(&["remote", "set-url", "origin", "file:///nowhere/at/all.git"]);
    let data = asked(&place, 1, &[]);
    assert_eq!(gate(&data, "fresh")["outcome"], "could-not-run");
    assert_eq!(why(&data, "fresh"), "origin could not be asked");
    assert!(details(&data, "fresh").contains("/nowhere/at/all.git"), "{data:#}");
    // Which remote it is may be said, for each person.
    let url = format!("file://{}", place.root.join("remote.git").display());
    place.git(&["remote", "add", "upstream", &url]);
    place.git(&["config", "gonogo.remote", "upstream"]);
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["fresh"]), ["green"]);
    assert_eq!(
        outcomes(&asked(&place, 0, &["--waive", "fresh", "--reason", "offline"]), &["fresh"]),
        ["green"]
    );
}

#[test]
fn a_remote_that_never_answers_does_not_hold_ctrl_c() {
    let (place, _) = with_remote("silent");
    place.script("../silent", "sleep 60");
    place.git(&["config", "core.sshCommand", &place.root.join("silent").display().to_string()]);
    place.git(&["remote", "set-url", "origin", "ssh://host.invalid/x.git"]);
    let mut command = place.command(env!("CARGO_BIN_EXE_gonogo"));
    let child = command.args(["check", "fresh"]).stdout(std::process::Stdio::piped()).spawn();
    let mut child = child.expect("gonogo");
    std::thread::sleep(std::time::Duration::from_millis(700));
    let begun = std::time::Instant::now();
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("ctrl-C");
    let ended = child.wait().expect("its end");
    assert_eq!(ended.code(), Some(130));
    assert!(begun.elapsed().as_secs() < 10);
}

#[test]
fn the_version_must_be_free() {
    let place = with("free", "");
    assert_eq!(remark(&asked(&place, 0, &[]), "tag"), "v1.3.0 would be next");
    // Somebody's tag of that name that is no release.
    place.put("gonogo.toml", "[tag]\nignore = [\"v1.3.0\"]\n");
    place.commit_all("chore: ignore");
    place.git(&["tag", "v1.3.0"]);
    let data = asked(&place, 1, &[]);
    assert_eq!(why(&data, "tag"), "there is a tag v1.3.0 already");
    assert_eq!(next(&data, "tag"), "git show --stat v1.3.0");
    place.git(&["tag", "-d", "v1.3.0"]);
    place.git(&["tag", "v1.3.0/notes"]);
    assert_eq!(
        why(&asked(&place, 1, &[]), "tag"),
        "the tag v1.3.0/notes leaves no room for v1.3.0"
    );
    place.git(&["tag", "-d", "v1.3.0/notes"]);
    place.git(&["update-ref", "refs/gonogo/rolledback/v1.3.0", "HEAD"]);
    assert_eq!(remark(&asked(&place, 0, &[]), "tag"), "v1.3.1 would be next");
    let files = ["pyproject.toml", "src/demo/__init__.py"];
    for path in files {
        place.edit(path, "1.2.0", "1.3.0");
    }
    place.commit_all("chore: a version that is burned");
    assert_eq!(remark(&asked(&place, 0, &[]), "tag"), "v1.4.0 would be next");
    place.git(&["reset", "-q", "--hard", "HEAD~1"]);
    place.git(&["update-ref", "-d", "refs/gonogo/rolledback/v1.3.0"]);
    place.put(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [1.3.0] - 2026-01-01 [YANKED]\n\n- Bad.\n\n\
         ## [1.2.0] - 2025-12-01\n\n- Good.\n",
    );
    place.commit_all("docs: what was withdrawn");
    let data = asked(&place, 1, &["tag"]);
    assert_eq!(why(&data, "tag"), "1.3.0 was withdrawn, and its number is burned");
    assert_eq!(gate(&data, "tag")["runs"][0]["findings"][0]["line"], 7, "{data:#}");
}

#[test]
fn what_the_files_hold_decides_which_tag_is_meant() {
    let place = Place::python("held");
    let open = "v1.2.0 is released; what comes next is open";
    assert_eq!(remark(&asked(&place, 0, &[]), "tag"), open);
    place.put("gonogo.toml", "");
    place.commit_all("chore: nothing to release");
    place.gonogo(&["bump", "1.3.0", "--commit"]).ok();
    assert_eq!(remark(&asked(&place, 0, &[]), "tag"), "");
    place.git(&["tag", "-m", "x", "v1.4.0"]);
    let data = asked(&place, 1, &[]);
    assert_eq!(why(&data, "tag"), "the files hold 1.3.0, and v1.4.0 is released");
    // What HEAD does not come after is another line.
    place.git(&["tag", "-d", "v1.4.0"]);
    place.git(&[
        "tag",
        "-m",
        "x",
        "v1.4.0",
        place.git(&["commit-tree", "-m", "x", "HEAD^{tree}"]).trim(),
    ]);
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["tag"]), ["green"]);
    place.put("gonogo.toml", "[tag]\nformat = \"a..b{version}\"\n");
    let said = place.gonogo(&["check", "tag"]);
    assert!(said.code == 1 || said.code == 2, "{said}");
}

#[test]
fn the_changelog_must_be_fit_for_the_release() {
    let place = with("changelog", "");
    let good = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- New.\n\n## [1.2.0] - 2025-12-01\n\n### Added\n\n- Good.\n";
    place.put("CHANGELOG.md", good);
    place.commit_all("docs: changelog");
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["changelog"]), ["green"]);
    place.put("CHANGELOG.md", good.replace("2025-12-01", "2025-13-01"));
    place.commit_all("docs: a slip");
    let data = asked(&place, 1, &["changelog"]);
    assert_eq!(gate(&data, "changelog")["outcome"], "red");
    assert_eq!(gate(&data, "changelog")["runs"][0]["findings"][0]["path"], "CHANGELOG.md");
    assert_eq!(gate(&data, "changelog")["runs"][0]["findings"][0]["line"], 9, "{data:#}");
    let said = check(&place, 1, &["changelog"]);
    assert!(said.out.contains("CHANGELOG.md:9  "), "{said}");
    assert!(said.out.ends_with("next: gonogo changelog check\n"), "{said}");
    assert_eq!(place.gonogo(&["changelog", "check"]).code, 1, "the command agrees");
    place.put("CHANGELOG.md", good);
    place.put(
        "gonogo.toml",
        "[changelog]\nguard = { shell = \"echo no entry for $GONOGO_VERSION; exit 3\" }\n",
    );
    place.commit_all("chore: guard");
    let data = asked(&place, 1, &["changelog"]);
    assert_eq!(why(&data, "changelog"), "the guard of [changelog] said no (exit status: 3)");
    assert_eq!(details(&data, "changelog"), "no entry for 1.2.0");
    place.put("gonogo.toml", "[gates]\nchangelog = false\n");
    place.commit_all("chore: off");
    assert!(!asked(&place, 0, &[]).to_string().contains("\"id\":\"changelog\""));
}

#[test]
fn a_branch_of_another_work_tree_is_not_switched_to() {
    let place = with("linked", "");
    let linked = outside(&place, "linked tree");
    place.git(&["worktree", "add", "-q", &linked, "-b", "other"]);
    let said = place.gonogo(&["-C", &linked, "check", "branch"]);
    assert_eq!(said.code, 1, "{said}");
    let top = place.top.canonicalize().expect("the top").display().to_string();
    assert!(said.out.contains("It is checked out in /"), "{said}");
    assert!(said.out.contains(&format!("next: gonogo -C {top} check\n")), "{said}");
}
