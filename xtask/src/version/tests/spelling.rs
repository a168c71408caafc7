//! What is a version, which versions are the same, which comes first, and how each is spelled.

use super::{told, v};
use crate::version::{Outcome, Phase, Style, Version};

const UNDOTTED: Style = Style { dotted: false, ..Style::SEMVER };

/// The reason of a refusal, and what was meant.
fn why(text: &str) -> String {
    Version::parse(text).map_or_else(|refusal| refusal.why.join(" "), |_| "a version".to_owned())
}

#[test]
fn what_is_a_version() {
    for text in [
        "1.2.3",
        "0.0.0",
        "1.2.0-rc.1",
        "1.2.0-rc1",
        "1.2.0rc1",
        "1.2.0-1",
        "1.2.0.dev0",
        "1.2.0.post1",
        "1.2.0-dev.3",
        "1.2.0-SNAPSHOT",
        "1.2.0-alpha.1.2",
        "1.2.0+build.5",
        "1.2.0+001",
        "1.2.0+20240101120000000000000",
        "1.2",
        "26.4",
        "5",
        "1.2.3.4",
        "1!2.0",
        "1.2rc1",
        "1.2.0rc1.dev2",
        "1.2.0+local.1",
        "1.2+local.1",
        "18446744073709551615.0.0",
        "1.0.0-x-y-z.--",
    ] {
        assert_eq!(Version::parse(text).unwrap().text(), text);
    }
}

#[test]
fn what_is_no_version() {
    let neither = "It is neither SemVer (1.2.0, 1.2.0-rc.1) nor PEP 440 (1.2, 1.2.0rc1).";
    let normal = "It is not in PEP 440's normal form.";
    for (text, expected) in [
        ("", "It is empty."),
        (" ", "There are blanks around it."),
        (" 1.2.0", "There are blanks around it. Did you mean 1.2.0?"),
        ("1.2.0\n", "There are blanks around it. Did you mean 1.2.0?"),
        ("v1.2.0", "The v belongs to the tag, not to the version. Did you mean 1.2.0?"),
        ("1.2.0 rc1", "' ' has no place in a version."),
        ("1.2.３", "'３' has no place in a version."),
        ("١.٢.٣", "'١' has no place in a version."),
        ("1.2.0\u{1b}", "'\\u{1b}' has no place in a version."),
        ("01.2.0", "01 has a leading zero. Did you mean 1.2.0?"),
        ("2024.01.15", "01 has a leading zero. Did you mean 2024.1.15?"),
        ("1.2.0-01", "01 has a leading zero. Did you mean 1.2.0.post1?"),
        ("18446744073709551616.0.0", BEYOND),
        ("1.0.0-18446744073709551616", BEYOND),
        ("1.0rc18446744073709551616", BEYOND),
        ("1.2.0RC1", &format!("{normal} Did you mean 1.2.0rc1?")),
        ("1.2.0.rc1", &format!("{normal} Did you mean 1.2.0rc1?")),
        ("1.2-rc.1", &format!("{normal} Did you mean 1.2rc1?")),
        ("1.2.*", neither),
        ("latest", neither),
        ("1.2.", neither),
        ("-1", neither),
        ("1..2", neither),
        ("{version}", neither),
    ] {
        assert_eq!(why(text), expected, "{text:?}");
    }
}

const BEYOND: &str = "18446744073709551616 is beyond the largest number, 18446744073709551615.";

#[test]
fn two_spellings_of_one_version_are_the_same() {
    for (a, b, expected) in [
        ("1.2.0rc1", "1.2.0-rc.1", true),
        ("1.2.0-rc1", "1.2.0-rc.1", true),
        ("1.2.0a2", "1.2.0-alpha.2", true),
        ("1.2.0.dev3", "1.2.0-dev.3", true),
        ("1.2", "1.2.0", true),
        ("1.2.0+a.1", "1.2.0+a.1", true),
        ("1.2.0-SNAPSHOT", "1.2.0-SNAPSHOT", true),
        ("1.2.0-SNAPSHOT", "1.2.0-snapshot", false),
        ("1.2.0-SNAPSHOT", "1.2.0", false),
        ("1.2.0", "1.2.0+a", false),
        ("1.2.0+a", "1.2.0+b", false),
        ("1.2.0rc1", "1.2.0rc2", false),
        ("1!1.2.0", "1.2.0", false),
    ] {
        assert_eq!(v(a).same(&v(b)), expected, "{a} and {b}");
        assert_eq!(v(b).same(&v(a)), expected, "{b} and {a}");
    }
}

