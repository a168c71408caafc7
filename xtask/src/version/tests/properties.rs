//! What holds for any input.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::v;
use crate::version::*;

/// Texts near the edge of what a version is.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("1".to_owned()),
        Just("0".to_owned()),
        Just("01".to_owned()),
        Just(".".to_owned()),
        Just("-".to_owned()),
        Just("rc".to_owned()),
        Just("alpha".to_owned()),
        Just("a".to_owned()),
        Just("dev".to_owned()),
        Just("post".to_owned()),
        Just("+".to_owned()),
        Just("!".to_owned()),
        Just("v".to_owned()),
        Just("*".to_owned()),
        Just(u64::MAX.to_string()),
        Just("18446744073709551616".to_owned()),
        "\\PC{1,3}",
    ];
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Versions of every form, close to each other.
fn version() -> impl Strategy<Value = Version> {
    let number = || prop_oneof![8 => 0..3u64, 1 => Just(u64::MAX)];
    let core = proptest::collection::vec(number(), 1..5);
    let tail = prop_oneof![
        3 => Just(String::new()),
        3 => (0..12u64).prop_map(|n| format!("-rc.{n}")),
        2 => (0..12u64).prop_map(|n| format!("-rc{n}")),
        2 => (0..12u64).prop_map(|n| format!("rc{n}")),
        1 => (0..3u64).prop_map(|n| format!("-alpha.{n}")),
        1 => (0..3u64).prop_map(|n| format!("b{n}")),
        1 => (0..3u64).prop_map(|n| format!(".dev{n}")),
        1 => (0..3u64).prop_map(|n| format!("-dev.{n}")),
        1 => (0..3u64).prop_map(|n| format!(".post{n}")),
        1 => Just("-SNAPSHOT".to_owned()),
        1 => Just("-alpha.1.2".to_owned()),
        1 => Just("-1".to_owned()),
        1 => Just("+b.1".to_owned()),
        1 => Just(format!("-rc.{}", u64::MAX)),
    ];
    let epoch = prop_oneof![9 => Just(""), 1 => Just("1!")];
    (epoch, core, tail).prop_filter_map("not a version", |(epoch, core, tail)| {
        let core = core.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        Version::parse(&format!("{epoch}{core}{tail}")).ok()
    })
}

