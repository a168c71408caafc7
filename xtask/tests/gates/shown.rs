//! What a person, a program and GitHub are shown.

use super::support::Place;
use super::{asked, check, with};

/// What a gate could print to make a terminal or a runner obey.
const HOSTILE: &str = "printf 'a.txt:1: bad, 50%% | <b>\\n::error::injected\\n\
    ::set-output name=x::y\\n  ::stop-commands::t\\n##[error]old\\n\\033[2J\\033]0;title\\007\\n'; exit 1";

fn hostile(name: &str) -> Place {
    let place = with(name, "");
    place.script("hostile", HOSTILE);
    place.put("gonogo.toml", "[gates]\nhostile = './hostile'\nfine = { shell = 'true | cat' }\n");
    place.commit_all("gates");
    place
}

#[test]
fn the_poll_is_one_table() {
    let place = with(
        "table",
        "[gates]\ntests = { shell = 'for i in $(seq 20); do echo line $i; done; exit 3' }\nlint = 'true'\n",
    );
    let said = check(&place, 1, &[]);
    let shown: Vec<&str> = said.out.lines().collect();
    assert!(shown[0].starts_with("demo, next 1.3.0 · candidate "), "{said}");
    assert!(shown[0].ends_with(" · profile release"), "{said}");
    assert!(shown[2].starts_with("Gates  ") && shown[2].contains(" at a time, 0:0"), "{said}");
    assert!(shown.contains(&"NO-GO for 1.3.0: gate tests"), "{said}");
    assert_eq!(shown.last(), Some(&"next: gonogo check tests"), "{said}");
    assert!(said.out.contains("  ✗ tests         exit 3: for i in"), "{said}");
    assert!(said.out.contains("\n    line 9\n"), "{said}");
    assert!(!said.out.contains("\n    line 8\n"), "{said}");
    assert!(
        said.out.contains("    ... 8 more lines before: .git/gonogo/log/1/tests.log\n"),
        "{said}"
    );
    assert!(shown.iter().all(|line| line.chars().count() <= 100), "{said}");
    assert!(said.err.contains("tests: red after"), "{said}");
    let ascii = place.clone().with("LC_ALL", "C").gonogo(&["check"]);
    assert!(ascii.out.contains("FAIL tests") && ascii.out.is_ascii(), "{ascii}");
    let quiet = check(&place, 1, &["-q"]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("NO-GO for 1.3.0: gate tests\n", ""));
}

#[test]
fn why_a_gate_stops_a_release_is_told_to_its_end() {
    let place = with(
        "whole",
        "[gates]\nformat = { shell = 'sleep 0.3; echo >> a.txt; sleep 0.3' }\n\
        a-gate-with-a-long-name = 'sleep 1'\nanother-with-a-long-name = 'sleep 1'\n",
    );
    let said = check(&place, 1, &["--waive", "format", "--reason", "the formatter is new here"]);
    let folded = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        folded.contains("another-with-a-long-name, waived: the formatter is new here"),
        "{said}"
    );
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
    assert!(said.out.contains("one at a time can tell: gonogo check --jobs 1\n"), "{said}");
    let said = check(&place, 1, &["--jobs", "1"]);
    assert!(!said.out.contains("can tell"), "{said}");
}

#[test]
fn what_a_gate_prints_is_shown_and_not_obeyed() {
    let place = hostile("hostile");
    let said = check(&place, 1, &[]);
    assert!(!said.out.contains('\u{1b}') && !said.out.contains('\u{7}'), "{said:?}");
    assert!(said.out.contains("\\u{1b}[2J"), "{said}");
    let data = asked(&place, 1, &[]);
    assert_eq!(data["verdict"], "no-go");
}

/// The lines that a runner of GitHub Actions obeys (actions/runner, `ActionCommandManager`).
fn obeyed(out: &str) -> Vec<String> {
    let mut stopped: Option<String> = None;
    let mut obeyed = Vec::new();
    for line in out.lines() {
        let trimmed = line.trim_start();
        if let Some(token) = &stopped {
            if trimmed == format!("::{token}::") {
                stopped = None;
            }
            continue;
        }
        if let Some(token) = trimmed.strip_prefix("::stop-commands::") {
            stopped = Some(token.to_owned());
        } else if trimmed.starts_with("::") || trimmed.contains("##[") {
            obeyed.push(trimmed.to_owned());
        }
    }
    assert_eq!(stopped, None, "commands are resumed at the end");
    obeyed
}

#[test]
fn a_runner_of_github_obeys_only_us() {
    let place = hostile("runner").with("GITHUB_ACTIONS", "true");
    let said = check(&place, 1, &[]);
    let expected = [
        "::group::hostile: exit 1",
        "::endgroup::",
        "::error file=a.txt,line=1,title=hostile::a.txt:1: bad, 50%25 | <b>",
    ];
    assert_eq!(obeyed(&said.out), expected, "{said}");
    assert!(said.out.contains("\n::error::injected\n"), "shown all the same: {said}");
    let other = check(&place, 1, &[]);
    let token = |out: &str| out.lines().next().unwrap_or_default().to_owned();
    assert!(token(&said.out).starts_with("::stop-commands::"), "{said}");
    assert_ne!(token(&said.out), token(&other.out), "nobody can know it");
    // Data is data.
    let data = place.gonogo(&["check", "--json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&data.out).is_ok(), "{data}");
}

#[test]
fn a_table_in_markdown_holds_no_markup_of_gates() {
    let place = hostile("markdown");
    let said = check(&place, 1, &["--markdown"]);
    let rows: Vec<&str> = said.out.lines().filter(|line| line.starts_with('|')).collect();
    assert!(said.out.starts_with("## NO-GO for 1.3.0\n"), "{said}");
    assert!(rows.len() >= 5, "{said}");
    for row in rows {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
    assert!(
        said.out.contains("<details><summary>hostile&#58; exit 1</summary>")
            || said.out.contains("<details><summary>hostile: exit 1</summary>"),
        "{said}"
    );
    assert!(!said.out.contains("<b>") && said.out.contains("&#60;b&#62;"), "{said}");
    let usage = place.gonogo(&["check", "--markdown", "--json"]);
    assert_eq!(usage.code, 2, "{usage}");
}

#[test]
fn the_data_says_all_of_it() {
    let place = with("data", "[gates]\na = 'false'\nb = { run = 'true', required = false }\n");
    let data = asked(&place, 1, &[]);
    let keys: Vec<&str> = data.as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "verdict", "whole", "name", "version", "tag", "profile", "commit", "tree", "jobs",
        "seconds", "stopping", "waivers", "gates", "fixed",
    ] {
        assert!(keys.contains(&key), "{key} in {keys:?}");
    }
    assert_eq!(data["tree"], place.git(&["rev-parse", "HEAD^{tree}"]).trim());
    assert_eq!((&data["version"], &data["tag"]), (&"1.3.0".into(), &"v1.3.0".into()));
    let one = super::gate(&data, "a");
    let evidence = &one["runs"][0]["evidence"];
    assert_eq!((&evidence["exit"], &evidence["command"]), (&1.into(), &"false".into()));
    assert_eq!(evidence["tree"], data["tree"]);
    assert_eq!(
        (&one["required"], &one["stops"], &one["kind"]),
        (&true.into(), &true.into(), &"command".into())
    );
    assert_eq!(super::gate(&data, "b")["required"], false);
}
