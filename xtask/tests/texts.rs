//! `text`: what people are told of a release, and what they are not told without evidence.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use std::os::unix::fs::symlink;

use serde_json::json;
use support::remote::Remote;
use support::{Place, Said, refuses, undone, works};

const CONFIG: &str = "[gates]\ntests = \"true\"\nlint = \"test ! -e ugly\"\n\n\
    [signoff.roles]\n\"QA Lead\" = [\"ada@example.com\"]\nOwner = [\"bo@example.com\"]\n\n\
    [profile.release]\nsignoffs = []\n";

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- by hand\n\n## [1.2.0] - 2025-12-24\n\n- first\n";

/// Something new since 1.2.0, with gates and roles.
fn project(name: &str) -> Place {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", "1795269780");
    place.python_files();
    place.put("CHANGELOG.md", CHANGELOG);
    place.put("gonogo.toml", CONFIG);
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place.put("new.txt", "new\n");
    place.commit_all("feat: a new thing");
    place
}

/// The same, released as 1.3.0 without a push; signed by the QA Lead.
fn released(name: &str, args: &[&str]) -> Place {
    let place = project(name);
    works(&place, &["sign", "--role", "QA Lead", "--no-push", "--yes"]);
    works(&place, &[&["release", "minor", "--no-push", "--yes"], args].concat());
    place
}

/// The announcement by this template.
fn announced(place: &Place, template: &str) -> Said {
    place.put("templates/announcement.md", template);
    works(place, &["text", "announcement"])
}

#[test]
fn a_release_is_told_of_as_its_record_has_it() {
    let place = released("told", &["--codename", "Kestrel"]);
    let before = place.state();
    let said = works(&place, &["text", "announcement", "1.3.0", "--set", "highlights=- Quick."]);
    let sections = "### Added\n\n- by hand\n- a new thing\n";
    assert_eq!(said.out, format!("# demo 1.3.0 is out\n\n- Quick.\n\n{sections}"));
    let commit = place.git(&["rev-parse", "--short=7", "v1.3.0^{commit}"]);
    let said = works(&place, &["text", "post-deployment"]);
    let head = format!(
        "Subject: demo 1.3.0 is out\n\nHello,\n\ndemo 1.3.0 was released on 2026-11-21 at 14:03 UTC \
         by Ada Example, from commit {}.\nIt follows 1.2.0.\n\nWhat was checked:\n- tests: green, 0:0",
        commit.trim()
    );
    assert!(said.out.starts_with(&head), "{said}");
    for part in
        ["\n- lint: green", "Who has signed:\n- QA Lead: Ada Example, 2026-01-02 02:04 UTC\n"]
    {
        assert!(said.out.contains(part), "{part}: {said}");
    }
    assert!(!said.out.contains("waived") && said.out.ends_with(sections), "{said}");
    let words = "{codename} {tag} {status} {date} {contact} {rollback}";
    place.put("templates/announcement.md", words);
    let other = ["text", "announcement", "--set", "contact=Bo", "--set", "codename=Merlin"];
    refuses(&place, &other, 2, &["its codename is Kestrel", "--set contact=Bo\n".trim_end()]);
    place.put("templates/release-notes.md", "{codename}");
    assert_eq!(works(&place, &["text", "release-notes"]).out, "Kestrel\n");
    let said = works(&place, &["text", "announcement", "--set", "contact=Bo {tag}"]);
    let head = "Kestrel v1.3.0 latest 2026-11-21 Bo {tag} # The way back from demo 1.3.0\n";
    assert!(said.out.starts_with(head), "{said}");
    place.git(&["checkout", "-q", "--", "."]);
    std::fs::remove_dir_all(place.top.join("templates")).unwrap();
    place.state().must_be(&before, "texts change nothing");
}

