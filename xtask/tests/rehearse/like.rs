//! What it does is what the release does.

use std::fs;

use super::support::{Place, works};
use super::{MINOR, as_the_release, at, made_ready, ready, rehearsed};

#[test]
fn it_makes_the_commit_the_tag_and_the_push_of_the_release() {
    let (place, remote) = ready("same");
    let before = remote.state();
    let said = rehearsed(&place, &MINOR, 0);
    remote.state().must_be(&before, &said.to_string());
    for line in [
        "release demo 1.3.0, rehearsed in a scratch clone",
        "pyproject.toml:3",
        "  + version = \"1.3.0\"",
        "  + - something new",
        "✓ undo      branches, tags, index and files are as before (in a copy)",
        "Not rehearsed",
        "next: gonogo release minor",
    ] {
        assert!(said.out.lines().any(|found| found.trim_end() == line), "no {line} in {said}");
    }
    let known = place.git(&["rev-parse", "--short", "origin/main"]);
    let lease = format!("--force-with-lease=refs/heads/main:{}", known.trim());
    for part in ["git push --atomic", &lease, "--force-with-lease=refs/tags/v1.3.0: "] {
        assert!(said.out.contains(part), "no {part} in {said}");
    }
    assert!(said.out.contains(remote.url()) && !said.out.contains("gonogo/rehearsal"), "{said}");
    let data = as_the_release(&place, &["release", "minor"]);
    for name in ["refs/heads/main", "refs/tags/v1.3.0"] {
        assert_eq!(Some(at(&data, "origin", name)), remote.id(name), "{name} there");
    }
    assert_eq!(data["remote"]["url"], remote.url());
}

#[test]
fn signatures_are_those_of_the_release() {
    let place = Place::python("signed");
    let key = place.root.join("id");
    let path = key.to_str().expect("UTF-8");
    place.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]).ok();
    // For this repository only, as well as the name.
    for (setting, value) in [
        ("commit.gpgSign", "true"),
        ("tag.gpgSign", "true"),
        ("gpg.format", "ssh"),
        ("user.signingKey", path),
        ("user.name", "Ada \"Countess\" \\ Example"),
    ] {
        place.git(&["config", setting, value]);
    }
    let (place, _remote) = made_ready(place);
    as_the_release(&place, &["release", "minor"]);
    assert!(place.git(&["cat-file", "-p", "HEAD"]).contains("gpgsig -----BEGIN SSH"));
    // A key that is gone is found as the release would find it.
    fs::remove_file(&key).expect("the key");
    place.git(&["commit", "-q", "--no-gpg-sign", "--allow-empty", "-m", "feat: more"]);
    let said = rehearsed(&place, &MINOR, 5);
    assert!(said.err.contains("signing fails"), "{said}");
}

#[test]
fn a_fixing_hook_fixes_and_a_refusing_one_refuses() {
    let (place, _remote) = ready("fixing");
    let quotes = "grep -q \"__version__ = '\" src/demo/__init__.py && exit 0\n\
        sed -i \"/__version__/s/\\\"/'/g\" src/demo/__init__.py\nexit 1";
    place.hook("pre-commit", quotes);
    let said = rehearsed(&place, &MINOR, 0);
    assert!(said.out.contains("a commit hook changed src/demo/__init__.py"), "{said}");
    assert!(said.out.contains("The hooks ran in a fresh checkout"), "{said}");
    place.hook("commit-msg", "echo no ticket >&2; exit 1");
    let said = rehearsed(&place, &MINOR, 5);
    for words in ["the commit-msg hook said no", "no ticket", "nothing was changed"] {
        assert!(said.err.contains(words), "no {words} in {said}");
    }
    assert!(!said.err.contains("undo") && !said.err.contains("resume"), "{said}");
    fs::remove_file(place.top.join(".git/hooks/commit-msg")).expect("the hook");
    as_the_release(&place, &["release", "minor"]);
}

#[test]
fn hooks_run_wherever_git_looks_for_them() {
    let (place, _remote) = ready("hooks");
    let marker = place.root.join("ran");
    let says = format!("pwd >> '{}'", marker.display());
    let ran = || {
        let said = fs::read_to_string(&marker).unwrap_or_default();
        let _ = fs::remove_file(&marker);
        said.lines().map(|line| line.contains("gonogo/rehearsal/clone")).collect::<Vec<_>>()
    };
    // As husky keeps them: beside tracked files, and not tracked.
    place.put(".gitignore", ".husky/_/\n");
    place.put(".husky/pre-commit", "true\n");
    place.commit_all("chore: husky");
    place.script(".husky/_/pre-commit", &format!("{says}\n. ./.husky/pre-commit"));
    place.git(&["config", "core.hooksPath", ".husky/_"]);
    rehearsed(&place, &MINOR, 0);
    assert_eq!(ran(), [true]);
    // Outside of everything.
    let elsewhere = place.at(&place.root);
    elsewhere.script("elsewhere/pre-commit", &says);
    place.git(&["config", "core.hooksPath", place.root.join("elsewhere").to_str().expect("UTF-8")]);
    rehearsed(&place, &MINOR, 0);
    assert_eq!(ran(), [true]);
    // A link to a tracked script, and one to a file that is not.
    place.git(&["config", "--unset", "core.hooksPath"]);
    place.script("tools/check", &says);
    place.commit_all("chore: check");
    place.script("untracked/check", &says);
    fs::create_dir_all(place.top.join(".git/hooks")).expect("hooks");
    for (target, name) in [("tools", "pre-commit"), ("untracked", "commit-msg")] {
        let target = format!("../../{target}/check");
        std::os::unix::fs::symlink(target, place.top.join(".git/hooks").join(name)).expect("link");
    }
    rehearsed(&place, &MINOR, 0);
    assert_eq!(ran(), [true, true]);
}

#[test]
fn a_push_that_a_hook_refuses_leaves_nothing_open() {
    let (place, remote) = ready("pre-push");
    let before = remote.state();
    place.hook("pre-push", "echo not on a Friday >&2; exit 1");
    let said = rehearsed(&place, &MINOR, 5);
    assert!(said.err.contains("not on a Friday"), "{said}");
    assert!(!said.err.contains("resume") && !said.err.contains("undo"), "{said}");
    remote.state().must_be(&before, &said.to_string());
    assert_eq!(place.operations(), [""; 0]);
    works(&place, &["bump", "minor", "--commit"]);
}

#[test]
fn the_network_is_not_used_and_no_secret_is_shown() {
    let (place, _remote) = ready("network");
    let url = "https://ada:hunter2@127.0.0.1:9/group/demo.git";
    place.git(&["remote", "set-url", "origin", url]);
    place.git(&["config", "remote.origin.pushurl", url]);
    let said = rehearsed(&place, &MINOR, 0);
    assert!(!said.to_string().contains("hunter2"), "{said}");
    assert!(said.out.contains("127.0.0.1:9/group/demo.git"), "{said}");
    // Whatever is configured about addresses, a rehearsal reaches nobody.
    let astray = format!("url.{url}.insteadOf");
    place.git(&["config", "--global", &astray, place.root.to_str().expect("UTF-8")]);
    let said = rehearsed(&place, &MINOR, 3);
    assert!(said.err.contains("leads to another address"), "{said}");
    assert!(!said.to_string().contains("hunter2"), "{said}");
}
