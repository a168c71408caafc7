//! A release that is out, withdrawn by a plan made by hand; what git makes of the branches later.

use super::*;
use crate::plan::{Retract, Share, TakesOut, Withdrawal};

const CODE: &str = "one\n2\n3\n4\nfive\n6\n7\n8\nnine\n";

const MANIFEST: &str = "[project]\nname = \"demo\"\nversion = \"1.2.0\"\n";

const LOG: &str = "# Changelog\n\n## [1.2.0] - 2026-01-02\n\n- a start\n";

const SECTION: &str = "## [1.2.1] - 2026-03-04\n\n- a crash\n\n## [1.2.0]";

fn write_all(clone: &Clone, files: &[(&str, &str)]) {
    for (path, text) in files {
        write::write_unsynced(&clone.top.join(path), text.as_bytes()).unwrap();
        clone.git(&["add", "--", path]);
    }
}

fn commit(clone: &Clone, files: &[(&str, &str)], subject: &str) -> Oid {
    write_all(clone, files);
    clone.git(&["commit", "-q", "-m", subject]);
    clone.oid("HEAD")
}

/// A hotfix 1.2.1 that was merged into main and develop, which both went on since, each with work
/// that the other one has not. Everything is on the remote.
fn hotfixed(made: &Made) -> Clone {
    let clone = made.repo();
    let start = [("code", CODE), ("pyproject.toml", MANIFEST), ("CHANGELOG.md", LOG)];
    commit(&clone, &start, "chore: release 1.2.0");
    clone.git(&["switch", "-q", "-c", "develop"]);
    commit(&clone, &[("planned", "p\n")], "feat: planned");
    clone.git(&["switch", "-q", "-c", "hotfix/1.2.1", "main"]);
    let fixed = CODE.replace("five", "FIVE");
    commit(&clone, &[("code", &fixed), ("fix", "fix\n")], "fix: five");
    let manifest = MANIFEST.replace("1.2.0", "1.2.1");
    let log = LOG.replace("## [1.2.0]", SECTION);
    let said = [("pyproject.toml", manifest.as_str()), ("CHANGELOG.md", &log)];
    commit(&clone, &said, "chore: release 1.2.1");
    clone.git(&["switch", "-q", "main"]);
    commit(&clone, &[("urgent", "u\n")], "docs: urgent");
    for branch in ["main", "develop"] {
        clone.git(&["switch", "-q", branch]);
        clone.git(&["merge", "-q", "--no-ff", "-m", "Merge hotfix/1.2.1", "hotfix/1.2.1"]);
    }
    clone.git(&["tag", "-a", "-m", "Release 1.2.1", "v1.2.1", "main"]);
    commit(&clone, &[("code", &fixed.replace("nine", "NINE"))], "feat: nine");
    clone.git(&["switch", "-q", "main"]);
    commit(&clone, &[("code", &fixed.replace("one", "ONE"))], "feat: one");
    clone.git(&["push", "-q", "origin", "main", "develop", "hotfix/1.2.1", "v1.2.1"]);
    clone.git(&["fetch", "-q", "--no-write-fetch-head", "origin"]);
    clone
}

fn merge_of(clone: &Clone, branch: &str) -> TakesOut {
    let merges = ["rev-list", "--merges", "--first-parent", "-1", branch];
    let to = Oid::new(&clone.git(&merges)).unwrap();
    TakesOut { from: clone.oid(&format!("{}^1", to.as_str())), to }
}

fn blank(into: &str, target: Oid) -> Withdrawal {
    Withdrawal {
        into: into.into(),
        target: Id::Known(target),
        takes_out: None,
        retract: Vec::new(),
        also: Vec::new(),
        reverts: Vec::new(),
        message: format!("chore: withdraw 1.2.1 from {into}\n"),
        author: WHO.into(),
        committer: WHO.into(),
        sign: Sign::No,
    }
}