#[test]
fn what_comes_is_told_before_it_is_released() {
    let place = project("before");
    let mail = ["text", "pre-deployment", "--set", "when=Sat 08:00 UTC", "--set", "contact=Ana"];
    let said = refuses(
        &place,
        &mail,
        2,
        &["{duration} in templates/pre-deployment.md has no value", "templates/pre-deployment.md:"],
    );
    let next = "next: gonogo text pre-deployment --set 'when=Sat 08:00 UTC' --set contact=Ana \
        --set downtime=TEXT --set duration=TEXT";
    assert!(said.err.contains(next), "{said}");
    let rest = ["--set", "downtime=none", "--set", "duration=30 minutes"];
    let said = works(&place, &[&mail[..], &rest].concat());
    let expected = "Subject: demo 1.3.0, Sat 08:00 UTC\n\nHello,\n\nwe are going to deploy demo 1.3.0.\n\n\
        When: Sat 08:00 UTC\nDuration: 30 minutes\nDowntime: none\nIn use until then: 1.2.0\n\n\
        What changes:\n### Added\n\n- by hand\n- a new thing\n\nQuestions: Ana\n";
    assert_eq!(said.out, expected, "{said}");
    // Evidence is what the last checks of these very files have said.
    place.put("templates/pre-deployment.md", "{version}: ready <!-- gate:tests -->\n{gates}\n");
    place.commit_all("docs: a mail");
    let claim = ["text", "pre-deployment"];
    refuses(
        &place,
        &claim,
        3,
        &["gate tests was not asked", "1.3.0 is not released", "next: gonogo check"],
    );
    works(&place, &["check", "tests"]);
    let said = works(&place, &claim);
    assert!(said.out.starts_with("1.3.0: ready\n- tests: green"), "{said}");
    place.put("new.txt", "newer\n");
    refuses(&place, &claim, 3, &["gate tests was not asked"]);
    place.put("templates/pre-deployment.md", "{by}");
    refuses(
        &place,
        &claim,
        2,
        &["{by}", "1.3.0 is not released", "next: gonogo release --dry-run"],
    );
    let out = ["next: gonogo text pre-deployment 1.3.0", "1.3.0 is not released"];
    refuses(&place, &["text", "announcement", "1.3.0"], 3, &out);
}

#[test]
fn a_claim_is_printed_where_the_record_proves_it() {
    let place = released("proved", &["--waive", "lint", "--reason", "known: ugly"]);
    let said = announced(
        &place,
        "All tests pass. <!-- gate:tests -->\r\nIt was verified. <!-- role:QA Lead --> <!-- step -->\r\n",
    );
    assert_eq!(said.out, "All tests pass.\r\nIt was verified.\r\n");
    // Waived, and green all the same.
    assert_eq!(announced(&place, "Clean. <!-- gate:lint -->\n").out, "Clean.\n");
    let data = works(&place, &["text", "announcement", "--json"]);
    let data: serde_json::Value = serde_json::from_str(&data.out).unwrap();
    let expected = json!({
        "version": "1.3.0", "tag": "v1.3.0", "released": true, "recorded": true,
        "template": "templates/announcement.md", "text": "Clean.\n",
        "claims": [{ "line": 1, "evidence": ["gate:lint"] }],
    });
    assert_eq!(data, expected);
    place.put("templates/announcement.md", "So said <!-- role:Owner -->\n\nand <!-- gate:env -->");
    let args = ["text", "announcement"];
    let said = refuses(
        &place,
        &args,
        3,
        &[
            "claims what is not proved: role:Owner",
            "templates/announcement.md:1:1",
            "So said <!-- role:Owner -->",
            "nobody has signed as Owner",
            "Also at templates/announcement.md:3:1: gate env was not asked.",
            "So says the record of v1.3.0.",
            "next: gonogo log v1.3.0",
        ],
    );
    assert_eq!(said.out, "");
    place.put("templates/announcement.md", "ok <!-- gate:test -->");
    refuses(&place, &args, 2, &["names evidence that there is not", "did you mean \"tests\"?"]);
    place.put("templates/release-notes.md", "# {version} <!-- gate:tests -->");
    assert_eq!(works(&place, &["changelog", "notes"]).out, "# 1.3.0\n");
    place.put("templates/release-notes.md", "# {version}: all tests pass");
    refuses(&place, &["changelog", "notes"], 2, &["claims \"all tests\"", "release-notes.md:1:14"]);
    refuses(&place, &["text", "release-notes"], 2, &["claims \"all tests\""]);
}

#[test]
fn what_was_waived_is_not_claimed() {
    let place = project("waived");
    place.put("ugly", "");
    place.commit_all("feat: ugly");
    let waive = ["--waive", "lint", "--reason", "known: ugly"];
    works(&place, &[&["release", "minor", "--no-push", "--yes"][..], &waive].concat());
    place.put("templates/announcement.md", "# {name}\n\nClean. <!-- gate:tests, gate:lint -->\n");
    let expected = [
        "claims what is not proved: gate:tests, gate:lint",
        "templates/announcement.md:3:1",
        "gate lint is waived: known: ugly",
    ];
    refuses(&place, &["text", "announcement"], 3, &expected);
    let said = announced(&place, "{gates}\n\n{waivers}\n");
    assert!(said.out.contains("- lint: red: exit 1"), "{said}");
    assert!(said.out.ends_with(", waived: known: ugly\n\n- lint: known: ugly\n"), "{said}");
}

