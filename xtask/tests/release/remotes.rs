//! The remote of a release: which one it is, what it is called on the screen, what it refuses.

use std::path::Path;

use super::support::{refuses, undone, works};
use super::{MAIN, Remote, changed, project, released};

#[test]
fn without_a_remote_there_is_a_way() {
    let place = changed("none");
    let ways = ["there is no remote", "git remote add origin URL", "release --no-push"];
    refuses(&place, &["release", "minor", "--yes"], 2, &ways);
    works(&place, &["release", "minor", "--no-push"]);
}

#[test]
fn one_of_several_has_to_be_said() {
    let place = changed("several");
    let (one, two) = (Remote::empty(&place, "one"), Remote::empty(&place, "two"));
    place.git(&["remote", "add", "one", one.url()]);
    place.git(&["remote", "add", "two", two.url()]);
    let ways = ["several remotes", "git config gonogo.remote one"];
    refuses(&place, &["release", "minor", "--yes"], 2, &ways);
    place.git(&["config", "gonogo.remote", "two"]);
    released(&place, &two, &["minor"], "v1.3.0");
    assert_eq!(one.id(MAIN), None);
}

#[test]
fn two_addresses_to_push_to_are_refused() {
    let (place, remote) = project("addresses");
    let other = Remote::empty(&place, "other");
    place.git(&["remote", "set-url", "--add", "--push", "origin", remote.url()]);
    place.git(&["remote", "set-url", "--add", "--push", "origin", other.url()]);
    let there = remote.state();
    refuses(&place, &["release", "minor", "--yes"], 3, &["origin pushes to 2 addresses"]);
    remote.state().must_be(&there, "two addresses");
}

/// Every file below a folder that holds a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    let files = files.filter(|file| file.file_type().is_file());
    let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let with = files.filter(|file| std::fs::read(file.path()).is_ok_and(holds));
    with.map(|file| file.path().display().to_string()).collect()
}

#[test]
fn a_token_in_the_address_is_nobodys_to_see() {
    let (place, remote) = project("token");
    let server = remote.http_for("ada:hunter2secret");
    place.git(&["remote", "set-url", "origin", &server.url_as("ada:hunter2secret")]);
    let said = released(&place, &remote, &["minor", "-v"], "v1.3.0");
    assert!(!said.to_string().contains("hunter2secret"), "{said}");
    let page = server.url().trim_end_matches(".git").to_owned();
    let line = format!("  changes   {page}/compare/v1.2.0...v1.3.0");
    assert!(said.out.lines().any(|seen| seen == line), "{line}: {said}");
    assert_eq!(holding(&place.top.join(".git/gonogo"), "hunter2secret"), [""; 0]);
    // Nor where the server says no.
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: x"]);
    remote.protect(MAIN);
    let said = place.gonogo(&["release", "patch", "--yes"]).refused(4, &["was refused"]);
    assert!(!said.to_string().contains("hunter2secret"), "{said}");
    assert_eq!(holding(&place.top.join(".git/gonogo"), "hunter2secret"), [""; 0]);
}

#[test]
fn a_short_address_is_expanded() {
    let (place, remote) = project("instead");
    let folder = format!("{}/", place.root.display());
    place.git(&["config", &format!("url.{folder}.insteadOf"), "work:"]);
    place.git(&["remote", "set-url", "origin", "work:origin.git"]);
    let said = released(&place, &remote, &["minor"], "v1.3.0");
    assert!(said.err.contains(remote.url()) || said.err.contains("origin.git"), "{said}");
}

#[test]
fn what_git_would_push_by_itself_does_not_matter() {
    let (place, remote) = project("push-default");
    for (key, value) in [("push.default", "matching"), ("push.followTags", "true")] {
        place.git(&["config", key, value]);
    }
    place.git(&["config", "remote.origin.push", "refs/heads/*:refs/heads/*"]);
    place.git(&["branch", "private"]);
    place.git(&["tag", "-a", "-m", "x", "private-tag"]);
    released(&place, &remote, &["minor"], "v1.3.0");
    assert_eq!(remote.id("refs/heads/private"), None);
    assert_eq!(remote.id("refs/tags/private-tag"), None);
}

#[test]
fn no_push_uses_no_network() {
    let place = changed("no-network");
    place.script("../ask", &format!("touch '{}'; exit 1", place.root.join("asked").display()));
    let address = format!("ext::{}", place.root.join("ask").display());
    place.git(&["remote", "add", "origin", &address]);
    place.git(&["config", "protocol.ext.allow", "always"]);
    place.git(&["config", "branch.main.remote", "origin"]);
    let before = place.state();
    works(&place, &["release", "minor", "--no-push"]);
    assert!(!place.exists("../asked"), "the remote was asked");
    undone(&place, &before);
    place.gonogo(&["release", "minor", "--yes"]).refused(5, &["origin could not be fetched from"]);
    assert!(place.exists("../asked"), "the remote of this test is one");
}

#[test]
fn a_refused_push_stays_open_and_is_taken_back() {
    let (place, remote) = project("refused");
    let (before, there) = (place.state(), remote.state());
    remote.protect(MAIN);
    let ways = ["was refused, nothing arrived", "GH013", "gonogo undo"];
    let said = place.gonogo(&["release", "minor", "--yes"]).refused(4, &ways);
    remote.state().must_be(&there, &said.to_string());
    let open = place.gonogo(&["release", "minor", "--yes"]);
    assert_eq!(open.code, 4, "{open}");
    undone(&place, &before);
}

#[test]
fn a_branch_that_is_new_there_is_told() {
    let place = changed("new-there");
    let remote = Remote::empty(&place, "origin");
    place.git(&["remote", "add", "origin", remote.url()]);
    let said = released(&place, &remote, &["minor"], "v1.3.0");
    assert!(said.err.contains("main (new there) and v1.3.0"), "{said}");
}

#[test]
fn at_most_two_connections_until_the_version_is_claimed() {
    let (place, remote) = project("connections");
    let log = place.root.join("asked");
    let wrapper =
        |name: &str| format!("echo {name} >> '{}'; exec git-{name} \"$@\"", log.display());
    place.script("../bin/up", &wrapper("upload-pack"));
    place.script("../bin/receive", &wrapper("receive-pack"));
    let bin = place.root.join("bin");
    for (key, name) in [("uploadpack", "up"), ("receivepack", "receive")] {
        let path = bin.join(name);
        place.git(&["config", &format!("remote.origin.{key}"), path.to_str().unwrap()]);
    }
    released(&place, &remote, &["minor"], "v1.3.0");
    let asked = std::fs::read_to_string(&log).unwrap();
    // The fetch, the push, the read-back, and the record.
    let expected = ["upload-pack", "receive-pack", "upload-pack", "receive-pack"];
    assert_eq!(asked.lines().collect::<Vec<_>>(), expected);
}
