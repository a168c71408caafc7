//! The record of a release, by a plan made by hand: kept, pushed, resumed, taken back.

mod beyond;
mod withdraw;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::cli::record;
use crate::error::Exit;
use crate::journal::{Journal, Operation};
use crate::path::RepoPath;
use crate::plan::{
    About, Base, Commit, FORMAT, FileChange, Gates, HookEdits, Id, Keep, Land, Object, Place,
    Previous, Push, RefMove, Sign, Step, Switch, Tag,
};
use crate::record::{Answer, Record as Kept};
use crate::repo::tests::{Clone, Made, made};
use crate::sys::fs as write;

const WHO: &str = "Ada <ada@example.com> 1700000000 +0000";

/// What a release asks of its command.
pub struct Command<'r> {
    pub repo: &'r Repo,
    /// A gate that says no.
    pub red: bool,
}

impl Host for Command<'_> {
    fn progress(&self, _: &str) {}

    fn gates(&self, _: &Gates, _: &Interrupt) -> Result<Value, Refusal> {
        match self.red {
            true => Err(Refusal::red("NO-GO")),
            false => Ok(json!({
                "gates": [{ "id": "tests", "outcome": "green", "required": true }],
                "waivers": [{ "gate": "lint", "reason": "see https://u:pw@host", "needed": true }],
                "record": { "db": { "command": "rev", "output": "4a90" } },
            })),
        }
    }

    fn record(&self, operation: &Operation) -> Result<Vec<u8>, Refusal> {
        record::bytes(self.repo, operation)
    }
}

fn oid(clone: &Clone, name: &str) -> Oid {
    clone.oid(name)
}

/// A release of 1.3.0 as one commit on main.
pub fn release(clone: &Clone, remote: Option<&str>) -> Plan {
    let parent = oid(clone, "HEAD");
    let file = FileChange::create(RepoPath::new("new.txt").unwrap(), "1.3.0\n".into());
    let commit = Commit {
        parent: Id::Known(parent.clone()),
        message: "chore: release 1.3.0\n".into(),
        author: WHO.into(),
        committer: WHO.into(),
        sign: Sign::No,
        paths: vec![file.path.clone()],
        hooks: HookEdits::OwnLines,
    };
    let tag = Tag {
        name: "v1.3.0".into(),
        target: Id::Made(0),
        message: "Release 1.3.0\n".into(),
        tagger: WHO.into(),
        sign: Sign::No,
    };
    let moves = vec![
        RefMove::update("refs/heads/main", Id::Known(parent.clone()), Id::Made(0)),
        RefMove::create("refs/tags/v1.3.0", Id::Made(1)),
    ];
    let (profile, version, tag_name) =
        ("release".to_owned(), "1.3.0".to_owned(), "v1.3.0".to_owned());
    let gates = Gates {
        profile: profile.clone(),
        version: version.clone(),
        tag: tag_name.clone(),
        names: vec!["tests".into()],
        waived: Vec::new(),
        values: Vec::new(),
    };
    let about = About {
        name: "demo".into(),
        version,
        profile,
        previous: Some(Previous { tag: "v1.2.0".into(), commit: parent.clone() }),
        section: Some("### Fixed\n\n- all\n".into()),
        ..About::default()
    };
    let keep = Keep { tag: tag_name, remote: remote.map(str::to_owned), about };
    let mut actions = vec![
        Action::Files(vec![file]),
        Action::Build(vec![Object::Commit(commit), Object::Tag(tag)]),
        Action::Gates(gates),
        Action::Land(Land { moves: moves.clone() }),
    ];
    if let Some(remote) = remote {
        let shown = "https://u:secret@host/demo".to_owned();
        actions.push(Action::Push(Push { remote: remote.into(), shown, moves }));
    }
    actions.push(Action::Keep(keep));
    let steps = actions.into_iter().map(|action| Step { why: "because".into(), action });
    Plan {
        format: FORMAT,
        title: "release 1.3.0".into(),
        base: Base { branch: Some("refs/heads/main".into()), head: Some(parent) },
        steps: steps.collect(),
    }
}

pub fn asked(host: &dyn Host) -> Asked<'_> {
    Asked {
        who: "ada".into(),
        at: Timestamp(1_700_000_000),
        command: "release minor --reason https://u:pw@host".into(),
        host,
    }
}

pub fn done(clone: &Clone, remote: Option<&str>) -> Finished {
    let repo = clone.open();
    let host = Command { repo: &repo, red: false };
    run(&repo, release(clone, remote), &[Vec::new()], &asked(&host)).unwrap()
}

const RECORD: &str = "refs/gonogo/record/v1.3.0";

