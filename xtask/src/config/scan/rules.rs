//! What the text of a line says of a version in it: one rule for each way of writing it down.

use super::lines::Around;
use super::places::{Kind, kind};
use super::{Subject, is_related};
use crate::path::RepoPath;
use crate::version::normal;

/// How much of the text before and behind a place tells what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    pub back: usize,
    pub ahead: usize,
    pub why: &'static str,
}

/// What stands before a version that stays as it is when the next one comes.
const HISTORY: [&str; 22] = [
    "since",
    "added in",
    "new in",
    "deprecated",
    "removed in",
    "changed in",
    "introduced in",
    "fixed in",
    "versionadded",
    "versionchanged",
    "versionremoved",
    "as of",
    "until",
    "before",
    "prior to",
    "up to",
    "older than",
    "newer than",
    "later than",
    "upgrading",
    "migrat",
    "e.g.",
];

/// Labels of the current version.
const LABELS: [&str; 12] = [
    "version",
    "current version",
    "latest version",
    "package version",
    "project version",
    "release version",
    "app version",
    "application version",
    "current release",
    "latest release",
    "stable tag",
    "software version",
];

/// Labels of badges.
const BADGES: [&str; 14] = [
    "version",
    "release",
    "latest",
    "latest release",
    "latest version",
    "current version",
    "stable",
    "pypi",
    "npm",
    "crates.io",
    "crates",
    "docker",
    "package",
    "pypi package",
];

/// Names of constants and settings that hold the version of the project.
const CONSTANTS: [&str; 20] = [
    "__version__",
    "VERSION",
    "APP_VERSION",
    "API_VERSION",
    "PACKAGE_VERSION",
    "PROJECT_VERSION",
    "RELEASE_VERSION",
    "CURRENT_VERSION",
    "SOFTWARE_VERSION",
    "PRODUCT_VERSION",
    "SERVICE_VERSION",
    "LIBRARY_VERSION",
    "CLIENT_VERSION",
    "SDK_VERSION",
    "sonar.projectVersion",
    "PROJECT_NUMBER",
    "pkgver",
    "app.kubernetes.io/version",
    "org.opencontainers.image.version",
    "org.label-schema.version",
];

/// What follows the version in the name of a file that is published.
const ARCHIVES: [&str; 14] = [
    ".tar",
    ".zip",
    ".tgz",
    ".jar",
    ".crate",
    ".deb",
    ".rpm",
    ".vsix",
    ".exe",
    ".dmg",
    ".AppImage",
    "-py3",
    "-py2",
    "_amd64",
];

/// What one way of writing a version down says of a line.
type Rule = fn(&Subject<'_>, &RepoPath, &Around<'_>) -> Option<Told>;

/// What the line says of the version in it; `None` in doubt.
pub(super) fn judge(subject: &Subject<'_>, path: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let kind = kind(path);
    if tells_history(around.before) {
        return None;
    }
    let rules: &[Rule] = match kind {
        Kind::Test => &[pinned, printed],
        Kind::Document => {
            &[badge, requirement, release, dependency, option, image, rev, archive, url, label]
        }
        Kind::Code => {
            &[badge, requirement, release, option, image, rev, url, constant, project, doc_comment]
        }
    };
    rules.iter().find_map(|rule| rule(subject, path, around))
}

/// Is the version one of the past, or one that something else is compared with?
pub(super) fn tells_history(before: &str) -> bool {
    let tail: String =
        before.chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = tail.to_lowercase();
    HISTORY.iter().any(|word| {
        tail.match_indices(word).any(|(at, _)| {
            let own = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            own(tail[..at].chars().next_back()) && !tail[at..].contains("://")
        })
    })
}

/// The closing quote that belongs to an opening one.
fn quote(after: &str) -> usize {
    usize::from(after.starts_with(['"', '\'', '`']))
}

/// The text before without `v`, and how long that was.
fn unmarked(before: &str) -> &str {
    let bare = before.strip_suffix(['v', 'V']).unwrap_or(before);
    if bare.ends_with(|c: char| c.is_alphanumeric()) { before } else { bare }
}

