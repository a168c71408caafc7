//! Sign-offs for what is out: they tick the boxes of the days after, and nothing else.

use super::support::terminal::typed;
use super::support::{Place, refuses, undone, works};
use super::{ALL_SIGNED, ROLES, Team, forged, id, json, push, said, states, team};

const SECTIONS: &str = "\n[checklist]\nfile = \"LIST.md\"\n\n[checklist.sections]\n\
    \"Before\" = \"role:QA Lead\"\n\"Days after\" = [\"after:QA Lead\", \"after:any\"]\n\
    \"Everybody\" = \"after:any\"\n\"Keys\" = \"after:Security Lead\"\n";

const LIST: &str = "# Before\n- [ ] tried\n\n# Days after\n- [ ] smoke *test*\n- [ ] dashboards\n\n\
    # Everybody\n- [ ] announced\n\n# Keys\n- [ ] rotated\n";

/// A team that has signed and released 1.3.0, with a checklist.
fn released(name: &str) -> Team {
    let team = team(name, &format!("{ROLES}{SECTIONS}"));
    team.ana.put("LIST.md", LIST);
    push(&team.ana, "docs: a checklist");
    team.sign();
    works(&team.ana, &["sign", "--list"]);
    works(&team.ana, &["release", "minor", "--yes"]);
    for place in [&team.bo, &team.cy] {
        place.git(&["pull", "-q"]);
    }
    team
}

const BO: [&str; 6] = ["sign", "--role", "QA Lead", "--version", "1.3.0", "--yes"];

/// `sign --list --version 1.3.0`
const LISTED: [&str; 4] = ["sign", "--list", "--version", "1.3.0"];

/// The state of each box after the release.
#[track_caller]
fn boxes(place: &Place) -> Vec<String> {
    let data = json(&works(place, &["checklist", "show", "--after", "--json"]));
    let all = data["boxes"].as_array().expect("boxes").iter();
    all.map(|one| one["state"].as_str().expect("a state").to_owned()).collect()
}

#[test]
fn what_is_out_is_signed_and_its_boxes_are_ticked() {
    let team = released("after");
    let (ana, bo, cy) = (&team.ana, &team.bo, &team.cy);
    // Those of before tick nothing of after.
    assert_eq!(boxes(bo), ["done", "open", "open", "open", "open"]);
    let list = works(bo, &LISTED);
    assert!(list.out.contains("? QA Lead          open: 2 boxes of LIST.md\n"), "{list}");
    assert!(list.out.ends_with("next: gonogo sign --role 'QA Lead' --version 1.3.0\n"), "{list}");
    if let Some(screen) = typed(bo, "[y/N]=n\\n", &BO[..5]) {
        let words = [
            "sign as QA Lead for demo 1.3.0, after the release",
            " as v1.3.0, your checkout is the same commit",
            "your boxes   3: Days after 2, Everybody 1",
            "statement    \"I checked this release and it works.\"",
        ];
        for words in words {
            assert!(screen.out.contains(words), "{words}: {screen}");
        }
    }
    let said = works(bo, &BO);
    let done = "v1.3.0 signed after the release in your name, without a key, pushed to origin\n\
        Open now, after the release: Security Lead 1 box of LIST.md\n\
        next: gonogo sign --list --version 1.3.0\n";
    assert!(said.out.ends_with(done), "{said}");
    assert_eq!(boxes(bo), ["done", "done", "done", "done", "open"]);
    let again = works(bo, &BO);
    assert!(again.out.contains("nothing to do"), "{again}");
    // It says what it is, on the commit of the tag.
    let refs = "--format=%(*objectname)%(contents)";
    let all = team.remote.place.git(&["for-each-ref", refs, "refs/gonogo/signoff/v1.3.0/qa-lead"]);
    assert_eq!(all.matches("\nPhase: after the release\n").count(), 1, "{all}");
    assert!(all.contains(&format!("{}QA Lead: demo 1.3.0 checked after", id(ana, "v1.3.0^{}"))));
    // Others see it with the next fetch, apart from those that let it out.
    let list = works(cy, &LISTED);
    let (before, after) = list.out.split_once("\nAfter the release\n").expect("a part");
    assert_eq!((before.matches("Bo  ").count(), after.matches("Bo  ").count()), (1, 1), "{list}");
    assert!(after.contains("? Security Lead    open: 1 box of LIST.md\n"), "{list}");
    let verified = works(cy, &["sign", "--verify", "--version", "1.3.0"]);
    assert!(verified.out.contains("After the release\n  ✓ QA Lead          Bo  "), "{verified}");
    let data = json(&works(cy, &[&LISTED[..], &["--json"]].concat()));
    assert_eq!((&data["go"], &data["after"][0]["counts"]), (&true.into(), &true.into()));
    assert_eq!(data["signoffs"].as_array().map(Vec::len), Some(3), "{data}");
    // In the checklist by name and time, in the copy too, and also when main has gone on.
    let shown = works(cy, &["checklist", "show"]);
    assert!(shown.out.contains("After the release                          3/4"), "{shown}");
    let left = works(cy, &["checklist", "show", "--after"]);
    let words = "Security Lead (cy@example.com, dee@example.com): 1 box\n  LIST.md:12  rotated\n\
        next: gonogo sign --role 'Security Lead' --version 1.3.0\n";
    assert!(left.out.ends_with(words), "{left}");
    let copy = works(cy, &["checklist", "show", "--markdown"]).out;
    assert!(copy.contains("- [x] smoke *test* *(Bo, QA Lead, 2026-"), "{copy}");
    cy.put("later.txt", "x");
    cy.commit_all("feat: later");
    assert_eq!(works(cy, &["checklist", "show", "--after", "--markdown"]).out, copy);
    assert!(!works(cy, &["checklist", "show", "--markdown"]).out.contains("[x] smoke"));
}

