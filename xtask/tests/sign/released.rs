//! What a release does with sign-offs and the checklist: it waits for them, and keeps them.

use super::support::{Place, refuses, works};
use super::{ROLES, Team, id, json, push, states, team};

const LIST: &str = "# Shipping\n\n## Code\n\n- [ ] the tests pass\n- [x] it was looked at\n\n\
    ## By hand\n\n- [ ] it starts\n- [ ] it stops\n\n## Publishing\n\n- [ ] tag it\n\n\
    ## Afterwards\n\n- [ ] tell everybody\n";

const CHECKLIST: &str = "\n[gates]\ntests = \"sh -c 'test -e new.txt'\"\n\n\
    [checklist]\nfile = \"docs/LIST.md\"\n\n[checklist.sections]\n\"Code\" = \"gate:tests\"\n\
    \"By hand\" = \"role:QA Lead\"\n\"Publishing\" = \"step\"\n\"Afterwards\" = \"after:QA Lead\"\n";

/// The team with a gate, a checklist, and more settings.
fn with(name: &str, more: &str) -> Team {
    let team = team(name, &format!("{ROLES}{CHECKLIST}{more}"));
    team.ana.put("docs/LIST.md", LIST);
    push(&team.ana, "docs: a checklist");
    for place in [&team.bo, &team.cy] {
        place.git(&["pull", "-q"]);
    }
    team
}

/// The last paragraph of the message of a tag.
fn trailers(place: &Place, tag: &str) -> Vec<String> {
    let message = place.git(&["tag", "-l", "--format=%(contents)", tag]);
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines().map(str::to_owned).collect()
}

#[test]
fn a_release_waits_for_everybody_and_keeps_what_they_said() {
    let team = with("waits", "");
    let (ana, bo, cy) = (&team.ana, &team.bo, &team.cy);
    let before = team.remote.state();
    let reasons = [
        "NO-GO for 1.3.0: sign-off Release Manager, sign-off QA Lead, sign-off Security Lead, 2 boxes",
        "sign-off QA Lead: open (bo@example.com)",
        "docs/LIST.md: 2 boxes open: QA Lead (bo@example.com): By hand 2",
        "next: gonogo sign --role 'Release Manager' --version 1.3.0",
        "gonogo release minor --yes --waive 'signoff:Release Manager' --reason \"...\"",
    ];
    refuses(ana, &["release", "minor", "--yes"], 1, &reasons);
    refuses(ana, &["release", "minor", "--dry-run"], 1, &reasons[..3]);
    team.remote.state().must_be(&before, "nothing was released");
    let said = ana.gonogo(&["check"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("docs/LIST.md: 2 boxes open: QA Lead"), "{said}");
    assert!(said.out.contains("sign-off Security Lead, 2 boxes\n"), "{said}");

    works(ana, &["sign", "--yes"]);
    works(bo, &["sign", "--yes", "--statement", "I started and stopped it."]);
    let cy_is_out = ["--for", "Cy <cy@example.com>", "--evidence", "https://example.com/mail/1"];
    works(ana, &[&["sign", "--role", "Security Lead", "--yes"], &cy_is_out[..]].concat());
    // A late slip of the pen where it may be, and what of all that the release says.
    cy.put("docs/guide.md", "Guide.\n");
    push(cy, "docs: a typo");
    ana.git(&["pull", "-q"]);
    works(ana, &["check"]);
    let candidate = id(ana, "HEAD~1");
    let planned = works(ana, &["release", "minor", "--dry-run"]);
    let signed = format!(
        "Signed off: Ana (Release Manager), Bo (QA Lead), Cy, witnessed by Ana (Security Lead), for {}.",
        &candidate[..7]
    );
    let told = planned.out.replace('\n', " ");
    assert!(told.contains(&signed), "{planned}");
    assert!(told.contains("signed, but for docs/guide.md, which may change."), "{planned}");
    let said = works(ana, &["release", "minor", "--yes"]);
    assert!(said.out.contains("signed by Ana, Bo, Cy, witnessed by Ana"), "{said}");

    let open = "open      1 box for the days after: gonogo checklist show --after";
    assert!(said.out.contains(open), "{said}");

    let told = trailers(ana, "v1.3.0");
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[1].starts_with("Sign-off: QA Lead; Bo <bo@example.com>; 20"), "{told:?}");
    assert!(told[1].ends_with(&format!("; {candidate}")), "{told:?}");
    assert!(told[2].ends_with("; for Cy <cy@example.com>; https://example.com/mail/1"), "{told:?}");
    // Anybody reads it, in a clone that was not there.
    works(cy, &["sign", "--verify", "--version", "1.3.0"]);
    let record = works(cy, &["log", "v1.3.0", "--markdown"]);
    for line in [
        "| QA Lead | Bo | ",
        "I started and stopped it.",
        "> - [x] the tests pass *(gate tests&#58; green, exit 0",
        "> - [x] it was looked at *(gate tests&#58; green",
        "> - [x] it starts *(Bo, QA Lead, ",
        "> - [x] tag it *(done by the release v1.3.0",
        "> - [ ] tell everybody *(open: QA Lead after the release)*",
        "docs/LIST.md: 6 boxes, 5 done or not needed",
        "| ✓ | clean |",
        "### Added",
    ] {
        assert!(record.out.contains(line), "no {line:?}: {record}");
    }
    let shown = works(cy, &["log", "v1.3.0"]);
    assert!(shown.out.contains("Bo (QA Lead) for "), "{shown}");
    assert_eq!(ana.read("docs/LIST.md"), LIST, "the file stays as it is");
}

