//! The end of a hotfix: which branches get it, what gets the tag, and what stops it.

use super::support::{Place, refuses, undone, works};
use super::{
    FIX, ahead, bot, finishes, fixed, id, in_order, is_merge, project, says, show, there, tip,
};

const DEVEL: &str = "[branches]\ndevelop = \"devel\"\n[release]\nbranch = \"release/v{version}\"\n";

/// Where main, devel and two release branches go on without the fix.
fn busy(name: &str, toml: &str) -> (Place, super::Remote) {
    let (place, remote) = project(name, &format!("{DEVEL}{toml}"));
    for (branch, version) in [
        ("release/v1.3.0", "1.3.0-rc.2"),
        ("release/v2.0.0", "2.0.0-beta.1"),
        ("devel", "2.1.0-alpha.1"),
    ] {
        ahead(&place, branch, version);
    }
    bot(&place, "later.txt");
    (place, remote)
}

#[test]
fn every_branch_that_is_open_gets_a_hotfix() {
    let (place, remote) = busy("every", "[gates]\ntests = \"grep -q 1.2.1 pyproject.toml\"\n");
    // Released, gone, of an older version: none of them is open for it.
    for branch in ["release/v1.2.0", "release/v1.1.9", "elsewhere/v1.5.0"] {
        place.git(&["push", "-q", "origin", &format!("v1.2.0^{{}}:refs/heads/{branch}")]);
    }
    // main is only behind here, and one branch is not here at all.
    place.git(&["branch", "-q", "-D", "release/v2.0.0"]);
    let before =
        ["main", "release/v1.3.0", "release/v2.0.0", "devel"].map(|name| tip(&remote, name));
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    place.git(&["branch", "-f", "main", "v1.2.0^{}"]);
    place.git(&["push", "-q", "-u", "origin", "hotfix/v1.2.1"]);
    let fix = id(&place, "HEAD");
    let dry = works(&place, &["hotfix", "finish", "--dry-run"]);
    for words in [
        "main            1.2.0          -> 1.2.1  clean (local main forwarded by 1 commit)",
        "release/v1.3.0  1.3.0-rc.2     stays     solved by rule",
        "release/v2.0.0  2.0.0-beta.1   stays     solved by rule",
        "devel           2.1.0-alpha.1  stays     solved by rule",
        "CHANGELOG.md:9          sections joined: Unreleased, 1.2.1, 1.2.0",
        "pyproject.toml:3        both sides changed the version: the higher one stays",
        "src/demo/__init__.py:3  both sides changed the version: the higher one stays",
        "Only these lines; every other file is git's own clean merge.",
        "release/v1.1.9 is for an older version: left alone",
        "hotfix/v1.2.1 deleted",
        // Typed as it is told it must not put the branch back.
        " :refs/heads/hotfix/v1.2.1",
    ] {
        assert!(dry.out.contains(words), "no {words:?} in {dry}");
    }
    assert_eq!(id(&place, "HEAD"), fix);
    let said = finishes(&place, &[]);
    assert!(said.err.contains("1 of 1 green"), "{said}");
    // The tag is the branch with its date, and no more.
    let tagged = id(&place, "v1.2.1^{commit}");
    assert_eq!(id(&place, "v1.2.1^{commit}^"), fix);
    assert_eq!(remote.id("refs/tags/v1.2.1^{commit}"), Some(tagged.clone()));
    assert_eq!(place.git(&["tag", "-l", "--format=%(contents)", "v1.2.1"]).trim(), "Hotfix 1.2.1");
    says(&place, "v1.2.1", "1.2.1");
    in_order(
        &place,
        "v1.2.1",
        &["[Unreleased]", "## [1.2.1] - 2026-01-02", "- two is zwei", "[1.2.0]"],
    );
    assert!(place.run("git", &["show", "v1.2.1:later.txt"]).code != 0, "main is not in it");
    for (branch, old, version) in [
        ("main", &before[0], "1.2.1"),
        ("release/v1.3.0", &before[1], "1.3.0-rc.2"),
        ("release/v2.0.0", &before[2], "2.0.0-beta.1"),
        ("devel", &before[3], "2.1.0-alpha.1"),
    ] {
        let at = tip(&remote, branch);
        is_merge(
            &place,
            &at,
            [old, &tagged],
            &format!("Merge branch 'hotfix/v1.2.1' into {branch}"),
        );
        says(&place, &at, version);
        assert!(show(&place, &at, "a.txt").contains("zwei"));
        in_order(
            &place,
            &at,
            &["[Unreleased]", "## [1.2.1] - 2026-01-02", "- two is zwei", "[1.2.0]"],
        );
        if branch != "main" {
            in_order(&place, &at, &["[Unreleased]", &format!("- for {version}"), "## [1.2.1]"]);
        }
        match branch {
            "release/v2.0.0" => assert_eq!(place.git(&["branch", "--list", branch]), ""),
            _ => there(&place, &remote, branch),
        }
    }
    for untouched in ["release/v1.2.0", "release/v1.1.9", "elsewhere/v1.5.0"] {
        assert_eq!(tip(&remote, untouched), id(&place, "v1.2.0^{commit}"));
    }
    assert_eq!(remote.id("refs/heads/hotfix/v1.2.1"), None);
    assert_eq!(place.git(&["branch", "--list", "hotfix/*"]), "");
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.operations()[0], "done");
    let again = finishes(&place, &["1.2.1"]);
    assert!(again.out.contains("1.2.1 is released already: nothing to do"), "{again}");
    place.gonogo(&["undo"]).refused(3, &["so it is not undone"]);
}

