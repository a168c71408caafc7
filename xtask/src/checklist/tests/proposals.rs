//! What is proposed for a checklist that gonogo.toml does not know.

use super::*;
use crate::checklist::{Repository, import};

/// Each heading with boxes: its text, what it is bound to, `+` where gonogo.toml says so.
fn proposed(text: &str, roles: &[&str]) -> (Vec<String>, Vec<String>) {
    let (roles, asked) = (names(roles), names(&["clean", "changelog"]));
    let repository = Repository {
        roles: &roles,
        configured: &[],
        asked: &asked,
        ci: true,
        exists: &|path| path == "scripts/verify.sh",
    };
    let checklist = parse(text.as_bytes());
    let imported = import(&checklist, "LIST.md", &repository);
    let rows = imported.rows.iter().map(|row| {
        let bindings: Vec<String> = row.bindings.iter().map(Binding::to_string).collect();
        let sign = if row.written { "+" } else { "" };
        format!("{sign}{}: {}", checklist.title(Some(row.heading)), bindings.join(" + "))
    });
    let gates = imported.gates.iter().map(|gate| format!("{} {}", gate.name, gate.why));
    let (rows, gates) = (rows.collect(), gates.collect());
    // What is written means what was listed.
    let known = Known { sections: &imported.sections, roles: &roles, gates: &[] };
    let bound = bind(&checklist, known);
    assert_eq!(bound.problems, [], "{text}");
    for (item, one) in checklist.items.iter().zip(&bound.items) {
        let row = imported.rows.iter().find(|row| Some(row.heading) == item.under);
        if let (Some(row), false) = (row, one.by == By::Comment) {
            assert_eq!(one.bindings, row.bindings, "{}", item.said());
        }
    }
    (rows, gates)
}

const ALMANAC: &str = "# Shipping\n\n## Before the release\n\n### 1. Checks\n- [ ] `pytest -q`\n\
    - [ ] `black src`\n- [ ] prose reads well\n### 2. Changelog\n- [ ] complete\n### 3. CI\n- [ ] green\n\
    ### 4. Manual tests\n- [ ] by hand\n### Captain\n- [ ] fine\n## Publishing\n- [ ] tag\n\
    ## Post-release\n### Checks\n- [ ] `pytest tests/live`\n### Rollback plan\n- [ ] known\n\
    ## Rollback\n- [ ] revert\n";

#[test]
fn headings_say_what_they_mean() {
    let (rows, gates) = proposed(ALMANAC, &["Captain", "Cook"]);
    let expected = [
        "Shipping: ",
        "+Before the release: role:Captain",
        "Checks: role:Captain",
        "+Changelog: gate:changelog",
        "+CI: gate:ci",
        "Manual tests: role:Captain",
        "Captain: role:Captain",
        "+Publishing: step",
        "+Post-release: after:Captain",
        "Checks: after:Captain",
        "Rollback plan: after:Captain",
        "+Rollback: rollback",
    ];
    // `Checks` stands in two places and means two things: it is bound in neither.
    assert_eq!(rows, expected);
    assert_eq!(gates, ["tests LIST.md:6", "format LIST.md:7, so that it only looks"]);
    let (rows, _) = proposed(&ALMANAC.replace("### Checks", "### Watching"), &[]);
    assert_eq!(rows[2], "+Checks: gate:tests + gate:format + role:any");
    assert_eq!(rows[6], "Captain: role:any");
}

#[test]
fn commands_in_blocks_become_gates_once() {
    let text = "# A\n```sh\n# all\npytest\nmypy src \\\n  lib\npytest -x\n./scripts/verify.sh\ngit push\n```\n\
        ## Rollback\n```sh\nruff check .\n```\n- [ ] x\n";
    let (rows, gates) = proposed(text, &[]);
    assert_eq!(gates, ["tests LIST.md:4", "types LIST.md:5", "verify LIST.md:8"]);
    assert_eq!(rows, ["A: ", "+Rollback: rollback"]);
}

#[test]
fn alike_headings_are_told_apart_or_left_alone() {
    let (rows, _) =
        proposed("# Phase 1\n- [ ] `pytest`\n# Phase 2\n- [ ] `mypy x`\n# Phase 3\n- [ ] c\n", &[]);
    assert_eq!(rows, ["+Phase 1: gate:tests", "+Phase 2: gate:types", "+Phase 3: role:any"]);
    let (rows, _) =
        proposed("- [ ] loose\n# \u{2705}\n- [ ] a\n# 2.\n- [ ] b <!-- step -->\n", &[]);
    assert_eq!(rows, ["+\u{2705}: role:any", "+2.: role:any"]);
}
