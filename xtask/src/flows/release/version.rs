//! Which version a level means in a release: counted from the last release, not from the files. What
//! the files hold and nobody has released yet counts as done.

use crate::error::Refusal;
use crate::version::{
    Downgrade, Facts, Level, Move, Outcome, Phase, Step, Target, Version, next as following,
};

/// The version that a level leads to, and short sentences on why; in `facts` the files hold
/// `current`.
///
/// # Errors
/// Those of [`following`]; the version would go back from one in the files that is not released.
pub fn counted(facts: &Facts<'_>, step: Move) -> Result<(Version, Vec<String>), Refusal> {
    let files = facts.current;
    let unreleased = !is_taken(facts, files);
    let raises = matches!(step.level, Level::Major | Level::Minor | Level::Patch);
    let nearest = step.step == Step::Nearest;
    if unreleased && nearest && !raises && is_in(files, step) {
        return Ok((files.clone(), Vec::new()));
    }
    let from = match facts.released {
        Some(released) if raises && nearest => released.version,
        // Which pre-release, and of what, the files say.
        _ => files,
    };
    let asked = Facts { current: from, ..*facts };
    let (to, notes) = match following(&asked, &Target::Level(step), Downgrade::Refuse)? {
        Outcome::Bump { to, notes } => (to, notes),
        Outcome::AlreadyThere => (files.clone(), Vec::new()),
    };
    if !(unreleased && to.precedes(files)) {
        let notes = notes.into_iter().map(|note| note.replace("bump ", "release "));
        return Ok((to, notes.collect()));
    }
    match to.phase() {
        // The same pre-release with a higher number.
        Some(phase) if to.numbers() == files.numbers() && files.phase() == Some(phase) => {
            Ok((files.clone(), Vec::new()))
        }
        _ => Err(goes_back(facts, step, &to)),
    }
}

/// Whether a version has a tag, or had one.
pub fn is_taken(facts: &Facts<'_>, version: &Version) -> bool {
    facts.taken.iter().any(|taken| taken.same(version))
}

/// Whether a version is a pre-release of the phase that is asked for.
fn is_in(version: &Version, step: Move) -> bool {
    let wanted = match step.level {
        Level::Prerelease => step.pre.or(version.phase()),
        _ => step.phase(),
    };
    wanted.is_some() && wanted == version.phase()
}

