//! Tags on their way to a remote.

use super::support::{Place, Said};
use super::{copy, hooked};

/// A place with our hooks and a remote.
fn pushing(name: &str) -> Place {
    let place = hooked(&Place::python(name));
    place.git(&["init", "-q", "--bare", "../remote.git"]);
    place.git(&["remote", "add", "origin", "../remote.git"]);
    place
}

fn push(place: &Place, what: &[&str]) -> Said {
    place.run("git", &[&["push", "-q", "origin"], what].concat())
}

fn tag(place: &Place, name: &str) {
    place.git(&["tag", "-a", "-m", name, name]);
}

#[test]
fn a_release_tag_says_what_its_commit_says() {
    let place = pushing("tags");
    // One that is on the remote already is no matter: the commit comes first, then the tag.
    push(&place, &["main", "v1.2.0"]).ok();
    tag(&place, "v1.3.0");
    let said = push(&place, &["main", "v1.3.0"]).refused(
        1,
        &[
            "v1.3.0 is not the version of its commit",
            "pyproject.toml:3  1.2.0",
            "src/demo/__init__.py:3  1.2.0",
            "next: git tag -d v1.3.0",
        ],
    );
    copy(&place, &said);
    place.edit("pyproject.toml", "1.2.0", "1.3.0rc1");
    place.edit("src/demo/__init__.py", "1.2.0", "1.3.0rc1");
    place.commit_all("chore: next");
    // Another spelling is the same version; what is in the work tree does not count.
    tag(&place, "v1.3.0-rc.1");
    place.edit("pyproject.toml", "1.3.0rc1", "9.9.9");
    push(&place, &["v1.3.0-rc.1"]).ok();
    // A second wrong one among good ones.
    tag(&place, "v1.3.0-rc.2");
    tag(&place, "demo-v1.3.0-rc.1");
    push(&place, &["main", "demo-v1.3.0-rc.1", "v1.3.0-rc.2"]).refused(1, &["v1.3.0-rc.2 is not"]);
    push(&place, &["demo-v1.3.0-rc.1"]).ok();
    // Deletions, branches and other tags.
    push(&place, &[":v1.2.0"]).ok();
    push(&place, &["main:refs/heads/v9.0.0"]).ok();
    place.git(&["tag", "before-refactoring-2"]);
    place.git(&["tag", "archive/v7.0.0"]);
    push(&place, &["before-refactoring-2", "archive/v7.0.0"]).ok();
    // Under another name on the remote it is another tag.
    push(&place, &["v1.3.0-rc.1:refs/tags/v2.0.0"]).refused(1, &["v2.0.0 is not the version"]);
}

#[test]
fn release_tags_are_annotated_unless_they_never_were() {
    let place = pushing("annotated");
    push(&place, &["main"]).ok();
    place.edit("pyproject.toml", "1.2.0", "1.2.1");
    place.edit("src/demo/__init__.py", "1.2.0", "1.2.1");
    place.commit_all("fix: x");
    place.git(&["tag", "v1.2.1"]);
    let said = push(&place, &["v1.2.1"]).refused(1, &["v1.2.1 is a lightweight tag"]);
    place.script(".git/editor", "echo 1.2.1 > \"$1\"");
    copy(&place.clone().with("GIT_EDITOR", ".git/editor"), &said);
    push(&place, &["v1.2.1"]).ok();
    for tag in ["v1.2.0", "v1.2.1"] {
        place.git(&["tag", "-f", tag, &format!("{tag}^{{}}")]);
    }
    place.git(&["tag", "v1.2.1-1", "HEAD"]);
    push(&place, &["-f", "v1.2.0", "v1.2.1"]).ok();
}

#[test]
fn packages_and_configured_names_have_tags_of_their_own() {
    let place = pushing("named");
    place.put("libs/core/pyproject.toml", "[project]\nname = \"core\"\nversion = \"0.4.0\"\n");
    place.put("gonogo.toml", "[tag]\nformat = \"r{version}\"\nignore = [\"r9.*\"]\n");
    place.git(&["add", "."]);
    place.commit_all("feat: core");
    for name in ["core-v0.4.0", "r1.2.0", "r9.0.0", "v7.0.0"] {
        tag(&place, name);
    }
    push(&place, &["core-v0.4.0", "r1.2.0", "r9.0.0", "v7.0.0"]).ok();
    for name in ["core-v0.5.0", "r1.3.0"] {
        tag(&place, name);
        push(&place, &[name]).refused(1, &[&format!("{name} is not the version of its commit")]);
    }
    // Where releases begin with the name, bare tags are another's.
    let named = pushing("behind-its-name");
    named.git(&["tag", "-d", "v1.2.0"]);
    tag(&named, "demo-v1.2.0");
    tag(&named, "v3.0.0");
    push(&named, &["main", "v3.0.0", "demo-v1.2.0"]).refused(1, &["v3.0.0 is not"]);
    push(&named, &["v3.0.0"]).ok();
}

#[test]
fn it_reads_the_tree_of_the_tag_also_without_a_work_tree() {
    let place = pushing("bare");
    tag(&place, "v1.3.0");
    place.git(&["push", "-q", "--no-verify", "origin", "main", "v1.3.0"]);
    let bare = place.at(place.root.join("remote.git"));
    let id = bare.git(&["rev-parse", "v1.3.0"]);
    let zeros = "0".repeat(40);
    let line = format!("refs/tags/v1.3.0 {} refs/tags/v1.3.0 {zeros}", id.trim());
    let script = format!("echo '{line}' | gonogo hook check-release-tag");
    bare.run("sh", &["-c", &script]).refused(1, &["v1.3.0 is not the version of its commit"]);
    let nothing = bare.run("sh", &["-c", "gonogo hook check-release-tag < /dev/null"]).ok();
    assert_eq!(nothing.out + &nothing.err, "");
    // A tag of something that is no commit.
    let blob = bare.git(&["rev-parse", "v1.3.0:a.txt"]);
    let line = format!("refs/tags/v2.0.0 {} refs/tags/v2.0.0 {zeros}", blob.trim());
    let script = format!("echo '{line}' | gonogo hook check-release-tag");
    bare.run("sh", &["-c", &script]).refused(1, &["v2.0.0 names no commit"]);
}
