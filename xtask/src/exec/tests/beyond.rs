//! Commands of the configuration and steps for a person, by plans made by hand.

use std::cell::RefCell;

use super::*;
use crate::journal::{Ended, Said, Tried};
use crate::plan::{Command, Person, Run, Share};

/// A command that is asked, and writes down what for.
#[derive(Default)]
struct Desk {
    /// What is destroyed is agreed to.
    agrees: bool,
    runs: RefCell<Vec<(String, Tried)>>,
    asked: RefCell<Vec<Tried>>,
    printed: RefCell<Vec<u8>>,
}

impl Host for Desk {
    fn progress(&self, _: &str) {}

    fn runs(&self, run: &Run, command: &Command, tried: Tried) {
        assert!(run.commands.contains(command));
        self.runs.borrow_mut().push((command.shown(), tried));
    }

    fn prints(&self, bytes: &[u8]) {
        self.printed.borrow_mut().extend(bytes);
    }

    fn destroy(&self, run: &Run, tried: Tried) -> Result<bool, Refusal> {
        assert!(run.loses.is_some());
        self.asked.borrow_mut().push(tried);
        Ok(self.agrees)
    }
}

/// A script that may find `$log`, where all write down what they did.
fn script(made: &Made, text: &str) -> Command {
    let log = made.folder.join("did").display().to_string();
    let env = [("log".to_owned(), Some(log)), ("GONOGO_TAG".to_owned(), None)];
    Command { argv: ["sh", "-c", text].map(str::to_owned).to_vec(), env: env.into() }
}

fn did(made: &Made) -> String {
    fs::read_to_string(made.folder.join("did")).unwrap_or_default()
}

fn run_of(name: &str, commands: Vec<Command>) -> Run {
    Run { name: name.into(), commands, loses: None }
}

fn plan(clone: &Clone, actions: Vec<Action>) -> Plan {
    let steps = actions.into_iter().map(|action| Step { why: "because".into(), action });
    Plan {
        format: FORMAT,
        title: "rollback 1.3.0".into(),
        base: Base { branch: Some("refs/heads/main".into()), head: Some(oid(clone, "HEAD")) },
        steps: steps.collect(),
    }
}

fn begin(clone: &Clone, actions: Vec<Action>, host: &dyn Host) -> Result<Finished, Refusal> {
    run(&clone.open(), plan(clone, actions), &[], &asked(host))
}

fn newest(clone: &Clone) -> Operation {
    Journal::of(&clone.open().common_dir).newest().unwrap().unwrap()
}

/// The commands that are named as ways on.
fn ways(refusal: &Refusal) -> Vec<String> {
    refusal.next.iter().map(|(next, _)| format!("{next:?}")).collect()
}

#[test]
fn commands_run_in_order_and_what_they_said_is_kept() {
    let made = made();
    let clone = made.repo();
    let say =
        "echo \"one $GONOGO_TAG.\" >> \"$log\"; echo to https://u:pw@host/x; pwd; echo err >&2";
    let one = run_of("redeploy", vec![script(&made, say), script(&made, "echo two >> \"$log\"")]);
    let two = run_of("verify", vec![script(&made, "echo three >> \"$log\"")]);
    let desk = Desk::default();
    let finished = begin(&clone, vec![Action::Run(one), Action::Run(two)], &desk).unwrap();
    assert_eq!(finished.notes, Vec::<String>::new());
    assert_eq!(did(&made), "one .\ntwo\nthree\n");
    assert!(desk.runs.borrow().iter().all(|(_, tried)| *tried == Tried::Never));
    let operation = newest(&clone);
    let evidence = operation.ran(0, 0).unwrap();
    assert_eq!(evidence.ended, Ended::Exit(0));
    let log = evidence.log.as_ref().unwrap();
    let text = fs::read_to_string(operation.file(&log.file)).unwrap();
    assert!(text.contains("to https://***@host/x\n") && text.ends_with("err\n"), "{text}");
    assert!(text.contains(&clone.open().top.display().to_string()), "where it runs: {text}");
    assert_eq!(log.digest, crate::plan::Digest::of(text.as_bytes()));
    assert!(String::from_utf8_lossy(&desk.printed.borrow()).contains("err\n"));
    assert!(!operation.file("run.out").exists());
}

