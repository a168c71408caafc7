//! What goes wrong on this machine before anything has left it: everything is taken back.

use super::support::{Place, State, works};
use super::{RELEASE, TAG, gated, is_out, project};

/// The files and refs are as before but for what somebody else did, and no operation is open.
#[track_caller]
fn taken_back(place: &Place, before: &State, said: &super::Said, theirs: &[&str]) {
    let changed = place.state().changed(before);
    let others: Vec<&String> =
        changed.iter().filter(|part| !theirs.contains(&part.as_str())).collect();
    assert!(others.is_empty(), "{others:?} changed: {said}");
    assert!(!place.operations().contains(&"open".to_owned()), "{said}");
    assert!(place.read("pyproject.toml").contains("1.2.0"), "{said}");
    assert!(place.run("git", &["rev-parse", "-q", "--verify", TAG]).code != 0, "{said}");
}

#[test]
fn a_hook_that_says_no_changes_nothing() {
    for (name, hook, body, words) in [
        ("fails", "pre-commit", "echo 'a bug in it' >&2; exit 1", "a bug in it"),
        ("message", "commit-msg", "exit 1", "the commit-msg hook said no"),
        (
            "foreign line",
            "pre-commit",
            "echo '# more' >> pyproject.toml; git add pyproject.toml",
            "beyond the version",
        ),
        (
            "stages",
            "pre-commit",
            "echo x > new.txt; git add new.txt; rm new.txt",
            "staged files that are not part of this commit",
        ),
        (
            "vetoes the tag",
            "reference-transaction",
            "[ $1 = prepared ] || exit 0\ngrep -q refs/tags/v1.3.0 && { echo no tag >&2; exit 1; }\n\
             exit 0",
            "no tag",
        ),
    ] {
        let (place, remote) = project(&format!("hook {name}"));
        let (before, there) = (place.state(), remote.state());
        place.hook(hook, body);
        let said = place.gonogo(&RELEASE).refused(5, &[words, "taken back"]);
        taken_back(&place, &before, &said, &[]);
        remote.state().must_be(&there, &said.to_string());
        std::fs::remove_file(place.top.join(".git/hooks").join(hook)).expect("hook");
        is_out(&place, &remote, &works(&place, &RELEASE));
    }
}

#[test]
fn a_hook_may_change_the_lines_that_are_released() {
    let (place, remote) = project("own lines");
    place.hook(
        "pre-commit",
        "sed -i 's/\"1.3.0\"/\"1.3.0\" /' pyproject.toml; git add pyproject.toml",
    );
    let said = works(&place, &RELEASE);
    is_out(&place, &remote, &said);
    assert!(place.git(&["show", "v1.3.0:pyproject.toml"]).contains("\"1.3.0\" \n"));
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_commit_that_a_hook_rewrote_is_not_pushed() {
    let (place, remote) = project("rewritten");
    let there = remote.state();
    place.hook("post-commit", "rm .git/hooks/post-commit; git commit -q --amend -m mine");
    place
        .gonogo(&RELEASE)
        .refused(4, &["a post-commit hook moved refs/heads/main on", "nothing was pushed"]);
    remote.state().must_be(&there, "nothing is pushed");
    place.gonogo(&["undo"]).refused(4, &["refs/heads/main: it has moved on"]);
    let made = place.git(&["rev-parse", "v1.3.0^{commit}"]);
    place.git(&["reset", "-q", "--soft", made.trim()]);
    super::completed(&place, &remote);
}

#[test]
fn a_key_that_cannot_sign_is_found_in_time() {
    for (name, settings) in [
        ("commit", &["commit.gpgSign=true", "gpg.format=ssh", "user.signingKey=/nowhere/key"][..]),
        ("tag", &["tag.gpgSign=true", "gpg.format=ssh", "user.signingKey=/nowhere/key"]),
        ("no program", &["commit.gpgSign=true", "gpg.program=/nowhere/gpg"]),
        ("no program for tags", &["tag.gpgSign=true", "gpg.program=/nowhere/gpg"]),
    ] {
        let (place, remote) = project(&format!("key {name}"));
        for setting in settings {
            let (key, value) = setting.split_once('=').expect("key=value");
            place.git(&["config", key, value]);
        }
        let (before, there) = (place.state(), remote.state());
        let said = place.gonogo(&RELEASE).refused(5, &["sign"]);
        taken_back(&place, &before, &said, &[]);
        remote.state().must_be(&there, &said.to_string());
    }
}

/// What the user does while the gates run.
#[test]
fn what_happens_while_gates_run_stops_the_release_and_is_kept() {
    let edited = ["pyproject.toml", "status", "index"];
    let other = ["a.txt", "status"];
    let moved = ["HEAD is", "refs", "HEAD", "status"];
    for (name, does, words, theirs) in [
        ("planned", "echo '# mine' >> src/demo/__init__.py", "__init__.py", &edited[..]),
        ("tracked", "echo mine >> a.txt", "a.txt", &other),
        ("commits", "git commit -q --no-verify --allow-empty -m mine", "", &moved),
        ("switches", "git switch -q -c mine", "", &moved),
        (
            "moves",
            "git update-ref refs/heads/main $(git commit-tree -p HEAD -m x HEAD^{tree})",
            "",
            &moved,
        ),
    ] {
        let (place, remote) = gated(&format!("while {name}"), does);
        let (before, there) = (place.state(), remote.state());
        let said = place.gonogo(&RELEASE);
        assert!([1, 3].contains(&said.code), "{name}: {said}");
        assert!(said.err.contains(words) || said.out.contains(words), "{name}: {said}");
        if name == "planned" {
            assert!(place.read("src/demo/__init__.py").contains("# mine"), "{said}");
            assert!(!place.operations().contains(&"open".to_owned()), "{said}");
            assert!(place.read("pyproject.toml").contains("1.2.0"), "{said}");
        } else {
            taken_back(&place, &before, &said, theirs);
        }
        remote.state().must_be(&there, &said.to_string());
    }
}

/// Between the plan and the first effect: the signing program is tried after the plan was made.
#[test]
fn an_operation_that_is_open_stops_everything_else() {
    let (place, remote) = project("open");
    let before = place.state();
    remote.hook("pre-receive", "exit 1");
    place.gonogo(&RELEASE).refused(4, &["nothing arrived"]);
    let open = place.state();
    for command in
        [&["release", "patch", "--yes"][..], &["release", "--no-push"], &["bump", "patch"]]
    {
        place.gonogo(command).refused(4, &["release demo 1.3.0 is half done", "resume", "undo"]);
        place.state().must_be(&open, "nothing changes");
    }
    super::undone(&place, &before);
}