#[test]
fn a_sign_off_of_one_phase_is_none_of_the_other() {
    let team = team("phases", ROLES);
    let (ana, bo) = (&team.ana, &team.bo);
    let (head, tree) = (id(bo, "HEAD"), id(bo, "HEAD^{tree}"));
    // For what is not out.
    let who = "Bo <bo@example.com>";
    let phase = |phase: &str| said(&head, &tree, Some(phase));
    forged(bo, &head, who, &phase("after the release"));
    forged(bo, &head, who, &phase("whenever"));
    let list = works(ana, &["sign", "--list"]);
    assert!(list.out.contains("void: v1.3.0 is not released"), "{list}");
    assert!(list.out.contains("its phase \"whenever\" is none that this version knows"), "{list}");
    let open = "Release Manager open, QA Lead open, Security Lead open";
    assert_eq!(states(ana), open);
    // On another commit than that of the tag.
    ana.put("more.txt", "x");
    push(ana, "fix: more");
    ana.git(&["tag", "-a", "-m", "1.3.0", "v1.3.0"]);
    ana.git(&["push", "-q", "origin", "v1.3.0"]);
    let list = works(ana, &LISTED);
    let words =
        format!("void: it is about {}, and v1.3.0 is {}", &head[..7], &id(ana, "HEAD")[..7]);
    assert!(list.out.contains(&words), "{list}");
    // A good one, by a witness, lets nothing out.
    let url = "https://example.com/mail/1";
    let more = ["--for", "Bo Chen <bo@example.com>", "--evidence", url];
    works(ana, &[&BO[..], &more].concat());
    let verify = ana.gonogo(&["sign", "--verify", "--version", "1.3.0"]);
    assert_eq!(verify.code, 1, "{verify}");
    assert!(verify.out.contains("Bo Chen, witnessed by Ana"), "{verify}");
    let data = json(&works(ana, &[&LISTED[..], &["--json"]].concat()));
    assert!(data["roles"].as_array().expect("roles").iter().all(|one| one["state"] == "open"));
    assert_eq!(data["people"]["signed"], 0, "{data}");
    let eve = ["--for", "Eve <eve@example.com>", "--evidence", url];
    refuses(ana, &[&BO[..], &eve].concat(), 3, &["eve@example.com cannot sign for QA Lead"]);
    // The tag moves away from under it.
    ana.git(&["tag", "-f", "-a", "-m", "1.3.0", "v1.3.0", "HEAD~1"]);
    let list = works(ana, &[&LISTED[..], &["--no-push"]].concat());
    let words = format!("and v1.3.0 is {}", &head[..7]);
    assert!(list.out.contains("✓ QA Lead          Bo  ") && list.out.contains(&words), "{list}");
}

