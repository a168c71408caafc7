//! A hub with a devel branch, its own release notes file, signed tags on the merge, and scripts that
//! tear down, build and deploy.

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{at, gone, id, in_order, parents, same_there, says};

const TOML: &str = r###"
[changelog]
file = "RELEASES.md"
heading = "## Version {version} - {date}"

[release]
commit_message = "Release version {version}"
tag_message = "Release version {version}"

[hotfix]
tag_message = "Hotfix release {tag}"
tag_on = "merge"

[tag]
sign = true

[branches]
develop = "devel"

[gates]
tests = "scripts/tests"
build = "scripts/build.sh"
health = { run = "scripts/check-health.sh 120", after = ["build"] }

[profile.hotfix]
gates = ["tests"]

[record]
models = "cat models.txt"

[rollback]
redeploy = ["scripts/teardown.sh", "scripts/build.sh", "scripts/deploy.sh $GONOGO_PREVIOUS_TAG"]
verify = "scripts/check-health.sh 180"
"###;

fn project(name: &str) -> (Place, Remote) {
    let place = Place::repository(name);
    place.put("pyproject.toml", "[project]\nname = \"hub\"\nversion = \"1.4.0\"\n");
    place.put(
        "uv.lock",
        "version = 1\n\n[[package]]\nname = \"hub\"\nversion = \"1.4.0\"\nsource = { editable = \".\" }\n",
    );
    place.put("RELEASES.md", "# Releases\n\n## Version 1.4.0 - 2025-11-02\n\n### Fixed\n\n- old\n");
    place.put("src/memory.py", "one\ntwo\nthree\nfour\nfive\nsix\n");
    place.put("models.txt", "phi3:mini 4f22\n");
    place.put("gonogo.toml", TOML);
    place
        .script("scripts/tests", "test -f src/memory.py && echo \"$GONOGO_COMMIT\" >> .git/tested");
    for script in ["teardown.sh", "build.sh", "deploy.sh", "check-health.sh"] {
        place.script(&format!("scripts/{script}"), "echo \"${0##*/} $*\" >> .git/ran");
    }
    place.commit_all("start");
    let key = place.root.join("key");
    let key = key.to_str().expect("UTF-8");
    let made = place.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", key]);
    assert_eq!(made.code, 0, "{made}");
    for (name, value) in [("gpg.format", "ssh"), ("user.signingKey", key)] {
        place.git(&["config", name, value]);
    }
    place.git(&["tag", "-a", "-m", "1.4.0", "v1.4.0"]);
    let remote = Remote::origin(&place);
    place.git(&["push", "-q", "origin", "main:devel"]);
    place.git(&["branch", "-q", "devel", "origin/devel"]);
    (place, remote)
}

fn ran(place: &Place) -> String {
    let said = place.read(".git/ran");
    place.put(".git/ran", "");
    said
}

#[test]
fn release_hotfix_and_rollback() {
    let (place, remote) = project("hub");
    place.put("src/new.py", "new\n");
    place.commit_all("feat: memory that lasts");
    place.git(&["push", "-q", "origin", "main"]);
    works(&place, &["release", "minor", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v1.5.0"]);
    assert_eq!(says(&place, "v1.5.0"), "Release version 1.5.0");
    assert!(place.git(&["cat-file", "tag", "v1.5.0"]).contains("BEGIN SSH SIGNATURE"));
    assert!(at(&place, "main", "uv.lock").contains("version = \"1.5.0\""));
    assert_eq!(ran(&place), "build.sh \ncheck-health.sh 120\n");
    let released = id(&place, "main");

    // The branch is made, mended, merged; the merge gets the tag.
    works(&place, &["hotfix", "1.5.1", "--yes"]);
    place.edit("src/memory.py", "three", "drei");
    place.commit_all("fix: memory is lost");
    // devel goes on meanwhile, from where it was.
    place.git(&["switch", "-q", "devel"]);
    place.put("src/devel.py", "devel\n");
    place.commit_all("feat: of devel");
    place.git(&["push", "-q", "origin", "devel"]);
    place.git(&["switch", "-q", "hotfix/v1.5.1"]);
    place.put("models.txt", "phi3:mini 4f22\nphi4 9a01\n");
    place.commit_all("fix: name the model");
    works(&place, &["hotfix", "finish", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/heads/devel", "refs/tags/v1.5.1"]);
    gone(&place, &remote, "refs/heads/hotfix/v1.5.1");
    assert_eq!(says(&place, "v1.5.1"), "Hotfix release v1.5.1");
    assert_eq!(id(&place, "v1.5.1^{commit}"), id(&place, "main"), "the merge has the tag");
    assert_eq!(parents(&place, "main")[0], released);
    place.git(&["merge-base", "--is-ancestor", "v1.5.1^2", "devel"]);
    assert!(at(&place, "devel", "pyproject.toml").contains("1.5.1"));
    assert!(at(&place, "devel", "src/devel.py").contains("devel"));
    in_order(
        &at(&place, "devel", "RELEASES.md"),
        &["## Version 1.5.1 - 2026-", "emory is lost", "## Version 1.5.0", "## Version 1.4.0"],
    );

    ran_before(&place);
    let said = works(&place, &["rollback", "--yes"]);
    let expected = "teardown.sh \nbuild.sh \ndeploy.sh v1.5.0\ncheck-health.sh 180\n";
    assert_eq!(ran(&place), expected, "{said}");
    same_there(&place, &remote, &["refs/heads/main", "refs/heads/devel", "refs/tags/v1.5.1"]);
    for branch in ["main", "devel"] {
        assert!(at(&place, branch, "src/memory.py").contains("three"), "{branch}: {said}");
        in_order(&at(&place, branch, "RELEASES.md"), &["## Version 1.5.1 - 2026-", "[YANKED]"]);
    }
    assert!(at(&place, "devel", "src/devel.py").contains("devel"));
    // And once more.
    let main = id(&place, "main");
    works(&place, &["rollback", "1.5.1", "--yes"]);
    assert_eq!((id(&place, "main"), ran(&place).as_str()), (main, ""), "it is done already");
}

fn ran_before(place: &Place) {
    place.put(".git/ran", "");
}

#[test]
fn a_deployment_that_fails_half_way_is_resumed() {
    let (place, _remote) = project("hub-half");
    place.put("src/new.py", "new\n");
    place.commit_all("feat: memory that lasts");
    place.git(&["push", "-q", "origin", "main"]);
    works(&place, &["release", "minor", "--yes"]);
    ran_before(&place);
    place.script("scripts/build.sh", "echo \"build.sh\" >> .git/ran; test -f .git/mended");
    place.git(&["commit", "-q", "-a", "-m", "chore: a build that fails"]);
    let said = place.gonogo(&["rollback", "1.5.0", "--yes"]).refused(4, &["build.sh", "resume"]);
    assert_eq!(ran(&place), "teardown.sh \nbuild.sh\n", "{said}");
    place.gonogo(&["undo"]).refused(4, &["teardown.sh"]);
    place.put(".git/mended", "");
    works(&place, &["resume", "--yes"]);
    assert_eq!(ran(&place), "build.sh\ndeploy.sh v1.4.0\ncheck-health.sh 180\n");
    assert_eq!(place.operations()[0], "done");
}
