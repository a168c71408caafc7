//! A web application: release branches from main, the version in four places, a database, and a host
//! that runs whatever its own remote has.

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{at, differ, gone, id, in_order, parents, same_there, says};

const TOML: &str = r#"baseline = "v0.2.0"

[version]
files = [
  { path = "tests/test_core.py", pattern = 'assertEqual(__version__, "{version}")' },
  { path = "README.md", pattern = "Version: {version}" },
  { path = "docs/LANDING.md", pattern = "**Version**: {version}" },
]

[release]
branch = "release/v{version}"
tag_message = "Release {version}: {codename}"

[hotfix]
tag_message = "Hotfix {version}: {summary}"

[gates]
tests = "scripts/tests"
lint = "scripts/lint"
complexity = { run = "false", required = false }

[profile.hotfix]
gates = ["tests"]

[record]
db = "cat db/revision"

[rollback]
redeploy = "git push -q --force host $GONOGO_PREVIOUS_COMMIT:refs/heads/main"
database = "scripts/downgrade $GONOGO_PREVIOUS_DB"
"#;

const FILES: [&str; 4] = ["core/__init__.py", "tests/test_core.py", "README.md", "docs/LANDING.md"];

fn project(name: &str) -> (Place, Remote, Remote) {
    let place = Place::repository(name);
    place.put(
        "pyproject.toml",
        "[project]\nname = \"atelier\"\ndynamic = [\"version\"]\n\n\
         [tool.setuptools.dynamic]\nversion = { attr = \"core.__version__\" }\n",
    );
    place.put("core/__init__.py", "__version__ = \"0.2.0\"\n");
    place.put("tests/test_core.py", "self.assertEqual(__version__, \"0.2.0\")\n");
    place.put("README.md", "# Atelier\n\n- Version: 0.2.0\n- Python 3.11\n");
    place.put("docs/LANDING.md", "- **Version**: 0.2.0\n");
    place.put("core/app.py", "one\ntwo\nthree\nfour\nfive\n");
    place.put(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2025-12-01\n\n- old\n",
    );
    place.put("gonogo.toml", TOML);
    place.put("db/revision", "4a90\n");
    place.script("scripts/tests", "grep -q \"$GONOGO_VERSION\" tests/test_core.py");
    place.script("scripts/lint", "test -f core/app.py");
    place.script("scripts/downgrade", "echo \"$1\" > .git/downgraded");
    place.commit_all("start");
    place.git(&["tag", "v0.2.0"]);
    let remote = Remote::origin(&place);
    let host = Remote::empty(&place, "host");
    place.git(&["remote", "add", "host", host.url()]);
    place.git(&["config", "gonogo.remote", "origin"]);
    (place, remote, host)
}

/// What CI does when main moves.
fn deployed(place: &Place, host: &Remote) {
    place.git(&["push", "-q", "--force", "host", "main:main"]);
    assert_eq!(host.id("refs/heads/main"), Some(id(place, "main")));
}

/// 0.3.0 is out by a release branch.
fn released(place: &Place, remote: &Remote, host: &Remote) {
    place.put("core/new.py", "new\n");
    place.edit("core/app.py", "two", "zwei");
    place.put("db/revision", "7d3f\n");
    place.commit_all("feat: a pipeline");
    place.git(&["push", "-q", "origin", "main"]);
    works(place, &["release", "minor", "--codename", "Kestrel", "--yes"]);
    same_there(place, remote, &["refs/heads/main", "refs/tags/v0.3.0"]);
    gone(place, remote, "refs/heads/release/v0.3.0");
    assert_eq!(says(place, "v0.3.0"), "Release 0.3.0: Kestrel");
    assert_eq!(parents(place, "main").len(), 2, "a merge");
    assert_eq!(parents(place, "main")[1], id(place, "v0.3.0^{commit}"));
    for path in FILES {
        assert_eq!(at(place, "main", path), at(place, "v0.2.0", path).replace("0.2.0", "0.3.0"));
    }
    in_order(
        &at(place, "main", "CHANGELOG.md"),
        &["## [Unreleased]\n\n## [0.3.0] - 2026-", "- a pipeline", "## [0.2.0] - 2025-12-01"],
    );
    deployed(place, host);
}

