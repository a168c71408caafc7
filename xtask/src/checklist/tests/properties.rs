//! Whatever stands in a file: its boxes lie where they are said to lie, and a copy differs from it
//! at boxes alone.

use proptest::prelude::*;

use super::*;

fn line() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "# ",
        "## ",
        "- [ ] ",
        "* [x] ",
        "1. [ ] ",
        "  - [ ] ",
        "> ",
        "```",
        "~~~",
        "    ",
        "\t",
        "<!-- step -->",
        "<details>",
        "-->",
        "a b",
        "`c`",
        "**d**",
        "[l](x)",
        "---",
        "===",
        "|",
        "\\",
        "\u{e9}",
        "\u{2705}",
        "\u{201a}\u{fa}\u{d6}",
        "*",
        "_",
        "<",
        "&amp;",
        " ",
    ]);
    let text = prop::collection::vec(pieces, 0..5).prop_map(|parts| parts.concat().into_bytes());
    let end = prop::sample::select(vec!["\n", "\n\n", "\r\n", "\r"]);
    let broken = prop_oneof![8 => Just(None), 1 => any::<u8>().prop_map(Some)];
    (text, broken, end).prop_map(|(mut text, broken, end)| {
        text.extend(broken);
        text.extend(end.bytes());
        text
    })
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(line(), 0..12).prop_map(|lines| lines.concat())
}

/// The copy with what was put into it taken out again.
fn without(copy: &[u8], original: &[u8], checklist: &Checklist) -> Vec<u8> {
    let mut rest = Vec::new();
    let mut at = 0;
    let mut from = 0;
    for item in &checklist.items {
        let mark = at + item.mark.start - from;
        rest.extend_from_slice(&copy[at..mark]);
        assert!(matches!(copy[mark], b' ' | b'x' | b'X'));
        rest.extend_from_slice(&original[item.mark.clone()]);
        let end = tick::end(original, item);
        let stop = mark + 1 + end - item.mark.end;
        rest.extend_from_slice(&copy[mark + 1..stop]);
        let added = copy[stop..].windows(2).position(|pair| pair == b")*").unwrap() + 2;
        assert!(copy[stop..].starts_with(b" *("));
        (at, from) = (stop + added, end);
    }
    rest.extend_from_slice(&copy[at..]);
    rest
}

proptest! {
    #[test]
    fn boxes_lie_in_the_file_one_after_the_other(bytes in file()) {
        let checklist = parse(&bytes);
        let mut before = 0;
        for item in &checklist.items {
            prop_assert!(before <= item.mark.start && item.mark.end < item.end && item.end <= bytes.len());
            prop_assert_eq!(bytes[item.mark.start - 1], b'[');
            prop_assert_eq!(bytes[item.mark.end], b']');
            let line = 1 + bytes[..item.mark.start].iter().filter(|byte| **byte == b'\n').count();
            prop_assert_eq!(item.line, line);
            before = item.end;
        }
    }

    #[test]
    fn a_copy_differs_at_boxes_alone(bytes in file(), green in any::<bool>()) {
        let checklist = parse(&bytes);
        let gate = Binding::Gate("tests".into());
        let one = bind::BoundItem { bindings: vec![gate], by: By::Nothing };
        let items = vec![one; checklist.items.len()];
        let bound = Bound { items, problems: Vec::new() };
        let gates = if green { vec![gate_green()] } else { Vec::new() };
        let facts = Facts { gates, ..Facts::default() };
        let copy = tick(&bytes, &checklist, &bound, &facts);
        prop_assert_eq!(without(&copy, &bytes, &checklist), bytes);
    }
}

fn gate_green() -> crate::record::Gate {
    super::gate("tests", "green")
}