#[test]
fn what_precedes_does_so_in_every_order() {
    for (low, high) in [
        ("1.2.0", "1.2.1"),
        ("1.2.0-rc.9", "1.2.0-rc.10"),
        ("1.2.0rc9", "1.2.0rc10"),
        ("1.2.0rc1", "1.2.0-rc.2"),
        ("1.2.0-rc1", "1.2.0-rc2"),
        ("1.2.0-alpha.2", "1.2.0-beta.1"),
        ("1.2.0-rc.1", "1.2.0"),
        ("1.2.0.dev0", "1.2.0a1"),
        ("1.2.0", "1.2.0.post1"),
        ("26.4", "26.5"),
        ("2.0.0", "1!1.0.0"),
        ("1.2.0-SNAPSHOT", "1.2.0"),
        ("1.2.0-alpha.1.2", "1.2.0-beta.1"),
        // No common order: their SemVer forms.
        ("1.2.0-SNAPSHOT", "1.2.0rc1"),
        ("1.2+a", "1.2+b"),
    ] {
        assert!(v(low).precedes(&v(high)), "{low} < {high}");
        assert!(!v(high).precedes(&v(low)), "not {high} < {low}");
    }
    for (a, b) in [
        ("1.2.0-dev.3", "1.2.0-alpha.1"),
        ("1.2.0-1", "1.2.0"),
        ("1.2.0-post.1", "1.2.0"),
        ("1.2.0-rc9", "1.2.0-rc10"),
        ("1.2.0-rc1", "1.2.0-rc.1"),
        ("1.2.0-rc1", "1.2.0-rc.2"),
        ("1.2.0", "1.2.0+a"),
        ("1.2.0+a", "1.2.0+b"),
        ("1.2", "1.2.0"),
        ("1.2.0-SNAPSHOT", "26.4"),
        ("1.2.0-SNAPSHOT", "1.2.0.post1"),
    ] {
        assert!(!v(a).precedes(&v(b)) && !v(b).precedes(&v(a)), "{a} and {b}");
    }
}

#[test]
fn phases() {
    for (text, prerelease, phase) in [
        ("1.2.0", false, None),
        ("1.2.0+a", false, None),
        ("1.2.0.post1", false, None),
        ("1.2.0.dev0", true, Some(Phase::Dev)),
        ("1.2.0-dev.1", true, Some(Phase::Dev)),
        ("1.2.0a1", true, Some(Phase::Alpha)),
        ("1.2.0-beta1", true, Some(Phase::Beta)),
        ("1.2.0-rc.1", true, Some(Phase::Rc)),
        ("1.2.0-preview.1", true, Some(Phase::Rc)),
        ("1.2.0rc1.dev2", true, Some(Phase::Rc)),
        ("1.2.0-SNAPSHOT", true, None),
        ("1.2.0-alpha.1.2", true, None),
        ("1.2.0-1", true, None),
        ("1.2.0.post1.dev2", true, None),
    ] {
        assert_eq!(v(text).is_prerelease(), prerelease, "{text}");
        assert_eq!(v(text).phase(), phase, "{text}");
    }
}

#[test]
fn spellings() {
    for (text, semver, undotted, pep440) in [
        ("1.2.0", "1.2.0", "1.2.0", "1.2.0"),
        ("1.2.0rc1", "1.2.0-rc.1", "1.2.0-rc1", "1.2.0rc1"),
        ("1.2.0-rc.1", "1.2.0-rc.1", "1.2.0-rc1", "1.2.0rc1"),
        ("1.2.0-rc1", "1.2.0-rc.1", "1.2.0-rc1", "1.2.0rc1"),
        ("1.2.0-alpha.3", "1.2.0-alpha.3", "1.2.0-alpha3", "1.2.0a3"),
        ("1.2.0b3", "1.2.0-beta.3", "1.2.0-beta3", "1.2.0b3"),
        ("1.2.0.dev0", "1.2.0-dev.0", "1.2.0-dev0", "1.2.0.dev0"),
        ("1.2.0-rc", "1.2.0-rc", "1.2.0-rc", "1.2.0rc0"),
        ("1.2.0-preview.1", "1.2.0-preview.1", "1.2.0-rc1", "1.2.0rc1"),
        ("1.2.0+build.5", "1.2.0+build.5", "1.2.0+build.5", "1.2.0+build.5"),
        ("1.2.0-rc1+b", "1.2.0-rc.1+b", "1.2.0-rc1+b", "1.2.0rc1+b"),
        ("1.2.0rc1+b", "1.2.0-rc.1+b", "1.2.0-rc1+b", "1.2.0rc1+b"),
        ("1.2.0-1", "1.2.0-1", "1.2.0-1", "1.2.0.post1"),
    ] {
        let version = v(text);
        let spelled = |style| version.spelled(style).unwrap().text().to_owned();
        assert_eq!(spelled(&Style::SEMVER), semver, "{text}");
        assert_eq!(spelled(&UNDOTTED), undotted, "{text}");
        assert_eq!(spelled(&Style::PEP440), pep440, "{text}");
    }
    assert_eq!(v("1.2.0-SNAPSHOT").spelled(&Style::SEMVER).unwrap().text(), "1.2.0-SNAPSHOT");
}

