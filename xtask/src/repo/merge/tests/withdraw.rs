//! Releases taken out of a branch: what comes out is compared with the same work without them.

use proptest::prelude::*;

use super::*;
use crate::plan::{Retract, TakesOut};
use crate::repo::merge::withdraw::{Outcome as Out, Wish, Withdrawn, refused, withdraw};

impl Made {
    /// What is done must leave nothing behind but objects; it gets a scratch folder.
    pub(super) fn clean<T>(&self, done: impl FnOnce(&Path) -> T) -> T {
        let scratch = self.repo.git_dir.join("gonogo/scratch");
        let state = || {
            let list = walkdir::WalkDir::new(&self.folder).sort_by_file_name().into_iter();
            let paths = list.map(|entry| entry.unwrap().into_path());
            let foreign = |path: &PathBuf| {
                !path.starts_with(self.repo.git_dir.join("objects"))
                    && !path.starts_with(self.repo.git_dir.join("gonogo"))
            };
            let read = |path: PathBuf| (path.clone(), std::fs::read(path).ok());
            paths.filter(foreign).map(read).collect::<Vec<_>>()
        };
        let before = state();
        let outcome = done(&scratch);
        assert_eq!(before, state());
        let left = walkdir::WalkDir::new(&scratch).min_depth(1).into_iter().flatten();
        assert_eq!(left.count(), 0, "files are left in {}", scratch.display());
        outcome
    }

    fn outcome(&self, target: &Oid, range: Option<(&Oid, &Oid)>, marks: &[(&str, &str)]) -> Out {
        let takes_out = range.map(|(from, to)| TakesOut { from: from.clone(), to: to.clone() });
        let mark = |(version, notice): &(&str, &str)| Retract {
            project: None,
            version: (*version).to_owned(),
            notice: (*notice).to_owned(),
        };
        let retract: Vec<Retract> = marks.iter().map(mark).collect();
        let wish = Wish { target, takes_out: takes_out.as_ref(), retract: &retract, also: &[] };
        self.clean(|scratch| withdraw(&self.repo, &wish, scratch).unwrap())
    }

    fn withdrawn(&self, target: &Oid, from: &Oid, to: &Oid) -> (Files, Withdrawn) {
        match self.outcome(target, Some((from, to)), &[]) {
            Out::Withdrawn(withdrawn) => (self.files(&withdrawn.tree), withdrawn),
            Out::Conflicts(conflicts) => panic!("{conflicts:?}"),
        }
    }

    fn dependent(&self, target: &Oid, from: &Oid, to: &Oid) -> Vec<String> {
        match self.outcome(target, Some((from, to)), &[]) {
            Out::Withdrawn(withdrawn) => panic!("{:?}", self.files(&withdrawn.tree)),
            Out::Conflicts(conflicts) => {
                let told =
                    |one: &Conflict| format!("{}:{} {}", one.path, one.line.unwrap_or(0), one.why);
                conflicts.iter().map(told).collect()
            }
        }
    }
}

const ONE: &str = "0123456789abcdef0123456789abcdef01234567";
const TWO: &str = "0123456789abcdef0123456789abcdef01234568";

/// The state before a release that does everything that can be done to files.
fn before() -> Files {
    with(
        &start(),
        &[
            ("old.txt", "old\n"),
            ("script", "#!/bin/sh\n"),
            ("name.txt", &CODE.replace('\n', " is here\n")),
            ("windows.txt", &CODE.replace('\n', "\r\n")),
            ("sub@", ONE),
        ],
    )
}

/// The same, released as 1.2.1.
fn released() -> Files {
    let files = hotfix(&before());
    let name = files["name.txt"].clone();
    let files = with(&files, &[("old.txt", ""), ("new.txt", "new\n"), ("sub@", TWO)]);
    let files = with(&files, &[("script", ""), ("script!", "#!/bin/sh\n")]);
    let files = with(&files, &[("name.txt", ""), ("renamed.txt", &name)]);
    put(&files, "windows.txt", "three\r\n", "THREE\r\n")
}

