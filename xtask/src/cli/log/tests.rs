//! Releases of this clone and of others, as `log` finds them.

use serde_json::json;

use super::find::Everything;
use super::one::lines;
use super::steps::became;
use super::*;
use crate::exec::tests::{Command, asked, done, release};
use crate::exec::{resume, run, undo};
use crate::repo::tests::{Clone, made};
use crate::ui::{Form, Program, Ui, Volume};

fn everything(clone: &Clone) -> Everything {
    Everything::read(&clone.open()).unwrap()
}

fn fetched(clone: &Clone) -> Everything {
    fetch(&clone.open()).unwrap();
    everything(clone)
}

/// What is shown of a release.
fn shown(everything: &Everything, clone: &Clone, said: &str) -> String {
    let program = Program { name: "gonogo".into(), folder: None };
    let ui = Ui::new(program, Form::Text, Volume::Normal);
    lines(&everything.choose(&clone.open(), said).unwrap(), &ui).join("\n")
}

#[test]
fn a_release_is_found_by_version_tag_and_number() {
    let made = made();
    let clone = made.repo();
    done(&clone, Some("origin"));
    let all = everything(&clone);
    for said in ["1", "1.3.0", "v1.3.0", "v1.3", "1.3.0+x"] {
        let found = all.choose(&clone.open(), said);
        match said {
            "v1.3" | "1.3.0+x" => assert!(found.is_err(), "{said}"),
            _ => {
                let one = found.unwrap();
                assert_eq!(one.operation.unwrap().id, 1);
                assert_eq!(one.record.unwrap().commit, clone.oid("main"));
                assert_eq!(one.warnings, Vec::<String>::new());
            }
        }
    }
    let text = shown(&all, &clone, "1.3.0");
    for line in [
        "release demo 1.3.0: done (operation 1)",
        "  by        Ada <ada@example.com>, login ada",
        "  pushed    main, v1.3.0 to https://***@host/demo",
        "Waived",
        "  lint: see https://***@host",
        "  db: 4a90",
        "next: gonogo log v1.3.0 --markdown",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line:?} in\n{text}");
    }
    assert_eq!(all.entries().len(), 1, "its own record is no other release");
}

#[test]
fn others_see_a_release_by_its_record() {
    let made = made();
    let (clone, other) = (made.repo(), made.clone_at("other"));
    done(&clone, Some("origin"));
    let before = everything(&other).choose(&other.open(), "1.3.0").err().unwrap();
    assert!(before.next.iter().any(|(next, _)| format!("{next:?}").contains("--remote")));
    let all = fetched(&other);
    let one = all.choose(&other.open(), "1.3.0").unwrap();
    assert_eq!((one.operation.map(|own| own.id), one.remote), (None, Some("origin")));
    assert_eq!(one.json()["release"]["commit"], json!(clone.oid("main")));
    assert!(matches!(all.entries().as_slice(), [Entry::Elsewhere(_)]));
    let text = shown(&all, &other, "v1.3.0");
    assert!(text.starts_with("release demo 1.3.0: made elsewhere, as its record on origin says"));
    // The same document wherever it is made.
    let document = |all: &Everything, clone: &Clone| {
        all.choose(&clone.open(), "1.3.0").unwrap().record.unwrap().markdown()
    };
    assert_eq!(document(&all, &other), document(&everything(&clone), &clone));
    // A tag of the same name that is another one.
    other.git(&["tag", "-f", "-a", "-m", "x", "v1.3.0"]);
    let one = all.choose(&other.open(), "1.3.0").unwrap();
    assert!(one.warnings[0].contains("the tag v1.3.0 here is"), "{:?}", one.warnings);
}

#[test]
fn what_the_journal_says_wins_and_another_record_is_named() {
    let made = made();
    let (clone, other) = (made.repo(), made.clone_at("other"));
    done(&clone, None);
    done(&other, Some("origin"));
    let all = fetched(&clone);
    let one = all.choose(&clone.open(), "1.3.0").unwrap();
    assert_eq!(one.record.unwrap().pushed_in_words(), "nothing");
    assert!(one.warnings[0].contains("origin has another record of v1.3.0"), "{:?}", one.warnings);
    // Undone here, it is the release of the others that is meant.
    let repo = clone.open();
    undo(&repo, None, &asked(&Command { repo: &repo, red: false })).unwrap();
    let all = everything(&clone);
    let one = all.choose(&clone.open(), "1.3.0").unwrap();
    assert_eq!((one.operation.map(|own| own.id), one.remote), (None, Some("origin")));
    assert_eq!(all.choose(&clone.open(), "1").unwrap().operation.unwrap().id, 1);
    assert_eq!(all.entries().len(), 2);
}

#[test]
fn each_step_tells_what_became_of_it() {
    let made = made();
    let clone = made.repo();
    let states = |clone: &Clone| {
        let all = everything(clone);
        all.operations
            .iter()
            .map(|own| became(own).iter().map(|one| one.word()).collect::<Vec<_>>().join(", "))
            .collect::<Vec<_>>()
    };
    let repo = clone.open();
    let red = Command { repo: &repo, red: true };
    run(&repo, release(&clone, Some("origin")), &[Vec::new()], &asked(&red)).unwrap_err();
    let at_the_gates = "taken back, taken back, stopped, not reached, not reached, not reached";
    assert_eq!(states(&clone), [at_the_gates]);
    // The remote cannot be reached.
    clone.git(&["remote", "set-url", "origin", "/nowhere"]);
    let green = Command { repo: &repo, red: false };
    run(&repo, release(&clone, Some("origin")), &[Vec::new()], &asked(&green)).unwrap_err();
    assert_eq!(states(&clone)[1], "done, done, done, done, open, not reached");
    let text = shown(&everything(&clone), &clone, "2");
    assert!(text.contains(" open: because") && text.ends_with("next: gonogo resume"), "{text}");
    let all = everything(&clone);
    let one = all.choose(&clone.open(), "1.3.0").unwrap();
    assert!(one.released().is_err(), "no document of what is not out");
    clone.git(&["remote", "set-url", "origin", &made.url()]);
    resume(&repo, &asked(&green)).unwrap();
    assert_eq!(states(&clone)[1], ["done"; 6].join(", "));
}