#[test]
fn a_section_that_waits_for_its_date_gets_it() {
    let (place, remote) = busy("dated", "");
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    for path in super::VERSIONED {
        place.edit(path, "1.2.0", "1.2.1");
    }
    let section = "## [1.2.1] - Unreleased\n\n### Fixed\n\n- by hand\n\n## [1.2.0]";
    place.edit("CHANGELOG.md", "## [1.2.0]", section);
    place.commit_all("chore: begin 1.2.1");
    finishes(&place, &[]);
    assert_eq!(place.git(&["diff", "--name-only", "v1.2.1^{commit}^", "v1.2.1"]), "CHANGELOG.md\n");
    for branch in ["main", "devel", "release/v1.3.0"] {
        let at = tip(&remote, branch);
        in_order(
            &place,
            &at,
            &["## [1.2.1] - 2026-01-02\n\n### Fixed\n\n- by hand\n", "## [1.2.0]"],
        );
    }
}

#[test]
fn a_tag_on_the_merge_is_tested_there_and_says_what_it_ships() {
    let gates = "[hotfix]\ntag_on = \"merge\"\ntag_message = \"Hotfix release {tag}\"\n[gates]\n\
        tests = { run = \"grep -q 1.2.1 pyproject.toml\", after = [\"merge\"] }\n\
        merge = \"test -f later.txt\"\n";
    let (place, remote) = busy("on-merge", gates);
    let main = tip(&remote, "main");
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    let dry = works(&place, &["hotfix", "finish", "--dry-run"]);
    let short = &main[..7];
    assert!(dry.out.contains("v1.2.1 is on the merge and ships 1 more commit of main:"), "{dry}");
    assert!(dry.out.contains(&format!("{short} docs: later.txt")), "{dry}");
    let said = finishes(&place, &[]);
    assert!(said.err.contains("2 of 2 green"), "{said}");
    let tagged = remote.id("refs/tags/v1.2.1^{commit}").expect("the tag");
    assert_eq!(tagged, tip(&remote, "main"));
    let dated = id(&place, "main^2");
    is_merge(&place, "main", [&main, &dated], "Merge branch 'hotfix/v1.2.1' into main");
    assert_eq!(
        place.git(&["tag", "-l", "--format=%(contents)", "v1.2.1"]).trim(),
        "Hotfix release v1.2.1"
    );
    let devel = tip(&remote, "devel");
    assert_eq!(id(&place, &format!("{devel}^2")), dated, "devel gets the fix, not main");
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    assert_eq!(place.git(&["branch", "--list", "hotfix/*"]), "");
}

