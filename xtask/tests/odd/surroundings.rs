//! The user's git configuration, environment, locale, terminal.

use std::process::{Command, Stdio};

use super::bumps;
use super::support::{Place, Said, said, undone, works};

/// What must not make a difference. `section.key=value`, one or more.
const CONFIGURATIONS: [&[&str]; 44] = [
    &["core.autocrlf=true"],
    &["core.autocrlf=input"],
    &["core.autocrlf=input", "core.safecrlf=true"],
    &["core.quotePath=false"],
    &["core.quotePath=true"],
    &["status.branch=false"],
    &["status.branch=true", "status.short=true", "status.showStash=true"],
    &["status.renames=copies", "status.relativePaths=false", "status.aheadBehind=false"],
    &["status.showUntrackedFiles=all"],
    &["log.showSignature=true"],
    &["log.date=relative", "log.decorate=full"],
    &["color.ui=always"],
    &["color.status=always", "color.diff=always"],
    &["column.ui=always"],
    &["core.pager=false"],
    &["pager.status=false", "pager.log=false", "pager.config=false"],
    &["tag.sort=-version:refname", "versionsort.suffix=-rc"],
    &["core.fsmonitor=true"],
    &["core.untrackedCache=true", "core.splitIndex=true", "index.version=4"],
    &["feature.manyFiles=true", "feature.experimental=true"],
    &["diff.noprefix=true", "diff.mnemonicPrefix=true"],
    &["diff.external=false", "diff.renames=copies", "diff.ignoreSubmodules=all"],
    &["diff.wordRegex=.", "diff.algorithm=patience", "diff.context=0"],
    &["safe.bareRepository=explicit"],
    &["core.hooksPath=/nowhere/hooks"],
    &["core.editor=false", "sequence.editor=false"],
    &["core.abbrev=4"],
    &["core.abbrev=40"],
    &["core.logAllRefUpdates=false"],
    &["core.commentChar=c"],
    &["core.ignoreCase=true", "core.precomposeUnicode=true"],
    &["core.whitespace=blank-at-eol", "apply.whitespace=error-all"],
    &["core.preloadIndex=false", "index.threads=1", "core.checkStat=minimal"],
    &["core.sharedRepository=group"],
    &["core.fsync=none", "core.fsyncMethod=batch"],
    &["commit.template=/nowhere", "commit.verbose=true", "commit.status=false"],
    &["commit.cleanup=scissors"],
    &["i18n.logOutputEncoding=ISO-8859-1"],
    &["push.default=nothing", "push.followTags=true"],
    &["merge.ff=only", "rebase.autoStash=true", "pull.rebase=true"],
    &["submodule.recurse=true"],
    &["init.defaultBranch=trunk", "clone.defaultRemoteName=up"],
    &["help.autocorrect=immediate", "advice.statusHints=false"],
    &["transfer.fsckObjects=true", "fsck.missingSpaceBeforeDate=error"],
];

const ALIASES: [&str; 10] = [
    "status",
    "commit-tree",
    "rev-parse",
    "update-index",
    "update-ref",
    "hook",
    "var",
    "ls-files",
    "describe",
    "config",
];

const BUMP: [&str; 3] = ["bump", "minor", "--commit"];

/// What is said and made where nothing is odd.
struct Usual {
    status: String,
    commit: String,
}

impl Usual {
    fn of(place: &Place) -> Self {
        let status = works(place, &["status"]).out;
        works(place, &BUMP);
        Self { status, commit: place.git(&["cat-file", "commit", "HEAD"]) }
    }

    #[track_caller]
    fn holds(&self, place: &Place, odd: &str) {
        let before = place.state();
        bumps(place);
        assert_eq!(works(place, &["status"]).out, self.status, "{odd}");
        works(place, &BUMP);
        let commit = place.run("git", &["--no-pager", "cat-file", "commit", "HEAD"]).out;
        assert_eq!(commit, self.commit, "{odd}");
        undone(place, &before);
    }
}

#[test]
fn the_users_configuration_makes_no_difference() {
    let usual = Usual::of(&Place::python("usual configuration"));
    let place = Place::python("configuration");
    let config = place.root.join("home/.gitconfig");
    let own = std::fs::read_to_string(&config).expect("config");
    let set = |key: &str, value: &str| {
        place.git(&["config", "--global", key, value]);
    };
    for settings in CONFIGURATIONS {
        std::fs::write(&config, &own).expect("config");
        for (key, value) in settings.iter().filter_map(|setting| setting.split_once('=')) {
            set(key, value);
        }
        usual.holds(&place, &settings.join(" "));
    }
    std::fs::write(&config, &own).expect("config");
    for name in ALIASES {
        set(&format!("alias.{name}"), "!false");
    }
    usual.holds(&place, "aliases");
}

