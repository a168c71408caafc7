//! `changelog`, from the repository to the file and back.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "changelog/guards.rs"]
mod guards;
#[path = "changelog/places.rs"]
mod places;
#[path = "changelog/ranges.rs"]
mod ranges;
mod support;

use support::{Place, refuses, undone, works};

/// Seconds of 2026-11-21.
const NOW: &str = "1795269780";

const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- By hand, #7\n\n\
    ## [1.2.0] - 2026-01-02\n\n### Added\n\n- x\n\n\
    [Unreleased]: https://github.com/acme/demo/compare/v1.2.0...HEAD\n\
    [1.2.0]: https://github.com/acme/demo/compare/v1.1.0...v1.2.0\n";

/// Released as 1.2.0 with this changelog, files at 1.3.0, and these commits in between.
fn demo(name: &str, changelog: &str, messages: &[&str]) -> Place {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", NOW);
    place.python_files();
    if !changelog.is_empty() {
        place.put("CHANGELOG.md", changelog);
    }
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    commits(&place, messages);
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        place.edit(path, "1.2.0", "1.3.0");
    }
    place.commit_all("Bump version to 1.3.0");
    place
}

fn commits(place: &Place, messages: &[&str]) {
    for message in messages {
        place.git(&["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message]);
    }
}

fn json(place: &Place, args: &[&str]) -> serde_json::Value {
    let said = works(place, &[args, &["--json"]].concat());
    serde_json::from_str(&said.out).expect("JSON")
}

#[test]
fn a_section_is_written_once_and_taken_back() {
    let messages = [
        "feat: a thing (#9)",
        "docs: x",
        "fix(core): it crashed",
        "ci: y",
        "docs: z",
        "feat: by hand already (#7)",
    ];
    let place = demo("whole", LOG, &messages);
    let before = place.state();
    let plan = json(&place, &["changelog", "--dry-run"]);
    place.state().must_be(&before, "a dry run");
    assert_eq!(plan["plan"]["title"], "changelog 1.3.0");
    let said = works(&place, &["changelog"]);
    assert_eq!(
        said.out,
        "CHANGELOG.md:5  ## [1.3.0] - 2026-11-21    1 written by hand, 2 from commits\n\
         left out: 4 commits (2 docs, 1 ci, 1 that sets a version)\n\
         undo: gonogo undo\n"
    );
    let expected = LOG
        .replace("## [Unreleased]\n", "## [Unreleased]\n\n## [1.3.0] - 2026-11-21\n")
        .replace(
            "- By hand, #7\n",
            "- By hand, #7\n- a thing (#9)\n\n### Fixed\n\n- core: it crashed\n",
        )
        .replace(
            "compare/v1.2.0...HEAD\n",
            &format!(
                "compare/v1.3.0...HEAD\n{}",
                "[1.3.0]: https://github.com/acme/demo/compare/v1.2.0...v1.3.0\n"
            ),
        );
    assert_eq!(place.read("CHANGELOG.md"), expected);
    assert_eq!(place.state().changed(&before), ["CHANGELOG.md", "status"]);

    let written = place.state();
    let again = works(&place, &["changelog"]);
    let stays = "CHANGELOG.md:5 has a section for 1.3.0 already: it stays as it is.\n";
    assert_eq!(again.out, stays, "{again}");
    place.state().must_be(&written, &again.out);
    assert_eq!(place.operations(), ["done"], "what changes nothing is no operation");
    undone(&place, &before);
}

#[test]
fn what_is_told_by_hand_is_not_told_twice() {
    let place = demo("told", LOG, &["feat: by number (#7)", "fix: by its id", "feat: By Hand!"]);
    let id = place.git(&["log", "-1", "--format=%h", "--grep=by its id"]);
    let told = format!("- By hand, #7\n- Crash, see {}\n", id.trim());
    place.edit("CHANGELOG.md", "- By hand, #7\n", &(told.clone() + "- **by hand**\n"));
    let data = &json(&place, &["changelog", "--dry-run"])["changelogs"][0];
    assert_eq!((&data["duplicates"], &data["by_hand"]), (&3.into(), &3.into()), "{data}");
    assert_eq!(data["added"], serde_json::json!([]));
}

#[test]
fn a_heading_that_cannot_be_read_again_is_refused() {
    let place = demo("heading", LOG, &["feat: x"]);
    place.put("gonogo.toml", "[changelog]\nheading = \"## What is new in {version}\"\n");
    refuses(&place, &["changelog"], 2, &["makes none that can be read again", "new in 1.3.0"]);
    place.put("docs.rst", "Changes\n=======\n");
    place.put("gonogo.toml", "[changelog]\nfile = \"docs.rst\"\nheading = \"## {version}\"\n");
    refuses(&place, &["changelog"], 2, &["makes none that can be read again", "in docs.rst"]);
}

#[test]
fn it_works_before_the_first_commit_and_in_a_linked_work_tree() {
    let place = Place::repository("unborn").with("SOURCE_DATE_EPOCH", NOW);
    place.python_files();
    let said = works(&place, &["changelog"]);
    assert!(said.out.contains("## [1.2.0] - 2026-11-21    no entries, a new file"), "{said}");
    works(&place, &["undo"]);
    let place = demo("linked-tree", LOG, &["feat: x"]);
    place.git(&["worktree", "add", "-q", "../tree", "-b", "side"]);
    let tree = place.at(place.root.join("tree"));
    let before = tree.state();
    works(&tree, &["changelog"]);
    assert!(tree.read("CHANGELOG.md").contains("1.3.0") && place.read("CHANGELOG.md") == LOG);
    undone(&tree, &before);
}

#[test]
fn a_section_of_the_maintainer_is_kept_and_merged_on_request() {
    let section = "## [1.3.0] - TBD\n\nIntroduction.\n\n### Fixed\n\n- mine\n\n## [1.2.0]";
    let log = LOG.replace("## [1.2.0]", section);
    let place = demo("merged", &log, &["fix: it crashed", "feat: a thing"]);
    let before = place.state();
    let dated = works(&place, &["changelog"]);
    let own =
        "compare/v1.3.0...HEAD\n[1.3.0]: https://github.com/acme/demo/compare/v1.2.0...v1.3.0";
    let linked = log.replace("TBD", "2026-11-21").replace("compare/v1.2.0...HEAD", own);
    assert_eq!(place.read("CHANGELOG.md"), linked, "{dated}");
    works(&place, &["changelog", "check"]);
    assert!(dated.out.contains("## [1.3.0] - 2026-11-21    dated\n"), "{dated}");
    assert!(dated.out.contains("not in it: 2 changes of commits\n"), "{dated}");
    let kept = place.state();
    let stays = works(&place, &["changelog"]);
    place.state().must_be(&kept, &stays.out);
    assert!(stays.out.ends_with("next: gonogo changelog --merge\n"), "{stays}");
    let merged = works(&place, &["changelog", "--merge"]);
    let file = place.read("CHANGELOG.md");
    assert!(
        file.contains("### Fixed\n\n- mine\n- it crashed\n\n### Added\n\n- a thing\n\n## [1.2")
    );
    assert!(merged.out.contains("2 from commits added"), "{merged}");
    let whole = place.state();
    works(&place, &["changelog", "--merge"]);
    place.state().must_be(&whole, "merged again");
    undone(&place, &kept);
    works(&place, &["undo", "1"]);
    place.state().must_be(&before, "both undone");
}

#[test]
fn what_a_commit_says_cannot_become_markup() {
    let long = format!("feat: {}", "word ".repeat(140));
    let messages = [
        "feat: # heading",
        "fix: x\\n\\n## [9.9.9] - 2026-01-01\\n- y",
        "feat: <script>alert(1)</script> <!-- ",
        "fix: ``` fence",
        "feat: [1.2.0]: https://evil.example",
        "fix: red \u{1b}[31m and \u{202e} text\u{7}",
        "## [8.0.0]",
        "- item",
        "feat(<b>): scope",
        "feat!: x\n\nBREAKING CHANGE: ## [7.0.0]\n\n<div>",
        &long,
    ];
    let headings = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("## "));
        lines.map(str::to_owned).collect()
    };
    let crlf = LOG.replace('\n', "\r\n");
    let open = LOG.trim_end().to_owned();
    for (name, log) in [("hostile", LOG), ("hostile-crlf", &crlf), ("hostile-open", &open)] {
        let place = demo(name, log, &messages);
        // A subject that is no UTF-8.
        let latin = place.root.join("latin");
        std::fs::write(&latin, b"feat: caf\xe9 au lait\n").unwrap();
        place.git(&["commit", "-q", "--allow-empty", "-F", latin.to_str().unwrap()]);
        let before = place.state();
        let said = works(&place, &["changelog"]);
        let file = place.read("CHANGELOG.md");
        let mut expected = headings(log);
        expected.insert(1, "## [1.3.0] - 2026-11-21".to_owned());
        assert_eq!(headings(&file), expected, "{file}");
        let own = file.split("## [1.3.0]").nth(1).unwrap().split("## [1.2.0]").next().unwrap();
        for bad in ["\u{1b}", "\u{202e}", "\u{7}", " <", "\n<", "\n```", "\n[1.2.0]: https://evil"]
        {
            assert!(!own.contains(bad), "{bad:?} in {own}");
        }
        assert!(own.lines().all(|line| line.chars().count() < 300), "{own}");
        assert!(own.contains("caf"), "{own}");
        let ends = if log.contains("\r\n") { "\r\n" } else { "\n" };
        assert_eq!(file.matches('\n').count(), file.matches(ends).count(), "one line end");
        assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{said}");
        undone(&place, &before);
    }
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    for (name, log, what, at) in [
        ("text", "just text\n", "not a changelog that can be read", "CHANGELOG.md:1:1"),
        ("fence", "# C\n\n```\n## 1.2.0\n", "not a changelog that can be read", "CHANGELOG.md:3:1"),
        ("twice", "## Unreleased\n- x\n## Unreleased\n- y\n", "two sections", "CHANGELOG.md:3:1"),
        ("vague", "## 1.2.0 - 03/04/2026\n- x\n", "cannot be imitated", "CHANGELOG.md:1:12"),
        ("cliff", "<!-- generated by git-cliff -->\n## 1.2.0\n", "by a tool", "CHANGELOG.md:1:1"),
        (
            "conflict",
            "## Unreleased\n<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> topic\n## 1.2.0\n",
            "has a merge conflict",
            "CHANGELOG.md:2:1",
        ),
    ] {
        let place = demo(&format!("refused-{name}"), log, &["feat: x"]);
        let said = refuses(&place, &["changelog"], 2, &[what, at]);
        let generated = name != "cliff" || said.err.contains("git-cliff writes it");
        assert!(generated && (name != "cliff" || said.err.contains("`guard`")), "{said}");
        assert!(said.err.lines().all(|line| line.chars().count() <= 100), "{said}");
        let line = at.split(':').nth(1).expect("a line");
        let open = match name {
            "cliff" => "next: ${EDITOR:-vi} gonogo.toml".to_owned(),
            _ => format!("next: ${{EDITOR:-vi}} +{line} CHANGELOG.md"),
        };
        assert!(said.err.contains(&open), "{said}");
    }
}