/// The record that a ref of a repository holds.
fn kept(clone: &Clone, name: &str) -> Kept {
    let bytes = clone.git(&["cat-file", "blob", name]);
    Kept::read(bytes.as_bytes(), "v1.3.0").unwrap()
}

fn on_remote(made: &Made, clone: &Clone) -> String {
    clone.git(&["ls-remote", &made.url(), RECORD])
}

#[test]
fn a_release_leaves_its_record_here_and_on_the_remote() {
    let made = made();
    let clone = made.repo();
    let finished = done(&clone, Some("origin"));
    assert_eq!(finished.notes, Vec::<String>::new());
    let record = kept(&clone, RECORD);
    assert_eq!(record.commit, oid(&clone, "main"));
    assert_eq!(record.tag_object, oid(&clone, "v1.3.0"));
    assert_eq!(record.tree, Some(oid(&clone, "main^{tree}")));
    assert_eq!((record.branch.as_deref(), record.tag.as_str()), (Some("main"), "v1.3.0"));
    assert_eq!((record.by.name.as_str(), record.by.login.as_str()), ("Ada", "ada"));
    assert_eq!(record.values["db"].answer, Answer::Output("4a90".into()));
    assert_eq!(record.commits.len(), 1, "since the release before");
    assert_eq!(record.files[0].path, "new.txt");
    assert_eq!(record.pushed_in_words(), "main, v1.3.0 to https://***@host/demo");
    let text = String::from_utf8(record.bytes()).unwrap();
    assert!(!text.contains("secret") && !text.contains("u:pw"), "{text}");
    let there = on_remote(&made, &clone);
    assert!(there.starts_with(oid(&clone, RECORD).as_str()), "{there}");
}

/// The lines of the journal of the only operation.
fn journal(clone: &Clone) -> (PathBuf, Vec<u8>) {
    let path = clone.open().common_dir.join("gonogo/ops/1/journal");
    (path.clone(), fs::read(path).unwrap())
}

#[test]
fn a_release_that_was_killed_anywhere_ends_with_the_same_record() {
    let made = made();
    let clone = made.repo();
    done(&clone, Some("origin"));
    let whole = (oid(&clone, RECORD), on_remote(&made, &clone));
    let (path, bytes) = journal(&clone);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    let recorded = lines
        .iter()
        .position(|line| String::from_utf8_lossy(line).contains("\"record\":\"recorded\""));
    let recorded = recorded.expect("it is journaled");
    // What a kill leaves: the journal up to a record, and what came after it or not.
    for kept_lines in recorded..lines.len() {
        for (here, there) in [(true, true), (true, false), (false, true), (false, false)] {
            write::write_unsynced(&path, &lines[..kept_lines].concat()).unwrap();
            if !here {
                clone.git(&["update-ref", "-d", RECORD]);
            }
            if !there {
                let deleted = format!(":{RECORD}");
                let _ = clone.open().git.call(["push", "-q", "origin", &deleted]).output();
            }
            let repo = clone.open();
            let host = Command { repo: &repo, red: false };
            let driven = resume(&repo, &asked(&host)).unwrap();
            let Driven::Finished(finished) = driven else { panic!("{driven:?}") };
            assert_eq!(finished.notes, Vec::<String>::new());
            let found = (oid(&clone, RECORD), on_remote(&made, &clone));
            assert_eq!(found, whole, "{kept_lines} {here} {there}");
        }
    }
}

#[test]
fn an_undo_leaves_the_record_as_it_was_before() {
    let made = made();
    let clone = made.repo();
    // The same tag was released once, and deleted by hand.
    clone.git(&["update-ref", RECORD, "HEAD^{tree}"]);
    for before in [Some(oid(&clone, "HEAD^{tree}")), None] {
        if before.is_none() {
            clone.git(&["update-ref", "-d", RECORD]);
        }
        let repo = clone.open();
        let host = Command { repo: &repo, red: true };
        let red = run(&repo, release(&clone, None), &[Vec::new()], &asked(&host));
        assert_eq!(red.unwrap_err().exit, Exit::Red);
        assert_eq!(repo.ref_at(RECORD).unwrap(), before, "a release that failed");
        done(&clone, None);
        assert!(repo.ref_at(RECORD).unwrap().is_some_and(|now| Some(&now) != before.as_ref()));
        let repo = clone.open();
        assert!(matches!(undo(&repo, None, &asked(&host)), Ok(Driven::Finished(_))));
        assert_eq!(repo.ref_at(RECORD).unwrap(), before, "an undo");
        assert_eq!(repo.ref_at("refs/tags/v1.3.0").unwrap(), None);
    }
}