/// What has happened to the files since, on either state.
fn later(files: &Files, name: &str) -> Files {
    let files = put(files, "src/demo/code.py", "eight", "EIGHT");
    let files = put(&files, name, "nine is", "nine was");
    let files = put(&files, "windows.txt", "nine\r\n", "ninth\r\n");
    with(&files, &[("later.txt", "later\n")])
}

#[test]
fn the_changes_go_and_what_came_later_stays() {
    let noted = |files: &Files| {
        let entry = "[Unreleased]\n\n### Added\n\n- more\n";
        put(files, "CHANGELOG.md", "[Unreleased]\n", entry)
    };
    let as_released = released();
    let moved_on = |files: &Files| at(files, "1.2.1", "1.3.0.dev0");
    for (what, target, version) in [
        ("nothing since", as_released.clone(), "1.2.0"),
        ("later work", later(&as_released, "renamed.txt"), "1.2.0"),
        ("later notes", noted(&later(&as_released, "renamed.txt")), "1.2.0"),
        ("the next version", moved_on(&later(&as_released, "renamed.txt")), "1.3.0.dev0"),
        ("both", noted(&moved_on(&later(&as_released, "renamed.txt"))), "1.3.0.dev0"),
    ] {
        let made = Made::new();
        let from = made.commit(&[], &before());
        let between = made.commit(&[&from], &at(&before(), "1.2.0", "1.2.1"));
        let to = made.commit(&[&between], &as_released);
        let tip = made.commit(&[&to], &target);
        let (new, withdrawn) = made.withdrawn(&tip, &from, &to);
        let expected =
            if what == "nothing since" { before() } else { later(&before(), "name.txt") };
        let expected = at(&expected, "1.2.0", version);
        let expected = with(&expected, &[("CHANGELOG.md", &target["CHANGELOG.md"])]);
        assert_eq!(new, expected, "{what}");
        assert!(!withdrawn.is_as_before, "{what}");
        let told: Vec<&str> = withdrawn.resolved.iter().map(|one| one.path.as_str()).collect();
        assert!(told.contains(&"CHANGELOG.md"), "{what}: {told:?}");
    }
}

#[test]
fn a_merge_is_taken_out_by_its_first_parent() {
    let made = Made::new();
    let base = made.commit(&[], &before());
    let main = made.commit(&[&base], &put(&before(), "src/demo/code.py", "five", "FIVE"));
    let branch = made.commit(&[&base], &released());
    let merged = put(&released(), "src/demo/code.py", "five", "FIVE");
    let merge = made.commit(&[&main, &branch], &merged);
    let tip = made.commit(&[&merge], &later(&merged, "renamed.txt"));
    let (new, _) = made.withdrawn(&tip, &main, &merge);
    let expected = put(&later(&before(), "name.txt"), "src/demo/code.py", "five", "FIVE");
    let log = merged["CHANGELOG.md"].clone();
    assert_eq!(new, with(&expected, &[("CHANGELOG.md", &log)]));
    // Taken out of a branch that has the same change by other commits.
    let other = made.commit(&[&base], &later(&merged, "renamed.txt"));
    assert_eq!(made.withdrawn(&other, &main, &merge).0, new);
}

#[test]
fn a_range_in_the_middle_leaves_the_releases_around_it() {
    let made = Made::new();
    let first = made.commit(&[], &start());
    let second = hotfix(&start());
    let second_id = made.commit(&[&first], &second);
    let third = at(&put(&second, "src/demo/code.py", "five", "FIVE"), "1.2.1", "1.3.0");
    let section = "## [1.3.0] - 2026-04-05\n\n### Added\n\n- five\n\n## [1.2.1]";
    let third = put(&third, "CHANGELOG.md", "## [1.2.1]", section);
    let third_id = made.commit(&[&second_id], &third);
    let fourth = at(&put(&third, "src/demo/code.py", "nine", "NINE"), "1.3.0", "1.4.0");
    let tip = made.commit(&[&third_id], &fourth);
    let (new, withdrawn) = made.withdrawn(&tip, &second_id, &third_id);
    assert_eq!(new, put(&fourth, "src/demo/code.py", "FIVE", "five"));
    assert_eq!(withdrawn.versions.len(), 1);
    assert_eq!(withdrawn.versions[0].merged, "1.4.0");
    // It is out already.
    let out = made.commit(&[&tip], &new);
    assert!(made.withdrawn(&out, &second_id, &third_id).1.is_as_before);
}

