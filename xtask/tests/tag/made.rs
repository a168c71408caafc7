//! What is made, by which name, with which words, where.

use serde_json::Value;

use super::support::{Place, undone, works};
use super::{TAG, bump, exists, id, ready, told};

/// The same object as `git tag -a` makes with the same message and dates, in a repository that was
/// set up alike.
#[track_caller]
fn like_git(ours: &Place, theirs: &Place) {
    let before = ours.state();
    works(ours, &["tag"]);
    theirs.git(&["tag", "-a", "-m", "Release 1.3.0", "v1.3.0"]);
    assert_eq!(id(ours, TAG), id(theirs, TAG));
    ours.git(&["fsck", "--strict", "--no-dangling"]);
    assert_eq!(ours.state().changed(&before), ["refs"]);
    undone(ours, &before);
    assert!(!exists(ours, TAG));
}

#[test]
fn it_is_the_tag_that_git_makes() {
    like_git(&ready("like-git"), &ready("like-git-by-hand"));
    let who = |place: Place| {
        place
            .with("GIT_COMMITTER_NAME", "Bot")
            .with("GIT_COMMITTER_EMAIL", "bot@example.com")
            .with("GIT_COMMITTER_DATE", "2026-05-06 07:08:09 -0330")
    };
    like_git(&who(ready("like-git-who")), &who(ready("like-git-who-by-hand")));
    let sha256 = |name: &str| {
        let place = Place::empty(name);
        place.git(&["init", "-q", "--template=", "--object-format=sha256"]);
        place.python_files();
        place.commit_all("start");
        bump(&place);
        place
    };
    like_git(&sha256("like-git-sha256"), &sha256("like-git-sha256-by-hand"));
}

#[test]
fn the_same_moment_gives_the_same_tag() {
    let at = |name: &str| {
        let place = ready(name).without("GIT_COMMITTER_DATE").without("GIT_AUTHOR_DATE");
        place.with("SOURCE_DATE_EPOCH", "1795269780")
    };
    let (one, two) = (at("same-one"), at("same-two"));
    works(&one, &["tag"]);
    works(&two, &["tag"]);
    let by_hand = ready("same-by-hand").with("GIT_COMMITTER_DATE", "1795269780 +0000");
    by_hand.git(&["tag", "-a", "-m", "Release 1.3.0", "v1.3.0"]);
    assert_eq!(id(&one, TAG), id(&two, TAG));
    assert_eq!(id(&one, TAG), id(&by_hand, TAG));
    // Taken back and made again it is the same one.
    let first = id(&one, TAG);
    works(&one, &["undo"]);
    works(&one, &["tag"]);
    assert_eq!(id(&one, TAG), first);
}

#[test]
fn what_is_said_is_short_and_ends_with_commands() {
    let place = ready("said");
    let said = works(&place, &["tag"]);
    let commit = &id(&place, "HEAD")[..7];
    let expected = format!(
        "v1.3.0 on main {commit} chore: release 1.3.0\n  annotated, not signed: Release 1.3.0\n\
         undo: gonogo undo\n"
    );
    assert_eq!((said.out.as_str(), said.err.as_str()), (expected.as_str(), ""));
    let again = works(&place, &["tag"]);
    let done = "v1.3.0 is there already, at the same commit: done.\n";
    assert!(again.out.starts_with(done), "{again}");
    // What was done is one operation; what was there already is none.
    let log: Value = serde_json::from_str(&works(&place, &["log", "--json"]).out).expect("JSON");
    assert_eq!(log.as_array().map(Vec::len), Some(1), "{log}");
    let undo = works(&place, &["undo", "--dry-run"]);
    assert!(undo.out.contains("refs/tags/v1.3.0  is removed"), "{undo}");
}

#[test]
fn a_dry_run_changes_nothing() {
    let place = ready("dry");
    let before = place.state();
    let said = works(&place, &["tag", "--dry-run"]);
    assert!(said.out.contains("Nothing was tagged or pushed (dry run).\nnext: gonogo tag\n"));
    let json = works(&place, &["tag", "--dry-run", "--json"]);
    let data: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(data["tag"], "v1.3.0");
    assert_eq!(data["plan"]["steps"].as_array().map(Vec::len), Some(2), "{data}");
    place.state().must_be(&before, &said.to_string());
}