/// A setting that breaks `--commit` is no reason to refuse a plain bump.
#[test]
fn a_plain_bump_needs_no_key() {
    let place = Place::python("no key");
    place.git(&["config", "--global", "commit.gpgSign", "true"]);
    place.git(&["config", "--global", "gpg.format", "ssh"]);
    bumps(&place);
    super::support::refuses(&place, &BUMP, 5, &["signing fails"]);
}

#[test]
fn the_environment_makes_no_difference() {
    let usual = Usual::of(&Place::python("usual environment"));
    for (name, value) in [
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LC_ALL", "xx_XX.UTF-8"),
        ("LANGUAGE", "de"),
        ("USER", "Zoë"),
        ("TERM", "dumb"),
        ("NO_COLOR", "1"),
        ("COLUMNS", "20"),
        ("POSIXLY_CORRECT", "1"),
        ("TZ", "Asia/Kathmandu"),
        ("GIT_PAGER", "false"),
        ("PAGER", "false"),
        ("GIT_EDITOR", "false"),
        ("GIT_EXTERNAL_DIFF", "false"),
        ("GIT_GLOB_PATHSPECS", "1"),
        ("GIT_NOGLOB_PATHSPECS", "1"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_LITERAL_PATHSPECS", "0"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TRACE", "1"),
        ("GIT_TRACE", "2"),
        ("GIT_TRACE2_EVENT", "1"),
        ("GIT_ADVICE", "0"),
        ("GIT_REFLOG_ACTION", "else"),
        ("GIT_PREFIX", "src/"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("GIT_DEFAULT_REF_FORMAT", "reftable"),
        ("GIT_TERMINAL_PROMPT", "1"),
        ("GIT_ASKPASS", "false"),
        ("GIT_TEST_FSMONITOR", ""),
        ("CARGO_PKG_VERSION", "9.9.9"),
        ("CARGO_MANIFEST_DIR", "/nowhere"),
        ("SOURCE_DATE_EPOCH", "86400"),
        ("XDG_CONFIG_HOME", "/nowhere"),
    ] {
        let place = Place::python("environment");
        usual.holds(&place.with(name, value), &format!("{name}={value}"));
    }
}

/// Words instead of signs; the result is the same.
#[test]
fn a_plain_locale_gets_plain_words() {
    let place = Place::python("plain").with("LC_ALL", "C");
    bumps(&place);
    let said = place.gonogo(&["bump", "mnior"]).refused(2, &["FAIL"]);
    assert!(said.err.is_ascii(), "{said}");
    assert!(works(&place, &["status"]).out.is_ascii());
}

#[test]
fn without_a_home_there_is_still_a_bump() {
    let place = Place::python("homeless");
    bumps(&place.clone().without("HOME"));
    let place = place.without("HOME").with("GIT_AUTHOR_NAME", "A").with("GIT_COMMITTER_NAME", "A");
    let place = place.with("GIT_AUTHOR_EMAIL", "a@b").with("GIT_COMMITTER_EMAIL", "a@b");
    works(&place, &BUMP);
}

#[test]
fn the_callers_configuration_is_honoured() {
    let place = Place::python("count").with("GIT_CONFIG_COUNT", "1");
    let place = place.with("GIT_CONFIG_KEY_0", "user.name").with("GIT_CONFIG_VALUE_0", "Count");
    works(&place, &BUMP);
    assert_eq!(place.git(&["log", "-1", "--format=%an %cn"]), "Count Count\n");
    let place = Place::python("parameters");
    let place = place.with("GIT_CONFIG_PARAMETERS", "'user.name'='Param'");
    works(&place, &BUMP);
    assert_eq!(place.git(&["log", "-1", "--format=%an"]), "Param\n");
}

/// `GIT_CONFIG_GLOBAL` and a `HOME` with another configuration are the user's choice.
#[test]
fn another_global_configuration_is_honoured() {
    let place = Place::python("global");
    let config = place.root.join("other");
    std::fs::write(&config, "[user]\nname = Other\nemail = o@example.com\n").expect("config");
    let place = place.with("GIT_CONFIG_GLOBAL", config.to_str().expect("UTF-8"));
    works(&place, &BUMP);
    assert_eq!(place.git(&["log", "-1", "--format=%an"]), "Other\n");
}

fn through_a_shell(place: &Place, script: &str) -> Said {
    let mut command: Command = place.command("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_gonogo")]);
    said(&command.stdin(Stdio::null()).output().expect("sh runs"))
}

