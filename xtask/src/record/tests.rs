//! Records as data and as documents.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::json;

use super::make::edited;
use super::*;
use crate::path::RepoPath;
use crate::plan::{Digest, Edit, FileChange};

fn oid(digit: char) -> Oid {
    Oid::new(&digit.to_string().repeat(40)).expect("an id")
}

fn any_oid() -> impl Strategy<Value = Oid> {
    "[0-9a-f]{40}".prop_map(|text| Oid::new(&text).expect("an id"))
}

/// A small record with something in every part.
fn record() -> Record {
    let gate = |id: &str, outcome: &str| Gate {
        id: id.into(),
        outcome: outcome.into(),
        required: true,
        ..Gate::default()
    };
    Record {
        format: FORMAT,
        name: "demo".into(),
        version: "1.3.0".into(),
        tag: "v1.3.0".into(),
        tag_object: oid('a'),
        signed: true,
        commit: oid('b'),
        tree: Some(oid('c')),
        branch: Some("main".into()),
        previous: Some(Previous { tag: "v1.2.0".into(), commit: oid('d') }),
        profile: "release".into(),
        codename: Some("Kes|trel".into()),
        by: Person {
            name: "Ada <b>".into(),
            address: "ada@example.com".into(),
            login: "ada".into(),
        },
        at: Timestamp(1_795_269_780),
        command: "release minor".into(),
        tool: "gonogo 0.1.0".into(),
        landing: Landing::PullRequest,
        pushed: vec![Pushed {
            remote: "host/demo".into(),
            refs: vec![PushedRef { name: "refs/tags/v1.3.0".into(), to: Some(oid('a')) }],
        }],
        files: vec![FileEdit {
            path: "a|b.toml".into(),
            line: Some(3),
            old: "version = \"1.2.0\"".into(),
            new: "version = \"1.3.0\"".into(),
            more: 2,
        }],
        section: Some("### Added\n\n- ```\n- <script>\u{1b}[2J\n````\n# no heading\n".into()),
        gates: vec![
            Gate {
                command: Some("pytest -q | tee".into()),
                exit: Some(0),
                at: Some(Timestamp(1)),
                millis: Some(130_400),
                tree: Some(oid('c')),
                log_digest: Some("0123456789abcdef0123".into()),
                ..gate("tests", "green")
            },
            Gate { why: Some("exit 1".into()), ..gate("lint", "red") },
        ],
        waivers: vec![Waiver { gate: "lint".into(), reason: "known | small".into(), needed: true }],
        signoffs: vec![SignedOff {
            role: Some("QA | Lead".into()),
            signer: "Bo, witnessed by Ana".into(),
            by: "Ana <ana@example.com>".into(),
            witnessed: Some(("Bo".into(), "https://example.com/mail".into())),
            at: 1_795_269_000,
            statement: "I <tested> this.".into(),
            candidate: oid('e'),
            object: oid('f'),
            signature: Some("good signature".into()),
        }],
        checklist: Some(Ticked {
            path: "docs/CHECK*LIST*.md".into(),
            boxes: 3,
            done: 2,
            text: "# List\n\n- [x] tests *(gate tests: green)* <b>\n```\n".into(),
        }),
        notes: vec!["a *note*".into()],
        commits: vec![Commit { id: oid('b'), subject: "feat: <i>x</i>".into() }],
        more_commits: 3,
        values: [
            (
                "db".to_owned(),
                Recorded { command: "rev".into(), answer: Answer::Output("4a90".into()) },
            ),
            (
                "no".to_owned(),
                Recorded { command: "x".into(), answer: Answer::Failed("exit 1".into()) },
            ),
        ]
        .into(),
        rollback: Some("1. `go`\n".into()),
        rest: BTreeMap::new(),
    }
}