/// A name, what is set up before the version moves, arguments, the tag and its subject.
type Case =
    (&'static str, Box<dyn Fn(&Place)>, &'static [&'static str], &'static str, &'static str);

#[test]
fn the_name_and_the_message_are_as_the_repository_has_them() {
    let config = |text: &'static str| move |place: &Place| place.put("gonogo.toml", text);
    let tagged = |tag: &'static str| {
        move |place: &Place| {
            place.git(&["tag", "-d", "v1.2.0"]);
            place.git(&["tag", "-a", "-m", "x", tag, "HEAD"]);
        }
    };
    let cases: [Case; 9] = [
        ("bare", Box::new(tagged("1.2.0")), &[], "1.3.0", "Release 1.3.0"),
        ("named", Box::new(tagged("demo-v1.2.0")), &[], "demo-v1.3.0", "Release 1.3.0"),
        ("asked", Box::new(config("")), &["1.3.0"], "v1.3.0", "Release 1.3.0"),
        ("by-tag", Box::new(config("")), &["v1.3.0"], "v1.3.0", "Release 1.3.0"),
        (
            "format",
            Box::new(config("[tag]\nformat = \"release/{version}\"\n")),
            &[],
            "release/1.3.0",
            "Release 1.3.0",
        ),
        (
            "template",
            Box::new(config("[release]\ntag_message = \"{name} {tag}: {codename}\"\n")),
            &["--codename", "Genesis"],
            "v1.3.0",
            "demo v1.3.0: Genesis",
        ),
        (
            "message",
            Box::new(config("")),
            &["-m", "{version} after {previous}\n\n# not a comment"],
            "v1.3.0",
            "1.3.0 after 1.2.0",
        ),
        (
            "scheme",
            Box::new(config("[version]\nscheme = \"pep440\"\n")),
            &[],
            "v1.3.0",
            "Release 1.3.0",
        ),
        (
            "hotfix",
            Box::new(|place: &Place| {
                place.put("gonogo.toml", "[hotfix]\ntag_message = \"Fix {version}: {summary}\"\n");
                place.git(&["switch", "-q", "-c", "hotfix/v1.3.0"]);
            }),
            &["--summary", "the leak"],
            "v1.3.0",
            "Fix 1.3.0: the leak",
        ),
    ];
    for (name, setup, args, tag, subject) in cases {
        let place = Place::python(&format!("words-{name}"));
        setup(&place);
        bump(&place);
        let said = works(&place, &[&["tag"], args].concat());
        let found = place.git(&["for-each-ref", "--format=%(objecttype) %(subject)", &{
            format!("refs/tags/{tag}")
        }]);
        assert_eq!(found.trim(), format!("tag {subject}"), "{name}: {said}");
    }
    let body = Place::python("words-message-body");
    bump(&body);
    works(&body, &["tag", "-m", "one\n\n# two"]);
    assert!(body.git(&["cat-file", "tag", "v1.3.0"]).ends_with("one\n\n# two\n"));
}

#[test]
fn the_files_of_the_commit_count_and_not_the_work_tree() {
    let place = ready("commit");
    place.edit("pyproject.toml", "1.3.0", "9.9.9");
    place.put("gonogo.toml", "[tag]\nformat = \"x{version}\"\n");
    let before = place.state();
    works(&place, &["tag"]);
    assert!(exists(&place, TAG));
    undone(&place, &before);
    // An older commit by name.
    place.git(&["tag", "-d", "v1.2.0"]);
    let said = works(&place, &["tag", "--at", "HEAD~1"]);
    assert_eq!(id(&place, "v1.2.0^{commit}"), id(&place, "HEAD~1"), "{said}");
}

#[test]
fn a_section_with_a_date_will_do() {
    for (name, heading) in
        [("plain", "## [1.3.0] - 2026-02-03"), ("words", "## Version 1.3.0 - 3 February 2026")]
    {
        let place = told(&format!("section-{name}"), heading);
        works(&place, &["tag"]);
        assert!(exists(&place, TAG));
    }
    let pre = told("section-pre", "## [Unreleased]");
    for path in ["pyproject.toml", "src/demo/__init__.py"] {
        pre.edit(path, "1.3.0", "1.3.0-rc.1");
    }
    pre.commit_all("rc");
    works(&pre, &["tag"]);
    assert!(exists(&pre, "refs/tags/v1.3.0-rc.1"));
}

#[test]
fn a_version_from_tags_has_to_be_said() {
    let place = Place::repository("vcs");
    let text = "[build-system]\nrequires = [\"hatchling\", \"hatch-vcs\"]\n\
                build-backend = \"hatchling.build\"\n\n[project]\nname = \"demo\"\n\
                dynamic = [\"version\"]\n\n[tool.hatch.version]\nsource = \"vcs\"\n";
    place.put("pyproject.toml", text);
    place.commit_all("start");
    let why = ["no file holds the version of demo", "hatch-vcs", "next: gonogo tag VERSION"];
    super::support::refuses(&place, &["tag"], 2, &why);
    works(&place, &["tag", "0.1.0"]);
    assert!(exists(&place, "refs/tags/v0.1.0"));
    // A repository without any version file is no other.
    let bare = Place::repository("no-files");
    bare.put("README", "x\n");
    bare.commit_all("start");
    works(&bare, &["tag", "0.1.0"]);
    assert!(exists(&bare, "refs/tags/v0.1.0"));
}

#[test]
fn one_package_of_several_is_chosen() {
    let place = Place::repository("packages");
    for name in ["core", "cli"] {
        let text = format!("[project]\nname = \"{name}\"\nversion = \"1.3.0\"\n");
        place.put(&format!("packages/{name}/pyproject.toml"), text);
    }
    place.commit_all("start");
    super::support::refuses(&place, &["tag"], 2, &["several packages", "tag -p c"]);
    super::support::refuses(&place, &["tag", "-p", "c*"], 2, &["a tag is about one package"]);
    works(&place, &["tag", "-p", "core", "-m", "{package} {version}"]);
    let subject = place.git(&["for-each-ref", "--format=%(subject)", "refs/tags/core-v1.3.0"]);
    assert_eq!(subject, "core 1.3.0\n");
    let said = works(&place, &["tag", "verify"]);
    assert!(said.out.contains("releases core 1.3.0"), "{said}");
}

#[test]
fn it_works_wherever_commits_are() {
    let place = ready("where");
    place.git(&["switch", "-q", "--detach"]);
    works(&place, &["tag"]);
    works(&place, &["undo"]);
    place.git(&["worktree", "add", "-q", "../linked", "main"]);
    let linked = place.at(place.root.join("linked"));
    works(&linked, &["tag"]);
    works(&linked, &["undo"]);
    let outer = place.at(place.root.join("outer"));
    std::fs::create_dir(&outer.top).expect("outer");
    outer.git(&["init", "-q", "--template="]);
    outer.git(&["submodule", "--quiet", "add", "../repo", "lib"]);
    outer.commit_all("start");
    let inner = outer.at(outer.top.join("lib"));
    works(&inner, &["tag"]);
    assert!(exists(&inner, TAG) && !exists(&outer, TAG) && !exists(&place, TAG));
    // The newest commit alone, as CI has it.
    let origin = format!("file://{}", place.top.display());
    place.git(&["clone", "-q", "--depth", "1", "--branch", "main", &origin, "../shallow"]);
    let shallow = place.at(place.root.join("shallow"));
    let said = works(&shallow, &["tag"]);
    assert!(exists(&shallow, TAG) && !said.out.contains("is not on"), "{said}");
}

#[test]
fn what_is_unusual_is_said() {
    let place = ready("unusual");
    place.git(&["branch", "v1.3.0"]);
    let said = works(&place, &["tag"]);
    assert!(said.out.contains("! a branch is called v1.3.0, too"), "{said}");
    assert_eq!(id(&place, "refs/tags/v1.3.0^{commit}"), id(&place, "refs/heads/main"));
    let again = works(&place, &["tag"]);
    assert!(again.out.contains("at the same commit"), "{again}");
    works(&place, &["undo"]);
    assert!(exists(&place, "refs/heads/v1.3.0") && !exists(&place, TAG));

    let side = ready("unusual-side");
    side.git(&["switch", "-q", "-c", "side"]);
    side.git(&["commit", "-q", "--allow-empty", "-m", "more"]);
    let said = works(&side, &["tag"]);
    assert!(said.out.contains("is not on main"), "{said}");

    let light = ready("unusual-light");
    light.git(&["tag", "v1.3.0"]);
    let before = light.state();
    let said = works(&light, &["tag"]);
    assert!(said.out.contains("at the same commit: done.\n! it is a lightweight tag"), "{said}");
    light.state().must_be(&before, "nothing is to do");
}