#[test]
fn a_command_that_fails_is_repeated_and_those_before_it_are_not() {
    let made = made();
    let clone = made.repo();
    let fails = "echo b >> \"$log\"; echo no such app; test -e \"$log.mended\"";
    let all = vec![
        script(&made, "echo a >> \"$log\""),
        script(&made, fails),
        script(&made, "echo c >> \"$log\""),
    ];
    let desk = Desk::default();
    let failed = begin(&clone, vec![Action::Run(run_of("redeploy", all))], &desk).unwrap_err();
    assert_eq!((failed.exit, failed.what.as_str()), (Exit::Open, "redeploy failed: exit 1"));
    assert!(failed.why.contains(&"no such app".to_owned()), "{:?}", failed.why);
    let ways = ways(&failed);
    assert!(ways.iter().any(|way| way.contains("resume --done redeploy")), "{ways:?}");
    assert!(!ways.iter().any(|way| way.contains("undo")), "{ways:?}");
    let open = newest(&clone);
    assert_eq!(open.tried(0, 1), Tried::Failed);
    assert!(!format!("{:?}", open.is_open()).contains("undo"), "{:?}", open.is_open());
    let refused = undo(&clone.open(), None, &asked(&desk)).unwrap_err();
    assert_eq!(refused.exit, Exit::Open);
    assert!(refused.why[0].starts_with("redeploy ran: echo a"), "{:?}", refused.why);
    assert!(!refused.why[0].contains("echo c"), "{:?}", refused.why);
    write::write_unsynced(&made.folder.join("did.mended"), b"").unwrap();
    assert!(matches!(resume(&clone.open(), &asked(&desk)), Ok(Driven::Finished(_))));
    assert_eq!(did(&made), "a\nb\nb\nc\n");
    let tried: Vec<Tried> = desk.runs.borrow().iter().map(|(_, tried)| *tried).collect();
    assert_eq!(tried, [Tried::Never, Tried::Never, Tried::Failed, Tried::Never]);
    let refused = undo(&clone.open(), None, &asked(&desk)).unwrap_err();
    assert_eq!(refused.exit, Exit::Unsafe);
}

#[test]
fn what_could_not_be_started_did_nothing() {
    let made = made();
    let clone = made.repo();
    let absent = Command { argv: vec!["no-such-program-here".into()], env: [].into() };
    let desk = Desk::default();
    let run = |commands| vec![Action::Run(run_of("redeploy", commands))];
    let failed = begin(&clone, run(vec![absent.clone()]), &desk).unwrap_err();
    assert_eq!(failed.exit, Exit::External, "{failed:?}");
    assert!(failed.what.contains("no-such-program-here"), "{}", failed.what);
    assert_eq!(newest(&clone).state(), State::Closed(Closed::TakenBack));
    // After one that ran there is no way back.
    let some = vec![script(&made, "echo a >> \"$log\""), absent];
    let failed = begin(&clone, run(some), &desk).unwrap_err();
    assert_eq!(failed.exit, Exit::Open);
    assert_eq!(newest(&clone).tried(0, 1), Tried::Never);
}

/// Drops the last records of the only operation.
fn cut(clone: &Clone, lost: usize) {
    let (path, bytes) = journal(clone);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    write::write_unsynced(&path, &lines[..lines.len() - lost].concat()).unwrap();
}

