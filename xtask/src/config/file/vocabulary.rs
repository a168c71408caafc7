//! Every table and key of `gonogo.toml`. What reads it, what refuses it and what describes it
//! (`gonogo schema`) follow from this one value.

use super::shape::{Key, Kind, Map, Naming, Rule, Shape, Table};

use Shape::{Count, Flag, List, OneOf, Text};

/// What a message may speak of.
pub const PLACEHOLDERS: &[&str] = &[
    "version",
    "tag",
    "name",
    "package",
    "date",
    "codename",
    "summary",
    "previous",
    "next_patch",
    "next_minor",
];
const NAMES: &[&str] = &["version", "name", "package"];
const NEXT: &[&str] = &["version", "next_patch", "next_minor"];

/// The gates that need no command.
pub const BUILT_IN: &[Key] = &[
    built_in("clean", "Tracked files are as committed (on)."),
    built_in("branch", "The right branch is checked out (on)."),
    built_in("fresh", "The branch is level with the remote (on)."),
    built_in("drift", "All version files say the same version (on)."),
    built_in("tag", "The tag is not taken (on)."),
    built_in("changelog", "The changelog can be read (on when there is one)."),
    built_in("hooks", "The commit hooks pass (on when hooks are installed)."),
    built_in("ci", "The checks of this very commit are green (off)."),
    built_in("env", "The variables the project names are documented (off)."),
];

/// Words that stand for sign-offs of people whatever their role.
pub const EVERYBODY: &[&str] = &["any", "all"];

/// What commands are told, each as `$GONOGO_…`.
pub const VARIABLES: &[&str] = &[
    "VERSION",
    "TAG",
    "COMMIT",
    "PREVIOUS_VERSION",
    "PREVIOUS_TAG",
    "PREVIOUS_COMMIT",
    "PROFILE",
    "PACKAGE",
    "PACKAGE_DIR",
];

const GLOBS: Shape = List(&Text(Kind::Glob));
const TAGS: Shape = List(&Text(Kind::Tags));
const SCHEME: Shape = Text(Kind::Words(&["semver", "pep440"]));
const BRANCH: Shape = Text(Kind::Ref(&[]));
const MESSAGE: Shape = Text(Kind::Message(PLACEHOLDERS));
const TITLE: Shape = Text(Kind::Title(PLACEHOLDERS));
const RELEASE_BRANCH: Shape = Text(Kind::Ref(&["version", "tag", "name", "package"]));
const FILES: Shape = List(&Shape::Table(&FILE));
const COMMAND: Shape = OneOf(&[Text(Kind::Command), Shape::Table(&SHELL)]);
const COMMANDS: Shape = OneOf(&[Text(Kind::Command), Shape::Table(&SHELL), List(&COMMAND)]);
const BUILT_IN_GATE: Shape = OneOf(&[Text(Kind::Command), Flag, Shape::Table(&GATE)]);
const PROFILE: Shape = Shape::Table(&PROFILE_TABLE);

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, about }
}

const fn built_in(name: &'static str, about: &'static str) -> Key {
    key(name, BUILT_IN_GATE, about)
}

