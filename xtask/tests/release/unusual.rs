//! What happens around a release that is interrupted, and beside one that is running.

use super::support::{refuses, works};
use super::{MAIN, project};

#[test]
fn what_is_half_done_comes_first() {
    let (place, remote) = project("open");
    remote.protect(MAIN);
    place.gonogo(&["release", "minor", "--yes"]).refused(4, &["was refused"]);
    refuses(&place, &["release", "minor", "--yes"], 4, &["gonogo resume", "gonogo undo"]);
    std::fs::remove_file(remote.path().join("hooks/pre-receive")).unwrap();
    let said = works(&place, &["resume", "--yes"]);
    assert!(said.out.contains("demo 1.3.0 is out"), "{said}");
    assert!(!said.out.contains("undo"), "it has left this machine: {said}");
    assert!(remote.id("refs/tags/v1.3.0").is_some());
}