proptest! {
    /// What is kept is what was made, with what a newer version has added.
    #[test]
    fn a_record_is_read_as_it_was_written(
        (texts, ids) in (vec(".{0,12}", 8), vec(any_oid(), 5)),
        (name, login, signed) in ("\\PC*", ".*", any::<bool>()),
        (previous, branch, section) in (of(any_oid()), of(".*"), of("(?s).*")),
        (at, more, exit) in (any::<i64>(), 0..9_usize, of(any::<i32>())),
        values in btree_map("[a-z]{1,4}", (".*", any::<bool>(), "(?s).*"), 0..3),
        rest in btree_map("x_[a-z]{1,3}", any::<i64>(), 0..3),
    ) {
        let answer = |(command, good, text): (String, bool, String)| Recorded {
            command,
            answer: if good { Answer::Output(text) } else { Answer::Failed(text) },
        };
        let written = Record {
            name,
            tag: texts[0].clone(),
            version: texts[1].clone(),
            tag_object: ids[0].clone(),
            commit: ids[1].clone(),
            tree: previous.clone(),
            signed,
            branch,
            section,
            previous: previous.map(|commit| Previous { tag: texts[2].clone(), commit }),
            by: Person { name: texts[3].clone(), address: texts[4].clone(), login },
            at: Timestamp(at),
            gates: vec![Gate { id: texts[5].clone(), exit, ..Gate::default() }; more % 3],
            files: vec![FileEdit { path: texts[6].clone(), more, ..FileEdit::default() }],
            values: values.into_iter().map(|(name, value)| (name, answer(value))).collect(),
            rest: rest.into_iter().map(|(key, value)| (key, json!(value))).collect(),
            ..record()
        };
        let bytes = written.bytes();
        let read = Record::read(&bytes, &written.tag).expect("it can be read");
        prop_assert_eq!(&read, &written);
        prop_assert_eq!(read.bytes(), bytes);
        // A document is made of whatever a remote sends, and always the same.
        prop_assert_eq!(read.markdown(), written.markdown());
    }

    #[test]
    fn whatever_lies_there_is_a_record_or_none(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(Record::read(&bytes, "v1").is_err());
    }
}

#[test]
fn what_is_no_record_is_named() {
    let changed = |key: &str, value: serde_json::Value| {
        let mut data = serde_json::to_value(record()).expect("JSON");
        data[key] = value;
        Record::read(data.to_string().as_bytes(), "v1.3.0")
    };
    for (key, value, expected) in [
        ("format", json!(2), Err("was written by a newer gonogo (format 2, this one reads 1)")),
        ("commit", json!("abc"), Err("\"abc\" is no object id")),
        ("tag_object", json!("é".repeat(20)), Err("is no object id")),
        ("tag", json!("v9"), Err("tells of another tag, \"v9\"")),
        ("version", json!(7), Err("cannot be read: invalid type")),
        ("section", json!("x".repeat(MOST)), Err("and no record is larger than 1048576")),
        ("later", json!({ "than": "this" }), Ok(())),
    ] {
        match (changed(key, value), expected) {
            (Ok(read), Ok(())) => assert_eq!(read.rest["later"]["than"], "this"),
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{key}: {why}"),
            (found, _) => panic!("{key}: {found:?}"),
        }
    }
    // What older versions did not write is not asked for.
    let least = json!({ "format": 1, "version": "1", "tag": "v1", "tag_object": oid('a'),
        "commit": oid('b'), "by": {}, "at": 0 });
    let read = Record::read(least.to_string().as_bytes(), "v1").expect("a record");
    assert_eq!((read.landing, read.title().as_str()), (Landing::Push, "1"));
}

#[test]
fn a_document_tells_all_and_obeys_no_text() {
    let text = record().markdown();
    for line in [
        "# demo 1.3.0 &#34;Kes&#124;trel&#34;",
        "| Released | 2026-11-21 14:03 UTC |".replace(':', "&#58;").as_str(),
        "| By | Ada &#60;b&#62;, ada&#64;example.com |",
        "2 gates, 1 green, 1 waived",
        "| ✓ | tests | green | 0 | 2:10 | ccccccc | 0123456789abcdef | pytest -q &#124; tee |",
        "| lint | known &#124; small | it was not green |",
        "| QA &#124; Lead | Bo, witnessed by Ana | 2026-11-21 13&#58;50 UTC | eeeeeee | \
         I &#60;tested&#62; this. | good signature | https&#58;//example.com/mail |",
        "> - [x] tests *(gate tests: green)* &lt;b>",
        "> ```",
        "docs/CHECK&#42;LIST&#42;.md: 3 boxes, 2 done or not needed; the others are for the days \
         after or for a rollback.",
        "| a&#124;b.toml, line 3 | version &#61; &#34;1.2.0&#34; | version &#61; &#34;1.3.0&#34; (and 2 lines more) |",
        "db (rev):",
        "4a90",
        "no (x): no value, exit 1",
        "- a &#42;note&#42;",
        "## The way back",
        "- bbbbbbb feat&#58; &#60;i&#62;x&#60;/i&#62;",
        "- and 3 commits before these",
        "git rev-parse 'refs/tags/v1.3.0^{tree}'",
        "git verify-tag refs/tags/v1.3.0",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line:?} in\n{text}");
    }
    // The changelog stays in its block: the fence is longer than any in it.
    let block = text.split("`````text\n").nth(1).and_then(|rest| rest.split("\n`````\n").next());
    assert_eq!(block, Some("### Added\n\n- ```\n- <script>[2J\n````\n# no heading"));
    let outside: Vec<&str> = text.split("`````").step_by(2).flat_map(str::lines).collect();
    let headings = outside.iter().filter(|line| line.starts_with("## "));
    assert_eq!(headings.count(), 11, "{text}");
}