#[test]
fn a_gate_that_is_red_on_the_merge_takes_everything_back() {
    let gates = "[hotfix]\ntag_on = \"merge\"\n[gates]\nmerge = \"test ! -f later.txt\"\n";
    let (place, _remote) = busy("red-merge", gates);
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    works(&place, &["hotfix", "finish", "--dry-run"]);
    let words = ["NO-GO for 1.2.1: merge", "Everything was taken back"];
    refuses(&place, &["hotfix", "finish", "--yes"], 1, &words);
    assert_eq!(place.operations()[0], "taken-back");
    let waived = ["--waive", "merge", "--reason", "known"];
    let before = place.state();
    works(&place, &[&["hotfix", "finish", "--no-push"][..], &waived].concat());
    assert_eq!(id(&place, "v1.2.1^{commit}"), id(&place, "main"));
    undone(&place, &before);
}

#[test]
fn a_merge_that_is_another_version_gets_no_tag() {
    let (place, _remote) = project("other-version", "[hotfix]\ntag_on = \"merge\"\n");
    for path in super::VERSIONED {
        place.edit(path, "1.2.0", "1.3.0-rc.1");
    }
    bot(&place, "later.txt");
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    let words = ["merged, main is 1.3.0-rc.1 and not 1.2.1", "tag_on"];
    refuses(&place, &["hotfix", "finish", "--yes"], 3, &words);
}

#[test]
fn one_branch_now_and_the_rest_later() {
    let (place, remote) = busy("later", "");
    let devel = tip(&remote, "devel");
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    let said = works(&place, &["hotfix", "finish", "--into", "main", "--dry-run"]);
    assert!(said.out.contains("left out: release/v1.3.0, release/v2.0.0, devel"), "{said}");
    finishes(&place, &["--into", "main"]);
    let (tagged, branch) = (id(&place, "v1.2.1^{commit}"), id(&place, "hotfix/v1.2.1"));
    assert_eq!((tagged.clone(), tip(&remote, "devel")), (branch, devel.clone()));
    assert_eq!(id(&place, "main^2"), tagged);
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    // Then one more, from the branch that moves.
    place.git(&["switch", "-q", "devel"]);
    finishes(&place, &["1.2.1", "--into", "devel"]);
    is_merge(&place, "devel", [&devel, &tagged], "Merge tag 'v1.2.1' into devel");
    says(&place, "devel", "2.1.0-alpha.1");
    there(&place, &remote, "devel");
    assert!(place.read("a.txt").contains("zwei"));
    assert_eq!(place.git(&["branch", "--show-current"]), "devel\n");
    // The rest, which nobody has to name, and nothing twice.
    let main = tip(&remote, "main");
    finishes(&place, &[]);
    let (merged, kept) = (tip(&remote, "release/v1.3.0"), tip(&remote, "main"));
    assert_eq!(id(&place, &format!("{merged}^2")), tagged);
    assert_eq!((kept, id(&place, "devel^1")), (main, devel));
    assert_eq!(place.git(&["branch", "--list", "hotfix/*"]), "");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert!(finishes(&place, &["1.2.1"]).out.contains("nothing to do"));
}

/// devel changes the line that is fixed.
fn conflicting(name: &str) -> (Place, super::Remote) {
    let (place, remote) = busy(name, "");
    place.git(&["switch", "-q", "devel"]);
    place.edit("a.txt", "two", "deux");
    place.commit_all("feat: french");
    place.git(&["push", "-q"]);
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    (place, remote)
}

const CONFLICT: [&str; 4] = [
    "merging into devel conflicts for real",
    "a.txt:3: both sides changed it",
    "Nothing has moved: no branch, no tag, no file.",
    "git merge hotfix/v1.2.1",
];

