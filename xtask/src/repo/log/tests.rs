//! Histories made for the purpose, compared with what `git log` says of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use super::super::Git;
use super::groups::Group;
use super::*;
use crate::history::Types;
use crate::version::TagFormat;

/// A repository in the folder for temporary files, removed at the end.
struct Made {
    repo: Repo,
    folder: PathBuf,
}

impl Drop for Made {
    #[expect(clippy::disallowed_methods, reason = "a scratch folder")]
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Commits by their number from 1 on: parents, date, and the tags on it.
#[derive(Debug, Clone, Default)]
struct Line {
    parents: Vec<usize>,
    date: i64,
    tags: Vec<String>,
    subject: Option<String>,
}

fn line(parents: &[usize], tags: &[&str]) -> Line {
    let tags = tags.iter().map(ToString::to_string).collect();
    Line { parents: parents.to_vec(), tags, ..Line::default() }
}

fn stream(lines: &[Line]) -> String {
    let mut stream = String::new();
    for (at, line) in lines.iter().enumerate() {
        let number = at + 1;
        let subject = line.subject.clone().unwrap_or(format!("feat: change {number}"));
        let date = if line.date == 0 { 1_000 * i64::try_from(number).unwrap() } else { line.date };
        let length = subject.len();
        // A root is one only on a branch of its own.
        write!(
            stream,
            "reset refs/heads/b{number}\n\ncommit refs/heads/b{number}\nmark :{number}\n\
             committer A <a@example.com> {date} +0000\ndata {length}\n{subject}\n"
        )
        .unwrap();
        for (place, parent) in line.parents.iter().enumerate() {
            let word = if place == 0 { "from" } else { "merge" };
            writeln!(stream, "{word} :{parent}").unwrap();
        }
        write!(stream, "M 100644 inline p{}/f\ndata 2\n{number:02}\n\n", number % 3).unwrap();
        for tag in &line.tags {
            write!(stream, "reset refs/tags/{tag}\nfrom :{number}\n\n").unwrap();
        }
    }
    write!(stream, "reset refs/heads/main\nfrom :{}\n\ndone\n", lines.len()).unwrap();
    stream
}

#[expect(clippy::disallowed_methods, reason = "a scratch folder")]
fn made(lines: &[Line]) -> Made {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("gonogo-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let git = Git::at(&folder).unwrap();
    git.call(["init", "-q", "-b", "main", "--template="]).read().unwrap();
    let import = ["fast-import", "--quiet", "--done", "--force"];
    git.call(import).input(stream(lines)).read().unwrap();
    Made { repo: Repo::discover(&folder).unwrap(), folder }
}

fn releases(made: &Made) -> Releases {
    let format = TagFormat::Usual { name: None };
    Releases::read_all(&made.repo, &[format], &[]).unwrap().pop().unwrap()
}

fn reading(oldest: Option<&str>) -> Reading {
    Reading { judge: judge(), oldest: oldest.and_then(Oid::new) }
}

fn judge() -> Judge {
    Judge::new(Types::default(), &[])
}

/// What git says of a range, the first twelve digits of each id.
fn log(made: &Made, args: &[&str]) -> BTreeSet<String> {
    let out = made.repo.git.call(["log", "--format=%H"].iter().chain(args)).read().unwrap();
    git::lines(&out).into_iter().map(|id| id[..12].to_owned()).collect()
}

fn ids(summary: &Summary) -> BTreeSet<String> {
    let commits = summary.entries.iter().flat_map(|entry| &entry.commits);
    commits.map(ToString::to_string).collect()
}

fn range(made: &Made, question: Question<'_>) -> Range {
    let releases = releases(made);
    let asked = Asked { releases: &releases, question, scope: Scope::default() };
    made.repo.ranges(vec![asked], &reading(None)).unwrap().pop().unwrap()
}

/// The range starts at this tag and is what git says.
#[track_caller]
fn starts(made: &Made, question: Question<'_>, tag: Option<&str>) {
    let range = range(made, question);
    let from = range.from.as_ref().map(|from| from.tag.as_str());
    assert_eq!((from, range.cut), (tag, Cut::Whole));
    let not = tag.map(|tag| ["--not".to_owned(), format!("refs/tags/{tag}")]).into_iter().flatten();
    let args: Vec<String> = ["HEAD".to_owned()].into_iter().chain(not).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    assert_eq!(ids(&range.changes), log(made, &args));
}

#[test]
fn three_questions_have_three_answers() {
    let made = made(&[
        line(&[], &["v1.0.0"]),
        line(&[1], &["v1.1.0"]),
        line(&[2], &["v1.2.0-rc.1", "models-v7.0.0"]),
        line(&[3], &["v1.2.0", "v1.2.0-rc.2"]),
        line(&[4], &["v1.3.0-rc.1"]),
        line(&[5], &[]),
    ]);
    starts(&made, Question::Full, Some("v1.2.0"));
    starts(&made, Question::Prerelease, Some("v1.3.0-rc.1"));
    let below = |text: &str| Version::parse(text).unwrap();
    starts(&made, Question::Hotfix(&below("1.2.1")), Some("v1.2.0"));
    starts(&made, Question::Hotfix(&below("1.1.1")), Some("v1.1.0"));
    starts(&made, Question::Hotfix(&below("0.9.0")), None);
}

#[test]
fn ranges_start_at_what_is_reachable() {
    let none = made(&[line(&[], &[]), line(&[1], &["other"]), line(&[2], &[])]);
    starts(&none, Question::Full, None);
    let empty = made(&[line(&[], &[]), line(&[1], &["v1.0.0"])]);
    starts(&empty, Question::Full, Some("v1.0.0"));
    let higher = made(&[line(&[], &["v1.0.0"]), line(&[1], &["v9.0.0"]), line(&[1], &[])]);
    starts(&higher, Question::Full, Some("v1.0.0"));
    let reset = made(&[line(&[], &["v2.0.0"]), line(&[1], &["v0.1.0"]), line(&[2], &[])]);
    starts(&reset, Question::Full, Some("v0.1.0"));
    let merged_hotfix = made(&[
        line(&[], &["v1.2.0"]),
        line(&[1], &["v1.3.0"]),
        line(&[1], &[]),
        line(&[3], &["v1.2.1"]),
        line(&[2, 4], &[]),
        line(&[5], &[]),
    ]);
    // The fix is not in v1.3.0, so the next release brings it there.
    starts(&merged_hotfix, Question::Full, Some("v1.3.0"));
    let on_a_merge = made(&[
        line(&[], &["v1.0.0"]),
        line(&[1], &[]),
        line(&[1], &[]),
        line(&[2, 3], &["v1.1.0"]),
        line(&[4], &[]),
    ]);
    starts(&on_a_merge, Question::Full, Some("v1.1.0"));
    let unrelated = made(&[
        line(&[], &["v1.0.0"]),
        line(&[], &[]),
        line(&[2], &["v3.0.0"]),
        line(&[1], &[]),
        line(&[4, 3, 2], &[]),
    ]);
    starts(&unrelated, Question::Full, Some("v3.0.0"));
}

#[test]
fn the_configuration_of_logs_changes_nothing() {
    let made = made(&[line(&[], &["v1.0.0"]), line(&[1], &[]), line(&[2], &[])]);
    for (key, value) in [
        ("color.ui", "always"),
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("log.follow", "true"),
        ("log.decorate", "full"),
        ("log.date", "relative"),
        ("format.pretty", "fuller"),
        ("format.notes", "true"),
        ("i18n.logOutputEncoding", "ISO-8859-1"),
        ("diff.renames", "copies"),
        ("diff.relative", "true"),
        ("log.diffMerges", "on"),
    ] {
        made.repo.git.call(["config", key, value]).read().unwrap();
        starts(&made, Question::Full, Some("v1.0.0"));
    }
}

#[test]
fn packages_have_their_commits_by_scope_and_path() {
    let subject = |line: Line, text: &str| Line { subject: Some(text.to_owned()), ..line };
    let made = made(&[
        line(&[], &["v1.0.0"]),                        // p1
        line(&[1], &[]),                               // p2
        line(&[2], &[]),                               // p0
        line(&[3], &[]),                               // p1
        subject(line(&[4], &[]), "fix(two): from p2"), // p2
        subject(line(&[5], &[]), "fix(One): from p0"), // p0
        subject(line(&[6], &[]), "fix(two): from p1"), // p1
    ]);
    let releases = releases(&made);
    let scope = |folder: &str, name: &str, other: &str| Scope {
        folder: folder.to_owned(),
        name: Some(name.to_owned()),
        others: vec![other.to_owned()],
    };
    let asked = [scope("p1", "one", "two"), scope("p2", "two", "one"), Scope::default()];
    let asked = asked.map(|scope| Asked { releases: &releases, question: Question::Full, scope });
    let ranges = made.repo.ranges(asked.into(), &reading(None)).unwrap();
    let texts = ranges.iter().map(|range| {
        let texts = range.changes.entries.iter().map(|entry| entry.text.to_string());
        texts.collect::<Vec<_>>().join(", ")
    });
    let expected = ["change 4, from p0", "change 2, from p2, from p1"];
    let all = "change 2, change 3, change 4, from p2, from p0, from p1";
    assert_eq!(texts.collect::<Vec<_>>(), [&expected[..], &[all]].concat());
}

#[test]
fn a_shallow_clone_says_what_is_missing() {
    let lines = [line(&[], &["v1.0.0"]), line(&[1], &[]), line(&[2], &[]), line(&[3], &[])];
    for (depth, cut) in [("1", Cut::Beyond), ("3", Cut::Beyond), ("4", Cut::Whole)] {
        let made = made(&lines);
        let url = format!("file://{}", made.folder.display());
        let clone = ["clone", "-q", "--depth", depth, "--branch", "main", &url, "shallow"];
        made.repo.git.call(clone).read().unwrap();
        let repo = Repo::discover(&made.folder.join("shallow")).unwrap();
        let shallow = Made { repo, folder: made.folder.join("shallow") };
        let found = range(&shallow, Question::Full);
        assert_eq!(found.cut, cut, "{depth}");
        if depth == "3" {
            let tagged = releases(&shallow).commits;
            let refusal = shallow.repo.groups(&tagged, &judge(), |_| ()).unwrap_err();
            let next = "git fetch --unshallow --tags origin".to_owned();
            assert_eq!(refusal.next[0].0, crate::error::Next::Shell(next));
        }
    }
}

/// Each commit is in exactly one group: in the one of the first release that has it.
fn partitioned(lines: &[Line]) -> Result<(), TestCaseError> {
    let made = made(lines);
    let tagged = releases(&made).commits;
    let each =
        |group: Group<'_>| (group.release.map(|release| release.tag.clone()), ids(&group.changes));
    let groups = made.repo.groups(&tagged, &judge(), each).unwrap();
    for (at, (tag, commits)) in groups.iter().enumerate() {
        let older = groups[at + 1..].iter().filter_map(|(tag, _)| tag.as_deref());
        let older: Vec<String> = older.map(|tag| format!("refs/tags/{tag}")).collect();
        let tip = tag.as_ref().map_or("HEAD".to_owned(), |tag| format!("refs/tags/{tag}"));
        let args = [tip.as_str(), "--not"].into_iter().chain(older.iter().map(String::as_str));
        let expected = log(&made, &args.collect::<Vec<_>>());
        prop_assert!(tag.is_some() || at == 0);
        prop_assert_eq!(commits, &expected, "{:?} in {:?}", tag, lines);
    }
    let all: Vec<&String> = groups.iter().flat_map(|(_, commits)| commits).collect();
    let each_once: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    prop_assert_eq!(all.len(), each_once.len());
    prop_assert_eq!(each_once, log(&made, &["HEAD"]));
    Ok(())
}

prop_compose! {
    /// Up to 24 commits with up to three parents, some of them tagged; the last one is HEAD.
    fn history(skew: i64)(
        lines in prop::collection::vec(
            (prop::collection::vec(1_usize..5, 1..4), -skew..=skew, 0_u8..10, any::<bool>()), 2..24)
    ) -> Vec<Line> {
        let each = lines.iter().enumerate().map(|(at, (back, skew, tag, root))| {
            let mut parents: Vec<usize> =
                back.iter().filter_map(|back| (at + 1).checked_sub(*back)).filter(|p| *p > 0).collect();
            parents.sort_unstable();
            parents.dedup();
            parents.reverse();
            if *root && at % 7 == 3 {
                parents.clear();
            }
            let date = 1_000_000 + 1_000 * i64::try_from(at).unwrap() + skew;
            let tags = match tag {
                0 => vec![format!("v1.{at}.0")],
                1 => vec![format!("v0.{at}.0-rc.1"), format!("v0.{at}.0")],
                2 => vec![format!("v{}.0.0", 30 - at)],
                _ => Vec::new(),
            };
            Line { parents, date, tags, subject: None }
        });
        each.collect()
    }
}

#[test]
fn nothing_older_than_the_baseline_is_looked_at() {
    let lines = [
        line(&[], &["v0.9.0"]),
        line(&[1], &[]),
        line(&[2], &["v1.0.0-rc.1"]),
        line(&[2], &[]),
        line(&[3, 4], &[]),
    ];
    let made = made(&lines);
    let releases = releases(&made);
    let range = |question, baseline: &str| {
        let oldest = made.repo.named(baseline).unwrap().unwrap();
        let asked = Asked { releases: &releases, question, scope: Scope::default() };
        made.repo.ranges(vec![asked], &reading(Some(oldest.as_str()))).unwrap().pop().unwrap()
    };
    for (question, baseline, from, not) in [
        (Question::Full, "v1.0.0-rc.1", None, "v1.0.0-rc.1^@"),
        (Question::Prerelease, "v1.0.0-rc.1", Some("v1.0.0-rc.1"), "v1.0.0-rc.1"),
        (Question::Full, "v0.9.0", Some("v0.9.0"), "v0.9.0"),
        (Question::Full, "b4", None, "b4^@"),
    ] {
        let found = range(question, baseline);
        assert_eq!(found.from.map(|from| from.tag).as_deref(), from, "{baseline}");
        assert_eq!(ids(&found.changes), log(&made, &["HEAD", "--not", not]), "{baseline}");
        assert_eq!(found.cut, Cut::Whole);
    }
    assert_eq!(made.repo.named("v7.0.0").unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_commit_is_in_one_release(lines in history(0)) {
        partitioned(&lines)?;
    }

    #[test]
    fn also_where_clocks_were_wrong(lines in history(5_000)) {
        partitioned(&lines)?;
    }

    #[test]
    fn a_range_is_what_git_says(lines in history(1_500)) {
        let made = made(&lines);
        let range = range(&made, Question::Full);
        let from = range.from.as_ref().map(|from| format!("refs/tags/{}", from.tag));
        let args: Vec<&str> = ["HEAD", "--not"].into_iter().chain(from.as_deref()).collect();
        prop_assert_eq!(ids(&range.changes), log(&made, &args), "{:?}", lines);
    }
}

/// What `scripts/bench history` measures: the whole history with all its releases. Prints the
/// seconds and the peak of this process' memory in KiB.
#[test]
#[ignore = "needs GONOGO_HISTORY, a clone with a long history"]
#[expect(clippy::disallowed_macros, reason = "what the bench reads")]
fn a_whole_history_in_one_walk() {
    let folder = std::env::var_os("GONOGO_HISTORY").expect("GONOGO_HISTORY is a clone");
    let repo = Repo::discover(&PathBuf::from(folder)).unwrap();
    let begin = std::time::Instant::now();
    let format = TagFormat::Usual { name: None };
    let releases = Releases::read_all(&repo, &[format], &[]).unwrap().pop().unwrap();
    let each = |group: Group<'_>| (group.changes.commits, group.changes.entries.len());
    let groups = repo.groups(&releases.commits, &judge(), each).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    let commits: usize = groups.iter().map(|(commits, _)| commits).sum();
    let counted = repo.git.call(["rev-list", "--count", "HEAD"]).read().unwrap();
    assert_eq!(git::lines(&counted), [commits.to_string()]);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak: usize = peak.map_or(0, |kib| kib.trim().trim_end_matches(" kB").parse().unwrap());
    assert!(peak < 150 << 10, "{peak} KiB");
    println!("whole history: {seconds:.3} s, {peak} KiB, {} releases", groups.len());
}