#[test]
fn a_command_that_was_killed_is_repeated_and_said_to_be_unknown() {
    let made = made();
    let clone = made.repo();
    let desk = Desk::default();
    let one = run_of("redeploy", vec![script(&made, "echo a >> \"$log\"; echo half")]);
    begin(&clone, vec![Action::Run(one)], &desk).unwrap();
    // What the journal has when it is killed while it runs.
    cut(&clone, 2);
    let left = newest(&clone);
    write::write_unsynced(&left.file("run.out"), b"half https://u:pw@h\n").unwrap();
    assert_eq!(left.tried(0, 0), Tried::Unknown);
    assert!(undo(&clone.open(), None, &asked(&desk)).is_err());
    let driven = resume(&clone.open(), &asked(&desk)).unwrap();
    let Driven::Finished(finished) = driven else { panic!("{driven:?}") };
    assert_eq!(finished.notes.len(), 1, "{:?}", finished.notes);
    let kept = finished.notes[0].rsplit(' ').next().unwrap();
    assert_eq!(fs::read_to_string(kept).unwrap(), "half https://***@h\n");
    assert_eq!(did(&made), "a\na\n");
    let tried: Vec<Tried> = desk.runs.borrow().iter().map(|(_, tried)| *tried).collect();
    assert_eq!(tried, [Tried::Never, Tried::Unknown]);
}

#[test]
fn a_command_that_outlived_us_is_waited_for() {
    let made = made();
    let clone = made.repo();
    let desk = Desk::default();
    let one = run_of("redeploy", vec![script(&made, "echo a >> \"$log\"")]);
    begin(&clone, vec![Action::Run(one)], &desk).unwrap();
    cut(&clone, 2);
    let output = newest(&clone).file("run.out");
    let held = write::private_appender(&output).unwrap();
    held.lock().unwrap();
    let refused = resume(&clone.open(), &asked(&desk)).unwrap_err();
    assert_eq!(refused.what, "a command of operation 1 still runs");
    drop(held);
    assert!(matches!(resume(&clone.open(), &asked(&desk)), Ok(Driven::Finished(_))));
}

#[test]
fn what_destroys_is_confirmed_each_time() {
    let made = made();
    let clone = made.repo();
    let run = || Run {
        loses: Some("what was written since 14:21".into()),
        ..run_of("database", vec![script(&made, "echo gone >> \"$log\"")])
    };
    let (no, yes) = (Desk::default(), Desk { agrees: true, ..Desk::default() });
    let refused = begin(&clone, vec![Action::Run(run())], &no).unwrap_err();
    assert!(refused.why.contains(&"It loses what was written since 14:21.".to_owned()));
    assert_eq!(newest(&clone).state(), State::Closed(Closed::TakenBack), "nothing had begun");
    // A command that has no more to say agrees to nothing.
    assert!(begin(&clone, vec![Action::Run(run())], &|_: &str| ()).is_err());
    assert_eq!(did(&made), "");
    let before = run_of("redeploy", vec![script(&made, "true")]);
    let refused = begin(&clone, vec![Action::Run(before), Action::Run(run())], &no).unwrap_err();
    assert_eq!(refused.exit, Exit::Open);
    assert!(matches!(resume(&clone.open(), &asked(&yes)), Ok(Driven::Finished(_))));
    assert_eq!(did(&made), "gone\n");
    let (path, bytes) = journal_of(&clone, 3);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
    write::write_unsynced(&path, &lines[..lines.len() - 2].concat()).unwrap();
    assert!(resume(&clone.open(), &asked(&no)).is_err());
    assert_eq!(no.asked.borrow().last(), Some(&Tried::Unknown));
    assert_eq!(did(&made), "gone\n", "it is not repeated without being asked for");
    let told = by_hand(&clone.open(), "database", Said::Done, &asked(&no)).unwrap();
    assert!(matches!(told, ByHand::Finished(_)));
    assert_eq!(did(&made), "gone\n");
}

fn journal_of(clone: &Clone, id: u64) -> (PathBuf, Vec<u8>) {
    let path = clone.open().common_dir.join(format!("gonogo/ops/{id}/journal"));
    (path.clone(), fs::read(path).unwrap())
}

