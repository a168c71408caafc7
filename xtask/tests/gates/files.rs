//! Gates that change files, on purpose and not.

use super::support::{Place, refuses};
use super::{asked, check, gate, outcomes, why, with};

#[test]
fn a_gate_that_edits_tracked_files_is_named_and_fails() {
    let place = with(
        "edits",
        "[gates]\nformat = { shell = 'echo x >> a.txt; echo new > scratch.txt' }\n\
         other = { run = 'true', after = ['format'] }\nalone = 'true'\n",
    );
    let data = asked(&place, 1, &["format", "other", "--jobs", "1"]);
    assert_eq!(outcomes(&data, &["format", "other"]), ["red", "skipped"]);
    assert_eq!(why(&data, "format"), "a.txt changed while it ran");
    let said = check(&place, 1, &["other", "--jobs", "1"]);
    assert!(said.out.ends_with("next: git diff HEAD -- a.txt\n"), "{said}");
    place.put("a.txt", "new\nx\n");
    // Said, not undone.
    assert_eq!(place.read("a.txt"), "new\nx\n");
    // A second edit of the same file is one, too.
    let data = asked(&place, 1, &["format"]);
    assert_eq!(why(&data, "format"), "a.txt changed while it ran");
}

#[test]
fn staging_and_committing_are_changes_too() {
    for (name, does, changed) in [
        ("staging", "git add gonogo.toml b.txt", "b.txt"),
        ("committing", "git commit -q --allow-empty -m x", "HEAD"),
        ("a mode", "chmod +x c.txt", "c.txt"),
        ("removing", "rm d.txt", "d.txt"),
    ] {
        let place = with(name, &format!("[gates]\ndoes = '{does}'\n"));
        place.put("b.txt", "mine\n");
        let data = asked(&place, 1, &["does"]);
        assert_eq!(why(&data, "does"), format!("{changed} changed while it ran"), "{name}");
    }
}

#[test]
fn of_gates_side_by_side_all_that_ran_are_named() {
    let toml = "[gates]\nquiet = 'sleep 1'\nedits = { shell = 'echo x >> a.txt' }\n\
                later = { run = 'true', after = ['edits'] }\n";
    let place = with("beside", toml);
    let waived = ["--waive", "edits", "--reason", "known"];
    let data = asked(&place, 1, &[&["quiet", "edits", "later"], &waived[..]].concat());
    assert_eq!(outcomes(&data, &["quiet", "edits", "later"]), ["red", "red", "green"], "{data:#}");
    assert_eq!(why(&data, "quiet"), "a.txt changed while it ran beside edits");
    assert_eq!(why(&data, "edits"), "a.txt changed while it ran beside quiet");
    // What was seen on other files than in the beginning proves nothing.
    let evidence = &gate(&data, "later")["runs"][0]["evidence"];
    assert!(evidence["tree"].is_null() && evidence["key"].is_null(), "{evidence:#}");
    place.git(&["restore", "--", "a.txt"]);
    let data = asked(&place, 1, &["later"]);
    assert_eq!(gate(&data, "edits")["reused"], false);
}

#[test]
fn clean_accepts_what_our_own_operations_wrote() {
    let place = with("clean", "[gates]\nt = 'true'\n");
    assert_eq!(outcomes(&asked(&place, 0, &[]), &["clean"]), ["green"]);
    place.gonogo(&["bump", "minor"]).ok();
    place.gonogo(&["bump", "major", "--next"]).ok();
    let data = asked(&place, 0, &[]);
    assert_eq!(outcomes(&data, &["clean"]), ["green"]);
    assert_eq!(gate(&data, "clean")["runs"][0]["remark"], "2 files changed by our own operations");
    place.edit("pyproject.toml", "demo", "demi");
    let data = asked(&place, 1, &[]);
    assert_eq!(why(&data, "clean"), "1 tracked file changed and not committed");
    assert_eq!(gate(&data, "clean")["runs"][0]["details"], serde_json::json!(["pyproject.toml"]));
    // An edit that was there before the bump is not ours either.
    let place = with("clean before", "[gates]\nt = 'true'\n");
    place.edit("pyproject.toml", "demo", "demi");
    place.gonogo(&["bump", "minor"]).ok();
    assert_eq!(outcomes(&asked(&place, 1, &[]), &["clean"]), ["red"]);
}

