//! What one fetch brings here.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::super::{Errand, Fetched, Wanted};
use super::{Clone, Made, made, told};
use crate::error::{Exit, Next, Refusal};
use crate::sys::proc::Interrupt;

fn wanted(branches: &[&str], tags: &[&str]) -> Wanted {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    Wanted { branches: owned(branches), tags: owned(tags), own: owned(&["record", "signoff"]) }
}

fn fetched(clone: &Clone, branches: &[&str], tags: &[&str]) -> Result<Fetched, Refusal> {
    clone.open().fetch("origin", &wanted(branches, tags), &Interrupt::default())
}

fn names(fetched: &Fetched) -> Vec<String> {
    fetched.there.below("refs/").map(|(name, _)| name.to_owned()).collect()
}

/// What others pushed meanwhile: a commit, two branches, tags and a record.
fn others(made: &Made) -> Clone {
    let other = made.clone_at("other");
    other.commit("b", "two\n", "feat: two");
    other.git(&["tag", "-a", "-m", "x", "v1.0.0"]);
    other.git(&["tag", "models-v7"]);
    other.git(&["update-ref", "refs/gonogo/record/v1", "HEAD"]);
    let all = ["push", "-q", "origin", "main", "main:release/v1", "main:release/v2"];
    let tags = ["v1.0.0", "models-v7", "refs/gonogo/record/v1"];
    other.git(&[&all[..], &tags].concat());
    other
}

#[test]
fn a_fetch_brings_what_is_wanted_and_nothing_else() {
    let made = made();
    let (repo, other) = (made.repo(), others(&made));
    repo.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*"]);
    let got = fetched(&repo, &["main", "hotfix/v0.1", "release/*"], &["v*"]).unwrap();
    let all = [
        "refs/gonogo/record/v1",
        "refs/heads/main",
        "refs/heads/release/v1",
        "refs/heads/release/v2",
        "refs/tags/v1.0.0",
    ];
    assert_eq!(names(&got), all);
    let theirs = other.oid("main");
    assert_eq!(got.there.get("refs/heads/main"), Some(&theirs));
    assert_eq!(got.there.peeled("refs/tags/v1.0.0"), Some(&theirs));
    assert_eq!(got.there.get("refs/tags/v1.0.0"), Some(&other.oid("v1.0.0")));
    assert_eq!((got.new_tags.as_slice(), got.differing.len()), (&["v1.0.0".to_owned()][..], 0));
    assert_eq!(repo.oid("refs/remotes/origin/main"), theirs);
    assert_ne!(repo.oid("refs/heads/main"), theirs, "branches here stay");
    let heads = repo.git(&["for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags"]);
    assert_eq!(heads, "refs/heads/main\nrefs/tags/v1.0.0");
    assert!(!repo.top.join(".git/FETCH_HEAD").exists());
    // The same again, after one is gone there: known as gone, though nothing of the user's is pruned.
    other.git(&["push", "-q", "origin", ":release/v1", "main:refs/heads/hotfix/v0.1"]);
    let got = fetched(&repo, &["main", "hotfix/v0.1", "release/*"], &["v*"]).unwrap();
    let heads = ["refs/heads/hotfix/v0.1", "refs/heads/main", "refs/heads/release/v2"];
    assert_eq!(got.there.below("refs/heads/").map(|(name, _)| name).collect::<Vec<_>>(), heads);
    assert!(got.new_tags.is_empty());
    assert_eq!(repo.oid("refs/remotes/origin/release/v1"), theirs);
    assert_eq!(repo.open().pictured("origin").unwrap(), got.there);
    // Not asked for any more is not known any more.
    let got = fetched(&repo, &["main"], &[]).unwrap();
    assert_eq!(names(&got), ["refs/gonogo/record/v1", "refs/heads/main"]);
}

#[test]
fn tags_here_are_left_alone() {
    let made = made();
    let (repo, other) = (made.repo(), others(&made));
    repo.git(&["tag", "v1.0.0"]);
    repo.git(&["tag", "v2/x"]);
    other.git(&["tag", "v2"]);
    other.git(&["push", "-q", "origin", "v2"]);
    let mine = repo.oid("v1.0.0");
    let got = fetched(&repo, &["main"], &["*"]).unwrap();
    assert_eq!(got.new_tags, ["models-v7"]);
    let [differing] = got.differing.as_slice() else { panic!("{:?}", got.differing) };
    assert_eq!((differing.tag.as_str(), &differing.here), ("v1.0.0", &mine));
    assert_eq!(differing.there, other.oid("v1.0.0"));
    assert_eq!(repo.oid("v1.0.0"), mine);
}

