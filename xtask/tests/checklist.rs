//! `checklist`: the team's own Markdown, proposed, shown and run.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

mod support;

use std::os::unix::fs::symlink;

use serde_json::Value;
use support::{Place, Said, refuses, undone, works};

/// A document with what may go wrong in one: a byte that is no UTF-8, CR LF, a template in a fence,
/// boxes ticked by hand, commands that must not run.
const LIST: &[u8] = b"# Shipping\r\n\r\n## Before the release\r\n\r\n### 1. Pages \xff\r\n\
    - [ ] `./scripts/verify.sh` says yes\r\n- [ ] `flake8 .`\r\n\r\n```bash\r\n- [ ] no box\r\n\
    touch ran\r\nrm -rf pages\r\n```\r\n\r\n### Night Lead\r\n- [x] ready\r\n\r\n## Publishing\r\n\
    - [ ] tag\r\n\r\n## After the release\r\n- [ ] tell *everybody*\r\n\r\n## Rollback\r\n1. [ ] stop\r\n";

const CONFIG: &str = "[gates]\npages = \"sh -c 'test ! -e bad'\"\nslow = \"true\"\n\n\
    [signoff.roles]\n\"Night Lead\" = [\"ada@example.com\"]\n\n[checklist]\nfile = \"docs/LIST.md\"\n\n\
    [checklist.sections]\n\"Pages\" = \"gate:pages\"\n\"Publishing\" = \"step\"\n\
    \"After the release\" = \"after:Night Lead\"\n\"Rollback\" = \"rollback\"\n";

/// A Python project at 1.2.0, released, with something new, the document, and this gonogo.toml.
fn with(name: &str, config: &str) -> Place {
    let place = Place::python(name);
    place.put("docs/LIST.md", LIST);
    place.script("scripts/verify.sh", "touch ran");
    if !config.is_empty() {
        place.put("gonogo.toml", config);
    }
    place.commit_all("feat: something new");
    place
}