#[test]
fn spellings_that_do_not_exist() {
    for (text, style, expected) in [
        ("1.3", &Style::SEMVER, "three numbers, this has 2. Did you mean 1.3.0?"),
        ("1.3rc1", &Style::SEMVER, "three numbers, this has 2. Did you mean 1.3.0-rc.1?"),
        ("5", &Style::SEMVER, "three numbers, this has 1. Did you mean 5.0.0?"),
        ("1.3+a", &Style::SEMVER, "three numbers, this has 2. Did you mean 1.3.0+a?"),
        ("1.2.3.4", &Style::SEMVER, "three numbers, this has 4."),
        ("1!1.2.3", &Style::SEMVER, "SemVer has no epochs (1!)."),
        ("1.2.3.post1", &Style::SEMVER, "SemVer has no post-releases."),
        ("1.2.3rc1.dev2", &Style::SEMVER, "no development versions of other versions."),
        ("1.2.0-SNAPSHOT", &Style::PEP440, "PEP 440 has no counterpart to \"SNAPSHOT\"."),
        ("1.2.0-alpha.1.2", &Style::PEP440, "no counterpart to \"alpha.1.2\"."),
        ("1.2.0+a--b", &Style::PEP440, "no counterpart to \"a--b\"."),
    ] {
        let refusal = v(text).spelled(style).unwrap_err();
        assert!(refusal.why.join(" ").contains(expected), "{text}: {:?}", refusal.why);
        assert!(refusal.what.starts_with(text), "{}", refusal.what);
    }
    let to = |text: &str| Outcome::Bump { to: v(text), notes: Vec::new() };
    let refused = v("1.3").spelled(&Style::SEMVER).map(|_| to("1.3"));
    assert!(told(refused).ends_with("> bump 1.3.0: the same with three numbers"));
}

#[test]
fn the_style_of_a_repository() {
    for (tags, files, expected) in [
        (&[][..], &[][..], Style::SEMVER),
        (&["1.2.3"], &["1.2.3"], Style::SEMVER),
        (&["1.2.3", "1.2.0-rc1"], &[], UNDOTTED),
        (&["1.3.0-rc.1", "1.2.0-rc1"], &[], Style::SEMVER),
        (&["1.2.3", "1.2.0rc1"], &["1.3.0-rc.1"], Style::PEP440),
        (&["1.2.0-rc.1"], &["1.2.0rc1"], Style::SEMVER),
        (&["1.2.3"], &["1.3.0.dev0"], Style::PEP440),
        (&["1.2.3"], &["1.3.0-rc1"], UNDOTTED),
        (&["26.4.1", "26.4"], &[], Style::PEP440),
        (&[], &["26.4"], Style::PEP440),
        (&["1.2.3.4"], &[], Style::PEP440),
        (&["1!1.2.3"], &[], Style::PEP440),
        (&["1.2.3.post1"], &[], Style::PEP440),
        // It began with two parts and went over to three.
        (&["1.2.1", "1.2.0", "1.1", "1.0"], &[], Style::SEMVER),
        (&["1.2.1", "1.2.0", "1.1", "1.1rc1"], &[], Style::PEP440),
        (&["1.2.0-SNAPSHOT"], &["1.2.0rc1"], Style::SEMVER),
    ] {
        let read = |texts: &[&str]| texts.iter().map(|text| v(text)).collect::<Vec<_>>();
        assert_eq!(Style::detect(&read(tags), &read(files)), expected, "{tags:?} {files:?}");
    }
}