#[test]
fn what_is_asked_is_what_ls_remote_says() {
    let made = made();
    let (repo, other) = (made.repo(), others(&made));
    let asked = |patterns: &[&str]| {
        let listed = repo.open().ask("origin", patterns, &Interrupt::default()).unwrap();
        listed.below("refs/").map(|(name, id)| (name.to_owned(), id.clone())).collect::<Vec<_>>()
    };
    assert_eq!(asked(&["refs/heads/main"]), [("refs/heads/main".to_owned(), other.oid("main"))]);
    assert_eq!(asked(&[]).len(), 6);
    let listed = repo.open().ask("origin", &["refs/tags/*"], &Interrupt::default()).unwrap();
    assert_eq!(listed.peeled("refs/tags/v1.0.0"), Some(&other.oid("main")));
}

#[test]
fn a_remote_that_fails_is_told_of_without_its_secrets() {
    let made = made();
    let repo = made.repo();
    let failure = |url: &str| {
        repo.git(&["remote", "set-url", "origin", url]);
        let refusal = fetched(&repo, &["main"], &["v*"]).unwrap_err();
        assert_eq!(
            (refusal.exit, &refusal.what[..]),
            (Exit::External, "origin could not be fetched from")
        );
        assert_eq!(refusal.next[0].0, Next::Shell("git ls-remote origin".to_owned()));
        assert!(!told(&refusal).contains("s3cret"), "{refusal:?}");
        refusal.why[0].clone()
    };
    assert_eq!(
        failure("file:///nowhere/at/all"),
        "There is no such repository, or none that you may see."
    );
    let cut = "echo fatal: early EOF at https://me:s3cret@h/x >&2; exit 1; :";
    repo.git(&["config", "core.sshCommand", cut]);
    assert_eq!(failure("ssh://me@host.invalid/x"), "The connection was cut.");
    // Nobody listens there.
    assert_eq!(failure("git://127.0.0.1:9/x"), "Its host does not answer.");
}

#[test]
fn a_branch_in_the_way_of_another_is_pruned_by_the_user() {
    let made = made();
    let (repo, other) = (made.repo(), made.clone_at("other"));
    other.git(&["push", "-q", "origin", "main:refs/heads/release"]);
    fetched(&repo, &["main", "release"], &[]).unwrap();
    other.git(&["push", "-q", "origin", ":release"]);
    other.git(&["push", "-q", "origin", "main:refs/heads/release/v1"]);
    let refusal = fetched(&repo, &["main", "release/*"], &[]).unwrap_err();
    assert_eq!(refusal.next[0].0, Next::Shell("git remote prune origin".to_owned()));
    repo.git(&["remote", "prune", "origin"]);
    let got = fetched(&repo, &["main", "release/*"], &[]).unwrap();
    assert_eq!(names(&got), ["refs/heads/main", "refs/heads/release/v1"]);
}

#[test]
fn an_empty_remote_has_nothing_and_a_shallow_clone_stays_shallow() {
    let made = made();
    let repo = made.repo();
    super::run(&made.folder, &["init", "-q", "--bare", "empty.git"]);
    repo.git(&["remote", "add", "empty", "../empty.git"]);
    let wanted = wanted(&["main"], &["v*"]);
    let got = repo.open().fetch("empty", &wanted, &Interrupt::default()).unwrap();
    assert_eq!(got, Fetched::default());
    others(&made);
    super::run(&made.folder, &["clone", "-q", "--depth=1", &made.url(), "shallow"]);
    let shallow = made.clone_at("shallow");
    let got = fetched(&shallow, &["main"], &["v*"]).unwrap();
    assert_eq!(got.there.below("refs/tags/").count(), 1);
    assert!(shallow.open().is_shallow());
}

#[test]
fn who_does_not_answer_is_not_waited_for() {
    let made = made();
    let repo = made.repo();
    repo.git(&["config", "core.sshCommand", "sleep 30; :"]);
    repo.git(&["remote", "set-url", "origin", "ssh://host.invalid/x"]);
    let opened = repo.open();
    let interrupt = Interrupt::default();
    let (failure, limit) = ("could not be asked", Duration::from_millis(300));
    let errand = Errand { remote: "origin", failure, limit, interrupt: &interrupt };
    let ask = || opened.over_network(opened.git.call(["ls-remote", "origin"]), &errand);
    let begun = Instant::now();
    assert_eq!(ask().unwrap_err().what, "origin did not answer within 0 seconds");
    interrupt.store(true, Ordering::Relaxed);
    assert_eq!(ask().unwrap_err().exit, Exit::Interrupted);
    assert!(begun.elapsed() < Duration::from_secs(10));
}