#[test]
fn a_way_back_is_masked_and_no_longer_than_a_record_takes() {
    let text = format!("deploy https://ci:secret@host\n{}", "é".repeat(MOST));
    let kept = record().with_way_back(Some(text)).rollback.expect("a text");
    assert!(kept.starts_with("deploy https://***@host\n") && kept.len() < MOST / 8);
    let without = record().with_way_back(None);
    assert!(!String::from_utf8_lossy(&without.bytes()).contains("rollback"));
    assert!(!without.markdown().contains("way back"));
}

#[test]
fn what_gates_said_is_taken_from_the_report_of_a_check() {
    let evidence = |log: &str| {
        json!({ "format": 1, "gate": "t", "package": null, "command": "pytest", "exit": 0, "at": 5,
        "millis": 1500, "log": log, "log_digest": "ab", "dropped": 0, "tree": oid('c'), "key": null })
    };
    let run = |package: Option<&str>, evidence: serde_json::Value| {
        json!({ "package": package, "outcome": "green", "why": null, "details": [],
            "evidence": evidence })
    };
    let gate = |id: &str, runs: Vec<serde_json::Value>| {
        json!({ "id": id, "kind": "command", "command": "pytest", "outcome": "skipped", "why": "x",
            "required": false, "reused": true, "seconds": 0.25, "runs": runs, "later": 1 })
    };
    let report = json!({
        "gates": [
            gate("a", vec![]),
            gate("b", vec![run(Some("one"), evidence("/home/a/r/.git/gonogo/log/3/b.log")),
                run(Some("two"), json!(null))]),
            gate("c", vec![run(None, evidence(".git/gonogo/log/3/c.log"))]),
            { "no": "gate" },
        ],
        "waivers": [{ "gate": "a", "reason": "why", "needed": true }],
        "record": { "db": { "command": "rev", "output": "7" } },
    });
    let found = gates(&report);
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.name(), one.outcome.as_str(), one.millis, one.log.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("a".to_owned(), "skipped", Some(250), None),
            ("b (one)".to_owned(), "green", Some(1500), Some(".git/gonogo/log/3/b.log")),
            ("b (two)".to_owned(), "green", Some(250), None),
            ("c".to_owned(), "green", Some(1500), Some(".git/gonogo/log/3/c.log")),
        ]
    );
    assert!(found.iter().all(|one| one.reused && !one.required));
    assert_eq!(super::gates::waivers(&report)[0].reason, "why");
    assert_eq!(super::gates::values(&report)["db"].answer, Answer::Output("7".into()));
    assert_eq!(gates(&json!(null)), []);
}

#[test]
fn edits_are_told_as_lines() {
    let path = || RepoPath::new("a.md").expect("a path");
    let change = |edits: &[(std::ops::Range<usize>, &str, &str)]| FileChange {
        path: path(),
        edits: edits
            .iter()
            .map(|(range, old, new)| Edit {
                range: range.clone(),
                old: (*old).into(),
                new: (*new).into(),
            })
            .collect(),
        before: Digest::absent(),
        after: Digest::absent(),
    };
    let bytes = b"one\nversion = 1.2\nthree\n";
    let told = |change: &FileChange, bytes| {
        let edits = edited(change, bytes).into_iter();
        edits.map(|edit| (edit.line, edit.old, edit.new, edit.more)).collect::<Vec<_>>()
    };
    let version = change(&[(14..17, "1.2", "1.3")]);
    let whole = (Some(2), "version = 1.2".to_owned(), "version = 1.3".to_owned(), 0);
    assert_eq!(told(&version, Some(bytes)), [whole]);
    assert_eq!(told(&version, None), [(None, "1.2".to_owned(), "1.3".to_owned(), 0)]);
    let section = change(&[(4..4, "", "\n## 1.3\n\n- x\n- y\n")]);
    assert_eq!(told(&section, Some(bytes)), [(Some(2), String::new(), "## 1.3".to_owned(), 2)]);
}