/// The withdrawal from main and develop, a branch to mend the work, the tag put away.
fn rollback(clone: &Clone) -> Plan {
    let notice = "Withdrawn: it crashes.".to_owned();
    let mark = || Retract { project: None, version: "1.2.1".into(), notice: notice.clone() };
    let (main, develop) = (clone.oid("main"), clone.oid("develop"));
    let out = merge_of(clone, "main");
    let began = clone.oid("hotfix/1.2.1~2");
    let again = TakesOut { from: clone.oid("hotfix/1.2.1"), to: began.clone() };
    let objects = vec![
        Object::Withdrawal(Withdrawal {
            takes_out: Some(out),
            retract: vec![mark()],
            ..blank("main", main.clone())
        }),
        Object::Withdrawal(Withdrawal {
            takes_out: Some(merge_of(clone, "develop")),
            retract: vec![mark()],
            also: vec![Id::Made(0)],
            ..blank("develop", develop.clone())
        }),
        Object::Withdrawal(Withdrawal { takes_out: Some(again), ..blank("mend", began) }),
    ];
    let branches = vec![
        RefMove::update("refs/heads/main", Id::Known(main.clone()), Id::Made(0)),
        RefMove::update("refs/heads/develop", Id::Known(develop), Id::Made(1)),
        RefMove::create("refs/heads/mend", Id::Made(2)),
        RefMove::delete("refs/tags/v1.2.1", Id::Known(clone.oid("v1.2.1"))),
    ];
    let kept = "refs/gonogo/rolledback/v1.2.1".to_owned();
    let keep = RefMove::create(&kept, Id::Known(clone.oid("v1.2.1")));
    let on = |branch: Option<&str>, commit| Place { branch: branch.map(str::to_owned), commit };
    let here = on(Some("refs/heads/main"), Id::Known(main.clone()));
    let off = on(None, Id::Known(main.clone()));
    let there = on(Some("refs/heads/main"), Id::Made(0));
    let shown = "https://host/demo".to_owned();
    let actions = vec![
        Action::Build(objects),
        Action::Switch(Switch { from: here, to: off.clone() }),
        Action::Land(Land { moves: [branches.clone(), vec![keep]].concat() }),
        Action::Switch(Switch { from: off, to: there }),
        Action::Push(Push { remote: "origin".into(), shown, moves: branches }),
        Action::Share(Share { remote: "origin".into(), refs: vec![kept] }),
    ];
    let steps = actions.into_iter().map(|action| Step { why: "because".into(), action });
    Plan {
        format: FORMAT,
        title: "rollback 1.2.1".into(),
        base: Base { branch: Some("refs/heads/main".into()), head: Some(main) },
        steps: steps.collect(),
    }
}

/// Says no to the push, or yes.
struct Gate {
    goes: bool,
}

impl Host for Gate {
    fn progress(&self, _: &str) {}

    fn go(&self, _: &Plan, _: &Push) -> Result<bool, Refusal> {
        Ok(self.goes)
    }
}

fn roll_back(clone: &Clone, goes: bool) -> Result<Finished, Refusal> {
    run(&clone.open(), rollback(clone), &[], &asked(&Gate { goes }))
}