const fn table(title: &'static str, keys: &'static [&'static [Key]]) -> Table {
    Table { title, keys, rules: &[] }
}

/// The whole file.
pub static VOCABULARY: Table = table(
    "gonogo.toml",
    &[&[
        key("name", Text(Kind::Line), "What the project is called (the name in its manifest)."),
        key("baseline", BRANCH, "The tag or commit where the history worth looking at begins."),
        key("version", Shape::Table(&VERSION), "Where the version is written."),
        key("tag", Shape::Table(&TAG), "Tags of releases."),
        key("branches", Shape::Table(&BRANCHES), "The branches that releases go to."),
        key("changelog", Shape::Table(&CHANGELOG), "The changelog."),
        key("release", Shape::Table(&RELEASE), "How a release is made."),
        key(
            "hotfix",
            Shape::Table(&HOTFIX),
            "How a hotfix is made; what it does not say, [release] says.",
        ),
        key("gates", Shape::Map(&GATES), "What must be green before a release."),
        key("profile", Shape::Table(&PROFILES), "What each kind of release asks for."),
        key("signoff", Shape::Table(&SIGNOFF), "Who says GO."),
        key("checklist", Shape::Table(&CHECKLIST), "The team's own checklist."),
        key(
            "record",
            Shape::Map(&RECORD),
            "Commands whose output is kept with the release, for its rollback.",
        ),
        key("rollback", Shape::Table(&ROLLBACK), "How a release is taken back."),
        key("packages", Shape::Table(&PACKAGES), "Which packages this repository holds."),
        key("package", Shape::Map(&PACKAGE), "What one package does in its own way."),
        key("publish", Shape::Later, "Publishing to registries."),
        key("deploy", Shape::Later, "Deploying."),
    ]],
);

static VERSION: Table = table(
    "version",
    &[&[
        key(
            "source",
            Text(Kind::File),
            "The version file that the others follow (the root manifest).",
        ),
        key("files", FILES, "Version files in addition to those that are found."),
        key("ignore", GLOBS, "Files that are left alone although they are found."),
        key("scheme", SCHEME, "How versions are spelled (found in tags and files, else semver)."),
        key(
            "feature_in_zero",
            Text(Kind::Words(&["minor", "patch"])),
            "What `bump auto` raises for a feature before 1.0.0 (minor).",
        ),
    ]],
);

static FILE: Table = Table {
    title: "version file",
    keys: &[&[
        key(
            "path",
            Text(Kind::Place),
            "The file, or a pattern of files; with a slash in front from the top of the repository.",
        ),
        key(
            "key",
            Text(Kind::KeyPath),
            "The keys that lead to the version in TOML, JSON and YAML, or a name in Python.",
        ),
        key(
            "pattern",
            Text(Kind::Pattern),
            "Literal text around the version, in the file or in the value of `key`.",
        ),
        key("scheme", SCHEME, "How the version is spelled here (as everywhere)."),
        key("count", Count, "How often the pattern is in each file (1)."),
    ]],
    rules: &[Rule::Exactly(&["path"])],
};

static TAG: Table = table(
    "tag",
    &[&[
        key(
            "format",
            Text(Kind::TagFormat(NAMES)),
            "The name of a tag (as the newest release has it, else `v{version}`).",
        ),
        key("sign", Flag, "Whether tags are signed (as git's tag.gpgSign says)."),
        key("ignore", TAGS, "Tags that are no releases."),
    ]],
);

static BRANCHES: Table = table(
    "branches",
    &[&[
        key("main", BRANCH, "The branch that releases land on (the HEAD of the remote)."),
        key("develop", BRANCH, "The branch that work goes to first (none)."),
        key("protected", List(&BRANCH), "Branches that take pull requests only (none)."),
        key(
            "merge",
            Text(Kind::Words(&["no-ff", "ff", "squash"])),
            "How branches are merged (no-ff).",
        ),
    ]],
);

static CHANGELOG: Table = table(
    "changelog",
    &[&[
        key("file", Text(Kind::File), "The file (CHANGELOG.md)."),
        key("heading", Text(Kind::Heading), "The heading of a release (in the style of the file)."),
        key(
            "sections",
            List(&Text(Kind::Line)),
            "The sections of a release, in order (those of Keep a Changelog).",
        ),
        key("types", Shape::Map(&TYPES), "Which type of commits goes to which section."),
        key(
            "commits",
            Text(Kind::Words(&["add", "if-empty", "never"])),
            "When entries are made from commits (add).",
        ),
        key(
            "prereleases",
            Text(Kind::Words(&["unreleased", "section"])),
            "Where the entries of a pre-release stand (unreleased).",
        ),
        key(
            "bots",
            List(&Text(Kind::Line)),
            "How names or addresses of bots begin, beside the usual ones: their commits are left out.",
        ),
        key("guard", COMMAND, "A command that says whether the changelog is right (none)."),
    ]],
);

static TYPES: Map =
    Map { known: &[], names: Kind::Name(Naming::CommitType), each: Text(Kind::Line) };

/// What [release] and [hotfix] have in common.
const LANDING: &[Key] = &[
    key(
        "into",
        List(&BRANCH),
        "The branches it is merged into (main, and develop if there is one).",
    ),
    key(
        "commit_message",
        MESSAGE,
        "The message of the release commit (`chore: release {version}`).",
    ),
    key("title", TITLE, "The title of the release (`{name} {version}`)."),
    key("keep_branch", Flag, "Whether its branch stays when it has landed (false)."),
    key(
        "next",
        Text(Kind::Title(NEXT)),
        "The version written after it, such as `{next_minor}.dev0` (none).",
    ),
    key(
        "hooks",
        Text(Kind::Words(&["own-lines", "own-files", "refuse"])),
        "What commit hooks may edit in a release commit (own-lines).",
    ),
];

static RELEASE: Table = table(
    "release",
    &[
        LANDING,
        &[
            key(
                "branch",
                RELEASE_BRANCH,
                "The branch a release is prepared on (none: straight on main).",
            ),
            key("from", BRANCH, "The branch it starts from (main)."),
            key("tag_message", MESSAGE, "The message of the tag (`Release {version}`)."),
        ],
    ],
);

static HOTFIX: Table = table(
    "hotfix",
    &[
        LANDING,
        &[
            key(
                "branch",
                RELEASE_BRANCH,
                "The branch a hotfix is prepared on (`hotfix/v{version}`).",
            ),
            key(
                "from",
                BRANCH,
                "What it starts from: `tag`, `main`, or the name of a branch (tag).",
            ),
            key(
                "tag_on",
                Text(Kind::Words(&["branch", "merge"])),
                "Which commit gets the tag: the tip of the branch or its merge (branch).",
            ),
            key("tag_message", MESSAGE, "The message of the tag (`Hotfix {version}`)."),
        ],
    ],
);

static GATES: Map = Map {
    known: BUILT_IN,
    names: Kind::Name(Naming::Gate),
    each: OneOf(&[Text(Kind::Command), Shape::Table(&GATE)]),
};

static GATE: Table = Table {
    title: "gate",
    keys: &[&[
        key("run", Text(Kind::Command), "The command: a program and its arguments."),
        key("shell", Text(Kind::Script), "The command, where it needs a shell."),
        key("timeout", Text(Kind::Duration), "When it is stopped (10m)."),
        key("required", Flag, "Whether its failure is a NO-GO (true)."),
        key("after", List(&Text(Kind::Gate)), "Gates that must be green before it starts."),
        key("each", Text(Kind::Words(&["package"])), "Runs it once for each package."),
        key("fix", COMMAND, "A command that mends what it finds."),
        key("env", Shape::Map(&ENVIRONMENT), "Environment variables for it."),
        key("cache", Flag, "Whether a green result holds for the same files (true)."),
    ]],
    rules: &[Rule::Exactly(&["run", "shell"])],
};

static SHELL: Table = Table {
    title: "shell",
    keys: &[&[key("shell", Text(Kind::Script), "A command that needs a shell.")]],
    rules: &[Rule::Exactly(&["shell"])],
};

static ENVIRONMENT: Map =
    Map { known: &[], names: Kind::Name(Naming::Variable), each: Text(Kind::Any) };

static PROFILES: Table = table(
    "profiles",
    &[&[
        key("alpha", PROFILE, "Alpha releases."),
        key("beta", PROFILE, "Beta releases."),
        key("rc", PROFILE, "Release candidates."),
        key("release", PROFILE, "Full releases."),
        key("hotfix", PROFILE, "Hotfixes."),
    ]],
);

static PROFILE_TABLE: Table = Table {
    title: "profile",
    keys: &[&[
        key(
            "gates",
            List(&Text(Kind::Gate)),
            "Exactly these commands (all); built-in gates stay as [gates] has them.",
        ),
        key("without", List(&Text(Kind::Gate)), "All gates but these."),
        key(
            "signoffs",
            List(&Text(Kind::Role)),
            "Roles that must sign (all for release and hotfix, else none).",
        ),
        key("checklist", Flag, "Whether the checklist is gone through."),
    ]],
    rules: &[Rule::AtMost(&["gates", "without"])],
};

static SIGNOFF: Table = table(
    "signoff",
    &[&[
        key("roles", Shape::Map(&ROLES), "The addresses of those who can sign for each role."),
        key("distinct", Count, "How many different people must sign (the number of roles)."),
        key("survives", GLOBS, "Files whose later changes do not void a sign-off (none)."),
        key("signed", Flag, "Whether sign-offs need a signature (false)."),
    ]],
);

static ROLES: Map =
    Map { known: &[], names: Kind::Name(Naming::Role), each: List(&Text(Kind::Address)) };

static CHECKLIST: Table = table(
    "checklist",
    &[&[
        key("file", Text(Kind::File), "The Markdown file."),
        key("sections", Shape::Map(&SECTIONS), "What stands behind the boxes below each heading."),
    ]],
);

static SECTIONS: Map = Map {
    known: &[],
    names: Kind::Line,
    each: OneOf(&[Text(Kind::Binding), List(&Text(Kind::Binding))]),
};

static RECORD: Map = Map { known: &[], names: Kind::Name(Naming::Record), each: COMMAND };

static ROLLBACK: Table = table(
    "rollback",
    &[&[
        key(
            "code",
            Text(Kind::Words(&["keep", "revert"])),
            "What becomes of the commits (revert when the release is one merge, else keep).",
        ),
        key("tag", Text(Kind::Words(&["keep", "delete"])), "What becomes of the tag (keep)."),
        key("redeploy", COMMANDS, "Puts the previous release back in place."),
        key(
            "database",
            COMMANDS,
            "Takes the database back; never without being asked for by name.",
        ),
        key("verify", COMMANDS, "Says whether the previous release works."),
    ]],
);

static PACKAGES: Table = table(
    "packages",
    &[&[
        key("include", GLOBS, "Folders of packages (all that have a manifest)."),
        key("exclude", GLOBS, "Folders that hold none."),
        key(
            "tag",
            Text(Kind::TagFormat(NAMES)),
            "The name of a package's tag (`{package}-v{version}`).",
        ),
    ]],
);

static PACKAGE: Map =
    Map { known: &[], names: Kind::Name(Naming::Package), each: Shape::Table(&PACKAGE_TABLE) };

static PACKAGE_TABLE: Table = table(
    "package",
    &[&[
        key("files", FILES, "Its version files in addition to those that are found."),
        key("ignore", GLOBS, "Files of it that are left alone."),
        key("changelog", Text(Kind::File), "Its own changelog."),
        key("tag", Text(Kind::TagFormat(NAMES)), "The name of its tag."),
    ]],
);