#[test]
fn release_hotfix_and_rollback() {
    let (place, remote, host) = project("application");
    released(&place, &remote, &host);
    let before = id(&place, "main");

    works(&place, &["hotfix", "0.3.1", "--yes"]);
    assert_eq!(place.git(&["branch", "--show-current"]), "hotfix/v0.3.1\n");
    assert_eq!(parents(&place, "HEAD"), [id(&place, "v0.3.0^{commit}")]);
    place.edit("core/app.py", "four", "vier");
    place.commit_all("fix: an empty upload");
    let mended = id(&place, "HEAD");
    // Without what the tag's message wants nothing begins.
    let state = place.state();
    place.gonogo(&["hotfix", "finish", "--yes"]).refused(2, &["--summary"]);
    place.state().must_be(&state, "without a summary");
    works(&place, &["hotfix", "finish", "--summary", "empty uploads", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v0.3.1"]);
    gone(&place, &remote, "refs/heads/hotfix/v0.3.1");
    assert_eq!(says(&place, "v0.3.1"), "Hotfix 0.3.1: empty uploads");
    assert_eq!(parents(&place, "v0.3.1^{commit}"), [mended], "the section is dated on the branch");
    assert_eq!(parents(&place, "main"), [before.clone(), id(&place, "v0.3.1^{commit}")]);
    for path in FILES {
        assert!(at(&place, "main", path).contains("0.3.1"), "{path}");
    }
    in_order(
        &at(&place, "main", "CHANGELOG.md"),
        &["## [0.3.1] - 2026-", "mpty upload", "## [0.3.0] - 2026-", "## [0.2.0]"],
    );
    deployed(&place, &host);

    // Somebody goes on meanwhile.
    place.put("core/later.py", "later\n");
    place.commit_all("feat: later");
    place.git(&["push", "-q", "origin", "main"]);
    let bad = id(&place, "v0.3.1");
    let said = works(&place, &["rollback", "0.3.1", "--reason", "uploads are lost", "--yes"]);
    assert_eq!(host.id("refs/heads/main"), Some(id(&place, "v0.3.0^{commit}")), "{said}");
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v0.3.1"]);
    assert_eq!(remote.id("refs/tags/v0.3.1"), Some(bad), "a tag stays");
    assert!(!place.exists(".git/downgraded"), "nobody asked for the database");
    let mut left = differ(&place, &before, "main");
    left.sort();
    assert_eq!(left, ["CHANGELOG.md", "core/later.py"], "{said}");
    in_order(
        &at(&place, "main", "CHANGELOG.md"),
        &["## [0.3.1] - 2026-", "[YANKED]", "uploads are lost", "## [0.3.0] - 2026-"],
    );
    assert!(said.err.contains("the next free version is 0.3.2"), "{said}");

    // Another release meanwhile does not tell of what is not there.
    works(&place, &["release", "patch", "--codename", "Interim", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v0.3.2"]);
    let changelog = at(&place, "main", "CHANGELOG.md");
    let section = &changelog[..changelog.find("## [0.3.1]").expect("it stays")];
    assert!(section.contains("- later") && !section.contains("mpty upload"), "{changelog}");

    // The work is mended on its branch and comes back whole, and is told of.
    place.git(&["switch", "-q", "mend/v0.3.1"]);
    assert!(place.read("core/app.py").contains("vier"));
    place.put("core/mended.py", "mended\n");
    place.commit_all("fix: no upload is lost");
    place.git(&["switch", "-q", "main"]);
    // Of the versions, which alone conflict, those of main stay.
    place.git(&["merge", "-q", "--no-edit", "-X", "ours", "mend/v0.3.1"]);
    assert!(place.read("core/app.py").contains("vier"), "it is back");
    place.git(&["push", "-q", "origin", "main"]);
    works(&place, &["release", "patch", "--codename", "Again", "--yes"]);
    let changelog = at(&place, "main", "CHANGELOG.md");
    let section = &changelog[..changelog.find("## [0.3.2]").expect("it stays")];
    for entry in ["mpty upload", "no upload is lost"] {
        assert!(section.contains(entry), "{entry}: {changelog}");
    }
}

#[test]
fn the_database_goes_back_only_when_somebody_types_it() {
    let (place, remote, host) = project("application-database");
    released(&place, &remote, &host);
    place.gonogo(&["rollback", "0.3.0", "--database", "--yes"]).refused(3, &["--database-confirm"]);
    assert!(!place.exists(".git/downgraded"));
    assert_eq!(host.id("refs/heads/main"), Some(id(&place, "main")), "nothing has begun");
}
