//! What a person sees: the plan, the questions, the progress, the end.

use super::support::terminal::typed;
use super::support::works;
use super::{MAIN, project, released};

const WORKFLOW: &str = "on:\n  push:\n    tags: [\"v*\"]\njobs:\n  publish:\n    \
    runs-on: ubuntu-latest\n    steps:\n      - run: twine upload dist/*\n";

#[test]
fn the_plan_tells_everything_in_at_most_100_columns() {
    let (place, _) = project("plan");
    place.put(".github/workflows/release.yml", WORKFLOW);
    place.put("gonogo.toml", "[gates]\ntests = \"true\"\n");
    place.commit_all("ci: publish");
    place.hook("pre-commit", "exit 0");
    place.git(&["push", "-q"]);
    let head = place.git(&["rev-parse", "--short=7", "HEAD"]);
    let said = works(&place, &["release", "minor", "--codename", "Kestrel", "--dry-run"]);
    let title =
        format!("Release demo 1.3.0 \"Kestrel\" · from main {} · previous v1.2.0", head.trim());
    for line in [
        title.as_str(),
        "Here, undoable",
        "   1 edit     1.2.0 -> 1.3.0 in 2 files",
        "   2 edit     CHANGELOG.md:5, section [1.3.0] - ",
        "   3 hooks    pre-commit on the would-be commit",
        "   4 gates    tests, on exactly this tree",
        "   5 commit   chore: release 1.3.0 ",
        "   6 tag      v1.3.0, annotated, \"Release 1.3.0\"",
        "Leaves this machine",
        "   7 push     main and v1.3.0 to ",
        "     then     CI publishes to PyPI when v1.3.0 arrives (.github/workflows/release.yml)",
        "  + version = \"1.3.0\"",
        "  + - a new thing",
        "would push: git push --atomic origin refs/heads/main refs/tags/v1.3.0",
        "Nothing was changed (dry run).",
    ] {
        assert!(said.out.lines().any(|seen| seen.starts_with(line)), "{line}: {said}");
    }
    assert!(said.out.ends_with("next: gonogo release minor --codename Kestrel\n"), "{said}");
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
    assert_eq!(said.err, "");
}

#[test]
fn progress_is_no_result() {
    let (place, remote) = project("progress");
    place.put(".github/workflows/release.yml", WORKFLOW);
    place.commit_all("ci: publish");
    let said = released(&place, &remote, &["minor"], "v1.3.0");
    for line in
        ["✓ edit     2 files, 2 bytes", "✓ commit   ", "✓ tag      v1.3.0", "✓ push     main "]
    {
        assert!(said.err.lines().any(|seen| seen.starts_with(line)), "{line}: {said}");
    }
    assert!(said.out.starts_with("demo 1.3.0 is out"), "{said}");
    assert!(said.out.ends_with("  if wrong  gonogo rollback 1.3.0\n"), "{said}");
    place.git(&["commit", "-q", "--allow-empty", "-m", "fix: x"]);
    let quiet = works(&place, &["release", "patch", "--yes", "--quiet"]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
}

#[test]
fn two_questions_and_the_second_names_what_stays() {
    let (place, remote) = project("questions");
    place.put(".github/workflows/release.yml", WORKFLOW);
    place.commit_all("ci: publish");
    let before = place.state();
    let Some(said) = typed(&place, "Start?=n\\n", &["release", "minor"]) else { return };
    assert!(said.code == 0 && said.out.contains("Nothing was done."), "{said}");
    place.state().must_be(&before, &said.to_string());
    let said = typed(&place, "Start?=d\\n|Start?=y\\n|now?=n\\n", &["release", "minor"]).unwrap();
    assert_eq!(said.code, 4, "{said}");
    let folded = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(folded.contains("PyPI never takes a version twice"), "{said}");
    assert!(said.out.contains("  + version = \"1.3.0\""), "the diff: {said}");
    assert_eq!(remote.id("refs/tags/v1.3.0"), None);
    let said = typed(&place, "now?=y\\n", &["resume"]).unwrap();
    assert!(said.code == 0 && remote.id("refs/tags/v1.3.0").is_some(), "{said}");
}

#[test]
fn ctrl_c_at_a_question_ends_it() {
    let (place, remote) = project("ctrl-c");
    let (before, there) = (place.state(), remote.state());
    let Some(said) = typed(&place, "Start?=\\x03", &["release", "minor"]) else { return };
    assert_eq!(said.code, 130, "{said}");
    place.state().must_be(&before, &said.to_string());
    remote.state().must_be(&there, &said.to_string());
}

#[test]
fn one_of_the_next_versions_is_chosen() {
    let (place, remote) = project("chosen");
    let Some(said) = typed(&place, "[n]one=2\\n|Start?=y\\n|now?=y\\n", &["release"]) else {
        return;
    };
    assert!(said.code == 0 && remote.id("refs/tags/v1.3.0").is_some(), "{said}");
    assert!(said.out.contains("[1] patch 1.2.1  [2] minor 1.3.0  [3] major 2.0.0"), "{said}");
}

#[test]
fn the_section_can_be_edited_before_anything_is_done() {
    let (place, remote) = project("edited");
    place.script(
        "editor",
        "[ \"$1\" = --wait ] || exit 9\nsed -i \"s/a new thing/a better thing/\" \"$2\"",
    );
    place.commit_all("chore: editor");
    place.git(&["push", "-q"]);
    let editor = format!("{} --wait", place.top.join("editor").display());
    let with = place.clone().with("VISUAL", &editor);
    let answers = "Start?=e\\n|Start?=y\\n|now?=y\\n";
    let Some(said) = typed(&with, answers, &["release", "minor"]) else { return };
    assert_eq!(said.code, 0, "{said}");
    let expected = super::CHANGELOG.replace(
        "## [Unreleased]\n\n### Added\n\n- by hand\n",
        "## [Unreleased]\n\n## [1.3.0] - DAY\n\n### Added\n\n- by hand\n- a better thing\n",
    );
    let text = place.read("CHANGELOG.md");
    let (_, day) = text.split_once("## [1.3.0] - ").unwrap();
    assert_eq!(text, expected.replace("DAY", &day[..10]), "{said}");
    assert_eq!(remote.id(MAIN), Some(place.git(&["rev-parse", "main"]).trim().to_owned()));
}

#[test]
fn an_edit_that_breaks_the_changelog_is_not_taken() {
    let (place, _) = project("broken-edit");
    for (number, (script, why)) in [
        ("printf 'nothing\\n' > \"$1\"", "no section for 1.3.0"),
        ("printf '\\n## [1.2.9] - 2026-01-01\\n' >> \"$1\"", "more than one section"),
        ("sed -i 's/1.3.0/1.3.1/' \"$1\"", "no section for 1.3.0"),
        ("printf '\\n```\\n' >> \"$1\"", "code block"),
        ("exit 3", "ended with"),
    ]
    .into_iter()
    .enumerate()
    {
        let editor = format!("../editor-{number}");
        place.script(&editor, script);
        let before = place.state();
        let with = place.clone().with("EDITOR", place.top.join(&editor).to_str().unwrap());
        let answers = "Start?=e\\n|Start?=n\\n";
        let Some(said) = typed(&with, answers, &["release", "minor"]) else { return };
        assert!(said.code == 0 && said.out.contains(why), "{why}: {said}");
        place.state().must_be(&before, &said.to_string());
    }
}
