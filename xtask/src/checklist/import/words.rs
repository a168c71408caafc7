//! The words of headings that say what their boxes wait for. `checklist import --help` shows them.

use crate::config::file::Binding;

/// What a heading means by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Rollback,
    After,
    /// A person before the release.
    Role,
    Step,
    Gate(&'static str),
}

/// The words, each list with what it means; the first that a heading has decides.
pub const WORDS: &[(Meaning, &[&str])] = &[
    (Meaning::Role, &["rollback plan", "rollback preparation", "rollback readiness"]),
    (Meaning::Rollback, &["rollback", "roll back", "backout", "back out"]),
    (
        Meaning::After,
        &[
            "post release",
            "post deployment",
            "post deploy",
            "post launch",
            "after release",
            "after the release",
            "after deployment",
        ],
    ),
    (
        Meaning::Role,
        &[
            "pre release",
            "pre deployment",
            "pre launch",
            "before release",
            "before the release",
            "manual",
            "review",
            "sign off",
            "signoff",
            "approval",
        ],
    ),
    (Meaning::Gate("ci"), &["github actions", "gitlab ci", "ci", "continuous integration"]),
    (Meaning::Gate("changelog"), &["changelog", "change log", "release notes"]),
    (Meaning::Gate("clean"), &["version control", "working tree", "working directory"]),
    (Meaning::Gate("hooks"), &["pre commit", "commit hooks", "git hooks"]),
    (Meaning::Gate("drift"), &["version consistency", "version sync"]),
    (Meaning::Gate("tag"), &["tag check"]),
    (Meaning::Gate("env"), &["environment variables"]),
    (Meaning::Gate("tests"), &["unit tests", "unit testing", "automated tests", "test suite"]),
    (Meaning::Gate("integration"), &["integration tests", "integration testing"]),
    (Meaning::Gate("lint"), &["lint", "linting", "linters"]),
    (Meaning::Gate("format"), &["formatting", "code style"]),
    (Meaning::Gate("types"), &["type checking", "type checks", "types"]),
    (Meaning::Gate("migrations"), &["database migrations", "migrations"]),
    (
        Meaning::Step,
        &[
            "versioning",
            "version bump",
            "version update",
            "version management",
            "version number",
            "version numbers",
            "bump version",
            "git operations",
            "git tag",
            "tagging",
            "tag release",
            "github release",
            "gitlab release",
            "release branch",
            "release process",
            "release phase",
            "release steps",
            "merge to main",
            "publish",
            "publishing",
        ],
    ),
    (
        Meaning::After,
        &[
            "deploy",
            "deployment",
            "staging",
            "production",
            "monitoring",
            "communication",
            "announcement",
            "announcements",
            "cleanup",
            "clean up",
            "retrospective",
            "smoke tests",
        ],
    ),
];

/// The last word of headings that are called after whoever acts.
const PEOPLE: [&str; 10] = [
    "manager",
    "lead",
    "owner",
    "officer",
    "engineer",
    "developer",
    "reviewer",
    "approver",
    "maintainer",
    "qa",
];

/// What the name of a heading means, and by which of its words; what its outer heading is bound to
/// limits that: after a release nothing is checked before it, and the release is not a gate.
pub fn meaning(name: &str, inherited: &[Binding]) -> Option<(Meaning, &'static str)> {
    let held = |words: &str| format!(" {name} ").contains(&format!(" {words} "));
    let fits = |meaning: Meaning| match inherited.first() {
        Some(Binding::Rollback) => false,
        Some(Binding::After(_)) => meaning == Meaning::Rollback,
        Some(Binding::Step) => !matches!(meaning, Meaning::Gate(_) | Meaning::Step),
        _ => true,
    };
    let all = WORDS.iter().flat_map(|(meaning, words)| words.iter().map(|one| (*meaning, *one)));
    let mut all = all.filter(|(_, words)| held(words));
    all.next().filter(|(meaning, _)| fits(*meaning))
}

/// Is it called after whoever acts, as `Release Manager` is?
pub fn names_people(name: &str) -> bool {
    let mut words = name.split(' ').rev();
    let last = words.next().is_some_and(|last| PEOPLE.contains(&last));
    last && words.count() < 3
}
