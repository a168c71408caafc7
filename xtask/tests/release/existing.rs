//! What is there already: done, here only, or somebody else's.

use super::support::{refuses, works};
use super::{project, released};

#[test]
fn what_is_released_is_done() {
    let (place, remote) = project("done");
    released(&place, &remote, &["minor"], "v1.3.0");
    let (before, there) = (place.state(), remote.state());
    for args in [&["release"][..], &["release", "1.3.0"], &["release", "1.3.0", "--no-push"]] {
        let said = works(&place, args);
        assert!(said.out.contains("1.3.0 is released already: v1.3.0 is this commit"), "{said}");
        place.state().must_be(&before, &said.to_string());
    }
    remote.state().must_be(&there, "done");
}

#[test]
fn a_tag_on_another_commit_is_not_this_release() {
    let (place, remote) = project("elsewhere");
    released(&place, &remote, &["minor"], "v1.3.0");
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: x"]);
    refuses(&place, &["release", "1.3.0"], 3, &["v1.3.0 is on another commit"]);
    refuses(&place, &["release"], 2, &["which version is next?"]);
}

#[test]
fn what_is_only_here_is_pushed_as_it_is() {
    let (place, remote) = project("here-only");
    works(&place, &["release", "minor", "--no-push"]);
    let push = "git push --atomic origin refs/heads/main refs/tags/v1.3.0";
    refuses(&place, &["release"], 3, &["1.3.0 is made here and not on origin", push]);
    let words: Vec<&str> = push.split(' ').skip(1).collect();
    place.git(&words);
    works(&place, &["release"]);
    assert!(remote.id("refs/tags/v1.3.0").is_some());
}

#[test]
fn a_tag_that_is_another_one_on_the_remote_is_not_moved() {
    let (place, remote) = project("other-tag");
    works(&place, &["release", "minor", "--no-push"]);
    remote.place.git(&["tag", "-a", "-m", "theirs", "v1.3.0", "main"]);
    let there = remote.state();
    refuses(&place, &["release"], 3, &["v1.3.0 is another one on origin"]);
    remote.state().must_be(&there, "a foreign tag");
}