/// What people write for want of a tool: a mail with blanks, and claims that nobody has looked at.
#[test]
fn a_mail_with_blanks_is_refused() {
    let place = released("blanks", &[]);
    place.put(
        "templates/post-deployment.md",
        "Subject: Deployment Complete\n\nThe deployment completed successfully at [TIME].\n\nResults:\n\
         - ✅ All systems operational\n- ✅ Database query performance improved by XX%\n\
         - ✅ No errors detected\n- ✅ All tests passing\n\nBest regards,\n[YOUR NAME]\n",
    );
    let said = refuses(
        &place,
        &["text", "post-deployment", "1.3.0"],
        2,
        &[
            "templates/post-deployment.md claims \"successfully\", and nothing proves it",
            "templates/post-deployment.md:3:26",
            "<!-- gate:ID -->",
            "post-deployment.md:3:42: [TIME]",
            "post-deployment.md:6:5: \"All systems\"",
            "post-deployment.md:7:44: XX%",
            "post-deployment.md:8:5: \"No errors\"",
            "post-deployment.md:9:5: \"All tests\"",
            "post-deployment.md:12:1: [YOUR NAME]",
            "next: ${EDITOR:-vi} +3 templates/post-deployment.md",
        ],
    );
    assert!(said.err.lines().all(|line| line.chars().count() <= 100), "{said}");
    place.put(
        "templates/post-deployment.md",
        "- [x] done, [all](https://x.example), [ ] {contact}\n",
    );
    let said =
        works(&place, &["text", "post-deployment", "--set", "contact=[X], all tests passed"]);
    assert_eq!(said.out, "- [x] done, [all](https://x.example), [ ] [X], all tests passed\n");
}

