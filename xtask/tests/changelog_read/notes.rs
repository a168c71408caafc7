use super::support::{Place, refuses, works};
use super::*;

const PARSER: &str = "### Added\n\n- A parser\n\n```\n## [1.1.5] - 2026-01-01\n```\n\n\
    ### Changed\n\n- **Breaking:** the answer\n";

#[test]
fn exactly_one_section_is_printed() {
    let place = released("section", FILE);
    for version in ["1.2.0", "v1.2.0", "1.2"] {
        prints(&place, &["changelog", "notes", version], PARSER);
    }
    prints(&place, &["changelog", "notes"], PARSER);
    prints(&place, &["changelog", "notes", "1.1.0"], "- Old\n");
    prints(&place, &["changelog", "notes", "unreleased"], "### Added\n\n- By hand (#9)\n");
    let data = json(&place, &["changelog", "notes", "1.1.0"]);
    for (key, value) in [("version", "1.1.0"), ("date", "2025-12-01"), ("text", "- Old\n")] {
        assert_eq!(data[key], value, "{data}");
    }
    assert_eq!((&data["yanked"], &data["status"]), (&true.into(), &"yanked".into()));
    let sections = &json(&place, &["changelog", "notes"])["sections"];
    assert_eq!(sections[0], serde_json::json!({ "name": "Added", "entries": ["A parser"] }));
    assert_eq!(sections[1]["entries"][0], "**Breaking:** the answer");
}

#[test]
fn the_bytes_are_those_of_the_file() {
    let crlf = FILE.replace('\n', "\r\n");
    prints(&released("crlf", crlf), &["changelog", "notes"], &PARSER.replace('\n', "\r\n"));
    let odd = b"## 1.2.0\n\n- caf\xe9 \x1b[31mred\n- no end".to_vec();
    let place = released("odd", &odd);
    let out = place.command(env!("CARGO_BIN_EXE_gonogo")).args(["changelog", "notes"]).output();
    assert_eq!(out.unwrap().stdout, &odd[10..]);
    let data = json(&place, &["changelog", "notes"]);
    assert_eq!(data["text"], "- caf\u{fffd} \u{1b}[31mred\n- no end");
}

#[test]
fn a_version_that_is_not_there_is_refused_with_its_neighbours() {
    let place = released("not-there", FILE);
    let said = refuses(
        &place,
        &["changelog", "notes", "1.1.5"],
        2,
        &["no section for 1.1.5", "1.1.0 and 1.2.0", "next: gonogo changelog notes 1.2.0"],
    );
    assert!(said.out.is_empty(), "{said}");
    refuses(&place, &["changelog", "notes", "x"], 2, &["not a version"]);
    let empty = released("empty", "# Changelog\n");
    refuses(&empty, &["changelog", "notes"], 2, &["no release at all"]);
}

#[test]
fn what_is_not_released_yet_stands_under_unreleased() {
    let place = released("unreleased", FILE);
    works(&place, &["bump", "minor"]);
    let said = works(&place, &["changelog", "notes"]);
    assert_eq!(said.out, "### Added\n\n- By hand (#9)\n");
    assert_eq!(said.err.lines().count(), 1, "{said}");
    assert!(said.err.contains("1.3.0 has no section in CHANGELOG.md yet"), "{said}");
    refuses(&place, &["changelog", "notes", "1.3.0"], 2, &["notes unreleased"]);
}

#[test]
fn a_pre_release_is_unreleased_and_the_commits() {
    let place = released("pre", FILE);
    place.put("a.txt", "1");
    place.commit_all("fix: a thing (#12)");
    works(&place, &["bump", "minor", "--pre", "rc"]);
    place.commit_all("chore: release 1.3.0-rc.1");
    let expected = "### Added\n\n- By hand (#9)\n\n### Fixed\n\n- a thing (#12)\n";
    let said = works(&place, &["changelog", "notes"]);
    assert_eq!(said.out, expected, "{said}");
    place.git(&["tag", "v1.3.0-rc.1"]);
    assert_eq!(works(&place, &["changelog", "notes", "v1.3.0-rc.1"]).out, expected);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    place.put("b.txt", "1");
    place.commit_all("fix: later");
    let args = ["changelog", "notes", "1.3.0-rc.1"];
    refuses(&place, &args, 2, &["git show v1.3.0-rc.1:CHANGELOG.md"]);
    // The section of the release that it leads to is there already.
    let open = FILE.replace("## [Unreleased]", "## [1.3.0] - TBD");
    place.put("CHANGELOG.md", open);
    works(&place, &["bump", "rc"]);
    let said = works(&place, &["changelog", "notes"]);
    assert_eq!(said.out, "### Added\n\n- By hand (#9)\n");
    assert!(said.err.contains("the section of 1.3.0, which is not released"), "{said}");
    place.put("gonogo.toml", "[changelog]\nprereleases = \"section\"\n");
    refuses(&place, &["changelog", "notes"], 2, &["no section for 1.3.0-rc.2"]);
}