#[test]
fn closed_streams_do_no_harm() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let place = Place::python("streams");
        place.hook("pre-commit", "cat; echo out; echo err >&2");
        let before = place.state();
        through_a_shell(&place, &format!("exec \"$0\" bump minor --commit {closed}")).ok();
        assert_eq!(place.git(&["log", "-1", "--format=%s"]), "chore: bump version to 1.3.0\n");
        through_a_shell(&place, &format!("exec \"$0\" undo {closed}")).ok();
        place.state().must_be(&before, closed);
    }
}

/// A reader that goes away does not stop an operation half way.
#[test]
fn a_broken_pipe_does_no_harm() {
    let place = Place::python("pipe");
    through_a_shell(&place, "\"$0\" bump minor -v | true; sleep 1").ok();
    assert!(place.read("pyproject.toml").contains("1.3.0"));
    assert_eq!(place.operations(), ["done"]);
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    for umask in ["077", "000", "027"] {
        let place = Place::python("umask");
        place.chmod("pyproject.toml", 0o664);
        place.chmod(super::INIT, 0o755);
        place.commit_all("modes");
        let before = place.state();
        through_a_shell(&place, &format!("umask {umask}; exec \"$0\" bump minor --commit")).ok();
        let changed = place.state().changed(&before);
        assert_eq!(changed, ["HEAD is", "index", "pyproject.toml", "refs", super::INIT]);
        through_a_shell(&place, &format!("umask {umask}; exec \"$0\" undo")).ok();
        place.state().must_be(&before, umask);
    }
}

/// The git commands, by git's own trace, that would open a connection.
const NETWORK: [&str; 7] =
    ["fetch", "pull", "push", "ls-remote", "clone", "remote-https", "upload-pack"];

#[test]
fn nothing_goes_to_the_network() {
    let origin = Place::python("origin");
    let clone = Place::empty("partial");
    let url = format!("file://{}", origin.top.display());
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    clone.git(&["clone", "-q", "--filter=blob:none", &url, "."]);
    // Whatever would ask the remote fails from here on.
    std::fs::rename(&origin.top, origin.root.join("gone")).expect("renamed");
    let trace = clone.root.join("trace");
    let clone = clone.with("GIT_TRACE", trace.to_str().expect("a path"));
    for args in [&["status"][..], &["bump", "minor"], &["undo"], &["bump", "minor", "--commit"]] {
        works(&clone, args);
    }
    works(&clone, &["undo"]);
    let trace = std::fs::read_to_string(trace).expect("git's trace");
    let called = |name: &&&str| {
        trace.contains(&format!(" git {name} ")) || trace.contains(&format!("git-{name}"))
    };
    let found: Vec<_> = NETWORK.iter().filter(called).collect();
    assert!(trace.contains("git update-ref") || trace.contains("update-ref"), "a trace: {trace}");
    assert!(found.is_empty(), "{found:?} in {trace}");
}

/// What git says is passed on, and a cause that is known is named.
#[test]
fn broken_variables_are_named() {
    for (name, value, args, code, words) in [
        (
            "GIT_CONFIG_COUNT",
            "x",
            &["bump", "minor"][..],
            2,
            &["git does not work in", "GIT_CONFIG_COUNT"][..],
        ),
        (
            "GIT_AUTHOR_DATE",
            "never",
            &BUMP,
            2,
            &["GIT_AUTHOR_DATE is no date", "unset GIT_AUTHOR_DATE"],
        ),
        ("SOURCE_DATE_EPOCH", "noon", &BUMP, 2, &["SOURCE_DATE_EPOCH is no number", "unset"]),
    ] {
        let place = Place::python("broken variable");
        let said = place.clone().with(name, value).gonogo(args).refused(code, words);
        assert!(!said.err.contains("is not in a git repository"), "{said}");
        assert!(place.operations().is_empty());
    }
}

/// A result that nobody can read is a failure, also when all was done.
#[test]
fn a_full_disk_is_told() {
    let place = Place::python("full");
    let said = through_a_shell(&place, "\"$0\" bump minor > /dev/full");
    said.refused(5, &["the result cannot be written", "next: gonogo log"]);
    assert!(place.read("pyproject.toml").contains("1.3.0"));
    assert_eq!(place.operations(), ["done"]);
}