#[test]
fn subjects_of_signs_alone_are_added_once() {
    let place = demo("signs", LOG, &["feat: C", "feat: C++", "===", "<!--", "fix: a == b"]);
    works(&place, &["changelog"]);
    let file = place.read("CHANGELOG.md");
    for entry in ["- C\n", "- C++\n", "- \\===\n", "- \\<!--\n", "- a == b\n"] {
        assert_eq!(file.matches(entry).count(), 1, "{entry} in {file}");
    }
    let said = works(&place, &["changelog", "--merge"]);
    assert!(said.out.contains("stays as it is") && !said.out.contains("not in it"), "{said}");
    assert_eq!(place.read("CHANGELOG.md"), file);
}

#[test]
fn a_released_version_is_not_written_again() {
    let place = Place::python("released").with("SOURCE_DATE_EPOCH", NOW);
    place.put("CHANGELOG.md", LOG);
    place.commit_all("feat: x");
    let said = refuses(&place, &["changelog"], 3, &["1.2.0 is released; run bump first"]);
    assert!(said.err.contains("next: gonogo bump auto"), "{said}");
    refuses(&place, &["changelog", "--merge"], 3, &["1.2.0 is released; run bump first"]);
}

#[test]
fn the_configuration_says_how_it_is_written() {
    let config = "[changelog]\nfile = \"RELEASES.md\"\nheading = \"## Version {version} - {date}\"\n\
        sections = [\"Features\", \"Bug fixes\", \"Manual\"]\ntypes = { docs = \"Manual\", wip = \"Features\" }\n";
    let place = demo("configured", "", &["fix: b", "docs: d", "wip: w", "feat: a", "chore: c"]);
    place
        .put("RELEASES.md", "# Releases\n\n## Version 1.2.0 - 2026-01-02\n\n### Features\n\n- x\n");
    place.put("CHANGELOG.md", "<!-- generated by git-cliff -->\n");
    place.put("gonogo.toml", config);
    place.commit_all("chore: configure");
    works(&place, &["changelog"]);
    assert_eq!(
        place.read("RELEASES.md"),
        "# Releases\n\n## Version 1.3.0 - 2026-11-21\n\n### Features\n\n- w\n- a\n\n\
         ### Bug fixes\n\n- b\n\n### Manual\n\n- d\n\n\
         ## Version 1.2.0 - 2026-01-02\n\n### Features\n\n- x\n"
    );
    works(&place, &["undo"]);
    let level = |config: &str| {
        place.put("gonogo.toml", config);
        json(&place, &["status"])["unreleased"]["changes"].as_array().map(Vec::len)
    };
    assert_eq!(level(config), Some(4), "status honours the types, too");
    assert_eq!(level(""), Some(3), "`wip` is no type of its own without them");
}