#[test]
fn a_person_does_what_a_command_could_not() {
    let made = made();
    let clone = made.repo();
    let desk = Desk::default();
    let bad = run_of("redeploy", vec![script(&made, "echo a >> \"$log\"; exit 3")]);
    let good = run_of("verify", vec![script(&made, "echo v >> \"$log\"")]);
    for (said, word) in [(Said::Done, "a\nv\n"), (Said::Skipped, "a\nv\na\nv\n")] {
        begin(&clone, vec![Action::Run(bad.clone()), Action::Run(good.clone())], &desk)
            .unwrap_err();
        let wrong = by_hand(&clone.open(), "yank", said, &asked(&desk)).unwrap_err();
        assert_eq!(wrong.exit, Exit::Usage);
        assert!(format!("{wrong:?}").contains("resume --done redeploy"), "{wrong:?}");
        let told = by_hand(&clone.open(), "redeploy", said, &asked(&desk)).unwrap();
        assert!(matches!(told, ByHand::Finished(_)));
        assert_eq!(did(&made), word);
        let (found, who, at) =
            newest(&clone).by_hand(0).map(|it| (it.0, it.1.to_owned(), it.2)).unwrap();
        assert_eq!((found, who.as_str(), at.0), (said, "ada", 1_700_000_000));
    }
}

fn person(name: &str) -> Action {
    let text = format!("{name} it on its page");
    Action::Person(Person { name: name.into(), text, page: None, command: None })
}

#[test]
fn what_a_person_has_to_do_is_found_again_until_it_is_done() {
    let made = made();
    let clone = made.repo();
    let desk = Desk::default();
    let repo = clone.open();
    let waits = || {
        let found = Journal::of(&repo.common_dir).waiting().unwrap();
        let names = |operation: &Operation| {
            operation.waiting().into_iter().map(|(_, it)| it.name.clone()).collect::<Vec<_>>()
        };
        found.map(|operation| (operation.id, names(&operation)))
    };
    assert_eq!(waits(), None);
    begin(&clone, vec![person("yank"), person("tell")], &desk).unwrap();
    assert_eq!(newest(&clone).state(), State::Closed(Closed::Done));
    begin(&clone, vec![Action::Run(run_of("verify", vec![]))], &desk).unwrap();
    assert_eq!(waits(), Some((1, vec!["yank".to_owned(), "tell".to_owned()])));
    let told = by_hand(&repo, "tell", Said::Skipped, &asked(&desk)).unwrap();
    let ByHand::Noted { id, left, .. } = told else { panic!("{told:?}") };
    assert_eq!((id, left), (1, vec!["yank".to_owned()]));
    // What was only left out can still be undone, but it is not the newest.
    by_hand(&repo, "yank", Said::Done, &asked(&desk)).unwrap();
    assert_eq!(waits(), None);
    assert!(by_hand(&repo, "yank", Said::Done, &asked(&desk)).is_err());
    let refused = undo(&repo, Some(1), &asked(&desk)).unwrap_err();
    assert!(refused.why.contains(&"Done by hand: yank (ada).".to_owned()), "{:?}", refused.why);
    begin(&clone, vec![person("yank")], &desk).unwrap();
    assert!(matches!(undo(&repo, None, &asked(&desk)), Ok(Driven::Finished(_))));
    assert_eq!(waits(), None, "what was undone waits for nobody");
}

#[test]
fn refs_of_our_own_are_shared_where_the_remote_takes_them() {
    let made = made();
    let clone = made.repo();
    let desk = Desk::default();
    let name = "refs/gonogo/rolledback/v1.3.0".to_owned();
    clone.git(&["update-ref", &name, "HEAD"]);
    let share = |remote: &str| {
        let refs = vec![name.clone(), "refs/gonogo/rolledback/absent".to_owned()];
        vec![Action::Share(Share { remote: remote.into(), refs })]
    };
    let finished = begin(&clone, share("origin"), &desk).unwrap();
    assert_eq!(finished.notes, Vec::<String>::new());
    assert!(
        clone.git(&["ls-remote", &made.url(), &name]).starts_with(oid(&clone, "HEAD").as_str())
    );
    clone.commit("b", "b\n", "feat: b");
    clone.git(&["update-ref", &name, "HEAD"]);
    let finished = begin(&clone, share("origin"), &desk).unwrap();
    assert_eq!(finished.notes.len(), 1, "{:?}", finished.notes);
    assert!(finished.notes[0].contains("it has another one"), "{:?}", finished.notes);
    let finished = begin(&clone, share("nowhere"), &desk).unwrap();
    assert_eq!(finished.notes.len(), 1, "{:?}", finished.notes);
}
