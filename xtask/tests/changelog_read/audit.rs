use super::support::{Place, refuses, works};
use super::*;

#[test]
fn a_file_that_fits_the_tags_is_in_order() {
    for (name, file) in [("fits", FILE.to_owned()), ("fits-crlf", FILE.replace('\n', "\r\n"))] {
        let place = released(name, file);
        let said = works(&place, &["changelog", "audit"]);
        assert_eq!(said.out, "CHANGELOG.md: 2 releases, 2 tags\n✓ CHANGELOG.md is in order\n");
        let data = json(&place, &["changelog", "audit"]);
        let newest = &data["changelogs"][0]["releases"][0];
        for (key, value) in [("version", "1.2.0"), ("date", "2026-01-02"), ("tag", "v1.2.0")] {
            assert_eq!(newest[key], value, "{data}");
        }
        assert_eq!((&newest["entries"], &newest["changes"]), (&2.into(), &1.into()), "{data}");
    }
}

#[test]
fn what_does_not_fit_is_grouped() {
    let file = FILE
        .replace("[1.2.0] - 2026-01-02", "[1.2.0] - 2026-01-12")
        .replace("- Old\n", "\n")
        .replace("## [1.1.0]", "## 1.1.9\n\n- x\n\n## [1.2.0]\n\n- twice\n\n## [1.1.0]");
    let place = released("misfits", file);
    place.git(&["tag", "v1.1.1", "v1.2.0^{}"]);
    let said = place.gonogo(&["changelog", "audit"]);
    assert_eq!(said.code, 1, "{said}");
    for line in [
        "Duplicate sections (1)",
        "  ✗ CHANGELOG.md:27   1.2.0 has a section in line 9 already",
        "Order (1)",
        "Dates (1)",
        "  ✗ CHANGELOG.md:9   1.2.0 is dated 2026-01-12, its tag v1.2.0 2026-01-02",
        "Tags without a section (1)",
        "  ✗ v1.1.1 was tagged on 2026-01-02 and has no section",
        "Sections without a tag (1)",
        "  ✗ CHANGELOG.md:23   1.1.9 has a section but no tag",
        "Nothing said (1)",
        "  ✗ CHANGELOG.md:36   [1.2.0] compares with an older release than 1.1.9",
        "next: ${EDITOR:-vi} +9 CHANGELOG.md",
    ] {
        assert!(said.out.lines().any(|found| found == line), "no {line:?} in {said}");
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
    let kinds = json(&place, &["changelog", "audit"]);
    let kinds = kinds["changelogs"][0]["findings"].as_array().unwrap();
    assert_eq!(kinds.len(), 7, "{kinds:?}");
}

#[test]
fn nothing_older_than_the_baseline_counts() {
    let place =
        released("baseline", FILE.replace("- Old\n", "").replace("2025-12-01", "2025-11-01"));
    assert_eq!(place.gonogo(&["changelog", "audit"]).code, 1);
    let start = place.git(&["rev-parse", "v1.2.0^{}"]);
    for baseline in ["v1.2.0", start.trim()] {
        place.put("gonogo.toml", format!("baseline = \"{baseline}\"\n"));
        works(&place, &["changelog", "audit"]);
    }
    place.put("gonogo.toml", "baseline = \"v0.0.9\"\n");
    refuses(&place, &["changelog", "audit"], 2, &["no tag or commit v0.0.9", "gonogo.toml:1"]);
}

#[test]
fn without_tags_there_is_nothing_to_compare_with() {
    let place = released("no-tags", FILE);
    for tag in ["v1.1.0", "v1.2.0"] {
        place.git(&["tag", "-d", tag]);
    }
    let said = works(&place, &["changelog", "audit"]);
    assert!(said.out.contains("! there is no release tag"), "{said}");
}

#[test]
fn tags_of_other_lines_are_not_missed() {
    let place = released("lines", FILE);
    place.git(&["checkout", "-q", "-b", "old", "v1.1.0"]);
    place.put("a.txt", "old");
    place.commit_all("fix: an old thing");
    place.git(&["tag", "v1.1.1"]);
    place.git(&["checkout", "-q", "main"]);
    let said = works(&place, &["changelog", "audit"]);
    assert!(said.out.contains("1 tag up to v1.1.1, not on this branch"), "{said}");
}

#[test]
fn a_shallow_clone_is_refused() {
    let place = released("deep", FILE);
    let shallow = Place::empty("shallow-audit");
    let from = format!("file://{}", place.top.display());
    shallow.git(&["clone", "-q", "--depth", "1", "--branch", "v1.2.0", &from, "."]);
    refuses(&shallow, &["changelog", "audit"], 3, &["shallow", "git fetch --unshallow --tags"]);
}