#[test]
fn commits_are_added_when_they_are_wanted() {
    let empty = LOG.replace("### Added\n\n- By hand, #7\n\n", "");
    for (name, commits, log, by_hand, added, missing) in [
        ("add", "add", LOG, 1, 1, 0),
        ("if-empty", "if-empty", LOG, 1, 0, 1),
        ("if-empty-empty", "if-empty", empty.as_str(), 0, 1, 0),
        ("never", "never", LOG, 1, 0, 1),
        ("never-empty", "never", empty.as_str(), 0, 0, 1),
    ] {
        let place = demo(&format!("commits-{name}"), log, &["feat: a thing"]);
        place.put("gonogo.toml", format!("[changelog]\ncommits = \"{commits}\"\n"));
        let said = works(&place, &["changelog"]);
        assert_eq!(said.out.contains("not added: 1 change of commits"), missing == 1, "{said}");
        assert_eq!(said.out.contains("the section is empty"), by_hand + added == 0, "{said}");
        works(&place, &["undo"]);
        let told = &json(&place, &["changelog"])["changelogs"][0];
        let number = |key: &str| told[key].as_array().map_or(9, Vec::len);
        assert_eq!(told["by_hand"], by_hand, "{name}: {told}");
        assert_eq!((number("added"), number("missing")), (added, missing), "{name}: {told}");
    }
}