/// The name at the end of a text: letters and what names are joined with.
fn name_at_end<'t>(text: &'t str, joints: &str) -> &'t str {
    let part = |c: char| c.is_ascii_alphanumeric() || joints.contains(c);
    let start = text
        .rfind(|c| !part(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

fn told(around: &Around<'_>, from: usize, ahead: usize, why: &'static str) -> Told {
    Told { back: around.before.len() - from, ahead, why }
}

impl Subject<'_> {
    /// Is it the project's name, whatever its case and joints?
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.rsplit('/').next().unwrap_or(name);
        let own = |own: &&str| normal(own.rsplit('/').next().unwrap_or(own)) == normal(name);
        !name.is_empty() && self.called.names.iter().any(own)
    }

    /// Is it the name of another package of the project?
    pub fn is_member(&self, name: &str) -> bool {
        self.called.members.iter().any(|member| normal(member) == normal(name))
    }

    /// Is it that name, or one of a part of the project (`studio-worker`)?
    pub fn is_related(&self, name: &str) -> bool {
        self.called.names.iter().any(|own| is_related(name, own))
    }
}

/// `badge/version-1.2.0-blue`, `badge/pypi-v1.2.0-blue`
fn badge(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let at = before.rfind("badge/")? + "badge/".len();
    let label = before[at..].strip_suffix('-')?;
    let plain = label.replace("%20", " ").replace("--", "-").replace('_', " ").to_lowercase();
    let own =
        plain.strip_suffix(" version").or(Some(&plain)).is_some_and(|name| subject.is_called(name));
    if !own && !BADGES.contains(&plain.as_str()) {
        return None;
    }
    let colour = around.after.strip_prefix('-')?;
    let length = colour.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(colour.len());
    (length > 0).then(|| told(around, at, 1 + length, "badge"))
}

/// `NAME==1.2.0`, `NAME[extra]==1.2.0`, `NAME@1.2.0`
fn requirement(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let before = before.strip_suffix('^').unwrap_or(before);
    let (name, python) = match before.strip_suffix("===").or_else(|| before.strip_suffix("==")) {
        Some(name) => (name.trim_end(), true),
        None => (before.strip_suffix('@')?, false),
    };
    let bare = match name.strip_suffix(']') {
        Some(extras) if python => extras.rsplit_once('[')?.0,
        _ => name,
    };
    let called = name_at_end(bare, if python { "-_." } else { "-_./@" });
    let from = bare.len() - called.len();
    let own = subject.is_called(called) && !called.contains("://");
    own.then(|| told(around, from + slash(called), 0, "install line"))
}

/// Where the last part of a long path begins: `registry/owner/NAME` is told by `owner/NAME`.
fn slash(path: &str) -> usize {
    let mut slashes = path.rmatch_indices('/').map(|(at, _)| at + 1);
    slashes.nth(1).unwrap_or(0)
}

/// `NAME/releases/download/v1.2.0/`, `NAME/archive/v1.2.0.tar.gz`, `NAME/blob/v1.2.0/README.md`
fn release(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let ways =
        ["/releases/download/", "/archive/refs/tags/", "/archive/", "/blob/", "/tree/", "/raw/"];
    let repository = ways.iter().find_map(|way| before.strip_suffix(way))?;
    let called = name_at_end(repository, "-_.");
    let from = repository.len() - called.len();
    subject.is_called(called).then(|| told(around, from, 0, "link to this version"))
}

/// `NAME = "1.2.0"`, `NAME = { version = "^1.2.0"`, `"NAME": "^1.2.0"`
fn dependency(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let opening = around.before.strip_suffix(['^', '~', '=']).unwrap_or(around.before);
    let bare = opening.strip_suffix(['"', '\''])?.trim_end();
    let named = match (bare.strip_suffix(':'), bare.strip_suffix('=')) {
        (Some(name), _) => name.trim_end(),
        (None, value) => {
            let value = value?.trim_end();
            value.strip_suffix("version").map_or(Some(value), table)?
        }
    };
    let name = named.strip_suffix(['"', '\'']).unwrap_or(named);
    let called = name_at_end(name, "-_./@");
    let from = name.len() - called.len() - (named.len() - name.len());
    let own = subject.is_called(called)
        && around.before[..from].trim_matches(['/', '!', ' ', '\t']).is_empty();
    own.then(|| told(around, from, quote(around.after), "install line"))
}

/// The name of an inline table that begins here: `NAME = {`.
fn table(text: &str) -> Option<&str> {
    Some(text.trim_end().strip_suffix('{')?.trim_end().strip_suffix('=')?.trim_end())
}

/// The same in the documentation of Rust code.
fn doc_comment(subject: &Subject<'_>, path: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let comment = around.before.trim_start();
    let rust =
        path.extension() == "rs" && (comment.starts_with("//!") || comment.starts_with("///"));
    if rust { dependency(subject, path, around) } else { None }
}