/// Released as 1.2.0 after commits of several people.
fn with_people(name: &str) -> Place {
    let place = released(name, FILE);
    place.put(".mailmap", "Ada Example <ada@example.com>\nBo Chen <bo@example.com> <b@x>\n");
    for (number, (author, message)) in [
        ("Bo <b@x>", "feat!: drop it\n\nCo-authored-by: b <b@x>\nCo-authored-by: Cy <cy@x>"),
        ("dependabot[bot] <bot@x>", "fix: bump x"),
        ("Zoe <z@x>", "fix: z"),
    ]
    .into_iter()
    .enumerate()
    {
        place.put("a.txt", number.to_string());
        place.git(&["add", "-A"]);
        place.git(&["commit", "-q", "--author", author, "-m", message]);
    }
    works(&place, &["bump", "2.0.0"]);
    let section = "## [2.0.0] - 2026-01-02\n\n### Removed\n\n- **Breaking:** Drop it\n\n## [1.2.0]";
    place.edit("CHANGELOG.md", "## [1.2.0]", section);
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "chore: release 2.0.0"]);
    place.git(&["tag", "v2.0.0"]);
    place
}

#[test]
fn a_template_is_filled_in() {
    let place = with_people("template");
    place.git(&["remote", "add", "origin", "git@github.com:acme/demo.git"]);
    let rendered = works(&place, &["changelog", "notes", "--template"]).out;
    let expected = "# demo 2.0.0\n\n- Released: 2026-01-02\n- Status: latest\n- Follows: 1.2.0\n\n\
        ## Breaking changes\n- **Breaking:** Drop it\n\n### Removed\n\n- **Breaking:** Drop it\n\n\
        ## Contributors\nAda Example, Bo Chen, Cy, Zoe\n\n\
        All changes: https://github.com/acme/demo/compare/v1.2.0...v2.0.0\n";
    assert_eq!(rendered, expected);
    // What came later is none of its business.
    place.put("b.txt", "1");
    place.commit_all("feat!: later");
    assert_eq!(works(&place, &["changelog", "notes", "2.0.0", "--template"]).out, expected);
    // The first release: nothing before it, nothing that breaks.
    place.edit("CHANGELOG.md", "[1.1.0]: https://example.com/a/b/releases/tag/v1.1.0\n", "");
    let first = works(&place, &["changelog", "notes", "1.1.0", "--template"]).out;
    let expected = "# demo 1.1.0\n\n- Released: 2025-12-01\n- Status: yanked\n\n- Old\n\n\
        ## Contributors\nAda Example\n";
    assert_eq!(first, expected);
}

#[test]
fn a_repository_has_its_own_template() {
    let place = released("own", FILE);
    let own = "<!-- how -->\n# {name} {tag} \"{codename}\" after {previous}\n\n{sections}\n";
    place.put("templates/release-notes.md", own);
    place.put("docs/short.md", "{version}: {compare}");
    let said = works(&place, &["changelog", "notes", "--codename", "{tag} Kestrel"]);
    let head = "# demo v1.2.0 \"{tag} Kestrel\" after 1.1.0\n\n";
    assert_eq!(said.out, format!("{head}{PARSER}"));
    prints(&place, &["changelog", "notes", "--verbatim"], PARSER);
    let short = "1.2.0: https://example.com/a/b/compare/v1.1.0...v1.2.0\n";
    prints(&place, &["changelog", "notes", "--template=docs/short.md"], short);
    let docs = place.at(place.top.join("docs"));
    prints(&docs, &["changelog", "notes", "--template=short.md"], short);
    let data = json(&place, &["changelog", "notes", "--template=docs/short.md"]);
    assert_eq!((&data["text"], &data["template"]), (&short.into(), &"docs/short.md".into()));
    let crlf = "# {version}\r\n\r\n{sections}\r\n";
    place.put("docs/short.md", crlf);
    let expected = format!("# 1.2.0\r\n\r\n{}", PARSER.replace('\n', "\r\n"));
    prints(&place, &["changelog", "notes", "--template=docs/short.md"], &expected);
}