#[test]
fn status_says_what_waits_in_it() {
    let bare = LOG.replace("## [Unreleased]\n\n### Added\n\n- By hand, #7\n\n", "");
    let generated = format!("<!-- generated by git-cliff -->\n{bare}");
    for (name, log, expected) in [
        ("some", LOG, "CHANGELOG.md:3, under Unreleased 1 entry written by hand"),
        ("none", "", ""),
        (
            "bare",
            &bare,
            "! CHANGELOG.md has no Unreleased section; a release is written above 1.2.0",
        ),
        ("broken", "just text\n", "! CHANGELOG.md:1:1: There is text but no heading"),
        ("tool", &generated, "! CHANGELOG.md is written by git-cliff, and no guard looks after it"),
        (
            "undated",
            "## 1.4.0 - TBD\n- x\n",
            "CHANGELOG.md:1 tells of 1.4.0, which has no date yet",
        ),
        ("own", "## 1.3.0\n- x\n", "CHANGELOG.md:1 tells of 1.3.0"),
    ] {
        let place = demo(&format!("status-{name}"), log, &["feat: x"]);
        let said = works(&place, &["status"]);
        let line = said.out.lines().find_map(|line| line.strip_prefix("Changelog   "));
        assert_eq!(line.unwrap_or_default(), expected, "{said}");
        // The files hold what is to be released: its section comes next, not another version.
        let next = match name {
            "none" => "next: gonogo bump major\n",
            "broken" | "tool" | "own" => "next: gonogo changelog check\n",
            _ => "next: gonogo changelog\n",
        };
        assert!(said.out.ends_with(next), "{name}: {said}");
        let data = &json(&place, &["status"])["changelog"];
        assert_eq!(data.is_null(), log.is_empty(), "{data}");
    }
}
