//! How a branch stands to its remote one.

use super::super::Standing;
use super::made;

#[test]
fn a_branch_is_compared_with_its_remote_one() {
    let made = made();
    let repo = made.repo();
    let old = repo.oid("main");
    let standing = |theirs: &str| {
        let theirs = (!theirs.is_empty()).then(|| repo.oid(theirs));
        repo.open().standing(&repo.oid("main"), theirs.as_ref()).unwrap()
    };
    assert_eq!(standing(""), Standing::NotThere);
    assert_eq!(standing("origin/main"), Standing::Equal);
    let other = made.clone_at("other");
    other.git(&["config", "user.name", "github-actions[bot]"]);
    other.commit("docs", "x\n", "docs: \u{1b}[31mtick");
    other.commit("docs", "y\n", "docs: tick");
    other.git(&["push", "-q"]);
    let theirs = other.oid("main");
    let unknown = repo.open().standing(&old, Some(&theirs)).unwrap();
    assert_eq!(unknown, Standing::Unknown(theirs.clone()));
    repo.git(&["fetch", "-q"]);
    let Standing::Behind(came) = standing("origin/main") else { panic!("behind") };
    assert_eq!(came.summary(), "2 commits by github-actions[bot]: docs");
    assert_eq!(came.first[0].subject, "docs: tick");
    assert!(theirs.as_str().starts_with(&came.first[0].id));
    repo.commit("a", "two\n", "feat: two");
    let Standing::Diverged { ahead: 1, theirs: came } = standing("origin/main") else {
        panic!("diverged")
    };
    assert_eq!(came.summary(), "2 commits by github-actions[bot]: docs", "only what they changed");
    assert_eq!(standing(old.as_str()), Standing::Ahead(1));
}

#[test]
fn a_commit_before_the_boundary_of_a_shallow_clone_is_beyond_it() {
    let made = made();
    let repo = made.repo();
    let old = repo.oid("main");
    let new = repo.commit("a", "two\n", "feat: two");
    assert!(!repo.open().is_beyond_boundary(&old, &new).unwrap());
    repo.git(&["push", "-q", "origin", "main"]);
    super::run(&made.folder, &["clone", "-q", "--depth=1", &made.url(), "shallow"]);
    let shallow = made.clone_at("shallow").open();
    assert!(shallow.is_beyond_boundary(&old, &new).unwrap());
    assert!(!shallow.is_beyond_boundary(&new, &new).unwrap());
}