#[test]
fn a_remote_that_takes_no_record_is_a_note() {
    let made = made();
    let clone = made.repo();
    let hook = made.folder.join("remote.git/hooks/update");
    write::private_folder(hook.parent().unwrap()).unwrap();
    let no = b"#!/bin/sh\ncase $1 in refs/gonogo/*) echo 'no such refs here' >&2; exit 1; esac\n";
    let _ = write::remove(&hook);
    write::create_program(&hook, no, "test").unwrap();
    let finished = done(&clone, Some("origin"));
    assert_eq!(finished.notes.len(), 1, "{:?}", finished.notes);
    assert!(finished.notes[0].contains("no such refs here"), "{:?}", finished.notes);
    assert!(on_remote(&made, &clone).is_empty());
    assert_eq!(kept(&clone, RECORD).version, "1.3.0");
    let newest = Journal::of(&clone.open().common_dir).newest().unwrap().unwrap();
    assert_eq!(newest.state(), State::Closed(Closed::Done));
}

#[test]
fn the_record_of_somebody_else_is_not_overwritten() {
    let made = made();
    let (clone, other) = (made.repo(), made.clone_at("other"));
    let theirs = other.oid("HEAD^{tree}");
    other.git(&["push", "-q", "origin", &format!("{}:{RECORD}", theirs.as_str())]);
    let finished = done(&clone, Some("origin"));
    assert_eq!(finished.notes.len(), 1, "{:?}", finished.notes);
    assert!(finished.notes[0].contains("it has another one"), "{:?}", finished.notes);
    assert!(on_remote(&made, &clone).starts_with(theirs.as_str()));
}

/// The same on a branch that is made for it, left and deleted.
fn release_on_a_branch(clone: &Clone) -> Plan {
    const BRANCH: &str = "refs/heads/release/1.3.0";
    let mut plan = release(clone, None);
    for step in &mut plan.steps {
        if let Action::Land(land) = &mut step.action {
            land.moves[0].name = BRANCH.into();
        }
    }
    let main = Id::Known(oid(clone, "HEAD"));
    let on = |branch: &str, commit| Place { branch: Some(branch.into()), commit };
    let step = |action| Step { why: "because".into(), action };
    let land = |moved| step(Action::Land(Land { moves: vec![moved] }));
    let switch = |from, to| step(Action::Switch(Switch { from, to }));
    let there = switch(on("refs/heads/main", main.clone()), on(BRANCH, main.clone()));
    let and_back = switch(on(BRANCH, Id::Made(0)), on("refs/heads/main", main.clone()));
    plan.steps.splice(0..0, [land(RefMove::create(BRANCH, main)), there]);
    plan.steps.extend([and_back, land(RefMove::delete(BRANCH, Id::Made(0)))]);
    plan
}

#[test]
fn a_release_on_a_branch_that_was_killed_is_completed_or_undone_once() {
    let made = made();
    let clone = made.repo();
    let seen = || {
        let refs = clone.git(&["for-each-ref", "refs/heads", "refs/tags"]);
        let head = clone.git(&["symbolic-ref", "HEAD"]);
        [refs, head, clone.git(&["ls-files", "-s"]), clone.git(&["status", "--porcelain"])]
    };
    let before = seen();
    let repo = clone.open();
    let host = Command { repo: &repo, red: false };
    run(&repo, release_on_a_branch(&clone), &[Vec::new()], &asked(&host)).unwrap();
    let after = seen();
    assert!(after != before && clone.oid("v1.3.0^") == clone.oid("main"));
    // The last record of an undo was lost: only it says that everything is taken back.
    for lost in [0, 1] {
        let (path, bytes) = journal(&clone);
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
        write::write_unsynced(&path, &lines[..lines.len() - lost].concat()).unwrap();
        let repo = clone.open();
        assert!(matches!(undo(&repo, None, &asked(&host)), Ok(Driven::Finished(_))), "{lost}");
        assert_eq!(seen(), before, "{lost}");
    }
    let heads = clone.git(&["reflog", "HEAD"]);
    let switches = heads.lines().filter(|line| line.contains("moving from")).count();
    assert_eq!(switches, 4, "there and back, and the same undone: {heads}");
    // Killed before the branch was made: nothing that later steps move on is in the way.
    let (path, bytes) = journal(&clone);
    let begin: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').take(1).collect();
    write::write_unsynced(&path, &begin.concat()).unwrap();
    assert!(matches!(resume(&clone.open(), &asked(&host)), Ok(Driven::Finished(_))));
    assert_eq!(seen(), after);
}