#[test]
fn what_cannot_be_filled_in_is_refused() {
    let place = released("unfilled", FILE);
    place.put("templates/release-notes.md", "<!-- x\n-->\n# {name}\n\nIt is {codename}.\n");
    let args = ["changelog", "notes"];
    let said = refuses(
        &place,
        &args,
        2,
        &[
            "{codename} in templates/release-notes.md has no value",
            "templates/release-notes.md:5:7",
            "next: gonogo changelog notes --codename NAME",
        ],
    );
    assert_eq!(said.out, "");
    place.put("templates/release-notes.md", "{verson}");
    refuses(&place, &args, 2, &["not known: {verson}", "Did you mean {version}?"]);
    place.put("templates/release-notes.md", "{compare}");
    place.edit("CHANGELOG.md", "[1.2.0]: ", "[x]: ");
    let said = refuses(&place, &args, 2, &["{compare}", "no remote whose page is known"]);
    assert!(said.err.contains("next: git remote add origin URL"), "{said}");
    place.git(&["tag", "-d", "v1.1.0"]);
    place.edit("CHANGELOG.md", "[1.1.0]: ", "[y]: ");
    refuses(&place, &["changelog", "notes", "1.1.0"], 2, &["There is no tag v1.1.0"]);
    refuses(&place, &["changelog", "notes", "--template=nope.md"], 2, &["there is no nope.md"]);
    refuses(&place, &["changelog", "notes", "--template=../x.md"], 2, &["is not a file of this"]);
}

#[test]
fn a_shallow_clone_prints_and_does_not_guess() {
    let place = with_people("deep");
    let shallow = Place::empty("shallow").with(DAY.0, DAY.1);
    let from = format!("file://{}", place.top.display());
    shallow.git(&["clone", "-q", "--depth", "1", "--branch", "v2.0.0", &from, "."]);
    prints(&shallow, &["changelog", "notes"], "### Removed\n\n- **Breaking:** Drop it\n");
    let args = ["changelog", "notes", "--template"];
    refuses(&shallow, &args, 3, &["shallow", "git fetch --unshallow --tags origin"]);
}

#[test]
fn packages_have_their_own_tags_and_changelogs() {
    let place = Place::repository("packages").with(DAY.0, DAY.1);
    for (name, version) in [("core", "1.1.0"), ("cli", "2.0.0")] {
        let manifest = format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n");
        place.put(&format!("packages/{name}/pyproject.toml"), manifest);
        let text = format!("## {version} - 2026-01-02\n\n- of {name}\n");
        place.put(&format!("packages/{name}/CHANGELOG.md"), text);
    }
    place.commit_all("feat: start");
    place.git(&["tag", "core-v1.1.0"]);
    place.git(&["tag", "cli-v2.0.0"]);
    prints(&place, &["changelog", "notes", "-p", "core"], "- of core\n");
    prints(&place, &["changelog", "notes", "cli-v2.0.0", "-p", "cli"], "- of cli\n");
    refuses(&place, &["changelog", "notes"], 2, &["say which one with -p"]);
    let said = refuses(&place, &["changelog", "notes", "9.9.9", "-p", "cli"], 2, &["no section"]);
    assert!(said.err.contains("next: gonogo changelog notes 2.0.0 -p cli"), "{said}");
    let said = works(&place, &["changelog", "audit", "-p", "core", "-p", "cli"]);
    assert!(said.out.contains("core, packages/core/CHANGELOG.md: 1 release, 1 tag"), "{said}");
    let said = works(&place, &["changelog", "check", "-p", "c*"]);
    assert_eq!(said.out.lines().count(), 2, "{said}");
}
