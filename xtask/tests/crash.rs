//! Kills `gonogo bump`, `gonogo init` (`--hooks` too), `gonogo changelog`, `gonogo tag`, `gonogo release`
//! and `gonogo rollback` at every call that changes a file, in it, in git, in the hooks, the guard, the
//! gates and other commands, lets calls fail and tears writes in half, and wants each time that one
//! `gonogo resume` finishes the work and one `gonogo undo` leaves no trace; but what a remote has is never
//! undone, and it has all or nothing; nor is anything undone once a command has begun.
//!
//! `faults/faults.c` says how. Of tags and releases, which have hundreds of such calls, a sample is tried
//! ([`Variant::sample`]). `GONOGO_CRASH_ALL=1` leaves nothing out;
//! `GONOGO_CRASH_ONLY='commit kill 37'` runs one case, shows it and keeps its repositories.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "not the program")]

#[path = "crash/faults.rs"]
mod faults;
#[path = "crash/repo.rs"]
mod repo;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use faults::{Call, Fault, Run};
use repo::{State, Variant, copy, git, gonogo};

#[test]
fn a_bump_beside_the_users_work_survives() {
    every_fault(repo::PLAIN);
}

#[test]
fn a_commit_with_hooks_survives() {
    every_fault(repo::COMMIT);
}

#[test]
fn a_commit_beside_the_users_work_survives() {
    every_fault(repo::DIRTY);
}

#[test]
fn files_and_folders_that_are_made_survive() {
    every_fault(repo::INIT);
}

#[test]
fn a_section_of_a_changelog_survives() {
    every_fault(repo::CHANGELOG);
}

#[test]
fn git_hooks_survive() {
    every_fault(repo::HOOKS);
}

#[test]
fn a_tag_survives() {
    every_fault(repo::TAG);
}

#[test]
fn a_signed_tag_survives() {
    every_fault(repo::SIGNED);
}

#[test]
fn a_release_survives() {
    every_fault(repo::RELEASE);
}

#[test]
fn a_release_that_is_pushed_survives() {
    every_fault(repo::PUSHED);
}

#[test]
fn a_release_branch_survives() {
    every_fault(repo::BRANCH);
}

#[test]
fn a_release_that_waits_for_a_merge_survives() {
    every_fault(repo::OFFERED);
}

#[test]
fn the_start_of_a_hotfix_survives() {
    every_fault(repo::FIX);
}

#[test]
fn the_end_of_a_hotfix_survives() {
    every_fault(repo::HOTFIX);
}

#[test]
fn a_rollback_survives() {
    every_fault(repo::ROLLBACK);
}

/// Without this, a supervisor that strikes nowhere would make all of the above pass.
#[test]
fn the_supervisor_strikes_where_it_is_told() {
    let dir = fresh("supervisor");
    let template = dir.join("template");
    repo::template(repo::COMMIT, &template);
    let mut commit = repo::hermetic("git", &template);
    commit.args(["commit", "-q", "--allow-empty", "-m", "x"]);
    let copied = |name: &str| {
        copy(&template, &dir.join(name));
        dir.join(name)
    };
    let is_reset = |at: &Path| git(at, &["log", "--format=%s", "main"]) == "start\n";
    let counted = faults::run(&commit, &copied("count"), ("count", 0));
    assert_eq!((counted.code, counted.struck.is_none()), (0, true), "{}", counted.output);
    assert!(counted.calls.iter().any(|call| call.program == "commit-msg"), "children count");
    let found =
        counted.calls.iter().position(|call| call.path.ends_with("-> .git/refs/heads/main"));
    let moves = found.expect("git moves the branch") + 1;
    for (kind, at, code, reset) in [
        ("kill", moves, 137, true),
        ("torn", moves + 1, 137, false),
        ("eio", moves, 128, true),
        ("enospc-sticky", moves - 1, 128, true),
        ("kill", counted.calls.len() + 9, 0, false),
    ] {
        let at_dir = copied(&format!("{kind}-{at}"));
        let run = faults::run(&commit, &at_dir, (kind, at));
        assert_eq!((run.code, is_reset(&at_dir)), (code, reset), "{kind} {at}: {}", run.output);
        assert_eq!(run.struck.is_some(), code != 0, "{kind} {at}");
        // A kill is the end: no call of any process comes after it.
        assert!(code != 137 || run.calls.len() == at, "{kind} {at}");
    }
}

/// One bump from the same repository, interrupted in all ways.
struct Bench {
    variant: Variant,
    dir: PathBuf,
    initial: State,
    last: State,
    /// The calls of a bump that nothing interrupts.
    calls: Vec<Call>,
    /// How many cases left an operation open, and how many faults hit at all.
    opened: AtomicUsize,
    struck: AtomicUsize,
}