#[test]
fn what_cannot_be_filled_in_is_refused() {
    let place = released("unfilled", &[]);
    let text = |args: &[&'static str]| [&["text", "announcement"], args].concat();
    place.put("templates/announcement.md", "# {name}\n\n{codename} {place}\n");
    let unknown = ["not known: {place}", "announcement.md:3:12", "--set WORD=TEXT"];
    refuses(&place, &text(&[]), 2, &unknown);
    let named =
        ["{codename}", "next: gonogo text announcement --set place=here --set codename=NAME"];
    refuses(&place, &text(&["--set", "place=here"]), 2, &named);
    let both = text(&["--set", "place=here", "--set=codename=Kestrel"]);
    assert_eq!(works(&place, &both).out, "# demo\n\nKestrel here\n");
    place.put("templates/announcement.md", "{name} {contact}");
    refuses(
        &place,
        &text(&["--set", "contcat=Ana"]),
        2,
        &["no placeholder {contcat}", "{contact}?"],
    );
    let expected =
        ["cannot say {gates}", "next: gonogo text announcement --set contact=Ana  leaves"];
    refuses(&place, &text(&["--set", "contact=Ana", "--set", "gates=all green"]), 2, &expected);
    let twice = text(&["--set", "contact=Ana", "--set", "contact=Bo"]);
    refuses(&place, &twice, 2, &["twice"]);
    for nothing in ["contact", "contact=", "=Ana", "Contact=Ana"] {
        refuses(&place, &["text", "announcement", "--set", nothing], 2, &["says nothing"]);
    }
    place.put("templates/announcement.md", "{verson}");
    refuses(&place, &text(&[]), 2, &["not known: {verson}", "Did you mean {version}?"]);
    place.gonogo(&["text", "announcment"]).refused(2, &["similar", "'announcement'"]);
    refuses(&place, &["text", "announcement", "9.9.9"], 3, &["9.9.9 is not released"]);
    let notes = ["text", "release-notes", "--set", "when=now"];
    refuses(&place, &notes, 2, &["release-notes.md has no placeholder {when}", "{codename}"]);
    std::fs::remove_file(place.top.join("templates/announcement.md")).unwrap();
    place.put("../outside.md", "# {name}\n");
    symlink("../../outside.md", place.top.join("templates/announcement.md")).unwrap();
    refuses(&place, &text(&[]), 2, &["templates/announcement.md"]);
}

#[test]
fn without_a_record_nothing_is_known_of_gates() {
    let place = project("no-record");
    let said = works(&place, &["text", "announcement", "v1.2.0"]);
    assert_eq!(said.out, "# demo 1.2.0 is out\n\n- first\n");
    let mail = ["text", "post-deployment"];
    let why = "There is no record of v1.2.0 here";
    refuses(&place, &mail, 2, &["{gates}", why, "next: gonogo log\n".trim_end()]);
    place.put("templates/post-deployment.md", "{by}, {date} {time} <!-- gate:tests -->");
    refuses(&place, &mail, 3, &["gate tests was not asked", why]);
    place.put("templates/post-deployment.md", "{by}, {date} {time}");
    assert_eq!(works(&place, &mail).out, "Ada Example, 2026-01-02 02:04 UTC\n");
    place.git(&["remote", "add", "origin", "https://example.com/acme/demo.git"]);
    place.put("templates/post-deployment.md", "{waivers}");
    refuses(&place, &mail, 2, &["next: gonogo log v1.2.0 --remote"]);
}

#[test]
fn a_record_of_another_tag_proves_nothing() {
    let place = released("other-tag", &[]);
    place.git(&["tag", "-f", "-a", "-m", "moved", "v1.3.0", "HEAD~1"]);
    let why = ["v1.3.0 is not the tag that was released", "next: gonogo log v1.3.0"];
    refuses(&place, &["text", "announcement", "1.3.0"], 3, &why);
}

#[test]
fn a_rollback_can_be_told_of_again() {
    let place = project("rolled-back");
    let remote = Remote::origin(&place);
    works(&place, &["release", "minor", "--yes"]);
    refuses(
        &place,
        &["text", "notice", "1.3.0"],
        2,
        &["was not rolled back", "rollback 1.3.0 --dry-run"],
    );
    refuses(&place, &["text", "incident"], 2, &["no release was rolled back"]);
    works(&place, &["rollback", "1.3.0", "--reason", "saving fails", "--yes"]);
    let written = place.read(".git/gonogo/out/1.3.0/incident.md");
    assert_eq!(works(&place, &["text", "incident"]).out, written);
    place.put("templates/notice.md", "{version}: {reason}, now {previous}\n");
    let notice = ["text", "notice", "v1.3.0"];
    assert_eq!(works(&place, &notice).out, "1.3.0: saving fails, now 1.2.0\n");
    for kind in ["announcement", "post-deployment", "pre-deployment"] {
        let next = ["1.3.0 was rolled back", "next: gonogo text notice 1.3.0"];
        refuses(&place, &["text", kind, "1.3.0"], 3, &next);
    }
    let other = Place::empty("rolled-back-other");
    other.git(&["clone", "-q", remote.url(), "."]);
    let burned = "refs/gonogo/rolledback/*:refs/gonogo/rolledback/*";
    other.git(&["fetch", "-q", "origin", burned]);
    refuses(&other, &notice, 2, &["1.3.0 was rolled back elsewhere", "the clone that did it"]);
}

#[test]
fn a_release_that_is_undone_is_not_told_of() {
    let place = project("undone");
    let before = place.state();
    works(&place, &["release", "minor", "--no-push", "--yes"]);
    works(&place, &["text", "announcement", "1.3.0"]);
    undone(&place, &before);
    refuses(&place, &["text", "announcement", "1.3.0"], 3, &["1.3.0 is not released"]);
}

#[test]
fn the_changelog_of_the_release_counts_where_it_is_not_here() {
    let place = released("elsewhere", &[]);
    let expected = "# demo 1.3.0 is out\n\n### Added\n\n- by hand\n- a new thing\n";
    place.git(&["switch", "-q", "-c", "older", "v1.2.0"]);
    assert_eq!(works(&place, &["text", "announcement", "1.3.0"]).out, expected);
    place.git(&["rm", "-q", "CHANGELOG.md"]);
    place.commit_all("chore: no changelog");
    assert_eq!(works(&place, &["text", "announcement", "v1.3.0"]).out, expected);
    // What nobody has written down is not passed over in silence.
    place.git(&["tag", "-a", "-m", "1.2.1", "v1.2.1"]);
    place.put("CHANGELOG.md", "# Changelog\n\n## [1.2.0] - 2025-12-24\n\n- first\n");
    let why =
        ["{sections}", "CHANGELOG.md has no section for 1.2.1", "next: gonogo changelog audit"];
    refuses(&place, &["text", "announcement", "1.2.1"], 2, &why);
    // Nor is there anything to say where nobody writes a changelog.
    place.git(&["rm", "-q", "--cached", "--ignore-unmatch", "CHANGELOG.md"]);
    std::fs::remove_file(place.top.join("CHANGELOG.md")).unwrap();
    assert_eq!(works(&place, &["text", "announcement", "1.2.1"]).out, "# demo 1.2.1 is out\n");
    place.put("templates/pre-deployment.md", "{name} after {previous} {sections} {breaking}");
    place.put("more.txt", "");
    place.commit_all("feat: more");
    assert_eq!(works(&place, &["text", "pre-deployment"]).out, "demo after 1.2.1\n");
}
