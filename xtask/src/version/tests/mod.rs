//! The table of levels, row by row, and what surrounds it.

mod properties;
mod refusals;
mod spelling;

use super::*;
use crate::error::Next;

fn v(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn target(words: &str) -> Target {
    let words: Vec<&str> = words.split(' ').collect();
    let after = |option| words.iter().position(|word| *word == option).map(|at| words[at + 1]);
    let step = if words.contains(&"--next") { Step::Next } else { Step::Nearest };
    Target::parse(words[0], after("--pre").or(after("--prerelease")), step).unwrap()
}

/// A repository: the files, the newest reachable release, further tags.
struct Repository<'a> {
    files: &'a str,
    released: Option<&'a str>,
    tags: &'a [&'a str],
}

impl Repository<'_> {
    fn at(files: &str) -> Repository<'_> {
        Repository { files, released: None, tags: &[] }
    }

    fn run(&self, words: &str, downgrade: Downgrade) -> Result<Outcome, Refusal> {
        let current = v(self.files);
        let released = self.released.map(v);
        let taken: Vec<Version> = self.released.iter().chain(self.tags).map(|tag| v(tag)).collect();
        let tag = format!("v{}", self.released.unwrap_or_default());
        let style = Style::detect(&taken, std::slice::from_ref(&current));
        let facts = Facts {
            current: &current,
            released: released.as_ref().map(|version| Released { version, tag: &tag }),
            taken: &taken,
            withdrawn: &[],
            style,
        };
        next(&facts, &target(words), downgrade)
    }

    /// Version and notes as one text, `version | note | note`; `=` when nothing is to be done; of a
    /// refusal everything a person reads, in lines.
    fn says(&self, words: &str) -> String {
        told(self.run(words, Downgrade::Refuse))
    }
}

fn told(outcome: Result<Outcome, Refusal>) -> String {
    match outcome {
        Ok(Outcome::Bump { to, notes }) => {
            std::iter::once(to.text().to_owned()).chain(notes).collect::<Vec<_>>().join(" | ")
        }
        Ok(Outcome::AlreadyThere) => "=".to_owned(),
        Err(refusal) => {
            let next = refusal.next.iter().map(|(next, what_for)| match next {
                Next::Ours(command) | Next::Typed(command) | Next::Shell(command) => {
                    format!("> {command}: {what_for}")
                }
            });
            std::iter::once(format!("{:?}: {}", refusal.exit, refusal.what))
                .chain(refusal.why.clone())
                .chain(next)
                .collect::<Vec<_>>()
                .join("\n")
        }
    }
}