#[test]
fn without_a_version_the_release_is_meant_where_nothing_is_new() {
    let team = released("last");
    let (ana, bo) = (&team.ana, &team.bo);
    let before = bo.state();
    let said = works(bo, &["sign", "--yes", "--no-push"]);
    assert!(said.out.contains("v1.3.0 signed after the release"), "{said}");
    assert_eq!(boxes(bo), ["done", "done", "done", "done", "open"]);
    undone(bo, &before);
    assert_eq!(boxes(bo)[1], "open");
    works(bo, &["sign", "--yes"]);
    assert!(works(bo, &["sign", "--list"]).out.contains("1.3.0 · released"), "the same is listed");
    // What asks for no release changes nothing about that.
    ana.put("words.txt", "x");
    push(ana, "docs: words");
    let said = works(&team.cy, &["sign", "--yes"]);
    assert!(said.out.contains("v1.3.0 signed after the release"), "{said}");
    // Something new is what is signed next.
    ana.put("more.txt", "x");
    push(ana, "feat: more");
    let said = works(bo, &["sign", "--yes"]);
    assert!(said.out.contains("✓ signed in your name"), "{said}");
    assert_eq!(states(bo), "Release Manager open, QA Lead signed, Security Lead open");
    // What was taken back nobody checks any more.
    ana.git(&["push", "-q", "origin", "v1.3.0:refs/gonogo/rolledback/v1.3.0"]);
    refuses(bo, &BO, 3, &["1.3.0 was rolled back: v1.3.0", "sign --list --version 1.3.0"]);
}

#[test]
fn a_package_has_releases_of_its_own() {
    let place = Place::repository("packages");
    place.put("core/pyproject.toml", "[project]\nname = \"core\"\nversion = \"1.2.0\"\n");
    place.put("web/pyproject.toml", "[project]\nname = \"web\"\nversion = \"1.2.0\"\n");
    place.put("LIST.md", "# After\n- [ ] a\n");
    let config = "[packages]\ninclude = [\"*\"]\ntag = \"{package}-v{version}\"\n[checklist]\n\
        file = \"LIST.md\"\n[checklist.sections]\n\"After\" = \"after:any\"\n";
    place.put("gonogo.toml", config);
    place.commit_all("feat: both");
    place.git(&["tag", "-a", "-m", "x", "core-v1.2.0"]);
    let core = ["sign", "--version", "1.2.0", "-p", "core"];
    let said = works(&place, &[&core[..], &["--yes"]].concat());
    assert!(said.out.contains("core-v1.2.0 signed after the release"), "{said}");
    assert!(said.out.contains("next: gonogo sign --list --version 1.2.0 -p core\n"), "{said}");
    // The other one is still to go out with this number.
    let said = works(&place, &["sign", "-p", "web", "--version", "1.2.0", "--yes"]);
    assert!(said.out.contains("✓ signed in your name"), "{said}");
    refuses(&place, &["sign", "--version", "1.2.0"], 2, &["say which one with -p"]);
}

#[test]
fn nobody_signs_a_release_by_mistake() {
    let team = team("mistake", ROLES);
    team.sign();
    assert_eq!(states(&team.ana), ALL_SIGNED);
    works(&team.ana, &["release", "minor", "--yes"]);
    let why = [
        "nothing says which version you sign",
        "no box waits for QA Lead",
        "sign --role 'QA Lead' --version 1.3.0",
    ];
    works(&team.bo, &["sign", "--list"]);
    refuses(&team.bo, &["sign", "--yes"], 2, &why);
    let said = works(&team.bo, &BO);
    assert!(said.out.contains("v1.3.0 signed after the release"), "{said}");
    // A server that refuses such refs: kept, and pushed by the same command.
    team.remote.only_branches_and_tags();
    let said = team.ana.gonogo(&["sign", "--version", "1.3.0", "--yes"]);
    said.refused(
        5,
        &["origin does not take the sign-off", "next: gonogo sign --version 1.3.0 --yes"],
    );
    std::fs::remove_file(team.remote.path().join("hooks/pre-receive")).expect("the hook");
    works(&team.ana, &["sign", "--version", "1.3.0", "--yes"]);
    let list = works(&team.cy, &LISTED);
    let after = list.out.split_once("After the release\n").expect("a part").1;
    assert!(after.contains("✓ Release Manager  Ana  "), "{list}");
}