fn data(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The state of each box.
fn states(place: &Place, args: &[&str]) -> Vec<String> {
    let data = data(&place.gonogo(&[&["checklist"], args, &["--json"]].concat()));
    let boxes = data["boxes"].as_array().expect("boxes").iter();
    boxes.map(|one| one["state"].as_str().expect("a state").to_owned()).collect()
}

#[test]
fn an_import_says_what_it_binds_and_why_and_is_taken_back() {
    let place = with("import", "");
    let before = place.state();
    let dry = works(&place, &["checklist", "import", "docs/LIST.md", "--dry-run"]);
    place.state().must_be(&before, &dry.out);
    let said = works(&place, &["checklist", "import", "docs/LIST.md"]);
    assert_eq!(place.state().changed(&before), ["gonogo.toml", "status"], "{said}");
    assert_eq!(place.read("docs/LIST.md").as_bytes(), String::from_utf8_lossy(LIST).as_bytes());
    assert!(!place.exists("ran"), "nothing of a document is run: {said}");
    let config = place.read("gonogo.toml");
    for line in [
        "verify = \"./scripts/verify.sh\"  # docs/LIST.md:6\n",
        "lint = \"flake8 .\"  # docs/LIST.md:7\n",
        "file = \"docs/LIST.md\"\n",
        "\"Before the release\" = \"role:any\"\n",
        "\"Pages\" = [\"gate:verify\", \"gate:lint\"]\n",
        "\"Publishing\" = \"step\"\n",
        "\"After the release\" = \"after:any\"\n",
        "\"Rollback\" = \"rollback\"\n",
    ] {
        assert!(config.contains(line), "no {line} in {config}");
    }
    assert!(!config.contains("Night Lead") && !config.contains("rm "), "{config}");
    let words =
        ["(2 of its 2 boxes name a", "called like a role", "\"publishing\"", "next: gonogo"];
    for words in words {
        assert!(said.out.contains(words), "{words}: {said}");
    }
    assert_eq!(states(&place, &["show"]), ["open"; 6]);
    undone(&place, &before);
}

#[test]
fn an_import_adds_to_what_is_there() {
    let config = "# ours\r\n[gates] # all\r\nlint = \"ruff check .\"\r\n\r\n[signoff.roles]\r\n\
        \"Night Lead\" = [\"ada@example.com\"]\r\n[tag]\r\nsign = false";
    let place = with("import-more", config);
    let said = works(&place, &["checklist", "import", "docs/LIST.md"]);
    let expected = "# ours\r\n[gates] # all\r\nverify = \"./scripts/verify.sh\"  # docs/LIST.md:6\r\n\
        lint = \"ruff check .\"\r\n\r\n[signoff.roles]\r\n\"Night Lead\" = [\"ada@example.com\"]\r\n[tag]\r\n\
        sign = false\r\n\r\n[checklist]\r\nfile = \"docs/LIST.md\"\r\n\r\n[checklist.sections]\r\n\
        \"Before the release\" = \"role:Night Lead\"\r\n\"Pages\" = [\"gate:verify\", \"gate:lint\"]\r\n\
        \"Publishing\" = \"step\"\r\n\"After the release\" = \"after:Night Lead\"\r\n\"Rollback\" = \"rollback\"\r\n";
    assert_eq!(place.read("gonogo.toml"), expected, "{said}");
    let again = ["checklist", "import", "docs/LIST.md"];
    refuses(&place, &again, 2, &["has a checklist already", "gonogo.toml:12"]);
    works(&place, &[&again[..], &["--dry-run"]].concat());
    // A table that takes no more lines.
    let place = with("import-inline", "gates = { x = \"true\" }\n");
    refuses(&place, &again, 2, &["gonogo.toml cannot be added to"]);
}

#[test]
fn a_run_ticks_what_is_proved_and_lists_what_is_open() {
    let place = with("run", CONFIG);
    let before = place.state();
    assert_eq!(states(&place, &["show"]), ["open"; 6]);
    let said = place.gonogo(&["checklist", "run"]);
    assert_eq!(said.code, 1, "{said}");
    let out = &said.out;
    for words in [
        "docs/LIST.md for 1.3.0",
        "Before the release                      2 of 3\n",
        "gate pages\n",
        "0/1   open, 1 ticked by hand: Night Lead (ada@",
        "docs/LIST.md:16  ready (ticked by hand, no evidence)\n",
        "Only for a rollback",
        "NO-GO for 1.3.0: 1 box is open\ncopy: .git/gonogo/checklist/1.3.0.md\nnext: gonogo ",
    ] {
        assert!(out.contains(words), "no {words:?} in {said}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{said}");
    assert!(!out.contains("slow"), "only what is bound runs: {said}");
    let copy = place.read(".git/gonogo/checklist/1.3.0.md");
    assert!(copy.contains("- [x] `flake8 .` *(gate pages&#58; green, exit 0,"), "{copy}");
    assert!(
        copy.contains("- [x] ready *(ticked by hand: claimed, no evidence; open: Night Lead)*\r\n"),
        "{copy}"
    );
    assert!(copy.contains("- [ ] tag *(open: the release does it)*\r\n"), "{copy}");
    assert_eq!(copy.matches("*(").count(), 6, "{copy}");
    let shown = works(&place, &["checklist", "show", "--markdown"]);
    assert_eq!(shown.out, copy);
    assert_eq!(states(&place, &[]), ["done", "done", "open", "open", "open", "open"]);
    place.state().must_be(&before, &said.out);
    // What was seen does not hold for other files.
    place.put("docs/LIST.md", [LIST, b"\n"].concat());
    assert_eq!(states(&place, &["show"]), ["open"; 6]);
    place.git(&["checkout", "-q", "docs/LIST.md"]);
    assert_eq!(states(&place, &["show"])[0], "done");
}

#[test]
fn a_red_gate_keeps_its_boxes_open_and_a_waiver_excuses_them() {
    let place = with("red", CONFIG);
    place.put("bad", "");
    place.commit_all("fix: bad");
    let said = place.gonogo(&["checklist", "run"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(said.out.contains("open: gate pages: exit 1"), "{said}");
    assert!(said.out.ends_with("next: gonogo check pages\n"), "{said}");
    assert_eq!(states(&place, &["show"])[0], "open");
    let waived = ["checklist", "run", "--waive", "pages", "--reason", "known, #7"];
    let said = place.gonogo(&waived);
    assert!(said.out.contains("gate pages is waived: known, #7"), "{said}");
    assert_eq!(states(&place, &["show"])[..2], ["excused", "excused"]);
}

#[test]
fn a_profile_says_what_counts() {
    let config = CONFIG.replace("file = ", "# file\nfile = ")
        + "[profile.hotfix]\ngates = [\"slow\"]\nsignoffs = []\n[profile.rc]\nchecklist = false\n";
    let place = with("profile", &config);
    let said = works(&place, &["checklist", "run", "--profile", "hotfix"]);
    assert!(said.out.contains("a hotfix does without gate pages"), "{said}");
    assert!(said.out.contains("a hotfix needs no sign-off by Night Lead"), "{said}");
    assert!(said.out.contains("GO: every box before the release is settled"), "{said}");
    let said = works(&place, &["checklist", "run", "--profile", "rc"]);
    assert!(said.out.contains("[profile.rc] leaves the checklist out"), "{said}");
    let open = place.gonogo(&["checklist", "run", "--profile", "release"]);
    assert_eq!(open.code, 1, "{open}");
    // A built-in gate that a box is bound to is asked, switched on or not; `false` is a word.
    place.edit("gonogo.toml", "gate:pages", "gate:env");
    assert!(place.gonogo(&["checklist", "run"]).out.contains("gate env"));
    place.edit("gonogo.toml", "[gates]\n", "[gates]\nenv = false\n");
    let said = place.gonogo(&["checklist", "run"]);
    assert!(said.out.contains("a release does without gate env"), "{said}");
}

#[test]
fn after_a_release_its_record_counts() {
    let place = with("after", &CONFIG.replace("\"step\"", "[\"step\"]"));
    let coming = works(&place, &["checklist", "show", "--after"]);
    assert!(coming.out.contains("docs/LIST.md:22  tell everybody\n"), "{coming}");
    works(&place, &["sign", "--role", "Night Lead", "--version", "1.3.0", "--yes"]);
    works(&place, &["release", "minor", "--no-push"]);
    let states = states(&place, &["show"]);
    assert_eq!(states, ["done", "done", "done", "done", "open", "open"]);
    let shown = works(&place, &["checklist", "show"]);
    assert!(shown.out.contains("released as v1.3.0"), "{shown}");
    let left = works(&place, &["checklist", "show", "--after"]);
    let words = "Night Lead (ada@example.com): 1 box\n  docs/LIST.md:22  tell everybody\n";
    assert!(left.out.contains(words), "{left}");
}

#[test]
fn a_sign_off_ticks_the_boxes_of_its_role_until_it_is_void() {
    let place = with("signed", &CONFIG.replace("= \"step\"", "= [\"step\"]"));
    works(&place, &["check", "pages"]);
    let sign = "next: gonogo sign --role 'Night Lead' --version 1.3.0\n";
    let open = works(&place, &["checklist", "show"]);
    assert!(open.out.ends_with(sign), "{open}");
    works(&place, &["sign", "--role", "Night Lead", "--version", "1.3.0", "--yes"]);
    assert_eq!(states(&place, &["show"]), ["done", "done", "done", "open", "open", "open"]);
    let signed = works(&place, &["checklist", "run"]);
    assert!(signed.out.contains("Ada Example, Night Lead, "), "{signed}");
    assert!(signed.out.contains("GO: every box before the release is settled"), "{signed}");
    assert!(place.read(".git/gonogo/checklist/1.3.0.md").contains("- [x] ready *(Ada"), "{signed}");
    // The release writes version files only, which is what was signed.
    let before = place.git(&["rev-parse", "HEAD"]);
    works(&place, &["release", "minor", "--no-push"]);
    assert_eq!(states(&place, &["show"]), ["done", "done", "done", "done", "open", "open"]);
    works(&place, &["undo"]);
    assert_eq!(place.git(&["rev-parse", "HEAD"]), before);
    // Anything else voids it, and the file is named.
    place.put("later.txt", "x");
    place.commit_all("fix: later");
    let void = place.gonogo(&["checklist", "run"]);
    assert_eq!(void.code, 1, "{void}");
    assert!(
        void.out.contains("sign-off Night Lead: that of Ada Example is void: later.txt ("),
        "{void}"
    );
    assert!(void.out.ends_with(sign), "{void}");
    // A new one counts, and the old one is no matter.
    works(&place, &["sign", "--role", "Night Lead", "--version", "1.3.0", "--yes"]);
    let again = works(&place, &["checklist", "run"]);
    assert!(!again.out.contains("void"), "{again}");
}

/// Whoever git knows here says GO.
#[track_caller]
fn signs(place: &Place, name: &str, address: &str) {
    place.git(&["config", "--global", "user.name", name]);
    place.git(&["config", "--global", "user.email", address]);
    works(place, &["sign", "--version", "1.3.0", "--yes"]);
}

#[test]
fn several_people_sign_where_anybody_can() {
    let config = "[gates]\npages = \"true\"\n[signoff]\ndistinct = 2\n[checklist]\n\
        file = \"docs/LIST.md\"\n[checklist.sections]\n\"Before the release\" = \"role:any\"\n\
        \"Pages\" = [\"gate:pages\", \"role:any\"]\n\"Night Lead\" = \"skip: nobody\"\n\
        \"Publishing\" = \"step\"\n\"After the release\" = \"after:any\"\n\"Rollback\" = \"rollback\"\n";
    let place = with("several", config);
    let run = || place.gonogo(&["checklist", "run"]);
    let none = run();
    assert!(none.out.contains("open: 0 of 2 people have signed\n"), "{none}");
    assert!(none.out.ends_with("next: gonogo sign --version 1.3.0\n"), "{none}");
    signs(&place, "Ana", "ana@example.com");
    // Nobody is two people.
    signs(&place, "Ana D.", "ANA@example.com");
    let one = run();
    assert_eq!(one.code, 1, "{one}");
    assert!(one.out.contains("open: 1 of 2 people have signed\n"), "{one}");
    assert!(one.out.contains("\n1 of 2 people have signed: 2 boxes\n"), "{one}");
    let copy = place.read(".git/gonogo/checklist/1.3.0.md");
    assert!(copy.contains("- [ ] `flake8 .` *(open: 1 of 2 people have signed)*"), "{copy}");
    assert_eq!(states(&place, &["show"])[..2], ["open", "open"]);
    signs(&place, "Bo", "bo@example.com");
    let two = works(&place, &["checklist", "run"]);
    assert!(two.out.contains("gate pages; Bo, 2026-") && two.out.contains("Ana"), "{two}");
    let copy = place.read(".git/gonogo/checklist/1.3.0.md");
    let line = copy.lines().find(|line| line.contains("flake8")).expect("a box");
    assert!(line.contains("; Ana") && line.contains("; Bo, 2026-"), "{line}");
    // One is enough for what is looked at when it is out; those of before are none of these.
    works(&place, &["release", "minor", "--no-push"]);
    assert_eq!(states(&place, &["show"]), ["done", "done", "excused", "done", "open", "open"]);
    signs(&place, "Bo", "bo@example.com");
    assert_eq!(states(&place, &["show"])[4], "done");
    let left = works(&place, &["checklist", "show", "--after"]);
    assert!(left.out.contains("Nothing is left for the days after the release.\n"), "{left}");
}

#[test]
fn a_sign_off_after_a_release_ticks_what_its_role_has_left() {
    let place = with("later", CONFIG);
    works(&place, &["check", "pages"]);
    works(&place, &["sign", "--version", "1.3.0", "--yes"]);
    works(&place, &["release", "minor", "--no-push"]);
    let left = works(&place, &["checklist", "show", "--after"]);
    let sign = "next: gonogo sign --role 'Night Lead' --version 1.3.0\n";
    assert!(left.out.ends_with(sign), "{left}");
    let before = place.state();
    let said = works(&place, &["sign", "--role", "Night Lead", "--version", "1.3.0", "--yes"]);
    assert!(said.out.contains("Open now: nothing is left for the days after"), "{said}");
    let all = ["done", "done", "done", "done", "done", "open"];
    assert_eq!(states(&place, &["show", "--after"]), all);
    let copy = works(&place, &["checklist", "show", "--markdown"]).out;
    assert!(copy.contains("- [x] tell *everybody* *(Ada Example, Night Lead, 2026-"), "{copy}");
    undone(&place, &before);
    assert_eq!(states(&place, &["show", "--after"])[4], "open");
    // Void as soon as the tag is another commit, and said.
    works(&place, &["sign", "--role", "Night Lead", "--version", "1.3.0", "--yes"]);
    place.put("later.txt", "x");
    place.commit_all("fix: later");
    place.git(&["tag", "-f", "-a", "-m", "1.3.0", "v1.3.0"]);
    let shown = works(&place, &["checklist", "show", "--after"]);
    let void = "! sign-off Night Lead after the release: that of Ada Example is void: it is about ";
    assert!(shown.out.contains(void), "{shown}");
    assert!(shown.out.ends_with(sign), "{shown}");
}

#[test]
fn what_cannot_be_a_checklist_is_refused() {
    let place = with("bad", "");
    let import = |path: &'static str| ["checklist", "import", path];
    refuses(&place, &["checklist"], 2, &["no checklist is configured", "checklist import FILE"]);
    refuses(&place, &import("docs/NONE.md"), 2, &["there is no docs/NONE.md"]);
    refuses(&place, &import("../outside.md"), 2, &["is not a file of this repository"]);
    refuses(&place, &import("a.txt"), 2, &["a.txt has no boxes", "a.txt:1:1"]);
    place.put("fence.md", "```\n- [ ] a\n- [ ] b\n```\n");
    refuses(&place, &import("fence.md"), 2, &["2 stand in code blocks, which are text"]);
    place.put("huge.md", "- [ ] a\n".repeat(1 << 15) + "- [ ] b\n");
    refuses(&place, &import("huge.md"), 2, &["huge.md is too large for a checklist"]);
    place.put("../secret.md", "- [ ] a\n");
    symlink("../secret.md", place.top.join("link.md")).expect("a link");
    refuses(&place, &import("link.md"), 2, &["link.md leads out of the repository"]);
    place.put("gonogo.toml", "[checklist]\nfile = \"docs/NONE.md\"\n");
    refuses(&place, &["checklist", "show"], 2, &["there is no docs/NONE.md", "gonogo.toml:2"]);
    place.put("docs/NONE.md", "# None\n\n- one\n");
    for command in [&["show"][..], &["show", "--after"], &["show", "--markdown"], &["run"]] {
        let command = [&["checklist"], command].concat();
        refuses(&place, &command, 2, &["docs/NONE.md has no boxes", "docs/NONE.md:1:1"]);
    }
    // For a sign-off that is no matter.
    works(&place, &["sign", "--version", "1.3.0", "--yes"]);
}

#[test]
fn what_is_bound_wrongly_is_refused_with_its_place() {
    let place =
        with("bound", &(CONFIG.to_owned() + "\"2. Pages\" = \"step\"\n\"Gone\" = \"step\"\n"));
    let twice = [
        "a heading is bound 2 times",
        "docs/LIST.md:5",
        "\"Pages\" and \"2. Pages\"",
        "gonogo.toml:16",
    ];
    refuses(&place, &["checklist", "show"], 2, &twice);
    place.edit("gonogo.toml", "\"2. Pages\" = \"step\"\n", "");
    let said = works(&place, &["checklist", "show"]);
    assert!(
        said.out.contains("! the file has no heading for gonogo.toml:16: \"Gone\"\n"),
        "{said}"
    );
    place.put("docs/LIST.md", "# Pages\n\n- [ ] a <!-- gate:page -->\n");
    let words = ["cannot be bound to \"gate:page\"", "docs/LIST.md:3:9", "did you mean \"pages\""];
    refuses(&place, &["checklist", "run"], 2, &words);
    place.put("docs/LIST.md", "- [ ] a\n# Pages\n- [ ] b\n");
    let said = place.gonogo(&["checklist", "run"]);
    assert!(said.out.contains("nobody: bound to nothing: 1 box\n  docs/LIST.md:1  a\n"), "{said}");
}

#[test]
fn init_tells_of_a_checklist() {
    let place = with("init", "");
    place.git(&["mv", "docs/LIST.md", "docs/release-checklist.md"]);
    place.commit_all("docs: another name");
    let said = works(&place, &["init"]);
    let words = "a checklist is there: gonogo checklist import docs/release-checklist.md\n";
    assert!(said.out.contains(words), "{said}");
}