#[test]
fn the_table_of_levels() {
    for (files, words, expected) in [
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "alpha", "1.2.4-alpha.1 | for the next minor: bump minor --pre alpha"),
        ("1.2.3", "beta", "1.2.4-beta.1 | for the next minor: bump minor --pre beta"),
        ("1.2.3", "rc", "1.2.4-rc.1 | for the next minor: bump minor --pre rc"),
        ("1.2.3", "minor --pre rc", "1.3.0-rc.1"),
        ("1.2.3", "patch --pre alpha", "1.2.4-alpha.1"),
        ("1.2.3", "major --pre dev", "2.0.0-dev.1"),
        ("1.3.0-alpha.3", "alpha", "1.3.0-alpha.4"),
        ("1.3.0-alpha.3", "beta", "1.3.0-beta.1"),
        ("1.3.0-alpha.3", "rc", "1.3.0-rc.1"),
        ("1.3.0-rc.1", "minor --pre rc", "1.3.0-rc.2"),
        ("1.3.0-rc.2", "final", "1.3.0 | finalises 1.3.0-rc.2"),
        ("1.3.0-rc.2", "patch", "1.3.0 | finalises 1.3.0-rc.2"),
        ("1.3.0-rc.2", "minor", "1.3.0 | finalises 1.3.0-rc.2"),
        ("1.3.0-rc.2", "patch --next", "1.3.1"),
        ("1.3.0-rc.2", "minor --next", "1.4.0"),
        ("1.3.0-rc.2", "minor --pre alpha --next", "1.4.0-alpha.1"),
        ("1.3.0-rc.2", "major", "2.0.0"),
        ("2.0.0-rc.1", "major", "2.0.0 | finalises 2.0.0-rc.1"),
        ("2.0.0-rc.1", "minor", "2.0.0 | finalises 2.0.0-rc.1"),
        ("1.2.4-rc.1", "minor", "1.3.0"),
        ("1.2.4-rc.1", "minor --pre rc", "1.3.0-rc.1"),
        ("1.3.0.dev0", "minor", "1.3.0 | finalises 1.3.0.dev0"),
        ("1.3.0.dev0", "patch", "1.3.0 | finalises 1.3.0.dev0"),
        ("1.3.0.dev0", "final", "1.3.0 | finalises 1.3.0.dev0"),
        ("1.3.0.dev0", "alpha", "1.3.0a1"),
        ("1.3.0.dev0", "prerelease", "1.3.0.dev1"),
        ("1.2", "minor", "1.3"),
        ("1.2", "patch", "1.2.1"),
        ("0.2.0", "minor", "0.3.0"),
        ("0.2.0", "major", "1.0.0"),
        ("0.0.0", "patch", "0.0.1"),
        ("0.0.0-dev.1", "minor", "0.1.0"),
        ("0.0.0-dev.1", "final", "0.0.0 | finalises 0.0.0-dev.1"),
        ("1.3.0-rc.1", "prerelease", "1.3.0-rc.2"),
        ("1.3.0-beta.1", "prerelease", "1.3.0-beta.2"),
        ("1.2.3", "prerelease --prerelease alpha", ALPHA),
        ("1.2.3", "prerelease --pre dev", "1.2.4-dev.1 | for the next minor: bump minor --pre dev"),
        ("1.3.0-alpha.1", "prerelease --pre beta", "1.3.0-beta.1"),
        ("1.2.3", "minor --prerelease alpha", "1.3.0-alpha.1"),
        ("1.2.3", "alpha --pre alpha", ALPHA),
        // Without a counter, without a phase, with build metadata.
        ("1.3.0-rc", "rc", "1.3.0-rc.1"),
        ("1.3.0-preview.1", "rc", "1.3.0-rc.2"),
        ("1.3.0-SNAPSHOT", "minor", "1.3.0 | finalises 1.3.0-SNAPSHOT"),
        ("1.3.0-SNAPSHOT", "rc", "1.3.0-rc.1"),
        ("1.3.0-alpha.1.2", "beta", "1.3.0-beta.1"),
        ("1.2.3+build.5", "patch", "1.2.4"),
        ("1.3.0-dev.3", "rc", "1.3.0-rc.1"),
    ] {
        assert_eq!(Repository::at(files).says(words), expected, "{files}: bump {words}");
    }
}

const ALPHA: &str = "1.2.4-alpha.1 | for the next minor: bump minor --pre alpha";

#[test]
fn levels_act_on_the_parts_a_pep_440_version_has() {
    for (files, words, expected) in [
        ("26.4", "minor", "26.5"),
        ("26.4", "patch", "26.4.1"),
        ("26.4", "major", "27.0"),
        ("26.4", "minor --pre rc", "26.5rc1"),
        ("26.5rc1", "rc", "26.5rc2"),
        ("26.5rc1", "minor", "26.5 | finalises 26.5rc1"),
        ("26.5rc1", "patch", "26.5 | finalises 26.5rc1"),
        ("5", "major", "6"),
        ("5", "minor", "5.1"),
        ("5", "patch", "5.0.1"),
        ("1.2.3.4", "patch", "1.2.4.0"),
        ("1.2.3.4", "minor", "1.3.0.0"),
        ("1.2.3.4rc1", "final", "1.2.3.4 | finalises 1.2.3.4rc1"),
        ("1.2.3.4rc1", "patch", "1.2.4.0"),
        ("1.2.3.post1", "patch", "1.2.4"),
        ("1.2.3.post1", "minor", "1.3.0"),
        ("1.2.3.post1", "rc", "1.2.4rc1 | for the next minor: bump minor --pre rc"),
        ("1!2.0", "minor", "1!2.1"),
        ("1!2.0.0rc1", "rc", "1!2.0.0rc2"),
        ("1.2.3rc1", "rc", "1.2.3rc2"),
        ("1.2.3rc1+local", "rc", "1.2.3rc2"),
        ("1.3.0rc9", "rc", "1.3.0rc10"),
        ("1.3.0rc1.dev2", "rc", "1.3.0rc1"),
        ("1.3.0rc1.dev2", "final", "1.3.0 | finalises 1.3.0rc1.dev2"),
        ("1.3.0.dev3", "beta", "1.3.0b1"),
    ] {
        assert_eq!(Repository::at(files).says(words), expected, "{files}: bump {words}");
    }
}