/// `cargo install NAME --version 1.2.0`
fn option(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let option = before.strip_suffix([' ', '=']).unwrap_or(before);
    let command =
        ["--version", "--vers"].iter().find_map(|option_| option.strip_suffix(option_))?.trim_end();
    let called = name_at_end(command, "-_./");
    let from = command.len() - called.len();
    subject.is_called(called).then(|| told(around, from, 0, "install line"))
}

/// `owner/NAME:1.2.0`, and where images are named `owner/NAME-worker:1.2.0`
fn image(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let name = unmarked(around.before).strip_suffix(':')?;
    let called = name_at_end(name, "-_./");
    let line = around.before.trim_start().trim_start_matches("- ");
    let images = line.starts_with("image:") || line.contains("docker ") || line.contains("podman ");
    let own =
        subject.is_called(called) || images && called.contains('/') && subject.is_related(called);
    let clock = around.after.starts_with([':', '/']);
    (own && !clock).then(|| told(around, name.len() - called.len() + slash(called), 0, "own image"))
}

/// `rev: v1.2.0` below `repo: https://.../NAME`
fn rev(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let key = before.trim_end_matches(['"', '\'']).trim_end().strip_suffix("rev:")?;
    let url = around.above.trim_end().trim_end_matches(".git");
    let own = around.above.contains("repo:")
        && url.contains('/')
        && subject.is_called(name_at_end(url, "-_."));
    own.then(|| told(around, key.len(), 0, "pre-commit entry"))
}

/// `NAME-1.2.0.tar.gz`
fn archive(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let name = unmarked(around.before).strip_suffix(['-', '_'])?;
    let called = name_at_end(name, "-_.");
    let end = ARCHIVES.iter().find(|end| around.after.starts_with(**end))?;
    subject
        .is_called(called)
        .then(|| told(around, name.len() - called.len(), end.len(), "name of the archive"))
}

/// `https://docs.rs/NAME/1.2.0`
fn url(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let name = around.before.strip_suffix('/')?;
    let called = name_at_end(name, "-_.");
    let from = name.len() - called.len();
    let ways =
        ["docs.rs/", "pypi.org/project/", "cdnjs.cloudflare.com/ajax/libs/", "crates.io/crates/"];
    let way = ways.iter().find(|way| name[..from].ends_with(**way))?;
    subject.is_called(called).then(|| told(around, from - way.len(), 0, "link to this version"))
}

/// `Version: 1.2.0`, `**Version**: 1.2.0`, `| Version | 1.2.0 |` on a line of its own
fn label(subject: &Subject<'_>, path: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let asked = path.folder().to_ascii_lowercase().contains("template");
    let known = path.as_str().to_ascii_lowercase().starts_with("readme");
    if around.fenced || asked || subject.is_common() && !known {
        return None;
    }
    let before = unmarked(around.before).trim_end_matches(['`', '"', '\'']);
    let bare = before.trim_end_matches([' ', '*', '_', '\t']);
    let named = bare.strip_suffix([':', '|'])?.trim_end_matches([' ', '*', '_']);
    let named =
        named.strip_suffix("</b>").or_else(|| named.strip_suffix("</strong>")).unwrap_or(named);
    let start = named.find(|c: char| c.is_alphabetic())?;
    let (start, text) = match named[start..].rsplit_once('>') {
        Some((tag, text)) => (start + tag.len() + 1, text),
        None => (start, &named[start..]),
    };
    let text = text.trim().to_lowercase();
    let own = text.strip_suffix(" version").is_some_and(|name| subject.is_called(name));
    if !own && !LABELS.contains(&text.as_str()) {
        return None;
    }
    let marks = named[..start].len() - named[..start].trim_end_matches(['*', '_', ':']).len();
    Some(told(around, start - marks, quote(around.after), "label"))
}

/// `VERSION = "1.2.0"`, `APP_VERSION=1.2.0`, `const Version = "1.2.0"`, `NAME_VERSION: 1.2.0`
fn constant(subject: &Subject<'_>, path: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let quoted = unmarked(around.before);
    let bare = quoted.trim_end_matches(['"', '\'', '`']).trim_end();
    let named = bare.strip_suffix(":=").or_else(|| bare.strip_suffix(['=', ':']));
    let named = match named {
        Some(named) => named.trim_end_matches(['?', ' ', '\t', '"', '\'']),
        None if bare.trim_start().starts_with("#define ") => bare,
        None => return None,
    };
    // `const VERSION: &str = `
    let named =
        named.strip_suffix("&str").or_else(|| named.strip_suffix("&'static str")).unwrap_or(named);
    let named = named.trim_end_matches([':', ' ']);
    let called = name_at_end(named, "_./-");
    let from = named.len() - called.len();
    if !is_constant(subject, called) && !is_own_version(subject, path, around, called) {
        return None;
    }
    Some(told(around, from, quote(around.after), "constant"))
}

