//! `hotfix`: which version fixes a release.

use crate::error::Refusal;
use crate::version::{
    Downgrade, Facts, Level, Move, Outcome, Released, Style, Target, Version, Withdrawn,
    next as following,
};

/// The release that is fixed, and what is known of the others.
#[derive(Debug, Clone, Copy)]
pub struct Fixed<'a> {
    pub tag: &'a str,
    pub version: &'a Version,
    /// Every version that has a tag, and every one that was withdrawn.
    pub taken: &'a [Version],
    pub withdrawn: &'a [Withdrawn],
    pub style: Style,
    /// What a command for it needs besides: ` -p NAME`.
    pub option: &'a str,
}

impl Fixed<'_> {
    /// The version of the next hotfix, and short sentences on why it is this one.
    ///
    /// # Errors
    /// There is no number after it.
    pub fn next(&self) -> Result<(Version, Vec<String>), Refusal> {
        let target = Target::Level(Move::plain(Level::Patch));
        match following(&self.facts(), &target, Downgrade::Refuse)? {
            Outcome::Bump { to, notes } => Ok((to, notes)),
            Outcome::AlreadyThere => Ok((self.version.clone(), Vec::new())),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            current: self.version,
            released: Some(Released { version: self.version, tag: self.tag }),
            taken: self.taken,
            withdrawn: self.withdrawn,
            style: self.style,
        }
    }

    /// The version that was asked for, as it is spelled here.
    ///
    /// # Errors
    /// It is not the next one: it exists, was withdrawn, skips one, or is no hotfix of this release.
    pub fn exactly(&self, wanted: &Version) -> Result<Version, Refusal> {
        let (next, _) = self.next()?;
        if next.same(wanted) {
            return Ok(next);
        }
        let (tag, fixed) = (self.tag, self.version);
        let right = |refusal: Refusal| {
            refusal.next(format!("hotfix {next}{}", self.option), "is the next one")
        };
        if wanted.is_prerelease() {
            let refusal =
                Refusal::usage(format!("{wanted} is a pre-release, and no hotfix is one"));
            return Err(right(refusal));
        }
        if let Some(how) = self.facts().withdrawn(wanted) {
            let refusal = Refusal::unsafe_to(format!("{wanted} {how}"));
            let why = "Somebody may have it; the number is not used again.";
            return Err(right(refusal.why(why)));
        }
        if self.taken.iter().any(|other| other.same(wanted)) {
            return Err(right(Refusal::unsafe_to(format!("{wanted} is released already"))));
        }
        if next.precedes(wanted) && is_same_line(&next, wanted) {
            let refusal = Refusal::usage(format!("{wanted} skips {next}"));
            return Err(right(refusal.why(format!("The release that it would fix is {tag}."))));
        }
        let refusal = Refusal::usage(format!("{wanted} is no hotfix of {fixed}"))
            .why("A hotfix counts the last number up; what is new comes with a release.");
        let refusal = right(refusal);
        Err(match fixed.precedes(wanted) {
            true => refusal.next(format!("release {wanted}"), "if it is one"),
            false => refusal,
        })
    }
}

/// Whether two versions differ in the last number alone: `1.2.1` and `1.2.5`.
fn is_same_line(one: &Version, other: &Version) -> bool {
    let line = |version: &Version| {
        let numbers = version.numbers();
        numbers[..numbers.len().saturating_sub(1)].to_vec()
    };
    one.numbers().len() == other.numbers().len() && line(one) == line(other)
}