fn goes_back(facts: &Facts<'_>, step: Move, to: &Version) -> Refusal {
    let files = facts.current;
    let refusal = Refusal::unsafe_to(format!("{to} would go back from {files} in the files"));
    let refusal = match facts.released {
        Some(released) => refusal.why(format!(
            "{} counts from the newest release, {}; {files} is not released yet.",
            step.level.word(),
            released.tag
        )),
        None => refusal,
    };
    let done = match files.phase() {
        Some(Phase::Dev) => "release final".to_owned(),
        _ => format!("release {files}"),
    };
    refusal.next(done, "releases what the files are at").next(
        format!("bump {to} --allow-downgrade"),
        format!("and then release {to}, if that is meant"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::{Released, Style};

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap_or_else(|_| panic!("{text}"))
    }

    /// What `release WORDS` makes of these files and tags; the first tag is the newest release.
    fn made(files: &str, tags: &[&str], words: &str) -> String {
        let (files, taken) = (version(files), tags.iter().map(|tag| version(tag)));
        let taken: Vec<Version> = taken.collect();
        let released = taken.first().map(|version| Released { version, tag: version.text() });
        let style = Style::detect(&taken, std::slice::from_ref(&files));
        let facts = Facts { current: &files, released, taken: &taken, withdrawn: &[], style };
        let mut words: Vec<&str> = words.split(' ').collect();
        let step = match words.last() {
            Some(&"--next") => words.pop().map_or(Step::Nearest, |_| Step::Next),
            _ => Step::Nearest,
        };
        let target = Target::parse(words[0], words.get(1).copied(), step);
        let Ok(Target::Level(step)) = target else { panic!("{words:?}") };
        match counted(&facts, step) {
            Ok((to, notes)) if notes.is_empty() => to.text().to_owned(),
            Ok((to, notes)) => format!("{to}: {}", notes.join("; ")),
            Err(refusal) => format!("refused: {}", refusal.what),
        }
    }

    #[test]
    fn a_level_counts_from_the_last_release() {
        for (files, tags, words, expected) in [
            ("1.2.0", &["1.2.0"][..], "patch", "1.2.1"),
            ("1.2.0", &["1.2.0"], "minor", "1.3.0"),
            ("1.2.0", &["1.2.0"], "major", "2.0.0"),
            ("1.2.0", &["1.2.0"], "minor rc", "1.3.0-rc.1"),
            ("1.2.0", &["1.2.0"], "rc", "1.2.1-rc.1: for the next minor: release minor --pre rc"),
            // The files are there already.
            ("1.3.0", &["1.2.0"], "minor", "1.3.0"),
            ("1.2.1", &["1.2.0"], "minor", "1.3.0"),
            ("2.0.0", &["1.2.0"], "major", "2.0.0"),
            ("1.3.0", &["1.2.0"], "major", "2.0.0"),
            ("1.3.0", &["1.2.0"], "minor --next", "1.4.0: 1.3.0 in the files was never released"),
            ("1.3.0", &["1.2.0"], "patch", "refused: 1.2.1 would go back from 1.3.0 in the files"),
            // Pre-releases, in the files and released.
            ("1.3.0-rc.1", &["1.3.0-rc.1", "1.2.0"], "minor", "1.3.0: finalises 1.3.0-rc.1"),
            ("1.3.0-rc.1", &["1.3.0-rc.1", "1.2.0"], "final", "1.3.0: finalises 1.3.0-rc.1"),
            ("1.3.0-rc.1", &["1.3.0-rc.1", "1.2.0"], "rc", "1.3.0-rc.2"),
            ("1.3.0-rc.1", &["1.3.0-rc.1", "1.2.0"], "minor rc", "1.3.0-rc.2"),
            ("1.3.0-rc.1", &["1.2.0"], "rc", "1.3.0-rc.1"),
            ("1.3.0-rc.1", &["1.2.0"], "prerelease", "1.3.0-rc.1"),
            ("1.3.0-rc.1", &["1.2.0"], "minor rc", "1.3.0-rc.1"),
            ("1.3.0-rc.2", &["1.2.0"], "minor rc", "1.3.0-rc.2"),
            ("1.3.0-rc.2", &["1.2.0"], "minor", "1.3.0"),
            ("1.3.0-rc.2", &["1.2.0"], "final", "1.3.0: finalises 1.3.0-rc.2"),
            ("1.3.0-alpha.1", &["1.2.0"], "beta", "1.3.0-beta.1"),
            ("1.3.0-alpha.1", &["1.2.0"], "minor rc", "1.3.0-rc.1"),
            (
                "1.3.0-rc.1",
                &["1.2.0"],
                "alpha",
                "refused: From 1.3.0-rc.1 to alpha is a step backwards.",
            ),
            ("1.2.0", &["1.2.0"], "final", "refused: 1.2.0 is already final."),
            // What is being developed.
            ("1.3.0.dev0", &["1.2.0"], "minor", "1.3.0"),
            ("1.3.0.dev0", &["1.2.0"], "final", "1.3.0: finalises 1.3.0.dev0"),
            ("1.3.0.dev0", &["1.2.0"], "major", "2.0.0"),
            (
                "1.3.0.dev0",
                &["1.2.0"],
                "patch",
                "refused: 1.2.1 would go back from 1.3.0.dev0 in the files",
            ),
            // Taken versions are left out, also those of other branches.
            ("1.2.0", &["1.2.0", "1.3.0"], "minor", "1.3.1: 1.3.0 is taken by a tag: 1.3.1"),
            ("1.3.0", &["1.2.0", "1.3.0"], "minor", "1.3.1: 1.3.0 is taken by a tag: 1.3.1"),
            // Without a release the files count as released.
            ("1.2.0", &[], "minor", "1.3.0"),
            ("1.2.0", &[], "patch", "1.2.1"),
            // Repositories of PEP 440.
            ("26.4", &["26.4"], "minor", "26.5"),
            ("1.2.0rc1", &["1.2.0rc1", "1.1.0"], "rc", "1.2.0rc2"),
            ("1.2.0rc1", &["1.1.0", "1.0.0rc1"], "minor", "1.2.0"),
            ("1.2.0.dev0", &["1.1.0", "1.0.0rc1"], "final", "1.2.0: finalises 1.2.0.dev0"),
        ] {
            assert_eq!(made(files, tags, words), expected, "{files} {tags:?} {words}");
        }
    }

    #[test]
    fn who_goes_back_is_told_both_ways() {
        use crate::error::Next;
        let (files, released) = (version("1.3.0.dev0"), version("1.2.0"));
        let taken = [released.clone()];
        let newest = Some(Released { version: &released, tag: "v1.2.0" });
        let facts = Facts {
            current: &files,
            released: newest,
            taken: &taken,
            withdrawn: &[],
            style: Style::SEMVER,
        };
        let refusal = counted(&facts, Move::plain(Level::Patch)).unwrap_err();
        let ways: Vec<_> = refusal.next.iter().map(|(next, _)| next.clone()).collect();
        let expected = ["release final", "bump 1.2.1 --allow-downgrade"];
        assert_eq!(ways, expected.map(|way| Next::Ours(way.to_owned())));
    }
}