#[test]
fn patches_of_a_two_part_line_have_three_parts_and_the_next_release_two_again() {
    let line = Repository { files: "26.4.1", released: Some("26.4.1"), tags: &["26.4", "26.3"] };
    assert_eq!(line.says("minor"), "26.5");
    assert_eq!(line.says("minor --pre rc"), "26.5rc1");
    assert_eq!(line.says("major"), "27.0");
    assert_eq!(line.says("patch"), "26.4.2");
    let four = Repository { files: "26.4.0.1", released: Some("26.4.0.1"), tags: &["26.4"] };
    assert_eq!(four.says("patch"), "26.4.1.0");
}

#[test]
fn a_core_stays_undotted_and_the_next_one_is_dotted() {
    for (files, words, expected) in [
        ("1.3.0-rc1", "rc", "1.3.0-rc2"),
        ("1.3.0-alpha9", "beta", "1.3.0-beta1"),
        ("1.3.0-rc1", "final", "1.3.0 | finalises 1.3.0-rc1"),
        ("1.3.0-rc1", "minor --pre rc --next", "1.4.0-rc.1"),
        ("1.3.0-rc1", "1.3.0-rc.2", "1.3.0-rc2 | 1.3.0-rc.2 is spelled 1.3.0-rc2 here"),
        ("1.3.0-rc1", "1.4.0-rc1", "1.4.0-rc.1 | 1.4.0-rc1 is spelled 1.4.0-rc.1 here"),
        ("1.3.0-rc9", "1.3.0-rc90", "1.3.0-rc90"),
    ] {
        assert_eq!(Repository::at(files).says(words), expected, "{files}: bump {words}");
    }
    // The file says it in PEP 440, the tag without the dot.
    let mixed = Repository { files: "1.3.0rc1", released: Some("1.3.0-rc1"), tags: &[] };
    assert_eq!(mixed.says("rc"), "1.3.0-rc2");
}

#[test]
fn an_unreleased_version_that_satisfies_the_level_stops_it() {
    let stopped = |kind: &str, files: &str, released: &str, next: &str| {
        format!(
            "Unsafe: {files} is in the files and not released yet (newest release: v{released}).\n\
             It is {kind} already.\n> bump {next}"
        )
    };
    for (files, released, words, kind, next) in [
        ("1.3.0", "1.2.0", "minor", "a minor", "minor --next: 1.4.0 all the same"),
        ("1.3.0", "1.2.0", "patch", "a minor", "patch --next: 1.3.1 all the same"),
        ("1.3.1", "1.2.5", "minor", "a minor", "minor --next: 1.4.0 all the same"),
        ("2.0.0", "1.2.0", "minor", "a major", "minor --next: 2.1.0 all the same"),
        ("1.3.0", "1.3.0-rc.1", "minor", "a minor", "minor --next: 1.4.0 all the same"),
        ("1.2.4-alpha.1", "1.2.3", "alpha", "an alpha", ALPHA_NEXT),
        ("1.3.0-beta.1", "1.2.3", "prerelease", "a beta", BETA_NEXT),
        ("1.3.0-rc.1", "1.2.3", "minor --pre rc", "an rc", RC_NEXT),
        ("26.5", "26.4", "minor", "a minor", "minor --next: 26.6 all the same"),
    ] {
        let repository = Repository { files, released: Some(released), tags: &[] };
        assert_eq!(repository.says(words), stopped(kind, files, released, next), "{files} {words}");
    }
}

const ALPHA_NEXT: &str = "alpha --next: 1.2.4-alpha.2 all the same";
const BETA_NEXT: &str = "prerelease --next: 1.3.0-beta.2 all the same";
const RC_NEXT: &str = "minor --pre rc --next: 1.4.0-rc.1 all the same";

#[test]
fn an_unreleased_version_stops_nothing_else() {
    for (files, released, words, expected) in [
        ("1.3.0", "1.2.0", "minor --next", "1.4.0 | 1.3.0 in the files was never released"),
        ("1.3.0", "1.2.0", "major", "2.0.0 | 1.3.0 in the files was never released"),
        ("1.3.0", "1.2.0", "minor --pre rc", "1.4.0-rc.1 | 1.3.0 in the files was never released"),
        ("1.2.1", "1.2.0", "minor", "1.3.0 | 1.2.1 in the files was never released"),
        ("1.3.0-rc.1", "1.2.0", "minor", "1.3.0 | finalises 1.3.0-rc.1"),
        ("1.3.0-rc.1", "1.2.0", "final", "1.3.0 | finalises 1.3.0-rc.1"),
        ("1.3.0-alpha.1", "1.2.0", "beta", "1.3.0-beta.1"),
        ("1.3.0-rc.1", "1.2.0", "major --pre rc", "2.0.0-rc.1"),
        ("1.3.0-rc.1", "1.3.0-rc.1", "rc", "1.3.0-rc.2"),
        ("1.2.0", "1.2.0", "minor", "1.3.0"),
        ("1.3.0", "1.2.0", "1.4.0", "1.4.0"),
    ] {
        let repository = Repository { files, released: Some(released), tags: &[] };
        assert_eq!(repository.says(words), expected, "{files} after {released}: bump {words}");
    }
}