/// What a branch has, file by file.
fn held(clone: &Clone, branch: &str, path: &str) -> String {
    let out = clone.open().git.call(["show", &format!("{branch}:{path}")]).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

fn seen(clone: &Clone) -> [String; 5] {
    let refs = ["refs/heads", "refs/tags", "refs/remotes", "refs/gonogo/rolledback"];
    [
        clone.git(&[&["for-each-ref"], &refs[..]].concat()),
        clone.git(&["symbolic-ref", "HEAD"]),
        clone.git(&["ls-files", "-s"]),
        clone.git(&["status", "--porcelain"]),
        fs::read_to_string(clone.top.join("code")).unwrap(),
    ]
}

#[test]
fn what_was_out_is_taken_out_everywhere_and_what_came_later_stays() {
    let made = made();
    let clone = hotfixed(&made);
    let finished = roll_back(&clone, true).unwrap();
    assert_eq!(finished.notes, Vec::<String>::new());
    let marked = "## [1.2.1] - 2026-03-04 [YANKED]\n\n> Withdrawn: it crashes.\n";
    for (branch, code) in [
        ("main", CODE.replace("one", "ONE")),
        ("develop", CODE.replace("one", "ONE").replace("nine", "NINE")),
    ] {
        assert_eq!(held(&clone, branch, "code"), code, "{branch}");
        assert_eq!(held(&clone, branch, "fix"), "", "{branch}");
        assert_eq!(held(&clone, branch, "urgent"), "u\n", "{branch} has what the other one had");
        assert_eq!(held(&clone, branch, "pyproject.toml"), MANIFEST, "{branch}");
        let log = held(&clone, branch, "CHANGELOG.md");
        assert!(log.contains(marked) && log.matches("[1.2.1]").count() == 1, "{branch}: {log}");
    }
    assert_eq!(held(&clone, "develop", "planned"), "p\n");
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    assert_eq!(fs::read_to_string(clone.top.join("code")).unwrap(), CODE.replace("one", "ONE"));
    let there = clone.git(&["ls-remote", &made.url()]);
    assert!(!there.contains("refs/tags/v1.2.1"), "{there}");
    assert!(there.contains("refs/gonogo/rolledback/v1.2.1"), "{there}");
    assert!(there.contains(&format!("{}\trefs/heads/develop", clone.oid("develop").as_str())));
    let refused = undo(&clone.open(), None, &asked(&Gate { goes: true })).unwrap_err();
    let way = format!("git revert {}", clone.oid("main").short());
    assert!(format!("{refused:?}").contains(&way), "{refused:?}");
}

#[test]
fn before_the_push_everything_is_taken_back() {
    let made = made();
    let clone = hotfixed(&made);
    let before = seen(&clone);
    let refused = roll_back(&clone, false).unwrap_err();
    assert_eq!(refused.exit, Exit::Open);
    assert_ne!(seen(&clone), before);
    let host = Gate { goes: true };
    assert!(matches!(undo(&clone.open(), None, &asked(&host)), Ok(Driven::Finished(_))));
    assert_eq!(seen(&clone), before);
    // Somebody pushes meanwhile: nothing arrives, and it can be taken back.
    let other = made.clone_at("other");
    other.commit("theirs", "t\n", "feat: theirs");
    other.git(&["push", "-q", "origin", "HEAD:main"]);
    let refused = roll_back(&clone, true).unwrap_err();
    assert_eq!(refused.exit, Exit::Open, "{refused:?}");
    assert!(format!("{refused:?}").contains("undo"), "{refused:?}");
    assert!(matches!(undo(&clone.open(), None, &asked(&host)), Ok(Driven::Finished(_))));
    assert_eq!(seen(&clone)[1..], before[1..]);
}

#[test]
fn a_withdrawal_that_was_killed_at_its_push_ends_the_same() {
    let made = made();
    let clone = hotfixed(&made);
    roll_back(&clone, true).unwrap();
    let whole = seen(&clone);
    let (path, bytes) = journal(&clone);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    // What came before cannot be seen any more, once HEAD is back.
    let back =
        lines.iter().rposition(|line| String::from_utf8_lossy(line).contains("\"switched\""));
    assert!(back.is_some_and(|back| back + 3 < lines.len()));
    for kept in back.unwrap() + 1..lines.len() {
        write::write_unsynced(&path, &lines[..kept].concat()).unwrap();
        let driven = resume(&clone.open(), &asked(&Gate { goes: true })).unwrap();
        assert!(matches!(driven, Driven::Finished(_)), "{kept}");
        assert_eq!(seen(&clone), whole, "{kept} of {}", lines.len());
    }
}

#[test]
fn conflicts_are_found_before_anything_moves() {
    let made = made();
    let clone = hotfixed(&made);
    commit(&clone, &[("fix", "more\n")], "fix: more");
    clone.git(&["push", "-q", "origin", "main"]);
    let before = seen(&clone);
    let refused = roll_back(&clone, true).unwrap_err();
    assert_eq!(refused.exit, Exit::Unsafe, "{refused:?}");
    assert!(refused.why[0].starts_with("fix:"), "{:?}", refused.why);
    assert_eq!(seen(&clone), before);
    let newest = Journal::of(&clone.open().common_dir).newest().unwrap().unwrap();
    assert_eq!(newest.state(), State::Closed(Closed::TakenBack));
}

/// What git alone does with the branches afterwards.
#[test]
fn the_mended_work_comes_back_and_nothing_else_is_lost() {
    let made = made();
    let clone = hotfixed(&made);
    roll_back(&clone, true).unwrap();
    let both = CODE.replace("one", "ONE").replace("five", "FIVE");
    // Why there is a branch for it: that of the hotfix is merged, git says, and only what came later
    // would arrive.
    clone.git(&["switch", "-q", "-c", "trap", "main"]);
    assert!(clone.git(&["merge", "hotfix/1.2.1"]).contains("Already up to date"));
    clone.git(&["switch", "-q", "mend"]);
    commit(&clone, &[("fix", "fixed\n")], "fix: the crash");
    clone.git(&["switch", "-q", "main"]);
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge mend", "mend"]);
    assert_eq!(held(&clone, "main", "code"), both);
    assert_eq!(held(&clone, "main", "fix"), "fixed\n");
    assert_eq!(held(&clone, "main", "urgent"), "u\n");
    assert!(held(&clone, "main", "CHANGELOG.md").contains("[YANKED]"));
    // A release from develop loses nothing of it, in whatever order they meet.
    clone.git(&["switch", "-q", "-c", "release", "develop"]);
    commit(&clone, &[("planned", "done\n")], "feat: done");
    clone.git(&["switch", "-q", "main"]);
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge release", "release"]);
    let all = both.replace("nine", "NINE");
    assert_eq!(held(&clone, "main", "code"), all);
    assert_eq!(held(&clone, "main", "fix"), "fixed\n");
    assert_eq!(held(&clone, "main", "urgent"), "u\n");
    clone.git(&["switch", "-q", "develop"]);
    clone.git(&["merge", "-q", "--no-ff", "-m", "Merge mend", "mend"]);
    assert_eq!(held(&clone, "develop", "code"), all);
    assert_eq!(held(&clone, "develop", "fix"), "fixed\n");
    clone.git(&["merge", "-q", "-m", "Merge main", "main"]);
    assert_eq!(held(&clone, "develop", "code"), all);
}
