//! What is a box, and what only looks like one.

use super::*;

/// Each box: ticked or not, depth, heading, text.
fn seen(bytes: &[u8]) -> Vec<String> {
    let checklist = parse(bytes);
    let item = |item: &Item| {
        assert!(matches!(bytes[item.mark.start], b' ' | b'x' | b'X'));
        assert_eq!((bytes[item.mark.start - 1], bytes[item.mark.end]), (b'[', b']'));
        let sign = if item.ticked { "x" } else { "o" };
        let above: Vec<String> =
            checklist.above(item.under).map(|at| checklist.headings[at].text.clone()).collect();
        format!("{sign}{} {} < {}", item.depth, item.said(), above.join(" < "))
    };
    checklist.items.iter().map(item).collect()
}

#[track_caller]
fn holds(text: &str, expected: &[&str]) {
    assert_eq!(seen(text.as_bytes()), expected, "{text}");
    // Line ends and a mark in front make no difference.
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(seen(windows.as_bytes()), expected, "with CR LF: {text}");
}

#[test]
fn nested_sections_with_blocks_of_commands() {
    holds(
        "# Shipping the almanac\n\nText.\n\n## Before\n\n### 1. Pages\n\n- [ ] Proofs are *read*\n\
        - [ ] `make lint` says nothing\n\n```bash\n- [ ] not this\n```\n\n### 2. Binding\n\n\
        - [x] Glue is dry\n\n## After\n- [ ] Post it\n",
        &[
            "o0 Proofs are read < 1. Pages < Before < Shipping the almanac",
            "o0 make lint says nothing < 1. Pages < Before < Shipping the almanac",
            "x0 Glue is dry < 2. Binding < Before < Shipping the almanac",
            "o0 Post it < After < Shipping the almanac",
        ],
    );
}

#[test]
fn a_template_in_a_fence_is_text() {
    holds(
        "## Real\n- [ ] yes\n\n````markdown\n## Template\n```\n- [ ] no\n```\n- [ ] no\n````\n\n\
        ~~~\n- [ ] no\n~~~\n\n- a link [ ](x)\n- [Release](#release)\n- [ ]no blank\n- \\[ ] no\n",
        &["o0 yes < Real"],
    );
}

#[test]
fn numbered_items_with_items_below() {
    holds(
        "## If it burns\n\n1. [ ] Stop\n2. [ ] Then:\n   - [ ] call\n   - [ ] wait\n     1) [X] long\n\
        3. [ ] Tell\n",
        &[
            "o0 Stop < If it burns",
            "o0 Then: < If it burns",
            "o1 call < If it burns",
            "o1 wait < If it burns",
            "x2 long < If it burns",
            "o0 Tell < If it burns",
        ],
    );
}

#[test]
fn capitals_rules_and_symbols() {
    holds(
        "# PLAN\n\n---\n\n## GO TIME \u{26a0}\u{fe0f}\n\n**Watch for a day:**\n- [ ] errors\n\n---\n\n\
        | a | b |\n|---|---|\n| [ ] | - [ ] x |\n\n## END\n- [ ] Name: ______ Date: ____\n",
        &["o0 errors < GO TIME \u{26a0}\u{fe0f} < PLAN", "o0 Name: ______ Date: ____ < END < PLAN"],
    );
}

#[test]
fn characters_that_broke_on_the_way() {
    let text =
        "## \u{201a}\u{fa}\u{d6} Ready\n\n### Speed\n- [ ] \u{201a}\u{e2}\u{2022}85% of it\n";
    holds(text, &["o0 \u{201a}\u{e2}\u{2022}85% of it < Speed < \u{201a}\u{fa}\u{d6} Ready"]);
    assert_eq!(bound_to(text.as_bytes(), &[("Ready", &["role:any"])], &[]), ["role:any"]);
}

#[test]
fn headings_that_are_underlined() {
    holds(
        "Almanac\n=======\n\nInk\n---\n\n* [ ] black\n+ [x] blue\n\nPaper\n-----\n* [ ] white\n",
        &["o0 black < Ink < Almanac", "x0 blue < Ink < Almanac", "o0 white < Paper < Almanac"],
    );
}

#[test]
fn bytes_that_are_no_text() {
    let text = b"# Pr\xfcfung\n- [ ] Gr\xf6\xdfe\n\n    - [ ] code?\n\xff\xfe\n- [x] \x00 end";
    let expected = [
        "o0 Gr\u{fffd}\u{fffd}e < Pr\u{fffd}fung",
        "o1 code? \u{fffd}\u{fffd} < Pr\u{fffd}fung",
        "x0 \0 end < Pr\u{fffd}fung",
    ];
    assert_eq!(seen(text), expected);
    assert_eq!(bound_to(text, &[("Pr fung", &["role:any"])], &[]), ["role:any"; 3]);
}

#[test]
fn quotes_folds_and_comments() {
    holds(
        "> ## Quoted\n> - [ ] in a quote\n\n<details>\n<summary>More</summary>\n\n- [ ] folded\n\n\
        </details>\n\n<!--\n- [ ] commented out\n-->\n\n<div>\n- [ ] inside HTML\n</div>\n",
        &["o0 in a quote < Quoted", "o0 folded < Quoted"],
    );
}

#[test]
fn loose_items_with_paragraphs_and_blocks() {
    holds(
        "- [ ] first\n  goes *on*\n\n  Second paragraph.\n\n      - [ ] code\n\n  ```\n  - [ ] code\n  ```\n\n\
        - [ ] **bold** and [a link](x \"y\") <!-- gate:tests -->\n\nText\n- [ ] after text\n",
        &["o0 first goes on < ", "o0 bold and a link < ", "o0 after text < "],
    );
}

#[test]
fn levels_that_jump() {
    holds(
        "#### Deep\n- [ ] a\n## Higher\n- [ ] b\n###### Deepest\n- [ ] c\n### Between\n- [ ] d\n",
        &["o0 a < Deep", "o0 b < Higher", "o0 c < Deepest < Higher", "o0 d < Between < Higher"],
    );
}

#[test]
fn nothing_is_no_checklist() {
    for none in ["", "\u{feff}", "text", "# A\n- a\n- [x](y)\n", "    - [ ] code\n"] {
        assert_eq!(seen(none.as_bytes()), [""; 0], "{none:?}");
    }
}