#[test]
fn what_is_waived_stands_in_the_tag_and_in_the_record() {
    let team = with("waived", "");
    let ana = &team.ana;
    works(ana, &["sign", "--yes"]);
    works(&team.cy, &["sign", "--yes"]);
    let release = |more: &[&'static str]| [&["release", "minor", "--yes"], more].concat();
    let qa = ["--waive", "signoff:QA Lead", "--reason", "Bo is ill; nobody stands in"];
    refuses(ana, &release(&["--waive", "signoff:QA Lead"]), 2, &["has no reason"]);
    let other = ["--waive", "signoff:QA Laed", "--reason", "x"];
    refuses(ana, &release(&other), 2, &["there is no such role", "Did you mean signoff:QA Lead?"]);
    let other = ["--waive", "checklist:By hnad", "--reason", "x"];
    let meant = ["no box stands below such a heading", "Did you mean checklist:By hand?"];
    refuses(ana, &release(&other), 2, &meant);
    // The boxes of the role alone do not stand for its sign-off.
    let boxes = ["--waive", "checklist:By hand", "--reason", "x"];
    refuses(ana, &release(&boxes), 1, &["NO-GO for 1.3.0: sign-off QA Lead\n"]);
    works(ana, &[&["check"], &qa[..]].concat());
    works(ana, &release(&qa));
    let told = trailers(ana, "v1.3.0");
    assert_eq!(told[2], "Waived: signoff:QA Lead; Bo is ill%3B nobody stands in", "{told:?}");
    let record = works(ana, &["log", "v1.3.0", "--markdown"]);
    let row = "| signoff&#58;QA Lead | Bo is ill&#59; nobody stands in | it was open |";
    assert!(record.out.contains(row), "{record}");
    let beside = "*(not needed: the sign-off of QA Lead is waived";
    assert!(record.out.contains(beside), "{record}");
}

#[test]
fn a_box_that_waits_for_nobody_or_an_unasked_gate_holds_a_release() {
    let team = with("boxes", "");
    let ana = &team.ana;
    ana.put(
        "docs/LIST.md",
        format!("{LIST}\n## More\n\n- [ ] unbound\n- [ ] env <!-- gate:env -->\n"),
    );
    push(ana, "docs: more of it");
    for place in [&team.bo, &team.cy] {
        place.git(&["pull", "-q"]);
    }
    team.sign();
    let reasons = [
        "NO-GO for 1.3.0: 2 boxes",
        "docs/LIST.md: 1 box open: bound to nothing: More 1",
        "docs/LIST.md: 1 box open: gate env, not asked on these files: More 1",
        "next: gonogo checklist run",
        "--waive checklist:More --reason",
    ];
    refuses(ana, &["release", "minor", "--yes"], 1, &reasons);
    // A run of it asks the gate, and what it said holds for this very commit.
    assert_eq!(ana.gonogo(&["checklist", "run"]).code, 1);
    let once = ["NO-GO for 1.3.0: 1 box\n", "bound to nothing: More 1"];
    refuses(ana, &["release", "minor", "--yes"], 1, &once);
    let waive = ["--waive", "checklist:More", "--reason", "said in the meeting"];
    works(ana, &[&["release", "minor", "--yes"], &waive[..]].concat());
    let record = works(ana, &["log", "v1.3.0", "--markdown"]);
    assert!(record.out.contains("> - [ ] unbound *(not needed: waived&#58; said in"), "{record}");
    assert!(
        record.out.contains("> - [ ] env &lt;!-- gate:env --> *(not needed: gate env"),
        "{record}"
    );
}

#[test]
fn a_pull_request_is_opened_first_and_signed_before_the_tag() {
    let team = with("asked", "\n[branches]\nprotected = [\"main\"]\n");
    let (ana, bo) = (&team.ana, &team.bo);
    let said = works(ana, &["release", "minor", "--yes"]);
    assert!(said.err.contains("open until release finish: sign-off Release Manager"), "{said}");
    let merge = |message: &str| {
        bo.git(&["fetch", "-q"]);
        bo.git(&["merge", "-q", "--squash", "origin/release/v1.3.0"]);
        bo.git(&["commit", "-q", "-m", message]);
        bo.git(&["push", "-q", "origin", "HEAD"]);
        ana.git(&["fetch", "-q"]);
    };
    // The branch of the pull request is what people look at.
    for place in [ana, bo, &team.cy] {
        works(place, &["sign", "--yes"]);
    }
    merge("Release 1.3.0 (#1)");
    works(&team.cy, &["release", "finish", "--yes"]);
    assert_eq!(trailers(&team.cy, "v1.3.0").len(), 3);
    let list = json(&works(ana, &["sign", "--list", "--version", "1.3.0", "--json"]));
    assert_eq!((&list["released"], &list["go"]), (&true.into(), &true.into()), "{list}");
}

#[test]
fn what_landed_is_not_tagged_before_everybody_has_signed() {
    let team = with("unsigned", "\n[branches]\nprotected = [\"main\"]\n");
    let (ana, bo) = (&team.ana, &team.bo);
    works(ana, &["release", "minor", "--yes"]);
    works(ana, &["sign", "--yes"]);
    bo.git(&["fetch", "-q"]);
    bo.git(&["merge", "-q", "--no-ff", "--no-edit", "origin/release/v1.3.0"]);
    bo.git(&["push", "-q", "origin", "HEAD"]);
    let reasons = ["NO-GO for 1.3.0: sign-off QA Lead, sign-off Security Lead, 2 boxes"];
    ana.gonogo(&["release", "finish", "--yes"]).refused(1, &reasons);
    works(bo, &["sign", "--yes"]);
    works(&team.cy, &["sign", "--yes"]);
    works(ana, &["release", "finish", "--yes"]);
    assert_eq!(trailers(ana, "v1.3.0").len(), 3);
}

#[test]
fn a_hotfix_asks_whom_its_profile_names() {
    let profile = "\n[profile.hotfix]\nsignoffs = [\"QA Lead\"]\n[hotfix]\nfrom = \"main\"\n";
    let team = with("fix", profile);
    let (ana, bo) = (&team.ana, &team.bo);
    works(ana, &["hotfix", "1.2.1", "--yes"]);
    ana.put("fix.txt", "fix\n");
    ana.edit("CHANGELOG.md", "## [1.2.0]", "### Fixed\n\n- a fix\n\n## [1.2.0]");
    ana.commit_all("fix: it");
    ana.git(&["push", "-q", "origin", "hotfix/v1.2.1"]);
    let reasons = ["NO-GO for 1.2.1: sign-off QA Lead, 2 boxes"];
    refuses(ana, &["hotfix", "finish", "--yes"], 1, &reasons);
    works(bo, &["sign", "--yes"]);
    let plan = works(ana, &["hotfix", "finish", "--dry-run"]);
    assert!(plan.out.contains("Signed off: Bo (QA Lead), for "), "{plan}");
    works(ana, &["hotfix", "finish", "--yes"]);
    let told = trailers(ana, "v1.2.1");
    assert!(told.len() == 1 && told[0].starts_with("Sign-off: QA Lead; Bo "), "{told:?}");
    works(&team.cy, &["sign", "--verify", "--version", "1.2.1"]);
}

#[test]
fn the_end_of_a_hotfix_tells_which_sign_offs_it_voids() {
    let settings = "\n[release]\nbranch = \"release/v{version}\"\n\
        [profile.hotfix]\nsignoffs = []\nchecklist = false\n";
    let team = with("moves", settings);
    let (ana, bo) = (&team.ana, &team.bo);
    works(ana, &["release", "start", "minor", "--yes"]);
    works(bo, &["sign", "--yes", "--version", "1.3.0"]);
    ana.git(&["switch", "-q", "main"]);
    works(ana, &["hotfix", "1.2.1", "--yes"]);
    ana.put("fix.txt", "fix\n");
    ana.commit_all("fix: it");
    ana.git(&["push", "-q", "origin", "hotfix/v1.2.1"]);
    let waive = ["--waive", "tests", "--reason", "that file is of 1.3.0"];
    let plan = works(ana, &[&["hotfix", "finish", "1.2.1", "--dry-run"], &waive[..]].concat());
    let warning = "release/v1.3.0 moves: 1 sign-off for 1.3.0 (QA Lead) will be void";
    assert!(format!("{}{}", plan.out, plan.err).contains(warning), "{plan}");
    works(ana, &[&["hotfix", "finish", "1.2.1", "--yes"], &waive[..]].concat());
    let expected = "Release Manager open, QA Lead void, Security Lead open";
    assert_eq!(states(bo), expected);
}

#[test]
fn a_tag_on_a_merge_with_more_than_was_signed_is_refused() {
    let team = with("ships", "\n[hotfix]\ntag_on = \"merge\"\n");
    let (ana, bo) = (&team.ana, &team.bo);
    works(ana, &["hotfix", "1.2.1", "--yes"]);
    ana.put("docs/LIST.md", LIST);
    ana.put("fix.txt", "fix\n");
    ana.commit_all("fix: it");
    ana.git(&["push", "-q", "origin", "hotfix/v1.2.1"]);
    for place in [ana, bo, &team.cy] {
        works(place, &["sign", "--yes", "--version", "1.2.1"]);
    }
    let args = ["hotfix", "finish", "--yes"];
    let said = ana.gonogo(&args);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.err.contains("NO-GO for 1.2.1: nobody has signed all of it"), "{said}");
    assert!(said.err.contains("which has 2 more commits than the branch"), "{said}");
}