#[test]
fn a_real_conflict_is_resolved_by_hand_and_the_same_command_goes_on() {
    let (place, remote) = conflicting("by-hand");
    place.gonogo(&["hotfix", "finish", "--yes"]);
    let said = refuses(&place, &["hotfix", "finish", "--yes"], 3, &CONFLICT);
    assert!(said.err.contains("--into main --into release/v1.3.0 --into release/v2.0.0"), "{said}");
    // From elsewhere it stops before the work tree goes anywhere, too.
    place.git(&["switch", "-q", "main"]);
    refuses(&place, &["hotfix", "finish", "--yes"], 3, &CONFLICT);
    place.git(&["switch", "-q", "devel"]);
    place.run("git", &["merge", "-q", "hotfix/v1.2.1"]);
    place.edit("a.txt", "<<<<<<< HEAD\ndeux\n=======\nzwei\n>>>>>>> hotfix/v1.2.1\n", "dos\n");
    place.commit_all("Merge by hand");
    let by_hand = id(&place, "devel");
    let dry = works(&place, &["hotfix", "finish", "1.2.1", "--dry-run"]);
    assert!(dry.out.contains("on hotfix/v1.2.1, what the same command shows there"), "{dry}");
    place.git(&["switch", "-q", "hotfix/v1.2.1"]);
    let dry = works(&place, &["hotfix", "finish", "--dry-run"]);
    assert!(dry.out.contains("solved by rule (with 2 local commits)"), "{dry}");
    finishes(&place, &[]);
    let tagged = id(&place, "v1.2.1^{commit}");
    is_merge(&place, "devel", [&by_hand, &tagged], "Merge branch 'hotfix/v1.2.1' into devel");
    assert!(show(&place, "devel", "a.txt").contains("\ndos\n"));
    says(&place, "devel", "2.1.0-alpha.1");
    in_order(&place, "devel", &["- for 2.1.0-alpha.1", "## [1.2.1] - 2026-01-02", "## [1.2.0]"]);
    there(&place, &remote, "devel");
}

#[test]
fn a_conflict_can_wait_until_tomorrow() {
    let (place, remote) = conflicting("tomorrow");
    let into = ["--into", "main", "--into", "release/v1.3.0", "--into", "release/v2.0.0"];
    finishes(&place, &into);
    says(&place, &tip(&remote, "main"), "1.2.1");
    place.gonogo(&["hotfix", "finish", "--yes"]);
    refuses(
        &place,
        &["hotfix", "finish", "--yes"],
        3,
        &["into devel conflicts", "git merge v1.2.1"],
    );
    // With the tag the dated section comes along, and by hand that is resolved, too.
    place.git(&["switch", "-q", "devel"]);
    place.run("git", &["merge", "-q", "-X", "ours", "v1.2.1"]);
    place.git(&["merge-base", "--is-ancestor", "v1.2.1", "devel"]);
    place.git(&["push", "-q"]);
    let said = finishes(&place, &[]);
    assert!(!said.err.contains("into devel"), "{said}");
    assert_eq!(place.git(&["branch", "--list", "hotfix/*"]), "");
}

#[test]
fn an_older_line_is_tagged_and_merged_nowhere() {
    for (name, into, merged) in [("alone", None, false), ("asked", Some("devel"), true)] {
        let (place, remote) = busy(&format!("older-{name}"), "");
        for path in super::VERSIONED {
            place.edit(path, "1.2.0", "2.0.0");
        }
        place.commit_all("chore: release 2.0.0");
        place.git(&["tag", "-a", "-m", "2.0.0", "v2.0.0"]);
        place.git(&["push", "-q", "origin", "main", "v2.0.0"]);
        let before = ["main", "devel", "release/v1.3.0"].map(|branch| tip(&remote, branch));
        fixed(&place, "1.2.1", "v1.2.0", FIX);
        place.git(&["push", "-q", "-u", "origin", "hotfix/v1.2.1"]);
        let more: Vec<&str> = into.into_iter().flat_map(|branch| ["--into", branch]).collect();
        let dry = works(&place, &[&["hotfix", "finish", "--dry-run"][..], &more].concat());
        assert_eq!(dry.out.contains("main has v2.0.0: this is an older line"), !merged, "{dry}");
        finishes(&place, &more);
        let tagged = remote.id("refs/tags/v1.2.1^{commit}").expect("the tag");
        let after = ["main", "devel", "release/v1.3.0"].map(|branch| tip(&remote, branch));
        assert_eq!([&after[0], &after[2]], [&before[0], &before[2]]);
        assert_eq!(after[1] != before[1], merged);
        if merged {
            assert_eq!(id(&place, &format!("{}^2", after[1])), tagged);
            says(&place, &after[1], "2.1.0-alpha.1");
        }
        assert_eq!(remote.id("refs/heads/hotfix/v1.2.1"), None);
        assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    }
}

