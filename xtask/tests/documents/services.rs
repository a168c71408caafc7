//! Services with one version in many files, a frontend with a lock file, containers and a chart.

use super::support::remote::Remote;
use super::support::{Place, works};
use super::{at, id, in_order, same_there, says};

const TOML: &str = r#"
[version]
files = [
  { path = "services/*/__init__.py", key = "__version__" },
  { path = "frontend/package.json", key = "version" },
  { path = "services/api/config.py", key = "API_VERSION" },
  { path = "docker-compose.yml", key = "services.api.image", pattern = ":{version}" },
  { path = "docker-compose.yml", key = "services.worker.image", pattern = ":{version}" },
  { path = "deploy/helm/Chart.yaml", key = "appVersion" },
]

[release]
tag_message = "Release {tag}"

[gates]
tests = "scripts/tests"
images = "scripts/build"

[profile.hotfix]
gates = ["tests"]

[record]
db = "cat db/revision"
images = "scripts/image-digests"

[rollback]
redeploy = "scripts/deploy production $GONOGO_PREVIOUS_VERSION $GONOGO_PREVIOUS_IMAGES"
database = "scripts/downgrade $GONOGO_PREVIOUS_DB"
verify = "scripts/health"
"#;

const FILES: [&str; 8] = [
    "pyproject.toml",
    "services/api/__init__.py",
    "services/worker/__init__.py",
    "services/api/config.py",
    "frontend/package.json",
    "frontend/package-lock.json",
    "docker-compose.yml",
    "deploy/helm/Chart.yaml",
];

fn project(name: &str) -> (Place, Remote) {
    let place = Place::repository(name);
    place.put("pyproject.toml", "[project]\nname = \"desk\"\nversion = \"2.3.0\"\n");
    for service in ["api", "worker"] {
        place.put(format!("services/{service}/__init__.py").as_str(), "__version__ = '2.3.0'\n");
    }
    place.put(
        "services/api/config.py",
        "API_VERSION = \"2.3.0\"\nLIMIT = 10\nBURST = 20\nTTL = 30\n",
    );
    place
        .put("frontend/package.json", "{\n  \"name\": \"desk-ui\",\n  \"version\": \"2.3.0\"\n}\n");
    place.put(
        "frontend/package-lock.json",
        "{\n  \"name\": \"desk-ui\",\n  \"version\": \"2.3.0\",\n  \"lockfileVersion\": 3,\n  \
         \"packages\": {\n    \"\": {\n      \"name\": \"desk-ui\",\n      \"version\": \"2.3.0\"\n    \
         }\n  }\n}\n",
    );
    place.put(
        "docker-compose.yml",
        "services:\n  api:\n    image: desk/api:2.3.0\n  worker:\n    image: desk/worker:2.3.0\n  \
         redis:\n    image: redis:7.2.4\n",
    );
    place.put("deploy/helm/Chart.yaml", "name: desk\nversion: 0.7.1\nappVersion: \"2.3.0\"\n");
    place.put(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n## [2.3.0] - 2025-10-10\n\n- old\n",
    );
    place.put("gonogo.toml", TOML);
    place.put("db/revision", "4a90\n");
    place.script("scripts/tests", "grep -q \"$GONOGO_VERSION\" services/api/config.py");
    place.script("scripts/build", "true");
    place.script(
        "scripts/image-digests",
        "echo \"sha256:$(git hash-object services/api/config.py)\"",
    );
    for script in ["deploy", "downgrade", "health"] {
        place.script(&format!("scripts/{script}"), "echo \"${0##*/} $*\" >> .git/ran");
    }
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "2.3.0", "v2.3.0"]);
    (place.clone(), Remote::origin(&place))
}

fn changed(place: &Place, path: &str, message: &str) {
    place.put(path, path);
    place.commit_all(message);
    place.git(&["push", "-q", "origin", "main"]);
}

#[test]
fn release_and_rollback_of_a_trunk() {
    let (place, remote) = project("trunk");
    changed(&place, "services/api/limits.py", "feat: limits");
    works(&place, &["release", "minor", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v2.4.0"]);
    assert_eq!(says(&place, "v2.4.0"), "Release v2.4.0");
    place.put("db/revision", "7d3f\n");
    changed(&place, "services/api/burst.py", "feat: bursts");
    works(&place, &["release", "minor", "--yes"]);
    for path in FILES {
        let before = at(&place, "v2.3.0", path);
        assert_eq!(at(&place, "main", path), before.replace("2.3.0", "2.5.0"), "{path}");
    }
    assert!(at(&place, "main", "docker-compose.yml").contains("redis:7.2.4"));
    changed(&place, "services/api/later.py", "fix: later");
    let (code, tag) = (id(&place, "main:services"), id(&place, "v2.5.0"));

    let said = works(&place, &["rollback", "2.5.0", "--reason", "limits are ignored", "--yes"]);
    // What was there when it was released, is what it goes back to.
    let digest = id(&place, "v2.5.0:services/api/config.py");
    let expected = format!("deploy production 2.4.0 sha256:{digest}\nhealth \n");
    assert_eq!(place.read(".git/ran"), expected, "{said}");
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v2.5.0"]);
    assert_eq!(id(&place, "main:services"), code, "the code of a trunk stays");
    assert_eq!(remote.id("refs/tags/v2.5.0"), Some(tag));
    in_order(
        &at(&place, "main", "CHANGELOG.md"),
        &["## [2.5.0] - 2026-", "[YANKED]", "limits are ignored", "- bursts", "## [2.4.0]"],
    );
    assert!(said.out.contains("db") || said.err.contains("database"), "{said}");

    // The next one lists the withdrawn work again, under the next free number.
    works(&place, &["release", "patch", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v2.5.1"]);
    let changelog = at(&place, "main", "CHANGELOG.md");
    in_order(&changelog, &["## [2.5.1] - 2026-", "## [2.5.0] - 2026-"]);
    let section = &changelog[..changelog.find("## [2.5.0]").expect("it stays")];
    for entry in ["- bursts", "- later"] {
        assert!(section.contains(entry), "{entry}: {changelog}");
    }
}

#[test]
fn a_hotfix_of_a_trunk() {
    let (place, remote) = project("hotfix");
    changed(&place, "services/api/limits.py", "feat: limits");
    works(&place, &["release", "minor", "--yes"]);
    changed(&place, "services/api/burst.py", "feat: bursts");
    let main = id(&place, "main");
    works(&place, &["hotfix-branch", "2.4.1", "--yes"]);
    assert!(!place.exists("services/api/burst.py"), "it starts from the tag");
    place.edit("services/api/config.py", "LIMIT = 10", "LIMIT = 11");
    place.commit_all("fix: one more");
    works(&place, &["hotfix", "finish", "--yes"]);
    same_there(&place, &remote, &["refs/heads/main", "refs/tags/v2.4.1"]);
    assert_eq!(super::parents(&place, "main"), [main, id(&place, "v2.4.1^{commit}")]);
    assert!(place.exists("services/api/burst.py"));
    for path in FILES {
        assert!(at(&place, "main", path).contains("2.4.1"), "{path}");
    }
    assert!(at(&place, "main", "services/api/config.py").contains("LIMIT = 11"));
}