/// The release that a version would fix: of those before it the highest one. What was withdrawn is
/// nobody's base.
pub fn below<'r, T>(
    releases: impl IntoIterator<Item = &'r T>,
    version: impl Fn(&T) -> &Version,
    wanted: &Version,
) -> Option<&'r T> {
    let before = releases.into_iter().filter(|one| version(one).precedes(wanted));
    before.reduce(|best, other| if version(best).precedes(version(other)) { other } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::How;

    fn versions(texts: &str) -> Vec<Version> {
        texts.split_whitespace().map(|text| Version::parse(text).unwrap()).collect()
    }

    /// What `hotfix WANTED` comes to, where these versions are tagged and those were withdrawn.
    fn asked(tagged: &str, withdrawn: &str, wanted: &str) -> String {
        let (tagged, gone) = (versions(tagged), versions(withdrawn));
        let taken = [tagged.clone(), gone.clone()].concat();
        let wanted = versions(wanted).pop();
        let full = tagged.iter().filter(|one| !one.is_prerelease());
        let full = full.filter(|one| !gone.iter().any(|gone| gone.same(one)));
        let all: Vec<&Version> = full.collect();
        let top = versions("99999").pop().unwrap();
        let fixed = below(all, |one| one, wanted.as_ref().unwrap_or(&top));
        let Some(version) = fixed else { return "no release".to_owned() };
        let style = Style::detect(&tagged, &tagged);
        let tag = format!("v{version}");
        let (how, option) = (How::RolledBack, "");
        let gone: Vec<_> = gone.into_iter().map(|version| Withdrawn { version, how }).collect();
        let fixed = Fixed { tag: &tag, version, taken: &taken, withdrawn: &gone, style, option };
        let found = match &wanted {
            Some(wanted) => fixed.exactly(wanted).map(|version| (version, Vec::new())),
            None => fixed.next(),
        };
        match found {
            Ok((to, notes)) => [vec![format!("{to} of {version}")], notes].concat().join("; "),
            Err(refusal) => {
                let next: Vec<String> = refusal
                    .next
                    .iter()
                    .map(|(next, _)| match next {
                        crate::error::Next::Ours(command) => command.clone(),
                        other => format!("{other:?}"),
                    })
                    .collect();
                format!("{}: {}", refusal.what, next.join(", "))
            }
        }
    }

    #[test]
    fn a_hotfix_is_the_next_patch_of_the_release_below() {
        for (tagged, withdrawn, wanted, expected) in [
            ("1.1.0 1.2.0", "", "1.2.1", "1.2.1 of 1.2.0"),
            ("1.1.0 1.2.0", "", "", "1.2.1 of 1.2.0"),
            ("1.2.0 1.2.1", "", "1.2.2", "1.2.2 of 1.2.1"),
            // An older line.
            ("1.2.0 1.3.0 2.0.0", "", "1.2.1", "1.2.1 of 1.2.0"),
            ("1.2.0 1.3.0-rc.1", "", "1.2.1", "1.2.1 of 1.2.0"),
            ("1.2.0 1.2.1rc1", "", "1.2.1", "1.2.1 of 1.2.0"),
            ("26.3 26.4", "", "26.4.1", "26.4.1 of 26.4"),
            // What exists, was withdrawn, skips, or is no hotfix.
            ("1.2.0 1.2.1", "", "1.2.1", "1.2.1 is released already: hotfix 1.2.2"),
            ("1.2.0", "1.2.1", "1.2.1", "1.2.1 was rolled back: hotfix 1.2.2"),
            ("1.2.0", "1.2.1", "", "1.2.2 of 1.2.0; 1.2.1 was rolled back: 1.2.2"),
            ("1.2.0 1.2.1", "1.2.1", "1.2.2", "1.2.2 of 1.2.0"),
            ("1.2.0", "", "1.2.5", "1.2.5 skips 1.2.1: hotfix 1.2.1"),
            ("1.2.0", "", "1.3.0", "1.3.0 is no hotfix of 1.2.0: hotfix 1.2.1, release 1.3.0"),
            ("1.2.0", "", "1.3.1", "1.3.1 is no hotfix of 1.2.0: hotfix 1.2.1, release 1.3.1"),
            (
                "1.2.0",
                "",
                "1.2.1-rc.1",
                "1.2.1-rc.1 is a pre-release, and no hotfix is one: hotfix 1.2.1",
            ),
            ("1.2.0", "", "1.0.1", "no release"),
            ("1.3.0-rc.1", "", "1.3.0", "no release"),
        ] {
            assert_eq!(asked(tagged, withdrawn, wanted), expected, "{tagged}: {wanted}");
        }
    }
}