#[test]
fn what_is_made_must_be_what_was_signed() {
    let team = with("made", "");
    let ana = &team.ana;
    team.sign();
    let (before, remote) = (ana.state(), team.remote.state());
    // A hook that edits within our own line is let through where nobody has signed.
    let quotes = "sed -i \"s/version = .1.3.0./version = '1.3.0'/\" pyproject.toml";
    ana.hook("pre-commit", &format!("{quotes}\ngit add pyproject.toml"));
    let refused = ["NO-GO for 1.3.0: it is not what was signed at", "pyproject.toml: line "];
    let said = ana.gonogo(&["release", "minor", "--yes"]).refused(1, &refused);
    std::fs::remove_file(ana.top.join(".git/hooks/pre-commit")).unwrap();
    assert!(said.err.contains("Everything was taken back: nothing has changed."), "{said}");
    assert_eq!(ana.state().changed(&before), Vec::<String>::new(), "{said}");
    team.remote.state().must_be(&remote, "nothing was pushed");
    works(ana, &["release", "minor", "--yes"]);
}

#[test]
fn what_landed_goes_by_its_own_rules() {
    let team = with("rules", "\n[branches]\nprotected = [\"main\"]\n");
    let (ana, bo) = (&team.ana, &team.bo);
    works(ana, &["release", "minor", "--yes"]);
    bo.git(&["fetch", "-q"]);
    bo.git(&["merge", "-q", "--no-ff", "--no-edit", "origin/release/v1.3.0"]);
    bo.git(&["push", "-q", "origin", "HEAD"]);
    ana.put("gonogo.toml", "");
    let said = ana.gonogo(&["release", "finish", "--yes"]);
    said.refused(3, &["gonogo.toml is not the one of what landed", "git switch --detach "]);
    ana.git(&["checkout", "-q", "--", "gonogo.toml"]);
    ana.gonogo(&["release", "finish", "--yes"]).refused(1, &["NO-GO for 1.3.0: sign-off Release"]);
    assert_eq!(team.remote.id("refs/tags/v1.3.0"), None);
}

#[test]
fn a_rehearsal_tells_who_is_missing_and_a_pre_release_asks_nobody() {
    let team = with("rehearsed", "");
    let said = works(&team.ana, &["release", "minor", "--rehearse"]);
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("It would be NO-GO now: sign-off QA Lead: open"), "{said}");
    works(&team.ana, &["release", "minor", "--pre", "rc", "--yes"]);
    assert!(!trailers(&team.ana, "v1.3.0-rc.1")[0].starts_with("Sign-off"), "nobody signed");
    assert_eq!(states(&team.bo), "Release Manager open, QA Lead open, Security Lead open");
}