/// Does the name say that it holds the project's version?
pub(super) fn is_constant(subject: &Subject<'_>, name: &str) -> bool {
    let own = name.to_ascii_lowercase();
    let own = own.strip_suffix("_version").is_some_and(|name| subject.is_called(name));
    own || CONSTANTS.contains(&name) && (name == "__version__" || !subject.is_common())
}

/// `version` alone says enough in a file that describes this project, and in Go.
fn is_own_version(
    subject: &Subject<'_>,
    path: &RepoPath,
    around: &Around<'_>,
    called: &str,
) -> bool {
    let name = path.name();
    let go = path.extension() == "go" && called == "Version" && !subject.is_common();
    let own = [
        "meson.build",
        "build.gradle",
        "build.gradle.kts",
        "mix.exs",
        "flake.nix",
        "PKGBUILD",
        "conanfile.py",
    ];
    let at_line = around.before.trim_start().starts_with(called);
    let described =
        path.folder().is_empty() && own.contains(&name) || path.extension() == "gemspec";
    go || described
        && at_line
        && ["version", "pkgver", "spec.version", "s.version"].contains(&called)
}

/// `project(NAME VERSION 1.2.0`, `{% set version = "1.2.0" %}`
fn project(subject: &Subject<'_>, path: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let lower = around.before.to_lowercase();
    if lower.len() != around.before.len() {
        return None;
    }
    if let Some(at) = lower.rfind("project(") {
        let name = name_at_end(lower.strip_suffix(" version ")?, "-_.");
        let cmake = path.name() == "CMakeLists.txt"
            && (subject.is_called(name) || path.folder().is_empty());
        return cmake.then(|| told(around, at, 0, "CMake project"));
    }
    let recipe = lower.trim_end_matches(['"', '\'']).trim_end().ends_with("{% set version =");
    recipe.then(|| {
        told(around, lower.rfind("set version").unwrap_or(0), quote(around.after), "conda recipe")
    })
}

/// `assertEqual(__version__, "1.2.0")`, `assert NAME.__version__ == "1.2.0"`
fn pinned(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let (at, name) = ["__version__", "CARGO_PKG_VERSION", "VERSION"]
        .iter()
        .filter_map(|name| before.rfind(name).map(|at| (at, *name)))
        .max()?;
    let between = &before[at + name.len()..];
    let calls = [".toBe(", ".toEqual(", ".toStrictEqual(", ".equal("];
    let plain = between.chars().all(|c| " =,\"'()".contains(c));
    let called = calls.iter().any(|call| between.trim_start_matches(')').starts_with(call));
    let compared =
        plain && between.contains(['=', ',']) && !between.trim_start().starts_with("= ") || called;
    let whose = before[..at].strip_suffix('.').map(|owner| name_at_end(owner, "_"));
    let own = whose.is_none_or(|owner| subject.is_called(owner));
    let word = before[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if !compared || !own || word {
        return None;
    }
    let owned = at - whose.map_or(0, |owner| owner.len() + 1);
    let closing = quote(around.after);
    let (from, ahead) = match before[..owned].strip_suffix('(') {
        Some(head) => {
            let closed = usize::from(around.after[closing..].starts_with(')'));
            (head.len() - name_at_end(head, "_!").len(), closing + closed)
        }
        None => (owned, closing),
    };
    Some(told(around, from, ahead, "test that pins the version"))
}

/// `"NAME 1.2.0"`, `"NAME, version 1.2.0"`: what the program prints
fn printed(subject: &Subject<'_>, _: &RepoPath, around: &Around<'_>) -> Option<Told> {
    let before = unmarked(around.before);
    let ways = [", version ", " version ", " "];
    let name = ways.iter().find_map(|way| before.strip_suffix(way))?;
    let called = name_at_end(name, "-_");
    let from = name.len() - called.len();
    let opened = name[..from].ends_with(['"', '\'']);
    let closed = around.after.starts_with(['"', '\'']) || around.after.starts_with("\\n");
    let own = opened && closed && subject.is_called(called);
    own.then(|| {
        told(
            around,
            from,
            usize::from(!around.after.starts_with('\\')),
            "test that pins the version",
        )
    })
}