#[test]
fn commits_that_need_what_is_taken_out_are_conflicts() {
    let released = released();
    let submodule = "0123456789abcdef0123456789abcdef01234569";
    let script = "#!/bin/sh\nexit\n";
    for (target, expected) in [
        (
            put(&released, "src/demo/code.py", "TWO", "Two"),
            vec!["src/demo/code.py:2 these lines were changed since"],
        ),
        (
            put(&released, "new.txt", "new", "newer"),
            vec!["new.txt:0 what is taken out added it, and it was changed since"],
        ),
        (
            with(&released, &[("old.txt", "another\n")]),
            vec!["old.txt:1 what is taken out removed it, and it is there again"],
        ),
        (
            with(&released, &[("windows.txt", "")]),
            vec!["windows.txt:0 what is taken out changed it, and it is gone since"],
        ),
        (with(&released, &[("sub@", submodule)]), vec!["sub:0 the submodule has moved since"]),
        // The mode goes, the line stays.
        (with(&released, &[("script!", script)]), vec![]),
        (
            put(&at(&released, "1.2.1", "1.3.0"), "src/demo/__init__.py", "return 1", "return 2"),
            vec!["src/demo/__init__.py:6 these lines were changed since"],
        ),
    ] {
        let made = Made::new();
        let from = made.commit(&[], &before());
        let to = made.commit(&[&from], &released);
        let tip = made.commit(&[&to], &target);
        if expected.is_empty() {
            assert_eq!(made.withdrawn(&tip, &from, &to).0["script"], script);
            continue;
        }
        assert_eq!(made.dependent(&tip, &from, &to), expected);
        let takes_out = TakesOut { from: from.clone(), to: to.clone() };
        let wish = Wish { target: &tip, takes_out: Some(&takes_out), retract: &[], also: &[] };
        let Out::Conflicts(conflicts) = made.outcome(&tip, Some((&from, &to)), &[]) else {
            panic!("{expected:?}")
        };
        let refusal = refused("main", &wish, &conflicts);
        assert_eq!(refusal.what, "later commits on main depend on what would be taken out");
        assert!(refusal.why[0].starts_with(conflicts[0].path.as_str()), "{:?}", refusal.why);
    }
}

#[test]
fn the_changelog_tells_of_it() {
    let notice = "Withdrawn: it loses data. Use 1.2.0.";
    let made = Made::new();
    let from = made.commit(&[], &start());
    let crlf = |files: &Files| {
        with(files, &[("CHANGELOG.md", &files["CHANGELOG.md"].replace('\n', "\r\n"))])
    };
    for (files, eol) in [(hotfix(&start()), "\n"), (crlf(&hotfix(&start())), "\r\n")] {
        let to = made.commit(&[&from], &files);
        for range in [Some((&from, &to)), None] {
            let marks = [("1.2.1", notice), ("9.9.9", "no such")];
            let Out::Withdrawn(new) = made.outcome(&to, range, &marks) else { panic!() };
            let log = files["CHANGELOG.md"].replacen(
                &format!("2026-03-04{eol}"),
                &format!("2026-03-04 [YANKED]{eol}{eol}> {notice}{eol}"),
                1,
            );
            let expected = if range.is_some() { start() } else { files.clone() };
            let expected = with(&expected, &[("CHANGELOG.md", &log)]);
            assert_eq!(made.files(&new.tree), expected);
            assert_eq!(new.marked.len(), 1);
            assert_eq!(new.unmarked.len(), 1, "{:?}", new.unmarked);
            assert!(new.unmarked[0].contains("9.9.9"), "{:?}", new.unmarked);
            // Told once, it is told.
            let told = made.commit(&[&to], &made.files(&new.tree));
            let Out::Withdrawn(again) = made.outcome(&told, None, &marks[..1]) else { panic!() };
            assert!(again.is_as_before && again.marked.is_empty());
        }
    }
    let without = with(&hotfix(&start()), &[("CHANGELOG.md", "")]);
    let to = made.commit(&[&from], &without);
    let Out::Withdrawn(new) = made.outcome(&to, None, &[("1.2.1", notice)]) else { panic!() };
    assert!(new.is_as_before && new.marked.is_empty());
    assert_eq!(new.unmarked, ["no changelog tells of 1.2.1"]);
}