#[test]
fn a_taken_version_is_passed_over() {
    for (files, tags, words, expected) in [
        ("1.2.3", &["1.2.4"][..], "patch", "1.2.5 | 1.2.4 is taken by a tag: 1.2.5"),
        (
            "1.2.3",
            &["1.2.5", "1.2.4", "1.2.6"],
            "patch",
            "1.2.7 | 1.2.4 to 1.2.6 are taken by tags: 1.2.7",
        ),
        ("1.2.3", &["1.3.0"], "minor", "1.3.1 | 1.3.0 is taken by a tag: 1.3.1"),
        (
            "1.3.0-rc.1",
            &["1.3.0-rc.2"],
            "rc",
            "1.3.0-rc.3 | 1.3.0-rc.2 is taken by a tag: 1.3.0-rc.3",
        ),
        (
            "1.3.0-rc.1",
            &["1.3.0rc2", "1.3.0-rc.1"],
            "rc",
            "1.3.0rc3 | 1.3.0rc2 is taken by a tag: 1.3.0rc3",
        ),
        // A pre-release of a version that is out comes too late; so does its final.
        ("1.3.0-rc.1", &["1.3.0"], "rc", "1.3.1-rc.1 | 1.3.0 is taken by a tag: 1.3.1-rc.1"),
        ("1.3.0-rc.1", &["1.3.0"], "final", "1.3.1 | 1.3.0 is taken by a tag: 1.3.1"),
        ("26.4", &["26.5"], "minor", "26.5.1 | 26.5 is taken by a tag: 26.5.1"),
    ] {
        let repository = Repository { files, released: None, tags };
        assert_eq!(repository.says(words), expected, "{files}, {tags:?}: bump {words}");
    }
}

#[test]
fn exact_versions() {
    for (files, released, words, expected) in [
        ("1.2.0", None, "1.4.0", "1.4.0"),
        ("1.2.0", None, "1.2.0", "="),
        ("1.2.0rc1", None, "1.2.0-rc.1", "="),
        ("1.2.0", Some("1.2.0"), "1.2.0", "="),
        ("1.2.0", None, "1.3.0rc1", "1.3.0-rc.1 | 1.3.0rc1 is spelled 1.3.0-rc.1 here"),
        ("1.2.0rc1", None, "1.2.0-rc.2", "1.2.0rc2 | 1.2.0-rc.2 is spelled 1.2.0rc2 here"),
        ("1.2.0", None, "1.3.0-SNAPSHOT", "1.3.0-SNAPSHOT"),
        ("1.2.0", None, "1.3.0+build.5", "1.3.0+build.5"),
        ("1.2.0", Some("1.2.0"), "3.0.0", "3.0.0"),
    ] {
        let repository = Repository { files, released, tags: &[] };
        assert_eq!(repository.says(words), expected, "{files}: bump {words}");
    }
    let back = |files, released, words| {
        told(Repository { files, released, tags: &[] }.run(words, Downgrade::Allow))
    };
    assert_eq!(back("1.3.0", None, "1.2.9"), "1.2.9 | goes back from 1.3.0");
    assert_eq!(back("1.3.0", Some("1.2.0"), "1.2.0"), "1.2.0 | goes back from 1.3.0");
    let mended = "1.2.0 | does not go beyond the newest release v1.2.0";
    assert_eq!(back("1.0.0", Some("1.2.0"), "1.2.0"), mended);
    assert_eq!(
        back("1.3.0-dev.3", None, "1.3.0-alpha.1"),
        "1.3.0-alpha.1 | goes back from 1.3.0-dev.3"
    );
    let taken = Repository { files: "1.3.0", released: Some("1.2.0"), tags: &["1.1.0"] };
    assert!(taken.run("1.1.0", Downgrade::Allow).is_err());
}
