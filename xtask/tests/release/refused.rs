//! Bad input: refused before anything is edited, with a command that leads on.

use super::support::{Place, refuses, works};
use super::{changed, project, released};

/// The project, with this in its gonogo.toml.
fn configured(name: &str, toml: &str) -> Place {
    let (place, _) = project(name);
    place.put("gonogo.toml", toml);
    place.commit_all("chore: configure");
    place
}

#[test]
fn tracked_changes_are_named() {
    let (place, _) = project("dirty");
    place.edit("a.txt", "one", "ONE");
    place.edit("b.txt", "one", "ONE");
    refuses(&place, &["release", "minor", "--yes"], 3, &["a.txt", "b.txt"]);
    let waived = ["release", "minor", "--yes", "--waive", "clean", "--reason", "x"];
    let said = refuses(&place, &waived, 3, &["a.txt, b.txt", "git stash", "no waiver"]);
    assert!(!said.err.contains("--allow-dirty"), "a release has no such option: {said}");
    // One that stands beside the release is none.
    place.git(&["checkout", "-q", "a.txt", "b.txt"]);
    place.put("untracked.txt", "x");
    works(&place, &["release", "minor", "--dry-run"]);
}

#[test]
fn without_a_terminal_somebody_has_to_say_yes() {
    let (place, _) = project("terminal");
    let ways = ["nobody can be asked", "release minor --yes", "release minor --dry-run"];
    refuses(&place, &["release", "minor"], 2, &ways);
}

#[test]
fn a_version_that_is_in_no_order_is_refused() {
    let place = changed("drift");
    place.edit("src/demo/__init__.py", "1.2.0", "1.2.9");
    place.commit_all("drift");
    let said = refuses(&place, &["release", "minor", "--no-push"], 3, &["version files disagree"]);
    assert!(said.err.contains("gonogo bump 1.2.0 --set-from pyproject.toml"), "{said}");
    works(&place, &["bump", "1.2.0", "--set-from", "pyproject.toml", "--commit"]);
    works(&place, &["release", "minor", "--no-push"]);
}

#[test]
fn words_that_are_missing_are_asked_for() {
    let template = "[release]\ntag_message = \"Release {version}: {codename}\"\n";
    let place = configured("codename", template);
    let missing = ["{codename} in release.tag_message", "--codename NAME", "gonogo.toml:2"];
    refuses(&place, &["release", "minor", "--yes"], 2, &missing);
    let evil = "Kestrel\n\nSigned-off-by: Evil";
    let one_line = ["--codename is not one line of text"];
    refuses(&place, &["release", "minor", "--yes", "--codename", evil], 2, &one_line);
    let place_ok = works(&place, &["release", "minor", "--yes", "--codename", "Kestrel"]);
    assert_eq!(
        place.git(&["tag", "-l", "--format=%(contents:subject)", "v1.3.0"]),
        "Release 1.3.0: Kestrel\n",
        "{place_ok}"
    );
}

#[test]
fn a_placeholder_that_nobody_knows_has_a_place() {
    let place = configured("placeholder", "[release]\ncommit_message = \"chore: {verison}\"\n");
    refuses(&place, &["release", "minor", "--yes"], 2, &["verison", "gonogo.toml:2"]);
}

#[test]
fn a_tag_format_is_no_command() {
    for (format, why) in [
        ("-d{version}", "dash"),
        ("v{version} x", "blank"),
        ("v{version}..x", ".."),
        ("v{version}.lock", "lock"),
    ] {
        let (place, _) = project("tag-format");
        place.put("gonogo.toml", format!("[tag]\nformat = \"{format}\"\n"));
        place.commit_all("chore: configure");
        let before = place.state();
        let said = place.gonogo(&["release", "minor", "--yes"]);
        assert_eq!(said.code, 2, "{why}: {said}");
        place.state().must_be(&before, &said.to_string());
    }
    // What only a shell would obey is a name like any other.
    let (place, remote) = project("tag-shell");
    place.put("gonogo.toml", "[tag]\nformat = \"v{version}$(touch${IFS}x);`id`\"\n");
    place.commit_all("chore: configure");
    let said = place.gonogo(&["release", "minor", "--yes"]);
    if said.code == 0 {
        assert!(remote.id("refs/tags/v1.3.0$(touch${IFS}x);`id`").is_some(), "{said}");
    }
    assert!(!place.exists("x"), "{said}");
}

#[test]
fn a_missing_key_is_found_before_anything_is_edited() {
    let (place, remote) = project("signing");
    let there = remote.state();
    place.git(&["config", "tag.gpgSign", "true"]);
    place.git(&["config", "gpg.format", "ssh"]);
    place.git(&["config", "user.signingKey", "/nowhere/key"]);
    let said = refuses(
        &place,
        &["release", "minor", "--yes"],
        5,
        &["tags are to be signed (tag.gpgSign), and signing fails"],
    );
    assert!(!said.err.contains("edit  "), "nothing was edited: {said}");
    assert_eq!(place.operations(), [""; 0]);
    remote.state().must_be(&there, &said.to_string());
    // With a key it works, and the tag is signed.
    let key = place.root.join("key");
    let path = key.to_str().unwrap();
    place.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]).ok();
    place.git(&["config", "user.signingKey", path]);
    released(&place, &remote, &["minor"], "v1.3.0");
    assert!(place.git(&["cat-file", "-p", "v1.3.0"]).contains("SSH SIGNATURE"));
}

#[test]
fn git_has_to_know_who_commits() {
    let (place, _) = project("identity");
    std::fs::write(place.root.join("home/.gitconfig"), "[user]\n\tuseConfigOnly = true\n").unwrap();
    let who = ["git does not know who you are", "git config user.name"];
    refuses(&place, &["release", "minor", "--yes"], 2, &who);
}

#[test]
fn a_submodule_is_released_on_its_own() {
    let (place, remote) = project("submodule");
    let inner = Place::python("submodule-inner");
    place.git(&["submodule", "add", "-q", inner.top.to_str().unwrap(), "libs/inner"]);
    place.commit_all("chore: inner");
    released(&place, &remote, &["minor"], "v1.3.0");
    assert!(place.read("libs/inner/pyproject.toml").contains("1.2.0"));
}
