//! A library with develop, release branches, a main that takes pull requests only, and a package that
//! CI publishes.

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{at, differ, gone, id, in_order, parents, same_there, says};

const TOML: &str = r#"
[branches]
develop = "develop"
protected = ["main"]

[release]
branch = "release/v{version}"
from = "develop"
commit_message = "chore: bump version to {version}"
tag_message = "Release version {version}"

[hotfix]
from = "main"
tag_message = "Hotfix version {version}"

[version]
files = [{ path = "docs/index.md", pattern = "pip install outpost=={version}" }]

[gates]
tests = "scripts/tests all"
critical = "scripts/tests critical"
lint = "scripts/lint"

[profile.release]
without = ["critical"]

[profile.hotfix]
gates = ["critical", "lint"]
"#;

const FILES: [&str; 3] = ["pyproject.toml", "src/outpost/__init__.py", "docs/index.md"];

fn project(name: &str, toml: &str) -> (Place, Remote) {
    let place = Place::repository(name);
    place.put("pyproject.toml", "[project]\nname = \"outpost\"\nversion = \"1.1.0\"\n");
    place.put("src/outpost/__init__.py", "__version__ = \"1.1.0\"\n");
    place.put("src/outpost/detect.py", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    place.put("docs/index.md", "    pip install outpost==1.1.0\n");
    place.put(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2025-09-09\n\n- old\n",
    );
    place.put("gonogo.toml", toml);
    place.script("scripts/tests", "echo \"$1\" >> .git/tested");
    place.script("scripts/lint", "true");
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.1.0", "v1.1.0"]);
    let remote = Remote::origin(&place);
    place.git(&["push", "-q", "origin", "main:develop"]);
    place.git(&["branch", "-q", "develop", "origin/develop"]);
    if toml.contains("protected") {
        remote.protect("refs/heads/main");
    }
    (place, remote)
}

/// `gh pr merge --merge`, by somebody who may.
fn merged(place: &Place, remote: &Remote, branch: &str) {
    let other = place.at(place.root.join("site"));
    if !place.root.join("site").exists() {
        place.at(&place.root).git(&["clone", "-q", remote.url(), "site"]);
    }
    other.git(&["fetch", "-q", "--prune"]);
    other.git(&["switch", "-q", "-C", "main", "origin/main"]);
    other.git(&["merge", "-q", "--no-ff", "-m", "Merge pull request", &format!("origin/{branch}")]);
    let hook = remote.path().join("hooks/pre-receive");
    let kept = std::fs::read(&hook).ok();
    let _ = std::fs::remove_file(&hook);
    other.git(&["push", "-q", "origin", "main"]);
    if let Some(kept) = kept {
        remote.place.put("hooks/pre-receive", kept);
        remote.place.chmod("hooks/pre-receive", 0o755);
    }
}

#[test]
fn release_hotfix_and_rollback_by_pull_requests() {
    let (place, remote) = project("pulls", TOML);
    place.git(&["switch", "-q", "develop"]);
    place.put("src/outpost/new.py", "new\n");
    place.commit_all("feat: detectors");
    place.git(&["push", "-q", "origin", "develop"]);
    works(&place, &["release", "start", "minor", "--yes"]);
    works(&place, &["release", "finish", "--yes"]);
    assert_eq!(says(&place, "release/v1.2.0"), "chore: bump version to 1.2.0");
    assert_eq!(remote.id("refs/tags/v1.2.0"), None, "the tag comes after the merge");
    let tip = id(&place, "release/v1.2.0");
    merged(&place, &remote, "release/v1.2.0");
    works(&place, &["release", "finish", "--yes"]);
    assert_eq!(says(&place, "v1.2.0"), "Release version 1.2.0");
    assert_eq!(remote.id("refs/tags/v1.2.0^{commit}"), remote.id("refs/heads/main"));
    place.git(&["merge-base", "--is-ancestor", &tip, "develop"]);
    same_there(&place, &remote, &["refs/heads/develop", "refs/tags/v1.2.0"]);
    gone(&place, &remote, "refs/heads/release/v1.2.0");

    // develop and another release go on.
    place.git(&["switch", "-q", "develop"]);
    for path in FILES {
        place.edit(path, "1.2.0", "1.3.0-alpha.1");
    }
    place.commit_all("chore: begin 1.3.0");
    place.git(&["push", "-q", "origin", "develop"]);
    let before = remote.id("refs/heads/main").expect("main");
    works(&place, &["hotfix", "1.2.1", "--yes"]);
    assert_eq!(parents(&place, "HEAD"), std::slice::from_ref(&before), "from main");
    place.edit("src/outpost/detect.py", "two", "zwei");
    place.commit_all("fix: an empty set");
    place.put(".git/tested", "");
    works(&place, &["hotfix", "finish", "--yes"]);
    assert_eq!(place.read(".git/tested"), "critical\n");
    // The tag is on the tested branch; main gets it by a pull request.
    assert_eq!(says(&place, "v1.2.1"), "Hotfix version 1.2.1");
    assert_eq!(remote.id("refs/heads/main"), Some(before.clone()));
    let offered = remote.id("refs/heads/backmerge/v1.2.1-into-main").expect("it is offered");
    place.git(&["merge-base", "--is-ancestor", "v1.2.1", &offered]);
    merged(&place, &remote, "backmerge/v1.2.1-into-main");
    let main = remote.id("refs/heads/main").expect("main");
    same_there(&place, &remote, &["refs/heads/develop", "refs/tags/v1.2.1"]);
    gone(&place, &remote, "refs/heads/hotfix/v1.2.1");
    for path in FILES {
        assert!(at(&place, "develop", path).contains("1.3.0-alpha.1"), "{path}");
    }
    in_order(
        &at(&place, "develop", "CHANGELOG.md"),
        &["## [Unreleased]", "## [1.2.1] - 2026-", "## [1.2.0] - 2026-", "## [1.1.0]"],
    );

    // It is withdrawn by a pull request as well; develop takes it at once.
    works(&place, &["rollback", "1.2.1", "--reason", "it crashes", "--yes"]);
    assert_eq!(remote.id("refs/heads/main"), Some(main.clone()), "main takes pull requests only");
    assert_eq!(remote.id("refs/tags/v1.2.1"), Some(id(&place, "v1.2.1")), "the tag stays");
    let offered = remote.id("refs/heads/rollback/v1.2.1").expect("a branch for the pull request");
    let mut left = differ(&place, &before, &offered);
    left.sort();
    assert_eq!(left, ["CHANGELOG.md"]);
    merged(&place, &remote, "rollback/v1.2.1");
    place.git(&["fetch", "-q"]);
    in_order(&at(&place, "origin/main", "CHANGELOG.md"), &["[1.2.1]", "[YANKED]", "it crashes"]);
    assert!(at(&place, "origin/develop", "src/outpost/detect.py").contains("two"));
}

#[test]
fn the_tag_is_on_the_branch_where_main_is_open() {
    let toml = TOML.replace("protected = [\"main\"]\n", "");
    let (place, remote) = project("open", &toml);
    place.git(&["switch", "-q", "main"]);
    let main = id(&place, "main");
    works(&place, &["hotfix", "1.1.1", "--yes"]);
    place.edit("src/outpost/detect.py", "two", "zwei");
    place.commit_all("fix: an empty set");
    let tip = id(&place, "HEAD");
    works(&place, &["hotfix", "finish", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/heads/develop", "refs/tags/v1.1.1"]);
    assert_eq!(parents(&place, "v1.1.1^{commit}"), [tip], "tagged on the hotfix branch");
    assert_eq!(parents(&place, "main"), [main, id(&place, "v1.1.1^{commit}")]);
    gone(&place, &remote, "refs/heads/hotfix/v1.1.1");
}
