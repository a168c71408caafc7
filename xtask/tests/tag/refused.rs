//! What is not tagged, and why.

use super::support::{Place, refuses, works};
use super::{bump, ready, told};

#[test]
fn version_files_have_to_agree() {
    let place = ready("disagree");
    place.edit("pyproject.toml", "1.3.0", "1.4.0");
    place.commit_all("one of two");
    let places = ["pyproject.toml:3  1.4.0", "src/demo/__init__.py:3  1.3.0"];
    let said = refuses(&place, &["tag"], 3, &places);
    assert!(said.err.contains("the version files at") && said.err.contains("disagree"), "{said}");
    let said = refuses(&place, &["tag", "1.4.0"], 3, &places[1..]);
    assert!(said.err.contains("is not 1.4.0") && !said.err.contains(places[0]), "{said}");
    refuses(&place, &["tag", "1.x"], 2, &["1.x"]);
}

#[test]
fn what_is_not_committed_is_not_there() {
    let place = Place::python("uncommitted");
    place.git(&["commit", "-q", "--allow-empty", "-m", "more"]);
    works(&place, &["bump", "minor"]);
    let hint = "pyproject.toml (and others) has changes that are not committed";
    refuses(&place, &["tag"], 3, &["v1.2.0 is there already, on another commit", hint]);
    refuses(&place, &["tag", "1.3.0"], 3, &["is not 1.3.0", hint]);
}

#[test]
fn the_changelog_has_one_dated_section() {
    for (name, heading, why) in [
        ("none", "## [Unreleased]", "CHANGELOG.md has no section for 1.3.0"),
        (
            "two",
            "## [1.3.0] - 2026-02-03\n\n- x\n\n## [1.3.0] - 2026-02-03",
            "CHANGELOG.md has 2 sections for 1.3.0",
        ),
        ("placeholder", "## [1.3.0] - Unreleased", "the section of 1.3.0 in CHANGELOG.md has no"),
        ("undated", "## [1.3.0]", "the section of 1.3.0 in CHANGELOG.md has no date"),
        ("yanked", "## [1.3.0] - 2026-02-03 [YANKED]", "1.3.0 is marked as yanked"),
    ] {
        let place = told(&format!("changelog-{name}"), heading);
        refuses(&place, &["tag"], 3, &[why]);
        // Nobody asks for it where the project says so.
        place.put("gonogo.toml", "[gates]\nchangelog = false\n");
        place.commit_all("no changelog");
        works(&place, &["tag"]);
    }
    let place = told("changelog-typed", "## [Unreleased]");
    place.edit("CHANGELOG.md", "## [Unreleased]", "## [1.3.0] - 2026-02-03");
    let hint = "CHANGELOG.md has changes that are not committed; a tag is of a commit.";
    refuses(&place, &["tag"], 3, &["has no section for 1.3.0", hint]);
}

#[test]
fn a_tag_is_never_moved() {
    for (name, how) in [("annotated", &["-a", "-m", "x"][..]), ("lightweight", &[])] {
        let place = ready(&format!("moved-{name}"));
        place.git(&[&["tag"], how, &["v1.3.0", "HEAD~1"]].concat());
        let why = ["v1.3.0 is there already, on another commit", "It is on ", "(start)"];
        refuses(&place, &["tag"], 3, &why);
    }
    // Under another name it is the same version.
    let place = ready("moved-spelled");
    place.git(&["tag", "-a", "-m", "x", "1.3.0", "HEAD~1"]);
    refuses(&place, &["tag"], 3, &["1.3.0 is there already, on another commit"]);
    let place = ready("moved-tree");
    place.git(&["tag", "-a", "-m", "x", "v1.3.0", "HEAD^{tree}"]);
    refuses(&place, &["tag"], 3, &["It names no commit at all."]);
}

#[test]
fn there_has_to_be_room() {
    let place = ready("room");
    place.git(&["tag", "-a", "-m", "x", "v1.3.0/x"]);
    refuses(&place, &["tag"], 3, &["the tag v1.3.0/x leaves no room for v1.3.0"]);
    let place = ready("burned");
    place.git(&["update-ref", "refs/gonogo/rolledback/v1.3.0", "HEAD~1"]);
    refuses(&place, &["tag"], 3, &["v1.3.0 was released and rolled back", "bump patch --next"]);
}

#[test]
fn names_are_data() {
    for (name, format) in [("option", "--delete-{version}"), ("blank", "a b{version}")] {
        let place = Place::python(&format!("name-{name}"));
        place.put("gonogo.toml", format!("[tag]\nformat = \"{format}\"\n"));
        bump(&place);
        refuses(&place, &["tag"], 2, &["gonogo.toml:2"]);
    }
    let place = Place::python("name-shell");
    place.put("gonogo.toml", "[tag]\nformat = \"$(touch owned);'{version}\"\n");
    bump(&place);
    place.run("git", &["check-ref-format", "refs/tags/$(touch-owned);'1.3.0"]).ok();
    refuses(&place, &["tag"], 2, &[]);
    let place = Place::python("name-quoted");
    place.put("gonogo.toml", "[tag]\nformat = \"$(touch-owned);'{version}\"\n");
    bump(&place);
    let said = works(&place, &["tag"]);
    assert!(said.out.starts_with("$(touch-owned);'1.3.0 on main"), "{said}");
    let again = works(&place, &["tag"]);
    assert!(again.out.contains("tag verify '$(touch-owned);'\\''1.3.0'"), "{again}");
    // What looks like an option is none.
    refuses(&place, &["tag", "--at=--all"], 2, &["there is no commit --all"]);
    let why = "there is no tag --all here";
    place.gonogo(&["tag", "verify", "--", "--all"]).refused(1, &[why]);
}

#[test]
fn words_without_a_value_stop_it() {
    let place = Place::python("words");
    place.put("gonogo.toml", "[release]\ntag_message = \"Release {version}: {codename}\"\n");
    bump(&place);
    refuses(&place, &["tag"], 2, &["{codename}", "gonogo.toml:2", "tag --codename NAME"]);
    refuses(&place, &["tag", "-m", "{foo}"], 2, &["--message has a placeholder", "{foo}"]);
    refuses(&place, &["tag", "-m", ""], 2, &["the message of the tag is empty"]);
    refuses(&place, &["tag", "--codename", "a\nb"], 2, &["--codename is not one line"]);
}

#[test]
fn somebody_has_to_make_it() {
    let place = ready("nobody");
    std::fs::write(place.root.join("home/.gitconfig"), "[user]\n\tuseConfigOnly = true\n")
        .expect("config");
    refuses(&place, &["tag"], 2, &["git does not know who you are", "git config user.name"]);
    let empty = Place::repository("nothing");
    empty.python_files();
    refuses(&empty, &["tag"], 3, &["there is no commit yet to tag"]);
    refuses(&ready("no-such"), &["tag", "--at", "nowhere"], 2, &["there is no commit nowhere"]);
}

#[test]
fn options_of_the_tag_are_none_of_verify() {
    let place = ready("in-front");
    let why = ["--push stands in front of verify", "tag verify --help"];
    refuses(&place, &["tag", "--push", "verify"], 2, &why);
    refuses(&place, &["tag", "1.3.0", "verify"], 2, &["1.3.0 stands in front of verify"]);
}