fn every_fault(variant: Variant) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let only = std::env::var("GONOGO_CRASH_ONLY").ok();
    let mut only = only.as_deref().map(str::split_whitespace);
    if only.as_mut().is_some_and(|words| words.next() != Some(variant.name)) {
        return;
    }
    let start = Instant::now();
    let bench = Bench::new(variant);
    if let Some(mut words) = only {
        let kind = words.next().expect("a kind");
        let at = words.next().and_then(|n| n.parse().ok()).expect("the number of a call");
        let wrong = bench.case((kind, at), true);
        assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
        return;
    }
    let faults = bench.faults();
    let wrong = on_both_cores(&faults, |&fault| bench.case(fault, false));
    let (struck, opened) = (bench.struck.into_inner(), bench.opened.into_inner());
    let name = variant.name;
    let (calls, took) = (bench.calls.len(), start.elapsed().as_secs());
    println!("{name}: {calls} calls, {struck} faults, {opened} left work open, {took} s");
    let shown = wrong.len().min(20);
    assert!(
        wrong.is_empty(),
        "{name}: {} of {} cases went wrong, {shown} are:\n\n{}",
        wrong.len(),
        faults.len(),
        wrong[..shown].join("\n\n")
    );
    assert!(struck * 10 >= faults.len() * 9, "only {struck} of {} faults hit", faults.len());
    assert!(calls >= 20 && opened >= 10, "too little was tried to mean anything");
}

impl Bench {
    fn new(variant: Variant) -> Self {
        let dir = fresh(variant.name);
        let template = dir.join("template");
        fs::create_dir(&template).expect("a folder");
        repo::template(variant, &template.join("repo"));
        // Reading a state refreshes the index, so it is read from copies.
        let copied = |name: &str| {
            copy(&template, &dir.join(name));
            dir.join(name).join("repo")
        };
        let (initial, last) = (copied("initial"), copied("last"));
        let run = faults::run(&gonogo(&last, variant.bump), &last, ("count", 0));
        assert_eq!(run.code, 0, "{:?} works: {}", variant.bump, run.output);
        let state = |at: &Path| {
            let (state, wrong) = State::of(at);
            assert!(wrong.is_empty(), "{}: {wrong:?}", at.display());
            state
        };
        let (initial, last) = (state(&initial), state(&last));
        assert!(initial != last, "the bump changes something");
        let none = AtomicUsize::new(0);
        Self { variant, dir, initial, last, calls: run.calls, opened: none, struck: 0.into() }
    }

    /// What the remote had; nothing where there is none.
    fn initial_remote(&self) -> String {
        repo::on_remote(&self.dir.join("initial/repo"))
    }

    /// How it is called where nobody can be asked.
    fn words(&self, how: &str) -> &'static [&'static str] {
        match how {
            "resume" => &["resume", "--yes"],
            "again" => self.variant.bump,
            _ => &["undo"],
        }
    }

    /// All faults worth trying.
    fn faults(&self) -> Vec<Fault<'static>> {
        let all = all();
        let mut faults = Vec::new();
        let mut filled = 0;
        for (i, call) in self.calls.iter().enumerate() {
            let sampled = all || every(i, self.variant.sample);
            // A sync changes nothing, so a kill after it finds what a kill before it does.
            let kills = every(i, self.variant.sample.div_ceil(3));
            if all || kills && (i == 0 || !self.calls[i - 1].syncs()) {
                faults.push(("kill", i + 1));
            }
            if all || sampled && call.writes() {
                faults.push(("torn", i + 1));
            }
            if sampled {
                faults.push(("eio", i + 1));
            }
            // A disk that is full from a call on that needs no space is full from the next that does.
            filled += usize::from(call.needs_space());
            if all || call.needs_space() && every(filled, 2 * self.variant.sample) {
                faults.push(("enospc-sticky", i + 1));
            }
            if all {
                faults.push(("enospc", i + 1));
            }
        }
        faults
    }

    /// One fault; returns what came out wrong. With `show`, the repositories stay in any case.
    fn case(&self, fault: Fault<'_>, show: bool) -> Option<String> {
        let (kind, at) = fault;
        let dir = fresh(&format!("{}/{kind}-{at}", self.variant.name));
        let (work, crashed) = (dir.join("work"), dir.join("crashed"));
        let repo = work.join("repo");
        copy(&self.dir.join("template"), &work);
        let run = faults::run(&gonogo(&repo, self.variant.bump), &repo, fault);
        copy(&work, &crashed);
        let mut case = Case { bench: self, repo, work, crashed, wrong: Vec::new() };
        if run.struck.as_ref().is_none_or(|call| !excused(kind, call)) {
            case.judge(&run, at);
        }
        self.struck.fetch_add(usize::from(run.struck.is_some()), Ordering::Relaxed);
        let name = self.variant.name;
        let at_call = run.struck.map_or_else(|| "no such call".to_owned(), |call| call.to_string());
        let title = format!("{name} {kind} {at} ({at_call})");
        if show {
            println!("{title}: exit {}\n{}\nkept: {}", run.code, run.output, case.repo.display());
        }
        if show || !case.wrong.is_empty() {
            case.rewind();
        } else {
            fs::remove_dir_all(&dir).expect("remove");
        }
        // The first difference mostly says it all; the rest is there to see by hand.
        let more = case.wrong.len().saturating_sub(2);
        case.wrong.truncate(2);
        (!case.wrong.is_empty()).then(|| {
            format!(
                "{title}:\n{}\n(and {more} more)\nby hand: GONOGO_CRASH_ONLY='{name} {kind} {at}' \
                 cargo test -p gonogo --test crash -- --nocapture\nkept: {}",
                case.wrong.join("\n"),
                case.repo.display()
            )
        })
    }
}