#[test]
fn a_changelog_that_came_with_the_release_stays() {
    let made = Made::new();
    let without = with(&start(), &[("CHANGELOG.md", "")]);
    let from = made.commit(&[], &without);
    let to = made.commit(&[&from], &hotfix(&start()));
    let noted = put(&hotfix(&start()), "CHANGELOG.md", "- a crash", "- the crash");
    for target in [&hotfix(&start()), &noted] {
        let tip = made.commit(&[&to], target);
        let (new, _) = made.withdrawn(&tip, &from, &to);
        let log = target["CHANGELOG.md"].as_str();
        assert_eq!(new, with(&without, &[("CHANGELOG.md", log)]));
    }
    // It was elsewhere before.
    let moved = with(&start(), &[("CHANGELOG.md", ""), ("HISTORY.md", LOG)]);
    let from = made.commit(&[], &moved);
    let to = made.commit(&[&from], &hotfix(&start()));
    let log = hotfix(&start())["CHANGELOG.md"].clone();
    assert_eq!(made.withdrawn(&to, &from, &to).0, with(&start(), &[("CHANGELOG.md", &log)]));
    // The other way round: what is put in again brings no changelog.
    assert_eq!(made.withdrawn(&from, &to, &from).0, {
        let files = at(&fixed(&start()), "1.2.0", "1.2.1");
        with(&files, &[("CHANGELOG.md", ""), ("HISTORY.md", LOG)])
    });
}

#[test]
fn a_past_that_cannot_be_read_is_no_obstacle() {
    let made = Made::new();
    let odd = |files: &Files| with(files, &[("gonogo.toml", "[no]\nsuch = 1\n")]);
    let from = made.commit(&[], &odd(&start()));
    let to = made.commit(&[&from], &odd(&hotfix(&start())));
    let tip = made.commit(&[&to], &hotfix(&start()));
    let (new, _) = made.withdrawn(&tip, &from, &to);
    let log = hotfix(&start())["CHANGELOG.md"].clone();
    assert_eq!(new, with(&start(), &[("CHANGELOG.md", &log)]));
    // A branch is not left with a configuration that cannot be read.
    let mended = made.commit(&[&from], &hotfix(&start()));
    let found = made.dependent(&mended, &from, &mended);
    assert!(found[0].starts_with("gonogo.toml:1 merged, it cannot be read"), "{found:?}");
}

/// Twelve lines that are far enough apart to be changed alone.
fn lines(said: &[bool]) -> String {
    let one = |(number, said): (usize, &bool)| {
        let padding = format!("padding of {number}\n").repeat(4);
        format!("{padding}line {number} {}\n", if *said { "after" } else { "before" })
    };
    said.iter().enumerate().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// Changes that do not touch each other: without those of the range, the rest is there.
    #[test]
    fn what_does_not_touch_is_taken_out_alone(
        order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
        cuts in (0_usize..12, 0_usize..12),
        crlf: bool,
    ) {
        let (start, end) = (cuts.0.min(cuts.1), cuts.0.max(cuts.1));
        let made = Made::new();
        let state = |done: &[usize]| {
            let mut said = [false; 12];
            for line in done {
                said[*line] = true;
            }
            let text = lines(&said);
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            let mut files = files(&[("a.txt", &text)]);
            files.extend(done.iter().map(|line| (format!("f{line}"), format!("{line}\n"))));
            files
        };
        let mut commits = vec![made.commit(&[], &state(&[]))];
        for done in 1..=12 {
            let parent = commits[done - 1].clone();
            commits.push(made.commit(&[&parent], &state(&order[..done])));
        }
        let (new, _) = made.withdrawn(&commits[12], &commits[start], &commits[end]);
        let rest: Vec<usize> = [&order[..start], &order[end..]].concat();
        prop_assert_eq!(new, state(&rest));
    }
}
