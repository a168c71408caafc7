//! `tag verify --go`: whether the release that a tag is of was a GO, in clones of the remote it went to.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "go/doubtful.rs"]
mod doubtful;
#[path = "go/known.rs"]
mod known;
mod support;

use serde_json::Value;
use support::remote::Remote;
use support::{Place, Said, works};

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- by hand\n\n\
    ## [1.2.0] - 2025-12-24\n\n- first\n";

const GATES: &str = "[gates]\ntests = \"true\"\nlint = \"true\"\naudit = \"test -e net\"\n";

const PEOPLE: &str = "\n[signoff.roles]\n\"Release Manager\" = [\"ada@example.com\"]\n\
    \"QA Lead\" = [\"bo@example.com\"]\n\n[checklist]\nfile = \"docs/RELEASE.md\"\n\n\
    [checklist.sections]\n\"Tests\" = \"gate:tests\"\n\"Sign-off\" = \"role:QA Lead\"\n";

const LIST: &str = "# Release\n\n## Tests\n\n- [ ] pass\n\n## Sign-off\n\n- [ ] looked at\n";

const RECORD: &str = "refs/gonogo/record/v1.3.0";

const WAIVED: [&str; 4] = ["--waive", "audit", "--reason", "the network is down"];

/// A project at 1.2.0 with a feature since, this gonogo.toml, and its remote.
fn project(name: &str, toml: &str) -> (Place, Remote) {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", "1767319445");
    place.python_files();
    place.put("CHANGELOG.md", CHANGELOG);
    place.put("docs/RELEASE.md", LIST);
    place.put("gonogo.toml", toml);
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    place.put("new.txt", "new\n");
    place.commit_all("feat: a new thing");
    let remote = Remote::origin(&place);
    (place, remote)
}

/// The same released as 1.3.0: Ada and Bo have signed, `audit` was waived.
fn released(name: &str) -> (Place, Remote) {
    let (place, remote) = project(name, &format!("{GATES}{PEOPLE}"));
    works(&place, &["sign", "--yes"]);
    works(&bo(&place), &["sign", "--yes"]);
    works(&place, &[&["release", "minor", "--yes"], &WAIVED[..]].concat());
    (place, remote)
}

/// Somebody else in the same clone.
fn bo(place: &Place) -> Place {
    // Later than Ada.
    let place = place.at(&place.top).with("GIT_COMMITTER_DATE", "2026-01-02T03:05:05+0100");
    let set = |place: Place, who: &str| {
        let name = place.with(&format!("GIT_{who}_NAME"), "Bo");
        name.with(&format!("GIT_{who}_EMAIL"), "bo@example.com")
    };
    set(set(place, "AUTHOR"), "COMMITTER")
}

/// A clone that knows nothing but what the remote has.
fn clone(place: &Place, remote: &Remote, name: &str, options: &[&str]) -> Place {
    let url = format!("file://{}", remote.url());
    let args = [&["clone", "-q"], options, &[url.as_str(), name]].concat();
    place.at(&place.root).git(&args);
    place.at(place.root.join(name))
}

#[track_caller]
fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The reasons against v1.3.0, which is a NO-GO, as text and as data.
#[track_caller]
fn no_go(place: &Place, args: &[&str]) -> Vec<String> {
    let args = [&["tag", "verify", "v1.3.0", "--go", "--wait", "0"], args].concat();
    let said = place.gonogo(&args);
    assert_eq!(said.code, 1, "{said}");
    let data = json(&place.gonogo(&[&args[..], &["--json"]].concat()));
    assert_eq!((&data["verdict"], &data["red"]), (&"no-go".into(), &true.into()), "{data}");
    let reasons = data["reasons"].as_array().expect("reasons").iter();
    let reasons: Vec<String> = reasons.map(|one| one.as_str().expect("text").to_owned()).collect();
    let folded = said.out.replace("\n  ", " ");
    for reason in &reasons {
        assert!(folded.contains(&format!("✗ {reason}\n")), "{reason}: {said}");
    }
    assert!(folded.contains("\nNO-GO for demo 1.3.0: "), "{said}");
    assert!(said.out.lines().last().is_some_and(|line| line.starts_with("next: ")), "{said}");
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
    reasons
}

/// Exactly these, each told by its beginning.
#[track_caller]
fn only(found: &[String], expected: &[&str]) {
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, begin)| found.starts_with(begin));
    assert!(same, "{found:#?} are not {expected:#?}");
}

/// A GO, which says this.
#[track_caller]
fn go(place: &Place, args: &[&str], words: &[&str]) -> Said {
    let said = works(place, &[&["tag", "verify", "v1.3.0", "--go"], args].concat());
    for word in words {
        assert!(said.out.contains(word), "no {word:?} in {said}");
    }
    said
}