/// Faults in git that git itself hides: it says that all went well.
fn excused(kind: &str, call: &Call) -> bool {
    // A lock that git could not remove cannot be told from that of a git that is still running.
    matches!(kind, "eio" | "enospc")
        && call.program == "git"
        && call.name.starts_with("unlink")
        && Path::new(&call.path).extension().is_some_and(|it| it == "lock")
}

/// What came of one fault.
struct Case<'a> {
    bench: &'a Bench,
    /// Where everything happens: the journal knows the place of its repository.
    repo: PathBuf,
    /// The folder it is in, with its remote.
    work: PathBuf,
    /// A copy of how the fault left that.
    crashed: PathBuf,
    wrong: Vec<String>,
}

impl Case<'_> {
    fn judge(&mut self, run: &Run, at: usize) {
        let killed = run.code == 137;
        let Some(state) = self.newest() else { return };
        let open = state == "open";
        let (initial, last) = (&self.bench.initial, &self.bench.last);
        let expected = if open || state == "done" { last } else { initial };
        // A record is there or not when its sync fails; "it is open" is the careful answer then.
        let unsynced = run.code == 4 && run.struck.as_ref().is_some_and(Call::syncs);
        if !killed && !unsynced && (run.code == 0) != (state == "done") {
            self.wrong.push(format!("exit {} with a state of {state:?}: {}", run.code, run.output));
        }
        if open && !killed && run.code != 4 {
            self.wrong.push(format!("exit {} and not 4, but open: {}", run.code, run.output));
        }
        self.no_panic("bump", run);
        if !open {
            self.compare(&[expected], "before anything else");
        }
        if expected == initial {
            // There is nothing to resume and nothing to undo; `undo` may say so as an error.
            self.call("resume", "resume", true);
            self.finish("undo", "undo", false, &[initial]);
            if every(at, 5) || killed && !self.bench.initial_remote().is_empty() {
                self.finish("the same again", "again", true, &[last]);
            }
            return;
        }
        let resume = self.finish("resume", "resume", true, &[expected]);
        if every(at, 5) {
            self.undo("undo after resume");
        }
        self.rewind();
        let undo = self.undo("undo");
        if open {
            self.bench.opened.fetch_add(1, Ordering::Relaxed);
            // Some crashes are crashed into again, on the way forward and on the way back.
            if every(at, 7) || all() {
                for (i, then) in ["resume", "undo"].into_iter().enumerate() {
                    // Another call for every case, so that the sample spreads.
                    self.twice("resume", 1 + (at * 31 + i * 17) % resume.len().max(1), then);
                    self.twice("undo", 1 + (at * 37 + i * 23) % undo.len().max(1), then);
                }
            }
        }
    }

    /// Kills `first` at a call as well; `then` has to finish it.
    fn twice(&mut self, first: &str, at: usize, then: &str) {
        self.rewind();
        faults::run(&gonogo(&self.repo, self.bench.words(first)), &self.repo, ("kill", at));
        let what = format!("{first} killed at call {at}, then {then}");
        let (initial, last) = (&self.bench.initial, &self.bench.last);
        match (first, then) {
            ("resume", "undo") => self.undo(&what),
            (_, "undo") if self.has_left() => self.undo(&what),
            ("resume", _) => self.finish(&what, then, true, &[last]),
            // The first one may have been killed when all was undone.
            (_, "undo") => {
                let undone = self.newest().is_some_and(|state| state == "undone");
                self.finish(&what, then, !undone, &[initial])
            }
            // What is resumed is the bump, or the undo once that began.
            _ => self.finish(&what, then, true, &[last, initial]),
        };
    }

    /// Undoes everything; what the remote has is not undone, and then `resume` has to complete it.
    fn undo(&mut self, what: &str) -> Vec<Call> {
        let Bench { initial, last, .. } = self.bench;
        if !self.has_left() {
            return self.finish(what, "undo", true, &[initial]);
        }
        let run = faults::run(&gonogo(&self.repo, &["undo"]), &self.repo, ("count", 0));
        self.no_panic(what, &run);
        if ![3, 4].contains(&run.code) {
            self.wrong.push(format!("{what}, though it was pushed: exit {}", run.code));
        }
        self.finish(&format!("{what}, refused, then resume"), "resume", true, &[last]);
        run.calls
    }

    /// Does the remote have anything of it, or did a command begin?
    fn has_left(&self) -> bool {
        repo::on_remote(&self.repo) != self.bench.initial_remote() || repo::has_run(&self.repo)
    }

    /// Puts the repository back to how the fault left it.
    fn rewind(&self) {
        fs::remove_dir_all(&self.work).expect("remove");
        copy(&self.crashed, &self.work);
    }

    /// The state of the newest operation: `open`, `done`, or that there is nothing to finish.
    fn newest(&mut self) -> Option<String> {
        let out = gonogo(&self.repo, &["log", "--json"]).output().expect("gonogo runs");
        let parsed = serde_json::from_slice::<Vec<serde_json::Value>>(&out.stdout);
        let Ok(operations) = parsed else {
            self.wrong.push(format!("`log --json` says {out:?}"));
            return None;
        };
        let states: Vec<_> = operations.iter().filter_map(|it| it["state"].as_str()).collect();
        let newest = if states.contains(&"open") { Some(&"open") } else { states.first() };
        Some(newest.map_or_else(|| "nothing".to_owned(), |state| (*state).to_owned()))
    }

    /// Calls `how` once; after that nothing may be open and the state is one of `expected`.
    fn finish(&mut self, what: &str, how: &str, succeeds: bool, expected: &[&State]) -> Vec<Call> {
        let (calls, well) = self.call(what, how, succeeds);
        if well && self.newest().is_some_and(|state| state == "open") {
            self.wrong.push(format!("{what}: still open"));
        } else if well {
            self.compare(expected, what);
        }
        calls
    }

    fn call(&mut self, what: &str, how: &str, succeeds: bool) -> (Vec<Call>, bool) {
        let run = faults::run(&gonogo(&self.repo, self.bench.words(how)), &self.repo, ("count", 0));
        self.no_panic(what, &run);
        let well = !succeeds || run.code == 0;
        if !well {
            self.wrong.push(format!("{what}: exit {}: {}", run.code, run.output));
        }
        (run.calls, well)
    }

    /// Wants one of `expected`, and nothing broken or left behind.
    fn compare(&mut self, expected: &[&State], what: &str) {
        let (state, mut wrong) = State::of(&self.repo);
        let nearest = expected.iter().find(|it| ***it == state).unwrap_or(&expected[0]);
        wrong.extend(state.differences(nearest));
        self.wrong.extend(wrong.into_iter().map(|wrong| format!("{what}: {wrong}")));
    }

    fn no_panic(&mut self, what: &str, run: &Run) {
        if [101, 124, 134].contains(&run.code) || run.output.contains("panicked") {
            self.wrong.push(format!("{what} panicked or hangs: {}", run.output));
        }
    }
}

/// Is nothing to be left out? A single case is always tried in all ways.
fn all() -> bool {
    ["GONOGO_CRASH_ALL", "GONOGO_CRASH_ONLY"].iter().any(|it| std::env::var_os(it).is_some())
}

/// A sample of the calls: one in `n`.
fn every(at: usize, n: usize) -> bool {
    at % n == n / 2
}

/// An empty folder below that of all tests.
fn fresh(name: &str) -> PathBuf {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let _ = fs::remove_dir_all(repo::base());
    });
    let dir = repo::base().join(name);
    fs::create_dir_all(&dir).expect("a folder");
    dir
}

/// Runs the cases on two threads: the machines of CI have two cores.
fn on_both_cores<T: Sync>(jobs: &[T], run: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(run(job));
        }
        wrong
    };
    std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(work));
        threads.into_iter().flat_map(|it| it.join().expect("no panic")).collect()
    })
}
