//! Checklists of many shapes: read, bound, judged, ticked, imported.

mod cases;
mod properties;
mod proposals;

use super::bind::{By, Known, Problem};
use super::*;
use crate::config::file::{Binding, Said, Section, Who};

/// `"heading" = binding, binding`
pub fn sections(lines: &[(&str, &[&str])]) -> Vec<Section> {
    let section = |(heading, bindings): &(&str, &[&str])| Section {
        heading: Said { value: (*heading).to_owned(), at: 0 },
        bindings: bindings.iter().filter_map(|text| Binding::parse(text)).collect(),
    };
    lines.iter().map(section).collect()
}

pub fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What each box waits for, in its order.
pub fn bound_to(text: &[u8], lines: &[(&str, &[&str])], roles: &[&str]) -> Vec<String> {
    let checklist = parse(text);
    let known = Known {
        sections: &sections(lines),
        roles: &names(roles),
        gates: &names(&["tests", "lint"]),
    };
    let bound = bind(&checklist, known);
    let said = |bindings: &[Binding]| {
        bindings.iter().map(Binding::to_string).collect::<Vec<_>>().join(" + ")
    };
    bound.items.iter().map(|item| said(&item.bindings)).collect()
}

#[test]
fn the_nearest_bound_heading_wins_and_a_comment_before_it() {
    let text = b"- [ ] a\n# Launch\n- [ ] b\n## 1. Code\n- [ ] c <!-- gate:lint -->\n- [x] d\n\
        ### Deep\n- [ ] e <!-- todo: x -->\n- [ ] f <!-- gate:tests, role:Captain -->\n\
        ## Captain\n- [ ] g\n# Other\n- [ ] h <!-- skip: no, never -->\n";
    let lines: &[(&str, &[&str])] =
        &[("LAUNCH", &["role:any"]), ("Code \u{2705}", &["gate:tests", "role:any"])];
    let found = bound_to(text, lines, &["Captain"]);
    let expected = [
        "",
        "role:any",
        "gate:lint",
        "gate:tests + role:any",
        "gate:tests + role:any",
        "gate:tests + role:Captain",
        "role:Captain",
        "skip: no, never",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_is_bound_wrongly_is_told_with_its_place() {
    let text = b"# Phase 1\n- [ ] a <!-- gate:test -->\n# Phase 3\n- [ ] b <!-- gates:lint -->\n";
    let lines: &[(&str, &[&str])] =
        &[("Phase 1", &["step"]), ("Phase 2", &["step"]), ("Gone", &["step"])];
    let sections = sections(lines);
    let known = Known { sections: &sections, roles: &[], gates: &names(&["tests", "lint"]) };
    let problems = bind(&parse(text), known).problems;
    assert_eq!(problems[0], Problem::Twice { heading: 1, sections: vec![0, 1] });
    assert_eq!(problems[1], Problem::Missing { section: 2 });
    let why = "There is no gate \"test\"; did you mean \"tests\"?".to_owned();
    assert_eq!(problems[2], Problem::Comment { at: 18, text: "gate:test".into(), why });
    assert!(matches!(&problems[3], Problem::Comment { text, .. } if text == "gates:lint"));
    assert_eq!(problems.len(), 4);
}

#[test]
fn a_heading_written_as_it_is_wins_over_one_that_is_alike() {
    let text = b"# Phase 1\n- [ ] a\n# Phase 2\n- [ ] b\n";
    let lines: &[(&str, &[&str])] = &[("Phase 1", &["step"]), ("Phase 2", &["rollback"])];
    assert_eq!(bound_to(text, lines, &[]), ["step", "rollback"]);
}

fn gate(id: &str, outcome: &str) -> crate::record::Gate {
    crate::record::Gate {
        id: id.into(),
        outcome: outcome.into(),
        required: true,
        ..Default::default()
    }
}

fn signed(role: &str, by: &str, turn: Turn) -> Signed {
    let at = crate::sys::clock::Timestamp(1_795_269_780);
    Signed { role: Some(role.into()), by: by.into(), person: by.len(), at, turn }
}

#[test]
fn a_box_is_done_when_all_it_waits_for_is() {
    let facts = Facts {
        gates: vec![
            gate("tests", "green"),
            gate("tests", "green"),
            gate("lint", "red"),
            gate("ci", "skipped"),
        ],
        waived: vec![crate::record::Waiver {
            gate: "lint".into(),
            reason: "known".into(),
            needed: true,
        }],
        left_out: names(&["slow"]),
        signed: vec![signed("QA", "Bo", Turn::Before), signed("QA", "Bo", Turn::After)],
        excused: Excused::AllBut(names(&["QA", "Captain"])),
        profile: "hotfix".into(),
        ..Facts::default()
    };
    let of = |texts: &[&str]| {
        let bindings: Vec<_> = texts.iter().filter_map(|text| Binding::parse(text)).collect();
        match state(&bindings, &facts) {
            State::Done(proofs) => format!("done {}", proofs.len()),
            State::Excused(why) => why,
            State::Open(waits) => format!("open {}", waits.len()),
            State::Unbound => "unbound".into(),
        }
    };
    for (texts, expected) in [
        (&["gate:tests"][..], "done 2"),
        (&["gate:tests", "role:QA"], "done 3"),
        (&["gate:tests", "role:Captain"], "open 1"),
        (&["gate:missing", "role:Captain"], "open 2"),
        (&["gate:lint"], "gate lint is waived: known"),
        (&["gate:lint", "role:Captain"], "open 1"),
        (&["gate:ci"], "gate ci: skipped"),
        (&["gate:slow"], "a hotfix does without gate slow"),
        (&["role:Cook"], "a hotfix needs no sign-off by Cook"),
        (&["role:any"], "done 1"),
        (&["after:QA"], "done 1"),
        (&["after:Captain"], "open 1"),
        (&["after:QA", "after:any"], "done 1"),
        (&["step"], "open 1"),
        (&["skip: no"], "no"),
        (&["rollback"], "open 1"),
        (&[], "unbound"),
    ] {
        assert_eq!(of(texts), expected, "{texts:?}");
    }
}

#[test]
fn what_anybody_can_sign_may_need_several_people() {
    let one = |by: &str, seconds: i64, turn| {
        let at = crate::sys::clock::Timestamp(1_795_269_780 + seconds);
        Signed { role: None, at, ..signed("", by, turn) }
    };
    let of = |text: &str, signed: &[Signed], people| {
        let facts = Facts { signed: signed.to_vec(), people, ..Facts::default() };
        match state(&[Binding::parse(text).unwrap()], &facts) {
            State::Done(proofs) => {
                let by = proofs.iter().map(|proof| match proof {
                    Evidence::Signed(signed) => format!("{} {}", signed.by, signed.at.0 % 10),
                    other => panic!("{other:?}"),
                });
                by.collect::<Vec<_>>().join(", ")
            }
            State::Open(waits) => format!("{waits:?}"),
            other => panic!("{other:?}"),
        }
    };
    let open = |have| format!("[People {{ have: {have}, need: 2 }}]");
    let (ana, bo) = (one("Ana", 0, Turn::Before), one("Bo", 1, Turn::Before));
    let again = one("Ana", 5, Turn::Before);
    assert_eq!(of("role:any", &[], 2), open(0));
    assert_eq!(of("role:any", &[ana.clone(), again.clone()], 2), open(1));
    let late = one("Bo", 1, Turn::After);
    assert_eq!(of("role:any", &[ana.clone(), late.clone()], 2), open(1));
    // All are named, each with the last word, in the order in which it was given.
    assert_eq!(of("role:any", &[ana.clone(), bo.clone(), again.clone()], 2), "Bo 1, Ana 5");
    assert_eq!(of("role:any", &[ana.clone(), bo.clone()], 0), "Bo 1");
    assert_eq!(of("role:any", &[], 1), "[Role(Any)]");
    // Once it is out one is enough.
    assert_eq!(of("after:any", &[ana, bo], 2), "[Later(Some(Any))]");
    assert_eq!(of("after:any", &[late], 2), "Bo 1");
}

#[test]
fn boxes_are_grouped_by_when_and_by_whom() {
    let text = b"# A\n- [ ] a\n# B\n- [ ] b\n# C\n- [ ] c\n# D\n- [ ] d\n- [ ] e <!-- step -->\n";
    let lines: &[(&str, &[&str])] = &[
        ("A", &["gate:tests"]),
        ("B", &["gate:tests"]),
        ("C", &["after:any"]),
        ("D", &["gate:tests"]),
    ];
    let (checklist, sections) = (parse(text), sections(lines));
    let known = Known { sections: &sections, roles: &[], gates: &names(&["tests"]) };
    let bound = bind(&checklist, known);
    assert!(matches!(bound.items[0].by, By::Section { heading: 0, section: 0 }));
    let found = groups(&checklist, &bound, &Facts::default());
    let seen = found.iter().map(|group| (group.turn, group.titles.join(","), group.items.clone()));
    let expected = [
        (Turn::Before, "A,B".to_owned(), vec![0, 1]),
        (Turn::Before, "D".to_owned(), vec![3]),
        (Turn::Release, "D".to_owned(), vec![4]),
        (Turn::After, "C".to_owned(), vec![2]),
    ];
    assert!(seen.eq(expected), "{found:?}");
    assert_eq!(found.iter().map(Group::holds).collect::<Vec<_>>(), [true, true, false, false]);
    // What is checked before holds a release up, whatever else comes after it.
    let both = [Binding::Gate("tests".into()), Binding::After(Who::Any)];
    let one = state(&both, &Facts::default());
    let group = Group {
        state: one,
        turn: Turn::After,
        bindings: both.into(),
        titles: vec![],
        items: vec![0],
    };
    assert!(group.holds());
}

#[test]
fn the_copy_says_beside_each_box_what_is_known() {
    let text = b"# A\r\n- [ ] one  \r\n  goes on\r\n- [x] two\r\n  1. [ ] three `x`\r\n\r\n# B\r\n* [ ] f\xfcr\r\n";
    let lines: &[(&str, &[&str])] = &[("A", &["gate:tests"]), ("B", &["role:QA"])];
    let (checklist, sections) = (parse(text), sections(lines));
    let known = Known { sections: &sections, roles: &names(&["QA"]), gates: &names(&["tests"]) };
    let bound = bind(&checklist, known);
    let facts = Facts { signed: vec![signed("QA", "Bo *Chen*", Turn::Before)], ..Facts::default() };
    let copy = tick(text, &checklist, &bound, &facts);
    let open = "open: gate tests was not asked";
    let expected = [
        "# A\r\n- [ ] one  \r\n  goes on *(".as_bytes(),
        open.as_bytes(),
        b")*\r\n- [x] two *(ticked by hand: claimed, no evidence; ",
        open.as_bytes(),
        b")*\r\n  1. [ ] three `x` *(",
        open.as_bytes(),
        b")*\r\n\r\n# B\r\n* [x] f\xfcr *(Bo &#42;Chen&#42;, QA, 2026-11-21 14&#58;03 UTC)*\r\n",
    ];
    assert_eq!(String::from_utf8_lossy(&copy), String::from_utf8_lossy(&expected.concat()));
    let facts = Facts { gates: vec![gate("tests", "green")], ..facts };
    let copy = tick(text, &checklist, &bound, &facts);
    assert!(
        parse(&copy).items.iter().all(|item| item.ticked),
        "{}",
        String::from_utf8_lossy(&copy)
    );
}