#[test]
fn a_work_tree_of_its_own_is_left_where_the_tag_is() {
    let (place, remote) = busy("own-tree", "");
    for path in super::VERSIONED {
        place.edit(path, "1.2.0", "2.0.0");
    }
    place.commit_all("chore: release 2.0.0");
    place.git(&["tag", "-a", "-m", "2.0.0", "v2.0.0"]);
    place.git(&["push", "-q", "origin", "main", "v2.0.0"]);
    place.git(&["worktree", "add", "-q", "-b", "hotfix/v1.2.1", "../beside", "v1.2.0"]);
    let beside = place.at(place.root.join("beside"));
    beside.edit(FIX.0, FIX.1, FIX.2);
    beside.commit_all("fix: a crash");
    finishes(&beside, &[]);
    assert_eq!(remote.id("refs/tags/v1.2.1^{commit}"), Some(id(&beside, "HEAD")));
    assert_eq!(beside.git(&["branch", "--show-current"]), "");
    assert_eq!(place.git(&["branch", "--show-current"]), "main\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[test]
fn two_hotfixes_end_one_after_the_other() {
    for (name, order) in [("up", ["1.2.1", "1.2.2"]), ("down", ["1.2.2", "1.2.1"])] {
        let (place, remote) = busy(&format!("two-{name}"), "");
        fixed(&place, "1.2.1", "v1.2.0", FIX);
        fixed(&place, "1.2.2", "v1.2.0", ("b.txt", "two", "zwei"));
        let words = ["several hotfixes are open", "hotfix finish 1.2.1", "hotfix finish 1.2.2"];
        place.git(&["switch", "-q", "main"]);
        place.gonogo(&["hotfix", "finish", "--yes"]);
        refuses(&place, &["hotfix", "finish", "--yes"], 2, &words);
        for version in order {
            finishes(&place, &[version]);
            says(&place, &format!("v{version}"), version);
        }
        for (branch, version) in [("main", "1.2.2"), ("devel", "2.1.0-alpha.1")] {
            let at = tip(&remote, branch);
            says(&place, &at, version);
            in_order(&place, &at, &["[Unreleased]", "## [1.2.2]", "## [1.2.1]", "## [1.2.0]"]);
            for file in ["a.txt", "b.txt"] {
                assert!(show(&place, &at, file).contains("zwei"), "{branch} {file}");
            }
        }
    }
}

#[test]
fn branches_are_merged_as_they_are_configured_to_be() {
    for (how, parents) in [("ff", 1), ("squash", 1), ("no-ff", 2)] {
        let toml = format!("[branches]\nmerge = \"{how}\"\ndevelop = \"develop\"\n");
        let (place, remote) = project(&format!("merge-{how}"), &toml);
        ahead(&place, "develop", "1.3.0-alpha.1");
        let main = tip(&remote, "main");
        fixed(&place, "1.2.1", "v1.2.0", FIX);
        let fix = id(&place, "HEAD");
        finishes(&place, &[]);
        let tagged = remote.id("refs/tags/v1.2.1^{commit}").expect("the tag");
        let of = |name: &str| place.git(&["log", "-1", "--format=%P", name]).trim().to_owned();
        match how {
            "ff" => assert_eq!((tip(&remote, "main"), of(&tagged)), (tagged.clone(), fix)),
            "squash" => assert_eq!((tip(&remote, "main"), of(&tagged)), (tagged.clone(), main)),
            _ => assert_eq!(of("main"), format!("{main} {tagged}")),
        }
        let develop = of(&tip(&remote, "develop"));
        let expected = if how == "ff" { 2 } else { parents };
        assert_eq!(develop.split(' ').count(), expected, "{how}");
        says(&place, "main", "1.2.1");
        says(&place, "develop", "1.3.0-alpha.1");
        assert!(finishes(&place, &["1.2.1"]).out.contains("nothing to do"), "{how}");
    }
}

#[test]
fn what_stops_a_finish() {
    let (place, remote) =
        busy("stops", "[hotfix]\ntag_message = \"Hotfix {version}: {summary}\"\n");
    let finish = ["hotfix", "finish", "--yes"];
    refuses(&place, &finish, 3, &["no hotfix branch is open"]);
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    refuses(&place, &finish, 2, &["{summary}", "--summary TEXT"]);
    place.git(&["worktree", "add", "-q", "../beside", "devel"]);
    let finish = ["hotfix", "finish", "--yes", "--summary", "a crash"];
    refuses(&place, &finish, 3, &["devel is checked out in", "beside", "switch --detach"]);
    place.git(&["worktree", "remove", "../beside"]);
    refuses(&place, &[&finish[..], &["--into", "nowhere"]].concat(), 2, &["no branch nowhere"]);
    // Here and there devel has gone on.
    place.git(&["switch", "-q", "devel"]);
    bot(&place, "there.txt");
    place.git(&["reset", "-q", "--hard", "HEAD^"]);
    place.put("here.txt", "x");
    place.commit_all("feat: here");
    place.git(&["switch", "-q", "hotfix/v1.2.1"]);
    refuses(&place, &finish, 3, &["devel has diverged from the remote"]);
    place.git(&["branch", "-f", "devel", "origin/devel"]);
    let json = works(&place, &[&finish[..], &["--dry-run", "--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let merges = json["merges"].as_array().expect("merges");
    assert_eq!(merges.len(), 4, "{json}");
    assert_eq!(
        (&merges[3]["branch"], &merges[3]["after"]),
        (&"devel".into(), &"2.1.0-alpha.1".into())
    );
    assert_eq!(merges[3]["resolved"][1]["path"], "pyproject.toml", "{json}");
    let before = place.state();
    works(&place, &[&finish[..], &["--no-push"]].concat());
    assert_eq!(remote.id("refs/tags/v1.2.1"), None);
    assert!(place.git(&["tag", "-l", "--format=%(contents)", "v1.2.1"]).contains("1.2.1: a crash"));
    undone(&place, &before);
}

#[test]
fn a_release_from_before_the_configuration_is_told() {
    let (place, _remote) = project("before", "");
    place.git(&["switch", "-q", "--detach"]);
    place.git(&["rm", "-q", "gonogo.toml"]);
    place.git(&["commit", "-q", "-m", "chore: nothing configured"]);
    let older = id(&place, "HEAD");
    fixed(&place, "1.2.1", &older, FIX);
    let dry = works(&place, &["hotfix", "finish", "--dry-run"]);
    assert!(dry.out.contains("! gonogo.toml of main is not here"), "{dry}");
}

#[test]
fn a_branch_that_is_kept_stays_here_and_there() {
    let (place, remote) = project("kept", "[hotfix]\nkeep_branch = true\n");
    fixed(&place, "1.2.1", "v1.2.0", FIX);
    place.git(&["push", "-q", "-u", "origin", "hotfix/v1.2.1"]);
    finishes(&place, &[]);
    assert_eq!(id(&place, "hotfix/v1.2.1"), id(&place, "v1.2.1^{commit}"));
    there(&place, &remote, "hotfix/v1.2.1");
    assert!(finishes(&place, &["1.2.1"]).out.contains("nothing to do"));
}
