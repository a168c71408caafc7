//! Every refusal of a level or an exact version, as a person reads it.

use super::Repository;

#[test]
fn refusals_say_why_and_name_the_ways_on() {
    for (files, released, tags, words, lines) in REFUSALS {
        let repository = Repository { files, released: *released, tags };
        assert_eq!(repository.says(words), lines.join("\n"), "{files}: bump {words}");
    }
}

type Row = (
    &'static str,
    Option<&'static str>,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

/// Version in the files, newest release, other tags, words behind `bump`, what is said.
const REFUSALS: &[Row] = &[
    (
        "1.3.0-rc.2",
        None,
        &[],
        "alpha",
        &[
            "Usage: From 1.3.0-rc.2 to alpha is a step backwards.",
            "rc comes after alpha.",
            "> bump rc: 1.3.0-rc.3",
            "> bump final: 1.3.0",
        ],
    ),
    (
        "1.3.0-rc.2",
        None,
        &[],
        "minor --pre alpha",
        &[
            "Usage: From 1.3.0-rc.2 to alpha is a step backwards.",
            "rc comes after alpha.",
            "> bump rc: 1.3.0-rc.3",
            "> bump final: 1.3.0",
        ],
    ),
    (
        "1.3.0-rc.2",
        Some("1.2.0"),
        &[],
        "beta",
        &[
            "Usage: From 1.3.0-rc.2 to beta is a step backwards.",
            "rc comes after beta.",
            "> bump rc --next: 1.3.0-rc.3",
            "> bump final: 1.3.0",
        ],
    ),
    (
        "1.2.3",
        None,
        &[],
        "final",
        &[
            "Usage: 1.2.3 is already final.",
            "> bump patch: 1.2.4",
            "> bump minor: 1.3.0",
            "> bump major: 2.0.0",
        ],
    ),
    (
        "1.2.3",
        None,
        &[],
        "prerelease",
        &[
            "Usage: 1.2.3 has no pre-release counter to count up.",
            "> bump alpha: 1.2.4-alpha.1",
            "> bump beta: 1.2.4-beta.1",
            "> bump rc: 1.2.4-rc.1",
        ],
    ),
    (
        "1.3.0-SNAPSHOT",
        None,
        &[],
        "prerelease",
        &[
            "Usage: 1.3.0-SNAPSHOT has no pre-release counter to count up.",
            "> bump alpha: 1.3.0-alpha.1",
            "> bump beta: 1.3.0-beta.1",
            "> bump rc: 1.3.0-rc.1",
            "> bump final: 1.3.0",
        ],
    ),
    (
        "1.3.0-dev.3",
        None,
        &[],
        "alpha",
        &[
            "Unsafe: 1.3.0-alpha.1 does not come after 1.3.0-dev.3 in the files.",
            "SemVer puts 1.3.0-alpha.1 before 1.3.0-dev.3.",
            "PEP 440 puts 1.3.0-alpha.1 after 1.3.0-dev.3.",
            "> bump final: 1.3.0",
            "> bump prerelease: 1.3.0-dev.4",
            "> bump rc: 1.3.0-rc.1",
            "> bump patch --pre dev --next: 1.3.1-dev.1",
        ],
    ),
    (
        "1.3.0-rc9",
        None,
        &[],
        "rc",
        &[
            "Unsafe: 1.3.0-rc10 does not come after 1.3.0-rc9 in the files.",
            "SemVer puts 1.3.0-rc10 before 1.3.0-rc9.",
            "PEP 440 puts 1.3.0-rc10 after 1.3.0-rc9.",
            "Without a dot before the number SemVer sorts it as text; the next core gets the dot.",
            "> bump 1.3.0-rc90: the next that comes after it as text too",
            "> bump final: 1.3.0",
            "> bump patch --pre rc --next: 1.3.1-rc.1",
        ],
    ),
    (
        "1.3.0-rc9",
        None,
        &[],
        "1.3.0-rc.10",
        &[
            "Unsafe: 1.3.0-rc10 does not come after 1.3.0-rc9 in the files.",
            "SemVer puts 1.3.0-rc10 before 1.3.0-rc9.",
            "PEP 440 puts 1.3.0-rc10 after 1.3.0-rc9.",
            "> bump 1.3.0-rc10 --allow-downgrade: all the same",
        ],
    ),
    (
        "1.2.0-1",
        None,
        &[],
        "patch",
        &[
            "Unsafe: 1.2.0 does not come after 1.2.0-1 in the files.",
            "SemVer puts 1.2.0 after 1.2.0-1.",
            "PEP 440 puts 1.2.0 before 1.2.0-1.",
            "> bump patch --next: 1.2.1",
        ],
    ),
    (
        "1.2.3.post1.dev2",
        None,
        &[],
        "final",
        &[
            "Unsafe: 1.2.3 is lower than 1.2.3.post1.dev2 in the files.",
            "> bump patch --next: 1.2.4",
        ],
    ),
    (
        "1.0.0",
        Some("1.2.0"),
        &[],
        "patch",
        &[
            "Unsafe: The files hold 1.0.0, behind the newest release v1.2.0.",
            "bump patch would lead to 1.0.1, which is not above it.",
            "> bump 1.2.1: counted from v1.2.0",
        ],
    ),
    (
        "1.0.0",
        Some("1.2.0"),
        &[],
        "minor",
        &[
            "Unsafe: The files hold 1.0.0, behind the newest release v1.2.0.",
            "bump minor would lead to 1.1.0, which is not above it.",
            "> bump 1.3.0: counted from v1.2.0",
        ],
    ),
    (
        "1.3.0",
        None,
        &[],
        "1.2.9",
        &[
            "Unsafe: 1.2.9 is lower than 1.3.0 in the files.",
            "> bump 1.2.9 --allow-downgrade: all the same",
        ],
    ),
    (
        "1.0.0",
        Some("1.2.0"),
        &[],
        "1.1.0",
        &[
            "Unsafe: 1.1.0 is lower than the newest release v1.2.0.",
            "> bump 1.1.0 --allow-downgrade: all the same",
        ],
    ),
    (
        "1.0.0",
        Some("1.2.0"),
        &["1.3.0"],
        "1.3.0",
        &[
            "Usage: 1.3.0 is taken by a tag.",
            "A version is released once; its tag is never moved.",
            "> bump major: 2.0.0",
        ],
    ),
    (
        "1.3.0",
        Some("1.2.0"),
        &[],
        "1.2.0",
        &[
            "Unsafe: 1.2.0 is lower than 1.3.0 in the files.",
            "> bump 1.2.0 --allow-downgrade: all the same",
        ],
    ),
    (
        "1.3.0-dev.3",
        None,
        &[],
        "1.3.0-alpha.1",
        &[
            "Unsafe: 1.3.0-alpha.1 does not come after 1.3.0-dev.3 in the files.",
            "SemVer puts 1.3.0-alpha.1 before 1.3.0-dev.3.",
            "PEP 440 puts 1.3.0-alpha.1 after 1.3.0-dev.3.",
            "> bump 1.3.0-alpha.1 --allow-downgrade: all the same",
        ],
    ),
    (
        "1.2.0",
        None,
        &[],
        "1.3",
        &[
            "Usage: 1.3 has no SemVer form.",
            "SemVer has three numbers, this has 2.",
            "Did you mean 1.3.0?",
            "The versions of this repository are spelled as SemVer.",
            "> bump 1.3.0: the same with three numbers",
        ],
    ),
    (
        "1.2.0",
        None,
        &[],
        "1.2.0.post1",
        &[
            "Usage: 1.2.0.post1 has no SemVer form.",
            "SemVer has no post-releases.",
            "The versions of this repository are spelled as SemVer.",
            "> bump patch: 1.2.1",
            "> bump minor: 1.3.0",
            "> bump major: 2.0.0",
        ],
    ),
    (
        "1.2.0rc1",
        None,
        &[],
        "1.2.0-SNAPSHOT",
        &[
            "Usage: 1.2.0-SNAPSHOT has no PEP 440 form.",
            "PEP 440 has no counterpart to \"SNAPSHOT\".",
            "It has alphas, betas, release candidates and development versions: 1.2.0-rc.1.",
            "> bump rc: 1.2.0rc2",
            "> bump final: 1.2.0",
        ],
    ),
    (
        "18446744073709551615.0.0",
        None,
        &[],
        "major",
        &[
            "Usage: 18446744073709551615 is the largest number a version can hold.",
            "There is no next one to count up to.",
        ],
    ),
    (
        "1.3",
        Some("1.2.0"),
        &[],
        "minor",
        &[
            "Unsafe: 1.3 is in the files and not released yet (newest release: v1.2.0).",
            "It is a minor already.",
            "> bump 1.4.0: the same with three numbers",
        ],
    ),
    (
        "1.0.0",
        Some("1.2.0"),
        &[],
        "1.2.0",
        &[
            "Unsafe: 1.2.0 is the newest release v1.2.0 already.",
            "> bump 1.2.0 --allow-downgrade: all the same",
        ],
    ),
    (
        "1.3.0-rc.1",
        Some("1.2.0"),
        &["1.3.0"],
        "1.3.0",
        &[
            "Usage: 1.3.0 is taken by a tag.",
            "A version is released once; its tag is never moved.",
            "> bump rc --next: 1.3.1-rc.1",
            "> bump final: 1.3.1",
        ],
    ),
];
