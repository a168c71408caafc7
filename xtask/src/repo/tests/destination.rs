//! Which remote takes a release.

use super::super::Destination;
use super::{Clone, made, told};
use crate::error::{Exit, Next, Refusal};

fn asked(clone: &Clone) -> Result<Option<Destination>, Refusal> {
    let repo = clone.open();
    repo.remote_to_push(&repo.configuration().unwrap(), "main")
}

fn name(clone: &Clone) -> String {
    asked(clone).unwrap().unwrap().name
}

fn commands(refusal: &Refusal) -> Vec<&str> {
    refusal
        .next
        .iter()
        .filter_map(|(next, _)| match next {
            Next::Shell(command) => Some(command.as_str()),
            Next::Ours(_) | Next::Typed(_) => None,
        })
        .collect()
}

#[test]
fn settings_say_which_remote_in_their_order() {
    let made = made();
    let repo = made.repo();
    assert_eq!(name(&repo), "origin", "the only one");
    repo.git(&["remote", "rename", "origin", "mine"]);
    assert_eq!(name(&repo), "mine", "the only one");
    repo.git(&["remote", "add", "fork", "https://fork.example/x.git"]);
    repo.git(&["config", "branch.main.remote", "."]);
    let refusal = asked(&repo).unwrap_err();
    assert_eq!(refusal.exit, Exit::Usage);
    assert_eq!(refusal.why[1], "fork: https://fork.example/x.git");
    let choices = ["git config gonogo.remote mine", "git config gonogo.remote fork"];
    assert_eq!(commands(&refusal), choices);
    repo.git(&["remote", "add", "origin", "https://origin.example/x.git"]);
    assert_eq!(name(&repo), "origin");
    for (key, remote) in [
        ("branch.main.remote", "fork"),
        ("remote.pushDefault", "mine"),
        ("branch.main.pushRemote", "origin"),
        ("gonogo.remote", "fork"),
    ] {
        repo.git(&["config", key, remote]);
        assert_eq!(name(&repo), remote, "{key}");
    }
}

#[test]
fn no_remote_is_an_answer_and_a_wrong_name_is_none() {
    let made = made();
    let repo = made.repo();
    repo.git(&["config", "gonogo.remote", "https://me:s3cret@host.example/x"]);
    let refusal = asked(&repo).unwrap_err();
    assert_eq!(refusal.what, "gonogo.remote names no remote of this repository");
    assert_eq!(commands(&refusal), ["git config gonogo.remote origin"]);
    assert!(!told(&refusal).contains("s3cret"), "{refusal:?}");
    repo.git(&["config", "--unset", "gonogo.remote"]);
    repo.git(&["config", "remote.pushDefault", "https://me:s3/cret@host.example/x"]);
    let refusal = asked(&repo).unwrap_err();
    assert_eq!(refusal.what, "remote.pushDefault names no remote of this repository");
    assert_eq!(refusal.why[0], "It says https://***@host.example/x.");
    repo.git(&["config", "--unset", "remote.pushDefault"]);
    repo.git(&["remote", "remove", "origin"]);
    assert_eq!(asked(&repo), Ok(None));
}

#[test]
fn an_address_is_shown_as_git_expands_it_and_without_secrets() {
    let made = made();
    let repo = made.repo();
    let shown = || {
        let found = asked(&repo).unwrap().unwrap();
        (found.shown, found.read_from)
    };
    repo.git(&["remote", "set-url", "origin", "gh:a/b"]);
    repo.git(&["config", "url.https://me:s3cret@github.com/.insteadOf", "gh:"]);
    assert_eq!(shown(), ("https://***@github.com/a/b".to_owned(), None));
    repo.git(&["config", "url.ssh://github.com/.pushInsteadOf", "gh:"]);
    let read_from = Some("https://***@github.com/a/b".to_owned());
    assert_eq!(shown(), ("ssh://github.com/a/b".to_owned(), read_from));
    repo.git(&[
        "remote",
        "set-url",
        "--push",
        "origin",
        "https://h.example/x?private_token=s3cret",
    ]);
    assert_eq!(shown().0, "https://h.example/x?***");
    repo.git(&[
        "remote",
        "set-url",
        "--add",
        "--push",
        "origin",
        "https://me:s3cret@two.example/x",
    ]);
    let refusal = asked(&repo).unwrap_err();
    assert_eq!(
        (refusal.exit, refusal.what.as_str()),
        (Exit::Unsafe, "origin pushes to 2 addresses")
    );
    assert_eq!(refusal.why[1], "https://***@two.example/x");
    assert_eq!(commands(&refusal), ["git config --replace-all remote.origin.pushurl URL"]);
    assert!(!told(&refusal).contains("s3cret"), "{refusal:?}");
    repo.git(&["config", "--replace-all", "remote.origin.pushurl", "https://one.example/x"]);
    assert_eq!(shown().0, "https://one.example/x", "the way on leads on");
}

#[test]
fn a_mirror_takes_no_release_and_what_is_pushed_by_default_does_not_matter() {
    let made = made();
    let repo = made.repo();
    repo.git(&["config", "remote.origin.push", "+refs/heads/*:refs/heads/*"]);
    repo.git(&["config", "push.default", "matching"]);
    assert_eq!(name(&repo), "origin");
    repo.git(&["config", "remote.origin.mirror", "true"]);
    repo.git(&["remote", "add", "up", "https://up.example/x.git"]);
    let refusal = asked(&repo).unwrap_err();
    assert_eq!(refusal.exit, Exit::Unsafe);
    assert_eq!(
        commands(&refusal),
        ["git config gonogo.remote up", "git config --unset remote.origin.mirror"]
    );
}