#[test]
fn drift_names_every_place() {
    let place = with("drift", "[gates]\nt = 'true'\n");
    place.edit("src/demo/__init__.py", "1.2.0", "1.1.0");
    place.commit_all("drift");
    let data = asked(&place, 1, &[]);
    assert_eq!(why(&data, "drift"), "the version files disagree");
    let findings = &gate(&data, "drift")["runs"][0]["findings"];
    assert_eq!(findings[1]["path"], "src/demo/__init__.py");
    assert_eq!(findings[1]["line"], 3);
    place.put("pyproject.toml", "[project\n");
    place.commit_all("broken");
    assert_eq!(outcomes(&asked(&place, 1, &[]), &["drift", "t"]), ["red", "green"]);
}

const FIX: &str = "[gates.lint]\nshell = '! grep -q bad a.txt'\n\
                   fix = { shell = 'sed -i s/bad/good/ a.txt; echo x > new.txt; exit 1' }\n";

fn bad(name: &str) -> Place {
    let place = with(name, FIX);
    place.put("a.txt", "bad\n");
    place.commit_all("bad");
    place
}

#[test]
fn a_fix_mends_and_the_gate_is_asked_again() {
    let place = bad("fix");
    let said = check(&place, 1, &["lint"]);
    assert!(said.out.ends_with("next: gonogo check lint --fix\n"), "{said}");
    let said = check(&place, 0, &["lint", "--fix"]);
    for part in [
        "(exit 1)",
        "! it changed 1 tracked file; nothing is committed\n    a.txt\n",
        "new.txt   (new, untracked)",
        "to take it back: git restore -- a.txt\n",
        "1 gate green",
    ] {
        assert!(said.out.contains(part), "no {part:?} in {said}");
    }
    assert_eq!(place.read("a.txt"), "good\n");
    place.git(&["restore", "--", "a.txt"]);
    std::fs::remove_file(place.top.join("new.txt")).unwrap();
    let data = asked(&place, 0, &["lint", "--fix"]);
    assert_eq!(data["fixed"]["changed"], serde_json::json!(["a.txt"]));
    assert_eq!(data["fixed"]["new"], serde_json::json!(["new.txt"]));
}

#[test]
fn a_fix_needs_committed_files() {
    let place = bad("fix dirty");
    place.put("b.txt", "mine\n");
    refuses(&place, &["check", "lint", "--fix"], 3, &["not committed", "b.txt"]);
}

#[test]
fn a_name_with_a_line_end_says_nothing_of_its_own() {
    let place = with(
        "odd names",
        "[gates]\nedits = { shell = 'for f in odd*; do echo x >> \"$f\"; done' }\n",
    );
    place.put("odd\nGO for 9.9.9\nnext: rm -rf x", "x\n");
    place.commit_all("odd");
    let said = check(&place, 1, &["edits"]);
    let lines = said.out.lines();
    let forged = lines.filter(|line| line.starts_with("GO") || line.starts_with("next: rm"));
    assert_eq!(forged.count(), 0, "{said}");
    assert!(said.out.contains("odd\\nGO for 9.9.9"), "{said}");
}

#[test]
fn a_fix_that_does_not_mend_is_not_proposed_again() {
    let place =
        with("no-mend", "[gates]\nlint = { run = 'test -e none', fix = 'touch new.txt' }\n");
    assert!(check(&place, 1, &["lint"]).out.ends_with("next: gonogo check lint --fix\n"));
    let said = check(&place, 1, &["lint", "--fix"]);
    assert!(said.out.contains("it made 1 new file; nothing is committed"), "{said}");
    assert!(said.out.ends_with("next: gonogo check lint\n"), "{said}");
}
