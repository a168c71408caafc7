//! `[release] next`: the version that is written after a release.

use super::support::{undone, works};
use super::{Place, Remote, at, changed, commit, project, released};

const NEXT: &str = "[release]\nnext = \"{next_minor}.dev0\"\n";

fn begun(name: &str) -> (Place, Remote) {
    let (place, remote) = project(name);
    place.put("gonogo.toml", NEXT);
    place.commit_all("chore: next");
    (place, remote)
}

#[test]
fn the_next_version_is_a_commit_of_its_own_in_the_same_push() {
    let (place, remote) = begun("next");
    let hook = "while read -r old new ref; do echo \"$ref\"; done >> pushed";
    remote.hook("pre-receive", hook);
    released(&place, &remote, &["minor"], "v1.3.0");
    let pushed = std::fs::read_to_string(remote.path().join("pushed")).unwrap();
    let first: Vec<&str> = pushed.lines().take(2).collect();
    assert_eq!(first, ["refs/heads/main", "refs/tags/v1.3.0"], "one push: {pushed}");
    assert_eq!(commit(&place, "v1.3.0"), place.git(&["rev-parse", "HEAD~1"]).trim());
    assert_eq!(place.git(&["log", "-1", "--format=%s"]), "chore: begin 1.4.0-dev.0\n");
    assert!(at(&place, "v1.3.0", "pyproject.toml").contains("\"1.3.0\""));
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        assert!(place.read(path).contains("\"1.4.0-dev.0\""), "{path}");
    }
    // Only the version differs.
    let changed = place.git(&["diff", "--name-only", "HEAD~1", "HEAD"]);
    assert_eq!(changed, "pyproject.toml\nsrc/demo/__init__.py\n");
    // Who asks twice gets one release.
    let before = place.state();
    let said = works(&place, &["release", "--yes"]);
    assert!(said.out.contains("nothing was committed since v1.3.0"), "{said}");
    place.state().must_be(&before, &said.to_string());
    place.git(&["commit", "-q", "--allow-empty", "-m", "feat: more"]);
    released(&place, &remote, &[], "v1.4.0");
    assert!(place.read("pyproject.toml").contains("1.5.0-dev.0"));
}

#[test]
fn both_commits_are_undone() {
    let place = changed("next-undone");
    place.put("gonogo.toml", NEXT);
    place.commit_all("chore: next");
    let before = place.state();
    works(&place, &["release", "minor", "--no-push"]);
    assert!(place.read("pyproject.toml").contains("1.4.0-dev.0"));
    undone(&place, &before);
}

#[test]
fn versions_of_different_length_find_their_places_again() {
    let (place, remote) = begun("next-length");
    place.put("README.md", "demo 1.2.0, and again demo 1.2.0\n");
    let files =
        "[version]\nfiles = [{ path = \"README.md\", pattern = \"demo {version}\", count = 2 }]\n";
    place.put("gonogo.toml", format!("{files}{NEXT}"));
    place.commit_all("docs: readme");
    released(&place, &remote, &["1.10.0"], "v1.10.0");
    assert_eq!(at(&place, "v1.10.0", "README.md"), "demo 1.10.0, and again demo 1.10.0\n");
    assert_eq!(place.read("README.md"), "demo 1.11.0-dev.0, and again demo 1.11.0-dev.0\n");
}

#[test]
fn after_a_prerelease_nothing_follows() {
    let (place, remote) = begun("next-rc");
    released(&place, &remote, &["minor", "--pre", "rc"], "v1.3.0-rc.1");
    assert_eq!(commit(&place, "v1.3.0-rc.1"), place.git(&["rev-parse", "HEAD"]).trim());
}
