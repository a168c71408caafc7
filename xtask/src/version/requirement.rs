//! Cargo's requirements of workspace members on each other.

use semver::{Comparator, Op, Prerelease, VersionReq};

use super::{Style, Version};
use crate::error::Refusal;

/// What a requirement becomes when the member it names goes from `old` to `new`; `None` when it
/// stays as it is.
///
/// The operator (`^`, `~`, `=`, none) and the precision are kept: `1.2` becomes `1.3`. It changes
/// when it names the old version as far as it goes, or does not admit the new one. A pre-release
/// is written out, because Cargo admits one only where its own core is named with a pre-release.
///
/// # Errors
/// No requirement; a range, wildcard or list that does not admit the new version; a new version
/// without SemVer form.
pub fn follow(requirement: &str, old: &Version, new: &Version) -> Result<Option<String>, Refusal> {
    let parsed = VersionReq::parse(requirement).map_err(|error| {
        Refusal::usage(format!("{requirement:?} is not a requirement Cargo knows."))
            .why(format!("{error}."))
    })?;
    let new = semver_of(new)?;
    let admits = parsed.matches(&new);
    let Some(comparator) = rewritable(&parsed) else {
        return if admits { Ok(None) } else { Err(by_hand(requirement, &new)) };
    };
    let names_old = semver_of(old).is_ok_and(|old| names(comparator, &old));
    if admits && !names_old {
        return Ok(None);
    }
    let followed = splice(requirement, &at_precision(comparator, &new));
    Ok((followed != requirement).then_some(followed))
}

fn semver_of(version: &Version) -> Result<semver::Version, Refusal> {
    let spelled = version.spelled(&Style::SEMVER)?;
    spelled.semver.ok_or_else(|| Refusal::usage(format!("{version} has no SemVer form.")))
}

/// The one comparator of a requirement that is a version behind `^`, `~`, `=` or nothing.
fn rewritable(requirement: &VersionReq) -> Option<&Comparator> {
    match requirement.comparators.as_slice() {
        [only] if matches!(only.op, Op::Caret | Op::Tilde | Op::Exact) => Some(only),
        _ => None,
    }
}

/// Whether the comparator names this version as far as it goes.
fn names(comparator: &Comparator, version: &semver::Version) -> bool {
    let same_pre = comparator.patch.is_none() || comparator.pre == version.pre;
    comparator.major == version.major
        && comparator.minor.is_none_or(|minor| minor == version.minor)
        && comparator.patch.is_none_or(|patch| patch == version.patch)
        && same_pre
}

fn at_precision(comparator: &Comparator, version: &semver::Version) -> String {
    let semver::Version { major, minor, patch, pre, .. } = version;
    match (comparator.minor, comparator.patch) {
        _ if *pre != Prerelease::EMPTY => format!("{major}.{minor}.{patch}-{pre}"),
        (None, _) => major.to_string(),
        (Some(_), None) => format!("{major}.{minor}"),
        (Some(_), Some(_)) => format!("{major}.{minor}.{patch}"),
    }
}

/// Puts the version in the place of the old one; operator and blanks stay.
fn splice(requirement: &str, version: &str) -> String {
    let is_version = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let start = requirement.find(is_version).unwrap_or(requirement.len());
    let (before, rest) = requirement.split_at(start);
    let end = rest.find(|c| !is_version(c)).unwrap_or(rest.len());
    format!("{before}{version}{}", &rest[end..])
}

fn by_hand(requirement: &str, new: &semver::Version) -> Refusal {
    Refusal::usage(format!("The requirement {requirement:?} does not admit {new}."))
        .why("Only a version behind ^, ~, = or nothing is rewritten; change this one by hand.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(requirement: &str, old: &str, new: &str) -> Option<String> {
        let version = |text| Version::parse(text).unwrap();
        follow(requirement, &version(old), &version(new)).unwrap()
    }

    #[test]
    fn operator_precision_and_blanks_are_kept() {
        for (requirement, old, new, expected) in [
            ("1.2", "1.2.0", "1.3.0", Some("1.3")),
            ("1.2.0", "1.2.0", "1.3.0", Some("1.3.0")),
            ("=1.2.0", "1.2.0", "1.3.0", Some("=1.3.0")),
            ("=1.2", "1.2.0", "1.3.0", Some("=1.3")),
            ("^1", "1.2.0", "1.3.0", None),
            ("^1", "1.2.0", "2.0.0", Some("^2")),
            ("~1.2.0", "1.2.0", "1.3.0", Some("~1.3.0")),
            ("~1.2", "1.2.0", "1.2.1", None),
            ("1.2", "1.2.0", "1.2.1", None),
            ("0.1", "0.1.0", "0.2.0", Some("0.2")),
            (" = 1.2.0 ", "1.2.0", "1.3.0", Some(" = 1.3.0 ")),
            // Another version is named: only when it does not admit the new one.
            ("1.1", "1.2.0", "1.3.0", None),
            ("1.1", "1.2.0", "2.0.0", Some("2.0")),
            ("=1.1.0", "1.2.0", "1.3.0", Some("=1.3.0")),
            // Pre-releases are written out.
            ("1.2", "1.2.0", "1.3.0-rc.1", Some("1.3.0-rc.1")),
            ("^1", "1.2.0", "1.3.0-rc.1", Some("^1.3.0-rc.1")),
            ("=1.2.0", "1.2.0", "1.3.0rc1", Some("=1.3.0-rc.1")),
            ("1.3.0-rc.1", "1.3.0-rc.1", "1.3.0-rc.2", Some("1.3.0-rc.2")),
            ("=1.3.0-rc.1", "1.3.0rc1", "1.3.0", Some("=1.3.0")),
            ("^1.3.0-rc.1", "1.3.0-rc.1", "1.3.0", Some("^1.3.0")),
            ("1.2.0", "1.2.0", "1.3.0+build.5", Some("1.3.0")),
            // Ranges that admit it.
            ("*", "1.2.0", "1.3.0", None),
            ("1.*", "1.2.0", "1.3.0", None),
            (">=1.2", "1.2.0", "2.0.0", None),
            (">=1, <2", "1.2.0", "1.3.0", None),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(followed(requirement, old, new), expected, "{requirement:?} {old} -> {new}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_named() {
        let version = |text| Version::parse(text).unwrap();
        let refused = |requirement, new| {
            follow(requirement, &version("1.2.0"), &version(new)).unwrap_err().what.clone()
        };
        let admits_not = |requirement: &str, new: &str| {
            format!("The requirement {requirement:?} does not admit {new}.")
        };
        for (requirement, new) in
            [(">=1, <2", "2.0.0"), ("1.*", "2.0.0"), ("*", "1.3.0-rc.1"), ("<1.3", "1.3.0")]
        {
            assert_eq!(refused(requirement, new), admits_not(requirement, new));
        }
        for text in ["", "one", "1.2.0.4", "18446744073709551616"] {
            let what = format!("{text:?} is not a requirement Cargo knows.");
            assert_eq!(refused(text, "1.3.0"), what);
        }
        assert_eq!(refused("1.2", "1.3.0.post1"), "1.3.0.post1 has no SemVer form.");
    }
}
