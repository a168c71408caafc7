//! What came to a branch from elsewhere.

use super::made;

#[test]
fn what_came_is_told_without_what_is_only_here() {
    let made = made();
    let repo = made.repo();
    let old = repo.oid("main");
    let other = made.clone_at("other");
    other.git(&["config", "user.name", "github-actions[bot]"]);
    other.commit("docs", "x\n", "docs: \u{1b}[31mtick");
    other.commit("docs", "y\n", "docs: tick");
    other.git(&["push", "-q"]);
    repo.git(&["fetch", "-q"]);
    let theirs = repo.oid("origin/main");
    let came = repo.open().came(&old, &theirs).unwrap();
    assert_eq!(came.summary(), "2 commits by github-actions[bot]: docs");
    let ours = repo.commit("a", "two\n", "feat: two");
    let came = repo.open().came(&ours, &theirs).unwrap();
    assert_eq!(came.summary(), "2 commits by github-actions[bot]: docs", "only what they changed");
    assert_eq!(repo.open().came(&theirs, &old).unwrap().count, 0);
    let newest = repo.open().between(&ours, &theirs).unwrap().remove(0);
    assert_eq!(
        (newest.subject.as_str(), newest.author.as_str()),
        ("docs: tick", "github-actions[bot]")
    );
    assert!(theirs.as_str().starts_with(&newest.id));
}
