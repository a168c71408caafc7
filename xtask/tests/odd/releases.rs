//! Which release counts: reachability first, then version order.

use super::support::{Place, works};

/// One commit, files at 1.2.0, no tag.
fn untagged(name: &str) -> Place {
    let place = Place::repository(name);
    place.python_files();
    place.commit_all("start");
    place
}

fn commits(place: &Place, number: usize) {
    // With the dates fixed, equal messages would make the same commits on two branches.
    let message = format!("work on {}", place.git(&["branch", "--show-current"]));
    for _ in 0..number {
        place.git(&["commit", "-q", "--allow-empty", "-m", &message]);
    }
}

fn annotated(place: &Place, tag: &str) {
    place.git(&["tag", "-a", "-m", tag, tag]);
}

/// The tag that `status` takes for the newest release.
#[track_caller]
fn released(place: &Place) -> Option<String> {
    let said = works(place, &["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    status["released"].as_str().map(str::to_owned)
}

#[track_caller]
fn counts(place: &Place, tag: &str) {
    assert_eq!(
        released(place).as_deref(),
        Some(tag),
        "{}",
        place.git(&["log", "--graph", "--oneline"])
    );
}

#[test]
fn a_merged_hotfix_branch_does_not_count_down() {
    let place = untagged("hotfix");
    place.git(&["tag", "v1.2.0"]);
    commits(&place, 1);
    annotated(&place, "v1.3.0");
    place.git(&["checkout", "-q", "-b", "hotfix", "v1.2.0"]);
    commits(&place, 3);
    annotated(&place, "v1.2.1");
    counts(&place, "v1.2.1");
    place.git(&["checkout", "-q", "main"]);
    counts(&place, "v1.3.0");
    place.git(&["merge", "-q", "--no-edit", "hotfix"]);
    counts(&place, "v1.3.0");
    commits(&place, 2);
    counts(&place, "v1.3.0");
    annotated(&place, "v1.3.1");
    counts(&place, "v1.3.1");
}

#[test]
fn of_several_tags_on_a_commit_the_highest_counts() {
    let place = untagged("same-commit");
    annotated(&place, "v1.9.0");
    place.git(&["tag", "v1.10.0"]);
    counts(&place, "v1.10.0");
    commits(&place, 1);
    annotated(&place, "v1.11.0-rc.1");
    place.git(&["tag", "v1.11.0"]);
    counts(&place, "v1.11.0");
    commits(&place, 1);
    counts(&place, "v1.11.0");
}

#[test]
fn a_version_reset_counts() {
    let place = untagged("reset");
    place.git(&["tag", "v2.0.0"]);
    place.git(&["checkout", "-q", "-b", "side"]);
    commits(&place, 1);
    place.git(&["tag", "v5.0.0"]);
    commits(&place, 1);
    place.git(&["tag", "v0.0.9"]);
    place.git(&["checkout", "-q", "main"]);
    commits(&place, 2);
    place.git(&["tag", "v0.1.0"]);
    counts(&place, "v0.1.0");
    // Also where the reset on another branch comes in by a merge.
    place.git(&["merge", "-q", "--no-edit", "side"]);
    counts(&place, "v0.1.0");
    commits(&place, 1);
    place.git(&["tag", "v0.0.10"]);
    counts(&place, "v0.0.10");
}

#[test]
fn what_is_not_reachable_or_not_a_release_of_the_project_does_not_count() {
    let place = untagged("others");
    for other in ["models-v3.0.0", "archive/v4.0.0", "v5", "nightly-2026.01.02"] {
        annotated(&place, other);
    }
    place.git(&["tag", "a-tree", "HEAD^{tree}"]);
    assert_eq!(released(&place), None);
    place.git(&["tag", "v1.2.0"]);
    place.git(&["checkout", "-q", "-b", "next"]);
    commits(&place, 1);
    annotated(&place, "v9.0.0");
    place.git(&["checkout", "-q", "main"]);
    commits(&place, 2);
    annotated(&place, "models-v3.1.0");
    place.git(&["branch", "v7.0.0"]);
    counts(&place, "v1.2.0");
    let said = works(&place, &["bump", "minor"]);
    assert!(place.read("pyproject.toml").contains("1.3.0"), "{said}");
}

#[test]
fn the_configuration_of_logs_changes_nothing() {
    let place = untagged("log-configuration");
    place.git(&["tag", "v1.2.0"]);
    for (key, value) in [
        ("color.ui", "always"),
        ("log.showSignature", "true"),
        ("log.excludeDecoration", "refs/tags/*"),
        ("log.decorate", "no"),
        ("log.initialDecorationSet", "all"),
        ("format.pretty", "fuller"),
    ] {
        place.git(&["config", key, value]);
        counts(&place, "v1.2.0");
    }
}

#[test]
fn any_number_of_tags_can_be_ignored() {
    let place = untagged("ignored");
    let first = place.git(&["rev-parse", "HEAD"]);
    commits(&place, 1);
    let lines = (0..100_000).map(|n| format!("{} refs/tags/v9.0.0-c{n}", first.trim()));
    place.put(".git/packed-refs", lines.collect::<Vec<_>>().join("\n") + "\n");
    place.git(&["tag", "v1.1.0", first.trim()]);
    place.put("gonogo.toml", "[tag]\nignore = [\"v*-c*\"]\n");
    counts(&place, "v1.1.0");
    place.git(&["tag", "v1.0.9"]);
    counts(&place, "v1.0.9");
}

#[test]
fn a_thousand_releases_are_read_at_once() {
    let place = untagged("thousand");
    let first = place.git(&["rev-parse", "HEAD"]);
    commits(&place, 1);
    let second = place.git(&["rev-parse", "HEAD"]);
    let commit = |n: usize| if n < 500 { first.trim() } else { second.trim() };
    let lines = (0..1000).map(|n| format!("{} refs/tags/v1.{n}.0", commit(n)));
    place.put(".git/packed-refs", lines.collect::<Vec<_>>().join("\n") + "\n");
    commits(&place, 1);
    let started = std::time::Instant::now();
    counts(&place, "v1.999.0");
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn status_leads_on_where_the_files_are_behind() {
    let place = Place::python("behind");
    place.git(&["tag", "v3.0.0"]);
    let said = works(&place, &["status"]);
    let last = said.out.lines().last().unwrap();
    assert!(last.starts_with("next: gonogo bump "), "{said}");
    works(&place, &last.trim_start_matches("next: gonogo ").split(' ').collect::<Vec<_>>());
}