fn a_move() -> impl Strategy<Value = Move> {
    let pre = proptest::option::of(proptest::sample::select(&Phase::ALL[..]));
    let step = prop_oneof![Just(Step::Nearest), Just(Step::Next)];
    let words = (proptest::sample::select(&Level::ALL[..]), pre, step);
    words.prop_filter_map("contradictory", |(level, pre, step)| {
        match Target::parse(level.word(), pre.map(Phase::word), step).ok()? {
            Target::Level(step) => Some(step),
            Target::Exact(_) => None,
        }
    })
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        Just(Style::SEMVER),
        Just(Style::PEP440),
        Just(Style { dotted: false, ..Style::SEMVER })
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_local_rejects: u32::MAX, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in prop_oneof![nearly(), "\\PC*"], other in nearly()) {
        if let Ok(version) = Version::parse(&text) {
            prop_assert_eq!(version.text(), text.as_str());
            prop_assert!(version.same(&version) && !version.precedes(&version));
        }
        let _ = Target::parse(&text, Some(other.as_str()), Step::Nearest);
        let _ = Target::parse("minor", Some(text.as_str()), Step::Nearest);
        let _ = follow(&text, &v("1.2.0"), &v("1.3.0"));
        let format = TagFormat::Usual { name: Some(other.clone()) }.knowing(&text);
        let _ = format.version(&text);
    }

    #[test]
    fn the_order_is_strict_and_the_same_is_an_equivalence(a in version(), b in version(), c in version()) {
        prop_assert!(!(a.precedes(&b) && b.precedes(&a)));
        prop_assert!(!(a.precedes(&b) && a.same(&b)));
        prop_assert_eq!(a.same(&b), b.same(&a));
        prop_assert!(!(a.same(&b) && b.same(&c)) || a.same(&c));
    }

    #[test]
    fn another_spelling_is_the_same_version(version in version(), style in style()) {
        if let Ok(spelled) = version.spelled(&style) {
            prop_assert!(spelled.same(&version), "{} {}", version, spelled);
            prop_assert_eq!(spelled.spelled(&style).unwrap().text().to_owned(), spelled.text());
            let valid = match style.scheme {
                Scheme::Semver => semver::Version::parse(spelled.text()).is_ok(),
                Scheme::Pep440 => spelled.text().parse::<pep440_rs::Version>().unwrap().to_string()
                    == spelled.text(),
            };
            prop_assert!(valid, "{}", spelled);
        }
    }

    #[test]
    fn a_bump_goes_up_in_both_orders_and_takes_no_taken_version(
        current in version(),
        released in proptest::option::of(version()),
        others in proptest::collection::vec(version(), 0..12),
        step in a_move(),
        style in style(),
    ) {
        let taken: Vec<Version> = released.iter().cloned().chain(others).collect();
        let release = released.as_ref().map(|version| Released { version, tag: "tag" });
        let facts = Facts { current: &current, released: release, taken: &taken, withdrawn: &[], style };
        match next(&facts, &Target::Level(step), Downgrade::Refuse) {
            Ok(Outcome::Bump { to, .. }) => {
                for old in std::iter::once(&current).chain(&released) {
                    prop_assert!(old.precedes(&to), "{} {}", old, to);
                    if let (Some(old), Some(to)) = (&old.semver, &to.semver) {
                        prop_assert_eq!(old.cmp_precedence(to), Ordering::Less);
                    }
                }
                prop_assert!(!taken.iter().any(|taken| taken.same(&to)));
                prop_assert_eq!(to.is_prerelease(), step.phase().is_some() || step.level == Level::Prerelease);
            }
            Ok(Outcome::AlreadyThere) => prop_assert!(false, "a level always moves"),
            Err(refusal) => prop_assert!(!refusal.what.is_empty()),
        }
    }

    #[test]
    fn every_way_a_refusal_names_is_open(
        current in version(),
        released in proptest::option::of(version()),
        target in prop_oneof![a_move().prop_map(Target::Level), version().prop_map(Target::Exact)],
        style in style(),
    ) {
        let taken: Vec<Version> = released.iter().cloned().collect();
        let release = released.as_ref().map(|version| Released { version, tag: "tag" });
        let facts = Facts { current: &current, released: release, taken: &taken, withdrawn: &[], style };
        let Err(refusal) = next(&facts, &target, Downgrade::Refuse) else {
            return Ok(());
        };
        for (way, _) in &refusal.next {
            let crate::error::Next::Ours(command) = way else { panic!("{way:?}") };
            let words = command.strip_prefix("bump ").unwrap();
            let outcome = match words.strip_suffix(" --allow-downgrade") {
                None => next(&facts, &super::target(words), Downgrade::Refuse),
                Some(words) => next(&facts, &super::target(words), Downgrade::Allow),
            };
            prop_assert!(outcome.is_ok(), "{}: {} is closed", refusal.what, command);
        }
    }

    #[test]
    fn a_followed_requirement_admits_the_new_version(
        requirement in "(\\^|~|=|)( |)[0-2](\\.[0-2](\\.[0-2](-rc\\.[0-2])?)?)?",
        old in version(),
        new in version(),
    ) {
        if let Ok(followed) = follow(&requirement, &old, &new) {
            let kept = followed.unwrap_or(requirement);
            let new = new.spelled(&Style::SEMVER).unwrap().semver.unwrap();
            prop_assert!(semver::VersionReq::parse(&kept).unwrap().matches(&new), "{} {}", kept, new);
        }
    }

    #[test]
    fn a_tag_reads_back(version in version(), prefix in "(|v|pkg-|pkg-v|pkg/v|pkg@)") {
        let format = TagFormat::Usual { name: Some("pkg".to_owned()) }.knowing(&format!("{prefix}1.0.0"));
        let read = format.version(&format!("{prefix}{version}")).map(|read| read.text().to_owned());
        let numbers = version.text().contains('.') && version.core.release.len() > 1;
        prop_assert_eq!(read, numbers.then(|| version.text().to_owned()));
    }
}
