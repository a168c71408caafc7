//! Lines of templates, as people write them, and what is made of them.

use proptest::prelude::*;

use super::*;
use crate::checklist::{Released, Signed, Turn};
use crate::path::RepoPath;
use crate::record::{Gate, Waiver};
use crate::sites::Source;
use crate::sys::clock::Timestamp;
use crate::template::{Value, Values};

const WORDS: &[&str] = &["gates", "when"];

/// The claims of a text, and the text without their evidence.
fn claims(text: &str) -> Result<(Vec<Claim>, String), Refusal> {
    let path = RepoPath::new("t.md").unwrap();
    let mut template = Template::parse(Source { path: &path, bytes: text.as_bytes() }, WORDS)?;
    let (roles, gates) = (["QA Lead".to_owned()], ["tests", "lint"].map(str::to_owned));
    let claims = template.claims(Known { sections: &[], roles: &roles, gates: &gates })?;
    let values: Values<'_> = WORDS.iter().map(|word| (*word, Value::text("VALUE"))).collect();
    Ok((claims, String::from_utf8(template.render(&values)?).unwrap()))
}

#[test]
fn evidence_is_taken_off_the_end_of_a_line() {
    for (text, rendered, bindings) in [
        ("All tests pass. <!-- gate:tests -->\n", "All tests pass.\n", &["gate:tests"][..]),
        ("a <!--gate:tests--> <!-- role:QA Lead -->", "a\n", &["gate:tests", "role:QA Lead"]),
        ("a <!-- gate:tests, role:any -->\r\nb\r\n", "a\r\nb\r\n", &["gate:tests", "role:any"]),
        ("{gates} <!-- gate:lint -->\n", "VALUE\n", &["gate:lint"]),
        ("# It is out <!-- step -->\n", "# It is out\n", &["step"]),
        ("a <!-- for the editor -->\n", "a <!-- for the editor -->\n", &[]),
        ("<!-- passed [X] -->\nplain {when}\n", "plain VALUE\n", &[]),
    ] {
        let (claims, is) = claims(text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        let found: Vec<String> =
            claims.iter().flat_map(|claim| &claim.bindings).map(ToString::to_string).collect();
        assert_eq!(
            (is.as_str(), found),
            (rendered, bindings.iter().map(ToString::to_string).collect())
        );
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, what, column) in [
        ("- ✅ All tests passing", "claims \"All tests\"", 5),
        ("- All systems operational", "claims \"All systems\"", 3),
        ("**No** errors", "claims \"No** errors\"", 3),
        ("it was deployed successfully", "claims \"successfully\"", 17),
        ("the suite passed", "claims \"passed\"", 11),
        ("Everything was verified.", "claims \"verified\"", 16),
        ("- 50-80% faster", "claims \"80%\"", 6),
        ("- faster by 12 %", "claims \"12%\"", 13),
        ("improved by XX%", "fills in: XX%", 13),
        ("Build XXX", "fills in: XXX", 7),
        ("TODO: more", "fills in: TODO", 1),
        ("Signed off by: ______", "fills in: ____", 16),
        ("When: [DATE/TIME]", "fills in: [DATE/TIME]", 7),
        ("[your name]", "fills in: [your name]", 1),
        ("é [CONTACT] é", "fills in: [CONTACT]", 3),
        ("Subject: {when} [TIME]", "fills in: [TIME]", 17),
        ("passed XX <!-- gate:tests -->", "fills in: XX", 8),
        ("a <!-- gate:test -->", "evidence that there is not: \"gate:test\"", 3),
        ("a <!-- gates:tests -->", "evidence that there is not: \"gates:tests\"", 3),
        ("a <!-- role:QA -->", "evidence that there is not: \"role:QA\"", 3),
        ("a <!-- gate:tests --> b", "evidence in the middle", 3),
        ("a <!-- gate:tests --> <!-- b -->", "evidence in the middle", 3),
        ("  <!-- gate:tests -->", "evidence without a text", 1),
    ] {
        let refusal = claims(&format!("fine\n\n{text}\n")).expect_err(text);
        assert!(refusal.what.contains(what), "{text}: {refusal}");
        let place = refusal.place.as_ref().unwrap();
        assert_eq!((place.line, place.column, place.source.as_str()), (3, column, text));
        assert!(!refusal.next.is_empty() && !refusal.why.is_empty(), "{text}");
    }
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    for text in [
        "We bypassed and surpassing, unverified, unsuccessful",
        "When all {gates} tests {when} pass",
        "- [ ] box\n- [x] box\n- [X] box",
        "[text](https://example.com) ![alt](x.png) [text][ref] [ref]\n\n[ref]: https://example.com",
        "note[^1] and [1], [2024-01-02], \\[sic]",
        "> [!NOTE]\n> pip install demo[all], `x[name]`",
        "```toml\n[tool.x]\n```\n",
        "Subject: [studio] {when}\n[{when}]",
        "a\n___\nsnake_case, 50 faster, MAXX, todo",
    ] {
        let (claims, _) = claims(text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        assert_eq!(claims, [], "{text}");
    }
}

#[test]
fn all_places_are_told_at_once() {
    let refusal = claims("passed\n\n[CONTACT]\nXX%\n").unwrap_err();
    assert_eq!(refusal.why[2..], ["Also at t.md:3:1: [CONTACT]", "Also at t.md:4:1: XX%"]);
}

fn gate(id: &str, outcome: &str, required: bool) -> Gate {
    let why = (outcome != "green").then(|| "exit 1".to_owned());
    Gate { id: id.to_owned(), outcome: outcome.to_owned(), why, required, ..Gate::default() }
}

#[test]
fn only_what_is_proved_may_be_claimed() {
    let waived = |gate: &str| {
        vec![Waiver { gate: gate.to_owned(), reason: "flaky".to_owned(), needed: true }]
    };
    let signed = Signed {
        role: Some("QA Lead".to_owned()),
        by: "Bo".to_owned(),
        person: 0,
        at: Timestamp(0),
        turn: Turn::Before,
    };
    let released = Some(Released { tag: "v1".to_owned(), at: None });
    let facts = |gates| Facts { gates, ..Facts::default() };
    for (text, facts, expected) in [
        ("gate:tests", facts(vec![gate("tests", "green", true)]), None),
        ("gate:tests", facts(vec![]), Some("gate tests was not asked")),
        (
            "gate:tests",
            facts(vec![gate("tests", "red", true)]),
            Some("gate tests is not green: exit 1"),
        ),
        (
            "gate:tests",
            Facts { waived: waived("tests"), ..facts(vec![gate("tests", "red", true)]) },
            Some("gate tests is waived: flaky"),
        ),
        (
            "gate:tests",
            Facts { waived: waived("tests"), ..facts(vec![gate("tests", "green", true)]) },
            None,
        ),
        (
            "gate:lint",
            facts(vec![gate("lint", "red", false)]),
            Some("gate lint: exit 1, not required"),
        ),
        ("gate:lint", facts(vec![gate("lint", "skipped", true)]), Some("gate lint: exit 1")),
        ("role:QA Lead", facts(vec![]), Some("nobody has signed as QA Lead")),
        (
            "role:QA Lead",
            Facts { void: vec!["that of Bo is void".to_owned()], ..facts(vec![]) },
            Some("nobody has signed as QA Lead; that of Bo is void"),
        ),
        ("role:any", Facts { signed: vec![signed.clone()], ..facts(vec![]) }, None),
        ("role:QA Lead", Facts { signed: vec![signed.clone()], ..facts(vec![]) }, None),
        (
            "after:any",
            Facts { signed: vec![signed], ..facts(vec![]) },
            Some("nobody has signed after the release"),
        ),
        ("step", Facts { released, ..facts(vec![]) }, None),
        ("step", facts(vec![]), Some("it is not released")),
        ("rollback", facts(vec![]), Some("it is for a rollback")),
        ("skip: why not", facts(vec![]), Some("why not")),
        (
            "gate:tests, gate:lint",
            facts(vec![gate("tests", "green", true), gate("lint", "red", true)]),
            Some("gate lint is not green: exit 1"),
        ),
    ] {
        let (claims, _) = claims(&format!("so it is <!-- {text} -->")).unwrap();
        let found = unproved(&claims, &facts).into_iter().map(|(_, why)| why).next();
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}

#[test]
fn the_help_has_every_word_of_the_table() {
    let help = include_str!("../../../tests/help/text.md");
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in CLAIMS.iter().chain(TO_DO) {
        assert!(help.contains(word), "{word}");
    }
}

proptest! {
    #[test]
    fn a_text_without_claims_and_placeholders_stays(
        lines in prop::collection::vec("[ a-wyz#*.,:()0-9é-]{0,30}", 0..8)
    ) {
        let text = format!("<!-- how it works: passed, XX% -->\n{}", lines.join("\n"));
        let found = claims(&text);
        let claimed = lines.iter().any(|line| claimed(line).is_some());
        prop_assert_eq!(found.is_err(), claimed);
        if let Ok((found, is)) = found {
            prop_assert_eq!(found, []);
            let body = lines.join("\n");
            prop_assert_eq!(is.trim_end(), body.trim_start_matches('\n').trim_end());
        }
    }

    #[test]
    fn a_text_that_is_accepted_says_nothing_in_vain(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a ", "tests ", "all ", "pass", "passed ", "[", "]", "DATE", "XX", "%", "9", "\n",
                " <!-- gate:tests -->", "<!-- ", " -->", "gate:lint", "{when}", "`", "```", "é",
            ]),
            0..14,
        )
    ) {
        let text = format!("x\n{}", parts.concat());
        if let Ok((found, is)) = claims(&text) {
            prop_assert!(!is.contains("<!-- gate:"), "{is}");
            let bindings = found.iter().map(|claim| claim.bindings.len()).sum::<usize>();
            prop_assert!(bindings <= text.matches("gate:").count());
            for (line, place) in found.iter().map(|claim| (&claim.place.source, claim.place.line)) {
                prop_assert_eq!(Some(line.as_str()), text.lines().nth(place - 1));
            }
        }
    }
}
