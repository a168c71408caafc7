use super::support::{refuses, works};
use super::*;

#[test]
fn one_line_says_that_all_is_well() {
    for (name, file) in [("well", FILE.to_owned()), ("well-crlf", FILE.replace('\n', "\r\n"))] {
        let place = released(name, file);
        let before = place.state();
        prints(&place, &["changelog", "check"], "✓ CHANGELOG.md is in order\n");
        assert_eq!(
            json(&place, &["changelog", "check"])["changelogs"][0]["findings"],
            serde_json::json!([])
        );
        place.state().must_be(&before, "check");
    }
}

#[test]
fn each_finding_has_its_line_and_what_to_do() {
    let file = FILE.replacen("2026-01-02", "2026-01-12", 1).replacen("### Added", "### Addde", 1);
    let place = released("wrong", file.replace("v1.2.0...HEAD", "v1.1.0...HEAD"));
    let said = place.gonogo(&["changelog", "check"]);
    assert_eq!(said.code, 1, "{said}");
    for line in [
        "Dates (1)",
        "  ✗ CHANGELOG.md:9   1.2.0 is dated 2026-01-12, which is still to come",
        "    write the day of the release, that of its tag where there is one",
        "  ✗ CHANGELOG.md:5   \"Addde\" is in no other section of this file: probably \"Added\" is meant",
        "  ✗ CHANGELOG.md:27   the link of Unreleased does not start at 1.2.0",
        "3 findings",
        "next: ${EDITOR:-vi} +5 CHANGELOG.md",
    ] {
        assert!(said.out.lines().any(|found| found == line), "no {line:?} in {said}");
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
    assert!(said.out.ends_with("next: ${EDITOR:-vi} +5 CHANGELOG.md\n"), "{said}");
    let data = json(&place, &["changelog", "check"]);
    let first = &data["changelogs"][0]["findings"][0];
    assert_eq!((&first["kind"], &first["line"]), (&"part".into(), &5.into()), "{data}");
}

#[test]
fn a_conflict_is_seen_in_the_index_and_in_the_file() {
    let conflict = FILE.replace("- By", "<<<<<<< HEAD\n- By\n=======\n- x\n>>>>>>> b\n- By");
    let place = released("conflict", conflict);
    let said = place.gonogo(&["changelog", "check"]);
    assert!(said.code == 1 && said.out.contains("CHANGELOG.md:7   a merge conflict"), "{said}");
}

#[test]
fn no_history_is_read() {
    let place = released("no-history", FILE);
    // Without any tag, without any commit, and where versions disagree.
    for tag in ["v1.1.0", "v1.2.0"] {
        place.git(&["tag", "-d", tag]);
    }
    works(&place, &["changelog", "check"]);
    place.git(&["update-ref", "-d", "HEAD"]);
    works(&place, &["changelog", "check"]);
    place.edit("pyproject.toml", "1.2.0", "1.3.0");
    works(&place, &["changelog", "check"]);
}

#[test]
fn the_guard_is_asked_too() {
    let place = released("guard", FILE);
    place.script("guard.sh", "echo \"no $GONOGO_VERSION after $GONOGO_PREVIOUS_TAG\"; exit 3");
    place.put("gonogo.toml", "[changelog]\nguard = \"./guard.sh\"\n");
    let said = place.gonogo(&["changelog", "check"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("the guard of [changelog] said no"), "{said}");
    assert!(said.out.contains("    no 1.2.0 after v1.2.0\n"), "{said}");
    place.script("guard.sh", "exit 0");
    works(&place, &["changelog", "check"]);
    place.put("gonogo.toml", "[changelog]\nguard = \"./none $GONOGO_PROFILE\"\n");
    refuses(&place, &["changelog", "check"], 2, &["GONOGO_PROFILE", "gonogo.toml:2"]);
}

#[test]
fn configured_sections_are_known() {
    let place = released("sections", FILE);
    place.put("gonogo.toml", "[changelog]\nsections = [\"Added\", \"Mended\"]\n");
    let said = place.gonogo(&["changelog", "check"]);
    assert!(said.code == 1 && said.out.contains("CHANGELOG.md:19   \"Changed\" is none"), "{said}");
}

#[test]
fn what_every_command_takes_may_stand_in_front() {
    let place = released("front", FILE);
    for option in ["--json", "-q", "-v"] {
        works(&place, &["changelog", option, "check"]);
    }
    works(&place, &["changelog", "-C", "src", "notes"]);
    let what = ["--merge stands in front of notes", "next: gonogo changelog notes --help"];
    refuses(&place, &["changelog", "--merge", "notes"], 2, &what);
    refuses(&place, &["changelog", "-p", "demo", "check"], 2, &["--package stands in front"]);
}
